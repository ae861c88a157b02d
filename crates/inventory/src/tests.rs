//! The jobs on a store that fails at each of their steps, in chunks of two.
#![allow(clippy::unwrap_used)] // helpers of tests are tests

use std::error::Error;

use fondaco_core::store::Store;
use fondaco_core::{CompanyId, Currency, Driver, ItemId, Money, SiteId, Timestamp, Unit};
use fondaco_store::Memory;
use fondaco_testkit::{Model, sweep};

use crate::SetUpStock;
use crate::items::{AddItems, Item};
use crate::moves::NewMove;
use crate::places::{OpenSites, Site};
use crate::planning::*;
use crate::posting::MoveStock;
use crate::replenish::{ReplenishmentPolicy, Review, SetReorderRule};
use crate::valuation::Method;
use crate::value::{CostStock, SetCosting, SetUpCosting};

const CODES: [&str; 5] = ["A", "B", "C", "D", "E"];

fn acme() -> CompanyId {
    CompanyId::named("acme")
}

fn open(store: &dyn Store) -> Result<crate::Stock<'_>, Box<dyn Error>> {
    let time: Timestamp = "2026-06-01T08:00:00Z".parse()?;
    Ok(crate::Stock::over(Driver::new(store, acme()))?.with_clock(move || time))
}

/// Ten of each item, by FIFO, of which there are to be twenty, and a hundred are expected to be sold.
fn set_up<S: Store>(store: S) -> S {
    let stock = open(&store).unwrap();
    stock.send("set up", &SetUpStock::new(Currency::EUR)).unwrap();
    stock.send("value", &SetUpCosting::default()).unwrap();
    let items = CODES.map(|code| Item::new(code, code, Unit::PIECE)).to_vec();
    stock.send("items", &AddItems::new(items)).unwrap();
    stock.send("site", &OpenSites::new(vec![Site::new("MAIN", "Main")])).unwrap();
    stock.send("fifo", &SetCosting::company(Method::Fifo)).unwrap();
    let (main, day) = (SiteId::named("MAIN"), "2026-05-04".parse().unwrap());
    let came = |code: &str| {
        let ten = "10 pcs".parse().unwrap();
        NewMove::receipt(ItemId::named(code), ten, "MAIN", day)
            .cost(Money::minor(1_000, Currency::EUR))
    };
    stock.send("came", &MoveStock::new(CODES.map(came).to_vec())).unwrap();
    let policy = ReplenishmentPolicy::OrderUpTo {
        point: "20 pcs".parse().unwrap(),
        up_to: "50 pcs".parse().unwrap(),
    };
    for code in CODES {
        let rule = SetReorderRule::new(ItemId::named(code), main, policy.clone());
        stock.send(&format!("rule {code}"), &rule).unwrap();
    }
    let sold = |code: &str| {
        let first = "2026-07-01".parse().unwrap();
        let expected = vec![Expectation::new(first, "100 pcs".parse().unwrap())];
        ForecastLine::new(ItemId::named(code), main, first, expected)
    };
    stock.send("forecast", &RecordForecast::new(CODES.map(sold).to_vec())).unwrap();
    stock.send("average", &SetCosting::company(Method::Average).rule_alone()).unwrap();
    drop(stock);
    store
}

fn clean(stock: &crate::Stock<'_>) -> Result<(), Box<dyn Error>> {
    let verified = stock.verify()?;
    assert!(verified.is_clean(), "{verified}");
    Ok(())
}

fn costing(store: &dyn Store) -> Result<(), Box<dyn Error>> {
    let stock = open(store)?;
    let done = stock.run_job("average", &mut CostStock::default(), &mut ())?;
    assert_eq!((done.report.stocks, done.report.changed), (5, 5));
    clean(&stock)
}

fn reviewing(store: &dyn Store) -> Result<(), Box<dyn Error>> {
    let stock = open(store)?;
    let done = stock.run_job("monday", &mut Review::of("2026-06-01".parse()?), &mut ())?;
    assert_eq!((done.report.rules, done.report.proposals), (5, 5));
    clean(&stock)
}

/// A run goes on over what was looked at first: it says at which position that was.
fn planning(store: &dyn Store) -> Result<(), Box<dyn Error>> {
    let stock = open(store)?;
    let settings = PlanSettings::new("2026-06-01".parse()?);
    let well = set_up(Memory::new());
    let ground = open(&well)?.view(|view| Ground::read(view, &settings))?;
    let mut run = PlanningRun::of(settings, &ground, &mut ())?;
    let done = stock.run_job("june", &mut run, &mut ())?;
    assert!(done.report.is_current && done.report.items == 5, "{:?}", done.report);
    clean(&stock)
}

/// The commits of `set_up`.
const BEFORE: usize = 13;

#[test]
fn stock_is_costed_whichever_step_fails() {
    let swept = sweep(acme(), || set_up(Memory::new()), costing).unwrap();
    assert_eq!(swept.commits, BEFORE + 5, "begun, three chunks, made valid");
    assert!(swept.failures > 15, "{} steps failed", swept.failures);
    let on_values = sweep(acme(), || set_up(Model::new()), costing).unwrap();
    assert_eq!(on_values.commits, swept.commits);
}

#[test]
fn rules_are_reviewed_whichever_step_fails() {
    let swept = sweep(acme(), || set_up(Memory::new()), reviewing).unwrap();
    assert_eq!(swept.commits, BEFORE + 5, "begun, three chunks, made valid");
    assert!(swept.failures > 15, "{} steps failed", swept.failures);
    let on_values = sweep(acme(), || set_up(Model::new()), reviewing).unwrap();
    assert_eq!(on_values.commits, swept.commits);
}

#[test]
fn a_plan_is_written_whichever_step_fails() {
    let swept = sweep(acme(), || set_up(Memory::new()), planning).unwrap();
    assert!(swept.commits > BEFORE + 4, "begun, several chunks, made valid: {}", swept.commits);
    assert!(swept.failures > 15, "{} steps failed", swept.failures);
    let on_values = sweep(acme(), || set_up(Model::new()), planning).unwrap();
    assert_eq!(on_values.commits, swept.commits);
}
