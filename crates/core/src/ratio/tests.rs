//! What ratios promise, checked against 64-bit fractions whose cross products cannot overflow.

use proptest::prelude::*;

use super::*;

fn ratio(num: i128, den: i128) -> Ratio {
    Ratio::new(num, den).unwrap()
}

/// Ratios whose products and sums of three have room.
fn small() -> impl Strategy<Value = Ratio> {
    (-1_000_000_000i128..1_000_000_000, 1i128..1_000_000_000).prop_map(|(n, d)| ratio(n, d))
}

fn amount() -> impl Strategy<Value = Decimal> {
    (any::<i64>(), 0u32..=18).prop_map(|(units, digits)| decimal::from_fixed(units, digits))
}

const ALL: [Rounding; 7] = [
    Rounding::HalfUp,
    Rounding::HalfDown,
    Rounding::HalfEven,
    Rounding::Up,
    Rounding::Down,
    Rounding::Ceiling,
    Rounding::Floor,
];

#[test]
fn terms_are_lowest_and_the_sign_is_above() {
    for ((num, den), text) in [
        ((2, 4), "1/2"),
        ((-2, 4), "-1/2"),
        ((2, -4), "-1/2"),
        ((-2, -4), "1/2"),
        ((0, -7), "0"),
        ((6, 3), "2"),
        ((i128::MIN, 2), "-85070591730234615865843651857942052864"),
        ((i128::MIN, i128::MIN), "1"),
    ] {
        assert_eq!(ratio(num, den).to_string(), text);
        assert_eq!(text.parse::<Ratio>().unwrap(), ratio(num, den));
    }
}

#[test]
fn what_has_no_room_is_refused_and_never_a_panic() {
    assert_eq!(Ratio::new(1, 0), Err(RatioError::ZeroDenominator));
    assert_eq!(Ratio::new(i128::MIN, 1), Err(RatioError::Overflow));
    assert_eq!(Ratio::new(1, i128::MIN), Err(RatioError::Overflow));
    let (huge, tiny) = (ratio(i128::MAX, 1), ratio(1, i128::MAX));
    assert_eq!(huge.mul(huge), Err(RatioError::Overflow));
    assert_eq!(huge.mul(tiny), Ok(Ratio::ONE));
    assert_eq!(tiny.mul(tiny), Err(RatioError::Overflow));
    assert_eq!(huge.add(Ratio::ONE), Err(RatioError::Overflow));
    assert_eq!(huge.div(Ratio::ZERO), Err(RatioError::ZeroDenominator));
    assert_eq!(huge.times(Decimal::MAX), Err(DecimalError::Overflow));
    assert_eq!(huge.to_decimal(), None);
    assert_eq!(tiny.times(Decimal::MAX), Err(DecimalError::Inexact));
    assert_eq!(tiny.round(28, Rounding::Up), Ok(Decimal::new(1, 28)));
    assert!(huge > tiny && ratio(-1, 1) < tiny && ratio(-2, 1) < ratio(-1, 1));
}

#[test]
fn only_whole_fractions_and_plain_decimals_are_read() {
    for text in
        ["", "/", "1/", "/2", "1/-2", "+1/2", "1.5/2", "1e3", "1/2/3", " 1/2", "--1/2", "1_0/3"]
    {
        assert_eq!(text.parse::<Ratio>(), Err(RatioError::Syntax { text: text.into() }), "{text}");
    }
    assert_eq!("-1/2".parse::<Ratio>().unwrap(), ratio(-1, 2));
    assert_eq!("2.50".parse::<Ratio>().unwrap(), ratio(5, 2));
    assert_eq!("5/0".parse::<Ratio>(), Err(RatioError::ZeroDenominator));
}

#[test]
fn exact_products_are_found_however_large_what_is_between() {
    // 10^27 × 3^40 ÷ (3^40 × 10^27), where neither product has room in 128 bits.
    let factor = ratio(3i128.pow(40), 1).div(ratio(10i128.pow(27), 1)).unwrap();
    let back = factor.recip().unwrap();
    let amount = decimal::parse("10000000000000000000000000000").unwrap();
    let there = factor.times(amount).unwrap();
    assert_eq!(back.times(there), Ok(amount));
    // Too fine, not too large; and the other way round.
    assert_eq!(ratio(1, 2).times(Decimal::new(1, 28)), Err(DecimalError::Inexact));
    assert_eq!(ratio(1, 10).times(Decimal::MAX).unwrap().scale(), 1);
    assert_eq!(ratio(11, 10).times(Decimal::MAX), Err(DecimalError::Overflow));
    assert_eq!(ratio(1, 1).times(Decimal::MAX), Ok(Decimal::MAX));
}

#[test]
fn a_trace_behind_the_half_decides() {
    let above = ratio(500_000_000_000_000_001, 1_000_000_000_000_000_000);
    assert_eq!(above.round(0, Rounding::HalfDown), Ok(Decimal::ONE));
    assert_eq!(ratio(1, 2).round(0, Rounding::HalfDown), Ok(Decimal::ZERO));
    // Through the division in two steps: 0.5 of 1 + 1e-27, and a third of 1.5.
    let over_one = decimal::parse("1.000000000000000000000000001").unwrap();
    assert_eq!(ratio(1, 2).times_round(over_one, 0, Rounding::HalfDown), Ok(Decimal::ONE));
    assert_eq!(
        ratio(1, 3).times_round(Decimal::new(15, 1), 0, Rounding::HalfEven),
        Ok(Decimal::ZERO)
    );
    assert_eq!(
        ratio(1, 3).times_round(Decimal::new(-15, 1), 0, Rounding::HalfUp),
        Ok(-Decimal::ONE)
    );
}

proptest! {
    #[test]
    fn arithmetic_is_that_of_fractions(a in small(), b in small(), c in small()) {
        prop_assert_eq!(a.mul(b).unwrap(), ratio(a.num * b.num, a.den * b.den));
        prop_assert_eq!(a.add(b).unwrap(), ratio(a.num * b.den + b.num * a.den, a.den * b.den));
        prop_assert_eq!(a.sub(b).unwrap().add(b).unwrap(), a);
        prop_assert_eq!(a.cmp(&b), (a.num * b.den).cmp(&(b.num * a.den)));
        prop_assert_eq!(a.mul(b).unwrap().mul(c).unwrap(), a.mul(b.mul(c).unwrap()).unwrap());
        if !b.is_zero() {
            prop_assert_eq!(a.mul(b).unwrap().div(b).unwrap(), a);
        }
    }

    #[test]
    fn text_gives_back_the_ratio(num: i64, den in 1i64..) {
        let it = ratio(num.into(), den.into());
        prop_assert_eq!(it.to_string().parse::<Ratio>().unwrap(), it);
        let json = serde_json::to_string(&it).unwrap();
        prop_assert_eq!(serde_json::from_str::<Ratio>(&json).unwrap(), it);
    }

    #[test]
    fn no_text_makes_it_panic(text in "[-+0-9./]{0,50}") {
        let _ = text.parse::<Ratio>();
    }

    #[test]
    fn a_decimal_is_a_ratio_and_back(value in amount()) {
        prop_assert_eq!(Ratio::from_decimal(value).to_decimal(), Some(value));
    }

    #[test]
    fn an_exact_product_is_one_and_goes_back(it in small(), amount in amount()) {
        if let Ok(product) = it.times(amount) {
            let (left, right) = (Ratio::from_decimal(product), Ratio::from_decimal(amount));
            prop_assert_eq!(left, it.mul(right).unwrap());
            if !it.is_zero() {
                prop_assert_eq!(it.recip().unwrap().times(product), Ok(amount));
            }
        }
    }

    #[test]
    fn rounding_is_within_a_unit_and_to_the_right_side(
        it in small(), units in -1_000_000_000i64..1_000_000_000, scale in 0u32..9, digits in 0u32..9, which in 0usize..7,
    ) {
        let amount = decimal::from_fixed(units, scale);
        let exact = it.mul(Ratio::from_decimal(amount)).unwrap();
        let rounded = Ratio::from_decimal(it.times_round(amount, digits, ALL[which]).unwrap());
        let off = rounded.sub(exact).unwrap();
        let unit = ratio(1, 10i128.pow(digits));
        let (size, half) = (off.max(Ratio::ZERO.sub(off).unwrap()), unit.div(ratio(2, 1)).unwrap());
        match ALL[which] {
            Rounding::Up | Rounding::Down | Rounding::Ceiling | Rounding::Floor => prop_assert!(size < unit),
            _ => prop_assert!(size <= half),
        }
        match ALL[which] {
            Rounding::Ceiling => prop_assert!(off >= Ratio::ZERO),
            Rounding::Floor => prop_assert!(off <= Ratio::ZERO),
            _ => {}
        }
    }

    #[test]
    fn an_exact_product_needs_no_rounding(it in small(), amount in amount(), which in 0usize..7) {
        if let Ok(product) = it.times(amount) {
            prop_assert_eq!(it.times_round(amount, 28, ALL[which]), Ok(product));
        }
    }
}
