//! The name of a key in a message, as a script would write it: `$_SESSION['cart'][17]`.
//!
//! Applications choose their keys, but some take them from a visitor: their length is bounded, and bytes that a log or a terminal
//! may act on are escaped.

use std::fmt::Write;

use super::words::Format;

/// The most bytes of a key.
const LONGEST: usize = 40;

/// `keys` as in the data, the session's variable first.
pub fn name(format: Format, keys: &[&[u8]]) -> String {
    let mut name = String::from("$_SESSION");
    for (level, key) in keys.iter().enumerate() {
        let text = match (format, *key) {
            (Format::Php, [text @ .., b'|']) if level == 0 => text,
            (Format::PhpBinary, [_, text @ ..]) if level == 0 => text,
            (_, [b's', b':', text @ ..]) => quoted(text),
            (_, [b'i', b':', number @ .., b';']) => {
                let _ = write!(name, "[{}]", String::from_utf8_lossy(number));
                continue;
            }
            (_, text) => text,
        };
        let (shown, end) = match text.get(..LONGEST) {
            Some(begin) if text.len() > LONGEST => (begin, "...'"),
            _ => (text, "'"),
        };
        let _ = write!(name, "['{}{end}]", shown.escape_ascii());
    }
    name
}

/// What is between the quotes behind a length.
fn quoted(text: &[u8]) -> &[u8] {
    let begin = text.iter().position(|byte| *byte == b'"').map_or(0, |at| at + 1);
    let end = text.len().saturating_sub(2);
    text.get(begin..end).unwrap_or_default()
}
