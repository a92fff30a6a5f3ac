//! The store on a real server: one connection, made at the first use, and what it holds.
//!
//! Every operation is one packet of statements. What a fresh connection needs to be told rides in its first packet.

use std::time::{Duration, Instant};

use super::sql::AskClustered;
use super::{Expected, Expiry, Found, IfAbsent, Row, Store, Version, Write, cluster, schema, sql};
use crate::config::Config;
use crate::db::connection::{Connection, Server};
use crate::db::errno;
use crate::db::reply::{self, Reply, ResultSet};
use crate::error::{Error, Result};
use crate::lock::holder::Holder;
use crate::lock::{LockTimeout, Mode, advisory, row};
use crate::session_id::{SessionKey, collector_lock_name};

/// Data up to this size is sent as text within one packet; above it, as a prepared statement's value, which takes
/// two packets more but sends and parses each byte once.
const LARGEST_LITERAL: usize = 1 << 20;

/// What a statement needs in a packet beside its data.
const STATEMENT_BYTES: usize = 1024;

/// How often a deadlock or a missing table makes a lock begin anew.
const ATTEMPTS: u32 = 5;

pub struct Database {
    config: Config,
    /// Shown to those who wait for this request's lock.
    script: String,
    table: String,
    connection: Option<Connection>,
    held: Option<Held>,
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
struct Held {
    key: SessionKey,
    mode: Mode,
}

/// The settled part of an attempt to lock, or what has to be done before the next.
enum Attempt {
    Done(Found),
    TimedOut(Mode),
    /// Only now did the server say whether it is a node of a cluster: lock in the other mode.
    WrongMode,
    TableMissing(Error),
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

    fn connect(&mut self) -> Result<&mut Connection> {
        if self.connection.as_ref().is_none_or(Connection::is_lost) {
            self.held = None;
            self.connection = None;
            let connection = Connection::open(&self.config, &self.script)?;
            self.decided = cluster::recall(connection.host()).0.then_some(Mode::Row);
            self.connection = Some(connection);
        }
        match &mut self.connection {
            Some(connection) => Ok(connection),
            None => Err(Error::LockDenied {
                host: String::new(),
                why: "there is no connection",
            }),
        }
    }

    fn lock_name(&self, key: SessionKey) -> String {
        let (database, table) = self.config.table_parts();
        key.lock_name(database, table)
    }

    /// Sends `statements` behind whatever has to come first: the settings of a fresh connection, the release of
    /// another session's lock. Their answers are taken off the reply.
    fn send(&mut self, statements: &str, timeout: Option<Duration>) -> Result<Reply> {
        let auto = self.config.lock.is_none();
        let lock_ttl = self.config.lock_ttl;
        let release = match &self.held {
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
            packet.push_str(&sql::session_settings(lock_ttl));
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

    fn attempt(&mut self, key: SessionKey, if_absent: IfAbsent, timeout: LockTimeout) -> Result<Attempt> {
        match self.mode() {
            Mode::Advisory => self.attempt_advisory(key, if_absent, timeout),
            Mode::Row => self.attempt_row(key, if_absent, timeout),
            Mode::Unlocked => Ok(Attempt::Done(match self.peek(key)? {
                Some(row) => Found::Row(row),
                None => Found::Absent { placeholder: None },
            })),
        }
    }

    /// Two statements in one packet: the second reads what the last holder wrote, since each takes its own snapshot.
    fn attempt_advisory(&mut self, key: SessionKey, if_absent: IfAbsent, timeout: LockTimeout) -> Result<Attempt> {
        let name = self.lock_name(key);
        let acquire = match if_absent {
            IfAbsent::Claim => advisory::acquire(&name, timeout),
            IfAbsent::Leave => advisory::acquire_if(&sql::exists(&self.table, key), &name, timeout),
        };
        let statements = format!("{acquire};{}", sql::select(&self.table, key));
        let io_timeout = timeout.with_io(self.config.io_timeout);
        let mut reply = self.send(&statements, io_timeout)?;
        if self.mode() != Mode::Advisory {
            // A lock that was granted all the same is given back by the next packet.
            if granted(&reply.sets) {
                self.held = Some(Held {
                    key,
                    mode: Mode::Advisory,
                });
            }
            return Ok(Attempt::WrongMode);
        }
        let outcome = reply
            .sets
            .first()
            .and_then(|set| set.rows.first())
            .map(|row| row.text(0));
        match outcome {
            Some(Some(outcome)) if outcome == "1" => {
                self.held = Some(Held {
                    key,
                    mode: Mode::Advisory,
                });
            }
            Some(Some(outcome)) if outcome == "-1" => {}
            Some(Some(_)) => return Ok(Attempt::TimedOut(Mode::Advisory)),
            Some(None) => {
                return Err(Error::LockDenied {
                    host: self.host(),
                    why: "GET_LOCK gave NULL: out of memory, or the statement was killed",
                });
            }
            None => {}
        }
        if let Some(error) = reply.error.take() {
            return self.failed_attempt(error, reply.code, Mode::Advisory);
        }
        Ok(Attempt::Done(found(self.row_from(reply.sets.pop())?)))
    }

    fn attempt_row(&mut self, key: SessionKey, if_absent: IfAbsent, timeout: LockTimeout) -> Result<Attempt> {
        let select = row::locking(&sql::select(&self.table, key), timeout);
        let limit = self.lock_wait_setting(timeout);
        let io_timeout = timeout.with_io(self.config.io_timeout);
        let started = Instant::now();
        let mut reply = self.send(&format!("{limit}START TRANSACTION;{select}"), io_timeout)?;
        if self.mode() != Mode::Row {
            // The next packet ends the transaction.
            self.held = Some(Held { key, mode: Mode::Row });
            return Ok(Attempt::WrongMode);
        }
        if let Some(error) = reply.error.take() {
            return self.failed_attempt(error, reply.code, Mode::Row);
        }
        if let Some(row) = self.row_from(reply.sets.pop())? {
            self.held = Some(Held { key, mode: Mode::Row });
            return Ok(Attempt::Done(Found::Row(row)));
        }
        if if_absent == IfAbsent::Leave {
            return Ok(Attempt::Done(Found::Absent { placeholder: None }));
        }
        // A lock on a row that is not there blocks nobody: put one there, which stays ours until this transaction ends.
        let placeholder = Version::new_incarnation();
        let timeout = timeout.remaining(started.elapsed());
        let limit = self.lock_wait_setting(timeout);
        let claim = sql::claim(&self.table, key, placeholder);
        let select = row::locking(&sql::select(&self.table, key), timeout);
        let io_timeout = timeout.with_io(self.config.io_timeout);
        let mut reply = self.send(&format!("{limit}{claim};{select}"), io_timeout)?;
        if let Some(error) = reply.error.take() {
            return self.failed_attempt(error, reply.code, Mode::Row);
        }
        let row = self.row_from(reply.sets.pop())?;
        self.held = Some(Held { key, mode: Mode::Row });
        Ok(Attempt::Done(match row {
            Some(row) if row.version != placeholder => Found::Row(row),
            _ => Found::Absent {
                placeholder: Some(placeholder),
            },
        }))
    }

    /// `SET innodb_lock_wait_timeout`, when the connection has another value.
    fn lock_wait_setting(&mut self, timeout: LockTimeout) -> String {
        let seconds = row::lock_wait_seconds(timeout);
        match &mut self.connection {
            Some(connection) if connection.lock_wait_seconds == Some(seconds) => String::new(),
            Some(connection) => {
                connection.lock_wait_seconds = Some(seconds);
                format!("SET innodb_lock_wait_timeout={seconds};")
            }
            None => format!("SET innodb_lock_wait_timeout={seconds};"),
        }
    }

    /// Gives back what is held, in a packet of its own.
    fn give_back(&mut self) -> Result<()> {
        self.send("DO 0", Some(self.config.io_timeout))?.ok().map(drop)
    }

    fn failed_attempt(&mut self, error: Error, code: Option<u16>, mode: Mode) -> Result<Attempt> {
        match code {
            Some(code) if errno::is_lock_timeout(code) => Ok(Attempt::TimedOut(mode)),
            Some(errno::NO_SUCH_TABLE) => Ok(Attempt::TableMissing(error)),
            _ => Err(error),
        }
    }

    fn timed_out(&mut self, key: SessionKey, mode: Mode, waited: Duration) -> Error {
        let name = self.lock_name(key);
        let holder = match &mut self.connection {
            Some(connection) => {
                if mode == Mode::Row {
                    // The time-out ended the statement, not the transaction. An error here is the next packet's too.
                    let _ = connection.query("ROLLBACK");
                }
                Holder::find(connection, mode, &name, waited.as_secs())
            }
            None => Holder::default(),
        };
        Error::LockTimeout { waited, holder }
    }

    /// Makes the missing table, never inside a transaction: that would commit it.
    fn create_table(&mut self, missing: Error) -> Result<()> {
        let host = self.host();
        let table = self.table.clone();
        let definition = schema::definition(&table);
        let one_line = definition.split_whitespace().collect::<Vec<_>>().join(" ");
        let schema_error = |what: &str, error: Error| match error {
            Error::Server { source, .. } => Error::Schema {
                host: host.clone(),
                what: format!("the table {table} {what}").into(),
                cure: format!("create it: {one_line}").into(),
                source,
            },
            other => other,
        };
        if !self.config.auto_create {
            return Err(schema_error("is missing and rustsql.auto_create is 0", missing));
        }
        let connection = self.connect()?;
        connection.query("ROLLBACK")?;
        connection
            .query(&definition)
            .map_err(|error| schema_error("is missing and cannot be created", error))?;
        Ok(())
    }

    fn row_from(&self, set: Option<ResultSet>) -> Result<Option<Row>> {
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

    fn host(&self) -> String {
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
        let packet = format!("{statement}{give_back}");
        let reply = self.send_held(&packet)?;
        let affected = reply.sets.first().map(|set| set.affected).unwrap_or_default();
        match reply.error {
            Some(_) if reply.code == Some(errno::DUP_ENTRY) => return Ok(0),
            Some(error) => {
                if error.is_deadlock() {
                    self.held = None;
                }
                return Err(error);
            }
            None => {}
        }
        if affected > 0 || self.held_mode(key) == Some(Mode::Row) {
            self.held = None;
        }
        Ok(affected)
    }

    /// Without a lock (`unlocked`), a fresh connection may still have to be told its settings.
    fn send_held(&mut self, packet: &str) -> Result<Reply> {
        let io_timeout = Some(self.config.io_timeout);
        match (&self.held, &mut self.connection) {
            (Some(_), Some(connection)) => Ok(connection.send(packet, io_timeout)),
            _ => self.send(packet, io_timeout),
        }
    }

    fn held_mode(&self, key: SessionKey) -> Option<Mode> {
        self.held.as_ref().filter(|held| held.key == key).map(|held| held.mode)
    }

    /// Data that is too large for a literal.
    fn save_large(&mut self, key: SessionKey, write: &Write<'_>) -> Result<u64> {
        // `unlocked` alone comes here without a connection that has its settings.
        if self.held.is_none() {
            self.give_back()?;
        }
        let statement = sql::save(&self.table, key, write, "?");
        let affected = self.connect()?.send_with_value(&statement, write.data)?;
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

    pub(super) fn gc_lock_name(&self) -> String {
        let (database, table) = self.config.table_parts();
        collector_lock_name(database, table)
    }

    pub(super) fn table(&self) -> &str {
        &self.table
    }

    pub(super) fn query(&mut self, statements: &str, timeout: Option<Duration>) -> Result<Vec<ResultSet>> {
        self.send(statements, timeout)?.ok().map(|reply::Answer(sets)| sets)
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }
}

fn granted(sets: &[ResultSet]) -> bool {
    let outcome = sets.first().and_then(|set| set.rows.first());
    outcome.and_then(|row| row.text(0)).as_deref() == Some("1")
}

fn found(row: Option<Row>) -> Found {
    match row {
        Some(row) => Found::Row(row),
        None => Found::Absent { placeholder: None },
    }
}

impl Store for Database {
    fn lock(&mut self, key: SessionKey, if_absent: IfAbsent) -> Result<Found> {
        let started = Instant::now();
        let mut attempts = 0;
        loop {
            if let Some(mode) = self.held_mode(key) {
                let mut select = sql::select(&self.table, key);
                if mode == Mode::Row {
                    select = row::locking(&select, LockTimeout::Limit(self.config.io_timeout));
                }
                let mut sets = self.send_held(&select)?.ok()?.0;
                return Ok(found(self.row_from(sets.pop())?));
            }
            attempts += 1;
            let timeout = match attempts {
                1 => self.config.lock_timeout,
                _ => self.config.lock_timeout.remaining(started.elapsed()),
            };
            match self.attempt(key, if_absent, timeout) {
                Ok(Attempt::Done(found)) => return Ok(found),
                Ok(Attempt::WrongMode) => self.give_back()?,
                Ok(Attempt::TimedOut(mode)) => return Err(self.timed_out(key, mode, started.elapsed())),
                Ok(Attempt::TableMissing(error)) if attempts < ATTEMPTS => self.create_table(error)?,
                Ok(Attempt::TableMissing(error)) => return Err(error),
                Err(error) if error.is_deadlock() && attempts < ATTEMPTS => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn holds(&self, key: SessionKey) -> bool {
        self.held_mode(key).is_some() && self.connection.as_ref().is_some_and(|connection| !connection.is_lost())
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
