//! Organisations that stand under others, and who says what when an organisation buys.
//!
//! What stands under what is a relation of core's. Here a ring is refused by naming all that are in it, and what stood where until today
//! is ended.

use fondaco_core::party::{
    self, EndRelation, Relate, Relation, RelationKind, RemoveRelation, resolve,
};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Field, Record, Value};
use fondaco_core::{Act, DateRange, Halt, PartyId, Range, Reading, Tx};
use serde::{Deserialize, Serialize};

use super::rights::KEEP_CONTACTS;
use super::{
    ContactError, ContactKind, group, groups, living, living_in_group, peek_groups, told_of,
};
use crate::CrmError;

/// Puts an organisation under another, from today on, or under none, under whichever of their ids that is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetParent {
    /// Which.
    pub organisation: PartyId,
    /// Under which it stands; none where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<PartyId>,
}

impl SetParent {
    /// `organisation` stands under `parent`.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_crm::contacts::{SetParent, below};
    /// let lab = PartyId::named("firm/lab");
    /// crm.send("lab", &AddContacts::new(vec![NewContact::organisation(lab, "Analytical Lab")]))?;
    /// crm.send("under", &SetParent::new(lab, firm()))?;
    /// let ring = crm.send("ring", &SetParent::new(firm(), lab));
    /// assert_eq!(ring.unwrap_err().code(), "crm.ring");
    /// assert_eq!(crm.view(|view| below(view, firm(), "2026-06-01".parse().unwrap()))?, [(lab, 1)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(organisation: PartyId, parent: PartyId) -> SetParent {
        SetParent { organisation, parent: Some(parent) }
    }
}

impl Act for SetParent {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        tx.authorize(&Request::new(&KEEP_CONTACTS))?;
        tx.authorize(&Request::new(&party::KEEP))?;
        let child = organisation(tx, self.organisation)?;
        let parent = self.parent.map(|parent| organisation(tx, parent)).transpose()?;
        let is_there = end_others(tx, child, parent)?;
        if let Some(parent) = parent.filter(|_| !is_there) {
            refuse_ring(tx, child, parent)?;
            let days = DateRange::from(tx.today()?);
            Relate::new(parent, RelationKind::ParentOf, child).on(days).act(tx)?;
        }
        tx.emit(told_of("crm.parent_set", child, self.organisation));
        Ok(())
    }
}

/// An organisation by the id that it goes by.
fn organisation(tx: &mut Tx<'_>, party: PartyId) -> Result<PartyId, CrmError> {
    let there = living_in_group(tx, party)?;
    if there.kind == ContactKind::Person {
        let why = "is a person: only organisations stand under one another";
        return Err(ContactError::BadContact { field: "organisation", why }.into());
    }
    Ok(there.party)
}

/// Ends today that an organisation, under whichever of its ids, stands under any but a parent; whether it stands under that.
fn end_others(tx: &mut Tx<'_>, child: PartyId, parent: Option<PartyId>) -> Result<bool, CrmError> {
    let (today, kind) = (tx.today()?, RelationKind::ParentOf);
    let parents = parent.map_or(Ok(Vec::new()), |parent| all_ids(tx, parent))?;
    let ids = all_ids(tx, child)?;
    let above: Vec<_> = ids.iter().map(|id| Range::by(Relation::BY_OTHER, &(*id, kind))).collect();
    let above = tx.scan_each(&above)?;
    let mut is_there = false;
    for relation in above.iter().flatten().filter(|one| one.end.is_none_or(|end| end >= today)) {
        let (party, child, number) = (relation.party, relation.other, relation.number);
        if parents.contains(&party) && relation.days().contains(today) {
            is_there = true;
            continue;
        }
        match relation.start {
            Some(start) if start >= today => {
                RemoveRelation::new(party, kind, child, number).act(tx)?;
            }
            _ => {
                let end = today.pred_opt().unwrap_or(today);
                EndRelation::new(party, kind, child, end).act(tx)?;
            }
        }
    }
    Ok(is_there)
}

/// The ids that a contact has; the decision rests on that.
fn all_ids(tx: &mut Tx<'_>, party: PartyId) -> Result<Vec<PartyId>, Halt> {
    Ok(groups(tx, &[party])?.concat())
}

/// Goes up from a parent on and refuses to come by the child.
fn refuse_ring(tx: &mut Tx<'_>, child: PartyId, parent: PartyId) -> Result<(), CrmError> {
    let all = all_ids(tx, child)?;
    let Some(up) = way_up(tx, &[parent], &all)? else { return Ok(()) };
    let ring = std::iter::once(child).chain(up).map(|one| one.to_string());
    let ring = ring.collect::<Vec<_>>().join(" under ");
    Err(ContactError::Ring { ring: ring.into() }.into())
}

/// Whether any of these stands under any of those, today or from a day to come.
pub(crate) fn stands_under(
    tx: &mut Tx<'_>,
    these: &[PartyId],
    those: &[PartyId],
) -> Result<bool, CrmError> {
    Ok(way_up(tx, these, those)?.is_some())
}

/// The way from one of these up to one of those, where there is one. Who is one with another stands where that stands.
fn way_up(
    tx: &mut Tx<'_>,
    these: &[PartyId],
    those: &[PartyId],
) -> Result<Option<Vec<PartyId>>, CrmError> {
    let today = tx.today()?;
    let mut ways: Vec<Vec<PartyId>> = these.iter().map(|one| vec![*one]).collect();
    let mut seen: Vec<PartyId> = these.to_vec();
    while let Some(way) = ways.pop() {
        let Some(&top) = way.last() else { continue };
        if those.contains(&top) {
            return Ok(Some(way));
        }
        for same in group(tx, top)? {
            let range = Range::by(Relation::BY_OTHER, &(same, RelationKind::ParentOf));
            for up in tx.scan(&range)?.iter().filter(|up| up.end.is_none_or(|end| end >= today)) {
                if !seen.contains(&up.party) {
                    seen.push(up.party);
                    ways.push(way.iter().copied().chain([up.party]).collect());
                }
            }
        }
    }
    Ok(None)
}

/// All organisations that stand under one on a day, whichever of its ids they were put under, each by the id that it goes by with how deep; those of one depth in order of
/// their ids.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn below(
    read: &mut impl Reading,
    organisation: PartyId,
    on: chrono::NaiveDate,
) -> Result<Vec<(PartyId, u32)>, Halt> {
    let organisation = resolve(read, organisation)?;
    let (mut found, mut level, mut depth) = (Vec::new(), vec![organisation], 0);
    while !level.is_empty() {
        depth += 1;
        let ids: Vec<PartyId> = peek_groups(read, &level)?.into_iter().flatten().collect();
        let ranges: Vec<_> = ids
            .iter()
            .map(|party| Range::<Relation>::by_key(&(*party, RelationKind::ParentOf)))
            .collect();
        let under = read.peek_scans(&ranges)?;
        let under = under.iter().flatten().filter(|relation| relation.days().contains(on));
        let under: Vec<PartyId> = under.map(|relation| relation.other).collect();
        let roots = peek_groups(read, &under)?.into_iter().filter_map(|ids| ids.first().copied());
        let is_new = |party: &PartyId| {
            *party != organisation && found.iter().all(|(known, _)| known != party)
        };
        let mut next: Vec<PartyId> = roots.filter(is_new).collect();
        next.sort_unstable();
        next.dedup();
        found.extend(next.iter().map(|party| (*party, depth)));
        level = next;
    }
    Ok(found)
}

/// What somebody has to say when an organisation buys.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum BuyingRole {
    /// Decides.
    DecisionMaker,
    /// Has the money.
    BudgetHolder,
    /// Speaks for us.
    Champion,
    /// Is listened to.
    Influencer,
    /// Will use it.
    EndUser,
    /// Buys, in the name of those who want it.
    Purchaser,
    /// Looks at contracts and security.
    Reviewer,
    /// Is against it.
    Blocker,
}

/// That somebody has a role when an organisation buys.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "crm_buying_role", kind = state, key(organisation, party, role), index(by_party(party)), guard(by_pair(organisation, party)),
)]
pub struct HasRole {
    /// Which organisation.
    pub organisation: PartyId,
    /// Who.
    pub party: PartyId,
    /// Which role.
    pub role: BuyingRole,
}

/// Says which roles somebody has when an organisation buys; in place of those before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetBuyingRoles {
    /// Who.
    pub party: PartyId,
    /// In which organisation.
    pub organisation: PartyId,
    /// Which roles; none for no more.
    pub roles: Vec<BuyingRole>,
}

impl SetBuyingRoles {
    /// `party` has these roles in `organisation`.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_crm::contacts::{BuyingRole, SetBuyingRoles, buying_centre};
    /// crm.send("ada decides", &SetBuyingRoles::new(ada(), firm(), vec![BuyingRole::DecisionMaker]))?;
    /// assert_eq!(crm.view(|view| buying_centre(view, firm()))?, [(ada(), BuyingRole::DecisionMaker)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(party: PartyId, organisation: PartyId, roles: Vec<BuyingRole>) -> SetBuyingRoles {
        SetBuyingRoles { party, organisation, roles }
    }
}

impl Act for SetBuyingRoles {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        tx.authorize(&Request::new(&KEEP_CONTACTS))?;
        let SetBuyingRoles { party, organisation, roles } = self;
        let (of, who) = (living(tx, *organisation)?, living(tx, *party)?);
        if of.kind == ContactKind::Person || who.kind != ContactKind::Person {
            let why =
                "is not one, or who has the role is no person: name a person and an organisation";
            return Err(ContactError::BadContact { field: "organisation", why }.into());
        }
        // Under whichever ids it was said before.
        let mut kept = Vec::new();
        for (organisation, party) in pairs(tx, *organisation, *party)? {
            for there in tx.scan(&Range::<HasRole>::by_key(&(organisation, party)))? {
                match roles.contains(&there.role) {
                    true => kept.push(there.role),
                    false => tx.delete::<HasRole>(&(organisation, party, there.role))?,
                }
            }
        }
        for &role in roles.iter().filter(|role| !kept.contains(role)) {
            if tx.get::<HasRole>(&(*organisation, *party, role))?.is_none() {
                tx.insert(HasRole { organisation: *organisation, party: *party, role })?;
            }
        }
        tx.emit(Event::new("crm.roles_set").with("party", Value::Id(party.to_u128())));
        Ok(())
    }
}

/// Each id of an organisation with each of a person.
fn pairs(
    tx: &mut Tx<'_>,
    organisation: PartyId,
    party: PartyId,
) -> Result<Vec<(PartyId, PartyId)>, Halt> {
    let (of, who) = (all_ids(tx, organisation)?, all_ids(tx, party)?);
    Ok(of.iter().flat_map(|of| who.iter().map(|who| (*of, *who))).collect())
}

/// Who has a say when an organisation buys, under whichever of its ids that was said, by the ids that they go by.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn buying_centre(
    read: &mut impl Reading,
    organisation: PartyId,
) -> Result<Vec<(PartyId, BuyingRole)>, Halt> {
    let ids = group(read, organisation)?;
    let rows = read.peek_scans(&ids.iter().map(Range::<HasRole>::by_key).collect::<Vec<_>>())?;
    let mut all = Vec::new();
    for row in rows.iter().flatten() {
        all.push((resolve(read, row.party)?, row.role));
    }
    all.sort_by_key(|(party, _)| *party);
    let mut seen = Vec::with_capacity(all.len());
    all.retain(|one| {
        !seen.contains(one) && {
            seen.push(*one);
            true
        }
    });
    Ok(all)
}
