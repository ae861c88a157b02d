//! Recomputing open items from facts: from postings, from what was cleared of them, and from what was undone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Currency, Halt, Id, Range, Reading};
use smol_str::SmolStr;

use super::difference::{Net, nets};
use super::realise::is_own;
use super::writing::item;
use super::{
    Clearing, ClearingDifference, ClearingLine, ItemKeeping, ItemKey, OpenItem, Realised,
    Unclearing,
};
use crate::ledger::{
    Account, Amount, BalanceQuery, Discrepancy, Entry, LedgerError, Posting, balances,
};

/// How many postings are compared in one trip.
const MANY: usize = 4096;

/// What of the open items does not follow from the facts.
pub(in crate::ledger) fn verify(read: &mut impl Reading) -> Result<Vec<Discrepancy>, LedgerError> {
    let mut check = Check::read(read)?;
    for account in read.peek_scan(&Range::<Account>::all())? {
        if let Some(keeping) = account.open_items {
            check.account(read, &account.code, keeping)?;
        }
    }
    check.strays(read)?;
    check.clearings(read)?;
    Ok(check.found)
}

/// An item as the facts have it.
struct Known {
    account: SmolStr,
    date: NaiveDate,
}

#[derive(Default)]
struct Check {
    /// By clearing, its lines; and from which day on it was undone.
    lines: BTreeMap<Id<Clearing>, Vec<ClearingLine>>,
    undone: BTreeMap<Id<Clearing>, NaiveDate>,
    /// By item, what clearings that stand took of it, and from which day on it was opened again.
    taken: BTreeMap<ItemKey, Net>,
    reopened: BTreeMap<ItemKey, NaiveDate>,
    /// By account and currency, what clearings that stand left.
    left: BTreeMap<(SmolStr, Currency), Net>,
    known: BTreeMap<ItemKey, Known>,
    found: Vec<Discrepancy>,
}

impl Check {
    fn read(read: &mut impl Reading) -> Result<Check, Halt> {
        let mut check = Check::default();
        read.peek_each(&Range::<Unclearing>::all(), |row| {
            check.undone.insert(row.clearing, row.date);
            Ok::<(), Halt>(())
        })?;
        read.peek_each(&Range::<ClearingLine>::all(), |line| {
            check.lines.entry(line.clearing).or_default().push(line.clone());
            Ok::<(), Halt>(())
        })?;
        let Check { lines, undone, taken, reopened, left, .. } = &mut check;
        for line in lines.values().flatten() {
            let amounts = (i128::from(line.amount.units()), i128::from(line.ledger_amount.units()));
            match undone.get(&line.clearing) {
                Some(from) if *from > line.date => {
                    let day = reopened.entry(line.item_key()).or_insert(*from);
                    *day = (*day).max(*from);
                }
                Some(_) => {}
                None => {
                    add(taken.entry(line.item_key()).or_default(), amounts);
                    add(left.entry((line.account.clone(), line.currency)).or_default(), amounts);
                }
            }
        }
        Ok(check)
    }

    /// Every posting of a kept account is an item, of which that is open that nothing took; and all of it is the balance.
    fn account(
        &mut self,
        read: &mut impl Reading,
        account: &SmolStr,
        keeping: ItemKeeping,
    ) -> Result<(), LedgerError> {
        let mut postings = Vec::new();
        read.peek_each(&Range::by(Posting::BY_ACCOUNT, account), |posting| {
            postings.push(posting.clone());
            Ok::<(), Halt>(())
        })?;
        let mut open: BTreeMap<Currency, Net> = BTreeMap::new();
        for part in postings.chunks(MANY) {
            self.items(read, part, keeping, &mut open)?;
        }
        if keeping == ItemKeeping::Kept {
            self.sums(read, account, open)?;
        }
        Ok(())
    }

    fn items(
        &mut self,
        read: &mut impl Reading,
        postings: &[Posting],
        keeping: ItemKeeping,
        open: &mut BTreeMap<Currency, Net>,
    ) -> Result<(), Halt> {
        let keys: Vec<_> = postings.iter().map(|posting| (posting.entry, posting.line)).collect();
        let rows = read.peek_many::<OpenItem>(&keys)?;
        let ids: BTreeSet<Id<Entry>> = postings.iter().map(|posting| posting.entry).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let entries = read.peek_many::<Entry>(&ids)?;
        let entries: BTreeMap<_, _> =
            ids.into_iter().zip(entries).filter_map(|(id, entry)| Some((id, entry?))).collect();
        for (posting, row) in postings.iter().zip(rows) {
            let key = ItemKey::new(posting.entry, posting.line);
            let (account, date) = (posting.account.clone(), posting.date);
            self.known.insert(key, Known { account, date });
            let expected =
                entries.get(&posting.entry).and_then(|entry| self.expected(item(entry, posting)));
            let missing = row.is_none() && keeping == ItemKeeping::Preparing;
            if !missing && (expected.is_none() || row.as_deref() != expected.as_ref()) {
                let ItemKey { entry, line } = key;
                self.found.push(Discrepancy::OpenItem { entry, line });
            }
            if let Some(row) = row {
                let nets = (i128::from(row.open.units()), i128::from(row.ledger_open.units()));
                add(open.entry(row.currency).or_default(), nets);
            }
        }
        Ok(())
    }

    /// An item as it must stand; `None` where more was taken than there was.
    fn expected(&self, item: OpenItem) -> Option<OpenItem> {
        let key = item.item_key();
        let (taken, worth) = self.taken.get(&key).copied().unwrap_or_default();
        let amount = i128::from(item.amount.units());
        let open = amount - taken;
        if open != 0 && (open.signum() != amount.signum() || open.abs() > amount.abs()) {
            return None;
        }
        let ledger_open = i128::from(item.ledger_amount.units()) - worth;
        let mut item = item.with_open(narrow(open)?, narrow(ledger_open)?);
        if let Some(day) = self.reopened.get(&key) {
            item.clearable_from = item.clearable_from.max(*day);
        }
        Some(item)
    }

    /// Items and differences add up to the sums that the ledger keeps.
    fn sums(
        &mut self,
        read: &mut impl Reading,
        account: &SmolStr,
        mut open: BTreeMap<Currency, Net>,
    ) -> Result<(), LedgerError> {
        for ((_, currency), net) in self.left.iter().filter(|((of, _), _)| of == account) {
            add(open.entry(*currency).or_default(), *net);
        }
        for row in balances(read, &BalanceQuery::account(account.clone()))? {
            let net = row.amounts.net();
            let sum = open.entry(row.currency).or_default();
            (sum.0, sum.1) = (sum.0 - net.0, sum.1 - net.1);
        }
        let wrong = open.into_iter().filter(|(_, net)| *net != (0, 0));
        self.found.extend(
            wrong
                .map(|(currency, _)| Discrepancy::OpenItems { account: account.clone(), currency }),
        );
        Ok(())
    }

    /// Items of no posting, or of an account that is not kept by them.
    fn strays(&mut self, read: &mut impl Reading) -> Result<(), Halt> {
        let Check { known, found, .. } = self;
        read.peek_each(&Range::<OpenItem>::all(), |row| {
            if !known.contains_key(&row.item_key()) {
                found.push(Discrepancy::OpenItem { entry: row.entry, line: row.line });
            }
            Ok(())
        })
    }

    /// Every clearing has its lines, took nothing before its items were there, and left what is kept of it.
    fn clearings(&mut self, read: &mut impl Reading) -> Result<(), Halt> {
        let mut kept: BTreeMap<Id<Clearing>, Vec<ClearingDifference>> = BTreeMap::new();
        read.peek_each(&Range::<ClearingDifference>::all(), |row| {
            kept.entry(row.clearing).or_default().push(row.clone());
            Ok::<(), Halt>(())
        })?;
        let mut clearings: BTreeMap<Id<Clearing>, Arc<Clearing>> = BTreeMap::new();
        read.peek_each(&Range::<Clearing>::all(), |row| {
            clearings.insert(row.id, Arc::new(row.clone()));
            Ok::<(), Halt>(())
        })?;
        let mut realised: BTreeMap<Id<Clearing>, Realised> = BTreeMap::new();
        read.peek_each(&Range::<Realised>::all(), |row| {
            realised.insert(row.clearing, row.clone());
            Ok::<(), Halt>(())
        })?;
        let named = self.lines.keys().chain(self.undone.keys()).chain(kept.keys());
        let named = named.chain(realised.keys());
        let all: BTreeSet<Id<Clearing>> = clearings.keys().chain(named).copied().collect();
        let no_lines = Vec::new();
        for id in all {
            let lines = self.lines.get(&id).unwrap_or(&no_lines);
            let rows = kept.remove(&id).unwrap_or_default();
            let fits = clearings.get(&id).is_some_and(|clearing| {
                let posted = realised.get(&id);
                self.lines_fit(clearing, lines)
                    && self.left_fits(clearing, lines, &rows, posted)
                    && posted.is_none_or(|posted| posted_fits(clearing, lines, posted))
            });
            if !fits {
                self.found.push(Discrepancy::Clearing { clearing: id });
            }
        }
        Ok(())
    }

    fn lines_fit(&self, clearing: &Clearing, lines: &[ClearingLine]) -> bool {
        let fits = |(line, number): (&ClearingLine, u32)| {
            let of_item = self
                .known
                .get(&line.item_key())
                .is_some_and(|item| item.account == clearing.account && item.date <= clearing.date);
            let same = line.account == clearing.account && line.date == clearing.date;
            line.number == number && of_item && same
        };
        let not_before = self.undone.get(&clearing.id).is_none_or(|from| *from >= clearing.date);
        lines.len() == clearing.lines as usize && lines.iter().zip(1..).all(fits) && not_before
    }

    fn left_fits(
        &self,
        clearing: &Clearing,
        lines: &[ClearingLine],
        rows: &[ClearingDifference],
        posted: Option<&Realised>,
    ) -> bool {
        let given = lines.iter().filter(|line| !is_own(posted, line.item_key()));
        let difference: i128 = given.map(|line| i128::from(line.ledger_amount.units())).sum();
        let mut nets =
            nets(lines.iter().map(|line| (line.currency, line.amount, line.ledger_amount)));
        nets.retain(|_, net| *net != (0, 0));
        let open_in = (!self.undone.contains_key(&clearing.id)).then_some(&clearing.account);
        let fits = |row: &ClearingDifference| {
            let net = (i128::from(row.amount.units()), i128::from(row.ledger_amount.units()));
            let same = row.account == clearing.account && row.date == clearing.date;
            nets.get(&row.currency) == Some(&net) && same && row.open_in.as_ref() == open_in
        };
        let differs = difference != i128::from(clearing.difference.units());
        !differs && rows.len() == nets.len() && rows.iter().all(fits)
    }
}

/// What was posted takes all that was left, on the clearing's day.
fn posted_fits(clearing: &Clearing, lines: &[ClearingLine], posted: &Realised) -> bool {
    let own = lines.iter().filter(|line| line.entry == posted.entry);
    let taken: i128 = own.map(|line| i128::from(line.ledger_amount.units())).sum();
    let same = posted.account == clearing.account && posted.date == clearing.date;
    same && posted.difference == clearing.difference
        && taken == -i128::from(posted.difference.units())
}

fn add(sum: &mut Net, (amount, worth): Net) {
    (sum.0, sum.1) = (sum.0 + amount, sum.1 + worth);
}

fn narrow(units: i128) -> Option<Amount> {
    i64::try_from(units).ok().map(Amount::from_units)
}
