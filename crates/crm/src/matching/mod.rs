//! Which organisation somebody belongs to: by the domain of the e-mail address, and by a name.
//!
//! An organisation's domains are kept; a subdomain counts as its domain. Domains of free mail (`gmail.com`) and those under which
//! anybody may have one (`co.uk`) tell nothing and can't be an organisation's. A name that is close is a proposal with its reason, never a decision.

mod domain;
mod find;
mod free;
mod suffix;

pub use domain::{OrganisationDomain, SetDomains};
pub(crate) use find::organisation_of;
pub use find::{Belongs, WhyBelongs, find_organisation};
pub use free::{domain_of, is_free_mail};

use fondaco_core::engine::Part;
use fondaco_core::party::{HeldOnParty, Holding};
use fondaco_core::store::Record;
use fondaco_core::{Halt, PartyId, Range, Reading};
use std::sync::Arc;

/// What the engine has of domains.
pub(crate) static PART: Part =
    Part::new(&[OrganisationDomain::TABLE]).holdings(&[Holding::of::<OrganisationDomain>()]);

impl HeldOnParty for OrganisationDomain {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<OrganisationDomain>>, Halt> {
        read.peek_scan(&Range::by(OrganisationDomain::BY_ORGANISATION, &party))
    }
}
