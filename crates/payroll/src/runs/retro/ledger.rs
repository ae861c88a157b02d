//! What components of periods came to, and what they should have come to.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::super::SlipLine;
use crate::rules::Kind;

/// Which component of which period.
type Of = (NaiveDate, SmolStr, Kind);

/// Amounts by component and period, with the rule that each comes from.
#[derive(Default)]
pub(super) struct Ledger(BTreeMap<Of, (Decimal, Option<SmolStr>)>);

impl Ledger {
    pub(super) fn add(&mut self, line: &SlipLine, period: NaiveDate, times: Decimal) {
        if line.deduction.is_some() {
            return;
        }
        let period = line.original.unwrap_or(period);
        let of = (period, line.component.clone(), line.kind);
        let cell = self.0.entry(of).or_insert((Decimal::ZERO, line.rule.clone()));
        cell.0 += line.amount * times;
    }

    /// What differs, as lines of their periods.
    pub(super) fn lines(self) -> impl Iterator<Item = SlipLine> {
        let differ = self.0.into_iter().filter(|(_, (amount, _))| !amount.is_zero());
        differ.map(|((period, component, kind), (amount, rule))| SlipLine {
            original: Some(period),
            rule,
            ..SlipLine::new(component, kind, fondaco_core::decimal::normalize(amount))
        })
    }
}
