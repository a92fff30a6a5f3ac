//! Creates the table if it is missing.

use super::link::Link;
use super::schema::definition;
use crate::db::errno;
use crate::error::{DbError, Error, Result};
use crate::session_id::hex;

/// Makes CREATE TABLE fail if InnoDB is off; the server would use another engine otherwise.
const NO_OTHER_ENGINE: &str = "SET sql_mode=CONCAT(@@sql_mode,',NO_ENGINE_SUBSTITUTION')";

/// Creates the table. It is never called in a transaction, which CREATE TABLE would commit. `missing` is the error that named
/// the missing table.
/// Another process may create it at the same time. MySQL then fails one of the two statements, and the table exists.
pub fn create_table(link: &mut Link, missing: Error) -> Result<()> {
    if !link.config().auto_create {
        return Err(no_table(link, "is missing and rustsql.auto_create is 0", missing));
    }
    let definition = definition(link.table());
    link.connect()?.query(&format!("ROLLBACK;{NO_OTHER_ENGINE}"))?;
    match link.connect()?.query(&definition) {
        Err(error) if error.is_wait_timeout() => Err(error.into_table_locked()),
        Err(error) if error.is_conflict() => Ok(()),
        Err(error) => Err(no_table(link, "is missing and cannot be created", error)),
        Ok(_) => Ok(()),
    }
}

/// Checks the privileges for CREATE TABLE by preparing the statement. A cluster would replicate an executed statement, even one
/// that fails.
pub fn could_create_table(link: &mut Link) -> Result<()> {
    let definition = definition(link.table());
    link.connect()?.query(NO_OTHER_ENGINE)?;
    let is_node = link.is_node();
    let connection = link.connect()?;
    let twice = definition.replacen("\n) ENGINE", ",\n  `data` LONGBLOB\n) ENGINE", 1);
    let reply = match is_node {
        true => {
            let hex = hex(definition.as_bytes());
            let sql = format!("SET @rustsql=x'{hex}';PREPARE rustsql FROM @rustsql");
            connection.send(&sql, Some(connection.io_timeout()))
        }
        false => connection.send(&twice, Some(connection.io_timeout())),
    };
    match reply.error {
        Some(error) if error.code() == Some(errno::DUP_FIELDNAME) => Ok(()),
        Some(error) => Err(no_table(link, "is missing and cannot be created", error)),
        None => Ok(()),
    }
}

fn no_table(link: &mut Link, what: &str, error: Error) -> Error {
    let host = link.host();
    let what = format!("the table {} {what}", link.table()).into();
    let one_line = definition(link.table())
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let by_hand = format!("create it: {one_line}");
    let (cure, source) = match error {
        Error::UnfitHost { source, .. } | Error::Server { source, .. } if is_no_innodb(&source) => {
            let why = "the server has InnoDB switched off for this account (enforce_storage_engine, disabled_storage_engines)";
            (format!("{why}: let an administrator {by_hand}"), source)
        }
        Error::Server { source, .. } if source.code().is_some_and(errno::is_denied) => (
            format!("{by_hand}; or let the account do it: {}", link.grant(true)),
            source,
        ),
        Error::Server { source, .. } => (by_hand, source),
        other => return other,
    };
    let source = Some(source);
    let cure = cure.into();
    Error::Schema {
        host,
        what,
        cure,
        source,
    }
}

/// Whether CREATE TABLE failed since InnoDB is off. MariaDB uses the same error number for a read-only server.
fn is_no_innodb(error: &DbError) -> bool {
    match error.code() {
        Some(errno::UNKNOWN_STORAGE_ENGINE | errno::DISABLED_STORAGE_ENGINE) => true,
        Some(errno::OPTION_PREVENTS_STATEMENT) => error.to_string().contains("NO_ENGINE_SUBSTITUTION"),
        _ => false,
    }
}
