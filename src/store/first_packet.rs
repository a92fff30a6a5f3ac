//! A request's first packet on a connection: the statements in front of the request's own, and their answers.
//!
//! | statement in front | when | after a bad answer |
//! |---|---|---|
//! | `SET` of the session variables | unless they have these values already | |
//! | the server's properties (`sql::server_facts`) | unless they are known, and the statement queries `read_only` | another host, if it is read-only |
//! | the table's shape (`shape`) | once a minute for each process | an error |
//!
//! Called by `exchange` alone, which sends the packet again if necessary. These statements must not cost a round trip.

use std::time::Duration;

use super::link::Link;
use super::{known_servers, shape, sql};
use crate::db::errno;
use crate::db::hosts;
use crate::db::reply::{Reply, ResultSet};
use crate::db::server::{Quirks, Server};
use crate::db::statement::Statement;
use crate::error::{Error, Result};
use crate::lock::Mode;

impl Link {
    /// `is_checked`: see `send_checked`.
    pub fn send_first(
        &mut self,
        statement: &Statement<'_>,
        timeout: Option<Duration>,
        is_checked: bool,
    ) -> Result<Reply> {
        let quirks = self.quirks();
        let known = self.facts_mut().and_then(|facts| facts.recall_server());
        let is_fresh = self.server().is_some();
        let mut before = Vec::new();
        before.extend(
            self.variables_to_set()
                .map(|variables| sql::session_variables(&variables, quirks)),
        );
        let ask_facts = !is_checked || !is_fresh;
        if ask_facts {
            before.push(sql::server_facts(!is_fresh, quirks));
        }
        let asked = before.len();
        let ask_shape = !self.knows_good_table();
        if ask_shape {
            before.push(shape::question(self.table()));
        }
        let (mut reply, answers) = self.connect()?.send_after(before, statement, timeout);
        if self.has_pipelined_login_failed() {
            return Ok(reply);
        }
        if answers.len() < asked
            && !quirks.no_cluster_variables
            && reply.error_code().is_some_and(errno::is_missing_name)
        {
            let no_cluster_variables = true;
            self.learn_quirks(Quirks {
                no_cluster_variables,
                ..quirks
            });
            self.forget_variables();
            return Ok(reply);
        }
        if ask_facts {
            let was_node = known.is_some_and(|server| server.clustered);
            if !self.learn_facts(&mut reply, answers.get(asked - 1), was_node)? {
                return Ok(reply);
            }
        }
        let shape = ask_shape.then(|| answers.get(asked)).flatten();
        match shape.and_then(|set| set.rows.first()?.text(1)) {
            // An account with privileges on columns only may not read it.
            None if ask_shape && reply.error_code().is_some_and(errno::is_denied) => {
                self.remember_good_table();
                return self.send_first(statement, timeout, is_checked);
            }
            Some(text) if reply.error.as_ref().is_none_or(|error| !error.is_retryable()) => {
                let row_locks = self.mode() == Mode::Row;
                match shape::check(&text, self.table(), row_locks) {
                    Ok(true) => self.remember_good_table(),
                    Ok(false) => {}
                    Err(defect) => {
                        reply.error = Some(defect.at(&self.host(), self.table(), reply.error));
                        return Ok(reply);
                    }
                }
            }
            _ => {}
        }
        if reply.error.as_ref().is_none_or(|error| !error.is_connection_lost()) {
            self.first_packet_answered();
            if reply.error.as_ref().is_none_or(|error| !error.is_unfit_host())
                && let Some(connection) = self.connection()
            {
                hosts::succeeded(&self.config().target, connection.at());
            }
        }
        Ok(reply)
    }

    /// Reads the answer to `sql::server_facts`. False: the host cannot be used or did not answer, and `reply` has the error.
    fn learn_facts(&mut self, reply: &mut Reply, answer: Option<&ResultSet>, was_node: bool) -> Result<bool> {
        let facts = answer.and_then(|set| set.rows.first());
        let limit = facts.and_then(|facts| usize::try_from(facts.number(0)?).ok());
        let (Some(facts), Some(max_allowed_packet), Some(connection)) = (facts, limit, self.connection()) else {
            return match reply.error {
                Some(_) => Ok(false),
                None => Err(self.out_of_sync()),
            };
        };
        if facts.is_on(2) && !self.config().read_only {
            let error = Error::read_only(connection.host().to_owned());
            hosts::failed(self.config(), connection.at(), &error);
            reply.error = Some(error);
            return Ok(false);
        }
        let asked = facts.number(1).map(|nodes| nodes > 0);
        let server = Server {
            max_allowed_packet,
            clustered: asked.unwrap_or(was_node),
        };
        if let Some(facts) = self.facts_mut() {
            match asked {
                Some(_) => facts.learn_server(server),
                None => facts.learn_part(server),
            }
        }
        let (quirks, statement_binlog) = (self.quirks(), facts.is_on(3));
        if statement_binlog != quirks.statement_binlog {
            self.learn_quirks(Quirks {
                statement_binlog,
                ..quirks
            });
            // The packet for binlog_format=STATEMENT is also correct for ROW, and was executed.
            if statement_binlog {
                self.forget_variables();
            }
        }
        Ok(true)
    }

    fn learn_quirks(&mut self, quirks: Quirks) {
        if let Some(facts) = self.facts_mut() {
            facts.learn_quirks(quirks);
        }
    }

    pub fn knows_good_table(&self) -> bool {
        self.connection()
            .is_some_and(|connection| known_servers::is_good_table(connection.at(), self.table()))
    }

    fn remember_good_table(&self) {
        if let Some(connection) = self.connection() {
            known_servers::remember_good_table(connection.at(), self.table());
        }
    }

    /// Whether the answer shows that the server needs another first packet. This one is then rolled back, and must be sent again.
    pub fn undo_unsuited_packet(&mut self) -> bool {
        if self.has_variables() {
            return false;
        }
        self.repeat_first_packet();
        let Some(connection) = self.connection_mut() else {
            return false;
        };
        // If this fails, the connection is lost.
        let _ = connection.query("ROLLBACK;DO RELEASE_ALL_LOCKS()");
        true
    }
}
