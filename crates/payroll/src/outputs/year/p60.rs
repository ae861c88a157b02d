//! The P60, the end of year certificate of the United Kingdom.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::Currency;
use fondaco_core::report::Report;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{FormBox, OutputError, YearOf, add, less, report};
use crate::runs::{OpeningSum, PayValue, Slip};

/// The figures of a P60.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct P60 {
    /// The employee's number with the company.
    pub number: SmolStr,
    /// The tax year, by the year in which it begins: 2025 is 6 April 2025 to 5 April 2026.
    pub year: i32,
    /// Pay in previous employments, of a P45.
    pub previous_pay: Decimal,
    /// Tax deducted there.
    pub previous_tax: Decimal,
    /// Pay in this employment.
    pub pay: Decimal,
    /// Tax deducted in this employment; below zero it was refunded.
    pub tax: Decimal,
    /// National Insurance, by category letter in order.
    pub national_insurance: Vec<NationalInsurance>,
    /// Student loan deductions, in whole pounds.
    pub student_loan: Decimal,
    /// Postgraduate loan deductions, in whole pounds.
    pub postgraduate_loan: Decimal,
}

/// What was paid under a category letter of National Insurance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NationalInsurance {
    /// The letter.
    pub letter: SmolStr,
    /// Earnings that contributions are reckoned on, all of them.
    pub earnings: Decimal,
    /// The employee's contributions.
    pub employee: Decimal,
    /// The employer's.
    pub employer: Decimal,
}

const HMRC: &str = "SI 2003/2682, regulation 67; HMRC, P60 End of Year Certificate";

impl P60 {
    /// The figures of an employee's tax year, by the year in which it begins: slips by the shipped rules `united_kingdom`.
    ///
    /// # Errors
    /// [`OutputError`]: no slip of the year, slips of two employees or other rules, a figure without room.
    pub fn of(
        slips: &[impl Borrow<Slip>],
        opened: &[Arc<OpeningSum>],
        year: i32,
    ) -> Result<P60, OutputError> {
        let of = YearOf::of(slips, "united_kingdom", "tax_year", year)?;
        Ok(P60 {
            number: of.number.clone(),
            year: of.year,
            previous_pay: of.brought(opened, "pay_to_date")?,
            previous_tax: of.brought(opened, "tax_to_date")?,
            pay: of.added("pay_to_date")?,
            tax: of.added("tax_to_date")?,
            national_insurance: by_letter(&of)?,
            student_loan: of.sum(&["student_loan"])?,
            postgraduate_loan: of.sum(&["postgraduate_loan_repayment"])?,
        })
    }

    /// Pay of the year, previous employments included.
    ///
    /// # Errors
    /// [`OutputError::Exact`].
    pub fn total_pay(&self) -> Result<Decimal, OutputError> {
        less("pay of the year", self.pay, -self.previous_pay)
    }

    /// The lines that have a figure, in the form's order.
    ///
    /// # Errors
    /// [`OutputError::Exact`].
    pub fn boxes(&self) -> Result<Vec<FormBox>, OutputError> {
        let of = |code, label, amount| FormBox::new(code, label, amount, HMRC);
        let mut employee = Decimal::ZERO;
        for ni in &self.national_insurance {
            add("National Insurance", &mut employee, ni.employee)?;
        }
        let tax = less("tax of the year", self.tax, -self.previous_tax)?;
        let all = [
            of("Previous pay", "In previous employment(s): pay", self.previous_pay),
            of("Previous tax", "In previous employment(s): tax deducted", self.previous_tax),
            of("Pay", "In this employment: pay", self.pay),
            of("Tax", "In this employment: tax deducted", self.tax),
            of("Total pay", "Total for year: pay", self.total_pay()?),
            of("Total tax", "Total for year: tax deducted", tax),
            of("NI", "Employee's contributions due on all earnings above the PT", employee),
            of("Student loan", "Student loan deductions", self.student_loan),
            of("Postgraduate loan", "Postgraduate loan deductions", self.postgraduate_loan),
        ];
        Ok(all.into_iter().filter(|of| !of.amount.is_zero()).collect())
    }

    /// The lines as a table.
    ///
    /// # Errors
    /// [`OutputError::Exact`].
    pub fn to_report(&self) -> Result<Report, OutputError> {
        Ok(report("P60", &self.number, self.year, Currency::GBP, &self.boxes()?))
    }
}

/// Contributions by the letter that each slip was computed with.
fn by_letter(of: &YearOf<'_>) -> Result<Vec<NationalInsurance>, OutputError> {
    let mut all: BTreeMap<SmolStr, NationalInsurance> = BTreeMap::new();
    for slip in &of.slips {
        let letter = match slip.value("ni_letter") {
            Some(PayValue::Text(letter)) => letter.clone(),
            _ => SmolStr::new_static("A"),
        };
        let none = || NationalInsurance {
            letter: letter.clone(),
            earnings: Decimal::ZERO,
            employee: Decimal::ZERO,
            employer: Decimal::ZERO,
        };
        let ni = all.entry(letter.clone()).or_insert_with(none);
        for sum in slip.sums.iter().filter(|sum| sum.sum == "ni_pay_to_date") {
            add("earnings", &mut ni.earnings, less("earnings", sum.after, sum.before)?)?;
        }
        for line in slip.lines.iter() {
            match line.rule() {
                "employee_ni" => add("contributions", &mut ni.employee, line.amount)?,
                "employer_ni" => add("contributions", &mut ni.employer, line.amount)?,
                _ => {}
            }
        }
    }
    Ok(all.into_values().collect())
}
