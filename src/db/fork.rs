//! Keeps a forked child from using its parent's connections, and from keeping them open.

#![expect(
    unsafe_code,
    reason = "only system calls that are allowed between fork and exec let go of a socket; outside src/php, unsafe code is here alone"
)]

use std::os::fd::RawFd;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};

static FORKS: AtomicU32 = AtomicU32::new(0);

/// A number that differs between a process and its children. It is checked before every packet, so it is a counter: `getpid`
/// would be a system call.
pub fn generation() -> u32 {
    FORKS.load(Ordering::Relaxed)
}

/// For `pthread_atfork`, in the child.
pub extern "C" fn in_child() {
    FORKS.fetch_add(1, Ordering::Relaxed);
    let_go();
}

const NONE: RawFd = -1;

/// The sockets of this process. If the list is full, children keep the other sockets open.
static SOCKETS: [AtomicI32; 256] = [const { AtomicI32::new(NONE) }; 256];

/// A socket's entry in the list. It must be dropped before the socket is closed, since the descriptor may be reused then.
pub struct Listed {
    place: &'static AtomicI32,
    descriptor: RawFd,
}

pub fn list(descriptor: RawFd) -> Option<Listed> {
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
        // In a child the entry may already belong to the child's own socket.
        let _ = self
            .place
            .compare_exchange(self.descriptor, NONE, Ordering::Relaxed, Ordering::Relaxed);
    }
}

/// Closes the child's copies of the parent's sockets. A connection stays alive as long as any process has its socket, so the
/// locks of a killed parent would stay otherwise. Each descriptor is replaced by an unconnected socket, so that the child cannot
/// reuse its number.
fn let_go() {
    let mut nowhere = NONE;
    for place in &SOCKETS {
        let descriptor = place.swap(NONE, Ordering::Relaxed);
        if descriptor == NONE {
            continue;
        }
        // SAFETY: these calls are allowed between fork and exec. The descriptor is a copy of this process, and the objects that
        // have its number are leaked without being used.
        unsafe {
            if nowhere == NONE {
                nowhere = libc::socket(libc::AF_UNIX, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0);
            }
            libc::dup3(nowhere, descriptor, libc::O_CLOEXEC);
        }
    }
    if nowhere != NONE {
        // SAFETY: it was opened above.
        unsafe { libc::close(nowhere) };
    }
}
