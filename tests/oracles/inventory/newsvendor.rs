//! `newsvendor.json`: levels, costs and loss functions as `stockpyl` and `scipy` find them.

use std::error::Error;
use std::path::Path;

use fondaco::inventory::KernelError;
use fondaco::inventory::policies::newsvendor::{Newsvendor, Prices};
use fondaco::inventory::probability::{
    Demand, Discrete, Distribution, Gamma, LogNormal, Normal, Poisson, normal,
};
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
    match answer(text(case, "function")?, input)? {
        Some(answer) => near(case, answer),
        None => Ok(Case::unsupported(id(case)?, "we have no such function")),
    }
}

fn answer(function: &str, input: &Value) -> Result<Option<Answer>, String> {
    let find = |name: &str| input.get(name).and_then(Value::as_f64);
    let losses = |demand: Result<Distribution, KernelError>| -> Result<Answer, String> {
        let x = number(input, "x")?;
        Ok(demand.map(|demand| shown_losses(demand.loss(x), demand.complementary_loss(x))))
    };
    Ok(Some(match function {
        "normal_quantile_and_loss" => quantile(number(input, "cycle_service_level")?),
        "standard_normal_loss" => standard_losses(number(input, "z")?),
        "normal_loss" | "poisson_loss" | "gamma_loss" | "lognormal_loss" => {
            losses(demand(input)?.ok_or("a loss function has a demand")?)?
        }
        _ if function.starts_with("newsvendor_") => match demand(input)? {
            Some(demand) if find("revenue").is_some() => explicit(input, demand)?,
            Some(demand) => by_costs(input, demand)?,
            None => return Ok(None),
        },
        _ => return Ok(None),
    }))
}

/// The demand, by the parameters that the case has: a table, a gamma, a lognormal, a normal or a Poisson distribution; that of a lead
/// time of `L` periods and the period of review, where one is given.
fn demand(input: &Value) -> Result<Option<Result<Distribution, KernelError>>, String> {
    let find = |names: [&str; 2]| names.iter().find_map(|name| input.get(name)?.as_f64());
    let demand = if let Some(table) = input.get("demand_pmf").and_then(Value::as_object) {
        let row = |(units, likely): (&String, &Value)| {
            let units = units.parse().map_err(|_| format!("{units:?} is no number of units"))?;
            Ok::<_, String>((units, likely.as_f64().ok_or("a probability is a number")?))
        };
        let rows: Vec<(u64, f64)> = table.iter().map(row).collect::<Result<_, _>>()?;
        Discrete::new(&rows).map(Distribution::from)
    } else if let Some(shape) = find(["shape", "demand_shape"]) {
        let scale = find(["scale", "demand_scale"]).ok_or("a gamma distribution has a scale")?;
        Gamma::new(shape, scale).map(Distribution::from)
    } else if let Some(mu) = find(["mu", "demand_mu"]) {
        let sigma = find(["sigma", "demand_sigma"]).ok_or("logarithms have a deviation")?;
        LogNormal::from_logs(mu, sigma).map(Distribution::from)
    } else if let Some(mean) = find(["demand_mean", "mean"]) {
        match find(["demand_sd", "sd"]) {
            Some(sd) => Normal::new(mean, sd).map(Distribution::from),
            None => Poisson::new(mean).map(Distribution::from),
        }
    } else {
        return Ok(None);
    };
    Ok(Some(match find(["lead_time", "lead_time"]) {
        Some(periods) => demand.and_then(|demand| demand.over(periods + 1.0)),
        None => demand,
    }))
}

fn by_costs(input: &Value, demand: Result<Distribution, KernelError>) -> Result<Answer, String> {
    let [held, missed] = [number(input, "holding_cost")?, number(input, "stockout_cost")?];
    let level = input.get("base_stock_level").and_then(Value::as_f64);
    let solve = |demand: &Distribution| -> Answer {
        let model = Newsvendor::new(held, missed, demand);
        let plan = level.map_or_else(|| model.solve(), |level| model.plan_at(level))?;
        Ok(json!({"base_stock_level": plan.base_stock_level, "cost": plan.costs.total()}))
    };
    Ok(demand.and_then(|demand| solve(&demand)))
}

fn explicit(input: &Value, demand: Result<Distribution, KernelError>) -> Result<Answer, String> {
    let [revenue, bought] = [number(input, "revenue")?, number(input, "purchase_cost")?];
    let find = |name: &str| input.get(name).and_then(Value::as_f64);
    let prices = Prices::new(revenue, bought, number(input, "salvage_value")?)
        .kept_at(find("holding_cost").unwrap_or(0.0))
        .missed_at(find("stockout_cost").unwrap_or(0.0));
    let solve = |demand: &Distribution| -> Answer {
        let plan = match find("base_stock_level") {
            Some(level) => prices.plan_at(demand, level)?,
            None => prices.solve(demand)?,
        };
        Ok(json!({"base_stock_level": plan.plan.base_stock_level, "profit": plan.profit}))
    };
    Ok(demand.and_then(|demand| solve(&demand)))
}

fn quantile(service: f64) -> Answer {
    let z = normal::quantile(service)?;
    Ok(json!({"z": z, "standard_loss_L(z)": normal::loss(z)?}))
}

fn standard_losses(z: f64) -> Answer {
    // What is left over at z is what is missing at -z.
    Ok(shown_losses(normal::loss(z)?, normal::loss(-z)?))
}

fn shown_losses(loss: f64, complementary: f64) -> Value {
    json!({"loss": loss, "complementary_loss": complementary})
}
