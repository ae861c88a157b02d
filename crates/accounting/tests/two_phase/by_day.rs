//! Limits by day: what is dated earlier than others may not leave a later day without what it spent; against a naive ledger.

use std::sync::Arc;

use crate::*;
use chrono::{Days, NaiveDate};
use fondaco_accounting::close::SetReversalStyle;
use fondaco_core::{Currency, Money};
use fondaco_store::{Memory, Sqlite};
use fondaco_testkit::Model;
use proptest::prelude::*;

/// The till takes out what was put in, a wallet likewise on its other side, and there is one without a limit.
const ACCOUNTS: [&str; 3] = ["cash", "purse", "free"];

fn opened(firm: Firm) -> Firm {
    let firm = firm.set_up();
    let cash = NewAccount::new("cash", "Cash", AccountClass::Asset);
    let purse = NewAccount::new("purse", "Purse", AccountClass::Liability);
    let accounts = vec![
        cash.limit_by_day(AccountLimit::CreditsWithinDebits),
        purse.limit_by_day(AccountLimit::DebitsWithinCredits),
        NewAccount::new("free", "Free", AccountClass::Asset),
    ];
    firm.must("accounts", &OpenAccounts::new(accounts));
    firm
}

fn on(day: u64) -> NaiveDate {
    d("2026-01-28") + Days::new(day)
}

fn paid(debit: usize, credit: usize, cents: i64, day: u64) -> NewEntry {
    let amount = Money::minor(cents, Currency::EUR);
    NewEntry::new("GEN", on(day)).debit(ACCOUNTS[debit], amount).credit(ACCOUNTS[credit], amount)
}

#[derive(Debug, Clone, Copy)]
struct Sent {
    debit: usize,
    credit: usize,
    cents: i64,
    day: u64,
}

#[derive(Debug, Clone)]
enum Step {
    Post(Sent),
    Each(Vec<Sent>),
    Hold(Sent),
    Capture(usize, i64, u64),
    Void(usize),
    Reverse(usize, u64),
}

fn sent() -> impl Strategy<Value = Sent> {
    (0..3usize, 1..3usize, 1..40i64, 0..9u64).prop_map(|(debit, other, cents, day)| Sent {
        debit,
        credit: (debit + other) % 3,
        cents,
        day,
    })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        5 => sent().prop_map(Step::Post),
        2 => prop::collection::vec(sent(), 1..5).prop_map(Step::Each),
        2 => sent().prop_map(Step::Hold),
        2 => (0..6usize, 1..40i64, 0..9u64).prop_map(|(n, cents, day)| Step::Capture(n, cents, day)),
        1 => (0..6usize).prop_map(Step::Void),
        1 => (0..9usize, 0..9u64).prop_map(|(n, day)| Step::Reverse(n, day)),
    ];
    prop::collection::vec(step, 1..30)
}

/// What each day gives or takes of the room of both limited accounts.
#[derive(Default, Clone)]
struct Naive {
    moved: Vec<(usize, u64, i64)>,
    /// What is held, until it is settled.
    held: Vec<Option<Sent>>,
    posted: Vec<Option<Sent>>,
}

impl Naive {
    fn moves(sent: Sent, sign: i64, held: bool) -> Vec<(usize, u64, i64)> {
        let mut moves = Vec::new();
        for (account, is_debit) in [(sent.debit, true), (sent.credit, false)] {
            let takes = (account == 0) != is_debit;
            match account {
                2 => {}
                _ if takes => moves.push((account, sent.day, -sign * sent.cents)),
                // What is held on the other side is not there yet.
                _ if held => {}
                _ => moves.push((account, sent.day, sign * sent.cents)),
            }
        }
        moves
    }

    /// Whether both accounts have room at the end of each day with these moves; then they are made.
    fn allow(&mut self, moves: Vec<(usize, u64, i64)>) -> bool {
        let all: Vec<_> = self.moved.iter().copied().chain(moves).collect();
        let left = |account: usize, day: u64| -> i64 {
            all.iter().filter(|(of, at, _)| *of == account && *at <= day).map(|(.., by)| by).sum()
        };
        let fits = [0, 1].iter().all(|account| (0..10).all(|day| left(*account, day) >= 0));
        if fits {
            self.moved = all;
        }
        fits
    }
}

const REFUSALS: [&str; 3] =
    ["accounting.exceeds_on_day", "accounting.exceeds_credits", "accounting.exceeds_debits"];

fn is_ok<T>(result: Result<T, LedgerError>) -> Option<T> {
    result.inspect_err(|error| assert!(REFUSALS.contains(&error.code()), "{error}")).ok()
}

fn play(firm: &Firm, steps: &[Step]) {
    let (mut naive, mut holds, mut entries) = (Naive::default(), Vec::new(), Vec::new());
    for (n, step) in steps.iter().enumerate() {
        let name = format!("step {n}");
        let whole = |sent: &Sent| paid(sent.debit, sent.credit, sent.cents, sent.day);
        match step {
            Step::Post(sent) => {
                let posted = is_ok(firm.send(&name, &Post::new(whole(sent))));
                let allowed = naive.allow(Naive::moves(*sent, 1, false));
                assert_eq!(posted.is_some(), allowed, "{sent:?} on {}", firm.name);
                if let Some(posted) = posted {
                    entries.push(posted.answer.id);
                    naive.posted.push(Some(*sent));
                }
            }
            Step::Each(all) => {
                let each = PostEach::new(all.iter().map(whole).collect());
                let answers = firm.must(&name, &each).entries;
                for (sent, answer) in all.iter().zip(answers) {
                    let allowed = naive.allow(Naive::moves(*sent, 1, false));
                    assert_eq!(answer.is_ok(), allowed, "{sent:?} of {all:?} on {}", firm.name);
                }
            }
            Step::Hold(sent) => {
                let held =
                    is_ok(firm.send(&name, &RecordPending::new(NewPending::new(whole(sent)))));
                let allowed = naive.allow(Naive::moves(*sent, 1, true));
                assert_eq!(held.is_some(), allowed, "held {sent:?} on {}", firm.name);
                if let Some(held) = held {
                    holds.push(held.answer.id);
                    naive.held.push(Some(*sent));
                }
            }
            Step::Capture(of, cents, day) => {
                let Some(sent) = naive.held.get(*of).copied().flatten() else { continue };
                let cents = (*cents).min(sent.cents);
                let capture = PostPending::new(holds[*of]).on(on(*day));
                let done =
                    is_ok(firm.send(&name, &capture.amount(Money::minor(cents, Currency::EUR))));
                let mut moves = Naive::moves(sent, -1, true);
                moves.extend(Naive::moves(Sent { cents, day: *day, ..sent }, 1, false));
                assert_eq!(
                    done.is_some(),
                    naive.allow(moves),
                    "{sent:?} as {step:?} on {}",
                    firm.name
                );
                if done.is_some() {
                    naive.held[*of] = None;
                }
            }
            Step::Void(of) => {
                let Some(sent) = naive.held.get(*of).copied().flatten() else { continue };
                firm.must(&name, &VoidPending::new(holds[*of]));
                assert!(naive.allow(Naive::moves(sent, -1, true)));
                naive.held[*of] = None;
            }
            Step::Reverse(of, day) => {
                let Some(sent) = naive.posted.get(*of).copied().flatten() else { continue };
                let day = (*day).max(sent.day);
                let done = is_ok(firm.send(&name, &Reverse::new(entries[*of], on(day))));
                let allowed = naive.allow(Naive::moves(Sent { day, ..sent }, -1, false));
                assert_eq!(
                    done.is_some(),
                    allowed,
                    "{sent:?} taken back on {day} on {}",
                    firm.name
                );
                if done.is_some() {
                    naive.posted[*of] = None;
                }
            }
        }
    }
    firm.clean();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_day_is_left_without_what_it_spent(steps in steps(), storno in any::<bool>()) {
        let firm = opened(Firm::on("memory", Arc::new(Memory::new())));
        if storno {
            firm.must("storno", &SetReversalStyle::new(ReversalStyle::SameSide));
        }
        play(&firm, &steps);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn nor_on_sqlite_or_behind_an_asynchronous_host(steps in steps()) {
        play(&opened(Firm::on("sqlite", Arc::new(Sqlite::in_memory().unwrap()))), &steps);
        play(&opened(Firm::unloaded("model, not loaded", Arc::new(Model::new()))), &steps);
    }
}

/// A hundred on the tenth, spent on the tenth: nothing of it can be spent on the fifth. By the order of recording it could.
#[test]
fn what_is_dated_before_others_takes_from_their_days() {
    on_every_store(|firm| {
        let firm = opened(firm);
        firm.post("in", paid(0, 2, 100, 0));
        firm.post("spent", paid(2, 0, 100, 9));
        firm.post("in again", paid(0, 2, 50, 10));
        let early = firm.refused("early", &Post::new(paid(2, 0, 10, 5)));
        assert_eq!(early.code(), "accounting.exceeds_on_day");
        let text = "account cash: at the end of 2026-02-06 its credits would exceed its debits by 0.10 EUR; \
                    date it later, post less, or put the difference on its other side by then";
        assert_eq!(early.to_string(), text);
        firm.must(
            "in order of recording",
            &ChangeAccount::limit("cash", AccountLimit::CreditsWithinDebits),
        );
        firm.post("early after all", paid(2, 0, 10, 5));
        firm.must(
            "by day",
            &ChangeAccount::limit_by_day("cash", AccountLimit::CreditsWithinDebits),
        );
        // What is broken before takes nothing on its days, and is mended by what comes on the other side.
        assert_eq!(
            firm.refused("more", &Post::new(paid(2, 0, 1, 7))).code(),
            "accounting.exceeds_on_day"
        );
        firm.post("later", paid(2, 0, 1, 11));
        firm.post("mended", paid(0, 2, 10, 3));
        assert_eq!(
            firm.refused("none left", &Post::new(paid(2, 0, 1, 7))).code(),
            "accounting.exceeds_on_day"
        );
        firm.clean();
    });
}
