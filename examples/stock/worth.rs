//! What the stock is worth, as the engine keeps it: by the moving average, from what was billed on.

use std::{collections::BTreeMap, error::Error};

use fondaco::{
    inventory::{
        Val,
        valuation::Cause,
        value::{ValueEntry, ValueQuery},
    },
    prelude::*,
};

use super::{booking::Booking, goods::Warehouse, plan::Plan};

/// The value of the stock.
pub struct Worth {
    /// The last days of the months, and the last of all.
    pub ends: Vec<NaiveDate>,
    /// The value of each warehouse at each of these.
    pub at_ends: BTreeMap<Warehouse, Vec<Decimal>>,
    /// What was bought, as it came in.
    pub bought: Decimal,
}

impl Worth {
    /// Asks the stock for its value on each of the days, and for what its receipts cost.
    ///
    /// # Errors
    /// The stock can't be read.
    pub fn of(booking: &Booking<'_>, plan: &Plan) -> Result<Worth, Box<dyn Error>> {
        let months = DateRange::new(plan.sold.0, plan.last())?.months().into_iter().flatten();
        let ends: Vec<NaiveDate> = months.filter_map(|month| month.end()).collect();
        let mut at_ends: BTreeMap<Warehouse, Vec<Decimal>> = BTreeMap::new();
        for end in &ends {
            let by_site = booking.stock.value(&ValueQuery::on(*end))?.by_site();
            for warehouse in Warehouse::ALL {
                let value = by_site.get(&warehouse.site()).map_or(Decimal::ZERO, |it| it.amount());
                at_ends.entry(warehouse).or_default().push(value);
            }
        }
        let facts = booking
            .stock
            .view(|view| Ok::<_, StockError>(view.peek_scan(&Range::<ValueEntry>::all())?))?;
        let paid = facts.iter().filter(|fact| fact.cause == Cause::Cost);
        let paid = paid.filter(|fact| booking.bought.contains(&fact.by));
        let bought = Val::from_units(paid.map(|fact| fact.value.units()).sum()).to_decimal();
        Ok(Worth { ends, at_ends, bought })
    }

    /// What all of it is worth now.
    pub fn total(&self) -> Decimal {
        self.at_ends.values().filter_map(|months| months.last()).sum()
    }
}
