//! What a session means: what is locked, what is unchanged, what is refused. Knows neither PHP nor SQL.
//!
//! `php::callbacks` calls it, one method for each callback; it asks a [`Store`].
//!
//! | state of the session | lock | its write |
//! |---|---|---|
//! | [`Access::Locked`] | taken at the read, perhaps lost since | fenced, locked again first if it was lost |
//! | [`Access::LockFree`] | none asked for | locked first, then fenced (`unlocked`: neither) |
//! | [`Access::ReadOnly`] | could not be had | refused |

use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::config::{Config, LockFailure};
use crate::error::{Error, Refusal, Result, seconds};
use crate::fence::{Base, Sent, Verdict, judge};
use crate::lock::Mode;
use crate::original::Original;
use crate::session_id::SessionKey;
use crate::store::{Expected, Expiry, Found, IfAbsent, Store, Version, Write};

/// How long a request's client waits for garbage collection after its session was closed.
const COLLECT_BUDGET: Duration = Duration::from_millis(50);

/// How often a write is tried whose connection is lost under it.
const WRITE_ATTEMPTS: u32 = 3;

/// What PHP makes of a session without variables: by `php` and `php_binary`, `php_serialize`, igbinary, msgpack. None of them
/// makes it of anything else, and a wrapping handler's own bytes are not among them, whatever they say.
const NO_VARIABLES: [&[u8]; 5] = [b"", b"a:0:{}", b"\0\0\0\x02\x14\0", b"\x80", b"\x90"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Locked,
    LockFree,
    ReadOnly,
}

struct Session {
    key: SessionKey,
    access: Access,
    base: Base,
    read_at: Instant,
    waited: Duration,
    /// As it was read; `None` once this request has written another.
    data: Option<Original>,
    bytes: usize,
}

/// A session as the store found it.
struct Loaded {
    found: Found,
    access: Access,
    waited: Duration,
}

impl Loaded {
    fn is_live(&self) -> bool {
        matches!(&self.found, Found::Row(row) if row.is_live())
    }
}

/// What `RustSql\status()` tells.
#[derive(Debug, PartialEq)]
pub struct Status {
    pub lock: &'static str,
    pub waited: Duration,
    pub held: Duration,
    pub version: Option<u64>,
    pub bytes: usize,
}

pub struct Handler<S> {
    store: S,
    config: Rc<Config>,
    session: Option<Session>,
    /// Loaded when PHP asked whether the id exists, for the read that follows.
    prefetched: Option<(SessionKey, Loaded)>,
    /// What went wrong when PHP asked whether the id exists: "no" would make PHP begin an empty session.
    deferred: Option<(SessionKey, Error)>,
    /// Its last read failed. A wrapping handler may take that for an empty session, or an error handler may close what PHP
    /// has not filled yet: such a session must not replace the stored one.
    unread: Option<SessionKey>,
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
            session: None,
            prefetched: None,
            deferred: None,
            unread: None,
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
        self.session = None;
        self.unread = Some(key);
        if let Some((_, error)) = self.deferred.take_if(|(of, _)| *of == key) {
            return Err(error);
        }
        let loaded = match self.prefetched.take_if(|(of, _)| *of == key) {
            Some((_, loaded)) => loaded,
            None => self.load(key, lock_free, IfAbsent::Claim)?,
        };
        self.unread = None;
        self.begin(key, loaded);
        Ok(self.data(id))
    }

    /// PHP cannot decode what was read: what it has instead is not the session.
    pub fn is_undecodable(&mut self) -> Error {
        self.unread = self.session.take().map(|session| session.key);
        Error::Refused(Refusal::Undecodable)
    }

    /// As that session was read last.
    pub fn data(&self, id: &[u8]) -> &[u8] {
        if let Some(other) = &self.other
            && self.key(id).is_ok_and(|key| self.is_another(key))
        {
            return other.data(id);
        }
        let data = self.session.as_ref().and_then(|session| session.data.as_ref());
        data.map(Original::bytes).unwrap_or_default()
    }

    /// PHP has the data now.
    pub fn shrink(&mut self) {
        if let Some(data) = self.session.as_mut().and_then(|session| session.data.as_mut()) {
            data.shrink();
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
            return Ok(self.load_lock_free(key, Access::LockFree, Instant::now())?.is_live());
        }
        // session_reset() asks about the session that this request began and has not written: its id stays.
        let begun = self.session.as_ref().is_some_and(|session| !session.base.live);
        match self.load(key, lock_free, IfAbsent::Leave) {
            Ok(loaded) if begun && !loaded.is_live() => Ok(true),
            Ok(loaded) => {
                let exists = loaded.is_live();
                if exists {
                    self.prefetched = Some((key, loaded));
                }
                Ok(exists)
            }
            Err(error) => {
                self.deferred = Some((key, error));
                Ok(true)
            }
        }
    }

    /// `lifetime` in seconds. `defect`: PHP could not encode the data, and what it hands over is not the session.
    pub fn write(&mut self, id: &[u8], data: &[u8], lifetime: u64, defect: Option<Refusal>) -> Result<()> {
        // Also when it panics.
        self.settled = false;
        self.prefetched = None;
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
        if self.is_another(key) {
            return match &mut self.other {
                Some(other) if !other.is_another(key) => other.write(id, data, lifetime, None),
                _ => self.elsewhere().write(id, data, lifetime, None),
            };
        }
        if self.unread == Some(key) {
            return Err(Error::Refused(Refusal::Unread));
        }
        if self.session.is_none() {
            let loaded = self.load(key, false, IfAbsent::Claim)?;
            self.begin(key, loaded);
        }
        self.store.within(self.time_to_answer());
        let Some(session) = &self.session else { return Ok(()) };
        let unchanged = session.base.live && session.data.as_ref().is_some_and(|read| read.is(data));
        if self.store.is_forked() {
            return match unchanged {
                true => Ok(()),
                false => Err(Error::Refused(Refusal::Forked)),
            };
        }
        if unchanged {
            return self.touch(key, data, lifetime);
        }
        if !session.base.live && NO_VARIABLES.contains(&data) && !self.config.store_empty {
            return Ok(());
        }
        if session.access == Access::ReadOnly {
            return Err(Error::Refused(Refusal::ReadOnly));
        }
        if let Some(limit) = self.config.max_size.filter(|limit| data.len() > *limit) {
            return Err(Error::TooLarge {
                bytes: data.len(),
                limit: format!("rustsql.max_size is {limit}"),
            });
        }
        self.save(key, data, self.expiry(lifetime))
    }

    /// `replaces`: its data goes on under a new id (`session_regenerate_id(true)`). Then a stale read is refused as in a write:
    /// the new session would lack what another request has written, or outlive a logout. A session that just ends takes all
    /// of that with it.
    pub fn destroy(&mut self, id: &[u8], replaces: bool) -> Result<()> {
        self.settled = false;
        self.prefetched = None;
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
        if replaces && self.unread == Some(key) {
            return Err(Error::Refused(Refusal::Unread));
        }
        match &self.session {
            Some(session) if session.key != key => return self.elsewhere().destroy(id, false),
            Some(session) if session.access == Access::ReadOnly => return Err(Error::Refused(Refusal::ReadOnly)),
            _ => {}
        }
        let held = self.store.holds(key);
        self.store.within(if held {
            self.time_to_answer()
        } else {
            self.time_to_lock()
        });
        let mut result = self.delete(key, replaces, false);
        if matches!(&result, Err(error) if error.is_worth_another_try()) {
            if held {
                self.store.within(self.time_to_lock());
            }
            result = self.delete(key, replaces, true);
        }
        self.session = None;
        self.unread.take_if(|_| result.is_ok());
        result
    }

    /// `again`: it may be gone already, by a try whose answer was lost.
    fn delete(&mut self, key: SessionKey, replaces: bool, again: bool) -> Result<()> {
        if self.store.mode() != Mode::Unlocked && !self.store.holds(key) {
            let found = self.store.lock(key, IfAbsent::Leave)?;
            let gone = again && matches!(found, Found::Absent { .. });
            if let Some(session) = self.session.as_ref().filter(|_| replaces && !gone) {
                let nothing_sent = Sent {
                    versions: Vec::new(),
                    data: &[],
                };
                let elapsed = session.read_at.elapsed();
                let verdict = judge(&session.base, self.store.instance(), elapsed, &nothing_sent, &found);
                if let Verdict::Refuse(refusal) = verdict {
                    return Err(Error::Refused(refusal));
                }
            }
        }
        self.store.delete(key)
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
        self.session = None;
        self.settled = false;
        self.prefetched = None;
        self.deferred = None;
        self.unread = None;
        self.other = None;
        if keep_connection {
            return Ok(());
        }
        self.store.within(self.time_to_answer());
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
        let session = self.session.as_ref()?;
        Some(Status {
            lock: match session.access {
                Access::Locked => self.store.mode().name(),
                Access::LockFree if self.store.mode() == Mode::Unlocked => Mode::Unlocked.name(),
                Access::LockFree | Access::ReadOnly => "none",
            },
            waited: session.waited,
            held: match session.access {
                Access::Locked => session.read_at.elapsed(),
                _ => Duration::ZERO,
            },
            version: session.base.version.filter(|_| session.base.live).map(Version::number),
            bytes: session.bytes,
        })
    }

    /// For all that a step asks of a server which it has a lock of, or needs none of.
    fn time_to_answer(&self) -> Option<Duration> {
        Some(self.config.io_timeout)
    }

    /// The same with a wait for the lock; `None`: that may last for ever.
    fn time_to_lock(&self) -> Option<Duration> {
        self.config.lock_timeout.with_io(self.config.io_timeout)
    }

    fn key(&self, id: &[u8]) -> Result<SessionKey> {
        SessionKey::new(&self.config.namespace, id)
    }

    /// While no session is open an impossible id is that of a cookie, which any visitor can send: that is said once.
    fn valid_key(&mut self, id: &[u8]) -> Result<SessionKey> {
        let key = self.key(id);
        if key.is_err() && self.session.is_none() {
            let again = std::mem::replace(&mut self.refused_id, true);
            return Err(Error::VisitorsId { again });
        }
        key
    }

    /// While a session is open: whether that is not the one.
    fn is_another(&self, key: SessionKey) -> bool {
        self.session.as_ref().is_some_and(|session| session.key != key)
    }

    /// For an id that is not the open one: the session that is open keeps its lock.
    fn elsewhere(&self) -> Self {
        Self::new(Rc::clone(&self.config), self.store.another())
    }

    fn expiry(&self, lifetime: u64) -> Expiry {
        Expiry {
            lifetime,
            touch_seconds: self.config.touch_seconds(lifetime),
        }
    }

    fn begin(&mut self, key: SessionKey, loaded: Loaded) {
        let instance = self.store.instance();
        let (base, data) = match loaded.found {
            Found::Row(row) => (
                Base {
                    version: Some(row.version),
                    instance,
                    live: row.is_live(),
                    expires: row.expires,
                    now: row.now,
                },
                if row.is_live() { row.data } else { Vec::new() },
            ),
            Found::Absent { placeholder } => (
                Base {
                    version: placeholder,
                    instance,
                    live: false,
                    expires: 0,
                    now: 0,
                },
                Vec::new(),
            ),
        };
        self.session = Some(Session {
            key,
            access: loaded.access,
            base,
            read_at: Instant::now(),
            waited: loaded.waited,
            bytes: data.len(),
            data: Some(Original::Whole(data)),
        });
    }

    fn load(&mut self, key: SessionKey, lock_free: bool, if_absent: IfAbsent) -> Result<Loaded> {
        let started = Instant::now();
        if lock_free || self.config.read_only || self.store.mode() == Mode::Unlocked {
            return self.load_lock_free(key, Access::LockFree, started);
        }
        self.store.within(self.time_to_lock());
        let mut result = self.store.lock(key, if_absent);
        // Nothing was decided yet, and a connection kept for a new id may have been closed meanwhile.
        if matches!(&result, Err(error) if error.is_quickly_lost()) {
            result = self.store.lock(key, if_absent);
        }
        match result {
            Ok(found) => Ok(Loaded {
                found,
                access: Access::Locked,
                waited: started.elapsed(),
            }),
            Err(Error::LockTimeout { waited, holder }) if self.config.lock_failure == LockFailure::ReadOnly => {
                self.notices.push(format!(
                    "the session is opened read-only: waited {} for its lock, {holder}",
                    seconds(waited)
                ));
                self.load_lock_free(key, Access::ReadOnly, started)
            }
            Err(error) if error.is_table_locked() && self.config.lock_failure == LockFailure::ReadOnly => {
                let notice = format!("the session is opened read-only: {}", error.brief());
                let loaded = self.load_lock_free(key, Access::ReadOnly, started)?;
                self.notices.push(notice);
                Ok(loaded)
            }
            Err(error) => Err(error),
        }
    }

    fn load_lock_free(&mut self, key: SessionKey, access: Access, started: Instant) -> Result<Loaded> {
        self.store.within(self.time_to_answer());
        let row = match self.store.peek(key) {
            Err(error) if error.is_quickly_lost() => self.store.peek(key)?,
            row => row?,
        };
        Ok(Loaded {
            found: row.map_or(Found::Absent { placeholder: None }, Found::Row),
            access,
            waited: started.elapsed(),
        })
    }

    /// Moves an unchanged session's expiry, if it has not been moved for long enough.
    fn touch(&mut self, key: SessionKey, data: &[u8], lifetime: u64) -> Result<()> {
        let expiry = self.expiry(lifetime);
        let unlocked = self.store.mode() == Mode::Unlocked;
        let Some(session) = &mut self.session else {
            return Ok(());
        };
        let Some(version) = session.base.version else {
            return Ok(());
        };
        let now = session.base.now + session.read_at.elapsed().as_secs();
        if expiry.fits(session.base.expires, now) || session.access != Access::Locked && !unlocked {
            return Ok(());
        }
        if self.store.holds(key) || unlocked {
            match self.store.touch(key, version, expiry) {
                Ok(true) => {
                    session.base.expires = expiry.earliest(now) + expiry.touch_seconds;
                    return Ok(());
                }
                Ok(false) => {}
                Err(error) if error.is_worth_another_try() => {}
                Err(error) => return Err(error),
            }
        }
        // The lock was lost, or the row has changed or gone: what this request read is written again if it may be.
        // If not, nothing of this request is lost, since it changed nothing.
        let read = session.data.take();
        let result = self.save(key, data, expiry);
        if let Some(session) = &mut self.session {
            session.data = read;
        }
        match result {
            Err(Error::Refused(_)) => Ok(()),
            result => result,
        }
    }

    fn save(&mut self, key: SessionKey, data: &[u8], expiry: Expiry) -> Result<()> {
        let time_to_lock = self.time_to_lock();
        let mut locks = false;
        let Some(session) = &mut self.session else {
            return Ok(());
        };
        let base = session.base;
        let now = base.now + session.read_at.elapsed().as_secs();
        let unlocked = self.store.mode() == Mode::Unlocked;
        // The index on the expiry is left alone while that is as it should be.
        let stays = base.live && !unlocked && expiry.fits(base.expires, now);
        let mut expected = match base.version {
            _ if unlocked => Expected::Anything,
            Some(version) => Expected::Version(version),
            None => Expected::Absent,
        };
        let mut result = Err(Error::Refused(Refusal::Newer));
        let mut sent = Sent {
            versions: Vec::new(),
            data,
        };
        for attempt in 0..WRITE_ATTEMPTS {
            let again = attempt > 0 || !unlocked && !self.store.holds(key);
            // Once, however many attempts there are.
            if again && !std::mem::replace(&mut locks, true) {
                self.store.within(time_to_lock);
            }
            if again && !unlocked {
                let found = match self.store.lock(key, IfAbsent::Claim) {
                    Err(error) if error.is_worth_another_try() => {
                        result = Err(error);
                        continue;
                    }
                    found => found?,
                };
                let (on, elapsed) = (self.store.instance(), session.read_at.elapsed());
                let verdict = judge(&base, on, elapsed, &sent, &found);
                // Its data may be large.
                drop(found);
                match verdict {
                    Verdict::Written(version) => {
                        result = Ok(version);
                        break;
                    }
                    Verdict::WriteOver(fence) => expected = fence,
                    Verdict::Refuse(refusal) => return Err(Error::Refused(refusal)),
                }
            }
            let on = self.store.instance();
            let version = match expected {
                Expected::Version(over) if base.live => over.next(on),
                _ => Version::new_session(on),
            };
            if again {
                // So that the server gives a wait for the row up before its client does.
                self.store.within(Some(self.config.io_timeout));
            }
            let write = Write {
                expected,
                version,
                data,
                expiry,
                moves_expiry: !stays || attempt > 0,
                is_new: !base.live,
            };
            sent.versions.push(version);
            match self.store.save(key, write) {
                Ok(true) => {
                    result = Ok(version);
                    break;
                }
                Ok(false) => {}
                Err(error) if error.is_worth_another_try() => result = Err(error),
                Err(error) => return Err(error),
            }
        }
        result.map(|version| {
            // A second write in the same request is fenced by the first.
            let now = base.now + session.read_at.elapsed().as_secs();
            session.base = Base {
                version: Some(version),
                instance: self.store.instance(),
                live: true,
                expires: if stays { base.expires } else { expiry.earliest(now) },
                now,
            };
            session.read_at = Instant::now();
            session.bytes = data.len();
            session.data = None;
        })
    }
}

#[cfg(test)]
#[path = "handler_tests.rs"]
mod tests;
