//! What this request knows of the old store (`rustsql.migrate_from`). `handler` and `takeover` read and set it.

use crate::session_id::SessionKey;
use crate::store::Version;

#[derive(Default)]
pub(super) struct Takeover {
    /// The last id that this request has made: the old store has no such session.
    pub(super) made: Option<SessionKey>,
    /// The old store is being asked for this session. If it still is at a write, a fatal error has ended the question.
    pub(super) asks: Option<SessionKey>,
    /// The last write has to go on to the old store.
    pub(super) is_due: bool,
    /// The version of the row that the old store has a copy of, with `rustsql.migrate_keep`.
    pub(super) copied: Option<Version>,
    /// That copy lacks what the write was merged with.
    pub(super) lacks: bool,
    /// The row's data, where another request has written it since.
    pub(super) newer: Vec<u8>,
    /// The old store has destroyed its copy of the session that is about to be destroyed.
    pub(super) copy_destroyed: bool,
    /// An empty session takes the place of that session, for so many seconds: the old store still has its copy.
    pub(super) stand_in: Option<u64>,
}
