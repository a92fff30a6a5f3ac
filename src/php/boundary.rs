//! The panic boundary: no panic reaches PHP, and no destructor is skipped when PHP jumps away.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};

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

/// Runs `body`; an error or a panic becomes a warning and `failure`. `Copy`: what is returned needs no destructor.
pub fn call<T: Copy>(failure: T, body: impl FnOnce() -> Result<T>) -> T {
    let outcome = catch_unwind(AssertUnwindSafe(|| match body() {
        Ok(value) => value,
        Err(error) => {
            warning::error(&error);
            failure
        }
    }));
    let value = match outcome {
        Ok(value) => value,
        Err(_) => {
            let place = LAST_PANIC.with_borrow_mut(std::mem::take);
            warning::text(&format!("internal error at {place}; please report it"));
            failure
        }
    };
    warning::flush();
    value
}
