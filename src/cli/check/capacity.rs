//! What the server has room for: connections, packets, prepared statements.

use rustsql::{Config, Facts};

use super::limits::Limits;
use super::line::Line;

pub fn check(facts: &Facts, config: &Config, limits: &Limits) -> Vec<Line> {
    let lines = [
        Some(connections(facts, limits)),
        Some(packets(facts, config)),
        prepared(facts),
    ];
    lines.into_iter().flatten().collect()
}

fn connections(facts: &Facts, limits: &Limits) -> Line {
    let (of_server, used) = (
        facts.global.number("max_connections"),
        facts.status.number("threads_connected"),
    );
    let of_account = Some(facts.before.number("max_user_connections")).filter(|limit| *limit > 0);
    let limit = of_account.map_or(of_server, |limit| limit.min(of_server));
    let which = if limit < of_server {
        "the account's MAX_USER_CONNECTIONS"
    } else {
        "max_connections"
    };
    let cure = "raise it above the number of PHP workers, with room for others";
    let refused = facts.status.number("connection_errors_max_connections");
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

/// `files` takes sessions of any size, so an application may have grown large ones.
const SMALL: u64 = 1 << 20;

fn packets(facts: &Facts, config: &Config) -> Line {
    let limit = facts.global.number("max_allowed_packet");
    match config.max_size {
        Some(size) if size as u64 >= limit => Line::warning(
            "packets",
            format!(
                "rustsql.max_size is {size}, but max_allowed_packet is {limit}: a session in between is refused by the server"
            ),
            "raise max_allowed_packet above rustsql.max_size",
        ),
        _ if limit < SMALL => Line::warning(
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
        facts.global.number("max_prepared_stmt_count"),
        facts.status.number("prepared_stmt_count"),
    );
    (used * 10 >= most * 9).then(|| {
        Line::warning(
            "prepared statements",
            format!("{used} of {most} are in use: a large session may not be stored, and others are slower"),
            "raise max_prepared_stmt_count, or find the application that does not close its statements",
        )
    })
}
