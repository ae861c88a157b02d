//! What an act has on its desk: the documents and lines that it reads and changes, and the facts that it tells the books. All of it is
//! staged at the end, each row once, each fact by every profile.

mod books;
mod finish;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::{Currency, DocumentId, Id, Money, Needs, Range, Reading, SiteId, Tx, tree};
use fondaco_inventory::items::{Category, Item};
use fondaco_inventory::moves::Move;
use fondaco_inventory::places::Site;
use fondaco_inventory::value::ValueEntry;
use smol_str::SmolStr;

use books::owed_role;

use super::{At, Document, DocumentKind, Line, LineMatch, Settlement, beyond};
use crate::company::CompanyError;
use crate::company::figures::Counted;
use crate::company::masters::Partner;
use crate::company::posting::{Accounts, Facts, Place};
use crate::company::production::Works;
use crate::company::setup::{self, Numberings, Profiles, Settings};

/// A line's key.
pub(crate) type LineKey = (DocumentId, u32);

/// The working state of an act.
pub(crate) struct Desk {
    pub(crate) settings: Arc<Settings>,
    profiles: Arc<Profiles>,
    accounts: Arc<Accounts>,
    numberings: Arc<Numberings>,
    documents: BTreeMap<DocumentId, Document>,
    lines: BTreeMap<LineKey, Line>,
    new_documents: BTreeSet<DocumentId>,
    /// The same, as they were entered.
    entered: Vec<DocumentId>,
    changed: BTreeSet<DocumentId>,
    changed_lines: BTreeSet<LineKey>,
    /// New documents by the document that they carry out.
    new_of: BTreeMap<DocumentId, Vec<DocumentId>>,
    /// Lines by the line that they carry out, and by the move of their goods.
    by_of: BTreeMap<LineKey, BTreeSet<LineKey>>,
    by_move: BTreeMap<Id<Move>, LineKey>,
    items: BTreeMap<fondaco_core::ItemId, (Arc<Item>, Vec<SmolStr>)>,
    /// Where the facts of value of each move are.
    values: Values,
    matches: Vec<LineMatch>,
    settlements: Vec<Settlement>,
    facts: Vec<Told>,
    /// The earliest day on which something came about.
    since: Option<NaiveDate>,
    /// Whether it posts what is accrued, which makes no accruals wrong.
    is_closing: bool,
    /// Work orders.
    pub(crate) works: Works,
    counted: Counted,
}

/// How much of documents is read ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ahead {
    /// Their heads, with partners and sites.
    Heads,
    /// Their lines too.
    Lines,
    /// What carries those out too, by documents of a kind, and waits for another.
    Waiting(DocumentKind),
}

/// Where the facts of value of each move are among those that the act staged, and how many of them were looked at.
#[derive(Default)]
pub(crate) struct Values {
    by: BTreeMap<Id<Move>, Vec<usize>>,
    seen: usize,
}

/// Facts, and the document that the entry is remembered by.
struct Told {
    facts: Facts,
    of: Option<DocumentId>,
    /// What profiles are told instead, by their codes.
    instead: BTreeMap<SmolStr, Facts>,
}

impl Desk {
    pub(crate) fn open(tx: &mut Tx<'_>) -> Result<Desk, CompanyError> {
        Ok(Desk {
            settings: Settings::of(tx)?,
            profiles: Profiles::of(tx)?,
            accounts: setup::accounts(tx)?,
            numberings: Numberings::of(tx)?,
            documents: BTreeMap::new(),
            lines: BTreeMap::new(),
            new_documents: BTreeSet::new(),
            entered: Vec::new(),
            changed: BTreeSet::new(),
            changed_lines: BTreeSet::new(),
            new_of: BTreeMap::new(),
            by_of: BTreeMap::new(),
            by_move: BTreeMap::new(),
            items: BTreeMap::new(),
            values: Values::default(),
            matches: Vec::new(),
            settlements: Vec::new(),
            facts: Vec::new(),
            since: None,
            is_closing: false,
            works: Works::default(),
            counted: Counted::default(),
        })
    }

    /// One of an act that posts what is accrued.
    pub(crate) fn closing(tx: &mut Tx<'_>) -> Result<Desk, CompanyError> {
        Ok(Desk { is_closing: true, ..Desk::open(tx)? })
    }

    pub(crate) fn currency(&self) -> Currency {
        self.settings.currency
    }

    /// Refuses a code that is taken.
    pub(crate) fn check_new(
        &mut self,
        tx: &mut Tx<'_>,
        kind: DocumentKind,
        code: &SmolStr,
    ) -> Result<(), CompanyError> {
        let (id, document) = (kind.id(code), kind.name_of(code));
        if self.documents.contains_key(&id) || tx.get::<Document>(&id)?.is_some() {
            return Err(CompanyError::DocumentExists { document });
        }
        Ok(())
    }

    /// A new document with its lines, numbered as they stand.
    pub(crate) fn add(&mut self, document: Document, lines: Vec<Line>) {
        self.new_documents.insert(document.id);
        self.entered.push(document.id);
        self.changed.insert(document.id);
        if let Some(of) = document.of {
            self.new_of.entry(of).or_default().push(document.id);
        }
        for line in lines {
            self.put_line(line);
        }
        self.documents.insert(document.id, document);
    }

    /// Documents of this act that carry one out.
    pub(crate) fn new_of(&self, of: DocumentId) -> impl Iterator<Item = Document> + '_ {
        let ids = self.new_of.get(&of).into_iter().flatten();
        ids.filter_map(|id| self.documents.get(id).cloned())
    }

    /// A document by its code.
    pub(crate) fn named(
        &mut self,
        tx: &mut Tx<'_>,
        kind: DocumentKind,
        code: &SmolStr,
    ) -> Result<Document, CompanyError> {
        let unknown = || CompanyError::UnknownDocument { document: kind.name_of(code) };
        self.seen(tx, kind.id(code))?.cloned().ok_or_else(unknown)
    }

    /// A document by its id, as it stands on the desk.
    pub(crate) fn document(
        &mut self,
        tx: &mut Tx<'_>,
        id: DocumentId,
    ) -> Result<Document, CompanyError> {
        self.there(tx, id).cloned()
    }

    /// The same, where it lies.
    fn there(&mut self, tx: &mut Tx<'_>, id: DocumentId) -> Result<&Document, CompanyError> {
        let unknown =
            || CompanyError::UnknownDocument { document: smol_str::ToSmolStr::to_smolstr(&id) };
        self.seen(tx, id)?.ok_or_else(unknown)
    }

    /// A document, which lies on the desk from then on; `None` where there is none.
    fn seen(&mut self, tx: &mut Tx<'_>, id: DocumentId) -> Result<Option<&Document>, CompanyError> {
        Ok(match self.documents.entry(id) {
            Entry::Occupied(place) => Some(place.into_mut()),
            Entry::Vacant(place) => {
                tx.get::<Document>(&id)?.map(|row| &*place.insert(row.as_ref().clone()))
            }
        })
    }

    /// Puts a document back, changed.
    pub(crate) fn put(&mut self, document: Document) {
        self.changed.insert(document.id);
        self.documents.insert(document.id, document);
    }

    /// All lines of a document, in order.
    pub(crate) fn lines_of(
        &mut self,
        tx: &mut Tx<'_>,
        document: &Document,
    ) -> Result<Vec<Line>, CompanyError> {
        let keys: Vec<LineKey> = (1..=document.lines).map(|line| (document.id, line)).collect();
        let missing: Vec<LineKey> =
            keys.iter().filter(|key| !self.lines.contains_key(key)).copied().collect();
        if !missing.is_empty() {
            for row in tx.get_many::<Line>(&missing)?.into_iter().flatten() {
                self.keep(row.as_ref().clone());
            }
        }
        Ok(keys.iter().filter_map(|key| self.lines.get(key).cloned()).collect())
    }

    /// A line; `None` where there is none.
    pub(crate) fn line(
        &mut self,
        tx: &mut Tx<'_>,
        key: LineKey,
    ) -> Result<Option<Line>, CompanyError> {
        if let Some(line) = self.lines.get(&key) {
            return Ok(Some(line.clone()));
        }
        let Some(row) = tx.get::<Line>(&key)? else { return Ok(None) };
        self.keep(row.as_ref().clone());
        Ok(Some(row.as_ref().clone()))
    }

    /// Puts a line back, changed.
    pub(crate) fn put_line(&mut self, line: Line) {
        self.changed_lines.insert((line.document, line.number));
        self.keep(line);
    }

    fn keep(&mut self, line: Line) {
        let key = (line.document, line.number);
        if let Some(of) = line.of.zip(line.of_line) {
            self.by_of.entry(of).or_default().insert(key);
        }
        if let Some(moved) = line.stock_move {
            self.by_move.insert(moved, key);
        }
        self.lines.insert(key, line);
    }

    /// The lines that carry out a line, as they stand on the desk, in the order in which they were entered.
    pub(crate) fn carried_out(
        &mut self,
        tx: &mut Tx<'_>,
        (of, of_line): LineKey,
        kind: DocumentKind,
    ) -> Result<Vec<Line>, CompanyError> {
        let rows = tx.scan(&Range::by(Line::BY_OF, &(of, of_line)))?;
        self.that_count(tx, &rows, ((of, of_line), kind))
    }

    /// Those lines of which something waits for another document, and others that the act has on its desk. Whoever changes or adds one changes
    /// the line that it carries out as well, which the act rests on.
    pub(crate) fn waiting(
        &mut self,
        tx: &mut Tx<'_>,
        (of, of_line): LineKey,
        kind: DocumentKind,
    ) -> Result<Vec<Line>, CompanyError> {
        let rows = tx.peek_scan(&Range::by(Line::BY_WAITING, &(kind, of, of_line)))?;
        self.that_count(tx, &rows, ((of, of_line), kind))
    }

    fn that_count(
        &mut self,
        tx: &mut Tx<'_>,
        rows: &[Arc<Line>],
        (of, kind): (LineKey, DocumentKind),
    ) -> Result<Vec<Line>, CompanyError> {
        let mut keys: BTreeSet<LineKey> =
            rows.iter().map(|row| (row.document, row.number)).collect();
        keys.extend(self.by_of.get(&of).into_iter().flatten());
        let mut found = Vec::new();
        for key in keys {
            let &Document { kind: of_kind, status, date, .. } = self.there(tx, key.0)?;
            if of_kind == kind && status != super::Status::Cancelled {
                found.extend(self.line(tx, key)?.map(|line| (date, line)));
            }
        }
        found.sort_by_key(|(date, line)| (*date, line.stock_move, line.number));
        Ok(found.into_iter().map(|(_, line)| line).collect())
    }

    /// The line whose goods a move moved, if it is one of ours.
    pub(crate) fn line_of_move(
        &mut self,
        tx: &mut Tx<'_>,
        moved: Id<Move>,
    ) -> Result<Option<Line>, CompanyError> {
        if let Some(key) = self.by_move.get(&moved) {
            return Ok(self.lines.get(key).cloned());
        }
        let rows = tx.peek_scan(&Range::by(Line::BY_MOVE, &moved))?;
        match rows.first() {
            Some(row) => self.line(tx, (row.document, row.number)),
            None => Ok(None),
        }
    }

    /// The facts of value that came about when the act made a move or changed a cost, those of earlier moves that it corrected included:
    /// as [`value::entries_by`](fondaco_inventory::value::entries_by), of what is staged.
    pub(crate) fn values_by(&mut self, tx: &Tx<'_>, by: Id<Move>) -> Vec<ValueEntry> {
        let staged = tx.inserted_so_far::<ValueEntry>();
        for (at, entry) in staged.iter().enumerate().skip(self.values.seen) {
            self.values.by.entry(entry.by).or_default().push(at);
        }
        self.values.seen = staged.len();
        let of = self.values.by.get(&by).into_iter().flatten();
        of.filter_map(|at| staged.get(*at).cloned()).collect()
    }

    /// What it knows of facts of value, for a desk that comes after it in the same act.
    pub(crate) fn values(&mut self) -> Values {
        std::mem::take(&mut self.values)
    }

    /// One that comes after another, with what that knew of facts of value.
    pub(crate) fn after(tx: &mut Tx<'_>, values: Values) -> Result<Desk, CompanyError> {
        Ok(Desk { values, ..Desk::open(tx)? })
    }

    /// Reads what an act is about to name, in as few trips as it takes: heads, then of `of` as much as is said. What is not there is found
    /// missing later.
    pub(crate) fn read_ahead(
        tx: &mut Tx<'_>,
        new: impl IntoIterator<Item = DocumentId>,
        of: &[DocumentId],
        much: Ahead,
    ) -> Result<(), CompanyError> {
        let heads: Vec<DocumentId> = new.into_iter().chain(of.iter().copied()).collect();
        tx.need::<Document>(&heads)?;
        let of: Vec<Arc<Document>> = tx.peek_many::<Document>(of)?.into_iter().flatten().collect();
        let parties: Vec<_> = of.iter().map(|document| document.party).collect();
        let sites: Vec<_> = of.iter().map(|document| document.site).collect();
        let lines: Vec<LineKey> = of
            .iter()
            .flat_map(|document| (1..=document.lines).map(|line| (document.id, line)))
            .collect();
        let needs = Needs::new().rows::<Partner>(&parties).rows::<Site>(&sites);
        if much == Ahead::Heads {
            return Ok(tx.need_all(needs)?);
        }
        tx.need_all(needs.rows::<Line>(&lines))?;
        let lines = tx.peek_many::<Line>(&lines)?;
        let items: Vec<_> = lines.iter().flatten().filter_map(|line| line.item).collect();
        let mut needs = Needs::new().rows::<Item>(&items);
        if let Ahead::Waiting(kind) = much {
            let key = |line: &Arc<Line>| (kind, line.document, line.number);
            let waiting = |line| Range::by(Line::BY_WAITING, &key(line));
            let ranges: Vec<Range<Line>> = lines.iter().flatten().map(waiting).collect();
            tx.need_all(needs)?;
            let found = tx.peek_scans(&ranges)?;
            let found: Vec<LineKey> =
                found.iter().flatten().map(|line| (line.document, line.number)).collect();
            let heads: Vec<DocumentId> = found.iter().map(|key| key.0).collect();
            needs = Needs::new().rows::<Line>(&found).rows::<Document>(&heads);
        }
        Ok(tx.need_all(needs)?)
    }

    /// An item, which the act rests on.
    pub(crate) fn item(
        &mut self,
        tx: &mut Tx<'_>,
        id: fondaco_core::ItemId,
    ) -> Result<Arc<Item>, CompanyError> {
        Ok(self.item_and_categories(tx, id)?.0)
    }

    /// Where a figure of an item arises.
    pub(crate) fn place(
        &mut self,
        tx: &mut Tx<'_>,
        item: Option<fondaco_core::ItemId>,
        site: SiteId,
    ) -> Result<Place, CompanyError> {
        let categories = match item {
            Some(item) => self.item_and_categories(tx, item)?.1,
            None => Vec::new(),
        };
        Ok(Place { categories, site: Some(site), item, ..Place::default() })
    }

    /// Where a figure of a document's line arises: by what it was when it was entered.
    pub(crate) fn place_of(
        &mut self,
        tx: &mut Tx<'_>,
        document: &Document,
        line: &Line,
    ) -> Result<Place, CompanyError> {
        let place = self.place(tx, line.item, document.site)?;
        let categories = match line.category.get() {
            Some(category) if place.categories.first().map_or("", |one| one) != category => {
                let category = Some(category).filter(|code| !code.is_empty());
                tree::rest_above::<Category>(tx, category)?
            }
            _ => place.categories,
        };
        let (party_group, tax_code) = (document.party_group.cloned(), line.tax_code.clone());
        Ok(Place { categories, party_group, tax_code, ..place })
    }

    /// The account on which what is to be paid of a document stands: one, by its party's group and its site.
    pub(crate) fn owed_at(&self, document: &Document) -> Result<Option<SmolStr>, CompanyError> {
        let place = Place { method: None, ..document.place(None) };
        self.account_at(owed_role(document.kind), &place)
    }

    fn item_and_categories(
        &mut self,
        tx: &mut Tx<'_>,
        id: fondaco_core::ItemId,
    ) -> Result<(Arc<Item>, Vec<SmolStr>), CompanyError> {
        if let Some(known) = self.items.get(&id) {
            return Ok(known.clone());
        }
        let unknown =
            || CompanyError::Unknown { what: "item", code: smol_str::ToSmolStr::to_smolstr(&id) };
        let item = tx.require::<Item, CompanyError>(&id, unknown)?;
        let categories = tree::rest_above::<Category>(tx, item.category.as_ref())?;
        self.items.insert(id, (item.clone(), categories.clone()));
        Ok((item, categories))
    }

    /// Notes that a line went into another.
    pub(crate) fn note_match(&mut self, of: LineMatch) {
        self.matches.push(of);
    }

    /// Notes that a document settles another.
    pub(crate) fn note_settlement(&mut self, of: Settlement) {
        self.settlements.push(of);
    }

    /// What went into the lines of a document, as it is stored.
    pub(crate) fn matches_of(
        &mut self,
        tx: &mut Tx<'_>,
        document: DocumentId,
    ) -> Result<Vec<Arc<LineMatch>>, CompanyError> {
        Ok(tx.peek_scan(&Range::<LineMatch>::by_key(&document))?)
    }

    /// The move that a receipt's line costs what it costs by: its own, or the delivery's of what was sent straight to a customer.
    pub(crate) fn costed_by(
        &mut self,
        tx: &mut Tx<'_>,
        receipt: &Line,
    ) -> Result<Option<Id<Move>>, CompanyError> {
        if receipt.stock_move.is_some() || receipt.item.is_none() {
            return Ok(receipt.stock_move);
        }
        let of = (receipt.document, receipt.number);
        for row in tx.peek_scan(&Range::by(LineMatch::BY_OF, &of))? {
            if self.document(tx, row.document)?.kind == DocumentKind::Delivery {
                let sent = self.line(tx, (row.document, row.line))?;
                return Ok(sent.and_then(|line| line.stock_move));
            }
        }
        Ok(None)
    }

    /// Documents that count and that something of a document went into, or that settle it, beside one: what keeps it from being cancelled.
    pub(crate) fn rests_on(
        &mut self,
        tx: &mut Tx<'_>,
        document: DocumentId,
        beside: DocumentId,
    ) -> Result<Option<Document>, CompanyError> {
        let matches = tx.peek_scan(&Range::by(LineMatch::BY_OF, &document))?;
        let settled = tx.peek_scan(&Range::by(Settlement::BY_OF, &document))?;
        let returned = tx.peek_scan(&Range::by(Document::BY_OF, &document))?;
        let by_lines = matches.iter().map(|row| row.document);
        let by_settlements = settled.iter().map(|row| row.document);
        let ids = by_lines.chain(by_settlements).chain(returned.iter().map(|row| row.id));
        for id in ids.filter(|id| *id != beside).collect::<BTreeSet<_>>() {
            let other = self.document(tx, id)?;
            if other.status != super::Status::Cancelled {
                return Ok(Some(other));
            }
        }
        Ok(None)
    }

    /// What settles a document, what was said of it in this act too.
    pub(crate) fn settlements_by(
        &mut self,
        tx: &mut Tx<'_>,
        of: DocumentId,
    ) -> Result<Vec<Settlement>, CompanyError> {
        // The document itself is rested on, which each of them changes.
        let stored = tx.peek_scan(&Range::by(Settlement::BY_OF, &of))?;
        let said = self.settlements.iter().filter(|row| row.of == of);
        Ok(stored.iter().map(|row| row.as_ref().clone()).chain(said.cloned()).collect())
    }

    /// What a document settled, as it is stored.
    pub(crate) fn settlements_of(
        &mut self,
        tx: &mut Tx<'_>,
        document: DocumentId,
    ) -> Result<Vec<Arc<Settlement>>, CompanyError> {
        let rows = tx.peek_scan(&Range::<Settlement>::by_key(&document))?;
        self.counted.saw(&rows);
        Ok(rows)
    }
}

/// An amount of a document as it is stored.
pub(crate) fn stored(money: Money, document: &SmolStr, at: At) -> Result<Amount, CompanyError> {
    money.to_fixed().map_err(|_| beyond::<4>(at, money.amount()).of(document))
}
