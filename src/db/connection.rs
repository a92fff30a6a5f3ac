//! One connection: sends packets of statements and reads their answers. Dropping it closes it, which releases its locks.
//!
//! Used by `store` and `pool`. It decides nothing about sessions, and sends nothing by itself.

use std::time::{Duration, Instant};

use super::driver::{self, Client, Late, Parameter, Prepared};
use super::driver_error::code;
use super::fork::{self, Listed};
use super::host::Host;
use super::reply::{Answer, Reply, ResultSet};
use super::statement::Statement;
use super::{errno, login, statement_error};
use crate::config::Config;
use crate::counters::{self, Counter, Timer};
use crate::error::{DbError, Error, Result};

/// The most prepared statements of a kept connection. A request uses two of them; a site, with its new, changed, unchanged, read-only
/// and destroyed sessions, nine.
const PREPARED: usize = 12;

pub struct Connection {
    /// This field is before the socket, so that it is dropped first.
    listed: Option<Listed>,
    /// `None` once the connection is lost, or out of step with the server.
    inner: Option<Client>,
    /// `fork::generation` of the process that logged in: a forked child must not touch its parent's socket.
    generation: u32,
    at: Host,
    io_timeout: Duration,
    /// The deadline of all answers.
    deadline: Option<Instant>,
    /// Statements are prepared, since later requests on this connection send them again.
    prepares: bool,
    prepared: Vec<(String, Prepared)>,
    /// A statement with values was sent ahead.
    has_sent_ahead: bool,
    /// Another request may use the connection. False after a failed statement, which may leave a lock or a transaction.
    reusable: bool,
    /// The login was sent with the first packet and failed, so nothing of that packet was executed.
    pipelined_login_failed: bool,
    /// The server's `max_allowed_packet`, after it was read.
    packet_limit: Option<usize>,
}

impl Connection {
    /// `script` is the name of this request's script, for the warning of a request that waits for its lock. `None`: the connection
    /// serves other requests, too.
    pub fn open(host: &Host, config: &Config, script: Option<&str>) -> Result<Self> {
        let client = login::log_in(host, config, script.unwrap_or_default())?;
        counters::count(Counter::Connects);
        Ok(Self {
            listed: fork::list(client.descriptor()),
            inner: Some(client),
            generation: fork::generation(),
            at: host.clone(),
            io_timeout: config.io_timeout,
            deadline: None,
            prepares: script.is_none(),
            prepared: Vec::new(),
            has_sent_ahead: false,
            reusable: true,
            pipelined_login_failed: false,
            packet_limit: None,
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
        self.inner.as_ref().map(Client::connection_id).unwrap_or_default()
    }

    pub fn is_usable(&self) -> bool {
        self.inner.is_some() && !self.is_forked()
    }

    pub fn has_pipelined_login_failed(&self) -> bool {
        self.pipelined_login_failed
    }

    pub fn is_forked(&self) -> bool {
        self.generation != fork::generation()
    }

    pub fn io_timeout(&self) -> Duration {
        self.io_timeout
    }

    /// Sets a deadline for all answers from now on, in addition to the timeout of each.
    pub fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
    }

    /// The server takes no larger packets.
    pub fn limit_packets(&mut self, bytes: usize) {
        self.packet_limit = Some(bytes);
    }

    /// Makes the connection end with this request.
    pub fn forbid_reuse(&mut self) {
        self.reusable = false;
    }

    pub fn is_reusable(&self) -> bool {
        self.is_usable() && self.reusable
    }

    /// Sends a statement, and does not wait for the answer. The next packet reads it, or [`Self::read_late`] or [`Self::settle`].
    /// One with values must return no rows. A kept connection prepares it, but not the first one: to prepare takes a wait, once.
    pub fn send_ahead(&mut self, statement: &Statement<'_>) -> Result<()> {
        let timeout = Some(self.io_timeout);
        let is_first = statement.has_values() && !std::mem::replace(&mut self.has_sent_ahead, true);
        if self.prepares(statement) && !is_first {
            let reusable = self.reusable;
            let send = |client: &mut Client,
                        statement: &mut Prepared,
                        values: &[Parameter<'_>],
                        _: &mut Vec<ResultSet>| { client.send_execution(statement, values) };
            let (reply, was_prepared) = self.execute_prepared(statement, send, timeout);
            if was_prepared || !reply.error_code().is_some_and(errno::is_not_prepared) {
                return reply.ok().map(drop);
            }
            self.reusable = reusable;
            self.prepares = false;
        }
        let sql = statement.literal();
        self.exchange(timeout, |client, _| client.send(&sql)).ok().map(drop)
    }

    /// Reads the answers to [`Self::send_ahead`] that have not been read yet.
    pub fn read_late(&mut self, timeout: Option<Duration>) -> Result<()> {
        self.exchange(timeout, |client, _| client.read_late()).ok().map(drop)
    }

    /// The oldest answer to [`Self::send_ahead`] that was read and not taken yet.
    pub fn take_late(&mut self) -> Option<Reply> {
        self.late_reply(0)
    }

    fn late_reply(&mut self, place: usize) -> Option<Reply> {
        let Late { sets, error } = self.inner.as_mut()?.take_late(place)?;
        let error = error.map(|error| statement_error::sort(error, self.host()));
        self.reusable &= error.is_none();
        Some(Reply { sets, error })
    }

    /// Reads all answers to [`Self::send_ahead`]. After an error the connection must end: what it holds is unknown.
    pub fn settle(&mut self, timeout: Duration) -> Result<()> {
        self.exchange(Some(timeout), |client, _| client.settle()).ok().map(drop)
    }

    /// COM_PING: checks whether the server answers.
    pub fn ping(&mut self, timeout: Duration) -> Result<()> {
        self.exchange(Some(timeout), |client, _| client.ping()).ok().map(drop)
    }

    /// Sends statements that do not wait for a lock, and reads the answers within `io_timeout`.
    pub fn query(&mut self, sql: &str) -> Result<Answer> {
        self.send(sql, Some(self.io_timeout)).ok()
    }

    /// `query` outside a transaction. `None`: the account may not see that, which says nothing against the connection.
    pub fn query_if_allowed(&mut self, sql: &str) -> Result<Option<Answer>> {
        let reusable = self.reusable;
        match self.query(sql) {
            Err(error) if error.code().is_some_and(errno::is_denied) => {
                self.reusable = reusable;
                Ok(None)
            }
            answer => answer.map(Some),
        }
    }

    /// Sends one packet of statements, and reads all answers within `timeout`.
    pub fn send(&mut self, sql: &str, timeout: Option<Duration>) -> Reply {
        self.exchange(timeout, |client, sets| client.query(sql, sets))
    }

    /// Whether [`Self::send_statement`] prepares the statement.
    pub fn prepares(&self, statement: &Statement<'_>) -> bool {
        self.prepares && statement.has_values() && statement.is_ascii()
    }

    /// `send` for one statement. On a kept connection it is prepared.
    pub fn send_statement(&mut self, statement: &Statement<'_>, timeout: Option<Duration>) -> Reply {
        match self.prepares(statement) {
            true => self.execute(statement, timeout),
            false => self.send(&statement.literal(), timeout),
        }
    }

    /// Sends the statements `before` and then the statement in one packet. Returns the answers to `before` separately.
    pub fn send_after(
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

    /// Sends a prepared statement: its values are not escaped, and the server does not parse them. It sends text if the server
    /// cannot prepare it: `max_prepared_stmt_count` is reached, or a proxy has no prepared statements.
    pub fn execute(&mut self, statement: &Statement<'_>, timeout: Option<Duration>) -> Reply {
        let reusable = self.reusable;
        let (reply, was_prepared) = self.execute_prepared(statement, Client::execute, timeout);
        if was_prepared || !reply.error_code().is_some_and(errno::is_not_prepared) {
            return reply;
        }
        let literal = statement.literal();
        if self.packet_limit.is_some_and(|limit| literal.len() >= limit) {
            return reply;
        }
        self.reusable = reusable;
        self.prepares = false;
        self.send(&literal, timeout)
    }

    /// Sends a prepared statement that returns no rows, and `then` behind it without a wait. The server executes `then` also if
    /// the statement fails. Returns both answers. The second one is `None` if `then` was not sent or not answered.
    pub fn execute_and(
        &mut self,
        statement: &Statement<'_>,
        then: &str,
        timeout: Option<Duration>,
    ) -> (Reply, Option<Reply>) {
        let reusable = self.reusable;
        let place = self.inner.as_ref().map_or(0, Client::late);
        let send_both =
            |client: &mut Client, statement: &mut Prepared, values: &[Parameter<'_>], sets: &mut Vec<ResultSet>| {
                client.queue_execution(statement, values)?;
                client.query(then, sets)
            };
        let (reply, was_prepared) = self.execute_prepared(statement, send_both, timeout);
        if !was_prepared && reply.error_code().is_some_and(errno::is_not_prepared) {
            self.reusable = reusable;
            return (self.execute(statement, timeout), None);
        }
        match self.late_reply(place) {
            Some(first) => (first, Some(reply)),
            None => (reply, None),
        }
    }

    /// Prepares the statement, if it is not prepared yet, and executes it by `execute`. False: it could not be prepared.
    fn execute_prepared(
        &mut self,
        statement: &Statement<'_>,
        execute: impl Fn(&mut Client, &mut Prepared, &[Parameter<'_>], &mut Vec<ResultSet>) -> driver::Result<()>,
        timeout: Option<Duration>,
    ) -> (Reply, bool) {
        let values = statement.parameters();
        let mut prepared = std::mem::take(&mut self.prepared);
        let place = prepared.iter().position(|(known, _)| statement.is_prepared_as(known));
        let (stays, mut was_prepared) = (self.prepares, place.is_some());
        let reply = self.exchange(timeout, |client, sets| {
            if let Some(place) = place {
                return execute(client, &mut prepared[place].1, &values, sets);
            }
            let text = statement.prepared();
            let mut ready = client.prepare(&text)?;
            was_prepared = true;
            let result = execute(client, &mut ready, &values, sets);
            let surplus = match stays {
                true => {
                    let surplus = (prepared.len() == PREPARED).then(|| prepared.remove(0).1);
                    prepared.push((text, ready));
                    surplus
                }
                false => Some(ready),
            };
            result.and(surplus.map_or(Ok(()), |surplus| client.close(surplus)))
        });
        self.prepared = prepared;
        (reply, was_prepared)
    }

    fn exchange(
        &mut self,
        timeout: Option<Duration>,
        work: impl FnOnce(&mut Client, &mut Vec<ResultSet>) -> driver::Result<()>,
    ) -> Reply {
        let mut reply = Reply::default();
        let Some(client) = self.inner.as_mut() else {
            reply.error = Some(Error::ConnectionLost {
                host: self.host().to_owned(),
                source: DbError::Driver("it was closed after an earlier error".into()),
            });
            return reply;
        };
        let end = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        client.set_deadline(end.into_iter().chain(self.deadline).min());
        let started = Instant::now();
        let result = work(client, &mut reply.sets);
        // A wait for a lock has a longer timeout.
        if timeout.is_some_and(|timeout| timeout <= self.io_timeout) {
            counters::time(Timer::RoundTrip, started.elapsed());
        }
        let Err(error) = result else { return reply };
        self.reusable = false;
        self.pipelined_login_failed = client.is_logging_in();
        if self.pipelined_login_failed {
            login::pipelining_failed(&self.at);
        }
        // This includes a timeout: the answer may still arrive later.
        let out_of_step = code(&error).is_none();
        let error = statement_error::sort(error, self.host());
        if out_of_step || self.pipelined_login_failed || error.is_connection_lost() {
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
            // A proper close would send COM_QUIT on the parent's connection.
            std::mem::forget(self.inner.take());
        }
    }
}
