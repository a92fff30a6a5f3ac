//! Tests of a connection with a scripted server, and of the pool.

use std::time::{Duration, Instant};

use super::connection::Connection;
use super::host::Host;
use super::pool::{Kept, Place};
use super::scripted_server::{Said, ScriptedServer, Step};
use super::server::SessionVariables;
use super::statement::{Statement, Value};
use crate::config::Config;
use crate::store::Instance;

const SECOND: Option<Duration> = Some(Duration::from_secs(10));

fn open(server: &ScriptedServer, ini: &[(&str, &str)], script: Option<&str>) -> Connection {
    let config = server.config(ini);
    Connection::open(&host(&config), &config, script).unwrap()
}

fn host(config: &Config) -> Host {
    Host::new(&config.target.addresses[0])
}

const VARIABLES: SessionVariables = SessionVariables {
    lock_ttl: Duration::from_secs(60),
    autocommit: true,
    lock_wait: 1,
    single_byte_charset: true,
    table_wait: 1,
};

fn kept(connection: Connection) -> Kept {
    Kept {
        connection,
        variables: VARIABLES,
        instance: Instance::UNKNOWN,
    }
}

fn update() -> Statement<'static> {
    let mut statement = Statement::new("UPDATE t SET data=");
    statement
        .value(Value::Data(b"x"))
        .push(" WHERE n=")
        .value(Value::Number(7));
    statement
}

#[test]
fn answers_up_to_the_first_error_are_kept() {
    let server = ScriptedServer::start(vec![(
        "SELECT 1;UPDATE;SELECT 2",
        vec![Said::Row(vec![Some("1"), None]), Said::Error(1213)],
    )]);
    let mut connection = open(&server, &[], Some("a.php"));
    let reply = connection.send("SELECT 1;UPDATE;SELECT 2", SECOND);
    assert_eq!(reply.sets.len(), 1);
    assert_eq!(
        (reply.sets[0].rows[0].number(0), reply.sets[0].rows[0].is_null(1)),
        (Some(1), true)
    );
    assert!(
        reply
            .error
            .is_some_and(|error| error.is_conflict() && error.code() == Some(1213))
    );
    // The failed statement may have left a lock or a transaction.
    assert!(connection.is_usable() && !connection.is_reusable());
    server.heard();
}

#[test]
fn whatever_is_no_answer_ends_the_connection() {
    let lies: [(&str, Vec<u8>); 8] = [
        ("an empty packet", vec![0, 0, 0, 1]),
        ("out of order", vec![7, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]),
        ("cut short", vec![2, 0, 0, 1, 0, 0]),
        ("65 columns", vec![1, 0, 0, 1, 65]),
        (
            "columns without end",
            vec![9, 0, 0, 1, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        ),
        ("a request for a file", vec![2, 0, 0, 1, 0xfb, b'x']),
        ("a row of two values for one column", {
            let column = [
                19, 0, 0, 2, 0, 0, 0, 0, 0, 0, 12, 63, 0, 0xff, 0, 0, 0, 0xfd, 0, 0, 0, 0, 0,
            ];
            [&[1, 0, 0, 1, 1][..], &column, &[4, 0, 0, 3, 1, b'a', 1, b'b']].concat()
        }),
        ("a goodbye out of order", {
            let text = b"#HY000idle for too long";
            [&[text.len() as u8 + 3, 0, 0, 0, 0xff, 0xbf, 0x0f][..], text].concat()
        }),
    ];
    for (what, bytes) in lies {
        let server = ScriptedServer::start(vec![("SELECT", vec![Said::Bytes(bytes)])]);
        let mut connection = open(&server, &[], Some("a.php"));
        let error = connection.send("SELECT 1", SECOND).error;
        assert!(
            error.is_some_and(|error| error.is_connection_lost() && !error.is_timed_out()),
            "{what}"
        );
        assert!(!connection.is_usable(), "{what}");
    }
}

#[test]
fn an_answer_that_follows_an_answer_is_given_to_nobody() {
    let surplus = vec![7, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
    let server = ScriptedServer::start(vec![("first", vec![Said::Ok(1), Said::Bytes(surplus)])]);
    let mut connection = open(&server, &[], Some("a.php"));
    let _ = connection.send("first", SECOND);
    assert!(
        connection
            .send("second", SECOND)
            .error
            .is_some_and(|error| error.is_connection_lost())
    );
}

#[test]
fn an_answer_ends_at_its_time() {
    let server = ScriptedServer::start(vec![("SELECT", vec![Said::Silence])]);
    let mut connection = open(&server, &[], Some("a.php"));
    let error = connection.send("SELECT 1", Some(Duration::from_millis(20))).error;
    assert!(error.is_some_and(|error| error.is_timed_out()) && !connection.is_usable());
}

#[test]
fn a_statement_is_prepared_once_on_a_kept_connection() {
    let found = || vec![Said::Ok(1)];
    let server = ScriptedServer::start(vec![("EXECUTE UPDATE", found()), ("EXECUTE UPDATE", found())]);
    let mut connection = open(&server, &[], None);
    for _ in 0..2 {
        let reply = connection.send_statement(&update(), SECOND);
        assert!(reply.error.is_none() && reply.sets[0].affected == 1);
    }
    assert_eq!(server.heard(), ["EXECUTE UPDATE t SET data=? WHERE n=?"; 2]);
}

#[test]
fn what_cannot_be_prepared_goes_as_text_from_then_on() {
    let text = "UPDATE t SET data=_binary'x' WHERE n=7";
    let script: Vec<Step> = vec![
        ("PREPARE", vec![Said::Error(1461)]),
        (text, vec![Said::Ok(1)]),
        (text, vec![Said::Ok(1)]),
    ];
    let server = ScriptedServer::start(script);
    let mut connection = open(&server, &[], None);
    for _ in 0..2 {
        assert!(connection.send_statement(&update(), SECOND).error.is_none());
    }
    assert!(connection.is_reusable());
    server.heard();
}

#[test]
fn binary_rows_have_their_values() {
    let server = ScriptedServer::start(vec![(
        "EXECUTE UPDATE",
        vec![Said::Row(vec![None, Some("7"), None, Some("abc")])],
    )]);
    let mut connection = open(&server, &[], None);
    let mut reply = connection.send_statement(&update(), SECOND);
    let row = &mut reply.sets[0].rows[0];
    assert_eq!((row.is_null(0), row.number(1), row.is_null(2)), (true, Some(7), true));
    assert_eq!(row.take_bytes(3).as_deref(), Some(&b"abc"[..]));
}

/// The cases run one after the other, since a process has one pool with one place.
#[test]
fn the_pool() {
    gives_a_connection_only_with_the_answer_to_its_release();
    tells_a_host_that_is_silent();
    gives_no_connection_of_another_account_or_to_another_host();
}

fn gives_a_connection_only_with_the_answer_to_its_release() {
    let persistent = &[("persistent", "1")];
    for (what, release, is_kept) in [
        ("released", vec![Said::Ok(0)], true),
        ("refused", vec![Said::Error(1317)], false),
        ("ended", vec![Said::HangUp], false),
        (
            "one answer too many",
            vec![
                Said::Ok(0),
                Said::Ok(0),
                Said::Bytes(vec![7, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]),
            ],
            false,
        ),
    ] {
        let server = ScriptedServer::start(vec![("DO RELEASE_LOCK", release), ("SELECT", vec![Said::Ok(0)])]);
        let config = server.config(persistent);
        let mut place = Place::find(&config).unwrap();
        let mut connection = Connection::open(&host(&config), &config, None).unwrap();
        connection.send_ahead(&Statement::new("DO RELEASE_LOCK('a')")).unwrap();
        place.fill(&config, kept(connection));
        let kept = place.take(&config, |_| true).unwrap_or(None);
        assert_eq!(kept.is_some(), is_kept, "{what}");
        if let Some(Kept {
            mut connection,
            variables,
            ..
        }) = kept
        {
            assert_eq!(variables, VARIABLES);
            assert!(connection.send("SELECT", SECOND).error.is_none(), "{what}");
        }
        assert_eq!(server.logins(), 1, "{what}");
    }
}

fn tells_a_host_that_is_silent() {
    let server = ScriptedServer::start(vec![("DO RELEASE_LOCK", vec![Said::Silence])]);
    let config = server.config(&[("persistent", "1"), ("connect_timeout", "0.05")]);
    let patient = server.config(&[("persistent", "1")]);
    let mut place = Place::find(&config).unwrap();
    let mut connection = Connection::open(&host(&config), &patient, None).unwrap();
    connection.send_ahead(&Statement::new("DO RELEASE_LOCK('a')")).unwrap();
    place.fill(&config, kept(connection));
    let silent = place.take(&config, |_| true).err();
    assert!(silent.is_some_and(|silent| silent.0 == host(&config) && silent.1.is_timed_out()));
}

fn gives_no_connection_of_another_account_or_to_another_host() {
    let server = ScriptedServer::start(Vec::new());
    let config = server.config(&[("persistent", "1")]);
    let mut other = config.clone();
    other.target.password = Some("another".into());
    for (config, wanted) in [(&other, true), (&config, false)] {
        let mut place = Place::find(config).unwrap();
        let connection = Connection::open(&host(config), config, None).unwrap();
        place.fill(&server.config(&[("persistent", "1")]), kept(connection));
        assert!(matches!(place.take(config, |_| wanted), Ok(None)));
    }
}

#[test]
fn the_end_waits_for_the_answer_to_the_last_release() {
    let server = ScriptedServer::start(vec![("DO RELEASE_LOCK", vec![Said::Late, Said::Ok(0)])]);
    let mut connection = open(&server, &[], None);
    connection.send_ahead(&Statement::new("DO RELEASE_LOCK('a')")).unwrap();
    drop(connection);
    // The server sees the goodbye, since its answer met an open socket.
    let until = Instant::now() + Duration::from_secs(10);
    while server.quits() == 0 && Instant::now() < until {
        std::thread::yield_now();
    }
    assert_eq!(server.quits(), 1);
    server.heard();
}
