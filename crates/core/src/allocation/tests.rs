//! What allocation promises.

use proptest::prelude::*;

use super::*;

const ALL: [Residual; 9] = [
    Residual::LargestRemainder,
    Residual::FirstParts,
    Residual::LastTakesRest(Rounding::HalfUp),
    Residual::LastTakesRest(Rounding::HalfDown),
    Residual::LastTakesRest(Rounding::HalfEven),
    Residual::LastTakesRest(Rounding::Up),
    Residual::LastTakesRest(Rounding::Down),
    Residual::LastTakesRest(Rounding::Ceiling),
    Residual::LastTakesRest(Rounding::Floor),
];

fn split(total: i128, weights: &[i64], residual: Residual) -> Result<Vec<i128>, AllocationError> {
    let weights: Vec<Decimal> = weights.iter().map(|weight| Decimal::from(*weight)).collect();
    allocate_units(total, &weights, residual)
}

/// The numeric cases of `oracles/accounting/allocation_residual.json`, fractions written over one
/// denominator.
#[test]
fn published_cases_come_out() {
    let first = Residual::FirstParts;
    let last = Residual::LastTakesRest(Rounding::HalfEven);
    let cases: [(i128, &[i64], &[i128], Residual); 6] = [
        (101, &[1, 1, 1], &[34, 34, 33], first),
        (5, &[3, 7], &[2, 3], first),
        (5, &[7, 3], &[4, 1], first),
        (15, &[1, 1, 0], &[8, 7, 0], first),
        (100, &[600, 355, 45], &[61, 35, 4], first),
        (10_000, &[1, 1, 1], &[3333, 3333, 3334], last),
    ];
    for (total, weights, expected, residual) in cases {
        assert_eq!(split(total, weights, residual).unwrap(), expected, "{total} by {weights:?}");
    }
}

#[test]
fn the_shares_that_lost_most_get_the_units_and_the_earlier_of_equals() {
    assert_eq!(split(10, &[1, 1, 1], Residual::LargestRemainder).unwrap(), [4, 3, 3]);
    assert_eq!(split(7, &[10, 29, 61], Residual::LargestRemainder).unwrap(), [1, 2, 4]);
    assert_eq!(split(7, &[10, 29, 61], Residual::FirstParts).unwrap(), [1, 2, 4]);
    assert_eq!(split(8, &[10, 29, 61], Residual::LargestRemainder).unwrap(), [1, 2, 5]);
    assert_eq!(split(8, &[10, 29, 61], Residual::FirstParts).unwrap(), [1, 3, 4]);
}

#[test]
fn the_last_part_of_weight_takes_the_rest_even_below_zero() {
    assert_eq!(
        split(2, &[1, 1, 1, 1], Residual::LastTakesRest(Rounding::HalfUp)).unwrap(),
        [1, 1, 1, -1]
    );
    assert_eq!(
        split(100, &[1, 1, 1, 0], Residual::LastTakesRest(Rounding::Down)).unwrap(),
        [33, 33, 34, 0]
    );
}

#[test]
fn who_cannot_share_is_told_why() {
    assert_eq!(split(1, &[], Residual::FirstParts), Err(AllocationError::NoWeight));
    assert_eq!(split(0, &[0, 0], Residual::FirstParts), Err(AllocationError::NoWeight));
    let negative = AllocationError::NegativeWeight { index: 1, weight: Decimal::from(-2) };
    assert_eq!(split(1, &[1, -2], Residual::FirstParts), Err(negative));
    assert_eq!(split(i128::MIN, &[1], Residual::FirstParts).unwrap_err().code(), "core.overflow");
    let far_apart = [Decimal::MAX, Decimal::new(1, 28)];
    assert_eq!(
        allocate_units(1, &far_apart, Residual::FirstParts).unwrap_err().code(),
        "core.overflow"
    );
}

#[test]
fn money_is_split_into_its_minor_units_or_the_digits_asked_for() {
    let of = |text: &str| Money::parse(text).unwrap();
    let halves = [Decimal::ONE; 2];
    assert_eq!(
        allocate(of("1.001 KWD"), &halves, Residual::FirstParts).unwrap(),
        [of("0.501 KWD"), of("0.5 KWD")]
    );
    assert_eq!(
        allocate(of("-5 JPY"), &halves, Residual::FirstParts).unwrap(),
        [of("-3 JPY"), of("-2 JPY")]
    );
    assert_eq!(
        allocate(of("0.015 EUR"), &halves, Residual::FirstParts).unwrap_err().code(),
        "core.allocation_too_fine"
    );
    assert_eq!(
        allocate(of("3 XAU"), &halves, Residual::FirstParts).unwrap_err().code(),
        "core.no_minor_unit"
    );
    assert_eq!(
        allocate_to(4, of("0.0151 XAU"), &halves, Residual::FirstParts).unwrap(),
        [of("0.0076 XAU"), of("0.0075 XAU")]
    );
}

fn weights() -> impl Strategy<Value = Vec<Decimal>> {
    let weight = prop_oneof![
        1 => Just(Decimal::ZERO),
        4 => (0i64..10_000, 0u32..5).prop_map(|(units, digits)| decimal::from_fixed(units, digits)),
        // Ratios that were computed, such as 0.3333333333333333333333333333: 28 digits.
        1 => (0u64.., 0u32..1 << 29).prop_map(|(low, high)| Decimal::from_parts(low as u32, (low >> 32) as u32, high, false, 28)),
    ];
    prop::collection::vec(weight, 1..12).prop_filter("somebody must take it", |weights| {
        weights.iter().any(|weight| !weight.is_zero())
    })
}

proptest! {
    #[test]
    fn nothing_is_lost_and_zero_weights_get_nothing(total: i64, weights in weights()) {
        for residual in ALL {
            let parts = allocate_units(i128::from(total), &weights, residual).unwrap();
            prop_assert_eq!(parts.iter().sum::<i128>(), i128::from(total));
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!(*part == 0 || !weight.is_zero());
            }
        }
    }

    #[test]
    fn a_negative_total_is_the_mirror_of_the_positive(total in 0..i64::MAX, weights in weights()) {
        for residual in ALL {
            let positive = allocate_units(i128::from(total), &weights, residual).unwrap();
            let negative = allocate_units(-i128::from(total), &weights, residual).unwrap();
            prop_assert!(positive.iter().zip(&negative).all(|(a, b)| *a == -*b));
        }
    }

    #[test]
    fn a_part_is_within_one_unit_of_its_exact_share(
        total in 0i64..1_000_000_000,
        weights in prop::collection::vec(1i64..1000, 1..12),
    ) {
        let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        // In their order, a part gets a unit also where its share was exact.
        for (residual, most) in [(Residual::LargestRemainder, sum - 1), (Residual::FirstParts, sum)] {
            let parts = split(i128::from(total), &weights, residual).unwrap();
            for (part, weight) in parts.iter().zip(&weights) {
                let off = part * sum - i128::from(total) * i128::from(*weight);
                prop_assert!(-sum < off && off <= most);
            }
        }
    }

    #[test]
    fn parts_of_money_add_up_to_it(units: i64, weights in weights(), place in 0usize..178) {
        let currency = Currency::all().nth(place).unwrap();
        let total = Money::minor(units, currency);
        match allocate(total, &weights, Residual::LargestRemainder) {
            Ok(parts) => {
                prop_assert!(parts.iter().all(|part| part.is_rounded()));
                prop_assert_eq!(Money::sum(currency, parts).unwrap(), total);
            }
            Err(error) => prop_assert_eq!((error, currency.minor_units()), (AllocationError::NoMinorUnit { currency }, None)),
        }
    }
}
