//! What is shown of a contact that several became: drawn together on reading, so that taking a merge back has nothing to undo.

use std::collections::BTreeMap;
use std::fmt;

use fondaco_core::party::{Contact, ContactKind as Reach, Party};
use fondaco_core::{Halt, PartyId, Range, Reading, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::attributes::{AttributeValue, Value, Values};
use crate::contacts::{ContactKind, LifecycleStage, Profile, group, joint};

/// Which of several values survives.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SurvivorRule {
    /// That of the contact that stays; where it has none, the newest.
    #[default]
    Kept,
    /// What holds since last.
    Newest,
    /// What holds since first.
    Oldest,
    /// The longest text, or the greatest number, day or instant.
    Greatest,
    /// That of the contact that comes from the first of these sources; where none does, the newest.
    Sources(Vec<SmolStr>),
}

/// Which values survive, attribute by attribute.
///
/// ```
/// use fondaco_core::{PartyId, Timestamp};
/// use fondaco_crm::attributes::Value;
/// use fondaco_crm::merge::{Candidate, SurvivorRule, Survivorship};
/// let (here, there) = (PartyId::named("1"), PartyId::named("2"));
/// let of = |party, value: i64, at: &str, is_kept| {
///     Ok::<_, fondaco_core::TimestampError>(Candidate { party, value: value.into(), at: at.parse()?, source: None, is_kept })
/// };
/// let both = [of(here, 80, "2025-01-01T00:00:00Z", true)?, of(there, 120, "2026-01-01T00:00:00Z", false)?];
/// let rules = Survivorship::default().rule("employees", SurvivorRule::Newest);
/// assert_eq!(rules.choose("employees", &both).map(|one| one.party), Some(there));
/// assert_eq!(rules.choose("segment", &both).map(|one| one.party), Some(here));
/// # Ok::<(), fondaco_core::TimestampError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Survivorship {
    /// Of what no other rule is said.
    #[serde(default)]
    pub default: SurvivorRule,
    /// By attribute.
    #[serde(default)]
    pub by: BTreeMap<SmolStr, SurvivorRule>,
}

/// A value that may survive.
#[derive(Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Whose it is.
    pub party: PartyId,
    /// The value.
    pub value: Value,
    /// Since when it holds.
    pub at: Timestamp,
    /// Where its contact comes from.
    pub source: Option<SmolStr>,
    /// Whether its contact is the one that stays.
    pub is_kept: bool,
}

/// Whose it is, and not what it says.
impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Candidate").field("party", &self.party).finish_non_exhaustive()
    }
}

impl Survivorship {
    /// Another rule for an attribute.
    #[must_use]
    pub fn rule(mut self, attribute: impl Into<SmolStr>, rule: SurvivorRule) -> Survivorship {
        self.by.insert(attribute.into(), rule);
        self
    }

    /// Which of these survives. What is equal by the rule is decided by the newest, then by the id, so that the order doesn't matter.
    pub fn choose<'c>(&self, attribute: &str, all: &'c [Candidate]) -> Option<&'c Candidate> {
        let rule = self.by.get(attribute).unwrap_or(&self.default);
        all.iter().max_by(|a, b| {
            let first = match rule {
                SurvivorRule::Kept => a.is_kept.cmp(&b.is_kept),
                SurvivorRule::Newest => a.at.cmp(&b.at),
                SurvivorRule::Oldest => b.at.cmp(&a.at),
                SurvivorRule::Greatest => size(&a.value).cmp(&size(&b.value)),
                SurvivorRule::Sources(order) => place(order, b).cmp(&place(order, a)),
            };
            first.then(a.at.cmp(&b.at)).then(b.party.cmp(&a.party))
        })
    }
}

/// How long a text is; all else by itself.
fn size(value: &Value) -> (usize, Option<&Value>) {
    match value {
        Value::Text(text) => (text.chars().count(), None),
        other => (0, Some(other)),
    }
}

/// Where a candidate's source stands among those that are preferred.
fn place(order: &[SmolStr], candidate: &Candidate) -> usize {
    let at =
        candidate.source.as_ref().and_then(|source| order.iter().position(|one| one == source));
    at.unwrap_or(order.len())
}

/// A contact as it is shown, with all that were merged into it.
#[derive(Clone, PartialEq)]
pub struct Golden {
    /// The contact that stays.
    pub party: PartyId,
    /// Those that were merged into it.
    pub aliases: Vec<PartyId>,
    /// What it is.
    pub kind: ContactKind,
    /// What it is called.
    pub name: Option<SmolStr>,
    /// All e-mail addresses, each once.
    pub emails: Vec<SmolStr>,
    /// All telephone numbers, each once.
    pub phones: Vec<SmolStr>,
    /// How far any of them is.
    pub stage: LifecycleStage,
    /// Who looks after it.
    pub owner: Option<SmolStr>,
    /// In which territory it is.
    pub territory: Option<SmolStr>,
    /// Where it came from first.
    pub source: Option<SmolStr>,
    /// What is known, by the rules.
    pub values: Values,
}

/// Who it is, and not what is known.
impl fmt::Debug for Golden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Golden");
        shown.field("party", &self.party).field("aliases", &self.aliases).finish_non_exhaustive()
    }
}

/// A contact as it is shown, under any of its ids; `None` where nobody is known under it.
///
/// ```
/// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
/// # use people::*;
/// # let crm = crm();
/// use fondaco_crm::merge::{MergeContacts, Survivorship, golden};
/// let twice = PartyId::named("fair/33");
/// let fair = NewContact::person(twice, "A. Lovelace").email("ada@home.example").territory("uk");
/// crm.send("fair", &AddContacts::new(vec![fair]))?;
/// crm.send("one", &MergeContacts::new(ada(), twice, "same_person"))?;
/// let ada = crm.view(|view| golden(view, twice, &Survivorship::default()))?.ok_or("she is there")?;
/// assert_eq!(ada.name.as_deref(), Some("Ada Lovelace"));
/// assert_eq!(ada.emails, ["ada@analytical.example", "ada@home.example"]);
/// assert_eq!(ada.territory.as_deref(), Some("uk")); // the other had none
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn golden(
    read: &mut impl Reading,
    party: PartyId,
    rules: &Survivorship,
) -> Result<Option<Golden>, Halt> {
    let all = group(read, party)?;
    let profiles: Vec<_> = read.peek_many::<Profile>(&all)?.into_iter().flatten().collect();
    let (Some((&kept, aliases)), Some(first)) = (all.split_first(), profiles.first()) else {
        return Ok(None);
    };
    let parties: Vec<_> = read.peek_many::<Party>(&all)?.into_iter().flatten().collect();
    let name = parties.iter().find_map(|party| party.name.get().cloned());
    let (emails, phones) = reached(read, &all)?;
    // Of who is erased, what it was.
    let joint = joint(profiles.iter().map(AsRef::as_ref));
    let joint = joint.unwrap_or_else(|| first.as_ref().clone());
    Ok(Some(Golden {
        party: kept,
        aliases: aliases.to_vec(),
        kind: joint.kind,
        name,
        emails,
        phones,
        stage: joint.stage,
        owner: joint.owner,
        territory: joint.territory,
        source: joint.source,
        values: survivors(read, &profiles, kept, rules)?,
    }))
}

/// All e-mail addresses and telephone numbers, each once.
fn reached(read: &mut impl Reading, all: &[PartyId]) -> Result<(Vec<SmolStr>, Vec<SmolStr>), Halt> {
    let (mut emails, mut phones, mut seen) = (Vec::new(), Vec::new(), Vec::new());
    for party in all {
        for contact in read.peek_scan(&Range::<Contact>::by_key(party))? {
            let (Some(value), Some(normal)) = (contact.value.get(), contact.normal.get()) else {
                continue;
            };
            if seen.contains(normal) {
                continue;
            }
            seen.push(normal.clone());
            match contact.kind {
                Reach::Email => emails.push(value.clone()),
                Reach::Phone | Reach::Mobile => phones.push(value.clone()),
                Reach::Web | Reach::Other => {}
            }
        }
    }
    Ok((emails, phones))
}

/// What is known of a contact under all its ids, that which it goes by first: by the rule that holds where nobody says another.
pub(crate) fn joint_values(read: &mut impl Reading, ids: &[PartyId]) -> Result<Values, Halt> {
    let rows =
        read.peek_scans(&ids.iter().map(Range::<AttributeValue>::by_key).collect::<Vec<_>>())?;
    let mut all: BTreeMap<SmolStr, Vec<Candidate>> = BTreeMap::new();
    for row in rows.iter().flatten() {
        let Some(value) = row.value.as_ref().and_then(|value| value.get()) else { continue };
        all.entry(row.attribute.clone()).or_default().push(Candidate {
            party: row.party,
            value: value.clone(),
            at: row.at,
            source: None,
            is_kept: ids.first() == Some(&row.party),
        });
    }
    Ok(chosen(&all, &Survivorship::default()))
}

fn chosen(all: &BTreeMap<SmolStr, Vec<Candidate>>, rules: &Survivorship) -> Values {
    let chosen = all.iter().filter_map(|(attribute, candidates)| {
        let survivor = rules.choose(attribute, candidates)?;
        Some((attribute.clone(), survivor.value.clone()))
    });
    chosen.collect()
}

/// The values that survive.
fn survivors(
    read: &mut impl Reading,
    profiles: &[std::sync::Arc<Profile>],
    kept: PartyId,
    rules: &Survivorship,
) -> Result<Values, Halt> {
    let mut all: BTreeMap<SmolStr, Vec<Candidate>> = BTreeMap::new();
    for profile in profiles {
        for row in read.peek_scan(&Range::<AttributeValue>::by_key(&profile.party))? {
            let Some(value) = row.value.as_ref().and_then(|value| value.get()) else { continue };
            all.entry(row.attribute.clone()).or_default().push(Candidate {
                party: row.party,
                value: value.clone(),
                at: row.at,
                source: profile.source.clone(),
                is_kept: row.party == kept,
            });
        }
    }
    Ok(chosen(&all, rules))
}
