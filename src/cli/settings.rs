//! Where the settings come from. The rules are in the texts for `--help` below, which are the man page's, too.

use std::collections::HashMap;
use std::env;
use std::ffi::OsString;

use clap::Args;
use rustsql::{Config, ConfigError, dsn, keys};

use super::outcome::{Failure, Result, wrong_arguments};
use super::php;

#[derive(Args)]
#[group(skip)]
#[command(next_help_heading = "Settings")]
pub struct Settings {
    /// The database: mysql://user@host/database
    ///
    /// A password is refused here, since every user of this machine can read it in the process list. Put it into RUSTSQL_DSN
    /// or into a file. With --dsn, --defaults-file or RUSTSQL_DSN, PHP is not asked.
    #[arg(long, value_name = "URL")]
    dsn: Option<String>,

    /// A file like my.cnf with account and hosts
    ///
    /// Groups [client] and [rustsql], as for the setting rustsql.defaults_file.
    #[arg(long, value_name = "FILE")]
    defaults_file: Option<String>,

    /// The PHP whose settings are used
    ///
    /// This is the usual way: the command runs this PHP and takes rustsql.* from it, so that php.ini has them once. PHP for the
    /// command line does not see what only a pool of PHP-FPM or a virtual host sets.
    #[arg(long, value_name = "PROGRAM", default_value = "php", conflicts_with_all = ["dsn", "defaults_file"])]
    php: OsString,

    /// One more setting, as with PHP's own -d: -d rustsql.table=php_sessions
    ///
    /// It wins over the setting of PHP, and a parameter of the DSN wins over it. May be given more than once.
    #[arg(short = 'd', long, value_name = "NAME=VALUE")]
    define: Vec<String>,
}

/// For the help of a subcommand with `Settings`.
pub const ENVIRONMENT: &str = "\
Environment:
  RUSTSQL_DSN  the database, with its password: mysql://user:password@host/database";

pub type Texts = HashMap<String, String>;

pub const NOTHING_SET: &str =
    "rustsql.dsn: no database server is named: set it in php.ini, or use RUSTSQL_DSN, --dsn or --defaults-file";

impl Settings {
    pub fn required(&self) -> Result<Config> {
        self.config()?.ok_or_else(|| Failure(NOTHING_SET.to_owned()))
    }

    /// `None`: there is no server in the settings of PHP.
    pub fn config(&self) -> Result<Option<Config>> {
        let mut config = Self::load(&self.texts()?)?;
        if let Some(config) = &mut config {
            // There is no next request.
            config.persistent = false;
        }
        Ok(config)
    }

    /// Names and values, as they were found.
    pub fn texts(&self) -> Result<Texts> {
        let define = self.defined();
        let mut texts = self.base()?;
        texts.extend(define);
        Ok(texts)
    }

    /// `None`: there is no server in these settings.
    pub fn load(texts: &Texts) -> Result<Option<Config>, ConfigError> {
        let text = |name: &str| texts.get(name).cloned();
        let named =
            ["rustsql.dsn", "rustsql.defaults_file", "session.save_path"].map(|name| text(name).unwrap_or_default());
        let save_path = Some(&named[2])
            .filter(|path| dsn::is_url(path))
            .cloned()
            .unwrap_or_default();
        if named[0].is_empty() && named[1].is_empty() && save_path.is_empty() {
            return Ok(None);
        }
        let config = Config::load(
            |key| text(key.full_name()).unwrap_or_else(|| key.default_text().to_owned()),
            &save_path,
            |name| text(name.to_str().unwrap_or_default()).unwrap_or_default(),
        )?;
        Ok(Some(config))
    }

    fn base(&self) -> Result<Texts> {
        let environment = env::var("RUSTSQL_DSN").ok();
        if let Some(dsn) = &self.dsn {
            refuse_password(dsn);
        }
        let dsn = self.dsn.clone().or(environment.filter(|dsn| !dsn.is_empty()));
        if dsn.is_none() && self.defaults_file.is_none() {
            return php::settings(&self.php);
        }
        let named = [
            ("rustsql.dsn", dsn),
            ("rustsql.defaults_file", self.defaults_file.clone()),
        ];
        Ok(named
            .into_iter()
            .filter_map(|(name, text)| Some((name.to_owned(), text?)))
            .collect())
    }

    fn defined(&self) -> Texts {
        self.define.iter().map(|text| define(text)).collect()
    }
}

fn define(text: &str) -> (String, String) {
    let Some((name, value)) = text.split_once('=') else {
        wrong_arguments("-d takes NAME=VALUE, for example -d rustsql.table=php_sessions");
    };
    let name = name.strip_prefix("rustsql.").unwrap_or(name);
    match keys::find(name) {
        Some(key) if key.secret => wrong_arguments(&format!(
            "-d {} is refused: every user of this machine can read it in the process list; {INSTEAD}",
            key.full_name()
        )),
        Some(key) => (key.full_name().to_owned(), value.to_owned()),
        None => wrong_arguments(&format!("there is no setting rustsql.{name}")),
    }
}

const INSTEAD: &str = "put it into the environment variable RUSTSQL_DSN, or into a file that --defaults-file names";

fn refuse_password(dsn: &str) {
    let has = |dsn: &dsn::Dsn| dsn.password.is_some() || dsn.parameters.iter().any(|(name, _)| name == "password");
    if dsn::parse(dsn).as_ref().is_ok_and(has) {
        wrong_arguments(&format!(
            "--dsn takes no password: every user of this machine can read it in the process list; {INSTEAD}"
        ));
    }
}
