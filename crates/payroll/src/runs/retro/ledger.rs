//! What components of periods came to, and what they should have come to, by who bears them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
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
        let shares = match line.kind {
            Kind::Earning | Kind::Reimbursement | Kind::Employer if line.shares.is_empty() => {
                shares
            }
            Kind::Earning | Kind::Reimbursement | Kind::Employer => &line.shares,
            _ => &[],
        };
        let key = shares.iter().map(|share| (share.centre.clone(), share.share)).collect();
        *cell.by_shares.entry(key).or_default() += line.amount * times;
    }

    /// What differs, as lines of their periods, for a slip that `own` bear. Costs that others bear now move no money, and are no difference.
    pub(super) fn lines(self, own: &[CostShare]) -> Vec<SlipLine> {
        let mut lines = Vec::new();
        for ((period, component, kind), cell) in self.0 {
            let whole: Decimal = cell.by_shares.values().sum();
            let differ = cell.by_shares.into_iter().filter(|(_, amount)| !amount.is_zero());
            for (shares, amount) in differ.filter(|_| !whole.is_zero()) {
                let amount = fondaco_core::decimal::normalize(amount);
                let shares = shares.into_iter().map(|(centre, share)| CostShare { centre, share });
                let shares: Vec<CostShare> = shares.collect();
                lines.push(SlipLine {
                    original: Some(period),
                    rule: cell.rule.clone(),
                    shares: if shares == own { Vec::new() } else { shares },
                    ..SlipLine::new(component.clone(), kind, amount)
                });
            }
        }
        lines
    }
}
