//! How much the orders are that bring what is short: for how long by the lot-sizing rule, in which quantities by the modifiers.

use super::{Fault, MOST_ORDERS, Netting};
use crate::lot_sizing::LotSizing;
use crate::mrp::book::{Due, Mark, Release};
use crate::mrp::compiled::{Lot, Params, ceil_to};

/// A lot that a rule by cost makes.
#[derive(Clone, Copy, Debug)]
pub(super) struct ByCost {
    /// The bucket from which on it is there.
    period: usize,
    quantity: i64,
    /// Whether it is so large whatever is needed.
    is_given: bool,
}

impl Netting<'_> {
    /// How much the lot has to bring so that nothing is short within what it covers.
    pub(super) fn short(&self, params: &Params, available: i64, at: usize) -> Option<i64> {
        let event = self.events[at];
        let until = self.covered(params, event.place);
        let mut short = event.target.checked_sub(available)?;
        let mut level = available;
        for later in self.events[at + 1..].iter().take_while(|later| later.place <= until) {
            level = level.checked_add(later.scheduled)?.checked_sub(later.gross)?;
            short = short.max(later.target.checked_sub(level)?);
        }
        let given = self.lot_of(event.place).filter(|lot| lot.is_given);
        Some(given.map_or(short, |lot| short.max(lot.quantity)))
    }

    /// Sizes the lots of all that will be short from an event on, as if each need were ordered by itself.
    pub(super) fn size(&mut self, sizer: u32, available: i64, at: usize) -> Result<(), Fault> {
        let grid = &self.compiled.grid;
        let sizer = &self.compiled.sizers[sizer as usize];
        self.needs.clear();
        self.needs.resize(grid.first_places().len(), 0);
        let mut level = available;
        for (number, event) in self.events[at..].iter().enumerate() {
            if number > 0 {
                level = level.saturating_add(event.scheduled).saturating_sub(event.gross);
            }
            if level < event.target {
                let need = &mut self.needs[grid.period(event.place)];
                *need = need.saturating_add(event.target.saturating_sub(level));
                level = event.target;
            }
        }
        let is_given =
            matches!(sizer.rule(), LotSizing::FixedQuantity(_) | LotSizing::EconomicQuantity(_));
        let lots = sizer
            .lots(&self.needs, &mut self.room)
            .map_err(|error| Fault::Lots(Box::new(error)))?;
        self.lots.extend(lots.iter().map(|lot| ByCost {
            period: lot.period,
            quantity: lot.quantity,
            is_given,
        }));
        Ok(())
    }

    /// The lot by cost that a place is covered by.
    fn lot_of(&self, place: u32) -> Option<&ByCost> {
        let period = self.compiled.grid.period(place);
        let after = self.lots.partition_point(|lot| lot.period <= period);
        self.lots.get(after.checked_sub(1)?)
    }

    /// The last place that a lot is for which is needed at a place.
    pub(super) fn covered(&self, params: &Params, place: u32) -> u32 {
        match params.lot {
            Lot::Each => place,
            Lot::Days(days) => place.saturating_add(days) - 1,
            Lot::Periods(periods) => self.compiled.grid.after_periods(place, periods) - 1,
            Lot::ByCost(_) => match self.lot_of(place) {
                Some(lot) if !lot.is_given => {
                    let after = self.lots.partition_point(|other| other.period <= lot.period);
                    let next = self.lots.get(after).map(|next| next.period);
                    let next = next.and_then(|next| self.compiled.grid.first_places().get(next));
                    next.map_or(self.compiled.grid.len, |next| *next) - 1
                }
                _ => place,
            },
        }
    }

    /// Plans the orders that bring so much by a day. How much they bring: nothing where no source can.
    pub(super) fn order(
        &mut self,
        params: &Params,
        short: i64,
        place: u32,
        mark: Mark,
    ) -> Result<i64, Fault> {
        let needed = self.compiled.grid.day(place);
        let Some((source, due)) = self.choose(params, needed) else { return Ok(0) };
        let (release, due) = self.released(params, source, due)?;
        const TOO_LARGE: Fault = Fault::Overflow("an order");
        let (mut rest, mut sum, mut count) = (short, 0_i64, 0);
        while rest > 0 {
            count += 1;
            if count > MOST_ORDERS {
                return Err(Fault::TooMany(needed));
            }
            let quantity = if params.maximum > 0 && rest > params.maximum {
                params.maximum
            } else {
                ceil_to(rest.max(params.minimum), params.multiple).ok_or(TOO_LARGE)?
            };
            let begun = params.begun.up(quantity).ok_or(Fault::Overflow("what is begun"))?;
            self.orders
                .push(Release { begun, day: release, source }, Due { quantity, day: due, mark });
            sum = sum.checked_add(quantity).ok_or(TOO_LARGE)?;
            rest = rest.saturating_sub(quantity);
        }
        Ok(sum)
    }
}
