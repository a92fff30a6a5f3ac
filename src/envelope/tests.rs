use super::*;
use crate::session_id::SessionKey;

const ONE: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const TWO: &str = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
const ANY_SIZE: usize = usize::MAX;

fn keys(lines: &[&str]) -> Arc<Keys> {
    Arc::new(Keys::parse(lines.join("\n").as_bytes()).unwrap())
}

fn envelope(encryption: Encryption, lines: &[&str], compression: Compression) -> Envelope {
    let keys = match lines {
        [] => Arc::default(),
        lines => keys(lines),
    };
    Envelope {
        encryption,
        keys,
        compression,
        threshold: 0,
    }
}

fn every() -> impl Iterator<Item = Envelope> {
    let compressions = [Compression::None, Compression::Lz4, Compression::Zstd];
    [Encryption::Off, Encryption::On]
        .into_iter()
        .flat_map(move |encryption| compressions.map(|compression| envelope(encryption, &[ONE], compression)))
}

fn place(id: &str, version: u64) -> Place {
    let key = SessionKey::new("", id.as_bytes()).unwrap();
    Place { key, version }
}

/// Data that can be compressed, of a length.
fn data(length: usize) -> Vec<u8> {
    b"user|a:2:{s:4:\"name\";s:5:\"Alice\";}"
        .iter()
        .copied()
        .cycle()
        .take(length)
        .collect()
}

fn seal(envelope: &Envelope, data: &[u8]) -> (u64, Vec<u8>) {
    let (format, stored) = envelope.seal(place("a", 7), data).unwrap();
    (format.into(), stored.into_owned())
}

fn unreadable(envelope: &Envelope, format: u64, place: Place, stored: &[u8]) -> Option<Unreadable> {
    match envelope.open(format, place, stored.to_vec(), ANY_SIZE) {
        Err(Error::Unreadable(why)) => Some(why),
        _ => None,
    }
}

#[test]
fn what_goes_in_comes_out_with_any_other_settings() {
    for writer in every() {
        for length in [0, 1, 34, 2048, 70_000] {
            let data = data(length);
            let (format, stored) = seal(&writer, &data);
            for reader in every() {
                let opened = reader.open(format, place("a", 7), stored.clone(), length);
                assert_eq!(opened.unwrap(), data, "format {format}, {length} bytes");
            }
        }
    }
}

#[test]
fn plain_data_is_not_copied() {
    let data = data(100);
    let plain = envelope(Encryption::Off, &[], Compression::None);
    assert!(
        matches!(plain.seal(place("a", 7), &data), Ok((PLAIN, Cow::Borrowed(same))) if same.as_ptr() == data.as_ptr())
    );
    let stored = data.clone();
    let at = stored.as_ptr();
    let opened = plain.open(0, place("a", 7), stored, 0).unwrap();
    assert_eq!(opened.as_ptr(), at);
}

#[test]
fn only_what_becomes_smaller_is_compressed() {
    let mut random = vec![0; 4096];
    getrandom::fill(&mut random).unwrap();
    for compression in [Compression::Lz4, Compression::Zstd] {
        let mut envelope = envelope(Encryption::Off, &[], compression);
        assert_eq!(seal(&envelope, &random).0, 0);
        let (format, stored) = seal(&envelope, &data(4096));
        assert!(format != 0 && stored.len() < 1000, "{format}, {}", stored.len());
        envelope.threshold = 4097;
        assert_eq!(seal(&envelope, &data(4096)).0, 0);
    }
}

#[test]
fn two_writes_of_the_same_data_are_different() {
    let envelope = envelope(Encryption::On, &[ONE], Compression::None);
    let (one, two) = (seal(&envelope, b"a|i:1;").1, seal(&envelope, b"a|i:1;").1);
    assert_eq!(one[..8], two[..8]);
    assert!(one[8..40] != two[8..40] && one[40..] != two[40..]);
}

#[test]
fn encrypted_data_opens_at_its_place_alone() {
    for envelope in every().filter(|envelope| envelope.encryption == Encryption::On) {
        let (format, stored) = seal(&envelope, &data(300));
        for place in [place("b", 7), place("a", 8), place("a", 6)] {
            assert_eq!(unreadable(&envelope, format, place, &stored), Some(Unreadable::Changed));
        }
        for other in [0, 1, 2, 16, 17, 18].into_iter().filter(|other| *other != format) {
            assert_eq!(
                unreadable(&envelope, other, place("a", 7), &stored),
                Some(Unreadable::Changed)
            );
        }
    }
}

#[test]
fn encrypted_data_that_was_changed_or_cut_does_not_open() {
    let envelope = envelope(Encryption::Required, &[ONE], Compression::Zstd);
    let (format, stored) = seal(&envelope, &data(300));
    for at in 0..stored.len() {
        for bit in 0..8 {
            let mut changed = stored.clone();
            changed[at] ^= 1 << bit;
            assert!(
                unreadable(&envelope, format, place("a", 7), &changed).is_some(),
                "byte {at}, bit {bit}"
            );
        }
        assert!(
            unreadable(&envelope, format, place("a", 7), &stored[..at]).is_some(),
            "{at} bytes"
        );
    }
}

#[test]
fn keys_are_changed_one_after_the_other() {
    let with = |lines: &[&str]| envelope(Encryption::On, lines, Compression::None);
    let (format, stored) = seal(&with(&[ONE]), b"a|i:1;");
    let (_, newer) = seal(&with(&[TWO, ONE]), b"a|i:2;");
    let opened =
        |envelope: &Envelope, stored: &[u8]| envelope.open(format, place("a", 7), stored.to_vec(), ANY_SIZE).ok();
    assert_eq!(opened(&with(&[TWO, ONE]), &stored).as_deref(), Some(&b"a|i:1;"[..]));
    assert_eq!(opened(&with(&[TWO]), &newer).as_deref(), Some(&b"a|i:2;"[..]));
    // Switched off, it still reads.
    let off = envelope(Encryption::Off, &[ONE], Compression::None);
    assert_eq!(opened(&off, &stored).as_deref(), Some(&b"a|i:1;"[..]));
    for reader in [with(&[TWO]), envelope(Encryption::Off, &[], Compression::None)] {
        let why = unreadable(&reader, format, place("a", 7), &stored);
        assert!(matches!(why, Some(Unreadable::NoKey(id)) if id == crate::session_id::hex(&stored[..8])));
    }
}

#[test]
fn what_is_written_plain_opens_whatever_it_begins_with() {
    let off = envelope(Encryption::Off, &[ONE], Compression::None);
    let id = seal(&envelope(Encryption::On, &[ONE], Compression::None), b"").1[..8].to_vec();
    assert_eq!(off.open(0, place("a", 7), id.clone(), ANY_SIZE).unwrap(), id);
}

#[test]
fn required_refuses_what_is_not_encrypted() {
    let required = envelope(Encryption::Required, &[ONE], Compression::None);
    for compression in [Compression::None, Compression::Lz4, Compression::Zstd] {
        let (format, stored) = seal(&envelope(Encryption::Off, &[], compression), &data(300));
        assert_eq!(
            unreadable(&required, format, place("a", 7), &stored),
            Some(Unreadable::NotEncrypted)
        );
    }
    assert!(seal(&required, b"").0 == 16);
}

#[test]
fn nothing_is_written_plain_that_should_be_encrypted() {
    let no_keys = envelope(Encryption::On, &[], Compression::None);
    assert!(matches!(
        no_keys.seal(place("a", 7), b"a|i:1;"),
        Err(Error::NotEncrypted(_))
    ));
}

#[test]
fn an_unknown_format_is_named() {
    let envelope = envelope(Encryption::On, &[ONE], Compression::None);
    for (format, named) in [(3, 3), (15, 15), (19, 19), (32, 32), (255, 255), (256, 255)] {
        let opened = envelope.open(format, place("a", 7), b"a|i:1;".to_vec(), ANY_SIZE);
        assert!(matches!(opened, Err(Error::Format(of)) if of == named));
    }
}

#[test]
fn the_size_is_known_before_anything_expands() {
    let zeros = vec![0; 10_000_000];
    for (format, compression) in [(1, Compression::Lz4), (2, Compression::Zstd)] {
        let envelope = envelope(Encryption::Off, &[], compression);
        let (sealed, stored) = seal(&envelope, &zeros);
        assert!(sealed == format && stored.len() < 50_000);
        let open = |stored: &[u8], most| envelope.open(format, place("a", 7), stored.to_vec(), most);
        assert!(matches!(
            open(&stored, 9_999_999),
            Err(Error::Unreadable(Unreadable::Expands {
                bytes: 10_000_000,
                limit: 9_999_999
            }))
        ));
        for size in [0, 1, 9_999_999, 10_000_001, u32::MAX] {
            let mut lying = stored.clone();
            lying[..4].copy_from_slice(&u32::to_le_bytes(size));
            assert!(open(&lying, ANY_SIZE).is_err(), "{size}");
        }
        for cut in [0, 3, 4, 5, stored.len() - 1] {
            assert!(open(&stored[..cut], ANY_SIZE).is_err(), "{cut}");
        }
    }
}

#[test]
fn a_file_of_keys_has_one_a_line() {
    let text = format!("# comment\r\n\n ; another\n  {ONE}\r\n{TWO}\n\n");
    let keys = Keys::parse(text.as_bytes()).unwrap();
    assert_eq!(keys.first().map(|key| key.secret[31]), Some(31));
    let unpadded = Keys::parse(TWO.trim_end_matches('=').as_bytes()).unwrap();
    assert_eq!(unpadded.first().map(|key| key.secret[0]), Some(32));
    assert!(unpadded.first().is_some_and(|key| keys.find(&key.id).is_some()));
    assert!(Keys::parse(ONE.to_uppercase().as_bytes()).unwrap() == Keys::parse(ONE.as_bytes()).unwrap());
}

#[test]
fn what_is_wrong_with_a_line_is_told_without_its_content() {
    for (text, part) in [
        (String::new(), "it has no key"),
        ("# none\n\n".into(), "it has no key"),
        (format!("\n{}", &ONE[2..]), "line 2: it has 31 bytes"),
        (format!("{ONE}00"), "line 1: it has 33 bytes"),
        (format!("{ONE}0"), "line 1: it"),
        ("00".repeat(200), "line 1: it is not hexadecimal"),
        ("secret of mine".into(), "line 1: it is not hexadecimal"),
        ("c2VjcmV0".into(), "line 1: it has 6 bytes"),
        (
            format!("{ONE}\n# x\n{}", ONE.to_uppercase()),
            "line 3 has the same key as line 1",
        ),
    ] {
        let problem = Keys::parse(text.as_bytes()).err().unwrap_or_default();
        assert!(problem.contains(part), "{text}: {problem}");
        assert!(
            !["0102", "secret", "c2Vj"].iter().any(|piece| problem.contains(piece)),
            "{problem}"
        );
    }
    assert!(Keys::parse(b"\xff\xfe\n").is_err());
}
