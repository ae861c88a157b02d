//! What is shared out as people read it, and why each part is what it is.

use std::fmt;

use fondaco_core::report::{Cell, Column, Explain, Kind, Parameter, Phrase, Report, Row, word};
use fondaco_core::store::Tags;
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::{Allocation, AllocationLine, AllocationPool};
use crate::ledger::period_label;

impl Allocation {
    /// The result as text, HTML and tables show it: a row for each account and receiver.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::allocation::SetAllocation;
    /// let power = NewEntry::new("GEN", day("2026-03-01"))
    ///     .posting(NewPosting::debit("5100", eur("100")).dimension("cost_centre", "900"))
    ///     .credit("1000", eur("100"));
    /// books.post("power", power)?;
    /// let rule = SetAllocation::new("power", "Power", "GEN", "5100", "cost_centre", "900");
    /// books.send("rule", &rule.share("10", 2.into()).share("20", 1.into()))?;
    /// assert_eq!(books.allocation("power", 202_603)?.to_string(), "\
    /// Power, 2026-03, by its shares
    /// Account  To     Weight  Amount
    /// =======  =====  ======  ======
    /// 5100     10     2.0000   66.67
    /// 5100     20     1.0000   33.33
    /// -------  -----  ------  ------
    ///          Total          100.00
    /// ");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn to_report(&self) -> Report {
        let title = format_smolstr!("{}, {},", self.rule.name, period_label(self.period));
        let title = Phrase::from(title).and(word("by")).and(self.rule.basis_text());
        let weight = Kind::Quantity { unit: SmolStr::default(), digits: 4 };
        let tagged = self.lines.iter().any(|line| !line.dimensions.is_empty());
        let columns = [
            (true, Column::text(word("Account"))),
            (tagged, Column::text(word("Dimensions"))),
            (true, Column::text(word("To")).naming_rows()),
            (true, Column::new(word("Weight"), weight)),
            (true, Column::amount(word("Amount"), self.currency)),
        ];
        let columns = columns.into_iter().filter(|(shown, _)| *shown);
        let mut report = Report::new(title).columns(columns.map(|(_, column)| column));
        let mut row = |cells: [Cell; 5], row: fn(Vec<Cell>) -> Row| {
            let cells = cells.into_iter().enumerate().filter(|(at, _)| *at != 1 || tagged);
            report.push(row(cells.map(|(_, cell)| cell).collect()));
        };
        for line in &self.lines {
            let cells = [
                line.account.clone().into(),
                said(&line.dimensions).into(),
                line.value.clone().into(),
                Cell::Number(line.weight),
                line.amount.amount().into(),
            ];
            row(cells, Row::new);
        }
        let amount = self.amount().amount().into();
        row([Cell::Empty, Cell::Empty, word("Total"), Cell::Empty, amount], Row::total);
        report
    }

    /// Why each receiver gets what it does: the account's amount, its weight and all weights.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::allocation::SetAllocation;
    /// let power = NewEntry::new("GEN", day("2026-03-01"))
    ///     .posting(NewPosting::debit("5100", eur("100")).dimension("cost_centre", "900"))
    ///     .credit("1000", eur("100"));
    /// books.post("power", power)?;
    /// let rule = SetAllocation::new("power", "Power", "GEN", "5100", "cost_centre", "900");
    /// books.send("rule", &rule.share("10", 2.into()).share("20", 1.into()))?;
    /// assert_eq!(books.allocation("power", 202_603)?.explain()[0].to_string(), "\
    /// 5100 cost_centre 10: 66.67 EUR
    /// │ its part by largest remainder, so that all parts add up
    /// │ weight: 2
    /// │ all weights: 3
    /// └─ 5100 cost_centre 900: 100.00 EUR
    /// ");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn explain(&self) -> Vec<Explain> {
        let name = |account: &SmolStr, of: &Tags, value: &SmolStr| {
            let name = format_smolstr!("{account} {} {value}", self.rule.dimension);
            match of.is_empty() {
                true => name,
                false => format_smolstr!("{name}, {}", said(of)),
            }
        };
        let pool = |line: &AllocationLine| {
            let mine = self.pool.iter().filter(|pool| {
                (&pool.account, &pool.dimensions) == (&line.account, &line.dimensions)
            });
            let why = |pool: &AllocationPool| {
                let name = name(&pool.account, &pool.dimensions, &self.rule.pool_value);
                Explain::new(name, pool.amount)
            };
            mine.map(why).collect::<Vec<_>>()
        };
        let all = |of: &AllocationLine| -> Decimal {
            let same = |line: &&AllocationLine| {
                (&line.account, &line.dimensions) == (&of.account, &of.dimensions)
            };
            let weights = self.lines.iter().filter(same).map(|line| line.weight);
            weights.fold(Decimal::ZERO, Decimal::saturating_add)
        };
        let line = |line: &AllocationLine| {
            Explain::new(name(&line.account, &line.dimensions, &line.value), line.amount)
                .rule(word("its part by largest remainder, so that all parts add up"))
                .parameter(Parameter::new(word("weight"), line.weight))
                .parameter(Parameter::new(word("all weights"), all(line)))
                .inputs(pool(line))
        };
        self.lines.iter().map(line).collect()
    }
}

/// Dimensions as people read them: `project P1, site Mestre`.
fn said(dimensions: &Tags) -> SmolStr {
    let each: Vec<String> =
        dimensions.iter().map(|(name, value)| format!("{name} {value}")).collect();
    each.join(", ").into()
}

impl fmt::Display for Allocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}
