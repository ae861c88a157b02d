//! The holidays of some countries, each with the law it comes from. Complete from the year 2000 on,
//! as of 2026; what was a holiday before, and no more then, is not here.

use chrono::NaiveDate;
use smol_str::SmolStr;

use super::{DayRule, HolidayRule};

mod america;
mod britain;
mod europe;
mod germany;
mod latin;

/// The rules of a calendar that is shipped.
pub(super) fn rules(code: &str) -> Option<Vec<HolidayRule>> {
    Some(match code {
        "AT" => europe::austria(),
        "BE" => europe::belgium(),
        "CA" => america::canada(),
        "CH" => europe::switzerland(),
        "ES" => latin::spain(),
        "FR" => latin::france(),
        "GB-EAW" => britain::england_and_wales(),
        "GB-NIR" => britain::northern_ireland(),
        "GB-SCT" => britain::scotland(),
        "IE" => britain::ireland(),
        "IT" => latin::italy(),
        "MON-FRI" => Vec::new(),
        "NL" => europe::netherlands(),
        "PL" => europe::poland(),
        "TARGET" => europe::target(),
        "US" => america::united_states(),
        german => germany::rules(german)?,
    })
}

/// The codes of the calendars that are shipped.
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    const OTHERS: [&str; 16] = [
        "AT", "BE", "CA", "CH", "ES", "FR", "GB-EAW", "GB-NIR", "GB-SCT", "IE", "IT", "MON-FRI",
        "NL", "PL", "TARGET", "US",
    ];
    germany::codes().chain(OTHERS)
}

/// A holiday by a law, lost on weekends.
fn holiday(name: &'static str, day: DayRule, source: &'static str) -> HolidayRule {
    HolidayRule::new(SmolStr::new_static(name), day).source(SmolStr::new_static(source))
}

/// A holiday on one day, once.
fn once(
    name: &'static str,
    (year, month, day): (i32, u32, u32),
    source: &'static str,
) -> Option<HolidayRule> {
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    Some(holiday(name, DayRule::Once { date }, source))
}

trait ByYear {
    /// A holiday from this year on.
    fn since_year(self, year: i32) -> Self;
    /// A holiday up to this year.
    fn through_year(self, year: i32) -> Self;
}

impl ByYear for HolidayRule {
    fn since_year(self, year: i32) -> HolidayRule {
        match NaiveDate::from_ymd_opt(year, 1, 1) {
            Some(first) => self.since(first),
            None => self,
        }
    }

    fn through_year(self, year: i32) -> HolidayRule {
        match NaiveDate::from_ymd_opt(year, 12, 31) {
            Some(last) => self.until(last),
            None => self,
        }
    }
}

const NEW_YEAR: DayRule = DayRule::fixed(1, 1);
const EPIPHANY: DayRule = DayRule::fixed(1, 6);
const GOOD_FRIDAY: DayRule = DayRule::easter(-2);
const EASTER_SUNDAY: DayRule = DayRule::easter(0);
const EASTER_MONDAY: DayRule = DayRule::easter(1);
const LABOUR_DAY: DayRule = DayRule::fixed(5, 1);
const ASCENSION: DayRule = DayRule::easter(39);
const WHIT_SUNDAY: DayRule = DayRule::easter(49);
const WHIT_MONDAY: DayRule = DayRule::easter(50);
const CORPUS_CHRISTI: DayRule = DayRule::easter(60);
const ASSUMPTION: DayRule = DayRule::fixed(8, 15);
const ALL_SAINTS: DayRule = DayRule::fixed(11, 1);
const IMMACULATE_CONCEPTION: DayRule = DayRule::fixed(12, 8);
const CHRISTMAS: DayRule = DayRule::fixed(12, 25);
const ST_STEPHEN: DayRule = DayRule::fixed(12, 26);
