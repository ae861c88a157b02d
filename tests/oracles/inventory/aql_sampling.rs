//! `aql_sampling.json`: code letters, normal single plans, the cells of table II-A, operating characteristics.

use std::error::Error;
use std::path::Path;

use fondaco::inventory::quality::{
    InspectionLevel, Model, SamplingPlan, Severity, SinglePlan, code_letter, single_plan,
};
use serde_json::Value;

use crate::case::Case;
use crate::json;

type Answer<T> = Result<T, Box<dyn Error>>;

/// Tails of the binomial and the Poisson, by scipy's incomplete beta and gamma functions and ours.
const WITHIN: f64 = 1e-9;

pub(crate) fn cases(path: &Path) -> Answer<Vec<Case>> {
    let file = json::read(path)?;
    let letters = json::list(&file, "code_letter_cases")?.iter().map(letter);
    let plans = json::list(&file, "normal_single_plan_cases")?.iter().map(plan);
    let cells = json::list(&file, "table_II_A_cells")?.iter().map(cell);
    let mut cases = letters.chain(plans).chain(cells).collect::<Answer<Vec<_>>>()?;
    for point in json::list(&file, "oc_curve")? {
        cases.extend(curve(point)?);
    }
    Ok(cases)
}

fn letter(case: &Value) -> Answer<Case> {
    let input = field(case, "input")?;
    let (lot, level) = (whole(input, "lot_size")?, level(input)?);
    let actual = code_letter(lot, level).map(|letter| letter.to_string());
    let id = format!("letter of {lot} at {}", json::text(input, "level")?);
    Ok(Case::exact(
        id,
        json::text(case, "expected")?.into(),
        actual.unwrap_or_else(|e| e.to_string()),
    ))
}

fn plan(case: &Value) -> Answer<Case> {
    let (input, expected) = (field(case, "input")?, field(case, "expected")?);
    let (lot, aql) = (whole(input, "lot_size")?, json::number(input, "aql_percent")?);
    let found = single_plan(lot, level(input)?, aql, Severity::Normal);
    let wanted = format!(
        "{} {} n={} all={} {}/{}",
        json::text(expected, "code_letter")?,
        json::text(expected, "plan_letter")?,
        whole(expected, "sample_size")?,
        field(expected, "inspect_100_percent")?,
        whole(expected, "accept")?,
        whole(expected, "reject")?,
    );
    let shown = |plan: SamplingPlan| {
        let (letter, of, size) = (plan.code_letter, plan.plan_letter, plan.sample_size);
        let all = plan.full_inspection;
        format!("{letter} {of} n={size} all={all} {}/{}", plan.accept, plan.reject)
    };
    let id = format!("plan of {lot} at {}, AQL {aql}", json::text(input, "level")?);
    Ok(Case::exact(id, wanted, found.map_or_else(|error| error.to_string(), shown)))
}

/// A cell with a number is the plan of its own letter; an arrow leads to a smaller or a larger sample. Asked by a lot of the
/// letter that is large enough for any sample, where there is one.
fn cell(case: &Value) -> Answer<Case> {
    let (letter, aql) = (json::text(case, "letter")?, json::number(case, "aql")?);
    let found = lot_of(letter)?;
    let (lot, level) = found.ok_or_else(|| format!("no lot has the letter {letter}"))?;
    let actual = match single_plan(lot, level, aql, Severity::Normal) {
        Ok(plan) if plan.plan_letter == plan.code_letter => plan.accept.to_string(),
        Ok(plan) if plan.plan_letter > plan.code_letter => "down".to_owned(),
        Ok(_) => "up".to_owned(),
        Err(error) => error.to_string(),
    };
    let wanted = field(case, "cell")?;
    let wanted = wanted.as_str().map_or_else(|| wanted.to_string(), str::to_owned);
    Ok(Case::exact(format!("cell {letter}, AQL {aql}"), wanted, actual))
}

fn lot_of(letter: &str) -> Answer<Option<(u64, InspectionLevel)>> {
    let levels = ["I", "II", "III"].map(InspectionLevel::parse);
    for lot in [2, 9, 16, 26, 51, 91, 151, 281, 501, 1_201, 3_201, 10_001, 35_001, 150_001, 500_001]
    {
        for level in levels.into_iter().flatten() {
            if code_letter(lot, level)?.to_string() == letter {
                return Ok(Some((lot, level)));
            }
        }
    }
    Ok(None)
}

fn curve(point: &Value) -> Answer<Vec<Case>> {
    let plan = SinglePlan::new(whole(point, "n")?, whole(point, "c")?);
    let percent = json::number(point, "percent_nonconforming")?;
    let mut cases = Vec::new();
    for (name, value) in point.as_object().ok_or("a point is an object")? {
        let model = match name.as_str() {
            "Pa_binomial" => Model::Binomial,
            "Pa_poisson" => Model::Poisson,
            _ => continue,
        };
        let id = format!("n = {}, c = {}, {percent} %: {name}", plan.sample_size, plan.accept);
        let expected = value.as_f64().ok_or("a probability")?;
        cases.push(Case::near(id, expected, WITHIN, plan.acceptance(percent / 100.0, model)));
    }
    Ok(cases)
}

fn level(input: &Value) -> Answer<InspectionLevel> {
    let name = json::text(input, "level")?;
    Ok(InspectionLevel::parse(name).ok_or_else(|| format!("no level {name:?}"))?)
}

fn whole(value: &Value, name: &str) -> Answer<u64> {
    Ok(field(value, name)?.as_u64().ok_or_else(|| format!("{name} is no whole number"))?)
}

fn field<'a>(value: &'a Value, name: &str) -> Result<&'a Value, String> {
    value.get(name).ok_or_else(|| format!("no {name:?}"))
}
