//! Revaluation: what foreign money, claims and debts would gain or lose were they settled at a day's rate.
//!
//! IAS 21 paragraph 23 has *monetary* items carried at the closing rate: money, and what is to be received or paid in fixed units
//! of a currency. Stock, plant, prepayments and equity are not, and stay at the rates of their days; so only accounts that are
//! [marked](MarkMonetary) are valued. Of an account that is kept by open items each item is, of others the balance in each
//! currency: worth by the closing rate, less worth in the books. What differs is not realised, so it is posted as one entry to
//! the [unrealised](super::ExchangeAccounts::unrealised_gain) accounts, which reverses itself on the next day: then what is settled
//! realises the whole of it, and the next closing day begins anew.
//!
//! # What always holds
//! - After a run the books show each valued account, with its [adjustment](super::ExchangeAccounts::adjustment) account where there is
//!   one, at the closing rate; in other currencies nothing moved.
//! - Run again for the same day it posts what is missing: nothing, or what came after the first run, entries or rates.
//! - A rate that is missing refuses the whole run, with the day and the pair.
//! - What one [parallel ledger](crate::parallel) has alone is valued by [runs of its own](Revalue::in_journal), in entries of its
//!   own; so each ledger stands at the closing rate, and the leading one as if there were no other. A ledger that
//!   [values all by itself](crate::parallel::DefineLedger::valuing_all) stands at the rates of its own runs, whatever the leading
//!   one's are: its run posts what they differ by.
//! - Where the law knows gains only once they are realised, a run recognises losses, and gains of what falls due within a year alone: the [lowest value
//!   principle](Revalue::prudently).
//! - An entry that others post to the account meanwhile is in the run, or after it: never half.
//!
//! # Examples
//! ```
//! # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
//! # use firm::*;
//! # let books = books_with_rates(); // EUR/USD 1.25: a dollar is worth 0.80
//! use fondaco_accounting::currency::{MarkMonetary, Revalue, SetExchangeAccounts};
//! let dollars = NewEntry::new("GEN", day("2026-03-01")).conversion()
//!     .posting(NewPosting::debit("1010", Money::parse("100 USD").unwrap()).worth(eur("90")))
//!     .credit("1000", eur("90"));
//! books.post("bought dear", dollars)?;
//! books.send("differences", &SetExchangeAccounts::new("GEN", "4000", "5100"))?;
//! books.send("monetary", &MarkMonetary::new(["1000", "1010", "1200"]))?;
//! let run = Revalue::at(day("2026-03-31"));
//! let preview = books.revaluation(&run)?;
//! assert_eq!((preview.lines.len(), preview.difference()), (1, eur("-10")));
//! let done = books.send("March", &run)?.answer;
//! assert_eq!(done.difference.to_decimal(), (-10).into());
//! let at = |date| Ok::<_, LedgerError>(books.balances(&BalanceQuery::account("1010").until(day(date)))?[0].amounts.ledger_balance());
//! assert_eq!(at("2026-03-31")?, 80.into());
//! assert_eq!(books.send("March again", &run)?.answer.entry(), None);
//! books.tick()?; // the books' clock shows 1 June: it was reversed on 1 April
//! assert_eq!((at("2026-03-31")?, at("2026-04-01")?), (80.into(), 90.into()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod closing;
mod earlier;
mod ground;
mod job;
mod mark;
mod post;
mod preview;
mod prudence;
mod realise;
mod records;
mod report;
mod run;
mod scope;
mod value;

pub(super) use job::KIND;
pub use job::RevalueCursor;
pub use mark::{MarkMonetary, monetary_accounts};
pub(crate) use preview::revaluation_of;
pub use preview::{Revaluation, RevaluedItem, RevaluedLine, revaluation, revaluation_known_at};
pub use prudence::ValuationMethod;
pub use realise::RealiseExchange;
pub use records::{
    MonetaryAccount, MonetaryBefore, RevaluationLine, RevaluationPart, RevaluationRun,
};
pub use run::{Revalue, Revalued, revaluations};
pub(crate) use scope::Scope;
