//! One packet to the server and its answer.
//!
//! `acquire`, `change`, `collect` and `probe` send their statements here. What a request's first packet has in front is
//! `first_packet`'s; which host it goes to, `link`'s.

use std::time::Duration;

use super::database::Database;
use super::held::Held;
use super::{Store, known_servers, sql};
use crate::db::connection::Connection;
use crate::db::reply::Reply;
use crate::db::server::Settings;
use crate::db::statement::Statement;
use crate::error::{Error, Result};
use crate::lock::Mode;

impl Database {
    /// Sends a statement in one packet with what has to come first: session variables, the release of another session's lock.
    /// The reply has the answers to the statement alone.
    ///
    /// A request's first packet can be sent again, since nothing has happened yet: to the next host when this one takes no
    /// writes, on another connection when a kept one turns out to be dead.
    pub(super) fn send(&mut self, statement: &Statement<'_>, timeout: Option<Duration>) -> Result<Reply> {
        self.exchange(statement, timeout, false)
    }

    /// The same for a statement that takes a lock: its answer has `sql::READ_ONLY`, so the first packet need not ask for that.
    pub(super) fn send_locking(&mut self, statement: &Statement<'_>, timeout: Option<Duration>) -> Result<Reply> {
        self.exchange(statement, timeout, true)
    }

    fn exchange(&mut self, statement: &Statement<'_>, timeout: Option<Duration>, is_locking: bool) -> Result<Reply> {
        loop {
            let connection = self.connect()?;
            let (first, was_kept) = (!connection.first_packet_done, connection.settings.is_some());
            if first {
                connection.quirks = known_servers::quirks(connection.at());
            }
            let reworded = connection
                .quirks
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
                self.end_connection();
                continue;
            }
            self.in_transaction = self
                .connection
                .as_ref()
                .and_then(|connection| connection.settings)
                .is_some_and(|settings| !settings.autocommit);
            if first && was_kept && reply.error.as_ref().is_some_and(Error::is_quickly_lost) {
                continue;
            }
            match reply.error.take_if(|error| first && error.is_unfit_host()) {
                None => {
                    self.handle_error(&mut reply);
                    self.skipped_hosts.clear();
                    return Ok(reply);
                }
                Some(error) => self.skip_host(error),
            }
        }
    }

    pub(super) fn has_pipelined_login_failed(&self) -> bool {
        let connection = self.connection.as_ref();
        connection.is_some_and(Connection::has_pipelined_login_failed)
    }

    /// A packet behind the first one.
    fn send_next(&mut self, statement: &Statement<'_>, timeout: Option<Duration>) -> Result<Reply> {
        let release = self.held().and_then(Held::release);
        let releases = release.is_some();
        let mut before: Vec<_> = release.into_iter().collect();
        let settings = self.settings();
        let connection = self.connect()?;
        if connection.settings != Some(settings) {
            connection.settings = Some(settings);
            before.push(sql::changed_settings(&settings));
        }
        let (reply, answers) = connection.send_behind(before, statement, timeout);
        if releases && !answers.is_empty() {
            self.held = None;
        }
        Ok(reply)
    }

    /// Sends a statement for the session whose lock is held, with nothing in front. Where no lock is held (`unlocked`), this may
    /// be the first packet: then it is the same as `send`.
    pub(super) fn send_held(&mut self, statement: &Statement<'_>) -> Result<Reply> {
        let io_timeout = Some(self.config.io_timeout);
        if self.held().is_none() {
            return self.send(statement, io_timeout);
        }
        let row = self.held().is_some_and(|held| held.mode == Mode::Row);
        let mut reply = self.connect()?.send_statement(statement, io_timeout);
        // Nobody else can lock the row that is held.
        if let Some(error) = reply.error.take_if(|error| row && error.is_wait_timeout()) {
            reply.error = Some(self.explain_wait(error, false));
        }
        self.handle_error(&mut reply);
        Ok(reply)
    }

    /// Gives back the lock that is held, in a packet of its own.
    pub(super) fn release_lock(&mut self) -> Result<()> {
        let nothing = Statement::new("DO 0".to_owned());
        self.send(&nothing, Some(self.config.io_timeout))?.ok().map(drop)
    }

    /// The session variables that the next statement needs.
    pub(super) fn settings(&self) -> Settings {
        Settings {
            lock_ttl: self.config.lock_ttl,
            autocommit: self.mode() != Mode::Row,
            lock_wait: self.lock_wait,
            single_byte_charset: self.table.is_ascii(),
            table_wait: self.lock_wait.min(sql::lock_wait_within(self.config.io_timeout)),
        }
    }
}
