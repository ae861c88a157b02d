//! What is monetary is worth what the day's rate says at its end, and as before on the next.

use std::ops::ControlFlow;

use fondaco_core::Progressed;

use crate::common::*;
use crate::firm::*;

/// A firm with dollars at the bank, an open bill in dollars and one owed, at 1.25 dollars for a euro; 1.00 from April on.
fn firm_of(firm: Firm) -> Firm {
    let firm = named(firm);
    let own = SetExchangeAccounts::new("GEN", "4900", "5900").unrealised("4901", "5901");
    let accounts = vec![
        NewAccount::new("4901", "Gains not realised", AccountClass::Income),
        NewAccount::new("5901", "Losses not realised", AccountClass::Expense),
        NewAccount::new("1400", "Stock", AccountClass::Asset),
        NewAccount::new("1209", "Customers, valued", AccountClass::Asset),
    ];
    firm.must("accounts", &OpenAccounts::new(accounts));
    firm.must("own accounts", &own);
    firm.must("source", &OpenRateSource::new("SPOT", "Bank"));
    let rate =
        |rate: &str, day: &str| NewRate::new(Currency::EUR, Currency::USD, dec(rate), d(day));
    let rates = vec![rate("1.25", "2026-01-01"), rate("1.00", "2026-04-01")];
    firm.must("rates", &RecordRates::new("SPOT", rates));
    firm.must("monetary", &MarkMonetary::new(["1000", "1010", "1200", "2000"]));
    firm.post("dollars", entry("1010", "2026-01-05", "100 USD", "90 EUR"));
    firm.post("stock", entry("1400", "2026-01-05", "100 USD", "90 EUR"));
    item(&firm, "bill", "2026-01-06", "50.01 USD", "45 EUR");
    item(&firm, "other bill", "2026-01-06", "0.01 USD", "0.01 EUR");
    item_on(&firm, "2000", "owed", "2026-01-07", "-30 USD", "-27 EUR");
    firm
}

fn at(firm: &Firm, account: &str, day: &str) -> String {
    firm.sum(&BalanceQuery::account(account).until(d(day)))
}

#[test]
fn at_the_closing_rate_and_back() {
    on_every_store(|firm| {
        let firm = firm_of(firm);
        let run = Revalue::at(d("2026-03-31"));
        let preview = firm.view(|view| revaluation(view, &run));
        let done = firm.must("March", &run);
        // 100 at 0.80 are 80; 50.01 are 40.01 and 0.01 are 0.01; 30 owed are 24.
        assert_eq!(done.difference.to_decimal(), dec("-11.99"), "on {}", firm.name);
        assert_eq!((done.lines, preview.difference()), (3, eur("-11.99")));
        assert_eq!(
            lines(&firm, done.entry().unwrap()),
            [
                "1010 0.00 USD worth -10",
                "1200 0.00 USD worth -4.99",
                "2000 0.00 USD worth 3",
                "4901 -3.00 EUR worth -3",
                "5901 14.99 EUR worth 14.99",
            ],
        );
        for (account, worth) in [("1010", "80"), ("1200", "40.02"), ("2000", "-24"), ("1400", "90")]
        {
            assert_eq!(at(&firm, account, "2026-03-31"), worth, "{account} on {}", firm.name);
        }
        let again = firm.must("March again", &run);
        assert_eq!((again.entry(), again.lines), (None, 0));
        firm.tick("2026-04-01");
        for (account, worth) in [("1010", "90"), ("1200", "45.01"), ("2000", "-27"), ("5901", "0")]
        {
            assert_eq!(at(&firm, account, "2026-04-01"), worth, "{account} on {}", firm.name);
        }
        assert_eq!(open(&firm, "1200").items.len(), 2, "the entry's items cleared one another");
        assert_eq!(firm.must("March, late", &run).entry(), None);
        let runs = firm.view(|view| revaluations(view));
        assert_eq!(
            (runs.len(), runs[0].entry, runs[0].reverses_on),
            (1, done.entry().unwrap(), d("2026-04-01"))
        );
        firm.clean();
    });
}

#[test]
fn what_comes_after_a_run_is_posted_by_the_next() {
    let firm = firm_of(in_memory());
    let run = Revalue::at(d("2026-03-31"));
    firm.must("March", &run);
    item(&firm, "late bill", "2026-03-30", "10 USD", "9 EUR");
    let more = firm.must("March again", &run);
    assert_eq!((more.lines, more.difference.to_decimal()), (1, dec("-1")));
    let correct =
        RateCorrection::new(Currency::EUR, Currency::USD, Some(dec("1.00")), d("2026-01-01"));
    firm.must("correct", &CorrectRates::new("SPOT", vec![correct]));
    firm.must("March at the right rate", &run);
    assert_eq!(
        (at(&firm, "1010", "2026-03-31"), at(&firm, "1200", "2026-03-31")),
        ("100".into(), "60.02".into())
    );
    firm.tick("2026-04-01");
    assert_eq!(
        (at(&firm, "1010", "2026-04-01"), at(&firm, "1200", "2026-04-01")),
        ("90".into(), "54.01".into())
    );
    firm.clean();
}

/// The account that stands for customers takes what they gain and lose: their items stay as they are.
#[test]
fn an_adjustment_account_stands_for_the_valued_one() {
    on_every_store(|firm| {
        let firm = firm_of(firm);
        let own = SetExchangeAccounts::new("GEN", "4900", "5900").of_account("1200");
        firm.must("adjusted", &own.clone().adjustment("1209"));
        let run = Revalue::at(d("2026-03-31"));
        firm.must("March", &run);
        assert_eq!(
            (at(&firm, "1200", "2026-03-31"), at(&firm, "1209", "2026-03-31")),
            ("45.01".into(), "-4.99".into())
        );
        assert_eq!(open(&firm, "1200").items.len(), 2);
        assert_eq!(firm.must("again", &run).entry(), None, "on {}", firm.name);
        // Another account from now on: what stands on the first still counts.
        firm.must("not adjusted", &own);
        assert_eq!(firm.must("and again", &run).entry(), None);
        firm.tick("2026-04-01");
        assert_eq!(at(&firm, "1209", "2026-04-01"), "0");
        firm.clean();
    });
}

#[test]
fn a_rate_that_is_missing_refuses_with_day_and_pair() {
    on_every_store(|firm| {
        let firm = firm_of(firm);
        item(&firm, "pounds", "2026-01-06", "5 GBP", "6 EUR");
        let commits = firm.books.driver().feed(0, 1000).unwrap().len();
        let error = firm.refused("March", &Revalue::at(d("2026-03-31")));
        assert_eq!(
            error.to_string(),
            "there is no rate of GBP in EUR on 2026-03-31 from source SPOT, for 5.00 GBP of account 1200: \
             record one for that day, or name another source",
        );
        assert_eq!(error.code(), "accounting.no_closing_rate");
        assert_eq!(firm.books.driver().feed(0, 1000).unwrap().len(), commits, "nothing is stored");
        let unknown = firm.refused("closing", &Revalue::at(d("2026-03-31")).source("CLOSING"));
        assert_eq!(unknown.code(), "accounting.unknown_rate_source");
        // A rate of zero is never on record.
        let zero = NewRate::new(Currency::EUR, Currency::GBP, dec("0"), d("2026-01-01"));
        let error = firm.refused("zero", &RecordRates::new("SPOT", vec![zero]));
        assert!(
            error.to_string().contains("0 for EUR/GBP from 2026-01-01: a rate is above zero"),
            "{error}"
        );
    });
}

/// A rate that nobody recorded since is no rate of the day, for who says how old one may be.
#[test]
fn a_rate_that_is_too_old() {
    let firm = firm_of(in_memory());
    let run = |days| Revalue::at(d("2026-03-31")).rates_no_older_than(days);
    let error = firm.refused("old", &run(88));
    assert_eq!(error.code(), "accounting.old_rate");
    assert!(error.to_string().contains("is of 2026-01-01, and none older than 88 days"), "{error}");
    assert_eq!(firm.view(|view| revaluation(view, &run(89))).lines.len(), 3);
    let job = firm.run_job("old", &mut run(88), &mut ());
    assert!(job.is_err());
    // An average of days is as good on the last of them.
    let span = NewRate::new(Currency::EUR, Currency::USD, dec("1.25"), d("2026-01-01"));
    let span = span.on("2026-01-01/2026-03-31".parse().unwrap());
    firm.must("quarter", &OpenRateSource::new("QUARTER", "Bank"));
    firm.must("average", &RecordRates::new("QUARTER", vec![span]));
    firm.must("by the average", &run(1).source("QUARTER"));
}

#[test]
fn as_it_was_known() {
    let firm = firm_of(in_memory());
    let run = Revalue::at(d("2026-03-31"));
    let difference = |minute: i64| {
        let known =
            firm.view(|view| revaluation_known_at(view, &run, crate::common::minute(minute)));
        (known.lines.len(), known.difference())
    };
    firm.at_minute(10);
    let bill = item(&firm, "late bill", "2026-03-30", "10 USD", "9 EUR");
    firm.at_minute(20);
    let correct =
        RateCorrection::new(Currency::EUR, Currency::USD, Some(dec("1.00")), d("2026-01-01"));
    firm.must("correct", &CorrectRates::new("SPOT", vec![correct]));
    firm.at_minute(30);
    let own = SetExchangeAccounts::new("GEN", "4900", "5900").of_account("1200");
    firm.must("adjusted", &own.adjustment("1209"));
    firm.must("March", &run);
    firm.at_minute(40);
    let paid = item(&firm, "paid", "2026-03-30", "-10 USD", "-9 EUR");
    firm.must("clear", &Clear::new("1200").all(bill).all(paid));
    assert_eq!(difference(0), (3, eur("-11.99")));
    assert_eq!(difference(10), (3, eur("-12.99")), "with the late bill");
    // 100 for 90; 60.02 for 54.01; -30 for -27.
    assert_eq!(difference(20), (3, eur("13.01")), "at the corrected rate");
    assert_eq!(difference(30), (3, eur("0")), "and posted, on whichever account");
    assert_eq!(difference(40), (3, eur("-1")), "what was cleared gained nothing after all");
    assert_eq!(firm.view(|view| revaluation(view, &run)).difference(), eur("-1"));
    firm.clean();
}

#[test]
fn other_refusals() {
    let firm = firm_of(in_memory());
    firm.must("remove", &RemoveExchangeAccounts::new(None, None));
    let error = firm.refused("nowhere", &Revalue::at(d("2026-03-31")));
    assert_eq!(error.code(), "accounting.no_exchange_accounts");
    firm.must("name", &SetExchangeAccounts::new("GEN", "4900", "5900"));
    let same_day = Revalue::at(d("2026-03-31")).reversing_on(d("2026-03-31"));
    assert_eq!(firm.refused("same day", &same_day).code(), "accounting.bad_input");
    firm.must("lock", &LockPeriod::new(202_603));
    let error = firm.refused("locked", &Revalue::at(d("2026-03-31")));
    assert_eq!(error.code(), "accounting.period_locked");
    assert_eq!(
        firm.refused("mark", &MarkMonetary::new(["4000"])).code(),
        "accounting.not_monetary"
    );
    assert_eq!(
        firm.refused("mark none", &MarkMonetary::new(["9"])).code(),
        "accounting.unknown_account"
    );
    assert!(firm.view(|view| revaluations(view)).is_empty());
    firm.clean();
}

/// April's run waits for the reversal of March's: else it would value what is about to move.
#[test]
fn an_earlier_run_is_reversed_first() {
    let firm = firm_of(in_memory());
    firm.must("March", &Revalue::at(d("2026-03-31")));
    let april = Revalue::at(d("2026-04-30"));
    let error = firm.refused("April", &april);
    assert_eq!(error.code(), "accounting.revaluation_not_reversed");
    assert!(error.to_string().contains("2026-03-31 is to be reversed on 2026-04-01"), "{error}");
    firm.tick("2026-04-01");
    let done = firm.must("April now", &april);
    assert_eq!(done.difference.to_decimal(), dec("12.01"), "10 and 5.01 up, 3 down");
    // One that stays, because somebody took its reversal back, is simply in the books.
    firm.must("it stays", &CancelReversal::new(done.entry().unwrap()));
    assert_eq!(firm.must("May", &Revalue::at(d("2026-05-31"))).entry(), None);
    firm.clean();
}

/// What was revalued in between realises the whole difference when it is settled.
#[test]
fn settlement_realises_the_whole() {
    let firm = firm_of(in_memory());
    let bill = item(&firm, "third bill", "2026-02-01", "10 USD", "8 EUR");
    for (name, day, next) in
        [("March", "2026-03-31", "2026-04-01"), ("April", "2026-04-30", "2026-05-01")]
    {
        firm.must(name, &Revalue::at(d(day)));
        firm.tick(next);
    }
    let paid = item(&firm, "paid", "2026-05-05", "-10 USD", "-11 EUR");
    let cleared = firm.must("clear", &Clear::new("1200").all(bill).all(paid));
    assert_eq!(cleared.difference.to_decimal(), dec("-3"));
    assert_eq!(
        (balance(&firm, "4900"), balance(&firm, "4901"), balance(&firm, "5901")),
        ("-3".into(), "0".into(), "0".into())
    );
    firm.clean();
}

#[test]
fn a_heading_marks_what_stands_under_it() {
    let firm = firm_of(in_memory());
    firm.must("all of it", &MarkMonetary::new(["1"]));
    firm.must("not by itself", &MarkMonetary::not(["1010", "1200", "1000"]));
    let codes = firm.view(|view| monetary_accounts(view));
    let codes: Vec<_> = codes.iter().map(|account| account.code.as_str()).collect();
    assert_eq!(codes, ["1000", "1010", "1200", "2000"]);
    firm.must("none", &MarkMonetary::not(["1", "2000"]));
    assert!(firm.view(|view| monetary_accounts(view)).is_empty());
    assert_eq!(firm.must("March", &Revalue::at(d("2026-03-31"))).entry(), None);
}

#[test]
fn as_a_job_it_does_the_same() {
    on_every_store(|firm| {
        let firm = firm_of(firm);
        let mut run = Revalue::at(d("2026-03-31"));
        let done = firm.run_job("March", &mut run, &mut ()).unwrap();
        assert_eq!((done.report.lines, done.report.difference.to_decimal()), (3, dec("-11.99")));
        assert!(firm.run_job("March", &mut run, &mut ()).unwrap().replayed);
        assert_eq!(firm.run_job("March 2", &mut run, &mut ()).unwrap().report.entry(), None);
        firm.clean();
    });
}

/// What is posted, and which rates are corrected, while the job runs is in what it posts.
#[test]
fn what_moves_while_the_job_runs_is_valued_again() {
    let firm = firm_of(in_memory());
    let mut moved = false;
    let mut watch = |_: &Progressed| {
        if !std::mem::replace(&mut moved, true) {
            firm.post("meanwhile", entry("1010", "2026-03-30", "10 USD", "9 EUR"));
            let rate =
                RateCorrection::new(Currency::EUR, Currency::USD, Some(dec("2")), d("2026-01-01"));
            firm.must("correct", &CorrectRates::new("SPOT", vec![rate]));
        }
        ControlFlow::Continue(())
    };
    let done = firm.run_job("March", &mut Revalue::at(d("2026-03-31")), &mut watch).unwrap();
    assert!(moved && done.report.entry().is_some());
    assert_eq!(
        (at(&firm, "1010", "2026-03-31"), at(&firm, "1200", "2026-03-31")),
        ("55".into(), "25.02".into())
    );
    assert_eq!(firm.must("again", &Revalue::at(d("2026-03-31"))).entry(), None);
    firm.clean();
}

/// Of many who run it at once one posts; and who posts meanwhile is in a run, or after it.
#[test]
fn runs_and_postings_at_once() {
    for (name, store) in stores() {
        let firm = firm_of(Firm::on(name, store));
        std::thread::scope(|scope| {
            for n in 0..3 {
                let books = firm.books.clone();
                scope.spawn(move || {
                    books.send(&format!("run {n}"), &Revalue::at(d("2026-03-31"))).unwrap()
                });
                let books = firm.books.clone();
                scope.spawn(move || {
                    let more = entry("1010", "2026-03-15", "10 USD", "9 EUR");
                    books.post(&format!("more {n}"), more).unwrap()
                });
            }
        });
        firm.must("the rest", &Revalue::at(d("2026-03-31")));
        assert_eq!(at(&firm, "1010", "2026-03-31"), "104", "on {name}");
        let moved: rust_decimal::Decimal = firm
            .view(|view| revaluations(view))
            .iter()
            .map(|run| run.difference.to_decimal())
            .sum();
        assert_eq!(moved, dec("-14.99"), "on {name}");
        firm.clean();
    }
}

mod anything {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 16, max_shrink_iters: 100, ..ProptestConfig::default() })]

        /// Whatever is posted: each account stands at the rate to the cent, a second run finds nothing, and the day after all
        /// is as if no run had been.
        #[test]
        fn stands_at_the_rate(
            lines in prop::collection::vec((0..4usize, -99_999..99_999i64, 1..200i64, 0..100u64), 1..12),
            rate in 1..40_000i64,
        ) {
            let firm = named(in_memory());
            firm.must("source", &OpenRateSource::new("SPOT", "Bank"));
            let rate = NewRate::new(Currency::USD, Currency::EUR, rust_decimal::Decimal::new(rate, 4), d("2026-01-01"));
            firm.must("rate", &RecordRates::new("SPOT", vec![rate.clone()]));
            firm.must("monetary", &MarkMonetary::new(["1", "2000"]));
            let accounts = ["1000", "1010", "1200", "2000"];
            for (n, (account, cents, worth, day)) in lines.iter().enumerate() {
                let day = d("2026-01-01") + chrono::Days::new(*day);
                let amount = Money::minor(*cents, Currency::USD);
                let worth = Money::minor(cents * worth / 100, Currency::EUR);
                if *cents != 0 {
                    let entry = entry(accounts[*account], &day.to_string(), &amount.to_string(), &worth.to_string());
                    firm.post(&format!("post {n}"), entry);
                }
            }
            let day = d("2026-03-31");
            let before: Vec<String> = accounts.iter().map(|code| at(&firm, code, "2026-04-30")).collect();
            let run = Revalue::at(day);
            let preview = firm.view(|view| revaluation(view, &run));
            let done = firm.must("March", &run);
            prop_assert_eq!(done.difference.to_decimal(), preview.difference().amount());
            for line in &preview.lines {
                let closing = line.worth.amount().normalize().to_string();
                prop_assert_eq!(at(&firm, &line.account, "2026-03-31"), closing);
            }
            prop_assert_eq!(firm.must("again", &run).entry(), None);
            firm.tick("2026-04-01");
            let after: Vec<String> = accounts.iter().map(|code| at(&firm, code, "2026-04-30")).collect();
            prop_assert_eq!(before, after);
            firm.clean();
        }
    }
}

/// What was entered instead of a run's entry would be none: run again, it would value the same once more.
#[test]
fn a_run_is_not_corrected_but_taken_back_and_run_again() {
    use fondaco_accounting::close::Correct;
    let firm = firm_of(in_memory());
    let valued = SetExchangeAccounts::new("GEN", "4900", "5900").adjustment("1209");
    firm.must("beside the account", &valued.of_account("1010"));
    let run = Revalue::at(d("2026-03-31"));
    let posted = firm.must("March", &run).entry().unwrap();
    let worth = |firm: &Firm| (at(firm, "1010", "2026-03-31"), at(firm, "1209", "2026-03-31"));
    assert_eq!(worth(&firm), ("90".to_owned(), "-10".to_owned()));
    let other =
        |n| NewEntry::new("GEN", d("2026-03-31")).debit("5100", eur(n)).credit("1209", eur(n));
    let refused = firm.refused("other account", &Correct::new(posted, other("10")));
    assert_eq!(refused.code(), "accounting.of_run");
    assert_eq!(
        refused.to_string(),
        format!(
            "entry {posted} is of the revaluation at 2026-03-31: reverse it, mend what was wrong, and run it again"
        ),
    );
    let back = firm.must("back", &Reverse::new(posted, d("2026-03-31"))).id;
    let refused = firm.refused("its reversal", &Correct::new(back, other("10")));
    assert_eq!(refused.code(), "accounting.of_run");
    firm.must("again", &run);
    assert_eq!(worth(&firm), ("90".to_owned(), "-10".to_owned()), "valued once");
    firm.clean();
}

/// What was monetary at a time, and under which heading, is not what is so today.
#[test]
fn what_was_monetary_then_is_valued_as_known_then() {
    let firm = firm_of(in_memory());
    let run = Revalue::at(d("2026-03-31"));
    let known = |at: i64| -> Vec<String> {
        let found = firm.view(|view| revaluation_known_at(view, &run, minute(at)));
        found.lines.iter().map(|line| line.account.to_string()).collect()
    };
    assert_eq!(known(0), ["1010", "1200", "2000"]);
    firm.at_minute(10);
    firm.must("no money", &MarkMonetary::not(["1010", "2000"]));
    assert_eq!(known(9), ["1010", "1200", "2000"], "as it was known before");
    assert_eq!(known(10), ["1200"]);
    firm.at_minute(20);
    firm.must("money after all", &MarkMonetary::new(["1010"]));
    assert_eq!(
        (known(9).len(), known(19), known(20)),
        (3, vec!["1200".into()], vec!["1010".into(), "1200".into()])
    );
}

/// Dollars that came at one rate and went at another leave euros of no dollars: realised once, and for good.
#[test]
fn what_is_left_of_money_that_is_gone_is_realised() {
    on_every_store(|firm| {
        let firm = firm_of(firm);
        let all = || at(&firm, "1010", "2026-12-31");
        let none = firm.must("some are there", &RealiseExchange::on(d("2026-01-31")));
        assert_eq!((none.lines, all()), (0, "90".into()));
        firm.post("spent", entry("1010", "2026-02-10", "-100 USD", "-84 EUR"));
        assert_eq!(all(), "6");
        let march = Revalue::at(d("2026-03-31"));
        firm.must("March", &march);
        let refused = firm.refused("too late", &RealiseExchange::on(d("2026-03-31")));
        assert_eq!(refused.code(), "accounting.revaluation_stands");
        firm.tick("2026-04-01");
        let before = firm.refused("before March was valued", &RealiseExchange::on(d("2026-03-15")));
        assert_eq!(before.code(), "accounting.revaluation_stands");
        let done = firm.must("April", &RealiseExchange::on(d("2026-04-30")));
        assert_eq!(done.difference.to_decimal(), dec("-6"), "on {}", firm.name);
        assert_eq!(
            lines(&firm, done.entry().unwrap()),
            ["1010 0.00 USD worth -6", "5900 6.00 EUR worth 6"],
        );
        assert_eq!((all(), at(&firm, "5900", "2026-12-31")), ("0".into(), "6".into()));
        let again = firm.must("again", &RealiseExchange::on(d("2026-04-30")));
        assert!(again.entries.is_empty());
        // Of what is gone nothing is left to be valued.
        let may = firm.view(|view| revaluation(view, &Revalue::at(d("2026-05-31"))));
        assert!(may.lines.iter().all(|line| line.account != "1010"));
        firm.clean();
    });
}
