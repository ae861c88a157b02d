//! Bills of material from the top to the bottom: how much of everything goes into something.

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;

use super::check::{Field, day};
use super::compiled::{Compiled, Kind};
use super::plan::quantity as shown;
use super::{Horizon, ItemNo, MrpError, Network, Options};

/// How much of an item goes into, or comes out of, what was exploded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exploded {
    /// What.
    pub item: ItemNo,
    /// Its low-level code.
    pub level: u32,
    /// How much goes in, over all ways.
    pub needed: Decimal,
    /// How much comes out besides.
    pub output: Decimal,
}

impl Network {
    /// All that goes into so much of an item by the sources and lines that hold on a day, stock or no stock: scrap and yield reckoned in,
    /// inputs rounded up and outputs down to the digits of each, phantoms passed through. By level, and of a level by number.
    ///
    /// The work grows with the number of lines, never with the number of ways through them.
    ///
    /// # Errors
    /// As [`run`](super::run).
    ///
    /// ```
    /// use fondaco_inventory::mrp::{Item, Network, Options, Source};
    /// let mut network = Network::new();
    /// let spoke = network.add(Item::new("SPOKE"))?;
    /// let wheel = network.add(Item::new("WHEEL"))?;
    /// let bike = network.add(Item::new("BIKE"))?;
    /// network.source(wheel, Source::make(1).of(36, spoke))?;
    /// network.source(bike, Source::make(2).of(2, wheel))?;
    /// let all = network.explode(bike, 5.into(), "2026-01-05".parse().unwrap(), &Options::default())?;
    /// let needed: Vec<_> = all.iter().map(|part| (part.item, part.needed)).collect();
    /// assert_eq!(needed, [(wheel, 10.into()), (spoke, 360.into())]);
    /// # Ok::<(), fondaco_inventory::mrp::MrpError>(())
    /// ```
    pub fn explode(
        &self,
        item: ItemNo,
        quantity: Decimal,
        on: NaiveDate,
        options: &Options,
    ) -> Result<Vec<Exploded>, MrpError> {
        let top = self.item(item)?;
        let field = || Field::new(&top.sku, "the quantity");
        let quantity = field().micro(field().not_negative(quantity)?, top.digits)?;
        let end = on.checked_add_days(Days::new(36_000)).unwrap_or(on);
        let compiled = Compiled::of(self, &Horizon::new(on, end), options)?;
        let overflow = |item: u32| MrpError::Overflow { sku: self.name(item), what: "its total" };
        let mut needed = vec![0_i64; self.len()];
        let mut output = vec![0_i64; self.len()];
        needed[item.index()] = quantity;
        let mut exploded = Vec::new();
        for &at in &compiled.order {
            let (total, params) = (needed[at as usize], &compiled.params[at as usize]);
            if (total > 0 || output[at as usize] > 0) && at != item.0 && !params.phantom {
                let level = compiled.level[at as usize];
                let (needed, output) = (shown(total), shown(output[at as usize]));
                exploded.push(Exploded { item: ItemNo(at), level, needed, output });
            }
            let sources = compiled.sources_of(at).iter();
            let holds = sources.map(|from| from.valid.0 <= day(on) && day(on) <= from.valid.1);
            let Some(source) = (0..).zip(holds).find_map(|(at, holds)| holds.then_some(at)) else {
                continue;
            };
            if total == 0 {
                continue;
            }
            let begun = params.begun.up(total).ok_or_else(|| overflow(at))?;
            for line in compiled.parts(at, source).filter(|line| line.holds(day(on))) {
                let totals = if line.kind == Kind::Output { &mut output } else { &mut needed };
                let total = &mut totals[line.item as usize];
                let more = line.quantity(begun).and_then(|more| total.checked_add(more));
                *total = more.ok_or_else(|| overflow(line.item))?;
            }
        }
        Ok(exploded)
    }
}
