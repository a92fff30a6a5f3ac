//! Connections to the server: hosts, one connection, its socket, those kept between requests, error numbers by name.
//!
//! Used by `store` and `lock`. Knows nothing of sessions.

pub mod connection;
pub mod errno;
pub mod fork;
mod frames;
mod greeting;
pub mod host;
pub mod host_table;
pub mod hosts;
mod names;
pub mod pool;
pub mod reply;
pub mod socket;
pub mod statement;
mod threads;
pub mod warm_up;
