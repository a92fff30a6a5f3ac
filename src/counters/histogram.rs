//! A histogram of durations whose buckets are a fifth apart, from a microsecond to more than a minute.
//!
//! Bucket `4 * n + m` counts durations below `2^n * (1 + (m + 1) / 4)` microseconds: a power of two in four steps.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const STEPS: u32 = 4;

/// 2^27 microseconds are 134 seconds. The last bucket has all longer ones.
pub const BUCKETS: usize = 27 * STEPS as usize + 1;

#[repr(C)]
pub struct Histogram {
    microseconds: AtomicU64,
    buckets: [AtomicU64; BUCKETS],
}

/// The counts of a histogram, or the sum of several.
#[derive(Clone, PartialEq, Debug)]
pub struct Counts {
    pub microseconds: u64,
    pub buckets: [u64; BUCKETS],
}

impl Histogram {
    pub fn add(&self, duration: Duration) {
        let microseconds = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.microseconds.fetch_add(microseconds, Ordering::Relaxed);
        if let Some(bucket) = self.buckets.get(bucket(microseconds)) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub fn add_to(&self, counts: &mut Counts) {
        counts.microseconds += self.microseconds.load(Ordering::Relaxed);
        for (sum, bucket) in counts.buckets.iter_mut().zip(&self.buckets) {
            *sum += bucket.load(Ordering::Relaxed);
        }
    }
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            microseconds: 0,
            buckets: [0; BUCKETS],
        }
    }
}

impl Counts {
    pub fn total(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// The duration in microseconds below which so many percent are. It is a bucket's bound: at most a quarter too large.
    pub fn below(&self, percent: u64) -> u64 {
        let wanted = (self.total() * percent).div_ceil(100);
        let mut seen = 0;
        let reaches = |count: &u64| {
            seen += count;
            seen >= wanted
        };
        match self.buckets.iter().position(reaches) {
            Some(at) if wanted > 0 => upper_bound(at.min(BUCKETS - 2)),
            _ => 0,
        }
    }

    /// Each used bucket: the duration in microseconds below which all of it is (`None`: the last one), and its count.
    pub fn used(&self) -> impl Iterator<Item = (Option<u64>, u64)> {
        let bound = |at: usize| (at + 1 < BUCKETS).then(|| upper_bound(at));
        let all = self.buckets.iter().enumerate();
        all.filter(|(_, count)| **count > 0)
            .map(move |(at, count)| (bound(at), *count))
    }
}

fn bucket(microseconds: u64) -> usize {
    let microseconds = microseconds.min(1 << 32);
    let Some(power) = microseconds.checked_ilog2() else {
        return 0;
    };
    // The two bits below the highest one.
    let step = ((microseconds - (1 << power)) * u64::from(STEPS)) >> power;
    let at = u64::from(power * STEPS) + step;
    usize::try_from(at).unwrap_or(BUCKETS).min(BUCKETS - 1)
}

fn upper_bound(bucket: usize) -> u64 {
    let (power, step) = (bucket / STEPS as usize, bucket % STEPS as usize);
    let base = 1_u64 << power;
    // Rounded up: durations are whole microseconds.
    base + (base * (step as u64 + 1)).div_ceil(u64::from(STEPS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_below_the_bound_of_its_bucket_and_not_below_that_of_the_one_before() {
        for microseconds in (0..5000).chain((1..27).flat_map(|power| [(1 << power) - 1, 1 << power, (1 << power) + 1]))
        {
            let at = bucket(microseconds);
            assert!(microseconds < upper_bound(at), "{microseconds} in {at}");
            let below = (0..at)
                .filter(|at| *at != bucket(0))
                .all(|before| microseconds >= upper_bound(before));
            assert!(below || microseconds < 8, "{microseconds} in {at}");
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
        assert_eq!(bucket(134_217_728), BUCKETS - 1);
    }

    #[test]
    fn sums_what_was_added() {
        let histogram = Histogram {
            microseconds: AtomicU64::new(0),
            buckets: [const { AtomicU64::new(0) }; BUCKETS],
        };
        for milliseconds in [1, 1, 30_000, 200_000] {
            histogram.add(Duration::from_millis(milliseconds));
        }
        let mut counts = Counts::default();
        histogram.add_to(&mut counts);
        assert_eq!((counts.total(), counts.microseconds), (4, 230_002_000));
        let used: Vec<_> = counts.used().collect();
        assert_eq!(used, [(Some(1024), 2), (Some(33_554_432), 1), (None, 1)]);
        assert_eq!(
            [50, 75, 99].map(|percent| counts.below(percent)),
            [1024, 33_554_432, 134_217_728]
        );
        assert_eq!(Counts::default().below(50), 0);
    }
}
