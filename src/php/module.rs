//! The module entry that PHP reads when it loads the library; startup (MINIT) and shutdown (MSHUTDOWN).
//!
//! It is written by hand, since `#[php_module]` cannot declare that the module depends on ext/session.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;
use std::sync::Once;

use ext_php_rs::builders::{ModuleBuilder, ModuleStartup};
use ext_php_rs::ffi::{_zend_module_dep, ZEND_RESULT_CODE_FAILURE, ZEND_RESULT_CODE_SUCCESS};
use ext_php_rs::zend::{ModuleEntry, StaticModuleEntry};

use super::session_api::{MODULE_DEP_REQUIRED, ps_module};
use super::{boundary, callbacks, engine, exception, functions, info, ini, old_handler, shared_memory, warning};
use crate::db::{fork, pool};

/// C's `static const zend_module_dep[]`.
#[repr(transparent)]
struct Dependencies([_zend_module_dep; 2]);

// SAFETY: it points to static strings, and is never written to.
unsafe impl Sync for Dependencies {}

static DEPENDENCIES: Dependencies = Dependencies([
    dependency(c"session".as_ptr(), MODULE_DEP_REQUIRED as u8),
    dependency(ptr::null(), 0),
]);

const fn dependency(name: *const c_char, kind: u8) -> _zend_module_dep {
    _zend_module_dep {
        name,
        rel: ptr::null(),
        version: ptr::null(),
        type_: kind,
    }
}

#[unsafe(no_mangle)]
extern "C" fn get_module() -> *mut ModuleEntry {
    static ENTRY: StaticModuleEntry = StaticModuleEntry::new();
    ENTRY.get_or_init(|| {
        let builder = ModuleBuilder::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
            .startup_function(startup)
            .shutdown_function(shutdown)
            .post_deactivate_function(callbacks::post_deactivate)
            .info_function(info::print);
        match functions::add_to(builder).try_into() {
            Ok::<(ModuleEntry, ModuleStartup, _), _>((mut entry, _, owned)) => {
                entry.deps = DEPENDENCIES.0.as_ptr();
                (entry, owned)
            }
            Err(_) => unreachable!("names without NUL always build"),
        }
    })
}

unsafe extern "C" fn startup(_kind: c_int, module_number: c_int) -> c_int {
    boundary::install_panic_hook();
    boundary::call(ZEND_RESULT_CODE_FAILURE, || {
        watch_forks();
        shared_memory::map();
        ini::register(module_number);
        ini::check_at_startup();
        if exception::register().is_err() {
            warning::text("another extension has a class RustSql\\Exception: remove it");
            return Ok(ZEND_RESULT_CODE_FAILURE);
        }
        // The session functions are looked up here instead of linked: ext/session may be a shared library, which PHP loads
        // after this one but starts before it.
        type Register = unsafe extern "C" fn(*const ps_module) -> c_int;
        let register = symbol(c"php_session_register_module");
        let create_id = symbol(c"php_session_create_id");
        if register.is_null() || create_id.is_null() {
            warning::text("PHP's session extension is not loaded: load it, or remove extension=rustsql");
            return Ok(ZEND_RESULT_CODE_FAILURE);
        }
        // SAFETY: these are the signatures in php_session.h.
        let (register, create_id) = unsafe {
            (
                std::mem::transmute::<*mut c_void, Register>(register),
                std::mem::transmute::<*mut c_void, engine::CreateId>(create_id),
            )
        };
        engine::set_create_id(create_id);
        let find = symbol(c"_php_find_ps_module");
        if !find.is_null() {
            // SAFETY: this is its signature in php_session.h.
            old_handler::set_find(unsafe { std::mem::transmute::<*mut c_void, old_handler::Find>(find) });
        }
        // SAFETY: the module is static, and its functions have the types that ext/session expects.
        if unsafe { register(callbacks::module()) } != ZEND_RESULT_CODE_SUCCESS {
            warning::text("PHP has no room for another session save handler: unload one of the others");
            return Ok(ZEND_RESULT_CODE_FAILURE);
        }
        Ok(ZEND_RESULT_CODE_SUCCESS)
    })
}

/// Makes a forked child know that it is one. Otherwise it would use its parent's connections.
fn watch_forks() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the handler makes only calls that are allowed between fork and exec, and the library is never unloaded.
        let result = unsafe { libc::pthread_atfork(None, None, Some(fork::in_child)) };
        assert_eq!(result, 0, "no memory for a fork handler");
    });
}

fn symbol(name: &std::ffi::CStr) -> *mut c_void {
    // SAFETY: dlsym reads the name, which ends with NUL.
    unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) }
}

unsafe extern "C" fn shutdown(_kind: c_int, module_number: c_int) -> c_int {
    boundary::call((), || {
        pool::close();
        Ok(())
    });
    ini::unregister(module_number);
    ZEND_RESULT_CODE_SUCCESS
}
