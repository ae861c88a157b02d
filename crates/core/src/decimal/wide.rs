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

/// The 256-bit product as its high and low half.
fn multiply(a: u128, b: u128) -> (u128, u128) {
    const LOW: u128 = u64::MAX as u128;
    let (a1, a0, b1, b0) = (a >> 64, a & LOW, b >> 64, b & LOW);
    let middle = a1 * b0 + ((a0 * b0) >> 64);
    let carried = a0 * b1 + (middle & LOW);
    let high = a1 * b1 + (middle >> 64) + (carried >> 64);
    (high, (carried << 64) | ((a0 * b0) & LOW))
}

/// Long division, bit by bit: this path is only taken by products above 2^128.
fn divide((high, low): (u128, u128), divisor: u128) -> Option<(u128, u128)> {
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
        fn both_paths_agree_on_small_numbers(a: u64, b: u64, divisor in 1u128..) {
            let (a, b) = (u128::from(a), u128::from(b));
            prop_assert_eq!(multiply(a, b), (0, a * b));
            prop_assert_eq!(divide((0, a * b), divisor), mul_div(a, b, divisor));
        }
    }
}
