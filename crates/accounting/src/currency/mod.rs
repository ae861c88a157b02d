//! Exchange rates: what one currency is worth in another, from which day on, and since when we knew.
//!
//! A rate belongs to a *source* (the central bank's, the customs office's, a contract's) and holds
//! from a day on until the next one on record, or for a span of days (a month's average). Recordings
//! are facts: a correction leaves the rate that was known before on record, so that any figure can be
//! worked out again as it was ([`RateQuery::known_at()`]).
//!
//! # Finding a rate
//! Of a pair EUR/USD = 1.25 one unit of the first, the base, is worth so many of the second, the
//! quote. Asked for one unit of `from` in `to`, in this order:
//! 1. the rate of the pair from/to,
//! 2. the inverse of the rate of to/from,
//! 3. through the source's pivot: `from` in the pivot, by 1 or 2, times the pivot in `to`, by 1 or 2.
//!
//! The result is an exact fraction; an amount is multiplied by it and rounded once, to the digits of
//! the other currency ([`FoundRate::convert`]). [`FoundRate::rate`] shows it as a decimal: as it was
//! recorded, or, where it was divided or multiplied, rounded half-even to 12 digits after the point.
//!
//! # In the ledger
//! A posting in a foreign currency that gives neither its worth nor a rate takes the rate of its
//! entry's date from the source [`POSTING_SOURCE`], as known when it is posted, and its worth is
//! rounded half-up.
//!
//! A rate holds until the next one is recorded, so one that nobody recorded goes unseen, unless the source says [how old its rates may
//! be](LimitRateAge): then an entry, a revaluation or a translation that needs an older one is refused.

mod declared;
mod exchange;
mod found;
mod needed;
mod query;
mod rate;
mod revaluation;
mod source;
mod table;
mod translation;

pub(crate) use declared::PART;
pub use exchange::{
    ExchangeAccounts, ExchangeError, RemoveExchangeAccounts, SetExchangeAccounts, exchange_accounts,
};
pub(crate) use exchange::{Naming, side_of};
pub use found::{FoundRate, RateLeg};
pub use query::{RateQuery, find_rate, rates};
pub use rate::{CorrectRates, EndRate, ExchangeRate, NewRate, RateCorrection, RecordRates};
pub use revaluation::{
    MarkMonetary, MonetaryAccount, MonetaryBefore, RealiseExchange, Revaluation, RevaluationLine,
    RevaluationPart, RevaluationRun, Revalue, RevalueCursor, Revalued, RevaluedItem, RevaluedLine,
    ValuationMethod, monetary_accounts, revaluation, revaluation_known_at, revaluations,
};
pub(crate) use revaluation::{Scope, revaluation_of};
pub use source::{LimitRateAge, OpenRateSource, RateSource};
pub(crate) use table::PostingRates;
pub use translation::{
    IncomeRate, TranslatedLine, TranslatedPart, Translation, TranslationQuery, translation,
};

/// The source whose rates postings take: `SPOT`.
pub const POSTING_SOURCE: &str = "SPOT";
