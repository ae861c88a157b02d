//! Corrections in their own period or later, both ways of reversing, and what late entries changed.

use crate::common::*;
use fondaco_accounting::close::*;
use fondaco_accounting::ledger::*;
use fondaco_core::Id;
use fondaco_testkit::{Race, Sent};

fn rent(date: &str, amount: &str) -> NewEntry {
    NewEntry::new("GEN", d(date)).debit("5100", eur(amount)).credit("1000", eur(amount))
}

#[test]
fn a_correction_lies_in_the_original_period_while_that_is_open_and_later_after() {
    on_every_store(|firm| {
        let firm = firm.set_up(); // 1 June 2026
        let first = firm.post("rent", rent("2026-02-03", "41"));
        let corrected =
            firm.must("14", &Correct::new(first.id, rent("2026-02-04", "14")).why("swapped"));
        assert_eq!(corrected.date, d("2026-02-04"));
        let whole = |id: Id<Entry>| firm.view(|view| entry(view, id)).unwrap();
        assert_eq!(whole(corrected.reversal.id).entry.reverses, Some(first.id));
        assert_eq!(whole(corrected.reversal.id).entry.date, d("2026-02-03"));
        firm.must("lock", &LockPeriod::new(202_602));
        let late = firm.must("15", &Correct::new(corrected.entry.id, rent("2026-02-04", "15")));
        assert_eq!(late.date, d("2026-06-01"));
        for id in [late.reversal.id, late.entry.id] {
            let entry = whole(id).entry;
            assert_eq!((entry.date, entry.document_date), (d("2026-06-01"), Some(d("2026-02-04"))));
        }
        let chain = firm.view(|view| corrections(view, first.id));
        let told: Vec<_> = chain.iter().map(|of| (of.entry, of.by, of.in_period)).collect();
        assert_eq!(
            told,
            [(first.id, corrected.entry.id, true), (corrected.entry.id, late.entry.id, false)]
        );
        let by = firm.view(|view| correction_by(view, late.entry.id)).unwrap();
        assert_eq!(by.entry, corrected.entry.id);
        let twice = firm.refused("twice", &Correct::new(first.id, rent("2026-02-04", "1")));
        assert_eq!(twice.code(), "accounting.already_reversed");
        let unknown =
            firm.refused("none", &Correct::new(Id::from_u128(7), rent("2026-02-04", "1")));
        assert_eq!(unknown.code(), "accounting.unknown_entry");
        assert_eq!(firm.sum(&BalanceQuery::account("5100")), "15");
        firm.clean();
    });
}

/// An accrual that is corrected before the clock takes it back is taken back all the same.
#[test]
fn a_corrected_accrual_is_still_reversed_on_its_day() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let first = firm.must("accrue", &PostReversing::new(rent("2026-05-31", "41")));
        let right = firm.must("40", &Correct::new(first.id, rent("2026-05-31", "40")));
        let planned = firm.view(|view| planned_reversals(view));
        assert_eq!(planned.len(), 1);
        assert_eq!((planned[0].entry, planned[0].on), (right.entry.id, d("2026-06-01")));
        let too_late = Correct::new(right.entry.id, rent("2026-06-01", "40"));
        assert_eq!(firm.refused("after its end", &too_late).code(), "accounting.bad_input");
        firm.clean();
    });
}

/// December is locked, and the clock didn't tick yet: the right entry is of 3 January, so it is taken back the day after.
#[test]
fn a_corrected_accrual_whose_day_is_over_is_reversed_the_day_after() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let first = firm.must("accrue", &PostReversing::new(rent("2026-05-31", "41")));
        firm.must("lock", &LockBooks::through(d("2026-05-31")));
        let right = firm.must("40", &Correct::new(first.id, rent("2026-05-31", "40")));
        let planned = firm.view(|view| planned_reversals(view));
        assert_eq!(planned.len(), 1);
        assert_eq!(
            (planned[0].entry, planned[0].on),
            (right.entry.id, right.date.succ_opt().unwrap())
        );
        firm.clean();
    });
}

/// Both halves are judged together: what was put in may be spent already, if it only came from elsewhere.
#[test]
fn a_correction_stays_within_limits_as_one() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let wallet = NewAccount::new("2300", "Wallet", AccountClass::Liability);
        let till = NewAccount::new("1001", "Till", AccountClass::Asset);
        let accounts = vec![
            wallet.limit(AccountLimit::DebitsWithinCredits),
            till.limit(AccountLimit::CreditsWithinDebits),
        ];
        firm.must("limited", &OpenAccounts::new(accounts));
        let moved = |debit: &str, credit: &str, amount: &str| {
            NewEntry::new("GEN", d("2026-02-03"))
                .debit(debit, eur(amount))
                .credit(credit, eur(amount))
        };
        let paid_in = firm.post("100 in", moved("1000", "2300", "100")).id;
        let spent = firm.post("60 spent", moved("2300", "4000", "60")).id;
        let paid_in =
            firm.must("in the till", &Correct::new(paid_in, moved("1001", "2300", "100")));
        let room = |account: &str, side| {
            firm.view(|view| totals(view, account))[0].room(side).amount().normalize().to_string()
        };
        assert_eq!(room("2300", Side::Debit), "40", "on {}", firm.name);
        // The till gives 60 and gets them back: two limits that no order of the halves would keep.
        firm.post("60 of the till", moved("5100", "1001", "60"));
        let both = Correct::new(paid_in.entry.id, moved("1001", "2300", "90"));
        let paid_in = firm.must("90", &both).entry.id;
        assert_eq!(
            (room("2300", Side::Debit), room("1001", Side::Credit)),
            ("30".into(), "30".into())
        );
        firm.must("spent on other goods", &Correct::new(spent, moved("2300", "4000", "61")));
        let too_little = Correct::new(paid_in, moved("1001", "2300", "60"));
        let refused = firm.refused("60", &too_little);
        assert_eq!(refused.code(), "accounting.exceeds_credits");
        assert!(refused.to_string().contains("2300"), "{refused}");
        assert_eq!(room("2300", Side::Debit), "29", "nothing was stored on {}", firm.name);
        firm.clean();
    });
}

/// Limits of accounts are judged after both halves, and by what was posted meanwhile.
#[test]
fn a_correction_within_limits_and_a_posting_at_once() {
    let moved = |debit: &str, credit: &str, amount: &str| {
        NewEntry::new("GEN", d("2026-02-03")).debit(debit, eur(amount)).credit(credit, eur(amount))
    };
    let before = |firm: Firm| {
        let firm = firm.set_up();
        let wallet = NewAccount::new("2300", "Wallet", AccountClass::Liability);
        let wallet = wallet.limit(AccountLimit::DebitsWithinCredits);
        firm.must("limited", &OpenAccounts::new(vec![wallet]));
        firm.post("100 in", moved("1000", "2300", "100"));
        firm
    };
    let wrong = before(in_memory()).entries()[0].id;
    let race = Race {
        engine: &ENGINE,
        stores: &in_process,
        before: &|host| drop(before(Firm::over(host.clone()))),
        rows: &|host| {
            let firm = Firm::over(host.clone());
            vec![firm.sum(&BalanceQuery::account("2300"))]
        },
    };
    let correct = Correct::new(wrong, moved("1000", "2300", "50"));
    let spent = Sent::new("60 spent", Post::new(moved("2300", "4000", "60")));
    race.race(&Sent::new("50 it was", correct), &spent);
}

#[test]
fn a_correction_that_is_wrong_itself_changes_nothing() {
    let firm = in_memory().set_up();
    let first = firm.post("rent", rent("2026-02-03", "41"));
    let unbalanced =
        NewEntry::new("GEN", d("2026-02-03")).debit("5100", eur("2")).credit("1000", eur("1"));
    let refused = firm.refused("wrong", &Correct::new(first.id, unbalanced));
    assert_eq!(refused.code(), "accounting.unbalanced");
    assert_eq!(firm.entries().len(), 1);
}

#[test]
fn a_year_that_was_closed_is_corrected_in_the_current_one() {
    let firm = crate::years::with_two_years(in_memory());
    let first = firm.post("rent", rent("2025-02-03", "41"));
    firm.must("close", &CloseYear::new(2025));
    let corrected = firm.must("14", &Correct::new(first.id, rent("2025-02-03", "14")));
    assert_eq!(corrected.date, d("2026-06-01"));
    assert_eq!(firm.sum(&BalanceQuery::account("5100")), "-27");
    firm.clean();
}

#[test]
fn storno_leaves_the_turnover_as_if_nothing_had_been() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.must("storno", &SetReversalStyle::new(ReversalStyle::SameSide));
        firm.must("not here", &SetReversalStyle::new(ReversalStyle::OtherSide).journal("INV"));
        let posted = firm.post("rent", rent("2026-02-03", "41"));
        let back = firm.must("back", &Reverse::new(posted.id, d("2026-02-03")));
        let sums = &firm.balances(&BalanceQuery::account("5100"))[0].amounts;
        assert_eq!((sums.debit(), sums.credit(), sums.postings()), (dec("0"), dec("0"), 2));
        let storno = firm.view(|view| entry(view, back.id)).unwrap();
        let lines: Vec<_> =
            storno.postings.iter().map(|line| (line.side, line.money().to_string())).collect();
        assert_eq!(
            lines,
            [(Side::Debit, "-41.00 EUR".into()), (Side::Credit, "41.00 EUR".to_owned())]
        );
        // Taken back in its turn it is as it was.
        firm.must("and again", &Reverse::new(back.id, d("2026-02-03")));
        let sums = &firm.balances(&BalanceQuery::account("5100"))[0].amounts;
        assert_eq!((sums.debit(), sums.credit()), (dec("41"), dec("0")));
        let invoice = NewEntry { journal: "INV".into(), ..sale("2026-02-04", "9.00") };
        let invoice = firm.post("invoice", invoice);
        firm.must("credit note", &Reverse::new(invoice.id, d("2026-02-05")));
        let sums = &firm.balances(&BalanceQuery::account("4000"))[0].amounts;
        assert_eq!((sums.debit(), sums.credit()), (dec("9"), dec("9")));
        // What is limited is reversed on the other sides, for its limit is about what was moved.
        firm.must("track", &ChangeAccount::track("1200"));
        let kept =
            NewEntry::new("GEN", d("2026-02-06")).debit("1200", eur("3")).credit("4000", eur("3"));
        let kept = firm.post("kept", kept);
        firm.must("kept, back", &Reverse::new(kept.id, d("2026-02-06")));
        let sums = &firm.balances(&BalanceQuery::account("1200"))[0].amounts;
        assert_eq!((sums.debit(), sums.credit()), (dec("3"), dec("3")));
        firm.must("track what was reversed", &ChangeAccount::track("1000"));
        let by_hand = NewEntry::new("GEN", d("2026-02-07"))
            .debit("5100", eur("-3"))
            .credit("1000", eur("-3"));
        assert_eq!(firm.refused("by hand", &Post::new(by_hand)).code(), "accounting.negative");
        firm.clean();
    });
}

#[test]
fn storno_of_a_foreign_amount_with_items() {
    let firm = in_memory().set_up();
    let debtors = NewAccount::new("1250", "Debtors", AccountClass::Asset).open_items();
    firm.must("debtors", &OpenAccounts::new(vec![debtors]));
    firm.must("storno", &SetReversalStyle::new(ReversalStyle::SameSide));
    let bill = NewEntry::new("GEN", d("2026-02-03"))
        .posting(NewPosting::debit("1250", usd("10")).worth(eur("9")))
        .posting(NewPosting::credit("4000", usd("10")).worth(eur("9")));
    let bill = firm.post("bill", bill);
    firm.must("back", &Reverse::new(bill.id, d("2026-02-04")));
    let open = firm.view(|view| open_items(view, &OpenItemQuery::account("1250")));
    assert_eq!(open.items, []);
    firm.clean();
}

#[test]
fn what_late_entries_changed() {
    let firm = in_memory().set_up();
    firm.post("in time", sale("2026-01-10", "100.00"));
    let bank = AssertBalance::new("1000", d("2026-01-31"), eur("100")).warning();
    firm.must("bank", &bank);
    firm.at_minute(60); // the statements are printed
    firm.at_minute(61);
    firm.post("late", rent("2026-01-15", "30"));
    firm.post("of February", rent("2026-02-15", "5"));
    firm.post("of March", rent("2026-03-15", "7"));
    let capital =
        NewEntry::new("GEN", d("2026-02-01")).debit("1000", eur("9")).credit("3000", eur("9"));
    firm.post("capital", capital);
    let query = ChangeQuery::new(minute(60), d("2026-02-28"));
    let changes = firm.books.changes(&query).unwrap();
    assert_eq!(changes.entries.len(), 3);
    let balances: Vec<_> = changes
        .balances
        .iter()
        .map(|of| (of.period, of.account.as_str(), of.change.to_string()))
        .collect();
    assert_eq!(
        balances,
        [
            (202_601, "1000", "-30.00 EUR".into()),
            (202_601, "5100", "30.00 EUR".into()),
            (202_602, "1000", "4.00 EUR".into()),
            (202_602, "3000", "-9.00 EUR".into()),
            (202_602, "5100", "5.00 EUR".to_owned())
        ]
    );
    let statements: Vec<_> =
        changes.statements.iter().map(|of| (of.period, of.assets, of.equity, of.result)).collect();
    assert_eq!(
        statements,
        [(202_601, dec("-30"), dec("0"), dec("-30")), (202_602, dec("4"), dec("9"), dec("-5"))]
    );
    let sheets: Vec<_> = changes.sheets.iter().map(|of| (of.date, of.assets, of.equity)).collect();
    assert_eq!(
        sheets,
        [(d("2026-01-31"), dec("-30"), dec("-30")), (d("2026-02-28"), dec("-26"), dec("-26"))]
    );
    assert_eq!(changes.broken.len(), 1);
    assert!(changes.to_string().contains("Stands otherwise than asserted as of 2026-01-31"));
    let before = firm.books.changes(&query.until(minute(60))).unwrap();
    assert!(before.is_empty() && before.statements.is_empty());
    // An assertion that is broken, and by none of what is asked for, is not named.
    let elsewhere = ChangeQuery::new(firm.books.envelope("now").time, d("2026-01-31"));
    assert!(firm.books.changes(&elsewhere).unwrap().broken.is_empty() && before.broken.is_empty());
    // What was known then can still be asked for.
    let then = BalanceQuery::account("1000").until(d("2026-01-31")).known_at(minute(60));
    assert_eq!(firm.sum(&then), "100");
}

#[test]
fn a_late_entry_moves_every_later_balance_sheet() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.must("2027", &OpenFiscalYear::calendar_year(2027));
        firm.must("closing", &SetClosing::new("3000", "GEN"));
        firm.at_minute(60); // all is printed
        firm.at_minute(61);
        firm.post("late", rent("2026-11-15", "30"));
        firm.must("that of November is out", &LockBooks::through(d("2026-11-30")));
        firm.must("a lock within December", &LockBooks::through(d("2026-12-10")));
        let told = firm.view(|view| changes(view, &ChangeQuery::new(minute(60), d("2027-02-10"))));
        assert_eq!(told.statements.len(), 1);
        let sheets: Vec<_> = told
            .sheets
            .iter()
            .map(|of| (of.period, of.date.to_string(), of.assets, of.equity, of.locked))
            .collect();
        let moved = dec("-30");
        let sheet = |period, date: &str, locked| (period, date.to_owned(), moved, moved, locked);
        assert_eq!(
            sheets,
            [
                sheet(202_611, "2026-11-30", true),
                sheet(202_612, "2026-12-31", false),
                sheet(202_701, "2027-01-31", false),
                sheet(202_702, "2027-02-10", false),
            ]
        );
        let text = told.to_string();
        assert!(text.contains("Assets as of 2026-12-31"), "{text}");
        assert!(!text.contains("Assets as of 2026-11-30"), "told with November: {text}");
        // A closed year moves results to equity, and no balance sheet.
        firm.must("close", &CloseYear::new(2026).early());
        let closed =
            firm.view(|view| changes(view, &ChangeQuery::new(minute(60), d("2027-02-10"))));
        assert_eq!(closed.sheets[1].equity, moved);
        assert!(closed.sheets[1].locked && !closed.sheets[2].locked);
    });
}

/// What one account has and another lost moves no sum of a class, and every later balance sheet.
#[test]
fn a_balance_sheet_stands_otherwise_where_its_accounts_do() {
    let firm = in_memory().set_up();
    firm.must(
        "till",
        &OpenAccounts::new(vec![NewAccount::new("1020", "Till", AccountClass::Asset)]),
    );
    firm.at_minute(60); // all is printed
    firm.at_minute(61);
    let moved = |date: &str, debit: &str, credit: &str| {
        NewEntry::new("GEN", d(date)).debit(debit, eur("30")).credit(credit, eur("30"))
    };
    firm.post("received", moved("2026-01-15", "1000", "1200"));
    firm.post("to the till", moved("2026-02-10", "1020", "1000"));
    let query = ChangeQuery::new(minute(60), d("2026-03-31"));
    let told = firm.books.changes(&query).unwrap();
    let sheets: Vec<_> = told
        .sheets
        .iter()
        .map(|of| {
            assert!([of.assets, of.liabilities, of.equity].iter().all(|sum| sum.is_zero()));
            let accounts = of.accounts.iter().map(|(code, change)| format!("{code} {change}"));
            (of.period, accounts.collect::<Vec<_>>().join(", "))
        })
        .collect();
    let (first, later) = ("1000 30, 1200 -30", "1020 30, 1200 -30");
    let sheets: Vec<_> = sheets.iter().map(|(period, of)| (*period, of.as_str())).collect();
    assert_eq!(sheets, [(202_601, first), (202_602, later), (202_603, later)]);
    let csv = told.to_report().to_csv();
    assert!(csv.contains("2026-02,1020,Till as of 2026-02-28,,,30.00"), "{csv}");
    assert!(csv.contains("2026-03,1200,Customers as of 2026-03-31,,,-30.00"), "{csv}");
    assert!(!csv.contains("as of 2026-01-31"), "told with January: {csv}");
    // Taken back, later sheets are as they were.
    firm.post("back", moved("2026-03-02", "1000", "1020"));
    firm.post("bounced", moved("2026-03-02", "1200", "1000"));
    let periods: Vec<_> =
        firm.books.changes(&query).unwrap().sheets.iter().map(|of| of.period).collect();
    assert_eq!(periods, [202_601, 202_602]);
}

#[test]
fn what_lies_in_a_locked_part_of_a_period_or_journal_is_told_as_locked() {
    let firm = in_memory().set_up();
    firm.at_minute(60);
    firm.at_minute(61);
    firm.post("of the 5th", rent("2026-01-05", "30"));
    firm.post("of the 25th", rent("2026-02-25", "30"));
    firm.post("invoice", NewEntry { journal: "INV".into(), ..sale("2026-03-04", "9.00") });
    firm.post("of May", rent("2026-05-04", "9"));
    let query = ChangeQuery::new(minute(60), d("2026-05-31"));
    let locked = || -> Vec<bool> {
        firm.books.changes(&query).unwrap().statements.iter().map(|of| of.locked).collect()
    };
    assert_eq!(locked(), [false; 4]);
    firm.must("half of January", &LockBooks::through(d("2026-01-15")));
    assert_eq!(locked(), [true, false, false, false], "the entry lies in the half");
    firm.must("half of February", &LockBooks::through(d("2026-02-15")));
    assert_eq!(locked(), [true, false, false, false], "the entry lies in the other half");
    firm.must("invoices of March", &LockBooks::period(202_603).journal("INV"));
    firm.must("invoices through May", &LockBooks::through(d("2026-05-31")).journal("INV"));
    assert_eq!(locked(), [true, false, true, false], "by journal");
}

#[test]
fn what_was_locked_and_what_was_cleared_after_the_fact_is_told() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.must("customers", &ChangeAccount::open_items("1200", true));
        let on = |date: &str, debit: &str, credit: &str| {
            NewEntry::new("GEN", d(date)).debit(debit, eur("9")).credit(credit, eur("9"))
        };
        let bill = firm.post("bill", on("2026-01-10", "1200", "4000"));
        let paid = firm.post("paid", on("2026-01-20", "1000", "1200"));
        let clear = Clear::new("1200").all(ItemKey::new(bill.id, 1)).all(ItemKey::new(paid.id, 2));
        firm.at_minute(60); // January is printed, and locked
        firm.at_minute(61);
        let clearing = firm.must("cleared", &clear.on(d("2026-01-25"))).clearing;
        firm.post("late", rent("2026-01-15", "30"));
        firm.must("February is late too", &Post::new(rent("2026-02-15", "3")));
        firm.must("lock", &LockBooks::through(d("2026-01-31")));
        firm.at_minute(70);
        firm.at_minute(71);
        firm.must("opened again", &Unclear::new(clearing).on(d("2026-02-01")));
        let query = ChangeQuery::new(minute(60), d("2026-02-28"));
        let told = firm.view(|view| changes(view, &query));
        let locked: Vec<_> = told.statements.iter().map(|of| (of.period, of.locked)).collect();
        assert_eq!(locked, [(202_601, true), (202_602, false)]);
        let moved: Vec<_> =
            told.clearings.iter().map(|of| (of.date.to_string(), of.undone)).collect();
        assert_eq!(moved, [("2026-01-25".to_owned(), false), ("2026-02-01".to_owned(), true)]);
        assert!(told.clearings.iter().all(|of| of.clearing == clearing && of.account == "1200"));
        let text = told.to_string();
        for said in [
            "Locked: what was reported of it is another",
            "Cleared as of 2026-01-25",
            "Opened again as of 2026-02-01",
        ] {
            assert!(text.contains(said), "{text}");
        }
        let between = ChangeQuery::new(minute(60), d("2026-02-28")).until(minute(65));
        assert_eq!(firm.view(|view| changes(view, &between)).clearings.len(), 1);
        let january = ChangeQuery::new(minute(65), d("2026-01-31"));
        assert!(firm.view(|view| changes(view, &january)).is_empty());
    });
}
