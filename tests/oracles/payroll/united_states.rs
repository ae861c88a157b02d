//! `us_fed_*.json`: federal withholding and contributions, derived from the published tables.

use std::path::Path;

use fondaco_payroll::Program;
use fondaco_payroll::jurisdictions::united_states;
use serde_json::Value;

use super::{Answer, expected, id, on, plain, said, unread};
use crate::case::{Case, each, part};
use crate::json::{list, read, text};

/// Our results and theirs. The file has the worksheet's last line, also where wages don't reach for it.
const NAMES: [(&str, &str); 8] = [
    ("adjusted_annual_wages", "adjusted_annual_wage"),
    ("worksheet_tax", "federal_income_tax"),
    ("social_security", "social_security_ee"),
    ("medicare", "medicare_ee"),
    ("additional_medicare", "additional_medicare_ee"),
    ("employer_social_security", "social_security_er"),
    ("employer_medicare", "medicare_er"),
    ("futa", "futa_er"),
];

pub(crate) fn federal(path: &Path) -> Answer<Vec<Case>> {
    let file = read(path)?;
    let year = plain(file.get("meta").ok_or("a file says what it is")?, "year")?;
    let program = on(&united_states()?, &format!("{year}-06-30"))?;
    let mut cases = each(list(&file, "cases")?, |case| withheld(&program, case));
    cases.extend(part("whole runs", super::runs::federal(&file, year.parse()?)));
    Ok(cases)
}

/// What of a form W-4 the cases say, as we call it and as they do.
pub(super) const FORM: [(&str, &str); 5] = [
    ("w4_step_2", "step2"),
    ("w4_credits", "dependents_credit"),
    ("w4_other_income", "other_income"),
    ("w4_deductions", "deductions"),
    ("w4_allowances", "allowances"),
];

pub(super) fn status(form: &Value) -> Answer<&str> {
    Ok(match text(form, "status")? {
        "mfj" => "married",
        "hoh" => "head_of_household",
        single => single,
    })
}

fn withheld(program: &Program, case: &Value) -> Answer<Case> {
    let input = case.get("input").ok_or("a case has an input")?;
    let form = input.get("w4").ok_or("a case has a form W-4")?;
    let of_form = FORM.map(|(_, theirs)| theirs);
    let others = unread(case, &["id", "input", "expected", "note"])
        .or_else(|| unread(input, &["frequency", "taxable_wages", "ytd_wages", "w4"]))
        .or_else(|| unread(form, &[&of_form[..], &["form", "status", "extra"]].concat()));
    if let Some(reason) = others {
        return Ok(Case::unsupported(id(case)?, &reason));
    }
    let (wages, to_date) = (plain(input, "taxable_wages")?, plain(input, "ytd_wages")?);
    let mut inputs = program.case("oracle");
    inputs.set("frequency", text(input, "frequency")?);
    inputs.set("wages", wages);
    for name in ["social_security_wages_to_date", "medicare_wages_to_date", "futa_wages_to_date"] {
        inputs.set(name, to_date.as_str());
    }
    inputs.set("w4_status", status(form)?);
    inputs.set("w4_before_2020", text(form, "form")? == "2019-");
    inputs.set("w4_extra", plain(form, "extra")?);
    for (ours, theirs) in FORM {
        if form.get(theirs).is_some() {
            inputs.set(ours, plain(form, theirs)?);
        }
    }
    let slip = program.run(&inputs);
    let wanted = case.get("expected").ok_or("a case has what is expected")?;
    Ok(Case::exact(id(case)?, expected(wanted, &NAMES)?, said(&slip, &NAMES.map(|(ours, _)| ours))))
}
