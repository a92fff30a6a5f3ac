//! What a DSN says, and its parameters.

use super::dsn;
use super::foreign::{self, Parameter};
use super::keys::{self, Scope};
use super::password::Password;
use super::settings::Config;
use super::target::Address;
use super::value::{Result, TlsMode};
use crate::error::ConfigError;

impl Config {
    pub(super) fn apply_dsn(&mut self, text: &str) -> Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let dsn = dsn::parse(text)?;
        self.target.addresses = dsn.addresses;
        if dsn.user.is_some() {
            self.target.user = dsn.user;
        }
        if dsn.password.is_some() {
            self.target.password = dsn.password.as_deref().map(Password::from);
        }
        self.target.database = dsn.database;
        let has = |own: &str| dsn.parameters.iter().any(|(name, _)| name == own);
        let mut tls = None;
        let mut after_password = false;
        for (name, text) in &dsn.parameters {
            let name = match keys::find(name) {
                Some(_) => name.as_str(),
                None => match foreign::parameter(name, text)? {
                    Some(Parameter::Nothing) => continue,
                    Some(Parameter::Tls(mode)) => {
                        tls = tls.max(Some(mode));
                        continue;
                    }
                    Some(Parameter::Is(own)) if has(own) => {
                        let problem = format!("'{name}' and '{own}' mean the same: write one of them");
                        return Err(ConfigError::new("", problem));
                    }
                    Some(Parameter::Is(own)) => own,
                    None => name.as_str(),
                },
            };
            if name == "socket" {
                self.socket = Some(text.clone());
                continue;
            }
            let unknown = || match after_password {
                true => ConfigError::new("", dsn::AFTER_PASSWORD),
                false => ConfigError::new("", format!("unknown parameter '{name}'")),
            };
            let key = keys::find(name).filter(|key| key.name() != "dsn").ok_or_else(unknown)?;
            if key.scope() == Scope::System {
                return Err(ConfigError::new(
                    "",
                    format!("'{name}' can be set in php.ini only, not in a DSN"),
                ));
            }
            self.set(key, text)?;
            after_password |= name == "password";
        }
        if let Some(mode) = tls {
            // The URL of a provider does not weaken what the administrator asks for.
            let set = Some(self.target.tls.mode).filter(|set| *set != TlsMode::default() || has("tls"));
            self.target.tls.mode = set.map_or(mode, |set| set.max(mode));
        }
        if let Some(path) = self.socket.take() {
            self.target.addresses = vec![Address::Socket(path)];
        }
        Ok(())
    }
}
