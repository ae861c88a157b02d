//! `working_calendar.json`: working days added and counted, as numpy's `busday_offset` and
//! `busday_count` do.

use std::error::Error;
use std::path::Path;

use chrono::NaiveDate;
use fondaco::core::DateRange;
use fondaco::core::calendar::{Calendar, CalendarError, Roll, WorkingDays, WorkingWeek};
use serde_json::Value;

use crate::case::{Case, each};
use crate::json;

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = json::read(path)?;
    let offsets = each(json::list(&file, "offset_cases")?, offset);
    let counts = each(json::list(&file, "count_cases")?, count);
    Ok(offsets.into_iter().chain(counts).collect())
}

fn offset(case: &Value) -> Result<Case, Box<dyn Error>> {
    let input = case.get("input").ok_or("a case has an input")?;
    let days =
        input.get("working_days").and_then(Value::as_i64).ok_or("working_days is a number")?;
    let (date, roll) = (json::text(input, "date")?, json::text(input, "roll")?);
    let rolled = match roll {
        "backward" | "preceding" => Roll::Preceding,
        "forward" | "following" => Roll::Following,
        "modifiedpreceding" => Roll::ModifiedPreceding,
        "modifiedfollowing" => Roll::ModifiedFollowing,
        other => return Err(format!("roll {other:?}").into()),
    };
    let table = table(input)?;
    let actual = shown(table.add(date.parse()?, days, rolled));
    let id = format!("{date} {days:+} {roll}, {}", json::text(input, "weekmask_mon_sun")?);
    Ok(Case::exact(id, json::text(case, "expected")?.into(), actual))
}

fn count(case: &Value) -> Result<Case, Box<dyn Error>> {
    let input = case.get("input").ok_or("a case has an input")?;
    let (from, to) = (json::text(input, "from")?, json::text(input, "to_exclusive")?);
    let expected = case.get("expected").and_then(Value::as_i64).ok_or("expected is a number")?;
    let actual = shown(table(input)?.count(from.parse()?, to.parse()?));
    let id = format!("{from} to {to}, {}", json::text(input, "weekmask_mon_sun")?);
    Ok(Case::exact(id, expected.to_string(), actual))
}

fn table(input: &Value) -> Result<WorkingDays, Box<dyn Error>> {
    let week: WorkingWeek = json::text(input, "weekmask_mon_sun")?.parse()?;
    let mut calendar = Calendar::new("of the case", week);
    for date in json::texts(input, "holidays")? {
        calendar = calendar.day_off(date.parse::<NaiveDate>()?, "");
    }
    Ok(calendar.over("2000-01-01/2050-12-31".parse::<DateRange>()?)?)
}

fn shown<T: ToString>(answer: Result<T, CalendarError>) -> String {
    answer.map_or_else(|error| error.to_string(), |answer| answer.to_string())
}
