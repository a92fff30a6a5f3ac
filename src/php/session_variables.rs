//! The array that PHP encodes as the session: what `$_SESSION` refers to when the session is read.
//!
//! It is found then and remembered, since a script can unset `$_SESSION` or let it refer to something else, and PHP goes
//! on to encode the first. The reference is counted, so that it lives as long as it is remembered.

use std::cell::Cell;
use std::ptr;

use ext_php_rs::ffi::{
    IS_INDIRECT, IS_REFERENCE, IS_REFERENCE_EX, ext_php_rs_executor_globals, zend_hash_str_find, zend_reference,
    zval_ptr_dtor,
};
use ext_php_rs::types::Zval;

thread_local! {
    static VARIABLES: Cell<*mut zend_reference> = const { Cell::new(ptr::null_mut()) };
}

/// What was remembered before. Not dropped by itself: to give it back may run destructors of the script, and they may call
/// any session function, so that the caller has to choose the moment.
#[must_use]
pub struct Former(*mut zend_reference);

/// Call it while PHP reads the session: it has just made the array.
pub fn remember() -> Former {
    Former(VARIABLES.replace(find()))
}

pub fn forget() -> Former {
    Former(VARIABLES.replace(ptr::null_mut()))
}

/// NULL, or the reference with one more count.
fn find() -> *mut zend_reference {
    // SAFETY: the executor's globals are valid during a callback; the symbol's value is live, and a value of type
    // IS_REFERENCE has a live reference.
    unsafe {
        let symbols = &raw mut (*ext_php_rs_executor_globals()).symbol_table;
        let mut session = zend_hash_str_find(symbols, c"_SESSION".as_ptr(), 8);
        if !session.is_null() && u32::from((*session).u1.v.type_) == IS_INDIRECT {
            session = (*session).value.zv;
        }
        if session.is_null() || u32::from((*session).u1.v.type_) != IS_REFERENCE {
            return ptr::null_mut();
        }
        let reference = (*session).value.ref_;
        (*reference).gc.refcount += 1;
        reference
    }
}

impl Former {
    /// Runs the destructors of what nobody else has any more. Call it last, where nothing is left to drop.
    pub fn give_back(self) {
        if self.0.is_null() {
            return;
        }
        let mut value = Zval::null();
        value.value.ref_ = self.0;
        value.u1.type_info = IS_REFERENCE_EX;
        // SAFETY: gives back the count that `find` took.
        unsafe { zval_ptr_dtor(&raw mut value) };
        // Its count is given back: dropping it would do so again.
        std::mem::forget(value);
    }
}

/// For the end of a request, when the engine has already freed its memory.
pub fn abandon() {
    VARIABLES.set(ptr::null_mut());
}

pub fn has_key_with(byte: u8) -> bool {
    // SAFETY: the reference is counted, so that it and its array are live; nothing changes them while we look.
    let variables = unsafe { VARIABLES.get().as_ref().map(|reference| &reference.val) };
    let Some(variables) = variables.and_then(Zval::array) else {
        return false;
    };
    // Not by its iterator, which panics at a key that is not UTF-8.
    let mut keys = variables.iter();
    while let Some((key, _)) = keys.next_zval() {
        if key.zend_str().is_some_and(|key| key.as_bytes().contains(&byte)) {
            return true;
        }
    }
    false
}
