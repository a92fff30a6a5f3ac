//! Locks on the whole table: ALTER TABLE, LOCK TABLES, FLUSH TABLES WITH READ LOCK, a backup.
//!
//! A statement waits for their end no longer than its socket (`lock_wait_timeout`). The error is then the same as behind a wait for
//! a row, and as where a node of Galera waits for its cluster: what it was is asked once it has happened.

use super::link::Link;
use crate::db::errno;
use crate::error::Error;

impl Link {
    /// What `error` means, the end of a wait. `for_row`: it may have been for a row that another connection has locked.
    pub fn explain_wait(&mut self, error: Error, for_row: bool) -> Error {
        let Some(server) = self.server() else {
            // Not even what it is it could say, for which no table is read.
            return error.into_unfit_host();
        };
        if !for_row && !server.clustered || self.table_is_locked() {
            return error.into_table_locked();
        }
        match for_row {
            true => error,
            false => error.into_unfit_host(),
        }
    }

    pub fn table_is_locked(&mut self) -> bool {
        let question = question(self.table(), self.is_node());
        let io_timeout = Some(self.config().io_timeout);
        let Some(connection) = self.connection_mut() else {
            return false;
        };
        let answer = connection.send(&question, io_timeout);
        answer.error_code().is_some_and(errno::is_lock_timeout)
    }
}

/// Waits for nothing but a lock on the whole table, as short as may be: fails where there is one. `node`: of Galera, which
/// would wait for its cluster first; or of Group Replication, which locks all writes while it makes a member read-only. Another
/// member then has the same sessions, so there only a lock that stops reads as well counts.
fn question(table: &str, node: bool) -> String {
    let (unsynced, locking) = match node {
        true => (",wsrep_sync_wait=0", "/*M!100304 FOR UPDATE*/"),
        false => ("", "FOR UPDATE"),
    };
    format!(
        "/*M!100304 SET STATEMENT lock_wait_timeout=0{unsynced} FOR */\
         SELECT /*+ MAX_EXECUTION_TIME(100) */ 1 FROM {table} WHERE FALSE {locking}"
    )
}
