//! The books that a scenario is played on.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use fondaco::core::{CompanyId, Currency, Money, Reading, Timestamp};
use fondaco_accounting::Books;
use fondaco_accounting::ledger::{
    Account, AccountClass, AccountLimit, ChangeAccount, NewAccount, NewEntry, NewPending,
    NewPosting, OpenAccounts, OpenFiscalYear, OpenJournal, Post, RecordPending, SetUp, Totals,
};
use fondaco_store::Memory;
use rust_decimal::Decimal;
use serde_json::Value;

use crate::json;

/// What a step expects, and what we answer.
pub(super) type Told = Vec<(String, String)>;

/// The largest whole amount of the ledger.
pub(super) const EDGE: u128 = 922_337_203_685_477;

pub(super) struct World {
    pub(super) books: Books<'static>,
    clock: Arc<AtomicI64>,
    sent: usize,
    /// The ledger of each account that was sent.
    pub(super) ledgers: BTreeMap<String, u64>,
    currencies: BTreeMap<u64, Currency>,
    /// What waits for its `commit_batch`.
    pub(super) batch: Vec<Value>,
    pub(super) expected: Vec<Value>,
}

/// Currencies without minor digits, one for each ledger.
const WHOLE: &[&str] = &[
    "JPY", "KRW", "VND", "CLP", "ISK", "UGX", "PYG", "XAF", "XOF", "XPF", "BIF", "DJF", "GNF",
    "KMF", "RWF", "VUV",
];

impl World {
    pub(super) fn new() -> Result<World, Box<dyn Error>> {
        let clock = Arc::new(AtomicI64::new(0));
        let hands = clock.clone();
        let books = Books::open(Memory::new(), CompanyId::named("tigerbeetle"))?;
        let books = books.with_clock(move || {
            Timestamp::from_micros(hands.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
        });
        books.send("set up", &SetUp::new(Currency::JPY))?;
        books.send("journal", &OpenJournal::new("GEN", "Transfers"))?;
        books.send("year", &OpenFiscalYear::calendar_year(2026))?;
        Ok(World {
            books,
            clock,
            sent: 0,
            ledgers: BTreeMap::new(),
            currencies: BTreeMap::from([(1, Currency::JPY)]),
            batch: Vec::new(),
            expected: Vec::new(),
        })
    }

    pub(super) fn step(&mut self, step: &Value) -> Result<Told, Box<dyn Error>> {
        let op = json::text(step, "op")?;
        match op {
            "set_balance" => self.set_balance(step).map(|()| Vec::new()),
            "advance_clock" => self.advance(step).map(|()| Vec::new()),
            "commit_batch" => self.commit(json::text(step, "operation")?),
            _ if op.starts_with("expect_") || op == "get_change_events_result" => {
                self.expected.push(step.clone());
                Ok(Vec::new())
            }
            _ => {
                self.batch.push(step.clone());
                Ok(Vec::new())
            }
        }
    }

    /// A name for the next command, and so many of their nanoseconds later.
    pub(super) fn next(&mut self, items: usize) -> String {
        self.clock.fetch_add(items as i64, Ordering::SeqCst);
        self.sent += 1;
        format!("command {}", self.sent)
    }

    /// The currency of a ledger; ledger 0 is none of theirs, and has one all the same.
    pub(super) fn currency(&mut self, ledger: u64) -> Result<Currency, Box<dyn Error>> {
        if let Some(known) = self.currencies.get(&ledger) {
            return Ok(*known);
        }
        let next = WHOLE.get(self.currencies.len()).ok_or("too many ledgers")?;
        let currency = Currency::from_code(next).ok_or("no such currency")?;
        self.currencies.insert(ledger, currency);
        Ok(currency)
    }

    pub(super) fn amount(&mut self, units: u128, ledger: u64) -> Result<Money, Box<dyn Error>> {
        Ok(Money::new(Decimal::from(scaled(units)), self.currency(ledger)?))
    }

    fn advance(&mut self, step: &Value) -> Result<(), Box<dyn Error>> {
        let value: i64 = json::text(step, "value")?.parse()?;
        let unit = match json::text(step, "unit")? {
            "nanoseconds" => 1,
            "microseconds" => 1_000,
            "milliseconds" => 1_000_000,
            "seconds" => 1_000_000_000,
            "minutes" => 60_000_000_000,
            other => return Err(format!("no unit {other}").into()),
        };
        // Before zero is before the end of the clock.
        let from =
            if value < 0 { Timestamp::MAX.micros() } else { self.clock.load(Ordering::SeqCst) };
        self.clock.store(from + value * unit, Ordering::SeqCst);
        while self.books.tick()?.more {}
        Ok(())
    }

    /// Moves the sums of an account to where the scenario wants them, against accounts of nobody, its limit lifted meanwhile.
    fn set_balance(&mut self, step: &Value) -> Result<(), Box<dyn Error>> {
        let id = json::text(step, "account")?.to_owned();
        let ledger = *self.ledgers.get(&id).ok_or("the account is not there")?;
        let code = id.as_str().into();
        let account = self.books.view(|view| Ok(view.peek::<Account>(&code)?))?;
        let limit = account.and_then(|account| account.limit);
        if limit.is_some() {
            let name = self.next(0);
            self.books.send(&name, &ChangeAccount::unlimited(id.as_str()))?;
        }
        for (field, pending, debit) in [
            ("debits_posted", false, true),
            ("credits_posted", false, false),
            ("debits_pending", true, true),
            ("credits_pending", true, false),
        ] {
            let amount = self.amount(number(step, field)?, ledger)?;
            if !amount.is_zero() {
                self.give(&id, amount, (pending, debit))?;
            }
        }
        if let Some(limit) = limit {
            let name = self.next(0);
            self.books.send(&name, &ChangeAccount::limit(id.as_str(), limit))?;
        }
        Ok(())
    }

    fn give(
        &mut self,
        account: &str,
        amount: Money,
        (pending, debit): (bool, bool),
    ) -> Result<(), Box<dyn Error>> {
        let name = self.next(0);
        let nobody = format!("nobody {name}");
        let other = NewAccount::new(nobody.as_str(), "Nobody", AccountClass::Equity);
        self.books.send(&name, &OpenAccounts::new(vec![other]))?;
        let (from, to) =
            if debit { (account, nobody.as_str()) } else { (nobody.as_str(), account) };
        let entry = transfer(from, to, amount)?;
        let name = self.next(0);
        if pending {
            self.books.send(&name, &RecordPending::new(NewPending::new(entry)))?;
        } else {
            self.books.send(&name, &Post::new(entry))?;
        }
        Ok(())
    }

    /// The sums of an account as TigerBeetle shows them.
    pub(super) fn account(&self, id: &str) -> Result<Option<String>, Box<dyn Error>> {
        let code = id.into();
        let account = self.books.view(|view| Ok(view.peek::<Account>(&code)?))?;
        let Some(account) = account else { return Ok(None) };
        let totals = self.books.totals(id)?;
        let sums = sums(totals.first());
        Ok(Some(format!("account {id}: {sums}, closed {}", account.closed.is_some())))
    }
}

/// Pending and posted debits, pending and posted credits.
pub(super) fn sums(totals: Option<&Totals>) -> String {
    let of = |get: fn(&Totals) -> Decimal| totals.map_or(Decimal::ZERO, get).normalize();
    let debits = (of(|t| t.pending_debit.to_decimal()), of(|t| t.debit.to_decimal()));
    let credits = (of(|t| t.pending_credit.to_decimal()), of(|t| t.credit.to_decimal()));
    format!("{} {} {} {}", debits.0, debits.1, credits.0, credits.1)
}

/// An entry of two lines; foreign money is worth as much as ours.
pub(super) fn transfer(
    debit: &str,
    credit: &str,
    amount: Money,
) -> Result<NewEntry, Box<dyn Error>> {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).ok_or("no such day")?;
    Ok(NewEntry::new("GEN", day)
        .posting(NewPosting::debit(debit, amount).rate(Decimal::ONE))
        .posting(NewPosting::credit(credit, amount).rate(Decimal::ONE)))
}

/// An amount as far from our edge as it is from theirs, if it is near it.
pub(super) fn scaled(units: u128) -> u128 {
    if units > EDGE { EDGE.saturating_sub(u128::MAX - units) } else { units }
}

/// A number of a step; zero where it is not given.
pub(super) fn number(step: &Value, name: &str) -> Result<u128, Box<dyn Error>> {
    match step.get(name) {
        None | Some(Value::Null) => Ok(0),
        Some(Value::String(text)) => Ok(text.parse()?),
        Some(other) => Err(format!("{name} is {other}, no number").into()),
    }
}

pub(super) fn has_flag(step: &Value, flag: &str) -> bool {
    let flags = step.get("flags").and_then(Value::as_array);
    flags.is_some_and(|flags| flags.iter().any(|known| known == flag))
}

pub(super) fn limit_of(step: &Value) -> Option<AccountLimit> {
    if has_flag(step, "debits_must_not_exceed_credits") {
        Some(AccountLimit::DebitsWithinCredits)
    } else if has_flag(step, "credits_must_not_exceed_debits") {
        Some(AccountLimit::CreditsWithinDebits)
    } else {
        None
    }
}
