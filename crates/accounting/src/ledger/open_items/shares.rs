//! What a part of an item is worth in the ledger's currency.

use crate::ledger::Amount;

/// The share of `ledger_open` that goes with `part` of `open`, to `digits` digits, half up: parts that are taken one after the
/// other leave nothing, as the last takes all that is there.
///
/// `part` has the sign of `open` and is no larger.
pub(super) fn worth(part: Amount, (open, ledger_open): (Amount, Amount), digits: u32) -> Amount {
    if part == open || open.units() == 0 {
        return ledger_open;
    }
    let unit = 10i128.pow(u32::from(crate::ledger::AMOUNT_DIGITS).saturating_sub(digits));
    let (part, open) = (i128::from(part.units()), i128::from(open.units()));
    let worth = i128::from(ledger_open.units());
    // Below 2^126: each factor is of 64 bits.
    let (product, whole) = (worth * part.abs(), open.abs());
    let sign = product.signum();
    let product = product.abs();
    let steps = product / whole / unit;
    let rest = product - steps * whole * unit;
    let steps = steps + i128::from(rest * 2 >= whole * unit);
    let share = (sign * steps * unit).clamp(-worth.abs(), worth.abs());
    Amount::from_units(i64::try_from(share).unwrap_or(ledger_open.units()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(part: i64, open: i64, ledger_open: i64, digits: u32) -> i64 {
        let amount = Amount::from_units;
        worth(amount(part), (amount(open), amount(ledger_open)), digits).units()
    }

    #[test]
    fn a_part_has_its_share_of_the_worth() {
        // Tryton's rescheduled receivable: EUR 100 worth 90, in parts of 40, 30 and 30.
        assert_eq!(of(400_000, 1_000_000, 900_000, 2), 360_000);
        assert_eq!(of(300_000, 600_000, 540_000, 2), 270_000);
        assert_eq!(of(300_000, 300_000, 270_000, 2), 270_000);
        assert_eq!(of(-400_000, -1_000_000, -900_000, 2), -360_000, "a credit");
        assert_eq!(of(10_000, 30_000, 10_000, 2), 3_300, "a third of 1.00, to the cent");
        assert_eq!(of(5_000, 10_000, 100, 2), 100, "half a cent rounds up");
        assert_eq!(of(10_000, 30_000, 10_000_000, 0), 3_330_000, "in yen: no digits");
        assert_eq!(of(0, 0, 20_000, 2), 20_000, "worth alone");
        assert_eq!(of(i64::MAX - 1, i64::MAX, i64::MAX, 4), i64::MAX - 1, "at the edge");
    }

    proptest! {
        /// In whatever parts an item is taken, their worths add up to its own, and none is beyond it.
        #[test]
        fn parts_leave_nothing(cuts in prop::collection::vec(1..1_000_000i64, 1..9), worth in -9_999_999..9_999_999i64) {
            let worth = worth * 100;
            let (mut open, mut left) = (cuts.iter().sum::<i64>(), worth);
            for cut in &cuts {
                let share = of(*cut, open, left, 2);
                prop_assert!(share.abs() <= left.abs() && share % 100 == 0);
                prop_assert!(share == 0 || share.signum() == worth.signum());
                (open, left) = (open - cut, left - share);
            }
            prop_assert_eq!((open, left), (0, 0));
        }
    }
}
