//! The list of all settings, one line each. `php.ini`, DSN parameters, phpinfo() and the test of docs/settings.md use it.

use std::ffi::CStr;

use super::settings::Config;
use super::value::{
    Result, above_zero, boolean, compression, count, count_or_none, encryption, levels, lock_failure, lock_mode,
    lock_timeout, merge_conflict, old_handler, optional, put, seconds, size, table, tls_mode,
};
use Scope::{All, PerDir, System};

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

/// Parses a text and stores the value in its field. The caller adds the setting's name to an error that has none.
type Parse = fn(&mut Config, &str) -> Result<()>;

pub struct Key {
    full_name: &'static CStr,
    default: &'static CStr,
    scope: Scope,
    /// phpinfo() shows the value masked.
    pub secret: bool,
    pub(super) parse: Parse,
    /// The description in docs/settings.md begins with these words.
    #[cfg_attr(not(test), expect(dead_code, reason = "for the reader, and for the test of docs"))]
    pub(super) about: &'static str,
}

const PREFIX: &str = "rustsql.";

impl Key {
    const fn new(
        full_name: &'static CStr,
        default: &'static CStr,
        scope: Scope,
        parse: Parse,
        about: &'static str,
    ) -> Self {
        Self {
            full_name,
            default,
            scope,
            secret: false,
            parse,
            about,
        }
    }

    const fn masked(self) -> Self {
        Self { secret: true, ..self }
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

/// Name, default, scope, parser with its field, and description. They are parsed in this order.
#[rustfmt::skip]
pub const ALL: &[Key] = &[
    Key::new(c"rustsql.dsn", c"", PerDir, |c, t| c.apply_dsn(t), "where sessions are kept: `mysql://user:password@host:port,host:port/database`").masked(),
    Key::new(c"rustsql.user", c"", PerDir, |c, t| put(&mut c.target.user, Ok(optional(t))), "the user, if the DSN has none"),
    Key::new(c"rustsql.password", c"", PerDir, |c, t| put(&mut c.target.password, Ok((!t.is_empty()).then(|| t.into()))), "the password, if the DSN has none").masked(),
    Key::new(c"rustsql.password_file", c"", System, |c, t| put(&mut c.password_file, Ok(t.to_owned())), "a file that contains only the password"),
    Key::new(c"rustsql.defaults_file", c"", System, |c, t| put(&mut c.defaults_file, Ok(t.to_owned())), "a file like `my.cnf` with account and hosts"),
    Key::new(c"rustsql.table", c"php_sessions", PerDir, |c, t| put(&mut c.table, table(t)), "the table of the sessions: a name, or `database.name`"),
    Key::new(c"rustsql.namespace", c"", PerDir, |c, t| put(&mut c.namespace, Ok(t.to_owned())), "separates applications that share a table"),
    Key::new(c"rustsql.lock", c"auto", All, |c, t| lock_mode(t).map(|value| (c.merges, c.lock) = value), "how a session is locked: `auto`, `advisory`, `row`, `merge` or `unlocked`"),
    Key::new(c"rustsql.lock_timeout", c"30", All, |c, t| put(&mut c.lock_timeout, lock_timeout(t)), "seconds to wait for the lock of a session"),
    Key::new(c"rustsql.lock_failure", c"fail", All, |c, t| put(&mut c.lock_failure, lock_failure(t)), "what happens without the lock: `fail` or `readonly`"),
    Key::new(c"rustsql.merge_conflict", c"refuse", All, |c, t| put(&mut c.merge_conflict, merge_conflict(t)), "what happens if two requests have changed the same key: `refuse` or `stored`"),
    Key::new(c"rustsql.merge_depth", c"2", All, |c, t| put(&mut c.merge_depth, levels(t)), "how many levels of keys are merged"),
    Key::new(c"rustsql.lock_ttl", c"600", PerDir, |c, t| put(&mut c.lock_ttl, above_zero(t)), "seconds for which the server keeps an idle connection"),
    Key::new(c"rustsql.max_waiters", c"0", PerDir, |c, t| put(&mut c.max_waiters, count_or_none(t)), "maximum of requests of one session that wait on this web host"),
    Key::new(c"rustsql.slow", c"0", PerDir, |c, t| put(&mut c.slow, seconds(t)), "seconds after which a lock that was waited for or held is reported in the log"),
    Key::new(c"rustsql.read_only", c"0", All, |c, t| put(&mut c.read_only, boolean(t)), "1: this request reads without a lock and writes nothing"),
    Key::new(c"rustsql.tls", c"preferred", PerDir, |c, t| put(&mut c.target.tls.mode, tls_mode(t)), "whether connections by TCP are encrypted: `disabled`, `preferred`, `required`, `verify_ca` or `verify_identity`"),
    Key::new(c"rustsql.tls_ca", c"", PerDir, |c, t| put(&mut c.target.tls.ca, Ok(t.to_owned())), "a PEM file with the authorities that may sign the server's certificate"),
    Key::new(c"rustsql.tls_cert", c"", PerDir, |c, t| put(&mut c.target.tls.cert, Ok(t.to_owned())), "a PEM file with the client's certificate"),
    Key::new(c"rustsql.tls_key", c"", PerDir, |c, t| put(&mut c.target.tls.key, Ok(t.to_owned())), "a PEM file with the key of the client's certificate"),
    Key::new(c"rustsql.cleartext", c"0", System, |c, t| put(&mut c.cleartext, boolean(t)), "1: the password may be sent in clear text"),
    Key::new(c"rustsql.server_public_key_file", c"", PerDir, |c, t| put(&mut c.server_public_key_file, Ok(t.to_owned())), "a PEM file with the public key of `caching_sha2_password`"),
    Key::new(c"rustsql.connect_timeout", c"2", PerDir, |c, t| put(&mut c.connect_timeout, above_zero(t)), "seconds for a name to be resolved, and for each address of each host"),
    Key::new(c"rustsql.io_timeout", c"10", PerDir, |c, t| put(&mut c.io_timeout, above_zero(t)), "seconds that one call may wait for the server"),
    Key::new(c"rustsql.retry_after", c"5", PerDir, |c, t| put(&mut c.retry_after, seconds(t)), "seconds during which a host that failed is tried after all others"),
    Key::new(c"rustsql.persistent", c"0", PerDir, |c, t| put(&mut c.persistent, boolean(t)), "1: the connection is kept for the next request of the same worker"),
    Key::new(c"rustsql.persistent_size", c"16", System, |c, t| put(&mut c.persistent_size, count(t)), "maximum of kept connections in a process with threads"),
    Key::new(c"rustsql.persistent_idle", c"60", System, |c, t| put(&mut c.persistent_idle, above_zero(t)), "seconds after which a kept connection is not used again"),
    Key::new(c"rustsql.pipelined_login", c"0", PerDir, |c, t| put(&mut c.pipelined_login, boolean(t)), "1: the first statements are sent together with the login"),
    Key::new(c"rustsql.touch_interval", c"60", All, |c, t| put(&mut c.touch_interval, seconds(t)), "minimum seconds between two updates of the expiry of an unchanged session"),
    Key::new(c"rustsql.max_size", c"0", PerDir, |c, t| put(&mut c.max_size, size(t)), "maximum size of a session's data in bytes"),
    Key::new(c"rustsql.compression", c"none", All, |c, t| put(&mut c.envelope.compression, compression(t)), "how a session's data is compressed: `none`, `lz4` or `zstd`"),
    Key::new(c"rustsql.compression_threshold", c"2K", All, |c, t| put(&mut c.envelope.threshold, size(t).map(Option::unwrap_or_default)), "data of fewer bytes is not compressed"),
    Key::new(c"rustsql.encryption", c"off", System, |c, t| put(&mut c.envelope.encryption, encryption(t)), "whether a session's data is encrypted: `off`, `on` or `required`"),
    Key::new(c"rustsql.encryption_key_file", c"", System, |c, t| put(&mut c.encryption_key_file, Ok(t.to_owned())), "a file with the encryption keys, one per line"),
    Key::new(c"rustsql.migrate_from", c"", PerDir, |c, t| put(&mut c.migrate_from, old_handler(t)), "the save handler whose sessions move to the database at their next use: `files`, `redis`, `memcached` or another"),
    Key::new(c"rustsql.migrate_path", c"", PerDir, |c, t| put(&mut c.migrate_path, Ok(t.to_owned())), "the `session.save_path` of that handler").masked(),
    Key::new(c"rustsql.migrate_keep", c"0", PerDir, |c, t| put(&mut c.migrate_keep, boolean(t)), "1: each write also goes to the old handler"),
    Key::new(c"rustsql.store_empty", c"1", All, |c, t| put(&mut c.store_empty, boolean(t)), "0: a new session without variables is not stored"),
    Key::new(c"rustsql.auto_create", c"1", PerDir, |c, t| put(&mut c.auto_create, boolean(t)), "0: never create the table"),
];
