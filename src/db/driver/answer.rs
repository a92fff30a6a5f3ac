//! Reads the answer to one command: a result set for each statement, up to the first error.

use std::ops::Range;
use std::str::FromStr;

use mysql_common::constants::{ColumnFlags, ColumnType, StatusFlags};
use mysql_common::io::ParseBuf;

use super::error::{Error, Result};
use super::packets::Packets;

/// The most columns of an answer, and the most values of a statement; ours have fewer.
const MOST_COLUMNS: usize = 64;

const OK: u8 = 0;
const LOCAL_INFILE: u8 = 0xfb;
const NULL: u8 = 0xfb;
/// The first byte of a number of eight bytes, and of the packet that ends the rows.
const END: u8 = 0xfe;
/// The least length of a row that begins with a number of eight bytes.
const SHORTEST_HUGE_ROW: usize = 0xff_ffff;

/// One statement's answer.
#[derive(Default)]
pub struct ResultSet {
    pub rows: Vec<ResultRow>,
    /// Empty: the statement has no result set.
    pub columns: usize,
    pub affected: u64,
}

/// A row's packet, and the places of its values in it.
pub struct ResultRow {
    bytes: Vec<u8>,
    values: Vec<Value>,
}

enum Value {
    Null,
    Unsigned(u64),
    Signed(i64),
    Bytes(Range<usize>),
}

/// The encoding of a row's values.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Text,
    Binary,
}

#[derive(Clone, Copy)]
pub struct Column {
    kind: ColumnType,
    is_unsigned: bool,
}

/// The encoding of an answer, which depends on the capabilities from the login.
#[derive(Clone, Copy)]
pub struct Format {
    pub encoding: Encoding,
    pub without_eof: bool,
    pub caches_columns: bool,
}

impl ResultRow {
    pub fn number(&self, column: usize) -> Option<u64> {
        self.parsed(column)
    }

    /// A signed number.
    pub fn integer(&self, column: usize) -> Option<i64> {
        self.parsed(column)
    }

    fn parsed<T: TryFrom<u64> + TryFrom<i64> + FromStr>(&self, column: usize) -> Option<T> {
        match self.values.get(column)? {
            Value::Unsigned(number) => T::try_from(*number).ok(),
            Value::Signed(number) => T::try_from(*number).ok(),
            Value::Bytes(range) => std::str::from_utf8(self.bytes.get(range.clone())?).ok()?.parse().ok(),
            Value::Null => None,
        }
    }

    pub fn is_null(&self, column: usize) -> bool {
        matches!(self.values.get(column), Some(Value::Null))
    }

    /// The value of a boolean server variable.
    pub fn is_on(&self, column: usize) -> bool {
        match self.number(column) {
            Some(number) => number != 0,
            None => self.text(column).is_some_and(|text| text != "OFF"),
        }
    }

    pub fn text(&self, column: usize) -> Option<String> {
        Some(String::from_utf8_lossy(self.bytes(column)?).into_owned())
    }

    pub fn bytes(&self, column: usize) -> Option<&[u8]> {
        match self.values.get(column)? {
            Value::Bytes(range) => self.bytes.get(range.clone()),
            _ => None,
        }
    }

    /// Takes the bytes of a column without a copy. The row is empty afterwards.
    pub fn take_bytes(&mut self, column: usize) -> Option<Vec<u8>> {
        let Value::Bytes(range) = self.values.get(column)? else {
            return None;
        };
        let range = range.clone();
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.truncate(range.end);
        bytes.drain(..range.start.min(bytes.len()));
        Some(bytes)
    }

    fn parse(bytes: Vec<u8>, columns: &[Column], encoding: Encoding) -> Option<Self> {
        let mut rest = ParseBuf(&bytes);
        let mut values = Vec::with_capacity(columns.len());
        match encoding {
            Encoding::Text => {
                for _ in columns {
                    values.push(match rest.0.first()? {
                        &NULL => {
                            rest.skip(1);
                            Value::Null
                        }
                        _ => Value::Bytes(counted(&mut rest, bytes.len())?),
                    });
                }
            }
            Encoding::Binary => {
                // A row begins with a zero byte and a bitmap of NULL columns, whose first two bits are unused.
                rest.checked_eat(1)?;
                let nulls = rest.checked_eat((columns.len() + 2).div_ceil(8))?;
                for (number, column) in columns.iter().enumerate() {
                    let bit = number + 2;
                    values.push(match nulls[bit / 8] >> (bit % 8) & 1 {
                        0 => binary(&mut rest, *column, bytes.len())?,
                        _ => Value::Null,
                    });
                }
            }
        }
        let whole = rest.is_empty();
        whole.then_some(Self { bytes, values })
    }
}

/// The place of a length-encoded string.
fn counted(rest: &mut ParseBuf<'_>, all: usize) -> Option<Range<usize>> {
    let length = length(rest)?;
    let start = all - rest.len();
    let bytes = rest.checked_eat(usize::try_from(length).ok()?)?;
    Some(start..start + bytes.len())
}

fn length(rest: &mut ParseBuf<'_>) -> Option<u64> {
    match rest.0.first()? {
        &NULL | &Error::HEADER => None,
        _ => rest.checked_eat_lenenc_int(),
    }
}

fn binary(rest: &mut ParseBuf<'_>, column: Column, all: usize) -> Option<Value> {
    use ColumnType::*;
    let number = |unsigned: u64, signed: i64| match column.is_unsigned {
        true => Value::Unsigned(unsigned),
        false => Value::Signed(signed),
    };
    Some(match column.kind {
        MYSQL_TYPE_TINY => {
            let value = rest.checked_eat_u8()?;
            number(value.into(), (value as i8).into())
        }
        MYSQL_TYPE_SHORT | MYSQL_TYPE_YEAR => {
            let value = rest.checked_eat_u16_le()?;
            number(value.into(), (value as i16).into())
        }
        MYSQL_TYPE_LONG | MYSQL_TYPE_INT24 => {
            let value = rest.checked_eat_u32_le()?;
            number(value.into(), (value as i32).into())
        }
        MYSQL_TYPE_LONGLONG => {
            let value = rest.checked_eat_u64_le()?;
            number(value, value as i64)
        }
        MYSQL_TYPE_NULL => Value::Null,
        // Our statements have no columns of other types.
        MYSQL_TYPE_FLOAT | MYSQL_TYPE_DOUBLE | MYSQL_TYPE_DATE | MYSQL_TYPE_NEWDATE | MYSQL_TYPE_DATETIME
        | MYSQL_TYPE_TIMESTAMP | MYSQL_TYPE_TIME => return None,
        _ => Value::Bytes(counted(rest, all)?),
    })
}

impl Column {
    pub fn parse(packet: &[u8]) -> Option<Self> {
        let mut rest = ParseBuf(packet);
        // Skips catalog, schema, table, original table, column, original column.
        for _ in 0..6 {
            counted(&mut rest, packet.len())?;
        }
        let fixed = length(&mut rest)?;
        let mut fixed = ParseBuf(rest.checked_eat(usize::try_from(fixed).ok()?)?);
        // Skips character set and length.
        fixed.checked_eat(6)?;
        let kind = ColumnType::try_from(fixed.checked_eat_u8()?).ok()?;
        let flags = fixed.checked_eat_u16_le()?;
        let is_unsigned = ColumnFlags::from_bits_truncate(flags).contains(ColumnFlags::UNSIGNED_FLAG);
        Some(Self { kind, is_unsigned })
    }
}

/// Reads the OK packet at the end of a statement's answer: the number of affected rows, and whether another answer follows.
fn end(packet: &[u8]) -> Option<(u64, bool)> {
    let mut rest = ParseBuf(packet.get(1..)?);
    let affected = length(&mut rest)?;
    length(&mut rest)?;
    let status = StatusFlags::from_bits_truncate(rest.checked_eat_u16_le()?);
    Some((affected, status.contains(StatusFlags::SERVER_MORE_RESULTS_EXISTS)))
}

/// Reads an EOF packet: whether another answer follows.
fn eof(packet: &[u8]) -> Option<bool> {
    let mut rest = ParseBuf(packet.get(1..)?);
    rest.checked_eat_u16_le()?;
    let status = StatusFlags::from_bits_truncate(rest.checked_eat_u16_le()?);
    Some(status.contains(StatusFlags::SERVER_MORE_RESULTS_EXISTS))
}

/// Reads all answers to one command into `sets`. `columns` are the column definitions of the last execution of a prepared
/// statement.
pub fn read(packets: &mut Packets, format: Format, columns: &mut Vec<Column>, sets: &mut Vec<ResultSet>) -> Result<()> {
    loop {
        packets.count(size_of::<ResultSet>())?;
        let more = match packets.read()? {
            packet @ [Error::HEADER, ..] => return Err(Error::of_packet(packet)),
            [LOCAL_INFILE, ..] => return Err(Error::Malformed("a request for a file")),
            packet @ [OK, ..] => {
                let (affected, more) = end(packet).ok_or(Error::Malformed("an incomplete OK"))?;
                sets.push(ResultSet {
                    affected,
                    ..ResultSet::default()
                });
                more
            }
            packet => {
                let (number, follow) =
                    column_count(packet, format).ok_or(Error::Malformed("columns that nobody asked for"))?;
                if follow {
                    *columns = read_columns(packets, number, format.without_eof)?;
                }
                if columns.len() != number {
                    return Err(Error::Malformed("rows without their columns"));
                }
                let (rows, more) = read_rows(packets, format, columns)?;
                sets.push(ResultSet {
                    rows,
                    columns: number,
                    affected: 0,
                });
                more
            }
        };
        if !more {
            return Ok(());
        }
    }
}

/// The number of columns of an answer, and whether their definitions follow.
fn column_count(packet: &[u8], format: Format) -> Option<(usize, bool)> {
    let mut rest = ParseBuf(packet);
    let number = usize::try_from(length(&mut rest)?).ok()?;
    let follow = match format.caches_columns {
        true => rest.checked_eat_u8()? == 1,
        false => true,
    };
    rest.is_empty().then_some((number, follow))
}

/// Reads column definitions, and the EOF packet after them.
pub fn read_columns(packets: &mut Packets, number: usize, without_eof: bool) -> Result<Vec<Column>> {
    if number > MOST_COLUMNS {
        return Err(Error::Malformed("columns that nobody asked for"));
    }
    let mut columns = Vec::with_capacity(number);
    for _ in 0..number {
        columns.push(match packets.read()? {
            packet @ [Error::HEADER, ..] => return Err(Error::of_packet(packet)),
            packet => Column::parse(packet).ok_or(Error::Malformed("an incomplete column"))?,
        });
    }
    if !without_eof && number > 0 && packets.read()?.first() != Some(&END) {
        return Err(Error::Malformed("columns without an end"));
    }
    Ok(columns)
}

fn read_rows(packets: &mut Packets, format: Format, columns: &[Column]) -> Result<(Vec<ResultRow>, bool)> {
    let mut rows = Vec::new();
    loop {
        match packets.read()? {
            packet @ [Error::HEADER, ..] => return Err(Error::of_packet(packet)),
            packet @ [END, ..] if packet.len() < SHORTEST_HUGE_ROW => {
                let more = match format.without_eof {
                    true => end(packet).map(|(_, more)| more),
                    false => eof(packet),
                };
                let more = more.ok_or(Error::Malformed("an incomplete end of the rows"))?;
                return Ok((rows, more));
            }
            _ => {}
        }
        packets.count(size_of::<ResultRow>() + columns.len() * size_of::<Value>())?;
        let row = ResultRow::parse(packets.take_content(), columns, format.encoding);
        rows.push(row.ok_or(Error::Malformed("a row that does not fit its columns"))?);
    }
}
