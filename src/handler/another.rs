//! Another id than that of the open session: a script reads, writes or destroys it through `SessionHandler`.

use std::rc::Rc;

use super::{Handler, State};
use crate::error::Result;
use crate::merge::Format;
use crate::session::Writing;
use crate::session_id::SessionKey;
use crate::store::Store;

impl<S: Store> Handler<S> {
    /// Call this before `write`. `continues`: within `session_regenerate_id()`.
    pub fn writes(&mut self, format: Format, continues: bool) {
        self.writing = Writing { format, continues };
        if let Some(other) = &mut self.other {
            other.writes(format, false);
        }
    }

    /// Whether a session is open and has another key.
    pub(super) fn is_another(&self, key: SessionKey) -> bool {
        matches!(&self.state, State::Open(session) if !session.has_key(key))
    }

    /// A handler with another connection, for another id: the open session keeps its lock.
    pub(super) fn on_another_connection(&self) -> Self {
        let mut other = Self::new(Rc::clone(&self.config), self.store.another());
        other.writes(self.writing.format, false);
        other
    }

    pub(super) fn destroy_another(&mut self, id: &[u8]) -> Result<()> {
        let mut other = self.on_another_connection();
        other.takeover.stand_in = self.takeover.stand_in.take();
        other.destroy(id, false)
    }
}
