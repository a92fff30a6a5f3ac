//! The store against a scripted server: the lock of a session whose id this request has made.

use std::rc::Rc;
use std::time::Duration;

use super::database::Database;
use super::{Expected, Expiry, Found, IfAbsent, Instance, Store, Version, Write};
use crate::db::scripted_server::{Said, ScriptedServer, Step};
use crate::error::Result;
use crate::lock::{LockTimeout, Mode};
use crate::session_id::SessionKey;

const LIMIT: LockTimeout = LockTimeout::Limit(Duration::from_secs(1));
const ABSENT: [Option<&str>; 8] = [None, None, Some("1000"), None, None, Some("42"), None, None];
const STORED: [Option<&str>; 8] = [
    Some("7"),
    Some("2000"),
    Some("1000"),
    Some("a|i:1;"),
    Some("0"),
    Some("42"),
    None,
    Some("900"),
];

fn key(id: &[u8]) -> SessionKey {
    SessionKey::new("", id).unwrap()
}

/// `more`: whether the server is read-only, whether the lock was granted, whether it is a node.
fn row(columns: [Option<&'static str>; 8], more: &[&'static str]) -> Said {
    Said::Row(columns.into_iter().chain(more.iter().copied().map(Some)).collect())
}

/// The answer to `GET_LOCK` alone.
fn lock(granted: &'static str, is_read_only: &'static str, is_node: &'static str) -> Said {
    Said::Row([granted, is_read_only, is_node].map(Some).to_vec())
}

/// A store that has used its connection for an old session, as `session_regenerate_id()` does. Then the server goes on with `script`.
fn after_an_old_session(lock: &str, script: Vec<Step>) -> (ScriptedServer, Database) {
    let facts = Said::Row(["16777216", "0", "0", "0"].map(Some).to_vec());
    let more: &[&str] = if lock == "row" { &["0"] } else { &["0", "1", "0"] };
    let old = vec![
        Said::Ok(0),
        facts,
        Said::Row(vec![Some("t"), Some("a view")]),
        row(STORED, more),
    ];
    let before: [Step; 2] = [("SELECT", old), ("DELETE", vec![Said::Ok(1), Said::Ok(0)])];
    let server = ScriptedServer::start(before.into_iter().chain(script).collect());
    let config = server.config(&[("lock", lock)]);
    let mut store = Database::new(Rc::new(config), "a.php".into());
    assert!(matches!(
        store.lock(key(b"old"), IfAbsent::Claim, LIMIT),
        Ok(Found::Row(_))
    ));
    store.delete(key(b"old"), None).unwrap();
    (server, store)
}

fn lock_and_save(store: &mut Database) -> Result<bool> {
    let Ok(Found::Absent { placeholder }) = store.lock(key(b"new"), IfAbsent::Made, LIMIT) else {
        panic!("the lock was waited for");
    };
    assert!(store.held(key(b"new")).is_some());
    save(store, placeholder.map_or(Expected::Absent, Expected::Version))
}

fn save(store: &mut Database, expected: Expected) -> Result<bool> {
    let write = Write {
        expected,
        version: Version::new_session(Instance::UNKNOWN),
        data: b"a|i:2;",
        expiry: Expiry {
            lifetime: 1440,
            touch_seconds: 60,
        },
        moves_expiry: true,
        is_new: true,
        tag: None,
        moves_tag: false,
    };
    store.save(key(b"new"), write)
}

#[test]
fn a_lock_that_is_granted_lets_the_write_through() {
    let script = vec![
        ("GET_LOCK", vec![lock("1", "0", "0")]),
        ("IS_USED_LOCK", vec![Said::Ok(1), Said::Ok(0)]),
    ];
    let (server, mut store) = after_an_old_session("advisory", script);
    assert!(matches!(lock_and_save(&mut store), Ok(true)));
    assert_eq!(store.held(key(b"new")), None);
    assert_eq!(server.logins(), 1);
    server.heard();
}

#[test]
fn any_other_answer_means_that_nothing_is_written_and_nothing_is_held() {
    let advisory: [(&str, Said); 6] = [
        ("another has it", lock("0", "0", "0")),
        ("the server failed", Said::Row(vec![None, Some("0"), Some("0")])),
        ("the host is read-only", lock("1", "1", "0")),
        ("the host is a node", lock("1", "0", "1")),
        ("an error", Said::Error(1205)),
        ("another statement's answer", Said::Ok(0)),
    ];
    for (what, said) in advisory {
        let script = vec![("GET_LOCK", vec![said]), ("INSERT", vec![Said::Ok(0), Said::Ok(0)])];
        let (server, mut store) = after_an_old_session("auto", script);
        assert!(matches!(lock_and_save(&mut store), Ok(false)), "{what}");
        assert_eq!(store.held(key(b"new")), None, "{what}");
        server.heard();
    }
    let row_locks: [(&str, Vec<Said>); 4] = [
        ("another session is stored", vec![Said::Error(1062)]),
        ("the host is read-only", vec![Said::Error(1048)]),
        ("a deadlock", vec![Said::Error(1213)]),
        ("a timeout", vec![Said::Error(1205)]),
    ];
    for (what, said) in row_locks {
        let script = vec![("INSERT", said), ("UPDATE", vec![Said::Ok(0), Said::Ok(0)])];
        let (server, mut store) = after_an_old_session("row", script);
        assert!(matches!(lock_and_save(&mut store), Ok(false)), "{what}");
        assert_eq!(store.held(key(b"new")), None, "{what}");
        server.heard();
    }
}

#[test]
fn an_id_that_is_stored_already_is_not_written() {
    let script = vec![
        ("GET_LOCK", vec![lock("1", "0", "0")]),
        ("INSERT", vec![Said::Error(1062)]),
    ];
    let (server, mut store) = after_an_old_session("advisory", script);
    assert!(matches!(lock_and_save(&mut store), Ok(false)));
    assert_eq!(store.held(key(b"new")), None);
    server.heard();
}

#[test]
fn a_delete_does_without_a_lock_nothing() {
    let script = vec![("GET_LOCK", vec![lock("0", "0", "0")])];
    let (server, mut store) = after_an_old_session("advisory", script);
    store.lock(key(b"new"), IfAbsent::Made, LIMIT).unwrap();
    assert!(store.delete(key(b"new"), None).is_err_and(|error| error.is_retryable()));
    assert_eq!(store.held(key(b"new")), None);
    server.heard();
}

#[test]
fn a_proxy_that_ends_the_connection_gets_one_command_at_a_time() {
    let script = vec![("GET_LOCK", vec![Said::HangUp])];
    let (server, mut store) = after_an_old_session("advisory", script);
    assert!(lock_and_save(&mut store).is_err_and(|error| error.is_retryable()));
    let facts = Said::Row(["16777216", "0", "0", "0"].map(Some).to_vec());
    let view = Said::Row(vec![Some("t"), Some("a view")]);
    server.add(vec![
        (
            "GET_LOCK",
            vec![Said::Ok(0), facts, view, row(STORED, &["0", "1", "0"])],
        ),
        ("DELETE", vec![Said::Ok(1), Said::Ok(0)]),
        ("GET_LOCK", vec![row(ABSENT, &["0", "0", "0"])]),
        ("GET_LOCK", vec![Said::Row(vec![Some("1")]), row(ABSENT, &["0"])]),
    ]);
    store.lock(key(b"old"), IfAbsent::Claim, LIMIT).unwrap();
    store.delete(key(b"old"), None).unwrap();
    // The second packet for it: the answer to the first one was waited for.
    assert!(matches!(
        store.lock(key(b"new"), IfAbsent::Made, LIMIT),
        Ok(Found::Absent { .. })
    ));
    assert_eq!(store.held(key(b"new")), Some(Mode::Advisory));
    server.heard();
}
