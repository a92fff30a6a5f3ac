//! The exchange with a server in the MySQL protocol: connect, log in, send statements, read their answers.
//!
//! ```text
//! client      the commands: login, query, prepare, execute, ping, quit
//! login       greeting, TLS, first response; then a dialogue about the account (authentication plugins: auth, parsec)
//! execution   the command that executes a prepared statement
//! answer      result sets, rows, values
//! packets     packets in and out: headers, sequence numbers, limits
//! stream      the socket: every call ends at a deadline (tls: its records)
//! ```
//!
//! `connection` is the only user. Nothing here depends on sessions, hosts or the settings of rustsql. Whatever a server sends, the
//! result is an [`Error`] and never a panic, and a buffer grows only with the bytes that arrive.

mod answer;
mod auth;
#[cfg(test)]
mod bounds_tests;
mod client;
mod dialogue;
#[cfg(test)]
mod dialogue_tests;
mod error;
mod execution;
mod greeting;
mod login;
mod packets;
mod parsec;
mod stream;
mod tls;

pub use answer::{ResultRow, ResultSet};
pub use client::{Client, Late, Prepared};
pub use dialogue::Account;
pub use error::{Error, Result};
pub use execution::Parameter;
pub use packets::{bound_answers, most_bytes};
pub use stream::Endpoint;
pub use tls::TlsRequest;
