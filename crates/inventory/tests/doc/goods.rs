// What the examples of the documentation share: the stock of a small firm, before anything was moved.
pub use chrono::NaiveDate;
pub use fondaco_core::*;
pub use fondaco_inventory::items::*;
pub use fondaco_inventory::places::*;
pub use fondaco_inventory::*;
pub use fondaco_store::Memory;

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A bolt in BOLTS, which stands under FASTENERS; flour in lots, good for 270 days. The site MAIN has hall MAIN/A, and that the
/// bin MAIN/A/01.
pub fn stock() -> Stock<'static> {
    let time: Timestamp = "2026-06-01T08:00:00Z".parse().unwrap();
    let stock = Stock::open(Memory::new(), CompanyId::named("acme")).unwrap();
    let stock = stock.with_clock(move || time);
    stock.send("set up", &SetUpStock::new(Currency::EUR)).unwrap();
    let categories =
        vec![Category::new("FASTENERS", "Fasteners"), Category::new("BOLTS", "Bolts").under("FASTENERS")];
    stock.send("categories", &AddCategories::new(categories)).unwrap();
    let bolt =
        Item { category: Some("BOLTS".into()), ..Item::new("M8x40", "Bolt M8 x 40", Unit::PIECE) };
    let flour = Item {
        tracking: Tracking::Lot,
        shelf_life_days: Some(270),
        ..Item::new("FLOUR-550", "Wheat flour, type 550", Unit::KILOGRAM)
    };
    stock.send("items", &AddItems::new(vec![bolt, flour])).unwrap();
    let main = Site::new("MAIN", "Main warehouse");
    let hall = Location::new("MAIN/A", "Hall A", main.id, "MAIN");
    let bin = Location {
        kind: LocationKind::Bin,
        pick_order: Some(10),
        ..Location::new("MAIN/A/01", "First shelf", main.id, "MAIN/A")
    };
    stock.send("site", &OpenSites::new(vec![main])).unwrap();
    stock.send("locations", &OpenLocations::new(vec![hall, bin])).unwrap();
    stock
}

/// The same, costed by FIFO: of the bolt 10 came for 10 EUR and 10 for 20 EUR in May, and 15 were sold in June.
#[allow(dead_code)] // of interest to some examples only
pub fn valued_stock() -> Stock<'static> {
    use fondaco_inventory::moves::NewMove;
    let stock = stock();
    stock.send("value", &fondaco_inventory::value::SetUpCosting::default()).unwrap();
    let fifo = fondaco_inventory::value::SetCosting::company(fondaco_inventory::valuation::Method::Fifo);
    stock.send("fifo", &fifo).unwrap();
    let (bolt, bin) = (ItemId::named("M8x40"), "MAIN/A/01");
    let came = |date: &str, cost: &str| {
        NewMove::receipt(bolt, "10 pcs".parse().unwrap(), bin, day(date)).cost(Money::parse(cost).unwrap())
    };
    let sold = NewMove::issue(bolt, "15 pcs".parse().unwrap(), bin, day("2026-06-01"));
    let moves = vec![came("2026-05-04", "10 EUR"), came("2026-05-11", "20 EUR"), sold];
    stock.send("moves", &fondaco_inventory::posting::MoveStock::new(moves)).unwrap();
    stock
}
