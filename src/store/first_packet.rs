//! A request's first packet on a connection: what goes in front of its statement, and what the answers to that say.
//!
//! | in front | when | a bad answer |
//! |---|---|---|
//! | `SET` of the session variables | they are not set like that already | |
//! | what the server is (`sql::server_facts`) | unless the statement asks it itself, and it is known | another host, if it is read-only |
//! | the table's shape (`shape`) | once a minute for each process | an error |
//!
//! Called by `exchange` alone, which sends the packet again where this says so. It must not cost a packet of its own.

use std::rc::Rc;
use std::time::Duration;

use super::database::Database;
use super::{known_servers, shape, sql};
use crate::db::errno;
use crate::db::hosts;
use crate::db::reply::{Reply, ResultSet};
use crate::db::server::Server;
use crate::db::statement::Statement;
use crate::error::{Error, Result};
use crate::lock::Mode;

impl Database {
    /// `is_locking`: see `send_locking`.
    pub(super) fn send_first(
        &mut self,
        statement: &Statement<'_>,
        timeout: Option<Duration>,
        is_locking: bool,
    ) -> Result<Reply> {
        let config = Rc::clone(&self.config);
        let settings = self.settings();
        self.connect()?;
        let Some(connection) = &mut self.connection else {
            return Err(self.out_of_sync());
        };
        let quirks = connection.quirks;
        let known = known_servers::recall(connection.at());
        let fresh = known.filter(|(_, fresh)| *fresh).map(|(server, _)| server);
        connection.server = fresh;
        let mut before = Vec::new();
        if connection.settings != Some(settings) {
            connection.settings = Some(settings);
            before.push(sql::session_settings(&settings, quirks));
        }
        let ask_facts = !is_locking || fresh.is_none();
        if ask_facts {
            before.push(sql::server_facts(fresh.is_none(), quirks));
        }
        let asked = before.len();
        let ask_shape = !known_servers::is_good_table(connection.at(), &self.table);
        if ask_shape {
            before.push(shape::question(&self.table));
        }
        let (mut reply, answers) = connection.send_behind(before, statement, timeout);
        if self.has_pipelined_login_failed() {
            return Ok(reply);
        }
        let Some(connection) = &mut self.connection else {
            return Err(self.out_of_sync());
        };
        if answers.len() < asked
            && !quirks.no_cluster_variables
            && reply.error_code().is_some_and(errno::is_missing_name)
        {
            connection.quirks.no_cluster_variables = true;
            known_servers::remember_quirks(connection.at(), connection.quirks);
            connection.settings = None;
            return Ok(reply);
        }
        if ask_facts {
            let was_clustered = known.is_some_and(|(server, _)| server.clustered);
            if !self.learn_facts(&mut reply, answers.get(asked - 1), was_clustered)? {
                return Ok(reply);
            }
        }
        let Some(connection) = &mut self.connection else {
            return Err(self.out_of_sync());
        };
        let clustered = connection.server.is_some_and(|server| server.clustered);
        self.detected_mode = Some(if clustered { Mode::Row } else { Mode::Advisory });
        let shape = ask_shape.then(|| answers.get(asked)).flatten();
        match shape.and_then(|set| set.rows.first()?.text(1)) {
            // An account that has its rights on columns may not ask.
            None if ask_shape && reply.error_code().is_some_and(errno::is_denied) => {
                known_servers::remember_good_table(connection.at(), &self.table);
                return self.send_first(statement, timeout, is_locking);
            }
            Some(text) if reply.error.as_ref().is_none_or(|error| !error.is_worth_another_try()) => {
                let row_locks = config.lock.map_or(clustered, |mode| mode == Mode::Row);
                match shape::check(&text, &self.table, row_locks) {
                    Ok(true) => known_servers::remember_good_table(connection.at(), &self.table),
                    Ok(false) => {}
                    Err(defect) => {
                        reply.error = Some(defect.at(connection.host(), &self.table, reply.error));
                        return Ok(reply);
                    }
                }
            }
            _ => {}
        }
        if reply.error.as_ref().is_none_or(|error| !error.is_connection_lost()) {
            connection.first_packet_done = true;
            if reply.error.as_ref().is_none_or(|error| !error.is_unfit_host()) {
                hosts::succeeded(&config.target, connection.at());
            }
        }
        Ok(reply)
    }

    /// Reads the answer to `sql::server_facts`. False: the host cannot be used, or told nothing, and `reply` has the error.
    fn learn_facts(&mut self, reply: &mut Reply, answer: Option<&ResultSet>, was_clustered: bool) -> Result<bool> {
        let facts = answer.and_then(|set| set.rows.first());
        let limit = facts.and_then(|facts| usize::try_from(facts.number(0)?).ok());
        let (Some(facts), Some(max_allowed_packet), Some(connection)) = (facts, limit, &mut self.connection) else {
            return match reply.error {
                Some(_) => Ok(false),
                None => Err(self.out_of_sync()),
            };
        };
        if facts.is_on(2) && !self.config.read_only {
            let error = Error::read_only(connection.host().to_owned());
            hosts::failed(&self.config, connection.at(), &error);
            reply.error = Some(error);
            return Ok(false);
        }
        let clustered = facts.number(1).map(|nodes| nodes > 0);
        let server = Server {
            max_allowed_packet,
            clustered: clustered.unwrap_or(was_clustered),
        };
        connection.server = Some(server);
        // Else it was not asked, and what was known grows no younger.
        if clustered.is_some() {
            known_servers::remember(connection.at(), server);
        }
        let statement_binlog = facts.is_on(3);
        if statement_binlog != connection.quirks.statement_binlog {
            connection.quirks.statement_binlog = statement_binlog;
            known_servers::remember_quirks(connection.at(), connection.quirks);
            // A packet for a binary log of statements is right for one of rows as well, and has been executed.
            if statement_binlog {
                connection.settings = None;
            }
        }
        Ok(true)
    }

    /// Whether the first packet has shown that the server needs other statements in it. What it did is then undone, and it has
    /// to be sent again.
    pub(super) fn undo_unsuited_packet(&mut self) -> bool {
        let Some(connection) = self.connection.as_mut().filter(|open| open.settings.is_none()) else {
            return false;
        };
        connection.first_packet_done = false;
        // If this fails the connection is lost.
        let _ = connection.query("ROLLBACK;DO RELEASE_ALL_LOCKS()");
        true
    }

    /// An answer has shown that the server is a node of a cluster.
    pub(super) fn learn_clustered(&mut self) {
        if let Some(connection) = &mut self.connection
            && let Some(mut server) = connection.server
        {
            server.clustered = true;
            connection.server = Some(server);
            known_servers::remember(connection.at(), server);
        }
        self.detected_mode = Some(Mode::Row);
    }
}
