//! One socket option that the mysql crate sets only at connect: how long a read may take.
#![expect(
    unsafe_code,
    reason = "the crate gives the socket as a raw descriptor; outside src/php this is the only unsafe code"
)]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::time::Duration;

use socket2::SockRef;

/// `None` waits for ever.
pub fn set_read_timeout(connection: &mysql::Conn, timeout: Option<Duration>) -> io::Result<()> {
    // SAFETY: the descriptor belongs to `connection`, which stays open and borrowed for the length of this function.
    let descriptor = unsafe { BorrowedFd::borrow_raw(connection.as_raw_fd()) };
    SockRef::from(&descriptor).set_read_timeout(timeout)
}
