//! What is closed takes nothing any more, whatever it is called, and lets go of what lies there.

use fondaco_core::DocumentId;
use fondaco_inventory::items::CloseItem;
use fondaco_inventory::moves::*;
use fondaco_inventory::places::*;
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::replenish::*;
use fondaco_inventory::reserve::*;

use crate::host::*;

fn close_shop(end: &str) -> CloseSite {
    CloseSite { site: shop(), end: d(end) }
}

/// The shop closes with May: its places first.
fn shop_closed(host: &Host, end: &str) {
    host.must("close the road", &CloseLocation { location: "SHOP/ROAD".into(), end: d(end) });
    host.must("close the shop", &close_shop(end));
}

fn announce(due: &str) -> AnnounceStock {
    let line = ExpectedLine { item: bolt(), site: shop(), quantity: pcs(5), due_on: d(due) };
    AnnounceStock { document: DocumentId::named("purchase/7"), party: None, lines: vec![line] }
}

fn rule(site: fondaco_core::SiteId) -> SetReorderRule {
    let policy = ReplenishmentPolicy::OrderUpTo { point: pcs(10), up_to: pcs(40) };
    SetReorderRule::new(bolt(), site, policy)
}

#[test]
fn nothing_is_sent_ordered_or_promised_to_a_closed_site() {
    on_every_store(|host| {
        host.made("come", on(receipt(bolt(), "10 pcs", "MAIN/A"), "2026-05-02"));
        shop_closed(&host, "2026-05-31");
        let send =
            moved(bolt(), "1 pcs", Movement::Dispatch { from: "MAIN/A".into(), to_site: shop() });
        assert_eq!(host.refusal(send.clone()), "inventory.place_closed");
        let refused = host.refused("announce", &announce("2026-07-01"));
        assert_eq!(
            refused.to_string(),
            "item 0 (counted from 0): site SHOP closes after 2026-05-31: reopen it first",
        );
        let wanted = vec![Wanted::new(bolt(), shop(), pcs(1))];
        let wait = Reserve {
            otherwise: Otherwise::Backorder,
            ..Reserve::new(DocumentId::named("o"), wanted)
        };
        assert_eq!(host.refused("wait", &wait).code(), "inventory.place_closed");
        assert_eq!(host.refused("rule", &rule(shop())).code(), "inventory.place_closed");
        let from_there = SetReorderRule {
            source: ReplenishmentSource::Transfer { from: shop() },
            ..rule(main_site())
        };
        assert_eq!(host.refused("from there", &from_there).code(), "inventory.place_closed");
        // What was sent while it was open, is of a day on which it was.
        let sent = host.made("sent in May", on(send, "2026-05-20"));
        let arrives = moved(bolt(), "1 pcs", Movement::Arrival { of: sent, to: "SHOP".into() });
        assert_eq!(host.refusal(arrives.clone()), "inventory.location_closed");
        host.made("taken back", moved(bolt(), "1 pcs", Movement::Reversal { of: sent }));
        assert_eq!(host.figures(bolt(), shop())[4], "0");
        host.must("reopen", &ReopenSite { site: shop() });
        host.must("announce again", &announce("2026-07-02"));
        host.clean();
    });
}

#[test]
fn a_site_that_will_close_takes_nothing_that_comes_later() {
    on_every_store(|host| {
        shop_closed(&host, "2026-07-31");
        assert_eq!(host.refused("late", &announce("2026-08-01")).code(), "inventory.place_closed");
        host.must("in time", &announce("2026-07-31"));
        assert_eq!(host.refused("no rule", &rule(shop())).code(), "inventory.place_closed");
        host.clean();
    });
}

#[test]
fn what_lies_in_a_closed_place_can_leave() {
    on_every_store(|host| {
        host.must("close A", &CloseLocation { location: "MAIN/A".into(), end: d("2026-07-31") });
        host.at_minute(20 * 24 * 60);
        host.made("come", on(receipt(bolt(), "9 pcs", "MAIN/A"), "2026-07-15"));
        host.at_minute(40 * 24 * 60);
        let later = |new: NewMove| on(new, "2026-08-05");
        assert_eq!(
            host.refusal(later(receipt(bolt(), "1 pcs", "MAIN/A"))),
            "inventory.location_closed"
        );
        let put =
            |from: &str, to: &str| NewMove::transfer(bolt(), pcs(3), (from, to), d("2026-08-05"));
        let moved_out = host.made("put elsewhere", put("MAIN/A", "MAIN/B"));
        assert_eq!(host.refusal(put("MAIN/B", "MAIN/A")), "inventory.location_closed");
        let back = later(moved(bolt(), "3 pcs", Movement::Reversal { of: moved_out }));
        assert_eq!(host.refusal(back), "inventory.location_closed");
        host.made("sold", later(issue(bolt(), "5 pcs", "MAIN/A")));
        host.made(
            "scrapped",
            later(moved(bolt(), "1 pcs", Movement::Scrap { from: "MAIN/A".into() })),
        );
        assert_eq!(host.figures(bolt(), main_site())[0], "3");
        host.clean();
    });
}

#[test]
fn what_is_closed_is_not_replenished() {
    on_every_store(|host| {
        host.must("rule", &rule(main_site()));
        assert_eq!(host.view(|view| shortages(view)).len(), 1);
        host.must("close the item", &CloseItem { item: bolt() });
        assert!(host.view(|view| shortages(view)).is_empty());
        assert!(host.view(|view| reorder_rules(view)).is_empty());
        host.must("open it again", &fondaco_inventory::items::ReopenItem { item: bolt() });
        let from_shop = SetReorderRule {
            source: ReplenishmentSource::Transfer { from: shop() },
            ..rule(main_site())
        };
        host.must("from the shop", &from_shop);
        host.must("of the shop", &rule(shop()));
        host.must("close the road", &CloseLocation { location: "SHOP/ROAD".into(), end: today() });
        let why = host.refused("close", &close_shop("2026-06-30")).to_string();
        assert!(why.contains("BOLT at MAIN is replenished from there"), "{why}");
        host.must("not from there", &RemoveReorderRule { item: bolt(), site: main_site() });
        host.must("close now", &close_shop("2026-06-30"));
        assert!(host.view(|view| reorder_rules(view)).is_empty());
        host.clean();
    });
}

#[test]
fn nothing_goes_back_to_where_it_would_count_to_something_else() {
    on_every_store(|host| {
        host.made("come", receipt(bolt(), "5 pcs", "MAIN/B"));
        let gone = host.made("go", issue(bolt(), "5 pcs", "MAIN/B"));
        let becomes = |name: &str, kind| {
            host.must(name, &ChangeLocation { kind: Some(kind), ..ChangeLocation::of("MAIN/B") });
        };
        becomes("scrap", LocationKind::Scrap);
        let back = || moved(bolt(), "5 pcs", Movement::Reversal { of: gone });
        let refused = host.refused("back", &MoveStock::new(vec![back()]));
        assert_eq!(refused.code(), "inventory.place_changed");
        assert!(
            refused.to_string().contains("in location MAIN/B counts to something else now"),
            "{refused}"
        );
        // On hand it may be either way: what is set aside counts as that.
        becomes("quarantine", LocationKind::Quarantine);
        host.made("back, aside", back());
        assert_eq!(host.figures(bolt(), main_site())[..3], ["5", "0", "5"]);
        host.clean();
    });
}
