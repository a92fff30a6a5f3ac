//! The store on a real server: one connection, made at the first use, and what it holds.
//!
//! Every operation is one packet of statements. What a fresh connection needs to be told rides in its first packet.

use std::time::Duration;

use super::sql::AskClustered;
use super::{Expected, Expiry, Found, IfAbsent, Row, Store, Version, Write, cluster, schema, sql};
use crate::config::Config;
use crate::config::dsn::Address;
use crate::db::connection::{Connection, Server};
use crate::db::reply::{Reply, ResultSet};
use crate::db::{errno, hosts};
use crate::error::{DbError, Error, Result};
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
    /// Hosts that could not be used since the last one that could.
    passed_over: Vec<(Address, Error)>,
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
            passed_over: Vec::new(),
            held: None,
            decided: None,
        }
    }

    pub fn connection(&self) -> Option<&Connection> {
        self.connection.as_ref()
    }

    /// The connection, or a new one to the best host that is left.
    pub(super) fn connect(&mut self) -> Result<&mut Connection> {
        let connection = match self.connection.take().filter(Connection::is_usable) {
            Some(connection) => connection,
            None => {
                self.held = None;
                let connection = self.open()?;
                self.decided = cluster::recall(connection.host()).0.then_some(Mode::Row);
                connection
            }
        };
        Ok(self.connection.insert(connection))
    }

    fn open(&mut self) -> Result<Connection> {
        let addresses = &self.config.target.addresses;
        for address in hosts::order(addresses, self.config.retry_after) {
            if self.passed_over.iter().any(|(passed, _)| passed == address) {
                continue;
            }
            match Connection::open(address, &self.config, &self.script) {
                Ok(connection) => return Ok(connection),
                Err(error) => {
                    hosts::failed(addresses, address);
                    self.passed_over.push((address.clone(), error));
                }
            }
        }
        let mut passed_over = std::mem::take(&mut self.passed_over);
        passed_over.sort_by_key(|(passed, _)| addresses.iter().position(|address| address == passed));
        if let [_] = passed_over.as_slice()
            && let Some((_, only)) = passed_over.pop()
        {
            return Err(only);
        }
        let each: Vec<_> = passed_over.iter().map(|(_, error)| error.explain()).collect();
        Err(Error::NoHost(each.join("; ")))
    }

    /// Not this host again until another one was good.
    pub(super) fn pass_over(&mut self, error: Error) {
        let address = self.connection.as_ref().map(|connection| connection.address().clone());
        self.leave_unfit_host(&error);
        if let Some(address) = address {
            self.passed_over.push((address, error));
        }
    }

    /// After an answer that this host cannot do the work, or none at all, others are tried before it.
    fn leave_unfit_host(&mut self, error: &Error) {
        if !error.is_unfit_host() && !error.is_timed_out() {
            return;
        }
        if let Some(connection) = self.connection.take() {
            hosts::failed(&self.config.target.addresses, connection.address());
        }
        self.held = None;
    }

    pub(super) fn lock_name(&self, key: SessionKey) -> String {
        let (database, table) = self.config.table_parts();
        key.lock_name(database, table)
    }

    /// Sends `statements` behind whatever has to come first: the settings of a fresh connection, the release of
    /// another session's lock. Their answers are taken off the reply. On a fresh connection to a host that turns out
    /// to be unfit nothing has happened yet: the next host gets the same packet.
    pub(super) fn send(&mut self, statements: &str, timeout: Option<Duration>) -> Result<Reply> {
        loop {
            let fresh = self.connect()?.server.is_none();
            let mut reply = match fresh {
                true => self.send_first(statements, timeout)?,
                false => self.send_next(statements, timeout)?,
            };
            match reply.error.take_if(|error| fresh && error.is_unfit_host()) {
                None => {
                    if let Some(error) = &reply.error {
                        self.leave_unfit_host(error);
                    }
                    self.passed_over.clear();
                    return Ok(reply);
                }
                Some(error) => self.pass_over(error),
            }
        }
    }

    fn send_next(&mut self, statements: &str, timeout: Option<Duration>) -> Result<Reply> {
        let release = match self.held() {
            Some(Held {
                key,
                mode: Mode::Advisory,
            }) => advisory::release(&self.lock_name(*key)),
            Some(Held { mode: Mode::Row, .. }) => "ROLLBACK".to_owned(),
            _ => return Ok(self.connect()?.send(statements, timeout)),
        };
        let mut reply = self.connect()?.send(&format!("{release};{statements}"), timeout);
        if !reply.sets.is_empty() {
            reply.sets.remove(0);
            self.held = None;
        }
        Ok(reply)
    }

    fn send_first(&mut self, statements: &str, timeout: Option<Duration>) -> Result<Reply> {
        const ANSWERS_BEFORE: usize = 2;
        let config = &self.config;
        let writes = !config.read_only;
        let may_lock_rows = matches!(config.lock, None | Some(Mode::Row));
        let settings = sql::session_settings(config.lock_ttl, config.io_timeout);
        let addresses = config.target.addresses.clone();
        let connection = self.connect()?;
        let ask = match cluster::recall(connection.host()) {
            _ if !may_lock_rows => AskClustered::No,
            (_, true) => AskClustered::IfFree,
            (_, false) => AskClustered::Yes,
        };
        let packet = format!("{settings}{}{statements}", sql::server_facts(ask));
        let mut reply = connection.send(&packet, timeout);
        let ours = reply.sets.split_off(ANSWERS_BEFORE.min(reply.sets.len()));
        let before = std::mem::replace(&mut reply.sets, ours);
        let Some(facts) = before.get(1).and_then(|set| set.rows.first()) else {
            return Ok(reply);
        };
        if writes
            && facts
                .text(2)
                .is_some_and(|read_only| !["0", "OFF"].contains(&read_only.as_str()))
        {
            reply.error = Some(Error::UnfitHost {
                host: connection.host().to_owned(),
                source: DbError::Driver("read_only is on".into()),
            });
            return Ok(reply);
        }
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
            clustered,
        });
        hosts::succeeded(&addresses, connection.address());
        self.decided = Some(if clustered { Mode::Row } else { Mode::Advisory });
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
        let clustered = self
            .connection
            .as_ref()
            .and_then(|connection| connection.server.as_ref())
            .is_some_and(|server| server.clustered);
        let give_back = match self.held_mode(key) {
            Some(Mode::Advisory) => format!(";{}", advisory::release_if_written(&self.lock_name(key))),
            // Galera ends a losing transaction at any moment, and looks for that at the start of a packet: after an
            // UPDATE in the same packet it would answer a COMMIT of nothing with OK.
            Some(Mode::Row) if clustered => String::new(),
            Some(Mode::Row) => ";COMMIT".to_owned(),
            _ => String::new(),
        };
        let reply = self.send_held(&format!("{statement}{give_back}"))?;
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
                // It ended the transaction, and the row lock with it, unless only the statement waited too long. An
                // advisory lock stays.
                let ended = error.is_conflict() && reply.code != Some(errno::LOCK_WAIT_TIMEOUT);
                if ended && self.held().is_some_and(|held| held.mode == Mode::Row) {
                    self.held = None;
                }
                self.leave_unfit_host(&error);
                Err(error)
            }
        }
    }

    /// Without a lock (`unlocked`), a fresh connection may still have to be told its settings.
    pub(super) fn send_held(&mut self, packet: &str) -> Result<Reply> {
        let io_timeout = Some(self.config.io_timeout);
        if self.held().is_none() {
            return self.send(packet, io_timeout);
        }
        let row = self.held().is_some_and(|held| held.mode == Mode::Row);
        let mut reply = self.connect()?.send(packet, io_timeout);
        // Nobody else can lock the row that is held: it is the node that waits for its cluster.
        if row && reply.code == Some(errno::LOCK_WAIT_TIMEOUT) {
            reply.error = reply.error.map(Error::into_unfit_host);
        }
        if let Some(error) = &reply.error {
            self.leave_unfit_host(error);
        }
        Ok(reply)
    }

    /// What is held: nothing any more once the connection is lost.
    fn held(&self) -> Option<&Held> {
        self.held
            .as_ref()
            .filter(|_| self.connection.as_ref().is_some_and(Connection::is_usable))
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
