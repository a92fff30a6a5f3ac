//! Reads the tokens of PHP's serialized format, one after the other. `parse` calls it.
//!
//! It accepts what PHP writes, and of numbers only the one way in which PHP writes them: so keys that are the same to PHP have the same
//! bytes. A length that the data says is compared with the data and never used to allocate.

use super::session::Span;
use super::words::Unsplit;

pub type Result<T> = std::result::Result<T, Unsplit>;

const UNREADABLE: Unsplit = Unsplit::Serializer;

pub struct Scanner<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0 }
    }

    pub fn at(&self) -> u32 {
        self.at as u32
    }

    pub fn is_at_end(&self) -> bool {
        self.at >= self.data.len()
    }

    pub fn byte(&mut self) -> Result<u8> {
        let byte = *self.data.get(self.at).ok_or(UNREADABLE)?;
        self.at += 1;
        Ok(byte)
    }

    pub fn expect(&mut self, text: &[u8]) -> Result<()> {
        if !self.rest().starts_with(text) {
            return Err(UNREADABLE);
        }
        self.at += text.len();
        Ok(())
    }

    /// A length or the number of a slot, and the byte behind it.
    pub fn number(&mut self, end: u8) -> Result<u32> {
        let mut number: u32 = 0;
        let first = self.at;
        loop {
            let byte = self.byte()?;
            match byte {
                b'0'..=b'9' if self.at == first + 1 || number != 0 => {
                    let digit = u32::from(byte - b'0');
                    number = number
                        .checked_mul(10)
                        .and_then(|number| number.checked_add(digit))
                        .ok_or(UNREADABLE)?;
                }
                _ if byte == end && self.at > first + 1 => return Ok(number),
                _ => return Err(UNREADABLE),
            }
        }
    }

    /// An integer, without the `;` behind it.
    pub fn integer(&mut self) -> Result<i64> {
        let length = self.rest().iter().take(20).take_while(|byte| **byte != b';').count();
        let (text, _) = self.rest().split_at(length);
        self.at += length;
        integer(text).ok_or(UNREADABLE)
    }

    /// The text of a float and its `;`. PHP refuses what is none; here it is only copied.
    pub fn float(&mut self) -> Result<()> {
        loop {
            match self.byte()? {
                b';' => return Ok(()),
                b'0'..=b'9' | b'.' | b'+' | b'-' | b'E' | b'e' | b'I' | b'N' | b'F' | b'A' => {}
                _ => return Err(UNREADABLE),
            }
        }
    }

    /// A length, and so many bytes in quotes.
    pub fn string(&mut self) -> Result<Span> {
        let length = self.number(b':')?;
        self.expect(b"\"")?;
        let span = self.bytes(length)?;
        self.expect(b"\"")?;
        Ok(span)
    }

    pub fn bytes(&mut self, length: u32) -> Result<Span> {
        let start = self.at();
        let length = length as usize;
        if length > self.rest().len() {
            return Err(UNREADABLE);
        }
        self.at += length;
        Ok(Span { start, end: self.at() })
    }

    /// All up to this byte, and the byte itself.
    pub fn until(&mut self, byte: u8) -> Result<()> {
        let length = memchr::memchr(byte, self.rest()).ok_or(UNREADABLE)?;
        self.at += length + 1;
        Ok(())
    }

    fn rest(&self) -> &'a [u8] {
        self.data.get(self.at..).unwrap_or_default()
    }
}

/// An integer as PHP writes it. As the key of an array, PHP takes also a string for an integer if it is written so.
pub fn integer(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    match digits {
        [] => None,
        [b'0'] => (!negative).then_some(0),
        [b'0', ..] => None,
        _ => digits.iter().try_fold(0_i64, |number, byte| {
            let digit = i64::from(byte.checked_sub(b'0').filter(|digit| *digit < 10)?);
            let number = number.checked_mul(10)?;
            // Downwards for negative ones: the smallest has no positive counterpart.
            if negative {
                number.checked_sub(digit)
            } else {
                number.checked_add(digit)
            }
        }),
    }
}
