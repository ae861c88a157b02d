//! Results as people and programs read them: one description, three forms.
//!
//! An engine describes a result once, as a [`Report`]: a title, typed columns, rows with levels and totals, notes, and
//! [`Chart`]s of the same figures. From that description come
//!
//! - **text**, aligned for a terminal: [`Report::to_text`], and [`Display`](std::fmt::Display);
//! - **HTML**, one page without scripts or outside files, in light and dark, for phones and for paper: [`Report::to_html`],
//!   and [`Page`] for several results together;
//! - **a table** for programs: CSV by RFC 4180 ([`Report::to_csv`]), and, behind the feature `arrow`, an Arrow record batch
//!   (`Report::to_arrow`); behind `xlsx` an Excel workbook (`Report::to_xlsx`).
//!
//! Figures stay what they are, exact decimals, until they are shown: text and HTML show them by a [`Locale`], which is
//! data; tables are neutral. What an engine gives as a list becomes a report by [`list`]. Why a figure is what it is tells an [`Explain`], one tree for all engines.
//!
//! ```
//! use fondaco_core::report::{Column, Locale, Report, Row};
//! use fondaco_core::{Currency, decimal};
//!
//! let mut stock = Report::new("Stock").column(Column::text("Item")).column(Column::amount("Value", Currency::EUR));
//! stock.push(Row::new(["Rice".into(), decimal::parse("1234.5")?.into()]));
//! stock.push(Row::total(["Total".into(), decimal::parse("1234.5")?.into()]));
//! assert_eq!(stock.to_text(&Locale::de(), None), "\
//! Stock
//! Item      Value
//! =====  ========
//! Rice   1.234,50
//! -----  --------
//! Total  1.234,50
//! ");
//! assert_eq!(stock.to_csv(), "Item,Value\r\nRice,1234.50\r\nTotal,1234.50\r\n");
//! # Ok::<(), fondaco_core::decimal::DecimalError>(())
//! ```

#[cfg(feature = "arrow")]
mod arrow;
mod cell;
mod chart;
mod column;
mod csv;
mod description;
mod explain;
mod html;
mod listing;
mod locale;
mod page;
mod text;
mod width;
#[cfg(feature = "xlsx")]
mod xlsx;

#[cfg(feature = "arrow")]
pub use arrow::ArrowFormError;
pub use cell::{Cell, Phrase, word};
pub use chart::{Chart, Grid, Plot, Series, Step, Task};
pub use column::{Column, Kind};
pub use description::{Report, Role, Row};
pub use explain::{Explain, Parameter, Rounded};
pub use html::Html;
pub use listing::{Listed, list};
pub use locale::Locale;
pub use page::{Figure, Page, STYLE};
pub use width::display_width;
#[cfg(feature = "xlsx")]
pub use xlsx::{XlsxFormError, workbook};
