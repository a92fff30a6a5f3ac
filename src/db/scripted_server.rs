//! A server for unit tests. It answers statements by a script, over a Unix socket, in the same process.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{env, fs, io, process, thread};

use crate::config::Config;
use crate::config::tests::load;

const GREETING: &[u8] = b"\x0a5.5.5-10.11.6-MariaDB\0\x07\0\0\0abcdefgh\0\xfe\xf7\x2d\x02\0\xff\x81\x15\0\0\0\0\0\0\0\0\0\0ijklmnopqrst\0mysql_native_password\0";
const MORE_RESULTS: u8 = 8;

#[derive(Debug, Clone)]
pub enum Said {
    /// OK, with the number of affected rows.
    Ok(u8),
    Row(Vec<Option<&'static str>>),
    NoRow {
        columns: usize,
    },
    Error(u16),
    /// Raw bytes that end the answer.
    Bytes(Vec<u8>),
    /// The server closes the connection.
    HangUp,
    /// The answers that follow are late.
    Late,
    /// The server sends nothing.
    Silence,
}

/// A packet of the client: a part of its text, and the answers to its statements.
pub type Step = (&'static str, Vec<Said>);

struct State {
    script: Vec<Step>,
    heard: Vec<String>,
    logins: u32,
    quits: u32,
}

pub struct ScriptedServer {
    path: PathBuf,
    state: Arc<Mutex<State>>,
}

impl ScriptedServer {
    pub fn start(script: Vec<Step>) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("rustsql-{}-{number}.sock", process::id()));
        let _ = fs::remove_file(&path);
        let listener = UnixListener::bind(&path).unwrap();
        let state = Arc::new(Mutex::new(State {
            script,
            heard: Vec::new(),
            logins: 0,
            quits: 0,
        }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                thread::spawn(move || serve(client, &state));
            }
        });
        Self { path, state }
    }

    /// The configuration of a client with this server's address and these settings.
    pub fn config(&self, ini: &[(&str, &str)]) -> Config {
        let dsn = format!("mysql://app:secret@localhost/app?socket={}", self.path.display());
        let ini: Vec<_> = [("dsn", dsn.as_str())].into_iter().chain(ini.iter().copied()).collect();
        load(&ini, "").unwrap()
    }

    /// How many clients have said that they go.
    pub fn quits(&self) -> u32 {
        self.state.lock().unwrap().quits
    }

    pub fn logins(&self) -> u32 {
        self.state.lock().unwrap().logins
    }

    /// Returns the clients' packets since the last call, and checks that the whole script was used.
    pub fn heard(&self) -> Vec<String> {
        let mut state = self.state.lock().unwrap();
        assert!(state.script.is_empty(), "not asked: {:?}", state.script);
        std::mem::take(&mut state.heard)
    }

    pub fn add(&self, script: Vec<Step>) {
        self.state.lock().unwrap().script.extend(script);
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

fn serve(mut client: UnixStream, state: &Mutex<State>) -> io::Result<()> {
    send(&mut client, 0, &[GREETING.to_vec()])?;
    receive(&mut client)?;
    state.lock().unwrap().logins += 1;
    send(&mut client, 2, &[ok(0, 0)])?;
    let mut prepared = Vec::new();
    loop {
        let packet = receive(&mut client)?;
        let text = String::from_utf8_lossy(&packet[1..]).into_owned();
        let (said, is_binary) = match packet[0] {
            0x01 => {
                state.lock().unwrap().quits += 1;
                return Ok(());
            }
            0x19 => continue,
            0x0e => {
                send(&mut client, 1, &[ok(0, 0)])?;
                continue;
            }
            0x16 if is_next(state, "PREPARE") => (format!("PREPARE {text}"), false),
            0x16 => {
                let parameters = text.matches('?').count();
                let mut answer =
                    vec![[&[0, prepared.len() as u8, 0, 0, 0, 0, 0, parameters as u8][..], &[0; 4]].concat()];
                answer.extend((0..parameters).map(|_| column()));
                prepared.push(text);
                send(&mut client, 1, &answer)?;
                continue;
            }
            0x17 => (format!("EXECUTE {}", prepared[usize::from(packet[1])]), true),
            _ => (text, false),
        };
        let answers = {
            let mut state = state.lock().unwrap();
            state.heard.push(said.clone());
            match state.script.first() {
                Some((part, _)) if said.contains(part) => state.script.remove(0).1,
                next => panic!("{said:?} in place of {next:?}"),
            }
        };
        let mut packets = Vec::new();
        for (number, answer) in answers.iter().enumerate() {
            let more = if number + 1 < answers.len() { MORE_RESULTS } else { 0 };
            match answer {
                Said::Ok(affected) => packets.push(ok(*affected, more)),
                Said::Row(values) => packets.extend(rows(values.len(), Some(values), is_binary, more)),
                Said::NoRow { columns } => packets.extend(rows(*columns, None, is_binary, more)),
                Said::Error(code) => packets.push([&[0xff][..], &code.to_le_bytes(), b"#HY000scripted"].concat()),
                Said::Bytes(bytes) => {
                    send(&mut client, 1, &packets)?;
                    client.write_all(bytes)?;
                    packets.clear();
                }
                Said::HangUp => return Ok(()),
                Said::Late => thread::sleep(Duration::from_millis(50)),
                Said::Silence => break,
            }
        }
        send(&mut client, 1, &packets)?;
    }
}

fn is_next(state: &Mutex<State>, part: &str) -> bool {
    let state = state.lock().unwrap();
    state.script.first().is_some_and(|(next, _)| next.contains(part))
}

fn ok(affected: u8, status: u8) -> Vec<u8> {
    vec![0, affected, 0, status, 0, 0, 0]
}

/// A column of bytes, without a name.
fn column() -> Vec<u8> {
    vec![0, 0, 0, 0, 0, 0, 12, 63, 0, 0xff, 0, 0, 0, 0xfd, 0, 0, 0, 0, 0]
}

fn rows(columns: usize, values: Option<&Vec<Option<&str>>>, is_binary: bool, status: u8) -> Vec<Vec<u8>> {
    let mut packets = vec![vec![columns as u8]];
    packets.extend((0..columns).map(|_| column()));
    if let Some(values) = values {
        let mut row = Vec::new();
        if is_binary {
            row.resize(1 + (columns + 2).div_ceil(8), 0);
            for (number, _) in values.iter().enumerate().filter(|(_, value)| value.is_none()) {
                row[1 + (number + 2) / 8] |= 1 << ((number + 2) % 8);
            }
        }
        for value in values {
            match value {
                Some(value) => {
                    row.push(value.len() as u8);
                    row.extend_from_slice(value.as_bytes());
                }
                None if is_binary => {}
                None => row.push(0xfb),
            }
        }
        packets.push(row);
    }
    packets.push(vec![0xfe, 0, 0, status, 0, 0, 0]);
    packets
}

fn receive(client: &mut UnixStream) -> io::Result<Vec<u8>> {
    let mut header = [0; 4];
    client.read_exact(&mut header)?;
    let mut packet = vec![0; u32::from_le_bytes([header[0], header[1], header[2], 0]) as usize];
    client.read_exact(&mut packet)?;
    Ok(packet)
}

fn send(client: &mut UnixStream, first: u8, packets: &[Vec<u8>]) -> io::Result<()> {
    let mut bytes = Vec::new();
    for (number, packet) in packets.iter().enumerate() {
        bytes.extend_from_slice(&(packet.len() as u32).to_le_bytes()[..3]);
        bytes.push(first + number as u8);
        bytes.extend_from_slice(packet);
    }
    client.write_all(&bytes)
}
