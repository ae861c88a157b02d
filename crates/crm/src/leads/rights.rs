//! What can be allowed of leads.
//!
//! | permission | allows |
//! |---|---|
//! | `crm.work_leads` | to open leads, to assign them, and to say how they stand |

use fondaco_core::policy::Permission;

/// Open leads, assign them, and say how they stand.
pub const WORK_LEADS: Permission =
    Permission::new("crm.work_leads", "open leads, assign them, say how they stand");
