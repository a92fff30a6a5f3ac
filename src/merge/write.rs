//! Writes merged data. Slots get new numbers, and so do the references to them.

use std::io::Write;

use super::session::{Entry, Kind, Span};
use super::unit::Unit;

pub struct Writer {
    out: Vec<u8>,
    /// How many slots were written.
    slots: u32,
    /// For each case of an enum the slot where its name was written; 0 if it was not yet.
    cases: Vec<u32>,
}

impl Writer {
    pub fn new(capacity: usize, cases: usize) -> Self {
        Self {
            out: Vec::with_capacity(capacity),
            slots: 0,
            cases: vec![0; cases],
        }
    }

    pub fn finish(self) -> Vec<u8> {
        self.out
    }

    /// Begins an array, and returns what `end_map` needs.
    pub fn begin_map(&mut self, key: &[u8]) -> usize {
        self.out.extend_from_slice(key);
        self.slots += 1;
        self.out.len()
    }

    pub fn end_map(&mut self, begin: usize, entries: usize) {
        let head = format!("a:{entries}:{{");
        self.out.splice(begin..begin, head.into_bytes());
        self.out.push(b'}');
    }

    pub fn write(&mut self, unit: Unit<'_, '_>, names: &[&[u8]]) {
        // The first slots of the entries so far.
        let mut starts = Vec::with_capacity(unit.entries.len());
        for entry in unit.entries {
            starts.push(self.slots + 1);
            self.out.extend_from_slice(unit.session.bytes(entry.key));
            self.value(unit, entry, &starts, names);
            self.slots += entry.slots.end - entry.slots.start;
        }
    }

    fn value(&mut self, unit: Unit<'_, '_>, entry: &Entry, starts: &[u32], names: &[&[u8]]) {
        let mut rest: Span = entry.value;
        for mark in unit.session.marks(entry.marks) {
            self.out.extend_from_slice(unit.session.bytes(rest.until(mark.text)));
            rest = rest.behind(mark.text);
            let new = |slot| {
                let (at, within) = unit.locate(slot);
                // A reference names what is before it.
                starts.get(at).map_or(0, |start| start + within)
            };
            match mark.kind {
                Kind::Variable(slot) => self.reference('R', new(slot)),
                Kind::Object(slot) => self.reference('r', new(slot)),
                Kind::Case { case, slot } => match self.cases[case as usize] {
                    0 => {
                        self.cases[case as usize] = new(slot);
                        self.out.extend_from_slice(names[case as usize]);
                    }
                    first => self.reference('r', first),
                },
            }
        }
        self.out.extend_from_slice(unit.session.bytes(rest));
    }

    fn reference(&mut self, kind: char, slot: u32) {
        // Memory cannot refuse a write.
        let _ = write!(self.out, "{kind}:{slot};");
    }
}
