//! PHP sessions in MySQL or MariaDB.
//!
//! ```text
//! PHP  ->  php::callbacks  ->  handler  ->  session  ->  store::database  ->  store::exchange  ->  db::connection  ->  server
//!          decode, encode      in what      what is      which statements     what is in the      one packet there
//!          warn                order PHP    locked,      (store::lock, sql)   packet, over which  and back
//!                              calls        refused                           link (store::link)
//! ```
//!
//! With the feature `php` (default) this is the PHP extension. Without it, it is a library that neither needs a PHP to be built
//! nor knows one: for unit tests and fuzz targets.
//!
//! `config` is read once per opened session. `loaded` is a session as the store found it. `error` says what can go wrong,
//! `fence` whether a write may go over what stands in the database, `session_id` what an id is called there.

// The extension uses all that is private here; a library without it only what stands behind the names below.
#![cfg_attr(not(feature = "php"), allow(dead_code))]

mod config;
mod db;
mod envelope;
mod error;
mod fence;
mod handler;
mod loaded;
mod lock;
mod original;
mod session;
mod session_id;
mod store;

#[cfg(test)]
mod history_tests;

/// All that knows PHP.
#[cfg(feature = "php")]
mod php;

// The library: what `fuzz/` drives, and no more.
pub use config::{Config, defaults_file, dsn, keys};
pub use db::driver;
pub use lock::LockTimeout;
pub use session_id::SessionKey;
pub use store::database::Database;
pub use store::{Expected, Expiry, IfAbsent, Instance, Store, Version, Write, schema};
