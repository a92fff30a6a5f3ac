//! Bindings to ext/session, generated from the headers of the PHP that the extension is built for.
#![allow(
    non_camel_case_types,
    non_upper_case_globals,
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::all,
    reason = "generated"
)]

use ext_php_rs::ffi::{zend_class_entry, zend_long, zend_module_entry, zend_object, zend_string, zval};

include!(concat!(env!("OUT_DIR"), "/session.rs"));
