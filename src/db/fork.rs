//! Whether this process is still the one that made a connection. Counted rather than asked: `getpid` is a system call, and
//! the question comes before every packet.

use std::sync::atomic::{AtomicU32, Ordering};

use super::socket;

static FORKS: AtomicU32 = AtomicU32::new(0);

/// Differs between a process and its children.
pub fn generation() -> u32 {
    FORKS.load(Ordering::Relaxed)
}

/// For `pthread_atfork`, in the child.
pub extern "C" fn in_child() {
    FORKS.fetch_add(1, Ordering::Relaxed);
    socket::let_go();
}
