//! Every command of the catalogue, in an order in which each can be carried out after those before it.

use fondaco_core::policy::Permission;
use fondaco_core::{Act, Currency, Id, ItemId, Rate, SiteId, Unit, digest};
use fondaco_inventory::items::*;
use fondaco_inventory::places::*;
use fondaco_inventory::*;

use super::host::{Host, day};

/// What is only known once it is there.
pub struct Ids {
    pub lot: Id<Lot>,
}

/// A command: what it needs, its shortest JSON, its digest, and how it is sent.
pub struct Case {
    pub permission: &'static Permission,
    pub json: &'static str,
    pub digest: &'static str,
    /// That the JSON is the command, and comes back as it was.
    pub check_json: fn(&str),
    pub digested: fn() -> String,
    pub send: fn(&Host, &str) -> Result<(), StockError>,
}

const SAMPLE: Ids = Ids { lot: Id::from_u128(7) };

fn check_json<C>(json: &str, command: &C)
where
    C: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    assert_eq!(&serde_json::from_str::<C>(json).unwrap(), command);
    let long = serde_json::to_string(command).unwrap();
    assert_eq!(&serde_json::from_str::<C>(&long).unwrap(), command);
}

macro_rules! case {
    ($permission:ident, $digest:literal, $json:literal, $command:expr) => {{
        fn made(
            ids: &Ids,
        ) -> impl Act<Error = StockError>
        + serde::de::DeserializeOwned
        + PartialEq
        + std::fmt::Debug {
            let make = $command;
            make(ids)
        }
        Case {
            permission: &rights::$permission,
            json: $json,
            digest: $digest,
            check_json: |json| check_json(json, &made(&SAMPLE)),
            digested: || digest::hex(&made(&SAMPLE).digest().unwrap()),
            send: |host, who| host.send(who, &made(&host.ids())).map(drop),
        }
    }};
}

pub fn flour() -> Item {
    Item {
        tracking: Tracking::Lot,
        shelf_life_days: Some(270),
        ..Item::new("FLOUR", "Wheat flour", Unit::KILOGRAM)
    }
}

/// With everything that an item can have.
pub fn cheese() -> Item {
    Item {
        digits: Some(0),
        barcode: Some("4006381333931".into()),
        category: Some("FOOD".into()),
        tracking: Tracking::Lot,
        shelf_life_days: Some(365),
        weighed_in: Some(Unit::KILOGRAM),
        nominal_weight: Some("7.5 kg".parse().unwrap()),
        weight_tolerance: Some(Rate::percent("5").unwrap()),
        ownership: Ownership::Consigned,
        below_zero: Some(BelowZero::Allow),
        tags: [("origin", "Asiago")].into_iter().collect(),
        ..Item::new("CHEESE", "Cheese", "wheel".parse().unwrap())
    }
}

fn main_site() -> SiteId {
    SiteId::named("MAIN")
}

pub fn cases() -> Vec<Case> {
    vec![
        case!(
            SET_UP,
            "7f3b852f4097e8caa660398e36a525b50ee8d4a381f6274daddb79a8688c5e28",
            r#"{"currency":"EUR"}"#,
            |_: &Ids| SetUpStock::new(Currency::EUR)
        ),
        case!(
            SET_UP,
            "a859beba46bebb7b56dc9b811b75982a055ea8b31667647a0ab05453a10403b8",
            r#"{"below_zero":"allow"}"#,
            |_: &Ids| { ChangeStockSettings::below_zero(BelowZero::Allow) }
        ),
        case!(
            KEEP_CATEGORIES,
            "128f614afdb7a5adca783a26c36aee3080b81aa81a2a3e492b82605e1ef352dd",
            r#"[{"code":"FOOD","name":"Food"},{"code":"DRY","name":"Dry food","parent":"FOOD"}]"#,
            |_: &Ids| AddCategories::new(vec![
                Category::new("FOOD", "Food"),
                Category::new("DRY", "Dry food").under("FOOD"),
            ])
        ),
        case!(
            KEEP_CATEGORIES,
            "7cf7ccd04d255ff756b06d1699e31289f46667b25bc0813ac233556cfe4dc700",
            r#"{"category":"DRY","parent":"clear"}"#,
            |_: &Ids| { ChangeCategory::under("DRY", None) }
        ),
        case!(
            KEEP_CATEGORIES,
            "64d88dc7f96c3b4fec0cc4140c727b093c36640a7b326bd95649a81ec39311b5",
            r#"{"category":"DRY"}"#,
            |_: &Ids| CloseCategory::new("DRY")
        ),
        case!(
            KEEP_CATEGORIES,
            "abfcffde8f6ffe8719c9df005cbf9956a939dd76f08a78a330fa117fba4e8307",
            r#"{"category":"DRY"}"#,
            |_: &Ids| ReopenCategory::new("DRY")
        ),
        case!(
            ADD_ITEM,
            "199e0df5126f5a5b48db8804de0385e04946cb91f2219ae4ed6197fbff81358f",
            r#"[{"id":"FLOUR_ID","code":"FLOUR","name":"Wheat flour","unit":"kg","tracking":"lot","shelf_life_days":270},
                {"id":"CHEESE_ID","code":"CHEESE","name":"Cheese","unit":"wheel","digits":0,"barcode":"4006381333931",
                 "category":"FOOD","tracking":"lot","shelf_life_days":365,"weighed_in":"kg","nominal_weight":"7.5 kg",
                 "weight_tolerance":"5%","ownership":"consigned","below_zero":"allow","tags":{"origin":"Asiago"}},
                {"id":"SHIRT_ID","code":"SHIRT","name":"T-shirt","unit":"pcs"}]"#,
            |_: &Ids| AddItems::new(vec![
                flour(),
                cheese(),
                Item::new("SHIRT", "T-shirt", Unit::PIECE),
            ])
        ),
        case!(
            CHANGE_ITEM,
            "a046ef0cdbd344dc06f0294b5215b7d946143df688257238bd04ff3cac86a6aa",
            r#"{"item":"FLOUR_ID","name":"Flour","category":{"to":"DRY"}}"#,
            |_: &Ids| ChangeItem {
                name: Some("Flour".into()),
                category: Change::To("DRY".into()),
                ..ChangeItem::of(ItemId::named("FLOUR"))
            }
        ),
        case!(
            CHANGE_ITEM,
            "3962f4c8bbc561e3b5f7b283f820f993b5223faff2f25467f372968b5ac78d0b",
            r#"{"item":"FLOUR_ID","conversions":["1 bag = 25 kg","1 pallet = 40 bag"]}"#,
            |_: &Ids| SetConversions::new(
                ItemId::named("FLOUR"),
                vec!["1 bag = 25 kg".parse().unwrap(), "1 pallet = 40 bag".parse().unwrap()],
            )
        ),
        case!(
            ADD_ITEM,
            "29f4c9a8d9af6defc4eca121347f4d8b500a95332ef81ddff0806d7201e387ea",
            r#"{"template":"SHIRT_ID","axes":[{"name":"size","values":[{"code":"M","value":"medium"},{"code":"L","value":"large"}]}]}"#,
            |_: &Ids| AddVariants::new(
                ItemId::named("SHIRT"),
                vec![Axis::new("size", [("M", "medium"), ("L", "large")])],
            )
        ),
        case!(
            CLOSE_ITEM,
            "f66bf2888fbc78959a9c3d7ebbf299d5021786cb7875edf89f80e3200a9b1b6e",
            r#"{"item":"CHEESE_ID"}"#,
            |_: &Ids| { CloseItem::new(ItemId::named("CHEESE")) }
        ),
        case!(
            CLOSE_ITEM,
            "405bce36086b5c76c0246ac34bfd9a3da382b4fdcc57702d1079f84a88242871",
            r#"{"item":"CHEESE_ID"}"#,
            |_: &Ids| { ReopenItem::new(ItemId::named("CHEESE")) }
        ),
        case!(
            ADD_LOT,
            "1d5988c54ba15b1e3474910cbd0d5b271346cd085a5c063bcc66f210d86fc0e0",
            r#"[{"item":"FLOUR_ID","code":"L1","made_on":"2026-01-10"}]"#,
            |_: &Ids| AddLots::new(vec![NewLot {
                made_on: Some(day("2026-01-10")),
                ..NewLot::new(ItemId::named("FLOUR"), "L1")
            }])
        ),
        case!(
            CHANGE_LOT,
            "9daa8fa97fbb7a3a26d584d102ba979baf8a67b6d4e1f6c92ab46584cab677df",
            r#"{"lot":"00000000-0000-0000-0000-000000000007","expires":{"to":"2026-12-31"}}"#,
            |ids: &Ids| ChangeLot::expires(ids.lot, day("2026-12-31"))
        ),
        case!(
            JUDGE_LOT,
            "9db3a7bec3678ed6fa3bf0d1916bf2918d7cc573c6279f38e8f76743362e91c0",
            r#"{"lot":"00000000-0000-0000-0000-000000000007","status":"blocked"}"#,
            |ids: &Ids| JudgeLot::new(ids.lot, LotStatus::Blocked)
        ),
        case!(
            CHANGE_LOT,
            "5285e54c8d54350921c2e339d47ce0bee1e9859bac029770fb8d4228df33ffe5",
            r#"{"lot":"00000000-0000-0000-0000-000000000007","origins":[]}"#,
            |ids: &Ids| AddOrigins::new(ids.lot, vec![])
        ),
        case!(
            OPEN_PLACE,
            "85edaab38ea8867689ce59d915d4fb59b0590231e2e2633fa5bf35742f30fdef",
            r#"[{"id":"MAIN_ID","code":"MAIN","name":"Main warehouse"}]"#,
            |_: &Ids| OpenSites::new(vec![Site::new("MAIN", "Main warehouse")])
        ),
        case!(
            OPEN_PLACE,
            "173ff9594e67e7863035d8ddcc66161a706db6685fa701961e179f0a5cc0215e",
            r#"[{"code":"MAIN/A/01","site":"MAIN_ID","parent":"MAIN/A","name":"First shelf","kind":"bin","pick_order":10},
                {"code":"MAIN/A","site":"MAIN_ID","parent":"MAIN","name":"Hall A"}]"#,
            |_: &Ids| {
                let hall = Location::new("MAIN/A", "Hall A", main_site(), "MAIN");
                let shelf = Location::new("MAIN/A/01", "First shelf", main_site(), "MAIN/A");
                let bin = Location { kind: LocationKind::Bin, pick_order: Some(10), ..shelf };
                OpenLocations::new(vec![bin, hall])
            }
        ),
        case!(
            CHANGE_PLACE,
            "da1e9f030930e9046c425975fa4732ff9fae6d45b83d66bd8e00e1540234b4dd",
            r#"{"site":"MAIN_ID","below_zero":{"to":"refuse"}}"#,
            |_: &Ids| {
                ChangeSite {
                    below_zero: Change::To(BelowZero::Refuse),
                    ..ChangeSite::of(main_site())
                }
            }
        ),
        case!(
            CHANGE_PLACE,
            "62331bdd348bd7f57bf36be7c3c4cba8ec4a377e9d4d21ed8aad9febf41a94ca",
            r#"{"location":"MAIN/A/01","frozen":true}"#,
            |_: &Ids| { ChangeLocation::frozen("MAIN/A/01", true) }
        ),
        case!(
            CHANGE_PLACE,
            "3d1c66191a06fe81dba5140ece978715a6a39b9baabfbf63b3dad9777b6a0246",
            r#"{"location":"MAIN/A/01","parent":"MAIN"}"#,
            |_: &Ids| { MoveLocation::new("MAIN/A/01", "MAIN") }
        ),
        case!(
            CLOSE_PLACE,
            "c4bec13aea2cb83820ff5af1655d55602c1e4f70ee00b91946c4bb508eda8181",
            r#"{"location":"MAIN/A","end":"2026-06-30"}"#,
            |_: &Ids| { CloseLocation::new("MAIN/A", day("2026-06-30")) }
        ),
        case!(
            CLOSE_PLACE,
            "7579ae72074f2c85031f72131c9835e0d780a44808507222049d3023ef99be8c",
            r#"{"location":"MAIN/A"}"#,
            |_: &Ids| ReopenLocation::new("MAIN/A")
        ),
        case!(
            OPEN_PLACE,
            "0c09cf16814bf6b0d2a544327629b17f16eb979cdf1f4275dd9702a1c5b72ff6",
            r#"[{"id":"SHOP_ID","code":"SHOP","name":"Shop"}]"#,
            |_: &Ids| { OpenSites::new(vec![Site::new("SHOP", "Shop")]) }
        ),
        case!(
            CLOSE_PLACE,
            "8d764924a1eb3a2f92dd3a5d5955fd9c9ae669e630ea5c270decd9e01aee84d1",
            r#"{"site":"SHOP_ID","end":"2026-06-30"}"#,
            |_: &Ids| { CloseSite::new(SiteId::named("SHOP"), day("2026-06-30")) }
        ),
        case!(
            CLOSE_PLACE,
            "8717efa637dd2401dc90d98b69727bb8803e628b3f4ea00197dd54aa51f7945d",
            r#"{"site":"SHOP_ID"}"#,
            |_: &Ids| { ReopenSite::new(SiteId::named("SHOP")) }
        ),
    ]
}

/// JSON with ids in the place of the names that stand for them.
pub fn with_ids(json: &str) -> String {
    let items = ["FLOUR", "CHEESE", "SHIRT"];
    let json = items.iter().fold(json.to_owned(), |json, code| {
        json.replace(&format!("{code}_ID"), &ItemId::named(code).to_string())
    });
    ["MAIN", "SHOP"].iter().fold(json, |json, code| {
        json.replace(&format!("{code}_ID"), &SiteId::named(code).to_string())
    })
}
