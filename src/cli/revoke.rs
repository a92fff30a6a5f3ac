//! `rustsql revoke TAG`: what `RustSql\revoke()` does.

use std::rc::Rc;

use clap::Args;
use rustsql::{Database, Store};
use serde_json::json;

use super::outcome::{Format, Outcome, Result};
use super::settings::{ENVIRONMENT, Settings};

/// Ends all sessions of a user, as RustSql\tag() has marked them
///
/// A request that has such a session open cannot write it again. With row locks the command waits for that request, up to
/// rustsql.lock_timeout.
#[derive(Args)]
#[command(after_help = ENVIRONMENT)]
pub struct Arguments {
    /// What the application passes to RustSql\tag(): the user's id, for example
    tag: String,

    #[command(flatten)]
    pub format: Format,

    #[command(flatten)]
    settings: Settings,
}

pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let config = arguments.settings.required()?;
    let mut store = Database::new(Rc::new(config), "rustsql revoke".to_owned());
    let ended = store.end_tagged(arguments.tag.as_bytes(), None);
    store.disconnect();
    let ended = ended?;
    Ok(Outcome {
        failed: false,
        text: format!("{ended} sessions ended"),
        json: json!({ "ended": ended }),
    })
}
