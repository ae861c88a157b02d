//! Making items of postings: as they are posted, and of those that an account had before it was kept by open items.

use super::OpenItem;
use crate::ledger::judge::Judged;
use crate::ledger::rules::Chart;
use crate::ledger::{Entry, Posting};

/// The items among an entry's postings: those on accounts kept by open items. Asked for only where the chart has such.
pub(crate) fn items_of(
    chart: &Chart,
    entry: &Entry,
    postings: &[Posting],
    judged: &[Judged],
) -> impl Iterator<Item = OpenItem> {
    let kept = |(_, judged): &(&Posting, &Judged)| chart.is_kept_by_items(judged.account);
    postings.iter().zip(judged).filter(kept).map(|(posting, _)| item(entry, posting))
}

/// A posting as an item of which nothing was cleared.
pub(super) fn item(entry: &Entry, posting: &Posting) -> OpenItem {
    let document_date = entry.document_date.unwrap_or(entry.date);
    let item = OpenItem {
        entry: posting.entry,
        line: posting.line,
        account: posting.account.clone(),
        open_in: None,
        party: posting.party.copied().or(entry.party),
        date: posting.date,
        document_date,
        due_date: posting.due_date.or(entry.due_date).unwrap_or(document_date),
        source: entry.source.clone(),
        currency: posting.currency,
        amount: posting.amount,
        ledger_amount: posting.ledger_amount,
        open: posting.amount,
        ledger_open: posting.ledger_amount,
        clearable_from: posting.date,
    };
    item.with_open(item.open, item.ledger_open)
}
