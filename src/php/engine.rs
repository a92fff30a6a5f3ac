//! Reads the engine's globals: whether PHP could encode the session, the script's name, memory_limit, the SAPI.

use std::ffi::{CStr, c_void};
use std::sync::OnceLock;

use ext_php_rs::ffi::{ext_php_rs_executor_globals, ext_php_rs_process_globals, ext_php_rs_sapi_globals, zend_string};
use ext_php_rs::zend::Function;

use super::session_api::zend_memory_usage;
use super::session_variables;
use crate::error::Refusal;

pub type CreateId = unsafe extern "C" fn(*mut *mut c_void) -> *mut zend_string;

static CREATE_ID: OnceLock<CreateId> = OnceLock::new();

/// ext/session's own function that creates session ids.
pub fn set_create_id(function: CreateId) {
    let _ = CREATE_ID.set(function);
}

/// # Safety
/// `mod_data` is what ext/session passes: its own variable.
pub unsafe fn create_id(mod_data: *mut *mut c_void) -> *mut zend_string {
    match CREATE_ID.get() {
        // SAFETY: see above.
        Some(create) => unsafe { create(mod_data) },
        None => std::ptr::null_mut(),
    }
}

/// Whether PHP failed to encode the session. It then calls `write` with "" or a truncated text.
pub fn encoding_defect(data: &[u8]) -> Option<Refusal> {
    // SAFETY: the executor's globals are valid during a callback.
    if unsafe { !(*ext_php_rs_executor_globals()).exception.is_null() } {
        return Some(Refusal::PendingException);
    }
    // "" alone is no proof: an empty session is encoded as "", too.
    let delimiter = data.is_empty() && session_variables::has_key_with(b'|');
    delimiter.then_some(Refusal::KeyWithDelimiter)
}

/// # Safety
/// `text` is a live string.
pub unsafe fn bytes<'a>(text: *const zend_string) -> &'a [u8] {
    // SAFETY: see above; ext/session keeps its arguments alive for the length of the callback.
    unsafe { &*text }.as_bytes()
}

/// The path of this request's script. A request that waits for its lock names it in the warning.
pub fn script() -> String {
    // SAFETY: the SAPI's globals are valid during a request; the path, if there is one, ends with NUL.
    unsafe {
        let path = (*ext_php_rs_sapi_globals()).request_info.path_translated;
        if path.is_null() {
            return String::new();
        }
        CStr::from_ptr(path).to_string_lossy().into_owned()
    }
}

/// PHP's `memory_limit` in bytes. `None`: there is no limit.
pub fn memory_limit() -> Option<usize> {
    // SAFETY: PHP's globals are valid during a request.
    let limit = unsafe { (*ext_php_rs_process_globals()).memory_limit };
    usize::try_from(limit).ok()
}

/// The part of `memory_limit` that is still free.
pub fn memory_left() -> Option<usize> {
    // SAFETY: the function only reads.
    let used = unsafe { zend_memory_usage(false) };
    memory_limit().map(|limit| limit.saturating_sub(used))
}

/// Calls PHP's `session_destroy()`.
pub fn destroy_session() -> bool {
    Function::try_from_function("session_destroy")
        .and_then(|function| function.try_call(Vec::new()).ok())
        .is_some_and(|result| result.is_true())
}
