//! What balances in a foreign currency by one rate balances in the ledger's currency, however it is split.

use crate::common::*;
use fondaco_accounting::ledger::*;
use fondaco_core::{Currency, Money};
use proptest::prelude::*;
use rust_decimal::Decimal;

/// A receivable in dollars against some sales.
fn invoice(cents: &[i64], rate: Decimal) -> NewEntry {
    let dollars = |cents: i64| Money::minor(cents, Currency::USD);
    let total = NewPosting::debit("1200", dollars(cents.iter().sum())).rate(rate);
    let sales = cents.iter().map(|&cents| NewPosting::credit("4000", dollars(cents)).rate(rate));
    sales.fold(entry("2026-01-05").posting(total), NewEntry::posting)
}

fn entry(date: &str) -> NewEntry {
    NewEntry::new("GEN", d(date))
}

fn worths(firm: &Firm, posted: Posted) -> Vec<i64> {
    let whole = firm.books.entry(posted.id).unwrap().unwrap();
    whole.postings.iter().map(|posting| posting.ledger_amount.units() / 100).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_cent_is_left(cents in prop::collection::vec(0i64..100_000, 2..8), rate in 1i64..3_000_000) {
        let firm = in_memory().set_up();
        let rate = Decimal::new(rate, 6);
        let posted = firm.post("invoice", invoice(&cents, rate));
        let worths = worths(&firm, posted);
        prop_assert_eq!(worths.iter().sum::<i64>(), 0);
        // Nobody is a whole cent away from the exact product.
        for (&cents, &worth) in cents.iter().zip(&worths[1..]) {
            let exact = Decimal::from(cents) * rate;
            prop_assert!((exact + Decimal::from(worth)).abs() < Decimal::ONE + Decimal::new(5, 1), "{exact} {worth}");
        }
        firm.clean();
    }
}

#[test]
fn each_side_is_converted_as_a_whole() {
    let firm = in_memory().set_up();
    let posted = firm.post("three", invoice(&[3333, 3333, 3334], dec("0.92145")));
    // 92.145 in all; 30.7119 twice and 30.7211, of which the last lost most.
    assert_eq!(worths(&firm, posted), [9215, -3072, -3071, -3072]);
}

#[test]
fn a_worth_and_a_rate_that_contradict_are_refused() {
    let firm = in_memory().set_up();
    let both = |worth: &str, rate: &str| {
        let line = |side| NewPosting {
            rate: Some(dec(rate)),
            ..NewPosting::new("1010", side, usd("100")).worth(eur(worth))
        };
        entry("2026-01-05").posting(line(Side::Debit)).posting(line(Side::Credit))
    };
    let refused = firm.send("contradict", &Post::new(both("1.00", "0.92"))).unwrap_err();
    assert_eq!(refused.code(), "accounting.bad_rate");
    let said = refused.to_string();
    assert!(said.contains("the amount by its rate is not its worth"), "{said}");
    // Off by half a unit of the rate's last digit, and two coins of rounding: 92 +- 0.50 +- 0.02.
    for (name, worth, rate, code) in [
        ("rounded", "92.52", "0.92", None),
        ("rounded down", "91.48", "0.92", None),
        ("too far", "92.53", "0.92", Some("accounting.bad_rate")),
        ("too far down", "91.47", "0.92", Some("accounting.bad_rate")),
        ("said exactly", "92.50", "0.9200", Some("accounting.bad_rate")),
        ("a huge rate", "1", "79228162514264337593543950335", Some("accounting.bad_rate")),
    ] {
        let sent = firm.send(name, &Post::new(both(worth, rate)));
        assert_eq!(sent.err().map(|error| error.code()), code, "{name}");
    }
    firm.clean();
}

#[test]
fn given_worths_and_several_rates_stay_as_they_are() {
    let firm = in_memory().set_up();
    let line =
        |side, amount: &str, rate: &str| NewPosting::new("1010", side, usd(amount)).rate(dec(rate));
    // Two rates: the difference is the caller's to post.
    let two = entry("2026-01-05")
        .posting(line(Side::Debit, "100", "0.9"))
        .posting(line(Side::Credit, "60", "0.9"))
        .posting(line(Side::Credit, "40", "0.8"))
        .credit("5900", eur("4"));
    let posted = firm.post("two rates", two);
    assert_eq!(worths(&firm, posted), [9000, -5400, -3200, -400]);
    // One worth is given: the others are rounded each by itself.
    let given = entry("2026-01-05")
        .posting(line(Side::Debit, "100", "0.92145"))
        .posting(line(Side::Credit, "50", "0.92145").worth(eur("46.08")))
        .posting(line(Side::Credit, "50", "0.92145"));
    let posted = firm.post("given", given);
    assert_eq!(worths(&firm, posted), [9215, -4608, -4607]);
}

#[test]
fn amounts_of_zero_and_of_one_side() {
    let firm = in_memory().set_up();
    let posted = firm.post("zero", invoice(&[0, 0], dec("0.9")));
    assert_eq!(worths(&firm, posted), [0, 0, 0]);
    // Dollars for euro: they balance in no currency but the ledger's, so each line stands for itself.
    let line = |amount: &str| NewPosting::debit("1010", usd(amount)).rate(dec("0.92145"));
    let bought = entry("2026-01-06")
        .posting(line("33.33"))
        .posting(line("66.67"))
        .credit("1000", eur("92.14"))
        .conversion();
    let posted = firm.post("bought", bought);
    assert_eq!(worths(&firm, posted), [3071, 6143, -9214]);
}
