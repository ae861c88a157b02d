//! Items and what lies where, entered line by line: all, those that are good, or none.

use fondaco_core::{Currency, Money, Unit};
use fondaco_inventory::enter::*;
use fondaco_inventory::items::{self, Item, Tracking};
use fondaco_inventory::levels;
use fondaco_inventory::valuation::Method;
use fondaco_inventory::value::{SetCosting, SetUpCosting};

use crate::host::*;

fn nut(code: &str) -> Item {
    Item::new(code, "Nut", Unit::PIECE)
}

fn codes(entered: &Entered) -> Vec<(u32, &str)> {
    entered.refused.iter().map(|refused| (refused.at, refused.code.as_str())).collect()
}

fn is_there(host: &Host, code: &str) -> bool {
    host.view(|view| Ok(items::item_by_code(view, &code.into())?)).is_some()
}

#[test]
fn items_are_entered_once_and_each_refusal_is_told() {
    on_every_store(|host| {
        let with_carton =
            NewItem { item: nut("N1"), conversions: vec!["1 carton = 250 pcs".parse().unwrap()] };
        let list = vec![
            with_carton,
            Item { category: Some("NOWHERE".into()), ..nut("N2") }.into(),
            nut("N3").into(),
            nut("N3").into(),
            Item::new("BOLT", "Something else", Unit::PIECE).into(),
            Item::new("BOLT", "Bolt M8 x 40", Unit::PIECE).into(),
        ];
        let refusals = [
            (1, "inventory.unknown_category"),
            (3, "inventory.entered_twice"),
            (4, "inventory.other_item"),
            (5, "inventory.entered_twice"),
        ];
        let enter = |taking| EnterItems { taking, ..EnterItems::new(list.clone()) };
        for (name, taking) in [("all", Taking::AllOrNothing), ("check", Taking::OnlyCheck)] {
            let nothing = host.must(name, &enter(taking));
            assert_eq!((nothing.entered, codes(&nothing)), (0, refusals.to_vec()), "{name}");
            assert!(!is_there(&host, "N1") && !is_there(&host, "N3"));
        }
        let some = host.must("good ones", &enter(Taking::GoodOnes));
        assert_eq!((some.entered, some.there, codes(&some)), (2, 0, refusals.to_vec()));
        let carton = host.view(|view| items::conversions(view, nut("N1").id));
        let pieces = carton.convert(q("2 carton"), Unit::PIECE).unwrap();
        assert_eq!(pieces, q("500 pcs"));
        // The same list again, mended and longer.
        let longer = vec![nut("N1").into(), nut("N3").into(), nut("N4").into()];
        let all = host.must("longer", &EnterItems::new(longer));
        assert_eq!((all.entered, all.there, all.refused.len()), (1, 2, 0));
        let many = EnterItems::new(vec![nut("N1").into(); 100_001]);
        assert_eq!(host.refused("many", &many).code(), "inventory.too_many_entered");
        host.clean();
    });
}

#[test]
fn stock_is_entered_once_with_its_lots_and_costs() {
    on_every_store(|host| {
        host.must("value", &SetUpCosting::default());
        host.must("fifo", &SetCosting::company(Method::Fifo));
        let euro = |cents| Money::minor(cents, Currency::EUR);
        let lines = vec![
            OpeningLine::new("BOLT", q("2 carton"), "MAIN/A").cost(euro(360)),
            OpeningLine::new("MILK", q("10 l"), "MAIN/A").lot("NEW").cost(euro(800)),
            OpeningLine::new("MILK", q("5 l"), "MAIN/B").lot("NEW").cost(euro(400)),
            OpeningLine::new("MILK", q("1 l"), "MAIN/A").lot("M2").cost(euro(90)),
            OpeningLine::new("DRILL", q("1 pcs"), "SHOP").lot("S1").cost(euro(9_900)),
        ];
        let mut bad = lines.clone();
        bad.push(OpeningLine::new("NONE", q("1 pcs"), "MAIN/A"));
        bad.push(OpeningLine::new("BOLT", q("1 kg"), "MAIN/B"));
        bad.push(OpeningLine::new("MILK", q("1 l"), "MAIN/B"));
        bad.push(OpeningLine::new("BOLT", q("1 pcs"), "NOWHERE"));
        let nothing = host.must("all", &EnterStock::new(today(), bad.clone()));
        let refusals = [
            (5, "inventory.unknown_item_code"),
            (6, "core.unit_mismatch"),
            (7, "inventory.lot_required"),
            (8, "inventory.move_at_unknown_location"),
        ];
        assert_eq!(nothing.entered, 0);
        let found: Vec<_> = codes(&nothing);
        assert_eq!(found.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [5, 6, 7, 8], "{found:?}");
        assert_eq!((found[0], found[2]), (refusals[0], refusals[2]));
        assert_eq!(host.figures(bolt(), main_site())[0], "0");
        let lots = host.view(|view| Ok(items::lots_by_code(view, milk(), &"NEW".into())?));
        assert!(lots.is_empty(), "its lots are taken back too");

        let opening = EnterStock { taking: Taking::GoodOnes, ..EnterStock::new(today(), bad) };
        let some = host.must("good ones", &opening);
        assert_eq!((some.entered, some.refused.len()), (5, 4));
        assert_eq!(host.figures(bolt(), main_site())[0], "24");
        assert_eq!(host.figures(milk(), main_site())[0], "16");
        let lot = host.view(|view| Ok(items::lots_by_code(view, milk(), &"NEW".into())?))[0].id;
        assert_eq!(host.view(|view| levels::lot_bins(view, lot)).len(), 2);
        let again = host.must("again", &EnterStock::new(today(), lines));
        assert_eq!(again.entered, 0);
        assert!(codes(&again).iter().all(|(_, code)| *code == "inventory.already_moved"));
        host.clean();
        let value = host.view(|view| {
            fondaco_inventory::value::stock_value(
                view,
                &fondaco_inventory::value::ValueQuery::default(),
            )
        });
        assert_eq!(value.total(), euro(11_550));
    });
}

#[cfg(feature = "import")]
mod files {
    use std::io::Cursor;

    use fondaco_core::import::{CsvFormat, FileError, NumberFormat, RefusalWriter, Source};

    use super::*;

    fn german() -> CsvFormat {
        CsvFormat::new().delimiter(';').numbers(NumberFormat::COMMA).date("DD.MM.YYYY")
    }

    #[test]
    fn a_file_of_items_is_read_line_by_line() {
        let host = in_memory();
        let file = "\
Artikel;Bezeichnung;Einheit;Charge;Haltbar;Karton
K-1;Käse, jung;Stk;ja;90;12
K-2;Käse, alt;Stk;vielleicht;x;12
K-3;Quark;kg;nein;;-1
;Ohne Nummer;Stk;nein;;
K-4;Zu viele;Stk;nein;;;7
K-5;Butter;Stk;;1,5;2.500
BOLT;Etwas anderes;Stk;nein;;
";
        let mut mapping = ItemMapping::new("Artikel", "Bezeichnung", "Einheit")
            .format(german())
            .unit_word("stk", Unit::PIECE)
            .pack("carton".parse().unwrap(), "Karton");
        mapping.tracking = Some("Charge".into());
        mapping.tracking_words =
            vec![("ja".into(), Tracking::Lot), ("nein".into(), Tracking::None)];
        mapping.shelf_life_days = Some("Haltbar".into());
        let kept: ItemMapping =
            serde_json::from_str(&serde_json::to_string(&mapping).unwrap()).unwrap();
        assert_eq!(kept, mapping);
        let file = ItemFile::read(Cursor::new(file), &mapping).unwrap();
        let all = host.must("all", &file.command(Taking::AllOrNothing));
        assert_eq!(all.entered, 0, "of a file with bad lines nothing is taken");
        let some = host.must("some", &file.command(Taking::GoodOnes));
        let report = file.report(&some);
        assert_eq!(report.to_string(), "7 lines: 1 entered, 0 there already, 7 things refused");
        let told = report.refusals.iter().map(|refusal| {
            let column = refusal.column.clone().unwrap_or_default();
            format!("{} {column} {}", refusal.line, refusal.code)
        });
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                "3 Charge import.bad_tracking",
                "3 Haltbar import.bad_amount",
                "4 Karton import.bad_pack",
                "5 Artikel import.missing",
                "6  import.field_count",
                "7 Haltbar import.bad_days",
                "8  inventory.other_item",
            ]
        );
        let cheese = host.view(|view| Ok(items::item_by_code(view, &"K-1".into())?)).unwrap();
        assert_eq!((cheese.tracking, cheese.shelf_life_days), (Tracking::Lot, Some(90)));
        let mut out = Vec::new();
        let mut writer = RefusalWriter::new(&mut out).unwrap();
        report.refusals.iter().for_each(|refusal| writer.write(refusal).unwrap());
        writer.finish().unwrap();
        assert_eq!(String::from_utf8(out).unwrap().lines().count(), 8);
    }

    #[test]
    fn a_file_of_stock_is_read_line_by_line() {
        let host = in_memory();
        host.must("value", &SetUpCosting::default());
        host.must("average", &SetCosting::company(Method::Average));
        let file = "\
item;qty;place;lot;good until;each
BOLT;2.000;MAIN/A;;;0,05
MILK;12,5;MAIN/A;X1;31.12.2026;0,80
MILK;1;MAIN/B;X1;31.02.2026;
BOLT;x;MAIN/B;;;-0,05
NONE;1;MAIN/B;;;
";
        let unit = Source::constant("pcs");
        let mut mapping = StockMapping::new("item", "qty", "place")
            .format(german())
            .unit(unit)
            .lot("lot")
            .unit_cost("each");
        mapping.expires = Some("good until".into());
        let file_of = |mapping: &StockMapping| StockFile::read(Cursor::new(file), mapping);
        let file_read = file_of(&mapping).unwrap();
        let some = host.must("some", &file_read.command(today(), Taking::GoodOnes));
        let report = file_read.report(&some);
        let told =
            report.refusals.iter().map(|refusal| format!("{} {}", refusal.line, refusal.code));
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                "3 core.no_unit_factor", // milk is not counted in pieces
                "4 import.bad_date",
                "5 import.bad_amount",
                "5 import.bad_cost",
                "6 inventory.unknown_item_code",
            ]
        );
        assert_eq!((report.lines, report.entered), (5, 1));
        assert_eq!(host.figures(bolt(), main_site())[0], "2000");
        let twice = file_of(&mapping.clone().cost("each")).unwrap_err();
        assert!(matches!(twice, FileError::Mapping { field: "unit_cost", .. }), "{twice}");
        let nowhere = file_of(&mapping.lot("serial")).unwrap_err();
        assert_eq!(nowhere.code(), "core.import_no_column");
    }
}
