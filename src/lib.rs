//! PHP sessions in MySQL or MariaDB.
//!
//! ```text
//! PHP  ->  php::callbacks  ->  handler  ->  session  ->  store::database  ->  store::exchange  ->  db::connection  ->  server
//!          decode, encode,     order of     lock, fence  which statements     one packet, on the  send, receive
//!          warn                callbacks                 (store::lock, sql)   link (store::link)  (db::driver)
//! ```
//!
//! With the feature `php` (default) this crate is the PHP extension. Without it, it is a library for unit tests and fuzz targets,
//! whose build needs no PHP. `cli` is the command `rustsql`, a program that uses that library.
//!
//! `config` is read once per opened session. `loaded` reads a session from the store. `fence` decides whether a write may replace
//! the stored row, and `original` whether there is anything to write. `merge` merges two changes of one session, for
//! `rustsql.lock=merge`. `envelope` compresses and encrypts what is stored.
//!
//! `session_id` makes the key of an id, `tag` that of a user. `lock` and `error` have the types that all share, `counters` the
//! memory that workers share. `old_files` has the sessions of PHP's handler `files`, for `rustsql.migrate_from`.

// The extension uses all private items; the library only those that the names below need.
#![cfg_attr(not(feature = "php"), allow(dead_code))]

mod config;
mod counters;
mod db;
mod envelope;
mod error;
mod fence;
mod handler;
mod loaded;
mod lock;
mod merge;
mod old_files;
mod original;
mod session;
mod session_id;
mod store;
mod tag;

#[cfg(test)]
mod history_tests;

/// All that knows PHP.
#[cfg(feature = "php")]
mod php;

// The library: what `fuzz/` and `cli/` use, and no more.
pub use config::{Config, defaults_file, dsn, keys};
pub use db::driver;
pub use envelope::{Compression, Encryption, Envelope, Keys, Place};
pub use error::{ConfigError, Error};
pub use lock::{LockTimeout, Mode};
pub use merge::{Conflict, Format, Merged, OnConflict, Rules, Unsplit, merge};
pub use session_id::SessionKey;
pub use store::database::Database;
pub use store::survey::{Facts, MOST_EXPIRED, Survey, Table, Topic, Values, survey};
pub use store::tagged::Listed;
pub use store::waits::{Client, Queue};
pub use store::{Expected, Expiry, IfAbsent, Instance, Store, Version, Write, schema};
