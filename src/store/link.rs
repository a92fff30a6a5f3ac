//! A request's way to a server: which host, on a fresh connection or a kept one, and what goes in front of its packets.

use std::rc::Rc;
use std::time::Duration;

use super::database::{Database, Held};
use super::sql::AskClustered;
use super::{cluster, sql};
use crate::db::connection::{Connection, Server, Settings};
use crate::db::pool::Place;
use crate::db::reply::Reply;
use crate::db::{errno, hosts};
use crate::error::{Error, Result};
use crate::lock::{Mode, advisory};

impl Database {
    /// The connection, or a new one to the best host that is left.
    pub(super) fn connect(&mut self) -> Result<&mut Connection> {
        let connection = match self.connection.take().filter(Connection::is_usable) {
            Some(connection) => connection,
            None => {
                self.held = None;
                self.empty_transaction = false;
                let connection = self.open()?;
                self.decided = cluster::recall(connection.host()).0.then_some(Mode::Row);
                connection
            }
        };
        Ok(self.connection.insert(connection))
    }

    fn open(&mut self) -> Result<Connection> {
        if self.config.persistent && self.place.is_none() {
            self.place = Place::find(&self.config);
        }
        let addresses = &self.config.target.addresses;
        for address in hosts::order(addresses, self.config.retry_after) {
            if self.passed_over.iter().any(|(passed, _)| passed == address) {
                continue;
            }
            let kept = match &mut self.place {
                Some(place) => place.take(&self.config, address),
                None => Ok(None),
            };
            // A kept connection serves more scripts than this one.
            let script = if self.config.persistent { "" } else { &self.script };
            let connection = match kept {
                Ok(None) => Connection::open(address, &self.config, script),
                Ok(Some(connection)) => Ok(connection),
                Err(silent) => Err(silent),
            };
            match connection {
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
    pub(super) fn leave_unfit_host(&mut self, error: &Error) {
        if !error.is_unfit_host() && !error.is_timed_out() {
            return;
        }
        if let Some(connection) = self.connection.take() {
            hosts::failed(&self.config.target.addresses, connection.address());
        }
        self.held = None;
    }

    /// Sends `statements` behind whatever has to come first: the settings of the connection, the release of another
    /// session's lock. Their answers are taken off the reply. In a request's first packet nothing has happened yet: when
    /// its host turns out to be unfit, or its kept connection to be dead, the next one gets the same packet.
    pub(super) fn send(&mut self, statements: &str, timeout: Option<Duration>) -> Result<Reply> {
        self.send_behind(statements, timeout, false)
    }

    /// The same for statements whose answer shows by itself whether the host takes writes.
    pub(super) fn send_proving(&mut self, statements: &str, timeout: Option<Duration>) -> Result<Reply> {
        self.send_behind(statements, timeout, true)
    }

    fn send_behind(&mut self, statements: &str, timeout: Option<Duration>, proving: bool) -> Result<Reply> {
        loop {
            let connection = self.connect()?;
            let (first, kept) = (!connection.greeted, connection.server.is_some());
            let mut reply = match first {
                true => self.send_first(statements, timeout, proving)?,
                false => self.send_next(statements, timeout)?,
            };
            if first && kept && reply.error.as_ref().is_some_and(Error::is_quickly_lost) {
                continue;
            }
            match reply.error.take_if(|error| first && error.is_unfit_host()) {
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
        let mut before = Vec::new();
        let release = self.release();
        before.extend(release.clone());
        let lock_wait = self.lock_wait;
        let connection = self.connect()?;
        if let Some(settings) = connection
            .settings
            .as_mut()
            .filter(|settings| settings.lock_wait != lock_wait)
        {
            settings.lock_wait = lock_wait;
            before.push(sql::lock_wait_setting(lock_wait));
        }
        if before.is_empty() {
            return Ok(connection.send(statements, timeout));
        }
        let mut reply = connection.send(&format!("{};{statements}", before.join(";")), timeout);
        if release.is_some() && !reply.sets.is_empty() {
            self.held = None;
        }
        reply.sets.drain(..before.len().min(reply.sets.len()));
        Ok(reply)
    }

    /// What gives back the lock that is held.
    pub(super) fn release(&self) -> Option<String> {
        match self.held()? {
            Held {
                name,
                mode: Mode::Advisory,
                ..
            } => Some(advisory::release(name)),
            Held { mode: Mode::Row, .. } => Some("ROLLBACK".to_owned()),
            _ => None,
        }
    }

    fn send_first(&mut self, statements: &str, timeout: Option<Duration>, proving: bool) -> Result<Reply> {
        let config = Rc::clone(&self.config);
        let may_lock_rows = matches!(config.lock, None | Some(Mode::Row));
        let settings = Settings {
            lock_ttl: config.lock_ttl,
            lock_wait: self.lock_wait,
        };
        let connection = self.connect()?;
        let (clustered, recent) = cluster::recall(connection.host());
        let mut packet = String::with_capacity(1024);
        let mut answers_before = 0;
        if connection.settings != Some(settings) {
            connection.settings = Some(settings);
            packet.push_str(&sql::session_settings(&settings));
            answers_before += 1;
        }
        let kept = connection.server.is_some();
        let ask = !kept || !proving || may_lock_rows && !recent;
        if ask {
            let ask = match recent {
                _ if !may_lock_rows => AskClustered::No,
                true => AskClustered::IfFree,
                false => AskClustered::Yes,
            };
            packet.push_str(&sql::server_facts(ask));
            answers_before += 1;
        }
        packet.push_str(statements);
        let mut reply = connection.send(&packet, timeout);
        let ours = reply.sets.split_off(answers_before.min(reply.sets.len()));
        let before = std::mem::replace(&mut reply.sets, ours);
        if ask {
            let facts = before.get(answers_before - 1).and_then(|set| set.rows.first());
            let limit = facts.and_then(|facts| usize::try_from(facts.number(0)?).ok());
            let (Some(facts), Some(max_allowed_packet)) = (facts, limit) else {
                return match reply.error {
                    Some(_) => Ok(reply),
                    None => Err(self.out_of_step()),
                };
            };
            if facts.is_on(2) && !config.read_only {
                reply.error = Some(Error::read_only(connection.host().to_owned()));
                return Ok(reply);
            }
            let told = facts.number(1).map(|nodes| nodes > 0);
            if let Some(clustered) = told {
                cluster::remember(connection.host(), clustered);
            }
            connection.server = Some(Server {
                max_allowed_packet,
                clustered: told.unwrap_or(clustered),
            });
        }
        if reply.error.as_ref().is_none_or(|error| !error.is_connection_lost()) {
            connection.greeted = true;
            hosts::succeeded(&config.target.addresses, connection.address());
        }
        let clustered = connection.server.as_ref().is_some_and(|server| server.clustered);
        self.decided = Some(if clustered { Mode::Row } else { Mode::Advisory });
        Ok(reply)
    }

    /// Gives back what is held, in a packet of its own.
    pub(super) fn give_back(&mut self) -> Result<()> {
        self.send("DO 0", Some(self.config.io_timeout))?.ok().map(drop)
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

    /// The end of the request's work: the connection is kept for the next one, or ends, and with it all that it holds.
    pub(super) fn leave(&mut self) {
        let release = self
            .release()
            .or_else(|| self.empty_transaction.then(|| "ROLLBACK".to_owned()));
        self.held = None;
        let Some(mut connection) = self.connection.take() else {
            return;
        };
        let Some(mut place) = self.place.take() else { return };
        if let Some(release) = release
            && connection.is_faultless()
        {
            // If this fails the connection is not kept, and its end gives the lock back.
            let _ = connection.query(&release);
        }
        if connection.is_faultless() && connection.greeted {
            connection.greeted = false;
            place.fill(&self.config, connection);
        }
    }
}
