//! The functions in the namespace `RustSql`. `stubs/` describes them for editors.

use std::time::{Duration, Instant};

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::boxed::ZBox;
use ext_php_rs::builders::ModuleBuilder;
use ext_php_rs::convert::IntoZval;
use ext_php_rs::exception::PhpResult;
use ext_php_rs::types::{ZendHashTable, Zval};
use ext_php_rs::{php_function, wrap_function};

use super::exception::or_throw;
use super::{boundary, engine, ini, open_handler, warning};
use crate::config::Config;
use crate::counters::{self, Counts};
use crate::db::host::Host;
use crate::error::{Error, Result};
use crate::session_id::SessionKey;
use crate::store::database::Database;
use crate::store::probe::{self, Health};
use crate::store::tagged::Listed;
use crate::store::waits::{Client, Queue};
use crate::store::{Store, schema};

pub fn add_to(module: ModuleBuilder<'_>) -> ModuleBuilder<'_> {
    module
        .function(wrap_function!(status))
        .function(wrap_function!(ping))
        .function(wrap_function!(schema))
        .function(wrap_function!(stats))
        .function(wrap_function!(gc))
        .function(wrap_function!(mark))
        .function(wrap_function!(sessions))
        .function(wrap_function!(revoke))
        .function(wrap_function!(waits))
}

/// Describes the open session; an empty array if none is open.
#[php_function]
#[php(name = "RustSql\\status")]
pub fn status() -> ZBox<ZendHashTable> {
    let table = boundary::caught(|| Ok(open_session()));
    warning::flush();
    table.unwrap_or_default()
}

fn open_session() -> ZBox<ZendHashTable> {
    let mut table = ZendHashTable::new();
    open_handler::with(|handler| {
        let Some(status) = handler.status() else { return };
        let connection = handler.store().connection();
        put(
            &mut table,
            "host",
            connection.map(|connection| connection.host().to_owned()),
        );
        put(
            &mut table,
            "connection_id",
            connection.map(|connection| i64::from(connection.id())),
        );
        put(&mut table, "lock", status.lock);
        put(&mut table, "waited_ms", milliseconds(status.waited));
        put(&mut table, "held_ms", milliseconds(status.held));
        put(
            &mut table,
            "version",
            status.version.and_then(|version| i64::try_from(version).ok()),
        );
        put(&mut table, "bytes", i64::try_from(status.bytes).unwrap_or(i64::MAX));
    });
    table
}

/// Tells for each address of each host of the DSN whether a session could start there, and if not, why.
#[php_function]
#[php(name = "RustSql\\ping")]
pub fn ping() -> Vec<ZBox<ZendHashTable>> {
    let hosts = boundary::caught(|| {
        let config = ini::load_current()?;
        let entries = config.target.addresses.iter().map(Host::new);
        let each = entries.flat_map(|entry| match entry.resolve(config.connect_timeout) {
            Ok(hosts) => hosts.iter().map(|host| ping_host(host, &config)).collect(),
            Err(error) => vec![pinged(&entry, error.into(), Instant::now())],
        });
        Ok(each.collect())
    });
    warning::flush();
    hosts.unwrap_or_default()
}

fn ping_host(host: &Host, config: &Config) -> ZBox<ZendHashTable> {
    let started = Instant::now();
    pinged(host, probe::look(host, config, engine::script()), started)
}

fn pinged(host: &Host, health: Health, started: Instant) -> ZBox<ZendHashTable> {
    let mut table = ZendHashTable::new();
    put(&mut table, "host", host.to_string());
    put(&mut table, "reachable", health.reachable);
    put(&mut table, "writable", health.writable);
    put(&mut table, "ready", health.problem.is_none());
    put(&mut table, "version", health.version);
    put(&mut table, "milliseconds", milliseconds(started.elapsed()));
    put(&mut table, "error", health.problem.map(|problem| problem.explain()));
    table
}

/// The SQL that creates the configured table.
#[php_function]
#[php(name = "RustSql\\schema")]
pub fn schema() -> String {
    let sql = boundary::caught(|| {
        Ok(match ini::load_current() {
            Ok(config) => schema::definition(&schema::quoted_table(&config)),
            Err(_) => schema::definition("`php_sessions`"),
        })
    });
    warning::flush();
    sql.unwrap_or_default()
}

/// What was counted for these settings in all workers of this PHP master process since it started.
#[php_function]
#[php(name = "RustSql\\stats")]
pub fn stats() -> PhpResult<ZBox<ZendHashTable>> {
    or_throw(|| {
        let sums = counters::sums(&*ini::load_current()?);
        let mut table = ZendHashTable::new();
        for (name, count) in counters::NAMES.iter().zip(sums.counters) {
            put(&mut table, name, integer(count));
        }
        for ((name, _), counts) in counters::TIMERS.iter().zip(&sums.timers) {
            put(&mut table, name, histogram(counts));
        }
        Ok(table)
    })
}

fn histogram(counts: &Counts) -> ZBox<ZendHashTable> {
    let mut buckets = ZendHashTable::new();
    for (below, count) in counts.used() {
        let below = below.map_or_else(|| "INF".to_owned(), |below| (below as f64 / 1e6).to_string());
        put(&mut buckets, &below, integer(count));
    }
    let mut table = ZendHashTable::new();
    put(&mut table, "count", integer(counts.total()));
    put(&mut table, "seconds", counts.microseconds as f64 / 1e6);
    put(&mut table, "below", buckets);
    table
}

fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Deletes expired sessions, without a session and on a connection of its own.
#[php_function]
#[php(name = "RustSql\\gc")]
pub fn gc(max_rows: Option<i64>) -> PhpResult<i64> {
    or_throw(|| {
        let most = max_rows.map_or(u64::MAX, |rows| u64::try_from(rows).unwrap_or_default());
        let deleted = on_a_connection(|store| store.collect_all(most, &mut |_| ()))?;
        Ok(integer(deleted))
    })
}

/// Marks the open session from its next write on.
#[php_function]
#[php(name = "RustSql\\tag")]
pub fn mark(tag: Option<BinarySlice<u8>>) -> PhpResult<bool> {
    or_throw(|| {
        let mut result = Err(Error::NotOpen);
        open_handler::with_mut(|handler| result = handler.tag(tag.map(Into::into)));
        result.map(|()| true)
    })
}

/// The sessions of a tag.
#[php_function]
#[php(name = "RustSql\\sessions")]
pub fn sessions(tag: BinarySlice<u8>) -> PhpResult<Vec<ZBox<ZendHashTable>>> {
    or_throw(|| {
        let current = current_key();
        let listed = on_a_connection(|store| store.tagged(&tag))?;
        Ok(listed.iter().map(|session| describe(session, current)).collect())
    })
}

fn describe(session: &Listed, current: Option<SessionKey>) -> ZBox<ZendHashTable> {
    let mut table = ZendHashTable::new();
    put(&mut table, "created", integer(session.created));
    put(&mut table, "used", integer(session.used));
    put(&mut table, "expires", integer(session.expires));
    put(&mut table, "bytes", integer(session.bytes));
    put(&mut table, "current", current == Some(session.key));
    table
}

/// Ends the sessions of a tag.
#[php_function]
#[php(name = "RustSql\\revoke", defaults(keep_current = true))]
pub fn revoke(tag: BinarySlice<u8>, keep_current: bool) -> PhpResult<i64> {
    let mut destroys = false;
    let ended = or_throw(|| {
        open_handler::with(|handler| destroys = !keep_current && handler.has_tag(&tag));
        let current = current_key();
        let ended = on_a_connection(|store| store.end_tagged(&tag, current))?;
        Ok(integer(ended))
    })?;
    Ok(ended + i64::from(destroys && engine::destroy_session()))
}

/// Who holds and who waits, as far as the server tells this account.
#[php_function]
#[php(name = "RustSql\\waits")]
pub fn waits() -> PhpResult<Vec<ZBox<ZendHashTable>>> {
    or_throw(|| {
        let queues = on_a_connection(Database::waits)?;
        let describe = |queue: Queue| {
            let mut table = ZendHashTable::new();
            put(&mut table, "lock", queue.lock.name());
            put(&mut table, "holders", clients(queue.holders));
            put(&mut table, "waiters", clients(queue.waiters));
            put(&mut table, "hint", queue.hint);
            table
        };
        Ok(queues.into_iter().map(describe).collect())
    })
}

fn clients(clients: Vec<Client>) -> Vec<ZBox<ZendHashTable>> {
    let describe = |client: Client| {
        let mut table = ZendHashTable::new();
        put(&mut table, "connection_id", integer(client.id));
        put(&mut table, "address", client.address);
        put(&mut table, "seconds", client.seconds.map(integer));
        put(&mut table, "statement", client.statement);
        put(&mut table, "pid", client.pid);
        put(&mut table, "script", client.script);
        table
    };
    clients.into_iter().map(describe).collect()
}

fn current_key() -> Option<SessionKey> {
    let mut key = None;
    open_handler::with(|handler| key = handler.open_key());
    key
}

/// Runs `body` on another connection than the open session's, whose lock stays.
fn on_a_connection<T>(body: impl FnOnce(&mut Database) -> Result<T>) -> Result<T> {
    let config = ini::load_current()?;
    counters::select(&config);
    let mut store = Database::new(config, engine::script());
    let result = body(&mut store);
    store.disconnect();
    result
}

fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

fn put(table: &mut ZendHashTable, key: &str, value: impl IntoZval) {
    let value = value.into_zval(false).unwrap_or_else(|_| Zval::new());
    // This fails only for a key with a NUL.
    let _ = table.insert(key, value);
}
