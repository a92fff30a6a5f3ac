//! One key and its value, or several keys that share something, as one side has them.

use super::session::{Entry, Kind, Mark, Session, Shape, Span, owner};

/// Entries of one map, in their order. Their references stay among them.
#[derive(Clone, Copy)]
pub struct Unit<'s, 'a> {
    pub session: &'s Session<'a>,
    pub entries: &'s [Entry],
}

impl<'a> Unit<'_, 'a> {
    pub fn is_absent(&self) -> bool {
        self.entries.is_empty()
    }

    /// The key, or the first of them, as in the data.
    pub fn name(&self) -> &'a [u8] {
        self.entries.first().map_or(b"", |entry| self.session.bytes(entry.key))
    }

    /// The entries of its value, if it is one map. What is absent is an empty one.
    pub fn map(&self) -> Option<Span> {
        match self.entries {
            [] => Some(Span::EMPTY),
            [entry] => match entry.shape {
                Shape::Map(entries) => Some(entries),
                Shape::Other => None,
            },
            _ => None,
        }
    }

    /// Its value, if it is one integer or float.
    pub fn number(&self) -> Option<f64> {
        let [entry] = self.entries else { return None };
        let [b'i' | b'd', b':', number @ .., b';'] = self.session.bytes(entry.value) else {
            return None;
        };
        std::str::from_utf8(number).ok()?.parse().ok()
    }

    /// Whether keys and values are the same. The numbers of slots do not count, only what they name.
    pub fn is_same(&self, other: &Unit<'_, '_>) -> bool {
        self.entries.len() == other.entries.len()
            && (self.entries.iter().zip(other.entries)).all(|(one, two)| self.has_same(one, other, two))
    }

    fn has_same(&self, one: &Entry, other: &Unit<'_, '_>, two: &Entry) -> bool {
        if self.session.bytes(one.key) != other.session.bytes(two.key) {
            return false;
        }
        let (marks, others) = (self.session.marks(one.marks), other.session.marks(two.marks));
        if marks.len() != others.len() {
            return false;
        }
        let (mut rest, mut others_rest) = (one.value, two.value);
        for (mark, others) in marks.iter().zip(others) {
            let (before, others_before) = (rest.until(mark.text), others_rest.until(others.text));
            if self.session.bytes(before) != other.session.bytes(others_before)
                || self.target(mark) != other.target(others)
            {
                return false;
            }
            (rest, others_rest) = (rest.behind(mark.text), others_rest.behind(others.text));
        }
        self.session.bytes(rest) == other.session.bytes(others_rest)
    }

    /// What a mark stands for: its kind, which of the entries, and what within it.
    fn target(&self, mark: &Mark) -> (u8, usize, u32) {
        let (kind, slot) = match mark.kind {
            Kind::Case { case, .. } => return (b'E', 0, case),
            Kind::Object(slot) => (b'r', slot),
            Kind::Variable(slot) => (b'R', slot),
        };
        let (entry, within) = self.locate(slot);
        (kind, entry, within)
    }

    /// Which of the entries has a slot, and how many slots it has before that one.
    pub fn locate(&self, slot: u32) -> (usize, u32) {
        let at = owner(self.entries, slot).unwrap_or_default();
        let start = self.entries.get(at).map_or(0, |entry| entry.slots.start);
        (at, slot.saturating_sub(start))
    }
}
