//! `attribution/attribution.json`: removal effects of a Markov chain, Shapley values and rules of thumb, solved exactly.

use std::error::Error;
use std::path::Path;

use fondaco_crm::attribution::{Credit, Journey, Markov, Rule, credits, shapley};
use serde_json::{Map, Value, json};

use crate::case::Case;
use crate::json;

const WITHIN: f64 = 1e-12;

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = json::read(path)?;
    let journeys = journeys(&file)?;
    let mut cases = Vec::new();
    let chains = [
        ("markov_order1_with_self_loops", Markov::of(&journeys)),
        ("markov_order1_no_self_loops", Markov::without_repeats(&journeys)),
    ];
    for (name, chain) in chains {
        let expected = file.get(name).ok_or_else(|| format!("no {name}"))?;
        let ours = chain.map(|chain| shown(&chain, expected));
        cases.push(Case::fields_near(name.into(), expected, ours, WITHIN));
    }
    let expected = file.pointer("/shapley_subset_game/values").ok_or("no values")?;
    cases.push(Case::fields_near(
        "shapley".into(),
        expected,
        shapley(&journeys).map(conversions),
        WITHIN,
    ));
    let rules = [
        ("first", Rule::First),
        ("last", Rule::Last),
        ("linear", Rule::Linear),
        ("position_40_20_40", Rule::USUAL_POSITION),
        ("time_decay_pos_halflife1", Rule::Decay { half_life: 1.0 }),
    ];
    for (name, rule) in rules {
        let expected = file.get("heuristics").and_then(|all| all.get(name)).ok_or("no rule")?;
        let ours = credits(&journeys, rule).map(conversions);
        cases.push(Case::fields_near(name.into(), expected, ours, WITHIN));
    }
    cases.extend(heuristics(&file, &journeys)?);
    let simulated = "a simulation, which differs from the exact solution by its noise";
    cases.push(Case::unsupported("ChannelAttribution_markov_order1".into(), simulated));
    Ok(cases)
}

/// Three rules as the R package has them, with what conversions were worth.
fn heuristics(file: &Value, journeys: &[Journey<&str>]) -> Result<Vec<Case>, Box<dyn Error>> {
    let expected = file.get("ChannelAttribution_heuristic").ok_or("no heuristics")?;
    let rules =
        [("first_touch", Rule::First), ("last_touch", Rule::Last), ("linear_touch", Rule::Linear)];
    let one = |(name, rule): (&str, Rule)| {
        let field = |what: &str| expected.get(format!("{name}_{what}"));
        let wanted = json!({"conversions": field("conversions"), "value": field("value")});
        let ours = credits(journeys, rule).map(|all| {
            let conversions: Vec<f64> = all.iter().map(|credit| credit.conversions).collect();
            let worth: Vec<f64> = all.iter().map(|credit| credit.worth).collect();
            json!({"conversions": conversions, "value": worth})
        });
        Case::fields_near(name.into(), &wanted, ours, WITHIN)
    };
    Ok(rules.into_iter().map(one).collect())
}

fn journeys(file: &Value) -> Result<Vec<Journey<&str>>, Box<dyn Error>> {
    let mut journeys = Vec::new();
    for row in json::list(file, "paths")? {
        let number = |n: usize| row.get(n).and_then(Value::as_f64).ok_or("three numbers");
        let path = row.get(0).and_then(Value::as_str).ok_or("a path is a text")?;
        journeys.push(Journey {
            channels: path.split(" > ").collect(),
            conversions: number(1)?,
            worth: number(2)?,
            nothing: number(3)?,
        });
    }
    Ok(journeys)
}

fn shown(chain: &Markov<&str>, expected: &Value) -> Value {
    let credits = chain.credits();
    let steps = expected.get("transition").and_then(Value::as_object);
    // Of the same steps as the file names; those to nothing are what is left.
    let row = |(from, to): (&String, &Value)| {
        let start = from == "(start)";
        let of = (!start).then_some(from.as_str());
        let converts = of.and_then(|of| chain.converts(of)).unwrap_or_default();
        let onward = chain.channels().iter().filter_map(|to| chain.goes(of, to)).sum::<f64>();
        let cell = |name: &String| match name.as_str() {
            "(conv)" => Some(converts),
            "(null)" => Some(1.0 - converts - onward),
            to => chain.goes(of, to),
        };
        let cells =
            to.as_object().into_iter().flatten().map(|(name, _)| (name.clone(), json!(cell(name))));
        (from.clone(), Value::Object(cells.collect()))
    };
    let removal =
        chain.removal_effects().into_iter().map(|(c, effect)| (c.to_owned(), json!(effect)));
    let worth = credits.iter().map(|credit| (credit.channel.to_owned(), json!(credit.worth)));
    json!({
        "transition": steps.into_iter().flatten().map(row).collect::<Map<_, _>>(),
        "p_conversion": chain.conversion(),
        "removal_effect": removal.collect::<Map<_, _>>(),
        "attributed_value": worth.collect::<Map<_, _>>(),
        "attributed_conversions": conversions(credits),
    })
}

fn conversions(credits: Vec<Credit<&str>>) -> Value {
    let all = credits.iter().map(|credit| (credit.channel.to_owned(), json!(credit.conversions)));
    Value::Object(all.collect())
}
