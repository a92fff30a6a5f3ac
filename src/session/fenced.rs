//! Writes a session with a version check, and tries again after a lost connection.
//!
//! Called by `session`. `fence` decides whether a write may replace what is stored, and `merging` what takes its place.

use super::merging::{Merge, Saved};
use super::{Session, Writing};
use crate::config::Config;
use crate::counters::{self, Counter};
use crate::error::{Error, Refusal, Result};
use crate::fence::{Sent, Verdict, judge};
use crate::loaded::{Access, relock_timeout, time_to_answer, time_to_relock};
use crate::store::{Expected, Expiry, Found, IfAbsent, Store, Version, Write};

/// How often a write is tried if its connection is lost.
const ATTEMPTS: u32 = 3;
/// How often it is tried with `merge`, if others roll it back: on a cluster, each write of another request can do so.
const MERGE_ATTEMPTS: u32 = 20;

impl Session {
    /// Writes with a version check. After a lost connection it takes the lock again and asks the fence whether it may write.
    pub(super) fn save_fenced(
        &self,
        store: &mut impl Store,
        config: &Config,
        (data, writing): (&[u8], Writing),
        expiry: Expiry,
        stays: bool,
    ) -> Result<Saved> {
        if writing.continues && self.is_merged {
            // What the other request has changed is not in this one's data.
            return Err(Error::Refused(Refusal::Newer));
        }
        if config.merges {
            // A try that is not sent over a lost connection is not one whose answer was lost.
            store.notice_loss();
        }
        let base = &self.base;
        let unlocked = config.is_unlocked();
        let mut locks = false;
        let mut expected = match base.version {
            _ if unlocked => Expected::Anything,
            Some(version) => Expected::Version(version),
            None => Expected::Absent,
        };
        let mut failure = Error::Refused(Refusal::Newer);
        let mut merge = Merge::new(self, config, data, writing);
        // The tries that got no answer.
        let mut versions = Vec::new();
        let mut found_none = false;
        let attempts = if config.merges { MERGE_ATTEMPTS } else { ATTEMPTS };
        for attempt in 0..attempts {
            if attempt >= ATTEMPTS && !failure.is_conflict() {
                break;
            }
            let needs_lock = !unlocked && (!config.merges || self.is_adopted);
            let is_lost = needs_lock && store.held(self.key).is_none();
            // A slower request may have kept an expired session alive, which does not change its version.
            let was_expired = config.merges && base.version.is_some() && !base.live && !base.locked;
            // What it was merged with has to be read again.
            let again = attempt > 0 || is_lost || self.is_merged || was_expired;
            // All attempts share one time limit.
            if again && !std::mem::replace(&mut locks, true) {
                if matches!(self.access, Access::Locked(_)) {
                    counters::count(Counter::LostLocks);
                }
                store.within(time_to_relock(config));
            }
            if again && !unlocked {
                let found = match store.lock(self.key, IfAbsent::Claim, relock_timeout(config)) {
                    Err(error) if error.is_retryable() => {
                        failure = error;
                        continue;
                    }
                    found => found?,
                };
                let sent = Sent {
                    versions: &versions,
                    data: merge.data(),
                };
                let verdict = judge(base, store.instance(), self.read_at.elapsed(), &sent, &found);
                if self.is_adopted && matches!(found, Found::Absent { .. }) {
                    return Err(Error::Refused(Refusal::NotTakenOver));
                }
                if merge.is_done() && matches!(found, Found::Absent { .. }) {
                    // The session that it was merged with has ended since: its data would come back.
                    return Err(Error::Refused(Refusal::Destroyed));
                }
                let newer = merge.newer(&verdict, &found, &versions);
                match (verdict, newer) {
                    (Verdict::Written(version), _) => return Ok(merge.saved(version)),
                    (_, Some(row)) => {
                        expected = merge.with(row, expiry)?;
                        versions.clear();
                    }
                    (Verdict::WriteOver(fence), None) => {
                        let is_as_expected = [fence, Expected::Absent].contains(&expected);
                        if found_none && is_as_expected && config.merges && store.has_advisory_holder(self.key)? {
                            merge.warn_of_advisory_lock();
                        }
                        expected = fence;
                    }
                    (Verdict::Refuse(refusal), None) => return Err(Error::Refused(refusal)),
                }
            }
            let on = store.instance();
            let version = match expected {
                Expected::Version(over) if base.live || merge.is_done() => over.next(on),
                _ => Version::new_session(on),
            };
            if again {
                // The time for the lock is over: a row lock wait has to time out in the server before it does here.
                store.within(time_to_answer(config));
            }
            let write = Write {
                expected,
                version,
                data: merge.data(),
                expiry,
                moves_expiry: if merge.is_done() {
                    merge.moves_expiry
                } else {
                    !stays || attempt > 0
                },
                is_new: !base.live && !merge.is_done(),
                tag: self.tag,
                moves_tag: self.tag != self.stored_tag,
            };
            match store.save(self.key, write) {
                Ok(true) => return Ok(merge.saved(version)),
                Ok(false) => found_none = true,
                Err(error) if error.is_retryable() => {
                    // The others are answers: nothing was written.
                    if !error.is_conflict() && !error.is_wait_timeout() {
                        versions.push(version);
                    }
                    failure = error;
                }
                Err(error) => return Err(error),
            }
        }
        Err(failure)
    }
}
