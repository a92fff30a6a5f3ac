//! What servers said of themselves, remembered by this process: how much they take in a packet, and which are nodes of a
//! cluster, where an advisory lock is worth nothing, since each node grants its own.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::db::connection::Server;

/// For so long a server is not asked again: that costs a statement, and on MySQL a millisecond.
const VALID: Duration = Duration::from_secs(60);

static KNOWN: Mutex<Option<HashMap<String, (Server, Instant)>>> = Mutex::new(None);

/// What was last known, and whether it is still fresh.
pub fn recall(host: &str) -> Option<(Server, bool)> {
    let known = KNOWN.lock();
    let (server, since) = known.as_ref()?.get(host)?;
    Some((*server, since.elapsed() < VALID))
}

pub fn remember(host: &str, server: Server) {
    let mut known = KNOWN.lock();
    known
        .get_or_insert_default()
        .insert(host.to_owned(), (server, Instant::now()));
}

/// A host that could not be used may come back as another.
pub fn forget(host: &str) {
    if let Some(known) = KNOWN.lock().as_mut() {
        known.remove(host);
    }
}
