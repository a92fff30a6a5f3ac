//! A request's connection: to which host, fresh or kept from an earlier request, and its end.
//!
//! `exchange` and `acquire` call it for the connection that they send on, `answer` when a host is unfit. It sends no statement but
//! the last one, which gives a lock back.

use std::rc::Rc;
use std::time::Instant;

use super::database::Database;
use super::held::Held;
use super::{Instance, known_servers};
use crate::db::connection::Connection;
use crate::db::hosts::{self, Candidates};
use crate::db::pool::Place;
use crate::error::{self, Error, Result};
use crate::lock::Mode;

impl Database {
    /// This request's connection, or a new one to the best host that has not been skipped.
    pub(super) fn connect(&mut self) -> Result<&mut Connection> {
        let connection = match self.connection.take().filter(Connection::is_usable) {
            Some(connection) => connection,
            None => {
                self.held = None;
                self.in_transaction = false;
                self.instance = Instance::UNKNOWN;
                let began = Instant::now();
                let mut connection = self.open()?;
                self.deadline = self.deadline.and_then(|deadline| deadline.checked_add(began.elapsed()));
                connection.set_deadline(self.deadline);
                let known = known_servers::recall(connection.at());
                self.detected_mode = known.and_then(|(server, _)| server.clustered.then_some(Mode::Row));
                connection
            }
        };
        Ok(self.connection.insert(connection))
    }

    fn open(&mut self) -> Result<Connection> {
        if self.config.persistent && self.place.is_none() {
            self.place = Place::find(&self.config);
        }
        let config = Rc::clone(&self.config);
        let mut candidates = Candidates::new(&config, self.skipped_hosts.iter().map(|(host, _)| host));
        let kept = self.place.as_mut();
        let kept = kept.map(|place| place.take(&config, |host| candidates.would_begin_with(host)));
        let mut kept = kept.and_then(Result::transpose);
        let script = self.place.is_none().then_some(self.script.as_str());
        loop {
            let connection = match kept.take() {
                Some(kept) => kept.map_err(|silent| *silent),
                None => match candidates.next() {
                    Some(Ok(host)) => Connection::open(&host, &config, script).map_err(|error| (host, error)),
                    Some(Err(unknown)) => Err(unknown),
                    None => return Err(self.no_host()),
                },
            };
            match connection {
                Ok(connection) => return Ok(connection),
                Err((host, error)) => {
                    hosts::failed(&config, &host, &error);
                    known_servers::forget(&host);
                    candidates.leave_out(&host);
                    self.skipped_hosts.push((host, error));
                }
            }
        }
    }

    /// Why no host could be used, in the order of the DSN.
    fn no_host(&mut self) -> Error {
        let mut skipped_hosts = std::mem::take(&mut self.skipped_hosts);
        let addresses = &self.config.target.addresses;
        skipped_hosts.sort_by_key(|(host, _)| {
            (
                addresses.iter().position(|address| address == host.address()),
                host.ip(),
            )
        });
        if let [_] = skipped_hosts.as_slice()
            && let Some((_, only)) = skipped_hosts.pop()
        {
            return only;
        }
        let errors: Vec<_> = skipped_hosts.iter().map(|(_, error)| error).collect();
        Error::NoHost(error::explain_all(&errors))
    }

    /// Skips this host until another one has answered well.
    pub(super) fn skip_host(&mut self, error: Error) {
        let host = self.connection.as_ref().map(|connection| connection.at().clone());
        self.drop_unfit_host(&error);
        if let Some(host) = host {
            self.skipped_hosts.push((host, error));
        }
    }

    /// Ends the connection to a host that takes no writes or does not answer, and forgets what was known of it.
    pub(super) fn drop_unfit_host(&mut self, error: &Error) {
        if !error.is_unfit_host() && !error.is_timed_out() {
            return;
        }
        if let Some(connection) = &self.connection {
            known_servers::forget(connection.at());
        }
        self.end_connection();
    }

    /// Ends the connection, and with it the lock that it holds.
    pub(super) fn end_connection(&mut self) {
        self.connection = None;
        self.held = None;
    }

    /// Ends the request's work. The connection is kept for the next request, or ends, and with it all that it holds.
    pub(super) fn end_request(&mut self) {
        let release = self
            .held()
            .and_then(Held::release)
            .or_else(|| self.in_transaction.then(|| "ROLLBACK".to_owned()));
        self.held = None;
        self.in_transaction = false;
        let Some(mut connection) = self.connection.take() else {
            return;
        };
        let Some(mut place) = self.place.take() else { return };
        if let Some(release) = release
            && connection.is_reusable()
        {
            // If this fails the connection is not kept, and its end gives the lock back.
            let _ = connection.send_release(&release);
        }
        if connection.is_reusable() && connection.first_packet_done {
            connection.first_packet_done = false;
            connection.set_deadline(None);
            place.fill(&self.config, connection);
        }
    }
}
