//! The panic boundary: no panic reaches PHP, and a `longjmp` of PHP skips no destructor.

use std::cell::RefCell;
use std::ffi::c_int;
use std::fmt::{self, Display, Formatter};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::ptr;

use ext_php_rs::ffi::{ext_php_rs_zend_string_init, zend_long, zend_string};

use super::warning;
use crate::error::{Error, Result};

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Rust's own hook prints to stderr. This one stores the place of the panic for the warning.
pub fn install_panic_hook() {
    set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(|location| format!("{}:{}", location.file(), location.line()))
            .unwrap_or_default();
        LAST_PANIC.with_borrow_mut(|last| *last = place);
    }));
}

/// Types that may leave the boundary: numbers, which have no destructor. A pointer may not: printing a warning can run the
/// script's error handler, which can close the session and free what the pointer points to.
pub trait Plain: Copy {}

impl Plain for () {}
impl Plain for bool {}
impl Plain for c_int {}
impl Plain for zend_long {}

/// Runs `body`. After an error or a panic it warns and returns `failure`.
#[cfg_attr(panic_on_purpose, track_caller)]
pub fn call<T: Plain>(failure: T, body: impl FnOnce() -> Result<T>) -> T {
    let value = caught(body).unwrap_or(failure);
    warning::flush();
    value
}

/// Copies the bytes that `body` returns into a string of the engine; NULL after an error or a panic. It copies before it prints
/// warnings, for the reason above, and when no destructor is pending, since the allocation can be a fatal error.
#[cfg_attr(panic_on_purpose, track_caller)]
pub fn string<'a>(body: impl FnOnce() -> Result<&'a [u8]>) -> *mut zend_string {
    let copy = match caught(body) {
        // SAFETY: the bytes are live, since no other code has run since `body` returned them.
        Some(bytes) => unsafe { ext_php_rs_zend_string_init(bytes.as_ptr().cast(), bytes.len(), false) },
        None => ptr::null_mut(),
    };
    warning::flush();
    copy
}

/// `call` for a value with a destructor. The caller prints the warnings (`warning::flush`) when no destructor is pending.
#[cfg_attr(panic_on_purpose, track_caller)]
pub fn caught<T>(body: impl FnOnce() -> Result<T>) -> Option<T> {
    match outcome(body) {
        Ok(value) => Some(value),
        Err(Failure::Error(error)) => {
            warning::error(&error);
            None
        }
        Err(panic) => {
            warning::text(&panic.to_string());
            None
        }
    }
}

/// Why `body` has no value.
pub enum Failure {
    Error(Error),
    Panic { place: String },
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => f.write_str(&error.explain()),
            Self::Panic { place } => write!(f, "internal error at {place}; please report it"),
        }
    }
}

/// `caught` for a function that throws: nothing is printed.
#[cfg_attr(panic_on_purpose, track_caller)]
pub fn outcome<T>(body: impl FnOnce() -> Result<T>) -> std::result::Result<T, Failure> {
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
        Ok(result) => result.map_err(Failure::Error),
        Err(_) => Err(Failure::Panic {
            place: LAST_PANIC.with_borrow_mut(std::mem::take),
        }),
    }
}

/// Only in the library that tools/panics builds. PANIC_AT names a call of the functions above, such as `src/php/ini.rs:7 before`
/// (or `after`). That call panics once, before or after its work.
#[cfg(panic_on_purpose)]
fn panic_on_purpose(place: &std::panic::Location<'_>, when: &str) {
    use std::sync::atomic::{AtomicBool, Ordering};
    static DONE: AtomicBool = AtomicBool::new(false);
    let here = format!("{}:{} {when}", place.file(), place.line());
    if std::env::var("PANIC_AT").is_ok_and(|at| at == here) && !DONE.swap(true, Ordering::Relaxed) {
        std::panic::panic_any("on purpose");
    }
}
