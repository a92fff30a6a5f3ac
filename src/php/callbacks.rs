//! The nine callbacks of a save handler. Each decodes its arguments, calls the handler once, and encodes the result.
//!
//! ext/session calls them, in this order:
//!
//! | script | calls |
//! |---|---|
//! | start, no cookie | open, create_sid, read |
//! | start, strict mode | open, validate_sid, create_sid if the id is unknown, read |
//! | end, data changed or unchanged | write or update_timestamp, close |
//! | `session_abort()` | close |
//! | `session_reset()` | open without a close before it, validate_sid in strict mode, read |
//! | `session_regenerate_id()` | write or destroy of the old id, close, open, create_sid, validate_sid in strict mode, read |
//!
//! A script can call any of them at any time through `SessionHandler`, with any id.

use std::ffi::{c_int, c_void};
use std::rc::Rc;

use ext_php_rs::ffi::{
    ZEND_RESULT_CODE_FAILURE, ZEND_RESULT_CODE_SUCCESS, ext_php_rs_zend_string_init, ext_php_rs_zend_string_release,
    zend_long, zend_string,
};

use super::caller::{self, Running, running};
use super::engine::{self, bytes, encoding_defect, script};
use super::open_handler::{self, bound_answers};
use super::save_path::{self, SavePath};
use super::session_api::ps_module;
use super::{boundary, ini, old_handler, old_store, session_variables, upload, warning};
use crate::counters;
use crate::error::Error;
use crate::handler::Handler;
use crate::store::database::Database;

const SUCCESS: c_int = ZEND_RESULT_CODE_SUCCESS;
const FAILURE: c_int = ZEND_RESULT_CODE_FAILURE;
/// Not for PHP: the old store decides whether a write succeeds.
const UNCERTAIN: c_int = FAILURE - 1;

struct Module(ps_module);

// SAFETY: it points to static text and functions, and is never written to.
unsafe impl Sync for Module {}

static MODULE: Module = Module(ps_module {
    s_name: c"rustsql".as_ptr(),
    s_open: Some(open),
    s_close: Some(close),
    s_read: Some(read),
    s_write: Some(write),
    s_destroy: Some(destroy),
    s_gc: Some(gc),
    s_create_sid: Some(create_sid),
    s_validate_sid: Some(validate_sid),
    s_update_timestamp: Some(update_timestamp),
});

pub fn module() -> *const ps_module {
    &raw const MODULE.0
}

/// Opens the save handler.
///
/// - Called first. The close before it may be missing: in `session_reset()`, and after a session that PHP 8.6 could not encode.
/// - `save_path` is `session.save_path`; `name` (`session.name`) is not used.
/// - Returns FAILURE to make `session_start()` fail.
/// - Must not return SUCCESS with `*mod_data` NULL: PHP would then skip write and close.
unsafe extern "C" fn open(mod_data: *mut *mut c_void, save_path: SavePath, _name: SavePath) -> c_int {
    open_handler::count_change();
    caller::forget_read();
    let result = boundary::call(FAILURE, || {
        // SAFETY: these are ext/session's own variable and text.
        unsafe {
            if upload::is_given_up() {
                return Ok(SUCCESS);
            }
            let ours = open_handler::is_ours(mod_data);
            if !ours && !(*mod_data).is_null() {
                return Err(Error::OtherHandler);
            }
            if (!ours || matches!(running(), Running::Start { .. }))
                && let Err(error) = open_handler::end(mod_data)
            {
                warning::error(&error);
            }
            if (*mod_data).is_null() {
                let config = ini::load(&save_path::text(save_path))?;
                counters::select(&config);
                let store = Database::new(Rc::clone(&config), script());
                open_handler::put(mod_data, Handler::new(config, store));
            }
        }
        Ok(SUCCESS)
    });
    let result = upload::answer(result);
    // SAFETY: as above.
    unsafe {
        if result == SUCCESS && (*mod_data).is_null() {
            *mod_data = upload::nothing_open();
        }
    }
    result
}

/// Closes the save handler: frees the lock and gives the connection back.
///
/// - Called last, and after a start that failed. `*mod_data` may be NULL or belong to another save handler.
/// - Returns SUCCESS and sets `*mod_data` to NULL. In `session_regenerate_id()` handler and connection stay for the next open.
/// - Must not run the script's destructors before its own work is done.
unsafe extern "C" fn close(mod_data: *mut *mut c_void) -> c_int {
    old_handler::clean_up();
    // SAFETY: ext/session's own variable.
    unsafe {
        if *mod_data == upload::nothing_open() {
            *mod_data = std::ptr::null_mut();
        }
        if !open_handler::is_ours(mod_data) {
            return SUCCESS;
        }
    }
    open_handler::count_change();
    caller::forget_read();
    let mut previous = None;
    let result = boundary::call(SUCCESS, || {
        // SAFETY: as above.
        unsafe {
            if running() == Running::RegenerateId && open_handler::get(mod_data)?.was_written_or_destroyed() {
                return open_handler::get(mod_data)?.close(true).map(|()| SUCCESS);
            }
            previous = Some(session_variables::forget());
            open_handler::end(mod_data).map(|()| SUCCESS)
        }
    });
    if let Some(previous) = previous {
        previous.release();
    }
    result
}

/// Locks the session and reads it.
///
/// - Called after open, create_sid and validate_sid. In `session_reset()` this request has the lock already.
/// - `key` can have any bytes, since a script sets it. `lifetime` is not used: the row has its expiry.
/// - Returns SUCCESS with a new string in `*value`, which is empty for a session that does not exist; or FAILURE.
/// - Must not return an empty string when the read fails: PHP would write that over the stored session.
unsafe extern "C" fn read(
    mod_data: *mut *mut c_void,
    key: *mut zend_string,
    value: *mut *mut zend_string,
    _lifetime: zend_long,
) -> c_int {
    let change = open_handler::count_change();
    // SAFETY: these are ext/session's own arguments.
    if !unsafe { old_store::before_read(mod_data, key) } {
        return FAILURE;
    }
    let previous = (running() != Running::RegenerateId).then(session_variables::remember);
    let data = boundary::string(|| {
        if upload::is_given_up() {
            return Ok(&[]);
        }
        // SAFETY: these are ext/session's own arguments.
        let (handler, id) = unsafe { (open_handler::get(mod_data)?, bytes(key)) };
        let read_and_close = running() == Running::Start { read_and_close: true };
        bound_answers(engine::memory_left());
        let result = counters::read(handler.read(id, read_and_close).map(<[u8]>::len));
        open_handler::queue_notices(handler);
        result?;
        caller::has_read(id);
        Ok(handler.data(id))
    });
    boundary::call((), || {
        open_handler::with_mut(Handler::shrink);
        Ok(())
    });
    if let Some(previous) = previous {
        previous.release();
    }
    if data.is_null() && upload::answer(FAILURE) == FAILURE {
        return FAILURE;
    }
    // SAFETY: ext/session's own variable, and a string with no other owner. No destructor is pending if memory runs out.
    unsafe {
        if !data.is_null() && open_handler::changes() != change {
            // An error handler or a destructor has closed the session or opened another one. The data does not belong to it.
            ext_php_rs_zend_string_release(data);
            return FAILURE;
        }
        *value = match data.is_null() {
            true => ext_php_rs_zend_string_init(c"".as_ptr(), 0, false),
            false => data,
        };
    }
    SUCCESS
}

/// Saves the session and releases its lock.
///
/// - Called at the end of the request or by `session_write_close()`; through `SessionHandler` also for unchanged data.
/// - `value` is empty or truncated if PHP could not encode `$_SESSION`. `lifetime` is `session.gc_maxlifetime`.
/// - Returns FAILURE to make PHP warn. `session_write_close()` returns true even then.
/// - Must not overwrite data that this request has not read.
unsafe extern "C" fn write(
    mod_data: *mut *mut c_void,
    key: *mut zend_string,
    value: *mut zend_string,
    lifetime: zend_long,
) -> c_int {
    let save = |again: bool| {
        boundary::call(FAILURE, || {
            if upload::is_given_up() {
                return Ok(SUCCESS);
            }
            // SAFETY: these are ext/session's own arguments.
            let (handler, id, data) = unsafe { (open_handler::get(mod_data)?, bytes(key), bytes(value)) };
            handler.writes(ini::serializer(), running() == Running::RegenerateId);
            let result = handler.write(id, data, ini::seconds(lifetime), encoding_defect(data));
            open_handler::queue_notices(handler);
            match result {
                Err(error) if error.is_not_taken_over() && !again => Ok(UNCERTAIN),
                result => counters::written(result).map(|()| SUCCESS),
            }
        })
    };
    let mut result = save(false);
    // SAFETY: as above.
    unsafe {
        if result == UNCERTAIN {
            result = match old_store::look_again(mod_data, key) {
                true => save(true),
                false => FAILURE,
            };
        }
        if result == SUCCESS {
            old_store::after_write(mod_data, key, value, lifetime);
        }
    }
    upload::answer(result)
}

/// Moves the expiry of an unchanged session and releases its lock.
///
/// - Called instead of write if `session.lazy_write` is on and the data is unchanged. Arguments and result are the same.
/// - Must write a session that has no row yet. The handler detects unchanged data itself.
unsafe extern "C" fn update_timestamp(
    mod_data: *mut *mut c_void,
    key: *mut zend_string,
    value: *mut zend_string,
    lifetime: zend_long,
) -> c_int {
    // SAFETY: the arguments are the same.
    unsafe { write(mod_data, key, value, lifetime) }
}

/// Deletes the session and releases its lock.
///
/// - Called by `session_destroy()`, by `session_regenerate_id(true)`, and by PHP itself after a read that it cannot decode.
/// - Returns SUCCESS also if there is no such session.
/// - Must not delete data that PHP cannot decode: `session.serialize_handler` may be wrong.
unsafe extern "C" fn destroy(mod_data: *mut *mut c_void, key: *mut zend_string) -> c_int {
    let row = || {
        boundary::call(FAILURE, || {
            if upload::is_given_up() {
                return Ok(SUCCESS);
            }
            // SAFETY: these are ext/session's own arguments.
            let (handler, id) = unsafe { (open_handler::get(mod_data)?, bytes(key)) };
            match caller::is_failed_decode(id) {
                false => counters::destroyed(handler.destroy(id, running() == Running::RegenerateId))?,
                // session_decode() got bad data from the script. The stored data is good.
                true if running() == Running::Decode => {}
                true => return Err(handler.is_undecodable()),
            }
            Ok(SUCCESS)
        })
    };
    // SAFETY: as above.
    upload::answer(unsafe { old_store::destroy(mod_data, key, row) })
}

/// Deletes expired sessions.
///
/// - Called by `session_gc()`, and by chance (`session.gc_probability`) within `session_start()`, after the read.
/// - `lifetime` is not used: each row has its expiry.
/// - Returns the number of deleted sessions, also in `*deleted`, or -1.
/// - Must not collect while the session's lock is held: within `session_start()` it only asks `close` to do so.
unsafe extern "C" fn gc(mod_data: *mut *mut c_void, _lifetime: zend_long, deleted: *mut zend_long) -> zend_long {
    boundary::call(-1, || {
        if upload::is_given_up() {
            return Ok(0);
        }
        // SAFETY: these are ext/session's own arguments.
        let handler = unsafe { open_handler::get(mod_data)? };
        let count = match running() {
            Running::Gc => zend_long::try_from(handler.collect_now()?).unwrap_or(zend_long::MAX),
            _ => {
                handler.collect_later();
                0
            }
        };
        // SAFETY: as above.
        unsafe { *deleted = count };
        Ok(count)
    })
}

/// Creates a session id.
///
/// - Called at a start without a usable id, by `session_regenerate_id()` and by `session_create_id()`.
/// - Returns a new string. PHP checks it with validate_sid in strict mode.
/// - Must not return NULL, for which `session_create_id()` ends the process. Must not insert a row: bots would fill the table.
unsafe extern "C" fn create_sid(mod_data: *mut *mut c_void) -> *mut zend_string {
    // SAFETY: ext/session's own argument, and a string that was made of it.
    unsafe {
        let id = engine::create_id(mod_data);
        open_handler::has_made(mod_data, id);
        id
    }
}

/// Tells whether a session exists.
///
/// - Called in strict mode only: before read, and after create_sid to find a collision. `session_create_id()` asks about another
///   id than that of the open session, whose lock stays.
/// - Returns SUCCESS if the session exists; for FAILURE PHP creates a new id.
/// - Must not return FAILURE after an error: PHP would start an empty session. The read that follows reports the error.
unsafe extern "C" fn validate_sid(mod_data: *mut *mut c_void, key: *mut zend_string) -> c_int {
    // SAFETY: these are ext/session's own arguments.
    let is_still_open = unsafe { old_store::before_read(mod_data, key) };
    boundary::call(SUCCESS, || {
        if !is_still_open || upload::is_given_up() {
            return Ok(SUCCESS);
        }
        // SAFETY: these are ext/session's own arguments.
        let (handler, id) = unsafe { (open_handler::get(mod_data)?, bytes(key)) };
        let read_and_close = running() == Running::Start { read_and_close: true };
        bound_answers(engine::memory_left());
        let exists = handler.validate(id, read_and_close);
        open_handler::queue_notices(handler);
        Ok(if exists? { SUCCESS } else { FAILURE })
    })
}

/// The end of a request: closes whatever is still open.
pub unsafe extern "C" fn post_deactivate() -> c_int {
    session_variables::abandon();
    old_handler::abandon();
    upload::is_over();
    boundary::call(SUCCESS, || open_handler::close_but_keep_box().map(|()| SUCCESS))
}
