//! What the handler asks of a database: lock and load, save, touch, delete, release, collect.
//!
//! `database` answers from a real server. The handler's unit tests answer from memory, with the same rules.
//!
//! ```text
//! database  ->  acquire, peek, change, collect  ->  exchange        ->  first_packet     ->  link
//!               which statements (lock, sql)        one packet and      what is in front     the connection and its state
//!                                                   its answer                               (hold, facts, route)
//! ```
//!
//! `answer` interprets the answers. `probe` does the same for a health check.

mod acquire;
mod answer;
mod change;
mod collect;
mod create;
pub mod database;
mod exchange;
mod facts;
mod first_packet;
mod hold;
mod known_servers;
mod link;
mod lock;
mod peek;
pub mod probe;
mod rights;
mod route;
pub mod schema;
mod shape;
mod sql;
mod table_lock;
mod version;

pub use version::{Instance, Version};

use std::time::Duration;

use crate::error::Result;
use crate::lock::{LockTimeout, Mode};
use crate::session_id::SessionKey;

/// A stored session. `data` is the caller's to move out.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub version: Version,
    /// Unix time of the server.
    pub expires: u64,
    /// The server's clock when it was read.
    pub now: u64,
    pub data: Vec<u8>,
}

impl Row {
    pub fn is_live(&self) -> bool {
        self.expires > self.now
    }
}

/// What stood at the session's place when its lock was taken.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    Row(Row),
    /// `placeholder`: the version of the empty row that keeps the place locked until this transaction ends.
    Absent {
        placeholder: Option<Version>,
    },
}

/// What to lock when there is no such session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfAbsent {
    /// Its place: the session is about to begin.
    Claim,
    /// Nothing: somebody only asks whether it exists.
    Leave,
}

/// The fence: what must still stand there for a write to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    Absent,
    Version(Version),
    /// No fence: `unlocked`.
    Anything,
}

#[derive(Debug, Clone, Copy)]
pub struct Write<'a> {
    pub expected: Expected,
    pub version: Version,
    pub data: &'a [u8],
    pub expiry: Expiry,
    /// False: that of a row that is written over stays as it is.
    pub moves_expiry: bool,
    /// A new session, whatever stood there before: it was created now.
    pub is_new: bool,
}

/// When a session expires, counted from the server's clock at the write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expiry {
    pub lifetime: u64,
    /// How rarely the expiry moves, and in what steps. The session expires that much later, so that none expires early.
    pub touch_seconds: u64,
}

impl Expiry {
    /// Whether a session that is used at `now` may keep this expiry: it lives for its lifetime, and for no longer than a write
    /// would make it live, as after a lifetime that was longer.
    pub fn fits(self, expires: u64, now: u64) -> bool {
        (self.earliest(now)..=self.latest(now)).contains(&expires)
    }

    /// When a session that is used at `now` may expire. The column ends in the year 2106: what lives longer, for ever.
    pub fn earliest(self, now: u64) -> u64 {
        now.saturating_add(self.lifetime).min(u64::from(u32::MAX))
    }

    /// The latest that a write at `now` sets.
    fn latest(self, now: u64) -> u64 {
        self.earliest(now) + self.touch_seconds + self.step()
    }

    /// The index on the expiry has to move a row only once in so many seconds.
    fn step(self) -> u64 {
        self.touch_seconds.max(1)
    }
}

pub trait Store {
    /// How long all answers together may take from now on; `None`: each has its own time. What it takes to connect comes on top.
    fn within(&mut self, time: Option<Duration>);

    /// Locks the session and reads its newest data. When this store holds it already, only reads.
    fn lock(&mut self, key: SessionKey, if_absent: IfAbsent, timeout: LockTimeout) -> Result<Found>;

    /// How the session is locked. `None`: it is not, or its lock was lost.
    fn held(&self, key: SessionKey) -> Option<Mode>;

    /// Reads without a lock.
    fn peek(&mut self, key: SessionKey) -> Result<Option<Row>>;

    /// The server that the last answer came from.
    fn instance(&self) -> Instance;

    /// Writes and gives the lock back, unless `expected` is not what stands there: then false, and nothing is written, and
    /// whether the lock is still held says `held`.
    fn save(&mut self, key: SessionKey, write: Write<'_>) -> Result<bool>;

    /// Moves the expiry of an unchanged session and gives its lock back. False as for `save`.
    fn touch(&mut self, key: SessionKey, version: Version, expiry: Expiry) -> Result<bool>;

    /// Ends the session, whatever stands there, and gives its lock back.
    fn delete(&mut self, key: SessionKey) -> Result<()>;

    /// Gives the connection back, and with it every lock.
    fn disconnect(&mut self);

    /// Deletes expired sessions until none is left or `budget` has passed, and returns how many.
    /// Must not be called while a lock is held.
    fn collect(&mut self, budget: Option<Duration>) -> Result<u64>;

    /// A store of the same kind with a connection of its own.
    fn another(&self) -> Self;

    /// True in a child that was forked after the connection was made.
    fn is_forked(&self) -> bool;
}
