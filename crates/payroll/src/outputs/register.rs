//! The register of a run: everybody's pay in one line, and what they come to.

use std::borrow::Borrow;

use chrono::NaiveDate;
use fondaco_core::report::{Column, Phrase, Report, Row, word};
use fondaco_core::{Currency, PartyId};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::journal::currency_of;
use super::{OutputError, add, by_number, standing};
use crate::rules::Kind;
use crate::runs::{Slip, SlipStatus};

/// One slip of a run, by what its lines do to pay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegisterRow {
    /// The employee's number.
    pub number: SmolStr,
    /// Who; nobody of the total.
    pub employee: Option<PartyId>,
    /// What is earned.
    pub gross: Decimal,
    /// Withheld before taxes.
    pub pre_tax: Decimal,
    /// Taxes and contributions.
    pub taxes: Decimal,
    /// Withheld after taxes, loans and garnishments too.
    pub post_tax: Decimal,
    /// Expenses paid back.
    pub reimbursed: Decimal,
    /// Paid out.
    pub net: Decimal,
    /// What the employer pays on top.
    pub contributions: Decimal,
}

/// All slips of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    /// What they are in.
    pub currency: Currency,
    /// From the first day of its slips' periods to the last.
    pub days: (NaiveDate, NaiveDate),
    /// From the first day of payment to the last.
    pub paid: (NaiveDate, NaiveDate),
    /// By number: the slips that count, or all of a run that is not approved yet; voided slips are left out.
    pub rows: Vec<RegisterRow>,
    /// What they come to.
    pub total: RegisterRow,
    /// The numbers of voided slips.
    pub voided: Vec<SmolStr>,
    /// The numbers of slips that are computed and don't count, where others do: they are left out, too.
    pub open: Vec<SmolStr>,
    /// Whether none of the slips counts yet.
    pub is_draft: bool,
}

impl Register {
    /// The register of slips.
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let register = Register::of(&slips_of_january())?;
    /// assert_eq!((register.rows.len(), register.total.gross), (2, 3000.into()));
    /// assert_eq!(register.total.net.to_string(), "2563.76");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`OutputError`]: no slip, two currencies, a figure without room.
    pub fn of(slips: &[impl Borrow<Slip>]) -> Result<Register, OutputError> {
        let currency = currency_of(slips)?;
        let all = || slips.iter().map(Borrow::borrow);
        let of = |status: SlipStatus| {
            let those = all().filter(|slip: &&Slip| slip.status == status);
            let mut numbers: Vec<SmolStr> = those.map(|slip| slip.number.clone()).collect();
            numbers.sort_by(|a, b| by_number(a, b));
            numbers
        };
        let is_draft = !all().any(|slip: &Slip| slip.status.counts());
        let (voided, open) = (of(SlipStatus::Voided), of(SlipStatus::Calculated));
        let open = if is_draft { Vec::new() } else { open };
        let mut rows = Vec::with_capacity(slips.len());
        let mut total = RegisterRow::default();
        for slip in standing(slips) {
            let row = RegisterRow::of(slip)?;
            total.merge(&row)?;
            rows.push(row);
        }
        rows.sort_by(|a, b| by_number(&a.number, &b.number));
        let first = |day: fn(&Slip) -> NaiveDate| all().map(day).min().unwrap_or_default();
        let last = |day: fn(&Slip) -> NaiveDate| all().map(day).max().unwrap_or_default();
        let days = (first(|slip| slip.period_start), last(|slip| slip.period_end));
        let paid = (first(|slip| slip.pay_date), last(|slip| slip.pay_date));
        Ok(Register { currency, days, paid, rows, total, voided, open, is_draft })
    }

    /// The register as a table; `names` says what employees are called, where that may be shown.
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let register = Register::of(&slips_of_january())?;
    /// let names = |employee| (employee == ada()).then(|| "Ada Lovelace".into());
    /// let text = register.to_report(&names).to_string();
    /// assert!(text.contains("Ada Lovelace") && text.contains("1,657.84"), "{text}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_report(&self, names: &dyn Fn(PartyId) -> Option<SmolStr>) -> Report {
        let title = Phrase::from(word("Payroll register")).and("·");
        let mut report = Report::new(span(title, self.days))
            .column(Column::text(word("Number")).naming_rows())
            .column(Column::text(word("Name")));
        for heading in [
            "Gross",
            "Before tax",
            "Taxes",
            "After tax",
            "Reimbursed",
            "Net pay",
            "Employer's contributions",
        ] {
            report = report.column(Column::amount(word(heading), self.currency));
        }
        let name = |row: &RegisterRow| row.employee.and_then(names).unwrap_or_default();
        for row in &self.rows {
            report.push(Row::new(row.cells((&row.number).into(), name(row))));
        }
        report.push(Row::total(self.total.cells(word("Total"), SmolStr::default())));
        report.notes.push(span(word("Payment date").into(), self.paid));
        if self.is_draft && !self.rows.is_empty() {
            report.notes.push(word("Not approved yet").into());
        }
        for (what, numbers) in [("Voided:", &self.voided), ("Not approved:", &self.open)] {
            for number in numbers {
                report.notes.push(Phrase::from(word(what)).and(number.clone()));
            }
        }
        report
    }
}

/// With a day, or with a first and a last one.
fn span(said: Phrase, (first, last): (NaiveDate, NaiveDate)) -> Phrase {
    match first == last {
        true => said.and(first),
        false => said.and(first).and("–").and(last),
    }
}

impl RegisterRow {
    fn of(slip: &Slip) -> Result<RegisterRow, OutputError> {
        let mut row = RegisterRow {
            number: slip.number.clone(),
            employee: Some(slip.employee),
            net: slip.net.to_decimal(),
            ..RegisterRow::default()
        };
        for line in slip.lines.iter() {
            let sum = match line.kind {
                Kind::Earning => &mut row.gross,
                Kind::PreTax => &mut row.pre_tax,
                Kind::Tax => &mut row.taxes,
                Kind::PostTax => &mut row.post_tax,
                Kind::Reimbursement => &mut row.reimbursed,
                Kind::Employer => &mut row.contributions,
                Kind::Benefit | Kind::Information | Kind::Value => continue,
            };
            add("a sum of the register", sum, line.amount)?;
        }
        Ok(row)
    }

    fn figures(&self) -> [Decimal; 7] {
        [
            self.gross,
            self.pre_tax,
            self.taxes,
            self.post_tax,
            self.reimbursed,
            self.net,
            self.contributions,
        ]
    }

    fn merge(&mut self, other: &RegisterRow) -> Result<(), OutputError> {
        let sums = [
            &mut self.gross,
            &mut self.pre_tax,
            &mut self.taxes,
            &mut self.post_tax,
            &mut self.reimbursed,
            &mut self.net,
            &mut self.contributions,
        ];
        for (sum, more) in sums.into_iter().zip(other.figures()) {
            add("a total of the register", sum, more)?;
        }
        Ok(())
    }

    fn cells(
        &self,
        number: fondaco_core::report::Cell,
        name: SmolStr,
    ) -> impl Iterator<Item = fondaco_core::report::Cell> {
        let figures = self.figures().map(Into::into);
        [number, name.into()].into_iter().chain(figures)
    }
}
