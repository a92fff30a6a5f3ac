//! The functions in the namespace `RustSql`. `stubs/` describes them for editors.

use std::time::{Duration, Instant};

use ext_php_rs::boxed::ZBox;
use ext_php_rs::builders::ModuleBuilder;
use ext_php_rs::convert::IntoZval;
use ext_php_rs::types::{ZendHashTable, Zval};
use ext_php_rs::{php_function, wrap_function};

use super::{boundary, engine, ini, open_handler, warning};
use crate::config::Config;
use crate::db::host::Host;
use crate::store::probe::{self, Health};
use crate::store::schema;

pub fn add_to(module: ModuleBuilder<'_>) -> ModuleBuilder<'_> {
    module
        .function(wrap_function!(status))
        .function(wrap_function!(ping))
        .function(wrap_function!(schema))
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

fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

fn put(table: &mut ZendHashTable, key: &str, value: impl IntoZval) {
    let value = value.into_zval(false).unwrap_or_else(|_| Zval::new());
    // This fails only for a key with a NUL.
    let _ = table.insert(key, value);
}
