//! Formulas over whole tables.

use crate::KernelError;

/// A formula over all rows of a table: one result for each, in their order.
///
/// No row knows of another, so the order of the rows changes nothing but the order of the results.
///
/// # Errors
/// What the formula refuses, with the first row that it refuses, counted from 0. [`table_each`] goes on.
///
/// ```
/// use fondaco_inventory::policies::{eoq::Eoq, table};
///
/// let items = [Eoq::new(8.0, 0.225, 1300.0), Eoq::new(50.0, 2.0, 100.0)];
/// let plans = table(&items, Eoq::solve)?;
/// assert_eq!(plans[1].order_quantity.round(), 71.0);
///
/// let wrong = table(&[items[0], Eoq::new(50.0, 2.0, -1.0)], Eoq::solve);
/// assert_eq!(
///     wrong.unwrap_err().to_string(),
///     "row 1 (counted from 0): demand_rate is -1: give a number above zero",
/// );
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn table<'a, Row, Plan>(
    rows: &'a [Row],
    formula: impl Fn(&'a Row) -> Result<Plan, KernelError>,
) -> Result<Vec<Plan>, KernelError> {
    let of = |(index, row)| formula(row).map_err(|error| error.at(index));
    rows.iter().enumerate().map(of).collect()
}

/// A formula over all rows of a table: the result of each, or why it has none.
///
/// ```
/// use fondaco_inventory::policies::{eoq::Eoq, table_each};
///
/// let items = [Eoq::new(8.0, 0.225, 1300.0), Eoq::new(50.0, 0.0, 100.0)];
/// let plans = table_each(&items, Eoq::solve);
/// assert!(plans[0].is_ok() && plans[1].is_err());
/// ```
pub fn table_each<'a, Row, Plan>(
    rows: &'a [Row],
    formula: impl Fn(&'a Row) -> Result<Plan, KernelError>,
) -> Vec<Result<Plan, KernelError>> {
    rows.iter().map(formula).collect()
}
