//! A statement with its values apart from its text, so that it can be sent either way: as text, or prepared, which is parsed
//! once for all the requests of a kept connection, and takes a large value as it is.

use memchr::{memchr_iter, memchr2};

use super::driver::Parameter;

/// Where a value stands in the text. No identifier of MySQL can hold it, so that every one of them is ours.
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
    text: String,
    values: Vec<Value<'a>>,
}

impl<'a> Statement<'a> {
    pub fn new(text: String) -> Self {
        let values = Vec::with_capacity(6);
        Self { text, values }
    }

    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    pub fn value(&mut self, value: Value<'a>) -> &mut Self {
        self.text.push(MARK);
        self.values.push(value);
        self
    }

    /// The same without a part of its text that has no values.
    pub fn without(&self, part: &str) -> Self {
        let (text, values) = (self.text.replace(part, ""), self.values.clone());
        Self { text, values }
    }

    pub fn has_values(&self) -> bool {
        !self.values.is_empty()
    }

    /// A name in another script than ASCII is understood by the server only in a character set in which not every byte is a
    /// character: see `sql::changed_variables`. No raw bytes may then go along.
    pub fn is_ascii(&self) -> bool {
        self.text.is_ascii()
    }

    /// How many bytes of data it has.
    pub fn data_len(&self) -> usize {
        let length = |value: &Value<'_>| match value {
            Value::Data(data) => data.len(),
            _ => 0,
        };
        self.values.iter().map(length).sum()
    }

    /// With its values in it.
    pub fn literal(&self) -> String {
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
        sql
    }

    /// As the protocol of prepared statements has it.
    pub fn prepared(&self) -> (String, Vec<Parameter<'_>>) {
        let text = self.text.replace(MARK, "?");
        (text, self.values.iter().map(Value::parameter).collect())
    }
}

impl Value<'_> {
    fn parameter(&self) -> Parameter<'_> {
        match self {
            Self::Number(number) => Parameter::Number(*number),
            Self::Name(name) => Parameter::Bytes(name.as_bytes()),
            Self::Key(key) => Parameter::Bytes(key),
            Self::Data(data) => Parameter::Bytes(data),
        }
    }
}

fn push_hex(sql: &mut String, bytes: &[u8]) {
    sql.extend(["x'", &crate::session_id::hex(bytes), "'"]);
}

/// Means the same whether a backslash escapes (the default) or not (`NO_BACKSLASH_ESCAPES`, where a proxy drops our
/// `sql_mode`), and in any character set that a client may have: a quote is doubled, which none of them has as a part of a
/// longer character. Bytes that are not UTF-8, or have a backslash, go as hexadecimal.
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
        let mut statement = Statement::new("UPDATE `\u{e9}` SET data=".into());
        statement.value(Value::Data("\u{e9}".as_bytes()));
        assert_eq!(statement.literal(), "UPDATE `\u{e9}` SET data=x'c3a9'");
    }

    #[test]
    fn the_same_statement_goes_either_way() {
        let mut statement = Statement::new("UPDATE `a?b` SET n=".into());
        statement
            .value(Value::Number(7))
            .push(",data=")
            .value(Value::Data(b"it's"));
        statement.push(" WHERE l=").value(Value::Name("n.1"));
        assert_eq!(
            statement.literal(),
            "UPDATE `a?b` SET n=7,data=_binary'it''s' WHERE l='n.1'"
        );
        let (text, values) = statement.prepared();
        assert_eq!(text, "UPDATE `a?b` SET n=?,data=? WHERE l=?");
        assert_eq!(
            values,
            [
                Parameter::Number(7),
                Parameter::Bytes(b"it's"),
                Parameter::Bytes(b"n.1")
            ]
        );
    }
}
