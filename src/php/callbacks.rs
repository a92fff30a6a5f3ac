//! The nine callbacks of a save handler: decode, one call of the handler, encode.
//!
//! Called by ext/session. `open` makes the handler (`open_handler`), `close` ends it; only `session_regenerate_id()` keeps it, with
//! its connection, for the `open` that follows at once. What a session means is not decided here.

use std::ffi::{c_int, c_void};
use std::rc::Rc;
use std::sync::OnceLock;

use ext_php_rs::ffi::{
    ZEND_RESULT_CODE_FAILURE, ZEND_RESULT_CODE_SUCCESS, ext_php_rs_zend_string_init, ext_php_rs_zend_string_release,
    zend_long, zend_string,
};

use super::caller::{self, Running, running};
use super::engine::{self, encoding_defect, script};
use super::open_handler::{self, OpenHandler, bound_answers};
use super::save_path::{self, SavePath};
use super::session_api::ps_module;
use super::{boundary, ini, session_variables, upload, warning};
use crate::error::Error;
use crate::handler::Handler;
use crate::store::database::Database;

type CreateId = unsafe extern "C" fn(*mut *mut c_void) -> *mut zend_string;

const SUCCESS: c_int = ZEND_RESULT_CODE_SUCCESS;
const FAILURE: c_int = ZEND_RESULT_CODE_FAILURE;

struct Module(ps_module);

// SAFETY: it has pointers to static text and functions, and nobody writes to it.
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

static CREATE_ID: OnceLock<CreateId> = OnceLock::new();

pub fn module() -> *const ps_module {
    &raw const MODULE.0
}

/// ext/session's own maker of ids.
pub fn set_create_id(function: CreateId) {
    let _ = CREATE_ID.set(function);
}

/// # Safety
/// `text` is a live string.
unsafe fn bytes<'a>(text: *const zend_string) -> &'a [u8] {
    // SAFETY: see above; ext/session keeps it alive for the length of the callback.
    unsafe { &*text }.as_bytes()
}

/// What PHP ships with.
const DEFAULT_LIFETIME: u64 = 1440;

/// With 0, which applications set that mean "until the browser is closed", `files` keeps a session until somebody collects.
/// Here it would be gone at once, since what has expired is never returned.
fn seconds(lifetime: zend_long) -> u64 {
    match u64::try_from(lifetime) {
        Ok(0) | Err(_) => DEFAULT_LIFETIME,
        Ok(seconds) => seconds,
    }
}

fn flush_notices(handler: &mut OpenHandler) {
    for notice in handler.take_notices() {
        warning::notice(&notice);
    }
}

/// Also called again with no close before it (`session_reset`), and after a close that kept the box. PHP 8.6 forgets to
/// close a session that it cannot encode: the next one, which may be another, begins anew.
unsafe extern "C" fn open(mod_data: *mut *mut c_void, save_path: SavePath, _name: SavePath) -> c_int {
    open_handler::count_change();
    caller::has_read_nothing();
    let result = boundary::call(FAILURE, || {
        // SAFETY: ext/session passes its own variable and its own text.
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

unsafe extern "C" fn close(mod_data: *mut *mut c_void) -> c_int {
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
    caller::has_read_nothing();
    let mut former = None;
    let result = boundary::call(SUCCESS, || {
        // SAFETY: as above.
        unsafe {
            if running() == Running::RegenerateId && open_handler::get(mod_data)?.is_settled() {
                return open_handler::get(mod_data)?.close(true).map(|()| SUCCESS);
            }
            former = Some(session_variables::forget());
            open_handler::end(mod_data).map(|()| SUCCESS)
        }
    });
    if let Some(former) = former {
        former.give_back();
    }
    result
}

unsafe extern "C" fn read(
    mod_data: *mut *mut c_void,
    key: *mut zend_string,
    value: *mut *mut zend_string,
    _lifetime: zend_long,
) -> c_int {
    let change = open_handler::count_change();
    let former = (running() != Running::RegenerateId).then(session_variables::remember);
    let data = boundary::string(|| {
        if upload::is_given_up() {
            return Ok(&[]);
        }
        // SAFETY: ext/session's own arguments.
        let (handler, id) = unsafe { (open_handler::get(mod_data)?, bytes(key)) };
        let read_and_close = running() == Running::Start { read_and_close: true };
        bound_answers(engine::memory_left());
        let result = handler.read(id, read_and_close).map(drop);
        flush_notices(handler);
        result?;
        caller::has_read(id);
        Ok(handler.data(id))
    });
    boundary::call((), || {
        // SAFETY: ext/session's own variable.
        let open = unsafe { open_handler::get(mod_data) };
        open.map(Handler::shrink).or(Ok(()))
    });
    if let Some(former) = former {
        former.give_back();
    }
    if data.is_null() && upload::answer(FAILURE) == FAILURE {
        return FAILURE;
    }
    // SAFETY: ext/session's own variable, and a string that nobody else has. If memory runs out nothing is left to drop.
    unsafe {
        if !data.is_null() && open_handler::changes() != change {
            // An error handler, or a destructor, has ended the session or begun another: this is not its data.
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

unsafe extern "C" fn write(
    mod_data: *mut *mut c_void,
    key: *mut zend_string,
    value: *mut zend_string,
    lifetime: zend_long,
) -> c_int {
    upload::answer(boundary::call(FAILURE, || {
        if upload::is_given_up() {
            return Ok(SUCCESS);
        }
        // SAFETY: ext/session's own arguments.
        let (handler, id, data) = unsafe { (open_handler::get(mod_data)?, bytes(key), bytes(value)) };
        let result = handler.write(id, data, seconds(lifetime), encoding_defect(data));
        flush_notices(handler);
        result.map(|()| SUCCESS)
    }))
}

/// `lazy_write` saw that nothing changed. The handler looks for itself: a new session has to be written all the same.
unsafe extern "C" fn update_timestamp(
    mod_data: *mut *mut c_void,
    key: *mut zend_string,
    value: *mut zend_string,
    lifetime: zend_long,
) -> c_int {
    // SAFETY: the same arguments.
    unsafe { write(mod_data, key, value, lifetime) }
}

/// ext/session also calls it for what it cannot decode. It may only be the wrong serialize_handler: that is kept.
unsafe extern "C" fn destroy(mod_data: *mut *mut c_void, key: *mut zend_string) -> c_int {
    upload::answer(boundary::call(FAILURE, || {
        if upload::is_given_up() {
            return Ok(SUCCESS);
        }
        // SAFETY: ext/session's own arguments.
        let (handler, id) = unsafe { (open_handler::get(mod_data)?, bytes(key)) };
        match caller::is_discarding(id) {
            false => handler.destroy(id, running() == Running::RegenerateId)?,
            // session_decode() with bad data ends the request's session, but what is stored is not bad.
            true if running() == Running::Decode => {}
            true => return Err(handler.is_undecodable()),
        }
        Ok(SUCCESS)
    }))
}

unsafe extern "C" fn gc(mod_data: *mut *mut c_void, _lifetime: zend_long, deleted: *mut zend_long) -> zend_long {
    boundary::call(-1, || {
        if upload::is_given_up() {
            return Ok(0);
        }
        // SAFETY: ext/session's own arguments.
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

/// No work of ours, and so no boundary: for an id that is NULL, session_create_id() ends the process.
unsafe extern "C" fn create_sid(mod_data: *mut *mut c_void) -> *mut zend_string {
    match CREATE_ID.get() {
        // SAFETY: ext/session's own function, with its own argument.
        Some(create) => unsafe { create(mod_data) },
        None => std::ptr::null_mut(),
    }
}

unsafe extern "C" fn validate_sid(mod_data: *mut *mut c_void, key: *mut zend_string) -> c_int {
    boundary::call(SUCCESS, || {
        if upload::is_given_up() {
            return Ok(SUCCESS);
        }
        // SAFETY: ext/session's own arguments.
        let (handler, id) = unsafe { (open_handler::get(mod_data)?, bytes(key)) };
        let read_and_close = running() == Running::Start { read_and_close: true };
        bound_answers(engine::memory_left());
        let exists = handler.validate(id, read_and_close);
        flush_notices(handler);
        Ok(if exists? { SUCCESS } else { FAILURE })
    })
}

/// After every request the connection is gone, whatever became of the session.
pub unsafe extern "C" fn post_deactivate() -> c_int {
    session_variables::abandon();
    upload::is_over();
    boundary::call(SUCCESS, || open_handler::close_but_keep_box().map(|()| SUCCESS))
}
