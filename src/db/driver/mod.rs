//! The exchange with a server in the MySQL protocol: connect, log in, send statements, read their answers.
//!
//! ```text
//! client      the commands: login, query, prepare, execute, ping, quit
//! login       greeting, response, authentication plugins (auth)
//! answer      result sets, rows, values
//! packets     packets in and out: their lengths, their order, how much may come
//! stream      the socket: every call ends at a deadline
//! ```
//!
//! `connection` is the only user. Nothing here knows sessions, hosts or the settings of rustsql. Whatever a server sends gives an
//! [`Error`]: it makes nothing panic, and no more memory is taken than has arrived.

mod answer;
mod auth;
#[cfg(test)]
mod bounds_tests;
mod client;
mod error;
mod greeting;
mod login;
mod packets;
mod stream;

pub use answer::{ResultSet, Row};
pub use client::{Client, Parameter, Prepared};
pub use error::{Error, Result};
pub use login::Account;
pub use packets::bound_answers;
pub use stream::Endpoint;
