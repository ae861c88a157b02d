//! What earlier versions of the program left is brought up: real books, written at the layouts that tables had before, opened by today's
//! engines on every store that outlives its program. They verify, and say what the same books say that were written today.

mod books;
mod homes;
mod tables;

use std::sync::Arc;

use fondaco::core::Engine;
use fondaco::core::store::Store;
use fondaco::prelude::*;
use fondaco_testkit::{Host, Model, Older};

use crate::firm::day;
use homes::{Home, homes};

/// All engines of a company, joined.
pub(super) const ENGINES: &[&Engine] = &[
    &fondaco::core::party::ENGINE,
    &fondaco::accounting::ENGINE,
    &fondaco::inventory::ENGINE,
    &fondaco::company::ENGINE,
    #[cfg(feature = "payroll")]
    &fondaco::payroll::ENGINE,
    #[cfg(feature = "crm")]
    &fondaco::crm::ENGINE,
];

fn host(name: &'static str, store: Arc<dyn Store>) -> Host {
    let (first, others) = ENGINES.split_first().unwrap();
    others.iter().fold(Host::on(name, store, first), |host, engine| host.with(engine))
}

fn acme() -> CompanyId {
    CompanyId::named("acme")
}

/// What the books say.
fn statements(host: &Host) -> String {
    let books = Books::of(host.office().unwrap()).unwrap();
    let (end, half) = (day("2026-12-31"), day("2026-06-30"));
    let year = DateRange::new(day("2026-01-01"), end).unwrap();
    let mut told = books.trial_balance(end).unwrap().to_string();
    told += &books.trial_balance(half).unwrap().to_string();
    told += &books.balance_sheet(end).unwrap().to_string();
    told += &books.income_statement(day("2026-01-01"), end).unwrap().to_string();
    told + &books.general_ledger(year).unwrap().to_string()
}

/// Acts on `older` over each home; then opened again they verify, say what they said then, and what books of today say.
fn brought_up(
    older: impl Fn(Arc<dyn Store>) -> Older,
    acts: impl Fn(&Host) -> String,
    goes_on: impl Fn(&Host),
) {
    let today = host("today's", Arc::new(Model::new()));
    let (done, said) = (acts(&today), statements(&today));
    for Home { name, open, .. } in homes() {
        let before = Arc::new(older(open()));
        let host_then = host(name, before.clone());
        assert_eq!(acts(&host_then), done, "what was done on {name}");
        assert_eq!(statements(&host_then), said, "as long as {name} was old");
        drop(host_then);
        let tables = before.tables();
        drop(before);
        let file = open();
        let up = fondaco_testkit::brought_up(&*file, acme(), &tables).unwrap();
        assert!(up.len() > 3, "{name}: only {up:?} were brought up");
        let now = host(name, file);
        assert_eq!(statements(&now), said, "{name}, brought up");
        now.clean();
        goes_on(&now);
        now.clean();
    }
}

#[test]
fn books_of_the_first_layouts_are_brought_up() {
    let older = |store| Older::over(store, 1);
    brought_up(older, books::year, books::goes_on);
}

#[test]
fn a_company_of_the_layouts_before_is_brought_up() {
    brought_up(Older::behind, crate::stores::chain, |host| {
        host.must("one more", &crate::stores::one_more_order());
    });
}

/// Files of books as a release wrote them, each with what they say: `fixtures/<release>`. A release writes its own once, by
/// `FONDACO_FIXTURES=0.1 cargo test -p fondaco --all-features --test company older`, and they are never written again.
fn fixtures() -> std::path::PathBuf {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join("../../tests/company/older/fixtures")
}

#[test]
#[allow(clippy::disallowed_methods, reason = "whoever releases says so")]
fn a_release_writes_its_books() {
    let Ok(release) = std::env::var("FONDACO_FIXTURES") else { return };
    let folder = fixtures().join(release);
    let path = folder.join("books.sqlite");
    if path.exists() {
        return;
    }
    std::fs::create_dir_all(&folder).unwrap();
    let older = Older::over(Arc::new(Sqlite::open(&path).unwrap()), 1);
    let host = Host::on("a release", Arc::new(older), &fondaco::accounting::ENGINE);
    books::year(&host);
    std::fs::write(folder.join("books.txt"), statements(&host)).unwrap();
    drop(host);
    // For a small file in the repository: small pages, and without views, which are made anew anyway.
    let file = rusqlite::Connection::open(&path).unwrap();
    let drops =
        "SELECT group_concat('DROP VIEW ' || name, ';') FROM sqlite_schema WHERE type = 'view'";
    let drops: String = file.query_row(drops, [], |row| row.get(0)).unwrap();
    file.execute_batch(&drops).unwrap();
    file.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM").unwrap();
}

#[test]
fn books_of_every_release_say_what_they_said() {
    let mut releases = 0;
    for release in std::fs::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().path()) {
        let folder = homes::Folder::new();
        let path = folder.0.join("books.sqlite");
        std::fs::copy(release.join("books.sqlite"), &path).unwrap();
        let host = host("a file of a release", Arc::new(Sqlite::open_existing(&path).unwrap()));
        let said = std::fs::read_to_string(release.join("books.txt")).unwrap();
        assert_eq!(statements(&host), said, "{release:?}");
        host.clean();
        books::goes_on(&host);
        host.clean();
        releases += 1;
    }
    assert!(releases > 0, "no books of a release are there");
}
