//! Products of two 128-bit numbers, divided by a third, without losing a bit in between.

/// Quotient and rest of `a × b ÷ divisor`. `None` when the divisor is zero or the quotient has no
/// room in 128 bits.
#[inline]
pub(crate) fn mul_div(a: u128, b: u128, divisor: u128) -> Option<(u128, u128)> {
    match a.checked_mul(b) {
        Some(product) => Some((product.checked_div(divisor)?, product % divisor)),
        None => divide(multiply(a, b), divisor),
    }
}

/// As [`mul_div`], with the quotient's high and low half, so that only a divisor of zero is refused.
pub(crate) fn mul_div_wide(a: u128, b: u128, divisor: u128) -> Option<((u128, u128), u128)> {
    let (high, low) = multiply(a, b);
    let quotient = high.checked_div(divisor)?;
    let (rest_quotient, rest) = divide((high % divisor, low), divisor)?;
    Some(((quotient, rest_quotient), rest))
}

/// The 256-bit product as its high and low half.
pub(crate) fn multiply(a: u128, b: u128) -> (u128, u128) {
    const LOW: u128 = u64::MAX as u128;
    let (a1, a0, b1, b0) = (a >> 64, a & LOW, b >> 64, b & LOW);
    let middle = a1 * b0 + ((a0 * b0) >> 64);
    let carried = a0 * b1 + (middle & LOW);
    let high = a1 * b1 + (middle >> 64) + (carried >> 64);
    (high, (carried << 64) | ((a0 * b0) & LOW))
}

/// Long division, bit by bit: this path is only taken by products above 2^128.
pub(crate) fn divide((high, low): (u128, u128), divisor: u128) -> Option<(u128, u128)> {
    if high >= divisor {
        return None;
    }
    let (mut rest, mut quotient) = (high, 0u128);
    for bit in (0..128).rev() {
        let carry = rest >> 127 == 1;
        rest = (rest << 1) | ((low >> bit) & 1);
        quotient <<= 1;
        if carry || rest >= divisor {
            rest = rest.wrapping_sub(divisor);
            quotient |= 1;
        }
    }
    Some((quotient, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_has_no_room_is_refused() {
        assert_eq!(mul_div(u128::MAX, u128::MAX, u128::MAX), Some((u128::MAX, 0)));
        assert_eq!(mul_div(u128::MAX, 2, 1), None);
        assert_eq!(mul_div(1, 1, 0), None);
        assert_eq!(mul_div(u128::MAX, 2, 0), None);
    }

    proptest! {
        #[test]
        fn quotient_and_rest_give_back_the_product(a: u128, b: u128, divisor in 1u128..) {
            let product = multiply(a, b);
            if let Some((quotient, rest)) = divide(product, divisor) {
                prop_assert!(rest < divisor);
                let (high, low) = multiply(quotient, divisor);
                let (low, carry) = low.overflowing_add(rest);
                prop_assert_eq!((high + u128::from(carry), low), product);
            } else {
                prop_assert!(product.0 >= divisor);
            }
        }

        #[test]
        fn a_wide_quotient_and_its_rest_give_back_the_product(a: u128, b: u128, divisor in 1u128..) {
            let ((high, low), rest) = mul_div_wide(a, b, divisor).unwrap();
            prop_assert!(rest < divisor);
            // (high × 2^128 + low) × divisor + rest, in which nothing is beyond 256 bits.
            let (carry, product) = multiply(low, divisor);
            let (product, more) = product.overflowing_add(rest);
            let top = high * divisor + carry + u128::from(more);
            prop_assert_eq!((top, product), multiply(a, b));
        }

        #[test]
        fn both_paths_agree_on_small_numbers(a: u64, b: u64, divisor in 1u128..) {
            let (a, b) = (u128::from(a), u128::from(b));
            prop_assert_eq!(multiply(a, b), (0, a * b));
            prop_assert_eq!(divide((0, a * b), divisor), mul_div(a, b, divisor));
        }
    }
}
