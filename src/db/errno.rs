//! The server's error numbers that the code decides on, and the one place that sorts them.
//!
//! Numbers below 1900 mean the same on MySQL and MariaDB; from there on each server has its own.

use std::error::Error as StdError;
use std::io;

use mysql::{DriverError, Error as MysqlError};

use crate::error::{DbError, Error};

/// InnoDB is read-only, so that no row can be locked.
const CANT_LOCK: u16 = 1015;
const CHECKREAD: u16 = 1020;
/// Also where only InnoDB is read-only.
const OPEN_AS_READONLY: u16 = 1036;
const CON_COUNT: u16 = 1040;
const DBACCESS_DENIED: u16 = 1044;
const ACCESS_DENIED: u16 = 1045;
/// Galera: the node is not part of its cluster's primary component.
const UNKNOWN_COM: u16 = 1047;
const BAD_DB: u16 = 1049;
const SERVER_SHUTDOWN: u16 = 1053;
const BAD_FIELD: u16 = 1054;
pub const DUP_FIELDNAME: u16 = 1060;
pub const DUP_ENTRY: u16 = 1062;
const HOST_IS_BLOCKED: u16 = 1129;
const HOST_NOT_PRIVILEGED: u16 = 1130;
const TABLEACCESS_DENIED: u16 = 1142;
const COLUMNACCESS_DENIED: u16 = 1143;
pub const NO_SUCH_TABLE: u16 = 1146;
const NET_PACKET_TOO_LARGE: u16 = 1153;
const ERROR_DURING_COMMIT: u16 = 1180;
const TOO_MANY_USER_CONNECTIONS: u16 = 1203;
pub const LOCK_WAIT_TIMEOUT: u16 = 1205;
const UNKNOWN_SYSTEM_VARIABLE: u16 = 1193;
const LOCK_DEADLOCK: u16 = 1213;
const USER_LIMIT_REACHED: u16 = 1226;
pub const SPECIFIC_ACCESS_DENIED: u16 = 1227;
const WARN_DATA_OUT_OF_RANGE: u16 = 1264;
const SECURE_AUTH_MODE: u16 = 1275;
const UNKNOWN_STORAGE_ENGINE: u16 = 1286;
const OPTION_PREVENTS_STATEMENT: u16 = 1290;
const NOT_SUPPORTED_YET: u16 = 1235;
/// The statement cannot be prepared.
const UNSUPPORTED_PS: u16 = 1295;
const INVALID_CHARACTER_STRING: u16 = 1300;
const TRUNCATED_WRONG_VALUE_FOR_FIELD: u16 = 1366;
/// The binary log has statements, which READ COMMITTED does not allow.
pub const LOGS_STATEMENTS: u16 = 1665;
const DATA_TOO_LONG: u16 = 1406;
/// MySQL and MariaDB: a statement ended by KILL QUERY.
const QUERY_INTERRUPTED: u16 = 1317;
const ACCESS_DENIED_NO_PASSWORD: u16 = 1698;
const MAX_PREPARED_STMT_COUNT_REACHED: u16 = 1461;
const CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: u16 = 1792;
const MUST_CHANGE_PASSWORD: u16 = 1820;
const READ_ONLY_MODE: u16 = 1836;
const MUST_CHANGE_PASSWORD_LOGIN: u16 = 1862;
/// MariaDB.
const CONNECTION_KILLED: u16 = 1927;
/// MariaDB: `max_statement_time` passed.
const STATEMENT_TIMEOUT: u16 = 1969;
/// MySQL: `MAX_EXECUTION_TIME` passed.
const QUERY_TIMEOUT: u16 = 3024;
/// MySQL: Group Replication.
const TRANSACTION_ROLLBACK_DURING_COMMIT: u16 = 3101;
/// MySQL: `offline_mode`; the second one since 8.0.
const SERVER_OFFLINE_MODE: u16 = 3032;
const SERVER_OFFLINE_MODE_WITH_REASON: u16 = 6400;
const MYSQL_ACCOUNT_LOCKED: u16 = 3118;
/// MySQL; MariaDB has 1045.
const SECURE_TRANSPORT_REQUIRED: u16 = 3159;
/// MySQL: as `disabled_storage_engines` says.
const DISABLED_STORAGE_ENGINE: u16 = 3161;
/// MySQL; MariaDB answers NOWAIT with 1205.
const LOCK_NOWAIT: u16 = 3572;
/// MySQL: the connection was closed because `wait_timeout` passed.
const CLIENT_INTERACTION_TIMEOUT: u16 = 4031;

const MYSQL_ACCOUNT_BLOCKED: u16 = 3955;
const MARIADB_ACCOUNT_BLOCKED: u16 = 4150;
const MARIADB_ACCOUNT_LOCKED: u16 = 4151;

/// Whether a table was not made because the server makes none with InnoDB. MariaDB's number is also that of a server that
/// takes no writes.
pub fn is_no_innodb(error: &DbError) -> bool {
    match error.code() {
        Some(UNKNOWN_STORAGE_ENGINE | DISABLED_STORAGE_ENGINE) => true,
        Some(OPTION_PREVENTS_STATEMENT) => error.to_string().contains("NO_ENGINE_SUBSTITUTION"),
        _ => false,
    }
}

/// Whether the answer means that a wait for a lock ended without the lock.
pub fn is_lock_timeout(code: u16) -> bool {
    matches!(
        code,
        LOCK_WAIT_TIMEOUT | LOCK_NOWAIT | STATEMENT_TIMEOUT | QUERY_TIMEOUT
    )
}

/// Whether such an answer to a login holds for every account on this web host.
pub fn is_about_host(code: u16) -> bool {
    matches!(
        code,
        SERVER_SHUTDOWN | HOST_IS_BLOCKED | HOST_NOT_PRIVILEGED | SERVER_OFFLINE_MODE | SERVER_OFFLINE_MODE_WITH_REASON
    )
}

/// Whether the account lacks a right on the table, or on a column of it.
pub fn is_denied(code: u16) -> bool {
    matches!(code, TABLEACCESS_DENIED | COLUMNACCESS_DENIED | DBACCESS_DENIED)
}

/// Whether what a statement waited for did not come in time: a row, the table, or what a node's cluster has committed.
pub fn is_wait_timeout(error: &Error) -> bool {
    matches!(error, Error::Conflict { source: DbError::Server { code, .. }, .. } if *code == LOCK_WAIT_TIMEOUT)
}

/// Whether a variable or a table of the server's own is not there, or not for this account.
pub fn is_missing_name(code: u16) -> bool {
    is_denied(code) || matches!(code, UNKNOWN_SYSTEM_VARIABLE | NO_SUCH_TABLE | BAD_DB)
}

/// Whether a statement that could not be prepared may be sent as text: nothing has happened yet. What a node of Galera says
/// after it has ended the transaction is not among them.
pub fn is_not_prepared(code: u16) -> bool {
    matches!(
        code,
        UNKNOWN_COM | NOT_SUPPORTED_YET | UNSUPPORTED_PS | MAX_PREPARED_STMT_COUNT_REACHED
    )
}

/// The server's number, if it was the server that answered.
pub fn code(error: &MysqlError) -> Option<u16> {
    match error {
        MysqlError::MySqlError(error) => Some(error.code),
        _ => None,
    }
}

/// MySQL answers an unknown user with any plugin, so that nobody learns which users there are.
pub const UNKNOWN_PLUGIN: &str = "are user and password right? If they are, give the account an authentication plugin that this \
     build has: caching_sha2_password, mysql_native_password or client_ed25519";

const NOT_THERE: &str = "is the server running, and are host, port and socket right?";

/// Other clients take the socket where the host is 'localhost'.
const NOT_THERE_BY_TCP: &str = "is the server running, and is the port right? If it listens on its socket alone, add \
     ?socket=/run/mysqld/mysqld.sock (or where it is) to the DSN";

/// A server that refuses TCP on this machine may be there all the same.
pub fn at_loopback(error: Error) -> Error {
    match error {
        Error::Connect {
            host,
            source: source @ DbError::Network(_),
            ..
        } => Error::Connect {
            host,
            cure: NOT_THERE_BY_TCP,
            source,
        },
        error => error,
    }
}

const PASSWORD_EXPIRED: &str =
    "the account's password has expired: ALTER USER ... IDENTIFIED BY a new one, or PASSWORD EXPIRE NEVER";

/// The message names the limit.
const LIMIT_REACHED: &str = "the account has used up that limit: raise it by ALTER USER ... WITH, 0 takes it away; \
     max_user_connections has to be above the number of PHP workers";

/// The server's message names account and database.
fn database_grant(source: &DbError) -> String {
    let message = source.to_string();
    let parts = message
        .split_once("for user ")
        .and_then(|(_, rest)| rest.split_once(" to database '"))
        .and_then(|(account, rest)| Some((account, rest.rsplit_once('\'')?.0)));
    match parts {
        Some((account, database)) => format!(
            "create it if it does not exist, then GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON `{database}`.* TO {account}"
        ),
        None => "create it if it does not exist, then GRANT SELECT, INSERT, UPDATE, DELETE, CREATE on it".into(),
    }
}

/// An error at login.
pub fn at_login(error: MysqlError, host: &str) -> Error {
    let host = host.to_owned();
    if let MysqlError::DriverError(DriverError::UnknownAuthPlugin(_)) = error {
        return Error::Login {
            host,
            cure: UNKNOWN_PLUGIN,
            source: db_error(error),
        };
    }
    let old_password = matches!(error, MysqlError::DriverError(DriverError::OldMysqlPasswordDisabled));
    let code = code(&error).or(old_password.then_some(SECURE_AUTH_MODE));
    let source = db_error(error);
    match code {
        // MariaDB says no more where TLS is required.
        Some(ACCESS_DENIED | ACCESS_DENIED_NO_PASSWORD) => Error::Login {
            host,
            cure: "are user and password right, may the account log in from this machine, and without TLS, which rustsql does not \
                 speak yet (REQUIRE NONE, require_secure_transport = OFF)?",
            source,
        },
        Some(SECURE_TRANSPORT_REQUIRED) => Error::Login {
            host,
            cure: "rustsql does not speak TLS yet: use its socket, or set require_secure_transport = OFF",
            source,
        },
        Some(SECURE_AUTH_MODE) => Error::Login {
            host,
            cure: "the account's password is kept in the format of before 4.1: set it anew",
            source,
        },
        Some(DBACCESS_DENIED) => Error::Schema {
            host,
            what: "the account may not use the database, or it does not exist".into(),
            cure: database_grant(&source).into(),
            source: Some(source),
        },
        Some(MUST_CHANGE_PASSWORD_LOGIN) => Error::Login {
            host,
            cure: PASSWORD_EXPIRED,
            source,
        },
        Some(USER_LIMIT_REACHED) => Error::Login {
            host,
            cure: LIMIT_REACHED,
            source,
        },
        Some(MYSQL_ACCOUNT_LOCKED | MARIADB_ACCOUNT_LOCKED) => Error::Login {
            host,
            cure: "an administrator has locked it: ALTER USER ... ACCOUNT UNLOCK",
            source,
        },
        Some(MYSQL_ACCOUNT_BLOCKED | MARIADB_ACCOUNT_BLOCKED) => Error::Login {
            host,
            cure: "too many logins came with a wrong password: mend that, then ALTER USER ... ACCOUNT UNLOCK (MariaDB: FLUSH PRIVILEGES)",
            source,
        },
        Some(BAD_DB) => Error::Schema {
            host,
            what: "the database does not exist".into(),
            cure: "create it, or name another in rustsql.dsn".into(),
            source: Some(source),
        },
        Some(CON_COUNT | TOO_MANY_USER_CONNECTIONS) => Error::Connect {
            host,
            cure: "all its connections are in use: raise max_connections (or the account's limit) above the number of PHP workers",
            source,
        },
        Some(HOST_IS_BLOCKED | HOST_NOT_PRIVILEGED) => Error::Login {
            host,
            cure: "the server does not let this machine in: see its accounts' host names",
            source,
        },
        Some(_) => Error::Login {
            host,
            cure: "see the server's error log",
            source,
        },
        None => Error::Connect {
            host,
            cure: NOT_THERE,
            source,
        },
    }
}

/// An error of a statement on a connection that had been logged in.
pub fn at_statement(error: MysqlError, host: &str) -> Error {
    let host = host.to_owned();
    let Some(code) = code(&error) else {
        return Error::ConnectionLost {
            host,
            source: db_error(error),
        };
    };
    let source = db_error(error);
    let server = |cure| Error::Server {
        host: host.clone(),
        cure,
        source: source.clone(),
    };
    match code {
        // After an error at COMMIT nobody knows whether it happened: as if the answer had been lost.
        // How the server logs is asked anew on the next connection.
        SERVER_SHUTDOWN | ERROR_DURING_COMMIT | CONNECTION_KILLED | CLIENT_INTERACTION_TIMEOUT | LOGS_STATEMENTS => {
            Error::ConnectionLost { host, source }
        }
        LOCK_DEADLOCK | LOCK_WAIT_TIMEOUT | CHECKREAD | TRANSACTION_ROLLBACK_DURING_COMMIT => {
            Error::Conflict { host, source }
        }
        CANT_LOCK
        | OPEN_AS_READONLY
        | UNKNOWN_COM
        | OPTION_PREVENTS_STATEMENT
        | READ_ONLY_MODE
        | CANT_EXECUTE_IN_READ_ONLY_TRANSACTION => Error::UnfitHost { host, source },
        BAD_FIELD => server(Some(
            "the table is not as RustSql\\schema() has it: is it another application's? Name another in rustsql.table",
        )),
        DATA_TOO_LONG | WARN_DATA_OUT_OF_RANGE => server(Some(
            "a column is smaller than RustSql\\schema() has it: ALTER it to the type there",
        )),
        INVALID_CHARACTER_STRING | TRUNCATED_WRONG_VALUE_FOR_FIELD => server(Some(
            "a column is made for text, which bytes are not: if the table is for sessions alone, ALTER it to the type that \
             RustSql\\schema() has, else name another table in rustsql.table",
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

fn db_error(error: MysqlError) -> DbError {
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
