use super::*;
use proptest::prelude::*;

fn big(text: &str) -> Big {
    let (units, scale) = text.split_once('e').unwrap();
    Big { units: units.parse().unwrap(), scale: scale.parse().unwrap() }
}

fn mode(name: &str) -> Mode {
    match name {
        "UP" => Some(Rounding::Up),
        "DOWN" => Some(Rounding::Down),
        "CEILING" => Some(Rounding::Ceiling),
        "FLOOR" => Some(Rounding::Floor),
        "HALF_UP" => Some(Rounding::HalfUp),
        "HALF_DOWN" => Some(Rounding::HalfDown),
        "HALF_EVEN" => Some(Rounding::HalfEven),
        "UNNECESSARY" => None,
        other => panic!("{other} is no rounding of Java"),
    }
}

/// What Java 17 answers, units and scale, to random operands: `cases.csv` has operation, operands, scale, rounding, answer.
#[test]
fn sums_have_the_units_and_the_scale_that_java_gives_them() {
    let mut count = 0;
    for line in include_str!("cases.csv").lines() {
        let [op, left, right, scale, rounding, expected] = line.split(',').collect::<Vec<_>>()[..]
        else {
            panic!("{line} has not six cells")
        };
        let (scale, mode) = (scale.parse().unwrap(), mode(rounding));
        let shown = |sum: Result<Big>| {
            sum.map_or("error".to_owned(), |sum| format!("{}e{}", sum.units, sum.scale))
        };
        let plain = |sum: Result<Big>| {
            sum.map_or("error".to_owned(), |sum| sum.to_decimal().unwrap().to_string())
        };
        let (x, y) = if op == "double" { (Big::ZERO, Big::ZERO) } else { (big(left), big(right)) };
        let actual = match op {
            "add" => shown(x.add(y)),
            "subtract" => shown(x.subtract(y)),
            "multiply" => shown(x.multiply(y)),
            "divide" => shown(x.divide(y)),
            "divide_to" => shown(x.divide_to(y, scale, mode)),
            "divide_keeping" => shown(x.divide_to(y, x.scale, mode)),
            "set_scale" => shown(x.set_scale(scale, mode)),
            "compare" => (x.compare(y) as i8).to_string(),
            "remainder" if y.units == 0 => "error".to_owned(),
            "remainder" => plain(x.divide_whole(y).map(|(_, left)| left)),
            "whole" => x.to_long().unwrap().to_string(),
            "double" => plain(Big::from_double(left.parse().unwrap())),
            other => panic!("{other} is no operation"),
        };
        assert_eq!(actual, expected, "{line}");
        count += 1;
    }
    assert_eq!(count, 420);
}

#[test]
fn what_has_no_room_is_an_error_and_never_another_figure() {
    let most = Big { units: i128::MAX, scale: 0 };
    let one = Big::from_int(1);
    assert_eq!(most.add(one), Err(Fault::TooLarge));
    assert_eq!(most.negate().unwrap().subtract(one).unwrap().units, i128::MIN);
    assert_eq!(most.multiply(Big::from_int(2)), Err(Fault::TooLarge));
    assert_eq!(most.set_scale(1, None), Err(Fault::TooLarge));
    assert_eq!(most.to_long(), Err(Fault::TooLarge));
    assert_eq!(most.to_decimal(), None);
    assert_eq!(one.divide(Big::from_int(3)), Err(Fault::Endless));
    assert_eq!(one.divide(Big::ZERO), Err(Fault::DivisionByZero));
    assert_eq!(Big::from_double(f64::NAN), Err(Fault::NotFinite));
    assert_eq!(Big { units: 15, scale: 1 }.set_scale(0, None), Err(Fault::Inexact));
}

#[test]
fn values_that_share_no_scale_are_compared_all_the_same() {
    let most = Big { units: i128::MAX, scale: 0 };
    let tiny = Big { units: 1, scale: 50 };
    assert_eq!(most.compare(tiny), Ordering::Greater);
    assert_eq!(tiny.compare(most), Ordering::Less);
    assert_eq!(most.negate().unwrap().compare(tiny), Ordering::Less);
    assert_eq!(tiny.compare(most.negate().unwrap()), Ordering::Greater);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The short way to a double's decimal and the long one agree.
    #[test]
    fn a_double_is_the_decimal_that_it_is_written_as(units in -999_999_999i64..999_999_999, scale in 0u32..9) {
        let text = rust_decimal::Decimal::new(units, scale).normalize();
        let value: f64 = text.to_string().parse().unwrap();
        prop_assert_eq!(Big::from_double(value).unwrap().to_decimal(), Some(text));
    }

    #[test]
    fn an_exact_quotient_times_the_divisor_is_the_dividend(a in -1_000_000i64..1_000_000, b in 1i64..10_000) {
        let (a, b) = (Big::from_int(a), Big::from_int(b));
        match a.divide(b) {
            Ok(quotient) => prop_assert_eq!(quotient.multiply(b).unwrap().compare(a), Ordering::Equal),
            Err(fault) => prop_assert_eq!(fault, Fault::Endless),
        }
    }
}
