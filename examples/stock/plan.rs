//! From documents to moves: what came, what was used up and what was sold, day by day, with what must have been there before.
//!
//! | document | moves |
//! |---|---|
//! | purchase order | announced when it is ordered; a receipt of what was put into stock; what was rejected will not come |
//! | work order | its parts are issued when it begins; announced then, and a receipt of what was good when it ends |
//! | sales order | an issue for each line |
//!
//! What there was when the half year opened does not carry all of it: some articles are sold or used up before enough of them came. They get
//! an opening adjustment, just enough that none falls below zero. A day's moves of a kind are one command with a name of its own: all of it is
//! booked or none, and once, however often it is sent.

use std::{collections::BTreeMap, error::Error};

use fondaco::prelude::*;

use super::goods::Goods;
use crate::common::{
    company::{Company, Origin},
    rounding::{TooLarge, plus, times},
};

/// What is booked.
pub struct Plan {
    /// By product, what must have been there besides what was counted; zero for most.
    pub missing: BTreeMap<u32, Decimal>,
    pub days: BTreeMap<NaiveDate, Day>,
    /// The day before the first: the opening stock is of it.
    pub eve: NaiveDate,
    /// The days on which something was sold: what is learnt from.
    pub sold: (NaiveDate, NaiveDate),
    /// How many products come or go.
    pub moved: usize,
}

/// What happens on a day, in this order.
#[derive(Default)]
pub struct Day {
    pub ordered: Vec<Ordered>,
    pub received: Vec<Received>,
    pub issued: Vec<Issued>,
}

/// Which order a line is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// A line of a purchase order.
    Purchase(u32),
    Work(u32),
}

pub struct Ordered {
    pub order: Order,
    /// The purchase order that it is a line of, and its vendor.
    pub purchase: Option<(u32, u32)>,
    pub product: u32,
    pub quantity: Decimal,
    pub due_on: NaiveDate,
}

pub struct Received {
    pub order: Order,
    pub product: u32,
    /// What was put into stock; it may be less than was ordered, and nothing.
    pub quantity: Decimal,
    /// Whether the order had more.
    pub short: bool,
    /// What it cost, where it was bought.
    pub billed: Option<Decimal>,
    pub origin: Origin,
}

pub struct Issued {
    pub product: u32,
    pub quantity: Decimal,
    /// Sold (true) or used up.
    pub sold: bool,
    /// The sales order or the work order.
    pub document: u32,
    pub origin: Origin,
}

impl Plan {
    /// Makes all of a company's moves.
    ///
    /// # Errors
    /// The company has sold nothing, or a quantity is too large.
    pub fn of(company: &Company, goods: &Goods) -> Result<Plan, Box<dyn Error>> {
        let mut days: BTreeMap<NaiveDate, Day> = BTreeMap::new();
        purchases(company, &mut days)?;
        work(company, goods, &mut days)?;
        sales(company, &mut days);
        let sold = company.sales.iter().map(|sale| sale.date);
        let sold = sold.clone().min().zip(sold.max()).ok_or("the company has sold nothing")?;
        let first = days.keys().next().copied().unwrap_or(sold.0);
        let eve =
            first.pred_opt().ok_or("the first document is too early to count stock before")?;
        let (missing, moved) = missing(company, goods, &days)?;
        Ok(Plan { missing, days, eve, sold, moved })
    }

    pub fn last(&self) -> NaiveDate {
        self.days.keys().next_back().copied().unwrap_or(self.eve)
    }

    /// How many articles had too little when the half year opened, and what that is worth at unit cost.
    ///
    /// # Errors
    /// A sum is too large.
    pub fn adjusted(&self, company: &Company) -> Result<String, TooLarge> {
        let missing = || self.missing.iter().filter(|it| !it.1.is_zero());
        let worth = missing().try_fold(Decimal::ZERO, |sum, (product, missing)| {
            plus(sum, company.cost_of(*product, *missing)?)
        })?;
        Ok(format!(
            "{} of {} moved articles would fall below zero: they get an opening adjustment, just \
             enough, at cost {worth} {}.",
            missing().count(),
            self.moved,
            company.currency
        ))
    }

    /// How many moves there are.
    pub fn moves(&self) -> usize {
        let days = self.days.values();
        days.map(|day| day.received.len() + day.issued.len()).sum::<usize>()
    }
}

fn purchases(company: &Company, days: &mut BTreeMap<NaiveDate, Day>) -> Result<(), TooLarge> {
    for purchase in &company.purchases {
        for line in purchase.lines.iter().filter(|line| !line.ordered.is_zero()) {
            let order = Order::Purchase(line.id);
            days.entry(purchase.ordered_on).or_default().ordered.push(Ordered {
                order,
                purchase: Some((purchase.id, purchase.vendor)),
                product: line.product,
                quantity: line.ordered,
                due_on: purchase.received_on,
            });
            days.entry(purchase.received_on).or_default().received.push(Received {
                order,
                product: line.product,
                quantity: line.stocked,
                short: line.stocked < line.ordered,
                billed: Some(line.billed()?),
                origin: line.origin.clone(),
            });
        }
    }
    Ok(())
}

fn work(
    company: &Company,
    goods: &Goods,
    days: &mut BTreeMap<NaiveDate, Day>,
) -> Result<(), TooLarge> {
    for work in company.work_orders.iter().filter(|work| !work.ordered.is_zero()) {
        let order = Order::Work(work.id);
        let start = days.entry(work.started_on).or_default();
        start.ordered.push(Ordered {
            order,
            purchase: None,
            product: work.product,
            quantity: work.ordered,
            due_on: work.ended_on,
        });
        for part in goods.parts.get(&work.product).into_iter().flatten() {
            start.issued.push(Issued {
                product: part.product,
                quantity: times(part.quantity, work.ordered)?,
                sold: false,
                document: work.id,
                origin: work.origin.clone(),
            });
        }
        days.entry(work.ended_on).or_default().received.push(Received {
            order,
            product: work.product,
            quantity: work.stocked,
            short: !work.scrapped.is_zero(),
            billed: None,
            origin: work.origin.clone(),
        });
    }
    Ok(())
}

fn sales(company: &Company, days: &mut BTreeMap<NaiveDate, Day>) {
    for sale in &company.sales {
        let day = days.entry(sale.date).or_default();
        for line in sale.lines.iter().filter(|line| !line.quantity.is_zero()) {
            day.issued.push(Issued {
                product: line.product,
                quantity: line.quantity,
                sold: true,
                document: sale.id,
                origin: sale.origin.clone(),
            });
        }
    }
}

/// How far below zero each product would fall at its lowest, and how many of them move.
fn missing(
    company: &Company,
    goods: &Goods,
    days: &BTreeMap<NaiveDate, Day>,
) -> Result<(BTreeMap<u32, Decimal>, usize), TooLarge> {
    let mut stock: BTreeMap<u32, (Decimal, Decimal)> = BTreeMap::new();
    let mut change = |product: u32, by: Decimal| -> Result<(), TooLarge> {
        let (level, lowest) = stock.entry(product).or_insert_with(|| {
            let counted = company.products.get(&product).map(|it| it.opening_quantity);
            (counted.unwrap_or_default(), Decimal::ZERO)
        });
        *level = plus(*level, by)?;
        *lowest = (*lowest).min(*level);
        Ok(())
    };
    for day in days.values() {
        let came = day.received.iter().filter(|come| !come.quantity.is_zero());
        came.map(|come| (come.product, come.quantity))
            .chain(day.issued.iter().map(|gone| (gone.product, -gone.quantity)))
            .try_for_each(|(product, by)| change(product, by))?;
    }
    let moved = stock.len();
    let of = |product: &u32| {
        (*product, stock.get(product).map_or(Decimal::ZERO, |(_, lowest)| lowest.abs()))
    };
    Ok((goods.by_product.keys().map(of).collect(), moved))
}
