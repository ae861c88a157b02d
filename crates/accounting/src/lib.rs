//! Double-entry accounting over any store.
//!
//! [`ledger`] keeps the books: a chart of accounts, journals, fiscal periods, entries that balance, and balances as of any
//! date and as known at any time. [`reports`] shows them: trial balance, income statement, balance sheet.
//! [`import`] fills them from files.
//! [`Books`] puts both into one handle, for a program that just wants to keep its books.

pub mod import;
pub mod ledger;
pub mod reports;

mod books;

pub use books::{Books, BooksVerified};
