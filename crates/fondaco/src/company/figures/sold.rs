//! What was sold cost, and of which documents that is: by what is counted as documents come and go ([`SoldDay`]) and what was accrued at the
//! ends of periods ([`AccrualDay`]). Both are the same whichever profile the books go by, so the margins are too; hours, variances and the
//! change of work in progress are no part of it, wherever a profile posts them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::report::{Explain, Phrase, word};
use fondaco_core::store::Within;
use fondaco_core::{DocumentId, Halt, ItemId, PartyId, Range, Reading};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::standing::{At, Node, Standing};
use super::{SoldDay, service};
use crate::company::CompanyError;
use crate::company::closing::AccrualDay;
use crate::company::document::{Document, DocumentKind, Status};

/// Some days, the first and the last.
type Days = (NaiveDate, NaiveDate);

/// What was sold cost over some days: of what was invoiced, and of what was accrued. In full it names the documents.
pub(super) fn cost_of_sales(
    read: &mut impl Reading,
    standing: &Standing,
    in_full: bool,
) -> Result<Node, CompanyError> {
    let days = (standing.from, standing.on);
    let counted = sold_by(read, days, &[0])?;
    let counted: Decimal = counted.iter().map(|row| row.cost.to_decimal()).sum();
    let mut invoiced = Explain::new(word("Cost of what was invoiced"), standing.money(counted));
    if in_full {
        let rows = sold_by(read, days, EACH)?;
        let papers = Papers::read(read, days)?;
        let leaves = papers.leaves(rows.iter(), Column::Cost, standing);
        invoiced = invoiced.rule(standing.when(At::Moved)).inputs(leaves);
    }
    let accrued = accrued(read, days)?;
    let sum: Decimal = accrued.iter().map(|(_, cost)| *cost).sum();
    let value = counted + sum;
    let mut explain =
        Explain::new(word("Cost of sales"), standing.money(value)).rule(standing.when(At::Moved));
    explain = explain.input(invoiced);
    if !accrued.is_empty() {
        let day = |(date, cost): (NaiveDate, Decimal)| {
            Explain::new(Phrase::from(date), standing.money(cost)).source("accruals")
        };
        let of_ends = Explain::new(word("Accrued"), standing.money(sum));
        let of_ends = of_ends.rule(standing.when(At::Moved));
        explain = explain.input(of_ends.inputs(accrued.into_iter().map(day)));
    }
    Ok(Node { value, explain })
}

/// What was shipped and not invoiced cost, at the ends of periods, and the other way round on the days after.
fn accrued(
    read: &mut impl Reading,
    (from, on): Days,
) -> Result<Vec<(NaiveDate, Decimal)>, CompanyError> {
    let mut found = Vec::new();
    for day in read.peek_scan(&Range::<AccrualDay>::all())? {
        let cost = day.sold.to_decimal();
        let next = day.date.succ_opt().unwrap_or(day.date);
        for (date, cost) in [(day.date, cost), (next, -cost)] {
            if from <= date && date <= on && !cost.is_zero() {
                found.push((date, cost));
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// The whole key of what was sold: customer, day, item and site.
pub(super) const EACH: &[usize] = &[0, 1, 2, 3];

/// What was sold on some days, added up by some columns of [its key](EACH).
pub(super) fn sold_by(
    read: &mut impl Reading,
    (from, on): Days,
    columns: &[usize],
) -> Result<Vec<SoldDay>, CompanyError> {
    let found = read.peek_sums::<SoldDay>(columns, Some(Within::new(1, &from, &on)))?;
    let rows = found.iter().map(|row| row.with(SoldDay::clone));
    Ok(rows.collect::<Result<_, _>>().map_err(Halt::from)?)
}

/// What of a row is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Revenue,
    Cost,
    LetOff,
}

impl Column {
    fn of(self, row: &SoldDay) -> Decimal {
        match self {
            Column::Revenue => row.revenue.to_decimal(),
            Column::Cost => row.cost.to_decimal(),
            Column::LetOff => row.let_off.to_decimal(),
        }
    }

    /// The kinds of documents that count into it.
    fn kinds(self) -> &'static [DocumentKind] {
        use DocumentKind as K;
        match self {
            Column::Revenue => &[K::Invoice, K::CreditNote],
            Column::Cost => &[K::Invoice, K::CreditNote, K::Delivery, K::CustomerReturn],
            Column::LetOff => &[K::CustomerPayment, K::CreditNote],
        }
    }
}

/// A document, and which items it is about; all zeros of what is no goods.
struct Paper {
    name: SmolStr,
    kind: DocumentKind,
    items: BTreeSet<ItemId>,
}

/// The documents of sales that came, or were taken back, on some days, by customer and day.
pub(super) struct Papers(BTreeMap<(PartyId, NaiveDate), Vec<Arc<Paper>>>);

impl Papers {
    pub(super) fn read(read: &mut impl Reading, (from, on): Days) -> Result<Papers, CompanyError> {
        use DocumentKind as K;
        let is_in = |date: NaiveDate| from <= date && date <= on;
        let mut documents: Vec<Arc<Document>> = Vec::new();
        for kind in [K::Invoice, K::CreditNote, K::Delivery, K::CustomerReturn, K::CustomerPayment]
        {
            documents.extend(service::documents(read, kind, (from, on))?);
            let range = Range::by(Document::BY_KIND, &(kind, Status::Cancelled));
            let taken_back = read.peek_scan(&range.through(&on))?.into_iter();
            documents.extend(
                taken_back
                    .filter(|one| is_in(one.date) || one.cancelled_on.copied().is_some_and(is_in)),
            );
        }
        let items = items(read, &documents)?;
        let mut papers: BTreeMap<_, Vec<Arc<Paper>>> = BTreeMap::new();
        for document in documents {
            let items = items.get(&document.id).cloned().unwrap_or_default();
            let paper = Arc::new(Paper { name: document.name(), kind: document.kind, items });
            let days = BTreeSet::from([Some(document.date), document.cancelled_on.copied()]);
            for date in days.into_iter().flatten().filter(|date| is_in(*date)) {
                papers.entry((document.party, date)).or_default().push(paper.clone());
            }
        }
        Ok(Papers(papers))
    }

    /// What rows come to, day by day, each with the documents that it is of.
    pub(super) fn leaves<'r>(
        &self,
        rows: impl Iterator<Item = &'r SoldDay>,
        column: Column,
        standing: &Standing,
    ) -> Vec<Explain> {
        let mut sums: BTreeMap<(NaiveDate, Vec<SmolStr>), Decimal> = BTreeMap::new();
        for row in rows.filter(|row| !column.of(row).is_zero()) {
            *sums.entry((row.date, self.of(row, column))).or_default() += column.of(row);
        }
        let leaf = |((date, names), sum): ((NaiveDate, Vec<SmolStr>), Decimal)| {
            let leaf = Explain::new(Phrase::from(date), standing.money(sum));
            match names.is_empty() {
                // A bill or freight that came later says what those cost.
                true => leaf.source("what came upon goods that were sold before"),
                false => leaf.source(names.join(", ")),
            }
        };
        sums.into_iter().map(leaf).collect()
    }

    fn of(&self, row: &SoldDay, column: Column) -> Vec<SmolStr> {
        let papers = self.0.get(&(row.party, row.date)).into_iter().flatten();
        let fits = |paper: &&Arc<Paper>| {
            let about = column == Column::LetOff || paper.items.contains(&row.item);
            column.kinds().contains(&paper.kind) && about
        };
        papers.filter(fits).map(|paper| paper.name.clone()).collect()
    }
}

/// The items of documents.
fn items(
    read: &mut impl Reading,
    documents: &[Arc<Document>],
) -> Result<BTreeMap<DocumentId, BTreeSet<ItemId>>, CompanyError> {
    let mut items: BTreeMap<DocumentId, BTreeSet<ItemId>> = BTreeMap::new();
    for line in service::lines(read, documents)?.iter().flatten() {
        let item = line.item.unwrap_or(ItemId::from_u128(0));
        items.entry(line.document).or_default().insert(item);
    }
    Ok(items)
}
