//! The store on a real server: one connection, made at the first use, and what it holds.
//!
//! Every operation is one packet of statements. What a fresh connection needs to be told rides in its first packet.

use std::rc::Rc;
use std::time::Duration;

use super::sql::Data;
use super::{Expected, Expiry, Found, IfAbsent, Row, Store, Version, Write, schema, sql};
use crate::config::Config;
use crate::config::dsn::Address;
use crate::db::connection::Connection;
use crate::db::errno;
use crate::db::pool::Place;
use crate::db::reply::{Reply, ResultSet};
use crate::error::{Error, Result};
use crate::lock::{Mode, advisory};
use crate::session_id::SessionKey;

/// Data up to this size is sent as text within one packet; above it, as a prepared statement's value, which takes a packet
/// more but is not parsed byte by byte: at 16 KB the server needs half the time for it, at 64 KB too, at 4 KB more.
const LARGEST_LITERAL: usize = 16 << 10;

/// What a statement needs in a packet beside its data.
const STATEMENT_BYTES: usize = 1024;

pub struct Database {
    pub(super) config: Rc<Config>,
    /// Shown to those who wait for this request's lock.
    pub(super) script: String,
    pub(super) table: String,
    pub(super) connection: Option<Connection>,
    /// Where the connection stays until the next request (`rustsql.persistent`).
    pub(super) place: Option<Place>,
    /// Hosts that could not be used since the last one that could.
    pub(super) passed_over: Vec<(Address, Error)>,
    pub(super) held: Option<Held>,
    /// A transaction that found no row to lock is still open.
    pub(super) empty_transaction: bool,
    /// How long the server may let a statement wait for a row, in seconds.
    pub(super) lock_wait: u64,
    /// `auto` as this connection's server decided it.
    pub(super) decided: Option<Mode>,
}

/// What the connection holds.
///
/// | | taken by | given back by |
/// |---|---|---|
/// | `Advisory` | `GET_LOCK` = 1 | `RELEASE_LOCK` in the statement that wrote, in its packet, or in a later one |
/// | `Row` | `SELECT ... FOR UPDATE`, or the claim of an absent row | `COMMIT` in the packet that wrote, or `ROLLBACK` |
///
/// Either ends with the connection at the latest.
pub(super) struct Held {
    pub(super) key: SessionKey,
    pub(super) mode: Mode,
    /// Of the advisory lock.
    pub(super) name: String,
}

impl Held {
    pub(super) fn advisory(key: SessionKey, name: String) -> Self {
        let mode = Mode::Advisory;
        Self { key, mode, name }
    }

    pub(super) fn row(key: SessionKey) -> Self {
        let (mode, name) = (Mode::Row, String::new());
        Self { key, mode, name }
    }
}

impl Database {
    pub fn new(config: Rc<Config>, script: String) -> Self {
        let table = schema::quoted_table(&config);
        let lock_wait = sql::lock_wait_within(config.io_timeout);
        Self {
            config,
            script,
            table,
            connection: None,
            place: None,
            passed_over: Vec::new(),
            held: None,
            empty_transaction: false,
            lock_wait,
            decided: None,
        }
    }

    pub fn connection(&self) -> Option<&Connection> {
        self.connection.as_ref()
    }

    pub(super) fn lock_name(&self, key: SessionKey) -> String {
        let (database, table) = self.config.table_parts();
        key.lock_name(database, table)
    }

    /// Somebody else may be making it at the same time, and MySQL then ends one of the two: there is a table all the same.
    pub(super) fn create_table(&mut self, missing: Error) -> Result<()> {
        let config = Rc::clone(&self.config);
        match schema::create(&config, self.connect()?, missing) {
            Err(error) if error.is_conflict() => Ok(()),
            result => result,
        }
    }

    /// What `sql::select` found. A set of any other shape answers another question: the session may well be there.
    pub(super) fn row_from(&mut self, set: Option<ResultSet>) -> Result<Option<Row>> {
        let Some(set) = set.filter(|set| set.columns == sql::SELECTED) else {
            return Err(self.out_of_step());
        };
        let Some(mut row) = set.rows.into_iter().next() else {
            return Ok(None);
        };
        let numbers = (row.number(0), row.number(1), row.number(2), row.number(4));
        let (Some(version), Some(expires), Some(now), Some(format)) = numbers else {
            return Err(self.out_of_step());
        };
        if format != 0 {
            return Err(Error::Format(u8::try_from(format).unwrap_or(u8::MAX)));
        }
        let Some(data) = row.take_bytes(3) else {
            return Err(self.out_of_step());
        };
        Ok(Some(Row {
            version: Version::from(version),
            expires,
            now,
            data,
        }))
    }

    pub(super) fn out_of_step(&mut self) -> Error {
        let host = self.host();
        self.connection = None;
        self.held = None;
        Error::out_of_step(host)
    }

    pub(super) fn host(&self) -> String {
        self.connection
            .as_ref()
            .map(|connection| connection.host().to_owned())
            .unwrap_or_default()
    }

    /// Sends a statement that changes the held session and gives its advisory lock back, or commits; tells how many rows it
    /// changed.
    fn change(&mut self, key: SessionKey, mut statement: String) -> Result<u64> {
        let clustered = self
            .connection
            .as_ref()
            .and_then(|connection| connection.server.as_ref())
            .is_some_and(|server| server.clustered);
        // Galera ends a losing transaction at any moment, and looks for that at the start of a packet: after an UPDATE in
        // the same packet it would answer a COMMIT of nothing with OK.
        let reply = match self.held_mode(key) {
            Some(Mode::Row) if !clustered => {
                statement.push_str(";COMMIT");
                self.send_held(&statement)?
            }
            _ => self.send_held(&statement)?,
        };
        let affected = self.affected(reply)?;
        if clustered && self.held_mode(key) == Some(Mode::Row) {
            let reply = self.send_held("COMMIT")?;
            self.affected(reply)?;
        }
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
                match self.held().map(|held| held.mode) {
                    // It may have given the lock back before it failed: only the end of the connection is certain.
                    Some(Mode::Advisory) => {
                        self.connection = None;
                        self.held = None;
                    }
                    // It ended the transaction, and the row lock with it, unless only the statement waited too long.
                    Some(Mode::Row) if error.is_conflict() && reply.code != Some(errno::LOCK_WAIT_TIMEOUT) => {
                        self.held = None;
                    }
                    _ => {}
                }
                self.leave_unfit_host(&error);
                Err(error)
            }
        }
    }

    /// What is held: nothing any more once the connection is lost.
    pub(super) fn held(&self) -> Option<&Held> {
        self.held
            .as_ref()
            .filter(|_| self.connection.as_ref().is_some_and(Connection::is_usable))
    }

    pub(super) fn held_mode(&self, key: SessionKey) -> Option<Mode> {
        self.held().filter(|held| held.key == key).map(|held| held.mode)
    }

    /// The lock to give back with a statement that changes the session.
    fn advisory_name(&self, key: SessionKey) -> Option<String> {
        let held = self.held()?;
        (held.key == key && held.mode == Mode::Advisory).then(|| held.name.clone())
    }

    /// Data that is too large for a literal.
    fn save_large(&mut self, key: SessionKey, write: &Write<'_>) -> Result<u64> {
        // `unlocked` alone may come here without a connection that has its settings.
        if !self.connect()?.greeted {
            self.give_back()?;
        }
        let name = self.advisory_name(key);
        let updates = matches!(write.expected, Expected::Version(_));
        let release = name.as_deref().filter(|_| updates);
        let statement = sql::save(&self.table, key, write, Data::Parameter, release);
        let reply = self.connect()?.send_with_value(&statement, write.data);
        let affected = self.affected(reply)?;
        match self.held_mode(key) {
            Some(Mode::Advisory) if affected == 0 => return Ok(0),
            Some(Mode::Advisory) if updates => {}
            Some(Mode::Advisory) => {
                let release = name.as_deref().map(advisory::release).unwrap_or_default();
                self.connect()?.query(&release)?;
            }
            Some(Mode::Row) => {
                self.connect()?.query("COMMIT")?;
            }
            _ => return Ok(affected),
        }
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
        loop {
            let reply = self.send_held(&select)?;
            match reply.error {
                None => {
                    let mut sets = reply.sets;
                    return self.row_from(sets.pop());
                }
                Some(missing) if reply.code == Some(errno::NO_SUCH_TABLE) => {
                    self.create_table(missing)?;
                    return Ok(None);
                }
                // A read waits for no row: it is the node that waits for its cluster.
                Some(error) if reply.code == Some(errno::LOCK_WAIT_TIMEOUT) => self.pass_over(error.into_unfit_host()),
                Some(error) => return Err(error),
            }
        }
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
            let release = self.advisory_name(key);
            let statement = sql::save(&self.table, key, &write, Data::Literal, release.as_deref());
            if statement.len() + STATEMENT_BYTES <= limit {
                affected = Some(self.change(key, statement)?);
            }
        }
        let affected = match affected {
            Some(affected) => affected,
            None if write.data.len() + STATEMENT_BYTES > limit => {
                // The limit may have been raised since the connection was made.
                if let Some(connection) = &mut self.connection {
                    connection.distrust();
                }
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
        let release = self.advisory_name(key);
        let statement = sql::touch(&self.table, key, version, expiry, release.as_deref());
        Ok(self.change(key, statement)? > 0)
    }

    fn delete(&mut self, key: SessionKey) -> Result<()> {
        let release = self.advisory_name(key);
        let statement = sql::delete(&self.table, key, release.as_deref());
        self.change(key, statement)?;
        Ok(())
    }

    fn disconnect(&mut self) {
        self.leave();
    }

    fn collect(&mut self, budget: Option<Duration>) -> Result<u64> {
        super::collect::run(self, budget)
    }

    fn mode(&self) -> Mode {
        self.config.lock.or(self.decided).unwrap_or(Mode::Advisory)
    }

    fn another(&self) -> Self {
        Self::new(Rc::clone(&self.config), self.script.clone())
    }

    fn is_forked(&self) -> bool {
        self.connection.as_ref().is_some_and(Connection::is_forked)
    }
}
