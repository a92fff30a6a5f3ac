//! Arbitrary changes of an arbitrary session: they merge or not, without a panic and in memory that the data bounds, and the result
//! can be split again and does not depend on which of the two came first.
//!
//! The input makes serialized sessions (`Maker`), mostly readable ones; with another first byte it is the data itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use peak_alloc::PeakAlloc;

use rustsql::{Conflict, Format, Merged, OnConflict, Rules, merge};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const FORMATS: [Format; 4] = [Format::Php, Format::PhpSerialize, Format::PhpBinary, Format::Other];
const NOW: u64 = 1_800_000_000;
/// The most memory: so many times the data, and this much beside it.
const TIMES: usize = 64;
const BESIDE: usize = 1 << 13;

fuzz_target!(|bytes: &[u8]| {
    let [kind, rules, cut, rest @ ..] = bytes else { return };
    let rules = Rules {
        format: FORMATS[usize::from(rules % 4)],
        depth: 1 + u32::from(rules / 4 % 8),
        on_conflict: [OnConflict::Refuse, OnConflict::Stored][usize::from(rules / 32 % 2)],
        now: NOW,
    };
    let (first, rest) = rest.split_at(rest.len().min(usize::from(*cut)));
    let sides = if kind % 8 == 0 {
        let (second, third) = rest.split_at(rest.len() / 2);
        [first, second, third].map(<[u8]>::to_vec)
    } else {
        // Ours and theirs are base with other bytes at some places.
        let (ours, theirs) = rest.split_at(rest.len() / 2);
        [&[], ours, theirs].map(|changes: &[u8]| {
            let mut input = first.to_vec();
            for change in changes.chunks_exact(2) {
                let places = input.len().max(1);
                if let Some(byte) = input.get_mut(usize::from(change[0]) % places) {
                    *byte = change[1];
                }
            }
            Maker::new(rules.format, &input).session()
        })
    };
    let [base, ours, theirs] = sides.each_ref().map(Vec::as_slice);
    check(rules, base, ours, theirs);
});

fn check(rules: Rules, base: &[u8], ours: &[u8], theirs: &[u8]) {
    let is = |result: Result<_, Conflict>, data: &[u8]| result.is_ok_and(|merged: Merged<'_>| *merged.data == *data);
    assert!(is(merge(rules, Some(base), base, theirs), theirs));
    assert!(is(merge(rules, Some(base), ours, ours), ours));

    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let result = merge(rules, Some(base), ours, theirs);
    let taken = MEMORY.peak_usage().saturating_sub(before);
    let size = base.len() + ours.len() + theirs.len();
    assert!(taken <= TIMES * size + BESIDE, "{taken} bytes of memory for {size}");

    let other = merge(rules, Some(base), theirs, ours);
    let (merged, other) = match (result, other) {
        (Ok(merged), Ok(other)) => (merged, other),
        (Err(one), Err(other)) => {
            assert_eq!(
                matches!(one, Conflict::Unsplit(_)),
                matches!(other, Conflict::Unsplit(_))
            );
            return;
        }
        // Cleared by one of them.
        (one, other) => {
            let cleared = |result: &Result<_, Conflict>| matches!(result, Err(Conflict::Cleared));
            assert!(cleared(&one) || cleared(&other));
            return;
        }
    };
    assert_eq!(merged.conflicts, other.conflicts);
    assert!(merged.stayed.len() <= merged.conflicts);
    // The order of keys may differ, and a map of one order may be a list in the other. But keys and values are the same.
    let has_lists = merged.data.windows(4).any(|bytes| bytes == b"i:0;");
    if merged.conflicts == 0 && rules.format != Format::Other && !has_lists {
        match merge(rules, None, &merged.data, &other.data) {
            Ok(again) => assert_eq!(again.conflicts, 0),
            // What is damaged on a side that was not looked at.
            Err(why) => assert!(
                matches!(why, Conflict::Unsplit(_)) && is_unread(rules, base, ours, theirs),
                "{why:?}"
            ),
        }
    }
}

/// The result is known without a look at the data.
fn is_unread(rules: Rules, base: &[u8], ours: &[u8], theirs: &[u8]) -> bool {
    let is_empty = |data: &[u8]| data.is_empty() || rules.format == Format::PhpSerialize && data == b"a:0:{}";
    ours == theirs || ours == base || theirs == base || is_empty(ours) || is_empty(theirs)
}

/// Makes a session of arbitrary bytes: each says what comes next.
struct Maker<'a> {
    format: Format,
    input: &'a [u8],
    out: Vec<u8>,
    slots: u32,
}

impl<'a> Maker<'a> {
    fn new(format: Format, input: &'a [u8]) -> Self {
        let (out, slots) = (Vec::new(), 0);
        Self {
            format,
            input,
            out,
            slots,
        }
    }

    fn next(&mut self) -> u8 {
        let [first, rest @ ..] = self.input else { return 0 };
        self.input = rest;
        *first
    }

    fn session(mut self) -> Vec<u8> {
        if self.format == Format::PhpSerialize {
            self.slots = 1;
            self.entries("a", 0);
            return self.out;
        }
        // One name each, so that few are there twice.
        let mut name = b'a';
        while !self.input.is_empty() && name <= b'z' {
            match self.format {
                Format::PhpBinary => self.out.extend([1, name]),
                _ => self.out.extend([name, b'|']),
            }
            self.value(0);
            name += 1 + self.next() % 3;
        }
        self.out
    }

    /// A count, and so many entries.
    fn entries(&mut self, kind: &str, depth: u8) {
        let count = self.next() % 5;
        self.put(&format!("{kind}:{count}:{{"));
        let first = self.next() % 3;
        for key in first..first + count {
            match self.next() % 4 {
                0 => self.put(&format!("s:1:\"{}\";", char::from(b'k' + key))),
                1 => self.put(&format!("i:-{};", key + 1)),
                _ => self.put(&format!("i:{key};")),
            }
            self.value(depth + 1);
        }
        self.put("}");
    }

    fn value(&mut self, depth: u8) {
        let what = self.next();
        if what % 16 != 1 {
            self.slots += 1;
        }
        let number = what / 16;
        match what % 16 {
            0 => self.put("N;"),
            // Mostly of a value before this one.
            1 => {
                let slot = self.next() % (self.slots as u8 % 64 + 1) + 1;
                self.put(&format!("R:{};", u32::from(slot).min(self.slots.max(1))));
            }
            2 => {
                let slot = u32::from(self.next()) % self.slots.max(1);
                self.put(&format!("r:{slot};"));
            }
            3 => self.put(&format!("i:{};", NOW - u64::from(number))),
            4 => self.put(&format!("d:{}.5;", NOW - u64::from(number))),
            5 | 6 => self.put(&format!("E:3:\"E:{}\";", char::from(b'A' + number % 4))),
            7 => self.put(&format!("s:{number}:\"{}\";", "x".repeat(number.into()))),
            8 => self.put(&format!("b:{};", number % 2)),
            9..=12 if depth < 20 => self.entries("a", depth),
            13 if depth < 20 => self.entries("O:1:\"A\"", depth),
            14 if number == 15 => self.put("C:1:\"A\":1:{x}"),
            _ => self.put(&format!("i:{number};")),
        }
    }

    fn put(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }
}
