//! A field for each setting. The list of settings (`keys`) fills them.

use std::time::Duration;

use super::secret_file::Stamp;
use super::target::Target;
use super::value::LockFailure;
use crate::envelope::Envelope;
use crate::lock::{LockTimeout, Mode};
use crate::merge::OnConflict;

/// The values of the settings in `keys::ALL`. Only [`Config::load`] makes a usable one: `default()` has no setting's default.
#[derive(Clone, Default, PartialEq)]
pub struct Config {
    pub target: Target,
    pub table: String,
    pub namespace: String,
    /// `None`: `auto`.
    pub lock: Option<Mode>,
    /// `rustsql.lock=merge`: sessions are read without a lock, and written with the changes of other requests.
    pub merges: bool,
    pub lock_timeout: LockTimeout,
    pub lock_failure: LockFailure,
    pub merge_conflict: OnConflict,
    pub merge_depth: u32,
    pub lock_ttl: Duration,
    /// 0: no bound.
    pub max_waiters: u32,
    /// 0: never.
    pub slow: Duration,
    pub read_only: bool,
    pub connect_timeout: Duration,
    pub io_timeout: Duration,
    pub retry_after: Duration,
    pub persistent: bool,
    pub persistent_size: u32,
    pub persistent_idle: Duration,
    pub pipelined_login: bool,
    pub touch_interval: Duration,
    /// `None`: `max_allowed_packet` of the server is the only limit.
    pub max_size: Option<usize>,
    pub envelope: Envelope,
    /// The name of the old save handler. `None`: there is none.
    pub migrate_from: Option<String>,
    pub migrate_path: String,
    pub migrate_keep: bool,
    pub store_empty: bool,
    pub auto_create: bool,
    /// The password may be sent as it is.
    pub cleartext: bool,
    /// In PEM format: the only key that the password is encrypted with.
    pub server_public_key: Option<Vec<u8>>,
    pub(super) server_public_key_file: String,
    pub(super) password_file: String,
    pub(super) defaults_file: String,
    pub(super) encryption_key_file: String,
    /// The files that were read, as they were.
    pub(super) files: Vec<(String, Stamp)>,
    pub(super) socket: Option<String>,
}
