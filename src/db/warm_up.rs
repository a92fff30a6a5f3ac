//! What a process would otherwise do at its first connection, or at each: done once, before a master process forks.

use std::hint::black_box;

use mysql_common::constants::{CapabilityFlags, DEFAULT_MAX_ALLOWED_PACKET, StatusFlags};
use mysql_common::packets::HandshakePacket;

/// The mysql crate has two buffers of its largest packet for each connection. glibc gives such memory back to the system each
/// time, and gets it anew, page by page, unless it has once seen a block freed that is larger.
pub fn keep_buffers() {
    drop(black_box(Vec::<u8>::with_capacity(2 * DEFAULT_MAX_ALLOWED_PACKET)));
}

/// The crate reads a server's version with regular expressions, which take two milliseconds to compile.
pub fn compile_patterns() {
    let capabilities = CapabilityFlags::empty();
    for version in ["5.5.5-10.11.6-MariaDB", "8.4.0"] {
        let none: Option<&[u8]> = None;
        let greeting = HandshakePacket::new(
            10,
            version.as_bytes(),
            0,
            [0; 8],
            none,
            capabilities,
            0,
            StatusFlags::empty(),
            none,
        );
        black_box((
            greeting.server_version_parsed(),
            greeting.maria_db_server_version_parsed(),
        ));
    }
}
