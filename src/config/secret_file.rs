//! Reads a file with secrets, if only root and the user that PHP runs as can write or replace it.
//!
//! Anybody else could choose the host that the password is sent to. The rules are those of ssh for its keys, with one exception:
//! a folder that others can write to is accepted if it has the sticky bit, as /tmp has, since nobody can replace a file of another
//! user there.

use std::ffi::OsString;
use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};

use nix::unistd::geteuid;
use zeroize::Zeroizing;

use crate::error::ConfigError;

/// The largest file that is read, in bytes. Option files are much smaller.
const LARGEST: u64 = 64 << 10;

/// The kernel's own limit of symbolic links in one path.
const MOST_LINKS: usize = 40;

const WRITABLE_BY_OTHERS: u32 = 0o022;
const STICKY: u32 = 0o1000;

/// Identifies the content and the permissions of a file: it changes when they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    place: (u64, u64),
    modified: (i64, i64),
    changed: (i64, i64),
}

impl From<Metadata> for Stamp {
    fn from(file: Metadata) -> Self {
        Self {
            place: (file.dev(), file.ino()),
            modified: (file.mtime(), file.mtime_nsec()),
            changed: (file.ctime(), file.ctime_nsec()),
        }
    }
}

pub fn stamp(path: &str) -> Option<Stamp> {
    fs::symlink_metadata(path).ok().map(Stamp::from)
}

/// The content of the file that `setting` names, which is wiped from memory at its end. The error says what is wrong and what to do.
pub fn read(setting: &str, path: &str) -> Result<(Zeroizing<Vec<u8>>, Stamp), ConfigError> {
    content(path).map_err(|problem| ConfigError::new(setting, problem))
}

fn content(path: &str) -> Result<(Zeroizing<Vec<u8>>, Stamp), String> {
    let unreadable = |error: io::Error| match error.raw_os_error() {
        Some(libc::ELOOP) => format!("{path} is a symbolic link: name the file itself"),
        _ => format!("{path} cannot be read: {}", reason(&error)),
    };
    if !path.starts_with('/') {
        return Err(format!("{path} is not an absolute path: begin it with '/'"));
    }
    let resolved = resolve(Path::new(path)).map_err(|problem| format!("{path} cannot be used: {problem}"))?;
    // O_NONBLOCK: to open a named pipe would wait for a writer.
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(resolved);
    let file = file.map_err(unreadable)?;
    let is = file.metadata().map_err(unreadable)?;
    if !is.is_file() {
        return Err(format!("{path} cannot be read: it is not a regular file"));
    }
    judge(path, &is)?;
    // Large enough at once: no copy of a secret is left in memory that was too small.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LARGEST as usize + 2));
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("{path} cannot be read: it has more than {LARGEST} bytes"));
    }
    Ok((bytes, Stamp::from(is)))
}

/// Resolves the symbolic links of the folders and checks each folder. A link as the last part stays: `open` refuses it.
fn resolve(path: &Path) -> Result<PathBuf, String> {
    let mut at = PathBuf::from("/");
    let mut left = names(path);
    let mut links = 0;
    loop {
        let told = |error: io::Error| describe(&at, error);
        judge(&at.to_string_lossy(), &fs::symlink_metadata(&at).map_err(told)?)?;
        let Some(name) = left.pop() else { return Ok(at) };
        let next = at.join(&name);
        if name == ".." {
            at.pop();
            continue;
        }
        if left.is_empty() {
            return Ok(next);
        }
        let told = |error: io::Error| describe(&next, error);
        if !fs::symlink_metadata(&next).map_err(told)?.is_symlink() {
            at = next;
            continue;
        }
        links += 1;
        if links > MOST_LINKS {
            return Err("its path has a loop of symbolic links".into());
        }
        let target = fs::read_link(&next).map_err(told)?;
        if target.is_absolute() {
            at = PathBuf::from("/");
        }
        left.extend(names(&target));
    }
}

/// The parts of a path in reverse order.
fn names(path: &Path) -> Vec<OsString> {
    let name = |component: Component<'_>| match component {
        Component::Normal(_) | Component::ParentDir => Some(component.as_os_str().to_owned()),
        _ => None,
    };
    let mut names: Vec<_> = path.components().filter_map(name).collect();
    names.reverse();
    names
}

fn describe(path: &Path, error: io::Error) -> String {
    format!("{}: {}", path.display(), reason(&error))
}

/// Processes that serve requests have given up root, so that a file for root alone cannot be read any more.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => format!(
            "PHP runs as user number {}, who may not read it: give it to a group of that user (chgrp, chmod g+r)",
            geteuid()
        ),
        _ => error.to_string(),
    }
}

fn judge(path: &str, is: &Metadata) -> Result<(), String> {
    if is.uid() != 0 && is.uid() != geteuid().as_raw() {
        return Err(format!(
            "{path} belongs to another user than root and the one that PHP runs as: chown root {path}"
        ));
    }
    let sticky = is.is_dir() && is.mode() & STICKY != 0;
    if is.mode() & WRITABLE_BY_OTHERS != 0 && !sticky {
        return Err(format!("{path} can be written by others: chmod go-w {path}"));
    }
    Ok(())
}
