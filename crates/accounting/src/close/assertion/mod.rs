//! Balance assertions: what an account must stand at on a day, stated once and held to from then on.
//!
//! The bank's statement says 1,204.50 at the end of March; whoever then posts something of February that makes it another
//! figure is refused, or it is noted, as the assertion says. The row of an assertion carries what the account stands at on
//! its day. A posting of that day or an earlier one changes it in its own commit, so nothing is recomputed, and two writers
//! at once can't slip through between them. hledger and beancount check assertions when a journal is read; here they are
//! part of what a posting rests on.

mod judge;
mod state;

pub(crate) use judge::{Asserted, Broken, Judging, as_one};
pub use state::{AssertBalance, WithdrawAssertion};
pub(crate) use state::{recount_moved, verify};

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::store::Record;
use fondaco_core::{ActorId, Currency, Id, Money, Range, Reading, Timestamp};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::Books;
use crate::ledger::{Amount, LedgerError};

/// What an account stands at on a day, as somebody stated it.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "ledger_assertion",
    kind = state,
    key(id),
    index(by_day(holds_on, id)),
    guard(all())
)]
pub struct Assertion {
    /// What names it for ever; time-ordered by when it was stated.
    pub id: Id<Assertion>,
    /// The account, or the heading with all that stands under it.
    pub account: SmolStr,
    /// Whether all that stands under the account counts.
    pub subtree: bool,
    /// The day, at whose end the balance is meant.
    pub date: NaiveDate,
    /// The same day; `None` once it was withdrawn.
    pub holds_on: Option<NaiveDate>,
    /// The currency.
    pub currency: Currency,
    /// Debits less credits in it.
    pub amount: Amount,
    /// By how much it may differ, either way.
    pub tolerance: Amount,
    /// Whether a posting that breaks it is noted; else it is refused.
    pub warns: bool,
    /// What the account stands at now, at the end of that day.
    pub found: Amount,
    /// Who stated it.
    pub actor: ActorId,
    /// When.
    pub at: Timestamp,
}

impl Assertion {
    /// Debits less credits, as stated.
    pub fn stated(&self) -> Money {
        Money::new(self.amount.to_decimal(), self.currency)
    }

    /// What the account stands at less what was stated.
    pub fn difference(&self) -> Decimal {
        self.found.to_decimal().saturating_sub(self.amount.to_decimal())
    }

    /// Whether the account stands within the tolerance of what was stated.
    pub fn is_kept(&self) -> bool {
        self.difference().abs() <= self.tolerance.to_decimal()
    }
}

/// All assertions that hold, by day.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::close::AssertBalance;
/// let january = AssertBalance::new("1000", day("2026-01-31"), eur("500")).warning();
/// books.send("statement of January", &january)?;
/// let late = NewEntry::new("GEN", day("2026-01-20")).debit("5100", eur("9")).credit("1000", eur("9"));
/// books.post("late", late)?;
/// let assertions = books.assertions()?;
/// assert!(!assertions[0].is_kept());
/// assert_eq!(assertions[0].difference(), (-9).into());
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn assertions(read: &mut impl Reading) -> Result<Vec<Arc<Assertion>>, LedgerError> {
    Ok(read.peek_scan(&Range::by(Assertion::BY_DAY, &()))?)
}

impl Books<'_> {
    /// All assertions of balances that hold, as [`assertions`].
    ///
    /// # Errors
    /// As [`assertions`].
    pub fn assertions(&self) -> Result<Vec<Arc<Assertion>>, LedgerError> {
        self.view(|view| assertions(view))
    }
}
