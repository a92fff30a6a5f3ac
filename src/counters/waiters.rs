//! The requests of this PHP master process that wait for a session's lock, for `rustsql.max_waiters`.
//!
//! An entry belongs to a process. One that was killed is not counted, nor is one whose time is over, since another process may have
//! the same id by then.

use std::array;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::process::{is_alive, parts, stamp};
use crate::db::host_table::{name, now};
use crate::session_id::SessionKey;

/// More requests wait without being counted.
const PLACES: usize = 1024;

/// The longest wait that is counted, where `rustsql.lock_timeout` has no end.
const FOR_EVER: Duration = Duration::from_secs(24 * 60 * 60);

/// Only zeros: free.
#[repr(C)]
struct Place {
    /// The process that waits, and the Unix time in seconds until which it may. See `process::stamp`.
    owner: AtomicU64,
    session: AtomicU64,
}

/// All-zero bytes are a valid table.
#[repr(C)]
pub struct Waiters([Place; PLACES]);

static SHARED: OnceLock<&'static Waiters> = OnceLock::new();

/// Call this once in a process, before workers are forked.
pub fn share(waiters: &'static Waiters) {
    let _ = SHARED.set(waiters);
}

fn shared() -> &'static Waiters {
    static OWN: OnceLock<Box<Waiters>> = OnceLock::new();
    let new = || {
        let place = |_| Place {
            owner: AtomicU64::new(0),
            session: AtomicU64::new(0),
        };
        Box::new(Waiters(array::from_fn(place)))
    };
    SHARED.get().copied().unwrap_or_else(|| OWN.get_or_init(new))
}

/// A request that waits. It is not counted any more when this is dropped.
pub struct Waiting(Option<&'static Place>);

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(place) = self.0 {
            place.session.store(0, Ordering::Release);
            place.owner.store(0, Ordering::Release);
        }
    }
}

/// Counts this request as one that waits for the session. `Err`: `most` others wait already.
pub fn wait(key: SessionKey, limit: Option<Duration>, most: u32) -> Result<Waiting, usize> {
    let (session, ends) = (
        name(key),
        (now() / 1000).saturating_add(limit.unwrap_or(FOR_EVER).as_secs() + 1),
    );
    let owner = stamp(ends);
    let take = |place: &&Place| {
        let seen = place.owner.load(Ordering::Acquire);
        is_over(seen)
            && place
                .owner
                .compare_exchange(seen, owner, Ordering::AcqRel, Ordering::Relaxed)
                .is_ok()
    };
    let place = shared().0.iter().find(take);
    if let Some(place) = place {
        place.session.store(session, Ordering::Release);
    }
    // Counted after the entry was made: of two requests that come at once, at least one sees the other.
    let waiting = Waiting(place);
    let is_other = |other: &&Place| {
        !place.is_some_and(|own| std::ptr::eq(own, *other))
            && other.session.load(Ordering::Acquire) == session
            && !is_over(other.owner.load(Ordering::Acquire))
    };
    match shared().0.iter().filter(is_other).count() {
        others if others >= most as usize => Err(others),
        _ => Ok(waiting),
    }
}

/// Nobody waits there.
fn is_over(owner: u64) -> bool {
    let (process, ends) = parts(owner);
    ends < now() / 1000 || !is_alive(process)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_others_of_the_same_session() {
        let key = |id: &[u8]| SessionKey::new("", id).unwrap();
        let limit = Some(Duration::from_secs(30));
        let first = wait(key(b"a"), limit, 2);
        let second = wait(key(b"a"), limit, 2);
        assert!(first.is_ok() && second.is_ok());
        assert_eq!(wait(key(b"a"), limit, 2).err(), Some(2));
        assert!(wait(key(b"b"), limit, 2).is_ok());
        drop(first);
        assert!(wait(key(b"a"), limit, 2).is_ok());
    }

    #[test]
    fn whoever_was_killed_or_has_waited_for_too_long_is_not_counted() {
        assert!(!is_over(stamp(now() / 1000 + 5)));
        assert!(is_over(stamp(now() / 1000 - 5)));
        // Above the kernel's largest process id.
        assert!(is_over(((1 << 22) - 1) << 42 | (now() / 1000 + 5)));
        assert!(is_over(0));
    }
}
