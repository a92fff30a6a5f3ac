//! Sends one packet to the server, and reads its answer.
//!
//! `lock`, `change`, `collect` and `probe` send their statements here. `first_packet` adds the statements in front of a request's
//! first one; `link` has the connection.

use std::borrow::Cow;
use std::time::Duration;

use super::hold::Hold;
use super::link::Link;
use super::sql;
use crate::db::connection::Connection;
use crate::db::reply::Reply;
use crate::db::statement::Statement;
use crate::error::{Error, Result};

impl Link {
    /// Sends a statement. The packet first sets session variables and releases another session's lock, if necessary. The reply
    /// has the answer to the statement only.
    ///
    /// The first packet of a request is retried, since nothing was executed: on the next host if this one is read-only, on another
    /// connection if a kept one is dead.
    pub fn send(&mut self, statement: &Statement<'_>, timeout: Option<Duration>) -> Result<Reply> {
        self.exchange(statement, timeout, false)
    }

    /// `send` for a statement whose answer has `sql::READ_ONLY`, so the first packet does not query that. The caller looks at it.
    pub fn send_checked(&mut self, statement: &Statement<'_>, timeout: Option<Duration>) -> Result<Reply> {
        self.exchange(statement, timeout, true)
    }

    fn exchange(&mut self, statement: &Statement<'_>, timeout: Option<Duration>, is_checked: bool) -> Result<Reply> {
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
                true => self.send_first(statement, timeout, is_checked)?,
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
            if first && was_kept && reply.error.as_ref().is_some_and(Error::is_lost_without_timeout) {
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

    /// Sends a packet after the first one.
    fn send_next(&mut self, statement: &Statement<'_>, timeout: Option<Duration>) -> Result<Reply> {
        let mut before = Vec::new();
        if self.holds_session() {
            before.extend(self.hold().release().map(Cow::into_owned));
        }
        let releases = !before.is_empty();
        before.extend(
            self.variables_to_set()
                .map(|variables| sql::changed_variables(&variables)),
        );
        let (reply, answers) = self.connect()?.send_after(before, statement, timeout);
        if releases && !answers.is_empty() {
            self.lock_released();
        }
        Ok(reply)
    }

    /// Sends a statement for the locked session, without statements in front. Without a lock (`unlocked`) it may be the first
    /// packet, and is the same as `send`.
    pub fn send_held(&mut self, statement: &Statement<'_>) -> Result<Reply> {
        let time = self.answer_time();
        if !self.holds_session() {
            return self.send(statement, time);
        }
        let row = matches!(self.hold(), Hold::Row { .. });
        let mut reply = self.connect()?.send_statement(statement, time);
        // No other transaction can have locked the row that this one has locked.
        if let Some(error) = reply.error.take_if(|error| row && error.is_wait_timeout()) {
            reply.error = Some(self.explain_wait(error, false));
        }
        self.handle_error(&mut reply);
        Ok(reply)
    }

    /// Releases the lock in a separate packet.
    pub fn release_lock(&mut self) -> Result<()> {
        let nothing = Statement::new("DO 0");
        let io_timeout = Some(self.config().io_timeout);
        self.send(&nothing, io_timeout)?.ok().map(drop)
    }
}
