//! Merges two changes of one session, for `rustsql.lock = merge`. It knows PHP's serialized format, but neither PHP nor a server.
//!
//! *base* is what this request read, *ours* is what it wants to write, *theirs* is what another request has stored meanwhile.
//!
//! | base, ours, theirs | result |
//! |---|---|
//! | ours is as base, or as theirs | theirs |
//! | theirs is as base | ours |
//! | both maps, and base is a map or absent | key by key, down to `depth` levels |
//! | one removed, the other changed | removed |
//! | ours cleared the session | cleared |
//! | theirs cleared it, ours changed | refused |
//! | two Unix times near now | the later one |
//! | list, object, other value, keys that share a variable or an object | conflict |
//! | one of the three cannot be split into its variables | conflict as a whole |
//!
//! - A *map* is an array that is no list. A *list* has the keys 0 to n-1 in this order: what one request inserts moves the items of the
//!   other. An empty array is an empty map.
//! - Keys with a shared variable (`R:`) or object (`r:`) in one of the three are one unit: all of them come from the same side, and
//!   their references are numbered anew. A case of an enum is a value: two keys that have the same one share nothing.
//! - The order of keys is that of theirs, then the new ones of ours, as if this request had run after the other. The keys of a unit
//!   stay together, where its first one is.
//! - A result is what PHP would write, with one exception: a reference to a case of an enum may be a second copy of it.
//!
//! | file | what it does |
//! |---|---|
//! | `words.rs` | what callers give and get |
//! | `scan.rs` | reads one token |
//! | `parse.rs` | finds the variables, the keys of arrays, and the references; it copies nothing |
//! | `session.rs` | what was found |
//! | `level.rs` | the keys of one level in all three, and which of them are one unit |
//! | `unit.rs` | compares keys and their values, whatever numbers their references have |
//! | `rules.rs` | the table above |
//! | `write.rs` | writes the result, with new numbers |
//! | `path.rs` | the name of a key, for messages |

#[cfg(test)]
mod data_tests;
mod level;
mod parse;
mod path;
mod rules;
mod scan;
mod session;
#[cfg(test)]
mod tests;
mod unit;
mod words;
mod write;

pub use words::{Conflict, Format, Merged, OnConflict, Rules, Unsplit};

/// `base` is `None` where this request found no session.
pub fn merge<'a>(
    rules: Rules,
    base: Option<&'a [u8]>,
    ours: &'a [u8],
    theirs: &'a [u8],
) -> Result<Merged<'a>, Conflict> {
    let format = rules.format;
    let base = base.unwrap_or_default();
    let same = |one: &[u8], other: &[u8]| one == other || format.is_empty(one) && format.is_empty(other);
    if same(ours, base) || same(ours, theirs) {
        return Ok(Merged::whole(theirs));
    }
    // From here on, base was not empty where one of the others is.
    if same(theirs, base) || format.is_empty(ours) {
        return Ok(Merged::whole(ours));
    }
    if format.is_empty(theirs) {
        return Err(Conflict::Cleared);
    }
    rules::merge(rules, [base, ours, theirs])
}
