//! What is there keeps things from being closed or from becoming something else, and lots count as what they are.

use chrono::NaiveDate;
use fondaco_core::*;
use fondaco_inventory::items::*;
use fondaco_inventory::levels;
use fondaco_inventory::moves::NewMove;
use fondaco_inventory::places::*;
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::trace::{Direction, trace};
use fondaco_inventory::{SetUpStock, StockError};

use super::host::{Host, day, everywhere};

fn today() -> NaiveDate {
    day("2026-06-01")
}

fn bolt() -> ItemId {
    ItemId::named("BOLT")
}

fn milk() -> ItemId {
    ItemId::named("MILK")
}

fn main_site() -> SiteId {
    SiteId::named("MAIN")
}

/// Bolts, milk in lots, and a site with a bin.
fn set_up(host: &Host) {
    host.must("chief", &SetUpStock::new(Currency::EUR));
    let milk = Item { tracking: Tracking::Lot, ..Item::new("MILK", "Milk", Unit::LITRE) };
    host.must("chief", &AddItems::new(vec![Item::new("BOLT", "Bolt", Unit::PIECE), milk]));
    host.must("chief", &OpenSites::new(vec![Site::new("MAIN", "Main")]));
    let bin = Location::new("MAIN/A", "A", main_site(), "MAIN");
    host.must("chief", &OpenLocations::new(vec![bin]));
}

fn moved(host: &Host, new: NewMove) {
    host.must("chief", &MoveStock::new(vec![new]));
}

fn bolts(count: i64) -> Quantity {
    Quantity::new(count, Unit::PIECE)
}

fn refusal<C: Act<Error = StockError>>(host: &Host, command: &C) -> (String, String) {
    let error = host.refused("chief", command);
    (error.code().to_owned(), error.to_string())
}

#[test]
fn what_is_there_keeps_things_open() {
    everywhere(|host| {
        set_up(host);
        moved(host, NewMove::receipt(bolt(), bolts(5), "MAIN/A", today()));
        let (code, text) = refusal(host, &CloseItem::new(bolt()));
        assert_eq!(
            (code.as_str(), text.as_str()),
            (
                "inventory.cannot_close",
                "item BOLT can't be closed: 5 pcs are on hand at MAIN: see to them first",
            )
        );
        let (code, text) = refusal(host, &CloseLocation::new("MAIN/A", today()));
        assert_eq!(
            (code.as_str(), text.as_str()),
            (
                "inventory.cannot_close_place",
                "location MAIN/A can't be closed: 5 pcs of BOLT lie in MAIN/A: move them out first",
            )
        );
        let kind =
            ChangeLocation { kind: Some(LocationKind::Quarantine), ..ChangeLocation::of("MAIN/A") };
        assert_eq!(refusal(host, &kind).0, "inventory.cannot_change_place");
        let unit = ChangeItem { unit: Some(Unit::GRAM), ..ChangeItem::of(bolt()) };
        let (code, text) = refusal(host, &unit);
        assert_eq!(code, "inventory.cannot_change");
        assert!(text.contains("it has been moved"), "{text}");
        let template = AddVariants::new(bolt(), vec![Axis::new("size", [("S", "small")])]);
        assert_eq!(refusal(host, &template).0, "inventory.bad_axes");
        moved(host, NewMove::transfer(bolt(), bolts(5), ("MAIN/A", "MAIN"), today()));
        host.must("chief", &CloseLocation::new("MAIN/A", today()));
        let (code, text) = refusal(host, &CloseSite::new(main_site(), today()));
        assert_eq!(code, "inventory.cannot_close_place");
        assert!(text.contains("5 pcs of BOLT are on hand there"), "{text}");
        moved(host, NewMove::issue(bolt(), bolts(5), "MAIN", today()));
        // Gone, but not as if it had never been.
        assert_eq!(refusal(host, &unit).0, "inventory.cannot_change");
        host.must("chief", &CloseItem::new(bolt()));
        host.must("chief", &CloseSite::new(main_site(), today()));
    });
}

/// On hand, quarantined, expired.
fn figures(host: &Host) -> [i64; 3] {
    let stock = host.view(|view| levels::stock(view, milk(), main_site()));
    [stock.on_hand, stock.quarantined, stock.expired].map(|one| one.units() / 1_000_000)
}

fn clean(host: &Host) {
    let found = host.view(|view| Ok(levels::verify(view)?));
    assert!(found.is_empty(), "on {}: {found:#?}", host.name);
}

#[test]
fn a_lot_counts_as_what_it_is() {
    everywhere(|host| {
        set_up(host);
        let good = NewLot { expires: Some(day("2026-06-10")), ..NewLot::new(milk(), "L1") };
        let lot = host.must("chief", &AddLots::new(vec![good]))[0];
        let seven = Quantity::new(7, Unit::LITRE);
        moved(host, NewMove::receipt(milk(), seven, "MAIN/A", today()).lot(lot));
        let judge = |status| host.must("chief", &JudgeLot::new(lot, status));
        let expires = |last: &str| host.must("chief", &ChangeLot::expires(lot, day(last)));
        assert_eq!(figures(host), [7, 0, 0]);
        judge(LotStatus::Quarantined);
        assert_eq!(figures(host), [7, 7, 0]);
        clean(host);
        judge(LotStatus::Blocked);
        assert_eq!(figures(host), [7, 0, 7]);
        clean(host);
        expires("2026-05-31"); // yesterday
        assert_eq!(figures(host), [7, 0, 7]);
        judge(LotStatus::Quarantined); // what is over is good after no inspection
        assert_eq!(figures(host), [7, 0, 7]);
        clean(host);
        judge(LotStatus::Released);
        assert_eq!(figures(host), [7, 0, 7]);
        clean(host);
        expires("2026-06-01"); // still good today
        assert_eq!(figures(host), [7, 0, 0]);
        clean(host);
        host.tick("2026-06-02T12:00:00Z");
        assert_eq!(figures(host), [7, 0, 7]);
        host.must(
            "chief",
            &ChangeLot { expires: fondaco_inventory::Change::Clear, ..ChangeLot::of(lot) },
        );
        assert_eq!(figures(host), [7, 0, 0]);
        clean(host);
    });
}

#[test]
fn a_recall_finds_whoever_has_something_of_it() {
    everywhere(|host| {
        set_up(host);
        let add = |code: &str, origins: Vec<Id<Lot>>| {
            host.must("chief", &AddLots::new(vec![NewLot { origins, ..NewLot::new(milk(), code) }]))
                [0]
        };
        // Two farms' milk is mixed, and cheese and butter are made of it, which meet in a pie; one more was never mixed.
        let (a, b, other) = (add("A", vec![]), add("B", vec![]), add("OTHER", vec![]));
        let mixed = add("MIXED", vec![a, b]);
        let (cheese, butter) = (add("CHEESE", vec![mixed]), add("BUTTER", vec![mixed]));
        let pie = add("PIE", vec![cheese]);
        host.must("chief", &AddOrigins::new(pie, vec![butter, cheese]));
        let codes = |lot, direction| {
            let trace = host.view(|view| trace(view, lot, direction));
            let row = |row: &fondaco_inventory::trace::TracedLot| {
                format!("{}:{}", row.level, row.lot.code)
            };
            trace.lots.iter().map(row).collect::<Vec<_>>()
        };
        assert_eq!(codes(a, Direction::Down), ["0:A", "1:MIXED", "2:CHEESE", "2:BUTTER", "3:PIE"]);
        assert_eq!(
            codes(pie, Direction::Up),
            ["0:PIE", "1:CHEESE", "1:BUTTER", "2:MIXED", "3:A", "3:B"]
        );
        assert_eq!(codes(other, Direction::Down), ["0:OTHER"]);
        let litre = Quantity::new(1, Unit::LITRE);
        moved(host, NewMove::receipt(milk(), litre, "MAIN/A", today()).lot(pie));
        let buyer = PartyId::named("customer/7");
        let sale = NewMove::issue(milk(), litre, "MAIN/A", today()).lot(pie).party(buyer);
        moved(host, sale);
        let down = host.view(|view| trace(view, a, Direction::Down));
        let last = down.lots.last().unwrap();
        assert_eq!(last.from, [cheese, butter]);
        assert_eq!(last.moves[1].party, Some(buyer));
        assert!(down.to_string().contains("-1 l"), "{down}");
        let circle = host.refused("chief", &AddOrigins::new(a, vec![pie]));
        assert!(circle.to_string().contains("no part of it"), "{circle}");
        let itself = host.refused("chief", &AddOrigins::new(a, vec![a]));
        assert_eq!(itself.code(), "inventory.bad_lot");
        let unknown = host.refused("chief", &AddOrigins::new(a, vec![Id::from_u128(9)]));
        assert_eq!(unknown.code(), "inventory.unknown_lot");
    });
}
