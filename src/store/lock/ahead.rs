//! The lock of a session whose id this request has made: it is asked for, and nobody waits for the answer.
//!
//! Nobody else can know the id yet. So the lock is free, and no row is stored. The server executes the statements of a connection
//! in their order: whoever learns the id from this request waits for the lock behind it.
//!
//! | next use of the connection | the answer is read |
//! |---|---|
//! | the write of the session | with that of the write, whose statement has a condition (`guard`): without the lock it writes nothing |
//! | the end of the request, or the next id | with that of the release |
//! | all others | before it |
//!
//! If the answer is another one than expected, the connection ends. For the session, the lock was then lost: it takes the lock again
//! in the ordinary way, which repairs what can be repaired, and asks the fence whether it may write.
//!
//! Called by `acquire` and `change`.

use super::super::hold::Hold;
use super::super::link::Link;
use super::super::{Found, Instance, Version, sql};
use super::{advisory, row};
use crate::db::reply::Reply;
use crate::db::statement::Statement;
use crate::error::{Error, Result};
use crate::lock::{LockTimeout, Mode};
use crate::session_id::SessionKey;
use crate::store::hold::Asked;

/// Asks for the lock. `None`: it has to be taken in the ordinary way, since the server or the table is not known well enough.
pub fn ask(link: &mut Link, key: SessionKey, limit: LockTimeout) -> Result<Option<Found>> {
    if !link.is_ready_to_ask()? {
        return Ok(None);
    }
    let io_timeout = link.config().io_timeout;
    let (statement, hold, placeholder, time) = match link.mode() {
        Mode::Advisory => {
            link.set_lock_wait(sql::lock_wait_within(io_timeout));
            let name = advisory::name(link, key);
            let statement = advisory::question(&name);
            (statement, advisory::hold(key, name), None, Some(io_timeout))
        }
        Mode::Row => {
            let placeholder = Version::new_session(Instance::UNKNOWN);
            let statement = row::question(link, key, limit, placeholder);
            (
                statement,
                Hold::Row { key },
                Some(placeholder),
                limit.with_io(io_timeout),
            )
        }
        Mode::Unlocked => return Ok(None),
    };
    let asked = Asked {
        key,
        is_claim: placeholder.is_some(),
        before: 0,
        time,
    };
    link.ask(&statement, hold, asked)?;
    Ok(Some(Found::Absent { placeholder }))
}

/// A condition for the write of a session whose lock was asked for: the lock was granted, by a server that may be written to.
pub fn guard<'a>(link: &Link, lock_name: &'a str) -> Statement<'a> {
    let mut guard = Statement::new(format!("NOT {}", sql::IS_READ_ONLY));
    // In row mode the row has the claim's version, if it was inserted.
    if link.mode() == Mode::Advisory {
        guard.push(" AND ").append(advisory::is_owner(lock_name));
        if link.config().lock.is_none() {
            guard.push("/*M!100100 AND NOT @@wsrep_on*/");
        }
    }
    guard
}

/// Reads the answer now. The error means that the lock is not held. The connection has ended then.
pub fn settle(link: &mut Link) -> Result<()> {
    let Some(time) = link.asked().map(|asked| asked.time) else {
        return Ok(());
    };
    link.within(time);
    if let Some(connection) = link.connection_mut() {
        connection.read_late(time)?;
    }
    let host = link.host();
    match was_granted(link) {
        true => Ok(()),
        false => Err(Error::out_of_sync(host)),
    }
}

/// Call this after an answer. False: the lock that was asked for was not granted. The connection has ended then.
pub fn was_granted(link: &mut Link) -> bool {
    let Some((asked, reply)) = link.take_asked() else {
        return true;
    };
    let granted = reply.is_some_and(|reply| is_as_expected(link, &asked, reply));
    if !granted {
        link.end();
    }
    granted
}

fn is_as_expected(link: &mut Link, asked: &Asked, mut reply: Reply) -> bool {
    let set = reply.sets.pop();
    reply.error.is_none()
        && match asked.is_claim {
            true => set.is_some_and(|set| set.affected == 1),
            false => advisory::was_granted(link, set),
        }
}
