//! `ssm_serial.json`: serial chains. The heuristic was computed, the optima are of a coarse grid: so their levels are judged by what they cost.

use std::error::Error;
use std::path::Path;

use fondaco::inventory::KernelError;
use fondaco::inventory::policies::serial::{Serial, SerialStage};
use fondaco::inventory::probability::{Distribution, Normal, Poisson};
use serde_json::{Map, Value, json};

use crate::case::Case;
use crate::json::{list, number, read, text};

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = read(path)?;
    let mut cases = Vec::new();
    for case in list(&file, "cases")? {
        cases.extend(chain(case)?);
    }
    Ok(cases)
}

fn chain(case: &Value) -> Result<Vec<Case>, String> {
    let (name, input) = (text(case, "name")?, case.get("input").ok_or("a case has an input")?);
    let expected = case.get("expected").ok_or("a case has what is expected")?;
    let nodes = upwards(list(input, "nodes")?)?;
    let Some(model) = model(&nodes)? else {
        return Ok(vec![Case::unsupported(name.to_owned(), "we have no such demand")]);
    };
    let mut cases = Vec::new();
    let within = number(case, "rel_tol_optimum")?;
    for (key, expected) in expected.as_object().ok_or("expected is an object")? {
        let id = format!("{name}: {key}");
        let model = model.clone();
        match key.as_str() {
            "newsvendor_heuristic_echelon_S" => {
                let found =
                    model.and_then(|model| Ok(by_node(&nodes, &model.newsvendor_levels()?)));
                cases.push(Case::fields_near(
                    id,
                    expected,
                    found,
                    number(case, "rel_tol_heuristic")?,
                ));
            }
            "cost" | "book_cost" => {
                let cost = model.and_then(|model| Ok(model.solve()?.costs.total()));
                let cost = cost.map(|cost| json!((cost * 1e6).round() / 1e6));
                cases.push(Case::fields_near(id, expected, cost, within));
            }
            "echelon_S_star" | "book_S_star" => {
                let levels = levels(&nodes, expected)?;
                let best = model.clone().and_then(|model| Ok(model.solve()?.costs.total()));
                let theirs = model.and_then(|model| Ok(model.plan_at(&levels)?.costs.total()));
                cases.push(Case::near(id, best.unwrap_or(f64::NAN), within, theirs));
            }
            _ => cases.push(Case::unsupported(id, "we have no such figure")),
        }
    }
    Ok(cases)
}

/// The nodes from the one that serves customers upwards.
fn upwards(nodes: &[Value]) -> Result<Vec<&Value>, String> {
    let id = |node: &Value| node.get("id").and_then(Value::as_i64);
    let supplier = |node: &Value| node.get("predecessors")?.get(0)?.as_i64();
    let is_lowest = |node: &&Value| nodes.iter().all(|other| supplier(other) != id(node));
    let mut chain = vec![nodes.iter().find(is_lowest).ok_or("a chain has a lowest node")?];
    while let Some(above) = chain.last().and_then(|node| supplier(node)) {
        let node = nodes.iter().find(|node| id(node) == Some(above));
        chain.push(node.ok_or("a supplier is a node")?);
        if chain.len() > nodes.len() {
            return Err("the chain has a circle".to_owned());
        }
    }
    Ok(chain)
}

fn model(nodes: &[&Value]) -> Result<Option<Result<Serial, KernelError>>, String> {
    let stage = |node: &&Value| {
        Ok(SerialStage::new(number(node, "echelon_holding_cost")?, number(node, "lead_time")?))
    };
    let stages: Vec<_> = nodes.iter().map(stage).collect::<Result<_, String>>()?;
    let lowest = nodes.first().ok_or("a chain has a node")?;
    let mean = number(lowest, "demand_mean")?;
    let demand = match text(lowest, "demand_type")? {
        "N" => Normal::new(mean, number(lowest, "demand_sd")?).map(Distribution::from),
        "P" => Poisson::new(mean).map(Distribution::from),
        _ => return Ok(None),
    };
    let stockout = number(lowest, "stockout_cost")?;
    Ok(Some(demand.map(|demand| Serial::new(stages, stockout, demand))))
}

fn by_node(nodes: &[&Value], levels: &[f64]) -> Value {
    let name = |node: &Value| node.get("id").map(ToString::to_string).unwrap_or_default();
    let pairs = nodes.iter().zip(levels).map(|(node, level)| (name(node), json!(level)));
    Value::Object(pairs.collect::<Map<_, _>>())
}

/// Levels by the name of the node, or in a list upwards.
fn levels(nodes: &[&Value], given: &Value) -> Result<Vec<f64>, String> {
    let level = |(index, node): (usize, &&Value)| {
        let name = node.get("id").map(ToString::to_string).unwrap_or_default();
        let found = given.get(&name).or_else(|| given.get(index)).and_then(Value::as_f64);
        found.ok_or_else(|| format!("no level of node {name}"))
    };
    nodes.iter().enumerate().map(level).collect()
}
