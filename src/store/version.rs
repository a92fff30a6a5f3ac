//! A row's version: which life of the session it belongs to, how often that was written, and by which write.

/// From the top: a random incarnation, a counter of its writes, a random mark of the last write. Below 2^63, so that
/// PHP's integers hold it.
///
/// A session that is destroyed and made again never matches a version of its former life; two requests that read the
/// same version never write the same one, even if they write the same data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version(u64);

const INCARNATION_BITS: u32 = 24;
const COUNTER_BITS: u32 = 20;
const MARK_BITS: u32 = 19;
const COUNTER_MAX: u64 = (1 << COUNTER_BITS) - 1;

impl Version {
    /// The version before the first write of a new session.
    pub fn new_incarnation() -> Self {
        let incarnation = random(INCARNATION_BITS).max(1);
        Self(incarnation << (COUNTER_BITS + MARK_BITS) | random(MARK_BITS))
    }

    /// A version for a write over this one; another one at each call.
    pub fn next(self) -> Self {
        if self.counter() == COUNTER_MAX {
            return Self::new_incarnation().next();
        }
        let counted = (self.0 >> MARK_BITS) + 1;
        Self(counted << MARK_BITS | random(MARK_BITS))
    }

    /// Of the same life, and written less often: what a server has that lost a commit.
    pub fn is_behind(self, other: Self) -> bool {
        self.incarnation() == other.incarnation() && self.counter() < other.counter()
    }

    pub fn number(self) -> u64 {
        self.0
    }

    fn incarnation(self) -> u64 {
        self.0 >> (COUNTER_BITS + MARK_BITS)
    }

    fn counter(self) -> u64 {
        self.0 >> MARK_BITS & COUNTER_MAX
    }
}

impl From<u64> for Version {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

fn random(bits: u32) -> u64 {
    let number = getrandom::u64().unwrap_or_else(|_| {
        // Rarely as good, but as unique within a server, and nobody gains by guessing it.
        let time = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        (u64::from(time.subsec_nanos()) ^ u64::from(std::process::id()) << 20).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    });
    number >> (u64::BITS - bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_within_an_incarnation() {
        let first = Version::new_incarnation();
        let second = first.next();
        assert_eq!((first.counter(), second.counter()), (0, 1));
        assert!(first.is_behind(second) && !second.is_behind(first) && !first.is_behind(first));
        assert!(first.number() > 0 && first.number() < 1 << 63);
    }

    #[test]
    fn two_writers_of_one_version_write_different_ones() {
        let seen = Version::new_incarnation();
        let (one, other) = (seen.next(), seen.next());
        assert_ne!(one, other);
        assert!(!one.is_behind(other) && !other.is_behind(one));
    }

    #[test]
    fn a_full_counter_begins_a_new_incarnation() {
        let last = Version(Version::new_incarnation().number() | COUNTER_MAX << MARK_BITS);
        assert_ne!(last.next().incarnation(), last.incarnation());
        assert_eq!(last.next().counter(), 1);
    }

    #[test]
    fn two_lives_differ() {
        assert_ne!(Version::new_incarnation(), Version::new_incarnation());
    }
}
