//! `rustsql gc`: what `session_gc()` does, without a session.

use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use rustsql::{Database, Store};
use serde_json::json;

use super::outcome::{Format, Outcome, Result};
use super::settings::{ENVIRONMENT, Settings};

/// Deletes all expired sessions of the table
///
/// In small batches with pauses, so that live requests are not delayed. Debian switches PHP's own collection off
/// (session.gc_probability = 0): run this from a timer instead. Two at once do no harm.
#[derive(Args)]
#[command(after_help = ENVIRONMENT)]
pub struct Arguments {
    #[command(flatten)]
    pub format: Format,

    /// Succeed without a word where PHP's settings name no server, and before the first session has created the table
    #[arg(long)]
    if_configured: bool,

    #[command(flatten)]
    settings: Settings,
}

pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let config = match arguments.if_configured {
        true => match arguments.settings.config()? {
            Some(config) => config,
            None => return Ok(nothing_to_do()),
        },
        false => arguments.settings.required()?,
    };
    let started = Instant::now();
    let mut store = Database::new(Rc::new(config), "rustsql gc".to_owned());
    let bar = bar();
    let deleted = store.collect_all(u64::MAX, &mut |deleted| bar.set_position(deleted));
    store.disconnect();
    bar.finish_and_clear();
    let seconds = started.elapsed().as_secs_f64();
    let deleted = match deleted {
        Ok(deleted) => deleted,
        Err(error) if error.is_table_missing() && arguments.if_configured => return Ok(nothing_to_do()),
        Err(error) => return Err(error.into()),
    };
    Ok(Outcome {
        text: format!("{deleted} expired sessions deleted in {seconds:.1} s"),
        json: json!({ "deleted": deleted, "seconds": (seconds * 1e3).round() / 1e3 }),
        ..Outcome::default()
    })
}

fn nothing_to_do() -> Outcome {
    Outcome {
        json: json!({ "deleted": 0, "seconds": 0.0 }),
        ..Outcome::default()
    }
}

/// On a terminal only.
fn bar() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {human_pos} expired sessions deleted, {per_sec}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
