//! Parallel ledgers: several sets of rules over one set of entries.
//!
//! A company that reports by its country's law and by IFRS too keeps two ledgers that differ in few entries: a longer life of a
//! machine, a lease on the balance sheet, a provision that the law forbids. As with SAP's extension ledgers and Odoo's ledgers of
//! journals, what both have in common is posted once, in ordinary journals; what one of them has alone is posted in journals that
//! belong to it: [`DefineLedger`] names it, [`OpenJournal::in_ledger`](crate::ledger::OpenJournal::in_ledger) opens such a journal.
//!
//! # What one reads
//! The *leading* ledger is all that lies in ordinary journals. A parallel ledger is the leading one and what belongs to it alone.
//! Whoever names no ledger reads the leading one and never sees an entry of another: no report, statement, sum or export does.
//! [`Books::of_ledger`](crate::Books::of_ledger) reads a parallel ledger with everything that reads books,
//! [`BalanceQuery::of_ledger`](crate::ledger::BalanceQuery::of_ledger) and
//! [`TranslationQuery::of_ledger`](crate::currency::TranslationQuery::of_ledger) with one query, [`of_ledger`] in an act. An entry
//! that is asked for by its id or number is shown whichever ledger it belongs to.
//!
//! # What holds
//! - An entry belongs to one ledger alone or to all, as its journal does; a journal never changes its ledger. So every ledger
//!   balances, numbers are gapless, rights and locks of journals hold as they are, and periods are those of all.
//! - Open items, limits of accounts, kept totals, spending limits, holds and balance assertions are about what the company has and
//!   owes, which no other set of rules changes. Entries of one ledger alone may not touch accounts that are kept by open items or
//!   limited, can't be held or balance an account, and don't count in kept totals, spending limits and assertions.
//! - [`CloseYear`](crate::close::CloseYear) closes the year of all ledgers at once: what a ledger earned and spent alone goes to its
//!   retained earnings in a closing journal of its own, which [`SetClosing`](crate::close::SetClosing) names.
//! - What a ledger has alone in other currencies is valued by runs [in a journal of it](crate::currency::Revalue::in_journal); by
//!   other rates than the leading ledger's, too. What both have is valued once, by the leading ledger's run; but in a ledger that
//!   [values all by itself](DefineLedger::valuing_all), whose runs go by rates and a [method](crate::currency::ValuationMethod) of its own there too
//!   (sections 252 and 256a HGB here, IAS 21 there).
//! - Allocations share out what all ledgers have; what one has alone stays where it was posted.
//! - What a ledger's postings are marked with is a dimension of a [reserved name](LEDGER), which no other posting can have.
//!
//! # Examples
//! A machine is written off over three years by the tax law, and over ten by IFRS.
//! ```
//! # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
//! # use firm::*;
//! # let books = books(); // 500 of capital, 60 earned
//! use fondaco_accounting::parallel::DefineLedger;
//! books.send("ifrs", &DefineLedger::new("ifrs", "IFRS, for the group"))?;
//! books.send("adjustments", &OpenJournal::new("IFR", "IFRS adjustments").in_ledger("ifrs"))?;
//! let accounts = vec![
//!     NewAccount::new("0400", "Machines", AccountClass::Asset),
//!     NewAccount::new("6200", "Depreciation", AccountClass::Expense),
//! ];
//! books.send("accounts", &OpenAccounts::new(accounts))?;
//! let entry = |journal, date| NewEntry::new(journal, day(date));
//! books.post("machine", entry("GEN", "2026-03-01").debit("0400", eur("300")).credit("1000", eur("300")))?;
//! // By the tax law 100, in all ledgers; by IFRS 70 less.
//! books.post("tax", entry("GEN", "2026-12-31").debit("6200", eur("100")).credit("0400", eur("100")))?;
//! books.post("ifrs/1", entry("IFR", "2026-12-31").debit("0400", eur("70")).credit("6200", eur("70")))?;
//!
//! let ifrs = books.of_ledger("ifrs");
//! let (start, end) = (day("2026-01-01"), day("2026-12-31"));
//! assert_eq!(books.balance_sheet(end)?.assets.total, 479.into()); // 160 in the bank, 119 owed, 200 of machines
//! assert_eq!(ifrs.balance_sheet(end)?.assets.total, 549.into());
//! assert_eq!(books.income_statement(start, end)?.result, (-40).into());
//! assert_eq!(ifrs.income_statement(start, end)?.result, 30.into());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod closing;
mod declared;
mod define;
mod error;
mod guard;
mod records;
mod sight;

pub(crate) use declared::PART;
pub use define::{DefineLedger, ledgers};
pub use error::ParallelError;
pub use records::ParallelLedger;
pub use sight::{LedgerPart, leading, of_ledger};

pub(crate) use closing::set_closing;
pub(crate) use guard::{check_all_ledgers, check_entry, check_unreserved};
pub(crate) use sight::{
    all_or_scope, alone, ledger_of, marked, part_of, sight, sight_of, unmarked,
};

/// The name of the dimension that says to which parallel ledger a posting belongs. Postings that are given can't have it.
pub const LEDGER: &str = "@ledger";
