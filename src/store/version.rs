//! A row's version, which the version check (optimistic lock) of each write compares.
//!
//! | bits | part | |
//! |--:|---|---|
//! | 10 | instance | the server instance that executed the write; 0 if unknown |
//! | 26 | incarnation | random for a new session; after a change of the instance, a hash of the version that was replaced |
//! | 9 | counter | the number of writes before this one in the incarnation |
//! | 18 | mark | random, so that two requests that read the same version write different ones |
//!
//! The mark has to be long. A request whose answer was lost knows its own write by it: if another request has written the same
//! data over the same version with the same mark, the request would take that write for its own.
//!
//! A server loses no commit as long as it runs. So the writes of an incarnation are one sequence, and none of them was ever lost
//! and replaced by another one. After a restart or a failover that lost commits the server is another instance. The first write
//! there starts a new incarnation, so it cannot be mistaken for an ancestor of a lost version.

/// One run of one server, from its start to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instance(u64);

impl Instance {
    pub const UNKNOWN: Self = Self(0);

    /// `checksum` comes from `sql::COLUMNS`. If two servers have the same one, a write can be refused, but never lost.
    pub fn from_checksum(checksum: u64) -> Self {
        Self(checksum % INSTANCE_MAX + 1)
    }
}

/// A number below 2^63, so that it fits into PHP's integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version(u64);

const INSTANCE_BITS: u32 = 10;
const INCARNATION_BITS: u32 = 26;
const COUNTER_BITS: u32 = 9;
const MARK_BITS: u32 = 18;
const INSTANCE_MAX: u64 = (1 << INSTANCE_BITS) - 1;
const COUNTER_MAX: u64 = (1 << COUNTER_BITS) - 1;

impl Version {
    /// For the first write of a new session.
    pub fn new_session(on: Instance) -> Self {
        Self::begin(on, random(INCARNATION_BITS))
    }

    /// The version of a write that replaces this one. Each call returns another.
    pub fn next(self, on: Instance) -> Self {
        if on == Instance::UNKNOWN || on != self.instance() || self.counter() == COUNTER_MAX {
            return Self::begin(on, self.descendants_incarnation());
        }
        let counted = (self.0 >> MARK_BITS) + 1;
        Self(counted << MARK_BITS | random(MARK_BITS))
    }

    /// Whether `later` certainly descends from this version: it has the same incarnation and a higher counter, or its incarnation
    /// began with a write that replaced this version.
    pub fn is_ancestor_of(self, later: Self) -> bool {
        let earlier_write = self.line() == later.line() && self.counter() < later.counter();
        earlier_write && self.instance() != Instance::UNKNOWN || self.descendants_incarnation() == later.incarnation()
    }

    pub fn number(self) -> u64 {
        self.0
    }

    fn begin(on: Instance, incarnation: u64) -> Self {
        Self((on.0 << INCARNATION_BITS | incarnation) << (COUNTER_BITS + MARK_BITS) | random(MARK_BITS))
    }

    fn instance(self) -> Instance {
        Instance(self.0 >> (INCARNATION_BITS + COUNTER_BITS + MARK_BITS))
    }

    fn incarnation(self) -> u64 {
        self.line() & ((1 << INCARNATION_BITS) - 1)
    }

    /// Instance and incarnation.
    fn line(self) -> u64 {
        self.0 >> (COUNTER_BITS + MARK_BITS)
    }

    fn counter(self) -> u64 {
        self.0 >> MARK_BITS & COUNTER_MAX
    }

    /// The incarnation that a write on another server instance starts when it replaces this version. The hash is SplitMix64.
    fn descendants_incarnation(self) -> u64 {
        let mut mixed = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) >> (u64::BITS - INCARNATION_BITS)
    }
}

impl From<u64> for Version {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

fn random(bits: u32) -> u64 {
    let number = getrandom::u64().unwrap_or_else(|_| {
        // Time and process id are unique enough. The number is no secret, so it may be guessed.
        let time = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        (u64::from(time.subsec_nanos()) ^ u64::from(std::process::id()) << 20).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    });
    number >> (u64::BITS - bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Instance = Instance(1);
    const ELSEWHERE: Instance = Instance(INSTANCE_MAX);

    #[test]
    fn counts_the_writes_on_one_server() {
        let first = Version::new_session(HERE);
        let second = first.next(HERE);
        assert_eq!((first.counter(), second.counter()), (0, 1));
        assert_eq!(first.line(), second.line());
        assert!(first.is_ancestor_of(second) && first.is_ancestor_of(second.next(HERE)));
        assert!(!second.is_ancestor_of(first) && !first.is_ancestor_of(first));
        for version in [first, Version::new_session(ELSEWHERE)] {
            assert!(version.number() > 0 && version.number() < 1 << 63);
        }
    }

    #[test]
    fn another_server_begins_another_incarnation_that_knows_its_parent() {
        let older = Version::new_session(HERE);
        let parent = older.next(HERE);
        let child = parent.next(ELSEWHERE);
        assert_eq!((child.instance(), child.counter()), (ELSEWHERE, 0));
        assert!(parent.is_ancestor_of(child) && parent.is_ancestor_of(child.next(ELSEWHERE)));
        assert!(!older.is_ancestor_of(child) && !child.is_ancestor_of(parent));
        let rival = older.next(ELSEWHERE);
        assert!(!rival.is_ancestor_of(child) && !rival.is_ancestor_of(parent.next(HERE)));
    }

    #[test]
    fn a_server_that_is_not_known_is_never_the_same() {
        let first = Version::new_session(Instance::UNKNOWN);
        let second = first.next(Instance::UNKNOWN);
        assert_ne!(first.line(), second.line());
        assert!(first.is_ancestor_of(second));
    }

    #[test]
    fn two_writers_of_one_version_write_different_ones() {
        let seen = Version::new_session(HERE);
        let written: std::collections::HashSet<_> = (0..1000).map(|_| seen.next(HERE).number()).collect();
        // Two of 1000 are the same in the mean.
        assert!(written.len() > 950, "{}", written.len());
    }

    #[test]
    fn a_full_counter_begins_another_incarnation() {
        let last = Version(Version::new_session(HERE).number() | COUNTER_MAX << MARK_BITS);
        let next = last.next(HERE);
        assert_ne!(next.incarnation(), last.incarnation());
        assert_eq!((next.instance(), next.counter()), (HERE, 0));
        assert!(last.is_ancestor_of(next));
    }

    #[test]
    fn two_sessions_differ() {
        assert_ne!(Version::new_session(HERE), Version::new_session(HERE));
    }

    #[test]
    fn any_checksum_is_an_instance() {
        for checksum in [0, 1, INSTANCE_MAX, u64::from(u32::MAX)] {
            let instance = Instance::from_checksum(checksum);
            assert!(
                instance != Instance::UNKNOWN && instance.0 <= INSTANCE_MAX,
                "{checksum}"
            );
        }
    }
}
