//! The steps of the live migration (`rustsql.migrate_from`) that a callback makes before or after its own work.
//!
//! A step asks the handler what is to be done, then the old store, and then passes the answer to the handler: an old handler may
//! jump away, so nothing of ours is borrowed meanwhile. `handler::takeover` decides what is done, `old_call` does it.

use std::ffi::{c_int, c_void};

use ext_php_rs::ffi::{ZEND_RESULT_CODE_FAILURE, ext_php_rs_zend_string_release, zend_long, zend_string};

use super::caller::{self, Running, running};
use super::engine::{self, bytes};
use super::old_call::ask;
use super::old_handler::{self, ABSENT, DONE, FAILED, Task, problem};
use super::open_handler::{self, OpenHandler, bound_answers};
use super::{boundary, ini, upload, warning};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::handler::takeover::{Copy, Order, Since};

/// The row is newer than its copy.
const NEWER: c_int = 2;

/// Runs `body` on the open handler. `None`: it has no old store, or there is none, as the callback itself will say.
///
/// # Safety
/// `mod_data` is what ext/session passes: its own variable.
unsafe fn with<T>(mod_data: *mut *mut c_void, body: impl FnOnce(&mut OpenHandler) -> T) -> Option<T> {
    if upload::is_given_up() {
        return None;
    }
    // SAFETY: see above.
    let handler = unsafe { open_handler::get(mod_data) }.ok()?;
    handler.config().migrate_from.is_some().then(|| body(handler))
}

/// Call this before a read and before a validate: the session is locked and read, and taken over if it has no row. False: an
/// error handler of the script has closed the session meanwhile. Then the callback must not use `key`, which PHP may have freed.
///
/// # Safety
/// The arguments are those of the callback. No destructor is pending.
pub unsafe fn before_read(mod_data: *mut *mut c_void, key: *mut zend_string) -> bool {
    let change = open_handler::changes();
    // SAFETY: see above; `key` is live as long as nothing has changed.
    unsafe {
        let asks = boundary::call(false, || {
            let asks = with(mod_data, |handler| {
                let lock_free = running() == Running::Start { read_and_close: true };
                bound_answers(engine::memory_left());
                let asks = handler.seek(bytes(key), lock_free);
                open_handler::queue_notices(handler);
                asks
            });
            Ok(asks.unwrap_or(false))
        });
        if asks && open_handler::changes() == change {
            find(mod_data, key, |handler, answer| {
                handler.adopt(answer);
                Ok(())
            });
        }
    }
    open_handler::changes() == change
}

/// Call this after a write that failed since the lock was lost before the session was taken over. True: write again.
///
/// # Safety
/// The arguments are those of the callback. No destructor is pending.
pub unsafe fn look_again(mod_data: *mut *mut c_void, key: *mut zend_string) -> bool {
    // SAFETY: see above.
    unsafe {
        find(mod_data, key, |handler, answer| match answer? {
            Some(data) => handler.confirm(bytes(key), data),
            None => Ok(()),
        })
    }
}

/// Asks the old store for the session, and passes its answer on. False: `answered` has failed, and a warning says why.
///
/// # Safety
/// As for the callers.
unsafe fn find(
    mod_data: *mut *mut c_void,
    key: *mut zend_string,
    answered: impl FnOnce(&mut OpenHandler, Result<Option<Vec<u8>>>) -> Result<()>,
) -> bool {
    // SAFETY: see above.
    unsafe {
        let outcome = ask(mod_data, key, Task::Find, ini::lifetime());
        boundary::call(false, || {
            let done = with(mod_data, |handler| {
                bound_answers(engine::memory_left());
                let answer = match outcome {
                    DONE => Ok(Some(old_handler::take_found())),
                    ABSENT => Ok(None),
                    _ => Err(Error::OldUnreadable(name(handler.config()), problem())),
                };
                answered(handler, answer)
            });
            done.unwrap_or(Ok(())).map(|()| true)
        })
    }
}

/// Call this after a write that has succeeded.
///
/// # Safety
/// The arguments are those of the callback. No destructor is pending.
pub unsafe fn after_write(
    mod_data: *mut *mut c_void,
    key: *mut zend_string,
    value: *mut zend_string,
    lifetime: zend_long,
) {
    const NOTHING: c_int = 0;
    const REMOVE: c_int = 1;
    const KEEP: c_int = 2;
    // SAFETY: see above.
    unsafe {
        let due = boundary::call(NOTHING, || {
            let due = with(mod_data, |handler| match handler.take_due() {
                false => NOTHING,
                true if handler.config().migrate_keep => KEEP,
                true => REMOVE,
            });
            Ok(due.unwrap_or(NOTHING))
        });
        let outcome = match due {
            NOTHING => return,
            KEEP => copy(mod_data, key, value, lifetime),
            _ => ask(mod_data, key, Task::Remove, lifetime),
        };
        boundary::call((), || {
            with(mod_data, |handler| {
                let from = name(handler.config());
                match (outcome, due) {
                    (FAILED, KEEP) => warning::error(&Error::OldNotWritten(from, problem())),
                    (FAILED, _) => warning::error(&Error::OldNotRemoved(from, problem())),
                    _ => {}
                }
            });
            Ok(())
        });
    }
}

/// Copies the row to the old store, until no other request has written it meanwhile.
///
/// # Safety
/// As for `after_write`.
unsafe fn copy(
    mod_data: *mut *mut c_void,
    key: *mut zend_string,
    value: *mut zend_string,
    lifetime: zend_long,
) -> c_int {
    const MOST: u32 = 10;
    // SAFETY: see above.
    unsafe {
        let mut outcome = ask(mod_data, key, Task::Write(value), lifetime);
        for _ in 0..MOST {
            if outcome == FAILED {
                break;
            }
            let since = boundary::call(FAILED, || {
                let since = with(mod_data, |handler| handler.since_copied(bytes(key)));
                Ok(match since.unwrap_or(Ok(Since::Same))? {
                    Since::Same => DONE,
                    Since::Gone => ABSENT,
                    Since::Newer => NEWER,
                })
            });
            let newer = boundary::string(|| Ok(open_handler::get(mod_data)?.newer_data()));
            outcome = match since {
                NEWER if !newer.is_null() => ask(mod_data, key, Task::Write(newer), lifetime),
                ABSENT => ask(mod_data, key, Task::Remove, lifetime),
                _ => outcome,
            };
            if !newer.is_null() {
                ext_php_rs_zend_string_release(newer);
            }
            if since != NEWER && since != ABSENT {
                break;
            }
        }
        outcome
    }
}

/// Destroys the session: `row` ends its row, and the old store its copy.
///
/// # Safety
/// The arguments are those of the callback. No destructor is pending, and `row` has none.
pub unsafe fn destroy(mod_data: *mut *mut c_void, key: *mut zend_string, row: impl Fn() -> c_int) -> c_int {
    const ROW_ALONE: c_int = 0;
    const COPY_FIRST: c_int = 1;
    const ROW_FIRST: c_int = 2;
    // SAFETY: see above.
    unsafe {
        let order = boundary::call(ROW_ALONE, || {
            let id = bytes(key);
            if caller::is_failed_decode(id) {
                return Ok(ROW_ALONE);
            }
            let replaces = running() == Running::RegenerateId;
            let order = with(mod_data, |handler| handler.order(id, replaces, lifetime()));
            Ok(match order {
                None | Some(Order::RowAlone) => ROW_ALONE,
                Some(Order::CopyThenRow) => COPY_FIRST,
                Some(Order::RowThenCopy) => ROW_FIRST,
            })
        });
        let mut outcome = DONE;
        if order == COPY_FIRST {
            outcome = ask(mod_data, key, Task::Remove, ini::lifetime());
            boundary::call((), || tell(mod_data, outcome, Order::CopyThenRow));
        }
        let result = row();
        if result == ZEND_RESULT_CODE_FAILURE {
            return result;
        }
        if order == ROW_FIRST {
            outcome = ask(mod_data, key, Task::Remove, ini::lifetime());
        }
        boundary::call(ZEND_RESULT_CODE_FAILURE, || {
            if order == ROW_FIRST {
                tell(mod_data, outcome, Order::RowThenCopy)?;
            }
            if outcome == FAILED {
                with(mod_data, |handler| {
                    warning::error(&Error::OldNotDestroyed(name(handler.config()), problem()));
                });
            }
            Ok(result)
        })
    }
}

/// Tells the handler what the old store has done with its copy.
///
/// # Safety
/// As for `with`.
unsafe fn tell(mod_data: *mut *mut c_void, outcome: c_int, order: Order) -> Result<()> {
    let copy = match outcome {
        DONE => Copy::Destroyed,
        ABSENT => Copy::Absent,
        _ => Copy::Stays,
    };
    // SAFETY: see above.
    let done = unsafe { with(mod_data, |handler| handler.copy_was(copy, order, lifetime())) };
    done.unwrap_or(Ok(()))
}

fn lifetime() -> u64 {
    ini::seconds(ini::lifetime())
}

fn name(config: &Config) -> String {
    config.migrate_from.clone().unwrap_or_default()
}
