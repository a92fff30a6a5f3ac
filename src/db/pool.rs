//! Connections that outlive their request (`rustsql.persistent`), in one pool for each process.
//!
//! r2d2 would connect in its own thread, retry until a timeout, and report the last error as text. So its items are places for a
//! connection: a request that gets an empty place connects itself, and gets a typed error at once. r2d2 bounds the number of
//! places and closes idle connections.
//!
//! `store::route` takes a place at a request's first use of the database; `store::link` fills it when the session is closed and
//! its connection holds nothing.

use std::convert::Infallible;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use r2d2::{ManageConnection, NopErrorHandler, Pool, PooledConnection};
use scheduled_thread_pool::{OnPoolDropBehavior, ScheduledThreadPool};

use super::connection::Connection;
use super::host::Host;
use super::server::SessionVariables;
use super::{fork, threads};
use crate::config::{Config, Target};
use crate::error::{Error, Result};
use crate::store::Instance;

/// The time for r2d2's thread to add a place, which needs no network.
const ADDING: Duration = Duration::from_secs(1);

/// A connection that was idle for longer is checked with COM_PING, since its server may have vanished without a FIN.
/// A connection that the server has closed fails at its first packet, which is then sent on another connection.
const UNPROVEN_AFTER: Duration = Duration::from_secs(1);

static POOL: Mutex<Option<Owned>> = Mutex::new(None);

/// A forked child has a copy of its parent's pool. It lacks the pool's thread, and must not use the connections.
struct Owned {
    generation: u32,
    pool: Pool<Places>,
}

struct Places;

/// A connection, the session variables that are set on it, and the server instance that it leads to.
pub struct Kept {
    pub connection: Connection,
    pub variables: SessionVariables,
    pub instance: Instance,
}

struct Occupant {
    target: Target,
    kept: Kept,
    since: Instant,
}

impl ManageConnection for Places {
    type Connection = Option<Occupant>;
    type Error = Infallible;

    fn connect(&self) -> std::result::Result<Option<Occupant>, Infallible> {
        Ok(None)
    }

    fn is_valid(&self, _: &mut Option<Occupant>) -> std::result::Result<(), Infallible> {
        Ok(())
    }

    fn has_broken(&self, _: &mut Option<Occupant>) -> bool {
        false
    }
}

/// The place of one connection, for the duration of a request.
pub struct Place {
    generation: u32,
    inner: Option<PooledConnection<Places>>,
    /// The target of the connection that was taken.
    target: Option<Target>,
}

impl Place {
    /// `None` if all places are taken or there is no pool: the connection then ends with its request.
    pub fn find(config: &Config) -> Option<Self> {
        let pool = pool(config)?;
        let inner = pool.try_get().or_else(|| {
            let room = pool.state().connections < pool.max_size();
            room.then(|| pool.get_timeout(ADDING).ok()).flatten()
        })?;
        Some(Self {
            generation: fork::generation(),
            inner: Some(inner),
            target: None,
        })
    }

    /// The connection of an earlier request, if its host is `wanted`, its account is the same, and it is usable. The error means
    /// that its host timed out.
    pub fn take(
        &mut self,
        config: &Config,
        wanted: impl FnOnce(&Host) -> bool,
    ) -> Result<Option<Kept>, Box<(Host, Error)>> {
        let Some(Occupant {
            target,
            mut kept,
            since,
        }) = self.inner.as_mut().and_then(|place| place.take())
        else {
            return Ok(None);
        };
        let connection = &mut kept.connection;
        // The socket's own timeouts are those of the request that opened it.
        let fits = connection.io_timeout() == config.io_timeout && target == config.target && wanted(connection.at());
        let idle = since.elapsed();
        if !fits || idle >= config.persistent_idle {
            return Ok(None);
        }
        match prove(connection, idle, config.connect_timeout) {
            Err(error) if error.is_timed_out() => return Err(Box::new((connection.at().clone(), error))),
            Err(_) => return Ok(None),
            Ok(()) => {}
        }
        self.target = Some(target);
        Ok(Some(kept))
    }

    /// Keeps a connection for the next request. It must hold no lock and no transaction.
    pub fn fill(&mut self, config: &Config, kept: Kept) {
        if self.generation == fork::generation()
            && let Some(place) = &mut self.inner
        {
            **place = Some(Occupant {
                // The same as that of the settings, or another connection was opened.
                target: self.target.take().unwrap_or_else(|| config.target.clone()),
                kept,
                since: Instant::now(),
            });
        }
    }
}

/// Reads the answer to the release of the last request. After a long idle time it checks the server with COM_PING.
fn prove(connection: &mut Connection, idle: Duration, timeout: Duration) -> Result<()> {
    connection.settle(timeout)?;
    match idle >= UNPROVEN_AFTER {
        true => connection.ping(timeout),
        false => Ok(()),
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.generation != fork::generation() {
            std::mem::forget(self.inner.take());
        }
    }
}

/// This process's pool. It is created at the first use, since children cannot use a pool of their master process.
///
/// `None` in a child whose parent has a pool. r2d2 uses parking_lot, which keeps its waiting threads in a table of the process.
/// That table points into the memory of the waiting threads, which do not exist in the child. A pool of the child would walk
/// the broken table and could loop for ever.
fn pool(config: &Config) -> Option<Pool<Places>> {
    let mut owned = POOL.lock();
    if owned.is_none() {
        *owned = new_pool(config).map(|pool| Owned {
            generation: fork::generation(),
            pool,
        });
    }
    let owned = owned.as_ref()?;
    (owned.generation == fork::generation()).then(|| owned.pool.clone())
}

fn new_pool(config: &Config) -> Option<Pool<Places>> {
    let start = || {
        ScheduledThreadPool::builder()
            .num_threads(1)
            .thread_name_pattern("rustsql-idle")
            .on_drop_behavior(OnPoolDropBehavior::DiscardPendingScheduled)
            .build()
    };
    // r2d2 panics if it cannot start a thread. Sessions work without it, with connections that are not kept.
    let threads = threads::without_signals(|| catch_unwind(start))?;
    let pool = Pool::builder()
        .max_size(if cfg!(php_zts) { config.persistent_size } else { 1 })
        .min_idle(Some(0))
        .idle_timeout(Some(config.persistent_idle))
        .max_lifetime(None)
        .test_on_check_out(false)
        .error_handler(Box::new(NopErrorHandler))
        .thread_pool(Arc::new(threads.ok()?))
        .build_unchecked(Places);
    Some(pool)
}

/// Closes the kept connections with COM_QUIT, at the end of the process. r2d2's thread may still have the pool, which would then
/// end with the process.
pub fn close() {
    let Some(owned) = POOL.lock().take() else { return };
    if owned.generation != fork::generation() {
        std::mem::forget(owned);
        return;
    }
    let places: Vec<_> = std::iter::from_fn(|| owned.pool.try_get()).collect();
    for mut place in places {
        drop(place.take());
    }
}
