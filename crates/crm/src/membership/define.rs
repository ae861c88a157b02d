//! Putting segments, and putting them to use.

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Json, Value};
use fondaco_core::{Act, Halt, Range, Reading, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::clock::ask_everybody;
use super::known::farthest;
use super::sets::{Declared, Sets, declared, schema};
use super::{MembershipError, SegmentInUse, SegmentVersion};
use crate::attributes::{Attribute, ValueKind};
use crate::contacts::rights::SET_UP;
use crate::contacts::{ContactKind, LifecycleStage};
use crate::segments::{Definition, Predicate, SegmentSet};
use crate::{CrmError, check_code, check_text};

/// The longest text of a segment, in bytes.
const MAX_SEGMENT: usize = 65_536;

/// A segment, as it is put.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredSegment {
    /// What it is called.
    pub name: SmolStr,
    /// Its version.
    pub version: u32,
    /// The kinds of events that it reads, each with the attributes that it reads and their types.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub events: BTreeMap<SmolStr, BTreeMap<SmolStr, ValueKind>>,
    /// What members are, as text: `count(purchase) in 90 days >= 3`.
    pub is: SmolStr,
}

impl StoredSegment {
    /// A segment that reads no events yet.
    ///
    /// ```
    /// use fondaco_crm::attributes::ValueKind;
    /// use fondaco_crm::membership::StoredSegment;
    /// let loyal = StoredSegment::new("loyal", 1, "sum(purchase.amount) in 90 days > 100")
    ///     .event("purchase", [("amount", ValueKind::Number)]);
    /// assert_eq!(loyal.events["purchase"]["amount"], ValueKind::Number);
    /// ```
    pub fn new(name: impl Into<SmolStr>, version: u32, is: impl Into<SmolStr>) -> StoredSegment {
        StoredSegment { name: name.into(), version, events: BTreeMap::new(), is: is.into() }
    }

    /// That reads a kind of event, with these of its attributes.
    #[must_use]
    pub fn event<'f>(
        mut self,
        kind: impl Into<SmolStr>,
        fields: impl IntoIterator<Item = (&'f str, ValueKind)>,
    ) -> StoredSegment {
        let fields = fields.into_iter().map(|(name, kind)| (SmolStr::from(name), kind));
        self.events.entry(kind.into()).or_default().extend(fields);
        self
    }

    fn check(&self) -> Result<(), CrmError> {
        check_code("segment", &self.name)?;
        check_text("segment", &self.is, MAX_SEGMENT)?;
        for (kind, fields) in &self.events {
            check_code("event kind", kind)?;
            fields.keys().try_for_each(|field| check_code("event attribute", field))?;
        }
        Ok(())
    }

    /// Whether it can be asked, whatever the segments that it names say.
    ///
    /// Words of closed lists and numbers are held against what can be, when it is put: what is in use stands, whatever is chosen from later.
    fn check_alone(&self, attributes: &[Arc<Attribute>]) -> Result<(), CrmError> {
        let definition = Definition::parse(&self.is)?;
        let others = declared::segments(definition.predicate());
        let others = others.into_iter().filter(|other| *other != self.name);
        let others = others.map(|other| (other, Definition::from(Predicate::everybody())));
        let all: Vec<_> =
            std::iter::once((self.name.to_string(), definition)).chain(others).collect();
        let declared = attributes.iter().map(|one| (one.code.clone(), one.kind)).collect();
        let mut schema = schema(&declared, [self])?.farthest(farthest());
        for one in attributes.iter().filter(|one| one.kind == ValueKind::Choice) {
            schema = schema.words(&one.code, one.choices().iter().map(ToString::to_string));
        }
        let kinds = [ContactKind::Person, ContactKind::Organisation, ContactKind::Household];
        let stages = LifecycleStage::ALL.map(|stage| stage.code().to_string());
        let schema =
            schema.words("kind", kinds.map(|kind| kind.code().to_string())).words("stage", stages);
        let set = SegmentSet::compile(&schema, all)?;
        Ok(declared::is_kept(&set, &self.name)?)
    }
}

/// All attributes that are defined. Their types never change.
fn attributes(tx: &mut Tx<'_>) -> Result<Vec<Arc<Attribute>>, Halt> {
    tx.peek_scan(&Range::<Attribute>::all())
}

/// Keeps a version of a segment, to be put to use. One that is there, and says the same, is left alone.
///
/// What is wrong with it is refused with its line and column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PutSegment {
    /// The segment.
    pub segment: StoredSegment,
}

impl PutSegment {
    /// Keeps this one.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_crm::membership::{PutSegment, StoredSegment, UseSegment, members_of};
    /// let large = StoredSegment::new("large", 1, "employees >= 100");
    /// crm.send("large", &PutSegment::new(large))?;
    /// crm.send("use", &UseSegment::new("large", Some(1)))?;
    /// use fondaco_crm::attributes::{SetValues, Value};
    /// crm.send("grows", &SetValues::one(firm(), "employees", Value::from(120)))?;
    /// let members = crm.view(|view| members_of(view, "large"))?;
    /// assert_eq!(members.iter().map(|member| member.party).collect::<Vec<_>>(), [firm()]);
    ///
    /// let typo = StoredSegment::new("typo", 1, "employes >= 100");
    /// let refused = crm.send("typo", &PutSegment::new(typo)).unwrap_err();
    /// assert!(refused.to_string().starts_with("line 1, column 1: there is no attribute \"employes\""));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(segment: StoredSegment) -> PutSegment {
        PutSegment { segment }
    }
}

impl Act for PutSegment {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        tx.authorize(&Request::new(&SET_UP))?;
        self.segment.check()?;
        let (name, version) = (self.segment.name.clone(), self.segment.version);
        if let Some(there) = tx.get::<SegmentVersion>(&(name.clone(), version))? {
            return match there.segment.to::<StoredSegment>().map_err(Halt::from)? == self.segment {
                true => Ok(()),
                false => Err(MembershipError::SegmentDiffers { name, version }.into()),
            };
        }
        // Only what is new is held against what can be: a host that puts its segments whenever it starts is not refused for what stands.
        self.segment.check_alone(&attributes(tx)?)?;
        let segment = json(&self.segment)?;
        let recorded_at = tx.now();
        tx.emit(told("crm.segment_put", &name, version));
        Ok(tx.insert(SegmentVersion { name, version, segment, recorded_at })?)
    }
}

fn json<T: Serialize>(value: &T) -> Result<Json, Halt> {
    Json::of(value).ok_or_else(|| Halt::Bug("a segment that is no JSON".into()))
}

fn told(what: &'static str, name: &SmolStr, version: u32) -> Event {
    let event = Event::new(what).with("segment", Value::text(name.clone()));
    event.with("version", Value::I64(version.into()))
}

/// Says which version of a segment counts from now on, or that none does.
///
/// Whoever does something is asked by it at once. Ticks ask everybody else, beginning now; [`RecountSegments`](super::RecountSegments) does so without them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UseSegment {
    /// What it is called.
    pub name: SmolStr,
    /// Which version; nothing for none.
    pub version: Option<u32>,
}

impl UseSegment {
    /// This version.
    pub fn new(name: impl Into<SmolStr>, version: Option<u32>) -> UseSegment {
        UseSegment { name: name.into(), version }
    }

    /// The row that says so.
    fn row(&self, tx: &mut Tx<'_>) -> Result<SegmentInUse, CrmError> {
        let (name, since) = (self.name.clone(), tx.now());
        let Some(version) = self.version else {
            return Ok(SegmentInUse {
                name,
                version: None,
                segment: None,
                attributes: None,
                since,
            });
        };
        let key = (name.clone(), version);
        let unknown =
            || CrmError::from(MembershipError::UnknownSegment { name: name.clone(), version });
        let there = tx.require::<SegmentVersion, CrmError>(&key, unknown)?;
        let segment = there.segment.to::<StoredSegment>().map_err(Halt::from)?;
        let read = declared::attributes(Definition::parse(&segment.is)?.predicate());
        let known = attributes(tx)?;
        let known = known.iter().filter(|one| read.contains(one.code.as_str()));
        let known: Declared = known.map(|one| (one.code.clone(), one.kind)).collect();
        let attributes = Some(json(&known)?);
        let (version, segment) = (Some(version), Some(there.segment.clone()));
        Ok(SegmentInUse { name, version, segment, attributes, since })
    }
}

impl Act for UseSegment {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        tx.authorize(&Request::new(&SET_UP))?;
        let row = self.row(tx)?;
        let others = tx.scan(&Range::<SegmentInUse>::all())?;
        let others = others.iter().filter(|other| other.name != self.name);
        let all: Vec<SegmentInUse> =
            others.map(|other| other.as_ref().clone()).chain([row.clone()]).collect();
        Sets::of(&all)?;
        tx.emit(told("crm.segment_used", &self.name, self.version.unwrap_or(0)));
        tx.upsert(row)?;
        Ok(ask_everybody(tx)?)
    }
}
