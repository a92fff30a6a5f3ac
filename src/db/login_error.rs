//! The kind of an error at login, and what the operator can do about it.
//!
//! Called by `login`. `statement_error` does the same for statements.

use super::driver::Error as DriverError;
use super::driver_error::{cause, code};
use super::errno::{
    ACCESS_DENIED, ACCESS_DENIED_NO_PASSWORD, BAD_DB, CON_COUNT, DBACCESS_DENIED, HOST_IS_BLOCKED, HOST_NOT_PRIVILEGED,
    MARIADB_ACCOUNT_BLOCKED, MARIADB_ACCOUNT_LOCKED, MUST_CHANGE_PASSWORD_LOGIN, MYSQL_ACCOUNT_BLOCKED,
    MYSQL_ACCOUNT_LOCKED, SECURE_AUTH_MODE, SECURE_TRANSPORT_REQUIRED, TOO_MANY_USER_CONNECTIONS, USER_LIMIT_REACHED,
};
use super::tls_error;
use crate::error::{DbError, Error};

/// MySQL answers an unknown user with a random plugin, to hide which users exist.
const UNKNOWN_PLUGIN: &str = "are user and password right? If they are, give the account an authentication plugin that this \
     build has: caching_sha2_password, mysql_native_password or client_ed25519";

const NOT_THERE: &str = "is the server running, and are host, port and socket right?";

const NO_MYSQL: &str = "does MySQL or MariaDB listen there?";

/// Other clients use the Unix socket if the host is 'localhost'.
const NOT_THERE_BY_TCP: &str = "is the server running, and is the port right? If it listens on its socket alone, add \
     ?socket=/run/mysqld/mysqld.sock (or where it is) to the DSN";

pub const PASSWORD_EXPIRED: &str =
    "the account's password has expired: ALTER USER ... IDENTIFIED BY a new one, or PASSWORD EXPIRE NEVER";

/// The server's message names the limit.
pub const LIMIT_REACHED: &str = "the account has used up that limit: raise it by ALTER USER ... WITH, 0 takes it away; \
     max_user_connections has to be above the number of PHP workers";

/// `on_loopback`: the login used TCP on this machine, where a server may run that refuses TCP.
pub fn sort(error: DriverError, host: &str, on_loopback: bool) -> Error {
    let host = host.to_owned();
    match error {
        DriverError::Unsuitable(name) => return Error::Unsuitable { host, name },
        DriverError::UnknownPlugin(_) => {
            return Error::Login {
                host,
                cure: UNKNOWN_PLUGIN,
                source: cause(error),
            };
        }
        DriverError::NoTls(cure) => {
            return Error::Connect {
                host,
                cure,
                source: cause(error),
            };
        }
        DriverError::Tls(ref problem) => {
            return Error::Connect {
                host,
                cure: tls_error::cure(problem),
                source: cause(error),
            };
        }
        _ => {}
    }
    let old_password = error == DriverError::OldPassword;
    let is_other_protocol = matches!(error, DriverError::Malformed(_));
    let code = code(&error).or(old_password.then_some(SECURE_AUTH_MODE));
    let source = cause(error);
    match code {
        // MariaDB's error is the same if the account requires TLS.
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
            cure: match source {
                _ if is_other_protocol => NO_MYSQL,
                DbError::Network(_) if on_loopback => NOT_THERE_BY_TCP,
                _ => NOT_THERE,
            },
            source,
        },
    }
}

/// The server's message names the account and the database.
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
