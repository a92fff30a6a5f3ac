//! Counters of all workers of a PHP master process, in memory that they share.
//!
//! `php::shared_memory` maps the table before the master forks. A worker that is killed leaves its counts there. Each tenant (the
//! settings of one application: hosts, account, table and namespace) has a row of slots. A worker uses the slot of its process id, so
//! that workers seldom share one; if they do, nothing is lost, since all counts are added atomically.
//!
//! The handler calls [`select`] when it opens. After that, whatever happens in this thread is counted for that tenant.

mod histogram;
pub mod holders;
mod process;
pub mod waiters;

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub use histogram::Counts;
use histogram::Histogram;

use crate::config::Config;
use crate::db::host_table;
use crate::error::{Error, Refusal, Result};

/// More applications on one PHP master are not counted.
const TENANTS: usize = 64;
const SLOTS: usize = 64;

/// What is counted. The order is that of `NAMES`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// Sessions that were opened: PHP has their data.
    Opens,
    /// Sessions that could not be opened.
    FailedOpens,
    /// Sessions that were written.
    Writes,
    /// Unchanged sessions whose expiry was moved.
    Touches,
    /// Unchanged sessions that needed no write.
    Unchanged,
    Destroys,
    /// Locks that another request held.
    Waits,
    /// Locks that were waited for in vain.
    LockTimeouts,
    /// Locks that were lost while a session was open.
    LostLocks,
    /// Writes that were merged with another request's.
    Merges,
    /// Those of them in which a change of this request was left out (`rustsql.merge_conflict=stored`).
    MergeConflicts,
    RefusedNewer,
    RefusedDestroyed,
    RefusedReadOnly,
    /// Both requests have changed the same key, or the data cannot be merged.
    RefusedConflict,
    /// Too large, or PHP could not encode it, or could not read it before.
    RefusedOther,
    /// Writes that failed for another reason: the server, the connection.
    FailedWrites,
    /// Connections that were opened: logins.
    Connects,
    /// Hosts that could not be used, so that another one was asked.
    Failovers,
    /// Expired sessions that were deleted.
    Collected,
    BytesRead,
    BytesWritten,
}

pub const NAMES: [&str; COUNTERS] = [
    "opens",
    "failed_opens",
    "writes",
    "touches",
    "unchanged",
    "destroys",
    "waits",
    "lock_timeouts",
    "lost_locks",
    "merges",
    "merge_conflicts",
    "refused_newer",
    "refused_destroyed",
    "refused_read_only",
    "refused_conflict",
    "refused_other",
    "failed_writes",
    "connects",
    "failovers",
    "collected",
    "bytes_read",
    "bytes_written",
];
const COUNTERS: usize = Counter::BytesWritten as usize + 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    LockWait,
    /// From having the lock to giving it back.
    Hold,
    /// From sending a packet to having its whole answer, without waits for locks.
    RoundTrip,
}

pub const TIMERS: [(&str, Timer); 3] = [
    ("lock_wait", Timer::LockWait),
    ("hold", Timer::Hold),
    ("round_trip", Timer::RoundTrip),
];

#[repr(C, align(128))]
struct Slot {
    counters: [AtomicU64; COUNTERS],
    timers: [Histogram; TIMERS.len()],
}

/// Only zeros: nobody's.
#[repr(C)]
pub struct Tenant {
    name: AtomicU64,
    slots: [Slot; SLOTS],
}

/// All-zero bytes are a valid table.
#[repr(C)]
pub struct Table([Tenant; TENANTS]);

static SHARED: OnceLock<&'static Table> = OnceLock::new();

thread_local! {
    static CURRENT: Cell<Option<&'static Slot>> = const { Cell::new(None) };
    static TENANT: Cell<u64> = const { Cell::new(0) };
}

/// Call this once in a process, before workers are forked. Without it nothing is counted.
pub fn share(table: &'static Table) {
    let _ = SHARED.set(table);
}

/// Counts for the tenant with these settings from now on.
pub fn select(config: &Config) {
    let slot = std::process::id() as usize % SLOTS;
    let name = name(config);
    TENANT.set(name);
    CURRENT.set(find(name, true).and_then(|tenant| tenant.slots.get(slot)));
}

/// The tenant that was selected, as a number that others cannot guess.
pub fn tenant() -> u64 {
    TENANT.get()
}

fn name(config: &Config) -> u64 {
    host_table::name((
        &config.target.addresses,
        &config.target.user,
        config.table_parts(),
        &config.namespace,
    ))
}

fn find(name: u64, claims: bool) -> Option<&'static Tenant> {
    let table = SHARED.get()?;
    let name = name.max(1);
    let start = usize::try_from(name % TENANTS as u64).unwrap_or_default();
    let (before, from) = table.0.split_at(start);
    for tenant in from.iter().chain(before) {
        match tenant.name.load(Ordering::Relaxed) {
            0 if claims => match tenant
                .name
                .compare_exchange(0, name, Ordering::Relaxed, Ordering::Relaxed)
            {
                Err(taken) if taken != name => {}
                _ => return Some(tenant),
            },
            0 => return None,
            taken if taken == name => return Some(tenant),
            _ => {}
        }
    }
    None
}

pub fn count(counter: Counter) {
    add(counter, 1);
}

pub fn add(counter: Counter, number: u64) {
    if let Some(slot) = CURRENT.get() {
        slot.counters[counter as usize].fetch_add(number, Ordering::Relaxed);
    }
}

pub fn time(timer: Timer, duration: Duration) {
    if let Some(slot) = CURRENT.get() {
        slot.timers[timer as usize].add(duration);
    }
}

/// Counts a read, whose result is the number of bytes.
pub fn read(result: Result<usize>) -> Result<usize> {
    match &result {
        Ok(bytes) => {
            count(Counter::Opens);
            add(Counter::BytesRead, *bytes as u64);
        }
        Err(_) => count(Counter::FailedOpens),
    }
    result
}

pub fn destroyed(result: Result<()>) -> Result<()> {
    if result.is_ok() {
        count(Counter::Destroys);
    }
    written(result)
}

/// Counts a write that failed. `session` counts those that have succeeded.
pub fn written(result: Result<()>) -> Result<()> {
    count(match &result {
        Ok(()) => return result,
        Err(Error::Refused(Refusal::Newer)) => Counter::RefusedNewer,
        Err(Error::Refused(Refusal::Destroyed | Refusal::Ended)) => Counter::RefusedDestroyed,
        Err(Error::Refused(Refusal::ReadOnly)) => Counter::RefusedReadOnly,
        Err(Error::Unmergeable(_)) => Counter::RefusedConflict,
        Err(Error::Refused(_) | Error::TooLarge { .. }) => Counter::RefusedOther,
        Err(_) => Counter::FailedWrites,
    });
    result
}

/// The sums over all workers.
#[derive(Default)]
pub struct Sums {
    pub counters: [u64; COUNTERS],
    pub timers: [Counts; TIMERS.len()],
}

/// What was counted for the tenant with these settings since the master process started.
pub fn sums(config: &Config) -> Sums {
    let mut sums = Sums::default();
    let slots = find(name(config), false).map(|tenant| &tenant.slots);
    for slot in slots.into_iter().flatten() {
        for (sum, counter) in sums.counters.iter_mut().zip(&slot.counters) {
            *sum += counter.load(Ordering::Relaxed);
        }
        for (sum, timer) in sums.timers.iter_mut().zip(&slot.timers) {
            timer.add_to(sum);
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counter_has_its_name() {
        assert_eq!(NAMES[Counter::Opens as usize], "opens");
        assert_eq!(NAMES[Counter::RefusedOther as usize], "refused_other");
        assert_eq!(NAMES[Counter::BytesWritten as usize], "bytes_written");
        assert!(TIMERS.iter().enumerate().all(|(at, (_, timer))| *timer as usize == at));
    }
}
