//! What is promised is kept, waits, goes out, is given back, and ends by the clock.

use fondaco_core::{Act, DocumentId, Id, Reading, Tx};
use fondaco_inventory::levels::{self, Reservation};
use fondaco_inventory::moves::*;
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::reserve::*;
use fondaco_inventory::{Qty, StockError};

use crate::host::*;

fn order(name: &str) -> DocumentId {
    DocumentId::named(name)
}

fn bolts(quantity: &str) -> Vec<Wanted> {
    vec![Wanted::new(bolt(), main_site(), q(quantity))]
}

fn reserve(name: &str, quantity: &str, otherwise: Otherwise) -> Reserve {
    Reserve { otherwise, ..Reserve::new(order(name), bolts(quantity)) }
}

fn first(host: &Host, command: &Reserve) -> Id<Reservation> {
    let name = format!("reserve {:?}", command);
    host.must(&name, command).lines[0].reservation.unwrap()
}

#[test]
fn what_is_promised_is_nobody_else_s() {
    on_every_store(|host| {
        host.made("come", receipt(bolt(), "10 pcs", "MAIN/A"));
        let kept = first(&host, &reserve("o1", "7 pcs", Otherwise::Refuse));
        assert_eq!(host.figures(bolt(), main_site())[..2], ["10", "7"]);
        let short = host.refused("o2", &reserve("o2", "4 pcs", Otherwise::Refuse));
        assert_eq!(short.code(), "inventory.short");
        assert_eq!(
            short.to_string(),
            "item 0 (counted from 0): of item BOLT only 3 pcs are available at MAIN, not 4 pcs: take less, release what is reserved, \
             receive more first, or allow stock below zero",
        );
        assert_eq!(host.refusal(issue(bolt(), "4 pcs", "MAIN/A")), "inventory.short");
        host.made("some of it", issue(bolt(), "5 pcs", "MAIN/A").fulfils(kept));
        let over = host.refusal(issue(bolt(), "3 pcs", "MAIN/A").fulfils(kept));
        assert_eq!(over, "inventory.over_fulfilled");
        host.made("the rest", issue(bolt(), "2 pcs", "MAIN/A").fulfils(kept));
        assert_eq!(host.figures(bolt(), main_site())[..2], ["3", "0"]);
        let over = host.refusal(issue(bolt(), "1 pcs", "MAIN/A").fulfils(kept));
        assert_eq!(over, "inventory.reservation_over");
        host.clean();
    });
}

#[test]
fn what_waits_is_served_in_order() {
    on_every_store(|host| {
        host.made("come", receipt(bolt(), "10 pcs", "MAIN/A"));
        let one = host.must("o1", &reserve("o1", "12 pcs", Otherwise::Backorder));
        let (held, waits) = (one.lines[0].held, one.lines[0].backordered);
        assert_eq!(
            (held.to_decimal().to_string(), waits.to_decimal().to_string()),
            ("10".into(), "2".into())
        );
        let two = first(&host, &reserve("o2", "5 pcs", Otherwise::Backorder));
        let three = host.must("o3", &reserve("o3", "5 pcs", Otherwise::TakeWhatIsThere));
        assert_eq!(three.lines[0].reservation, None);
        assert_eq!(
            host.figures(bolt(), main_site()),
            ["10", "10", "0", "0", "0", "0", "7"].map(str::to_owned)
        );
        host.made("more", receipt(bolt(), "4 pcs", "MAIN/B"));
        // Two for the first, two for the second.
        let waiting = |document: &str| {
            let rows = host.view(|view| levels::reservations_of(view, order(document)));
            let row = rows.last().unwrap();
            (row.held.to_decimal().to_string(), row.backordered.to_decimal().to_string())
        };
        assert_eq!(waiting("o1"), ("12".into(), "0".into()));
        assert_eq!(waiting("o2"), ("2".into(), "3".into()));
        host.must("give back", &ReleaseDocument { document: order("o1") });
        assert_eq!(waiting("o2"), ("5".into(), "0".into()));
        assert_eq!(
            host.figures(bolt(), main_site()),
            ["14", "5", "0", "0", "0", "0", "0"].map(str::to_owned)
        );
        host.must("give that back too", &Release { reservations: vec![two] });
        let again = host.refused("again", &Release { reservations: vec![two] });
        assert_eq!(again.code(), "inventory.reservation_over");
        assert_eq!(host.figures(bolt(), main_site())[1], "0");
        host.clean();
    });
}

#[test]
fn promises_end_by_the_clock() {
    on_every_store(|host| {
        host.made("come", receipt(bolt(), "10 pcs", "MAIN/A"));
        let until = |at: &str, name: &str, otherwise| Reserve {
            expires_at: Some(at.parse().unwrap()),
            ..reserve(name, "6 pcs", otherwise)
        };
        let late = until("2026-06-30T11:00:00Z", "o0", Otherwise::Refuse);
        assert_eq!(host.refused("late", &late).code(), "inventory.expires_in_the_past");
        first(&host, &until("2026-07-01T10:00:00Z", "o1", Otherwise::Refuse));
        let second = first(&host, &until("2026-07-02T10:00:00Z", "o2", Otherwise::Backorder));
        let third = first(&host, &until("2026-07-03T10:00:00Z", "o3", Otherwise::Backorder));
        assert_eq!(host.figures(bolt(), main_site())[1], "10");
        assert_eq!(host.tick("2026-07-01T10:00:00Z").carried_out.len(), 1);
        assert_eq!(
            host.figures(bolt(), main_site()),
            ["10", "10", "0", "0", "0", "0", "2"].map(str::to_owned)
        );
        // What is over goes off the queue.
        host.made("out", issue(bolt(), "6 pcs", "MAIN/A").fulfils(second));
        assert_eq!(host.tick("2026-07-02T10:00:00Z").carried_out.len(), 0);
        assert_eq!(host.tick("2026-07-03T10:00:00Z").carried_out.len(), 1);
        assert_eq!(
            host.figures(bolt(), main_site()),
            ["4", "0", "0", "0", "0", "0", "0"].map(str::to_owned)
        );
        assert_eq!(
            host.refusal(issue(bolt(), "1 pcs", "MAIN/A").fulfils(third)),
            "inventory.reservation_over"
        );
        host.clean();
    });
}

#[test]
fn a_lot_is_promised_out_of_its_place() {
    on_every_store(|host| {
        let came = |lot: &str, to: &str| receipt(milk(), "10 l", to).lot(lot_id(lot));
        host.must(
            "come",
            &MoveStock::new(vec![came("M1", "MAIN/A"), came("M2", "MAIN/A"), came("M1", "MAIN/B")]),
        );
        let wanted = |quantity: &str| Wanted {
            location: Some("MAIN/A".into()),
            lot: Some(lot_id("M1")),
            ..Wanted::new(milk(), main_site(), q(quantity))
        };
        let reserve = |name: &str, wanted: Wanted| Reserve::new(order(name), vec![wanted]);
        let kept = first(&host, &reserve("o1", wanted("8 l")));
        assert_eq!(host.refused("o2", &reserve("o2", wanted("3 l"))).code(), "inventory.lot_short");
        assert_eq!(
            host.refusal(issue(milk(), "3 l", "MAIN/A").lot(lot_id("M1"))),
            "inventory.lot_short"
        );
        host.made("the other lot", issue(milk(), "9 l", "MAIN/A").lot(lot_id("M2")));
        let elsewhere = issue(milk(), "8 l", "MAIN/B").lot(lot_id("M1")).fulfils(kept);
        assert_eq!(host.refusal(elsewhere), "inventory.reservation_differs");
        host.made("out", issue(milk(), "8 l", "MAIN/A").lot(lot_id("M1")).fulfils(kept));
        let nowhere = Wanted { location: None, ..wanted("1 l") };
        assert_eq!(
            host.refused("nowhere", &reserve("o3", nowhere)).code(),
            "inventory.location_required"
        );
        let gone = Wanted { lot: Some(lot_id("M0")), ..wanted("1 l") };
        assert_eq!(host.refused("gone", &reserve("o4", gone)).code(), "inventory.lot_expired");
        host.clean();
    });
}

#[test]
fn refusals_name_what_is_meant() {
    on_every_store(|host| {
        host.made("come", receipt(milk(), "2 l", "MAIN/A").lot(lot_id("M1")));
        let of_lot = |quantity: &str| Wanted {
            location: Some("MAIN/A".into()),
            lot: Some(lot_id("M1")),
            ..Wanted::new(milk(), main_site(), q(quantity))
        };
        host.made("another", receipt(milk(), "9 l", "MAIN/A").lot(lot_id("M2")));
        let short = host.refused("o1", &Reserve::new(order("o1"), vec![of_lot("3 l")]));
        assert!(short.to_string().contains("of lot M1 only 2 l"), "{short}");
        let nothing = host.refused("o2", &reserve("o2", "0 pcs", Otherwise::Refuse));
        assert_eq!(nothing.code(), "inventory.quantity_not_positive");
        assert_eq!(
            nothing.to_string(),
            "item 0 (counted from 0): 0 pcs of item BOLT: give a quantity above zero"
        );
    });
}

#[test]
fn what_is_on_order_comes_or_is_cancelled() {
    on_every_store(|host| {
        let line = |quantity: &str| ExpectedLine {
            item: bolt(),
            site: main_site(),
            quantity: q(quantity),
            due_on: d("2026-07-15"),
        };
        let lines = vec![line("2 carton"), line("5 pcs")];
        let announce = AnnounceStock { document: order("purchase/7"), party: None, lines };
        let ids = host.must("ordered", &announce);
        assert_eq!(host.figures(bolt(), main_site())[5], "29");
        host.made("some came", receipt(bolt(), "20 pcs", "MAIN/A").receives(ids[0]));
        assert_eq!(host.figures(bolt(), main_site())[5], "9");
        let more =
            host.made("more than was ordered", receipt(bolt(), "6 pcs", "MAIN/A").receives(ids[0]));
        assert_eq!(host.figures(bolt(), main_site())[5], "5");
        host.must("the rest won't come", &CancelExpected { expected: vec![ids[1]] });
        assert_eq!(host.figures(bolt(), main_site())[5], "0");
        // What did not come after all is to come again: of 26 that were taken for 24 the last 6 were more than was ordered.
        let back = |of| moved(bolt(), "6 pcs", Movement::Reversal { of });
        host.made("not so many", back(more));
        assert_eq!(host.figures(bolt(), main_site())[5], "4");
        host.made("so many after all", receipt(bolt(), "6 pcs", "MAIN/A").receives(ids[0]));
        assert_eq!(host.figures(bolt(), main_site())[5], "0");
        let at_the_shop = receipt(bolt(), "1 pcs", "SHOP").receives(ids[0]);
        assert_eq!(host.refusal(at_the_shop), "inventory.expected_differs");
        assert_eq!(
            host.refusal(issue(bolt(), "1 pcs", "MAIN/A").receives(ids[0])),
            "inventory.unfit"
        );
        host.clean();
    });
}

#[test]
fn what_may_be_below_zero_leaves_others_what_they_were_promised() {
    on_every_store(|host| {
        host.made("come", receipt(sand(), "10 kg", "MAIN/A"));
        let wanted = |kilograms| vec![Wanted::new(sand(), main_site(), q(kilograms))];
        let first = DocumentId::named("first");
        let held = host.must("first", &Reserve::new(first, wanted("8 kg")));
        let held = held.lines[0].reservation.unwrap();
        let error = host.refused("b", &MoveStock::new(vec![issue(sand(), "3 kg", "MAIN/A")]));
        assert_eq!(
            error.to_string(),
            "item 0 (counted from 0): of item SAND only 2 kg are promised to nobody at MAIN, not 3 kg: fulfil what was promised with \
             it, release the promise, or record first what came",
        );
        host.made("what is free", issue(sand(), "2 kg", "MAIN/A"));
        host.made("as promised", issue(sand(), "8 kg", "MAIN/A").fulfils(held));
        host.made("before it came", issue(sand(), "5 kg", "MAIN/A"));
        assert_eq!(host.figures(sand(), main_site())[..2], ["-5", "0"]);
        // The same of one location.
        host.made("come to B", receipt(sand(), "20 kg", "MAIN/B"));
        let in_b = Wanted { location: Some("MAIN/B".into()), ..wanted("6 kg").remove(0) };
        host.must("second", &Reserve::new(DocumentId::named("second"), vec![in_b]));
        host.made("fill up A", receipt(sand(), "50 kg", "MAIN/A"));
        assert_eq!(host.refusal(issue(sand(), "15 kg", "MAIN/B")), "inventory.promised_to_others");
        host.made("all that is free in B", issue(sand(), "14 kg", "MAIN/B"));
        host.made("all of A", issue(sand(), "45 kg", "MAIN/A"));
        assert_eq!(host.refusal(issue(sand(), "1 kg", "MAIN/A")), "inventory.promised_to_others");
        host.clean();
    });
}

/// Also where the promises came in at the same time as what is taken.
#[test]
fn a_batch_takes_nothing_from_others() {
    on_every_store(|host| {
        let made = host.must(
            "each",
            &MoveStock::each(vec![
                receipt(sand(), "10 kg", "MAIN/A"),
                issue(sand(), "12 kg", "MAIN/A"),
            ]),
        );
        assert!(made.moves.iter().all(Result::is_ok), "nothing was promised: {made:?}");
        host.made("come", receipt(sand(), "10 kg", "MAIN/A"));
        let wanted = vec![Wanted::new(sand(), main_site(), q("8 kg"))];
        host.must("all of it", &Reserve::new(order("o"), wanted));
        let each = vec![
            receipt(sand(), "1 kg", "MAIN/A"),
            issue(sand(), "2 kg", "MAIN/A"),
            issue(sand(), "1 kg", "MAIN/A"),
        ];
        let made = host.must("each again", &MoveStock::each(each));
        let made: Vec<bool> = made.moves.iter().map(Result::is_ok).collect();
        assert_eq!(made, [true, false, true]);
        host.clean();
    });
}

#[test]
fn what_is_below_zero_can_be_told() {
    on_every_store(|host| {
        host.made("out", issue(sand(), "5 kg", "MAIN/A"));
        host.made("elsewhere", receipt(sand(), "9 kg", "MAIN/B"));
        let below = host.view(|view| levels::below_zero(view, main_site()));
        let told: Vec<_> = below.iter().map(|bin| (bin.item, bin.location.as_str())).collect();
        assert_eq!(told, [(sand(), "MAIN/A")]);
        assert!(host.view(|view| levels::below_zero(view, shop())).is_empty());
        host.clean();
    });
}

/// How much is left of promises, said anew.
#[derive(Debug, serde::Serialize)]
struct Amend(Vec<(Id<Reservation>, i64)>);

impl Act for Amend {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let left = self.0.iter().map(|(id, pieces)| (*id, Qty::from_units(pieces * 1_000_000)));
        amend(tx, &left.collect::<Vec<_>>())
    }
}

/// A promise that is of more or less keeps its turn; out of a named place it is promised no more than lies there.
#[test]
fn a_promise_is_amended_and_keeps_its_turn() {
    on_every_store(|host| {
        host.made("come", receipt(bolt(), "5 pcs", "MAIN/A"));
        host.made("come there", receipt(bolt(), "20 pcs", "MAIN/B"));
        let out_of_a = Wanted { location: Some("MAIN/A".into()), ..bolts("5 pcs").remove(0) };
        let kept = first(&host, &Reserve::new(order("o1"), vec![out_of_a]));
        let later = first(&host, &reserve("o2", "22 pcs", Otherwise::Backorder));
        let row = |id: Id<Reservation>| {
            let row = host.view(|view| Ok(view.peek::<Reservation>(&id)?.unwrap()));
            [row.wanted, row.held, row.backordered].map(|one| one.units() / 1_000_000)
        };
        assert_eq!((row(kept), row(later)), ([5, 5, 0], [22, 20, 2]));
        host.must("less", &Amend(vec![(kept, 2)]));
        assert_eq!((row(kept), row(later)), ([5, 2, 0], [22, 22, 0]));
        // What it gave back counts as wanted already; what is more than that is wanted anew, and waits before what was promised later.
        host.must("more", &Amend(vec![(kept, 12), (later, 21)]));
        assert_eq!((row(kept), row(later)), ([12, 4, 8], [22, 21, 0]));
        host.made("come again", receipt(bolt(), "4 pcs", "MAIN/B"));
        assert_eq!((row(kept), row(later)), ([12, 8, 4], [22, 21, 0]));
        host.must("none", &Amend(vec![(kept, -1)]));
        assert_eq!(row(kept), [12, 0, 0]);
        host.must("again", &Amend(vec![(kept, 8)]));
        assert_eq!(row(kept), [12, 8, 0]);
        let unknown = Amend(vec![(Id::from_u128(7), 1)]);
        assert_eq!(host.refused("unknown", &unknown).code(), "inventory.unknown_reservation");
        host.clean();
    });
}
