//! A stock of one item at one site, as far as its cost goes.

use std::collections::VecDeque;

use chrono::NaiveDate;

use super::{
    Cause, CostRules, Debt, Layer, Layers, Method, MoveId, Qty, Steps, UnitCost, Val,
    ValuationError, ValueFact,
};

/// What stock of one item at one site costs: small, so that an engine stores it and loads it with its open layers.
///
/// What holds at any time: [`quantity`](State::quantity) and [`cost`](State::cost) are the sums of the layers, less those of the
/// debts, where the method has layers; of a standard, `cost` is what the quantity costs at it; a quantity of zero costs zero, and no
/// stock is written down by more than it costs. [`State::check`] says whether a loaded one does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct State {
    /// How what leaves is costed.
    pub method: Method,
    /// How much is there; below zero when more was issued than came in.
    pub quantity: Qty,
    /// What that cost.
    pub cost: Val,
    /// By how much it is written down below cost; zero or more.
    pub written_down: Val,
    /// The standard; else the last known cost, which issues below zero take: of the last receipt, or the average since it.
    pub known: Option<UnitCost>,
    /// Open layers; none where the method has none.
    pub layers: Layers,
    /// What was issued below zero and is not covered, in order of issue.
    pub debts: VecDeque<Debt>,
}

/// What a move did: to be posted and stored. Taken by reference and added to, so that many moves need no more room than one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Told {
    /// The changes of value.
    pub facts: Vec<ValueFact>,
    /// Layers that changed, as they are after it; the last word on each counts. A quantity of zero is used up.
    pub layers: Vec<Layer>,
    /// Issues below zero that came about or were covered, likewise.
    pub debts: Vec<Debt>,
}

impl Told {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Told {
        Told::default()
    }

    /// Forgets all of it and keeps the room.
    pub fn clear(&mut self) {
        self.facts.clear();
        self.layers.clear();
        self.debts.clear();
    }

    /// What the facts sum to: the change of the stock's value.
    #[must_use]
    pub fn value(&self) -> Val {
        Val::from_units(self.facts.iter().map(|fact| fact.value.units()).sum())
    }
}

impl State {
    /// An empty stock.
    ///
    /// ```
    /// use fondaco_core::Currency;
    /// use fondaco_inventory::valuation::{Framework, Method, CostRules, State, ValuationError};
    /// let rules = CostRules::new(Currency::EUR).under(Framework::Ifrs);
    /// assert_eq!(State::new(&rules, Method::Fifo)?.value().units(), 0);
    /// assert!(matches!(State::new(&rules, Method::Lifo), Err(ValuationError::NotAllowed { .. })));
    /// # Ok::<(), ValuationError>(())
    /// ```
    ///
    /// # Errors
    /// [`ValuationError::NotAllowed`] when the rules' standards don't allow the method.
    pub fn new(rules: &CostRules, method: Method) -> Result<State, ValuationError> {
        rules.check(method)?;
        Ok(State {
            method,
            quantity: Qty::ZERO,
            cost: Val::ZERO,
            written_down: Val::ZERO,
            known: None,
            layers: Layers::default(),
            debts: VecDeque::new(),
        })
    }

    /// The same with an open layer, as it was stored; in any order of calls, but those of one day in the order they came.
    #[must_use]
    pub fn with_layer(mut self, layer: Layer) -> State {
        let row = if self.method == Method::Lot { layer.lot } else { None };
        self.layers.put(row, layer);
        self
    }

    /// A stock as it was stored: quantity, cost and write-down, and the last known cost; its layers and debts are brought in after.
    pub(crate) fn stored(
        method: Method,
        (quantity, cost, written_down): (Qty, Val, Val),
        known: Option<UnitCost>,
    ) -> State {
        let (layers, debts) = (Layers::default(), VecDeque::new());
        State { method, quantity, cost, written_down, known, layers, debts }
    }

    /// Brings an open layer in as it was stored, behind those that stand before it.
    pub(crate) fn bring(&mut self, layer: Layer, before: impl Fn(&Layer) -> bool) {
        let row = self.row_of(layer.lot);
        self.layers.bring(row, layer, before);
    }

    /// Whether what leaves first of it came after a day, of what was brought in.
    pub(crate) fn leaves_later_than(&self, date: NaiveDate) -> bool {
        let last = self.layers.seen(None).and_then(VecDeque::back);
        self.method == Method::Lifo && last.is_some_and(|last| last.date > date)
    }

    /// What the stock is carried at: its cost, less what it is written down by.
    #[must_use]
    pub fn value(&self) -> Val {
        Val::from_units(self.cost.units().saturating_sub(self.written_down.units()))
    }

    /// The cost of one: of what is there, else the last known.
    #[must_use]
    pub fn unit_cost(&self) -> Option<UnitCost> {
        let there = UnitCost { value: self.cost, per: self.quantity };
        let valued = self.quantity > Qty::ZERO && self.method != Method::Standard;
        if valued { Some(there) } else { self.known }
    }

    /// Whether it holds together, as one that was loaded should.
    ///
    /// # Errors
    /// [`ValuationError::Broken`] with what does not.
    pub fn check(&self, rules: &CostRules) -> Result<(), ValuationError> {
        let broken = |why| Err(ValuationError::Broken { why });
        let wrong = |quantity: Qty, value: Val| quantity <= Qty::ZERO || value < Val::ZERO;
        if self.layers.iter().any(|layer| wrong(layer.quantity, layer.value))
            || self.debts.iter().any(|debt| wrong(debt.quantity, debt.value))
        {
            return broken("a layer or an issue below zero is used up, or costs less than nothing");
        }
        if self.quantity == Qty::ZERO && (self.cost != Val::ZERO || self.written_down != Val::ZERO)
        {
            return broken("nothing is there, and costs something");
        }
        if self.written_down < Val::ZERO || self.written_down > self.cost.max(Val::ZERO) {
            return broken("it is written down by more than it costs");
        }
        if !self.method.has_layers() && !self.layers.is_empty() {
            return broken("its method has no layers, and it has some");
        }
        let owed = sums(self.debts.iter().map(|debt| (debt.quantity, debt.value)));
        let laid = sums(self.layers.iter().map(|layer| (layer.quantity, layer.value)));
        let found = (i128::from(self.quantity.units()), i128::from(self.cost.units()));
        let holds = match self.method {
            Method::Standard => Some(found.1) == self.at_standard(rules.steps).map(i128::from),
            Method::Average if self.quantity >= Qty::ZERO => owed == (0, 0),
            _ => found == (laid.0 - owed.0, laid.1 - owed.1),
        };
        if holds { Ok(()) } else { broken("its quantity and cost are not those of its layers") }
    }

    /// What the quantity costs at the standard.
    fn at_standard(&self, steps: Steps) -> Option<i64> {
        match self.known {
            Some(cost) => steps.at(cost, self.quantity.units()),
            None => (self.quantity == Qty::ZERO).then_some(0),
        }
    }

    /// Adds to the cost, which was found to have room.
    pub(super) fn raise(&mut self, value: i64) {
        self.cost = Val::from_units(self.cost.units() + value);
    }

    /// Adds to the quantity, which was found to have room.
    pub(super) fn more(&mut self, quantity: i64) {
        self.quantity = Qty::from_units(self.quantity.units() + quantity);
    }
}

fn sums(parts: impl Iterator<Item = (Qty, Val)>) -> (i128, i128) {
    parts.fold((0, 0), |(quantity, value), (more, worth)| {
        (quantity + i128::from(more.units()), value + i128::from(worth.units()))
    })
}

/// A move being costed: who asks, and where it is told.
pub(super) struct Act<'a> {
    pub(super) rules: &'a CostRules,
    pub(super) id: MoveId,
    pub(super) date: NaiveDate,
    pub(super) number: u32,
    pub(super) told: &'a mut Told,
}

impl Act<'_> {
    pub(super) fn steps(&self) -> Steps {
        self.rules.steps
    }

    /// Tells a change of value, unless nothing changed.
    #[inline]
    pub(super) fn fact(
        &mut self,
        of: MoveId,
        layer: Option<MoveId>,
        cause: Cause,
        (quantity, value): (i64, i64),
    ) {
        self.fact_on(self.date, of, layer, cause, (quantity, value));
    }

    /// The same on the move's day or a later one.
    #[inline]
    pub(super) fn fact_on(
        &mut self,
        date: NaiveDate,
        of: MoveId,
        layer: Option<MoveId>,
        cause: Cause,
        (quantity, value): (i64, i64),
    ) {
        if quantity == 0 && value == 0 {
            return;
        }
        let (quantity, value) = (Qty::from_units(quantity), Val::from_units(value));
        let (by, number, date) = (self.id, self.number, self.date.max(date));
        self.told.facts.push(ValueFact { by, number, of, layer, date, cause, quantity, value });
        self.number += 1;
    }

    pub(super) fn room<T>(
        &self,
        found: Option<T>,
        what: &'static str,
    ) -> Result<T, ValuationError> {
        found.ok_or(ValuationError::Overflow { id: self.id, what })
    }
}
