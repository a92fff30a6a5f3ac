//! The connection of one request, with its state: the lock that it holds, the session variables that are set on it, and the
//! facts that are known of its server.
//!
//! `exchange` and `first_packet` send statements over it. `lock` and `change` report a lock that was taken or released (`held`). All
//! fields are private: other files call a method that names what has happened. A lost connection loses its lock with it. `route` selects
//! the host. This file sends one statement by itself: the one that releases a lock at the end of the request.

mod ahead;
mod facts;
mod held;

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::facts::Facts;
use super::hold::{Asked, Hold};
use super::route::Route;
use super::version::Instance;
use super::{known_servers, schema, sql};
use crate::config::Config;
use crate::counters::holders::Noted;
use crate::db::connection::Connection;
use crate::db::pool::Kept;
use crate::db::server::SessionVariables;
use crate::db::statement::Statement;
use crate::error::{Error, Result};

pub struct Link {
    config: Rc<Config>,
    table: String,
    route: Route,
    open: Option<Open>,
    /// All answers have to arrive before this time.
    deadline: Option<Instant>,
    /// `innodb_lock_wait_timeout` of the next statement, in seconds.
    lock_wait: u64,
    /// A lock is being taken.
    pub locks: bool,
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
    /// The server has answered the first packet of this request, or need not be asked anything with it.
    answered: bool,
    /// The answer to it was not looked at yet. `hold` is what it will be.
    asked: Option<Asked>,
}

impl Open {
    fn new(connection: Connection, kept: Option<(SessionVariables, Instance)>) -> Self {
        let mut facts = Facts::unasked(connection.at());
        if let Some((_, instance)) = kept {
            facts.learn_instance(instance);
        }
        Self {
            connection,
            hold: Hold::Nothing,
            noted: None,
            variables: kept.map(|(variables, _)| variables),
            facts,
            answered: false,
            asked: None,
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
            locks: false,
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
            locks: false,
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
                let (connection, kept) = self.route.open()?;
                let mut open = Open::new(connection, kept);
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
            let _ = open.connection.send_ahead(&Statement::new(release));
            // A claim can wait for a row. The next request must not wait for it.
            if open.asked.is_some_and(|asked| asked.is_claim) {
                let _ = open.connection.settle(self.config.io_timeout);
            }
        }
        if let Some(variables) = open.variables
            && open.connection.is_reusable()
            && open.answered
        {
            open.connection.set_deadline(None);
            let kept = Kept {
                connection: open.connection,
                variables,
                instance: open.facts.instance(),
            };
            place.fill(&self.config, kept);
        }
    }
}
