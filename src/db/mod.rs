//! Connections to the server: hosts, login, one connection, its socket, those kept between requests, what errors mean.
//!
//! Used by `store` and `lock`. Knows nothing of sessions.

pub mod connection;
mod driver_error;
pub mod errno;
pub mod fork;
mod frames;
mod greeting;
pub mod host;
pub mod host_table;
pub mod hosts;
mod login;
mod login_error;
mod names;
pub mod pool;
pub mod reply;
pub mod server;
pub mod socket;
pub mod statement;
mod statement_error;
mod threads;
pub mod warm_up;
