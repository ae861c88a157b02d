//! What can be allowed of stored segments.
//!
//! | permission | allows |
//! |---|---|
//! | `crm.recount_segments` | to have everybody asked again |
//!
//! Segments are put, and put to use, by whoever may `crm.set_up`. Members come and go with what is recorded, and with the clock.

use fondaco_core::policy::Permission;

/// Have everybody asked again.
pub const RECOUNT_SEGMENTS: Permission =
    Permission::new("crm.recount_segments", "have the members of all segments found again");
