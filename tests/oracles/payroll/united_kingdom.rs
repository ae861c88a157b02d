//! `uk_*.json`: HMRC's own test data of 2025-26, and sequences derived from an implementation that passes it.

use std::path::Path;

use fondaco_payroll::jurisdictions::united_kingdom::{TaxCode, united_kingdom};
use fondaco_payroll::{Case as Inputs, Program};
use serde_json::Value;

use super::{Answer, expected, id, on, plain, said, two};
use crate::case::{Case, each, part, parts};
use crate::json::{list, read, text};

fn program() -> Answer<Program> {
    on(&united_kingdom()?, "2025-04-06")
}

pub(super) fn frequency(text: &str) -> Result<&'static str, String> {
    Ok(match text {
        "Weekly" => "weekly",
        "Fortnightly" => "fortnightly",
        "FourWeekly" => "four_weekly",
        "Monthly" => "monthly",
        other => return Err(format!("{other} is no frequency")),
    })
}

/// What every case says: how often, which period, how much.
fn inputs<'p>(
    program: &'p Program,
    how_often: &str,
    period: String,
    gross: String,
) -> Result<Inputs<'p>, String> {
    let case = program.case("oracle").with("frequency", frequency(how_often)?);
    Ok(case.with("period", period).with("salary", gross))
}

pub(crate) fn paye(path: &Path) -> Answer<Vec<Case>> {
    let program = program()?;
    let file = read(path)?;
    let one = |case: &Value| -> Answer<Case> {
        let gross: fondaco::rust_decimal::Decimal = plain(case, "gross_in_period")?.parse()?;
        let to_date: fondaco::rust_decimal::Decimal =
            plain(case, "taxable_pay_to_date")?.parse()?;
        let week_1 = plain(case, "week1_month1")?;
        let inputs =
            inputs(&program, text(case, "frequency")?, plain(case, "period")?, gross.to_string())?;
        let inputs = TaxCode::parse(text(case, "tax_code")?)?.say(inputs).with("week_1", week_1);
        let inputs = inputs
            .with("pay_to_date", to_date - gross)
            .with("tax_to_date", plain(case, "tax_paid_before")?);
        let slip = program.run(&inputs);
        let wanted = case.get("expected").ok_or("a case has what is expected")?;
        let names = [("income_tax", "tax_in_period"), ("tax_to_date", "tax_to_date")];
        Ok(Case::exact(
            id(case)?,
            expected(wanted, &names)?,
            said(&slip, &["income_tax", "tax_to_date"]),
        ))
    };
    Ok(each(list(&file, "cases")?, one))
}

/// One employee over a year: what a period leaves is what the next begins with.
pub(crate) fn sequences(path: &Path) -> Answer<Vec<Case>> {
    let program = program()?;
    let file = read(path)?;
    let one = |sequence: &Value| -> Answer<Vec<Case>> {
        let mut cases = Vec::new();
        let (mut pay, mut tax) = ("0".to_owned(), "0".to_owned());
        for row in list(sequence, "rows")? {
            let inputs = inputs(
                &program,
                text(sequence, "frequency")?,
                plain(row, "period")?,
                plain(row, "gross")?,
            )?;
            let inputs = TaxCode::parse(text(row, "tax_code")?)?.say(inputs);
            let slip = program
                .run(&inputs.with("pay_to_date", pay.as_str()).with("tax_to_date", tax.as_str()));
            if let Ok(slip) = &slip {
                (pay, tax) = (two(slip.amount("pay_to_date")?), two(slip.amount("tax_to_date")?));
            }
            let id =
                format!("{}/{} {}", id(sequence)?, plain(row, "period")?, text(row, "tax_code")?);
            let names = [("income_tax", "tax_in_period"), ("tax_to_date", "tax_to_date")];
            cases.push(Case::exact(
                id,
                expected(row, &names)?,
                said(&slip, &["income_tax", "tax_to_date"]),
            ));
        }
        Ok(cases)
    };
    let mut cases = parts(list(&file, "sequences")?, one);
    cases.extend(part("whole runs", super::runs::sequences(&file)));
    Ok(cases)
}

pub(crate) fn insurance(path: &Path) -> Answer<Vec<Case>> {
    let program = program()?;
    let file = read(path)?;
    let one = |case: &Value| -> Answer<Case> {
        let inputs = inputs(&program, text(case, "frequency")?, "1".into(), plain(case, "gross")?)?;
        let slip = program
            .run(&inputs.with("code_kind", "no_tax").with("ni_letter", text(case, "category")?));
        let wanted = case.get("expected").ok_or("a case has what is expected")?;
        let names = [("employee_ni", "employee"), ("employer_ni", "employer")];
        Ok(Case::exact(
            id(case)?,
            expected(wanted, &names)?,
            said(&slip, &["employee_ni", "employer_ni"]),
        ))
    };
    let mut cases = each(list(&file, "cases")?, one);
    cases.extend(super::runs::insurance(&file)?);
    Ok(cases)
}

pub(crate) fn directors(path: &Path) -> Answer<Vec<Case>> {
    let program = program()?;
    let file = read(path)?;
    Ok(each(list(&file, "cases")?, |case| director(&program, case)))
}

fn director(program: &Program, case: &Value) -> Answer<Case> {
    let amount =
        |name| -> Answer<fondaco::rust_decimal::Decimal> { Ok(plain(case, name)?.parse()?) };
    let yearly = text(case, "StatusMethod")? == "StandardAnnualisedEarningsMethod";
    let period: u32 = plain(case, "Period")?.parse()?;
    let from_week = if case.get("ProRataFactor").is_some() { 5 } else { 1 };
    let inputs = inputs(program, "Weekly", period.to_string(), amount("GrossPay")?.to_string())?;
    let inputs = inputs
        .with("code_kind", "no_tax")
        .with("ni_letter", text(case, "NiCategory")?)
        .with("ni_method", if yearly { "annual" } else { "alternative" })
        .with("ni_last_of_year", period == 52)
        .with("director_weeks", 53 - from_week)
        .with("ni_pay_to_date", amount("GrossPayYtd")? - amount("GrossPay")?)
        .with(
            "employee_ni_to_date",
            amount("EmployeeNiContributionYtd")? - amount("EmployeeNiContribution")?,
        )
        .with(
            "employer_ni_to_date",
            amount("TotalEmployerContributions_YTD")? - employer_paid(case)?,
        );
    let slip = program.run(&inputs);
    let ours = said(&slip, &["employee_ni", "employer_ni"]);
    let wanted = format!(
        "employee_ni {}, employer_ni {}",
        two(amount("EmployeeNiContribution")?),
        two(employer_paid(case)?)
    );
    Ok(Case::exact(text(case, "TestIdentifier")?.to_owned(), wanted, ours))
}

/// The source file repeats the employee's figure in one row; the collection has the right one beside it.
fn employer_paid(case: &Value) -> Answer<fondaco::rust_decimal::Decimal> {
    let name = if case.get("_corrected_employer").is_some() {
        "_corrected_employer"
    } else {
        "EmployerNiContribution"
    };
    Ok(plain(case, name)?.parse()?)
}
