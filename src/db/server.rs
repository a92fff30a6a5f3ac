//! Plain data: the properties of a server, and the session variables of a connection.
//!
//! `store::link` has them for its connection, and `store::known_servers` caches them. Nothing here sends a statement.

use std::time::Duration;

/// The protocol's own limit; the server's is checked before a write, since it ends the connection.
pub const LARGEST_PACKET: usize = 1 << 30;

/// The session variables that depend on rustsql's settings, or that change between packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionVariables {
    pub lock_ttl: Duration,
    /// Off with row locks: a transaction then begins without a statement for it.
    pub autocommit: bool,
    /// `innodb_lock_wait_timeout`, in seconds.
    pub lock_wait: u64,
    /// The client's character set is a single-byte one. False if the table's name has other characters than ASCII.
    pub single_byte_charset: bool,
    /// `lock_wait_timeout`, for table locks, in seconds.
    pub table_wait: u64,
}

/// Properties of a server that need other statements than usual.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quirks {
    /// Statements with cluster variables fail: MariaDB was built without Galera, or the account may not read MySQL's
    /// `performance_schema.global_variables`.
    pub no_cluster_variables: bool,
    /// `binlog_format=STATEMENT`: the server refuses writes in READ COMMITTED, and warns of nondeterministic statements.
    pub statement_binlog: bool,
}

/// Properties of a server from its answer to the first packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Server {
    pub max_allowed_packet: usize,
    /// The server is a node of Galera or Group Replication.
    pub clustered: bool,
}
