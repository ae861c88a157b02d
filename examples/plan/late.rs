//! A large order that can't be in time: what it waits for, from what is wanted down to the component, as the kernel says it of the same
//! ground that the run had.

use std::error::Error;

use chrono::Days;
use fondaco::{
    core::report::{Chart, Explain, Grid, Kind, Report},
    inventory::{
        mrp::{self, Feasible, Horizon, ItemNo, Options, PastDue, Sku},
        planning::Ground,
    },
    prelude::*,
};

use super::{
    runs::{HORIZON_DAYS, settings},
    today::{SITE, Today, item_of, pieces, site},
};
use crate::common::company::Product;

/// In so many days it is wanted.
const SOON: u64 = 5;
/// How many weeks of stock are drawn.
const WEEKS: u64 = 16;

/// More than there is of something, and of what it is made of.
pub struct LargeOrder<'c> {
    pub product: &'c Product,
    id: u32,
    /// The component that takes longest.
    component: &'c Product,
    pub quantity: Decimal,
    pub wanted_on: NaiveDate,
}

impl<'c> LargeOrder<'c> {
    /// Of what is made and sold that has the component which takes longest; more than what is there and on order of both carries.
    ///
    /// # Errors
    /// Nothing that is sold is made of something.
    pub fn of(today: &Today<'c>) -> Result<LargeOrder<'c>, Box<dyn Error>> {
        let made = today.goods.parts.iter().filter(|(id, _)| {
            today.sold.contains(id) && today.company.products.get(id).is_some_and(|it| it.made)
        });
        let parts = made.flat_map(|(id, parts)| parts.iter().map(move |part| (*id, part)));
        let parts = parts.filter(|(_, part)| {
            today.goods.by_product.contains_key(&part.product) && part.quantity > Decimal::ZERO
        });
        // Of equals the first.
        let longest = parts.min_by_key(|(id, part)| {
            (std::cmp::Reverse(today.sources().lead_days(part.product)), *id, part.product)
        });
        let (id, part) = longest.ok_or("nothing that is sold is made of something")?;
        let level = |id: u32| today.levels.get(&id).copied().unwrap_or_default();
        let carried = (level(part.product) / part.quantity).ceil();
        Ok(LargeOrder {
            product: today.product(id)?,
            id,
            component: today.product(part.product)?,
            quantity: level(id).ceil() + carried + Decimal::TEN,
            wanted_on: today.date + Days::new(SOON),
        })
    }

    /// Takes the order in.
    ///
    /// # Errors
    /// The engine refuses it.
    pub fn take(&self, today: &Today<'_>) -> Result<(), Box<dyn Error>> {
        today.promise_to("plan/large order", &[(self.id, self.quantity)], self.wanted_on)
    }

    pub fn title(&self) -> String {
        let LargeOrder { product, quantity, wanted_on, .. } = self;
        let quantity = quantity.normalize();
        format!("Why {quantity} of {}, wanted on {wanted_on}, are late", product.number)
    }
}

/// What is late, and why.
pub struct Late {
    pub feasible: Feasible,
    pub why: Explain,
    /// What it is made of.
    pub bill: Report,
    /// What is left of it and of its component, week by week.
    pub projection: Chart,
}

impl Late {
    /// Asks why the large order is late.
    ///
    /// # Errors
    /// The stock can't be read, or the order is not in it.
    pub fn of(today: &Today<'_>, large: &LargeOrder<'_>) -> Result<Late, Box<dyn Error>> {
        let asked = settings(today.date);
        let ground = today.stock.view(|view| Ground::read(view, &asked))?;
        let last = today.date + Days::new(u64::from(HORIZON_DAYS) - 1);
        let options = Options::default().past_due(PastDue::FromToday);
        let horizon = Horizon::new(today.date, last);
        let plan = mrp::run(ground.network(), ground.state(), horizon, &options)?;
        let number = |product: &Product| -> Result<ItemNo, mrp::MrpError> {
            ground.network().find(&Sku::from(product.number.as_str()).at(SITE))
        };
        let item = number(large.product)?;
        let mut demands = ground.state().demands(item);
        let is_it = |demand: &mrp::Demand| {
            demand.quantity == large.quantity && demand.due == large.wanted_on
        };
        let demand = demands.find(|(_, demand)| is_it(demand));
        let (demand, _) = demand.ok_or("the large order is not in the plan")?;
        let mut grid = Grid::new((0..WEEKS).map(|week| {
            let end = today.date + Days::new(7 * week + 6);
            fondaco::core::report::Cell::from(end)
        }));
        for product in [large.product, large.component] {
            let item = number(product)?;
            let table = plan.table(item)?;
            let there = ground.state().on_hand_of(item);
            let left = (0..WEEKS).map(|week| {
                let next = today.date + Days::new(7 * week + 7);
                let before = table.periods.iter().rev().find(|period| period.start < next);
                before.map_or(there, |period| period.projected)
            });
            grid = grid.series(product.number.as_str(), left);
        }
        let whole = Kind::Quantity { unit: "pcs".into(), digits: 0 };
        let one = (item_of(large.product), Some(site()));
        let bill = today.stock.indented_bill(one, pieces(Decimal::ONE), today.date)?;
        Ok(Late {
            feasible: plan.feasible(demand)?,
            why: plan.explain_demand(demand)?,
            bill: bill.to_report(),
            projection: Chart::line("Projected stock at the ends of weeks", whole, grid),
        })
    }
}
