//! `kpi`: formulas with their inputs, by the figures of the company.

use std::error::Error;

use fondaco::company::figures::{MachineTime, cash_conversion_cycle, velocity_per_day};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Value, json};

use crate::case::Case;
use crate::inventory::valuation::number;

pub(crate) fn cases(name: &str, case: &Value) -> Result<Vec<Case>, Box<dyn Error>> {
    let id = format!("kpi/{name}");
    let input = case.get("input").ok_or("a case has its input")?;
    let of = |field: &str| -> Result<Decimal, Box<dyn Error>> {
        number(input.get(field).ok_or_else(|| format!("{name} has no {field}"))?)
    };
    let shown = |value: Decimal| value.to_f64().unwrap_or(f64::NAN);
    let actual = match name {
        "OEE" => {
            let machine = MachineTime {
                planned: of("planned_min")?,
                run: of("run_min")?,
                ideal_cycle: of("ideal_cycle_min")?,
                total: of("total")?,
                good: of("good")?,
            };
            let found = machine.effectiveness().map_err(|why| why.to_string())?;
            json!({
                "availability": shown(found.availability),
                "performance": shown(found.performance),
                "quality": shown(found.quality),
                "oee": shown(found.oee),
            })
        }
        "pipeline_velocity" => {
            let day =
                velocity_per_day(of("opps")?, of("win_rate")?, of("deal")?, of("cycle_days")?);
            json!({ "per_day": shown(day.map_err(|why| why.to_string())?) })
        }
        "CCC" => {
            let days = cash_conversion_cycle(of("DIO")?, of("DSO")?, of("DPO")?);
            json!({ "ccc": shown(days.map_err(|why| why.to_string())?) })
        }
        _ => return Ok(vec![Case::unsupported(id, "another figure")]),
    };
    let mut expected = case.as_object().ok_or("a case is an object")?.clone();
    expected.retain(|field, _| field != "input" && field != "source");
    // Ours are exact to eight digits, theirs are floats.
    Ok(vec![Case::fields_near::<String>(id, &Value::Object(expected), Ok(actual), 1e-8)])
}
