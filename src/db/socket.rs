//! What the mysql crate does not do with its socket: a time-out for the connection to a Unix socket, another one for each
//! answer, waiting for it so that nothing but the answer ends the wait, a look at what comes in before it makes room for it,
//! and an end to it in forked children.
//!
//! The linker puts `connect` and `recv` of this file between the standard library and libc (`--wrap`, see build.rs).
#![expect(
    unsafe_code,
    reason = "the crate gives the socket as a raw descriptor; outside src/php this is the only unsafe code"
)]

use std::cell::Cell;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use super::frames::Frames;

thread_local! {
    static EXPECTED: Cell<Expected> = const { Cell::new(Expected::Anything) };
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

const NONE: RawFd = -1;

/// The sockets of this process. A list that is full takes no more, and their children keep them.
static SOCKETS: [AtomicI32; 256] = [const { AtomicI32::new(NONE) }; 256];

/// A socket's place in the list. To be dropped before the socket is closed, whose number may then be another's.
pub struct Listed {
    place: &'static AtomicI32,
    descriptor: RawFd,
}

pub fn list(connection: &mysql::Conn) -> Option<Listed> {
    let descriptor = connection.as_raw_fd();
    let take = |place: &&AtomicI32| {
        place
            .compare_exchange(NONE, descriptor, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    };
    let place = SOCKETS.iter().find(take)?;
    Some(Listed { place, descriptor })
}

impl Drop for Listed {
    fn drop(&mut self) {
        // In a child the place may be that of a socket of its own by now.
        let _ = self
            .place
            .compare_exchange(self.descriptor, NONE, Ordering::Relaxed, Ordering::Relaxed);
    }
}

/// In a forked child: lets go of its parent's sockets. The server takes a connection for alive as long as any process has it,
/// so that the locks of a parent that is killed would stay. The numbers stay taken, by a socket that leads nowhere: nothing
/// else in the child can come to be meant by them.
pub fn let_go() {
    let mut nowhere = NONE;
    for place in &SOCKETS {
        let descriptor = place.swap(NONE, Ordering::Relaxed);
        if descriptor == NONE {
            continue;
        }
        // SAFETY: these calls are allowed between fork and exec; in this process the descriptor is ours alone, and whatever
        // object still has its number is forgotten without being used.
        unsafe {
            if nowhere == NONE {
                nowhere = libc::socket(libc::AF_UNIX, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0);
            }
            libc::dup3(nowhere, descriptor, libc::O_CLOEXEC);
        }
    }
    if nowhere != NONE {
        // SAFETY: opened above.
        unsafe { libc::close(nowhere) };
    }
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
