//! What one quantity is of another, in whole numbers: a product, and where it must be a quotient and a rounding.

use fondaco_core::Ratio;

/// So many of one item for so many of another, both in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Factor {
    num: i64,
    /// 1 where the product is whole, and what it should be.
    den: i64,
    /// What the quotient is a multiple of; 1 where `den` is.
    step: i64,
}

impl Factor {
    /// The factor from what comes in multiples of one step to what shall come in multiples of another. `None` when it has no room.
    pub(crate) fn of(ratio: Ratio, from_step: i64, step: i64) -> Option<Factor> {
        let num = i64::try_from(ratio.numerator()).ok()?;
        let den = i64::try_from(ratio.denominator()).ok()?;
        Factor::whole(num, den, from_step, step)
    }

    /// The same of a whole number.
    pub(crate) fn times(num: i64, from_step: i64, step: i64) -> Option<Factor> {
        Factor::whole(num, 1, from_step, step)
    }

    fn whole(num: i64, den: i64, from_step: i64, step: i64) -> Option<Factor> {
        let stays = den == 1 && from_step.checked_mul(num).is_some_and(|least| least % step == 0);
        if stays {
            return Some(Factor { num, den, step: 1 });
        }
        Some(Factor { num, den: den.checked_mul(step)?, step })
    }

    /// So many, rounded up. `None` when it has no room.
    #[inline]
    pub(crate) fn up(&self, quantity: i64) -> Option<i64> {
        if self.den == 1 {
            return quantity.checked_mul(self.num);
        }
        self.quotient(quantity, true)
    }

    /// So many, rounded down. `None` when it has no room.
    pub(crate) fn down(&self, quantity: i64) -> Option<i64> {
        if self.den == 1 {
            return quantity.checked_mul(self.num);
        }
        self.quotient(quantity, false)
    }

    #[inline]
    fn quotient(&self, quantity: i64, up: bool) -> Option<i64> {
        let steps = match quantity.checked_mul(self.num) {
            Some(product) => product / self.den + i64::from(up && product % self.den != 0),
            None => {
                let (product, den) =
                    (i128::from(quantity) * i128::from(self.num), i128::from(self.den));
                i64::try_from(product / den + i128::from(up && product % den != 0)).ok()?
            }
        };
        steps.checked_mul(self.step)
    }
}

/// The next multiple from a quantity on. `None` when it has no room.
#[inline]
pub(crate) fn ceil_to(quantity: i64, multiple: i64) -> Option<i64> {
    if multiple == 1 {
        return Some(quantity);
    }
    match quantity % multiple {
        0 => Some(quantity),
        rest => quantity.checked_add(multiple - rest),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_stays_whole_is_only_multiplied() {
        // Pieces of pieces, and millionths of pieces.
        assert_eq!(Factor::times(3, 1_000_000, 1_000_000).unwrap().den, 1);
        let pieces_of_grams = Factor::times(3, 1, 1_000_000).unwrap();
        assert_eq!(pieces_of_grams.up(400_000), Some(2_000_000)); // 1.2 pieces
        assert_eq!(pieces_of_grams.down(400_000), Some(1_000_000));
    }

    proptest! {
        #[test]
        fn quotients_are_those_of_wide_numbers(
            quantity in 0_i64..i64::MAX / 4, num in 1_i64..1_000_000_000, den in 1_i64..1_000_000
        ) {
            let ratio = Ratio::new(num.into(), den.into()).unwrap();
            let factor = Factor::of(ratio, 1, 1).unwrap();
            let exact = i128::from(quantity) * i128::from(num);
            let (down, rest) = (exact / i128::from(den), exact % i128::from(den));
            let up = down + i128::from(rest != 0);
            prop_assert_eq!(factor.up(quantity), i64::try_from(up).ok());
            prop_assert_eq!(factor.down(quantity), i64::try_from(down).ok());
        }
    }
}
