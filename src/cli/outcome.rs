//! What a subcommand has done or why it failed: printed as text or as JSON, and as the exit code.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory};
use rustsql::{ConfigError, Error};
use serde_json::{Value, json};

#[derive(Args)]
#[group(skip)]
pub struct Format {
    /// Print one JSON object instead of text. After a failure it is {"error": "..."}
    #[arg(long)]
    pub json: bool,
}

#[derive(Default)]
pub struct Outcome {
    pub text: String,
    pub json: Value,
    /// It was not possible for everything.
    pub failed: bool,
}

/// The reason of a failure, as one line without a secret.
pub struct Failure(pub String);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let mut reason = error.explain();
        if error.is_table_missing() {
            reason.push_str("; the first session creates the table; if it has another name, set rustsql.table");
        }
        Self(reason)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

pub type Result<T, E = Failure> = std::result::Result<T, E>;

pub fn report(as_json: bool, result: Result<Outcome>) -> ExitCode {
    let (text, json, code) = match result {
        Ok(outcome) => (outcome.text, outcome.json, ExitCode::from(u8::from(outcome.failed))),
        Err(Failure(reason)) => {
            // Always: it is the line that cron mails and the journal keeps.
            let _ = writeln!(io::stderr(), "rustsql: {reason}");
            (String::new(), json!({ "error": reason }), ExitCode::FAILURE)
        }
    };
    let line = if as_json { json.to_string() } else { text };
    if !line.is_empty() {
        // Nobody has to read it to the end: no failure if the pipe is closed.
        let _ = writeln!(io::stdout(), "{line}");
    }
    code
}

/// What clears a terminal; nothing for any other output.
pub fn clear() -> &'static str {
    match io::stdout().is_terminal() {
        true => "\x1b[H\x1b[2J",
        false => "",
    }
}

/// Ends the process as clap does for wrong arguments.
pub fn wrong_arguments(reason: &str) -> ! {
    super::Cli::command().error(ErrorKind::ValueValidation, reason).exit()
}
