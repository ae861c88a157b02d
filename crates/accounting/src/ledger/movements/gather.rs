//! Movements from facts.

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::store::{Record, Row, Tags};
use fondaco_core::{Halt, Id, Range, Reading, Timestamp};
use smol_str::SmolStr;

use super::{Did, Lines, Movement};
use crate::ledger::{
    Entry, EntryDetail, LedgerError, PendingEntry, PendingPosting, PendingSettled, Posting, Settled,
};

/// A fact that may be a movement, with the lines that were asked for.
pub(super) struct Found {
    fact: Fact,
    lines: Lines,
}

enum Fact {
    Entry(Arc<Entry>),
    Hold(Arc<PendingEntry>),
    Settled(Arc<PendingSettled>, Arc<PendingEntry>),
}

impl Found {
    /// Where it comes.
    pub(super) fn place(&self) -> (Timestamp, u128) {
        match &self.fact {
            Fact::Entry(entry) => (entry.recorded_at, entry.id.to_u128()),
            Fact::Hold(hold) => (hold.recorded_at, hold.id.to_u128()),
            Fact::Settled(settled, _) => (settled.at, settled.id.to_u128()),
        }
    }

    fn entry(&self) -> Option<Id<Entry>> {
        match &self.fact {
            Fact::Entry(entry) => Some(entry.id),
            _ => None,
        }
    }
}

/// Rows of a type, each known once.
type Rows<R> = Vec<Arc<R>>;

/// Of an account: from its postings, its pending lines, and what became of anybody's.
pub(super) fn of_account(
    read: &mut impl Reading,
    account: &SmolStr,
    (mut postings, mut lines, settled): (Rows<Posting>, Rows<PendingPosting>, Rows<PendingSettled>),
) -> Result<Vec<Found>, Halt> {
    postings.sort_unstable_by_key(|posting| (posting.entry, posting.line));
    lines.sort_unstable_by_key(|line| (line.pending, line.line));
    let mut posted: BTreeMap<Id<Entry>, Rows<Posting>> = BTreeMap::new();
    postings.into_iter().for_each(|it| posted.entry(it.entry).or_default().push(it));
    let mut held: BTreeMap<Id<PendingEntry>, Rows<PendingPosting>> = BTreeMap::new();
    lines.into_iter().for_each(|it| held.entry(it.pending).or_default().push(it));
    let mut found = Vec::with_capacity(posted.len() + held.len());
    let of_hold = |settled: &Arc<PendingSettled>| {
        Range::by(PendingPosting::BY_ACCOUNT, &(account.clone(), settled.pending))
    };
    let ranges: Vec<_> = settled.iter().map(of_hold).collect();
    let lines = scans(read, &ranges)?;
    let (settled, lines): (Rows<PendingSettled>, Vec<_>) =
        settled.into_iter().zip(lines).filter(|(_, lines)| !lines.is_empty()).unzip();
    for ((settled, hold), lines) in with_holds(read, settled)?.into_iter().zip(lines) {
        let Some(hold) = hold else { continue };
        let lines = match settled.entry {
            // One that posts what was held is told as that.
            Some(entry) => Lines::Both(lines, posted.remove(&entry).unwrap_or_default()),
            None => Lines::Pending(lines),
        };
        found.push(Found { fact: Fact::Settled(settled, hold), lines });
    }
    let (entries, posted): (Vec<_>, Vec<_>) = posted.into_iter().unzip();
    let entries = read.peek_many::<Entry>(&entries)?.into_iter().zip(posted);
    found.extend(entries.filter_map(|(entry, lines)| {
        Some(Found { fact: Fact::Entry(entry?), lines: Lines::Posted(lines) })
    }));
    let (holds, held): (Vec<_>, Vec<_>) = held.into_iter().unzip();
    let holds = read.peek_many::<PendingEntry>(&holds)?.into_iter().zip(held);
    found.extend(holds.filter_map(|(hold, lines)| {
        Some(Found { fact: Fact::Hold(hold?), lines: Lines::Pending(lines) })
    }));
    Ok(found)
}

/// Of a kind: from the details of entries, and pending entries, that are of it, and what became of any.
pub(super) fn of_kind(
    read: &mut impl Reading,
    kind: &SmolStr,
    (details, holds, settled): (Rows<EntryDetail>, Rows<PendingEntry>, Rows<PendingSettled>),
) -> Result<Vec<Found>, Halt> {
    // Scanned, not got: by its key an entry is shown whichever ledger it belongs to.
    let entries: Vec<_> = details.iter().map(|detail| Range::by_key(&detail.entry)).collect();
    let entries = scans::<Entry>(read, &entries)?.into_iter().flatten().collect();
    let mut settled = with_holds(read, settled)?;
    settled.retain(|(_, hold)| hold.as_ref().and_then(|hold| hold.kind.as_ref()) == Some(kind));
    Ok(without_lines(entries, holds, settled))
}

/// All there are.
pub(super) fn of_all(
    read: &mut impl Reading,
    (entries, holds, settled): (Rows<Entry>, Rows<PendingEntry>, Rows<PendingSettled>),
) -> Result<Vec<Found>, Halt> {
    let settled = with_holds(read, settled)?;
    Ok(without_lines(entries, holds, settled))
}

/// The rows of ranges, all in one trip.
fn scans<R: Record>(read: &mut impl Reading, ranges: &[Range<R>]) -> Result<Vec<Rows<R>>, Halt> {
    let typed = |rows: Vec<Row>| rows.iter().map(|row| Ok(row.record::<R>()?)).collect();
    read.peek_ranges(ranges)?.into_iter().map(typed).collect()
}

type WithHold = (Arc<PendingSettled>, Option<Arc<PendingEntry>>);

fn with_holds(
    read: &mut impl Reading,
    settled: Rows<PendingSettled>,
) -> Result<Vec<WithHold>, Halt> {
    let ids: Vec<_> = settled.iter().map(|settled| settled.pending).collect();
    let holds = read.peek_many::<PendingEntry>(&ids)?;
    Ok(settled.into_iter().zip(holds).collect())
}

fn without_lines(
    entries: Rows<Entry>,
    holds: Rows<PendingEntry>,
    settled: Vec<WithHold>,
) -> Vec<Found> {
    let entries = entries.into_iter().map(Fact::Entry);
    let holds = holds.into_iter().map(Fact::Hold);
    let settled = settled.into_iter().filter_map(|(at, hold)| Some(Fact::Settled(at, hold?)));
    let facts = entries.chain(holds).chain(settled);
    facts.map(|fact| Found { fact, lines: Lines::None }).collect()
}

/// With all that is to be said of them. An entry that posts what was held is told as that, and not by itself.
pub(super) fn complete(
    read: &mut impl Reading,
    found: Vec<Found>,
) -> Result<Vec<Movement>, LedgerError> {
    let ids: Vec<_> = found.iter().filter_map(Found::entry).collect();
    let mut details = read.peek_many::<EntryDetail>(&ids)?.into_iter();
    let mut movements = Vec::with_capacity(found.len());
    for Found { fact, lines } in found {
        movements.push(match fact {
            Fact::Hold(hold) => of_hold(&hold, lines),
            Fact::Settled(settled, hold) => of_settled(&settled, &hold, lines),
            Fact::Entry(entry) => {
                let detail = details.next().flatten();
                if detail.as_ref().is_some_and(|detail| detail.pending.is_some()) {
                    continue;
                }
                of_entry(&entry, detail.as_deref(), lines)
            }
        });
    }
    Ok(movements)
}

fn of_entry(entry: &Entry, detail: Option<&EntryDetail>, lines: Lines) -> Movement {
    Movement {
        did: Did::Post(entry.id),
        at: entry.recorded_at,
        key: detail.and_then(|detail| detail.key.clone()),
        kind: detail.and_then(|detail| detail.kind.clone()),
        tags: detail.map_or(Tags::default(), |detail| detail.tags.clone()),
        lines,
        order: entry.id.to_u128(),
        sums: Default::default(),
    }
}

fn of_hold(hold: &PendingEntry, lines: Lines) -> Movement {
    Movement {
        did: Did::Hold(hold.id),
        at: hold.recorded_at,
        key: hold.key.clone(),
        kind: hold.kind.clone(),
        tags: hold.tags.clone(),
        lines,
        order: hold.id.to_u128(),
        sums: Default::default(),
    }
}

fn of_settled(settled: &PendingSettled, hold: &PendingEntry, lines: Lines) -> Movement {
    let did = match (settled.settled, settled.entry) {
        (Settled::Posted, Some(entry)) => Did::PostPending { pending: hold.id, entry },
        (Settled::Expired, _) => Did::Expire(hold.id),
        _ => Did::Void(hold.id),
    };
    Movement {
        did,
        at: settled.at,
        key: settled.key.clone(),
        kind: hold.kind.clone(),
        tags: settled.tags.clone(),
        lines,
        order: settled.id.to_u128(),
        sums: Default::default(),
    }
}
