//! A client of one server, with the commands that rustsql uses.
//!
//! After an error other than [`Error::Server`] the client must not be used any more, since an answer may still arrive.

use std::os::fd::RawFd;
use std::time::{Duration, Instant};

use mysql_common::constants::Command;
use mysql_common::io::ParseBuf;

use super::answer::{self, Column, Encoding, Format, ResultSet};
use super::dialogue::Account;
use super::error::{Error, Result};
use super::execution::{self, Parameter};
use super::login::{self, Agreed};
use super::packets::Packets;
use super::stream::{Endpoint, Stream};
use super::tls::TlsRequest;

/// How long the end of a connection waits for the answer to its last release.
const LAST_ANSWER: Duration = Duration::from_secs(1);

pub struct Prepared {
    id: u32,
    parameters: usize,
    /// The column definitions of its last answer.
    columns: Vec<Column>,
}

pub struct Client {
    packets: Packets,
    agreed: Agreed,
    /// No error has happened, so COM_QUIT can be sent.
    in_step: bool,
    /// The sequence numbers of the answers that have not been read yet, the oldest first.
    unanswered: Vec<u8>,
    /// The answers that were read since, the oldest first.
    late: Vec<Late>,
    /// The login response is sent with the first command; its answer is read then.
    pipelined_login: Option<PipelinedLogin>,
}

/// The answer to statements that were sent without waiting for it.
#[derive(Default)]
pub struct Late {
    pub sets: Vec<ResultSet>,
    pub error: Option<Error>,
}

struct PipelinedLogin {
    deadline: Option<Instant>,
}

impl Client {
    /// Connects and logs in, until `deadline`. With `pipelined` the login response is sent with the first command, if possible.
    pub fn connect(
        to: &Endpoint<'_>,
        account: &Account<'_>,
        deadline: Option<Instant>,
        tls: Option<&TlsRequest>,
        pipelined: bool,
    ) -> Result<Self> {
        let mut packets = Packets::new(Stream::connect(to, deadline)?);
        packets.set_deadline(deadline);
        let (agreed, pipelined) = login::log_in(&mut packets, account, tls, pipelined)?;
        Ok(Self {
            pipelined_login: pipelined.then_some(PipelinedLogin { deadline }),
            packets,
            agreed,
            in_step: true,
            unanswered: Vec::new(),
            late: Vec::new(),
        })
    }

    pub fn connection_id(&self) -> u32 {
        self.agreed.connection_id
    }

    /// The server has not answered the login yet. An error of the first command may come from the login.
    pub fn is_logging_in(&self) -> bool {
        self.pipelined_login.is_some()
    }

    pub fn descriptor(&self) -> RawFd {
        self.packets.stream().descriptor()
    }

    /// Sets the deadline of all following commands.
    pub fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.packets.set_deadline(deadline);
    }

    /// Sends statements in one packet, and adds their answers to `sets` up to the first error.
    pub fn query(&mut self, sql: &str, sets: &mut Vec<ResultSet>) -> Result<()> {
        self.command(Command::COM_QUERY, |packet| packet.extend_from_slice(sql.as_bytes()))?;
        let result = self.read_text(sets);
        self.finish(result)
    }

    /// Sends statements without waiting for their answer. The next command, [`Self::read_late`] or [`Self::settle`] reads it.
    pub fn send(&mut self, sql: &str) -> Result<()> {
        self.put(Command::COM_QUERY, |packet| packet.extend_from_slice(sql.as_bytes()))?;
        self.unanswered.push(self.packets.number());
        Ok(())
    }

    /// `send` for a prepared statement that returns no rows.
    pub fn send_execution(&mut self, statement: &Prepared, values: &[Parameter<'_>]) -> Result<()> {
        self.queue_execution(statement, values)?;
        self.flush()
    }

    /// `send_execution` with the next command, at once.
    pub fn queue_execution(&mut self, statement: &Prepared, values: &[Parameter<'_>]) -> Result<()> {
        self.write_execution(statement, values)?;
        self.unanswered.push(self.packets.number());
        Ok(())
    }

    /// How many answers [`Self::take_late`] has, or will have once they are read.
    pub fn late(&self) -> usize {
        self.unanswered.len() + self.late.len()
    }

    /// Reads the answers that have not been read yet, for [`Self::take_late`]. A server's error is a part of such an answer.
    pub fn read_late(&mut self) -> Result<()> {
        let result = self.read_unanswered();
        self.finish(result)
    }

    /// An answer that was read and not taken yet. 0 is the oldest one.
    pub fn take_late(&mut self, place: usize) -> Option<Late> {
        (place < self.late.len()).then(|| self.late.remove(place))
    }

    /// Reads all answers to [`Self::send`]. Fails if one of them is an error, and also where the server closed the connection
    /// meanwhile, or sent more.
    pub fn settle(&mut self) -> Result<()> {
        let result = self.read_all();
        self.finish(result)
    }

    fn read_all(&mut self) -> Result<()> {
        if !self.unanswered.is_empty() {
            self.packets.receive_early()?;
        }
        self.read_unanswered()?;
        match std::mem::take(&mut self.late).into_iter().find_map(|late| late.error) {
            Some(error) => Err(error),
            None if self.packets.has_unexpected() => Err(Error::Network("the server closed the connection".into())),
            None => Ok(()),
        }
    }

    fn read_unanswered(&mut self) -> Result<()> {
        self.finish_login()?;
        for number in std::mem::take(&mut self.unanswered) {
            self.packets.expect_number(number);
            self.packets.begin_answer(None);
            let mut late = Late::default();
            match self.read_text(&mut late.sets) {
                Err(error @ Error::Server { .. }) => late.error = Some(error),
                result => result?,
            }
            self.late.push(late);
        }
        Ok(())
    }

    fn read_text(&mut self, sets: &mut Vec<ResultSet>) -> Result<()> {
        let format = self.format(Encoding::Text);
        answer::read(&mut self.packets, format, &mut Vec::new(), sets)
    }

    pub fn ping(&mut self) -> Result<()> {
        self.command(Command::COM_PING, |_| {})?;
        let result = self.read_text(&mut Vec::new());
        self.finish(result)
    }

    pub fn prepare(&mut self, sql: &str) -> Result<Prepared> {
        self.command(Command::COM_STMT_PREPARE, |packet| {
            packet.extend_from_slice(sql.as_bytes())
        })?;
        let result = self.read_prepared();
        self.finish(result)
    }

    fn read_prepared(&mut self) -> Result<Prepared> {
        let packet = match self.packets.read()? {
            packet @ [Error::HEADER, ..] => return Err(Error::of_packet(packet)),
            packet => packet,
        };
        let mut rest = ParseBuf(packet);
        let mut fields = || {
            let ok = rest.checked_eat_u8()? == 0;
            let fields = (
                rest.checked_eat_u32_le()?,
                rest.checked_eat_u16_le()?,
                rest.checked_eat_u16_le()?,
            );
            ok.then_some(fields)
        };
        let (id, columns, parameters) = fields().ok_or(Error::Malformed("an incomplete prepared statement"))?;
        let without_eof = self.agreed.without_eof;
        answer::read_columns(&mut self.packets, parameters.into(), without_eof)?;
        let columns = answer::read_columns(&mut self.packets, columns.into(), without_eof)?;
        Ok(Prepared {
            id,
            parameters: parameters.into(),
            columns,
        })
    }

    pub fn execute(
        &mut self,
        statement: &mut Prepared,
        values: &[Parameter<'_>],
        sets: &mut Vec<ResultSet>,
    ) -> Result<()> {
        self.write_execution(statement, values)?;
        self.flush()?;
        self.read_earlier()?;
        let format = self.format(Encoding::Binary);
        let result = answer::read(&mut self.packets, format, &mut statement.columns, sets);
        self.finish(result)
    }

    /// Closes a prepared statement. The server sends no answer.
    pub fn close(&mut self, statement: Prepared) -> Result<()> {
        self.put(Command::COM_STMT_CLOSE, |packet| {
            packet.extend_from_slice(&statement.id.to_le_bytes())
        })
    }

    fn format(&self, encoding: Encoding) -> Format {
        Format {
            encoding,
            without_eof: self.agreed.without_eof,
            caches_columns: self.agreed.caches_columns,
        }
    }

    fn write_execution(&mut self, statement: &Prepared, values: &[Parameter<'_>]) -> Result<()> {
        if values.len() != statement.parameters {
            self.in_step = false;
            return Err(Error::Malformed("a prepared statement with another number of values"));
        }
        let id = statement.id;
        self.write(Command::COM_STMT_EXECUTE, |packet| execution::put(packet, id, values))
    }

    /// Sends a command whose answer is read next.
    fn command(&mut self, command: Command, content: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
        self.put(command, content)?;
        self.read_earlier()
    }

    /// Sends a command. Its answer follows those that have not been read yet.
    fn put(&mut self, command: Command, content: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
        self.write(command, content)?;
        self.flush()
    }

    fn write(&mut self, command: Command, content: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
        if self.unanswered.is_empty() && self.packets.has_surplus() {
            self.in_step = false;
            return Err(Error::Malformed("an answer that nobody has read"));
        }
        self.packets.begin_command();
        self.packets.write(|packet| {
            packet.push(command as u8);
            content(packet);
        });
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        let result = self.packets.flush();
        self.finish(result)
    }

    /// Reads what the server sends before the answer to the last command.
    fn read_earlier(&mut self) -> Result<()> {
        let number = self.packets.number();
        let result = self.read_unanswered();
        self.packets.expect_number(number);
        self.packets.begin_answer(None);
        self.finish(result)
    }

    fn finish_login(&mut self) -> Result<()> {
        let Some(login) = &self.pipelined_login else {
            return Ok(());
        };
        let deadline = self.packets.deadline();
        self.packets
            .set_deadline(login.deadline.into_iter().chain(deadline).min());
        login::finish(&mut self.packets)?;
        self.pipelined_login = None;
        self.packets.set_deadline(deadline);
        Ok(())
    }

    fn finish<T>(&mut self, result: Result<T>) -> Result<T> {
        self.in_step &= matches!(result, Ok(_) | Err(Error::Server { .. }));
        result
    }
}

impl Drop for Client {
    /// Sends COM_QUIT. The server would count the client as aborted if it closed the socket in front of an answer.
    fn drop(&mut self) {
        if self.in_step && !self.unanswered.is_empty() {
            self.packets.set_deadline(Instant::now().checked_add(LAST_ANSWER));
            let _ = self.settle();
        }
        if self.in_step && !self.is_logging_in() {
            self.packets.begin_command();
            self.packets.write(|packet| packet.push(Command::COM_QUIT as u8));
            self.packets.flush_at_once();
        }
    }
}
