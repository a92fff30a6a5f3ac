//! The order in which hosts are tried: the last good one first, recently failed ones last.
//!
//! All workers of a PHP master process share the table (`db::host_table`). A failed host is the same for all of them; the last
//! good host belongs to one account, database and list. The table changes only the order.

use std::collections::VecDeque;
use std::net::IpAddr;

use super::host::Host;
use super::host_table::{self, Kind, now, shared};
use crate::config::{Address, Config, Target};
use crate::error::{Error, Result};

/// An entry that is in use is written again after this many milliseconds, so that it is not the oldest of its bucket.
const REFRESH: u64 = 1000;

/// The value for a failure with an error. After a timeout the value is the time that was waited, in milliseconds.
const TOLD: u64 = u64::MAX;

/// Iterates over the hosts of a target in the order in which to try them. It resolves a name when its turn comes. An error
/// says why a name was not resolved.
pub struct Candidates<'a> {
    config: &'a Config,
    /// Hosts that were tried or are excluded.
    out: Vec<Host>,
    waiting: VecDeque<Host>,
    /// Hosts that failed recently. They are tried last.
    failed_lately: VecDeque<Host>,
    /// True until the first call of `next`.
    last_good: Option<u64>,
    /// The last good host's name, and its resolved hosts.
    resolved: Option<(Host, Result<Vec<Host>>)>,
}

impl<'a> Candidates<'a> {
    pub fn new<'b>(config: &'a Config, passed_over: impl Iterator<Item = &'b Host>) -> Self {
        Self {
            config,
            out: passed_over.cloned().collect(),
            waiting: config.target.addresses.iter().map(Host::new).collect(),
            failed_lately: VecDeque::new(),
            last_good: last_good(&config.target),
            resolved: None,
        }
    }

    fn begin_with(&mut self, good: u64) {
        let is_its_entry = |entry: &&Host| name_as_good(entry) >> 32 == good >> 32;
        let Some(entry) = self.waiting.iter().find(is_its_entry).cloned() else {
            return;
        };
        let hosts = entry.resolve(self.config.connect_timeout);
        let is_it = |host: &&Host| name_as_good(host) == good;
        if let Some(host) = hosts.iter().flatten().find(is_it) {
            self.waiting.push_front(host.clone());
        }
        self.resolved = Some((entry, hosts));
    }

    fn resolve(&mut self, name: &Host) -> Result<Vec<Host>> {
        match self.resolved.take_if(|(resolved, _)| resolved == name) {
            Some((_, hosts)) => hosts,
            None => name.resolve(self.config.connect_timeout),
        }
    }
}

impl Iterator for Candidates<'_> {
    type Item = Result<Host, (Host, Error)>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(good) = self.last_good.take() {
            self.begin_with(good);
        }
        loop {
            let host = match self.waiting.pop_front() {
                Some(host) if has_failed(host.address(), host.ip(), self.config) => {
                    self.failed_lately.push_back(host);
                    continue;
                }
                Some(host) => host,
                None => self.failed_lately.pop_front()?,
            };
            if self.out.contains(&host) {
                continue;
            }
            self.out.push(host.clone());
            if !host.is_name() {
                return Some(Ok(host));
            }
            match self.resolve(&host) {
                Err(error) => return Some(Err((host, error))),
                Ok(hosts) => hosts.into_iter().rev().for_each(|host| self.waiting.push_front(host)),
            }
        }
    }
}

/// Whether the host is the one that is tried first. It does not resolve a name to find out.
pub fn is_first(host: &Host, config: &Config) -> bool {
    let mut entries = config.target.addresses.iter();
    let first = match last_good(&config.target) {
        Some(good) => good == name_as_good(host),
        None => {
            let first = entries.find(|entry| !has_failed(entry, entry.ip(), config));
            host.leads() && first == Some(host.address())
        }
    };
    first && !has_failed(host.address(), host.ip(), config)
}

/// Call this for a host that has answered and accepts writes.
pub fn succeeded(target: &Target, host: &Host) {
    if !has_choice(target) {
        return;
    }
    let (table, this) = (shared(), name_of_host(host.address(), host.ip()));
    if table.get(Kind::Host, this).is_some() {
        table.remove(Kind::Host, this);
    }
    let (list, good) = (name_of_list(target), name_as_good(host));
    // No entry is needed while the first host of the list is good.
    let leads = host.leads() && target.addresses.first() == Some(host.address());
    match table.get(Kind::List, list) {
        None if leads => {}
        Some(_) if leads => table.remove(Kind::List, list),
        // It is not written in each request: a write invalidates the cache line of every other worker.
        Some((known, at)) if known == good && now().abs_diff(at) < REFRESH => {}
        _ => table.put(Kind::List, list, good, now()),
    }
}

/// Records a failure for all workers, if it concerns every account. An error that one account causes (a wrong password, a failed
/// statement) is not recorded. Such a host is only no longer the last good one of that account.
pub fn failed(config: &Config, host: &Host, error: &Error) {
    if !has_choice(&config.target) || !error.is_about_host() {
        return;
    }
    let silent = error.is_host_timeout().then_some(config.connect_timeout);
    let waited = silent.map_or(TOLD, |waited| u64::try_from(waited.as_millis()).unwrap_or(TOLD));
    let name = name_of_host(host.address(), host.ip());
    shared().put(Kind::Host, name, waited, now());
}

/// More than one host, or a name, which may have several addresses.
fn has_choice(target: &Target) -> bool {
    target.addresses.len() > 1 || target.addresses.iter().any(Address::is_name)
}

fn last_good(target: &Target) -> Option<u64> {
    if !has_choice(target) {
        return None;
    }
    let (good, _) = shared().get(Kind::List, name_of_list(target))?;
    Some(good)
}

fn has_failed(address: &Address, ip: Option<IpAddr>, config: &Config) -> bool {
    let Some((waited, failed)) = shared().get(Kind::Host, name_of_host(address, ip)) else {
        return false;
    };
    // A timeout after a short wait counts only for requests that would not wait longer.
    let long_enough = u128::from(waited) >= config.connect_timeout.as_millis();
    // After the clock was set back, failures of the future do not count.
    let age = now().checked_sub(failed);
    long_enough && age.is_some_and(|age| u128::from(age) < config.retry_after.as_millis())
}

fn name_of_host(address: &Address, ip: Option<IpAddr>) -> u64 {
    host_table::name((address, ip))
}

fn name_of_list(target: &Target) -> u64 {
    host_table::name((&target.user, &target.database, &target.addresses))
}

/// One half identifies the entry of the DSN, the other half the host: the entry is found without resolving its name.
fn name_as_good(host: &Host) -> u64 {
    host_table::name(host.address()) << 32 | name_of_host(host.address(), host.ip()) & u64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::load;
    use crate::error::DbError;

    fn config(hosts: &str) -> Config {
        load(&[("dsn", &format!("mysql://app@{hosts}/app"))], "").unwrap()
    }

    fn names(config: &Config) -> Vec<String> {
        let labels = Candidates::new(config, [].iter()).map(|host| host.unwrap().label().replace(":3306", ""));
        labels.collect()
    }

    fn host(config: &Config, number: usize) -> Host {
        Host::new(&config.target.addresses[number])
    }

    fn refused() -> Error {
        Error::Connect {
            host: String::new(),
            cure: "",
            source: DbError::Network("refused".into()),
        }
    }

    #[test]
    fn begins_in_the_order_of_the_dsn() {
        assert_eq!(
            names(&config("10.1.0.3,10.1.0.2,10.1.0.1")),
            ["10.1.0.3", "10.1.0.2", "10.1.0.1"]
        );
    }

    #[test]
    fn the_last_good_host_is_first_and_failed_ones_are_last() {
        let all = config("10.2.0.1,10.2.0.2,10.2.0.3");
        failed(&all, &host(&all, 0), &refused());
        assert_eq!(names(&all), ["10.2.0.2", "10.2.0.3", "10.2.0.1"]);
        succeeded(&all.target, &host(&all, 2));
        assert_eq!(names(&all), ["10.2.0.3", "10.2.0.2", "10.2.0.1"]);
        assert!(is_first(&host(&all, 2), &all));
        failed(&all, &host(&all, 2), &refused());
        assert_eq!(names(&all), ["10.2.0.2", "10.2.0.3", "10.2.0.1"]);
        succeeded(&all.target, &host(&all, 0));
        assert_eq!(names(&all), ["10.2.0.1", "10.2.0.2", "10.2.0.3"]);
        assert!(!is_first(&host(&all, 2), &all));
    }

    #[test]
    fn each_address_of_a_name_is_a_host() {
        // With or without ::1, and without a name server.
        let all = config("10.3.0.1,localhost");
        let localhost = host(&all, 1).resolve(config("x").connect_timeout).unwrap();
        let last = localhost.last().unwrap();
        failed(&all, &localhost[0], &refused());
        let order: Vec<_> = Candidates::new(&all, [].iter()).map(|host| host.unwrap()).collect();
        assert_eq!(order.last(), Some(&localhost[0]));
        succeeded(&all.target, last);
        assert_eq!(Candidates::new(&all, [].iter()).next().unwrap().unwrap(), *last);
        assert_eq!(Candidates::new(&all, [].iter()).count(), 1 + localhost.len());
        assert_eq!(Candidates::new(&all, localhost.iter()).count(), 1);
    }

    #[test]
    fn what_one_account_is_told_holds_for_it_alone() {
        let all = config("10.4.0.1,10.4.0.2");
        let other = load(&[("dsn", "mysql://other@10.4.0.1,10.4.0.2/app?connect_timeout=9")], "").unwrap();
        let source = DbError::Driver("wrong password".into());
        let (cure, of) = ("", String::new());
        failed(&all, &host(&all, 0), &Error::Login { host: of, cure, source });
        succeeded(&all.target, &host(&all, 1));
        assert_eq!(names(&all), ["10.4.0.2", "10.4.0.1"]);
        assert_eq!(names(&other), ["10.4.0.1", "10.4.0.2"]);
        let source = DbError::TimedOut;
        let silent = Error::Connect {
            host: String::new(),
            cure,
            source,
        };
        failed(&all, &host(&all, 0), &silent);
        assert_eq!(names(&other), ["10.4.0.1", "10.4.0.2"], "silent for 2 seconds alone");
        failed(&other, &host(&all, 0), &silent);
        assert_eq!(names(&other), ["10.4.0.2", "10.4.0.1"]);
    }

    #[test]
    fn a_failure_is_forgotten_after_its_time() {
        let all = config("10.5.0.1,10.5.0.2");
        failed(&all, &host(&all, 0), &refused());
        let has_failed = |config| has_failed(host(&all, 0).address(), host(&all, 0).ip(), config);
        assert!(has_failed(&all));
        let at_once = load(&[("dsn", "mysql://app@10.5.0.1,10.5.0.2/app?retry_after=0")], "").unwrap();
        assert!(!has_failed(&at_once));
    }
}
