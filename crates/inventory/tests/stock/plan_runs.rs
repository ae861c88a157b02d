//! The planning run on the store: what it proposes and for whom, which run is current, and what becomes of proposals.

use std::sync::atomic::{AtomicI64, Ordering};

use fondaco_core::job::{JobCall, JobError, JobId};
use fondaco_core::{ActorId, DocumentId, ItemId, Progressed, Timestamp, Unit};
use fondaco_inventory::bills::*;
use fondaco_inventory::items::Item;
use fondaco_inventory::levels;
use fondaco_inventory::moves::Movement;
use fondaco_inventory::planning::*;
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::replenish::*;
use fondaco_inventory::reserve::*;
use fondaco_inventory::{ENGINE, StockError};
use fondaco_testkit::block_on;

use crate::host::*;

pub fn id(code: &str) -> ItemId {
    ItemId::named(code)
}

pub fn run_of(name: &str) -> JobId {
    JobId::named(name)
}

/// Looks at the stock.
pub fn ground(host: &Host, settings: &PlanSettings) -> Ground {
    host.view(|view| Ground::read(view, settings))
}

/// Runs a planning over what was looked at, and stops it when `stop` says so.
pub fn run_over(
    host: &Host,
    name: &str,
    (settings, ground): (&PlanSettings, &Ground),
    stop: impl Fn(i64) -> bool,
) -> Result<PlanReport, JobError<StockError>> {
    let mut run = PlanningRun::of(settings.clone(), ground, &mut ()).map_err(JobError::Act)?;
    let (planner, clock) = (ActorId::new("planner"), || -> Timestamp { host.now() });
    let call = JobCall::new(run_of(name), &planner, &clock);
    let mut told = |at: &Progressed| match stop(at.done) {
        true => std::ops::ControlFlow::Break(()),
        false => std::ops::ControlFlow::Continue(()),
    };
    let done = match &host.over {
        Over::Sync(driver) => driver.run_job(&call, &mut run, &mut told),
        Over::Async(driver) => block_on(driver.run_job(&call, &mut run, &mut told)),
    };
    done.map(|done| done.report)
}

pub fn settings() -> PlanSettings {
    PlanSettings::new(today())
}

pub fn plan(host: &Host, name: &str) -> PlanReport {
    let settings = settings();
    let ground = ground(host, &settings);
    run_over(host, name, (&settings, &ground), |_| false)
        .unwrap_or_else(|error| panic!("{name} on {}: {error}", host.name))
}

pub fn orders(host: &Host, name: &str) -> Vec<PlannedOrder> {
    let rows = host.view(|view| planned_orders(view, run_of(name)));
    rows.iter().map(|row| row.as_ref().clone()).collect()
}

/// Orders as people would write them down.
pub fn shown(host: &Host, name: &str) -> Vec<String> {
    let code = |item: ItemId| {
        let codes = ["BOLT", "DESK", "TOP", "LEG", "FRAME", "CURD", "WHEY"];
        codes.into_iter().find(|code| id(code) == item).unwrap_or("?")
    };
    let one = |row: &PlannedOrder| {
        let firm = if row.firm.is_some() { ", firm" } else { "" };
        let quantity = row.quantity.to_decimal();
        format!("{} {quantity} {} to {}{firm}", code(row.item), row.release_on, row.due_on)
    };
    orders(host, name).iter().map(one).collect()
}

pub fn planned(item: &str, source: ReplenishmentSource, days: u32) -> SetReorderRule {
    SetReorderRule {
        source,
        lead_time_days: days,
        ..SetReorderRule::new(id(item), main_site(), ReplenishmentPolicy::Planned)
    }
}

/// Desks of tops and frames; a frame is made in passing, of legs that the shop sends. Tops are made of bolts, which are bought by the dozen.
pub fn workshop(host: &Host) {
    let codes = ["DESK", "TOP", "LEG", "FRAME"];
    host.insert("parts", codes.map(|code| Item::new(code, code, Unit::PIECE)).to_vec());
    let of = |item: &str, parts: &[(&str, i64)]| {
        let part = |(part, count): &(&str, i64)| NewComponent::new(id(part), pcs(*count));
        NewBill::new(id(item), "1", pcs(1), parts.iter().map(part).collect())
    };
    let frame = NewBill { phantom: true, ..of("FRAME", &[("LEG", 4)]) };
    let bills = vec![of("DESK", &[("TOP", 1), ("FRAME", 1)]), frame, of("TOP", &[("BOLT", 5)])];
    host.must("bills", &SetBills::new(bills));
    host.must("desk", &planned("DESK", ReplenishmentSource::Make, 2));
    host.must("top", &planned("TOP", ReplenishmentSource::Make, 3));
    let leg = planned("LEG", ReplenishmentSource::Transfer { from: shop() }, 1);
    host.must("leg", &leg);
    let bolt = planned("BOLT", ReplenishmentSource::Buy { supplier: None }, 5);
    host.must("bolt", &SetReorderRule { multiple: Some(q("1 carton")), ..bolt });
    host.must("legs at the shop", &MoveStock::new(vec![receipt(id("LEG"), "100 pcs", "SHOP")]));
    host.must("tops", &MoveStock::new(vec![receipt(id("TOP"), "2 pcs", "MAIN/A")]));
}

/// Somebody wants so many desks on a day.
pub fn ordered(host: &Host, order: &str, count: i64, day: &str) {
    let document = DocumentId::named(order);
    let wanted = vec![Wanted::new(id("DESK"), main_site(), pcs(count))];
    let reserve = Reserve { otherwise: Otherwise::Backorder, ..Reserve::new(document, wanted) };
    host.must(order, &reserve);
    host.must(&format!("{order}, when"), &SetWantedDay::new(document, d(day)));
}

pub fn verified(host: &Host) {
    let found = host.view(|view| Ok(ENGINE.verify(view)?));
    assert!(found.is_empty(), "{}: {found:?}", host.name);
}

#[test]
fn a_run_proposes_what_is_wanted_all_the_way_down() {
    on_every_store(|host| {
        workshop(&host);
        ordered(&host, "order/1", 6, "2026-08-10");
        let report = plan(&host, "june");
        assert_eq!(
            shown(&host, "june"),
            [
                "BOLT 24 2026-07-31 to 2026-08-05", // 4 tops x 5, by the dozen
                "DESK 6 2026-08-08 to 2026-08-10",
                "LEG 24 2026-08-07 to 2026-08-08",
                "TOP 4 2026-08-05 to 2026-08-08", // 6, less the 2 that are there
            ],
            "on {}",
            host.name
        );
        assert!(report.is_current && report.orders == 4, "{report:?}");
        let rows = orders(&host, "june");
        assert_eq!(rows[2].from_site, Some(shop()));
        assert_eq!(
            (rows[3].source, rows[3].version.as_deref()),
            (Some(SourceKind::Make), Some("1"))
        );
        let pegs = host.view(|view| plan_pegs(view, &rows[0]));
        let kinds: Vec<_> = pegs
            .iter()
            .map(|peg| (peg.kind, peg.quantity.to_decimal().to_string(), peg.needed_by))
            .collect();
        assert_eq!(
            kinds,
            [(PegKind::Order, "20".into(), Some(3)), (PegKind::Free, "4".into(), None)]
        );
        let why = host.view(|view| explain_proposal(view, run_of("june"), 0)).to_string();
        assert_eq!(why, WHY_BOLTS);
        verified(&host);
        host.clean();
    });
}

const WHY_BOLTS: &str = "\
Planned order of BOLT: 24 pcs
│ lot for lot
│ Release: 2026-07-31
│ Due: 2026-08-05
│ Source: buy
│ Multiple: 12
│ Days from release to due: 5
├─ Short on 2026-08-05: 20 pcs
│  ├─ Left before: 0 pcs
│  └─ Needed: 20 pcs
├─ For what is made of it: 20 pcs
│  │ Needed on: 2026-08-05
│  └─ Planned order of TOP: 4 pcs
│     │ Release: 2026-08-05
│     │ Due: 2026-08-08
│     │ Source: make
│     │ Version: 1
│     └─ For what is made of it: 4 pcs
│        │ Needed on: 2026-08-08
│        └─ Planned order of DESK: 6 pcs
│           │ Release: 2026-08-08
│           │ Due: 2026-08-10
│           │ Source: make
│           │ Version: 1
│           └─ For the promise of DESK at MAIN, wanted on 2026-08-10: 6 pcs
│                Needed on: 2026-08-10
└─ For nobody yet: safety stock, or a larger lot: 4 pcs
";

#[test]
fn the_run_before_stays_readable_and_the_difference_is_told() {
    on_every_store(|host| {
        workshop(&host);
        ordered(&host, "order/1", 6, "2026-08-10");
        plan(&host, "june");
        ordered(&host, "order/2", 1, "2026-09-10");
        plan(&host, "july");
        let current = host.view(|view| current_plan(view)).unwrap();
        assert_eq!((current.run, current.previous), (run_of("july"), Some(run_of("june"))));
        assert_eq!(orders(&host, "june").len(), 4);
        let changes = host.view(|view| compare_plans(view, run_of("june"), run_of("july")));
        let words: Vec<_> =
            changes.changes.iter().map(|one| (one.item.as_str(), one.word())).collect();
        // The fifth top of September takes one of the four bolts more that the dozen brought.
        assert_eq!(words, [("BOLT", "new"), ("DESK", "new"), ("LEG", "new"), ("TOP", "new")]);
        assert_eq!(changes.same, 4);
        let german = changes.to_report().to_text(&fondaco_core::report::Locale::de(), None);
        assert!(german.contains("neu") && !german.contains("Article"), "{german}");
        let none = host.view(|view| match compare_plans(view, run_of("june"), run_of("never")) {
            Err(StockError::Halt(halt)) => Err(StockError::Halt(halt)),
            other => Ok(other.unwrap_err().code()),
        });
        assert_eq!(none, "inventory.unknown_plan_run");
    });
}

#[test]
fn a_proposal_is_firmed_changed_and_released_once() {
    on_every_store(|host| {
        workshop(&host);
        ordered(&host, "order/1", 6, "2026-08-10");
        plan(&host, "june");
        let firmed = host.must("firm", &FirmProposals::new(run_of("june"), vec![0, 1, 2, 3]));
        let again = host.refused("again", &FirmProposals::new(run_of("june"), vec![3]));
        assert_eq!(again.code(), "inventory.firm_already");
        host.must("later", &ChangeFirmOrder::due_on(firmed[3], d("2026-08-07")));
        host.must("more", &ChangeFirmOrder::quantity(firmed[3], pcs(5)));
        plan(&host, "firm");
        let firm = shown(&host, "firm");
        assert_eq!(firm.last().unwrap(), "TOP 5 2026-08-04 to 2026-08-07, firm");
        assert!(firm.contains(&"BOLT 24 2026-07-31 to 2026-08-05, firm".to_owned()), "{firm:?}");
        let release = ReleaseFirmOrder::new(firmed[3], DocumentId::named("work/1"));
        let released = host.must("release", &release);
        assert_eq!(host.must("release", &release), released, "the same command is done once");
        let twice = ReleaseFirmOrder::new(firmed[3], DocumentId::named("work/2"));
        assert_eq!(host.refused("twice", &twice).code(), "inventory.firm_order_over");
        let coming = host.view(|view| levels::expected(view, id("TOP"), main_site()));
        assert_eq!((coming.len(), coming[0].due_on), (1, d("2026-08-07")));
        // Five tops of five bolts each wait for goods.
        assert_eq!(host.figures(bolt(), main_site())[6], "25");

        let legs = ReleaseFirmOrder::new(firmed[2], DocumentId::named("transfer/1"));
        host.must("legs", &legs);
        assert_eq!(host.figures(id("LEG"), shop())[1], "24", "kept for the transfer");
        let desks = ReleaseFirmOrder::new(firmed[1], DocumentId::named("work/3"));
        host.must("desks", &desks);
        // Through the frame, which nobody makes: six desks of four legs.
        let legs = host.view(|view| levels::open_reservations(view, id("LEG"), main_site()));
        assert_eq!(legs[0].backordered.to_decimal(), 24.into());
        host.must("no bolts", &DropFirmOrder::new(firmed[0]));
        let history = host.view(|view| firm_order_history(view, firmed[3]));
        let steps: Vec<_> = history.iter().map(|step| step.what).collect();
        use FirmStep::*;
        assert_eq!(steps, [Firmed, Changed, Changed, Released]);
        plan(&host, "after");
        // What was released is coming; what was dropped is planned again, for the five tops that are being made.
        assert_eq!(shown(&host, "after"), ["BOLT 36 2026-07-30 to 2026-08-04"]);
        let old = host.refused("old", &FirmProposals::new(run_of("june"), vec![0]));
        assert_eq!(old.code(), "inventory.old_proposal");
        verified(&host);
        host.clean();
    });
}

/// Planners who firm, and clerks who release, at the same time: one of them does, whoever is first.
#[test]
fn nothing_is_firmed_or_released_twice() {
    for (name, store) in stores() {
        let host = Host::on(name, store.clone()).set_up();
        workshop(&host);
        ordered(&host, "order/1", 6, "2026-08-10");
        plan(&host, "june");
        let all = |work: &(dyn Fn(&Host, i64) -> bool + Sync)| {
            let done = AtomicI64::new(0);
            std::thread::scope(|scope| {
                for who in 0..4 {
                    let (store, done) = (store.clone(), &done);
                    scope.spawn(move || {
                        let host = Host::on(name, store);
                        done.fetch_add(i64::from(work(&host, who)), Ordering::SeqCst);
                    });
                }
            });
            done.load(Ordering::SeqCst)
        };
        let firm = FirmProposals::new(run_of("june"), vec![3]);
        assert_eq!(
            all(&|host: &Host, who: i64| host.send(&format!("firm {who}"), &firm).is_ok()),
            1,
            "{name}"
        );
        let order = host.view(|view| firm_orders(view, FirmStatus::Firm))[0].id;
        let release = |host: &Host, who: i64| {
            let document = DocumentId::named(&format!("work/{who}"));
            host.send(&format!("release {who}"), &ReleaseFirmOrder::new(order, document)).is_ok()
        };
        assert_eq!(all(&release), 1, "{name}");
        assert_eq!(host.view(|view| levels::expected(view, id("TOP"), main_site())).len(), 1);
        host.clean();
    }
}

/// A run that was stopped leaves the one before; it goes on where it was, and begins again when what it rests on has changed.
#[test]
fn a_run_that_was_stopped_goes_on_or_begins_again() {
    let host = Host::memory();
    let items: Vec<Item> =
        (0..1_300).map(|at| Item::new(format!("P{at:04}"), "Part", Unit::PIECE)).collect();
    let ids: Vec<ItemId> = items.iter().map(|item| item.id).collect();
    host.insert("parts", items);
    let line = |item: &ItemId| {
        let wanted = vec![Expectation::new(d("2026-08-01"), pcs(3))];
        ForecastLine::new(*item, main_site(), d("2026-08-01"), wanted)
    };
    host.must("forecast", &RecordForecast::new(ids.iter().map(line).collect()));
    let settings = settings();
    let messages = |name: &str| host.view(|view| plan_messages(view, run_of(name))).len();
    let first = ground(&host, &settings);
    let cut = run_over(&host, "first", (&settings, &first), |done| done > 0);
    assert!(matches!(cut, Err(JobError::Stopped { .. })), "{cut:?}");
    assert_eq!((messages("first"), host.view(|view| current_plan(view))), (0, None));
    let same = ground(&host, &settings);
    let done = run_over(&host, "first", (&settings, &same), |_| false).unwrap();
    assert_eq!((done.messages, messages("first")), (1_300, 1_300));
    assert_eq!(host.view(|view| plan_run(view, run_of("first"))).unwrap().attempt, 0);

    let before = ground(&host, &settings);
    assert!(run_over(&host, "second", (&settings, &before), |done| done > 0).is_err());
    let gone = ForecastLine::new(ids[0], main_site(), d("2026-08-01"), vec![]);
    host.must("one less", &RecordForecast::new(vec![gone]));
    let after = ground(&host, &settings);
    let done = run_over(&host, "second", (&settings, &after), |_| false).unwrap();
    assert_eq!((done.messages, messages("second")), (1_299, 1_299));
    assert_eq!(host.view(|view| plan_run(view, run_of("second"))).unwrap().attempt, 1);
    assert!(done.is_current);

    // Who looked earlier and ends later doesn't take the place of who looked later.
    let late = run_over(&host, "late", (&settings, &before), |_| false).unwrap();
    assert!(!late.is_current);
    assert_eq!(host.view(|view| current_plan(view)).unwrap().run, run_of("second"));
    verified(&host);
}

#[test]
fn what_a_run_refuses() {
    let host = Host::memory();
    workshop(&host);
    ordered(&host, "order/1", 6, "2026-08-10");
    let early = PlanSettings::new(d("2036-06-30"));
    let looked = ground(&host, &early);
    let error = run_over(&host, "typed wrong", (&early, &looked), |_| false).unwrap_err();
    assert!(error.to_string().contains("is still to come"), "{error}");
    let short = PlanSettings { days: 4, ..settings() };
    let looked = ground(&host, &short);
    let error = PlanningRun::of(short, &looked, &mut ()).unwrap_err();
    assert_eq!(error.code(), "inventory.lead_time_beyond_horizon");
    assert!(error.to_string().contains("BOLT at MAIN"), "{error}");
    let looked = ground(&host, &settings());
    let mut stop = |_: &Progressed| std::ops::ControlFlow::Break(());
    let error = PlanningRun::of(settings(), &looked, &mut stop).unwrap_err();
    assert_eq!(error.code(), "inventory.plan_stopped");
    let none = host.refused("none", &FirmProposals::new(run_of("june"), vec![0]));
    assert_eq!(none.code(), "inventory.old_proposal");
    plan(&host, "june");
    let none = host.refused("beyond", &FirmProposals::new(run_of("june"), vec![99]));
    assert_eq!(none.code(), "inventory.unknown_proposal");
    let none = host.refused("no order", &DropFirmOrder::new(fondaco_core::Id::from_u128(7)));
    assert_eq!(none.code(), "inventory.unknown_firm_order");
}

/// What lies in quarantine or has expired is not there, what is on its way is, and what comes later than what is planned is cancelled.
#[test]
fn stock_that_cannot_be_used_is_planned_for_again() {
    let host = Host::memory();
    let rule = SetReorderRule {
        lead_time_days: 5,
        ..SetReorderRule::new(bolt(), main_site(), ReplenishmentPolicy::Planned)
    };
    host.must("rule", &rule);
    let there = vec![receipt(bolt(), "10 pcs", "MAIN/A"), receipt(bolt(), "7 pcs", "MAIN/Q")];
    host.must("there", &MoveStock::new(there));
    let line = ExpectedLine::new(bolt(), main_site(), pcs(4), d("2026-09-01"));
    host.must("ordered", &AnnounceStock::new(DocumentId::named("purchase/1"), vec![line]));
    let wanted = vec![Expectation::new(d("2026-08-01"), pcs(20))];
    let line = ForecastLine::new(bolt(), main_site(), d("2026-08-01"), wanted);
    host.must("forecast", &RecordForecast::new(vec![line]));
    let as_dated = PlanSettings { reschedule_days: 0, ..settings() };
    let looked = ground(&host, &as_dated);
    run_over(&host, "june", (&as_dated, &looked), |_| false).unwrap();
    let messages = host.view(|view| plan_messages(view, run_of("june")));
    // What is planned comes in time for all that is short, so that the four, a month later, are for nothing.
    let cancel = messages.iter().find(|one| one.action == PlanAction::Cancel).unwrap();
    assert!(cancel.expected.is_some());
    assert!(messages.iter().all(|one| one.action != PlanAction::Expedite));
    assert_eq!(shown(&host, "june"), ["BOLT 10 2026-07-27 to 2026-08-01"]);
    // If nothing is said they are called in, and only the rest is ordered.
    plan(&host, "sooner");
    let messages = host.view(|view| plan_messages(view, run_of("sooner")));
    let about = messages.iter().find(|one| one.expected == cancel.expected).unwrap();
    assert_eq!((about.action, about.to), (PlanAction::Expedite, Some(d("2026-08-01"))));
    assert_eq!(shown(&host, "sooner"), ["BOLT 6 2026-07-27 to 2026-08-01"]);
}

/// What a run proposes of one item, as people would write it down.
pub fn shown_of(host: &Host, name: &str, code: &str) -> Vec<String> {
    shown(host, name).into_iter().filter(|line| line.starts_with(code)).collect()
}

/// The number of a run's first order of an item.
pub fn number_of(host: &Host, name: &str, code: &str) -> u32 {
    orders(host, name).iter().find(|row| row.item == id(code)).unwrap().number
}

/// Firms a run's first order of an item and releases it.
pub fn released(host: &Host, name: &str, code: &str, document: &str) -> Released {
    let firm = FirmProposals::new(run_of(name), vec![number_of(host, name, code)]);
    let firmed = host.must(&format!("firm {document}"), &firm);
    let document = DocumentId::named(document);
    host.must(&format!("release {document}"), &ReleaseFirmOrder::new(firmed[0], document))
}

#[test]
fn what_another_site_sends_is_counted_once_until_it_is_there() {
    on_every_store(|host| {
        workshop(&host);
        ordered(&host, "order/1", 6, "2026-08-10");
        plan(&host, "june");
        let transfer = released(&host, "june", "LEG", "transfer/1");
        assert!(transfer.expected.is_empty());
        let position = || {
            let stock = host.view(|view| levels::stock(view, id("LEG"), main_site()));
            stock.position().to_string()
        };
        let none = [] as [&str; 0];
        plan(&host, "released");
        assert_eq!(shown_of(&host, "released", "LEG"), none);
        let sent = Movement::Dispatch { from: "SHOP".into(), to_site: main_site() };
        let sent = moved(id("LEG"), "24 pcs", sent).fulfils(transfer.promises[0]);
        let sent = host.made("sent", sent);
        plan(&host, "sent");
        assert_eq!((shown_of(&host, "sent", "LEG"), position()), (vec![], "24".into()));
        let there = Movement::Arrival { of: sent, to: "MAIN/A".into() };
        host.made("there", moved(id("LEG"), "24 pcs", there));
        plan(&host, "there");
        assert_eq!((shown_of(&host, "there", "LEG"), position()), (vec![], "24".into()));
        let messages = host.view(|view| plan_messages(view, run_of("there")));
        assert!(!messages.iter().any(|one| one.action == PlanAction::Overdue));
        // Who comes next gets legs of his own.
        ordered(&host, "order/2", 6, "2026-09-10");
        plan(&host, "next");
        assert_eq!(shown_of(&host, "next", "LEG"), ["LEG 24 2026-09-07 to 2026-09-08"]);
        verified(&host);
        host.clean();
    });
}

#[test]
fn what_is_made_to_order_is_ordered_once() {
    on_every_store(|host| {
        workshop(&host);
        for code in ["DESK", "TOP"] {
            let said =
                SetPlanning { make_to_order: true, ..SetPlanning::new(id(code), main_site()) };
            host.must(&format!("{code} to order"), &said);
        }
        ordered(&host, "order/1", 6, "2026-08-10");
        plan(&host, "june");
        assert_eq!(shown_of(&host, "june", "TOP"), ["TOP 6 2026-08-05 to 2026-08-08"]);
        let numbers = ["DESK", "TOP"].map(|code| number_of(&host, "june", code));
        let firmed = host.must("firm", &FirmProposals::new(run_of("june"), numbers.to_vec()));
        plan(&host, "firm");
        assert_eq!(shown_of(&host, "firm", "DESK"), ["DESK 6 2026-08-08 to 2026-08-10, firm"]);
        assert_eq!(shown_of(&host, "firm", "TOP"), ["TOP 6 2026-08-05 to 2026-08-08, firm"]);
        let desks = ReleaseFirmOrder::new(firmed[0], DocumentId::named("work/1"));
        let desks = host.must("desks", &desks);
        plan(&host, "desks");
        assert_eq!(shown_of(&host, "desks", "TOP"), ["TOP 6 2026-08-05 to 2026-08-08, firm"]);
        host.must("release tops", &ReleaseFirmOrder::new(firmed[1], DocumentId::named("work/2")));
        let none = [] as [&str; 0];
        let planned = |name: &str| {
            plan(&host, name);
            [shown_of(&host, name, "DESK"), shown_of(&host, name, "TOP")].concat()
        };
        assert_eq!(planned("released"), none);
        let made = receipt(id("DESK"), "4 pcs", "MAIN/A").receives(desks.expected[0]);
        host.made("made", made);
        assert_eq!(planned("a part"), none);
        let made = receipt(id("DESK"), "2 pcs", "MAIN/A").receives(desks.expected[0]);
        host.made("the rest", made);
        assert_eq!(planned("made"), none);
        ordered(&host, "order/2", 3, "2026-09-10");
        assert_eq!(
            planned("another"),
            ["DESK 3 2026-09-08 to 2026-09-10", "TOP 3 2026-09-05 to 2026-09-08",]
        );
        verified(&host);
        host.clean();
    });
}

/// A run that looked before a planner decided, and became current after it, proposes what he has firmed already.
#[test]
fn one_need_is_not_firmed_out_of_two_runs() {
    on_every_store(|host| {
        workshop(&host);
        ordered(&host, "order/1", 6, "2026-08-10");
        plan(&host, "june");
        let settings = settings();
        let before = ground(&host, &settings);
        let firmed = host.must("firm", &FirmProposals::new(run_of("june"), vec![3]));
        let late = run_over(&host, "late", (&settings, &before), |_| false).unwrap();
        assert!(late.is_current);
        let again = FirmProposals::new(run_of("late"), vec![3]);
        let refused = host.refused("again", &again);
        assert_eq!(refused.code(), "inventory.firmed_since");
        assert!(refused.to_string().contains(&firmed[0].to_string()), "{refused}");
        host.must("another item", &FirmProposals::new(run_of("late"), vec![1]));
        host.must("dropped", &DropFirmOrder::new(firmed[0]));
        host.must("now it is wanted", &again);
        plan(&host, "next");
        assert_eq!(shown_of(&host, "next", "TOP"), ["TOP 4 2026-08-05 to 2026-08-08, firm"]);
        verified(&host);
        host.clean();
    });
}

/// A month is as many days, and what is expected of those that are over is not expected any more.
#[test]
fn a_forecast_is_planned_until_its_last_day() {
    let host = Host::memory();
    let rule = SetReorderRule::new(bolt(), main_site(), ReplenishmentPolicy::Planned);
    host.must("rule", &SetReorderRule { lead_time_days: 5, ..rule });
    let june = Expectation::new(d("2026-06-01"), pcs(300));
    let line = ForecastLine::new(bolt(), main_site(), d("2026-06-01"), vec![june]);
    let line = ForecastLine { until: Some(d("2026-06-30")), ..line };
    host.must("forecast", &RecordForecast::new(vec![line]));
    let planned = |name: &str, day: &str| -> String {
        let settings = PlanSettings::new(d(day));
        let looked = ground(&host, &settings);
        run_over(&host, name, (&settings, &looked), |_| false).unwrap();
        orders(&host, name).iter().map(|row| row.quantity.to_decimal().to_string()).collect()
    };
    let days = ["2026-05-20", "2026-06-02", "2026-06-16", "2026-06-30"];
    let left = days.map(|day| planned(day, day));
    assert_eq!(left, ["300", "290", "150", "10"]);
    // Within the fence nothing is planned for a forecast, and what is after it still is.
    let fence = SetPlanning { demand_fence_days: 10, ..SetPlanning::new(bolt(), main_site()) };
    host.must("fence", &fence);
    assert_eq!(planned("fence", "2026-06-16"), "50");
}

#[test]
fn what_comes_besides_stays_planned_when_an_order_is_released() {
    let host = Host::memory();
    let codes = ["CURD", "WHEY"];
    host.insert("dairy", codes.map(|code| Item::new(code, code, Unit::PIECE)).to_vec());
    let parts = vec![NewComponent::new(bolt(), pcs(1))];
    let outputs = vec![NewOutput::new(id("WHEY"), pcs(2))];
    let bill = NewBill { outputs, ..NewBill::new(id("CURD"), "1", pcs(1), parts) };
    host.must("bill", &SetBills::new(vec![bill]));
    host.must("whey", &planned("WHEY", ReplenishmentSource::Buy { supplier: None }, 5));
    let line = |code: &str, count: i64| {
        let wanted = vec![Expectation::new(d("2026-08-10"), pcs(count))];
        ForecastLine::new(id(code), main_site(), d("2026-08-10"), wanted)
    };
    let lines = vec![line("CURD", 10), line("WHEY", 25)];
    host.must("forecast", &RecordForecast::new(lines));
    plan(&host, "june");
    let whey = ["WHEY 5 2026-08-05 to 2026-08-10"];
    assert_eq!(shown_of(&host, "june", "WHEY"), whey);
    let batch = released(&host, "june", "CURD", "work/1");
    assert_eq!(batch.expected.len(), 2);
    plan(&host, "released");
    assert_eq!(shown_of(&host, "released", "WHEY"), whey);
    verified(&host);
}

/// Orders that are released under one document are each wanted on their own day.
#[test]
fn each_order_of_a_document_is_wanted_on_its_day() {
    let host = Host::memory();
    workshop(&host);
    let bought = planned("LEG", ReplenishmentSource::Buy { supplier: None }, 5);
    host.must("legs", &SetReorderRule { site: shop(), ..bought });
    ordered(&host, "order/1", 20, "2026-08-10");
    ordered(&host, "order/2", 20, "2026-10-10");
    plan(&host, "june");
    let of_shop = |name: &str| -> Vec<String> {
        let rows = orders(&host, name).into_iter().filter(|row| row.site == shop());
        rows.map(|row| format!("{} {}", row.quantity.to_decimal(), row.due_on)).collect()
    };
    assert_eq!(of_shop("june"), ["60 2026-10-07"], "160 legs, and 100 are there");
    let rows = orders(&host, "june");
    let legs = rows.iter().filter(|row| row.item == id("LEG") && row.site == main_site());
    let numbers: Vec<u32> = legs.map(|row| row.number).collect();
    let firmed = host.must("firm", &FirmProposals::new(run_of("june"), numbers));
    let document = DocumentId::named("transfer/1");
    for order in [firmed[1], firmed[0]] {
        host.must(&format!("release {order}"), &ReleaseFirmOrder::new(order, document));
    }
    plan(&host, "released");
    // The one for October was released first and holds 80 of the legs that are there: the one for August waits.
    assert_eq!(of_shop("released"), ["60 2026-08-07"]);
}

/// A message says which firm order it is about, and nothing is said of what is on its way.
#[test]
fn messages_name_what_they_are_about() {
    let host = Host::memory();
    workshop(&host);
    let sent = Movement::Dispatch { from: "SHOP".into(), to_site: main_site() };
    host.made("sent", moved(id("LEG"), "5 pcs", sent));
    plan(&host, "nobody wants them");
    let messages = host.view(|view| plan_messages(view, run_of("nobody wants them")));
    assert!(messages.is_empty(), "{messages:?}");
    ordered(&host, "order/1", 6, "2026-08-10");
    plan(&host, "june");
    let number = number_of(&host, "june", "DESK");
    let firmed = host.must("firm", &FirmProposals::new(run_of("june"), vec![number]));
    host.must("later", &ChangeFirmOrder::due_on(firmed[0], d("2026-09-10")));
    plan(&host, "later");
    let messages = host.view(|view| plan_messages(view, run_of("later")));
    let about = messages.iter().find(|one| one.firm == Some(firmed[0])).unwrap();
    assert_eq!((about.action, about.to), (PlanAction::Expedite, Some(d("2026-08-10"))));
    assert!(about.promise.is_some(), "{about:?}");
    assert_eq!(shown_of(&host, "later", "DESK"), ["DESK 6 2026-09-08 to 2026-09-10, firm"]);
    verified(&host);
}
