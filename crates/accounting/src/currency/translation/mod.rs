//! Translation: the books in another currency than they are kept in, for a group or a lender that thinks in that one.
//!
//! The method is the closing-rate method of IAS 21 paragraphs 39 to 41, and of ASC 830-30: what the company has and owes at the
//! rate of the closing day; what it earned and spent at the rate of the day, or at the average of its period; equity at the
//! rates of the days on which it was put in. Three rates don't balance: what is left is the *translation difference*, a line of
//! equity of its own, never a gain or a loss. With it the statement balances to the last cent.
//!
//! Results of years before the days that are asked for stand as one line of equity, translated as they were earned. What closes a
//! year moves that line and earns nothing: all that lies in the year's closing period is left out, whatever its accounts, so that a
//! year reads the same before and after it is closed; also one that closes at nothing, as under an agreement to transfer profits
//! (§ 291 AktG) every year does.
//!
//! # Examples
//! ```
//! # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
//! # use firm::*;
//! # let books = books_with_rates(); // EUR/USD 1.25 from 2 January on; capital of 500 on that day
//! use fondaco_accounting::currency::{NewRate, RecordRates, TranslationQuery};
//! let closing = NewRate::new(Currency::EUR, Currency::USD, 2.into(), day("2026-12-31"));
//! books.send("closing rate", &RecordRates::new("SPOT", vec![closing]))?;
//! let year = "2026-01-01/2026-12-31".parse()?;
//! let dollars = books.translation(&TranslationQuery::new(Currency::USD, year))?;
//! let usd = |amount: &str| Money::parse(&format!("{amount} USD")).unwrap();
//! assert_eq!(dollars.assets(), usd("1158")); // 579 at the closing rate
//! assert_eq!(dollars.result(), usd("75")); // 100 earned and 40 spent at the rate of their days
//! assert_eq!(dollars.equity(), usd("625")); // the capital at that of its day
//! assert_eq!(dollars.difference(), usd("420")); // all of it at 2 less what it was at 1.25
//! assert!(dollars.is_balanced());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod query;
mod read;
mod report;
mod spans;

pub use query::{IncomeRate, TranslatedLine, TranslatedPart, Translation, TranslationQuery};
pub use read::translation;
