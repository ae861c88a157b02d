//! Open items by age: who owes how much since when, down to the items.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::report::{Cell, Column, Phrase, Report, Row, word};
use fondaco_core::{Currency, Id, Money, PartyId, Reading, Timestamp};
use rust_decimal::Decimal;
use smol_str::{SmolStr, ToSmolStr, format_smolstr};

use super::general_ledger::name;
use crate::ledger::{Account, Entry, ItemKey, LedgerError, OpenItemQuery, OpenItemRow, open_items};

/// By which date items grow old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AgeBy {
    /// By that on which they fall due: how many days they are late.
    DueDate,
    /// By that of their document: how many days they are old.
    DocumentDate,
}

/// Which open items are asked for, and how they are told apart by age.
///
/// ```
/// use fondaco_accounting::reports::AgeingQuery;
/// let weekly = AgeingQuery::new("1200", "2026-03-31".parse()?).by_document_date().buckets([7, 14, 21]);
/// # let _ = weekly;
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct AgeingQuery {
    account: SmolStr,
    date: NaiveDate,
    by: AgeBy,
    bounds: Vec<u32>,
    party: Option<PartyId>,
    known_at: Option<Timestamp>,
}

impl AgeingQuery {
    /// The items of `account` that are open at the end of `date`, by due date: not late, 1 to 30, 31 to 60, 61 to 90, over 90
    /// days.
    pub fn new(account: impl Into<SmolStr>, date: NaiveDate) -> AgeingQuery {
        let (account, bounds) = (account.into(), vec![30, 60, 90]);
        AgeingQuery { account, date, by: AgeBy::DueDate, bounds, party: None, known_at: None }
    }

    /// By the documents' dates instead.
    #[must_use]
    pub fn by_document_date(mut self) -> AgeingQuery {
        self.by = AgeBy::DocumentDate;
        self
    }

    /// Other buckets: each up to so many days, ascending; what is older comes last.
    #[must_use]
    pub fn buckets(mut self, days: impl IntoIterator<Item = u32>) -> AgeingQuery {
        self.bounds = days.into_iter().collect();
        self
    }

    /// Only one party.
    #[must_use]
    pub fn party(mut self, party: PartyId) -> AgeingQuery {
        self.party = Some(party);
        self
    }

    /// As known at this time: see [`OpenItemQuery::known_at`].
    #[must_use]
    pub fn known_at(mut self, time: Timestamp) -> AgeingQuery {
        self.known_at = Some(time);
        self
    }

    fn items(&self) -> OpenItemQuery {
        let mut query = OpenItemQuery::account(self.account.clone()).at(self.date);
        if let Some(party) = self.party {
            query = query.party(party);
        }
        match self.known_at {
            Some(time) => query.known_at(time),
            None => query,
        }
    }

    fn check(&self) -> Result<(), LedgerError> {
        let ascending = self.bounds.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
        if ascending && self.bounds.first() != Some(&0) {
            return Ok(());
        }
        let why = format!("{:?} are no days: give 1 or more, each more than the last", self.bounds);
        Err(LedgerError::BadInput { what: "buckets", why })
    }

    /// The bucket of an item that is so many days old; 0 for what is not.
    fn bucket(&self, days: i64) -> usize {
        if days <= 0 {
            return 0;
        }
        1 + self.bounds.partition_point(|bound| i64::from(*bound) < days)
    }
}

/// The open items of an account at the end of a day, by age, in the ledger's currency.
#[derive(Debug, Clone, PartialEq)]
pub struct Ageing {
    /// The account's code.
    pub account: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// The day.
    pub date: NaiveDate,
    /// The ledger's currency.
    pub currency: Currency,
    /// By which date.
    pub by: AgeBy,
    /// Up to how many days each bucket but the first and the last goes.
    pub bounds: Vec<u32>,
    /// The parties, those with most open first; what names no party comes last.
    pub parties: Vec<PartyAgeing>,
    /// All of it: its total is the account's balance.
    pub total: Aged,
}

/// Sums by age: debits less credits, in the ledger's currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aged {
    /// By bucket: first what is not late, last what is older than all bounds.
    pub buckets: Vec<Decimal>,
    /// What clearings left and was not posted yet: realised exchange differences.
    pub difference: Decimal,
    /// Buckets and difference together.
    pub total: Decimal,
}

impl Aged {
    fn nothing(buckets: usize) -> Aged {
        let zero = Decimal::ZERO;
        Aged { buckets: vec![zero; buckets], difference: zero, total: zero }
    }

    // 64-bit amounts in 96-bit sums.
    fn add(&mut self, bucket: usize, amount: Decimal) {
        if let Some(sum) = self.buckets.get_mut(bucket) {
            *sum = sum.saturating_add(amount);
        }
        self.total = self.total.saturating_add(amount);
    }

    fn add_difference(&mut self, amount: Decimal) {
        self.difference = self.difference.saturating_add(amount);
        self.total = self.total.saturating_add(amount);
    }

    fn cells(&self, with_difference: bool) -> Vec<Cell> {
        let buckets = self.buckets.iter().map(|amount| Cell::from(*amount));
        let difference = with_difference.then(|| self.difference.into());
        buckets.chain(difference).chain([self.total.into()]).collect()
    }
}

/// What is open of one party.
#[derive(Debug, Clone, PartialEq)]
pub struct PartyAgeing {
    /// The party; `None` for items that name none.
    pub party: Option<PartyId>,
    /// How people call it, where [`Ageing::name_parties`] said so.
    pub name: Option<SmolStr>,
    /// The sums.
    pub amounts: Aged,
    /// The items, in order of due date.
    pub items: Vec<AgedItem>,
}

/// An open item and its age.
#[derive(Debug, Clone, PartialEq)]
pub struct AgedItem {
    /// What names it.
    pub key: ItemKey,
    /// The journal of its entry.
    pub journal: SmolStr,
    /// The entry's number in the journal and fiscal year.
    pub number: Option<i64>,
    /// What people read: the entry's text, else the document it comes from.
    pub text: Option<SmolStr>,
    /// See [`OpenItemRow::document_date`].
    pub document_date: NaiveDate,
    /// See [`OpenItemRow::due_date`].
    pub due_date: NaiveDate,
    /// How many days it is late or old; negative for what is to come.
    pub days: i64,
    /// Its bucket, counted from 0.
    pub bucket: usize,
    /// What of it is open, in its currency.
    pub open: Money,
    /// What of it is open, in the ledger's currency.
    pub ledger_open: Decimal,
}

/// The open items that `query` asks for, by party and age.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::reports::AgeingQuery;
/// books.send("by items", &ChangeAccount::open_items("1200", true))?; // an invoice of 5 January
/// let query = AgeingQuery::new("1200", day("2026-02-28"));
/// let ageing = books.view(|view| reports::ageing(view, &query))?;
/// assert_eq!(ageing.parties[0].items[0].days, 54);
/// assert_eq!(ageing.total.buckets, [0, 0, 119, 0, 0].map(Into::into));
/// assert_eq!(ageing.total.total, 119.into()); // the account's balance
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// As [`open_items`](crate::ledger::open_items()), and [`LedgerError::BadInput`] for buckets that are not ascending from 1 day.
pub fn ageing(read: &mut impl Reading, query: &AgeingQuery) -> Result<Ageing, LedgerError> {
    query.check()?;
    let open = open_items(read, &query.items())?;
    let account = read.peek::<Account>(&query.account)?;
    let name = account.map(|account| account.name.clone()).unwrap_or_default();
    let entries = entries(read, &open.items)?;
    let buckets = query.bounds.len() + 2;
    let mut parties: BTreeMap<Option<PartyId>, PartyAgeing> = BTreeMap::new();
    let mut total = Aged::nothing(buckets);
    let mut of = |party: Option<PartyId>, add: &mut dyn FnMut(&mut PartyAgeing)| {
        let amounts = Aged::nothing(buckets);
        let nothing = PartyAgeing { party, name: None, amounts, items: Vec::new() };
        add(parties.entry(party).or_insert(nothing));
    };
    for row in &open.items {
        let item = AgedItem::of(row, entries.get(&row.key.entry), query);
        total.add(item.bucket, item.ledger_open);
        of(row.party, &mut |party| {
            party.amounts.add(item.bucket, item.ledger_open);
            party.items.push(item.clone());
        });
    }
    for left in &open.differences {
        let amount = left.ledger_amount.amount();
        total.add_difference(amount);
        of(left.party, &mut |party| party.amounts.add_difference(amount));
    }
    let mut parties: Vec<PartyAgeing> = parties.into_values().collect();
    parties.sort_by_key(|party| {
        let total = std::cmp::Reverse(party.amounts.total.abs());
        (party.party.is_none(), total, party.party)
    });
    let AgeingQuery { account, date, by, bounds, .. } = query.clone();
    Ok(Ageing { account, name, date, currency: open.currency, by, bounds, parties, total })
}

/// How many entries are read in one trip.
const MANY: usize = 4096;

fn entries(
    read: &mut impl Reading,
    items: &[OpenItemRow],
) -> Result<BTreeMap<Id<Entry>, Arc<Entry>>, LedgerError> {
    let mut ids: Vec<_> = items.iter().map(|item| item.key.entry).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut entries = BTreeMap::new();
    for part in ids.chunks(MANY) {
        let found = read.peek_many::<Entry>(part)?;
        entries.extend(found.into_iter().flatten().map(|entry| (entry.id, entry)));
    }
    Ok(entries)
}

impl AgedItem {
    fn of(row: &OpenItemRow, entry: Option<&Arc<Entry>>, query: &AgeingQuery) -> AgedItem {
        let since = match query.by {
            AgeBy::DueDate => row.due_date,
            AgeBy::DocumentDate => row.document_date,
        };
        let days = query.date.signed_duration_since(since).num_days();
        let text = entry.and_then(|entry| entry.text.clone()).or_else(|| row.source.clone());
        AgedItem {
            key: row.key,
            journal: entry.map(|entry| entry.journal.clone()).unwrap_or_default(),
            number: entry.and_then(|entry| entry.number.number()),
            text,
            document_date: row.document_date,
            due_date: row.due_date,
            days,
            bucket: query.bucket(days),
            open: row.open,
            ledger_open: row.ledger_open.amount(),
        }
    }

    fn row(&self, party: &Cell, buckets: usize, with_difference: bool) -> Row {
        let amounts = (0..buckets)
            .map(|at| if at == self.bucket { self.ledger_open.into() } else { Cell::Empty });
        let difference = with_difference.then_some(Cell::Empty);
        let before = [
            party.clone(),
            name(&self.journal, self.number).into(),
            self.text.clone().into(),
            self.document_date.into(),
            self.due_date.into(),
            Cell::Count(self.days),
            self.open.into(),
            Cell::text(self.open.currency().code()),
        ];
        let total = [Cell::from(self.ledger_open)];
        Row::new(before.into_iter().chain(amounts).chain(difference).chain(total))
    }
}

impl Ageing {
    /// The same, with what people call the parties: the ledger knows their ids alone.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::reports::AgeingQuery;
    /// books.send("by items", &ChangeAccount::open_items("1200", true))?;
    /// let ada = PartyId::named("customer/1");
    /// let sale = NewEntry::new("GEN", day("2026-03-01")).debit("1200", eur("40")).credit("4000", eur("40"));
    /// books.post("sale", sale.party(ada))?;
    /// let ageing = books.ageing(&AgeingQuery::new("1200", day("2026-03-31")).party(ada))?;
    /// let ageing = ageing.name_parties(|party| (party == ada).then(|| "Ada Lovelace".into()));
    /// assert_eq!(ageing.to_string(), "\
    /// Open items of 1200 Customers by due date as of 2026-03-31 (EUR)
    /// Party         Current  1-30 days  31-60 days  61-90 days  Over 90 days  Total
    /// ============  =======  =========  ==========  ==========  ============  =====
    /// Ada Lovelace     0.00      40.00        0.00        0.00          0.00  40.00
    /// ------------  -------  ---------  ----------  ----------  ------------  -----
    /// Total            0.00      40.00        0.00        0.00          0.00  40.00
    /// ");
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn name_parties(mut self, names: impl Fn(PartyId) -> Option<SmolStr>) -> Ageing {
        for party in &mut self.parties {
            party.name = party.party.and_then(&names);
        }
        self
    }

    /// As rows and columns, one row a party; on one page they lead to the party's items.
    pub fn to_report(&self) -> Report {
        let mut report = Report::new(self.title())
            .column(Column::text(word("Party")).naming_rows())
            .columns(self.amount_columns())
            .anchored(format_smolstr!("ageing/{}", self.account));
        let with_difference = self.has_differences();
        for party in &self.parties {
            let amounts = party.amounts.cells(with_difference);
            let row = Row::new([party.cell()].into_iter().chain(amounts));
            report.push(row.linked_to(self.anchor(party)));
        }
        let total = [word("Total")].into_iter().chain(self.total.cells(with_difference));
        report.push(Row::total(total));
        report
    }

    /// Every item under its party, with its dates and age.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::reports::AgeingQuery;
    /// books.send("by items", &ChangeAccount::open_items("1200", true))?;
    /// let items = books.ageing(&AgeingQuery::new("1200", day("2026-02-28")))?.to_items_report();
    /// assert!(items.to_csv().contains("No party,INV 1,,2026-01-05,2026-01-05,54,119.00,EUR,,,119.00,,,119.00\r\n"));
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn to_items_report(&self) -> Report {
        let mut report = Report::new(self.title())
            .column(Column::text(word("Party")).for_tables_only())
            .column(Column::text(word("Entry")).naming_rows())
            .column(Column::text(word("Text")))
            .column(Column::date(word("Document date")))
            .column(Column::date(word("Due date")))
            .column(Column::count(word("Days")))
            .column(Column::text(word("Open")))
            .column(Column::text(word("Currency")).for_tables_only())
            .columns(self.amount_columns())
            .anchored(format_smolstr!("ageing/{}/items", self.account));
        let with_difference = self.has_differences();
        let nothing = || std::iter::repeat_n(Cell::Empty, 6);
        for party in &self.parties {
            let heading = Row::heading([party.cell(), party.cell()]);
            report.push(heading.starting_group().anchored(self.anchor(party)));
            for item in &party.items {
                report.push(item.row(&party.cell(), self.bounds.len() + 2, with_difference));
            }
            if !party.amounts.difference.is_zero() {
                let buckets = std::iter::repeat_n(Cell::Empty, self.bounds.len() + 2);
                let amount = [party.amounts.difference, party.amounts.difference].map(Cell::from);
                let what = [party.cell(), word("Exchange differences")].into_iter();
                report.push(Row::new(what.chain(nothing()).chain(buckets).chain(amount)));
            }
            let sums = party.amounts.cells(with_difference);
            let sum = [party.cell(), word("Total")].into_iter().chain(nothing()).chain(sums);
            report.push(Row::total(sum));
        }
        let sums = self.total.cells(with_difference);
        let all = [Cell::Empty, word("In all")].into_iter().chain(nothing()).chain(sums);
        report.push(Row::total(all));
        report
    }

    fn title(&self) -> Phrase {
        let by = match self.by {
            AgeBy::DueDate => word("by due date as of"),
            AgeBy::DocumentDate => word("by document date as of"),
        };
        let account = format_smolstr!("{} {}", self.account, self.name);
        let title = Phrase::from(word("Open items of")).and(account).and(by).and(self.date);
        title.and(format_smolstr!("({})", self.currency.code()))
    }

    fn has_differences(&self) -> bool {
        self.parties.iter().any(|party| !party.amounts.difference.is_zero())
    }

    fn amount_columns(&self) -> Vec<Column> {
        let mut headings = vec![Phrase::from(word("Current"))];
        let mut from = 1;
        for bound in &self.bounds {
            let days = match from == *bound {
                true => bound.to_smolstr(),
                false => format_smolstr!("{from}-{bound}"),
            };
            let unit = if *bound == 1 { word("day") } else { word("days") };
            headings.push(Phrase::from(days).and(unit));
            from = bound.saturating_add(1);
        }
        let over = Phrase::from(word("Over")).and(from.saturating_sub(1).to_smolstr());
        headings.push(over.and(word("days")));
        if self.has_differences() {
            headings.push(word("Exchange differences").into());
        }
        headings.push(word("Total").into());
        headings.into_iter().map(|heading| Column::amount(heading, self.currency)).collect()
    }

    fn anchor(&self, party: &PartyAgeing) -> SmolStr {
        match party.party {
            Some(party) => format_smolstr!("ageing/{}/{party}", self.account),
            None => format_smolstr!("ageing/{}/none", self.account),
        }
    }
}

impl PartyAgeing {
    fn cell(&self) -> Cell {
        match (&self.name, self.party) {
            (Some(name), _) => name.clone().into(),
            (None, Some(party)) => Cell::text(party.to_smolstr()),
            (None, None) => word("No party"),
        }
    }
}

impl fmt::Display for Ageing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}
