//! Where to take something from.

use fondaco_inventory::Qty;
use fondaco_inventory::ordering::{PickBy, PickRule};
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::reserve::*;

use crate::host::*;

/// What came first is taken first, whenever its lot was registered.
#[test]
fn first_in_goes_by_the_day_on_which_goods_came() {
    on_every_store(|host| {
        // M1 was registered before M2, and came later.
        let come =
            |lot: &str, to: &str, day: &str| on(receipt(milk(), "10 l", to).lot(lot_id(lot)), day);
        host.must(
            "come",
            &MoveStock::new(vec![
                come("M2", "MAIN/A", "2026-06-10"),
                come("M1", "MAIN/A", "2026-06-20"),
            ]),
        );
        let first_in = PickRule::new(PickBy::FirstIn, today());
        assert_eq!(picked(&host, milk(), 12, first_in).0, ["MAIN/A M2 10", "MAIN/A M1 2"]);
        let last_in = PickRule::new(PickBy::LastIn, today());
        assert_eq!(picked(&host, milk(), 12, last_in).0, ["MAIN/A M1 10", "MAIN/A M2 2"]);
        // Of what is not tracked: what lies in B is of the 5th, though something of the 1st was there before.
        let bolts = |quantity: &str, to: &str, day: &str| on(receipt(bolt(), quantity, to), day);
        host.must(
            "bolts",
            &MoveStock::new(vec![
                bolts("8 pcs", "MAIN/B", "2026-06-01"),
                bolts("5 pcs", "MAIN/A", "2026-06-03"),
                bolts("5 pcs", "MAIN/B", "2026-06-05"),
                on(issue(bolt(), "8 pcs", "MAIN/B"), "2026-06-06"),
            ]),
        );
        assert_eq!(picked(&host, bolt(), 7, first_in).0, ["MAIN/A - 5", "MAIN/B - 2"]);
        assert_eq!(picked(&host, bolt(), 7, last_in).0, ["MAIN/B - 5", "MAIN/A - 2"]);
    });
}

#[test]
fn what_is_promised_to_others_is_not_picked() {
    on_every_store(|host| {
        let come = |to: &str| receipt(bolt(), "5 pcs", to);
        host.must("come", &MoveStock::new(vec![come("MAIN/A"), come("MAIN/B")]));
        let order = fondaco_core::DocumentId::named("o1");
        let wanted = |quantity: &str| Wanted::new(bolt(), main_site(), q(quantity));
        let in_b = Wanted { location: Some("MAIN/B".into()), ..wanted("4 pcs") };
        host.must("o1", &Reserve::new(order, vec![in_b, wanted("3 pcs")]));
        let nearest = PickRule::new(PickBy::Nearest, today());
        let (lines, missing) = picked(&host, bolt(), 7, nearest);
        assert_eq!(
            (lines, missing.as_str()),
            (vec!["MAIN/B - 1".into(), "MAIN/A - 2".into()], "4")
        );
        let quantity = Qty::from_units(7_000_000);
        let list =
            host.view(|view| pick_list_for(view, order, (bolt(), main_site()), quantity, &nearest));
        let places: Vec<_> = list.lines.iter().map(|line| line.location.as_str()).collect();
        assert_eq!((places, list.missing), (vec!["MAIN/B", "MAIN/A"], Qty::ZERO));
        assert_eq!(list.lines[0].quantity.to_decimal(), 5.into());
    });
}

fn picked(
    host: &Host,
    item: fondaco_core::ItemId,
    units: i64,
    rule: PickRule,
) -> (Vec<String>, String) {
    let quantity = Qty::from_units(units * 1_000_000);
    let list = host.view(|view| pick_list(view, (item, main_site()), quantity, &rule));
    let line = |line: &PickLine| {
        let lot = line.lot.map_or("-", |lot| if lot == lot_id("M1") { "M1" } else { "M2" });
        format!("{} {lot} {}", line.location, line.quantity.to_decimal())
    };
    (list.lines.iter().map(line).collect(), list.missing.to_decimal().to_string())
}

#[test]
fn what_expires_first_or_lies_nearest_is_taken_first() {
    on_every_store(|host| {
        let come = |lot: &str, to: &str| receipt(milk(), "10 l", to).lot(lot_id(lot));
        let moves = vec![
            come("M2", "MAIN/B"),
            come("M1", "MAIN/A"),
            come("M1", "MAIN/Q"),
            come("M1", "SHOP"),
            come("MK", "MAIN/A"),
        ];
        host.must("come", &MoveStock::new(moves));
        let first_expired = PickRule::new(PickBy::FirstExpired, today());
        let (lines, missing) = picked(&host, milk(), 15, first_expired);
        assert_eq!(
            (lines, missing.as_str()),
            (vec!["MAIN/A M1 10".to_owned(), "MAIN/B M2 5".to_owned()], "0")
        );
        let (lines, missing) = picked(&host, milk(), 15, first_expired.good_for(20));
        assert_eq!((lines, missing.as_str()), (vec!["MAIN/B M2 10".to_owned()], "5"));
        // Of what is not tracked, the nearest.
        host.must(
            "bolts",
            &MoveStock::new(vec![
                receipt(bolt(), "5 pcs", "MAIN/A"),
                receipt(bolt(), "5 pcs", "MAIN/B"),
            ]),
        );
        let (lines, _) = picked(&host, bolt(), 7, PickRule::new(PickBy::Nearest, today()));
        assert_eq!(lines, ["MAIN/B - 5", "MAIN/A - 2"]);
    });
}
