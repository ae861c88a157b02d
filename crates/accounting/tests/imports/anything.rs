//! Whatever a file holds.

use fondaco_accounting::import::*;
use fondaco_accounting::ledger::*;
use proptest::prelude::*;

use crate::common::*;
use crate::files::*;

/// A day, lines of account and cents, and whether the first is broken.
type Draft = (u32, Vec<(usize, i64)>, bool);

/// What entries are made of, for the property below.
fn drafts() -> impl Strategy<Value = Vec<Draft>> {
    let lines = proptest::collection::vec((0..3usize, -500i64..500), 1..5);
    proptest::collection::vec((1u32..28, lines, proptest::bool::weighted(0.1)), 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever good and broken entries a file has: those that are booked are the good ones, whole, and what is told adds up.
    #[test]
    fn good_entries_are_booked_whole_and_all_lines_are_told(drafts in drafts()) {
        const ACCOUNTS: [&str; 3] = ["1000", "2000", "5000"];
        let firm = in_memory().set_up();
        let mut file = String::from("key,date,account,amount\n");
        let (mut good, mut lines, mut bank) = (0, 0, 0);
        for (n, (day, postings, broken)) in drafts.iter().enumerate() {
            let rest: i64 = postings.iter().map(|(_, cents)| cents).sum();
            let all = postings.iter().copied().chain([(0, -rest)]);
            for (at, (account, cents)) in all.clone().enumerate() {
                let cents = if *broken && at == 0 { format!("{cents}x") } else { format!("{}", rust_decimal::Decimal::new(cents, 2)) };
                file += &format!("{n},2026-03-{day:02},{},{cents}\n", ACCOUNTS[account]);
                lines += 1;
            }
            if !broken {
                good += 1;
                bank += all.filter(|(account, _)| *account == 0).map(|(_, cents)| cents).sum::<i64>();
            }
        }
        let report = run(&firm, "file", &mut open(&file, mapping()).mode(Mode::GoodOnes)).unwrap().report;
        prop_assert_eq!((report.lines, report.entries), (lines, good));
        prop_assert_eq!(report.entries + report.refused, drafts.len() as i64);
        prop_assert_eq!(dec(&firm.sum(&BalanceQuery::account("1000"))), rust_decimal::Decimal::new(bank, 2));
        prop_assert_eq!(entries(&firm).len() as i64, good);
        firm.clean();
    }

    /// Any bytes at all: told as a whole or line by line, never a panic, never half an entry.
    #[test]
    fn any_bytes_are_imported_or_refused(bytes_of_file in proptest::collection::vec(prop_oneof![6 => proptest::char::range(' ', '~').prop_map(|c| c as u8), 2 => Just(b'\n'), 2 => Just(b','), 1 => Just(b'"'), 1 => any::<u8>()], 0..200)) {
        let firm = in_memory().set_up();
        let file = [b"key,date,account,amount\n", &bytes_of_file[..]].concat();
        if let Ok(import) = bytes(&file, mapping()) {
            let told: Told = run(&firm, "any", &mut import.mode(Mode::GoodOnes));
            if let Ok(done) = told {
                prop_assert_eq!(done.report.entries as usize, entries(&firm).len());
            }
        }
        firm.clean();
    }
}
