//! Random histories: years are closed, reopened and posted to in odd orders, and every figure is what a naive reckoning says.

use crate::common::*;
use crate::years::with_two_years;
use chrono::{Datelike, NaiveDate};
use fondaco_accounting::close::*;
use fondaco_accounting::ledger::*;
use fondaco_core::{Currency, Id, Money};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Deed {
    Post { year: i32, month: u32, cents: i64, site: u8, dollars: bool },
    Spend { year: i32, month: u32, cents: i64 },
    Adjust { year: i32, cents: i64 },
    Open2027,
    Close(i32),
    Reopen(i32),
    Lock(i32),
    Unlock,
    Reverse(usize),
    Correct(usize, i64),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let year = || 2025..=2027;
    let month = || 1..=12_u32;
    let deed = prop_oneof![
        5 => (year(), month(), 1..500_i64, 0..3_u8, any::<bool>()).prop_map(
            |(year, month, cents, site, dollars)| Deed::Post { year, month, cents, site, dollars }
        ),
        2 => (year(), month(), 1..500_i64)
            .prop_map(|(year, month, cents)| Deed::Spend { year, month, cents }),
        1 => (2025..=2026, 1..500_i64).prop_map(|(year, cents)| Deed::Adjust { year, cents }),
        1 => Just(Deed::Open2027),
        4 => year().prop_map(Deed::Close),
        3 => year().prop_map(Deed::Reopen),
        1 => year().prop_map(Deed::Lock),
        1 => Just(Deed::Unlock),
        1 => (0..20_usize).prop_map(Deed::Reverse),
        2 => (0..20_usize, 1..500_i64).prop_map(|(at, cents)| Deed::Correct(at, cents)),
    ];
    prop::collection::vec(deed, 1..30)
}

/// The day on which all of it is done.
fn today() -> NaiveDate {
    d("2026-06-01")
}

/// An entry that was posted: so much earned, less than nothing for what was spent.
#[derive(Clone, Copy)]
struct Known {
    id: Id<Entry>,
    date: NaiveDate,
    cents: i64,
    taken_back: bool,
}

/// What was posted, reckoned by hand.
#[derive(Default)]
struct Model {
    /// What was earned by year, and what was spent, in cents.
    earned: [i64; 3],
    spent: [i64; 3],
    closed: [bool; 3],
    opened_2027: bool,
    locked: Option<i32>,
    posted: Vec<Known>,
}

impl Model {
    fn at(year: i32) -> usize {
        (year - 2025) as usize
    }

    fn exists(&self, year: i32) -> bool {
        year < 2027 || self.opened_2027
    }

    fn is_open(&self, year: i32) -> bool {
        self.exists(year)
            && !self.closed[Model::at(year)]
            && self.locked.is_none_or(|locked| locked < year)
    }

    fn result(&self, at: usize) -> i64 {
        self.earned[at] - self.spent[at]
    }

    fn counts(&mut self, date: NaiveDate, cents: i64) {
        let at = Model::at(date.year());
        let of = if cents > 0 { &mut self.earned } else { &mut self.spent };
        of[at] += cents.abs();
    }

    fn takes_back(&mut self, date: NaiveDate, cents: i64) {
        let at = Model::at(date.year());
        let of = if cents > 0 { &mut self.earned } else { &mut self.spent };
        of[at] -= cents.abs();
    }

    fn post(&mut self, id: Id<Entry>, date: NaiveDate, cents: i64) {
        self.counts(date, cents);
        self.posted.push(Known { id, date, cents, taken_back: false });
    }
}

fn ymd(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn euro(cents: i64) -> Money {
    Money::minor(cents, Currency::EUR)
}

fn earn(date: NaiveDate, cents: i64, site: u8, dollars: bool) -> NewEntry {
    let currency = if dollars { Currency::USD } else { Currency::EUR };
    let (amount, worth) = (Money::minor(cents, currency), euro(cents));
    let worthy = |posting: NewPosting| if dollars { posting.worth(worth) } else { posting };
    let mut income = worthy(NewPosting::credit("4000", amount));
    if site > 0 {
        income = income.dimension("site", if site == 1 { "Mestre" } else { "Lido" });
    }
    NewEntry::new("GEN", date).posting(worthy(NewPosting::debit("1000", amount))).posting(income)
}

fn spend(date: NaiveDate, cents: i64) -> NewEntry {
    NewEntry::new("GEN", date).debit("5100", euro(cents)).credit("1000", euro(cents))
}

fn post(firm: &Firm, model: &mut Model, name: &str, (entry, cents): (NewEntry, i64)) {
    let date = entry.date;
    let told = firm.send(name, &Post::new(entry));
    assert_eq!(told.is_ok(), model.is_open(date.year()), "{date} {cents}: {told:?}");
    if let Ok(done) = told {
        model.post(done.answer.id, date, cents);
    }
}

fn carry_out(firm: &Firm, model: &mut Model, n: usize, deed: &Deed) {
    let name = format!("{n}");
    match *deed {
        Deed::Post { year, month, cents, site, dollars } => {
            let entry = earn(ymd(year, month, 28), cents, site, dollars);
            post(firm, model, &name, (entry, cents));
        }
        Deed::Spend { year, month, cents } => {
            post(firm, model, &name, (spend(ymd(year, month, 27), cents), -cents));
        }
        Deed::Adjust { year, cents } => {
            let entry = earn(ymd(year, 12, 31), cents, 0, false).adjusting(13);
            post(firm, model, &name, (entry, cents));
        }
        Deed::Open2027 => {
            let told = firm.send(&name, &OpenFiscalYear::calendar_year(2027));
            assert_eq!(told.is_ok(), !model.opened_2027, "{told:?}");
            model.opened_2027 = true;
        }
        Deed::Close(year) => {
            let at = Model::at(year);
            let told = firm.send(&name, &CloseYear::new(year).early());
            let earlier = model.closed[..at].iter().all(|closed| *closed);
            let may = model.exists(year) && !model.closed[at] && earlier;
            assert_eq!(told.is_ok(), may, "{deed:?}: {told:?}");
            if let Ok(done) = told {
                assert_eq!(done.answer.result.to_minor().unwrap(), model.result(at));
                model.closed[at] = true;
            }
        }
        Deed::Reopen(year) => {
            let at = Model::at(year);
            let told = firm.send(&name, &ReopenYear::new(year, "late"));
            let may = model.closed[at]
                && !model.closed[at + 1..].contains(&true)
                && model.locked.is_none_or(|locked| locked < year);
            assert_eq!(told.is_ok(), may, "{deed:?}: {told:?}");
            if told.is_ok() {
                model.closed[at] = false;
            }
        }
        Deed::Lock(year) => {
            firm.must(&name, &LockBooks::through(ymd(year, 12, 31)));
            model.locked = Some(year);
        }
        Deed::Unlock => {
            firm.must(&name, &UnlockBooks::after(d("2024-12-31")));
            model.locked = None;
        }
        Deed::Reverse(at) => {
            let Some(known) = model.posted.get(at).copied() else { return };
            let on = d("2026-12-30");
            let told = firm.send(&name, &Reverse::new(known.id, on));
            let may = model.is_open(2026) && !known.taken_back && known.date <= on;
            assert_eq!(told.is_ok(), may, "{deed:?}: {told:?}");
            if told.is_ok() {
                model.posted[at].taken_back = true;
                model.takes_back(on, known.cents);
            }
        }
        Deed::Correct(at, cents) => {
            let Some(known) = model.posted.get(at).copied() else { return };
            let right = earn(known.date, cents, 0, false);
            let told = firm.send(&name, &Correct::new(known.id, right));
            // On its own day while that is open, else today.
            let late = today() > known.date && model.is_open(2026);
            let on = match model.is_open(known.date.year()) {
                true => Some(known.date),
                false => late.then(today),
            };
            assert_eq!(told.is_ok(), on.is_some() && !known.taken_back, "{deed:?}: {told:?}");
            if let (Ok(done), Some(on)) = (told, on) {
                assert_eq!(done.answer.date, on);
                model.posted[at].taken_back = true;
                model.takes_back(on, known.cents);
                model.post(done.answer.entry.id, on, cents);
            }
        }
    }
}

/// Every balance, statement and report of changes, year by year, as the model reckons them.
fn check(firm: &Firm, model: &Model) {
    let sum = |query: BalanceQuery| -> i64 {
        let rows = firm.balances(&query);
        let sum: rust_decimal::Decimal = rows.iter().map(|row| row.amounts.ledger_balance()).sum();
        i64::try_from(sum * dec("100")).unwrap()
    };
    let query = ChangeQuery::new(minute(-1), d("2027-12-31"));
    let changed = firm.books.changes(&query).unwrap().statements;
    for year in 2025..=2027 {
        let (at, end) = (Model::at(year), ymd(year, 12, 31));
        let on = |account: &str| BalanceQuery::account(account).until(end);
        let years = |counts: &dyn Fn(usize) -> bool, of: &dyn Fn(usize) -> i64| -> i64 {
            (0..=at).filter(|at| counts(*at)).map(of).sum()
        };
        let (open, closed) = (|at: usize| !model.closed[at], |at: usize| model.closed[at]);
        let (earned, spent) = (|at: usize| model.earned[at], |at: usize| model.spent[at]);
        let result = |at: usize| model.result(at);
        let all = |_: usize| true;
        assert_eq!(sum(on("1000")), years(&all, &result), "{year}");
        assert_eq!(-sum(on("4000")), years(&open, &earned), "{year}");
        assert_eq!(sum(on("5100")), years(&open, &spent), "{year}");
        assert_eq!(-sum(on("3900")), years(&closed, &result), "{year}");
        // Of the year's last day, before it was closed on it.
        let before = |of: usize| of == at || !model.closed[of];
        assert_eq!(-sum(on("4000").before_closing()), years(&before, &earned), "{year}");
        assert_eq!(sum(on("5100").before_closing()), years(&before, &spent), "{year}");
        assert_eq!(-sum(on("4000").without_closings()), years(&all, &earned), "{year}");
        let own = changed.iter().filter(|of| of.period / 100 == year);
        let moved: rust_decimal::Decimal = own.clone().map(|of| of.result).sum();
        assert_eq!(moved, rust_decimal::Decimal::new(model.result(at), 2), "{year}");
        assert!(own.clone().all(|of| of.locked != model.is_open(year)), "{year}");
        if model.exists(year) {
            let income = firm.books.income_statement(ymd(year, 1, 1), end).unwrap();
            assert_eq!(income.result, moved, "{year}");
            let sheet = firm.books.balance_sheet(end).unwrap();
            assert_eq!(sheet.financing(), sheet.assets.total, "{year}");
        }
    }
    firm.clean();
}

fn history(firm: Firm, deeds: &[Deed]) {
    let firm = with_two_years(firm);
    firm.must("13 of 2025", &OpenAdjustmentPeriods::new(2025, 1));
    firm.must("13 of 2026", &OpenAdjustmentPeriods::new(2026, 1));
    let mut model = Model::default();
    for (n, deed) in deeds.iter().enumerate() {
        carry_out(&firm, &mut model, n, deed);
    }
    check(&firm, &model);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn years_in_odd_orders(deeds in deeds()) {
        history(in_memory(), &deeds);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, ..ProptestConfig::default() })]
    #[test]
    fn years_in_odd_orders_on_other_stores(deeds in deeds()) {
        for (name, store) in in_process() {
            history(Firm::on(name, store), &deeds);
        }
        let unloaded = Firm::unloaded("model, not loaded", std::sync::Arc::new(fondaco_testkit::Model::new()));
        history(unloaded, &deeds);
    }
}

#[test]
fn a_posting_and_a_closing_at_once_never_miss_one_another() {
    let firm = with_two_years(in_memory());
    let books = &firm.books;
    std::thread::scope(|scope| {
        for hand in 0..3 {
            scope.spawn(move || {
                for n in 0..20 {
                    let told = books.post(&format!("{hand}/{n}"), sale("2025-05-05", "1.00"));
                    if let Err(error) = told {
                        assert_eq!(error.code(), "accounting.year_closed");
                    }
                }
            });
        }
        scope.spawn(move || {
            for n in 0..6 {
                books.send(&format!("close {n}"), &CloseYear::new(2025)).unwrap();
                let reopen = ReopenYear::new(2025, "more");
                books.send(&format!("reopen {n}"), &reopen).unwrap();
            }
            books.send("close", &CloseYear::new(2025)).unwrap();
        });
    });
    assert_eq!(firm.sum(&BalanceQuery::account("4000")), "0");
    let posted = firm.entries().iter().filter(|entry| !entry.is_closing()).count();
    assert_eq!(firm.sum(&BalanceQuery::account("3900")), format!("-{posted}").replace("-0", "0"));
    firm.clean();
}
