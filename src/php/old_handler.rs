//! Calls another save handler of PHP (`rustsql.migrate_from`) by its callbacks, as ext/session itself would.
//!
//! An old handler can jump away: at the memory limit, for example. So it runs only when no destructor is pending, nothing of ours
//! is borrowed, and each string that it gets is in the engine's memory. What it holds meanwhile is in `OPEN`: `clean_up` closes it
//! after a jump.
//!
//! While it runs, the engine prints no warnings and calls no error handler of the script: a text may have a session id in it, and
//! the script could end the session. The last text, or the message of an exception, becomes the reason in our own warning.

use std::borrow::Cow;
use std::cell::{Cell, RefCell, UnsafeCell};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::OnceLock;

use ext_php_rs::ffi::{
    E_COMPILE_ERROR, E_CORE_ERROR, E_ERROR, E_PARSE, E_RECOVERABLE_ERROR, E_USER_ERROR, ZEND_RESULT_CODE_SUCCESS,
    ext_php_rs_executor_globals, ext_php_rs_process_globals, ext_php_rs_zend_string_release, zend_execute_data,
    zend_hash_str_find, zend_long, zend_object, zend_string,
};

use super::session_api::{ps_module, zend_clear_exception, zend_get_exception_base, zend_read_property};
use super::{boundary, save_path, warning};

pub type Find = unsafe extern "C" fn(*const c_char) -> *const ps_module;

#[derive(Clone, Copy)]
pub enum Task {
    Find,
    Remove,
    Write(*mut zend_string),
}

/// The outcome of a task. The reason of a failure is in `problem`, what was found in `found`.
pub const FAILED: c_int = -1;
pub const ABSENT: c_int = 0;
pub const DONE: c_int = 1;

/// Errors that end the request. They are printed even now, since nobody else tells why.
const FATAL: u32 = E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR | E_RECOVERABLE_ERROR;

static FIND: OnceLock<Find> = OnceLock::new();

/// What an old handler has open, and what was set aside while it runs. It has no destructor.
#[derive(Clone, Copy)]
struct Open {
    module: *const ps_module,
    error_reporting: c_int,
    handled_errors: c_int,
    exception: *mut zend_object,
    last_error: c_int,
}

thread_local! {
    static OPEN: Cell<Option<Open>> = const { Cell::new(None) };
    /// The old handler's `mod_data`.
    static DATA: Cell<*mut c_void> = const { Cell::new(ptr::null_mut()) };
    /// What it has read.
    static READ: Cell<*mut zend_string> = const { Cell::new(ptr::null_mut()) };
    /// A call of `session_write_close()` in which the old handler runs when no function does: see `enter`.
    static FRAME: UnsafeCell<MaybeUninit<zend_execute_data>> = const { UnsafeCell::new(MaybeUninit::zeroed()) };
    static FOUND: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static PROBLEM: RefCell<Cow<'static, str>> = const { RefCell::new(Cow::Borrowed("")) };
}

/// ext/session's function that finds a save handler by its name.
pub fn set_find(function: Find) {
    let _ = FIND.set(function);
}

pub fn set_problem(text: impl Into<Cow<'static, str>>) {
    PROBLEM.set(text.into());
}

pub fn problem() -> String {
    PROBLEM.take().into_owned()
}

pub fn set_found(data: Vec<u8>) {
    FOUND.set(data);
}

/// The data that the last task found.
pub fn take_found() -> Vec<u8> {
    FOUND.take()
}

/// The strings of one call, in the engine's memory.
#[derive(Clone, Copy)]
pub struct Call {
    pub handler: *mut zend_string,
    pub save_path: *mut zend_string,
    pub session_name: *mut zend_string,
    pub key: *mut zend_string,
    pub lifetime: zend_long,
}

/// # Safety
/// The strings are live. No destructor is pending, and nothing of ours is borrowed.
pub unsafe fn perform(call: Call, task: Task) -> c_int {
    // SAFETY: see above; a save handler lives as long as the process.
    unsafe {
        let find = FIND.get().map(|find| find((*call.handler).val.as_ptr()));
        let module = find.unwrap_or(ptr::null());
        if module.is_null() {
            set_problem("no save handler of that name is loaded: load its extension");
            return FAILED;
        }
        mute(module);
        let mut outcome = run(&*module, call, task);
        if !(*ext_php_rs_executor_globals()).exception.is_null() {
            outcome = FAILED; // what it has returned means nothing
        }
        close();
        // Not `call`, which would print its warning while all are muted.
        boundary::caught(|| {
            match (outcome, task) {
                (FAILED, _) => keep_reason(call),
                (DONE, Task::Find) => keep_data(),
                _ => {}
            }
            Ok(())
        });
        unmute();
        warning::flush();
        outcome
    }
}

/// # Safety
/// As for `perform`, between `mute` and `close`.
unsafe fn run(module: &ps_module, call: Call, task: Task) -> c_int {
    let (Some(open), Some(read), Some(write), Some(destroy)) =
        (module.s_open, module.s_read, module.s_write, module.s_destroy)
    else {
        return FAILED;
    };
    let is_done = |result: c_int| {
        if result == ZEND_RESULT_CODE_SUCCESS {
            DONE
        } else {
            FAILED
        }
    };
    // SAFETY: the arguments are those that ext/session passes.
    unsafe {
        let (path, name) = (save_path::lend(call.save_path), save_path::lend(call.session_name));
        if open(DATA.with(Cell::as_ptr), path, name) != ZEND_RESULT_CODE_SUCCESS {
            return FAILED;
        }
        // The read tells whether the store is up. For some handlers it takes the lock that the others need.
        let (data, found) = (DATA.with(Cell::as_ptr), READ.with(Cell::as_ptr));
        if read(data, call.key, found, call.lifetime) != ZEND_RESULT_CODE_SUCCESS {
            return FAILED;
        }
        let is_absent = READ.get().as_ref().is_none_or(|text| text.len == 0);
        match task {
            Task::Write(value) => is_done(write(data, call.key, value, call.lifetime)),
            _ if is_absent => ABSENT,
            Task::Find => DONE,
            Task::Remove => is_done(destroy(data, call.key)),
        }
    }
}

fn keep_data() {
    // SAFETY: a string that the old handler has made for its caller, or NULL.
    if let Some(text) = unsafe { READ.get().as_ref() } {
        set_found(text.as_bytes().to_vec());
    }
}

/// The message of the exception that the old handler has thrown.
fn thrown<'a>() -> Option<&'a [u8]> {
    const NAME: &CStr = c"message";
    let silent = Default::default();
    let mut buffer = MaybeUninit::uninit();
    // SAFETY: the globals are valid during a request. Each exception declares this property, so no code of a script runs.
    unsafe {
        let exception = (*ext_php_rs_executor_globals()).exception;
        let class = zend_get_exception_base(exception.as_mut()?);
        let text = zend_read_property(
            class,
            exception,
            NAME.as_ptr(),
            NAME.count_bytes(),
            silent,
            buffer.as_mut_ptr(),
        );
        Some((*text).zend_str()?.as_bytes())
    }
}

/// Keeps what the old handler has said, without the session's id and the secrets of its path.
fn keep_reason(call: Call) {
    // SAFETY: the globals are valid during a request, and the strings of the call are live.
    let (said, id, path) = unsafe {
        let errors = &*ext_php_rs_process_globals();
        let said = errors
            .last_error_message
            .as_ref()
            .filter(|_| errors.last_error_type != 0);
        let said = thrown().or(said.map(|text| text.as_bytes()));
        (said, (*call.key).as_bytes(), (*call.save_path).as_bytes())
    };
    let Some(said) = said else {
        return set_problem("it failed and does not say why: is its server up, and is rustsql.migrate_path right?");
    };
    let [said, id, path] = [said, id, path].map(String::from_utf8_lossy);
    // As php-redis has them: tcp://host:6379?auth=secret&database=1, or auth[]=user&auth[]=secret.
    let words = path.split(['?', '&', ',', ' ', ';']);
    let passwords = words
        .filter_map(|word| word.strip_prefix("auth")?.split_once('='))
        .map(|(_, value)| value);
    let secrets = [&*path, &*id]
        .into_iter()
        .chain(passwords)
        .filter(|secret| !secret.is_empty());
    set_problem(secrets.fold(said.trim_end().to_owned(), |text, secret| text.replace(secret, "***")));
}

fn frame() -> *mut zend_execute_data {
    FRAME.with(|frame| frame.get().cast())
}

/// Without a running function (at the end of a request) an exception would be a fatal error at once. So this makes one the running
/// function, until `leave`.
fn enter() {
    const NAME: &CStr = c"session_write_close";
    // SAFETY: the globals are valid during a request, and the function lives as long as the process. The frame is that of an
    // internal function without arguments and without a caller.
    unsafe {
        let engine = &mut *ext_php_rs_executor_globals();
        let function = zend_hash_str_find(engine.function_table, NAME.as_ptr(), NAME.count_bytes());
        if engine.current_execute_data.is_null()
            && let Some(function) = function.as_ref()
        {
            (*frame()).func = function.value.ptr.cast();
            engine.current_execute_data = frame();
        }
    }
}

fn leave() {
    // SAFETY: the globals are valid during a request.
    let engine = unsafe { &mut *ext_php_rs_executor_globals() };
    if engine.current_execute_data == frame() {
        engine.current_execute_data = ptr::null_mut();
    }
}

fn mute(module: *const ps_module) {
    // SAFETY: the globals are valid during a request.
    unsafe {
        let engine = &mut *ext_php_rs_executor_globals();
        let errors = &mut *ext_php_rs_process_globals();
        OPEN.set(Some(Open {
            module,
            error_reporting: engine.error_reporting,
            handled_errors: engine.user_error_handler_error_reporting,
            exception: std::mem::replace(&mut engine.exception, ptr::null_mut()),
            last_error: std::mem::take(&mut errors.last_error_type),
        }));
        engine.error_reporting &= FATAL as c_int;
        engine.user_error_handler_error_reporting = 0;
    }
    enter();
}

/// Restores what `mute` has set aside.
fn unmute() {
    let Some(was) = OPEN.take() else { return };
    leave();
    let read = READ.replace(ptr::null_mut());
    // SAFETY: the globals are valid during a request. The string is ours, and so is the exception that comes back.
    unsafe {
        let engine = ext_php_rs_executor_globals();
        if !(*engine).exception.is_null() {
            zend_clear_exception();
        }
        (*engine).exception = was.exception;
        (*engine).error_reporting = was.error_reporting;
        (*engine).user_error_handler_error_reporting = was.handled_errors;
        let errors = &mut *ext_php_rs_process_globals();
        if errors.last_error_type == 0 {
            errors.last_error_type = was.last_error;
        }
        if !read.is_null() {
            ext_php_rs_zend_string_release(read);
        }
    }
}

/// Closes the old handler, if it is open.
fn close() {
    let close = OPEN.get().and_then(|open| {
        // SAFETY: a save handler lives as long as the process.
        unsafe { (*open.module).s_close }
    });
    if let Some(close) = close
        && !DATA.get().is_null()
    {
        // SAFETY: it is ext/session's own way to close it.
        unsafe { close(DATA.with(Cell::as_ptr)) };
    }
    DATA.set(ptr::null_mut());
}

/// Call this when no destructor is pending: ends what a fatal error has interrupted.
pub fn clean_up() {
    if OPEN.get().is_some() {
        close();
        unmute();
    }
}

/// The end of a request: the engine has freed what the old handler had.
pub fn abandon() {
    DATA.set(ptr::null_mut());
    READ.set(ptr::null_mut());
    if let Some(was) = OPEN.take() {
        leave();
        // SAFETY: the executor's globals are valid until the end of the request.
        unsafe {
            let engine = ext_php_rs_executor_globals();
            (*engine).error_reporting = was.error_reporting;
            (*engine).user_error_handler_error_reporting = was.handled_errors;
        }
    }
}
