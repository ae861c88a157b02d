//! What is kept of limits: themselves, their sums, and what went above them.

use chrono::NaiveDate;
use fondaco_core::store::{Field, Record, Tags};
use fondaco_core::{ActorId, Currency, Id, Money, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::limit::{Measure, Window};
use crate::ledger::{Amount, Entry};

/// A limit.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "ledger_spending_limit", kind = state, key(code), guard(all()), layout = 2)]
pub struct SpendingLimit {
    /// What names it for ever.
    pub code: SmolStr,
    /// What people read.
    pub name: SmolStr,
    /// The account whose postings count, or the heading over it; `None` for all.
    pub account: Option<SmolStr>,
    /// Only postings with these dimensions count.
    pub dimensions: Tags,
    /// Each value of this dimension has a sum of its own; postings without the dimension don't count.
    pub each: Option<SmolStr>,
    /// What counts of a posting.
    pub measure: Measure,
    /// Over which days.
    pub window: Window,
    /// The first date that counts.
    pub start: Option<NaiveDate>,
    /// The last date that counts.
    pub end: Option<NaiveDate>,
    /// The currency: the ledger's, for what postings of any currency are worth in it; another, for those in it alone.
    pub currency: Currency,
    /// What takes a sum above this is posted with a warning.
    pub warn_above: Option<Amount>,
    /// What takes a sum above this is refused.
    pub refuse_above: Option<Amount>,
    /// Only postings with these values of dimensions count, or with values that stand under them on the entry's date.
    #[record(since = 2)]
    pub under: Tags,
}

impl SpendingLimit {
    /// Whether entries of this date count.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let spring = SetSpendingLimit::new("FAIR", "The spring fair", Currency::EUR)
    ///     .account("5100")
    ///     .from(day("2026-03-01"))
    ///     .until(day("2026-05-31"));
    /// books.send("fair", &spring)?;
    /// let limit = books.view(|view| Ok(view.peek::<SpendingLimit>(&"FAIR".into())?))?;
    /// let limit = limit.expect("it was set");
    /// assert!(limit.counts_on(day("2026-05-31")) && !limit.counts_on(day("2026-06-01")));
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn counts_on(&self, date: NaiveDate) -> bool {
        self.start.is_none_or(|start| start <= date) && self.end.is_none_or(|end| date <= end)
    }

    /// An amount in the limit's currency.
    pub(crate) fn money(&self, units: i128) -> Money {
        let units = units.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64;
        Money::new(Amount::from_units(units).to_decimal(), self.currency)
    }
}

/// The sums of a limit: for one value of the dimension of which each has its own, over one window.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "ledger_spending", kind = counter, key(code, value, window_start),
    measure(left = -spent - held),
)]
pub struct Spending {
    /// The limit.
    pub code: SmolStr,
    /// The dimension's value; empty where all postings share one sum.
    pub value: SmolStr,
    /// The first day of the window; 0001-01-01 for that over all days.
    pub window_start: NaiveDate,
    /// What was posted.
    pub spent: Amount,
    /// What is pending.
    pub held: Amount,
}

/// Why something above a limit stands all the same.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExcessKind {
    /// The limit warns there, and does not refuse.
    Warned,
    /// Somebody who may posted it with [`PostExceeding`](super::PostExceeding).
    Allowed,
    /// It was held before: what was held is posted, though its date or the limit is another now.
    Held,
}

/// An entry that took a sum above a line of its limit.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "ledger_spending_excess", kind = fact, key(entry, code, value), index(by_limit(code, window_start)))]
pub struct SpendingExcess {
    /// The entry; or the pending entry, which then has this id.
    pub entry: Id<Entry>,
    /// The limit.
    pub code: SmolStr,
    /// The dimension's value; empty where all postings share one sum.
    pub value: SmolStr,
    /// Whether it is a pending entry.
    pub pending: bool,
    /// The first day of the window.
    pub window_start: NaiveDate,
    /// Why it stands.
    pub reason: ExcessKind,
    /// The sum after it, what is pending included.
    pub total: Amount,
    /// The line that the sum is above.
    pub line: Amount,
    /// Who posted it.
    pub actor: ActorId,
    /// When.
    pub at: Timestamp,
    /// Why, in the words of who allowed it.
    pub why: Option<SmolStr>,
}
