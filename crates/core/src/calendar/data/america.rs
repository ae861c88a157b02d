//! The federal holidays of the United States and of Canada.

use chrono::Weekday;

use super::{ByYear, CHRISTMAS, GOOD_FRIDAY, NEW_YEAR, ST_STEPHEN, holiday};
use crate::calendar::{DayRule, HolidayRule, Observance};

/// On a Saturday the Friday before is free in its place, on a Sunday the Monday after (5 U.S.C.
/// 6103(b), E.O. 11582). Not the inauguration day of Washington, nor days given by executive order.
pub(super) fn united_states() -> Vec<HolidayRule> {
    const LAW: &str = "5 U.S.C. 6103(a)";
    let fixed = |name, day| holiday(name, day, LAW).observed(Observance::NearestWeekday);
    let juneteenth = holiday("Juneteenth", DayRule::fixed(6, 19), "Pub. L. 117-17");
    vec![
        fixed("New Year's Day", NEW_YEAR),
        holiday("Birthday of Martin Luther King, Jr.", DayRule::nth(3, Weekday::Mon, 1), LAW)
            .since_year(1986),
        holiday("Washington's Birthday", DayRule::nth(3, Weekday::Mon, 2), LAW),
        holiday("Memorial Day", DayRule::nth(-1, Weekday::Mon, 5), LAW),
        juneteenth.observed(Observance::NearestWeekday).since_year(2021),
        fixed("Independence Day", DayRule::fixed(7, 4)),
        holiday("Labor Day", DayRule::nth(1, Weekday::Mon, 9), LAW),
        holiday("Columbus Day", DayRule::nth(2, Weekday::Mon, 10), LAW),
        fixed("Veterans Day", DayRule::fixed(11, 11)),
        holiday("Thanksgiving Day", DayRule::nth(4, Weekday::Thu, 11), LAW),
        fixed("Christmas Day", CHRISTMAS),
    ]
}

/// The general holidays of the Labour Code. On a weekend the working day before or after is free
/// (section 193): here, as by habit, the one after.
pub(super) fn canada() -> Vec<HolidayRule> {
    const LAW: &str = "Canada Labour Code, section 166";
    let fixed = |name, day| holiday(name, day, LAW).observed(Observance::NextWeekday);
    let victoria = DayRule::OnOrBefore { weekday: Weekday::Mon, month: 5, day: 24 };
    vec![
        fixed("New Year's Day", NEW_YEAR),
        holiday("Good Friday", GOOD_FRIDAY, LAW),
        holiday("Victoria Day", victoria, LAW),
        fixed("Canada Day", DayRule::fixed(7, 1)),
        holiday("Labour Day", DayRule::nth(1, Weekday::Mon, 9), LAW),
        fixed("National Day for Truth and Reconciliation", DayRule::fixed(9, 30)).since_year(2021),
        holiday("Thanksgiving Day", DayRule::nth(2, Weekday::Mon, 10), LAW),
        fixed("Remembrance Day", DayRule::fixed(11, 11)),
        fixed("Christmas Day", CHRISTMAS),
        fixed("Boxing Day", ST_STEPHEN),
    ]
}
