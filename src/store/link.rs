//! The connection of one request, with its state: the lock that it holds, the session variables that are set on it, and the
//! facts that are known of its server.
//!
//! `exchange` and `first_packet` send statements over it. `lock` and `change` report a lock that was taken or released (`held`). All
//! fields are private: other files call a method that names what has happened. A lost connection loses its lock with it. `route` selects
//! the host. This file sends one statement by itself: the one that releases a lock at the end of the request.

mod held;

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::facts::Facts;
use super::hold::Hold;
use super::route::Route;
use super::version::Instance;
use super::{known_servers, schema, sql};
use crate::config::Config;
use crate::counters::holders::Noted;
use crate::db::connection::Connection;
use crate::db::pool::Kept;
use crate::db::server::{Quirks, Server, SessionVariables};
use crate::error::{Error, Result};
use crate::lock::Mode;

pub struct Link {
    config: Rc<Config>,
    table: String,
    route: Route,
    open: Option<Open>,
    /// All answers have to arrive before this time.
    deadline: Option<Instant>,
    /// `innodb_lock_wait_timeout` of the next statement, in seconds.
    lock_wait: u64,
}

/// The state that ends with the connection.
struct Open {
    connection: Connection,
    hold: Hold,
    /// The held session, for requests of this web host that wait for it.
    noted: Option<Noted>,
    /// As they were set last. `None`: they were not set, or have to be set again.
    variables: Option<SessionVariables>,
    facts: Facts,
    /// The server has answered the first packet of this request.
    answered: bool,
}

impl Open {
    fn new(connection: Connection, variables: Option<SessionVariables>) -> Self {
        let facts = Facts::unasked(connection.at());
        Self {
            connection,
            hold: Hold::Nothing,
            noted: None,
            variables,
            facts,
            answered: false,
        }
    }

    fn is_usable(&self) -> bool {
        self.connection.is_usable()
    }
}

/// Opening and ending the connection.
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

    /// A link with another connection.
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

    /// The quoted name of the table.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Sets the deadline of all answers from now on.
    pub fn within(&mut self, time: Option<Duration>) {
        self.deadline = time.and_then(|time| Instant::now().checked_add(time));
        if let Some(open) = &mut self.open {
            open.connection.set_deadline(self.deadline);
        }
    }

    /// The connection of this request. Opens one if there is none, or if it was lost.
    pub fn connect(&mut self) -> Result<&mut Connection> {
        let open = match self.open.take().filter(Open::is_usable) {
            Some(open) => open,
            None => {
                let began = Instant::now();
                let (connection, variables) = self.route.open()?;
                let mut open = Open::new(connection, variables);
                self.deadline = self.deadline.and_then(|deadline| deadline.checked_add(began.elapsed()));
                open.connection.set_deadline(self.deadline);
                open
            }
        };
        Ok(&mut self.open.insert(open).connection)
    }

    /// The open connection, or the one that was lost.
    pub fn connection(&self) -> Option<&Connection> {
        self.open.as_ref().map(|open| &open.connection)
    }

    pub fn connection_mut(&mut self) -> Option<&mut Connection> {
        self.open.as_mut().map(|open| &mut open.connection)
    }

    /// The name of the connected host for messages.
    pub fn host(&self) -> String {
        let host = self.connection().map(|connection| connection.host().to_owned());
        host.unwrap_or_default()
    }

    /// No host is left: another attempt would ask the same ones.
    pub fn has_no_host(&self) -> bool {
        self.route.is_exhausted()
    }

    /// Ends the connection if the host is unfit, and does not use the host again until another one has answered.
    pub fn skip_host(&mut self, error: Error) {
        let host = self.connection().map(|connection| connection.at().clone());
        self.drop_unfit_host(&error);
        if let Some(host) = host {
            self.route.skip(host, error);
        }
    }

    /// The host can be used: none has to be skipped any more.
    pub fn host_answered_well(&mut self) {
        self.route.skip_none();
    }

    /// If the error means that the host takes no writes or does not answer: ends the connection, and forgets the facts of the host.
    pub fn drop_unfit_host(&mut self, error: &Error) {
        if !error.is_unfit_host() && !error.is_timed_out() {
            return;
        }
        if let Some(connection) = self.connection() {
            known_servers::forget(connection.at());
        }
        self.end();
    }

    /// Ends the connection after an answer that does not belong to its statement: the next answer would be wrong, too.
    pub fn out_of_sync(&mut self) -> Error {
        let host = self.host();
        self.end();
        Error::out_of_sync(host)
    }

    pub fn end(&mut self) {
        self.open = None;
    }

    /// The request has ended. The connection is kept for the next request, or closed, which releases its locks.
    pub fn end_request(&mut self) {
        let Some(mut open) = self.open.take() else { return };
        let Some(mut place) = self.route.take_place() else {
            return;
        };
        if let Some(release) = open.hold.release()
            && open.connection.is_reusable()
        {
            // If this fails, the connection is closed, which releases the lock.
            let _ = open.connection.send_release(release);
        }
        if let Some(variables) = open.variables
            && open.connection.is_reusable()
            && open.answered
        {
            open.connection.set_deadline(None);
            let connection = open.connection;
            place.fill(&self.config, Kept { connection, variables });
        }
    }
}

/// The session variables, and the facts of the server.
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
        let wanted = SessionVariables {
            lock_ttl: self.config.lock_ttl,
            autocommit: self.mode() != Mode::Row,
            lock_wait: self.lock_wait,
            single_byte_charset: self.table.is_ascii(),
            table_wait: self.lock_wait.min(sql::lock_wait_within(self.config.io_timeout)),
        };
        let open = self.open.as_mut()?;
        (open.variables.replace(wanted) != Some(wanted)).then_some(wanted)
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
        let on_node = self.open.as_ref().is_some_and(|open| open.facts.is_node());
        let detected = if on_node { Mode::Row } else { Mode::Advisory };
        self.config.lock.unwrap_or(detected)
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
