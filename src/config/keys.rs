//! The settings by name: default and where each may be changed. The one list that `php.ini`, DSN parameters and
//! phpinfo() share.

use std::ffi::CStr;

/// Where PHP lets a value be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// `php.ini` and pool files alone.
    System,
    /// Also per directory (`.htaccess`, `.user.ini`).
    PerDir,
    /// Also `ini_set()`.
    All,
}

pub struct Key {
    full_name: &'static CStr,
    default: &'static CStr,
    scope: Scope,
    /// Shown masked.
    pub secret: bool,
}

const PREFIX: &str = "rustsql.";

impl Key {
    const fn new(full_name: &'static CStr, default: &'static CStr, scope: Scope) -> Self {
        Self {
            full_name,
            default,
            scope,
            secret: false,
        }
    }

    const fn secret(full_name: &'static CStr) -> Self {
        Self {
            secret: true,
            ..Self::new(full_name, c"", Scope::PerDir)
        }
    }

    pub fn c_name(&self) -> &'static CStr {
        self.full_name
    }

    pub fn c_default(&self) -> &'static CStr {
        self.default
    }

    pub fn full_name(&self) -> &'static str {
        self.full_name.to_str().unwrap_or_default()
    }

    pub fn name(&self) -> &'static str {
        self.full_name().trim_start_matches(PREFIX)
    }

    #[cfg(test)]
    pub fn default_text(&self) -> &'static str {
        self.default.to_str().unwrap_or_default()
    }

    pub fn scope(&self) -> Scope {
        self.scope
    }
}

pub fn find(name: &str) -> Option<&'static Key> {
    ALL.iter().find(|key| key.name() == name)
}

pub const ALL: &[Key] = &[
    Key::secret(c"rustsql.dsn"),
    Key::new(c"rustsql.user", c"", Scope::PerDir),
    Key::secret(c"rustsql.password"),
    Key::new(c"rustsql.defaults_file", c"", Scope::System),
    Key::new(c"rustsql.table", c"php_sessions", Scope::PerDir),
    Key::new(c"rustsql.namespace", c"", Scope::PerDir),
    Key::new(c"rustsql.lock", c"auto", Scope::All),
    Key::new(c"rustsql.lock_timeout", c"30", Scope::All),
    Key::new(c"rustsql.lock_failure", c"fail", Scope::All),
    Key::new(c"rustsql.lock_ttl", c"600", Scope::PerDir),
    Key::new(c"rustsql.read_only", c"0", Scope::All),
    Key::new(c"rustsql.connect_timeout", c"2", Scope::PerDir),
    Key::new(c"rustsql.io_timeout", c"10", Scope::PerDir),
    Key::new(c"rustsql.retry_after", c"5", Scope::PerDir),
    Key::new(c"rustsql.persistent", c"0", Scope::PerDir),
    Key::new(c"rustsql.persistent_size", c"16", Scope::System),
    Key::new(c"rustsql.persistent_idle", c"60", Scope::System),
    Key::new(c"rustsql.touch_interval", c"60", Scope::All),
    Key::new(c"rustsql.max_size", c"0", Scope::PerDir),
    Key::new(c"rustsql.store_empty", c"1", Scope::All),
    Key::new(c"rustsql.auto_create", c"1", Scope::PerDir),
];
