//! Every bad input is refused by its name, and leaves nothing.

use fondaco_core::{Id, ItemId};
use fondaco_inventory::moves::*;
use fondaco_inventory::posting::MoveStock;

use crate::host::*;

#[test]
fn a_bad_move_is_refused_by_name() {
    on_every_store(|host| {
        host.made("come", receipt(bolt(), "10 pcs", "MAIN/A"));
        host.made("milk", receipt(milk(), "10 l", "MAIN/A").lot(lot_id("M1")));
        host.made("a drill", receipt(drill(), "1 pcs", "MAIN/A").lot(lot_id("S1")));
        let receipt = |item, quantity: &str| receipt(item, quantity, "MAIN/A");
        let at = |code: &str| crate::host::receipt(bolt(), "1 pcs", code);
        let count = |code: &str| on(NewMove::count(bolt(), pcs(1), code, today()), "2026-06-01");
        let (unknown, no_lot) = (Id::from_u128(7), Id::from_u128(7));
        let cases: Vec<(NewMove, &str)> = vec![
            (receipt(ItemId::named("NONE"), "1 pcs"), "inventory.move_of_unknown_item"),
            (receipt(ItemId::named("GONE"), "1 pcs"), "inventory.move_of_closed_item"),
            (receipt(bolt(), "-1 pcs"), "inventory.move_not_positive"),
            (receipt(bolt(), "0 pcs"), "inventory.move_not_positive"),
            (receipt(bolt(), "0.5 pcs"), "core.quantity_too_fine"),
            (receipt(bolt(), "1 kg"), "core.no_unit_factor"),
            (receipt(bolt(), "1 pallet"), "core.no_unit_factor"),
            (receipt(bolt(), "99999999999999 pcs"), "core.overflow"),
            (at("NOWHERE"), "inventory.move_at_unknown_location"),
            (at("MAIN/OLD"), "inventory.location_closed"),
            (count("MAIN/OLD"), "inventory.location_closed"),
            (at("MAIN/ICE"), "inventory.location_frozen"),
            (on(at("MAIN/A"), "2026-07-01"), "inventory.date_ahead"),
            (receipt(milk(), "1 l"), "inventory.lot_required"),
            (receipt(bolt(), "1 pcs").lot(lot_id("M1")), "inventory.not_tracked"),
            (receipt(milk(), "1 l").lot(no_lot), "inventory.move_of_unknown_lot"),
            (receipt(milk(), "1 l").lot(lot_id("S1")), "inventory.lot_of_other_item"),
            (receipt(milk(), "1 l").lot(lot_id("M0")), "inventory.lot_expired"),
            (receipt(drill(), "2 pcs").lot(lot_id("S2")), "inventory.serial_is_one"),
            (receipt(drill(), "1 pcs").lot(lot_id("S1")), "inventory.serial_taken"),
            (issue(drill(), "1 pcs", "MAIN/A").lot(lot_id("S2")), "inventory.lot_short"),
            (issue(bolt(), "11 pcs", "MAIN/A"), "inventory.bin_short"),
            (issue(bolt(), "1 pcs", "MAIN/B"), "inventory.bin_short"),
            (
                NewMove::transfer(bolt(), pcs(1), ("MAIN/A", "MAIN/A"), today()),
                "inventory.same_place",
            ),
            (
                moved(
                    bolt(),
                    "1 pcs",
                    Movement::Quarantine { from: "MAIN/A".into(), to: "MAIN/B".into() },
                ),
                "inventory.not_quarantine",
            ),
            (
                moved(
                    bolt(),
                    "1 pcs",
                    Movement::CustomerReturn { of: unknown, to: "MAIN/A".into() },
                ),
                "inventory.unknown_move",
            ),
            (moved(bolt(), "1 pcs", Movement::Reversal { of: unknown }), "inventory.unknown_move"),
            (
                moved(
                    bolt(),
                    "1 pcs",
                    Movement::Dispatch { from: "MAIN/A".into(), to_site: main_site() },
                ),
                "inventory.same_place",
            ),
            (
                moved(
                    bolt(),
                    "1 pcs",
                    Movement::Dispatch { from: "MAIN/A".into(), to_site: unknown_site() },
                ),
                "inventory.move_to_unknown_site",
            ),
            (receipt(bolt(), "1 pcs").reason("a\0b"), "core.bad_text"),
            (receipt(bolt(), "1 pcs").reason(" "), "core.bad_text"),
            (receipt(bolt(), "1 pcs").fulfils(Id::from_u128(7)), "inventory.unfit"),
            (
                issue(bolt(), "1 pcs", "MAIN/A").fulfils(Id::from_u128(7)),
                "inventory.unknown_reservation",
            ),
            (receipt(bolt(), "1 pcs").receives(Id::from_u128(7)), "inventory.unknown_expected"),
        ];
        for (new, code) in &cases {
            assert_eq!(host.refusal(new.clone()), *code, "{new:?}");
        }
        // Together with good ones, each by itself: the good ones are made, and nothing is left of the others.
        let good = issue(bolt(), "1 pcs", "MAIN/A");
        let mut moves = vec![good.clone()];
        moves.extend(cases.iter().map(|(new, _)| new.clone()));
        moves.push(good);
        let answer = host.must("each", &MoveStock::each(moves.clone()));
        assert!(answer.moves[0].is_ok() && answer.moves[moves.len() - 1].is_ok());
        for ((new, code), moved) in cases.iter().zip(&answer.moves[1..]) {
            assert_eq!(moved.as_ref().unwrap_err().code, *code, "{new:?}");
        }
        assert_eq!(host.figures(bolt(), main_site())[0], "8");
        let all = host.refused("all", &MoveStock::new(moves));
        assert!(all.to_string().starts_with("item 1 (counted from 0): there is no item"), "{all}");
        assert_eq!(host.figures(bolt(), main_site())[0], "8");
        host.clean();
    });
}

fn unknown_site() -> fondaco_core::SiteId {
    fondaco_core::SiteId::named("NONE")
}

#[test]
fn texts_name_what_is_wrong_and_the_way_out() {
    let host = in_memory();
    host.made("come", receipt(bolt(), "10 pcs", "MAIN/A"));
    let said = |new: NewMove| {
        host.refused(&format!("{new:?}"), &MoveStock::new(vec![new.clone()])).to_string()
    };
    assert_eq!(
        said(issue(bolt(), "11 pcs", "MAIN/A")),
        "item 0 (counted from 0): of item BOLT only 10 pcs lie free in MAIN/A, not 11 pcs: take it from another location, or count \
         this one",
    );
    assert_eq!(
        said(receipt(bolt(), "-3 pcs", "MAIN/A")),
        "item 0 (counted from 0): a receipt of -3 pcs of item BOLT: give a quantity above zero; what goes the other way is a move of \
         another kind",
    );
    assert_eq!(
        said(receipt(bolt(), "1 kg", "MAIN/A")),
        "item 0 (counted from 0): item BOLT: BOLT: there is no factor from kg to pcs: give a conversion, such as 1 kg = 12 pcs",
    );
}

#[test]
fn locked_days_take_no_moves() {
    on_every_store(|host| {
        let come = |date: &str, to: &str| on(receipt(bolt(), "1 pcs", to), date);
        host.must("lock", &LockStock::through(d("2026-03-31")));
        host.must(
            "lock the shop",
            &LockStock { site: Some(shop()), through: Some(d("2026-05-31")) },
        );
        assert_eq!(host.refusal(come("2026-03-31", "MAIN/A")), "inventory.moves_locked");
        assert_eq!(host.refusal(come("2026-05-31", "SHOP")), "inventory.moves_locked");
        host.made("main", come("2026-04-01", "MAIN/A"));
        host.made("shop", come("2026-06-01", "SHOP"));
        host.must("unlock the shop", &LockStock { site: Some(shop()), through: None });
        host.made("shop, late", come("2026-05-31", "SHOP"));
        let nobody = LockStock { site: Some(unknown_site()), through: None };
        assert_eq!(host.refused("nobody", &nobody).code(), "inventory.move_to_unknown_site");
        host.clean();
    });
}

#[test]
fn what_may_be_below_zero_goes_out_before_it_came() {
    on_every_store(|host| {
        host.made("out", issue(sand(), "5 kg", "MAIN/A"));
        assert_eq!(host.figures(sand(), main_site())[0], "-5");
        host.made("in", receipt(sand(), "7.5 kg", "MAIN/A"));
        assert_eq!(host.figures(sand(), main_site())[0], "2.5");
        host.clean();
    });
}

/// What is set aside is not used, by whatever name.
#[test]
fn quarantined_goods_are_not_sold() {
    on_every_store(|host| {
        host.made("come", receipt(bolt(), "9 pcs", "MAIN/A"));
        let aside = Movement::Quarantine { from: "MAIN/A".into(), to: "MAIN/Q".into() };
        host.made("aside", moved(bolt(), "6 pcs", aside));
        assert_eq!(host.refusal(issue(bolt(), "1 pcs", "MAIN/Q")), "inventory.set_aside");
        let put = NewMove::transfer(bolt(), pcs(1), ("MAIN/Q", "MAIN/A"), today());
        assert_eq!(host.refusal(put), "inventory.set_aside", "it is released, not just put back");
        let sent = Movement::Dispatch { from: "MAIN/Q".into(), to_site: shop() };
        assert_eq!(host.refusal(moved(bolt(), "1 pcs", sent)), "inventory.set_aside");
        host.made("scrapped", moved(bolt(), "2 pcs", Movement::Scrap { from: "MAIN/Q".into() }));
        let released = Movement::Release { from: "MAIN/Q".into(), to: "MAIN/A".into() };
        host.made("released", moved(bolt(), "4 pcs", released));
        assert_eq!(host.figures(bolt(), main_site())[..3], ["7", "0", "0"]);
        host.clean();
    });
}
