//! `RustSql\\Exception`: what a function throws when it fails. The save handler itself warns instead, as those of PHP do.

use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use ext_php_rs::builders::ClassBuilder;
use ext_php_rs::exception::PhpException;
use ext_php_rs::zend::ClassEntry;

use super::boundary;
use super::session_api::spl_ce_RuntimeException;
use crate::error::Result;

/// The class of this start of PHP: one process can start PHP more than once.
static CLASS: AtomicPtr<ClassEntry> = AtomicPtr::new(ptr::null_mut());

/// Call this in MINIT.
pub fn register() -> ext_php_rs::error::Result<()> {
    ClassBuilder::new("RustSql\\Exception")
        .extends((parent, "\\RuntimeException"))
        .registration(|class, _| CLASS.store(class, Ordering::Release))
        .register()
}

fn parent() -> &'static ClassEntry {
    // SAFETY: SPL is a part of PHP that starts before every other extension, and its classes live as long.
    unsafe { &*spl_ce_RuntimeException }
}

/// Runs `body`. Its error, or a panic, becomes an exception.
pub fn or_throw<T>(body: impl FnOnce() -> Result<T>) -> std::result::Result<T, PhpException> {
    boundary::outcome(body).map_err(|problem| {
        // SAFETY: `register` has set it, or it is NULL.
        let class = unsafe { CLASS.load(Ordering::Acquire).as_ref() };
        PhpException::new(
            format!("rustsql: {problem}").replace('\0', ""),
            0,
            class.unwrap_or_else(parent),
        )
    })
}
