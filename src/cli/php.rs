//! Asks PHP for its settings, so that an administrator writes them once.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::process::Command;

use super::outcome::{Failure, Result};

/// Prints names and values, each with a NUL before it: no value of php.ini can have one. What PHP prints by itself comes first.
const CODE: &str = r#"foreach (ini_get_all(null, false) as $name => $value) {
    if (str_starts_with($name, "rustsql.") || str_starts_with($name, "session.")) {
        echo "\0$name\0$value";
    }
}"#;

/// The settings of rustsql and of PHP's sessions.
pub fn settings(php: &OsStr) -> Result<HashMap<String, String>> {
    let name = php.to_string_lossy();
    // What is wrong in a setting is said by this command.
    let quiet = ["display_errors=0", "display_startup_errors=0", "log_errors=0"];
    let output = Command::new(php)
        .args(quiet.iter().flat_map(|setting| ["-d", setting]))
        .args(["-r", CODE])
        .output()
        .map_err(|error| {
            Failure(format!(
                "{name} cannot be run: {error}; name PHP for the command line with --php, or the database with --dsn"
            ))
        })?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut fields = text.split('\0').skip(1).map(str::to_owned);
    let mut settings = HashMap::new();
    while let (Some(name), Some(value)) = (fields.next(), fields.next()) {
        settings.insert(name, value);
    }
    if !settings.contains_key("rustsql.dsn") {
        return Err(Failure(format!(
            "{name} does not load the extension rustsql: name a PHP that does with --php, or the database with --dsn"
        )));
    }
    Ok(settings)
}
