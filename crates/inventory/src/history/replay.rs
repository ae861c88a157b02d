//! A policy lives through days whose demand is known.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{ItemTerms, Policy};
use crate::KernelError;
use crate::error::{finite, not_negative, positive};
use crate::policies::Costs;

/// The most orders of one day: a quantity that is far too small for the demand is refused.
const MOST_LOTS: f64 = 1e9;

/// Where a replay begins.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Start {
    /// How much is on hand; below zero: owed.
    pub on_hand: f64,
    /// What is on order: after how many days it comes (0: on the first), and how much.
    pub on_order: Vec<(u32, f64)>,
}

/// What came of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Replay {
    /// How many days were replayed.
    pub days: usize,
    /// How much was wanted.
    pub wanted: f64,
    /// How much of it was served at once.
    pub served: f64,
    /// The share of it; 1 where nothing was wanted.
    pub fill_rate: f64,
    /// On how many days something was owed in the evening.
    pub days_owing: usize,
    /// How many orders were placed.
    pub orders: usize,
    /// How much was on hand on average, in the evening.
    pub on_hand: f64,
    /// How much was left, on hand and on order, less what was owed.
    pub position: f64,
    /// What it cost per day, by what it was spent on.
    pub costs: Costs,
    /// All of it.
    pub cost_per_day: f64,
}

impl Start {
    /// With this much on hand and nothing on order.
    #[must_use]
    pub fn with(on_hand: f64) -> Self {
        Self { on_hand, on_order: Vec::new() }
    }

    /// The same with an order that comes after this many days.
    #[must_use]
    pub fn and_ordered(mut self, days: u32, quantity: f64) -> Self {
        self.on_order.push((days, quantity));
        self
    }
}

/// Lets a policy live through these demands, one for each day.
///
/// Each day is served from what is on hand, the rest is owed. In the evening comes what is due, what is owed is delivered first, the position is looked at, and an order placed where the
/// policy says so, which comes in the evening after as many days as the next of the lead times says (at least one), these taken in turn, again and again. What is
/// on hand and owed is paid for as it is then. Nothing is drawn by chance: the same input gives the same replay.
///
/// # Errors
/// When there is no day or no lead time, a demand is below zero, a number of terms or policy is not what it must be, or an order quantity so small
/// that a thousand million of them would be ordered at once.
///
/// ```
/// use fondaco_inventory::history::{ItemTerms, Policy, Start, replay};
///
/// let terms = ItemTerms::new(10.0, 0.1, 1.0);
/// let policy = Policy::ReorderPoint { reorder_point: 4.0, order_quantity: 10.0 };
/// // 8 on hand, 2 a day, two days to wait: ordered on the second evening, it comes on the fourth.
/// let lived = replay(&policy, &terms, &Start::with(8.0), &[2.0; 5], &[2])?;
/// assert_eq!((lived.orders, lived.fill_rate, lived.days_owing), (1, 1.0, 0));
/// assert_eq!(lived.on_hand, (6.0 + 4.0 + 2.0 + 10.0 + 8.0) / 5.0);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn replay(
    policy: &Policy,
    terms: &ItemTerms,
    start: &Start,
    demands: &[f64],
    lead_times_days: &[u32],
) -> Result<Replay, KernelError> {
    if demands.is_empty() {
        return Err(KernelError::TooFew { field: "demands", count: 0, least: 1 });
    }
    if lead_times_days.is_empty() {
        return Err(KernelError::TooFew { field: "lead_times_days", count: 0, least: 1 });
    }
    positive("fixed_cost", terms.fixed_cost)?;
    positive("holding_cost_per_day", terms.holding_cost_per_day)?;
    terms.stockout_cost_per_day()?;
    let mut life = Life::new(policy, start, demands.len(), lead_times_days)?;
    for (day, demand) in demands.iter().enumerate() {
        let demand = not_negative("demands", *demand).map_err(|error| error.at(day))?;
        life.day(day, demand)?;
    }
    life.end(terms)
}

struct Life<'a> {
    /// The position at which is ordered and the quantity, and whether as much as is missing is ordered.
    rule: Option<(f64, f64)>,
    up_to: bool,
    lead_times: &'a [u32],
    /// On hand, less what is owed.
    net: f64,
    on_order: f64,
    /// What comes in the evening of each day from today on.
    coming: VecDeque<f64>,
    days: usize,
    ends: usize,
    orders: usize,
    days_owing: usize,
    wanted: f64,
    served: f64,
    held: f64,
    owed: f64,
}

impl<'a> Life<'a> {
    fn new(
        policy: &Policy,
        start: &Start,
        ends: usize,
        lead_times: &'a [u32],
    ) -> Result<Self, KernelError> {
        let mut life = Self {
            rule: policy.numbers()?,
            up_to: matches!(policy, Policy::MinMax { .. }),
            lead_times,
            net: finite("on_hand", start.on_hand)?,
            on_order: 0.0,
            coming: VecDeque::new(),
            days: 0,
            ends,
            orders: 0,
            days_owing: 0,
            wanted: 0.0,
            served: 0.0,
            held: 0.0,
            owed: 0.0,
        };
        for (index, (days, quantity)) in start.on_order.iter().enumerate() {
            let quantity = not_negative("on_order", *quantity).map_err(|error| error.at(index))?;
            life.order(*days, quantity);
        }
        Ok(life)
    }

    fn day(&mut self, day: usize, demand: f64) -> Result<(), KernelError> {
        self.days = day + 1;
        self.wanted += demand;
        self.served += demand.min(self.net.max(0.0));
        self.net -= demand;
        let came = self.coming.pop_front().unwrap_or(0.0);
        (self.net, self.on_order) = (self.net + came, self.on_order - came);
        self.look()?;
        self.held += self.net.max(0.0);
        self.owed += (-self.net).max(0.0);
        self.days_owing += usize::from(self.net < 0.0);
        Ok(())
    }

    fn look(&mut self) -> Result<(), KernelError> {
        let position = self.net + self.on_order;
        let quantity = match self.rule {
            Some((point, more)) if position <= point => {
                let lots = ((point - position) / more).floor() + 1.0;
                if lots > MOST_LOTS {
                    let (field, value) = ("order_quantity", more);
                    let other =
                        "it takes a thousand million orders to come above the reorder point";
                    let way_out = "give a larger quantity";
                    return Err(KernelError::Contradiction { field, value, other, way_out });
                }
                if self.up_to { point + more - position } else { lots * more }
            }
            // On demand: what is owed, and nothing else.
            None if position < 0.0 => -position,
            _ => return Ok(()),
        };
        let lead_time = self.lead_times.get(self.orders % self.lead_times.len()).copied();
        self.orders += 1;
        // Counted from tomorrow.
        self.order(lead_time.unwrap_or(1).max(1) - 1, quantity);
        Ok(())
    }

    fn order(&mut self, days: u32, quantity: f64) {
        self.on_order += quantity;
        let place = usize::try_from(days).unwrap_or(usize::MAX);
        // What comes after the end is only on order.
        if place < self.ends - self.days {
            if self.coming.len() <= place {
                self.coming.resize(place + 1, 0.0);
            }
            if let Some(coming) = self.coming.get_mut(place) {
                *coming += quantity;
            }
        }
    }

    fn end(self, terms: &ItemTerms) -> Result<Replay, KernelError> {
        let days = self.days as f64;
        let costs = Costs {
            ordering: terms.fixed_cost * self.orders as f64 / days,
            holding: terms.holding_cost_per_day * self.held / days,
            shortage: terms.stockout_cost_per_day()? * self.owed / days,
            ..Costs::default()
        };
        let costs = costs.checked("the replay")?;
        Ok(Replay {
            days: self.days,
            wanted: self.wanted,
            served: self.served,
            fill_rate: if self.wanted > 0.0 { self.served / self.wanted } else { 1.0 },
            days_owing: self.days_owing,
            orders: self.orders,
            on_hand: self.held / days,
            position: self.net + self.on_order,
            costs,
            cost_per_day: costs.total(),
        })
    }
}
