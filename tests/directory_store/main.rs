//! The worked example of a store through the second door keeps what it says: the contract, and what it answered, whatever
//! is killed, cut short, flipped or full.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]
#![allow(
    unreachable_pub,
    dead_code,
    reason = "an example's modules, of which each test uses its part"
)]

#[path = "../../examples/directory_store/directory.rs"]
mod directory;
#[path = "../../examples/directory_store/log.rs"]
mod log;

mod child;
mod damage;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use directory::{Directory, Fsync};
use fondaco::core::DateRange;
use fondaco::core::store::StoreError;

use fondaco::prelude::*;
use fondaco::store::OrderedStore;
use fondaco::store::ordered::{MapError, Ordered, Put, Written};
use fondaco_testkit::{Suite, faults, histories};

/// A directory that no other test uses, below the target directory; it is not made yet.
pub fn path() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("directory-{}", std::process::id()))
        .join(number.to_string());
    let _ = std::fs::remove_dir_all(&path);
    path
}

/// The store in the directory at `path`.
pub fn open(path: &Path) -> OrderedStore<Directory> {
    OrderedStore::open(Directory::open(path, Fsync::Never).unwrap()).unwrap()
}

/// Why a directory is not opened.
pub fn refusal(path: &Path) -> MapError {
    Directory::open(path, Fsync::Never).map(|_| ()).unwrap_err()
}

#[test]
fn it_keeps_every_promise_of_the_contract() {
    let paths = std::sync::Arc::new(std::sync::Mutex::new(PathBuf::new()));
    let newest = paths.clone();
    let make = move || {
        let path = path();
        *newest.lock().unwrap() = path.clone();
        open(&path)
    };
    let killed = paths.clone();
    let reopen = move |store| {
        drop(store);
        open(&paths.lock().unwrap())
    };
    let crash = move |_: &_| open(&faults::killed(&killed.lock().unwrap(), &path()).unwrap());
    Suite::new(make).reopen(reopen).crash(crash).run().assert();
}

#[test]
fn random_histories_are_those_of_the_model() {
    histories(|| open(&path()), 300..320, 60).assert();
}

#[test]
fn a_second_opening_waits_for_the_first_to_end() {
    let path = path();
    let first = Directory::open(&path, Fsync::Never).unwrap();
    let error = refusal(&path);
    assert!(
        matches!(&error, MapError::Unavailable(why) if why.contains("another process")),
        "{error}"
    );
    drop(first);
    open(&path);
}

#[test]
fn a_directory_of_other_things_stays_as_it_is() {
    let path = path();
    std::fs::create_dir_all(&path).unwrap();
    std::fs::write(path.join("letter.txt"), "Dear Marietta").unwrap();
    let error = refusal(&path);
    assert!(matches!(&error, MapError::Corrupt(why) if why.contains("letter.txt")), "{error}");
    assert_eq!(std::fs::read_dir(&path).unwrap().count(), 1, "not so much as a lock is left");
    let map = path.join("file");
    std::fs::write(&map, "no directory").unwrap();
    assert!(matches!(refusal(&map), MapError::Unavailable(_)));
}

#[test]
fn a_directory_with_other_pairs_is_no_store() {
    let map = Directory::open(path(), Fsync::Never).unwrap();
    map.write(0, vec![Put::new("bigoli", "in salsa")]).unwrap();
    assert!(matches!(OrderedStore::open(map), Err(StoreError::Corrupt(_))));
}

fn pairs(map: &impl Ordered) -> Vec<(Vec<u8>, Vec<u8>)> {
    let all =
        fondaco::store::ordered::KeyRange { from: b"", to: None, backwards: false, limit: 10_000 };
    map.snapshot().unwrap().range(&all).unwrap()
}

#[test]
fn compacting_keeps_all_pairs_and_nothing_that_is_gone() {
    let path = path();
    let map = Directory::open(&path, Fsync::Always).unwrap();
    for turn in 0..50u32 {
        let pairs = (0..20u8).map(|key| Put::new([key], turn.to_le_bytes().repeat(100)));
        assert_eq!(map.write(turn.into(), pairs.collect()), Ok(Written::Done));
    }
    map.write(50, vec![Put::new("secret", "Marietta"), Put::new("z", "")]).unwrap();
    map.write(51, vec![Put::delete("secret")]).unwrap();
    let before = pairs(&map);
    map.compact().unwrap();
    assert_eq!(pairs(&map), before);
    assert_eq!(map.write(52, vec![Put::new("after", "it")]), Ok(Written::Done));
    let before = pairs(&map);
    drop(map);
    let names: Vec<_> = std::fs::read_dir(&path).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(names.iter().any(|name| name == "log-2") && names.len() == 2, "{names:?}");
    let bytes = std::fs::read(path.join("log-2")).unwrap();
    assert!(bytes.len() < 20 * 500, "{} bytes", bytes.len());
    assert!(
        !bytes.windows(8).any(|part| part == b"Marietta"),
        "what was deleted is in the new file"
    );
    assert_eq!(pairs(&Directory::open(&path, Fsync::Always).unwrap()), before);
}

#[test]
fn a_file_that_has_become_too_long_is_written_anew() {
    let path = path();
    let map = Directory::open(&path, Fsync::Never).unwrap();
    for turn in 0..90 {
        map.write(turn, vec![Put::new("same", vec![turn as u8; 100_000])]).unwrap();
    }
    let before = pairs(&map);
    drop(map);
    let size: u64 =
        std::fs::read_dir(&path).unwrap().map(|e| e.unwrap().metadata().unwrap().len()).sum();
    assert!(size < 5_000_000, "{size} bytes for a pair of 100,000");
    assert_eq!(pairs(&Directory::open(&path, Fsync::Never).unwrap()), before);
}

#[test]
fn a_compaction_that_was_killed_does_no_harm() {
    let path = path();
    let map = Directory::open(&path, Fsync::Never).unwrap();
    map.write(0, vec![Put::new("a", "1")]).unwrap();
    let before = pairs(&map);
    let old = std::fs::read(path.join("log-1")).unwrap();
    map.compact().unwrap();
    drop(map);
    // Killed while it wrote: half a file without its name. Killed before it removed the old: both are there.
    std::fs::write(path.join("log-3.new"), &old[..30]).unwrap();
    std::fs::write(path.join("log-1"), old).unwrap();
    assert_eq!(pairs(&Directory::open(&path, Fsync::Never).unwrap()), before);
    assert_eq!(std::fs::read_dir(&path).unwrap().count(), 2, "the rest is gone");
}

#[test]
fn a_directory_whose_maker_was_killed_over_its_first_file_is_a_new_one() {
    for length in [0, 7, 40] {
        let path = path();
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join("lock"), "").unwrap();
        std::fs::write(path.join("log-1.new"), vec![0; length]).unwrap();
        let map = Directory::open(&path, Fsync::Never).unwrap();
        assert_eq!(pairs(&map), vec![]);
        drop(map);
        assert_eq!(std::fs::read_dir(&path).unwrap().count(), 2, "a lock and a file");
    }
}

/// Books in a directory, as the tests of damage and of killed children use them.
pub fn books(store: &OrderedStore<Directory>) -> Books<'_> {
    let books = Books::open(store, CompanyId::named("till")).unwrap();
    books.send("set up", &SetUp::new(Currency::EUR)).unwrap();
    let account = NewAccount::new;
    let accounts = vec![
        account("1000", "Cash", AccountClass::Asset),
        account("4000", "Sales", AccountClass::Income),
    ];
    books.send("chart", &OpenAccounts::new(accounts)).unwrap();
    books.send("journal", &OpenJournal::new("TILL", "Till")).unwrap();
    books.send("2026", &OpenFiscalYear::calendar_year(2026)).unwrap();
    books
}

/// One sale of one euro.
pub fn sell(books: &Books<'_>, number: u64) -> Result<(), LedgerError> {
    let (day, euro) = (day(), Money::minor(100, Currency::EUR));
    let sale = NewEntry::new("TILL", day).debit("1000", euro).credit("4000", euro);
    books.post(&format!("sale/{number}"), sale).map(|_| ())
}

/// A till has only one day.
pub fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 7, 1).unwrap()
}

/// How many sales the books have; that they are whole and balanced.
pub fn sales(books: &Books<'_>) -> u64 {
    assert!(books.verify().unwrap().is_clean());
    let sales = books.postings("4000", DateRange::day(day())).unwrap().len() as u64;
    assert_eq!(books.trial_balance(day()).unwrap().debit, Decimal::from(sales));
    sales
}
