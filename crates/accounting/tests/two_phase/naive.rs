//! Random batches against the simplest two-phase ledger there is: plain sums, one step after the other, a copy of everything
//! before each chain.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::*;
use fondaco_store::{Memory, Sqlite};
use fondaco_testkit::Model;
use proptest::prelude::*;

/// Without a limit; its debits limited, its credits limited; without a limit and not tracked.
const ACCOUNTS: [&str; 4] = ["free", "debits", "credits", "plain"];

#[derive(Debug, Clone, Copy)]
struct Sent {
    debit: usize,
    credit: usize,
    cents: i64,
    balancing: Option<Balancing>,
    held: bool,
    closing: Option<Closing>,
    minutes: Option<u32>,
}

#[derive(Debug, Clone, Copy)]
enum Deed {
    Send(Sent),
    /// Of an earlier step, if that many were: posts so many cents of it, or all.
    Post(usize, Option<i64>),
    Void(usize),
}

#[derive(Debug, Clone, Copy)]
struct Step {
    deed: Deed,
    linked: bool,
    /// Sends an earlier step once more instead.
    again: Option<usize>,
}

#[derive(Debug, Clone)]
enum Turn {
    Batch(Vec<Step>),
    Minutes(i64),
}

fn balancing() -> impl Strategy<Value = Option<Balancing>> {
    let some = prop_oneof![Just(Balancing::Debit), Just(Balancing::Credit), Just(Balancing::Both)];
    prop::option::weighted(0.2, some)
}

fn sent() -> impl Strategy<Value = Sent> {
    let closing = prop_oneof![Just(Closing::Debit), Just(Closing::Credit), Just(Closing::Both)];
    let closing = prop::option::weighted(0.15, closing);
    let parts = (0..4usize, 1..4usize, 0..60i64, balancing(), any::<bool>(), closing);
    (parts, prop::option::weighted(0.4, 1..4u32)).prop_map(|(parts, minutes)| {
        let (debit, other, cents, balancing, held, closing) = parts;
        let credit = (debit + other) % 4;
        Sent { debit, credit, cents, balancing, held, closing, minutes }
    })
}

fn step() -> impl Strategy<Value = Step> {
    let cents = prop::option::weighted(0.6, 0..60i64);
    let deed = prop_oneof![
        5 => sent().prop_map(Deed::Send),
        2 => (0..40usize, cents).prop_map(|(of, cents)| Deed::Post(of, cents)),
        1 => (0..40usize).prop_map(Deed::Void),
    ];
    let again = prop::option::weighted(0.15, 0..40usize);
    (deed, prop::bool::weighted(0.25), again).prop_map(|(deed, linked, again)| Step {
        deed,
        linked,
        again,
    })
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let turn = prop_oneof![
        5 => prop::collection::vec(step(), 1..8).prop_map(Turn::Batch),
        1 => (1..4i64).prop_map(Turn::Minutes),
    ];
    prop::collection::vec(turn, 1..12)
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Sums {
    posted: [i64; 2],
    pending: [i64; 2],
    closed: bool,
}

#[derive(Debug, Clone, Copy)]
struct Held {
    sent: Sent,
    cents: i64,
    ends: Option<i64>,
    settled: Option<&'static str>,
}

#[derive(Debug, Clone, Copy)]
enum Known {
    Entry,
    Held(Held),
    Settling,
    Failed,
}

#[derive(Clone, Default)]
struct Naive {
    sums: [Sums; 4],
    known: BTreeMap<usize, Known>,
    now: i64,
}

type Code = &'static str;

impl Naive {
    fn step(&mut self, number: usize, deed: Deed) -> Result<(), Code> {
        match self.known.get(&number) {
            Some(Known::Failed) => return Err("key_failed"),
            Some(_) => return Err("again"),
            None => {}
        }
        let known = match deed {
            Deed::Send(sent) => self.send(sent)?,
            Deed::Post(of, cents) => self.settle(of, Some(cents))?,
            Deed::Void(of) => self.settle(of, None)?,
        };
        self.known.insert(number, known);
        Ok(())
    }

    fn send(&mut self, sent: Sent) -> Result<Known, Code> {
        let sides = [(sent.debit, 0), (sent.credit, 1)];
        if sides.iter().any(|(account, _)| self.sums[*account].closed) {
            return Err("account_closed");
        }
        let mut cents = sent.cents;
        for (account, side) in sides {
            let mine = match sent.balancing {
                None => false,
                Some(Balancing::Debit) => side == 0,
                Some(Balancing::Credit) => side == 1,
                Some(Balancing::Both) => true,
            };
            if mine && account == 3 {
                return Err("not_tracked");
            }
            if mine {
                let sums = self.sums[account];
                let room = sums.posted[1 - side] - sums.posted[side] - sums.pending[side];
                cents = cents.min(room.max(0));
            }
        }
        for (account, side) in sides {
            let sums = self.sums[account];
            let over = sums.posted[side] + sums.pending[side] + cents > sums.posted[1 - side];
            match (account, side) {
                (1, 0) if over => return Err("exceeds_credits"),
                (2, 1) if over => return Err("exceeds_debits"),
                _ => {}
            }
        }
        for (account, side) in sides {
            let sums = &mut self.sums[account];
            let layer = if sent.held { &mut sums.pending } else { &mut sums.posted };
            layer[side] += cents;
            sums.closed |= sent.held && sent.closes(side);
        }
        if !sent.held {
            return Ok(Known::Entry);
        }
        let ends = sent.minutes.map(|minutes| self.now + i64::from(minutes));
        Ok(Known::Held(Held { sent, cents, ends, settled: None }))
    }

    /// Posts so much, or all; with no `post`, voids.
    fn settle(&mut self, of: usize, post: Option<Option<i64>>) -> Result<Known, Code> {
        let held = match self.known.get(&of) {
            Some(Known::Held(held)) => *held,
            None | Some(Known::Failed) => return Err("unknown_pending"),
            Some(_) => return Err("not_pending"),
        };
        let cents = post.map(|cents| cents.unwrap_or(held.cents));
        if cents.is_some_and(|cents| cents > held.cents) {
            return Err("exceeds_pending");
        }
        if let Some(settled) = held.settled {
            return Err(settled);
        }
        if held.ends.is_some_and(|ends| ends <= self.now) {
            return Err("pending_expired");
        }
        let sides = [(held.sent.debit, 0), (held.sent.credit, 1)];
        if post.is_some() && sides.iter().any(|(account, _)| self.sums[*account].closed) {
            return Err("account_closed");
        }
        let settled =
            if post.is_some() { "pending_already_posted" } else { "pending_already_voided" };
        self.release(of, settled);
        for (account, side) in sides {
            self.sums[account].posted[side] += cents.unwrap_or(0);
        }
        Ok(Known::Settling)
    }

    fn release(&mut self, of: usize, settled: &'static str) {
        let Some(Known::Held(held)) = self.known.get_mut(&of) else { return };
        held.settled = Some(settled);
        let held = *held;
        for (account, side) in [(held.sent.debit, 0), (held.sent.credit, 1)] {
            self.sums[account].pending[side] -= held.cents;
            self.sums[account].closed &= !held.sent.closes(side);
        }
    }

    fn expire(&mut self) {
        let due =
            |held: &Held| held.settled.is_none() && held.ends.is_some_and(|ends| ends <= self.now);
        let ended: Vec<usize> = self
            .known
            .iter()
            .filter(|(_, known)| matches!(known, Known::Held(held) if due(held)))
            .map(|(number, _)| *number)
            .collect();
        ended.into_iter().for_each(|of| self.release(of, "pending_expired"));
    }

    /// A batch: chains on a copy.
    fn batch(&mut self, steps: &[(usize, Deed, bool)]) -> Vec<Code> {
        let mut codes = Vec::new();
        while codes.len() < steps.len() {
            let from = codes.len();
            let rest = &steps[from..];
            let end = rest.iter().position(|(.., linked)| !linked);
            let chain = &rest[..=end.unwrap_or(rest.len() - 1)];
            let mut copy = self.clone();
            let mut found: Vec<Code> = Vec::new();
            for (number, deed, _) in &chain[..chain.len() - usize::from(end.is_none())] {
                match copy.step(*number, *deed) {
                    Ok(()) => found.push("ok"),
                    Err(code) => {
                        found.push(code);
                        break;
                    }
                }
            }
            let whole = end.is_some() && found.iter().all(|code| *code == "ok");
            if whole {
                *self = copy;
            } else {
                let cause = found.iter().position(|code| *code != "ok");
                found = (0..chain.len())
                    .map(|at| if Some(at) == cause { found[at] } else { "linked_failed" })
                    .collect();
                if end.is_none() {
                    *found.last_mut().unwrap() = "linked_open";
                }
            }
            for ((number, ..), code) in chain.iter().zip(&found) {
                let passing =
                    ["exceeds_credits", "exceeds_debits", "account_closed", "unknown_pending"];
                if passing.contains(code) {
                    self.known.insert(*number, Known::Failed);
                }
            }
            codes.extend(found);
        }
        codes
    }
}

impl Sent {
    fn closes(&self, side: usize) -> bool {
        match self.closing {
            None => false,
            Some(Closing::Debit) => side == 0,
            Some(Closing::Credit) => side == 1,
            Some(Closing::Both) => true,
        }
    }
}

fn cents(cents: i64) -> fondaco_core::Money {
    fondaco_core::Money::minor(cents, fondaco_core::Currency::EUR)
}

fn item(number: usize, deed: Deed, linked: bool) -> Item {
    let key = smol_str::format_smolstr!("k{number}");
    let named = |of: usize| PendingRef::Key(smol_str::format_smolstr!("k{of}"));
    let options = SettleOptions { key: Some(key.clone()), linked, ..SettleOptions::default() };
    match deed {
        Deed::Void(of) => Item::Void(VoidPending { options, ..VoidPending::new(named(of)) }),
        Deed::Post(of, part) => {
            let part = part.map_or(Part::All, |part| Part::Amount(cents(part)));
            Item::Post(PostPending { part, options, ..PostPending::new(named(of)) })
        }
        Deed::Send(sent) => {
            let (debit, credit) = (ACCOUNTS[sent.debit], ACCOUNTS[sent.credit]);
            let entry = NewEntry::new("GEN", d("2026-06-01"))
                .debit(debit, cents(sent.cents))
                .credit(credit, cents(sent.cents));
            let balancing = sent.balancing;
            let options = EntryOptions { key: Some(key), linked, balancing, ..Default::default() };
            let entry = NewEntry { options: Some(Box::new(options)), ..entry };
            match sent.held {
                false => Item::Entry(entry),
                true => {
                    let expires = sent.minutes.map(|minutes| Expiry::After(minutes * 60));
                    Item::Pending(NewPending { entry, expires, closing: sent.closing })
                }
            }
        }
    }
}

fn opened(firm: Firm) -> Firm {
    let firm = firm.set_up();
    let account = |code: &str| NewAccount::new(code, code, AccountClass::Asset);
    let accounts = vec![
        account("free").tracked(),
        account("debits").limit(AccountLimit::DebitsWithinCredits),
        account("credits").limit(AccountLimit::CreditsWithinDebits),
        account("plain"),
    ];
    firm.must("accounts", &OpenAccounts::new(accounts));
    firm
}

fn stands(firm: &Firm, account: usize) -> Sums {
    use fondaco_core::Reading;
    let code = ACCOUNTS[account];
    let row = firm.view(|view| Ok(view.peek::<Account>(&code.into())?)).unwrap();
    let totals = firm.view(|view| totals(view, code));
    let of = |get: fn(&Totals) -> Amount| totals.first().map_or(0, |t| get(t).units() / 100);
    Sums {
        posted: [of(|t| t.debit), of(|t| t.credit)],
        pending: [of(|t| t.pending_debit), of(|t| t.pending_credit)],
        closed: row.closed.is_some(),
    }
}

fn play(firm: &Firm, turns: &[Turn]) {
    let mut naive = Naive::default();
    let mut sent: Vec<(Deed, bool)> = Vec::new();
    for (turn, what) in turns.iter().enumerate() {
        match what {
            Turn::Minutes(minutes) => {
                naive.now += minutes;
                firm.at_minute(naive.now);
                firm.tick(&minute(naive.now).to_string());
                naive.expire();
            }
            Turn::Batch(steps) => {
                let mut batch = Vec::new();
                for step in steps {
                    let again = step.again.filter(|again| *again < sent.len());
                    let number = again.unwrap_or(sent.len());
                    if again.is_none() {
                        sent.push((step.deed, step.linked));
                    }
                    let (deed, linked) = sent[number];
                    batch.push((number, deed, linked));
                }
                let items =
                    batch.iter().map(|(number, deed, linked)| item(*number, *deed, *linked));
                let name = format!("turn {turn}");
                let command = RecordEach::new(items.collect());
                let answer = firm.must_done(&name, &command);
                let expected = naive.batch(&batch);
                assert_eq!(codes(&answer.answer), expected, "{batch:#?}");
                let again = firm.must_done(&name, &command);
                assert!(again.replayed && again.answer == answer.answer);
            }
        }
        for (account, sums) in naive.sums.iter().enumerate() {
            let mut expected = *sums;
            if account == 3 {
                expected.posted = [0, 0]; // nobody asked for its totals
            }
            assert_eq!(stands(firm, account), expected, "{} after {what:?}", ACCOUNTS[account]);
        }
    }
    firm.clean();
    for account in &ACCOUNTS[..3] {
        let rows = firm.view(|view| history(view, &MovementQuery::account(*account)));
        let last = firm.view(|view| totals(view, account));
        if let (Some(row), Some(last)) = (rows.last(), last.first()) {
            assert_eq!(row.totals, *last, "the history of {account} ends where it stands");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn batches_end_as_in_a_naive_ledger(turns in turns()) {
        play(&opened(Firm::on("memory", Arc::new(Memory::new()))), &turns);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn on_sqlite_and_behind_an_asynchronous_host_too(turns in turns()) {
        play(&opened(Firm::on("sqlite", Arc::new(Sqlite::in_memory().unwrap()))), &turns);
        play(&opened(Firm::unloaded("model, not loaded", Arc::new(Model::new()))), &turns);
    }
}
