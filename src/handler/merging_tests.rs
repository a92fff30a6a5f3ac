//! Tests of `rustsql.lock = merge`: two requests that overlap.

use super::*;

const MERGE: [(&str, &str); 1] = [("lock", "merge")];

/// A world with this session, which began a while ago.
fn world(data: &[u8]) -> World {
    let world = World::new();
    world.store(data);
    world.pass(2);
    world
}

/// A request that has read the session.
fn opened(world: &World, settings: &[(&str, &str)]) -> Handler<Memory> {
    let mut request = world.request(&[&MERGE, settings].concat());
    assert!(request.read(ID, false).is_ok());
    request
}

fn stored(world: &World) -> String {
    world
        .stored()
        .map_or("nothing".into(), |data| String::from_utf8(data).unwrap())
}

fn refusal_of(result: Result<()>) -> String {
    result.map_or_else(|error| error.to_string(), |()| "written".into())
}

#[test]
fn one_request_alone_locks_nothing() {
    let world = world(b"n|i:1;");
    let mut request = opened(&world, &[]);
    assert_eq!(request.status().unwrap().lock, "merge");
    assert!(request.write(ID, b"n|i:2;", LIFETIME, None).is_ok());
    assert!(request.close(false).is_ok());
    assert_eq!(
        (world.take_log(), stored(&world)),
        (vec!["peek", "save"], "n|i:2;".into())
    );
}

#[test]
fn a_session_that_another_request_has_begun_and_ended_is_no_advisory_lock() {
    let world = World::new();
    let (mut first, mut second) = (opened(&world, &[]), opened(&world, &[]));
    assert!(second.write(ID, b"b|i:1;", LIFETIME, None).is_ok());
    world.0.borrow_mut().destroy_before_next_lock = true;
    assert!(first.write(ID, b"a|i:1;", LIFETIME, None).is_ok());
    assert_eq!(
        (first.take_notices(), stored(&world)),
        (Vec::<String>::new(), "a|i:1;".into())
    );
}

#[test]
fn an_unchanged_session_is_not_written() {
    let world = world(b"n|i:1;");
    let mut request = opened(&world, &[]);
    assert!(opened(&world, &[]).write(ID, b"n|i:2;", LIFETIME, None).is_ok());
    assert!(request.write(ID, b"n|i:1;", LIFETIME, None).is_ok());
    assert_eq!(
        (world.take_log(), stored(&world)),
        (vec!["peek", "peek", "save"], "n|i:2;".into())
    );
    // When its expiry is due, only that is moved, and not if another request has written.
    world.pass(600);
    let (mut unchanged, mut late) = (opened(&world, &[]), opened(&world, &[]));
    world.take_log();
    assert!(unchanged.write(ID, b"n|i:2;", LIFETIME, None).is_ok());
    assert_eq!(world.take_log(), ["touch"]);
    assert!(opened(&world, &[]).write(ID, b"n|i:3;", LIFETIME, None).is_ok());
    world.take_log();
    assert!(late.write(ID, b"n|i:2;", LIFETIME, None).is_ok());
    assert_eq!((world.take_log(), stored(&world)), (vec!["touch"], "n|i:3;".into()));
}

#[test]
fn both_changes_stay() {
    let world = world(b"a|i:1;b|i:1;");
    let (mut first, mut second) = (opened(&world, &[]), opened(&world, &[]));
    assert!(first.write(ID, b"a|i:2;b|i:1;", LIFETIME, None).is_ok());
    world.take_log();
    assert!(second.write(ID, b"a|i:1;b|i:2;c|i:1;", LIFETIME, None).is_ok());
    assert_eq!(world.take_log(), ["save", "lock", "save"]);
    assert_eq!(stored(&world), "a|i:2;b|i:2;c|i:1;");
    // PHP still has what it wrote. A second write takes nothing back that the other request has changed.
    assert!(second.write(ID, b"a|i:1;b|i:3;", LIFETIME, None).is_ok());
    assert_eq!(stored(&world), "a|i:2;b|i:3;");
    assert!(second.write(ID, b"a|i:1;b|i:3;", LIFETIME, None).is_ok());
    assert_eq!(stored(&world), "a|i:2;b|i:3;");
}

#[test]
fn both_may_begin_the_session() {
    let world = World::new();
    let (mut first, mut second) = (opened(&world, &[]), opened(&world, &[]));
    assert!(first.write(ID, b"a|i:1;", LIFETIME, None).is_ok());
    assert!(second.write(ID, b"b|i:1;", LIFETIME, None).is_ok());
    assert_eq!(stored(&world), "a|i:1;b|i:1;");
}

#[test]
fn what_cannot_be_merged_is_refused_or_stays() {
    let world = world(b"a|i:1;b|i:1;");
    let (mut first, mut second) = (opened(&world, &[]), opened(&world, &[]));
    let mut third = opened(&world, &[("merge_conflict", "stored")]);
    assert!(first.write(ID, b"a|i:2;b|i:1;", LIFETIME, None).is_ok());
    assert_eq!(
        refusal_of(second.write(ID, b"a|i:3;b|i:3;", LIFETIME, None)),
        "the session was not written: another request has changed $_SESSION['a'], too, since it was read \
         (rustsql.merge_conflict=refuse); the stored data stays"
    );
    assert!(second.close(false).is_ok());
    assert_eq!(stored(&world), "a|i:2;b|i:1;");
    assert!(third.write(ID, b"a|i:3;b|i:3;", LIFETIME, None).is_ok());
    assert_eq!(stored(&world), "a|i:2;b|i:3;");
    assert_eq!(
        third.take_notices(),
        [
            "the session was merged: what another request has stored stays for $_SESSION['a'] (rustsql.merge_conflict=stored)"
        ]
    );
    let mut other = opened(&world, &[]);
    other.writes(Format::Other, false);
    assert!(opened(&world, &[]).write(ID, b"a|i:9;b|i:3;", LIFETIME, None).is_ok());
    assert!(refusal_of(other.write(ID, b"a|i:2;b|i:9;", LIFETIME, None)).contains("session.serialize_handler"));
}

#[test]
fn what_has_ended_does_not_come_back() {
    // Destroyed.
    let one = world(b"a|i:1;");
    let mut late = opened(&one, &[]);
    assert!(opened(&one, &[]).destroy(ID, false).is_ok());
    assert!(refusal_of(late.write(ID, b"a|i:2;", LIFETIME, None)).contains("destroyed"));
    assert_eq!(stored(&one), "nothing");
    // Destroyed, and begun anew with this id: within the same second, later, and on a node whose clock is behind.
    for clock in [0, 5, -1] {
        let one = world(b"a|i:1;");
        let mut late = opened(&one, &[]);
        let now = one.0.borrow().clock;
        one.0.borrow_mut().clock = now.saturating_add_signed(clock);
        assert!(opened(&one, &[]).destroy(ID, false).is_ok());
        assert!(opened(&one, &[]).write(ID, b"b|i:1;", LIFETIME, None).is_ok());
        assert!(refusal_of(late.write(ID, b"a|i:2;", LIFETIME, None)).contains("newer"));
        assert_eq!(stored(&one), "b|i:1;");
    }
    // Emptied: not what the other request has changed.
    let one = world(b"a|i:1;");
    let (mut late, mut logout) = (opened(&one, &[]), opened(&one, &[]));
    assert!(logout.write(ID, b"", LIFETIME, None).is_ok());
    assert!(refusal_of(late.write(ID, b"a|i:2;", LIFETIME, None)).contains("emptied"));
    assert_eq!(stored(&one), "");
    // Its id was replaced.
    let one = world(b"a|i:1;");
    let (mut late, mut login) = (opened(&one, &[]), opened(&one, &[]));
    assert!(login.destroy(ID, true).is_ok());
    assert!(late.write(ID, b"a|i:2;", LIFETIME, None).is_err());
    assert_eq!(stored(&one), "nothing");
}

#[test]
fn what_was_merged_with_a_session_that_has_ended_since_is_not_written() {
    // Both have begun the session. The write that has merged tries again, since its connection was lost.
    let world = World::new();
    let (mut first, mut late) = (opened(&world, &[]), opened(&world, &[]));
    assert!(first.write(ID, b"a|i:1;", LIFETIME, None).is_ok());
    world.0.borrow_mut().lose_next_answer = true;
    world.0.borrow_mut().then_destroyed = true;
    assert!(refusal_of(late.write(ID, b"b|i:1;", LIFETIME, None)).contains("destroyed"));
    assert_eq!(stored(&world), "nothing");
}

#[test]
fn an_id_is_not_replaced_without_what_another_request_has_changed() {
    let world = world(b"a|i:1;b|i:1;");
    let (mut first, mut second) = (opened(&world, &[]), opened(&world, &[]));
    assert!(first.write(ID, b"a|i:2;b|i:1;", LIFETIME, None).is_ok());
    let mut stale = opened(&world, &[]);
    assert!(second.write(ID, b"a|i:1;b|i:2;", LIFETIME, None).is_ok());
    assert!(stale.destroy(ID, true).is_err() && second.destroy(ID, true).is_err());
    assert_eq!(stored(&world), "a|i:2;b|i:2;");
}

#[test]
fn data_that_continues_under_a_new_id_is_the_newest() {
    for ours in [b"a|i:1;b|i:1;", b"a|i:1;b|i:2;"] {
        let world = world(b"a|i:1;b|i:1;");
        let (mut first, mut second) = (opened(&world, &[]), opened(&world, &[]));
        assert!(first.write(ID, b"a|i:2;b|i:1;", LIFETIME, None).is_ok());
        second.writes(Format::Php, true);
        assert!(refusal_of(second.write(ID, ours, LIFETIME, None)).contains("newer"));
        assert_eq!(stored(&world), "a|i:2;b|i:1;");
        // Nobody has written since.
        let mut third = opened(&world, &[]);
        third.writes(Format::Php, true);
        assert!(third.write(ID, b"a|i:2;b|i:1;", LIFETIME, None).is_ok());
        assert!(opened(&world, &[]).destroy(ID, false).is_ok());
        assert!(refusal_of(third.write(ID, b"a|i:2;b|i:1;", LIFETIME, None)).contains("destroyed"));
    }
    // What a write has merged is not in the request's own data.
    let world = world(b"a|i:1;b|i:1;");
    let (mut first, mut second) = (opened(&world, &[]), opened(&world, &[]));
    assert!(first.write(ID, b"a|i:2;b|i:1;", LIFETIME, None).is_ok());
    assert!(second.write(ID, b"a|i:1;b|i:2;", LIFETIME, None).is_ok());
    second.writes(Format::Php, true);
    assert!(refusal_of(second.write(ID, b"a|i:1;b|i:2;", LIFETIME, None)).contains("newer"));
    assert_eq!(stored(&world), "a|i:2;b|i:2;");
}

#[test]
fn a_second_write_merges_also_in_the_first_second() {
    let world = World::new();
    let (mut first, mut second) = (opened(&world, &[]), opened(&world, &[]));
    assert!(first.write(ID, b"a|i:1;", LIFETIME, None).is_ok());
    assert!(second.write(ID, b"b|i:1;", LIFETIME, None).is_ok());
    assert!(second.write(ID, b"b|i:2;", LIFETIME, None).is_ok());
    assert_eq!(stored(&world), "a|i:1;b|i:2;");
}

#[test]
fn an_expiry_that_others_have_moved_does_not_bring_a_session_back() {
    let world = World::new();
    world.store(b"a|i:1;");
    // A second is left.
    world.pass(LIFETIME + 60 - 1);
    let mut late = opened(&world, &[]);
    assert!(opened(&world, &[]).write(ID, b"a|i:2;", LIFETIME, None).is_ok());
    assert!(opened(&world, &[]).destroy(ID, false).is_ok());
    assert!(refusal_of(late.write(ID, b"a|i:3;", LIFETIME, None)).contains("expired"));
    assert_eq!(stored(&world), "nothing");
}

#[test]
fn a_lost_answer_is_judged_by_the_version() {
    let one = world(b"a|i:1;b|i:1;");
    let mut request = opened(&one, &[]);
    one.0.borrow_mut().lose_next_answer = true;
    assert!(request.write(ID, b"a|i:2;b|i:1;", LIFETIME, None).is_ok());
    assert_eq!(stored(&one), "a|i:2;b|i:1;");
    // The merged data was written, and its answer was lost.
    let world = world(b"a|i:1;b|i:1;");
    let (mut first, mut second) = (opened(&world, &[]), opened(&world, &[]));
    assert!(first.write(ID, b"a|i:2;b|i:1;", LIFETIME, None).is_ok());
    world.0.borrow_mut().lose_next_answer = true;
    assert!(second.write(ID, b"a|i:1;b|i:2;", LIFETIME, None).is_ok());
    assert_eq!(stored(&world), "a|i:2;b|i:2;");
    assert!(second.write(ID, b"a|i:1;b|i:3;", LIFETIME, None).is_ok());
    assert_eq!(stored(&world), "a|i:2;b|i:3;");
}

#[test]
fn the_limit_holds_for_the_merged_data() {
    let world = world(b"a|i:1;");
    let limit = [("max_size", "14")];
    let (mut first, mut second) = (opened(&world, &limit), opened(&world, &limit));
    assert!(first.write(ID, b"a|i:1;b|i:1;", LIFETIME, None).is_ok());
    assert!(refusal_of(second.write(ID, b"a|i:1;c|i:1;", LIFETIME, None)).contains("rustsql.max_size is 14"));
    assert_eq!(stored(&world), "a|i:1;b|i:1;");
}
