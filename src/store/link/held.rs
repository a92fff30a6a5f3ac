//! The lock that a link holds: what was reported of it, and what follows.

use super::{Hold, Link, Open};
use crate::counters::{self, holders};
use crate::lock::Mode;
use crate::session_id::SessionKey;

impl Link {
    pub(super) fn usable(&self) -> Option<&Open> {
        self.open.as_ref().filter(|open| open.is_usable())
    }

    /// `Nothing` if the connection was lost.
    pub fn hold(&self) -> &Hold {
        self.usable().map_or(&Hold::Nothing, |open| &open.hold)
    }

    pub fn holds_session(&self) -> bool {
        self.hold().session().is_some()
    }

    /// The mode in which this session is locked. `None`: it is not locked.
    pub fn held(&self, key: SessionKey) -> Option<Mode> {
        let (held, mode) = self.hold().session()?;
        (held == key).then_some(mode)
    }

    pub fn lock_taken(&mut self, hold: Hold) {
        if let Some(open) = &mut self.open {
            let connection = u64::from(open.connection.id());
            let note = |(key, _)| holders::note(counters::tenant(), key, connection, self.route.script());
            open.noted = hold.session().and_then(note);
            open.hold = hold;
        }
    }

    /// The lock was released, and the transaction has ended.
    pub fn lock_released(&mut self) {
        self.lock_taken(Hold::Nothing);
    }

    /// The server has rolled the transaction back, which released the row lock. The next statement begins a new transaction.
    pub fn row_lock_lost(&mut self) {
        if let Hold::Row { .. } = self.hold() {
            self.lock_taken(Hold::Transaction);
        }
    }

    /// Without autocommit, statements leave a transaction open.
    pub fn statements_executed(&mut self) {
        if let Some(open) = &mut self.open
            && open.hold.session().is_none()
        {
            open.hold = match open.variables {
                Some(variables) if !variables.autocommit => Hold::Transaction,
                _ => Hold::Nothing,
            };
        }
    }
}
