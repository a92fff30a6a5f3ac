//! Interprets answers: the row, the number of changed rows, and the effect of an error on the lock and the connection.
//!
//! Called by `lock`, `change` and `exchange`. It sends only statements that explain an error.

use super::link::Link;
use super::version::Instance;
use super::{Row, Version, known_servers, sql};
use crate::db::driver;
use crate::db::errno;
use crate::db::reply::{Reply, ResultSet};
use crate::envelope::Place;
use crate::error::Result;
use crate::lock::Mode;
use crate::session_id::SessionKey;
use crate::tag::Tag;

impl Link {
    /// The row of a SELECT of `sql::COLUMNS`. A result set with another number of columns belongs to another statement, and must
    /// not be mistaken for a missing session. An outer join returns NULL if there is no row.
    pub fn row_from(&mut self, key: SessionKey, set: Option<ResultSet>, columns: usize) -> Result<Option<Row>> {
        let Some(set) = set.filter(|set| set.columns == columns) else {
            return Err(self.out_of_sync());
        };
        let Some(mut row) = set.rows.into_iter().next() else {
            return Ok(None);
        };
        let Some(instance) = row.number(sql::INSTANCE) else {
            return Err(self.out_of_sync());
        };
        if let Some(facts) = self.facts_mut() {
            facts.learn_instance(Instance::from_checksum(instance));
        }
        if [0, 1, 3, 4].iter().all(|at| row.is_null(*at)) {
            return Ok(None);
        }
        let numbers = (row.number(0), row.number(1), row.number(2), row.number(4));
        let (Some(version), Some(expires), Some(now), Some(format)) = numbers else {
            return Err(self.out_of_sync());
        };
        let created = row.number(sql::CREATED).unwrap_or_default();
        let tag = row.bytes(sql::TAG).and_then(Tag::from_column);
        let Some(stored) = row.take_bytes(3) else {
            return Err(self.out_of_sync());
        };
        let place = Place { key, version };
        let most = driver::most_bytes().unwrap_or(usize::MAX);
        let data = match self.config().envelope.open(format, place, stored, most) {
            // Nobody gets the data of an expired session. It may be the empty row of `lock::row`, which is not encrypted.
            Err(_) if expires <= now => Vec::new(),
            data => data?,
        };
        Ok(Some(Row {
            version: Version::from(version),
            expires,
            now,
            created,
            data,
            tag,
        }))
    }

    /// The number of rows that the first statement of `reply` changed: 0 also if another request has inserted the row meanwhile.
    pub fn affected(&mut self, reply: Reply) -> Result<u64> {
        let affected = reply.sets.first().map(|set| set.affected).unwrap_or_default();
        match reply.error {
            None => Ok(affected),
            Some(error) if error.code() == Some(errno::DUP_ENTRY) => Ok(0),
            Some(error) => {
                let error = match error.is_wait_timeout() {
                    true => self.explain_wait(error, true),
                    false => error,
                };
                let held = self.hold().session().map(|(_, mode)| mode);
                // A failed statement may have released the advisory lock. After a table lock wait, a COMMIT has rolled back and an
                // UPDATE has not. Closing the connection makes the state certain.
                if error.is_table_locked() || held == Some(Mode::Advisory) {
                    self.end();
                } else if error.is_conflict() {
                    self.row_lock_lost();
                }
                self.drop_unfit_host(&error);
                Err(error)
            }
        }
    }

    /// Adds the missing GRANT to a reply's error, and closes the connection if the error means that the host is unfit.
    pub fn handle_error(&mut self, reply: &mut Reply) {
        self.name_missing_grant(reply);
        if let Some(connection) = self.connection()
            && reply.error_code() == Some(errno::BINLOG_STMT_MODE_AND_ROW_ENGINE)
        {
            known_servers::forget(connection.at());
        }
        if let Some(error) = &reply.error {
            self.drop_unfit_host(error);
        }
    }
}
