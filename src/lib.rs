//! PHP sessions in MySQL or MariaDB.
//!
//! ```text
//! PHP  ->  php::callbacks  ->  handler  ->  session  ->  store::database  ->  store::exchange  ->  db::connection  ->  server
//!          decode, encode      in what      what is      which statements     what is in the      one packet there
//!          warn                order PHP    locked,      (lock, store::sql)   packet, to which    and back
//!                              calls        refused                           host (store::link)
//! ```
//!
//! `config` is read once per opened session. `loaded` is a session as the store found it. `error` says what can go wrong,
//! `fence` whether a write may go over what stands in the database, `session_id` what an id is called there.

// Unit tests are built without `php`, which is what calls the rest.
#![cfg_attr(test, allow(dead_code))]

mod config;
mod db;
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

/// All that knows PHP; left out of unit tests, which then need neither libphp nor a server.
#[cfg(not(test))]
mod php;
