//! The redb store keeps the contract, and what its page says of files: other processes, other programs, damage.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use ::redb::{ReadableDatabase, TableDefinition};
use fondaco_core::store::{Batch, Change, FeedFrom, Meta, Record, Store, StoreError};
use fondaco_core::{ActorId, CommandId, CompanyId, Timestamp, chain};
use fondaco_store::{Redb, RedbDurability, RedbOptions};
use fondaco_testkit::{Outcome, Suite, certify, faults, histories};

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "line", kind = fact, key(number), index(by_text(text)))]
struct Line {
    number: i64,
    text: smol_str::SmolStr,
}

/// A path that no other test uses, below the target directory.
fn path() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let all = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let dir = all.join(format!("redb-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let path = dir.join(format!("{}.redb", COUNT.fetch_add(1, Ordering::Relaxed)));
    let _ = std::fs::remove_file(&path);
    path
}

fn fast() -> RedbOptions {
    RedbOptions::new().durability(RedbDurability::Every(1000)).cache_kib(1024)
}

fn open(path: &PathBuf) -> Redb {
    let store = Redb::open_with(path, fast()).unwrap();
    store.prepare(&[Line::TABLE]).unwrap();
    store
}

fn company() -> CompanyId {
    CompanyId::named("acme")
}

fn line(number: i64) -> Batch {
    let meta = Meta::new(ActorId::new("test"), Timestamp::from_micros(1).unwrap());
    let mut batch = Batch::new(company(), CommandId::from_u128(number as u128), meta);
    let text = format!("line {number} of many").into();
    batch.changes.push(Change::Insert(Box::new(vec![Line { number, text }])));
    batch
}

fn commits(store: &Redb) -> usize {
    store.feed(&FeedFrom::new(company(), 0, usize::MAX)).unwrap().len()
}

/// Whether what a file has after some damage is told, and never read as something else. A read that fails is as good.
fn is_told(path: &PathBuf, options: RedbOptions) -> bool {
    let store = match Redb::open_with(path, options) {
        Ok(store) => store,
        Err(StoreError::Corrupt(_)) => return true,
        Err(other) => panic!("damage is called {other}"),
    };
    store.prepare(&[Line::TABLE]).is_err()
        || chain::verify(&store, company(), &[Line::TABLE]).map_or(true, |v| !v.findings.is_empty())
}

#[test]
fn memory_keeps_every_promise() {
    let report = certify(|| Redb::in_memory().unwrap());
    let unkept = report.checks.iter().filter(|check| check.outcome != Outcome::Kept);
    assert_eq!(unkept.count(), 0, "{report}");
}

#[test]
fn a_file_keeps_every_promise_and_outlives_its_store() {
    let reopen = |store: Redb| {
        let path = store.path().unwrap().to_path_buf();
        drop(store);
        Redb::open_existing(path).unwrap()
    };
    let make = || Redb::open_with(path(), fast()).unwrap();
    Suite::new(make).reopen(reopen).run().assert();
}

/// What is fast waits for the disk in the program's memory, so only what is durable outlives a kill.
#[test]
fn what_is_durable_outlives_a_kill() {
    let crash = |store: &Redb| {
        let copy = faults::killed(store.path().unwrap(), &path().with_extension("killed")).unwrap();
        Redb::open(copy).unwrap()
    };
    Suite::new(|| Redb::open(path()).unwrap()).crash(crash).only("crash").run().assert();
}

#[test]
fn random_histories_are_those_of_the_model() {
    histories(|| Redb::in_memory().unwrap(), 500..520, 60).assert();
}

#[test]
fn a_second_opening_is_told_to_wait() {
    let path = path();
    let first = open(&path);
    let error = Redb::open(&path).unwrap_err();
    assert!(
        matches!(&error, StoreError::Unavailable(why) if why.contains("another process")),
        "{error}"
    );
    drop(first);
    Redb::open(&path).unwrap();
}

#[test]
fn files_of_others_stay_as_they_are() {
    const THEIRS: TableDefinition<'static, u64, u64> = TableDefinition::new("theirs");
    const OUR_NAME: TableDefinition<'static, u64, u64> = TableDefinition::new("fondaco");
    for table in [THEIRS, OUR_NAME] {
        let path = path();
        let database = ::redb::Database::create(&path).unwrap();
        let write = database.begin_write().unwrap();
        write.open_table(table).unwrap().insert(1, 2).unwrap();
        write.commit().unwrap();
        drop(database);
        let error = Redb::open(&path).unwrap_err();
        assert!(
            matches!(&error, StoreError::Corrupt(why) if why.contains("file of their own")),
            "{error}"
        );
        let database = ::redb::Database::open(&path).unwrap();
        let read = database.begin_read().unwrap();
        assert_eq!(read.list_tables().unwrap().count(), 1);
    }
    let letter = path();
    std::fs::write(&letter, "Dear Marietta, this is no database. ".repeat(1000)).unwrap();
    assert!(matches!(Redb::open(&letter), Err(StoreError::Corrupt(_))));
    assert!(std::fs::read_to_string(&letter).unwrap().starts_with("Dear Marietta"));
    // A table of bytes called as ours is, with other things in it.
    const BYTES: TableDefinition<'static, &[u8], &[u8]> = TableDefinition::new("fondaco");
    let path = path();
    let database = ::redb::Database::create(&path).unwrap();
    let write = database.begin_write().unwrap();
    write.open_table(BYTES).unwrap().insert(&b"bigoli"[..], &b"in salsa"[..]).unwrap();
    write.commit().unwrap();
    drop(database);
    assert!(matches!(Redb::open(&path), Err(StoreError::Corrupt(why)) if why.contains("not ours")));
}

/// Whoever makes a file may be killed before our table is in it.
#[test]
fn a_file_without_tables_is_new() {
    let path = path();
    drop(::redb::Database::create(&path).unwrap());
    let store = open(&path);
    store.commit(line(1)).unwrap();
    drop(store);
    assert_eq!(commits(&open(&path)), 1);
    // Tables of the other sort are tables of others too.
    const MANY: redb::MultimapTableDefinition<'static, u64, u64> =
        redb::MultimapTableDefinition::new("theirs");
    let path = self::path();
    let database = ::redb::Database::create(&path).unwrap();
    let write = database.begin_write().unwrap();
    write.open_multimap_table(MANY).unwrap().insert(1, 2).unwrap();
    write.commit().unwrap();
    drop(database);
    assert!(matches!(Redb::open(&path), Err(StoreError::Corrupt(why)) if why.contains("theirs")));
}

/// redb writes the number by which it knows its files last: killed before that, it leaves a file of nothing.
#[test]
fn a_file_that_was_never_finished_is_named_so() {
    let path = path();
    drop(::redb::Database::create(&path).unwrap());
    let made = std::fs::read(&path).unwrap();
    let mut no_number = made.clone();
    no_number[..9].fill(0);
    no_number[4096..].fill(0);
    for unfinished in [no_number, vec![0; made.len()], vec![0; 5]] {
        std::fs::write(&path, &unfinished).unwrap();
        let error = Redb::open(&path).unwrap_err();
        assert!(
            matches!(&error, StoreError::Corrupt(why) if why.contains("holds nothing")),
            "{error}"
        );
        assert_eq!(std::fs::read(&path).unwrap(), unfinished, "it stays as it is");
    }
    // What is damaged there and holds something is not called so.
    std::fs::write(&path, &made).unwrap();
    let store = open(&path);
    store.commit(line(1)).unwrap();
    drop(store);
    let mut damaged = std::fs::read(&path).unwrap();
    damaged[..9].fill(0);
    std::fs::write(&path, &damaged).unwrap();
    let error = Redb::open(&path).unwrap_err();
    assert!(!error.to_string().contains("holds nothing"), "{error}");
}

/// Earlier still: before redb itself had finished the file.
#[test]
fn a_file_whose_maker_was_killed_over_it_is_new() {
    for unfinished in [vec![], vec![0; 4096], vec![0; 1 << 20]] {
        let path = path();
        let beside = path.with_extension("redb.new");
        std::fs::write(&beside, unfinished).unwrap();
        open(&path).commit(line(1)).unwrap();
        assert_eq!(commits(&open(&path)), 1);
        assert!(!beside.exists());
    }
}

#[test]
fn a_mistyped_path_is_no_new_file() {
    let path = path();
    assert!(matches!(Redb::open_existing(&path), Err(StoreError::Unavailable(_))));
    assert!(!path.exists());
    let nowhere = path.join("nowhere").join("acme.redb");
    assert!(matches!(Redb::open(nowhere), Err(StoreError::Unavailable(_))));
}

#[test]
fn what_waits_for_the_disk_is_there_after_a_sync_and_after_closing() {
    let path = path();
    let store = open(&path);
    (1..=10).for_each(|number| drop(store.commit(line(number)).unwrap()));
    store.sync().unwrap();
    // As the file is when the program dies here: what was synced is there.
    let copy = path.with_extension("copy");
    std::fs::copy(&path, &copy).unwrap();
    assert_eq!(commits(&open(&copy)), 10);
    store.commit(line(11)).unwrap();
    let copy = path.with_extension("copy2");
    std::fs::copy(&path, &copy).unwrap();
    let found = commits(&open(&copy));
    assert!((10..=11).contains(&found), "{found}");
    drop(store);
    assert_eq!(commits(&open(&path)), 11);
}

#[test]
fn each_commit_is_on_the_disk_when_it_is_answered() {
    let path = path();
    for options in [RedbOptions::new(), RedbOptions::new().quick_repair(true)] {
        let store = Redb::open_with(&path, options).unwrap();
        store.prepare(&[Line::TABLE]).unwrap();
        let before = commits(&store) as i64;
        for number in before + 1..before + 4 {
            store.commit(line(number)).unwrap();
            let copy = path.with_extension("copy");
            std::fs::copy(&path, &copy).unwrap();
            assert_eq!(commits(&open(&copy)) as i64, number);
        }
    }
}

#[test]
fn a_file_cut_short_is_told() {
    let path = path();
    let store = open(&path);
    (1..=300).for_each(|number| drop(store.commit(line(number)).unwrap()));
    drop(store);
    let bytes = std::fs::read(&path).unwrap();
    let page = 4096;
    let cuts = (1..bytes.len() / page).map(|pages| pages * page - 7).chain([1, 64, 320, 4095]);
    for length in cuts.step_by(3) {
        std::fs::write(&path, &bytes[..length]).unwrap();
        assert!(is_told(&path, RedbOptions::new()), "cut at {length} of {}", bytes.len());
    }
}

#[test]
fn a_flipped_bit_is_told_by_a_check_or_by_verifying() {
    let path = path();
    let store = open(&path);
    (1..=300).for_each(|number| drop(store.commit(line(number)).unwrap()));
    drop(store);
    let bytes = std::fs::read(&path).unwrap();
    let text = b"line 150 of many";
    let places = bytes.windows(text.len()).enumerate().filter(|(_, part)| part == text);
    let places: Vec<usize> = places.map(|(at, _)| at).collect();
    assert!(!places.is_empty(), "the row is in the file");
    // Redb keeps old pages: at least one of the places is the one that is read.
    let told = |check| {
        let flips = places.iter().map(|&at| {
            let mut flipped = bytes.clone();
            flipped[at + 6] ^= 1;
            std::fs::write(&path, &flipped).unwrap();
            is_told(&path, RedbOptions::new().check_on_open(check))
        });
        flips.filter(|told| *told).count()
    };
    assert!(told(true) > 0, "by its checksum");
    assert!(told(false) > 0, "by the hash chain");
}
