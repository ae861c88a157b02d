//! What a planner says of an item: how it is ordered, how much is kept, what may not be touched any more.

use std::fmt;

use chrono::NaiveDate;
use fondaco_core::{Conversion, Unit};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::lot_sizing::{LotCosts, LotSizing};
use crate::ordering::OrderModifiers;

/// What is planned: an item at a site. Who plans one site alone leaves the site out.
///
/// ```
/// use fondaco_inventory::mrp::Sku;
/// assert_eq!(Sku::from("BIKE").to_string(), "BIKE");
/// assert_eq!(Sku::from("BIKE").at("MAIN").to_string(), "BIKE at MAIN");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sku {
    /// The item's code.
    pub item: SmolStr,
    /// The site's code; empty where there is one site alone.
    pub site: SmolStr,
}

impl Sku {
    /// The item at this site.
    #[must_use]
    pub fn at(mut self, site: impl Into<SmolStr>) -> Sku {
        self.site = site.into();
        self
    }
}

impl From<&str> for Sku {
    fn from(item: &str) -> Sku {
        Sku { item: item.into(), site: SmolStr::default() }
    }
}

impl From<String> for Sku {
    fn from(item: String) -> Sku {
        Sku { item: item.into(), site: SmolStr::default() }
    }
}

impl fmt::Display for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.item)?;
        if self.site.is_empty() { Ok(()) } else { write!(f, " at {}", self.site) }
    }
}

/// How many of an item's net requirements one order covers.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum LotRule {
    /// Each day's, or bucket's, by an order of its own: lot for lot.
    LotForLot,
    /// As many orders of this quantity as it takes: fixed order quantity. It stands in the place of minimum, multiple and maximum.
    Fixed {
        /// How much one order is about.
        quantity: Decimal,
    },
    /// What comes within so many days, that of the need being the first: days of supply.
    Days {
        /// How many days.
        days: u32,
    },
    /// What comes within so many buckets, that of the need being the first: periodic order quantity. Without buckets a period is a
    /// day.
    Periods {
        /// How many buckets.
        periods: u32,
    },
    /// What a rule of [`lot_sizing`](crate::lot_sizing) makes of the net requirements of all buckets, or days, by what lots cost: an economic
    /// quantity, least unit cost, part-period balancing, Silver-Meal, Wagner-Whitin.
    ByCost {
        /// Which rule.
        rule: LotSizing,
        /// What lots cost; where it differs by period, one figure for each bucket of the horizon.
        costs: LotCosts,
    },
}

/// Which forecasts an order is part of, rather than coming on top: first those of its own day, or bucket, then the nearest before it,
/// then the nearest after it. What was [sent](super::DemandKind::Sent) is part of the first alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Consumption {
    /// From how many days before the order.
    pub backward_days: u32,
    /// From how many days after it.
    pub forward_days: u32,
}

/// An item, at a site, and how it is planned.
///
/// ```
/// use fondaco_inventory::mrp::{Item, LotRule};
/// use fondaco_inventory::ordering::OrderModifiers;
/// let bolt = Item::new("M8x40")
///     .digits(0)
///     .safety_stock(200.into())
///     .lot(LotRule::Days { days: 7 })
///     .modifiers(OrderModifiers::at_least(500.into()).in_multiples_of(100.into()));
/// assert_eq!(bolt.sku.to_string(), "M8x40");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Item {
    /// Its name.
    pub sku: Sku,
    /// In which unit its quantities are; pieces where nothing is said.
    pub unit: Unit,
    /// What else is known of its units: what a piece weighs, how many are in a carton. For lines in other units.
    pub conversions: Vec<Conversion>,
    /// How many digits after the point its quantities have, at most [`QUANTITY_DIGITS`](crate::QUANTITY_DIGITS): 0 for pieces.
    pub digits: u8,
    /// Whether it never lies on a shelf: an assembly that is made in passing. What there is of it is used first; of the rest, its
    /// components are needed on the day that it is: lead times, lots, modifiers, safety time and the planning time fence are not for it.
    pub phantom: bool,
    /// Whether each customer's order has its own supply, apart from the stock.
    pub make_to_order: bool,
    /// How much shall always be there.
    pub safety_stock: Decimal,
    /// How much shall be there from a day on, in any order; before the first of them it is `safety_stock`.
    pub safety_steps: Vec<(NaiveDate, Decimal)>,
    /// How many days before it is needed a planned order shall be there: safety time.
    pub safety_days: u32,
    /// How many requirements one order covers.
    pub lot: LotRule,
    /// Minimum, multiple and maximum of an order.
    pub modifiers: OrderModifiers,
    /// Which share of what is ordered or begun turns out good: need / yield is ordered. Above 0, at most 1.
    pub yield_share: Decimal,
    /// Within so many days from the start, forecasts don't count: demand time fence.
    pub demand_fence_days: u32,
    /// Within so many days from the start, nothing new is planned: planning time fence.
    pub planning_fence_days: u32,
    /// Which forecasts an order is part of.
    pub consumption: Consumption,
}

impl Item {
    /// An item that is ordered lot for lot, in up to six digits, without safety stock.
    pub fn new(sku: impl Into<Sku>) -> Item {
        Item {
            sku: sku.into(),
            unit: Unit::PIECE,
            conversions: Vec::new(),
            digits: crate::QUANTITY_DIGITS,
            phantom: false,
            make_to_order: false,
            safety_stock: Decimal::ZERO,
            safety_steps: Vec::new(),
            safety_days: 0,
            lot: LotRule::LotForLot,
            modifiers: OrderModifiers::default(),
            yield_share: Decimal::ONE,
            demand_fence_days: 0,
            planning_fence_days: 0,
            consumption: Consumption::default(),
        }
    }

    /// The same, in this unit.
    #[must_use]
    pub fn unit(mut self, unit: Unit) -> Item {
        self.unit = unit;
        self
    }

    /// The same, of which this is known about its units: `1 carton = 12 pcs`.
    #[must_use]
    pub fn converts(mut self, conversion: Conversion) -> Item {
        self.conversions.push(conversion);
        self
    }

    /// The same, in quantities of so many digits after the point.
    #[must_use]
    pub fn digits(mut self, digits: u8) -> Item {
        self.digits = digits;
        self
    }

    /// The same, as a phantom.
    #[must_use]
    pub fn phantom(mut self) -> Item {
        self.phantom = true;
        self
    }

    /// The same, with supply of its own for each customer's order.
    #[must_use]
    pub fn make_to_order(mut self) -> Item {
        self.make_to_order = true;
        self
    }

    /// The same, of which so much shall always be there.
    #[must_use]
    pub fn safety_stock(mut self, quantity: Decimal) -> Item {
        self.safety_stock = quantity;
        self
    }

    /// The same, of which so much shall be there from a day on.
    #[must_use]
    pub fn safety_from(mut self, day: NaiveDate, quantity: Decimal) -> Item {
        self.safety_steps.push((day, quantity));
        self
    }

    /// The same, which comes so many days before it is needed.
    #[must_use]
    pub fn safety_days(mut self, days: u32) -> Item {
        self.safety_days = days;
        self
    }

    /// The same, with this lot-sizing rule.
    #[must_use]
    pub fn lot(mut self, rule: LotRule) -> Item {
        self.lot = rule;
        self
    }

    /// The same, with minimum, multiple and maximum of an order.
    #[must_use]
    pub fn modifiers(mut self, modifiers: OrderModifiers) -> Item {
        self.modifiers = modifiers;
        self
    }

    /// The same, of which this share turns out good: 0.95 for 95 %.
    #[must_use]
    pub fn yields(mut self, share: Decimal) -> Item {
        self.yield_share = share;
        self
    }

    /// The same, with forecasts that don't count for so many days, and nothing new planned for so many.
    #[must_use]
    pub fn fences(mut self, demand_days: u32, planning_days: u32) -> Item {
        (self.demand_fence_days, self.planning_fence_days) = (demand_days, planning_days);
        self
    }

    /// The same, whose orders are part of forecasts of so many days before and after them.
    #[must_use]
    pub fn consumes(mut self, backward_days: u32, forward_days: u32) -> Item {
        self.consumption = Consumption { backward_days, forward_days };
        self
    }
}
