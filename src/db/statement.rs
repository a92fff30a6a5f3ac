//! A statement with its values apart from its text, so that it can be sent either way: as text, or prepared, which is parsed
//! once for all the requests of a kept connection, and takes a large value as it is.

use memchr::memchr3_iter;
use mysql::Value as Parameter;

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

    pub fn has_values(&self) -> bool {
        !self.values.is_empty()
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
        let data = self.data_len();
        let mut sql = String::with_capacity(self.text.len() + 64 * self.values.len() + data + data / 8);
        let mut values = self.values.iter();
        for (at, part) in self.text.split(MARK).enumerate() {
            if at > 0 {
                match values.next() {
                    Some(Value::Number(number)) => sql.push_str(&number.to_string()),
                    Some(Value::Name(name)) => sql.extend(["'", name, "'"]),
                    Some(Value::Key(key)) => push_hex(&mut sql, key),
                    Some(Value::Data(data)) => push_data(&mut sql, data),
                    None => {}
                }
            }
            sql.push_str(part);
        }
        sql
    }

    /// As the protocol of prepared statements has it.
    pub fn prepared(&self) -> (String, Vec<Parameter>) {
        let parameter = |value: &Value<'_>| match value {
            Value::Number(number) => Parameter::UInt(*number),
            Value::Name(name) => Parameter::Bytes(name.as_bytes().to_vec()),
            Value::Key(key) => Parameter::Bytes(key.to_vec()),
            Value::Data(data) => Parameter::Bytes(data.to_vec()),
        };
        let text = self.text.replace(MARK, "?");
        (text, self.values.iter().map(parameter).collect())
    }
}

fn push_hex(sql: &mut String, bytes: &[u8]) {
    sql.extend(["x'", &crate::session_id::hex(bytes), "'"]);
}

/// As they are where they are UTF-8, which PHP's serialization mostly is, else as hexadecimal.
fn push_data(sql: &mut String, data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        push_hex(sql, data);
        return;
    };
    sql.push_str("_binary'");
    let mut from = 0;
    for at in memchr3_iter(b'\'', b'\\', 0, data) {
        sql.push_str(&text[from..at]);
        sql.push('\\');
        // The character itself comes with what follows, but for NUL, which is a digit there.
        from = at;
        if data[at] == 0 {
            sql.push('0');
            from += 1;
        }
    }
    sql.push_str(&text[from..]);
    sql.push('\'');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_escape_what_ends_or_escapes_a_string() {
        for (data, sql) in [
            (&b""[..], "_binary''"),
            (b"a|s:1:\"b\";", "_binary'a|s:1:\"b\";'"),
            (b"it's \\ \0.", "_binary'it\\'s \\\\ \\0.'"),
            ("\u{e9}".as_bytes(), "_binary'\u{e9}'"),
            (b"\xff'\\", "x'ff275c'"),
        ] {
            let mut literal = String::new();
            push_data(&mut literal, data);
            assert_eq!(literal, sql);
        }
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
            "UPDATE `a?b` SET n=7,data=_binary'it\\'s' WHERE l='n.1'"
        );
        let (text, values) = statement.prepared();
        assert_eq!(text, "UPDATE `a?b` SET n=?,data=? WHERE l=?");
        let bytes = |bytes: &[u8]| Parameter::Bytes(bytes.to_vec());
        assert_eq!(values, [Parameter::UInt(7), bytes(b"it's"), bytes(b"n.1")]);
    }
}
