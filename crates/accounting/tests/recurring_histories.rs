//! Random histories of a recurring entry, beside a model that lists its dates on its fingers.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::collections::BTreeSet;

use chrono::{Months, NaiveDate};
use common::*;
use fondaco_accounting::ledger::*;
use fondaco_core::recurrence::Recurrence;
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Step {
    Tick(u32),
    Skip(u32, u32),
    Pause,
    Resume(Missed),
    End(u32),
    Change(u32),
}

/// A day of 2026, counted from 0.
fn day(n: u32) -> NaiveDate {
    d("2026-01-01").checked_add_days(chrono::Days::new(n.into())).unwrap()
}

fn terms(start: NaiveDate, amount: i64) -> RecurringTerms {
    let amount = eur(&amount.to_string());
    let entry = NewEntry::new("GEN", start).debit("5100", amount).credit("1000", amount);
    RecurringTerms::new(entry, Recurrence::monthly())
}

/// The first 28 days of a month, so that every month has the day.
fn start_of_terms(n: u32) -> NaiveDate {
    d("2026-01-01")
        .checked_add_months(Months::new(n / 28))
        .and_then(|month| month.checked_add_days(chrono::Days::new((n % 28).into())))
        .unwrap()
}

/// What should be: dates and amounts, and what became of them.
struct Naive {
    terms: Vec<(NaiveDate, i64)>,
    through: Option<NaiveDate>,
    ends: Option<NaiveDate>,
    status: RecurringStatus,
    skipped: BTreeSet<NaiveDate>,
    clock: NaiveDate,
    posted: Vec<(String, String)>,
}

impl Naive {
    /// All dates of all terms, some years on.
    fn dates(&self) -> Vec<(NaiveDate, i64)> {
        let mut dates = Vec::new();
        for (at, (start, amount)) in self.terms.iter().enumerate() {
            let until = self.terms.get(at + 1).map(|next| next.0);
            let all = (0..60).map(|n| start.checked_add_months(Months::new(n)).unwrap());
            let all = all.take_while(|date| until.is_none_or(|until| *date < until));
            dates.extend(all.map(|date| (date, *amount)));
        }
        dates.retain(|(date, _)| self.ends.is_none_or(|ends| *date <= ends));
        dates
    }

    fn open(&self) -> Vec<(NaiveDate, i64)> {
        let mut dates = self.dates();
        dates.retain(|(date, _)| Some(*date) > self.through && !self.skipped.contains(date));
        dates
    }

    fn settle(&mut self) {
        if self.open().is_empty() {
            self.status = RecurringStatus::Ended;
        }
    }

    fn tick(&mut self, now: NaiveDate) {
        if self.status != RecurringStatus::Active || now < self.clock {
            return;
        }
        for (date, amount) in self.open().into_iter().filter(|(date, _)| *date <= now) {
            self.posted.push((date.to_string(), amount.to_string()));
            (self.through, self.clock) = (Some(date), now);
        }
        self.settle();
    }

    /// Whether the step is taken, for all but ticks.
    fn take(&mut self, step: &Step, amount: i64) -> bool {
        if self.status == RecurringStatus::Ended {
            return false;
        }
        match step {
            Step::Tick(_) => return true,
            Step::Pause => self.status = RecurringStatus::Paused,
            Step::Resume(missed) => {
                if self.status == RecurringStatus::Paused && *missed == Missed::Skip {
                    self.through = self.through.max(Some(d("2026-05-31")));
                }
                self.status = RecurringStatus::Active;
            }
            Step::End(last) => self.ends = Some(day(*last)),
            Step::Skip(..) => {
                let date = self.skipped_by(step);
                let known = self.dates().iter().any(|(known, _)| *known == date);
                if !known || Some(date) <= self.through || !self.skipped.insert(date) {
                    return false;
                }
            }
            Step::Change(n) => {
                let start = start_of_terms(*n);
                if Some(start) <= self.through || self.ends.is_some_and(|ends| ends < start) {
                    return false;
                }
                self.terms.retain(|known| known.0 < start);
                self.terms.push((start, amount));
            }
        }
        self.settle();
        true
    }

    /// The date that a skip names: one of the rule's, or the day after.
    fn skipped_by(&self, step: &Step) -> NaiveDate {
        let Step::Skip(n, late) = step else { panic!("{step:?} skips nothing") };
        let dates = self.dates();
        let date = dates.get(*n as usize).map_or(d("2026-07-07"), |(date, _)| *date);
        date.checked_add_days(chrono::Days::new((*late).into())).unwrap()
    }
}

fn send(firm: &Firm, name: &str, step: &Step, naive: &Naive, amount: i64) -> bool {
    match step {
        Step::Tick(_) => true,
        Step::Pause => firm.send(name, &PauseRecurring::new("rent")).is_ok(),
        Step::Resume(missed) => firm.send(name, &ResumeRecurring::new("rent", *missed)).is_ok(),
        Step::End(last) => firm.send(name, &EndRecurring::new("rent", day(*last))).is_ok(),
        Step::Skip(..) => {
            firm.send(name, &SkipRecurring::new("rent", naive.skipped_by(step))).is_ok()
        }
        Step::Change(n) => {
            let terms = terms(start_of_terms(*n), amount);
            firm.send(name, &ChangeRecurring::new("rent", terms)).is_ok()
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (0..365u32).prop_map(Step::Tick),
        2 => (0..14u32, prop::sample::select(vec![0, 0, 0, 1])).prop_map(|(n, l)| Step::Skip(n, l)),
        1 => Just(Step::Pause),
        2 => prop::sample::select(vec![Missed::Post, Missed::Skip]).prop_map(Step::Resume),
        1 => (60..365u32).prop_map(Step::End),
        2 => (0..28 * 12u32).prop_map(Step::Change),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_is_that_of_the_model(first in 0..28 * 6u32, steps in prop::collection::vec(step(), 1..25)) {
        let firm = in_memory().set_up();
        let start = start_of_terms(first);
        firm.must("start", &StartRecurring::new("rent", terms(start, 1)));
        let mut naive = Naive {
            terms: vec![(start, 1)],
            through: None,
            ends: None,
            status: RecurringStatus::Active,
            skipped: BTreeSet::new(),
            clock: NaiveDate::MIN,
            posted: vec![],
        };
        for (n, step) in steps.iter().enumerate() {
            let (name, amount) = (format!("step {n}"), n as i64 + 2);
            if let Step::Tick(now) = step {
                naive.tick(day(*now));
                firm.tick(&day(*now).to_string());
                continue;
            }
            let sent = send(&firm, &name, step, &naive, amount);
            prop_assert_eq!(sent, naive.take(step, amount), "{:?}", step);
        }
        prop_assert_eq!(&firm.posted_by("recurring/"), &naive.posted);
        let stands = firm.view(|view| recurring_entries(view)).remove(0);
        prop_assert_eq!((stands.status, stands.posted as usize), (naive.status, naive.posted.len()));
        prop_assert_eq!(stands.next, naive.open().first().map(|(date, _)| *date));
        firm.clean();
    }
}
