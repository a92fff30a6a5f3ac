//! Locks on the whole table: ALTER TABLE, LOCK TABLES, FLUSH TABLES WITH READ LOCK, a backup.
//!
//! `lock_wait_timeout` bounds the wait for them. The error is the same as for a row lock wait, and for a node of Galera that waits
//! for its cluster. So another statement determines the cause after the error.

use super::link::Link;
use crate::db::errno;
use crate::error::Error;

impl Link {
    /// Determines the cause of the lock wait timeout `error`. `for_row`: it may have been a row lock of another connection.
    pub fn explain_wait(&mut self, error: Error, for_row: bool) -> Error {
        let Some(server) = self.server() else {
            // The server did not answer a query that reads no table.
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

/// A statement that waits for table locks only, as short as possible: it fails if there is one. `node`: a node of Galera would
/// wait for its cluster first, and Group Replication locks all writes while it makes a member read-only. Another member has the
/// same sessions, so on a node only a lock that also blocks reads counts.
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
