//! The configuration: every setting, checked, in the type that the code works with.
//!
//! `php::ini` registers the keys and passes their texts to [`Config::load`] once per opened session. Nothing here depends on PHP
//! or connects to a server.

mod apply;
pub mod defaults_file;
pub mod dsn;
mod foreign;
pub mod key_file;
pub mod keys;
mod password;
mod secret_file;
mod settings;
mod target;
#[cfg(test)]
pub mod tests;
mod value;

pub use settings::Config;
pub use target::{Address, Target, Tls};
pub use value::{LockFailure, TlsMode};

use std::ffi::CStr;
use std::time::Duration;

use crate::envelope::Encryption;
use crate::error::ConfigError;
use crate::lock::Mode;
use keys::Key;
use password::Password;
use secret_file::Stamp;
use value::{Result, without_line_end};

/// The settings `rustsql.user` and `rustsql.password`.
struct Account {
    user: Option<String>,
    password: Option<Password>,
}

const PASSWORD_FILE: &str = "rustsql.password_file";

const FOREIGN_HOSTS: &str = "its hosts come from the script, .user.ini or .htaccess, but its user or password comes from php.ini or \
     rustsql.defaults_file, and these are sent only to hosts that are named there: put both into the same URL \
     (mysql://user:password@host/database), or name the hosts in php.ini or by php_admin_value";

const OTHER_TLS: &str = "it changes how the server is verified, but its user or password comes from php.ini or \
     rustsql.defaults_file, and these are sent only with the TLS settings from there: set rustsql.tls, \
     rustsql.tls_ca, rustsql.tls_cert, rustsql.tls_key and rustsql.server_public_key_file there (parameters of \
     that DSN count, too), or put user and password into the same URL";

const NO_KEY: &str = "it needs a key: openssl rand -hex 32 > FILE, and name the file in rustsql.encryption_key_file";

fn addresses(dsn: &str) -> Vec<Address> {
    let named = Config::with_defaults().and_then(|mut config| config.apply_dsn(dsn).map(|()| config));
    named.map(|config| config.target.addresses).unwrap_or_default()
}

fn read_password(path: &str) -> Result<(Password, Stamp)> {
    let (bytes, stamp) = secret_file::read(PASSWORD_FILE, path)?;
    let wrong = |problem| ConfigError::new(PASSWORD_FILE, format!("{path} {problem}"));
    let text = str::from_utf8(&bytes).map_err(|_| wrong("is not UTF-8"))?;
    match without_line_end(text) {
        "" => Err(wrong(
            "is empty: a program that renews it must write a new file and then rename that",
        )),
        text if text.contains(['\n', '\0']) => Err(wrong(
            "has more than one line: it must contain nothing but the password",
        )),
        text => Ok((Password::of_file(text, path), stamp)),
    }
}

impl Config {
    /// `ini` returns the text of a setting. `save_path` is used only if it is a URL of a database, since distributions preset a
    /// folder there. `lasting` returns the administrator's value of a setting, also if the script or its
    /// folder has changed it.
    pub fn load(
        ini: impl Fn(&Key) -> String,
        save_path: &str,
        lasting: impl Fn(&'static CStr) -> String,
    ) -> Result<Self> {
        let mut config = Self::with_defaults()?;
        let mut dsn_text = String::new();
        for key in keys::ALL {
            let text = ini(key);
            if key.name() == "dsn" {
                dsn_text = text;
            } else {
                let account = ["user", "password"].contains(&key.name());
                config.set(key, if account { without_line_end(&text) } else { &text })?;
            }
        }
        let mut source = "rustsql.dsn";
        if dsn::is_url(save_path) {
            dsn_text = save_path.to_owned();
            source = "session.save_path";
        }
        let account = Account {
            user: config.target.user.take(),
            password: config.target.password.take(),
        };
        config.apply_dsn(&dsn_text).map_err(|error| error.about(source))?;
        config.complete(account, source, lasting)?;
        config.check(source)?;
        config.complete_migration(save_path)?;
        config.take_keys()?;
        Ok(config)
    }

    /// Reads the encryption keys when PHP starts, as long as this process may.
    pub fn read_keys(ini: impl Fn(&Key) -> String) -> Result<()> {
        let mut config = Self::with_defaults()?;
        for key in ["encryption", "encryption_key_file"].into_iter().filter_map(keys::find) {
            config.set(key, &ini(key))?;
        }
        config.take_keys()
    }

    /// Whether the same texts would still give the same configuration: false after a change of a file that was read.
    pub fn is_current(&self) -> bool {
        self.files
            .iter()
            .all(|(path, was)| secret_file::stamp(path).as_ref() == Some(was))
    }

    /// The password for a login now: its file may have a new one since the request began. One that cannot be read stays as it was.
    pub fn password(&self) -> Option<Password> {
        let known = self.target.password.as_ref()?;
        let newer = known.file().filter(|_| !self.is_current()).and_then(|file| {
            if file == self.password_file {
                return read_password(file).ok().map(|(password, _)| password);
            }
            defaults_file::read(file).ok().and_then(|(target, _)| target.password)
        });
        newer.or_else(|| Some(known.clone()))
    }

    /// Checks a text: for `ini_set()` and when PHP starts.
    pub fn accepts(key: &Key, text: &str) -> Result<()> {
        Self::with_defaults()?.set(key, text)
    }

    /// Every setting with its default.
    fn with_defaults() -> Result<Self> {
        let mut config = Self::default();
        for key in keys::ALL {
            config.set(key, key.default_text())?;
        }
        Ok(config)
    }

    fn set(&mut self, key: &Key, text: &str) -> Result<()> {
        (key.parse)(self, text).map_err(|error| error.about(key.full_name()))
    }

    /// Adds the account, the database and the hosts that the DSN does not have.
    ///
    /// A script can name any host, and it may not be able to read the administrator's password. So the administrator's account is
    /// sent only to hosts that the administrator names.
    fn complete(&mut self, ini: Account, source: &str, lasting: impl Fn(&'static CStr) -> String) -> Result<()> {
        let file = self.read_files()?;
        let mut lent = false;
        let mut lend = |value: Option<&str>, name, is_in_file: bool| {
            lent |= match value {
                Some(value) => value == without_line_end(&lasting(name)),
                None => is_in_file,
            };
        };
        let target = &mut self.target;
        if target.user.is_none() {
            lend(ini.user.as_deref(), c"rustsql.user", file.user.is_some());
            target.user = ini.user.or(file.user);
        }
        if target.password.is_none() {
            lend(ini.password.as_deref(), c"rustsql.password", file.password.is_some());
            target.password = ini.password.or(file.password);
        }
        target.database = target.database.take().or(file.database);
        target.tls.complete(file.tls.clone());
        if lent {
            let mut set = Self::lasting_tls(&lasting);
            set.target.tls.complete(file.tls);
            if target.tls != set.target.tls || self.server_public_key_file != set.server_public_key_file {
                return Err(ConfigError::new(source, OTHER_TLS));
            }
        }
        if target.addresses.is_empty() {
            target.addresses = file.addresses;
        } else if lent {
            let dsns = [c"rustsql.dsn", c"session.save_path"].map(lasting);
            let mut named = file.addresses;
            named.extend(
                dsns.iter()
                    .filter(|text| dsn::is_url(text))
                    .flat_map(|text| addresses(text)),
            );
            if !target.addresses.iter().all(|address| named.contains(address)) {
                return Err(ConfigError::new(source, FOREIGN_HOSTS));
            }
        }
        Ok(())
    }

    /// The administrator's settings of how a server is verified.
    fn lasting_tls(lasting: impl Fn(&'static CStr) -> String) -> Self {
        const NAMES: [&str; 5] = ["tls", "tls_ca", "tls_cert", "tls_key", "server_public_key_file"];
        let mut config = Self::default();
        for key in NAMES.into_iter().filter_map(keys::find) {
            // What is wrong in it is not what this session has.
            let _ = config.set(key, &lasting(key.c_name()));
        }
        let dsns = [c"session.save_path", c"rustsql.dsn"].map(lasting);
        if let Some(dsn) = dsns.iter().find(|text| dsn::is_url(text)) {
            let _ = config.apply_dsn(dsn);
        }
        config
    }

    /// What the files of the account have. A password that changes, as tokens do, is read at the next request.
    fn read_files(&mut self) -> Result<Target> {
        let mut found = Target::default();
        if !self.defaults_file.is_empty() {
            let (content, stamp) = defaults_file::read(&self.defaults_file)?;
            found = content;
            self.files.push((self.defaults_file.clone(), stamp));
        }
        if !self.password_file.is_empty() {
            let (password, stamp) = read_password(&self.password_file)?;
            found.password = Some(password);
            self.files.push((self.password_file.clone(), stamp));
        }
        if !self.server_public_key_file.is_empty() {
            let path = &self.server_public_key_file;
            let (bytes, stamp) = secret_file::read("rustsql.server_public_key_file", path)?;
            self.server_public_key = Some(bytes.to_vec());
            self.files.push((path.clone(), stamp));
        }
        Ok(found)
    }

    fn check(&mut self, source: &str) -> Result<()> {
        let example = "for example \"mysql://user:password@127.0.0.1:3306/database\"";
        if self.target.addresses.is_empty() {
            return Err(ConfigError::new(
                "rustsql.dsn",
                format!("no database server is named: set it, {example}"),
            ));
        }
        if self.target.user.is_none() {
            return Err(ConfigError::new(
                source,
                format!(
                    "no user is named: put one into the DSN ({example}), rustsql.user or rustsql.defaults_file; {}",
                    dsn::QUOTES
                ),
            ));
        }
        if self.target.database.is_none() && !self.table.contains('.') {
            return Err(ConfigError::new(
                source,
                format!("no database is named: put one into the DSN, {example}; {}", dsn::QUOTES),
            ));
        }
        Ok(())
    }

    /// The old handler's path is `session.save_path`, unless that has our URL.
    fn complete_migration(&mut self, save_path: &str) -> Result<()> {
        if self.migrate_from.is_some() && self.migrate_path.is_empty() {
            if dsn::is_url(save_path) {
                let problem = "session.save_path has the new database: set it to the save_path of the old handler";
                return Err(ConfigError::new("rustsql.migrate_path", problem));
            }
            self.migrate_path = save_path.to_owned();
        }
        Ok(())
    }

    fn take_keys(&mut self) -> Result<()> {
        if !self.encryption_key_file.is_empty() {
            self.envelope.keys = key_file::keys(&self.encryption_key_file)?;
        } else if self.envelope.encryption != Encryption::Off {
            return Err(ConfigError::new("rustsql.encryption", NO_KEY));
        }
        Ok(())
    }

    /// Sessions are read and written without a lock.
    pub fn is_unlocked(&self) -> bool {
        self.lock == Some(Mode::Unlocked)
    }

    /// Whether `rustsql.slow` reports a wait of this time.
    pub fn is_slow(&self, time: Duration) -> bool {
        !self.slow.is_zero() && time >= self.slow
    }

    /// The names of database and table, unquoted.
    pub fn table_parts(&self) -> (&str, &str) {
        match self.table.split_once('.') {
            Some(parts) => parts,
            None => (self.target.database.as_deref().unwrap_or_default(), &self.table),
        }
    }

    /// The interval in which the expiry moves at most once. A session expires that much later than its lifetime. An old save
    /// handler (`migrate_keep`) knows no such interval, so its copy follows each request.
    pub fn touch_seconds(&self, lifetime: u64) -> u64 {
        if self.migrate_keep && self.migrate_from.is_some() {
            return 0;
        }
        self.touch_interval.as_secs().min(lifetime / 10)
    }
}
