//! The server's error numbers that the code handles, and groups of them.
//!
//! `login_error` and `statement_error` make an [`Error`](crate::error::Error) of a number.
//!
//! Numbers below 1900 mean the same on MySQL and MariaDB; from there on each server has its own.

/// InnoDB is read-only, so that no row can be locked.
pub const CANT_LOCK: u16 = 1015;
pub const CHECKREAD: u16 = 1020;
/// This comes also if only InnoDB is read-only.
pub const OPEN_AS_READONLY: u16 = 1036;
pub const CON_COUNT: u16 = 1040;
pub const DBACCESS_DENIED: u16 = 1044;
pub const ACCESS_DENIED: u16 = 1045;
/// Galera: the node is not part of its cluster's primary component.
pub const UNKNOWN_COM: u16 = 1047;
pub const BAD_DB: u16 = 1049;
pub const SERVER_SHUTDOWN: u16 = 1053;
pub const BAD_FIELD: u16 = 1054;
pub const DUP_FIELDNAME: u16 = 1060;
pub const DUP_ENTRY: u16 = 1062;
pub const HOST_IS_BLOCKED: u16 = 1129;
pub const HOST_NOT_PRIVILEGED: u16 = 1130;
pub const TABLEACCESS_DENIED: u16 = 1142;
pub const COLUMNACCESS_DENIED: u16 = 1143;
pub const NO_SUCH_TABLE: u16 = 1146;
pub const NET_PACKET_TOO_LARGE: u16 = 1153;
pub const ERROR_DURING_COMMIT: u16 = 1180;
pub const TOO_MANY_USER_CONNECTIONS: u16 = 1203;
pub const LOCK_WAIT_TIMEOUT: u16 = 1205;
pub const UNKNOWN_SYSTEM_VARIABLE: u16 = 1193;
pub const LOCK_DEADLOCK: u16 = 1213;
pub const USER_LIMIT_REACHED: u16 = 1226;
pub const SPECIFIC_ACCESS_DENIED: u16 = 1227;
pub const WARN_DATA_OUT_OF_RANGE: u16 = 1264;
pub const SECURE_AUTH_MODE: u16 = 1275;
pub const UNKNOWN_STORAGE_ENGINE: u16 = 1286;
pub const OPTION_PREVENTS_STATEMENT: u16 = 1290;
pub const NOT_SUPPORTED_YET: u16 = 1235;
/// The statement cannot be prepared.
pub const UNSUPPORTED_PS: u16 = 1295;
pub const INVALID_CHARACTER_STRING: u16 = 1300;
pub const TRUNCATED_WRONG_VALUE_FOR_FIELD: u16 = 1366;
/// `binlog_format=STATEMENT` does not allow writes in READ COMMITTED.
pub const BINLOG_STMT_MODE_AND_ROW_ENGINE: u16 = 1665;
pub const DATA_TOO_LONG: u16 = 1406;
/// MySQL and MariaDB: a statement ended by KILL QUERY.
pub const QUERY_INTERRUPTED: u16 = 1317;
pub const ACCESS_DENIED_NO_PASSWORD: u16 = 1698;
pub const MAX_PREPARED_STMT_COUNT_REACHED: u16 = 1461;
pub const CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: u16 = 1792;
pub const MUST_CHANGE_PASSWORD: u16 = 1820;
pub const READ_ONLY_MODE: u16 = 1836;
pub const MUST_CHANGE_PASSWORD_LOGIN: u16 = 1862;
/// MariaDB.
pub const CONNECTION_KILLED: u16 = 1927;
/// MariaDB: `max_statement_time` passed.
pub const STATEMENT_TIMEOUT: u16 = 1969;
/// MySQL: `MAX_EXECUTION_TIME` passed.
pub const QUERY_TIMEOUT: u16 = 3024;
/// MySQL: Group Replication.
pub const TRANSACTION_ROLLBACK_DURING_COMMIT: u16 = 3101;
/// MySQL: `offline_mode`; the second one since 8.0.
pub const SERVER_OFFLINE_MODE: u16 = 3032;
pub const SERVER_OFFLINE_MODE_WITH_REASON: u16 = 6400;
pub const MYSQL_ACCOUNT_LOCKED: u16 = 3118;
/// MySQL; MariaDB has 1045.
pub const SECURE_TRANSPORT_REQUIRED: u16 = 3159;
/// MySQL: `disabled_storage_engines` has the engine.
pub const DISABLED_STORAGE_ENGINE: u16 = 3161;
/// MySQL; MariaDB answers NOWAIT with 1205.
pub const LOCK_NOWAIT: u16 = 3572;
/// MySQL: the connection was closed because `wait_timeout` passed.
pub const CLIENT_INTERACTION_TIMEOUT: u16 = 4031;

pub const MYSQL_ACCOUNT_BLOCKED: u16 = 3955;
pub const MARIADB_ACCOUNT_BLOCKED: u16 = 4150;
pub const MARIADB_ACCOUNT_LOCKED: u16 = 4151;

/// Whether the answer means that a wait for a lock ended without the lock.
pub fn is_lock_timeout(code: u16) -> bool {
    matches!(
        code,
        LOCK_WAIT_TIMEOUT | LOCK_NOWAIT | STATEMENT_TIMEOUT | QUERY_TIMEOUT
    )
}

/// Whether this error of a login concerns every account on this web host.
pub fn is_about_host(code: u16) -> bool {
    matches!(
        code,
        SERVER_SHUTDOWN | HOST_IS_BLOCKED | HOST_NOT_PRIVILEGED | SERVER_OFFLINE_MODE | SERVER_OFFLINE_MODE_WITH_REASON
    )
}

/// Whether the account lacks a privilege on the table or on a column.
pub fn is_denied(code: u16) -> bool {
    matches!(code, TABLEACCESS_DENIED | COLUMNACCESS_DENIED | DBACCESS_DENIED)
}

/// Whether a system variable or table does not exist, or the account may not read it.
pub fn is_missing_name(code: u16) -> bool {
    is_denied(code) || matches!(code, UNKNOWN_SYSTEM_VARIABLE | NO_SUCH_TABLE | BAD_DB)
}

/// Whether a statement that cannot be prepared may be sent as text. Errors after which Galera has ended the transaction are not
/// among these.
pub fn is_not_prepared(code: u16) -> bool {
    matches!(
        code,
        UNKNOWN_COM | NOT_SUPPORTED_YET | UNSUPPORTED_PS | MAX_PREPARED_STMT_COUNT_REACHED
    )
}
