//! Trees over time: where a value stands from which day on, and what is told of a move; on every store.

use fondaco_core::Reading;

use crate::*;

fn moved(code: &str, parent: Option<&str>, day: &str) -> MoveDimensionValue {
    MoveDimensionValue::new("cost_centre", code, parent, d(day))
}

fn above(firm: &Firm, code: &str, day: Option<&str>) -> Vec<String> {
    let tree = firm.view(|view| dimension_tree(view, "cost_centre", day.map(d)));
    tree.above(code).into_iter().map(String::from).collect()
}

#[test]
fn a_value_stands_where_it_was_moved_from_that_day_on() {
    on_every_store(|firm| {
        let firm = with_centres(firm);
        for (n, centre) in ["10", "10", "20"].into_iter().enumerate() {
            firm.post(&format!("rent {n}"), rent("2026-03-01", &[("cost_centre", centre)]));
        }
        let told = firm.must("east to west", &moved("EAST", Some("WEST"), "2026-07-01"));
        let expected = MovedDimensionValue {
            left: vec![],
            joined: vec!["WEST".into()],
            values: 3,
            postings: 2,
            until: None,
        };
        assert_eq!(told, expected);
        assert_eq!(above(&firm, "10", Some("2026-06-30")), ["EAST", "SALES"]);
        assert_eq!(above(&firm, "10", Some("2026-07-01")), ["EAST", "WEST", "SALES"]);
        // What was said of later days stays.
        let told = firm.must("10 for a while", &moved("10", None, "2026-02-01"));
        assert_eq!((told.left, told.until), (vec!["EAST".into(), "SALES".into()], None));
        let told = firm.must("earlier still", &moved("10", Some("WEST"), "2026-01-01"));
        assert_eq!(told.until, Some(d("2026-01-31")));
        assert_eq!(above(&firm, "10", Some("2025-12-31")), ["EAST", "SALES"]);
        assert_eq!(above(&firm, "10", Some("2026-01-31")), ["WEST", "SALES"]);
        assert_eq!(above(&firm, "10", None), Vec::<String>::new());
        // Said again of the same day, the last word counts; and the same command again changes nothing.
        firm.must("after all", &moved("10", Some("EAST"), "2026-02-01"));
        firm.must("after all", &moved("10", Some("EAST"), "2026-02-01"));
        assert_eq!(above(&firm, "10", None), ["EAST", "WEST", "SALES"]);
        firm.clean();
    });
}

/// What was known before a move stays known.
#[test]
fn figures_as_known_at_a_time_go_by_the_tree_known_then() {
    let firm = with_centres(in_memory());
    firm.post("rent", rent("2026-03-01", &[("cost_centre", "10")]));
    firm.at_minute(10);
    firm.must("move", &moved("10", Some("WEST"), "2026-01-01"));
    let query = |heading| {
        BalanceQuery::account("5100").under("cost_centre", heading).until(d("2026-12-31"))
    };
    assert_eq!((firm.sum(&query("EAST")).as_str(), firm.sum(&query("WEST")).as_str()), ("0", "10"));
    let then = |heading| query(heading).known_at(minute(5));
    assert_eq!((firm.sum(&then("EAST")).as_str(), firm.sum(&then("WEST")).as_str()), ("10", "0"));
    // The day counts too.
    firm.must("later", &moved("10", Some("EAST"), "2026-10-01"));
    let day = |heading, day: &str| firm.sum(&query(heading).until(d(day)));
    assert_eq!((day("EAST", "2026-09-30"), day("EAST", "2026-10-01")), ("0".into(), "10".into()));
}

#[test]
fn the_tree_as_text() {
    let firm = with_centres(in_memory());
    let days = "2026-01-01/2026-06-30".parse().unwrap();
    firm.must("days", &ChangeDimensionValue::new("cost_centre", "10").name("Lido").on(days));
    let tree = firm.books.dimension_tree("cost_centre", Some(d("2026-03-01"))).unwrap();
    let lines: Vec<String> =
        tree.to_string().lines().map(|line| line.trim_end().to_owned()).collect();
    assert_eq!(lines.join("\n"), TREE.trim(), "{tree}");
    assert_eq!(tree.below(None), ["SALES"]);
    assert_eq!(tree.parent("10").map(|parent| parent.as_str()), Some("EAST"));
    assert_eq!(tree.value("10").map(|value| value.name.as_str()), Some("Lido"));
    let unknown = firm.books.dimension_tree("site", None).unwrap_err();
    assert_eq!(unknown.code(), "accounting.unknown_dimension");
    let dimensions = firm.books.dimensions().unwrap();
    assert_eq!(dimensions.len(), 2);
    let kept = firm.view(|view| Ok(view.peek::<Dimension>(&"project".into())?));
    assert_eq!(kept.unwrap().name, "Projects");
}

const TREE: &str = "
cost_centre as of 2026-03-01
Value   Name    From        Until
======  ======  ==========  ==========
SALES   Sales
  EAST  East
   10   Lido    2026-01-01  2026-06-30
   11   Murano
  WEST  West
   20   Verona
";
