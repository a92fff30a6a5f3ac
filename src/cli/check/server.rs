//! What the server and the account are set to, where a session itself would find no fault at once.

use std::collections::HashMap;
use std::net::IpAddr;

use rustsql::{Config, Facts, MOST_EXPIRED, Mode};

use super::limits::Limits;
use super::line::Line;

pub fn value<'a>(of: &'a HashMap<String, String>, name: &str) -> &'a str {
    of.get(name).map(String::as_str).unwrap_or_default()
}

pub fn number(of: &HashMap<String, String>, name: &str) -> u64 {
    value(of, name).parse().unwrap_or_default()
}

/// `host` is a label: an address with its port, or a name, with its address if it has several.
pub fn is_loopback(host: &str) -> bool {
    let address = host.rsplit_once(':').map_or(host, |(address, _)| address);
    let address = host
        .split_once('(')
        .map_or(address, |(_, ip)| ip)
        .trim_matches(['[', ']', ')']);
    address == "localhost" || address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

pub fn check(facts: &Facts, config: &Config, limits: &Limits) -> Vec<Line> {
    let lines = [
        proxy(facts),
        Some(variables(facts)),
        Some(clock(facts)),
        binlog(facts, config),
        Some(connections(facts, limits)),
        Some(packets(facts, config)),
        prepared(facts),
        collector(facts),
        expired(facts),
        Some(diagnostics(facts)),
    ];
    lines.into_iter().flatten().collect()
}

fn proxy(facts: &Facts) -> Option<Line> {
    facts.is_multiplexed.then(|| {
        Line::fault(
            "proxy",
            "something on the way gives statements to changing connections of the server, but a lock belongs to its connection",
            "switch multiplexing off for this account, or name the server itself in rustsql.dsn",
        )
    })
}

/// Variables that others set, and that a session's first packet sets again.
fn variables(facts: &Facts) -> Line {
    const UNUSUAL: [(&str, &[&str]); 9] = [
        ("autocommit", &["ON", "1"]),
        ("completion_type", &["NO_CHAIN", "0"]),
        ("tx_read_only", &["OFF", "0"]),
        ("transaction_read_only", &["OFF", "0"]),
        ("sql_big_selects", &["ON", "1"]),
        ("max_statement_time", &["0", "0.000000"]),
        ("max_execution_time", &["0"]),
        ("idle_transaction_timeout", &["0"]),
        ("idle_write_transaction_timeout", &["0"]),
    ];
    if !facts.not_set.is_empty() {
        return Line::fault(
            "variables",
            format!(
                "a session sets {}, but does not get it: something on the way drops it",
                facts.not_set.join(", ")
            ),
            "name the server itself in rustsql.dsn, or let the proxy pass SET",
        );
    }
    let changes_data = [(
        "sql_log_bin",
        "its writes are missing in the binary log and on replicas",
    )];
    for (name, effect) in changes_data {
        if value(&facts.before, name) == "OFF" {
            return Line::warning(
                "variables",
                format!("{name} is OFF for this account: {effect}"),
                "remove it from init_connect",
            );
        }
    }
    let others: Vec<_> = UNUSUAL
        .iter()
        .filter(|(name, usual)| {
            facts
                .before
                .get(*name)
                .is_some_and(|value| !usual.contains(&value.as_str()))
        })
        .map(|(name, _)| format!("{name}={}", value(&facts.before, name)))
        .collect();
    match others.is_empty() {
        true => Line::good("variables", "each session sets its own"),
        false => Line::good(
            "variables",
            format!("each session sets its own, instead of {}", others.join(", ")),
        ),
    }
}

fn clock(facts: &Facts) -> Line {
    let off = facts.clock_ahead;
    match off.unsigned_abs() {
        0..=5 => Line::good("clock", "the server's and this machine's agree"),
        seconds => Line::warning(
            "clock",
            format!(
                "the server's is {seconds} s {} this machine's; sessions expire by the server's",
                if off > 0 { "ahead of" } else { "behind" }
            ),
            "run a time service (NTP) on both",
        ),
    }
}

fn binlog(facts: &Facts, config: &Config) -> Option<Line> {
    if value(&facts.global, "log_bin") != "ON" {
        return None;
    }
    if value(&facts.global, "binlog_format") != "STATEMENT" {
        return Some(Line::good(
            "binary log",
            value(&facts.global, "binlog_format").to_owned(),
        ));
    }
    Some(Line::warning(
        "binary log",
        match facts.mode.or(config.lock) {
            Some(Mode::Row) => "binlog_format is STATEMENT: with row locks, new sessions may wait for each other",
            _ => "binlog_format is STATEMENT: it works, but the server may log a warning for each write (RELEASE_LOCK)",
        },
        "SET GLOBAL binlog_format = ROW, and write it into the server's configuration",
    ))
}

fn connections(facts: &Facts, limits: &Limits) -> Line {
    let (of_server, used) = (
        number(&facts.global, "max_connections"),
        number(&facts.status, "threads_connected"),
    );
    let of_account = Some(number(&facts.before, "max_user_connections")).filter(|limit| *limit > 0);
    let limit = of_account.map_or(of_server, |limit| limit.min(of_server));
    let which = if limit < of_server {
        "the account's MAX_USER_CONNECTIONS"
    } else {
        "max_connections"
    };
    let cure = "raise it above the number of PHP workers, with room for others";
    let refused = number(&facts.status, "connection_errors_max_connections");
    let hourly = facts
        .grants
        .iter()
        .any(|grant| grant.contains("MAX_CONNECTIONS_PER_HOUR"));
    match limits.workers {
        workers if workers > limit => Line::fault(
            "connections",
            format!("{workers} workers need as many connections, but {which} is {limit}"),
            cure,
        ),
        workers if workers + workers / 10 > limit => Line::warning(
            "connections",
            format!("{workers} workers leave few connections for others: {which} is {limit}"),
            cure,
        ),
        _ if hourly => Line::warning(
            "connections",
            "the account may log in only so often in an hour (MAX_CONNECTIONS_PER_HOUR)",
            "ALTER USER ... WITH MAX_CONNECTIONS_PER_HOUR 0",
        ),
        _ if refused > 0 => Line::warning(
            "connections",
            format!(
                "{refused} logins were refused since the server's start, as all {of_server} connections were in use"
            ),
            cure,
        ),
        _ if used * 10 > of_server * 9 => {
            Line::warning("connections", format!("{used} of {of_server} are in use"), cure)
        }
        _ => Line::good("connections", format!("{used} in use; {which} is {limit}")),
    }
}

fn packets(facts: &Facts, config: &Config) -> Line {
    let limit = number(&facts.global, "max_allowed_packet");
    let small = 1 << 20;
    match config.max_size {
        Some(size) if size as u64 >= limit => Line::warning(
            "packets",
            format!(
                "rustsql.max_size is {size}, but max_allowed_packet is {limit}: a session in between is refused by the server"
            ),
            "raise max_allowed_packet above rustsql.max_size",
        ),
        _ if limit < small => Line::warning(
            "packets",
            format!("max_allowed_packet is {limit}: a larger session is not stored"),
            "raise max_allowed_packet",
        ),
        _ => Line::good(
            "packets",
            format!(
                "sessions may have {} bytes",
                config.max_size.map_or(limit, |size| size as u64)
            ),
        ),
    }
}

fn prepared(facts: &Facts) -> Option<Line> {
    let (most, used) = (
        number(&facts.global, "max_prepared_stmt_count"),
        number(&facts.status, "prepared_stmt_count"),
    );
    (used * 10 >= most * 9).then(|| {
        Line::warning(
            "prepared statements",
            format!("{used} of {most} are in use: a large session may not be stored, and others are slower"),
            "raise max_prepared_stmt_count, or find the application that does not close its statements",
        )
    })
}

fn collector(facts: &Facts) -> Option<Line> {
    let owner = facts.collector?;
    Some(Line::warning(
        "garbage collection",
        format!("connection {owner} of another account has its lock"),
        "find out why: rows are collected all the same, but by several requests at once",
    ))
}

fn expired(facts: &Facts) -> Option<Line> {
    const MANY: u64 = 1000;
    let more = if facts.expired_rows >= MOST_EXPIRED {
        "more than "
    } else {
        ""
    };
    (facts.expired_rows >= MANY).then(|| {
        Line::warning(
            "garbage collection",
            format!(
                "{more}{} sessions have expired a day ago or earlier: nobody collects them",
                facts.expired_rows
            ),
            "run rustsql gc from a timer, or set session.gc_probability",
        )
    })
}

fn diagnostics(facts: &Facts) -> Line {
    let schema = value(&facts.global, "performance_schema") == "ON" && facts.shows_attributes;
    let process = facts
        .grants
        .iter()
        .any(|grant| grant.contains("PROCESS") || grant.starts_with("GRANT ALL PRIVILEGES ON *.*"));
    let row = facts.mode == Some(Mode::Row);
    match (row, process, schema) {
        (true, false, _) => Line::warning(
            "diagnostics",
            "a warning about a lock timeout cannot name the holder of a row lock",
            format!("GRANT PROCESS ON *.* TO {}", facts.account),
        ),
        (_, _, true) => Line::good(
            "diagnostics",
            "a warning about a lock timeout names connection, address, pid and script",
        ),
        (_, _, false) => Line::good(
            "diagnostics",
            "a warning about a lock timeout names connection and address; with performance_schema = ON also pid and script",
        ),
    }
}
