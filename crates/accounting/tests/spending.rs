//! Spending limits: what counts, over which days, who is refused and who warned; on every store, and among many writers.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Datelike;
use common::*;
use fondaco_accounting::Books;
use fondaco_accounting::currency::{NewRate, OpenRateSource, RecordRates};
use fondaco_accounting::ledger::*;
use fondaco_core::{CompanyId, Currency, Reading};
use fondaco_store::{Memory, Sqlite};
use proptest::prelude::*;

fn buy(date: &str, amount: &str) -> NewEntry {
    NewEntry::new("GEN", d(date)).debit("5000", eur(amount)).credit("1000", eur(amount))
}

fn pay_with(card: &str, date: &str, amount: &str) -> NewEntry {
    NewEntry::new("GEN", d(date))
        .posting(NewPosting::debit("5000", eur(amount)).dimension("card", card))
        .credit("1000", eur(amount))
}

fn limit(code: &str) -> SetSpendingLimit {
    SetSpendingLimit::new(code, code, Currency::EUR)
}

fn spent(firm: &Firm, code: &str, date: &str) -> Vec<(String, String)> {
    let report = firm.view(|view| spending(view, code, d(date)));
    let line =
        |line: &SpendingLine| (line.value.to_string(), line.spent.amount().normalize().to_string());
    report.lines.iter().map(line).collect()
}

fn one(firm: &Firm, code: &str, date: &str) -> String {
    let lines = spent(firm, code, date);
    assert_eq!(lines.len(), 1);
    lines[0].1.clone()
}

#[test]
fn a_card_s_limit_per_day() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let cards = limit("CARDS").account("5").each("card").over(Window::Day);
        firm.must("cards", &cards.refuse_above(eur("100")));
        firm.post("1", pay_with("a", "2026-03-02", "60"));
        firm.post("2", pay_with("b", "2026-03-02", "60"));
        firm.post("no card", buy("2026-03-02", "1000"));
        let refused = firm.refused("3", &Post::new(pay_with("a", "2026-03-02", "40.01")));
        assert_eq!(refused.code(), "accounting.spending_limit", "on {}", firm.name);
        firm.post("4", pay_with("a", "2026-03-02", "40"));
        firm.post("5", pay_with("a", "2026-03-03", "100"));
        let day = [("a".to_owned(), "100".to_owned()), ("b".to_owned(), "60".to_owned())];
        assert_eq!(spent(&firm, "CARDS", "2026-03-02"), day);
        firm.clean();
    });
}

#[test]
fn a_project_s_budget_warns_and_then_refuses() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let on = |project: &str, amount: &str| {
            NewEntry::new("GEN", d("2026-04-01"))
                .posting(NewPosting::debit("5100", eur(amount)).dimension("project", project))
                .credit("1000", eur(amount))
        };
        firm.post("before", on("Rialto", "10")); // counts all the same
        let budget = limit("RIALTO").dimension("project", "Rialto");
        firm.must("budget", &budget.warn_above(eur("80")).refuse_above(eur("100")));
        assert_eq!(one(&firm, "RIALTO", "2026-04-01"), "10");
        firm.post("another", on("Lido", "500"));
        firm.post("fine", on("Rialto", "70"));
        let done = firm.must("warned", &Post::new(on("Rialto", "15")));
        assert_eq!(
            firm.refused_entry(on("Rialto", "6")),
            "accounting.spending_limit",
            "on {}",
            firm.name
        );
        let excesses = firm.view(|view| spending_excesses(view, "RIALTO"));
        let kept: Vec<_> = excesses.iter().map(|kept| (kept.entry, kept.reason)).collect();
        assert_eq!(kept, [(done.id, ExcessKind::Warned)]);
        assert_eq!(excesses[0].total.to_decimal(), dec("95"));
        // A reversal gives room again.
        firm.must("back", &Reverse::new(done.id, d("2026-04-02")));
        firm.post("then", on("Rialto", "20"));
        firm.clean();
    });
}

#[test]
fn each_item_of_a_batch_is_judged_after_those_before_it() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.must("limit", &limit("L").account("5000").over(Window::Month).refuse_above(eur("10")));
        let back =
            NewEntry::new("GEN", d("2026-03-05")).debit("1000", eur("6")).credit("5000", eur("6"));
        let batch = vec![
            buy("2026-03-02", "8"),
            buy("2026-03-03", "3"), // 11
            buy("2026-04-03", "3"), // another month
            back,                   // 2 left
            buy("2026-03-06", "8"),
            buy("2026-03-06", "0.01"),
        ];
        let answers = firm.must("each", &PostEach::new(batch.clone())).entries;
        let posted: Vec<bool> = answers.iter().map(Result::is_ok).collect();
        assert_eq!(posted, [true, false, true, true, true, false], "on {}", firm.name);
        assert_eq!(one(&firm, "L", "2026-03-31"), "10");
        let refused = firm
            .refused("many", &PostMany::new(vec![buy("2026-04-01", "1"), buy("2026-04-01", "7")]));
        assert!(matches!(&refused, LedgerError::At { index: 1, .. }), "{refused}");
        assert_eq!(one(&firm, "L", "2026-04-30"), "3");
        firm.clean();
    });
}

/// What is too much for a moment is refused, even if the batch as a whole would be within the limit.
#[test]
fn a_batch_may_not_borrow_from_its_end() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.must("limit", &limit("L").account("5000").refuse_above(eur("10")));
        let back =
            NewEntry::new("GEN", d("2026-03-05")).debit("1000", eur("6")).credit("5000", eur("6"));
        let refused = firm.refused("many", &PostMany::new(vec![buy("2026-03-02", "12"), back]));
        assert_eq!(refused.code(), "accounting.spending_limit");
        firm.clean();
    });
}

#[test]
fn what_is_measured() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        for (code, measure) in [
            ("ND", Measure::NetDebits),
            ("NC", Measure::NetCredits),
            ("D", Measure::Debits),
            ("C", Measure::Credits),
        ] {
            firm.must(code, &limit(code).account("1000").measure(measure));
        }
        firm.post("in", sale("2026-03-01", "30"));
        firm.post("out", buy("2026-03-01", "12"));
        let sums = ["ND", "NC", "D", "C"].map(|code| one(&firm, code, "2026-03-01"));
        assert_eq!(sums, ["18", "-18", "30", "12"], "on {}", firm.name);
        firm.clean();
    });
}

#[test]
fn a_limit_in_dollars_counts_dollars_and_one_in_the_ledger_s_currency_all() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let dollars = SetSpendingLimit::new("USD", "Dollars", Currency::USD).account("1010");
        firm.must("usd", &dollars.refuse_above(usd("100")));
        firm.must("eur", &limit("EUR").account("1010").refuse_above(eur("85")));
        let change = |dollars: &str, euros: &str| {
            NewEntry::new("GEN", d("2026-03-01"))
                .conversion()
                .posting(NewPosting::debit("1010", usd(dollars)).worth(eur(euros)))
                .credit("1000", eur(euros))
        };
        firm.post("buy", change("90", "80"));
        let too_many = firm.refused("more", &Post::new(change("11", "5")));
        assert!(too_many.to_string().starts_with("spending limit USD: 101.00 USD"), "{too_many}");
        let too_dear = firm.refused("dear", &Post::new(change("9", "6")));
        assert!(too_dear.to_string().starts_with("spending limit EUR: 86.00 EUR"), "{too_dear}");
        firm.clean();
    });
}

#[test]
fn nobody_passes_under_a_limit_by_a_worth_of_his_own() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let rate = NewRate::new(Currency::USD, Currency::EUR, dec("0.9"), d("2026-01-01"));
        firm.must("spot", &OpenRateSource::new("SPOT", "Central bank"));
        firm.must("rate", &RecordRates::new("SPOT", vec![rate]));
        firm.must("limit", &limit("L").refuse_above(eur("1000")));
        let spend = |dollars: &str, euros: &str| {
            NewEntry::new("GEN", d("2026-03-02"))
                .posting(NewPosting::debit("5100", usd(dollars)).worth(eur(euros)))
                .posting(NewPosting::credit("1010", usd(dollars)).worth(eur(euros)))
        };
        let refused = firm.send("cheat", &Post::new(spend("1000000", "0.01"))).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "account 5100: 1000000.00 USD is said to be worth 0.01 EUR, and by the rate on record it is 900000.00 EUR: \
             spending limit L takes worths within a tenth of that; correct the worth or the rate on record, \
             or have somebody post it who may exceed the limit"
        );
        // In parts it is the same.
        assert_eq!(firm.refused_entry(spend("100", "0.01")), "accounting.spending_worth");
        assert_eq!(firm.refused_entry(spend("100", "80.99")), "accounting.spending_worth");
        firm.post("the bank's rate", spend("100", "81.00"));
        // What is given back does not make more room than it is worth.
        let mut back = spend("10", "900");
        back.postings.iter_mut().for_each(|posting| posting.side = posting.side.opposite());
        assert_eq!(firm.refused_entry(back), "accounting.spending_worth");
        let exceeding = PostExceeding::new(spend("10", "1"), "a gift in kind");
        let gift = firm.must("gift", &exceeding);
        // What stands is taken back as it is.
        firm.must("back", &Reverse::new(gift.id, d("2026-03-03")));
        firm.clean();
    });
}

#[test]
fn limits_are_changed_and_ended() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.must("limit", &limit("L").account("5000").refuse_above(eur("10")));
        firm.post("march", buy("2026-03-01", "4"));
        firm.post("april", buy("2026-04-01", "5"));
        firm.must("end", &EndSpendingLimit::new("L", d("2026-03-31")));
        assert_eq!(one(&firm, "L", "2026-03-01"), "4");
        firm.post("much", buy("2026-04-02", "100"));
        firm.must("longer", &EndSpendingLimit::new("L", d("2026-04-01")));
        assert_eq!(one(&firm, "L", "2026-03-01"), "9");
        assert_eq!(firm.refused_entry(buy("2026-03-02", "2")), "accounting.spending_limit");
        firm.must("lines", &ChangeSpendingLimit::new("L").refuse_above(eur("11")));
        firm.post("two", buy("2026-03-02", "2"));
        firm.must("none", &ChangeSpendingLimit::new("L"));
        firm.post("any", buy("2026-03-02", "2000"));
        firm.clean();
    });
}

/// What an account brings along when it comes under another heading.
#[test]
fn accounts_come_under_limits_and_leave_them() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let travel = vec![
            NewAccount::heading("7", "Travel", AccountClass::Expense).parent("5"),
            NewAccount::new("7000", "Trains", AccountClass::Expense).parent("7"),
        ];
        firm.must("travel", &OpenAccounts::new(travel));
        firm.must("limit", &limit("L").account("5").refuse_above(eur("100")));
        firm.must("trains", &limit("T").account("7"));
        let ride = NewEntry::new("GEN", d("2026-03-01"))
            .debit("7000", eur("30"))
            .credit("1000", eur("30"));
        firm.post("ride", ride.clone());
        firm.post("goods", buy("2026-03-01", "60"));
        assert_eq!(
            (one(&firm, "L", "2026-03-01"), one(&firm, "T", "2026-03-01")),
            ("90".into(), "30".into())
        );
        firm.must("away", &ChangeAccount::move_under("7", None));
        assert_eq!(
            (one(&firm, "L", "2026-03-01"), one(&firm, "T", "2026-03-01")),
            ("60".into(), "30".into())
        );
        firm.clean();
        firm.post("goods too", buy("2026-03-01", "40"));
        firm.must("back", &ChangeAccount::move_under("7", Some("5".into())));
        assert_eq!(one(&firm, "L", "2026-03-01"), "130"); // above the line: nobody is refused for what was
        assert_eq!(firm.refused_entry(ride), "accounting.spending_limit");
        firm.clean();
    });
}

#[test]
fn what_is_wrong_with_a_limit_is_named() {
    let firm = in_memory().set_up();
    let refused = |what: &str, command: &SetSpendingLimit| firm.refused(what, command).to_string();
    let said = [
        ("line", refused("a", &limit("L").refuse_above(usd("5")))),
        ("order", refused("b", &limit("L").warn_above(eur("5")).refuse_above(eur("4")))),
        ("days", refused("c", &limit("L").from(d("2026-03-02")).until(d("2026-03-01")))),
        ("account", refused("d", &limit("L").account("9999"))),
        ("each", refused("e", &limit("L").dimension("card", "a").each("card"))),
        ("digits", refused("f", &limit("L").refuse_above(money("5.001 EUR")))),
        ("name", refused("g", &limit("L").each(""))),
    ];
    let expected = [
        "refuse_above: 5.00 USD is not in EUR, the currency of the limit",
        "warn_above: it is above refuse_above, so nothing would ever be warned of: lower it",
        "end: ",
        "there is no account 9999: open it first, or correct the code",
        "each: card has one value already: leave either out",
        "refuse_above: 5.001 EUR is below zero or has more digits than the currency",
        "dimensions: a dimension has a name, such as cost_centre",
    ];
    for ((what, said), expected) in said.iter().zip(expected) {
        assert!(said.starts_with(expected), "{what}: {said}");
    }
    firm.must("limit", &limit("L"));
    assert_eq!(firm.refused("again", &limit("L")).code(), "accounting.exists");
    let unknown = firm.refused("none", &ChangeSpendingLimit::new("X"));
    assert_eq!(
        unknown.to_string(),
        "there is no spending limit X: set it first, or correct the code"
    );
    let no_reason = firm.refused("why", &PostExceeding::new(buy("2026-03-01", "1"), " "));
    assert_eq!(no_reason.to_string(), "why: say why the limit is exceeded");
}

/// Writers who spend from one budget at once: together never more than it allows, and all of what it allows.
#[test]
fn many_writers_spend_one_budget() {
    let stores: [(&str, Arc<dyn fondaco_core::store::Store>); 2] =
        [("memory", Arc::new(Memory::new())), ("sqlite", Arc::new(Sqlite::in_memory().unwrap()))];
    for (name, store) in stores {
        let firm = Firm::on(name, store.clone()).set_up();
        firm.must(
            "limit",
            &limit("L").account("5000").warn_above(eur("55")).refuse_above(eur("60")),
        );
        let posted: usize = std::thread::scope(|scope| {
            let write = |writer: usize| {
                let books = Books::open(store.clone(), CompanyId::named("acme")).unwrap();
                let post = move |n: usize| {
                    let entry = buy("2026-03-01", if n.is_multiple_of(2) { "1" } else { "2" });
                    match books.post(&format!("{writer}/{n}"), entry) {
                        Ok(_) => true,
                        Err(error) => {
                            assert_eq!(
                                error.code(),
                                "accounting.spending_limit",
                                "on {name}: {error}"
                            );
                            false
                        }
                    }
                };
                (0..15).filter(|&n| post(n)).count()
            };
            let writers: Vec<_> = (0..4).map(|writer| scope.spawn(move || write(writer))).collect();
            writers.into_iter().map(|writer| writer.join().unwrap()).sum()
        });
        assert_eq!(one(&firm, "L", "2026-03-01"), "60", "on {name}, {posted} entries");
        // Each entry that left the sum above 55 was warned of, and no other.
        let excesses = firm.view(|view| spending_excesses(view, "L"));
        let mut totals: Vec<_> = excesses.iter().map(|kept| kept.total.to_decimal()).collect();
        totals.sort();
        assert!(totals.windows(2).all(|pair| pair[0] < pair[1]), "{totals:?}");
        assert!(totals.iter().all(|total| (dec("55")..=dec("60")).contains(total)), "{totals:?}");
        assert_eq!(totals.last(), Some(&dec("60")));
        firm.clean();
    }
}

/// A payment under a key that a limit refused is allowed under the same key, once.
#[test]
fn an_override_takes_the_key_of_what_was_refused() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.must("limit", &limit("L").account("5000").refuse_above(eur("10")));
        let payment = || buy("2026-03-01", "12").key("payment/1").kind("card").tag("order", "7");
        let refused = firm.refused("payment", &Post::new(payment()));
        assert_eq!(refused.code(), "accounting.spending_limit");
        let allowed = firm.must("allowed", &PostExceeding::new(payment(), "the owner said so"));
        assert_eq!(firm.post("again", payment()), allowed, "on {}", firm.name);
        let twice = firm.must("twice", &PostExceeding::new(payment(), "said so twice"));
        assert_eq!(twice, allowed);
        assert_eq!(one(&firm, "L", "2026-03-01"), "12");
        assert_eq!(firm.view(|view| spending_excesses(view, "L")).len(), 1);
        firm.clean();
    });
}

/// A history of entries, limits and reversals.
#[derive(Debug, Clone)]
enum Step {
    Buy { account: usize, card: usize, day: u32, cents: i64 },
    Refund { account: usize, card: usize, day: u32, cents: i64 },
    Batch(Vec<Step>),
}

fn step() -> impl Strategy<Value = Step> {
    let one = || (0usize..2, 0usize..3, 1u32..60, 1i64..60);
    let buy =
        || one().prop_map(|(account, card, day, cents)| Step::Buy { account, card, day, cents });
    let refund =
        || one().prop_map(|(account, card, day, cents)| Step::Refund { account, card, day, cents });
    prop_oneof![
        6 => buy(),
        2 => refund(),
        2 => prop::collection::vec(prop_oneof![buy(), refund()], 1..6).prop_map(Step::Batch),
    ]
}

const ACCOUNTS: [&str; 2] = ["5000", "5100"];

fn entry_of(step: &Step) -> NewEntry {
    let (account, card, day, cents, back) = match step {
        Step::Buy { account, card, day, cents } => (*account, *card, *day, *cents, false),
        Step::Refund { account, card, day, cents } => (*account, *card, *day, *cents, true),
        Step::Batch(_) => unreachable!("a batch is several"),
    };
    let date = d("2026-01-01") + chrono::Days::new(u64::from(day));
    let amount = fondaco_core::Money::minor(cents, Currency::EUR);
    let side = if back { Side::Credit } else { Side::Debit };
    let mut posting = NewPosting::new(ACCOUNTS[account], side, amount);
    if card > 0 {
        posting = posting.dimension("card", ["", "a", "b"][card]);
    }
    NewEntry::new("GEN", date).posting(posting).posting(NewPosting::new(
        "1000",
        side.opposite(),
        amount,
    ))
}

/// The naive ledger: cents by card and day, by month and account.
#[derive(Default)]
struct Naive {
    cards: BTreeMap<(usize, u32), i64>,
    months: BTreeMap<u32, i64>,
}

impl Naive {
    fn take(&mut self, step: &Step) -> bool {
        let (account, card, day, cents) = match *step {
            Step::Buy { account, card, day, cents } => (account, card, day, cents),
            Step::Refund { account, card, day, cents } => (account, card, day, -cents),
            Step::Batch(_) => unreachable!("a batch is several"),
        };
        let month = (d("2026-01-01") + chrono::Days::new(u64::from(day))).month();
        let of_card = self.cards.get(&(card, day)).copied().unwrap_or(0) + cents;
        let of_month = self.months.get(&month).copied().unwrap_or(0) + cents;
        if cents > 0 && (card > 0 && of_card > 80 || account == 0 && of_month > 300) {
            return false;
        }
        if card > 0 {
            self.cards.insert((card, day), of_card);
        }
        if account == 0 {
            self.months.insert(month, of_month);
        }
        true
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn limits_are_those_of_a_naive_ledger(steps in prop::collection::vec(step(), 1..60), late in any::<bool>()) {
        for (name, store) in in_process() {
            let firm = Firm::on(name, store).set_up();
            let set = |firm: &Firm| {
                firm.must("cards", &limit("C").each("card").over(Window::Day).refuse_above(eur("0.80")));
                firm.must("month", &limit("M").account("5000").over(Window::Month).refuse_above(eur("3")));
            };
            if !late { set(&firm) }
            let mut naive = Naive::default();
            for (n, step) in steps.iter().enumerate() {
                let parts = match step { Step::Batch(parts) => parts.clone(), one => vec![one.clone()] };
                let entries = parts.iter().map(entry_of).collect();
                let answers = firm.must(&format!("{n}"), &PostEach::new(entries)).entries;
                if !late {
                    let expected: Vec<bool> = parts.iter().map(|part| naive.take(part)).collect();
                    let posted: Vec<bool> = answers.iter().map(Result::is_ok).collect();
                    prop_assert_eq!(posted, expected, "step {} on {}", n, name);
                }
            }
            if late { set(&firm) }
            firm.clean();
        }
    }
}

/// What is pending counts, is released by posting, voiding and the clock, and is posted whatever has become of the limit.
#[test]
fn holds_count_towards_limits() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.must("zone", &limit("L").account("5000").over(Window::Day).refuse_above(eur("100")));
        let hold = |name: &str, date: &str, amount: &str| {
            let pending = NewPending::new(buy(date, amount)).expires_after(3600);
            firm.must(name, &RecordPending::new(pending)).id
        };
        let sums = |date: &str| {
            let report = firm.view(|view| spending(view, "L", d(date)));
            let line = &report.lines[0];
            [line.spent, line.held, line.left.unwrap()]
                .map(|sum| sum.amount().normalize().to_string())
        };
        let first = hold("hold", "2026-06-01", "60");
        let second = hold("hold too", "2026-06-01", "40");
        assert_eq!(sums("2026-06-01"), ["0", "100", "0"], "on {}", firm.name);
        assert_eq!(firm.refused_entry(buy("2026-06-01", "0.01")), "accounting.spending_limit");
        let more = RecordPending::new(NewPending::new(buy("2026-06-01", "0.01")));
        assert_eq!(firm.refused("more", &more).code(), "accounting.spending_limit");
        firm.must("void", &VoidPending::new(second));
        assert_eq!(sums("2026-06-01"), ["0", "60", "40"]);
        // A part is posted, on another day that is full: what was held is not refused.
        firm.post("full", buy("2026-06-02", "100"));
        let posted =
            firm.must("capture", &PostPending::new(first).amount(eur("50")).on(d("2026-06-02")));
        assert_eq!(sums("2026-06-01"), ["0", "0", "100"]);
        assert_eq!(sums("2026-06-02"), ["150", "0", "-50"]);
        let excesses = firm.view(|view| spending_excesses(view, "L"));
        let kept: Vec<_> =
            excesses.iter().map(|kept| (kept.entry, kept.reason, kept.pending)).collect();
        assert_eq!(kept, [(posted.entry.id, ExcessKind::Held, false)]);
        let third = hold("expires", "2026-06-01", "70");
        assert_eq!(sums("2026-06-01"), ["0", "70", "30"]);
        firm.clean();
        // A limit that is set later counts what is pending, and one that ends forgets it.
        firm.must("late", &limit("M").account("5").refuse_above(eur("1000")));
        let both = |code: &str| {
            let report = firm.view(|view| spending(view, code, d("2026-06-01")));
            [report.lines[0].spent, report.lines[0].held]
                .map(|sum| sum.amount().normalize().to_string())
        };
        assert_eq!(both("M"), ["150", "70"]);
        firm.must("ends", &EndSpendingLimit::new("M", d("2026-05-31")));
        assert_eq!(both("M"), ["0", "0"]);
        firm.tick("2026-06-01T02:00:00Z");
        let gone = firm.view(|view| Ok(view.peek::<PendingSettled>(&third)?));
        assert_eq!(gone.map(|gone| gone.settled), Some(Settled::Expired));
        assert_eq!(sums("2026-06-01"), ["0", "0", "100"], "on {}", firm.name);
        firm.clean();
    });
}
