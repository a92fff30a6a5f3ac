//! Any bytes as a stored session: they open or are refused, take no more memory than they may expand to, and nothing that was
//! encrypted opens after a change. Any bytes as a file of keys, and as a session's data: what was sealed opens, with any settings.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use peak_alloc::PeakAlloc;

use rustsql::{Compression, Encryption, Envelope, Keys, Place, SessionKey};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const COMPRESSIONS: [Compression; 3] = [Compression::None, Compression::Lz4, Compression::Zstd];
const FORMATS: [u64; 8] = [0, 1, 2, 16, 17, 18, 3, 255];
/// The most bytes that stored data may expand to.
const MOST: usize = 1 << 16;
/// The text of an error, and the like.
const BESIDE: usize = 1 << 10;

static KEYS: LazyLock<Arc<Keys>> = LazyLock::new(|| {
    let text = b"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    Arc::new(Keys::parse(text).unwrap_or_default())
});

fn envelope(encryption: Encryption, compression: Compression) -> Envelope {
    Envelope {
        encryption,
        keys: Arc::clone(&KEYS),
        compression,
        threshold: 0,
    }
}

fuzz_target!(|bytes: &[u8]| {
    let [which, at, rest @ ..] = bytes else { return };
    let Ok(key) = SessionKey::new("", b"abc") else { return };
    let place = Place { key, version: 7 };
    let compression = COMPRESSIONS[usize::from(*which) % 3];
    let encryption = [Encryption::Off, Encryption::On, Encryption::Required][usize::from(*which / 3) % 3];
    let envelope = envelope(encryption, compression);

    // As stored.
    let format = FORMATS[usize::from(*at) % FORMATS.len()];
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let opened = envelope.open(format, place, rest.to_vec(), MOST);
    let taken = MEMORY.peak_usage().saturating_sub(before);
    assert!(taken <= rest.len() + MOST + BESIDE, "{taken} bytes for {}", rest.len());
    if let Ok(data) = opened {
        // Nobody has the key.
        assert!(format < 16 && encryption != Encryption::Required);
        assert!(if format == 0 {
            data == rest
        } else {
            !data.is_empty() && data.len() <= MOST
        });
    }

    // As a file of keys.
    let _ = Keys::parse(rest);

    // As data.
    let Ok((format, stored)) = envelope.seal(place, rest) else {
        panic!("cannot be sealed")
    };
    let stored = stored.into_owned();
    let encrypted = encryption != Encryption::Off;
    assert_eq!(format >= 16, encrypted);
    assert!(stored.len() <= rest.len() + if encrypted { 56 } else { 0 });
    assert!(matches!(envelope.open(format.into(), place, stored.clone(), rest.len()), Ok(data) if data == rest));
    if encrypted {
        let mut changed = stored;
        let byte = usize::from(*at) % changed.len();
        changed[byte] ^= which | 1;
        for format in FORMATS {
            // With another format, the key's id tells that it was encrypted; here that may be what was changed.
            if format >= 16 || byte >= 8 {
                assert!(envelope.open(format, place, changed.clone(), MOST).is_err());
            }
        }
    }
});
