//! `lot_sizing.json` and `capacitated_lot_sizing.json`: lots by the rules of the textbooks, and optima by HiGHS.

use std::error::Error;
use std::path::Path;
use std::str::FromStr;

use fondaco::inventory::KernelError;
use fondaco::inventory::lot_sizing::{
    ByPeriod, CapacitatedLots, LotCosts, LotModel, LotPlan, LotSizing, Stop,
};
use fondaco::inventory::policies::eoq::Eoq;
use fondaco::rust_decimal::Decimal;
use fondaco::rust_decimal::prelude::ToPrimitive;
use serde_json::{Map, Value, json};

use crate::case::Case;
use crate::json::{list, read, text};

type Answer<T> = Result<T, Box<dyn Error>>;

/// What the reference reckoned in floats.
const FLOATS: f64 = 1e-9;

pub(crate) fn cases(path: &Path) -> Answer<Vec<Case>> {
    let file = read(path)?;
    let mut cases = Vec::new();
    for case in list(&file, "cases")? {
        let (name, input) = (text(case, "name")?, case.get("input").ok_or("no input")?);
        let (demand, costs) = (decimals(input, "demand")?, costs(input, HOLDING)?);
        let model = LotModel::new(&demand, &costs);
        let expected = case.get("expected").and_then(Value::as_object).ok_or("no answers")?;
        for (rule, expected) in expected {
            let id = format!("{name}: {rule}");
            let answer = by_rule(rule, &model);
            // Several plans may be the best: the cost says whether ours is.
            let best = rule == "wagner_whitin";
            cases.push(match answer {
                Some(answer) => Case::fields_near(id, &compared(expected, best), answer, FLOATS),
                None => Case::unsupported(id, "we have no such rule"),
            });
        }
    }
    Ok(cases)
}

const HOLDING: &str = "holding_cost_per_unit_period_end_inventory";

/// What is expected, without what only the reference's plan has.
fn compared(expected: &Value, best: bool) -> Value {
    let fields = expected.as_object().into_iter().flatten();
    let told = |name: &str| name != "alternate_optima_possible" && !(best && name == QUANTITIES);
    let fields = fields.filter(|(name, _)| told(name));
    Value::Object(fields.map(|(name, value)| (name.clone(), value.clone())).collect())
}

const QUANTITIES: &str = "order_quantities";

fn by_rule(name: &str, model: &LotModel<'_>) -> Option<Result<Value, KernelError>> {
    let rule = match name {
        "lot_for_lot" => LotSizing::LotForLot,
        "fixed_order_quantity_eoq" => LotSizing::EconomicQuantity(Decimal::ONE),
        "period_order_quantity" => LotSizing::EconomicPeriods,
        "least_unit_cost" => LotSizing::LeastUnitCost,
        "part_period_closest" => LotSizing::PartPeriod(Stop::Nearest),
        "part_period_not_exceed" => LotSizing::PartPeriod(Stop::NotAbove),
        "silver_meal" => LotSizing::SilverMeal,
        "wagner_whitin" => LotSizing::WagnerWhitin,
        _ => return None,
    };
    Some(answered(rule, model))
}

fn answered(rule: LotSizing, model: &LotModel<'_>) -> Result<Value, KernelError> {
    let plan = model.plan(&rule)?;
    let mut fields = shown(&plan);
    let parameter = plan.explain(model)?.parameters.first().and_then(|told| told.value.figure());
    match rule {
        LotSizing::EconomicQuantity(_) => {
            fields.insert("lot".into(), json!(parameter.map(float)));
            fields.insert("eoq".into(), json!(economic(model)?));
        }
        LotSizing::EconomicPeriods => {
            fields.insert("periods".into(), json!(parameter.map(float)));
        }
        _ => {}
    }
    Ok(Value::Object(fields))
}

/// The economic order quantity before it is rounded.
fn economic(model: &LotModel<'_>) -> Result<f64, KernelError> {
    let mean = float(model.demand.iter().sum()) / model.demand.len() as f64;
    let at = |costs: &ByPeriod| costs.at(0).map_or(f64::NAN, float);
    let eoq = Eoq::new(at(&model.costs.setup_cost), at(&model.costs.holding_cost), mean);
    Ok(eoq.solve()?.order_quantity)
}

fn shown(plan: &LotPlan) -> Map<String, Value> {
    let quantities: Vec<f64> = plan.quantities().into_iter().map(float).collect();
    let cost = json!(float(plan.costs.total));
    Map::from_iter([
        (QUANTITIES.into(), json!(quantities)),
        ("cost_with_leftover".into(), cost.clone()),
        ("cost".into(), cost),
    ])
}

pub(crate) fn capacitated(path: &Path) -> Answer<Vec<Case>> {
    let file = read(path)?;
    let case = |case: &Value| -> Answer<Case> {
        let (name, input) = (text(case, "name")?, case.get("input").ok_or("no input")?);
        let (demand, costs) = (decimals(input, "demand")?, costs(input, "holding_cost")?);
        let lots =
            CapacitatedLots::new(LotModel::new(&demand, &costs), by_period(input, "capacity")?);
        let answer = lots.solve().map(|found| {
            json!({ "optimal_cost": float(found.plan.costs.total), "proved": found.is_optimal })
        });
        let cost = case.get("expected").and_then(|expected| expected.get("optimal_cost"));
        let expected = json!({ "optimal_cost": cost.ok_or("no cost")?, "proved": true });
        Ok(Case::fields_near(name.to_owned(), &expected, answer, FLOATS))
    };
    list(&file, "cases")?.iter().map(case).collect()
}

fn costs(input: &Value, holding: &str) -> Answer<LotCosts> {
    let costs = LotCosts::new(by_period(input, "setup_cost")?, by_period(input, holding)?);
    Ok(match input.get("unit_cost") {
        Some(_) => costs.bought_at(by_period(input, "unit_cost")?),
        None => costs,
    })
}

/// One figure for all periods, or one for each.
fn by_period(input: &Value, name: &str) -> Answer<ByPeriod> {
    match input.get(name) {
        Some(Value::Array(_)) => Ok(ByPeriod::Each(decimals(input, name)?)),
        Some(value) => Ok(ByPeriod::Same(decimal(value)?)),
        None => Err(format!("no {name:?}").into()),
    }
}

fn decimals(input: &Value, name: &str) -> Answer<Vec<Decimal>> {
    list(input, name)?.iter().map(decimal).collect()
}

fn decimal(value: &Value) -> Answer<Decimal> {
    let text = value.to_string();
    let read = Decimal::from_str(&text).or_else(|_| Decimal::from_scientific(&text));
    read.map_err(|error| format!("{text}: {error}").into())
}

fn float(value: Decimal) -> f64 {
    value.to_f64().unwrap_or(f64::NAN)
}
