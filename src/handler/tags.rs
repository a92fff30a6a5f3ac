//! The tag of the open session, for the functions `RustSql\\tag()`, `sessions()` and `revoke()`.

use super::{Handler, State};
use crate::error::{Error, Result};
use crate::session_id::SessionKey;
use crate::store::Store;
use crate::tag::Tag;

impl<S: Store> Handler<S> {
    /// Marks the open session from its next write on.
    pub fn tag(&mut self, text: Option<&[u8]>) -> Result<()> {
        let State::Open(session) = &mut self.state else {
            return Err(Error::NotOpen);
        };
        session.set_tag(text.map(|text| Tag::new(&self.config.namespace, text)));
        Ok(())
    }

    /// Whether the open session has this tag, or will have it after its next write.
    pub fn has_tag(&self, text: &[u8]) -> bool {
        let tag = Tag::new(&self.config.namespace, text);
        matches!(&self.state, State::Open(session) if session.has_tag(tag))
    }

    pub fn open_key(&self) -> Option<SessionKey> {
        match &self.state {
            State::Open(session) => Some(session.key()),
            _ => None,
        }
    }
}
