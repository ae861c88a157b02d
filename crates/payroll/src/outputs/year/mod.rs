//! What a year of slips comes to on the forms of three countries: each box with its figure, and the official text that says what it is.
//!
//! | form | of | source |
//! |---|---|---|
//! | [`W2`] | United States | IRS, General Instructions for Forms W-2 and W-3; 26 USC 6051 |
//! | [`P60`] | United Kingdom | The Income Tax (Pay As You Earn) Regulations 2003, regulation 67; HMRC, P60 for 2025 to 2026 |
//! | [`Lohnsteuerbescheinigung`] | Germany | § 41b EStG; the ministry's letter on the printout of the electronic certificate |
//!
//! The forms are of the [shipped rules](crate::jurisdictions), alone or with more behind them (`united_states+texas`): their components are what the boxes add up. They take the slips that count, of one
//! employee and one year, in any order; slips that were voided are left out, and what was corrected counts as it is now. What a year began with is told by
//! [`opening_sums`](crate::runs::opening_sums).

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::report::{Column, Report, Row, word};
use fondaco_core::{Currency, decimal};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{OutputError, add};
use crate::rules::Kind;
use crate::runs::{OpeningSum, PayValue, Slip, SlipLine, base};

mod insurance;
mod lohnsteuer;
mod p60;
mod w2;

pub use insurance::NationalInsurance;
pub use lohnsteuer::Lohnsteuerbescheinigung;
pub use p60::P60;
pub use w2::{StateWages, W2};

/// One box of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormBox {
    /// Its number on the form: `12a D`.
    pub code: &'static str,
    /// What the form calls it.
    pub label: &'static str,
    /// The figure.
    pub amount: Decimal,
    /// What says what belongs in it.
    pub source: &'static str,
}

impl FormBox {
    fn new(
        code: &'static str,
        label: &'static str,
        amount: Decimal,
        source: &'static str,
    ) -> FormBox {
        FormBox { code, label, amount, source }
    }
}

/// Boxes as a table.
fn report(
    title: &'static str,
    number: &SmolStr,
    year: i32,
    currency: Currency,
    boxes: &[FormBox],
) -> Report {
    let title = fondaco_core::report::Phrase::from(title)
        .and(year.to_string())
        .and("·")
        .and(number.clone());
    let mut report = Report::new(title)
        .column(Column::text(word("Box")))
        .column(Column::text(word("What")).naming_rows())
        .column(Column::amount(word("Amount"), currency))
        .column(Column::text(word("Source")));
    for of in boxes {
        report.push(Row::new([
            of.code.into(),
            of.label.into(),
            of.amount.into(),
            of.source.into(),
        ]));
    }
    report
}

/// The year that each period counts to, over some sort of year.
struct Periods<'o> {
    over: &'o str,
    years: BTreeMap<NaiveDate, i32>,
}

impl<'o> Periods<'o> {
    /// As the slips of the periods themselves say.
    fn of(slips: &[&Slip], over: &'o str) -> Periods<'o> {
        let own = slips.iter().filter(|slip| slip.rests_on.is_none());
        let years = own.filter_map(|slip| Some((slip.period_start, slip.input.year(over)?)));
        Periods { over, years: years.collect() }
    }

    /// The year that a line counts to: that of its slip, but of its own period where the law pays differences of old periods anew. Such a
    /// slip is computed from nothing that is paid on its day.
    fn year(&self, slip: &Slip, line: &SlipLine) -> Option<i32> {
        let is_anew = slip.rests_on.is_some() && slip.input.components.is_empty();
        let of_its_own = line.original.filter(|_| is_anew);
        let known = of_its_own.and_then(|period| self.years.get(&period).copied());
        known.or_else(|| slip.input.year(self.over))
    }

    /// Whether a line takes pay of another year back than the one that its slip counts to.
    fn is_taken_back(&self, slip: &Slip, line: &SlipLine) -> bool {
        let of = line.original.and_then(|period| self.years.get(&period).copied());
        slip.rests_on.is_some()
            && matches!(line.kind, Kind::Earning | Kind::Benefit)
            && line.amount.is_sign_negative()
            && of.is_some_and(|of| self.year(slip, line) != Some(of))
    }
}

/// The slips of an employee's year, added up.
struct YearOf<'s> {
    number: SmolStr,
    year: i32,
    /// By the rule or input that the lines come from.
    lines: BTreeMap<(Kind, SmolStr), Decimal>,
    /// Pay of earlier years that was taken back, outside the rules: below zero.
    taken_back: Decimal,
    /// In the order in which they were paid.
    slips: Vec<&'s Slip>,
}

impl<'s> YearOf<'s> {
    /// Adds up what slips that are computed by the shipped rules of a name have in a year. Retro pay needs the slips of the periods that it is
    /// for: they say which year these count to.
    fn of(
        slips: &'s [impl Borrow<Slip>],
        rules: &str,
        over: &str,
        year: i32,
    ) -> Result<YearOf<'s>, OutputError> {
        let counted = slips.iter().map(Borrow::borrow).filter(|slip| slip.status.counts());
        let mut slips: Vec<&Slip> = counted.collect();
        let periods = Periods::of(&slips, over);
        let is_of = |slip: &Slip, line: &SlipLine| periods.year(slip, line) == Some(year);
        slips.retain(|slip| {
            slip.input.year(over) == Some(year) || slip.lines.iter().any(|line| is_of(slip, line))
        });
        slips.sort_by_key(|slip| (slip.pay_date, slip.period_start, slip.known_at));
        let first = slips.first().ok_or(OutputError::NoSlip)?;
        let (number, employee) = (first.number.clone(), first.employee);
        let mixed = |field, found: &str, wanted: &str| OutputError::Mixed {
            number: number.clone(),
            field,
            found: found.into(),
            wanted: wanted.into(),
        };
        let mut lines: BTreeMap<(Kind, SmolStr), Decimal> = BTreeMap::new();
        let mut taken_back = Decimal::ZERO;
        for slip in &slips {
            if slip.employee != employee {
                return Err(mixed("an employee", &slip.number, &number));
            }
            if base(&slip.rules) != rules {
                return Err(mixed("the rules", &slip.rules, rules));
            }
            for line in slip.lines.iter().filter(|line| is_of(slip, line)) {
                if periods.is_taken_back(slip, line) {
                    add("a box", &mut taken_back, line.amount)?;
                }
                add(
                    "a sum of the year",
                    lines.entry((line.kind, line.rule().into())).or_default(),
                    line.amount,
                )?;
            }
        }
        Ok(YearOf { number, year, lines, taken_back, slips })
    }

    /// What the lines of some rules or inputs come to.
    fn sum(&self, names: &[&str]) -> Result<Decimal, OutputError> {
        self.total(|_, name| names.contains(&name))
    }

    /// What all lines of a kind come to.
    fn kind(&self, kind: Kind) -> Result<Decimal, OutputError> {
        self.total(|of, _| of == kind)
    }

    fn total(&self, which: impl Fn(Kind, &str) -> bool) -> Result<Decimal, OutputError> {
        let mut sum = Decimal::ZERO;
        for (_, amount) in self.lines.iter().filter(|((kind, name), _)| which(*kind, name)) {
            add("a box", &mut sum, *amount)?;
        }
        Ok(decimal::normalize(sum))
    }

    /// What the slips added to a year-to-date sum, without what it began with.
    fn added(&self, sum: &str) -> Result<Decimal, OutputError> {
        let mut added = Decimal::ZERO;
        for of in self
            .slips
            .iter()
            .flat_map(|slip| slip.sums.iter())
            .filter(|of| of.sum == sum && [0, self.year].contains(&of.year))
        {
            add("a box", &mut added, of.after)?;
            add("a box", &mut added, -of.before)?;
        }
        Ok(decimal::normalize(added))
    }

    /// The slips that a part of the rules computed: `california` of `united_states+california`.
    fn of_part(&self, part: &str) -> impl Iterator<Item = &&'s Slip> {
        self.slips.iter().filter(move |slip| slip.rules.split('+').any(|rules| rules == part))
    }

    /// The days on which slips of a part of the rules were paid that don't know one of its sums: they were computed before it had it.
    /// Differences of old periods, which are computed from nothing, have the sums that they change.
    fn paid_without(&self, part: &str, sum: &str) -> Vec<NaiveDate> {
        let own = self.of_part(part);
        let own = own.filter(|slip| slip.rests_on.is_none() || !slip.input.components.is_empty());
        let without = own.filter(|slip| slip.sums.iter().all(|of| of.sum != sum));
        without.map(|slip| slip.pay_date).collect()
    }

    /// What a year-to-date sum began with, as it was entered: pay of a former employer, or of the system before. What a slip began with is
    /// no answer, for slips before it may have been voided since.
    fn brought(&self, opened: &[Arc<OpeningSum>], sum: &str) -> Result<Decimal, OutputError> {
        let employee = self.slips.first().map(|slip| slip.employee);
        let of = opened
            .iter()
            .filter(|of| Some(of.employee) == employee && of.sum == sum && of.year == self.year);
        let mut brought = Decimal::ZERO;
        for of in of {
            add("a box", &mut brought, of.amount.to_decimal())?;
        }
        Ok(decimal::normalize(brought))
    }
}

/// What a slip's rules were told under a name, in words; nothing once the person was erased.
fn told(slip: &Slip, name: &str) -> Option<SmolStr> {
    match slip.value(name)? {
        PayValue::Text(text) => Some(text.clone()),
        PayValue::Bool(is) => Some(SmolStr::new_static(if *is { "true" } else { "false" })),
    }
}

fn less(what: &'static str, from: Decimal, taken: Decimal) -> Result<Decimal, OutputError> {
    decimal::sub(from, taken).map_err(|error| OutputError::Exact { what, error })
}
