//! What callers of the merger give and get.

use std::borrow::Cow;

/// Larger data is never split.
pub const LARGEST: usize = 1 << 20;
/// Of more keys than this, on the levels that are merged, the largest maps are not split.
pub const MOST_KEYS: usize = 1 << 14;
/// The most levels that are merged, whatever the setting says.
pub const DEEPEST: u32 = 16;

/// PHP's `session.serialize_handler`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Php,
    PhpSerialize,
    PhpBinary,
    /// Nothing is known of it.
    Other,
}

impl Format {
    pub fn named(name: &[u8]) -> Self {
        match name {
            b"php" => Self::Php,
            b"php_serialize" => Self::PhpSerialize,
            b"php_binary" => Self::PhpBinary,
            _ => Self::Other,
        }
    }

    pub fn is_empty(self, data: &[u8]) -> bool {
        data.is_empty() || self == Self::PhpSerialize && data == b"a:0:{}"
    }
}

/// `rustsql.merge_conflict`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnConflict {
    /// Nothing is merged.
    Refuse,
    /// The stored value stays for that key.
    Stored,
}

#[derive(Debug, Clone, Copy)]
pub struct Rules {
    pub format: Format,
    /// `rustsql.merge_depth`: 1 merges the session's variables, 2 also the keys of those that are maps.
    pub depth: u32,
    pub on_conflict: OnConflict,
    /// The Unix time.
    pub now: u64,
}

/// What is to be stored.
#[derive(Debug)]
pub struct Merged<'a> {
    pub data: Cow<'a, [u8]>,
    /// The keys whose stored value stayed after a conflict. They are the first of `conflicts`.
    pub stayed: Vec<String>,
    pub conflicts: usize,
}

/// Why nothing is merged.
#[derive(Debug, PartialEq, Eq)]
pub enum Conflict {
    /// Both changed this key, which is named as in a script.
    Key(String),
    /// Another request has cleared the session.
    Cleared,
    Unsplit(Unsplit),
}

/// Why data cannot be split into its variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsplit {
    /// More than `LARGEST` bytes, or more than `MOST_KEYS` variables.
    TooLarge,
    /// No serializer of PHP itself made it.
    Serializer,
    /// An object whose class has a format of its own (`Serializable`): it may have references that nobody else can read.
    OwnFormat,
    /// `$_SESSION` itself is a list, or has a reference to itself.
    NoMap,
    /// A key is there twice.
    Duplicate,
    /// `merge_depth` is 0.
    Depth,
}

impl<'a> Merged<'a> {
    pub fn whole(data: &'a [u8]) -> Self {
        Self {
            data: Cow::Borrowed(data),
            stayed: Vec::new(),
            conflicts: 0,
        }
    }
}
