//! Seen from outside: persons are registered, dealt with, merged, exported and erased; then no byte of the file tells of them,
//! and the books verify.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::common::*;
use fondaco_accounting::Books;
use fondaco_accounting::ledger::*;
use fondaco_core::party::{TABLES as PARTY_TABLES, *};
use fondaco_core::store::Store;
use fondaco_core::{Act, CompanyId, PartyId};
use fondaco_store::{Durability, Sqlite, SqliteOptions};
use rusqlite::Connection;

/// A file of its own, with what SQLite puts beside it.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> File {
        let name = format!("fondaco-{name}-{}.db", std::process::id());
        let file = File(std::env::temp_dir().join(name));
        file.remove();
        file
    }

    fn all(&self) -> [PathBuf; 3] {
        ["", "-wal", "-shm"].map(|end| format!("{}{end}", self.0.display()).into())
    }

    fn remove(&self) {
        self.all().iter().for_each(|file| drop(std::fs::remove_file(file)));
    }

    /// Those of these that occur in the file or beside it.
    fn with(&self, wanted: &[Vec<u8>]) -> BTreeSet<String> {
        let begins: BTreeSet<&[u8]> = wanted.iter().map(|part| &part[..8]).collect();
        let mut found = BTreeSet::new();
        for file in self.all() {
            let bytes = std::fs::read(&file).unwrap_or_default();
            let places = bytes.windows(8).enumerate().filter(|(_, at)| begins.contains(at));
            for (place, _) in places {
                let there = wanted.iter().filter(|part| bytes[place..].starts_with(part));
                found.extend(there.map(|part| String::from_utf8_lossy(part).into_owned()));
            }
        }
        found
    }
}

/// What was ever known of one of them.
const TEXTS: [&str; 7] = [
    "Marklovelace",
    "Markking",
    "Markbyron",
    "Markgasse",
    "Markcampo",
    "markada@example.org",
    "GB29NWBK60161331926819",
];

fn send<C: Act<Error = PartyError>>(books: &Books<'_>, name: &str, command: &C) -> C::Answer {
    match books.send(name, command) {
        Ok(done) => done.answer,
        Err(error) => panic!("{name}: {error}"),
    }
}

fn home(street: &str) -> NewAddress {
    NewAddress::new(AddressKind::Main, "IT".parse().unwrap(), "Venezia").street(street)
}

/// Others, before and after them in every table, so that SQLite splits its pages and moves rows from one to the other.
fn one_of_the_crowd(books: &Books<'_>, n: u128) {
    let name = format!("Somebody, who has the number {n} in the crowd");
    send(books, &format!("crowd {n}"), &RegisterParty::person(party(n), name));
    send(books, &format!("crowd home {n}"), &AddAddress::new(party(n), home("Calle della Folla")));
}

fn party(n: u128) -> PartyId {
    PartyId::from_u128(n * 7919 % 100_000)
}

/// One of the crowd, with a name too long for a page that becomes a short one, an address, and another that was wrong.
fn one_of_them(books: &Books<'_>, n: u128) {
    let long = "Markbyron ".repeat(39) + "Markbyron";
    let register = RegisterParty::person(party(n), long.clone()).names(long.clone(), long);
    send(books, &format!("one {n}"), &register);
    send(books, &format!("home {n}"), &AddAddress::new(party(n), home("Markgasse 7")));
    send(books, &format!("other home {n}"), &AddAddress::new(party(n), home("Markcampo 1")));
    send(books, &format!("no other home {n}"), &RemoveAddress::new(party(n), 2));
}

/// Ada and others as they come, move and change their names, among a crowd; she comes a second time, and buys.
fn lives(books: &Books<'_>) -> Vec<PartyId> {
    let (ada, web) = (PartyId::from_u128(50_000), PartyId::from_u128(51_111));
    send(books, "ada", &RegisterParty::person(ada, "Markada Marklovelace").known_as("Markbyron"));
    send(books, "home", &AddAddress::new(ada, home("Markgasse 7")));
    send(books, "mail", &AddContact::new(ada, ContactKind::Email, "markada@example.org"));
    let iban = AddIdentifier::new(ada, IdentifierKind::Iban, "GB29 NWBK 6016 1331 9268 19");
    send(books, "iban", &iban);
    for n in 1..400 {
        if n % 16 == 0 {
            one_of_them(books, n);
        } else {
            one_of_the_crowd(books, n);
        }
    }
    send(books, "king", &ChangeParty::new(ada).name("Markada Markking").clear(PartyField::KnownAs));
    send(books, "web", &RegisterParty::person(web, "Markada Markbyron"));
    send(books, "web home", &AddAddress::new(web, home("Markcampo 1")));
    books.post("hers", sale("2026-01-05", "2.00").party(web)).unwrap();
    send(books, "one", &MergeParties::new(ada, web));
    for n in (16..400).step_by(16) {
        let change = ChangeParty::new(party(n)).name("Markking").clear(PartyField::GivenName);
        send(books, &format!("short {n}"), &change.clear(PartyField::FamilyName));
        send(books, &format!("moves {n}"), &EndAddress::new(party(n), 1, d("2026-01-31")));
    }
    std::iter::once(ada).chain((16..400).step_by(16).map(party)).collect()
}

/// The salts of everything personal that the file holds of some parties.
fn salts(file: &File, parties: &[PartyId]) -> Vec<Vec<u8>> {
    let conn = Connection::open(&file.0).unwrap();
    let mut salts = Vec::new();
    for (table, key, columns) in [
        ("party", "id", "_salt_name, _salt_known_as"),
        ("party_address", "party", "_salt_city, _salt_street"),
        ("party_contact", "party", "_salt_value, _salt_normal"),
        ("party_alias", "keep", "_salt_name, _salt_known_as"),
    ] {
        let sql = format!("SELECT {columns} FROM {table} WHERE {key} = ?1");
        let mut rows = conn.prepare(&sql).unwrap();
        for party in parties {
            let id = party.to_u128().to_be_bytes();
            let both = |row: &rusqlite::Row<'_>| Ok([row.get(0)?, row.get(1)?]);
            let read = rows.query_map([id], both).unwrap();
            let read: Vec<[Option<Vec<u8>>; 2]> = read.map(|row| row.unwrap()).collect();
            // Of what is erased already, the commitment stands there: 32 bytes that stay.
            salts.extend(read.into_iter().flatten().flatten().filter(|salt| salt.len() == 16));
        }
    }
    salts
}

fn books_in<'s>(store: impl Store + 's) -> Books<'s> {
    let books = Books::open(store, CompanyId::named("acme")).unwrap().with_clock(|| minute(0));
    books.driver().prepare(PARTY_TABLES).unwrap();
    books
}

fn set_up(books: &Books<'_>) {
    books.send("set up", &SetUp::new(fondaco_core::Currency::EUR)).unwrap();
    let account = |code: &str, class| NewAccount::new(code, code, class);
    let chart = vec![account("1000", AccountClass::Asset), account("4000", AccountClass::Income)];
    books.send("chart", &OpenAccounts::new(chart)).unwrap();
    books.send("journal", &OpenJournal::new("GEN", "General")).unwrap();
    books.send("2026", &OpenFiscalYear::calendar_year(2026)).unwrap();
}

/// Answers how many rows lost something.
fn erase_all(books: &Books<'_>, them: &[PartyId]) -> u32 {
    them.iter().map(|id| send(books, &format!("erase {id}"), &EraseParty::new(*id))).sum()
}

#[test]
fn of_an_erased_person_no_byte_is_left_in_the_file() {
    let file = File::new("erased");
    let fast = SqliteOptions::new().durability(Durability::Fast);
    let store = std::sync::Arc::new(Sqlite::open_with(&file.0, fast).unwrap());
    let books = books_in(store.clone());
    set_up(&books);
    let them = lives(&books);
    let ada = them[0];
    let export = books.view(|view| Ok(export(view, ada)?)).unwrap().to_json().to_string();
    assert!(export.contains("Markada Markking") && export.contains("Markcampo 1"), "{export}");
    assert!(export.contains("ledger_entry"));
    let mut wanted: Vec<Vec<u8>> = TEXTS.iter().map(|text| text.as_bytes().to_vec()).collect();
    let salts = salts(&file, &them);
    assert!(salts.len() > 75, "{} salts", salts.len());
    wanted.extend(salts);
    assert!(file.with(&wanted).len() > 80, "before, they are there");

    assert_eq!(erase_all(&books, &them), 6 + 24 * 2);
    assert_eq!(file.with(&wanted), BTreeSet::new());
    let verified = books.verify().unwrap();
    assert!(verified.is_clean(), "{verified}");
    let left = books.driver().view(|view| whole_party(view, ada)).unwrap().unwrap();
    assert!(left.party.is_erased() && left.addresses.is_empty());
    let still = file.with(&[b"Somebody, who has the number 77 ".to_vec()]);
    assert_eq!(still.len(), 1, "of the others, nothing is lost");
    drop((books, store));
    assert_eq!(file.with(&wanted), BTreeSet::new());
    file.remove();
}

/// The same over a connection of the host's.
#[test]
fn of_an_erased_person_no_byte_is_left_in_the_host_s_file() {
    let file = File::new("erased-by-host");
    let mut conn = Connection::open(&file.0).unwrap();
    conn.execute_batch("BEGIN IMMEDIATE").unwrap();
    let books = books_in(Sqlite::over(&mut conn).unwrap());
    set_up(&books);
    let them = lives(&books);
    drop(books);
    conn.execute_batch("COMMIT").unwrap();
    let wanted: Vec<Vec<u8>> = TEXTS.iter().map(|text| text.as_bytes().to_vec()).collect();
    assert!(file.with(&wanted).len() > 4, "before, they are there");
    conn.execute_batch("BEGIN IMMEDIATE").unwrap();
    let books = books_in(Sqlite::over(&mut conn).unwrap());
    erase_all(&books, &them);
    drop(books);
    conn.execute_batch("COMMIT").unwrap();
    assert_eq!(file.with(&wanted), BTreeSet::new());
    file.remove();
}
