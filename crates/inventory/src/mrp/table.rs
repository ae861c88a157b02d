//! The table of an item as every textbook shows it: period by period what is needed, what comes, what is left, what is to be ordered.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::check::{date, day};
use super::plan::quantity;
use super::{ItemNo, MrpError, Plan};

/// One period of an item: a bucket, or a day on which something happens.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Period {
    /// Its first day.
    pub start: NaiveDate,
    /// What is needed: by customers, forecasts, and the orders of what it goes into.
    pub gross: Decimal,
    /// What is wanted besides so soon that nothing can be there for it: [`PastDue::FromToday`](super::PastDue::FromToday) plans nothing for it.
    pub lost: Decimal,
    /// What comes that is on order, or comes out of other orders; that is firm, too.
    pub scheduled: Decimal,
    /// What is left at its end.
    pub projected: Decimal,
    /// What is short of the safety stock without the orders of the plan that are due from here on.
    pub net: Decimal,
    /// What orders of the plan bring.
    pub receipts: Decimal,
    /// What orders of the plan begin.
    pub releases: Decimal,
}

/// An item's periods.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Table {
    /// One after another. With buckets, all of them; else the days on which something happens.
    pub periods: Vec<Period>,
    /// How much is begun by orders that should have been released before the start; they are in no period's releases.
    pub past_due_releases: Decimal,
}

impl Plan {
    /// The table of an item.
    ///
    /// # Errors
    /// [`MrpError::NoSuchRow`] for an item that the network doesn't have.
    ///
    /// ```
    /// # use fondaco_inventory::mrp::{Demand, Horizon, Item, LotRule, Network, Options, Source, State, run};
    /// # let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    /// let mut network = Network::new();
    /// let lot = LotRule::Fixed { quantity: 50.into() };
    /// let bolt = network.add(Item::new("BOLT").digits(0).lot(lot))?;
    /// network.source(bolt, Source::buy(1))?;
    /// let mut state = State::of(&network);
    /// state.on_hand(bolt, 35.into())?;
    /// state.demand(Demand::order("SO-1", bolt, 60, day("2026-01-06")))?;
    /// let horizon = Horizon::new(day("2026-01-05"), day("2026-01-09"));
    /// let plan = run(&network, &state, horizon, &Options::default())?;
    /// let table = plan.table(bolt)?;
    /// let tuesday = table.periods.iter().find(|period| period.start == day("2026-01-06")).unwrap();
    /// assert_eq!((tuesday.net, tuesday.receipts, tuesday.projected), (25.into(), 50.into(), 25.into()));
    /// # Ok::<(), fondaco_inventory::mrp::MrpError>(())
    /// ```
    pub fn table(&self, item: ItemNo) -> Result<Table, MrpError> {
        self.network.node(item)?;
        let grid = &self.compiled.grid;
        let mut netting = self.ground().netting();
        let ready = self.ready_of(item.0);
        let looked = netting.look(item.0, ready, &self.book);
        looked.map_err(|fault| self.ground().refused(item.0, fault))?;
        let mut rows: std::collections::BTreeMap<u32, [i64; 5]> = Default::default();
        if self.has_buckets() {
            rows.extend(grid.first_places().iter().map(|place| (*place, [0; 5])));
        }
        const OVERFLOW: &str = "a sum of its table";
        let overflow = || MrpError::Overflow { sku: self.network.name(item.0), what: OVERFLOW };
        let mut add = |place: u32, column: usize, amount: i64| {
            let cell = &mut rows.entry(place).or_default()[column];
            *cell = cell.checked_add(amount).ok_or_else(overflow)?;
            Ok::<(), MrpError>(())
        };
        for event in &netting.events {
            add(event.place, 0, event.gross)?;
            add(event.place, 1, event.scheduled)?;
        }
        for (place, lost) in &netting.lost {
            add(*place, 4, *lost)?;
        }
        let mut past = 0_i64;
        let (releases, dues) = self.book.of_item(item.0);
        for (release, due) in releases.iter().zip(dues) {
            if due.mark.supply().is_none()
                && let Some(place) = grid.place(due.day)
            {
                add(place, 2, due.quantity)?;
            }
            if release.day < day(self.horizon.start) && release.day < grid.origin {
                past = past.checked_add(release.begun).ok_or_else(overflow)?;
            } else if let Some(place) = grid.place(release.day) {
                add(place, 3, release.begun)?;
            }
        }
        let mut periods = Vec::with_capacity(rows.len());
        let mut left = ready.map_or(0, |ready| ready.on_hand);
        let mut target = 0;
        let safety = self.compiled.safety_of(item.0);
        for (place, [gross, scheduled, receipts, begun, lost]) in rows {
            let start = grid.day(place);
            if place >= grid.start {
                let step = safety.iter().rev().find(|(from, _)| grid.holds(*from, place));
                target = step.map_or(0, |(_, quantity)| *quantity);
            }
            let before = left
                .checked_add(scheduled)
                .and_then(|sum| sum.checked_sub(gross))
                .ok_or_else(overflow)?;
            left = before.checked_add(receipts).ok_or_else(overflow)?;
            periods.push(Period {
                start: date(start),
                gross: quantity(gross),
                lost: quantity(lost),
                scheduled: quantity(scheduled),
                projected: quantity(left),
                net: quantity(target.saturating_sub(before).max(0)),
                receipts: quantity(receipts),
                releases: quantity(begun),
            });
        }
        Ok(Table { periods, past_due_releases: quantity(past) })
    }

    fn has_buckets(&self) -> bool {
        self.options.buckets != super::Buckets::Dates
    }
}
