//! Starts threads with all signals blocked.

use nix::sys::signal::{SigSet, SigmaskHow, pthread_sigmask};

/// Every thread that `start` creates has all signals blocked. PHP's timeouts are signals to the process, and PHP's handler would
/// jump on the wrong stack in another thread. `None`: the signals could not be blocked, and no thread was started.
pub fn without_signals<T>(start: impl FnOnce() -> T) -> Option<T> {
    let mut before = SigSet::empty();
    pthread_sigmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::all()), Some(&mut before)).ok()?;
    let started = start();
    let _ = pthread_sigmask(SigmaskHow::SIG_SETMASK, Some(&before), None);
    Some(started)
}
