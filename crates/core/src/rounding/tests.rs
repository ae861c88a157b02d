//! What rounding promises.

use proptest::prelude::*;

use super::*;
use crate::decimal::{parse, sub};

const ALL: [Rounding; 7] = [
    Rounding::HalfUp,
    Rounding::HalfDown,
    Rounding::HalfEven,
    Rounding::Up,
    Rounding::Down,
    Rounding::Ceiling,
    Rounding::Floor,
];

fn value() -> impl Strategy<Value = Decimal> {
    (0u128..1 << 96, 0u32..=96, any::<bool>(), 0u32..=28).prop_map(
        |(size, shift, negative, scale)| {
            from_parts(size.checked_shr(shift).unwrap_or(0), negative, scale).unwrap()
        },
    )
}

/// The table in the docs of [`Rounding`], and the same one place further down.
#[test]
fn every_mode_does_what_its_table_says() {
    let values = ["2.5", "3.5", "-2.5", "2.1", "-2.1", "2.9", "-2.9"];
    let table = [
        (Rounding::HalfUp, ["3", "4", "-3", "2", "-2", "3", "-3"]),
        (Rounding::HalfDown, ["2", "3", "-2", "2", "-2", "3", "-3"]),
        (Rounding::HalfEven, ["2", "4", "-2", "2", "-2", "3", "-3"]),
        (Rounding::Up, ["3", "4", "-3", "3", "-3", "3", "-3"]),
        (Rounding::Down, ["2", "3", "-2", "2", "-2", "2", "-2"]),
        (Rounding::Ceiling, ["3", "4", "-2", "3", "-2", "3", "-2"]),
        (Rounding::Floor, ["2", "3", "-3", "2", "-3", "2", "-3"]),
    ];
    for (rounding, expected) in table {
        for (value, expected) in values.into_iter().zip(expected) {
            let (value, expected) = (parse(value).unwrap(), parse(expected).unwrap());
            assert_eq!(round(value, 0, rounding), expected, "{value} {rounding:?}");
            let tenth = Decimal::new(1, 1);
            let (value, expected) =
                (value.checked_mul(tenth).unwrap(), expected.checked_mul(tenth).unwrap());
            assert_eq!(round(value, 1, rounding), expected, "{value} {rounding:?}");
        }
    }
}

#[test]
fn nothing_below_zero_is_left_of_a_sign() {
    let zero = round(parse("-0.4").unwrap(), 0, Rounding::HalfUp);
    assert_eq!(zero.to_string(), "0");
}

#[test]
fn increments_at_the_edge() {
    let cases = [
        ("12.375", "0.05", "12.4"),
        ("-12.375", "0.05", "-12.4"),
        ("149", "100", "100"),
        ("150", "100", "200"),
        ("0.0000000001", "70000000000000000000000000000", "0"),
    ];
    for (value, increment, expected) in cases {
        let rounded =
            round_to_increment(parse(value).unwrap(), parse(increment).unwrap(), Rounding::HalfUp);
        assert_eq!(rounded, Ok(parse(expected).unwrap()), "{value}");
    }
    assert_eq!(
        round_to_increment(Decimal::MAX, Decimal::TEN, Rounding::Up),
        Err(DecimalError::Overflow)
    );
    assert_eq!(
        round_to_increment(Decimal::MAX, Decimal::new(1, 28), Rounding::Up),
        Err(DecimalError::Overflow)
    );
    for increment in [Decimal::ZERO, Decimal::from(-5)] {
        assert_eq!(
            round_to_increment(Decimal::ONE, increment, Rounding::Up),
            Err(DecimalError::NotPositive { value: increment })
        );
    }
}

#[test]
fn names_in_json_are_stable() {
    let names: Vec<String> =
        ALL.iter().map(|rounding| serde_json::to_string(rounding).unwrap()).collect();
    assert_eq!(
        names.join(" "),
        r#""half_up" "half_down" "half_even" "up" "down" "ceiling" "floor""#
    );
}

proptest! {
    #[test]
    fn the_result_is_within_a_unit_on_the_side_its_name_says(value in value(), digits in 0u32..=28) {
        let unit = Decimal::new(1, digits);
        for rounding in ALL {
            let rounded = round(value, digits, rounding);
            prop_assert!(rounded.scale() <= digits);
            prop_assert_eq!(round(rounded, digits, rounding), rounded);
            let Ok(moved) = sub(rounded, value) else { return Ok(()) };
            prop_assert!(moved.abs() < unit);
            let half = digits < 28 && moved.abs() > Decimal::new(5, digits + 1);
            let right = match rounding {
                Rounding::HalfUp | Rounding::HalfDown | Rounding::HalfEven => !half,
                Rounding::Up => rounded.abs() >= value.abs(),
                Rounding::Down => rounded.abs() <= value.abs(),
                Rounding::Ceiling => rounded >= value,
                Rounding::Floor => rounded <= value,
            };
            prop_assert!(right, "{} to {} by {:?}", value, rounded, rounding);
        }
    }

    #[test]
    fn an_increment_of_a_digit_is_rounding_to_that_digit(value in value(), digits in 0u32..=9) {
        for rounding in ALL {
            if let Ok(rounded) = round_to_increment(value, Decimal::new(1, digits), rounding) {
                prop_assert_eq!(rounded, round(value, digits, rounding));
            }
        }
    }
}
