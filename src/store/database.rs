//! The store on a real server: one connection, made at the first use, and what it holds.
//!
//! Every operation is one packet of statements. What a fresh connection needs to be told rides in its first packet.

use std::time::Duration;

use super::sql::AskClustered;
use super::{Expected, Expiry, Found, IfAbsent, Row, Store, Version, Write, cluster, schema, sql};
use crate::config::Config;
use crate::db::connection::{Connection, Server};
use crate::db::errno;
use crate::db::reply::{Reply, ResultSet};
use crate::error::{Error, Result};
use crate::lock::{Mode, advisory};
use crate::session_id::SessionKey;

/// Data up to this size is sent as text within one packet; above it, as a prepared statement's value, which takes
/// two packets more but sends and parses each byte once.
const LARGEST_LITERAL: usize = 1 << 20;

/// What a statement needs in a packet beside its data.
const STATEMENT_BYTES: usize = 1024;

pub struct Database {
    pub(super) config: Config,
    /// Shown to those who wait for this request's lock.
    script: String,
    pub(super) table: String,
    pub(super) connection: Option<Connection>,
    pub(super) held: Option<Held>,
    /// `auto` as this connection's server decided it.
    decided: Option<Mode>,
}

/// What the connection holds.
///
/// | | taken by | given back by |
/// |---|---|---|
/// | `Advisory` | `GET_LOCK` = 1 | `RELEASE_LOCK` in the packet that wrote, or in the packet of the next lock |
/// | `Row` | `SELECT ... FOR UPDATE`, or the claim of an absent row | `COMMIT` in the packet that wrote, or `ROLLBACK` |
///
/// Either ends with the connection.
pub(super) struct Held {
    pub(super) key: SessionKey,
    pub(super) mode: Mode,
}

impl Database {
    pub fn new(config: Config, script: String) -> Self {
        let table = schema::quoted_table(&config);
        Self {
            config,
            script,
            table,
            connection: None,
            held: None,
            decided: None,
        }
    }

    pub fn connection(&self) -> Option<&Connection> {
        self.connection.as_ref()
    }

    pub(super) fn connect(&mut self) -> Result<&mut Connection> {
        let usable = |connection: &Connection| !connection.is_lost() && !connection.is_forked();
        let connection = match self.connection.take().filter(usable) {
            Some(connection) => connection,
            None => {
                self.held = None;
                let connection = Connection::open(&self.config, &self.script)?;
                self.decided = cluster::recall(connection.host()).0.then_some(Mode::Row);
                connection
            }
        };
        Ok(self.connection.insert(connection))
    }

    pub(super) fn lock_name(&self, key: SessionKey) -> String {
        let (database, table) = self.config.table_parts();
        key.lock_name(database, table)
    }

    /// Sends `statements` behind whatever has to come first: the settings of a fresh connection, the release of
    /// another session's lock. Their answers are taken off the reply.
    pub(super) fn send(&mut self, statements: &str, timeout: Option<Duration>) -> Result<Reply> {
        let auto = self.config.lock.is_none();
        let (lock_ttl, io_timeout) = (self.config.lock_ttl, self.config.io_timeout);
        let release = match self.held() {
            Some(Held {
                key,
                mode: Mode::Advisory,
            }) => advisory::release(&self.lock_name(*key)) + ";",
            Some(Held { mode: Mode::Row, .. }) => "ROLLBACK;".to_owned(),
            _ => String::new(),
        };
        let connection = self.connect()?;
        let fresh = connection.server.is_none();
        let mut packet = String::with_capacity(statements.len() + 1024);
        let mut answers_before = 0;
        if fresh {
            packet.push_str(&sql::session_settings(lock_ttl, io_timeout));
            let ask = match cluster::recall(connection.host()) {
                _ if !auto => AskClustered::No,
                (_, true) => AskClustered::IfFree,
                (_, false) => AskClustered::Yes,
            };
            packet.push_str(&sql::server_facts(ask));
            answers_before += 2;
        } else if !release.is_empty() {
            packet.push_str(&release);
            answers_before += 1;
        }
        packet.push_str(statements);
        let mut reply = connection.send(&packet, timeout);
        let ours = reply.sets.split_off(answers_before.min(reply.sets.len()));
        let before = std::mem::replace(&mut reply.sets, ours);
        if fresh && let Some(facts) = before.get(1).and_then(|set| set.rows.first()) {
            let told = facts.number(1).map(|nodes| nodes > 0);
            if let Some(clustered) = told {
                cluster::remember(connection.host(), clustered);
            }
            let clustered = told.unwrap_or_else(|| cluster::recall(connection.host()).0);
            connection.server = Some(Server {
                max_allowed_packet: facts
                    .number(0)
                    .and_then(|bytes| usize::try_from(bytes).ok())
                    .unwrap_or_default(),
            });
            self.decided = Some(if clustered { Mode::Row } else { Mode::Advisory });
        }
        if before.len() == answers_before {
            self.held = None;
        }
        Ok(reply)
    }

    pub(super) fn create_table(&mut self, missing: Error) -> Result<()> {
        let config = self.config.clone();
        schema::create(&config, self.connect()?, missing)
    }

    /// Gives back what is held, in a packet of its own.
    pub(super) fn give_back(&mut self) -> Result<()> {
        self.send("DO 0", Some(self.config.io_timeout))?.ok().map(drop)
    }

    pub(super) fn row_from(&self, set: Option<ResultSet>) -> Result<Option<Row>> {
        let Some(mut row) = set.and_then(|set| set.rows.into_iter().next()) else {
            return Ok(None);
        };
        let format = row.number(3).unwrap_or_default();
        if format != 0 {
            return Err(Error::Format(u8::try_from(format).unwrap_or(u8::MAX)));
        }
        Ok(Some(Row {
            version: Version::from(row.number(0).unwrap_or_default()),
            expires: row.number(1).unwrap_or_default(),
            now: row.number(2).unwrap_or_default(),
            data: row.take_bytes(4).unwrap_or_default(),
        }))
    }

    pub(super) fn host(&self) -> String {
        self.connection
            .as_ref()
            .map(|connection| connection.host().to_owned())
            .unwrap_or_default()
    }

    /// Sends a statement that changes the held session, and what gives its lock back; tells how many rows it changed.
    fn change(&mut self, key: SessionKey, statement: &str) -> Result<u64> {
        let give_back = match self.held_mode(key) {
            Some(Mode::Advisory) => format!(";{}", advisory::release_if_written(&self.lock_name(key))),
            Some(Mode::Row) => ";COMMIT".to_owned(),
            _ => String::new(),
        };
        let reply = self.send_held(&format!("{statement}{give_back}"))?;
        let affected = self.affected(reply)?;
        if affected > 0 || self.held_mode(key) == Some(Mode::Row) {
            self.held = None;
        }
        Ok(affected)
    }

    /// How many rows the first statement of `reply` changed: none when another request has made the row meanwhile.
    fn affected(&mut self, reply: Reply) -> Result<u64> {
        let affected = reply.sets.first().map(|set| set.affected).unwrap_or_default();
        match reply.error {
            None => Ok(affected),
            Some(_) if reply.code == Some(errno::DUP_ENTRY) => Ok(0),
            Some(error) => {
                // It ended the transaction, and the row lock with it; an advisory lock stays.
                if error.is_deadlock() && self.held().is_some_and(|held| held.mode == Mode::Row) {
                    self.held = None;
                }
                Err(error)
            }
        }
    }

    /// Without a lock (`unlocked`), a fresh connection may still have to be told its settings.
    pub(super) fn send_held(&mut self, packet: &str) -> Result<Reply> {
        let io_timeout = Some(self.config.io_timeout);
        if self.held().is_some() {
            return Ok(self.connect()?.send(packet, io_timeout));
        }
        self.send(packet, io_timeout)
    }

    /// What is held: nothing any more once the connection is lost.
    fn held(&self) -> Option<&Held> {
        self.held.as_ref().filter(|_| {
            self.connection
                .as_ref()
                .is_some_and(|connection| !connection.is_lost() && !connection.is_forked())
        })
    }

    pub(super) fn held_mode(&self, key: SessionKey) -> Option<Mode> {
        self.held().filter(|held| held.key == key).map(|held| held.mode)
    }

    /// Data that is too large for a literal.
    fn save_large(&mut self, key: SessionKey, write: &Write<'_>) -> Result<u64> {
        // `unlocked` alone comes here without a connection that has its settings.
        if self.held().is_none() {
            self.give_back()?;
        }
        let statement = sql::save(&self.table, key, write, "?");
        let reply = self.connect()?.send_with_value(&statement, write.data);
        let affected = self.affected(reply)?;
        if affected == 0 && self.held_mode(key) == Some(Mode::Advisory) {
            return Ok(0);
        }
        let give_back = match self.held_mode(key) {
            Some(Mode::Advisory) => advisory::release(&self.lock_name(key)),
            Some(Mode::Row) => "COMMIT".to_owned(),
            _ => return Ok(affected),
        };
        self.connect()?.query(&give_back)?;
        self.held = None;
        Ok(affected)
    }
}

impl Store for Database {
    fn lock(&mut self, key: SessionKey, if_absent: IfAbsent) -> Result<Found> {
        self.acquire(key, if_absent)
    }

    fn holds(&self, key: SessionKey) -> bool {
        self.held_mode(key).is_some()
    }

    fn peek(&mut self, key: SessionKey) -> Result<Option<Row>> {
        let select = sql::select(&self.table, key);
        let reply = self.send_held(&select)?;
        if reply.code == Some(errno::NO_SUCH_TABLE)
            && let Some(missing) = reply.error
        {
            self.create_table(missing)?;
            return Ok(None);
        }
        let mut sets = reply.ok()?.0;
        self.row_from(sets.pop())
    }

    fn save(&mut self, key: SessionKey, write: Write<'_>) -> Result<bool> {
        let limit = match self
            .connection
            .as_ref()
            .and_then(|connection| connection.server.as_ref())
        {
            Some(server) => server.max_allowed_packet,
            None => usize::MAX,
        };
        let mut affected = None;
        if write.data.len() <= LARGEST_LITERAL {
            let statement = sql::save(&self.table, key, &write, &sql::literal(write.data));
            if statement.len() + STATEMENT_BYTES <= limit {
                affected = Some(self.change(key, &statement)?);
            }
        }
        let affected = match affected {
            Some(affected) => affected,
            None if write.data.len() + STATEMENT_BYTES > limit => {
                return Err(Error::TooLarge {
                    bytes: write.data.len(),
                    limit: format!("max_allowed_packet of {} is {limit}", self.host()),
                });
            }
            None => self.save_large(key, &write)?,
        };
        Ok(affected > 0 || write.expected == Expected::Anything)
    }

    fn touch(&mut self, key: SessionKey, version: Version, expiry: Expiry) -> Result<bool> {
        let statement = sql::touch(&self.table, key, version, expiry);
        Ok(self.change(key, &statement)? > 0)
    }

    fn delete(&mut self, key: SessionKey) -> Result<()> {
        let statement = sql::delete(&self.table, key);
        self.change(key, &statement)?;
        Ok(())
    }

    fn disconnect(&mut self) {
        self.held = None;
        self.connection = None;
    }

    fn collect(&mut self, budget: Option<Duration>) -> Result<u64> {
        super::collect::run(self, budget)
    }

    fn mode(&self) -> Mode {
        self.config.lock.or(self.decided).unwrap_or(Mode::Advisory)
    }

    fn another(&self) -> Self {
        Self::new(self.config.clone(), self.script.clone())
    }

    fn is_forked(&self) -> bool {
        self.connection.as_ref().is_some_and(Connection::is_forked)
    }
}
