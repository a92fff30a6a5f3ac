//! Converts the driver's errors into [`DbError`], the cause in our messages.
//!
//! `login_error` and `statement_error` add the kind.

use super::driver::Error as DriverError;
use super::tls_error;
use crate::error::DbError;

/// The server's error number. `None`: the error is not an answer of the server.
pub fn code(error: &DriverError) -> Option<u16> {
    match error {
        DriverError::Server { code, .. } => Some(*code),
        _ => None,
    }
}

pub fn cause(error: DriverError) -> DbError {
    match error {
        DriverError::Server {
            code,
            sqlstate,
            message,
        } => DbError::Server {
            code,
            sqlstate,
            message,
        },
        DriverError::TimedOut => DbError::TimedOut,
        DriverError::Network(text) => DbError::Network(text),
        DriverError::Local(text) => DbError::Driver(text),
        DriverError::Malformed(what) => DbError::Driver(format!("it sent an invalid answer: {what}")),
        DriverError::Tls(error) => DbError::Driver(tls_error::cause(&error)),
        DriverError::NoTls(_) => DbError::Driver("it offers no TLS".into()),
        DriverError::TooLarge { limit } => DbError::Driver(format!("its answer has more than {limit} bytes")),
        DriverError::UnknownPlugin(name) => DbError::Driver(format!("it wants the authentication plugin '{name}'")),
        DriverError::ClearText { .. } => {
            DbError::Driver("it wants the password in clear text (mysql_clear_password)".into())
        }
        DriverError::UnusableKey => {
            DbError::Driver("rustsql.server_public_key_file has no RSA key in PEM format that fits the password".into())
        }
        DriverError::OldPassword => DbError::Driver("it wants a password in the format from before MySQL 4.1".into()),
        DriverError::Unsuitable(name) => DbError::Driver(format!("it is {name}")),
    }
}
