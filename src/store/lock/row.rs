//! `SELECT ... FOR UPDATE`: the session's own row, owned by the connection's open transaction.
//!
//! Called by `acquire`. `probe` uses the claim.

use std::time::{Duration, Instant};

use super::super::hold::Hold;
use super::super::link::Link;
use super::super::version::Instance;
use super::super::{Found, IfAbsent, Version, sql};
use super::Attempt;
use crate::db::reply::Reply;
use crate::db::statement::{Statement, Value};
use crate::error::Result;
use crate::lock::{LockTimeout, Mode};
use crate::session_id::SessionKey;

/// Three years: the largest value that both servers accept.
const FOR_EVER: u64 = 100_000_000;

/// The value of `innodb_lock_wait_timeout`: whole seconds, at least 1 on MySQL.
fn lock_wait_seconds(timeout: LockTimeout) -> u64 {
    timeout.whole_seconds(FOR_EVER).max(1)
}

/// Reads and locks the row. This fails on a server whose InnoDB is read-only.
fn select(table: &str, key: SessionKey, timeout: LockTimeout) -> Statement<'static> {
    let (before, behind) = locking(timeout);
    let from = ",@@global.read_only AS read_only FROM ";
    let mut statement = Statement::begin([&*before, "SELECT ", sql::COLUMNS, from, table, " WHERE id="]);
    statement.value(Value::Key(key.bytes())).push(behind);
    statement
}

/// The parts of the statement before and after the SELECT itself.
fn locking(timeout: LockTimeout) -> (String, &'static str) {
    if timeout == LockTimeout::Limit(Duration::ZERO) {
        return (String::new(), " FOR UPDATE NOWAIT");
    }
    let before = match timeout.fraction() {
        None => String::new(),
        // MySQL's row lock timeout has whole seconds only, so it is rounded up.
        Some(limit) => format!(
            "/*M!100100 SET STATEMENT max_statement_time={:.3} FOR */",
            limit.as_secs_f64()
        ),
    };
    (before, " FOR UPDATE")
}

/// Inserts an empty, expired row, which keeps the key locked as long as the transaction is open. It is never committed as it is.
pub fn claim(table: &str, key: SessionKey, version: Version) -> Statement<'static> {
    let mut statement = insert(table, key);
    statement.value(Value::Number(version.number()));
    statement.push(",0,0,0,0,'') ON DUPLICATE KEY UPDATE id=id");
    statement
}

fn insert(table: &str, key: SessionKey) -> Statement<'static> {
    let columns = " (id,version,expires,created,used,format,data) VALUES (";
    let mut statement = Statement::begin(["INSERT INTO ", table, columns]);
    statement.value(Value::Key(key.bytes())).push(",");
    statement
}

/// Whether an attempt begins with the read or with the claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// One packet, if the session exists.
    ReadFirst,
    /// After a deadlock. In REPEATABLE READ (`binlog_format=STATEMENT`) the read of a missing row locks the gap around it. Two
    /// requests can then wait for each other's gap again and again. A claim without a read before waits and locks no gap.
    /// For an id that this request has made it is one packet, too.
    ClaimFirst,
}

pub fn attempt(
    link: &mut Link,
    key: SessionKey,
    if_absent: IfAbsent,
    timeout: LockTimeout,
    order: Order,
) -> Result<Attempt> {
    // Nothing is inserted into a table that was not checked.
    let may_insert = !link.is_first_packet() || link.knows_good_table();
    if order == Order::ClaimFirst && if_absent != IfAbsent::Leave && may_insert {
        return claim_and_read(link, key, timeout);
    }
    let started = Instant::now();
    let select = select(link.table(), key, timeout);
    let mut reply = match exchange(link, key, &select, timeout)? {
        Ok(reply) => reply,
        Err(attempt) => return Ok(attempt),
    };
    let row = link.row_from(key, reply.sets.pop(), sql::LOCKED);
    if !matches!(row, Ok(None)) {
        // The row is locked also if its data cannot be opened.
        link.lock_taken(Hold::Row { key });
    }
    match row? {
        Some(row) => Ok(Attempt::Done(Found::Row(row))),
        None if if_absent == IfAbsent::Leave => Ok(Attempt::found(None)),
        None => claim_and_read(link, key, timeout.remaining(started.elapsed())),
    }
}

/// Sends statements that end with `select`. The inner error is the attempt's result if the row is not locked.
fn exchange(
    link: &mut Link,
    key: SessionKey,
    statements: &Statement<'_>,
    timeout: LockTimeout,
) -> Result<std::result::Result<Reply, Attempt>> {
    let started = Instant::now();
    link.set_lock_wait(lock_wait_seconds(timeout));
    let mut reply = link.send_checked(statements, timeout.with_io(link.config().io_timeout))?;
    let early = match timeout {
        LockTimeout::Forever => true,
        LockTimeout::Limit(limit) => started.elapsed() + super::TOLERANCE < limit,
    };
    if let Some(error) = reply.error.take_if(|error| early && error.is_wait_timeout()) {
        // The row lock would have been waited for longer.
        return super::end_wait(link, error, false).map(Err);
    }
    if link.is_in_other_mode(Mode::Row) {
        // The next packet rolls the transaction back.
        link.lock_taken(Hold::Row { key });
        return Ok(Err(Attempt::WrongMode));
    }
    if let Some(error) = reply.error.take() {
        return Attempt::failed(error, Mode::Row).map(Err);
    }
    if super::skips_read_only_host(link, reply.sets.last()) {
        return Ok(Err(Attempt::WrongHost));
    }
    Ok(Ok(reply))
}

/// Inserts a row and locks it: a lock on a missing row excludes nobody. The row is locked until the transaction ends.
fn claim_and_read(link: &mut Link, key: SessionKey, timeout: LockTimeout) -> Result<Attempt> {
    let placeholder = Version::new_session(Instance::UNKNOWN);
    let claim = claim(link.table(), key, placeholder);
    let select = select(link.table(), key, timeout);
    let statements = Statement::new(format!("{};{}", claim.literal(), select.literal()));
    let mut reply = match exchange(link, key, &statements, timeout)? {
        Ok(reply) => reply,
        Err(attempt) => return Ok(attempt),
    };
    let row = link.row_from(key, reply.sets.pop(), sql::LOCKED);
    link.lock_taken(Hold::Row { key });
    Ok(Attempt::Done(match row? {
        Some(row) if row.version != placeholder => Found::Row(row),
        _ => Found::Absent {
            placeholder: Some(placeholder),
        },
    }))
}

/// A claim of a session that nobody else knows yet. It fails if there is such a row. On a read-only server, which accepts the
/// statement of an account with enough rights, its version is NULL, and it fails, too. Sets the timeout of its wait.
pub fn question(link: &mut Link, key: SessionKey, timeout: LockTimeout, placeholder: Version) -> Statement<'static> {
    link.set_lock_wait(lock_wait_seconds(timeout));
    let mut statement = insert(link.table(), key);
    statement.push("IF(").push(sql::IS_READ_ONLY).push(",NULL,");
    statement
        .value(Value::Number(placeholder.number()))
        .push("),0,0,0,0,'')");
    statement
}

/// Reads the session that is locked already.
pub fn read_held(link: &mut Link, key: SessionKey) -> Result<Attempt> {
    let select = select(link.table(), key, LockTimeout::Limit(link.config().io_timeout));
    super::read_held(link, key, &select)
}

/// Ends the transaction after a timeout, which ends the statement alone.
pub fn give_up(link: &mut Link) {
    if let Some(connection) = link.connection_mut() {
        // If this fails, the next packet fails, too.
        let _ = connection.query("ROLLBACK");
        link.lock_released();
    }
}
