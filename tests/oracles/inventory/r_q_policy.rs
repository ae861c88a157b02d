//! `r_q_policy.json`: reorder points and quantities as `stockpyl` finds them.

use std::error::Error;
use std::path::Path;

use fondaco::inventory::KernelError;
use fondaco::inventory::policies::continuous_review::{ContinuousReview, ReorderPlan};
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
    match solved(text(case, "function")?, input)? {
        Some(plan) => near(case, plan.map(shown)),
        None => Ok(Case::unsupported(id(case)?, "we have no such function")),
    }
}

fn shown(plan: ReorderPlan) -> Value {
    json!({"r": plan.reorder_point, "Q": plan.order_quantity, "cost": plan.costs.total()})
}

fn solved(
    function: &str,
    input: &Value,
) -> Result<Option<Result<ReorderPlan, KernelError>>, String> {
    let model = model(function, input)?;
    let find = |name: &str| input.get(name).and_then(Value::as_f64);
    let solve = |model: ContinuousReview<Distribution>| match (find("r"), find("Q")) {
        (Some(point), Some(quantity)) => Some(model.plan_at(point, quantity)),
        (None, Some(quantity)) => Some(model.plan_for(quantity)),
        _ => Some(match function {
            "r_q_eoq_plus_ss_approx" => model.eoq_with_safety_stock(),
            "r_q_eoqb_approx" => model.eoq_with_backorders(),
            "r_q_loss_function_approx" => model.loss_function(),
            "r_q_expected_inventory_level_approx" => model.expected_inventory_level(),
            _ if function.contains("approx") => return None,
            _ => model.solve(),
        }),
    };
    Ok(match model {
        Ok(model) => solve(model),
        Err(error) => Some(Err(error)),
    })
}

/// The demand is given per unit of time; that of the lead time is its sum.
fn model(
    function: &str,
    input: &Value,
) -> Result<Result<ContinuousReview<Distribution>, KernelError>, String> {
    let [fixed, holding, stockout] = [
        number(input, "fixed_cost")?,
        number(input, "holding_cost")?,
        number(input, "stockout_cost")?,
    ];
    let (rate, lead_time) = (number(input, "demand_mean")?, number(input, "lead_time")?);
    let demand = if function.contains("poisson") {
        Poisson::new(rate).map(Distribution::from)
    } else {
        Normal::new(rate, number(input, "demand_sd")?).map(Distribution::from)
    };
    let over = demand.and_then(|demand| demand.over(lead_time));
    Ok(over.map(|demand| ContinuousReview::new(fixed, holding, stockout, rate, demand)))
}
