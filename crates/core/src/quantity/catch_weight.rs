//! Catch-weight: a quantity in two units at once, for goods that are counted in one and sold by
//! another. Twelve cheeses weigh 90.35 kg today; no factor says so.
//!
//! Both quantities are kept, and both are facts. The nominal weight only judges a weighing (a wheel
//! of 7.5 kg that weighs 75 kg was mistyped) and stands in where nothing was weighed.

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, de};
use smol_str::SmolStr;

use super::{OutOfTolerance, Quantity, QuantityError, Unit};
use crate::rate::Rate;
use crate::ratio::Ratio;
use crate::rounding::Rounding;

/// Pieces and what they weigh in fact. Both are above zero, both below (an issue), or both zero:
/// when the last piece goes, the last gram goes with it.
///
/// The units are whatever the item is counted and measured in: also rolls and metres, or barrels and
/// litres of pure alcohol.
///
/// ```
/// use fondaco_core::Quantity;
/// use fondaco_core::quantity::CatchWeight;
/// let received = CatchWeight::new("12 wheel".parse()?, "90.35 kg".parse()?)?;
/// let sold = CatchWeight::new("2 wheel".parse()?, "15.10 kg".parse()?)?;
/// let left = received.sub(sold)?;
/// assert_eq!((left.count(), left.weight()), ("10 wheel".parse()?, "75.25 kg".parse()?));
/// # Ok::<(), fondaco_core::QuantityError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct CatchWeight {
    count: Quantity,
    weight: Quantity,
}

impl CatchWeight {
    /// So many pieces of such a weight.
    ///
    /// ```
    /// use fondaco_core::quantity::CatchWeight;
    /// assert!(CatchWeight::new("0 wheel".parse()?, "0.2 kg".parse()?).is_err());
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// [`QuantityError::SignsDiffer`].
    pub fn new(count: Quantity, weight: Quantity) -> Result<CatchWeight, QuantityError> {
        let sign = |quantity: Quantity| (quantity.is_negative(), quantity.is_zero());
        if sign(count) != sign(weight) {
            return Err(QuantityError::SignsDiffer { count, weight });
        }
        Ok(CatchWeight { count, weight })
    }

    /// None, in these units.
    pub const fn zero(counted_in: Unit, weighed_in: Unit) -> CatchWeight {
        CatchWeight { count: Quantity::zero(counted_in), weight: Quantity::zero(weighed_in) }
    }

    /// The pieces.
    pub const fn count(self) -> Quantity {
        self.count
    }

    /// What they weigh.
    pub const fn weight(self) -> Quantity {
        self.weight
    }

    /// What one piece weighs on average, rounded once to a number of digits; `None` of nothing.
    ///
    /// ```
    /// use fondaco_core::Rounding;
    /// use fondaco_core::quantity::CatchWeight;
    /// let wheels = CatchWeight::new("12 wheel".parse()?, "90.35 kg".parse()?)?;
    /// let average = wheels.average(3, Rounding::HalfUp)?;
    /// assert_eq!(average.map(|weight| weight.to_string()), Some("7.529 kg".into()));
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// [`QuantityError::Amount`] when it is too large to be held.
    pub fn average(
        self,
        digits: u32,
        rounding: Rounding,
    ) -> Result<Option<Quantity>, QuantityError> {
        let Ok(one_piece) = Ratio::from_decimal(self.count.amount()).recip() else {
            return Ok(None);
        };
        self.weight.mul_round(one_piece, digits, rounding).map(Some)
    }

    /// Takes pieces that nobody weighs, at the average weight rounded to a number of digits: what is
    /// taken, and what is left. Whoever takes the last piece takes all the weight that is left.
    ///
    /// ```
    /// use fondaco_core::Rounding;
    /// use fondaco_core::quantity::CatchWeight;
    /// let three = CatchWeight::new("3 wheel".parse()?, "20 kg".parse()?)?;
    /// let (one, two) = three.take("1 wheel".parse()?, 2, Rounding::HalfUp)?;
    /// assert_eq!((one.weight(), two.weight()), ("6.67 kg".parse()?, "13.33 kg".parse()?));
    /// let (last, none) = two.take("2 wheel".parse()?, 2, Rounding::HalfUp)?;
    /// assert!(last == two && none.weight().is_zero());
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// [`QuantityError::TooMany`] when there are fewer, or less than none is asked for;
    /// [`QuantityError::UnitMismatch`]; [`QuantityError::SignsDiffer`] when the digits are too few to
    /// leave weight on both sides.
    pub fn take(
        self,
        wanted: Quantity,
        digits: u32,
        rounding: Rounding,
    ) -> Result<(CatchWeight, CatchWeight), QuantityError> {
        self.count.same_unit(wanted)?;
        let (all, some) = (self.count, wanted);
        if some.is_negative() || all.amount() < some.amount() {
            return Err(QuantityError::TooMany { wanted, count: all });
        }
        if all == some {
            return Ok((self, CatchWeight::zero(all.unit(), self.weight.unit())));
        }
        let part = Ratio::from_decimal(some.amount()).div(Ratio::from_decimal(all.amount()))?;
        let taken = CatchWeight::new(some, self.weight.mul_round(part, digits, rounding)?)?;
        Ok((taken, self.sub(taken)?))
    }
}

/// Arithmetic under the names of the operators, which it cannot be, as it may fail.
#[expect(
    clippy::should_implement_trait,
    reason = "the traits of the operators promise a quantity, and these may fail"
)]
impl CatchWeight {
    /// Both sums, exactly.
    ///
    /// ```
    /// use fondaco_core::quantity::CatchWeight;
    /// let (a, b) = (CatchWeight::new("2 ea".parse()?, "9.1 kg".parse()?)?, CatchWeight::new("1 ea".parse()?, "4.4 kg".parse()?)?);
    /// assert_eq!(a.add(b)?, CatchWeight::new("3 ea".parse()?, "13.5 kg".parse()?)?);
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// [`QuantityError::UnitMismatch`], [`QuantityError::Amount`], and
    /// [`QuantityError::SignsDiffer`] when pieces would be left without weight, or weight without
    /// pieces.
    pub fn add(self, other: CatchWeight) -> Result<CatchWeight, QuantityError> {
        CatchWeight::new(self.count.add(other.count)?, self.weight.add(other.weight)?)
    }

    /// Both differences, exactly.
    ///
    /// ```
    /// use fondaco_core::quantity::CatchWeight;
    /// let two = CatchWeight::new("2 ea".parse()?, "9.1 kg".parse()?)?;
    /// let heavy = CatchWeight::new("1 ea".parse()?, "9.1 kg".parse()?)?;
    /// let error = two.sub(heavy).unwrap_err(); // a piece would be left that weighs nothing
    /// assert_eq!(error.code(), "core.catch_weight_signs");
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// As [`CatchWeight::add`].
    pub fn sub(self, other: CatchWeight) -> Result<CatchWeight, QuantityError> {
        CatchWeight::new(self.count.sub(other.count)?, self.weight.sub(other.weight)?)
    }
}

impl<'de> Deserialize<'de> for CatchWeight {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<CatchWeight, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Parts {
            count: Quantity,
            weight: Quantity,
        }
        let Parts { count, weight } = Parts::deserialize(deserializer)?;
        CatchWeight::new(count, weight).map_err(de::Error::custom)
    }
}

/// What a piece of an item should weigh, and how far a weighing may be off.
///
/// ```
/// use fondaco_core::Rate;
/// use fondaco_core::quantity::{CatchRule, CatchWeight};
/// let rule = CatchRule::new("cheese 12", "1 wheel".parse()?, "7.5 kg".parse()?, Rate::percent("5")?)?;
/// let weighed = rule.weigh("12 wheel".parse()?, "90.35 kg".parse()?)?;
/// assert_eq!(weighed.weight().to_string(), "90.35 kg");
/// let mistyped = rule.weigh("12 wheel".parse()?, "903.5 kg".parse()?).unwrap_err();
/// assert_eq!(
///     mistyped.to_string(),
///     "cheese 12: 12 wheel weigh 903.5 kg, but should weigh 85.5 kg to 94.5 kg: weigh again, or correct the nominal weight or its tolerance",
/// );
/// # Ok::<(), fondaco_core::QuantityError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CatchRule {
    item: SmolStr,
    count: Quantity,
    nominal: Quantity,
    tolerance: Rate,
}

impl CatchRule {
    /// So many pieces of an item weigh so much, give or take a rate.
    ///
    /// # Errors
    /// [`QuantityError::BadRule`] when a quantity is not above zero, the units are the same, or the
    /// tolerance is negative or 100 % and more.
    pub fn new(
        item: impl Into<SmolStr>,
        count: Quantity,
        nominal: Quantity,
        tolerance: Rate,
    ) -> Result<CatchRule, QuantityError> {
        let item = item.into();
        let bad = |what| Err(QuantityError::BadRule { item: item.clone(), what });
        if !count.is_positive() || !nominal.is_positive() {
            return bad("a nominal weight says what pieces above zero weigh, above zero");
        }
        if count.unit() == nominal.unit() {
            return bad(
                "pieces and their weight have two units: what has one needs no catch-weight",
            );
        }
        if tolerance < Rate::ZERO || tolerance.factor() >= Decimal::ONE {
            return bad("a tolerance is 0% or more and less than 100%");
        }
        Ok(CatchRule { item, count, nominal, tolerance })
    }

    /// What pieces weigh nominally, rounded to a number of digits: where nothing was weighed.
    ///
    /// ```
    /// use fondaco_core::{Rate, Rounding};
    /// use fondaco_core::quantity::CatchRule;
    /// let rule = CatchRule::new("fish", "3 ea".parse()?, "4 kg".parse()?, Rate::percent("10")?)?;
    /// let planned = rule.nominal("2 ea".parse()?, 3, Rounding::HalfUp)?;
    /// assert_eq!(planned.weight().to_string(), "2.667 kg");
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// [`QuantityError::UnitMismatch`] when the pieces have another unit than the rule, and
    /// [`QuantityError::SignsDiffer`] when the digits are too few to leave any weight.
    pub fn nominal(
        &self,
        count: Quantity,
        digits: u32,
        rounding: Rounding,
    ) -> Result<CatchWeight, QuantityError> {
        CatchWeight::new(count, self.nominal.mul_round(self.times(count)?, digits, rounding)?)
    }

    /// Pieces and what they weigh, if that is within the tolerance.
    ///
    /// # Errors
    /// [`QuantityError::OutOfTolerance`], [`QuantityError::SignsDiffer`], and
    /// [`QuantityError::UnitMismatch`] when a unit is another than the rule's.
    pub fn weigh(&self, count: Quantity, weight: Quantity) -> Result<CatchWeight, QuantityError> {
        self.nominal.same_unit(weight)?;
        let weighed = CatchWeight::new(count, weight)?;
        let times = self.times(count.abs())?;
        let limit = |share: Ratio| times.mul(share);
        let tolerance = Ratio::from_decimal(self.tolerance.factor());
        let (least, most) =
            (limit(Ratio::ONE.sub(tolerance)?)?, limit(Ratio::ONE.add(tolerance)?)?);
        let nominal = Ratio::from_decimal(self.nominal.amount());
        let found = Ratio::from_decimal(weight.amount().abs());
        if nominal.mul(least)? <= found && found <= nominal.mul(most)? {
            return Ok(weighed);
        }
        // Shown to twelve digits, inwards, so that what is shown is within the tolerance.
        let shown = |share, rounding| self.nominal.mul_round(share, 12, rounding);
        Err(QuantityError::OutOfTolerance(Box::new(OutOfTolerance {
            item: self.item.clone(),
            count: count.abs(),
            weight: weight.abs(),
            least: shown(least, Rounding::Up)?,
            most: shown(most, Rounding::Down)?,
        })))
    }

    /// How many times the rule's own pieces these are.
    fn times(&self, count: Quantity) -> Result<Ratio, QuantityError> {
        self.count.same_unit(count)?;
        let of = |quantity: Quantity| Ratio::from_decimal(quantity.amount());
        Ok(of(count).div(of(self.count))?)
    }
}

impl<'de> Deserialize<'de> for CatchRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<CatchRule, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Parts {
            item: SmolStr,
            count: Quantity,
            nominal: Quantity,
            tolerance: Rate,
        }
        let Parts { item, count, nominal, tolerance } = Parts::deserialize(deserializer)?;
        CatchRule::new(item, count, nominal, tolerance).map_err(de::Error::custom)
    }
}
