//! What an account holds in other currencies on a day, and what that is worth.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use fondaco_core::store::Tags;
use fondaco_core::{Currency, Halt, Id, Range, Reading};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::closing::Closing;
use super::earlier::Adjusted;
use super::prudence::is_long;
use crate::ledger::open_items::{LeftWorth, OpenWorth, open_worths};
use crate::ledger::{
    Account, Amount, Balance, BalanceQuery, Clearing, ItemKeeping, ItemKey, LedgerError, Period,
    Posting, balances, tags,
};
use crate::parallel::{ledger_of, unmarked};

/// So many postings are read in one trip.
const MANY: usize = 4096;

/// So much of a currency, and what it is worth in the books and by the rate; in units of the ledger's amounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    /// The item; `None` for a balance, and for what a clearing left.
    pub(super) item: Option<ItemKey>,
    pub(super) currency: Currency,
    /// Its dimensions as a JSON object; empty for none.
    pub(super) dimensions: SmolStr,
    pub(super) open: i128,
    pub(super) before: i128,
    /// What it is worth by the rate.
    pub(super) by_rate: i128,
    /// At what it is to stand: that, without gains that are not recognised.
    pub(super) worth: i128,
    /// When an item falls due, and whether that is another day than its document's.
    pub(super) due: Option<(NaiveDate, bool)>,
}

impl Held {
    fn new(item: Option<ItemKey>, currency: Currency, (open, before): (i128, i128)) -> Held {
        let (dimensions, by_rate, worth, due) = (SmolStr::default(), 0, 0, None);
        Held { item, currency, dimensions, open, before, by_rate, worth, due }
    }
}

/// The sums of an account in a currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Valued {
    pub(super) account: SmolStr,
    pub(super) currency: Currency,
    /// How many items or balances.
    pub(super) count: u64,
    pub(super) open: i64,
    pub(super) before: i64,
    pub(super) worth: i64,
    /// What of the difference is of which dimensions; the rest is of none.
    #[serde(default)]
    pub(super) parts: BTreeMap<SmolStr, i64>,
    /// Whether the account's balances counted as falling due in more than a year.
    #[serde(default)]
    pub(super) long: bool,
}

impl Valued {
    fn nothing(account: &SmolStr, currency: Currency) -> Valued {
        let (account, parts) = (account.clone(), BTreeMap::new());
        Valued { account, currency, count: 0, open: 0, before: 0, worth: 0, parts, long: false }
    }

    pub(super) fn difference(&self) -> i128 {
        i128::from(self.worth) - i128::from(self.before)
    }

    /// What is to be posted with which dimensions: none where the books are worth what they should be.
    pub(super) fn split(&self) -> Result<Vec<(Tags, i128)>, LedgerError> {
        let of_some = self.parts.values().map(|units| i128::from(*units)).sum::<i128>();
        let of_none = (Tags::default(), self.difference() - of_some);
        let of_some = self.parts.iter().map(|(of, units)| Ok((tags(of)?, i128::from(*units))));
        let mut all = of_some.collect::<Result<Vec<_>, LedgerError>>()?;
        all.insert(0, of_none);
        all.retain(|(_, units)| *units != 0);
        Ok(all)
    }

    pub(super) fn moves(&self) -> bool {
        self.difference() != 0 || self.parts.values().any(|units| *units != 0)
    }
}

/// The currencies other than the ledger's in which anything was ever posted to an account, and whether any of it has
/// dimensions.
pub(super) fn foreign(
    read: &mut impl Reading,
    account: &SmolStr,
    ledger: Currency,
) -> Result<(BTreeSet<Currency>, bool), LedgerError> {
    let (mut currencies, mut tagged) = (BTreeSet::new(), false);
    read.peek_each(&Range::<Balance>::by_key(account), |balance: &Balance| {
        if balance.currency != ledger {
            currencies.insert(balance.currency);
            tagged |= !balance.dimensions.is_empty(); // also what one ledger has alone is
        }
        Ok::<(), LedgerError>(())
    })?;
    Ok((currencies, tagged))
}

/// All that an account holds in other currencies at the end of the day: its items, or its balances.
pub(super) fn held(
    read: &mut impl Reading,
    account: &Account,
    closing: &mut Closing,
) -> Result<Vec<Held>, LedgerError> {
    let (currencies, tagged) = foreign(read, &account.code, closing.ledger)?;
    if currencies.is_empty() {
        return Ok(Vec::new()); // whatever it holds in the ledger's own needn't be read
    }
    // What one ledger has alone is a balance.
    let by_items = account.open_items == Some(ItemKeeping::Kept) && closing.has_items;
    let mut held = match by_items {
        true => items(read, account, closing, tagged)?,
        false => by_balance(read, account, closing, tagged)?,
    };
    for part in held.iter_mut().filter(|part| part.open != 0) {
        let rate = closing.rate(read, (&account.code, part.currency, part.open))?;
        part.worth = rate.worth(part.open).ok_or_else(|| too_large(&account.code))?;
    }
    if !by_items && tagged {
        round_as_one(read, account, closing, &mut held)?;
    }
    held.iter_mut().for_each(|part| part.by_rate = part.worth);
    if let Some(prudence) = &closing.prudence {
        prudence.carry(account, by_items, &mut held);
    }
    Ok(held)
}

fn too_large(account: &SmolStr) -> LedgerError {
    LedgerError::SumTooLarge { code: account.clone() }
}

/// Items, and what clearings left and was not posted: each as it stood.
fn items(
    read: &mut impl Reading,
    account: &Account,
    closing: &Closing,
    tagged: bool,
) -> Result<Vec<Held>, LedgerError> {
    let at = (Some(closing.at.date), closing.at.known_at);
    let (items, left) = open_worths(read, &account.code, at)?;
    let foreign = items.into_iter().filter(|item| item.currency != closing.ledger);
    let held = foreign.map(|OpenWorth { key, currency, due, net }| Held {
        due: Some(due),
        ..Held::new(Some(key), currency, net)
    });
    let mut held: Vec<Held> = held.collect();
    if tagged {
        tag(read, &mut held)?;
    }
    held.extend(left_by_clearings(left, closing.ledger));
    Ok(held)
}

/// Each item has the dimensions of its posting.
fn tag(read: &mut impl Reading, held: &mut [Held]) -> Result<(), LedgerError> {
    for some in held.chunks_mut(MANY) {
        let keys: Vec<_> = some.iter().filter_map(|held| Some(held.item?.stored())).collect();
        for (held, posting) in some.iter_mut().zip(read.peek_many::<Posting>(&keys)?) {
            if let Some(posting) = posting.filter(|posting| !posting.dimensions.is_empty()) {
                held.dimensions = posting.dimensions.to_json().into();
            }
        }
    }
    Ok(())
}

/// What clearings left is owed by nobody, so it is worth nothing: of one currency its worth alone; where one currency was
/// cleared against another, what all of them together are worth, said of the first that is not the ledger's.
fn left_by_clearings(left: Vec<LeftWorth>, ledger: Currency) -> Vec<Held> {
    let mut crossed: BTreeMap<Id<Clearing>, (Option<Currency>, i128)> = BTreeMap::new();
    let mut held = Vec::new();
    for LeftWorth { clearing, currency, net: (amount, worth) } in left {
        if amount == 0 && currency != ledger {
            held.push(Held::new(None, currency, (0, worth)));
            continue;
        }
        let sum = crossed.entry(clearing).or_default();
        let first = sum.0.into_iter().chain((currency != ledger).then_some(currency)).min();
        *sum = (first, sum.1 + worth);
    }
    let together = crossed.into_values().filter(|(_, worth)| *worth != 0);
    held.extend(together.filter_map(|(of, worth)| Some(Held::new(None, of?, (0, worth)))));
    held
}

fn balance_query(account: &Account, closing: &Closing) -> BalanceQuery {
    let query = BalanceQuery::account(account.code.clone()).until(closing.at.date);
    match closing.at.known_at {
        Some(time) => query.known_at(time),
        None => query,
    }
}

/// What an account holds by its balances; each part of it by its dimensions.
pub(super) fn balance_parts(
    read: &mut impl Reading,
    account: &Account,
    closing: &Closing,
) -> Result<Vec<Held>, LedgerError> {
    let (currencies, tagged) = foreign(read, &account.code, closing.ledger)?;
    match currencies.is_empty() {
        true => Ok(Vec::new()),
        false => by_balance(read, account, closing, tagged),
    }
}

/// The balances in other currencies, by dimensions where any of them has some.
fn by_balance(
    read: &mut impl Reading,
    account: &Account,
    closing: &Closing,
    tagged: bool,
) -> Result<Vec<Held>, LedgerError> {
    match tagged {
        true => tagged_balance(read, account, closing),
        false => balance(read, account, closing),
    }
}

fn balance(
    read: &mut impl Reading,
    account: &Account,
    closing: &Closing,
) -> Result<Vec<Held>, LedgerError> {
    let rows = balances(read, &balance_query(account, closing))?;
    let foreign =
        rows.iter().filter(|row| row.currency != closing.ledger && !row.amounts.is_zero());
    Ok(foreign.map(|row| Held::new(None, row.currency, row.amounts.net())).collect())
}

/// The balances by currency and dimensions: whole periods from the counters, parts of periods from the postings.
fn tagged_balance(
    read: &mut impl Reading,
    account: &Account,
    closing: &Closing,
) -> Result<Vec<Held>, LedgerError> {
    let at = closing.at;
    let mut sums: BTreeMap<(Currency, SmolStr), (i128, i128)> = BTreeMap::new();
    let mut add = |currency: Currency, dimensions: SmolStr, (open, worth): (i128, i128)| {
        if currency != closing.ledger {
            let sum = sums.entry((currency, dimensions)).or_default();
            *sum = (sum.0 + open, sum.1 + worth);
        }
    };
    let periods = read.peek_scan(&Range::<Period>::all())?;
    let begun = periods.iter().filter(|period| period.start <= at.date);
    let (whole, part): (Vec<_>, Vec<_>) =
        begun.partition(|period| period.end <= at.date && at.known_at.is_none());
    let whole: Vec<_> = whole
        .iter()
        .map(|period| Range::<Balance>::by_key(&(account.code.clone(), period.period)))
        .collect();
    read.peek_each_of(&whole, |balance: &Balance| {
        let units =
            |debit: Amount, credit: Amount| i128::from(debit.units()) - i128::from(credit.units());
        let worth = units(balance.ledger_debit, balance.ledger_credit);
        let net = (units(balance.debit, balance.credit), worth);
        add(balance.currency, plain(&balance.dimensions)?, net);
        Ok::<(), LedgerError>(())
    })?;
    let part: Vec<_> = part
        .iter()
        .map(|period| Range::by(Posting::BY_ACCOUNT, &(account.code.clone(), period.period)))
        .collect();
    read.peek_each_of(&part, |posting: &Posting| {
        if posting.date <= at.date && at.knows(posting.entry) {
            let dimensions = json(&unmarked(&posting.dimensions));
            let net = (posting.amount.units().into(), posting.ledger_amount.units().into());
            add(posting.currency, dimensions, net);
        }
        Ok::<(), LedgerError>(())
    })?;
    let held = sums.into_iter().filter(|(_, net)| *net != (0, 0));
    let held = held
        .map(|((currency, dimensions), net)| Held { dimensions, ..Held::new(None, currency, net) });
    Ok(held.collect())
}

/// The dimensions of a sum without what marks them as of one ledger.
fn plain(dimensions: &SmolStr) -> Result<SmolStr, LedgerError> {
    let all = tags(dimensions)?;
    Ok(match ledger_of(&all) {
        Some(_) => json(&unmarked(&all)),
        None => dimensions.clone(),
    })
}

fn json(dimensions: &Tags) -> SmolStr {
    if dimensions.is_empty() { SmolStr::default() } else { dimensions.to_json().into() }
}

/// A balance is worth what all of it is, rounded once: what its parts are off goes to the largest of them.
fn round_as_one(
    read: &mut impl Reading,
    account: &Account,
    closing: &mut Closing,
    held: &mut [Held],
) -> Result<(), LedgerError> {
    for parts in held.chunk_by_mut(|a, b| a.currency == b.currency) {
        let open = parts.iter().map(|part| part.open).sum::<i128>();
        let worth = parts.iter().map(|part| part.worth).sum::<i128>();
        let largest = parts.iter_mut().max_by_key(|part| part.open.abs());
        let Some(largest) = largest.filter(|part| part.open != 0) else { continue };
        let rate = closing.rate(read, (&account.code, largest.currency, open))?;
        let as_one = rate.worth(open).ok_or_else(|| too_large(&account.code))?;
        largest.worth += as_one - worth;
    }
    Ok(())
}

/// The sums by currency.
pub(super) fn sums(account: &Account, held: &[Held]) -> Result<Vec<Valued>, LedgerError> {
    let mut sums: BTreeMap<Currency, (u64, i128, i128, i128)> = BTreeMap::new();
    let mut parts: BTreeMap<Currency, BTreeMap<SmolStr, i128>> = BTreeMap::new();
    for part in held {
        let sum = sums.entry(part.currency).or_default();
        *sum = (sum.0 + 1, sum.1 + part.open, sum.2 + part.before, sum.3 + part.worth);
        if !part.dimensions.is_empty() {
            let of = parts.entry(part.currency).or_default();
            *of.entry(part.dimensions.clone()).or_default() += part.worth - part.before;
        }
    }
    let (long, account) = (is_long(account), &account.code);
    let narrow = |units| narrow(account, units);
    let mut valued = Vec::with_capacity(sums.len());
    for (currency, (count, open, before, worth)) in sums {
        let of = parts.remove(&currency).unwrap_or_default();
        let of = of.into_iter().map(|(of, units)| Ok((of, narrow(units)?)));
        valued.push(Valued {
            count,
            open: narrow(open)?,
            before: narrow(before)?,
            worth: narrow(worth)?,
            parts: of.collect::<Result<_, LedgerError>>()?,
            long,
            ..Valued::nothing(account, currency)
        });
    }
    Ok(valued)
}

fn narrow(account: &SmolStr, units: i128) -> Result<i64, LedgerError> {
    i64::try_from(units).map_err(|_| too_large(account))
}

/// Values one account by its own books, without what stands elsewhere in its stead.
pub(super) fn value(
    read: &mut impl Reading,
    account: &Account,
    closing: &mut Closing,
) -> Result<Vec<Valued>, LedgerError> {
    let held = held(read, account, closing)?;
    sums(account, &held)
}

/// Adds what stands on adjustment accounts in an account's stead to what its books say.
pub(super) fn adjust(
    account: &SmolStr,
    mut lines: Vec<Valued>,
    adjusted: &Adjusted,
) -> Result<Vec<Valued>, LedgerError> {
    for ((_, currency), adjustment) in adjusted.iter().filter(|((of, _), _)| of == account) {
        let at = match lines.iter().position(|line| line.currency == *currency) {
            Some(at) => at,
            None => {
                lines.push(Valued::nothing(account, *currency));
                lines.len() - 1
            }
        };
        let line = &mut lines[at];
        line.before = narrow(account, i128::from(line.before) + adjustment.units)?;
        for (of, units) in adjustment.parts.iter().filter(|(of, _)| !of.is_empty()) {
            let known = line.parts.get(of).copied().unwrap_or_default();
            line.parts.insert(of.clone(), narrow(account, i128::from(known) - units)?);
        }
    }
    lines.retain(|line| line.count > 0 || line.before != 0 || line.moves());
    lines.sort_by_key(|line| line.currency);
    Ok(lines)
}

/// A sum of the ledger's amounts.
pub(super) fn amount(units: i128) -> Result<Amount, Halt> {
    let units = i64::try_from(units);
    units.map(Amount::from_units).map_err(|_| Halt::Bug("a revaluation beyond all sums".into()))
}
