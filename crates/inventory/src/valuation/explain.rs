//! Why stock is worth what it is, and why a move cost what it did.

use fondaco_core::report::{Cell, Explain, Phrase, word};
use fondaco_core::{Currency, Quantity, Unit};

use super::{Cause, Layer, Method, Qty, State, UnitCost, Val, ValueFact};

/// In what quantities and values are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The stock unit.
    pub unit: Unit,
    /// The currency of the books.
    pub currency: Currency,
}

impl Shown {
    fn quantity(self, quantity: Qty) -> Cell {
        let quantity = Quantity::from_fixed(quantity, self.unit);
        Cell::Quantity { amount: quantity.amount(), unit: self.unit.code().into() }
    }

    fn value(self, value: Val) -> Cell {
        Cell::Money(value.money(self.currency))
    }
}

impl State {
    /// Which layers at which cost the stock is worth, less what it is written down by.
    ///
    /// ```
    /// use fondaco_core::{Currency, Unit};
    /// use fondaco_inventory::valuation::*;
    /// let rules = CostRules::new(Currency::EUR);
    /// let mut stock = State::new(&rules, Method::Fifo)?;
    /// let kind = Kind::receipt(Qty::from_units(4_000_000), Val::from_units(100_000));
    /// let moved = Move::new(MoveId::from_u128(7), "2026-03-02".parse().unwrap(), kind);
    /// stock.apply(&rules, &moved, &NoPast, &mut Told::new())?;
    /// let why = stock.explain(Shown { unit: Unit::PIECE, currency: Currency::EUR });
    /// assert_eq!(why.to_string(), "\
    /// Stock value: 10.00 EUR
    /// │ FIFO
    /// └─ 4 pcs of 2026-03-02: 10.00 EUR (00000000-0000-0000-0000-000000000007)
    /// ");
    /// # Ok::<(), ValuationError>(())
    /// ```
    #[must_use]
    pub fn explain(&self, shown: Shown) -> Explain {
        let value = Explain::new(word("Stock value"), shown.value(self.value()));
        let value = value.rule(Phrase::from(Cell::text(self.method.to_string())));
        let value = if self.method.has_layers() && !self.layers.is_empty() {
            value.inputs(self.layers.iter().map(|layer| of_layer(layer, shown)))
        } else {
            value.inputs(self.explain_whole(shown))
        };
        let debts = self.debts.iter().map(|debt| {
            let what = Phrase::from(shown.quantity(debt.quantity)).and(word("issued below zero"));
            let value = Val::from_units(-debt.value.units());
            Explain::new(what, shown.value(value)).source(debt.of.to_string())
        });
        let down = Val::from_units(-self.written_down.units());
        let down = (down != Val::ZERO)
            .then(|| Explain::new(word("Written down to net realisable value"), shown.value(down)));
        value.inputs(debts).inputs(down)
    }

    /// A quantity at one cost.
    fn explain_whole(&self, shown: Shown) -> Option<Explain> {
        let below = self.quantity <= Qty::ZERO && self.method != Method::Standard;
        if below || self.quantity == Qty::ZERO {
            return None;
        }
        let whole = Explain::new(shown.quantity(self.quantity), shown.value(self.cost));
        Some(match self.unit_cost() {
            Some(cost) => whole.rule(at(cost)),
            None => whole,
        })
    }
}

fn at(cost: UnitCost) -> Phrase {
    let price = cost.price().map(|price| Cell::Number(price.to_decimal()));
    Phrase::from(word("at")).and(price.unwrap_or_default()).and(word("each"))
}

fn of_layer(layer: &Layer, shown: Shown) -> Explain {
    let what = Phrase::from(shown.quantity(layer.quantity)).and(word("of")).and(layer.date);
    Explain::new(what, shown.value(layer.value)).source(layer.id.to_string())
}

/// What a move is worth and why: all facts of it, as corrected since.
///
/// ```
/// use fondaco_core::{Currency, Unit};
/// use fondaco_inventory::valuation::*;
/// let (pieces, euro) = (|n: i64| Qty::from_units(n * 1_000_000), |n: i64| Val::from_units(n * 10_000));
/// let moved = |id, kind| Move::new(MoveId::from_u128(id), "2026-03-02".parse().unwrap(), kind);
/// let mut book = Book::new(CostRules::new(Currency::EUR), Method::Fifo)?;
/// book.record(moved(1, Kind::receipt(pieces(2), euro(6))), Backdating::Keep)?;
/// book.record(moved(2, Kind::Issue { quantity: pieces(3) }), Backdating::Keep)?;
/// book.record(moved(3, Kind::receipt(pieces(1), euro(5))), Backdating::Keep)?;
/// let facts = book.facts_of(MoveId::from_u128(2));
/// let why = explain_move(facts, Shown { unit: Unit::PIECE, currency: Currency::EUR });
/// assert_eq!(why.to_string(), "\
/// Value of the move: -11.00 EUR
/// ├─ cost of -2 pcs: -6.00 EUR (00000000-0000-0000-0000-000000000001)
/// ├─ cost of -1 pcs: -3.00 EUR
/// ├─ correction of 1 pcs: 3.00 EUR (00000000-0000-0000-0000-000000000003)
/// └─ correction of -1 pcs: -5.00 EUR (00000000-0000-0000-0000-000000000003)
/// ");
/// # Ok::<(), ValuationError>(())
/// ```
pub fn explain_move<'a>(facts: impl IntoIterator<Item = &'a ValueFact>, shown: Shown) -> Explain {
    let (mut total, mut inputs) = (0_i64, Vec::new());
    for fact in facts {
        total = total.saturating_add(fact.value.units());
        let what = Phrase::from(word(said(fact.cause)));
        let what = if fact.quantity == Qty::ZERO {
            what
        } else {
            what.and(word("of")).and(shown.quantity(fact.quantity))
        };
        let input = Explain::new(what, shown.value(fact.value));
        let from = fact.layer.or(Some(fact.by)).filter(|from| *from != fact.of);
        inputs.push(match from {
            Some(from) => input.source(from.to_string()),
            None => input,
        });
    }
    let total = shown.value(Val::from_units(total));
    Explain::new(word("Value of the move"), total).inputs(inputs)
}

fn said(cause: Cause) -> &'static str {
    match cause {
        Cause::Cost => "cost",
        Cause::Landed => "landed cost",
        Cause::Variance => "variance",
        Cause::Revaluation => "revaluation",
        Cause::Correction => "correction",
        Cause::WriteDown => "write-down",
    }
}
