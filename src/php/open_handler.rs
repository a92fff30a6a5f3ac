//! The handler of the session that is open in this thread.
//!
//! It lives in a box that ext/session's `*mod_data` owns, so that it survives a fatal error. `callbacks` and `functions` use it.
//! Who has a reference to it must not run the script's code, for example by printing a warning: the script could close the session,
//! which frees the box, or call a callback, which takes another reference.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;

use ext_php_rs::ffi::zend_string;

use super::{boundary, engine, warning};
use crate::db::driver;
use crate::error::{Error, Result, seconds};
use crate::handler::Handler;
use crate::store::database::Database;

pub type OpenHandler = Handler<Database>;

/// The most bytes that a server's answer has in addition to the session's data.
const ANSWER_BYTES: usize = 64 << 10;

thread_local! {
    /// The box that this thread's `*mod_data` owns, for functions that do not get `mod_data` as an argument.
    static OPEN: Cell<*mut OpenHandler> = const { Cell::new(ptr::null_mut()) };
    /// How often this thread has opened, read or closed a session.
    static CHANGES: Cell<u64> = const { Cell::new(0) };
}

/// Call this when a session is opened, read or closed. The result equals [`changes`] until the next call.
pub fn count_change() -> u64 {
    CHANGES.set(CHANGES.get() + 1);
    CHANGES.get()
}

pub fn changes() -> u64 {
    CHANGES.get()
}

/// Runs `body` on the open session's handler, if there is one.
pub fn with(body: impl FnOnce(&OpenHandler)) {
    // SAFETY: `OPEN` is the live box of this thread, or NULL. No other reference to it is in use: see above.
    if let Some(handler) = unsafe { OPEN.get().as_ref() } {
        body(handler);
    }
}

/// Queues the handler's notices. They are printed later.
pub fn queue_notices(handler: &mut OpenHandler) {
    for notice in handler.take_notices() {
        warning::notice(&notice);
    }
}

/// `with` for a `body` that changes the handler.
pub fn with_mut(body: impl FnOnce(&mut OpenHandler)) {
    // SAFETY: as above.
    if let Some(handler) = unsafe { OPEN.get().as_mut() } {
        body(handler);
    }
}

/// Whether `*mod_data` is our box. After `session_module_name()` has changed the handler, `SessionHandler` passes the data of
/// another one.
///
/// # Safety
/// `mod_data` is what ext/session passes: its own variable.
pub unsafe fn is_ours(mod_data: *mut *mut c_void) -> bool {
    // SAFETY: see above.
    unsafe { !(*mod_data).is_null() && (*mod_data).cast() == OPEN.get() }
}

/// # Safety
/// `mod_data` is what ext/session passes: its own variable, and it is NULL.
pub unsafe fn put(mod_data: *mut *mut c_void, handler: OpenHandler) {
    let handler = Box::into_raw(Box::new(handler));
    OPEN.set(handler);
    // SAFETY: see above.
    unsafe { *mod_data = handler.cast() };
}

/// # Safety
/// `mod_data` is what ext/session passes: its own variable.
pub unsafe fn get<'a>(mod_data: *mut *mut c_void) -> Result<&'a mut OpenHandler> {
    // A write may have to read the stored data. PHP never gets that, so the whole memory_limit is the bound.
    // `read` sets a lower one.
    bound_answers(engine::memory_limit());
    // SAFETY: our box is the live one that `put` made. No other reference to it is in use: see above.
    unsafe {
        match is_ours(mod_data) {
            true => Ok(&mut *OPEN.get()),
            false => Err(Error::NotOpen),
        }
    }
}

/// Call this when an id was made. `id` may be NULL, and no session may be open.
///
/// # Safety
/// The arguments are those of the callback.
pub unsafe fn has_made(mod_data: *mut *mut c_void, id: *const zend_string) {
    boundary::call((), || {
        // SAFETY: see above.
        unsafe {
            if !id.is_null()
                && let Ok(handler) = get(mod_data)
            {
                handler.has_made(engine::bytes(id));
            }
        }
        Ok(())
    });
}

/// Bounds the answers of the server to `memory` bytes of data. PHP's memory_limit does not count Rust's memory, so a server
/// could send any amount otherwise.
pub fn bound_answers(memory: Option<usize>) {
    driver::bound_answers(memory.map(|bytes| bytes.saturating_add(ANSWER_BYTES)));
}

/// Closes the open session, also one that ext/session has not closed, and frees its box.
///
/// # Safety
/// `mod_data` is what ext/session passes: its own variable.
pub unsafe fn end(mod_data: *mut *mut c_void) -> Result<()> {
    // SAFETY: see above; no pointer to the box is left when it is dropped.
    unsafe {
        if is_ours(mod_data) {
            *mod_data = ptr::null_mut();
        }
        let handler = OPEN.replace(ptr::null_mut());
        if handler.is_null() {
            return Ok(());
        }
        close(&mut Box::from_raw(handler))
    }
}

fn close(handler: &mut OpenHandler) -> Result<()> {
    let held = handler.held_too_long();
    let result = handler.close(false);
    if let Some(held) = held {
        warning::notice(&format!(
            "the session was locked for {} by pid {}, script {} (rustsql.slow)",
            seconds(held),
            std::process::id(),
            engine::script()
        ));
    }
    result
}

/// Closes the open session at the end of the request. The box is not freed: ext/session may still have its address.
pub fn close_but_keep_box() -> Result<()> {
    // SAFETY: `OPEN` is the live box of this thread, or NULL. The script has ended.
    match unsafe { OPEN.get().as_mut() } {
        Some(handler) => close(handler),
        None => Ok(()),
    }
}
