//! How items stood at a day and time: from the rows of what is open, with what came later taken back; or from facts alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Currency, Halt, Id, PartyId, Range, Reading, Timestamp};
use smol_str::SmolStr;

use super::difference::{Net, nets};
use super::query::Whose;
use super::{Clearing, ClearingDifference, ClearingLine, ItemKey, OpenItem, Unclearing};
use crate::ledger::Posting;

/// The open items of an account, and what clearings left.
#[derive(Default)]
pub(super) struct Standing {
    pub(super) items: Vec<(Arc<OpenItem>, Net)>,
    pub(super) differences: Vec<Left>,
}

/// What a clearing left in one currency.
pub(super) struct Left {
    pub(super) clearing: Id<Clearing>,
    pub(super) party: Option<PartyId>,
    pub(super) date: NaiveDate,
    pub(super) currency: Currency,
    pub(super) net: Net,
}

/// How many items are read in one trip.
const MANY: usize = 4096;

/// As it is by all that is recorded, or at the end of a day.
pub(super) fn now_or_at(
    read: &mut impl Reading,
    account: &SmolStr,
    at: Option<NaiveDate>,
    whose: &Whose,
) -> Result<Standing, Halt> {
    let mut items = open_now(read, account, whose)?;
    let mut differences = differences_now(read, account, at)?;
    if let Some(at) = at {
        let mut nets = BTreeMap::new();
        if let Some(next) = at.succ_opt() {
            take_back_clearings(read, account, next, &mut nets)?;
            differences.extend(bring_back_undone(read, account, (at, next), &mut nets)?);
        }
        let missing: Vec<ItemKey> =
            nets.keys().filter(|key| !items.contains_key(*key)).copied().collect();
        for item in read_items(read, &missing)? {
            items.insert(item.item_key(), item);
        }
        items.retain(|_, item| item.date <= at);
        return Ok(Standing { items: stood(items, &nets), differences });
    }
    Ok(Standing { items: stood(items, &BTreeMap::new()), differences })
}

/// Items as they are kept, with what is to be added to what is open of them.
fn stood(
    items: BTreeMap<ItemKey, Arc<OpenItem>>,
    nets: &BTreeMap<ItemKey, Net>,
) -> Vec<(Arc<OpenItem>, Net)> {
    let stood = |(key, item): (ItemKey, Arc<OpenItem>)| {
        let (open, ledger_open) = nets.get(&key).copied().unwrap_or_default();
        let open = i128::from(item.open.units()) + open;
        let ledger_open = i128::from(item.ledger_open.units()) + ledger_open;
        ((open, ledger_open) != (0, 0)).then_some((item, (open, ledger_open)))
    };
    items.into_iter().filter_map(stood).collect()
}

fn open_now(
    read: &mut impl Reading,
    account: &SmolStr,
    whose: &Whose,
) -> Result<BTreeMap<ItemKey, Arc<OpenItem>>, Halt> {
    let mut items = BTreeMap::new();
    let ranges: Vec<_> = match whose.wanted {
        None => vec![Range::by(OpenItem::BY_ACCOUNT, account)],
        Some(_) => {
            let by_party = |party| Range::by(OpenItem::BY_PARTY, &(account.clone(), party));
            whose.ids().map(by_party).collect()
        }
    };
    for range in ranges {
        read.peek_each(&range, |item| {
            items.insert(item.item_key(), Arc::new(item.clone()));
            Ok::<(), Halt>(())
        })?;
    }
    Ok(items)
}

fn differences_now(
    read: &mut impl Reading,
    account: &SmolStr,
    at: Option<NaiveDate>,
) -> Result<Vec<Left>, Halt> {
    let range = Range::by(ClearingDifference::BY_ACCOUNT, account);
    let range = match at {
        Some(at) => range.through(&at),
        None => range,
    };
    let mut found = Vec::new();
    read.peek_each(&range, |row| {
        let net = (i128::from(row.amount.units()), i128::from(row.ledger_amount.units()));
        let ClearingDifference { clearing, party, date, currency, .. } = *row;
        found.push(Left { clearing, party, date, currency, net });
        Ok::<(), Halt>(())
    })?;
    Ok(found)
}

/// The accounts of clearings that took effect by a day and left a difference which is posted nowhere, one for each clearing.
pub(crate) fn unposted_differences(
    read: &mut impl Reading,
    through: NaiveDate,
) -> Result<Vec<SmolStr>, Halt> {
    let mut left = BTreeMap::new();
    read.peek_each(&Range::by(ClearingDifference::BY_ACCOUNT, &()), |row: &ClearingDifference| {
        if row.date <= through {
            left.insert(row.clearing, row.account.clone());
        }
        Ok::<(), Halt>(())
    })?;
    Ok(left.into_values().collect())
}

/// What was cleared from `next` on, and is so still, was open before.
fn take_back_clearings(
    read: &mut impl Reading,
    account: &SmolStr,
    next: NaiveDate,
    out: &mut BTreeMap<ItemKey, Net>,
) -> Result<(), Halt> {
    let mut lines = Vec::new();
    read.peek_each(&Range::by(ClearingLine::BY_ACCOUNT, account).from(&next), |line| {
        lines.push(line.clone());
        Ok::<(), Halt>(())
    })?;
    let clearings: BTreeSet<_> = lines.iter().map(|line| line.clearing).collect();
    let clearings: Vec<_> = clearings.into_iter().collect();
    let mut undone = BTreeSet::new();
    for part in clearings.chunks(MANY) {
        let found = read.peek_many::<Unclearing>(part)?;
        undone.extend(found.iter().flatten().map(|undone| undone.clearing));
    }
    for line in lines.iter().filter(|line| !undone.contains(&line.clearing)) {
        add(out, line, 1);
    }
    Ok(())
}

/// What was cleared up to `at` and undone from `next` on was cleared then; gives what it left.
fn bring_back_undone(
    read: &mut impl Reading,
    account: &SmolStr,
    (at, next): (NaiveDate, NaiveDate),
    out: &mut BTreeMap<ItemKey, Net>,
) -> Result<Vec<Left>, Halt> {
    let mut undone = Vec::new();
    read.peek_each(&Range::by(Unclearing::BY_ACCOUNT, account).from(&next), |row| {
        undone.push(row.clearing);
        Ok::<(), Halt>(())
    })?;
    let ranges: Vec<_> = undone.iter().map(Range::<ClearingLine>::by_key).collect();
    let mut lines = Vec::new();
    read.peek_each_of(&ranges, |line: &ClearingLine| {
        if line.date <= at {
            lines.push(line.clone());
        }
        Ok::<(), Halt>(())
    })?;
    lines.iter().for_each(|line| add(out, line, -1));
    left_by(read, lines.iter())
}

fn add(out: &mut BTreeMap<ItemKey, Net>, line: &ClearingLine, times: i128) {
    let net = out.entry(line.item_key()).or_default();
    net.0 += times * i128::from(line.amount.units());
    net.1 += times * i128::from(line.ledger_amount.units());
}

/// What clearings left, by their lines.
fn left_by<'l>(
    read: &mut impl Reading,
    lines: impl Iterator<Item = &'l ClearingLine>,
) -> Result<Vec<Left>, Halt> {
    let mut by_clearing: BTreeMap<Id<Clearing>, Vec<&ClearingLine>> = BTreeMap::new();
    lines.for_each(|line| by_clearing.entry(line.clearing).or_default().push(line));
    let mut found = Vec::new();
    for (clearing, lines) in by_clearing {
        let Some(date) = lines.first().map(|line| line.date) else { continue };
        let nets = nets(lines.iter().map(|line| (line.currency, line.amount, line.ledger_amount)));
        let nets = nets.into_iter().filter(|(_, net)| *net != (0, 0));
        found.extend(nets.map(|(currency, net)| Left {
            clearing,
            party: None,
            date,
            currency,
            net,
        }));
    }
    let mut parties = BTreeMap::new();
    let ids: BTreeSet<_> = found.iter().map(|left| left.clearing).collect();
    for some in ids.into_iter().collect::<Vec<_>>().chunks(MANY) {
        let clearings = read.peek_many::<Clearing>(some)?.into_iter().flatten();
        parties.extend(clearings.map(|clearing| (clearing.id, clearing.party)));
    }
    for left in &mut found {
        left.party = parties.get(&left.clearing).copied().flatten();
    }
    Ok(found)
}

fn read_items(read: &mut impl Reading, keys: &[ItemKey]) -> Result<Vec<Arc<OpenItem>>, Halt> {
    let mut found = Vec::new();
    for part in keys.chunks(MANY) {
        let part: Vec<_> = part.iter().map(|key| key.stored()).collect();
        found.extend(read.peek_many::<OpenItem>(&part)?.into_iter().flatten());
    }
    Ok(found)
}

/// As it was known at a time: postings of the account that were recorded by then, less what was cleared and not undone.
pub(super) fn from_facts(
    read: &mut impl Reading,
    account: &SmolStr,
    at: Option<NaiveDate>,
    known: Timestamp,
) -> Result<Standing, Halt> {
    let until = |date: NaiveDate| at.is_none_or(|at| date <= at);
    // An id whose time can't be read was not made by us; it counts as known for ever.
    let by_then = |time: Option<Timestamp>| time.is_none_or(|time| time.millis() <= known.millis());
    let mut keys = Vec::new();
    read.peek_each(&Range::by(Posting::BY_ACCOUNT, account), |posting| {
        if until(posting.date) && by_then(posting.recorded_at()) {
            keys.push(ItemKey::new(posting.entry, posting.line));
        }
        Ok::<(), Halt>(())
    })?;
    let mut undone = BTreeSet::new();
    read.peek_each(&Range::by(Unclearing::BY_ACCOUNT, account), |row| {
        if until(row.date) && by_then(Some(row.recorded_at)) {
            undone.insert(row.clearing);
        }
        Ok::<(), Halt>(())
    })?;
    let mut lines = Vec::new();
    read.peek_each(&Range::by(ClearingLine::BY_ACCOUNT, account), |line| {
        let counts = until(line.date) && by_then(line.clearing.timestamp());
        if counts && !undone.contains(&line.clearing) {
            lines.push(line.clone());
        }
        Ok::<(), Halt>(())
    })?;
    let mut open: BTreeMap<ItemKey, Net> = BTreeMap::new();
    let items = read_items(read, &keys)?;
    for item in &items {
        let amounts = (i128::from(item.amount.units()), i128::from(item.ledger_amount.units()));
        open.insert(item.item_key(), amounts);
    }
    lines.iter().for_each(|line| add(&mut open, line, -1));
    let net = |item: Arc<OpenItem>| {
        let net = open.get(&item.item_key()).copied().unwrap_or_default();
        (net != (0, 0)).then_some((item, net))
    };
    let differences = left_by(read, lines.iter())?;
    Ok(Standing { items: items.into_iter().filter_map(net).collect(), differences })
}
