//! What has stock is not closed, nothing that was moved becomes something else, and a lot counts as what it is said to be.

use fondaco_inventory::Change;
use fondaco_inventory::items::*;
use fondaco_inventory::places::*;
use fondaco_inventory::posting::MoveStock;

use crate::host::*;

#[test]
fn what_has_stock_stays_open() {
    on_every_store(|host| {
        host.made("come", on(receipt(bolt(), "5 pcs", "MAIN/A"), "2026-06-10"));
        let close = CloseItem { item: bolt() };
        assert_eq!(host.refused("close", &close).code(), "inventory.cannot_close");
        let close_bin = |end: &str| CloseLocation { location: "MAIN/A".into(), end: d(end) };
        assert_eq!(
            host.refused("close bin", &close_bin("2026-06-30")).code(),
            "inventory.cannot_close_place"
        );
        host.made("go", on(issue(bolt(), "5 pcs", "MAIN/A"), "2026-06-20"));
        // Nothing lies there, but something moved after that day.
        assert_eq!(
            host.refused("close bin early", &close_bin("2026-06-15")).code(),
            "inventory.cannot_close_place"
        );
        host.must("close bin late", &close_bin("2026-06-20"));
        host.must("close it", &close);
        assert_eq!(
            host.refusal(receipt(bolt(), "1 pcs", "MAIN/B")),
            "inventory.move_of_closed_item"
        );
        host.clean();
    });
}

#[test]
fn a_lot_counts_as_what_it_is_said_to_be() {
    on_every_store(|host| {
        let come = |lot: &str| receipt(milk(), "10 l", "MAIN/A").lot(lot_id(lot));
        host.must("come", &MoveStock::new(vec![come("M1"), come("M2")]));
        let columns = || host.figures(milk(), main_site())[2..4].to_vec();
        host.must("block", &JudgeLot::new(lot_id("M1"), LotStatus::Blocked));
        assert_eq!(columns(), ["0", "10"]);
        host.tick("2026-07-11T00:00:00Z");
        host.at_minute(20 * 24 * 60);
        assert_eq!(columns(), ["0", "10"]); // blocked and expired counts once
        host.must("release", &JudgeLot::new(lot_id("M1"), LotStatus::Released));
        assert_eq!(columns(), ["0", "10"]);
        host.must(
            "longer",
            &ChangeLot { expires: Change::To(d("2026-09-01")), ..ChangeLot::of(lot_id("M1")) },
        );
        assert_eq!(columns(), ["0", "0"]);
        host.tick("2026-08-31T00:00:00Z"); // M2 was good until 10 August
        assert_eq!(columns(), ["0", "10"]);
        host.tick("2026-09-02T00:00:00Z");
        assert_eq!(columns(), ["0", "20"]);
        host.clean();
    });
}

#[test]
fn what_is_released_goes_to_what_waits() {
    on_every_store(|host| {
        use fondaco_core::DocumentId;
        use fondaco_inventory::reserve::*;
        host.made("come", receipt(milk(), "10 l", "MAIN/A").lot(lot_id("MQ")));
        let wanted = vec![Wanted::new(milk(), main_site(), q("4 l"))];
        let waits = Reserve::new(DocumentId::named("o1"), wanted);
        host.must("wait", &Reserve { otherwise: Otherwise::Backorder, ..waits });
        assert_eq!(
            host.figures(milk(), main_site()),
            ["10", "0", "10", "0", "0", "0", "4"].map(str::to_owned)
        );
        host.must("release", &JudgeLot::new(lot_id("MQ"), LotStatus::Released));
        assert_eq!(
            host.figures(milk(), main_site()),
            ["10", "4", "0", "0", "0", "0", "0"].map(str::to_owned)
        );
        host.clean();
    });
}
