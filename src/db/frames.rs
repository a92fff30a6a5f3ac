//! Reads along what a server answers, and refuses what it cannot mean.
//!
//! The mysql crate makes room for as many columns as an answer says that it has, before it has seen one. What no machine has
//! room for ends the process, and not by a panic. On an empty packet it panics, and again as that unwinds, which ends the
//! process as well. `socket` calls it with what it received, at the login and while an answer is awaited.

/// The largest numbers of columns, as the protocol writes them: three and eight bytes behind these. Every other packet of an
/// answer begins with something else, or is shorter.
const THREE_BYTES: u8 = 0xfd;
const EIGHT_BYTES: u8 = 0xfe;
/// The end of a result set begins like a number of eight bytes, but has fewer.
const LONGEST_END: usize = 8;

/// The packet that ends a login begins so, and no other of it.
const ACCEPTED: u8 = 0;

/// A packet of this length goes on in the next one.
const FULL: usize = 0xff_ffff;

/// Where in the stream of packets the next byte belongs. At first: at the beginning of one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Frames {
    header: [u8; 4],
    header_bytes: usize,
    /// Of the packet's content.
    missing: usize,
    begins: bool,
    goes_on: bool,
    /// How much may come in all.
    limit: Option<usize>,
    announced: usize,
    /// The packet that ends a login has begun.
    accepted: bool,
}

impl Frames {
    pub fn within(limit: Option<usize>) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// How many bytes the packets so far have, or will have.
    pub fn announced(&self) -> usize {
        self.announced
    }

    /// More has been announced than may come.
    pub fn is_too_much(&self) -> bool {
        self.limit.is_some_and(|limit| self.announced > limit)
    }

    /// Of the answer to a statement. False: no server says that.
    pub fn are_plausible(&mut self, bytes: &[u8]) -> bool {
        self.follow(bytes, |first, length| {
            first != THREE_BYTES && (first != EIGHT_BYTES || length <= LONGEST_END)
        })
    }

    /// The same of a login. Nothing may come behind its end, since nothing has been asked: it would be taken for the answer to
    /// the first statement, without having been looked at as such.
    pub fn are_of_a_login(&mut self, bytes: &[u8]) -> bool {
        let mut accepted = self.accepted;
        let plausible = self.follow(bytes, |first, _| {
            let surplus = accepted;
            accepted |= first == ACCEPTED;
            !surplus
        });
        self.accepted = accepted;
        let in_surplus_header = accepted && !self.is_between_packets() && !self.is_in_content();
        plausible && !in_surplus_header
    }

    /// `may_begin`: whether a packet may, with that byte and of that length.
    fn follow(&mut self, mut bytes: &[u8], mut may_begin: impl FnMut(u8, usize) -> bool) -> bool {
        while let Some((&byte, rest)) = bytes.split_first() {
            if self.header_bytes < self.header.len() {
                self.header[self.header_bytes] = byte;
                self.header_bytes += 1;
                bytes = rest;
                if self.header_bytes == self.header.len() && !self.begin_packet() {
                    return false;
                }
                continue;
            }
            if self.begins && !may_begin(byte, self.missing) {
                return false;
            }
            self.begins = false;
            let skipped = self.missing.min(bytes.len());
            bytes = &bytes[skipped..];
            self.missing -= skipped;
            if self.missing == 0 {
                self.header_bytes = 0;
            }
        }
        true
    }

    fn is_in_content(&self) -> bool {
        self.header_bytes == self.header.len() && !self.begins
    }

    pub fn is_between_packets(&self) -> bool {
        self.header_bytes == 0
    }

    /// False: it is empty, where the crate counts on one byte at least; or it is too much.
    fn begin_packet(&mut self) -> bool {
        let [low, middle, high, _] = self.header;
        self.missing = u32::from_le_bytes([low, middle, high, 0]) as usize;
        self.begins = !self.goes_on;
        self.goes_on = self.missing == FULL;
        self.announced = self.announced.saturating_add(self.missing);
        if self.missing == 0 {
            self.header_bytes = 0;
        }
        (self.missing > 0 || !self.begins) && !self.is_too_much()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn are_plausible(bytes: &[u8]) -> bool {
        let whole = Frames::default().are_plausible(bytes);
        let mut frames = Frames::default();
        let piecewise = bytes.iter().all(|byte| frames.are_plausible(&[*byte]));
        assert_eq!(whole, piecewise);
        whole
    }

    #[test]
    fn refuses_numbers_of_columns_that_nobody_has() {
        assert!(are_plausible(&[1, 0, 0, 1, 5]));
        assert!(are_plausible(&[3, 0, 0, 1, 0xfc, 0xff, 0xff]));
        assert!(!are_plausible(&[4, 0, 0, 1, 0xfd, 1, 0, 0]));
        assert!(!are_plausible(&[9, 0, 0, 1, 0xfe, 0, 0, 0, 0, 0, 1, 0, 0]));
        assert!(!are_plausible(&[
            1, 0, 0, 1, 5, 9, 0, 0, 2, 0xfe, 0, 0, 0, 0, 0, 1, 0, 0
        ]));
    }

    #[test]
    fn refuses_what_comes_behind_a_login() {
        let login = [2, 0, 0, 0, 10, 5, 2, 0, 0, 2, 0xfe, 1, 3, 0, 0, 4, 0, 1, 2];
        for surplus in 0..=5 {
            let bytes = [&login[..], &[1, 0, 0, 1, 5][..surplus]].concat();
            let mut frames = Frames::default();
            assert_eq!(frames.are_of_a_login(&bytes), surplus == 0);
            assert_eq!(frames.is_between_packets(), surplus == 0);
            let mut frames = Frames::default();
            assert_eq!(bytes.iter().all(|byte| frames.are_of_a_login(&[*byte])), surplus == 0);
        }
    }

    #[test]
    fn refuses_packets_of_nothing() {
        assert!(!are_plausible(&[0, 0, 0, 1]));
        assert!(!are_plausible(&[1, 0, 0, 1, 5, 0, 0, 0, 2]));
        let mut full = vec![0xff, 0xff, 0xff, 1, 1];
        full.resize(4 + FULL, 0);
        full.extend([0, 0, 0, 2, 1, 0, 0, 3, 1]);
        assert!(are_plausible(&full));
    }

    #[test]
    fn refuses_what_is_too_much_when_it_is_announced() {
        let first = [5, 0, 0, 1, 1, 2, 3, 4, 5];
        for (limit, second) in [(None, true), (Some(8), true), (Some(7), false)] {
            let mut frames = Frames::within(limit);
            assert!(frames.are_plausible(&first));
            assert_eq!(frames.are_plausible(&[3, 0, 0, 2]), second);
            assert_eq!(frames.is_too_much(), !second);
        }
    }

    #[test]
    fn lets_the_end_of_a_set_and_any_content_pass() {
        assert!(are_plausible(&[5, 0, 0, 1, 0xfe, 0, 0, 2, 0, 2, 0, 0, 2, 1, 0xfe]));
        let mut large = vec![0xff, 0xff, 0xff, 1, 0xfc];
        large.resize(4 + FULL, 0xfe);
        large.extend([10, 0, 0, 2, 0xfe, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert!(are_plausible(&large));
        large.extend([10, 0, 0, 2, 0xfe, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert!(!are_plausible(&large));
    }
}
