//! Whole tables of moves: many stocks, in the order in which the moves were booked.

use super::{
    CostRules, Kind, Known, Method, Move, MoveId, State, Told, Val, ValuationError, ValueFact,
};
use fondaco_core::map::{HashMap, HashSet};

/// A row of a table of moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Whose move it is: the place of its stock among the methods.
    pub stock: usize,
    /// Where an issue takes the goods, when it is a transfer.
    pub to: Option<usize>,
    /// The move.
    pub moved: Move,
}

impl Row {
    /// A move of one stock.
    #[must_use]
    pub fn new(stock: usize, moved: Move) -> Row {
        Row { stock, to: None, moved }
    }

    /// A transfer of as much as the move issues.
    #[must_use]
    pub fn transfer(stock: usize, to: usize, moved: Move) -> Row {
        Row { stock, to: Some(to), moved }
    }
}

/// What a table of moves comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Replayed {
    /// By how much each row changed the value of stock, all stocks together.
    pub values: Vec<Val>,
    /// Each stock at the end.
    pub stocks: Vec<State>,
}

/// Costs a table of moves, each by the method of its stock.
///
/// Returns and costs that come later may name a row of another stock, as a customer may bring goods back to another site; the stock
/// that a cost comes upon is the row's.
///
/// ```
/// use fondaco_core::Currency;
/// use fondaco_inventory::valuation::*;
/// let (pieces, euro) = (|n: i64| Qty::from_units(n * 1_000_000), |n: i64| Val::from_units(n * 10_000));
/// let moved = |id, kind| Move::new(MoveId::from_u128(id), "2026-03-02".parse().unwrap(), kind);
/// let rows = [
///     Row::new(0, moved(1, Kind::receipt(pieces(4), euro(40)))),
///     Row::transfer(0, 1, moved(2, Kind::Issue { quantity: pieces(3) })),
///     Row::new(1, moved(3, Kind::Issue { quantity: pieces(1) })),
/// ];
/// let done = replay(&CostRules::new(Currency::EUR), &[Method::Fifo, Method::Average], &rows)?;
/// assert_eq!(done.values, [euro(40), euro(0), euro(-10)]);
/// assert_eq!(done.stocks[1].value(), euro(20));
/// # Ok::<(), ValuationError>(())
/// ```
///
/// # Errors
/// [`ValuationError::At`] with the first row that is refused; [`ValuationError::NotAllowed`] when the standards don't allow a method.
pub fn replay(
    rules: &CostRules,
    methods: &[Method],
    rows: &[Row],
) -> Result<Replayed, ValuationError> {
    replay_each(rules, methods, rows, |_, _| ())
}

/// As [`replay`], with the facts of each row as they come about: `tell` is given the stock they are of.
///
/// # Errors
/// As [`replay`].
pub fn replay_each(
    rules: &CostRules,
    methods: &[Method],
    rows: &[Row],
    mut tell: impl FnMut(usize, &[ValueFact]),
) -> Result<Replayed, ValuationError> {
    let stocks = methods.iter().map(|method| State::new(rules, *method));
    let named = rows.iter().filter_map(|row| match row.moved.kind {
        // What comes back bears its share of what comes upon the goods later.
        Kind::CustomerReturn { of, .. } => Some((of, row.moved.id)),
        _ => None,
    });
    let named: Vec<_> = named.collect();
    let returned: HashSet<MoveId> = named.iter().map(|(of, _)| *of).collect();
    let from = rows.iter().filter(|row| returned.contains(&row.moved.id));
    let from = if returned.is_empty() {
        HashMap::default()
    } else {
        from.map(|row| (row.moved.id, row.stock)).collect()
    };
    let kept = rows.iter().filter_map(|row| match row.moved.kind {
        Kind::ChangeMethod { .. } => Some(row.moved.id),
        kind => kind.of(),
    });
    let mut table = Table {
        rules,
        stocks: stocks.collect::<Result<_, _>>()?,
        known: Known::of(kept.chain(named.into_iter().map(|(_, by)| by))),
        from,
        told: Told::new(),
        told_there: Told::new(),
    };
    let mut values = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        table.take(row).map_err(|error| error.at(index))?;
        tell(row.stock, &table.told.facts);
        if let Some(to) = row.to {
            tell(to, &table.told_there.facts);
        }
        let (here, there) = (table.told.value(), table.told_there.value());
        values.push(Val::from_units(here.units().saturating_add(there.units())));
    }
    Ok(Replayed { values, stocks: table.stocks })
}

struct Table<'a> {
    rules: &'a CostRules,
    stocks: Vec<State>,
    known: Known,
    /// From which stock that was issued which comes back later.
    from: HashMap<MoveId, usize>,
    told: Told,
    told_there: Told,
}

impl Table<'_> {
    fn take(&mut self, row: &Row) -> Result<(), ValuationError> {
        self.told.clear();
        self.told_there.clear();
        match row.to {
            Some(to) => self.transfer(row, to)?,
            None => {
                let stock = self.stocks.get_mut(row.stock);
                let stock = stock.ok_or(ValuationError::UnknownStock { stock: row.stock })?;
                stock.apply(self.rules, &row.moved, &self.known, &mut self.told)?;
            }
        }
        self.known.note(&row.moved, &self.told.facts);
        if let Kind::CustomerReturn { of, .. } = row.moved.kind
            && self.from.get(&of) != Some(&row.stock)
        {
            self.known.came_elsewhere(of, row.moved.id);
        }
        Ok(())
    }

    fn transfer(&mut self, row: &Row, to: usize) -> Result<(), ValuationError> {
        if row.stock == to {
            return Err(ValuationError::SamePlace { id: row.moved.id });
        }
        let unknown = |stock| ValuationError::UnknownStock { stock };
        let highest = row.stock.max(to);
        let [here, there] =
            self.stocks.get_disjoint_mut([row.stock, to]).map_err(|_| unknown(highest))?;
        let (told, told_there) = (&mut self.told, &mut self.told_there);
        here.transfer(self.rules, &row.moved, there, told, told_there).map(|_| ())
    }
}
