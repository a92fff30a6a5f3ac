//! Memory that all workers of this PHP master process share, made before it forks.

use std::ptr;
use std::sync::Once;

use crate::db::host_table::{self, Table};

/// Called in MINIT, which may come more than once in a process. Without the memory each worker learns for itself.
pub fn share_hosts() {
    static ONCE: Once = Once::new();
    ONCE.call_once(map_and_share);
}

fn map_and_share() {
    // SAFETY: a new anonymous mapping, large enough and aligned to a page; it is never unmapped. All-zero bytes are a
    // valid `Table`, which consists of atomics.
    unsafe {
        let memory = libc::mmap(
            ptr::null_mut(),
            size_of::<Table>(),
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_SHARED | libc::MAP_ANONYMOUS,
            -1,
            0,
        );
        if memory != libc::MAP_FAILED {
            host_table::share(&*memory.cast::<Table>());
        }
    }
}
