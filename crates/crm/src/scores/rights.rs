//! What can be allowed of scores.
//!
//! | permission | allows |
//! |---|---|
//! | `crm.score` | to have contacts looked at again |
//!
//! Scorecards are put, and put to use, by whoever may `crm.set_up`. Counting goes along with what is recorded.

use fondaco_core::policy::Permission;

/// Have contacts looked at again.
pub const SCORE: Permission =
    Permission::new("crm.score", "have the scores of contacts looked at again");
