//! The rules of merging: what becomes of each key. The table is in `mod.rs`.

use std::borrow::Cow;

use super::level::{BASE, Level, OURS, THEIRS};
use super::parse::{Cases, parse};
use super::path;
use super::session::Session;
use super::unit::Unit;
use super::words::{Conflict, DEEPEST, Format, LARGEST, Merged, OnConflict, Rules, Unsplit};
use super::write::Writer;

/// How old a time may be that a request has stored, and how far a web host's clock may be ahead, in seconds.
const OLDEST: f64 = 3600.0;
const AHEAD: f64 = 60.0;
/// How many keys are named.
const NAMED: usize = 8;

pub fn merge<'a>(rules: Rules, all: [&'a [u8]; 3]) -> Result<Merged<'a>, Conflict> {
    if all.iter().any(|data| data.len() > LARGEST) {
        return Err(Conflict::Unsplit(Unsplit::TooLarge));
    }
    let mut cases = Cases::default();
    let depth = rules.depth.clamp(1, DEEPEST) as usize;
    let mut split = |data| parse(rules.format, depth, data, &mut cases).map_err(Conflict::Unsplit);
    let [base, ours, theirs] = all;
    let sessions = [split(base)?, split(ours)?, split(theirs)?];
    let roots = [sessions[BASE].root, sessions[OURS].root, sessions[THEIRS].root];
    let root = Level::new(&sessions, 0, roots).map_err(Conflict::Unsplit)?;
    let mut merger = Merger {
        rules,
        sessions: &sessions,
        names: &cases.names,
        writer: Writer::new(ours.len() + theirs.len(), cases.names.len()),
        path: Vec::new(),
        stayed: Vec::new(),
        conflicts: 0,
    };
    if rules.format == Format::PhpSerialize {
        merger.map(b"", 0, &root)?;
    } else {
        merger.keys(0, &root)?;
    }
    Ok(Merged {
        data: Cow::Owned(merger.writer.finish()),
        stayed: merger.stayed,
        conflicts: merger.conflicts,
    })
}

struct Merger<'s, 'a> {
    rules: Rules,
    sessions: &'s [Session<'a>; 3],
    names: &'s [&'a [u8]],
    writer: Writer,
    /// The keys of the maps around.
    path: Vec<&'a [u8]>,
    stayed: Vec<String>,
    conflicts: usize,
}

enum Outcome<'s> {
    /// As this side has it, which may be not at all.
    Side(usize),
    /// The map of this key, key by key.
    Map(Level<'s>),
    Conflict,
}

impl<'s, 'a> Merger<'s, 'a> {
    fn map(&mut self, key: &[u8], level: usize, keys: &Level<'s>) -> Result<(), Conflict> {
        let begin = self.writer.begin_map(key);
        let entries = self.keys(level, keys)?;
        self.writer.end_map(begin, entries);
        Ok(())
    }

    /// Writes the keys of one map, and returns how many.
    fn keys(&mut self, level: usize, keys: &Level<'s>) -> Result<usize, Conflict> {
        let mut written = 0;
        for key in keys.units() {
            let entries = keys.entries(key);
            let [base, ours, theirs] = [BASE, OURS, THEIRS].map(|side| Unit {
                session: &self.sessions[side],
                entries: entries[side],
            });
            let unit = match self.outcome(level, [base, ours, theirs]) {
                Outcome::Side(OURS) => ours,
                Outcome::Side(_) => theirs,
                Outcome::Map(inner) => {
                    let name = theirs.name();
                    self.path.push(name);
                    self.map(name, level + 1, &inner)?;
                    self.path.pop();
                    written += 1;
                    continue;
                }
                Outcome::Conflict => {
                    self.conflict(theirs.name())?;
                    theirs
                }
            };
            self.writer.write(unit, self.names);
            written += unit.entries.len();
        }
        Ok(written)
    }

    fn outcome(&self, level: usize, [base, ours, theirs]: [Unit<'_, '_>; 3]) -> Outcome<'s> {
        if ours.is_same(&base) || ours.is_same(&theirs) {
            return Outcome::Side(THEIRS);
        }
        if theirs.is_same(&base) {
            return Outcome::Side(OURS);
        }
        // Base had it, and the other has changed it: it is removed all the same.
        if ours.is_absent() {
            return Outcome::Side(OURS);
        }
        if theirs.is_absent() {
            return Outcome::Side(THEIRS);
        }
        let maps = (base.map(), ours.map(), theirs.map());
        if let (Some(base), Some(ours), Some(theirs)) = maps
            && let Ok(keys) = Level::new(self.sessions, level + 1, [base, ours, theirs])
        {
            return Outcome::Map(keys);
        }
        if base.is_absent() || base.number().is_some() {
            match (self.time(ours), self.time(theirs)) {
                (Some(ours), Some(theirs)) if ours > theirs => return Outcome::Side(OURS),
                (Some(_), Some(_)) => return Outcome::Side(THEIRS),
                _ => {}
            }
        }
        Outcome::Conflict
    }

    /// The Unix time that the value is, if it can be that of a request which has just ended.
    fn time(&self, unit: Unit<'_, '_>) -> Option<f64> {
        let now = self.rules.now as f64;
        unit.number().filter(|time| (now - OLDEST..=now + AHEAD).contains(time))
    }

    fn conflict(&mut self, key: &'a [u8]) -> Result<(), Conflict> {
        self.conflicts += 1;
        if self.rules.on_conflict == OnConflict::Stored && self.stayed.len() >= NAMED {
            return Ok(());
        }
        self.path.push(key);
        let name = path::name(self.rules.format, &self.path);
        self.path.pop();
        match self.rules.on_conflict {
            OnConflict::Refuse => Err(Conflict::Key(name)),
            OnConflict::Stored => {
                self.stayed.push(name);
                Ok(())
            }
        }
    }
}
