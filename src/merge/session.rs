//! Serialized data, split: the keys and values of its maps down to some level, and its references. `parse` makes it; the bytes stay
//! where they are.
//!
//! PHP numbers the values of the data in their order; a value's number is its *slot*. References name slots. A key has none, and
//! neither has a value `R:`, which is the variable that it names.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub const EMPTY: Self = Self { start: 0, end: 0 };

    /// Empty, and there.
    pub fn at(start: u32) -> Self {
        Self { start, end: start }
    }

    /// What is in front of a part of it.
    pub fn until(self, part: Self) -> Self {
        let start = self.start;
        Self { start, end: part.start }
    }

    /// What is behind a part of it.
    pub fn behind(self, part: Self) -> Self {
        let end = self.end;
        Self { start: part.end, end }
    }

    pub fn of<T>(self, items: &[T]) -> &[T] {
        items.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// A key and its value.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// With what separates it from the value, so that equal keys of a level have equal bytes.
    pub key: Span,
    pub value: Span,
    pub slots: Span,
    /// Which of the session's marks are in the value.
    pub marks: Span,
    pub shape: Shape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// An array that is no list. Its entries, on the next level.
    Map(Span),
    /// Anything that is never merged, also a map below the last level.
    Other,
}

/// A place in the data whose bytes depend on other values.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    pub text: Span,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// `R:` is the variable of that slot.
    Variable(u32),
    /// `r:` is the object of that slot.
    Object(u32),
    /// A case of an enum, in its own slot: PHP writes its name, and for the same case later on `r:`. `case` numbers the names.
    Case { case: u32, slot: u32 },
}

pub struct Session<'a> {
    pub data: &'a [u8],
    /// The entries of each level, in the order of the data. Those of one map are together.
    pub levels: Vec<Vec<Entry>>,
    pub marks: Vec<Mark>,
    /// The session's variables.
    pub root: Span,
}

impl<'a> Session<'a> {
    pub fn bytes(&self, span: Span) -> &'a [u8] {
        span.of(self.data)
    }

    pub fn entries(&self, level: usize, span: Span) -> &[Entry] {
        self.levels.get(level).map(|all| span.of(all)).unwrap_or_default()
    }

    pub fn marks(&self, span: Span) -> &[Mark] {
        span.of(&self.marks)
    }
}

/// The entry with that slot, among entries of one map.
pub fn owner(entries: &[Entry], slot: u32) -> Option<usize> {
    let at = entries.partition_point(|entry| entry.slots.end <= slot);
    entries.get(at).filter(|entry| entry.slots.start <= slot).map(|_| at)
}
