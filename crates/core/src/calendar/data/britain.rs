//! England and Wales, Scotland, Northern Ireland, and Ireland.
//!
//! In the United Kingdom the bank holidays of the Act of 1971 and those that the sovereign
//! proclaims, with the substitute days proclaimed for those on weekends.

use chrono::Weekday;

use super::{ByYear, CHRISTMAS, EASTER_MONDAY, GOOD_FRIDAY, NEW_YEAR, ST_STEPHEN, holiday, once};
use crate::calendar::{DayRule, HolidayRule, Observance};

const ACT: &str = "Banking and Financial Dealings Act 1971, schedule 1";
const PROCLAIMED: &str =
    "Banking and Financial Dealings Act 1971, section 1(3): royal proclamation";
const COMMON_LAW: &str = "common law";

fn substituted(name: &'static str, day: DayRule, source: &'static str) -> HolidayRule {
    holiday(name, day, source).observed(Observance::NextWeekday)
}

/// What is proclaimed for the whole kingdom: May Day, the spring holiday, and days of the crown.
fn united() -> Vec<HolidayRule> {
    let early_may = holiday("Early May bank holiday", DayRule::nth(1, Weekday::Mon, 5), PROCLAIMED);
    let spring = holiday("Spring bank holiday", DayRule::nth(-1, Weekday::Mon, 5), ACT);
    let mut rules = vec![
        early_may.since_year(1978).except([1995, 2020]),
        spring.since_year(1971).except([2002, 2012, 2022]),
    ];
    let days = [
        ("Spring bank holiday", (2002, 6, 4)),
        ("Golden Jubilee of Elizabeth II", (2002, 6, 3)),
        ("Wedding of William and Catherine", (2011, 4, 29)),
        ("Spring bank holiday", (2012, 6, 4)),
        ("Diamond Jubilee of Elizabeth II", (2012, 6, 5)),
        ("Early May bank holiday (VE day)", (2020, 5, 8)),
        ("Spring bank holiday", (2022, 6, 2)),
        ("Platinum Jubilee of Elizabeth II", (2022, 6, 3)),
        ("State Funeral of Queen Elizabeth II", (2022, 9, 19)),
        ("Coronation of King Charles III", (2023, 5, 8)),
    ];
    rules.extend(days.into_iter().filter_map(|(name, date)| once(name, date, PROCLAIMED)));
    rules
}

/// What England, Wales and Northern Ireland share.
fn without_scotland() -> Vec<HolidayRule> {
    let mut rules = vec![
        substituted("New Year's Day", NEW_YEAR, PROCLAIMED).since_year(1974),
        holiday("Good Friday", GOOD_FRIDAY, COMMON_LAW),
        holiday("Easter Monday", EASTER_MONDAY, ACT),
        holiday("Summer bank holiday", DayRule::nth(-1, Weekday::Mon, 8), ACT),
        substituted("Christmas Day", CHRISTMAS, COMMON_LAW),
        substituted("Boxing Day", ST_STEPHEN, ACT),
    ];
    rules.extend(united());
    rules
}

pub(super) fn england_and_wales() -> Vec<HolidayRule> {
    without_scotland()
}

pub(super) fn northern_ireland() -> Vec<HolidayRule> {
    let mut rules = without_scotland();
    rules.push(substituted("St Patrick's Day", DayRule::fixed(3, 17), ACT));
    rules.push(substituted("Battle of the Boyne", DayRule::fixed(7, 12), PROCLAIMED));
    rules
}

pub(super) fn scotland() -> Vec<HolidayRule> {
    const ANDREW: &str = "St Andrew's Day Bank Holiday (Scotland) Act 2007";
    let mut rules = vec![
        substituted("New Year's Day", NEW_YEAR, ACT),
        substituted("2nd January", DayRule::fixed(1, 2), ACT),
        holiday("Good Friday", GOOD_FRIDAY, ACT),
        holiday("Summer bank holiday", DayRule::nth(1, Weekday::Mon, 8), ACT),
        substituted("St Andrew's Day", DayRule::fixed(11, 30), ANDREW).since_year(2007),
        substituted("Christmas Day", CHRISTMAS, ACT),
        substituted("Boxing Day", ST_STEPHEN, PROCLAIMED),
    ];
    rules.extend(united());
    rules.extend(once("Scotland at the World Cup", (2026, 6, 15), PROCLAIMED));
    rules
}

/// On a weekend another day is agreed (section 21): no common rule.
pub(super) fn ireland() -> Vec<HolidayRule> {
    const ACT: &str = "Organisation of Working Time Act 1997, second schedule";
    const BRIGID: &str = "S.I. No. 50/2022";
    let brigid =
        DayRule::FixedOrFirst { month: 2, day: 1, on: Weekday::Fri, else_first: Weekday::Mon };
    let mut rules = vec![
        holiday("New Year's Day", NEW_YEAR, ACT),
        holiday("St Brigid's Day", brigid, BRIGID).since_year(2023),
        holiday("St Patrick's Day", DayRule::fixed(3, 17), ACT),
        holiday("Easter Monday", EASTER_MONDAY, ACT),
        holiday("May holiday", DayRule::nth(1, Weekday::Mon, 5), ACT).since_year(1994),
        holiday("June holiday", DayRule::nth(1, Weekday::Mon, 6), ACT),
        holiday("August holiday", DayRule::nth(1, Weekday::Mon, 8), ACT),
        holiday("October holiday", DayRule::nth(-1, Weekday::Mon, 10), ACT),
        holiday("Christmas Day", CHRISTMAS, ACT),
        holiday("St Stephen's Day", ST_STEPHEN, ACT),
    ];
    rules.extend(once("Day of Remembrance and Recognition", (2022, 3, 18), BRIGID));
    rules
}
