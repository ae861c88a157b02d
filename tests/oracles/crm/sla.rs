//! `sla/sla_oracles.json`: working time between instants, in zones, over clock changes and holidays.

use std::error::Error;
use std::path::Path;

use chrono::{NaiveDateTime, TimeDelta, Weekday};
use fondaco::core::Timestamp;
use fondaco::core::calendar::{AtClosing, WorkingHours, Zone};
use serde_json::Value;

use crate::case::{Case, each, part};
use crate::json;

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = json::read(path)?;
    let calendars = file.get("calendars").ok_or("no calendars")?;
    let mut cases = Vec::new();
    for (number, case) in json::list(&file, "vectors")?.iter().enumerate() {
        let name = json::text(case, "calendar")?;
        let calendar = calendars.get(name).ok_or_else(|| format!("no calendar {name:?}"))?;
        let start = json::text(case, "start_utc")?;
        let id = format!("{number} {name}: {} from {start}", json::text(case, "op")?);
        let answered = vector(id, case, calendar).map(|case| vec![case]);
        cases.extend(part(&number.to_string(), answered));
    }
    cases.extend(each(json::list(&file, "zammad")?, zammad));
    Ok(cases)
}

fn vector(id: String, case: &Value, calendar: &Value) -> Result<Case, Box<dyn Error>> {
    let expected = match json::text(case, "op")? {
        "add" => json::text(case, "expected_utc")?.to_owned(),
        _ => number(case, "expected_minutes")?.to_string(),
    };
    Ok(Case::exact(id, expected, answer(case, calendar, AtClosing::Closing)?))
}

/// Zammad counts on at the next opening what is used up at closing.
fn zammad(case: &Value) -> Result<Case, Box<dyn Error>> {
    let id = json::text(case, "name")?.to_owned();
    let expected = case.get("expected").ok_or("no expected")?;
    let expected = expected.as_str().map_or_else(|| expected.to_string(), str::to_owned);
    let calendar = case.get("calendar").ok_or("no calendar")?;
    Ok(Case::exact(id, expected, answer(case, calendar, AtClosing::NextOpening)?))
}

fn answer(case: &Value, calendar: &Value, at: AtClosing) -> Result<String, Box<dyn Error>> {
    let name = json::text(calendar, "tz")?;
    let zone = Zone::of(name.parse().map_err(|_| format!("no zone {name:?}"))?, 2000, 2040);
    let (mut hours, start) = (hours(calendar)?, instant(json::text(case, "start_utc")?)?);
    for pause in case.get("suspended_utc").and_then(Value::as_array).into_iter().flatten() {
        let end = |n| pause.get(n).and_then(Value::as_str).ok_or("a pause has two ends");
        hours = hours.paused(instant(end(0)?)?, instant(end(1)?)?);
    }
    let text = |at: Timestamp| at.to_datetime().format("%Y-%m-%d %H:%M").to_string();
    Ok(match json::text(case, "op")? {
        "add" => {
            let time = TimeDelta::minutes(number(case, "minutes")?);
            hours.add(start, time, at, &zone).map_or_else(|error| error.to_string(), text)
        }
        "between" => {
            let end = instant(json::text(case, "end_utc")?)?;
            let between = hours.between(start, end, &zone);
            let minutes = between.map(|time| time.num_minutes().to_string());
            minutes.unwrap_or_else(|error| error.to_string())
        }
        other => return Err(format!("op {other:?}").into()),
    })
}

fn hours(calendar: &Value) -> Result<WorkingHours, Box<dyn Error>> {
    let week = calendar.get("hours").and_then(Value::as_object).ok_or("no hours")?;
    let mut hours = WorkingHours::new();
    for (day, spans) in week {
        let day = Weekday::try_from(day.parse::<u8>()?).map_err(|_| "a weekday is 0 to 6")?;
        let mut texts = Vec::new();
        for span in spans.as_array().ok_or("hours are a list")? {
            let end = |n: usize| span.get(n).and_then(Value::as_u64).ok_or("two ends");
            let (from, to) = (end(0)?, end(1)?);
            let text = |minute: u64| format!("{:02}:{:02}", minute / 60, minute % 60);
            texts.push(format!("{}-{}", text(from), text(to)));
        }
        hours = hours.on([day], texts.join(",").parse()?);
    }
    for date in json::texts(calendar, "holidays")? {
        hours = hours.except(date.parse()?, "".parse()?);
    }
    Ok(hours)
}

fn instant(text: &str) -> Result<Timestamp, Box<dyn Error>> {
    let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M")?.and_utc();
    Timestamp::from_micros(time.timestamp_micros())
        .ok_or_else(|| format!("{text} is too far").into())
}

fn number(case: &Value, name: &str) -> Result<i64, Box<dyn Error>> {
    let number = case.get(name).and_then(Value::as_i64);
    number.ok_or_else(|| format!("no number {name:?} in a case").into())
}
