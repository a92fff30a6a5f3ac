//! A part of `link`: the lock that was asked for without waiting for the answer. `lock::ahead` decides when, and what it means.

use std::borrow::Cow;
use std::time::Duration;

use super::Link;
use crate::db::reply::Reply;
use crate::db::statement::Statement;
use crate::error::{Error, Result};
use crate::session_id::SessionKey;
use crate::store::hold::{Asked, Hold};
use crate::store::{Instance, known_servers, sql};

impl Link {
    /// Whether the connection is ready for it: its login is complete, and nothing has to be asked of its server. Opens a
    /// connection, which may be a kept one, if connections are kept.
    pub fn is_ready_to_ask(&mut self) -> Result<bool> {
        if self.usable().is_none() && !self.config.persistent {
            return Ok(false);
        }
        self.connect()?;
        let knows_table = !self.is_first_packet() || self.knows_good_table();
        let takes_two_commands = self.takes_two_commands();
        let Some(open) = &mut self.open else { return Ok(false) };
        if !open.answered {
            open.facts.recall_quirks();
            open.facts.recall_server();
        }
        let facts = &open.facts;
        Ok(knows_table
            && takes_two_commands
            && open.asked.is_none()
            && open.variables.is_some()
            && facts.instance() != Instance::UNKNOWN
            && facts.quirks() == Default::default()
            && facts.server().is_some_and(|server| !server.clustered))
    }

    /// Sends the statement that takes the lock `hold`, and does not wait for the answer.
    pub fn ask(&mut self, statement: &Statement<'_>, hold: Hold, mut asked: Asked) -> Result<()> {
        let is_first = self.is_first_packet();
        let mut before = Vec::new();
        if self.holds_session() {
            before.extend(self.hold().release().map(Cow::into_owned));
        }
        let quirks = self.quirks();
        before.extend(self.variables_to_set().map(|variables| match is_first {
            true => sql::session_variables(&variables, quirks),
            false => sql::changed_variables(&variables),
        }));
        asked.before = before.len();
        self.lock_taken(hold);
        self.first_packet_answered();
        let connection = self.connect()?;
        let sent = match before.is_empty() {
            true => connection.send_ahead(statement),
            false => {
                before.push(statement.literal().into_owned());
                connection.send_ahead(&Statement::new(before.join(";")))
            }
        };
        if let Some(open) = &mut self.open {
            open.asked = Some(asked);
        }
        sent
    }

    /// Call this after `error`, with which an answer failed although a second command was sent before it.
    pub fn was_sent_behind(&mut self, error: Option<&Error>) {
        if error.is_some_and(Error::is_lost_without_timeout)
            && let Some(connection) = self.connection()
        {
            known_servers::send_one_at_a_time(connection.at());
        }
    }

    pub fn takes_two_commands(&self) -> bool {
        let connection = self.connection();
        connection.is_some_and(|connection| !known_servers::takes_one_at_a_time(connection.at()))
    }

    pub fn asked(&self) -> Option<&Asked> {
        self.usable()?.asked.as_ref()
    }

    pub fn has_asked(&self, key: SessionKey) -> bool {
        self.asked().is_some_and(|asked| asked.key == key)
    }

    /// The answer to `ask`, without those before it. `None`: it did not come, or nothing was asked.
    pub fn take_asked(&mut self) -> Option<(Asked, Option<Reply>)> {
        let open = self.open.as_mut()?;
        let asked = open.asked.take()?;
        let mut reply = open.connection.take_late();
        if let Some(reply) = &mut reply {
            reply.sets.drain(..asked.before.min(reply.sets.len()));
        }
        Some((asked, reply))
    }

    /// The longest time until the answer to a statement that waits for no lock. The lock that was asked for comes first.
    pub fn answer_time(&self) -> Option<Duration> {
        match self.asked() {
            Some(asked) => asked.time,
            None => Some(self.config.io_timeout),
        }
    }
}
