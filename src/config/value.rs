//! Parsers: the text of a setting to its value. An error says what is accepted; the caller adds the setting's name.

use std::time::Duration;

use crate::envelope::{Compression, Encryption};
use crate::error::ConfigError;
use crate::lock::{LockTimeout, Mode};
use crate::merge::OnConflict;

pub type Result<T> = std::result::Result<T, ConfigError>;

#[derive(Debug, Clone, Default, PartialEq)]
pub enum LockFailure {
    #[default]
    Fail,
    ReadOnly,
}

/// A year: MySQL's own maximum for a timeout.
const MAX_SECONDS: f64 = 31_536_000.0;

fn wrong<T>(text: &str, accepted: &str) -> Result<T> {
    Err(ConfigError::new(
        "",
        format!("'{text}' is not accepted: it takes {accepted}"),
    ))
}

/// Stores the value; the field keeps its old one if the text is wrong.
pub fn put<T>(field: &mut T, value: Result<T>) -> Result<()> {
    *field = value?;
    Ok(())
}

/// `None` for an empty text.
pub fn optional(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn number(text: &str) -> Option<f64> {
    // parse() alone would also take "inf", "nan" and "1e3".
    let plain = text.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '-');
    text.parse::<f64>().ok().filter(|value| plain && *value <= MAX_SECONDS)
}

pub fn seconds(text: &str) -> Result<Duration> {
    match number(text) {
        Some(value) if value >= 0.0 => Ok(Duration::from_secs_f64(value)),
        _ => wrong(text, "seconds, 0 to 31536000"),
    }
}

pub fn above_zero(text: &str) -> Result<Duration> {
    match number(text) {
        Some(value) if value >= 0.001 => Ok(Duration::from_secs_f64(value)),
        _ => wrong(text, "seconds above 0, to 31536000"),
    }
}

pub fn lock_timeout(text: &str) -> Result<LockTimeout> {
    match number(text) {
        Some(-1.0) => Ok(LockTimeout::Forever),
        Some(value) if value >= 0.0 => Ok(LockTimeout::Limit(Duration::from_secs_f64(value))),
        _ => wrong(text, "seconds, 0 to 31536000 (0 does not wait), or -1 (waits for ever)"),
    }
}

pub fn boolean(text: &str) -> Result<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "on" | "yes" | "true" => Ok(true),
        "" | "0" | "off" | "no" | "false" => Ok(false),
        _ => wrong(text, "0 or 1"),
    }
}

pub fn count(text: &str) -> Result<u32> {
    match text.parse() {
        Ok(count @ 1..=10_000) => Ok(count),
        _ => wrong(text, "a whole number, 1 to 10000"),
    }
}

/// 0: no limit.
pub fn count_or_none(text: &str) -> Result<u32> {
    match text.parse() {
        Ok(count @ 0..=10_000) => Ok(count),
        _ => wrong(text, "a whole number, 0 to 10000"),
    }
}

/// As deep as the merger goes.
pub fn levels(text: &str) -> Result<u32> {
    match text.parse() {
        Ok(levels @ 1..=16) => Ok(levels),
        _ => wrong(text, "a whole number, 1 to 16"),
    }
}

pub fn size(text: &str) -> Result<Option<usize>> {
    let digits = text.trim_end_matches(['K', 'k', 'M', 'm', 'G', 'g']);
    let shift = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        _ => return wrong(text, "bytes, optionally followed by K, M or G"),
    };
    let value = digits
        .parse::<usize>()
        .ok()
        .and_then(|value| value.checked_mul(1 << shift));
    match value {
        Some(0) => Ok(None),
        Some(value) => Ok(Some(value)),
        None => wrong(text, "bytes, optionally followed by K, M or G"),
    }
}

/// The name of another save handler. `user` is a script's own: the script would have to set it and this one at the same time.
pub fn old_handler(text: &str) -> Result<Option<String>> {
    let name = text.to_ascii_lowercase();
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match name.as_str() {
        "" => Ok(None),
        "user" | "rustsql" => wrong(text, OLD_HANDLERS),
        _ if is_name => Ok(Some(name)),
        _ => wrong(text, OLD_HANDLERS),
    }
}

const OLD_HANDLERS: &str = "the old save handler: files, redis, memcached or another one that PHP loads, not user";

/// Refuses backquotes, dots and control characters instead of escaping them: they are always a mistake.
pub fn table(text: &str) -> Result<String> {
    let identifier = |part: &str| {
        !part.is_empty()
            && part.chars().count() <= 64
            && !part.ends_with(' ')
            && part.chars().all(|c| !c.is_control() && c != '`' && c != '.')
    };
    match text.split_once('.') {
        Some((database, table)) if identifier(database) && identifier(table) => Ok(text.to_owned()),
        None if identifier(text) => Ok(text.to_owned()),
        _ => wrong(text, "an identifier of up to 64 characters, or database.identifier"),
    }
}

/// `rustsql.tls`, from the weakest to the strictest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsMode {
    Disabled,
    /// Where the server offers it.
    #[default]
    Preferred,
    Required,
    /// The certificate is signed by an authority that is trusted.
    VerifyCa,
    /// It has the server's name, too.
    VerifyIdentity,
}

impl TlsMode {
    pub fn name(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Preferred => "preferred",
            Self::Required => "required",
            Self::VerifyCa => "verify_ca",
            Self::VerifyIdentity => "verify_identity",
        }
    }
}

pub fn tls_mode(text: &str) -> Result<TlsMode> {
    match text {
        "disabled" => Ok(TlsMode::Disabled),
        "preferred" => Ok(TlsMode::Preferred),
        "required" => Ok(TlsMode::Required),
        "verify_ca" => Ok(TlsMode::VerifyCa),
        "verify_identity" => Ok(TlsMode::VerifyIdentity),
        _ => wrong(text, "disabled, preferred, required, verify_ca, verify_identity"),
    }
}

/// Whether sessions are merged, and how they are locked. `None`: that depends on the server.
pub fn lock_mode(text: &str) -> Result<(bool, Option<Mode>)> {
    match text {
        "auto" => Ok((false, None)),
        "advisory" => Ok((false, Some(Mode::Advisory))),
        "row" => Ok((false, Some(Mode::Row))),
        "merge" => Ok((true, Some(Mode::Row))),
        "unlocked" => Ok((false, Some(Mode::Unlocked))),
        _ => wrong(text, "auto, advisory, row, merge, unlocked"),
    }
}

pub fn merge_conflict(text: &str) -> Result<OnConflict> {
    match text {
        "refuse" => Ok(OnConflict::Refuse),
        "stored" => Ok(OnConflict::Stored),
        _ => wrong(text, "refuse, stored"),
    }
}

pub fn lock_failure(text: &str) -> Result<LockFailure> {
    match text {
        "fail" => Ok(LockFailure::Fail),
        "readonly" => Ok(LockFailure::ReadOnly),
        _ => wrong(text, "fail, readonly"),
    }
}

/// php.ini makes "1" of a bare `on` and "" of a bare `off` or `no`.
pub fn encryption(text: &str) -> Result<Encryption> {
    match boolean(text) {
        Ok(true) => Ok(Encryption::On),
        Ok(false) => Ok(Encryption::Off),
        Err(_) if text == "required" => Ok(Encryption::Required),
        Err(_) => wrong(text, "off, on, required"),
    }
}

/// php.ini makes "" of a bare `none`.
pub fn compression(text: &str) -> Result<Compression> {
    match text {
        "" | "none" => Ok(Compression::None),
        "lz4" => Ok(Compression::Lz4),
        "zstd" => Ok(Compression::Zstd),
        _ => wrong(text, "none, lz4, zstd"),
    }
}

/// Secrets often come from files, for example in containers, and a file ends with a newline.
pub fn without_line_end(text: &str) -> &str {
    text.trim_end_matches(['\r', '\n'])
}
