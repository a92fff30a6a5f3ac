//! Tests of the memory limit of an answer.

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use super::{Account, Client, Endpoint, Error, bound_answers};

const GREETING: &[u8] = b"\x0a5.5.5-10.11.6-MariaDB\0\x01\0\0\0abcdefgh\0\xfe\xf7\x2d\x02\0\xff\x81\x15\0\0\0\0\0\0\0\0\0\0ijklmnopqrst\0mysql_native_password\0";
const OK: &[u8] = b"\0\0\0\x02\0\0\0";
const OK_AND_MORE: &[u8] = b"\0\0\0\x0a\0\0\0";
const ONE_COLUMN: [&[u8]; 2] = [b"\x01", b"\x03def\0\0\0\x01n\0\x0c\x3f\0\x15\0\0\0\x08\0\0\0\0\0"];

const LIMIT: usize = 64 << 10;

/// Logs in to a server that answers the first query with these packets.
fn answer(packets: &[&[u8]]) -> Result<usize, Error> {
    let (client, mut server) = UnixStream::pair().unwrap();
    let numbered = |(number, content): (u8, &[u8])| {
        let [low, middle, ..] = (content.len() as u32).to_le_bytes();
        [&[low, middle, 0, number], content].concat()
    };
    server.write_all(&numbered((0, GREETING))).unwrap();
    server.write_all(&numbered((2, OK))).unwrap();
    let end = Endpoint::Connected {
        socket: &client,
        is_unix: true,
    };
    let account = Account {
        user: "app",
        password: "secret",
        cleartext: false,
        server_public_key: None,
        database: None,
        program_name: "",
    };
    let deadline = Some(Instant::now() + Duration::from_secs(60));
    let mut client = Client::connect(&end, &account, deadline, None, false)?;
    let numbers = (0..=u8::MAX).cycle().skip(1);
    let bytes: Vec<u8> = numbers.zip(packets.iter().copied()).flat_map(numbered).collect();
    server.set_nonblocking(true).unwrap();
    server.write_all(&bytes).unwrap();
    bound_answers(Some(LIMIT));
    let mut sets = Vec::new();
    client.query("SELECT 1", &mut sets)?;
    Ok(sets.len())
}

#[test]
fn many_small_rows_are_too_large() {
    let row: &[u8] = b"\x017";
    let end: &[u8] = b"\xfe\0\0\x02\0\0\0";
    let with_rows = |rows| answer(&[&ONE_COLUMN, vec![row; rows].as_slice(), &[end]].concat());
    assert_eq!(with_rows(100), Ok(1));
    // Their bytes alone would be within the limit.
    assert_eq!(with_rows(2000), Err(Error::TooLarge { limit: LIMIT }));
}

#[test]
fn many_results_are_too_large() {
    let with_results = |results| answer(&[vec![OK_AND_MORE; results].as_slice(), &[OK]].concat());
    assert_eq!(with_results(100), Ok(101));
    assert_eq!(with_results(4000), Err(Error::TooLarge { limit: LIMIT }));
}

#[test]
fn more_columns_than_any_statement_has_are_refused() {
    assert_eq!(
        answer(&[b"\xfd\xff\xff\0"]),
        Err(Error::Malformed("columns that nobody asked for"))
    );
}
