//! The array that PHP encodes as the session: the one that `$_SESSION` refers to when the session is read.
//!
//! A script can unset `$_SESSION` or assign another reference to it, and PHP still encodes the first array. So this file keeps a
//! counted reference to it from the read on.

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

/// The reference that was kept before. It has no `Drop`: to release it can run destructors of the script, which may call any
/// session function, so the caller has to choose the moment.
#[must_use]
pub struct Previous(*mut zend_reference);

/// Call this while PHP reads the session: it has just created the array.
pub fn remember() -> Previous {
    Previous(VARIABLES.replace(find()))
}

pub fn forget() -> Previous {
    Previous(VARIABLES.replace(ptr::null_mut()))
}

/// Finds the reference and increments its count; NULL if there is none.
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

impl Previous {
    /// Releases the reference, which can run destructors of the script. Call this last, when no Rust destructor is pending.
    pub fn release(self) {
        if self.0.is_null() {
            return;
        }
        let mut value = Zval::null();
        value.value.ref_ = self.0;
        value.u1.type_info = IS_REFERENCE_EX;
        // SAFETY: this undoes the increment of `find`.
        unsafe { zval_ptr_dtor(&raw mut value) };
        // Dropping it would decrement the count again.
        std::mem::forget(value);
    }
}

/// Drops the pointer at the end of a request, when the engine has freed its memory already.
pub fn abandon() {
    VARIABLES.set(ptr::null_mut());
}

pub fn has_key_with(byte: u8) -> bool {
    // SAFETY: the reference is counted, so it and its array are live; no other code runs meanwhile.
    let variables = unsafe { VARIABLES.get().as_ref().map(|reference| &reference.val) };
    let Some(variables) = variables.and_then(Zval::array) else {
        return false;
    };
    // Not with `Iterator::next`, which panics at a key that is not UTF-8.
    let mut keys = variables.iter();
    while let Some((key, _)) = keys.next_zval() {
        if key.zend_str().is_some_and(|key| key.as_bytes().contains(&byte)) {
            return true;
        }
    }
    false
}
