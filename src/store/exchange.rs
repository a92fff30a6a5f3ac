//! One packet to the server and its answer.
//!
//! `lock`, `change`, `collect` and `probe` send their statements here. What a request's first packet has in front is
//! `first_packet`'s; which connection it goes over, `link`'s.

use std::time::Duration;

use super::hold::Hold;
use super::link::Link;
use super::sql;
use crate::db::connection::Connection;
use crate::db::reply::Reply;
use crate::db::statement::Statement;
use crate::error::{Error, Result};

impl Link {
    /// Sends a statement in one packet with what has to come first: session variables, the release of another session's lock.
    /// The reply has the answers to the statement alone.
    ///
    /// A request's first packet can be sent again, since nothing has happened yet: to the next host when this one takes no
    /// writes, on another connection when a kept one turns out to be dead.
    pub fn send(&mut self, statement: &Statement<'_>, timeout: Option<Duration>) -> Result<Reply> {
        self.exchange(statement, timeout, false)
    }

    /// The same for a statement that takes a lock: its answer has `sql::READ_ONLY`, so the first packet need not ask for that.
    pub fn send_locking(&mut self, statement: &Statement<'_>, timeout: Option<Duration>) -> Result<Reply> {
        self.exchange(statement, timeout, true)
    }

    fn exchange(&mut self, statement: &Statement<'_>, timeout: Option<Duration>, is_locking: bool) -> Result<Reply> {
        loop {
            self.connect()?;
            let (first, was_kept) = (self.is_first_packet(), self.has_variables());
            if first && let Some(facts) = self.facts_mut() {
                facts.recall_quirks();
            }
            let reworded = self
                .quirks()
                .no_cluster_variables
                .then(|| statement.without(sql::IS_NODE));
            let statement = reworded.as_ref().unwrap_or(statement);
            let mut reply = match first {
                true => self.send_first(statement, timeout, is_locking)?,
                false => self.send_next(statement, timeout)?,
            };
            if first && self.undo_unsuited_packet() {
                continue;
            }
            if self.has_pipelined_login_failed() {
                // The next connection has an ordinary login, whose error tells what is wrong.
                self.end();
                continue;
            }
            self.statements_executed();
            if first && was_kept && reply.error.as_ref().is_some_and(Error::is_quickly_lost) {
                continue;
            }
            match reply.error.take_if(|error| first && error.is_unfit_host()) {
                None => {
                    self.handle_error(&mut reply);
                    self.host_answered_well();
                    return Ok(reply);
                }
                Some(error) => self.skip_host(error),
            }
        }
    }

    pub fn has_pipelined_login_failed(&self) -> bool {
        let connection = self.connection();
        connection.is_some_and(Connection::has_pipelined_login_failed)
    }

    /// A packet behind the first one.
    fn send_next(&mut self, statement: &Statement<'_>, timeout: Option<Duration>) -> Result<Reply> {
        let mut before = Vec::new();
        if self.holds_session() {
            before.extend(self.hold().release().map(str::to_owned));
        }
        let releases = !before.is_empty();
        before.extend(
            self.variables_to_set()
                .map(|variables| sql::changed_variables(&variables)),
        );
        let (reply, answers) = self.connect()?.send_behind(before, statement, timeout);
        if releases && !answers.is_empty() {
            self.lock_released();
        }
        Ok(reply)
    }

    /// Sends a statement for the session whose lock is held, with nothing in front. Where no lock is held (`unlocked`), this may
    /// be the first packet: then it is the same as `send`.
    pub fn send_held(&mut self, statement: &Statement<'_>) -> Result<Reply> {
        let io_timeout = Some(self.config().io_timeout);
        if !self.holds_session() {
            return self.send(statement, io_timeout);
        }
        let row = matches!(self.hold(), Hold::Row { .. });
        let mut reply = self.connect()?.send_statement(statement, io_timeout);
        // Nobody else can lock the row that is held.
        if let Some(error) = reply.error.take_if(|error| row && error.is_wait_timeout()) {
            reply.error = Some(self.explain_wait(error, false));
        }
        self.handle_error(&mut reply);
        Ok(reply)
    }

    /// Gives back the lock that is held, in a packet of its own.
    pub fn release_lock(&mut self) -> Result<()> {
        let nothing = Statement::new("DO 0".to_owned());
        let io_timeout = Some(self.config().io_timeout);
        self.send(&nothing, io_timeout)?.ok().map(drop)
    }
}
