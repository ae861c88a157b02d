//! Movements from facts.

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::store::Tags;
use fondaco_core::{DateRange, Id, Range, Reading};
use smol_str::SmolStr;

use super::{Did, Lines, Movement};
use crate::ledger::{
    Entry, EntryDetail, LedgerError, PendingEntry, PendingPosting, PendingSettled, Posting,
    Settled, postings,
};

type ByEntry = BTreeMap<Id<Entry>, Vec<Arc<Posting>>>;
type ByPending = BTreeMap<Id<PendingEntry>, Vec<Arc<PendingPosting>>>;

/// Those that have a line on an account, with those lines.
pub(super) fn of_account(
    read: &mut impl Reading,
    account: &SmolStr,
) -> Result<Vec<Movement>, LedgerError> {
    let mut posted = ByEntry::new();
    for posting in postings(read, account, DateRange::always())? {
        posted.entry(posting.entry).or_default().push(posting);
    }
    let mut held = ByPending::new();
    read.peek_each(&Range::by(PendingPosting::BY_ACCOUNT, account), |line| {
        held.entry(line.pending).or_default().push(Arc::new(line.clone()));
        Ok::<(), LedgerError>(())
    })?;
    let entries: Vec<Id<Entry>> = posted.keys().copied().collect();
    let holds: Vec<Id<PendingEntry>> = held.keys().copied().collect();
    let entries = read.peek_many::<Entry>(&entries)?.into_iter().flatten().collect();
    let holds = read.peek_many::<PendingEntry>(&holds)?.into_iter().flatten().collect();
    assemble(read, (entries, holds), (posted, held), true)
}

/// All there are, or those of a kind.
pub(super) fn of_all(
    read: &mut impl Reading,
    kind: Option<&SmolStr>,
) -> Result<Vec<Movement>, LedgerError> {
    let Some(kind) = kind else {
        let entries = read.peek_scan(&Range::<Entry>::all())?;
        let holds = read.peek_scan(&Range::<PendingEntry>::all())?;
        return assemble(read, (entries, holds), Default::default(), false);
    };
    let details = read.peek_scan(&Range::by(EntryDetail::BY_KIND, kind))?;
    // Scanned, not got: by its key an entry is shown whichever ledger it belongs to.
    let entries: Vec<_> = details.iter().map(|detail| Range::by_key(&detail.entry)).collect();
    let entries = read.peek_scans::<Entry>(&entries)?.into_iter().flatten().collect();
    let holds = read.peek_scan(&Range::by(PendingEntry::BY_KIND, kind))?;
    assemble(read, (entries, holds), Default::default(), false)
}

fn assemble(
    read: &mut impl Reading,
    (entries, holds): (Vec<Arc<Entry>>, Vec<Arc<PendingEntry>>),
    (mut posted, held): (ByEntry, ByPending),
    of_account: bool,
) -> Result<Vec<Movement>, LedgerError> {
    let ids: Vec<Id<Entry>> = entries.iter().map(|entry| entry.id).collect();
    let details = read.peek_many::<EntryDetail>(&ids)?;
    let ids: Vec<Id<PendingEntry>> = holds.iter().map(|hold| hold.id).collect();
    let settled = read.peek_many::<PendingSettled>(&ids)?;
    let mut found = Vec::with_capacity(entries.len() + 2 * holds.len());
    let lines_of = |id: &Id<PendingEntry>| held.get(id).cloned().unwrap_or_default();
    for (hold, settled) in holds.iter().zip(settled) {
        let pending = |lines: Vec<_>| if of_account { Lines::Pending(lines) } else { Lines::None };
        found.push(Movement {
            did: Did::Hold(hold.id),
            at: hold.recorded_at,
            key: hold.key.clone(),
            kind: hold.kind.clone(),
            tags: hold.tags.clone(),
            lines: pending(lines_of(&hold.id)),
            order: hold.id.to_u128(),
        });
        let Some(settled) = settled else { continue };
        let did = match (settled.settled, settled.entry) {
            (Settled::Posted, Some(entry)) => Did::PostPending { pending: hold.id, entry },
            (Settled::Expired, _) => Did::Expire(hold.id),
            _ => Did::Void(hold.id),
        };
        let lines = match settled.entry {
            Some(entry) if of_account => {
                Lines::Both(lines_of(&hold.id), posted.remove(&entry).unwrap_or_default())
            }
            _ => pending(lines_of(&hold.id)),
        };
        found.push(Movement {
            did,
            at: settled.at,
            key: settled.key.clone(),
            kind: hold.kind.clone(),
            tags: settled.tags.clone(),
            lines,
            order: settled.id.to_u128(),
        });
    }
    let entries = entries.into_iter().zip(details);
    found.extend(entries.filter_map(|(entry, detail)| {
        let posts_pending = detail.as_ref().is_some_and(|detail| detail.pending.is_some());
        (!posts_pending).then(|| {
            let lines = of_account.then(|| posted.remove(&entry.id).unwrap_or_default());
            movement(&entry, detail.as_deref(), lines)
        })
    }));
    Ok(found)
}

fn movement(
    entry: &Entry,
    detail: Option<&EntryDetail>,
    lines: Option<Vec<Arc<Posting>>>,
) -> Movement {
    Movement {
        did: Did::Post(entry.id),
        at: entry.recorded_at,
        key: detail.and_then(|detail| detail.key.clone()),
        kind: detail.and_then(|detail| detail.kind.clone()),
        tags: detail.map_or(Tags::default(), |detail| detail.tags.clone()),
        lines: lines.map_or(Lines::None, Lines::Posted),
        order: entry.id.to_u128(),
    }
}
