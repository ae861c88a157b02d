//! Accruals and deferrals: an amount spread over periods, so that no cent is lost.
//!
//! A year's insurance is paid in March and belongs to twelve months; a licence is sold for 500 days. What is not yet earned
//! or spent stands on an account of the balance sheet, and each period takes its part from there. [`StartDeferral`] splits the
//! amount once, by equal periods, by days or by shares, and by largest remainder, so that the parts are the whole; each part
//! is posted on its day, by the [due queue](fondaco_core::due) or by [`RecogniseDeferrals`]. A change splits what is left
//! anew, a cancellation takes it at once, a reversal takes everything back.
//!
//! [`deferred`] says per document what is still deferred. It reads the account, so it always adds up to its balance; and it
//! says what is still planned, so that anything that was posted by hand or forgotten shows.

mod change;
mod plan;
mod recognise;
mod records;
mod report;
mod start;
mod taken;

pub use change::{CancelDeferral, ChangeDeferral, ReverseDeferral};
pub use plan::{SpreadPlan, SpreadShare};
pub use recognise::RecogniseDeferrals;
pub(crate) use recognise::carry_out;
pub use records::{Deferral, DeferralPart, DeferralStatus};
pub use report::{Deferred, DeferredRow, deferral, deferral_parts, deferred};
pub use start::StartDeferral;
pub(crate) use taken::unplanned;

use chrono::NaiveDate;
use smol_str::SmolStr;

use crate::Books;
use crate::ledger::LedgerError;

/// The kind of the queue's items that recognise a deferral's next part; the subject is its code.
pub const DEFERRAL: &str = "ledger.deferral";

impl Books<'_> {
    /// What is still deferred on an account, as [`deferred`].
    ///
    /// # Errors
    /// As [`deferred`].
    pub fn deferred(&self, account: &str, date: NaiveDate) -> Result<Deferred, LedgerError> {
        let account = SmolStr::new(account);
        self.view(|view| deferred(view, &account, date))
    }
}
