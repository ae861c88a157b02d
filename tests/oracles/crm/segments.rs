//! `segments/segments.json`: who is in which segment at three instants, who came and who went, and overlaps.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use fondaco::core::Timestamp;
use fondaco::core::calendar::Zone;
use fondaco::core::decimal;
use fondaco_crm::segments::{
    Behaviour, Bits, Change, Columns, ColumnsBuilder, Compare, Formula, Happened, Kind, Literal,
    Live, Measure, Overlap, Predicate, Schema, SegmentSet, Sequence, Span, Value as Held, Window,
};
use serde_json::{Map, Value, json};

use crate::case::Case;
use crate::json;

type Answer<T> = Result<T, Box<dyn Error>>;

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = json::read(path)?;
    let given = Given::read(path)?;
    let columns = given.columns()?;
    let nows = json::texts(&file, "nows")?;
    let nows = nows.iter().map(|now| now.parse()).collect::<Result<Vec<Timestamp>, _>>()?;
    let predicates = file.get("predicates").and_then(Value::as_object).ok_or("no predicates")?;
    let kept = given.kept(predicates, &nows)?;
    let mut cases = Vec::new();
    for (name, given) in predicates {
        let members = members(&columns, given, &nows);
        for figure in ["members", "diffs", "sizes"] {
            let expected = file.get(figure).and_then(|all| all.get(name));
            let Some(expected) = expected else { continue };
            let ours = members.as_ref().map(|members| shown(figure, members));
            let ours = ours.map_err(ToString::to_string);
            each(&mut cases, &format!("{name} {figure}"), expected, &ours);
            let ours = kept.shown(figure, name).ok_or_else(|| "not kept".to_owned());
            each(&mut cases, &format!("{name} {figure}, kept with each event"), expected, &ours);
        }
    }
    let overlaps = file.get("overlap_first_instant").and_then(Value::as_object);
    for (pair, expected) in overlaps.ok_or("no overlaps")? {
        let (one, other) = pair.split_once('&').ok_or("an overlap is of two")?;
        let overlap = kept.overlaps.first().ok_or("no instant")?;
        let place = |name: &str| overlap.names.iter().position(|known| known == name);
        let (one, other) = place(one).zip(place(other)).ok_or("an overlap of what?")?;
        let both = overlap.both(one, other).to_string();
        cases.push(Case::exact(pair.clone(), expected.to_string(), both));
    }
    Ok(cases)
}

/// What live segments said: by segment, who was in at each instant, and who came and went until it; and what they had in common.
#[derive(Default)]
struct Kept {
    members: BTreeMap<String, Vec<Vec<u32>>>,
    moved: BTreeMap<String, Vec<Value>>,
    overlaps: Vec<Overlap>,
}

impl Kept {
    fn shown(&self, figure: &str, name: &str) -> Option<Value> {
        let members = self.members.get(name)?;
        Some(match figure {
            "members" => json!(members),
            "sizes" => json!(members.iter().map(Vec::len).collect::<Vec<_>>()),
            _ => json!(self.moved.get(name)?.get(1..)?),
        })
    }
}

/// Who came and went in all: whoever came and went again did neither.
fn moved(changes: &[&Change]) -> Value {
    let mut last: BTreeMap<u32, (usize, bool)> = BTreeMap::new();
    for change in changes {
        let one = last.entry(change.contact).or_default();
        *one = (one.0 + 1, change.entered);
    }
    let of = |entered: bool| {
        let moved = last.iter().filter(|(_, (times, how))| times % 2 == 1 && *how == entered);
        moved.map(|(contact, _)| *contact).collect::<Vec<_>>()
    };
    json!({"entered": of(true), "exited": of(false)})
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

/// Contacts and events as the files have them.
struct Given {
    schema: Schema,
    contacts: Vec<(String, Vec<Held>)>,
    events: Vec<(u32, String, Timestamp, Held)>,
}

impl Given {
    fn read(path: &Path) -> Answer<Given> {
        let rows = |name: &str| -> Answer<Vec<csv::StringRecord>> {
            let mut reader = csv::Reader::from_path(path.with_file_name(name))?;
            Ok(reader.records().collect::<Result<_, _>>()?)
        };
        let all = rows("contacts.csv")?;
        let mut zones: Vec<String> =
            all.iter().filter_map(|row| row.get(5)).map(str::to_owned).collect();
        zones.sort();
        zones.dedup();
        let (schema, mut contacts, mut events) =
            (schema(zones.into_iter())?, Vec::new(), Vec::new());
        for (number, row) in all.iter().enumerate() {
            if row.get(0) != Some(&number.to_string()) {
                return Err("contacts are not numbered from 0".into());
            }
            contacts.push(contact(row)?);
        }
        for row in rows("events.csv")? {
            let cell = |n: usize| row.get(n).unwrap_or_default();
            let amount = match cell(3) {
                "" => Held::Null,
                amount => Held::Number(decimal::parse(amount)?),
            };
            events.push((cell(0).parse()?, cell(1).to_owned(), cell(2).parse()?, amount));
        }
        Ok(Given { schema, contacts, events })
    }

    fn columns(&self) -> Answer<Columns> {
        let mut builder = ColumnsBuilder::new(&self.schema);
        for (zone, values) in &self.contacts {
            builder.contact(Some(zone), None, values)?;
        }
        for (contact, kind, at, amount) in &self.events {
            builder.event(*contact, kind, *at, std::slice::from_ref(amount))?;
        }
        Ok(builder.finish())
    }

    /// All segments, fed event by event until each instant.
    fn kept(&self, predicates: &Map<String, Value>, nows: &[Timestamp]) -> Answer<Kept> {
        let all = predicates.iter().map(|(name, given)| Ok((name.clone(), predicate(given)?)));
        let set = SegmentSet::compile(&self.schema, all.collect::<Answer<Vec<_>>>()?)?;
        let mut events: Vec<_> = (0_u64..).zip(&self.events).collect();
        events.sort_by_key(|(_, event)| event.2);
        let first =
            events.first().map(|(_, event)| event.2).into_iter().chain(nows.iter().copied());
        let mut live = Live::new(set, first.min().ok_or("no instant")?);
        for (zone, values) in &self.contacts {
            live.contact(Some(zone), None, values)?;
        }
        let (mut kept, mut rest) = (Kept::default(), events.as_slice());
        for now in nows {
            let (past, later) = rest.split_at(rest.partition_point(|(_, event)| event.2 < *now));
            let past = past.iter().map(|(id, (contact, kind, at, amount))| {
                Happened::new(*contact, kind, *id, *at).with([amount.clone()])
            });
            live.feed(&past.collect::<Vec<_>>())?;
            live.advance(*now)?;
            let changes = live.take_changes();
            let mut sets = Vec::new();
            for name in predicates.keys() {
                let of = |change: &&Change| live.name(change.segment) == Some(name);
                let own: Vec<&Change> = changes.iter().filter(of).collect();
                kept.moved.entry(name.clone()).or_default().push(moved(&own));
                let set = live.members(name)?;
                kept.members.entry(name.clone()).or_default().push(set.iter().collect());
                sets.push(set);
            }
            let names = predicates.keys().map(String::as_str);
            kept.overlaps.push(Overlap::of(names.zip(&sets))?);
            rest = later;
        }
        Ok(kept)
    }
}

fn contact(row: &csv::StringRecord) -> Answer<(String, Vec<Held>)> {
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
    let values = vec![text(1), text(2), employees, Held::Texts(tags), created, consent];
    Ok((cell(5).to_owned(), values))
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
