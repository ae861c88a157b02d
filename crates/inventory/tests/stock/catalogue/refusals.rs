//! Every bad input is refused by its name, and leaves nothing.

use fondaco_core::policy::stored::{DefineRole, NewGrant};
use fondaco_core::*;
use fondaco_inventory::items::*;
use fondaco_inventory::places::*;
use fondaco_inventory::*;

use super::cases::{cases, cheese, flour};
use super::host::{Host, day, everywhere, everywhere_with_staff};

/// All that the cases make is there.
fn made(host: &Host) {
    for case in cases() {
        (case.send)(host, "chief").unwrap_or_else(|error| panic!("{}: {error}", case.json));
    }
}

fn says<C: Act<Error = StockError>>(host: &Host, command: &C, code: &str, text: &str) {
    let error = host.refused("chief", command);
    assert_eq!(error.code(), code, "{error}");
    assert!(error.to_string().contains(text), "{error}\nshould contain {text}");
}

#[test]
fn nothing_comes_before_set_up_and_that_once() {
    everywhere(|host| {
        says(host, &AddItems::new(vec![flour()]), "inventory.not_set_up", "SetUpStock");
        says(host, &OpenSites::new(vec![Site::new("A", "A")]), "inventory.not_set_up", "");
        let no_money: Currency = "XAU".parse().unwrap();
        says(host, &SetUpStock::new(no_money), "inventory.bad_setting", "no minor unit");
        let euro = SetUpStock::new(Currency::EUR);
        let coarse = SetUpStock { value_digits: Some(1), ..euro.clone() };
        says(host, &coarse, "inventory.bad_setting", "fewer than the currency has");
        let fine = SetUpStock { value_digits: Some(5), ..euro.clone() };
        says(host, &fine, "inventory.bad_setting", "more than 4");
        host.must("chief", &euro);
        says(host, &euro, "inventory.already_set_up", "EUR");
    });
}

#[test]
fn items_that_can_t_be() {
    everywhere(|host| {
        made(host);
        let bolt = || Item::new("BOLT", "Bolt", Unit::PIECE);
        let shirt = ItemId::named("SHIRT");
        let five = Some(Rate::percent("5").unwrap());
        let weight = Some("1 kg".parse().unwrap());
        let tags = |pair: (&str, &str)| [pair].into_iter().collect();
        let cases: Vec<(Item, &str, &str)> = vec![
            (Item { code: " BOLT".into(), ..bolt() }, "core.bad_code", "item code"),
            (Item { code: "".into(), ..bolt() }, "core.bad_code", "item code"),
            (Item { name: "".into(), ..bolt() }, "core.bad_text", "item name"),
            (Item { name: "a\nb".into(), ..bolt() }, "core.bad_text", "line break"),
            (Item { barcode: Some("".into()), ..bolt() }, "core.bad_code", "barcode"),
            (Item { tags: tags(("", "x")), ..bolt() }, "core.bad_tags", "no name"),
            (
                Item { id: ItemId::named("FLOUR"), ..bolt() },
                "inventory.exists",
                "item FLOUR exists",
            ),
            (Item { code: "FLOUR".into(), ..bolt() }, "inventory.exists", "item code FLOUR"),
            (
                Item { barcode: cheese().barcode, ..bolt() },
                "inventory.exists",
                "barcode 4006381333931",
            ),
            (
                Item { category: Some("NONE".into()), ..bolt() },
                "inventory.unknown_category",
                "NONE",
            ),
            (Item { digits: Some(7), ..bolt() }, "inventory.bad_item", "more than 6"),
            (
                Item { tracking: Tracking::Serial, digits: Some(2), ..bolt() },
                "inventory.bad_item",
                "set them to 0",
            ),
            (
                Item { tracking: Tracking::Serial, ..Item::new("GAS", "Gas", Unit::KILOGRAM) },
                "inventory.bad_item",
                "whole unit",
            ),
            (
                Item { shelf_life_days: Some(3), ..bolt() },
                "inventory.bad_item",
                "shelf_life_days needs lots",
            ),
            (
                Item { nominal_weight: weight, ..bolt() },
                "inventory.bad_item",
                "weighed_in is not given",
            ),
            (
                Item { weighed_in: Some(Unit::PIECE), ..bolt() },
                "inventory.bad_item",
                "is the stock unit",
            ),
            (
                Item { weighed_in: Some(Unit::KILOGRAM), nominal_weight: weight, ..bolt() },
                "inventory.bad_item",
                "weight_tolerance",
            ),
            (
                Item { weighed_in: Some(Unit::KILOGRAM), weight_tolerance: five, ..bolt() },
                "inventory.bad_item",
                "nominal_weight",
            ),
            (
                Item {
                    weighed_in: Some(Unit::GRAM),
                    nominal_weight: weight,
                    weight_tolerance: five,
                    ..bolt()
                },
                "inventory.bad_item",
                "another unit",
            ),
            (
                Item {
                    weighed_in: Some(Unit::KILOGRAM),
                    nominal_weight: Some("-1 kg".parse().unwrap()),
                    weight_tolerance: five,
                    ..bolt()
                },
                "core.bad_catch_rule",
                "above zero",
            ),
            (
                Item { variant_of: Some(shirt), ..bolt() },
                "inventory.bad_item",
                "attributes are none",
            ),
            (
                Item { attributes: tags(("size", "S")), ..bolt() },
                "inventory.bad_item",
                "variant_of, or use tags",
            ),
            (
                Item { variant_of: Some(shirt), attributes: tags(("size", "medium")), ..bolt() },
                "inventory.variant_exists",
                "SHIRT-M",
            ),
            (
                Item {
                    variant_of: Some(ItemId::named("FLOUR")),
                    attributes: tags(("size", "S")),
                    ..bolt()
                },
                "inventory.bad_item",
                "no template",
            ),
            (
                Item {
                    variant_of: Some(ItemId::named("NONE")),
                    attributes: tags(("size", "S")),
                    ..bolt()
                },
                "inventory.unknown_item",
                "",
            ),
            (
                Item { variant_of: Some(bolt().id), ..bolt() },
                "inventory.bad_item",
                "the item itself",
            ),
            (
                Item { template: true, variant_of: Some(shirt), ..bolt() },
                "inventory.bad_item",
                "variant itself",
            ),
        ];
        for (item, code, text) in cases {
            let good = Item::new("GOOD", "Good", Unit::PIECE);
            let both = AddItems::new(vec![good, item.clone()]);
            let error = host.refused("chief", &both);
            assert_eq!(error.code(), code, "{item:?}: {error}");
            assert!(error.to_string().starts_with("item 1 (counted from 0): "), "{error}");
            assert!(error.to_string().contains(text), "{error}\nshould contain {text}");
        }
        says(host, &AddItems::new(vec![bolt(), bolt()]), "inventory.exists", "item 1");
    });
}

#[test]
fn changes_that_can_t_be() {
    everywhere(|host| {
        made(host);
        let (flour, cheese) = (ItemId::named("FLOUR"), ItemId::named("CHEESE"));
        let of = ChangeItem::of;
        says(host, &of(ItemId::named("NONE")), "inventory.unknown_item", "add it first");
        let taken = ChangeItem { code: Some("CHEESE".into()), ..of(flour) };
        says(host, &taken, "inventory.exists", "item code CHEESE");
        let unit = ChangeItem { unit: Some(Unit::GRAM), ..of(flour) };
        says(host, &unit, "inventory.cannot_change", "unit: its conversions are to the old one");
        let tracking = ChangeItem {
            tracking: Some(Tracking::None),
            shelf_life_days: Change::Clear,
            ..of(flour)
        };
        says(host, &tracking, "inventory.cannot_change", "tracking: it has lots");
        let half = ChangeItem { weight_tolerance: Change::Clear, ..of(cheese) };
        says(host, &half, "inventory.bad_item", "weight_tolerance is not given");
        let unchanged = ChangeItem { name: Some("Flour".into()), ..of(flour) };
        host.must("chief", &unchanged); // says what is so already
    });
}

#[test]
fn units_that_don_t_convert() {
    everywhere(|host| {
        made(host);
        let set = |given: &[&str]| {
            let given = given.iter().map(|one| one.parse().unwrap()).collect();
            SetConversions::new(ItemId::named("FLOUR"), given)
        };
        says(
            host,
            &set(&["1 pallet = 40 bag"]),
            "core.no_unit_factor",
            "FLOUR: there is no factor from pallet to kg",
        );
        let disagree = set(&["1 bag = 25 kg", "1 pallet = 40 bag", "1 pallet = 999 kg"]);
        says(host, &disagree, "core.unit_factors_disagree", "FLOUR");
        host.must("chief", &set(&["1 bag = 25 kg", "1 bag = 25 kg", "1 l = 0.55 kg"]));
        let found = host.view(|view| conversions(view, ItemId::named("FLOUR")));
        let found: Vec<String> = found.given().iter().map(ToString::to_string).collect();
        assert_eq!(found, ["1 bag = 25 kg", "1 l = 0.55 kg"], "on {}", host.name);
        host.must("chief", &set(&[]));
        let none = host.view(|view| conversions(view, ItemId::named("FLOUR")));
        assert!(none.given().is_empty());
    });
}

#[test]
fn variants_that_can_t_be() {
    everywhere(|host| {
        made(host);
        let of = |item: &str, axes: Vec<Axis>| AddVariants::new(ItemId::named(item), axes);
        let size = || Axis::new("size", [("S", "small")]);
        let bad = "inventory.bad_axes";
        says(host, &of("SHIRT", vec![]), bad, "no axes");
        says(host, &of("SHIRT", vec![Axis::new("size", [])]), bad, "no values");
        says(host, &of("SHIRT", vec![size(), size()]), bad, "given twice");
        says(
            host,
            &of("SHIRT", vec![Axis::new("size", [("S", "x"), ("S", "y")])]),
            bad,
            "given twice",
        );
        says(host, &of("SHIRT", vec![Axis::new("", [("S", "x")])]), "core.bad_code", "axis");
        let codes: Vec<String> = (0..101).map(|n| n.to_string()).collect();
        let many = |name: &str| Axis::new(name, codes.iter().map(|n| (n.as_str(), n.as_str())));
        says(host, &of("SHIRT", vec![many("a"), many("b")]), bad, "more than 10000");
        // Of what is there already only what is missing comes.
        let sizes = Axis::new("size", [("S", "small"), ("M", "medium")]);
        assert_eq!(host.must("chief", &of("SHIRT", vec![sizes])).len(), 1);
        let small = host.view(|view| Ok(item_by_code(view, &"SHIRT-S".into())?)).unwrap();
        says(host, &AddVariants::new(small.id, vec![size()]), bad, "a variant itself");
        says(
            host,
            &CloseItem::new(ItemId::named("SHIRT")),
            "inventory.cannot_close",
            "its variant SHIRT-",
        );
        host.must("chief", &CloseItem::new(small.id));
        assert_eq!(small.name, "T-shirt, small");
    });
}

#[test]
fn lots_that_can_t_be() {
    everywhere(|host| {
        made(host);
        let lot = |code: &str| NewLot::new(ItemId::named("FLOUR"), code);
        let add = |lot: NewLot| AddLots::new(vec![lot]);
        let bad = "inventory.bad_lot";
        says(host, &add(lot("L1")), "inventory.lot_exists", "FLOUR has lot L1 already");
        says(host, &AddLots::new(vec![lot("L9"), lot("L9")]), "inventory.lot_exists", "item 1");
        says(host, &add(lot("")), "core.bad_code", "lot number");
        says(host, &add(NewLot::new(ItemId::named("NONE"), "L")), "inventory.unknown_item", "");
        says(host, &add(NewLot::new(ItemId::named("SHIRT"), "L")), bad, "not tracked by lots");
        let backwards = NewLot {
            made_on: Some(day("2026-02-01")),
            expires: Some(day("2026-01-31")),
            ..lot("L2")
        };
        says(host, &add(backwards), bad, "before the day on which it was made");
        let whose = NewLot { owner: Some(PartyId::named("x")), ..lot("L2") };
        says(host, &add(whose), bad, "the company's own");
        let nobody = NewLot { ownership: Some(Ownership::Customer), ..lot("L2") };
        says(host, &add(nobody), bad, "name the party");
        let origin = Id::from_u128(99);
        let made_of = NewLot { origins: vec![origin], ..lot("L2") };
        says(host, &add(made_of), "inventory.unknown_lot", "");
        let known = host.ids().lot;
        says(host, &add(NewLot { origins: vec![known, known], ..lot("L2") }), bad, "twice");
        says(host, &JudgeLot::new(origin, LotStatus::Blocked), "inventory.unknown_lot", "");
        let other = host.must("chief", &add(lot("L2")))[0];
        let taken = ChangeLot { code: Some("L1".into()), ..ChangeLot::of(other) };
        says(host, &taken, "inventory.lot_exists", "lot L1");
        let serial =
            Item { tracking: Tracking::Serial, ..Item::new("DRILL", "Drill", Unit::PIECE) };
        let drill = serial.id;
        host.must("chief", &AddItems::new(vec![serial]));
        host.must("chief", &add(NewLot::new(drill, "S1")));
        says(host, &add(NewLot::new(drill, "S1")), "inventory.lot_exists", "serial number S1");
        // Numbers are an item's own.
        host.must("chief", &add(NewLot::new(drill, "L1")));
        host.must("chief", &CloseItem::new(drill));
        says(host, &add(NewLot::new(drill, "S2")), "inventory.closed", "item DRILL");
    });
}

#[test]
fn categories_that_can_t_be() {
    everywhere(|host| {
        made(host);
        let add = |category: Category| AddCategories::new(vec![category]);
        says(host, &add(Category::new("FOOD", "Food")), "inventory.exists", "category FOOD");
        says(
            host,
            &add(Category::new("X", "X").under("NONE")),
            "core.unknown_parent",
            "category X can't stand under NONE",
        );
        let circle = AddCategories::new(vec![
            Category::new("X", "X").under("Y"),
            Category::new("Y", "Y").under("X"),
        ]);
        says(host, &circle, "core.tree_circle", "category X");
        says(host, &add(Category::new("X", "X").under("X")), "core.tree_circle", "X");
        says(
            host,
            &CloseCategory::new("DRY"),
            "inventory.cannot_close",
            "item FLOUR in it is open",
        );
        says(host, &CloseCategory::new("NONE"), "inventory.unknown_category", "NONE");
        host.must("chief", &CloseItem::new(ItemId::named("FLOUR")));
        host.must("chief", &CloseCategory::new("DRY"));
        says(host, &CloseCategory::new("DRY"), "inventory.cannot_close", "already");
        says(host, &ReopenItem::new(ItemId::named("FLOUR")), "inventory.closed", "category DRY");
        says(host, &add(Category::new("X", "X").under("DRY")), "inventory.closed", "category DRY");
        let into = ChangeItem {
            category: Change::To("DRY".into()),
            ..ChangeItem::of(ItemId::named("CHEESE"))
        };
        says(host, &into, "inventory.closed", "category DRY");
        says(host, &ChangeCategory::under("FOOD", Some("DRY".into())), "inventory.closed", "DRY");
    });
}

#[test]
fn places_that_can_t_be() {
    everywhere(|host| {
        made(host);
        let main = SiteId::named("MAIN");
        let shop = SiteId::named("SHOP");
        let at = |code: &str, parent: &str| Location::new(code, code, main, parent);
        let open = |location: Location| OpenLocations::new(vec![location]);
        let sites = |site: Site| OpenSites::new(vec![site]);
        says(host, &sites(Site::new("MAIN", "x")), "inventory.place_exists", "MAIN exists");
        says(
            host,
            &sites(Site { id: SiteId::named("x"), ..Site::new("MAIN", "x") }),
            "inventory.place_exists",
            "MAIN exists",
        );
        says(host, &sites(Site::new("MAIN/A", "x")), "inventory.place_exists", "location MAIN/A");
        says(host, &open(at("MAIN/A", "MAIN")), "inventory.place_exists", "location MAIN/A");
        says(host, &open(Location { parent: None, ..at("X", "MAIN") }), "inventory.no_parent", "X");
        says(
            host,
            &open(Location { site: SiteId::named("x"), ..at("X", "MAIN") }),
            "inventory.unknown_site",
            "",
        );
        says(
            host,
            &open(Location { site: shop, ..at("X", "MAIN") }),
            "inventory.parent_in_other_site",
            "X",
        );
        says(host, &open(at("X", "NONE")), "core.unknown_parent", "NONE");
        says(
            host,
            &open(at("X", "MAIN/A/01")),
            "inventory.bad_location_kind",
            "nothing under a bin",
        );
        says(
            host,
            &MoveLocation::new("MAIN", "MAIN/A"),
            "inventory.root_location",
            "can't be moved",
        );
        says(host, &MoveLocation::new("MAIN/A", "MAIN/A"), "core.tree_circle", "MAIN/A");
        says(host, &MoveLocation::new("MAIN/A", "SHOP"), "inventory.parent_in_other_site", "");
        says(
            host,
            &CloseLocation::new("MAIN", day("2026-06-30")),
            "inventory.root_location",
            "close the site",
        );
        says(
            host,
            &CloseLocation::new("NONE", day("2026-06-30")),
            "inventory.unknown_location",
            "NONE",
        );
        says(
            host,
            &CloseSite::new(main, day("2026-06-30")),
            "inventory.cannot_close_place",
            "location MAIN/A",
        );
        let scrap =
            ChangeLocation { kind: Some(LocationKind::Scrap), ..ChangeLocation::of("MAIN") };
        says(host, &scrap, "inventory.root_location", "storage for ever");
        host.must("chief", &CloseLocation::new("MAIN/A", day("2026-06-30")));
        says(
            host,
            &CloseLocation::new("MAIN/A", day("2026-07-30")),
            "inventory.cannot_close_place",
            "reopen it first",
        );
        says(host, &open(at("MAIN/A/9", "MAIN/A")), "inventory.place_closed", "2026-06-30");
        says(host, &MoveLocation::new("MAIN/A/01", "MAIN/A"), "inventory.place_closed", "MAIN/A");
        let shortly = Location { closes: Some(day("2026-06-30")), ..at("MAIN/A/9", "MAIN/A") };
        host.must("chief", &open(shortly));
    });
}

#[test]
fn a_tree_ends_at_64_levels() {
    everywhere(|host| {
        host.must("chief", &SetUpStock::new(Currency::EUR));
        let under = |n: usize| {
            let category = Category::new(format!("C{n}"), "x");
            if n == 1 { category } else { category.under(format!("C{}", n - 1)) }
        };
        host.must("chief", &AddCategories::new((1..=64).rev().map(under).collect()));
        says(host, &AddCategories::new(vec![under(65)]), "core.tree_too_deep", "C65");
        host.must(
            "chief",
            &AddCategories::new(vec![
                Category::new("TOP", "x"),
                Category::new("SUB", "x").under("TOP"),
            ]),
        );
        says(host, &ChangeCategory::under("C1", Some("TOP".into())), "core.tree_too_deep", "C1");
        says(host, &ChangeCategory::under("TOP", Some("C63".into())), "core.tree_too_deep", "TOP");
        host.must("chief", &ChangeCategory::under("TOP", Some("C62".into())));
    });
}

/// Who may only here may it here, below, and nowhere else: neither what is at no place, nor moving something in or out.
#[test]
fn rights_within_a_category_and_a_place() {
    everywhere_with_staff(|host| {
        made(host);
        let baker = DefineRole::new("baker", "baker")
            .may(NewGrant::new("stock.add_item").within("category", ["FOOD"]))
            .may(NewGrant::new("stock.change_item").within("category", ["FOOD"]));
        host.hire_as("baker", baker);
        let in_category = |code: &str, category: Option<&str>| {
            let item = Item::new(code, code, Unit::PIECE);
            AddItems::new(vec![Item { category: category.map(Into::into), ..item }])
        };
        host.must("chief", &ChangeCategory::under("DRY", Some("FOOD".into())));
        host.must("chief", &AddCategories::new(vec![Category::new("TOOLS", "Tools")]));
        host.must("baker", &in_category("A", Some("FOOD")));
        host.must("baker", &in_category("B", Some("DRY")));
        for elsewhere in [Some("TOOLS"), None] {
            let error = host.refused("baker", &in_category("C", elsewhere));
            assert_eq!(error.code(), "policy.out_of_scope", "{error}");
        }
        let out = ChangeItem {
            category: Change::To("TOOLS".into()),
            ..ChangeItem::of(ItemId::named("A"))
        };
        assert_eq!(host.refused("baker", &out).code(), "policy.out_of_scope");
        let keeper = DefineRole::new("keeper", "keeper")
            .may(NewGrant::new("stock.open_place").within("location", ["MAIN/A"]))
            .may(NewGrant::new("stock.change_place").within("site", ["MAIN"]));
        host.hire_as("keeper", keeper);
        let main = SiteId::named("MAIN");
        let at = |code: &str, parent: &str| {
            OpenLocations::new(vec![Location::new(code, code, main, parent)])
        };
        host.must("keeper", &at("MAIN/A/7", "MAIN/A"));
        assert_eq!(host.refused("keeper", &at("MAIN/B", "MAIN")).code(), "policy.out_of_scope");
        assert_eq!(
            host.refused("keeper", &OpenSites::new(vec![Site::new("X", "X")])).code(),
            "policy.out_of_scope"
        );
        host.must("keeper", &MoveLocation::new("MAIN/A/7", "MAIN"));
        let elsewhere =
            ChangeSite { name: Some("x".into()), ..ChangeSite::of(SiteId::named("SHOP")) };
        assert_eq!(host.refused("keeper", &elsewhere).code(), "policy.out_of_scope");
    });
}
