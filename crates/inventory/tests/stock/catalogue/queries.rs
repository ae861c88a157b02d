//! What is found, on every store alike.

use fondaco_core::report::list;
use fondaco_core::*;
use fondaco_inventory::items::*;
use fondaco_inventory::places::*;
use fondaco_inventory::{SetUpStock, StockError};

use super::host::{Host, day, everywhere};

fn add(host: &Host, code: &str, category: Option<&str>) {
    let item = Item { category: category.map(Into::into), ..Item::new(code, code, Unit::PIECE) };
    host.must("chief", &AddItems::new(vec![item]));
}

fn codes(host: &Host, query: &ItemQuery) -> Vec<String> {
    let found = host.view(|view| items(view, query));
    found.iter().map(|item| item.code.to_string()).collect()
}

#[test]
fn items_by_code_category_and_template() {
    everywhere(|host| {
        host.must("chief", &SetUpStock::new(Currency::EUR));
        let categories = vec![
            Category::new("A", "A"),
            Category::new("B", "B").under("A"),
            Category::new("C", "C"),
        ];
        host.must("chief", &AddCategories::new(categories));
        for (code, category) in
            [("10", Some("A")), ("100", Some("B")), ("1000", Some("C")), ("2", None), ("Ä1", None)]
        {
            add(host, code, category);
        }
        assert_eq!(codes(host, &ItemQuery::default()), ["10", "100", "1000", "2", "Ä1"]);
        assert_eq!(codes(host, &ItemQuery::code("10")), ["10", "100", "1000"]);
        assert_eq!(codes(host, &ItemQuery::code("Ä")), ["Ä1"]);
        assert_eq!(codes(host, &ItemQuery::code("3")), [] as [&str; 0]);
        assert_eq!(codes(host, &ItemQuery::category("A")), ["10", "100"]);
        let both = ItemQuery { code: "100".into(), ..ItemQuery::category("A") };
        assert_eq!(codes(host, &both), ["100"]);
        host.must("chief", &CloseItem::new(ItemId::named("100")));
        assert_eq!(codes(host, &ItemQuery::category("A")), ["10"]);
        let all = ItemQuery { closed: true, ..ItemQuery::category("A") };
        assert_eq!(codes(host, &all), ["10", "100"]);
        let axes = vec![Axis::new("size", [("S", "small"), ("L", "large")])];
        host.must("chief", &AddVariants::new(ItemId::named("2"), axes));
        let variants = ItemQuery { variant_of: Some(ItemId::named("2")), ..ItemQuery::default() };
        assert_eq!(codes(host, &variants), ["2-L", "2-S"]);
        let unknown = |view: &mut View<'_>| match items(view, &ItemQuery::category("NONE")) {
            Err(StockError::Halt(halt)) => Err(StockError::Halt(halt)),
            other => Ok(other.unwrap_err().code()),
        };
        assert_eq!(host.view(unknown), "inventory.unknown_category");
    });
}

#[test]
fn lists_read_the_same_everywhere() {
    everywhere(|host| {
        host.must("chief", &SetUpStock::new(Currency::EUR));
        let milk = Item {
            tracking: Tracking::Lot,
            shelf_life_days: Some(10),
            ..Item::new("MILK", "Milk", Unit::LITRE)
        };
        host.must("chief", &AddItems::new(vec![milk]));
        let lot = NewLot {
            made_on: Some(day("2026-06-01")),
            supplier_code: Some("S-7".into()),
            ..NewLot::new(ItemId::named("MILK"), "L1")
        };
        host.must("chief", &AddLots::new(vec![lot]));
        host.must("chief", &OpenSites::new(vec![Site::new("MAIN", "Main")]));
        let lots = host.view(|view| Ok(lots(view, ItemId::named("MILK"))?));
        assert_eq!(
            list("Lots", &lots).to_csv(),
            "\
            Lot,Made on,Good until,Status,Ownership,Supplier's lot\r\n\
            L1,2026-06-01,2026-06-11,released,own,S-7\r\n"
        );
        let sites = host.view(|view| Ok(view.peek_scan(&Range::<Site>::all())?));
        assert_eq!(list("Sites", &sites).to_csv(), "Code,Name,Calendar,Closes\r\nMAIN,Main,,\r\n");
    });
}
