//! A part of `link`: the session variables that are set on the connection, and the facts of its server.

use std::time::Duration;

use super::Link;
use crate::db::server::{Quirks, Server, SessionVariables};
use crate::lock::Mode;
use crate::store::facts::Facts;
use crate::store::sql;
use crate::store::version::Instance;

impl Link {
    /// Sets `innodb_lock_wait_timeout` for the next statements.
    pub fn set_lock_wait(&mut self, seconds: u64) {
        self.lock_wait = seconds;
    }

    pub fn lock_wait(&self) -> Duration {
        Duration::from_secs(self.lock_wait)
    }

    /// The session variables to set in front of the next statement. `None`: they are set already. The caller sends them.
    pub fn variables_to_set(&mut self) -> Option<SessionVariables> {
        let wanted = self.wanted_variables();
        let open = self.open.as_mut()?;
        (open.variables.replace(wanted) != Some(wanted)).then_some(wanted)
    }

    pub fn has_variables_to_set(&self) -> bool {
        let set = self.open.as_ref().and_then(|open| open.variables);
        set != Some(self.wanted_variables())
    }

    fn wanted_variables(&self) -> SessionVariables {
        SessionVariables {
            lock_ttl: self.config.lock_ttl,
            autocommit: self.mode() != Mode::Row,
            lock_wait: self.lock_wait,
            single_byte_charset: self.table.is_ascii(),
            table_wait: self.lock_wait.min(sql::lock_wait_within(self.config.io_timeout)),
        }
    }

    /// True before the first packet of a request: the connection was kept from an earlier request.
    pub fn has_variables(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.variables.is_some())
    }

    /// The variables that were set do not suit the server: they are set again.
    pub fn forget_variables(&mut self) {
        if let Some(open) = &mut self.open {
            open.variables = None;
        }
    }

    /// The first packet is sent again.
    pub fn repeat_first_packet(&mut self) {
        if let Some(open) = &mut self.open {
            open.answered = false;
        }
    }

    pub fn is_first_packet(&self) -> bool {
        self.open.as_ref().is_none_or(|open| !open.answered)
    }

    pub fn first_packet_answered(&mut self) {
        if let Some(open) = &mut self.open {
            open.answered = true;
            if let Some(server) = open.facts.server() {
                open.connection.limit_packets(server.max_allowed_packet);
            }
        }
    }

    /// How sessions are locked on this server. With `rustsql.lock=auto` that is known only once the server was asked.
    pub fn mode(&self) -> Mode {
        match self.config.lock {
            // Only a write that has found a newer version locks, and only for this write.
            Some(Mode::Row) if self.config.merges && !self.locks && !self.holds_session() => Mode::Unlocked,
            Some(mode) => mode,
            None if self.open.as_ref().is_some_and(|open| open.facts.is_node()) => Mode::Row,
            None => Mode::Advisory,
        }
    }

    /// True if the answer to an attempt in `mode` has shown that this server needs the other one. False if the connection was lost.
    pub fn is_in_other_mode(&self, mode: Mode) -> bool {
        self.usable().is_some() && self.mode() != mode
    }

    pub fn server(&self) -> Option<Server> {
        self.open.as_ref()?.facts.server()
    }

    pub fn is_node(&self) -> bool {
        self.server().is_some_and(|server| server.clustered)
    }

    pub fn quirks(&self) -> Quirks {
        self.open.as_ref().map(|open| open.facts.quirks()).unwrap_or_default()
    }

    pub fn instance(&self) -> Instance {
        let facts = self.open.as_ref().map(|open| open.facts.instance());
        facts.unwrap_or(Instance::UNKNOWN)
    }

    /// To note what an answer has shown of the server.
    pub fn facts_mut(&mut self) -> Option<&mut Facts> {
        self.open.as_mut().map(|open| &mut open.facts)
    }

    pub fn learn_packet_limit(&mut self, bytes: usize) {
        if let Some(open) = &mut self.open {
            open.facts.learn_packet_limit(bytes);
            open.connection.limit_packets(bytes);
        }
    }
}
