//! `bom_explosion.json`: how much of everything goes into something, and at which level it lies.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use fondaco::core::Unit;
use fondaco::inventory::mrp::{
    Component, Item, ItemNo, MrpError, Network, Options, Output, Source,
};
use fondaco::rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::misc_inventory::decimal;
use crate::case::Case;
use crate::json;

type Answer<T> = Result<T, Box<dyn Error>>;

pub(crate) fn cases(path: &Path) -> Answer<Vec<Case>> {
    let file = json::read(path)?;
    let mut cases = Vec::new();
    for case in json::list(&file, "cases")? {
        let name = json::text(case, "name")?;
        let expected = case.get("expected").ok_or("a case has what is expected")?;
        if case.get("bom_in").is_some() {
            cases.push(rounded(name, case, expected)?);
            continue;
        }
        let bill = Bill::of(case.get("bom").ok_or("a case has a bill of material")?)?;
        for (what, expected) in expected.as_object().ok_or("expected is an object")? {
            let id = format!("{name}: {what}");
            match what.as_str() {
                "totals" => cases.push(totals(id, &bill, case, expected)?),
                "llc" => cases.push(levels(id, &bill, expected)?),
                "error" => cases.push(Case::exact(id, "\"cycle\"".into(), cycle(&bill).0)),
                "members" => {
                    let mut members: Vec<&str> = texts(expected);
                    members.sort_unstable();
                    cases.push(Case::exact(id, members.join(" "), cycle(&bill).1));
                }
                _ => cases.push(Case::unsupported(id, "nothing rolls the costs of a bill up yet")),
            }
        }
    }
    Ok(cases)
}

/// The items of a case, linked up.
struct Bill {
    network: Network,
    items: BTreeMap<String, ItemNo>,
}

impl Bill {
    fn of(bom: &Value) -> Answer<Bill> {
        let bom = bom.as_object().ok_or("a bill of material")?;
        let lines: BTreeMap<&str, &Vec<Value>> = bom
            .iter()
            .map(|(name, lines)| Ok((name.as_str(), lines.as_array().ok_or("lines")?)))
            .collect::<Answer<_>>()?;
        let mut bill = Bill { network: Network::new(), items: BTreeMap::new() };
        for name in lines.keys() {
            let plain = name.trim_end_matches("*phantom");
            let item = Item::new(plain);
            let item = if plain == *name { item } else { item.phantom() };
            bill.items.insert(plain.to_owned(), bill.network.add(item)?);
        }
        for line in lines.values().copied().flatten() {
            let (name, unit, _) = part(line)?;
            if !bill.items.contains_key(name) {
                let item = unit.map_or(Item::new(name), |unit| Item::new(name).unit(unit));
                bill.items.insert(name.to_owned(), bill.network.add(item)?);
            }
        }
        for (name, lines) in lines {
            let mut source = Source::make(0);
            for line in lines {
                let (part, unit, quantity) = part(line)?;
                let component = Component::new(bill.items[part], quantity);
                let component = unit.map_or(component.clone(), |unit| component.unit(unit));
                source = source.component(component);
            }
            let parent = bill.items[name.trim_end_matches("*phantom")];
            bill.network.source(parent, source)?;
        }
        Ok(bill)
    }
}

/// `["C1", 5]` or `["C2", "150 cm"]`.
fn part(line: &Value) -> Answer<(&str, Option<Unit>, Decimal)> {
    let name = line.get(0).and_then(Value::as_str).ok_or("a component")?;
    let quantity = line.get(1).ok_or("a quantity")?;
    let Some(text) = quantity.as_str() else { return Ok((name, None, decimal(quantity)?)) };
    let (amount, unit) = text.split_once(' ').ok_or("a quantity with a unit")?;
    let unit = Unit::from_code(unit).ok_or_else(|| format!("unit {unit:?}"))?;
    Ok((name, Some(unit), amount.parse()?))
}

fn totals(id: String, bill: &Bill, case: &Value, expected: &Value) -> Answer<Case> {
    let root = bill.items[json::text(case, "root")?];
    let quantity = decimal(case.get("qty").ok_or("a quantity")?)?;
    let exploded = bill.network.explode(root, quantity, "2026-01-01".parse()?, &Options::default());
    let actual = exploded.map(|parts| {
        let mut totals = Map::new();
        for part in parts {
            let name = bill.items.iter().find(|(_, item)| **item == part.item);
            let name = name.map_or("?", |(name, _)| name.as_str());
            // `C2_cm` is C2 in centimetres, in which its line is.
            let in_unit = expected.as_object().into_iter().flat_map(Map::keys);
            let shown = in_unit.into_iter().find(|key| {
                *key == name || key.split_once('_').is_some_and(|(item, _)| item == name)
            });
            let shown = shown.map_or(name, String::as_str);
            totals.insert(shown.to_owned(), float(part.needed));
        }
        Value::Object(totals)
    });
    Ok(Case::fields_near(id, expected, actual, 1e-9))
}

fn levels(id: String, bill: &Bill, expected: &Value) -> Answer<Case> {
    let actual = bill.network.levels().map(|levels| {
        let level = |(name, item): (&String, &ItemNo)| (name.clone(), levels[item.index()].into());
        Value::Object(bill.items.iter().map(level).collect())
    });
    Ok(Case::fields_near(id, expected, actual, 0.0))
}

/// What is refused, and who is in it.
fn cycle(bill: &Bill) -> (String, String) {
    match bill.network.levels() {
        Ok(_) => ("no cycle".into(), String::new()),
        Err(MrpError::BomCycle { path }) => {
            let mut members: Vec<String> = path.iter().map(ToString::to_string).collect();
            members.sort_unstable();
            ("\"cycle\"".into(), members.join(" "))
        }
        Err(other) => (other.to_string(), String::new()),
    }
}

/// A bill for several of what it makes, with something that comes out besides, in whole pieces.
fn rounded(name: &str, case: &Value, expected: &Value) -> Answer<Case> {
    let amounts = |field: &str| -> Answer<Vec<(String, Decimal)>> {
        let given = case.get(field).and_then(Value::as_object).ok_or("amounts")?;
        given.iter().map(|(name, amount)| Ok((name.clone(), decimal(amount)?))).collect()
    };
    let (inputs, outputs) = (amounts("bom_in")?, amounts("bom_out")?);
    let mut network = Network::new();
    let (mut source, mut top) = (Source::make(0), None);
    let mut items = Vec::new();
    for (name, amount) in outputs {
        let item = network.add(Item::new(name.as_str()).digits(0))?;
        items.push((name.clone(), item));
        if name == "product" {
            source = source.makes(amount);
            top = Some(item);
        } else {
            source = source.output(Output::new(item, amount));
        }
    }
    for (name, amount) in inputs {
        let item = network.add(Item::new(name.as_str()).digits(0))?;
        items.push((name, item));
        source = source.of(amount, item);
    }
    let top = top.ok_or("a product")?;
    network.source(top, source)?;
    let quantity = decimal(case.get("qty").ok_or("a quantity")?)?;
    let exploded = network.explode(top, quantity, "2026-01-01".parse()?, &Options::default());
    let actual = exploded.map(|parts| {
        let mut all = Map::from_iter([("product".to_owned(), float(quantity))]);
        for part in parts {
            let name = items.iter().find(|(_, item)| *item == part.item);
            let name = name.map_or("?", |(name, _)| name.as_str());
            let amount = if part.needed.is_zero() { part.output } else { part.needed };
            all.insert(name.to_owned(), float(amount));
        }
        Value::Object(all)
    });
    Ok(Case::fields_near(name.to_owned(), expected, actual, 0.0))
}

fn float(value: Decimal) -> Value {
    value.to_string().parse::<f64>().map_or(Value::Null, Value::from)
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
