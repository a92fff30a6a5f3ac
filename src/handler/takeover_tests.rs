//! Tests of the live migration. The old store is the test itself, which answers as `php::old_store` does.

use super::*;
use crate::handler::takeover::{Copy, Order, Since};

const OLD: [(&str, &str); 2] = [("migrate_from", "files"), ("migrate_path", "/old")];

fn keeps() -> Vec<(&'static str, &'static str)> {
    OLD.into_iter().chain([("migrate_keep", "1")]).collect()
}

/// Reads as PHP does in a request with this id. The old store has `old`, if it is asked.
fn read<'a>(request: &'a mut Handler<Memory>, lock_free: bool, old: Option<&[u8]>) -> (bool, Result<&'a [u8]>) {
    let asked = request.seek(ID, lock_free);
    if asked {
        request.adopt(Ok(old.map(<[u8]>::to_vec)));
    }
    (asked, request.read(ID, lock_free))
}

fn has(read: (bool, Result<&[u8]>), asked: bool, data: &[u8]) {
    assert_eq!((read.0, read.1.ok()), (asked, Some(data)));
}

#[test]
fn a_session_without_a_row_is_taken_over_under_its_lock() {
    for written in [&b"old"[..], b"new", b""] {
        let world = World::new();
        let mut request = world.request(&[OLD[0], OLD[1], ("store_empty", "0")]);
        has(read(&mut request, false, Some(b"old")), true, b"old");
        assert!(request.store().held(key()).is_some());
        assert!(request.write(ID, written, LIFETIME, None).is_ok());
        assert!(request.take_due() && !request.take_due());
        assert_eq!(world.take_log(), ["lock", "save"]);
        assert_eq!(world.stored().as_deref(), Some(written));
        // A second write has nothing to take over.
        assert!(request.write(ID, b"more", LIFETIME, None).is_ok());
        assert!(!request.take_due());
    }
}

#[test]
fn where_sessions_are_merged_one_request_moves_it_under_its_lock() {
    let world = World::new();
    let merge = [OLD[0], OLD[1], ("lock", "merge")];
    let mut request = world.request(&merge);
    has(read(&mut request, false, Some(b"a|i:1;b|i:1;")), true, b"a|i:1;b|i:1;");
    assert!(request.store().held(key()).is_some());
    assert!(request.write(ID, b"a|i:2;b|i:1;", LIFETIME, None).is_ok());
    assert_eq!(world.take_log(), ["peek", "lock", "save"]);
    // From then on it is merged.
    let mut second = world.request(&merge);
    has(read(&mut second, false, None), false, b"a|i:2;b|i:1;");
    assert!(request.write(ID, b"a|i:3;b|i:1;", LIFETIME, None).is_ok());
    assert!(second.write(ID, b"a|i:2;b|i:2;", LIFETIME, None).is_ok());
    assert_eq!(world.stored().as_deref(), Some(&b"a|i:3;b|i:2;"[..]));
}

#[test]
fn a_row_is_never_looked_for_elsewhere_and_costs_what_it_did() {
    let world = World::new();
    world.store(b"row");
    for _ in 0..2 {
        let mut request = world.request(&OLD);
        has(read(&mut request, false, None), false, b"row");
        assert!(request.write(ID, b"row", LIFETIME, None).is_ok() && !request.take_due());
        assert!(request.close(false).is_ok());
        assert_eq!(world.take_log(), ["lock"]);
    }
    world.pass(LIFETIME + 120);
    has(read(&mut world.request(&OLD), false, None), false, b"");
}

#[test]
fn an_id_of_this_request_and_no_setting_ask_nobody() {
    let world = World::new();
    let mut request = world.request(&OLD);
    request.has_made(ID);
    has(read(&mut request, false, None), false, b"");
    assert_eq!(request.order(ID, false, LIFETIME), Order::RowAlone);
    assert!(!world.request(&[]).seek(ID, false));
}

#[test]
fn strict_mode_asks_once_and_locks_once() {
    let world = World::new();
    let mut request = world.request(&OLD);
    assert!(request.seek(ID, false));
    request.adopt(Ok(Some(b"old".to_vec())));
    assert_eq!(request.validate(ID, false).ok(), Some(true));
    assert!(!request.seek(ID, false));
    assert_eq!(request.read(ID, false).ok(), Some(&b"old"[..]));
    assert_eq!(world.take_log(), ["lock"]);
    assert!(request.close(false).is_ok());

    let mut request = world.request(&OLD);
    assert!(request.seek(ID, false));
    request.adopt(Ok(None));
    assert_eq!(request.validate(ID, false).ok(), Some(false));
}

#[test]
fn an_old_store_that_fails_fails_the_read_and_what_follows() {
    let world = World::new();
    for validates in [false, true] {
        let mut request = world.request(&OLD);
        assert!(request.seek(ID, false));
        request.adopt(Err(Error::OldUnreadable("files".into(), "down".into())));
        if validates {
            assert_eq!(request.validate(ID, false).ok(), Some(true));
        }
        assert!(matches!(request.read(ID, false), Err(Error::OldUnreadable(..))));
        assert_eq!(refusal(request.write(ID, b"", LIFETIME, None)), Some(Refusal::Unread));
        assert!(request.close(false).is_ok());
    }
    assert_eq!(world.stored(), None);
}

#[test]
fn after_a_fatal_error_in_the_old_store_nothing_is_written() {
    let world = World::new();
    let mut request = world.request(&OLD);
    assert!(request.seek(ID, false));
    assert_eq!(refusal(request.write(ID, b"", LIFETIME, None)), Some(Refusal::Unread));
    assert_eq!(request.order(ID, false, LIFETIME), Order::RowAlone);
    assert_eq!(refusal(request.destroy(ID, false)), Some(Refusal::Unread));
    assert_eq!(world.stored(), None);
    assert!(request.close(false).is_ok());

    // Of another session than the open one.
    const OTHER: &[u8] = b"other";
    let mut request = world.request(&OLD);
    has(read(&mut request, false, None), true, b"");
    assert!(request.seek(OTHER, false));
    assert_eq!(
        refusal(request.write(OTHER, b"", LIFETIME, None)),
        Some(Refusal::Unread)
    );
    assert_eq!(request.order(OTHER, false, LIFETIME), Order::RowAlone);
    assert_eq!(refusal(request.destroy(OTHER, false)), Some(Refusal::Unread));
    assert!(request.write(ID, b"new", LIFETIME, None).is_ok());
}

#[test]
fn without_a_lock_the_row_is_looked_at_again_after_a_miss() {
    let world = World::new();
    let mut reader = world.request(&OLD);
    assert!(reader.seek(ID, true));
    world.store(b"taken over meanwhile");
    reader.adopt(Ok(None));
    assert_eq!(reader.read(ID, true).ok(), Some(&b"taken over meanwhile"[..]));
}

#[test]
fn without_a_lock_the_old_store_decides_too() {
    for lock in ["row", "merge"] {
        let world = World::new();
        let mut request = world.request(&[OLD[0], OLD[1], ("lock", lock)]);
        has(read(&mut request, true, Some(b"old")), true, b"old");
        let result = request.write(ID, b"new", LIFETIME, None);
        assert!(result.is_err_and(|error| error.is_not_taken_over()), "{lock}");
        assert_eq!(world.stored(), None);
    }
}

#[test]
fn after_a_lost_lock_the_old_store_decides() {
    let copies = [(&b"old"[..], false), (b"changed", true), (b"", true)];
    for ((copy, refused), lock) in copies.into_iter().flat_map(|copy| [(copy, "row"), (copy, "merge")]) {
        let world = World::new();
        let mut request = world.request(&[OLD[0], OLD[1], ("lock", lock)]);
        has(read(&mut request, false, Some(b"old")), true, b"old");
        request.store_mut().lost = true;
        for _ in 0..2 {
            let result = request.write(ID, b"new", LIFETIME, None);
            assert!(result.is_err_and(|error| error.is_not_taken_over()) && !request.take_due());
        }
        if !copy.is_empty() {
            assert!(request.confirm(ID, copy.to_vec()).is_ok());
        }
        assert_eq!(request.write(ID, b"new", LIFETIME, None).is_err(), refused);
        assert_eq!(request.take_due(), !refused);
        assert_eq!(world.stored().is_none(), refused);
    }
}

#[test]
fn what_is_opened_read_only_is_shown_and_stays() {
    let world = World::new();
    let mut holder = world.request(&OLD);
    has(read(&mut holder, false, Some(b"old")), true, b"old");
    let mut late = world.request(&[OLD[0], OLD[1], ("lock_failure", "readonly")]);
    has(read(&mut late, false, Some(b"old")), true, b"old");
    assert!(late.write(ID, b"old", LIFETIME, None).is_ok() && !late.take_due());
    assert_eq!(refusal(late.write(ID, b"new", LIFETIME, None)), Some(Refusal::ReadOnly));
    assert!(!late.take_due());
    assert_eq!(late.order(ID, true, LIFETIME), Order::RowAlone);
}

#[test]
fn an_old_copy_that_stays_does_not_come_back_to_life() {
    for lock in ["auto", "unlocked"] {
        let world = World::new();
        world.store(b"row");
        let settings = [OLD[0], OLD[1], ("lock", lock)];
        let mut request = world.request(&settings);
        has(read(&mut request, false, None), false, b"row");
        let order = request.order(ID, false, LIFETIME);
        assert_eq!(order, Order::CopyThenRow);
        assert!(request.copy_was(Copy::Stays, order, LIFETIME).is_ok());
        assert!(request.destroy(ID, false).is_ok());
        assert!(request.close(false).is_ok());
        assert_eq!(world.stored().as_deref(), Some(&b""[..]));
        has(read(&mut world.request(&settings), false, Some(b"old")), false, b"");
    }
}

#[test]
fn an_empty_session_whose_answer_is_lost_is_recognized() {
    for replaces in [false, true] {
        let world = World::new();
        world.store(b"row");
        let mut request = world.request(&OLD);
        has(read(&mut request, false, None), false, b"row");
        let order = request.order(ID, replaces, LIFETIME);
        assert!(request.copy_was(Copy::Stays, order, LIFETIME).is_ok());
        world.0.borrow_mut().lose_next_answer = true;
        assert!(request.destroy(ID, replaces).is_ok());
        assert_eq!(world.stored().as_deref(), Some(&b""[..]));
    }
}

#[test]
fn the_only_copy_of_data_outlives_a_database_that_fails() {
    let world = World::new();
    let mut request = world.request(&OLD);
    has(read(&mut request, false, Some(b"old")), true, b"old");
    assert_eq!(request.order(ID, true, LIFETIME), Order::RowThenCopy);
    assert!(request.destroy(ID, true).is_ok());
    assert_eq!(world.stored().as_deref(), Some(&b""[..]));
    // Without a row first, an error says that the copy is gone.
    let mut request = world.request(&OLD);
    world.store(b"row");
    has(read(&mut request, false, None), false, b"row");
    let order = request.order(ID, false, LIFETIME);
    assert!(request.copy_was(Copy::Destroyed, order, LIFETIME).is_ok());
    world.0.borrow_mut().locks.insert(key(), 99);
    assert!(matches!(request.destroy(ID, false), Err(Error::CopyAloneDestroyed(_))));
}

#[test]
fn a_copy_that_somebody_else_destroyed_is_not_continued_under_a_new_id() {
    let world = World::new();
    let mut request = world.request(&OLD);
    has(read(&mut request, false, Some(b"old")), true, b"old");
    let order = request.order(ID, true, LIFETIME);
    assert_eq!(order, Order::RowThenCopy);
    assert!(request.destroy(ID, true).is_ok() && request.was_written_or_destroyed());
    let answer = request.copy_was(Copy::Absent, order, LIFETIME);
    assert_eq!(refusal(answer), Some(Refusal::Destroyed));
    assert!(!request.was_written_or_destroyed());
}

#[test]
fn kept_sessions_follow_each_write_that_was_stored() {
    let world = World::new();
    let mut request = world.request(&keeps());
    request.has_made(ID);
    has(read(&mut request, false, None), false, b"");
    assert!(request.write(ID, b"one", LIFETIME, None).is_ok() && request.take_due());
    assert_eq!(request.order(ID, false, LIFETIME), Order::CopyThenRow);
    assert!(request.close(false).is_ok());
    let mut request = world.request(&keeps());
    has(read(&mut request, false, None), false, b"one");
    assert!(request.write(ID, b"one", LIFETIME, None).is_ok() && !request.take_due());
    // The old store has no touch_interval.
    world.pass(2);
    assert!(request.close(false).is_ok());
    has(read(&mut request, false, None), false, b"one");
    assert!(request.write(ID, b"one", LIFETIME, None).is_ok() && request.take_due());
    assert!(request.close(false).is_ok());
    has(read(&mut request, false, None), false, b"one");
    assert!(request.write(ID, b"two", LIFETIME, None).is_ok() && request.take_due());
}

#[test]
fn a_write_that_nobody_read_for_replaces_the_old_copy() {
    let world = World::new();
    let mut request = world.request(&OLD);
    assert!(request.write(ID, b"blind", LIFETIME, None).is_ok() && request.take_due());
}

#[test]
fn another_session_is_taken_over_beside_the_open_one() {
    const OTHER: &[u8] = b"other";
    let world = World::new();
    world.store(b"row");
    let mut request = world.request(&OLD);
    has(read(&mut request, false, None), false, b"row");
    assert!(request.seek(OTHER, false));
    request.adopt(Ok(Some(b"old".to_vec())));
    assert_eq!(request.read(OTHER, false).ok(), Some(&b"old"[..]));
    assert!(request.store().held(key()).is_some());
    assert_eq!(request.data(ID), b"row");
    // It was read without its lock, so its first write has to be the one that is certain.
    assert_eq!(
        refusal(request.write(OTHER, b"new", LIFETIME, None)),
        Some(Refusal::NotTakenOver)
    );
}

#[test]
fn a_copy_follows_what_others_have_written_meanwhile() {
    let world = World::new();
    let mut request = world.request(&keeps());
    has(read(&mut request, false, Some(b"old")), true, b"old");
    assert!(request.write(ID, b"one", LIFETIME, None).is_ok() && request.take_due());
    assert_eq!(request.since_copied(ID).ok(), Some(Since::Same));
    world.store(b"two");
    assert_eq!(request.since_copied(ID).ok(), Some(Since::Newer));
    assert_eq!(request.newer_data(), b"two");
    assert_eq!(request.since_copied(ID).ok(), Some(Since::Same));
    world.0.borrow_mut().rows.clear();
    assert_eq!(request.since_copied(ID).ok(), Some(Since::Gone));
    assert_eq!(request.since_copied(ID).ok(), Some(Since::Same));
}
