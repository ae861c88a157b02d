//! What people cost: by cost centre, and month by month, of slips that were paid or of slips that were computed ahead for the months to come.
//!
//! A forecast is these reports over [slips of the pay periods ahead](crate::runs::forecast): contracts and calendars say what is
//! paid in them.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use fondaco_core::report::{Chart, Column, Grid, Kind as Figures, Report, Row, word};
use fondaco_core::{Currency, PartyId};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::journal::{borne, currency_of};
use super::{OutputError, add, standing};
use crate::rules::Kind;
use crate::runs::Slip;

/// What one cost centre, or one month, costs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CostOf {
    /// What is earned.
    pub wages: Decimal,
    /// What the employer pays on top.
    pub contributions: Decimal,
    /// What employees spent and get back.
    pub reimbursements: Decimal,
    /// Who is paid.
    pub people: BTreeSet<PartyId>,
}

/// Costs, of what they are split by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostReport<K> {
    /// What they are in.
    pub currency: Currency,
    /// In order.
    pub of: BTreeMap<K, CostOf>,
}

impl CostOf {
    /// All of it.
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let cost = CostReport::by_centre(&slips_of_january())?;
    /// assert_eq!(cost.of[&Some("SALES".into())].total()?, 4014.into());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`OutputError::Exact`].
    pub fn total(&self) -> Result<Decimal, OutputError> {
        let mut total = self.wages;
        add("a cost", &mut total, self.contributions)?;
        add("a cost", &mut total, self.reimbursements)?;
        Ok(total)
    }

    fn add(&mut self, kind: Kind, amount: Decimal) -> Result<(), OutputError> {
        match kind {
            Kind::Earning => add("wages", &mut self.wages, amount),
            Kind::Employer => add("contributions", &mut self.contributions, amount),
            Kind::Reimbursement => add("reimbursements", &mut self.reimbursements, amount),
            _ => Ok(()),
        }
    }

    fn merge(&mut self, other: &CostOf) -> Result<(), OutputError> {
        add("wages", &mut self.wages, other.wages)?;
        add("contributions", &mut self.contributions, other.contributions)?;
        add("reimbursements", &mut self.reimbursements, other.reimbursements)?;
        self.people.extend(&other.people);
        Ok(())
    }
}

fn gather<K: Ord + Clone>(
    slips: &[impl Borrow<Slip>],
    mut key: impl FnMut(&Slip, Option<SmolStr>) -> K,
) -> Result<CostReport<K>, OutputError> {
    let currency = currency_of(slips)?;
    let mut of: BTreeMap<K, CostOf> = BTreeMap::new();
    for slip in standing(slips) {
        for line in slip.lines.iter() {
            for (centre, part) in if line.kind.is_cost() { borne(slip, line)? } else { Vec::new() }
            {
                let cost = of.entry(key(slip, centre)).or_default();
                cost.add(line.kind, part)?;
                cost.people.insert(slip.employee);
            }
        }
    }
    Ok(CostReport { currency, of })
}

impl CostReport<Option<SmolStr>> {
    /// By cost centre; what no centre bears stands under `None`. Voided slips cost nothing.
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let cost = CostReport::by_centre(&slips_of_january())?;
    /// assert_eq!(cost.of.len(), 1); // all of SALES
    /// assert_eq!(cost.total()?.total()?, 4014.into()); // 3,000 with social tax and insurance
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`OutputError`]: no slip, two currencies, cost centres without shares, a figure without room.
    pub fn by_centre(
        slips: &[impl Borrow<Slip>],
    ) -> Result<CostReport<Option<SmolStr>>, OutputError> {
        gather(slips, |_, centre| centre)
    }

    /// The costs as a table with a chart, by what the centres are called.
    ///
    /// # Errors
    /// [`OutputError::Exact`].
    pub fn to_report(
        &self,
        names: &dyn Fn(&str) -> Option<SmolStr>,
    ) -> Result<Report, OutputError> {
        let title = word("Employer's cost by cost centre");
        let named = |centre: &Option<SmolStr>| match centre {
            Some(centre) => names(centre).unwrap_or_else(|| centre.clone()).into(),
            None => word("Without a cost centre"),
        };
        let report = Report::new(title).column(Column::text(word("Cost centre")).naming_rows());
        self.fill(report, named)
    }
}

impl CostReport<NaiveDate> {
    /// By the month of payment, as its first day.
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let cost = CostReport::by_month(&slips_of_january())?;
    /// assert_eq!(cost.of.keys().copied().collect::<Vec<_>>(), [day("2026-01-01")]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`CostReport::by_centre`].
    pub fn by_month(slips: &[impl Borrow<Slip>]) -> Result<CostReport<NaiveDate>, OutputError> {
        gather(slips, |slip, _| slip.pay_date.with_day(1).unwrap_or(slip.pay_date))
    }

    /// The costs as a table with a chart.
    ///
    /// # Errors
    /// [`OutputError::Exact`].
    pub fn to_report(&self) -> Result<Report, OutputError> {
        let title = word("Employer's cost by month");
        let report = Report::new(title).column(Column::text(word("Month")).naming_rows());
        self.fill(report, |month| fondaco_core::report::Cell::Month(*month))
    }
}

impl<K: Ord + Clone> CostReport<K> {
    /// Everything together.
    ///
    /// # Errors
    /// [`OutputError::Exact`].
    pub fn total(&self) -> Result<CostOf, OutputError> {
        let mut total = CostOf::default();
        for cost in self.of.values() {
            total.merge(cost)?;
        }
        Ok(total)
    }

    fn fill(
        &self,
        mut report: Report,
        named: impl Fn(&K) -> fondaco_core::report::Cell,
    ) -> Result<Report, OutputError> {
        for heading in ["Wages", "Employer's contributions", "Reimbursements", "Cost"] {
            report = report.column(Column::amount(word(heading), self.currency));
        }
        report = report.column(Column::count(word("Employees")));
        let row = |name, cost: &CostOf| {
            Ok::<_, OutputError>([
                name,
                cost.wages.into(),
                cost.contributions.into(),
                cost.reimbursements.into(),
                cost.total()?.into(),
                cost.people.len().into(),
            ])
        };
        for (key, cost) in &self.of {
            report.push(Row::new(row(named(key), cost)?));
        }
        report.push(Row::total(row(word("Total"), &self.total()?)?));
        if self.of.len() < 2 {
            return Ok(report);
        }
        let wages = self.of.values().map(|cost| cost.wages);
        let contributions = self.of.values().map(|cost| cost.contributions);
        let grid = Grid::new(self.of.keys().map(named))
            .series(word("Wages"), wages)
            .series(word("Employer's contributions"), contributions);
        Ok(report.chart(Chart::stacked(word("Cost"), Figures::Amount(self.currency), grid)))
    }
}
