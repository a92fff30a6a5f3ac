//! The interface of a store of sessions: lock and read, save, touch, delete, collect.
//!
//! `database` implements it on a real server. The unit tests of the handler have a store in memory with the same rules.
//!
//! ```text
//! database  ->  acquire, peek, change, collect  ->  exchange        ->  first_packet     ->  link
//!               which statements (lock, sql)        one packet and      what is in front     the connection and its state
//!                                                   its answer                               (hold, facts, route)
//! ```
//!
//! `answer` interprets the answers. `probe` does the same for a health check, and `survey` for `rustsql check`.

mod acquire;
#[cfg(test)]
mod ahead_tests;
mod answer;
mod attributes;
mod change;
mod collect;
mod create;
pub mod database;
#[cfg(test)]
mod database_tests;
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
pub mod survey;
mod table_lock;
pub mod tagged;
mod version;
pub mod waits;

pub use version::{Instance, Version};

use std::time::Duration;

use crate::error::Result;
use crate::lock::{LockTimeout, Mode};
use crate::session_id::SessionKey;
use crate::tag::Tag;

/// A stored session. `data` is the caller's to move out.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub version: Version,
    /// Unix time on the server's clock.
    pub expires: u64,
    /// The server's clock at the read.
    pub now: u64,
    /// When this session began. One that was destroyed and began anew has a later time.
    pub created: u64,
    pub data: Vec<u8>,
    pub tag: Option<Tag>,
}

impl Row {
    pub fn is_live(&self) -> bool {
        self.expires > self.now
    }
}

/// The row when its lock was taken.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    Row(Row),
    /// `placeholder`: the version of an empty row that this transaction has inserted to lock an absent session.
    Absent {
        placeholder: Option<Version>,
    },
}

/// Whether to lock a session that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfAbsent {
    /// Lock it: the session is about to start.
    Claim,
    /// The same. This request has made the id, so nobody else can have it. The lock may be asked for without waiting for it;
    /// `held` then answers as if it were granted, and a write that did not get it writes nothing.
    Made,
    /// Do not lock it: the caller only asks whether it exists.
    Leave,
}

/// The version check of a write: the row that it may replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    Absent,
    Version(Version),
    /// No version check: `unlocked`.
    Anything,
}

#[derive(Debug, Clone, Copy)]
pub struct Write<'a> {
    pub expected: Expected,
    pub version: Version,
    pub data: &'a [u8],
    pub expiry: Expiry,
    /// False: the row keeps its expiry.
    pub moves_expiry: bool,
    /// The session is new, so it gets a new creation time.
    pub is_new: bool,
    pub tag: Option<Tag>,
    /// False: an existing row keeps its tag.
    pub moves_tag: bool,
}

/// The lifetime of a session, counted from the server's clock at the write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expiry {
    pub lifetime: u64,
    /// The interval in which the expiry moves at most once. The session expires that much later, so that none expires early.
    pub touch_seconds: u64,
}

impl Expiry {
    /// Whether a session that is used at `now` may keep this expiry: not earlier than its lifetime demands, and not later than a
    /// write would set (an earlier lifetime may have been longer).
    pub fn fits(self, expires: u64, now: u64) -> bool {
        (self.earliest(now)..=self.latest(now)).contains(&expires)
    }

    /// The earliest expiry of a session that is used at `now`. The column ends in the year 2106; such a session never expires.
    pub fn earliest(self, now: u64) -> u64 {
        now.saturating_add(self.lifetime).min(u64::from(u32::MAX))
    }

    /// The latest expiry that a write at `now` sets.
    fn latest(self, now: u64) -> u64 {
        self.earliest(now) + self.touch_seconds + self.step()
    }

    /// The expiry is rounded to steps, so that the index on it changes rarely.
    fn step(self) -> u64 {
        self.touch_seconds.max(1)
    }
}

pub trait Store {
    /// Sets the time for all answers from now on. `None`: each answer has its own limit. Connecting has another limit.
    fn within(&mut self, time: Option<Duration>);

    /// Locks the session and reads its newest data. If this store has the lock already, it only reads.
    fn lock(&mut self, key: SessionKey, if_absent: IfAbsent, timeout: LockTimeout) -> Result<Found>;

    /// The mode in which the session is locked. `None`: it is not locked, or its lock was lost.
    fn held(&self, key: SessionKey) -> Option<Mode>;

    /// Whether any connection holds the session with GET_LOCK.
    fn has_advisory_holder(&mut self, key: SessionKey) -> Result<bool>;

    /// Notices whether the server has closed the connection, as far as that is known without a question. `held` tells it then.
    fn notice_loss(&mut self);

    /// Reads without a lock.
    fn peek(&mut self, key: SessionKey) -> Result<Option<Row>>;

    /// The server instance of the last read.
    fn instance(&self) -> Instance;

    /// Writes and releases the lock. False: the row is not the `expected` one, and nothing is written. `held` tells whether the
    /// lock is still held then.
    fn save(&mut self, key: SessionKey, write: Write<'_>) -> Result<bool>;

    /// Moves the expiry of an unchanged session and releases its lock. The result is as for `save`.
    fn touch(&mut self, key: SessionKey, version: Version, expiry: Expiry) -> Result<bool>;

    /// Deletes the session and releases its lock. `only`: if it has this version. The result is as for `save`.
    fn delete(&mut self, key: SessionKey, only: Option<Version>) -> Result<bool>;

    /// Gives the connection back, which releases every lock.
    fn disconnect(&mut self);

    /// Deletes expired sessions until none is left or `budget` has passed, and returns how many.
    /// Must not be called while a lock is held.
    fn collect(&mut self, budget: Option<Duration>) -> Result<u64>;

    /// A store of the same kind with another connection.
    fn another(&self) -> Self;

    /// Whether this process was forked after the connection was opened.
    fn is_forked(&self) -> bool;
}
