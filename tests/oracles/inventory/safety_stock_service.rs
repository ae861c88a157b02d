//! `safety_stock_service.json`: safety stocks and reorder points by closed forms and `scipy`.

use std::error::Error;
use std::path::Path;

use fondaco::inventory::KernelError;
use fondaco::inventory::policies::safety_stock::{SafetyStock, reorder_point};
use fondaco::inventory::probability::{Distribution, Gamma, Normal};
use serde_json::{Value, json};

use super::{id, near};
use crate::case::{Case, each};
use crate::json::{list, number, read, text};

/// Our answer, or what we refuse the case with.
type Answer = Result<Value, KernelError>;

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = read(path)?;
    Ok(each(list(&file, "cases")?, case))
}

fn case(case: &Value) -> Result<Case, String> {
    let input = case.get("input").ok_or("a case has an input")?;
    let answer = match text(case, "function")? {
        "safety_stock_cycle_service_level" | "safety_stock_periodic_review" => by_cycle(input)?,
        "safety_factor_fill_rate_type2" => by_fill_rate(input)?,
        "service_levels_of_r_Q" => service(input)?,
        "reorder_point_discrete_demand" => discrete(input)?,
        _ => return Ok(Case::unsupported(id(case)?, "we have no such function")),
    };
    near(case, answer)
}

fn by_cycle(input: &Value) -> Result<Answer, String> {
    let given = |name: &str| number(input, name);
    let item = SafetyStock::new(
        given("demand_mean_per_period")?,
        given("demand_sd_per_period")?,
        given("lead_time_mean")?,
    )
    .with_lead_time_sd(given("lead_time_sd")?)
    .reviewed_every(input.get("review_period").and_then(Value::as_f64).unwrap_or(0.0));
    let level = given("csl")?;
    Ok(item.for_cycle_service(level).map(|plan| {
        json!({
            "z": plan.safety_factor,
            "sigma_ltd": plan.sd,
            "sigma_protection": plan.sd,
            "safety_stock": plan.safety_stock,
            "reorder_point": plan.level,
            "order_up_to": plan.level,
        })
    }))
}

/// The demand of the lead time, as that of one period.
fn lead_time(input: &Value) -> Result<SafetyStock, String> {
    Ok(SafetyStock::new(number(input, "mean_ltd")?, number(input, "sigma_ltd")?, 1.0))
}

fn by_fill_rate(input: &Value) -> Result<Answer, String> {
    let item = lead_time(input)?;
    let (rate, quantity) = (number(input, "fill_rate")?, number(input, "Q")?);
    let both = || {
        let simple = item.for_fill_rate_simply(rate, quantity)?;
        let exact = item.for_fill_rate(rate, quantity)?;
        Ok(json!({
            "k_simple": simple.safety_factor,
            "ss_simple": simple.safety_stock,
            "r_simple": simple.level,
            "achieved_fill_simple": simple.fill_rate,
            "k_exact_normal": exact.safety_factor,
            "ss_exact": exact.safety_stock,
            "csl_at_exact": exact.cycle_service,
        }))
    };
    Ok(both())
}

fn service(input: &Value) -> Result<Answer, String> {
    let item = lead_time(input)?;
    Ok(item.service_of(number(input, "r")?, number(input, "Q")?).map(|service| {
        json!({
            "type1_csl": service.cycle_service,
            "type2_fill": service.fill_rate,
            "expected_units_short_per_cycle": service.short_per_cycle,
        })
    }))
}

fn discrete(input: &Value) -> Result<Answer, String> {
    let (mean, variance) = (number(input, "ltd_mean")?, number(input, "ltd_var")?);
    let level = number(input, "csl")?;
    let all = || {
        let demand = Distribution::counting(mean, variance)?;
        let name = match demand {
            Distribution::Poisson(_) => "poisson",
            _ => "negative_binomial",
        };
        let (gamma, normal) =
            (Gamma::from_moments(mean, variance)?, Normal::from_moments(mean, variance)?);
        Ok(json!({
            "distribution": name,
            "reorder_point": reorder_point(&demand, level)?,
            "gamma_quantile": reorder_point(&gamma, level)?,
            "normal_quantile_for_comparison": reorder_point(&normal, level)?,
        }))
    };
    Ok(all())
}
