//! Whatever call of the store fails, nothing is half done, and asking again ends where it would have ended. Swept are `SetUpStock`,
//! `ChangeStockSettings`, `AddCategories`, `ChangeCategory`, `CloseCategory`, `ReopenCategory`, `AddItems`, `ChangeItem`,
//! `SetConversions`, `AddVariants`, `CloseItem`, `ReopenItem`, `AddLots`, `ChangeLot`, `JudgeLot`, `AddOrigins`, `OpenSites`, `OpenLocations`,
//! `ChangeSite`, `ChangeLocation`, `MoveLocation`, `CloseLocation`, `ReopenLocation`, `CloseSite` and `ReopenSite`.

use fondaco_core::*;
use fondaco_inventory::items::*;
use fondaco_inventory::places::*;
use fondaco_inventory::*;
use fondaco_store::Memory;
use fondaco_testkit::{Model, sweep};

use super::host::day;

fn acme() -> CompanyId {
    CompanyId::named("acme")
}

/// Every command of the catalogue once.
fn everything(store: &dyn fondaco_core::store::Store) -> Result<(), StockError> {
    let driver = Driver::new(store, acme()).with_predictable_salts();
    let time: Timestamp = "2026-06-01T08:00:00Z".parse().unwrap();
    let stock = Stock::over(driver).map_err(Halt::from)?.with_clock(move || time);
    stock.send("set up", &SetUpStock::new(Currency::EUR))?;
    stock.send("settings", &ChangeStockSettings::below_zero(BelowZero::Allow))?;
    let (food, dry) = (Category::new("FOOD", "Food"), Category::new("DRY", "Dry").under("FOOD"));
    stock.send("categories", &AddCategories::new(vec![dry, food]))?;
    stock.send("category", &ChangeCategory::under("DRY", None))?;
    stock.send("close category", &CloseCategory::new("DRY"))?;
    stock.send("reopen category", &ReopenCategory::new("DRY"))?;
    let flour = super::cases::flour();
    let shirt = Item::new("SHIRT", "T-shirt", Unit::PIECE);
    let (flour_id, shirt_id) = (flour.id, shirt.id);
    stock.send("items", &AddItems::new(vec![flour, shirt, super::cases::cheese()]))?;
    let change = ChangeItem { category: Change::To("DRY".into()), ..ChangeItem::of(flour_id) };
    stock.send("item", &change)?;
    let units = SetConversions::new(flour_id, vec!["1 bag = 25 kg".parse().unwrap()]);
    stock.send("units", &units)?;
    let sizes = vec![Axis::new("size", [("M", "medium"), ("L", "large")])];
    stock.send("variants", &AddVariants::new(shirt_id, sizes))?;
    stock.send("close item", &CloseItem::new(flour_id))?;
    stock.send("reopen item", &ReopenItem::new(flour_id))?;
    let first = stock.send("lot", &AddLots::new(vec![NewLot::new(flour_id, "L1")]))?.answer[0];
    let mixed = NewLot { origins: vec![first], ..NewLot::new(flour_id, "L2") };
    stock.send("mixed", &AddLots::new(vec![mixed]))?;
    let bought = stock.send("bought", &AddLots::new(vec![NewLot::new(flour_id, "L3")]))?.answer[0];
    stock.send("origins", &AddOrigins::new(first, vec![bought]))?;
    stock.send("expiry", &ChangeLot::expires(first, day("2026-12-31")))?;
    stock.send("judge", &JudgeLot::new(first, LotStatus::Quarantined))?;
    let main = Site::new("MAIN", "Main warehouse");
    let id = main.id;
    stock.send("site", &OpenSites::new(vec![main]))?;
    let hall = Location::new("MAIN/A", "Hall A", id, "MAIN");
    let shelf = Location::new("MAIN/A/1", "Shelf", id, "MAIN/A");
    stock.send("locations", &OpenLocations::new(vec![shelf, hall]))?;
    let calendar = ChangeSite { calendar: Change::To("IT".into()), ..ChangeSite::of(id) };
    stock.send("calendar", &calendar)?;
    stock.send("freeze", &ChangeLocation::frozen("MAIN/A/1", true))?;
    stock.send("move", &MoveLocation::new("MAIN/A/1", "MAIN"))?;
    stock.send("close hall", &CloseLocation::new("MAIN/A", day("2026-06-30")))?;
    stock.send("reopen hall", &ReopenLocation::new("MAIN/A"))?;
    for location in ["MAIN/A", "MAIN/A/1"] {
        stock
            .send(&format!("close {location}"), &CloseLocation::new(location, day("2026-06-30")))?;
    }
    stock.send("close site", &CloseSite::new(id, day("2026-06-30")))?;
    stock.send("reopen site", &ReopenSite::new(id))?;
    Ok(())
}

#[test]
fn every_command_survives_every_failure() {
    let swept = sweep(acme(), Memory::new, everything).unwrap();
    assert_eq!(swept.commits, 29);
    assert_eq!(sweep(acme(), Model::new, everything).unwrap().commits, 29);
}
