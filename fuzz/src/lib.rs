//! What the targets share that play a server: their input as packets.

/// As a MariaDB greets that sends no EOF between columns and rows.
pub const GREETING: &[u8] = b"\x0a5.5.5-10.11.6-MariaDB\0\x01\0\0\0abcdefgh\0\xfe\xf7\x2d\x02\0\xff\x81\x15\0\0\0\0\0\0\0\0\0\0ijklmnopqrst\0mysql_native_password\0";

pub const OK: &[u8] = b"\0\0\0\x02\0\0\0";

/// What a part of an input is.
pub enum Part<'a> {
    /// A packet that begins the answer to the next question.
    Answer(&'a [u8]),
    Packet(&'a [u8]),
    /// A packet with this number, whatever the ones before it have.
    Numbered(u8, &'a [u8]),
    /// Bytes without a header.
    Raw(&'a [u8]),
    /// The last part again, so many times.
    Repeat(usize),
    /// What is left is for the next connection.
    HangUp,
}

/// Takes the next part: the low byte of its length, its kind with the rest of the length or a number above it, and content.
pub fn next<'a>(input: &mut &'a [u8]) -> Option<Part<'a>> {
    let [low, kind, rest @ ..] = input else { return None };
    let (kind, high) = (kind % 8, kind / 8);
    let length = match kind {
        2 => usize::from(*low),
        _ => usize::from(high) << 8 | usize::from(*low),
    };
    let (content, rest) = rest.split_at(length.min(rest.len()));
    *input = rest;
    Some(match kind {
        0 | 1 => Part::Answer(content),
        2 => Part::Numbered(high, content),
        3 => Part::Raw(content),
        4 => Part::HangUp,
        6 => Part::Repeat(
            content
                .iter()
                .fold(0, |times, byte| times << 8 & 0xffff | usize::from(*byte)),
        ),
        _ => Part::Packet(content),
    })
}

pub fn packet(number: u8, content: &[u8]) -> Vec<u8> {
    let mut packet = (content.len() as u32).to_le_bytes().to_vec();
    packet[3] = number;
    packet.extend_from_slice(content);
    packet
}
