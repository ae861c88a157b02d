//! Every command of moves and promises on a store that fails at its first step, its second, and so on: nothing is half-done, and sending
//! the same again completes it.

use fondaco_core::due::{Handlers, Queue};
use fondaco_core::job::JobId;
use fondaco_core::store::Store;
use fondaco_core::{
    Act, ActorId, CommandId, CompanyId, Currency, DocumentId, Driver, Envelope, Halt, Money,
    PartyId, Timestamp,
};
use fondaco_inventory::bills::*;
use fondaco_inventory::counts::*;
use fondaco_inventory::enter::*;
use fondaco_inventory::items::Item;
use fondaco_inventory::moves::*;
use fondaco_inventory::planning::*;
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::replenish::*;
use fondaco_inventory::reserve::*;
use fondaco_inventory::valuation::{Basis, Method};
use fondaco_inventory::value::*;
use fondaco_inventory::*;
use fondaco_store::Memory;
use fondaco_testkit::{Model, sweep};

use crate::host::*;

#[test]
fn nothing_is_half_done_in_memory() {
    sweep(CompanyId::named("acme"), Memory::new, |store| a_day(store)).unwrap();
}

#[test]
fn nothing_is_half_done_on_a_store_of_values() {
    sweep(CompanyId::named("acme"), Model::new, |store| a_day(store)).unwrap();
}

#[test]
fn no_bill_and_no_forecast_is_half_said() {
    sweep(CompanyId::named("acme"), Memory::new, |store| what_is_planned(store)).unwrap();
    sweep(CompanyId::named("acme"), Model::new, |store| what_is_planned(store)).unwrap();
}

/// What is said of drills, which are made of bolts.
fn what_is_planned(store: &dyn Store) -> Result<(), StockError> {
    let driver = Driver::new(store, CompanyId::named("acme"));
    driver.join(&ENGINE).map_err(Halt::from)?;
    let time: Timestamp = "2026-06-30T12:00:00Z".parse().unwrap();
    let envelope = |name: &str| Envelope::new(CommandId::named(name), ActorId::new("host"), time);
    driver.run(envelope("set up"), "set up", |tx, _| {
        set_up_rows(tx, Currency::EUR)?;
        Ok::<(), Halt>(())
    })?;
    let day = Day { driver: &driver, envelope: &envelope };
    let part = |quantity| vec![NewComponent::new(bolt(), quantity)];
    let bill = |quantity| SetBills::new(vec![NewBill::new(drill(), "1", pcs(1), part(quantity))]);
    day.send("bill", &bill(pcs(4)))?;
    day.send("another", &bill(pcs(5)))?;
    day.send("planning", &SetPlanning::new(drill(), main_site()))?;
    let expected = vec![Expectation::new(d("2026-07-10"), pcs(3))];
    let line = ForecastLine::new(drill(), main_site(), d("2026-07-10"), expected);
    day.send("forecast", &RecordForecast::new(vec![line]))?;
    let wanted = vec![Wanted::new(drill(), main_site(), pcs(2))];
    let order = DocumentId::named("order/1");
    let reserve = Reserve { otherwise: Otherwise::Backorder, ..Reserve::new(order, wanted) };
    day.send("reserve", &reserve)?;
    day.send("when", &SetWantedDay::new(order, d("2026-07-20")))?;
    let run = planned_run(&driver, envelope("plan"))?;
    let firmed = day.send("firm", &FirmProposals::new(run, vec![0, 1]))?;
    if let [first, .., last] = firmed.as_slice() {
        day.send("more", &ChangeFirmOrder::quantity(*first, pcs(4)))?;
        day.send("release", &ReleaseFirmOrder::new(*first, DocumentId::named("work/1")))?;
        day.send("drop", &DropFirmOrder::new(*last))?;
    }
    let forgotten = day.send("forget", &ForgetRuns::new(vec![JobId::named("older")]))?;
    assert!(!forgotten.more, "{forgotten:?}");
    driver.view(|view| {
        let found = ENGINE.verify(view)?;
        assert!(found.is_empty(), "{found:?}");
        Ok::<(), StockError>(())
    })?;
    day.send("no planning", &RemovePlanning::new(drill(), main_site()))?;
    day.send("no bill", &RemoveBill::new(drill(), "1"))
}

/// A run that proposes two orders of drills, as the job leaves it: that is killed and run again in `plan_runs`.
fn planned_run(driver: &Driver<'_>, envelope: Envelope) -> Result<JobId, StockError> {
    let (run, date) = (JobId::named("plan"), today());
    let order = |number| PlannedOrder {
        run,
        attempt: 0,
        number,
        item: drill(),
        site: main_site(),
        source: Some(SourceKind::Make),
        supplier: None,
        from_site: None,
        version: Some("1".into()),
        quantity: Qty::from_units(3_000_000),
        begun: Qty::from_units(3_000_000),
        release_on: date,
        due_on: d("2026-07-10"),
        firm: None,
        for_promise: None,
        short_on: None,
        short: Qty::ZERO,
        left: Qty::ZERO,
        coming: Qty::ZERO,
        needed: Qty::ZERO,
        safety_stock: Qty::ZERO,
        short_later: Qty::ZERO,
        short_until: None,
    };
    driver.run(envelope, "plan", |tx, _| {
        let (until, planned_at) = (d("2026-12-31"), tx.now());
        let (attempt, as_of, items, orders, messages) = (0, 1, 1, 2, 0);
        tx.insert(PlanRun {
            run,
            attempt,
            date,
            until,
            as_of,
            firmings: 0,
            planned_at,
            items,
            orders,
            messages,
        })?;
        tx.insert(CurrentPlan { plan: CurrentPlan::key(), run, previous: None, firmings: 0 })?;
        // What an attempt left that was given up.
        let older = PlannedOrder { run: JobId::named("older"), ..order(0) };
        tx.insert_all(vec![order(0), order(1), older])?;
        Ok::<(), Halt>(())
    })?;
    Ok(run)
}

/// Sends every command once; the names are the same each time, so that a second run goes on where the first stopped.
fn a_day(store: &dyn Store) -> Result<(), StockError> {
    let driver = Driver::new(store, CompanyId::named("acme"));
    driver.join(&ENGINE).map_err(Halt::from)?;
    let time: Timestamp = "2026-06-30T12:00:00Z".parse().unwrap();
    let envelope = |name: &str| Envelope::new(CommandId::named(name), ActorId::new("host"), time);
    driver.run(envelope("set up"), "set up", |tx, _| {
        set_up_rows(tx, Currency::EUR)?;
        Ok::<(), Halt>(())
    })?;
    let day = Day { driver: &driver, envelope: &envelope };
    day.send("value", &SetUpCosting::default())?;
    let each = "0.5 EUR/pcs".parse().unwrap();
    day.send("bolts", &SetCosting::item(bolt(), Method::Fifo).cost(each))?;
    enter(&day)?;
    let came = day.send("come", &MoveStock::new(vec![receipt(bolt(), "2 carton", "MAIN/A")]))?;
    let came = came.ids().next().unwrap();
    replenish(&day)?;
    let lines = vec![ExpectedLine {
        item: bolt(),
        site: main_site(),
        quantity: pcs(9),
        due_on: d("2026-07-15"),
    }];
    let order = DocumentId::named("purchase/7");
    let expected = day.send("announce", &AnnounceStock { document: order, party: None, lines })?;
    let wanted = || {
        vec![Wanted::new(bolt(), main_site(), pcs(20)), Wanted::new(bolt(), main_site(), pcs(8))]
    };
    let reserve = Reserve {
        otherwise: Otherwise::Backorder,
        expires_at: Some("2026-07-02T00:00:00Z".parse().unwrap()),
        ..Reserve::new(DocumentId::named("o1"), wanted())
    };
    let held = day.send("reserve", &reserve)?;
    let first = held.lines[0].reservation.unwrap();
    day.send(
        "each",
        &MoveStock::each(vec![
            issue(bolt(), "5 pcs", "MAIN/A").fulfils(first),
            issue(bolt(), "500 pcs", "MAIN/A"),
            receipt(bolt(), "3 pcs", "MAIN/B").receives(expected[0]),
            NewMove::count(bolt(), pcs(4), "MAIN/B", today()),
            receipt(milk(), "10 l", "MAIN/A").lot(lot_id("M1")),
        ]),
    )?;
    day.send("cancel", &CancelExpected { expected })?;
    let back = moved(bolt(), "1 pcs", Movement::SupplierReturn { of: came, from: "MAIN/B".into() });
    day.refused("short", &MoveStock::new(vec![issue(bolt(), "900 pcs", "MAIN/A")]))?;
    day.send("release", &Release { reservations: vec![first] })?;
    day.send("back", &MoveStock::new(vec![back]))?;
    day.send("release all", &ReleaseDocument { document: DocumentId::named("o1") })?;
    count(&day)?;
    let cents = |cents| Money::minor(cents, Currency::EUR);
    day.send("freight", &AddLandedCost::new(vec![came], cents(150), Basis::Quantity))?;
    day.send("bill", &CorrectReceiptCost::new(came, cents(1_300)))?;
    let price = "0.4 EUR/pcs".parse().unwrap();
    let line = NetRealisable { item: bolt(), site: main_site(), price };
    day.send("worth less", &WriteDown::to(vec![line]))?;
    day.send("average", &SetCosting::item(bolt(), Method::Average))?;
    day.send("lock", &LockStock::through(d("2026-03-31")))?;
    let clean = |driver: &Driver<'_>| {
        driver.view(|view| {
            let found = ENGINE.verify(view)?;
            assert!(found.is_empty(), "{found:?}");
            Ok::<(), StockError>(())
        })
    };
    clean(&driver)?;
    day.send("no rule", &RemoveReorderRule { item: bolt(), site: main_site() })?;
    clean(&driver)
}

/// Items and opening stock, in a place of their own.
fn enter(day: &Day<'_, '_>) -> Result<(), StockError> {
    let nut = Item::new("NUT", "Nut", fondaco_core::Unit::PIECE);
    let carton = "1 carton = 250 pcs".parse().unwrap();
    let new = NewItem { item: nut, conversions: vec![carton] };
    day.send("enter items", &EnterItems::new(vec![new]))?;
    let lines = vec![
        OpeningLine::new("NUT", q("1 carton"), "SHOP"),
        OpeningLine::new("MILK", q("3 l"), "SHOP").lot("ENTERED"),
        OpeningLine::new("NONE", q("3 l"), "SHOP"),
    ];
    let opening = EnterStock { taking: Taking::GoodOnes, ..EnterStock::new(today(), lines) };
    day.send("enter stock", &opening).map(drop)
}

/// A plan, a count that falls due at once, and its end.
fn count(day: &Day<'_, '_>) -> Result<(), StockError> {
    let plan = SetCountPlan {
        from: Some(today()),
        ..SetCountPlan::new(main_site(), "A", 1, vec![bolt()])
    };
    day.send("count plan", &plan)?;
    let queue = Queue::new(day.driver, Handlers::of([&ENGINE]));
    let at: Timestamp = "2026-06-30T13:00:00Z".parse().unwrap();
    queue.tick(at).map_err(|error| error.halt)?;
    let due = day.driver.view(|view| due_counts(view, main_site()))?;
    let bins = day.driver.view(|view| fondaco_inventory::levels::bins(view, bolt()))?;
    if let Some(due) = due.first() {
        let found = bins.iter().filter(|bin| bin.on_hand > Qty::ZERO);
        let found = found.map(|bin| CountedPlace::new(bin.location.clone(), pcs(4)));
        day.send("count", &RecordCount::new(due.id, today(), found.collect()))?;
    }
    day.send("no count plan", &RemoveCountPlan::new(main_site(), "A"))
}

/// From here on each move of the day is told where it makes something short, and covers it.
fn replenish(day: &Day<'_, '_>) -> Result<(), StockError> {
    let price = PriceBreak { from: pcs(1), price: "2 EUR/pcs".parse().unwrap() };
    let prices = SetVendorPrices {
        item: bolt(),
        supplier: PartyId::named("supplier/7"),
        lead_time_days: None,
        prices: vec![price],
    };
    day.send("prices", &prices)?;
    let policy = ReplenishmentPolicy::OrderUpTo { point: pcs(20), up_to: pcs(50) };
    let rule = SetReorderRule {
        safety_stock: Some(pcs(5)),
        ..SetReorderRule::new(bolt(), main_site(), policy)
    };
    day.send("rule", &rule)
}

struct Day<'d, 's> {
    driver: &'d Driver<'s>,
    envelope: &'d dyn Fn(&str) -> Envelope,
}

impl Day<'_, '_> {
    fn send<C: Act<Error = StockError>>(
        &self,
        name: &str,
        command: &C,
    ) -> Result<C::Answer, StockError> {
        Ok(self.driver.carry_out((self.envelope)(name), command)?.answer)
    }

    /// A refusal is right; a failure of the store is passed on.
    fn refused<C: Act<Error = StockError>>(
        &self,
        name: &str,
        command: &C,
    ) -> Result<(), StockError> {
        match self.driver.carry_out((self.envelope)(name), command) {
            Ok(_) => panic!("{name} was not refused"),
            Err(StockError::Halt(halt)) => Err(halt.into()),
            Err(_) => Ok(()),
        }
    }
}
