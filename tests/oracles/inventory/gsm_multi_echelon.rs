//! `gsm_multi_echelon.json`: guaranteed service on trees. Promises may have alternatives that cost the same: ours are judged by their cost, those of the file by all
//! that follows from them.

use std::error::Error;
use std::path::Path;

use fondaco::inventory::KernelError;
use fondaco::inventory::policies::guaranteed_service::{Network, NetworkPlan, Stage, StagePlan};
use serde_json::{Map, Value, json};

use crate::case::Case;
use crate::json::{list, number, read, text};

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = read(path)?;
    let mut cases = Vec::new();
    for case in list(&file, "cases")? {
        cases.extend(network(case)?);
    }
    Ok(cases)
}

fn network(case: &Value) -> Result<[Case; 3], String> {
    let (name, input) = (text(case, "name")?, case.get("input").ok_or("a case has an input")?);
    let (expected, within) =
        (case.get("expected").ok_or("a case has what is expected")?, number(case, "rel_tol")?);
    let nodes = list(input, "nodes")?;
    let ids: Vec<String> = nodes.iter().map(id).collect();
    let network = read_network(nodes, &ids)?;
    let solved = network.solve();
    let cost = expected.get("cost").ok_or("a case has a cost")?;
    let best = solved.as_ref().map(|plan| json!(plan.costs.total())).map_err(ToString::to_string);
    let times = expected.get("committed_service_times").ok_or("a case has service times")?;
    let time = |id: &String| {
        times.get(id).and_then(Value::as_u64).and_then(|time| u32::try_from(time).ok())
    };
    let times: Vec<u32> =
        ids.iter().map(time).collect::<Option<_>>().ok_or("each node has a service time")?;
    let theirs = network.plan_at(&times).map(|plan| shown(&ids, &plan));
    let derived = Value::Array(list(case, "derived")?.to_vec());
    Ok([
        Case::fields_near(format!("{name}: cost"), cost, best, within),
        Case::fields_near(
            format!("{name}: what follows from the promises"),
            expected,
            theirs,
            within,
        ),
        Case::fields_near(format!("{name}: demand"), &derived, demands(nodes, solved), within),
    ])
}

fn id(node: &Value) -> String {
    node.get("id").map(ToString::to_string).unwrap_or_default()
}

fn read_network(nodes: &[Value], ids: &[String]) -> Result<Network, String> {
    let periods =
        |node: &Value, name: &str| node.get(name).and_then(Value::as_u64).map(|time| time as u32);
    let place = |id: &Value| {
        let name = id.to_string();
        ids.iter().position(|own| *own == name)
    };
    let (mut stages, mut links) = (Vec::new(), Vec::new());
    for (index, node) in nodes.iter().enumerate() {
        let processing = periods(node, "processing_time").ok_or("a processing time is whole")?;
        let stage = Stage::new(
            number(node, "holding_cost")?,
            processing,
            number(node, "demand_bound_constant")?,
        )
        .supplied_in(periods(node, "external_inbound_cst").unwrap_or(0));
        let successors = list(node, "successors")?;
        for successor in successors {
            links.push((index, place(successor).ok_or("a successor is a node")?));
        }
        let promised = periods(node, "external_outbound_cst");
        stages.push(match (promised, number(node, "demand_sd")) {
            (promised, Ok(sd)) if successors.is_empty() || promised.is_some() => {
                stage.selling(number(node, "demand_mean")?, sd, promised.unwrap_or(0))
            }
            _ => stage,
        });
    }
    Ok(Network::new(stages, links))
}

fn shown(ids: &[String], plan: &NetworkPlan) -> Value {
    let by_node = |figure: fn(&StagePlan) -> Value| {
        let pairs = ids.iter().cloned().zip(plan.stages.iter().map(figure));
        Value::Object(pairs.collect::<Map<_, _>>())
    };
    json!({
        "committed_service_times": by_node(|stage| json!(stage.service_time)),
        "cost": plan.costs.total(),
        "net_lead_times": by_node(|stage| json!(stage.net_lead_time)),
        "inbound_cst": by_node(|stage| json!(stage.inbound_time)),
        "safety_stock": by_node(|stage| json!(stage.safety_stock)),
        "base_stock_levels": by_node(|stage| json!(stage.base_stock)),
    })
}

fn demands(nodes: &[Value], plan: Result<NetworkPlan, KernelError>) -> Result<Value, KernelError> {
    let plan = plan?;
    let shown = nodes.iter().zip(&plan.stages).map(|(node, stage)| {
        json!({"id": node.get("id"), "net_demand_mean": stage.demand_mean, "net_demand_sd": stage.demand_sd})
    });
    Ok(Value::Array(shown.collect()))
}
