//! Any bytes as a session id: those that PHP allows have a key and a lock name of their own, the others are refused.
#![no_main]

use libfuzzer_sys::fuzz_target;

use rustsql::SessionKey;

fuzz_target!(|bytes: &[u8]| {
    let allowed = |byte: &u8| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b',' | b'-');
    let good = (1..=256).contains(&bytes.len()) && bytes.iter().all(allowed);
    match SessionKey::new("", bytes) {
        Ok(key) => {
            assert!(good);
            let name = key.lock_name("app", "php_sessions");
            // What MySQL takes, and what needs no escape.
            assert!(
                name.len() <= 64
                    && name
                        .bytes()
                        .all(|byte| byte == b'.' || byte.is_ascii_lowercase() || byte.is_ascii_digit())
            );
            assert!(SessionKey::new("other", bytes).is_ok_and(|other| other != key));
        }
        Err(_) => assert!(!good),
    }
});
