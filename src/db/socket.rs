//! What the mysql crate does not do with its socket: a time-out for the connection to a Unix socket, another one for each
//! answer, waiting for it so that nothing but the answer ends the wait, and a look at what comes in before it makes room for it.
//!
//! The linker puts `connect` and `recv` of this file between the standard library and libc (`--wrap`, see build.rs).
#![cfg_attr(
    not(test),
    expect(
        unsafe_code,
        reason = "these are called as libc's functions are; outside src/php, unsafe code is here and in fork.rs"
    )
)]

use std::cell::Cell;
use std::time::Duration;

use super::frames::Frames;
use super::greeting::Greeting;

thread_local! {
    static EXPECTED: Cell<Expected> = const { Cell::new(Expected::Nothing) };
    static CONNECT_TIMEOUT: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    static READ_TIMEOUT: Cell<Option<Duration>> = const { Cell::new(None) };
}

/// For the connections that this thread makes next. A Unix socket whose queue is full, since its server stands still, would
/// otherwise be waited for without end. TCP has a time-out of its own.
pub fn bound_connect(timeout: Duration) {
    CONNECT_TIMEOUT.set(timeout);
}

/// For what this thread reads next, from any connection; `None` waits for ever.
pub fn bound_reads(timeout: Option<Duration>) {
    READ_TIMEOUT.set(timeout);
}

/// What this thread receives next, from any connection.
#[derive(Clone, Copy)]
pub enum Expected {
    /// The packets of a login.
    Login(Frames, Greeting),
    /// Nothing: the server has greeted as one that cannot be used.
    Unsuitable(&'static str),
    /// To a statement, from its beginning on.
    Answer(Frames),
    /// Nothing has been asked. Or the answer made no sense, and has no end then either: nobody waits for it.
    Nothing,
}

pub fn expect(expected: Expected) {
    EXPECTED.set(expected);
}

/// The name of the server, where its greeting has ended the login.
pub fn unsuitable() -> Option<&'static str> {
    match EXPECTED.get() {
        Expected::Unsuitable(name) => Some(name),
        _ => None,
    }
}

/// Whether what came so far ends where a packet does.
pub fn is_between_packets() -> bool {
    match EXPECTED.get() {
        Expected::Login(frames, _) | Expected::Answer(frames) => frames.is_between_packets(),
        Expected::Unsuitable(_) | Expected::Nothing => true,
    }
}

fn may_come(bytes: &[u8]) -> bool {
    let mut expected = EXPECTED.get();
    let plausible = match &mut expected {
        Expected::Login(frames, greeting) => {
            greeting.follow(bytes);
            if let Some(name) = greeting.unsuitable() {
                expect(Expected::Unsuitable(name));
                return false;
            }
            frames.are_of_a_login(bytes)
        }
        Expected::Answer(frames) => frames.are_plausible(bytes),
        Expected::Unsuitable(_) => return false,
        Expected::Nothing => false,
    };
    expect(if plausible { expected } else { Expected::Nothing });
    plausible
}

#[cfg(not(test))]
mod wrapped {
    use std::ffi::c_void;
    use std::os::fd::BorrowedFd;
    use std::time::Duration;

    use libc::{c_int, pollfd, size_t, sockaddr, socklen_t, ssize_t};
    use socket2::SockRef;

    unsafe extern "C" {
        fn __real_connect(descriptor: c_int, address: *const sockaddr, length: socklen_t) -> c_int;
        fn __real_recv(descriptor: c_int, to: *mut c_void, length: size_t, flags: c_int) -> ssize_t;
    }

    /// Every `connect` of this library.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn __wrap_connect(descriptor: c_int, address: *const sockaddr, length: socklen_t) -> c_int {
        // SAFETY: the caller passes what libc's connect takes; every address begins with its family.
        unsafe {
            if c_int::from((*address).sa_family) == libc::AF_UNIX {
                let socket = BorrowedFd::borrow_raw(descriptor);
                // Without the time-out the connection works all the same.
                let _ = SockRef::from(&socket).set_write_timeout(Some(super::CONNECT_TIMEOUT.get()));
            }
            __real_connect(descriptor, address, length)
        }
    }

    /// Every `recv` of this library. A blocked recv on a Unix socket is woken twice, by the answer and before it by the
    /// server that takes the question off the socket; poll is woken by the answer alone.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn __wrap_recv(descriptor: c_int, to: *mut c_void, length: size_t, flags: c_int) -> ssize_t {
        let milliseconds = |limit: Duration| c_int::try_from(limit.as_millis().max(1)).unwrap_or(c_int::MAX);
        let timeout = super::READ_TIMEOUT.get().map_or(-1, milliseconds);
        let mut waiting = pollfd {
            fd: descriptor,
            events: libc::POLLIN,
            revents: 0,
        };
        // SAFETY: one live pollfd; the caller passes what libc's recv takes, which has written as many bytes as it says; errno
        // is this thread's.
        unsafe {
            let fail = |number| {
                *libc::__errno_location() = number;
                -1
            };
            if !super::may_come(&[]) {
                return fail(libc::EBADMSG);
            }
            match libc::poll(&raw mut waiting, 1, timeout) {
                0 => return fail(libc::EAGAIN),
                1 => {}
                _ => return -1,
            }
            let received = __real_recv(descriptor, to, length, flags);
            let bytes = usize::try_from(received).unwrap_or_default();
            if bytes > 0 && !super::may_come(std::slice::from_raw_parts(to.cast(), bytes)) {
                return fail(libc::EBADMSG);
            }
            received
        }
    }
}
