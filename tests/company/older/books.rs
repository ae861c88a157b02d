//! A year of books with what a ledger of the first layouts knew: a chart, journals, years and periods, entries in two currencies, reversals,
//! drafts, what recurs and what was held.

use fondaco::accounting::currency::{
    CorrectRates, NewRate, OpenRateSource, RateCorrection, RecordRates,
};
use fondaco::accounting::ledger::*;
use fondaco::prelude::*;
use fondaco_testkit::Host;

use crate::firm::{day, eur};

fn sale(date: &str, amount: &str) -> NewEntry {
    NewEntry::new("GEN", day(date)).debit("1000", eur(amount)).credit("4000", eur(amount))
}

/// The year; what was done, in words.
pub(super) fn year(host: &Host) -> String {
    masters(host);
    let first = host.must("first", &Post::new(sale("2026-01-05", "119.00").key("order 1")));
    let months = (1..=6).map(|month| {
        let sales =
            (1..=8).map(|n| sale(&format!("2026-{month:02}-{n:02}"), &format!("{n}.{month:02}")));
        let spent = NewEntry::new("GEN", day(&format!("2026-{month:02}-28")));
        let rent = NewPosting::debit("5100", eur("80.00")).dimension("site", "Lido");
        sales.chain([spent.posting(rent).credit("1000", eur("80.00"))]).collect()
    });
    for (month, entries) in months.enumerate() {
        host.must(&format!("month {month}"), &PostMany::new(entries));
    }
    host.must("reversed", &Reverse::new(first.id, day("2026-03-03")));
    host.must("accrued", &PostReversing::new(sale("2026-02-27", "12.00")));
    foreign(host);
    held(host);
    let drafted = draft(host);
    host.must("not used", &CloseAccount::new("1900", day("2026-06-30")));
    host.must("January is locked", &LockPeriod::new(202_601));
    host.must("February is nearly", &SoftLockPeriod::new(202_602));
    format!("{first:?} {drafted}")
}

fn masters(host: &Host) {
    use AccountClass::*;
    host.must("set up", &SetUp::new(Currency::EUR));
    host.must(
        "chart",
        &OpenAccounts::new(vec![
            NewAccount::heading("1", "What we have", Asset),
            NewAccount::new("1000", "Bank", Asset).parent("1"),
            NewAccount::new("1010", "Dollars", Asset).parent("1").currency(Currency::USD),
            NewAccount::new("1900", "Spare", Asset).parent("1"),
            NewAccount::new("2000", "Suppliers", Liability),
            NewAccount::new("3000", "Capital", Equity),
            NewAccount::new("4000", "Sales", Income),
            NewAccount::new("5100", "Rent", Expense),
        ]),
    );
    host.must("general", &OpenJournal::new("GEN", "General journal"));
    host.must("invoices", &OpenJournal::new("INV", "Invoices").by_date());
    host.must("2026", &OpenFiscalYear::calendar_year(2026));
    let capital = NewEntry::new("GEN", day("2026-01-01"));
    let capital = capital.debit("1000", eur("5000.00")).credit("3000", eur("5000.00"));
    host.must("capital", &Post::new(capital));
}

fn foreign(host: &Host) {
    let (euros, dollars) = (Currency::EUR, Currency::USD);
    host.must("source", &OpenRateSource::new("SPOT", "Central bank").pivot(euros));
    let rate =
        |rate: &str, from: &str| NewRate::new(euros, dollars, rate.parse().unwrap(), day(from));
    let rates = vec![rate("1.25", "2026-01-02"), rate("1.28", "2026-02-02")];
    host.must("rates", &RecordRates::new("SPOT", rates));
    let right = Some("1.30".parse().unwrap());
    let right = RateCorrection::new(euros, dollars, right, day("2026-02-02"));
    host.must("right rate", &CorrectRates::new("SPOT", vec![right]));
    let thirteen = Money::parse("13.00 USD").unwrap();
    let bought = NewEntry::new("GEN", day("2026-02-03"));
    host.must("dollars", &Post::new(bought.debit("1010", thirteen).credit("2000", thirteen)));
}

fn held(host: &Host) {
    let hold = |amount| NewPending::new(sale("2026-04-01", amount));
    let first = host.must("hold", &RecordPending::new(hold("7.00"))).id;
    let second = host.must("hold too", &RecordPending::new(hold("8.00"))).id;
    host.must("hold on", &RecordPending::new(hold("9.00")));
    host.must("take", &PostPending::new(first).amount(eur("5.00")));
    host.must("let go", &VoidPending::new(second));
}

fn draft(host: &Host) -> String {
    let draft = host.must("draft", &PrepareDraft::new(sale("2026-05-11", "3.00")));
    host.must("submit", &SubmitDraft::new(draft));
    let other = host.acting_as("other");
    let approved = other.must("approve", &ApproveDraft::new(draft, 1));
    host.must("left", &PrepareDraft::new(sale("2026-05-12", "4.00")));
    format!("{approved:?}")
}

/// The same books under today's program: what came since can be used at once.
pub(super) fn goes_on(host: &Host) {
    let key = host.refused("order 1 again", &Post::new(sale("2026-03-05", "1.00").key("order 1")));
    assert_eq!(fondaco::core::ActError::code(&key), "accounting.key_differs");
    let bill = |date: &str, amount: &str| {
        NewEntry::new("GEN", day(date)).debit("1200", eur(amount)).credit("4000", eur(amount))
    };
    let customers = NewAccount::new("1200", "Customers", AccountClass::Asset).open_items();
    host.must("customers", &OpenAccounts::new(vec![customers]));
    host.must("bill", &Post::new(bill("2026-07-01", "10.00")));
    let limit = ChangeAccount::limit("1000", AccountLimit::CreditsWithinDebits);
    host.must("never below nothing", &limit);
    let dear = NewEntry::new("GEN", day("2026-07-02"));
    let dear = dear.debit("5100", eur("9999.00")).credit("1000", eur("9999.00"));
    let refused = host.refused("dear", &Post::new(dear));
    assert_eq!(fondaco::core::ActError::code(&refused), "accounting.exceeds_debits");
}
