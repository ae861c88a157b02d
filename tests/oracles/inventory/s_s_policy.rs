//! `s_S_policy.json`: min-max levels as `stockpyl` finds them and Zheng and Federgruen published them.

use std::error::Error;
use std::path::Path;

use fondaco::inventory::KernelError;
use fondaco::inventory::policies::periodic_review::MinMaxReview;
use fondaco::inventory::probability::{Distribution, Normal, Poisson};
use serde_json::{Value, json};

use super::{id, near};
use crate::case::{Case, each};
use crate::json::{list, number, read, text};

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = read(path)?;
    Ok(each(list(&file, "cases")?, case))
}

fn case(case: &Value) -> Result<Case, String> {
    let input = case.get("input").ok_or("a case has an input")?;
    match answer(text(case, "function")?, input)? {
        Some(answer) => near(case, answer),
        None => Ok(Case::unsupported(id(case)?, "we have no such function")),
    }
}

fn answer(function: &str, input: &Value) -> Result<Option<Result<Value, KernelError>>, String> {
    let find = |name: &str| input.get(name).and_then(Value::as_f64);
    let mean = number(input, "demand_mean")?;
    let demand = match find("demand_sd") {
        Some(sd) if !function.contains("poisson") => Normal::new(mean, sd).map(Distribution::from),
        _ => Poisson::new(mean).map(Distribution::from),
    };
    let [fixed, holding, stockout] = [
        number(input, "fixed_cost")?,
        number(input, "holding_cost")?,
        number(input, "stockout_cost")?,
    ];
    let model = demand.map(|demand| MinMaxReview::new(fixed, holding, stockout, demand));
    Ok(match function {
        "s_S_power_approx" => Some(model.and_then(|model| {
            let (low, high) = model.power_approximation()?;
            Ok(json!({"s": low, "S": high}))
        })),
        _ if function.contains("poisson") => Some(model.and_then(|model| {
            let plan = match (find("s"), find("S")) {
                (Some(low), Some(high)) => model.plan_at(low, high)?,
                _ => model.solve()?,
            };
            let cost = plan.costs.total();
            let published = (cost * 1e3).round() / 1e3;
            let (low, high) = (plan.reorder_point, plan.order_up_to);
            Ok(json!({"s": low, "S": high, "cost": cost, "cost_published_3dp": published}))
        })),
        _ => None,
    })
}
