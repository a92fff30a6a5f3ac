//! What `RustSql\status()` tells of an open session.

use std::time::Duration;

use super::Session;
use crate::config::Config;
use crate::loaded::Access;
use crate::lock::Mode;
use crate::store::Version;

/// The result of `RustSql\status()`.
#[derive(Debug, PartialEq)]
pub struct Status {
    pub lock: &'static str,
    pub waited: Duration,
    pub held: Duration,
    pub version: Option<u64>,
    pub bytes: usize,
}

impl Session {
    pub fn status(&self, config: &Config) -> Status {
        Status {
            lock: match self.access {
                Access::Locked(mode) => mode.name(),
                Access::LockFree if config.is_unlocked() => Mode::Unlocked.name(),
                Access::LockFree if config.merges => "merge",
                Access::LockFree | Access::ReadOnly => "none",
            },
            waited: self.waited,
            held: match self.access {
                Access::Locked(_) => self.read_at.elapsed(),
                _ => Duration::ZERO,
            },
            version: self.base.version.filter(|_| self.base.live).map(Version::number),
            bytes: self.bytes,
        }
    }
}
