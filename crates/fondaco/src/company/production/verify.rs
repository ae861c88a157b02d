//! That what work orders cost follows from their documents, and is what stands as work in progress.

use std::collections::{BTreeMap, BTreeSet};

use fondaco_core::engine::Discrepancies;
use fondaco_core::{DocumentId, Halt, Range, Reading, View};

use super::WorkOrder;
use super::cost::adds;
use crate::company::document::{Document, DocumentKind, Line, LineMatch, Status};
use crate::company::posting::Figure;
use crate::company::verify::shown;

/// What all documents of production come to.
#[derive(Debug, Default)]
pub(crate) struct Production {
    /// What open orders cost so far.
    pub(crate) in_progress: i128,
    /// Hours of people that were booked, at their rates.
    pub(crate) labour: i128,
    /// Hours of machines.
    pub(crate) overhead: i128,
}

/// Recomputes what each order costs from its documents; gives what they come to.
pub(crate) fn verify(view: &mut View<'_>, found: &mut Discrepancies) -> Result<Production, Halt> {
    let mut documents: BTreeMap<DocumentId, Document> = BTreeMap::new();
    // Receipts of services that were taken back.
    let mut cancelled: BTreeSet<DocumentId> = BTreeSet::new();
    view.peek_each(&Range::<Document>::all(), |document: &Document| {
        if document.kind.is_internal() {
            documents.insert(document.id, document.clone());
        } else if document.kind == DocumentKind::Receipt && document.status == Status::Cancelled {
            cancelled.insert(document.id);
        }
        Ok::<(), Halt>(())
    })?;
    let (mut costs, mut all) = (BTreeMap::<DocumentId, i128>::new(), Production::default());
    view.peek_each(&Range::<Line>::all(), |line: &Line| {
        let Some(document) = documents.get(&line.document) else { return Ok::<(), Halt>(()) };
        if document.status == Status::Cancelled {
            return Ok(());
        }
        let (cost, net) = (adds(document.kind, line), i128::from(line.net.units()));
        match line.charge.copied() {
            Some(Figure::Labour) => all.labour += net,
            Some(Figure::Overhead) => all.overhead += net,
            _ => {}
        }
        if let Some(order) = order_of(&documents, document) {
            *costs.entry(order).or_default() += cost;
        }
        Ok(())
    })?;
    view.peek_each(&Range::<LineMatch>::all(), |matched: &LineMatch| {
        let is_work =
            documents.get(&matched.of).is_some_and(|of| of.kind == DocumentKind::WorkOrder);
        if is_work && !cancelled.contains(&matched.document) {
            *costs.entry(matched.of).or_default() += i128::from(matched.revalued.units());
        }
        Ok::<(), Halt>(())
    })?;
    view.peek_each(&Range::<WorkOrder>::all(), |work: &WorkOrder| {
        let stands = i128::from(work.in_progress.units());
        all.in_progress += stands;
        let follows = costs.get(&work.id).copied().unwrap_or_default();
        let order = documents.get(&work.id);
        let name = order.map(Document::name).unwrap_or_default();
        if stands != follows {
            let (stands, follows) = (shown(stands), shown(follows));
            found.say(format_args!("{name} costs {stands}, and by its documents {follows}"));
        }
        let is_over =
            order.is_none_or(|order| matches!(order.status, Status::Closed | Status::Cancelled));
        if is_over && stands != 0 {
            let stands = shown(stands);
            found
                .say(format_args!("{name} is over, and {stands} of its cost is still in progress"));
        }
        Ok::<(), Halt>(())
    })?;
    Ok(all)
}

fn order_of(documents: &BTreeMap<DocumentId, Document>, document: &Document) -> Option<DocumentId> {
    let of = documents.get(&document.of?)?;
    if of.kind == DocumentKind::WorkOrder { Some(of.id) } else { of.of }
}
