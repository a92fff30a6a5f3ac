//! A statement that changes a session, and the end of its lock: in one statement, one packet, or two.
//!
//! Called by `database` for save, touch and delete; `sql` composes the statement.

use super::database::Database;
use super::known_servers;
use super::sql::Change;
use crate::db::reply::Reply;
use crate::db::server::LARGEST_PACKET;
use crate::db::statement::Statement;
use crate::error::{Error, Result};
use crate::lock::{Mode, advisory};
use crate::session_id::SessionKey;

/// Larger data is sent as the value of a prepared statement. That takes one more packet on a fresh connection, but the server
/// does not parse the data byte by byte: from 16 KB on it needs half the time, at 4 KB more than with text. On a persistent
/// connection, where the statement is prepared already, data of any size is sent that way.
const LARGEST_LITERAL: usize = 16 << 10;

/// What a statement needs in a packet beside its data.
const STATEMENT_BYTES: usize = 1024;

impl Database {
    /// Changes the held session, gives its lock back and returns how many rows the statement found. The lock is given back also
    /// when it found none: an UPDATE releases an advisory lock only in a row that it finds.
    pub(super) fn change(&mut self, key: SessionKey, change: Change<'_>) -> Result<u64> {
        let Change { statement, release } = change;
        let released_behind = self.advisory_name(key).filter(|_| self.has_statement_binlog());
        let release = release.or(released_behind.as_deref());
        let mode = self.held_mode(key);
        let clustered = self.server().is_some_and(|server| server.clustered);
        // Text may need two bytes for each byte of the data.
        let most = self.packet_limit().saturating_sub(STATEMENT_BYTES) / 2;
        let largest_literal = if statement.is_ascii() {
            LARGEST_LITERAL.min(most)
        } else {
            most
        };
        let by_value = statement.data_len() > largest_literal;
        // A node of Galera may roll a transaction back at any moment, and says so at the start of the next packet. A COMMIT in
        // the same packet as its UPDATE would commit nothing and be answered with OK.
        let apart = by_value || clustered && mode == Some(Mode::Row);
        let then = match (mode, release) {
            (Some(Mode::Row), _) => Some("COMMIT".to_owned()),
            (_, Some(name)) => Some(advisory::release(name)),
            (_, None) => None,
        };
        let reply = match &then {
            _ if by_value => self.send_by_value(&statement)?,
            Some(then) if !apart => self.send_held(&Statement::new(format!("{};{then}", statement.literal())))?,
            _ => self.send_held(&statement)?,
        };
        let given_back = release.is_some() && reply.error.is_none();
        let affected = self.affected(reply)?;
        if mode == Some(Mode::Advisory) && affected == 0 && !given_back {
            self.release_lock()?;
            return Ok(0);
        }
        if let Some(then) = then.filter(|_| apart) {
            let reply = self.send_held(&Statement::new(then))?;
            self.affected(reply)?;
        }
        if mode.is_some() {
            self.held = None;
            self.in_transaction = false;
        }
        Ok(affected)
    }

    fn send_by_value(&mut self, statement: &Statement<'_>) -> Result<Reply> {
        if !self.connect()?.first_packet_done {
            self.release_lock()?;
        }
        let io_timeout = Some(self.config.io_timeout);
        let mut reply = self.connect()?.execute(statement, io_timeout);
        self.handle_error(&mut reply);
        Ok(reply)
    }

    /// Fails when data of this size does not fit into a packet.
    pub(super) fn check_size(&mut self, bytes: usize) -> Result<()> {
        if bytes + STATEMENT_BYTES > self.packet_limit() {
            self.ask_packet_limit()?;
        }
        let limit = self.packet_limit();
        if bytes + STATEMENT_BYTES > limit {
            let limit = format!("max_allowed_packet of {} is {limit}", self.host());
            return Err(Error::TooLarge { bytes, limit });
        }
        Ok(())
    }

    fn packet_limit(&self) -> usize {
        self.server().map_or(LARGEST_PACKET, |server| server.max_allowed_packet)
    }

    /// The limit may have been raised since the server was asked. A connection keeps the limit that it began with, so a
    /// persistent one ends with this request: the next request then has the new limit.
    fn ask_packet_limit(&mut self) -> Result<()> {
        let Some(connection) = &mut self.connection else {
            return Ok(());
        };
        connection.forbid_reuse();
        known_servers::forget(connection.at());
        let limit = connection.query("SELECT @@max_allowed_packet")?.first_number();
        if let (Some(limit), Some(server)) = (
            limit.and_then(|bytes| usize::try_from(bytes).ok()),
            &mut connection.server,
        ) {
            server.max_allowed_packet = limit;
        }
        Ok(())
    }

    /// The advisory lock that the statement which changes the session gives back itself. None with `binlog_format=STATEMENT`: the
    /// server would write a warning for each RELEASE_LOCK() in an UPDATE, with the session's data, to its error log.
    pub(super) fn released_within(&self, key: SessionKey) -> Option<String> {
        self.advisory_name(key).filter(|_| !self.has_statement_binlog())
    }

    /// The name of the session's advisory lock, if that is held.
    fn advisory_name(&self, key: SessionKey) -> Option<String> {
        let held = self.held()?;
        (held.key == key && held.mode == Mode::Advisory).then(|| held.name.clone())
    }

    fn has_statement_binlog(&self) -> bool {
        self.connection
            .as_ref()
            .is_some_and(|connection| connection.quirks.statement_binlog)
    }
}
