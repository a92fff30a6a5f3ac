//! Keeps the state between two callbacks: validate before read, another id, regenerate, destroy, garbage collection. It depends
//! neither on PHP nor on SQL.
//!
//! `php::callbacks` calls one method for each callback; for the old store (`rustsql.migrate_from`) those in `handler::takeover`
//! before or after it. `session` writes and deletes the opened session in a [`Store`].

mod another;
mod old_store;
mod slow;
mod tags;
pub mod takeover;
mod validate;

use std::rc::Rc;
use std::time::Duration;

use old_store::Takeover;

use crate::config::Config;
use crate::error::{Error, Refusal, Result};
use crate::loaded::{self, Loaded};
use crate::merge::Format;
use crate::session::{self, Ending, Session, Status, Writing};
use crate::session_id::SessionKey;
use crate::store::{IfAbsent, Store};
use crate::tag::Tag;

/// The longest time that garbage collection delays the close of a session.
const COLLECT_BUDGET: Duration = Duration::from_millis(50);

enum State {
    NotOpen,
    Open(Session),
    /// The last read failed, so PHP does not have the stored data. A wrapping handler may continue with an empty session, or an
    /// error handler may close the session: that must not replace the stored data.
    Unread(SessionKey),
}

pub struct Handler<S> {
    store: S,
    config: Rc<Config>,
    state: State,
    /// The result of the last `validate`, for the read that follows. An error is kept, too: `false` would make PHP start an empty
    /// session.
    validated: Option<(SessionKey, Result<Loaded>)>,
    /// Another session that the script has read while its own is open. It has its own connection.
    other: Option<Box<Self>>,
    /// This request has warned of an invalid id.
    warned_of_id: bool,
    collect_at_close: bool,
    /// A write or a destroy has succeeded since the last read.
    written_or_destroyed: bool,
    notices: Vec<String>,
    /// The next write.
    writing: Writing,
    takeover: Takeover,
    /// The id that was made last, until it is read: nobody else can have it.
    made: Option<SessionKey>,
    /// The tag of the session whose id `session_regenerate_id()` replaces.
    inherited_tag: Option<Tag>,
}

impl<S: Store> Handler<S> {
    pub fn new(config: Rc<Config>, store: S) -> Self {
        Self {
            store,
            config,
            state: State::NotOpen,
            validated: None,
            other: None,
            warned_of_id: false,
            collect_at_close: false,
            written_or_destroyed: false,
            notices: Vec::new(),
            writing: Writing {
                format: Format::Php,
                continues: false,
            },
            takeover: Takeover::default(),
            made: None,
            inherited_tag: None,
        }
    }

    pub fn store(&self) -> &S {
        &self.store
    }

    #[cfg(test)]
    pub fn store_mut(&mut self) -> &mut S {
        &mut self.store
    }

    pub fn take_notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }

    /// Tells whether a close within `session_regenerate_id()` is followed by an open. PHP continues only after a write or destroy
    /// that succeeded. It ends the session after a failure, and PHP 8.6 also if it cannot encode the data.
    pub fn was_written_or_destroyed(&self) -> bool {
        self.written_or_destroyed
    }

    /// Locks the session and returns its data, which is empty for a new session. `lock_free`: without a lock, for
    /// `read_and_close`.
    pub fn read(&mut self, id: &[u8], lock_free: bool) -> Result<&[u8]> {
        self.written_or_destroyed = false;
        let key = self.valid_key(id)?;
        if self.is_another(key) {
            // A script reads it through SessionHandler: PHP itself closes a session before it reads the next one.
            let mut other = match self.other.take() {
                Some(other) if other.has_sought(key) => other,
                _ => Box::new(self.on_another_connection()),
            };
            other.read(id, true)?;
            self.other = Some(other);
            return Ok(self.data(id));
        }
        self.state = State::Unread(key);
        let if_absent = match self.made.take() {
            Some(made) if made == key => IfAbsent::Made,
            _ => IfAbsent::Claim,
        };
        let loaded = match self.validated.take() {
            Some((of, answer)) if of == key => answer?,
            _ => self.load(key, lock_free, if_absent)?,
        };
        self.report_wait(&loaded);
        let mut session = Session::begin(key, loaded, self.store.instance());
        if let Some(tag) = self.inherited_tag.take() {
            session.set_tag(Some(tag));
        }
        self.state = State::Open(session);
        Ok(self.data(id))
    }

    /// Call this when PHP cannot decode the data: from now on PHP does not have the stored data.
    pub fn is_undecodable(&mut self) -> Error {
        self.state = match &self.state {
            State::Open(session) => State::Unread(session.key()),
            _ => State::NotOpen,
        };
        Error::Refused(Refusal::Undecodable)
    }

    /// The data of the last read of this id.
    pub fn data(&self, id: &[u8]) -> &[u8] {
        match (&self.state, &self.other) {
            (State::Open(session), Some(other)) if self.key(id).is_ok_and(|key| !session.has_key(key)) => {
                other.data(id)
            }
            (State::Open(session), _) => session.data(),
            _ => &[],
        }
    }

    /// Call this when PHP has its own copy of the data.
    pub fn shrink(&mut self) {
        if let State::Open(session) = &mut self.state {
            session.shrink();
        }
        if let Some(other) = &mut self.other {
            other.shrink();
        }
    }

    /// `lifetime` is in seconds. `defect`: PHP could not encode the data, so `data` is empty or truncated.
    pub fn write(&mut self, id: &[u8], data: &[u8], lifetime: u64, defect: Option<Refusal>) -> Result<()> {
        // This holds also if the write panics.
        self.written_or_destroyed = false;
        self.validated = None;
        self.made = None;
        self.takeover.is_due = false;
        let result = self.write_changes(id, data, lifetime, defect);
        self.written_or_destroyed = result.is_ok();
        self.takeover.is_due = matches!(result, Ok(true));
        result.map(drop)
    }

    /// True: the old store has to follow.
    fn write_changes(&mut self, id: &[u8], data: &[u8], lifetime: u64, defect: Option<Refusal>) -> Result<bool> {
        let key = self.valid_key(id)?;
        if self.config.read_only {
            return Ok(false);
        }
        if self.takeover.asks == Some(key) {
            return Err(Error::Refused(Refusal::Unread));
        }
        if let Some(refusal) = defect {
            return Err(Error::Refused(refusal));
        }
        match &mut self.state {
            State::Open(session) if session.has_key(key) => {
                let follows = session.is_adopted() || self.config.migrate_keep;
                let (store, notices) = (&mut self.store, &mut self.notices);
                let stored = session.write(store, &self.config, data, self.writing, lifetime, notices)?;
                Ok(stored && follows)
            }
            State::Open(_) => match &mut self.other {
                Some(other) if !other.is_another(key) => other.write_changes(id, data, lifetime, None),
                _ => self.on_another_connection().write_changes(id, data, lifetime, None),
            },
            State::Unread(of) if *of == key => Err(Error::Refused(Refusal::Unread)),
            State::Unread(_) => self.on_another_connection().write_changes(id, data, lifetime, None),
            State::NotOpen => {
                let loaded = self.load(key, false, IfAbsent::Claim)?;
                // The old store may have a session that this one replaces.
                let follows = loaded.is_absent() || self.config.migrate_keep;
                let mut session = Session::begin(key, loaded, self.store.instance());
                let (store, notices) = (&mut self.store, &mut self.notices);
                let result = session.write(store, &self.config, data, self.writing, lifetime, notices);
                self.state = State::Open(session);
                result.map(|stored| stored && follows)
            }
        }
    }

    /// `replaces`: the data continues under a new id (`session_regenerate_id(true)`). Then a stale read is refused as in a write,
    /// since the new session would lack another request's write, or would survive a logout.
    pub fn destroy(&mut self, id: &[u8], replaces: bool) -> Result<()> {
        self.written_or_destroyed = false;
        self.validated = None;
        self.made = None;
        let result = self.try_to_destroy(id, replaces);
        self.written_or_destroyed = result.is_ok();
        match std::mem::take(&mut self.takeover.copy_destroyed) {
            true => result.map_err(|error| Error::CopyAloneDestroyed(Box::new(error))),
            false => result,
        }
    }

    fn try_to_destroy(&mut self, id: &[u8], replaces: bool) -> Result<()> {
        let key = self.valid_key(id)?;
        if self.config.read_only {
            return Ok(());
        }
        if self.store.is_forked() {
            return Err(Error::Refused(Refusal::Forked));
        }
        if self.takeover.asks == Some(key) {
            return Err(Error::Refused(Refusal::Unread));
        }
        let replaced = match &self.state {
            State::Open(session) if !session.has_key(key) => return self.destroy_another(id),
            State::Open(session) if session.is_read_only() => return Err(Error::Refused(Refusal::ReadOnly)),
            State::Open(session) => Some(session).filter(|_| replaces),
            State::Unread(of) if *of != key => return self.destroy_another(id),
            State::Unread(_) if replaces => return Err(Error::Refused(Refusal::Unread)),
            State::Unread(_) | State::NotOpen => None,
        };
        let tag = replaced.and_then(Session::tag);
        let stand_in = self.takeover.stand_in.take();
        let ending = Ending { replaced, stand_in };
        let result = session::delete(&mut self.store, &self.config, key, ending);
        self.inherited_tag = tag;
        if let State::Open(session) = &self.state {
            session.count_hold();
        }
        if result.is_ok() || matches!(self.state, State::Open(_)) {
            self.state = State::NotOpen;
        }
        result
    }

    /// Makes `close` collect garbage when the lock is free.
    pub fn collect_later(&mut self) {
        self.collect_at_close = true;
    }

    /// Collects all garbage on another connection: this session keeps its lock and its transaction.
    pub fn collect_now(&mut self) -> Result<u64> {
        self.store.another().collect(None)
    }

    /// `keep_connection`: PHP opens a new session at once (`session_regenerate_id`).
    pub fn close(&mut self, keep_connection: bool) -> Result<()> {
        if let State::Open(session) = &self.state {
            session.count_hold();
            self.inherited_tag = session.tag();
        }
        self.state = State::NotOpen;
        self.validated = None;
        self.made = None;
        self.written_or_destroyed = false;
        self.other = None;
        self.takeover.asks = None;
        if keep_connection {
            return Ok(());
        }
        self.inherited_tag = None;
        self.store.within(loaded::time_to_answer(&self.config));
        let mut collected = Ok(());
        if std::mem::take(&mut self.collect_at_close) && !self.store.is_forked() {
            collected = self.store.collect(Some(COLLECT_BUDGET)).map(drop);
        }
        // No warning: this request lost nothing, and a later one collects.
        if matches!(&collected, Err(error) if error.is_connection_lost() || error.is_unfit_host() || error.is_table_locked())
        {
            collected = Ok(());
        }
        self.store.disconnect();
        collected
    }

    pub fn status(&self) -> Option<Status> {
        match &self.state {
            State::Open(session) => Some(session.status(&self.config)),
            _ => None,
        }
    }

    fn key(&self, id: &[u8]) -> Result<SessionKey> {
        SessionKey::new(&self.config.namespace, id)
    }

    /// While no session is open, an invalid id comes from a cookie, which any visitor can send. A request warns of that once.
    fn valid_key(&mut self, id: &[u8]) -> Result<SessionKey> {
        let key = self.key(id);
        if key.is_err() && !matches!(self.state, State::Open(_)) {
            let again = std::mem::replace(&mut self.warned_of_id, true);
            return Err(Error::VisitorsId { again });
        }
        key
    }

    fn load(&mut self, key: SessionKey, lock_free: bool, if_absent: IfAbsent) -> Result<Loaded> {
        let (store, notices) = (&mut self.store, &mut self.notices);
        loaded::load(store, &self.config, key, lock_free, if_absent, notices)
    }
}

#[cfg(test)]
#[path = "handler_tests.rs"]
mod tests;
