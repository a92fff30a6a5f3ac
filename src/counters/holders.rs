//! The sessions that the requests of this PHP master process have locked, for the message of a lock timeout and for `waits()`.
//!
//! The server knows the connection that holds a lock. It learns process and script at a login only, so not the script of a kept
//! connection, and not every account may ask it who holds a row lock. A request on the same web host finds that here. `store::link`
//! makes and drops the entries. That of a process that was killed stays, and is not shown. None has a session id.

use std::str;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering, fence};

use nix::time::{ClockId, clock_gettime};

use super::process::{is_alive, parts, stamp, started};
use crate::db::fork;
use crate::db::host_table::name;
use crate::session_id::SessionKey;

/// More locks at the same time have no entry.
const PLACES: usize = 1024;

/// The places that a session may have.
const NEAR: usize = 8;

/// A longer path loses its beginning.
const SCRIPT: usize = 216;

/// Only zeros: free. The other numbers are combined with the owner's, so that what a dead owner has left cannot be taken for the
/// next one's.
#[repr(C, align(64))]
struct Place {
    /// The process, and the time since which it has the lock. See `process::stamp`.
    owner: AtomicU64,
    tenant: AtomicU64,
    session: AtomicU64,
    connection: AtomicU64,
    length: AtomicU64,
    script: [AtomicU8; SCRIPT],
}

/// All-zero bytes are a valid table.
#[repr(C)]
pub struct Holders([Place; PLACES]);

static SHARED: OnceLock<&'static Holders> = OnceLock::new();

/// Call this once in a process, before workers are forked. Without it there are no entries.
pub fn share(holders: &'static Holders) {
    let _ = SHARED.set(holders);
}

/// The entry of this request. It ends when this is dropped.
pub struct Noted {
    place: &'static Place,
    owner: u64,
    generation: u32,
}

impl Drop for Noted {
    fn drop(&mut self) {
        // In a forked child this is a copy: the lock is the parent's.
        if fork::generation() == self.generation {
            let _ = self
                .place
                .owner
                .compare_exchange(self.owner, 0, Ordering::Release, Ordering::Relaxed);
        }
    }
}

/// Another request of this PHP master process that holds a lock.
#[derive(Debug, PartialEq, Eq)]
pub struct Holding {
    pub connection: u64,
    pub pid: u64,
    /// Empty: there is none.
    pub script: String,
    since: u64,
}

/// Notes that this request holds the session.
pub fn note(tenant: u64, key: SessionKey, connection: u64, script: &str) -> Option<Noted> {
    let table = &SHARED.get()?.0;
    let session = name(key);
    let owner = stamp(now()?);
    let start = usize::try_from(session % PLACES as u64).unwrap_or_default();
    let near = || (start..start + NEAR).filter_map(|at| table.get(at % PLACES));
    let take = |place: &&Place, is_over: fn(u64) -> bool| {
        let seen = place.owner.load(Ordering::Relaxed);
        is_over(seen)
            && place
                .owner
                .compare_exchange(seen, owner, Ordering::Acquire, Ordering::Relaxed)
                .is_ok()
    };
    // To ask whether a process is alive takes longer than all the rest.
    let place = near()
        .find(|place| take(place, |owner| owner == 0))
        .or_else(|| near().find(|place| take(place, is_over)))?;
    let script = end_of(script).as_bytes();
    for (to, from) in place.script.iter().zip(script) {
        to.store(*from, Ordering::Relaxed);
    }
    place.length.store(script.len() as u64, Ordering::Relaxed);
    place.connection.store(connection, Ordering::Relaxed);
    place.session.store(session ^ owner, Ordering::Relaxed);
    // Whoever sees this sees the rest.
    place.tenant.store(tenant ^ owner, Ordering::Release);
    Some(Noted {
        place,
        owner,
        generation: fork::generation(),
    })
}

/// Who has noted that it holds the session. The last one, if a lock was lost unnoticed.
pub fn of_session(tenant: u64, key: SessionKey) -> Option<Holding> {
    let session = name(key);
    find(tenant, |place, owner| {
        place.session.load(Ordering::Relaxed) ^ owner == session
    })
}

/// Who has noted that this connection holds a session.
pub fn of_connection(tenant: u64, connection: u64) -> Option<Holding> {
    find(tenant, |place, _| {
        place.connection.load(Ordering::Relaxed) == connection
    })
}

fn find(tenant: u64, is_it: impl Fn(&Place, u64) -> bool) -> Option<Holding> {
    let read = |place: &Place| {
        let owner = place.owner.load(Ordering::Acquire);
        let is_tenants = owner != 0 && place.tenant.load(Ordering::Acquire) ^ owner == tenant;
        if !is_tenants || !is_it(place, owner) || is_over(owner) {
            return None;
        }
        let length = usize::try_from(place.length.load(Ordering::Relaxed)).unwrap_or_default();
        let script: Vec<_> = place
            .script
            .iter()
            .take(length)
            .map(|byte| byte.load(Ordering::Relaxed))
            .collect();
        let connection = place.connection.load(Ordering::Relaxed);
        // Another request may have taken the place meanwhile.
        fence(Ordering::Acquire);
        let (pid, since) = parts(owner);
        (place.owner.load(Ordering::Relaxed) == owner).then(|| Holding {
            connection,
            pid,
            script: String::from_utf8_lossy(&script).into_owned(),
            since,
        })
    };
    let all = SHARED.get()?.0.iter().filter_map(read);
    all.max_by_key(|holding| holding.since)
}

/// Its process has ended. The process id may be another one's by now, which started later.
fn is_over(owner: u64) -> bool {
    let (process, since) = parts(owner);
    !is_alive(process) || started(process).is_some_and(|started| started > since)
}

/// Milliseconds since the machine started.
fn now() -> Option<u64> {
    let time = clock_gettime(ClockId::CLOCK_BOOTTIME).ok()?;
    u64::try_from(time.tv_sec() * 1000 + time.tv_nsec() / 1_000_000).ok()
}

fn end_of(script: &str) -> &str {
    let from = script.len().saturating_sub(SCRIPT);
    (from..=script.len())
        .find_map(|at| script.get(at..))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::array;

    fn table() {
        let number = || AtomicU64::new(0);
        let place = |_| Place {
            owner: number(),
            tenant: number(),
            session: number(),
            connection: number(),
            length: number(),
            script: array::from_fn(|_| AtomicU8::new(0)),
        };
        let places: Box<[Place; PLACES]> = Box::new(array::from_fn(place));
        share(Box::leak(Box::new(Holders(*places))));
    }

    #[test]
    fn tells_who_holds_a_session_until_it_is_given_back() {
        table();
        let key = |id: &[u8]| SessionKey::new("", id).unwrap();
        let script = format!("/var/www/{}é/page.php", "x".repeat(SCRIPT));
        let own = u64::from(std::process::id());
        let first = note(7, key(b"a"), 11, "/first.php");
        let second = note(7, key(b"b"), 12, &script);
        let seen = of_session(7, key(b"a")).unwrap();
        assert_eq!(
            (seen.connection, seen.pid, seen.script.as_str()),
            (11, own, "/first.php")
        );
        assert_eq!(of_connection(7, 11), Some(seen));
        let seen = of_connection(7, 12).unwrap().script;
        assert!(seen.len() <= SCRIPT && seen.ends_with("xé/page.php"), "{seen}");
        // Another application never sees it.
        assert_eq!((of_session(8, key(b"a")), of_connection(8, 11)), (None, None));
        assert_eq!(of_session(7, key(b"c")), None);
        drop(first);
        assert_eq!((of_session(7, key(b"a")), of_connection(7, 11)), (None, None));

        // As many as there are places for: the others have no entry, and a dead process makes room.
        let places: Vec<_> = (0..NEAR + 3).map(|at| note(7, key(b"b"), at as u64, "")).collect();
        assert_eq!(places.iter().flatten().count(), NEAR - 1);
        let killed = second.unwrap();
        let dead = ((1 << 22) - 1) << 42 | parts(killed.owner).1;
        killed.place.owner.store(dead, Ordering::Relaxed);
        assert_eq!(of_connection(7, 12), None);
        assert!(note(7, key(b"b"), 13, "/next.php").is_some());
    }

    #[test]
    fn an_entry_is_not_that_of_a_later_process_with_the_same_id() {
        let own = u64::from(std::process::id());
        let start = started(own).unwrap();
        assert!(is_over(own << 42 | (start - 10)));
        assert!(!is_over(stamp(now().unwrap())));
    }
}
