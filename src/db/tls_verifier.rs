//! What of a server's certificate is verified: nothing, who signed it, or also whose name it has.
//!
//! That the server has the certificate's key is verified in every mode.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{
    CryptoProvider, verify_tls12_signature, verify_tls13_signature, verify_tls13_signature_with_raw_key,
};
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme};

use super::tls_files;
use crate::config::{Tls, TlsMode};
use crate::error::ConfigError;

pub fn new(
    mode: TlsMode,
    settings: &Tls,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, ConfigError> {
    let roots = match mode {
        TlsMode::Disabled | TlsMode::Preferred | TlsMode::Required => None,
        TlsMode::VerifyCa | TlsMode::VerifyIdentity => Some(tls_files::roots(settings)?),
    };
    Ok(Arc::new(Verifier {
        provider,
        roots,
        compares_names: mode == TlsMode::VerifyIdentity,
    }))
}

#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    /// `None`: any certificate will do.
    roots: Option<RootCertStore>,
    compares_names: bool,
}

/// The certificate is signed with its own key, and is not trusted.
#[derive(Debug)]
pub struct SelfSigned;

impl fmt::Display for SelfSigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("self-signed")
    }
}

impl std::error::Error for SelfSigned {}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(roots) = &self.roots else {
            return Ok(ServerCertVerified::assertion());
        };
        let certificate = ParsedCertificate::try_from(end_entity)?;
        let algorithms = self.provider.signature_verification_algorithms.all;
        verify_server_cert_signed_by_trust_anchor(&certificate, roots, intermediates, now, algorithms).map_err(
            |error| match error {
                Error::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::Other(_))
                    if is_self_signed(end_entity) =>
                {
                    CertificateError::Other(OtherError(Arc::new(SelfSigned))).into()
                }
                error => error,
            },
        )?;
        if self.compares_names {
            verify_server_name(&certificate, name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        match Parts::of(certificate) {
            // Nothing of the certificate is verified, so its version does not matter: older servers make such of version 1.
            Some(parts) if self.roots.is_none() => {
                let key = SubjectPublicKeyInfoDer::from(parts.public_key);
                verify_tls13_signature_with_raw_key(message, &key, signature, algorithms)
            }
            _ => verify_tls13_signature(message, certificate, signature, algorithms),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// What is read of a certificate here, since `webpki` does not give it, or refuses the certificate for its version.
struct Parts<'a> {
    issuer: &'a [u8],
    subject: &'a [u8],
    /// As a whole element, with its header.
    public_key: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(certificate: &'a [u8]) -> Option<Self> {
        let (inner, _) = element(element(certificate)?.0)?;
        // The version, a number in brackets, is not in certificates of version 1.
        let after_version = match inner.first()? {
            0xa0 => element(inner)?.1,
            _ => inner,
        };
        let (_, after_number) = element(after_version)?;
        let (_, after_algorithm) = element(after_number)?;
        let (issuer, after_issuer) = element(after_algorithm)?;
        let (_, after_validity) = element(after_issuer)?;
        let (subject, after_subject) = element(after_validity)?;
        let (_, after_key) = element(after_subject)?;
        Some(Self {
            issuer,
            subject,
            public_key: &after_subject[..after_subject.len() - after_key.len()],
        })
    }
}

/// It decides about a message alone.
fn is_self_signed(certificate: &[u8]) -> bool {
    Parts::of(certificate).is_some_and(|parts| parts.issuer == parts.subject)
}

/// The content of the first DER element, and what follows it.
fn element(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match *der {
        [_, length @ ..=0x7f, ref rest @ ..] => (length.into(), rest),
        [_, 0x81, length, ref rest @ ..] => (length.into(), rest),
        [_, 0x82, high, low, ref rest @ ..] => (u16::from_be_bytes([high, low]).into(), rest),
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_bytes_panic_and_cut_ones_have_no_parts() {
        // tbsCertificate: number, algorithm, issuer, validity, subject, key.
        let inner = [&[2, 1, 9, 0x30, 0, 0x30, 1, 7, 0x30, 0, 0x30, 1, 7, 0x30, 2, 5, 0][..]].concat();
        let version_1 = [&[0x30, 19, 0x30, 17][..], &inner].concat();
        let version_3 = [&[0x30, 24, 0x30, 22, 0xa0, 3, 2, 1, 2][..], &inner].concat();
        for certificate in [version_1, version_3] {
            let parts = Parts::of(&certificate).unwrap();
            assert_eq!((parts.issuer, parts.subject), (&[7][..], &[7][..]));
            assert_eq!(parts.public_key, [0x30, 2, 5, 0]);
            assert!(is_self_signed(&certificate));
            for length in 0..certificate.len() {
                assert!(Parts::of(&certificate[..length]).is_none());
                for byte in 0..=255 {
                    let mut changed = certificate.clone();
                    changed[length] = byte;
                    let _ = Parts::of(&changed);
                }
            }
        }
    }
}
