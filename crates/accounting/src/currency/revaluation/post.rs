//! Posting what was valued: an entry in each journal that is named, its reversal, and the facts of the run.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Tags};
use fondaco_core::{Currency, Halt, Id, Money, Tx};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::closing::Closing;
use super::ground::{Ground, Known};
use super::value::{Valued, amount};
use super::{RevaluationLine, RevaluationPart, RevaluationRun, Revalue, Revalued};
use crate::currency::{ExchangeAccounts, ExchangeError, Naming, side_of};
use crate::ledger::open_items::money;
use crate::ledger::rights::{self, Asking};
use crate::ledger::{Entry, LedgerError, NewEntry, NewPosting, plan_new, post_one};

/// Values what is not known, or not so any more, and posts what differs.
pub(super) fn post(tx: &mut Tx<'_>, run: &Revalue, known: &Known) -> Result<Revalued, LedgerError> {
    let authority = tx.authority(&rights::REVALUE)?;
    tx.allow(&authority, &Request::new(&rights::REVALUE).about(run.source.clone()))?;
    let scope = run.of(tx)?;
    let ledger = scope.ledger.clone();
    let ground = Ground::read(tx, run, scope)?;
    let (lines, closing) = ground.value(tx, known)?;
    let moved: Vec<Valued> = lines.into_iter().filter(Valued::moves).collect();
    let naming = Naming::read(tx, moved.iter().map(|line| (&line.account, line.currency)))?;
    let (mut entries, mut difference) = (Vec::new(), 0);
    let text = run.text.clone().unwrap_or_else(|| format_smolstr!("Revaluation at {}", run.date));
    for (journal, named) in by_journal(run.journal.as_ref(), &naming, &moved)? {
        let entry = NewEntry::new(journal.clone(), run.date).text(text.clone());
        let entry = told(entry, &named, closing.ledger, Posts::Unrealised)?;
        let asking = Asking::following(tx.authority(&rights::REVALUE)?);
        let (posted, _) = post_one(tx, &entry, None, asking)?;
        difference += keep(tx, run, (posted.id, &ledger), &named, &closing)?;
        entries.push(posted.id);
    }
    Ok(Revalued { entries, lines: moved.len() as u32, difference: amount(difference)? })
}

/// A line, and the accounts that are named for it.
pub(super) type Named<'l> = (&'l Valued, &'l ExchangeAccounts);

/// What becomes of a difference.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Posts {
    /// It may come and go: the entry is taken back.
    Unrealised,
    /// It stays.
    Realised,
}

/// The lines by the journals in which they are posted: one for all, or those that are named.
pub(super) fn by_journal<'l>(
    of_all: Option<&'l SmolStr>,
    naming: &'l Naming,
    lines: &'l [Valued],
) -> Result<BTreeMap<&'l SmolStr, Vec<Named<'l>>>, LedgerError> {
    let mut journals: BTreeMap<&SmolStr, Vec<Named<'l>>> = BTreeMap::new();
    for line in lines {
        let (account, currency) = (line.account.clone(), line.currency);
        let accounts = naming.of(&line.account, currency);
        let accounts = accounts.ok_or(ExchangeError::NoAccounts { account, currency })?;
        let journal = of_all.unwrap_or(&accounts.journal);
        journals.entry(journal).or_default().push((line, accounts));
    }
    Ok(journals)
}

/// The entry: what each account is worth more or less, against gains and losses; both with the dimensions of what was valued,
/// so that each segment, project or desk stands at the closing rate by itself.
pub(super) fn told(
    mut entry: NewEntry,
    named: &[Named<'_>],
    ledger: Currency,
    posts: Posts,
) -> Result<NewEntry, LedgerError> {
    let mut results: BTreeMap<(&SmolStr, Tags), i128> = BTreeMap::new();
    for (line, accounts) in named {
        for (dimensions, difference) in line.split()? {
            let of_result = accounts.tagged(&dimensions);
            let (result, instead) = match posts {
                Posts::Unrealised => {
                    (accounts.unrealised(-difference), accounts.adjustment.as_ref())
                }
                Posts::Realised => (accounts.realised(-difference), None),
            };
            *results.entry((result, of_result)).or_default() -= difference;
            entry.postings.push(moved(line, (dimensions, difference), instead, ledger));
        }
    }
    for ((code, dimensions), units) in results.into_iter().filter(|(_, units)| *units != 0) {
        let amount = money(units, ledger).abs();
        let mut posting = NewPosting::new(code.clone(), side_of(units), amount);
        posting.dimensions = dimensions;
        entry.postings.push(posting);
    }
    Ok(entry)
}

/// What the account is worth more or less, on the account or on the one that stands for it.
fn moved(
    line: &Valued,
    (dimensions, difference): (Tags, i128),
    instead: Option<&SmolStr>,
    ledger: Currency,
) -> NewPosting {
    let side = side_of(difference);
    let worth = money(difference, ledger).abs();
    let mut posting = match instead {
        Some(code) => NewPosting::new(code.clone(), side, worth),
        None => {
            let nothing = Money::zero(line.currency);
            NewPosting::new(line.account.clone(), side, nothing).worth(worth)
        }
    };
    posting.dimensions = dimensions;
    posting.text(format_smolstr!("{} {}", line.account, line.currency))
}

/// Plans the reversal, and writes down what was done; gives what the accounts are worth more.
fn keep(
    tx: &mut Tx<'_>,
    run: &Revalue,
    (entry, ledger): (Id<Entry>, &Option<SmolStr>),
    named: &[Named<'_>],
    closing: &Closing,
) -> Result<i128, LedgerError> {
    let beyond = || LedgerError::BadInput {
        what: "date",
        why: format!("{} is the last day of all: nothing can reverse after it", run.date),
    };
    let next = run.reverses_on.or(run.date.succ_opt()).ok_or_else(beyond)?;
    plan_new(tx, entry, run.date, next)?;
    let mut difference = 0;
    for (line, accounts) in named {
        difference += line.difference();
        let rate = closing.found(line.currency).and_then(|rate| rate.rate().ok());
        tx.insert(fact(line, accounts, (entry, run.date), rate)?)?;
        for (dimensions, units) in line.parts.iter().filter(|(_, units)| **units != 0) {
            let (account, currency) = (line.account.clone(), line.currency);
            let (dimensions, difference) = (dimensions.clone(), amount((*units).into())?);
            tx.insert(RevaluationPart { entry, account, currency, dimensions, difference })?;
        }
    }
    let lines = named.len() as u32;
    let event = Event::new("currency.revalued").with("entry", entry);
    tx.emit(event.with("date", run.date).with("lines", lines));
    let (date, source, sum) = (run.date, run.source.clone(), amount(difference)?);
    tx.insert(RevaluationRun {
        date,
        entry,
        source,
        reverses_on: next,
        lines,
        difference: sum,
        ledger: ledger.clone(),
        max_rate_age_days: run.max_rate_age_days,
        method: (!run.method.is_default()).then_some(run.method),
    })?;
    Ok(difference)
}

fn fact(
    line: &Valued,
    accounts: &ExchangeAccounts,
    (entry, date): (Id<Entry>, NaiveDate),
    rate: Option<Decimal>,
) -> Result<RevaluationLine, Halt> {
    Ok(RevaluationLine {
        entry,
        account: line.account.clone(),
        currency: line.currency,
        date,
        adjustment: accounts.adjustment.clone(),
        open: amount(line.open.into())?,
        before: amount(line.before.into())?,
        worth: amount(line.worth.into())?,
        rate: rate.filter(|_| line.open != 0),
    })
}
