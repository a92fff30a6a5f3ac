//! Any bytes as what a server answers, behind a login that is as it should be or is any bytes too: the store gives what it
//! understood or an error.
//!
//! The first byte says where the lies begin and what is asked. Then come packets: a length, a kind and content. `fuzz/seeds.php` makes
//! some that make sense.
#![no_main]

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::rc::Rc;
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use libfuzzer_sys::fuzz_target;

use rustsql_fuzz::{GREETING, OK, Part, next, packet};

use rustsql::{Config, Database, Expected, Expiry, IfAbsent, Instance, LockTimeout, SessionKey, Store, Version};

/// COM_QUIT.
const GOODBYE: &[u8] = b"\x01\0\0\0\x01";

/// What the server still has to say.
static SCRIPT: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn config() -> &'static str {
    static PATH: OnceLock<String> = OnceLock::new();
    PATH.get_or_init(|| {
        let path = std::env::temp_dir().join(format!("rustsql-fuzz-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let listener = UnixListener::bind(&path).unwrap();
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let _ = client.map(serve);
            }
        });
        path.display().to_string()
    })
}

/// Behind the login each answer waits for its question, but not for long: a client that has not understood its answer asks no more.
fn serve(mut client: UnixStream) -> std::io::Result<()> {
    let mut script = SCRIPT.lock().unwrap();
    let lies_at_login = script.first().is_none_or(|byte| byte % 4 == 0);
    let mut number = 0;
    if !lies_at_login {
        for said in [packet(0, GREETING), packet(2, OK)] {
            client.write_all(&said)?;
            if said.len() > OK.len() + 4 && client.read(&mut [0; 4096])? == 0 {
                return Ok(());
            }
        }
    }
    client.set_read_timeout(Some(Duration::from_millis(5)))?;
    let mut rest = script.get(1..).unwrap_or_default();
    let mut answer = Vec::new();
    let mut left = rest.len();
    while let Some(part) = next(&mut rest) {
        match part {
            Part::Answer(content) => {
                client.write_all(&std::mem::take(&mut answer))?;
                let mut question = [0; 16 << 10];
                match client.read(&mut question) {
                    Ok(length) if length > 0 && question[..length] != *GOODBYE => {}
                    _ => break,
                }
                answer.extend(packet(1, content));
                number = 1;
            }
            Part::Packet(content) => answer.extend(packet(number, content)),
            Part::Numbered(own, content) => {
                number = own;
                answer.extend(packet(number, content));
            }
            Part::Raw(content) => answer.extend_from_slice(content),
            Part::Repeat(_) => {}
            Part::HangUp => {
                left = rest.len();
                break;
            }
        }
        number = number.wrapping_add(1);
        left = rest.len();
    }
    // The next connection goes on there.
    let used = script.len().saturating_sub(left);
    script.drain(1.min(used)..used);
    drop(script);
    client.write_all(&answer)?;
    client.shutdown(std::net::Shutdown::Write)?;
    client.read_to_end(&mut Vec::new()).map(drop)
}

fuzz_target!(|bytes: &[u8]| {
    let path = config();
    *SCRIPT.lock().unwrap() = bytes.to_vec();
    let row = bytes.first().is_some_and(|byte| byte & 4 != 0);
    let config = Config::load(
        |key| match key.name() {
            "dsn" => format!("mysql://app:secret@localhost/app?socket={path}"),
            "lock" if row => "row".into(),
            "lock_timeout" | "retry_after" => "0".into(),
            "io_timeout" | "connect_timeout" => "1".into(),
            _ => key.c_default().to_string_lossy().into_owned(),
        },
        "",
        |_| String::new(),
    )
    .unwrap();
    let mut store = Database::new(Rc::new(config), "script.php".into());
    let key = SessionKey::new("", b"abc").unwrap();
    let expiry = Expiry {
        lifetime: 1440,
        touch_seconds: 60,
    };
    let version = Version::new_session(Instance::UNKNOWN);
    let write = rustsql::Write {
        expected: Expected::Version(version),
        version: version.next(Instance::UNKNOWN),
        data: b"a|i:1;",
        expiry,
        moves_expiry: true,
        is_new: false,
        tag: None,
        moves_tag: false,
    };
    if bytes.first().is_some_and(|byte| byte & 8 != 0) {
        let _ = store.peek(key);
    }
    let _ = store.lock(key, IfAbsent::Claim, LockTimeout::Limit(Duration::ZERO));
    let _ = store.touch(key, version, expiry);
    let _ = store.save(key, write);
    let _ = store.delete(key, None);
    let made = SessionKey::new("", b"made").unwrap();
    let _ = store.lock(made, IfAbsent::Made, LockTimeout::Limit(Duration::ZERO));
    let expected = Expected::Absent;
    let _ = store.save(made, rustsql::Write { expected, ..write });
    store.disconnect();
    let _ = store.collect(Some(Duration::ZERO));
});
