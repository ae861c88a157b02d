//! Brackets, as a program looks them up.

use fondaco_core::Rounding;
use smol_str::SmolStr;

use super::exact::{add, divide, mul, power, round, sub};
use super::op::Fault;
use crate::rules::TableKind;

/// A table for values of so many digits.
#[derive(Clone, Debug)]
pub(crate) struct Brackets {
    pub(crate) name: SmolStr,
    /// Which table of the file it is.
    pub(crate) of: usize,
    pub(crate) kind: TableKind,
    pub(crate) begins_above: bool,
    /// Digits dropped from each band, and how.
    pub(crate) each_band: Option<(u8, Rounding)>,
    pub(crate) scaled: Option<Scaling>,
    /// The digits of what is looked up.
    pub(crate) digits: u8,
    /// The digits of the answer.
    pub(crate) gives: u8,
    /// One for each cell of what it is by.
    pub(crate) cells: Vec<Rows>,
}

/// The rows, in columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rows {
    pub(crate) from: Vec<i128>,
    pub(crate) rate: Vec<i128>,
    /// Of a marginal table: what the bands below come to. Of a lookup: the answer.
    pub(crate) base: Vec<i128>,
}

/// How thresholds are scaled: the digits that are dropped from those of what is looked up, and from amounts, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scaling {
    pub(crate) thresholds: (u8, Rounding),
    pub(crate) amounts: Option<(u8, Rounding)>,
}

impl Scaling {
    fn threshold(&self, from: i128, times: i128, over: i128) -> Result<i128, Fault> {
        let (dropped, rounding) = self.thresholds;
        let unit = power(dropped)?;
        mul(divide(mul(from, times)?, mul(over, unit)?, rounding)?, unit)
    }
}

impl Rows {
    /// The row that a value lies in, if it doesn't lie below all.
    pub(crate) fn row(&self, value: i128, begins_above: bool) -> Option<usize> {
        let begun = |from: &i128| if begins_above { *from < value } else { *from <= value };
        // Few rows, and most values low: from below, one after the other.
        self.from.iter().take_while(|from| begun(from)).count().checked_sub(1)
    }

    pub(super) fn at(&self, row: usize) -> (i128, i128, i128) {
        let part = |column: &[i128]| column.get(row).copied().unwrap_or_default();
        (part(&self.from), part(&self.rate), part(&self.base))
    }
}

impl Brackets {
    pub(crate) fn answer(&self, table: u16, index: usize, value: i128) -> Result<i128, Fault> {
        let Some(rows) = self.cells.get(index) else { return Err(Fault::TooLarge) };
        if let Some((digits, rounding)) = self.each_band {
            return bands(rows, value, digits, rounding);
        }
        let Some(row) = rows.row(value, self.begins_above) else {
            return match self.kind {
                TableKind::Lookup => Err(Fault::BelowTable { table, index, value }),
                _ => Ok(0),
            };
        };
        let (from, rate, base) = rows.at(row);
        match self.kind {
            TableKind::Marginal | TableKind::Base => add(base, mul(sub(value, from)?, rate)?),
            TableKind::Slab => mul(value, rate),
            TableKind::Line => add(base, mul(value, rate)?),
            TableKind::Lookup => Ok(base),
        }
    }

    /// With each threshold times `times`, over `over`, rounded; and, where it says so, what the bands below it come to.
    pub(crate) fn scaled(
        &self,
        index: usize,
        value: i128,
        times: i128,
        over: i128,
    ) -> Result<i128, Fault> {
        let (Some(rows), Some(scaling)) = (self.cells.get(index), self.scaled) else {
            return Err(Fault::TooLarge);
        };
        let (mut below, mut begun, mut rate) = (0, 0, 0);
        for (from, next) in rows.from.iter().zip(&rows.rate) {
            let threshold = scaling.threshold(*from, times, over)?;
            if value <= threshold {
                break;
            }
            below = add(below, mul(sub(threshold, begun)?, rate)?)?;
            if let Some(amounts) = scaling.amounts {
                below = rounded(below, amounts)?;
            }
            (begun, rate) = (threshold, *next);
        }
        // Below the first threshold nothing has a rate yet.
        add(below, mul(sub(value, begun)?, rate)?)
    }

    /// Where the answer can jump or bend: where rows begin, scaled or not.
    pub(crate) fn bends(
        &self,
        index: usize,
        ratio: Option<(i128, i128)>,
    ) -> Result<Vec<i128>, Fault> {
        let from = self.cells.get(index).map_or(&[][..], |rows| &rows.from);
        match (ratio, self.scaled) {
            (Some((times, over)), Some(scaling)) => {
                from.iter().map(|from| scaling.threshold(*from, times, over)).collect()
            }
            _ => Ok(from.to_vec()),
        }
    }
}

/// Brackets whose figures all fit 64 bits, for values that do.
pub(super) struct ShortBrackets {
    kind: TableKind,
    begins_above: bool,
    /// From, rate and base of each row, for each cell.
    cells: Vec<Vec<(i64, i64, i64)>>,
}

impl ShortBrackets {
    /// None of tables whose bands are rounded one by one, or that have larger figures.
    pub(super) fn of(brackets: &Brackets) -> Option<ShortBrackets> {
        let short = |wide: i128| i64::try_from(wide).ok();
        let row = |rows: &Rows, at: usize| {
            let (from, rate, base) = rows.at(at);
            Some((short(from)?, short(rate)?, short(base)?))
        };
        let rows = |rows: &Rows| (0..rows.from.len()).map(|at| row(rows, at)).collect();
        let cells = brackets.cells.iter().map(rows).collect::<Option<Vec<_>>>()?;
        let Brackets { kind, begins_above, .. } = *brackets;
        brackets.each_band.is_none().then_some(ShortBrackets { kind, begins_above, cells })
    }

    /// What [`Brackets::answer`] says, and whether it has no room here or is an error there.
    #[inline]
    pub(super) fn answer(&self, index: usize, value: i64) -> (i64, bool) {
        let Some(rows) = self.cells.get(index) else { return (0, true) };
        let begun = |from: i64| if self.begins_above { from < value } else { from <= value };
        let mut found = None;
        for row in rows {
            if !begun(row.0) {
                break;
            }
            found = Some(*row);
        }
        let Some((from, rate, base)) = found else {
            return (0, matches!(self.kind, TableKind::Lookup));
        };
        let (of, no_room) = match self.kind {
            TableKind::Marginal | TableKind::Base => value.overflowing_sub(from),
            TableKind::Slab | TableKind::Line => (value, false),
            TableKind::Lookup => return (base, false),
        };
        let base = if matches!(self.kind, TableKind::Slab) { 0 } else { base };
        let (part, too_much) = of.overflowing_mul(rate);
        let (answer, too_large) = part.overflowing_add(base);
        (answer, no_room || too_much || too_large)
    }
}

/// An amount with digits dropped, and as many zeros instead.
pub(super) fn rounded(amount: i128, (dropped, how): (u8, Rounding)) -> Result<i128, Fault> {
    mul(round(amount, dropped, how)?, power(dropped)?)
}

/// Each band by itself, rounded.
fn bands(rows: &Rows, value: i128, digits: u8, rounding: Rounding) -> Result<i128, Fault> {
    let mut sum = 0;
    for (at, (from, rate)) in rows.from.iter().zip(&rows.rate).enumerate() {
        if value <= *from {
            break;
        }
        let to = rows.from.get(at + 1).map_or(value, |next| value.min(*next));
        sum = add(sum, round(mul(sub(to, *from)?, *rate)?, digits, rounding)?)?;
    }
    Ok(sum)
}
