//! Exports: every value of every type comes back on every store, and what is damaged, cut or forged is named.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::NaiveDate;
use fondaco_core::store::{
    Batch, Blob, Change, Event, Fixed, Json, Key, KeyParts, Meta, Moment, Personal, Piece,
    PieceReader, Record, Row, Store, StoreError, Table, Value,
};
use fondaco_core::{ActorId, CommandId, CompanyId, Progressed, Timestamp, chain, copy};
use fondaco_store::ordered::InMemory;
use fondaco_store::{Memory, OrderedStore, archive};
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "thing", kind = fact, key(number), index(by_text(text)), index(by_who(who), unique))]
struct Thing {
    number: i64,
    yes: bool,
    amount: Fixed<4>,
    rate: Option<Decimal>,
    text: Option<SmolStr>,
    raw: Option<Blob>,
    day: Option<NaiveDate>,
    at: Timestamp,
    id: u128,
    json: Option<Json>,
    who: Option<Personal<SmolStr>>,
    born: Option<Personal<NaiveDate>>,
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "state", kind = state, key(name))]
struct State {
    name: SmolStr,
    level: i64,
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "sum", kind = counter, key(name))]
struct Sum {
    name: SmolStr,
    pieces: i64,
    worth: Fixed<2>,
}

mod later {
    use super::*;

    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "state", kind = state, key(name), layout = 2, index(by_town(town)))]
    pub(super) struct State {
        pub(super) name: SmolStr,
        pub(super) level: i64,
        #[record(since = 2)]
        pub(super) town: Option<SmolStr>,
    }
}

const TABLES: &[&Table] = &[Thing::TABLE, State::TABLE, Sum::TABLE];

fn acme() -> CompanyId {
    CompanyId::named("acme")
}

fn batch(number: u128, changes: Vec<Change>) -> Batch {
    let meta = Meta::new(ActorId::new("clerk \"7\"\n"), Timestamp::MAX);
    let mut batch = Batch::new(acme(), CommandId::from_u128(number), meta);
    (batch.changes, batch.salt) = (changes, [number as u8; 16]);
    batch
}

fn insert<R: Record>(rows: Vec<R>) -> Change {
    Change::Insert(Box::new(rows))
}

fn thing(number: i64) -> Thing {
    Thing {
        number,
        yes: number % 2 == 0,
        amount: Fixed::from_units(i64::MIN + number),
        rate: Some(Decimal::MAX),
        text: Some("a \"quoted\", \\ \n é text with ,\"_check\":\"12345678\"}".into()),
        raw: Some(Blob([0, 255, number as u8].as_slice().into())),
        day: Some(NaiveDate::MAX),
        at: Timestamp::from_micros(-62_135_596_800_000_000 + number).unwrap(),
        id: u128::MAX - number as u128,
        json: Some(Json(r#"{"a": 1.0}"#.into())),
        who: Some(Personal::Kept(format!("Ada {number}").into(), [number as u8; 16])),
        born: Some(Personal::Kept("1815-12-10".parse().unwrap(), [3; 16])),
    }
}

fn bare(number: i64) -> Thing {
    let amount = Fixed::from_units(0);
    let (rate, text, raw, day, json, who, born) = Default::default();
    let (yes, at, id) = (false, Timestamp::EPOCH, 0);
    Thing { number, yes, amount, rate, text, raw, day, at, id, json, who, born }
}

/// A company of six commits.
fn source() -> Memory {
    let store = Memory::new();
    store.prepare(TABLES).unwrap();
    let key = |number: i64| Key { table: Thing::TABLE, bytes: number.to_bytes() };
    let state = |name: &str, level| State { name: name.into(), level };
    let sum = |name: &str, pieces| Sum { name: name.into(), pieces, worth: Fixed::from_units(5) };
    let add = |rows| Change::Add { rows: Box::new(rows), floors: vec![] };
    let draw = |series: &str, dates| Change::Draw { series: series.into(), count: 3, dates };
    let day: NaiveDate = "2026-03-01".parse().unwrap();
    let put = |row: State, seen| Change::Put { row: std::sync::Arc::new(row), seen };
    let states = vec![state("a", 1), state("b", 2)];
    let mut first = batch(1, vec![insert((0..9).map(thing).collect()), insert(states)]);
    first.changes.extend([add(vec![sum("a", 1), sum("b", 2)]), draw("s/2026", Some((day, day)))]);
    first.events.push(Event::new("thing.new").with("n", Value::I64(9)).with("none", Value::Null));
    first.answer = vec![Value::text("done"), Value::Decimal(Decimal::ONE), Value::Date(day)];
    let batches = [
        first,
        batch(2, vec![put(state("a", 7), 1), insert(vec![bare(100)])]),
        batch(
            3,
            vec![Change::Delete {
                key: Key { table: State::TABLE, bytes: SmolStr::new("b").to_bytes() },
                seen: 1,
            }],
        ),
        batch(4, vec![Change::Erase { key: key(3) }]),
        batch(5, vec![add(vec![sum("a", -9)]), draw("r", None)]),
        batch(6, vec![]),
    ];
    batches.into_iter().for_each(|batch| drop(store.commit(batch).unwrap()));
    store
}

struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("fondaco-archive-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// The export of the source.
    fn exported(&self) -> PathBuf {
        let path = self.0.join("acme");
        archive::export(&source(), acme(), TABLES, &path, &mut ()).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn stores() -> Vec<Box<dyn Store>> {
    let mut stores: Vec<Box<dyn Store>> = vec![
        Box::new(Memory::new()),
        Box::new(OrderedStore::open(InMemory::new()).unwrap()),
        Box::new(fondaco_testkit::Model::new()),
    ];
    #[cfg(feature = "sqlite")]
    stores.push(Box::new(fondaco_store::Sqlite::in_memory().unwrap()));
    stores
}

#[test]
fn every_value_comes_back_on_every_store() {
    let (folder, source) = (Folder::new(), source());
    let path = folder.exported();
    let expected = copy::tally(&source, acme(), TABLES).unwrap();
    assert_eq!((expected.commits, expected.rows, expected.series), (6, 13, 2));
    for (number, store) in stores().iter().enumerate() {
        let copied = archive::import(&path, store, TABLES, &mut ()).unwrap();
        assert_eq!(copied, expected);
        assert_eq!(copy::tally(store, acme(), TABLES).unwrap(), expected);
        let verified = chain::verify(store, acme(), TABLES).unwrap();
        assert_eq!((verified.findings, verified.link), (vec![], expected.link));
        // And out again: the same files, letter by letter.
        let again = folder.0.join(format!("again-{number}"));
        archive::export(store, acme(), TABLES, &again, &mut ()).unwrap();
        for file in files() {
            let read = |path: &Path| std::fs::read_to_string(path.join(file)).unwrap();
            assert_eq!(read(&again), read(&path), "{file}");
        }
        let occupied = archive::import(&path, store, TABLES, &mut ());
        assert!(matches!(occupied, Err(StoreError::Occupied { .. })));
    }
}

fn files() -> [&'static str; 6] {
    [
        "manifest.json",
        "log.jsonl",
        "series.jsonl",
        "tables/thing.jsonl",
        "tables/state.jsonl",
        "tables/sum.jsonl",
    ]
}

/// People read it with tools of their own: names, plain values, nothing of a person in the log.
#[test]
fn lines_are_plain() {
    let folder = Folder::new();
    let path = folder.exported();
    let read = |file: &str| std::fs::read_to_string(path.join(file)).unwrap();
    let state: serde_json::Value = serde_json::from_str(&read("tables/state.jsonl")).unwrap();
    assert_eq!(
        (&state["name"], &state["level"], &state["_version"]),
        (&"a".into(), &7.into(), &2.into())
    );
    let things = read("tables/thing.jsonl");
    let first: serde_json::Value = serde_json::from_str(things.lines().next().unwrap()).unwrap();
    assert_eq!(first["amount"], "-922337203685477.5808");
    assert_eq!(first["who"]["value"], "Ada 0");
    assert!(!read("log.jsonl").contains("Ada"));
    assert!(!things.contains("Ada 3") && things.contains("erased"));
    let manifest: serde_json::Value = serde_json::from_str(&read("manifest.json")).unwrap();
    assert_eq!((&manifest["position"], &manifest["version"]), (&6.into(), &1.into()));
    assert_eq!(manifest["tables"].as_array().unwrap().len(), 3);
}

fn imported(path: &Path) -> Result<copy::Copied, StoreError> {
    archive::import(path, &Memory::new(), TABLES, &mut ())
}

/// A line with the check that belongs to it.
fn resealed(body: &str) -> String {
    let check = Sha256::digest(body.as_bytes());
    let hex: String = check[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{body},\"_check\":\"{hex}\"}}\n")
}

/// A file's lines changed, each with its check.
fn forge(file: &Path, change: impl Fn(&str) -> String) {
    let text = std::fs::read_to_string(file).unwrap();
    let forged: String = text
        .lines()
        .map(|line| resealed(&change(line.rsplit_once(",\"_check\":\"").unwrap().0)))
        .collect();
    std::fs::write(file, forged).unwrap();
}

/// What is found before all was read leaves nothing in any store, which can import the right one then.
#[test]
fn what_does_not_fit_together_never_arrives() {
    let folder = Folder::new();
    let path = folder.exported();
    let file = path.join("tables/sum.jsonl");
    let good = std::fs::read(&file).unwrap();
    for store in stores() {
        forge(&file, |line| line.replace("\"pieces\":2", "\"pieces\":3"));
        let error = archive::import(&path, &store, TABLES, &mut ()).unwrap_err();
        assert!(error.to_string().contains("together not what the manifest says"), "{error}");
        assert_eq!(chain::verify(&store, acme(), TABLES).unwrap().commits, 0);
        std::fs::write(&file, &good).unwrap();
        archive::import(&path, &store, TABLES, &mut ()).unwrap();
    }
}

/// The chain does not cover counters, series and salts: whoever forges them computes the manifest's digest too, and an
/// import can't tell. Engines compare the counters with their facts; `docs/backup.md` says so.
#[test]
fn what_the_chain_does_not_cover_is_not_found() {
    let folder = Folder::new();
    let path = folder.exported();
    forge(&path.join("tables/sum.jsonl"), |line| line.replace("\"pieces\":2", "\"pieces\":3"));
    forge(&path.join("series.jsonl"), |line| line.replace("\"last\":3", "\"last\":4"));
    forge(&path.join("log.jsonl"), |line| line.replace("0202020202", "0202020203"));
    assert!(imported(&path).is_err());
    // The forger has this program too, and lets it digest a company that holds just that.
    let source = source();
    let mut reader = PieceReader::new(Moment::hold(&source, acme()).unwrap(), TABLES).unwrap();
    let mut tally = copy::Tally::default();
    while let Some(mut piece) = reader.next().unwrap() {
        match &mut piece {
            Piece::Rows(rows) => {
                for row in rows.iter_mut() {
                    if let Some(sum) = row.record::<Sum>().ok().filter(|sum| sum.pieces == 2) {
                        *row =
                            Row::one(row.version, Arc::new(Sum { pieces: 3, ..Sum::clone(&sum) }));
                    }
                }
            }
            Piece::Series(all) => {
                all.iter_mut().filter(|(_, s)| s.last == 3).for_each(|(_, s)| s.last = 4);
            }
            Piece::Commits(commits) => {
                let second = commits.iter_mut().find(|commit| commit.salt == Some([2; 16]));
                let salt =
                    u128::from_str_radix(&"02".repeat(16).replace("0202020202", "0202020203"), 16);
                second.unwrap().salt = Some(salt.unwrap().to_be_bytes());
            }
            _ => {}
        }
        tally.take(&piece);
    }
    let digest: String = tally.finish().digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let file = path.join("manifest.json");
    let mut json: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    json["digest"] = digest.into();
    std::fs::write(&file, json.to_string()).unwrap();
    let forged = imported(&path).unwrap();
    assert_ne!(forged, copy::tally(&source, acme(), TABLES).unwrap());
}

/// A file that never ends, or leads elsewhere, fills no memory.
#[test]
fn no_file_is_read_without_end() {
    let said = with(|path| {
        let file = std::fs::File::create(path.join("log.jsonl")).unwrap();
        file.set_len(65 << 20).unwrap(); // a sparse file of zeros, without a line's end
    });
    assert!(said.contains("acme/log.jsonl line 1: the line has 67108864 bytes or more"), "{said}");
    let said = with(|path| {
        let file = std::fs::File::create(path.join("manifest.json")).unwrap();
        file.set_len(17 << 20).unwrap();
    });
    assert!(said.contains("acme/manifest.json: it has more than 16777216 bytes"), "{said}");
    #[cfg(unix)]
    for file in files() {
        let said = with(|path| {
            std::fs::rename(path.join(file), path.join("elsewhere")).unwrap();
            std::os::unix::fs::symlink(path.join("elsewhere"), path.join(file)).unwrap();
        });
        assert!(said.ends_with(&format!("acme/{file}: it is no plain file")), "{said}");
    }
}

/// The export with one file changed.
fn with(change: impl Fn(&Path)) -> String {
    let folder = Folder::new();
    let path = folder.exported();
    change(&path);
    let error = imported(&path).unwrap_err();
    assert_eq!(error.code(), "store.corrupt", "{error}");
    error.to_string().replace(path.to_str().unwrap(), "acme")
}

#[test]
fn every_changed_byte_is_named_with_its_line() {
    let folder = Folder::new();
    let path = folder.exported();
    for file in files().into_iter().skip(1) {
        let good = std::fs::read(path.join(file)).unwrap();
        for at in (0..good.len()).step_by(37).chain([good.len() - 1]) {
            let mut bad = good.clone();
            bad[at] = if bad[at] == b'7' { b'8' } else { b'7' };
            std::fs::write(path.join(file), &bad).unwrap();
            let line = 1 + good[..at].iter().filter(|&&byte| byte == b'\n').count();
            let error = imported(&path).unwrap_err().to_string();
            assert!(
                error.contains(&format!("{file} line {line}: ")),
                "byte {at} of {file}: {error}"
            );
        }
        std::fs::write(path.join(file), &good).unwrap();
    }
    assert!(imported(&path).is_ok());
}

#[test]
fn what_is_cut_is_named() {
    for file in files().into_iter().skip(1) {
        let shorter = |lines: usize| {
            with(|path| {
                let text = std::fs::read_to_string(path.join(file)).unwrap();
                let keep: String = text.split_inclusive('\n').take(lines).collect();
                std::fs::write(path.join(file), keep).unwrap();
            })
        };
        assert!(shorter(0).contains(&format!("acme/{file} line 1: the file ends here, and has ")));
        let mid = with(|path| {
            let text = std::fs::read(path.join(file)).unwrap();
            std::fs::write(path.join(file), &text[..20]).unwrap();
        });
        assert!(
            mid.ends_with(&format!("acme/{file} line 1: the line is cut, or none of an export")),
            "{mid}"
        );
        let gone = with(|path| std::fs::remove_file(path.join(file)).unwrap());
        assert!(gone.ends_with(&format!("acme/{file}: the file is missing")), "{gone}");
        let twice = with(|path| {
            let text = std::fs::read_to_string(path.join(file)).unwrap();
            std::fs::write(path.join(file), format!("{text}{text}")).unwrap();
        });
        assert!(twice.contains(file), "{twice}");
    }
    let gone = with(|path| std::fs::remove_file(path.join("manifest.json")).unwrap());
    assert!(gone.ends_with("this is no export, or one that was cut off"), "{gone}");
    let cut = with(|path| {
        let text = std::fs::read_to_string(path.join("manifest.json")).unwrap();
        std::fs::write(path.join("manifest.json"), &text[..100]).unwrap();
    });
    assert!(cut.contains("acme/manifest.json line"), "{cut}");
}

/// A line changed with its check: the file is whole, the history is not what it was.
fn forged(file: &str, change: impl Fn(String) -> String) -> String {
    with(|path| {
        forge(&path.join(file), |line| change(line.to_owned()));
    })
}

#[test]
fn what_is_forged_is_found() {
    let other = "together not what the manifest says";
    let level = forged("tables/state.jsonl", |line| line.replace("\"level\":7", "\"level\":8"));
    assert!(level.contains(other), "{level}");
    let sum = forged("tables/sum.jsonl", |line| line.replace("\"pieces\":2", "\"pieces\":3"));
    assert!(sum.contains(other), "{sum}");
    let salt = forged("log.jsonl", |line| line.replace("0202020202", "0202020203"));
    assert!(salt.contains(other), "{salt}");
    let last = forged("series.jsonl", |line| line.replace("\"last\":3", "\"last\":4"));
    assert!(last.contains(other), "{last}");
    let column = forged("tables/state.jsonl", |line| line.replace("\"level\"", "\"height\""));
    assert!(column.contains("state.jsonl line 1: table state has no column height"), "{column}");
    let typed = forged("tables/state.jsonl", |line| line.replace("\"level\":7", "\"level\":\"7\""));
    assert!(typed.contains("state.jsonl line 1: column level holds no I64: \"7\""), "{typed}");
    let missing = forged("tables/state.jsonl", |line| line.replace("\"level\":7,", ""));
    assert!(missing.contains("state.jsonl line 1: column level is missing"), "{missing}");
}

#[test]
fn a_manifest_reads_nothing_outside_its_folder() {
    for other in ["../log.jsonl", "/etc/passwd", "tables/../../log.jsonl"] {
        let said = with(|path| {
            let text = std::fs::read_to_string(path.join("manifest.json")).unwrap();
            std::fs::write(
                path.join("manifest.json"),
                text.replace("\"log.jsonl\"", &format!("{other:?}")),
            )
            .unwrap();
        });
        assert!(said.contains("a member is missing or is not what it should be"), "{said}");
    }
}

#[test]
fn older_layouts_come_in_newer_ones_do_not() {
    let folder = Folder::new();
    let path = folder.exported();
    let newer: &[&Table] = &[Thing::TABLE, later::State::TABLE, Sum::TABLE];
    for store in stores() {
        let copied = archive::import(&path, &store, newer, &mut ()).unwrap();
        assert_eq!(copied, copy::tally(&source(), acme(), TABLES).unwrap(), "no hash has changed");
    }
    let store = Memory::new();
    archive::import(&path, &store, newer, &mut ()).unwrap();
    let again = folder.0.join("newer");
    archive::export(&store, acme(), newer, &again, &mut ()).unwrap();
    let refused = archive::import(&again, &Memory::new(), TABLES, &mut ());
    assert!(matches!(refused, Err(StoreError::NewerLayout { found: 2, known: 1, .. })));
    let unknown = archive::import(&path, &Memory::new(), &[Thing::TABLE], &mut ());
    assert!(
        matches!(unknown, Err(StoreError::Unprepared { table }) if table == "state" || table == "sum")
    );
    let text = std::fs::read_to_string(path.join("manifest.json")).unwrap();
    std::fs::write(path.join("manifest.json"), text.replace("\"version\": 1", "\"version\": 2"))
        .unwrap();
    assert!(matches!(imported(&path), Err(StoreError::NewerLayout { found: 2, known: 1, .. })));
}

#[test]
fn stopped_or_refused_it_leaves_nothing() {
    let folder = Folder::new();
    let (source, path) = (source(), folder.0.join("acme"));
    let mut stop = |_: &Progressed| ControlFlow::Break(());
    let stopped = archive::export(&source, acme(), TABLES, &path, &mut stop);
    assert!(matches!(stopped, Err(StoreError::Stopped)));
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 0);
    // No table is left behind: not even a counter's, which no hash covers.
    let without: Vec<&Table> = TABLES.iter().copied().filter(|it| *it != Sum::TABLE).collect();
    let short = archive::export(&source, acme(), &without, &path, &mut ()).unwrap_err();
    assert!(short.to_string().contains("tables sum have rows"), "{short}");
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 0);
    // Another that is under way, or was killed, is in nobody's way, and nobody in its.
    std::fs::create_dir_all(folder.0.join("acme.0.part/tables")).unwrap();
    std::fs::write(folder.0.join("acme.0.part/log.jsonl"), "half").unwrap();
    archive::export(&source, acme(), TABLES, &path, &mut ()).unwrap();
    assert!(folder.0.join("acme.0.part/log.jsonl").exists());
    assert!(!folder.0.join("acme.1.part").exists());
    let again = archive::export(&source, acme(), TABLES, &path, &mut ());
    assert!(again.unwrap_err().to_string().contains("there is something already"));
    for store in stores() {
        let stopped = archive::import(&path, &store, TABLES, &mut stop);
        assert!(matches!(stopped, Err(StoreError::Stopped)));
        assert_eq!(chain::verify(&store, acme(), TABLES).unwrap().commits, 0);
        archive::import(&path, &store, TABLES, &mut ()).unwrap();
    }
}
