//! The sessions that PHP's own save handler `files` has left: reads, removes and writes them as that does.
//!
//! `php::old_store` calls it. It does not call PHP's handler: that waits without bound for the lock of a file, ignores its age,
//! creates it if it is missing, and removes only what it has read. No error has the session id in it, which is part of the file's
//! name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use nix::unistd::{geteuid, getuid};

/// The interval in which the lock of a file is tried.
const POLL: Duration = Duration::from_millis(5);

/// The text says what is wrong, and what to do.
type Result<T> = std::result::Result<T, String>;

/// The folder of the sessions, as `session.save_path` names it: `path`, `depth;path` or `depth;mode;path`.
pub struct Files<'a> {
    folder: &'a str,
    /// The number of folders below it, each named by a character of the id.
    depth: usize,
    mode: u32,
    /// The longest time to wait for the lock of a file.
    wait: Duration,
}

impl<'a> Files<'a> {
    pub fn new(save_path: &'a str, wait: Duration) -> Result<Self> {
        let parts: Vec<_> = save_path.splitn(3, ';').collect();
        let folder = parts.last().copied().unwrap_or_default();
        let number = |at: usize, radix, default| match parts.len() > at + 1 {
            true => u32::from_str_radix(parts[at].trim(), radix).map_err(|_| {
                "its path does not begin with a number of folders and, in octal digits, the mode of a file: \
                 \"2;600;/var/lib/php/sessions\""
                    .to_owned()
            }),
            false => Ok(default),
        };
        Ok(Self {
            folder,
            depth: number(0, 10, 0)? as usize,
            mode: number(1, 8, 0o600)?,
            wait,
        })
    }

    pub fn folder(&self) -> &'a str {
        self.folder
    }

    /// The data of a session that was used within `lifetime`. `most`: the most bytes that it may have.
    pub fn find(&self, id: &str, lifetime: Duration, most: Option<usize>) -> Result<Option<Vec<u8>>> {
        let Some(mut file) = self.open(id, OpenOptions::new().read(true))? else {
            return Ok(None);
        };
        let is = self.metadata(&file)?;
        let age = is
            .modified()
            .ok()
            .and_then(|at| SystemTime::now().duration_since(at).ok());
        if age.is_some_and(|age| age.as_secs() > lifetime.as_secs()) {
            return Ok(None);
        }
        if let Some(most) = most.filter(|most| is.len() > *most as u64) {
            return Err(format!(
                "it has {} bytes, and memory_limit leaves {most}; raise memory_limit",
                is.len()
            ));
        }
        let mut data = Vec::with_capacity(usize::try_from(is.len()).unwrap_or_default());
        file.read_to_end(&mut data).map_err(|error| self.unusable(&error))?;
        Ok((!data.is_empty()).then_some(data))
    }

    /// False: there was no such session.
    pub fn remove(&self, id: &str) -> Result<bool> {
        // A request of the old handler that has the file open writes it before.
        let Some(_locked) = self.open(id, OpenOptions::new().read(true))? else {
            return Ok(false);
        };
        match fs::remove_file(self.path(id).unwrap_or_default()) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(error) => Err(self.unusable(&error)),
        }
    }

    pub fn write(&self, id: &str, data: &[u8]) -> Result<()> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).mode(self.mode);
        let Some(mut file) = self.open(id, &mut options)? else {
            return Err("its file was removed meanwhile".to_owned());
        };
        let written = file.set_len(0).and_then(|()| file.write_all(data));
        written.map_err(|error| self.unusable(&error))
    }

    /// `None`: the id is too short for the folders.
    fn path(&self, id: &str) -> Option<PathBuf> {
        let mut path = PathBuf::from(self.folder);
        if id.len() <= self.depth {
            return None;
        }
        path.extend(id.chars().take(self.depth).map(String::from));
        path.push(format!("sess_{id}"));
        Some(path)
    }

    /// Opens and locks the file. `None`: there is no such file.
    fn open(&self, id: &str, options: &mut OpenOptions) -> Result<Option<Flock<File>>> {
        let Some(path) = self.path(id) else { return Ok(None) };
        // O_NONBLOCK: to open a named pipe would wait for its other end.
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC);
        let file = match options.open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return match fs::metadata(self.folder) {
                    Ok(is) if is.is_dir() => Ok(None),
                    Ok(_) => Err(format!("{} is not a folder", self.folder)),
                    Err(error) => Err(self.unusable(&error)),
                };
            }
            Err(error) => return Err(self.unusable(&error)),
        };
        let is = self.metadata(&file)?;
        if !is.is_file() {
            return Err(format!("what it has in {} is not a regular file", self.folder));
        }
        // As PHP: not the sessions of another user's applications.
        let us = [getuid().as_raw(), geteuid().as_raw()];
        if is.uid() != 0 && us[0] != 0 && !us.contains(&is.uid()) {
            return Err(format!(
                "its file in {} belongs to another user, whose sessions PHP does not use either",
                self.folder
            ));
        }
        let locked = self.lock(file)?;
        // A request of the old handler has removed the file, while this one waited for it.
        Ok((self.metadata(&locked)?.nlink() > 0).then_some(locked))
    }

    fn lock(&self, mut file: File) -> Result<Flock<File>> {
        let started = Instant::now();
        loop {
            file = match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
                Ok(locked) => return Ok(locked),
                Err((file, Errno::EWOULDBLOCK | Errno::EINTR)) => file,
                Err((_, error)) => return Err(self.unusable(&error.into())),
            };
            if started.elapsed() >= self.wait {
                return Err(format!(
                    "waited {:.1} s for its file in {}, which a request of the old handler has locked",
                    self.wait.as_secs_f64(),
                    self.folder
                ));
            }
            sleep(POLL);
        }
    }

    fn metadata(&self, file: &File) -> Result<fs::Metadata> {
        file.metadata().map_err(|error| self.unusable(&error))
    }

    fn unusable(&self, error: &io::Error) -> String {
        format!("its folder {} or its file there cannot be used: {error}", self.folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    /// A folder that ends with its test.
    struct Folder(String);

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    impl std::fmt::Display for Folder {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(&self.0)
        }
    }

    fn folder(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("rustsql-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path.to_str().unwrap().to_owned())
    }

    fn files(path: &str) -> Files<'_> {
        Files::new(path, Duration::from_millis(20)).unwrap()
    }

    #[test]
    fn reads_what_php_has_written() {
        let folder = folder("read");
        fs::write(format!("{folder}/sess_abc"), "n|i:1;").unwrap();
        fs::write(format!("{folder}/sess_empty"), "").unwrap();
        let files = files(&folder.0);
        assert_eq!(files.find("abc", HOUR, None), Ok(Some(b"n|i:1;".to_vec())));
        assert_eq!(files.find("empty", HOUR, None), Ok(None));
        assert_eq!(files.find("none", HOUR, None), Ok(None));
        assert!(files.find("abc", HOUR, Some(5)).is_err());
        assert_eq!((files.remove("abc"), files.remove("abc")), (Ok(true), Ok(false)));
    }

    #[test]
    fn depth_and_mode_are_in_front_of_the_folder() {
        let folder = folder("depth");
        let path = format!("2;640;{folder}");
        fs::create_dir_all(format!("{folder}/a/b")).unwrap();
        let files = files(&path);
        files.write("abc", b"n|i:2;").unwrap();
        let is = fs::metadata(format!("{folder}/a/b/sess_abc")).unwrap();
        assert_eq!((is.len(), is.mode() & 0o111), (6, 0));
        assert_eq!(files.find("abc", HOUR, None), Ok(Some(b"n|i:2;".to_vec())));
        // Too short for two folders, and a folder that is missing.
        assert_eq!(
            (files.find("ab", HOUR, None), files.find("xyz", HOUR, None)),
            (Ok(None), Ok(None))
        );
        assert!(Files::new("x;/tmp", HOUR).is_err() && Files::new("1;9;/tmp", HOUR).is_err());
    }

    #[test]
    fn an_old_session_is_absent() {
        let folder = folder("old");
        let name = format!("{folder}/sess_abc");
        fs::write(&name, "n|i:1;").unwrap();
        let old = SystemTime::now() - HOUR - Duration::from_secs(10);
        File::options()
            .write(true)
            .open(&name)
            .unwrap()
            .set_modified(old)
            .unwrap();
        assert_eq!(files(&folder.0).find("abc", HOUR, None), Ok(None));
        assert!(
            files(&folder.0)
                .find("abc", 2 * HOUR, None)
                .is_ok_and(|data| data.is_some())
        );
    }

    #[test]
    fn what_cannot_be_used_is_an_error_without_the_id() {
        let folder = folder("bad");
        std::os::unix::fs::symlink("/etc/passwd", format!("{folder}/sess_abc")).unwrap();
        fs::create_dir(format!("{folder}/sess_abd")).unwrap();
        fs::write(format!("{folder}/sess_abe"), "x").unwrap();
        let holder = File::open(format!("{folder}/sess_abe")).unwrap();
        let holder = Flock::lock(holder, FlockArg::LockExclusive)
            .map_err(|(_, error)| error)
            .unwrap();
        for id in ["abc", "abd", "abe"] {
            let problem = files(&folder.0).find(id, HOUR, None).unwrap_err();
            assert!(!problem.contains(id) && problem.contains(&folder.0), "{problem}");
        }
        drop(holder);
        assert!(files(&folder.0).find("abe", HOUR, None).is_ok());
        assert!(files("/nonexistent").find("abc", HOUR, None).is_err());
    }
}
