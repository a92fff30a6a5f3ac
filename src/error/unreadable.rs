//! Why a stored session cannot be opened, although the server has sent it.

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("it is encrypted with the key {0}, which rustsql.encryption_key_file does not have")]
    NoKey(String),
    #[error("it is not encrypted, and rustsql.encryption is required")]
    NotEncrypted,
    #[error("its encrypted data is damaged, or was changed or moved without the key")]
    Changed,
    #[error("its data is damaged")]
    Damaged,
    #[error("it expands to {bytes} bytes, and memory_limit leaves {limit}")]
    Expands { bytes: usize, limit: usize },
}

impl Unreadable {
    /// What the operator can do about it.
    pub(super) fn cure(&self) -> &'static str {
        match self {
            Self::NoKey(_) => "add that key to the file, and start PHP again",
            Self::NotEncrypted => {
                "if encryption is new here, set it to on until older sessions have expired; otherwise find out who has written it"
            }
            Self::Changed | Self::Damaged => "find out who else writes to the table, or let this session expire",
            Self::Expands { .. } => "raise memory_limit",
        }
    }
}
