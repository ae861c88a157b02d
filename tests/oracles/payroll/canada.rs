//! `ca_tax_2021_pdoc.json`: what the Canada Revenue Agency's calculator said, federal and provincial tax of two weeks.

use std::path::Path;

use fondaco_payroll::jurisdictions::canada;

use super::{Answer, expected, on, plain, said};
use crate::case::Case;
use crate::json::{list, read, text};

pub(crate) fn deductions(path: &Path) -> Answer<Vec<Case>> {
    let program = on(&canada()?, "2021-01-01")?;
    let file = read(path)?;
    let mut cases = Vec::new();
    for case in list(&file, "cases")? {
        let frequency = match text(case, "pay_periods")? {
            "52" => "weekly",
            "26" => "biweekly",
            "24" => "semimonthly",
            "12" => "monthly",
            other => return Err(format!("{other} pay periods have no name").into()),
        };
        let (gross, claim) = (plain(case, "gross_income")?, plain(case, "federal_claim")?);
        let of_province = plain(case, "provincial_claim")?;
        let province = text(case, "province")?;
        let id = format!("{province} {gross} {claim} {of_province}");
        let inputs = program.case("oracle").with("frequency", frequency).with("province", province);
        let inputs = inputs
            .with("wages", gross)
            .with("federal_claim", claim)
            .with("provincial_claim", of_province);
        let slip = program.run(&inputs);
        let names =
            [("federal_tax", "federal_deduction"), ("provincial_tax", "provincial_deduction")];
        cases.push(Case::exact(
            id,
            expected(case, &names)?,
            said(&slip, &["federal_tax", "provincial_tax"]),
        ));
    }
    Ok(cases)
}
