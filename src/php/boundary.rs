//! The panic boundary: no panic reaches PHP, and no destructor is skipped when PHP jumps away.

use std::cell::RefCell;
use std::ffi::c_int;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::ptr;

use ext_php_rs::ffi::{ext_php_rs_zend_string_init, zend_long, zend_string};

use super::warning;
use crate::error::Result;

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Rust's own hook prints to the worker's stderr; ours remembers where it was, for the warning.
pub fn install_panic_hook() {
    set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(|location| format!("{}:{}", location.file(), location.line()))
            .unwrap_or_default();
        LAST_PANIC.with_borrow_mut(|last| *last = place);
    }));
}

/// What may leave the boundary: numbers, which need no destructor. No pointer: printing the warnings may run the script's
/// error handler, and that may end the session and free what the pointer points to.
pub trait Plain: Copy {}

impl Plain for () {}
impl Plain for c_int {}
impl Plain for zend_long {}

/// Runs `body`; an error or a panic becomes a warning and `failure`.
#[cfg_attr(panic_on_purpose, track_caller)]
pub fn call<T: Plain>(failure: T, body: impl FnOnce() -> Result<T>) -> T {
    let value = caught(body).unwrap_or(failure);
    warning::flush();
    value
}

/// Copies what `body` finds into a string of the engine; NULL after an error or a panic. The copy is made before the warnings
/// are printed, for the reason above, and when nothing is left to drop, since memory may run out.
#[cfg_attr(panic_on_purpose, track_caller)]
pub fn string<'a>(body: impl FnOnce() -> Result<&'a [u8]>) -> *mut zend_string {
    let copy = match caught(body) {
        // SAFETY: the bytes are live, since nothing has run since they were found.
        Some(bytes) => unsafe { ext_php_rs_zend_string_init(bytes.as_ptr().cast(), bytes.len(), false) },
        None => ptr::null_mut(),
    };
    warning::flush();
    copy
}

/// The same for what has a destructor; the warnings still have to be flushed, where nothing is left to drop.
#[cfg_attr(panic_on_purpose, track_caller)]
pub fn caught<T>(body: impl FnOnce() -> Result<T>) -> Option<T> {
    #[cfg(panic_on_purpose)]
    let place = std::panic::Location::caller();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        #[cfg(panic_on_purpose)]
        panic_on_purpose(place, "before");
        let result = body();
        #[cfg(panic_on_purpose)]
        panic_on_purpose(place, "after");
        result
    }));
    match outcome {
        Ok(Ok(value)) => Some(value),
        Ok(Err(error)) => {
            warning::error(&error);
            None
        }
        Err(_) => {
            let place = LAST_PANIC.with_borrow_mut(std::mem::take);
            warning::text(&format!("internal error at {place}; please report it"));
            None
        }
    }
}

/// Only in the library that tools/panics builds: PANIC_AT names a call of the functions above, as `src/php/ini.rs:7 before` or
/// `after` its work, which panics the first time.
#[cfg(panic_on_purpose)]
fn panic_on_purpose(place: &std::panic::Location<'_>, when: &str) {
    use std::sync::atomic::{AtomicBool, Ordering};
    static DONE: AtomicBool = AtomicBool::new(false);
    let here = format!("{}:{} {when}", place.file(), place.line());
    if std::env::var("PANIC_AT").is_ok_and(|at| at == here) && !DONE.swap(true, Ordering::Relaxed) {
        std::panic::panic_any("on purpose");
    }
}
