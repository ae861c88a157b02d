//! Balances by date, time of knowledge, subtree, currency and dimension, under every sort of fiscal year.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use common::*;
use fondaco_accounting::ledger::*;
use fondaco_core::fiscal::{FiscalCalendar, WeekPattern, YearEnd, YearNamedBy};
use fondaco_core::{Currency, Range, Reading};

fn bank() -> BalanceQuery {
    BalanceQuery::account("1000")
}

#[test]
fn as_of_any_date() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        for (n, (date, amount)) in [
            ("2026-01-01", "1"),
            ("2026-01-31", "10"),
            ("2026-02-01", "100"),
            ("2026-06-15", "1000"),
            ("2026-12-31", "10000"),
        ]
        .into_iter()
        .enumerate()
        {
            firm.post(&n.to_string(), sale(date, amount));
        }
        for (date, sum) in [
            ("2025-12-31", "0"),
            ("2026-01-01", "1"),
            ("2026-01-30", "1"),
            ("2026-01-31", "11"),
            ("2026-02-01", "111"),
            ("2026-02-28", "111"),
            ("2026-06-14", "111"),
            ("2026-06-15", "1111"),
            ("2026-06-30", "1111"),
            ("2026-12-30", "1111"),
            ("2026-12-31", "11111"),
            ("2027-06-01", "11111"),
            ("9999-12-31", "11111"),
            ("0001-01-01", "0"),
        ] {
            assert_eq!(firm.sum(&bank().until(d(date))), sum, "as of {date} on {}", firm.name);
        }
        for (from, through, sum) in [
            ("2026-01-01", "2026-01-31", "11"),
            ("2026-01-02", "2026-01-31", "10"),
            ("2026-01-31", "2026-02-01", "110"),
            ("2026-01-31", "2026-01-31", "10"),
            ("2026-02-02", "2026-06-14", "0"),
            ("2026-01-15", "2026-06-20", "1110"),
            ("2026-02-01", "2026-01-31", "0"),
            ("2026-01-20", "2026-01-10", "0"),
            ("2026-06-15", "2026-01-31", "0"),
            ("2025-01-01", "2027-12-31", "11111"),
        ] {
            let query = bank().from(d(from)).until(d(through));
            assert_eq!(firm.sum(&query), sum, "{from} to {through}");
        }
        assert_eq!(firm.sum(&bank().from(d("2026-06-15"))), "11000");
        assert_eq!(firm.sum(&BalanceQuery::all().until(d("2026-01-31"))), "0");
        assert_eq!(firm.balances(&BalanceQuery::all().until(d("2026-01-31"))).len(), 2);
    });
}

/// What was said at a time is said again, whatever was recorded since: also what took effect long before.
#[test]
fn as_known_at_any_time() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.at_minute(10);
        firm.post("march", sale("2026-03-01", "1"));
        firm.at_minute(20);
        let late = firm.post("january, late", sale("2026-01-15", "10"));
        firm.at_minute(30);
        firm.must("corrected", &Reverse::new(late.id, d("2026-01-15")));
        let known =
            |minute_: i64, date: &str| firm.sum(&bank().until(d(date)).known_at(minute(minute_)));
        let told: Vec<_> =
            [9, 10, 19, 20, 29, 30, 31].iter().map(|&m| known(m, "2026-12-31")).collect();
        assert_eq!(told, ["0", "1", "1", "11", "11", "1", "1"], "on {}", firm.name);
        let told: Vec<_> = [19, 20, 30].iter().map(|&m| known(m, "2026-01-31")).collect();
        assert_eq!(told, ["0", "10", "0"]);
        assert_eq!(firm.sum(&BalanceQuery::subtree("1").known_at(minute(25))), "11");
        assert_eq!(firm.sum(&BalanceQuery::all().known_at(minute(25))), "0");
        assert_eq!(firm.balances(&BalanceQuery::all().known_at(minute(5))), vec![]);
        let movement = bank().from(d("2026-02-01")).known_at(minute(25));
        assert_eq!(firm.sum(&movement), "1");
    });
}

#[test]
fn by_subtree_currency_and_dimension() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let tagged = |amount: &str, tags: &[(&str, &str)]| {
            let posting = NewPosting::debit("5000", eur(amount));
            let posting = tags
                .iter()
                .fold(posting, |posting, (name, value)| posting.dimension(*name, *value));
            NewEntry::new("GEN", d("2026-02-10")).posting(posting).credit("1000", eur(amount))
        };
        firm.post("1", tagged("1", &[("site", "A"), ("project", "x")]));
        firm.post("2", tagged("10", &[("project", "y"), ("site", "A")]));
        firm.post("3", tagged("100", &[("site", "B")]));
        firm.post("4", tagged("1000", &[]));
        let dollars = NewPosting::debit("1010", usd("7")).worth(eur("5")).dimension("site", "A");
        firm.post(
            "5",
            NewEntry::new("GEN", d("2026-03-10"))
                .posting(dollars)
                .credit("1000", eur("5"))
                .conversion(),
        );
        let of = |query: BalanceQuery| firm.sum(&query);
        for half in [false, true] {
            // From counters, and from facts: the same.
            let cut = |query: BalanceQuery| {
                if half { query.until(d("2026-03-15")).from(d("2026-02-02")) } else { query }
            };
            assert_eq!(of(cut(BalanceQuery::subtree("5"))), "1111");
            assert_eq!(of(cut(BalanceQuery::subtree("5").dimension("site", "A"))), "11");
            assert_eq!(
                of(cut(BalanceQuery::subtree("5")
                    .dimension("site", "A")
                    .dimension("project", "y"))),
                "10"
            );
            assert_eq!(of(cut(BalanceQuery::account("5000").dimension("site", "C"))), "0");
            assert_eq!(of(cut(BalanceQuery::all().dimension("site", "A"))), "16");
            assert_eq!(of(cut(BalanceQuery::all().currency(Currency::USD))), "5");
            assert_eq!(of(cut(BalanceQuery::subtree("1").currency(Currency::EUR))), "-1116");
            assert_eq!(of(cut(BalanceQuery::subtree("1"))), "-1111");
            assert_eq!(of(cut(BalanceQuery::account("1"))), "0", "a heading itself has none");
            assert_eq!(of(cut(BalanceQuery::subtree("1000"))), "-1116");
        }
        let rows = firm.balances(&BalanceQuery::subtree("1"));
        let row: Vec<_> = rows
            .iter()
            .map(|row| (row.account.as_str(), row.amounts.balance(row.currency).to_string()))
            .collect();
        assert_eq!(row, [("1000", "-1116.00 EUR".into()), ("1010", "7.00 USD".to_string())]);
        assert_eq!(rows[0].amounts.postings(), 5);
    });
}

fn calendars() -> Vec<(&'static str, FiscalCalendar)> {
    let end = YearEnd {
        month: 8,
        weekday: chrono::Weekday::Sat,
        rule: fondaco_core::fiscal::YearEndRule::LastInMonth,
    };
    let weeks = |pattern| FiscalCalendar::weeks(pattern, end, YearNamedBy::End).unwrap();
    vec![
        ("July to June", FiscalCalendar::months(7, 1, YearNamedBy::End).unwrap()),
        ("from 6 April", FiscalCalendar::months(4, 6, YearNamedBy::Start).unwrap()),
        ("4-4-5", weeks(WeekPattern::FourFourFive)),
        ("13 periods", weeks(WeekPattern::ThirteenPeriods)),
    ]
}

/// One sale a day over three fiscal years: each balance is the number of days.
#[test]
fn in_every_sort_of_fiscal_year() {
    for (name, calendar) in calendars() {
        let firm = in_memory();
        firm.must("set up", &SetUp::new(Currency::EUR));
        firm.must("chart", &OpenAccounts::new(chart()));
        firm.must("gen", &OpenJournal::new("GEN", "General"));
        // Not in order, to see that nothing rests on it.
        for year in [2026, 2025, 2027] {
            firm.must(&format!("{year}"), &OpenFiscalYear::new(calendar, year));
        }
        let (first, last) = (calendar.year(2025).unwrap().start, calendar.year(2027).unwrap().end);
        let days: Vec<_> = first.iter_days().take_while(|day| *day <= last).collect();
        let entries = days.iter().map(|day| sale(&day.to_string(), "1")).collect();
        firm.must("all", &PostMany::new(entries));
        for (n, day) in days.iter().enumerate().step_by(11) {
            assert_eq!(firm.sum(&bank().until(*day)), (n + 1).to_string(), "{name}, {day}");
            let rest = days.len() - n;
            assert_eq!(firm.sum(&bank().from(*day)), rest.to_string(), "{name}, from {day}");
        }
        let periods = firm.view(|view| Ok(view.peek_scan(&Range::<Period>::all())?));
        assert_eq!(periods.len() as u32, 3 * calendar.periods_per_year());
        for period in &periods {
            let length = (period.end - period.start).num_days() + 1;
            let query = bank().from(period.start).until(period.end);
            assert_eq!(firm.sum(&query), length.to_string(), "{name}, {}", period.label());
        }
        let outside = firm
            .refused("before", &Post::new(sale(&(first - chrono::Days::new(1)).to_string(), "1")));
        assert!(matches!(outside, LedgerError::NoPeriod { .. }));
        // Numbers begin again in each fiscal year.
        let ends =
            [2025, 2026, 2027].map(|year| calendar.year(year).unwrap().range().days().unwrap());
        let most = firm.view(|view| {
            let entries = view.peek_scan(&Range::<Entry>::all())?;
            Ok([2025, 2026, 2027].map(|year| {
                entries
                    .iter()
                    .filter(|entry| entry.fiscal_year == year)
                    .filter_map(|entry| entry.number.number())
                    .max()
                    .unwrap()
            }))
        });
        assert_eq!(most, ends, "{name}");
        firm.clean();
    }
}

/// Years with a gap between them: nothing lies there, and nothing is lost.
#[test]
fn over_a_gap_between_years() {
    let firm = in_memory().set_up();
    firm.must("2028", &OpenFiscalYear::calendar_year(2028));
    firm.post("1", sale("2026-12-31", "1"));
    firm.post("2", sale("2028-01-01", "10"));
    for (date, sum) in
        [("2026-12-31", "1"), ("2027-05-05", "1"), ("2028-01-01", "11"), ("2028-01-31", "11")]
    {
        assert_eq!(firm.sum(&bank().until(d(date))), sum, "{date}");
    }
    assert_eq!(firm.sum(&bank().from(d("2027-01-01"))), "10");
}
