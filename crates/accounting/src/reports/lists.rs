//! What the ledger gives as lists, as people look at it: a row of a report for each, by
//! [`report::list`](fondaco_core::report::list).

use fondaco_core::report::{Cell, Column, Kind, Listed, Row, word};
use fondaco_core::{Money, PartyId};
use smol_str::format_smolstr;

use crate::ledger::{
    Account, AccountBalance, Amount, Did, Draft, HistoryRow, ItemClearing, Lines, Movement,
    NewEntry, OpenItemRow, Period, PlannedReversal, RecurringEntry, SpendingExcess, Totals,
    Upcoming,
};

fn texts<const N: usize>(names: [&'static str; N]) -> impl Iterator<Item = Column> {
    names.into_iter().map(|name| Column::text(word(name)))
}

fn dates<const N: usize>(names: [&'static str; N]) -> impl Iterator<Item = Column> {
    names.into_iter().map(|name| Column::date(word(name)))
}

fn moneys<const N: usize>(names: [&'static str; N]) -> impl Iterator<Item = Column> {
    names.into_iter().map(|name| Column::new(word(name), Kind::Money))
}

fn party(party: Option<PartyId>) -> Cell {
    party.map(|party| party.to_string()).into()
}

fn money(amount: Amount, currency: fondaco_core::Currency) -> Cell {
    Money::new(amount.to_decimal(), currency).into()
}

/// The drafts of a company, with who prepared them and how far they have come.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_core::report::list;
/// let rent = NewEntry::new("GEN", day("2026-03-01")).text("Rent").debit("5100", eur("40")).credit("1000", eur("40"));
/// books.prepare_draft("rent", rent)?;
/// let drafts = list("Drafts", &books.drafts(DraftStatus::Open)?);
/// assert!(drafts.to_csv().contains(",open,host,1,GEN,2026-03-01,Rent,"));
/// # Ok::<(), LedgerError>(())
/// ```
impl Listed for Draft {
    fn columns() -> Vec<Column> {
        let first = texts(["Draft", "Status", "Prepared by"]);
        let edition = [Column::count(word("Edition")), Column::text(word("Journal"))];
        let last = dates(["Date"]).chain(texts(["Text", "Party", "Document"]));
        first.chain(edition).chain(last).collect()
    }

    fn row(&self) -> Row {
        Row::new([
            Cell::text(self.id.to_string()),
            Cell::choice(self.status.code()),
            Cell::text(self.prepared_by.as_str()),
            self.edition.into(),
            Cell::from(&self.journal),
            self.date.into(),
            self.text.as_ref().into(),
            party(self.party),
            self.source.as_ref().into(),
        ])
    }
}

/// Recurring entries: what, whether they go on, and when they are next.
impl Listed for RecurringEntry {
    fn columns() -> Vec<Column> {
        let first = texts(["Code", "Status", "Text"]).chain(dates(["Next", "Posted on"]));
        first.chain([Column::count(word("Posted"))]).chain(texts(["Refused"])).collect()
    }

    fn row(&self) -> Row {
        Row::new([
            Cell::from(&self.code),
            Cell::choice(self.status.code()),
            self.terms.entry.text.as_ref().into(),
            self.next.into(),
            self.on.into(),
            self.posted.into(),
            self.refused.as_ref().into(),
        ])
    }
}

/// Occurrences to come, with the sum of their debits where all are of one currency.
impl Listed for Upcoming {
    fn columns() -> Vec<Column> {
        let first = dates(["Date", "Posted on"]).chain(texts(["Text"]));
        first.chain(moneys(["Amount"])).collect()
    }

    fn row(&self) -> Row {
        Row::new([
            self.date.into(),
            self.on.into(),
            self.entry.text.as_ref().into(),
            turnover(&self.entry).into(),
        ])
    }
}

fn turnover(entry: &NewEntry) -> Option<Money> {
    let debits = entry.postings.iter().filter(|posting| posting.side == crate::ledger::Side::Debit);
    sum(debits.map(|posting| posting.amount))
}

/// Reversals that the clock will bring.
impl Listed for PlannedReversal {
    fn columns() -> Vec<Column> {
        texts(["Entry"]).chain(dates(["Date"])).chain(texts(["Refused"])).collect()
    }

    fn row(&self) -> Row {
        let entry = Cell::text(self.entry.to_string());
        Row::new([entry, self.on.into(), self.refused.as_ref().into()])
    }
}

/// Movements: what was done when, under which key, and how it moved the account that was asked for.
impl Listed for Movement {
    fn columns() -> Vec<Column> {
        let first = texts(["Recorded at", "Movement", "Key", "Kind"]);
        first.chain(moneys(["Posted", "Pending"])).chain(texts(["Id"])).collect()
    }

    fn row(&self) -> Row {
        let (did, id) = match self.did {
            Did::Post(entry) => ("posted", entry.to_string()),
            Did::Hold(pending) => ("held", pending.to_string()),
            Did::PostPending { entry, .. } => ("posted from pending", entry.to_string()),
            Did::Void(pending) => ("voided", pending.to_string()),
            Did::Expire(pending) => ("expired", pending.to_string()),
        };
        let (posted, pending) = moved(&self.lines);
        Row::new([
            Cell::text(self.at.to_string()),
            word(did),
            self.key.as_ref().into(),
            self.kind.as_ref().into(),
            posted.into(),
            pending.into(),
            Cell::text(id),
        ])
    }
}

/// What an account's lines posted and held, signed; nothing where they are of several currencies.
fn moved(lines: &Lines) -> (Option<Money>, Option<Money>) {
    let (pending, posted) = match lines {
        Lines::None => (&[][..], &[][..]),
        Lines::Posted(posted) => (&[][..], &posted[..]),
        Lines::Pending(pending) => (&pending[..], &[][..]),
        Lines::Both(pending, posted) => (&pending[..], &posted[..]),
    };
    let posted = sum(posted.iter().map(|posting| posting.money()));
    (posted, sum(pending.iter().map(|posting| posting.money())))
}

fn sum(mut amounts: impl Iterator<Item = Money>) -> Option<Money> {
    let first = amounts.next()?;
    amounts.try_fold(first, |sum, amount| sum.add(amount).ok())
}

/// Movements of an account with its totals after each.
impl Listed for HistoryRow {
    fn columns() -> Vec<Column> {
        Movement::columns().into_iter().chain(totals_columns()).collect()
    }

    fn row(&self) -> Row {
        let cells = self.movement.row().cells.into_iter();
        Row::new(cells.chain(totals_cells(&self.totals)))
    }
}

fn totals_columns() -> impl Iterator<Item = Column> {
    moneys(["Debit", "Credit", "Pending debit", "Pending credit"])
}

fn totals_cells(totals: &Totals) -> [Cell; 4] {
    [totals.debit, totals.credit, totals.pending_debit, totals.pending_credit]
        .map(|amount| money(amount, totals.currency))
}

/// What stands on each side of accounts, posted and pending.
impl Listed for Totals {
    fn columns() -> Vec<Column> {
        texts(["Account"]).chain(totals_columns()).collect()
    }

    fn row(&self) -> Row {
        Row::new([Cell::from(&self.account)].into_iter().chain(totals_cells(self)))
    }
}

/// Balances of accounts by currency.
impl Listed for AccountBalance {
    fn columns() -> Vec<Column> {
        texts(["Account"]).chain(moneys(["Debit", "Credit", "Balance"])).collect()
    }

    fn row(&self) -> Row {
        let of = |amount| Cell::from(Money::new(amount, self.currency));
        let (debit, credit) = (of(self.amounts.debit()), of(self.amounts.credit()));
        Row::new([
            Cell::from(&self.account),
            debit,
            credit,
            self.amounts.balance(self.currency).into(),
        ])
    }
}

/// The chart of accounts.
impl Listed for Account {
    fn columns() -> Vec<Column> {
        let names = texts(["Account", "Name", "Class", "Under", "Currency", "Kept by", "Closed"]);
        names.chain(dates(["Opens", "Closes"])).collect()
    }

    fn row(&self) -> Row {
        let cells = [
            Cell::from(&self.code),
            Cell::from(&self.name),
            Cell::choice(self.class.code()),
            self.parent.as_ref().into(),
            self.currency.map(|currency| currency.code()).into(),
            self.control.as_ref().into(),
            self.closed.map(|_| word("closed")).unwrap_or(Cell::Empty),
            self.opens.into(),
            self.closes.into(),
        ];
        if self.heading { Row::heading(cells) } else { Row::new(cells) }
    }
}

/// Fiscal periods and whether entries may lie in them.
impl Listed for Period {
    fn columns() -> Vec<Column> {
        texts(["Period"]).chain(dates(["Start", "End"])).chain(texts(["Status"])).collect()
    }

    fn row(&self) -> Row {
        let status = Cell::choice(self.status.code());
        Row::new([Cell::from(self.label()), self.start.into(), self.end.into(), status])
    }
}

/// Items of which something is open.
impl Listed for OpenItemRow {
    fn columns() -> Vec<Column> {
        let days = dates(["Date", "Document date", "Due date"]);
        let sums = moneys(["Amount", "Open", "In the ledger's currency"]);
        texts(["Item", "Document", "Party"]).chain(days).chain(sums).collect()
    }

    fn row(&self) -> Row {
        Row::new([
            Cell::text(self.key.to_string()),
            self.source.as_ref().into(),
            party(self.party),
            self.date.into(),
            self.document_date.into(),
            self.due_date.into(),
            self.amount.into(),
            self.open.into(),
            self.ledger_open.into(),
        ])
    }
}

/// What was cleared of an item, and whether that was undone.
impl Listed for ItemClearing {
    fn columns() -> Vec<Column> {
        let days = dates(["Date"]).chain(texts(["Cleared by", "Text"]));
        let sums = moneys(["Amount", "In the ledger's currency"]);
        days.chain(sums).chain(dates(["Undone"])).chain(texts(["Clearing"])).collect()
    }

    fn row(&self) -> Row {
        Row::new([
            self.clearing.date.into(),
            Cell::text(self.clearing.actor.as_str()),
            self.clearing.text.as_ref().into(),
            self.amount.into(),
            self.ledger_amount.into(),
            self.undone.as_ref().map(|undone| undone.date).into(),
            Cell::text(self.clearing.id.to_string()),
        ])
    }
}

/// What stands above the lines of spending limits. Amounts are in the limit's currency.
impl Listed for SpendingExcess {
    fn columns() -> Vec<Column> {
        let first = texts(["Limit", "Value"]).chain(dates(["From"]));
        let sums = ["Sum", "Threshold"].map(|name| {
            Column::new(word(name), Kind::Quantity { unit: Default::default(), digits: 2 })
        });
        first.chain(sums).chain(texts(["Why", "Allowed by", "At", "Reason", "Entry"])).collect()
    }

    fn row(&self) -> Row {
        Row::new([
            Cell::from(&self.code),
            Cell::from(&self.value),
            self.window_start.into(),
            self.total.to_decimal().into(),
            self.line.to_decimal().into(),
            Cell::choice(self.reason.code()),
            Cell::text(self.actor.as_str()),
            Cell::text(self.at.to_string()),
            self.why.as_ref().into(),
            Cell::from(format_smolstr!("{}", self.entry)),
        ])
    }
}
