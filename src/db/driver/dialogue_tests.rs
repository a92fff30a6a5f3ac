//! Tests of what is sent to which server: each one asks for the password in its own way.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use super::{Account, Client, Endpoint, Error};

const PASSWORD: &str = "its-secret";
const GREETING: &[u8] = b"\x0a9.7.4\0\x01\0\0\0abcdefgh\0\xff\xff\xff\x02\0\xff\xdf\x15\0\0\0\0\0\0\0\0\0\0ijklmnopqrst\0caching_sha2_password\0";
const SWITCH_TO_CLEAR: &[u8] = b"\xfemysql_clear_password\0";
const SWITCH_TO_SHA2: &[u8] = b"\xfecaching_sha2_password\0abcdefghijklmnopqrst\0";
const FULL_AUTHENTICATION: &[u8] = b"\x01\x04";
const OK: &[u8] = b"\0\0\0\x02\0\0\0";
const KEY: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAxsKdz8h2jx56XxNuOAr8
6cEGmFHpkLIwaF2THdSb1Vb/CbFvWXlTlESRxm3SWJ1UGQviasKzuluUteu7/d7g
PxdM4kmBlan95JTcZi5OWdAeBkvBZ3bHx3hHf89oWOHpkeWaq6xcTba035oiS8WQ
RpCvt/ztbZNq4TGXtqrDsYmfVpm+6OrextejU6IMc8WBpPDxvzTMIw+HG65v2nqS
iqJVD3ZKIRVjzdb2MPrab/FaSt8rFaJGN2QK9pSnhIIrnNYqOLjqk0FgaIv5UrfY
/C7tl5wNg+EI4V7q2hCbgzrhIXXpTt3KPMX2ZhyAvuJPKuWBs8Oo1gOkbzZHBxIS
kwIDAQAB
-----END PUBLIC KEY-----
";

const ACCOUNT: Account<'_> = Account {
    user: "app",
    password: PASSWORD,
    cleartext: true,
    server_public_key: None,
    database: None,
    program_name: "",
};

/// Logs in to a server that says this, whatever it hears. The result, and the contents of the packets that it got.
fn log_in(account: &Account<'_>, is_unix: bool, said: &[&[u8]]) -> (Result<(), Error>, Vec<Vec<u8>>) {
    let (ours, mut server) = UnixStream::pair().unwrap();
    for (number, content) in [GREETING].iter().chain(said).enumerate() {
        let mut packet = (content.len() as u32).to_le_bytes().to_vec();
        packet[3] = 2 * number as u8;
        packet.extend_from_slice(content);
        server.write_all(&packet).unwrap();
    }
    server.shutdown(Shutdown::Write).unwrap();
    let end = Endpoint::Connected { socket: &ours, is_unix };
    let deadline = Some(Instant::now() + Duration::from_secs(60));
    let result = Client::connect(&end, account, deadline, None, false).map(drop);
    drop(ours);
    let mut heard = Vec::new();
    // It ends with an error if the client has not read everything.
    let _ = server.read_to_end(&mut heard);
    let mut packets = Vec::new();
    let mut rest = &heard[..];
    while let [low, middle, high, _, content @ ..] = rest {
        let (packet, next) = content.split_at(u32::from_le_bytes([*low, *middle, *high, 0]) as usize);
        packets.push(packet.to_vec());
        rest = next;
    }
    (result, packets)
}

fn with_nul() -> Vec<u8> {
    [PASSWORD.as_bytes(), &[0]].concat()
}

fn has_password(packets: &[Vec<u8>]) -> bool {
    let password = PASSWORD.as_bytes();
    packets
        .iter()
        .any(|packet| packet.windows(password.len()).any(|part| part == password))
}

#[test]
fn a_clear_password_goes_over_a_unix_socket_if_that_is_allowed() {
    let (result, heard) = log_in(&ACCOUNT, true, &[SWITCH_TO_CLEAR, OK]);
    assert_eq!(result, Ok(()));
    assert_eq!(heard[1], with_nul());
    let account = Account {
        cleartext: false,
        ..ACCOUNT
    };
    let (result, heard) = log_in(&account, true, &[SWITCH_TO_CLEAR, OK]);
    assert_eq!(result, Err(Error::ClearText { allowed: false }));
    assert!(!has_password(&heard), "{heard:?}");
}

#[test]
fn a_token_may_be_long() {
    let token = "t".repeat(5000);
    let account = Account {
        password: &token,
        ..ACCOUNT
    };
    let (result, heard) = log_in(&account, true, &[SWITCH_TO_CLEAR, OK]);
    assert_eq!((result, heard[1].len()), (Ok(()), token.len() + 1));
}

#[test]
fn a_clear_password_never_goes_over_plain_tcp() {
    let (result, heard) = log_in(&ACCOUNT, false, &[SWITCH_TO_CLEAR, OK]);
    assert_eq!(result, Err(Error::ClearText { allowed: true }));
    assert_eq!(heard.len(), 1);
    assert!(!has_password(&heard), "{heard:?}");
}

#[test]
fn without_tls_the_password_is_encrypted_with_the_key_that_was_asked_for() {
    let (result, heard) = log_in(
        &ACCOUNT,
        false,
        &[FULL_AUTHENTICATION, &[b"\x01", KEY.as_bytes()].concat(), OK],
    );
    assert_eq!(result, Ok(()));
    assert_eq!((heard[1].as_slice(), heard[2].len()), (&b"\x02"[..], 256));
    assert!(!has_password(&heard), "{heard:?}");
    let (result, heard) = log_in(&ACCOUNT, false, &[&[b"\x01", KEY.as_bytes()].concat(), OK]);
    assert_eq!(result, Err(Error::Malformed("a key that nobody asked for")));
    assert_eq!(heard.len(), 1);
}

#[test]
fn a_pinned_key_is_the_only_one() {
    let account = Account {
        server_public_key: Some(KEY.as_bytes()),
        ..ACCOUNT
    };
    for before in [&[][..], &[SWITCH_TO_SHA2]] {
        let (result, heard) = log_in(&account, false, &[before, &[FULL_AUTHENTICATION, OK]].concat());
        assert_eq!(result, Ok(()));
        assert!(heard.iter().any(|packet| packet.len() == 256), "{heard:?}");
        let other = [b"\x01", KEY.as_bytes()].concat();
        let (result, _) = log_in(&account, false, &[before, &[FULL_AUTHENTICATION, &other, OK]].concat());
        assert_eq!(result, Err(Error::Malformed("a key that nobody asked for")));
    }
    let account = Account {
        server_public_key: Some(b"no key"),
        ..ACCOUNT
    };
    let (result, heard) = log_in(&account, false, &[FULL_AUTHENTICATION, OK]);
    assert_eq!((result, heard.len()), (Err(Error::UnusableKey), 1));
}

#[test]
fn a_random_challenge_may_end_with_a_zero() {
    let mut challenge = [7; 32];
    challenge[31] = 0;
    for plugin in [&b"client_ed25519"[..], b"parsec"] {
        let switch = [b"\xfe", plugin, b"\0", &challenge].concat();
        let salt = [&b"P\0"[..], &[5; 18]].concat();
        let said: &[&[u8]] = match plugin {
            b"parsec" => &[&switch, &salt, OK],
            _ => &[&switch, OK],
        };
        let (result, heard) = log_in(&ACCOUNT, false, said);
        assert_eq!(result, Ok(()));
        assert!(!has_password(&heard), "{heard:?}");
    }
}

#[test]
fn parsec_derives_one_key_a_challenge() {
    let switch = [b"\xfeparsec\0", &[7; 32][..]].concat();
    let salt = [&b"P\0"[..], &[5; 18]].concat();
    let (result, heard) = log_in(&ACCOUNT, false, &[&switch, &salt, &salt, OK]);
    assert_eq!(
        result,
        Err(Error::Malformed("a packet that does not belong to a login"))
    );
    assert_eq!((heard[1].len(), heard[2].len(), heard.len()), (0, 96, 3));
}

#[test]
fn no_login_is_endless_or_huge() {
    let (result, _) = log_in(&ACCOUNT, false, &[SWITCH_TO_SHA2; 9]);
    assert_eq!(result, Err(Error::Malformed("a login that does not end")));
    let huge = [SWITCH_TO_SHA2, &[b'x'; 20_000]].concat();
    let (result, heard) = log_in(&ACCOUNT, false, &[&huge]);
    assert_eq!((result, heard.len()), (Err(Error::TooLarge { limit: 16 << 10 }), 1));
}
