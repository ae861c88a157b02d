//! What can be allowed of events.
//!
//! | permission | allows |
//! |---|---|
//! | `crm.record_events` | to record what contacts do |
//! | `crm.correct_events` | to correct and to erase what was recorded |

use fondaco_core::policy::Permission;

/// Record what contacts do.
pub const RECORD_EVENTS: Permission =
    Permission::new("crm.record_events", "record what contacts do");
/// Correct and erase what was recorded.
pub const CORRECT_EVENTS: Permission =
    Permission::new("crm.correct_events", "correct and erase events that were recorded");
