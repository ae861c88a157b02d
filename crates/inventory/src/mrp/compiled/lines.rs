//! The lines of all bills, gathered by what goes in: an item finds all that need it side by side.

use fondaco_core::{Conversions, Ratio};
use rust_decimal::Decimal;

use super::super::check::{self, number};
use super::super::network::{Node, ends};
use super::super::{Component, ItemNo, MrpError, Network, Options, ScrapRule, Source};
use super::{Compiled, Factor};
use crate::threads::in_parts;

/// What a line does with the quantity that an order begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// So much goes in for each.
    Each,
    /// So much goes in for the order.
    Order,
    /// So much comes out for each.
    Output,
}

/// One item that goes into, or comes out of, the orders of a source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    /// What goes in or comes out.
    pub(crate) item: u32,
    /// The item that is made or had.
    pub(crate) parent: u32,
    /// By which of its sources, counted by priority.
    pub(crate) source: u32,
    pub(crate) kind: Kind,
    /// So much for each; of a line per order, a factor for 1 millionth.
    pub(crate) factor: Factor,
    /// For releases from one day to another.
    pub(crate) valid: (i32, i32),
    /// How many days after the release.
    pub(crate) offset: i32,
}

/// A line as its source knows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) item: u32,
    /// Its place among the lines by item.
    pub(super) line: u32,
}

impl Line {
    /// How much an order takes or brings that begins so much. `None` when it has no room.
    #[inline]
    pub(crate) fn quantity(&self, begun: i64) -> Option<i64> {
        match self.kind {
            Kind::Each => self.factor.up(begun),
            Kind::Order => self.factor.up(1),
            Kind::Output => self.factor.down(begun),
        }
    }

    #[inline]
    pub(crate) fn holds(&self, release: i32) -> bool {
        self.valid.0 <= release && release <= self.valid.1
    }
}

/// The lines of so many items are read by one thread at a time.
const PART: usize = 1024;

pub(super) fn compile(
    network: &Network,
    options: &Options,
    into: &mut Compiled,
) -> Result<(), MrpError> {
    let items: Vec<u32> = (0..number(network.len())).collect();
    let parts: Vec<&[u32]> = items.chunks(PART).collect();
    let read = in_parts(options.threads.get().min(parts.len()), &parts, || {
        |items: &[u32]| lines_of(network, options.scrap, items)
    });
    let mut given = Vec::new();
    into.part_at.push(0);
    for read in read {
        let (lines, counts) = read?;
        let first = number(given.len());
        into.part_at.extend(counts.into_iter().map(|count| first + count));
        given.extend(lines);
    }
    by_item(network.len(), &given, into);
    Ok(())
}

/// The lines of some items, and how many there are after each of their sources.
fn lines_of(
    network: &Network,
    scrap: ScrapRule,
    items: &[u32],
) -> Result<(Vec<Line>, Vec<u32>), MrpError> {
    let (mut lines, mut counts) = (Vec::new(), Vec::new());
    for &parent in items {
        let node = network.node(ItemNo(parent))?;
        for (at, source) in node.sources.iter().enumerate() {
            let place = (parent, number(at));
            Context { network, node, source, scrap, place }.lines(&mut lines)?;
            counts.push(number(lines.len()));
        }
    }
    Ok((lines, counts))
}

/// Sorts by item, stable, and remembers where each line went.
fn by_item(items: usize, given: &[Line], into: &mut Compiled) {
    let mut at = vec![0_u32; items + 1];
    for line in given {
        at[line.item as usize + 1] += 1;
    }
    for item in 0..items {
        at[item + 1] += at[item];
    }
    into.used_at = at.clone();
    into.parts = Vec::with_capacity(given.len());
    let mut from = vec![0_u32; given.len()];
    for (number, line) in (0..).zip(given) {
        let place = &mut at[line.item as usize];
        into.parts.push(Part { item: line.item, line: *place });
        from[*place as usize] = number;
        *place += 1;
    }
    into.lines = from.iter().map(|from| given[*from as usize]).collect();
}

struct Context<'a> {
    network: &'a Network,
    node: &'a Node,
    source: &'a Source,
    scrap: ScrapRule,
    place: (u32, u32),
}

impl Context<'_> {
    fn lines(&self, out: &mut Vec<Line>) -> Result<(), MrpError> {
        for component in &self.source.components {
            self.component(component, out)?;
        }
        for output in &self.source.outputs {
            let part = &self.network.node(output.item)?.item;
            let ratio = self.per_bill(Ratio::from_decimal(output.quantity));
            let factor = ratio.and_then(|ratio| self.factor(ratio, part.digits));
            let factor = factor.ok_or_else(|| self.overflow())?;
            out.push(self.line(output.item, Kind::Output, factor, ends(output.valid), 0));
        }
        Ok(())
    }

    /// A component, and its alternates on the days that are left to them.
    fn component(&self, component: &Component, out: &mut Vec<Line>) -> Result<(), MrpError> {
        let valid = ends(component.valid);
        let mut push = |item, quantity, unit, days: (i32, i32)| {
            let (kind, factor) = self.component_factor(component, item, quantity, unit)?;
            out.push(self.line(item, kind, factor, days, component.offset_days));
            Ok::<(), MrpError>(())
        };
        push(component.item, component.quantity, component.unit, valid)?;
        let mut taken = vec![valid];
        for other in &component.alternates {
            let valid = ends(other.valid);
            for days in left_of(valid, &taken) {
                push(other.item, other.quantity, None, days)?;
            }
            taken.push(valid);
        }
        Ok(())
    }

    fn component_factor(
        &self,
        component: &Component,
        item: ItemNo,
        quantity: Decimal,
        unit: Option<fondaco_core::Unit>,
    ) -> Result<(Kind, Factor), MrpError> {
        let part = &self.network.node(item)?.item;
        let plain = unit.is_none_or(|unit| unit == part.unit)
            && component.scrap.is_zero()
            && self.source.makes == Decimal::ONE
            && !component.per_order;
        if plain && quantity.scale() == 0 {
            // Most lines: whole pieces of a whole piece, without a ratio.
            let whole = i64::try_from(quantity.mantissa()).ok();
            let factor =
                whole.and_then(|whole| Factor::times(whole, self.step(), check::step(part.digits)));
            return Ok((Kind::Each, factor.ok_or_else(|| self.overflow())?));
        }
        let mut ratio = Ratio::from_decimal(quantity);
        if let Some(unit) = unit {
            let mut known = part.conversions.iter();
            let to_own = known
                .try_fold(Conversions::new(), |all, one| all.with(*one))
                .and_then(|all| all.factor(unit, part.unit));
            let to_own = to_own.map_err(|error| MrpError::Unit {
                of: self.node.item.sku.clone(),
                component: part.sku.clone(),
                error: Box::new(error),
            })?;
            ratio = ratio.mul(to_own).map_err(|_| self.overflow())?;
        }
        let with_scrap = self.with_scrap(ratio, component.scrap).ok_or_else(|| self.overflow())?;
        if component.per_order {
            // For an order of "1 millionth": all of it, in millionths.
            let millionths = Ratio::from_decimal(Decimal::from(1_000_000)).mul(with_scrap).ok();
            let factor =
                millionths.and_then(|ratio| Factor::of(ratio, 1, check::step(part.digits)));
            return Ok((Kind::Order, factor.ok_or_else(|| self.overflow())?));
        }
        let ratio = self.per_bill(with_scrap);
        let factor = ratio.and_then(|ratio| self.factor(ratio, part.digits));
        Ok((Kind::Each, factor.ok_or_else(|| self.overflow())?))
    }

    fn with_scrap(&self, ratio: Ratio, scrap: Decimal) -> Option<Ratio> {
        if scrap.is_zero() {
            return Some(ratio);
        }
        let scrap = Ratio::from_decimal(scrap);
        match self.scrap {
            ScrapRule::OfInput => ratio.div(Ratio::ONE.sub(scrap).ok()?).ok(),
            ScrapRule::OfNeed => ratio.mul(Ratio::ONE.add(scrap).ok()?).ok(),
        }
    }

    fn per_bill(&self, ratio: Ratio) -> Option<Ratio> {
        ratio.div(Ratio::from_decimal(self.source.makes)).ok()
    }

    fn factor(&self, ratio: Ratio, digits: u8) -> Option<Factor> {
        Factor::of(ratio, self.step(), check::step(digits))
    }

    fn step(&self) -> i64 {
        check::step(self.node.item.digits)
    }

    fn line(
        &self,
        item: ItemNo,
        kind: Kind,
        factor: Factor,
        valid: (i32, i32),
        offset: i32,
    ) -> Line {
        let (parent, source) = self.place;
        Line { item: item.0, parent, source, kind, factor, valid, offset }
    }

    fn overflow(&self) -> MrpError {
        let what = "what goes into one";
        MrpError::Overflow { sku: self.node.item.sku.clone(), what }
    }
}

/// The days of a range that others don't have, in order.
fn left_of(valid: (i32, i32), taken: &[(i32, i32)]) -> Vec<(i32, i32)> {
    let mut left = vec![valid];
    for (from, to) in taken {
        left = left
            .into_iter()
            .flat_map(|(first, last)| {
                let before = (first, last.min(from.saturating_sub(1)));
                let after = (first.max(to.saturating_add(1)), last);
                let before = (*from > i32::MIN && before.0 <= before.1).then_some(before);
                let after = (*to < i32::MAX && after.0 <= after.1).then_some(after);
                [before, after].into_iter().flatten()
            })
            .collect();
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternates_take_the_days_that_are_left() {
        let always = (i32::MIN, i32::MAX);
        assert!(left_of(always, &[always]).is_empty());
        assert_eq!(left_of(always, &[(10, 20)]), [(i32::MIN, 9), (21, i32::MAX)]);
        assert_eq!(left_of((5, 30), &[(10, 20), (25, i32::MAX)]), [(5, 9), (21, 24)]);
    }
}
