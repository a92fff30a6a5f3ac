//! The order in which PHP calls: validate before read, another id, regenerate, destroy, the lottery. Knows neither PHP nor SQL.
//!
//! `php::callbacks` calls it, one method for each callback; it asks a [`Store`]. What becomes of an opened session, `session` says.

use std::rc::Rc;
use std::time::Duration;

use crate::config::Config;
use crate::error::{Error, Refusal, Result};
use crate::loaded::{self, Loaded};
use crate::session::{self, Session, Status};
use crate::session_id::SessionKey;
use crate::store::{IfAbsent, Store};

/// How long a request's client waits for garbage collection after its session was closed.
const COLLECT_BUDGET: Duration = Duration::from_millis(50);

enum State {
    Nothing,
    Open(Session),
    /// Its last read failed. A wrapping handler may take that for an empty session, or an error handler may close what PHP
    /// has not filled yet: such a session must not replace the stored one.
    Unread(SessionKey),
}

pub struct Handler<S> {
    store: S,
    config: Rc<Config>,
    state: State,
    /// What the last question whether an id exists was answered, for the read that follows. An error waits there too: "no"
    /// would make PHP begin an empty session.
    asked: Option<(SessionKey, Result<Loaded>)>,
    /// Another session that the script asked for while its own is open, on a connection of its own.
    other: Option<Box<Self>>,
    /// That its id is impossible has been said.
    refused_id: bool,
    collect_at_close: bool,
    /// Its last read was followed by a write or a destroy that succeeded.
    settled: bool,
    notices: Vec<String>,
}

impl<S: Store> Handler<S> {
    pub fn new(config: Rc<Config>, store: S) -> Self {
        Self {
            store,
            config,
            state: State::Nothing,
            asked: None,
            other: None,
            refused_id: false,
            collect_at_close: false,
            settled: false,
            notices: Vec::new(),
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

    /// In the middle of `session_regenerate_id()` PHP goes on only after such a write or destroy. A failed one ends the
    /// session, and so does data that PHP 8.6 cannot encode: it then closes without a write.
    pub fn is_settled(&self) -> bool {
        self.settled
    }

    /// The session's data, empty for a new one. `lock_free`: PHP closes it again at once (`read_and_close`).
    pub fn read(&mut self, id: &[u8], lock_free: bool) -> Result<&[u8]> {
        self.settled = false;
        let key = self.valid_key(id)?;
        if self.is_another(key) {
            // Only a script asks for it: PHP closes a session before it reads the next one. Its own keeps lock and base.
            let mut other = self.elsewhere();
            other.read(id, true)?;
            self.other = Some(Box::new(other));
            return Ok(self.data(id));
        }
        self.state = State::Unread(key);
        let loaded = match self.asked.take() {
            Some((of, answer)) if of == key => answer?,
            _ => self.load(key, lock_free, IfAbsent::Claim)?,
        };
        self.state = State::Open(Session::begin(key, loaded, self.store.instance()));
        Ok(self.data(id))
    }

    /// PHP cannot decode what was read: what it has instead is not the session.
    pub fn is_undecodable(&mut self) -> Error {
        self.state = match &self.state {
            State::Open(session) => State::Unread(session.key()),
            _ => State::Nothing,
        };
        Error::Refused(Refusal::Undecodable)
    }

    /// As that session was read last.
    pub fn data(&self, id: &[u8]) -> &[u8] {
        match (&self.state, &self.other) {
            (State::Open(session), Some(other)) if self.key(id).is_ok_and(|key| !session.is_of(key)) => other.data(id),
            (State::Open(session), _) => session.data(),
            _ => &[],
        }
    }

    /// PHP has the data now.
    pub fn shrink(&mut self) {
        if let State::Open(session) = &mut self.state {
            session.shrink();
        }
        if let Some(other) = &mut self.other {
            other.shrink();
        }
    }

    /// Whether the session exists, for strict mode. The read that follows needs no second look.
    pub fn validate(&mut self, id: &[u8], lock_free: bool) -> Result<bool> {
        let Ok(key) = self.key(id) else { return Ok(false) };
        if self.is_another(key) {
            // session_create_id() asks about another id: the lock that is held stays as it is.
            return Ok(self.load(key, true, IfAbsent::Leave)?.is_live());
        }
        // session_reset() asks about the session that this request began and has not written: its id stays.
        let begun = matches!(&self.state, State::Open(session) if session.is_new());
        self.asked = None;
        let answer = self.load(key, lock_free, IfAbsent::Leave);
        if matches!(&answer, Ok(loaded) if !loaded.is_live()) {
            return Ok(begun);
        }
        self.asked = Some((key, answer));
        Ok(true)
    }

    /// `lifetime` in seconds. `defect`: PHP could not encode the data, and what it hands over is not the session.
    pub fn write(&mut self, id: &[u8], data: &[u8], lifetime: u64, defect: Option<Refusal>) -> Result<()> {
        // Also when it panics.
        self.settled = false;
        self.asked = None;
        let result = self.write_changes(id, data, lifetime, defect);
        self.settled = result.is_ok();
        result
    }

    fn write_changes(&mut self, id: &[u8], data: &[u8], lifetime: u64, defect: Option<Refusal>) -> Result<()> {
        let key = self.valid_key(id)?;
        if self.config.read_only {
            return Ok(());
        }
        if let Some(refusal) = defect {
            return Err(Error::Refused(refusal));
        }
        match &mut self.state {
            State::Open(session) if session.is_of(key) => session.write(&mut self.store, &self.config, data, lifetime),
            State::Open(_) => match &mut self.other {
                Some(other) if !other.is_another(key) => other.write(id, data, lifetime, None),
                _ => self.elsewhere().write(id, data, lifetime, None),
            },
            State::Unread(of) if *of == key => Err(Error::Refused(Refusal::Unread)),
            State::Unread(_) => self.elsewhere().write(id, data, lifetime, None),
            State::Nothing => {
                let loaded = self.load(key, false, IfAbsent::Claim)?;
                let mut session = Session::begin(key, loaded, self.store.instance());
                let result = session.write(&mut self.store, &self.config, data, lifetime);
                self.state = State::Open(session);
                result
            }
        }
    }

    /// `replaces`: its data goes on under a new id (`session_regenerate_id(true)`). Then a stale read is refused as in a write:
    /// the new session would lack what another request has written, or outlive a logout. A session that just ends takes all
    /// of that with it.
    pub fn destroy(&mut self, id: &[u8], replaces: bool) -> Result<()> {
        self.settled = false;
        self.asked = None;
        let result = self.end(id, replaces);
        self.settled = result.is_ok();
        result
    }

    fn end(&mut self, id: &[u8], replaces: bool) -> Result<()> {
        let key = self.valid_key(id)?;
        if self.config.read_only {
            return Ok(());
        }
        if self.store.is_forked() {
            return Err(Error::Refused(Refusal::Forked));
        }
        let replaced = match &self.state {
            State::Open(session) if !session.is_of(key) => return self.elsewhere().destroy(id, false),
            State::Open(session) if session.is_read_only() => return Err(Error::Refused(Refusal::ReadOnly)),
            State::Open(session) => Some(session).filter(|_| replaces),
            State::Unread(of) if *of != key => return self.elsewhere().destroy(id, false),
            State::Unread(_) if replaces => return Err(Error::Refused(Refusal::Unread)),
            State::Unread(_) | State::Nothing => None,
        };
        let result = session::delete(&mut self.store, &self.config, key, replaced);
        if result.is_ok() || matches!(self.state, State::Open(_)) {
            self.state = State::Nothing;
        }
        result
    }

    /// PHP's lottery: collects once the session is closed and its lock is free.
    pub fn collect_later(&mut self) {
        self.collect_at_close = true;
    }

    /// Collects to the end, on a connection of its own: this session's lock and transaction stay as they are.
    pub fn collect_now(&mut self) -> Result<u64> {
        self.store.another().collect(None)
    }

    /// `keep_connection`: PHP goes on with a new id at once (`session_regenerate_id`).
    pub fn close(&mut self, keep_connection: bool) -> Result<()> {
        self.state = State::Nothing;
        self.asked = None;
        self.settled = false;
        self.other = None;
        if keep_connection {
            return Ok(());
        }
        self.store.within(loaded::time_to_answer(&self.config));
        let mut collected = Ok(());
        if std::mem::take(&mut self.collect_at_close) && !self.store.is_forked() {
            collected = self.store.collect(Some(COLLECT_BUDGET)).map(drop);
        }
        // Its turn passes to a later request: nothing of this one is lost, and its script has nothing to mend.
        if matches!(&collected, Err(error) if error.is_connection_lost() || error.is_unfit_host() || error.is_table_locked())
        {
            collected = Ok(());
        }
        self.store.disconnect();
        collected
    }

    pub fn status(&self) -> Option<Status> {
        match &self.state {
            State::Open(session) => Some(session.status(self.store.mode())),
            _ => None,
        }
    }

    fn key(&self, id: &[u8]) -> Result<SessionKey> {
        SessionKey::new(&self.config.namespace, id)
    }

    /// While no session is open an impossible id is that of a cookie, which any visitor can send: that is said once.
    fn valid_key(&mut self, id: &[u8]) -> Result<SessionKey> {
        let key = self.key(id);
        if key.is_err() && !matches!(self.state, State::Open(_)) {
            let again = std::mem::replace(&mut self.refused_id, true);
            return Err(Error::VisitorsId { again });
        }
        key
    }

    /// While a session is open: whether that is not the one.
    fn is_another(&self, key: SessionKey) -> bool {
        matches!(&self.state, State::Open(session) if !session.is_of(key))
    }

    /// For an id that is not the open one: the session that is open keeps its lock.
    fn elsewhere(&self) -> Self {
        Self::new(Rc::clone(&self.config), self.store.another())
    }

    fn load(&mut self, key: SessionKey, lock_free: bool, if_absent: IfAbsent) -> Result<Loaded> {
        let (store, notices) = (&mut self.store, &mut self.notices);
        loaded::load(store, &self.config, key, lock_free, if_absent, notices)
    }
}

#[cfg(test)]
#[path = "handler_tests.rs"]
mod tests;
