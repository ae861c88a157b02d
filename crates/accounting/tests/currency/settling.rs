//! A firm's year by an independent model: bills and payments in two currencies, in parts, across currencies, undone and reversed,
//! with revaluations in between in whatever order. After each revaluation what is open stands at the day's rate, item by item;
//! and when everything is paid, nothing is left on the accounts, and what was gained is what was received less what was
//! booked, to the cent.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use proptest::prelude::*;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::common::*;
use crate::firm::*;

const CURRENCIES: [Currency; 2] = [Currency::USD, Currency::GBP];
const ACCOUNTS: [&str; 2] = ["1200", "2000"];

#[derive(Debug, Clone)]
enum Step {
    /// Of an account, in a currency, so many cents, in a month: a bill, or a credit note.
    Bill(usize, usize, i64, u32),
    /// So many tenths of what is open of an item, in the same currency or in the other one, in a month.
    Pay(usize, i64, bool, u32),
    /// A clearing is undone: from its own day, or from a later month.
    Undo(usize, Option<u32>),
    /// The entry of an item is reversed.
    Reverse(usize, u32),
    /// At the end of a month, as a command or a job; and whether the clock goes on to the day after.
    Revalue(u32, bool, bool),
    /// A run is reversed by hand on its own day.
    Withdraw(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let month = || 1..=12u32;
    let cents = prop_oneof![4 => 1..99_999i64, 1 => -9_999..-1i64];
    prop_oneof![
        4 => (0..2usize, 0..2usize, cents, month()).prop_map(|(a, c, n, m)| Step::Bill(a, c, n, m)),
        5 => (0..20usize, 1..=10i64, any::<bool>(), month()).prop_map(|(i, part, own, m)| Step::Pay(i, part, own, m)),
        2 => (0..9usize, prop::option::of(month())).prop_map(|(i, m)| Step::Undo(i, m)),
        1 => (0..20usize, month()).prop_map(|(i, m)| Step::Reverse(i, m)),
        4 => (month(), any::<bool>(), any::<bool>()).prop_map(|(m, job, tick)| Step::Revalue(m, job, tick)),
        1 => (0..9usize).prop_map(Step::Withdraw),
    ]
}

struct Item {
    key: ItemKey,
    account: usize,
    currency: usize,
    date: NaiveDate,
    amount: Decimal,
    worth: Decimal,
    clearable_from: NaiveDate,
    reversed: bool,
}

struct Taken {
    id: Option<Id<Clearing>>,
    date: NaiveDate,
    parts: Vec<(usize, Decimal)>,
    undone: Option<NaiveDate>,
}

/// What the books should know, by sums of its own.
struct Model {
    /// By currency and month.
    rates: Vec<[Decimal; 12]>,
    items: Vec<Item>,
    taken: Vec<Taken>,
    runs: Vec<(Id<Entry>, NaiveDate)>,
}

fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

fn tenth(month: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, 10).unwrap()
}

fn last(month: u32) -> NaiveDate {
    tenth(month).checked_add_months(chrono::Months::new(1)).unwrap() - chrono::Days::new(10)
}

impl Model {
    fn rate(&self, currency: usize, date: NaiveDate) -> Decimal {
        use chrono::Datelike;
        self.rates[currency][date.month0() as usize]
    }

    /// What is open of an item; at the end of a day, or by all that is recorded.
    fn open(&self, item: usize, at: Option<NaiveDate>) -> Decimal {
        let counts = |taken: &&Taken| match at {
            Some(at) => taken.date <= at && taken.undone.is_none_or(|undone| undone > at),
            None => taken.undone.is_none(),
        };
        let parts = self.taken.iter().filter(counts).flat_map(|taken| &taken.parts);
        let gone: Decimal = parts.filter(|(of, _)| *of == item).map(|(_, part)| part).sum();
        self.items[item].amount - gone
    }

    /// What an account should show at the end of a day that was revalued.
    fn worth(&self, account: usize, at: NaiveDate) -> Decimal {
        let items = self.items.iter().enumerate();
        let here = items.filter(|(_, item)| item.account == account && item.date <= at);
        here.map(|(n, item)| cents(self.open(n, Some(at)) * self.rate(item.currency, at))).sum()
    }
}

fn posted(
    firm: &Firm,
    model: &mut Model,
    name: &str,
    item: (usize, usize, Decimal, NaiveDate),
) -> usize {
    let (account, currency, amount, date) = item;
    let worth = cents(amount * model.rate(currency, date));
    let side = if amount.is_sign_negative() { Side::Credit } else { Side::Debit };
    let money = Money::new(amount.abs(), CURRENCIES[currency]);
    let entry = NewEntry::new("GEN", date)
        .posting(NewPosting::new(ACCOUNTS[account], side, money)) // its worth by the rate of the day
        .posting(NewPosting::new("4000", side.opposite(), money));
    let key = ItemKey::new(firm.post(name, entry).id, 1);
    let (clearable_from, reversed) = (date, false);
    model.items.push(Item {
        key,
        account,
        currency,
        date,
        amount,
        worth,
        clearable_from,
        reversed,
    });
    model.items.len() - 1
}

fn clear(firm: &Firm, model: &mut Model, name: &str, parts: Vec<(usize, Decimal)>) {
    let account = ACCOUNTS[model.items[parts[0].0].account];
    let mut command = Clear::new(account);
    for (item, part) in &parts {
        let item = &model.items[*item];
        command = command.part(item.key, Money::new(*part, CURRENCIES[item.currency]));
    }
    let done = match firm.send(name, &command) {
        Ok(done) => done.answer,
        // A part so small that its share of the worth is nothing can't stand against another currency.
        Err(error) if error.code() == "accounting.item_without_worth" => return,
        Err(error) => panic!("{name}: {error}"),
    };
    let id = Some(done.clearing);
    let date = parts.iter().map(|(item, _)| model.items[*item].clearable_from).max().unwrap();
    model.taken.push(Taken { id, date, parts, undone: None });
}

/// A payment in the item's currency, or as much in the other one as it is worth by the rate of the day.
fn pay(
    firm: &Firm,
    model: &mut Model,
    name: &str,
    (item, part, own, date): (usize, Decimal, bool, NaiveDate),
) {
    let Item { account, currency, .. } = model.items[item];
    let (paid_in, paid) = match own {
        true => (currency, -part),
        false => {
            let other = 1 - currency;
            (other, -cents(part * model.rate(currency, date) / model.rate(other, date)))
        }
    };
    if paid.is_zero() {
        return;
    }
    let payment = posted(firm, model, &format!("{name}, paid"), (account, paid_in, paid, date));
    clear(firm, model, name, vec![(item, part), (payment, paid)]);
}

fn reverse(firm: &Firm, model: &mut Model, name: &str, (at, date): (usize, NaiveDate)) {
    let open = model.open(at, None);
    let item = &mut model.items[at];
    if item.reversed || date < item.date {
        return;
    }
    item.reversed = true;
    let key = ItemKey::new(firm.must(name, &Reverse::new(item.key.entry, date)).id, 1);
    let Item { account, currency, amount, worth, clearable_from, .. } = *item;
    let mirror = model.items.len();
    let (amount, worth) = (-amount, -worth);
    let reversed = false;
    model.items.push(Item {
        key,
        account,
        currency,
        date,
        amount,
        worth,
        clearable_from: date,
        reversed,
    });
    if !open.is_zero() && clearable_from <= date {
        let parts = vec![(at, open), (mirror, -open)];
        model.taken.push(Taken { id: None, date, parts, undone: None });
    }
}

/// On the account, and on the one that stands for it.
fn shown(firm: &Firm, account: usize, date: NaiveDate) -> Decimal {
    let sum = |code: &str| dec(&firm.sum(&BalanceQuery::account(code).until(date)));
    sum(ACCOUNTS[account]) + if account == 0 { sum("1209") } else { Decimal::ZERO }
}

fn revalue(firm: &Firm, model: &mut Model, n: usize, (month, job, tick): (u32, bool, bool)) {
    let date = last(month);
    let mut run = Revalue::at(date);
    let preview = firm.books.revaluation(&run);
    let done = match job {
        true => firm.run_job(&format!("run {n}"), &mut run, &mut ()).map(|done| done.report).ok(),
        false => firm.send(&format!("run {n}"), &run).map(|done| done.answer).ok(),
    };
    let Some(done) = done else {
        // Only an earlier run whose day to be reversed has come stands in the way.
        let code = preview.map(|_| ()).unwrap_err().code();
        assert_eq!(code, "accounting.revaluation_not_reversed");
        return;
    };
    assert_eq!(preview.unwrap().difference().amount(), done.difference.to_decimal());
    for (account, code) in ACCOUNTS.iter().enumerate() {
        let expected = model.worth(account, date);
        assert_eq!(shown(firm, account, date), expected, "{code} on {date}");
    }
    let again = firm.must(&format!("run {n} again"), &Revalue::at(date));
    assert_eq!(again.entry(), None, "nothing is left to value");
    model.runs.extend(done.entries.iter().map(|entry| (*entry, date)));
    if tick {
        firm.tick(&(date + chrono::Days::new(1)).to_string());
    }
}

fn undo(firm: &Firm, model: &mut Model, n: usize, (at, month): (usize, Option<u32>)) {
    let standing: Vec<usize> = (0..model.taken.len())
        .filter(|n| model.taken[*n].id.is_some() && model.taken[*n].undone.is_none())
        .collect();
    let Some(&at) = standing.get(at % standing.len().max(1)) else { return };
    let taken = &mut model.taken[at];
    let from = month.map(tenth).filter(|from| *from > taken.date);
    let command = Unclear::new(taken.id.unwrap());
    firm.must(&format!("undo {n}"), &from.map_or(command.clone(), |from| command.on(from)));
    taken.undone = Some(from.unwrap_or(taken.date));
    for (item, _) in taken.parts.clone() {
        if let Some(from) = from {
            let item = &mut model.items[item];
            item.clearable_from = item.clearable_from.max(from);
        }
    }
}

fn step_of(firm: &Firm, model: &mut Model, n: usize, step: &Step) {
    let name = format!("step {n}");
    let some = |at: usize, of: usize| (of > 0).then(|| at % of);
    match *step {
        Step::Bill(account, currency, size, month) => {
            let size = Decimal::new(if account == 0 { size } else { -size }, 2);
            posted(firm, model, &name, (account, currency, size, tenth(month)));
        }
        Step::Pay(at, part, own, month) => {
            let Some(item) = some(at, model.items.len()) else { return };
            let part = cents(model.open(item, None) * Decimal::new(part, 1));
            if !part.is_zero() {
                pay(firm, model, &name, (item, part, own, tenth(month)));
            }
        }
        Step::Undo(at, month) => undo(firm, model, n, (at, month)),
        Step::Reverse(at, month) => {
            let Some(item) = some(at, model.items.len()) else { return };
            reverse(firm, model, &name, (item, tenth(month)));
        }
        Step::Revalue(month, job, tick) => revalue(firm, model, n, (month, job, tick)),
        Step::Withdraw(at) => {
            let Some(at) = some(at, model.runs.len()) else { return };
            let (entry, date) = model.runs[at];
            // The clock may have been first.
            let _ = firm.send(&name, &Reverse::new(entry, date));
        }
    }
}

/// Everything is paid, and every run is taken back by the clock.
fn settle(firm: &Firm, model: &mut Model) {
    for item in 0..model.items.len() {
        let open = model.open(item, None);
        if !open.is_zero() {
            pay(firm, model, &format!("last of {item}"), (item, open, true, tenth(12)));
        }
    }
    firm.tick("2027-01-02");
    for (n, code) in ACCOUNTS.iter().chain(&["1209"]).enumerate() {
        let rows = firm.balances(&BalanceQuery::account(*code));
        let left: Vec<_> = rows.iter().filter(|row| !row.amounts.is_zero()).collect();
        assert!(left.is_empty(), "{n}: {code}: {left:?}");
    }
    for account in ACCOUNTS {
        let open = open(firm, account);
        assert!(open.items.is_empty() && open.differences.is_empty(), "{account}: {open:?}");
    }
    // What was booked less what was received, by the sums of the model: a loss is positive.
    let lost: Decimal = model.items.iter().map(|item| item.worth).sum();
    let exchange: Decimal =
        ["4900", "5900", "4901", "5901"].map(|code| dec(&balance(firm, code))).iter().sum();
    assert_eq!(exchange, lost);
    let not_realised: Decimal = ["4901", "5901"].map(|code| dec(&balance(firm, code))).iter().sum();
    assert_eq!(not_realised, Decimal::ZERO);
    firm.clean();
}

fn live(firm: Firm, rates: &[Vec<i64>], adjusted: bool, steps: &[Step]) {
    let firm = named(firm);
    let accounts = vec![
        NewAccount::new("4901", "Gains not realised", AccountClass::Income),
        NewAccount::new("5901", "Losses not realised", AccountClass::Expense),
        NewAccount::new("1209", "Customers, valued", AccountClass::Asset),
    ];
    firm.must("accounts", &OpenAccounts::new(accounts));
    firm.must("2027", &OpenFiscalYear::calendar_year(2027));
    let own = SetExchangeAccounts::new("GEN", "4900", "5900").unrealised("4901", "5901");
    firm.must("own accounts", &own.clone());
    if adjusted {
        firm.must("adjusted", &own.of_account("1200").adjustment("1209"));
    }
    firm.must("monetary", &MarkMonetary::new(ACCOUNTS));
    firm.must("source", &OpenRateSource::new("SPOT", "Bank"));
    let mut model =
        Model { rates: Vec::new(), items: Vec::new(), taken: Vec::new(), runs: Vec::new() };
    let mut recorded = BTreeMap::new();
    for (currency, rates) in CURRENCIES.iter().zip(rates) {
        let mut of = [Decimal::ZERO; 12];
        for (month, rate) in (1u32..).zip(rates) {
            let rate = Decimal::new(*rate, 4);
            of[month as usize - 1] = rate;
            let day = tenth(month) - chrono::Days::new(9);
            recorded.insert((day, *currency), NewRate::new(*currency, Currency::EUR, rate, day));
        }
        model.rates.push(of);
    }
    firm.must("rates", &RecordRates::new("SPOT", recorded.into_values().collect()));
    for (n, step) in steps.iter().enumerate() {
        step_of(&firm, &mut model, n, step);
    }
    settle(&firm, &mut model);
}

fn rates() -> impl Strategy<Value = Vec<Vec<i64>>> {
    prop::collection::vec(prop::collection::vec(2_000..30_000i64, 12), 2)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, max_shrink_iters: 100, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_left_when_all_is_paid(
        rates in rates(),
        adjusted in any::<bool>(),
        steps in prop::collection::vec(step(), 1..24),
    ) {
        live(in_memory(), &rates, adjusted, &steps);
    }

    #[test]
    fn so_on_a_store_of_values(
        rates in rates(),
        adjusted in any::<bool>(),
        steps in prop::collection::vec(step(), 1..8),
    ) {
        live(Firm::on("model", std::sync::Arc::new(fondaco_testkit::Model::new())), &rates, adjusted, &steps);
    }
}
