//! `misc_inventory.json`: promises, classes, picking, prices, orders, units, variances, counts.

use std::error::Error;
use std::path::Path;

use chrono::NaiveDate;
use fondaco::core::Rounding;
use fondaco::inventory::KernelError;
use fondaco::inventory::measures::{AbcRule, abc};
use fondaco::inventory::ordering::{
    Atp, CountClass, Lot, OrderModifiers, PickBy, PickRule, Price, PriceList, StandardCost,
    available_to_promise, convert, count_load, pick,
};
use fondaco::rust_decimal::Decimal;
use serde_json::Value;

use crate::case::{Case, part, parts};
use crate::json;

type Answer<T> = Result<T, Box<dyn Error>>;

pub(crate) fn cases(path: &Path) -> Answer<Vec<Case>> {
    let file = json::read(path)?;
    let mut cases = parts(json::list(&file, "atp")?, promises);
    cases.extend(part("abc", classes(field(&file, "abc")?)));
    cases.extend(part("fefo", picking(field(&file, "fefo")?)));
    for (number, case) in json::list(&file, "price_breaks_all_units")?.iter().enumerate() {
        let answered = prices(number, case).map(|case| vec![case]);
        cases.extend(part(&format!("price breaks {number}"), answered));
    }
    for (number, case) in json::list(&file, "order_modifiers")?.iter().enumerate() {
        // The last row is a note on what another program does.
        if case.get("input").is_some() {
            let answered = orders(number, case).map(|case| vec![case]);
            cases.extend(part(&format!("order modifiers {number}"), answered));
        }
    }
    for (number, case) in json::list(field(&file, "uom")?, "cases")?.iter().enumerate() {
        cases.extend(part(&format!("uom {number}"), units(number, case)));
    }
    cases.extend(part("std_cost_variances", variances(field(&file, "std_cost_variances")?)));
    cases.extend(part("cycle_count", counts(field(&file, "cycle_count")?)));
    Ok(cases)
}

fn promises(case: &Value) -> Answer<Vec<Case>> {
    let (name, input) = (json::text(case, "name")?, field(case, "input")?);
    let atp = available_to_promise(
        decimal(field(input, "on_hand")?)?,
        &decimals(field(input, "mps")?)?,
        &decimals(field(input, "booked")?)?,
    );
    let row = |of: fn(&Atp) -> &[Decimal]| match &atp {
        Ok(atp) => all(of(atp)),
        Err(error) => error.to_string(),
    };
    let mut cases = Vec::new();
    for (key, expected) in field(case, "expected")?.as_object().ok_or("expected is an object")? {
        let actual = match key.as_str() {
            "atp" | "atp_after_lookback" => row(|atp| &atp.available),
            "raw" => row(|atp| &atp.raw),
            "cumulative" => row(|atp| &atp.cumulative),
            other => return Err(format!("atp: {other:?}").into()),
        };
        cases.push(Case::exact(format!("atp {name}: {key}"), all(&decimals(expected)?), actual));
    }
    Ok(cases)
}

fn classes(case: &Value) -> Answer<Vec<Case>> {
    let mut names = Vec::new();
    let mut values = Vec::new();
    for item in json::list(case, "items")? {
        let part = |at: usize| item.get(at).ok_or("an item has three parts");
        names.push(part(0)?.as_str().ok_or("an item has a name")?);
        values.push(decimal(part(1)?)?.checked_mul(decimal(part(2)?)?).ok_or("a large value")?);
    }
    let cuts = json::list(case, "cut")?.iter().filter_map(Value::as_f64);
    let found = abc(&values, &AbcRule::new(cuts));
    let expected = field(case, "expected")?;
    let total = found.as_ref().map(|abc| plain(abc.total));
    let mut cases = vec![Case::exact(
        "abc total".into(),
        plain(decimal(field(expected, "total")?)?),
        shown(total),
    )];
    for (rank, row) in json::list(expected, "ranked")?.iter().enumerate() {
        let part = |at: usize| row.get(at).ok_or("a rank has four parts");
        let (name, class) = (part(0)?.as_str(), part(3)?.as_str());
        let (name, class) = (name.ok_or("a name")?, class.ok_or("a class")?);
        let share = part(2)?.as_f64().ok_or("a share")?;
        let wanted = format!("{name} {} {share:.6} {class}", plain(decimal(part(1)?)?));
        let line = found.as_ref().map(|abc| match abc.lines.get(rank) {
            Some(line) => {
                let (name, value) = (names[line.item], plain(line.value));
                format!("{name} {value} {:.6} {}", line.cumulative, line.class)
            }
            None => "no such rank".to_owned(),
        });
        cases.push(Case::exact(format!("abc rank {rank}"), wanted, shown(line)));
    }
    Ok(cases)
}

fn picking(case: &Value) -> Answer<Vec<Case>> {
    let (mut names, mut lots) = (Vec::new(), Vec::new());
    for row in json::list(case, "lots")? {
        let part = |at: usize| row.get(at).ok_or("a lot has three parts");
        names.push(part(0)?.as_str().ok_or("a lot has a name")?);
        let mut lot = Lot::new(decimal(part(2)?)?);
        lot.expires = part(1)?.as_str().map(str::parse::<NaiveDate>).transpose()?;
        lots.push(lot);
    }
    let rule = PickRule::new(PickBy::FirstExpired, json::text(case, "today")?.parse()?);
    let least = case.get("min_remaining_days").and_then(Value::as_u64).unwrap_or(0);
    let picked = pick(decimal(field(case, "need")?)?, &lots, &rule.good_for(least.try_into()?));
    let expected = field(case, "expected")?;
    let mut wanted = Vec::new();
    for row in json::list(expected, "allocate")? {
        let (name, much) = (row.get(0).and_then(Value::as_str), row.get(1));
        wanted.push(format!(
            "{} {}",
            name.ok_or("a lot")?,
            plain(decimal(much.ok_or("a number")?)?)
        ));
    }
    let taken = picked.as_ref().map(|picking| {
        let picks = picking.picks.iter();
        let picks = picks.map(|pick| format!("{} {}", names[pick.lot], plain(pick.quantity)));
        picks.collect::<Vec<_>>().join(", ")
    });
    let mut cases = vec![Case::exact("fefo picks".into(), wanted.join(", "), shown(taken))];
    for (name, why) in field(expected, "rejected")?.as_object().ok_or("rejected is an object")? {
        let reason = picked.as_ref().map(|picking| {
            let lot = picking.left_out.iter().find(|left| names[left.lot] == name);
            lot.map_or_else(|| "taken".to_owned(), |left| left.why.to_string())
        });
        let why = why.as_str().ok_or("a reason")?;
        cases.push(Case::exact(format!("fefo rejects {name}"), why.into(), shown(reason)));
    }
    Ok(cases)
}

fn prices(number: usize, case: &Value) -> Answer<Case> {
    let need = decimal(field(case, "need")?)?;
    let mut prices = Vec::new();
    for row in json::list(case, "breaks")? {
        let part = |at: usize| row.get(at).ok_or("a break has two parts");
        prices.push(Price::new(decimal(part(0)?)?, decimal(part(1)?)?));
    }
    let list = PriceList::all_units(&prices).order_cost(decimal(field(case, "order_cost")?)?);
    let bought = list.cover(need).map(|bought| both(bought.quantity, bought.cost));
    let expected =
        both(decimal(field(case, "expected_qty")?)?, decimal(field(case, "expected_cost")?)?);
    Ok(Case::exact(format!("price breaks {number}: {need}"), expected, shown(bought)))
}

fn orders(number: usize, case: &Value) -> Answer<Case> {
    let input = field(case, "input")?;
    let given =
        |name: &str| input.get(name).filter(|value| !value.is_null()).map(decimal).transpose();
    let mut rule = OrderModifiers::at_least(given("min")?.unwrap_or_default());
    (rule.multiple, rule.maximum) = (given("multiple")?, given("max")?);
    let orders = rule.orders(given("need")?.ok_or("no need")?).map(|orders| all(&orders));
    let expected = all(&decimals(field(case, "expected_orders")?)?);
    Ok(Case::exact(format!("order modifiers {number}"), expected, shown(orders)))
}

fn units(number: usize, case: &Value) -> Answer<Vec<Case>> {
    let factor = |name: &str| -> Answer<Decimal> {
        decimal(field(case, name)?.get(1).ok_or("a unit has a factor")?)
    };
    let (from, to, quantity) = (factor("from")?, factor("to")?, decimal(field(case, "qty")?)?);
    let rounding = match case.get("rounding_to") {
        None => None,
        Some(increment) => {
            let mode = match json::text(case, "mode")? {
                "up" => Rounding::Up,
                "down" => Rounding::Down,
                "half_up" | "half-up" | "nearest" => Rounding::HalfUp,
                "half_even" | "half-even" => Rounding::HalfEven,
                other => return Err(format!("mode {other:?}").into()),
            };
            Some((decimal(increment)?, mode))
        }
    };
    let converted = convert(quantity, from, to, rounding).map(plain);
    let expected = plain(decimal(field(case, "expected")?)?);
    let mut cases = vec![Case::exact(format!("unit {number}"), expected, shown(converted))];
    if let Some(exact) = case.get("exact") {
        let converted = convert(quantity, from, to, None).map(plain);
        let exact = plain(decimal(exact)?);
        cases.push(Case::exact(format!("unit {number}, exact"), exact, shown(converted)));
    }
    Ok(cases)
}

fn variances(case: &Value) -> Answer<Vec<Case>> {
    let input = field(case, "input")?;
    let given = |name: &str| input.get(name).map_or(Ok(Decimal::ZERO), decimal);
    let cost = StandardCost {
        standard_price: given("std_price")?,
        actual_price: given("actual_price")?,
        quantity_purchased: given("actual_qty_purchased")?,
        standard_quantity_allowed: given("std_qty_allowed")?,
        actual_quantity_used: given("actual_qty_used")?,
        standard_rate: given("std_rate")?,
        actual_rate: given("actual_rate")?,
        actual_hours: given("actual_hours")?,
        standard_hours_allowed: given("std_hours_allowed")?,
        fixed_overhead_budget: given("fixed_overhead_budget")?,
        fixed_overhead_rate: given("fixed_overhead_rate_per_hour")?,
        actual_fixed_overhead: given("actual_fixed_overhead")?,
        ..StandardCost::default()
    };
    let found = cost.variances();
    let mut cases = Vec::new();
    for (name, expected) in field(case, "expected")?.as_object().ok_or("expected is an object")? {
        let actual = found.as_ref().map(|of| match name.as_str() {
            "purchase_price_variance_unfav" => plain(of.purchase_price),
            "material_usage_variance_unfav" => plain(of.material_usage),
            "labour_rate_variance_unfav" => plain(of.labour_rate),
            "labour_efficiency_variance_unfav" => plain(of.labour_efficiency),
            "fixed_overhead_spending_unfav" => plain(of.fixed_overhead_spending),
            "fixed_overhead_volume_unfav" => plain(of.fixed_overhead_volume),
            other => format!("no variance {other:?}"),
        });
        let id = format!("standard cost: {name}");
        cases.push(Case::exact(id, plain(decimal(expected)?), shown(actual)));
    }
    Ok(cases)
}

fn counts(case: &Value) -> Answer<Vec<Case>> {
    let input = field(case, "input")?;
    let mut classes = Vec::new();
    for (name, class) in input.as_object().ok_or("input is an object")? {
        let number = |of: &str| class.get(of).and_then(Value::as_u64).map(u32::try_from);
        match (number("items"), number("counts_per_year")) {
            (Some(items), Some(counts)) => classes.push(CountClass::new(items?, counts?)),
            _ if name == "working_days" => {}
            _ => return Err(format!("class {name:?}").into()),
        }
    }
    let days = field(input, "working_days")?.as_u64().ok_or("working_days is a number")?;
    let load = count_load(&classes, days.try_into()?);
    let expected = field(case, "expected")?;
    let counts = field(expected, "counts_per_year")?.to_string();
    let per_day = field(expected, "per_day")?.as_f64().ok_or("per_day is a number")?;
    let actual = load.as_ref().map(|load| load.counts_per_year.to_string());
    Ok(vec![
        Case::exact("cycle counts a year".into(), counts, shown(actual)),
        Case::near("cycle counts a day".into(), per_day, 1e-12, load.map(|load| load.per_day)),
    ])
}

fn field<'a>(value: &'a Value, name: &str) -> Result<&'a Value, String> {
    value.get(name).ok_or_else(|| format!("no {name:?}"))
}

/// A number or a text as the decimal that is written there.
pub(super) fn decimal(value: &Value) -> Answer<Decimal> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Ok(text.parse().map_err(|error| format!("{text}: {error}"))?)
}

fn decimals(value: &Value) -> Answer<Vec<Decimal>> {
    value.as_array().ok_or("a list of numbers")?.iter().map(decimal).collect()
}

fn plain(value: Decimal) -> String {
    value.normalize().to_string()
}

fn all(values: &[Decimal]) -> String {
    values.iter().map(|value| plain(*value)).collect::<Vec<_>>().join(" ")
}

fn both(quantity: Decimal, cost: Decimal) -> String {
    format!("{} for {}", plain(quantity), plain(cost))
}

fn shown(answer: Result<String, impl std::borrow::Borrow<KernelError>>) -> String {
    answer.unwrap_or_else(|error| error.borrow().to_string())
}
