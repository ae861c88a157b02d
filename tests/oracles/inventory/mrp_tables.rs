//! `mrp_tables.json`: time-phased netting, bucket by bucket; a bucket is a day of ours.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use chrono::{Days, NaiveDate};
use fondaco::core::DateRange;
use fondaco::inventory::mrp::{
    Buckets, Component, Demand, Horizon, Item, ItemNo, LotRule, Network, Options, Plan, Source,
    State, Supply, run,
};
use fondaco::inventory::ordering::OrderModifiers;
use fondaco::rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::misc_inventory::decimal;
use crate::case::Case;
use crate::json;

type Answer<T> = Result<T, Box<dyn Error>>;

/// Theirs are floats, ours exact to a millionth.
const NEAR: f64 = 1e-6;

pub(crate) fn cases(path: &Path) -> Answer<Vec<Case>> {
    let file = json::read(path)?;
    let mut cases = Vec::new();
    for case in json::list(&file, "cases")? {
        let (name, input) = (json::text(case, "name")?, field(case, "input")?);
        let expected = field(case, "expected")?;
        if input.get("demand").is_some() {
            cases.push(grouped(name, input, expected)?);
            continue;
        }
        let tables = Tables::plan(input)?;
        for (item, expected) in object(expected)? {
            let actual = tables.of(item).map_err(|error| error.to_string());
            cases.push(Case::fields_near(format!("{name} {item}"), expected, actual, NEAR));
        }
    }
    Ok(cases)
}

/// A plan of a case, and what its items are called.
struct Tables {
    plan: Plan,
    items: BTreeMap<String, ItemNo>,
    buckets: u64,
}

impl Tables {
    fn plan(input: &Value) -> Answer<Tables> {
        let buckets = field(input, "buckets")?.as_u64().ok_or("a number of buckets")?;
        let mut network = Network::new();
        let mut items = BTreeMap::new();
        let given = object(field(input, "items")?)?;
        for (name, of) in given {
            items.insert(name.clone(), network.add(item(name, of)?)?);
        }
        let bom = object(field(input, "bom")?)?;
        for (name, of) in given {
            let lead = of.get("lt").and_then(Value::as_u64).unwrap_or(0);
            let mut source = Source::make(lead.try_into()?);
            for line in bom.get(name).and_then(Value::as_array).into_iter().flatten() {
                source = source.component(component(line, &items)?);
            }
            network.source(items[name], source)?;
        }
        let mut state = State::of(&network);
        for (name, of) in given {
            let number = items[name];
            state.on_hand(number, of.get("oh").map_or(Ok(Decimal::ZERO), decimal)?)?;
            for (bucket, quantity) in of.get("sr").and_then(Value::as_object).into_iter().flatten()
            {
                let quantity = decimal(quantity)?;
                state.supply(Supply::scheduled("", number, quantity, day(bucket)?))?;
            }
        }
        for (name, wanted) in object(field(input, "mps")?)? {
            let number = *items.get(name).ok_or("an item of the case")?;
            for (bucket, quantity) in object(wanted)? {
                let quantity = decimal(quantity)?;
                state.demand(Demand::order("", number, quantity, day(bucket)?))?;
            }
        }
        let horizon = Horizon::new(day("1")?, day(&buckets.to_string())?);
        let options = Options::default().buckets(Buckets::Days(1));
        Ok(Tables { plan: run(&network, &state, horizon, &options)?, items, buckets })
    }

    fn of(&self, item: &str) -> Answer<Value> {
        let number = *self.items.get(item).ok_or("an item of the case")?;
        let table = self.plan.table(number)?;
        if table.periods.len() as u64 != self.buckets {
            return Err(format!("{} periods", table.periods.len()).into());
        }
        let column = |of: fn(&fondaco::inventory::mrp::Period) -> Decimal| -> Value {
            table.periods.iter().map(|period| shown(of(period))).collect()
        };
        Ok(json!({
            "llc": self.plan.level(number)?,
            "gross": column(|period| period.gross),
            "scheduled_receipts": column(|period| period.scheduled),
            "projected_on_hand": column(|period| period.projected),
            "net": column(|period| period.net),
            "planned_receipts": column(|period| period.receipts),
            "planned_releases": column(|period| period.releases),
            "past_due_release": shown(table.past_due_releases),
        }))
    }
}

fn item(name: &str, of: &Value) -> Answer<Item> {
    let mut item = Item::new(name);
    for (key, value) in object(of)? {
        item = match key.as_str() {
            "oh" | "lt" | "sr" => item,
            "ss" => item.safety_stock(decimal(value)?),
            "yield" => item.yields(decimal(value)?),
            "phantom" if value.as_bool() == Some(true) => item.phantom(),
            "phantom" => item,
            "lot" => lot(item, value)?,
            other => return Err(format!("an item's {other:?}").into()),
        };
    }
    Ok(item)
}

fn lot(item: Item, lot: &Value) -> Answer<Item> {
    let given = |name: &str| lot.get(name).map(decimal).transpose();
    let mut modifiers = OrderModifiers::at_least(given("min")?.unwrap_or_default());
    (modifiers.multiple, modifiers.maximum) = (given("mult")?, given("max")?);
    let count = |name| -> Answer<u32> {
        Ok(lot.get(name).and_then(Value::as_u64).ok_or("a number of periods")?.try_into()?)
    };
    let rule = match json::text(lot, "type")? {
        "L4L" => LotRule::LotForLot,
        "FOQ" => LotRule::Fixed { quantity: given("qty")?.ok_or("a quantity")? },
        "POQ" => LotRule::Periods { periods: count("periods")? },
        other => return Err(format!("lot {other:?}").into()),
    };
    Ok(item.lot(rule).modifiers(modifiers))
}

/// `["C", 2]` or `["C", 2, {"scrap": 0.1}]`.
fn component(line: &Value, items: &BTreeMap<String, ItemNo>) -> Answer<Component> {
    let name = line.get(0).and_then(Value::as_str).ok_or("a component")?;
    let number = *items.get(name).ok_or("a component of the case")?;
    let mut component = Component::new(number, decimal(line.get(1).ok_or("a quantity")?)?);
    let (mut from, mut to) = (None, None);
    for (key, value) in line.get(2).and_then(Value::as_object).into_iter().flatten() {
        match key.as_str() {
            "scrap" => component = component.scrap(decimal(value)?),
            "from" | "eff_from" | "valid_from" => from = Some(day(&value.to_string())?),
            "to" | "eff_to" | "valid_to" => to = Some(day(&value.to_string())?),
            other => return Err(format!("a component's {other:?}").into()),
        }
    }
    let valid = DateRange::between(from, to)?;
    Ok(component.valid(valid))
}

/// Orders of one item that cover some days each.
fn grouped(name: &str, input: &Value, expected: &Value) -> Answer<Case> {
    let days = field(input, "cover_days")?.as_u64().ok_or("cover_days is a number")?;
    let mut modifiers = OrderModifiers::default();
    modifiers.multiple = input.get("mult").map(decimal).transpose()?;
    let mut network = Network::new();
    let lot = LotRule::Days { days: days.try_into()? };
    let item = network.add(Item::new("X").lot(lot).modifiers(modifiers))?;
    network.source(item, Source::buy(0))?;
    let mut state = State::of(&network);
    for (bucket, quantity) in object(field(input, "demand")?)? {
        state.demand(Demand::order("", item, decimal(quantity)?, day(bucket)?))?;
    }
    for (bucket, quantity) in input.get("receipts").and_then(Value::as_object).into_iter().flatten()
    {
        state.supply(Supply::scheduled("", item, decimal(quantity)?, day(bucket)?))?;
    }
    let horizon = Horizon::new(day("1")?, day("60")?);
    let plan = run(&network, &state, horizon, &Options::default())?;
    let mut orders = Map::new();
    for order in plan.orders(item)? {
        let bucket = (order.due - day("1")?).num_days() + 1;
        orders.insert(bucket.to_string(), shown(order.quantity));
    }
    let actual = Ok::<Value, String>(json!({ "orders": orders }));
    Ok(Case::fields_near(name.to_owned(), expected, actual, NEAR))
}

/// Bucket 1 is the first day.
fn day(bucket: &str) -> Answer<NaiveDate> {
    let first: NaiveDate = "2026-01-01".parse()?;
    let after = bucket.parse::<u64>()?.checked_sub(1).ok_or("buckets are counted from 1")?;
    Ok(first.checked_add_days(Days::new(after)).ok_or("a bucket")?)
}

fn shown(value: Decimal) -> Value {
    value.to_string().parse::<f64>().map_or(Value::Null, Value::from)
}

fn field<'a>(value: &'a Value, name: &str) -> Answer<&'a Value> {
    Ok(value.get(name).ok_or_else(|| format!("no {name:?}"))?)
}

fn object(value: &Value) -> Answer<&Map<String, Value>> {
    Ok(value.as_object().ok_or("an object")?)
}
