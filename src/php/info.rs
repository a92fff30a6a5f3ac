//! The section in phpinfo() and `php --ri rustsql`.

use std::ffi::{CStr, c_char};

use ext_php_rs::ffi::{php_info_print_table_end, php_info_print_table_row, php_info_print_table_start};
use ext_php_rs::zend::ModuleEntry;

use super::session_api::display_ini_entries;

const ROWS: &[(&CStr, &CStr)] = &[
    (c"rustsql", c"enabled"),
    (c"Version", VERSION),
    (c"Registered save handler", c"rustsql"),
    (c"Client library", c"rustsql, on mysql_common 0.38"),
    (c"TLS", c"rustls 0.23, TLS 1.2 and 1.3"),
];

const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(text) => text,
    Err(_) => c"",
};

/// Needs no boundary: it only calls the engine, with static texts, and cannot panic.
pub unsafe extern "C" fn print(module: *mut ModuleEntry) {
    // SAFETY: every text ends with NUL, and each row has as many as the engine is told. The module is the engine's own.
    unsafe {
        php_info_print_table_start();
        for (name, value) in ROWS {
            php_info_print_table_row(2, name.as_ptr(), value.as_ptr().cast::<c_char>());
        }
        php_info_print_table_end();
        display_ini_entries(module);
    }
}
