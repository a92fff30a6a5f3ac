//! The lines of one host: from its name to a rehearsed session.

use rustsql::{Config, Facts, Mode, Survey, Table, Topic, schema};

use super::limits::Limits;
use super::line::Line;
use super::server::{self, value};

/// `one_is_ready`: sessions can start on some host of the DSN.
pub fn check(survey: &Survey, config: &Config, limits: &Limits, one_is_ready: bool) -> Vec<Line> {
    let problem = survey.problem.as_ref();
    let line = |topic: Topic| {
        let (_, error) = problem.filter(|(about, _)| *about == topic)?;
        Some(Line::of(name(topic), error))
    };
    let Some(facts) = &survey.facts else {
        return problem
            .map(|(topic, error)| Line::of(name(*topic), error))
            .into_iter()
            .collect();
    };
    let mut lines = vec![
        Line::good(
            "login",
            format!("{}, {}", facts.account, value(&facts.global, "version")),
        ),
        tls(facts, config, survey),
    ];
    lines.push(match line(Topic::Writable) {
        Some(_) if one_is_ready => Line::good(
            name(Topic::Writable),
            "it takes no writes, as a replica; it is used once it does, and another host is ready",
        ),
        Some(line) => line,
        None => Line::good(name(Topic::Writable), "it takes writes"),
    });
    lines.extend(lock(facts, config));
    lines.extend(line(Topic::Table).or_else(|| table(facts, config).filter(|_| line(Topic::Rights).is_none())));
    lines.extend(indexes(facts, config).filter(|_| line(Topic::Table).is_none()));
    lines.extend(line(Topic::Rights));
    lines.extend(line(Topic::TableLock));
    lines.extend(line(Topic::Session));
    if problem.is_none() && !matches!(facts.table, Table::Missing) {
        lines.push(Line::good(name(Topic::Session), "locked, written and rolled back"));
    }
    lines.extend(server::check(facts, config, limits));
    lines
}

fn name(topic: Topic) -> &'static str {
    match topic {
        Topic::Name => "name",
        Topic::Connection => "connection",
        Topic::Login => "login",
        Topic::Database => "database",
        Topic::Server => "server",
        Topic::Writable => "writes",
        Topic::Table => "table",
        Topic::TableLock => "table lock",
        Topic::Rights => "rights",
        Topic::Session => "session",
    }
}

fn tls(facts: &Facts, config: &Config, survey: &Survey) -> Line {
    let version = value(&facts.status, "ssl_version");
    match version {
        "" if survey.host.starts_with('/') => Line::good("TLS", "not needed over a socket"),
        "" if server::is_loopback(&survey.host) => Line::good("TLS", "none within this machine"),
        "" => Line::warning(
            "TLS",
            "none: whoever can read the network reads sessions",
            "switch TLS on at the server, and set rustsql.tls_ca",
        ),
        _ if config.target.tls.is_verified() => Line::good("TLS", format!("{version}, and the server is verified")),
        _ => Line::warning(
            "TLS",
            format!("{version}, but nobody verifies that it is this server"),
            "set rustsql.tls_ca, or rustsql.tls = verify_identity",
        ),
    }
}

fn lock(facts: &Facts, config: &Config) -> Option<Line> {
    let cluster = match () {
        () if value(&facts.global, "wsrep_on") == "ON" => "a node of Galera",
        () if !value(&facts.global, "group_replication_group_name").is_empty() => "a member of Group Replication",
        () if facts.is_node => "a server that does not tell whether it is a node of a cluster",
        () => "",
    };
    let clustered = !cluster.is_empty();
    Some(match (config.lock, facts.mode) {
        (Some(Mode::Advisory), _) if clustered => Line::fault(
            "lock",
            format!(
                "rustsql.lock is advisory, but this is {cluster}: its advisory locks are its own, and two nodes would both give the lock"
            ),
            "set rustsql.lock = auto",
        ),
        (Some(Mode::Unlocked), _) => Line::warning(
            "lock",
            "rustsql.lock is unlocked: of two requests at once the last write wins, and the other one is lost",
            "set rustsql.lock = auto",
        ),
        (Some(mode), _) => Line::good("lock", mode.name()),
        (None, Some(mode)) if clustered => Line::good("lock", format!("{}, since this is {cluster}", mode.name())),
        (None, Some(mode)) => Line::good("lock", mode.name()),
        (None, None) => return None,
    })
}

fn table(facts: &Facts, config: &Config) -> Option<Line> {
    match &facts.table {
        Table::Unknown => None,
        Table::Missing => Some(Line::good(
            "table",
            "missing; the first session creates it, which this account may",
        )),
        Table::There { engine, .. } if engine.eq_ignore_ascii_case("InnoDB") => {
            Some(Line::good("table", "InnoDB, with the right columns"))
        }
        Table::There { engine, .. } => Some(Line::warning(
            "table",
            format!(
                "its engine is {engine}: a crash of the server loses acknowledged sessions, and a cluster does not replicate them"
            ),
            format!("ALTER TABLE {} ENGINE=InnoDB", schema::quoted_table(config)),
        )),
    }
}

fn indexes(facts: &Facts, config: &Config) -> Option<Line> {
    let Table::There { unindexed, .. } = &facts.table else {
        return None;
    };
    let first = unindexed.first()?;
    let cures: Vec<_> = unindexed.iter().map(|column| format!("ADD KEY (`{column}`)")).collect();
    Some(Line::warning(
        "index",
        match *first {
            "expires" => "`expires` has none: each garbage collection reads the whole table",
            _ => "`tag` has none: RustSql\\sessions() and revoke() read the whole table",
        },
        format!("ALTER TABLE {} {}", schema::quoted_table(config), cures.join(", ")),
    ))
}
