//! The command that executes a prepared statement.

use mysql_common::constants::ColumnType;
use mysql_common::io::BufMutExt;

use crate::session_id::hex_digits;

/// The flag of a parameter's type.
const UNSIGNED: u8 = 0x80;

/// A value of a prepared statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameter<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// Sent as hexadecimal digits, for `UNHEX(?)`.
    Hex(&'a [u8; 16]),
}

/// Writes the command without its first byte.
pub fn put(packet: &mut Vec<u8>, id: u32, values: &[Parameter<'_>]) {
    let data: usize = values.iter().map(Parameter::len).sum();
    packet.reserve_exact(data + 32 + 16 * values.len());
    packet.extend_from_slice(&id.to_le_bytes());
    // Flags: no cursor. Iteration count: one.
    packet.extend_from_slice(&[0, 1, 0, 0, 0]);
    if values.is_empty() {
        return;
    }
    // The bitmap says that no value is NULL. Then follows the flag that the types are sent.
    packet.extend(std::iter::repeat_n(0, values.len().div_ceil(8)));
    packet.push(1);
    for value in values {
        packet.extend_from_slice(&match value {
            Parameter::Number(_) => [ColumnType::MYSQL_TYPE_LONGLONG as u8, UNSIGNED],
            Parameter::Bytes(_) | Parameter::Hex(_) => [ColumnType::MYSQL_TYPE_VAR_STRING as u8, 0],
        });
    }
    for value in values {
        match value {
            Parameter::Number(number) => packet.extend_from_slice(&number.to_le_bytes()),
            Parameter::Bytes(bytes) => {
                packet.put_lenenc_str(bytes);
            }
            Parameter::Hex(bytes) => {
                packet.put_lenenc_int(2 * bytes.len() as u64);
                packet.extend(hex_digits(*bytes));
            }
        }
    }
}

impl Parameter<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Number(_) => 8,
            Self::Bytes(bytes) => bytes.len(),
            Self::Hex(bytes) => 2 * bytes.len(),
        }
    }
}
