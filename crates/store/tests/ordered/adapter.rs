//! What the adapter over an ordered map says beyond the contract: several stores over one map, damage, other people's maps,
//! what is left after an erasure, and what lies where.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use fondaco_core::store::{
    Ask, At, Batch, Change, FeedFrom, Floor, Key, KeyBytes, KeyParts, Meta, Moment, Personal,
    Piece, PieceReader, Read, Record, Reply, Row, Scan, Store, StoreError, Value,
};
use fondaco_core::{ActorId, CommandId, CompanyId, Timestamp, chain};
use fondaco_store::OrderedStore;
use fondaco_store::ordered::{
    InMemory, KeyRange, MapError, MapSnapshot, Ordered, Pair, Put, Written,
};
use smol_str::SmolStr;

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "person", kind = state, key(id), index(by_name(name)), guard(all()))]
struct Person {
    id: i64,
    name: SmolStr,
    mail: Option<Personal<SmolStr>>,
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "stock", kind = counter, key(item))]
struct Stock {
    item: i64,
    pieces: i64,
}

mod later {
    use super::*;

    /// A column and a unique index more.
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "person", kind = state, layout = 2, key(id), index(by_name(name), unique), index(by_town(town)), guard(all()))]
    pub(super) struct Person {
        pub(super) id: i64,
        pub(super) name: SmolStr,
        pub(super) mail: Option<Personal<SmolStr>>,
        #[record(since = 2)]
        pub(super) town: Option<SmolStr>,
    }
}

mod otherwise {
    use super::*;

    /// The same name for something else.
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "person", kind = state, key(id))]
    pub(super) struct Person {
        pub(super) id: i64,
        pub(super) name: i64,
    }

    /// The same columns without an index.
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "person", kind = state, key(id), guard(all()))]
    pub(super) struct Plain {
        pub(super) id: i64,
        pub(super) name: SmolStr,
        pub(super) mail: Option<Personal<SmolStr>>,
    }
}

fn company() -> CompanyId {
    CompanyId::from_u128(0xACE)
}

fn batch(id: u128) -> Batch {
    let meta = Meta::new(ActorId::new("test"), Timestamp::from_micros(1).unwrap());
    let mut batch = Batch::new(company(), CommandId::from_u128(id), meta);
    (batch.digest, batch.salt) = ([id as u8; 32], [0x5A; 16]);
    batch
}

fn with(id: u128, changes: Vec<Change>) -> Batch {
    let mut batch = batch(id);
    batch.changes = changes;
    batch
}

fn insert<R: Record>(rows: Vec<R>) -> Change {
    Change::Insert(Box::new(rows))
}

fn person(id: i64, name: &str) -> Person {
    Person { id, name: name.into(), mail: None }
}

fn open<M: Ordered>(map: M) -> OrderedStore<M> {
    let store = OrderedStore::open(map).unwrap();
    store.prepare(&[Person::TABLE, Stock::TABLE]).unwrap();
    store
}

fn shared() -> Arc<InMemory> {
    Arc::new(InMemory::new())
}

fn pairs(map: &dyn Ordered) -> Vec<Pair> {
    let all = KeyRange { from: &[], to: None, backwards: false, limit: usize::MAX };
    map.snapshot().unwrap().range(&all).unwrap()
}

fn put(map: &dyn Ordered, key: &[u8], value: &[u8]) {
    let position = map.snapshot().unwrap().position();
    assert_eq!(map.write(position, vec![Put::new(key, value)]).unwrap(), Written::Done);
}

fn scan<R: Record>(index: Option<usize>) -> Ask {
    let from = KeyBytes::new(&[]);
    Ask::Scan(Scan { table: R::TABLE, index, from, to: None, backwards: false, limit: usize::MAX })
}

fn rows(store: &dyn Store, ask: Ask) -> Result<Vec<Row>, StoreError> {
    match store.read(&Read::now(company(), vec![ask]))?.replies.pop() {
        Some(Reply::Rows(rows)) => Ok(rows),
        other => panic!("{other:?}"),
    }
}

// ---- Several stores over one map

#[test]
fn stores_that_share_a_map_draw_and_count_without_gaps() {
    let map = shared();
    let each = 40;
    let drawn: Vec<i64> = std::thread::scope(|scope| {
        let sell = |store: OrderedStore<Arc<InMemory>>, thread: u128| {
            move || {
                let one = |number: u128| {
                    let mut batch = batch(thread * 1000 + number);
                    batch.answer.push(Value::Drawn { draw: 0, offset: 0 });
                    let draw = Change::Draw { series: "s".into(), count: 1, dates: None };
                    let rows = Box::new(vec![Stock { item: 1, pieces: 1 }]);
                    batch.changes = vec![draw, Change::Add { rows, floors: vec![] }];
                    match store.commit(batch).unwrap().answer.as_slice() {
                        [Value::I64(number)] => *number,
                        other => panic!("{other:?}"),
                    }
                };
                (0..each).map(one).collect::<Vec<i64>>()
            }
        };
        let threads: Vec<_> =
            (1..=3).map(|thread| scope.spawn(sell(open(map.clone()), thread))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let mut sorted = drawn.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, (1..=3 * each as i64).collect::<Vec<_>>());
    let store = open(map);
    let stock = rows(&store, scan::<Stock>(None)).unwrap();
    assert_eq!(stock[0].record::<Stock>().unwrap().pieces, 3 * each as i64);
    assert!(chain::verify(&store, company(), &[Person::TABLE]).unwrap().findings.is_empty());
}

#[test]
fn a_store_notices_that_another_has_brought_a_table_to_a_newer_layout() {
    let map = shared();
    let old = open(map.clone());
    old.commit(with(1, vec![insert(vec![person(1, "Ann"), person(2, "Bob")])])).unwrap();
    let held = old.read(&Read::at(company(), At::Hold, vec![])).unwrap().at;
    let new = OrderedStore::open(map).unwrap();
    let prepared = new.prepare(&[later::Person::TABLE]).unwrap();
    assert_eq!((prepared.created.len(), prepared.upgraded), (0, vec![("person", 1)]));
    let newer = |error| matches!(error, StoreError::NewerLayout { found: 2, known: 1, .. });
    assert!(newer(rows(&old, scan::<Person>(None)).unwrap_err()));
    assert!(newer(old.commit(with(2, vec![insert(vec![person(3, "Cem")])])).unwrap_err()));
    // Its other tables still serve.
    let add = Change::Add { rows: Box::new(vec![Stock { item: 1, pieces: 1 }]), floors: vec![] };
    old.commit(with(3, vec![add])).unwrap();
    let gone = old.read(&Read::at(company(), At::Held(held), vec![]));
    assert!(matches!(gone, Err(StoreError::SnapshotGone)));
    let named = rows(&new, scan::<later::Person>(Some(0))).unwrap();
    assert_eq!(named.len(), 2);
    assert_eq!(named[0].record::<later::Person>().unwrap().town, None);
}

#[test]
fn an_index_that_is_no_longer_declared_leaves_the_map() {
    let map = shared();
    let store = open(map.clone());
    store.commit(with(1, vec![insert(vec![person(1, "Ann"), person(2, "Bob")])])).unwrap();
    let before = pairs(&map).len();
    let plain = OrderedStore::open(map.clone()).unwrap();
    plain.prepare(&[otherwise::Plain::TABLE]).unwrap();
    assert_eq!(pairs(&map).len(), before - 2);
    // Who still declares it is told to prepare it anew, instead of seeing an index without rows.
    let error = rows(&store, scan::<Person>(Some(0))).unwrap_err();
    assert!(matches!(error, StoreError::Unprepared { .. }), "{error}");
    store.prepare(&[Person::TABLE]).unwrap();
    assert_eq!(rows(&store, scan::<Person>(Some(0))).unwrap().len(), 2);
    assert_eq!(pairs(&map).len(), before);
}

#[test]
fn a_table_that_is_declared_in_two_ways_is_refused_and_nothing_changes() {
    let map = shared();
    let store = open(map.clone());
    store.commit(with(1, vec![insert(vec![person(1, "Ann"), person(2, "Ann")])])).unwrap();
    let before = pairs(&map);
    for table in [otherwise::Person::TABLE, later::Person::TABLE] {
        // The second has a unique index that the two Anns break.
        let error =
            OrderedStore::open(map.clone()).unwrap().prepare(&[Stock::TABLE, table]).unwrap_err();
        assert!(matches!(&error, StoreError::Misused(why) if why.contains("person")), "{error}");
        let both =
            OrderedStore::open(map.clone()).unwrap().prepare(&[Person::TABLE, table]).unwrap_err();
        assert!(matches!(both, StoreError::Misused(_)), "{both}");
    }
    assert_eq!(pairs(&map), before);
}

// ---- Maps that are not ours, or damaged

#[test]
fn a_map_of_something_else_or_of_a_newer_version_is_not_opened() {
    let recipes = InMemory::new();
    put(&recipes, b"bigoli", b"in salsa");
    assert!(matches!(OrderedStore::open(recipes), Err(StoreError::Corrupt(_))));
    let header = InMemory::new();
    put(&header, &[0], b"venezia");
    assert!(matches!(OrderedStore::open(header), Err(StoreError::Corrupt(_))));
    let newer = InMemory::new();
    put(&newer, &[0], b"fondaco\x02what is to come");
    let error = OrderedStore::open(newer).unwrap_err();
    assert!(matches!(error, StoreError::NewerLayout { found: 2, known: 1, .. }), "{error}");
}

/// Every value in the map, cut short, of an unknown form, or replaced by any other: an error or another figure for the
/// verification to find, and never a panic.
#[test]
fn whatever_is_damaged_nothing_panics_and_rows_are_named() {
    let make = || {
        let map = shared();
        let store = open(map.clone());
        store.commit(with(1, vec![insert(vec![person(1, "Ann"), person(2, "Bob")])])).unwrap();
        let row = Arc::new(person(1, "Eve"));
        store.commit(with(2, vec![Change::Put { row, seen: 1 }])).unwrap();
        let draw = Change::Draw { series: "s".into(), count: 1, dates: None };
        store.commit(with(3, vec![draw])).unwrap();
        map
    };
    for at in 0..pairs(&make()).len() {
        let (key, value) = pairs(&make()).swap_remove(at);
        let cut = value.get(..value.len() / 2).unwrap_or_default().to_vec();
        for damage in [cut, vec![], vec![9; 40], [&value[..], &[0xFF]].concat()] {
            let map = make();
            put(&map, &key, &damage);
            let Ok(store) = OrderedStore::open(map) else { continue };
            if store.prepare(&[Person::TABLE, Stock::TABLE]).is_err() {
                continue;
            }
            let asks = [scan::<Person>(None), scan::<Person>(Some(0)), scan::<Stock>(None)];
            let read = asks.into_iter().map(|ask| rows(&store, ask).map(|_| ()));
            let read: Result<Vec<()>, StoreError> = read.collect();
            let feed = store.feed(&FeedFrom::new(company(), 0, 9));
            let row = Arc::new(person(1, "Ida"));
            let put = store.commit(with(4, vec![Change::Put { row, seen: 2 }]));
            for error in [read.err(), feed.err(), put.err()].into_iter().flatten() {
                let known = matches!(error, StoreError::Corrupt(_) | StoreError::Refused(_));
                assert!(known, "{error} ({})", error.code());
            }
            let _ = chain::verify(&store, company(), &[Person::TABLE]);
        }
    }
    let map = make();
    let rows_at = |(key, _): &&Pair| key.starts_with(&[3, 0x81, 1, 1]);
    let (key, _) = pairs(&map).iter().find(rows_at).cloned().unwrap();
    put(&map, &key, &[1, 1, 77]);
    let store = open(map);
    let error = rows(&store, scan::<Person>(None)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the stored data is damaged: a row of person: a value has the unknown tag 77"
    );
}

// ---- Failures of the map

/// Fails when told to: before it writes, or after.
#[derive(Default)]
struct Failing {
    map: InMemory,
    before: AtomicBool,
    after: AtomicBool,
}

impl Ordered for Failing {
    fn snapshot(&self) -> Result<Box<dyn MapSnapshot + '_>, MapError> {
        self.map.snapshot()
    }

    fn write(&self, position: u64, puts: Vec<Put>) -> Result<Written, MapError> {
        if self.before.load(Ordering::Relaxed) {
            return Err(MapError::Unavailable("the disk is full".into()));
        }
        let written = self.map.write(position, puts)?;
        match self.after.load(Ordering::Relaxed) {
            true => Err(MapError::Unknown("the line went dead".into())),
            false => Ok(written),
        }
    }
}

#[test]
fn a_map_that_fails_is_answered_in_the_words_of_the_port() {
    let store = open(Failing::default());
    store.map().before.store(true, Ordering::Relaxed);
    let one = || with(1, vec![insert(vec![person(1, "Ann")])]);
    let error = store.commit(one()).unwrap_err();
    assert!(matches!(&error, StoreError::Unavailable(why) if why == "the disk is full"), "{error}");
    assert!(rows(&store, scan::<Person>(None)).unwrap().is_empty());
    store.map().before.store(false, Ordering::Relaxed);
    store.map().after.store(true, Ordering::Relaxed);
    let error = store.commit(one()).unwrap_err();
    assert!(matches!(error, StoreError::Unknown { id, .. } if id == CommandId::from_u128(1)));
    // Asked again, it says what was.
    assert!(store.commit(one()).unwrap().replayed);
}

// ---- A company that another store had

/// A map that takes no write any more after some: as good as killed.
struct Killed {
    map: Arc<InMemory>,
    left: AtomicU32,
}

impl Ordered for Killed {
    fn snapshot(&self) -> Result<Box<dyn MapSnapshot + '_>, MapError> {
        self.map.snapshot()
    }
    fn write(&self, position: u64, puts: Vec<Put>) -> Result<Written, MapError> {
        let one_less = |left: u32| left.checked_sub(1);
        let taken = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less);
        taken.map_err(|_| MapError::Unavailable("it was killed".into()))?;
        self.map.write(position, puts)
    }
}

/// The pieces of a company of 4,500 persons.
fn pieces() -> Vec<Piece> {
    let source = open(shared());
    let people = (0..4_500).map(|id| person(id, &format!("{id}"))).collect();
    source.commit(with(1, vec![insert(people)])).unwrap();
    let moment = Moment::hold(&source, company()).unwrap();
    let mut reader = PieceReader::new(moment, &[Person::TABLE]).unwrap();
    std::iter::from_fn(|| reader.next().unwrap()).collect()
}

fn load(store: &dyn Store, pieces: &[Piece]) -> Result<(), StoreError> {
    let mut pieces = pieces.iter().cloned();
    store.load(company(), &mut || Ok(pieces.next()))
}

/// Whoever loads a company after one who was killed over it leaves nothing of that.
#[test]
fn what_a_killed_load_left_is_taken_away_by_the_next() {
    let pieces = pieces();
    let fresh = shared();
    load(&open(fresh.clone()), &pieces).unwrap();
    let whole = pairs(&fresh).len();
    let mut begun = 0;
    for writes in 0.. {
        let map = shared();
        drop(open(map.clone()));
        let killed = Killed { map: map.clone(), left: AtomicU32::new(writes) };
        let store = open(killed);
        if load(&store, &pieces).is_ok() {
            assert_eq!(pairs(&map).len(), whole);
            break;
        }
        begun += usize::from(pairs(&map).len() > 4_000);
        let store = open(map.clone());
        assert!(rows(&store, scan::<Person>(None)).unwrap().is_empty());
        load(&store, &pieces).unwrap();
        assert_eq!(pairs(&map).len(), whole, "after {writes} writes");
        assert!(chain::verify(&store, company(), &[Person::TABLE]).unwrap().findings.is_empty());
    }
    assert!(begun > 1, "{begun}");
}

/// Of two who load one company at once, through two stores over one map, the later makes it.
#[test]
fn two_loads_of_one_company_leave_one() {
    let (map, pieces) = (shared(), pieces());
    let (first, second) = (open(map.clone()), open(map.clone()));
    let mut rest = pieces.iter().cloned();
    let mut meanwhile = Some(());
    let overtaken = first.load(company(), &mut || {
        let piece = rest.next();
        if matches!(piece, Some(Piece::Commits(_))) && meanwhile.take().is_some() {
            let stopped = second.load(company(), &mut || Err(StoreError::Stopped));
            assert!(matches!(stopped, Err(StoreError::Stopped)));
        }
        Ok(piece)
    });
    assert!(overtaken.unwrap_err().to_string().contains("somebody else began to load"));
    load(&second, &pieces).unwrap();
    let fresh = shared();
    load(&open(fresh.clone()), &pieces).unwrap();
    assert_eq!(pairs(&map).len(), pairs(&fresh).len());
}

// ---- Erasure, and what lies where

#[test]
fn after_an_erasure_value_and_salts_are_gone_from_the_map() {
    let map = shared();
    let store = open(map.clone());
    let mail = |salt| Some(Personal::Kept("marietta@example.org".into(), salt));
    store
        .commit(with(1, vec![insert(vec![Person { mail: mail([1; 16]), ..person(1, "M") }])]))
        .unwrap();
    let row = Arc::new(Person { mail: mail([2; 16]), ..person(1, "N") });
    store.commit(with(2, vec![Change::Put { row, seen: 1 }])).unwrap();
    let holds = |part: &[u8]| {
        pairs(&map).iter().any(|(_, value)| value.windows(part.len()).any(|at| at == part))
    };
    assert!(holds(b"marietta") && holds(&[2; 16]) && holds(&[0x5A; 16]));
    let key = Key { table: Person::TABLE, bytes: 1i64.to_bytes() };
    let mut erase = with(3, vec![Change::Erase { key }]);
    erase.salt = [7; 16];
    store.commit(erase).unwrap();
    assert!(!holds(b"marietta") && !holds(&[2; 16]), "the value and its salt are gone");
    assert!(!holds(&[0x5A; 16]), "the salts of both commands that carried it are gone");
    assert!(chain::verify(&store, company(), &[Person::TABLE]).unwrap().findings.is_empty());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What lies in a map may not change without a new version of the form: this is version 1.
#[test]
fn what_lies_where_is_as_it_was() {
    let map = shared();
    let store = open(map.clone()).with_chain(false);
    let mail = Some(Personal::Kept("m".into(), [9; 16]));
    let insert = insert(vec![Person { mail, ..person(300, "Ann") }]);
    let rows = Box::new(vec![Stock { item: -1, pieces: -300 }]);
    let add = Change::Add { rows, floors: vec![Floor::new(&[(1, 1)], -300)] };
    let draw = Change::Draw { series: "s".into(), count: 2, dates: None };
    let mut batch = with(7, vec![insert, add, draw]);
    batch.answer = vec![Value::Drawn { draw: 0, offset: 1 }];
    store.commit(batch).unwrap();
    let lines: Vec<String> =
        pairs(&map).iter().map(|(key, value)| format!("{} {}", hex(key), hex(value))).collect();
    let golden = include_str!("../golden/ordered_form_1.txt");
    assert_eq!(lines.join("\n"), golden.trim_end(), "\n{}\n", lines.join("\n"));
}
