//! The store on a real server: its state, and the operations of [`Store`].
//!
//! Made by `php::callbacks`. Every operation is one packet of statements where the session exists. It composes no SQL (`sql`) and
//! sends nothing by itself (`exchange`).

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::held::Held;
use super::{Expected, Expiry, Found, IfAbsent, Instance, Row, Store, Version, Write, schema, sql};
use crate::config::Config;
use crate::db::connection::Connection;
use crate::db::errno;
use crate::db::host::Host;
use crate::db::pool::Place;
use crate::db::server::Server;
use crate::db::statement::Statement;
use crate::error::{Error, Result};
use crate::lock::{LockTimeout, Mode};
use crate::session_id::SessionKey;

pub struct Database {
    pub(super) config: Rc<Config>,
    /// Shown to those who wait for this request's lock.
    pub(super) script: String,
    pub(super) table: String,
    pub(super) connection: Option<Connection>,
    /// Where the connection stays until the next request (`rustsql.persistent`).
    pub(super) place: Option<Place>,
    /// Hosts that could not be used, and why, since the last one that could.
    pub(super) skipped_hosts: Vec<(Host, Error)>,
    pub(super) held: Option<Held>,
    /// A transaction is open: where rows are locked, since the first statement, also if that found no row.
    pub(super) in_transaction: bool,
    /// How long the server may let a statement wait for a row, in seconds.
    pub(super) lock_wait: u64,
    /// The latest time for all answers together.
    pub(super) deadline: Option<Instant>,
    /// The mode for `rustsql.lock=auto`, once it is known whether this connection's server is a node of a cluster.
    pub(super) detected_mode: Option<Mode>,
    /// Which run of a server this connection leads to, once a row was read on it.
    pub(super) instance: Instance,
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
            skipped_hosts: Vec::new(),
            held: None,
            in_transaction: false,
            lock_wait,
            deadline: None,
            detected_mode: None,
            instance: Instance::UNKNOWN,
        }
    }

    pub fn connection(&self) -> Option<&Connection> {
        self.connection.as_ref()
    }

    /// The connected host, as it is named in messages.
    pub(super) fn host(&self) -> String {
        self.connection
            .as_ref()
            .map(|connection| connection.host().to_owned())
            .unwrap_or_default()
    }

    pub(super) fn lock_name(&self, key: SessionKey) -> String {
        let (database, table) = self.config.table_parts();
        key.lock_name(database, table)
    }

    pub(super) fn server(&self) -> Option<&Server> {
        self.connection.as_ref()?.server.as_ref()
    }

    /// The lock that is held: none any more once the connection is lost.
    pub(super) fn held(&self) -> Option<&Held> {
        self.held
            .as_ref()
            .filter(|_| self.connection.as_ref().is_some_and(Connection::is_usable))
    }

    pub(super) fn held_mode(&self, key: SessionKey) -> Option<Mode> {
        self.held().filter(|held| held.key == key).map(|held| held.mode)
    }
}

impl Store for Database {
    fn within(&mut self, time: Option<Duration>) {
        self.deadline = time.and_then(|time| Instant::now().checked_add(time));
        if let Some(connection) = &mut self.connection {
            connection.set_deadline(self.deadline);
        }
    }

    fn lock(&mut self, key: SessionKey, if_absent: IfAbsent, timeout: LockTimeout) -> Result<Found> {
        self.acquire(key, if_absent, timeout)
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
                Some(missing) if missing.code() == Some(errno::NO_SUCH_TABLE) => {
                    self.create_table(missing)?;
                    return Ok(None);
                }
                // A read waits for no row.
                Some(error) if error.is_wait_timeout() => match self.explain_wait(error, false) {
                    error if error.is_unfit_host() => self.skip_host(error),
                    error => return Err(error),
                },
                Some(error) => return Err(error),
            }
        }
    }

    fn save(&mut self, key: SessionKey, write: Write<'_>) -> Result<bool> {
        self.check_size(write.data.len())?;
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
        self.end_request();
    }

    fn collect(&mut self, budget: Option<Duration>) -> Result<u64> {
        super::collect::run(self, budget)
    }

    fn mode(&self) -> Mode {
        self.config.lock.or(self.detected_mode).unwrap_or(Mode::Advisory)
    }

    fn another(&self) -> Self {
        Self::new(Rc::clone(&self.config), self.script.clone())
    }

    fn is_forked(&self) -> bool {
        self.connection.as_ref().is_some_and(Connection::is_forked)
    }
}
