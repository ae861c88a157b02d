//! What stock costs while an act changes it: each stock read once with as many layers as it takes, changed in memory, staged once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::store::Record;
use fondaco_core::{Currency, Halt, Id, ItemId, Range, Reading, SiteId, Timestamp, Tx};
use smol_str::SmolStr;

use super::past::{self, Late, SoFar};
use super::record::{CostDebt, CostLayer, Costing, LateMoves, StockCost, ValueDay, ValueEntry};
use super::recost::Happened;
use super::{ValueError, rule};
use crate::items::{Item, Lot, Ownership, Tracking};
use crate::levels::Stock;
use crate::moves::{Map, Move, MoveKind, Stage, StockLock};
use crate::places::Site;
use crate::valuation::{
    self, Cause, CostRules, Debt, Kind, Layer, Method, Past, Price, State, Told, UnitCost,
    ValuationError, ValueFact,
};
use crate::{Qty, Settings, StockError, Val};

/// Where a layer stands: its queue, day and move.
type LayerPlace = (Id<Lot>, NaiveDate, Id<Move>);

/// By what a layer stands in its queue: its day, and its number.
type Turn = (NaiveDate, i64);

/// The queue of what is not told apart by lots.
pub(super) const ONE_QUEUE: Id<Lot> = Id::from_u128(0);

/// How many layers are read at once.
const PAGE: usize = 16;

/// So far a cost is followed from site to site. What goes in circles, such as goods that were sent before they came and came back to where
/// they were missing, would have no end; what is left then stays a correction of what was sent last.
const ROUNDS: usize = 32;

/// So often a stock is costed again by one act, at most.
const AGAIN: u8 = 16;

/// The stock of an item at a site, as far as it was read.
#[derive(Clone)]
pub(crate) struct Valued {
    pub(super) item: Arc<Item>,
    pub(super) site: SiteId,
    pub(super) site_code: SmolStr,
    pub(super) state: State,
    /// Whether it has a row.
    stored: bool,
    changed: bool,
    /// How far each queue was read: its last layer, and whether there are no more.
    read: BTreeMap<Id<Lot>, (Option<Turn>, bool)>,
    layers: BTreeMap<LayerPlace, Numbered<Layer>>,
    debts: BTreeMap<Id<Move>, Numbered<Debt>>,
    /// How many layers and debts it ever had.
    numbered: i64,
    /// How it began: its method, and what one was known to cost.
    first: (Method, Option<Price>),
    /// The last day on which its value changed, where moves that are dated before it have it costed again.
    last: Option<NaiveDate>,
    /// What came late, so that it is to be costed again.
    late: Option<Id<Move>>,
    /// How often it was costed again.
    again: u8,
}

/// A layer or a debt, with the number by which it stands among others.
#[derive(Clone, Copy)]
struct Numbered<T> {
    /// The number of its row, if it has one.
    stored: Option<i64>,
    /// As it is now; `None` when it is used up or covered.
    now: Option<(i64, T)>,
    changed: bool,
}

impl<T> Default for Numbered<T> {
    fn default() -> Numbered<T> {
        Numbered { stored: None, now: None, changed: false }
    }
}

impl<T> Numbered<T> {
    /// One that was read.
    fn read(number: i64, row: T) -> Numbered<T> {
        Numbered { stored: Some(number), now: Some((number, row)), changed: false }
    }

    /// What it is from now on; what is new, or comes again, stands behind all others.
    fn say(&mut self, row: Option<T>, numbered: &mut i64) {
        self.changed = true;
        self.now = row.map(|row| {
            let number = self.now.as_ref().map(|(number, _)| *number);
            let number = number.unwrap_or_else(|| {
                *numbered += 1;
                *numbered
            });
            (number, row)
        });
    }

    /// The number of the row that has to go, and the row that is new or changed with whether it is new.
    fn change(&self) -> (Option<i64>, Option<(i64, &T, bool)>) {
        if !self.changed {
            return (None, None);
        }
        let number = self.now.as_ref().map(|(number, _)| *number);
        let gone = self.stored.filter(|stored| Some(*stored) != number);
        let there = self.now.as_ref();
        (gone, there.map(|(number, row)| (*number, row, self.stored != Some(*number))))
    }
}

/// What a stock without a row is when it is first asked for.
enum Begun {
    /// Nothing says how its item is costed.
    NotValued,
    /// Something lies there that has no value.
    NeverValued,
    /// It begins empty, with what one is known to cost.
    Valued(Box<State>, Option<Price>),
}

/// The stocks that an act changes the cost of.
pub(crate) struct Costs {
    pub(super) rules: CostRules,
    pub(super) currency: Currency,
    now: Timestamp,
    stocks: Vec<Valued>,
    places: Map<(ItemId, SiteId), usize>,
    /// What lay there before its item was valued, with the codes of the item and the site: only what needs its cost is refused.
    never_valued: Map<(ItemId, SiteId), (SmolStr, SmolStr)>,
    pub(super) entries: Vec<ValueEntry>,
    told: Told,
    told_there: Told,
    /// From which entry on what was sent on is not followed yet.
    followed: usize,
    /// The same of what came back of issues, where stocks are costed again.
    followed_back: usize,
    /// Whether any entry corrects an earlier move.
    corrects: bool,
    /// What was before a step that is taken as a whole or not at all.
    before: Option<Before>,
    /// What moves do that are dated before others.
    late: LateMoves,
    /// What was done to which stock, where it may be costed again.
    done: Vec<(usize, Happened)>,
}

/// What was before a step: how many entries, and of each stock that the step changed what it was.
struct Before {
    entries: usize,
    done: usize,
    stocks: BTreeMap<usize, Valued>,
}

impl Costs {
    /// What costing goes by, and no stock yet.
    ///
    /// # Errors
    /// [`ValueError::NoCosting`], [`StockError::NotSetUp`], or a [`Halt`].
    pub(super) fn new(tx: &mut Tx<'_>) -> Result<Costs, StockError> {
        let costing =
            tx.require::<Costing, StockError>(&Settings::key(), || ValueError::NoCosting.into())?;
        let settings = Settings::of(tx)?;
        Ok(Costs {
            rules: rules_of(&settings, &costing),
            currency: settings.currency,
            now: tx.now(),
            stocks: Vec::new(),
            places: Map::default(),
            never_valued: Map::default(),
            entries: Vec::new(),
            told: Told::new(),
            told_there: Told::new(),
            followed: 0,
            followed_back: 0,
            corrects: false,
            before: None,
            late: costing.late,
            done: Vec::new(),
        })
    }

    /// Reads the stocks of items at sites, each with the code of its site; those that are not valued are left out.
    ///
    /// # Errors
    /// [`ValueError::Costing`] of a stock that can't begin, or a [`Halt`].
    pub(super) fn read(
        &mut self,
        tx: &mut Tx<'_>,
        wanted: Vec<(Arc<Item>, SiteId, SmolStr)>,
    ) -> Result<(), StockError> {
        let keys: Vec<_> = wanted.iter().map(|(item, site, _)| (item.id, *site)).collect();
        let rows = tx.get_many::<StockCost>(&keys)?;
        for ((item, site, code), row) in wanted.into_iter().zip(rows) {
            if self.places.contains_key(&(item.id, site)) {
                continue;
            }
            let valued = match row {
                Some(row) => Valued {
                    stored: true,
                    numbered: row.numbered,
                    first: (row.first_method, row.first_cost),
                    last: self.last_change(tx, (item.id, site))?,
                    ..Valued::new(item, site, code, state_of(&row), None)
                },
                None => match self.begun(tx, &item, (site, &code))? {
                    Begun::Valued(state, cost) => Valued::new(item, site, code, *state, cost),
                    Begun::NotValued => continue,
                    Begun::NeverValued => {
                        self.never_valued.insert((item.id, site), (item.code.clone(), code));
                        continue;
                    }
                },
            };
            self.keep(valued);
        }
        self.read_debts(tx)
    }

    /// A stock that begins to be valued.
    fn begun(
        &self,
        tx: &mut Tx<'_>,
        item: &Item,
        (site, code): (SiteId, &SmolStr),
    ) -> Result<Begun, StockError> {
        let Some(found) = rule::of_item(tx, item)? else { return Ok(Begun::NotValued) };
        if let Some(level) = tx.peek::<Stock>(&(item.id, site))? {
            // What lay there so far may all have been others'.
            let own = own_goods(tx, item, &level, found.method)?;
            if own.values().any(|units| *units != 0) {
                return Ok(Begun::NeverValued);
            }
        }
        let state = self.empty(found.method, found.cost);
        let state = state.map_err(|error| costing(item, code, error))?;
        Ok(Begun::Valued(Box::new(state), found.cost))
    }

    /// An empty stock.
    pub(super) fn empty(
        &self,
        method: Method,
        cost: Option<Price>,
    ) -> Result<State, ValuationError> {
        let mut state = State::new(&self.rules, method)?;
        state.known = cost.map(UnitCost::of);
        Ok(state)
    }

    /// Adds a stock; gives its place.
    pub(super) fn keep(&mut self, valued: Valued) -> usize {
        self.places.insert((valued.item.id, valued.site), self.stocks.len());
        self.stocks.push(valued);
        self.stocks.len() - 1
    }

    /// What was issued below zero: few, and only where more was issued than came.
    fn read_debts(&mut self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let below = |valued: &&mut Valued| valued.stored && valued.state.quantity < Qty::ZERO;
        let mut below: Vec<&mut Valued> = self.stocks.iter_mut().filter(below).collect();
        below.retain(|valued| valued.state.debts.is_empty());
        let range =
            |valued: &&mut Valued| Range::<CostDebt>::by_key(&(valued.item.id, valued.site));
        let ranges: Vec<_> = below.iter().map(range).collect();
        for (valued, debts) in below.into_iter().zip(tx.peek_scans(&ranges)?) {
            for row in debts {
                let debt = Debt { of: cast(row.of), quantity: row.quantity, value: row.value };
                valued.state.debts.push_back(debt);
                valued.debts.insert(row.of, Numbered::read(row.number, debt));
            }
        }
        Ok(())
    }

    /// Reads the first layers of these stocks, in one trip: those that something leaves.
    pub(super) fn read_first_layers(
        &mut self,
        tx: &mut Tx<'_>,
        wanted: &[(usize, Option<Id<Lot>>)],
    ) -> Result<(), Halt> {
        let mut asked = BTreeSet::new();
        for (place, lot) in wanted {
            let Some(valued) = self.stocks.get(*place) else { continue };
            let queue = valued.queue(*lot);
            if valued.has_more(queue) {
                asked.insert((*place, queue));
            }
        }
        let ranges: Vec<_> = asked
            .iter()
            .filter_map(|(place, queue)| Some(self.stocks.get(*place)?.next_page(*queue, PAGE)))
            .collect();
        let pages = tx.peek_scans(&ranges)?;
        for ((place, queue), rows) in asked.into_iter().zip(pages) {
            if let Some(valued) = self.stocks.get_mut(place) {
                valued.bring(queue, &rows, PAGE);
            }
        }
        Ok(())
    }

    /// Where the stock of an item at a site is kept; `None` when it is not valued.
    ///
    /// # Errors
    /// [`ValueError::NeverValued`] of what lay there before its item was valued.
    pub(super) fn place(&self, item: ItemId, site: SiteId) -> Result<Option<usize>, ValueError> {
        if let Some((item, site)) = self.never_valued.get(&(item, site)).cloned() {
            return Err(ValueError::NeverValued { item, site });
        }
        Ok(self.seen(item, site))
    }

    /// The same for who does not need it.
    pub(super) fn seen(&self, item: ItemId, site: SiteId) -> Option<usize> {
        self.places.get(&(item, site)).copied()
    }

    pub(super) fn at(&self, place: usize) -> Result<&Valued, Halt> {
        self.stocks.get(place).ok_or_else(lost)
    }

    pub(super) fn at_mut(&mut self, place: usize) -> Result<&mut Valued, Halt> {
        self.stocks.get_mut(place).ok_or_else(lost)
    }

    /// Brings in the layers that an issue of so much on a day could take.
    pub(super) fn reach(
        &mut self,
        tx: &mut Tx<'_>,
        place: usize,
        (units, lot): (i64, Option<Id<Lot>>),
        date: NaiveDate,
    ) -> Result<(), Halt> {
        let valued = self.at_mut(place)?;
        valued.reach(tx, units, lot)?;
        if units > 0 && valued.state.leaves_later_than(date) {
            valued.reach_all(tx)?;
        }
        Ok(())
    }

    /// Brings in all layers.
    pub(super) fn reach_all(&mut self, tx: &mut Tx<'_>, place: usize) -> Result<(), Halt> {
        self.at_mut(place)?.reach_all(tx)
    }

    /// Costs a move upon a stock, of which what it takes was brought in. It changes nothing where it is refused.
    ///
    /// # Errors
    /// [`ValueError::Costing`].
    pub(super) fn apply(
        &mut self,
        place: usize,
        moved: &valuation::Move,
        past: &dyn Past,
    ) -> Result<(), StockError> {
        self.told.clear();
        self.remember(place);
        let valued = self.stocks.get_mut(place).ok_or_else(lost)?;
        let done = valued.state.apply(&self.rules, moved, past, &mut self.told);
        done.map_err(|error| costing(&valued.item, &valued.site_code, error))?;
        valued.take(&self.told);
        let down = match moved.kind {
            Kind::CustomerReturn { .. } => written_down(&self.told),
            _ => Val::ZERO,
        };
        self.enter(place, false)?;
        self.did(place, moved, down);
        Ok(())
    }

    /// Takes goods from one stock to another, at what they cost.
    ///
    /// # Errors
    /// As [`apply`](Costs::apply).
    pub(super) fn transfer(
        &mut self,
        (from, to): (usize, usize),
        moved: &valuation::Move,
    ) -> Result<(), StockError> {
        self.told.clear();
        self.told_there.clear();
        [from, to].into_iter().for_each(|place| self.remember(place));
        let both = self.stocks.get_disjoint_mut([from, to]);
        let [here, there] = both.map_err(|_| lost())?;
        let (told, told_there) = (&mut self.told, &mut self.told_there);
        let done = here.state.transfer(&self.rules, moved, &mut there.state, told, told_there);
        let cost = done.map_err(|error| costing(&here.item, &here.site_code, error))?;
        here.take(&self.told);
        there.take(&self.told_there);
        let down = written_down(&self.told_there);
        self.enter(from, false)?;
        self.enter(to, true)?;
        self.did(from, moved, Val::ZERO);
        let quantity = Qty::from_units(match moved.kind {
            Kind::Issue { quantity } => quantity.units(),
            _ => 0,
        });
        let kind = Kind::Receipt { quantity, value: Some(cost), landed: Val::ZERO };
        self.did(to, &valuation::Move { kind, ..*moved }, down);
        Ok(())
    }

    /// Notes what was done to a stock where it may be costed again, and whether it came late.
    fn did(&mut self, place: usize, moved: &valuation::Move, down: Val) {
        if self.late == LateMoves::Keep {
            return;
        }
        self.done.push((place, Happened { moved: *moved, down }));
        let Some(valued) = self.stocks.get_mut(place) else { return };
        // What is told of an earlier move finds it where it is now, which its facts of then don't say.
        let concerns_past = matches!(
            moved.kind,
            Kind::LandedCost { .. }
                | Kind::PriceChange { .. }
                | Kind::ReturnCost { .. }
                | Kind::Correction { .. }
        );
        if concerns_past || valued.last.is_some_and(|last| moved.date < last) {
            valued.late = Some(cast(moved.id));
        }
        valued.last = valued.last.max(Some(moved.date));
    }

    /// The last day on which the value of a stock changed, where it matters.
    fn last_change(
        &self,
        tx: &mut Tx<'_>,
        at: (ItemId, SiteId),
    ) -> Result<Option<NaiveDate>, Halt> {
        match self.late {
            LateMoves::Keep => Ok(None),
            LateMoves::Replay => last_change(tx, at),
        }
    }

    /// What has come late to which stock, so that it is costed again: each a few times at most, as goods may have gone in circles.
    pub(super) fn next_late(&mut self) -> Option<(usize, Id<Move>)> {
        for (place, valued) in self.stocks.iter_mut().enumerate() {
            let Some(by) = valued.late.take() else { continue };
            valued.again += 1;
            if valued.again <= AGAIN {
                return Some((place, by));
            }
        }
        None
    }

    /// What was done to a stock so far.
    pub(super) fn done_at(&self, place: usize) -> Vec<Happened> {
        let here = self.done.iter().filter(|(at, _)| *at == place);
        here.map(|(_, happened)| *happened).collect()
    }

    /// The stock as it began.
    pub(super) fn first_state(&self, place: usize) -> Result<State, Halt> {
        let valued = self.at(place)?;
        let state = self.empty(valued.first.0, valued.first.1);
        state.map_err(|error| Halt::Bug(format!("a stock can't begin as it began: {error}")))
    }

    /// Takes what a stock is when it is costed again, and what is told of that.
    pub(super) fn replace(
        &mut self,
        place: usize,
        state: State,
        changes: &[ValueFact],
    ) -> Result<(), Halt> {
        let valued = self.at_mut(place)?;
        valued.state = state;
        valued.lay_anew();
        self.tell(place, changes)
    }

    /// Keeps facts of a stock that another than the last move tells.
    fn tell(&mut self, place: usize, facts: &[ValueFact]) -> Result<(), Halt> {
        let now = self.now;
        self.remember(place);
        let valued = self.stocks.get_mut(place).ok_or_else(lost)?;
        valued.changed = true;
        for fact in facts {
            let by = cast(fact.by);
            let numbers = self.entries.iter().filter(|entry| entry.by == by);
            let next = numbers.map(|entry| entry.number.saturating_add(1)).max().unwrap_or(0);
            self.entries.push(entry(valued, fact, next, now));
        }
        Ok(())
    }

    /// What was sent from a site costs where it came to what it costs here.
    pub(super) fn follow_sent(
        &mut self,
        tx: &mut Tx<'_>,
        so_far: &SoFar,
        (by, site): (Id<Move>, SiteId),
        sent: BTreeSet<Id<Move>>,
    ) -> Result<(), StockError> {
        for of in sent {
            let legs = so_far.legs(tx, of)?;
            let there = legs.iter().find(|leg| leg.site != site && leg.quantity > Qty::ZERO);
            let Some(leg) = there else { continue };
            let (mut left, mut came) = (0_i64, 0_i64);
            for fact in past::about(tx, of, &self.entries)? {
                let sum = match (fact.site == site, fact.cause) {
                    (true, Cause::Cost | Cause::Correction) => &mut left,
                    (false, Cause::Cost) => &mut came,
                    _ => continue,
                };
                *sum = sum.saturating_add(fact.value.units());
            }
            let more = left.saturating_add(came).saturating_neg();
            if more != 0 {
                self.follow_to(tx, (leg, so_far), (by, leg.date, more))?;
            }
        }
        (self.corrects, self.followed) = (false, self.entries.len());
        Ok(())
    }

    /// Keeps what was told of a stock as entries.
    fn enter(&mut self, place: usize, there: bool) -> Result<(), StockError> {
        let valued = self.stocks.get(place).ok_or_else(lost)?;
        let told = if there { &self.told_there } else { &self.told };
        for fact in &told.facts {
            let by = cast(fact.by);
            // A move may be costed in several steps, one after the other, and its facts are numbered through.
            let last = self.entries.last().filter(|last| last.by == by);
            let number = last.map_or(0, |last| last.number.saturating_add(1));
            let entry = entry(valued, fact, number, self.now);
            self.corrects |= entry.cause == Cause::Correction;
            self.entries.push(entry);
        }
        Ok(())
    }

    /// Right after a move or a change is costed: where what was sent to another site turns out to cost otherwise, the stock there follows, and what was sent on from there.
    ///
    /// # Errors
    /// [`ValueError::Costing`] of a stock that follows, or a [`Halt`].
    pub(super) fn follow(&mut self, tx: &mut Tx<'_>, so_far: &SoFar) -> Result<(), StockError> {
        if !std::mem::take(&mut self.corrects) {
            self.followed = self.entries.len();
            return Ok(());
        }
        if self.late == LateMoves::Replay {
            self.correct_again();
            return Ok(());
        }
        for _ in 0..ROUNDS {
            let new = self.entries.get(self.followed..).unwrap_or_default();
            let mut changes: BTreeMap<_, (NaiveDate, i64)> = BTreeMap::new();
            // What is told in the name of the act itself went to nobody who can be named: it is not followed.
            let named = |entry: &&ValueEntry| entry.about() != entry.by;
            let corrections = new.iter().filter(|entry| entry.cause == Cause::Correction);
            for entry in corrections.filter(named) {
                let key = (entry.by, entry.about(), entry.item, entry.site);
                let change = changes.entry(key).or_insert((entry.date, 0));
                change.1 = change.1.saturating_add(entry.value.units());
            }
            self.followed = self.entries.len();
            if changes.is_empty() {
                break;
            }
            for ((by, of, item, site), (date, value)) in changes {
                if value == 0 {
                    continue;
                }
                let legs = so_far.legs(tx, of)?;
                // Only what left from here took the change with it.
                if !legs.iter().any(|leg| leg.site == site && leg.quantity < Qty::ZERO) {
                    continue;
                }
                let there = legs.iter().find(|leg| leg.site != site && leg.quantity > Qty::ZERO);
                if let Some(leg) = there.filter(|leg| leg.item == item) {
                    self.follow_to(tx, (leg, so_far), (by, date, -value))?;
                }
                self.follow_issue(tx, (&legs, so_far), (by, date, -value))?;
            }
        }
        (self.corrects, self.followed) = (false, self.entries.len());
        Ok(())
    }

    /// What came back of an issue to other sites costs there what the issue turns out to have cost.
    fn follow_issue(
        &mut self,
        tx: &mut Tx<'_>,
        (legs, so_far): (&[Arc<Move>], &SoFar),
        (by, date, more): (Id<Move>, NaiveDate, i64),
    ) -> Result<(), StockError> {
        let Some(issue) = legs.iter().find(|leg| leg.kind == MoveKind::Issue) else {
            return Ok(());
        };
        let more = (more, self.rules.steps);
        for (leg, part) in past::back_elsewhere(tx, issue, more, (&self.entries, so_far))? {
            self.follow_to(tx, (&leg, so_far), (by, date, part))?;
        }
        Ok(())
    }

    /// The same of all issues that were corrected since it was last called, where stocks are costed again.
    pub(super) fn follow_back(
        &mut self,
        tx: &mut Tx<'_>,
        so_far: &SoFar,
    ) -> Result<(), StockError> {
        let new = self.entries.get(self.followed_back..).unwrap_or_default();
        let mut changes: BTreeMap<_, (NaiveDate, i64)> = BTreeMap::new();
        let corrects =
            |entry: &&ValueEntry| entry.cause == Cause::Correction && entry.about() != entry.by;
        for entry in new.iter().filter(corrects) {
            let key = (entry.about(), entry.site, entry.by);
            let change = changes.entry(key).or_insert((entry.date, 0));
            change.1 = change.1.saturating_add(entry.value.units());
        }
        self.followed_back = self.entries.len();
        for ((of, site, by), (date, value)) in changes.into_iter().filter(|(_, to)| to.1 != 0) {
            let mut legs = so_far.legs(tx, of)?;
            legs.retain(|leg| leg.site == site);
            self.follow_issue(tx, (&legs, so_far), (by, date, -value))?;
        }
        Ok(())
    }

    /// Where late moves are costed in their place, so is what was corrected: what was sent on follows from there.
    fn correct_again(&mut self) {
        let new = self.entries.get(self.followed..).unwrap_or_default();
        let corrected = new.iter().filter(|entry| entry.cause == Cause::Correction);
        let late: Vec<_> = corrected
            .filter_map(|entry| Some((self.seen(entry.item, entry.site)?, entry.by)))
            .collect();
        for (place, by) in late {
            self.remember(place);
            if let Some(valued) = self.stocks.get_mut(place) {
                valued.late = Some(by);
            }
        }
        self.followed = self.entries.len();
    }

    /// What came by a leg cost so much more than was thought. It counts from the first day that is not locked there.
    fn follow_to(
        &mut self,
        tx: &mut Tx<'_>,
        (leg, so_far): (&Arc<Move>, &SoFar),
        (by, date, more): (Id<Move>, NaiveDate, i64),
    ) -> Result<(), StockError> {
        let item = crate::items::existing(tx, leg.item)?;
        let site = tx.get::<Site>(&leg.site)?.map(|site| site.code.clone()).unwrap_or_default();
        self.read(tx, vec![(item, leg.site, site)])?;
        let Some(place) = self.seen(leg.item, leg.site) else { return Ok(()) };
        self.reach_all(tx, place)?;
        let late = Late { by, average: self.at(place)?.average() };
        let past = past::of_receipt(tx, leg, late, (&self.entries, so_far))?;
        if past.posted().is_none_or(|posted| posted.quantity == Qty::ZERO) {
            return Ok(()); // it was not the company's own there, or was taken back
        }
        let date = date.max(leg.date);
        let date = open_from(tx, leg.site)?.map_or(date, |open| date.max(open));
        let (of, value) = (cast(leg.id), Val::from_units(more));
        let kind = match leg.kind {
            MoveKind::CustomerReturn => Kind::ReturnCost { of, value },
            _ => Kind::PriceChange { of, value },
        };
        let moved = valuation::Move::new(cast(by), date, kind);
        if self.late == LateMoves::Keep || self.at(place)?.again >= AGAIN {
            return self.apply(place, &moved, &past);
        }
        // The stock is costed again with it.
        let (quantity, layer, number) = (Qty::ZERO, None, 0);
        let (by, cause) = (moved.id, Cause::Cost);
        self.tell(place, &[ValueFact { by, number, of, layer, date, cause, quantity, value }])?;
        self.did(place, &moved, Val::ZERO);
        Ok(())
    }

    /// Begins a step that is taken as a whole or not at all.
    pub(super) fn begin(&mut self) {
        let (entries, done) = (self.entries.len(), self.done.len());
        self.before = Some(Before { entries, done, stocks: BTreeMap::new() });
    }

    /// Keeps what a stock is, if the step did not change it yet.
    fn remember(&mut self, place: usize) {
        if let (Some(before), Some(valued)) = (&mut self.before, self.stocks.get(place)) {
            before.stocks.entry(place).or_insert_with(|| valued.clone());
        }
    }

    /// Ends a step: what it did stays, or all is as it was before.
    pub(super) fn end(&mut self, is_taken: bool) {
        let Some(before) = self.before.take().filter(|_| !is_taken) else { return };
        self.entries.truncate(before.entries);
        self.done.truncate(before.done);
        (self.corrects, self.followed) = (false, before.entries);
        self.followed_back = self.followed_back.min(before.entries);
        for (place, valued) in before.stocks {
            if let Some(there) = self.stocks.get_mut(place) {
                *there = valued;
            }
        }
    }

    /// Whether more of a stock was issued than came, so that what comes corrects what was issued.
    pub(super) fn owes(&self, place: usize) -> bool {
        self.stocks.get(place).is_some_and(|valued| !valued.state.debts.is_empty())
    }

    /// Stages all of it.
    ///
    /// # Errors
    /// A [`Halt`].
    pub(super) fn finish(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        let (mut costs, mut layers, mut debts) = (Vec::new(), Vec::new(), Vec::new());
        for valued in self.stocks.into_iter().filter(|valued| valued.changed) {
            if valued.stored {
                tx.put(valued.row())?;
            } else {
                costs.push(valued.row());
            }
            valued.stage_layers(tx, &mut layers)?;
            valued.stage_debts(tx, &mut debts)?;
        }
        insert(tx, costs)?;
        insert(tx, layers)?;
        insert(tx, debts)?;
        let mut days: Vec<ValueDay> = Vec::new();
        let mut places: Map<(ItemId, SiteId, NaiveDate), usize> = Map::default();
        for entry in &self.entries {
            let day = day_of(entry);
            match places.entry(day.key()) {
                std::collections::hash_map::Entry::Vacant(free) => {
                    free.insert(days.len());
                    days.push(day);
                }
                std::collections::hash_map::Entry::Occupied(at) => {
                    if let Some(sum) = days.get_mut(*at.get()) {
                        Record::add(sum, &day).map_err(|column| {
                            let key = fondaco_core::store::Stored::row_key(&day);
                            let column = column.into();
                            fondaco_core::store::StoreError::Overflow { key, column }
                        })?;
                    }
                }
            }
        }
        if !days.is_empty() {
            tx.add_all(days)?;
        }
        insert(tx, self.entries)
    }
}

/// By how much goods came written down.
fn written_down(told: &Told) -> Val {
    let down = told.facts.iter().filter(|fact| fact.cause == Cause::WriteDown);
    Val::from_units(down.map(|fact| -fact.value.units()).sum())
}

/// The first day that is not locked at a site; `None` when none is.
pub(super) fn open_from(tx: &mut Tx<'_>, site: SiteId) -> Result<Option<NaiveDate>, Halt> {
    let locks = tx.scan(&Range::<StockLock>::all())?;
    let locks = locks.iter().filter(|lock| lock.site == site || lock.is_of_company());
    Ok(locks.filter_map(|lock| lock.through.succ_opt()).max())
}

/// The last day on which the value of an item at a site changed.
pub(super) fn last_change(
    tx: &mut Tx<'_>,
    at: (ItemId, SiteId),
) -> Result<Option<NaiveDate>, Halt> {
    let last = tx.peek_scan(&Range::<ValueDay>::by_key(&at).backwards().limit(1))?;
    Ok(last.first().map(|day| day.date))
}

fn insert<R: Record>(tx: &mut Tx<'_>, rows: Vec<R>) -> Result<(), Halt> {
    if rows.is_empty() { Ok(()) } else { tx.insert_all(rows) }
}

fn day_of(entry: &ValueEntry) -> ValueDay {
    let ValueEntry { item, site, date, quantity, value, .. } = *entry;
    ValueDay { item, site, date, quantity, value }
}

impl Valued {
    /// A stock that begins, with what one was known to cost.
    pub(super) fn new(
        item: Arc<Item>,
        site: SiteId,
        site_code: SmolStr,
        state: State,
        cost: Option<Price>,
    ) -> Valued {
        let first = (state.method, cost);
        Valued {
            item,
            site,
            site_code,
            state,
            stored: false,
            changed: false,
            read: BTreeMap::new(),
            layers: BTreeMap::new(),
            debts: BTreeMap::new(),
            numbered: 0,
            first,
            last: None,
            late: None,
            again: 0,
        }
    }

    /// How much there is, where all of it has one cost.
    pub(super) fn average(&self) -> Option<Qty> {
        (self.state.method == Method::Average).then_some(self.state.quantity)
    }

    /// Marks it to be stored, whether anything is told of it or not.
    pub(super) fn touch(&mut self) {
        self.changed = true;
    }

    /// The queue that a lot stands in.
    fn queue(&self, lot: Option<Id<Lot>>) -> Id<Lot> {
        lot.filter(|_| self.state.method == Method::Lot).unwrap_or(ONE_QUEUE)
    }

    /// Whether there may be layers of a queue that were not read.
    fn has_more(&self, queue: Id<Lot>) -> bool {
        let layered = matches!(self.state.method, Method::Fifo | Method::Lifo | Method::Lot);
        let complete = self.read.get(&queue).is_some_and(|(_, complete)| *complete);
        self.stored && layered && !complete
    }

    /// The next layers of a queue, beginning with the last one that was read.
    fn next_page(&self, queue: Id<Lot>, limit: usize) -> Range<CostLayer> {
        let range = Range::<CostLayer>::by_key(&(self.item.id, self.site, queue));
        let last = self.read.get(&queue).and_then(|(last, _)| *last);
        let range = match (self.state.method, last) {
            (Method::Lifo, None) => range.backwards(),
            (Method::Lifo, Some(last)) => range.through(&last).backwards(),
            (_, None) => range,
            (_, Some(last)) => range.from(&last),
        };
        range.limit(limit)
    }

    /// Takes in layers that were read.
    fn bring(&mut self, queue: Id<Lot>, rows: &[Arc<CostLayer>], limit: usize) {
        rows.iter().for_each(|row| self.bring_one(row));
        let read = self.read.entry(queue).or_default();
        read.0 = rows.last().map(|row| (row.date, row.number)).or(read.0);
        read.1 = rows.len() < limit;
    }

    /// Takes in a layer that was read, to its place among those that are there.
    fn bring_one(&mut self, row: &CostLayer) {
        let queue = row.queue;
        if self.layers.contains_key(&(queue, row.date, row.id)) {
            return;
        }
        let layers = &self.layers;
        let number = |layer: &Layer| {
            let known = layers.get(&(queue, layer.date, cast(layer.id)))?.now?;
            Some(known.0)
        };
        let place = (row.date, Some(row.number));
        self.state.bring(layer_of(row), |layer| (layer.date, number(layer)) < place);
        let read = Numbered::read(row.number, layer_of(row));
        self.layers.insert((queue, row.date, row.id), read);
    }

    fn reach(&mut self, tx: &mut Tx<'_>, units: i64, lot: Option<Id<Lot>>) -> Result<(), Halt> {
        let (queue, mut limit) = (self.queue(lot), PAGE);
        // Of a lot all is read, as it says how much of it there is.
        let whole = self.state.method == Method::Lot;
        while self.has_more(queue) && (whole || !self.covers(queue, units)) {
            let rows = tx.peek_scan(&self.next_page(queue, limit))?;
            self.bring(queue, &rows, limit);
            limit *= 2;
        }
        Ok(())
    }

    /// Whether the layers up to the last one that was read come to so much: what the batch itself brought in stands behind others that
    /// were not read.
    fn covers(&self, queue: Id<Lot>, units: i64) -> bool {
        let last_first = self.state.method == Method::Lifo;
        let last = self.read.get(&queue).and_then(|(last, _)| *last);
        let known = |layer: &Layer| {
            let at = self.layers.get(&(queue, layer.date, cast(layer.id)));
            let Some((number, _)) = at.and_then(|at| at.now.as_ref()) else { return false };
            let place = Some((layer.date, *number));
            if last_first { last.is_some() && place >= last } else { place <= last }
        };
        self.state.layers.reach(units, last_first, known)
    }

    fn reach_all(&mut self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        if self.state.method != Method::Lot {
            return self.reach(tx, i64::MAX, None);
        }
        let rows = tx.peek_scan(&Range::<CostLayer>::by_key(&(self.item.id, self.site)))?;
        for row in rows {
            self.bring_one(&row);
            self.read.insert(row.queue, (None, true));
        }
        Ok(())
    }

    /// Keeps what was told of layers and debts: the last word on each counts.
    fn take(&mut self, told: &Told) {
        self.changed = true;
        for layer in &told.layers {
            let place = (self.queue(layer.lot.map(cast)), layer.date, cast(layer.id));
            let open = Some(*layer).filter(|layer| layer.quantity != Qty::ZERO);
            self.layers.entry(place).or_default().say(open, &mut self.numbered);
        }
        for debt in &told.debts {
            let open = Some(*debt).filter(|debt| debt.quantity != Qty::ZERO);
            self.debts.entry(cast(debt.of)).or_default().say(open, &mut self.numbered);
        }
    }

    /// All its layers, of which none was left unread, stand in other queues from now on, as its method changed.
    pub(super) fn requeue(&mut self) {
        let before = self.layers.clone();
        for gone in self.layers.values_mut() {
            gone.say(None, &mut self.numbered);
        }
        let open: Vec<Layer> = self.state.layers.iter().copied().collect();
        for layer in open {
            let place = (self.queue(layer.lot.map(cast)), layer.date, cast(layer.id));
            let laid = self.layers.entry(place).or_default();
            // Within its queue it stands where it stood.
            laid.now = before.get(&place).and_then(|before| before.now);
            laid.say(Some(layer), &mut self.numbered);
        }
        self.read = self.layers.keys().map(|place| (place.0, (None, true))).collect();
    }

    /// All its layers and debts, of which none was left unread, are what they are when it is costed again, in that order.
    fn lay_anew(&mut self) {
        self.changed = true;
        self.layers.values_mut().for_each(|laid| laid.say(None, &mut self.numbered));
        self.debts.values_mut().for_each(|owed| owed.say(None, &mut self.numbered));
        let open: Vec<Layer> = self.state.layers.iter().copied().collect();
        for layer in open {
            let place = (self.queue(layer.lot.map(cast)), layer.date, cast(layer.id));
            self.layers.entry(place).or_default().say(Some(layer), &mut self.numbered);
        }
        for debt in self.state.debts.iter().copied().collect::<Vec<_>>() {
            self.debts.entry(cast(debt.of)).or_default().say(Some(debt), &mut self.numbered);
        }
        self.read = self.layers.keys().map(|place| (place.0, (None, true))).collect();
        self.read.insert(ONE_QUEUE, (None, true));
    }

    fn row(&self) -> StockCost {
        let State { method, quantity, cost, written_down, known, .. } = &self.state;
        StockCost {
            item: self.item.id,
            site: self.site,
            method: *method,
            quantity: *quantity,
            cost: *cost,
            written_down: *written_down,
            known_value: known.map(|known| known.value),
            known_per: known.map(|known| known.per),
            numbered: self.numbered,
            first_method: self.first.0,
            first_cost: self.first.1,
        }
    }

    fn stage_layers(&self, tx: &mut Tx<'_>, new: &mut Vec<CostLayer>) -> Result<(), Halt> {
        let (item, site) = (self.item.id, self.site);
        for ((queue, date, id), laid) in &self.layers {
            let (queue, date, id) = (*queue, *date, *id);
            let (gone, there) = laid.change();
            if let Some(number) = gone {
                tx.delete::<CostLayer>(&(item, site, queue, date, number))?;
            }
            let Some((number, layer, is_new)) = there else { continue };
            let Layer { lot, quantity, value, .. } = *layer;
            let lot = lot.map(cast).into();
            let row = CostLayer { item, site, queue, date, number, id, lot, quantity, value };
            if is_new { new.push(row) } else { tx.put(row)? }
        }
        Ok(())
    }

    fn stage_debts(&self, tx: &mut Tx<'_>, new: &mut Vec<CostDebt>) -> Result<(), Halt> {
        let (item, site) = (self.item.id, self.site);
        for (of, owed) in &self.debts {
            let (gone, there) = owed.change();
            if let Some(number) = gone {
                tx.delete::<CostDebt>(&(item, site, number))?;
            }
            let Some((number, debt, is_new)) = there else { continue };
            let Debt { quantity, value, .. } = *debt;
            let row = CostDebt { item, site, number, of: *of, quantity, value };
            if is_new { new.push(row) } else { tx.put(row)? }
        }
        Ok(())
    }
}

/// What costing goes by.
pub(super) fn rules_of(settings: &Settings, costing: &Costing) -> CostRules {
    let rules = CostRules::to_digits(u32::from(settings.value_digits));
    costing.framework.map_or(rules, |framework| rules.under(framework))
}

/// The stock as the kernel knows it, without its layers and debts.
pub(super) fn state_of(row: &StockCost) -> State {
    let known = row.known_value.zip(row.known_per);
    State::stored(
        row.method,
        (row.quantity, row.cost, row.written_down),
        known.map(|(value, per)| UnitCost { value, per }),
    )
}

pub(super) fn layer_of(row: &CostLayer) -> Layer {
    let lot = row.lot.copied().map(cast);
    Layer { id: cast(row.id), date: row.date, lot, quantity: row.quantity, value: row.value }
}

/// The same id, where the kernel and the engine name the same thing by types of their own.
pub(super) const fn cast<A, B>(id: Id<A>) -> Id<B> {
    Id::from_u128(id.to_u128())
}

fn entry(valued: &Valued, fact: &ValueFact, number: u32, recorded_at: Timestamp) -> ValueEntry {
    let of = Some(fact.of).filter(|of| *of != fact.by).map(cast);
    let layer = fact.layer.filter(|layer| *layer != fact.of).map(cast);
    ValueEntry {
        by: cast(fact.by),
        number,
        item: valued.item.id,
        site: valued.site,
        date: fact.date,
        cause: fact.cause,
        quantity: fact.quantity,
        value: fact.value,
        recorded_at,
        of: of.into(),
        layer: layer.into(),
    }
}

/// A refusal of costing, with the codes that people know.
pub(super) fn costing(item: &Item, site: &SmolStr, error: ValuationError) -> StockError {
    let (item, site) = (item.code.clone(), site.clone());
    ValueError::Costing { item, site, error: Box::new(error) }.into()
}

/// How much of the company's own is at a site or on its way there: by lot where each has its own cost. Who rested on the level rests on
/// it, as each move changes that.
///
/// # Errors
/// A [`Halt`].
pub(super) fn own_goods(
    tx: &mut Tx<'_>,
    item: &Item,
    level: &Stock,
    method: Method,
) -> Result<BTreeMap<Option<Id<Lot>>, i64>, Halt> {
    if item.tracking == Tracking::None {
        let all = level.on_hand.units().saturating_add(level.in_transit.units());
        let own = if item.ownership == Ownership::Own { all } else { 0 };
        return Ok(BTreeMap::from([(None, own)]));
    }
    let mut by_lot: BTreeMap<Id<Lot>, i64> = BTreeMap::new();
    let legs = Range::by(Move::BY_ITEM, &(item.id, level.site));
    tx.peek_each(&legs, |leg: &Move| {
        if let (Stage::Stock | Stage::Transit, Some(lot)) = (leg.stage, leg.lot.copied()) {
            let sum = by_lot.entry(lot).or_default();
            *sum = sum.saturating_add(leg.quantity.units());
        }
        Ok::<_, Halt>(())
    })?;
    let lots: Vec<Id<Lot>> = by_lot.keys().copied().collect();
    let mut own = BTreeMap::new();
    for lot in tx.get_many::<Lot>(&lots)?.into_iter().flatten() {
        if lot.ownership == Ownership::Own {
            let key = Some(lot.id).filter(|_| method == Method::Lot);
            let sum: &mut i64 = own.entry(key).or_default();
            *sum = sum.saturating_add(by_lot.get(&lot.id).copied().unwrap_or(0));
        }
    }
    Ok(own)
}

fn lost() -> Halt {
    Halt::Bug("a stock is costed that was not read".into())
}
