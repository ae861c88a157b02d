//! The Lohnsteuerbescheinigung, what a German employer reports of a year to the tax office and hands to the employee.

use std::borrow::Borrow;

use chrono::{Datelike, Months, NaiveDate};
use fondaco_core::report::Report;
use fondaco_core::{Currency, DateRange};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{FormBox, OutputError, YearOf, report};
use crate::runs::{RunKind, Slip};

/// The figures of a Lohnsteuerbescheinigung, as far as the shipped rules compute them. What is taxed at a flat rate, a minijob's pay too, is
/// no part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lohnsteuerbescheinigung {
    /// The employee's number with the company.
    pub number: SmolStr,
    /// The calendar year.
    pub year: i32,
    /// Line 1: from when in the year the employment was. Of what is paid after it had ended, this year or before, the month of payment.
    pub from: NaiveDate,
    /// And until when.
    pub to: NaiveDate,
    /// Line 3: Bruttoarbeitslohn, benefits in kind included, without what is free of tax.
    pub gross: Decimal,
    /// Line 4: Lohnsteuer.
    pub wage_tax: Decimal,
    /// Line 5: Solidaritätszuschlag.
    pub solidarity_surcharge: Decimal,
    /// Line 6: Kirchensteuer of the employee.
    pub church_tax: Decimal,
    /// Line 22a: the employer's part of statutory pension insurance.
    pub pension_employer: Decimal,
    /// Line 23a: the employee's part of it.
    pub pension_employee: Decimal,
    /// Line 25: the employee's contributions to statutory health insurance.
    pub health_employee: Decimal,
    /// Line 26: the employee's contributions to care insurance.
    pub care_employee: Decimal,
    /// Line 27: the employee's contributions to unemployment insurance.
    pub unemployment_employee: Decimal,
}

const LAW: &str = "§ 41b Abs. 1 Satz 2 Nr. 4 EStG";
const INSURANCE: &str = "§ 41b Abs. 1 Satz 2 Nr. 11 bis 13 EStG";

impl Lohnsteuerbescheinigung {
    /// The figures of an employee's year: slips by the shipped rules `germany`, and the days of the employment that they pay, as
    /// [`employments`](crate::staff::employments) tells them. Who had two in a year has two certificates. So has who was paid a
    /// `sonstiger Bezug` after the employment had ended: give those slips by themselves, and line 1 is the month of payment (BMF of 9
    /// September 2019, BStBl 2019 I, 911, part III). So it is of whoever left in an earlier year and is paid this year: what belongs to a
    /// year is what was paid in it, but for current pay of a period that ended before (§ 38a Abs. 1 Satz 2 and 3 EStG).
    ///
    /// ```
    /// use fondaco_payroll::outputs::year::Lohnsteuerbescheinigung;
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let (payroll, _) = january();
    /// let mut case = case("1001", "2026-03-01/2026-03-31", "4000");
    /// (case.rules, case.components[0].input) = ("germany".into(), "wage".into());
    /// let case = case.with("pay_period", "month").with("tax_class", "I").with("fund_rate", "2.9%").with("care_childless", true);
    /// let mut slip = payroll.view(|view| preview(view, &case))?;
    /// slip.status = SlipStatus::Paid; // as if it had been approved
    /// let employed = "2026-03-10/..".parse()?;
    /// let figures = Lohnsteuerbescheinigung::of(&[slip], employed, 2026)?;
    /// assert_eq!((figures.from, figures.to), (day("2026-03-10"), day("2026-12-31")));
    /// assert_eq!(figures.gross, 4000.into());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`OutputError`]: no slip of the year, slips of two employees or other rules, an employment that begins after the year, a figure without
    /// room.
    pub fn of(
        slips: &[impl Borrow<Slip>],
        employed: DateRange,
        year: i32,
    ) -> Result<Lohnsteuerbescheinigung, OutputError> {
        let of = YearOf::of(slips, "germany", "calendar_year", year)?;
        let (from, to) = line_1(&of, employed)?;
        Ok(Lohnsteuerbescheinigung {
            number: of.number.clone(),
            year: of.year,
            from,
            to,
            gross: of.sum(&["wage", "bonus", "benefits_in_kind"])?,
            wage_tax: of.sum(&["income_tax", "bonus_tax"])?,
            solidarity_surcharge: of.sum(&["solidarity_surcharge", "bonus_surcharge"])?,
            church_tax: of.sum(&["church_tax", "bonus_church_tax"])?,
            pension_employer: of.sum(&["pension_insurance_employer"])?,
            pension_employee: of.sum(&["pension_insurance_employee"])?,
            health_employee: of
                .sum(&["health_insurance_employee", "health_additional_employee"])?,
            care_employee: of.sum(&["care_insurance_employee"])?,
            unemployment_employee: of.sum(&["unemployment_insurance_employee"])?,
        })
    }

    /// The lines that have a figure, in the form's order.
    pub fn boxes(&self) -> Vec<FormBox> {
        let all = [
            FormBox::new("3", "Bruttoarbeitslohn einschließlich Sachbezüge", self.gross, LAW),
            FormBox::new("4", "Einbehaltene Lohnsteuer von 3.", self.wage_tax, LAW),
            FormBox::new(
                "5",
                "Einbehaltener Solidaritätszuschlag von 3.",
                self.solidarity_surcharge,
                LAW,
            ),
            FormBox::new(
                "6",
                "Einbehaltene Kirchensteuer des Arbeitnehmers von 3.",
                self.church_tax,
                LAW,
            ),
            FormBox::new(
                "22a",
                "Arbeitgeberanteil zur gesetzlichen Rentenversicherung",
                self.pension_employer,
                INSURANCE,
            ),
            FormBox::new(
                "23a",
                "Arbeitnehmeranteil zur gesetzlichen Rentenversicherung",
                self.pension_employee,
                INSURANCE,
            ),
            FormBox::new(
                "25",
                "Arbeitnehmerbeiträge zur gesetzlichen Krankenversicherung",
                self.health_employee,
                INSURANCE,
            ),
            FormBox::new(
                "26",
                "Arbeitnehmerbeiträge zur sozialen Pflegeversicherung",
                self.care_employee,
                INSURANCE,
            ),
            FormBox::new(
                "27",
                "Arbeitnehmerbeiträge zur Arbeitslosenversicherung",
                self.unemployment_employee,
                INSURANCE,
            ),
        ];
        all.into_iter().filter(|of| !of.amount.is_zero()).collect()
    }

    /// The lines as a table.
    pub fn to_report(&self) -> Report {
        report("Lohnsteuerbescheinigung", &self.number, self.year, Currency::EUR, &self.boxes())
    }
}

/// Whether a slip pays nothing of the employment's own periods that was due while it lasted: days after it, what is paid besides when it had
/// ended, or pay that belongs to a year after it.
fn is_after(slip: &Slip, end: NaiveDate, year: i32) -> bool {
    let besides = match slip.kind {
        RunKind::Bonus | RunKind::Retro => true,
        RunKind::OffCycle => !slip.input.pays_period,
        _ => false,
    };
    end < slip.period_start || (besides && end < slip.pay_date) || end.year() < year
}

/// The days of the employment in the year; of slips that are all paid after it, the months in which they were paid.
fn line_1(of: &YearOf<'_>, employed: DateRange) -> Result<(NaiveDate, NaiveDate), OutputError> {
    let after = |slip: &&Slip| employed.end().is_some_and(|end| is_after(slip, end, of.year));
    let line = match of.slips.iter().all(after) {
        true => {
            let paid = of.slips.iter().map(|slip| slip.pay_date);
            paid.clone().min().zip(paid.max()).and_then(|(first, last)| months(first, last))
        }
        false => {
            let year = NaiveDate::from_ymd_opt(of.year, 1, 1).and_then(|first| {
                DateRange::new(first, NaiveDate::from_ymd_opt(of.year, 12, 31)?).ok()
            });
            year.and_then(|year| employed.intersect(year))
                .and_then(|days| days.start().zip(days.end()))
        }
    };
    let (number, year) = (of.number.clone(), of.year);
    line.ok_or(OutputError::NotEmployed { number, employed, year })
}

/// From the first day of the month of a day to the last of that of another.
fn months(first: NaiveDate, last: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let next = last.with_day(1)?.checked_add_months(Months::new(1))?;
    Some((first.with_day(1)?, next.pred_opt()?))
}
