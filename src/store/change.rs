//! Changes a session and releases its lock: in one statement, one packet, or two packets.
//!
//! Called by `database` for save, touch and delete. `sql` has the statements.

use super::hold::Hold;
use super::known_servers;
use super::link::Link;
use super::lock::ahead;
use super::sql::{self, Change};
use crate::db::reply::Reply;
use crate::db::server::LARGEST_PACKET;
use crate::db::statement::Statement;
use crate::error::{Error, Result};
use crate::lock::Mode;
use crate::session_id::{LockName, SessionKey};

/// Larger data is sent with a prepared statement. On a new connection that costs one more packet, but the server does not parse
/// the data: from 16 KB on it takes half the time, at 4 KB more time than text. On a kept connection the statement is prepared
/// already, so data of any size is sent this way.
const LARGEST_LITERAL: usize = 16 << 10;

/// The most bytes of a packet in addition to the session's data.
const STATEMENT_BYTES: usize = 1024;

/// Changes the session, releases its lock and returns the number of rows that the statement found. It releases the lock also if
/// there is no row: an UPDATE releases an advisory lock only if it finds its row.
pub fn change(link: &mut Link, key: SessionKey, change: Change<'_>) -> Result<u64> {
    let Change { statement, releases } = change;
    let mode = link.held(key);
    if mode.is_none() {
        // As long as before a lock was waited for.
        link.set_lock_wait(sql::lock_wait_within(link.config().io_timeout));
    }
    // A text may need two bytes for each byte of the data.
    let most = packet_limit(link).saturating_sub(STATEMENT_BYTES) / 2;
    let largest_literal = if statement.is_ascii() {
        LARGEST_LITERAL.min(most)
    } else {
        most
    };
    let by_value = statement.data_len() > largest_literal;
    // A statement that is not prepared yet has to wait for its own answer, so it may wait for the one of the lock before.
    if by_value && ahead::settle(link).is_err() {
        return Ok(0);
    }
    // A node of Galera can roll back a transaction at any time, and reports that for the next packet. A COMMIT in the same packet
    // as its UPDATE would commit nothing and return OK.
    let on_node = link.is_node() && mode == Some(Mode::Row);
    let then = match mode.is_some() && !releases {
        true => link.hold().release_written(),
        false => None,
    };
    let behind = link.asked().map(|asked| asked.time);
    let as_two_commands = !on_node && link.takes_two_commands();
    // It saves the server a quarter of its work to parse no data.
    let connection = link.connection();
    let prepared = by_value || connection.is_some_and(|connection| connection.prepares(&statement));
    if let Some(time) = behind {
        link.within(time);
    }
    let (reply, given_back) = match &then {
        Some(then) if prepared && as_two_commands => send_both(link, &statement, then)?,
        _ if by_value => (send_by_value(link, &statement)?, false),
        Some(then) if !on_node => {
            let reply = link.send_held(&Statement::new(format!("{};{then}", statement.literal())))?;
            let given_back = reply.error.is_none();
            (reply, given_back)
        }
        _ => (link.send_held(&statement)?, false),
    };
    if behind.is_some() {
        link.was_sent_behind(reply.error.as_ref());
    }
    let lost = reply.error.as_ref().is_some_and(Error::is_connection_lost);
    let failed = reply.error.is_some() && !lost;
    let granted = ahead::was_granted(link);
    if behind.is_some() && !lost && (failed || !granted) {
        // The ordinary way takes the lock again, and repairs what can be repaired: a missing table, say.
        link.end();
        return Ok(0);
    }
    let affected = link.affected(reply)?;
    if mode == Some(Mode::Advisory) && affected == 0 && !given_back {
        link.release_lock()?;
        return Ok(0);
    }
    if let Some(then) = then.filter(|_| !given_back) {
        let reply = link.send_held(&Statement::new(then))?;
        link.affected(reply)?;
    }
    if mode.is_some() {
        link.lock_released();
    }
    Ok(affected)
}

fn send_by_value(link: &mut Link, statement: &Statement<'_>) -> Result<Reply> {
    link.connect()?;
    // The statement is sent alone. With `merge`, a lock before it has changed `autocommit`.
    if link.is_first_packet() || !link.holds_session() && link.has_variables_to_set() {
        link.release_lock()?;
    }
    let io_timeout = Some(link.config().io_timeout);
    let mut reply = link.connect()?.execute(statement, io_timeout);
    link.handle_error(&mut reply);
    Ok(reply)
}

/// Sends a prepared change and the release of the lock behind it, without a wait. True: the lock was released, also after a change
/// that failed. In row mode that is a COMMIT, and nothing is left of such a change but perhaps an expired row of a claim.
fn send_both(link: &mut Link, statement: &Statement<'_>, release: &str) -> Result<(Reply, bool)> {
    let time = link.answer_time();
    let (mut reply, released) = link.connect()?.execute_and(statement, release, time);
    link.handle_error(&mut reply);
    match released {
        Some(released) if reply.error.is_none() => {
            link.affected(released)?;
            Ok((reply, true))
        }
        Some(Reply { error: None, .. }) => {
            link.lock_released();
            Ok((reply, true))
        }
        _ => {
            link.was_sent_behind(reply.error.as_ref());
            Ok((reply, false))
        }
    }
}

/// Fails if data of this size does not fit into a packet.
pub fn check_size(link: &mut Link, bytes: usize) -> Result<()> {
    if bytes + STATEMENT_BYTES > packet_limit(link) {
        ask_packet_limit(link)?;
    }
    let limit = packet_limit(link);
    if bytes + STATEMENT_BYTES > limit {
        let limit = format!("max_allowed_packet of {} is {limit}", link.host());
        return Err(Error::TooLarge { bytes, limit });
    }
    Ok(())
}

fn packet_limit(link: &Link) -> usize {
    link.server().map_or(LARGEST_PACKET, |server| server.max_allowed_packet)
}

/// The server's limit may have been raised since it was read. A connection keeps its first limit, so a kept one is closed after
/// this request, and the next request has the new limit.
fn ask_packet_limit(link: &mut Link) -> Result<()> {
    let Some(connection) = link.connection_mut() else {
        return Ok(());
    };
    connection.forbid_reuse();
    known_servers::forget(connection.at());
    let limit = connection.query("SELECT @@max_allowed_packet")?.first_number();
    if let Some(limit) = limit.and_then(|bytes| usize::try_from(bytes).ok()) {
        link.learn_packet_limit(limit);
    }
    Ok(())
}

/// The name of the advisory lock that the UPDATE itself releases. `None` with `binlog_format=STATEMENT`: the server would write a
/// warning for each RELEASE_LOCK() in an UPDATE, with the session's data, to its error log.
pub fn released_within(link: &Link, key: SessionKey) -> Option<LockName> {
    match link.hold() {
        Hold::Advisory { key: held, name } if *held == key && !link.quirks().statement_binlog => Some(*name),
        _ => None,
    }
}
