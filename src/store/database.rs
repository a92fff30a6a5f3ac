//! The store on a real server: one connection, made at the first use, and what it holds.
//!
//! Every operation is one packet of statements. What a fresh connection needs to be told rides in its first packet.

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::sql::Change;
use super::{Expected, Expiry, Found, IfAbsent, Instance, Row, Store, Version, Write, known_servers, schema, sql};
use crate::config::Config;
use crate::db::connection::Connection;
use crate::db::errno;
use crate::db::host::Host;
use crate::db::pool::Place;
use crate::db::reply::{Reply, ResultSet};
use crate::db::server::{LARGEST_PACKET, Server};
use crate::db::statement::Statement;
use crate::db::statement_error::is_wait_timeout;
use crate::error::{Error, Result};
use crate::lock::{Mode, advisory};
use crate::session_id::SessionKey;

/// Data up to this size is sent as text within one packet; above it, as a prepared statement's value, which takes a packet
/// more but is not parsed byte by byte: at 16 KB the server needs half the time for it, at 64 KB too, at 4 KB more. What is
/// prepared already, on a kept connection, always goes that way.
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
    pub(super) passed_over: Vec<(Host, Error)>,
    pub(super) held: Option<Held>,
    /// Where rows are locked a transaction is open since the first statement, also if it found no row to lock.
    pub(super) in_transaction: bool,
    /// How long the server may let a statement wait for a row, in seconds.
    pub(super) lock_wait: u64,
    /// When the time for all answers together is over.
    pub(super) until: Option<Instant>,
    /// `auto` as this connection's server decided it.
    pub(super) decided: Option<Mode>,
    /// This connection's server, once a row was read on it.
    pub(super) instance: Instance,
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
            in_transaction: false,
            lock_wait,
            until: None,
            decided: None,
            instance: Instance::UNKNOWN,
        }
    }

    pub fn connection(&self) -> Option<&Connection> {
        self.connection.as_ref()
    }

    pub(super) fn lock_name(&self, key: SessionKey) -> String {
        let (database, table) = self.config.table_parts();
        key.lock_name(database, table)
    }

    /// What `sql::select` found. A set of any other shape answers another question: the session may well be there. An outer
    /// join has NULL where there is no row.
    pub(super) fn row_from(&mut self, set: Option<ResultSet>) -> Result<Option<Row>> {
        let Some(set) = set.filter(|set| [sql::SELECTED, sql::LOCKED, sql::ACQUIRED].contains(&set.columns)) else {
            return Err(self.out_of_step());
        };
        let Some(mut row) = set.rows.into_iter().next() else {
            return Ok(None);
        };
        let Some(instance) = row.number(sql::INSTANCE) else {
            return Err(self.out_of_step());
        };
        self.instance = Instance::from_checksum(instance);
        if [0, 1, 3, 4].iter().all(|at| row.is_null(*at)) {
            return Ok(None);
        }
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

    /// Changes the held session and gives its lock back; tells how many rows it found. Without any, nothing is held any more
    /// either: whether an UPDATE that found none gave the advisory lock back is not certain behind every proxy.
    fn change(&mut self, key: SessionKey, change: Change<'_>) -> Result<u64> {
        let Change { statement, release } = change;
        let behind = self.advisory_name(key).filter(|_| self.logs_statements());
        let release = release.or(behind.as_deref());
        let mode = self.held_mode(key);
        let clustered = self.server().is_some_and(|server| server.clustered);
        // Galera ends a losing transaction at any moment, and looks for that at the start of a packet: after an UPDATE in
        // the same packet it would answer a COMMIT of nothing with OK.
        let most = self.packet_limit().saturating_sub(STATEMENT_BYTES) / 2;
        let by_value = statement.data_len()
            > if statement.is_ascii() {
                LARGEST_LITERAL.min(most)
            } else {
                most
            };
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
            self.give_back()?;
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

    pub(super) fn server(&self) -> Option<&Server> {
        self.connection.as_ref()?.server.as_ref()
    }

    fn logs_statements(&self) -> bool {
        self.connection
            .as_ref()
            .is_some_and(|connection| connection.quirks.statement_binlog)
    }

    /// It may have been raised since the server was asked. A connection has the limit of its beginning: a kept one ends, so
    /// that the next request has the new one.
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

    fn packet_limit(&self) -> usize {
        self.server().map_or(LARGEST_PACKET, |server| server.max_allowed_packet)
    }

    fn send_by_value(&mut self, statement: &Statement<'_>) -> Result<Reply> {
        if !self.connect()?.first_packet_done {
            self.give_back()?;
        }
        let io_timeout = Some(self.config.io_timeout);
        let mut reply = self.connect()?.execute(statement, io_timeout);
        self.look_into(&mut reply);
        Ok(reply)
    }

    /// How many rows the first statement of `reply` changed: none when another request has made the row meanwhile.
    fn affected(&mut self, reply: Reply) -> Result<u64> {
        let affected = reply.sets.first().map(|set| set.affected).unwrap_or_default();
        match reply.error {
            None => Ok(affected),
            Some(_) if reply.code == Some(errno::DUP_ENTRY) => Ok(0),
            Some(error) => {
                let error = match is_wait_timeout(&error) {
                    true => self.explain_wait(error, true),
                    false => error,
                };
                match self.held().map(|held| held.mode) {
                    // A COMMIT that waited has rolled back, an UPDATE has not.
                    _ if error.is_table_locked() => {
                        self.connection = None;
                        self.held = None;
                    }
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

    /// The lock to give back in the statement that changes the session: a binary log of statements would have that in it, and
    /// the server warn of each, with the data.
    fn released_within(&self, key: SessionKey) -> Option<String> {
        self.advisory_name(key).filter(|_| !self.logs_statements())
    }

    /// The lock to give back with a statement that changes the session.
    fn advisory_name(&self, key: SessionKey) -> Option<String> {
        let held = self.held()?;
        (held.key == key && held.mode == Mode::Advisory).then(|| held.name.clone())
    }
}

impl Store for Database {
    fn within(&mut self, time: Option<Duration>) {
        self.until = time.and_then(|time| Instant::now().checked_add(time));
        if let Some(connection) = &mut self.connection {
            connection.set_deadline(self.until);
        }
    }

    fn lock(&mut self, key: SessionKey, if_absent: IfAbsent) -> Result<Found> {
        self.acquire(key, if_absent)
    }

    fn holds(&self, key: SessionKey) -> bool {
        self.held_mode(key).is_some()
    }

    fn peek(&mut self, key: SessionKey) -> Result<Option<Row>> {
        let mut select = sql::select(&self.table, key);
        self.connect()?;
        // A read alone leaves no transaction open.
        let commits = self.held().is_none() && self.mode() == Mode::Row;
        if commits {
            select = Statement::new(format!("{};COMMIT", select.literal()));
        }
        loop {
            let reply = self.send_held(&select)?;
            match reply.error {
                None => {
                    self.in_transaction &= !commits;
                    return self.row_from(reply.sets.into_iter().next());
                }
                Some(missing) if reply.code == Some(errno::NO_SUCH_TABLE) => {
                    self.create_table(missing)?;
                    return Ok(None);
                }
                // A read waits for no row.
                Some(error) if is_wait_timeout(&error) => match self.explain_wait(error, false) {
                    error if error.is_unfit_host() => self.pass_over(error),
                    error => return Err(error),
                },
                Some(error) => return Err(error),
            }
        }
    }

    fn save(&mut self, key: SessionKey, write: Write<'_>) -> Result<bool> {
        if write.data.len() + STATEMENT_BYTES > self.packet_limit() {
            self.ask_packet_limit()?;
        }
        let limit = self.packet_limit();
        if write.data.len() + STATEMENT_BYTES > limit {
            return Err(Error::TooLarge {
                bytes: write.data.len(),
                limit: format!("max_allowed_packet of {} is {limit}", self.host()),
            });
        }
        let release = self.released_within(key);
        let change = sql::save(&self.table, key, &write, release.as_deref());
        let affected = self.change(key, change)?;
        Ok(affected > 0 || write.expected == Expected::Anything)
    }

    fn touch(&mut self, key: SessionKey, version: Version, expiry: Expiry) -> Result<bool> {
        let release = self.released_within(key);
        let change = sql::touch(&self.table, key, version, expiry, release.as_deref());
        Ok(self.change(key, change)? > 0)
    }

    fn delete(&mut self, key: SessionKey) -> Result<()> {
        let release = self.released_within(key);
        let change = sql::delete(&self.table, key, release.as_deref());
        self.change(key, change)?;
        Ok(())
    }

    fn instance(&self) -> Instance {
        self.instance
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
