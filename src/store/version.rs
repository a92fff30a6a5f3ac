//! A row's version: which life of the session it belongs to, and how often that was written.

/// 31 random bits that name the incarnation, and a 32-bit counter of its writes: below 2^63, so that PHP's integers
/// hold it. A session that is destroyed and made again never matches a version of its former life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version(u64);

const COUNTER_BITS: u32 = 32;

impl Version {
    /// The version before the first write of a new session.
    pub fn new_incarnation() -> Self {
        let mut bytes = [0; 4];
        // The fallback is as unique within a server, only easier to guess, and nobody gains by guessing it.
        if getrandom::fill(&mut bytes).is_err() {
            let time = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
            bytes = (time.subsec_nanos() ^ std::process::id().rotate_left(16)).to_le_bytes();
        }
        let incarnation = u64::from(u32::from_le_bytes(bytes) >> 1).max(1);
        Self(incarnation << COUNTER_BITS)
    }

    pub fn next(self) -> Self {
        if self.counter() == u64::from(u32::MAX) {
            return Self::new_incarnation().next();
        }
        Self(self.0 + 1)
    }

    pub fn is_same_incarnation(self, other: Self) -> bool {
        self.0 >> COUNTER_BITS == other.0 >> COUNTER_BITS
    }

    pub fn counter(self) -> u64 {
        self.0 & u64::from(u32::MAX)
    }

    pub fn number(self) -> u64 {
        self.0
    }
}

impl From<u64> for Version {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_within_an_incarnation() {
        let first = Version::new_incarnation();
        assert_eq!(first.counter(), 0);
        assert_eq!(first.next().counter(), 1);
        assert!(first.is_same_incarnation(first.next()));
        assert!(first.number() < 1 << 63 && first.number() >= 1 << 32);
    }

    #[test]
    fn a_full_counter_begins_a_new_incarnation() {
        let last = Version(Version::new_incarnation().number() | u64::from(u32::MAX));
        assert!(!last.next().is_same_incarnation(last));
    }

    #[test]
    fn two_lives_differ() {
        assert_ne!(Version::new_incarnation(), Version::new_incarnation());
    }
}
