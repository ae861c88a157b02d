//! What is known of a contact, and since when.

use std::collections::BTreeSet;
use std::sync::Arc;

use fondaco_core::enter::{Entered, Taking, take};
use fondaco_core::party::PartyAlias;
use fondaco_core::policy::Request;
use fondaco_core::store::{Personal, Record};
use fondaco_core::tx::Needs;
use fondaco_core::{Act, PartyId, Range, Reading, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Attribute, AttributeError, Value, Values};
use crate::along::{self, Change};
use crate::contacts::ContactError;
use crate::contacts::rights::KEEP_CONTACTS;
use crate::contacts::{Profile, all_living, told_of};
use crate::{CrmError, check_count, is_ahead};

/// What is known of a contact now.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_value", kind = state, key(party, attribute))]
pub struct AttributeValue {
    /// Of whom.
    pub party: PartyId,
    /// Which attribute.
    pub attribute: SmolStr,
    /// How often something was said of it.
    pub number: u32,
    /// Since when it holds.
    pub at: Timestamp,
    /// The value; `None` where it was cleared.
    pub value: Option<Personal<Value>>,
}

/// Something that was said of an attribute.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_value_fact", kind = fact, key(party, attribute, number))]
pub struct ValueFact {
    /// Of whom.
    pub party: PartyId,
    /// Which attribute.
    pub attribute: SmolStr,
    /// Counts what was said of it, from 1.
    pub number: u32,
    /// Since when it holds.
    pub at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The value; `None` where it was cleared.
    pub value: Option<Personal<Value>>,
}

/// What shall be known of one contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewValues {
    /// Of whom; under an id that was merged into another, of that other.
    pub party: PartyId,
    /// What is known.
    #[serde(default, skip_serializing_if = "Values::is_empty")]
    pub values: Values,
    /// What is not known any more, under whichever of its ids it was said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clear: Vec<SmolStr>,
    /// Since when; now where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// Says what is known of contacts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetValues {
    /// Contact by contact, at most 100,000.
    pub contacts: Vec<NewValues>,
    /// What is done where some are refused.
    #[serde(default)]
    pub taking: Taking,
}

impl SetValues {
    /// Says all of it of these contacts, or nothing.
    pub fn new(contacts: Vec<NewValues>) -> SetValues {
        SetValues { contacts, taking: Taking::AllOrNothing }
    }

    /// Says one thing of one contact, from now on.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_crm::attributes::{SetValues, Value, value_at, values};
    /// crm.send("grows", &SetValues::one(firm(), "employees", Value::from(120)))?;
    /// assert_eq!(crm.view(|view| values(view, firm()))?.get("employees"), Some(&Value::from(120)));
    /// let wrong = crm.send("word", &SetValues::one(firm(), "employees", Value::from("many")));
    /// assert_eq!(wrong?.answer.refused[0].code, "crm.wrong_type");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn one(party: PartyId, attribute: impl Into<SmolStr>, value: Value) -> SetValues {
        let values = [(attribute.into(), value)].into_iter().collect();
        SetValues::new(vec![NewValues { party, values, clear: Vec::new(), at: None }])
    }
}

impl Act for SetValues {
    type Answer = Entered;
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Entered, CrmError> {
        tx.authorize(&Request::new(&KEEP_CONTACTS))?;
        check_count(self.contacts.len())?;
        let ids: Vec<PartyId> = self.contacts.iter().map(|new| new.party).collect();
        let set = self.contacts.iter().map(|new| (new.party, &new.values));
        let needed = Needs::new().rows::<Profile>(&ids).rows::<PartyAlias>(&ids);
        tx.need_all(needs(needed, set))?;
        take(tx, self.taking, |tx| {
            let (mut entered, mut changes) = (Entered::default(), Vec::new());
            for (at, new) in self.contacts.iter().enumerate() {
                let mark = changes.len();
                let done = tx.attempt(|tx| say(tx, new, &mut changes))?;
                if done.is_err() {
                    changes.truncate(mark);
                }
                entered.note(at, done);
            }
            along::note(tx, &changes)?;
            Ok(entered)
        })
    }
}

fn say(tx: &mut Tx<'_>, new: &NewValues, changes: &mut Vec<Change<'_>>) -> Result<bool, CrmError> {
    let all = all_living(tx, new.party)?;
    let unknown = || ContactError::UnknownContact { party: new.party };
    let (profile, aliases) = all.split_first().ok_or_else(unknown)?;
    let at = new.at.unwrap_or(tx.now());
    let setting = Setting { profile, aliases, values: &new.values, clear: &new.clear, at };
    let changed = set(tx, &setting, changes)?;
    if changed {
        tx.emit(told_of("crm.values_set", profile.party, new.party));
    }
    Ok(changed)
}

/// What is said of one contact.
pub(crate) struct Setting<'a> {
    profile: &'a Profile,
    /// Those that live of whom it stands for.
    aliases: &'a [Arc<Profile>],
    values: &'a Values,
    clear: &'a [SmolStr],
    at: Timestamp,
}

impl<'a> Setting<'a> {
    pub(crate) fn new(profile: &'a Profile, values: &'a Values, at: Timestamp) -> Setting<'a> {
        Setting { profile, aliases: &[], values, clear: &[], at }
    }
}

/// What has to be read for values of these contacts.
pub(crate) fn needs<'v>(
    needs: Needs,
    contacts: impl Iterator<Item = (PartyId, &'v Values)>,
) -> Needs {
    let (mut codes, mut keys) = (BTreeSet::new(), Vec::new());
    for (party, values) in contacts {
        for (attribute, _) in values.iter() {
            codes.insert(attribute.clone());
            keys.push((party, attribute.clone()));
        }
    }
    let codes: Vec<SmolStr> = codes.into_iter().collect();
    needs.rows::<Attribute>(&codes).rows::<AttributeValue>(&keys)
}

/// Stages what is said; whether anything changes. What holds now from it comes to `changes`.
///
/// # Errors
/// [`AttributeError`], which names the attribute.
pub(crate) fn set(
    tx: &mut Tx<'_>,
    setting: &Setting<'_>,
    changes: &mut Vec<Change<'_>>,
) -> Result<bool, CrmError> {
    setting.values.check()?;
    let said = setting.values.iter().map(|(code, value)| (code, Some(value)));
    let cleared = setting.clear.iter().map(|code| (code, None));
    let mut changed = false;
    for (code, value) in said.chain(cleared) {
        let unknown = || AttributeError::UnknownAttribute { attribute: code.clone() };
        let attribute = tx.get::<Attribute>(code)?.ok_or_else(unknown)?;
        if is_ahead(setting.at, tx.now()) {
            let why = "it holds from the future on: say it when it does";
            return Err(AttributeError::BadValue { attribute: code.clone(), why }.into());
        }
        value.map_or(Ok(()), |value| attribute.check(setting.profile.kind, value))?;
        let party = setting.profile.party;
        changed |= say_one(tx, (party, setting.at), (code, value), changes)?;
        if value.is_none() {
            changed |= clear_aliases(tx, setting, code, changes)?;
        }
    }
    Ok(changed)
}

/// Clears what was said under other ids: what is shown is of all of them, and an older value would come up.
fn clear_aliases(
    tx: &mut Tx<'_>,
    setting: &Setting<'_>,
    code: &SmolStr,
    changes: &mut Vec<Change<'_>>,
) -> Result<bool, CrmError> {
    setting.aliases.iter().try_fold(false, |changed, alias| {
        Ok(say_one(tx, (alias.party, setting.at), (code, None), changes)? || changed)
    })
}

/// Stages one value under one id, with its history.
fn say_one(
    tx: &mut Tx<'_>,
    (party, at): (PartyId, Timestamp),
    (code, value): (&SmolStr, Option<&Value>),
    changes: &mut Vec<Change<'_>>,
) -> Result<bool, CrmError> {
    let recorded_at = tx.now();
    let there = tx.get::<AttributeValue>(&(party, code.clone()))?;
    let before = there.as_ref().and_then(|row| row.value.as_ref()?.get().cloned());
    let before_at = there.as_ref().map_or(at, |row| row.at);
    let is_now = there.as_ref().is_none_or(|row| row.at <= at);
    let is_unknown = there.is_none() && value.is_none();
    if is_unknown
        || held_from(tx, (party, code), there.as_deref(), at)?.as_ref() == Some(&value.cloned())
    {
        return Ok(false);
    }
    let number = there.as_ref().map_or(1, |row| row.number.saturating_add(1));
    let keep = |tx: &mut Tx<'_>| value.map(|value| tx.personal(value.clone()));
    let (attribute, told) = (code.clone(), keep(tx));
    tx.insert(ValueFact { party, attribute, number, at, recorded_at, value: told })?;
    let attribute = code.clone();
    let row = match (is_now, &there) {
        (false, Some(row)) => AttributeValue { number, ..row.as_ref().clone() },
        _ => AttributeValue { party, attribute, number, at, value: keep(tx) },
    };
    match there {
        Some(_) => tx.put(row)?,
        None => tx.insert(row)?,
    }
    // What holds on is told again for its time alone: so what comes late of a time between changes the past, and not the present.
    if is_now && before.as_ref() != value {
        let (attribute, after) = (code.clone(), value.cloned());
        changes.push(Change::Attribute { party, attribute, before, before_at, after, at });
    }
    Ok(true)
}

/// What was said to hold from just this time on: that again is there already.
fn held_from(
    tx: &mut Tx<'_>,
    (party, code): (PartyId, &SmolStr),
    there: Option<&AttributeValue>,
    at: Timestamp,
) -> Result<Option<Option<Value>>, CrmError> {
    let known = |value: &Option<Personal<Value>>| value.as_ref().and_then(|it| it.get().cloned());
    match there {
        Some(row) if row.at == at => Ok(Some(known(&row.value))),
        Some(row) if at < row.at => {
            let said = tx.peek_scan(&Range::<ValueFact>::by_key(&(party, code.clone())))?;
            let of_then = said.iter().filter(|fact| fact.at == at);
            Ok(of_then.max_by_key(|fact| fact.number).map(|fact| known(&fact.value)))
        }
        _ => Ok(None),
    }
}
