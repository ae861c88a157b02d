//! Costing goes along with each batch of moves: what comes in brings its cost, what goes out takes cost with it.
//!
//! A move changes the value of a site by what comes to it and leaves it of the company's own goods, those in transit to the site
//! included. So what is put from one place of a site into another, set aside, or arrives, changes nothing; what is sent to another site
//! takes its cost there when it leaves.

use std::sync::Arc;

use fondaco_core::tx::Pending;
use fondaco_core::{Conversions, Halt, Id, Money, Needs, SiteId, Tx};
use smol_str::SmolStr;

use super::ValueError;
use super::costs::{Costs, cast};
use super::past::{Earlier, SoFar, is_return, of_move, of_taken_back};
use super::record::{CostRule, Costing};
use super::recost::recost_late;
use crate::items::{Lot, Ownership};
use crate::levels::Levels;
use crate::moves::{Along, Book, Held, Judged, Leg, Move, MoveCost, MoveKind, Movement, Stage};
use crate::valuation::{self, Kind, Method, NoPast};
use crate::{Qty, Settings, StockError, Val};

/// Costs the moves of a batch; nothing where no stock is valued.
///
/// It goes along last: what it did for a move is not taken back, as nobody refuses the move after it.
#[derive(Default)]
pub(crate) struct Costed(Option<Box<Batch>>);

struct Batch {
    costs: Costs,
    so_far: SoFar,
    /// Set when something would have to be taken back after all.
    lost: bool,
}

/// What a move brings to the stock of a site, or takes from it.
#[derive(Clone, Copy)]
struct Flow {
    place: usize,
    units: i64,
    lot: Option<Id<Lot>>,
}

impl Pending for Costed {
    type Mark = usize;

    fn mark(&self) -> usize {
        self.0.as_ref().map_or(0, |batch| batch.costs.entries.len())
    }

    fn back_to(&mut self, mark: usize) {
        if let Some(batch) = &mut self.0 {
            batch.lost |= batch.costs.entries.len() != mark;
        }
    }

    fn finish(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        match self.0 {
            Some(batch) if batch.lost => {
                Err(Halt::Bug("a move was refused after it was costed".into()))
            }
            Some(batch) => batch.costs.finish(tx),
            None => Ok(()),
        }
    }
}

impl Along for Costed {
    fn prepare(tx: &mut Tx<'_>, book: &Book, judged: &[&Judged<'_>]) -> Result<Costed, StockError> {
        let needs = Needs::new().guard_of_all::<CostRule>()?.rows::<Costing>(&[Settings::key()]);
        tx.need_all(needs)?;
        if tx.is_untouched::<CostRule>()? {
            return Ok(Costed(None));
        }
        let mut costs = Costs::new(tx)?;
        costs.read(tx, wanted(book, judged))?;
        let leave = judged.iter().flat_map(|judged| {
            let item = judged.new.item;
            let out = judged.legs().filter(|leg| leg.units < 0);
            out.map(move |leg| (item, leg.site, leg.lot.map(|held| held.lot.id)))
        });
        let leave = leave.filter_map(|(item, site, lot)| Some((costs.seen(item, site)?, lot)));
        let leave: Vec<_> = leave.collect();
        costs.read_first_layers(tx, &leave)?;
        Ok(Costed(Some(Box::new(Batch { costs, so_far: SoFar::default(), lost: false }))))
    }

    fn after(
        &mut self,
        tx: &mut Tx<'_>,
        judged: &Judged<'_>,
        legs: &[Option<&Move>; 2],
        _levels: &mut Levels,
    ) -> Result<(), StockError> {
        match &mut self.0 {
            Some(batch) => batch.take(tx, judged, legs),
            None if judged.new.cost.is_some() => Err(unvalued(judged)),
            None => Ok(()),
        }
    }

    /// What came late is costed in its place, where the company has it so.
    fn close(&mut self, tx: &mut Tx<'_>, _levels: &mut Levels) -> Result<(), StockError> {
        match &mut self.0 {
            Some(batch) => recost_late(tx, &mut batch.costs, &batch.so_far),
            None => Ok(()),
        }
    }
}

fn unvalued(judged: &Judged<'_>) -> StockError {
    ValueError::CostOfUnvalued { item: judged.kept.item.code.clone() }.into()
}

/// The stocks whose cost these moves may change, or are judged by.
fn wanted(book: &Book, judged: &[&Judged<'_>]) -> Vec<(Arc<crate::items::Item>, SiteId, SmolStr)> {
    let mut keys = std::collections::BTreeSet::new();
    let mut wanted = Vec::new();
    for judged in judged {
        // What went straight through to a customer has a value too, at the site that it went by.
        let passed = |leg: &Leg<'_>| {
            leg.stage == Stage::Outside
                && (judged.new.cost.is_some() || judged.kind == MoveKind::Reversal)
        };
        let valued = |leg: &&Leg<'_>| passed(leg) || counts(judged, leg.stage, leg.lot);
        let of_legs = judged.legs().filter(valued).map(|leg| leg.site);
        let origin = judged.origin.filter(|_| is_return(judged.kind));
        let sites = of_legs.chain(origin.map(|origin| origin.site));
        for site in sites {
            if keys.insert((judged.new.item, site)) {
                let code = book.site(&site).map(|site| site.code.clone()).unwrap_or_default();
                wanted.push((judged.kept.item.clone(), site, code));
            }
        }
    }
    wanted
}

/// Whether what lies there is worth something to the company.
fn counts(judged: &Judged<'_>, stage: Stage, lot: Option<&Held>) -> bool {
    let there = matches!(stage, Stage::Stock | Stage::Transit);
    there && judged.kept.ownership(lot) == Ownership::Own
}

impl Batch {
    /// Costs a move that was taken, or refuses it and changes nothing.
    fn take(
        &mut self,
        tx: &mut Tx<'_>,
        judged: &Judged<'_>,
        legs: &[Option<&Move>; 2],
    ) -> Result<(), StockError> {
        let mut flows = [None, None];
        let rows = legs.iter().flatten();
        let mut id = None;
        for ((leg, row), flow) in judged.legs().zip(rows).zip(&mut flows) {
            id = Some(row.id);
            if !counts(judged, leg.stage, leg.lot) {
                continue;
            }
            *flow = self.costs.place(row.item, row.site)?.map(|place| {
                let (units, lot) = (row.quantity.units(), leg.lot.map(|held| held.lot.id));
                Flow { place, units, lot }
            });
        }
        let Some(id) = id else { return Ok(()) };
        self.check_cost(judged, &flows, legs)?;
        if !self.takes_steps(judged, &flows) {
            self.cost(tx, (judged, id), flows, legs)?;
            self.note(judged, legs);
            return self.costs.follow(tx, &self.so_far);
        }
        self.costs.begin();
        let done = self.cost(tx, (judged, id), flows, legs).and_then(|()| {
            self.note(judged, legs);
            self.costs.follow(tx, &self.so_far)
        });
        self.costs.end(done.is_ok());
        if done.is_err() {
            self.so_far.forget(id);
        }
        done
    }

    /// Whether it is costed in several steps, of which a later one may be refused: at two sites, or with corrections that follow goods to
    /// where they were sent.
    fn takes_steps(&self, judged: &Judged<'_>, flows: &[Option<Flow>; 2]) -> bool {
        let within = matches!(flows, [Some(one), Some(other)] if one.place == other.place);
        let owes = |flow: &Flow| self.costs.owes(flow.place);
        within || judged.kind == MoveKind::Reversal || flows.iter().flatten().any(owes)
    }

    fn note(&mut self, judged: &Judged<'_>, legs: &[Option<&Move>; 2]) {
        if judged.new.movement.of().is_some() {
            legs.iter().flatten().take(1).for_each(|leg| self.so_far.note(leg));
        }
    }

    fn cost(
        &mut self,
        tx: &mut Tx<'_>,
        (judged, id): (&Judged<'_>, Id<Move>),
        flows: [Option<Flow>; 2],
        legs: &[Option<&Move>; 2],
    ) -> Result<(), StockError> {
        match flows {
            [Some(one), Some(other)] if one.place == other.place => {
                self.within(tx, (judged, id), one, other)
            }
            [Some(one), Some(other)] if judged.kind == MoveKind::Reversal => {
                // What is given back is judged first, and both are taken or none.
                self.costs.reach_all(tx, one.place)?;
                self.costs.reach_all(tx, other.place)?;
                let pasts =
                    [self.past(tx, judged, one.place)?, self.past(tx, judged, other.place)?];
                for (flow, past) in [one, other].into_iter().zip(&pasts) {
                    undo(&mut self.costs, (judged, id), flow, past)?;
                }
                Ok(())
            }
            [Some(one), Some(other)] => {
                let (from, to) = if one.units < 0 { (one, other) } else { (other, one) };
                self.costs.reach(tx, from.place, (-from.units, from.lot), judged.new.date)?;
                let quantity = Qty::from_units(-from.units);
                let moved = moved(judged, id, Kind::Issue { quantity }, from.lot);
                self.costs.transfer((from.place, to.place), &moved)?;
                self.so_far.note_sent(legs);
                Ok(())
            }
            [Some(flow), None] | [None, Some(flow)] => self.alone(tx, (judged, id), flow),
            [None, None] => self.passed_through(tx, (judged, id), legs),
        }
    }

    /// A cost is given where one can be, and of goods that are worth something.
    fn check_cost(
        &self,
        judged: &Judged<'_>,
        flows: &[Option<Flow>; 2],
        legs: &[Option<&Move>; 2],
    ) -> Result<(), StockError> {
        if judged.new.cost.is_none() {
            return Ok(());
        }
        let brings = matches!(
            judged.kind,
            MoveKind::Receipt | MoveKind::Gain | MoveKind::Count | MoveKind::OwnerChange
        );
        if !brings {
            return Err(ValueError::CostUnfit { kind: judged.kind }.into());
        }
        let item = || judged.kept.item.code.clone();
        let into = judged.legs().last();
        if into.is_some_and(|leg| judged.kept.ownership(leg.lot) != Ownership::Own) {
            return Err(ValueError::CostOfOthers { item: item() }.into());
        }
        let valued = flows.iter().any(Option::is_some)
            || legs.iter().flatten().any(|leg| self.costs.seen(leg.item, leg.site).is_some());
        if valued { Ok(()) } else { Err(unvalued(judged)) }
    }

    /// Within one site nothing changes, unless each lot has its own cost and it becomes another's.
    fn within(
        &mut self,
        tx: &mut Tx<'_>,
        (judged, id): (&Judged<'_>, Id<Move>),
        one: Flow,
        other: Flow,
    ) -> Result<(), StockError> {
        let by_lots = self.costs.at(one.place)?.state.method == Method::Lot;
        if !by_lots || one.lot == other.lot || one.units == 0 {
            return Ok(());
        }
        let (from, to) = if one.units < 0 { (one, other) } else { (other, one) };
        self.costs.reach(tx, from.place, (-from.units, from.lot), judged.new.date)?;
        self.costs.reach(tx, from.place, (0, to.lot), judged.new.date)?;
        let (quantity, place) = (Qty::from_units(to.units), from.place);
        let costs = &mut self.costs;
        let before = costs.entries.len();
        costs.apply(place, &moved(judged, id, Kind::Issue { quantity }, from.lot), &NoPast)?;
        let told = costs.entries.get(before..).unwrap_or_default();
        let cost: i64 = told.iter().map(|entry| entry.value.units()).sum();
        let value = Some(Val::from_units(-cost));
        let kind = Kind::Receipt { quantity, value, landed: Val::ZERO };
        costs.apply(place, &moved(judged, id, kind, to.lot), &NoPast)
    }

    /// What comes to one site, or leaves it.
    fn alone(
        &mut self,
        tx: &mut Tx<'_>,
        (judged, id): (&Judged<'_>, Id<Move>),
        flow: Flow,
    ) -> Result<(), StockError> {
        if flow.units == 0 {
            return Ok(()); // it was counted, and all was there
        }
        if judged.kind == MoveKind::Reversal {
            self.costs.reach_all(tx, flow.place)?;
            let past = self.past(tx, judged, flow.place)?;
            return undo(&mut self.costs, (judged, id), flow, &past);
        }
        let goes = (flow.units.saturating_neg().max(0), flow.lot);
        self.costs.reach(tx, flow.place, goes, judged.new.date)?;
        if let Some(of) = judged.origin.filter(|_| is_return(judged.kind)) {
            let past = of_move(tx, &Arc::new(of.clone()), (&self.costs.entries, &self.so_far))?;
            if past.posted().is_some() {
                let (of, quantity) = (cast(of.id), Qty::from_units(flow.units.saturating_abs()));
                let kind = match judged.kind {
                    MoveKind::CustomerReturn => Kind::CustomerReturn { of, quantity },
                    _ => Kind::SupplierReturn { of, quantity },
                };
                return self.costs.apply(flow.place, &moved(judged, id, kind, flow.lot), &past);
            }
        }
        let kind = self.kind(judged, flow)?;
        self.costs.apply(flow.place, &moved(judged, id, kind, flow.lot), &NoPast)
    }

    /// What a move is to the cost of a site.
    fn kind(&self, judged: &Judged<'_>, flow: Flow) -> Result<Kind, StockError> {
        let value = self.value(judged, flow.units)?;
        let quantity = Qty::from_units(flow.units);
        Ok(match judged.kind {
            MoveKind::Gain | MoveKind::Loss | MoveKind::Count => {
                Kind::Adjustment { quantity, value }
            }
            MoveKind::Scrap | MoveKind::TransitLoss => Kind::Scrap { quantity: flow.out() },
            _ if flow.units < 0 => Kind::Issue { quantity: flow.out() },
            _ => Kind::Receipt { quantity, value, landed: Val::ZERO },
        })
    }

    /// What is given as the cost of what comes in.
    fn value(&self, judged: &Judged<'_>, units: i64) -> Result<Option<Val>, StockError> {
        let Some(cost) = &judged.new.cost else { return Ok(None) };
        let item = || judged.kept.item.code.clone();
        let money = match cost {
            MoveCost::Total(money) => *money,
            MoveCost::Each(price) => {
                let quantity = judged.quantity(i128::from(units));
                let steps = self.costs.rules.steps;
                let none = Conversions::new();
                let given = judged.kept.conversions.as_ref().unwrap_or(&none);
                let total = given.total_round(*price, quantity, steps.digits(), steps.rounding());
                let bad = |error| ValueError::CostPrice { item: item(), error: Box::new(error) };
                total.map_err(bad)?
            }
        };
        to_value(&self.costs, money, item).map(Some)
    }

    /// What was never in stock, yet is bought and sold: from a supplier straight to a customer.
    fn passed_through(
        &mut self,
        tx: &mut Tx<'_>,
        (judged, id): (&Judged<'_>, Id<Move>),
        legs: &[Option<&Move>; 2],
    ) -> Result<(), StockError> {
        let Some(leg) = legs.iter().flatten().next() else { return Ok(()) };
        let Some(place) = self.costs.seen(leg.item, leg.site) else { return Ok(()) };
        match judged.kind {
            MoveKind::Receipt => {
                let Some(value) = self.value(judged, leg.quantity.units())? else { return Ok(()) };
                let kind = Kind::DropShipment { quantity: leg.quantity, value };
                self.costs.apply(place, &moved(judged, id, kind, None), &NoPast)
            }
            MoveKind::Reversal => {
                let past = self.past(tx, judged, place)?;
                let (Some(_), Some(of)) = (past.posted(), judged.origin) else { return Ok(()) };
                let kind = Kind::Correction { of: cast(of.id), quantity: Qty::ZERO };
                self.costs.apply(place, &moved(judged, id, kind, None), &past)
            }
            _ => Ok(()),
        }
    }

    /// The move that is taken back, as it stands at the site of a stock.
    fn past(
        &self,
        tx: &mut Tx<'_>,
        judged: &Judged<'_>,
        place: usize,
    ) -> Result<Earlier, StockError> {
        let Movement::Reversal { of } = judged.new.movement else {
            return Err(Halt::Bug("only what is taken back has a past".into()).into());
        };
        let site = self.costs.at(place)?.site;
        let legs = tx.get_many::<Move>(&[(of, 0u8), (of, 1u8)])?;
        let leg = legs.into_iter().flatten().find(|leg| leg.site == site);
        let leg = leg.ok_or_else(|| Halt::Bug("what is taken back was never there".into()))?;
        Ok(of_taken_back(tx, &leg, (&self.costs.entries, &self.so_far))?)
    }
}

impl Flow {
    /// How much goes out.
    fn out(self) -> Qty {
        Qty::from_units(self.units.saturating_neg())
    }
}

/// Takes back what a move did to the cost of a site; where it was not valued then, goods come and go at the cost of now.
fn undo(
    costs: &mut Costs,
    (judged, id): (&Judged<'_>, Id<Move>),
    flow: Flow,
    past: &Earlier,
) -> Result<(), StockError> {
    let kind = match (past.posted(), judged.origin) {
        (Some(_), Some(origin)) => Kind::Correction { of: cast(origin.id), quantity: Qty::ZERO },
        _ if flow.units < 0 => Kind::Issue { quantity: flow.out() },
        _ => {
            let quantity = Qty::from_units(flow.units);
            Kind::Receipt { quantity, value: None, landed: Val::ZERO }
        }
    };
    costs.apply(flow.place, &moved(judged, id, kind, flow.lot), past)
}

/// The move as the kernel knows it.
fn moved(judged: &Judged<'_>, id: Id<Move>, kind: Kind, lot: Option<Id<Lot>>) -> valuation::Move {
    let moved = valuation::Move::new(cast(id), judged.new.date, kind);
    lot.map_or(moved, |lot| moved.of_lot(cast(lot)))
}

/// An amount of the stock's currency as it is stored.
pub(super) fn to_value(
    costs: &Costs,
    money: Money,
    item: impl Fn() -> SmolStr,
) -> Result<Val, StockError> {
    if money.currency() != costs.currency {
        let (given, currency) = (money.currency(), costs.currency);
        return Err(ValueError::CostCurrency { item: item(), given, currency }.into());
    }
    money.to_fixed().map_err(|error| {
        let item = item();
        ValueError::CostMoney { item, error: Box::new(error) }.into()
    })
}
