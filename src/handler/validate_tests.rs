//! Tests of ids that the request has made.

use super::{ID, LIFETIME, World};

#[test]
fn a_made_id_exists_nowhere_and_is_not_waited_for() {
    let world = World::new();
    let mut request = world.request(&[]);
    request.has_made(ID);
    assert!(matches!(request.validate(ID, false), Ok(false)));
    assert!(world.take_log().is_empty());
    assert!(request.read(ID, false).is_ok());
    assert!(request.write(ID, b"new", LIFETIME, None).is_ok());
    assert_eq!(world.take_log(), ["ask", "save"]);
    assert_eq!(world.stored().as_deref(), Some(&b"new"[..]));
}

#[test]
fn an_id_counts_as_made_only_for_the_read_that_follows() {
    let world = World::new();
    world.store(b"stored");
    for between in ["read", "write", "destroy", "close"] {
        let mut request = world.request(&[]);
        request.has_made(ID);
        let done = match between {
            "read" => request.read(b"another", false).map(drop),
            "write" => request.write(b"another", b"x", LIFETIME, None),
            "destroy" => request.destroy(b"another", false),
            _ => Ok(()),
        };
        assert!(done.is_ok() && request.close(false).is_ok(), "{between}");
        world.take_log();
        assert!(matches!(request.validate(ID, false), Ok(true)), "{between}");
        assert!(matches!(request.read(ID, false), Ok(b"stored")), "{between}");
        assert_eq!(world.take_log(), ["lock"], "{between}");
        assert!(request.close(false).is_ok());
    }
    // session_create_id() has made an id for later, and another session is opened.
    let mut request = world.request(&[]);
    request.has_made(b"for later");
    assert!(matches!(request.read(ID, false), Ok(b"stored")));
    assert_eq!(world.take_log(), ["lock"]);
}
