//! The recipes of `docs/postgres.md` against a server: books over a pool, and over TLS, which a small server of ours in front of
//! PostgreSQL ends, as a load balancer does. And the page shows the recipes as they are.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use deadpool_postgres::{Manager, Pool};
use fondaco::accounting::ledger;
use fondaco::core::AsyncOffice;
use fondaco::prelude::*;
use fondaco::store::{AsyncPostgres, Postgres, PostgresOptions};
use fondaco_recipes::{over_pool, trusting};
use fondaco_testkit::server;
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::runtime::Runtime;
use tokio_postgres::config::Host;
use tokio_postgres::{Config, NoTls};
use tokio_rustls::TlsAcceptor;

#[test]
fn books_over_a_pool_of_the_host() {
    let Some(url) = server::postgres() else { return };
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let pool = Pool::builder(Manager::new(url.parse().unwrap(), NoTls)).max_size(4);
        let pool = pool.build().unwrap();
        let store = over_pool(pool.clone(), &schema("pool").connections(4)).unwrap();
        sell(store).await;
        // The rest of the program uses the same connections, and sees the same books.
        let status = pool.status();
        assert!((1..=4).contains(&status.size), "{status:?}");
        let client = pool.get().await.unwrap();
        let row = client.query_one("SELECT count(*) FROM pg_stat_activity", &[]).await.unwrap();
        assert!(row.get::<_, i64>(0) > 0);
    });
}

#[test]
fn a_pool_that_gives_nothing_says_so() {
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let nobody = "host=/nowhere/at/all user=postgres".parse().unwrap();
        let pool = Pool::builder(Manager::new(nobody, NoTls)).build().unwrap();
        let store = over_pool(pool, &PostgresOptions::new()).unwrap();
        let error = AsyncOffice::open(store, CompanyId::named("acme")).await.err().unwrap();
        assert_eq!(error.code(), "store.unavailable");
    });
}

#[test]
fn books_over_tls() {
    let Some(front) = Front::start() else { return };
    let tls = trusting(&certificate("ca.pem")).unwrap();
    let options = schema("tls");
    front.runtime.block_on(async {
        sell(AsyncPostgres::connect_tls(&front.url(), &options, tls.clone()).await.unwrap()).await;
    });
    let through = front.encrypted.load(Ordering::Relaxed);
    assert!(through > 0, "nothing went over TLS");

    // The blocking store takes the same, and reads the same books.
    let store = Postgres::connect_tls(&front.url(), &options, tls).unwrap();
    let books = Books::open(store, CompanyId::named("acme")).unwrap();
    assert_eq!(books.balance("1000", day()).unwrap(), Money::parse("10 EUR").unwrap());
    assert!(front.encrypted.load(Ordering::Relaxed) > through);
}

#[test]
fn a_server_that_nobody_vouches_for_is_refused() {
    let Some(front) = Front::start() else { return };
    let tls = trusting(&certificate("other.pem")).unwrap();
    let error = Postgres::connect_tls(&front.url(), &PostgresOptions::new(), tls).unwrap_err();
    assert_eq!(error.code(), "store.unavailable");
    assert_eq!(front.encrypted.load(Ordering::Relaxed), 0);

    // A server by another name than the certificate's.
    let tls = trusting(&certificate("ca.pem")).unwrap();
    let elsewhere = front.url().replace("host=localhost", "host=127.0.0.1");
    let error = Postgres::connect_tls(&elsewhere, &PostgresOptions::new(), tls).unwrap_err();
    assert_eq!(error.code(), "store.unavailable");

    // And without TLS this one lets nobody in.
    let plain = front.url().replace("sslmode=require", "sslmode=disable");
    let error = Postgres::connect(&plain).unwrap_err();
    assert_eq!(error.code(), "store.unavailable");
    assert_eq!(front.encrypted.load(Ordering::Relaxed), 0);
}

#[test]
fn what_is_no_certificate_is_refused() {
    for (text, why) in [
        ("", "the certificates are no PEM: no items found"),
        ("books", "the certificates are no PEM: no items found"),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "invalid peer certificate",
        ),
    ] {
        let said =
            trusting(text.as_bytes()).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(said.starts_with(why), "{text:?}: {said}");
    }
}

#[test]
fn the_page_shows_the_recipes_as_they_are() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let source = std::fs::read_to_string(root.join("src/lib.rs")).unwrap();
    let page = std::fs::read_to_string(root.join("../docs/postgres.md")).unwrap();
    for name in ["pool", "tls"] {
        let part = source.split_once(&format!("// [{name}]\n")).unwrap().1;
        let part = part.split_once("// [end]").unwrap().0;
        assert!(page.contains(part.trim_end()), "docs/postgres.md does not show [{name}]: {part}");
    }
}

// ---- What they share

fn schema(part: &str) -> PostgresOptions {
    PostgresOptions::new().schema(server::name(part))
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).unwrap()
}

/// Sets books up and posts a sale.
async fn sell(store: AsyncPostgres) {
    let office = AsyncOffice::open(store, CompanyId::named("acme")).await.unwrap();
    let noon: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
    let office = office.with_clock(move || noon);
    office.join(&ledger::ENGINE).await.unwrap();
    let accounts = OpenAccounts::new(vec![
        NewAccount::new("1000", "Bank", AccountClass::Asset),
        NewAccount::new("4000", "Sales", AccountClass::Income),
    ]);
    office.send("set up", &SetUp::new(Currency::EUR)).await.unwrap();
    office.send("chart", &accounts).await.unwrap();
    office.send("journal", &OpenJournal::new("GEN", "General")).await.unwrap();
    office.send("2026", &OpenFiscalYear::calendar_year(2026)).await.unwrap();
    let ten = Money::parse("10 EUR").unwrap();
    let sale = NewEntry::new("GEN", day()).debit("1000", ten).credit("4000", ten);
    office.send("sale", &Post::new(sale)).await.unwrap();
    assert!(office.verify().await.unwrap().is_clean());
}

fn certificate(file: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/certificates");
    std::fs::read(folder.join(file)).unwrap()
}

/// What ends TLS in front of the server, and lets nobody through without.
struct Front {
    runtime: Runtime,
    at: SocketAddr,
    server: Config,
    encrypted: Arc<AtomicUsize>,
}

impl Front {
    fn start() -> Option<Front> {
        let server: Config = server::postgres()?.parse().unwrap();
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let at = listener.local_addr().unwrap();
        let encrypted = Arc::new(AtomicUsize::new(0));
        let (config, count) = (server.clone(), encrypted.clone());
        runtime.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(passed_on(client, config.clone(), count.clone()));
            }
        });
        Some(Front { runtime, at, server, encrypted })
    }

    /// Where it is, by the name in its certificate.
    fn url(&self) -> String {
        let user = self.server.get_user().unwrap_or("postgres");
        let database = self.server.get_dbname().unwrap_or(user);
        let password = self.server.get_password().map(String::from_utf8_lossy);
        let password = password.map(|word| format!(" password='{word}'")).unwrap_or_default();
        let port = self.at.port();
        format!(
            "host=localhost hostaddr=127.0.0.1 port={port} user={user} dbname={database}{password} sslmode=require"
        )
    }
}

/// How a client of PostgreSQL asks for TLS: eight bytes, before all else.
const ASKS_FOR_TLS: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

async fn passed_on(
    mut client: TcpStream,
    server: Config,
    encrypted: Arc<AtomicUsize>,
) -> Option<()> {
    let mut first = [0; 8];
    client.read_exact(&mut first).await.ok()?;
    if first != ASKS_FOR_TLS {
        return None;
    }
    client.write_all(b"S").await.ok()?;
    let mut client = acceptor().accept(client).await.ok()?;
    encrypted.fetch_add(1, Ordering::Relaxed);
    let mut server = dialled(&server).await?;
    copy_bidirectional(&mut client, &mut server).await.ok()?;
    Some(())
}

fn acceptor() -> TlsAcceptor {
    let chain = CertificateDer::from_pem_slice(&certificate("server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(&certificate("server.key")).unwrap();
    let provider = rustls::crypto::ring::default_provider();
    let config = ServerConfig::builder_with_provider(provider.into());
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    TlsAcceptor::from(Arc::new(config.with_single_cert(vec![chain], key).unwrap()))
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<W: AsyncRead + AsyncWrite + Unpin + Send> Wire for W {}

async fn dialled(server: &Config) -> Option<Box<dyn Wire>> {
    let port = server.get_ports().first().copied().unwrap_or(5432);
    Some(match server.get_hosts().first()? {
        Host::Tcp(host) => Box::new(TcpStream::connect((host.as_str(), port)).await.ok()?),
        Host::Unix(folder) => {
            let socket = folder.join(format!(".s.PGSQL.{port}"));
            Box::new(UnixStream::connect(socket).await.ok()?)
        }
    })
}
