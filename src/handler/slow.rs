//! `rustsql.slow`: reports locks that were waited for, or held, for longer.

use std::time::Duration;

use super::{Handler, State};
use crate::error::seconds;
use crate::loaded::{Access, Loaded};
use crate::store::Store;

impl<S: Store> Handler<S> {
    /// Adds a notice if the lock was waited for too long.
    pub(super) fn report_wait(&mut self, loaded: &Loaded) {
        if matches!(loaded.access, Access::Locked(_)) && self.config.is_slow(loaded.waited) {
            let waited = seconds(loaded.waited);
            self.notices
                .push(format!("waited {waited} for the lock of the session (rustsql.slow)"));
        }
    }

    /// The time for which the open session has been locked, if that is too long.
    pub fn held_too_long(&self) -> Option<Duration> {
        match &self.state {
            State::Open(session) => session.locked_for().filter(|held| self.config.is_slow(*held)),
            _ => None,
        }
    }
}
