//! `spc_oee.json`: constants of control charts, charts, capability, effectiveness.

use std::error::Error;
use std::path::Path;

use fondaco::inventory::quality::spc::{attributes, charts};
use fondaco::inventory::quality::{ChartConstants, OeeInput, Tolerance, capability, oee};
use serde_json::Value;

use crate::case::{Case, part, parts};
use crate::json;

type Answer<T> = Result<T, Box<dyn Error>>;

/// The figures are integrated, by scipy and by us; both know about twelve digits.
const WITHIN: f64 = 1e-9;

pub(crate) fn cases(path: &Path) -> Answer<Vec<Case>> {
    let file = json::read(path)?;
    let mut cases = parts(json::list(&file, "constants")?, constants);
    let samples = field(&file, "xbar_r_s")?;
    cases.extend(part("samples", samples_of(samples)));
    cases.extend(part("capability", able(field(&file, "capability")?, &subgroups(samples)?)));
    cases.extend(part("p_chart", shares(field(&file, "p_chart")?)));
    cases.extend(part("c_chart", counts(field(&file, "c_chart")?)));
    for (number, case) in json::list(&file, "oee")?.iter().enumerate() {
        cases.extend(part(&format!("oee {number}"), effectiveness(number, case)));
    }
    Ok(cases)
}

fn constants(row: &Value) -> Answer<Vec<Case>> {
    let size = field(row, "n")?.as_u64().ok_or("n is a number")?;
    let found = ChartConstants::of(size.try_into()?);
    figures(&format!("n = {size}"), row, |name| {
        if name == "n" {
            return None;
        }
        Some(found.clone().map_err(|error| error.to_string()).and_then(|of| match name {
            "d2" => Ok(of.d2),
            "d3" => Ok(of.d3),
            "c4" => Ok(of.c4),
            "A2" => Ok(of.a2()),
            "A3" => Ok(of.a3()),
            "D3" => Ok(of.d_lower()),
            "D4" => Ok(of.d_upper()),
            "B3" => Ok(of.b_lower()),
            "B4" => Ok(of.b_upper()),
            "E2_individuals_if_n=2" => Ok(of.e2()),
            other => Err(format!("no constant {other:?}")),
        }))
    })
}

fn samples_of(case: &Value) -> Answer<Vec<Case>> {
    let samples = subgroups(case)?;
    let (by_range, by_spread) = (charts::xbar_r(&samples)?, charts::xbar_s(&samples)?);
    let first = |chart: &fondaco::inventory::quality::ControlChart| chart.points[0];
    let (means, ranges) = (first(&by_range.means), first(&by_range.spreads));
    let (means_s, spreads) = (first(&by_spread.means), first(&by_spread.spreads));
    figures("samples", field(case, "expected")?, |name| {
        Some(match name {
            "xbarbar" => Ok(means.centre),
            "Rbar" => Ok(ranges.centre),
            "Sbar" => Ok(spreads.centre),
            "UCLx_R" => Ok(means.upper),
            "LCLx_R" => Ok(means.lower),
            "UCL_R" => Ok(ranges.upper),
            "LCL_R" => Ok(ranges.lower),
            "UCL_S" => Ok(spreads.upper),
            "LCL_S" => Ok(spreads.lower),
            "UCLx_S" => Ok(means_s.upper),
            "LCLx_S" => Ok(means_s.lower),
            "sigma_hat_R" => Ok(by_range.sigma),
            "sigma_hat_S" => Ok(by_spread.sigma),
            other => Err(format!("no figure {other:?}")),
        })
    })
}

fn able(case: &Value, samples: &[Vec<f64>]) -> Answer<Vec<Case>> {
    let tolerance = Tolerance::between(number(field(case, "lsl")?)?, number(field(case, "usl")?)?);
    let found = capability(samples, tolerance, 0.95)?;
    figures("capability", case, |name| {
        let both = |of: Option<fondaco::inventory::quality::Interval>| {
            of.map(|of| of.value).ok_or_else(|| "none".to_owned())
        };
        match name {
            "lsl" | "usl" => None,
            "Cp" => Some(both(found.cp)),
            "Cpk" => Some(Ok(found.cpk.value)),
            "Pp" => Some(both(found.pp)),
            "Ppk" => Some(Ok(found.ppk.value)),
            other => Some(Err(format!("no figure {other:?}"))),
        }
    })
}

fn shares(case: &Value) -> Answer<Vec<Case>> {
    let input = field(case, "input")?;
    let found = whole(field(input, "defectives")?)?;
    let size = field(input, "n")?.as_u64().ok_or("n is a number")?;
    let point = attributes::shares(&found, &vec![size; found.len()])?.points[0];
    limits("p chart", field(case, "expected")?, "pbar", point)
}

fn counts(case: &Value) -> Answer<Vec<Case>> {
    let point = attributes::counts(&whole(field(case, "counts")?)?)?.points[0];
    limits("c chart", field(case, "expected")?, "cbar", point)
}

fn limits(
    of: &str,
    expected: &Value,
    centre: &str,
    point: fondaco::inventory::quality::Point,
) -> Answer<Vec<Case>> {
    figures(of, expected, |name| {
        Some(match name {
            "UCL" => Ok(point.upper),
            "LCL" => Ok(point.lower),
            name if name == centre => Ok(point.centre),
            other => Err(format!("no figure {other:?}")),
        })
    })
}

fn effectiveness(number_of: usize, case: &Value) -> Answer<Vec<Case>> {
    let input = field(case, "input")?;
    let given = |name: &str| input.get(name).map_or(Ok(0.0), number);
    let count = |name: &str| input.get(name).and_then(Value::as_u64).unwrap_or(0);
    let shift = OeeInput::new(given("shift_min")?, given("ideal_cycle_s")?, count("total_count"))
        .breaks(given("breaks_min")?)
        .down(given("down_min")?)
        .rejects(count("reject_count"));
    let found = oee(&shift)?;
    figures(&format!("oee {number_of}"), field(case, "expected")?, |name| {
        Some(match name {
            "planned_production_min" => Ok(found.planned_minutes),
            "run_min" => Ok(found.run_minutes),
            "availability" => Ok(found.availability),
            "performance" => Ok(found.performance),
            "quality" => Ok(found.quality),
            "oee" => Ok(found.oee),
            other => Err(format!("no figure {other:?}")),
        })
    })
}

/// A case for each figure that is expected; `ours` says none for what is no figure but a part of the question.
fn figures(
    of: &str,
    expected: &Value,
    ours: impl Fn(&str) -> Option<Result<f64, String>>,
) -> Answer<Vec<Case>> {
    let mut cases = Vec::new();
    for (name, value) in expected.as_object().ok_or("figures are an object")? {
        if let Some(actual) = ours(name) {
            cases.push(Case::near(format!("{of}: {name}"), number(value)?, WITHIN, actual));
        }
    }
    Ok(cases)
}

fn subgroups(case: &Value) -> Answer<Vec<Vec<f64>>> {
    let numbers = |row: &Value| -> Answer<Vec<f64>> {
        row.as_array().ok_or("a subgroup is a list")?.iter().map(number).collect()
    };
    json::list(case, "subgroups")?.iter().map(numbers).collect()
}

fn whole(value: &Value) -> Answer<Vec<u64>> {
    let number = |value: &Value| value.as_u64().ok_or("a whole number".into());
    value.as_array().ok_or("a list")?.iter().map(number).collect()
}

fn number(value: &Value) -> Answer<f64> {
    Ok(value.as_f64().ok_or_else(|| format!("{value} is no number"))?)
}

fn field<'a>(value: &'a Value, name: &str) -> Result<&'a Value, String> {
    value.get(name).ok_or_else(|| format!("no {name:?}"))
}
