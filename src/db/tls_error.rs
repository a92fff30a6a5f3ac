//! The errors of TLS in words: what is wrong, and what the operator can do about it.
//!
//! Called by `driver_error` and `login_error`.

use rustls::{AlertDescription, CertificateError, Error};

use super::tls_verifier::SelfSigned;

const DAY: u64 = 24 * 3600;

/// The longest list of a certificate's names in a message.
const MOST_NAMES: usize = 5;

pub fn cause(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(error) => certificate(error),
        Error::AlertReceived(AlertDescription::CertificateRequired) => "it wants a client's certificate".into(),
        Error::AlertReceived(alert) if is_about_client(*alert) => {
            format!("it does not accept the client's certificate ({alert:?})")
        }
        Error::AlertReceived(alert) => format!("it ended the TLS handshake ({alert:?})"),
        Error::InvalidMessage(_) => "its answer is not TLS".into(),
        error => format!("TLS with it fails: {error}"),
    }
}

pub fn cure(error: &Error) -> &'static str {
    use CertificateError::*;
    match error {
        Error::InvalidCertificate(error) => match error {
            UnknownIssuer => {
                "set rustsql.tls_ca to a PEM file with the authority that signed it (if it is not set, the system's \
     authorities are trusted)"
            }
            NotValidForNameContext { presented, .. } if presented.is_empty() => {
                "set rustsql.tls = verify_ca, which compares no names, or give the server a certificate with a subjectAltName"
            }
            NotValidForName | NotValidForNameContext { .. } => {
                "use the certificate's host name in rustsql.dsn, or set rustsql.tls = verify_ca, which compares no names"
            }
            Expired | ExpiredContext { .. } => "renew the certificate, unless the clock of this machine is wrong",
            NotValidYet | NotValidYetContext { .. } => {
                "is the clock of this machine, or of the one that made it, wrong?"
            }
            Other(_) if is_self_signed(error) => {
                "give the server a certificate that an authority has signed, and name that authority's in rustsql.tls_ca"
            }
            Other(_) if is_version_1(error) => {
                "create it again with version 3, which openssl does for a certificate with a subjectAltName"
            }
            _ => "give the server another certificate",
        },
        Error::AlertReceived(AlertDescription::CertificateRequired) => "set rustsql.tls_cert and rustsql.tls_key",
        Error::AlertReceived(alert) if is_about_client(*alert) => {
            "has an authority of the server's ssl_ca signed rustsql.tls_cert, and is it still valid?"
        }
        Error::InvalidMessage(_) => "is there a server with TLS, or a proxy that does not know MySQL's?",
        _ => {
            "the server must have TLS 1.2 or 1.3 with a key of RSA (2048 bits or more) or ECDSA; its error log may tell more"
        }
    }
}

fn certificate(error: &CertificateError) -> String {
    use CertificateError::*;
    match error {
        UnknownIssuer => "its certificate is not signed by an authority that is trusted here".into(),
        NotValidForNameContext { presented, .. } if presented.is_empty() => {
            "its certificate has no name to compare (no subjectAltName)".into()
        }
        NotValidForNameContext { expected, presented } => {
            let names: Vec<_> = presented.iter().take(MOST_NAMES).map(|name| plain(name)).collect();
            let more = if presented.len() > MOST_NAMES { ", ..." } else { "" };
            format!(
                "its certificate is for {}{more}, not for {}",
                names.join(", "),
                expected.to_str()
            )
        }
        ExpiredContext { time, not_after } => {
            let ago = time.as_secs().saturating_sub(not_after.as_secs()) / DAY;
            format!("its certificate, or that of an authority, has expired {ago} days ago")
        }
        NotValidYetContext { time, not_before } => {
            let to_go = not_before.as_secs().saturating_sub(time.as_secs()).div_ceil(DAY);
            format!("its certificate, or that of an authority, becomes valid in {to_go} days")
        }
        Other(_) if is_self_signed(error) => "its certificate is self-signed".into(),
        Other(_) if is_version_1(error) => "its certificate has version 1 of X.509, which cannot be verified".into(),
        error => format!("its certificate cannot be used: {error}"),
    }
}

/// rustls gives names as in `DnsName("db")`.
fn plain(name: &str) -> String {
    let (_, inner) = name.split_once('(').unwrap_or(("", name));
    let name = inner.trim_end_matches(')').trim_matches('"');
    name.chars().take(100).filter(|c| !c.is_control()).collect()
}

fn is_self_signed(error: &CertificateError) -> bool {
    matches!(error, CertificateError::Other(other) if other.0.is::<SelfSigned>())
}

fn is_version_1(error: &CertificateError) -> bool {
    matches!(error, CertificateError::Other(other) if other.0.to_string() == "UnsupportedCertVersion")
}

fn is_about_client(alert: AlertDescription) -> bool {
    use AlertDescription::*;
    matches!(
        alert,
        BadCertificate
            | UnsupportedCertificate
            | CertificateRevoked
            | CertificateExpired
            | CertificateUnknown
            | UnknownCA
            | AccessDenied
    )
}
