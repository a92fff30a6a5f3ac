//! What the mysql crate does not do with its socket: a time-out for the connection to a Unix socket, another one after the
//! login.
#![expect(
    unsafe_code,
    reason = "the crate gives the socket as a raw descriptor; outside src/php this is the only unsafe code"
)]

use std::cell::Cell;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::time::Duration;

use socket2::SockRef;

/// How long a read may take; `None` waits for ever.
pub fn set_read_timeout(connection: &mysql::Conn, timeout: Option<Duration>) -> io::Result<()> {
    // SAFETY: the descriptor belongs to `connection`, which stays open and borrowed for the length of this function.
    let descriptor = unsafe { BorrowedFd::borrow_raw(connection.as_raw_fd()) };
    SockRef::from(&descriptor).set_read_timeout(timeout)
}

thread_local! {
    static CONNECT_TIMEOUT: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// For the connections that this thread makes next. A Unix socket whose queue is full, since its server stands still, would
/// otherwise be waited for without end.
pub fn bound_connect(timeout: Duration) {
    CONNECT_TIMEOUT.set(timeout);
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
