//! Garbage collection: deletes expired rows in batches, which are small so that live sessions are not delayed.
//!
//! At the end of requests only one process of an account collects at a time (an advisory lock). Locked rows are skipped.

use std::time::{Duration, Instant};

use super::link::Link;
use super::lock::advisory;
use super::sql;
use crate::counters::{self, Counter};
use crate::db::reply::{Answer, ResultSet};
use crate::db::statement::Statement;
use crate::error::Result;
use crate::lock::LockTimeout;
use crate::session_id::collector_lock_name;

/// The rows of a batch, and the pause after it as a multiple of its duration.
struct Pace {
    batch: usize,
    rest: u32,
}

/// The rows that are deleted at the end of a request. PHP collects in one of a hundred requests, so this number keeps up even
/// if each request creates a session.
const IN_PASSING: Pace = Pace { batch: 100, rest: 0 };

/// The server also has to purge the deleted rows. Without pauses the p99 of live requests was twice as high as without
/// collection, on two cores; with them it is 1.2 to 1.4 times as high. Larger batches delay requests more, even with longer pauses.
const AT_LEISURE: Pace = Pace { batch: 20, rest: 4 };

/// Without a budget it deletes all expired rows, even if another process collects: each skips rows that the other has locked.
/// With a budget it stops if another process of this account collects. It also stops after `most` rows. `progress` gets the number
/// of deleted rows so far.
pub fn run(link: &mut Link, budget: Option<Duration>, most: u64, progress: &mut dyn FnMut(u64)) -> Result<u64> {
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
        let size = usize::try_from(most - deleted).map_or(pace.batch, |left| pace.batch.min(left));
        let batch = delete_batch(link, size, &mut from)?;
        deleted += batch;
        counters::add(Counter::Collected, batch);
        progress(deleted);
        if batch == 0 || deleted >= most || budget.is_some_and(|budget| started.elapsed() >= budget) {
            break;
        }
        std::thread::sleep(pace.rest * began.elapsed());
    }
    if turn == Turn::Taken {
        let io_timeout = Some(link.config().io_timeout);
        query(link, &sql::release_lock(&name), io_timeout)?;
    }
    Ok(deleted)
}

#[derive(PartialEq, Eq)]
enum Turn {
    Taken,
    /// Another connection of this account has the collector's lock.
    Ours,
    /// Any account of the server can hold a lock of that name, and nodes of a cluster may refuse it. That must not stop the
    /// collection: two collectors do no harm.
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

/// The number in an answer; `None` for NULL.
fn ask(link: &mut Link, question: &str) -> Result<Option<u64>> {
    let io_timeout = Some(link.config().io_timeout);
    match query(link, question, io_timeout) {
        Ok(sets) => Ok(sets.first().and_then(|set| set.rows.first()?.number(0))),
        Err(error) if error.is_connection_lost() => Err(error),
        Err(_) => Ok(None),
    }
}

fn query(link: &mut Link, statements: &str, timeout: Option<Duration>) -> Result<Vec<ResultSet>> {
    match link.send(&Statement::new(statements), timeout)?.ok() {
        Ok(Answer(sets)) => Ok(sets),
        // SKIP LOCKED: rows of other transactions are left for the next collection.
        Err(error) if error.is_wait_timeout() => Err(link.explain_wait(error, false)),
        Err(error) => Err(error),
    }
}

/// `from` is the expiry of the last row of the batch before. Without it the server would read again all index entries that were
/// deleted but not purged yet. Rows that were locked are left for the next collection.
fn delete_batch(link: &mut Link, size: usize, from: &mut u64) -> Result<u64> {
    let io_timeout = Some(link.config().io_timeout);
    let table = link.table();
    let select = format!(
        "START TRANSACTION;SELECT HEX(id),expires FROM {table} WHERE expires>={from} AND expires<=UNIX_TIMESTAMP() \
         ORDER BY expires LIMIT {size} FOR UPDATE SKIP LOCKED"
    );
    // One statement for each row: for a list of ids the optimizer scans a small table, and the scan would wait for every
    // locked row.
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
