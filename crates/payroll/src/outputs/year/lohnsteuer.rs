//! The Lohnsteuerbescheinigung, what a German employer reports of a year to the tax office and hands to the employee.

use std::borrow::Borrow;

use chrono::NaiveDate;
use fondaco_core::Currency;
use fondaco_core::report::Report;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{FormBox, OutputError, YearOf, report};
use crate::runs::Slip;

/// The figures of a Lohnsteuerbescheinigung, as far as the shipped rules compute them. What is taxed at a flat rate, a minijob's pay too, is
/// no part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lohnsteuerbescheinigung {
    /// The employee's number with the company.
    pub number: SmolStr,
    /// The calendar year.
    pub year: i32,
    /// Line 1: from when in the year was paid, by the slips.
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
    /// The figures of an employee's year: slips by the shipped rules `germany`.
    ///
    /// # Errors
    /// [`OutputError`]: no slip of the year, slips of two employees or other rules, a figure without room.
    pub fn of(
        slips: &[impl Borrow<Slip>],
        year: i32,
    ) -> Result<Lohnsteuerbescheinigung, OutputError> {
        let of = YearOf::of(slips, "germany", "calendar_year", year)?;
        Ok(Lohnsteuerbescheinigung {
            number: of.number.clone(),
            year: of.year,
            from: of.slips.iter().map(|slip| slip.period_start).min().unwrap_or_default(),
            to: of.slips.iter().map(|slip| slip.period_end).max().unwrap_or_default(),
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
