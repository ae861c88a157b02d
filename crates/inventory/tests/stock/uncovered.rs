//! What is found to be so is recorded, whatever was promised: the newest promises wait, and it is told whose.

use std::sync::Arc;

use fondaco_core::store::{FeedFrom, Store, Value};
use fondaco_core::{DocumentId, Id};
use fondaco_inventory::Qty;
use fondaco_inventory::items::*;
use fondaco_inventory::levels::{self, Reservation};
use fondaco_inventory::moves::*;
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::reserve::*;
use fondaco_store::{Memory, Sqlite};
use fondaco_testkit::Model;

use crate::host::*;

fn promise(host: &Host, document: &str, wanted: Wanted) -> Id<Reservation> {
    let reserve = Reserve::new(DocumentId::named(document), vec![wanted]);
    host.must(document, &reserve).lines[0].reservation.unwrap()
}

fn bolts(quantity: &str) -> Wanted {
    Wanted::new(bolt(), main_site(), q(quantity))
}

/// What is held for a document, and what waits.
fn stands(host: &Host, document: &str) -> (String, String) {
    let rows = host.view(|view| levels::reservations_of(view, DocumentId::named(document)));
    let row = rows.last().unwrap();
    (row.held.to_decimal().to_string(), row.backordered.to_decimal().to_string())
}

fn pair(held: &str, waits: &str) -> (String, String) {
    (held.to_owned(), waits.to_owned())
}

fn moved_from(quantity: &str, movement: Movement) -> NewMove {
    moved(bolt(), quantity, movement)
}

#[test]
fn what_is_found_missing_is_promised_to_nobody() {
    on_every_store(|host| {
        host.made("come", receipt(bolt(), "10 pcs", "MAIN/A"));
        promise(&host, "o1", bolts("5 pcs"));
        promise(&host, "o2", bolts("3 pcs"));
        host.made("enough", NewMove::count(bolt(), pcs(8), "MAIN/A", today()));
        assert_eq!((stands(&host, "o1"), stands(&host, "o2")), (pair("5", "0"), pair("3", "0")));
        host.made("counted", NewMove::count(bolt(), pcs(6), "MAIN/A", today()));
        assert_eq!((stands(&host, "o1"), stands(&host, "o2")), (pair("5", "0"), pair("1", "2")));
        host.made("lost", moved_from("1 pcs", Movement::Loss { at: "MAIN/A".into() }));
        host.made("broken", moved_from("2 pcs", Movement::Scrap { from: "MAIN/A".into() }));
        assert_eq!((stands(&host, "o1"), stands(&host, "o2")), (pair("3", "2"), pair("0", "3")));
        let aside = Movement::Quarantine { from: "MAIN/A".into(), to: "MAIN/Q".into() };
        host.made("damaged", moved_from("2 pcs", aside));
        assert_eq!(stands(&host, "o1"), pair("1", "4"));
        let figures = ["3", "1", "2", "0", "0", "0", "7"].map(str::to_owned);
        assert_eq!(host.figures(bolt(), main_site()), figures);
        // No more than was there: a loss of what isn't there is a mistake.
        let lost = moved_from("2 pcs", Movement::Loss { at: "MAIN/A".into() });
        assert_eq!(host.refusal(lost), "inventory.bin_short");
        // What comes goes to the oldest first.
        host.made("more", receipt(bolt(), "5 pcs", "MAIN/B"));
        assert_eq!((stands(&host, "o1"), stands(&host, "o2")), (pair("5", "0"), pair("1", "2")));
        host.clean();
    });
}

#[test]
fn who_is_uncovered_is_told_in_the_same_commit() {
    let host = in_memory();
    host.made("come", receipt(bolt(), "10 pcs", "MAIN/A"));
    let kept = promise(&host, "o1", bolts("8 pcs"));
    host.made("counted", NewMove::count(bolt(), pcs(5), "MAIN/A", today()));
    let Over::Sync(driver) = &host.over else { unreachable!() };
    let commits = driver.store().feed(&FeedFrom::new(driver.company(), 0, 100)).unwrap();
    let events = &commits.last().unwrap().events;
    assert!(events.iter().any(|event| event.name == "stock.moved"));
    let told = events.iter().find(|event| event.name == "stock.promise_uncovered").unwrap();
    let field = |name: &str| &told.data.iter().find(|(known, _)| known == name).unwrap().1;
    assert_eq!(field("document"), &Value::from(DocumentId::named("o1")));
    assert_eq!(field("reservation"), &Value::from(kept));
    assert_eq!(field("item"), &Value::from(bolt()));
    assert_eq!(field("quantity"), &Value::from(Qty::from_units(3_000_000).to_decimal()));
}

/// A batch of moves stands as the same moves one by one: what comes goes to what waits before anybody else takes it.
#[test]
fn a_batch_serves_promises_in_order() {
    on_every_store(|host| {
        let wanted = Reserve {
            otherwise: Otherwise::Backorder,
            ..Reserve::new(DocumentId::named("o1"), vec![bolts("10 pcs")])
        };
        host.must("o1", &wanted);
        let both = vec![receipt(bolt(), "10 pcs", "MAIN/A"), issue(bolt(), "10 pcs", "MAIN/A")];
        let refused = host.refused("both", &MoveStock::new(both.clone()));
        assert_eq!(refused.code(), "inventory.short");
        let each = host.must("each", &MoveStock::each(both));
        assert!(each.moves[0].is_ok());
        assert_eq!(each.moves[1].as_ref().unwrap_err().code, "inventory.short");
        assert_eq!(stands(&host, "o1"), pair("10", "0"));
        // And so is what is found missing between them.
        host.must(
            "found",
            &MoveStock::new(vec![
                NewMove::count(bolt(), pcs(4), "MAIN/A", today()),
                receipt(bolt(), "1 pcs", "MAIN/A"),
                NewMove::count(bolt(), pcs(0), "MAIN/A", today()),
                receipt(bolt(), "3 pcs", "MAIN/B"),
            ]),
        );
        assert_eq!(stands(&host, "o1"), pair("3", "7"));
        host.clean();
    });
}

#[test]
fn a_lot_that_is_blocked_or_expires_is_promised_to_nobody() {
    on_every_store(|host| {
        let come = |lot: &str| receipt(milk(), "10 l", "MAIN/A").lot(lot_id(lot));
        host.must("come", &MoveStock::new(vec![come("M1"), come("M2")]));
        let any = Wanted::new(milk(), main_site(), q("6 l"));
        let of_lot = |lot: &str, quantity: &str| Wanted {
            location: Some("MAIN/A".into()),
            lot: Some(lot_id(lot)),
            ..Wanted::new(milk(), main_site(), q(quantity))
        };
        promise(&host, "of M2", of_lot("M2", "4 l"));
        promise(&host, "any", any);
        promise(&host, "of M1", of_lot("M1", "7 l"));
        // The lot's own promise waits, though other milk is there for it.
        host.must("block", &JudgeLot::new(lot_id("M2"), LotStatus::Blocked));
        assert_eq!(stands(&host, "of M2"), pair("0", "4"));
        assert_eq!(
            (stands(&host, "any"), stands(&host, "of M1")),
            (pair("6", "0"), pair("4", "3"))
        );
        let figures = ["20", "10", "0", "10", "0", "0", "7"].map(str::to_owned);
        assert_eq!(host.figures(milk(), main_site()), figures);
        host.clean();
        host.must("good again", &JudgeLot::new(lot_id("M2"), LotStatus::Released));
        assert_eq!(
            (stands(&host, "of M2"), stands(&host, "of M1")),
            (pair("4", "0"), pair("7", "0"))
        );
        assert_eq!(host.tick("2026-07-11T00:00:00Z").carried_out.len(), 1);
        assert_eq!(stands(&host, "of M1"), pair("0", "7"));
        assert_eq!(
            (stands(&host, "any"), stands(&host, "of M2")),
            (pair("6", "0"), pair("4", "0"))
        );
        host.clean();
        host.must("shorter", &ChangeLot::expires(lot_id("M2"), d("2026-06-29")));
        assert_eq!(
            (stands(&host, "any"), stands(&host, "of M2")),
            (pair("0", "6"), pair("0", "4"))
        );
        host.must("longer", &ChangeLot::expires(lot_id("M2"), d("2027-06-29")));
        assert_eq!(
            (stands(&host, "any"), stands(&host, "of M2")),
            (pair("6", "0"), pair("4", "0"))
        );
        host.clean();
    });
}

/// After midnight nobody is promised what is expired, though the clock has not ticked.
#[test]
fn expired_goods_are_not_promised_before_the_tick() {
    on_every_store(|host| {
        let come = |lot: &str, quantity: &str| receipt(milk(), quantity, "MAIN/A").lot(lot_id(lot));
        host.must("come", &MoveStock::new(vec![come("M1", "10 l"), come("M2", "5 l")]));
        host.made("in the shop", receipt(milk(), "4 l", "SHOP").lot(lot_id("M1")));
        promise(&host, "o1", Wanted::new(milk(), main_site(), q("6 l")));
        host.at_minute(11 * 24 * 60); // M1 was good until the day before
        let wanted = vec![Wanted::new(milk(), main_site(), q("9 l"))];
        let reserve = |otherwise| Reserve {
            otherwise,
            ..Reserve::new(DocumentId::named("o2"), wanted.clone())
        };
        let line = host.must("o2", &reserve(Otherwise::TakeWhatIsThere)).lines[0];
        assert_eq!(line.held, Qty::ZERO, "the five that are good are promised");
        assert_eq!(stands(&host, "o1"), pair("5", "1"));
        let figures = ["15", "5", "0", "10", "0", "0", "1"].map(str::to_owned);
        assert_eq!(host.figures(milk(), main_site()), figures);
        // Nor is what comes over from the shop, where nobody asked for it.
        let over = NewMove::transfer(milk(), q("4 l"), ("SHOP", "MAIN/B"), d("2026-07-11"));
        host.made("over", over.lot(lot_id("M1")));
        assert_eq!(stands(&host, "o1"), pair("5", "1"));
        host.clean();
        assert_eq!(host.tick("2026-07-11T13:00:00Z").carried_out.len(), 1, "nothing is left to do");
        host.clean();
    });
}

#[test]
fn a_promise_out_of_a_place_is_kept_elsewhere_where_there_is_more() {
    on_every_store(|host| {
        let come = |to: &str| receipt(bolt(), "10 pcs", to);
        host.must("come", &MoveStock::new(vec![come("MAIN/A"), come("MAIN/B")]));
        let out_of_a =
            |quantity: &str| Wanted { location: Some("MAIN/A".into()), ..bolts(quantity) };
        promise(&host, "o1", out_of_a("4 pcs"));
        let second = promise(&host, "o2", out_of_a("5 pcs"));
        host.made("counted", NewMove::count(bolt(), pcs(6), "MAIN/A", today()));
        assert_eq!((stands(&host, "o1"), stands(&host, "o2")), (pair("4", "0"), pair("5", "0")));
        // It goes out of the other hall now.
        host.made("goes", issue(bolt(), "5 pcs", "MAIN/B").fulfils(second));
        host.clean();
        // A lot that was promised is not replaced by another.
        let milk_in = |lot: &str| receipt(milk(), "10 l", "MAIN/A").lot(lot_id(lot));
        host.must("milk", &MoveStock::new(vec![milk_in("M1"), milk_in("M2")]));
        let of_m1 = Wanted {
            location: Some("MAIN/A".into()),
            lot: Some(lot_id("M1")),
            ..Wanted::new(milk(), main_site(), q("8 l"))
        };
        promise(&host, "o3", of_m1);
        let count = NewMove::count(milk(), q("5 l"), "MAIN/A", today()).lot(lot_id("M1"));
        host.made("counted too", count);
        assert_eq!(stands(&host, "o3"), pair("5", "3"));
        host.made("another", receipt(milk(), "9 l", "MAIN/A").lot(lot_id("M2")));
        assert_eq!(stands(&host, "o3"), pair("5", "3"));
        host.made("elsewhere", receipt(milk(), "9 l", "MAIN/B").lot(lot_id("M1")));
        assert_eq!(stands(&host, "o3"), pair("5", "3"));
        let put = NewMove::transfer(milk(), q("2 l"), ("MAIN/B", "MAIN/A"), today());
        host.made("put there", put.lot(lot_id("M1")));
        assert_eq!(stands(&host, "o3"), pair("7", "1"));
        host.clean();
    });
}

/// Many promises, more than are looked at in one page: from the newest until the rest is covered, and back from the oldest.
#[test]
fn many_promises_wait_in_order() {
    let host = in_memory();
    host.made("come", receipt(bolt(), "100 pcs", "MAIN/A"));
    for n in 0..50 {
        promise(&host, &format!("o{n}"), bolts("2 pcs"));
    }
    host.made("counted", NewMove::count(bolt(), pcs(3), "MAIN/A", today()));
    let held = |n: usize| stands(&host, &format!("o{n}"));
    assert_eq!((held(0), held(1), held(2)), (pair("2", "0"), pair("1", "1"), pair("0", "2")));
    host.made("found", NewMove::count(bolt(), pcs(90), "MAIN/A", today()));
    assert_eq!((held(44), held(45), held(49)), (pair("2", "0"), pair("0", "2"), pair("0", "2")));
    host.clean();
}

/// Promises and counts at the same time: what is promised is there in the end, on every store.
#[test]
fn no_piece_is_promised_twice_while_shelves_are_counted() {
    let stores: [(&str, Arc<dyn Store>); 3] = [
        ("memory", Arc::new(Memory::new())),
        ("model", Arc::new(Model::new())),
        ("sqlite", Arc::new(Sqlite::in_memory().unwrap())),
    ];
    for (name, store) in stores {
        let host = Host::on(name, store.clone()).set_up();
        host.made("come", receipt(bolt(), "30 pcs", "MAIN/A"));
        std::thread::scope(|scope| {
            for seller in 0..2 {
                let store = store.clone();
                scope.spawn(move || {
                    let host = Host::on(name, store);
                    for n in 0..12 {
                        let document = format!("order {seller}, {n}");
                        let wanted = vec![bolts("2 pcs")];
                        let reserve = Reserve::new(DocumentId::named(&document), wanted);
                        host.must(
                            &document,
                            &Reserve { otherwise: Otherwise::Backorder, ..reserve },
                        );
                    }
                });
            }
            let store = store.clone();
            scope.spawn(move || {
                let host = Host::on(name, store);
                for n in 0..12 {
                    let there = if n % 2 == 0 { 25 - n } else { 28 - n };
                    host.made(
                        &format!("count {n}"),
                        NewMove::count(bolt(), pcs(there), "MAIN/A", today()),
                    );
                }
            });
        });
        let stock = host.stock(bolt(), main_site());
        assert_eq!(stock.on_hand.to_decimal(), 17.into(), "on {name}");
        let promised = stock.reserved.to_decimal() + stock.backordered.to_decimal();
        assert_eq!(promised, 48.into(), "on {name}");
        assert_eq!(stock.available(), 0.into(), "on {name}: nobody is promised what is not there");
        host.clean();
    }
}
