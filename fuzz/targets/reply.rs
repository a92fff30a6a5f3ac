//! Any bytes as what a server answers, behind a login that is as it should be or is any bytes too: the store gives what it
//! understood or an error. A panic of the mysql crate is an error like others here, as it is in PHP.
//!
//! The first byte says where the lies begin and what is asked; each packet is a length, a kind and content.
#![no_main]

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::rc::Rc;
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use libfuzzer_sys::fuzz_target;

use rustsql::{Config, Database, Expected, Expiry, IfAbsent, Instance, LockTimeout, SessionKey, Store, Version};

const GREETING: &[u8] = b"\x0a5.5.5-10.11.6-MariaDB\0\x01\0\0\0abcdefgh\0\xfe\xf7\x2d\x02\0\xff\x81\x15\0\0\0\0\0\0\x07\0\0\0ijklmnopqrst\0mysql_native_password\0";
const OK: &[u8] = b"\0\0\0\x02\0\0\0";

/// What the server still has to say.
static SCRIPT: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn config() -> &'static str {
    static PATH: OnceLock<String> = OnceLock::new();
    PATH.get_or_init(|| {
        // Its own hook ends the process at each panic, also at those that are caught.
        std::panic::set_hook(Box::new(|panic| {
            if std::env::var_os("RUST_BACKTRACE").is_some() {
                eprintln!("{panic}");
            }
        }));
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

/// Says all at once, so that nobody ever waits for the other, but for a login that is as it should be: behind it nothing is
/// listened to that comes before a question.
fn serve(mut client: UnixStream) -> std::io::Result<()> {
    let mut script = SCRIPT.lock().unwrap();
    let lies_at_login = script.first().is_none_or(|byte| byte % 4 == 0);
    let (mut answer, mut number) = (Vec::new(), 0);
    if !lies_at_login {
        for said in [packet(0, GREETING), packet(2, OK)] {
            client.write_all(&said)?;
            if client.read(&mut [0; 4096])? == 0 {
                return Ok(());
            }
        }
        number = 1;
    }
    while script.len() >= 3 {
        let head: Vec<u8> = script.splice(1..3, []).collect();
        let length = usize::from(head[0]).min(script.len() - 1);
        let content: Vec<u8> = script.splice(1..1 + length, []).collect();
        number = match head[1] % 8 {
            // The answer to the next question.
            0 | 1 => 1,
            2 => head[1],
            _ => number,
        };
        match head[1] % 8 {
            3 => answer.extend(content),
            // What is left is for the next connection.
            4 => break,
            _ => answer.extend(packet(number, &content)),
        }
        number = number.wrapping_add(1);
    }
    drop(script);
    client.write_all(&answer)?;
    client.shutdown(std::net::Shutdown::Write)?;
    client.read_to_end(&mut Vec::new()).map(drop)
}

fn packet(number: u8, content: &[u8]) -> Vec<u8> {
    let mut packet = (content.len() as u32).to_le_bytes().to_vec();
    packet[3] = number;
    packet.extend_from_slice(content);
    packet
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
    };
    if bytes.first().is_some_and(|byte| byte & 8 != 0) {
        let _ = store.peek(key);
    }
    let _ = store.lock(key, IfAbsent::Claim, LockTimeout::Limit(Duration::ZERO));
    let _ = store.touch(key, version, expiry);
    let _ = store.save(key, write);
    let _ = store.delete(key);
    store.disconnect();
    let _ = store.collect(Some(Duration::ZERO));
});
