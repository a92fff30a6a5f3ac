//! Reads a session without its lock.
//!
//! Called by `database`, and by `acquire` with `rustsql.lock=unlocked`.

use super::create::create_table;
use super::link::Link;
use super::lock::skips_read_only_host;
use super::{Row, sql};
use crate::db::errno;
use crate::db::statement::Statement;
use crate::error::Result;
use crate::lock::Mode;
use crate::session_id::SessionKey;

pub fn peek(link: &mut Link, key: SessionKey) -> Result<Option<Row>> {
    let mut select = sql::select(link.table(), key);
    link.connect()?;
    // A read must leave no transaction open.
    let commits = !link.holds_session() && link.mode() == Mode::Row;
    if commits {
        select = Statement::new(format!("{};COMMIT", select.literal()));
    }
    loop {
        let holds = link.holds_session();
        let reply = match holds {
            true => link.send_held(&select)?,
            false => link.send_checked(&select, link.answer_time())?,
        };
        match reply.error {
            None => {
                if commits {
                    link.lock_released();
                }
                // It may be behind the others.
                if !holds && !link.config().read_only && skips_read_only_host(link, reply.sets.first()) {
                    continue;
                }
                return link.row_from(key, reply.sets.into_iter().next(), sql::LOCKED);
            }
            Some(missing) if missing.code() == Some(errno::NO_SUCH_TABLE) => {
                create_table(link, missing)?;
                return Ok(None);
            }
            // A plain SELECT does not wait for row locks.
            Some(error) if error.is_wait_timeout() => match link.explain_wait(error, false) {
                error if error.is_unfit_host() => link.skip_host(error),
                error => return Err(error),
            },
            Some(error) => return Err(error),
        }
    }
}
