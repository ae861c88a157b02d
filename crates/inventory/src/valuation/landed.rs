//! Freight, duty and insurance for many receipts at once: who bears how much.

use std::fmt;

use fondaco_core::Residual;
use fondaco_core::allocation::allocate_units;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{CostRules, Qty, Val, ValuationError};

/// By what a cost is shared out (IAS 2.10-11: costs of purchase include transport, handling and duty).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Basis {
    /// What the goods cost: duty, insurance.
    Value,
    /// How many there are, whatever they are: handling.
    Quantity,
    /// What they weigh: freight.
    Weight,
    /// The room they take: containers.
    Volume,
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Basis::Value => "value",
            Basis::Quantity => "quantity",
            Basis::Weight => "weight",
            Basis::Volume => "volume",
        })
    }
}

/// A receipt that bears its share, as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// What was received, in its stock unit.
    pub quantity: Qty,
    /// What it was bought for.
    pub value: Val,
    /// What all of it weighs, in a unit that is the same for all.
    pub weight: Option<Qty>,
    /// The room that all of it takes, in a unit that is the same for all.
    pub volume: Option<Qty>,
}

impl Bearer {
    /// A receipt whose weight and volume don't matter.
    #[must_use]
    pub fn new(quantity: Qty, value: Val) -> Bearer {
        Bearer { quantity, value, weight: None, volume: None }
    }

    /// The same with its weight.
    #[must_use]
    pub fn weighing(self, weight: Qty) -> Bearer {
        Bearer { weight: Some(weight), ..self }
    }

    /// The same with its volume.
    #[must_use]
    pub fn taking(self, volume: Qty) -> Bearer {
        Bearer { volume: Some(volume), ..self }
    }

    fn measure(&self, basis: Basis) -> Option<Decimal> {
        match basis {
            Basis::Value => Some(self.value.to_decimal()),
            Basis::Quantity => Some(self.quantity.to_decimal()),
            Basis::Weight => self.weight.map(Qty::to_decimal),
            Basis::Volume => self.volume.map(Qty::to_decimal),
        }
    }
}

/// Shares a cost out among receipts, one share for each: whole minor units, which sum to the cost; units that are left go to those
/// who lost most by rounding, the first of equals. A cost that comes back (below zero) is shared alike.
///
/// Each share is then a [`Kind::LandedCost`](super::Kind::LandedCost) of its receipt, whenever it comes.
///
/// ```
/// use fondaco_core::Currency;
/// use fondaco_inventory::valuation::{Basis, Bearer, CostRules, Qty, Val, spread};
/// let (kilos, euro) = (|n: i64| Qty::from_units(n * 1_000_000), |n: i64| Val::from_units(n * 10_000));
/// let pieces = Bearer::new(kilos(1), euro(30));
/// let bearers = [pieces.weighing(kilos(5)), pieces.weighing(kilos(5)), pieces.weighing(kilos(5))];
/// let shares = spread(&CostRules::new(Currency::EUR), euro(100), Basis::Weight, &bearers)?;
/// let shares: Vec<String> = shares.iter().map(|share| share.to_decimal().to_string()).collect();
/// assert_eq!(shares, ["33.34", "33.33", "33.33"]);
/// # Ok::<(), fondaco_inventory::valuation::ValuationError>(())
/// ```
///
/// # Errors
/// [`ValuationError::NoMeasure`] for the first receipt that has no weight or volume, or one below zero; [`ValuationError::NoBearer`] when
/// all have a measure of zero, or there is none; [`ValuationError::Unshareable`] when the cost has more digits than the currency, or
/// the measures are beyond what can be counted.
pub fn spread(
    rules: &CostRules,
    cost: Val,
    basis: Basis,
    bearers: &[Bearer],
) -> Result<Vec<Val>, ValuationError> {
    let mut measures = Vec::with_capacity(bearers.len());
    for (index, bearer) in bearers.iter().enumerate() {
        let measure = bearer.measure(basis).filter(|measure| *measure >= Decimal::ZERO);
        measures.push(measure.ok_or(ValuationError::NoMeasure { index, basis })?);
    }
    if measures.iter().all(Decimal::is_zero) {
        return Err(ValuationError::NoBearer { basis });
    }
    let unshareable = ValuationError::Unshareable { cost, basis };
    let step = rules.steps.step();
    if cost.units() % step != 0 {
        return Err(unshareable);
    }
    let whole = i128::from(cost.units() / step);
    let shares = allocate_units(whole, &measures, Residual::LargestRemainder);
    let shares = shares.map_err(|_| unshareable.clone())?;
    let value = |share: i128| i64::try_from(share).ok()?.checked_mul(step).map(Val::from_units);
    shares.into_iter().map(|share| value(share).ok_or_else(|| unshareable.clone())).collect()
}

#[cfg(test)]
mod tests {
    use fondaco_core::Currency;
    use proptest::prelude::*;

    use super::*;
    use crate::valuation::tests::{qty, val};

    #[test]
    fn who_has_no_measure_is_named() {
        let rules = CostRules::new(Currency::EUR);
        let bearer = Bearer::new(qty("1"), val("0"));
        let by = |basis, bearers: &[Bearer]| spread(&rules, val("1"), basis, bearers).unwrap_err();
        let missing = by(Basis::Weight, &[bearer.weighing(qty("1")), bearer]);
        assert_eq!(
            missing.to_string(),
            "receipt 1 (counted from 0) has no weight of zero or more: give it, or share by something else"
        );
        let nobody = by(Basis::Value, &[bearer]);
        assert_eq!(
            nobody.to_string(),
            "no receipt has a value above zero to bear the cost: give it, or share by something else"
        );
        assert_eq!(by(Basis::Quantity, &[]).code(), "inventory.cost_no_bearer");
        let fine = spread(&rules, val("1.001"), Basis::Quantity, &[bearer]).unwrap_err();
        assert_eq!(fine.code(), "inventory.cost_unshareable");
    }

    proptest! {
        #[test]
        fn no_cent_is_lost(cents in -1_000_000_i64..1_000_000, measures in prop::collection::vec(0_i64..1_000_000, 1..30)) {
            let bearers: Vec<Bearer> = measures.iter().map(|m| Bearer::new(Qty::from_units(*m), Val::ZERO)).collect();
            let cost = Val::from_units(cents * 100);
            match spread(&CostRules::new(Currency::EUR), cost, Basis::Quantity, &bearers) {
                Ok(shares) => {
                    prop_assert_eq!(shares.iter().map(|share| share.units()).sum::<i64>(), cost.units());
                    prop_assert!(shares.iter().all(|share| share.units() % 100 == 0));
                    prop_assert!(shares.iter().zip(&measures).all(|(share, m)| *m > 0 || share.units() == 0));
                }
                Err(_) => prop_assert!(measures.iter().all(|m| *m == 0)),
            }
        }
    }
}
