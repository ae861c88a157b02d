//! The payslip: what an employee gets to read, in the employee's language.
//!
//! What must stand on one differs by country (§ 108 GewO and the Entgeltbescheinigungsverordnung in Germany, section 8 of the Employment
//! Rights Act 1996 in the United Kingdom, state law in the United States): who pays whom for which period, gross pay by its parts, every
//! deduction by its kind, net pay, and where it goes. Sums of the year stand beside each line. The same description becomes text, HTML
//! that prints on a page of its own, CSV, and PDF (feature `pdf`).

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use fondaco_core::report::{Cell, Column, Figure, Locale, Page, Phrase, Report, Row, word};
use fondaco_core::{Currency, Money};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{Labels, OutputError, add, on_net};
use crate::rules::Kind;
use crate::runs::{Slip, SlipLine};

#[cfg(feature = "pdf")]
mod pdf;

/// Who pays whom: what stands over the figures, and is no part of the slip itself.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PayslipHead {
    /// The employer's name and address, line by line.
    pub employer: Vec<SmolStr>,
    /// The employee's name and address, line by line.
    pub employee: Vec<SmolStr>,
    /// What else has to be said, with its name: a tax code, an insurance number, days of leave that are left.
    pub details: Vec<(SmolStr, SmolStr)>,
    /// What accounts are called, by what the slip calls them: `DE.. 3000`. Without, what the slip calls them.
    pub accounts: BTreeMap<SmolStr, SmolStr>,
}

impl std::fmt::Debug for PayslipHead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PayslipHead").field("employer", &self.employer).finish_non_exhaustive()
    }
}

/// What an employee's lines come to in a year, up to and with a slip.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct YearToDate(BTreeMap<(SmolStr, Kind), Decimal>);

impl YearToDate {
    /// The sums of slips that count: those of one employee and year.
    ///
    /// # Errors
    /// [`OutputError::Exact`].
    pub fn of(slips: &[impl Borrow<Slip>]) -> Result<YearToDate, OutputError> {
        let mut sums = YearToDate::default();
        for slip in slips.iter().map(Borrow::borrow).filter(|slip| slip.status.counts()) {
            sums.take(slip)?;
        }
        Ok(sums)
    }

    /// The same with one more slip, whether it counts yet or not.
    ///
    /// # Errors
    /// [`OutputError::Exact`].
    pub fn take(&mut self, slip: &Slip) -> Result<(), OutputError> {
        for line in slip.lines.iter() {
            let sum = self.0.entry((line.component.clone(), line.kind)).or_default();
            add("a sum of the year", sum, line.amount)?;
        }
        Ok(())
    }

    fn of_line(&self, line: &SlipLine) -> Option<Decimal> {
        self.0.get(&(line.component.clone(), line.kind)).copied()
    }

    fn sum(&self, with: impl Fn(Kind) -> Decimal) -> Result<Decimal, OutputError> {
        let mut sum = Decimal::ZERO;
        for ((_, kind), amount) in &self.0 {
            let sign = with(*kind);
            if !sign.is_zero() {
                add(
                    "a sum of the year",
                    &mut sum,
                    if sign.is_sign_negative() { -*amount } else { *amount },
                )?;
            }
        }
        Ok(sum)
    }
}

/// A payslip.
///
/// `examples/payroll.rs` prints some.
#[derive(Debug, Clone)]
pub struct Payslip<'s> {
    slip: &'s Slip,
    head: PayslipHead,
    labels: &'s Labels,
    year: Option<YearToDate>,
}

/// The parts of a payslip, in their order, with what is added up at their end.
const PARTS: [(Kind, &str); 7] = [
    (Kind::Earning, "Earnings"),
    (Kind::Benefit, "Benefits in kind"),
    (Kind::PreTax, "Deductions before taxes"),
    (Kind::Tax, "Taxes and contributions"),
    (Kind::PostTax, "Deductions after taxes"),
    (Kind::Reimbursement, "Reimbursements"),
    (Kind::Employer, "Paid by the employer on top"),
];

impl<'s> Payslip<'s> {
    /// The payslip of a slip.
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let labels = Labels::shipped();
    /// let slips = slips_of_january();
    /// let slip = slips.iter().find(|slip| slip.number == "1001").unwrap();
    /// let head = PayslipHead { employee: vec!["Ada Lovelace".into()], ..PayslipHead::default() };
    /// let text = Payslip::of(slip, head, &labels).to_text(&Locale::en())?;
    /// assert!(text.contains("Ada Lovelace") && text.contains("1,657.84"), "{text}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(slip: &'s Slip, head: PayslipHead, labels: &'s Labels) -> Payslip<'s> {
        Payslip { slip, head, labels, year: None }
    }

    /// The same with a column of what the lines come to in the year.
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let labels = Labels::shipped();
    /// let slips = slips_of_january();
    /// let hers: Vec<_> = slips.iter().filter(|slip| slip.number == "1001").cloned().collect();
    /// let year = YearToDate::of(&hers)?;
    /// let payslip = Payslip::of(&hers[0], PayslipHead::default(), &labels).with_year(year);
    /// assert!(payslip.to_text(&Locale::en())?.contains("Year to date"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_year(mut self, year: YearToDate) -> Payslip<'s> {
        self.year = Some(year);
        self
    }

    fn currency(&self) -> Currency {
        self.slip.currency
    }

    /// The figures as a table: earnings, deductions, net pay, and what the employer pays on top.
    ///
    /// # Errors
    /// [`OutputError::Exact`].
    pub fn to_report(&self, locale: &Locale) -> Result<Report, OutputError> {
        let quantity = fondaco_core::report::Kind::Quantity { unit: SmolStr::default(), digits: 2 };
        let mut report = Report::new(word("Pay"))
            .column(Column::text(word("Item")).naming_rows())
            .column(Column::new(word("Quantity"), quantity))
            .column(Column::amount(word("Pay rate"), self.currency()))
            .column(Column::amount(word("Amount"), self.currency()));
        if self.year.is_some() {
            report = report.column(Column::amount(word("Year to date"), self.currency()));
        }
        for (kind, heading) in PARTS {
            if kind == Kind::Employer {
                self.net(&mut report)?;
            }
            self.part(&mut report, kind, heading, locale)?;
        }
        Ok(report)
    }

    fn part(
        &self,
        report: &mut Report,
        kind: Kind,
        heading: &'static str,
        locale: &Locale,
    ) -> Result<(), OutputError> {
        let lines: Vec<&SlipLine> =
            self.slip.lines.iter().filter(|line| line.kind == kind).collect();
        if lines.is_empty() {
            return Ok(());
        }
        // Room is made once, so that a payslip of many parts stays one sheet of paper.
        let heading = Row::heading([word(heading)]);
        report.push(if kind == Kind::Employer { heading.starting_group() } else { heading });
        let (mut sum, mut told) = (Decimal::ZERO, BTreeSet::new());
        for line in lines {
            add("a sum of the payslip", &mut sum, line.amount)?;
            // A component of two lines, of two jobs or periods, has one sum of the year.
            let year = self.year.as_ref().filter(|_| told.insert(&line.component));
            let year = year.and_then(|year| year.of_line(line));
            let cells = [
                self.name(line, locale),
                line.quantity.into(),
                line.rate.into(),
                line.amount.into(),
                year.into(),
            ];
            report.push(Row::new(cells).at_level(1));
        }
        let total = match kind {
            Kind::Earning => "Gross pay",
            Kind::Employer => "Employer's contributions",
            _ => return Ok(()),
        };
        let year = self.year_of(|of| Decimal::from(u8::from(of == kind)))?;
        report.push(Row::total([word(total), Cell::Empty, Cell::Empty, sum.into(), year]));
        Ok(())
    }

    fn net(&self, report: &mut Report) -> Result<(), OutputError> {
        let year = self.year_of(|kind| Decimal::from(kind.on_net()))?;
        let net = self.slip.net.to_decimal();
        report.push(Row::total([word("Net pay"), Cell::Empty, Cell::Empty, net.into(), year]));
        Ok(())
    }

    fn year_of(&self, with: impl Fn(Kind) -> Decimal) -> Result<Cell, OutputError> {
        self.year.as_ref().map_or(Ok(Cell::Empty), |year| year.sum(with).map(Cell::from))
    }

    /// What a line is called, with the period that it belongs to where that is another one.
    fn name(&self, line: &SlipLine, locale: &Locale) -> Cell {
        let label = self.labels.of(&self.slip.rules, &line.component, line.rule(), locale);
        match line.original {
            Some(day) => Phrase::from(label).and("·").and(Cell::Month(day)).into_cell(),
            None => label.into(),
        }
    }

    /// Who, for what, and where the money goes.
    fn facts(&self) -> Report {
        let mut facts = Report::new(word("Details"))
            .column(Column::text(word("What")).naming_rows())
            .column(Column::text(word("Value")));
        let mut tell = |what: Cell, value: Cell| facts.push(Row::new([what, value]));
        tell(word("Employee"), joined(&self.head.employee));
        tell(word("Employee number"), (&self.slip.number).into());
        tell(word("Employer"), joined(&self.head.employer));
        tell(word("Pay period"), period(self.slip.period_start, self.slip.period_end).into_cell());
        tell(word("Payment date"), self.slip.pay_date.into());
        for (name, value) in &self.head.details {
            tell(name.into(), value.into());
        }
        for share in self.slip.bank() {
            let shown = self.head.accounts.get(&share.account).unwrap_or(&share.account);
            tell(word("Paid to"), shown.into());
        }
        facts
    }

    /// The payslip as a page: HTML in light and dark, for phones, and for one sheet of paper.
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let (labels, slips) = (Labels::shipped(), slips_of_january());
    /// let page = Payslip::of(&slips[0], PayslipHead::default(), &labels).to_page(&Locale::en())?;
    /// assert!(page.to_html(&Locale::en()).contains("<table"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`OutputError::Exact`].
    pub fn to_page(&self, locale: &Locale) -> Result<Page, OutputError> {
        let currency = self.currency();
        let money = |amount: Decimal| Money::new(amount, currency);
        let mut withheld = Decimal::ZERO;
        for line in self.slip.lines.iter().filter(|line| line.kind.on_net() < 0) {
            add("deductions", &mut withheld, -on_net(line))?;
        }
        let title = Phrase::from(word("Payslip")).and(self.head.employee.first().cloned());
        let about = period(self.slip.period_start, self.slip.period_end);
        Ok(Page::new(title)
            .about(
                Phrase::from(self.head.employer.first().cloned()).and("·").and(about.into_cell()),
            )
            .figures([
                Figure::new(word("Gross pay"), self.slip.gross.money(currency)),
                Figure::new(word("Deductions"), money(withheld)),
                Figure::new(word("Net pay"), self.slip.net.money(currency)),
                Figure::new(word("Payment date"), self.slip.pay_date),
            ])
            .report(self.to_report(locale)?)
            .report(self.facts()))
    }

    /// The payslip as text, for a terminal or a mail.
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let (labels, slips) = (Labels::shipped(), slips_of_january());
    /// let text = Payslip::of(&slips[0], PayslipHead::default(), &labels).to_text(&Locale::de())?;
    /// assert!(text.contains("Entgeltabrechnung") && text.contains("Nettolohn"), "{text}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`OutputError::Exact`].
    pub fn to_text(&self, locale: &Locale) -> Result<String, OutputError> {
        let title = Phrase::from(word("Payslip")).show(locale);
        let facts = self.facts().to_text(locale, None);
        let figures = self.to_report(locale)?.to_text(locale, None);
        // The tables' own titles say nothing that the payslip's doesn't.
        let body =
            |text: &str| text.split_once('\n').map_or(String::new(), |(_, body)| body.to_owned());
        Ok(format!("{title}\n\n{}\n{}", body(&facts), body(&figures)))
    }
}

fn joined(lines: &[SmolStr]) -> Cell {
    lines.join(", ").into()
}

/// The days of a period, as a phrase.
fn period(start: NaiveDate, end: NaiveDate) -> Phrase {
    Phrase::from(start).and("–").and(end)
}
