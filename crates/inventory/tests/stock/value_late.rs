//! Moves that come late, where the company has their stock costed again in the order of days: whatever the order in which a history is
//! recorded, it comes to the same as in the order of days.

use chrono::{Days, NaiveDate};
use fondaco_core::{Id, ItemId, Money, SiteId};
use fondaco_inventory::moves::*;
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::valuation::{
    self, Backdating, Basis, Book, Cause, CostRules, Framework, Kind, Method, Price, State,
};
use fondaco_inventory::value::*;
use fondaco_inventory::{Qty, Val};
use fondaco_testkit::Random;

use crate::host::*;
use crate::value::{euro, verified};

fn replaying(host: &Host, method: Method) {
    host.must("value", &SetUpCosting::default().late(LateMoves::Replay));
    host.must("method", &SetCosting::company(method));
}

fn worth(host: &Host, site: Option<SiteId>, date: NaiveDate) -> String {
    let query = ValueQuery { site, ..ValueQuery::on(date) };
    host.view(|view| stock_value(view, &query)).total().to_string()
}

fn came(item: ItemId, quantity: &str, cost: &str, date: &str) -> NewMove {
    on(receipt(item, quantity, "MAIN/A").cost(euro(cost)), date)
}

/// A cheaper receipt of an earlier day: what was sold and sent since was of it, and the shop follows.
#[test]
fn what_comes_late_is_costed_in_its_place() {
    on_every_store(|host| {
        replaying(&host, Method::Fifo);
        host.made("dear", came(bolt(), "10 pcs", "200", "2026-06-05"));
        let sold = host.made("sold", on(issue(bolt(), "4 pcs", "MAIN/A"), "2026-06-10"));
        let sent = NewMove::transfer(bolt(), pcs(4), ("MAIN/A", "SHOP"), d("2026-06-12"));
        let sent = host.made("sent", sent);
        host.made("sold there", on(issue(bolt(), "1 pcs", "SHOP"), "2026-06-14"));
        let cheap = host.made("cheap", came(bolt(), "6 pcs", "60", "2026-06-01"));
        let facts = host.view(|view| entries_by(view, cheap));
        let told: Vec<_> = facts
            .iter()
            .map(|fact| (fact.about(), fact.cause, fact.value.units() / 10_000, fact.site))
            .filter(|(of, ..)| *of == sold || *of == sent)
            .collect();
        assert_eq!(
            told,
            [
                (sold, Cause::Correction, 40, main_site()),
                (sent, Cause::Correction, 20, main_site()),
                (sent, Cause::Cost, -20, shop()),
            ],
            "on {}",
            host.name
        );
        let days = ["2026-06-01", "2026-06-05", "2026-06-10", "2026-06-12", "2026-06-14"];
        let values = days.map(|day| worth(&host, Some(main_site()), d(day)));
        assert_eq!(values, ["60.00 EUR", "260.00 EUR", "220.00 EUR", "160.00 EUR", "160.00 EUR"]);
        // Two at 10 and two at 20 came to the shop, which sold one of them.
        assert_eq!(worth(&host, Some(shop()), d("2026-06-12")), "60.00 EUR");
        assert_eq!(worth(&host, Some(shop()), today()), "45.00 EUR");
        assert_eq!(host.view(|view| layers(view, bolt(), main_site())).len(), 1);
        verified(&host);
    });
}

/// Days that are locked keep what they have: what belongs to them is told on the first open one.
#[test]
fn what_comes_late_changes_no_locked_day() {
    on_every_store(|host| {
        replaying(&host, Method::Average);
        host.made("come", came(sand(), "10 kg", "100", "2026-05-04"));
        host.made("sold", on(issue(sand(), "5 kg", "MAIN/A"), "2026-06-10"));
        host.must("lock", &LockStock::through(d("2026-05-31")));
        let before = worth(&host, None, d("2026-05-31"));
        host.made("late", came(sand(), "10 kg", "300", "2026-06-02"));
        assert_eq!(worth(&host, None, d("2026-05-31")), before);
        assert_eq!(worth(&host, None, d("2026-06-09")), "400.00 EUR");
        assert_eq!(worth(&host, None, d("2026-06-10")), "300.00 EUR");
        let bill = host.view(|view| layers(view, sand(), main_site()));
        assert!(bill.is_empty());
        verified(&host);
    });
}

/// By default what was posted stays, and a company may begin to cost late moves again.
#[test]
fn what_was_posted_is_kept_until_the_company_says_otherwise() {
    let host = in_memory();
    host.must("value", &SetUpCosting::default());
    host.must("method", &SetCosting::company(Method::Fifo));
    host.made("dear", came(bolt(), "10 pcs", "200", "2026-06-05"));
    host.made("sold", on(issue(bolt(), "4 pcs", "MAIN/A"), "2026-06-10"));
    host.made("cheap", came(bolt(), "2 pcs", "20", "2026-06-01"));
    assert_eq!(worth(&host, None, today()), "140.00 EUR");
    host.must("again", &SetUpCosting::default().late(LateMoves::Replay));
    host.made("cheaper", came(bolt(), "1 pcs", "5", "2026-06-02"));
    assert_eq!(worth(&host, None, today()), "180.00 EUR"); // nine at 20
    let freight = host.view(|view| layers(view, bolt(), main_site()));
    let freight = AddLandedCost::new(vec![freight[0].id], euro("10"), Basis::Quantity);
    // Between the receipt and the sale: all ten bear it, and the one that was sold of them takes its share.
    host.must("freight", &AddLandedCost { date: Some(d("2026-06-07")), ..freight });
    assert_eq!(worth(&host, None, d("2026-06-09")), "235.00 EUR");
    assert_eq!(worth(&host, None, today()), "189.00 EUR");
    verified(&host);
}

/// One move of a history without returns: each receipt at a whole price, so that nothing is rounded.
fn a_move(random: &mut Random, day: NaiveDate) -> NewMove {
    let (count, cost) = (random.between(1, 6), random.between(1, 9));
    let bins = ["MAIN/A", "SHOP"];
    let (from, to) = if random.once_in(2) { (bins[0], bins[1]) } else { (bins[1], bins[0]) };
    let movement = match random.below(6) {
        0..3 => Movement::Receipt { to: from.into() },
        3 | 4 => Movement::Issue { from: from.into() },
        _ => Movement::Transfer { from: from.into(), to: to.into() },
    };
    let receives = matches!(movement, Movement::Receipt { .. });
    let new = NewMove::new(bolt(), pcs(count), movement, day);
    let cost = Money::minor(count * cost * 100, fondaco_core::Currency::EUR);
    if receives { new.cost(cost) } else { new }
}

/// Recorded in any order, the moves come to what they come to in the order of days, on every day and at every site.
#[test]
fn any_order_of_recording_is_the_order_of_days() {
    let mut compared = 0;
    for seed in 0..16 {
        let mut random = Random::new(seed);
        let method = [Method::Fifo, Method::Lifo][seed as usize % 2];
        let first = d("2026-05-01");
        let in_order: Vec<_> =
            (0..24).map(|n| a_move(&mut random, first + Days::new(n * 2))).collect();
        let right = in_memory();
        replaying(&right, method);
        let made = right.must("in order", &MoveStock::each(in_order.clone())).moves;
        let mut waiting: Vec<NewMove> = in_order
            .into_iter()
            .zip(made)
            .filter(|(_, made)| made.is_ok())
            .map(|(new, _)| new)
            .collect();
        let host = in_memory();
        replaying(&host, method);
        // What is not there yet by the order in which it is recorded is recorded later.
        for round in 0..60 {
            if waiting.is_empty() {
                break;
            }
            let some = random.between(1, 4).min(waiting.len() as i64);
            let some: Vec<_> =
                (0..some).map(|_| waiting.remove(random.below(waiting.len()))).collect();
            let made = host.must(&format!("round {round}"), &MoveStock::each(some.clone())).moves;
            for (new, refused) in some.into_iter().zip(made).filter(|(_, made)| made.is_err()) {
                let code = refused.unwrap_err().code;
                assert!(code.contains("short"), "seed {seed}: {code}");
                waiting.push(new);
            }
        }
        if !waiting.is_empty() {
            continue; // two wait for one another: what each brings back the other takes first
        }
        compared += 1;
        for n in 0..60 {
            let day = first + Days::new(n);
            for site in [main_site(), shop()] {
                let found = [&host, &right].map(|host| worth(host, Some(site), day));
                assert_eq!(found[0], found[1], "seed {seed}, {method}, {site} on {day}");
            }
        }
        verified(&host);
    }
    assert!(compared > 8, "{compared} of 16 could be recorded");
}

/// Of goods that may be below zero too, with returns, counts, what is taken back and what comes upon receipts later: whatever is costed
/// again holds together.
#[test]
fn what_is_costed_again_holds_together() {
    const METHODS: [Method; 4] = [Method::Fifo, Method::Lifo, Method::Average, Method::Standard];
    for (seed, method) in (20..).zip(METHODS) {
        let (mut random, host) = (Random::new(seed), in_memory());
        host.must("value", &SetUpCosting::default().late(LateMoves::Replay));
        let each = |unit: &str| format!("2 EUR/{unit}").parse().unwrap();
        host.must("bolts", &SetCosting::item(bolt(), method).cost(each("pcs")));
        host.must("sand", &SetCosting::item(sand(), method).cost(each("kg")));
        let mut made: Vec<(NewMove, Id<Move>)> = Vec::new();
        let mut refused = 0;
        for step in 0..40 {
            let some: Vec<_> =
                (0..random.between(1, 3)).map(|_| any_move(&mut random, &made)).collect();
            let name = format!("{method}, step {step}");
            match host.send(&name, &MoveStock::each(some.clone())) {
                Ok(done) => {
                    let done = some.into_iter().zip(done.answer.moves);
                    made.extend(done.filter_map(|(new, id)| Some((new, id.ok()?))));
                }
                // A batch that can't be costed in the order of days.
                Err(error) => {
                    assert!(error.code().starts_with("inventory.cost_"), "{name}: {error}");
                    refused += 1;
                }
            }
            let receipts = made.iter().filter(|(new, _)| new.cost.is_some());
            let receipts: Vec<_> = receipts.map(|(_, id)| *id).collect();
            if step % 5 == 4 && !receipts.is_empty() {
                let of = receipts[random.below(receipts.len())];
                let date = Some(today() - Days::new(random.below(20) as u64));
                let cost = Money::minor(random.between(-100, 900), fondaco_core::Currency::EUR);
                let freight = AddLandedCost::new(vec![of], cost, Basis::Quantity);
                let freight = AddLandedCost { date, ..freight };
                if let Err(error) = host.send(&format!("freight {step}"), &freight) {
                    let before = ["inventory.cost_before_goods", "inventory.unknown_receipt"];
                    let code = error.code();
                    assert!(
                        before.contains(&code) || code == "inventory.cost_below_zero",
                        "{name}: {error}"
                    );
                    refused += 1;
                }
                verified(&host);
            }
        }
        assert!(made.len() > 30, "{method}: {} were made", made.len());
        assert!(refused < 12, "{method}: {refused} of 48 were refused");
        verified(&host);
    }
}

fn any_move(random: &mut Random, made: &[(NewMove, Id<Move>)]) -> NewMove {
    let (item, unit) = [(bolt(), "pcs"), (sand(), "kg")][random.below(2)];
    let quantity = |count: i64| q(&format!("{count} {unit}"));
    let date = today() - Days::new(random.below(40) as u64);
    let (count, bins) = (random.between(1, 6), ["MAIN/A", "SHOP"]);
    let (from, to) = if random.once_in(2) { (bins[0], bins[1]) } else { (bins[1], bins[0]) };
    let new = |movement| NewMove::new(item, quantity(count), movement, date);
    if let (0..3, Some((old, of))) = (random.below(9), made.get(random.below(made.len().max(1)))) {
        let (of, movement) = (*of, &old.movement);
        let movement = match movement {
            Movement::Issue { .. } if random.once_in(2) => {
                Movement::CustomerReturn { of, to: to.into() }
            }
            Movement::Receipt { .. } if random.once_in(2) => {
                Movement::SupplierReturn { of, from: from.into() }
            }
            _ => {
                let movement = Movement::Reversal { of };
                return NewMove::new(old.item, old.quantity, movement, today());
            }
        };
        return NewMove::new(old.item, old.quantity, movement, date.max(old.date));
    }
    let cost = Money::minor(random.between(0, 2_000), fondaco_core::Currency::EUR);
    match random.below(8) {
        0..3 => new(Movement::Receipt { to: to.into() }).cost(cost),
        3 | 4 => new(Movement::Issue { from: from.into() }),
        5 => new(Movement::Transfer { from: from.into(), to: to.into() }),
        6 => new(Movement::Count { at: to.into() }),
        _ => new(Movement::Scrap { from: from.into() }),
    }
}

/// Goods that were issued here and come back to the shop in parts: each return is of its own cost, however many there are.
#[test]
fn parts_of_an_issue_come_back_elsewhere() {
    on_every_store(|host| {
        replaying(&host, Method::Fifo);
        host.made("came", came(bolt(), "8 pcs", "110", "2026-06-01"));
        let sold = host.made("sold", on(issue(bolt(), "8 pcs", "MAIN/A"), "2026-06-02"));
        let back = |count: &str, day: &str| {
            let kind = Movement::CustomerReturn { of: sold, to: "SHOP".into() };
            on(moved(bolt(), count, kind), day)
        };
        host.made("three", back("3 pcs", "2026-06-03"));
        host.made("two", back("2 pcs", "2026-06-04"));
        host.made("late", came_to_shop("4 pcs", "40", "2026-06-01"));
        assert_eq!(worth(&host, Some(shop()), d("2026-06-03")), "81.25 EUR");
        assert_eq!(worth(&host, Some(shop()), d("2026-06-04")), "108.75 EUR");
        verified(&host);
    });
}

fn came_to_shop(quantity: &str, cost: &str, date: &str) -> NewMove {
    on(receipt(bolt(), quantity, "SHOP").cost(euro(cost)), date)
}

/// Where nothing may be written up again, an honest receipt of an earlier day is taken. In the order of days the second write-down finds goods that
/// cost less than their price, and writes nothing down; the first stands.
#[test]
fn a_write_down_stands_when_something_comes_late() {
    on_every_store(|host| {
        let set_up = SetUpCosting::under(Framework::UsGaap).late(LateMoves::Replay);
        host.must("value", &set_up);
        host.must("method", &SetCosting::company(Method::Average));
        host.made("came", came(bolt(), "10 pcs", "100", "2026-06-01"));
        for (name, price, day) in
            [("less", "6 EUR/pcs", "2026-06-10"), ("still less", "5 EUR/pcs", "2026-06-20")]
        {
            let line =
                NetRealisable { item: bolt(), site: main_site(), price: price.parse().unwrap() };
            host.must(name, &WriteDown { date: Some(d(day)), ..WriteDown::to(vec![line]) });
        }
        host.made("late", came(bolt(), "90 pcs", "90", "2026-06-15"));
        let values =
            ["2026-06-10", "2026-06-15", "2026-06-20"].map(|day| worth(&host, None, d(day)));
        assert_eq!(values, ["60.00 EUR", "150.00 EUR", "150.00 EUR"], "on {}", host.name);
        verified(&host);
    });
}

/// What a step of a history is to the kernel, and to the engine.
struct Both {
    book: Book,
    made: Vec<(Id<Move>, NewMove, NaiveDate)>,
}

fn units(count: i64) -> Qty {
    Qty::from_units(count * 1_000_000)
}

fn cast<A, B>(id: Id<A>) -> Id<B> {
    Id::from_u128(id.to_u128())
}

impl Both {
    fn record(&mut self, id: Id<Move>, date: NaiveDate, kind: Kind, name: &str) {
        let replay = Backdating::Replay { open_from: None };
        let done = self.book.record(valuation::Move::new(cast(id), date, kind), replay);
        assert!(done.is_ok(), "{name}: the engine took what the kernel refuses: {done:?}");
    }

    /// Some move of sand on a day, what it is to the kernel, and what it is of.
    fn a_move(&self, random: &mut Random, day: NaiveDate) -> (NewMove, Kind) {
        let (count, cost) = (random.between(1, 9), random.between(0, 3_000));
        let quantity = units(count);
        let new = |movement| NewMove::new(sand(), q(&format!("{count} kg")), movement, day);
        let of = self.made.get(random.below(self.made.len().max(1)));
        match (random.below(8), of.map(|(id, new, _)| (*id, &new.movement))) {
            (0..3, _) => {
                let money = Money::minor(cost, fondaco_core::Currency::EUR);
                let receipt = new(Movement::Receipt { to: "MAIN/A".into() }).cost(money);
                (receipt, Kind::receipt(quantity, Val::from_units(cost * 100)))
            }
            (3, Some((id, Movement::Issue { .. }))) => {
                let back = Movement::CustomerReturn { of: id, to: "MAIN/A".into() };
                (new(back), Kind::CustomerReturn { of: cast(id), quantity })
            }
            (4, Some((id, Movement::Receipt { .. }))) => {
                let back = Movement::SupplierReturn { of: id, from: "MAIN/A".into() };
                (new(back), Kind::SupplierReturn { of: cast(id), quantity })
            }
            (5, _) => (new(Movement::Scrap { from: "MAIN/A".into() }), Kind::Scrap { quantity }),
            _ => (new(Movement::Issue { from: "MAIN/A".into() }), Kind::Issue { quantity }),
        }
    }

    /// Freight or a bill of a receipt, on its day.
    fn a_cost(&mut self, host: &Host, random: &mut Random, name: &str) {
        let receipts = self.made.iter().filter(|(_, new, _)| new.cost.is_some());
        let receipts: Vec<_> = receipts.map(|(id, _, day)| (*id, *day)).collect();
        let Some((of, day)) = receipts.get(random.below(receipts.len().max(1))).copied() else {
            return;
        };
        let (date, cents) = (Some(day), random.between(1, 900));
        let money = Money::minor(cents, fondaco_core::Currency::EUR);
        if random.once_in(2) {
            let freight = AddLandedCost::new(vec![of], money, Basis::Quantity);
            let Ok(done) = host.send(name, &AddLandedCost { date, ..freight }) else { return };
            let value = Val::from_units(cents * 100);
            self.record(done.answer[0], day, Kind::LandedCost { of: cast(of), value }, name);
        } else {
            let own = host.view(|view| entries_of(view, of));
            let own = own.iter().filter(|fact| fact.cause == Cause::Cost);
            let booked: i64 = own.map(|fact| fact.value.units()).sum();
            let bill = CorrectReceiptCost { date, ..CorrectReceiptCost::new(of, money) };
            let Ok(done) = host.send(name, &bill) else { return };
            let Some(id) = done.answer else { return };
            let value = Val::from_units(cents * 100 - booked);
            self.record(id, day, Kind::PriceChange { of: cast(of), value }, name);
        }
    }
}

/// Costs that are dated on the day of their receipt, returns, and goods below zero, recorded in any order of days: the engine and the
/// kernel's book come to the same value and the same layers on every day.
#[test]
fn the_engine_costs_again_as_the_book_of_the_kernel_does() {
    const METHODS: [Method; 4] = [Method::Fifo, Method::Lifo, Method::Average, Method::Standard];
    for (seed, method) in (0..12).zip(METHODS.into_iter().cycle()) {
        let (host, mut random) = (in_memory(), Random::new(seed));
        host.must("value", &SetUpCosting::default().late(LateMoves::Replay));
        let each = "2 EUR/kg".parse().unwrap();
        host.must("sand", &SetCosting::item(sand(), method).cost(each));
        let rules = CostRules::new(fondaco_core::Currency::EUR);
        let mut both = Both { book: Book::new(rules, method).unwrap(), made: Vec::new() };
        let first = d("2026-05-01");
        let cost = Price::from_units(2_000_000);
        both.record(Id::from_u128(1), first, Kind::SetCost { cost }, "known");
        let mut days: Vec<u64> = (1..60).collect();
        for step in 0..30 {
            let name = format!("{method}, seed {seed}, step {step}");
            let day = first + Days::new(days.remove(random.below(days.len())));
            let (new, kind) = both.a_move(&mut random, day);
            match host.send(&name, &MoveStock::new(vec![new.clone()])) {
                Ok(done) => {
                    let id = done.answer.moves[0].clone().unwrap();
                    both.record(id, day, kind, &name);
                    both.made.push((id, new, day));
                }
                Err(refused) => {
                    // What comes back before it went or more than did, and what can't be costed so.
                    let known = ["before_origin", "over_used", "short", "cost_"];
                    let code = refused.code();
                    assert!(known.iter().any(|known| code.contains(known)), "{name}: {refused}");
                }
            }
            if step % 3 == 2 {
                both.a_cost(&host, &mut random, &format!("{name}, cost"));
            }
        }
        assert!(both.made.len() > 12, "{method}, seed {seed}: {}", both.made.len());
        for n in 0..61 {
            let (day, name) = (first + Days::new(n), format!("{method}, seed {seed}, day {n}"));
            let posted = both.book.value_on(day).to_decimal();
            let found = host.view(|view| stock_value(view, &ValueQuery::on(day)));
            assert_eq!(found.total().amount(), posted, "{name}");
            let right = both.book.state_on(day).unwrap();
            let Some(found) = host.view(|view| stock_cost_on(view, sand(), main_site(), day))
            else {
                continue;
            };
            assert_eq!(found.value(), right.value(), "{name}");
            let parts = |state: &State| -> Vec<_> {
                state.layers.iter().map(|layer| (layer.id, layer.quantity, layer.value)).collect()
            };
            assert_eq!(parts(&found), parts(&right), "{name}");
        }
        verified(&host);
    }
}
