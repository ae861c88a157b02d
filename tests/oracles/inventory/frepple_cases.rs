//! `frepple_cases.json`: frePPLe's calendars, and its plans of one item.

use std::error::Error;
use std::path::Path;

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};
use fondaco::inventory::mrp::{
    Delivery, Demand, Horizon, Item, ItemNo, Network, Options, PastDue, Plan, Profile, Source,
    State, Stretch, Supply, run,
};
use fondaco::inventory::ordering::OrderModifiers;
use fondaco::rust_decimal::Decimal;
use serde_json::Value;

use super::misc_inventory::decimal;
use crate::case::{Case, parts};
use crate::json;

type Answer<T> = Result<T, Box<dyn Error>>;

pub(crate) fn cases(path: &Path) -> Answer<Vec<Case>> {
    let file = json::read(path)?;
    let mut cases = parts(json::list(&file, "calendars")?, calendar);
    cases.extend(parts(json::list(&file, "plans")?, plan));
    Ok(cases)
}

fn plan(case: &Value) -> Answer<Vec<Case>> {
    let name = json::text(case, "name")?;
    match name {
        "period_of_cover" => Ok(vec![cover(name, case)?]),
        "time_phased_safety_stock_unconstrained" => safety_by_date(name, case),
        "moq_and_multiple" => minimum(name, case),
        "safety_lead_time" => Ok(vec![safety_time(name, case)?]),
        "demand_policies" => policies(name, case),
        other => Ok(vec![Case::unsupported(other.to_owned(), "another plan")]),
    }
}

// ---- Calendars

fn calendar(case: &Value) -> Answer<Vec<Case>> {
    let name = json::text(case, "name")?;
    let mut profile = Profile::new(decimal(field(case, "default")?)?);
    for bucket in json::list(case, "buckets")? {
        profile = profile.with(stretch(bucket)?);
    }
    let ends = |list: &str| -> Answer<(NaiveDateTime, NaiveDateTime)> {
        let events = json::list(case, list)?;
        let at = |event: Option<&Value>| -> Answer<NaiveDateTime> {
            let text = event.and_then(|event| event.get(0)).and_then(Value::as_str);
            Ok(text.ok_or("an event has a moment")?.replacen(' ', "T", 1).parse()?)
        };
        Ok((at(events.first())?, at(events.last())?))
    };
    let (forward, backward) = ("expected_forward_events", "expected_backward_events");
    let ((from, _), (until, _)) = (ends(forward)?, ends(backward)?);
    let case_of = |id: &str, list: &str, changes: Vec<(NaiveDateTime, Decimal)>| -> Answer<Case> {
        let expected = json::list(case, list)?.iter().map(|event| {
            let value = decimal(event.get(1).ok_or("an event has a value")?)?.normalize();
            let at = event.get(0).and_then(Value::as_str).ok_or("an event has a moment")?;
            Ok(format!("{at} {value}"))
        });
        let expected = expected.collect::<Answer<Vec<_>>>()?.join(", ");
        let actual = changes.iter().map(|(at, value)| format!("{at} {}", value.normalize()));
        let actual = actual.collect::<Vec<_>>().join(", ");
        Ok(Case::exact(format!("{name}: {id}"), expected, actual))
    };
    Ok(vec![
        case_of("forward", forward, profile.changes(from, until))?,
        case_of("backward", backward, profile.changes_back(until, from))?,
    ])
}

fn stretch(bucket: &Value) -> Answer<Stretch> {
    let moment = |name| -> Answer<NaiveDateTime> { Ok(json::text(bucket, name)?.parse()?) };
    let mut stretch =
        Stretch::new(moment("start")?, moment("end")?, decimal(field(bucket, "value")?)?);
    let number = |name: &str| bucket.get(name).and_then(Value::as_str).map(str::parse::<i32>);
    if let Some(priority) = number("priority") {
        stretch = stretch.priority(priority?);
    }
    if let Some(days) = number("days") {
        // Sunday is 1, Monday 2, Saturday 64.
        let days = days?;
        let from_sunday = std::iter::successors(Some(Weekday::Sun), |day| Some(day.succ()));
        stretch = stretch.on(from_sunday
            .take(7)
            .enumerate()
            .filter_map(|(at, day)| (days & (1 << at) != 0).then_some(day)));
    }
    let time = |name: &str| bucket.get(name).and_then(Value::as_str).map(time_of_day);
    let from = time("starttime").transpose()?.unwrap_or(NaiveTime::MIN);
    Ok(stretch.hours(from, time("endtime").transpose()?))
}

/// `PT9H`, `PT12H30M`.
fn time_of_day(text: &str) -> Answer<NaiveTime> {
    let mut rest = text.strip_prefix("PT").ok_or_else(|| format!("time {text:?}"))?;
    let mut after = TimeDelta::zero();
    for (unit, seconds) in [('H', 3600), ('M', 60), ('S', 1)] {
        if let Some((count, others)) = rest.split_once(unit) {
            after += TimeDelta::seconds(count.parse::<i64>()? * seconds);
            rest = others;
        }
    }
    Ok(NaiveTime::MIN.overflowing_add_signed(after).0)
}

// ---- Plans of one item

struct One {
    network: Network,
    state: State,
    item: ItemNo,
    now: NaiveDate,
}

impl One {
    fn new(item: Item, now: NaiveDate) -> Answer<One> {
        let mut network = Network::new();
        let item = network.add(item)?;
        let state = State::of(&network);
        Ok(One { network, state, item, now })
    }

    fn plan(&self, past_due: PastDue) -> Answer<Plan> {
        let end = self.now.checked_add_days(Days::new(729)).ok_or("an end")?;
        let options = Options::default().past_due(past_due);
        Ok(run(&self.network, &self.state, Horizon::new(self.now, end), &options)?)
    }

    /// Due day and quantity of each order.
    fn made(&self, plan: &Plan) -> Answer<String> {
        let orders = plan.orders(self.item)?;
        Ok(orders
            .map(|order| format!("{} {}", order.due, plain(order.quantity)))
            .collect::<Vec<_>>()
            .join(", "))
    }
}

fn cover(name: &str, case: &Value) -> Answer<Case> {
    let input = field(case, "input")?;
    let supplier = field(input, "supplier")?;
    let lot = OrderModifiers::at_least(decimal(field(supplier, "min")?)?);
    let mut one = One::new(Item::new("X").modifiers(lot), day(field(input, "now")?)?)?;
    one.network.source(one.item, Source::buy(count(field(supplier, "lead_days")?)?))?;
    one.state.on_hand(one.item, decimal(field(input, "on_hand")?)?)?;
    for row in json::list(input, "confirmed_po")? {
        let supply =
            Supply::scheduled("PO", one.item, decimal(part(row, 1)?)?, day(part(row, 0)?)?);
        one.state.supply(supply)?;
    }
    let mut demands = Vec::new();
    for row in json::list(input, "demands")? {
        let id = part(row, 0)?.as_str().ok_or("a demand has a name")?;
        let demand = Demand::order(id, one.item, decimal(part(row, 1)?)?, day(part(row, 2)?)?);
        let delivery = match row.get(3).and_then(Value::as_str) {
            None => Delivery::default(),
            Some("full shipment only") => Delivery::full(),
            Some(other) => return Err(format!("delivery {other:?}").into()),
        };
        demands.push(one.state.demand(demand.delivery(delivery))?);
    }
    let plan = one.plan(PastDue::FromToday)?;
    let mut flow: Vec<(NaiveDate, Decimal)> = plan
        .pegging(one.item)?
        .supplies
        .iter()
        .filter(|supply| supply.of != fondaco::inventory::mrp::SupplyOf::OnHand)
        .map(|supply| (supply.day, supply.quantity))
        .collect();
    for demand in demands {
        flow.extend(plan.promise(demand)?.parts.iter().map(|(day, much)| (*day, -*much)));
    }
    // What comes on a day comes before what goes.
    flow.sort_by_key(|(day, much)| (*day, -*much));
    let mut left = plan.state().on_hand_of(one.item);
    let mut actual = Vec::new();
    for (day, much) in flow {
        left += much;
        actual.push(format!("{day} {} {}", plain(much), plain(left)));
    }
    let expected = json::list(case, "expected_constrained_flow")?.iter().map(|row| {
        let (day, much, left) = (day(part(row, 0)?)?, part(row, 1)?, part(row, 2)?);
        Ok(format!("{day} {} {}", plain(decimal(much)?), plain(decimal(left)?)))
    });
    let expected = expected.collect::<Answer<Vec<_>>>()?;
    Ok(Case::exact(name.to_owned(), expected.join(", "), actual.join(", ")))
}

fn safety_by_date(name: &str, case: &Value) -> Answer<Vec<Case>> {
    let input = field(case, "input")?;
    let mut item = Item::new("X");
    for row in json::list(input, "safety_stock")? {
        item = item.safety_from(day(part(row, 0)?)?, decimal(part(row, 1)?)?);
    }
    let mut one = One::new(item, day(field(input, "now")?)?)?;
    one.network.source(one.item, Source::make(count(field(input, "make_lead_days")?)?))?;
    ship(&mut one, input)?;
    let plan = one.plan(PastDue::AsDated { days: 90 })?;
    let table = plan.table(one.item)?;
    let left = table.periods.last().map(|period| plain(period.projected)).unwrap_or_default();
    let expected = plain(decimal(field(case, "expected_on_hand_end")?)?);
    Ok(vec![
        Case::exact(format!("{name}: make"), makes(case)?, one.made(&plan)?),
        Case::exact(format!("{name}: on hand at the end"), expected, left),
    ])
}

fn minimum(name: &str, case: &Value) -> Answer<Vec<Case>> {
    let input = field(case, "input")?;
    let lot = OrderModifiers::at_least(decimal(field(input, "min")?)?)
        .in_multiples_of(decimal(field(input, "multiple")?)?);
    let safety = decimal(field(input, "safety_stock")?)?;
    let item = Item::new("X").safety_stock(safety).modifiers(lot);
    let mut one = One::new(item, day(field(input, "now")?)?)?;
    one.network.source(one.item, Source::buy(count(field(input, "lead_days")?)?))?;
    let mut cases = Vec::new();
    for (key, past) in [
        ("expected_constrained_order", PastDue::FromToday),
        ("expected_unconstrained_order", PastDue::AtStart),
    ] {
        let expected = field(case, key)?;
        let (release, due) = (day(part(expected, 0)?)?, day(part(expected, 1)?)?);
        let expected = format!("{release} {due} {}", plain(decimal(part(expected, 2)?)?));
        let plan = one.plan(past)?;
        let orders = plan.orders(one.item)?;
        let shown = orders
            .map(|order| format!("{} {} {}", order.release, order.due, plain(order.quantity)));
        let actual = shown.collect::<Vec<_>>().join(", ");
        cases.push(Case::exact(format!("{name}: {key}"), expected, actual));
    }
    Ok(cases)
}

fn safety_time(name: &str, case: &Value) -> Answer<Case> {
    let input = field(case, "input")?;
    let item = Item::new("X").safety_days(count(field(input, "safety_days")?)?);
    let mut one = One::new(item, "2009-01-01".parse()?)?;
    one.network.source(one.item, Source::make(0))?;
    ship(&mut one, input)?;
    let plan = one.plan(PastDue::AtStart)?;
    Ok(Case::exact(name.to_owned(), makes(case)?, one.made(&plan)?))
}

fn policies(name: &str, case: &Value) -> Answer<Vec<Case>> {
    let input = field(case, "input")?;
    // Days of a year that the case doesn't say.
    let date = |text: &str| -> Answer<NaiveDate> { Ok(format!("2009-{text}").parse()?) };
    let due = date(json::text(input, "due")?)?;
    let mut cases = Vec::new();
    for (policy, expected) in field(case, "expected")?.as_object().ok_or("expected is an object")? {
        let mut one = One::new(Item::new("X"), "2009-01-01".parse()?)?;
        let after = |words: &str| -> Option<&str> {
            let (_, rest) = policy.split_once(words)?;
            rest.split([' ', ')']).next()
        };
        let on_hand = match after("on hand ") {
            Some(much) => much.parse()?,
            None => decimal(field(input, "on_hand")?)?,
        };
        one.state.on_hand(one.item, on_hand)?;
        for row in json::list(input, "receipt")? {
            let day = date(part(row, 0)?.as_str().ok_or("a day")?)?;
            one.state.supply(Supply::scheduled("R", one.item, decimal(part(row, 1)?)?, day))?;
        }
        let mut delivery = Delivery::default();
        delivery.full_only = policy.contains("full");
        if policy.contains("no lateness") {
            delivery.latest = Some(due);
        }
        if let Some(latest) = after("latest ") {
            delivery.latest = Some(date(latest)?);
        }
        if let Some(least) = after("min shipment ") {
            delivery.minimum = least.parse()?;
        }
        let demand = Demand::order("D", one.item, decimal(field(input, "demand")?)?, due);
        let demand = one.state.demand(demand.delivery(delivery))?;
        let promise = one.plan(PastDue::FromToday)?.promise(demand)?;
        let parts = promise.parts.iter();
        let actual = parts.map(|(day, much)| format!("{} {}", day.format("%m-%d"), plain(*much)));
        let expected = expected.as_array().ok_or("deliveries")?.iter().map(|row| {
            let day = part(row, 0)?.as_str().ok_or("a day")?;
            Ok(format!("{day} {}", plain(decimal(part(row, 1)?)?)))
        });
        let expected = expected.collect::<Answer<Vec<_>>>()?.join(", ");
        let actual = actual.collect::<Vec<_>>().join(", ");
        cases.push(Case::exact(format!("{name}: {policy}"), expected, actual));
    }
    Ok(cases)
}

/// Its demands, which leave the shelf some days before they are due.
fn ship(one: &mut One, input: &Value) -> Answer<()> {
    let days = count(field(input, "ship_lead_days")?)?;
    for row in json::list(input, "demands")? {
        let demand = Demand::order("D", one.item, decimal(part(row, 0)?)?, day(part(row, 1)?)?);
        one.state.demand(demand.shipped_before(days))?;
    }
    Ok(())
}

fn makes(case: &Value) -> Answer<String> {
    let rows = json::list(case, "expected_make")?
        .iter()
        .map(|row| Ok(format!("{} {}", day(part(row, 0)?)?, plain(decimal(part(row, 1)?)?))));
    Ok(rows.collect::<Answer<Vec<_>>>()?.join(", "))
}

fn part(row: &Value, at: usize) -> Answer<&Value> {
    Ok(row.get(at).ok_or_else(|| format!("a row without part {at}: {row}"))?)
}

fn field<'a>(value: &'a Value, name: &str) -> Answer<&'a Value> {
    Ok(value.get(name).ok_or_else(|| format!("no {name:?}"))?)
}

fn day(value: &Value) -> Answer<NaiveDate> {
    Ok(value.as_str().ok_or("a day")?.parse()?)
}

fn count(value: &Value) -> Answer<u32> {
    Ok(value.as_u64().ok_or("a number of days")?.try_into()?)
}

fn plain(value: Decimal) -> String {
    value.normalize().to_string()
}
