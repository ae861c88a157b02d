//! Making items of postings: as they are posted, and of those that an account had before it was kept by open items.

use fondaco_core::{Halt, Tx};

use super::OpenItem;
use crate::ledger::judge::Judged;
use crate::ledger::rules::Chart;
use crate::ledger::{Entry, Posting};

/// The items of a batch.
#[derive(Default)]
pub(crate) struct Items {
    rows: Vec<OpenItem>,
}

impl Items {
    /// Takes those of an entry's postings that are on accounts kept by open items. Asked for only where the chart has such.
    pub(crate) fn take(
        &mut self,
        chart: &Chart,
        entry: &Entry,
        postings: &[Posting],
        judged: &[Judged],
    ) {
        let kept = postings
            .iter()
            .zip(judged)
            .filter(|(_, judged)| chart.is_kept_by_items(judged.account))
            .map(|(posting, _)| item(entry, posting));
        self.rows.extend(kept);
    }

    /// How many were taken.
    pub(crate) fn mark(&self) -> usize {
        self.rows.len()
    }

    /// Takes back those that were taken since.
    pub(crate) fn back_to(&mut self, mark: usize) {
        self.rows.truncate(mark);
    }

    pub(crate) fn finish(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        if self.rows.is_empty() { Ok(()) } else { tx.insert_all(self.rows) }
    }
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
