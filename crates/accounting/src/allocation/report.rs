//! What is shared out as people read it, and why each part is what it is.

use std::fmt;

use fondaco_core::report::{Cell, Column, Explain, Kind, Parameter, Phrase, Report, Row, word};
use smol_str::{SmolStr, format_smolstr};

use super::Allocation;
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
        let mut report = Report::new(title)
            .column(Column::text(word("Account")))
            .column(Column::text(word("To")).naming_rows())
            .column(Column::new(word("Weight"), weight))
            .column(Column::amount(word("Amount"), self.currency));
        for line in &self.lines {
            report.push(Row::new([
                line.account.clone().into(),
                line.value.clone().into(),
                Cell::Number(line.weight),
                line.amount.amount().into(),
            ]));
        }
        let amount = self.amount().amount().into();
        report.push(Row::total([Cell::Empty, word("Total"), Cell::Empty, amount]));
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
        let name = |account: &SmolStr, value: &SmolStr| {
            format_smolstr!("{account} {} {value}", self.rule.dimension)
        };
        let pool = |account: &SmolStr| {
            let mine = self.pool.iter().filter(move |(of, _)| of == account);
            mine.map(|(of, amount)| Explain::new(name(of, &self.rule.pool_value), *amount))
                .collect::<Vec<_>>()
        };
        let all = |account: &SmolStr| -> rust_decimal::Decimal {
            let mine = self.lines.iter().filter(|line| line.account == *account);
            mine.fold(rust_decimal::Decimal::ZERO, |sum, line| sum.saturating_add(line.weight))
        };
        let line = |line: &super::AllocationLine| {
            Explain::new(name(&line.account, &line.value), line.amount)
                .rule(word("its part by largest remainder, so that all parts add up"))
                .parameter(Parameter::new(word("weight"), line.weight))
                .parameter(Parameter::new(word("all weights"), all(&line.account)))
                .inputs(pool(&line.account))
        };
        self.lines.iter().map(line).collect()
    }
}

impl fmt::Display for Allocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}
