//! Memory that all workers of a PHP master process share. It is mapped before the master forks.

use std::ptr;
use std::sync::Once;

use crate::db::host_table::{self, HostTable};

/// Called in MINIT, which may run more than once in a process. If the mapping fails, each worker keeps its own table.
pub fn share_hosts() {
    static ONCE: Once = Once::new();
    ONCE.call_once(map_and_share);
}

fn map_and_share() {
    // SAFETY: a new anonymous mapping, large enough and aligned to a page; it is never unmapped. All-zero bytes are a
    // valid `HostTable`, which consists of atomics.
    unsafe {
        let memory = libc::mmap(
            ptr::null_mut(),
            size_of::<HostTable>(),
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_SHARED | libc::MAP_ANONYMOUS,
            -1,
            0,
        );
        if memory != libc::MAP_FAILED {
            host_table::share(&*memory.cast::<HostTable>());
        }
    }
}
