//! Memory that all workers of a PHP master process share. It is mapped before the master forks.

use std::ptr;
use std::sync::Once;

use crate::counters::{self, holders, waiters};
use crate::db::host_table;

/// Called in MINIT, which may run more than once in a process. If a mapping fails, each worker keeps its own table of hosts, and
/// nothing is counted.
pub fn map() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the tables consist of atomic numbers, so all-zero bytes are valid ones.
        unsafe {
            if let Some(table) = zeroed() {
                host_table::share(table);
            }
            if let Some(table) = zeroed() {
                counters::share(table);
            }
            if let Some(table) = zeroed() {
                waiters::share(table);
            }
            if let Some(table) = zeroed() {
                holders::share(table);
            }
        }
    });
}

/// # Safety
/// All-zero bytes are a valid `T`.
unsafe fn zeroed<T>() -> Option<&'static T> {
    // SAFETY: a new anonymous mapping, large enough and aligned to a page; it is never unmapped. The kernel provides its pages
    // when they are first written to.
    unsafe {
        let memory = libc::mmap(
            ptr::null_mut(),
            size_of::<T>(),
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_SHARED | libc::MAP_ANONYMOUS,
            -1,
            0,
        );
        (memory != libc::MAP_FAILED).then(|| &*memory.cast::<T>())
    }
}
