//! Connections that outlive their request (`rustsql.persistent`), in one pool for each process.
//!
//! The pool has places rather than connections: whoever gets an empty place connects by himself and learns at once, from an
//! error of its own kind, why that failed. r2d2 would connect in its thread, again and again until its time is over, and
//! tell the last error as text. What r2d2 does is to bound the number and to close what nobody wants any more.
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

/// How long r2d2's thread may take to add a place, which needs no network.
const ADDING: Duration = Duration::from_secs(1);

/// A connection that was idle for longer is asked whether its server is still there, which may have vanished without a word.
/// One that the server ended shows that at its first packet, which then goes to another.
const UNPROVEN_AFTER: Duration = Duration::from_secs(1);

static POOL: Mutex<Option<Owned>> = Mutex::new(None);

/// A forked child has the memory of its parent's pool, but neither its thread nor any right to its connections.
struct Owned {
    generation: u32,
    pool: Pool<Places>,
}

struct Places;

/// A connection, and the session variables that are set on it.
pub struct Kept {
    pub connection: Connection,
    pub variables: SessionVariables,
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

/// Room for one connection, for the length of a request.
pub struct Place {
    generation: u32,
    inner: Option<PooledConnection<Places>>,
}

impl Place {
    /// `None` when all are taken, or none can be had: the connection then ends with its request.
    pub fn find(config: &Config) -> Option<Self> {
        let pool = pool(config)?;
        let inner = pool.try_get().or_else(|| {
            let room = pool.state().connections < pool.max_size();
            room.then(|| pool.get_timeout(ADDING).ok()).flatten()
        })?;
        Some(Self {
            generation: fork::generation(),
            inner: Some(inner),
        })
    }

    /// What an earlier request left here, if it leads to a host that is `wanted`, with that account, and may be used again. An
    /// error: that host is silent.
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
        // The socket's own time-outs are those of the request that opened it.
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
        Ok(Some(kept))
    }

    /// Leaves a connection for the next request. It must hold nothing.
    pub fn fill(&mut self, config: &Config, kept: Kept) {
        if self.generation == fork::generation()
            && let Some(place) = &mut self.inner
        {
            **place = Some(Occupant {
                target: config.target.clone(),
                kept,
                since: Instant::now(),
            });
        }
    }
}

/// Reads the answer to the release that ended the last request, and asks whether the server is still there if that was long ago.
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

/// This process's pool, made at the first use: what a master process makes before it forks is of no use to its children.
///
/// `None` in a child whose parent has one. parking_lot, which r2d2 waits with, keeps who waits in one table for the whole
/// process, in the memory of the threads that do. In the child that is the memory of a thread that is not there, and soon
/// of another's: whoever walks that table, as a pool of the child's own would, may never come to its end.
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
    // The crate panics when there can be no thread. Sessions work without it, on connections of their own.
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

/// Ends what is kept, with a goodbye to the server. For the end of the process.
pub fn close() {
    if let Some(owned) = POOL.lock().take()
        && owned.generation != fork::generation()
    {
        std::mem::forget(owned);
    }
}
