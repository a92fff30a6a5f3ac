//! The settings by themselves: which are in force, and which have a bad value.

use rustsql::{Config, dsn, keys};

use super::super::outcome::Result;
use super::super::settings::{NOTHING_SET, Settings, Texts};
use super::line::Line;

const NAME: &str = "settings";

/// Without a configuration there is nothing more to check.
pub fn check(settings: &Settings) -> Result<(Vec<Line>, Option<Config>)> {
    let texts = settings.texts()?;
    let mut lines: Vec<_> = keys::ALL
        .iter()
        .filter_map(|key| {
            let text = texts.get(key.full_name())?;
            let error = Config::accepts(key, text).err()?;
            Some(Line::fault(NAME, error.to_string(), CORRECT))
        })
        .collect();
    if !lines.is_empty() {
        return Ok((lines, None));
    }
    let config = match Settings::load(&texts) {
        Ok(config) => config,
        Err(error) => {
            lines.push(Line::fault(NAME, error.to_string(), CORRECT));
            return Ok((lines, None));
        }
    };
    lines.push(match config {
        Some(_) => Line::good(NAME, in_force(&texts)),
        None => Line::fault(NAME, "no database server is named", NOTHING_SET),
    });
    if let Some(handler) = texts
        .get("session.save_handler")
        .filter(|handler| *handler != "rustsql")
    {
        lines.push(Line::warning(
            "save handler",
            format!("PHP for the command line keeps its sessions with '{handler}'"),
            "session.save_handler = rustsql, unless a pool of PHP-FPM or a virtual host sets that",
        ));
    }
    if texts
        .get("session.gc_maxlifetime")
        .is_some_and(|seconds| seconds == "0")
    {
        lines.push(Line::warning(
            "lifetime",
            "session.gc_maxlifetime is 0: a visitor is logged out within seconds",
            "set it to the seconds after which an unused session may go, such as 1440",
        ));
    }
    Ok((lines, config))
}

/// The settings that are not at their defaults, without secrets.
fn in_force(texts: &Texts) -> String {
    let set = keys::ALL.iter().filter_map(|key| {
        let text = texts.get(key.full_name()).filter(|text| *text != key.default_text())?;
        let text = match key.name() {
            "dsn" => dsn::masked(text),
            _ if key.secret => "***".to_owned(),
            _ => text.clone(),
        };
        Some(format!("{} = {text}", key.full_name()))
    });
    let save_path = texts.get("session.save_path").filter(|path| dsn::is_url(path));
    let save_path = save_path.map(|path| format!("session.save_path = {}", dsn::masked(path)));
    set.chain(save_path).collect::<Vec<_>>().join(", ")
}

const CORRECT: &str = "until it is corrected, no session starts";
