//! The lines of one host: from its name to a rehearsed session.

use rustsql::{Config, Error, Facts, Mode, Survey, Table, Topic, schema};

use super::limits::Limits;
use super::line::Line;
use super::{capacity, server};

/// The server's error number after a statement of `init_connect` that fails.
const ABORTED: u16 = 1184;

/// `one_is_ready`: sessions can start on some host of the DSN.
pub fn check(survey: &Survey, config: &Config, limits: &Limits, one_is_ready: bool) -> Vec<Line> {
    let problem = survey.problem.as_ref();
    let line = |topic: Topic| {
        let (_, error) = problem.filter(|(about, _)| *about == topic)?;
        Some(Line::of(name(topic), error))
    };
    let Some(facts) = &survey.facts else {
        return problem
            .map(|(topic, error)| without_cure(*topic, error))
            .into_iter()
            .collect();
    };
    let address = survey.ip.filter(|_| survey.is_name);
    let mut lines: Vec<_> = address
        .map(|ip| Line::good(name(Topic::Name), ip.to_string()))
        .into_iter()
        .collect();
    lines.push(login(survey, facts, config));
    lines.push(tls(survey, facts, config));
    lines.push(match line(Topic::Writable) {
        Some(_) if one_is_ready => Line::good(
            name(Topic::Writable),
            "it takes no writes, as a replica; it is used once it does, and another host is ready",
        ),
        Some(line) => line,
        None if config.read_only => Line::good(name(Topic::Writable), "not needed, with rustsql.read_only = 1"),
        None => Line::good(name(Topic::Writable), "it takes writes"),
    });
    lines.extend(lock(facts, config));
    lines.extend(line(Topic::Table).or_else(|| table(facts, config, problem.is_none())));
    lines.extend(indexes(facts, config).filter(|_| line(Topic::Table).is_none()));
    lines.extend(line(Topic::Rights).or_else(|| rights(facts, config)));
    lines.extend(line(Topic::TableLock));
    lines.extend(
        problem
            .filter(|(topic, _)| ![Topic::Writable, Topic::Table, Topic::Rights, Topic::TableLock].contains(topic))
            .map(|(topic, error)| without_cure(*topic, error)),
    );
    if problem.is_none() && !matches!(facts.table, Table::Missing) {
        lines.push(Line::good(name(Topic::Session), rehearsed(config)));
    }
    lines.extend(server::check(facts, config));
    lines.extend(capacity::check(facts, config, limits));
    lines
}

/// Also for an error that has no cure.
fn without_cure(topic: Topic, error: &Error) -> Line {
    let mut line = Line::of(name(topic), error);
    if line.cure.is_none() {
        let cure = match error.code() {
            _ if error.is_timed_out() => "is the server overloaded or stopped?",
            Some(ABORTED) => {
                "a statement of init_connect fails, which ends each connection: see the server's error log"
            }
            _ => "see the server's error log",
        };
        line.cure = Some(cure.to_owned());
    }
    line
}

fn rehearsed(config: &Config) -> &'static str {
    match config.lock {
        _ if config.read_only => "read",
        Some(Mode::Unlocked) => "written and rolled back",
        _ => "locked, written and rolled back",
    }
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

fn login(survey: &Survey, facts: &Facts, config: &Config) -> Line {
    let (took, limit) = (survey.login.as_secs_f64(), config.connect_timeout.as_secs_f64());
    if took > limit / 2.0 {
        return Line::warning(
            "login",
            format!("it took {took:.1} s, and fails after {limit} s (rustsql.connect_timeout)"),
            "set skip_name_resolve = ON at the server if its name server is slow, or raise rustsql.connect_timeout",
        );
    }
    Line::good(
        "login",
        format!(
            "{}, {}, {:.1} ms",
            facts.account,
            facts.global.text("version"),
            took * 1e3
        ),
    )
}

fn tls(survey: &Survey, facts: &Facts, config: &Config) -> Line {
    let tls = &config.target.tls;
    match (facts.status.text("ssl_version"), survey.ip) {
        ("", None) => Line::good("TLS", "not needed over a socket"),
        ("", Some(ip)) if ip.is_loopback() => Line::good("TLS", "none within this machine"),
        ("", _) => Line::warning(
            "TLS",
            "none: whoever can read the network reads sessions",
            "switch TLS on at the server, and set rustsql.tls_ca",
        ),
        (version, _) if tls.is_verified() => Line::good("TLS", format!("{version}, verified ({})", tls.mode().name())),
        (version, _) => Line::warning(
            "TLS",
            format!(
                "{version}, but with rustsql.tls = {} nobody verifies that it is this server",
                tls.mode().name()
            ),
            "set rustsql.tls_ca, or rustsql.tls = verify_identity",
        ),
    }
}

/// An account with all rights works, but `read_only` does not stop it.
fn rights(facts: &Facts, config: &Config) -> Option<Line> {
    facts.has_everywhere(&["SUPER"]).then(|| {
        Line::warning(
            "rights",
            "the account has more than sessions need: it can write on a read-only server, and whoever gets its password has them all",
            format!("use an account of its own: GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON {} TO it", schema::quoted_table(config)),
        )
    })
}

fn lock(facts: &Facts, config: &Config) -> Option<Line> {
    let cluster = match () {
        () if facts.global.text("wsrep_on") == "ON" => "a node of Galera",
        () if !facts.global.text("group_replication_group_name").is_empty() => "a member of Group Replication",
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
        (Some(Mode::Row), _) if config.merges => {
            Line::good("lock", "merge: only a write that finds a newer version locks the row")
        }
        (Some(mode), _) => Line::good("lock", mode.name()),
        (None, Some(mode)) if clustered => Line::good("lock", format!("{}, since this is {cluster}", mode.name())),
        (None, Some(mode)) => Line::good("lock", mode.name()),
        (None, None) => return None,
    })
}

/// `is_ready`: the rehearsal has found that the account may create it.
fn table(facts: &Facts, config: &Config, is_ready: bool) -> Option<Line> {
    match &facts.table {
        Table::Missing if is_ready => Some(Line::good(
            "table",
            "missing; the first session creates it, which this account may",
        )),
        Table::Unknown | Table::Missing => None,
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
