//! A request's way to a server: which host, on a fresh connection or a kept one, and what goes in front of its packets.

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::database::{Database, Held};
use super::{Instance, Store, known_servers, shape, sql};
use crate::db::connection::Connection;
use crate::db::errno;
use crate::db::hosts::{self, Candidates};
use crate::db::pool::Place;
use crate::db::reply::{Reply, ResultSet};
use crate::db::server::{Server, Settings};
use crate::db::statement::Statement;
use crate::error::{self, Error, Result};
use crate::lock::{Mode, advisory};

impl Database {
    /// The connection, or a new one to the best host that is left.
    pub(super) fn connect(&mut self) -> Result<&mut Connection> {
        let connection = match self.connection.take().filter(Connection::is_usable) {
            Some(connection) => connection,
            None => {
                self.held = None;
                self.in_transaction = false;
                self.instance = Instance::UNKNOWN;
                let began = Instant::now();
                let mut connection = self.open()?;
                self.until = self.until.and_then(|until| until.checked_add(began.elapsed()));
                connection.set_deadline(self.until);
                let known = known_servers::recall(connection.at());
                self.decided = known.and_then(|(server, _)| server.clustered.then_some(Mode::Row));
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
        let mut candidates = Candidates::new(&config, self.passed_over.iter().map(|(host, _)| host));
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
                    self.passed_over.push((host, error));
                }
            }
        }
    }

    /// Lists them in the order of the DSN.
    fn no_host(&mut self) -> Error {
        let mut passed_over = std::mem::take(&mut self.passed_over);
        let addresses = &self.config.target.addresses;
        passed_over.sort_by_key(|(host, _)| {
            (
                addresses.iter().position(|address| address == host.address()),
                host.ip(),
            )
        });
        if let [_] = passed_over.as_slice()
            && let Some((_, only)) = passed_over.pop()
        {
            return only;
        }
        let errors: Vec<_> = passed_over.iter().map(|(_, error)| error).collect();
        Error::NoHost(error::explain_all(&errors))
    }

    /// Not this host again until another one was good.
    pub(super) fn pass_over(&mut self, error: Error) {
        let host = self.connection.as_ref().map(|connection| connection.at().clone());
        self.leave_unfit_host(&error);
        if let Some(host) = host {
            self.passed_over.push((host, error));
        }
    }

    /// After an answer that this host cannot do the work, or none at all, others are tried before it.
    pub(super) fn leave_unfit_host(&mut self, error: &Error) {
        if !error.is_unfit_host() && !error.is_timed_out() {
            return;
        }
        if let Some(connection) = self.connection.take() {
            known_servers::forget(connection.at());
        }
        self.held = None;
    }

    /// What an answer means for the connection, and for the message.
    pub(super) fn look_into(&mut self, reply: &mut Reply) {
        self.name_missing_grant(reply);
        if let Some(connection) = self.connection.as_ref()
            && reply.code == Some(errno::BINLOG_STMT_MODE_AND_ROW_ENGINE)
        {
            known_servers::forget(connection.at());
        }
        if let Some(error) = &reply.error {
            self.leave_unfit_host(error);
        }
    }

    /// Sends a statement behind whatever has to come first: the settings of the connection, the release of another session's
    /// lock. Their answers are taken off the reply. In a request's first packet nothing has happened yet: when its host
    /// turns out to be unfit, or its kept connection to be dead, the next one gets the same packet.
    pub(super) fn send(&mut self, statement: &Statement<'_>, timeout: Option<Duration>) -> Result<Reply> {
        self.send_behind(statement, timeout, false)
    }

    /// The same for a statement whose answer shows by itself whether the host takes writes.
    pub(super) fn send_proving(&mut self, statement: &Statement<'_>, timeout: Option<Duration>) -> Result<Reply> {
        self.send_behind(statement, timeout, true)
    }

    fn send_behind(&mut self, statement: &Statement<'_>, timeout: Option<Duration>, proving: bool) -> Result<Reply> {
        loop {
            let connection = self.connect()?;
            let (first, used) = (!connection.first_packet_done, connection.settings.is_some());
            if first {
                connection.quirks = known_servers::quirks(connection.at());
            }
            let spelled = connection
                .quirks
                .no_cluster_variables
                .then(|| statement.without(sql::IS_NODE));
            let statement = spelled.as_ref().unwrap_or(statement);
            let mut reply = match first {
                true => self.send_first(statement, timeout, proving)?,
                false => self.send_next(statement, timeout)?,
            };
            if first && self.begins_anew() {
                continue;
            }
            self.in_transaction = self
                .connection
                .as_ref()
                .and_then(|connection| connection.settings)
                .is_some_and(|settings| !settings.autocommit);
            if first && used && reply.error.as_ref().is_some_and(Error::is_quickly_lost) {
                continue;
            }
            match reply.error.take_if(|error| first && error.is_unfit_host()) {
                None => {
                    self.look_into(&mut reply);
                    self.passed_over.clear();
                    return Ok(reply);
                }
                Some(error) => self.pass_over(error),
            }
        }
    }

    fn settings(&self) -> Settings {
        Settings {
            lock_ttl: self.config.lock_ttl,
            autocommit: self.mode() != Mode::Row,
            lock_wait: self.lock_wait,
            single_byte_charset: self.table.is_ascii(),
            table_wait: self.lock_wait.min(sql::lock_wait_within(self.config.io_timeout)),
        }
    }

    fn send_next(&mut self, statement: &Statement<'_>, timeout: Option<Duration>) -> Result<Reply> {
        let release = self.release();
        let releases = release.is_some();
        let mut before: Vec<_> = release.into_iter().collect();
        let settings = self.settings();
        let connection = self.connect()?;
        if connection.settings != Some(settings) {
            connection.settings = Some(settings);
            before.push(sql::changed_settings(&settings));
        }
        let (reply, answers) = send_after(connection, before, statement, timeout);
        if releases && !answers.is_empty() {
            self.held = None;
        }
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

    fn send_first(&mut self, statement: &Statement<'_>, timeout: Option<Duration>, proving: bool) -> Result<Reply> {
        let config = Rc::clone(&self.config);
        let settings = self.settings();
        self.connect()?;
        let Some(connection) = &mut self.connection else {
            return Err(self.out_of_step());
        };
        let quirks = connection.quirks;
        let known = known_servers::recall(connection.at());
        let fresh = known.filter(|(_, fresh)| *fresh).map(|(server, _)| server);
        connection.server = fresh;
        let mut before = Vec::new();
        if connection.settings != Some(settings) {
            connection.settings = Some(settings);
            before.push(sql::session_settings(&settings, quirks));
        }
        let ask = !proving || fresh.is_none();
        if ask {
            before.push(sql::server_facts(fresh.is_none(), quirks));
        }
        let asked = before.len();
        let ask_shape = !known_servers::is_good_table(connection.at(), &self.table);
        if ask_shape {
            before.push(shape::question(&self.table));
        }
        let (mut reply, answers) = send_after(connection, before, statement, timeout);
        if answers.len() < asked && !quirks.no_cluster_variables && reply.code.is_some_and(errno::is_missing_name) {
            connection.quirks.no_cluster_variables = true;
            known_servers::learn(connection.at(), connection.quirks);
            connection.settings = None;
            return Ok(reply);
        }
        if ask {
            let facts = answers.get(asked - 1).and_then(|set| set.rows.first());
            let limit = facts.and_then(|facts| usize::try_from(facts.number(0)?).ok());
            let (Some(facts), Some(max_allowed_packet)) = (facts, limit) else {
                return match reply.error {
                    Some(_) => Ok(reply),
                    None => Err(self.out_of_step()),
                };
            };
            if facts.is_on(2) && !config.read_only {
                let error = Error::read_only(connection.host().to_owned());
                hosts::failed(&config, connection.at(), &error);
                reply.error = Some(error);
                return Ok(reply);
            }
            let told = facts.number(1).map(|nodes| nodes > 0);
            let server = Server {
                max_allowed_packet,
                clustered: told.unwrap_or(known.is_some_and(|(server, _)| server.clustered)),
            };
            connection.server = Some(server);
            if told.is_some() {
                known_servers::remember(connection.at(), server);
            }
            let statement_binlog = facts.is_on(3);
            if statement_binlog != quirks.statement_binlog {
                connection.quirks.statement_binlog = statement_binlog;
                known_servers::learn(connection.at(), connection.quirks);
                // The other way round, what was sent is right as well, and has been done.
                if statement_binlog {
                    connection.settings = None;
                }
            }
        }
        let clustered = connection.server.is_some_and(|server| server.clustered);
        self.decided = Some(if clustered { Mode::Row } else { Mode::Advisory });
        let told = ask_shape.then(|| answers.get(asked)).flatten();
        match told.and_then(|set| set.rows.first()?.text(1)) {
            // An account that has its rights on columns may not ask.
            None if ask_shape && reply.code.is_some_and(errno::is_denied) => {
                known_servers::remember_good_table(connection.at(), &self.table);
                return self.send_first(statement, timeout, proving);
            }
            Some(text) if reply.error.as_ref().is_none_or(|error| !error.is_worth_another_try()) => {
                let row_locks = config.lock.map_or(clustered, |mode| mode == Mode::Row);
                match shape::check(&text, &self.table, row_locks) {
                    Ok(true) => known_servers::remember_good_table(connection.at(), &self.table),
                    Ok(false) => {}
                    Err(defect) => {
                        reply.code = None;
                        reply.error = Some(defect.at(connection.host(), &self.table, reply.error));
                        return Ok(reply);
                    }
                }
            }
            _ => {}
        }
        if reply.error.as_ref().is_none_or(|error| !error.is_connection_lost()) {
            connection.first_packet_done = true;
            if reply.error.as_ref().is_none_or(|error| !error.is_unfit_host()) {
                hosts::succeeded(&config.target, connection.at());
            }
        }
        Ok(reply)
    }

    /// A first packet has shown that the server wants to be told other settings: nothing of it stays, and it is sent again.
    fn begins_anew(&mut self) -> bool {
        let Some(connection) = self.connection.as_mut().filter(|open| open.settings.is_none()) else {
            return false;
        };
        connection.first_packet_done = false;
        // If this fails the connection is lost.
        let _ = connection.query("ROLLBACK;DO RELEASE_ALL_LOCKS()");
        true
    }

    /// The server turned out to be a node of a cluster.
    pub(super) fn is_clustered(&mut self) {
        if let Some(connection) = &mut self.connection
            && let Some(mut server) = connection.server
        {
            server.clustered = true;
            connection.server = Some(server);
            known_servers::remember(connection.at(), server);
        }
        self.decided = Some(Mode::Row);
    }

    /// Gives back what is held, in a packet of its own.
    pub(super) fn give_back(&mut self) -> Result<()> {
        let nothing = Statement::new("DO 0".to_owned());
        self.send(&nothing, Some(self.config.io_timeout))?.ok().map(drop)
    }

    /// Without a lock (`unlocked`), a fresh connection may still have to be told its settings.
    pub(super) fn send_held(&mut self, statement: &Statement<'_>) -> Result<Reply> {
        let io_timeout = Some(self.config.io_timeout);
        if self.held().is_none() {
            return self.send(statement, io_timeout);
        }
        let row = self.held().is_some_and(|held| held.mode == Mode::Row);
        let mut reply = self.connect()?.send_statement(statement, io_timeout);
        // Nobody else can lock the row that is held.
        if row && reply.code == Some(errno::LOCK_WAIT_TIMEOUT) {
            reply.error = reply.error.map(|error| self.explain_wait(error, false));
        }
        self.look_into(&mut reply);
        Ok(reply)
    }

    /// The end of the request's work: the connection is kept for the next one, or ends, and with it all that it holds.
    pub(super) fn leave(&mut self) {
        let release = self
            .release()
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
            let _ = connection.query(&release);
        }
        if connection.is_reusable() && connection.first_packet_done {
            connection.first_packet_done = false;
            connection.set_deadline(None);
            place.fill(&self.config, connection);
        }
    }
}

/// One packet: `before`, and the statement. The answers to `before` apart.
fn send_after(
    connection: &mut Connection,
    before: Vec<String>,
    statement: &Statement<'_>,
    timeout: Option<Duration>,
) -> (Reply, Vec<ResultSet>) {
    if before.is_empty() {
        return (connection.send_statement(statement, timeout), Vec::new());
    }
    let mut packet = before.join(";");
    packet.push(';');
    packet.push_str(&statement.literal());
    let mut reply = connection.send(&packet, timeout);
    let ours = reply.sets.split_off(before.len().min(reply.sets.len()));
    let answers = std::mem::replace(&mut reply.sets, ours);
    (reply, answers)
}
