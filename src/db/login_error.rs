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
const UNKNOWN_PLUGIN: &str = "are user and password right? If they are, give the account an authentication plugin that rustsql \
     supports: caching_sha2_password, mysql_native_password, parsec, ed25519, unix_socket, or one that takes \
     the password in clear text";

/// MariaDB's PAM asks so, unless it is told otherwise.
const DIALOG: &str =
    "rustsql does not support that plugin: set pam_use_cleartext_plugin = ON at the server, and rustsql.cleartext = 1";

const CLEAR_TEXT_IS_OFF: &str = "if this server may have the password in clear text, set rustsql.cleartext = 1 in php.ini; it is sent only \
     to a server that rustsql.tls = verify_identity or verify_ca has verified, or over a Unix socket";

const CLEAR_TEXT_IS_UNSAFE: &str = "rustsql sends it only to a server that TLS has verified, or over a Unix socket: set rustsql.tls = \
     verify_identity, and rustsql.tls_ca if the system does not trust its authority";

const WRONG_KEY: &str =
    "put the server's key there (SHOW STATUS LIKE 'Caching_sha2_password_rsa_public_key'), or use TLS";

const DENIED: &str = "are user and password right, and may the account log in from this machine? If it demands a client's \
     certificate (REQUIRE X509), set rustsql.tls_cert and rustsql.tls_key";

const DENIED_BY_SOCKET: &str = "are user and password right? An account with unix_socket or auth_socket accepts only the system user of the same name, and that must \
     be the user that PHP runs as";

const DENIED_WITHOUT_TLS: &str = "are user and password right, and may the account log in from this machine? This connection had no \
     TLS: if the account or the server demands it (REQUIRE SSL, require_secure_transport), set rustsql.tls = required";

const DENIED_BY_LOOPBACK: &str = "are user and password right, and may the account log in from this machine? If the account or the server \
     demands TLS (REQUIRE SSL, require_secure_transport), set rustsql.tls = required: 'preferred' uses none within one machine";

const DENIED_WITH_KEY: &str = "are user and password right, may the account log in from this machine and without TLS, and is the key of \
     rustsql.server_public_key_file this server's?";

/// The account's plugin needs no password, or does not tell whether there was one.
const DENIED_WITHOUT_PASSWORD: &str = "are user and password right? An account with unix_socket or auth_socket can log in only over the server's socket: add ?socket=/run/mysqld/mysqld.sock (or where it is) to the DSN";

const NEEDS_TLS: &str = "set rustsql.tls = required, or use its socket";

const NEEDS_TLS_BY_LOOPBACK: &str =
    "set rustsql.tls = required, since 'preferred' uses no TLS within one machine, or use its socket";

const NOT_THERE: &str = "is the server running, and are host, port and socket right?";

const NO_MYSQL: &str = "does MySQL or MariaDB listen there?";

/// Other clients use the Unix socket if the host is 'localhost'.
const NOT_THERE_BY_TCP: &str = "is the server running, and is the port right? If it listens only on its socket, add \
     ?socket=/run/mysqld/mysqld.sock (or where it is) to the DSN";

pub const PASSWORD_EXPIRED: &str =
    "the account's password has expired: ALTER USER ... IDENTIFIED BY a new one, or PASSWORD EXPIRE NEVER";

/// The server's message names the limit.
pub const LIMIT_REACHED: &str = "the account has reached that limit: raise it by ALTER USER ... WITH (0 removes it); max_user_connections \
     must be above the number of PHP workers";

/// How a login went to its server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Socket,
    /// TCP on this machine. A server that runs there may refuse TCP.
    Loopback {
        tls: bool,
    },
    Network {
        tls: bool,
    },
    /// TCP without TLS, and a key that the password is encrypted with where the server wants it.
    WithOwnKey,
}

pub fn sort(error: DriverError, host: &str, way: Way) -> Error {
    let host = host.to_owned();
    let cure = match &error {
        DriverError::Unsuitable(name) => return Error::Unsuitable { host, name },
        DriverError::UnknownPlugin(name) if name == "dialog" => Some(DIALOG),
        DriverError::UnknownPlugin(_) => Some(UNKNOWN_PLUGIN),
        DriverError::ClearText { allowed: false } => Some(CLEAR_TEXT_IS_OFF),
        DriverError::ClearText { allowed: true } => Some(CLEAR_TEXT_IS_UNSAFE),
        DriverError::UnusableKey => Some(WRONG_KEY),
        DriverError::NoTls(cure) => {
            let cure = *cure;
            let source = cause(error);
            return Error::Connect { host, cure, source };
        }
        DriverError::Tls(problem) => {
            let cure = tls_error::cure(problem);
            let source = cause(error);
            return Error::Connect { host, cure, source };
        }
        _ => None,
    };
    if let Some(cure) = cure {
        let source = cause(error);
        return Error::Login { host, cure, source };
    }
    let old_password = error == DriverError::OldPassword;
    let is_other_protocol = matches!(error, DriverError::Malformed(_));
    let code = code(&error).or(old_password.then_some(SECURE_AUTH_MODE));
    let source = cause(error);
    match code {
        Some(code @ (ACCESS_DENIED | ACCESS_DENIED_NO_PASSWORD)) => Error::Login {
            host,
            // The error is the same if the account demands TLS.
            cure: match way {
                Way::Socket => DENIED_BY_SOCKET,
                _ if code == ACCESS_DENIED_NO_PASSWORD => DENIED_WITHOUT_PASSWORD,
                Way::WithOwnKey => DENIED_WITH_KEY,
                Way::Loopback { tls: false } => DENIED_BY_LOOPBACK,
                Way::Network { tls: false } => DENIED_WITHOUT_TLS,
                Way::Loopback { tls: true } | Way::Network { tls: true } => DENIED,
            },
            source,
        },
        Some(SECURE_TRANSPORT_REQUIRED) => Error::Login {
            host,
            cure: match way {
                Way::Loopback { .. } => NEEDS_TLS_BY_LOOPBACK,
                _ => NEEDS_TLS,
            },
            source,
        },
        Some(SECURE_AUTH_MODE) => Error::Login {
            host,
            cure: "the account's password is stored in the format from before MySQL 4.1: set a new password",
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
            cure: "too many logins had a wrong password: find out which client sends it, then ALTER USER ... ACCOUNT UNLOCK (MariaDB: FLUSH PRIVILEGES)",
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
            cure: "the server does not accept this machine: check the host names of its accounts",
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
                DbError::Network(_) if matches!(way, Way::Loopback { .. }) => NOT_THERE_BY_TCP,
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
