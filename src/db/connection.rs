//! One connection: packets of statements, their answers, and the end. Dropping it ends it, and with it whatever it had locked.
//!
//! Used by `store`, `lock` and `pool`. It decides nothing about sessions, and sends nothing by itself.

use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use mysql::prelude::{Protocol, Queryable};
use mysql::{Conn, QueryResult};

use super::driver_error::code;
use super::fork::{self, Listed};
use super::host::Host;
use super::reply::{Answer, Reply, ResultSet, Row};
use super::server::{Quirks, Server, Settings};
use super::socket::{self, Expected};
use super::statement::Statement;
use super::{errno, login, statement_error};
use crate::config::Config;
use crate::error::{DbError, Error, Result};

/// The mysql crate's buffers grow with an answer and never shrink. A connection is not kept when they may be larger than this.
const LARGEST_KEPT: usize = 4 << 20;

/// How many prepared statements a kept connection has; a request uses two of the three or four that there are for its settings.
const PREPARED: usize = 8;

pub struct Connection {
    /// In front of the socket itself: dropped first.
    listed: Option<Listed>,
    /// `None` once the connection is lost, or out of step with the server.
    inner: Option<Conn>,
    /// `fork::generation` of the process that logged in: a forked child must not touch its parent's socket.
    generation: u32,
    at: Host,
    io_timeout: Duration,
    /// No answer is waited for longer than that.
    deadline: Option<Instant>,
    /// Statements are prepared and stay so, since later requests on this connection send them again.
    prepares: bool,
    prepared: Vec<(String, mysql::Statement)>,
    /// Another request may use it: no statement has failed on it, which may have left a lock or a transaction open.
    reusable: bool,
    /// Whether the server has answered this request's first packet.
    pub first_packet_done: bool,
    pub server: Option<Server>,
    pub quirks: Quirks,
    /// What its session variables were set to last.
    pub settings: Option<Settings>,
}

impl Connection {
    /// `script` names this request to whoever waits for its lock. `None`: the connection serves other requests, too.
    pub fn open(host: &Host, config: &Config, script: Option<&str>) -> Result<Self> {
        let conn = login::log_in(host, config, script.unwrap_or_default())?;
        Ok(Self {
            listed: fork::list(&conn),
            inner: Some(conn),
            generation: fork::generation(),
            at: host.clone(),
            io_timeout: config.io_timeout,
            deadline: None,
            prepares: script.is_none(),
            prepared: Vec::new(),
            reusable: true,
            first_packet_done: false,
            server: None,
            quirks: Quirks::default(),
            settings: None,
        })
    }

    pub fn at(&self) -> &Host {
        &self.at
    }

    /// The host as it is named in messages.
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

    /// The latest time for all answers from now on, whatever time-out each of them has by itself.
    pub fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
    }

    /// Ends it with this request.
    pub fn forbid_reuse(&mut self) {
        self.reusable = false;
    }

    fn note_buffered(&mut self, bytes: usize) {
        self.reusable &= bytes <= LARGEST_KEPT;
    }

    pub fn is_reusable(&self) -> bool {
        self.is_usable() && self.reusable
    }

    /// COM_PING: whether the server is still there.
    pub fn ping(&mut self, timeout: Duration) -> Result<()> {
        self.exchange(Some(timeout), |conn, _| conn.ping()).ok().map(drop)
    }

    /// Sends statements that wait for no lock, within `io_timeout`.
    pub fn query(&mut self, sql: &str) -> Result<Answer> {
        self.send(sql, Some(self.io_timeout)).ok()
    }

    /// Sends one packet of statements and reads all of its answers, within `timeout` altogether.
    pub fn send(&mut self, sql: &str, timeout: Option<Duration>) -> Reply {
        self.exchange(timeout, |conn, sets| collect(conn.query_iter(sql), sets))
    }

    /// The same for one statement. On a persistent connection it is prepared.
    pub fn send_statement(&mut self, statement: &Statement<'_>, timeout: Option<Duration>) -> Reply {
        match self.prepares && statement.has_values() && statement.is_ascii() {
            true => self.execute(statement, timeout),
            false => self.send(&statement.literal(), timeout),
        }
    }

    /// One packet: `before`, and the statement behind it. The answers to `before` come apart from those to the statement.
    pub fn send_behind(
        &mut self,
        before: Vec<String>,
        statement: &Statement<'_>,
        timeout: Option<Duration>,
    ) -> (Reply, Vec<ResultSet>) {
        if before.is_empty() {
            return (self.send_statement(statement, timeout), Vec::new());
        }
        let mut packet = before.join(";");
        packet.push(';');
        packet.push_str(&statement.literal());
        let mut reply = self.send(&packet, timeout);
        let ours = reply.sets.split_off(before.len().min(reply.sets.len()));
        let answers = std::mem::replace(&mut reply.sets, ours);
        (reply, answers)
    }

    /// Sends a prepared statement: its values go over the wire unescaped, and the server need not parse them. It is sent as
    /// text where the server cannot prepare it: `max_prepared_stmt_count` is used up, or a proxy has no prepared statements.
    pub fn execute(&mut self, statement: &Statement<'_>, timeout: Option<Duration>) -> Reply {
        let reusable = self.reusable;
        let (reply, was_prepared) = self.execute_prepared(statement, timeout);
        if was_prepared || !reply.error_code().is_some_and(errno::is_not_prepared) {
            return reply;
        }
        let literal = statement.literal();
        if self
            .server
            .is_some_and(|server| literal.len() >= server.max_allowed_packet)
        {
            return reply;
        }
        self.reusable = reusable;
        self.prepares = false;
        self.send(&literal, timeout)
    }

    fn execute_prepared(&mut self, statement: &Statement<'_>, timeout: Option<Duration>) -> (Reply, bool) {
        self.note_buffered(statement.data_len());
        let (text, values) = statement.prepared();
        let mut prepared = std::mem::take(&mut self.prepared);
        let found = prepared.iter().find(|(known, _)| *known == text);
        let (found, stays) = (found.map(|(_, found)| found.clone()), self.prepares);
        let mut was_prepared = false;
        let reply = self.exchange(timeout, |conn, sets| {
            let (ready, is_new) = match found {
                Some(ready) => (ready, false),
                None => (conn.prep(&text)?, true),
            };
            was_prepared = true;
            let result = collect(conn.exec_iter(&ready, values), sets);
            let mut surplus = is_new.then_some(ready);
            if stays && let Some(ready) = surplus.take() {
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
        socket::end_at(ends.into_iter().chain(self.deadline).min());
        let sets = &mut reply.sets;
        socket::expect_answer();
        // The crate panics on answers that no server gives, as an empty packet.
        let outcome = catch_unwind(AssertUnwindSafe(|| work(conn, sets)));
        let between_packets = socket::is_between_packets();
        let passed_limit = socket::passed_limit();
        self.note_buffered(socket::answered_bytes());
        socket::expect(Expected::Nothing);
        let error = match outcome {
            _ if let Some(limit) = passed_limit => Error::TooLargeToRead {
                host: self.host().to_owned(),
                limit,
            },
            Ok(Ok(())) if between_packets => return reply,
            Ok(Err(error)) if between_packets || code(&error).is_none() => statement_error::sort(error, self.host()),
            _ => Error::out_of_sync(self.host().to_owned()),
        };
        self.reusable = false;
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
    if code(error).is_none() {
        socket::stop();
    }
}
