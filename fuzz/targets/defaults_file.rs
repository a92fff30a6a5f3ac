//! Any content of a defaults file: it is read or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = rustsql::defaults_file::parse("my.cnf", text);
});
