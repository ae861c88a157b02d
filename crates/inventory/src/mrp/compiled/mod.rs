//! A network as arrays, made once and run many times: what a run reads lies together, in whole numbers, found by index (ADR 0017).

mod factor;
mod lines;

use fondaco_core::Ratio;

pub(crate) use factor::{Factor, ceil_to};
pub(crate) use lines::{Kind, Line, Part};

use super::calendars::Worked;
use super::check::{self, Field, number};
use super::network::{Node, ends};
use super::options::{Grid, Horizon, Options};
use super::{Item, LotRule, MrpError, Network, Source, levels};
use crate::lot_sizing::Sizer;

/// No index.
pub(crate) const NONE: u32 = u32::MAX;

/// How an item is planned, in millionths and days.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Params {
    /// The least of an order: a whole multiple.
    pub(crate) minimum: i64,
    /// What each order is a multiple of: at least the step.
    pub(crate) multiple: i64,
    /// The most of an order, a whole multiple; 0 for no limit.
    pub(crate) maximum: i64,
    /// What is begun for what turns out good.
    pub(crate) begun: Factor,
    pub(crate) lot: Lot,
    pub(crate) safety_days: u32,
    /// The first day on which something new can be planned, by the fence alone.
    pub(crate) fence: i32,
    /// The first day on which a forecast counts.
    pub(crate) demand_fence: i32,
    /// The first day on which an order can be due.
    pub(crate) earliest: i32,
    /// Whether a source may take later what none takes now.
    pub(crate) asks_again: bool,
    /// Its sources, by priority.
    pub(crate) sources: (u32, u32),
    /// Its levels of safety stock, by day, the first one from ever on.
    pub(crate) safety: (u32, u32),
    pub(crate) phantom: bool,
    pub(crate) to_order: bool,
}

/// Which requirements one order covers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Lot {
    Each,
    Days(u32),
    Periods(u32),
    /// By this of the sizers.
    ByCost(u32),
}

/// One way to have an item.
#[derive(Clone, Copy, Debug)]
pub(crate) struct From {
    pub(crate) lead: u32,
    /// Its calendar; [`NONE`] where each day counts.
    pub(crate) calendar: u32,
    /// On which due days.
    pub(crate) valid: (i32, i32),
    /// The first day on which an order of today is there.
    pub(crate) earliest: i32,
}

/// A network as a run reads it.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) grid: Grid,
    pub(crate) params: Vec<Params>,
    pub(crate) sources: Vec<From>,
    pub(crate) safety: Vec<(i32, i64)>,
    /// Lines by what goes in or comes out: those of item i are `lines[used_at[i]..used_at[i + 1]]`.
    pub(crate) used_at: Vec<u32>,
    pub(crate) lines: Vec<Line>,
    /// Lines by source.
    pub(crate) part_at: Vec<u32>,
    pub(crate) parts: Vec<Part>,
    /// Low-level codes.
    pub(crate) level: Vec<u32>,
    /// Items by level, and of a level by number.
    pub(crate) order: Vec<u32>,
    /// Where each level begins in `order`, and where the last one ends.
    pub(crate) level_at: Vec<u32>,
    pub(crate) calendars: Vec<Worked>,
    /// Rules of lot sizing by cost, of those items that have one.
    pub(crate) sizers: Vec<Sizer>,
}

impl Compiled {
    /// # Errors
    /// [`MrpError::BomCycle`], a lead time beyond the horizon, a unit that doesn't convert, a factor without room.
    pub(crate) fn of(
        network: &Network,
        horizon: &Horizon,
        options: &Options,
    ) -> Result<Compiled, MrpError> {
        let grid = Grid::new(horizon, options)?;
        let level = levels::of(network)?;
        let (order, level_at) = by_level(&level);
        let calendars = network.calendars().iter().map(|(_, days)| Worked::of(days)).collect();
        let mut compiled = Compiled {
            grid,
            params: Vec::with_capacity(network.len()),
            sources: Vec::new(),
            safety: Vec::new(),
            used_at: Vec::new(),
            lines: Vec::new(),
            part_at: Vec::new(),
            parts: Vec::new(),
            level,
            order,
            level_at,
            calendars,
            sizers: Vec::new(),
        };
        for node in network.nodes() {
            compiled.take(node, horizon, options)?;
        }
        lines::compile(network, options, &mut compiled)?;
        compiled.pass_on_orders();
        Ok(compiled)
    }

    /// What is made in passing for something made to order, of something made to order, is for that order too: it passes on for whom.
    fn pass_on_orders(&mut self) {
        let mut passes = vec![false; self.params.len()];
        let is_in = |line: &Line| line.kind != Kind::Output;
        for &item in self.order.iter().rev() {
            let mut parts = self.all_parts(item).filter(|line| is_in(line));
            let is_own = |line: &Line| {
                let part = line.item as usize;
                self.params[part].to_order || passes[part]
            };
            passes[item as usize] = self.params[item as usize].phantom && parts.any(is_own);
        }
        for at in 0..self.order.len() {
            let item = self.order[at];
            let mut uses = self.uses(item).iter().filter(|line| is_in(line));
            if passes[item as usize] && uses.any(|line| self.params[line.parent as usize].to_order)
            {
                self.params[item as usize].to_order = true;
            }
        }
    }

    /// Its parameters and sources.
    fn take(&mut self, node: &Node, horizon: &Horizon, options: &Options) -> Result<(), MrpError> {
        let first = number(self.sources.len());
        let start = check::day(horizon.start);
        let horizon_days = horizon.days()?;
        for source in &node.sources {
            let from = self.from(node, source, start, horizon_days)?;
            self.sources.push(from);
        }
        let sources = (first, number(self.sources.len()));
        let own = &mut self.sources[first as usize..];
        if own.iter().all(|from| from.earliest == i32::MAX) {
            // Nothing is known of any order of today: what is needed after the calendars end is refused for it.
            for from in own {
                let worked = self.calendars.get(from.calendar as usize);
                from.earliest = worked.map_or(i32::MAX, Worked::ends);
            }
        }
        let soonest = self.sources[first as usize..].iter().map(|from| from.earliest).min();
        let mut params = params(&node.item, start)?;
        params.sources = sources;
        params.earliest = match options.past_due {
            super::PastDue::FromToday => params.fence.max(soonest.unwrap_or(start)),
            _ => params.fence,
        };
        let begins = self.sources[first as usize..].iter().any(|from| from.valid.0 > start);
        params.asks_again = params.earliest > i32::MIN || begins;
        params.safety = self.take_safety(&node.item)?;
        if let LotRule::ByCost { rule, costs } = &node.item.lot
            && !params.phantom
        {
            params.lot = Lot::ByCost(number(self.sizers.len()));
            self.sizers.push(check::sizer(&node.item, rule, costs)?);
        }
        self.params.push(params);
        Ok(())
    }

    fn from(
        &self,
        node: &Node,
        source: &Source,
        start: i32,
        horizon_days: u32,
    ) -> Result<From, MrpError> {
        let sku = || node.item.sku.clone();
        if node.item.phantom {
            // It is made in passing: on the day on which it is needed.
            let valid = ends(source.valid);
            return Ok(From { lead: 0, calendar: NONE, valid, earliest: start });
        }
        let calendar = source.calendar.map_or(NONE, |calendar| calendar.0);
        let earliest = match self.calendars.get(calendar as usize) {
            None => Some(check::later(start, source.lead_days)),
            Some(worked) => worked.forth(start, source.lead_days),
        };
        // In days of the horizon, however few of them are worked.
        let takes = earliest.map_or(source.lead_days, |comes| comes.abs_diff(start));
        if takes > horizon_days && source.lead_days > 0 {
            return Err(MrpError::LeadTime { sku: sku(), lead_days: takes, horizon_days });
        }
        // A calendar that ends early is refused when an order would need more of it, and no other source has one.
        let earliest = earliest.unwrap_or(i32::MAX);
        Ok(From { lead: source.lead_days, calendar, valid: ends(source.valid), earliest })
    }

    fn take_safety(&mut self, item: &Item) -> Result<(u32, u32), MrpError> {
        let first = number(self.safety.len());
        let micro = |quantity| Field::new(&item.sku, "safety stock").micro(quantity, item.digits);
        self.safety.push((i32::MIN, micro(item.safety_stock)?));
        let mut steps = item.safety_steps.clone();
        steps.sort_by_key(|(day, _)| *day);
        for (day, quantity) in steps {
            self.safety.push((check::day(day), micro(quantity)?));
        }
        Ok((first, number(self.safety.len())))
    }

    pub(crate) fn sources_of(&self, item: u32) -> &[From] {
        let (from, to) = self.params[item as usize].sources;
        &self.sources[from as usize..to as usize]
    }

    pub(crate) fn safety_of(&self, item: u32) -> &[(i32, i64)] {
        let (from, to) = self.params[item as usize].safety;
        &self.safety[from as usize..to as usize]
    }

    /// The lines in which an item goes in or comes out.
    pub(crate) fn uses(&self, item: u32) -> &[Line] {
        let at = item as usize;
        &self.lines[self.used_at[at] as usize..self.used_at[at + 1] as usize]
    }

    /// The lines of an item's source, counted by priority: what goes in, what comes out.
    pub(crate) fn parts(&self, item: u32, source: u32) -> impl Iterator<Item = &Line> {
        let (first, last) = self.params[item as usize].sources;
        let at = first.saturating_add(source).min(last) as usize;
        let at = if source < last - first { at } else { self.part_at.len() };
        self.lines_at(at)
    }

    /// The lines of all of an item's sources.
    pub(crate) fn all_parts(&self, item: u32) -> impl Iterator<Item = &Line> {
        let (first, last) = self.params[item as usize].sources;
        (first..last).flat_map(|at| self.lines_at(at as usize))
    }

    fn lines_at(&self, at: usize) -> impl Iterator<Item = &Line> {
        self.parts_at(at, at + 1).iter().map(|part| &self.lines[part.line as usize])
    }

    /// What goes in or comes out by any of an item's sources.
    pub(crate) fn below(&self, item: u32) -> impl Iterator<Item = u32> {
        let (first, last) = self.params[item as usize].sources;
        self.parts_at(first as usize, last as usize).iter().map(|part| part.item)
    }

    /// What the sources from one to another have.
    fn parts_at(&self, first: usize, last: usize) -> &[Part] {
        let ends = self.part_at.get(first).zip(self.part_at.get(last));
        ends.map_or(&[][..], |(from, to)| &self.parts[*from as usize..*to as usize])
    }

    /// The items of a level.
    pub(crate) fn level_items(&self, level: usize) -> &[u32] {
        &self.order[self.level_at[level] as usize..self.level_at[level + 1] as usize]
    }

    pub(crate) fn levels(&self) -> usize {
        self.level_at.len() - 1
    }

    /// When an order is released that is due on a day, and the last working day up to that day; `None` beyond its calendar.
    pub(crate) fn release(&self, source: u32, due: i32) -> Option<(i32, i32)> {
        let from = &self.sources[source as usize];
        match self.calendars.get(from.calendar as usize) {
            None => Some((due.checked_sub(from.lead.cast_signed())?, due)),
            Some(worked) => Some((worked.back(due, from.lead)?, worked.back(due, 0)?)),
        }
    }
}

/// Items by level; where each level begins.
fn by_level(level: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let deepest = level.iter().max().map_or(0, |deepest| *deepest as usize + 1);
    let mut level_at = vec![0; deepest + 1];
    for level in level {
        level_at[*level as usize + 1] += 1;
    }
    for at in 0..deepest {
        level_at[at + 1] += level_at[at];
    }
    let mut next = level_at.clone();
    let mut order = vec![0; level.len()];
    for (item, level) in level.iter().enumerate() {
        let at = &mut next[*level as usize];
        order[*at as usize] = number(item);
        *at += 1;
    }
    (order, level_at)
}

fn params(item: &Item, start: i32) -> Result<Params, MrpError> {
    let micro = |name, quantity| Field::new(&item.sku, name).micro(quantity, item.digits);
    let step = check::step(item.digits);
    let optional = |name, value: Option<_>| value.map_or(Ok(0), |value| micro(name, value));
    let overflow = || MrpError::Overflow { sku: item.sku.clone(), what: "the least order" };
    let (minimum, multiple, maximum) = match &item.lot {
        // Nobody orders what never lies on a shelf.
        _ if item.phantom => (0, step, 0),
        LotRule::Fixed { quantity } => {
            let quantity = micro("the fixed order quantity", *quantity)?;
            (quantity, quantity, quantity)
        }
        _ => {
            let multiple = optional("the multiple", item.modifiers.multiple)?.max(step);
            let minimum = micro("the least order", item.modifiers.minimum)?;
            let maximum = optional("the largest order", item.modifiers.maximum)?;
            let minimum = ceil_to(minimum, multiple).ok_or_else(overflow)?;
            (minimum, multiple, maximum - maximum % multiple)
        }
    };
    let lot = match &item.lot {
        LotRule::LotForLot | LotRule::Fixed { .. } | LotRule::ByCost { .. } => Lot::Each,
        LotRule::Days { days } => Lot::Days(*days),
        LotRule::Periods { periods } => Lot::Periods(*periods),
    };
    let begun = Ratio::from_decimal(item.yield_share)
        .recip()
        .ok()
        .and_then(|begun| Factor::of(begun, step, step));
    let begun =
        begun.ok_or_else(|| MrpError::Overflow { sku: item.sku.clone(), what: "the yield" })?;
    Ok(Params {
        minimum,
        multiple,
        maximum,
        begun,
        lot: if item.phantom { Lot::Each } else { lot },
        safety_days: if item.phantom { 0 } else { item.safety_days },
        fence: if item.planning_fence_days == 0 || item.phantom {
            i32::MIN
        } else {
            check::later(start, item.planning_fence_days)
        },
        demand_fence: check::later(start, item.demand_fence_days),
        earliest: i32::MIN,
        asks_again: false,
        sources: (0, 0),
        safety: (0, 0),
        phantom: item.phantom,
        to_order: item.make_to_order,
    })
}
