//! Random histories against the simplest list of items there is: what is open of each, on every day, as known at every time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Datelike, Days, NaiveDate};
use fondaco_accounting::ledger::*;
use fondaco_accounting::reports::AgeingQuery;
use fondaco_core::{Currency, Id, Money, PartyId};
use fondaco_store::{Memory, OrderedStore, Sqlite};
use fondaco_testkit::Model;
use proptest::prelude::*;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::common::*;
use crate::firm::*;

const ACCOUNTS: [&str; 2] = ["1200", "2000"];
const PARTIES: [&str; 2] = ["ada", "ben"];

#[derive(Debug, Clone)]
struct Sketch {
    account: usize,
    day: u64,
    cents: i64,
    /// The rate of dollars in hundredths; euros without.
    rate: Option<i64>,
    party: Option<usize>,
}

#[derive(Debug, Clone)]
enum Step {
    Post(Vec<Sketch>),
    /// Items to be found among all, with tenths of what is open, from this day on.
    Clear {
        picks: Vec<(usize, i64)>,
        day: Option<u64>,
        across: bool,
    },
    /// Two items of opposite sides, as much as both have.
    Pair(usize, Option<u64>),
    Unclear(usize, u64),
    Reverse(usize, u64),
    Lock(u32),
    Unlock(u32),
    Ask {
        account: usize,
        day: Option<u64>,
        known: Option<i64>,
        party: Option<usize>,
    },
}

/// The first half of a year.
fn day_of(n: u64) -> NaiveDate {
    d("2026-01-01") + Days::new(n)
}

fn days() -> impl Strategy<Value = u64> {
    0..180u64
}

fn sketch() -> impl Strategy<Value = Sketch> {
    let rate = prop::option::weighted(0.4, 60..140i64);
    (0..2usize, days(), -9_999..9_999i64, rate, prop::option::weighted(0.5, 0..2usize))
        .prop_map(|(account, day, cents, rate, party)| Sketch { account, day, cents, rate, party })
}

fn step() -> impl Strategy<Value = Step> {
    let pick = (0..40usize, prop_oneof![3 => Just(10i64), 2 => -3..14i64]);
    let asked = (0..2usize, prop::option::of(days()), prop::option::of(0..60i64));
    prop_oneof![
        5 => prop::collection::vec(sketch(), 1..4).prop_map(Step::Post),
        2 => (prop::collection::vec(pick, 0..4), prop::option::weighted(0.3, days()), any::<bool>())
            .prop_map(|(picks, day, across)| Step::Clear { picks, day, across }),
        6 => (0..400usize, prop::option::weighted(0.3, days())).prop_map(|(n, day)| Step::Pair(n, day)),
        2 => (0..20usize, days()).prop_map(|(n, day)| Step::Unclear(n, day)),
        1 => (0..20usize, days()).prop_map(|(n, day)| Step::Reverse(n, day)),
        1 => (1..8u32).prop_map(Step::Lock),
        1 => (1..8u32).prop_map(Step::Unlock),
        4 => (asked, prop::option::weighted(0.3, 0..2usize))
            .prop_map(|((account, day, known), party)| Step::Ask { account, day, known, party }),
    ]
}

/// An item as the naive list keeps it.
#[derive(Clone)]
struct Kept {
    key: ItemKey,
    account: &'static str,
    currency: Currency,
    amount: Decimal,
    worth: Decimal,
    date: NaiveDate,
    recorded: i64,
    party: Option<PartyId>,
}

struct Taken {
    id: Id<Clearing>,
    account: &'static str,
    date: NaiveDate,
    recorded: i64,
    lines: Vec<Part>,
    undone: Option<(NaiveDate, i64)>,
}

impl Taken {
    fn stands(&self, at: Option<NaiveDate>, known: i64) -> bool {
        let until = |date: NaiveDate| at.is_none_or(|at| date <= at);
        let undone = self.undone.is_some_and(|(date, time)| until(date) && time <= known);
        until(self.date) && self.recorded <= known && !undone
    }
}

#[derive(Default)]
struct Naive {
    items: Vec<Kept>,
    taken: Vec<Taken>,
    /// Entries, and whether they were reversed.
    entries: Vec<(Id<Entry>, NaiveDate, bool)>,
    locked: Vec<u32>,
    now: i64,
}

type Code = &'static str;

/// An item among all, the part of it that is taken, and what that is worth.
type Part = (usize, Decimal, Decimal);

impl Naive {
    /// What of an item is open, in its currency and in euro.
    fn open(&self, at: usize, date: Option<NaiveDate>, known: i64) -> (Decimal, Decimal) {
        let item = &self.items[at];
        if item.recorded > known || date.is_some_and(|date| item.date > date) {
            return (Decimal::ZERO, Decimal::ZERO);
        }
        let parts = self.taken.iter().filter(|taken| taken.stands(date, known));
        let parts = parts.flat_map(|taken| &taken.lines).filter(|line| line.0 == at);
        parts.fold((item.amount, item.worth), |open, line| (open.0 - line.1, open.1 - line.2))
    }

    fn open_now(&self, at: usize) -> (Decimal, Decimal) {
        self.open(at, None, i64::MAX)
    }

    /// From which day on an item can be cleared.
    fn from(&self, at: usize) -> NaiveDate {
        let of_item = |taken: &&Taken| taken.lines.iter().any(|line| line.0 == at);
        let reopened = |taken: &Taken| taken.undone.filter(|undone| undone.0 > taken.date);
        let undone = self.taken.iter().filter(of_item).filter_map(reopened).map(|undone| undone.0);
        undone.chain([self.items[at].date]).max().unwrap()
    }

    fn may_record(&self, date: NaiveDate) -> Result<(), Code> {
        match date.year() == 2026 && !self.locked.contains(&date.month()) {
            true => Ok(()),
            false => Err("accounting.period_locked"),
        }
    }

    /// The part of each item, or the code of the refusal.
    fn judge(
        &self,
        account: &str,
        picks: &[(usize, Option<Decimal>)],
        date: Option<NaiveDate>,
        across: bool,
    ) -> Result<(NaiveDate, Vec<Part>), Code> {
        if picks.len() < 2 {
            return Err("accounting.bad_input");
        }
        let mut lines: Vec<Part> = Vec::new();
        for (at, part) in picks {
            let (open, worth) = self.open_now(*at);
            if lines.iter().any(|line| line.0 == *at) {
                return Err("accounting.item_twice");
            }
            if self.items[*at].account != account {
                return Err("accounting.item_of_other_account");
            }
            if open.is_zero() && worth.is_zero() {
                return Err("accounting.item_cleared");
            }
            lines.push(match part {
                None => (*at, open, worth),
                Some(part)
                    if part.is_zero() || part.is_sign_negative() != open.is_sign_negative() =>
                {
                    return Err("accounting.no_part_of_item");
                }
                Some(_) if open.is_zero() => return Err("accounting.no_part_of_item"),
                Some(part) if part.abs() > open.abs() => return Err("accounting.over_cleared"),
                Some(part) if *part == open => (*at, open, worth),
                Some(part) => {
                    let half_up = RoundingStrategy::MidpointAwayFromZero;
                    (*at, *part, (worth * part / open).round_dp_with_strategy(2, half_up))
                }
            });
        }
        let parties: Vec<PartyId> =
            lines.iter().filter_map(|line| self.items[line.0].party).collect();
        if !across && parties.iter().any(|party| *party != parties[0]) {
            return Err("accounting.item_of_other_party");
        }
        self.clears(&lines)?;
        let from = lines.iter().map(|line| self.from(line.0)).max().unwrap();
        if date.is_some_and(|date| date < from) {
            return Err("accounting.cleared_too_early");
        }
        let date = date.unwrap_or(from);
        self.may_record(date)?;
        Ok((date, lines))
    }

    fn clears(&self, lines: &[Part]) -> Result<(), Code> {
        let debit = |line: &Part| {
            let item = &self.items[line.0];
            let side = if item.amount.is_zero() { item.worth } else { item.amount };
            side > Decimal::ZERO
        };
        let nets = self.nets(lines);
        let over: Vec<(Currency, Decimal)> =
            nets.iter().filter(|net| !net.1.0.is_zero()).map(|net| (*net.0, net.1.0)).collect();
        let both_sides = over.iter().any(|net| net.1 > Decimal::ZERO)
            && over.iter().any(|net| net.1 < Decimal::ZERO);
        let one_side = lines.iter().all(&debit) || !lines.iter().any(debit);
        if one_side || (!over.is_empty() && !both_sides) {
            return Err("accounting.clearing_unbalanced");
        }
        let worthless = |line: &Part| {
            let currency = self.items[line.0].currency;
            over.iter().any(|net| net.0 == currency) && !line.1.is_zero() && line.2.is_zero()
        };
        if lines.iter().any(worthless) {
            return Err("accounting.item_without_worth");
        }
        Ok(())
    }

    /// By currency, what parts leave.
    fn nets(&self, lines: &[Part]) -> BTreeMap<Currency, (Decimal, Decimal)> {
        let mut nets: BTreeMap<Currency, (Decimal, Decimal)> = BTreeMap::new();
        for (at, part, worth) in lines {
            let net = nets.entry(self.items[*at].currency).or_default();
            (net.0, net.1) = (net.0 + part, net.1 + worth);
        }
        nets
    }

    fn keep(
        &mut self,
        id: Id<Entry>,
        account: &'static str,
        lines: &[(u32, Decimal, Decimal, Currency, Option<PartyId>)],
        date: NaiveDate,
    ) {
        for &(line, amount, worth, currency, party) in lines {
            let key = ItemKey::new(id, line);
            let recorded = self.now;
            self.items.push(Kept { key, account, currency, amount, worth, date, recorded, party });
        }
    }
}

fn worth_of(sketch: &Sketch) -> Money {
    let cents = Decimal::new(sketch.cents.abs() * sketch.rate.unwrap_or(100), 4);
    Money::new(
        cents.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero),
        Currency::EUR,
    )
}

fn posting(sketch: &Sketch) -> [NewPosting; 2] {
    let currency = if sketch.rate.is_some() { Currency::USD } else { Currency::EUR };
    let amount = Money::minor(sketch.cents.abs(), currency);
    let side = if sketch.cents < 0 { Side::Credit } else { Side::Debit };
    [(ACCOUNTS[sketch.account], side), ("1000", side.opposite())].map(|(account, side)| {
        let posting = NewPosting::new(account, side, amount);
        let posting = if sketch.rate.is_some() { posting.worth(worth_of(sketch)) } else { posting };
        match sketch.party {
            Some(who) => posting.party(party(PARTIES[who])),
            None => posting,
        }
    })
}

fn same<T: std::fmt::Debug>(
    ours: Result<T, LedgerError>,
    naive: Result<(), Code>,
    what: &str,
) -> Option<T> {
    match (ours, naive) {
        (Ok(answer), Ok(())) => Some(answer),
        (Err(error), Err(code)) => {
            assert_eq!(error.code(), code, "{what}: {error}");
            None
        }
        (ours, naive) => panic!("{what}: the ledger says {ours:?}, the naive list {naive:?}"),
    }
}

/// One entry of one date for several items, as `PostMany` posts them.
fn post(firm: &Firm, naive: &mut Naive, name: &str, sketches: &[Sketch]) {
    for (n, sketch) in sketches.iter().enumerate() {
        let date = day_of(sketch.day);
        let entry = posting(sketch).into_iter().fold(NewEntry::new("GEN", date), NewEntry::posting);
        let ours = firm.send(&format!("{name}/{n}"), &Post::new(entry));
        let Some(done) = same(ours, naive.may_record(date), name) else { continue };
        let sign = if sketch.cents < 0 { -Decimal::ONE } else { Decimal::ONE };
        let currency = if sketch.rate.is_some() { Currency::USD } else { Currency::EUR };
        let amount = Decimal::new(sketch.cents, 2);
        let who = sketch.party.map(|who| party(PARTIES[who]));
        let line = (1, amount, sign * worth_of(sketch).amount(), currency, who);
        naive.keep(done.answer.id, ACCOUNTS[sketch.account], &[line], date);
        naive.entries.push((done.answer.id, date, false));
    }
}

fn clear(
    firm: &Firm,
    naive: &mut Naive,
    name: &str,
    picks: &[(usize, Option<Decimal>)],
    date: Option<NaiveDate>,
    across: bool,
) {
    let account = picks.first().map_or("1200", |pick| naive.items[pick.0].account);
    let mut command = Clear { across_parties: across, date, ..Clear::new(account) };
    for (at, part) in picks {
        let item = &naive.items[*at];
        command = match part {
            Some(part) => command.part(item.key, Money::new(*part, item.currency)),
            None => command.all(item.key),
        };
    }
    let judged = naive.judge(account, picks, date, across);
    let ours = firm.send(name, &command);
    let refusal = judged.as_ref().map(|_| ()).map_err(|code| *code);
    let Some(done) = same(ours, refusal, &format!("{name}, {command:?}")) else { return };
    let (date, lines) = judged.unwrap();
    let difference: Decimal = naive.nets(&lines).values().map(|net| net.1).sum();
    assert_eq!(done.answer.difference.to_decimal(), difference);
    let (id, recorded) = (done.answer.clearing, naive.now);
    naive.taken.push(Taken { id, account, date, recorded, lines, undone: None });
}

/// Two open items of one account and currency on opposite sides, and what both have.
fn pair(naive: &Naive, n: usize) -> Option<[(usize, Option<Decimal>); 2]> {
    let mut pairs = Vec::new();
    for a in 0..naive.items.len() {
        for b in 0..naive.items.len() {
            let (x, y) = (&naive.items[a], &naive.items[b]);
            let fits = x.account == y.account && x.currency == y.currency;
            let (open, other) = (naive.open_now(a).0, naive.open_now(b).0);
            if fits && open > Decimal::ZERO && other < Decimal::ZERO {
                let both = open.min(-other);
                pairs.push([(a, Some(both)), (b, Some(-both))]);
            }
        }
    }
    n.checked_rem(pairs.len()).map(|at| pairs[at])
}

fn reverse(firm: &Firm, naive: &mut Naive, name: &str, n: usize, date: NaiveDate) {
    let Some(at) = n.checked_rem(naive.entries.len()) else { return };
    let (id, of, reversed) = naive.entries[at];
    let judged = match reversed {
        true => Err("accounting.already_reversed"),
        false if date < of => Err("accounting.bad_input"),
        false => naive.may_record(date),
    };
    let ours = firm.send(name, &Reverse::new(id, date));
    let Some(done) = same(ours, judged, name) else { return };
    naive.entries[at].2 = true;
    let item = naive.items.iter().position(|item| item.key.entry == id).unwrap();
    let kept = naive.items[item].clone();
    let line = (1, -kept.amount, -kept.worth, kept.currency, kept.party);
    naive.keep(done.answer.id, kept.account, &[line], date);
    let (open, worth) = naive.open_now(item);
    if (open.is_zero() && worth.is_zero()) || naive.from(item) > date {
        return;
    }
    let mirror = naive.items.len() - 1;
    let key = naive.items[mirror].key;
    let history = firm.view(|view| clearings_of(view, key));
    let lines = vec![(item, open, worth), (mirror, -open, -worth)];
    let (account, recorded, id) = (kept.account, naive.now, history[0].clearing.id);
    naive.taken.push(Taken { id, account, date, recorded, lines, undone: None });
}

fn ask(
    firm: &Firm,
    naive: &Naive,
    account: &'static str,
    at: Option<NaiveDate>,
    known: Option<i64>,
    who: Option<PartyId>,
) {
    let mut query = OpenItemQuery::account(account);
    let mut balance = BalanceQuery::account(account);
    if let Some(at) = at {
        (query, balance) = (query.at(at), balance.until(at));
    }
    if let Some(known) = known {
        (query, balance) = (query.known_at(minute(known)), balance.known_at(minute(known)));
    }
    if let Some(who) = who {
        query = query.party(who);
    }
    let ours = found(firm, &query);
    let time = known.unwrap_or(i64::MAX);
    let mine = |at: &usize| {
        naive.items[*at].account == account && (who.is_none() || naive.items[*at].party == who)
    };
    let expected: BTreeMap<ItemKey, (Decimal, Decimal)> = (0..naive.items.len())
        .filter(mine)
        .map(|n| (naive.items[n].key, naive.open(n, at, time)))
        .filter(|(_, open)| *open != (Decimal::ZERO, Decimal::ZERO))
        .collect();
    let of = |row: &OpenItemRow| (row.key, (row.open.amount(), row.ledger_open.amount()));
    let items: BTreeMap<_, _> = ours.items.iter().map(of).collect();
    assert_eq!(items, expected, "{query:?} on {}", firm.name);
    if who.is_some() {
        return;
    }
    let stands =
        naive.taken.iter().filter(|taken| taken.account == account && taken.stands(at, time));
    let left: Decimal =
        stands.flat_map(|taken| naive.nets(&taken.lines).into_values()).map(|net| net.1).sum();
    let ours_left: Decimal = ours.differences.iter().map(|left| left.ledger_amount.amount()).sum();
    assert_eq!(ours_left, left, "{query:?} on {}", firm.name);
    let totals: BTreeMap<Currency, (Decimal, Decimal)> = ours
        .totals()
        .iter()
        .map(|total| (total.open.currency(), (total.open.amount(), total.ledger_open.amount())))
        .filter(|(_, sums)| *sums != (Decimal::ZERO, Decimal::ZERO))
        .collect();
    let balances: BTreeMap<Currency, (Decimal, Decimal)> = firm
        .balances(&balance)
        .iter()
        .map(|row| {
            (
                row.currency,
                (row.amounts.balance(row.currency).amount(), row.amounts.ledger_balance()),
            )
        })
        .filter(|(_, sums)| *sums != (Decimal::ZERO, Decimal::ZERO))
        .collect();
    assert_eq!(totals, balances, "the balance is what is open: {query:?} on {}", firm.name);
}

fn take(firm: &Firm, naive: &mut Naive, name: &str, step: &Step) {
    match step {
        Step::Post(sketches) => post(firm, naive, name, sketches),
        Step::Clear { picks, day, across } => {
            if naive.items.is_empty() {
                return;
            }
            let part = |&(n, tenths): &(usize, i64)| {
                let at = n % naive.items.len();
                let part = naive.open_now(at).0 * Decimal::new(tenths, 1);
                (at, (tenths != 10).then(|| part.round_dp(2)))
            };
            let picks: Vec<_> = picks.iter().map(part).collect();
            clear(firm, naive, name, &picks, day.map(day_of), *across);
        }
        Step::Pair(n, day) => {
            if let Some(picks) = pair(naive, *n) {
                clear(firm, naive, name, &picks, day.map(day_of), n % 2 == 0);
            }
        }
        Step::Unclear(n, day) => {
            let Some(at) = n.checked_rem(naive.taken.len()) else { return };
            let date = day_of(*day);
            let taken = &naive.taken[at];
            let judged = match taken.undone {
                Some(_) => Err("accounting.already_uncleared"),
                None if date < taken.date => Err("accounting.bad_input"),
                None => naive.may_record(date),
            };
            let ours = firm.send(name, &Unclear::new(taken.id).on(date));
            if same(ours, judged, name).is_some() {
                naive.taken[at].undone = Some((date, naive.now));
            }
        }
        Step::Reverse(n, day) => reverse(firm, naive, name, *n, day_of(*day)),
        Step::Lock(month) => {
            firm.must(name, &LockPeriod { period: 202_600 + *month as i32 });
            naive.locked.push(*month);
        }
        Step::Unlock(month) => {
            firm.must(name, &UnlockPeriod { period: 202_600 + *month as i32 });
            naive.locked.retain(|locked| locked != month);
        }
        Step::Ask { account, day, known, party: who } => {
            let who = who.map(|who| party(PARTIES[who]));
            ask(firm, naive, ACCOUNTS[*account], day.map(day_of), *known, who);
        }
    }
}

/// No item is cleared beyond its amount, on any day, as known at any time.
fn never_beyond(naive: &Naive) {
    let days: Vec<NaiveDate> = naive
        .taken
        .iter()
        .flat_map(|taken| [Some(taken.date), taken.undone.map(|undone| undone.0)])
        .flatten()
        .collect();
    for at in 0..naive.items.len() {
        for day in &days {
            for known in 0..=naive.now {
                let (open, amount) = (naive.open(at, Some(*day), known).0, naive.items[at].amount);
                let same_side =
                    open.is_zero() || open.is_sign_negative() == amount.is_sign_negative();
                assert!(
                    same_side && open.abs() <= amount.abs(),
                    "{} on {day}",
                    naive.items[at].key
                );
            }
        }
    }
}

fn play(firm: Firm, steps: &[Step]) {
    let firm = by_items(firm);
    let mut naive = Naive::default();
    for (n, step) in steps.iter().enumerate() {
        naive.now = n as i64;
        firm.at_minute(naive.now);
        take(&firm, &mut naive, &format!("step {n}"), step);
    }
    never_beyond(&naive);
    for account in ACCOUNTS {
        for day in (0..182).step_by(13) {
            ask(&firm, &naive, account, Some(day_of(day)), None, None);
            ask(&firm, &naive, account, Some(day_of(day)), Some(naive.now / 2), None);
        }
        ask(&firm, &naive, account, None, None, None);
        ask(&firm, &naive, account, None, None, Some(party("ada")));
    }
    every_day(&firm, &naive);
    firm.clean();
}

/// On each day on which something happened, and on the one before, what is open by age is the balance.
fn every_day(firm: &Firm, naive: &Naive) {
    let posted = naive.items.iter().map(|item| item.date);
    let cleared = naive
        .taken
        .iter()
        .flat_map(|taken| [Some(taken.date), taken.undone.map(|undone| undone.0)]);
    let days: BTreeSet<NaiveDate> =
        posted.chain(cleared.flatten()).flat_map(|day| [day, day - Days::new(1)]).collect();
    for account in ACCOUNTS {
        for day in &days {
            let query = AgeingQuery::new(account, *day);
            let query = if day.day() % 2 == 0 { query.by_document_date() } else { query };
            let ageing = firm.view(|view| fondaco_accounting::reports::ageing(view, &query));
            let balance: Decimal = firm
                .balances(&BalanceQuery::account(account).until(*day))
                .iter()
                .map(|row| row.amounts.ledger_balance())
                .sum();
            let total = &ageing.total;
            assert_eq!(total.total, balance, "{account} on {day}, on {}", firm.name);
            let buckets: Decimal = total.buckets.iter().copied().sum();
            assert_eq!(buckets + total.difference, balance);
            let parties: Decimal = ageing.parties.iter().map(|party| party.amounts.total).sum();
            assert_eq!(parties, balance);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn open_items_are_what_a_list_of_items_says(steps in prop::collection::vec(step(), 1..60)) {
        play(Firm::on("memory", Arc::new(Memory::new())), &steps);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn so_they_are_on_every_store(steps in prop::collection::vec(step(), 1..40)) {
        play(Firm::on("model", Arc::new(Model::new())), &steps);
        play(Firm::on("sqlite", Arc::new(Sqlite::in_memory().unwrap())), &steps);
        let map = fondaco_store::ordered::InMemory::new();
        play(Firm::on("ordered map", Arc::new(OrderedStore::open(map).unwrap())), &steps);
        play(Firm::unloaded("not loaded", Arc::new(Memory::new())), &steps);
        if let Some((name, store)) = server::postgres() {
            play(Firm::on(name, store), &steps);
        }
    }

    /// Clearings of a day leave the same items open in whatever order they come.
    #[test]
    fn the_order_of_clearings_does_not_matter(
        amounts in prop::collection::vec((1..9_999i64, 60..140i64), 2..8),
        keys in prop::collection::vec(any::<u64>(), 8),
    ) {
        let told = |order: &[usize]| {
            let firm = in_memory_by_items();
            let mut pairs = Vec::new();
            for (n, (cents, rate)) in amounts.iter().enumerate() {
                let mut items = [*cents, -*cents].map(|cents| Sketch { account: 0, day: n as u64, cents, rate: Some(*rate), party: None });
                items[1].rate = Some(101);
                let keys = items.map(|sketch| {
                    let date = day_of(sketch.day);
                    let entry = posting(&sketch).into_iter().fold(NewEntry::new("GEN", date), NewEntry::posting);
                    ItemKey::new(firm.post(&format!("{n} {}", sketch.cents), entry).id, 1)
                });
                pairs.push(keys);
            }
            for n in order {
                let [debit, credit] = pairs[*n];
                let part = Money::minor(amounts[*n].0 / 2 + 1, Currency::USD);
                let clear = Clear::new("1200").part(debit, part).part(credit, part.neg());
                firm.must(&format!("clear {n}"), &clear);
            }
            let found = found(&firm, &customers());
            let rows: Vec<String> = found.items.iter().map(|row| format!("{} {} {}", row.amount, row.open, row.ledger_open)).collect();
            (rows, found.ledger_total())
        };
        let in_turn: Vec<usize> = (0..amounts.len()).collect();
        let mut shuffled = in_turn.clone();
        shuffled.sort_by_key(|n| keys[*n]);
        prop_assert_eq!(told(&in_turn), told(&shuffled));
    }
}
