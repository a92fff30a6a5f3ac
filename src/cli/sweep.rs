//! `rustsql sweep`: moves what the old save handler (`rustsql.migrate_from`) still has.
//!
//! PHP does it, since old handlers are extensions of PHP: `sweep.php` starts each session once, and prints its counts.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value};

use super::outcome::{Failure, Format, Outcome, Result};

/// Moves the sessions that the old save handler still has
///
/// With rustsql.migrate_from, a session moves when its visitor comes back. This command starts each of the others once, through the
/// handler itself, in PHP for the command line. No session gets a longer life. It can be interrupted and run again, also while
/// visitors use the site. Run it as the user of the web server, so that it may read the old sessions. It lists the sessions of files
/// and redis; memcached cannot list its own.
#[derive(Args)]
#[command(after_help = ENVIRONMENT)]
pub struct Arguments {
    #[command(flatten)]
    pub format: Format,

    /// The PHP for the command line that runs the sweep
    ///
    /// It does not see what only a pool of PHP-FPM or a virtual host sets: repeat that with -d.
    #[arg(long, value_name = "PROGRAM", default_value = "php")]
    php: OsString,

    /// A setting of PHP, as with its own -d: -d rustsql.migrate_from=files
    ///
    /// Every user of this machine can read it in the process list, so put a password elsewhere. May be given more than once.
    #[arg(short = 'd', long, value_name = "NAME=VALUE")]
    define: Vec<String>,
}

const ENVIRONMENT: &str = "\
Environment:
  RUSTSQL_DSN  the database, with its password: mysql://user:password@host/database

Exit status:
  0  done
  1  failed, or at least one session could not be moved: it stays where it is";

const SCRIPT: &str = include_str!("sweep.php");

pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let started = Instant::now();
    let name = arguments.php.to_string_lossy();
    let mut php = Command::new(&arguments.php);
    // One connection for all sessions. Fatal errors go to standard error.
    let settings = [
        "rustsql.persistent=1",
        "session.auto_start=0",
        "memory_limit=-1",
        "display_errors=stderr",
        "log_errors=0",
    ];
    let settings = settings.into_iter().chain(arguments.define.iter().map(String::as_str));
    php.args(settings.flat_map(|setting| ["-d", setting]));
    if std::env::var_os("RUSTSQL_DSN").is_some_and(|dsn| !dsn.is_empty()) {
        php.args(["-d", "rustsql.dsn=\"${RUSTSQL_DSN}\""]);
    }
    php.args(["-r", SCRIPT.trim_start_matches("<?php")]);
    let mut php = php
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| {
            Failure(format!(
                "{name} cannot be run: {error}; name PHP for the command line with --php"
            ))
        })?;
    let bar = bar();
    let mut last = Map::new();
    for line in php
        .stdout
        .take()
        .map(BufReader::new)
        .into_iter()
        .flat_map(BufRead::lines)
    {
        // What is not JSON comes from PHP itself, at its start.
        if let Ok(Value::Object(counts)) = serde_json::from_str(&line?) {
            bar.set_length(number(&counts, "total"));
            bar.set_position(
                ["moved", "already", "expired", "refused"]
                    .iter()
                    .map(|name| number(&counts, name))
                    .sum(),
            );
            last = counts;
        }
    }
    bar.finish_and_clear();
    let status = php.wait()?;
    if let Some(Value::String(reason)) = last.get("error") {
        return Err(Failure(reason.clone()));
    }
    if !status.success() || !last.contains_key("reasons") {
        return Err(Failure(format!(
            "{name} ended too early ({status}); what has moved stays so, and the sweep can be run again"
        )));
    }
    last.insert(
        "seconds".to_owned(),
        ((started.elapsed().as_secs_f64() * 1e3).round() / 1e3).into(),
    );
    Ok(Outcome {
        text: text(&last),
        failed: number(&last, "refused") > 0,
        json: Value::Object(last),
    })
}

fn number(counts: &Map<String, Value>, name: &str) -> u64 {
    counts.get(name).and_then(Value::as_u64).unwrap_or_default()
}

fn text(counts: &Map<String, Value>) -> String {
    let number = |name| number(counts, name);
    let mut text = format!(
        "{} moved, {} in the database already, {} expired, {} refused",
        number("moved"),
        number("already"),
        number("expired"),
        number("refused")
    );
    for (reason, times) in counts.get("reasons").and_then(Value::as_object).into_iter().flatten() {
        text.push_str(&format!("\n{times} refused: {reason}"));
    }
    text
}

/// On a terminal only.
fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) =
        ProgressStyle::with_template("{wide_bar} {human_pos} of {human_len} sessions, {per_sec}, {eta} left")
    {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
