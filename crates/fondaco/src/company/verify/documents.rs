//! That documents agree with one another: what is settled with what settles, lines with what carries them out, what is owed with its items in the
//! books, limits with both, party by party.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fondaco_accounting::ledger::OpenItem;
use fondaco_core::engine::Discrepancies;
use fondaco_core::{DocumentId, Halt, PartyId, Range, Reading, View, tree};
use fondaco_inventory::Qty;
use fondaco_inventory::items::Category;
use fondaco_inventory::moves::{Move, MoveKind};

use super::shown;
use crate::company::document::{Document, DocumentKind, Line, Settlement, Status, ordered};
use crate::company::masters::Exposure;
use crate::company::posting::Place;

type Documents = BTreeMap<DocumentId, Arc<Document>>;
type LineKey = (DocumentId, u32);

fn documents(view: &mut View<'_>) -> Result<Documents, Halt> {
    let all = view.peek_scan(&Range::<Document>::all())?;
    Ok(all.into_iter().map(|document| (document.id, document)).collect())
}

/// A line, and its document.
pub(super) type Stands = (Arc<Line>, Arc<Document>);

/// Lines of which something stands on an account until another document takes it off.
pub(super) fn lines_that_stand(view: &mut View<'_>) -> Result<Vec<Stands>, Halt> {
    use DocumentKind as K;
    let documents = documents(view)?;
    let mut found = Vec::new();
    for line in view.peek_scan(&Range::<Line>::all())? {
        let Some(document) = documents.get(&line.document) else { continue };
        let stands = matches!(
            document.kind,
            K::Delivery
                | K::CustomerReturn
                | K::Receipt
                | K::SupplierReturn
                | K::Bill
                | K::CustomerDeposit
                | K::SupplierDeposit
        );
        if stands && line.clearing.units() != 0 {
            found.push((line, document.clone()));
        }
    }
    Ok(found)
}

/// Where a figure of a line arises: as an act says it.
pub(super) fn place(view: &mut View<'_>, document: &Document, line: &Line) -> Result<Place, Halt> {
    let category = line.category.get().filter(|code| !code.is_empty());
    let categories = tree::above::<Category>(view, category)?;
    Ok(Place { categories, item: line.item, ..document.place(line.tax_code.clone()) })
}

/// Compares documents with one another.
pub(super) fn verify(view: &mut View<'_>, found: &mut Discrepancies) -> Result<(), Halt> {
    let documents = documents(view)?;
    let lines = view.peek_scan(&Range::<Line>::all())?;
    let settlements = view.peek_scan(&Range::<Settlement>::all())?;
    settled(found, &documents, &settlements);
    carried_out(found, &documents, &lines);
    nothing_left_over(found, &documents, &lines);
    moved(view, found, (&documents, &lines))?;
    owed(view, found, &documents)?;
    exposed(view, found, (&documents, &lines))
}

fn counts(documents: &Documents, id: &DocumentId) -> bool {
    documents.get(id).is_some_and(|document| document.status != Status::Cancelled)
}

/// What is settled of each document is what settles it, and what it settles itself.
fn settled(found: &mut Discrepancies, documents: &Documents, rows: &[Arc<Settlement>]) {
    use DocumentKind as K;
    let mut sums: BTreeMap<DocumentId, i128> = BTreeMap::new();
    for row in rows.iter().filter(|row| counts(documents, &row.document)) {
        let units = |amount: fondaco_accounting::ledger::Amount| i128::from(amount.units());
        let (all, let_off) = (units(row.amount), units(row.discount) + units(row.write_off));
        let of = documents.get(&row.of).map(|of| of.kind);
        let is_money = documents
            .get(&row.document)
            .is_some_and(|by| matches!(by.kind, K::CustomerPayment | K::SupplierPayment));
        let own = match of {
            Some(K::Invoice | K::Bill) if is_money => all - let_off,
            _ if is_money => -all,
            // A credit is settled by what it takes back of a discount, too.
            _ => all - units(row.discount),
        };
        *sums.entry(row.of).or_default() += all;
        *sums.entry(row.document).or_default() += own;
    }
    for document in documents.values().filter(|document| document.status != Status::Cancelled) {
        let by_rows = sums.get(&document.id).copied().unwrap_or_default();
        let kept = i128::from(document.settled.units());
        let is_order = matches!(document.kind, K::SalesOrder | K::PurchaseOrder);
        if !is_order && kept != by_rows {
            let (name, kept, by_rows) = (document.name(), shown(kept), shown(by_rows));
            found
                .say(format_args!("{name}: {kept} of it is settled, and by settlements {by_rows}"));
        }
    }
}

/// What became of a line, as what carries it out says.
#[derive(Default, Clone, Copy, PartialEq, Debug)]
struct Became {
    shipped: i128,
    invoiced: i128,
    returned: i128,
}

/// What lines remember of what became of them is what the documents say that carry them out.
fn carried_out(found: &mut Discrepancies, documents: &Documents, lines: &[Arc<Line>]) {
    use DocumentKind as K;
    let by_key: BTreeMap<LineKey, &Arc<Line>> =
        lines.iter().map(|line| ((line.document, line.number), line)).collect();
    let above = |key: LineKey| by_key.get(&key).and_then(|line| line.of.zip(line.of_line));
    let mut became: BTreeMap<LineKey, Became> = BTreeMap::new();
    for line in lines.iter().filter(|line| counts(documents, &line.document)) {
        let (Some(document), Some(key)) =
            (documents.get(&line.document), line.of.zip(line.of_line))
        else {
            continue;
        };
        let [quantity, matched, returned] =
            [line.quantity, line.matched, line.returned].map(|one: Qty| i128::from(one.units()));
        match document.kind {
            K::Delivery | K::Receipt => became.entry(key).or_default().shipped += quantity,
            K::Invoice | K::Bill => became.entry(key).or_default().invoiced += quantity,
            K::CustomerReturn | K::SupplierReturn => {
                became.entry(key).or_default().returned += quantity;
                if let Some(order) = above(key) {
                    became.entry(order).or_default().returned += matched;
                }
            }
            K::CreditNote | K::SupplierCredit => {
                let of = became.entry(key).or_default();
                (of.invoiced, of.returned) = (of.invoiced + quantity, of.returned + returned);
                if let Some(order) = above(key) {
                    became.entry(order).or_default().invoiced -= returned;
                }
            }
            _ => {}
        }
    }
    for line in lines.iter().filter(|line| counts(documents, &line.document)) {
        let Some(document) = documents.get(&line.document) else { continue };
        let of = became.get(&(line.document, line.number)).copied().unwrap_or_default();
        if line.waits_as != Some(document.kind).filter(|kind| line.waits(*kind)) {
            let (name, number, kept) = (document.name(), line.number, line.waits_as);
            found.say(format_args!(
                "{name}, line {number}: it waits as {kept:?}, which it does not"
            ));
        }
        let [shipped, invoiced, returned] =
            [line.shipped, line.invoiced, line.returned].map(|one: Qty| i128::from(one.units()));
        let kept = match document.kind {
            K::SalesOrder | K::PurchaseOrder => Became { shipped, invoiced, returned },
            K::Invoice | K::Bill => Became { shipped: of.shipped, invoiced, returned },
            K::Delivery | K::Receipt => Became { returned, ..of },
            _ => of,
        };
        if kept != of {
            let (name, number) = (document.name(), line.number);
            found.say(format_args!(
                "{name}, line {number}: {kept:?} is kept, and by the documents that carry it out {of:?}"
            ));
        }
    }
}

/// Goods of a line lie where its document moved them, until that is cancelled.
fn moved(
    view: &mut View<'_>,
    found: &mut Discrepancies,
    (documents, lines): (&Documents, &[Arc<Line>]),
) -> Result<(), Halt> {
    let mut taken_back = BTreeSet::new();
    view.peek_each(&Range::<Move>::all(), |leg: &Move| {
        taken_back.extend(leg.of.copied().filter(|_| leg.kind == MoveKind::Reversal));
        Ok::<(), Halt>(())
    })?;
    for line in lines {
        let Some(moved) = line.stock_move else { continue };
        let (is_back, stands) = (taken_back.contains(&moved), counts(documents, &line.document));
        if is_back == stands
            && let Some(document) = documents.get(&line.document)
        {
            let (name, number) = (document.name(), line.number);
            let how = if is_back { "were taken back beside it" } else { "were not taken back" };
            found.say(format_args!("{name}, line {number}: its goods {how}"));
        }
    }
    Ok(())
}

/// Of a line that was invoiced, or came back, to the last piece nothing stands on an account any more.
fn nothing_left_over(found: &mut Discrepancies, documents: &Documents, lines: &[Arc<Line>]) {
    use DocumentKind as K;
    for line in lines.iter().filter(|line| line.item.is_some() && line.clearing.units() != 0) {
        let Some(document) = documents.get(&line.document) else { continue };
        let left = match document.kind {
            K::Delivery | K::Receipt | K::CustomerReturn | K::SupplierReturn => line.uninvoiced(),
            K::Bill => line.ahead(),
            _ => continue,
        };
        if left <= Qty::ZERO || document.status == Status::Cancelled {
            let (name, number, stands) = (document.name(), line.number, line.clearing.to_decimal());
            found.say(format_args!(
                "{name}, line {number}: nothing is left of it, and {stands} still stands for it"
            ));
        }
    }
}

/// What is open of a document is what is open of its items in the books, with its sign: above zero of what customers owe.
fn owed(view: &mut View<'_>, found: &mut Discrepancies, documents: &Documents) -> Result<(), Halt> {
    for document in documents.values() {
        let Some(sign) = sign(document.kind) else { continue };
        let keys: Vec<_> = document.item_keys().map(|key| (key.entry, key.line)).collect();
        let items = view.peek_many::<OpenItem>(&keys)?;
        let books: i128 = items.iter().flatten().map(|item| i128::from(item.open.units())).sum();
        let open = match document.status {
            Status::Cancelled => 0,
            _ => sign * i128::from(document.open().units()),
        };
        if books != open {
            let (name, books, open) = (document.name(), shown(books), shown(open));
            found.say(format_args!("{name} has {open} open, and its items in the books {books}"));
        }
    }
    Ok(())
}

/// The side on which a document stands: above zero where it is debited.
fn sign(kind: DocumentKind) -> Option<i128> {
    use DocumentKind as K;
    match kind {
        K::Invoice | K::SupplierCredit | K::SupplierPayment => Some(1),
        K::CreditNote | K::CustomerPayment | K::Bill => Some(-1),
        _ => None,
    }
}

/// What limits of customers are held against is what they ordered and owe, customer by customer.
fn exposed(
    view: &mut View<'_>,
    found: &mut Discrepancies,
    (documents, lines): (&Documents, &[Arc<Line>]),
) -> Result<(), Halt> {
    let mut counted: BTreeMap<PartyId, (i128, i128)> = BTreeMap::new();
    for document in documents.values().filter(|one| one.kind.is_of_sales()) {
        let sum = counted.entry(document.party).or_default();
        let open = i128::from(document.open().units());
        match (document.kind, document.status) {
            (_, Status::Cancelled) => {}
            // What was paid ahead stands elsewhere, and makes as much room.
            (DocumentKind::CustomerDeposit, _) => sum.1 -= open,
            (kind, _) => sum.1 += sign(kind).unwrap_or_default() * open,
        }
    }
    for line in lines {
        let Some(order) = documents.get(&line.document) else { continue };
        let is_ordered = matches!(order.status, Status::Open | Status::Done);
        if order.kind == DocumentKind::SalesOrder && is_ordered {
            let amount =
                ordered(line, order.currency).map_err(|error| Halt::Bug(error.to_string()))?;
            counted.entry(order.party).or_default().0 += i128::from(amount.units());
        }
    }
    let kept = view.peek_scan(&Range::<Exposure>::all())?;
    let kept: BTreeMap<PartyId, (i128, i128)> = kept
        .iter()
        .map(|row| (row.party, (i128::from(row.ordered.units()), i128::from(row.owed.units()))))
        .collect();
    let parties: std::collections::BTreeSet<PartyId> =
        counted.keys().chain(kept.keys()).copied().collect();
    for party in parties {
        let of = |sums: &BTreeMap<PartyId, (i128, i128)>| sums.get(&party).copied();
        let (kept, counted) = (of(&kept).unwrap_or_default(), of(&counted).unwrap_or_default());
        if kept != counted {
            let (kept, counted) = ([kept.0, kept.1].map(shown), [counted.0, counted.1].map(shown));
            found.say(format_args!(
                "the limit of party {party} is held against {kept:?} ordered and owed, and documents come to {counted:?}"
            ));
        }
    }
    Ok(())
}
