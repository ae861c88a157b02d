//! What lots cost: by period, and by what it is spent on.

use fondaco_core::report::{Explain, word};
use rust_decimal::Decimal;

/// A figure that is the same in all periods, or one for each.
///
/// ```
/// use fondaco_inventory::lot_sizing::ByPeriod;
/// use rust_decimal::Decimal;
/// let (same, each) = (ByPeriod::from(Decimal::TWO), ByPeriod::from(vec![Decimal::ONE, Decimal::TEN]));
/// assert_eq!((same.at(7), each.at(1), each.at(2)), (Some(Decimal::TWO), Some(Decimal::TEN), None));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ByPeriod {
    /// The same in all.
    Same(Decimal),
    /// One for each period, in their order.
    Each(Vec<Decimal>),
}

impl ByPeriod {
    /// The figure of a period, counted from 0; none beyond the last that was given.
    #[must_use]
    pub fn at(&self, period: usize) -> Option<Decimal> {
        match self {
            ByPeriod::Same(value) => Some(*value),
            ByPeriod::Each(values) => values.get(period).copied(),
        }
    }

    /// The figures as they were given.
    pub(super) fn values(&self) -> &[Decimal] {
        match self {
            ByPeriod::Same(value) => std::slice::from_ref(value),
            ByPeriod::Each(values) => values,
        }
    }
}

impl Default for ByPeriod {
    fn default() -> ByPeriod {
        ByPeriod::Same(Decimal::ZERO)
    }
}

impl From<Decimal> for ByPeriod {
    fn from(value: Decimal) -> ByPeriod {
        ByPeriod::Same(value)
    }
}

impl From<Vec<Decimal>> for ByPeriod {
    fn from(values: Vec<Decimal>) -> ByPeriod {
        ByPeriod::Each(values)
    }
}

/// What the lots of an item cost. None of it is below zero.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct LotCosts {
    /// What setting up, or ordering, costs in a period in which something comes, however much.
    pub setup_cost: ByPeriod,
    /// What a unit costs that is left at the end of a period.
    pub holding_cost: ByPeriod,
    /// What a unit costs that comes in a period. Only rules that look at all periods together weigh it (Wagner and Whitin's, and lots
    /// within a capacity); all others decide without it and say what it comes to.
    pub unit_cost: ByPeriod,
}

impl LotCosts {
    /// So much for setting up, and for a unit that is left at the end of a period.
    ///
    /// ```
    /// use fondaco_inventory::lot_sizing::LotCosts;
    /// use rust_decimal::Decimal;
    /// let seasonal = vec![Decimal::from(60), Decimal::from(48)];
    /// let costs = LotCosts::new(seasonal, Decimal::new(4, 1)).bought_at(Decimal::from(3));
    /// assert_eq!(costs.setup_cost.at(1), Some(Decimal::from(48)));
    /// ```
    #[must_use]
    pub fn new(setup_cost: impl Into<ByPeriod>, holding_cost: impl Into<ByPeriod>) -> LotCosts {
        let (setup_cost, holding_cost) = (setup_cost.into(), holding_cost.into());
        LotCosts { setup_cost, holding_cost, unit_cost: ByPeriod::default() }
    }

    /// The same with what a unit costs.
    #[must_use]
    pub fn bought_at(mut self, unit_cost: impl Into<ByPeriod>) -> LotCosts {
        self.unit_cost = unit_cost.into();
        self
    }
}

/// What a plan of lots costs, by what it is spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SpentCosts {
    /// Setting up, or ordering.
    pub setup: Decimal,
    /// Keeping what is left at the end of periods.
    pub holding: Decimal,
    /// The goods themselves.
    pub purchase: Decimal,
    /// All of it.
    pub total: Decimal,
}

impl SpentCosts {
    /// The parts that there are, as figures of an explanation.
    pub(super) fn parts(&self) -> impl Iterator<Item = Explain> + use<> {
        let parts = [("Setup", self.setup), ("Holding", self.holding), ("Purchase", self.purchase)];
        let spent = parts.into_iter().filter(|(_, part)| !part.is_zero());
        spent.map(|(name, part)| Explain::new(word(name), part))
    }
}
