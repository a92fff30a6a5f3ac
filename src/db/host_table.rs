//! A small lock-free table of hosts and of lists of hosts, which all workers of a PHP master process share.
//!
//! `php::shared_memory` creates it before the master forks; `db::hosts` uses it. It only changes the order in which hosts are
//! tried. Two workers that write a slot at the same time leave a wrong entry, which costs a failed connection at most.
//!
//! Each name belongs to a bucket of eight slots, where a new entry replaces the oldest, so the table cannot fill up. Names are
//! hashed with a secret key, so that nobody can choose names that collide.

use std::array;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

const BUCKETS: usize = 64;
const SLOTS: usize = 8;

/// A slot with only zeros is free.
#[derive(Default)]
#[repr(C)]
pub struct Slot {
    name: AtomicU64,
    value: AtomicU64,
    /// The time of the last write or use, in milliseconds since 1970.
    at: AtomicU64,
}

type Bucket = [Slot; SLOTS];

/// Failed hosts and good lists have separate buckets: scripts can invent failing hosts, which must not replace good lists.
#[repr(C)]
pub struct HostTable {
    hosts: [Bucket; BUCKETS],
    lists: [Bucket; BUCKETS],
}

#[derive(Clone, Copy)]
pub enum Kind {
    Host,
    List,
}

static SHARED: OnceLock<&'static HostTable> = OnceLock::new();
static KEY: OnceLock<RandomState> = OnceLock::new();

/// Call this once in a process, before workers are forked.
pub fn share(table: &'static HostTable) {
    let _ = SHARED.set(table);
    KEY.get_or_init(RandomState::new);
}

pub fn shared() -> &'static HostTable {
    static OWN: OnceLock<Box<HostTable>> = OnceLock::new();
    SHARED.get().copied().unwrap_or_else(|| OWN.get_or_init(HostTable::new))
}

pub fn name(of: impl Hash) -> u64 {
    KEY.get_or_init(RandomState::new).hash_one(of).max(1)
}

pub fn now() -> u64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

impl HostTable {
    fn new() -> Box<Self> {
        let buckets = || array::from_fn(|_| Bucket::default());
        Box::new(Self {
            hosts: buckets(),
            lists: buckets(),
        })
    }

    fn bucket(&self, kind: Kind, name: u64) -> &Bucket {
        let buckets = match kind {
            Kind::Host => &self.hosts,
            Kind::List => &self.lists,
        };
        &buckets[(name % BUCKETS as u64) as usize]
    }

    fn find(&self, kind: Kind, name: u64) -> Option<&Slot> {
        let is_it = |slot: &&Slot| slot.name.load(Ordering::Relaxed) == name;
        self.bucket(kind, name).iter().find(is_it)
    }

    /// The value, and the time of its write.
    pub fn get(&self, kind: Kind, name: u64) -> Option<(u64, u64)> {
        let slot = self.find(kind, name)?;
        Some((slot.value.load(Ordering::Relaxed), slot.at.load(Ordering::Relaxed)))
    }

    /// Writes into the name's slot, or replaces the oldest entry of the bucket.
    pub fn put(&self, kind: Kind, name: u64, value: u64, now: u64) {
        let age = |slot: &&Slot| match slot.at.load(Ordering::Relaxed) {
            // After the clock was set back, entries of the future count as old.
            at if at > now => 0,
            at => at,
        };
        let oldest = || self.bucket(kind, name).iter().min_by_key(age);
        if let Some(slot) = self.find(kind, name).or_else(oldest) {
            slot.value.store(value, Ordering::Relaxed);
            slot.at.store(now, Ordering::Relaxed);
            slot.name.store(name, Ordering::Relaxed);
        }
    }

    pub fn remove(&self, kind: Kind, name: u64) {
        if let Some(slot) = self.find(kind, name) {
            slot.name.store(0, Ordering::Relaxed);
            slot.at.store(0, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_table_learns_and_keeps_what_is_in_use() {
        let table = HostTable::new();
        let used = name("used");
        for number in 1..10 * (BUCKETS * SLOTS) as u64 {
            table.put(Kind::List, used, 7, number);
            let new = name(number);
            table.put(Kind::List, new, number, number);
            assert_eq!(table.get(Kind::List, new), Some((number, number)));
            assert_eq!(table.get(Kind::List, used), Some((7, number)));
        }
        assert_eq!(table.get(Kind::Host, used), None);
        table.remove(Kind::List, used);
        assert_eq!(table.get(Kind::List, used), None);
    }

    #[test]
    fn a_clock_that_was_set_back_leaves_no_entry_for_ever() {
        let table = HostTable::new();
        (0..1000u64).for_each(|number| table.put(Kind::Host, name(number), 1, 1_000_000));
        (0..1000u64).for_each(|number| {
            table.put(Kind::Host, name(("new", number)), 2, 5);
            assert_eq!(table.get(Kind::Host, name(("new", number))), Some((2, 5)));
        });
    }
}
