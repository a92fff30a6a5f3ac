//! The store on a real server. Each operation on an existing session is one packet.
//!
//! `php::callbacks` makes it. `acquire`, `peek`, `change` and `collect` do the work, over the connection of `link`.

use std::rc::Rc;
use std::time::Duration;

use super::acquire::acquire;
use super::change::{change, check_size, released_within};
use super::link::Link;
use super::lock::{advisory, ahead};
use super::peek::peek;
use super::tagged::{self, Listed};
use super::waits::{self, Queue};
use super::{Expected, Expiry, Found, IfAbsent, Instance, Row, Store, Version, Write, collect, sql};
use crate::config::Config;
use crate::db::connection::Connection;
use crate::db::statement::Statement;
use crate::envelope::Place;
use crate::error::Result;
use crate::lock::{LockTimeout, Mode};
use crate::session_id::SessionKey;
use crate::tag::Tag;

pub struct Database {
    link: Link,
}

impl Database {
    pub fn new(config: Rc<Config>, script: String) -> Self {
        let link = Link::new(config, script);
        Self { link }
    }

    /// The sessions of a tag.
    pub fn tagged(&mut self, tag: &[u8]) -> Result<Vec<Listed>> {
        let tag = Tag::new(&self.link.config().namespace, tag);
        tagged::list(&mut self.link, tag)
    }

    /// Ends the sessions of a tag, except one, and returns how many. It waits for locked ones as long as for a session's lock.
    pub fn end_tagged(&mut self, tag: &[u8], except: Option<SessionKey>) -> Result<u64> {
        let tag = Tag::new(&self.link.config().namespace, tag);
        let limit = self.link.config().lock_timeout.with_io(Duration::ZERO);
        tagged::end(&mut self.link, tag, except, limit)
    }

    /// Who holds and who waits, as far as the server tells this account.
    pub fn waits(&mut self) -> Result<Vec<Queue>> {
        waits::look(&mut self.link)
    }

    /// Ends a connection of this account, or any with the right to do so.
    pub fn kill(&mut self, connection: u64) -> Result<()> {
        self.link.connect()?.query(&format!("KILL {connection}")).map(drop)
    }

    pub fn connection(&self) -> Option<&Connection> {
        self.link.connection()
    }

    /// Deletes all expired rows, as `session_gc()` does. `progress` gets the number of deleted rows so far.
    pub fn collect_all(&mut self, most: u64, progress: &mut dyn FnMut(u64)) -> Result<u64> {
        collect::run(&mut self.link, None, most, progress)
    }
}

impl Store for Database {
    fn within(&mut self, time: Option<Duration>) {
        self.link.within(time);
    }

    fn lock(&mut self, key: SessionKey, if_absent: IfAbsent, timeout: LockTimeout) -> Result<Found> {
        self.link.locks = true;
        let found = acquire(&mut self.link, key, if_absent, timeout);
        self.link.locks = false;
        found
    }

    fn held(&self, key: SessionKey) -> Option<Mode> {
        self.link.held(key)
    }

    fn has_advisory_holder(&mut self, key: SessionKey) -> Result<bool> {
        if self.link.is_node() {
            return Ok(false);
        }
        let owner = advisory::owner(&advisory::name(&self.link, key));
        let answer = self.link.send_held(&Statement::new(owner))?.ok()?;
        Ok(answer.first_number().is_some())
    }

    fn notice_loss(&mut self) {
        let io_timeout = self.link.config().io_timeout;
        if ahead::settle(&mut self.link).is_ok()
            && let Some(connection) = self.link.connection_mut()
        {
            // If it fails, the connection ends.
            let _ = connection.settle(io_timeout);
        }
    }

    fn peek(&mut self, key: SessionKey) -> Result<Option<Row>> {
        // Without the lock, the connection has ended, and another one reads.
        let _ = ahead::settle(&mut self.link);
        peek(&mut self.link, key)
    }

    fn save(&mut self, key: SessionKey, write: Write<'_>) -> Result<bool> {
        let place = Place {
            key,
            version: write.version.number(),
        };
        let (format, stored) = self.link.config().envelope.seal(place, write.data)?;
        check_size(&mut self.link, stored.len())?;
        let release = released_within(&self.link, key);
        let has_asked = self.link.has_asked(key);
        // Who merges does not wait for an advisory lock. `session` warns of it, if this finds no row for that reason alone.
        let ends_at_holder = self.link.config().merges
            && write.expected != Expected::Anything
            && self.link.mode() == Mode::Unlocked
            && !self.link.is_node();
        // The server would write a statement that asks, with the session's data, to its error log.
        let asks_before = ends_at_holder && !has_asked && self.link.quirks().statement_binlog;
        if asks_before && self.has_advisory_holder(key)? {
            return Ok(false);
        }
        let has_guard = has_asked || ends_at_holder && !asks_before;
        let lock_name = has_guard.then(|| advisory::name(&self.link, key));
        let guard = lock_name.as_deref().map(|name| match has_asked {
            true => ahead::guard(&self.link, name),
            false => advisory::is_free(name),
        });
        let stored = (format, stored.as_ref());
        let save = sql::save(self.link.table(), key, &write, stored, release.as_deref(), guard);
        let affected = change(&mut self.link, key, save)?;
        Ok(affected > 0 || write.expected == Expected::Anything)
    }

    fn touch(&mut self, key: SessionKey, version: Version, expiry: Expiry) -> Result<bool> {
        ahead::settle(&mut self.link)?;
        let release = released_within(&self.link, key);
        let touch = sql::touch(self.link.table(), key, version, expiry, release.as_deref());
        Ok(change(&mut self.link, key, touch)? > 0)
    }

    fn delete(&mut self, key: SessionKey, only: Option<Version>) -> Result<bool> {
        ahead::settle(&mut self.link)?;
        let delete = sql::delete(self.link.table(), key, only);
        Ok(change(&mut self.link, key, delete)? > 0 || only.is_none())
    }

    fn instance(&self) -> Instance {
        self.link.instance()
    }

    fn disconnect(&mut self) {
        self.link.end_request();
    }

    fn collect(&mut self, budget: Option<Duration>) -> Result<u64> {
        let _ = ahead::settle(&mut self.link);
        collect::run(&mut self.link, budget, u64::MAX, &mut |_| ())
    }

    fn another(&self) -> Self {
        let link = self.link.another();
        Self { link }
    }

    fn is_forked(&self) -> bool {
        self.link.connection().is_some_and(Connection::is_forked)
    }
}
