//! One line of the answer: what was looked at, how it is, and what to do.

use rustsql::Error;
use serde_json::{Value, json};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    Good,
    /// Sessions work, but this is unwise.
    Warning,
    /// Sessions do not start, or not reliably.
    Fault,
}

pub struct Line {
    pub name: &'static str,
    pub state: State,
    pub text: String,
    pub cure: Option<String>,
}

impl Line {
    pub fn good(name: &'static str, text: impl Into<String>) -> Self {
        Self {
            name,
            state: State::Good,
            text: text.into(),
            cure: None,
        }
    }

    pub fn warning(name: &'static str, text: impl Into<String>, cure: impl Into<String>) -> Self {
        Self {
            name,
            state: State::Warning,
            text: text.into(),
            cure: Some(cure.into()),
        }
    }

    pub fn fault(name: &'static str, text: impl Into<String>, cure: impl Into<String>) -> Self {
        Self {
            state: State::Fault,
            ..Self::warning(name, text, cure)
        }
    }

    /// With the words that a session's warning would have.
    pub fn of(name: &'static str, error: &Error) -> Self {
        Self {
            name,
            state: State::Fault,
            text: error.brief(),
            cure: error.cure().map(str::to_owned),
        }
    }

    pub fn text(&self) -> String {
        let mark = match self.state {
            State::Good => '✓',
            State::Warning => '!',
            State::Fault => '✗',
        };
        let mut text = format!("  {mark} {}: {}", self.name, self.text);
        if let Some(cure) = &self.cure {
            text.push_str("\n      ");
            text.push_str(cure);
        }
        text
    }

    pub fn json(&self, host: Option<&str>) -> Value {
        json!({
            "host": host,
            "name": self.name,
            "state": match self.state {
                State::Good => "good",
                State::Warning => "warning",
                State::Fault => "fault",
            },
            "text": self.text,
            "cure": self.cure,
        })
    }
}
