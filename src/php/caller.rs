//! Which session function called a callback, and whether ext/session acts by itself or for the script. The arguments of a
//! callback do not tell, so this file looks at the engine's stack.

use std::cell::RefCell;
use std::ptr;

use ext_php_rs::ffi::{
    ZEND_INTERNAL_FUNCTION, ext_php_rs_executor_globals, zend_execute_data, zend_function, zend_string,
};
use ext_php_rs::types::Zval;

use super::session_api::{EG_FLAGS_IN_SHUTDOWN, zval_get_long_func};

/// The running session function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Running {
    Start {
        read_and_close: bool,
    },
    Reset,
    RegenerateId,
    Gc,
    Decode,
    /// Another session function, or a method of `SessionHandler` that the script itself calls.
    Other,
    /// `session.auto_start`, an upload, the end of the request.
    Nothing,
}

pub fn running() -> Running {
    let call = find();
    match call.function {
        Some(function) => function,
        None if call.in_method => Running::Other,
        None => Running::Nothing,
    }
}

struct Call {
    /// The innermost session function.
    function: Option<Running>,
    /// A method of an internal class, such as `SessionHandler`, is between that function and the callback.
    in_method: bool,
    /// The outermost frame that the session function called, or the outermost of all. NULL: ext/session called the callback
    /// directly.
    entry: *const zend_execute_data,
}

/// Walks up from the innermost frame to the session function, also through a class that extends `SessionHandler`.
fn find() -> Call {
    let mut call = Call {
        function: None,
        in_method: false,
        entry: ptr::null(),
    };
    // SAFETY: the engine keeps the chain of frames valid while a callback runs; functions and their names outlive it.
    unsafe {
        let mut frame = (*ext_php_rs_executor_globals()).current_execute_data;
        while !frame.is_null() && call.function.is_none() {
            let function = (*frame).func;
            if !function.is_null() {
                if u32::from((*function).type_) == ZEND_INTERNAL_FUNCTION
                    && let Some(name) = (*function).common.function_name.as_ref()
                {
                    match (*function).common.scope.is_null() {
                        true => call.function = session_function(name.as_bytes(), frame),
                        false => call.in_method = true,
                    }
                }
                if call.function.is_none() {
                    call.entry = frame;
                }
            }
            frame = (*frame).prev_execute_data;
        }
    }
    call
}

/// # Safety
/// `frame` is a live frame of a function.
unsafe fn session_function(name: &[u8], frame: *const zend_execute_data) -> Option<Running> {
    Some(match name {
        b"session_start" => Running::Start {
            // SAFETY: see above.
            read_and_close: unsafe { read_and_close(frame) },
        },
        b"session_reset" => Running::Reset,
        b"session_regenerate_id" => Running::RegenerateId,
        b"session_gc" => Running::Gc,
        b"session_decode" => Running::Decode,
        name if name.starts_with(b"session_") => Running::Other,
        _ => return None,
    })
}

/// `session_start(['read_and_close' => ...])`, with the conversion that session_start() itself makes.
///
/// # Safety
/// `frame` is a live frame of `session_start`.
unsafe fn read_and_close(frame: *const zend_execute_data) -> bool {
    // SAFETY: see above.
    let Some(options) = (unsafe { first_argument(frame) }).and_then(Zval::array) else {
        return false;
    };
    match options.get("read_and_close") {
        Some(value) if value.is_long() || value.is_string() || value.is_bool() => {
            // SAFETY: a live value.
            unsafe { zval_get_long_func(ptr::from_ref(value).cast_mut(), false) != 0 }
        }
        _ => false,
    }
}

/// # Safety
/// `frame` is a live frame of a function.
unsafe fn first_argument<'a>(frame: *const zend_execute_data) -> Option<&'a Zval> {
    const SLOT: usize = size_of::<zend_execute_data>().div_ceil(size_of::<Zval>());
    // SAFETY: arguments follow the frame, at the slot that ZEND_CALL_ARG computes.
    unsafe { ((*frame).This.u2.num_args > 0).then(|| (*frame.cast::<Zval>().add(SLOT)).dereference()) }
}

/// How a wrapping handler read the open session.
struct Reader {
    /// The handler's function that ext/session called for it.
    function: *const zend_function,
    id: Vec<u8>,
}

thread_local! {
    static READER: RefCell<Option<Reader>> = const { RefCell::new(None) };
}

/// Call this after the session was read.
pub fn has_read(id: &[u8]) {
    // SAFETY: a live frame, or NULL.
    let Some(entry) = (unsafe { find().entry.as_ref() }) else {
        return;
    };
    let function: *const zend_function = entry.func;
    // SAFETY: as above.
    let id = unsafe { only_text(entry) }.unwrap_or(id).to_vec();
    READER.set(Some(Reader { function, id }));
}

/// Call this when a session is opened or closed.
pub fn forget_read() {
    READER.set(None);
}

/// Whether ext/session calls `destroy` by itself, since it cannot decode the data that it has just read. A script that ends its
/// session leads to the same call. The stack tells them apart: ext/session calls the handler's function directly, with the id as
/// the only argument, after the read has returned, and not at the end of the request.
///
/// Two cases look the same and are taken for this one: a script that calls `SessionHandler::destroy()` after the read, in a
/// function that ext/session or the engine called with the id as its only argument; and one function that reads and destroys.
pub fn is_failed_decode(id: &[u8]) -> bool {
    let call = find();
    let may_decode = match call.function {
        Some(Running::Start { .. } | Running::Reset | Running::Decode) => true,
        Some(_) => false,
        // session.auto_start, an upload, or a fatal error while PHP decodes, which ends all frames.
        // SAFETY: the executor's globals are valid during a callback.
        None => unsafe { u32::from((*ext_php_rs_executor_globals()).flags) & EG_FLAGS_IN_SHUTDOWN == 0 },
    };
    // SAFETY: a live frame, or NULL.
    let Some(entry) = (unsafe { call.entry.as_ref() }) else {
        return may_decode;
    };
    // SAFETY: as above.
    let Some(argument) = (unsafe { only_text(entry) }) else {
        return false;
    };
    // A wrapping handler may use other ids than ext/session, and may change its arguments.
    may_decode
        && READER.with_borrow(|reader| {
            reader.as_ref().is_some_and(|reader| {
                !ptr::eq(entry.func, reader.function) && (argument == id || argument == reader.id)
            })
        })
}

/// The argument of a function, if there is exactly one and it is a string.
///
/// # Safety
/// `frame` is a live frame of a function, or NULL.
unsafe fn only_text<'a>(frame: *const zend_execute_data) -> Option<&'a [u8]> {
    // SAFETY: see above; the string lives as long as the frame.
    unsafe {
        if frame.is_null() || (*frame).This.u2.num_args != 1 {
            return None;
        }
        let text: *const zend_string = first_argument(frame)?.zend_str()?;
        Some((*text).as_bytes())
    }
}
