//! Packets in and out: headers, sequence numbers, sizes.
//!
//! A buffer grows with the bytes that arrive, never with the length in a header. A buffer that was large for one answer or
//! statement is freed after it.

use std::cell::Cell;
use std::ops::Range;
use std::time::Instant;

use zeroize::Zeroize;

use super::error::{Error, Result};
use super::stream::Stream;
use super::tls::TlsRequest;

/// A packet of this length continues in the next one.
const FULL: usize = 0xff_ffff;
const HEADER: usize = 4;

/// The size of one read. A packet that fits into this buffer is not copied.
const BUFFER: usize = 16 << 10;

/// A larger output buffer is freed after the statement.
const LARGEST_KEPT: usize = 64 << 10;

thread_local! {
    static ANSWER_LIMIT: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Sets the most bytes of each answer for all connections of this thread. `None`: the protocol's limit.
pub fn bound_answers(limit: Option<usize>) {
    ANSWER_LIMIT.set(limit);
}

/// The limit of [`bound_answers`].
pub fn most_bytes() -> Option<usize> {
    ANSWER_LIMIT.get()
}

pub struct Packets {
    stream: Stream,
    deadline: Option<Instant>,
    /// The sequence number of the next packet in either direction.
    sequence: u8,
    input: Box<[u8]>,
    /// The bytes in `input` that were not parsed yet.
    unread: Range<usize>,
    /// The place of the last packet in `input`. It is empty if the packet is in `large`.
    current: Range<usize>,
    large: Vec<u8>,
    output: Vec<u8>,
    /// The bytes that the answer may still have.
    allowance: usize,
    limit: usize,
}

impl Packets {
    pub fn new(stream: Stream) -> Self {
        Self {
            stream,
            deadline: None,
            sequence: 0,
            input: vec![0; BUFFER].into_boxed_slice(),
            unread: 0..0,
            current: 0..0,
            large: Vec::new(),
            output: Vec::with_capacity(1024),
            allowance: 0,
            limit: 0,
        }
    }

    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Sets the deadline of all following reads and writes.
    pub fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
    }

    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Starts a command: sequence numbers start again at zero.
    pub fn begin_command(&mut self) {
        self.sequence = 0;
    }

    /// Encrypts all that follows. Nothing may have been received yet that was not read.
    pub fn start_tls(&mut self, request: &TlsRequest) -> Result<()> {
        if self.has_surplus() {
            return Err(Error::Malformed("bytes before the TLS handshake"));
        }
        self.stream.start_tls(request, self.deadline)
    }

    /// The sequence number of the next packet in either direction.
    pub fn number(&self) -> u8 {
        self.sequence
    }

    /// Sets the sequence number of the server's next packet.
    pub fn expect_number(&mut self, number: u8) {
        self.sequence = number;
    }

    /// Starts an answer of at most `limit` bytes, or of the limit of [`bound_answers`].
    pub fn begin_answer(&mut self, limit: Option<usize>) {
        self.limit = limit.or(ANSWER_LIMIT.get()).unwrap_or(usize::MAX);
        self.allowance = self.limit;
    }

    /// Adds a packet to the output buffer.
    pub fn write(&mut self, content: impl FnOnce(&mut Vec<u8>)) {
        let begin = self.output.len();
        self.output.extend([0; HEADER]);
        content(&mut self.output);
        let length = self.output.len() - begin - HEADER;
        // Inserts the headers of the continuation packets, the last one first.
        let surplus = length / FULL;
        self.output.resize(self.output.len() + surplus * HEADER, 0);
        for part in (0..=surplus).rev() {
            let content = FULL.min(length - part * FULL);
            let from = begin + HEADER + part * FULL;
            let to = from + part * HEADER;
            self.output.copy_within(from..from + content, to);
            let number = self.sequence.wrapping_add(part as u8);
            self.output[to - HEADER..to].copy_from_slice(&(content as u32).to_le_bytes());
            self.output[to - 1] = number;
        }
        self.sequence = self.sequence.wrapping_add(surplus as u8).wrapping_add(1);
    }

    pub fn flush(&mut self) -> Result<()> {
        let sent = self.stream.send(&self.output, self.deadline);
        self.output.clear();
        if self.output.capacity() > LARGEST_KEPT {
            self.output = Vec::new();
        }
        sent
    }

    /// Encrypts what is written already apart from what follows. [`Self::flush`] sends both. MariaDB's thread pool waits for ever for
    /// a command that shares a TLS record with the login.
    pub fn end_record(&mut self) -> Result<()> {
        if self.stream.encrypt(&self.output)? {
            self.output.clear();
        }
        Ok(())
    }

    /// Overwrites what the output buffer had: a password, say.
    pub fn wipe(&mut self) {
        self.output.zeroize();
    }

    /// Sends without waiting, and ignores errors: for COM_QUIT.
    pub fn flush_at_once(&mut self) {
        self.stream.send_last(&self.output);
        self.output.clear();
    }

    /// Receives what has arrived already, without waiting.
    pub fn receive_early(&mut self) -> Result<()> {
        if self.unread.is_empty() {
            self.unread = 0..self.stream.receive_some(&mut self.input)?.unwrap_or(0);
        }
        Ok(())
    }

    /// Whether the server has sent a packet without a command, or has closed the connection.
    pub fn has_unexpected(&mut self) -> bool {
        !self.unread.is_empty() || self.stream.is_readable()
    }

    /// Whether bytes have arrived after the last packet.
    pub fn has_surplus(&self) -> bool {
        !self.unread.is_empty()
    }

    /// Reads the next packet. It has at least one byte.
    pub fn read(&mut self) -> Result<&[u8]> {
        self.large = Vec::new();
        let mut length = self.read_header()?;
        if length == 0 {
            return Err(Error::Malformed("an empty packet"));
        }
        if length + HEADER <= BUFFER {
            self.receive_at_least(length)?;
            self.current = self.unread.start..self.unread.start + length;
            self.unread.start += length;
            return Ok(&self.input[self.current.clone()]);
        }
        self.current = 0..0;
        let mut whole = Vec::new();
        loop {
            self.read_large(&mut whole, length)?;
            if length < FULL {
                break;
            }
            length = self.read_header()?;
        }
        self.large = whole;
        Ok(&self.large)
    }

    /// Takes the last packet. A large one is not copied.
    pub fn take_content(&mut self) -> Vec<u8> {
        match self.current.is_empty() {
            true => std::mem::take(&mut self.large),
            false => self.input[self.current.clone()].to_vec(),
        }
    }

    fn read_header(&mut self) -> Result<usize> {
        self.receive_at_least(HEADER)?;
        let header = &self.input[self.unread.start..self.unread.start + HEADER];
        let (length, number) = match *header {
            [low, middle, high, number] => (u32::from_le_bytes([low, middle, high, 0]) as usize, number),
            _ => return Err(Error::Malformed("an incomplete packet header")),
        };
        self.unread.start += HEADER;
        if number != self.sequence {
            return Err(self.out_of_order(length));
        }
        self.sequence = number.wrapping_add(1);
        self.count(length)?;
        Ok(length)
    }

    /// Counts memory that an answer takes towards what it may have. Many small rows take far more than their bytes.
    pub fn count(&mut self, bytes: usize) -> Result<()> {
        let left = self.allowance.checked_sub(bytes);
        self.allowance = left.ok_or(Error::TooLarge { limit: self.limit })?;
        Ok(())
    }

    /// The error for a wrong sequence number. A server that closes a connection may send an error packet that answers no command.
    fn out_of_order(&mut self, length: usize) -> Error {
        let why = Error::Malformed("a packet out of order");
        if length == 0 || length + HEADER > BUFFER || self.receive_at_least(length).is_err() {
            return why;
        }
        match &self.input[self.unread.start..self.unread.start + length] {
            packet @ [Error::HEADER, ..] => match Error::of_packet(packet) {
                Error::Server { code, message, .. } => Error::Network(format!("error {code}: {message}")),
                _ => why,
            },
            _ => why,
        }
    }

    /// Reads until `unread` has this many bytes, which is at most the buffer's size.
    fn receive_at_least(&mut self, bytes: usize) -> Result<()> {
        if self.unread.is_empty() {
            self.unread = 0..0;
        }
        while self.unread.len() < bytes {
            if self.unread.start + bytes > self.input.len() {
                self.input.copy_within(self.unread.clone(), 0);
                self.unread = 0..self.unread.len();
            }
            self.unread.end += self.stream.receive(&mut self.input[self.unread.end..], self.deadline)?;
        }
        Ok(())
    }

    /// Reads a part of a packet into `whole`. The buffer at most doubles in each step, and never exceeds the part's length.
    fn read_large(&mut self, whole: &mut Vec<u8>, length: usize) -> Result<()> {
        let end = whole.len() + length;
        let buffered = self.unread.len().min(length);
        let from = self.unread.start;
        whole.extend_from_slice(&self.input[from..from + buffered]);
        self.unread.start += buffered;
        let mut filled = whole.len();
        while filled < end {
            if filled == whole.len() {
                let room = (end - filled).min(filled.max(BUFFER));
                whole.reserve_exact(room);
                whole.resize(filled + room, 0);
            }
            filled += self.stream.receive(&mut whole[filled..], self.deadline)?;
        }
        Ok(())
    }
}
