//! The progress of an upload, which PHP keeps in the session while it receives one, before the script begins: it opens, reads,
//! writes and closes the session once for each update.
//!
//! When one of these fails the others of the same upload would fail, too, after the same wait. And each failure makes PHP
//! print warnings, behind which the script can start no session. So the first one is told in the log alone, and for the rest
//! PHP is told that all is well while nothing is done. The script's own session_start() then works, or fails, as it would have.

use std::cell::Cell;
use std::ffi::{c_int, c_void};

use ext_php_rs::ffi::{ZEND_RESULT_CODE_SUCCESS, ext_php_rs_executor_globals, ext_php_rs_sapi_globals};

thread_local! {
    static GIVEN_UP: Cell<bool> = const { Cell::new(false) };
}

/// Whether PHP is receiving an upload now.
fn is_received() -> bool {
    // SAFETY: the SAPI's globals are valid during a request. The first is there from the beginning of an upload on, the other
    // until its end.
    unsafe {
        let sapi = ext_php_rs_sapi_globals();
        !(*sapi).rfc1867_uploaded_files.is_null() && !(*sapi).request_info.content_type_dup.is_null()
    }
}

/// Whether the script has not begun, so that nobody but the log can be told. Its own request_parse_body() is no such case.
pub fn is_before_the_script() -> bool {
    // SAFETY: the executor's globals are valid during a request.
    is_received() && unsafe { (*ext_php_rs_executor_globals()).current_execute_data.is_null() }
}

/// Whether the progress of this upload is kept no more.
pub fn is_given_up() -> bool {
    GIVEN_UP.set(GIVEN_UP.get() && is_received());
    GIVEN_UP.get()
}

/// Call it at the end of a request.
pub fn is_over() {
    GIVEN_UP.set(false);
}

/// What a callback answers that came to `result`.
pub fn answer(result: c_int) -> c_int {
    if result == ZEND_RESULT_CODE_SUCCESS || !is_received() {
        return result;
    }
    GIVEN_UP.set(true);
    ZEND_RESULT_CODE_SUCCESS
}

/// What `*mod_data` is where nothing is open: ext/session takes NULL for a failure.
pub fn nothing_open() -> *mut c_void {
    static NOTHING: u8 = 0;
    (&raw const NOTHING).cast_mut().cast()
}
