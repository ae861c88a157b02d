//! Predicates as text and as JSON.

use proptest::prelude::*;

use super::any;
use crate::segments::{Definition, Kind, Predicate, Schema, completions};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Text and JSON say all of it.
    #[test]
    fn text_and_json_read_back(predicate in any::predicate(vec!["s \"0\"\\".into()])) {
        let text = predicate.to_string();
        prop_assert_eq!(&text.parse::<Predicate>().unwrap(), &predicate, "{}", text);
        let json = serde_json::to_string(&predicate).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Predicate>(&json).unwrap(), &predicate, "{}", json);
    }

    /// Whatever is typed is read or refused.
    #[test]
    fn no_text_is_too_much(text in "[a-z0-9 ()\"`.,;<>=*\\-\\[\\]é\n]{0,60}", cut in 0_usize..60) {
        let _ = text.parse::<Predicate>();
        let _ = completions(&text, cut, &any::schema(), &["loyal"]);
    }

    /// A text that is cut off anywhere is read or refused.
    #[test]
    fn what_is_cut_off_is_refused(predicate in any::predicate(Vec::new()), cut in 0.0_f64..1.0) {
        let text = predicate.to_string();
        let cut = (text.len() as f64 * cut) as usize;
        if let Some(part) = text.get(..cut) {
            let _ = part.parse::<Predicate>();
            let _ = completions(&text, cut, &any::schema(), &[]);
        }
    }
}

#[test]
fn json_is_as_people_would_write_it() {
    let predicate: Predicate =
        "not country in (\"DE\", \"FR\") and sum(buy.amount where amount > 50) in 90 days > 100.5"
            .parse()
            .unwrap();
    let json = serde_json::to_value(&predicate).unwrap();
    let expected = serde_json::json!({"all": [
        {"not": {"attribute": {"name": "country", "test": {"in": [{"text": "DE"}, {"text": "FR"}]}}}},
        {"behaviour": {
            "event": "buy",
            "filter": {"attribute": {"name": "amount", "test": {"compare": ["more", {"number": "50"}]}}},
            "window": {"last": "90 days"},
            "measure": {"sum": "amount"},
            "compare": "more",
            "value": {"number": "100.5"},
        }},
    ]});
    assert_eq!(json, expected);
}

#[test]
fn names_that_are_no_words_stand_in_backticks() {
    let text = "`in` = \"x\" and count(`page view`) in 1 day >= 1 and sum(`page view`.a.b) > 2";
    let predicate: Predicate = text.parse().unwrap();
    assert_eq!(predicate.to_string(), text);
    let dotted: Predicate = "count(page.view) >= 1 and sum(page.view.amount) > 2".parse().unwrap();
    assert_eq!(dotted.to_string(), "count(page.view) >= 1 and sum(page.view.amount) > 2");
}

#[test]
fn parts_bind_as_they_are_said() {
    let shown = |text: &str| text.parse::<Predicate>().unwrap().to_string();
    assert_eq!(shown("a = 1 or b = 2 and not c = 3"), "a = 1 or b = 2 and not c = 3");
    assert_eq!(shown("(a = 1 or b = 2) and c = 3"), "(a = 1 or b = 2) and c = 3");
    assert_eq!(shown("not (a = 1 and b is null)"), "not (a = 1 and b is null)");
    assert_eq!(shown("done(buy) today"), "count(buy) today >= 1");
    assert_eq!(shown("people any ((a = 1))"), "people any (a = 1)");
}

#[test]
fn an_error_says_where_and_what_belongs_there() {
    let refused = |text: &str| Definition::parse(text).unwrap_err().to_string();
    assert_eq!(
        refused("country in (\"DE\"\n  \"FR\")"),
        "line 2, column 3: the text \"FR\" stands where \",\", or \")\" belongs"
    );
    assert_eq!(
        refused("count(open) in 30 >= 3"),
        "line 1, column 19: \">=\" stands where \"local\", or business, or days, hours or minutes belongs"
            .replace("\"local\"", "local")
    );
    assert_eq!(
        refused("count(open) in 0 days >= 3"),
        "line 1, column 16: 0 days stands where a length of time (0 days is no length of time: give one above 0, up to 100000 days) belongs"
    );
    assert!(
        refused("country = \"DE")
            .starts_with("line 1, column 11: the end of a text that was not closed")
    );
    assert!(refused("").starts_with("line 1, column 1: the end stands where not, or"));
    assert!(
        refused("a = 1 b")
            .starts_with("line 1, column 7: \"b\" stands where and, or or, or the end")
    );
    assert!(
        refused("created >= 2026-13-01")
            .starts_with("line 1, column 12: 2026-13-01 stands where a day or an instant")
    );
}

#[test]
fn what_can_be_typed_next_is_offered() {
    let schema = Schema::new()
        .attribute("country", Kind::Text)
        .score("fit")
        .event("buy", [("amount", Kind::Number { decimals: 2 })])
        .event("browse", []);
    let offered = |text: &str| completions(text, text.len(), &schema, &["loyal", "lapsed"]);
    assert_eq!(offered("count(b"), ["browse", "buy"]);
    assert_eq!(offered("count(buy) in 30 d"), ["days"]);
    assert_eq!(
        offered("count(buy) "),
        [
            "!=",
            "<",
            "<=",
            "=",
            ">",
            ">=",
            "between",
            "ever",
            "from",
            "in",
            "on",
            "since",
            "today",
            "yesterday"
        ]
    );
    assert_eq!(offered("sum(buy.am"), ["buy.amount"]);
    assert_eq!(offered("count(buy where "), ["(", "amount", "not"]);
    assert_eq!(offered("in segment \"l"), ["\"lapsed\"", "\"loyal\""]);
    assert_eq!(offered("score(f"), ["fit"]);
    assert_eq!(offered("country = \"DE\" a"), ["and"]);
    assert_eq!(offered("country country"), Vec::<String>::new());
    // In the middle of a text, what stands behind counts for nothing.
    assert_eq!(completions("count(b) >= 3", 7, &schema, &[]), ["browse", "buy"]);
}
