//! Indexes in sorted runs, and counters beyond the cache.

use chrono::NaiveDate;
use fondaco_core::store::{Change, Scan};
use fondaco_core::store::{KeyParts, Record, Store};
use fondaco_store::{Durability, Sqlite, SqliteOptions};
use proptest::prelude::*;
use smol_str::SmolStr;

use crate::lines::*;

#[test]
fn counters_stay_exact_beyond_the_cache_and_after_opening_again() {
    let path = path();
    let options = || SqliteOptions::new().durability(Durability::Fast).cache_rows(10);
    let mut expected = std::collections::BTreeMap::new();
    for round in 0..4u128 {
        let store = Sqlite::open_with(&path, options()).unwrap();
        store.prepare(TABLES).unwrap();
        for number in 0..30u128 {
            let accounts: std::collections::BTreeSet<u128> =
                (0..5).map(|at| (number * 7 + at * at * 13 + round) % 40).collect();
            let row = |at: u128| Balance { account: format!("{at:03}").into(), amount: at as i64 };
            let rows: Vec<Balance> = accounts.iter().map(|&at| row(at)).collect();
            rows.iter()
                .for_each(|row| *expected.entry(row.account.clone()).or_insert(0) += row.amount);
            let change = Change::Add { rows: Box::new(rows), floors: vec![] };
            store.commit(with(round * 100 + number, change)).unwrap();
        }
        let found = rows(&store, all(Balance::TABLE, None));
        let found: Vec<_> = found.iter().map(|row| row.record::<Balance>().unwrap()).collect();
        let found: Vec<_> = found.iter().map(|row| (row.account.clone(), row.amount)).collect();
        assert_eq!(found, expected.clone().into_iter().collect::<Vec<_>>());
        expected.iter().for_each(|(account, amount)| assert_eq!(balance(&store, account), *amount));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The index of facts against a sorted list, over commits of all sizes, so that runs are topped up and merged.
    #[test]
    fn scans_by_runs_are_scans_of_a_sorted_list(
        sizes in proptest::collection::vec(prop_oneof![8 => 1usize..5, 4 => 60usize..140, 2 => 1000usize..4000], 1..90),
        questions in proptest::collection::vec((0u32..12, 0u32..12, any::<bool>(), prop_oneof![Just(usize::MAX), 0usize..300]), 8),
        seed: u32,
    ) {
        let store = open(&path());
        let mut list: Vec<(SmolStr, NaiveDate, i64, i64)> = Vec::new();
        let mut entry = 0i64;
        for (at, size) in sizes.into_iter().enumerate() {
            let new: Vec<Line> = (0..size as i64).map(|at| {
                let mixed = (entry + at).wrapping_mul(2_654_435_761).wrapping_add(i64::from(seed)) >> 7;
                line(entry + at, 1, &format!("{}", mixed.rem_euclid(11)))
            }).collect();
            entry += size as i64;
            list.extend(new.iter().map(|line| (line.account.clone(), line.day, line.entry, line.line)));
            store.commit(insert(at as u128, new)).unwrap();
        }
        list.sort();
        for (from, to, backwards, limit) in questions {
            let (from, to) = (format!("{from}"), format!("{to}"));
            let scan = Scan {
                table: Line::TABLE,
                index: Some(0),
                from: SmolStr::new(&from).to_bytes(),
                to: Some(SmolStr::new(&to).to_bytes()),
                backwards,
                limit,
            };
            let found: Vec<_> = rows(&store, scan).iter().map(|row| {
                let line = row.record::<Line>().unwrap();
                (line.account.clone(), line.day, line.entry, line.line)
            }).collect();
            let mut expected: Vec<_> = list.iter().filter(|key| key.0.as_str() >= from.as_str() && key.0.as_str() < to.as_str()).cloned().collect();
            if backwards { expected.reverse(); }
            expected.truncate(limit);
            prop_assert_eq!(found, expected);
        }
        let everything = rows(&store, all(Line::TABLE, Some(0)));
        prop_assert_eq!(everything.len(), list.len());
    }
}
