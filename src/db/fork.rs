//! What a process that was forked inherits of its parent's connections: nothing.

#![expect(
    unsafe_code,
    reason = "only system calls that are allowed between fork and exec let go of a socket; outside src/php, unsafe code is here alone"
)]

use std::os::fd::RawFd;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};

static FORKS: AtomicU32 = AtomicU32::new(0);

/// Differs between a process and its children. Counted rather than asked: `getpid` is a system call, and the question
/// comes before every packet.
pub fn generation() -> u32 {
    FORKS.load(Ordering::Relaxed)
}

/// For `pthread_atfork`, in the child.
pub extern "C" fn in_child() {
    FORKS.fetch_add(1, Ordering::Relaxed);
    let_go();
}

const NONE: RawFd = -1;

/// The sockets of this process. A list that is full takes no more, and their children keep them.
static SOCKETS: [AtomicI32; 256] = [const { AtomicI32::new(NONE) }; 256];

/// A socket's place in the list. To be dropped before the socket is closed, whose number may then be another's.
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
        // In a child the place may be that of a socket of its own by now.
        let _ = self
            .place
            .compare_exchange(self.descriptor, NONE, Ordering::Relaxed, Ordering::Relaxed);
    }
}

/// Lets go of the parent's sockets. The server takes a connection for alive as long as any process has it, so that the locks
/// of a parent that is killed would stay. The numbers stay taken, by a socket that leads nowhere: nothing else in the child
/// can come to be meant by them.
fn let_go() {
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
