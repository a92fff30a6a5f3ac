//! What the mysql crate does not do with its socket: a time-out for the connection to a Unix socket, another one after the
//! login, and a look at what comes in before it makes room for it.
#![expect(
    unsafe_code,
    reason = "the crate gives the socket as a raw descriptor; outside src/php this is the only unsafe code"
)]

use std::cell::Cell;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::time::Duration;

use socket2::SockRef;

use super::frames::Frames;

/// How long a read may take; `None` waits for ever.
pub fn set_read_timeout(connection: &mysql::Conn, timeout: Option<Duration>) -> io::Result<()> {
    // SAFETY: the descriptor belongs to `connection`, which stays open and borrowed for the length of this function.
    let descriptor = unsafe { BorrowedFd::borrow_raw(connection.as_raw_fd()) };
    SockRef::from(&descriptor).set_read_timeout(timeout)
}

thread_local! {
    static EXPECTED: Cell<Expected> = const { Cell::new(Expected::Anything) };
    static CONNECT_TIMEOUT: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// For the connections that this thread makes next. A Unix socket whose queue is full, since its server stands still, would
/// otherwise be waited for without end.
pub fn bound_connect(timeout: Duration) {
    CONNECT_TIMEOUT.set(timeout);
}

/// What this thread receives next, from any connection.
#[derive(Clone, Copy)]
pub enum Expected {
    /// As the packets of a login.
    Anything,
    /// To a statement, from its beginning on.
    Answer(Frames),
    /// What made no sense has no end either: nobody waits for it.
    Nothing,
}

pub fn expect(expected: Expected) {
    EXPECTED.set(expected);
}

fn may_come(bytes: &[u8]) -> bool {
    match EXPECTED.get() {
        Expected::Anything => true,
        Expected::Answer(mut frames) => {
            let plausible = frames.are_plausible(bytes);
            expect(if plausible {
                Expected::Answer(frames)
            } else {
                Expected::Nothing
            });
            plausible
        }
        Expected::Nothing => false,
    }
}

/// Every `connect` of this library: the linker puts it between the standard library and libc (`--wrap`, see build.rs). TCP
/// has a time-out of its own.
#[cfg(not(test))]
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_connect(
    descriptor: libc::c_int,
    address: *const libc::sockaddr,
    length: libc::socklen_t,
) -> libc::c_int {
    unsafe extern "C" {
        fn __real_connect(
            descriptor: libc::c_int,
            address: *const libc::sockaddr,
            length: libc::socklen_t,
        ) -> libc::c_int;
    }
    // SAFETY: the caller passes what libc's connect takes; every address begins with its family.
    unsafe {
        if libc::c_int::from((*address).sa_family) == libc::AF_UNIX {
            let socket = BorrowedFd::borrow_raw(descriptor);
            // Without the time-out the connection works all the same.
            let _ = SockRef::from(&socket).set_write_timeout(Some(CONNECT_TIMEOUT.get()));
        }
        __real_connect(descriptor, address, length)
    }
}

/// Every `recv` of this library.
#[cfg(not(test))]
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_recv(
    descriptor: libc::c_int,
    to: *mut libc::c_void,
    length: libc::size_t,
    flags: libc::c_int,
) -> libc::ssize_t {
    unsafe extern "C" {
        fn __real_recv(
            descriptor: libc::c_int,
            to: *mut libc::c_void,
            length: libc::size_t,
            flags: libc::c_int,
        ) -> libc::ssize_t;
    }
    // SAFETY: the caller passes what libc's recv takes, which has written as many bytes as it says; errno is this thread's.
    unsafe {
        if may_come(&[]) {
            let received = __real_recv(descriptor, to, length, flags);
            let bytes = usize::try_from(received).unwrap_or_default();
            if bytes == 0 || may_come(std::slice::from_raw_parts(to.cast(), bytes)) {
                return received;
            }
        }
        *libc::__errno_location() = libc::EBADMSG;
        -1
    }
}
