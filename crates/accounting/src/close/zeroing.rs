//! The entries that take income and expenses to zero: every account, in every currency and combination of dimensions.
//!
//! A cell's amount goes back on the other side at the worth that it has in the ledger's currency. What is left in a currency
//! without worth, or in worth without an amount, such as exchange differences on a turned-over sale, goes back as just
//! that. What the accounts were worth goes to retained earnings in the ledger's currency: equity is kept in that.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::store::Tags;
use fondaco_core::{Currency, Money, Range, Reading, Tx};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::ledger::{
    AMOUNT_DIGITS, Account, AccountClass, Amounts, Balance, LedgerError, NewEntry, NewPosting,
    PeriodKey, Side, balance_tags,
};
use crate::parallel::{self, ParallelLedger, alone, unmarked};

/// An account's sums of a year, by currency and dimensions.
type Cells = BTreeMap<(Currency, SmolStr), Amounts>;

/// An account with its sums.
type OfAccount = (SmolStr, Cells);

/// A parallel ledger with the sums that it has alone.
type OfLedger = (Arc<ParallelLedger>, Vec<OfAccount>);

/// The entries that close a year, and its result: a profit is positive.
pub(super) struct Zeroing {
    pub(super) entries: Vec<NewEntry>,
    pub(super) result: Decimal,
}

/// What the entries are to look like.
pub(super) struct Plan<'a> {
    pub(super) year: i32,
    pub(super) date: NaiveDate,
    pub(super) journal: &'a SmolStr,
    pub(super) retained: &'a SmolStr,
    pub(super) currency: Currency,
    /// The dimensions that retained earnings keep: one entry per combination of their values.
    pub(super) keep: &'a [SmolStr],
}

/// The accounts that are taken to zero.
pub(super) fn accounts(accounts: &[impl AsRef<Account>]) -> Vec<SmolStr> {
    let of_result = |account: &&Account| {
        !account.heading && matches!(account.class, AccountClass::Income | AccountClass::Expense)
    };
    let accounts = accounts.iter().map(AsRef::as_ref);
    accounts.filter(of_result).map(|account| account.code.clone()).collect()
}

/// What the accounts stand at over these periods, by account.
pub(super) fn cells(
    read: &mut impl Reading,
    accounts: &[SmolStr],
    (first, last): (PeriodKey, PeriodKey),
) -> Result<Vec<OfAccount>, LedgerError> {
    let range = |code: &SmolStr| Range::<Balance>::by_key(code).from(&first).through(&last);
    let ranges: Vec<_> = accounts.iter().map(range).collect();
    let mut found: Vec<OfAccount> = Vec::new();
    read.peek_each_of(&ranges, |balance: &Balance| {
        if found.last().is_none_or(|(code, _)| *code != balance.account) {
            found.push((balance.account.clone(), Cells::new()));
        }
        if let Some((_, cells)) = found.last_mut() {
            let cell = cells.entry((balance.currency, balance.dimensions.clone())).or_default();
            cell.add(&Amounts::of_balance(balance));
        }
        Ok::<(), LedgerError>(())
    })?;
    Ok(found)
}

/// The entries that close the year of each parallel ledger: what it earned and spent alone, to its own retained earnings.
pub(super) fn of_ledgers(
    tx: &mut Tx<'_>,
    plan: &Plan<'_>,
    accounts: &[SmolStr],
    keys: (PeriodKey, PeriodKey),
) -> Result<Vec<NewEntry>, LedgerError> {
    let mut entries = Vec::new();
    for (ledger, own) in with_results(tx, accounts, keys)? {
        // Whoever names others meanwhile makes the closing run again.
        let ledger = tx.get::<ParallelLedger>(&ledger.code)?.unwrap_or(ledger);
        let (retained, journal) = ledger.closing(plan.year)?;
        entries.extend(Plan { retained, journal, ..*plan }.zero(&own)?.entries);
    }
    Ok(entries)
}

/// The ledgers that could not be closed: they earned or spent something alone, and nobody said where that goes.
pub(super) fn without_closing(
    read: &mut impl Reading,
    year: i32,
    accounts: &[SmolStr],
    keys: (PeriodKey, PeriodKey),
) -> Result<Vec<SmolStr>, LedgerError> {
    let mut ledgers = with_results(read, accounts, keys)?;
    ledgers.retain(|(ledger, _)| ledger.closing(year).is_err());
    Ok(ledgers.into_iter().map(|(ledger, _)| ledger.code.clone()).collect())
}

/// What each ledger that earned or spent something alone stands at.
fn with_results(
    read: &mut impl Reading,
    accounts: &[SmolStr],
    keys: (PeriodKey, PeriodKey),
) -> Result<Vec<OfLedger>, LedgerError> {
    let mut found = Vec::new();
    for ledger in parallel::ledgers(read)? {
        let own = cells(&mut alone(read, &ledger.code)?, accounts, keys)?;
        if own.iter().any(|(_, cells)| cells.values().any(|sums| !sums.is_zero())) {
            found.push((ledger, own));
        }
    }
    Ok(found)
}

impl Plan<'_> {
    /// Takes the cells to zero.
    pub(super) fn zero(&self, accounts: &[OfAccount]) -> Result<Zeroing, LedgerError> {
        let mut groups: BTreeMap<Vec<SmolStr>, Group> = BTreeMap::new();
        let mut tags_of: BTreeMap<&SmolStr, Tags> = BTreeMap::new();
        let mut result = 0;
        for (account, cells) in accounts {
            for ((currency, dimensions), sums) in cells.iter().filter(|(_, sums)| !sums.is_zero()) {
                let tags = match tags_of.get(dimensions) {
                    Some(tags) => tags.clone(),
                    None => {
                        let tags = unmarked(&balance_tags(dimensions)?);
                        tags_of.entry(dimensions).or_insert(tags).clone()
                    }
                };
                let kept = self.keep.iter().map(|name| tags.get(name).unwrap_or("").into());
                let group = groups.entry(kept.collect()).or_default();
                let (amount, worth) = sums.net();
                group.converts |= *currency != self.currency;
                group.worth += worth;
                result -= worth;
                self.back(account, *currency, &tags, (amount, worth), &mut group.postings);
            }
        }
        let entries = groups.into_iter().map(|(kept, group)| self.entry(&kept, group)).collect();
        Ok(Zeroing { entries, result: decimal(result) })
    }

    /// The postings that take a cell back.
    fn back(
        &self,
        account: &SmolStr,
        currency: Currency,
        tags: &Tags,
        (amount, worth): (i128, i128),
        out: &mut Vec<NewPosting>,
    ) {
        let foreign = currency != self.currency;
        let mut push = |amount: i128, worth: i128| {
            let debit = amount < 0 || worth < 0;
            let side = if debit { Side::Debit } else { Side::Credit };
            let money = Money::new(decimal(amount.abs()), currency);
            let worth = Money::new(decimal(worth.abs()), self.currency);
            out.push(NewPosting {
                ledger_amount: foreign.then_some(worth),
                dimensions: tags.clone(),
                ..NewPosting::new(account.clone(), side, money)
            });
        };
        // Amount and worth on opposite sides can't stand in one posting.
        if (amount < 0) != (worth < 0) && amount != 0 && worth != 0 {
            push(amount, 0);
            push(0, worth);
        } else {
            push(amount, worth);
        }
    }

    fn entry(&self, kept: &[SmolStr], group: Group) -> NewEntry {
        let mut postings = group.postings;
        if group.worth != 0 || postings.len() < 2 {
            let side = if group.worth > 0 { Side::Debit } else { Side::Credit };
            let money = Money::new(decimal(group.worth.abs()), self.currency);
            let named = self.keep.iter().zip(kept).filter(|(_, value)| !value.is_empty());
            let dimensions = named.map(|(name, value)| (name.clone(), value.clone())).collect();
            let posting = NewPosting::new(self.retained.clone(), side, money);
            postings.push(NewPosting { dimensions, ..posting });
        }
        NewEntry {
            conversion: group.converts,
            postings,
            ..NewEntry::new(self.journal.clone(), self.date).text(format!("Closing {}", self.year))
        }
    }
}

/// What is closed together.
#[derive(Default)]
struct Group {
    postings: Vec<NewPosting>,
    worth: i128,
    /// Whether a foreign currency is among it: then the entry turns that into the ledger's.
    converts: bool,
}

fn decimal(units: i128) -> Decimal {
    Decimal::try_from_i128_with_scale(units, u32::from(AMOUNT_DIGITS)).unwrap_or_default()
}
