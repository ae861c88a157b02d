//! `us_flsa_examples.json` and `us_ccpa_garnishment_examples.json`: worked examples of the regulations and of the Department of Labor.

use std::path::Path;

use fondaco::rust_decimal::Decimal;
use fondaco_payroll::garnishment::{Limit, PayPeriod};
use fondaco_payroll::overtime::{OvertimeRules, Shift};
use serde_json::Value;

use super::{Answer, id, plain, two, unread};
use crate::case::{Case, each};
use crate::json::{list, read, text};

fn amount(case: &Value, name: &str) -> Answer<Decimal> {
    Ok(plain(case, name)?.parse()?)
}

/// What a case says, or nothing.
fn amount_if(case: &Value, name: &str) -> Answer<Decimal> {
    if case.get(name).is_some() { amount(case, name) } else { Ok(Decimal::ZERO) }
}

pub(crate) fn overtime(path: &Path) -> Answer<Vec<Case>> {
    let file = read(path)?;
    Ok(each(list(&file, "cases")?, week))
}

/// What of a week is read: what it is told, and what is expected of it.
const WEEK: [&str; 11] = [
    "id",
    "src",
    "note",
    "hours",
    "hourly",
    "bonus",
    "piece_earnings",
    "salary",
    "regular_rate",
    "ot_premium",
    "total",
];

/// The hours of the week over five days; what a case does not expect we don't say. A salary is for all of its hours (29 CFR 778.114), and the
/// regular rate is rounded to cents, as it is there.
fn week(case: &Value) -> Answer<Case> {
    if let Some(reason) = unread(case, &WEEK) {
        return Ok(Case::unsupported(id(case)?, &reason));
    }
    let hours = amount(case, "hours")? / Decimal::from(5);
    let rate = amount_if(case, "hourly")?;
    let shifts: Vec<Shift> = (5..10)
        .map(|day| Ok(Shift { day: format!("2026-01-{day:02}").parse()?, hours, rate }))
        .collect::<Answer<_>>()?;
    let besides =
        amount_if(case, "bonus")? + amount_if(case, "piece_earnings")? + amount_if(case, "salary")?;
    let half_up = fondaco::core::Rounding::HalfUp;
    let rules = OvertimeRules::flsa().rate_rounded_to(2, half_up);
    let paid = rules.week(&shifts, besides, half_up)?;
    let (mut expected, mut ours) = (Vec::new(), Vec::new());
    for (name, figure) in
        [("regular_rate", paid.regular_rate), ("ot_premium", paid.premium), ("total", paid.total)]
    {
        if case.get(name).is_some() {
            expected.push(format!("{name} {}", two(amount(case, name)?)));
            ours.push(format!("{name} {}", two(figure)));
        }
    }
    Ok(Case::exact(id(case)?, expected.join(", "), ours.join(", ")))
}

pub(crate) fn garnishments(path: &Path) -> Answer<Vec<Case>> {
    let file = read(path)?;
    let wage = amount(file.get("meta").ok_or("a file says what it is")?, "federal_min_wage")?;
    Ok(each(list(&file, "cases")?, |case| garnished(case, wage)))
}

fn garnished(case: &Value, wage: Decimal) -> Answer<Case> {
    let id = id(case)?;
    let read = ["id", "src", "note", "caps", "thresholds", "period", "disposable", "max_ordinary"];
    if let Some(reason) = unread(case, &read) {
        return Ok(Case::unsupported(id, &reason));
    }
    if let Some(caps) = case.get("caps") {
        let cap = |name| amount(caps, name);
        let expected =
            [cap("supporting_other")?, cap("not_supporting")?, cap("arrears_over_12_weeks_add")?];
        let part = |supports, arrears| Limit::support(supports, arrears).most(Decimal::from(1000));
        let (half, most) = (part(true, false)?, part(false, false)?);
        let ours = [half, most, part(true, true)? - half].map(|cents| cents / Decimal::from(1000));
        return Ok(Case::exact(id, expected.map(two).join(" "), ours.map(two).join(" ")));
    }
    if let Some(thresholds) = case.get("thresholds").and_then(Value::as_object) {
        let (mut expected, mut ours) = (Vec::new(), Vec::new());
        for (name, pair) in thresholds {
            let pair: Vec<String> = pair
                .as_array()
                .ok_or("thresholds are pairs")?
                .iter()
                .map(ToString::to_string)
                .collect();
            let pair =
                pair.iter().map(|text| Ok(two(text.parse()?))).collect::<Answer<Vec<_>>>()?;
            expected.push(format!("{name} {}", pair.join(" ")));
            ours.push(match Limit::ordinary(wage, period(name)?)? {
                Limit::Protected { free, full_from, .. } => {
                    format!("{name} {} {}", two(free), two(full_from))
                }
                other => format!("{name} {other:?}"),
            });
        }
        return Ok(Case::exact(id, expected.join(", "), ours.join(", ")));
    }
    let limit = Limit::ordinary(wage, period(text(case, "period")?)?)?;
    let most = limit.most(amount(case, "disposable")?)?;
    Ok(Case::exact(id, two(amount(case, "max_ordinary")?), two(most)))
}

fn period(name: &str) -> Answer<PayPeriod> {
    Ok(match name.split('-').next().unwrap_or(name) {
        "weekly" => PayPeriod::Weeks(1),
        "biweekly" => PayPeriod::Weeks(2),
        "semimonthly" => PayPeriod::Semimonthly,
        "monthly" => PayPeriod::Months(1),
        other => return Err(format!("{other} is no pay period").into()),
    })
}
