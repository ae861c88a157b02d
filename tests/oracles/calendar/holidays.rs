//! `holidays.json`: the holidays of a year that fall on weekdays, by calendar.

use std::error::Error;
use std::path::Path;

use chrono::{Datelike, Weekday};
use fondaco::core::calendar::Calendar;
use fondaco::core::{DateRange, DateRangeError};
use serde_json::Value;

use crate::case::Case;
use crate::json;

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = json::read(path)?;
    json::list(&file, "cases")?.iter().map(case).collect()
}

fn case(case: &Value) -> Result<Case, Box<dyn Error>> {
    let year = case.get("year").and_then(Value::as_i64).ok_or("year is a number")?;
    let calendar = Calendar::named(json::text(case, "calendar")?)?;
    let of_year: Result<DateRange, DateRangeError> = format!("{year}-01-01/{year}-12-31").parse();
    let of_year = of_year?;
    let table = calendar.over(of_year)?;
    let weekday = |day: Weekday| !matches!(day, Weekday::Sat | Weekday::Sun);
    let off = of_year.iter().into_iter().flatten().filter(|day| weekday(day.weekday()));
    let off = off.filter(|day| table.is_working(*day) == Ok(false));
    let actual: Vec<String> = off.map(|day| day.to_string()).collect();
    let expected = json::texts(case, "expected")?.join(" ");
    Ok(Case::exact(json::text(case, "id")?.into(), expected, actual.join(" ")))
}
