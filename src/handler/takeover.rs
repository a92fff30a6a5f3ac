//! The live migration: which sessions the old store (`rustsql.migrate_from`) is asked for, and when it has to follow.
//!
//! `php::old_store` calls these methods and the old store, one after the other: an old handler may jump away (`longjmp`), so
//! nothing here may run at the same time.
//!
//! | callback | this file | the old store |
//! |---|---|---|
//! | read, validate | `seek`: locks, and finds no row | is asked, under the lock; `adopt` gets its answer |
//! | write, lock lost | `is_not_taken_over` | is asked again; `confirm` gets its answer |
//! | write | `take_due`: the row is written | destroys its copy, or with `rustsql.migrate_keep` writes it |
//! | destroy | `order`, then `destroy` before or after the old store | destroys its copy; `copy_was` gets the outcome |
//!
//! A session that has a row is never looked for in the old store, except to destroy it.

use super::{Handler, State};
use crate::config::Config;
use crate::error::{Error, Refusal, Result};
use crate::loaded::{Access, time_to_answer};
use crate::session::Session;
use crate::session_id::SessionKey;
use crate::store::{IfAbsent, Store};

/// In which order a destroy ends the row and the old store's copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    RowAlone,
    /// A copy that cannot be destroyed gets an empty row in its way.
    CopyThenRow,
    /// The copy is the only one of data that continues under a new id. It must still be there if the database fails. So an empty
    /// row takes its place first.
    RowThenCopy,
}

/// The outcome when the old store was asked to destroy its copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copy {
    Destroyed,
    Absent,
    Stays,
}

/// The row, compared with the old store's copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    Same,
    Gone,
    Newer,
}

impl<S: Store> Handler<S> {
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Call this before `read` and `validate`, which then use what it has read. True: ask the old store, and call `adopt`.
    pub fn seek(&mut self, id: &[u8], lock_free: bool) -> bool {
        self.takeover.asks = None;
        let Ok(key) = self.key(id) else { return false };
        if self.config.migrate_from.is_none() || self.takeover.made == Some(key) || self.has_sought(key) {
            return false;
        }
        if self.is_another(key) {
            // `read` goes on with it.
            let mut other = self.on_another_connection();
            let asks = other.seek(id, true);
            self.takeover.asks = other.takeover.asks;
            self.other = Some(Box::new(other));
            return asks;
        }
        let answer = self.load(key, lock_free, IfAbsent::Claim);
        let asks = matches!(&answer, Ok(loaded) if loaded.is_absent());
        self.takeover.asks = asks.then_some(key);
        self.validated = Some((key, answer));
        asks
    }

    /// Whether this handler has read the session already, for the read that follows.
    pub(super) fn has_sought(&self, key: SessionKey) -> bool {
        matches!(&self.validated, Some((of, _)) if *of == key)
    }

    /// The answer of the old store. `None`: it has no such session.
    pub fn adopt(&mut self, answer: Result<Option<Vec<u8>>>) {
        self.takeover.asks = None;
        if let Some(other) = self.other.as_mut().filter(|other| other.takeover.asks.is_some()) {
            return other.adopt(answer);
        }
        let Some((key, Ok(mut loaded))) = self.validated.take() else {
            return;
        };
        let absent = matches!(answer, Ok(None));
        let mut result = answer.map(|data| {
            loaded.old = data;
            loaded
        });
        // Without a lock, another request may have taken the session over between the two looks.
        if absent
            && let Ok(loaded) = &mut result
            && !matches!(loaded.access, Access::Locked(_))
        {
            match self.load(key, true, IfAbsent::Leave) {
                Ok(again) => loaded.found = again.found,
                Err(error) => result = Err(error),
            }
        }
        self.validated = Some((key, result));
    }

    /// Call this after a write that failed with `is_not_taken_over`, with the present data of the old store. Then write again: if the
    /// data is what this request has read, no other request has taken the session over.
    pub fn confirm(&mut self, id: &[u8], data: Vec<u8>) -> Result<()> {
        let key = self.key(id)?;
        if self.is_another(key) {
            return self.other.as_mut().map_or(Ok(()), |other| other.confirm(id, data));
        }
        if !matches!(&self.state, State::Open(session) if session.was_read_as(&data)) || self.store.held(key).is_none()
        {
            return Ok(());
        }
        let mut loaded = self.load(key, false, IfAbsent::Claim)?;
        loaded.old = Some(data);
        self.state = State::Open(Session::begin(key, loaded, self.store.instance()));
        Ok(())
    }

    /// Whether the write that has just succeeded has to go on to the old store.
    pub fn take_due(&mut self) -> bool {
        (self.takeover.copied, self.takeover.lacks) = match &self.state {
            State::Open(session) => (session.version(), session.is_merged()),
            _ => (None, false),
        };
        std::mem::take(&mut self.takeover.is_due) && self.config.migrate_from.is_some()
    }

    /// Call this after the old store has followed a write, with `rustsql.migrate_keep`. The lock is free by then, so another
    /// request may have written the row, and its copy before this one. The old store has to follow again until nothing is new.
    pub fn since_copied(&mut self, id: &[u8]) -> Result<Since> {
        let key = self.key(id)?;
        if !matches!(&self.state, State::Open(session) if session.has_key(key)) {
            return Ok(Since::Same);
        }
        self.store.within(time_to_answer(&self.config));
        let row = self.store.peek(key)?;
        let version = row.as_ref().map(|row| row.version);
        let copied = std::mem::replace(&mut self.takeover.copied, version);
        self.takeover.newer = row.map(|row| row.data).unwrap_or_default();
        let lacks = std::mem::take(&mut self.takeover.lacks);
        Ok(match version {
            same if same == copied && !lacks => Since::Same,
            None => Since::Gone,
            Some(_) => Since::Newer,
        })
    }

    /// The row's data when `since_copied` has read it.
    pub fn newer_data(&self) -> &[u8] {
        &self.takeover.newer
    }

    /// Call this before `destroy`, with the same arguments. `lifetime` is in seconds. The caller passes what the old store answers
    /// to `copy_was`.
    pub fn order(&mut self, id: &[u8], replaces: bool, lifetime: u64) -> Order {
        self.takeover.stand_in = None;
        self.takeover.copy_destroyed = false;
        let Ok(key) = self.key(id) else { return Order::RowAlone };
        let refuses = self.config.read_only
            || self.takeover.asks == Some(key)
            || self.store.is_forked()
            || match &self.state {
                State::Open(session) => session.has_key(key) && session.is_read_only(),
                State::Unread(of) => *of == key && replaces,
                State::NotOpen => false,
            };
        let is_ours_alone = self.takeover.made == Some(key) && !self.config.migrate_keep;
        if self.config.migrate_from.is_none() || refuses || is_ours_alone {
            return Order::RowAlone;
        }
        let is_only_copy =
            matches!(&self.state, State::Open(session) if replaces && session.has_key(key) && session.is_adopted());
        match is_only_copy {
            true => {
                self.takeover.stand_in = Some(lifetime);
                Order::RowThenCopy
            }
            false => Order::CopyThenRow,
        }
    }

    /// Call this before `destroy` with `Order::CopyThenRow`, after a `destroy` that succeeded with `Order::RowThenCopy`.
    pub fn copy_was(&mut self, copy: Copy, order: Order, lifetime: u64) -> Result<()> {
        match (order, copy) {
            (Order::CopyThenRow, Copy::Stays) => self.takeover.stand_in = Some(lifetime),
            (Order::CopyThenRow, Copy::Destroyed) => self.takeover.copy_destroyed = true,
            // Another request has destroyed it. Its data must not continue under a new id.
            (Order::RowThenCopy, Copy::Absent) => {
                self.written_or_destroyed = false;
                return Err(Error::Refused(Refusal::Destroyed));
            }
            _ => {}
        }
        Ok(())
    }
}
