//! TLS over the socket: the handshake, and bytes in and out of its records.
//!
//! `stream` is the only user, and does all waiting.

use std::cell::Cell;
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::os::fd::AsRawFd;
use std::sync::Arc;

use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, recv};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};
use socket2::Socket;

use super::error::{Error, Result};

/// The most bytes of a server without any content: session tickets, warnings, empty records.
const MOST_WITHOUT_CONTENT: usize = 256 << 10;

/// How a connection is to be encrypted.
pub struct TlsRequest {
    pub config: Arc<ClientConfig>,
    /// The name that the certificate is verified for: the DSN's, not the address that it resolved to.
    pub name: ServerName<'static>,
    /// What to do about a server that offers no TLS. `None`: it is used without.
    pub required: Option<&'static str>,
    /// The server's certificate says whose server it is: an authority of `tls_ca` has signed it, or its name is compared, too.
    pub is_verified: bool,
    /// Set once the handshake is over, even if the login fails later.
    pub established: Cell<bool>,
}

pub struct Tls {
    inner: ClientConnection,
    is_verified: bool,
    /// Bytes that were received since the last content.
    without_content: usize,
}

/// What the handshake waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Read,
    Write,
    Done,
}

impl Tls {
    pub fn new(request: &TlsRequest) -> Result<Self> {
        let mut inner = ClientConnection::new(Arc::clone(&request.config), request.name.clone()).map_err(failed)?;
        // `stream` bounds what it sends.
        inner.set_buffer_limit(None);
        Ok(Self {
            inner,
            is_verified: request.is_verified,
            without_content: 0,
        })
    }

    pub fn is_verified(&self) -> bool {
        self.is_verified
    }

    /// Goes on with the handshake as far as the socket allows.
    pub fn shake_hands(&mut self, socket: &Socket) -> Result<Step> {
        loop {
            if self.inner.wants_write() {
                if !self.write_records(socket)? {
                    return Ok(Step::Write);
                }
            } else if !self.inner.is_handshaking() {
                return Ok(Step::Done);
            } else if !self.read_records(socket)? {
                return Ok(Step::Read);
            }
        }
    }

    /// Encrypts bytes, as one record or more. [`Self::write_records`] sends them.
    pub fn encrypt(&mut self, bytes: &[u8]) -> Result<()> {
        self.inner.writer().write_all(bytes).map_err(Error::from)
    }

    /// Sends what is encrypted. False: the socket's buffer is full.
    pub fn write_records(&mut self, socket: &Socket) -> Result<bool> {
        self.write_all(socket).map_err(|error| {
            // An alert with which the server hung up says more than the error of the socket.
            loop {
                match self.read_records(socket) {
                    Ok(true) => {}
                    Err(alert @ Error::Tls(_)) => return alert,
                    Ok(false) | Err(_) => return error.into(),
                }
            }
        })
    }

    fn write_all(&mut self, socket: &Socket) -> io::Result<bool> {
        while self.inner.wants_write() {
            match self.inner.write_tls(&mut Unblocked(socket)) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                written => written?,
            };
        }
        Ok(true)
    }

    /// Takes bytes that are decrypted. `None`: there are none.
    pub fn take(&mut self, into: &mut [u8]) -> Result<Option<usize>> {
        match self.inner.reader().read(into) {
            Ok(0) => Err(closed()),
            Ok(taken) => {
                self.without_content = 0;
                Ok(Some(taken))
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Decrypts what has arrived. `None`: nothing has.
    pub fn read(&mut self, socket: &Socket, into: &mut [u8]) -> Result<Option<usize>> {
        loop {
            let taken = self.take(into)?;
            if taken.is_some() || !self.read_records(socket)? {
                return Ok(taken);
            }
        }
    }

    /// Whether decrypted bytes are waiting, or the connection was closed. Session tickets do not count: a server sends them when it
    /// likes.
    pub fn is_readable(&mut self, socket: &Socket) -> bool {
        loop {
            match self.inner.process_new_packets() {
                Ok(state) if state.plaintext_bytes_to_read() == 0 && !state.peer_has_closed() => {}
                _ => return true,
            }
            match self.read_records(socket) {
                Ok(true) => {}
                Ok(false) => return false,
                Err(_) => return true,
            }
        }
    }

    /// Reads records from the socket. False: nothing has arrived.
    fn read_records(&mut self, socket: &Socket) -> Result<bool> {
        match self.inner.read_tls(&mut Unblocked(socket)) {
            Ok(0) => return Err(closed()),
            Ok(read) => self.without_content += read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        if self.without_content > MOST_WITHOUT_CONTENT {
            return Err(Error::Malformed("TLS records without content"));
        }
        if let Err(error) = self.inner.process_new_packets() {
            // This sends the alert, with which the server's log says why the client hung up.
            let _ = self.write_all(socket);
            return Err(failed(error));
        }
        Ok(true)
    }

    /// Tells the server, with what is encrypted before, that nothing follows.
    pub fn close(&mut self, socket: &Socket) {
        self.inner.send_close_notify();
        let _ = self.write_all(socket);
    }
}

fn failed(error: rustls::Error) -> Error {
    Error::Tls(Box::new(error))
}

fn closed() -> Error {
    Error::Network("the server closed the connection".into())
}

/// A socket that never blocks.
struct Unblocked<'a>(&'a Socket);

impl Read for Unblocked<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match recv(self.0.as_raw_fd(), into, MsgFlags::MSG_DONTWAIT) {
                Err(Errno::EINTR) => {}
                received => return Ok(received?),
            }
        }
    }
}

impl Write for Unblocked<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    /// All records go in one packet.
    fn write_vectored(&mut self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
        loop {
            match self.0.send_vectored_with_flags(parts, flags.bits()) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                sent => return sent,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
