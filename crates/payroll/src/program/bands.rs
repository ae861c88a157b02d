//! The answer of a table taken apart: what each band adds, so that the parts add up to it.

use super::Brackets;
use super::exact::{add, mul, round, sub};
use super::op::Fault;
use crate::rules::TableKind;

/// What one part of a table's answer is of, and what it adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Band {
    /// A rate on what lies between two amounts.
    Between { from: i128, to: i128, rate: i128, amount: i128 },
    /// A rate on all of the value.
    All { rate: i128, amount: i128 },
    /// What a row says for all that lies in it.
    Row { from: i128, amount: i128 },
}

impl Band {
    pub(crate) fn amount(&self) -> i128 {
        match self {
            Band::Between { amount, .. } | Band::All { amount, .. } | Band::Row { amount, .. } => {
                *amount
            }
        }
    }
}

impl Brackets {
    /// How many digits behind the point its rates have.
    pub(crate) fn rate_digits(&self) -> u8 {
        let dropped = self.each_band.map_or(0, |(dropped, _)| dropped);
        (self.gives + dropped).saturating_sub(self.digits)
    }

    /// The parts of the answer, lowest first, those of nothing left out.
    pub(crate) fn bands(
        &self,
        index: usize,
        value: i128,
        ratio: Option<(i128, i128)>,
    ) -> Result<Vec<Band>, Fault> {
        let Some(rows) = self.cells.get(index) else { return Ok(Vec::new()) };
        let mut bands = match self.kind {
            TableKind::Marginal => self.marginal(index, value, ratio)?,
            kind => {
                let Some(row) = rows.row(value, self.begins_above) else { return Ok(Vec::new()) };
                let (from, rate, base) = rows.at(row);
                match kind {
                    TableKind::Base => {
                        let amount = mul(sub(value, from)?, rate)?;
                        let above = Band::Between { from, to: value, rate, amount };
                        vec![Band::Row { from, amount: base }, above]
                    }
                    TableKind::Lookup => vec![Band::Row { from, amount: base }],
                    _ => {
                        let all = Band::All { rate, amount: mul(value, rate)? };
                        vec![all, Band::Row { from, amount: base }]
                    }
                }
            }
        };
        bands.retain(|band| band.amount() != 0);
        Ok(bands)
    }

    fn marginal(
        &self,
        index: usize,
        value: i128,
        ratio: Option<(i128, i128)>,
    ) -> Result<Vec<Band>, Fault> {
        let Some(rows) = self.cells.get(index) else { return Ok(Vec::new()) };
        let begins = self.bends(index, ratio)?;
        let amounts = self.scaled.and_then(|scaled| scaled.amounts);
        let (mut bands, mut below) = (Vec::new(), 0);
        for (at, (from, rate)) in begins.iter().zip(&rows.rate).enumerate() {
            if value <= *from {
                break;
            }
            let next = begins.get(at + 1).filter(|next| **next < value);
            let to = next.copied().unwrap_or(value);
            let mut amount = mul(sub(to, *from)?, *rate)?;
            if let Some((dropped, rounding)) = self.each_band {
                amount = round(amount, dropped, rounding)?;
            }
            // Where the law rounds what the bands below a threshold come to, a band is what that sum grows by.
            if let (Some(rounded), Some(_)) = (amounts, next) {
                let sum = super::table::rounded(add(below, amount)?, rounded)?;
                amount = sub(sum, below)?;
            }
            below = add(below, amount)?;
            bands.push(Band::Between { from: *from, to, rate: *rate, amount });
        }
        Ok(bands)
    }
}
