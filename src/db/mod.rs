//! Connections to the server: hosts, the exchange with one (driver), those kept between requests, what errors mean.
//!
//! Used by `store`. Knows nothing of sessions.

pub mod connection;
pub mod driver;
mod driver_error;
pub mod errno;
pub mod fork;
pub mod host;
pub mod host_table;
pub mod hosts;
mod login;
mod login_error;
mod names;
pub mod pool;
pub mod reply;
pub mod server;
pub mod statement;
mod statement_error;
mod threads;
mod tls;
mod tls_error;
mod tls_files;
mod tls_verifier;

#[cfg(test)]
mod connection_tests;
#[cfg(test)]
pub mod scripted_server;
