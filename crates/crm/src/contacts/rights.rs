//! What can be allowed of contacts.
//!
//! | permission | allows |
//! |---|---|
//! | `crm.set_up` | to define attributes and what else holds for all contacts |
//! | `crm.keep_contacts` | to add and change contacts, and what is known of them |
//!
//! Names, addresses and relations are core's: who adds contacts needs `party.keep`, too.

use fondaco_core::policy::Permission;

/// Define attributes, and what else holds for all contacts.
pub const SET_UP: Permission =
    Permission::new("crm.set_up", "define attributes and what else holds for all contacts");
/// Add and change contacts.
pub const KEEP_CONTACTS: Permission =
    Permission::new("crm.keep_contacts", "add and change contacts, and what is known of them");
