//! Looks at each host as `rustsql check` needs it: the statements of a session (`probe`), and facts beside them.
//!
//! It only gathers. `cli/check` judges. It writes nothing to a session and creates no table.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant, UNIX_EPOCH};

use super::link::Link;
use super::lock::advisory;
use super::probe;
use super::rights::account;
use super::shape::{self, Shape};
use crate::config::Config;
use crate::db::errno;
use crate::db::host::Host;
use crate::db::reply::ResultRow;
use crate::error::{Error, Result};
use crate::lock::Mode;
use crate::session_id::collector_lock_name;

/// Answers take no part of the time that a session has.
const PATIENCE: Duration = Duration::from_secs(30);

/// The most expired rows that are counted.
pub const MOST_EXPIRED: u64 = 10_000;

/// What a host is to a session.
pub struct Survey {
    /// As messages name it.
    pub host: String,
    /// `None`: a socket, or a name that was not resolved.
    pub ip: Option<IpAddr>,
    pub is_name: bool,
    /// How long the login took.
    pub login: Duration,
    /// What keeps sessions from starting there.
    pub problem: Option<(Topic, Error)>,
    /// `None`: there was no login.
    pub facts: Option<Facts>,
}

/// What a problem is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    Name,
    Connection,
    Login,
    Database,
    Server,
    Writable,
    Table,
    TableLock,
    Rights,
    Session,
}

#[derive(Default)]
pub struct Facts {
    /// The session variables after the login, before a session sets its own.
    pub before: Values,
    /// Those that a session did not get, though it has set them.
    pub not_set: Vec<&'static str>,
    pub global: Values,
    pub status: Values,
    /// The connection's id in the greeting, and then as statements saw it. A proxy may give its own.
    pub connections: Vec<u64>,
    /// Seconds that the server's clock is ahead of this machine's.
    pub clock_ahead: i64,
    pub table: Table,
    /// As far as it was counted; for a day or longer.
    pub expired_rows: u64,
    /// The connection of another account that has the lock of the garbage collector.
    pub collector: Option<u64>,
    pub account: String,
    pub grants: Vec<String>,
    pub shows_attributes: bool,
    pub mode: Option<Mode>,
    pub is_node: bool,
}

impl Facts {
    /// Whether the account has one of these rights on all databases.
    pub fn has_everywhere(&self, rights: &[&str]) -> bool {
        let everywhere = self.grants.iter().filter_map(|grant| grant.split_once(" ON *.* TO "));
        let mut granted = everywhere.flat_map(|(granted, _)| granted.trim_start_matches("GRANT ").split(", "));
        granted.any(|right| right == "ALL PRIVILEGES" || rights.contains(&right))
    }
}

/// Variables of the server by their names in lower case. One that the server does not have is empty.
#[derive(Default)]
pub struct Values(HashMap<String, String>);

impl Values {
    fn of(rows: &[ResultRow]) -> Self {
        let pair = |row: &ResultRow| Some((row.text(0)?.to_ascii_lowercase(), row.text(1)?));
        Self(rows.iter().filter_map(pair).collect())
    }

    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }

    pub fn number(&self, name: &str) -> u64 {
        self.text(name).parse().unwrap_or_default()
    }
}

#[derive(Default)]
pub enum Table {
    /// The account may not see it, or it is a view.
    #[default]
    Unknown,
    Missing,
    There {
        engine: String,
        /// Columns without an index of their own.
        unindexed: Vec<&'static str>,
    },
}

/// Asks all hosts of the DSN at each of their addresses, one after the other. `program` is a name for the server's list of
/// connections.
pub fn survey(config: &Config, program: &str) -> Vec<Survey> {
    let entries = config.target.addresses.iter().map(Host::new);
    entries
        .flat_map(|entry| match entry.resolve(config.connect_timeout) {
            Ok(hosts) => hosts
                .iter()
                .map(|host| of_host(host, entry.is_name(), config, program))
                .collect(),
            Err(error) => vec![unknown(&entry, Some((Topic::Name, error)))],
        })
        .collect()
}

fn unknown(host: &Host, problem: Option<(Topic, Error)>) -> Survey {
    Survey {
        host: host.to_string(),
        ip: host.ip(),
        is_name: host.is_name(),
        login: Duration::ZERO,
        problem,
        facts: None,
    }
}

fn of_host(host: &Host, is_name: bool, config: &Config, program: &str) -> Survey {
    let mut survey = Survey {
        is_name,
        ..unknown(host, None)
    };
    let mut link = probe::link(host, config, program.to_owned());
    let mut facts = Facts::default();
    let began = Instant::now();
    let asked = link.connect().map(drop).and_then(|()| {
        survey.login = began.elapsed();
        link.within(Some(PATIENCE));
        before(&mut link, &mut facts)
    });
    if let Err(error) = asked {
        survey.problem = Some((topic(&error, false), error));
        return survey;
    }
    let problem = probe::health(&mut link, config.auto_create).problem;
    facts.is_node = link.is_node();
    facts.mode = link.server().map(|_| link.mode());
    if problem.is_none() {
        link.within(Some(PATIENCE));
        after(&mut link, &mut facts);
    }
    survey.problem = problem.map(|error| (topic(&error, true), error));
    survey.facts = Some(facts);
    survey
}

/// What is asked before the first packet of a session.
fn before(link: &mut Link, facts: &mut Facts) -> Result<()> {
    let (schema, table) = link.config().table_parts();
    let collector = collector_lock_name(schema, table);
    let table = link.table().to_owned();
    let connection = link.connect()?;
    // What others have set must not change these answers.
    let found = connection.query(
        "SET @rustsql_big=@@sql_big_selects,@rustsql_limit=@@sql_select_limit,sql_big_selects=1,\
         sql_select_limit=18446744073709551615,lock_wait_timeout=1,character_set_results=binary;\
         SELECT @rustsql_big,@rustsql_limit",
    )?;
    facts.before = Values::of(connection.query("SHOW VARIABLES")?.rows());
    for (number, name) in ["sql_big_selects", "sql_select_limit"].into_iter().enumerate() {
        let value = found.rows().first().and_then(|row| row.text(number));
        facts.before.0.insert(name.to_owned(), value.unwrap_or_default());
    }
    connection.query("SET autocommit=1")?;
    facts.global = Values::of(connection.query("SHOW GLOBAL VARIABLES")?.rows());
    facts.status = Values::of(connection.query("SHOW STATUS")?.rows());
    facts.connections.push(connection.id().into());
    facts
        .connections
        .extend(connection.query("SELECT CONNECTION_ID()")?.first_number());
    let seconds = || UNIX_EPOCH.elapsed().unwrap_or_default().as_secs();
    let earlier = seconds();
    let clock = connection.query("SELECT UNIX_TIMESTAMP()")?.first_number();
    let ours = earlier.midpoint(seconds());
    facts.clock_ahead = clock.map_or(0, |clock| clock.cast_signed() - ours.cast_signed());
    facts.account = account(connection).unwrap_or_default();
    // From here on each answer may be an error, since the account lacks a right.
    if let Ok(reply) = connection.query("SHOW GRANTS") {
        facts.grants = reply.rows().iter().filter_map(|row| row.text(0)).collect();
    }
    let attributes = "SELECT 1 FROM performance_schema.session_account_connect_attrs LIMIT 1";
    facts.shows_attributes = connection.query(attributes).is_ok_and(|reply| !reply.rows().is_empty());
    let mut ask = |question: &str| connection.query(question).ok().and_then(|reply| reply.first_number());
    if let Some(owner) = ask(&advisory::owner(&collector)) {
        let is_ours = ask(&advisory::is_owned_by_this_account(&collector)) == Some(1);
        facts.collector = (!is_ours).then_some(owner);
    }
    facts.table = match connection.query(&shape::question(&table)) {
        Err(error) if error.code() == Some(errno::NO_SUCH_TABLE) => Table::Missing,
        Err(_) => Table::Unknown,
        Ok(reply) => {
            let text = reply.rows().first().and_then(|row| row.text(1)).unwrap_or_default();
            Shape::parse(&text).map_or(Table::Unknown, |shape| Table::There {
                engine: shape.engine().to_owned(),
                unindexed: shape.unindexed(),
            })
        }
    };
    if matches!(&facts.table, Table::There { unindexed, .. } if !unindexed.contains(&"expires")) {
        let count = format!(
            "SELECT COUNT(*) FROM (SELECT 1 FROM {table} WHERE expires<UNIX_TIMESTAMP()-86400 LIMIT {MOST_EXPIRED}) expired"
        );
        let counted = connection.query(&count).ok().and_then(|reply| reply.first_number());
        facts.expired_rows = counted.unwrap_or_default();
    }
    Ok(())
}

/// Whether a session has got what its first packet has set. A proxy may have left it out.
fn after(link: &mut Link, facts: &mut Facts) {
    let Some(connection) = link.connection_mut() else {
        return;
    };
    let Ok(reply) = connection.query("SELECT CONNECTION_ID(),@@wait_timeout,@@sql_mode,@@completion_type") else {
        return;
    };
    let Some(row) = reply.rows().first() else { return };
    facts.connections.extend(row.number(0));
    let ttl = link.config().lock_ttl.as_secs_f64().ceil();
    let wanted = [
        (
            "wait_timeout",
            row.number(1).is_some_and(|seconds| seconds as f64 == ttl),
        ),
        (
            "sql_mode",
            row.text(2).is_some_and(|mode| mode.contains("STRICT_ALL_TABLES")),
        ),
        ("completion_type", row.text(3).is_some_and(|how| how == "NO_CHAIN")),
    ];
    facts.not_set = wanted
        .into_iter()
        .filter(|(_, is_set)| !is_set)
        .map(|(name, _)| name)
        .collect();
}

fn topic(error: &Error, logged_in: bool) -> Topic {
    match error {
        Error::Connect { .. } | Error::Config(_) => Topic::Connection,
        Error::Login { .. } => Topic::Login,
        Error::Unsuitable { .. } => Topic::Server,
        Error::UnfitHost { .. } => Topic::Writable,
        Error::TableLocked { .. } => Topic::TableLock,
        // MariaDB says it only after the login.
        Error::Server { source, .. } if source.code() == Some(errno::MUST_CHANGE_PASSWORD) => Topic::Login,
        Error::Schema { source, .. } => match source.as_ref().and_then(|source| source.code()) {
            _ if !logged_in => Topic::Database,
            Some(code) if errno::is_denied(code) => Topic::Rights,
            _ => Topic::Table,
        },
        _ => Topic::Session,
    }
}
