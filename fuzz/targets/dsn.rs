//! Any text as rustsql.dsn: it is read or refused, and neither the mask nor a message shows the password.
#![no_main]

use libfuzzer_sys::fuzz_target;

use rustsql::{Config, dsn, keys};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let masked = dsn::masked(&text);
    let refusal = message(&text);
    let Ok(dsn) = dsn::parse(&text) else { return };
    let decoded = percent_encoding::percent_decode_str(&text).decode_utf8_lossy();
    let in_a_parameter = dsn.parameters.iter().filter(|(name, _)| name == "password");
    for password in dsn.password.iter().chain(in_a_parameter.map(|(_, value)| value)) {
        // A short one may stand in a message by chance, as may one that is the name of something, stands elsewhere too, or
        // is made like the mask.
        let told = keys::ALL.iter().any(|key| key.name().contains(password.as_str())) || password.contains("***");
        if password.len() >= 8 && decoded.matches(password.as_str()).count() == 1 && !told {
            assert!(!masked.contains(password.as_str()), "masked: {masked}");
            // The message's own words may be the password of somebody: with another one it has them, too.
            let other = text.replacen(password.as_str(), "another one", 1);
            let own_words = other != text && message(&other).contains(password.as_str());
            assert!(own_words || !refusal.contains(password.as_str()), "message: {refusal}");
        }
    }
});

/// Why it is refused, if it is.
fn message(text: &str) -> String {
    let loaded = Config::load(
        |key| match key.name() {
            "dsn" => text.to_owned(),
            _ => key.c_default().to_string_lossy().into_owned(),
        },
        "",
        |_| String::new(),
    );
    loaded.err().map(|error| error.to_string()).unwrap_or_default()
}
