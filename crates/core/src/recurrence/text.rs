//! The text of a rule: the value of an `RRULE` property in RFC 5545.

use std::fmt;
use std::str::FromStr;

use chrono::{NaiveDate, Weekday};

use super::{Frequency, OnDay, Recurrence, RecurrenceEnd, RecurrenceError};

/// The parts of the RFC that we read, in the order in which we write them.
const PARTS: [&str; 9] =
    ["FREQ", "INTERVAL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS", "WKST", "UNTIL", "COUNT"];

const UNSUPPORTED: [&str; 5] = ["BYSECOND", "BYMINUTE", "BYHOUR", "BYYEARDAY", "BYWEEKNO"];

impl FromStr for Recurrence {
    type Err = RecurrenceError;

    fn from_str(text: &str) -> Result<Recurrence, RecurrenceError> {
        let parts = Parts::split(text)?;
        let frequency = parts.get("FREQ").ok_or(RecurrenceError::NoFrequency)?;
        let mut rule = Recurrence::of(read_frequency(frequency)?);
        if let Some(interval) = parts.get("INTERVAL") {
            rule = rule.every(number(interval, "INTERVAL")?)?;
        }
        if let Some(day) = parts.get("WKST") {
            rule.week_start = read_weekday(day).ok_or_else(|| syntax("WKST", day))?;
        }
        rule.months = parts.list("BYMONTH", |text| number(text, "BYMONTH"))?;
        rule.month_days = parts.list("BYMONTHDAY", |text| number(text, "BYMONTHDAY"))?;
        rule.days = parts.list("BYDAY", read_day)?;
        rule.positions = parts.list("BYSETPOS", |text| number(text, "BYSETPOS"))?;
        match (parts.get("UNTIL"), parts.get("COUNT")) {
            (Some(_), Some(_)) => Err(RecurrenceError::NotWith { part: "UNTIL", with: "COUNT" }),
            (Some(last), None) => rule.until(read_date(last)?).checked(),
            (None, Some(count)) => rule.times(number(count, "COUNT")?)?.checked(),
            (None, None) => rule.checked(),
        }
    }
}

/// What stands after each name.
struct Parts<'t>([Option<&'t str>; PARTS.len()]);

impl<'t> Parts<'t> {
    fn split(text: &'t str) -> Result<Parts<'t>, RecurrenceError> {
        let mut parts = Parts([None; PARTS.len()]);
        for part in text.split(';') {
            let unreadable = || RecurrenceError::Syntax { part: part.into() };
            let (name, value) = part.split_once('=').ok_or_else(unreadable)?;
            if UNSUPPORTED.contains(&name) {
                return Err(RecurrenceError::Unsupported { part: part.into() });
            }
            let known = PARTS.iter().zip(&mut parts.0).find(|(known, _)| **known == name);
            let (part, slot) = known.ok_or_else(unreadable)?;
            if slot.replace(value).is_some() {
                return Err(RecurrenceError::Twice { part });
            }
        }
        Ok(parts)
    }

    fn get(&self, name: &str) -> Option<&'t str> {
        PARTS.iter().zip(self.0).find_map(|(part, value)| value.filter(|_| *part == name))
    }

    /// The items of a list; none if it is not there.
    fn list<T>(
        &self,
        name: &str,
        read: impl Fn(&str) -> Result<T, RecurrenceError>,
    ) -> Result<Vec<T>, RecurrenceError> {
        self.get(name).map_or(Ok(Vec::new()), |list| list.split(',').map(read).collect())
    }
}

fn syntax(name: &str, value: &str) -> RecurrenceError {
    RecurrenceError::Syntax { part: format!("{name}={value}") }
}

fn number<T: FromStr>(text: &str, name: &str) -> Result<T, RecurrenceError> {
    text.parse().map_err(|_| syntax(name, text))
}

fn read_frequency(text: &str) -> Result<Frequency, RecurrenceError> {
    match text {
        "DAILY" => Ok(Frequency::Daily),
        "WEEKLY" => Ok(Frequency::Weekly),
        "MONTHLY" => Ok(Frequency::Monthly),
        "YEARLY" => Ok(Frequency::Yearly),
        "SECONDLY" | "MINUTELY" | "HOURLY" => {
            Err(RecurrenceError::Unsupported { part: format!("FREQ={text}") })
        }
        _ => Err(syntax("FREQ", text)),
    }
}

fn read_day(text: &str) -> Result<OnDay, RecurrenceError> {
    let unreadable = || syntax("BYDAY", text);
    let at = text.len().checked_sub(2).ok_or_else(unreadable)?;
    let (ordinal, day) = text.split_at_checked(at).ok_or_else(unreadable)?;
    let weekday = read_weekday(day).ok_or_else(unreadable)?;
    let ordinal =
        if ordinal.is_empty() { None } else { Some(ordinal.parse().map_err(|_| unreadable())?) };
    Ok(OnDay { ordinal, weekday })
}

fn read_weekday(text: &str) -> Option<Weekday> {
    let days = (0..7u8).filter_map(|day| Weekday::try_from(day).ok());
    days.into_iter().find(|day| code(*day) == text)
}

/// A date as the RFC writes it, `20261231`. A time of day has no place in a rule on dates.
fn read_date(text: &str) -> Result<NaiveDate, RecurrenceError> {
    if text.len() > 8 && text.contains('T') {
        return Err(RecurrenceError::Unsupported { part: format!("UNTIL={text}") });
    }
    let digits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let date = NaiveDate::parse_from_str(text, "%Y%m%d").ok().filter(|_| digits);
    date.ok_or_else(|| syntax("UNTIL", text))
}

fn code(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "MO",
        Weekday::Tue => "TU",
        Weekday::Wed => "WE",
        Weekday::Thu => "TH",
        Weekday::Fri => "FR",
        Weekday::Sat => "SA",
        Weekday::Sun => "SU",
    }
}

impl fmt::Display for Frequency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Frequency::Daily => "DAILY",
            Frequency::Weekly => "WEEKLY",
            Frequency::Monthly => "MONTHLY",
            Frequency::Yearly => "YEARLY",
        })
    }
}

impl fmt::Display for OnDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(ordinal) = self.ordinal {
            write!(f, "{ordinal}")?;
        }
        f.write_str(code(self.weekday))
    }
}

impl fmt::Display for Recurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FREQ={}", self.frequency)?;
        if self.interval.get() != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        write_list(f, "BYMONTH", &self.months)?;
        write_list(f, "BYMONTHDAY", &self.month_days)?;
        write_list(f, "BYDAY", &self.days)?;
        write_list(f, "BYSETPOS", &self.positions)?;
        if self.week_start != Weekday::Mon {
            write!(f, ";WKST={}", code(self.week_start))?;
        }
        match self.end {
            RecurrenceEnd::Never => Ok(()),
            RecurrenceEnd::Until(last) => write!(f, ";UNTIL={}", last.format("%Y%m%d")),
            RecurrenceEnd::Count(count) => write!(f, ";COUNT={count}"),
        }
    }
}

fn write_list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, name: &str, list: &[T]) -> fmt::Result {
    for (index, item) in list.iter().enumerate() {
        match index {
            0 => write!(f, ";{name}={item}")?,
            _ => write!(f, ",{item}")?,
        }
    }
    Ok(())
}

serde_as_text!(Recurrence);
