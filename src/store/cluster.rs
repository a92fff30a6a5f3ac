//! Which servers are nodes of a cluster, remembered by this process: there an advisory lock is worth nothing, since each
//! node grants its own.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// For so long a server that costs time to ask is not asked again.
const VALID: Duration = Duration::from_secs(60);

static KNOWN: Mutex<Option<HashMap<String, (bool, Instant)>>> = Mutex::new(None);

/// What was last known, and whether it is still fresh.
pub fn recall(host: &str) -> (bool, bool) {
    let known = KNOWN.lock();
    match known.as_ref().and_then(|known| known.get(host)) {
        Some((clustered, since)) => (*clustered, since.elapsed() < VALID),
        None => (false, false),
    }
}

pub fn remember(host: &str, clustered: bool) {
    let mut known = KNOWN.lock();
    known
        .get_or_insert_default()
        .insert(host.to_owned(), (clustered, Instant::now()));
}
