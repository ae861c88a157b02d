//! What the PostgreSQL store promises beyond the contract: people's SQL, other roles, other programs, the host's transaction,
//! connections that break.
#![cfg(all(feature = "postgres", unix))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "helpers of tests"
)]

mod programs;
mod proxy;
mod server;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use fondaco_core::chain;
use fondaco_core::store::{
    Ask, At, Batch, Change, FeedFrom, Fixed, Floor, KeyBytes, Meta, Personal, Piece, Read, Record,
    Reply, Scan, Store, StoreError, Table,
};
use fondaco_core::{ActorId, CommandId, CompanyId, Timestamp};
use fondaco_store::postgres::client::{self, Client, NoTls};
use fondaco_store::{Postgres, PostgresOptions};
use proxy::{Cut, Proxy};
use smol_str::SmolStr;

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "line", kind = fact, key(entry, line), index(by_account(account, day)))]
struct Line {
    entry: i64,
    line: i64,
    account: SmolStr,
    day: NaiveDate,
    amount: Fixed<2>,
    at: Timestamp,
    item: u128,
    who: Option<Personal<SmolStr>>,
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "balance", kind = counter, key(account))]
struct Balance {
    account: SmolStr,
    amount: i64,
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "person", kind = state, key(id))]
struct Person {
    id: i64,
    name: Option<SmolStr>,
}

mod later {
    use super::*;

    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "person", kind = state, layout = 2, key(id), index(by_name(name), unique), index(by_town(town)))]
    pub(super) struct Person {
        pub(super) id: i64,
        pub(super) name: Option<SmolStr>,
        #[record(since = 2)]
        pub(super) town: Option<SmolStr>,
    }
}

const TABLES: &[&Table] = &[Line::TABLE, Balance::TABLE, Person::TABLE];

fn open(url: &str, options: &PostgresOptions) -> Postgres {
    let store = Postgres::connect_with(url, options).unwrap();
    store.prepare(TABLES).unwrap();
    store
}

/// A schema's name and its options.
fn home(part: &str) -> (String, PostgresOptions) {
    let name = server::name(part);
    let options = PostgresOptions::new().schema(&name).connections(20);
    (name, options)
}

fn acme() -> CompanyId {
    CompanyId::named("acme")
}

fn batch_of(company: CompanyId, id: u128) -> Batch {
    let meta = Meta::new(ActorId::new("test"), Timestamp::from_micros(1).unwrap());
    Batch::new(company, CommandId::from_u128(id), meta)
}

fn with(id: u128, change: Change) -> Batch {
    let mut batch = batch_of(acme(), id);
    batch.changes.push(change);
    batch
}

fn insert<R: Record>(id: u128, rows: Vec<R>) -> Batch
where
    Vec<R>: fondaco_core::store::Rows,
{
    with(id, Change::Insert(Box::new(rows)))
}

fn add(id: u128, account: &str, amount: i64) -> Batch {
    let row = Balance { account: account.into(), amount };
    with(id, Change::Add { rows: Box::new(vec![row]), floors: vec![] })
}

fn line(entry: i64, line: i64, cents: i64) -> Line {
    let day = NaiveDate::from_ymd_opt(2026, 7, 1).unwrap();
    let at = Timestamp::from_micros(1_782_864_000_500_000).unwrap();
    let amount = Fixed::from_units(cents);
    Line { entry, line, account: "1000".into(), day, amount, at, item: 7, who: None }
}

fn balance(store: &dyn Store, account: &str) -> i64 {
    let scan = Scan {
        table: Balance::TABLE,
        index: None,
        from: KeyBytes::new(&[]),
        to: None,
        backwards: false,
        limit: usize::MAX,
    };
    let answer = store.read(&Read::now(acme(), vec![Ask::Scan(scan)])).unwrap();
    let [Reply::Rows(rows)] = answer.replies.as_slice() else { panic!("rows") };
    let records = rows.iter().map(|row| row.record::<Balance>().unwrap());
    records.filter(|row| row.account == account).map(|row| row.amount).sum()
}

fn is_clean(store: &dyn Store) {
    let findings = chain::verify(store, acme(), TABLES).unwrap().findings;
    assert!(findings.is_empty(), "{findings:?}");
}

fn text(client: &mut Client, sql: &str) -> String {
    client.query_one(&format!("SELECT ({sql})::text"), &[]).unwrap().get(0)
}

#[test]
fn people_sum_exactly_and_read_views() {
    let Some(url) = server::url() else { return };
    let (schema, options) = home("people");
    let store = open(url, &options);
    let who = Some(Personal::Kept("Ann".into(), [7; 16]));
    let rows = vec![Line { who, ..line(1, 1, 1_050) }, line(1, 2, -1_050), line(2, 1, i64::MAX)];
    store.commit(insert(1, rows)).unwrap();
    let mut sql = server::admin();
    sql.batch_execute(&format!("SET search_path = {schema}")).unwrap();
    assert_eq!(text(&mut sql, "SELECT sum(amount) FROM line WHERE entry = 1"), "0.00");
    assert_eq!(text(&mut sql, "SELECT sum(amount) * 3 FROM line"), "276701161105643274.21");
    let shown = text(
        &mut sql,
        "SELECT concat_ws(' ', company, amount, day, at AT TIME ZONE 'UTC', item, who, version) FROM line_view \
         WHERE entry = 1 AND line = 1",
    );
    let company = format!("{:032x}", acme().to_u128());
    assert!(shown.replace('-', "").starts_with(&company), "{shown}");
    let rest = "10.50 2026-07-01 2026-07-01 00:00:00.5 00000000-0000-0000-0000-000000000007 Ann 1";
    assert!(shown.ends_with(rest), "{shown}");
    let events = "SELECT json_typeof(events) FROM fondaco_commit";
    assert_eq!(text(&mut sql, events), "array");
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "versioned", kind = fact, key(company))]
struct Versioned {
    company: SmolStr,
    version: i64,
}

#[test]
fn a_tables_own_company_and_version_keep_their_names_in_the_view() {
    let Some(url) = server::url() else { return };
    let (schema, options) = home("versioned");
    let store = Postgres::connect_with(url, &options).unwrap();
    store.prepare(&[Versioned::TABLE]).unwrap();
    store.commit(insert(1, vec![Versioned { company: "bolts".into(), version: 40 }])).unwrap();
    let mut sql = server::admin();
    sql.batch_execute(&format!("SET search_path = {schema}")).unwrap();
    let shown = "SELECT concat_ws(' ', _company, company, version, _version) FROM versioned_view";
    let whose = text(&mut sql, "SELECT id FROM fondaco_company");
    assert_eq!(text(&mut sql, shown), format!("{whose} bolts 40 1"));
}

#[test]
fn another_companys_role_sees_nothing() {
    let Some(url) = server::url() else { return };
    let (schema, options) = home("apart");
    let (owner, reader, nobody) = (server::role("own"), server::name("reads"), server::name("not"));
    let store = open(url, &options.role(&owner));
    let other = CompanyId::named("other");
    store.commit(insert(1, vec![line(1, 1, 100)])).unwrap();
    let mut theirs = batch_of(other, 1);
    theirs.changes.push(Change::Insert(Box::new(vec![line(1, 1, 7), line(1, 2, 7)])));
    store.commit(theirs).unwrap();
    let mut sql = server::admin();
    sql.batch_execute(&format!(
        "CREATE ROLE {reader}; CREATE ROLE {nobody}; GRANT USAGE ON SCHEMA {schema} TO {nobody}; \
         GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {nobody}; SET search_path = {schema}"
    ))
    .unwrap();
    store.let_read(other, &reader).unwrap();
    store.let_read(other, &reader).unwrap(); // twice is once
    let counts = |sql: &mut Client, role: &str| {
        sql.batch_execute(&format!("SET ROLE {role}")).unwrap();
        let tables = ["line", "line_view", "fondaco_commit", "fondaco_company"];
        let counts = tables.map(|table| text(sql, &format!("SELECT count(*) FROM {table}")));
        sql.batch_execute("RESET ROLE").unwrap();
        counts.join(" ")
    };
    assert_eq!(counts(&mut sql, &reader), "2 2 1 1");
    assert_eq!(counts(&mut sql, &nobody), "0 0 0 0");
    assert_eq!(counts(&mut sql, &owner), "0 0 0 0", "the owner works for no company yet");
    // Who is a member of a reader reads what that may.
    let member = server::name("alice");
    sql.batch_execute(&format!("CREATE ROLE {member}; GRANT {reader} TO {member}")).unwrap();
    assert_eq!(counts(&mut sql, &member), "2 2 1 1");
    // No policy holds for a table that is emptied as a whole: the owner himself may not.
    sql.batch_execute(&format!("SET ROLE {owner}")).unwrap();
    for table in ["line", "fondaco_commit", "fondaco_company", "fondaco_meta"] {
        let refused = sql.batch_execute(&format!("TRUNCATE {table} CASCADE")).unwrap_err();
        let code = refused.code().map(|code| code.code().to_owned());
        assert_eq!(code.as_deref(), Some("42501"), "{table}: {refused}");
    }
    sql.batch_execute("RESET ROLE").unwrap();
    // Whoever only reads can't choose another company, nor write.
    let acme = format!("{:032x}", acme().to_u128());
    sql.batch_execute(&format!("SET fondaco.company = '{acme}'")).unwrap();
    assert_eq!(counts(&mut sql, &reader), "2 2 1 1");
    assert_eq!(counts(&mut sql, &owner), "1 1 1 1", "the owner sees the company it is set to");
    for role in [&reader, &nobody] {
        sql.batch_execute(&format!("SET ROLE {role}")).unwrap();
        assert!(sql.batch_execute("DELETE FROM line").is_err());
        assert!(sql.batch_execute("INSERT INTO fondaco_reader VALUES (current_user, 1)").is_err());
        sql.batch_execute("RESET ROLE").unwrap();
    }
    // Nor does a statement of the owner's reach over: not to change, not to tell that a row is there.
    sql.batch_execute(&format!("SET ROLE {owner}")).unwrap();
    assert_eq!(sql.execute("UPDATE line SET amount = 0", &[]).unwrap(), 1);
    let foreign = "INSERT INTO balance SELECT 2, 'x', 1, 1";
    let refused = sql.batch_execute(foreign).unwrap_err().to_string();
    sql.batch_execute("RESET ROLE").unwrap();
    assert!(refused.contains("db error"), "{refused}");
    store.forbid_read(other, &reader).unwrap();
    assert_eq!(counts(&mut sql, &reader), "0 0 0 0");
    // Tables that come later are as closed, and as open to those who may.
    store.let_read(other, &reader).unwrap();
    store.prepare(&[later::Person::TABLE]).unwrap();
    sql.batch_execute(&format!("SET ROLE {reader}")).unwrap();
    assert_eq!(text(&mut sql, "SELECT count(*) FROM person_view"), "0");
}

/// Tables of a version that guarded them less are guarded as those of this one.
#[test]
fn tables_of_an_earlier_version_are_guarded_again() {
    let Some(url) = server::url() else { return };
    let (schema, options) = home("earlier");
    let owner = server::role("earlier");
    let options = options.role(&owner);
    open(url, &options).commit(insert(1, vec![line(1, 1, 100)])).unwrap();
    let mut sql = server::admin();
    let (member, reader) = (server::name("bob"), server::name("reads"));
    sql.batch_execute(&format!(
        "CREATE ROLE {reader}; CREATE ROLE {member}; GRANT {reader} TO {member}; SET search_path = {schema}; \
         DELETE FROM fondaco_meta WHERE name = 'guards'; GRANT TRUNCATE ON line TO {owner}; \
         DROP POLICY fondaco_read ON line; CREATE POLICY fondaco_read ON line FOR SELECT TO PUBLIC USING (false)"
    ))
    .unwrap();
    let store = open(url, &options);
    store.let_read(acme(), &reader).unwrap();
    sql.batch_execute(&format!("SET ROLE {member}")).unwrap();
    assert_eq!(text(&mut sql, "SELECT count(*) FROM line"), "1");
    sql.batch_execute(&format!("RESET ROLE; SET ROLE {owner}")).unwrap();
    assert!(sql.batch_execute("TRUNCATE line").is_err());
}

#[test]
fn readers_see_nothing_of_the_hosts_and_may_go() {
    let Some(url) = server::url() else { return };
    let (schema, options) = home("leaves");
    let (reader, gone) = (format!("{}@home", server::name("reads")), server::name("gone"));
    let store = open(url, &options);
    store.commit(insert(1, vec![line(1, 1, 100)])).unwrap();
    let mut sql = server::admin();
    sql.batch_execute(&format!(
        "CREATE ROLE \"{reader}\"; CREATE ROLE {gone}; SET search_path = {schema}; CREATE TABLE secret (n integer)"
    ))
    .unwrap();
    store.let_read(acme(), &gone).unwrap();
    store.let_read(acme(), &reader).unwrap();
    sql.batch_execute(&format!("DROP OWNED BY {gone}; DROP ROLE {gone}")).unwrap();
    store.prepare(&[later::Person::TABLE]).unwrap();
    sql.batch_execute(&format!("SET ROLE \"{reader}\"")).unwrap();
    for shown in ["line", "line_view", "person", "fondaco_commit"] {
        text(&mut sql, &format!("SELECT count(*) FROM {shown}"));
    }
    assert!(sql.query("SELECT count(*) FROM secret", &[]).is_err());
}

#[test]
fn the_host_is_who_it_was_after_each_call() {
    let Some(url) = server::url() else { return };
    let (_, options) = home("roles");
    let (own, other) = (server::role("roles"), server::role("other"));
    let options = options.role(&own);
    let mut host = Client::connect(url, NoTls).unwrap();
    let mut transaction = host.transaction().unwrap();
    for role in ["NONE", &other] {
        transaction.batch_execute(&format!("SET LOCAL ROLE {role}")).unwrap();
        let before: String =
            transaction.query_one("SELECT current_user::text", &[]).unwrap().get(0);
        {
            let inside = Postgres::over(&mut transaction, &options);
            inside.prepare(TABLES).unwrap();
            inside.commit(add(role.len() as u128, "all", 1)).unwrap();
            assert!(balance(&inside, "all") > 0);
        }
        let after: String = transaction.query_one("SELECT current_user::text", &[]).unwrap().get(0);
        assert_eq!(after, before);
    }
}

#[test]
fn a_load_whose_end_was_lost_is_answered_as_it_is() {
    let Some(url) = server::url() else { return };
    let (from, from_options) = home("from");
    let source = open(url, &from_options);
    source.commit(batch_of(acme(), 1)).unwrap();
    let commits = source.feed(&FeedFrom::new(acme(), 0, 9)).unwrap();
    for (cut, there) in [(Cut::Before("COMMIT"), false), (Cut::After("COMMIT"), true)] {
        let (_, options) = home("load");
        let proxy = Proxy::before(url);
        let store = open(proxy.url(), &options);
        let mut pieces = vec![Piece::Commits(commits.clone())].into_iter();
        proxy.cut_next(cut);
        let loaded = store.load(acme(), &mut || Ok(pieces.next()));
        assert!(proxy.has_cut());
        assert_eq!(loaded.is_ok(), there, "{from}: {loaded:?}");
        let feed = store.feed(&FeedFrom::new(acme(), 0, 9)).unwrap();
        assert_eq!(feed.len(), usize::from(there));
    }
}

#[test]
fn readers_of_a_company_without_a_commit_are_refused() {
    let Some(url) = server::url() else { return };
    let (_, options) = home("unborn");
    let store = open(url, &options);
    let error = store.let_read(CompanyId::named("nobody"), "somebody").unwrap_err();
    assert_eq!(error.code(), "store.misused");
}

/// A connection far from its server spends its time waiting: what does not rest on an answer goes along.
#[test]
fn a_read_takes_one_trip_and_a_commit_three() {
    let Some(url) = server::url() else { return };
    let (_, options) = home("trips");
    let proxy = Proxy::before(url);
    let store = open(proxy.url(), &options);
    let (mut reads, mut commits) = (Vec::new(), Vec::new());
    for id in 0..6u128 {
        let mut batch = add(id, "all", 1);
        let rows = (0..3).map(|at| line(id as i64, at, 100)).collect::<Vec<_>>();
        batch.changes.push(Change::Insert(Box::new(rows)));
        batch.changes.push(Change::Draw { series: "s".into(), count: 1, dates: None });
        proxy.trips();
        store.commit(batch).unwrap();
        commits.push(proxy.trips());
        assert_eq!(balance(&store, "all"), id as i64 + 1);
        reads.push(proxy.trips());
    }
    // The first ones prepare their statements.
    assert_eq!((reads.last(), commits.last()), (Some(&1), Some(&3)), "{reads:?}, {commits:?}");
}

/// Over tables of which PostgreSQL knows nothing: were a plan made that compares all keys with all rows, this would take
/// minutes.
#[test]
fn many_counters_are_looked_up_one_by_one() {
    let Some(url) = server::url() else { return };
    let (_, options) = home("counters");
    let store = open(url, &options);
    // The plan is made for a table that was found empty.
    store.commit(add(1, "first", 1)).unwrap();
    let start = Instant::now();
    for id in 2..4u128 {
        let rows = (0..40_000).map(|at| Balance { account: format!("{at:05}").into(), amount: 1 });
        let rows: Vec<Balance> = rows.collect();
        let change = Change::Add { rows: Box::new(rows), floors: vec![] };
        store.commit(with(id, change)).unwrap();
    }
    assert_eq!(balance(&store, "39999"), 2);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn programs_beside_one_another_lose_nothing() {
    let Some(url) = server::url() else { return };
    let (schema, options) = home("beside");
    let stores = [open(url, &options), open(url, &options)];
    thread::scope(|scope| {
        for thread in 0..16u128 {
            let store = &stores[(thread % 2) as usize];
            scope.spawn(move || {
                for step in 0..12u128 {
                    let id = thread * 100 + step;
                    let mut batch = add(id, "all", 1);
                    let rows = vec![line(thread as i64, step as i64, 100)];
                    batch.changes.push(Change::Insert(Box::new(rows)));
                    batch.changes.push(Change::Draw { series: "s".into(), count: 1, dates: None });
                    store.commit(batch).unwrap();
                    let again = store.commit(add(id, "all", 1)).unwrap();
                    assert!(again.replayed);
                }
            });
        }
    });
    for store in &stores {
        assert_eq!(balance(store, "all"), 16 * 12);
        let feed = store.feed(&FeedFrom::new(acme(), 0, usize::MAX)).unwrap();
        assert!(feed.iter().map(|commit| commit.position).eq(1..=192));
        is_clean(store);
    }
    let mut sql = server::admin();
    let own = format!("SELECT count(DISTINCT xmin::text) FROM {schema}.fondaco_commit");
    let transactions: u64 = text(&mut sql, &own).parse().unwrap();
    assert!(transactions < 180, "192 commits of 16 threads came in {transactions} transactions");
}

#[test]
fn stock_sold_by_many_programs_is_sold_once() {
    let Some(url) = server::url() else { return };
    let (_, options) = home("sellers");
    let stores: Vec<Postgres> = (0..4).map(|_| open(url, &options)).collect();
    stores[0].commit(add(1, "stock", 25)).unwrap();
    let sold = AtomicU64::new(0);
    thread::scope(|scope| {
        for (at, store) in stores.iter().enumerate() {
            let sold = &sold;
            scope.spawn(move || {
                for step in 0..12u128 {
                    let row = Balance { account: "stock".into(), amount: -1 };
                    let floors = vec![Floor::new(&[(1, 1)], 0)];
                    let rows = Box::new(vec![row]);
                    match store
                        .commit(with(1000 * at as u128 + step + 2, Change::Add { rows, floors }))
                    {
                        Ok(_) => drop(sold.fetch_add(1, Ordering::Relaxed)),
                        Err(StoreError::Refused(refusal)) => assert_eq!(refusal.short.len(), 1),
                        Err(other) => panic!("{other}"),
                    }
                }
            });
        }
    });
    assert_eq!((sold.into_inner(), balance(&stores[1], "stock")), (25, 0));
}

#[test]
fn programs_prepare_at_once() {
    let Some(url) = server::url() else { return };
    let (_, options) = home("at_once");
    thread::scope(|scope| {
        for id in 0..4u128 {
            let options = &options;
            scope.spawn(move || open(url, options).commit(add(id, "all", 1)).unwrap());
        }
    });
    assert_eq!(balance(&open(url, &options), "all"), 4);
}

#[test]
fn a_layout_grows_and_older_programs_are_refused() {
    let Some(url) = server::url() else { return };
    let (schema, options) = home("grows");
    let old = open(url, &options);
    let person = |id, name: &str| Person { id, name: Some(name.into()) };
    old.commit(insert(1, vec![person(1, "Ann"), person(2, "Bob")])).unwrap();
    let new = Postgres::connect_with(url, &options).unwrap();
    let prepared = new.prepare(&[later::Person::TABLE, Line::TABLE, Balance::TABLE]).unwrap();
    assert_eq!(prepared.upgraded, [("person", 1)]);
    let town = later::Person { id: 3, name: None, town: Some("Ulm".into()) };
    new.commit(insert(2, vec![town])).unwrap();
    let refused = old.commit(insert(3, vec![person(4, "Eve")])).unwrap_err();
    assert_eq!(refused.code(), "store.newer_layout");
    assert_eq!(open_again(url, &options).unwrap_err().code(), "store.newer_layout");
    let mut sql = server::admin();
    let shown = format!(
        "SELECT string_agg(concat_ws(':', id, name, town), ' ' ORDER BY id) FROM {schema}.person_view"
    );
    assert_eq!(text(&mut sql, &shown), "1:Ann 2:Bob 3:Ulm");
    let findings = chain::verify(&new, acme(), &[later::Person::TABLE]).unwrap().findings;
    assert!(findings.is_empty(), "{findings:?}");
}

fn open_again(url: &str, options: &PostgresOptions) -> Result<(), StoreError> {
    Postgres::connect_with(url, options)?.prepare(TABLES).map(drop)
}

#[test]
fn a_unique_index_that_stored_rows_break_changes_nothing() {
    let Some(url) = server::url() else { return };
    let (schema, options) = home("breaks");
    let store = open(url, &options.role(server::role("breaks")));
    let person = |id| Person { id, name: Some("Ann".into()) };
    store.commit(insert(1, vec![person(1), person(2)])).unwrap();
    let refused = store.prepare(&[later::Person::TABLE]).unwrap_err();
    assert_eq!(refused.code(), "store.misused");
    assert!(refused.to_string().contains("by_name"), "{refused}");
    let mut sql = server::admin();
    let columns = format!(
        "SELECT count(*) FROM information_schema.columns WHERE table_schema = '{schema}' AND column_name = 'town'"
    );
    assert_eq!(text(&mut sql, &columns), "0");
    store.commit(insert(2, vec![person(3)])).unwrap();
}

#[test]
fn names_that_the_host_took_are_told_as_such() {
    let Some(url) = server::url() else { return };
    let (schema, options) = home("taken");
    let mut sql = server::admin();
    sql.batch_execute(&format!("CREATE SCHEMA {schema}; CREATE TABLE {schema}.line (n integer)"))
        .unwrap();
    let refused = open_again(url, &options).unwrap_err();
    assert!(refused.to_string().contains("line that is not ours"), "{refused}");
}

#[test]
fn what_postgresql_can_not_hold_is_refused_and_leaves_nothing() {
    let Some(url) = server::url() else { return };
    let (_, options) = home("holds");
    let store = open(url, &options);
    // Digits that no compression makes fit a page of an index.
    let mut state = 1u64;
    let mut digit = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(b'!' + (state >> 33) as u8 % 90)
    };
    let long: String = (0..9_000).map(|_| digit()).collect();
    let early = Line { day: NaiveDate::MIN, ..line(1, 1, 1) };
    let far = Line { account: long.as_str().into(), ..line(1, 1, 1) };
    for (id, row) in [(1, early), (2, far)] {
        let refused = store.commit(insert(id, vec![row])).unwrap_err();
        assert_eq!(refused.code(), "store.misused", "{refused}");
    }
    assert_eq!(store.commit(insert(3, vec![line(1, 1, 1)])).unwrap().position, 1);
}

#[test]
fn the_host_commits_its_own_and_ours_together() {
    let Some(url) = server::url() else { return };
    let (schema, options) = home("host");
    let store = open(url, &options);
    let mut host = Client::connect(url, NoTls).unwrap();
    host.batch_execute(&format!("CREATE TABLE {schema}.orders (id integer PRIMARY KEY)")).unwrap();
    for (id, last) in [(1, false), (2, true)] {
        let mut transaction = host.transaction().unwrap();
        transaction.execute(&format!("INSERT INTO {schema}.orders VALUES ($1)"), &[&id]).unwrap();
        {
            let inside = Postgres::over(&mut transaction, &options);
            inside.prepare(TABLES).unwrap();
            inside.commit(add(7, "paid", 5)).unwrap();
            // What is refused takes nothing of the host's with it.
            let row = Balance { account: "paid".into(), amount: -9 };
            let (rows, floors) = (Box::new(vec![row]), vec![Floor::new(&[(1, 1)], 0)]);
            let refused = inside.commit(with(8, Change::Add { rows, floors })).unwrap_err();
            assert_eq!(refused.code(), "store.refused");
            let twice = insert(9, vec![line(1, 1, 1)]);
            inside.commit(twice).unwrap();
            let taken = inside.commit(insert(10, vec![line(1, 1, 1)])).unwrap_err();
            assert_eq!(taken.code(), "store.exists");
            assert_eq!(balance(&inside, "paid"), 5);
            is_clean(&inside);
        }
        match last {
            true => transaction.commit().unwrap(),
            false => transaction.rollback().unwrap(),
        }
        assert_eq!(balance(&store, "paid"), if last { 5 } else { 0 });
    }
    let orders = format!("SELECT count(*) FROM {schema}.orders");
    assert_eq!(text(&mut host, &orders), "1");
    // Nothing that the store set outlives the transaction.
    assert_eq!(text(&mut host, "SELECT current_setting('fondaco.company', true)"), "");
}

#[test]
fn a_connection_cut_at_a_commit_is_answered_as_it_is() {
    let Some(url) = server::url() else { return };
    let (_, options) = home("cut");
    let direct = open(url, &options);
    let proxy = Proxy::before(url);
    let store = open(proxy.url(), &options);
    let mut stored = 0;
    for (id, cut) in
        [(1, Cut::Before("COMMIT")), (2, Cut::After("COMMIT")), (3, Cut::Before("BEGIN"))]
    {
        proxy.cut_next(cut);
        let answer = store.commit(add(id, "all", 1));
        assert!(proxy.has_cut(), "{cut:?} was never reached");
        match cut {
            // Never sent: nothing can be stored, and the answer says so.
            Cut::Before("COMMIT") => {
                let error = answer.unwrap_err();
                assert_eq!(error.code(), "store.unavailable", "{error}");
            }
            // Stored, though its answer was lost; or begun anew.
            _ => {
                stored += 1;
                assert_eq!(answer.unwrap().position, stored);
            }
        }
        assert_eq!(balance(&direct, "all"), stored as i64, "{cut:?}");
    }
    // Asked again, what was not stored is stored, once.
    assert!(!store.commit(add(1, "all", 1)).unwrap().replayed);
    assert!(store.commit(add(2, "all", 1)).unwrap().replayed);
    assert_eq!(balance(&direct, "all"), 3);
    is_clean(&direct);
}

/// Long enough for any answer that comes, and short for a test.
const PATIENT: Duration = Duration::from_secs(2);

#[test]
fn a_wire_that_stays_open_and_says_nothing_is_given_up() {
    let Some(url) = server::url() else { return };
    let (_, options) = home("hush");
    let direct = open(url, &options);
    let proxy = Proxy::before(url);
    let store = open(proxy.url(), &options.patience(PATIENT));
    proxy.cut_next(Cut::Hush("COMMIT"));
    let stored = store.commit(add(1, "all", 1)).unwrap();
    assert!(proxy.has_cut());
    assert_eq!(stored.position, 1, "the server has it, and says so when it is asked again");
    proxy.cut_next(Cut::Hush("BEGIN"));
    let found = balance(&store, "all");
    assert!(proxy.has_cut());
    assert_eq!(found, 1, "begun anew");
    assert_eq!(store.commit(add(2, "all", 1)).unwrap().position, 2);
    assert_eq!(balance(&direct, "all"), 2);
    is_clean(&direct);
}

/// As a program that blocks is answered, so is one that may not.
#[cfg(feature = "postgres-async")]
#[test]
fn breaks_and_silence_are_answered_the_same_without_blocking() {
    use fondaco_core::store::AsyncStore;
    use fondaco_store::AsyncPostgres;

    let Some(url) = server::url() else { return };
    let (_, options) = home("waits");
    let direct = open(url, &options);
    let proxy = Proxy::before(url);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let cuts = [
        (1, Cut::Before("COMMIT"), false),
        (2, Cut::After("COMMIT"), true),
        (3, Cut::Before("BEGIN"), true),
        (4, Cut::Hush("COMMIT"), true),
        (5, Cut::Hush("BEGIN"), true),
        (1, Cut::After("BEGIN"), true),
    ];
    runtime.block_on(async {
        let options = options.clone().patience(PATIENT);
        let store = AsyncPostgres::connect_with(proxy.url(), &options).await.unwrap();
        store.prepare(TABLES).await.unwrap();
        let mut position = 0;
        for (id, cut, is_stored) in cuts {
            proxy.cut_next(cut);
            let answer = store.commit(add(id, "all", 1)).await;
            assert!(proxy.has_cut(), "{cut:?} was never reached");
            if is_stored {
                position += 1;
                assert_eq!(answer.unwrap().position, position, "{cut:?}");
            } else {
                assert_eq!(answer.unwrap_err().code(), "store.unavailable");
            }
        }
    });
    assert_eq!(balance(&direct, "all"), 5);
    is_clean(&direct);
}

#[test]
fn a_server_that_does_not_come_back_leaves_the_answer_open() {
    let Some(url) = server::url() else { return };
    let (_, options) = home("open");
    let direct = open(url, &options);
    let proxy = Proxy::before(url);
    let store = open(proxy.url(), &options);
    proxy.cut_for_good(Cut::After("COMMIT"));
    let error = store.commit(add(1, "all", 1)).unwrap_err();
    assert_eq!(error.code(), "store.unknown", "{error}");
    assert_eq!(store.commit(add(2, "all", 1)).unwrap_err().code(), "store.unavailable");
    assert_eq!(balance(&direct, "all"), 1);
}

#[test]
fn idle_connections_that_broke_are_replaced() {
    let Some(url) = server::url() else { return };
    let (schema, options) = home("idle");
    let store = open(url, &options);
    store.commit(add(1, "all", 1)).unwrap();
    let held = store.read(&Read::at(acme(), At::Hold, vec![])).unwrap().at;
    let mut sql = server::admin();
    sql.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE $1",
        &[&format!("%{schema}%")],
    )
    .unwrap();
    assert_eq!(store.commit(add(2, "all", 1)).unwrap().position, 2);
    assert_eq!(balance(&store, "all"), 2);
    let gone = store.read(&Read::at(acme(), At::Held(held), vec![])).unwrap_err();
    assert_eq!(gone.code(), "store.snapshot_gone");
}

#[test]
fn a_hold_that_was_lost_is_released_at_once() {
    let Some(url) = server::url() else { return };
    let (schema, options) = home("lost");
    let store = open(url, &options);
    store.commit(add(1, "all", 1)).unwrap();
    let holds: Vec<_> =
        (0..2).map(|_| store.read(&Read::at(acme(), At::Hold, vec![])).unwrap().at).collect();
    let mut sql = server::admin();
    sql.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE $1",
        &[&format!("%{schema}%")],
    )
    .unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    thread::spawn(move || {
        for hold in holds {
            for at in [At::Held(hold), At::Last(hold), At::Last(hold)] {
                let answer = store.read(&Read::at(acme(), at, vec![]));
                sender.send(answer.map(drop).unwrap_err().code()).unwrap();
            }
        }
    });
    for _ in 0..6 {
        let code = receiver.recv_timeout(Duration::from_secs(20)).unwrap();
        assert_eq!(code, "store.snapshot_gone");
    }
}

#[test]
fn a_server_that_dies_of_a_commit_is_asked_what_became_of_it() {
    let Some(url) = server::url() else { return };
    let (_, options) = home("dies");
    let proxy = Proxy::before(url);
    let store = open(proxy.url(), &options);
    for (id, code) in [(1, "XX000"), (2, "40003"), (3, "57P02")] {
        proxy.cut_next(Cut::Dies("COMMIT", code));
        let stored = store.commit(add(id, "all", 1));
        assert!(proxy.has_cut());
        assert_eq!(stored.unwrap().position, id as u64, "{code}");
    }
}

/// Holds the lock of the company's line while `act` starts what shall wait for it.
fn while_locked(schema: &str, act: impl FnOnce(&Queue)) {
    let mut sql = server::admin();
    let queue = Queue::behind(&mut sql);
    let mut lock = sql.transaction().unwrap();
    lock.execute(&format!("SELECT FROM {schema}.fondaco_company FOR UPDATE"), &[]).unwrap();
    act(&queue);
    lock.commit().unwrap();
}

/// Who waits in the server for what one of its connections holds, directly or behind another that does.
struct Queue {
    holder: i32,
}

impl Queue {
    fn behind(sql: &mut Client) -> Self {
        Self { holder: sql.query_one("SELECT pg_backend_pid()", &[]).unwrap().get(0) }
    }

    /// Returns when so many wait.
    fn until(&self, waiting: i64) {
        const WAITING: &str = "WITH RECURSIVE blocked(pid) AS ( \
             SELECT $1::integer \
             UNION SELECT a.pid FROM pg_stat_activity a \
                 JOIN blocked b ON b.pid = ANY(pg_blocking_pids(a.pid)) \
         ) SELECT count(*) - 1 FROM blocked";
        let mut sql = server::admin();
        let patience = Instant::now() + Duration::from_secs(60);
        while sql.query_one(WAITING, &[&self.holder]).unwrap().get::<_, i64>(0) < waiting {
            assert!(Instant::now() < patience, "fewer than {waiting} wait for {}", self.holder);
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Long enough for a call that has begun to come to where it waits within the program, which nobody outside sees.
fn wait() {
    thread::sleep(Duration::from_millis(150));
}

#[test]
fn a_refusal_over_what_was_not_stored_names_nothing() {
    let Some(url) = server::url() else { return };
    let (schema, options) = home("phantom");
    let proxy = Proxy::before(url);
    let store = open(proxy.url(), &options);
    store.commit(add(1, "stock", 5)).unwrap();
    let take = |id, amount: i64| {
        let rows = Box::new(vec![Balance { account: "stock".into(), amount: -amount }]);
        store.commit(with(id, Change::Add { rows, floors: vec![Floor::new(&[(1, 1)], 0)] }))
    };
    thread::scope(|scope| {
        let (mut sold, mut short) = (None, None);
        while_locked(&schema, |queue| {
            // The first alone waits for the lock, and is refused without a commit; the others wait for its end.
            scope.spawn(|| take(2, 9).unwrap_err());
            queue.until(1);
            proxy.cut_next(Cut::Before("COMMIT"));
            sold = Some(scope.spawn(|| take(3, 5)));
            wait();
            short = Some(scope.spawn(|| take(4, 5)));
            wait();
        });
        let [sold, short] = [sold, short].map(|act| act.unwrap().join().unwrap().unwrap_err());
        assert!(proxy.has_cut());
        assert_eq!(sold.code(), "store.unavailable", "{sold}");
        let StoreError::Refused(refusal) = short else { panic!("{short}") };
        assert!(refusal.is_empty(), "{refusal:?}");
    });
    take(5, 5).unwrap();
}

#[test]
fn a_program_that_waited_while_tables_grew_is_refused() {
    let Some(url) = server::url() else { return };
    let (schema, options) = home("waited");
    let old = open(url, &options);
    let person = |id| Person { id, name: None };
    old.commit(insert(1, vec![person(1)])).unwrap();
    let new = Postgres::connect_with(url, &options).unwrap();
    thread::scope(|scope| {
        let mut waits = None;
        while_locked(&schema, |queue| {
            waits = Some(scope.spawn(|| old.commit(insert(2, vec![person(2)]))));
            queue.until(1);
            new.prepare(&[later::Person::TABLE]).unwrap();
        });
        let refused = waits.unwrap().join().unwrap().unwrap_err();
        assert_eq!(refused.code(), "store.newer_layout");
    });
}

#[test]
fn a_head_that_is_not_the_end_of_the_log_is_noticed() {
    let Some(url) = server::url() else { return };
    let (schema, options) = home("head");
    let store = open(url, &options);
    store.commit(add(1, "all", 1)).unwrap();
    store.commit(add(2, "all", 1)).unwrap();
    let mut sql = server::admin();
    sql.batch_execute(&format!("DELETE FROM {schema}.fondaco_commit WHERE position = 2")).unwrap();
    assert_eq!(store.commit(add(3, "all", 1)).unwrap_err().code(), "store.corrupt");
    assert_eq!(store.feed(&FeedFrom::new(acme(), 0, 9)).unwrap_err().code(), "store.corrupt");
}

#[test]
fn a_change_by_hand_is_found() {
    let Some(url) = server::url() else { return };
    let (schema, options) = home("hand");
    let store = open(url, &options);
    store.commit(insert(1, vec![line(1, 1, 100), line(1, 2, -100)])).unwrap();
    is_clean(&store);
    let mut sql = server::admin();
    sql.batch_execute(&format!("UPDATE {schema}.line SET amount = 90 WHERE line = 1")).unwrap();
    assert_eq!(chain::verify(&store, acme(), TABLES).unwrap().findings.len(), 1);
}

/// What comes and is not what its column holds says nothing of the connection: nobody connects anew over it, or waits.
#[test]
fn a_column_that_is_no_longer_what_it_was_is_damage() {
    let Some(url) = server::url() else { return };
    let (schema, options) = home("column");
    let store = open(url, &options);
    store.commit(add(1, "all", 1)).unwrap();
    let alter =
        "ALTER TABLE @.fondaco_commit ALTER actor TYPE bytea USING convert_to(actor, 'UTF8')";
    server::admin().batch_execute(&alter.replace('@', &schema)).unwrap();
    let error = store.feed(&FeedFrom::new(acme(), 0, 9)).unwrap_err();
    assert_eq!(error.code(), "store.corrupt", "{error}");
}

#[test]
fn a_pool_of_the_hosts_gets_its_connections_back() {
    let Some(url) = server::url() else { return };
    let (_, options) = home("pool");
    let given = Arc::new(AtomicU64::new(0));
    let back = given.clone();
    let make = move || {
        let client = Client::connect(url, NoTls)?;
        back.fetch_add(1, Ordering::SeqCst);
        Ok::<_, client::Error>(Pooled(client, back.clone()))
    };
    let store = Postgres::with(&options.connections(4), make);
    store.prepare(TABLES).unwrap();
    thread::scope(|scope| {
        let store = &store;
        for id in 0..8u128 {
            scope.spawn(move || store.commit(add(id, "all", 1)).unwrap());
        }
    });
    assert_eq!(balance(&store, "all"), 8);
    let taken = given.load(Ordering::SeqCst);
    assert!((1..=4).contains(&taken), "{taken} connections");
    drop(store);
    assert_eq!(given.load(Ordering::SeqCst), 0);
}

/// A client that counts itself out when it goes back.
struct Pooled(Client, Arc<AtomicU64>);

impl std::ops::Deref for Pooled {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.0
    }
}

impl std::ops::DerefMut for Pooled {
    fn deref_mut(&mut self) -> &mut Client {
        &mut self.0
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        self.1.fetch_sub(1, Ordering::SeqCst);
    }
}

#[test]
fn what_is_no_url_and_who_is_not_there_is_told() {
    assert_eq!(Postgres::connect("postgres").unwrap_err().code(), "store.misused");
    let nobody = Postgres::connect("host=/nowhere/at/all user=x").unwrap_err();
    assert_eq!(nobody.code(), "store.unavailable");
    assert!(nobody.to_string().contains("No such file"), "{nobody}");
}
