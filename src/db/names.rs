//! Resolves a name within a time limit. If no name server answers, libc's `getaddrinfo` blocks for up to 40 seconds.
//!
//! `getaddrinfo` cannot be cancelled. So a thread calls it, and the caller stops waiting at the limit. Only one thread resolves a
//! name at a time, so a process has at most one such thread for each name without an answer.
//!
//! A thread costs a tenth of a request that connects. So a result is used for a second.

use std::cell::RefCell;
use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::{Duration, Instant};

use super::{fork, threads};

/// The most threads that resolve names at the same time.
const MOST: usize = 16;

const GOOD_FOR: Duration = Duration::from_secs(1);

/// The interval of checks for another thread's result.
const PAUSE: Duration = Duration::from_millis(2);

static ASKED: [AtomicU64; MOST] = [const { AtomicU64::new(0) }; MOST];

struct Resolved {
    name: String,
    at: Instant,
    addresses: Vec<IpAddr>,
}

thread_local! {
    static FOUND: RefCell<Vec<Resolved>> = const { RefCell::new(Vec::new()) };
}

pub fn look_up(name: &str, port: u16, timeout: Duration) -> io::Result<Vec<IpAddr>> {
    let known = FOUND.with_borrow_mut(|all| {
        all.retain(|found| found.at.elapsed() < GOOD_FOR);
        let known = all.iter().find(|found| found.name == name);
        known.map(|found| found.addresses.clone())
    });
    if let Some(addresses) = known {
        return Ok(addresses);
    }
    let addresses = ask(name, port, timeout)?;
    let (name, at) = (name.to_owned(), Instant::now());
    let found = Resolved {
        name,
        at,
        addresses: addresses.clone(),
    };
    FOUND.with_borrow_mut(|all| all.push(found));
    Ok(addresses)
}

fn ask(name: &str, port: u16, timeout: Duration) -> io::Result<Vec<IpAddr>> {
    let until = Instant::now() + timeout;
    let turn = loop {
        match Turn::take(name) {
            Some(turn) => break turn,
            None if Instant::now() >= until => return Err(io::ErrorKind::TimedOut.into()),
            None => thread::sleep(PAUSE),
        }
    };
    let (answer, answered) = sync_channel(1);
    let name = name.to_owned();
    let work = move || {
        let found = (name.as_str(), port)
            .to_socket_addrs()
            .map(|found| found.map(|found| found.ip()).collect());
        drop(turn);
        let _ = answer.send(found);
    };
    let thread = thread::Builder::new().name("rustsql-names".into());
    threads::without_signals(|| thread.spawn(work)).ok_or(io::ErrorKind::Other)??;
    let left = until.saturating_duration_since(Instant::now());
    answered
        .recv_timeout(left)
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// The permission to resolve a name. A forked child has its own, since its parent's threads do not exist there.
struct Turn {
    place: &'static AtomicU64,
    tag: u64,
}

impl Turn {
    fn take(name: &str) -> Option<Self> {
        let generation = u64::from(fork::generation()) + 1;
        let tag = generation << 32 | hash(name);
        let mut free = None;
        for place in &ASKED {
            let taken = place.load(Ordering::Acquire);
            if taken == tag {
                return None;
            }
            if taken >> 32 != generation {
                free = free.or(Some((place, taken)));
            }
        }
        let (place, taken) = free?;
        place
            .compare_exchange(taken, tag, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
            .then_some(Self { place, tag })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let _ = self
            .place
            .compare_exchange(self.tag, 0, Ordering::AcqRel, Ordering::Relaxed);
    }
}

/// FNV-1a.
fn hash(name: &str) -> u64 {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    u64::from(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_asks_for_a_name_and_others_for_others() {
        let first = Turn::take("db1.test");
        assert!(first.is_some() && Turn::take("db1.test").is_none());
        assert!(Turn::take("db2.test").is_some());
        drop(first);
        assert!(Turn::take("db1.test").is_some());
    }

    #[test]
    fn a_name_has_its_addresses() {
        let found = look_up("localhost", 3306, Duration::from_secs(10));
        assert!(found.is_ok_and(|found| found.iter().all(IpAddr::is_loopback)));
    }
}
