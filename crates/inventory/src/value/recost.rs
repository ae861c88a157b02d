//! Goods that were moved on a day before others: where a company has it so, all of their stock is costed again in the order of days, and
//! what comes out otherwise is told as corrections.
//!
//! What happened to the stock is read from its moves, changes of cost and facts; the kernel costs it again from the first day on, and what
//! its facts sum to is compared with what was posted, day by day and move by move. Differences of days that are locked are told on the
//! first open one. What came in keeps the cost it came at; what was sent to another site follows, and the stock there is costed again too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Halt, Id, ItemId, Range, Reading, SiteId, Timestamp, Tx};

use super::costs::{Costs, cast, costing, rules_of};
use super::past::{SoFar, fact_of, is_return, shares};
use super::record::{CostChange, CostChangeKind, Costing, StockCost, ValueEntry};
use crate::items::{self, Lot};
use crate::moves::{Map, Move, MoveKind, Stage};
use crate::places::Site;
use crate::valuation::{
    self, Cause, CostRules, Kind, Known, Method, MoveId, Past, Posted, Returned, State, Taken,
    Told, Took, UnitCost, ValuationError, ValueFact,
};
use crate::{Qty, Settings, StockError, Val};

/// Something that happened to a stock, as the kernel is told it.
#[derive(Clone, Copy)]
pub(super) struct Happened {
    pub(super) moved: valuation::Move,
    /// By how much goods came written down that were not here before.
    pub(super) down: Val,
}

/// When something happened: by its day, then as it was recorded. What this batch does is recorded after all that is stored.
type When = (NaiveDate, bool, Timestamp, Id<Move>, u32);

/// A stock that is costed again.
struct Again {
    rules: CostRules,
    state: State,
    known: Known,
    facts: Vec<ValueFact>,
    /// By the return: of what was issued or received at another site as much as it brings back, at what that came back for.
    elsewhere: Map<MoveId, (MoveId, Posted)>,
    /// What went to other sites.
    sent: BTreeSet<Id<Move>>,
}

/// The earlier moves of a stock that is costed again.
struct Before<'a> {
    known: &'a Known,
    /// What the move returns that was never here.
    elsewhere: Option<(MoveId, Posted)>,
    /// Who took from what the receipt brought that a cost comes upon.
    taken: Option<(MoveId, Vec<Taken>)>,
}

impl Past for Before<'_> {
    fn posted(&self, id: MoveId) -> Option<Posted> {
        let elsewhere = self.elsewhere.filter(|(of, _)| *of == id);
        self.known.posted(id).or(elsewhere.map(|(_, posted)| posted))
    }

    fn taken(&self, layer: MoveId) -> &[Taken] {
        match &self.taken {
            Some((of, taken)) if *of == layer => taken,
            _ => self.known.taken(layer),
        }
    }

    fn took(&self, issue: MoveId) -> Vec<Took> {
        self.known.took(issue)
    }

    fn returned(&self, issue: MoveId) -> Vec<Returned> {
        self.known.returned(issue)
    }

    fn pools(&self, receipt: MoveId) -> Vec<(MoveId, NaiveDate)> {
        self.known.pools(receipt)
    }
}

/// What is stored of a stock and what this batch adds.
struct Stored {
    facts: Vec<ValueEntry>,
    legs: BTreeMap<Id<Move>, Vec<Arc<Move>>>,
    changes: Vec<Arc<CostChange>>,
}

/// Costs the stocks again of which something came late, and lets what was sent on follow.
///
/// # Errors
/// What can't be costed in the order of days, which refuses the batch; a [`Halt`].
pub(super) fn recost_late(
    tx: &mut Tx<'_>,
    costs: &mut Costs,
    so_far: &SoFar,
) -> Result<(), StockError> {
    while let Some((place, by)) = costs.next_late() {
        recost(tx, costs, (place, by), so_far)?;
    }
    Ok(())
}

fn recost(
    tx: &mut Tx<'_>,
    costs: &mut Costs,
    (place, by): (usize, Id<Move>),
    so_far: &SoFar,
) -> Result<(), StockError> {
    costs.reach_all(tx, place)?;
    let stored = stored(tx, costs, place)?;
    let now = costs.done_at(place);
    let first = (costs.rules, costs.first_state(place)?);
    let (mut again, happened) = Again::of(first, &stored, (&now, so_far));
    let valued = costs.at(place)?;
    for (_, happened) in happened {
        let done = again.carry_out(&happened);
        done.map_err(|error| costing(&valued.item, &valued.site_code, error))?;
    }
    if again.state.quantity != valued.state.quantity {
        let (item, site) = (&valued.item.code, &valued.site_code);
        let why = format!("item {item} at site {site} is costed again with another quantity");
        return Err(Halt::Bug(why).into());
    }
    let posted: Vec<ValueFact> = stored.facts.iter().map(fact_of).collect();
    let open_from = super::costs::open_from(tx, valued.site)?;
    let site = valued.site;
    let mut changes = valuation::differences((cast(by), None), &posted, &again.facts, open_from);
    // What goods came for is told once, and by other sites.
    for fact in changes.iter_mut().filter(|fact| fact.quantity == Qty::ZERO) {
        if fact.cause == Cause::Cost {
            fact.cause = Cause::Correction;
        }
    }
    costs.replace(place, again.state, &changes)?;
    // What was sent to another site costs there what it does here, whoever it was corrected by.
    let corrected = stored.facts.iter().filter(|fact| fact.cause == Cause::Correction);
    let mut sent: BTreeSet<Id<Move>> = corrected.map(ValueEntry::about).collect();
    sent.extend(changes.iter().map(|fact| cast::<_, Move>(fact.of)));
    sent.retain(|of| again.sent.contains(of));
    costs.follow_sent(tx, so_far, (by, site), sent)?;
    costs.follow_back(tx, so_far)
}

/// Reads what is stored of a stock, with what this act adds.
fn stored(tx: &mut Tx<'_>, costs: &Costs, place: usize) -> Result<Stored, StockError> {
    let valued = costs.at(place)?;
    let key = (valued.item.id, valued.site);
    let mut stored = Stored::read(tx, key)?;
    let here = |entry: &&ValueEntry| (entry.item, entry.site) == key;
    stored.facts.extend(costs.entries.iter().filter(here).cloned());
    Ok(stored)
}

impl Stored {
    fn read(read: &mut impl Reading, key: (ItemId, SiteId)) -> Result<Stored, Halt> {
        let rows = read.peek_scan(&Range::by(ValueEntry::BY_ITEM, &key))?;
        let facts = rows.iter().map(|fact| fact.as_ref().clone()).collect();
        let mut legs = BTreeMap::<Id<Move>, Vec<Arc<Move>>>::new();
        for leg in read.peek_scan(&Range::by(Move::BY_ITEM, &key))? {
            legs.entry(leg.id).or_default().push(leg);
        }
        let changes = read.peek_scan(&Range::by(CostChange::BY_ITEM, &key))?;
        Ok(Stored { facts, legs, changes })
    }
}

/// What stock of an item at a site cost at the end of a day, with its open layers, by all that is known now: costed in the order of days,
/// as if all had been recorded in that order. `None` where it is not valued.
///
/// Where late moves are costed in their place ([`LateMoves::Replay`](super::LateMoves::Replay)) it is worth what was posted through that
/// day, but for what is of locked days and is posted on the first open one. Where what was posted is kept, a day may have been posted
/// otherwise.
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// # let stock = valued_stock(); // bolts: 10 came for 10 EUR and 10 for 20 EUR in May, 15 were sold in June
/// use fondaco_inventory::value::stock_cost_on;
/// let (bolt, main) = (ItemId::named("M8x40"), SiteId::named("MAIN"));
/// let may = stock.view(|view| stock_cost_on(view, bolt, main, day("2026-05-31")))?.unwrap();
/// assert_eq!((may.layers.iter().count(), may.value().to_decimal()), (2, 30.into()));
/// # Ok::<(), StockError>(())
/// ```
///
/// # Errors
/// [`ValueError::Costing`](super::ValueError::Costing) of what can't be costed in the order of days; [`StockError::NotSetUp`]; a [`Halt`].
pub fn stock_cost_on(
    read: &mut impl Reading,
    item: ItemId,
    site: SiteId,
    date: NaiveDate,
) -> Result<Option<State>, StockError> {
    let key = (item, site);
    let Some(row) = read.peek::<StockCost>(&key)? else { return Ok(None) };
    let settings = Settings::seen(read)?;
    let Some(costing) = read.peek::<Costing>(&Settings::key())? else { return Ok(None) };
    let (found, place) = (items::item(read, item)?, read.peek::<Site>(&site)?);
    let place = place.map(|site| site.code.clone()).unwrap_or_default();
    let refused = |error| super::costs::costing(&found, &place, error);
    let rules = rules_of(&settings, &costing);
    let mut state = State::new(&rules, row.first_method).map_err(refused)?;
    state.known = row.first_cost.map(UnitCost::of);
    let stored = Stored::read(read, key)?;
    let (mut again, happened) = Again::of((rules, state), &stored, (&[], &SoFar::default()));
    for (_, happened) in happened.iter().filter(|(when, _)| when.0 <= date) {
        again.carry_out(happened).map_err(refused)?;
    }
    Ok(Some(again.state))
}

impl Again {
    /// The stock as it began, and all that happened to it, in the order of days.
    fn of(
        (rules, state): (CostRules, State),
        stored: &Stored,
        (now, so_far): (&[Happened], &SoFar),
    ) -> (Again, Vec<(When, Happened)>) {
        let mut again = Again {
            rules,
            state,
            known: Known::default(),
            facts: Vec::new(),
            elsewhere: Map::default(),
            sent: so_far.sent().collect(),
        };
        let mut by = BTreeMap::<Id<Move>, Vec<&ValueEntry>>::new();
        for fact in &stored.facts {
            by.entry(fact.by).or_default().push(fact);
        }
        let of_batch: BTreeSet<Id<Move>> = now.iter().map(|one| cast(one.moved.id)).collect();
        let mut happened = Vec::new();
        for (id, facts) in by.iter().filter(|(id, _)| !of_batch.contains(id)) {
            let legs = stored.legs.get(id).map_or(&[][..], Vec::as_slice);
            let change = stored.changes.iter().find(|change| change.id == *id);
            let first = facts.iter().map(|fact| fact.recorded_at).min().unwrap_or(Timestamp::EPOCH);
            let mut add = |moved: valuation::Move, down: i64, number: u32| {
                let when = (moved.date, false, first, *id, number);
                happened.push((when, Happened { moved, down: Val::from_units(down) }));
            };
            if let Some(leg) = legs.first() {
                again.moved(stored, (leg, legs), facts, &mut add);
            }
            again.followed(stored, facts, change, &mut add);
        }
        // A change that told nothing counts too: a cost that is known, another method.
        for change in stored.changes.iter().filter(|change| !of_batch.contains(&change.id)) {
            if let Some(moved) = changed(change) {
                let when = (change.date, false, change.recorded_at, change.id, 0);
                happened.push((when, Happened { moved, down: Val::ZERO }));
            }
        }
        for (number, one) in (0..).zip(now) {
            again.return_elsewhere(&one.moved, stored);
            let when = (one.moved.date, true, Timestamp::EPOCH, Id::from_u128(0), number);
            happened.push((when, *one));
        }
        // What lay there before it was valued is there from its first day on.
        let opening = stored.changes.iter().filter(|one| one.kind == CostChangeKind::Opening);
        if let Some(opening) = opening.map(|one| one.date).max() {
            for (when, one) in &mut happened {
                let is_opening = stored.changes.iter().any(|change| {
                    change.kind == CostChangeKind::Opening && cast(change.id) == one.moved.id
                });
                // Of one day what lay there comes first, whenever it was said.
                when.0 = if is_opening { when.0 } else { when.0.max(opening) };
            }
        }
        fold_prices(&mut happened);
        happened.sort_by_key(|(when, _)| *when);
        (again, happened)
    }

    /// A move that is stored, by what it did to the stock.
    fn moved(
        &mut self,
        stored: &Stored,
        (leg, legs): (&Move, &[Arc<Move>]),
        facts: &[&ValueEntry],
        add: &mut impl FnMut(valuation::Move, i64, u32),
    ) {
        let (id, of) = (leg.id, leg.of.copied());
        let own = facts.iter().filter(|fact| fact.about() == id);
        let cost = own.clone().filter(|fact| fact.cause == Cause::Cost);
        let units: i64 = cost.clone().map(|fact| fact.quantity.units()).sum();
        let value: i64 = cost.clone().map(|fact| fact.value.units()).sum();
        let down: i64 = own
            .clone()
            .filter(|fact| fact.cause == Cause::WriteDown && units > 0)
            .map(|fact| -fact.value.units())
            .sum();
        let kernel = |kind, lot: Option<Id<Lot>>| {
            let moved = valuation::Move::new(cast(id), leg.date, kind);
            lot.map_or(moved, |lot| moved.of_lot(cast(lot)))
        };
        let is_sent = matches!(leg.kind, MoveKind::Transfer | MoveKind::Dispatch);
        if is_sent && units < 0 {
            self.sent.insert(id);
        }
        let quantity = Qty::from_units(units.saturating_abs());
        let here = legs.iter().filter(|leg| leg.stage != Stage::Outside);
        let lot = here.clone().find_map(|leg| leg.lot.copied());
        let receipt = |value| Kind::Receipt { quantity, value: Some(value), landed: Val::ZERO };
        if let (MoveKind::Reversal, Some(of)) = (leg.kind, of)
            && stored.facts.iter().any(|fact| fact.by == of && fact.about() == of)
        {
            add(kernel(Kind::Correction { of: cast(of), quantity: Qty::ZERO }, lot), 0, 0);
            return;
        }
        let came = cost.clone().filter(|fact| fact.quantity > Qty::ZERO);
        let came: (i64, i64) = came
            .fold((0, 0), |sum, fact| (sum.0 + fact.quantity.units(), sum.1 + fact.value.units()));
        if units == 0 && came.0 > 0 {
            let (quantity, value) = (Qty::from_units(came.0), Val::from_units(came.1));
            if legs.iter().all(|leg| leg.stage == Stage::Outside) {
                add(kernel(Kind::DropShipment { quantity, value }, None), 0, 0);
            } else {
                // Each lot at its own cost, and it became another's.
                let lot = |out: bool| {
                    let leg = here.clone().find(|leg| (leg.quantity < Qty::ZERO) == out);
                    leg.and_then(|leg| leg.lot.copied())
                };
                add(kernel(Kind::Issue { quantity }, lot(true)), 0, 0);
                let kind = Kind::Receipt { quantity, value: Some(value), landed: Val::ZERO };
                add(kernel(kind, lot(false)), 0, 1);
            }
            return;
        }
        let kind = match (leg.kind, units.signum()) {
            (_, 0) => return,
            (MoveKind::CustomerReturn, 1) => match of {
                Some(of) => Kind::CustomerReturn { of: cast(of), quantity },
                None => receipt(Val::from_units(value)),
            },
            (MoveKind::SupplierReturn, -1) => match of {
                Some(of) => Kind::SupplierReturn { of: cast(of), quantity },
                None => Kind::Issue { quantity },
            },
            (MoveKind::Scrap | MoveKind::TransitLoss, -1) => Kind::Scrap { quantity },
            (MoveKind::Gain | MoveKind::Loss | MoveKind::Count, way) => Kind::Adjustment {
                quantity: Qty::from_units(units),
                value: (way > 0).then_some(Val::from_units(value)),
            },
            (_, -1) => Kind::Issue { quantity },
            _ => receipt(Val::from_units(value)),
        };
        let moved = kernel(kind, lot);
        if is_return(leg.kind) {
            self.return_elsewhere(&moved, stored);
        }
        add(moved, down, 0);
    }

    /// What a return is of that was never here: as much of it as comes back, at what it came back for.
    fn return_elsewhere(&mut self, moved: &valuation::Move, stored: &Stored) {
        let (of, way, quantity) = match moved.kind {
            Kind::CustomerReturn { of, quantity } => (of, -1, quantity),
            Kind::SupplierReturn { of, quantity } => (of, 1, quantity),
            _ => return,
        };
        if stored.facts.iter().any(|fact| cast(fact.by) == of && fact.about() == fact.by) {
            return;
        }
        let own = stored.facts.iter().filter(|fact| cast(fact.about()) == moved.id);
        let own = own.filter(|fact| fact.by == fact.about() && fact.cause == Cause::Cost);
        let value: i64 = own.map(|fact| fact.value.units().saturating_abs()).sum();
        let (quantity, value) =
            (Qty::from_units(way * quantity.units()), Val::from_units(way * value));
        let posted = Posted::part(moved.date, moved.lot, (quantity, value));
        self.elsewhere.insert(moved.id, (of, posted));
    }

    /// What came from another site turned out to cost otherwise there.
    fn followed(
        &self,
        stored: &Stored,
        facts: &[&ValueEntry],
        change: Option<&Arc<CostChange>>,
        add: &mut impl FnMut(valuation::Move, i64, u32),
    ) {
        for fact in facts.iter().filter(|fact| fact.cause == Cause::Cost) {
            let of = fact.about();
            let told = of == fact.by || fact.quantity != Qty::ZERO;
            let is_change = change.is_some_and(|change| change.of == Some(of));
            let came = stored.legs.get(&of).and_then(|legs| {
                legs.iter().find(|leg| {
                    leg.quantity > Qty::ZERO
                        && matches!(
                            leg.kind,
                            MoveKind::Transfer | MoveKind::Dispatch | MoveKind::CustomerReturn
                        )
                })
            });
            // What came back of an issue of this stock costs what that does.
            let returns = came.filter(|leg| leg.kind == MoveKind::CustomerReturn);
            let is_own = returns.and_then(|leg| leg.of.copied()).is_some_and(|of| {
                stored.facts.iter().any(|fact| fact.by == of && fact.about() == of)
            });
            let takes_back = stored.legs.get(&fact.by).is_some_and(|legs| {
                legs.iter().any(|leg| leg.kind == MoveKind::Reversal && leg.of == Some(of))
            });
            if told || is_change || takes_back || is_own || came.is_none() {
                continue;
            }
            let (of, value) = (cast(of), fact.value);
            let kind = match returns {
                Some(_) => Kind::ReturnCost { of, value },
                None => Kind::PriceChange { of, value },
            };
            add(valuation::Move::new(cast(fact.by), fact.date, kind), 0, fact.number + 2);
        }
    }

    fn carry_out(&mut self, happened: &Happened) -> Result<(), ValuationError> {
        let Happened { moved, down } = happened;
        let elsewhere = self.elsewhere.get(&moved.id).copied();
        let before = Before { known: &self.known, elsewhere, taken: self.taken(moved) };
        let mut told = Told::new();
        match self.state.apply(&self.rules, moved, &before, &mut told) {
            // What came late would let goods be written up again, which may not be: this one writes nothing down, and those before it stand.
            Err(ValuationError::NoReversal { .. }) => return Ok(()),
            done => done?,
        }
        // What was issued here comes back as it left, written down or not.
        let came_back = matches!(moved.kind, Kind::CustomerReturn { .. }) && elsewhere.is_none();
        if !came_back {
            self.state.come_written_down(&self.rules, moved, *down, &mut told);
        }
        self.known.note(moved, &told.facts);
        self.facts.extend(&told.facts);
        Ok(())
    }

    /// Who took from a receipt that a cost comes upon; of an average what was sent on bears its share.
    fn taken(&self, moved: &valuation::Move) -> Option<(MoveId, Vec<Taken>)> {
        let (Kind::LandedCost { of, .. } | Kind::PriceChange { of, .. }) = moved.kind else {
            return None;
        };
        let posted = self.known.posted(of).filter(|_| self.state.method == Method::Average)?;
        let mut taken = self.known.taken(of).to_vec();
        let covered = self.state.quantity.units().clamp(0, posted.quantity.units().max(0));
        let named: i64 = taken.iter().map(|taken| taken.quantity.units()).sum();
        let gone = posted.quantity.units() - covered - named;
        let since = self.facts.iter().position(|fact| fact.by == of && fact.of == of)?;
        let mut left = BTreeMap::<Id<Move>, i64>::new();
        let earlier: BTreeSet<MoveId> =
            self.facts.get(..since)?.iter().map(|fact| fact.of).collect();
        for fact in self.facts.get(since..)?.iter().filter(|fact| fact.cause == Cause::Cost) {
            if fact.of != of && fact.by != moved.id && !earlier.contains(&fact.of) {
                let sum = left.entry(cast(fact.of)).or_default();
                *sum = sum.saturating_sub(fact.quantity.units());
            }
        }
        let sent = shares(left, &self.sent, gone);
        taken.extend(
            sent.into_iter()
                .map(|(by, units)| Taken { by: cast(by), quantity: Qty::from_units(units) }),
        );
        Some((of, taken))
    }
}

/// What turned out of a price on the day of its receipt is of the receipt, and so is what came upon it that day.
fn fold_prices(happened: &mut Vec<(When, Happened)>) {
    let mut changes = BTreeMap::<(MoveId, NaiveDate), (i64, i64)>::new();
    for (_, one) in happened.iter() {
        let (of, price, landed) = match one.moved.kind {
            Kind::PriceChange { of, value } => (of, value.units(), 0),
            Kind::LandedCost { of, value } => (of, 0, value.units()),
            _ => continue,
        };
        let sum = changes.entry((of, one.moved.date)).or_default();
        *sum = (sum.0.saturating_add(price), sum.1.saturating_add(landed));
    }
    let mut folded = BTreeSet::new();
    for (_, one) in happened.iter_mut() {
        let key = (one.moved.id, one.moved.date);
        if let (Kind::Receipt { value: Some(value), landed, .. }, Some((price, more))) =
            (&mut one.moved.kind, changes.get(&key))
        {
            *value = Val::from_units(value.units().saturating_add(*price));
            *landed = Val::from_units(landed.units().saturating_add(*more));
            folded.insert(key);
        }
    }
    happened.retain(|(_, one)| match one.moved.kind {
        Kind::PriceChange { of, .. } | Kind::LandedCost { of, .. } => {
            !folded.contains(&(of, one.moved.date))
        }
        _ => true,
    });
}

/// A change of cost that is stored, as the kernel is told it.
fn changed(change: &CostChange) -> Option<valuation::Move> {
    let (of, value) = (change.of.copied().map(cast), change.value.copied());
    let price = change.price.copied();
    let kind = match change.kind {
        CostChangeKind::Opening => {
            let quantity = change.quantity.copied()?;
            match quantity > Qty::ZERO {
                true => Kind::Receipt { quantity, value, landed: Val::ZERO },
                false => {
                    let quantity = Qty::from_units(quantity.units().saturating_neg());
                    Kind::Issue { quantity }
                }
            }
        }
        CostChangeKind::Method => Kind::ChangeMethod { to: change.method.copied()? },
        CostChangeKind::Standard => Kind::SetCost { cost: price? },
        CostChangeKind::Landed => Kind::LandedCost { of: of?, value: value? },
        CostChangeKind::Price => Kind::PriceChange { of: of?, value: value? },
        CostChangeKind::NetRealisable => Kind::NetRealisable { price: price? },
    };
    let moved = valuation::Move::new(cast(change.id), change.date, kind);
    Some(change.lot.copied().map_or(moved, |lot| moved.of_lot(cast(lot))))
}
