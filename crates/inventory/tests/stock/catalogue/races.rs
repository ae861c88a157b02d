//! Somebody else is first: what an act read while another commits is looked at again before anything is believed.

use std::cell::Cell;
use std::sync::Arc;

use fondaco_core::store::Store;
use fondaco_core::*;
use fondaco_inventory::items::*;
use fondaco_inventory::levels;
use fondaco_inventory::moves::NewMove;
use fondaco_inventory::places::*;
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::reserve::*;
use fondaco_inventory::{ENGINE, SetUpStock, Stock, StockError};

use super::host::{day, stores};

/// Two who work on one company, each with a driver of his own.
struct Two {
    name: &'static str,
    one: Stock<'static>,
    other: Stock<'static>,
}

fn two(name: &'static str, store: &Arc<dyn Store>) -> Two {
    let handle = || {
        let time: Timestamp = "2026-06-01T08:00:00Z".parse().unwrap();
        let driver = Driver::new(store.clone(), CompanyId::named("acme"));
        Stock::over(driver).unwrap().with_clock(move || time)
    };
    Two { name, one: handle(), other: handle() }
}

fn bolt() -> ItemId {
    ItemId::named("BOLT")
}

fn main_site() -> SiteId {
    SiteId::named("MAIN")
}

impl Two {
    fn set_up(&self) -> Result<(), StockError> {
        let stock = &self.one;
        stock.send("set up", &SetUpStock::new(Currency::EUR))?;
        let categories = ["A", "B", "EMPTY"].map(|code| Category::new(code, code));
        stock.send("categories", &AddCategories::new(categories.to_vec()))?;
        let milk = Item { tracking: Tracking::Lot, ..Item::new("MILK", "Milk", Unit::LITRE) };
        let items = vec![Item::new("BOLT", "Bolt", Unit::PIECE), milk];
        stock.send("items", &AddItems::new(items))?;
        let sites = vec![Site::new("MAIN", "Main"), Site::new("SHOP", "Shop")];
        stock.send("sites", &OpenSites::new(sites))?;
        let hall = Location::new("HALL", "Hall", main_site(), "MAIN");
        stock.send("hall", &OpenLocations::new(vec![hall]))?;
        Ok(())
    }

    /// Carries out a command while the other carries out his, between what the first reads and its commit.
    fn race<A: Act<Error = StockError>, B: Act<Error = StockError>>(
        &self,
        first: &A,
        meanwhile: &B,
    ) -> Result<A::Answer, StockError> {
        let done = Cell::new(false);
        let raced = self.one.driver().run(self.one.envelope("first"), first, |tx, first| {
            let answer = first.act(tx)?;
            if !done.replace(true) {
                self.other.send("meanwhile", meanwhile)?;
            }
            Ok(answer)
        });
        raced.map(|done| done.answer)
    }
}

/// On every store: the first command loses against what came meanwhile.
fn loses<A: Act<Error = StockError>, B: Act<Error = StockError>>(
    first: &A,
    meanwhile: &B,
    code: &str,
) {
    for (name, store) in stores() {
        let two = two(name, &store);
        two.set_up().unwrap();
        match two.race(first, meanwhile) {
            Ok(_) => panic!("on {name} nothing refused what should be {code}"),
            Err(error) => assert_eq!(error.code(), code, "on {}: {error}", two.name),
        }
        let mut found = Vec::new();
        two.one.view(|view| ENGINE.verify(view)).map(|all| found = all).unwrap();
        assert!(found.is_empty(), "on {name}: {found:?}");
    }
}

fn into_empty() -> AddItems {
    let item = Item::new("NUT", "Nut", Unit::PIECE);
    AddItems::new(vec![Item { category: Some("EMPTY".into()), ..item }])
}

fn shelf() -> OpenLocations {
    OpenLocations::new(vec![Location::new("HALL/1", "Shelf", main_site(), "HALL")])
}

fn close_hall() -> CloseLocation {
    CloseLocation::new("HALL", day("2026-05-31"))
}

/// Of an item that was never there before.
fn receipt() -> MoveStock {
    let five = Quantity::new(5, Unit::PIECE);
    MoveStock::new(vec![NewMove::receipt(bolt(), five, "HALL", day("2026-05-31"))])
}

/// The first that is ever ordered of an item for a site has no level that who closes the site could ask: he learns of it all the same.
#[test]
fn a_site_is_closed_while_something_is_ordered_for_it() {
    let (document, shop) = (DocumentId::named("o1"), SiteId::named("SHOP"));
    let close = CloseSite::new(shop, day("2026-06-30"));
    let (quantity, due_on) = (Quantity::new(5, Unit::PIECE), day("2026-06-30"));
    let lines = vec![ExpectedLine { item: bolt(), site: shop, quantity, due_on }];
    let announce = AnnounceStock { document, party: None, lines };
    loses(&close, &announce, "inventory.cannot_close_place");
    let early = CloseSite::new(shop, day("2026-05-31"));
    loses(&announce, &early, "inventory.place_closed");
    let wait = Reserve {
        otherwise: Otherwise::Backorder,
        ..Reserve::new(document, vec![Wanted::new(bolt(), shop, quantity)])
    };
    loses(&close, &wait, "inventory.cannot_close_place");
    loses(&wait, &early, "inventory.place_closed");
}

#[test]
fn a_category_is_closed_while_an_item_comes_into_it() {
    loses(&CloseCategory::new("EMPTY"), &into_empty(), "inventory.cannot_close");
    loses(&into_empty(), &CloseCategory::new("EMPTY"), "inventory.closed");
}

#[test]
fn two_moves_make_no_circle() {
    let under = |code: &str, parent: &str| ChangeCategory::under(code, Some(parent.into()));
    loses(&under("A", "B"), &under("B", "A"), "core.tree_circle");
}

#[test]
fn a_location_is_closed_while_another_is_opened_in_it() {
    loses(&close_hall(), &shelf(), "inventory.cannot_close_place");
    loses(&shelf(), &close_hall(), "inventory.place_closed");
}

#[test]
fn what_is_closed_while_something_comes_stays_open() {
    loses(&CloseItem::new(bolt()), &receipt(), "inventory.cannot_close");
    loses(&receipt(), &CloseItem::new(bolt()), "inventory.move_of_closed_item");
    loses(&close_hall(), &receipt(), "inventory.cannot_close_place");
    let unit = ChangeItem { unit: Some(Unit::GRAM), ..ChangeItem::of(bolt()) };
    loses(&unit, &receipt(), "inventory.cannot_change");
    let kind =
        ChangeLocation { kind: Some(LocationKind::Quarantine), ..ChangeLocation::of("HALL") };
    loses(&kind, &receipt(), "inventory.cannot_change_place");
}

#[test]
fn one_number_names_one_lot() {
    let lot = AddLots::new(vec![NewLot::new(ItemId::named("MILK"), "L1")]);
    loses(&lot, &lot, "inventory.lot_exists");
}

/// Neither loses, and what came meanwhile is counted as the lot is.
#[test]
fn a_lot_is_blocked_while_some_of_it_comes() {
    for (name, store) in stores() {
        let two = two(name, &store);
        two.set_up().unwrap();
        let milk = ItemId::named("MILK");
        let lots = two.one.send("lot", &AddLots::new(vec![NewLot::new(milk, "L1")])).unwrap();
        let (lot, seven) = (lots.answer[0], Quantity::new(7, Unit::LITRE));
        let comes = NewMove::receipt(milk, seven, "HALL", day("2026-05-31")).lot(lot);
        two.race(&JudgeLot::new(lot, LotStatus::Blocked), &MoveStock::new(vec![comes])).unwrap();
        let stock = two.one.view(|view| levels::stock(view, milk, main_site())).unwrap();
        assert_eq!(stock.expired, stock.on_hand, "on {name}");
        assert!(two.one.verify().unwrap().is_clean(), "on {name}");
    }
}
