//! The socket to a server. Every call ends at a deadline, however slowly bytes come or go.
//!
//! It waits in `poll` alone: a signal does not end the wait, and a server that takes the question off a Unix socket does not wake
//! the client before the answer is there.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{MsgFlags, recv, send};
use socket2::{Domain, SockAddr, Socket, TcpKeepalive, Type};

use super::error::{Error, Result};
use super::tls::{Step, Tls, TlsRequest};

/// The longest times that the kernel takes for a socket.
const LONGEST_INTERVAL: Duration = Duration::from_secs(32_767);
const LONGEST_SILENCE: Duration = Duration::from_millis(i32::MAX as u64);

/// The number of TCP keepalive probes without an answer that end a connection.
const KEEPALIVE_PROBES: u32 = 3;

/// The most bytes that are encrypted before they are sent, so that a large session is not twice in memory.
const ENCRYPTED_AT_ONCE: usize = 256 << 10;

pub enum Endpoint<'a> {
    Unix(&'a str),
    /// `silence` is `TCP_USER_TIMEOUT`: the time without an acknowledgement after which the connection is lost.
    Tcp {
        address: SocketAddr,
        silence: Duration,
    },
    /// For tests: a socket whose other end is the server. `is_unix`: a password may go over it as it is.
    Connected {
        socket: &'a UnixStream,
        is_unix: bool,
    },
}

pub struct Stream {
    socket: Socket,
    is_unix: bool,
    tls: Option<Box<Tls>>,
}

impl Stream {
    /// By TCP the connection may still be on its way: what is sent or received next tells whether it came about.
    pub fn connect(to: &Endpoint<'_>, deadline: Option<Instant>) -> Result<Self> {
        match to {
            Endpoint::Unix(path) => Self::connect_unix(path, deadline),
            Endpoint::Tcp { address, silence } => Self::connect_tcp(*address, *silence),
            Endpoint::Connected { socket, is_unix } => Ok(Self {
                socket: Socket::from(socket.try_clone()?),
                is_unix: *is_unix,
                tls: None,
            }),
        }
    }

    fn connect_unix(path: &str, deadline: Option<Instant>) -> Result<Self> {
        let (socket, address) = (Socket::new(Domain::UNIX, Type::STREAM, None)?, SockAddr::unix(path)?);
        loop {
            // The server's queue may be full. The write timeout bounds that wait, and a signal ends it.
            socket.set_write_timeout(deadline.map(|end| left(end).max(Duration::from_millis(1))))?;
            match socket.connect(&address) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                connected => break connected?,
            }
        }
        Ok(Self {
            socket,
            is_unix: true,
            tls: None,
        })
    }

    fn connect_tcp(address: SocketAddr, silence: Duration) -> Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM.nonblocking(), None)?;
        // The kernel accepts whole seconds, and zero is an error.
        let interval = Duration::from_secs(silence.as_secs_f64().ceil().max(1.0) as u64).min(LONGEST_INTERVAL);
        let keepalive = TcpKeepalive::new()
            .with_time(interval)
            .with_interval(interval)
            .with_retries(KEEPALIVE_PROBES);
        socket.set_tcp_nodelay(true)?;
        socket.set_tcp_keepalive(&keepalive)?;
        socket.set_tcp_user_timeout(Some(silence.min(LONGEST_SILENCE)))?;
        match socket.connect(&address.into()) {
            // The server speaks first: the wait for its greeting is also that for the connection.
            Err(error) if error.raw_os_error() != Some(Errno::EINPROGRESS as i32) => Err(error.into()),
            _ => Ok(Self {
                socket,
                is_unix: false,
                tls: None,
            }),
        }
    }

    /// A clear password may be sent over it.
    pub fn is_unix(&self) -> bool {
        self.is_unix
    }

    pub fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// The server's certificate says whose server it is.
    pub fn is_verified(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.is_verified())
    }

    /// Encrypts all that follows.
    pub fn start_tls(&mut self, request: &TlsRequest, deadline: Option<Instant>) -> Result<()> {
        let mut tls = Box::new(Tls::new(request)?);
        loop {
            let events = match tls.shake_hands(&self.socket)? {
                Step::Read => PollFlags::POLLIN,
                Step::Write => PollFlags::POLLOUT,
                Step::Done => break,
            };
            self.wait(events, deadline)?;
        }
        request.established.set(true);
        self.tls = Some(tls);
        Ok(())
    }

    pub fn descriptor(&self) -> RawFd {
        self.socket.as_raw_fd()
    }

    pub fn send(&mut self, mut bytes: &[u8], deadline: Option<Instant>) -> Result<()> {
        if self.tls.is_some() {
            return self.send_encrypted(bytes, deadline);
        }
        while !bytes.is_empty() {
            match self.send_some(bytes)? {
                Some(sent) => bytes = &bytes[sent..],
                None => self.wait(PollFlags::POLLOUT, deadline)?,
            }
        }
        Ok(())
    }

    fn send_encrypted(&mut self, bytes: &[u8], deadline: Option<Instant>) -> Result<()> {
        for part in bytes.chunks(ENCRYPTED_AT_ONCE) {
            self.encrypt(part)?;
            while let Some(tls) = &mut self.tls
                && !tls.write_records(&self.socket)?
            {
                self.wait(PollFlags::POLLOUT, deadline)?;
            }
        }
        Ok(())
    }

    /// Encrypts bytes that [`Self::send`] sends with its own, as records of their own. False: nothing is encrypted here.
    pub fn encrypt(&mut self, bytes: &[u8]) -> Result<bool> {
        match &mut self.tls {
            Some(tls) => tls.encrypt(bytes).map(|()| true),
            None => Ok(false),
        }
    }

    /// Sends the last bytes, without waiting, and ignores errors.
    pub fn send_last(&mut self, bytes: &[u8]) {
        match &mut self.tls {
            Some(tls) => {
                let _ = tls.encrypt(bytes);
                tls.close(&self.socket);
            }
            None => drop(self.send_some(bytes)),
        }
    }

    /// Sends without waiting. `None`: the socket's buffer is full.
    fn send_some(&self, bytes: &[u8]) -> Result<Option<usize>> {
        loop {
            match send(
                self.descriptor(),
                bytes,
                MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL,
            ) {
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => return Ok(None),
                sent => return sent.map(Some).map_err(failed),
            }
        }
    }

    /// Waits for bytes, and returns the number of them, which is at least one.
    pub fn receive(&mut self, into: &mut [u8], deadline: Option<Instant>) -> Result<usize> {
        // The last record may have had more than was taken.
        if let Some(tls) = &mut self.tls
            && let Some(taken) = tls.take(into)?
        {
            return Ok(taken);
        }
        loop {
            self.wait(PollFlags::POLLIN, deadline)?;
            if let Some(received) = self.receive_some(into)? {
                return Ok(received);
            }
        }
    }

    /// Receives without waiting. `None`: nothing has arrived. That is not [`Error::TimedOut`], by which the kernel reports once that
    /// TCP's keepalive had no answer.
    pub fn receive_some(&mut self, into: &mut [u8]) -> Result<Option<usize>> {
        if let Some(tls) = &mut self.tls {
            return tls.read(&self.socket, into);
        }
        loop {
            match recv(self.descriptor(), into, MsgFlags::MSG_DONTWAIT) {
                Ok(0) => return Err(Error::Network("the server closed the connection".into())),
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => return Ok(None),
                received => return received.map(Some).map_err(failed),
            }
        }
    }

    /// Whether unread bytes have arrived, or the server has closed the connection.
    pub fn is_readable(&mut self) -> bool {
        if let Some(tls) = &mut self.tls {
            return tls.is_readable(&self.socket);
        }
        self.wait(PollFlags::POLLIN, Some(Instant::now())).is_ok()
    }

    fn wait(&self, events: PollFlags, deadline: Option<Instant>) -> Result<()> {
        loop {
            let timeout = match deadline {
                None => PollTimeout::NONE,
                Some(end) => milliseconds(left(end)),
            };
            let mut socket = [PollFd::new(self.socket.as_fd(), events)];
            match poll(&mut socket, timeout) {
                Ok(0) if deadline.is_none_or(|end| !left(end).is_zero()) => {}
                Ok(0) => return Err(Error::TimedOut),
                Ok(_) => return Ok(()),
                Err(Errno::EINTR) => {}
                Err(error) => return Err(Error::Local(error.to_string())),
            }
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.close(&self.socket);
        }
    }
}

fn failed(error: Errno) -> Error {
    std::io::Error::from(error).into()
}

fn left(end: Instant) -> Duration {
    end.saturating_duration_since(Instant::now())
}

/// Rounds up, so that a wait does not end early.
fn milliseconds(left: Duration) -> PollTimeout {
    PollTimeout::try_from(left.as_micros().div_ceil(1000)).unwrap_or(PollTimeout::MAX)
}
