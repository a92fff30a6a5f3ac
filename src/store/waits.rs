//! Who holds a session that others wait for, and who waits, as far as the server tells this account.
//!
//! Called by `database`, for `RustSql\waits()` and `rustsql who`. It only looks: no lock is taken, and nothing of a session is read.
//!
//! | lock | waiters | holder |
//! |---|---|---|
//! | advisory | the server's list of processes, with the lock's name in the statement | `IS_USED_LOCK()` |
//! | row, with the right to see who blocks | `innodb_lock_waits` (MariaDB), `data_lock_waits` (MySQL) | the same |
//! | row, without | the list of processes, by the statement's text | only if it is a request of this web host (`counters::holders`) |

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::attributes;
use super::link::Link;
use super::lock::advisory;
use super::rights::account;
use crate::counters::{self, holders};
use crate::db::connection::Connection;
use crate::db::errno;
use crate::db::reply::ResultRow;
use crate::error::Result;
use crate::lock::Mode;
use crate::session_id::SessionKey;

/// The requests of one session.
pub struct Queue {
    pub lock: Mode,
    /// More than one where the server does not tell which of them it is.
    pub holders: Vec<Client>,
    /// The longest wait first.
    pub waiters: Vec<Client>,
    /// The right that would show more.
    pub hint: Option<String>,
}

/// A connection of the server.
#[derive(Clone, Default)]
pub struct Client {
    pub id: u64,
    pub address: Option<String>,
    /// Seconds since the connection's state began: waiting, idle, or running its statement.
    pub seconds: Option<u64>,
    /// The first word of the statement that it runs. `None`: it is idle.
    pub statement: Option<String>,
    pub pid: Option<String>,
    pub script: Option<String>,
}

/// A line of the server's list of processes.
struct Process {
    client: Client,
    state: String,
    statement: String,
}

pub fn look(link: &mut Link) -> Result<Vec<Queue>> {
    let table = link.table().to_owned();
    let connection = link.connect()?;
    let processes = processes(connection)?;
    let mut queues = advisory_queues(connection, &processes)?;
    queues.extend(row_queues(connection, &processes, &table)?);
    let mut attributes = attributes::read(connection, None);
    for client in queues
        .iter_mut()
        .flat_map(|queue| queue.holders.iter_mut().chain(&mut queue.waiters))
    {
        if let Some(told) = attributes.remove(&client.id) {
            (client.pid, client.script) = (told.pid, told.script);
        }
    }
    // What the server does not tell, of requests on this web host.
    for holder in queues.iter_mut().flat_map(|queue| &mut queue.holders) {
        if let Some(noted) = holders::of_connection(counters::tenant(), holder.id) {
            holder.pid = Some(noted.pid.to_string());
            holder.script = Some(noted.script).filter(|script| !script.is_empty());
        }
    }
    for queue in &mut queues {
        // Of two that began in the same second, the one that connected first.
        queue.waiters.sort_by_key(|waiter| (Reverse(waiter.seconds), waiter.id));
    }
    Ok(queues)
}

/// Without PROCESS the server lists the connections of this account alone.
fn processes(connection: &mut Connection) -> Result<Vec<Process>> {
    let own = u64::from(connection.id());
    let reply = connection.query("SHOW FULL PROCESSLIST")?;
    let read = |row: &ResultRow| {
        let statement = row.text(7).unwrap_or_default();
        let first_word = statement.split_whitespace().next().map(str::to_uppercase);
        let client = Client {
            id: row.number(0)?,
            address: row.text(2),
            seconds: row.number(5),
            statement: first_word.filter(|_| row.text(4).as_deref() != Some("Sleep")),
            ..Client::default()
        };
        let state = row.text(6).unwrap_or_default().to_lowercase();
        Some(Process {
            client,
            state,
            statement,
        })
    };
    let all = reply.rows().iter().filter_map(read);
    Ok(all.filter(|process| process.client.id != own).collect())
}

fn client(processes: &[Process], id: u64) -> Client {
    let known = processes.iter().find(|process| process.client.id == id);
    known.map(|process| process.client.clone()).unwrap_or(Client {
        id,
        ..Client::default()
    })
}

fn advisory_queues(connection: &mut Connection, processes: &[Process]) -> Result<Vec<Queue>> {
    let mut by_name = BTreeMap::<&str, Vec<Client>>::new();
    for process in processes.iter().filter(|process| process.state == "user lock") {
        let name = process
            .statement
            .split_once("GET_LOCK('")
            .and_then(|(_, rest)| rest.split('\'').next());
        if let Some(name) = name.filter(|name| advisory::is_of_session(name)) {
            by_name.entry(name).or_default().push(process.client.clone());
        }
    }
    let queue = |(name, waiters): (&str, Vec<Client>)| {
        let owner = connection.query(&advisory::owner(name))?.first_number();
        Ok(Queue {
            lock: Mode::Advisory,
            holders: owner.map(|id| client(processes, id)).into_iter().collect(),
            waiters,
            hint: None,
        })
    };
    by_name.into_iter().map(queue).collect()
}

fn row_queues(connection: &mut Connection, processes: &[Process], table: &str) -> Result<Vec<Queue>> {
    let from = format!(" FROM {table} WHERE id=");
    // With `merge`, a write waits.
    let update = format!("UPDATE {table} SET ");
    let mut by_key = BTreeMap::<&str, Vec<Client>>::new();
    for process in processes {
        let statement = process.statement.as_str();
        let waits_at = match process.state.as_str() {
            "statistics" if statement.contains(" FOR UPDATE") => statement.split_once(&from),
            "updating" if statement.starts_with(&update) => statement.rsplit_once(" WHERE id="),
            _ => None,
        };
        // A statement that runs for less than a second may not wait at all.
        let waits = process.client.seconds.is_some_and(|seconds| seconds > 0);
        if let Some(key) = waits_at.filter(|_| waits).and_then(|(_, key)| hex(key)) {
            by_key.entry(key).or_default().push(process.client.clone());
        }
    }
    Ok(match blocked(connection)? {
        Some(pairs) => {
            let mut by_holder = BTreeMap::<u64, Vec<Client>>::new();
            let waits_for_session = |id: u64| {
                let mut of_it = processes.iter().filter(|process| process.client.id == id);
                of_it.any(|process| process.statement.contains(&from) || process.statement.starts_with(&update))
            };
            let waiters: BTreeSet<_> = pairs.iter().map(|(waiter, _)| *waiter).collect();
            for waiter in waiters.into_iter().filter(|id| waits_for_session(*id)) {
                by_holder
                    .entry(root(&pairs, waiter))
                    .or_default()
                    .push(client(processes, waiter));
            }
            let queue = |(holder, waiters)| Queue {
                lock: Mode::Row,
                holders: vec![client(processes, holder)],
                waiters,
                hint: None,
            };
            by_holder.into_iter().map(queue).collect()
        }
        None if by_key.is_empty() => Vec::new(),
        None => {
            let account = account(connection).unwrap_or_else(|| "this account".into());
            let hint = |key: &str| match key {
                UNKNOWN => format!(
                    "the server does not tell which sessions these requests wait for, nor who holds them: GRANT PROCESS ON *.* TO \
                     {account} would show it"
                ),
                _ => format!(
                    "the server does not tell who holds it: GRANT PROCESS ON *.* TO {account} (MariaDB), GRANT SELECT ON \
                     performance_schema.* TO {account} (MySQL) would show it"
                ),
            };
            let queue = |(key, waiters)| {
                let noted = noted_holder(processes, key);
                Queue {
                    lock: Mode::Row,
                    hint: noted.is_none().then(|| hint(key)),
                    holders: noted.into_iter().collect(),
                    waiters,
                }
            };
            by_key.into_iter().map(queue).collect()
        }
    })
}

/// In place of a key: MariaDB shows a prepared statement of a kept connection without its values.
const UNKNOWN: &str = "";

/// The digits of a key, as `db::statement` writes it.
fn hex(key: &str) -> Option<&str> {
    if key.starts_with("UNHEX(?)") {
        return Some(UNKNOWN);
    }
    let hex = key.strip_prefix("x'").or_else(|| key.strip_prefix("UNHEX('"))?;
    hex.split('\'').next()
}

/// The request of this web host that has locked the row with this key.
fn noted_holder(processes: &[Process], hex: &str) -> Option<Client> {
    let byte = |at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<_>> = (0..hex.len()).step_by(2).map(byte).collect();
    let noted = holders::of_session(counters::tenant(), SessionKey::from_column(&bytes?)?)?;
    let mut processes = processes.iter().map(|process| &process.client);
    processes.find(|client| client.id == noted.connection).cloned()
}

/// The connection that does not wait itself. A waiter may also wait for another one that came before it.
fn root(pairs: &[(u64, u64)], waiter: u64) -> u64 {
    let mut at = waiter;
    // A deadlock could be a circle.
    for _ in pairs {
        match pairs.iter().find(|(waiter, _)| *waiter == at) {
            Some((_, holder)) => at = *holder,
            None => break,
        }
    }
    at
}

/// Pairs of connections: the first one waits for a row lock of the second one. `None`: this account may not see them.
fn blocked(connection: &mut Connection) -> Result<Option<Vec<(u64, u64)>>> {
    const QUESTION: &str = "/*M!100100 SELECT r.trx_mysql_thread_id,b.trx_mysql_thread_id FROM information_schema.innodb_lock_waits w \
        JOIN information_schema.innodb_trx r ON r.trx_id=w.requesting_trx_id \
        JOIN information_schema.innodb_trx b ON b.trx_id=w.blocking_trx_id */\
        /*!50708 SELECT r.processlist_id,b.processlist_id FROM performance_schema.data_lock_waits w \
        JOIN performance_schema.threads r ON r.thread_id=w.requesting_thread_id \
        JOIN performance_schema.threads b ON b.thread_id=w.blocking_thread_id */";
    let reply = match connection.query(QUESTION) {
        Err(error)
            if error
                .code()
                .is_some_and(|code| code == errno::SPECIFIC_ACCESS_DENIED || errno::is_missing_name(code)) =>
        {
            return Ok(None);
        }
        reply => reply?,
    };
    let pairs = reply
        .rows()
        .iter()
        .filter_map(|row| Some((row.number(0)?, row.number(1)?)));
    Ok(Some(pairs.collect()))
}
