//! Customers by recency, frequency and money (RFM): when they last bought, on how many days, for how much.
//!
//! [`summarise`] makes the three figures of purchases, [`Scale`] scores each from 1 to 5 (or as many as it has), and [`Cell`]s give names to scores, such as
//! "champions". Money is exact.
//!
//! ```
//! use fondaco_crm::rfm::{Purchase, Scale, cell_of, standard_cells, summarise};
//! use chrono::NaiveDate;
//!
//! let day = |day: u32| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
//! let bought = |customer: &'static str, on: u32, amount: i64| Purchase { customer, day: day(on), amount: amount.into() };
//! let customers = summarise([bought("ada", 20, 80), bought("ada", 24, 40), bought("bob", 1, 10)], day(31))?;
//! assert_eq!((customers[0].recency_days, customers[0].frequency, customers[0].money), (7, 2, 120.into()));
//! let scores = Scale::quantiles(5)?.scores(&customers)?;
//! let cells = standard_cells();
//! assert_eq!(cell_of(&cells, scores[0]).map(|cell| cell.name.as_str()), Some("champions"));
//! # Ok::<(), fondaco_crm::KernelError>(())
//! ```

mod cells;
mod scale;
mod summary;

pub use cells::{Cell, cell_of, standard_cells};
pub use scale::{Scale, Scores};
pub use summary::{Customer, Purchase, summarise};

#[cfg(test)]
mod tests;
