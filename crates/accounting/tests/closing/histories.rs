//! Random histories: years are closed, reopened and posted to in odd orders, and every figure is what a naive reckoning says.

use crate::common::*;
use crate::years::with_two_years;
use fondaco_accounting::close::*;
use fondaco_accounting::ledger::*;
use fondaco_core::ActError;
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Deed {
    Post { year: i32, month: u32, cents: i64, site: u8, dollars: bool },
    Adjust { year: i32, cents: i64 },
    Close(i32),
    Reopen(i32),
    Lock(i32),
    Unlock,
    Reverse(usize),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let year = || 2025..=2026;
    let deed = prop_oneof![
        6 => (year(), 1..=12_u32, 1..500_i64, 0..3_u8, any::<bool>()).prop_map(
            |(year, month, cents, site, dollars)| Deed::Post { year, month, cents, site, dollars }
        ),
        1 => (year(), 1..500_i64).prop_map(|(year, cents)| Deed::Adjust { year, cents }),
        3 => year().prop_map(Deed::Close),
        2 => year().prop_map(Deed::Reopen),
        1 => year().prop_map(Deed::Lock),
        1 => Just(Deed::Unlock),
        1 => (0..20_usize).prop_map(Deed::Reverse),
    ];
    prop::collection::vec(deed, 1..25)
}

/// What was posted, reckoned by hand.
#[derive(Default)]
struct Model {
    /// What was earned by year, in cents.
    earned: [i64; 2],
    closed: [bool; 2],
    locked: Option<i32>,
    posted: Vec<(Posted, i32, i64, bool)>,
}

impl Model {
    fn at(year: i32) -> usize {
        (year - 2025) as usize
    }

    fn is_open(&self, year: i32) -> bool {
        !self.closed[Model::at(year)] && self.locked.is_none_or(|locked| locked < year)
    }
}

fn entry(year: i32, month: u32, cents: i64, site: u8, dollars: bool) -> NewEntry {
    let currency = if dollars { fondaco_core::Currency::USD } else { fondaco_core::Currency::EUR };
    let (amount, worth) = (fondaco_core::Money::minor(cents, currency), cents);
    let worth = fondaco_core::Money::minor(worth, fondaco_core::Currency::EUR);
    let worthy = |posting: NewPosting| if dollars { posting.worth(worth) } else { posting };
    let mut income = worthy(NewPosting::credit("4000", amount));
    if site > 0 {
        income = income.dimension("site", if site == 1 { "Mestre" } else { "Lido" });
    }
    NewEntry::new("GEN", chrono::NaiveDate::from_ymd_opt(year, month, 28).unwrap())
        .posting(worthy(NewPosting::debit("1000", amount)))
        .posting(income)
}

fn carry_out(firm: &Firm, model: &mut Model, n: usize, deed: &Deed) {
    let name = format!("{n}");
    match deed {
        Deed::Post { year, month, cents, site, dollars } => {
            let told = firm.send(&name, &Post::new(entry(*year, *month, *cents, *site, *dollars)));
            assert_eq!(told.is_ok(), model.is_open(*year), "{deed:?}: {told:?}");
            if let Ok(done) = told {
                model.earned[Model::at(*year)] += cents;
                model.posted.push((done.answer, *year, *cents, false));
            }
        }
        Deed::Adjust { year, cents } => {
            let mut new = entry(*year, 12, *cents, 0, false).adjusting(13);
            new.date = chrono::NaiveDate::from_ymd_opt(*year, 12, 31).unwrap();
            let told = firm.send(&name, &Post::new(new));
            assert_eq!(told.is_ok(), model.is_open(*year), "{deed:?}: {told:?}");
            if told.is_ok() {
                model.earned[Model::at(*year)] += cents;
            }
        }
        Deed::Close(year) => {
            let told = firm.send(&name, &CloseYear::new(*year));
            let may = !model.closed[Model::at(*year)] && (*year == 2025 || model.closed[0]);
            assert_eq!(told.is_ok(), may, "{deed:?}: {told:?}");
            if let Ok(done) = told {
                let cents = done.answer.result.to_minor().unwrap();
                assert_eq!(cents, model.earned[Model::at(*year)]);
                model.closed[Model::at(*year)] = true;
            }
        }
        Deed::Reopen(year) => {
            let told = firm.send(&name, &ReopenYear::new(*year, "late"));
            let may = model.closed[Model::at(*year)] && (*year == 2026 || !model.closed[1]);
            assert_eq!(told.is_ok(), may, "{deed:?}: {told:?}");
            if told.is_ok() {
                model.closed[Model::at(*year)] = false;
            }
        }
        Deed::Lock(year) => {
            let end = chrono::NaiveDate::from_ymd_opt(*year, 12, 31).unwrap();
            firm.must(&name, &LockBooks::through(end));
            model.locked = Some(*year);
        }
        Deed::Unlock => {
            firm.must(&name, &UnlockBooks::after(d("2024-12-31")));
            model.locked = None;
        }
        Deed::Reverse(at) => {
            let open: Vec<i32> = (2025..=2026).filter(|year| model.is_open(*year)).collect();
            let Some((posted, year, cents, reversed)) = model.posted.get_mut(*at) else { return };
            let to = chrono::NaiveDate::from_ymd_opt(2026, 12, 30).unwrap();
            let told = firm.send(&name, &Reverse::new(posted.id, to));
            assert_eq!(told.is_ok(), open.contains(&2026) && !*reversed, "{year} {deed:?}");
            if told.is_ok() {
                *reversed = true;
                model.earned[1] -= *cents;
            }
        }
    }
}

fn check(firm: &Firm, model: &Model) {
    let sum = |query: &BalanceQuery| -> i64 {
        let rows = firm.balances(query);
        let sum: rust_decimal::Decimal = rows.iter().map(|row| row.amounts.ledger_balance()).sum();
        i64::try_from(sum * dec("100")).unwrap()
    };
    let carried: i64 = (0..2).filter(|at| model.closed[*at]).map(|at| model.earned[at]).sum();
    assert_eq!(-sum(&BalanceQuery::account("3900")), carried);
    let all: i64 = model.earned.iter().sum();
    assert_eq!(-sum(&BalanceQuery::account("4000")), all - carried);
    assert_eq!(-sum(&BalanceQuery::account("4000").without_closings()), all);
    assert_eq!(sum(&BalanceQuery::account("1000")), all);
    for (at, year) in [(0, 2025), (1, 2026)] {
        let first = chrono::NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        let last = chrono::NaiveDate::from_ymd_opt(year, 12, 31).unwrap();
        let income = firm.books.income_statement(first, last).unwrap();
        assert_eq!(income.result, rust_decimal::Decimal::new(model.earned[at], 2));
        let sheet = firm.books.balance_sheet(last).unwrap();
        assert_eq!(sheet.financing(), sheet.assets.total);
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
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]
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
