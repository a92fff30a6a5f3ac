//! A cache of servers' properties in this process: packet limits, nodes of a cluster (where advisory locks do not work, since
//! each node grants them separately), and tables with the right shape.
//!
//! The key is a host with its address, since a name may lead to another server later.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::db::host::Host;
use crate::db::server::{Quirks, Server};

/// The time until a server is queried again, which costs a statement, and on MySQL a millisecond.
const VALID: Duration = Duration::from_secs(60);

/// The most tables of a server in the cache, since scripts can use any number of names.
const MOST_TABLES: usize = 100;

static KNOWN: Mutex<Option<HashMap<Host, Known>>> = Mutex::new(None);
/// The good tables of a host, and the time of the check.
type Tables = Vec<(String, Instant)>;

static TABLES: Mutex<Option<HashMap<Host, Tables>>> = Mutex::new(None);

#[derive(Default, Clone, Copy)]
struct Known {
    server: Option<(Server, Instant)>,
    quirks: Quirks,
}

/// Hosts that ended a connection on which two commands were sent at once, and when. Some proxies do so.
static ONE_AT_A_TIME: Mutex<Option<HashMap<Host, Instant>>> = Mutex::new(None);

/// For so long they get one command at a time. The connection may also have been lost for another reason.
const PAUSE: Duration = Duration::from_secs(300);

pub fn takes_one_at_a_time(host: &Host) -> bool {
    let hosts = ONE_AT_A_TIME.lock();
    let failed = hosts.as_ref().and_then(|hosts| hosts.get(host));
    failed.is_some_and(|failed| failed.elapsed() < PAUSE)
}

pub fn send_one_at_a_time(host: &Host) {
    let mut hosts = ONE_AT_A_TIME.lock();
    let hosts = hosts.get_or_insert_default();
    hosts.retain(|_, failed| failed.elapsed() < PAUSE);
    hosts.insert(host.clone(), Instant::now());
}

fn known(host: &Host) -> Option<Known> {
    KNOWN.lock().as_ref()?.get(host).copied()
}

fn change(host: &Host, change: impl FnOnce(&mut Known)) {
    change(KNOWN.lock().get_or_insert_default().entry(host.clone()).or_default());
}

/// The cached properties, and whether they are still fresh.
pub fn recall(host: &Host) -> Option<(Server, bool)> {
    let (server, since) = known(host)?.server?;
    Some((server, since.elapsed() < VALID))
}

pub fn remember(host: &Host, server: Server) {
    change(host, |known| known.server = Some((server, Instant::now())));
}

pub fn quirks(host: &Host) -> Quirks {
    known(host).map(|known| known.quirks).unwrap_or_default()
}

pub fn remember_quirks(host: &Host, quirks: Quirks) {
    change(host, |known| known.quirks = quirks);
}

/// Removes a host that failed: another server may answer there later.
pub fn forget(host: &Host) {
    if let Some(known) = KNOWN.lock().as_mut() {
        known.remove(host);
    }
    if let Some(tables) = TABLES.lock().as_mut() {
        tables.remove(host);
    }
}

/// Whether the table was checked recently, and need not be checked again.
pub fn is_good_table(host: &Host, table: &str) -> bool {
    let tables = TABLES.lock();
    let mut known = tables.iter().filter_map(|tables| tables.get(host)).flatten();
    known.any(|(known, since)| known == table && since.elapsed() < VALID)
}

pub fn remember_good_table(host: &Host, table: &str) {
    let mut tables = TABLES.lock();
    let known = tables.get_or_insert_default().entry(host.clone()).or_default();
    known.retain(|(known, since)| known != table && since.elapsed() < VALID);
    if known.len() < MOST_TABLES {
        known.push((table.to_owned(), Instant::now()));
    }
}
