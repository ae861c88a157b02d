//! What components of periods came to, and what they should have come to, by who bears them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::{Rounding, decimal};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::super::{CostShare, SlipLine};
use crate::rules::Kind;

/// Which component of which period.
type Of = (NaiveDate, SmolStr, Kind);

/// Cost centres as a key.
type Shares = Vec<(SmolStr, Decimal)>;

/// Amounts by component and period, with the rule that each comes from.
#[derive(Default)]
pub(super) struct Ledger(BTreeMap<Of, Cell>);

#[derive(Default)]
struct Cell {
    rule: Option<SmolStr>,
    /// By the cost centres that bear it; of what nobody bears, one sum.
    by_shares: BTreeMap<Shares, Decimal>,
}

impl Ledger {
    /// Adds a line of a slip of a period, which `shares` bear where the line says nothing.
    pub(super) fn add(
        &mut self,
        line: &SlipLine,
        (period, shares): (NaiveDate, &[CostShare]),
        times: Decimal,
    ) {
        if line.deduction.is_some() {
            return;
        }
        let period = line.original.unwrap_or(period);
        let of = (period, line.component.clone(), line.kind);
        let new = || Cell { rule: line.rule.clone(), ..Cell::default() };
        let cell = self.0.entry(of).or_insert_with(new);
        let shares = match line.kind.is_cost() {
            true if line.shares.is_empty() => shares,
            true => &line.shares,
            false => &[],
        };
        *cell.by_shares.entry(key(shares)).or_default() += line.amount * times;
    }

    /// What differs, as lines of their periods, for a slip that `own` bear. Costs that others bear now move no money, and are no difference.
    pub(super) fn lines(self, own: &[CostShare]) -> Vec<SlipLine> {
        let (mut lines, own) = (Vec::new(), key(own));
        for ((period, component, kind), cell) in self.0 {
            let whole: Decimal = cell.by_shares.values().sum();
            let differ = cell.by_shares.into_iter().filter(|(_, amount)| !amount.is_zero());
            for (shares, amount) in differ.filter(|_| !whole.is_zero()) {
                let amount = decimal::normalize(amount);
                let own = shares == own;
                let shares = shares.into_iter().filter(|_| !own);
                let shares = shares.map(|(centre, share)| CostShare { centre, share });
                lines.push(SlipLine {
                    original: Some(period),
                    rule: cell.rule.clone(),
                    shares: shares.collect(),
                    ..SlipLine::new(component.clone(), kind, amount)
                });
            }
        }
        lines
    }
}

/// Who bears something, whatever weights say it: parts of one, to twelve digits.
fn key(shares: &[CostShare]) -> Shares {
    if let [one] = shares {
        return vec![(one.centre.clone(), Decimal::ONE)];
    }
    let mut by_centre: BTreeMap<SmolStr, Decimal> = BTreeMap::new();
    for share in shares {
        *by_centre.entry(share.centre.clone()).or_default() += share.share;
    }
    let whole: Decimal = by_centre.values().sum();
    let part = |share: Decimal| {
        let part = decimal::div_round(share, whole, 12, Rounding::HalfEven);
        part.map_or(share, decimal::normalize) // weights of nothing stay as they are
    };
    by_centre.into_iter().map(|(centre, share)| (centre, part(share))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_say_the_same_whatever_they_come_to() {
        let shares = |all: &[(&str, i64)]| -> Vec<CostShare> {
            let share = |(centre, share): &(&str, i64)| CostShare {
                centre: (*centre).into(),
                share: (*share).into(),
            };
            all.iter().map(share).collect()
        };
        assert_eq!(key(&shares(&[("LAB", 500)])), key(&shares(&[("LAB", 1)])));
        assert_eq!(key(&shares(&[("B", 3), ("A", 1)])), key(&shares(&[("A", 100), ("B", 300)])));
        let line = |amount: i64| SlipLine::new("levy", Kind::Employer, amount.into());
        let (day, mut ledger) = ("2026-01-01".parse().unwrap(), Ledger::default());
        ledger.add(&line(50), (day, &shares(&[("LAB", 1000)])), Decimal::NEGATIVE_ONE);
        ledger.add(&line(55), (day, &shares(&[("LAB", 1100)])), Decimal::ONE);
        let lines = ledger.lines(&shares(&[("LAB", 7)]));
        assert_eq!((lines.len(), lines[0].amount, lines[0].shares.len()), (1, 5.into(), 0));
    }
}
