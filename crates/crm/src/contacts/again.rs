//! Whether a contact that comes again is as it was given: what a list says otherwise is told, and not lost unsaid.
//!
//! Only what is given is compared. How far a contact is moves on, and is not.

use fondaco_core::party::{self, Address, Contact, Party, Relation, RelationKind};
use fondaco_core::{PartyId, Range, Reading, Tx};
use smol_str::SmolStr;

use super::{NewContact, Profile, group};
use crate::CrmError;
use crate::attributes::AttributeValue;
use crate::clean::{email_key, phone_key};

/// As what the contact is there, where that is not what is given.
pub(super) fn differs(
    tx: &mut Tx<'_>,
    new: &NewContact,
    there: &Profile,
) -> Result<Option<&'static str>, CrmError> {
    let is_other = |new: &Option<SmolStr>, there: &Option<SmolStr>| new.is_some() && new != there;
    if is_other(&new.source, &there.source) {
        return Ok(Some("one from another source"));
    }
    if is_other(&new.owner, &there.owner) {
        return Ok(Some("one of another owner"));
    }
    if is_other(&new.territory, &there.territory) {
        return Ok(Some("one in another territory"));
    }
    if !has_names(tx, new)? {
        return Ok(Some("one of another name or language"));
    }
    for (code, value) in new.values.iter() {
        let row = tx.get::<AttributeValue>(&(new.party, code.clone()))?;
        let known = row.as_ref().and_then(|row| row.value.as_ref()?.get());
        if known != Some(value) {
            return Ok(Some("one of which other values are known"));
        }
    }
    let all = group(tx, new.party)?;
    if !is_reached(tx, new, &all)? {
        return Ok(Some("one that is reached otherwise"));
    }
    Ok((!works_there(tx, new, &all)?).then_some("one who doesn't work there"))
}

/// Whether it has the names that are given; one whose names moved in core has them elsewhere.
fn has_names(tx: &mut Tx<'_>, new: &NewContact) -> Result<bool, CrmError> {
    let Some(there) = tx.get::<Party>(&new.party)? else { return Ok(new.name.is_none()) };
    if there.is_erased() {
        return Ok(true);
    }
    let known = [there.name.get(), there.given_name.as_ref().and_then(|name| name.get())];
    let family = there.family_name.as_ref().and_then(|name| name.get());
    let given = [&new.name, &new.given_name, &new.family_name];
    let named = given.into_iter().zip(known.into_iter().chain([family])).all(|(new, known)| {
        new.as_ref().is_none_or(|new| known.is_some_and(|known| *known == new.0))
    });
    Ok(named && (new.language.is_none() || new.language == there.language))
}

/// Whether it is reached by what is given, under any of its ids.
fn is_reached(tx: &mut Tx<'_>, new: &NewContact, all: &[PartyId]) -> Result<bool, CrmError> {
    let (mut contacts, mut addresses) = (Vec::new(), Vec::new());
    for party in all {
        contacts.extend(tx.peek_scan(&Range::<Contact>::by_key(party))?);
        if new.address.is_some() {
            addresses.extend(tx.peek_scan(&Range::<Address>::by_key(party))?);
        }
    }
    let has = |is: fn(party::ContactKind) -> bool, key: fn(&str) -> SmolStr, wanted: &str| {
        let keys = contacts.iter().filter(|one| is(one.kind)).filter_map(|one| one.value.get());
        keys.map(|value| key(value)).any(|there| there == key(wanted))
    };
    let by_email = |kind| kind == party::ContactKind::Email;
    let by_phone = |kind| matches!(kind, party::ContactKind::Phone | party::ContactKind::Mobile);
    let lives = new.address.as_ref().is_none_or(|new| {
        addresses.iter().any(|there| {
            let street = there.street.as_ref().and_then(|street| street.get());
            there.country == new.country
                && there.city.get() == Some(&new.city.0)
                && street == new.street.as_ref().map(|street| &street.0)
        })
    });
    Ok(lives
        && new.emails.iter().all(|email| has(by_email, email_key, &email.0))
        && new.phones.iter().all(|phone| has(by_phone, phone_key, &phone.0)))
}

/// Whether it works where that is said.
fn works_there(tx: &mut Tx<'_>, new: &NewContact, all: &[PartyId]) -> Result<bool, CrmError> {
    let Some(organisation) = new.works_for else { return Ok(true) };
    for party in all {
        let range = Range::<Relation>::by_key(&(*party, RelationKind::EmployeeOf));
        if tx.peek_scan(&range)?.iter().any(|relation| relation.other == organisation) {
            return Ok(true);
        }
    }
    Ok(false)
}
