//! `GET_LOCK`: one named lock per session, owned by the connection.

use super::LockTimeout;

/// A year. MySQL waits for ever at -1, MariaDB gives NULL at once.
const FOR_EVER: u64 = 31_536_000;

/// One row: 1 granted, 0 timed out, NULL failed.
pub fn acquire(name: &str, timeout: LockTimeout) -> String {
    format!("SELECT {}{}", limit_hint(timeout), call(name, timeout))
}

pub fn release(name: &str) -> String {
    format!("DO RELEASE_LOCK('{name}')")
}

/// One row: the connection that holds the lock, or NULL.
pub fn owner(name: &str) -> String {
    format!("SELECT IS_USED_LOCK('{name}')")
}

/// One row: 1 if a connection of this account holds the lock. Without PROCESS an account sees no other's connections.
pub fn is_owned_by_this_account(name: &str) -> String {
    format!(
        "SELECT COUNT(*) FROM information_schema.processlist \
         WHERE id=IS_USED_LOCK('{name}') AND user=SUBSTRING_INDEX(USER(),'@',1)"
    )
}

/// MariaDB waits for fractions of a second, MySQL rounds them: there the next whole second is asked for,
/// and `limit_hint` ends the wait in time. `/*M!` is read by MariaDB alone.
fn call(name: &str, timeout: LockTimeout) -> String {
    let seconds = timeout.whole_seconds(FOR_EVER);
    match timeout.fraction() {
        None => format!("GET_LOCK('{name}',{seconds})"),
        Some(limit) => {
            let excess = seconds as f64 - limit.as_secs_f64();
            format!("GET_LOCK('{name}',{seconds}/*M!100100 -{excess:.3}*/)")
        }
    }
}

fn limit_hint(timeout: LockTimeout) -> String {
    match timeout.fraction() {
        None => String::new(),
        Some(limit) => format!("/*+ MAX_EXECUTION_TIME({}) */ ", limit.as_millis().max(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn waits_are_written_for_both_servers() {
        let limit = |milliseconds| LockTimeout::Limit(Duration::from_millis(milliseconds));
        for (timeout, sql) in [
            (limit(0), "SELECT GET_LOCK('n',0)"),
            (limit(30_000), "SELECT GET_LOCK('n',30)"),
            (
                limit(1500),
                "SELECT /*+ MAX_EXECUTION_TIME(1500) */ GET_LOCK('n',2/*M!100100 -0.500*/)",
            ),
            (LockTimeout::Forever, "SELECT GET_LOCK('n',31536000)"),
        ] {
            assert_eq!(acquire("n", timeout), sql);
        }
    }
}
