//! `segments/segments.json`: who is in which segment at three instants, who came and who went, and overlaps.

use std::error::Error;
use std::path::Path;

use fondaco::core::Timestamp;
use fondaco::core::calendar::Zone;
use fondaco::core::decimal;
use fondaco_crm::segments::{
    Behaviour, Bits, Columns, ColumnsBuilder, Compare, Formula, Kind, Literal, Measure, Predicate,
    Schema, SegmentSet, Sequence, Span, Value as Held, Window,
};
use serde_json::{Map, Value, json};

use crate::case::Case;
use crate::json;

type Answer<T> = Result<T, Box<dyn Error>>;

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = json::read(path)?;
    let columns = read(path)?;
    let nows = json::texts(&file, "nows")?;
    let nows = nows.iter().map(|now| now.parse()).collect::<Result<Vec<Timestamp>, _>>()?;
    let predicates = file.get("predicates").and_then(Value::as_object).ok_or("no predicates")?;
    let mut found: Map<String, Value> = Map::new();
    let mut cases = Vec::new();
    for (name, given) in predicates {
        let members = members(&columns, given, &nows);
        for (figure, expected) in
            ["members", "diffs", "sizes"].map(|f| (f, file.get(f).and_then(|all| all.get(name))))
        {
            let Some(expected) = expected else { continue };
            let ours = members.as_ref().map(|members| shown(figure, members));
            let ours = ours.map_err(ToString::to_string);
            each(&mut cases, &format!("{name} {figure}"), expected, &ours);
        }
        found.insert(name.clone(), json!(members.ok().and_then(|all| all.first().map(listed))));
    }
    let overlaps = file.get("overlap_first_instant").and_then(Value::as_object);
    for (pair, expected) in overlaps.ok_or("no overlaps")? {
        let (one, other) = pair.split_once('&').ok_or("an overlap is of two")?;
        let list =
            |name: &str| found.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let other = list(other);
        let both = list(one).iter().filter(|contact| other.contains(contact)).count();
        cases.push(Case::exact(pair.clone(), expected.to_string(), both.to_string()));
    }
    Ok(cases)
}

/// One case for each instant, or each time between two.
fn each(cases: &mut Vec<Case>, id: &str, expected: &Value, ours: &Result<Value, String>) {
    for (number, expected) in expected.as_array().into_iter().flatten().enumerate() {
        let actual = match ours {
            Ok(ours) => ours.get(number).map_or_else(|| "nothing".into(), Value::to_string),
            Err(error) => error.clone(),
        };
        cases.push(Case::exact(format!("{id} {number}"), expected.to_string(), actual));
    }
}

fn listed(bits: &Bits) -> Value {
    json!(bits.iter().collect::<Vec<_>>())
}

fn shown(figure: &str, members: &[Bits]) -> Value {
    let diff = |pair: &[Bits]| match pair {
        [before, after] => {
            let only = |one: &Bits, other: &Bits| {
                json!(one.iter().filter(|row| !other.has(*row as usize)).collect::<Vec<_>>())
            };
            json!({"entered": only(after, before), "exited": only(before, after)})
        }
        _ => Value::Null,
    };
    match figure {
        "members" => json!(members.iter().map(listed).collect::<Vec<_>>()),
        "sizes" => json!(members.iter().map(Bits::count).collect::<Vec<_>>()),
        _ => json!(members.windows(2).map(diff).collect::<Vec<_>>()),
    }
}

fn members(columns: &Columns, given: &Value, nows: &[Timestamp]) -> Answer<Vec<Bits>> {
    let set = SegmentSet::compile(columns.schema(), [("it", predicate(given)?)])?;
    nows.iter().map(|now| Ok(columns.members(&set, "it", *now)?)).collect()
}

fn schema(zones: impl Iterator<Item = String>) -> Answer<Schema> {
    let amount = [("amt", Kind::Number { decimals: 2 })];
    let mut schema = Schema::new()
        .attribute("country", Kind::Text)
        .attribute("plan", Kind::Text)
        .attribute("employees", Kind::Number { decimals: 0 })
        .attribute("tags", Kind::Texts)
        .attribute("created", Kind::Instant)
        .attribute("consent", Kind::Flag);
    for event in ["open", "click", "demo", "login", "purchase", "pricing"] {
        schema = schema.event(event, amount);
    }
    for name in zones {
        let zone = Zone::of(name.parse().map_err(|_| format!("no zone {name:?}"))?, 2000, 2040);
        schema = schema.zone(&name, zone);
    }
    Ok(schema)
}

fn read(path: &Path) -> Answer<Columns> {
    let rows = |name: &str| -> Answer<Vec<csv::StringRecord>> {
        let mut reader = csv::Reader::from_path(path.with_file_name(name))?;
        Ok(reader.records().collect::<Result<_, _>>()?)
    };
    let contacts = rows("contacts.csv")?;
    let mut zones: Vec<String> =
        contacts.iter().filter_map(|row| row.get(5)).map(str::to_owned).collect();
    zones.sort();
    zones.dedup();
    let schema = schema(zones.into_iter())?;
    let mut builder = ColumnsBuilder::new(&schema);
    for (number, row) in contacts.iter().enumerate() {
        let cell = |n: usize| row.get(n).unwrap_or_default();
        let text = |n: usize| match cell(n) {
            "" => Held::Null,
            text => Held::Text(text.into()),
        };
        let employees = match cell(3) {
            "" => Held::Null,
            number => Held::Number(decimal::parse(number)?),
        };
        let tags = cell(4).split('|').filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
        let consent = Held::Flag(cell(7) == "1");
        let created = Held::Instant(cell(6).parse()?);
        let values = [text(1), text(2), employees, Held::Texts(tags), created, consent];
        let id = builder.contact(Some(cell(5)), None, &values)?;
        if cell(0) != number.to_string() || id.to_string() != cell(0) {
            return Err("contacts are not numbered from 0".into());
        }
    }
    for row in rows("events.csv")? {
        let cell = |n: usize| row.get(n).unwrap_or_default();
        let amount = match cell(3) {
            "" => Held::Null,
            amount => Held::Number(decimal::parse(amount)?),
        };
        builder.event(cell(0).parse()?, cell(1), cell(2).parse()?, &[amount])?;
    }
    Ok(builder.finish())
}

/// The file's own form of a predicate, as ours.
fn predicate(given: &Value) -> Answer<Predicate> {
    let parts =
        || -> Answer<Vec<Predicate>> { json::list(given, "of")?.iter().map(predicate).collect() };
    let event = || json::text(given, "event");
    Ok(match json::text(given, "op")? {
        "and" => Formula::all(parts()?),
        "or" => Formula::any(parts()?),
        "not" => !predicate(given.get("of").ok_or("not of what?")?)?,
        "in" => {
            let values = json::list(given, "values")?.iter().map(literal);
            Predicate::attribute(field(given)?).one_of(values.collect::<Answer<Vec<_>>>()?)
        }
        "attr" => {
            let value = literal(given.get("value").ok_or("no value")?)?;
            Predicate::attribute(field(given)?).is(compare(given)?, value)
        }
        "is_null" => Predicate::attribute(field(given)?).missing(),
        "has_tag" => Predicate::attribute("tags").has(json::text(given, "tag")?),
        "existed_days" => Predicate::existed("created", days(given, "days")?),
        "count" => measured(given, Behaviour::count(event()?))?,
        "sum" => measured(given, Behaviour::of(event()?, Measure::Sum("amt".into())))?,
        "recency" => {
            let span = days(given, "days").or_else(|_| days(given, "value"))?;
            let compare = given.get("cmp").map_or(Ok(Compare::AtMost), |_| compare(given))?;
            Behaviour::of(event()?, Measure::Recency).is(compare, span)
        }
        "seq" => {
            let sequence = Sequence::of(json::texts(given, "steps")?);
            let sequence = match given.get("within_days") {
                None | Some(Value::Null) => sequence,
                Some(_) => sequence.within(days(given, "within_days")?),
            };
            sequence.during(window(given)?).done()
        }
        "local_day" => {
            let ago = json::number(given, "days_ago")? as u32;
            let value = given.get("value").map_or(Ok(1.into()), literal)?;
            let compare = given.get("cmp").map_or(Ok(Compare::AtLeast), |_| compare(given))?;
            Behaviour::count(event()?).within(Window::Day { ago }).is(compare, value)
        }
        other => return Err(format!("no operation {other:?}").into()),
    })
}

fn measured(given: &Value, behaviour: Behaviour) -> Answer<Predicate> {
    let value = literal(given.get("value").ok_or("no value")?)?;
    Ok(behaviour.within(window(given)?).is(compare(given)?, value))
}

fn window(given: &Value) -> Answer<Window> {
    match given.get("days") {
        None | Some(Value::Null) => Ok(Window::Ever),
        Some(_) => Ok(Window::Last(days(given, "days")?)),
    }
}

fn days(given: &Value, name: &str) -> Answer<Span> {
    let seconds = json::number(given, name)? * 86_400.0;
    Ok(format!("{} seconds", seconds.round()).parse()?)
}

fn field(given: &Value) -> Answer<&str> {
    Ok(json::text(given, "field")?)
}

fn compare(given: &Value) -> Answer<Compare> {
    Ok(match json::text(given, "cmp")? {
        "==" | "=" => Compare::Equal,
        "!=" => Compare::NotEqual,
        "<" => Compare::Less,
        "<=" => Compare::AtMost,
        ">" => Compare::More,
        ">=" => Compare::AtLeast,
        other => return Err(format!("no comparison {other:?}").into()),
    })
}

fn literal(value: &Value) -> Answer<Literal> {
    Ok(match value {
        Value::Bool(flag) => (*flag).into(),
        Value::String(text) => text.as_str().into(),
        Value::Number(number) => decimal::parse(&number.to_string())?.into(),
        other => return Err(format!("{other} is no value").into()),
    })
}
