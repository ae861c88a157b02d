//! The policy that is kept in the company's own store: actors, roles with permissions, limits and scopes, delegations.
//!
//! Nobody has a right until the first administrator is appointed, once: [`AppointFirst`]. Administrators (who may
//! `policy.administer`) register actors, define roles and assign them. Whoever may `policy.delegate` lends what he holds to
//! somebody else for some days.
//!
//! # Rules
//! - A right is a role's permission, within its limits and scope, on the days for which the role is assigned. The day is
//!   the company's at the act's time (its [zone](crate::calendar::Zone)). Of several roles the one that allows most counts.
//! - A limit is the greatest amount that is allowed. Where a role sets limits for a permission, other currencies are
//!   not allowed.
//! - A scope restricts a permission by dimension: each place that a request names in it must be one of the scope's places,
//!   or stand under one, and it must name at least one. Where a part of it is [nowhere](crate::policy::Request::nowhere) in that dimension, it is denied.
//! - A delegation lends all rights, one role or one permission of the delegator, for days of which the last is named. It
//!   lends what the delegator holds at that moment, nothing when he is blocked, and may be lent on; never the rights to
//!   administer and to delegate.
//! - Delegations never form a circle on any day, and nobody delegates what he does not hold on its first day.
//! - There is always a person who may administer without an end. The last one can't be blocked, and his role can't
//!   be withdrawn or changed so that he could no longer.
//!
//! # Commands
//! [`AppointFirst`], [`RegisterActor`], [`BlockActor`], [`DefineRole`], [`RemoveRole`], [`AssignRole`], [`WithdrawRole`],
//! [`Delegate`], [`EndDelegation`]. The commit log, with its chain of hashes, tells who changed which right and when.

mod actors;
mod delegation;
mod error;
mod keeping;
mod members;
mod records;
mod roles;
mod rules;

pub use actors::{AppointFirst, BlockActor, RegisterActor};
pub use delegation::{Delegate, EndDelegation, Part};
pub use error::PolicyError;
pub use members::{AssignRole, WithdrawRole};
pub use records::{Actor, ActorKind, Delegation, Grant, Limit, Member, Revision, Role, Scope};
pub use roles::{DefineRole, NewGrant, RemoveRole};

use std::sync::Arc;

use super::{Inquiry, Permission, Policy, Standing};
use crate::Halt;
use crate::calendar::ZoneSetting;
use crate::engine::{self, Engine};
use crate::store::{Record, Table};

/// Appoint the first administrator: possible once.
pub const SET_UP: Permission = Permission::new("policy.set_up", "appoint the first administrator");
/// Register actors, define and assign roles, delegate for others.
pub const ADMINISTER: Permission =
    Permission::new("policy.administer", "register actors, define and assign roles");
/// Delegate one's own rights.
pub const DELEGATE: Permission =
    Permission::new("policy.delegate", "lend one's own rights to somebody else");

/// What the stored policy declares about itself.
pub static ENGINE: Engine = Engine { name: "policy", parts: &[&PART] };

static PART: engine::Part =
    engine::Part::new(TABLES).permissions(&[&SET_UP, &ADMINISTER, &DELEGATE]);

/// All tables of the stored policy; a driver that has it prepares them.
pub const TABLES: &[&Table] = &[
    Revision::TABLE,
    Actor::TABLE,
    Role::TABLE,
    Grant::TABLE,
    Limit::TABLE,
    Scope::TABLE,
    Member::TABLE,
    Delegation::TABLE,
];

/// The role that [`AppointFirst`] makes and gives.
pub const ADMINISTRATOR: &str = "administrator";

/// The stored policy. It holds nothing itself: what it knows is in the company's store.
///
/// ```
/// use fondaco_core::policy::stored::{AppointFirst, Stored};
/// use fondaco_core::{ActorId, CommandId, CompanyId, Driver, Envelope, Timestamp};
///
/// let driver = Driver::new(fondaco_store::Memory::new(), CompanyId::named("acme"))
///     .with_policy(Stored);
/// driver.prepare(&[])?; // and `join` the engines in use, as `&ledger::ENGINE`
/// let root = ActorId::new("root");
/// let envelope = Envelope::new(CommandId::named("first"), root.clone(), Timestamp::now());
/// driver.carry_out(envelope, &AppointFirst::new(root.clone()))?;
/// let again = Envelope::new(CommandId::named("again"), root.clone(), Timestamp::now());
/// let refused = driver.carry_out(again, &AppointFirst::new(root)).unwrap_err();
/// assert_eq!(fondaco_core::ActError::code(&refused), "policy.not_held");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stored;

impl Policy for Stored {
    fn standing(
        &self,
        inquiry: &mut Inquiry<'_, '_>,
        permission: &'static Permission,
    ) -> Result<Standing, Halt> {
        inquiry.need_guards(&[Revision::TABLE, ZoneSetting::TABLE])?;
        let rules = inquiry.compiled::<Revision, rules::Rules>(TABLES, rules::Rules::read)?;
        let day = inquiry.today()?;
        Ok(rules::standing(Arc::clone(&rules), inquiry.actor(), permission, day))
    }

    fn engine(&self) -> Option<&'static Engine> {
        Some(&ENGINE)
    }
}
