//! Reads along how a server greets, for the name of one that speaks the protocol and cannot run our statements.
//!
//! The mysql crate keeps only the numbers of the version. `socket` calls it with what a login receives.

/// They refuse GET_LOCK() within a larger statement, or LOCK IN SHARE MODE: a session cannot be locked there.
const UNSUITABLE: [&str; 2] = ["Vitess", "TiDB"];

/// In front of the version: the packet's header and the protocol's number.
const HEAD: usize = 5;

/// The beginning of the greeting: a version is shorter than this.
#[derive(Debug, Clone, Copy)]
pub struct Greeting {
    bytes: [u8; 96],
    length: usize,
}

impl Default for Greeting {
    fn default() -> Self {
        Self {
            bytes: [0; 96],
            length: 0,
        }
    }
}

impl Greeting {
    pub fn follow(&mut self, bytes: &[u8]) {
        for (place, byte) in self.bytes[self.length..].iter_mut().zip(bytes) {
            *place = *byte;
            self.length += 1;
        }
    }

    /// The name of a server that cannot be used, if it is one.
    pub fn unsuitable(&self) -> Option<&'static str> {
        let version = self.bytes.get(HEAD..self.length)?.split(|byte| *byte == 0).next()?;
        let version = String::from_utf8_lossy(version);
        UNSUITABLE.into_iter().find(|name| version.contains(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unsuitable(version: &str) -> Option<&'static str> {
        let packet = [b"\x4a\0\0\0\x0a", version.as_bytes(), b"\0\x01\0\0\0TiDB-salt\0"].concat();
        let mut whole = Greeting::default();
        whole.follow(&packet);
        let mut piecewise = Greeting::default();
        packet.iter().for_each(|byte| piecewise.follow(&[*byte]));
        assert_eq!(whole.unsuitable(), piecewise.unsuitable());
        whole.unsuitable()
    }

    #[test]
    fn knows_them_by_their_version_alone() {
        assert_eq!(unsuitable("8.0.11-TiDB-v7.5.0"), Some("TiDB"));
        assert_eq!(unsuitable("8.0.30-Vitess"), Some("Vitess"));
        assert_eq!(unsuitable("5.5.5-10.11.19-MariaDB-0+deb12u1"), None);
        assert_eq!(unsuitable("9.7.4"), None);
        assert_eq!(unsuitable(&"9".repeat(200)), None);
        assert_eq!(Greeting::default().unsuitable(), None);
    }
}
