//! What can be allowed of merges.
//!
//! | permission | allows |
//! |---|---|
//! | `crm.merge` | to merge contacts and to take merges back; who does needs `party.merge`, too |

use fondaco_core::policy::Permission;

/// Merge contacts, and take merges back.
pub const MERGE: Permission = Permission::new("crm.merge", "merge contacts, take merges back");
