//! The domains that organisations have.

use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Record, Value};
use fondaco_core::{Act, PartyId, Range, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::is_free_mail;
use super::suffix::is_public_suffix;
use crate::CrmError;
use crate::contacts::rights::KEEP_CONTACTS;
use crate::contacts::{ContactError, ContactKind, living};

/// A domain of an organisation.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_domain", kind = state, key(domain), index(by_organisation(organisation)), guard(by_organisation(organisation)))]
pub struct OrganisationDomain {
    /// The domain, in small letters: `analytical.example`.
    pub domain: SmolStr,
    /// Whose.
    pub organisation: PartyId,
}

/// Says which domains an organisation has; in place of those before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetDomains {
    /// Whose.
    pub organisation: PartyId,
    /// Which.
    pub domains: Vec<SmolStr>,
}

impl SetDomains {
    /// `organisation` has these domains.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_crm::matching::{SetDomains, find_organisation};
    /// crm.send("domain", &SetDomains::new(firm(), ["analytical.example"]))?;
    /// let found = crm.view(|view| find_organisation(view, Some("bo@uk.analytical.example"), None))?;
    /// assert_eq!(found[0].organisation, firm());
    /// let free = crm.send("free", &SetDomains::new(firm(), ["gmail.com"]));
    /// assert_eq!(free.unwrap_err().code(), "crm.bad_contact");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new<D: Into<SmolStr>>(
        organisation: PartyId,
        domains: impl IntoIterator<Item = D>,
    ) -> SetDomains {
        SetDomains { organisation, domains: domains.into_iter().map(Into::into).collect() }
    }
}

/// Whether a text is a domain as it is kept.
fn check(domain: &str) -> Result<(), ContactError> {
    let bad = |why| Err(ContactError::BadContact { field: "domain", why });
    let label = |part: &str| {
        (1..=63).contains(&part.len()) && part.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    match domain {
        _ if domain.len() > 253 || !domain.contains('.') || !domain.split('.').all(label) => {
            bad("is none: write such as analytical.example")
        }
        _ if domain.to_lowercase() != domain => bad("has capital letters: write small ones"),
        _ if is_free_mail(domain) => {
            bad("is one of free mail, where anybody may have an address: leave it out")
        }
        _ if is_public_suffix(domain) => {
            bad("is one under which anybody may have a domain: write that which is yours alone")
        }
        _ => Ok(()),
    }
}

impl Act for SetDomains {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        tx.authorize(&Request::new(&KEEP_CONTACTS))?;
        let organisation = self.organisation;
        if living(tx, organisation)?.kind != ContactKind::Organisation {
            let why =
                "is given to one that is no organisation: persons have addresses, not domains";
            return Err(ContactError::BadContact { field: "domain", why }.into());
        }
        self.domains.iter().try_for_each(|domain| check(domain))?;
        let range = Range::by(OrganisationDomain::BY_ORGANISATION, &organisation);
        for there in tx.scan(&range)? {
            if !self.domains.contains(&there.domain) {
                tx.delete::<OrganisationDomain>(&there.domain)?;
            }
        }
        for domain in &self.domains {
            match tx.get::<OrganisationDomain>(domain)? {
                Some(there) if there.organisation == organisation => {}
                Some(there) => {
                    let (domain, holder) = (domain.clone(), there.organisation);
                    return Err(ContactError::DomainTaken { domain, holder }.into());
                }
                None => tx.insert(OrganisationDomain { domain: domain.clone(), organisation })?,
            }
        }
        tx.emit(Event::new("crm.domains_set").with("party", Value::Id(organisation.to_u128())));
        Ok(())
    }
}
