//! The keys of one map in base, ours and theirs: which entries belong together, and which keys are one unit.

use std::collections::HashMap;
use std::slice;

use super::session::{Entry, Kind, Session, Span, owner};
use super::words::Unsplit;

pub const BASE: usize = 0;
pub const OURS: usize = 1;
pub const THEIRS: usize = 2;

const NONE: u32 = u32::MAX;

pub struct Level<'s> {
    entries: [&'s [Entry]; 3],
    /// For each key where its entry is in the three.
    keys: Vec<[u32; 3]>,
    /// How many keys are in theirs or ours. They are first, in the order of the result.
    present: usize,
    /// For each key another one of its unit, or itself. Empty if no key is tied to another.
    parents: Vec<u32>,
    /// The units of several keys, by the key that is the last parent of all of them.
    tied: HashMap<u32, Tied>,
}

struct Tied {
    first: u32,
    /// In the order of the data.
    entries: [Vec<Entry>; 3],
}

impl<'s> Level<'s> {
    /// `maps` are entries on that level. Fails if a map has a key twice, or a reference to anything but its own entries.
    pub fn new(sessions: &'s [Session<'_>; 3], level: usize, maps: [Span; 3]) -> Result<Self, Unsplit> {
        let [base, ours, theirs] = sessions;
        let entries = [
            base.entries(level, maps[BASE]),
            ours.entries(level, maps[OURS]),
            theirs.entries(level, maps[THEIRS]),
        ];
        let mut new = Self {
            entries,
            keys: Vec::with_capacity(entries[THEIRS].len()),
            present: 0,
            parents: Vec::new(),
            tied: HashMap::new(),
        };
        new.find_keys(sessions)?;
        for side in [BASE, OURS, THEIRS] {
            new.tie(&sessions[side], side)?;
        }
        new.gather();
        Ok(new)
    }

    /// The keys of the result, in its order. Of a unit with several keys this is only the first.
    pub fn units(&self) -> impl Iterator<Item = u32> {
        (0..self.present as u32).filter(|key| self.tied(*key).is_none_or(|tied| tied.first == *key))
    }

    /// The entries of a key, or of all keys of its unit.
    pub fn entries(&self, key: u32) -> [&[Entry]; 3] {
        match self.tied(key) {
            Some(tied) => [&tied.entries[BASE], &tied.entries[OURS], &tied.entries[THEIRS]],
            None => [BASE, OURS, THEIRS].map(|side| self.entry(key, side).map(slice::from_ref).unwrap_or_default()),
        }
    }

    fn entry(&self, key: u32, side: usize) -> Option<&'s Entry> {
        self.entries[side].get(self.keys[key as usize][side] as usize)
    }

    fn tied(&self, key: u32) -> Option<&Tied> {
        self.tied.get(self.parents.get(key as usize)?)
    }

    fn find_keys(&mut self, sessions: &[Session<'_>; 3]) -> Result<(), Unsplit> {
        let mut numbers: HashMap<&[u8], u32> = HashMap::with_capacity(self.entries[THEIRS].len());
        for side in [THEIRS, OURS, BASE] {
            // Mostly the keys are the same, in the same order: then there is nothing to look for. Keys of theirs have the numbers
            // of their entries.
            let mut next = 0;
            for (at, entry) in self.entries[side].iter().enumerate() {
                let name = sessions[side].bytes(entry.key);
                let likely = self.entries[THEIRS].get(next as usize);
                let key = match likely {
                    Some(other) if side != THEIRS && sessions[THEIRS].bytes(other.key) == name => next,
                    _ => *numbers.entry(name).or_insert_with(|| {
                        self.keys.push([NONE; 3]);
                        self.keys.len() as u32 - 1
                    }),
                };
                next = key + 1;
                match self.keys.get_mut(key as usize) {
                    Some(places) if places[side] == NONE => places[side] = at as u32,
                    _ => return Err(Unsplit::Duplicate),
                }
            }
            if side == OURS {
                self.present = self.keys.len();
            }
        }
        Ok(())
    }

    /// Ties the keys of one side that share something.
    fn tie(&mut self, session: &Session<'_>, side: usize) -> Result<(), Unsplit> {
        let entries = self.entries[side];
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
            return Ok(());
        };
        let within = Span {
            start: first.marks.start,
            end: last.marks.end,
        };
        let mut at = 0;
        let mut pairs = Vec::new();
        for mark in session.marks(within) {
            let (Kind::Variable(slot) | Kind::Object(slot)) = mark.kind else {
                continue;
            };
            while entries.get(at).is_some_and(|entry| entry.value.end < mark.text.end) {
                at += 1;
            }
            match owner(entries, slot) {
                None => return Err(Unsplit::NoMap),
                Some(other) if other != at => pairs.push((at, other)),
                Some(_) => {}
            }
        }
        if pairs.is_empty() {
            return Ok(());
        }
        let mut key_of = vec![NONE; entries.len()];
        for (key, places) in self.keys.iter().enumerate() {
            if places[side] != NONE {
                key_of[places[side] as usize] = key as u32;
            }
        }
        if self.parents.is_empty() {
            self.parents = (0..self.keys.len() as u32).collect();
        }
        for (one, other) in pairs {
            let one = self.last_parent(key_of[one]);
            self.parents[one as usize] = self.last_parent(key_of[other]);
        }
        Ok(())
    }

    /// Puts together the entries of keys that are tied.
    fn gather(&mut self) {
        for key in 0..self.parents.len() as u32 {
            self.parents[key as usize] = self.last_parent(key);
        }
        // A key that is tied to none has no unit: it is nobody's parent.
        for (key, parent) in self.parents.iter().enumerate() {
            if *parent != key as u32 {
                let first = key as u32;
                let entries = [const { Vec::new() }; 3];
                self.tied.entry(*parent).or_insert(Tied { first, entries });
            }
        }
        for (key, parent) in self.parents.iter().enumerate() {
            let Some(tied) = self.tied.get_mut(parent) else {
                continue;
            };
            tied.first = tied.first.min(key as u32);
            for side in [BASE, OURS, THEIRS] {
                if let Some(entry) = self.entries[side].get(self.keys[key][side] as usize) {
                    tied.entries[side].push(*entry);
                }
            }
        }
        for tied in self.tied.values_mut() {
            for entries in &mut tied.entries {
                entries.sort_unstable_by_key(|entry| entry.value.start);
            }
        }
    }

    fn last_parent(&mut self, mut key: u32) -> u32 {
        while self.parents[key as usize] != key {
            // Halves the way for the next time.
            let next = self.parents[self.parents[key as usize] as usize];
            self.parents[key as usize] = next;
            key = next;
        }
        key
    }
}
