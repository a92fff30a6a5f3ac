//! The text of a warning: what happened, what caused it, and what the operator can do.
//!
//! The parts come from the `#[error(...)]` attributes of the kinds. `php::warning` prints the result.

use super::Error;

impl Error {
    /// What the operator can do about it, where that does not follow from the message.
    pub fn cure(&self) -> Option<&str> {
        match self {
            Self::Connect { cure, .. } | Self::Login { cure, .. } => Some(cure),
            Self::Schema { cure, .. } => Some(cure),
            Self::Server { cure, .. } => *cure,
            Self::TooLargeToRead { .. } => Some("raise memory_limit"),
            Self::Unreadable(why) => Some(why.cure()),
            Self::UnfitHost { .. } => Some("point rustsql.dsn at the primary"),
            Self::OldUnreadable(..) => Some("see rustsql.migrate_from and rustsql.migrate_path"),
            Self::CopyAloneDestroyed(why) => why.cure(),
            Self::StillHeld { .. } => Some("call it again later"),
            Self::TableLocked { .. } => Some("wait for its end: SHOW PROCESSLIST shows whose it is"),
            Self::Unsuitable { .. } => Some("point rustsql.dsn at MySQL or MariaDB"),
            _ => None,
        }
    }

    /// What happened, with its causes.
    pub fn brief(&self) -> String {
        let mut text = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            source = cause.source();
        }
        text
    }

    /// The whole message: what happened, its causes, what to do.
    pub fn explain(&self) -> String {
        let mut text = self.brief();
        if let Some(cure) = self.cure() {
            text.push_str("; ");
            text.push_str(cure);
        }
        text
    }
}

/// The texts of all errors, one after the other. What the operator can do appears once if it is the same for all.
pub fn explain_all(errors: &[&Error]) -> String {
    let cure = errors.first().and_then(|error| error.cure());
    let common = cure.filter(|cure| errors.iter().all(|error| error.cure() == Some(cure)));
    let each = |error: &&Error| match common {
        Some(_) => error.brief(),
        None => error.explain(),
    };
    let mut texts: Vec<_> = errors.iter().map(each).chain(common.map(str::to_owned)).collect();
    // A wrong setting is the same for all hosts.
    texts.dedup();
    texts.join("; ")
}
