//! The last day and the day after, years that meet on one day, sums at their very end, and what a reversal keeps.

use crate::common::*;
use fondaco_accounting::ledger::*;
use fondaco_core::fiscal::{FiscalCalendar, YearNamedBy};
use fondaco_core::store::{Batch, Change, Meta};
use fondaco_core::{ActorId, CommandId, CompanyId, Currency, Id, Range, Reading};
use rust_decimal::Decimal;

/// The greatest amount with cents that a sum holds.
const MOST: &str = "922337203685477.58";

fn rent(date: &str, amount: &str) -> NewEntry {
    NewEntry::new("GEN", d(date)).debit("5100", eur(amount)).credit("1000", eur(amount))
}

#[test]
fn an_account_is_open_from_its_first_day_through_its_last() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let new =
            NewAccount::new("1500", "For a while", AccountClass::Asset).opens(d("2026-03-10"));
        firm.must("open", &OpenAccounts::new(vec![new]));
        let entry = |date: &str| {
            NewEntry::new("GEN", d(date)).debit("1500", eur("0.00")).credit("4000", eur("0.00"))
        };
        assert_eq!(firm.refused_entry(entry("2026-03-09")), "accounting.account_not_open");
        firm.post("first day", entry("2026-03-10"));
        firm.post("last day, before it closes", entry("2026-03-20"));
        let close = |day: &str| CloseAccount::new("1500", d(day));
        assert_eq!(firm.refused("9", &close("2026-03-09")).code(), "accounting.cannot_close");
        assert_eq!(firm.refused("19", &close("2026-03-19")).code(), "accounting.cannot_close");
        firm.must("20", &close("2026-03-20"));
        // Late papers of its open days still come, as `CloseAccount` says, until their period is locked.
        firm.post("last day, after it closed", entry("2026-03-20"));
        assert_eq!(firm.refused_entry(entry("2026-03-21")), "accounting.account_not_open");
        assert_eq!(firm.refused_entry(entry("2026-12-31")), "accounting.account_not_open");
        firm.clean();
    });
}

#[test]
fn an_account_may_open_and_close_on_one_day() {
    let firm = in_memory().set_up();
    let new = NewAccount::new("1500", "A day", AccountClass::Asset).opens(d("2026-03-10"));
    firm.must("open", &OpenAccounts::new(vec![new]));
    firm.must("close", &CloseAccount::new("1500", d("2026-03-10")));
    firm.clean();
}

/// Years whose last or first day is the other's first or last meet; those that touch do not.
#[test]
fn years_that_share_one_day_and_years_that_share_none() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let year = |month, day, named_by, number| {
            OpenFiscalYear::new(FiscalCalendar::months(month, day, named_by).unwrap(), number)
        };
        // From 31 December 2026, and until 1 January 2026: one day of 2026 each.
        for (name, overlapping, period) in [
            ("after", year(12, 31, YearNamedBy::End, 2027), "2026-12"),
            ("before", year(1, 2, YearNamedBy::Start, 2025), "2026-01"),
        ] {
            let refused = firm.refused(name, &overlapping);
            assert_eq!(refused.code(), "accounting.periods_overlap", "{name}");
            assert!(refused.to_string().contains(&format!("meets period {period}")), "{refused}");
        }
        firm.must("2025", &OpenFiscalYear::calendar_year(2025));
        // A day later than the next: 1 January 2027 lies in no period.
        firm.must("2027", &year(1, 2, YearNamedBy::Start, 2027));
        assert_eq!(firm.refused_entry(sale("2027-01-01", "1.00")), "accounting.no_period");
        for date in
            ["2025-01-01", "2025-12-31", "2026-01-01", "2026-12-31", "2027-01-02", "2028-01-01"]
        {
            firm.post(date, sale(date, "1.00"));
        }
        for date in ["2024-12-31", "2028-01-02"] {
            assert_eq!(firm.refused_entry(sale(date, "1.00")), "accounting.no_period", "{date}");
        }
        firm.clean();
    });
}

#[test]
fn the_first_and_the_last_day_of_a_locked_period() {
    let firm = in_memory().set_up();
    firm.must("lock", &LockPeriod::new(202_602));
    for date in ["2026-02-01", "2026-02-28"] {
        assert_eq!(firm.refused_entry(sale(date, "1.00")), "accounting.period_locked", "{date}");
    }
    for date in ["2026-01-31", "2026-03-01"] {
        firm.post(date, sale(date, "1.00"));
    }
    firm.must("unlock", &UnlockPeriod::new(202_602));
    firm.post("now", sale("2026-02-28", "1.00"));
    firm.clean();
}

type Line = (Side, String, String, Option<Decimal>);

fn lines(firm: &Firm, id: Id<Entry>) -> Vec<Line> {
    let text = |amount: Amount| amount.to_decimal().normalize().to_string();
    firm.view(|view| {
        let rows = view.peek_scan(&Range::<Posting>::by_key(&id))?;
        let line = |row: &Posting| {
            (row.side, text(row.amount), text(row.ledger_amount), row.rate.copied())
        };
        Ok(rows.iter().map(|row| line(row)).collect())
    })
}

/// The document's worth is not what its rate gives, and neither is worked out again.
#[test]
fn a_reversal_of_a_foreign_amount_keeps_amount_worth_and_rate() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let bought = NewEntry::new("GEN", d("2026-01-05"))
            .posting(NewPosting::debit("1010", usd("100.00")).worth(eur("90.01")).rate(dec("0.90")))
            .posting(NewPosting::credit("1200", usd("3.00")).worth(eur("1.00")))
            .posting(NewPosting::debit("1010", usd("0.00")).worth(eur("5.00")))
            .credit("1000", eur("94.01"))
            .conversion();
        let posted = firm.post("bought", bought);
        let line = |side, amount: &str, worth: &str, rate: Option<&str>| -> Line {
            (side, amount.into(), worth.into(), rate.map(dec))
        };
        use Side::{Credit, Debit};
        let third = Some("0.333333333333");
        assert_eq!(
            lines(&firm, posted.id),
            [
                line(Debit, "100", "90.01", Some("0.9")),
                line(Credit, "-3", "-1", third),
                line(Debit, "0", "5", None),
                line(Credit, "-94.01", "-94.01", None),
            ]
        );
        let back = firm.must("back", &Reverse::new(posted.id, d("2026-01-05")));
        assert_eq!(
            lines(&firm, back.id),
            [
                line(Credit, "-100", "-90.01", Some("0.9")),
                line(Debit, "3", "1", third),
                line(Credit, "0", "-5", None),
                line(Debit, "94.01", "94.01", None),
            ],
            "on {}",
            firm.name
        );
        assert!(firm.balances(&BalanceQuery::all()).iter().all(|row| row.amounts.is_zero()));
        firm.clean();
    });
}

#[test]
fn a_reversal_is_not_dated_before_its_entry() {
    let firm = in_memory().set_up();
    let posted = firm.post("sale", sale("2026-01-05", "1.00"));
    let refused = firm.refused("before", &Reverse::new(posted.id, d("2026-01-04")));
    assert_eq!(refused.code(), "accounting.bad_input");
    assert!(refused.to_string().contains("2026-01-04 is before the entry"), "{refused}");
    firm.must("on the day", &Reverse::new(posted.id, d("2026-01-05")));
}

/// An entry whose sums would be too large is refused alone, whichever of its lines it is, and leaves nothing in the sums.
#[test]
fn an_entry_too_large_for_the_sums_leaves_the_others() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let entry = |debit: &str, credit: &str, amount: &str| {
            NewEntry::new("GEN", d("2026-01-05"))
                .debit(debit, eur(amount))
                .credit(credit, eur(amount))
        };
        let invoice = |date: &str| NewEntry { journal: "INV".into(), ..sale(date, "3.00") };
        let batch = vec![
            entry("1000", "4000", MOST),
            entry("1000", "2000", "0.01"), // its first line is too much
            entry("1200", "4000", "0.01"), // its second is
            invoice("2026-02-05"),
            invoice("2026-02-04"), // too late, and its sums were added already
            entry("1200", "2000", "1.00"),
            entry("1200", "3000", MOST), // with the one before, too much
        ];
        let posted = firm.must("each", &PostEach::new(batch));
        let told: Vec<String> = posted
            .entries
            .iter()
            .map(|each| match each {
                Ok(posted) => posted.number.number().unwrap().to_string(),
                Err(refused) => refused.code.to_string(),
            })
            .collect();
        let (large, late) = ("accounting.sum_too_large", "accounting.out_of_order");
        assert_eq!(told, ["1", large, large, "1", late, "2", large], "on {}", firm.name);
        let sum = |account: &str| firm.sum(&BalanceQuery::account(account));
        assert_eq!((sum("1200").as_str(), sum("2000").as_str()), ("1", "-1"));
        assert_eq!(firm.sum(&BalanceQuery::account("1000").from(d("2026-02-01"))), "3");
        assert_eq!(sum("3000"), "0");
        assert!(firm.balances(&BalanceQuery::account("3000")).is_empty(), "no row of nothing");
        firm.clean();
        // The next command takes the next numbers: the refused ones took none.
        assert_eq!(firm.post("next", sale("2026-03-05", "1.00")).number.number(), Some(3));
    });
}

/// All refused: the command is done, and nothing is posted.
#[test]
fn a_batch_of_which_nothing_is_left() {
    let firm = in_memory().set_up();
    let most = || {
        NewEntry::new("GEN", d("2026-01-05")).debit("1000", eur(MOST)).debit("1000", eur("0.01"))
    };
    let large = most().credit("4000", eur(MOST)).credit("4000", eur("0.01"));
    let posted = firm.must("each", &PostEach::new(vec![large]));
    let refused = posted.entries[0].as_ref().unwrap_err();
    assert_eq!(refused.code, "accounting.sum_too_large");
    assert!(firm.balances(&BalanceQuery::all()).is_empty());
    assert_eq!(firm.post("next", rent("2026-03-05", "1.00")).number.number(), Some(1));
    firm.clean();
}

/// The name of the command is part of what it says.
#[test]
fn a_lock_and_an_unlock_under_one_id_are_two_commands() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.must("same", &LockPeriod::new(202_601));
        let reused = firm.refused("same", &UnlockPeriod::new(202_601));
        assert_eq!(reused.code(), "store.command_reused", "on {}", firm.name);
        assert!(firm.send("same", &LockPeriod::new(202_601)).unwrap().replayed);
        let batch = || vec![sale("2026-02-05", "1.00")];
        firm.must("batch", &PostMany::new(batch()));
        assert_eq!(firm.refused("batch", &PostEach::new(batch())).code(), "store.command_reused");
        let one = firm.refused("batch", &Post::new(sale("2026-02-05", "1.00")));
        assert_eq!(one.code(), "store.command_reused");
    });
}

/// Numbers taken from a journal's series past the ledger.
fn drawn(firm: &Firm, series: &str, count: u32) {
    let meta = Meta::new(ActorId::new("nobody"), minute(0));
    let mut batch = Batch::new(CompanyId::named("acme"), CommandId::named(series), meta);
    batch.changes.push(Change::Draw { series: series.into(), count, dates: None });
    firm.store.commit(batch).unwrap();
}

#[test]
fn a_series_that_ran_on_is_found() {
    for (name, store) in stores() {
        let firm = Firm::on(name, store).set_up();
        firm.post("one", sale("2026-01-05", "1.00"));
        firm.post("two", sale("2026-01-06", "1.00"));
        firm.clean();
        let found = || -> Vec<String> {
            let verified = firm.books.verify().unwrap();
            assert_eq!(verified.chain.findings, []);
            verified.discrepancies.iter().map(ToString::to_string).collect()
        };
        let missing = |number: u32, journal: &str| {
            format!("number {number} of journal {journal} in 2026 is missing or was given twice")
        };
        drawn(&firm, &Journal::series("GEN", 2026), 1);
        assert_eq!(found(), [missing(3, "GEN")], "on {name}");
        // Of a journal without any entry, too.
        drawn(&firm, &Journal::series("INV", 2026), 2);
        assert_eq!(found(), [missing(3, "GEN"), missing(1, "INV")], "on {name}");
    }
}

#[test]
fn a_ledger_in_another_currency_reverses_its_own() {
    let firm = in_memory();
    firm.must("set up", &SetUp::new(Currency::USD));
    firm.must("chart", &OpenAccounts::new(chart()));
    firm.must("gen", &OpenJournal::new("GEN", "General"));
    firm.must("2026", &OpenFiscalYear::calendar_year(2026));
    let bought = NewEntry::new("GEN", d("2026-01-05"))
        .posting(NewPosting::debit("1000", eur("10.00")).rate(dec("1.1")))
        .credit("1010", usd("11.00"))
        .conversion();
    let posted = firm.post("bought", bought);
    let back = firm.must("back", &Reverse::new(posted.id, d("2026-01-05")));
    let there = lines(&firm, posted.id);
    let here = lines(&firm, back.id);
    assert_eq!(there[0], (Side::Debit, "10".into(), "11".into(), Some(dec("1.1"))));
    assert_eq!(here[0], (Side::Credit, "-10".into(), "-11".into(), Some(dec("1.1"))));
    assert_eq!(here[1], (Side::Debit, "11".into(), "11".into(), None));
    firm.clean();
}
