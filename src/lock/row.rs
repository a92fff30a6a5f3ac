//! `SELECT ... FOR UPDATE`: the session's own row, owned by the connection's open transaction.

use super::LockTimeout;

/// Three years: the largest value that both servers take.
const FOR_EVER: u64 = 100_000_000;

/// For the session variable `innodb_lock_wait_timeout`, which takes whole seconds, on MySQL from 1.
pub fn lock_wait_seconds(timeout: LockTimeout) -> u64 {
    timeout.whole_seconds(FOR_EVER).max(1)
}

/// Turns the `select` of a row whose advisory lock is held into one that waits for the commit of the request before.
pub fn settled(select: &str) -> String {
    format!("{select} LOCK IN SHARE MODE")
}

/// Turns the `select` of a row into one that waits for its lock and takes it.
pub fn locking(select: &str, timeout: LockTimeout) -> String {
    if timeout == LockTimeout::Limit(std::time::Duration::ZERO) {
        return format!("{select} FOR UPDATE NOWAIT");
    }
    match timeout.fraction() {
        None => format!("{select} FOR UPDATE"),
        // MySQL has no finer limit for a row lock: it waits for the next whole second.
        Some(limit) => format!(
            "/*M!100100 SET STATEMENT max_statement_time={:.3} FOR */{select} FOR UPDATE",
            limit.as_secs_f64()
        ),
    }
}
