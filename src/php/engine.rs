//! What the callbacks' arguments do not say, asked of the engine: the running session function, whether PHP could
//! encode the session, the script.

use std::ffi::CStr;

use ext_php_rs::ffi::{
    ZEND_INTERNAL_FUNCTION, ext_php_rs_executor_globals, ext_php_rs_sapi_globals, ext_php_rs_sapi_module,
    zend_execute_data,
};
use ext_php_rs::types::Zval;

use super::session_api::zval_get_long_func;
use super::session_variables;
use crate::error::Refusal;

/// What called us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Running {
    Start {
        read_and_close: bool,
    },
    Reset,
    RegenerateId,
    Gc,
    Decode,
    /// Another session function, or a method of `SessionHandler` that the script calls itself.
    Other,
    /// `session.auto_start`, an upload, the end of the request.
    Nothing,
}

/// Walks up from the innermost frame, through the methods of a wrapping `SessionHandler`.
pub fn running() -> Running {
    let mut found = Running::Nothing;
    // SAFETY: the engine keeps the chain of frames valid while a callback runs; functions and their names outlive it.
    unsafe {
        let mut frame = (*ext_php_rs_executor_globals()).current_execute_data;
        while !frame.is_null() {
            let function = (*frame).func;
            if !function.is_null()
                && u32::from((*function).type_) == ZEND_INTERNAL_FUNCTION
                && let Some(name) = (*function).common.function_name.as_ref()
            {
                match name.as_bytes() {
                    _ if !(*function).common.scope.is_null() => found = Running::Other,
                    b"session_start" => {
                        let read_and_close = read_and_close(frame);
                        return Running::Start { read_and_close };
                    }
                    b"session_reset" => return Running::Reset,
                    b"session_regenerate_id" => return Running::RegenerateId,
                    b"session_gc" => return Running::Gc,
                    b"session_decode" => return Running::Decode,
                    name if name.starts_with(b"session_") => return Running::Other,
                    _ => {}
                }
            }
            frame = (*frame).prev_execute_data;
        }
    }
    found
}

/// `session_start(['read_and_close' => ...])`, with the conversion that session_start() itself makes.
///
/// # Safety
/// `frame` is a live frame of `session_start`.
unsafe fn read_and_close(frame: *mut zend_execute_data) -> bool {
    const SLOT: usize = size_of::<zend_execute_data>().div_ceil(size_of::<Zval>());
    // SAFETY: arguments follow the frame, at the slot that ZEND_CALL_ARG computes.
    unsafe {
        if (*frame).This.u2.num_args == 0 {
            return false;
        }
        let argument = &*frame.cast::<Zval>().add(SLOT);
        let Some(options) = argument.dereference().array() else {
            return false;
        };
        match options.get("read_and_close") {
            Some(value) if value.is_long() || value.is_string() || value.is_bool() => {
                zval_get_long_func(std::ptr::from_ref(value).cast_mut(), false) != 0
            }
            _ => false,
        }
    }
}

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

/// What runs PHP: `fpm-fcgi`, `cli`, ...
pub fn sapi() -> &'static CStr {
    // SAFETY: the SAPI's description and its name live as long as the process.
    unsafe { CStr::from_ptr((*ext_php_rs_sapi_module()).name) }
}
