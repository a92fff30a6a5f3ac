//! The answers to one packet of statements: a result set for each, up to the first error.

pub use super::driver::{ResultRow, ResultSet};
use crate::error::{Error, Result};

/// `sets` are the answers before `error`. The server did not execute the statements after it.
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
    pub fn rows(&self) -> &[ResultRow] {
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
