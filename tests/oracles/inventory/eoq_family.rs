//! `eoq_family.json`: lot sizes as `stockpyl` finds them.

use std::error::Error;
use std::path::Path;

use fondaco::inventory::KernelError;
use fondaco::inventory::policies::eoq::{
    DiscountKind, DisruptedEoq, Eoq, EoqPlan, Joint, JointItem, JointPlan, PriceBreak, PriceBreaks,
    Yield, YieldEoq,
};
use serde_json::{Value, json};

use super::{id, near};
use crate::case::Case;
use crate::json::{list, number, numbers, read, text};

/// Our answer, or what we refuse the case with.
type Answer = Result<Value, KernelError>;

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = read(path)?;
    Ok(list(&file, "cases")?.iter().map(case).collect::<Result<_, String>>()?)
}

fn case(case: &Value) -> Result<Case, String> {
    let input = case.get("input").ok_or("a case has an input")?;
    match answer(text(case, "function")?, input)? {
        Some(answer) => near(case, answer),
        None => Ok(Case::unsupported(id(case)?, "we have no such function")),
    }
}

fn answer(function: &str, input: &Value) -> Result<Option<Answer>, String> {
    Ok(Some(match function {
        "eoq" | "eoq_cost_at_q" => plain(eoq(input)?, input),
        "eoq_backorders" | "eoq_backorders_cost_at_q" => {
            plain(eoq(input)?.backordered_at(number(input, "stockout_cost")?), input)
        }
        "epq" | "epq_cost_at_q" => {
            plain(eoq(input)?.produced_at(number(input, "production_rate")?), input)
        }
        "eoq_all_units_discount" => discount(input, DiscountKind::AllUnits)?,
        "eoq_incremental_discount" => discount(input, DiscountKind::Incremental)?,
        "joint_replenishment_silver" => joint(input)?,
        "eoq_with_additive_yield_uncertainty" => {
            yielding(input, |mean, sd| Yield::Additive { mean, sd })?
        }
        "eoq_with_multiplicative_yield_uncertainty" => {
            yielding(input, |mean, sd| Yield::Multiplicative { mean, sd })?
        }
        "eoq_with_disruptions" => disrupted(input)?,
        _ => return Ok(None),
    }))
}

fn eoq(input: &Value) -> Result<Eoq, String> {
    let [fixed, holding] = [number(input, "fixed_cost")?, number(input, "holding_cost")?];
    Ok(Eoq::new(fixed, holding, number(input, "demand_rate")?))
}

/// The best lot, or that of the quantity that the case names.
fn plain(model: Eoq, input: &Value) -> Answer {
    let named = input.get("order_quantity").and_then(Value::as_f64);
    let plan: EoqPlan = named.map_or_else(|| model.solve(), |quantity| model.plan_at(quantity))?;
    Ok(json!({
        "order_quantity": plan.order_quantity,
        "stockout_fraction": plan.stockout_fraction,
        "cost_per_time": plan.costs.total(),
    }))
}

fn discount(input: &Value, kind: DiscountKind) -> Result<Answer, String> {
    let (from, prices) = (numbers(input, "breakpoints")?, numbers(input, "unit_costs")?);
    let each = from.into_iter().zip(prices);
    let breaks: Vec<_> = each.map(|(from, unit_cost)| PriceBreak { from, unit_cost }).collect();
    let [fixed, rate] = [number(input, "fixed_cost")?, number(input, "holding_cost_rate")?];
    let demand = number(input, "demand_rate")?;
    let model = match kind {
        DiscountKind::AllUnits => PriceBreaks::all_units(fixed, rate, demand, &breaks),
        DiscountKind::Incremental => PriceBreaks::incremental(fixed, rate, demand, &breaks),
    };
    let plan = model.solve();
    Ok(plan.map(|plan| {
        json!({
            "order_quantity": plan.order_quantity,
            "region": plan.region,
            "cost_per_time": plan.costs.total(),
        })
    }))
}

fn joint(input: &Value) -> Result<Answer, String> {
    let fixed = numbers(input, "individual_fixed_costs")?;
    let (holding, demand) = (numbers(input, "holding_costs")?, numbers(input, "demand_rates")?);
    let each = fixed.into_iter().zip(holding).zip(demand);
    let items: Vec<_> = each.map(|((k, h), rate)| JointItem::new(k, h, rate)).collect();
    let plan = Joint::new(number(input, "shared_fixed_cost")?, &items).silver();
    let shown = |plan: JointPlan<'_>| {
        let quantities: Vec<f64> = plan.order_quantities().collect();
        json!({
            "order_quantities": quantities,
            "base_cycle_time": plan.base_cycle_time,
            "order_multiples": plan.multiples,
            "cost_per_time": plan.costs.total(),
        })
    };
    Ok(plan.map(shown))
}

fn yielding(input: &Value, supplied: fn(f64, f64) -> Yield) -> Result<Answer, String> {
    let supplied = supplied(number(input, "yield_mean")?, number(input, "yield_sd")?);
    let [fixed, holding] = [number(input, "fixed_cost")?, number(input, "holding_cost")?];
    let model = YieldEoq::new(fixed, holding, number(input, "demand_rate")?, supplied);
    let named = input.get("order_quantity").and_then(Value::as_f64);
    let plan = named.map_or_else(|| model.solve(), |quantity| model.plan_at(quantity));
    let shown =
        |cost: f64, quantity: f64| json!({"order_quantity": quantity, "cost_per_time": cost});
    Ok(plan.map(|plan| shown(plan.costs.total(), plan.order_quantity)))
}

fn disrupted(input: &Value) -> Result<Answer, String> {
    let costs = ["fixed_cost", "holding_cost", "stockout_cost"].map(|name| number(input, name));
    let [fixed, holding, stockout] = costs;
    let rates = (number(input, "disruption_rate")?, number(input, "recovery_rate")?);
    let model =
        DisruptedEoq::new((fixed?, holding?, stockout?), number(input, "demand_rate")?, rates);
    let named = input.get("order_quantity").and_then(Value::as_f64);
    let plan = named.map_or_else(|| model.solve(), |quantity| model.plan_at(quantity));
    let shown =
        |cost: f64, quantity: f64| json!({"order_quantity": quantity, "cost_per_time": cost});
    Ok(plan.map(|plan| shown(plan.costs.total(), plan.order_quantity)))
}
