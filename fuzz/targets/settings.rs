//! Any text as the value of each setting: it is taken or refused, the same by `ini_set()` as when a session opens.
#![no_main]

use libfuzzer_sys::fuzz_target;

use rustsql::{Config, keys, schema};

fuzz_target!(|bytes: &[u8]| {
    let Some((which, bytes)) = bytes.split_first() else {
        return;
    };
    let key = &keys::ALL[usize::from(*which) % keys::ALL.len()];
    let text = String::from_utf8_lossy(bytes);
    let accepted = Config::accepts(key, &text);
    // These name a file, which is read then, or need one.
    if ["defaults_file", "encryption", "encryption_key_file"].contains(&key.name()) {
        return;
    }
    let loaded = Config::load(
        |other| match other.name() {
            name if name == key.name() => text.to_string(),
            "dsn" => "mysql://app@db/app".into(),
            _ => other.c_default().to_string_lossy().into_owned(),
        },
        "",
        |_| String::new(),
    );
    match (accepted, loaded) {
        (Err(_), loaded) => assert!(loaded.is_err(), "{}: {text}", key.name()),
        // A DSN may be well formed and lack something.
        (Ok(()), Err(error)) => assert!(key.name() == "dsn", "{}: {text}: {error}", key.name()),
        (Ok(()), Ok(config)) => {
            schema::quoted_table(&config);
            config.touch_seconds(u64::MAX);
        }
    }
});
