//! Entries of processes in shared memory: a process id and a time in one number, so that both are read and written at once.

use std::fs;

use nix::sys::signal::kill;
use nix::unistd::Pid;

/// The bits of the time; those above are the process id, which has at most 22 on Linux.
const TIME_BITS: u32 = 42;

/// A tick of /proc, in milliseconds.
const TICK: u64 = 10;

pub fn stamp(time: u64) -> u64 {
    u64::from(std::process::id()) << TIME_BITS | time & ((1 << TIME_BITS) - 1)
}

/// The process id and the time.
pub fn parts(stamp: u64) -> (u64, u64) {
    (stamp >> TIME_BITS, stamp & ((1 << TIME_BITS) - 1))
}

/// A process of another user is alive, too.
pub fn is_alive(process: u64) -> bool {
    let Ok(pid) = i32::try_from(process) else { return false };
    pid > 0 && kill(Pid::from_raw(pid), None) != Err(nix::errno::Errno::ESRCH)
}

/// When it started, in milliseconds since the machine did. `None`: /proc does not show it.
pub fn started(process: u64) -> Option<u64> {
    let line = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in front, in parentheses, may have spaces.
    let ticks = line.rsplit_once(')')?.1.split_whitespace().nth(19)?;
    Some(ticks.parse::<u64>().ok()? * TICK)
}
