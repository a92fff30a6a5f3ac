//! Any bytes as what a server says, to the exchange itself, in the text and in the binary protocol: each call ends, by its deadline
//! where nothing comes; nothing panics; and the memory for an answer stays within a few times what an answer may have.
//!
//! The first byte says how the login goes, the second one which commands are sent. Then come packets: a length, a kind and content.
//! `fuzz/seeds.php` makes some that make sense.
#![no_main]

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use libfuzzer_sys::fuzz_target;
use peak_alloc::PeakAlloc;

use rustsql_fuzz::{GREETING, OK, Part, next, packet};

use rustsql::driver::{self, Account, Client, Endpoint, Parameter, ResultSet};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The key that is pinned.
const KEY: &[u8] = b"-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDnNXD//x28hyg/nOpzAgbjox4f
g1BcYy7c97jluUPJHU+Za8sC0m0A3vRxrph5MwcKJPnRyyDTo6T21zkOEm7VheZE
3hjGfxrQ3CUVp+kSxkhWHePGnki32OF4LBdOjnkEKr8KlQZ69fRXMTL4avtYdC99
/Vwx/zeSWjEHfC0DaQIDAQAB
-----END PUBLIC KEY-----
";

/// How many bytes an answer may have.
const LIMIT: usize = 64 << 10;

/// Buffers that each connection has, and what a login takes.
const FIXED: usize = 128 << 10;

/// More does not fit into a socket.
const MOST: usize = 256 << 10;

/// The flags in a greeting: CLIENT_DEPRECATE_EOF, and MariaDB's for columns that are sent only once.
fn greeting(without_eof: bool, caches_columns: bool) -> Vec<u8> {
    let behind = b"\x81\x15\0\0\0\0\0\0\0\0\0\0ijklmnopqrst\0mysql_native_password\0".len();
    let flags = GREETING.len() - behind;
    let mut greeting = GREETING.to_vec();
    greeting[flags] = 0x80 | u8::from(without_eof);
    greeting[flags + 8] = u8::from(caches_columns) << 4;
    greeting
}

struct Server<'a> {
    socket: UnixStream,
    script: &'a [u8],
    /// It hangs up when it has nothing more to say. Otherwise it stays silent.
    hangs_up: bool,
}

impl Server<'_> {
    /// Says what stands in front of the answer to the next question, behind `said`. `number`: of its first packet.
    fn answer(&mut self, mut said: Vec<u8>, mut number: u8) {
        let mut last = 0..0;
        let mut is_first = true;
        let mut left = self.script;
        while let Some(part) = next(&mut left) {
            let begin = said.len();
            match part {
                Part::Answer(_) if !is_first => break,
                Part::Answer(content) | Part::Packet(content) => said.extend(packet(number, content)),
                Part::Numbered(own, content) => {
                    number = own;
                    said.extend(packet(number, content));
                }
                Part::Raw(content) => said.extend_from_slice(content),
                Part::Repeat(times) => {
                    for _ in 0..times.min(MOST / (last.len() + 1)) {
                        let header = said.len() + 3;
                        said.extend_from_within(last.clone());
                        if let Some(byte) = said.get_mut(header) {
                            *byte = number;
                        }
                        number = number.wrapping_add(1);
                    }
                }
                Part::HangUp => self.hangs_up = true,
            }
            if !matches!(part, Part::Repeat(_)) {
                number = number.wrapping_add(1);
                last = begin..said.len();
            }
            is_first = false;
            self.script = left;
        }
        // As much as the socket takes at once.
        let _ = self.socket.write(&said);
        if self.script.len() < 2 && self.hangs_up {
            let _ = self.socket.shutdown(std::net::Shutdown::Write);
        }
    }
}

/// What has come before it is asked for is there at once, so that only a server that says nothing is waited for.
fn soon() -> Option<Instant> {
    Some(Instant::now() + Duration::from_millis(1))
}

fuzz_target!(|bytes: &[u8]| {
    let [login, commands, script @ ..] = bytes else { return };
    let has = |bit: u8| login & 1 << bit != 0;
    let (lies_at_login, is_unix, pipelined) = (has(0), has(1), has(2));
    let Ok((ours, socket)) = UnixStream::pair() else { return };
    let _ = socket.set_nonblocking(true);
    let mut server = Server {
        socket,
        script,
        hangs_up: has(3),
    };
    driver::bound_answers(Some(LIMIT));
    let greeting = packet(0, &greeting(has(4), has(5)));
    let accepted = packet(2, OK);
    match (lies_at_login, pipelined) {
        (true, _) => server.answer(Vec::new(), 0),
        (false, true) => drop(server.socket.write(&greeting)),
        (false, false) => drop(server.socket.write(&[greeting, accepted.clone()].concat())),
    }
    let end = Endpoint::Connected { socket: &ours, is_unix };
    let account = Account {
        user: "app",
        password: "secret",
        cleartext: has(6),
        server_public_key: has(7).then_some(KEY),
        database: Some("app"),
        program_name: "script.php",
    };
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let check = || {
        let taken = MEMORY.peak_usage().saturating_sub(before);
        assert!(taken <= FIXED + 4 * LIMIT, "{taken} bytes");
        MEMORY.reset_peak_usage();
    };
    let Ok(mut client) = Client::connect(&end, &account, soon(), None, pipelined) else {
        return check();
    };
    check();
    for command in 0..4 {
        if command > 0 && client.settle().is_err() {
            break;
        }
        let mut sets = Vec::new();
        let before = match client.is_logging_in() && !lies_at_login {
            true => accepted.clone(),
            false => Vec::new(),
        };
        let mut answer = |said| {
            server.answer(said, 1);
            MEMORY.reset_peak_usage();
        };
        answer(before);
        client.set_deadline(soon());
        let done = match commands >> (2 * command) & 3 {
            0 => client.query("SELECT 1;SELECT 2", &mut sets),
            1 => client.prepare("SELECT ?").and_then(|mut statement| {
                for _ in 0..2 {
                    answer(Vec::new());
                    client.set_deadline(soon());
                    client.execute(&mut statement, &[Parameter::Number(1)], &mut sets)?;
                    look_at(&mut sets);
                }
                client.close(statement)
            }),
            2 => client.ping(),
            _ if command % 2 == 0 => client.send("DO 1").and_then(|()| client.query("DO 2", &mut sets)),
            _ => client.send("DO 1").and_then(|()| client.settle()),
        };
        check();
        look_at(&mut sets);
        if !matches!(done, Ok(()) | Err(driver::Error::Server { .. })) {
            break;
        }
    }
});

fn look_at(sets: &mut Vec<ResultSet>) {
    for mut set in sets.drain(..) {
        for row in &mut set.rows {
            for column in 0..set.columns + 1 {
                let _ = (row.number(column), row.integer(column), row.is_null(column));
                let _ = (row.is_on(column), row.text(column));
            }
            let _ = row.take_bytes(set.columns / 2);
            let _ = row.text(0);
        }
    }
}
