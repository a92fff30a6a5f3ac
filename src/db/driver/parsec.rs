//! The response of PARSEC, the plugin of MariaDB from 11.6 on: a key pair is derived from the password, and signs both sides'
//! random bytes.
//!
//! `auth` is the only user.

use std::num::NonZeroU32;

use parking_lot::Mutex;
use ring::pbkdf2::{self, PBKDF2_HMAC_SHA512};
use ring::signature::Ed25519KeyPair;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::error::{Error, Result};

pub const CHALLENGE: usize = 32;

/// The server's description of the key: the letter of the algorithm, the exponent of the iterations, and the salt.
const DESCRIPTION: usize = 20;
const PBKDF2: u8 = b'P';
const FEWEST_ITERATIONS: u32 = 1024;
/// The server's own limit. A derivation takes some milliseconds then.
const LARGEST_EXPONENT: u8 = 3;

/// Derived keys that a process remembers, so that only its first login of an account derives one.
const MOST_KEYS: usize = 16;

type Seed = Zeroizing<[u8; 32]>;

/// By the hash of description and password.
static KEYS: Mutex<Vec<([u8; 32], Seed)>> = Mutex::new(Vec::new());

pub fn response(password: &[u8], challenge: &[u8], description: &[u8]) -> Result<Vec<u8>> {
    let mut nonce = [0; CHALLENGE];
    getrandom::fill(&mut nonce).map_err(|error| Error::Local(format!("no random bytes: {error}")))?;
    let key = key_pair(password, description)?;
    let signature = key.sign(&[challenge, &nonce].concat());
    Ok([&nonce, signature.as_ref()].concat())
}

fn key_pair(password: &[u8], description: &[u8]) -> Result<Ed25519KeyPair> {
    const WRONG: Error = Error::Malformed("an unknown key derivation of PARSEC");
    let (exponent, salt) = match description {
        [PBKDF2, exponent, salt @ ..] if description.len() == DESCRIPTION => (*exponent, salt),
        _ => return Err(WRONG),
    };
    if exponent > LARGEST_EXPONENT {
        return Err(WRONG);
    }
    let name = Sha256::new()
        .chain_update(description)
        .chain_update(password)
        .finalize()
        .into();
    let known = KEYS
        .lock()
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, seed)| seed.clone());
    let seed = match known {
        Some(seed) => seed,
        None => {
            let iterations = NonZeroU32::new(FEWEST_ITERATIONS << exponent).ok_or(WRONG)?;
            let mut seed = Seed::default();
            pbkdf2::derive(PBKDF2_HMAC_SHA512, iterations, salt, password, &mut *seed);
            let mut keys = KEYS.lock();
            if keys.len() == MOST_KEYS {
                keys.remove(0);
            }
            keys.push((name, seed.clone()));
            seed
        }
    };
    Ed25519KeyPair::from_seed_unchecked(&*seed).map_err(|_| WRONG)
}

#[cfg(test)]
mod tests {
    use ring::signature::{ED25519, KeyPair, UnparsedPublicKey};

    use super::*;

    const SALT: &[u8] = b"\x63\x1a\x82\xbb\x10\x04\x46\x3e\xc1\xeb\x14\x5f\x80\xdc\x98\x3f\xc4\x1e";

    fn description(exponent: u8) -> Vec<u8> {
        [&[PBKDF2, exponent], SALT].concat()
    }

    /// MariaDB 11.8.9 shows for an account with the password 'secret':
    /// `P0:YxqCuxAERj7B6xRfgNyYP8Qe:oAMqipWRCWS7NKI8gMnS5iYGQLLzykk8se0Bdz6qayw`.
    #[test]
    fn the_key_is_that_of_the_server() {
        let expected = b"\xa0\x03\x2a\x8a\x95\x91\x09\x64\xbb\x34\xa2\x3c\x80\xc9\xd2\xe6\x26\x06\x40\xb2\xf3\xca\x49\x3c\xb1\xed\x01\x77\x3e\xaa\x6b\x2c";
        // Derived, and remembered.
        for _ in 0..2 {
            let key = key_pair(b"secret", &description(0)).unwrap();
            assert_eq!(key.public_key().as_ref(), expected);
        }
        let other = key_pair(b"other", &description(0)).unwrap();
        assert_ne!(other.public_key().as_ref(), expected);
        let other = key_pair(b"secret", &description(1)).unwrap();
        assert_ne!(other.public_key().as_ref(), expected);
    }

    /// A test vector of PBKDF2 with HMAC-SHA-512 that many libraries have.
    #[test]
    fn derives_as_others_do() {
        let mut key = [0; 32];
        let iterations = NonZeroU32::new(4096).unwrap();
        pbkdf2::derive(PBKDF2_HMAC_SHA512, iterations, b"salt", b"password", &mut key);
        assert_eq!(key[..8], [0xd1, 0x97, 0xb1, 0xb3, 0x3d, 0xb0, 0x14, 0x3e]);
    }

    /// RFC 8032, 7.1, test 2.
    #[test]
    fn signs_as_others_do() {
        let seed = b"\x4c\xcd\x08\x9b\x28\xff\x96\xda\x9d\xb6\xc3\x46\xec\x11\x4e\x0f\x5b\x8a\x31\x9f\x35\xab\xa6\x24\xda\x8c\xf6\xed\x4f\xb8\xa6\xfb";
        let key = Ed25519KeyPair::from_seed_unchecked(seed).unwrap();
        assert_eq!(key.public_key().as_ref()[..4], [0x3d, 0x40, 0x17, 0xc3]);
        assert_eq!(key.sign(b"\x72").as_ref()[..4], [0x92, 0xa0, 0x09, 0xa9]);
    }

    #[test]
    fn the_response_signs_both_challenges() {
        let challenge = [7; CHALLENGE];
        let answer = response(b"secret", &challenge, &description(0)).unwrap();
        let (nonce, signature) = answer.split_at(CHALLENGE);
        let key = key_pair(b"secret", &description(0)).unwrap();
        let public = UnparsedPublicKey::new(&ED25519, key.public_key().as_ref());
        assert!(public.verify(&[&challenge, nonce].concat(), signature).is_ok());
        let next = response(b"secret", &challenge, &description(0)).unwrap();
        assert_ne!(&next[..CHALLENGE], nonce);
    }

    #[test]
    fn no_server_has_more_iterations_than_its_own_most() {
        assert!(key_pair(b"secret", &description(LARGEST_EXPONENT)).is_ok());
        let short = &description(0)[..DESCRIPTION - 1];
        let other = [b"A\0", SALT].concat();
        for wrong in [
            &description(LARGEST_EXPONENT + 1),
            &description(255),
            short,
            &other,
            &[],
        ] {
            assert!(key_pair(b"secret", wrong).is_err());
        }
    }
}
