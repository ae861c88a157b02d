//! Catch-weight: both units are kept, and nothing is left without the other.

use super::*;

fn caught(count: &str, weight: &str) -> CatchWeight {
    CatchWeight::new(quantity(count), quantity(weight)).unwrap()
}

fn rule(count: &str, nominal: &str, tolerance: &str) -> CatchRule {
    CatchRule::new("fish", quantity(count), quantity(nominal), tolerance.parse().unwrap()).unwrap()
}

#[test]
fn pieces_and_weight_go_together() {
    for (count, weight) in
        [("0 ea", "1 kg"), ("1 ea", "0 kg"), ("1 ea", "-1 kg"), ("-1 ea", "1 kg")]
    {
        let error = CatchWeight::new(quantity(count), quantity(weight)).unwrap_err();
        assert_eq!(error.code(), "core.catch_weight_signs", "{count} {weight}");
    }
    let issue = caught("-2 ea", "-9 kg");
    assert_eq!(
        caught("2 ea", "9 kg").add(issue),
        Ok(CatchWeight::zero(Unit::EACH, Unit::KILOGRAM))
    );
    assert_eq!(
        caught("2 ea", "9 kg").add(caught("1 ea", "4 lb")).unwrap_err().code(),
        "core.unit_mismatch"
    );
    assert_eq!(
        CatchWeight::zero(Unit::EACH, Unit::KILOGRAM).average(3, Rounding::HalfUp),
        Ok(None)
    );
}

#[test]
fn a_weighing_beyond_the_tolerance_is_refused_with_the_limits() {
    let fish = rule("3 ea", "4 kg", "10%");
    for (count, weight, good) in [
        ("3 ea", "3.6 kg", true),
        ("3 ea", "4.4 kg", true),
        ("3 ea", "3.599 kg", false),
        ("3 ea", "4.401 kg", false),
        ("-3 ea", "-3.6 kg", true),
        ("-3 ea", "-4.5 kg", false),
        ("0 ea", "0 kg", true),
        ("1 ea", "1.2 kg", true),
        ("1 ea", "1.467 kg", false),
    ] {
        assert_eq!(fish.weigh(quantity(count), quantity(weight)).is_ok(), good, "{count} {weight}");
    }
    let QuantityError::OutOfTolerance(off) =
        fish.weigh(quantity("1 ea"), quantity("9 kg")).unwrap_err()
    else {
        panic!("nine times as heavy")
    };
    assert_eq!((off.least, off.most), (quantity("1.2 kg"), quantity("1.466666666666 kg")));
    assert_eq!(
        fish.weigh(quantity("1 pcs"), quantity("1.3 kg")).unwrap_err().code(),
        "core.unit_mismatch"
    );
    assert_eq!(
        fish.weigh(quantity("1 ea"), quantity("1300 g")).unwrap_err().code(),
        "core.unit_mismatch"
    );
}

#[test]
fn no_rule_judges_by_nothing() {
    for (count, nominal, tolerance) in [
        ("0 ea", "1 kg", "5%"),
        ("1 ea", "0 kg", "5%"),
        ("1 ea", "-1 kg", "5%"),
        ("1 kg", "1 kg", "5%"),
        ("1 ea", "1 kg", "-1%"),
        ("1 ea", "1 kg", "100%"),
    ] {
        let tolerance: Rate = tolerance.parse().unwrap();
        let error =
            CatchRule::new("fish", quantity(count), quantity(nominal), tolerance).unwrap_err();
        assert_eq!(error.code(), "core.bad_catch_rule");
        assert!(error.to_string().starts_with("fish: "), "{error}");
    }
}

#[test]
fn json_gives_them_back_and_refuses_what_new_refuses() {
    let json = r#"{"count":"12 wheel","weight":"90.35 kg"}"#;
    let caught: CatchWeight = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&caught).unwrap(), json);
    assert!(serde_json::from_str::<CatchWeight>(&json.replace("12", "0")).is_err());
    let fish = rule("3 ea", "4 kg", "10%");
    let json = serde_json::to_string(&fish).unwrap();
    assert_eq!(serde_json::from_str::<CatchRule>(&json).unwrap(), fish);
    assert!(serde_json::from_str::<CatchRule>(&json.replace("10%", "100%")).is_err());
}

#[test]
fn more_than_there_is_cannot_be_taken() {
    let two = caught("2 ea", "9 kg");
    for wanted in ["3 ea", "-1 ea"] {
        assert_eq!(
            two.take(quantity(wanted), 3, Rounding::HalfUp).unwrap_err().code(),
            "core.catch_weight_short"
        );
    }
    let none = two.take(quantity("0 ea"), 3, Rounding::HalfUp).unwrap();
    assert_eq!(none, (CatchWeight::zero(Unit::EACH, Unit::KILOGRAM), two));
    let coarse = caught("3 ea", "1 kg").take(quantity("1 ea"), 0, Rounding::HalfUp).unwrap_err();
    assert_eq!(coarse.code(), "core.catch_weight_signs");
}

proptest! {
    /// However the pieces are taken, nothing is lost, and the last takes what is left.
    #[test]
    fn taking_conserves(pieces in 1i64..200, grams in 1_000i64..1_000_000, takes in prop::collection::vec(1i64..20, 1..60)) {
        let all = CatchWeight::new(Quantity::new(pieces, Unit::EACH), Quantity::new(grams * 200, Unit::GRAM)).unwrap();
        let (mut left, mut gone) = (all, CatchWeight::zero(Unit::EACH, Unit::GRAM));
        for wanted in takes {
            let wanted = Quantity::new(wanted, Unit::EACH);
            let wanted = if left.count().compare(wanted).unwrap().is_lt() { left.count() } else { wanted };
            let (taken, rest) = left.take(wanted, 2, Rounding::HalfUp).unwrap();
            gone = gone.add(taken).unwrap();
            left = rest;
            prop_assert_eq!(gone.add(left).unwrap(), all);
        }
        let (last, none) = left.take(left.count(), 2, Rounding::HalfUp).unwrap();
        prop_assert!(last == left && none.count().is_zero() && none.weight().is_zero());
    }
}
