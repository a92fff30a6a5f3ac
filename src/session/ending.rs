//! Deletes a session, or puts an empty one in its place.
//!
//! `handler` calls it. It takes a lost lock again, as a write does. A lock does not keep everybody away: `revoke()` and requests that
//! merge do not wait for an advisory lock. So a session whose data continues is deleted only if it is still the one that was read.

use super::Session;
use crate::config::Config;
use crate::error::{Error, Refusal, Result};
use crate::fence::{Sent, Verdict, judge};
use crate::loaded::{relock_timeout, time_to_answer, time_to_relock};
use crate::session_id::SessionKey;
use crate::store::{Expected, Expiry, Found, IfAbsent, Store, Version, Write};

/// How a session ends.
#[derive(Clone, Copy, Default)]
pub struct Ending<'a> {
    /// Its data continues under a new id, so a stale read is refused as in a write.
    pub replaced: Option<&'a Session>,
    /// The old store keeps a copy that cannot be destroyed. An empty session takes the row's place, for so many seconds, so that
    /// no request takes the copy over.
    pub stand_in: Option<u64>,
}

/// Deletes the session: whatever its version is, unless its data continues.
pub fn delete(store: &mut impl Store, config: &Config, key: SessionKey, ending: Ending<'_>) -> Result<()> {
    if ending.replaced.is_some() {
        // The row of a delete without an answer is gone, whoever has deleted it. So it is not sent over a connection that is lost.
        store.notice_loss();
    }
    let held = store.held(key).is_some();
    let mut sent = Vec::new();
    store.within(if held {
        time_to_answer(config)
    } else {
        time_to_relock(config)
    });
    let result = try_to_delete(store, config, key, ending, &mut sent);
    if !matches!(&result, Err(error) if error.is_retryable()) {
        return result;
    }
    if held {
        store.within(time_to_relock(config));
    }
    try_to_delete(store, config, key, ending, &mut sent)
}

/// `sent`: the tries that got no answer, each with the version of its empty session. One of them may have succeeded.
fn try_to_delete(
    store: &mut impl Store,
    config: &Config,
    key: SessionKey,
    Ending { replaced, stand_in }: Ending<'_>,
    sent: &mut Vec<Version>,
) -> Result<()> {
    if replaced.is_some_and(Session::is_merged) {
        // What the other request has changed is not in this one's data.
        return Err(Error::Refused(Refusal::Newer));
    }
    if store.held(key).is_some() {
        let read = replaced.filter(|session| session.base.live);
        if end(store, config, key, stand_in, read.and_then(Session::version), sent)? {
            return Ok(());
        }
        store.within(time_to_relock(config));
    }
    let mut only = None;
    if !config.is_unlocked() {
        let found = match store.lock(key, IfAbsent::Leave, relock_timeout(config)) {
            // Its data is not needed.
            Err(error) if error.is_unreadable() && replaced.is_none() => None,
            found => Some(found?),
        };
        let gone = !sent.is_empty() && matches!(found, Some(Found::Absent { .. }));
        if let (Some(session), Some(found)) = (replaced.filter(|_| !gone), found) {
            let sent = Sent {
                versions: sent,
                data: b"",
            };
            match judge(
                &session.base,
                store.instance(),
                session.read_at.elapsed(),
                &sent,
                &found,
            ) {
                Verdict::Written(_) => return Ok(()),
                Verdict::Refuse(refusal) => return Err(Error::Refused(refusal)),
                Verdict::WriteOver(Expected::Version(version)) => only = Some(version),
                Verdict::WriteOver(_) => {}
            }
        }
    }
    match end(store, config, key, stand_in, only, sent)? {
        true => Ok(()),
        // revoke() has ended it, or a request that merges has written it, since the lock was taken again.
        false => Err(Error::Refused(Refusal::Newer)),
    }
}

/// `only`: if it has this version. False: it has not.
fn end(
    store: &mut impl Store,
    config: &Config,
    key: SessionKey,
    stand_in: Option<u64>,
    only: Option<Version>,
    sent: &mut Vec<Version>,
) -> Result<bool> {
    let version = Version::new_session(store.instance());
    let ended = match stand_in {
        None => store.delete(key, only),
        Some(lifetime) => {
            let empty = Write {
                expected: only.map_or(Expected::Anything, Expected::Version),
                version,
                data: b"",
                expiry: Expiry {
                    lifetime,
                    touch_seconds: config.touch_seconds(lifetime),
                },
                moves_expiry: true,
                tag: None,
                moves_tag: true,
                is_new: true,
            };
            store.save(key, empty)
        }
    };
    if ended.is_err() {
        sent.push(version);
    }
    ended
}
