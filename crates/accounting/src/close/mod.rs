//! Closing the books: locks by journal and day, the year's end, opening balances, and what is adjusted in between.
//!
//! # Locks
//! [`LockBooks`] locks a period, or all days through one, for the whole ledger or for one journal: softly (only who may
//! `ledger.post_soft_locked` still posts), until [`UnlockBooks`], or for ever. The strictest lock that covers an entry counts.
//!
//! # The end of a year
//! [`CloseYear`] takes every income and expense account to zero, in each currency and combination of dimensions that it
//! stands in, into retained earnings. Its entries lie in a period of their own (number 99, on the year's last day), so that
//! statements of income leave them out and a balance sheet of that day shows the result as it did before. A closed year takes
//! nothing; [`ReopenYear`] reverses its closing. [Adjustment periods](OpenAdjustmentPeriods) lie on the same day.
//!
//! What stands in the way of closing is on the [`checklist`](fn@checklist), with points of the host's own that are signed off.
//!
//! # Corrections and assertions
//! [`Correct`] takes an entry back and enters it anew in one act, in its own period while that is open. [`AssertBalance`] states
//! what an account stands at, and holds every backdated entry to it. [`changes`](fn@changes) says what late entries changed.
//!
//! # What is brought over, and what is spread
//! [`PostOpening`] posts the balances and open items of a company that comes from elsewhere. [`StartDeferral`] spreads an amount
//! over periods, [`RecogniseDeferrals`] or the due queue takes each part on its day, and [`deferred`](fn@deferred) says what
//! is left, document by document.

mod adjustment;
mod assertion;
mod changes;
mod checklist;
mod correction;
mod declared;
pub(crate) mod deferral;
mod error;
mod lock;
mod obstacles;
mod opening;
mod records;
mod refusals;
mod style;
mod template;
mod year;
mod zeroing;

pub use adjustment::OpenAdjustmentPeriods;
pub use assertion::{AssertBalance, Assertion, WithdrawAssertion, assertions};
pub(crate) use assertion::{
    Asserted, Broken, Judging, recount_moved as recount_asserted, verify as verify_assertions,
};
pub use changes::{
    ChangeQuery, ChangedBalance, ChangedClearing, ChangedSheet, ChangedStatement, Changes, changes,
};
pub use checklist::{AddClosingPoint, Checklist, ClosingPoint, SignOff, checklist};
pub use correction::{Correct, Corrected, Correction, correction_by, corrections};
pub(crate) use declared::PART;
pub use deferral::{
    CancelDeferral, ChangeDeferral, DEFERRAL, Deferral, DeferralPart, DeferralStatus, Deferred,
    DeferredRow, RecogniseDeferrals, ReverseDeferral, SpreadPlan, SpreadShare, StartDeferral,
    deferral as deferral_of, deferral_parts, deferred,
};
pub use error::CloseError;
pub use lock::{LockBooks, LockScope, UnlockBooks};
pub(crate) use lock::{Locks, check_period};
pub use obstacles::{Point, PointKind};
pub use opening::{OpeningItem, PostOpening};
pub use records::{ClosingState, OpeningEntry, YearDeed, YearEntry, YearStep};
pub use style::SetReversalStyle;
pub use template::{
    AmountFormula, EntryTemplate, PostTemplate, StoreTemplate, StoredTemplate, TemplateInput,
    TemplateLine, WithdrawTemplate, templates,
};
pub(crate) use year::verify;
pub use year::{CloseYear, ReopenYear, SetClosing, YearClosed, year_entries, year_history};

use std::sync::Arc;

use crate::Books;
use crate::ledger::LedgerError;

impl Books<'_> {
    /// What was done with a fiscal year, as [`year_history`].
    ///
    /// # Errors
    /// As [`year_history`].
    pub fn year_history(&self, year: i32) -> Result<Vec<Arc<YearStep>>, LedgerError> {
        self.view(|view| year_history(view, year))
    }
}
