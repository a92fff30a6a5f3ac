//! Prints all warnings and notices.
//!
//! Messages are queued while Rust code runs and printed afterwards, since printing can run the script's error handler, which can
//! end in a `longjmp`.

use std::cell::RefCell;
use std::ffi::{CStr, c_int};
use std::ptr;

use ext_php_rs::alloc::{efree, estrdup};
use ext_php_rs::ffi::{E_NOTICE, E_WARNING, ext_php_rs_executor_globals, ext_php_rs_process_globals, php_error_docref};

use super::session_api::zend_exception_set_previous;
use super::upload;
use crate::error::Error;

thread_local! {
    static QUEUE: RefCell<Vec<(c_int, String)>> = const { RefCell::new(Vec::new()) };
}

pub fn error(error: &Error) {
    match error {
        // Any visitor can cause this with a cookie, so one notice a request is enough.
        Error::VisitorsId { again: true } => {}
        Error::VisitorsId { .. } => push(E_NOTICE, &error.explain()),
        _ => push(E_WARNING, &error.explain()),
    }
}

pub fn text(text: &str) {
    push(E_WARNING, text);
}

pub fn notice(text: &str) {
    push(E_NOTICE, text);
}

fn push(level: u32, text: &str) {
    let line = format!("rustsql: {text}").replace('\0', "");
    let level = c_int::try_from(level).unwrap_or_default();
    QUEUE.with_borrow_mut(|queue| queue.push((level, line)));
}

/// Prints the queued messages. Call this when no destructor is pending.
pub fn flush() {
    const FORMAT: &CStr = c"%s";
    loop {
        let next = QUEUE.with_borrow_mut(|queue| (!queue.is_empty()).then(|| queue.remove(0)));
        let Some((level, line)) = next else { return };
        // The text is in the engine's memory, which the engine frees itself if the call jumps away.
        let line = estrdup(line);
        // SAFETY: both strings end with NUL and live during the call.
        // With a pending exception PHP would print nothing and call no error handler. So it is removed during the call. If the
        // error handler throws another one, that gets the first as its previous exception and owns its reference count.
        unsafe {
            let current = &raw mut (*ext_php_rs_executor_globals()).exception;
            let pending = current.replace(ptr::null_mut());
            let display = &raw mut (*ext_php_rs_process_globals()).display_errors;
            // No script runs yet, so no error handler can change display_errors or jump away.
            let displayed = upload::is_before_the_script().then(|| display.replace(Default::default()));
            php_error_docref(ptr::null(), level, FORMAT.as_ptr(), line);
            if let Some(displayed) = displayed {
                *display = displayed;
            }
            if (*current).is_null() {
                *current = pending;
            } else if !pending.is_null() {
                zend_exception_set_previous(*current, pending);
            }
            efree(line.cast());
        }
    }
}
