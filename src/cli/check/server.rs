//! What the server and the account are set to, where a session itself would find no fault at once.

use rustsql::{Config, Facts, MOST_EXPIRED, Mode};

use super::line::Line;

pub fn check(facts: &Facts, config: &Config) -> Vec<Line> {
    let lines = [
        proxy(facts),
        Some(variables(facts)),
        Some(clock(facts)),
        binlog(facts, config),
        collector(facts),
        expired(facts),
        Some(diagnostics(facts)),
    ];
    lines.into_iter().flatten().collect()
}

/// A proxy may give its own number to a connection, and keep it. A number that changes is another connection.
fn proxy(facts: &Facts) -> Option<Line> {
    let (greeted, seen) = facts.connections.split_first()?;
    if seen.windows(2).any(|pair| pair[0] != pair[1]) {
        return Some(Line::fault(
            "proxy",
            "something on the way gives statements to changing connections of the server, but a lock belongs to its connection",
            "switch multiplexing off for this account, or name the server itself in rustsql.dsn",
        ));
    }
    seen.iter().any(|id| id != greeted).then(|| {
        Line::warning(
            "proxy",
            "something on the way has its own connections to the server",
            "make sure that multiplexing is off for this account, since a lock belongs to its connection",
        )
    })
}

/// Variables that others set, and that a session's first packet sets again.
fn variables(facts: &Facts) -> Line {
    const USUAL: [(&str, &[&str]); 10] = [
        ("autocommit", &["ON", "1"]),
        ("completion_type", &["NO_CHAIN", "0"]),
        ("tx_read_only", &["OFF", "0"]),
        ("transaction_read_only", &["OFF", "0"]),
        ("sql_select_limit", &["18446744073709551615", "4294967295"]),
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
    if facts.before.text("sql_log_bin") == "OFF" {
        return Line::warning(
            "variables",
            "sql_log_bin is OFF for this account: its writes are missing in the binary log and on replicas",
            "remove it from init_connect",
        );
    }
    let others: Vec<_> = USUAL
        .iter()
        .filter(|(name, usual)| !usual.contains(&facts.before.text(name)) && !facts.before.text(name).is_empty())
        .map(|(name, _)| format!("{name}={}", facts.before.text(name)))
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
    if facts.global.text("log_bin") != "ON" {
        return None;
    }
    if facts.global.text("binlog_format") != "STATEMENT" {
        return Some(Line::good("binary log", facts.global.text("binlog_format").to_owned()));
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
    let schema = facts.global.text("performance_schema") == "ON" && facts.shows_attributes;
    let process = facts.has_everywhere(&["PROCESS"]);
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
