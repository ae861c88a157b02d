//! The whole history of a stock: moves that are recorded late, and what stock was worth on any day.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::map::HashMap;

use super::fold::{Recorded, chronological, concerns_past};
use super::{
    Cause, CostRules, Known, Method, Move, MoveId, Qty, State, Told, Val, ValuationError, ValueFact,
};

/// What a move does to what was posted after its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backdating {
    /// All of it stays: the move counts as coming last, and its own facts are the whole change.
    Keep,
    /// All moves are costed again in the order of their days, and the differences are posted, each in the name of the move whose cost
    /// it is and on that move's day.
    Replay {
        /// The first day that is open; what belongs to an earlier one is posted on it.
        open_from: Option<NaiveDate>,
    },
}

/// One stock with all its moves.
///
/// Costed by [`State::apply`], one after another, or again from the beginning where a move comes late and the policy says so. Moves of
/// one day count in the order they were recorded. A count says what was there on its day, so a move that comes late and lies before it
/// changes what the count found; a correction says what the move had been from the first.
///
/// ```
/// use fondaco_core::Currency;
/// use fondaco_inventory::valuation::*;
/// let (pieces, euro) = (|n: i64| Qty::from_units(n * 1_000_000), |n: i64| Val::from_units(n * 10_000));
/// let day = |n| chrono::NaiveDate::from_ymd_opt(2026, 3, n).unwrap();
/// let moved = |id, date, kind| Move::new(MoveId::from_u128(id), date, kind);
/// let mut book = Book::new(CostRules::new(Currency::EUR), Method::Fifo)?;
/// let replay = Backdating::Replay { open_from: None };
/// book.record(moved(1, day(2), Kind::receipt(pieces(10), euro(200))), replay)?;
/// book.record(moved(2, day(5), Kind::Issue { quantity: pieces(5) }), replay)?;
/// // A cheaper receipt of the day before: the issue took those.
/// let facts = book.record(moved(3, day(1), Kind::receipt(pieces(10), euro(100))), replay)?;
/// assert_eq!(facts.len(), 2);
/// assert_eq!((facts[1].of, facts[1].cause, facts[1].value), (MoveId::from_u128(2), Cause::Correction, euro(50)));
/// assert_eq!((book.value_on(day(1)), book.value_on(day(5))), (euro(100), euro(250)));
/// # Ok::<(), ValuationError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Book {
    rules: CostRules,
    method: Method,
    moves: Vec<Move>,
    places: HashMap<MoveId, usize>,
    /// The latest day of all moves.
    latest: Option<NaiveDate>,
    facts: Vec<ValueFact>,
    state: State,
    known: Known,
    told: Told,
}

/// All moves costed in the order of their days.
struct Run {
    state: State,
    known: Known,
    facts: Vec<ValueFact>,
}

impl Book {
    /// An empty stock.
    ///
    /// # Errors
    /// [`ValuationError::NotAllowed`] when the rules' standards don't allow the method.
    pub fn new(rules: CostRules, method: Method) -> Result<Book, ValuationError> {
        let state = State::new(&rules, method)?;
        Ok(Book {
            rules,
            method,
            moves: Vec::new(),
            places: HashMap::default(),
            latest: None,
            facts: Vec::new(),
            state,
            known: Known::default(),
            told: Told::new(),
        })
    }

    /// Records a move and gives what is to be posted: its facts, and what it changes in those of others.
    ///
    /// # Errors
    /// As [`State::apply`], and [`ValuationError::Repeated`] for an id that was recorded. Where moves are costed again the error may name
    /// another move than this one, such as a return of what was not issued yet by the order of days. Nothing is changed then.
    pub fn record(
        &mut self,
        moved: Move,
        backdating: Backdating,
    ) -> Result<&[ValueFact], ValuationError> {
        if self.places.contains_key(&moved.id) {
            return Err(ValuationError::Repeated { id: moved.id });
        }
        let late = self.latest.is_some_and(|latest| moved.date < latest);
        let from = self.facts.len();
        match backdating {
            Backdating::Replay { open_from } if late || concerns_past(&moved.kind) => {
                self.record_again(moved, open_from)?;
            }
            Backdating::Replay { open_from } => self.record_last(moved, open_from)?,
            Backdating::Keep => self.record_last(moved, None)?,
        }
        self.places.insert(moved.id, self.moves.len());
        self.moves.push(moved);
        self.latest = self.latest.max(Some(moved.date));
        Ok(self.facts.get(from..).unwrap_or_default())
    }

    fn record_last(
        &mut self,
        moved: Move,
        open_from: Option<NaiveDate>,
    ) -> Result<(), ValuationError> {
        self.told.clear();
        self.state.apply(&self.rules, &moved, &self.known, &mut self.told)?;
        self.known.note(&moved, &self.told.facts);
        let dated = |fact: &ValueFact| ValueFact { date: clamped(fact.date, open_from), ..*fact };
        self.facts.extend(self.told.facts.iter().map(dated));
        Ok(())
    }

    fn record_again(
        &mut self,
        moved: Move,
        open_from: Option<NaiveDate>,
    ) -> Result<(), ValuationError> {
        let recorded = self.moves.iter().chain([&moved]);
        let run = self.run(chronological(&self.rules, recorded, &self.recorded())?)?;
        let about = if concerns_past(&moved.kind) { moved.kind.of() } else { None };
        let changes = differences((moved.id, about), &self.facts, &run.facts, open_from);
        self.facts.extend(changes);
        (self.state, self.known) = (run.state, run.known);
        Ok(())
    }

    fn recorded(&self) -> Recorded<'_> {
        Recorded { known: &self.known, facts: &self.facts }
    }

    fn run(&self, moves: Vec<Move>) -> Result<Run, ValuationError> {
        let state = State::new(&self.rules, self.method)?;
        let mut run = Run { state, known: Known::default(), facts: Vec::new() };
        let mut told = Told::new();
        for moved in &moves {
            told.clear();
            run.state.apply(&self.rules, moved, &run.known, &mut told)?;
            run.known.note(moved, &told.facts);
            run.facts.extend(&told.facts);
        }
        Ok(run)
    }

    /// The stock as it stands.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// All that was posted, in the order in which it was.
    #[must_use]
    pub fn facts(&self) -> &[ValueFact] {
        &self.facts
    }

    /// The facts of one move, as corrected since.
    pub fn facts_of(&self, of: MoveId) -> impl Iterator<Item = &ValueFact> {
        self.facts.iter().filter(move |fact| fact.of == of)
    }

    /// What was posted to the stock through a day.
    #[must_use]
    pub fn value_on(&self, date: NaiveDate) -> Val {
        let through = self.facts.iter().filter(|fact| fact.date <= date);
        Val::from_units(through.map(|fact| fact.value.units()).sum())
    }

    /// How much was there at the end of a day.
    #[must_use]
    pub fn quantity_on(&self, date: NaiveDate) -> Qty {
        let through = self.facts.iter().filter(|fact| fact.date <= date);
        Qty::from_units(through.map(|fact| fact.quantity.units()).sum())
    }

    /// The stock at the end of a day, with its layers, by all that is known now: as if all moves had been recorded in the order of
    /// their days.
    ///
    /// # Errors
    /// When the moves can't be costed in that order, as some were recorded late and what was posted was kept.
    pub fn state_on(&self, date: NaiveDate) -> Result<State, ValuationError> {
        let mut moves = chronological(&self.rules, self.moves.iter(), &self.recorded())?;
        moves.retain(|moved| moved.date <= date);
        Ok(self.run(moves)?.state)
    }
}

fn clamped(date: NaiveDate, open_from: Option<NaiveDate>) -> NaiveDate {
    open_from.map_or(date, |from| date.max(from))
}

/// What the facts of one move on one day sum to: the quantity, and a value for each cause that is told apart.
type Sums = [i64; 6];

/// What is told of a difference, in the order of [`Sums`]: corrections are of costs.
const CAUSES: [Cause; 5] =
    [Cause::Cost, Cause::Landed, Cause::Variance, Cause::Revaluation, Cause::WriteDown];

fn place(cause: Cause) -> usize {
    match cause {
        Cause::Cost | Cause::Correction => 1,
        Cause::Landed => 2,
        Cause::Variance => 3,
        Cause::Revaluation => 4,
        Cause::WriteDown => 5,
    }
}

/// What has to be posted by a move, which may be about an earlier one, so that what was posted becomes what it should have been.
pub(crate) fn differences(
    (by, about): (MoveId, Option<MoveId>),
    posted: &[ValueFact],
    right: &[ValueFact],
    open_from: Option<NaiveDate>,
) -> Vec<ValueFact> {
    let mut sums: BTreeMap<(NaiveDate, MoveId), Sums> = BTreeMap::new();
    for (facts, sign) in [(right, 1), (posted, -1)] {
        for fact in facts {
            let sum = sums.entry((clamped(fact.date, open_from), fact.of)).or_default();
            sum[0] += sign * fact.quantity.units();
            sum[place(fact.cause)] += sign * fact.value.units();
        }
    }
    let mut facts = Vec::new();
    for ((date, of), sum) in sums {
        for (cause, value) in CAUSES.into_iter().zip(&sum[1..]) {
            let quantity = if cause == Cause::Cost { sum[0] } else { 0 };
            if quantity == 0 && *value == 0 {
                continue;
            }
            // A cost that is not this move's own, nor of goods that moved, is known better now.
            let own = of == by || Some(of) == about || quantity != 0;
            let cause = if cause == Cause::Cost && !own { Cause::Correction } else { cause };
            let number = u32::try_from(facts.len()).unwrap_or(u32::MAX);
            let (quantity, value) = (Qty::from_units(quantity), Val::from_units(*value));
            facts.push(ValueFact { by, number, of, layer: None, date, cause, quantity, value });
        }
    }
    facts
}
