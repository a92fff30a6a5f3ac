//! A statement whose values are apart from its text. It can be sent as text or as a prepared statement. The server parses a
//! prepared one once for all requests of a kept connection, and large values need no escaping.

use std::borrow::Cow;
use std::fmt::Write;
use std::iter::once;

use memchr::{memchr_iter, memchr2};

use super::driver::Parameter;

/// The placeholder of a value in the text. MySQL allows it in no identifier, so it cannot come from a table's name.
const MARK: char = '\0';

#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    Number(u64),
    /// A lock's name: letters, digits and dots.
    Name(&'a str),
    Key([u8; 16]),
    Data(&'a [u8]),
}

#[derive(Debug, Default)]
pub struct Statement<'a> {
    text: Cow<'a, str>,
    values: Vec<Value<'a>>,
}

/// The room for bytes and for values, enough for most statements on a session.
const TEXT: usize = 512;
const VALUES: usize = 6;

impl<'a> Statement<'a> {
    pub fn new(text: impl Into<Cow<'a, str>>) -> Self {
        let (text, values) = (text.into(), Vec::new());
        Self { text, values }
    }

    /// A statement on a session that begins with these parts, with room for the others.
    pub fn begin<const PARTS: usize>(parts: [&str; PARTS]) -> Self {
        let mut text = String::with_capacity(TEXT);
        text.extend(parts);
        Self {
            text: text.into(),
            values: Vec::with_capacity(VALUES),
        }
    }

    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.to_mut().push_str(text);
        self
    }

    pub fn push_number(&mut self, number: u64) -> &mut Self {
        // A String takes whatever is written to it.
        let _ = write!(self.text.to_mut(), "{number}");
        self
    }

    pub fn value(&mut self, value: Value<'a>) -> &mut Self {
        self.text.to_mut().push(MARK);
        self.values.push(value);
        self
    }

    pub fn append(&mut self, other: Statement<'a>) -> &mut Self {
        self.push(&other.text);
        self.values.extend(other.values);
        self
    }

    /// The statement without a part of its text. That part must have no values.
    pub fn without(&self, part: &str) -> Self {
        let (text, values) = (self.text.replace(part, "").into(), self.values.clone());
        Self { text, values }
    }

    pub fn has_values(&self) -> bool {
        !self.values.is_empty()
    }

    /// A table name with characters outside ASCII needs a multi-byte character set (see `sql::changed_variables`), in which raw
    /// bytes in the text would be invalid.
    pub fn is_ascii(&self) -> bool {
        self.text.is_ascii()
    }

    /// The size of its data in bytes.
    pub fn data_len(&self) -> usize {
        let length = |value: &Value<'_>| match value {
            Value::Data(data) => data.len(),
            _ => 0,
        };
        self.values.iter().map(length).sum()
    }

    /// The text with the values in it.
    pub fn literal(&self) -> Cow<'_, str> {
        if self.values.is_empty() {
            return Cow::Borrowed(&self.text);
        }
        let (data, ascii) = (self.data_len(), self.is_ascii());
        let mut sql = String::with_capacity(self.text.len() + 64 * self.values.len() + data + data / 8);
        let mut values = self.values.iter();
        for (at, part) in self.text.split(MARK).enumerate() {
            if at > 0 {
                match values.next() {
                    Some(Value::Number(number)) => sql.push_str(&number.to_string()),
                    Some(Value::Name(name)) => sql.extend(["'", name, "'"]),
                    Some(Value::Key(key)) => push_hex(&mut sql, key),
                    Some(Value::Data(data)) if ascii => push_data(&mut sql, data),
                    Some(Value::Data(data)) => push_hex(&mut sql, data),
                    None => {}
                }
            }
            sql.push_str(part);
        }
        sql.into()
    }

    /// The text of the prepared statement, in pieces. A key is sent in hexadecimal: `store::waits` reads it in MySQL's list of
    /// processes, which converts raw bytes to the list's character set.
    fn pieces(&self) -> impl Iterator<Item = &str> {
        let placeholder = |value: &Value<'_>| match value {
            Value::Key(_) => "UNHEX(?)",
            _ => "?",
        };
        let between = once("").chain(self.values.iter().map(placeholder));
        between.zip(self.text.split(MARK)).flat_map(<[&str; 2]>::from)
    }

    /// The text of the prepared statement.
    pub fn prepared(&self) -> String {
        self.pieces().collect()
    }

    /// Whether `text` is that of the prepared statement. It is not put together for that.
    pub fn is_prepared_as(&self, text: &str) -> bool {
        let rest = self.pieces().try_fold(text, |text, piece| text.strip_prefix(piece));
        rest == Some("")
    }

    /// The values as the protocol of prepared statements encodes them.
    pub fn parameters(&self) -> Vec<Parameter<'_>> {
        self.values.iter().map(Value::parameter).collect()
    }
}

impl Value<'_> {
    fn parameter(&self) -> Parameter<'_> {
        match self {
            Self::Number(number) => Parameter::Number(*number),
            Self::Name(name) => Parameter::Bytes(name.as_bytes()),
            Self::Key(key) => Parameter::Hex(key),
            Self::Data(data) => Parameter::Bytes(data),
        }
    }
}

fn push_hex(sql: &mut String, bytes: &[u8]) {
    sql.extend(["x'", &crate::session_id::hex(bytes), "'"]);
}

/// Writes a string literal that is correct with and without `NO_BACKSLASH_ESCAPES` (a proxy may drop our `sql_mode`), and in any
/// client character set. A quote is doubled: no character set has it as a part of a longer character. Bytes that are not UTF-8,
/// or contain a backslash, are written in hexadecimal.
fn push_data(sql: &mut String, data: &[u8]) {
    let text = match std::str::from_utf8(data) {
        Ok(text) if memchr2(b'\\', 0, data).is_none() => text,
        _ => return push_hex(sql, data),
    };
    sql.push_str("_binary'");
    let mut from = 0;
    for at in memchr_iter(b'\'', data) {
        sql.push_str(&text[from..=at]);
        from = at;
    }
    sql.push_str(&text[from..]);
    sql.push('\'');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_mean_the_same_in_every_sql_mode() {
        for (data, sql) in [
            (&b""[..], "_binary''"),
            (b"a|s:1:\"b\";", "_binary'a|s:1:\"b\";'"),
            (b"it's", "_binary'it''s'"),
            ("\u{e9}".as_bytes(), "_binary'\u{e9}'"),
            (b"\\'", "x'5c27'"),
            (b"\0", "x'00'"),
            (b"\xff'\\", "x'ff275c'"),
        ] {
            let mut literal = String::new();
            push_data(&mut literal, data);
            assert_eq!(literal, sql);
        }
    }

    #[test]
    fn beside_a_name_that_is_not_ascii_data_is() {
        let mut statement = Statement::new("UPDATE `\u{e9}` SET data=");
        statement.value(Value::Data("\u{e9}".as_bytes()));
        assert_eq!(statement.literal(), "UPDATE `\u{e9}` SET data=x'c3a9'");
    }

    #[test]
    fn the_same_statement_goes_either_way() {
        let mut statement = Statement::new("UPDATE `a?b` SET n=");
        statement
            .value(Value::Number(7))
            .push(",data=")
            .value(Value::Data(b"it's"));
        statement.push(" WHERE l=").value(Value::Name("n.1"));
        statement.push(" AND id=").value(Value::Key([0xab; 16]));
        assert_eq!(
            statement.literal(),
            "UPDATE `a?b` SET n=7,data=_binary'it''s' WHERE l='n.1' AND id=x'abababababababababababababababab'"
        );
        let text = "UPDATE `a?b` SET n=?,data=? WHERE l=? AND id=UNHEX(?)";
        assert_eq!(statement.prepared(), text);
        assert!(statement.is_prepared_as(text));
        for other in [
            &text[1..],
            &text[..text.len() - 1],
            &format!("{text} "),
            &text.replace("UNHEX(?)", "?"),
            "",
        ] {
            assert!(!statement.is_prepared_as(other), "{other}");
        }
        assert_eq!(
            statement.parameters(),
            [
                Parameter::Number(7),
                Parameter::Bytes(b"it's"),
                Parameter::Bytes(b"n.1"),
                Parameter::Hex(&[0xab; 16])
            ]
        );
    }
}
