//! The order in which hosts are tried: the last good one first, those that failed lately last.
//!
//! What is known is shared by every worker of a PHP master process: `php::shared_memory` gives the table before it forks.
//! Only the order depends on it; a wrong entry costs a try, never a session.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use crate::config::dsn::Address;

/// Twice as many as any sane number of hosts and DSNs; a full table forgets nothing but learns nothing new.
pub const SLOTS: usize = 128;

/// All zero: free.
#[derive(Default)]
#[repr(C)]
pub struct Slot {
    /// Hash of a host, or of a list of hosts.
    name: AtomicU64,
    /// Of a host: when it failed, in milliseconds since 1970. Of a list: the hash of its last good host.
    value: AtomicU64,
}

pub type Table = [Slot; SLOTS];

static SHARED: OnceLock<&'static Table> = OnceLock::new();

/// Once per process, before any worker is forked.
pub fn share(table: &'static Table) {
    let _ = SHARED.set(table);
}

fn table() -> &'static Table {
    static OWN: OnceLock<Box<Table>> = OnceLock::new();
    SHARED
        .get()
        .copied()
        .unwrap_or_else(|| OWN.get_or_init(|| Box::new(std::array::from_fn(|_| Slot::default()))))
}

/// The hosts of a DSN in the order in which to try them.
pub fn order(addresses: &[Address], retry_after: Duration) -> Vec<&Address> {
    let mut order: Vec<&Address> = addresses.iter().collect();
    if let [_, _, ..] = addresses {
        let good = slot(name_of_list(addresses)).map(|slot| slot.value.load(Ordering::Relaxed));
        order.sort_by_key(|address| (has_failed(address, retry_after), Some(name_of(address)) != good));
    }
    order
}

pub fn succeeded(addresses: &[Address], address: &Address) {
    let [_, _, ..] = addresses else { return };
    if let Some(slot) = slot(name_of_list(addresses)) {
        let name = name_of(address);
        // Read first: a write would take the cache line from every other worker at each request.
        if slot.value.load(Ordering::Relaxed) != name {
            slot.value.store(name, Ordering::Relaxed);
        }
    }
    if let Some(slot) = slot(name_of(address))
        && slot.value.load(Ordering::Relaxed) != 0
    {
        slot.value.store(0, Ordering::Relaxed);
    }
}

pub fn failed(addresses: &[Address], address: &Address) {
    let [_, _, ..] = addresses else { return };
    if let Some(slot) = slot(name_of(address)) {
        slot.value.store(now(), Ordering::Relaxed);
    }
}

fn has_failed(address: &Address, retry_after: Duration) -> bool {
    let Some(slot) = slot(name_of(address)) else {
        return false;
    };
    let failed = slot.value.load(Ordering::Relaxed);
    // A clock that was set back makes no failure last for ever.
    let age = now().checked_sub(failed);
    failed != 0 && age.is_some_and(|age| u128::from(age) < retry_after.as_millis())
}

fn now() -> u64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// The slot of that name, taken if there was none; open addressing.
fn slot(name: u64) -> Option<&'static Slot> {
    let table = table();
    let start = (name % SLOTS as u64) as usize;
    (0..SLOTS).map(|step| &table[(start + step) % SLOTS]).find(|slot| {
        match slot
            .name
            .compare_exchange(0, name, Ordering::Relaxed, Ordering::Relaxed)
        {
            Ok(_) => true,
            Err(taken) => taken == name,
        }
    })
}

fn name_of(address: &Address) -> u64 {
    hash(&address.to_string(), 0)
}

fn name_of_list(addresses: &[Address]) -> u64 {
    addresses
        .iter()
        .fold(1, |seed, address| hash(&address.to_string(), seed))
}

/// FNV-1a: the same in every process, unlike the standard library's.
fn hash(text: &str, seed: u64) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ seed;
    let hash = text.bytes().fold(start, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(prefix: &str) -> Vec<Address> {
        let tcp = |host: String| Address::Tcp { host, port: 3306 };
        (1..=3).map(|number| tcp(format!("{prefix}{number}"))).collect()
    }

    fn names(addresses: &[Address]) -> Vec<String> {
        let order = order(addresses, Duration::from_secs(5));
        order
            .iter()
            .map(|address| address.to_string().replace(":3306", ""))
            .collect()
    }

    #[test]
    fn begins_in_the_order_of_the_dsn() {
        assert_eq!(names(&hosts("a")), ["a1", "a2", "a3"]);
    }

    #[test]
    fn the_last_good_host_is_first_and_failed_ones_are_last() {
        let all = hosts("b");
        failed(&all, &all[0]);
        assert_eq!(names(&all), ["b2", "b3", "b1"]);
        succeeded(&all, &all[2]);
        assert_eq!(names(&all), ["b3", "b2", "b1"]);
        failed(&all, &all[2]);
        assert_eq!(names(&all), ["b2", "b3", "b1"]);
        succeeded(&all, &all[0]);
        assert_eq!(names(&all), ["b1", "b2", "b3"]);
    }

    #[test]
    fn a_failure_is_forgotten_after_its_time() {
        let all = hosts("c");
        failed(&all, &all[0]);
        assert!(has_failed(&all[0], Duration::from_secs(5)));
        assert!(!has_failed(&all[0], Duration::ZERO));
    }
}
