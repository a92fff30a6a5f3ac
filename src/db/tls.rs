//! Whether a connection is encrypted and how its server is verified: from the settings to a client configuration of rustls.
//!
//! Called by `login` before it connects. A process keeps one configuration for each set of settings and files, so that TLS sessions
//! resume: a fresh connection then costs no full handshake. For each fresh connection it asks the file system whether the files
//! have changed, which takes some microseconds.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::Arc;

use parking_lot::Mutex;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, crypto::ring};

use super::driver::TlsRequest;
use super::fork;
use super::host::Host;
use super::tls_files::{self as files, Stamp};
use super::tls_verifier;
use crate::config::{Address, Config, Tls, TlsMode};
use crate::error::{ConfigError, Result};

/// The most configurations of a process. The oldest is dropped for a new one.
const MOST_CONFIGURATIONS: usize = 32;

const NOT_OFFERED: &str = "rustsql.tls requires it: switch TLS on at the server (ssl_cert and ssl_key); if it is on, something on \
     the way removes it from the server's greeting";

const OFFERED_BEFORE: &str = "this process has used TLS with it before, so it sends no password without TLS: if TLS was switched off \
     there, restart PHP; otherwise something on the way removes it from the server's greeting";

#[derive(Clone, PartialEq)]
struct Key {
    /// A forked child does not resume its parent's TLS sessions.
    generation: u32,
    mode: TlsMode,
    files: [Option<Stamp>; 3],
}

static CONFIGURATIONS: Mutex<Vec<(Key, Arc<ClientConfig>)>> = Mutex::new(Vec::new());

/// Hosts that have spoken TLS: `preferred` does not take them without it any more.
static OFFERED: Mutex<Option<HashSet<Host>>> = Mutex::new(None);

pub fn offered(host: &Host) {
    let mut hosts = OFFERED.lock();
    let hosts = hosts.get_or_insert_default();
    if !hosts.contains(host) {
        hosts.insert(host.clone());
    }
}

fn was_offered(host: &Host) -> bool {
    OFFERED.lock().as_ref().is_some_and(|hosts| hosts.contains(host))
}

/// `None`: the connection is not encrypted.
pub fn request(host: &Host, config: &Config) -> Result<Option<TlsRequest>> {
    let settings = &config.target.tls;
    let mode = settings.mode();
    let Address::Tcp { host: own, .. } = host.address() else {
        return Ok(None);
    };
    let name = settings.name.as_deref().unwrap_or(own);
    let on_loopback = host.ip().is_some_and(|ip| ip.is_loopback());
    if mode == TlsMode::Disabled || mode == TlsMode::Preferred && on_loopback {
        return Ok(None);
    }
    Ok(Some(TlsRequest {
        config: configuration(mode, settings)?,
        name: server_name(name, mode, host)?,
        required: match mode {
            TlsMode::Preferred => was_offered(host).then_some(OFFERED_BEFORE),
            _ => Some(NOT_OFFERED),
        },
        is_verified: settings.is_verified(),
        established: Cell::new(false),
    }))
}

/// The DSN's name, which the certificate must have. A name that no certificate can have matters only where it is verified.
fn server_name(name: &str, mode: TlsMode, host: &Host) -> Result<ServerName<'static>> {
    // An address of one network interface, as in fe80::1%eth0.
    let name = name.split('%').next().unwrap_or(name);
    match (ServerName::try_from(name.to_owned()), host.ip()) {
        (Ok(name), _) => Ok(name),
        (Err(_), Some(ip)) if mode != TlsMode::VerifyIdentity => Ok(ServerName::from(ip)),
        _ => {
            let problem = format!("no certificate can have the name '{name}': rename the host, or use verify_ca");
            Err(ConfigError::new("rustsql.tls", problem).into())
        }
    }
}

fn configuration(mode: TlsMode, settings: &Tls) -> Result<Arc<ClientConfig>> {
    let key = Key {
        generation: fork::generation(),
        mode,
        files: files::stamps(settings)?,
    };
    let known = |all: &[(Key, Arc<ClientConfig>)]| {
        let known = all.iter().find(|(known, _)| *known == key);
        known.map(|(_, configuration)| Arc::clone(configuration))
    };
    if let Some(configuration) = known(&CONFIGURATIONS.lock()) {
        return Ok(configuration);
    }
    let configuration = Arc::new(build(mode, settings)?);
    let mut all = CONFIGURATIONS.lock();
    // Another thread may have been faster.
    if let Some(configuration) = known(&all) {
        return Ok(configuration);
    }
    if all.len() >= MOST_CONFIGURATIONS {
        all.remove(0);
    }
    all.push((key, Arc::clone(&configuration)));
    Ok(configuration)
}

fn build(mode: TlsMode, settings: &Tls) -> Result<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let verifier = tls_verifier::new(mode, settings, Arc::clone(&provider))?;
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ConfigError::new("rustsql.tls", error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let Some((certificates, key)) = files::client(settings)? else {
        return Ok(builder.with_no_client_auth());
    };
    let configuration = builder.with_client_auth_cert(certificates, key);
    Ok(configuration.map_err(|error| files::unfit(settings, &error))?)
}
