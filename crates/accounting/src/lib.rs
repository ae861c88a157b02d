//! Double-entry accounting over any store.
//!
//! [`ledger`] keeps the books: a chart of accounts, journals, fiscal periods, entries that balance, and balances as of any
//! date and as known at any time. [`currency`] keeps exchange rates, as of a day and as known at a time.
//! [`reports`] shows the books: trial balance, income statement, balance sheet, statements of accounts, of which
//! [`confirmation`] makes some that others can check. [`import`] fills them from files, [`export`] writes the whole of them, also as an authority's audit file.
//! [`close`] locks, closes and reopens them, [`allocation`] shares out what one cost centre bore for others. [`dimensions`] says
//! which cost centres, projects and segments there are, in trees, and what postings must say of them.
//! [`parallel`] keeps several ledgers, such as that of the law and that of IFRS, from one set of entries.
//! [`Books`] puts all of it into one handle, for a program that just wants to keep its books.

pub mod allocation;
pub mod close;
pub mod confirmation;
pub mod currency;
pub mod dimensions;
pub mod export;
pub mod import;
pub mod ledger;
pub mod parallel;
pub mod reports;

mod books;
mod engine;
pub mod rights;
#[cfg(test)]
mod tests;

pub use books::{Books, BooksVerified};
pub use engine::ENGINE;
