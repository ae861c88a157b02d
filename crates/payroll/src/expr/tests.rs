//! Text and tree are each other's, and what can't be read says where and why.

use fondaco_core::Rounding;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{Binary, Expr, Unary};

fn read(text: &str) -> Expr {
    text.parse().unwrap()
}

fn refused(text: &str) -> String {
    text.parse::<Expr>().unwrap_err().to_string()
}

#[test]
fn operators_bind_as_people_read_them() {
    for (text, same) in [
        ("a + b * c", "a + (b * c)"),
        ("a - b - c", "(a - b) - c"),
        ("-a * b", "(-a) * b"),
        ("a < b + 1 and not c == d or e", "((a < (b + 1)) and (not (c == d))) or e"),
        ("floor(a / 12)", "round(a / 12, 0, floor)"),
    ] {
        assert_eq!(read(text), read(same), "{text}");
    }
    assert_ne!(read("a - (b - c)"), read("a - b - c"));
}

#[test]
fn what_can_not_be_read_says_where_and_what_belongs_there() {
    for (text, column, why) in [
        ("", 1, "the end stands where a value belongs"),
        ("a +", 4, "the end stands where a value belongs"),
        ("a b", 3, "b is too much here"),
        ("round(a, 2, nearest)", 13, "nearest is no way to round: write one of half_up"),
        ("round(a, 99, up)", 12, "a whole number from 0 to 18"),
        ("round_to(a, 0, up)", 14, "a step of 0"),
        ("Wages * 2", 1, "\"Wages\" is no name"),
        ("a < b < c", 7, "comparisons don't chain"),
        ("a ? b", 3, "'?' means nothing here"),
        ("status == 'single", 11, "does not end"),
        ("123456789012345678901234567890", 1, "more digits than can be held"),
        ("max(a, )", 8, ") stands where a value belongs"),
    ] {
        let error = refused(text);
        let starts = error.starts_with(&format!("column {column} of the formula: "));
        assert!(starts && error.contains(why), "{text}: {error}");
    }
    assert!(refused(&"(".repeat(100_000)).contains("nested deeper than 100"));
    assert!(refused(&"-".repeat(100_000)).contains("nested deeper than 100"));
}

#[test]
fn a_flat_formula_is_as_high_as_it_is_long() {
    let sum = |terms: usize| vec!["1"; terms].join(" + ");
    assert!(sum(250).parse::<Expr>().is_ok());
    let error = refused(&sum(100_000));
    assert!(
        error.starts_with("column 1003 of the formula: the formula joins more than 250"),
        "{error}"
    );
    let inner = format!("max({}, 1)", sum(200));
    assert!(refused(&format!("{inner} + {}", sum(60))).contains("joins more than 250"));
    // What stands beside it adds nothing.
    assert!(format!("max({}, {})", sum(200), sum(200)).parse::<Expr>().is_ok());
}

fn trees() -> impl Strategy<Value = Expr> {
    let names = prop::sample::select(vec!["a", "wages", "ytd_1"]);
    let leaf = prop_oneof![
        (0_i64..100_000, 0_u32..4).prop_map(|(n, scale)| Expr::Number(
            fondaco_core::decimal::normalize(Decimal::new(n, scale))
        )),
        (0_i64..1000).prop_map(|n| Expr::Percent(Decimal::from(n))),
        any::<bool>().prop_map(Expr::Bool),
        names.clone().prop_map(|name| Expr::Name(name.into())),
        Just(Expr::Text("single".into())),
    ];
    let signs = prop::sample::select(vec![
        Binary::Or,
        Binary::And,
        Binary::Equal,
        Binary::Less,
        Binary::Plus,
        Binary::Minus,
        Binary::Times,
        Binary::Over,
    ]);
    leaf.prop_recursive(5, 24, 3, move |inner| {
        let list = prop::collection::vec(inner.clone(), 1..3);
        prop_oneof![
            (signs.clone(), inner.clone(), inner.clone()).prop_map(|(sign, a, b)| Expr::Binary(
                sign,
                Box::new(a),
                Box::new(b)
            )),
            inner.clone().prop_map(|of| Expr::Unary(Unary::Minus, Box::new(of))),
            inner.clone().prop_map(|of| Expr::Unary(Unary::Not, Box::new(of))),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| Expr::If(Box::new([a, b, c]))),
            inner.clone().prop_map(|value| Expr::Round {
                value: Box::new(value),
                digits: 2,
                rounding: Rounding::HalfEven,
            }),
            (names.clone(), list.clone()).prop_map(|(name, cells)| Expr::Cell(name.into(), cells)),
            (names.clone(), list.clone(), list).prop_map(|(name, cells, args)| Expr::Call {
                name: name.into(),
                cells,
                args
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_a_tree_displays_reads_back_as_the_tree(tree in trees()) {
        prop_assert_eq!(read(&tree.to_string()), tree);
    }
}

#[test]
fn a_formula_is_its_text_in_json() {
    let tree = read("round(pay / 12, 2, half_up)");
    let json = serde_json::to_string(&tree).unwrap();
    assert_eq!(json, "\"round(pay / 12, 2, half_up)\"");
    assert_eq!(serde_json::from_str::<Expr>(&json).unwrap(), tree);
    assert!(serde_json::from_str::<Expr>("\"round(pay\"").is_err());
}
