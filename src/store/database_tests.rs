//! The store against a scripted server: what it sends, what it makes of the answers, and what it holds then.

use std::rc::Rc;
use std::time::Duration;

use super::database::Database;
use super::{Expected, Expiry, Found, IfAbsent, Instance, Row, Store, Version, Write};
use crate::db::scripted_server::{Said, ScriptedServer, Step};
use crate::error::{Error, Result};
use crate::lock::{LockTimeout, Mode};
use crate::session_id::SessionKey;

const AT_ONCE: LockTimeout = LockTimeout::Limit(Duration::ZERO);
const A_SECOND: LockTimeout = LockTimeout::Limit(Duration::from_secs(1));

fn store(server: &ScriptedServer, ini: &[(&str, &str)]) -> Database {
    Database::new(Rc::new(server.config(ini)), "a.php".into())
}

fn key() -> SessionKey {
    SessionKey::new("", b"abc").unwrap()
}

fn version() -> Version {
    Version::from(7)
}

/// The columns of a stored session; `more`: whether the server is read-only, whether the lock was granted, whether it is a node.
fn row(more: &[&'static str]) -> Said {
    let stored = ["7", "2000", "1000", "a|i:1;", "0", "42"].map(Some);
    let (tag, created) = (None, Some("900"));
    Said::Row(
        stored
            .into_iter()
            .chain([tag, created])
            .chain(more.iter().copied().map(Some))
            .collect(),
    )
}

/// No row was found.
fn no_row(more: &[&'static str]) -> Said {
    let missing = [None, None, Some("1000"), None, None, Some("42"), None, None];
    Said::Row(missing.into_iter().chain(more.iter().copied().map(Some)).collect())
}

/// The first packet of a connection: session variables, the server's facts, the table (of a form that is not judged).
fn first(part: &'static str, answers: &[Said]) -> Step {
    first_of(part, "0", answers)
}

fn first_of(part: &'static str, read_only: &'static str, answers: &[Said]) -> Step {
    let facts = Said::Row(["16777216", "0", read_only, "0"].map(Some).to_vec());
    let before = [Said::Ok(0), facts, Said::Row(vec![Some("t"), Some("a view")])];
    (part, [&before, answers].concat())
}

fn lock(store: &mut Database, timeout: LockTimeout) -> Result<Found> {
    store.lock(key(), IfAbsent::Claim, timeout)
}

fn save(store: &mut Database) -> Result<bool> {
    let expiry = Expiry {
        lifetime: 1440,
        touch_seconds: 60,
    };
    let write = Write {
        expected: Expected::Version(version()),
        version: version().next(Instance::UNKNOWN),
        data: b"a|i:2;",
        expiry,
        moves_expiry: true,
        is_new: false,
        tag: None,
        moves_tag: false,
    };
    store.save(key(), write)
}

fn is_the_row(found: &Result<Found>) -> bool {
    matches!(found, Ok(Found::Row(Row { version: of, data, .. })) if *of == version() && data == b"a|i:1;")
}

#[test]
fn lock_and_read_are_a_packet_and_write_and_release_another() {
    let server = ScriptedServer::start(vec![
        first("GET_LOCK", &[row(&["0", "1", "0"])]),
        ("RELEASE_LOCK", vec![Said::Ok(1), Said::Ok(0)]),
    ]);
    let mut store = store(&server, &[]);
    assert!(is_the_row(&lock(&mut store, AT_ONCE)));
    assert_eq!(store.held(key()), Some(Mode::Advisory));
    assert!(matches!(save(&mut store), Ok(true)));
    assert_eq!(store.held(key()), None);
    server.heard();
}

#[test]
fn a_write_that_finds_no_row_gives_the_lock_back_by_itself() {
    let server = ScriptedServer::start(vec![
        first("GET_LOCK", &[row(&["0", "1", "0"])]),
        ("UPDATE", vec![Said::Ok(0), Said::Ok(0)]),
        ("DO 0", vec![Said::Ok(0), Said::Ok(0)]),
    ]);
    let mut store = store(&server, &[]);
    assert!(is_the_row(&lock(&mut store, AT_ONCE)));
    assert!(matches!(save(&mut store), Ok(false)));
    assert_eq!(store.held(key()), None);
    assert!(server.heard()[2].starts_with("DO RELEASE_LOCK("));
}

#[test]
fn a_lock_that_another_has_is_waited_for_in_a_second_packet() {
    let server = ScriptedServer::start(vec![
        first("GET_LOCK", &[no_row(&["0", "0", "0"])]),
        ("GET_LOCK", vec![Said::Row(vec![Some("1")]), row(&["0"])]),
    ]);
    let mut store = store(&server, &[]);
    assert!(is_the_row(&lock(&mut store, A_SECOND)));
    assert_eq!(store.held(key()), Some(Mode::Advisory));
    server.heard();
}

#[test]
fn a_lock_that_is_not_granted_is_not_held() {
    let free_by_now = ("IS_USED_LOCK", vec![Said::Row(vec![None])]);
    let server = ScriptedServer::start(vec![
        first("GET_LOCK", &[no_row(&["0", "0", "0"])]),
        ("GET_LOCK", vec![Said::Row(vec![Some("0")]), no_row(&["0"])]),
        free_by_now.clone(),
    ]);
    let mut store = store(&server, &[]);
    assert!(matches!(lock(&mut store, A_SECOND), Err(Error::LockTimeout { .. })));
    assert_eq!(store.held(key()), None);
    server.add(vec![("GET_LOCK", vec![no_row(&["0", "0", "0"])]), free_by_now]);
    assert!(matches!(lock(&mut store, AT_ONCE), Err(Error::LockTimeout { .. })));
    server.heard();
}

#[test]
fn null_in_place_of_a_lock_is_an_error() {
    let missing = [
        None,
        None,
        Some("1000"),
        None,
        None,
        Some("42"),
        None,
        None,
        Some("0"),
        None,
        Some("0"),
    ];
    let server = ScriptedServer::start(vec![first("GET_LOCK", &[Said::Row(missing.to_vec())])]);
    let mut store = store(&server, &[]);
    assert!(matches!(lock(&mut store, AT_ONCE), Err(Error::LockDenied { .. })));
    assert_eq!(store.held(key()), None);
    server.heard();
}

#[test]
fn a_connection_that_is_lost_takes_its_lock_with_it() {
    let server = ScriptedServer::start(vec![
        first("GET_LOCK", &[row(&["0", "1", "0"])]),
        ("UPDATE", vec![Said::HangUp]),
        // The facts and the table are known by now.
        ("GET_LOCK", vec![Said::Ok(0), row(&["0", "1", "0"])]),
    ]);
    let mut store = store(&server, &[]);
    assert!(is_the_row(&lock(&mut store, AT_ONCE)));
    assert!(save(&mut store).is_err_and(|error| error.is_connection_lost()));
    assert_eq!(store.held(key()), None);
    assert!(is_the_row(&lock(&mut store, AT_ONCE)));
    assert_eq!((store.held(key()), server.logins()), (Some(Mode::Advisory), 2));
    server.heard();
}

#[test]
fn a_connection_that_is_lost_takes_its_row_lock_with_it() {
    let server = ScriptedServer::start(vec![
        first("FOR UPDATE", &[row(&["0"])]),
        ("UPDATE", vec![Said::HangUp]),
    ]);
    let mut store = store(&server, &[("lock", "row")]);
    assert!(is_the_row(&lock(&mut store, AT_ONCE)));
    assert_eq!(store.held(key()), Some(Mode::Row));
    assert!(save(&mut store).is_err_and(|error| error.is_connection_lost()));
    assert_eq!(store.held(key()), None);
    server.heard();
}

#[test]
fn the_lock_of_another_session_is_released_first() {
    let server = ScriptedServer::start(vec![
        first("GET_LOCK", &[row(&["0", "1", "0"])]),
        ("GET_LOCK", vec![Said::Ok(0), row(&["0", "1", "0"])]),
    ]);
    let mut store = store(&server, &[]);
    let another = SessionKey::new("", b"def").unwrap();
    assert!(is_the_row(&store.lock(another, IfAbsent::Claim, AT_ONCE)));
    assert!(is_the_row(&lock(&mut store, AT_ONCE)));
    assert_eq!((store.held(another), store.held(key())), (None, Some(Mode::Advisory)));
    assert!(server.heard()[1].starts_with("DO RELEASE_LOCK("));
}

#[test]
fn an_advisory_lock_on_a_node_is_released_for_a_row_lock() {
    let server = ScriptedServer::start(vec![
        first("GET_LOCK", &[row(&["0", "1", "1"])]),
        ("DO 0", vec![Said::Ok(0), Said::Ok(0), Said::Ok(0)]),
        ("FOR UPDATE", vec![row(&["0"])]),
    ]);
    let mut store = store(&server, &[("io_timeout", "3")]);
    assert!(is_the_row(&lock(&mut store, A_SECOND)));
    assert_eq!(store.held(key()), Some(Mode::Row));
    let release = &server.heard()[1];
    assert!(
        release.starts_with("DO RELEASE_LOCK(") && release.contains("SET autocommit=0"),
        "{release}"
    );
}

#[test]
fn a_server_that_takes_no_writes_is_left_for_none() {
    let server = ScriptedServer::start(vec![first_of("GET_LOCK", "1", &[row(&["1", "1", "0"])])]);
    let mut store = store(&server, &[]);
    assert!(lock(&mut store, AT_ONCE).is_err_and(|error| error.is_unfit_host()));
    assert_eq!(store.held(key()), None);
    server.heard();
}

#[test]
fn rows_of_another_shape_are_no_session() {
    for answer in [Said::NoRow { columns: 10 }, Said::Ok(0), row(&["0", "1"])] {
        let server = ScriptedServer::start(vec![first("GET_LOCK", &[answer])]);
        let mut store = store(&server, &[]);
        assert!(lock(&mut store, AT_ONCE).is_err());
        assert_eq!(store.held(key()), None);
    }
}

#[test]
fn a_row_that_is_missing_is_claimed_and_after_a_deadlock_it_is_claimed_without_a_read_before() {
    let server = ScriptedServer::start(vec![
        first("FOR UPDATE", &[Said::NoRow { columns: 9 }]),
        ("INSERT", vec![Said::Error(1213)]),
        ("INSERT", vec![Said::Ok(0), row(&["0"])]),
        ("COMMIT", vec![Said::Ok(1), Said::Ok(0)]),
    ]);
    let mut store = store(&server, &[("lock", "row")]);
    assert!(is_the_row(&lock(&mut store, A_SECOND)));
    assert_eq!(store.held(key()), Some(Mode::Row));
    assert!(matches!(save(&mut store), Ok(true)));
    assert_eq!(store.held(key()), None);
    server.heard();
}

#[test]
fn sessions_of_a_tag_are_ended_also_after_a_deadlock() {
    const START: &str = "id>x'00000000000000000000000000000000'";
    let id = || vec![Said::Ok(0), Said::Row(vec![Some("0123456789abcdef")])];
    let none = || vec![Said::Ok(0), Said::NoRow { columns: 1 }];
    let server = ScriptedServer::start(vec![
        first(START, &id()),
        ("DELETE", vec![Said::Error(1213)]),
        (START, id()),
        ("DELETE", vec![Said::Ok(1), Said::Ok(0)]),
        ("id>x'30313233343536373839616263646566'", none()),
        ("ROLLBACK", vec![Said::Ok(0)]),
        (START, none()),
        ("ROLLBACK", vec![Said::Ok(0)]),
    ]);
    let mut store = store(&server, &[]);
    assert_eq!(store.end_tagged(b"ann", None).ok(), Some(1));
    server.heard();
}

#[test]
fn a_deadlock_ends_the_transaction_and_the_row_lock() {
    let server = ScriptedServer::start(vec![
        first("FOR UPDATE", &[row(&["0"])]),
        ("COMMIT", vec![Said::Error(1213)]),
    ]);
    let mut store = store(&server, &[("lock", "row")]);
    assert!(is_the_row(&lock(&mut store, A_SECOND)));
    assert!(save(&mut store).is_err_and(|error| error.is_conflict()));
    assert_eq!(store.held(key()), None);
    server.heard();
}

#[test]
fn a_collection_deletes_batches_until_none_is_left() {
    let batch = |ids: &[&'static str]| {
        let rows = ids.iter().map(|id| Said::Row(vec![Some(id), Some("900")]));
        [Said::Ok(0)].into_iter().chain(rows).collect::<Vec<_>>()
    };
    let server = ScriptedServer::start(vec![
        first("GET_LOCK", &[Said::Row(vec![Some("1")])]),
        ("expires>=0", batch(&["AA"])),
        ("DELETE", vec![Said::Ok(1), Said::Ok(0)]),
        ("expires>=900", vec![Said::Ok(0), Said::NoRow { columns: 2 }]),
        ("ROLLBACK", vec![Said::Ok(0)]),
        ("RELEASE_LOCK", vec![Said::Ok(0)]),
    ]);
    let mut store = store(&server, &[]);
    assert!(matches!(store.collect(None), Ok(1)));
    let heard = server.heard();
    assert!(
        heard.iter().any(|said| said.contains("WHERE id=x'AA';COMMIT")),
        "{heard:?}"
    );
}

#[test]
fn a_collection_in_passing_leaves_it_to_another_of_this_account() {
    let server = ScriptedServer::start(vec![
        first("GET_LOCK", &[Said::Row(vec![Some("0")])]),
        ("IS_USED_LOCK", vec![Said::Row(vec![Some("1")])]),
    ]);
    let mut store = store(&server, &[]);
    assert!(matches!(store.collect(Some(Duration::from_secs(1))), Ok(0)));
    server.heard();
}
