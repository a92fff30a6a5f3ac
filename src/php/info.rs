//! The section in phpinfo() and `php --ri rustsql`.
//!
//! A script's output callback may end the request while a row is printed. So no value that has to be freed lives here then.

use std::ffi::{CStr, c_char};
use std::fmt::Arguments;
use std::io::Write;

use ext_php_rs::ffi::{
    php_info_print_table_end, php_info_print_table_header, php_info_print_table_row, php_info_print_table_start,
};
use ext_php_rs::zend::ModuleEntry;

use super::session_api::display_ini_entries;
use super::{boundary, ini, warning};
use crate::counters::{self, Sums};

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

/// The engine's own calls need no boundary: they get static texts, or those of `row`.
pub unsafe extern "C" fn print(module: *mut ModuleEntry) {
    // SAFETY: every text ends with NUL, and each row has as many as the engine is told. The module is the engine's own.
    unsafe {
        php_info_print_table_start();
        for (name, value) in ROWS {
            php_info_print_table_row(2, name.as_ptr(), value.as_ptr().cast::<c_char>());
        }
        php_info_print_table_end();
    }
    // Without usable settings there is nothing to count for. A session says what is wrong with them.
    let sums = boundary::caught(|| Ok(ini::load_current().ok().map(|config| counters::sums(&config))));
    warning::flush();
    if let Some(Some(sums)) = sums {
        print_counters(&sums);
    }
    // SAFETY: the module is the engine's own.
    unsafe { display_ini_entries(module) };
}

fn print_counters(sums: &Sums) {
    // SAFETY: every text ends with NUL, and the header has as many as the engine is told.
    unsafe {
        php_info_print_table_start();
        php_info_print_table_header(
            2,
            c"Counter".as_ptr(),
            c"All workers of this PHP, with these settings".as_ptr(),
        );
    }
    for (name, count) in counters::NAMES.iter().zip(sums.counters) {
        row(name, format_args!("{count}"));
    }
    for ((name, _), counts) in counters::TIMERS.iter().zip(&sums.timers) {
        let milliseconds = |microseconds: u64| microseconds as f64 / 1e3;
        let mean = counts.microseconds.checked_div(counts.total()).unwrap_or_default();
        let [mean, half, most] = [mean, counts.below(50), counts.below(99)].map(milliseconds);
        let count = counts.total();
        row(
            name,
            format_args!("{count} (mean {mean:.3} ms, p50 {half:.3} ms, p99 {most:.3} ms)"),
        );
    }
    // SAFETY: it has no arguments.
    unsafe { php_info_print_table_end() };
}

fn row(name: &str, value: Arguments<'_>) {
    let mut texts = [[0_u8; 128]; 2];
    let [of_name, of_value] = &mut texts;
    // The last byte stays NUL: a longer text is cut.
    let _ = of_name[..127].as_mut().write_all(name.as_bytes());
    let _ = of_value[..127].as_mut().write_fmt(value);
    // SAFETY: both texts end with NUL.
    unsafe { php_info_print_table_row(2, of_name.as_ptr(), of_value.as_ptr()) };
}
