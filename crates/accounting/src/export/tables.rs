//! The ledger as tables: what it consists of, row by row.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fondaco_core::report::{Cell, Column, Kind, Report, Row};
use fondaco_core::{DateRange, Id, PartyId, Range, Reading};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::trail::{AuditTrail, Links};
use crate::ledger::{
    Account, Entry, Journal, LedgerError, Period, Posting, Settings, Side, is_closing, period_label,
};
use crate::parallel::{all_or_scope, unmarked};
use crate::reports::class_name;

/// How people call a party, where the host says so.
pub(super) type Names<'q> = &'q dyn Fn(PartyId) -> Option<SmolStr>;

/// What of the ledger is written.
#[derive(Clone, Copy)]
pub struct ExportQuery<'q> {
    pub(super) days: DateRange,
    pub(super) names: Option<Names<'q>>,
    pub(super) trail: Option<&'q AuditTrail>,
}

impl<'q> ExportQuery<'q> {
    /// All of it.
    pub fn all() -> ExportQuery<'q> {
        ExportQuery { days: DateRange::always(), names: None, trail: None }
    }

    /// Only entries of these days; accounts, journals and periods are whole.
    #[must_use]
    pub fn days(mut self, days: DateRange) -> ExportQuery<'q> {
        self.days = days;
        self
    }

    /// Who recorded each entry.
    #[must_use]
    pub fn trail(mut self, trail: &'q AuditTrail) -> ExportQuery<'q> {
        self.trail = Some(trail);
        self
    }

    /// What parties are called: the ledger knows their ids alone.
    #[must_use]
    pub fn name_parties(mut self, names: Names<'q>) -> ExportQuery<'q> {
        self.names = Some(names);
        self
    }
}

impl std::fmt::Debug for ExportQuery<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExportQuery").field("days", &self.days).finish_non_exhaustive()
    }
}

/// The ledger's tables. Every row of [`entries`](LedgerTables::entries) is a posting with what its entry says; a dimension has a
/// column of its own, `dimension.site`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerTables {
    /// The chart of accounts, by code.
    pub accounts: Report,
    /// The journals.
    pub journals: Report,
    /// The periods.
    pub periods: Report,
    /// Entries in one currency, or balanced in each, in order of journal, fiscal year and number.
    pub entries: Report,
    /// Entries that turn one currency into another, likewise: an import says so of a whole file.
    pub conversions: Report,
    /// Entries that close years, likewise: not to be imported, but to be made again by closing.
    pub closings: Report,
    /// Every dimension and value that a posting has, with how many do.
    pub dimensions: Report,
    /// The parties that are named, with how people call them.
    pub parties: Report,
    /// The dimensions' names.
    names: Vec<SmolStr>,
}

/// The ledger as tables.
///
/// Where there are [parallel ledgers](crate::parallel), the entries of all of them are there, with a column that says to which one
/// an entry and a journal belong alone; through [`Books::of_ledger`](crate::Books::of_ledger) those of one.
///
/// They can be imported again, into an empty ledger with the same currency, journals and periods: `accounts` by
/// `LedgerTables::account_mapping`, then `entries` and `conversions` by `LedgerTables::entry_mapping` (feature `import`). Entries
/// come in the order of their numbers, and so get them again. What can't be imported is there to be read, and has to be set up again:
/// kinds, tags, last days, control and open items of accounts (without kinds and tags the plain layouts know no cash), when and by whom
/// entries were recorded, what they reverse and correct, and that they lie in an adjustment period: those come back in the
/// year's last one.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::export::{ExportQuery, ledger_tables};
/// let query = ExportQuery::all().days("2026-02-01/..".parse()?);
/// let tables = books.view(|view| ledger_tables(view, &query))?;
/// assert_eq!(tables.accounts.rows.len(), 8);
/// assert_eq!(tables.entries.rows.len(), 2); // the rent
/// let csv = tables.entries.to_csv();
/// assert!(csv.contains(",GEN,2026,2,2026-02,2026-02-01,"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`LedgerError::NotSetUp`], or a [`Halt`](fondaco_core::Halt).
pub fn ledger_tables(
    read: &mut impl Reading,
    query: &ExportQuery<'_>,
) -> Result<LedgerTables, LedgerError> {
    let read = &mut all_or_scope(read)?;
    let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
    let accounts = read.peek_scan(&Range::<Account>::all())?;
    let journals = read.peek_scan(&Range::<Journal>::all())?;
    let periods = read.peek_scan(&Range::<Period>::all())?;
    let found = WholeEntries::read(read, &journals, &periods, query.days)?;
    let names = found.dimension_names();
    let of_one = |journal: &Arc<Journal>| Some((journal.code.clone(), journal.ledger.clone()?));
    let ledgers: BTreeMap<SmolStr, SmolStr> = journals.iter().filter_map(of_one).collect();
    let ids: Vec<Id<Entry>> = found.entries.iter().map(|(entry, _)| entry.id).collect();
    let links = Links::read(read, &ids)?;
    let said = Said { settings: &settings, trail: query.trail, links: &links };
    let parts = |of: fn(&Entry) -> bool, title| {
        let entries = found.entries.iter().filter(|(entry, _)| of(entry));
        entry_table(title, entries, (&names, &ledgers), &said)
    };
    Ok(LedgerTables {
        accounts: account_table(&accounts),
        journals: journal_table(&journals),
        periods: period_table(&periods),
        entries: parts(|entry| !entry.conversion && !is_closing(entry.period), "entries"),
        conversions: parts(|entry| entry.conversion && !is_closing(entry.period), "conversions"),
        closings: parts(|entry| is_closing(entry.period), "closings"),
        dimensions: dimension_table(&found),
        parties: party_table(&found, query.names),
        names,
    })
}

/// An entry with its postings in order.
pub(super) type WholeEntry = (Arc<Entry>, Vec<Arc<Posting>>);

/// Entries with their postings, in order of journal, fiscal year and number.
pub(super) struct WholeEntries {
    pub(super) entries: Vec<WholeEntry>,
}

/// So many entries are read in one trip.
const MANY: usize = 4096;

impl WholeEntries {
    pub(super) fn read(
        read: &mut impl Reading,
        journals: &[Arc<Journal>],
        periods: &[Arc<Period>],
        days: DateRange,
    ) -> Result<WholeEntries, LedgerError> {
        let mut years: Vec<i32> = periods.iter().map(|period| period.fiscal_year).collect();
        years.sort_unstable();
        years.dedup();
        let mut heads: Vec<Arc<Entry>> = Vec::new();
        for journal in journals {
            for year in &years {
                let range = Range::by(Entry::BY_NUMBER, &(journal.code.clone(), *year));
                read.peek_each(&range, |entry: &Entry| {
                    if days.contains(entry.date) {
                        heads.push(Arc::new(entry.clone()));
                    }
                    Ok::<(), LedgerError>(())
                })?;
            }
        }
        let mut entries = Vec::with_capacity(heads.len());
        for some in heads.chunks(MANY) {
            let ranges: Vec<_> =
                some.iter().map(|entry| Range::<Posting>::by_key(&entry.id)).collect();
            let mut of: BTreeMap<Id<Entry>, Vec<Arc<Posting>>> = BTreeMap::new();
            read.peek_each_of(&ranges, |posting: &Posting| {
                // Its journal says to which ledger it belongs.
                let dimensions = unmarked(&posting.dimensions);
                let posting = Posting { dimensions, ..posting.clone() };
                of.entry(posting.entry).or_default().push(Arc::new(posting));
                Ok::<(), LedgerError>(())
            })?;
            entries.extend(
                some.iter().map(|entry| (entry.clone(), of.remove(&entry.id).unwrap_or_default())),
            );
        }
        Ok(WholeEntries { entries })
    }

    pub(super) fn postings(&self) -> impl Iterator<Item = &Arc<Posting>> {
        self.entries.iter().flat_map(|(_, postings)| postings)
    }

    /// The parties that entries and postings name.
    pub(super) fn parties(&self) -> BTreeSet<PartyId> {
        let of_entries = self.entries.iter().filter_map(|(entry, _)| entry.party);
        of_entries.chain(self.postings().filter_map(|posting| posting.party.copied())).collect()
    }

    fn dimension_names(&self) -> Vec<SmolStr> {
        let names = self.postings().flat_map(|posting| posting.dimensions.iter());
        let names: BTreeSet<&str> = names.map(|(name, _)| name).collect();
        names.into_iter().map(SmolStr::new).collect()
    }
}

fn text(names: &[&'static str]) -> Vec<Column> {
    names.iter().map(|name| Column::text(*name)).collect()
}

fn flag(flag: bool) -> Cell {
    if flag { "yes".into() } else { Cell::Empty }
}

fn account_table(accounts: &[Arc<Account>]) -> Report {
    let columns = ["code", "name", "class", "parent", "currency", "heading"];
    let mut table = Report::new("accounts")
        .columns(text(&columns))
        .columns([Column::date("opens"), Column::date("closes")])
        .columns(text(&["control", "open_items", "kind", "tags"]));
    for account in accounts {
        let tags = Some(account.tags.to_json()).filter(|_| !account.tags.is_empty());
        table.push(Row::new([
            account.code.clone().into(),
            account.name.clone().into(),
            class_name(account.class).into(),
            account.parent.clone().into(),
            account.currency.map(|currency| currency.code()).into(),
            flag(account.heading),
            account.opens.into(),
            account.closes.into(),
            account.control.clone().into(),
            flag(account.open_items.is_some()),
            account.kind.clone().into(),
            tags.into(),
        ]));
    }
    table
}

fn journal_table(journals: &[Arc<Journal>]) -> Report {
    let mut table = Report::new("journals").columns(text(&["code", "name", "by_date"]));
    let parallel = journals.iter().any(|journal| journal.ledger.is_some());
    if parallel {
        table = table.column(Column::text("ledger"));
    }
    for journal in journals {
        let ledger = parallel.then(|| Cell::from(journal.ledger.clone()));
        let cells =
            [journal.code.clone().into(), journal.name.clone().into(), flag(journal.by_date)];
        table.push(Row::new(cells.into_iter().chain(ledger)));
    }
    table
}

fn period_table(periods: &[Arc<Period>]) -> Report {
    let mut table = Report::new("periods")
        .columns(text(&["period"]))
        .columns([Column::count("fiscal_year"), Column::count("number")])
        .columns([Column::date("start"), Column::date("end")]);
    for period in periods {
        table.push(Row::new([
            period.label().into(),
            Cell::Count(period.fiscal_year.into()),
            period.number.into(),
            period.start.into(),
            period.end.into(),
        ]));
    }
    table
}

/// What rows of entries say beside their facts.
struct Said<'s> {
    settings: &'s Settings,
    trail: Option<&'s AuditTrail>,
    links: &'s Links,
}

/// Numbers with all digits that they have.
fn number(name: &'static str) -> Column {
    Column::new(name, Kind::Quantity { unit: SmolStr::default(), digits: 4 })
}

fn entry_table<'e>(
    title: &'static str,
    entries: impl Iterator<Item = &'e WholeEntry>,
    (dimensions, ledgers): (&[SmolStr], &BTreeMap<SmolStr, SmolStr>),
    said: &Said<'_>,
) -> Report {
    let mut table = Report::new(title)
        .columns(text(&["entry", "journal"]))
        .columns([Column::count("fiscal_year"), Column::count("number")])
        .columns(text(&["period"]))
        .columns(["date", "document_date", "due_date"].map(Column::date))
        .columns(text(&["recorded_at", "text", "document", "reverses"]))
        .column(Column::count("line"))
        .columns(text(&["account"]))
        .columns(["debit", "credit"].map(number))
        .columns(text(&["currency"]))
        .columns(["worth", "rate"].map(number))
        .columns(text(&["posting_text", "party", "recorded_by", "reversed_by", "corrects"]));
    let of_dimensions =
        dimensions.iter().map(|name| Column::text(format_smolstr!("dimension.{name}")));
    table = table.columns(of_dimensions);
    if !ledgers.is_empty() {
        table = table.column(Column::text("ledger"));
    }
    for (entry, postings) in entries {
        for posting in postings {
            let mut row = entry_row(entry, posting, dimensions, said);
            if !ledgers.is_empty() {
                row.cells.push(ledgers.get(&entry.journal).cloned().into());
            }
            table.push(row);
        }
    }
    table
}

fn entry_row(entry: &Entry, posting: &Posting, dimensions: &[SmolStr], said: &Said<'_>) -> Row {
    let (debit, credit) = sides(posting);
    // In the ledger's own currency an amount is worth what it is.
    let foreign = posting.currency != said.settings.currency;
    let by = said.trail.and_then(|trail| trail.of(entry.id));
    let id = |id: Option<Id<Entry>>| Cell::from(id.map(|id| id.to_string()));
    let worth = foreign.then(|| on_side(posting, posting.ledger_amount.to_decimal()));
    let party = posting.party.copied().or(entry.party).map(|party| party.to_string());
    let cells = [
        entry.id.to_string().into(),
        entry.journal.clone().into(),
        Cell::Count(entry.fiscal_year.into()),
        entry.number.number().into(),
        period_label(entry.period).into(),
        entry.date.into(),
        entry.document_date.into(),
        posting.due_date.or(entry.due_date).into(),
        entry.recorded_at.to_string().into(),
        entry.text.clone().into(),
        entry.source.clone().into(),
        entry.reverses.copied().map(|reversed| reversed.to_string()).into(),
        posting.line.into(),
        posting.account.clone().into(),
        debit.into(),
        credit.into(),
        posting.currency.code().into(),
        worth.into(),
        posting.rate.copied().into(),
        posting.text.cloned().into(),
        party.into(),
        by.map(|by| by.actor.to_string()).into(),
        id(said.links.reversed_by(entry.id)),
        id(said.links.corrects(entry.id)),
    ];
    let of_dimensions = dimensions.iter().map(|name| Cell::from(posting.dimensions.get(name)));
    Row::new(cells.into_iter().chain(of_dimensions))
}

/// The amount in its currency, on its side.
fn sides(posting: &Posting) -> (Option<Decimal>, Option<Decimal>) {
    let amount = on_side(posting, posting.amount.to_decimal());
    match posting.side {
        Side::Debit => (Some(amount), None),
        Side::Credit => (None, Some(amount)),
    }
}

/// An amount as the posting's side writes it: below zero where it takes back.
fn on_side(posting: &Posting, amount: Decimal) -> Decimal {
    match posting.side {
        Side::Debit => amount,
        Side::Credit => Decimal::ZERO.saturating_sub(amount),
    }
}

fn dimension_table(found: &WholeEntries) -> Report {
    let mut values: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for (name, value) in found.postings().flat_map(|posting| posting.dimensions.iter()) {
        *values.entry((name, value)).or_default() += 1;
    }
    let mut table = Report::new("dimensions")
        .columns(text(&["name", "value"]))
        .column(Column::count("postings"));
    for ((name, value), postings) in values {
        table.push(Row::new([name.into(), value.into(), Cell::Count(postings)]));
    }
    table
}

fn party_table(found: &WholeEntries, names: Option<Names<'_>>) -> Report {
    let mut table = Report::new("parties").columns(text(&["party", "name"]));
    for party in found.parties() {
        let name = names.and_then(|names| names(party));
        table.push(Row::new([party.to_string().into(), name.into()]));
    }
    table
}

impl LedgerTables {
    /// All tables with the names of their files.
    pub fn tables(&self) -> [(&'static str, &Report); 8] {
        [
            ("accounts", &self.accounts),
            ("journals", &self.journals),
            ("periods", &self.periods),
            ("entries", &self.entries),
            ("conversions", &self.conversions),
            ("closings", &self.closings),
            ("dimensions", &self.dimensions),
            ("parties", &self.parties),
        ]
    }

    /// As CSV files by RFC 4180: their names and texts.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::export::ExportQuery;
    /// for (name, text) in books.export(&ExportQuery::all())?.files() {
    ///     println!("{name}: {} bytes", text.len()); // or std::fs::write
    /// }
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn files(&self) -> Vec<(String, String)> {
        let tables = self.tables().into_iter();
        tables.map(|(name, table)| (format!("{name}.csv"), table.to_csv())).collect()
    }
}

#[cfg(feature = "import")]
impl LedgerTables {
    /// How [`accounts`](LedgerTables::accounts) are imported again.
    pub fn account_mapping() -> crate::import::AccountMapping {
        let mapping = crate::import::AccountMapping::new("code", "name", "class");
        crate::import::AccountMapping {
            heading: Some("heading".into()),
            opens: Some("opens".into()),
            ..mapping.parent("parent").currency("currency")
        }
    }

    /// How [`entries`](LedgerTables::entries) are imported again, and with `conversions` set
    /// [`conversions`](LedgerTables::conversions). The entries' ids are their keys, so that none is imported twice.
    pub fn entry_mapping(&self, conversions: bool) -> crate::import::EntryMapping {
        use crate::import::{AmountColumns, EntryMapping};
        let mapping =
            EntryMapping::new("date", "account", AmountColumns::columns("debit", "credit"))
                .origin("fondaco")
                .key("entry")
                .journal("journal")
                .currency("currency")
                .text("text");
        let mapping = EntryMapping {
            worth: Some("worth".into()),
            posting_text: Some("posting_text".into()),
            party: Some("party".into()),
            document: Some("document".into()),
            document_date: Some("document_date".into()),
            due_date: Some("due_date".into()),
            conversion: conversions,
            ..mapping
        };
        let names = self.names.iter();
        names.fold(mapping, |mapping, name| {
            mapping.dimension(name.clone(), format!("dimension.{name}").as_str())
        })
    }
}
