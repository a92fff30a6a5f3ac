//! The progress of an upload. PHP keeps it in the session while it receives the upload, before the script starts: it opens,
//! reads, writes and closes the session for each update.
//!
//! If one of these calls fails, the later ones would wait and fail, too. Each failure also makes PHP print warnings, after which
//! the script cannot start a session. So the first failure goes to the log only, and every later callback of the same upload
//! returns SUCCESS without doing anything. The script's own session_start() is not affected.

use std::cell::Cell;
use std::ffi::{c_int, c_void};

use ext_php_rs::ffi::{ZEND_RESULT_CODE_SUCCESS, ext_php_rs_executor_globals, ext_php_rs_sapi_globals};

thread_local! {
    static GIVEN_UP: Cell<bool> = const { Cell::new(false) };
}

/// Whether PHP is receiving an upload now.
fn is_received() -> bool {
    // SAFETY: the SAPI's globals are valid during a request. The first pointer is set when an upload begins, the other is NULL
    // after its end.
    unsafe {
        let sapi = ext_php_rs_sapi_globals();
        !(*sapi).rfc1867_uploaded_files.is_null() && !(*sapi).request_info.content_type_dup.is_null()
    }
}

/// Whether PHP is receiving an upload before the script starts: a warning can only go to the log. It is false in the script's
/// own request_parse_body().
pub fn is_before_the_script() -> bool {
    // SAFETY: the executor's globals are valid during a request.
    is_received() && unsafe { (*ext_php_rs_executor_globals()).current_execute_data.is_null() }
}

/// Whether an earlier call of this upload failed, so that its progress is not kept any more.
pub fn is_given_up() -> bool {
    GIVEN_UP.set(GIVEN_UP.get() && is_received());
    GIVEN_UP.get()
}

/// Call this at the end of a request.
pub fn is_over() {
    GIVEN_UP.set(false);
}

/// The value that a callback returns to PHP instead of `result`: SUCCESS during an upload.
pub fn answer(result: c_int) -> c_int {
    if result == ZEND_RESULT_CODE_SUCCESS || !is_received() {
        return result;
    }
    GIVEN_UP.set(true);
    ZEND_RESULT_CODE_SUCCESS
}

/// The value of `*mod_data` when `open` did nothing: ext/session takes NULL for a failure.
pub fn nothing_open() -> *mut c_void {
    static NOTHING: u8 = 0;
    (&raw const NOTHING).cast_mut().cast()
}
