//! `SELECT ... FOR UPDATE`: the session's own row, owned by the connection's open transaction.

use super::LockTimeout;

/// Three years: the largest value that both servers take.
const FOR_EVER: u64 = 100_000_000;

/// For the session variable `innodb_lock_wait_timeout`, which takes whole seconds, on MySQL from 1.
pub fn lock_wait_seconds(timeout: LockTimeout) -> u64 {
    timeout.whole_seconds(FOR_EVER).max(1)
}

/// Stands behind the SELECT of a row whose advisory lock is held: waits for the commit of the request before.
pub const SETTLED: &str = " LOCK IN SHARE MODE";

/// What stands before and behind the SELECT of a row to wait for its lock and take it.
pub fn locking(timeout: LockTimeout) -> (String, &'static str) {
    if timeout == LockTimeout::Limit(std::time::Duration::ZERO) {
        return (String::new(), " FOR UPDATE NOWAIT");
    }
    let before = match timeout.fraction() {
        None => String::new(),
        // MySQL has no finer limit for a row lock: it waits for the next whole second.
        Some(limit) => format!(
            "/*M!100100 SET STATEMENT max_statement_time={:.3} FOR */",
            limit.as_secs_f64()
        ),
    };
    (before, " FOR UPDATE")
}
