//! The PEM files of `rustsql.tls_ca`, `tls_cert` and `tls_key`.
//!
//! Called by `tls` and `tls_verifier`.

use std::fs::{self, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{InconsistentKeys, RootCertStore};
use zeroize::Zeroizing;

use crate::config::Tls;
use crate::error::ConfigError;

type Result<T> = std::result::Result<T, ConfigError>;

/// The largest file that is read. A list of all public authorities has 250 KB.
const LARGEST: u64 = 4 << 20;

const CA: &str = "rustsql.tls_ca";
const CERT: &str = "rustsql.tls_cert";
const KEY: &str = "rustsql.tls_key";

/// A file as it was read: path, device, inode, and the seconds and nanoseconds of its last change.
pub type Stamp = (String, u64, u64, i64, i64);

/// Which files there are, and whether they have changed.
pub fn stamps(settings: &Tls) -> Result<[Option<Stamp>; 3]> {
    Ok([
        stamp(CA, &settings.ca)?,
        stamp(CERT, &settings.cert)?,
        stamp(KEY, &settings.key)?,
    ])
}

fn stamp(setting: &str, path: &str) -> Result<Option<Stamp>> {
    if path.is_empty() {
        return Ok(None);
    }
    if !path.starts_with('/') {
        let problem = format!("{path} is not an absolute path: begin it with '/'");
        return Err(ConfigError::new(setting, problem));
    }
    let is = fs::metadata(path).map_err(|error| unreadable(setting, path, &error))?;
    Ok(Some((path.to_owned(), is.dev(), is.ino(), is.ctime(), is.ctime_nsec())))
}

/// The authorities: those of `tls_ca` alone, or those of the system.
pub fn roots(settings: &Tls) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    let path = &settings.ca;
    if path.is_empty() {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        return match roots.is_empty() {
            true => Err(ConfigError::new(
                "rustsql.tls",
                "this system has no certificate authorities: install the package ca-certificates, or set rustsql.tls_ca",
            )),
            false => Ok(roots),
        };
    }
    for certificate in certificates(CA, path)? {
        let wrong = |error| ConfigError::new(CA, format!("{path}: a certificate in it cannot be used: {error}"));
        roots.add(certificate).map_err(wrong)?;
    }
    Ok(roots)
}

/// The client's certificate and its key, if they are set.
pub fn client(settings: &Tls) -> Result<Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>> {
    match (settings.cert.as_str(), settings.key.as_str()) {
        ("", "") => Ok(None),
        ("", _) => Err(ConfigError::new(
            CERT,
            "it is not set, but rustsql.tls_key is: set both",
        )),
        (_, "") => Err(ConfigError::new(
            KEY,
            "it is not set, but rustsql.tls_cert is: set both",
        )),
        (cert, path) => {
            let text = read(KEY, path)?;
            if holds(&text, b"ENCRYPTED") {
                let problem = format!("{path}: the key has a password: openssl pkey -in {path} removes it");
                return Err(ConfigError::new(KEY, problem));
            }
            let key =
                PrivateKeyDer::from_pem_slice(&text).map_err(|error| wrong_pem(KEY, path, "private key", &error))?;
            Ok(Some((certificates(CERT, cert)?, key)))
        }
    }
}

/// rustls's error for a certificate and its key.
pub fn unfit(settings: &Tls, error: &rustls::Error) -> ConfigError {
    let (cert, key) = (&settings.cert, &settings.key);
    match error {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            ConfigError::new(KEY, format!("{key}: it is not the key of the certificate in {cert}"))
        }
        rustls::Error::InvalidCertificate(_) => {
            ConfigError::new(CERT, format!("{cert}: the certificate in it cannot be used: {error}"))
        }
        _ => ConfigError::new(KEY, format!("{key}: the key in it cannot be used: {error}")),
    }
}

fn certificates(setting: &str, path: &str) -> Result<Vec<CertificateDer<'static>>> {
    let text = read(setting, path)?;
    let found: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match found {
        Ok(found) if found.is_empty() => Err(wrong_pem(setting, path, "certificate", &pem::Error::NoItemsFound)),
        found => found.map_err(|error| wrong_pem(setting, path, "certificate", &error)),
    }
}

fn read(setting: &str, path: &str) -> Result<Zeroizing<Vec<u8>>> {
    let unreadable = |error| unreadable(setting, path, &error);
    // O_NONBLOCK: to open a named pipe would wait for a writer.
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(path);
    let file = file.map_err(unreadable)?;
    let is = file.metadata().map_err(unreadable)?;
    if !is.is_file() || is.len() > LARGEST {
        return Err(ConfigError::new(setting, format!("{path} is not a PEM file")));
    }
    // The buffer never moves, so that no copy of a key is left behind.
    let mut text = Zeroizing::new(Vec::with_capacity(is.len() as usize + 1));
    file.take(is.len()).read_to_end(&mut text).map_err(unreadable)?;
    Ok(text)
}

fn unreadable(setting: &str, path: &str, error: &io::Error) -> ConfigError {
    let who = "the user that PHP runs as must be able to read it";
    ConfigError::new(setting, format!("{path} cannot be read: {error}; {who}"))
}

fn wrong_pem(setting: &str, path: &str, what: &str, error: &pem::Error) -> ConfigError {
    let problem = match error {
        pem::Error::NoItemsFound => format!("{path} has no {what} in PEM format (-----BEGIN ...)"),
        error => format!("{path} is damaged: {error}"),
    };
    ConfigError::new(setting, problem)
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}
