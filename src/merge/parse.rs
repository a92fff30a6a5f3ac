//! Splits serialized data into its variables and the keys of its maps, and finds its references. Once over the data, without
//! recursion; what it allocates is bounded by the size of the data.

use std::collections::HashMap;

use super::scan::{Result, Scanner, integer};
use super::session::{Entry, Kind, Mark, Session, Shape, Span};
use super::words::{Format, MOST_KEYS, Unsplit};

/// The cases of enums in all data that is merged: their names, and numbers for them.
#[derive(Default)]
pub struct Cases<'a> {
    numbers: HashMap<&'a [u8], u32>,
    pub names: Vec<&'a [u8]>,
}

impl<'a> Cases<'a> {
    fn number(&mut self, name: &'a [u8]) -> u32 {
        *self.numbers.entry(name).or_insert_with(|| {
            self.names.push(name);
            self.names.len() as u32 - 1
        })
    }
}

pub struct Parser<'a, 'c> {
    format: Format,
    depth: usize,
    scan: Scanner<'a>,
    session: Session<'a>,
    /// How many there were so far.
    slots: u32,
    /// The maps that the scanner is in and whose entries are kept, from the session itself inwards.
    maps: Vec<OpenMap>,
    /// The arrays and objects inside those: how many entries each still has.
    within: Vec<u32>,
    cases: &'c mut Cases<'a>,
    /// Which slots have which of them.
    slots_of_cases: Vec<(u32, u32)>,
}

struct OpenMap {
    /// `None`: up to the end of the data.
    left: Option<u32>,
    first: u32,
    /// The keys so far are 0, 1, 2 ...
    is_list: bool,
    /// It has a key that PHP would not have written so.
    is_odd: bool,
}

pub fn parse<'a>(format: Format, depth: usize, data: &'a [u8], cases: &mut Cases<'a>) -> Result<Session<'a>> {
    let session = Session {
        data,
        levels: vec![Vec::new(); depth],
        marks: Vec::new(),
        root: Span::EMPTY,
    };
    if format.is_empty(data) {
        return Ok(session);
    }
    let parser = Parser {
        format,
        depth,
        scan: Scanner::new(data),
        session,
        slots: 0,
        maps: Vec::new(),
        within: Vec::new(),
        cases,
        slots_of_cases: Vec::new(),
    };
    parser.run()
}

impl<'a> Parser<'a, '_> {
    fn run(mut self) -> Result<Session<'a>> {
        match self.format {
            Format::PhpSerialize => {
                self.scan.expect(b"a:")?;
                self.slots = 1;
                let left = self.count()?;
                self.open_map(Some(left));
            }
            Format::Php | Format::PhpBinary => self.open_map(None),
            Format::Other => return Err(Unsplit::Serializer),
        }
        while let Some(map) = self.maps.last_mut() {
            if let Some(left) = self.within.last_mut() {
                if *left == 0 {
                    self.scan.expect(b"}")?;
                    self.within.pop();
                    self.value_ends();
                } else {
                    *left -= 1;
                    self.key()?;
                    self.value()?;
                }
                continue;
            }
            let ended = match &mut map.left {
                None => self.scan.is_at_end(),
                Some(0) => {
                    self.scan.expect(b"}")?;
                    true
                }
                Some(left) => {
                    *left -= 1;
                    false
                }
            };
            if ended {
                self.close_map()?;
            } else {
                self.entry_begins()?;
                self.value()?;
            }
        }
        if !self.scan.is_at_end() {
            return Err(Unsplit::Serializer);
        }
        Ok(self.session)
    }

    fn count(&mut self) -> Result<u32> {
        let count = self.scan.number(b':')?;
        self.scan.expect(b"{")?;
        Ok(count)
    }

    fn open_map(&mut self, left: Option<u32>) {
        let level = self.maps.len();
        self.maps.push(OpenMap {
            first: self.session.levels.get(level).map_or(0, Vec::len) as u32,
            is_list: left.is_some(),
            is_odd: false,
            left,
        });
    }

    fn close_map(&mut self) -> Result<()> {
        let Some(map) = self.maps.pop() else { return Ok(()) };
        let entries = Span {
            start: map.first,
            end: self.session.levels.get(self.maps.len()).map_or(0, Vec::len) as u32,
        };
        let is_list = map.is_list && entries.start < entries.end;
        let kept: usize = self.session.levels.iter().map(Vec::len).sum();
        let is_map = !is_list && !map.is_odd && kept <= MOST_KEYS;
        if !is_map {
            self.forget(map.first);
        }
        match self.last_entry() {
            Some(entry) if is_map => entry.shape = Shape::Map(entries),
            Some(_) => {}
            None if is_map => self.session.root = entries,
            None if kept > MOST_KEYS => return Err(Unsplit::TooLarge),
            None => return Err(Unsplit::NoMap),
        }
        self.value_ends();
        Ok(())
    }

    /// The entries of the innermost map, from this one on, and those of maps in them.
    fn forget(&mut self, mut first: u32) {
        for entries in self.session.levels.iter_mut().skip(self.maps.len()) {
            let inner = |entry: &Entry| match entry.shape {
                Shape::Map(entries) => Some(entries.start),
                Shape::Other => None,
            };
            let next = entries.get(first as usize..).and_then(|all| all.iter().find_map(inner));
            entries.truncate(first as usize);
            let Some(next) = next else { return };
            first = next;
        }
    }

    /// The entry that the scanner is in, of the innermost map whose entries are kept.
    fn last_entry(&mut self) -> Option<&mut Entry> {
        let level = self.maps.len().checked_sub(1)?;
        self.session.levels.get_mut(level)?.last_mut()
    }

    /// A key of a map whose entries are kept, or a name in front of a variable.
    fn entry_begins(&mut self) -> Result<()> {
        let start = self.scan.at();
        let is_variable = self.maps.len() == 1;
        match self.format {
            Format::Php if is_variable => self.scan.until(b'|')?,
            Format::PhpBinary if is_variable => {
                let length = self.scan.byte()?;
                // The highest bit marks a variable without a value, which PHP no longer writes.
                if length > 127 {
                    return Err(Unsplit::Serializer);
                }
                self.scan.bytes(length.into())?;
            }
            _ => {
                let (number, is_odd) = self.key()?;
                let level = self.maps.len() - 1;
                let so_far = self.session.levels.get(level).map_or(0, Vec::len);
                if let Some(map) = self.maps.last_mut() {
                    map.is_list &= number == Some((so_far - map.first as usize) as i64);
                    map.is_odd |= is_odd;
                }
            }
        }
        let end = self.scan.at();
        let entry = Entry {
            key: Span { start, end },
            value: Span::at(end),
            slots: Span::at(self.slots + 1),
            marks: Span::at(self.session.marks.len() as u32),
            shape: Shape::Other,
        };
        let level = self.maps.len() - 1;
        if let Some(entries) = self.session.levels.get_mut(level) {
            entries.push(entry);
        }
        Ok(())
    }

    /// The key of an array or object: its number if it is one, and whether it is a string that PHP takes for a number in an array.
    fn key(&mut self) -> Result<(Option<i64>, bool)> {
        match self.scan.byte()? {
            b'i' => {
                self.scan.expect(b":")?;
                let number = self.scan.integer()?;
                self.scan.expect(b";")?;
                Ok((Some(number), false))
            }
            b's' => {
                self.scan.expect(b":")?;
                let text = self.scan.string()?;
                self.scan.expect(b";")?;
                Ok((None, integer(text.of(self.session.data)).is_some()))
            }
            _ => Err(Unsplit::Serializer),
        }
    }

    /// A value, or its beginning if it is an array or object.
    fn value(&mut self) -> Result<()> {
        let start = self.scan.at();
        let tag = self.scan.byte()?;
        if tag != b'R' {
            self.slots += 1;
        }
        self.scan.expect(if tag == b'N' { b";" } else { b":" })?;
        match tag {
            b'N' => {}
            b'b' => {
                if !matches!(self.scan.byte()?, b'0' | b'1') {
                    return Err(Unsplit::Serializer);
                }
                self.scan.expect(b";")?;
            }
            b'i' => {
                self.scan.integer()?;
                self.scan.expect(b";")?;
            }
            b'd' => self.scan.float()?,
            b's' => {
                self.scan.string()?;
                self.scan.expect(b";")?;
            }
            b'E' => {
                self.scan.string()?;
                self.scan.expect(b";")?;
                let name = self.text_from(start).of(self.session.data);
                let case = self.cases.number(name);
                self.case(start, case);
            }
            b'r' | b'R' => self.reference(start, tag == b'R')?,
            b'a' | b'O' => {
                if tag == b'O' {
                    self.scan.string()?;
                    self.scan.expect(b":")?;
                }
                let count = self.count()?;
                if tag == b'a' && self.within.is_empty() && self.maps.len() < self.depth {
                    self.open_map(Some(count));
                } else {
                    self.within.push(count);
                }
                return Ok(());
            }
            b'C' => return Err(Unsplit::OwnFormat),
            _ => return Err(Unsplit::Serializer),
        }
        self.value_ends();
        Ok(())
    }

    fn reference(&mut self, start: u32, to_variable: bool) -> Result<()> {
        let slot = self.scan.number(b';')?;
        // Its own slot is taken already if it has one.
        let before = if to_variable { self.slots } else { self.slots - 1 };
        if slot == 0 || slot > before {
            return Err(Unsplit::Serializer);
        }
        if to_variable {
            self.mark(start, Kind::Variable(slot));
            return Ok(());
        }
        let known = self.slots_of_cases.partition_point(|(other, _)| *other < slot);
        match self.slots_of_cases.get(known) {
            Some(&(found, case)) if found == slot => self.case(start, case),
            _ => self.mark(start, Kind::Object(slot)),
        }
        Ok(())
    }

    fn case(&mut self, start: u32, case: u32) {
        let slot = self.slots;
        self.slots_of_cases.push((slot, case));
        self.mark(start, Kind::Case { case, slot });
    }

    fn mark(&mut self, start: u32, kind: Kind) {
        let text = self.text_from(start);
        self.session.marks.push(Mark { text, kind });
    }

    fn text_from(&self, start: u32) -> Span {
        Span {
            start,
            end: self.scan.at(),
        }
    }

    fn value_ends(&mut self) {
        if !self.within.is_empty() {
            return;
        }
        let (at, slots, marks) = (self.scan.at(), self.slots, self.session.marks.len() as u32);
        if let Some(entry) = self.last_entry() {
            entry.value.end = at;
            entry.slots.end = slots + 1;
            entry.marks.end = marks;
        }
    }
}
