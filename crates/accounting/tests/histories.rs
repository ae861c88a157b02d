//! Random histories of all commands against the simplest ledger there is: a list of entries, every balance a full sum.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike, Days, NaiveDate};
use common::*;
use fondaco_accounting::ledger::*;
use fondaco_core::{Currency, Id};
use fondaco_store::{Memory, OrderedStore, Sqlite};
use fondaco_testkit::{Blocking, Model, Unloaded};
use proptest::prelude::*;

/// Account, currency, amount and worth in ten-thousandths (debits positive), site.
type Cell = (&'static str, Currency, i128, i128, Option<&'static str>);

/// An entry as the naive ledger keeps it.
#[derive(Clone)]
struct Kept {
    id: Id<Entry>,
    invoice: bool,
    date: NaiveDate,
    recorded: i64,
    lines: Vec<Cell>,
    reversed: bool,
}

#[derive(Default)]
struct Naive {
    entries: Vec<Kept>,
    locked: Vec<u32>,
    closed: BTreeMap<&'static str, NaiveDate>,
    now: i64,
}

const LEAVES: [&str; 6] = ["1000", "1200", "2000", "4000", "5000", "5100"];
const SITES: [&str; 2] = ["A", "B"];

#[derive(Debug, Clone)]
struct Line {
    account: usize,
    cents: i64,
    dollars: bool,
    site: Option<usize>,
}

#[derive(Debug, Clone)]
struct Sketch {
    invoice: bool,
    day: u64,
    lines: Vec<Line>,
    unbalanced: bool,
}

#[derive(Debug, Clone)]
enum Step {
    Post(Sketch),
    Many(Vec<Sketch>),
    Each(Vec<Sketch>),
    Reverse(usize, u64),
    Lock(u32),
    Unlock(u32),
    Close(usize, u64),
    Ask(Question),
}

#[derive(Debug, Clone)]
struct Question {
    account: usize,
    from: Option<u64>,
    through: Option<u64>,
    known: Option<i64>,
    dollars: bool,
    site: Option<usize>,
}

/// Two fiscal years and some days on either side.
fn day_of(n: u64) -> NaiveDate {
    d("2025-12-25") + Days::new(n)
}

fn days() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 7..372u64, 2 => 7..70u64, 1 => 0..750u64]
}

fn line() -> impl Strategy<Value = Line> {
    (
        0..LEAVES.len(),
        0..50_000i64,
        prop::bool::weighted(0.2),
        prop::option::weighted(0.3, 0..SITES.len()),
    )
        .prop_map(|(account, cents, dollars, site)| Line { account, cents, dollars, site })
}

fn sketch() -> impl Strategy<Value = Sketch> {
    (
        prop::bool::weighted(0.3),
        days(),
        prop::collection::vec(line(), 1..4),
        prop::bool::weighted(0.05),
    )
        .prop_map(|(invoice, day, lines, unbalanced)| Sketch {
            invoice,
            day,
            lines,
            unbalanced,
        })
}

fn question() -> impl Strategy<Value = Question> {
    (
        0..LEAVES.len() + 3,
        prop::option::of(days()),
        prop::option::weighted(0.8, days()),
        prop::option::weighted(0.3, 0..40i64),
        prop::bool::weighted(0.2),
        prop::option::weighted(0.2, 0..SITES.len()),
    )
        .prop_map(|(account, from, through, known, dollars, site)| Question {
            account,
            from,
            through,
            known,
            dollars,
            site,
        })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => sketch().prop_map(Step::Post),
        2 => prop::collection::vec(sketch(), 0..6).prop_map(Step::Many),
        2 => prop::collection::vec(sketch(), 0..6).prop_map(Step::Each),
        2 => (0..20usize, days()).prop_map(|(n, day)| Step::Reverse(n, day)),
        1 => (1..25u32).prop_map(Step::Lock),
        1 => (1..25u32).prop_map(Step::Unlock),
        1 => (0..LEAVES.len(), days()).prop_map(|(account, day)| Step::Close(account, day)),
        4 => question().prop_map(Step::Ask),
    ]
}

/// A line and its mirror on suppliers' account, worth nine tenths of a dollar where it is in dollars.
fn new_entry(sketch: &Sketch) -> NewEntry {
    let journal = if sketch.invoice { "INV" } else { "GEN" };
    let mut entry = NewEntry::new(journal, day_of(sketch.day));
    for line in &sketch.lines {
        let currency = if line.dollars { Currency::USD } else { Currency::EUR };
        let amount = fondaco_core::Money::minor(line.cents, currency);
        let dress = |mut posting: NewPosting| {
            if line.dollars {
                posting = posting.rate(dec("0.9"));
            }
            match line.site {
                Some(site) => posting.dimension("site", SITES[site]),
                None => posting,
            }
        };
        entry = entry
            .posting(dress(NewPosting::debit(LEAVES[line.account], amount)))
            .posting(dress(NewPosting::credit("2000", amount)));
    }
    if sketch.unbalanced {
        entry = entry.debit("1000", eur("0.01"));
    }
    entry
}

/// What the dollars of a sketch are worth in cents, line by line: nine tenths of all of them, rounded half up, of which
/// each line gets its whole cents, and those that lost most get one of the cents that are left.
fn worths(sketch: &Sketch) -> Vec<i128> {
    let dollars = |line: &Line| if line.dollars { i128::from(line.cents) } else { 0 };
    let all: i128 = sketch.lines.iter().map(dollars).sum();
    let worth = (all * 9 + 5) / 10;
    let mut parts: Vec<i128> =
        sketch.lines.iter().map(|line| worth * dollars(line) / all.max(1)).collect();
    let mut losers: Vec<usize> = (0..parts.len()).collect();
    losers.sort_by_key(|&at| -(worth * dollars(&sketch.lines[at]) % all.max(1)));
    let left = worth - parts.iter().sum::<i128>();
    losers.into_iter().take(left as usize).for_each(|at| parts[at] += 1);
    parts
}

/// In ten-thousandths.
fn cells(sketch: &Sketch) -> Vec<Cell> {
    let mut out = Vec::new();
    for (line, worth) in sketch.lines.iter().zip(worths(sketch)) {
        let amount = i128::from(line.cents) * 100;
        let (currency, worth) = match line.dollars {
            true => (Currency::USD, worth * 100),
            false => (Currency::EUR, amount),
        };
        let site = line.site.map(|site| SITES[site]);
        out.push((LEAVES[line.account], currency, amount, worth, site));
        out.push(("2000", currency, -amount, -worth, site));
    }
    out
}

fn month_of(date: NaiveDate) -> Option<u32> {
    (2026..=2027).contains(&date.year()).then(|| (date.year() as u32 - 2026) * 12 + date.month())
}

impl Naive {
    /// The code of the refusal of an entry.
    fn judge(
        &self,
        invoice: bool,
        date: NaiveDate,
        lines: &[Cell],
        unbalanced: bool,
    ) -> Result<(), &'static str> {
        match month_of(date) {
            None => return Err("accounting.no_period"),
            Some(month) if self.locked.contains(&month) => return Err("accounting.period_locked"),
            Some(_) => {}
        }
        let closed = |account: &str| self.closed.get(account).is_some_and(|last| date > *last);
        if lines.iter().any(|line| closed(line.0)) || (unbalanced && closed("1000")) {
            return Err("accounting.account_not_open");
        }
        if unbalanced {
            return Err("accounting.unbalanced");
        }
        let later =
            |kept: &Kept| kept.invoice && kept.date.year() == date.year() && kept.date > date;
        if invoice && self.entries.iter().any(later) {
            return Err("accounting.out_of_order");
        }
        Ok(())
    }

    /// Takes an entry that was posted; gives the number it must have.
    fn keep(&mut self, id: Id<Entry>, invoice: bool, date: NaiveDate, lines: Vec<Cell>) -> i64 {
        let recorded = self.now;
        self.entries.push(Kept { id, invoice, date, recorded, lines, reversed: false });
        let same = |kept: &&Kept| kept.invoice == invoice && kept.date.year() == date.year();
        self.entries.iter().filter(same).count() as i64
    }

    fn accepts(&mut self, sketch: &Sketch) -> Result<(), &'static str> {
        self.judge(sketch.invoice, day_of(sketch.day), &cells(sketch), sketch.unbalanced)
    }

    fn posted(&mut self, sketch: &Sketch, posted: &Posted) {
        let number = self.keep(posted.id, sketch.invoice, day_of(sketch.day), cells(sketch));
        assert_eq!(posted.number.number(), Some(number), "gapless, in order");
    }

    fn can_close(&self, account: &str, last: NaiveDate) -> bool {
        let mut sums: BTreeMap<Currency, (i128, i128)> = BTreeMap::new();
        for kept in &self.entries {
            for line in kept.lines.iter().filter(|line| line.0 == account) {
                if kept.date > last {
                    return false;
                }
                let sum = sums.entry(line.1).or_default();
                *sum = (sum.0 + line.2, sum.1 + line.3);
            }
        }
        sums.values().all(|sum| *sum == (0, 0))
    }

    fn sum(&self, question: &Question) -> (i128, i128) {
        let wanted: Vec<&str> = match question.account {
            n if n < LEAVES.len() => vec![LEAVES[n]],
            n if n == LEAVES.len() => LEAVES.to_vec(),
            n if n == LEAVES.len() + 1 => vec!["1000", "1200"],
            _ => vec!["5000", "5100"],
        };
        let asked = |kept: &&Kept| {
            question.from.is_none_or(|from| day_of(from) <= kept.date)
                && question.through.is_none_or(|through| kept.date <= day_of(through))
                && question.known.is_none_or(|known| kept.recorded <= known)
        };
        let lines = self.entries.iter().filter(asked).flat_map(|kept| &kept.lines);
        let fits = |line: &&Cell| {
            wanted.contains(&line.0)
                && (!question.dollars || line.1 == Currency::USD)
                && question.site.is_none_or(|wanted| line.4 == Some(SITES[wanted]))
        };
        lines.filter(fits).fold((0, 0), |sum, line| (sum.0 + line.2, sum.1 + line.3))
    }
}

fn query(question: &Question) -> BalanceQuery {
    let mut query = match question.account {
        n if n < LEAVES.len() => BalanceQuery::account(LEAVES[n]),
        n if n == LEAVES.len() => BalanceQuery::all(),
        n if n == LEAVES.len() + 1 => BalanceQuery::subtree("1"),
        _ => BalanceQuery::subtree("5"),
    };
    if let Some(from) = question.from {
        query = query.from(day_of(from));
    }
    if let Some(through) = question.through {
        query = query.until(day_of(through));
    }
    if let Some(known) = question.known {
        query = query.known_at(minute(known));
    }
    if question.dollars {
        query = query.currency(Currency::USD);
    }
    match question.site {
        Some(site) => query.dimension("site", SITES[site]),
        None => query,
    }
}

fn period_of(month: u32) -> PeriodKey {
    (2026 + (month as i32 - 1) / 12) * 100 + (month as i32 - 1) % 12 + 1
}

fn same<T: std::fmt::Debug>(ours: Result<T, LedgerError>, naive: Result<(), &str>) -> Option<T> {
    match (ours, naive) {
        (Ok(answer), Ok(())) => Some(answer),
        (Err(error), Err(code)) => {
            assert_eq!(error.code(), code);
            None
        }
        (ours, naive) => panic!("the ledger says {ours:?}, the naive one {naive:?}"),
    }
}

fn take(firm: &Firm, naive: &mut Naive, name: &str, step: &Step) {
    match step {
        Step::Post(sketch) => {
            let ours = firm.send(name, &Post::new(new_entry(sketch)));
            if let Some(done) = same(ours, naive.accepts(sketch)) {
                naive.posted(sketch, &done.answer);
                let again = firm.send(name, &Post::new(new_entry(sketch))).unwrap();
                assert_eq!((again.replayed, again.position), (true, done.position));
                assert_eq!(again.answer, done.answer);
            }
        }
        Step::Many(sketches) => {
            let ours = firm.send(name, &PostMany::new(sketches.iter().map(new_entry).collect()));
            let before = naive.entries.clone();
            let refused = sketches.iter().position(|sketch| {
                let accepted = naive.accepts(sketch).is_ok();
                if accepted {
                    naive.keep(Id::from_u128(0), sketch.invoice, day_of(sketch.day), cells(sketch));
                }
                !accepted
            });
            naive.entries = before;
            assert_eq!(ours.is_err(), refused.is_some(), "{ours:?}");
            if let Ok(done) = ours {
                let pairs = sketches.iter().zip(&done.answer.entries);
                pairs.for_each(|(sketch, posted)| naive.posted(sketch, posted));
            }
        }
        Step::Each(sketches) => {
            let each = firm.must(name, &PostEach::new(sketches.iter().map(new_entry).collect()));
            for (sketch, ours) in sketches.iter().zip(&each.entries) {
                match (ours, naive.accepts(sketch)) {
                    (Ok(posted), Ok(())) => naive.posted(sketch, posted),
                    (Err(refused), Err(code)) => assert_eq!(refused.code, code),
                    (ours, naive) => panic!("the ledger says {ours:?}, the naive one {naive:?}"),
                }
            }
        }
        Step::Reverse(n, day) => {
            let Some(at) = n.checked_rem(naive.entries.len()) else { return };
            let (kept, date) = (naive.entries[at].clone(), day_of(*day));
            let back = |line: &Cell| (line.0, line.1, -line.2, -line.3, line.4);
            let lines: Vec<Cell> = kept.lines.iter().map(back).collect();
            let judged = match kept.reversed {
                true => Err("accounting.already_reversed"),
                false if date < kept.date => Err("accounting.bad_input"),
                false => naive.judge(kept.invoice, date, &lines, false),
            };
            if let Some(done) = same(firm.send(name, &Reverse::new(kept.id, date)), judged) {
                naive.entries[at].reversed = true;
                let number = naive.keep(done.answer.id, kept.invoice, date, lines);
                assert_eq!(done.answer.number.number(), Some(number));
            }
        }
        Step::Lock(month) => {
            firm.must(name, &LockPeriod { period: period_of(*month) });
            naive.locked.push(*month);
        }
        Step::Unlock(month) => {
            firm.must(name, &UnlockPeriod { period: period_of(*month) });
            naive.locked.retain(|locked| locked != month);
        }
        Step::Close(account, day) => {
            let (account, last) = (LEAVES[*account], day_of(*day));
            let judged =
                naive.can_close(account, last).then_some(()).ok_or("accounting.cannot_close");
            if same(firm.send(name, &CloseAccount::new(account, last)), judged).is_some() {
                naive.closed.insert(account, last);
            }
        }
        Step::Ask(question) => {
            let rows = firm.balances(&query(question));
            let units = |amount: rust_decimal::Decimal| {
                use rust_decimal::prelude::ToPrimitive;
                (amount * dec("10000")).to_i128().unwrap()
            };
            let ours = rows.iter().fold((0, 0), |sum, row| {
                let amounts = &row.amounts;
                let balance = units(amounts.balance(row.currency).amount());
                (sum.0 + balance, sum.1 + units(amounts.ledger_balance()))
            });
            assert_eq!(ours, naive.sum(question), "{question:?} on {}", firm.name);
        }
    }
}

fn play(firm: Firm, steps: &[Step]) {
    let firm = firm.set_up();
    firm.must("2027", &OpenFiscalYear::calendar_year(2027));
    let mut naive = Naive::default();
    for (n, step) in steps.iter().enumerate() {
        naive.now = n as i64;
        firm.at_minute(naive.now);
        take(&firm, &mut naive, &format!("step {n}"), step);
    }
    for account in 0..LEAVES.len() + 3 {
        for through in [None, Some(0), Some(6), Some(7), Some(37), Some(40), Some(371), Some(749)] {
            let question =
                Question { account, from: None, through, known: None, dollars: false, site: None };
            take(&firm, &mut naive, "", &Step::Ask(question));
        }
    }
    firm.clean();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_ledger_says_what_a_list_of_entries_says(steps in prop::collection::vec(step(), 1..40)) {
        play(Firm::on("memory", Arc::new(Memory::new())), &steps);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn so_it_does_on_every_store(steps in prop::collection::vec(step(), 1..40)) {
        play(Firm::on("model", Arc::new(Model::new())), &steps);
        play(Firm::on("sqlite", Arc::new(Sqlite::in_memory().unwrap())), &steps);
        let map = fondaco_store::ordered::InMemory::new();
        play(Firm::on("ordered map", Arc::new(OrderedStore::open(map).unwrap())), &steps);
        play(Firm::on("a store to wait for", Arc::new(Blocking(Unloaded::new(Model::new(), 1)))), &steps);
        play(Firm::unloaded("not loaded", Arc::new(Memory::new())), &steps);
        if let Some((name, store)) = common::server::postgres() {
            play(Firm::on(name, store), &steps);
        }
    }
}
