//! Passes a task to the old store: to `old_files`, or to another save handler by `old_handler`.
//!
//! `old_store` calls it. Each string that the old store gets is a copy in the engine's memory.

use std::ffi::{CStr, c_int, c_void};
use std::time::Duration;

use ext_php_rs::ffi::{ext_php_rs_zend_string_release, zend_long, zend_string};

use super::engine::{self, bytes};
use super::old_handler::{self, ABSENT, Call, DONE, FAILED, Task, set_problem};
use super::session_api::{php_check_open_basedir_ex, php_get_temporary_directory};
use super::{boundary, ini, open_handler};
use crate::config::Config;
use crate::lock::LockTimeout;
use crate::old_files::Files;

/// # Safety
/// `mod_data` and `key` are those of the callback. No destructor is pending, and nothing of ours is borrowed.
pub unsafe fn ask(mod_data: *mut *mut c_void, key: *mut zend_string, task: Task, lifetime: zend_long) -> c_int {
    // SAFETY: see above. The strings are made when no destructor is pending; a jump out of the old handler leaves them to the
    // engine.
    unsafe {
        let handler = boundary::string(|| {
            Ok(open_handler::get(mod_data)?
                .config()
                .migrate_from
                .as_deref()
                .unwrap_or_default()
                .as_bytes())
        });
        let save_path = boundary::string(|| Ok(open_handler::get(mod_data)?.config().migrate_path.as_bytes()));
        let session_name = boundary::string(|| Ok(ini::session_name()));
        let strings = [handler, save_path, session_name];
        let mut outcome = FAILED;
        if strings.iter().all(|text| !text.is_null()) {
            outcome = match bytes(handler) {
                b"files" => ask_files(mod_data, save_path, key, task, lifetime),
                _ => {
                    let call = Call {
                        handler,
                        save_path,
                        session_name,
                        key,
                        lifetime,
                    };
                    old_handler::perform(call, task)
                }
            };
        }
        for text in strings.into_iter().filter(|text| !text.is_null()) {
            ext_php_rs_zend_string_release(text);
        }
        outcome
    }
}

/// # Safety
/// As for `ask`.
unsafe fn ask_files(
    mod_data: *mut *mut c_void,
    save_path: *mut zend_string,
    key: *mut zend_string,
    task: Task,
    lifetime: zend_long,
) -> c_int {
    // SAFETY: the strings live until `ask` ends; the temporary folder's name lives as long as the process.
    unsafe {
        let path = match bytes(save_path) {
            b"" => CStr::from_ptr(php_get_temporary_directory()).to_bytes(),
            path => path,
        };
        let Ok(path) = str::from_utf8(path) else { return FAILED };
        let folder = boundary::string(|| {
            let files = Files::new(path, Duration::ZERO);
            Ok(files.map(|files| files.folder()).unwrap_or_default().as_bytes())
        });
        if folder.is_null() {
            return FAILED;
        }
        let warns = Default::default(); // false; a number before PHP 8.6
        let is_outside = php_check_open_basedir_ex((*folder).val.as_ptr(), warns) != 0;
        ext_php_rs_zend_string_release(folder);
        boundary::call(FAILED, || {
            let files = match is_outside {
                true => Err("open_basedir does not allow its folder".to_owned()),
                false => Files::new(path, wait(open_handler::get(mod_data)?.config(), task)),
            };
            let outcome = files.and_then(|files| perform(&files, bytes(key), task, lifetime));
            Ok(outcome.unwrap_or_else(|text| {
                set_problem(text);
                FAILED
            }))
        })
    }
}

/// The longest time to wait for the lock of a file: as long as for ours. Only a request that starts can wait so long.
fn wait(config: &Config, task: Task) -> Duration {
    match (task, config.lock_timeout) {
        (Task::Find, LockTimeout::Limit(limit)) => limit,
        _ => config.io_timeout,
    }
}

fn perform(files: &Files<'_>, id: &[u8], task: Task, lifetime: zend_long) -> Result<c_int, String> {
    let id = str::from_utf8(id).map_err(|error| error.to_string())?;
    Ok(match task {
        Task::Find => {
            let lifetime = Duration::from_secs(ini::seconds(lifetime));
            match files.find(id, lifetime, engine::memory_left())? {
                Some(data) => {
                    old_handler::set_found(data);
                    DONE
                }
                None => ABSENT,
            }
        }
        Task::Remove if files.remove(id)? => DONE,
        Task::Remove => ABSENT,
        Task::Write(value) => {
            // SAFETY: the callback's own argument.
            files.write(id, unsafe { bytes(value) })?;
            DONE
        }
    })
}
