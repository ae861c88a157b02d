//! What can't be is refused where it stands, and nothing overflows.

use fondaco_core::Timestamp;
use fondaco_core::calendar::Zone;

use super::any;
use crate::segments::{
    Behaviour, Definition, MOST_NODES, Predicate, Quantifier, Schema, SegmentError, SegmentSet,
    Span, Window,
};

fn schema() -> Schema {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let berlin = Zone::minutes_east(60)
        .unwrap()
        .changing(at("2026-03-29T01:00:00Z"), 120)
        .unwrap()
        .changing(at("2026-10-25T01:00:00Z"), 60);
    any::schema().zone("Europe/Berlin", berlin.unwrap())
}

fn refused(text: &str) -> SegmentError {
    SegmentSet::compile(&schema(), [("s", Definition::parse(text).unwrap())]).unwrap_err()
}

#[test]
fn each_error_has_its_place_and_a_way_out() {
    for (text, code, message) in [
        (
            "county = \"DE\"",
            "crm.segment_unknown_name",
            "line 1, column 1: there is no attribute \"county\"; there are country,",
        ),
        (
            "consent = true and\n done(bought)",
            "crm.segment_unknown_name",
            "line 2, column 7: there is no event \"bought\"; there are open, click, buy",
        ),
        (
            "sum(buy.price) > 3",
            "crm.segment_unknown_name",
            "line 1, column 5: there is no attribute of the event \"price\"; there are amount, due",
        ),
        (
            "count(buy where color = \"x\") > 3",
            "crm.segment_unknown_name",
            "line 1, column 17: there is no attribute of the event \"color\"",
        ),
        (
            "count(buy where not (amount > 3 or due > 4)) > 3",
            "crm.segment_type_mismatch",
            "line 1, column 42: due > 4: due is a day: compare it with a day",
        ),
        (
            "size = \"big\"",
            "crm.segment_type_mismatch",
            "line 1, column 8: size = \"big\": size is a number",
        ),
        (
            "size in (1, 2, \"x\")",
            "crm.segment_type_mismatch",
            "line 1, column 16: size in (1, 2, \"x\"): size is a number",
        ),
        (
            "consent > true",
            "crm.segment_type_mismatch",
            "line 1, column 11: consent > true: consent is true or false",
        ),
        ("tags = \"a\"", "crm.segment_type_mismatch", "line 1, column 8"),
        (
            "country has \"a\"",
            "crm.segment_type_mismatch",
            "line 1, column 1: country has \"a\": country is a text: this is asked of a list",
        ),
        ("sum(open.device) > 3", "crm.segment_type_mismatch", "line 1, column 5"),
        ("count(buy) > 3 days", "crm.segment_type_mismatch", "line 1, column 14"),
        ("recency(buy) > 3", "crm.segment_type_mismatch", "line 1, column 16"),
        (
            "count(buy) between 3 days and 10 days ago > 1",
            "crm.segment_impossible_window",
            "line 1, column 12: the window between 3 days and 10 days ago",
        ),
        ("count(buy) in 0 local days > 1", "crm.segment_impossible_window", "line 1, column 12"),
        (
            "count(buy) from 2026-03-02 to 2026-03-01 > 1",
            "crm.segment_impossible_window",
            "line 1, column 12",
        ),
        ("recency(buy) in 7 days > 30 days", "crm.segment_impossible_window", "line 1, column 26"),
        ("sequence(open, bought)", "crm.segment_unknown_name", "line 1, column 16"),
        ("sequence(open within 3 days, buy)", "crm.segment_type_mismatch", "line 1, column 15"),
        (
            "interest(open, bought; half-life 3 days) > 1",
            "crm.segment_unknown_name",
            "line 1, column 16",
        ),
        ("interest(open; half-life 3 days) = 1", "crm.segment_type_mismatch", "line 1, column 36"),
        (
            "score(fat) > 1",
            "crm.segment_unknown_name",
            "line 1, column 7: there is no score \"fat\"; there are fit",
        ),
        (
            "in segment \"loyal\"",
            "crm.segment_unknown_name",
            "line 1, column 12: there is no segment \"loyal\"; there are none",
        ),
        (
            "created > 2026-03-29T02:30[Europe/Berlin]",
            "crm.segment_local_time",
            "line 1, column 11: clocks in Europe/Berlin show 2026-03-29 02:30:00 never",
        ),
        (
            "created > 2026-10-25T02:30[Europe/Berlin]",
            "crm.segment_local_time",
            "line 1, column 11: clocks in Europe/Berlin show 2026-10-25 02:30:00 twice",
        ),
        (
            "created > 2026-10-25T02:30[Mars/Olympus]",
            "crm.segment_unknown_name",
            "line 1, column 11: there is no zone \"Mars/Olympus\"",
        ),
    ] {
        let error = refused(text);
        assert_eq!(error.code(), code, "{text}");
        assert!(error.to_string().starts_with(message), "{text}: {error}");
    }
    let fine = Definition::parse("created > 2026-03-29T03:30[Europe/Berlin]").unwrap();
    assert!(SegmentSet::compile(&schema(), [("s", fine)]).is_ok());
}

#[test]
fn a_tree_without_text_has_a_path() {
    let inner = "amount > 3 and colour = \"x\"".parse().unwrap();
    let tree = Predicate::attribute("consent")
        .equals(true)
        .and(!Behaviour::count("buy").filtered(inner).at_least(1));
    let error = SegmentSet::compile(&schema(), [("big", tree)]).unwrap_err();
    let place = "big/all/1/not/behaviour/filter/all/1/attribute/name: ";
    assert!(error.to_string().starts_with(place), "{error}");
    let window = Window::Between { from: Span::days(1), to: Span::days(2) };
    let tree = Behaviour::count("buy").within(window).at_least(1).of_people(Quantifier::All);
    let error = SegmentSet::compile(&schema(), [("big", tree)]).unwrap_err();
    assert!(error.to_string().starts_with("big/people/are/behaviour/window: "), "{error}");
}

#[test]
fn segments_that_rest_on_themselves_are_refused() {
    let of = |name: &str| Predicate::in_segment(name);
    let set = [
        ("a", of("b").and(of("x"))),
        ("b", of("c")),
        ("c", of("x").or(of("b"))),
        ("x", Predicate::everybody()),
    ];
    let error = SegmentSet::compile(&schema(), set).unwrap_err();
    assert_eq!(error.to_string(), "b/segment: segment \"b\" rests on itself: b -> c -> b");
    let text = Definition::parse("consent = true and in segment \"me\"").unwrap();
    let error = SegmentSet::compile(&schema(), [("me", text)]).unwrap_err();
    assert_eq!(error.to_string(), "line 1, column 31: segment \"me\" rests on itself: me -> me");
    let twice = SegmentSet::compile(&schema(), [("a", of("x")), ("a", of("x"))]).unwrap_err();
    assert_eq!(twice.code(), "crm.segment_defined_twice");
}

/// A stack of 2 MB, as tests have it, holds whatever comes.
#[test]
fn what_is_too_large_or_too_deep_is_refused_and_overflows_nothing() {
    let one = || Predicate::attribute("consent").equals(true);
    let mut deep = one();
    for _ in 0..100_000 {
        deep = !deep;
    }
    let compiled = SegmentSet::compile(&schema(), [("deep", deep.clone())]);
    assert_eq!(compiled.unwrap_err().code(), "crm.segment_too_large");
    assert!(serde_json::to_string(&deep).is_err());
    assert_eq!(deep.clone(), deep);
    let wide = Predicate::any((0..100_000).map(|_| one()));
    let compiled = SegmentSet::compile(&schema(), [("wide", wide)]);
    assert_eq!(
        compiled.unwrap_err().to_string(),
        format!("wide: the segment has more than {MOST_NODES} parts: make segments of its parts")
    );

    let text = format!("{}consent = true", "not ".repeat(100_000));
    let error = Definition::parse(&text).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 1, column 197: the segment has more than 48 levels: make segments of its parts"
    );
    let text = format!("{}consent = true{}", "(".repeat(100_000), ")".repeat(100_000));
    assert_eq!(Definition::parse(&text).unwrap_err().code(), "crm.segment_too_large");
    let text = vec!["consent = true"; 100_000].join("\nor ");
    let error = Definition::parse(&text).unwrap_err().to_string();
    assert!(
        error.starts_with("line 10001, column 4: the segment has more than 10000 parts"),
        "{error}"
    );
    let json = format!("{}{}", "{\"not\":".repeat(100_000), "}".repeat(100_000));
    let error = serde_json::from_str::<Predicate>(&json).unwrap_err().to_string();
    assert!(error.contains("recursion limit exceeded at line 1 column"), "{error}");
}
