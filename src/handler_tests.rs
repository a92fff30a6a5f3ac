//! Tests of the handler with a store in memory, whose rows other requests change at the same time.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::*;
use crate::error::DbError;
use crate::lock::{Holder, LockTimeout, Mode};
use crate::store::{Expected, Expiry, Found, Instance, Row, Version, Write};

#[path = "handler/merging_tests.rs"]
mod merging;
#[path = "handler/takeover_tests.rs"]
mod takeover;
#[path = "handler/validate_tests.rs"]
mod validate;

const LIFETIME: u64 = 1440;
const ID: &[u8] = b"abc";

/// A server: its rows, its clock, the holder of each session's lock, and a log of the calls.
#[derive(Default)]
struct Server {
    rows: HashMap<SessionKey, Row>,
    locks: HashMap<SessionKey, u32>,
    clock: u64,
    clients: u32,
    log: Vec<&'static str>,
    /// The number of restarts. It identifies the server instance.
    starts: u64,
    /// The next save is executed, but its answer is lost.
    lose_next_answer: bool,
    /// Another request destroys the session when that answer is lost.
    then_destroyed: bool,
    /// The connection is lost at the next lock.
    lose_next_lock: bool,
    /// Another request destroys all sessions before the next lock.
    destroy_before_next_lock: bool,
    /// The same, when that lock has been taken and the row read.
    destroy_after_next_lock: bool,
}

struct Memory {
    server: Rc<RefCell<Server>>,
    client: u32,
    lost: bool,
}

impl Memory {
    fn call(&mut self, name: &'static str) -> Result<()> {
        self.server.borrow_mut().log.push(name);
        match std::mem::take(&mut self.lost) {
            true => {
                self.disconnect();
                Err(lost())
            }
            false => Ok(()),
        }
    }
}

fn lost() -> Error {
    Error::ConnectionLost {
        host: "memory".into(),
        source: DbError::Driver("gone".into()),
    }
}

impl Store for Memory {
    fn within(&mut self, _: Option<Duration>) {}

    fn lock(&mut self, key: SessionKey, if_absent: IfAbsent, _: LockTimeout) -> Result<Found> {
        self.call(match if_absent {
            IfAbsent::Made => "ask",
            IfAbsent::Claim | IfAbsent::Leave => "lock",
        })?;
        if std::mem::take(&mut self.server.borrow_mut().lose_next_lock) {
            self.disconnect();
            return Err(lost());
        }
        let mut server = self.server.borrow_mut();
        if std::mem::take(&mut server.destroy_before_next_lock) {
            server.rows.clear();
        }
        if *server.locks.entry(key).or_insert(self.client) != self.client {
            return Err(Error::LockTimeout {
                waited: Duration::ZERO,
                holder: Holder::default(),
            });
        }
        let now = server.clock;
        let found = match server.rows.get(&key) {
            Some(row) => Found::Row(Row { now, ..row.clone() }),
            None => Found::Absent { placeholder: None },
        };
        if std::mem::take(&mut server.destroy_after_next_lock) {
            server.rows.clear();
        }
        Ok(found)
    }

    fn held(&self, key: SessionKey) -> Option<Mode> {
        let holds = !self.lost && self.server.borrow().locks.get(&key) == Some(&self.client);
        holds.then_some(Mode::Advisory)
    }

    fn has_advisory_holder(&mut self, _: SessionKey) -> Result<bool> {
        Ok(false)
    }

    fn notice_loss(&mut self) {}

    fn peek(&mut self, key: SessionKey) -> Result<Option<Row>> {
        self.call("peek")?;
        let server = self.server.borrow();
        let now = server.clock;
        Ok(server.rows.get(&key).map(|row| Row { now, ..row.clone() }))
    }

    fn save(&mut self, key: SessionKey, write: Write<'_>) -> Result<bool> {
        self.call("save")?;
        let mut server = self.server.borrow_mut();
        let stored = server.rows.get(&key).map(|row| row.version);
        let fits = match write.expected {
            Expected::Anything => true,
            Expected::Absent => stored.is_none(),
            Expected::Version(version) => stored == Some(version),
        };
        if !fits {
            return Ok(false);
        }
        let stays = server
            .rows
            .get(&key)
            .filter(|_| !write.moves_expiry)
            .map(|row| row.expires);
        let moved = server.clock + write.expiry.lifetime + write.expiry.touch_seconds;
        let created = server.rows.get(&key).filter(|_| !write.is_new).map(|row| row.created);
        let row = Row {
            version: write.version,
            expires: stays.unwrap_or(moved),
            now: server.clock,
            created: created.unwrap_or(server.clock),
            data: write.data.to_vec(),
            tag: write.tag,
        };
        server.rows.insert(key, row);
        server.locks.remove(&key);
        if std::mem::take(&mut server.lose_next_answer) {
            if server.then_destroyed {
                server.rows.clear();
            }
            return Err(lost());
        }
        Ok(true)
    }

    fn touch(&mut self, key: SessionKey, version: Version, expiry: Expiry) -> Result<bool> {
        self.call("touch")?;
        let mut server = self.server.borrow_mut();
        let clock = server.clock;
        let Some(row) = server.rows.get_mut(&key).filter(|row| row.version == version) else {
            return Ok(false);
        };
        row.expires = clock + expiry.lifetime + expiry.touch_seconds;
        server.locks.remove(&key);
        Ok(true)
    }

    fn delete(&mut self, key: SessionKey, only: Option<Version>) -> Result<bool> {
        self.call("delete")?;
        let mut server = self.server.borrow_mut();
        server.locks.remove(&key);
        let stored = server.rows.get(&key).map(|row| row.version);
        let fits = only.is_none() || only == stored;
        if fits {
            server.rows.remove(&key);
        }
        Ok(fits)
    }

    fn instance(&self) -> Instance {
        Instance::from_checksum(self.server.borrow().starts)
    }

    fn disconnect(&mut self) {
        let client = self.client;
        self.server.borrow_mut().locks.retain(|_, holder| *holder != client);
    }

    fn collect(&mut self, _: Option<Duration>) -> Result<u64> {
        self.call("collect")?;
        let mut server = self.server.borrow_mut();
        let (before, clock) = (server.rows.len(), server.clock);
        server.rows.retain(|_, row| row.expires > clock);
        Ok((before - server.rows.len()) as u64)
    }

    fn another(&self) -> Self {
        let mut server = self.server.borrow_mut();
        server.clients += 1;
        Self {
            server: self.server.clone(),
            client: server.clients,
            lost: false,
        }
    }

    fn is_forked(&self) -> bool {
        false
    }
}

struct World(Rc<RefCell<Server>>);

impl World {
    fn new() -> Self {
        let server = Server {
            clock: 1_000_000,
            ..Server::default()
        };
        Self(Rc::new(RefCell::new(server)))
    }

    fn request(&self, settings: &[(&str, &str)]) -> Handler<Memory> {
        let settings: Vec<_> = [("dsn", "mysql://a@h/app")].iter().chain(settings).copied().collect();
        let config = crate::config::tests::load(&settings, "").unwrap();
        let server = self.0.clone();
        let client = Memory {
            server,
            client: 0,
            lost: false,
        };
        Handler::new(config.into(), client.another())
    }

    /// Runs a request that stores `data`.
    fn store(&self, data: &[u8]) {
        let mut request = self.request(&[]);
        assert!(request.read(ID, false).is_ok());
        assert!(request.write(ID, data, LIFETIME, None).is_ok());
        assert!(request.close(false).is_ok());
        self.take_log();
    }

    fn stored(&self) -> Option<Vec<u8>> {
        let mut request = self.request(&[("read_only", "1")]);
        let stored = request.store.peek(key()).ok().flatten().map(|row| row.data);
        self.0.borrow_mut().log.pop();
        stored
    }

    fn take_log(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.borrow_mut().log)
    }

    fn pass(&self, seconds: u64) {
        self.0.borrow_mut().clock += seconds;
    }
}

fn key() -> SessionKey {
    SessionKey::new("", ID).unwrap()
}

fn refusal(result: Result<()>) -> Option<Refusal> {
    match result {
        Err(Error::Refused(refusal)) => Some(refusal),
        _ => None,
    }
}

#[test]
fn a_changed_session_costs_one_lock_and_one_save() {
    let world = World::new();
    world.store(b"one");
    let mut request = world.request(&[]);
    assert_eq!(request.read(ID, false).ok(), Some(&b"one"[..]));
    assert!(request.write(ID, b"two", LIFETIME, None).is_ok());
    assert!(request.close(false).is_ok());
    assert_eq!(world.take_log(), ["lock", "save"]);
    assert_eq!(world.stored().as_deref(), Some(&b"two"[..]));
}

#[test]
fn an_unchanged_session_is_touched_only_when_its_interval_has_passed() {
    let world = World::new();
    world.store(b"one");
    for (seconds, log) in [(59, vec!["lock"]), (2, vec!["lock", "touch"]), (59, vec!["lock"])] {
        world.pass(seconds);
        let mut request = world.request(&[]);
        assert!(request.read(ID, false).is_ok());
        assert!(request.write(ID, b"one", LIFETIME, None).is_ok());
        assert!(request.close(false).is_ok());
        assert_eq!(world.take_log(), log);
    }
}

#[test]
fn an_expired_session_is_empty_and_begins_a_new_life() {
    let world = World::new();
    world.store(b"one");
    world.pass(LIFETIME + 60);
    let mut late = world.request(&[]);
    assert_eq!(late.read(ID, false).ok(), Some(&b""[..]));
    assert!(late.write(ID, b"two", LIFETIME, None).is_ok());
    assert_eq!(world.stored().as_deref(), Some(&b"two"[..]));
}

#[test]
fn a_lost_lock_over_an_unchanged_row_writes() {
    let world = World::new();
    world.store(b"one");
    let mut request = world.request(&[]);
    assert!(request.read(ID, false).is_ok());
    request.store.lost = true;
    assert!(request.write(ID, b"two", LIFETIME, None).is_ok());
    assert_eq!(world.stored().as_deref(), Some(&b"two"[..]));
}

#[test]
fn a_lost_lock_over_a_rivals_write_refuses() {
    let world = World::new();
    world.store(b"one");
    let mut request = world.request(&[]);
    assert!(request.read(ID, false).is_ok());
    request.store.disconnect();
    world.store(b"rival");
    assert_eq!(refusal(request.write(ID, b"two", LIFETIME, None)), Some(Refusal::Newer));
    assert_eq!(world.stored().as_deref(), Some(&b"rival"[..]));
}

#[test]
fn a_rivals_write_of_the_same_data_is_not_taken_for_ones_own() {
    let world = World::new();
    world.store(b"one");
    let mut request = world.request(&[]);
    assert!(request.read(ID, false).is_ok());
    request.store.disconnect();
    world.store(b"two");
    assert_eq!(refusal(request.write(ID, b"two", LIFETIME, None)), Some(Refusal::Newer));
}

#[test]
fn an_answer_lost_after_the_save_counts_as_written_once() {
    let world = World::new();
    world.store(b"one");
    let mut request = world.request(&[]);
    assert!(request.read(ID, false).is_ok());
    world.0.borrow_mut().lose_next_answer = true;
    assert!(request.write(ID, b"two", LIFETIME, None).is_ok());
    assert_eq!(world.take_log(), ["lock", "save", "lock"]);
}

#[test]
fn a_session_destroyed_elsewhere_stays_destroyed() {
    let world = World::new();
    world.store(b"one");
    let mut request = world.request(&[]);
    assert!(request.read(ID, false).is_ok());
    request.store.disconnect();
    assert!(world.request(&[]).destroy(ID, false).is_ok());
    assert_eq!(
        refusal(request.write(ID, b"two", LIFETIME, None)),
        Some(Refusal::Destroyed)
    );
    assert_eq!(world.stored(), None);
}

#[test]
fn a_session_revoked_under_its_lock_gets_no_new_id() {
    for lose_next_lock in [false, true] {
        let world = World::new();
        world.store(b"one");
        let mut request = world.request(&[]);
        assert!(request.read(ID, false).is_ok());
        world.0.borrow_mut().rows.clear();
        world.0.borrow_mut().lose_next_lock = lose_next_lock;
        assert_eq!(refusal(request.destroy(ID, true)), Some(Refusal::Destroyed));
    }
    // Its lock was lost. It is revoked when the lock has been taken again.
    let world = World::new();
    world.store(b"one");
    let mut request = world.request(&[]);
    assert!(request.read(ID, false).is_ok());
    world.0.borrow_mut().locks.clear();
    world.0.borrow_mut().destroy_after_next_lock = true;
    assert_eq!(refusal(request.destroy(ID, true)), Some(Refusal::Newer));
}

#[test]
fn a_session_made_again_is_not_overwritten_by_a_writer_of_its_former_life() {
    let world = World::new();
    world.store(b"one");
    let mut request = world.request(&[]);
    assert!(request.read(ID, false).is_ok());
    request.store.disconnect();
    assert!(world.request(&[]).destroy(ID, false).is_ok());
    world.store(b"one");
    assert_eq!(refusal(request.write(ID, b"two", LIFETIME, None)), Some(Refusal::Newer));
}

#[test]
fn a_lock_that_cannot_be_had_fails_or_opens_read_only() {
    let world = World::new();
    world.store(b"one");
    let mut holder = world.request(&[]);
    assert!(holder.read(ID, false).is_ok());
    assert!(matches!(
        world.request(&[]).read(ID, false),
        Err(Error::LockTimeout { .. })
    ));
    let mut reader = world.request(&[("lock_failure", "readonly")]);
    assert_eq!(reader.read(ID, false).ok(), Some(&b"one"[..]));
    assert!(reader.take_notices().iter().any(|notice| notice.contains("read-only")));
    assert_eq!(
        refusal(reader.write(ID, b"two", LIFETIME, None)),
        Some(Refusal::ReadOnly)
    );
    assert!(reader.write(ID, b"one", LIFETIME, None).is_ok());
    assert_eq!(refusal(reader.destroy(ID, false)), Some(Refusal::ReadOnly));
}

#[test]
fn strict_mode_never_takes_a_failure_for_an_unknown_id() {
    let world = World::new();
    world.store(b"one");
    let mut holder = world.request(&[]);
    assert!(holder.read(ID, false).is_ok());
    let mut request = world.request(&[]);
    assert!(request.validate(ID, false).is_ok_and(|exists| exists));
    assert!(matches!(request.read(ID, false), Err(Error::LockTimeout { .. })));
}

#[test]
fn strict_mode_locks_and_reads_in_one_call() {
    let world = World::new();
    world.store(b"one");
    let mut request = world.request(&[]);
    assert!(request.validate(ID, false).is_ok_and(|exists| exists));
    assert_eq!(request.read(ID, false).ok(), Some(&b"one"[..]));
    assert_eq!(world.take_log(), ["lock"]);
    assert!(request.validate(b"other", false).is_ok_and(|exists| !exists));
    assert!(request.store.held(key()).is_some());
}

#[test]
fn a_failed_question_is_forgotten_when_a_later_one_succeeds() {
    let world = World::new();
    world.store(b"one");
    let mut holder = world.request(&[]);
    assert!(holder.read(ID, false).is_ok());
    let mut request = world.request(&[]);
    assert!(request.validate(ID, false).is_ok_and(|exists| exists));
    assert!(holder.close(false).is_ok());
    assert!(request.validate(ID, false).is_ok_and(|exists| exists));
    assert_eq!(request.read(ID, false).ok(), Some(&b"one"[..]));
}

#[test]
fn a_session_that_could_not_be_read_stays_refused_whatever_is_done_to_another_id() {
    let world = World::new();
    world.store(b"one");
    let mut holder = world.request(&[]);
    assert!(holder.read(ID, false).is_ok());
    let mut request = world.request(&[]);
    assert!(matches!(request.read(ID, false), Err(Error::LockTimeout { .. })));
    assert!(holder.close(false).is_ok());
    assert!(request.write(b"other", b"x", LIFETIME, None).is_ok());
    assert!(request.destroy(b"other", false).is_ok());
    assert_eq!(refusal(request.write(ID, b"", LIFETIME, None)), Some(Refusal::Unread));
    assert_eq!(refusal(request.destroy(ID, true)), Some(Refusal::Unread));
    assert_eq!(world.stored().as_deref(), Some(&b"one"[..]));
}

#[test]
fn an_empty_new_session_is_stored_only_if_wanted() {
    let world = World::new();
    for (setting, stored) in [("0", None), ("1", Some(Vec::new()))] {
        let mut request = world.request(&[("store_empty", setting)]);
        assert!(request.read(ID, false).is_ok());
        assert!(request.write(ID, b"", LIFETIME, None).is_ok());
        assert!(request.close(false).is_ok());
        assert_eq!(world.stored(), stored);
    }
}

#[test]
fn what_php_could_not_encode_is_refused() {
    let world = World::new();
    world.store(b"one");
    let mut request = world.request(&[]);
    assert!(request.read(ID, false).is_ok());
    let refused = refusal(request.write(ID, b"", LIFETIME, Some(Refusal::KeyWithDelimiter)));
    assert_eq!(refused, Some(Refusal::KeyWithDelimiter));
    assert_eq!(world.stored().as_deref(), Some(&b"one"[..]));
}

#[test]
fn data_over_max_size_is_refused() {
    let world = World::new();
    world.store(b"one");
    let mut request = world.request(&[("max_size", "3")]);
    assert!(request.read(ID, false).is_ok());
    assert!(matches!(
        request.write(ID, b"four", LIFETIME, None),
        Err(Error::TooLarge { .. })
    ));
    assert!(request.write(ID, b"two", LIFETIME, None).is_ok());
}

#[test]
fn a_write_after_a_lock_free_read_is_fenced() {
    let world = World::new();
    world.store(b"one");
    let mut reader = world.request(&[]);
    assert!(reader.read(ID, true).is_ok());
    assert_eq!(world.take_log(), ["peek"]);
    world.store(b"rival");
    assert_eq!(refusal(reader.write(ID, b"two", LIFETIME, None)), Some(Refusal::Newer));
}

#[test]
fn unlocked_lets_the_last_write_win() {
    let world = World::new();
    world.store(b"one");
    let mut request = world.request(&[("lock", "unlocked")]);
    assert!(request.read(ID, false).is_ok());
    world.store(b"rival");
    assert!(request.write(ID, b"two", LIFETIME, None).is_ok());
    assert_eq!(world.stored().as_deref(), Some(&b"two"[..]));
}

#[test]
fn read_only_changes_nothing() {
    let world = World::new();
    world.store(b"one");
    let mut request = world.request(&[("read_only", "1")]);
    assert_eq!(request.read(ID, false).ok(), Some(&b"one"[..]));
    assert!(request.write(ID, b"two", LIFETIME, None).is_ok());
    assert!(request.destroy(ID, false).is_ok());
    assert!(request.close(false).is_ok());
    assert_eq!(world.take_log(), ["peek"]);
}

#[test]
fn a_write_of_another_id_leaves_the_open_session_locked() {
    let world = World::new();
    let mut request = world.request(&[]);
    assert!(request.read(ID, false).is_ok());
    assert!(request.write(b"other", b"x", LIFETIME, None).is_ok());
    assert!(request.store.held(key()).is_some());
    assert!(request.write(ID, b"one", LIFETIME, None).is_ok());
}

#[test]
fn a_second_write_in_a_request_is_fenced_by_the_first() {
    let world = World::new();
    let mut request = world.request(&[]);
    assert!(request.read(ID, false).is_ok());
    assert!(request.write(ID, b"one", LIFETIME, None).is_ok());
    assert!(request.write(ID, b"two", LIFETIME, None).is_ok());
    assert_eq!(world.stored().as_deref(), Some(&b"two"[..]));
    world.store(b"rival");
    assert_eq!(
        refusal(request.write(ID, b"three", LIFETIME, None)),
        Some(Refusal::Newer)
    );
}

#[test]
fn garbage_is_collected_after_the_lock_is_free() {
    let world = World::new();
    world.store(b"one");
    world.pass(LIFETIME + 60);
    let mut request = world.request(&[]);
    assert!(request.read(b"other", false).is_ok());
    request.collect_later();
    assert!(request.write(b"other", b"x", LIFETIME, None).is_ok());
    assert!(request.close(false).is_ok());
    assert_eq!(world.take_log(), ["lock", "save", "collect"]);
    assert_eq!(world.stored(), None);
}

#[test]
fn a_collection_whose_connection_is_gone_is_silent() {
    let world = World::new();
    world.store(b"one");
    let mut request = world.request(&[]);
    assert!(request.read(ID, false).is_ok());
    request.collect_later();
    assert!(request.write(ID, b"one", LIFETIME, None).is_ok());
    request.store.lost = true;
    assert!(request.close(false).is_ok());
}
