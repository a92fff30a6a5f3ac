//! `GET_LOCK`: one named lock for each session, owned by the connection.
//!
//! Called by `acquire`. `collect` takes a lock of its own with the same statements.

use std::time::{Duration, Instant};

use super::super::hold::Hold;
use super::super::link::Link;
use super::super::{IfAbsent, sql};
use super::Attempt;
use crate::db::errno;
use crate::db::reply::ResultSet;
use crate::db::statement::{Statement, Value};
use crate::error::{Error, Result};
use crate::lock::{LockTimeout, Mode};
use crate::session_id::{LockName, SessionKey};

/// A year. -1 means for ever on MySQL, but MariaDB returns NULL at once.
const FOR_EVER: u64 = 31_536_000;

/// The end of the SELECT under the advisory lock: it waits for the commit of the previous holder, which releases the lock earlier.
const WAIT_FOR_COMMIT: &str = " LOCK IN SHARE MODE";

/// The additional columns of `take_and_select`: 1 granted, 0 held by another connection, -1 no such session, NULL failed; and
/// whether the server is a node of Galera.
const GRANTED: usize = sql::LOCKED;
const WSREP_ON: usize = sql::LOCKED + 1;
const COLUMNS: usize = sql::LOCKED + 2;

pub fn name(link: &Link, key: SessionKey) -> LockName {
    let (database, table) = link.config().table_parts();
    key.lock_name(database, table)
}

/// Its answer is 1 (granted), 0 (timed out) or NULL (failed).
pub fn take(name: &str, timeout: LockTimeout) -> String {
    format!("SELECT {}{}", limit_hint(timeout), call(name, timeout))
}

/// Its answer is the connection that holds the lock, or NULL.
pub fn owner(name: &str) -> String {
    format!("SELECT IS_USED_LOCK('{name}')")
}

/// A condition: this connection has the lock.
pub fn is_owner(name: &str) -> Statement<'_> {
    let mut condition = Statement::new("IS_USED_LOCK(");
    condition.value(Value::Name(name)).push(")=CONNECTION_ID()");
    condition
}

/// A condition: no connection has the lock.
pub fn is_free(name: &str) -> Statement<'_> {
    let mut condition = Statement::new("IS_USED_LOCK(");
    condition.value(Value::Name(name)).push(") IS NULL");
    condition
}

/// Whether this is the name of a session's lock. Collectors have a lock, too.
pub fn is_of_session(name: &str) -> bool {
    let hash = name.strip_prefix("rustsql.");
    hash.is_some_and(|hash| hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Its answer is 1 if a connection of this account holds the lock. Without PROCESS an account sees only its own connections.
pub fn is_owned_by_this_account(name: &str) -> String {
    format!(
        "SELECT COUNT(*) FROM information_schema.processlist \
         WHERE id=IS_USED_LOCK('{name}') AND user=SUBSTRING_INDEX(USER(),'@',1)"
    )
}

/// The timeout of GET_LOCK. MariaDB accepts fractions of a second. MySQL rounds them, so it gets the next whole second, and
/// `limit_hint` ends the wait in time. Only MariaDB reads `/*M!`.
fn call(name: &str, timeout: LockTimeout) -> String {
    let seconds = timeout.whole_seconds(FOR_EVER);
    match timeout.fraction() {
        None => format!("GET_LOCK('{name}',{seconds})"),
        Some(limit) => {
            let excess = seconds as f64 - limit.as_secs_f64();
            format!("GET_LOCK('{name}',{seconds}/*M!100100 -{excess:.3}*/)")
        }
    }
}

fn limit_hint(timeout: LockTimeout) -> String {
    match timeout.fraction() {
        None => String::new(),
        Some(limit) => format!("/*+ MAX_EXECUTION_TIME({}) */ ", limit.as_millis().max(1)),
    }
}

/// Reads the row of the session that is locked.
fn select(table: &str, key: SessionKey) -> Statement<'static> {
    let from = " AS read_only FROM ";
    let mut statement = Statement::begin([
        "SELECT ",
        sql::COLUMNS,
        ",",
        sql::IS_READ_ONLY,
        from,
        table,
        " WHERE id=",
    ]);
    statement.value(Value::Key(key.bytes())).push(WAIT_FOR_COMMIT);
    statement
}

/// Takes the lock if it is free, and reads the row: one statement, since the server sends the answer to each statement in a packet
/// of its own. The lock is taken first: the row is joined on the result of GET_LOCK.
fn take_and_select<'a>(table: &str, key: SessionKey, name: &'a str, if_absent: IfAbsent) -> Statement<'a> {
    let granted = " AS read_only,granted,0";
    let mut statement = Statement::begin(["SELECT ", sql::COLUMNS, ",", sql::IS_READ_ONLY, granted, sql::IS_NODE]);
    statement.push(" FROM (SELECT ");
    if if_absent == IfAbsent::Leave {
        statement
            .push("IF(EXISTS(SELECT 1 FROM ")
            .push(table)
            .push(" WHERE id=");
        statement.value(Value::Key(key.bytes())).push("),");
    }
    statement.push("GET_LOCK(").value(Value::Name(name)).push(",0)");
    if if_absent == IfAbsent::Leave {
        statement.push(",-1)");
    }
    statement.push(" AS granted) AS attempt LEFT JOIN ").push(table);
    statement.push(" ON granted=1 AND id=").value(Value::Key(key.bytes()));
    statement.push(WAIT_FOR_COMMIT);
    statement
}

/// Takes the lock of a new session, if it is free. It is sent as text, since it returns a row: see `Connection::send_ahead`.
pub fn question(name: &str) -> Statement<'static> {
    Statement::new(format!(
        "SELECT GET_LOCK('{name}',0),{},0{}",
        sql::IS_READ_ONLY,
        sql::IS_NODE
    ))
}

/// Whether the answer to `question` says that the lock was granted, by a server that sessions are locked on in this way.
pub fn was_granted(link: &Link, set: Option<ResultSet>) -> bool {
    let set = set.unwrap_or_default();
    let Some(row) = set.rows.first() else { return false };
    let wrong_mode = row.is_on(2) && link.config().lock.is_none();
    row.integer(0) == Some(1) && !row.is_on(1) && !wrong_mode
}

pub fn attempt(link: &mut Link, key: SessionKey, if_absent: IfAbsent, timeout: LockTimeout) -> Result<Attempt> {
    let (name, io_timeout) = (name(link, key), link.config().io_timeout);
    link.set_lock_wait(sql::lock_wait_within(io_timeout));
    let statement = take_and_select(link.table(), key, &name, if_absent);
    let asked = Instant::now();
    let mut reply = link.send_checked(&statement, Some(io_timeout))?;
    if let Some(error) = reply.error.take() {
        return failed_attempt(link, error, asked);
    }
    let set = reply.sets.pop();
    let (granted, on_node) = match set.as_ref().and_then(|set| set.rows.first()) {
        Some(row) => (row.integer(GRANTED), row.is_on(WSREP_ON)),
        None => (None, false),
    };
    if granted == Some(1) {
        // In the wrong mode, the next packet releases it.
        link.lock_taken(hold(key, name));
    }
    if on_node
        && link.config().lock.is_none()
        && let Some(facts) = link.facts_mut()
    {
        facts.learn_node();
    }
    if link.is_in_other_mode(Mode::Advisory) {
        return Ok(Attempt::WrongMode);
    }
    if super::skips_read_only_host(link, set.as_ref()) {
        return Ok(Attempt::WrongHost);
    }
    match granted {
        Some(0) if timeout == LockTimeout::Limit(Duration::ZERO) => Ok(Attempt::TimedOut(Mode::Advisory)),
        Some(0) => wait(link, key, name, timeout),
        Some(_) => Ok(Attempt::found(link.row_from(key, set, COLUMNS)?)),
        None => Err(denied(link)),
    }
}

/// The lock may have been granted before the statement failed. Only the end of the connection certainly releases it.
fn failed_attempt(link: &mut Link, error: Error, asked: Instant) -> Result<Attempt> {
    let failed = match error {
        error if error.code() == Some(errno::NO_SUCH_TABLE) => return Ok(Attempt::TableMissing(error)),
        error if error.is_wait_timeout() => {
            let for_row = !super::is_early(link, asked);
            super::end_wait(link, error, for_row)
        }
        _ if link.is_in_other_mode(Mode::Advisory) => return Ok(Attempt::WrongMode),
        error => Err(error),
    };
    if failed.is_err() {
        link.end();
    }
    failed
}

/// Waits for the lock that another connection holds. Two statements in one packet: each takes its own snapshot, so the second reads
/// what the previous holder wrote, and no table stays open during the wait.
fn wait(link: &mut Link, key: SessionKey, name: LockName, timeout: LockTimeout) -> Result<Attempt> {
    let select = select(link.table(), key);
    let statements = Statement::new(format!("{};{}", take(&name, timeout), select.literal()));
    let mut reply = link.send(&statements, timeout.with_io(link.config().io_timeout))?;
    let granted = reply.sets.first().and_then(|set| set.rows.first());
    match granted.map(|row| row.integer(0)) {
        Some(Some(1)) => link.lock_taken(hold(key, name)),
        Some(Some(_)) => return Ok(Attempt::TimedOut(Mode::Advisory)),
        Some(None) => return Err(denied(link)),
        None if reply.error.is_none() => return Err(link.out_of_sync()),
        None => {}
    }
    if let Some(error) = reply.error.take() {
        if error.is_wait_timeout() && link.held(key).is_some() {
            return Err(link.explain_wait(error, true));
        }
        return Attempt::failed(error, Mode::Advisory);
    }
    if super::skips_read_only_host(link, reply.sets.last()) {
        return Ok(Attempt::WrongHost);
    }
    Ok(Attempt::found(link.row_from(key, reply.sets.pop(), sql::LOCKED)?))
}

/// Reads the session that is locked already.
pub fn read_held(link: &mut Link, key: SessionKey) -> Result<Attempt> {
    let select = select(link.table(), key);
    super::read_held(link, key, &select)
}

pub fn hold(key: SessionKey, name: LockName) -> Hold {
    Hold::Advisory { key, name }
}

fn denied(link: &mut Link) -> Error {
    // The lock may have been granted all the same.
    if let Some(connection) = link.connection_mut() {
        connection.forbid_reuse();
    }
    Error::LockDenied {
        host: link.host(),
        why: "GET_LOCK gave NULL: out of memory, or the statement was killed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn waits_are_written_for_both_servers() {
        let limit = |milliseconds| LockTimeout::Limit(Duration::from_millis(milliseconds));
        for (timeout, sql) in [
            (limit(0), "SELECT GET_LOCK('n',0)"),
            (limit(30_000), "SELECT GET_LOCK('n',30)"),
            (
                limit(1500),
                "SELECT /*+ MAX_EXECUTION_TIME(1500) */ GET_LOCK('n',2/*M!100100 -0.500*/)",
            ),
            (LockTimeout::Forever, "SELECT GET_LOCK('n',31536000)"),
        ] {
            assert_eq!(take("n", timeout), sql);
        }
    }
}
