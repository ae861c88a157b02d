//! When Easter is: the Gregorian and the Julian computus.

use chrono::{Days, NaiveDate};

/// Easter Sunday of the western churches in a year from 1583 on (Meeus, *Astronomical Algorithms*,
/// ch. 8: the rule of Jones and Butcher). `None` beyond the dates that can be held.
///
/// ```
/// use fondaco_core::calendar::easter;
/// assert_eq!(easter(2026), Some("2026-04-05".parse()?));
/// # Ok::<(), chrono::ParseError>(())
/// ```
pub fn easter(year: i32) -> Option<NaiveDate> {
    let golden = year.rem_euclid(19);
    let (century, of_century) = (year.div_euclid(100), year.rem_euclid(100));
    let correction = (century + 8).div_euclid(25);
    let moon = (century - correction + 1).div_euclid(3);
    let epact = (19 * golden + century - century.div_euclid(4) - moon + 15).rem_euclid(30);
    let sunday = (32 + 2 * century.rem_euclid(4) + 2 * of_century.div_euclid(4)
        - epact
        - of_century.rem_euclid(4))
    .rem_euclid(7);
    let late = (golden + 11 * epact + 22 * sunday).div_euclid(451);
    let place = epact + sunday - 7 * late + 114;
    let (month, day) = (place.div_euclid(31), place.rem_euclid(31) + 1);
    NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)
}

/// Easter Sunday of the eastern churches, by the Julian calendar, as a Gregorian date (Meeus, ch. 8).
/// `None` beyond the dates that can be held.
///
/// ```
/// use fondaco_core::calendar::orthodox_easter;
/// assert_eq!(orthodox_easter(2026), Some("2026-04-12".parse()?));
/// # Ok::<(), chrono::ParseError>(())
/// ```
pub fn orthodox_easter(year: i32) -> Option<NaiveDate> {
    let (a, b, c) = (year.rem_euclid(4), year.rem_euclid(7), year.rem_euclid(19));
    let d = (19 * c + 15).rem_euclid(30);
    let e = (2 * a + 4 * b - d + 34).rem_euclid(7);
    let place = d + e + 114;
    let (month, day) = (place.div_euclid(31), place.rem_euclid(31) + 1);
    let behind = year.div_euclid(100) - year.div_euclid(400) - 2;
    // The date as if it were Gregorian, and as many days on as the Julian calendar is behind.
    NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)?
        .checked_add_days(Days::new(u64::try_from(behind).ok()?))
}
