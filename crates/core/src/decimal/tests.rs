//! What the arithmetic promises. The exact results are checked by a way of their own: whole numbers
//! of 128 bits at a scale where nothing can be lost.

use proptest::prelude::*;

use super::*;
use crate::rounding::round;

/// Any decimal, with small, large, coarse and fine ones all frequent.
fn any_decimal() -> impl Strategy<Value = Decimal> {
    let parts = |bits: u32| (0u128..1 << bits, any::<bool>(), 0u32..=28);
    let size = prop_oneof![parts(8), parts(40), parts(64), parts(96)];
    size.prop_map(|(size, negative, scale)| from_parts(size, negative, scale).unwrap())
}

/// Decimals whose sums and products fit whatever is done with three of them.
fn small_decimal() -> impl Strategy<Value = Decimal> {
    (-1_000_000_000i64..1_000_000_000, 0u32..=9)
        .prop_map(|(units, digits)| from_fixed(units, digits))
}

fn parsed(text: &str) -> Decimal {
    parse(text).unwrap()
}

#[test]
fn only_plain_decimals_are_read() {
    for text in [
        "", "-", ".", "1e3", "1_000", ".5", "5.", "+1", " 1", "1 ", "--1", "1,5", "0x1", "١",
        "1.2.3", "NaN", "-.5", "1.-5",
    ] {
        assert_eq!(parse(text), Err(DecimalError::Syntax { text: text.into() }), "{text:?}");
    }
}

#[test]
fn digits_that_cannot_be_held_are_refused() {
    let largest = "79228162514264337593543950335";
    assert_eq!(parsed(largest), Decimal::MAX);
    for text in [
        "79228162514264337593543950336",
        "0.00000000000000000000000000001",
        "1234567890123456789012345678.12",
        &"9".repeat(60),
    ] {
        assert_eq!(parse(text), Err(DecimalError::TooManyDigits { text: text.into() }), "{text}");
    }
    assert_eq!(parsed("0.0000000000000000000000000001"), Decimal::new(1, 28));
}

#[test]
fn the_canonical_form_is_the_same_for_equal_values() {
    for (text, canonical) in [
        ("1.50", "1.5"),
        ("100", "100"),
        ("-0", "0"),
        ("-0.00", "0"),
        ("007.700", "7.7"),
        ("-10.0", "-10"),
    ] {
        assert_eq!(parsed(text).to_string(), canonical);
    }
    let negative_zero = -Decimal::new(0, 5);
    assert_eq!(normalize(negative_zero).serialize(), Decimal::ZERO.serialize());
}

#[test]
fn sums_at_the_edge_are_exact_or_refused() {
    assert_eq!(add(Decimal::MAX, parsed("0.4")), Err(DecimalError::Inexact));
    assert_eq!(add(Decimal::MAX, Decimal::ONE), Err(DecimalError::Overflow));
    assert_eq!(sub(Decimal::MIN, Decimal::ONE), Err(DecimalError::Overflow));
    assert_eq!(add(Decimal::MAX, Decimal::MIN), Ok(Decimal::ZERO));
    // Written with zeros that leave no room, and yet without a digit too many.
    let padded = Decimal::from_i128_with_scale(10i128.pow(28), 28);
    assert_eq!(
        add(parsed("70000000000000000000000000000"), padded),
        Ok(parsed("70000000000000000000000000001"))
    );
    assert_eq!(sub(Decimal::ONE, Decimal::ONE).map(|zero| zero.is_sign_negative()), Ok(false));
}

#[test]
fn products_are_exact_or_refused() {
    assert_eq!(
        mul_exact(parsed("0.00000000000000000001"), parsed("0.00000000000000000001")),
        Err(DecimalError::Inexact)
    );
    assert_eq!(mul_exact(Decimal::MAX, Decimal::TWO), Err(DecimalError::Overflow));
    // 2^70 × 5^30 / 10^28 has room only once twos and fives have met.
    let twos = from_parts(1 << 70, false, 14).unwrap();
    let fives = from_parts(5u128.pow(30), false, 14).unwrap();
    assert_eq!(mul_exact(twos, fives), Ok(Decimal::from(100 * (1i64 << 40))));
    assert_eq!(mul_exact(fives, twos), Ok(Decimal::from(100 * (1i64 << 40))));
    assert_eq!(
        mul_exact(parsed("-0.5"), Decimal::ZERO).map(|zero| zero.is_sign_negative()),
        Ok(false)
    );
}

#[test]
fn rounded_products_and_quotients_see_every_digit() {
    let (tiny, half) = (Decimal::new(1, 28), parsed("0.5"));
    for (rounding, expected) in [
        (Rounding::HalfUp, "0"),
        (Rounding::Up, "1"),
        (Rounding::Ceiling, "1"),
        (Rounding::Floor, "0"),
    ] {
        assert_eq!(mul_round(tiny, tiny, 0, rounding), Ok(parsed(expected)), "{rounding:?}");
        assert_eq!(
            div_round(tiny, Decimal::MAX, 0, rounding),
            Ok(parsed(expected)),
            "{rounding:?}"
        );
    }
    // A trace behind the half decides: 0.5 + 1e-28 of 1, and of a product with 56 digits.
    let above = add(half, tiny).unwrap();
    assert_eq!(mul_round(above, Decimal::ONE, 0, Rounding::HalfDown), Ok(Decimal::ONE));
    let nearly = sub(Decimal::ONE, tiny).unwrap();
    assert_eq!(mul_round(nearly, half, 0, Rounding::HalfUp), Ok(Decimal::ZERO));
    let over = mul_round(Decimal::MAX, parsed("0.99999"), 28, Rounding::Down);
    assert_eq!(over, Err(DecimalError::Overflow));
    assert_eq!(
        mul_round(Decimal::MAX, Decimal::MAX, 0, Rounding::Down),
        Err(DecimalError::Overflow)
    );
    assert_eq!(mul_round(Decimal::MAX, tiny, 2, Rounding::HalfUp), Ok(parsed("7.92")));
    // Counted in units of 1e-28, this divisor would be a small number modulo 2^128.
    let wraps = parsed("1373540178634609812812467773");
    let small = Decimal::from_i128_with_scale(Decimal::MAX.mantissa(), 28);
    assert_eq!(div_round(small, wraps, 0, Rounding::HalfUp), Ok(Decimal::ZERO));
    assert_eq!(
        div_round(Decimal::ONE, Decimal::ZERO, 2, Rounding::Down),
        Err(DecimalError::DivisionByZero)
    );
    assert_eq!(div_round(Decimal::MAX, tiny, 0, Rounding::Down), Err(DecimalError::Overflow));
    assert_eq!(div_round(tiny, tiny, 28, Rounding::Down), Ok(Decimal::ONE));
    assert_eq!(div_round(parsed("2"), parsed("-3"), 4, Rounding::Floor), Ok(parsed("-0.6667")));
}

#[test]
fn fixed_units_refuse_what_they_cannot_hold() {
    assert_eq!(to_fixed(parsed("92233720368547758.07"), 2), Some(i64::MAX));
    assert_eq!(to_fixed(parsed("-92233720368547758.08"), 2), Some(i64::MIN));
    assert_eq!(to_fixed(parsed("92233720368547758.08"), 2), None);
    assert_eq!(to_fixed(parsed("0.001"), 2), None);
    assert_eq!(to_fixed(Decimal::MAX, 28), None);
    assert_eq!(to_fixed(Decimal::ONE, 28), None);
    assert_eq!(to_fixed(Decimal::ZERO, 28), Some(0));
    assert_eq!(to_fixed(Decimal::from_parts(12_000, 0, 0, true, 4), 1), Some(-12));
}

#[test]
fn optional_fields_are_text_too() {
    #[derive(serde::Serialize, serde::Deserialize, PartialEq, Debug)]
    struct Line {
        #[serde(default, with = "as_text::option")]
        quantity: Option<Decimal>,
    }
    for (json, quantity) in
        [(r#"{"quantity":"1.5"}"#, Some(parsed("1.5"))), (r#"{"quantity":null}"#, None)]
    {
        assert_eq!(serde_json::from_str::<Line>(json).unwrap(), Line { quantity });
        assert_eq!(serde_json::to_string(&Line { quantity }).unwrap(), json);
    }
    assert_eq!(serde_json::from_str::<Line>("{}").unwrap(), Line { quantity: None });
    assert!(serde_json::from_str::<Line>(r#"{"quantity":1.5}"#).is_err());
    assert!(serde_json::from_str::<Line>(r#"{"quantity":"1e5"}"#).is_err());
}

proptest! {
    #[test]
    fn text_gives_back_every_decimal(value in any_decimal()) {
        prop_assert_eq!(parse(&value.to_string()).unwrap().serialize(), value.serialize());
    }

    #[test]
    fn no_text_makes_it_panic(text in "[-+0-9.e_ ]{0,40}") {
        let _ = parse(&text);
    }

    #[test]
    fn addition_is_commutative_and_subtraction_takes_it_back(a in any_decimal(), b in any_decimal()) {
        let sum = add(a, b);
        prop_assert_eq!(&sum, &add(b, a));
        if let Ok(sum) = sum {
            prop_assert_eq!(sub(sum, b), Ok(a));
        }
    }

    #[test]
    fn addition_and_multiplication_are_associative_where_they_fit(a in small_decimal(), b in small_decimal(), c in small_decimal()) {
        prop_assert_eq!(add(add(a, b).unwrap(), c).unwrap(), add(a, add(b, c).unwrap()).unwrap());
        let (left, right) = (mul_exact(a, b).and_then(|ab| mul_exact(ab, c)), mul_exact(b, c).and_then(|bc| mul_exact(a, bc)));
        if let (Ok(left), Ok(right)) = (left, right) {
            prop_assert_eq!(left, right);
        }
        let apart = add(mul_exact(a, c).unwrap(), mul_exact(b, c).unwrap());
        prop_assert_eq!(mul_exact(add(a, b).unwrap(), c), apart);
    }

    #[test]
    fn an_exact_product_needs_no_rounding(a in any_decimal(), b in any_decimal(), rounding in rounding()) {
        if let Ok(product) = mul_exact(a, b) {
            prop_assert_eq!(mul_round(a, b, 28, rounding), Ok(product));
            prop_assert_eq!(mul_round(a, b, 2, rounding), Ok(round(product, 2, rounding)));
        }
    }

    #[test]
    fn a_quotient_down_is_the_largest_whose_product_fits(a in any_decimal(), b in any_decimal(), digits in 0u32..=28) {
        let (a, b) = (a.abs(), b.abs());
        prop_assume!(!b.is_zero());
        if let Ok(quotient) = div_round(a, b, digits, Rounding::Down) {
            let covered = |quotient| mul_round(quotient, b, a.scale(), Rounding::Up).is_ok_and(|product| product <= a);
            prop_assert!(covered(quotient));
            if let Ok(next) = add(quotient, Decimal::new(1, digits)) {
                prop_assert!(mul_round(next, b, 28, Rounding::Up).is_err() || !covered(next));
            }
        }
    }

    #[test]
    fn fixed_units_give_back_the_decimal(units: i64, digits in 0u32..=28) {
        let value = from_fixed(units, digits);
        prop_assert_eq!(to_fixed(value, digits), Some(units));
        prop_assert_eq!(value, Decimal::from_i128_with_scale(i128::from(units), digits));
        prop_assert_eq!(normalize(value).serialize(), value.serialize());
    }
}

fn rounding() -> impl Strategy<Value = Rounding> {
    use Rounding::{Ceiling, Down, Floor, HalfDown, HalfEven, HalfUp, Up};
    prop::sample::select(vec![HalfUp, HalfDown, HalfEven, Up, Down, Ceiling, Floor])
}
