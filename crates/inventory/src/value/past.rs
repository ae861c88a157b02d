//! Earlier moves as they stand now: what a return, a reversal or a landed cost is judged by, added up from their facts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Halt, Id, Needs, Range, Reading, Tx};

use super::costs::cast;
use super::record::{CostChange, CostChangeKind, ValueEntry};
use crate::levels::MoveUse;
use crate::moves::{Map, Move, MoveKind, Stage};
use crate::valuation::{
    self, Cause, Kind, Known, MoveId, Past, Posted, Returned, Steps, Taken, Took, ValueFact,
};
use crate::{Qty, Val};

/// A move, what it returns, and what returns that.
pub(super) struct Earlier {
    id: Id<Move>,
    known: Known,
    /// Who took from it, from what came back of them, and from what all was laid as when the method changed.
    taken: Map<MoveId, Vec<Taken>>,
    /// Who took from it, and what came back of them.
    others: Map<MoveId, Posted>,
    /// What came back of who took from it.
    returned: Map<MoveId, Vec<Returned>>,
    /// The changes of method since it came, and since what came back of who took from it did.
    pools: Map<MoveId, Vec<(MoveId, NaiveDate)>>,
    /// From which layers it took itself.
    took: Vec<Took>,
}

impl Earlier {
    /// The move as it stands; `None` where it was not valued.
    pub(super) fn posted(&self) -> Option<Posted> {
        self.known.posted(cast(self.id))
    }
}

impl Past for Earlier {
    fn posted(&self, id: MoveId) -> Option<Posted> {
        self.known.posted(id).or_else(|| self.others.get(&id).copied())
    }

    fn taken(&self, layer: MoveId) -> &[Taken] {
        self.taken.get(&layer).map_or(&[], Vec::as_slice)
    }

    fn took(&self, issue: MoveId) -> Vec<Took> {
        if issue == cast(self.id) { self.took.clone() } else { Vec::new() }
    }

    fn returned(&self, issue: MoveId) -> Vec<Returned> {
        self.returned.get(&issue).cloned().unwrap_or_default()
    }

    fn pools(&self, receipt: MoveId) -> Vec<(MoveId, NaiveDate)> {
        self.pools.get(&receipt).cloned().unwrap_or_default()
    }
}

/// A cost that comes later than the goods.
#[derive(Clone, Copy)]
pub(super) struct Late {
    /// What tells it; a move that does bears nothing of it itself.
    pub(super) by: Id<Move>,
    /// How much of the goods is there, where all of it has one cost.
    pub(super) average: Option<Qty>,
}

/// What a batch itself did so far that is about earlier moves.
#[derive(Default)]
pub(super) struct SoFar {
    /// The returns of a move.
    returns: Map<Id<Move>, Vec<Arc<Move>>>,
    /// What took which move back.
    reversals: Map<Id<Move>, Id<Move>>,
    /// What went from one site to another.
    sent: Map<Id<Move>, Vec<Arc<Move>>>,
}

impl SoFar {
    /// Notes a return, or what takes a move back.
    pub(super) fn note(&mut self, leg: &Move) {
        match (leg.kind, leg.of.copied()) {
            (MoveKind::Reversal, Some(of)) => drop(self.reversals.insert(leg.id, of)),
            (kind, Some(of)) if is_return(kind) => {
                self.returns.entry(of).or_default().push(Arc::new(leg.clone()));
            }
            _ => {}
        }
    }

    /// Forgets a move that was refused after all.
    pub(super) fn forget(&mut self, id: Id<Move>) {
        self.reversals.remove(&id);
        self.sent.remove(&id);
        self.returns.values_mut().for_each(|returns| returns.retain(|leg| leg.id != id));
    }

    /// What went from one site to another.
    pub(super) fn sent(&self) -> impl Iterator<Item = Id<Move>> {
        self.sent.keys().copied()
    }

    /// Notes what went from one site to another.
    pub(super) fn note_sent(&mut self, legs: &[Option<&Move>; 2]) {
        if let [Some(one), Some(other)] = legs {
            let legs = [one, other].map(|leg| Arc::new((*leg).clone()));
            self.sent.insert(one.id, legs.into());
        }
    }

    /// The legs of a move, of this batch or an earlier one; none of what is no move.
    pub(super) fn legs(&self, tx: &mut Tx<'_>, of: Id<Move>) -> Result<Vec<Arc<Move>>, Halt> {
        match self.sent.get(&of) {
            Some(legs) => Ok(legs.clone()),
            None => {
                Ok(tx.get_many::<Move>(&[(of, 0u8), (of, 1u8)])?.into_iter().flatten().collect())
            }
        }
    }
}

/// Whether goods come back or go back by it.
pub(super) fn is_return(kind: MoveKind) -> bool {
    matches!(kind, MoveKind::CustomerReturn | MoveKind::SupplierReturn)
}

/// A move at a site, and with it what it returns or what returns it. Rests on what was used of it; on its stock at the site rests who read
/// that before.
///
/// # Errors
/// A [`Halt`].
pub(super) fn of_move(
    tx: &mut Tx<'_>,
    leg: &Arc<Move>,
    (entries, so_far): (&[ValueEntry], &SoFar),
) -> Result<Earlier, Halt> {
    let returned = leg.of.copied().filter(|_| is_return(leg.kind));
    let root = match returned {
        Some(of) => {
            let legs = tx.get_many::<Move>(&[(of, 0u8), (of, 1u8)])?;
            legs.into_iter().flatten().next_back()
        }
        None => Some(leg.clone()),
    };
    let Some(root) = root else { return Err(Halt::Bug("a return is of no move".into())) };
    tx.get::<MoveUse>(&root.id)?;
    let of_root = at_site(about(tx, root.id, entries)?, &root);
    let returns = match (returned, of_root.is_empty()) {
        (Some(_), true) => vec![leg.clone()], // what it returns was not valued
        _ => returns(tx, root.id, so_far)?,
    };
    let mut history = History { tx, so_far, known: Known::default() };
    if !of_root.is_empty() {
        let kind = match (root.kind, root.stage) {
            (MoveKind::Receipt, Stage::Outside) => {
                Kind::DropShipment { quantity: root.quantity, value: Val::ZERO }
            }
            _ => Kind::Issue { quantity: root.quantity },
        };
        history.note(&root, kind, of_root)?;
    }
    let root_is_known = history.known.posted(cast(root.id)).is_some();
    for leg in returns {
        let (of, quantity) = (cast(root.id), leg.quantity);
        let kind = match leg.kind {
            _ if !root_is_known => Kind::Issue { quantity },
            MoveKind::CustomerReturn => Kind::CustomerReturn { of, quantity },
            _ => Kind::SupplierReturn { of, quantity },
        };
        let facts = about(history.tx, leg.id, entries)?;
        history.note(&leg, kind, facts)?;
    }
    Ok(Earlier {
        id: leg.id,
        known: history.known,
        taken: Map::default(),
        others: Map::default(),
        returned: Map::default(),
        pools: Map::default(),
        took: Vec::new(),
    })
}

/// The same of a move that is taken back, with the layers that it took from.
///
/// # Errors
/// A [`Halt`].
pub(super) fn of_taken_back(
    tx: &mut Tx<'_>,
    leg: &Arc<Move>,
    (entries, so_far): (&[ValueEntry], &SoFar),
) -> Result<Earlier, Halt> {
    let earlier = of_move(tx, leg, (entries, so_far))?;
    let mut took: Vec<(Id<Move>, Qty, Val)> = Vec::new();
    for fact in at_site(about(tx, leg.id, entries)?, leg) {
        let Some(layer) = fact.layer.copied() else { continue };
        let units = fact.quantity.units().saturating_neg();
        let value = fact.value.units().saturating_neg();
        match took.iter_mut().find(|took| took.0 == layer) {
            Some(took) => {
                took.1 = Qty::from_units(took.1.units().saturating_add(units));
                took.2 = Val::from_units(took.2.units().saturating_add(value));
            }
            None => took.push((layer, Qty::from_units(units), Val::from_units(value))),
        }
    }
    let mut laid = Vec::new();
    for (layer, quantity, value) in took.into_iter().filter(|took| took.1 > Qty::ZERO) {
        if let Some(date) = day_of_layer(tx, layer, leg, entries)? {
            laid.push(Took { layer: cast(layer), date, quantity, value });
        }
    }
    Ok(Earlier { took: laid, ..earlier })
}

/// The day from which a layer at the site of a leg counts: that of its receipt.
fn day_of_layer(
    tx: &mut Tx<'_>,
    layer: Id<Move>,
    leg: &Move,
    entries: &[ValueEntry],
) -> Result<Option<NaiveDate>, Halt> {
    let brought =
        |fact: &&ValueEntry| fact.by == layer && fact.site == leg.site && fact.quantity > Qty::ZERO;
    if let Some(fact) = entries.iter().find(brought) {
        return Ok(Some(fact.date));
    }
    let stored = tx.peek_scan(&Range::<ValueEntry>::by_key(&layer))?;
    Ok(stored.iter().map(AsRef::as_ref).find(brought).map(|fact| fact.date))
}

/// The same of a receipt, with who took from what it brought, as they stand now. Of an average nobody took
/// from one receipt more than from another: what is gone of it went by all that left since, and what was sent to other sites is named.
///
/// # Errors
/// A [`Halt`].
pub(super) fn of_receipt(
    tx: &mut Tx<'_>,
    leg: &Arc<Move>,
    late: Late,
    (entries, so_far): (&[ValueEntry], &SoFar),
) -> Result<Earlier, Halt> {
    let mut earlier = of_move(tx, leg, (entries, so_far))?;
    let mut taken = takers(tx, leg, leg.id, entries)?;
    if let (Some(there), Some(posted)) = (late.average, earlier.posted()) {
        let covered = there.units().clamp(0, posted.quantity.units().max(0));
        let named = taken.values().fold(0, |sum: i64, units| sum.saturating_add(*units));
        let gone = posted.quantity.units().saturating_sub(covered).saturating_sub(named);
        if gone > 0 {
            taken.extend(sent_since(tx, leg, (gone, late.by), (entries, so_far))?);
        }
    }
    let mut layers = vec![(leg.id, taken)];
    if late.average.is_none() {
        for (id, date) in changes_since(tx, leg)? {
            earlier.pools.entry(cast(leg.id)).or_default().push((cast(id), date));
            layers.push((id, takers(tx, leg, id, entries)?));
        }
    }
    // Layer by layer: those of what came back of who took from one before.
    while let Some((layer, taken)) = layers.pop() {
        let issues: Vec<Id<Move>> = taken.keys().copied().collect();
        need(tx, &issues)?;
        for of in issues
            .into_iter()
            .filter(|of| !earlier.others.contains_key(&cast(*of)))
            .collect::<Vec<_>>()
        {
            let legs = so_far.legs(tx, of)?;
            let Some(issue) = legs.iter().find(|issue| issue.site == leg.site) else {
                let posted = of_batch(leg, of, entries);
                earlier.others.extend(posted.map(|posted| (cast(of), posted)));
                continue;
            };
            let of_issue = of_move(tx, issue, (entries, so_far))?;
            for back in earlier.note_issue(tx, issue, &of_issue, so_far)? {
                if late.average.is_none() && !earlier.taken.contains_key(&cast(back.id)) {
                    let changes = changes_since(tx, &back)?;
                    let pools = changes.into_iter().map(|(id, date)| (cast(id), date));
                    earlier.pools.insert(cast(back.id), pools.collect());
                    layers.push((back.id, takers(tx, leg, back.id, entries)?));
                }
            }
        }
        let taken = taken
            .into_iter()
            .map(|(by, units)| Taken { by: cast(by), quantity: Qty::from_units(units) });
        earlier.taken.insert(cast(layer), taken.collect());
    }
    Ok(earlier)
}

impl Earlier {
    /// Notes an issue and what came back of it; gives what came back to the same site.
    fn note_issue(
        &mut self,
        tx: &mut Tx<'_>,
        issue: &Arc<Move>,
        of_issue: &Earlier,
        so_far: &SoFar,
    ) -> Result<Vec<Arc<Move>>, Halt> {
        let Some(posted) = of_issue.posted() else { return Ok(Vec::new()) };
        self.others.insert(cast(issue.id), posted);
        if issue.kind != MoveKind::Issue {
            return Ok(Vec::new());
        }
        let (mut returned, mut here) = (Vec::new(), Vec::new());
        for back in returns(tx, issue.id, so_far)? {
            let by = cast(back.id);
            let Some(posted) = of_issue.known.posted(by).filter(|back| back.quantity > Qty::ZERO)
            else {
                continue;
            };
            let is_here = back.site == issue.site;
            returned.push(Returned { by, quantity: posted.quantity, here: is_here });
            if is_here {
                self.others.insert(by, posted);
                here.push(back);
            }
        }
        self.returned.insert(cast(issue.id), returned);
        Ok(here)
    }
}

/// Who took how much from a layer of the item at the site of a leg.
fn takers(
    tx: &mut Tx<'_>,
    leg: &Move,
    layer: Id<Move>,
    entries: &[ValueEntry],
) -> Result<BTreeMap<Id<Move>, i64>, Halt> {
    let mut taken = BTreeMap::<Id<Move>, i64>::new();
    let mut note = |fact: &ValueEntry| {
        let here = (fact.item, fact.site) == (leg.item, leg.site);
        if here && fact.layer == Some(layer) {
            let sum = taken.entry(fact.about()).or_default();
            *sum = sum.saturating_sub(fact.quantity.units());
        }
    };
    let from_it = Range::by(ValueEntry::BY_LAYER, &layer);
    tx.peek_each(&from_it, |fact: &ValueEntry| {
        note(fact);
        Ok::<_, Halt>(())
    })?;
    entries.iter().for_each(&mut note);
    taken.retain(|_, units| *units > 0);
    Ok(taken)
}

/// The changes of method of the stock of a leg since it was recorded.
fn changes_since(tx: &mut Tx<'_>, leg: &Move) -> Result<Vec<(Id<Move>, NaiveDate)>, Halt> {
    let changes = tx.peek_scan(&Range::by(CostChange::BY_ITEM, &(leg.item, leg.site)))?;
    let since = |change: &&Arc<CostChange>| {
        change.kind == CostChangeKind::Method
            && (change.recorded_at, change.id) > (leg.recorded_at, leg.id)
    };
    let mut since: Vec<_> = changes.iter().filter(since).collect();
    since.sort_by_key(|change| (change.recorded_at, change.id));
    Ok(since.into_iter().map(|change| (change.id, change.date)).collect())
}

/// What came back of an issue to other sites, each with its part of a change of what the issue cost.
///
/// # Errors
/// A [`Halt`].
pub(super) fn back_elsewhere(
    tx: &mut Tx<'_>,
    issue: &Arc<Move>,
    (more, steps): (i64, Steps),
    (entries, so_far): (&[ValueEntry], &SoFar),
) -> Result<Vec<(Arc<Move>, i64)>, Halt> {
    if issue.kind != MoveKind::Issue {
        return Ok(Vec::new());
    }
    let mut back = returns(tx, issue.id, so_far)?;
    if back.iter().all(|back| back.site == issue.site) {
        return Ok(Vec::new());
    }
    let known = of_move(tx, issue, (entries, so_far))?.known;
    let units = |id: Id<Move>| known.posted(cast(id)).map_or(0, |posted| posted.quantity.units());
    let whole = units(issue.id).saturating_neg().max(1);
    let (mut counted, mut given) = (0_i64, 0_i64);
    back.retain(|back| units(back.id) > 0);
    let mut parts = Vec::new();
    for back in back {
        counted = counted.saturating_add(units(back.id)).min(whole);
        let upto = steps.share(more, counted, whole);
        if back.site != issue.site && upto != given {
            parts.push((back, upto - given));
        }
        given = upto;
    }
    Ok(parts)
}

/// What was sent to other sites since a receipt, each with its share of what is gone of it: as much as it is of all that left since.
fn sent_since(
    tx: &mut Tx<'_>,
    leg: &Move,
    (gone, by): (i64, Id<Move>),
    (entries, so_far): (&[ValueEntry], &SoFar),
) -> Result<Vec<(Id<Move>, i64)>, Halt> {
    let mut left = BTreeMap::<Id<Move>, i64>::new();
    let mut note = |fact: &ValueEntry| {
        let here = (fact.item, fact.site) == (leg.item, leg.site);
        let since = (fact.recorded_at, fact.by) > (leg.recorded_at, leg.id);
        let left_after = fact.cause == Cause::Cost && fact.about() > leg.id && fact.by != by;
        if here && since && left_after {
            let sum = left.entry(fact.about()).or_default();
            *sum = sum.saturating_sub(fact.quantity.units());
        }
    };
    let since = Range::by(ValueEntry::BY_ITEM, &(leg.item, leg.site)).from(&leg.date);
    tx.peek_each(&since, |fact: &ValueEntry| {
        note(fact);
        Ok::<_, Halt>(())
    })?;
    entries.iter().for_each(&mut note);
    let mut sent = BTreeSet::new();
    let legs = Range::by(Move::BY_ITEM, &(leg.item, leg.site)).from(&leg.date);
    tx.peek_each(&legs, |leg: &Move| {
        if matches!(leg.kind, MoveKind::Transfer | MoveKind::Dispatch) {
            sent.insert(leg.id);
        }
        Ok::<_, Halt>(())
    })?;
    sent.extend(so_far.sent());
    Ok(shares(left, &sent, gone))
}

/// What each that was sent bears of what is gone of a receipt: as much as it is of all that left since.
pub(super) fn shares(
    mut left: BTreeMap<Id<Move>, i64>,
    sent: &BTreeSet<Id<Move>>,
    gone: i64,
) -> Vec<(Id<Move>, i64)> {
    left.retain(|_, units| *units > 0);
    let all: i128 = left.values().map(|units| i128::from(*units)).sum();
    let share = |units: i64| {
        let part = i128::from(units) * i128::from(gone.max(0)) / all.max(1);
        i64::try_from(part).unwrap_or(units).min(units)
    };
    let sent = left.into_iter().filter(|(id, _)| sent.contains(id));
    sent.map(|(id, units)| (id, share(units))).collect()
}

/// An issue of this batch, whose legs are not stored yet, so that nothing came back of it.
fn of_batch(leg: &Move, of: Id<Move>, entries: &[ValueEntry]) -> Option<Posted> {
    let own = entries.iter().filter(|fact| (fact.about(), fact.site) == (of, leg.site));
    let own: Vec<ValueFact> = own.map(fact_of).collect();
    let kind = Kind::Issue { quantity: Qty::ZERO };
    let mut known = Known::default();
    known.note(&valuation::Move::new(cast(of), own.first()?.date, kind), &own);
    known.posted(cast(of))
}

/// Brings what is read of many moves in one trip, where each trip waits.
fn need(tx: &mut Tx<'_>, moves: &[Id<Move>]) -> Result<(), Halt> {
    if !tx.is_loaded() {
        return Ok(());
    }
    let own: Vec<_> = moves.iter().map(Range::<ValueEntry>::by_key).collect();
    let later: Vec<_> = moves.iter().map(|of| Range::by(ValueEntry::BY_OF, of)).collect();
    let returns: Vec<_> = moves.iter().map(|of| Range::by(Move::BY_OF, of)).collect();
    let legs: Vec<_> = moves.iter().flat_map(|of| [(*of, 0u8), (*of, 1u8)]).collect();
    let uses = Needs::new().rows::<Move>(&legs).rows::<MoveUse>(moves);
    let waits = [
        tx.need_all(uses),
        tx.peek_scans(&own).map(drop),
        tx.peek_scans(&later).map(drop),
        tx.peek_scans(&returns).map(drop),
    ];
    waits.into_iter().collect()
}

/// What is known so far of earlier moves.
struct History<'a, 's> {
    tx: &'a mut Tx<'s>,
    so_far: &'a SoFar,
    known: Known,
}

impl History<'_, '_> {
    /// Adds a move and all that was said of it later.
    fn note(&mut self, leg: &Move, kind: Kind, facts: Vec<ValueEntry>) -> Result<(), Halt> {
        let moved = |id: Id<Move>, kind| {
            let moved = valuation::Move::new(cast(id), leg.date, kind);
            leg.lot.copied().map_or(moved, |lot| moved.of_lot(cast(lot)))
        };
        let (own, later): (Vec<_>, Vec<_>) = facts.into_iter().partition(|fact| fact.by == leg.id);
        let own: Vec<ValueFact> = own.iter().map(fact_of).collect();
        self.known.note(&moved(leg.id, kind), &own);
        let others: BTreeSet<Id<Move>> = later.iter().map(|fact| fact.by).collect();
        let (of, quantity) = (cast(leg.id), Qty::ZERO);
        for by in others {
            let kind = match self.takes_back(by, leg.id)? {
                true => Kind::Correction { of, quantity },
                false => Kind::Issue { quantity },
            };
            let facts = later.iter().filter(|fact| fact.by == by).map(fact_of);
            self.known.note(&moved(by, kind), &facts.collect::<Vec<_>>());
        }
        Ok(())
    }

    fn takes_back(&mut self, by: Id<Move>, of: Id<Move>) -> Result<bool, Halt> {
        if self.so_far.reversals.get(&by) == Some(&of) {
            return Ok(true);
        }
        let by = self.tx.peek::<Move>(&(by, 0))?;
        Ok(by.is_some_and(|by| by.kind == MoveKind::Reversal && by.of == Some(of)))
    }
}

/// The facts of a move, its own and those that correct it, in the order in which they came about.
pub(super) fn about(
    read: &mut impl Reading,
    of: Id<Move>,
    entries: &[ValueEntry],
) -> Result<Vec<ValueEntry>, Halt> {
    let own = read.peek_scan(&Range::<ValueEntry>::by_key(&of))?;
    let corrected = read.peek_scan(&Range::by(ValueEntry::BY_OF, &of))?;
    let stored = own.iter().chain(&corrected).map(|fact| fact.as_ref().clone());
    let mut facts: Vec<ValueEntry> = stored.filter(|fact| fact.about() == of).collect();
    facts.extend(entries.iter().filter(|fact| fact.about() == of).cloned());
    Ok(facts)
}

fn at_site(mut facts: Vec<ValueEntry>, leg: &Move) -> Vec<ValueEntry> {
    facts.retain(|fact| fact.site == leg.site);
    facts
}

/// The moves by which some of a move came back or went back.
fn returns(read: &mut impl Reading, of: Id<Move>, so_far: &SoFar) -> Result<Vec<Arc<Move>>, Halt> {
    let mut moves = read.peek_scan(&Range::by(Move::BY_OF, &of))?;
    moves.retain(|leg| leg.leg == 0 && is_return(leg.kind));
    moves.extend(so_far.returns.get(&of).into_iter().flatten().cloned());
    Ok(moves)
}

/// A fact as the kernel knows it.
pub(super) fn fact_of(entry: &ValueEntry) -> ValueFact {
    ValueFact {
        by: cast(entry.by),
        number: entry.number,
        of: cast(entry.about()),
        layer: entry.layer.copied().map(cast),
        date: entry.date,
        cause: entry.cause,
        quantity: entry.quantity,
        value: entry.value,
    }
}
