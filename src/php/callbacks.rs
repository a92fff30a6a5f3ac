//! The nine callbacks of a save handler: decode, one call of the handler, encode.
//!
//! What must survive a fatal error lives in the box that `*mod_data` owns. `open` makes it, `close` ends it; only
//! `session_regenerate_id()` keeps it, with its connection, for the `open` that follows at once.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::rc::Rc;
use std::sync::OnceLock;

use ext_php_rs::ffi::{
    ZEND_RESULT_CODE_FAILURE, ZEND_RESULT_CODE_SUCCESS, ext_php_rs_zend_string_init, zend_long, zend_string,
};

use super::engine::{Running, encoding_defect, running, script};
use super::save_path::{self, SavePath};
use super::session_api::ps_module;
use super::{boundary, ini, session_variables, warning};
use crate::error::{Error, Refusal, Result};
use crate::handler::Handler;
use crate::store::database::Database;

type Open = Handler<Database>;
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

thread_local! {
    /// The box that this thread's `*mod_data` owns, for the functions that are not given it.
    static OPEN: Cell<*mut Open> = const { Cell::new(std::ptr::null_mut()) };
}

pub fn module() -> *const ps_module {
    &raw const MODULE.0
}

/// ext/session's own maker of ids.
pub fn set_create_id(function: CreateId) {
    let _ = CREATE_ID.set(function);
}

/// Runs `body` on the open session's handler, if there is one.
pub fn with_open(body: impl FnOnce(&Open)) {
    // SAFETY: `OPEN` is the live box of this thread, or NULL; no callback runs at the same time.
    if let Some(handler) = unsafe { OPEN.get().as_ref() } {
        body(handler);
    }
}

/// # Safety
/// `mod_data` is what ext/session passes: its own variable, NULL or the box that `open` made.
unsafe fn opened<'a>(mod_data: *mut *mut c_void) -> Result<&'a mut Open> {
    // SAFETY: see above; callbacks of one thread never overlap.
    unsafe { (*mod_data).cast::<Open>().as_mut() }.ok_or(Error::LockDenied {
        host: "the handler".into(),
        why: "the session is not open",
    })
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

fn flush_notices(handler: &mut Open) {
    for notice in handler.take_notices() {
        warning::notice(&notice);
    }
}

/// Also called again with no close before it (`session_reset`), and after a close that kept the box. PHP 8.6 forgets to
/// close a session that it cannot encode: the next one, which may be another, begins anew.
unsafe extern "C" fn open(mod_data: *mut *mut c_void, save_path: SavePath, _name: SavePath) -> c_int {
    boundary::call(FAILURE, || {
        // SAFETY: ext/session passes its own variable and its own text.
        unsafe {
            if !(*mod_data).is_null()
                && matches!(running(), Running::Start { .. })
                && let Err(error) = end(mod_data)
            {
                warning::error(&error);
            }
            if (*mod_data).is_null() {
                let config = ini::load(&save_path::text(save_path))?;
                let store = Database::new(Rc::clone(&config), script());
                let handler = Box::into_raw(Box::new(Handler::new(config, store)));
                OPEN.set(handler);
                *mod_data = handler.cast();
            }
        }
        Ok(SUCCESS)
    })
}

/// # Safety
/// `*mod_data` is NULL or the box that `open` made.
unsafe fn end(mod_data: *mut *mut c_void) -> Result<()> {
    // SAFETY: see above; nothing points to the box any more when it is dropped.
    unsafe {
        let handler = std::mem::replace(&mut *mod_data, std::ptr::null_mut()).cast::<Open>();
        OPEN.set(std::ptr::null_mut());
        if handler.is_null() {
            return Ok(());
        }
        Box::from_raw(handler).close(false)
    }
}

unsafe extern "C" fn close(mod_data: *mut *mut c_void) -> c_int {
    // SAFETY: `*mod_data` is NULL or the box that `open` made.
    let Some(handler) = (unsafe { (*mod_data).cast::<Open>().as_mut() }) else {
        return SUCCESS;
    };
    if running() == Running::RegenerateId && handler.is_settled() {
        return boundary::call(SUCCESS, || handler.close(true).map(|()| SUCCESS));
    }
    // SAFETY: as above.
    let result = boundary::call(SUCCESS, || unsafe { end(mod_data) }.map(|()| SUCCESS));
    // Last: it may run a destructor of the script, which may call us.
    session_variables::forget();
    result
}

unsafe extern "C" fn read(
    mod_data: *mut *mut c_void,
    key: *mut zend_string,
    value: *mut *mut zend_string,
    _lifetime: zend_long,
) -> c_int {
    if running() != Running::RegenerateId {
        session_variables::remember();
    }
    let data = boundary::call(None, || {
        // SAFETY: ext/session's own arguments.
        let (handler, id) = unsafe { (opened(mod_data)?, bytes(key)) };
        let read_and_close = running() == Running::Start { read_and_close: true };
        let data = handler.read(id, read_and_close).map(|data| (data.as_ptr(), data.len()));
        flush_notices(handler);
        Ok(Some(data?))
    });
    let Some((start, length)) = data else { return FAILURE };
    // SAFETY: the bytes live in the box until the next callback. If memory runs out here, nothing is left to drop.
    unsafe { *value = ext_php_rs_zend_string_init(start.cast(), length, false) };
    SUCCESS
}

unsafe extern "C" fn write(
    mod_data: *mut *mut c_void,
    key: *mut zend_string,
    value: *mut zend_string,
    lifetime: zend_long,
) -> c_int {
    boundary::call(FAILURE, || {
        // SAFETY: ext/session's own arguments.
        let (handler, id, data) = unsafe { (opened(mod_data)?, bytes(key), bytes(value)) };
        let result = handler.write(id, data, seconds(lifetime), encoding_defect(data));
        flush_notices(handler);
        result.map(|()| SUCCESS)
    })
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

unsafe extern "C" fn destroy(mod_data: *mut *mut c_void, key: *mut zend_string) -> c_int {
    boundary::call(FAILURE, || {
        // SAFETY: ext/session's own arguments.
        let (handler, id) = unsafe { (opened(mod_data)?, bytes(key)) };
        match running() {
            // ext/session throws away what it cannot decode. It may only be the wrong serialize_handler: keep it.
            Running::Start { .. } | Running::Reset | Running::Nothing => {
                return Err(Error::Refused(Refusal::Undecodable));
            }
            // session_decode() with bad data ends the request's session, but what is stored is not bad.
            Running::Decode => {}
            _ => handler.destroy(id)?,
        }
        Ok(SUCCESS)
    })
}

unsafe extern "C" fn gc(mod_data: *mut *mut c_void, _lifetime: zend_long, deleted: *mut zend_long) -> zend_long {
    boundary::call(-1, || {
        // SAFETY: ext/session's own arguments.
        let handler = unsafe { opened(mod_data)? };
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
        // SAFETY: ext/session's own arguments.
        let (handler, id) = unsafe { (opened(mod_data)?, bytes(key)) };
        let read_and_close = running() == Running::Start { read_and_close: true };
        let exists = handler.validate(id, read_and_close);
        flush_notices(handler);
        Ok(if exists? { SUCCESS } else { FAILURE })
    })
}

/// The net: after every request the connection is gone, whatever became of the session. The box stays: ext/session may
/// still have its address.
pub unsafe extern "C" fn post_deactivate() -> c_int {
    session_variables::abandon();
    boundary::call(SUCCESS, || {
        // SAFETY: `OPEN` is the live box of this thread, or NULL.
        if let Some(handler) = unsafe { OPEN.get().as_mut() } {
            handler.close(false)?;
        }
        Ok(SUCCESS)
    })
}
