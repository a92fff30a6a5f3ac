//! Opens the connection of a request: takes a kept one, or connects to the first usable host of the DSN.
//!
//! A part of `link`. It sends no statement.

use std::rc::Rc;

use super::{Instance, known_servers};
use crate::config::Config;
use crate::counters::{self, Counter};
use crate::db::connection::Connection;
use crate::db::host::Host;
use crate::db::hosts::{self, Candidates};
use crate::db::pool::{Kept, Place};
use crate::db::server::SessionVariables;
use crate::error::{self, Error, Result};

pub struct Route {
    config: Rc<Config>,
    /// The name of the script, for the requests that wait for this one.
    script: String,
    /// The pool's place for this connection (`rustsql.persistent`).
    place: Option<Place>,
    /// Hosts that could not be used since another one last answered, and why.
    skipped: Vec<(Host, Error)>,
    /// The last search for a host found none.
    is_exhausted: bool,
}

impl Route {
    pub fn new(config: Rc<Config>, script: String) -> Self {
        Self {
            config,
            script,
            place: None,
            skipped: Vec::new(),
            is_exhausted: false,
        }
    }

    pub fn another(&self) -> Self {
        Self::new(Rc::clone(&self.config), self.script.clone())
    }

    pub fn script(&self) -> &str {
        &self.script
    }

    /// A connection. If it was kept from an earlier request: the session variables that are set on it, and its server instance.
    pub fn open(&mut self) -> Result<(Connection, Option<(SessionVariables, Instance)>)> {
        if self.config.persistent && self.place.is_none() {
            self.place = Place::find(&self.config);
        }
        self.is_exhausted = false;
        let config = Rc::clone(&self.config);
        let skipped = &self.skipped;
        let wanted = |host: &Host| hosts::is_first(host, &config) && !skipped.iter().any(|(out, _)| out == host);
        let kept = self.place.as_mut().map(|place| place.take(&config, wanted));
        match kept.and_then(Result::transpose) {
            Some(Ok(Kept {
                connection,
                variables,
                instance,
            })) => return Ok((connection, Some((variables, instance)))),
            Some(Err(silent)) => self.has_failed(silent.0, silent.1),
            None => {}
        }
        let mut candidates = Candidates::new(&config, self.skipped.iter().map(|(host, _)| host));
        loop {
            let (host, error) = match candidates.next() {
                Some(Ok(host)) => {
                    let script = self.place.is_none().then_some(self.script.as_str());
                    match Connection::open(&host, &config, script) {
                        Ok(connection) => return Ok((connection, None)),
                        Err(error) => (host, error),
                    }
                }
                Some(Err(unknown)) => unknown,
                None => return Err(self.no_host()),
            };
            self.has_failed(host, error);
        }
    }

    fn has_failed(&mut self, host: Host, error: Error) {
        hosts::failed(&self.config, &host, &error);
        known_servers::forget(&host);
        self.skip(host, error);
    }

    /// Does not use this host until another one has answered.
    pub fn skip(&mut self, host: Host, error: Error) {
        counters::count(Counter::Failovers);
        self.skipped.push((host, error));
    }

    pub fn skip_none(&mut self) {
        self.skipped.clear();
    }

    pub fn is_exhausted(&self) -> bool {
        self.is_exhausted
    }

    /// The errors of all hosts, in the order of the DSN.
    fn no_host(&mut self) -> Error {
        self.is_exhausted = true;
        let mut skipped = std::mem::take(&mut self.skipped);
        let addresses = &self.config.target.addresses;
        skipped.sort_by_key(|(host, _)| {
            let entry = addresses.iter().position(|address| address == host.address());
            (entry, host.ip())
        });
        if let [_] = skipped.as_slice()
            && let Some((_, only)) = skipped.pop()
        {
            return only;
        }
        let errors: Vec<_> = skipped.iter().map(|(_, error)| error).collect();
        Error::NoHost(error::explain_all(&errors))
    }

    /// The place in the pool for this connection, if it has one.
    pub fn take_place(&mut self) -> Option<Place> {
        self.place.take()
    }
}
