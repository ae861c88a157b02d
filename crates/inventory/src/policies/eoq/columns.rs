//! The plain model over whole columns, as a data frame has them: the arithmetic is that of [`Eoq::solve`], to the last bit, and nothing is kept
//! for an item but its quantity and its cost, so that a processor reckons several items in one step.

use super::Eoq;
use crate::KernelError;

/// How much to order of each item, and what it costs.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct EoqColumns {
    /// How many units to order each time.
    pub order_quantity: Vec<f64>,
    /// What ordering and holding cost per unit of time.
    pub cost: Vec<f64>,
}

/// The economic order quantities of many items, column by column: of items that come all at once and are never missing.
///
/// For plans with more than quantity and cost, and for the other models of the family, give [`table`](crate::policies::table) the items.
///
/// Source: as [`Eoq`].
///
/// # Errors
/// [`KernelError::TooFew`] when a column is shorter than another; what [`Eoq::solve`] refuses, with the first row that it refuses.
///
/// ```
/// use fondaco_inventory::policies::eoq::{Eoq, solve_columns};
///
/// let (fixed, holding, demand) = ([8.0, 50.0], [0.225, 2.0], [1300.0, 100.0]);
/// let plans = solve_columns(&fixed, &holding, &demand)?;
/// assert_eq!(plans.order_quantity[0], Eoq::new(8.0, 0.225, 1300.0).solve()?.order_quantity);
/// assert_eq!(plans.cost[1].round(), 141.0);
///
/// let wrong = solve_columns(&fixed, &[0.225, 0.0], &demand).unwrap_err();
/// assert_eq!(wrong.to_string(), "row 1 (counted from 0): holding_cost is 0: give a number above zero");
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn solve_columns(
    fixed_cost: &[f64],
    holding_cost: &[f64],
    demand_rate: &[f64],
) -> Result<EoqColumns, KernelError> {
    let columns =
        [("fixed_cost", fixed_cost), ("holding_cost", holding_cost), ("demand_rate", demand_rate)];
    let least = columns.iter().map(|(_, column)| column.len()).max().unwrap_or(0);
    if let Some((field, column)) = columns.into_iter().find(|(_, column)| column.len() < least) {
        return Err(KernelError::TooFew { field, count: column.len(), least });
    }
    let (mut order_quantity, mut cost) = (vec![0.0; least], vec![0.0; least]);
    let rows = fixed_cost.iter().zip(holding_cost).zip(demand_rate);
    let mut fit = true;
    for (((fixed, holding), demand), (to_quantity, to_cost)) in
        rows.zip(order_quantity.iter_mut().zip(&mut cost))
    {
        let quantity = (2.0 * fixed * demand / holding).sqrt();
        let spent = fixed * (demand / quantity) + holding * (quantity / 2.0);
        fit &= usable(*fixed) & usable(*holding) & usable(*demand);
        fit &= usable(quantity) & spent.is_finite();
        (*to_quantity, *to_cost) = (quantity, spent);
    }
    if fit { Ok(EoqColumns { order_quantity, cost }) } else { Err(refusal(columns)?) }
}

/// A finite number above zero, without a branch.
fn usable(value: f64) -> bool {
    (value > 0.0) & (value < f64::INFINITY)
}

/// Why the first row that is refused is.
fn refusal(columns: [(&'static str, &[f64]); 3]) -> Result<KernelError, KernelError> {
    let [(_, fixed), (_, holding), (what, demand)] = columns;
    let rows = fixed.iter().zip(holding).zip(demand).enumerate();
    for (index, ((fixed, holding), demand)) in rows {
        Eoq::new(*fixed, *holding, *demand).solve().map_err(|error| error.at(index))?;
    }
    Ok(KernelError::NoAnswer { what, why: "it is too large or too small to reckon with" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_number() -> impl Strategy<Value = f64> {
        prop_oneof![
            20 => 1e-3..1e6,
            1 => Just(0.0),
            1 => Just(-1.0),
            1 => Just(f64::NAN),
            1 => Just(f64::INFINITY),
            1 => Just(1e300),
            1 => Just(1e-300),
        ]
    }

    proptest! {
        #[test]
        fn columns_are_solved_as_rows_are(
            rows in prop::collection::vec((any_number(), any_number(), any_number()), 0..6),
        ) {
            let of = |column: fn(&(f64, f64, f64)) -> f64| rows.iter().map(column).collect::<Vec<_>>();
            let columns = solve_columns(&of(|row| row.0), &of(|row| row.1), &of(|row| row.2));
            let plans: Vec<Eoq> = rows.iter().map(|row| Eoq::new(row.0, row.1, row.2)).collect();
            let plans = crate::policies::table(&plans, Eoq::solve);
            let pairs = |columns: EoqColumns| columns.order_quantity.into_iter().zip(columns.cost);
            let expected = plans.map(|plans| {
                plans.iter().map(|plan| (plan.order_quantity, plan.costs.total())).collect::<Vec<_>>()
            });
            // By their texts, as what is no number is unlike itself.
            let text = |result: Result<Vec<(f64, f64)>, KernelError>| format!("{result:?}");
            prop_assert_eq!(text(columns.map(|columns| pairs(columns).collect())), text(expected));
        }
    }

    #[test]
    fn a_short_column_is_named() {
        let short = solve_columns(&[8.0, 9.0], &[0.2], &[10.0, 10.0]).unwrap_err();
        assert_eq!(short, KernelError::TooFew { field: "holding_cost", count: 1, least: 2 });
    }
}
