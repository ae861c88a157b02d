//! The store in memory, beside what the conformance suite asks of every store.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use fondaco_core::store::{
    Ask, At, Batch, Change, Commit, Fixed, Floor, Key, KeyBytes, KeyParts, Kind, Meta, Personal,
    Read, Record, Reply, Row, Rows, Scan, Seen, Snapshot, Store, StoreError, Table,
};
use fondaco_core::{ActorId, CommandId, CompanyId, Timestamp};
use fondaco_store::Memory;
use smol_str::SmolStr;

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "posting", kind = fact, key(entry, line), index(by_account(account, day)), index(by_ref(reference), unique), index(by_who(who)))]
struct Posting {
    entry: u128,
    line: i64,
    account: SmolStr,
    day: i64,
    reference: Option<SmolStr>,
    who: Option<Personal<SmolStr>>,
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "account", kind = state, key(code), index(by_name(name), unique))]
struct Account {
    code: SmolStr,
    name: Option<SmolStr>,
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "balance", kind = counter, key(account, period), index(by_period(period)))]
struct Balance {
    account: SmolStr,
    period: i64,
    debit: i64,
    small: u8,
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "tally", kind = counter, key(key))]
struct Tally {
    key: i64,
    sum: i64,
    money: Fixed<4>,
}

const TABLES: &[&Table] = &[Posting::TABLE, Account::TABLE, Balance::TABLE, Tally::TABLE];

fn company() -> CompanyId {
    CompanyId::named("acme")
}

fn posting(entry: u128, account: &str, day: i64) -> Posting {
    Posting { entry, line: 1, account: account.into(), day, reference: None, who: None }
}

fn balance(account: &str, period: i64, debit: i64) -> Balance {
    Balance { account: account.into(), period, debit, small: 0 }
}

fn account(code: &str, name: &str) -> Account {
    Account { code: code.into(), name: Some(name.into()) }
}

fn insert<R: Record>(rows: Vec<R>) -> Change {
    Change::Insert(Box::new(rows))
}

fn add(rows: Vec<Balance>, floors: Vec<Floor>) -> Change {
    Change::Add { rows: Box::new(rows), floors }
}

fn ready() -> Memory {
    let store = Memory::new();
    store.prepare(TABLES).unwrap();
    store
}

fn batch(command: u128, changes: Vec<Change>) -> Batch {
    let meta = Meta::new(ActorId::new("tester"), Timestamp::from_micros(0).unwrap());
    let mut batch = Batch::new(company(), CommandId::from_u128(command), meta);
    batch.changes = changes;
    batch
}

/// Commits `changes` under the next command id.
fn commit(store: &Memory, changes: Vec<Change>) -> Result<Commit, StoreError> {
    let next = newest(store).position + 1;
    store.commit(batch(u128::from(next), changes))
}

fn newest(store: &Memory) -> Snapshot {
    store.read(&Read::now(company(), Vec::new())).unwrap().at
}

fn hold(store: &Memory) -> Snapshot {
    store.read(&Read::at(company(), At::Hold, Vec::new())).unwrap().at
}

fn scan<R: Record>(store: &Memory, at: At, index: Option<usize>, backwards: bool) -> Vec<R> {
    let from = KeyBytes::new(&[]);
    let scan = Scan { table: R::TABLE, index, from, to: None, backwards, limit: usize::MAX };
    rows(store, at, scan).iter().map(|row| row.record::<R>().unwrap().as_ref().clone()).collect()
}

fn rows(store: &Memory, at: At, scan: Scan) -> Vec<Row> {
    let read = Read::at(company(), at, vec![Ask::Scan(scan)]);
    match store.read(&read).unwrap().replies.pop() {
        Some(Reply::Rows(rows)) => rows,
        other => panic!("{other:?}"),
    }
}

fn get<R: Record>(store: &Memory, at: At, key: R::Key) -> Option<(u64, R)> {
    let read = Read::at(company(), at, vec![Ask::Get(R::TABLE, vec![key.to_bytes()])]);
    match store.read(&read).unwrap().replies.pop() {
        Some(Reply::Got(mut rows)) => rows
            .pop()
            .unwrap()
            .map(|row| (row.version, row.record::<R>().unwrap().as_ref().clone())),
        other => panic!("{other:?}"),
    }
}

#[test]
fn facts_are_found_and_scanned_in_order_however_late_they_came() {
    let store = ready();
    let mut expected = Vec::new();
    // Batches after the end, single rows after the end, and rows between all of them.
    for base in [100u128, 200, 10, 205, 150, 300, 301, 302, 5] {
        let new: Vec<_> = (0..4).map(|i| posting(base + 20 * i, "cash", 7)).collect();
        let new: Vec<_> = new.into_iter().filter(|row| !expected.contains(row)).collect();
        expected.extend(new.clone());
        commit(&store, vec![insert(new)]).unwrap();
    }
    expected.sort_by_key(|row| row.entry);
    assert_eq!(scan::<Posting>(&store, At::Now, None, false), expected);
    assert_eq!(
        scan::<Posting>(&store, At::Now, Some(Posting::BY_ACCOUNT.position()), false),
        expected
    );
    for row in &expected {
        assert_eq!(&get::<Posting>(&store, At::Now, row.key()).unwrap().1, row);
    }
    assert_eq!(get::<Posting>(&store, At::Now, (101, 1)), None);
    expected.reverse();
    assert_eq!(scan::<Posting>(&store, At::Now, None, true), expected);
}

#[test]
fn an_index_is_in_order_of_its_columns_within_and_across_its_buckets() {
    let store = ready();
    let days = [5, 3, 9, 1, 9, 2, 8];
    for (at, day) in days.iter().enumerate() {
        let name = if at % 2 == 0 { "b" } else { "a" };
        commit(&store, vec![insert(vec![posting(at as u128, name, *day)])]).unwrap();
        let found = scan::<Posting>(&store, At::Now, Some(0), false);
        assert_eq!(found.len(), at + 1);
        assert!(found.is_sorted_by_key(|row| (row.account.clone(), row.day, row.entry)));
    }
    let mut one = Scan {
        table: Posting::TABLE,
        index: Some(0),
        from: ("b", 5i64).map_to(),
        to: ("b", 9i64).map_to().after_prefix(),
        backwards: true,
        limit: 2,
    };
    let days = |scan: &Scan| -> Vec<i64> {
        rows(&store, At::Now, scan.clone())
            .iter()
            .map(|r| r.record::<Posting>().unwrap().day)
            .collect()
    };
    assert_eq!(days(&one), [9, 9]);
    one.limit = usize::MAX;
    assert_eq!(days(&one), [9, 9, 8, 5]);
    one.to = Some(one.from.clone());
    assert!(days(&one).is_empty());
}

#[test]
fn an_index_over_more_rows_than_wait_at_once_is_in_order() {
    let store = Memory::without_chain();
    store.prepare(TABLES).unwrap();
    let names: Vec<String> = (0..50).map(|name| format!("account {name}")).collect();
    let mut all = Vec::new();
    for batch in 0..8u128 {
        let row = |at: u128| {
            let mixed = (batch * 9_000 + at).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 7;
            posting(batch * 10_000 + at, &names[(mixed % 50) as usize], (mixed % 360) as i64)
        };
        let rows: Vec<_> = (0..9_000).map(row).collect();
        all.extend(rows.clone());
        commit(&store, vec![insert(rows)]).unwrap();
        if batch == 3 {
            let one = scan::<Posting>(&store, At::Now, Some(0), true);
            assert_eq!(one.len(), all.len());
        }
    }
    all.sort_by_key(|row| (row.account.clone(), row.day, row.entry));
    assert_eq!(scan::<Posting>(&store, At::Now, Some(0), false), all);
}

trait MapTo {
    fn map_to(&self) -> KeyBytes;
}

impl MapTo for (&str, i64) {
    fn map_to(&self) -> KeyBytes {
        (SmolStr::new(self.0), self.1).to_bytes()
    }
}

#[test]
fn a_held_snapshot_keeps_rows_counters_and_orders_as_they_were() {
    let store = ready();
    let first = vec![
        insert(vec![posting(1, "cash", 1)]),
        insert(vec![account("1", "zebra"), account("2", "yak")]),
        add(vec![balance("1", 1, 10)], Vec::new()),
    ];
    commit(&store, first).unwrap();
    let held = hold(&store);
    let put =
        |code: &str, name: &str, seen| Change::Put { row: Arc::new(account(code, name)), seen };
    let key = Key { table: Account::TABLE, bytes: SmolStr::new("2").to_bytes() };
    commit(
        &store,
        vec![
            insert(vec![posting(2, "bank", 1)]),
            put("1", "ant", 1),
            Change::Delete { key, seen: 1 },
            add(vec![balance("1", 1, 5), balance("2", 1, 5)], Vec::new()),
        ],
    )
    .unwrap();
    commit(&store, vec![put("1", "bee", 2), insert(vec![account("2", "cow")])]).unwrap();
    let then = At::Held(held);
    assert_eq!(scan::<Posting>(&store, then, Some(0), false), [posting(1, "cash", 1)]);
    assert_eq!(
        scan::<Account>(&store, then, None, false),
        [account("1", "zebra"), account("2", "yak")]
    );
    assert_eq!(
        scan::<Account>(&store, then, Some(0), false),
        [account("2", "yak"), account("1", "zebra")]
    );
    assert_eq!(
        scan::<Account>(&store, then, Some(0), true),
        [account("1", "zebra"), account("2", "yak")]
    );
    assert_eq!(scan::<Balance>(&store, then, Some(0), false), [balance("1", 1, 10)]);
    assert_eq!(get::<Account>(&store, then, "2".into()), Some((1, account("2", "yak"))));
    assert_eq!(get::<Account>(&store, At::Now, "1".into()), Some((3, account("1", "bee"))));
    assert_eq!(
        get::<Balance>(&store, At::Last(held), ("1".into(), 1)),
        Some((1, balance("1", 1, 10)))
    );
    let gone = store.read(&Read::at(company(), then, Vec::new()));
    assert!(matches!(gone, Err(StoreError::SnapshotGone)));
}

#[test]
fn unique_entries_may_swap_and_clashes_name_the_holder() {
    let store = ready();
    commit(&store, vec![insert(vec![account("1", "a"), account("2", "b")])]).unwrap();
    let put =
        |code: &str, name: &str, seen| Change::Put { row: Arc::new(account(code, name)), seen };
    commit(&store, vec![put("1", "b", 1), put("2", "a", 1)]).unwrap();
    let refused = commit(
        &store,
        vec![insert(vec![account("3", "a"), account("4", "a"), account("5", "new")])],
    );
    let Err(StoreError::Refused(refusal)) = refused else { panic!("{refused:?}") };
    let named = |clash: &fondaco_core::store::Clash| {
        (format!("{:?}", clash.holder), format!("{:?}", clash.wanted))
    };
    let clashes: Vec<_> = refusal.clashes.iter().map(named).collect();
    let (holder, wanted) =
        (r#"account["2"]"#.to_string(), |code: &str| format!("account[\"{code}\"]"));
    assert_eq!(clashes, [(holder.clone(), wanted("3")), (holder, wanted("4"))]);
    assert_eq!(get::<Account>(&store, At::Now, "5".into()), None);
}

#[test]
fn a_fact_s_unique_and_personal_entries_go_when_it_is_erased_and_stay_in_what_is_held() {
    let store = ready();
    let who = || Some(Personal::Kept(SmolStr::new("ann"), [1; 16]));
    let row = Posting { who: who(), reference: Some("r".into()), ..posting(1, "cash", 1) };
    commit(&store, vec![insert(vec![row.clone()])]).unwrap();
    let clash = Posting { reference: Some("r".into()), ..posting(2, "cash", 1) };
    assert!(matches!(commit(&store, vec![insert(vec![clash])]), Err(StoreError::Refused(_))));
    let (held, by_who) = (hold(&store), Some(Posting::BY_WHO.position()));
    let key = Key { table: Posting::TABLE, bytes: row.key().to_bytes() };
    commit(&store, vec![Change::Erase { key }]).unwrap();
    assert_eq!(scan::<Posting>(&store, At::Now, by_who, false), []);
    assert_eq!(scan::<Posting>(&store, At::Held(held), by_who, false), std::slice::from_ref(&row));
    assert_eq!(scan::<Posting>(&store, At::Held(held), None, false), std::slice::from_ref(&row));
    let (version, erased) = get::<Posting>(&store, At::Now, row.key()).unwrap();
    assert_eq!((version, erased.who.unwrap().get()), (1, None));
}

#[test]
fn sums_beyond_their_column_and_floors_leave_every_counter_as_it_was() {
    let store = ready();
    let small = |small| Balance { small, ..balance("1", 1, 1) };
    commit(&store, vec![add(vec![small(200)], Vec::new())]).unwrap();
    let two = |change: Balance| vec![add(vec![balance("0", 1, 1), change], vec![])];
    let overflow = commit(&store, two(small(56)));
    assert!(matches!(overflow, Err(StoreError::Overflow { ref column, .. }) if column == "small"));
    let overflow = commit(&store, two(balance("1", 1, i64::MAX)));
    assert!(matches!(overflow, Err(StoreError::Overflow { ref column, .. }) if column == "debit"));
    let floor = Floor::new(&[(2, 1)], -5);
    let short =
        commit(&store, vec![add(vec![balance("0", 1, -6), balance("1", 1, -7)], vec![floor])]);
    let Err(StoreError::Refused(refusal)) = short else { panic!("{short:?}") };
    let versions: Vec<_> =
        refusal.short.iter().map(|(_, row)| row.as_ref().map(|r| r.version)).collect();
    assert_eq!(versions, [None, Some(1)]);
    assert_eq!(scan::<Balance>(&store, At::Now, None, false), [small(200)]);
}

#[test]
fn many_counters_added_to_at_once_keep_readers_holds_and_refusals_apart() {
    let store = ready();
    let tally = |key, sum| Tally { key, sum, money: Fixed::from_units(-sum) };
    let all = |sum: i64| (0..40).map(|key| tally(key, sum)).collect::<Vec<_>>();
    let adding = |rows: Vec<Tally>| vec![Change::Add { rows: Box::new(rows), floors: vec![] }];
    let now = || scan::<Tally>(&store, At::Now, None, false);
    commit(&store, adding(all(1))).unwrap();
    let from = KeyBytes::new(&[]);
    let five =
        Scan { table: Tally::TABLE, index: None, from, to: None, backwards: false, limit: 5 };
    let (read, held) = (rows(&store, At::Now, five), hold(&store));
    commit(&store, adding(all(2))).unwrap();
    commit(&store, adding(all(3))).unwrap();
    assert!(read.iter().all(|row| row.version == 1 && row.stored().units(1) == Some(1)));
    assert_eq!(scan::<Tally>(&store, At::Last(held), None, false), all(1));
    assert_eq!(now(), all(6));
    for beyond in [i64::MAX, i64::MIN] {
        let mut rows = all(1);
        rows[30].sum = beyond;
        rows[31].money = Fixed::from_units(beyond);
        let column = if beyond > 0 { "sum" } else { "money" };
        let refused = commit(&store, adding(rows));
        assert!(
            matches!(refused, Err(StoreError::Overflow { column: ref at, .. }) if at == column),
            "{refused:?}"
        );
    }
    assert_eq!(now(), all(6));
}

#[test]
fn a_reader_s_counter_does_not_move_under_it() {
    let store = ready();
    commit(&store, vec![add(vec![balance("1", 1, 1)], vec![])]).unwrap();
    let scan = Scan {
        table: Balance::TABLE,
        index: None,
        from: KeyBytes::new(&[]),
        to: None,
        backwards: false,
        limit: 1,
    };
    let before = rows(&store, At::Now, scan);
    for _ in 0..3 {
        commit(&store, vec![add(vec![balance("1", 1, 1)], vec![])]).unwrap();
    }
    assert_eq!(before[0].record::<Balance>().unwrap().debit, 1);
    assert_eq!(get::<Balance>(&store, At::Now, ("1".into(), 1)), Some((4, balance("1", 1, 4))));
}

#[test]
fn a_batch_that_breaks_the_rules_is_misused() {
    let store = ready();
    let misused = |changes: Vec<Change>| {
        let result = commit(&store, changes);
        assert!(matches!(result, Err(StoreError::Misused(_))), "{result:?}");
    };
    misused(vec![insert(vec![posting(2, "a", 1), posting(1, "a", 1)])]);
    misused(vec![insert(vec![posting(1, "a", 1), posting(1, "a", 1)])]);
    misused(vec![insert(vec![posting(1, "a", 1)]), insert(vec![posting(1, "a", 1)])]);
    misused(vec![insert(vec![balance("1", 1, 1)])]);
    misused(vec![add(vec![balance("1", 1, 1)], vec![]), add(vec![balance("1", 1, 1)], vec![])]);
    misused(vec![add(vec![balance("2", 1, 1), balance("1", 1, 1)], vec![])]);
    misused(vec![Change::Put { row: Arc::new(account("1", "a")), seen: 0 }]);
    misused(vec![Change::Erase { key: Key { table: Balance::TABLE, bytes: KeyBytes::new(&[1]) } }]);
    assert_eq!(newest(&store).position, 0);
}

#[test]
fn an_insert_of_a_key_that_exists_is_refused_when_it_was_seen_absent_else_an_error() {
    let store = ready();
    commit(&store, vec![insert(vec![posting(1, "a", 1)])]).unwrap();
    let twice = || vec![insert(vec![posting(1, "b", 1), posting(2, "b", 1)])];
    assert!(matches!(commit(&store, twice()), Err(StoreError::Exists { .. })));
    let mut seen = batch(9, twice());
    let key = Key { table: Posting::TABLE, bytes: posting(1, "", 0).key().to_bytes() };
    seen.seen.push(Seen { key: key.clone(), version: 0 });
    let refused = store.commit(seen);
    let Err(StoreError::Refused(refusal)) = refused else { panic!("{refused:?}") };
    assert_eq!(refusal.moved, [Seen { key, version: 1 }]);
    assert_eq!(scan::<Posting>(&store, At::Now, None, false).len(), 1);
}

#[test]
fn without_chain_commits_have_no_seal() {
    let (with, without) = (ready(), Memory::without_chain());
    without.prepare(TABLES).unwrap();
    let change = || vec![insert(vec![posting(1, "a", 1)])];
    assert!(commit(&with, change()).unwrap().seal.is_some());
    assert!(commit(&without, change()).unwrap().seal.is_none());
}

#[test]
fn a_newer_layout_converts_the_rows_and_fills_its_indexes() {
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "account", kind = state, key(code), layout = 2, index(by_name(name), unique), index(by_group(group)), index(by_code(code)))]
    struct Newer {
        code: SmolStr,
        name: Option<SmolStr>,
        #[record(since = 2)]
        group: Option<i64>,
    }
    let store = ready();
    commit(&store, vec![insert(vec![account("1", "a")])]).unwrap();
    let prepared = store.prepare(&[Newer::TABLE]).unwrap();
    assert_eq!(prepared.upgraded, [("account", 1)]);
    let old = Newer { code: "1".into(), name: Some("a".into()), group: None };
    assert_eq!(scan::<Newer>(&store, At::Now, Some(2), false), std::slice::from_ref(&old));
    assert_eq!(scan::<Newer>(&store, At::Now, Some(1), false), []);
    let new = Newer { group: Some(4), ..old };
    commit(&store, vec![Change::Put { row: Arc::new(new.clone()), seen: 1 }]).unwrap();
    assert_eq!(scan::<Newer>(&store, At::Now, Some(1), false), [new]);
    assert!(matches!(
        store.prepare(TABLES),
        Err(StoreError::NewerLayout { found: 2, known: 1, .. })
    ));
    assert_eq!(Account::TABLE.kind, Kind::State);
}

#[test]
fn a_layout_that_does_not_follow_is_misused_and_changes_nothing() {
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "account", kind = fact, key(code), layout = 2)]
    struct OtherKind {
        code: SmolStr,
        name: Option<SmolStr>,
    }
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "fresh", kind = fact, key(code))]
    struct Fresh {
        code: SmolStr,
    }
    let store = ready();
    let refused = store.prepare(&[Fresh::TABLE, OtherKind::TABLE]);
    assert!(matches!(refused, Err(StoreError::Misused(_))), "{refused:?}");
    let unknown = commit(&store, vec![insert(vec![Fresh { code: "1".into() }])]);
    assert!(matches!(unknown, Err(StoreError::Unprepared { .. })), "{unknown:?}");
    commit(&store, vec![insert(vec![account("1", "a")])]).unwrap();
}

#[test]
fn reads_see_whole_commits_while_others_write() {
    let store = ready();
    let last = 200;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for entry in 0..last {
                let row = vec![posting(entry, ["a", "b"][entry as usize % 2], 1)];
                let changes = vec![insert(row), add(vec![balance("1", 1, 1)], vec![])];
                commit(&store, changes).unwrap();
            }
        });
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let held = hold(&store);
                    let facts = scan::<Posting>(&store, At::Held(held), Some(0), false).len();
                    std::thread::yield_now();
                    let counted = get::<Balance>(&store, At::Last(held), ("1".into(), 1));
                    assert_eq!(facts as u64, held.position);
                    assert_eq!(counted.map_or(0, |(_, row)| row.debit), facts as i64);
                    if held.position == last as u64 {
                        break;
                    }
                }
            });
        }
    });
}

#[test]
fn rows_of_another_type_stand_beside_typed_ones() {
    use fondaco_core::store::{Stored, ValueRow};
    let store = ready();
    let values = |row: &dyn Stored| ValueRow::new(row.table(), row.values());
    let boxed = |rows: Vec<ValueRow>| -> Box<dyn Rows> { Box::new(rows) };
    commit(&store, vec![insert(vec![posting(1, "a", 1)]), add(vec![balance("1", 1, 1)], vec![])])
        .unwrap();
    let (row, sum) = (values(&posting(2, "a", 1)), values(&balance("1", 1, 1)));
    let changes = vec![
        Change::Insert(boxed(vec![row])),
        Change::Add { rows: boxed(vec![sum]), floors: vec![] },
    ];
    commit(&store, changes).unwrap();
    commit(&store, vec![add(vec![balance("1", 1, 1)], vec![])]).unwrap();
    assert_eq!(
        scan::<Posting>(&store, At::Now, Some(0), false),
        [posting(1, "a", 1), posting(2, "a", 1)]
    );
    assert_eq!(get::<Balance>(&store, At::Now, ("1".into(), 1)), Some((3, balance("1", 1, 3))));
}

#[test]
fn it_keeps_every_promise_of_the_contract() {
    fondaco_testkit::certify(Memory::new).assert();
}
