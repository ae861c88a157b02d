use proptest::prelude::*;

use super::*;
use crate::rounding::Rounding;

fn d(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The examples of the ISDA's workbook *30/360 Day Count Conventions*: bond basis, 30E/360, 30E/360
/// (ISDA) with another termination date.
#[test]
fn thirty_days_a_month() {
    let cases = [
        ("2006-08-20", "2007-02-20", [180, 180, 180]),
        ("2007-02-20", "2007-08-20", [180, 180, 180]),
        ("2006-08-31", "2007-02-28", [178, 178, 180]),
        ("2007-02-28", "2007-08-31", [183, 182, 180]),
        ("2007-08-31", "2008-02-29", [179, 179, 180]),
        ("2008-02-29", "2008-08-31", [182, 181, 180]),
        ("2008-08-31", "2009-02-28", [178, 178, 180]),
        ("2009-02-28", "2009-08-31", [183, 182, 180]),
        ("2006-01-31", "2006-02-28", [28, 28, 30]),
        ("2006-01-30", "2006-02-28", [28, 28, 30]),
        ("2006-02-28", "2006-03-03", [5, 5, 3]),
        ("2006-02-14", "2006-02-28", [14, 14, 16]),
        ("2006-09-30", "2006-10-31", [30, 30, 30]),
        ("2006-10-31", "2006-11-28", [28, 28, 28]),
        ("2007-08-31", "2007-09-30", [30, 30, 30]),
        ("2008-01-15", "2008-01-31", [16, 15, 15]),
        ("2007-02-26", "2008-02-29", [363, 363, 364]),
        ("2007-08-31", "2008-02-28", [178, 178, 178]),
    ];
    let ours = DayCount::Thirty360EIsda { termination: d("2100-01-01") };
    for (start, end, expected) in cases {
        let kinds = [DayCount::Thirty360Bond, DayCount::Thirty360E, ours];
        let days = kinds.map(|kind| kind.days(d(start), d(end)).unwrap());
        assert_eq!(days, expected, "{start} to {end}");
    }
    let last = DayCount::Thirty360EIsda { termination: d("2009-02-28") };
    assert_eq!(last.days(d("2008-08-31"), d("2009-02-28")), Ok(178)); // the contract ends there
}

/// The last day of February counts as a 30th, as an end only where the start does too.
#[test]
fn thirty_days_a_month_in_america() {
    let cases = [
        ("2006-08-31", "2007-02-28", 178),
        ("2007-02-28", "2007-08-31", 180),
        ("2007-02-28", "2008-02-29", 360),
        ("2008-02-29", "2009-02-28", 360),
        ("2008-02-28", "2008-08-31", 183),
        ("2006-02-28", "2006-03-03", 3),
        ("2006-02-14", "2006-02-28", 14),
        ("2006-01-30", "2006-03-31", 60),
        ("2006-01-29", "2006-03-31", 62),
    ];
    for (start, end, days) in cases {
        assert_eq!(DayCount::Thirty360Us.days(d(start), d(end)), Ok(days), "{start} to {end}");
    }
}

fn shown(fraction: Ratio) -> String {
    fraction.round(12, Rounding::HalfEven).unwrap().to_string()
}

/// The examples of the ISDA's memorandum *EMU and Market Conventions: Recent Developments* (1998):
/// start, end, Actual/Actual (ISDA), a coupon date, months between coupons, Actual/Actual (ICMA).
#[test]
fn actual_days_over_actual_years() {
    let cases = [
        ("2003-11-01", "2004-05-01", "0.497724380567", "2003-11-01", 6, "0.5"),
        ("1999-02-01", "1999-07-01", "0.41095890411", "1999-07-01", 12, "0.41095890411"),
        ("1999-07-01", "2000-07-01", "1.001377348604", "1999-07-01", 12, "1"),
        ("2002-08-15", "2003-07-15", "0.915068493151", "2003-07-15", 6, "0.915760869565"),
        ("2003-07-15", "2004-01-15", "0.504004790778", "2003-07-15", 6, "0.5"),
        ("1999-07-30", "2000-01-30", "0.503892506924", "2000-01-30", 6, "0.5"),
        ("2000-01-30", "2000-06-30", "0.415300546448", "2000-01-30", 6, "0.417582417582"),
        ("1999-11-30", "2000-04-30", "0.415540085336", "1999-11-30", 3, "0.415760869565"),
    ];
    for (start, end, isda, anchor, months, icma) in cases {
        let (start, end) = (d(start), d(end));
        assert_eq!(shown(DayCount::ActActIsda.fraction(start, end).unwrap()), isda);
        let coupons = Coupons::new(d(anchor), months).unwrap();
        assert_eq!(shown(coupons.fraction(start, end).unwrap()), icma, "{start} to {end}");
    }
}

#[test]
fn money_markets() {
    let (start, end) = (d("2026-01-01"), d("2027-01-01"));
    assert_eq!(shown(DayCount::Act360.fraction(start, end).unwrap()), "1.013888888889");
    assert_eq!(shown(DayCount::Act365Fixed.fraction(start, end).unwrap()), "1");
    let leap = (d("2028-01-01"), d("2029-01-01"));
    assert_eq!(shown(DayCount::Act365Fixed.fraction(leap.0, leap.1).unwrap()), "1.002739726027");
}

#[test]
fn what_can_not_be_counted_is_refused() {
    let (start, end) = (d("2026-01-02"), d("2026-01-01"));
    let error = DayCount::ActActIsda.fraction(start, end).unwrap_err();
    assert_eq!(
        error.to_string(),
        "2026-01-01 lies before 2026-01-02: interest runs forward; count the other way round and change the sign"
    );
    assert_eq!(Coupons::new(start, 5).unwrap_err().code(), "core.day_count_months");
    let coupons = Coupons::new(start, 1).unwrap();
    assert_eq!(coupons.fraction(start, end).unwrap_err().code(), "core.day_count_reversed");
}

proptest! {
    #[test]
    fn parts_that_meet_add_up(start in 0u64..3000, first in 0u64..1000, second in 0u64..1000, months in prop::sample::select(vec![1u32, 3, 6, 12])) {
        let day = |n: u64| d("2019-01-01") + chrono::Days::new(n);
        let (start, middle, end) = (day(start), day(start + first), day(start + first + second));
        let coupons = Coupons::new(d("2022-01-31"), months).unwrap();
        let ask: [&dyn Fn(NaiveDate, NaiveDate) -> Ratio; 3] = [
            &|a, b| DayCount::ActActIsda.fraction(a, b).unwrap(),
            &|a, b| DayCount::Act360.fraction(a, b).unwrap(),
            &|a, b| coupons.fraction(a, b).unwrap(),
        ];
        for fraction in ask {
            let parts = fraction(start, middle).add(fraction(middle, end));
            prop_assert_eq!(parts, Ok(fraction(start, end)));
        }
        // A year of coupons is a year.
        let year = Coupons::new(start, months).unwrap().not_at_month_ends();
        let later = start.checked_add_months(Months::new(12)).unwrap();
        if start.day() < 29 {
            prop_assert_eq!(year.fraction(start, later), Ok(Ratio::ONE));
        }
    }
}

/// What is read is judged as what is made.
#[test]
fn coupons_as_data_are_checked() {
    let read = |text: &str| serde_json::from_str::<Coupons>(text);
    let yearly = Coupons::new(d("2026-04-30"), 12).unwrap();
    for coupons in [yearly, yearly.not_at_month_ends(), Coupons::new(d("2026-04-29"), 6).unwrap()] {
        assert_eq!(read(&serde_json::to_string(&coupons).unwrap()).unwrap(), coupons);
    }
    for months in [0, 5, 7, 24] {
        let text = format!(r#"{{"anchor":"2026-01-01","months":{months},"at_month_ends":false}}"#);
        assert!(read(&text).unwrap_err().to_string().contains("between coupons"), "{months}");
    }
}
