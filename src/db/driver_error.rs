//! Errors of the mysql crate, as the plain data that messages have as their cause.
//!
//! `login_error` and `statement_error` decide what an error means. Nothing here depends on what was being done.

use std::error::Error as StdError;
use std::io;

use mysql::{DriverError, Error as MysqlError};

use crate::error::DbError;

/// The server's number, if it was the server that answered.
pub fn code(error: &MysqlError) -> Option<u16> {
    match error {
        MysqlError::MySqlError(error) => Some(error.code),
        _ => None,
    }
}

pub fn cause(error: MysqlError) -> DbError {
    match error {
        MysqlError::MySqlError(error) => DbError::Server {
            code: error.code,
            sqlstate: error.state,
            message: error.message,
        },
        MysqlError::DriverError(DriverError::CouldNotConnect(Some((_, _, io::ErrorKind::WouldBlock)))) => {
            DbError::TimedOut
        }
        // The address is the caller's to tell.
        MysqlError::DriverError(DriverError::CouldNotConnect(Some((_, description, kind)))) => {
            of_kind(kind, description)
        }
        MysqlError::DriverError(DriverError::ConnectTimeout) => DbError::TimedOut,
        MysqlError::DriverError(error) => DbError::Driver(error.to_string()),
        MysqlError::IoError(error) => io_error(&error),
        MysqlError::CodecError(error) => match error.source().and_then(<dyn StdError>::downcast_ref) {
            Some(error) => io_error(error),
            None => DbError::Driver(error.to_string()),
        },
        error => DbError::Driver(error.to_string()),
    }
}

fn io_error(error: &io::Error) -> DbError {
    of_kind(error.kind(), error.to_string())
}

fn of_kind(kind: io::ErrorKind, description: String) -> DbError {
    use io::ErrorKind::*;
    match kind {
        WouldBlock | TimedOut => DbError::TimedOut,
        ConnectionRefused | ConnectionReset | ConnectionAborted | BrokenPipe | UnexpectedEof | NotFound
        | HostUnreachable | NetworkUnreachable => DbError::Network(description),
        // This process has no file descriptor left, this machine no port.
        _ => DbError::Driver(description),
    }
}
