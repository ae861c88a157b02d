//! What stock does and costs: which items matter, how steady they are, how fast they move, how well they serve.
//!
//! - [`mod@abc`]: which few items make up most of the value; [`mod@xyz`]: whose demand is steady; the matrix of both.
//! - [`flow`]: turns, days of cover, fast, slow and non-moving items.
//! - [`service`]: fill rates, deliveries on time and in full, what a stock-out costs.
//! - [`obsolescence`]: what to reserve for stock that is old, or more than will be asked for.
//!
//! Money and quantities are exact decimals; shares, turns and days are floats. What looks at all items at once takes a slice, with
//! one value for each; what looks at one becomes a column by [`policies::table`](crate::policies::table):
//!
//! ```
//! use fondaco_inventory::{measures, policies};
//! let stock_and_demand = [(120.0, 8.0), (0.0, 1.0)];
//! let days = policies::table(&stock_and_demand, |(stock, demand)| measures::days_of_cover(*stock, *demand))?;
//! assert_eq!(days, [15.0, 0.0]);
//! let weeks: [&[f64]; 2] = [&[5.0, 5.0, 6.0], &[0.0, 0.0, 9.0]];
//! let classes = policies::table(&weeks, |item| measures::xyz(item, &measures::XyzRule::default()))?;
//! assert_eq!(classes[1].class.letter('X'), 'Z');
//! # Ok::<(), fondaco_inventory::KernelError>(())
//! ```

pub mod abc;
pub mod flow;
pub mod obsolescence;
pub mod service;
pub mod xyz;

pub use abc::{Abc, AbcLine, AbcRule, Border, Class, ClassSum, Ties, abc};
pub use flow::{Movement, MovementRule, days_of_cover, fsn, turns};
pub use obsolescence::{AgeBand, Layer, Reserve, ReserveLine, ReserveRule, obsolescence_reserve};
pub use service::{
    Delivery, FillRate, OrderLine, Punctuality, StockOut, StockOutCost, Window, fill_rate, on_time,
    stock_out_cost,
};
pub use xyz::{Matrix, Steadiness, XyzRule, matrix, xyz};
