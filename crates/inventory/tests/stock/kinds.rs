//! What each kind of move does to what there is.

use fondaco_inventory::levels;
use fondaco_inventory::posting::MoveStock;

use crate::host::*;
use fondaco_inventory::moves::*;

fn zeros(first: [&str; 7]) -> [String; 7] {
    first.map(str::to_owned)
}

#[test]
fn goods_come_go_and_are_put_elsewhere() {
    on_every_store(|host| {
        let receipt = NewMove { quantity: q("3 carton"), ..receipt(bolt(), "1 pcs", "MAIN/A") };
        let come = host.made("come", receipt);
        host.made("put", NewMove::transfer(bolt(), q("10 pcs"), ("MAIN/A", "MAIN/B"), today()));
        host.made("go", issue(bolt(), "4 pcs", "MAIN/B"));
        assert_eq!(host.figures(bolt(), main_site()), zeros(["32", "0", "0", "0", "0", "0", "0"]));
        let bins = host.view(|view| levels::bins(view, bolt()));
        let bins: Vec<_> = bins
            .iter()
            .map(|bin| (bin.location.as_str(), bin.on_hand.to_decimal().to_string()))
            .collect();
        assert_eq!(bins, [("MAIN/A", "26".to_owned()), ("MAIN/B", "6".to_owned())]);
        let legs = host.view(|view| {
            levels::explain_on_hand(view, &levels::BalanceOf::site(bolt(), main_site()), today())
        });
        assert_eq!(legs.legs.len(), 4); // a transfer has two
        assert_eq!(legs.legs[0].0.id, come);
        assert_eq!(legs.legs[0].0.written, Some(q("3 carton")));
        assert_eq!(legs.balance.to_decimal().to_string(), "32");
        host.clean();
    });
}

#[test]
fn what_is_sent_is_in_transit_until_it_arrives() {
    on_every_store(|host| {
        host.made("come", receipt(bolt(), "10 pcs", "MAIN/A"));
        let sent = Movement::Dispatch { from: "MAIN/A".into(), to_site: shop() };
        let sent = host.made("send", moved(bolt(), "6 pcs", sent));
        assert_eq!(host.figures(bolt(), main_site())[0], "4");
        assert_eq!(host.figures(bolt(), shop()), zeros(["0", "0", "0", "0", "6", "0", "0"]));
        let arrives =
            |count: &str| moved(bolt(), count, Movement::Arrival { of: sent, to: "SHOP".into() });
        host.made("arrive", arrives("4 pcs"));
        assert_eq!(host.refusal(arrives("3 pcs")), "inventory.over_used");
        host.made("lost", moved(bolt(), "1 pcs", Movement::TransitLoss { of: sent }));
        assert_eq!(host.figures(bolt(), shop()), zeros(["4", "0", "0", "0", "1", "0", "0"]));
        let elsewhere = Movement::Arrival { of: sent, to: "MAIN/A".into() };
        assert_eq!(host.refusal(moved(bolt(), "1 pcs", elsewhere)), "inventory.other_site");
        // By a place on the road, too.
        let road =
            |from: &str, to: &str| NewMove::transfer(bolt(), q("2 pcs"), (from, to), today());
        host.made("onto the road", road("MAIN/A", "SHOP/ROAD"));
        assert_eq!(host.figures(bolt(), shop())[4], "3");
        host.made("off the road", road("SHOP/ROAD", "SHOP"));
        assert_eq!(host.figures(bolt(), shop()), zeros(["6", "0", "0", "0", "1", "0", "0"]));
        host.clean();
    });
}

#[test]
fn what_is_set_aside_is_on_hand_and_not_available() {
    on_every_store(|host| {
        host.made("come", receipt(bolt(), "10 pcs", "MAIN/A"));
        let aside = Movement::Quarantine { from: "MAIN/A".into(), to: "MAIN/Q".into() };
        host.made("set aside", moved(bolt(), "7 pcs", aside));
        assert_eq!(host.figures(bolt(), main_site()), zeros(["10", "0", "7", "0", "0", "0", "0"]));
        assert_eq!(host.refusal(issue(bolt(), "4 pcs", "MAIN/A")), "inventory.bin_short");
        let good = Movement::Release { from: "MAIN/Q".into(), to: "MAIN/B".into() };
        host.made("good again", moved(bolt(), "5 pcs", good));
        host.made("thrown away", moved(bolt(), "2 pcs", Movement::Scrap { from: "MAIN/Q".into() }));
        assert_eq!(host.figures(bolt(), main_site()), zeros(["8", "0", "0", "0", "0", "0", "0"]));
        // Lots that nobody has released count as set aside wherever they lie.
        host.made("unreleased", receipt(milk(), "20 l", "MAIN/A").lot(lot_id("MQ")));
        assert_eq!(host.figures(milk(), main_site())[2], "20");
        assert_eq!(
            host.refusal(issue(milk(), "1 l", "MAIN/A").lot(lot_id("MQ"))),
            "inventory.lot_not_usable"
        );
        host.clean();
    });
}

#[test]
fn returns_name_what_they_return() {
    on_every_store(|host| {
        let came = host.made("come", receipt(bolt(), "10 pcs", "MAIN/A"));
        let went = host.made("go", issue(bolt(), "6 pcs", "MAIN/A"));
        let back = |count: &str| {
            moved(bolt(), count, Movement::CustomerReturn { of: went, to: "MAIN/Q".into() })
        };
        host.made("back", back("2 pcs"));
        assert_eq!(host.refusal(back("5 pcs")), "inventory.over_used");
        let returned = host.made("back again", back("4 pcs"));
        assert_eq!(host.refusal(back("1 pcs")), "inventory.over_used");
        let to_supplier = |count: &str, from: &str| {
            moved(bolt(), count, Movement::SupplierReturn { of: came, from: from.into() })
        };
        host.made("to the supplier", to_supplier("3 pcs", "MAIN/Q"));
        assert_eq!(host.refusal(to_supplier("8 pcs", "MAIN/A")), "inventory.bin_short");
        let wrong = Movement::CustomerReturn { of: came, to: "MAIN/A".into() };
        assert_eq!(host.refusal(moved(bolt(), "1 pcs", wrong)), "inventory.wrong_origin");
        // What was returned by mistake can be returned again.
        let reversal = |of| moved(bolt(), "4 pcs", Movement::Reversal { of });
        assert_eq!(
            host.refusal(moved(bolt(), "6 pcs", Movement::Reversal { of: went })),
            "inventory.in_use"
        );
        assert_eq!(host.refusal(reversal(returned)), "inventory.bin_short"); // 3 of 6 went to the supplier
        host.made("found", moved(bolt(), "1 pcs", Movement::Gain { at: "MAIN/Q".into() }));
        let taken_back = host.made("not returned", reversal(returned));
        host.made("found two", moved(bolt(), "2 pcs", Movement::Gain { at: "MAIN/Q".into() }));
        host.made("returned after all", back("4 pcs"));
        assert_eq!(host.refusal(reversal(taken_back)), "inventory.unfit");
        assert_eq!(host.refusal(reversal(returned)), "inventory.in_use");
        host.clean();
    });
}

#[test]
fn an_owner_changes_in_its_place() {
    on_every_store(|host| {
        host.made("consigned", receipt(milk(), "10 l", "MAIN/A").lot(lot_id("MC")));
        let bought = Movement::OwnerChange { at: "MAIN/A".into(), to_lot: lot_id("M2") };
        host.made("bought", moved(milk(), "4 l", bought).lot(lot_id("MC")));
        assert_eq!(host.figures(milk(), main_site())[0], "10"); // consigned goods are there too
        let there = |lot: &str| {
            let bins = host.view(|view| levels::lot_bins(view, lot_id(lot)));
            bins.iter().map(|bin| bin.on_hand.to_decimal().to_string()).collect::<Vec<_>>()
        };
        assert_eq!((there("MC"), there("M2")), (vec!["6".to_owned()], vec!["4".to_owned()]));
        // A customer's goods are kept, and nobody can promise them.
        host.made("kept", receipt(milk(), "5 l", "MAIN/A").lot(lot_id("MK")));
        assert_eq!(host.figures(milk(), main_site())[0], "10");
        assert_eq!(there("MK"), ["5"]);
        host.clean();
    });
}

#[test]
fn a_lot_expires_on_its_day() {
    on_every_store(|host| {
        let receipt = |lot: &str, to: &str| receipt(milk(), "10 l", to).lot(lot_id(lot));
        host.must(
            "come",
            &MoveStock::new(vec![
                receipt("M1", "MAIN/A"),
                receipt("M1", "SHOP"),
                receipt("M2", "MAIN/A"),
            ]),
        );
        host.made("aside", receipt("M1", "MAIN/Q"));
        assert_eq!(host.figures(milk(), main_site()), zeros(["30", "0", "10", "0", "0", "0", "0"]));
        assert_eq!(host.tick("2026-07-10T23:59:59Z").carried_out.len(), 0); // good on its last day
        assert_eq!(host.tick("2026-07-11T00:00:00Z").carried_out.len(), 1);
        assert_eq!(
            host.figures(milk(), main_site()),
            zeros(["30", "0", "0", "20", "0", "0", "0"]) // what was set aside is over, too
        );
        assert_eq!(host.figures(milk(), shop()), zeros(["10", "0", "0", "10", "0", "0", "0"]));
        host.at_minute(20 * 24 * 60);
        assert_eq!(
            host.refusal(on(issue(milk(), "1 l", "MAIN/A").lot(lot_id("M1")), "2026-07-15")),
            "inventory.lot_expired"
        );
        host.made(
            "back in time",
            on(issue(milk(), "1 l", "MAIN/A").lot(lot_id("M1")), "2026-07-10"),
        );
        let scrapped = moved(milk(), "9 l", Movement::Scrap { from: "MAIN/A".into() });
        host.made("thrown away", on(scrapped.lot(lot_id("M1")), "2026-07-15"));
        assert_eq!(host.figures(milk(), main_site()), zeros(["20", "0", "0", "10", "0", "0", "0"]));
        host.clean();
    });
}

#[test]
fn pieces_are_weighed() {
    on_every_store(|host| {
        let weighed =
            |quantity: &str, weight: &str| receipt(cheese(), quantity, "MAIN/A").weight(q(weight));
        host.made("weighed", weighed("12 pcs", "90.35 kg"));
        host.made("nominal", issue(cheese(), "2 pcs", "MAIN/A"));
        assert_eq!(host.refusal(weighed("12 pcs", "903.5 kg")), "core.catch_weight_tolerance");
        assert_eq!(
            host.refusal(receipt(bolt(), "1 pcs", "MAIN/A").weight(q("1 kg"))),
            "inventory.not_weighed"
        );
        assert_eq!(weights(&host, main_site()), ["MAIN/A 75.35"]);
        host.clean();
    });
}

/// What pieces weigh, location by location.
fn weights(host: &Host, site: fondaco_core::SiteId) -> Vec<String> {
    let weights = host.view(|view| levels::weights(view, cheese(), site));
    weights
        .iter()
        .map(|at| format!("{} {}", at.location, at.on_hand.to_decimal().normalize()))
        .collect()
}

#[test]
fn the_last_pieces_take_the_weight_that_is_left() {
    on_every_store(|host| {
        host.made("come", receipt(cheese(), "10 pcs", "MAIN/A").weight(q("67.5 kg"))); // nominally 75
        host.made("unweighed", issue(cheese(), "9 pcs", "MAIN/A")); // 67.5 nominally: its share then
        assert_eq!(weights(&host, main_site()), ["MAIN/A 6.75"]);
        let last = host.made("weighed", issue(cheese(), "1 pcs", "MAIN/A").weight(q("7 kg")));
        assert!(weights(&host, main_site()).is_empty());
        let of = levels::BalanceOf::site(cheese(), main_site());
        let legs = host.view(|view| levels::explain_on_hand(view, &of, today())).legs;
        let (leg, _) = legs.iter().find(|(leg, _)| leg.id == last).unwrap();
        let shown = |weight: Option<&fondaco_inventory::Qty>| {
            weight.map(|weight| weight.to_decimal().to_string())
        };
        assert_eq!(shown(leg.weight.get()).as_deref(), Some("-6.75"));
        assert_eq!(shown(leg.weighed.get()).as_deref(), Some("7"));
        // A part can't weigh as much as all.
        host.made("come again", receipt(cheese(), "2 pcs", "MAIN/A").weight(q("13.5 kg")));
        host.made("one of them", issue(cheese(), "1 pcs", "MAIN/A").weight(q("8.25 kg")));
        host.made("and one", receipt(cheese(), "1 pcs", "MAIN/A").weight(q("6.75 kg")));
        host.made("another", issue(cheese(), "1 pcs", "MAIN/A").weight(q("8.25 kg")));
        host.made("and another", receipt(cheese(), "1 pcs", "MAIN/A").weight(q("6.75 kg")));
        host.made("heavy", issue(cheese(), "1 pcs", "MAIN/A").weight(q("8.25 kg")));
        assert_eq!(weights(&host, main_site()), ["MAIN/A 2.25"]);
        host.made("a light one", receipt(cheese(), "1 pcs", "MAIN/A").weight(q("6.75 kg")));
        host.made("too heavy", issue(cheese(), "1 pcs", "MAIN/A").weight(q("8 kg")));
        host.made("light again", receipt(cheese(), "1 pcs", "MAIN/A").weight(q("6.75 kg")));
        let heavier = host.refusal(issue(cheese(), "1 pcs", "MAIN/A").weight(q("8.25 kg")));
        assert_eq!(heavier, "inventory.weighs_more");
        host.clean();
    });
}

#[test]
fn a_count_weighs_what_it_counts() {
    on_every_store(|host| {
        let count = |count: i64| NewMove::count(cheese(), pcs(count), "MAIN/A", today());
        host.made("come", receipt(cheese(), "12 pcs", "MAIN/A").weight(q("90.36 kg")));
        host.made("less", count(10));
        assert_eq!(weights(&host, main_site()), ["MAIN/A 75.3"]); // 7.53 a piece
        host.made("weighed", count(10).weight(q("74 kg")));
        assert_eq!(weights(&host, main_site()), ["MAIN/A 74"]);
        // As of a day before some of it came.
        host.made(
            "came in May",
            on(receipt(cheese(), "2 pcs", "MAIN/B").weight(q("15 kg")), "2026-05-02"),
        );
        host.made(
            "came later",
            on(receipt(cheese(), "1 pcs", "MAIN/B").weight(q("8 kg")), "2026-05-20"),
        );
        let counted = NewMove::count(cheese(), pcs(1), "MAIN/B", today()).weight(q("7 kg"));
        host.made("counted", on(counted, "2026-05-10"));
        assert_eq!(weights(&host, main_site()), ["MAIN/A 74", "MAIN/B 15"]);
        host.made("none", count(0));
        assert_eq!(weights(&host, main_site()), ["MAIN/B 15"]);
        assert_eq!(host.refusal(count(0).weight(q("1 kg"))), "core.catch_weight_signs");
        host.clean();
    });
}

#[test]
fn what_is_of_a_move_weighs_its_share() {
    on_every_store(|host| {
        host.made("come", receipt(cheese(), "6 pcs", "MAIN/A").weight(q("44 kg")));
        let sent = Movement::Dispatch { from: "MAIN/A".into(), to_site: shop() };
        let sent = host.made("send", moved(cheese(), "3 pcs", sent).weight(q("20.5 kg")));
        assert_eq!(
            host.refusal(
                moved(cheese(), "3 pcs", Movement::Reversal { of: sent }).weight(q("1 kg"))
            ),
            "inventory.unfit"
        );
        assert_eq!(weights(&host, main_site()), ["MAIN/A 23.5"]);
        let arrives =
            |count: &str| moved(cheese(), count, Movement::Arrival { of: sent, to: "SHOP".into() });
        host.made("one", arrives("1 pcs"));
        assert_eq!(weights(&host, shop()), ["SHOP 6.833333"]);
        host.made("two", arrives("1 pcs"));
        let last = host.made("three", arrives("1 pcs").weight(q("7 kg")));
        assert_eq!(weights(&host, shop()), ["SHOP 20.666667"]);
        let legs = host.view(|view| {
            use fondaco_core::{Range, Reading};
            let legs = view.peek_scan(&Range::by(Move::BY_ITEM, &(cheese(), shop())))?;
            Ok(legs
                .iter()
                .filter(|leg| leg.location.is_empty())
                .map(|leg| leg.weight.get().unwrap().units())
                .collect::<Vec<_>>())
        });
        assert_eq!(legs.iter().sum::<i64>(), 0, "all that was sent left the road: {legs:?}");
        host.made("not arrived", moved(cheese(), "1 pcs", Movement::Reversal { of: last }));
        assert_eq!(weights(&host, shop()), ["SHOP 13.666667"]);
        let gone = host.made("go", issue(cheese(), "3 pcs", "MAIN/A"));
        let back =
            moved(cheese(), "2 pcs", Movement::CustomerReturn { of: gone, to: "MAIN/B".into() });
        host.made("back", back);
        assert_eq!(weights(&host, main_site()), ["MAIN/B 15.666667"]);
        host.made("put", NewMove::transfer(cheese(), pcs(2), ("MAIN/B", "MAIN/Q"), today()));
        assert_eq!(weights(&host, main_site()), ["MAIN/Q 15.666667"]);
        host.clean();
    });
}
