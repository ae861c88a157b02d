//! What a supplier, or a machine, makes of a need: at least so much, in multiples, at most so much at once.

use fondaco_core::Rounding;
use fondaco_core::rounding::round_to_increment;
use rust_decimal::Decimal;

use crate::KernelError;
use crate::exact::{float, not_negative, positive, sub};

/// More orders than these are a mistake in the maximum.
const MOST_ORDERS: usize = 10_000;

/// Minimum, multiple and maximum of one order. The minimum is raised, and the maximum lowered, to a multiple: who sells in tens
/// sells 20 to whom must buy at least 15.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct OrderModifiers {
    /// The least that can be ordered; 0 for any.
    pub minimum: Decimal,
    /// What an order must be a multiple of.
    pub multiple: Option<Decimal>,
    /// The most that can be ordered at once.
    pub maximum: Option<Decimal>,
}

impl OrderModifiers {
    /// At least so much.
    #[must_use]
    pub fn at_least(minimum: Decimal) -> OrderModifiers {
        OrderModifiers { minimum, ..OrderModifiers::default() }
    }

    /// The same, in multiples of this.
    #[must_use]
    pub fn in_multiples_of(mut self, multiple: Decimal) -> OrderModifiers {
        self.multiple = Some(multiple);
        self
    }

    /// The same, at most so much at once.
    #[must_use]
    pub fn at_most(mut self, maximum: Decimal) -> OrderModifiers {
        self.maximum = Some(maximum);
        self
    }

    /// The single order that covers a need, whatever the maximum: the need, raised to the minimum and to a multiple. No need, no
    /// order.
    ///
    /// # Errors
    /// When a figure is below zero, the multiple is not above it, or the result has no room in 28 digits.
    ///
    /// ```
    /// use fondaco_inventory::ordering::OrderModifiers;
    /// let in_tens = OrderModifiers::at_least(15.into()).in_multiples_of(10.into());
    /// assert_eq!((in_tens.raise(5.into())?, in_tens.raise(21.into())?), (20.into(), 30.into()));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn raise(&self, need: Decimal) -> Result<Decimal, KernelError> {
        let minimum = not_negative("minimum", self.minimum)?;
        let need = not_negative("need", need)?;
        if need.is_zero() {
            return Ok(Decimal::ZERO);
        }
        self.rounded("need", need.max(minimum), Rounding::Up)
    }

    /// The orders that cover a need: as many of the maximum as it takes, and one for the rest.
    ///
    /// # Errors
    /// As [`OrderModifiers::raise`], and when no order can be as large as the minimum and no larger than the maximum, or it took more
    /// than 10,000 orders.
    ///
    /// ```
    /// use fondaco_inventory::ordering::OrderModifiers;
    /// let by_pallet = OrderModifiers::at_least(50.into()).at_most(100.into());
    /// assert_eq!(by_pallet.orders(140.into())?, [100.into(), 50.into()]);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn orders(&self, need: Decimal) -> Result<Vec<Decimal>, KernelError> {
        let single = self.raise(need)?;
        let Some(maximum) = self.largest()? else {
            return Ok(if single.is_zero() { Vec::new() } else { vec![single] });
        };
        let mut orders = Vec::new();
        let mut rest = need;
        while rest > maximum {
            if orders.len() == MOST_ORDERS {
                let (what, why) =
                    ("the orders", "it would take more than 10,000: raise the maximum");
                return Err(KernelError::NoAnswer { what, why });
            }
            orders.push(maximum);
            rest = sub("need", rest, maximum)?;
        }
        let last = self.raise(rest)?;
        orders.extend((!last.is_zero()).then_some(last));
        Ok(orders)
    }

    /// The largest order there can be.
    fn largest(&self) -> Result<Option<Decimal>, KernelError> {
        let Some(maximum) = self.maximum else { return Ok(None) };
        let maximum = positive("maximum", maximum)?;
        let largest = self.rounded("maximum", maximum, Rounding::Down)?;
        if largest.is_zero() || self.rounded("minimum", self.minimum, Rounding::Up)? > largest {
            return Err(KernelError::Contradiction {
                field: "maximum",
                value: float(maximum),
                other: "the least order in whole multiples is above it",
                way_out: "raise the maximum, or lower minimum and multiple",
            });
        }
        Ok(Some(largest))
    }

    fn rounded(
        &self,
        what: &'static str,
        value: Decimal,
        rounding: Rounding,
    ) -> Result<Decimal, KernelError> {
        let Some(multiple) = self.multiple else { return Ok(value) };
        let multiple = positive("multiple", multiple)?;
        round_to_increment(value, multiple, rounding)
            .map_err(|error| KernelError::Exact { what, error })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn tenths_stay_tenths() {
        let tenths = OrderModifiers::default().in_multiples_of(dec("0.1"));
        assert_eq!(tenths.orders(dec("0.3")).unwrap(), [dec("0.3")]);
    }

    #[test]
    fn the_maximum_is_lowered_to_a_multiple() {
        let rule = OrderModifiers::default().in_multiples_of(30.into()).at_most(100.into());
        assert_eq!(rule.orders(100.into()).unwrap(), [90, 30].map(Decimal::from));
    }

    #[test]
    fn without_a_need_there_is_no_order() {
        assert!(OrderModifiers::at_least(50.into()).orders(0.into()).unwrap().is_empty());
    }

    #[test]
    fn what_cannot_be_ordered_is_refused_by_name() {
        let refused = |rule: OrderModifiers, need: i64| rule.orders(need.into()).unwrap_err();
        let any = OrderModifiers::default();
        assert_eq!(refused(any, -1).to_string(), "need is -1: give zero or a number above it");
        assert!(refused(any.in_multiples_of(0.into()), 1).to_string().starts_with("multiple is 0"));
        assert!(refused(any.at_most(0.into()), 1).to_string().starts_with("maximum is 0"));
        let narrow =
            OrderModifiers::at_least(15.into()).in_multiples_of(10.into()).at_most(19.into());
        assert!(refused(narrow, 1).to_string().starts_with("maximum is 19, but the least order"));
        assert_eq!(refused(any.at_most(1.into()), 10_002).code(), "inventory.no_answer");
    }

    proptest! {
        #[test]
        fn orders_cover_the_need_and_keep_the_rules(
            need in 1i64..5000, minimum in 0i64..60, multiple in 1i64..40, more in 0i64..200
        ) {
            let maximum = (minimum + multiple + more) * 10;
            let rule = OrderModifiers::at_least(minimum.into())
                .in_multiples_of(multiple.into())
                .at_most(maximum.into());
            let orders = rule.orders(need.into()).unwrap();
            let sum = orders.iter().fold(Decimal::ZERO, |sum, order| sum + order);
            prop_assert!(sum >= need.into());
            for order in &orders {
                prop_assert!(*order >= minimum.into() && *order <= maximum.into());
                prop_assert!((*order % Decimal::from(multiple)).is_zero());
            }
            // No order could be left out.
            prop_assert!(sum - orders.iter().max().unwrap() < need.into());
        }
    }
}
