//! Threads of our own hear no signal.

use nix::sys::signal::{SigSet, SigmaskHow, pthread_sigmask};

/// What `start` starts has every signal blocked: PHP's time-outs are signals to the process, and in a thread of ours PHP's
/// handler would jump on the wrong stack. `None`: the signals could not be blocked, nothing was started.
pub fn without_signals<T>(start: impl FnOnce() -> T) -> Option<T> {
    let mut before = SigSet::empty();
    pthread_sigmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::all()), Some(&mut before)).ok()?;
    let started = start();
    let _ = pthread_sigmask(SigmaskHow::SIG_SETMASK, Some(&before), None);
    Some(started)
}
