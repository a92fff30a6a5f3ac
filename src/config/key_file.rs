//! Reads the file with the encryption keys, once for the whole life of the process: at startup PHP may still be root, and the workers
//! may not read the file. A pool's own file is read when its first session opens.

use std::sync::Arc;

use parking_lot::Mutex;

use super::secret_file;
use super::value::Result;
use crate::envelope::Keys;
use crate::error::ConfigError;

const KEY: &str = "rustsql.encryption_key_file";

static READ: Mutex<Vec<(String, Arc<Keys>)>> = Mutex::new(Vec::new());

pub fn keys(path: &str) -> Result<Arc<Keys>> {
    let mut read = READ.lock();
    if let Some((_, keys)) = read.iter().find(|(of, _)| of == path) {
        return Ok(Arc::clone(keys));
    }
    let (bytes, _) = secret_file::read(KEY, path)?;
    let keys = Keys::parse(&bytes);
    let keys = Arc::new(keys.map_err(|problem| ConfigError::new(KEY, format!("{path}: {problem}")))?);
    read.push((path.to_owned(), Arc::clone(&keys)));
    Ok(keys)
}

/// Forgets the keys when PHP ends: it may start again in this process.
#[cfg(feature = "php")]
pub fn forget() {
    READ.lock().clear();
}
