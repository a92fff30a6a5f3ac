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

/// `elapsed` since the read; `version` and `data` of the write that is wanted.
pub fn judge(base: &Base, elapsed: Duration, version: Version, data: &[u8], found: &Found) -> Verdict {
    match found {
        Found::Row(row) if row.version == version && row.data == data => Verdict::Written,
        Found::Row(row) if base.version == Some(row.version) => Verdict::WriteOver(Expected::Version(row.version)),
        // The server that took over had not got the last commit: what this request read is newer than what is there.
        Found::Row(row)
            if base.live
                && base.version.is_some_and(|seen| {
                    seen.is_same_incarnation(row.version) && row.version.counter() < seen.counter()
                }) =>
        {
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

    fn row(version: Version, data: &[u8]) -> Found {
        Found::Row(Row {
            version,
            expires: 1000,
            now: 100,
            data: data.to_vec(),
        })
    }

    const ABSENT: Found = Found::Absent { placeholder: None };

    #[test]
    fn a_lost_lock_is_judged_by_what_stands_there() {
        let seen = Version::new_incarnation().next().next();
        let older = Version::from(seen.number() - 1);
        let other_life = Version::new_incarnation().next();
        let base = base(Some(seen), true);
        let verdict = |found: &Found| judge(&base, Duration::ZERO, seen.next(), b"new", found);
        assert_eq!(verdict(&row(seen, b"old")), Verdict::WriteOver(Expected::Version(seen)));
        assert_eq!(
            verdict(&row(older, b"older")),
            Verdict::WriteOver(Expected::Version(older))
        );
        assert_eq!(verdict(&row(seen.next(), b"new")), Verdict::Written);
        assert_eq!(verdict(&row(seen.next(), b"rival")), Verdict::Refuse(Refusal::Newer));
        assert_eq!(
            verdict(&row(seen.next().next(), b"new")),
            Verdict::Refuse(Refusal::Newer)
        );
        assert_eq!(verdict(&row(other_life, b"old")), Verdict::Refuse(Refusal::Newer));
        assert_eq!(verdict(&ABSENT), Verdict::Refuse(Refusal::Destroyed));
    }

    #[test]
    fn an_expired_row_that_was_collected_is_written_again() {
        let seen = Version::new_incarnation().next();
        let base = base(Some(seen), true);
        let verdict = |seconds| judge(&base, Duration::from_secs(seconds), seen.next(), b"new", &ABSENT);
        assert_eq!(verdict(898), Verdict::Refuse(Refusal::Destroyed));
        assert_eq!(verdict(899), Verdict::WriteOver(Expected::Absent));
    }

    #[test]
    fn a_new_session_is_written_only_where_nobody_else_began_it() {
        let first = Version::new_incarnation().next();
        let base = base(None, false);
        let verdict = |found: &Found| judge(&base, Duration::ZERO, first, b"new", found);
        assert_eq!(verdict(&ABSENT), Verdict::WriteOver(Expected::Absent));
        assert_eq!(verdict(&row(first, b"new")), Verdict::Written);
        assert_eq!(
            verdict(&row(Version::new_incarnation(), b"x")),
            Verdict::Refuse(Refusal::Newer)
        );
        let placeholder = Version::new_incarnation();
        let claimed = Found::Absent {
            placeholder: Some(placeholder),
        };
        assert_eq!(verdict(&claimed), Verdict::WriteOver(Expected::Version(placeholder)));
    }
}
