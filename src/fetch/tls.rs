//! Owns whom TLS trusts: the built-in authorities, those of the user, and nobody's word where a feed is excepted.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::Tls;

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("set up TLS")]
    Setup(#[from] Error),
    #[error("read the authorities in {}", path.display())]
    Authorities {
        path: PathBuf,
        #[source]
        source: pem::Error,
    },
    #[error("no authority in {}", path.display())]
    NoAuthority { path: PathBuf },
}

/// Returns the authorities to trust: those built in, and those of the PEM file.
///
/// # Errors
/// [`TlsError`] when the file cannot be read or holds no certificate.
pub(super) fn roots(ca_file: Option<&Path>) -> Result<Arc<RootCertStore>, TlsError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = ca_file {
        let failed = |source| TlsError::Authorities { path: path.to_owned(), source };
        let mut n_added = 0;
        for certificate in CertificateDer::pem_file_iter(path).map_err(failed)? {
            roots.add(certificate.map_err(failed)?)?;
            n_added += 1;
        }
        if n_added == 0 {
            return Err(TlsError::NoAuthority { path: path.to_owned() });
        }
    }
    Ok(Arc::new(roots))
}

/// Returns the client's side of TLS.
///
/// # Errors
/// [`TlsError::Setup`] for what a healthy build never meets.
pub(super) fn client(roots: &Arc<RootCertStore>, tls: Tls) -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let config = match tls {
        Tls::Verified => config.with_root_certificates(Arc::clone(roots)),
        Tls::Unverified => config.dangerous().with_custom_certificate_verifier(Arc::new(AnyCertificate(provider))),
    };
    let mut config = config.with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Returns the beginnings of a client for a server of the operator's own (a schema registry), which may have any address.
#[cfg(feature = "schema-registry")]
pub(crate) fn trusted_client(ca_file: Option<&Path>) -> Result<reqwest::ClientBuilder, TlsError> {
    let tls = client(&roots(ca_file)?, Tls::Verified)?;
    Ok(reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy())
}

/// Takes any certificate, expired or made out to another name. The server must still have its key.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
