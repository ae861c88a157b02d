//! The P60, the end of year certificate of the United Kingdom.

use std::borrow::Borrow;
use std::sync::Arc;

use fondaco_core::Currency;
use fondaco_core::report::{Cell, Report, Row};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::insurance::{NationalInsurance, by_letter};
use super::{FormBox, OutputError, YearOf, add, less, report};
use crate::runs::{OpeningSum, Slip};

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
    /// Statutory maternity, adoption, paternity, shared parental, bereavement and neonatal care pay, which is within pay.
    pub parental_pay: Decimal,
    /// The last tax code: `1257L`, `SD0 M1`. Behind an allowance stands L, for the rules are told its number alone. Nothing, once the person
    /// was erased.
    pub tax_code: SmolStr,
}

const HMRC: &str = "SI 2003/2682, regulation 67; HMRC, P60 End of Year Certificate";

impl P60 {
    /// The figures of an employee's tax year, by the year in which it begins: slips by the shipped rules `united_kingdom`.
    ///
    /// ```
    /// use fondaco_payroll::outputs::year::P60;
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let (payroll, _) = january();
    /// let mut case = case("1001", "2026-01-01/2026-01-31", "3000").in_year("tax_year", 2025);
    /// case.rules = "united_kingdom".into();
    /// let case = case.with("frequency", "monthly").with("period", "10").with("code_kind", "allowance").with("code_number", "1257");
    /// let mut slip = payroll.view(|view| preview(view, &case))?;
    /// slip.status = SlipStatus::Paid; // as if it had been approved
    /// let p60 = P60::of(&[slip], &[], 2025)?;
    /// assert_eq!((p60.pay, p60.tax_code.as_str()), (3000.into(), "1257L"));
    /// assert_eq!(p60.national_insurance[0].at_lower_limit, 542.into());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`OutputError`]: no slip of the year, slips of two employees or other rules, a period whose limits of National Insurance the shipped
    /// rules don't know, a figure without room.
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
            parental_pay: of.sum(&["statutory_parental_pay"])?,
            tax_code: of.slips.last().map_or(SmolStr::default(), |slip| tax_code(slip)),
        })
    }

    /// Pay of the year, previous employments included.
    ///
    /// ```
    /// use fondaco_payroll::outputs::year::P60;
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let (payroll, _) = january();
    /// let mut case = case("1001", "2026-01-01/2026-01-31", "3000").in_year("tax_year", 2025);
    /// case.rules = "united_kingdom".into();
    /// let case = case.with("frequency", "monthly").with("period", "10").with("code_kind", "allowance").with("code_number", "1257");
    /// let mut slip = payroll.view(|view| preview(view, &case))?;
    /// slip.status = SlipStatus::Paid; // as if it had been approved
    /// assert_eq!(P60::of(&[slip], &[], 2025)?.total_pay()?, 3000.into());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
            of("Statutory pay", "Statutory parental pay included in the pay", self.parental_pay),
        ];
        Ok(all.into_iter().filter(|of| !of.amount.is_zero()).collect())
    }

    /// The lines as a table, with those of National Insurance letter by letter.
    ///
    /// # Errors
    /// [`OutputError::Exact`].
    pub fn to_report(&self) -> Result<Report, OutputError> {
        let mut all = report("P60", &self.number, self.year, Currency::GBP, &self.boxes()?);
        for ni in &self.national_insurance {
            let columns = [
                ("1a", "Earnings at the LEL", ni.at_lower_limit),
                ("1b", "Earnings above the LEL, up to and including the PT", ni.to_threshold),
                ("1c", "Earnings above the PT, up to and including the UEL", ni.to_upper_limit),
                ("1d", "Employee's contributions due on all earnings above the PT", ni.employee),
            ];
            for (code, label, amount) in columns {
                let code = format_smolstr!("{} {code}", ni.letter);
                all.push(Row::new([
                    code.as_str().into(),
                    label.into(),
                    amount.into(),
                    HMRC.into(),
                ]));
            }
        }
        if !self.tax_code.is_empty() {
            let code = format_smolstr!("Final tax code {}", self.tax_code);
            all.push(Row::new(["Code".into(), code.as_str().into(), Cell::Empty, HMRC.into()]));
        }
        Ok(all)
    }
}

/// A tax code as it is written, with the marker of a code that is used for each period by itself.
fn tax_code(slip: &Slip) -> SmolStr {
    let told = |name: &str| super::told(slip, name).unwrap_or_default();
    let nation = match told("nation").as_str() {
        "scotland" => "S",
        "wales" => "C",
        _ => "",
    };
    let number = told("code_number");
    let code = match told("code_kind").as_str() {
        "allowance" => format_smolstr!("{nation}{number}L"),
        "addition" => format_smolstr!("{nation}K{number}"),
        "no_tax" => SmolStr::new_static("NT"),
        "no_allowance" => format_smolstr!("{nation}0T"),
        scottish @ ("sd0" | "sd1" | "sd2" | "sd3") => scottish.to_uppercase().into(),
        flat @ ("br" | "d0" | "d1") => format_smolstr!("{nation}{}", flat.to_uppercase()),
        _ => return SmolStr::default(),
    };
    let by_month =
        matches!(told("frequency").as_str(), "monthly" | "quarterly" | "half_yearly" | "yearly");
    match (told("week_1").as_str(), by_month) {
        ("true", true) => format_smolstr!("{code} M1"),
        ("true", false) => format_smolstr!("{code} W1"),
        _ => code,
    }
}
