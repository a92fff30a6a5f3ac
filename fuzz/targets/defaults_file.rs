//! Any content of a defaults file: it is read or refused.
#![no_main]
#![allow(dead_code)]

include!("../modules.rs");

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = config::defaults_file::parse("my.cnf", text);
});
