//! Business engines in pure Rust, and the one crate to add for them.
//!
//! Each engine lives in a crate of its own; this one puts them together under one roof and one set
//! of features. Its modules are those crates:
//!
//! | I want | module |
//! |---|---|
//! | money, currencies, dates, rounding; to write an engine or a store | [`core`] |
//! | to keep books: accounts, entries, balances, reports | `accounting`, feature `accounting`; from CSV files by feature `import` |
//! | stock, its value and its replenishment; the formulas alone | `inventory`, feature `inventory` |
//! | orders, deliveries, invoices and payments over both | `company`, feature `company` |
//! | contacts, leads and consent kept; names compared, leads scored, customers forecast | `crm`, feature `crm` |
//! | gross to net: payroll rules as data, those of countries, why an amount is what it is | `payroll`, feature `payroll` |
//! | somewhere to keep them: memory, SQLite, redb, PostgreSQL, any ordered map | [`store`]; features `sqlite`, `redb`, `postgres` |
//!
//! [`prelude`] brings what nearly every program names:
//!
//! ```
//! use fondaco::prelude::*;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let books = Books::open(Memory::new(), CompanyId::named("acme"))?;
//! books.send("set up", &SetUp::new(Currency::EUR))?;
//! // A retailer's year of weeks, 4-4-5, which ends on the Saturday nearest the end of January.
//! let end = YearEnd { month: 1, weekday: Weekday::Sat, rule: YearEndRule::NearestToMonthEnd };
//! let retail = FiscalCalendar::weeks(WeekPattern::FourFourFive, end, YearNamedBy::Start)?;
//! books.send("2026", &OpenFiscalYear::new(retail, 2026))?;
//! assert_eq!(books.periods()?[2].label(), "2026-03");
//! # Ok(())
//! # }
//! ```
//!
//! Dates are [`chrono`]'s and decimals [`rust_decimal`]'s, in the versions re-exported here.

#[cfg(feature = "accounting")]
pub use fondaco_accounting as accounting;
pub use fondaco_core as core;
#[cfg(feature = "crm")]
pub use fondaco_crm as crm;
#[cfg(feature = "inventory")]
pub use fondaco_inventory as inventory;
#[cfg(feature = "payroll")]
pub use fondaco_payroll as payroll;
pub use fondaco_store as store;
pub use {chrono, rust_decimal};

#[cfg(feature = "company")]
pub mod company;
pub mod prelude;

/// The README's code is compiled and run as a test.
#[cfg(all(doctest, feature = "accounting", feature = "sqlite"))]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
