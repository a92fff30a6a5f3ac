//! What the mysql crate does not do with its socket: another time-out after the login, a look at what has come.
#![expect(
    unsafe_code,
    reason = "the crate gives the socket as a raw descriptor; outside src/php this is the only unsafe code"
)]

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::time::Duration;

use socket2::SockRef;

fn descriptor(connection: &mysql::Conn) -> BorrowedFd<'_> {
    // SAFETY: the descriptor belongs to `connection`, which stays open and borrowed as long as the result.
    unsafe { BorrowedFd::borrow_raw(connection.as_raw_fd()) }
}

/// How long a read may take; `None` waits for ever.
pub fn set_read_timeout(connection: &mysql::Conn, timeout: Option<Duration>) -> io::Result<()> {
    SockRef::from(&descriptor(connection)).set_read_timeout(timeout)
}

/// Open, and nothing has come that nobody asked for: a server that ends a connection says so or just closes it.
pub fn is_quiet(connection: &mysql::Conn) -> bool {
    let mut byte = [MaybeUninit::uninit()];
    let flags = libc::MSG_PEEK | libc::MSG_DONTWAIT;
    let seen = SockRef::from(&descriptor(connection)).recv_with_flags(&mut byte, flags);
    matches!(seen, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
}
