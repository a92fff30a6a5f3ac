//! One opened session: moves its expiry, saves or deletes it in a [`Store`]. It depends neither on PHP nor on SQL.
//!
//! `handler` calls it and knows the order of the callbacks; nothing here depends on that order.
//!
//! | access | lock | write |
//! |---|---|---|
//! | [`Access::Locked`] | taken at the read, may be lost later | takes a lost lock again, then checks the version |
//! | [`Access::LockFree`] | not taken | takes the lock, then checks the version (`unlocked`: neither; `merge`: see `merging`) |
//! | [`Access::ReadOnly`] | timed out | refused |

mod ending;
mod fenced;
mod merging;
mod status;

pub use ending::{Ending, delete};
pub use status::Status;

use std::time::{Duration, Instant};

use crate::config::Config;
use crate::counters::{self, Counter, Timer};
use crate::error::{Error, Refusal, Result, seconds};
use crate::fence::Base;
use crate::loaded::{Access, Loaded, time_to_answer};
use crate::merge::Format;
use crate::original::Original;
use crate::session_id::SessionKey;
use crate::store::{Expiry, Found, Instance, Store, Version};
use crate::tag::Tag;

/// The data of a session without variables: of `php` and `php_binary`, `php_serialize`, igbinary, msgpack. No serializer encodes
/// anything else as one of these. Other data, such as a wrapping handler's, counts as a session with variables.
const NO_VARIABLES: [&[u8]; 5] = [b"", b"a:0:{}", b"\0\0\0\x02\x14\0", b"\x80", b"\x90"];

/// How PHP writes a session.
#[derive(Clone, Copy)]
pub struct Writing {
    /// `session.serialize_handler`.
    pub format: Format,
    /// The data continues under a new id (`session_regenerate_id()`), so it must be the newest.
    pub continues: bool,
}

pub struct Session {
    key: SessionKey,
    access: Access,
    base: Base,
    /// The data comes from the old store, and this request has not written it yet.
    is_adopted: bool,
    /// Its lock was lost meanwhile, and there is no row: only the old store knows whether it was taken over and destroyed.
    is_doubtful: bool,
    read_at: Instant,
    opened_at: Instant,
    waited: Duration,
    /// The data as it was read, or with `merge` as it was written. Otherwise `None` after a write of this request.
    data: Option<Original>,
    is_merged: bool,
    bytes: usize,
    /// The tag of the stored row, and the one that the next write gives it.
    stored_tag: Option<Tag>,
    tag: Option<Tag>,
}

impl Session {
    /// `instance` is the server that `loaded` was read from.
    pub fn begin(key: SessionKey, loaded: Loaded, instance: Instance) -> Self {
        let live = matches!(&loaded.found, Found::Row(row) if row.is_live());
        let is_adopted = loaded.old.is_some();
        let (version, expires, now, created, data, tag) = match loaded.found {
            Found::Row(row) => (Some(row.version), row.expires, row.now, row.created, row.data, row.tag),
            Found::Absent { placeholder } => (placeholder, 0, 0, 0, Vec::new(), None),
        };
        let (data, tag) = if live { (data, tag) } else { (Vec::new(), None) };
        let data = loaded.old.unwrap_or(data);
        Self {
            key,
            access: loaded.access,
            base: Base {
                version,
                instance,
                live,
                locked: matches!(loaded.access, Access::Locked(_)),
                expires,
                now,
                created,
            },
            is_adopted,
            is_doubtful: false,
            read_at: Instant::now(),
            opened_at: Instant::now(),
            waited: loaded.waited,
            bytes: data.len(),
            data: Some(Original::Whole(data)),
            is_merged: false,
            stored_tag: tag,
            tag,
        }
    }

    pub fn has_key(&self, key: SessionKey) -> bool {
        self.key == key
    }

    pub fn key(&self) -> SessionKey {
        self.key
    }

    /// The session is new, and this request has not written it.
    pub fn is_new(&self) -> bool {
        !self.base.live && !self.is_adopted
    }

    pub fn is_adopted(&self) -> bool {
        self.is_adopted
    }

    /// What is stored has changes of another request that this one does not have.
    pub fn is_merged(&self) -> bool {
        self.is_merged
    }

    pub fn version(&self) -> Option<Version> {
        self.base.version
    }

    /// Whether this is the data that was read.
    pub fn was_read_as(&self, data: &[u8]) -> bool {
        self.data.as_ref().is_some_and(|read| read.equals(data))
    }

    pub fn is_read_only(&self) -> bool {
        self.access == Access::ReadOnly
    }

    /// The data as it was read. It is empty after a write, and for large data after `shrink`.
    pub fn data(&self) -> &[u8] {
        self.data.as_ref().map(Original::bytes).unwrap_or_default()
    }

    pub fn tag(&self) -> Option<Tag> {
        self.tag
    }

    /// Whether the stored row has this tag, or will have it after the next write.
    pub fn has_tag(&self, tag: Tag) -> bool {
        [self.tag, self.stored_tag].contains(&Some(tag))
    }

    /// The next write gives the row this tag.
    pub fn set_tag(&mut self, tag: Option<Tag>) {
        self.tag = tag;
    }

    /// Call this when PHP has its own copy of the data.
    pub fn shrink(&mut self) {
        if let Some(data) = &mut self.data {
            data.shrink();
        }
    }

    /// Call this when the session is closed.
    pub fn count_hold(&self) {
        if let Some(held) = self.locked_for() {
            counters::time(Timer::Hold, held);
        }
    }

    /// The time since its lock was taken. `None`: it was not locked.
    pub fn locked_for(&self) -> Option<Duration> {
        matches!(self.access, Access::Locked(_)).then(|| self.opened_at.elapsed())
    }

    /// Saves `data`, or only moves the expiry if the data is unchanged. `lifetime` is in seconds. False: the row stays as it is.
    pub fn write(
        &mut self,
        store: &mut impl Store,
        config: &Config,
        data: &[u8],
        writing: Writing,
        lifetime: u64,
        notices: &mut Vec<String>,
    ) -> Result<bool> {
        store.within(time_to_answer(config));
        let unchanged = self.exists() && self.tag == self.stored_tag && self.was_read_as(data);
        if store.is_forked() {
            return match unchanged {
                true => Ok(false),
                false => Err(Error::Refused(Refusal::Forked)),
            };
        }
        let expiry = Expiry {
            lifetime,
            touch_seconds: config.touch_seconds(lifetime),
        };
        if unchanged && self.is_adopted && self.is_read_only() {
            return Ok(false);
        }
        // An unchanged session is written all the same if its data continues: it may have been changed or ended meanwhile.
        let is_checked = writing.continues && !config.is_unlocked();
        if unchanged && !self.is_adopted && !is_checked {
            return match config.merges {
                true => self.touch_unlocked(store, config, expiry),
                false => self.touch(store, config, (data, writing), expiry, notices),
            };
        }
        if self.is_new() && NO_VARIABLES.contains(&data) && !config.store_empty {
            return Ok(false);
        }
        if self.is_read_only() {
            return Err(Error::Refused(Refusal::ReadOnly));
        }
        check_size(config, data.len())?;
        self.save(store, config, (data, writing), expiry, notices)
            .map(|()| true)
    }

    /// This request has read a session, in this store or in the old one.
    fn exists(&self) -> bool {
        self.base.live || self.is_adopted
    }

    /// The server's clock: its value at the read, plus the time since then.
    fn now(&self) -> u64 {
        self.base.now + self.read_at.elapsed().as_secs()
    }

    /// Moves the expiry of an unchanged session, at most once in an interval.
    fn touch(
        &mut self,
        store: &mut impl Store,
        config: &Config,
        data: (&[u8], Writing),
        expiry: Expiry,
        notices: &mut Vec<String>,
    ) -> Result<bool> {
        let unlocked = config.is_unlocked();
        let Some(version) = self.base.version else {
            return Ok(false);
        };
        let now = self.now();
        if expiry.fits(self.base.expires, now) || !matches!(self.access, Access::Locked(_)) && !unlocked {
            counters::count(Counter::Unchanged);
            return Ok(false);
        }
        counters::count(Counter::Touches);
        if store.held(self.key).is_some() || unlocked {
            match store.touch(self.key, version, expiry) {
                Ok(true) => {
                    self.base.expires = expiry.earliest(now) + expiry.touch_seconds;
                    return Ok(true);
                }
                Ok(false) => {}
                Err(error) if error.is_retryable() => {}
                Err(error) => return Err(error),
            }
        }
        // The lock was lost, or the row has changed or is gone. The data is saved again, if the fence allows it. A refusal is no
        // error here, since this request has changed nothing.
        let read = self.data.take();
        let result = self.save(store, config, data, expiry, notices);
        self.data = read;
        match result {
            Err(Error::Refused(_)) => Ok(false),
            result => result.map(|()| true),
        }
    }

    fn save(
        &mut self,
        store: &mut impl Store,
        config: &Config,
        (data, writing): (&[u8], Writing),
        expiry: Expiry,
        notices: &mut Vec<String>,
    ) -> Result<()> {
        let unlocked = config.is_unlocked();
        // The expiry column stays as it is if it still fits: its index then needs no update. Without a lock, a page with a shorter
        // lifetime may have moved it since.
        let is_known = !unlocked && !config.merges;
        let stays = self.base.live && is_known && expiry.fits(self.base.expires, self.now());
        if self.is_doubtful {
            return Err(Error::Refused(Refusal::NotTakenOver));
        }
        let began = Instant::now();
        let saved = self
            .save_fenced(store, config, (data, writing), expiry, stays)
            .inspect_err(|error| {
                self.is_doubtful = error.is_not_taken_over();
            })?;
        counters::count(Counter::Writes);
        counters::add(Counter::BytesWritten, saved.bytes as u64);
        // A second write of this request expects the version of the first.
        let now = self.now();
        self.base = Base {
            version: Some(saved.version),
            instance: store.instance(),
            live: true,
            locked: self.base.locked,
            expires: if stays { self.base.expires } else { expiry.earliest(now) },
            now,
            created: saved.created,
        };
        self.is_adopted = false;
        self.read_at = Instant::now();
        self.bytes = saved.bytes;
        self.is_merged = saved.is_merged;
        // PHP still has what it wrote, whatever was merged into it: that is the base of its next write.
        self.data = config.merges.then(|| Original::of(data));
        self.stored_tag = self.tag;
        notices.extend(saved.notice);
        // Without `merge`, the wait is at the read.
        if config.merges && config.is_slow(began.elapsed()) {
            notices.push(format!(
                "waited {} to write the session (rustsql.slow)",
                seconds(began.elapsed())
            ));
        }
        Ok(())
    }
}

fn check_size(config: &Config, bytes: usize) -> Result<()> {
    match config.max_size {
        Some(limit) if bytes > limit => Err(Error::TooLarge {
            bytes,
            limit: format!("rustsql.max_size is {limit}"),
        }),
        _ => Ok(()),
    }
}
