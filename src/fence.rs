//! The fence: decides whether a write may replace the row that is stored now. It prevents stale writes.
//!
//! `session` asks it after the lock was lost, after a read without a lock, and when a write found another version.
//!
//! | the row now | a request that read version 10 |
//! |---|---|
//! | version 10 | writes |
//! | the version and data of this request's own write, whose answer was lost | has written already |
//! | an ancestor of 10, on another server instance | writes: a restart or failover lost commits, and nobody wrote since |
//! | any other version | is refused: another request has written |
//! | no row | is refused: the session was destroyed; but writes if the session is new, or had expired while this request had its lock |

use std::time::Duration;

use crate::error::Refusal;
use crate::store::{Expected, Found, Instance, Version};

/// The state of the row when this request read it.
#[derive(Debug, Clone, Copy)]
pub struct Base {
    /// The row's version; `None` where there was no row at all.
    pub version: Option<Version>,
    /// The server instance that it was read from.
    pub instance: Instance,
    /// A session was stored and had not expired. Otherwise this request starts a new one.
    pub live: bool,
    /// It was read under its lock. Without it, other requests may have moved the expiry since.
    pub locked: bool,
    pub expires: u64,
    /// The server's clock at the read.
    pub now: u64,
    /// When the session began; 0 if that is not known.
    pub created: u64,
}

/// The tries of one write that got no answer.
pub struct Sent<'a> {
    pub versions: &'a [Version],
    pub data: &'a [u8],
}

#[derive(Debug, PartialEq)]
pub enum Verdict {
    /// An earlier try of this write succeeded, and its answer was lost.
    Written(Version),
    WriteOver(Expected),
    Refuse(Refusal),
}

/// `on` is the server instance that `found` was read from, `elapsed` the time since the read.
pub fn judge(base: &Base, on: Instance, elapsed: Duration, sent: &Sent<'_>, found: &Found) -> Verdict {
    // Only in the library that tools/chaos --prove builds: the test must detect the lost writes.
    if cfg!(without_version_check) {
        return Verdict::WriteOver(Expected::Anything);
    }
    match found {
        Found::Row(row) if sent.versions.contains(&row.version) && row.data == sent.data => {
            Verdict::Written(row.version)
        }
        // If the session had expired at the read, it must still be expired: a slow holder may have moved its expiry since.
        Found::Row(row) if base.version == Some(row.version) && (base.live || !row.is_live()) => {
            Verdict::WriteOver(Expected::Version(row.version))
        }
        Found::Row(row) if base.has_lost_ancestor(row.version, on) => {
            Verdict::WriteOver(Expected::Version(row.version))
        }
        Found::Row(_) => Verdict::Refuse(Refusal::Newer),
        Found::Absent { placeholder } => {
            // One second is added, since the server's clock counts whole seconds.
            let now = base.now + elapsed.as_secs() + 1;
            if base.live && base.expires > now {
                return Verdict::Refuse(Refusal::Destroyed);
            }
            if base.live && !base.locked {
                return Verdict::Refuse(Refusal::Ended);
            }
            Verdict::WriteOver(placeholder.map_or(Expected::Absent, Expected::Version))
        }
    }
}

impl Base {
    /// Whether a restart or a failover has lost the version that this request read, so that the older `found` is the newest one
    /// left. A server that still runs loses no commit: there, another version means that another request has written.
    fn has_lost_ancestor(&self, found: Version, on: Instance) -> bool {
        self.live && on != self.instance && self.version.is_some_and(|seen| found.is_ancestor_of(seen))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Row;

    fn here() -> Instance {
        Instance::from_checksum(1)
    }

    fn elsewhere() -> Instance {
        Instance::from_checksum(2)
    }

    fn base(version: Option<Version>, live: bool) -> Base {
        Base {
            version,
            instance: here(),
            live,
            locked: true,
            expires: 1000,
            now: 100,
            created: 1,
        }
    }

    fn row(version: Version) -> Found {
        Found::Row(Row {
            version,
            expires: 1000,
            now: 100,
            created: 1,
            data: b"ours".to_vec(),
            tag: None,
        })
    }

    fn sent(versions: &[Version]) -> Sent<'_> {
        Sent {
            versions,
            data: b"ours",
        }
    }

    const ABSENT: Found = Found::Absent { placeholder: None };

    #[test]
    fn a_lost_lock_is_judged_by_what_stands_there() {
        let older = Version::new_session(here());
        let seen = older.next(here());
        let ours = seen.next(here());
        let other_life = Version::new_session(here());
        let base = base(Some(seen), true);
        let verdict = |found: &Found| judge(&base, here(), Duration::ZERO, &sent(&[ours]), found);
        assert_eq!(verdict(&row(seen)), Verdict::WriteOver(Expected::Version(seen)));
        assert_eq!(verdict(&row(ours)), Verdict::Written(ours));
        assert_eq!(verdict(&row(ours.next(here()))), Verdict::Refuse(Refusal::Newer));
        assert_eq!(verdict(&row(other_life)), Verdict::Refuse(Refusal::Newer));
        assert_eq!(verdict(&row(older)), Verdict::Refuse(Refusal::Newer));
        assert_eq!(verdict(&ABSENT), Verdict::Refuse(Refusal::Destroyed));
    }

    #[test]
    fn commits_that_a_server_lost_are_mended_unless_somebody_wrote_since() {
        let older = Version::new_session(here());
        let lost = older.next(here());
        let seen = lost.next(here());
        let base = base(Some(seen), true);
        let verdict = |found: Version| judge(&base, elsewhere(), Duration::ZERO, &sent(&[]), &row(found));
        assert_eq!(verdict(lost), Verdict::WriteOver(Expected::Version(lost)));
        assert_eq!(verdict(older), Verdict::WriteOver(Expected::Version(older)));
        assert_eq!(verdict(seen), Verdict::WriteOver(Expected::Version(seen)));
        for rivals in [older.next(elsewhere()), lost.next(elsewhere()), seen.next(elsewhere())] {
            assert_eq!(verdict(rivals), Verdict::Refuse(Refusal::Newer));
            assert_eq!(verdict(rivals.next(elsewhere())), Verdict::Refuse(Refusal::Newer));
        }
    }

    #[test]
    fn a_write_whose_answer_was_lost_is_known_on_any_server() {
        let seen = Version::new_session(here());
        let first = seen.next(here());
        let second = seen.next(elsewhere());
        let base = base(Some(seen), true);
        let verdict = |data: &[u8], found| {
            let versions = &[first, second];
            judge(
                &base,
                elsewhere(),
                Duration::ZERO,
                &Sent { versions, data },
                &row(found),
            )
        };
        assert_eq!(verdict(b"ours", first), Verdict::Written(first));
        assert_eq!(verdict(b"ours", second), Verdict::Written(second));
        assert_eq!(verdict(b"other", second), Verdict::Refuse(Refusal::Newer));
    }

    #[test]
    fn a_rivals_write_of_the_same_data_is_not_ours() {
        let seen = Version::new_session(here());
        let base = base(Some(seen), true);
        let rivals = row(seen.next(here()));
        let verdict = judge(&base, here(), Duration::ZERO, &sent(&[]), &rivals);
        assert_eq!(verdict, Verdict::Refuse(Refusal::Newer));
    }

    #[test]
    fn an_expired_session_that_lives_again_is_not_begun_anew() {
        let seen = Version::new_session(here());
        let base = base(Some(seen), false);
        let found = |expires| {
            Found::Row(Row {
                version: seen,
                expires,
                now: 100,
                created: 1,
                data: Vec::new(),
                tag: None,
            })
        };
        let verdict = |expires| judge(&base, here(), Duration::ZERO, &sent(&[]), &found(expires));
        assert_eq!(verdict(100), Verdict::WriteOver(Expected::Version(seen)));
        assert_eq!(verdict(101), Verdict::Refuse(Refusal::Newer));
    }

    #[test]
    fn an_expired_row_that_was_collected_is_written_again() {
        let seen = Version::new_session(here());
        let base = base(Some(seen), true);
        let verdict = |seconds| judge(&base, here(), Duration::from_secs(seconds), &sent(&[]), &ABSENT);
        assert_eq!(verdict(898), Verdict::Refuse(Refusal::Destroyed));
        assert_eq!(verdict(899), Verdict::WriteOver(Expected::Absent));
    }

    #[test]
    fn an_expiry_that_others_may_have_moved_says_nothing() {
        let base = Base {
            locked: false,
            ..base(Some(Version::new_session(here())), true)
        };
        let verdict = |seconds| judge(&base, here(), Duration::from_secs(seconds), &sent(&[]), &ABSENT);
        assert_eq!(verdict(898), Verdict::Refuse(Refusal::Destroyed));
        assert_eq!(verdict(899), Verdict::Refuse(Refusal::Ended));
    }

    #[test]
    fn a_new_session_is_written_only_where_nobody_else_began_it() {
        let first = Version::new_session(here());
        let base = base(None, false);
        let verdict = |found: &Found| judge(&base, here(), Duration::ZERO, &sent(&[first]), found);
        assert_eq!(verdict(&ABSENT), Verdict::WriteOver(Expected::Absent));
        assert_eq!(verdict(&row(first)), Verdict::Written(first));
        assert_eq!(
            verdict(&row(Version::new_session(here()))),
            Verdict::Refuse(Refusal::Newer)
        );
        let placeholder = Version::new_session(Instance::UNKNOWN);
        let claimed = Found::Absent {
            placeholder: Some(placeholder),
        };
        assert_eq!(verdict(&claimed), Verdict::WriteOver(Expected::Version(placeholder)));
    }
}
