//! Where to take something from.

use fondaco_inventory::Qty;
use fondaco_inventory::ordering::{PickBy, PickRule};
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::reserve::*;

use crate::host::*;

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
