//! Price breaks: the cheapest way to cover a need that is known, by buying up to the next break where that costs less.
//!
//! The lot that is best over time, with holding costs, is [`PriceBreaks`](crate::policies::eoq::PriceBreaks); this is the sum that
//! a buyer does for one order (R. G. Schroeder, *Operations Management*; any textbook on purchasing).

use rust_decimal::Decimal;

use super::OrderModifiers;
use crate::KernelError;
use crate::exact::{add, float, mul, not_negative, positive, sub};
use crate::policies::eoq::DiscountKind;

/// What a unit costs from a quantity on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Price {
    /// The quantity; that of the first price is the least that can be bought.
    pub from: Decimal,
    /// What a unit costs. With incremental discounts it is what the units above `from` cost, the first price that of those below too.
    pub unit_price: Decimal,
}

impl Price {
    /// This price from this quantity on.
    #[must_use]
    pub fn new(from: Decimal, unit_price: Decimal) -> Price {
        Price { from, unit_price }
    }
}

/// What a vendor asks for an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PriceList<'a> {
    /// The prices, by rising quantity.
    pub prices: &'a [Price],
    /// Which units have the lower price.
    pub kind: DiscountKind,
    /// What an order costs, however much is ordered.
    pub order_cost: Decimal,
    /// What a unit costs that is bought beyond the need: keeping it, or throwing it away.
    pub surplus_cost_per_unit: Decimal,
    /// Minimum, multiple and maximum.
    pub modifiers: OrderModifiers,
}

/// The cheapest order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Purchase {
    /// How much to buy.
    pub quantity: Decimal,
    /// The price that it reaches, counted from 0.
    pub price: usize,
    /// What it costs: the goods, the order, and what the surplus costs.
    pub cost: Decimal,
    /// How much of it is beyond the need.
    pub surplus: Decimal,
    /// What the least possible quantity would have cost.
    pub cost_of_need: Decimal,
}

impl<'a> PriceList<'a> {
    /// All units of an order have the price that it reaches; an order costs nothing by itself.
    #[must_use]
    pub fn all_units(prices: &'a [Price]) -> PriceList<'a> {
        PriceList {
            prices,
            kind: DiscountKind::AllUnits,
            order_cost: Decimal::ZERO,
            surplus_cost_per_unit: Decimal::ZERO,
            modifiers: OrderModifiers::default(),
        }
    }

    /// Only the units above a break have its price.
    #[must_use]
    pub fn incremental(prices: &'a [Price]) -> PriceList<'a> {
        PriceList { kind: DiscountKind::Incremental, ..PriceList::all_units(prices) }
    }

    /// The same, and every order costs so much.
    #[must_use]
    pub fn order_cost(mut self, cost: Decimal) -> PriceList<'a> {
        self.order_cost = cost;
        self
    }

    /// The same, and each unit beyond the need costs so much.
    #[must_use]
    pub fn surplus_cost(mut self, cost_per_unit: Decimal) -> PriceList<'a> {
        self.surplus_cost_per_unit = cost_per_unit;
        self
    }

    /// The same with minimum, multiple and maximum.
    #[must_use]
    pub fn modified(mut self, modifiers: OrderModifiers) -> PriceList<'a> {
        self.modifiers = modifiers;
        self
    }

    /// What an order of this quantity costs, the order itself included.
    ///
    /// # Errors
    /// When the quantity is below what can be bought, or the prices are none, below zero or do not rise in quantity.
    ///
    /// ```
    /// use fondaco_inventory::ordering::{Price, PriceList};
    /// let prices = [Price::new(1.into(), 10.into()), Price::new(100.into(), 9.into())];
    /// assert_eq!(PriceList::all_units(&prices).cost(150.into())?, 1350.into());
    /// assert_eq!(PriceList::incremental(&prices).cost(150.into())?, 1450.into());
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn cost(&self, quantity: Decimal) -> Result<Decimal, KernelError> {
        self.checked()?;
        self.cost_of(quantity).map(|(_, cost)| cost)
    }

    /// The cheapest order that covers a need; of two that cost the same, the smaller.
    ///
    /// # Errors
    /// As [`PriceList::cost`], when the need is not above zero, and when it is above the maximum: then split it by
    /// [`OrderModifiers::orders`].
    ///
    /// ```
    /// use fondaco_inventory::ordering::{Price, PriceList};
    /// let prices = [Price::new(1.into(), 10.into()), Price::new(100.into(), 9.into())];
    /// let purchase = PriceList::all_units(&prices).cover(95.into())?;
    /// assert_eq!((purchase.quantity, purchase.cost), (100.into(), 900.into()));
    /// assert_eq!((purchase.surplus, purchase.cost_of_need), (5.into(), 950.into()));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn cover(&self, need: Decimal) -> Result<Purchase, KernelError> {
        self.checked()?;
        let need = positive("need", need)?;
        let breaks = self.prices.iter().map(|price| price.from).filter(|from| *from > need);
        let first = self.prices.first().map_or(need, |price| need.max(price.from));
        let mut best: Option<Purchase> = None;
        for target in std::iter::once(first).chain(breaks) {
            let quantity = self.modifiers.raise(target)?;
            let below = self.modifiers.maximum.is_some_and(|maximum| quantity > maximum);
            if below || best.is_some_and(|best| best.quantity >= quantity) {
                continue;
            }
            let purchase = self.purchase(need, quantity, best.map(|best| best.cost_of_need))?;
            best = best.filter(|best| best.cost <= purchase.cost).or(Some(purchase));
        }
        best.ok_or(KernelError::Contradiction {
            field: "need",
            value: float(need),
            other: "the order for it is above the maximum",
            way_out: "split it into orders first",
        })
    }

    fn purchase(
        &self,
        need: Decimal,
        quantity: Decimal,
        cost_of_need: Option<Decimal>,
    ) -> Result<Purchase, KernelError> {
        let surplus = sub("surplus", quantity, need)?;
        let (price, goods) = self.cost_of(quantity)?;
        let cost = add("cost", goods, mul("surplus", surplus, self.surplus_cost_per_unit)?)?;
        let cost_of_need = cost_of_need.unwrap_or(cost);
        Ok(Purchase { quantity, price, cost, surplus, cost_of_need })
    }

    /// Which price a quantity reaches, and what it costs.
    fn cost_of(&self, quantity: Decimal) -> Result<(usize, Decimal), KernelError> {
        let reached = self.prices.partition_point(|price| price.from <= quantity);
        let Some(price) = reached.checked_sub(1) else {
            return Err(KernelError::Contradiction {
                field: "quantity",
                value: float(quantity),
                other: "the first price begins above it",
                way_out: "order at least that much",
            });
        };
        let goods = match self.kind {
            DiscountKind::AllUnits => mul("cost", quantity, self.prices[price].unit_price)?,
            DiscountKind::Incremental => self.incremental_cost(quantity, price)?,
        };
        Ok((price, add("cost", goods, self.order_cost)?))
    }

    fn incremental_cost(&self, quantity: Decimal, reached: usize) -> Result<Decimal, KernelError> {
        let (mut cost, mut above) = (Decimal::ZERO, Decimal::ZERO);
        for (place, price) in self.prices[..=reached].iter().enumerate() {
            let next = self.prices[..=reached].get(place + 1).map_or(quantity, |next| next.from);
            cost = add("cost", cost, mul("cost", sub("cost", next, above)?, price.unit_price)?)?;
            above = next;
        }
        Ok(cost)
    }

    fn checked(&self) -> Result<(), KernelError> {
        not_negative("order_cost", self.order_cost)?;
        not_negative("surplus_cost_per_unit", self.surplus_cost_per_unit)?;
        if self.prices.is_empty() {
            return Err(KernelError::TooFew { field: "prices", count: 0, least: 1 });
        }
        for (index, price) in self.prices.iter().enumerate() {
            let at = |error: KernelError| error.at(index);
            not_negative("from", price.from).map_err(at)?;
            not_negative("unit_price", price.unit_price).map_err(at)?;
            if index > 0 && price.from <= self.prices[index - 1].from {
                return Err(at(KernelError::Contradiction {
                    field: "from",
                    value: float(price.from),
                    other: "the price before it does not begin earlier",
                    way_out: "give prices by rising quantity",
                }));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn prices(of: &[(i64, &str)]) -> Vec<Price> {
        of.iter().map(|(from, price)| Price::new((*from).into(), dec(price))).collect()
    }

    #[test]
    fn of_two_orders_at_one_cost_the_smaller_is_bought() {
        let prices = prices(&[(1, "10"), (100, "9.5"), (500, "9")]);
        let bought = PriceList::all_units(&prices).cover(95.into()).unwrap();
        assert_eq!((bought.quantity, bought.cost), (95.into(), 950.into()));
        let bought = PriceList::all_units(&prices).cover(96.into()).unwrap();
        assert_eq!((bought.quantity, bought.cost, bought.price), (100.into(), 950.into(), 1));
    }

    #[test]
    fn a_surplus_that_costs_is_bought_only_where_it_is_worth_it() {
        let prices = prices(&[(1, "10"), (100, "9")]);
        let list = PriceList::all_units(&prices).surplus_cost(20.into());
        assert_eq!(list.cover(95.into()).unwrap().quantity, 95.into());
        assert_eq!(list.cover(99.into()).unwrap().quantity, 100.into());
    }

    #[test]
    fn what_is_sold_in_packs_is_priced_by_the_packs() {
        let prices = prices(&[(1, "10"), (100, "9")]);
        let packs = OrderModifiers::default().in_multiples_of(30.into());
        let list = PriceList::all_units(&prices).modified(packs);
        let bought = list.cover(95.into()).unwrap();
        assert_eq!((bought.quantity, bought.cost), (120.into(), 1080.into()));
        let capped = list.modified(packs.at_most(100.into()));
        assert!(capped.cover(95.into()).unwrap_err().to_string().starts_with("need is 95, but"));
        assert_eq!(capped.cover(85.into()).unwrap().quantity, 90.into());
    }

    #[test]
    fn a_need_below_the_first_price_buys_the_least() {
        let prices = prices(&[(10, "2")]);
        let bought = PriceList::all_units(&prices).order_cost(5.into()).cover(3.into()).unwrap();
        assert_eq!(
            (bought.quantity, bought.cost, bought.surplus),
            (10.into(), 25.into(), 7.into())
        );
        assert!(PriceList::all_units(&prices).cost(3.into()).is_err());
    }

    #[test]
    fn lists_that_make_no_sense_are_refused_by_name() {
        let of = |list: &[(i64, &str)]| {
            PriceList::all_units(&prices(list)).cover(1.into()).unwrap_err().to_string()
        };
        assert_eq!(of(&[]), "prices has 0 values: give at least 1");
        assert!(of(&[(1, "-2")]).contains("row 0 (counted from 0): unit_price is -2"));
        assert!(of(&[(5, "2"), (5, "1")]).contains("row 1 (counted from 0): from is 5"));
        let list = prices(&[(1, "1")]);
        assert!(PriceList::all_units(&list).cover(0.into()).is_err());
    }

    proptest! {
        #[test]
        fn no_other_quantity_that_covers_the_need_is_cheaper(
            need in 1i64..120, steps in prop::collection::btree_map(1i64..100, 1i64..50, 1..5),
            incremental: bool, order_cost in 0i64..30, surplus_cost in 0i64..3
        ) {
            let prices: Vec<_> =
                steps.iter().map(|(from, price)| Price::new((*from).into(), (*price).into())).collect();
            let list = if incremental { PriceList::incremental(&prices) } else { PriceList::all_units(&prices) };
            let list = list.order_cost(order_cost.into()).surplus_cost(surplus_cost.into());
            let bought = list.cover(need.into()).unwrap();
            prop_assert!(bought.quantity >= need.into());
            for quantity in need..=240 {
                if let Ok(cost) = list.cost(quantity.into()) {
                    let cost = cost + Decimal::from((quantity - need) * surplus_cost);
                    prop_assert!(bought.cost <= cost, "{quantity} at {cost}, not {bought:?}");
                }
            }
        }
    }
}
