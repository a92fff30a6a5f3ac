//! The answer to one packet of statements: a result set for each, up to the first error.

use std::str::FromStr;

use mysql::{Row as MysqlRow, Value};

use crate::error::{Error, Result};

/// One statement's answer.
#[derive(Default)]
pub struct ResultSet {
    pub rows: Vec<Row>,
    /// None: it was no question.
    pub columns: usize,
    pub affected: u64,
}

pub struct Row(pub(super) MysqlRow);

impl Row {
    pub fn number(&self, column: usize) -> Option<u64> {
        self.parsed(column)
    }

    /// A number that may be below zero.
    pub fn integer(&self, column: usize) -> Option<i64> {
        self.parsed(column)
    }

    fn parsed<T: TryFrom<u64> + TryFrom<i64> + FromStr>(&self, column: usize) -> Option<T> {
        match self.0.as_ref(column)? {
            Value::UInt(number) => T::try_from(*number).ok(),
            Value::Int(number) => T::try_from(*number).ok(),
            Value::Bytes(text) => std::str::from_utf8(text).ok()?.parse().ok(),
            _ => None,
        }
    }

    pub fn is_null(&self, column: usize) -> bool {
        matches!(self.0.as_ref(column), Some(Value::NULL))
    }

    /// A server variable that is a switch.
    pub fn is_on(&self, column: usize) -> bool {
        match self.number(column) {
            Some(number) => number != 0,
            None => self.text(column).is_some_and(|text| text != "OFF"),
        }
    }

    pub fn text(&self, column: usize) -> Option<String> {
        match self.0.as_ref(column)? {
            Value::Bytes(text) => Some(String::from_utf8_lossy(text).into_owned()),
            _ => None,
        }
    }

    /// Moves the bytes out, without a copy.
    pub fn take_bytes(&mut self, column: usize) -> Option<Vec<u8>> {
        match self.0.take(column)? {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

/// `sets` are those that came before `error`: the statements behind it were not executed.
#[derive(Default)]
pub struct Reply {
    pub sets: Vec<ResultSet>,
    pub error: Option<Error>,
}

impl Reply {
    /// The server's number of its error.
    pub fn error_code(&self) -> Option<u16> {
        self.error.as_ref()?.code()
    }

    pub fn ok(self) -> Result<Answer> {
        match self.error {
            None => Ok(Answer(self.sets)),
            Some(error) => Err(error),
        }
    }
}

/// A reply without an error.
pub struct Answer(pub Vec<ResultSet>);

impl Answer {
    pub fn rows(&self) -> &[Row] {
        self.0.last().map(|set| set.rows.as_slice()).unwrap_or_default()
    }

    pub fn numbers(&self) -> Vec<u64> {
        self.rows().iter().filter_map(|row| row.number(0)).collect()
    }

    pub fn first_number(&self) -> Option<u64> {
        self.rows().first()?.number(0)
    }

    pub fn first_text(&self) -> Option<String> {
        self.rows().first()?.text(0)
    }
}
