//! `ca_tax_2021_pdoc.json`: what the Canada Revenue Agency's calculator said, federal and provincial tax of two weeks.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use fondaco_payroll::jurisdictions::canada;
use serde_json::Value;

use super::{Answer, expected, on, plain, said, unread};
use crate::case::{Case, each, part};
use crate::json::{list, read, text};

/// What of a case is read.
const READ: [&str; 9] = [
    "country",
    "province",
    "date",
    "pay_periods",
    "federal_claim",
    "provincial_claim",
    "gross_income",
    "federal_deduction",
    "provincial_deduction",
];

pub(crate) fn deductions(path: &Path) -> Answer<Vec<Case>> {
    let rules = canada()?;
    let file = read(path)?;
    let mut programs = BTreeMap::new();
    for case in list(&file, "cases")? {
        let day = text(case, "date")?;
        if !programs.contains_key(day) {
            // As the calculator has them: 01/31/21.
            let date = NaiveDate::parse_from_str(day, "%m/%d/%y")?;
            programs.insert(day, on(&rules, &date.to_string())?);
        }
    }
    let one = |case: &Value| -> Answer<Case> {
        let program = programs.get(text(case, "date")?).ok_or("a program for each day")?;
        let frequency = frequency(case)?;
        let (gross, claim) = (plain(case, "gross_income")?, plain(case, "federal_claim")?);
        let of_province = plain(case, "provincial_claim")?;
        let province = text(case, "province")?;
        let id = format!("{province} {gross} {claim} {of_province}");
        let others =
            (text(case, "country")? != "CA").then(|| "it is of another country".to_owned());
        if let Some(reason) = others.or_else(|| unread(case, &READ)) {
            return Ok(Case::unsupported(id, &reason));
        }
        let inputs = program.case("oracle").with("frequency", frequency).with("province", province);
        let inputs = inputs
            .with("wages", gross)
            .with("federal_claim", claim)
            .with("provincial_claim", of_province);
        let slip = program.run(&inputs);
        let names =
            [("federal_tax", "federal_deduction"), ("provincial_tax", "provincial_deduction")];
        Ok(Case::exact(
            id,
            expected(case, &names)?,
            said(&slip, &["federal_tax", "provincial_tax"]),
        ))
    };
    let mut cases = each(list(&file, "cases")?, one);
    cases.extend(part("whole runs", super::runs::canadian(&file)));
    Ok(cases)
}

/// How often is paid, by the pay periods of a year.
pub(super) fn frequency(case: &Value) -> Answer<&'static str> {
    Ok(match text(case, "pay_periods")? {
        "52" => "weekly",
        "26" => "biweekly",
        "24" => "semimonthly",
        "12" => "monthly",
        other => return Err(format!("{other} pay periods have no name").into()),
    })
}
