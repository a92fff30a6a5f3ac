//! What the mysql crate does not do with its socket: one end for the time that a whole login takes, or a question and its
//! whole answer, however slowly they come; waiting so that nothing but the answer ends the wait; and a look at what comes in
//! before it makes room for it.
//!
//! The linker puts `connect`, `send` and `recv` of this file between the standard library and libc (`--wrap`, see build.rs).
#![cfg_attr(
    not(test),
    expect(
        unsafe_code,
        reason = "these are called as libc's functions are; outside src/php, unsafe code is here and in fork.rs"
    )
)]

use std::cell::Cell;
use std::time::{Duration, Instant};

use super::frames::Frames;
use super::greeting::Greeting;

thread_local! {
    static EXPECTED: Cell<Expected> = const { Cell::new(Expected::Nothing) };
    static END: Cell<Option<Instant>> = const { Cell::new(None) };
    static ANSWER_LIMIT: Cell<Option<usize>> = const { Cell::new(None) };
}

/// When this thread gives up what it connects to, sends and receives next; `None`: never. A Unix socket whose queue is full,
/// since its server stands still, would otherwise be waited for without end. The connection by TCP has a time-out of its own.
pub fn end_at(end: Option<Instant>) {
    END.set(end);
}

fn left() -> Option<Duration> {
    let left = |end: Instant| end.saturating_duration_since(Instant::now());
    END.get().map(left)
}

/// How many bytes each answer may have that this thread awaits next; `None`: as many as the protocol allows.
pub fn bound_answers(limit: Option<usize>) {
    ANSWER_LIMIT.set(limit);
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
    /// Nothing: the answer has more bytes than it may.
    TooMuch,
    /// Nothing has been asked. Or the answer made no sense, and has no end then either: nobody waits for it.
    Nothing,
}

pub fn expect(expected: Expected) {
    EXPECTED.set(expected);
}

pub fn expect_answer() {
    expect(Expected::Answer(Frames::within(ANSWER_LIMIT.get())));
}

/// How many bytes the answer has so far.
pub fn answered_bytes() -> usize {
    match EXPECTED.get() {
        Expected::Answer(frames) => frames.announced(),
        _ => 0,
    }
}

/// The limit of `bound_answers` that the answer has passed.
pub fn passed_limit() -> Option<usize> {
    match EXPECTED.get() {
        Expected::TooMuch => ANSWER_LIMIT.get(),
        _ => None,
    }
}

/// Nobody waits for the rest of the answer.
pub fn stop() {
    if passed_limit().is_none() {
        expect(Expected::Nothing);
    }
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
        Expected::Unsuitable(_) | Expected::TooMuch | Expected::Nothing => true,
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
        Expected::Unsuitable(_) | Expected::TooMuch => return false,
        Expected::Nothing => false,
    };
    expect(match expected {
        Expected::Answer(frames) if frames.is_too_much() => Expected::TooMuch,
        expected if plausible => expected,
        _ => Expected::Nothing,
    });
    plausible
}

#[cfg(not(test))]
mod wrapped {
    use std::ffi::c_void;
    use std::os::fd::BorrowedFd;
    use std::time::Duration;

    use libc::{c_int, c_short, pollfd, size_t, sockaddr, socklen_t, ssize_t};
    use socket2::SockRef;

    unsafe extern "C" {
        fn __real_connect(descriptor: c_int, address: *const sockaddr, length: socklen_t) -> c_int;
        fn __real_send(descriptor: c_int, from: *const c_void, length: size_t, flags: c_int) -> ssize_t;
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
                let _ = SockRef::from(&socket).set_write_timeout(super::left().map(at_least_a_millisecond));
            }
            __real_connect(descriptor, address, length)
        }
    }

    /// Zero would be for ever.
    fn at_least_a_millisecond(left: Duration) -> Duration {
        left.max(Duration::from_millis(1))
    }

    /// Waits for one of the events: how many have come, 0 when the time is over, -1 after a signal.
    fn wait(descriptor: c_int, events: c_short) -> c_int {
        let milliseconds = |left: Duration| c_int::try_from(left.as_micros().div_ceil(1000)).unwrap_or(c_int::MAX);
        let mut waiting = pollfd {
            fd: descriptor,
            events,
            revents: 0,
        };
        // SAFETY: one live pollfd.
        unsafe { libc::poll(&raw mut waiting, 1, super::left().map_or(-1, milliseconds)) }
    }

    /// Every `send` of this library.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn __wrap_send(descriptor: c_int, from: *const c_void, length: size_t, flags: c_int) -> ssize_t {
        loop {
            // SAFETY: the caller passes what libc's send takes; errno is this thread's.
            unsafe {
                let sent = __real_send(descriptor, from, length, flags | libc::MSG_DONTWAIT);
                if sent >= 0 || *libc::__errno_location() != libc::EAGAIN {
                    return sent;
                }
                match wait(descriptor, libc::POLLOUT) {
                    0 => *libc::__errno_location() = libc::EAGAIN,
                    1 => continue,
                    _ => {}
                }
            }
            return -1;
        }
    }

    /// Every `recv` of this library. A blocked recv on a Unix socket is woken twice, by the answer and before it by the
    /// server that takes the question off the socket; poll is woken by the answer alone.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn __wrap_recv(descriptor: c_int, to: *mut c_void, length: size_t, flags: c_int) -> ssize_t {
        // SAFETY: the caller passes what libc's recv takes, which has written as many bytes as it says; errno
        // is this thread's.
        unsafe {
            let fail = |number| {
                *libc::__errno_location() = number;
                -1
            };
            if !super::may_come(&[]) {
                return fail(libc::EBADMSG);
            }
            match wait(descriptor, libc::POLLIN) {
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
