//! `rustsql who`: what `RustSql\waits()` tells, once or again and again, and the end of a holder.

use std::io::{self, Write};
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use clap::Args;
use rustsql::{Client, Config, Database, Queue, Store};
use serde_json::{Value, json};

use super::outcome::{self, Failure, Format, Outcome, Result};
use super::settings::{ENVIRONMENT, Settings};
use super::table::table;

/// Shows who holds a session that others wait for, and who waits
///
/// It takes no lock, and shows no session id and no data. It needs no more rights than a session. With row locks the server tells the
/// holder only to an account with more; the answer names the GRANT.
#[derive(Args)]
#[command(after_help = ENVIRONMENT)]
pub struct Arguments {
    /// Look again every second, until Ctrl-C
    #[arg(long, conflicts_with_all = ["json", "kill"])]
    watch: bool,

    /// End this connection, if it holds a session that others wait for
    ///
    /// Its request loses the lock. It writes its session only if nobody else has written it since.
    #[arg(long, value_name = "CONNECTION")]
    kill: Option<u64>,

    /// Do not ask before --kill
    #[arg(long, requires = "kill")]
    yes: bool,

    #[command(flatten)]
    pub format: Format,

    #[command(flatten)]
    settings: Settings,
}

pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let config = Rc::new(arguments.settings.required()?);
    if arguments.watch {
        return watch(&config);
    }
    let queues = look(&config)?;
    match arguments.kill {
        Some(id) => kill(&config, &queues, id, arguments.yes),
        None => Ok(Outcome {
            failed: false,
            text: describe(&queues),
            json: json!({ "sessions": queues.iter().map(as_json).collect::<Vec<_>>() }),
        }),
    }
}

fn watch(config: &Rc<Config>) -> Result<Outcome> {
    let begin = outcome::clear();
    loop {
        writeln!(io::stdout(), "{begin}{}", describe(&look(config)?))?;
        thread::sleep(Duration::from_secs(1));
    }
}

fn look(config: &Rc<Config>) -> Result<Vec<Queue>> {
    let mut store = Database::new(Rc::clone(config), "rustsql who".to_owned());
    let queues = store.waits();
    store.disconnect();
    Ok(queues?)
}

fn kill(config: &Rc<Config>, queues: &[Queue], id: u64, sure: bool) -> Result<Outcome> {
    let holder = queues
        .iter()
        .flat_map(|queue| &queue.holders)
        .find(|holder| holder.id == id);
    let Some(holder) = holder else {
        return Err(Failure(format!(
            "connection {id} holds no session that others wait for"
        )));
    };
    if !sure {
        let [connection, address, state, ..] = cells(holder, "idle");
        write!(
            io::stderr(),
            "End connection {connection} from {address}, {state}? [y/N] "
        )?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        if !answer.trim().eq_ignore_ascii_case("y") {
            return Err(Failure("nothing was ended".to_owned()));
        }
    }
    let mut store = Database::new(Rc::clone(config), "rustsql who".to_owned());
    let killed = store.kill(id);
    store.disconnect();
    killed?;
    Ok(Outcome {
        failed: false,
        text: format!("connection {id} was ended"),
        json: json!({ "killed": id }),
    })
}

fn describe(queues: &[Queue]) -> String {
    if queues.is_empty() {
        return "nobody waits for a session".to_owned();
    }
    let head = [
        "session",
        "lock",
        "holder/waiter",
        "connection",
        "from",
        "state",
        "pid",
        "script",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let mut hints = String::new();
    for (at, queue) in (1..).zip(queues) {
        let mut first = [at.to_string(), queue.lock.name().to_owned()].to_vec();
        let mut add = |role: String, cells: [String; 5]| {
            let mut row = std::mem::replace(&mut first, vec![String::new(); 2]);
            row.push(role);
            row.extend(cells);
            rows.push(row);
        };
        if let Some(hint) = &queue.hint {
            hints.push_str(&format!("\nsession {at}: {hint}"));
        } else if queue.holders.is_empty() {
            hints.push_str(&format!("\nsession {at}: its holder has just ended"));
        }
        for holder in &queue.holders {
            let mut cells = cells(holder, "idle");
            if let Some(seconds) = held(queue) {
                cells[2].push_str(&format!(", holds it for {seconds} s or longer"));
            }
            add("holder".to_owned(), cells);
        }
        for (place, waiter) in (1..).zip(&queue.waiters) {
            add(format!("waiter {place}"), cells(waiter, "waits"));
        }
    }
    table(rows) + &hints
}

/// The longest wait in seconds: the server does not tell since when the session is held.
fn held(queue: &Queue) -> Option<u64> {
    queue.waiters.iter().filter_map(|waiter| waiter.seconds).max()
}

/// Connection, address, state, pid, script. `state`: what it does without a statement of its own.
fn cells(client: &Client, state: &str) -> [String; 5] {
    let state = match (&client.statement, client.seconds) {
        (Some(statement), Some(seconds)) if state == "idle" => format!("in {statement} for {seconds} s"),
        (_, Some(seconds)) => format!("{state} for {seconds} s"),
        _ => String::new(),
    };
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        client.id.to_string(),
        text(&client.address),
        state,
        text(&client.pid),
        text(&client.script),
    ]
}

fn as_json(queue: &Queue) -> Value {
    let clients = |clients: &[Client]| -> Vec<_> {
        let one = |client: &Client| {
            json!({
                "connection": client.id,
                "address": client.address,
                "seconds": client.seconds,
                "statement": client.statement,
                "pid": client.pid,
                "script": client.script,
            })
        };
        clients.iter().map(one).collect()
    };
    json!({
        "lock": queue.lock.name(),
        "held_for_at_least": held(queue),
        "holders": clients(&queue.holders),
        "waiters": clients(&queue.waiters),
        "hint": queue.hint,
    })
}
