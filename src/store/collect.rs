//! Garbage collection: expired rows, in batches so small that live sessions do not notice.
//!
//! At the end of requests one process of an account at a time, by an advisory lock; rows that are in use are skipped.

use std::time::{Duration, Instant};

use super::link::Link;
use super::lock::advisory;
use crate::db::reply::{Answer, ResultSet};
use crate::db::statement::Statement;
use crate::error::Result;
use crate::lock::LockTimeout;
use crate::session_id::collector_lock_name;

/// How many rows are deleted at once, and how many times as long as that took the next ones wait.
struct Pace {
    batch: usize,
    rest: u32,
}

/// At the end of a request: at least as many as there are requests from one win in PHP's lottery to the next, at one in a
/// hundred, so that it keeps up where each request makes a session.
const IN_PASSING: Pace = Pace { batch: 100, rest: 0 };

/// The server has its deleted rows to purge, too. Without rests the p99 of live requests was twice what it is with nobody
/// collecting, on two cores; with these 1.2 to 1.4 times. More rows at once delay them more, even with longer rests.
const AT_LEISURE: Pace = Pace { batch: 20, rest: 4 };

/// `None` runs to the end, beside whoever collects already: rows that another has locked are skipped, and counted by him alone.
/// With a budget it is a turn in passing, which ends where another process of this account has it.
pub fn run(link: &mut Link, budget: Option<Duration>) -> Result<u64> {
    let started = Instant::now();
    if budget.is_some() {
        link.set_lock_wait(1);
    }
    let (schema, table) = link.config().table_parts();
    let name = collector_lock_name(schema, table);
    let turn = take_turn(link, &name)?;
    if turn == Turn::Ours && budget.is_some() {
        return Ok(0);
    }
    let pace = match budget {
        Some(_) => IN_PASSING,
        None => AT_LEISURE,
    };
    let (mut deleted, mut from) = (0, 0);
    loop {
        let began = Instant::now();
        let batch = delete_batch(link, pace.batch, &mut from)?;
        deleted += batch;
        if batch == 0 || budget.is_some_and(|budget| started.elapsed() >= budget) {
            break;
        }
        std::thread::sleep(pace.rest * began.elapsed());
    }
    if turn == Turn::Taken {
        let io_timeout = Some(link.config().io_timeout);
        query(link, &advisory::release(&name), io_timeout)?;
    }
    Ok(deleted)
}

#[derive(PartialEq, Eq)]
enum Turn {
    Taken,
    /// Another connection of this account has it.
    Ours,
    /// Any account of the server can take the name and keep it, and nodes of a cluster may refuse the lock: that must not
    /// stop the collection. Two collectors only do each other's work.
    Nobodys,
}

fn take_turn(link: &mut Link, name: &str) -> Result<Turn> {
    let at_once = LockTimeout::Limit(Duration::ZERO);
    if ask(link, &advisory::take(name, at_once))? == Some(1) {
        return Ok(Turn::Taken);
    }
    Ok(match ask(link, &advisory::is_owned_by_this_account(name))? {
        Some(1) => Turn::Ours,
        _ => Turn::Nobodys,
    })
}

/// One number; `None` where the server gives none.
fn ask(link: &mut Link, question: &str) -> Result<Option<u64>> {
    let io_timeout = Some(link.config().io_timeout);
    match query(link, question, io_timeout) {
        Ok(sets) => Ok(sets.first().and_then(|set| set.rows.first()?.number(0))),
        Err(error) if error.is_connection_lost() => Err(error),
        Err(_) => Ok(None),
    }
}

fn query(link: &mut Link, statements: &str, timeout: Option<Duration>) -> Result<Vec<ResultSet>> {
    match link.send(&Statement::new(statements.to_owned()), timeout)?.ok() {
        Ok(Answer(sets)) => Ok(sets),
        // Rows that others have locked are skipped.
        Err(error) if error.is_wait_timeout() => Err(link.explain_wait(error, false)),
        Err(error) => Err(error),
    }
}

/// `from`: the expiry of the last row of the batch before. Without that bound the server would walk again over all index
/// entries that were deleted but not yet purged; rows that were in use are left for the next collection.
fn delete_batch(link: &mut Link, size: usize, from: &mut u64) -> Result<u64> {
    let io_timeout = Some(link.config().io_timeout);
    let table = link.table();
    let select = format!(
        "START TRANSACTION;SELECT HEX(id),expires FROM {table} WHERE expires>={from} AND expires<=UNIX_TIMESTAMP() \
         ORDER BY expires LIMIT {size} FOR UPDATE SKIP LOCKED"
    );
    // One statement each: the optimizer scans a small table for a list of ids, and the scan would wait for every row
    // that a request holds.
    let mut deletes = String::new();
    let sets = query(link, &select, io_timeout)?;
    for row in sets.last().map(|set| set.rows.as_slice()).unwrap_or_default() {
        let (Some(id), Some(expires)) = (row.text(0), row.number(1)) else {
            continue;
        };
        deletes.push_str(&format!("DELETE FROM {} WHERE id=x'{id}';", link.table()));
        *from = expires;
    }
    if deletes.is_empty() {
        query(link, "ROLLBACK", io_timeout)?;
        return Ok(0);
    }
    deletes.push_str("COMMIT");
    let sets = query(link, &deletes, io_timeout)?;
    Ok(sets.iter().map(|set| set.affected).sum())
}
