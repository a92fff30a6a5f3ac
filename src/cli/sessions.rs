//! `rustsql sessions TAG`: what `RustSql\sessions()` lists.

use std::rc::Rc;
use std::time::{Duration, UNIX_EPOCH};

use clap::Args;
use indicatif::{HumanBytes, HumanDuration};
use rustsql::{Database, Listed, Store};
use serde_json::json;

use super::outcome::{Format, Outcome, Result};
use super::settings::{ENVIRONMENT, Settings};
use super::table::table;

/// Lists the live sessions of a user, as RustSql\tag() has marked them
///
/// The last used one comes first. No session id and nothing of a session's data is shown.
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
    let mut store = Database::new(Rc::new(config), "rustsql sessions".to_owned());
    let listed = store.tagged(arguments.tag.as_bytes());
    store.disconnect();
    let listed = listed?;
    let now = UNIX_EPOCH.elapsed().unwrap_or_default().as_secs();
    let mut rows = vec![["created", "used", "expires in", "size"].map(str::to_owned).to_vec()];
    rows.extend(listed.iter().map(|session| row(session, now)));
    let all = |session: &Listed| {
        json!({
            "created": session.created,
            "used": session.used,
            "expires": session.expires,
            "bytes": session.bytes,
        })
    };
    Ok(Outcome {
        failed: false,
        text: match listed.is_empty() {
            true => "no session".to_owned(),
            false => table(rows),
        },
        json: json!({ "sessions": listed.iter().map(all).collect::<Vec<_>>() }),
    })
}

fn row(session: &Listed, now: u64) -> Vec<String> {
    let time = |seconds: u64| HumanDuration(Duration::from_secs(seconds)).to_string();
    let before = |then: u64| format!("{} ago", time(now.saturating_sub(then)));
    vec![
        before(session.created),
        before(session.used),
        time(session.expires.saturating_sub(now)),
        HumanBytes(session.bytes).to_string(),
    ]
}
