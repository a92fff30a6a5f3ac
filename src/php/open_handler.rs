//! The handler of the session that is open in this thread.
//!
//! It lives in a box that ext/session's `*mod_data` owns, so that it survives a fatal error. Used by `callbacks`, and by
//! `functions` for what is open. It must not call what may run the script's code, such as a warning: that could end the session
//! meanwhile.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;

use super::engine;
use crate::db::socket;
use crate::error::{Error, Result};
use crate::handler::Handler;
use crate::store::database::Database;

pub type OpenHandler = Handler<Database>;

/// What a server's answer has beside the session's data.
const ANSWER_BYTES: usize = 64 << 10;

thread_local! {
    /// The box that this thread's `*mod_data` owns, for the functions that are not given it.
    static OPEN: Cell<*mut OpenHandler> = const { Cell::new(ptr::null_mut()) };
    /// How often this thread has opened, read or closed a session.
    static CHANGES: Cell<u64> = const { Cell::new(0) };
}

/// Call it when a session is opened, read or closed. What it returns stays equal to [`changes`] until the next one is.
pub fn count_change() -> u64 {
    CHANGES.set(CHANGES.get() + 1);
    CHANGES.get()
}

pub fn changes() -> u64 {
    CHANGES.get()
}

/// Runs `body` on the open session's handler, if there is one.
pub fn with(body: impl FnOnce(&OpenHandler)) {
    // SAFETY: `OPEN` is the live box of this thread, or NULL; no callback runs at the same time.
    if let Some(handler) = unsafe { OPEN.get().as_ref() } {
        body(handler);
    }
}

/// Whether `*mod_data` is our box. `SessionHandler` hands us that of another module when session_module_name() has changed the
/// handler.
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
    // A write may have to read what is stored. That never becomes PHP's, so it may have as much as PHP may use altogether.
    bound_answers(engine::memory_limit());
    // SAFETY: ours is the live box that `put` made; callbacks of one thread never overlap.
    unsafe {
        match is_ours(mod_data) {
            true => Ok(&mut *OPEN.get()),
            false => Err(Error::NotOpen),
        }
    }
}

/// Bounds the answers of the server to `memory` bytes of data. Without that, a server could send more than memory_limit allows,
/// since memory counts for that only when PHP has it.
pub fn bound_answers(memory: Option<usize>) {
    socket::bound_answers(memory.map(|bytes| bytes.saturating_add(ANSWER_BYTES)));
}

/// Ends what is open, also where ext/session has forgotten it.
///
/// # Safety
/// `mod_data` is what ext/session passes: its own variable.
pub unsafe fn end(mod_data: *mut *mut c_void) -> Result<()> {
    // SAFETY: see above; nothing points to the box any more when it is dropped.
    unsafe {
        if is_ours(mod_data) {
            *mod_data = ptr::null_mut();
        }
        let handler = OPEN.replace(ptr::null_mut());
        if handler.is_null() {
            return Ok(());
        }
        Box::from_raw(handler).close(false)
    }
}

/// Closes the open session at the end of the request. The box stays: ext/session may still have its address.
pub fn close_but_keep_box() -> Result<()> {
    // SAFETY: `OPEN` is the live box of this thread, or NULL.
    match unsafe { OPEN.get().as_mut() } {
        Some(handler) => handler.close(false),
        None => Ok(()),
    }
}
