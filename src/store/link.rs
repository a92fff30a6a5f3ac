//! A request's connection: what it holds, what it was told, what its server said, and its end.
//!
//! `exchange` and `first_packet` send over it; `lock` and `change` say what it holds. Nobody else writes a field of it: a method
//! says what has happened. A connection that is lost takes its hold with it. To which host it goes is `route`'s. It sends no
//! statement but the last one, which gives a lock back.

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::hold::Hold;
use super::route::Route;
use super::said::Said;
use super::version::Instance;
use super::{known_servers, schema, sql};
use crate::config::Config;
use crate::db::connection::Connection;
use crate::db::pool::Kept;
use crate::db::server::{Quirks, Server, SessionVariables};
use crate::error::{Error, Result};
use crate::lock::Mode;
use crate::session_id::SessionKey;

pub struct Link {
    config: Rc<Config>,
    table: String,
    route: Route,
    open: Option<Open>,
    /// The latest time for all answers together.
    deadline: Option<Instant>,
    /// How long the server may let a statement wait for a row, in seconds.
    lock_wait: u64,
}

/// What ends with the connection.
struct Open {
    connection: Connection,
    hold: Hold,
    /// What the server was told last. `None`: nothing yet, or what does not suit it.
    told: Option<SessionVariables>,
    said: Said,
    /// The server has answered this request's first packet.
    answered: bool,
}

impl Open {
    fn new(connection: Connection, told: Option<SessionVariables>) -> Self {
        let said = Said::nothing_yet(connection.at());
        Self {
            connection,
            hold: Hold::Nothing,
            told,
            said,
            answered: false,
        }
    }

    fn is_usable(&self) -> bool {
        self.connection.is_usable()
    }
}

/// The connection.
impl Link {
    pub fn new(config: Rc<Config>, script: String) -> Self {
        let table = schema::quoted_table(&config);
        let lock_wait = sql::lock_wait_within(config.io_timeout);
        Self {
            route: Route::new(Rc::clone(&config), script),
            config,
            table,
            open: None,
            deadline: None,
            lock_wait,
        }
    }

    /// With a connection of its own.
    pub fn another(&self) -> Self {
        Self {
            config: Rc::clone(&self.config),
            table: self.table.clone(),
            route: self.route.another(),
            open: None,
            deadline: None,
            lock_wait: sql::lock_wait_within(self.config.io_timeout),
        }
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Its name as SQL.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// How long all answers together may take from now on.
    pub fn within(&mut self, time: Option<Duration>) {
        self.deadline = time.and_then(|time| Instant::now().checked_add(time));
        if let Some(open) = &mut self.open {
            open.connection.set_deadline(self.deadline);
        }
    }

    /// This request's connection, or a new one to the best host that has not been skipped.
    pub fn connect(&mut self) -> Result<&mut Connection> {
        let open = match self.open.take().filter(Open::is_usable) {
            Some(open) => open,
            None => {
                let began = Instant::now();
                let (connection, told) = self.route.open()?;
                let mut open = Open::new(connection, told);
                self.deadline = self.deadline.and_then(|deadline| deadline.checked_add(began.elapsed()));
                open.connection.set_deadline(self.deadline);
                open
            }
        };
        Ok(&mut self.open.insert(open).connection)
    }

    /// The one that is open, or was until it was lost.
    pub fn connection(&self) -> Option<&Connection> {
        self.open.as_ref().map(|open| &open.connection)
    }

    pub fn connection_mut(&mut self) -> Option<&mut Connection> {
        self.open.as_mut().map(|open| &mut open.connection)
    }

    /// The connected host, as it is named in messages.
    pub fn host(&self) -> String {
        let host = self.connection().map(|connection| connection.host().to_owned());
        host.unwrap_or_default()
    }

    /// Skips this host until another one has answered well.
    pub fn skip_host(&mut self, error: Error) {
        let host = self.connection().map(|connection| connection.at().clone());
        self.drop_unfit_host(&error);
        if let Some(host) = host {
            self.route.skip(host, error);
        }
    }

    /// This host can be used.
    pub fn answered_well(&mut self) {
        self.route.skip_none();
    }

    /// Ends the connection to a host that takes no writes or does not answer, and forgets what was known of it.
    pub fn drop_unfit_host(&mut self, error: &Error) {
        if !error.is_unfit_host() && !error.is_timed_out() {
            return;
        }
        if let Some(connection) = self.connection() {
            known_servers::forget(connection.at());
        }
        self.end();
    }

    /// An answer that does not belong to the statement ends the connection: no later one could be trusted.
    pub fn out_of_sync(&mut self) -> Error {
        let host = self.host();
        self.end();
        Error::out_of_sync(host)
    }

    pub fn end(&mut self) {
        self.open = None;
    }

    /// Ends the request's work. The connection is kept for the next request, or ends, and with it all that it holds.
    pub fn end_request(&mut self) {
        let Some(mut open) = self.open.take() else { return };
        let Some(mut place) = self.route.take_place() else {
            return;
        };
        if let Some(release) = open.hold.release()
            && open.connection.is_reusable()
        {
            // If this fails the connection is not kept, and its end gives the lock back.
            let _ = open.connection.send_release(release);
        }
        if let Some(told) = open.told
            && open.connection.is_reusable()
            && open.answered
        {
            open.connection.set_deadline(None);
            let connection = open.connection;
            place.fill(&self.config, Kept { connection, told });
        }
    }
}

/// What it holds.
impl Link {
    fn usable(&self) -> Option<&Open> {
        self.open.as_ref().filter(|open| open.is_usable())
    }

    /// Nothing any more once the connection is lost.
    pub fn hold(&self) -> &Hold {
        self.usable().map_or(&Hold::Nothing, |open| &open.hold)
    }

    pub fn holds_session(&self) -> bool {
        self.hold().session().is_some()
    }

    /// How this session is locked.
    pub fn held(&self, key: SessionKey) -> Option<Mode> {
        let (held, mode) = self.hold().session()?;
        (held == key).then_some(mode)
    }

    pub fn has_taken(&mut self, hold: Hold) {
        if let Some(open) = &mut self.open {
            open.hold = hold;
        }
    }

    /// The lock was given back, the transaction has ended.
    pub fn has_given_back(&mut self) {
        self.has_taken(Hold::Nothing);
    }

    /// The server has ended the transaction, and with it a row's lock. The next statement begins another.
    pub fn has_lost_row(&mut self) {
        if let Hold::Row { .. } = self.hold() {
            self.has_taken(Hold::Transaction);
        }
    }

    /// Statements were executed. Without autocommit they began a transaction, unless it was open already.
    pub fn has_executed(&mut self) {
        if let Some(open) = &mut self.open
            && open.hold.session().is_none()
        {
            open.hold = match open.told {
                Some(told) if !told.autocommit => Hold::Transaction,
                _ => Hold::Nothing,
            };
        }
    }
}

/// What it was told, and what the server said.
impl Link {
    /// The next statements may wait so many seconds for a row.
    pub fn set_lock_wait(&mut self, seconds: u64) {
        self.lock_wait = seconds;
    }

    pub fn lock_wait(&self) -> Duration {
        Duration::from_secs(self.lock_wait)
    }

    /// The session variables that the next statement needs, unless they are as it was told last. It is told them now.
    pub fn tell(&mut self) -> Option<SessionVariables> {
        let wanted = SessionVariables {
            lock_ttl: self.config.lock_ttl,
            autocommit: self.mode() != Mode::Row,
            lock_wait: self.lock_wait,
            single_byte_charset: self.table.is_ascii(),
            table_wait: self.lock_wait.min(sql::lock_wait_within(self.config.io_timeout)),
        };
        let open = self.open.as_mut()?;
        (open.told.replace(wanted) != Some(wanted)).then_some(wanted)
    }

    /// On a connection that was kept from an earlier request, before the first packet too.
    pub fn was_told(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.told.is_some())
    }

    /// What it was told does not suit the server.
    pub fn has_told_wrong(&mut self) {
        if let Some(open) = &mut self.open {
            open.told = None;
        }
    }

    /// The first packet has to be sent once more.
    pub fn begin_anew(&mut self) {
        if let Some(open) = &mut self.open {
            open.answered = false;
        }
    }

    pub fn is_first_packet(&self) -> bool {
        self.open.as_ref().is_none_or(|open| !open.answered)
    }

    pub fn has_answered_first_packet(&mut self) {
        if let Some(open) = &mut self.open {
            open.answered = true;
            if let Some(server) = open.said.server() {
                open.connection.limit_packets(server.max_allowed_packet);
            }
        }
    }

    /// The way in which sessions are locked there; as far as that depends on the server, and is known.
    pub fn mode(&self) -> Mode {
        let on_node = self.open.as_ref().is_some_and(|open| open.said.is_node());
        let detected = if on_node { Mode::Row } else { Mode::Advisory };
        self.config.lock.unwrap_or(detected)
    }

    /// The attempt to lock in `mode` has shown that another one is right there. A connection that is lost shows nothing.
    pub fn is_in_other_mode(&self, mode: Mode) -> bool {
        self.usable().is_some() && self.mode() != mode
    }

    pub fn server(&self) -> Option<Server> {
        self.open.as_ref()?.said.server()
    }

    pub fn is_node(&self) -> bool {
        self.server().is_some_and(|server| server.clustered)
    }

    pub fn quirks(&self) -> Quirks {
        self.open.as_ref().map(|open| open.said.quirks()).unwrap_or_default()
    }

    pub fn instance(&self) -> Instance {
        let said = self.open.as_ref().map(|open| open.said.instance());
        said.unwrap_or(Instance::UNKNOWN)
    }

    /// An answer says something of the server.
    pub fn said_mut(&mut self) -> Option<&mut Said> {
        self.open.as_mut().map(|open| &mut open.said)
    }

    pub fn learn_packet_limit(&mut self, bytes: usize) {
        if let Some(open) = &mut self.open {
            open.said.learn_packet_limit(bytes);
            open.connection.limit_packets(bytes);
        }
    }
}
