//! Random histories of one session: requests overlap, connections and answers are lost, servers are restarted, fail over and lose
//! commits. No write may replace data that its request has not read.
//!
//! The data of the session is the list of the writes that it contains, two bytes each. In every second history some
//! requests write the same as another one; there, ancestors cannot be told by their data.
//!
//!     HISTORIES=1000000 SEED=1 cargo test --release --no-default-features history

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;

use crate::error::{DbError, Error, Refusal, Result};
use crate::handler::Handler;
use crate::lock::{Holder, LockTimeout, Mode};
use crate::session_id::SessionKey;
use crate::store::{Expected, Expiry, Found, IfAbsent, Instance, Row, Store, Version, Write};

const ID: &[u8] = b"abc";
const LIFETIME: u64 = 1440;

/// SplitMix64: the same seed gives the same history.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) % limit
    }
}

#[derive(Clone)]
struct Stored {
    row: Row,
    /// The number of commit losses before this row was written.
    losses: u32,
}

/// A server: its commits, and the holder of the session's lock.
struct Server {
    /// The row after each commit; `None` if there was no row.
    commits: Vec<Option<Stored>>,
    instance: u64,
    holder: Option<u32>,
}

#[derive(Default)]
struct World {
    servers: Vec<Server>,
    /// The primary, for new connections. The other servers still serve their connections, as an isolated old primary does.
    primary: usize,
    losses: u32,
    clock: u64,
    clients: u32,
    instances: u64,
    lose_next_answer: bool,
    /// The clients whose write has reached a server.
    writers: HashSet<u32>,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            clock: 1_000_000,
            ..Self::default()
        };
        world.instances = 1;
        world.servers.push(Server {
            commits: vec![None],
            instance: 1,
            holder: None,
        });
        world
    }

    fn newest(&self, server: usize) -> Option<&Stored> {
        self.servers[server].commits.last()?.as_ref()
    }

    fn live_data(&self, server: usize) -> Option<Vec<u8>> {
        let stored = self.newest(server).filter(|stored| stored.row.expires > self.clock);
        stored.map(|stored| stored.row.data.clone())
    }

    /// The primary restarts, or a replica takes over. The last commits are lost.
    fn lose(&mut self, commits: usize, restart: bool, old_one_goes_on: bool) {
        let old = &mut self.servers[self.primary];
        let left = old.commits.len().saturating_sub(commits).max(1);
        let commits = old.commits[..left].to_vec();
        self.losses += 1;
        if restart {
            old.commits = commits;
            old.holder = None;
            self.instances += 1;
            old.instance = self.instances;
            return;
        }
        if !old_one_goes_on {
            old.holder = None;
            old.instance = 0;
        }
        self.instances += 1;
        let instance = self.instances;
        self.primary = self.servers.len();
        self.servers.push(Server {
            commits,
            instance,
            holder: None,
        });
    }
}

struct Client {
    world: Rc<RefCell<World>>,
    number: u32,
    /// The index of the server, and its instance when the connection was made.
    connected: Option<(usize, u64)>,
    /// The connection is lost. The client detects it at its next packet.
    is_cut: bool,
}

fn lost() -> Error {
    let source = DbError::Driver("gone".into());
    let host = "model".into();
    Error::ConnectionLost { host, source }
}

impl Client {
    /// The connected server. A client detects a lost connection at its next packet.
    fn server(&mut self) -> Result<usize> {
        let mut world = self.world.borrow_mut();
        match self.connected {
            Some((server, instance)) if self.is_cut || world.servers[server].instance != instance => {
                self.connected = None;
                self.is_cut = false;
                Err(lost())
            }
            Some((server, _)) => Ok(server),
            None => {
                let primary = world.primary;
                self.connected = Some((primary, world.servers[primary].instance));
                world.clients += 1;
                Ok(primary)
            }
        }
    }

    fn lose_connection(&mut self) {
        if let Some((server, instance)) = self.connected {
            let mut world = self.world.borrow_mut();
            let server = &mut world.servers[server];
            if server.instance == instance {
                server.holder.take_if(|holder| *holder == self.number);
            }
            self.is_cut = true;
        }
    }
}

/// A write that replaces `found` must contain every write of `found`.
fn assert_nothing_is_lost(found: &[u8], by: &[u8]) {
    for write in found.chunks(2) {
        assert!(
            by.chunks(2).any(|known| known == write),
            "{write:?} is overwritten: {found:?} by {by:?}"
        );
    }
}

impl Store for Client {
    fn within(&mut self, _: Option<Duration>) {}

    fn lock(&mut self, _: SessionKey, _: IfAbsent, _: LockTimeout) -> Result<Found> {
        let at = self.server()?;
        let mut world = self.world.borrow_mut();
        let now = world.clock;
        let server = &mut world.servers[at];
        if *server.holder.get_or_insert(self.number) != self.number {
            return Err(Error::LockTimeout {
                waited: Duration::ZERO,
                holder: Holder::default(),
            });
        }
        Ok(match world.newest(at) {
            Some(stored) => Found::Row(Row {
                now,
                ..stored.row.clone()
            }),
            None => Found::Absent { placeholder: None },
        })
    }

    fn held(&self, _: SessionKey) -> Option<Mode> {
        let world = self.world.borrow();
        // The client believes that it still has the lock of a lost connection.
        let known = |(server, instance): (usize, u64)| {
            let server = &world.servers[server];
            self.is_cut || server.instance != instance || server.holder == Some(self.number)
        };
        self.connected.is_some_and(known).then_some(Mode::Advisory)
    }

    fn has_advisory_holder(&mut self, _: SessionKey) -> Result<bool> {
        Ok(false)
    }

    fn notice_loss(&mut self) {}

    fn peek(&mut self, _: SessionKey) -> Result<Option<Row>> {
        let at = self.server()?;
        let world = self.world.borrow();
        let now = world.clock;
        Ok(world.newest(at).map(|stored| Row {
            now,
            ..stored.row.clone()
        }))
    }

    fn instance(&self) -> Instance {
        self.connected
            .map_or(Instance::UNKNOWN, |(_, instance)| Instance::from_checksum(instance))
    }

    fn save(&mut self, _: SessionKey, write: Write<'_>) -> Result<bool> {
        let at = self.server()?;
        let mut world = self.world.borrow_mut();
        let stored = world.newest(at).map(|stored| stored.row.version);
        let fits = match write.expected {
            Expected::Anything => true,
            Expected::Absent => stored.is_none(),
            Expected::Version(version) => stored == Some(version),
        };
        if !fits {
            return Ok(false);
        }
        if let Some(found) = world.live_data(at) {
            assert_nothing_is_lost(&found, write.data);
        }
        let row = Row {
            version: write.version,
            expires: world.clock + write.expiry.lifetime + write.expiry.touch_seconds,
            now: world.clock,
            created: 0,
            data: write.data.to_vec(),
            tag: write.tag,
        };
        let losses = world.losses;
        world.writers.insert(self.number);
        let server = &mut world.servers[at];
        server.commits.push(Some(Stored { row, losses }));
        server.holder.take_if(|holder| *holder == self.number);
        if std::mem::take(&mut world.lose_next_answer) {
            drop(world);
            self.connected = None;
            return Err(lost());
        }
        Ok(true)
    }

    fn touch(&mut self, _: SessionKey, version: Version, expiry: Expiry) -> Result<bool> {
        let at = self.server()?;
        let mut world = self.world.borrow_mut();
        let clock = world.clock;
        let Some(mut stored) = world.newest(at).filter(|stored| stored.row.version == version).cloned() else {
            return Ok(false);
        };
        stored.row.expires = clock + expiry.lifetime + expiry.touch_seconds;
        let server = &mut world.servers[at];
        server.commits.push(Some(stored));
        server.holder.take_if(|holder| *holder == self.number);
        Ok(true)
    }

    fn delete(&mut self, _: SessionKey, only: Option<Version>) -> Result<bool> {
        let at = self.server()?;
        let mut world = self.world.borrow_mut();
        let stored = world.newest(at).map(|stored| stored.row.version);
        let fits = only.is_none() || only == stored;
        let server = &mut world.servers[at];
        if fits {
            server.commits.push(None);
        }
        server.holder.take_if(|holder| *holder == self.number);
        if std::mem::take(&mut world.lose_next_answer) {
            drop(world);
            self.connected = None;
            return Err(lost());
        }
        Ok(fits)
    }

    fn disconnect(&mut self) {
        self.lose_connection();
        self.connected = None;
        self.is_cut = false;
    }

    fn collect(&mut self, _: Option<Duration>) -> Result<u64> {
        Ok(0)
    }

    fn another(&self) -> Self {
        let mut world = self.world.borrow_mut();
        world.clients += 1;
        Self {
            world: Rc::clone(&self.world),
            number: world.clients,
            connected: None,
            is_cut: false,
        }
    }

    fn is_forked(&self) -> bool {
        false
    }
}

struct Request {
    handler: Handler<Client>,
    data: Vec<u8>,
    /// The number of commit losses before the row that this request read was written.
    losses: u32,
    /// The version of that row and the earlier versions of the session. It is empty if the request started a new session.
    ancestors: Vec<Version>,
}

struct History {
    world: Rc<RefCell<World>>,
    config: Rc<crate::config::Config>,
    random: Random,
    writes: u16,
    repeats: bool,
    open: Vec<Request>,
    /// Refused writes of requests without a rival, after commits were lost twice. The fence allows these: it cannot recognize an
    /// ancestor over two losses.
    unneeded_refusals: u32,
}

impl History {
    fn begin(&mut self) {
        let world = Rc::clone(&self.world);
        let client = Client {
            world,
            number: 0,
            connected: None,
            is_cut: false,
        };
        let mut client = client.another();
        let servers = self.world.borrow().servers.len() as u64;
        // Some clients still connect to an old primary.
        let old = usize::try_from(self.random.below(servers)).unwrap();
        let alive = self.world.borrow().servers[old].instance;
        if alive != 0 && self.random.below(8) == 0 {
            client.connected = Some((old, alive));
        }
        let mut handler = Handler::new(Rc::clone(&self.config), client);
        let lock_free = self.random.below(8) == 0;
        let Ok(data) = handler.read(ID, lock_free).map(<[u8]>::to_vec) else {
            return;
        };
        let connected = handler.store().connected;
        let at = connected.map_or(0, |(server, _)| server);
        let world = self.world.borrow();
        let read = world.newest(at).filter(|stored| stored.row.expires > world.clock);
        let line = world.servers[at].commits.iter().rev().map_while(Option::as_ref);
        let line = line.take_while(|stored| data.starts_with(&stored.row.data));
        let request = Request {
            handler,
            losses: read.map_or(0, |stored| stored.losses),
            ancestors: read.map_or(Vec::new(), |_| line.map(|stored| stored.row.version).collect()),
            data,
        };
        drop(world);
        self.open.push(request);
    }

    fn take_request(&mut self) -> Option<Request> {
        let count = self.open.len() as u64;
        (count > 0)
            .then(|| self.random.below(count))
            .map(|at| self.open.swap_remove(at as usize))
    }

    fn write(&mut self, mut request: Request, changed: bool) {
        let mut data = request.data.clone();
        if changed || data.is_empty() {
            let same_as_another = self.repeats && self.writes > 0 && self.random.below(4) == 0;
            self.writes += u16::from(!same_as_another);
            data.extend(self.writes.to_le_bytes());
        }
        let outcome = request.handler.write(ID, &data, LIFETIME, None);
        let at = request.handler.store().connected.map(|(server, _)| server);
        match outcome {
            Ok(()) if data != request.data => {
                let newest = at.and_then(|at| self.world.borrow().live_data(at));
                let newest = newest.expect("acknowledged, and nothing is stored");
                assert_nothing_is_lost(&data, &newest);
                let number = request.handler.store().number;
                let has_written = self.world.borrow().writers.contains(&number);
                assert!(has_written, "acknowledged, but the row is that of another request");
            }
            Err(Error::Refused(Refusal::Newer)) if !self.repeats => self.was_refused(&request, at),
            _ => {}
        }
        let _ = request.handler.close(false);
    }

    /// Checks that a refusal had a reason: another request wrote, or commits were lost more than once.
    fn was_refused(&mut self, request: &Request, at: Option<usize>) {
        let world = self.world.borrow();
        let found = at.and_then(|at| world.newest(at));
        let Some(found) = found.filter(|found| request.ancestors.contains(&found.row.version)) else {
            return;
        };
        if found.row.version != request.ancestors[0] {
            assert!(found.losses < request.losses, "refused, though nobody wrote since");
            drop(world);
            self.unneeded_refusals += 1;
        }
    }

    fn destroy(&mut self, mut request: Request, replaces: bool) {
        let connected = request.handler.store().connected;
        let before = connected.and_then(|(at, _)| self.world.borrow().live_data(at));
        let outcome = request.handler.destroy(ID, replaces);
        let still = request.handler.store().connected == connected;
        if outcome.is_ok()
            && replaces
            && still
            && let Some(before) = before
        {
            assert_nothing_is_lost(&before, &request.data);
        }
        let _ = request.handler.close(false);
    }

    fn step(&mut self) {
        match self.random.below(20) {
            0..=5 => self.begin(),
            6..=10 => {
                if let Some(request) = self.take_request() {
                    self.write(request, true);
                }
            }
            11 => {
                if let Some(request) = self.take_request() {
                    self.write(request, false);
                }
            }
            12 => {
                if let Some(mut request) = self.take_request() {
                    request.handler.store_mut().lose_connection();
                    self.open.push(request);
                }
            }
            13 => self.world.borrow_mut().lose_next_answer = true,
            14..=16 => {
                let commits = usize::try_from(self.random.below(4)).unwrap();
                let (restart, goes_on) = (self.random.below(2) == 0, self.random.below(3) == 0);
                self.world.borrow_mut().lose(commits, restart, goes_on);
            }
            17 => {
                if let Some(request) = self.take_request() {
                    let replaces = self.random.below(2) == 0;
                    self.destroy(request, replaces);
                }
            }
            18 => {
                let seconds = [1, 100, LIFETIME + 200][self.random.below(3) as usize];
                self.world.borrow_mut().clock += seconds;
            }
            _ => {
                if let Some(mut request) = self.take_request() {
                    let _ = request.handler.close(false);
                }
            }
        }
    }
}

fn from_environment(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

#[test]
fn no_history_loses_an_acknowledged_write() {
    let config = Rc::new(crate::config::tests::load(&[("dsn", "mysql://a@h/app")], "").unwrap());
    let first = from_environment("SEED", 1);
    let (mut writes, mut unneeded) = (0, 0);
    for seed in first..first + from_environment("HISTORIES", 5_000) {
        let mut history = History {
            world: Rc::new(RefCell::new(World::new())),
            config: Rc::clone(&config),
            random: Random(seed.wrapping_mul(0x2545_f491_4f6c_dd1d)),
            writes: 0,
            repeats: seed % 2 == 0,
            open: Vec::new(),
            unneeded_refusals: 0,
        };
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for _ in 0..40 {
                history.step();
            }
        }));
        assert!(outcome.is_ok(), "SEED={seed}");
        writes += u64::from(history.writes);
        unneeded += u64::from(history.unneeded_refusals);
    }
    assert!(
        unneeded * 100 < writes,
        "{unneeded} unneeded refusals among {writes} writes"
    );
}
