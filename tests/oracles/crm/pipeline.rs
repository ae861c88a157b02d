//! `pipeline/pipeline.json`: the opportunities of Maven's CRM data, in figures.

use std::error::Error;
use std::path::Path;

use chrono::NaiveDate;
use fondaco::core::decimal;
use fondaco_crm::KernelError;
use fondaco_crm::pipeline::{
    Deal, Outcome, Summary, ages_of_open, by_kind, by_month, chance_by_age, weighted_forecast,
};
use serde_json::{Map, Value, json};

use crate::case::Case;
use crate::json;

const WITHIN: f64 = 1e-9;

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = json::read(path)?;
    let data = path.ancestors().nth(2).ok_or("data sets lie beside")?;
    let deals = deals(&data.join("datasets/maven_crm_sales_pipeline.csv"))?;
    let on: NaiveDate = "2017-12-31".parse()?;
    let ages = file.get("p_win_given_open_at_age").and_then(Value::as_object);
    let ages = ages.ok_or("chances by age")?.keys().map(|age| age.parse());
    let ages = ages.collect::<Result<Vec<i64>, _>>()?;
    let sections = [
        ("win_rate", summary(&deals)),
        ("avg_won_value", summary(&deals)),
        ("won_total", summary(&deals)),
        ("cycle_days", summary(&deals)),
        ("velocity_per_day", summary(&deals)),
        ("by_product", kinds(&deals)),
        ("weighted_forecast_open", forecast(&deals)),
        ("open_engaging_age_days_asof_2017_12_31", open_ages(&deals, on)),
        ("p_win_given_open_at_age", chances(&deals, &ages)),
        ("closed_by_month", months(&deals)),
    ];
    let mut cases = Vec::new();
    for (name, ours) in sections {
        let expected = file.get(name).ok_or_else(|| format!("no {name}"))?;
        let mut expected = json!({name: expected});
        // How it is reckoned is said in words.
        if let Some(fields) = expected.get_mut(name).and_then(Value::as_object_mut) {
            fields.remove("formula");
        }
        cases.push(Case::fields_near(name.into(), &expected, ours, WITHIN));
    }
    Ok(cases)
}

fn deals(path: &Path) -> Result<Vec<Deal>, Box<dyn Error>> {
    let mut deals = Vec::new();
    for row in csv::Reader::from_path(path)?.records() {
        let row = row?;
        let cell = |n: usize| row.get(n).unwrap_or_default();
        let day = |text: &str| match text {
            "" => Ok(None),
            text => NaiveDate::parse_from_str(text, "%d-%m-%y").map(Some),
        };
        let outcome = match cell(4) {
            "Won" => Outcome::Won,
            "Lost" => Outcome::Lost,
            "Engaging" | "Prospecting" => Outcome::Open,
            other => return Err(format!("stage {other:?}").into()),
        };
        let amount = if cell(7).is_empty() { "0" } else { cell(7) };
        deals.push(Deal {
            kind: cell(2).to_owned(),
            outcome,
            amount: decimal::parse(amount)?,
            opened: day(cell(5))?,
            closed: day(cell(6))?,
        });
    }
    Ok(deals)
}

fn summary(deals: &[Deal]) -> Result<Value, KernelError> {
    let seen = Summary::of(deals)?;
    let mean = |cycle: Option<fondaco_crm::pipeline::Cycle>| cycle.map(|cycle| cycle.mean_days);
    let median = |cycle: Option<fondaco_crm::pipeline::Cycle>| cycle.map(|cycle| cycle.median_days);
    Ok(json!({
        "win_rate": seen.win_rate(),
        "avg_won_value": seen.mean_won_value(),
        "won_total": seen.won_total.to_string().parse::<f64>().ok(),
        "cycle_days": {
            "won_mean": mean(seen.won_cycle), "won_median": median(seen.won_cycle),
            "lost_mean": mean(seen.lost_cycle), "lost_median": median(seen.lost_cycle),
        },
        "velocity_per_day": {"open": seen.open, "value": seen.velocity_per_day()},
    }))
}

fn kinds(deals: &[Deal]) -> Result<Value, KernelError> {
    let one = |(kind, seen): (&str, Summary)| {
        let value = json!({
            "won": seen.won, "lost": seen.lost,
            "win_rate": seen.win_rate(), "avg_won": seen.mean_won_value(),
        });
        (kind.to_owned(), value)
    };
    Ok(json!({"by_product": by_kind(deals)?.into_iter().map(one).collect::<Map<_, _>>()}))
}

fn forecast(deals: &[Deal]) -> Result<Value, KernelError> {
    Ok(json!({"weighted_forecast_open": weighted_forecast(deals)?}))
}

fn open_ages(deals: &[Deal], on: NaiveDate) -> Result<Value, KernelError> {
    let ages = ages_of_open(deals, on)?;
    let longest = deals.iter().filter(|deal| deal.outcome == Outcome::Won);
    let longest = longest.filter_map(|deal| deal.cycle_days().ok()?).max();
    Ok(json!({"open_engaging_age_days_asof_2017_12_31": ages.map(|ages| json!({
        "n": ages.count, "min": ages.least, "median": ages.median, "p90": ages.ninth_decile,
        "max": ages.most, "older_than_max_won_cycle": ages.older_than_any_won,
        "max_won_cycle": longest,
    }))}))
}

fn chances(deals: &[Deal], ages: &[i64]) -> Result<Value, KernelError> {
    let one = |at: &fondaco_crm::pipeline::AgeChance| {
        let value = json!({"won": at.won, "lost": at.lost, "p": at.chance()});
        (at.age_days.to_string(), value)
    };
    let found = chance_by_age(deals, ages)?;
    Ok(json!({"p_win_given_open_at_age": found.iter().map(one).collect::<Map<_, _>>()}))
}

fn months(deals: &[Deal]) -> Result<Value, KernelError> {
    let one = |at: &fondaco_crm::pipeline::Month| {
        let worth = at.won_value.to_string().parse::<f64>().ok();
        let value = json!({"won": at.won, "lost": at.lost, "won_value": worth});
        (format!("{}-{:02}", at.year, at.month), value)
    };
    Ok(json!({"closed_by_month": by_month(deals)?.iter().map(one).collect::<Map<_, _>>()}))
}
