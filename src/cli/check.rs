//! `rustsql check`: whether all is as sessions need it, line by line.
//!
//! `rustsql::survey` asks each host on the way that a session takes. The files below judge: `settings` and `timeouts` need no
//! server, `host`, `server` and `capacity` have a host's lines, `together` those of all hosts, and `line` prints them.

mod capacity;
mod host;
mod limits;
mod line;
mod server;
mod settings;
mod timeouts;
mod together;

use clap::Args;
use rustsql::{Config, Survey};
use serde_json::json;

use super::outcome::{Format, Outcome, Result};
use super::settings::{ENVIRONMENT, Settings};
use limits::Limits;
use line::{Line, State};

const MARKS: &str = "\
Marks:
  ✓  good
  !  works, but is unwise
  ✗  stops sessions, now or at a failover; the exit status is 1

";

/// Checks settings and servers before visitors do, and says what to do
///
/// Each host is asked on the way that a session takes, and a session is rehearsed there and rolled back. Nothing is written and no
/// table is created. Run it as the user that PHP runs as, since files may be readable for that user alone.
#[derive(Args)]
#[command(after_help = format!("{MARKS}{ENVIRONMENT}"))]
pub struct Arguments {
    #[command(flatten)]
    limits: Limits,

    #[command(flatten)]
    pub format: Format,

    #[command(flatten)]
    settings: Settings,
}

/// Lines with a title: the settings, or a host.
type Group = (Option<String>, Vec<Line>);

pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let (mut lines, config) = settings::check(&arguments.settings)?;
    let mut groups = Vec::new();
    if let Some(config) = &config {
        let surveys = rustsql::survey(config, "rustsql check");
        lines.extend(timeouts::check(config, &arguments.limits));
        lines.extend(together::check(&surveys));
        groups = hosts(&surveys, config, &arguments.limits);
    }
    groups.insert(0, (None, lines));
    let all = || groups.iter().flat_map(|(_, lines)| lines);
    let failed = all().any(|line| line.state == State::Fault);
    let json = groups
        .iter()
        .flat_map(|(host, lines)| lines.iter().map(|line| line.json(host.as_deref())));
    Ok(Outcome {
        text: groups.iter().map(text).collect::<Vec<_>>().join("\n"),
        json: json!({ "ready": !failed, "lines": json.collect::<Vec<_>>() }),
        failed,
    })
}

fn hosts(surveys: &[Survey], config: &Config, limits: &Limits) -> Vec<Group> {
    let is_ready = |survey: &Survey| survey.problem.is_none();
    let one_is_ready = surveys.iter().any(is_ready);
    surveys
        .iter()
        .map(|survey| {
            (
                Some(survey.host.clone()),
                host::check(survey, config, limits, one_is_ready),
            )
        })
        .collect()
}

fn text((title, lines): &Group) -> String {
    let title = title.as_deref().unwrap_or("configuration").to_owned();
    [title]
        .into_iter()
        .chain(lines.iter().map(Line::text))
        .collect::<Vec<_>>()
        .join("\n")
}
