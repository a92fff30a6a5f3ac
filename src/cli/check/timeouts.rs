//! Timeouts that do not fit together. Needs no server.

use std::time::Duration;

use rustsql::{Config, LockTimeout};

use super::limits::Limits;
use super::line::Line;

const NAME: &str = "timeouts";

pub fn check(config: &Config, limits: &Limits) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut warn = |text: String, cure: &str| lines.push(Line::warning(NAME, text, cure));
    let limit = Duration::from_secs(limits.request_terminate_timeout);
    let longest = Duration::from_secs(limits.max_execution_time).max(limit);
    let addresses = u32::try_from(config.target.addresses.len()).unwrap_or(u32::MAX);
    let connecting = config.connect_timeout.saturating_mul(addresses);
    let ttl = config.lock_ttl;
    match config.lock_timeout {
        LockTimeout::Forever if limit.is_zero() => warn(
            "rustsql.lock_timeout is -1, and no other limit ends a request that waits".into(),
            "set rustsql.lock_timeout, or name the limit with --request-terminate-timeout",
        ),
        LockTimeout::Limit(wait) if !limit.is_zero() && wait >= limit => warn(
            format!(
                "a request that waits is killed after {} s, before rustsql.lock_timeout ({} s) can end its wait with a warning",
                seconds(limit),
                seconds(wait)
            ),
            "set rustsql.lock_timeout below request_terminate_timeout",
        ),
        LockTimeout::Limit(wait) if wait > ttl => warn(
            format!(
                "rustsql.lock_ttl ({} s) is below rustsql.lock_timeout ({} s): a request that others still wait for may lose its lock",
                seconds(ttl),
                seconds(wait)
            ),
            "set rustsql.lock_ttl above the longest request",
        ),
        _ => {}
    }
    if !longest.is_zero() && ttl < longest {
        warn(
            format!(
                "a request may run for {} s, but loses its lock after {} s without a statement of its session (rustsql.lock_ttl)",
                seconds(longest),
                seconds(ttl)
            ),
            "set rustsql.lock_ttl above the longest request",
        );
    }
    if !limit.is_zero() && connecting >= limit {
        warn(
            format!(
                "while no host answers, a request is killed after {} s, before all hosts were tried ({} s)",
                seconds(limit),
                seconds(connecting)
            ),
            "lower rustsql.connect_timeout",
        );
    }
    if config.io_timeout < SHORT_IO {
        warn(
            format!(
                "rustsql.io_timeout is {} s: a commit that takes longer counts as lost",
                seconds(config.io_timeout)
            ),
            "set rustsql.io_timeout above the server's slowest commit, with two seconds to spare",
        );
    }
    if config.persistent && config.persistent_idle > ttl {
        warn(
            format!(
                "the server closes idle connections after {} s (rustsql.lock_ttl), before rustsql.persistent_idle ({} s)",
                seconds(ttl),
                seconds(config.persistent_idle)
            ),
            "set rustsql.persistent_idle below rustsql.lock_ttl",
        );
    }
    if lines.is_empty() {
        let wait = match config.lock_timeout {
            LockTimeout::Forever => "no limit".to_owned(),
            LockTimeout::Limit(wait) => format!("{} s", seconds(wait)),
        };
        lines.push(Line::good(
            NAME,
            format!(
                "lock {wait}, connect {} s, answer {} s, idle {} s",
                seconds(config.connect_timeout),
                seconds(config.io_timeout),
                seconds(ttl)
            ),
        ));
    }
    lines
}

/// Row locks are waited for two seconds less, at least one.
const SHORT_IO: Duration = Duration::from_secs(3);

fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e3).round() / 1e3
}
