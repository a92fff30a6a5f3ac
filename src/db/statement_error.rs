//! The kind of a statement's error, by its number.
//!
//! Called by `connection` alone. `login_error` does the same for errors at login.

use super::driver::Error as DriverError;
use super::driver_error::{cause, code};
use super::errno::{
    BAD_FIELD, BINLOG_STMT_MODE_AND_ROW_ENGINE, CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, CANT_LOCK, CHECKREAD,
    CLIENT_INTERACTION_TIMEOUT, CONNECTION_KILLED, DATA_TOO_LONG, ERROR_DURING_COMMIT, INVALID_CHARACTER_STRING,
    LOCK_DEADLOCK, LOCK_WAIT_TIMEOUT, MAX_PREPARED_STMT_COUNT_REACHED, MUST_CHANGE_PASSWORD, NET_PACKET_TOO_LARGE,
    OPEN_AS_READONLY, OPTION_PREVENTS_STATEMENT, QUERY_INTERRUPTED, READ_ONLY_MODE, SERVER_SHUTDOWN,
    TRANSACTION_ROLLBACK_DURING_COMMIT, TRUNCATED_WRONG_VALUE_FOR_FIELD, UNKNOWN_COM, USER_LIMIT_REACHED,
    WARN_DATA_OUT_OF_RANGE,
};
use super::login_error::{LIMIT_REACHED, PASSWORD_EXPIRED};
use crate::error::Error;

/// Makes an [`Error`] of a statement's error.
pub fn sort(error: DriverError, host: &str) -> Error {
    let host = host.to_owned();
    if let DriverError::TooLarge { limit } = error {
        return Error::TooLargeToRead { host, limit };
    }
    let Some(code) = code(&error) else {
        return Error::ConnectionLost {
            host,
            source: cause(error),
        };
    };
    let source = cause(error);
    let server = |cure| Error::Server {
        host: host.clone(),
        cure,
        source: source.clone(),
    };
    match code {
        // After an error at COMMIT the outcome is unknown, as after a lost answer.
        // The next connection asks again for the server's binlog_format.
        SERVER_SHUTDOWN
        | ERROR_DURING_COMMIT
        | CONNECTION_KILLED
        | CLIENT_INTERACTION_TIMEOUT
        | BINLOG_STMT_MODE_AND_ROW_ENGINE => Error::ConnectionLost { host, source },
        LOCK_DEADLOCK | CHECKREAD | TRANSACTION_ROLLBACK_DURING_COMMIT => Error::Conflict { host, source },
        LOCK_WAIT_TIMEOUT => Error::WaitTimeout { host, source },
        CANT_LOCK
        | OPEN_AS_READONLY
        | UNKNOWN_COM
        | OPTION_PREVENTS_STATEMENT
        | READ_ONLY_MODE
        | CANT_EXECUTE_IN_READ_ONLY_TRANSACTION => Error::UnfitHost { host, source },
        BAD_FIELD => server(Some(
            "the table differs from RustSql\\schema(): if it belongs to another application, name another one in rustsql.table",
        )),
        DATA_TOO_LONG | WARN_DATA_OUT_OF_RANGE => server(Some(
            "a column is smaller than in RustSql\\schema(): ALTER it to the type there",
        )),
        INVALID_CHARACTER_STRING | TRUNCATED_WRONG_VALUE_FOR_FIELD => server(Some(
            "a column has a type for text, but sessions are bytes: if the table is only for sessions, ALTER the column \
     to its type in RustSql\\schema(), else name another table in rustsql.table",
        )),
        MUST_CHANGE_PASSWORD => server(Some(PASSWORD_EXPIRED)),
        USER_LIMIT_REACHED => server(Some(LIMIT_REACHED)),
        NET_PACKET_TOO_LARGE => server(Some("raise max_allowed_packet on the server")),
        MAX_PREPARED_STMT_COUNT_REACHED => server(Some(
            "the data fits into a packet only as a prepared statement: raise max_prepared_stmt_count, or max_allowed_packet",
        )),
        QUERY_INTERRUPTED => server(Some("somebody ended the statement with KILL QUERY")),
        _ => server(None),
    }
}
