//! The counters of a web host, read from a page in Prometheus' text format: that of examples/metrics.php.

use std::collections::BTreeMap;

/// The counters of one host or of several, in the order of the page.
#[derive(Clone, Default)]
pub struct Counters {
    pub counts: Vec<(String, u64)>,
    pub times: Vec<(String, Times)>,
}

/// A histogram of durations.
#[derive(Clone, Default)]
pub struct Times {
    pub count: u64,
    pub seconds: f64,
    /// By a bound in nanoseconds: how many were shorter.
    below: BTreeMap<u64, u64>,
}

impl Counters {
    /// `None`: the page has no counters of rustsql.
    pub fn parse(page: &str) -> Option<Self> {
        let mut all = Self::default();
        for line in page.lines() {
            // A line may end with a time, which nobody needs here.
            let Some((name, label, value)) = line.strip_prefix("rustsql_").and_then(sample) else {
                continue;
            };
            if let Some(name) = name.strip_suffix("_total") {
                let name = match (name, label) {
                    ("refused_writes", Some(reason)) => format!("refused_{reason}"),
                    _ => name.to_owned(),
                };
                *entry(&mut all.counts, &name) += value as u64;
            } else if let Some(name) = name.strip_suffix("_seconds_bucket") {
                let bound = label
                    .and_then(|bound| bound.parse::<f64>().ok())
                    .filter(|bound| bound.is_finite());
                if let Some(bound) = bound {
                    *entry(&mut all.times, name)
                        .below
                        .entry((bound * 1e9) as u64)
                        .or_default() += value as u64;
                }
            } else if let Some(name) = name.strip_suffix("_seconds_sum") {
                entry(&mut all.times, name).seconds += value;
            } else if let Some(name) = name.strip_suffix("_seconds_count") {
                entry(&mut all.times, name).count += value as u64;
            }
        }
        (!all.counts.is_empty()).then_some(all)
    }

    pub fn add(&mut self, other: &Self) {
        for (name, count) in &other.counts {
            *entry(&mut self.counts, name) += count;
        }
        for (name, times) in &other.times {
            let sum = entry(&mut self.times, name);
            sum.count += times.count;
            sum.seconds += times.seconds;
            for (bound, count) in &times.below {
                *sum.below.entry(*bound).or_default() += count;
            }
        }
    }

    /// What was counted after `before`. PHP may have started anew meanwhile, with zeros.
    pub fn since(&self, before: &Self) -> Self {
        let mut new = self.clone();
        for (name, count) in &mut new.counts {
            *count = count.saturating_sub(before.count(name));
        }
        for (name, times) in &mut new.times {
            let Some(old) = before.times(name) else { continue };
            times.count = times.count.saturating_sub(old.count);
            times.seconds = (times.seconds - old.seconds).max(0.0);
            for (bound, count) in &mut times.below {
                *count = count.saturating_sub(old.below.get(bound).copied().unwrap_or_default());
            }
        }
        new
    }

    pub fn count(&self, name: &str) -> u64 {
        find(&self.counts, name).copied().unwrap_or_default()
    }

    pub fn times(&self, name: &str) -> Option<&Times> {
        find(&self.times, name)
    }
}

impl Times {
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.seconds / self.count as f64)
    }

    /// The shortest bound below which so many percent are, in seconds. `None`: there is none, or no such bound.
    pub fn below(&self, percent: u64) -> Option<f64> {
        let wanted = (self.count * percent).div_ceil(100);
        let found = self.below.iter().find(|(_, count)| wanted > 0 && **count >= wanted);
        found.map(|(bound, _)| *bound as f64 / 1e9)
    }
}

/// Name, the value of its only label, and value of a line.
fn sample(line: &str) -> Option<(&str, Option<&str>, f64)> {
    let (name, rest) = line.split_at(line.find(['{', ' '])?);
    let (label, rest) = match rest.strip_prefix('{') {
        Some(labels) => {
            let (labels, rest) = labels.split_once('}')?;
            (labels.split('"').nth(1), rest)
        }
        None => (None, rest),
    };
    let value = rest.split_whitespace().next()?.parse().ok()?;
    Some((name, label, value))
}

fn find<'a, T>(all: &'a [(String, T)], name: &str) -> Option<&'a T> {
    all.iter().find(|(other, _)| other == name).map(|(_, value)| value)
}

fn entry<'a, T: Default>(all: &'a mut Vec<(String, T)>, name: &str) -> &'a mut T {
    let at = all.iter().position(|(other, _)| other == name).unwrap_or_else(|| {
        all.push((name.to_owned(), T::default()));
        all.len() - 1
    });
    &mut all[at].1
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# HELP rustsql_opens_total Sessions.\nrustsql_opens_total 12\nother_total 5\n\
        rustsql_refused_writes_total{reason=\"newer\"} 3\n\
        rustsql_hold_seconds_bucket{le=\"0.001\"} 8\nrustsql_hold_seconds_bucket{le=\"0.1\"} 9\n\
        rustsql_hold_seconds_bucket{le=\"+Inf\"} 10\nrustsql_hold_seconds_sum 1.5\nrustsql_hold_seconds_count 10\n";

    #[test]
    fn reads_the_page_of_a_host() {
        let one = Counters::parse(PAGE).unwrap();
        assert_eq!(
            (one.count("opens"), one.count("refused_newer"), one.count("none")),
            (12, 3, 0)
        );
        let hold = one.times("hold").unwrap();
        assert_eq!((hold.count, hold.mean()), (10, Some(0.15)));
        assert_eq!(
            [80, 90, 99].map(|percent| hold.below(percent)),
            [Some(0.001), Some(0.1), None]
        );
        assert!(Counters::parse("<html>rustsql_opens_total 5</html>").is_none());
    }

    #[test]
    fn adds_hosts_and_subtracts_what_was_before() {
        let one = Counters::parse(PAGE).unwrap();
        let mut both = one.clone();
        both.add(&one);
        assert_eq!(
            (both.count("opens"), both.times("hold").unwrap().below(80)),
            (24, Some(0.001))
        );
        assert_eq!(both.since(&one).count("opens"), 12);
        let none = one.since(&both);
        assert_eq!((none.count("opens"), none.times("hold").unwrap().mean()), (0, None));
    }
}
