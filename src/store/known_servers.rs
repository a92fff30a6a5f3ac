//! What servers said of themselves, remembered by this process: how much they take in a packet, which are nodes of a
//! cluster, where an advisory lock is worth nothing, since each node grants its own, and which tables can keep sessions.
//!
//! By host, with its address: a name may lead to another server later.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::db::host::Host;
use crate::db::server::{Quirks, Server};

/// For so long a server is not asked again: that costs a statement, and on MySQL a millisecond.
const VALID: Duration = Duration::from_secs(60);

/// Most tables of a server that are remembered: scripts can name any number of them.
const MOST_TABLES: usize = 100;

static KNOWN: Mutex<Option<HashMap<Host, Known>>> = Mutex::new(None);
/// Those of a host that are good, and since when.
type Tables = Vec<(String, Instant)>;

static TABLES: Mutex<Option<HashMap<Host, Tables>>> = Mutex::new(None);

#[derive(Default, Clone, Copy)]
struct Known {
    server: Option<(Server, Instant)>,
    quirks: Quirks,
}

fn known(host: &Host) -> Option<Known> {
    KNOWN.lock().as_ref()?.get(host).copied()
}

fn change(host: &Host, change: impl FnOnce(&mut Known)) {
    change(KNOWN.lock().get_or_insert_default().entry(host.clone()).or_default());
}

/// What was last known, and whether it is still fresh.
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

/// A host that could not be used may come back as another.
pub fn forget(host: &Host) {
    if let Some(known) = KNOWN.lock().as_mut() {
        known.remove(host);
    }
    if let Some(tables) = TABLES.lock().as_mut() {
        tables.remove(host);
    }
}

/// Whether the table was found good, or not to be asked about, a short while ago.
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
