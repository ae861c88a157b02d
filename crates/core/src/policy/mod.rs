//! Who may do what: permissions that engines declare, and the policy that a driver asks on their behalf.
//!
//! An engine says as data what can be allowed: an [`Engine`] has [`Permission`]s, and tables that nobody changes
//! without one of them; it [joins](crate::Driver::join) the driver. An act asks for what it needs: [`Tx::authorize`](crate::Tx::authorize) with a [`Request`], or, for
//! batches, [`Tx::authority`](crate::Tx::authority) once and [`Tx::allow`](crate::Tx::allow) per item, with as little in the
//! request as [decides](Authority::regards). The driver's
//! [`Policy`] answers. It is a function of the request and of what it reads through an [`Inquiry`]: it can't change
//! anything, and what it read is part of what the act rests on, so that a right that is withdrawn while an act runs makes the
//! act run again.
//!
//! Two policies are shipped: [`Unrestricted`], the default, allows everything and costs nothing; [`Stored`] keeps actors,
//! roles, limits and delegations in the company's own store. A host may bring its own.
//!
//! # What always holds under a policy that restricts
//! - **No way around.** A unit of work that asked for nothing, or that changes a table of an engine that joined without a
//!   permission of that engine, is not committed: [`Halt::Bug`].
//! - **A denial is a refusal**: [`Halt::Denied`] with a [`Denial`], of kind `Refused`. It names actor,
//!   permission, limit or scope, and the roles that could; it leaves nothing, and it is checked before it is believed.
//! - **Four eyes.** A request that names the [`hands`](Request::hands) that a document went through is denied to each of
//!   them, and to whoever acts by the right of one of them or had one act by his: two of whom one acts by the right of the
//!   other are one pair of eyes in that deed.
//! - **Replays answer.** A command that was carried out gives its answer again, also after its actor lost the right: it
//!   was allowed when it was done, and nothing is done again.
//!
//! # Examples
//! The examples of this module share a cash desk: an engine `desk` with the permission `desk.pay`, which may be limited in
//! amount and by till, and the stored policy. `root` administers it; `anna` and `ben` are cashiers, who may pay up to
//! 100 EUR from the till `front`; `carla` is a manager, who may pay anything. `desk()` is the driver, `pay` the act.

mod asking;
mod authority;
mod counted;
mod denial;
mod inquiry;
mod permission;
mod request;
pub mod stored;

pub use authority::{Authority, Judge, Reason, Standing, Verdict};
pub(crate) use counted::Allowed;
pub use denial::{Denial, Why};
pub use inquiry::Inquiry;
pub use permission::Permission;
pub use request::{Place, Request};
pub use stored::Stored;

use std::fmt;
use std::sync::Arc;

use crate::Halt;
use crate::engine::{self, Engine};
use crate::store::Table;

/// Decides who may. A function of the request and of what it reads: never of a clock, a random source or global state.
///
/// ```
/// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
/// # use desk::*;
/// /// Only those whose ids begin with `chief-`, and nobody more than the amount asked for once.
/// struct Chiefs;
///
/// impl Policy for Chiefs {
///     fn standing(
///         &self,
///         inquiry: &mut Inquiry<'_, '_>,
///         permission: &'static Permission,
///     ) -> Result<Standing, Halt> {
///         let actor = inquiry.actor().clone();
///         if actor.as_str().starts_with("chief-") {
///             return Ok(Standing::Full(Reason::new("a chief")));
///         }
///         Ok(Standing::None(Denial::new(permission, actor, Why::Other("not a chief".into()))))
///     }
/// }
///
/// let driver = Driver::new(fondaco_store::Memory::new(), CompanyId::named("acme"))
///     .with_policy(Chiefs);
/// driver.join(&DESK)?;
/// let refused = pay(&driver, "chef", "1", "front", "5 EUR").unwrap_err();
/// assert_eq!(refused.to_string(), "chef may not desk.pay: not a chief");
/// assert!(pay(&driver, "chief-7", "2", "front", "5 EUR").is_ok());
/// # Ok::<(), StoreError>(())
/// ```
pub trait Policy: Send + Sync {
    /// How the one who acts stands with a permission: asked once for all that an act does under it.
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    fn standing(
        &self,
        inquiry: &mut Inquiry<'_, '_>,
        permission: &'static Permission,
    ) -> Result<Standing, Halt>;

    /// Whether it restricts anybody; when not, it is never asked.
    fn restricts(&self) -> bool {
        true
    }

    /// What it declares about itself: the tables it keeps, and who may change them.
    fn engine(&self) -> Option<&'static Engine> {
        None
    }
}

/// The policy that allows everything: what a driver has when it is given none.
///
/// Documents that need four eyes still need two actors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unrestricted;

impl Policy for Unrestricted {
    fn standing(&self, _: &mut Inquiry<'_, '_>, _: &'static Permission) -> Result<Standing, Halt> {
        Ok(Standing::Full(Reason::unrestricted()))
    }

    fn restricts(&self) -> bool {
        false
    }
}

/// A policy that restricts.
pub(crate) struct Rights {
    pub(crate) policy: Arc<dyn Policy>,
}

impl Rights {
    /// `None` when the policy restricts nobody.
    pub(crate) fn new(policy: impl Policy + 'static) -> Option<Arc<Rights>> {
        policy.restricts().then(|| Arc::new(Rights { policy: Arc::new(policy) }))
    }

    /// The engines that are watched: those that joined the driver, core's own, the policy itself.
    pub(crate) fn watched(&self, joined: Vec<&'static Engine>) -> Vec<&'static Engine> {
        let mut engines = joined;
        let own = engine::OWN.iter().copied().chain(self.policy.engine());
        for engine in own {
            if engines.iter().all(|known| known.name != engine.name) {
                engines.push(engine);
            }
        }
        engines
    }

    /// The tables that the policy itself keeps.
    pub(crate) fn tables(&self) -> Vec<&'static Table> {
        self.policy.engine().map_or_else(Vec::new, Engine::tables)
    }
}

impl fmt::Debug for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rights").finish_non_exhaustive()
    }
}
