//! What is known of a server, and what a connection to it is set to.
//!
//! Plain data that `store::link` has beside its connection, and `store::known_servers` remembers. Nothing here talks to a server.

use std::time::Duration;

/// The protocol's own limit; the server's is checked before a write, since it ends the connection.
pub const LARGEST_PACKET: usize = 1 << 30;

/// Those that depend on the settings of rustsql, or change from packet to packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionVariables {
    pub lock_ttl: Duration,
    /// Off where rows are locked: a transaction then begins by itself, without a statement of its own.
    pub autocommit: bool,
    /// `innodb_lock_wait_timeout`, in seconds.
    pub lock_wait: u64,
    /// The client's character set has one byte for each character. Not where the table's name needs more.
    pub single_byte_charset: bool,
    /// `lock_wait_timeout`, for locks on the whole table, in seconds.
    pub table_wait: u64,
}

/// Why a server has to get other statements than most.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quirks {
    /// A statement that names the variables of a cluster fails: MariaDB was built without Galera, or this account may not read
    /// `performance_schema.global_variables` of MySQL.
    pub no_cluster_variables: bool,
    /// `binlog_format=STATEMENT`: the server takes no writes in READ COMMITTED, and warns of nondeterministic statements.
    pub statement_binlog: bool,
}

/// What a server said of itself in the first packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Server {
    pub max_allowed_packet: usize,
    /// A node of Galera or Group Replication, as far as it was asked.
    pub clustered: bool,
}
