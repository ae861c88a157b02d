//! Posting what a clearing leaves, in the commit of the clearing: to the accounts that are named for exchange differences.

use std::collections::BTreeMap;

use fondaco_core::policy::{Authority, Permission};
use fondaco_core::store::Tags;
use fondaco_core::{Currency, Id, Money, Reading, Tx};
use smol_str::SmolStr;

use super::clear::NewClearing;
use super::difference::{Net, Part, money};
use super::realised::Realised;
use super::{Clearing, ItemError, ItemKey, OpenItem};
use crate::currency::{ExchangeAccounts, Naming, side_of};
use crate::ledger::post::post_one;
use crate::ledger::reverse::reverse_as;
use crate::ledger::rights::Asking;
use crate::ledger::{Amount, Entry, LedgerError, NewEntry, NewPosting, Posting, Reverse};

/// What was posted of a clearing.
pub(super) struct Realisation {
    pub(super) entry: Id<Entry>,
    pub(super) difference: i128,
}

/// Posts what is left where accounts for it are named: then the postings that take it off the account are parts of the
/// clearing, and nothing is left. The right to what clears is enough.
pub(super) fn realise(
    tx: &mut Tx<'_>,
    new: &mut NewClearing<'_>,
    ledger: Currency,
    right: &'static Permission,
) -> Result<(), LedgerError> {
    if new.left.is_empty() {
        return Ok(());
    }
    let naming = Naming::read(tx, new.left.keys().map(|currency| (new.account, *currency)))?;
    let Some(shares) = shares(&naming, new.account, &new.left, ledger) else { return Ok(()) };
    let dimensions = agreed(tx, &new.parts)?;
    let (entry, lines) = entry(new, (&shares, &dimensions), ledger)?;
    let asking = Asking::following(tx.authority(right)?);
    let (posted, _) = post_one(tx, &entry, None, asking)?;
    let keys: Vec<_> = (1..=lines).map(|line| (posted.id, line)).collect();
    for item in tx.get_many::<OpenItem>(&keys)?.into_iter().flatten() {
        let (amount, ledger_amount) = (item.open, item.ledger_open);
        new.parts.push(Part { item: item.as_ref().clone(), amount, ledger_amount });
    }
    let difference = new.left.values().map(|net| net.1).sum();
    new.left.clear();
    new.realised = Some(Realisation { entry: posted.id, difference });
    Ok(())
}

/// The dimensions in which all items agree that name any, as what their differences arise from: of a bill of one project that
/// is paid without one, the project; of bills of two projects none.
fn agreed(tx: &mut Tx<'_>, parts: &[Part]) -> Result<Tags, LedgerError> {
    let keys: Vec<_> = parts.iter().map(|part| part.key().stored()).collect();
    // Postings are facts: nothing has to be rested on.
    let postings = tx.peek_many::<Posting>(&keys)?;
    let mut named: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for (name, value) in postings.iter().flatten().flat_map(|posting| posting.dimensions.iter()) {
        let known = named.entry(name).or_insert(Some(value));
        *known = known.filter(|known| *known == value);
    }
    Ok(named.into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
}

/// What goes to accounts: the worth that is left in each currency that is settled; and together what is left where
/// currencies were cleared against one another, by the first that is not the ledger's. `None` where no account is named.
fn shares<'n>(
    naming: &'n Naming,
    account: &SmolStr,
    left: &BTreeMap<Currency, Net>,
    ledger: Currency,
) -> Option<Vec<(&'n ExchangeAccounts, i128)>> {
    let (settled, crossed): (Vec<_>, Vec<_>) = left.iter().partition(|(_, net)| net.0 == 0);
    let mut shares = Vec::with_capacity(settled.len() + 1);
    for (currency, net) in settled {
        shares.push((naming.of(account, *currency)?.as_ref(), net.1));
    }
    if let Some((currency, _)) = crossed.iter().find(|(currency, _)| **currency != ledger) {
        let worth = crossed.iter().map(|(_, net)| net.1).sum();
        shares.push((naming.of(account, **currency)?.as_ref(), worth));
    }
    Some(shares)
}

/// The entry, and how many of its lines take what is left off the account: they come first.
fn entry(
    new: &NewClearing<'_>,
    (shares, dimensions): (&[(&ExchangeAccounts, i128)], &Tags),
    ledger: Currency,
) -> Result<(NewEntry, u32), LedgerError> {
    let journal = shares.first().map(|(accounts, _)| accounts.journal.clone());
    let text = new.text.clone().unwrap_or(SmolStr::new_static("Exchange difference"));
    let mut entry = NewEntry::new(journal.unwrap_or_default(), new.date).text(text);
    entry.party = new.party;
    entry.conversion = new.left.values().any(|net| net.0 != 0);
    for (currency, net) in &new.left {
        entry.postings.extend(postings(new.account, *currency, *net, ledger)?);
    }
    entry.postings.iter_mut().for_each(|posting| posting.dimensions = dimensions.clone());
    let lines = entry.postings.len() as u32;
    for (accounts, units) in shares.iter().filter(|(_, units)| *units != 0) {
        let amount = within(new.account, *units, ledger)?.abs();
        let mut posting =
            NewPosting::new(accounts.realised(*units).clone(), side_of(*units), amount);
        posting.dimensions = accounts.tagged(dimensions);
        entry.postings.push(posting);
    }
    Ok((entry, lines))
}

/// The mirror of what is left in a currency: one posting, or two where amount and worth are on different sides.
fn postings(
    account: &SmolStr,
    currency: Currency,
    (net, worth): Net,
    ledger: Currency,
) -> Result<Vec<NewPosting>, LedgerError> {
    let posting = |net: i128, worth: i128| {
        let side = side_of(if net == 0 { -worth } else { -net });
        let amount = within(account, net, currency)?.abs();
        let posting = NewPosting::new(account.clone(), side, amount);
        if currency == ledger {
            return Ok::<_, LedgerError>(posting);
        }
        Ok(posting.worth(within(account, worth, ledger)?.abs()))
    };
    match net.signum() * worth.signum() {
        -1 => Ok(vec![posting(net, 0)?, posting(0, worth)?]),
        _ => Ok(vec![posting(net, worth)?]),
    }
}

fn within(account: &SmolStr, units: i128, currency: Currency) -> Result<Money, ItemError> {
    match i64::try_from(units) {
        Ok(_) => Ok(money(units, currency)),
        Err(_) => Err(ItemError::TooLarge { code: account.clone() }),
    }
}

/// Takes back what was posted of a clearing that is undone: a reversal, of the day from which it is undone.
pub(super) fn take_back(
    tx: &mut Tx<'_>,
    clearing: Id<Clearing>,
    date: chrono::NaiveDate,
    authority: Authority,
) -> Result<(), LedgerError> {
    let Some(realised) = tx.get::<Realised>(&clearing)? else { return Ok(()) };
    reverse_as(tx, &Reverse::new(realised.entry, date), None, Asking::following(authority))?;
    Ok(())
}

/// The fact that goes with a clearing.
pub(super) fn fact(
    clearing: Id<Clearing>,
    account: &SmolStr,
    date: chrono::NaiveDate,
    (entry, difference): (Id<Entry>, Amount),
) -> Realised {
    Realised { clearing, entry, account: account.clone(), date, difference }
}

/// Whether a line of a clearing is one that its own entry made.
pub(super) fn is_own(realised: Option<&Realised>, item: ItemKey) -> bool {
    realised.is_some_and(|realised| realised.entry == item.entry)
}
