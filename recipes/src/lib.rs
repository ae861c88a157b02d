//! Recipes for what a host chooses itself: which pool, which TLS. The page `docs/postgres.md` shows them, and this crate's tests
//! run them against a server.
//!
//! They are few lines each, to be copied: the library depends on none of these crates.

use std::ops::Deref;

use deadpool_postgres::{Object, Pool, PoolError};
use fondaco::core::store::StoreError;
use fondaco::store::{AsyncPostgres, PostgresOptions};
use rustls::pki_types::{CertificateDer, pem, pem::PemObject};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::Client;
use tokio_postgres_rustls::MakeRustlsConnect;

// [pool]
/// A connection of the pool's, which goes back there when the store drops it.
struct Pooled(Object);

impl Deref for Pooled {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.0
    }
}

/// A store over the connections of a pool that the rest of the program uses too.
///
/// # Errors
/// [`StoreError::Misused`] outside of a tokio runtime.
pub fn over_pool(pool: Pool, options: &PostgresOptions) -> Result<AsyncPostgres, StoreError> {
    AsyncPostgres::with(options, move || {
        let pool = pool.clone();
        async move { Ok::<_, PoolError>(Pooled(pool.get().await?)) }
    })
}
// [end]

/// Why there is no TLS.
#[derive(Debug)]
pub enum TlsError {
    /// The text is no PEM.
    Pem(pem::Error),
    /// What it says is no certificate to rest on.
    Tls(rustls::Error),
}

impl std::fmt::Display for TlsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            TlsError::Pem(error) => write!(f, "the certificates are no PEM: {error}"),
            TlsError::Tls(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for TlsError {}

impl From<pem::Error> for TlsError {
    fn from(error: pem::Error) -> TlsError {
        TlsError::Pem(error)
    }
}

impl From<rustls::Error> for TlsError {
    fn from(error: rustls::Error) -> TlsError {
        TlsError::Tls(error)
    }
}

// [tls]
/// TLS that trusts servers whose certificate one of these authorities has signed: a text in PEM, such as a cloud's bundle or the
/// company's own `root.crt`.
///
/// # Errors
/// [`TlsError`] when there is no certificate in it.
pub fn trusting(authorities: &[u8]) -> Result<MakeRustlsConnect, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(authorities) {
        roots.add(certificate?)?;
    }
    if roots.is_empty() {
        return Err(pem::Error::NoItemsFound.into());
    }
    let provider = rustls::crypto::ring::default_provider();
    let config = ClientConfig::builder_with_provider(provider.into());
    let config = config.with_safe_default_protocol_versions()?.with_root_certificates(roots);
    Ok(MakeRustlsConnect::new(config.with_no_client_auth()))
}
// [end]
