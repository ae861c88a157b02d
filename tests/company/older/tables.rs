//! Rows of every table that has had another layout, at each of them, on every store: brought up they are what they were, with nothing in the
//! columns that came since, and every index finds them.
//!
//! A table whose layout rises needs a row in these books, or in those of its engine's own tests (payroll, customers).

use fondaco::accounting::allocation::{RecordStatistics, SetAllocation};
use fondaco::accounting::currency::{
    MarkMonetary, NewRate, RecordRates, Revalue, SetExchangeAccounts,
};
use fondaco::accounting::ledger::SetSpendingLimit;
use fondaco::accounting::parallel::DefineLedger;
use fondaco::core::party::{AddContact, ContactKind, MergeParties, RegisterParty};
use fondaco::core::store::{
    Ask, Batch, Change, KeyBytes, Kind, Meta, Read, Record, Reply, Row, Rows, Scan, Store, Table,
    Value, ValueRow,
};
use fondaco::core::{ActorId, CommandId, GuardCount, PartyId};
use fondaco::prelude::*;
use fondaco_testkit::{BroughtUp, Host, Model, Older, as_of, not_brought_up};

use super::homes::{Home, homes};
use super::{acme, books, host};
use crate::firm::{day, eur};

/// Whose layouts are proven here: payroll's and the customers' are in their engines' tests.
fn tables() -> Vec<&'static Table> {
    use fondaco::core::{calendar, due, job, party, policy::stored};
    use fondaco::{accounting, company, inventory};
    let of_core = [&calendar::ENGINE, &due::ENGINE, &job::ENGINE, &party::ENGINE, &stored::ENGINE];
    let engines = [&accounting::ENGINE, &inventory::ENGINE, &company::ENGINE];
    let mut all: Vec<_> =
        of_core.iter().chain(&engines).flat_map(|engine| engine.tables()).collect();
    all.push(GuardCount::TABLE);
    all.retain(|table| table.layout > 1);
    all.sort_by_key(|table| table.name);
    all.dedup_by_key(|table| table.name);
    all
}

/// Books with a row in each.
fn books_of_all(store: std::sync::Arc<dyn Store>) -> Host {
    let host = host("today's", store);
    books::year(&host);
    host.must("ifrs", &DefineLedger::new("ifrs", "IFRS").valuing_all());
    let gains = ["4900", "5900"].map(|code| NewAccount::new(code, code, AccountClass::Income));
    host.must("differences", &OpenAccounts::new(gains.to_vec()));
    host.must("where they go", &SetExchangeAccounts::new("GEN", "4900", "5900"));
    host.must("monetary", &MarkMonetary::new(["1010", "2000"]));
    let rate = NewRate::new(Currency::EUR, Currency::USD, 1.into(), day("2026-05-01"));
    host.must("another rate", &RecordRates::new("SPOT", vec![rate]));
    host.must("revalued", &Revalue::at(day("2026-05-31")));
    let limit = SetSpendingLimit::new("RENT", "Rent", Currency::EUR).account("5100");
    host.must("limit", &limit.refuse_above(eur("9999")));
    let rule = SetAllocation::new("rent", "Rent", "GEN", "5100", "site", "Lido");
    host.must("rule", &rule.by_statistic("heads"));
    let heads = RecordStatistics::new("heads", 202_603);
    host.must("heads", &heads.value("Mestre", 4.into()));
    let ada = |name: &str| PartyId::named(name);
    for name in ["ada", "ada, on the web"] {
        host.must(name, &RegisterParty::person(ada(name), "Ada Lovelace"));
    }
    let mail = AddContact::new(ada("ada"), ContactKind::Email, "ada+shop@example.org");
    host.must("mail", &mail.label("work"));
    host.must("one", &MergeParties::new(ada("ada"), ada("ada, on the web")));
    host
}

fn scan(store: &dyn Store, table: &'static Table, index: Option<usize>) -> Vec<Row> {
    let from = KeyBytes::new(&[]);
    let scan = Scan { table, index, from, to: None, backwards: false, limit: usize::MAX };
    let mut answer = store.read(&Read::now(acme(), vec![Ask::Scan(scan)])).unwrap();
    let Some(Reply::Rows(rows)) = answer.replies.pop() else { panic!("{answer:?}") };
    rows
}

/// The rows of a table in the books; of documents, which these books have none of, one by hand.
fn rows_of(store: &dyn Store, table: &'static Table) -> Vec<Row> {
    if table.name != "company_settlement" {
        return scan(store, table, None);
    }
    let amounts = [119, 0, 0, 0].map(|amount| Value::Decimal(amount.into()));
    let ids = [Value::Id(1), Value::Id(2)].into_iter();
    let last = [Value::Null, Value::Date(day("2026-03-31"))];
    vec![Row::values(1, table, ids.chain(amounts).chain(last).collect())]
}

/// The commit that writes a table's rows.
fn batch(number: usize, table: &'static Table, rows: &[Row]) -> Batch {
    let meta = Meta::new(ActorId::new("clerk"), Timestamp::EPOCH);
    let mut batch = Batch::new(acme(), CommandId::from_u128(number as u128), meta);
    let rows: Vec<ValueRow> =
        rows.iter().map(|row| ValueRow::new(table, row.stored().values())).collect();
    let rows: Box<dyn Rows> = Box::new(rows);
    batch.changes.push(match table.kind {
        Kind::Counter => Change::Add { rows, floors: Vec::new() },
        _ => Change::Insert(rows),
    });
    batch
}

/// A row as it is once it is brought up from a layout.
fn from_layout(row: &Row, table: &'static Table, layout: u32) -> Row {
    let mut values = row.stored().values();
    values.truncate(as_of(table, layout).columns.len());
    values.resize(table.columns.len(), Value::Null);
    Row::values(1, table, values)
}

/// That a table has these rows, by its key and by each of its indexes.
fn has(store: &dyn Store, table: &'static Table, expected: &[Row], what: &str) {
    let values = |rows: &[Row]| -> Vec<Vec<Value>> {
        rows.iter().map(|row| row.stored().values()).collect()
    };
    for index in std::iter::once(None).chain((0..table.indexes.len()).map(Some)) {
        let mut there: Vec<_> =
            expected.iter().filter(|row| row.order(index).is_some()).cloned().collect();
        there.sort_by_key(|row| row.order(index));
        let found = values(&scan(store, table, index));
        assert_eq!(found, values(&there), "{} by {index:?}, {what}", table.name);
    }
}

#[test]
fn every_table_is_brought_up_from_each_of_its_layouts() {
    let today = books_of_all(std::sync::Arc::new(Model::new()));
    let tables = tables();
    let rows: Vec<_> =
        tables.iter().map(|table| (*table, rows_of(&**today.store(), table))).collect();
    let newest = tables.iter().map(|table| table.layout).max().unwrap();
    let mut proven: Vec<(&str, BroughtUp)> = Vec::new();
    for layout in 1..newest {
        for Home { name, open, .. } in homes() {
            let older = Older::over(open(), layout);
            older.prepare(&tables).unwrap();
            for (number, (table, rows)) in rows.iter().enumerate() {
                older.commit(batch(number, table, rows)).unwrap();
            }
            drop(older);
            let file = open();
            let up = fondaco_testkit::brought_up(&*file, acme(), &tables).unwrap();
            for (table, rows) in &rows {
                let rows: Vec<_> = rows.iter().map(|row| from_layout(row, table, layout)).collect();
                has(&*file, table, &rows, &format!("from layout {layout} on {name}"));
            }
            match proven.iter_mut().find(|(known, _)| *known == name) {
                Some((_, found)) => found.extend(up),
                None => proven.push((name, up)),
            }
        }
    }
    for (name, found) in proven {
        assert_eq!(not_brought_up(&tables, &found), [], "without a row to prove it on {name}");
    }
}
