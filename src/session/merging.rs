//! `rustsql.lock = merge`: the session is read without a lock, and a write names the version that was read. If another request has
//! written meanwhile, the row is locked for a moment, and what that request has stored is merged with this request's changes.
//!
//! Called by `session`. `crate::merge` has the rules.
//!
//! | the row now | the write |
//! |---|---|
//! | a newer version of the same session | merges |
//! | a session that began while this request did not have any, or was kept alive after it had expired | merges, with an empty base |
//! | a session that was destroyed and began anew, no row, or an expired one | is decided by the fence, as without `merge` |
//! | a newer version, and the data continues under a new id | is refused: the new session would lack it |
//! | a newer version, after a try whose answer was lost | is refused: that try may be in it, and what came after it would be undone |

use super::{Session, Writing, check_size};
use crate::config::Config;
use crate::counters::{self, Counter};
use crate::error::{Error, Refusal, Result};
use crate::fence::Verdict;
use crate::loaded::time_to_answer;
use crate::merge::{self, Conflict, Rules, Unsplit};
use crate::original::Original;
use crate::store::{Expected, Expiry, Found, Row, Store, Version};

/// What a write stores: the request's own data, until it has been merged.
pub struct Merge<'a> {
    session: &'a Session,
    config: &'a Config,
    writing: Writing,
    ours: &'a [u8],
    merged: Option<Vec<u8>>,
    /// The version that it was merged with.
    over: Option<Version>,
    /// When the session began that this write changes.
    created: u64,
    notice: Option<String>,
    has_conflicts: bool,
    /// The expiry of the row that it was merged with does not fit.
    pub moves_expiry: bool,
}

/// A write that succeeded.
pub struct Saved {
    pub version: Version,
    pub created: u64,
    pub bytes: usize,
    pub is_merged: bool,
    pub notice: Option<String>,
}

impl<'a> Merge<'a> {
    pub fn new(session: &'a Session, config: &'a Config, ours: &'a [u8], writing: Writing) -> Self {
        Self {
            session,
            config,
            writing,
            ours,
            merged: None,
            over: None,
            created: if session.base.live { session.base.created } else { 0 },
            notice: None,
            has_conflicts: false,
            moves_expiry: true,
        }
    }

    pub fn data(&self) -> &[u8] {
        self.merged.as_deref().unwrap_or(self.ours)
    }

    pub fn is_done(&self) -> bool {
        self.over.is_some()
    }

    /// The row to merge with, if that is what was found. `unanswered`: the versions of the tries that got no answer.
    pub fn newer<'r>(&self, verdict: &Verdict, found: &'r Found, unanswered: &[Version]) -> Option<&'r Row> {
        let Found::Row(row) = found else { return None };
        let is_newer = match verdict {
            Verdict::Refuse(Refusal::Newer) => true,
            // What this request merged with then is in the row, and not in its own data.
            Verdict::WriteOver(_) => self.session.is_merged,
            _ => false,
        };
        // Data that continues under a new id would lack what this row has.
        let is_newer = is_newer && !self.writing.continues;
        let is_known = unanswered.is_empty() || self.over == Some(row.version);
        (self.config.merges && is_newer && is_known && self.is_same_session(row)).then_some(row)
    }

    fn is_same_session(&self, row: &Row) -> bool {
        let base = &self.session.base;
        row.is_live()
            && (!base.live
                || row.created == base.created && base.created < base.now
                || (base.version).is_some_and(|seen| seen == row.version || seen.is_ancestor_of(row.version)))
    }

    /// Merges, and returns what the write may replace.
    pub fn with(&mut self, row: &Row, expiry: Expiry) -> Result<Expected> {
        let rules = Rules {
            format: self.writing.format,
            depth: self.config.merge_depth,
            on_conflict: self.config.merge_conflict,
            now: row.now,
        };
        let base = self.session.exists().then_some(self.session.data.as_ref());
        let base = match base.flatten() {
            Some(Original::Whole(data)) => Some(data.as_slice()),
            // What this request has emptied is empty, whatever it has read.
            Some(Original::Hashed { .. }) if rules.format.is_empty(self.ours) => Some(row.data.as_slice()),
            Some(Original::Hashed { .. }) => return Err(Error::Unmergeable(Conflict::Unsplit(Unsplit::TooLarge))),
            None => None,
        };
        let merged = merge::merge(rules, base, self.ours, &row.data).map_err(Error::Unmergeable)?;
        check_size(self.config, merged.data.len())?;
        self.notice = merged.notice();
        self.has_conflicts = merged.conflicts > 0;
        self.merged = Some(merged.data.into_owned());
        self.over = Some(row.version);
        self.moves_expiry = !expiry.fits(row.expires, row.now);
        self.created = row.created;
        Ok(Expected::Version(row.version))
    }

    /// A try has found no row to write, although its version is there: another connection has the advisory lock.
    pub fn warn_of_advisory_lock(&mut self) {
        self.notice = Some(
            "another request holds the session with GET_LOCK, and this one did not wait for it (rustsql.lock=merge): a page that \
             must be alone needs rustsql.lock=row"
                .to_owned(),
        );
    }

    pub fn saved(self, version: Version) -> Saved {
        if self.is_done() {
            counters::count(Counter::Merges);
        }
        if self.has_conflicts {
            counters::count(Counter::MergeConflicts);
        }
        Saved {
            version,
            created: self.created,
            bytes: self.data().len(),
            is_merged: self.data() != self.ours,
            notice: self.notice,
        }
    }
}

impl Session {
    /// Moves the expiry of an unchanged session. If another request has written meanwhile, it has moved it.
    pub fn touch_unlocked(&mut self, store: &mut impl Store, config: &Config, expiry: Expiry) -> Result<bool> {
        let now = self.now();
        let Some(version) = self.base.version.filter(|_| !expiry.fits(self.base.expires, now)) else {
            counters::count(Counter::Unchanged);
            return Ok(false);
        };
        counters::count(Counter::Touches);
        let mut result = store.touch(self.key, version, expiry);
        if matches!(&result, Err(error) if error.is_retryable() && !error.is_wait_timeout()) {
            // Its server may have used up the time.
            store.within(time_to_answer(config));
            result = store.touch(self.key, version, expiry);
        }
        // Whoever has locked the row for so long moves its expiry, too.
        let moved = match result {
            Err(error) if error.is_wait_timeout() => false,
            result => result?,
        };
        if moved {
            self.base.expires = expiry.earliest(now) + expiry.touch_seconds;
        }
        Ok(moved)
    }
}
