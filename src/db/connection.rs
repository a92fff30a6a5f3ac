//! One connection: login, packets of statements, and the end.
//!
//! A fresh connection costs its login and no query: what a session needs of it rides in the first packet, which
//! `store::database` composes. Dropping a connection ends it, and with it whatever it had locked.

use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use mysql::consts::CapabilityFlags;
use mysql::prelude::{Protocol, Queryable};
use mysql::{Conn, OptsBuilder, QueryResult};
use r2d2::ManageConnection;
use r2d2_mysql::MySqlConnectionManager;

use super::errno;
use super::fork::{self, Listed};
use super::frames::Frames;
use super::greeting::Greeting;
use super::host::Host;
use super::reply::{Answer, Reply, ResultSet, Row};
use super::socket::{self, Expected};
use super::statement::Statement;
use crate::config::Config;
use crate::config::dsn::Address;
use crate::error::{DbError, Error, Result};

/// The protocol's own limit; the server's is checked before a write, since it ends the connection.
pub const LARGEST_PACKET: usize = 1 << 30;

/// What a kept connection's buffers may hold.
const LARGEST_KEPT: usize = 4 << 20;

/// How many prepared statements a kept connection has; a request uses two of the three or four that there are for its settings.
const PREPARED: usize = 8;

/// Probes that find a server which vanished while this request waited for ever.
const KEEPALIVE_PROBES: u32 = 3;

pub struct Connection {
    /// In front of the socket itself: dropped first.
    listed: Option<Listed>,
    /// `None` once the connection is lost, or out of step with the server.
    inner: Option<Conn>,
    /// Of the process that logged in: a forked child must not touch its parent's socket.
    generation: u32,
    at: Host,
    io_timeout: Duration,
    /// No answer is waited for longer than that.
    until: Option<Instant>,
    /// Kept for more than one request: statements are prepared, and stay so.
    kept: bool,
    prepared: Vec<(String, mysql::Statement)>,
    /// No statement has failed on it, so nothing that nobody knows of is left on it.
    faultless: bool,
    /// Whether this request has had an answer on it.
    pub greeted: bool,
    pub server: Option<Server>,
    pub quirks: Quirks,
    /// What it was set to.
    pub settings: Option<Settings>,
}

/// The settings of a session in the server that depend on ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    pub lock_ttl: Duration,
    /// Off where rows are locked: a transaction then begins by itself, without a statement of its own.
    pub autocommit: bool,
    /// `innodb_lock_wait_timeout`, in seconds.
    pub lock_wait: u64,
    /// What is sent are single bytes, each of them a character. Not where the table has a name for which that is not enough.
    pub bytes: bool,
    /// `lock_wait_timeout`: the same as `lock_wait` for whoever locks the whole table.
    pub table_wait: u64,
}

/// In what a server differs from most: it has to be spoken to in another way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quirks {
    /// Built without Galera's variables, or it shows nobody its own.
    pub bare: bool,
    /// `binlog_format=STATEMENT`: takes no writes in READ COMMITTED, and warns of statements that depend on its state.
    pub logs_statements: bool,
}

/// What the server said of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Server {
    pub max_allowed_packet: usize,
    /// A node of Galera or Group Replication, as far as it was asked.
    pub clustered: bool,
}

impl Connection {
    /// `script` names this request to whoever waits for its lock; `None`: the connection is kept, and serves more than this one.
    pub fn open(host: &Host, config: &Config, script: Option<&str>) -> Result<Self> {
        let options = match host.address() {
            Address::Socket(path) => OptsBuilder::new().socket(Some(path.as_str())),
            Address::Tcp { host: name, port } => {
                let ip = host.ip().map_or_else(|| name.clone(), |ip| ip.to_string());
                OptsBuilder::new().ip_or_hostname(Some(ip)).tcp_port(*port)
            }
        };
        let milliseconds = |duration: Duration| u32::try_from(duration.as_millis().max(1)).unwrap_or(u32::MAX);
        // The kernel takes whole seconds, and none of them is an error.
        let keepalive = config.io_timeout.max(Duration::from_secs(1));
        let target = &config.target;
        let options = options
            .user(target.user.as_deref())
            .pass(target.password.as_deref())
            .db_name(target.database.as_deref())
            .tcp_connect_timeout(Some(config.connect_timeout))
            .tcp_keepalive_time_ms(Some(milliseconds(keepalive)))
            .tcp_keepalive_probe_interval_secs(Some(milliseconds(keepalive).div_ceil(1000)))
            .tcp_keepalive_probe_count(Some(KEEPALIVE_PROBES))
            .tcp_user_timeout_ms(Some(milliseconds(config.io_timeout)))
            // With these the crate asks the server nothing after the login.
            .prefer_socket(false)
            .max_allowed_packet(Some(LARGEST_PACKET))
            .stmt_cache_size(Some(0))
            // Affected rows are those that an UPDATE found, also where it changed nothing in them.
            .additional_capabilities(CapabilityFlags::CLIENT_FOUND_ROWS)
            .connect_attrs(Some([("program_name", script.unwrap_or_default())].into()));
        socket::end_at(Instant::now().checked_add(config.connect_timeout));
        let manager = MySqlConnectionManager::new(options);
        // The crate panics on an authentication plugin that it was not built with, and on an answer that is cut short.
        socket::expect(Expected::Login(Frames::default(), Greeting::default()));
        let conn = catch_unwind(AssertUnwindSafe(|| manager.connect()));
        let unsuitable = socket::unsuitable();
        socket::expect(Expected::Nothing);
        if let Some(name) = unsuitable {
            return Err(Error::Unsuitable {
                host: host.to_string(),
                name,
            });
        }
        let conn = conn.map_err(|_| Error::Login {
            host: host.to_string(),
            cure: errno::UNKNOWN_PLUGIN,
            source: DbError::Driver(
                "its answer is that of an unknown authentication plugin, or of no MySQL server".into(),
            ),
        })?;
        let local = host.ip().is_some_and(|ip| ip.is_loopback());
        let conn = conn.map_err(|error| match errno::at_login(error, host.label()) {
            error if local => errno::at_loopback(error),
            error => error,
        })?;
        Ok(Self {
            listed: fork::list(&conn),
            inner: Some(conn),
            generation: fork::generation(),
            at: host.clone(),
            io_timeout: config.io_timeout,
            until: None,
            kept: script.is_none(),
            prepared: Vec::new(),
            faultless: true,
            greeted: false,
            server: None,
            quirks: Quirks::default(),
            settings: None,
        })
    }

    pub fn at(&self) -> &Host {
        &self.at
    }

    /// As messages have it.
    pub fn host(&self) -> &str {
        self.at.label()
    }

    pub fn id(&self) -> u32 {
        self.inner.as_ref().map(Conn::connection_id).unwrap_or_default()
    }

    pub fn is_usable(&self) -> bool {
        self.inner.is_some() && !self.is_forked()
    }

    pub fn is_forked(&self) -> bool {
        self.generation != fork::generation()
    }

    pub fn io_timeout(&self) -> Duration {
        self.io_timeout
    }

    /// All answers from now on have to come until then, whatever each of them is given by itself.
    pub fn answer_until(&mut self, until: Option<Instant>) {
        self.until = until;
    }

    /// What is known of the server may be out of date: not for another request.
    pub fn distrust(&mut self) {
        self.faultless = false;
    }

    /// The crate has buffers for each connection that grow and never shrink: one that has seen so much is not kept.
    fn buffered(&mut self, bytes: usize) {
        self.faultless &= bytes <= LARGEST_KEPT;
    }

    pub fn is_faultless(&self) -> bool {
        self.is_usable() && self.faultless
    }

    /// Asks whether the server is still there.
    pub fn ping(&mut self, timeout: Duration) -> Result<()> {
        self.exchange(Some(timeout), |conn, _| conn.ping()).ok().map(drop)
    }

    /// Statements that wait for nobody.
    pub fn query(&mut self, sql: &str) -> Result<Answer> {
        self.send(sql, Some(self.io_timeout)).ok()
    }

    /// One packet of statements and all of its answers. They have to have come within `timeout`, all of them.
    pub fn send(&mut self, sql: &str, timeout: Option<Duration>) -> Reply {
        self.exchange(timeout, |conn, sets| collect(conn.query_iter(sql), sets))
    }

    /// The same for one statement. It is prepared where that pays: it has been before, or will be again.
    pub fn send_statement(&mut self, statement: &Statement<'_>, timeout: Option<Duration>) -> Reply {
        match self.kept && statement.has_values() && statement.is_ascii() {
            true => self.execute(statement, timeout),
            false => self.send(&statement.literal(), timeout),
        }
    }

    /// As a prepared statement: its values go over the wire once and unescaped, and the server need not parse them. As text
    /// where no statement can be prepared: all that the server has room for are in use, or a proxy knows none.
    pub fn execute(&mut self, statement: &Statement<'_>, timeout: Option<Duration>) -> Reply {
        let faultless = self.faultless;
        let (reply, was_prepared) = self.execute_prepared(statement, timeout);
        if was_prepared || !reply.code.is_some_and(errno::is_not_prepared) {
            return reply;
        }
        let literal = statement.literal();
        if self
            .server
            .is_some_and(|server| literal.len() >= server.max_allowed_packet)
        {
            return reply;
        }
        self.faultless = faultless;
        self.kept = false;
        self.send(&literal, timeout)
    }

    fn execute_prepared(&mut self, statement: &Statement<'_>, timeout: Option<Duration>) -> (Reply, bool) {
        self.buffered(statement.data_len());
        let (text, values) = statement.prepared();
        let mut prepared = std::mem::take(&mut self.prepared);
        let found = prepared.iter().find(|(known, _)| *known == text);
        let (found, kept) = (found.map(|(_, found)| found.clone()), self.kept);
        let mut was_prepared = false;
        let reply = self.exchange(timeout, |conn, sets| {
            let (ready, is_new) = match found {
                Some(ready) => (ready, false),
                None => (conn.prep(&text)?, true),
            };
            was_prepared = true;
            let result = collect(conn.exec_iter(&ready, values), sets);
            let mut surplus = is_new.then_some(ready);
            if kept && let Some(ready) = surplus.take() {
                surplus = (prepared.len() == PREPARED).then(|| prepared.remove(0).1);
                prepared.push((text, ready));
            }
            // Needs no answer.
            result.and(surplus.map_or(Ok(()), |surplus| conn.close(surplus)))
        });
        self.prepared = prepared;
        (reply, was_prepared)
    }

    fn exchange(
        &mut self,
        timeout: Option<Duration>,
        work: impl FnOnce(&mut Conn, &mut Vec<ResultSet>) -> mysql::Result<()>,
    ) -> Reply {
        let mut reply = Reply::default();
        let Some(conn) = self.inner.as_mut() else {
            reply.error = Some(Error::ConnectionLost {
                host: self.host().to_owned(),
                source: DbError::Driver("it had been closed".into()),
            });
            return reply;
        };
        let ends = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        socket::end_at(ends.into_iter().chain(self.until).min());
        let sets = &mut reply.sets;
        socket::expect_answer();
        // The crate panics on answers that no server gives, as an empty packet.
        let outcome = catch_unwind(AssertUnwindSafe(|| work(conn, sets)));
        let between_packets = socket::is_between_packets();
        let passed_limit = socket::passed_limit();
        self.buffered(socket::answered_bytes());
        socket::expect(Expected::Nothing);
        let error = match outcome {
            _ if let Some(limit) = passed_limit => Error::TooLargeToRead {
                host: self.host().to_owned(),
                limit,
            },
            Ok(Ok(())) if between_packets => return reply,
            Ok(Err(error)) if between_packets || errno::code(&error).is_none() => {
                reply.code = errno::code(&error);
                errno::at_statement(error, self.host())
            }
            _ => Error::out_of_step(self.host().to_owned()),
        };
        self.faultless = false;
        // Also after a time-out of the socket: an answer to the old question may still come.
        if error.is_connection_lost() || passed_limit.is_some() {
            self.listed = None;
            self.inner = None;
        }
        reply.error = Some(error);
        reply
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.is_forked() {
            // Closing it properly would send the server a goodbye on the parent's behalf.
            std::mem::forget(self.inner.take());
        }
    }
}

/// Walks every result set: the crate's shorter calls swallow the error of a second statement.
fn collect<P: Protocol>(
    result: mysql::Result<QueryResult<'_, '_, '_, P>>,
    sets: &mut Vec<ResultSet>,
) -> mysql::Result<()> {
    // Its destructor reads on. What panicked once would do so again then, and a second panic ends the process.
    let mut result = ManuallyDrop::new(result?);
    let outcome = walk(&mut result, sets);
    drop(ManuallyDrop::into_inner(result));
    outcome
}

fn walk<P: Protocol>(result: &mut QueryResult<'_, '_, '_, P>, sets: &mut Vec<ResultSet>) -> mysql::Result<()> {
    while let Some(set) = result.iter() {
        let affected = set.affected_rows();
        let columns = set.columns().as_ref().len();
        let mut rows = Vec::new();
        for row in set {
            rows.push(Row(row.inspect_err(stop_reading)?));
        }
        sets.push(ResultSet {
            rows,
            columns,
            affected,
        });
    }
    Ok(())
}

/// Behind an error that is not the server's, the crate would read on to the end of an answer that may have none.
fn stop_reading(error: &mysql::Error) {
    if errno::code(error).is_none() {
        socket::stop();
    }
}
