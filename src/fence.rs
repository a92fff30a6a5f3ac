//! The fence: whether a session may be written over what stands in the database now.
//!
//! Asked after the lock was lost, after a read without a lock, and when a write found another version.

use std::time::Duration;

use crate::error::Refusal;
use crate::store::{Expected, Found, Version};

/// What a request saw when it read its session.
#[derive(Debug, Clone, Copy)]
pub struct Base {
    /// The row's version; `None` where there was no row at all.
    pub version: Option<Version>,
    /// A session was stored and had not expired. Otherwise this request begins a new one.
    pub live: bool,
    pub expires: u64,
    /// The server's clock at the read.
    pub now: u64,
}

#[derive(Debug, PartialEq)]
pub enum Verdict {
    /// An earlier try of the same write had succeeded; only its answer was lost.
    Written,
    WriteOver(Expected),
    Refuse(Refusal),
}

/// `elapsed` since the read; `sent`: the version of a write that was sent and not answered.
pub fn judge(base: &Base, elapsed: Duration, sent: Option<Version>, found: &Found) -> Verdict {
    // Only in the library that tools/chaos --prove builds, to show that the losses are found then.
    if cfg!(without_version_check) {
        return Verdict::WriteOver(Expected::Anything);
    }
    match found {
        Found::Row(row) if sent == Some(row.version) => Verdict::Written,
        Found::Row(row) if base.version == Some(row.version) => Verdict::WriteOver(Expected::Version(row.version)),
        // The server that took over had not got the last commit: what this request read is newer than what is there.
        Found::Row(row) if base.live && base.version.is_some_and(|seen| row.version.is_behind(seen)) => {
            Verdict::WriteOver(Expected::Version(row.version))
        }
        Found::Row(_) => Verdict::Refuse(Refusal::Newer),
        Found::Absent { placeholder } => {
            // One second more: the server's clock counts whole ones.
            let now = base.now + elapsed.as_secs() + 1;
            if base.live && base.expires > now {
                return Verdict::Refuse(Refusal::Destroyed);
            }
            Verdict::WriteOver(placeholder.map_or(Expected::Absent, Expected::Version))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Row;

    fn base(version: Option<Version>, live: bool) -> Base {
        Base {
            version,
            live,
            expires: 1000,
            now: 100,
        }
    }

    fn row(version: Version) -> Found {
        Found::Row(Row {
            version,
            expires: 1000,
            now: 100,
            data: Vec::new(),
        })
    }

    const ABSENT: Found = Found::Absent { placeholder: None };

    #[test]
    fn a_lost_lock_is_judged_by_what_stands_there() {
        let older = Version::new_incarnation().next();
        let seen = older.next();
        let ours = seen.next();
        let rivals = seen.next();
        let other_life = Version::new_incarnation().next();
        let base = base(Some(seen), true);
        let verdict = |found: &Found| judge(&base, Duration::ZERO, Some(ours), found);
        assert_eq!(verdict(&row(seen)), Verdict::WriteOver(Expected::Version(seen)));
        assert_eq!(verdict(&row(older)), Verdict::WriteOver(Expected::Version(older)));
        assert_eq!(verdict(&row(ours)), Verdict::Written);
        assert_eq!(verdict(&row(rivals)), Verdict::Refuse(Refusal::Newer));
        assert_eq!(verdict(&row(ours.next())), Verdict::Refuse(Refusal::Newer));
        assert_eq!(verdict(&row(other_life)), Verdict::Refuse(Refusal::Newer));
        assert_eq!(verdict(&ABSENT), Verdict::Refuse(Refusal::Destroyed));
    }

    #[test]
    fn a_rivals_write_of_the_same_data_is_not_ours() {
        let seen = Version::new_incarnation();
        let base = base(Some(seen), true);
        let verdict = judge(&base, Duration::ZERO, None, &row(seen.next()));
        assert_eq!(verdict, Verdict::Refuse(Refusal::Newer));
    }

    #[test]
    fn an_expired_row_that_was_collected_is_written_again() {
        let seen = Version::new_incarnation().next();
        let base = base(Some(seen), true);
        let verdict = |seconds| judge(&base, Duration::from_secs(seconds), None, &ABSENT);
        assert_eq!(verdict(898), Verdict::Refuse(Refusal::Destroyed));
        assert_eq!(verdict(899), Verdict::WriteOver(Expected::Absent));
    }

    #[test]
    fn a_new_session_is_written_only_where_nobody_else_began_it() {
        let first = Version::new_incarnation().next();
        let base = base(None, false);
        let verdict = |found: &Found| judge(&base, Duration::ZERO, Some(first), found);
        assert_eq!(verdict(&ABSENT), Verdict::WriteOver(Expected::Absent));
        assert_eq!(verdict(&row(first)), Verdict::Written);
        assert_eq!(
            verdict(&row(Version::new_incarnation())),
            Verdict::Refuse(Refusal::Newer)
        );
        let placeholder = Version::new_incarnation();
        let claimed = Found::Absent {
            placeholder: Some(placeholder),
        };
        assert_eq!(verdict(&claimed), Verdict::WriteOver(Expected::Version(placeholder)));
    }
}
