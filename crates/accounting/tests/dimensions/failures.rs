//! Every command of dimensions on a store that fails at each of its steps.

use fondaco_accounting::Books;
use fondaco_core::store::Store;
use fondaco_core::{CompanyId, Currency, Halt, Timestamp};
use fondaco_store::Memory;
use fondaco_testkit::{Model, sweep};

use crate::*;

fn acme() -> CompanyId {
    CompanyId::named("acme")
}

fn set_up<S: Store>(store: S) -> S {
    let books = Books::open(&store as &dyn Store, acme()).unwrap();
    let books = books.with_clock(|| Timestamp::EPOCH);
    books.send("set up", &SetUp::new(Currency::EUR)).unwrap();
    books.send("chart", &OpenAccounts::new(chart())).unwrap();
    books.send("gen", &OpenJournal::new("GEN", "General")).unwrap();
    books.send("2026", &OpenFiscalYear::calendar_year(2026)).unwrap();
    drop(books);
    store
}

fn telling_apart(store: &dyn Store) -> Result<(), LedgerError> {
    let books = Books::open(store, acme()).map_err(Halt::from)?.with_clock(|| Timestamp::EPOCH);
    books.send("centres", &DefineDimension::new("cost_centre", "Cost centres"))?;
    books.send("known", &ChangeDimension::new("cost_centre").values(DimensionValues::Known))?;
    books.send("use", &SetDimensionUse::new(DimensionUse::Defined))?;
    let values = vec![
        NewDimensionValue::heading("EAST", "East"),
        NewDimensionValue::new("10", "Mestre").under("EAST"),
    ];
    books.send("values", &OpenDimensionValues::new("cost_centre", values))?;
    books.send("name", &ChangeDimensionValue::new("cost_centre", "10").name("Lido"))?;
    let rents = SetDimensionRule::new("RENT", "cost_centre", Demand::Default("10".into()));
    books.send("rents", &rents.account("5100"))?;
    let east = SetDimensionCombination::new("EAST", "cost_centre").account("5100").under("EAST");
    books.send("east", &east)?;
    books.post("rent", rent("2026-03-01", &[]))?;
    let moved = MoveDimensionValue::new("cost_centre", "10", None, d("2026-07-01"));
    let moved = books.send("move", &moved)?.answer;
    assert_eq!((moved.left, moved.postings), (vec!["EAST".into()], 1));
    books.send("no rule", &RemoveDimensionRule::new("RENT"))?;
    books.send("no combination", &RemoveDimensionCombination::new("EAST"))?;
    let verified = books.verify()?;
    assert!(verified.is_clean(), "{verified}");
    Ok(())
}

#[test]
fn each_step_may_fail() {
    let swept = sweep(acme(), || set_up(Memory::new()), telling_apart).unwrap();
    assert_eq!(swept.commits, 4 + 11);
    assert!(swept.failures > 20, "{} steps failed", swept.failures);
    assert_eq!(sweep(acme(), || set_up(Model::new()), telling_apart).unwrap().commits, 15);
}
