//! The year before, beside: the same fiscal periods of it, or the same days of the calendar.

use fondaco_accounting::ledger::*;
use fondaco_accounting::reports::FinancialQuery;
use fondaco_core::Currency;
use fondaco_core::fiscal::{FiscalCalendar, WeekPattern, YearEnd, YearEndRule, YearNamedBy};

use crate::common::*;
use crate::firm::{bare, chart, filled, moved, shipped};

/// Books in years that end on the last Sunday of December: 2023 has 53 weeks.
fn in_weeks() -> Firm {
    let firm = in_memory();
    firm.must("set up", &SetUp::new(Currency::EUR));
    firm.must("chart", &OpenAccounts::new(chart()));
    firm.must("gen", &OpenJournal::new("GEN", "General"));
    let end = YearEnd { month: 12, weekday: chrono::Weekday::Sun, rule: YearEndRule::LastInMonth };
    let weeks = FiscalCalendar::weeks(WeekPattern::FourFourFive, end, YearNamedBy::End).unwrap();
    for year in 2022..=2026 {
        firm.must(&year.to_string(), &OpenFiscalYear::new(weeks, year));
    }
    firm
}

fn columns(firm: &Firm, query: FinancialQuery) -> Vec<String> {
    let layout = shipped("plain-income-statement");
    let statement = filled(firm, &layout, &query.beside_last_year());
    statement.columns.iter().map(|column| format!("{}/{}", column.from, column.through)).collect()
}

#[test]
fn years_of_weeks_stand_beside_whole_years() {
    let firm = in_weeks();
    let days = |days: &str| FinancialQuery::new().days(days.parse().unwrap());
    for (now, before) in [
        ("2025-12-29/2026-12-27", "2024-12-30/2025-12-28"),
        ("2023-01-01/2023-12-31", "2022-01-01/2022-12-31"), // the calendar's, which are no periods
        ("2022-12-26/2023-12-31", "2021-12-27/2022-12-25"), // 53 weeks beside 52
        ("2024-01-01/2024-12-29", "2022-12-26/2023-12-31"), // 52 beside 53
        ("2026-02-23/2026-03-29", "2025-02-24/2025-03-30"), // a period
        ("2025-12-29/2026-03-29", "2024-12-30/2025-03-30"), // a quarter
        ("2026-03-01/2026-03-31", "2025-03-01/2025-03-31"), // a month of the calendar
    ] {
        assert_eq!(columns(&firm, days(now)), [now, before]);
    }
    let at = |day: &str| columns(&firm, FinancialQuery::new().at(d(day)));
    assert_eq!(at("2026-12-27")[1], "2024-12-30/2025-12-28");
    assert_eq!(at("2025-12-29")[1], "2024-12-30/2024-12-30", "the first day beside the first");
    assert_eq!(at("2026-03-10")[1], "2024-12-30/2025-03-11", "the sixteenth of the period");
    let so_far = columns(&firm, days("2025-12-29/2026-03-10"));
    assert_eq!(so_far[1], "2024-12-30/2025-03-11", "the same by days");
    assert_eq!(columns(&firm, days("2026-02-23/2026-03-10"))[1], "2025-02-24/2025-03-11");
    firm.post("last of 2025", moved("2025-12-28", "1000", "4000", "7"));
    firm.post("first of 2025", moved("2024-12-30", "1000", "4000", "5"));
    let query = days("2025-12-29/2026-12-27").beside_last_year();
    let income = filled(&firm, &shipped("plain-income-statement"), &query);
    assert_eq!(
        [income.amount("result", 0), income.amount("result", 1)],
        [dec("0"), dec("12")].map(Some)
    );
}

#[test]
fn years_of_months_go_by_the_calendar() {
    let firm = bare();
    let days = |days: &str| columns(&firm, FinancialQuery::new().days(days.parse().unwrap()));
    assert_eq!(days("2026-02-01/2026-02-28")[1], "2025-02-01/2025-02-28");
    assert_eq!(days("2026-01-10/2026-03-15")[1], "2025-01-10/2025-03-15");
    assert_eq!(
        columns(&firm, FinancialQuery::new().at(d("2026-03-15")))[1],
        "2025-01-01/2025-03-15"
    );
    // Of a year that was never opened, and of one twice before.
    assert_eq!(days("2025-01-01/2025-12-31")[1], "2024-01-01/2024-12-31");
    let twice = FinancialQuery::new().at(d("2026-12-31")).beside_last_year().beside_last_year();
    let twice = filled(&firm, &shipped("plain-balance-sheet"), &twice);
    let ends: Vec<_> = twice.columns.iter().map(|column| column.through.to_string()).collect();
    assert_eq!(ends, ["2026-12-31", "2025-12-31", "2025-12-31", "2024-12-31"]);
}
