//! Ids that the request has made, and whether another id exists, for strict mode.

use super::{Handler, State};
use crate::error::Result;
use crate::store::{IfAbsent, Store};

impl<S: Store> Handler<S> {
    /// Call this when the request has made an id.
    pub fn has_made(&mut self, id: &[u8]) {
        self.made = self.key(id).ok();
        self.takeover.made = self.made;
    }

    /// Whether the session exists, for strict mode. An existing one is locked and read already for the read that follows.
    pub fn validate(&mut self, id: &[u8], lock_free: bool) -> Result<bool> {
        let Ok(key) = self.key(id) else { return Ok(false) };
        if self.made == Some(key) {
            return Ok(false);
        }
        if self.is_another(key) {
            // session_create_id() asks about another id, and the open session keeps its lock.
            return Ok(self.load(key, true, IfAbsent::Leave)?.is_live());
        }
        // session_reset() asks about the open session. If that is new and not written yet, its id stays valid.
        let begun = matches!(&self.state, State::Open(session) if session.is_new());
        let answer = match self.validated.take() {
            Some((of, answer)) if of == key && self.config.migrate_from.is_some() => answer,
            _ => self.load(key, lock_free, IfAbsent::Leave),
        };
        if matches!(&answer, Ok(loaded) if !loaded.is_live()) {
            return Ok(begun);
        }
        self.validated = Some((key, answer));
        Ok(true)
    }
}
