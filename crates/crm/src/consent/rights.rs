//! What can be allowed of consent.
//!
//! | permission | allows |
//! |---|---|
//! | `crm.record_consent` | to record consent and its withdrawal, and to put addresses on the suppression list |
//! | `crm.lift_suppression` | to take addresses off the suppression list |
//! | `crm.erase` | to erase contacts; who does needs `party.erase`, too |

use fondaco_core::policy::Permission;

/// Record consent and its withdrawal; put addresses on the suppression list.
pub const RECORD_CONSENT: Permission =
    Permission::new("crm.record_consent", "record consent, withdrawals and suppressed addresses");
/// Take addresses off the suppression list.
pub const LIFT_SUPPRESSION: Permission =
    Permission::new("crm.lift_suppression", "take addresses off the suppression list");
/// Erase contacts.
pub const ERASE: Permission = Permission::new("crm.erase", "erase contacts");
