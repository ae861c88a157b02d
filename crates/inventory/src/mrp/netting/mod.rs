//! The netting of one item: what is needed against what is there, day by day, and orders for what is short.
//!
//! For each day on which something happens, in order: what is available is raised by what comes and lowered by what is needed. When it
//! falls below the safety stock of the day, an order is due: of what the lot-sizing rule covers, by the order modifiers, released a lead
//! time before. (J. Orlicky, *Material Requirements Planning*, 1975, chapters 4 to 6.)
//!
//! Days are places in arrays that each thread keeps, so that nothing is sorted or allocated for an item.

mod lots;
mod set_apart;

use std::hint::black_box;

use lots::ByCost;

use super::book::{Book, Chunk, Due, Mark, Release};
use super::check;
use super::compiled::{Compiled, Kind, Line, Lot, NONE, Params};
use super::ready::Ready;
use super::run::Readies;
use super::{PastDue, SupplyKind};
use crate::KernelError;
use crate::lot_sizing::Scratch;

/// So many lines are looked ahead to.
const USES_AT_ONCE: usize = 16;

/// More orders than these for one need are a mistake in the maximum.
pub(crate) const MOST_ORDERS: u32 = 1_000_000;

/// Why an item can't be planned; its name is said by who knows it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    /// A quantity grew too large.
    Overflow(&'static str),
    /// An order would take too many of the largest, on this day.
    TooMany(i32),
    /// A calendar doesn't reach back to the release of what is due on this day.
    Calendar(i32),
    /// The rule of lot sizing has no answer.
    Lots(Box<KernelError>),
}

/// A day on which something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) place: u32,
    /// What is needed.
    pub(crate) gross: i64,
    /// What comes without a planned order.
    pub(crate) scheduled: i64,
    /// How much shall be left.
    pub(crate) target: i64,
}

/// Why orders were planned: what was short, and for which days they were to be enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The first of the orders, and how many there are.
    pub(crate) first: usize,
    pub(crate) count: usize,
    /// What happened on the day.
    pub(crate) event: Event,
    /// What was left of it without them.
    pub(crate) available: i64,
    /// What they had to bring.
    pub(crate) short: i64,
    /// The last place that they are for.
    pub(crate) until: u32,
}

/// What is needed for one demand alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Marked {
    demand: u32,
    place: u32,
    quantity: i64,
}

/// What one thread plans with.
pub(crate) struct Netting<'a> {
    compiled: &'a Compiled,
    /// What the items above begin with: whose their firm orders are.
    readies: &'a Readies,
    from_today: bool,
    reschedule_days: u32,
    /// Where each day stands: itself, or with its bucket.
    place_of: &'a [u32],
    gross: Vec<i64>,
    scheduled: Vec<i64>,
    /// Which places have something, one bit each.
    touched: Vec<u64>,
    pub(crate) events: Vec<Event>,
    marked: Vec<Marked>,
    /// What is wanted so soon that it is never met, by place.
    pub(crate) lost: Vec<(u32, i64)>,
    moved: Vec<bool>,
    /// Lots by cost of the item that is being planned, once its first need is known.
    lots: Vec<ByCost>,
    needs: Vec<i64>,
    room: Scratch,
    /// The orders of the item that was planned last.
    pub(crate) orders: Chunk,
    /// Why, where somebody asks.
    pub(crate) steps: Option<Vec<Step>>,
}

impl<'a> Netting<'a> {
    pub(crate) fn new(
        compiled: &'a Compiled,
        readies: &'a Readies,
        past_due: PastDue,
        reschedule_days: u32,
        place_of: &'a [u32],
    ) -> Netting<'a> {
        let len = compiled.grid.len as usize;
        Netting {
            compiled,
            readies,
            from_today: past_due == PastDue::FromToday,
            reschedule_days,
            place_of,
            gross: vec![0; len],
            scheduled: vec![0; len],
            touched: vec![0; len.div_ceil(64)],
            events: Vec::new(),
            marked: Vec::new(),
            lost: Vec::new(),
            moved: Vec::new(),
            lots: Vec::new(),
            needs: Vec::new(),
            room: Scratch::default(),
            orders: Chunk::default(),
            steps: None,
        }
    }

    /// Plans an item, all above it being planned: its orders are in `orders`.
    pub(crate) fn plan(
        &mut self,
        item: u32,
        ready: Option<&Ready>,
        book: &Book,
    ) -> Result<(), Fault> {
        self.orders.clear();
        let params = self.compiled.params[item as usize];
        self.gather(item, ready, book)?;
        self.firm(&params, ready)?;
        if params.to_order {
            self.trim_own(&params, ready);
            self.net_to_order(&params, ready)?;
        }
        self.take_events(item, &params);
        self.trim(&params, ready);
        self.net(&params, ready)
    }

    /// What happens with an item on which day, without its planned orders: the events are in `events`.
    pub(crate) fn look(
        &mut self,
        item: u32,
        ready: Option<&Ready>,
        book: &Book,
    ) -> Result<(), Fault> {
        let params = self.compiled.params[item as usize];
        self.gather(item, ready, book)?;
        self.trim_own(&params, ready);
        for marked in std::mem::take(&mut self.marked) {
            self.need(marked.place, marked.quantity)?;
        }
        let rows = ready.filter(|_| params.to_order).into_iter().flat_map(|ready| &ready.receipts);
        for row in rows.filter(|row| row.demand != NONE) {
            if let Some(place) = self.receipt_place(row.day) {
                self.bring(place, row.quantity)?;
            }
        }
        self.take_events(item, &params);
        self.trim(&params, ready);
        if self.reschedule_days > 0 && !params.to_order {
            // What the plan rests on: receipts that come sooner than they are dated.
            self.orders.clear();
            self.net(&params, ready)?;
        }
        Ok(())
    }

    /// Adds up what is needed and what comes, from outside, and from the orders of what stands above.
    fn gather(&mut self, item: u32, ready: Option<&Ready>, book: &Book) -> Result<(), Fault> {
        let (compiled, params) = (self.compiled, &self.compiled.params[item as usize]);
        self.marked.clear();
        self.lost.clear();
        if let Some(ready) = ready {
            for row in &ready.required {
                let Some(place) = compiled.grid.place(row.day) else { continue };
                if params.to_order && !row.is_forecast {
                    let (demand, quantity) = (row.demand, row.quantity);
                    self.marked.push(Marked { demand, place, quantity });
                } else {
                    self.need(place, row.quantity)?;
                }
            }
            for row in &ready.receipts {
                if params.to_order && row.demand != NONE {
                    continue;
                }
                if let Some(place) = self.receipt_place(row.day) {
                    self.bring(place, row.quantity)?;
                }
            }
        }
        for uses in compiled.uses(item).chunks(USES_AT_ONCE) {
            self.gather_uses(params, uses, book)?;
        }
        Ok(())
    }

    /// What the orders above need and bring. They lie all over memory: what each begins with is asked for before any is waited for.
    fn gather_uses(&mut self, params: &Params, uses: &[Line], book: &Book) -> Result<(), Fault> {
        let compiled = self.compiled;
        let mut orders = [Default::default(); USES_AT_ONCE];
        for (orders, line) in orders.iter_mut().zip(uses) {
            *orders = book.of_item(line.parent);
        }
        let begun = |orders: &(&[Release], &[Due])| orders.0.first().map_or(0, |first| first.day);
        black_box(orders.iter().fold(0, |sum, orders| sum ^ begun(orders)));
        for (line, (releases, dues)) in uses.iter().zip(orders) {
            for (at, release) in releases.iter().enumerate() {
                let day = release.day.max(compiled.grid.origin);
                if release.source != line.source || !line.holds(day) {
                    continue;
                }
                let Some(quantity) = line.quantity(release.begun) else {
                    return Err(Fault::Overflow("what is needed"));
                };
                if line.kind == Kind::Output {
                    if let Some(place) = self.receipt_place(dues[at].day) {
                        self.bring(place, quantity)?;
                    }
                    continue;
                }
                let Some(place) = compiled.grid.place(day.saturating_add(line.offset)) else {
                    continue;
                };
                // Only what is made to order looks at whose the order above is.
                let demand = if params.to_order && compiled.params[line.parent as usize].to_order {
                    let above = self.readies.get(line.parent as usize);
                    dues[at].mark.whose(above.and_then(|above| above.as_deref()))
                } else {
                    None
                };
                match demand {
                    Some(demand) => self.marked.push(Marked { demand, place, quantity }),
                    None => self.need(place, quantity)?,
                }
            }
        }
        Ok(())
    }

    /// Where a component is needed: within the horizon, whatever the day.
    #[inline]
    fn need_place(&self, day: i32) -> u32 {
        let place = day.saturating_sub(self.compiled.grid.origin).max(0).unsigned_abs();
        let last = self.place_of.len() - 1;
        self.place_of[(place as usize).min(last)]
    }

    /// Where what comes on a day stands: as far back as the past is kept; `None` after the end.
    pub(crate) fn receipt_place(&self, day: i32) -> Option<u32> {
        self.compiled.grid.place(day)
    }

    #[inline]
    fn need(&mut self, place: u32, quantity: i64) -> Result<(), Fault> {
        let at = place as usize;
        let Some(sum) = self.gross[at].checked_add(quantity) else {
            return Err(Fault::Overflow("what is needed"));
        };
        self.gross[at] = sum;
        self.touch(place);
        Ok(())
    }

    fn bring(&mut self, place: u32, quantity: i64) -> Result<(), Fault> {
        let at = place as usize;
        let sum = self.scheduled[at].checked_add(quantity);
        self.scheduled[at] = sum.ok_or(Fault::Overflow("what is coming"))?;
        self.touch(place);
        Ok(())
    }

    #[inline]
    fn touch(&mut self, place: u32) {
        self.touched[place as usize / 64] |= 1 << (place % 64);
    }

    /// Firm planned orders are orders of the plan: their components are needed.
    fn firm(&mut self, params: &Params, ready: Option<&Ready>) -> Result<(), Fault> {
        let rows = ready.into_iter().flat_map(|ready| &ready.receipts);
        for row in rows.filter(|row| row.kind == SupplyKind::Firm) {
            let release = match (row.release, row.source) {
                (Some(said), _) => said,
                (None, NONE) => row.day,
                (None, source) => self.released(params, source, row.day)?.0,
            };
            let begun = params.begun.up(row.quantity).ok_or(Fault::Overflow("what is begun"))?;
            self.orders.push(
                Release { begun, day: release, source: row.source },
                Due { quantity: row.quantity, day: row.day, mark: Mark::firm(row.supply) },
            );
        }
        Ok(())
    }

    /// Makes events of what was gathered, and leaves the arrays empty.
    fn take_events(&mut self, item: u32, params: &Params) {
        let (compiled, grid) = (self.compiled, &self.compiled.grid);
        let steps = compiled.safety_of(item);
        // Before the start nothing has to lie there.
        self.touch(grid.start);
        for (day, _) in &steps[1..] {
            if let Some(place) = grid.place(*day) {
                self.touch(place);
            }
        }
        if params.asks_again {
            let (first, last) = params.sources;
            for source in first..last {
                for place in self.openings(params, source).into_iter().flatten() {
                    self.touch(place);
                }
            }
            self.touch_within(self.soonest(params));
        }
        self.events.clear();
        let mut step = 0;
        for word in 0..self.touched.len() {
            let mut bits = std::mem::take(&mut self.touched[word]);
            while bits != 0 {
                let at = word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let place = check::number(at);
                while steps.get(step + 1).is_some_and(|next| grid.holds(next.0, place)) {
                    step += 1;
                }
                self.events.push(Event {
                    place,
                    gross: std::mem::take(&mut self.gross[at]),
                    scheduled: std::mem::take(&mut self.scheduled[at]),
                    target: if place < grid.start { 0 } else { steps[step].1 },
                });
            }
        }
    }

    fn touch_within(&mut self, place: u32) {
        if place < self.compiled.grid.len {
            self.touch(place);
        }
    }

    /// The places from which on a source can be asked that could not be before: its lead time is over, or it has begun to hold.
    fn openings(&self, params: &Params, source: u32) -> [Option<u32>; 2] {
        let (grid, from) = (&self.compiled.grid, &self.compiled.sources[source as usize]);
        let soonest = self.soonest(params);
        let comes = grid.place(from.earliest.max(params.earliest));
        let holds = grid.place_after(check::later(from.valid.0, params.safety_days));
        [comes, holds]
            .map(|place| place.map(|place| place.max(soonest)).filter(|place| *place < grid.len))
    }

    /// The netting itself.
    fn net(&mut self, params: &Params, ready: Option<&Ready>) -> Result<(), Fault> {
        const SHORT: Fault = Fault::Overflow("what is available");
        let soonest = self.soonest(params);
        let mut available = ready.map_or(0, |ready| ready.on_hand);
        self.moved.clear();
        self.lots.clear();
        for at in 0..self.events.len() {
            let event = self.events[at];
            available = available.checked_add(event.scheduled).ok_or(SHORT)?;
            available = available.checked_sub(event.gross).ok_or(SHORT)?;
            if available >= event.target {
                continue;
            }
            if self.reschedule_days > 0 {
                available = self.pull_in(params, available, at, ready).ok_or(SHORT)?;
            }
            if available >= event.target || event.place < soonest {
                continue;
            }
            if let Lot::ByCost(sizer) = params.lot
                && self.lots.is_empty()
            {
                self.size(sizer, available, at)?;
            }
            let short = self.short(params, available, at).ok_or(SHORT)?;
            let first = self.orders.len();
            let ordered = self.order(params, short, event.place, Mark::PLANNED)?;
            let (count, until) = (self.orders.len() - first, self.covered(params, event.place));
            if let Some(steps) = &mut self.steps {
                let event = self.events[at];
                steps.push(Step { first, count, event, available, short, until });
            }
            available = available.checked_add(ordered).ok_or(SHORT)?;
        }
        Ok(())
    }

    /// The first place at which something planned can be there.
    fn soonest(&self, params: &Params) -> u32 {
        let grid = &self.compiled.grid;
        if params.earliest == i32::MIN {
            return 0;
        }
        grid.place(params.earliest).unwrap_or(grid.len)
    }

    /// Takes receipts and firm orders that may come earlier for as many as are needed, the nearest first: they come then. What is available
    /// with them.
    fn pull_in(
        &mut self,
        params: &Params,
        mut available: i64,
        at: usize,
        ready: Option<&Ready>,
    ) -> Option<i64> {
        let Some(ready) = ready else { return Some(available) };
        let event = self.events[at];
        let until = event.place.saturating_add(self.reschedule_days);
        self.moved.resize(ready.receipts.len(), false);
        for (number, row) in ready.receipts.iter().enumerate() {
            if available >= event.target {
                break;
            }
            let place = self.receipt_place(row.day).filter(|place| {
                *place > event.place && *place <= until && row.kind != SupplyKind::Fixed
            });
            let Some(place) = place.filter(|_| !self.moved[number]) else { continue };
            if params.to_order && row.demand != NONE {
                continue;
            }
            if let Ok(from) = self.events.binary_search_by_key(&place, |event| event.place) {
                self.events[from].scheduled -= row.quantity;
                let here = &mut self.events[at].scheduled;
                *here = here.checked_add(row.quantity)?;
                self.moved[number] = true;
                available = available.checked_add(row.quantity)?;
            }
        }
        Some(available)
    }

    /// When an order from a source is released, and when it is there, that is due on a day.
    fn released(&self, params: &Params, source: u32, due: i32) -> Result<(i32, i32), Fault> {
        self.compiled.release(params.sources.0 + source, due).ok_or(Fault::Calendar(due))
    }

    /// The source of an order that is needed on a day, counted by priority, and when it is due.
    fn choose(&self, params: &Params, needed: i32) -> Option<(u32, i32)> {
        let wanted = needed.saturating_sub_unsigned(params.safety_days).max(params.fence);
        let (first, last) = params.sources;
        for source in 0..last - first {
            let from = &self.compiled.sources[(first + source) as usize];
            let due = if self.from_today { wanted.max(from.earliest) } else { wanted };
            let holds = from.valid.0 <= due && due <= from.valid.1;
            // Within a bucket is in time.
            let in_time = !self.from_today || self.need_place(due) <= self.need_place(needed);
            if holds && in_time {
                return Some((source, due));
            }
        }
        None
    }
}
