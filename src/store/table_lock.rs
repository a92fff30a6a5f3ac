//! Locks on the whole table: ALTER TABLE, LOCK TABLES, FLUSH TABLES WITH READ LOCK, a backup.
//!
//! A statement waits for their end no longer than its socket (`lock_wait_timeout`). The error is then the same as behind a wait for
//! a row, and as where a node of Galera waits for its cluster: what it was is asked once it has happened.

use super::database::Database;
use super::sql;
use crate::db::errno;
use crate::error::Error;

impl Database {
    /// What `error` means, the end of a wait. `for_row`: it may have been for a row that another connection has locked.
    pub(super) fn explain_wait(&mut self, error: Error, for_row: bool) -> Error {
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

    pub(super) fn table_is_locked(&mut self) -> bool {
        let node = self.server().is_some_and(|server| server.clustered);
        let question = sql::ask_table_lock(&self.table, node);
        let io_timeout = Some(self.config.io_timeout);
        let Some(connection) = &mut self.connection else {
            return false;
        };
        let answer = connection.send(&question, io_timeout);
        answer.error_code().is_some_and(errno::is_lock_timeout)
    }
}
