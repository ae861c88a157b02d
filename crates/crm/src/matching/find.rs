//! Which organisation somebody belongs to, with the reason.

use chrono::NaiveDate;
use fondaco_core::party::{Contact, ContactKind as Reach, Party, Relation, RelationKind, resolve};
use fondaco_core::{Halt, PartyId, Range, Reading};
use smol_str::SmolStr;

use super::{OrganisationDomain, domain_of, is_free_mail};
use crate::contacts::{ContactKind, group, name_words, sounding_alike};
use crate::strings::jaro_winkler;

/// Names that are less alike are not proposed.
const ALIKE: f64 = 0.92;

/// An organisation that somebody may belong to.
#[derive(Debug, Clone, PartialEq)]
pub struct Belongs {
    /// Which.
    pub organisation: PartyId,
    /// Why.
    pub why: WhyBelongs,
}

/// Why somebody may belong to an organisation.
#[derive(Debug, Clone, PartialEq)]
pub enum WhyBelongs {
    /// The e-mail address is in this domain of it: that decides.
    Domain(SmolStr),
    /// The names are alike, by so much of 1: that proposes.
    Name(f64),
}

/// The organisations that an e-mail address and a name may mean: first by domain, then by name, the most alike first.
///
/// ```
/// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
/// # use people::*;
/// # let crm = crm();
/// use fondaco_crm::matching::{WhyBelongs, find_organisation};
/// let found = crm.view(|view| find_organisation(view, Some("ada@gmail.com"), Some("Analytical Engins")))?;
/// assert_eq!(found.len(), 1);
/// assert!(matches!(found[0].why, WhyBelongs::Name(alike) if alike > 0.95));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn find_organisation(
    read: &mut impl Reading,
    email: Option<&str>,
    name: Option<&str>,
) -> Result<Vec<Belongs>, Halt> {
    let mut found: Vec<Belongs> = email
        .and_then(domain_of)
        .map(|domain| by_domain(read, &domain))
        .transpose()?
        .flatten()
        .into_iter()
        .collect();
    let named = name.map(|name| by_name(read, name)).transpose()?.unwrap_or_default();
    let more = named
        .into_iter()
        .filter(|one| found.iter().all(|two| two.organisation != one.organisation));
    found.extend(more.collect::<Vec<_>>());
    Ok(found)
}

/// The organisation that has a domain, or one that stands over it.
fn by_domain(read: &mut impl Reading, domain: &str) -> Result<Option<Belongs>, Halt> {
    let mut rest = Some(domain);
    while let Some(domain) = rest.filter(|rest| rest.contains('.') && !is_free_mail(rest)) {
        let domain = SmolStr::new(domain);
        if let Some(row) = read.peek::<OrganisationDomain>(&domain)? {
            let (organisation, why) =
                (resolve(read, row.organisation)?, WhyBelongs::Domain(domain));
            return Ok(Some(Belongs { organisation, why }));
        }
        rest = rest.and_then(|rest| rest.split_once('.')).map(|(_, rest)| rest);
    }
    Ok(None)
}

fn by_name(read: &mut impl Reading, name: &str) -> Result<Vec<Belongs>, Halt> {
    let kind = ContactKind::Organisation;
    let wanted = name_words(kind, name).join(" ");
    let ids = sounding_alike(read, kind, name)?;
    let parties = read.peek_many::<Party>(&ids)?;
    let alike = |party: &Party| {
        let name = name_words(kind, party.name.get()?).join(" ");
        Some((party.id, jaro_winkler(&wanted, &name))).filter(|(_, alike)| *alike >= ALIKE)
    };
    let mut found: Vec<_> = parties.iter().flatten().filter_map(|party| alike(party)).collect();
    found.sort_by(|(a, one), (b, two)| two.total_cmp(one).then(a.cmp(b)));
    let mut all: Vec<Belongs> = Vec::new();
    for (party, alike) in found {
        // Who was found twice is one: its name that is closest counts.
        let organisation = resolve(read, party)?;
        if all.iter().all(|one| one.organisation != organisation) {
            all.push(Belongs { organisation, why: WhyBelongs::Name(alike) });
        }
    }
    Ok(all)
}

/// The organisation that a contact works for on a day, or whose domain its e-mail addresses have; never by a name alone.
pub(crate) fn organisation_of(
    read: &mut impl Reading,
    party: PartyId,
    on: NaiveDate,
) -> Result<Option<PartyId>, Halt> {
    let all = group(read, party)?;
    for party in &all {
        let range = Range::<Relation>::by_key(&(*party, RelationKind::EmployeeOf));
        let works = read.peek_scan(&range)?;
        if let Some(last) = works.iter().rev().find(|relation| relation.days().contains(on)) {
            return Ok(Some(resolve(read, last.other)?));
        }
    }
    for party in &all {
        let reached = read.peek_scan(&Range::<Contact>::by_key(party))?;
        for contact in reached.iter().filter(|contact| contact.kind == Reach::Email) {
            let Some(domain) = contact.normal.get().and_then(|email| domain_of(email)) else {
                continue;
            };
            if let Some(found) = by_domain(read, &domain)? {
                return Ok(Some(found.organisation));
            }
        }
    }
    Ok(None)
}
