//! What the callbacks' arguments do not say, asked of the engine: whether PHP could encode the session, the script.

use std::ffi::CStr;

use ext_php_rs::ffi::{
    ext_php_rs_executor_globals, ext_php_rs_process_globals, ext_php_rs_sapi_globals, ext_php_rs_sapi_module,
};

use super::session_api::zend_memory_usage;
use super::session_variables;
use crate::error::Refusal;

/// Whether what PHP hands to a write is not the session: it writes "" or a part after it failed to encode it.
pub fn encoding_defect(data: &[u8]) -> Option<Refusal> {
    // SAFETY: the executor's globals are valid during a callback.
    if unsafe { !(*ext_php_rs_executor_globals()).exception.is_null() } {
        return Some(Refusal::PendingException);
    }
    // "" alone proves nothing: an empty session is one too.
    let delimiter = data.is_empty() && session_variables::has_key_with(b'|');
    delimiter.then_some(Refusal::KeyWithDelimiter)
}

/// The script of this request, for whoever waits for its lock.
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

/// PHP's `memory_limit` in bytes; `None`: there is none.
pub fn memory_limit() -> Option<usize> {
    // SAFETY: PHP's globals are valid during a request.
    let limit = unsafe { (*ext_php_rs_process_globals()).memory_limit };
    usize::try_from(limit).ok()
}

/// What is left of it for the script.
pub fn memory_left() -> Option<usize> {
    // SAFETY: only asks.
    let used = unsafe { zend_memory_usage(false) };
    memory_limit().map(|limit| limit.saturating_sub(used))
}

/// What runs PHP: `fpm-fcgi`, `cli`, ...
pub fn sapi() -> &'static CStr {
    // SAFETY: the SAPI's description and its name live as long as the process.
    unsafe { CStr::from_ptr((*ext_php_rs_sapi_module()).name) }
}
