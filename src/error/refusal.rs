//! Why a write is refused although the database would have accepted it.

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("another request has written newer data since it was read")]
    Newer,
    #[error("another request has destroyed it since it was read")]
    Destroyed,
    #[error("it has expired since it was read, or another request has destroyed it")]
    Ended,
    #[error("it was opened without its lock (rustsql.lock_failure=readonly)")]
    ReadOnly,
    #[error("its lock was lost before it moved to the database, and it has changed in the old save handler meanwhile")]
    NotTakenOver,
    #[error("it could not be read earlier")]
    Unread,
    #[error("this process was forked from the one that opened it")]
    Forked,
    #[error(
        "PHP could not encode it: a key of $_SESSION contains '|' (rename the key, or use session.serialize_handler=php_serialize)"
    )]
    KeyWithDelimiter,
    #[error("PHP could not encode it: an exception was thrown while $_SESSION was serialized")]
    PendingException,
    #[error(
        "PHP could not decode the stored data with the current session.serialize_handler, and would have destroyed it"
    )]
    Undecodable,
}

impl Refusal {
    /// What the refusal means for the stored data.
    pub(super) fn consequence(self) -> &'static str {
        match self {
            Self::Destroyed | Self::Ended => "",
            _ => "; the stored data stays",
        }
    }
}
