//! Exchange rates on every store: found as of a day and as known at a time, and taken by postings.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use common::*;
use fondaco_accounting::currency::*;
use fondaco_accounting::ledger::*;
use fondaco_core::timeline::{Span, Timeline};
use fondaco_core::{Currency, ErrorKind, Rounding};
use rust_decimal::Decimal;

const EUR: Currency = Currency::EUR;
const USD: Currency = Currency::USD;
const CHF: Currency = Currency::CHF;
const JPY: Currency = Currency::JPY;

fn rate(base: Currency, quote: Currency, rate: &str, date: &str) -> NewRate {
    NewRate::new(base, quote, dec(rate), d(date))
}

/// Books in euro with the source SPOT, whose pivot is the euro.
fn with_source(firm: Firm) -> Firm {
    let firm = firm.set_up();
    firm.must("spot", &OpenRateSource::new("SPOT", "Central bank").pivot(EUR));
    firm
}

fn find(firm: &Firm, query: RateQuery) -> Option<FoundRate> {
    firm.view(|view| find_rate(view, &query))
}

/// The rate as text; `-` for none.
fn found(firm: &Firm, from: Currency, to: Currency, date: &str) -> String {
    let found = find(firm, RateQuery::new(from, to, d(date)));
    found.map_or("-".into(), |found| found.rate().unwrap().to_string())
}

#[test]
fn rates_are_found_direct_inverse_and_through_the_pivot() {
    on_every_store(|firm| {
        let firm = with_source(firm);
        let rates = vec![
            rate(EUR, USD, "1.25", "2026-01-02"),
            rate(EUR, USD, "1.28", "2026-02-02"),
            rate(CHF, EUR, "1.05", "2026-01-02"),
            rate(EUR, JPY, "160", "2026-01-05"),
        ];
        firm.must("rates", &RecordRates::new("SPOT", rates));
        assert_eq!(found(&firm, EUR, USD, "2026-01-01"), "-");
        assert_eq!(found(&firm, EUR, USD, "2026-02-01"), "1.25");
        assert_eq!(found(&firm, EUR, USD, "2026-02-02"), "1.28");
        assert_eq!(found(&firm, USD, EUR, "2026-02-02"), "0.78125");
        assert_eq!(found(&firm, CHF, USD, "2026-01-02"), "1.3125"); // 1.05 x 1.25
        assert_eq!(found(&firm, USD, CHF, "2026-01-02"), "0.761904761905"); // 1 / 1.3125
        assert_eq!(found(&firm, JPY, CHF, "2026-01-04"), "-");
        assert_eq!(found(&firm, JPY, CHF, "2026-01-05"), "0.005952380952"); // 1 / 160 / 1.05
        assert_eq!(found(&firm, USD, USD, "1999-01-01"), "1");
        let query = RateQuery::new(JPY, CHF, d("2026-01-05"));
        let worth = find(&firm, query).unwrap().convert(money("100000 JPY"), Rounding::HalfUp);
        assert_eq!(worth.unwrap(), money("595.24 CHF")); // 595.238..., by the exact fraction
    });
}

#[test]
fn an_amount_in_another_currency_is_not_converted() {
    let firm = with_source(in_memory());
    firm.must("rates", &RecordRates::new("SPOT", vec![rate(EUR, USD, "1.25", "2026-01-02")]));
    let found = find(&firm, RateQuery::new(EUR, USD, d("2026-01-02"))).unwrap();
    let error = found.convert(money("1 CHF"), Rounding::HalfUp).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
}

#[test]
fn corrections_change_what_is_known_and_not_what_was() {
    on_every_store(|firm| {
        let firm = with_source(firm);
        firm.at_minute(1);
        firm.must("wrong", &RecordRates::new("SPOT", vec![rate(EUR, USD, "12.5", "2026-01-02")]));
        firm.at_minute(5);
        let right = RateCorrection::new(EUR, USD, Some(dec("1.25")), d("2026-01-02"));
        firm.must("right", &CorrectRates::new("SPOT", vec![right]));
        firm.at_minute(7);
        firm.must("no more", &EndRate::new("SPOT", EUR, USD, d("2026-02-28")));
        let at = |date: &str, minute_of: i64| {
            let query = RateQuery::new(EUR, USD, d(date)).known_at(minute(minute_of));
            find(&firm, query).map_or("-".into(), |found| found.rate().unwrap().to_string())
        };
        assert_eq!([at("2026-01-02", 0), at("2026-01-02", 1)], ["-", "12.5"]);
        assert_eq!([at("2026-01-02", 4), at("2026-01-02", 5)], ["12.5", "1.25"]);
        assert_eq!([at("2026-03-01", 6), at("2026-03-01", 7)], ["1.25", "-"]);
        assert_eq!(found(&firm, EUR, USD, "2026-02-28"), "1.25");
        let known = firm.view(|view| rates(view, "SPOT", EUR, USD));
        let revised = known.revisions(minute(1), minute(5));
        assert_eq!(revised.len(), 1);
        assert_eq!((revised[0].before, revised[0].after), (Some(&dec("12.5")), Some(&dec("1.25"))));
        firm.clean();
    });
}

/// A clock that runs behind records at the time of the recording before it.
#[test]
fn a_clock_that_runs_behind_does_not_change_what_was_known() {
    let firm = with_source(in_memory());
    firm.at_minute(10);
    firm.must("one", &RecordRates::new("SPOT", vec![rate(EUR, USD, "1.25", "2026-01-02")]));
    firm.at_minute(3);
    firm.must("two", &RecordRates::new("SPOT", vec![rate(EUR, USD, "1.26", "2026-02-02")]));
    let known: Timeline<Decimal> = firm.view(|view| rates(view, "SPOT", EUR, USD));
    assert_eq!(known.recordings()[1].recorded_at, minute(10));
}

#[test]
fn a_posting_takes_the_rate_of_its_date() {
    on_every_store(|firm| {
        let firm = with_source(firm);
        let rates =
            vec![rate(EUR, USD, "1.25", "2026-01-02"), rate(EUR, USD, "1.28", "2026-02-02")];
        firm.must("rates", &RecordRates::new("SPOT", rates));
        let sold = |date: &str| {
            NewEntry::new("GEN", d(date)).debit("1010", usd("9.99")).credit("4000", usd("9.99"))
        };
        let posted =
            firm.must("many", &PostMany::new(vec![sold("2026-01-15"), sold("2026-02-15")]));
        let whole =
            |n: usize| firm.view(|view| entry(view, posted.entries[n].id)).unwrap().postings;
        let shown = |postings: &[std::sync::Arc<Posting>]| {
            let one = |p: &std::sync::Arc<Posting>| {
                format!("{} {}", p.ledger_amount.to_decimal(), p.rate.copied().unwrap())
            };
            postings.iter().map(one).collect::<Vec<_>>()
        };
        assert_eq!(shown(&whole(0)), ["7.99 0.8", "-7.99 0.8"]); // 7.992
        assert_eq!(shown(&whole(1)), ["7.8 0.78125", "-7.8 0.78125"]); // 7.8046875
        // What was given stands.
        let given = NewEntry::new("GEN", d("2026-01-15"))
            .posting(NewPosting::debit("1010", usd("10.00")).rate(dec("0.9")))
            .credit("1000", eur("9.00"))
            .conversion();
        firm.post("given", given);
        assert_eq!(firm.sum(&BalanceQuery::account("1010")), "24.79");
        // A later correction changes nothing that was posted.
        let correction = RateCorrection::new(EUR, USD, Some(dec("2")), d("2026-01-02"));
        firm.must("corrected", &CorrectRates::new("SPOT", vec![correction]));
        assert_eq!(firm.sum(&BalanceQuery::account("1010")), "24.79");
        firm.post("after", sold("2026-01-16"));
        assert_eq!(firm.sum(&BalanceQuery::account("1010")), "29.79"); // 4.995, half up
        firm.clean();
    });
}

/// 0.99 dollars are 0.7734 euros, three times that are 2.3203: the cents still balance.
#[test]
fn many_postings_of_one_currency_balance_by_the_rate_on_record() {
    let firm = with_source(in_memory());
    firm.must("rate", &RecordRates::new("SPOT", vec![rate(EUR, USD, "1.28", "2026-01-02")]));
    let mut sold = NewEntry::new("GEN", d("2026-01-15")).credit("4000", usd("2.97"));
    for _ in 0..3 {
        sold = sold.debit("1010", usd("0.99"));
    }
    firm.post("sold", sold);
    assert_eq!(firm.sum(&BalanceQuery::account("1010")), "2.32");
    assert_eq!(firm.sum(&BalanceQuery::account("4000")), "-2.32");
    firm.clean();
}

/// In the same unit of work as the rate, and in a large batch.
#[test]
fn a_posting_takes_a_rate_of_its_own_commit() {
    let firm = with_source(in_memory());
    let envelope = firm.books.envelope("both");
    let sold = NewEntry::new("GEN", d("2026-01-15"))
        .debit("1010", usd("1.00"))
        .credit("4000", usd("1.00"));
    let record = RecordRates::new("SPOT", vec![rate(EUR, USD, "1.25", "2026-01-02")]);
    let done = firm.books.driver().run(
        envelope,
        &(record, vec![sold.clone()]),
        |tx, (record, entries)| {
            fondaco_core::Act::act(record, tx)?;
            post_many(tx, entries)
        },
    );
    assert_eq!(done.unwrap().answer.entries.len(), 1);
    firm.must("many", &PostMany::new(vec![sold; 200]));
    assert_eq!(firm.sum(&BalanceQuery::account("1010")), "160.8");
    firm.clean();
}

#[test]
fn what_is_no_rate_is_refused() {
    let firm = with_source(in_memory());
    let record =
        |name: &str, new: NewRate| firm.refused(name, &RecordRates::new("SPOT", vec![new]));
    firm.must("spot rates", &RecordRates::new("SPOT", vec![rate(EUR, USD, "1.25", "2026-01-02")]));
    let said = |error: LedgerError| (error.code(), error.kind(), error.to_string());

    let (code, kind, words) = said(firm.refused("x", &RecordRates::new("ECB", vec![])));
    assert_eq!((code, kind), ("accounting.unknown_rate_source", ErrorKind::NotFound));
    assert_eq!(words, "there is no rate source ECB: open it first, or correct the code");

    let (code, kind, words) = said(record("again", rate(EUR, USD, "1.26", "2026-01-02")));
    assert_eq!((code, kind), ("accounting.rate_overlap", ErrorKind::Conflict));
    let both = "item 0 (counted from 0): SPOT EUR/USD 1.26 on 2026-01-02/.. meets 1.25 on 2026-01-02/.., \
                recorded at 2026-06-01T00:00:00Z: correct that one, end it before, or give other days";
    assert_eq!(words, both);
    let average = rate(EUR, USD, "1.26", "2026-01-02").on("2026-02-01/2026-02-28".parse().unwrap());
    assert_eq!(record("average", average).code(), "accounting.rate_overlap");

    let (code, _, words) = said(record("inverse", rate(USD, EUR, "0.8", "2026-05-02")));
    assert_eq!(code, "accounting.rate_inverted");
    assert_eq!(
        words,
        "item 0 (counted from 0): SPOT has EUR/USD on record: give that, the inverse of USD/EUR"
    );
    let twice = vec![rate(EUR, CHF, "0.95", "2026-01-02"), rate(CHF, EUR, "1.05", "2026-02-02")];
    let (code, _, words) = said(firm.refused("both ways", &RecordRates::new("SPOT", twice)));
    assert_eq!(code, "accounting.rate_inverted");
    assert!(words.starts_with("item 1 "), "{words}");

    for bad in ["0", "-1.25"] {
        let words = record(bad, rate(EUR, CHF, bad, "2026-01-02")).to_string();
        assert!(
            words.contains(&format!("rate: {bad} for EUR/CHF from "))
                && words.contains("a rate is above zero"),
            "{words}"
        );
    }
    let absurd = ["1234567890123456789", "0.1428571428571428571428571429", "0.0000000000000000001"];
    for bad in absurd {
        let words = record(bad, rate(EUR, CHF, bad, "2026-01-02")).to_string();
        let said = format!(
            "rate: {bad} for EUR/CHF: a rate has at most 18 digits, all told and after the point: round it"
        );
        assert!(words.contains(&said), "{words}");
    }
    let words = record("own", rate(EUR, EUR, "1", "2026-01-02")).to_string();
    assert!(words.contains("quote: EUR is worth itself: give two currencies"), "{words}");
    let mut reversed = rate(EUR, CHF, "1", "2026-01-02");
    reversed.span.end = Some(d("2026-01-01"));
    assert!(record("reversed", reversed).to_string().contains("2026-01-01 lies before 2026-01-02"));

    let never = RateCorrection::new(EUR, USD, Some(dec("1")), d("2026-01-03"));
    let (code, kind, words) = said(firm.refused("never", &CorrectRates::new("SPOT", vec![never])));
    assert_eq!((code, kind), ("accounting.unknown_rate", ErrorKind::NotFound));
    assert!(words.ends_with("SPOT has no rate EUR/USD on record for just 2026-01-03/..: give the days as they were recorded"), "{words}");
    let end = EndRate::new("SPOT", EUR, USD, d("2025-12-31")); // the first is of 2 January
    let (code, kind, words) = said(firm.refused("end", &end));
    assert_eq!((code, kind), ("accounting.no_rate_to_end", ErrorKind::NotFound));
    assert!(words.ends_with("SPOT has no rate EUR/USD after 2025-12-31 that could end: look at what is on record, or correct the day"), "{words}");
    let never = firm.refused("at the end of all", &EndRate { end: chrono::NaiveDate::MAX, ..end });
    assert_eq!(never.code(), "accounting.bad_input");
    let error = firm.refused("again source", &OpenRateSource::new("SPOT", "Again"));
    assert_eq!(error.code(), "accounting.exists");
    let error = firm.refused("bad source", &OpenRateSource::new(" ", "Space"));
    assert_eq!(error.code(), "accounting.bad_code");
    // Nothing of all that was kept.
    let known = firm.view(|view| rates(view, "SPOT", EUR, CHF));
    assert!(known.recordings().is_empty());
    firm.clean();
}

/// A rate that nobody recorded is an error with its day, for entries, revaluations and translations alike.
#[test]
fn rates_may_be_so_old() {
    on_every_store(|firm| {
        let firm = with_source(firm);
        let span = Span { start: d("2026-01-01"), end: Some(d("2026-03-31")) };
        let monthly = rate(EUR, CHF, "0.95", "2026-01-01").on(span);
        let rates = vec![rate(EUR, USD, "1.25", "2026-01-02"), monthly];
        firm.must("rates", &RecordRates::new("SPOT", rates));
        let sold = |date: &str, currency: Currency| {
            let amount = fondaco_core::Money::new(dec("10"), currency);
            NewEntry::new("GEN", d(date)).debit("1200", amount).credit("4000", amount)
        };
        firm.post("any age", sold("2026-05-30", USD));
        firm.must("a week", &LimitRateAge::new("SPOT", Some(7)));
        firm.post("seven days", sold("2026-01-09", USD));
        let error = firm.refused("eight", &Post::new(sold("2026-01-10", USD)));
        assert_eq!(error.code(), "accounting.old_rate");
        let words = error.to_string();
        assert!(words.contains("on 2026-01-10 is of 2026-01-02, and none older than 7 days is taken, for 10.00 USD of account"), "{words}");
        firm.post("a quarter's", sold("2026-03-31", CHF));
        let given = sold("2026-02-01", USD);
        let given = NewEntry {
            postings: given.postings.into_iter().map(|line| line.worth(eur("8"))).collect(),
            ..given
        };
        firm.post("given", given);
        firm.must("monetary", &MarkMonetary::new(["1200"]));
        let valued = firm.books.revaluation(&Revalue::at(d("2026-03-31"))).unwrap_err();
        assert_eq!(valued.code(), "accounting.old_rate", "on {}", firm.name);
        // A rule of now: what was known is not refused since.
        let (run, time) = (Revalue::at(d("2026-03-31")), minute(0));
        assert!(!firm.view(|view| revaluation_known_at(view, &run, time)).lines.is_empty());
        let known = TranslationQuery::new(USD, "2026-01-01/2026-03-31".parse().unwrap());
        let known = known.known_at(time);
        firm.books.view(|view| translation(view, &known)).unwrap();
        let bound = run.clone().rates_no_older_than(7);
        let refused = firm.books.view(|view| revaluation_known_at(view, &bound, time)).unwrap_err();
        assert_eq!(refused.code(), "accounting.old_rate", "who asks for it has it");
        let older = Revalue::at(d("2026-03-31")).rates_no_older_than(90);
        assert!(!firm.view(|view| revaluation(view, &older)).lines.is_empty());
        let translated = TranslationQuery::new(USD, "2026-01-01/2026-03-31".parse().unwrap());
        let translated = firm.books.view(|view| translation(view, &translated)).unwrap_err();
        assert_eq!(translated.code(), "accounting.old_rate");
        firm.must("any age again", &LimitRateAge::new("SPOT", None));
        firm.post("any age, again", sold("2026-05-30", USD));
        let unknown = firm.refused("nobody", &LimitRateAge::new("NOBODY", Some(1)));
        assert_eq!(unknown.code(), "accounting.unknown_rate_source");
        firm.must("customs", &OpenRateSource::new("CUSTOMS", "Customs").no_older_than(3));
        firm.clean();
    });
}

#[test]
fn a_rate_that_has_no_room_is_too_large() {
    let firm = with_source(in_memory());
    let huge = rate(USD, EUR, "999999999999999999", "2026-01-02");
    firm.must("huge", &RecordRates::new("SPOT", vec![huge]));
    let sold = NewEntry::new("GEN", d("2026-01-15"))
        .debit("1010", usd("10.00"))
        .credit("4000", usd("10.00"));
    assert_eq!(firm.refused_entry(sold), "accounting.too_large");
}

/// A rate that is worked out is never shown as 0: it has more digits, or is refused.
#[test]
fn a_small_rate_is_not_nothing() {
    let firm = with_source(in_memory());
    let (longest, least) = ("0.123456789012345678", "0.000000000000000001");
    let day = "2026-01-02";
    let rates = vec![rate(CHF, EUR, longest, day), rate(EUR, USD, longest, day)];
    firm.must("long", &RecordRates::new("SPOT", rates));
    assert_eq!(found(&firm, CHF, USD, day), "0.015241578753");
    assert_eq!(found(&firm, USD, CHF, day), "65.61000118098");
    let rates = vec![rate(EUR, JPY, "123456789", day)];
    firm.must("dear", &RecordRates::new("SPOT", rates));
    assert_eq!(found(&firm, JPY, EUR, day), "0.0000000081000000737100006708");
    assert_eq!(found(&firm, JPY, USD, day), "0.0000000010000000000999999927");

    let other = "2026-02-02";
    let rates = vec![rate(CHF, EUR, least, other), rate(EUR, USD, least, other)];
    firm.must("least", &RecordRates::new("SPOT", rates));
    for (from, to) in [(CHF, USD), (USD, CHF)] {
        let found = find(&firm, RateQuery::new(from, to, d(other))).unwrap();
        let error = found.rate().unwrap_err();
        assert_eq!(error.code(), "accounting.bad_input");
        let way_out = "too large or too small for a decimal: correct one of the rates";
        assert!(error.to_string().contains(way_out), "{error}");
        let shown = found.to_string();
        assert!(shown.starts_with(&format!("1 {from} in {to} on {other} has no room")), "{shown}");
    }
}

#[test]
fn many_rates_at_once() {
    on_every_store(|firm| {
        let firm = with_source(firm);
        let days = d("2024-01-01").iter_days().take(250);
        let day = |(n, date): (i64, _)| {
            [USD, CHF, JPY].map(|quote| NewRate::new(EUR, quote, Decimal::new(10_000 + n, 4), date))
        };
        let all: Vec<NewRate> = (0i64..).zip(days).flat_map(day).collect();
        firm.must("import", &RecordRates::new("SPOT", all));
        assert_eq!(found(&firm, EUR, JPY, "2024-04-10"), "1.01");
        assert_eq!(found(&firm, USD, JPY, "2024-04-10"), "1");
        let known = firm.view(|view| rates(view, "SPOT", EUR, CHF));
        assert_eq!(known.segments().len(), 250);
    });
}
