//! A scorecard that was checked and can count.

use chrono::TimeDelta;
use fondaco_core::Timestamp;

use super::card::Scorecard;
use super::check;
use super::condition::Node;
use super::tally::Tally;
use super::value::{Slot, Type, Value};
use crate::KernelError;
use crate::decay::HalfLife;
use crate::decay::bins::FORGOTTEN_AFTER;

/// An event, as a scorecard sees it. Two are equal that say the same, whenever that was recorded.
#[derive(Clone, Copy, Debug)]
pub struct Event<'e> {
    /// Which kind.
    pub kind: &'e str,
    /// When it was.
    pub at: Timestamp,
    /// What is known of it.
    pub properties: &'e [(&'e str, Value<'e>)],
    /// Made by a machine, such as a scanner of mails: it is counted apart and gives nothing.
    pub automated: bool,
    /// When it was recorded, where that was later: before that nobody knew of it.
    pub recorded_at: Option<Timestamp>,
}

impl PartialEq for Event<'_> {
    fn eq(&self, other: &Self) -> bool {
        let says = |event: &Self| (event.kind, event.at, event.automated);
        says(self) == says(other) && self.properties == other.properties
    }
}

impl<'e> Event<'e> {
    /// An event without properties, made by a person.
    #[must_use]
    pub fn new(kind: &'e str, at: Timestamp) -> Self {
        Self { kind, at, properties: &[], automated: false, recorded_at: None }
    }

    /// With what is known of it.
    #[must_use]
    pub fn with(mut self, properties: &'e [(&'e str, Value<'e>)]) -> Self {
        self.properties = properties;
        self
    }

    /// Recorded later than it happened.
    #[must_use]
    pub fn recorded_at(mut self, at: Timestamp) -> Self {
        self.recorded_at = Some(at);
        self
    }

    /// Since when it can be known.
    pub(super) fn known_at(&self) -> Timestamp {
        self.recorded_at.map_or(self.at, |recorded| recorded.max(self.at))
    }

    /// Made by a machine.
    #[must_use]
    pub fn automated(mut self) -> Self {
        self.automated = true;
        self
    }
}

/// A scorecard that was checked and can count.
#[derive(Clone, Debug)]
pub struct Scorer {
    pub(super) card: Scorecard,
    pub(super) person: Fields,
    /// In the order of their names.
    pub(super) kinds: Vec<Kind>,
    /// Fit before engagement, in their order.
    pub(super) rules: Vec<Ready>,
    pub(super) caps: Caps,
}

/// Fields of a person or of a kind of event: those that rules look at come first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    pub(super) used: Vec<(String, Type)>,
    pub(super) others: Vec<(String, Type)>,
}

/// A kind of event, with the rules that count it.
#[derive(Clone, Debug)]
pub(super) struct Kind {
    pub(super) name: String,
    pub(super) fields: Fields,
    pub(super) rules: Vec<Counting>,
    /// Each way of cutting time once, whatever the number of rules.
    pub(super) times: Vec<Time>,
}

#[derive(Clone, Debug)]
pub(super) struct Counting {
    pub(super) rule: u32,
    pub(super) condition: Option<Node>,
    pub(super) time: usize,
}

/// How a rule cuts time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Time {
    /// Not at all.
    Whole,
    /// By half-lives.
    Half(HalfLife),
    /// By days, of which so many are remembered.
    Days(i64),
}

/// A rule whose points are whole units of the card's last digit.
#[derive(Clone, Debug)]
pub(super) struct Ready {
    pub(super) points: i64,
    pub(super) gives: Gives,
    pub(super) cap: (i64, i64),
    pub(super) group: Option<usize>,
}

#[derive(Clone, Debug)]
pub(super) enum Gives {
    Person(Node),
    Each(Time),
    Recent { days: i64, at_least: u64, at_most: Option<u64> },
}

/// Limits in units.
#[derive(Clone, Debug)]
pub(super) struct Caps {
    pub(super) groups: Vec<(i64, i64)>,
    pub(super) axes: [(i64, i64); 2],
}

pub(super) const DAY: i64 = 86_400_000_000;

impl Time {
    /// The bin of a time.
    pub(super) fn bin(self, at: Timestamp) -> i64 {
        match self {
            Self::Whole => 0,
            Self::Half(half_life) => half_life.bin(at),
            Self::Days(_) => at.micros().div_euclid(DAY),
        }
    }

    /// The first bin that still counts at a time.
    pub(super) fn first(self, now: Timestamp) -> i64 {
        match self {
            Self::Whole => i64::MIN,
            Self::Half(_) => self.bin(now).saturating_sub(FORGOTTEN_AFTER - 1),
            Self::Days(days) => self.bin(now).saturating_sub(days - 1),
        }
    }

    fn parts(self, at: Timestamp) -> u64 {
        match self {
            Self::Whole | Self::Days(_) => 1,
            Self::Half(half_life) => half_life.parts(at),
        }
    }
}

impl Fields {
    /// Fields that no rule looks at yet.
    pub(crate) fn declared<'d>(fields: impl IntoIterator<Item = (&'d String, &'d Type)>) -> Self {
        let others = fields.into_iter().map(|(name, kind)| (name.clone(), *kind)).collect();
        Self { used: Vec::new(), others }
    }

    /// The values of the fields that rules look at.
    pub(crate) fn slots<'v>(
        &self,
        what: &'static str,
        values: &[(&str, Value<'v>)],
    ) -> Result<Vec<Slot<'v>>, KernelError> {
        let mut slots = vec![Slot::Missing; self.used.len()];
        for (name, value) in values {
            if let Some(place) = self.used.iter().position(|(known, _)| known == name) {
                slots[place] = Slot::of(name, self.used[place].1, *value)?;
            } else if let Some((_, kind)) = self.others.iter().find(|(known, _)| known == name) {
                Slot::of(name, *kind, *value)?;
            } else {
                return Err(unknown(what, name));
            }
        }
        Ok(slots)
    }

    /// Whether it is declared.
    fn knows(&self, name: &str) -> bool {
        self.used.iter().chain(&self.others).any(|(known, _)| known == name)
    }
}

pub(super) fn unknown(what: &'static str, name: &str) -> KernelError {
    KernelError::Unknown {
        what,
        name: name.chars().take(40).collect(),
        way_out: "declare it in the scorecard, or correct its name",
    }
}

impl Scorer {
    /// Checks a scorecard and makes it ready.
    ///
    /// # Errors
    /// When a rule looks at what is not declared or compares it with another type, a code or a name is there twice, points have more digits than the
    /// scorecard, a limit contradicts another, a number is not finite or out of range: the place in the scorecard is named.
    ///
    /// ```
    /// use fondaco_crm::scoring::rules::{Scorecard, Scorer};
    ///
    /// let card = r#"{"name": "leads", "version": 1, "attributes": {"country": "text"}, "fit": {"rules": [
    ///     {"code": "near", "points": "10", "of": {"person": {"countri": {"is": "DE"}}}}]}}"#;
    /// let error = Scorer::new(serde_json::from_str(card)?).unwrap_err();
    /// assert!(error.to_string().starts_with("fit.rules[0] (near): there is no attribute \"countri\""), "{error}");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn new(card: Scorecard) -> Result<Self, KernelError> {
        check::ready(card)
    }

    /// The scorecard.
    #[must_use]
    pub fn card(&self) -> &Scorecard {
        &self.card
    }

    /// Nothing counted yet.
    #[must_use]
    pub fn tally(&self) -> Tally {
        Tally::new(self.card.version)
    }

    /// Whether the scorecard declares this kind of event.
    #[must_use]
    pub fn knows_event(&self, kind: &str) -> bool {
        self.kind(kind).is_ok()
    }

    /// Whether it declares this property of this kind of event.
    #[must_use]
    pub fn knows_property(&self, kind: &str, property: &str) -> bool {
        self.kind(kind).is_ok_and(|kind| kind.fields.knows(property))
    }

    /// Whether it declares this attribute of people.
    #[must_use]
    pub fn knows_attribute(&self, name: &str) -> bool {
        self.person.knows(name)
    }

    fn kind(&self, name: &str) -> Result<&Kind, KernelError> {
        let found = self.kinds.binary_search_by(|kind| kind.name.as_str().cmp(name));
        let kind = found.ok().and_then(|place| self.kinds.get(place));
        kind.ok_or_else(|| unknown("kind of event", name))
    }

    /// Counts an event: one step for each rule that counts it, however many there were before. Events may come in any order; each must come once.
    ///
    /// # Errors
    /// When the kind or a property is not declared or has another type, a number is not finite, the event is later than `now`, or the tally is another
    /// scorecard's: nothing is counted then.
    pub fn record(
        &self,
        tally: &mut Tally,
        event: &Event<'_>,
        now: Timestamp,
    ) -> Result<(), KernelError> {
        let (kind, slots) = self.read(tally, event, now)?;
        tally.until = tally.until.max(Some(now));
        let now = tally.until.unwrap_or(now);
        if event.automated {
            tally.automated += 1;
            return Ok(());
        }
        each(kind, event, now, &slots, |rule, first, bin, parts| {
            tally.add(rule, bin, parts, first);
            true
        });
        Ok(())
    }

    /// Takes an event back that was recorded with these very figures, as when it was erased or is corrected: the tally then is as if it had never been.
    ///
    /// # Errors
    /// As [`record`](Self::record), and when nothing like it was recorded: nothing is taken back then. A tally keeps sums and not events: another one that
    /// counted for the same at the same time, or is too old to count, can't be told from it. [`History`](super::History) can.
    pub fn take_back(
        &self,
        tally: &mut Tally,
        event: &Event<'_>,
        now: Timestamp,
    ) -> Result<(), KernelError> {
        let (kind, slots) = self.read(tally, event, now)?;
        let seen = tally.until.max(Some(now)).unwrap_or(now);
        let there = match event.automated {
            true => tally.automated > 0,
            false => {
                each(kind, event, seen, &slots, |rule, _, bin, parts| tally.has(rule, bin, parts))
            }
        };
        if !there {
            return Err(KernelError::Unknown {
                what: "event that was recorded",
                name: format!("{} of {}", event.kind, event.at),
                way_out: "take back what was recorded, with the same figures",
            });
        }
        tally.until = Some(seen);
        if event.automated {
            tally.automated -= 1;
            return Ok(());
        }
        each(kind, event, seen, &slots, |rule, _, bin, parts| {
            tally.take(rule, bin, parts);
            true
        });
        Ok(())
    }

    fn read<'s, 'e>(
        &'s self,
        tally: &Tally,
        event: &Event<'e>,
        now: Timestamp,
    ) -> Result<(&'s Kind, Vec<Slot<'e>>), KernelError> {
        self.same(tally)?;
        if event.at > now {
            return Err(KernelError::Contradiction {
                field: "at".into(),
                found: event.at.to_string(),
                other: "that is in the future",
                way_out: "record an event when it has happened, with its own time",
            });
        }
        let kind = self.kind(event.kind)?;
        Ok((kind, kind.fields.slots("property", event.properties)?))
    }

    /// Forgets what will not be read any more from a time on, so that tallies that say the same are equal.
    pub fn settle(&self, tally: &mut Tally, now: Timestamp) {
        tally.until = tally.until.max(Some(now));
        let now = tally.until.unwrap_or(now);
        let times =
            self.kinds.iter().flat_map(|kind| kind.rules.iter().map(move |rule| (kind, rule)));
        for (kind, counting) in times {
            if let Some(time) = kind.times.get(counting.time) {
                tally.forget_before(counting.rule, time.first(now));
            }
        }
    }

    /// Whether the scorecard has a stage of this name.
    #[must_use]
    pub fn has_stage(&self, name: &str) -> bool {
        self.card.stages.iter().any(|stage| stage.stage == name)
    }

    /// That the tally was counted by this version.
    pub(super) fn same(&self, tally: &Tally) -> Result<(), KernelError> {
        match tally.version == self.card.version {
            true => Ok(()),
            false => Err(KernelError::Contradiction {
                field: "version of the tally".into(),
                found: tally.version.to_string(),
                other: "the scorecard has another",
                way_out: "count the events anew by this version",
            }),
        }
    }

    /// How long somebody has to be known so that all rules can hold: the longest of [`Recent::days`](super::Recent::days).
    #[must_use]
    pub fn looks_back(&self) -> TimeDelta {
        let days = self.rules.iter().map(|rule| match &rule.gives {
            Gives::Recent { days, .. } => *days,
            Gives::Person(_) | Gives::Each(_) => 0,
        });
        TimeDelta::days(days.max().unwrap_or(0))
    }
}

/// Calls with the rule, the first bin that is read, its bin and what an event adds to that, for each rule that counts it, as long as that says so; whether it said so of all.
fn each(
    kind: &Kind,
    event: &Event<'_>,
    now: Timestamp,
    slots: &[Slot<'_>],
    mut of: impl FnMut(u32, i64, i64, u64) -> bool,
) -> bool {
    // Few ways of cutting time are used by many rules.
    let mut known: [Option<(i64, u64, i64)>; 8] = [None; 8];
    kind.rules.iter().all(|counting| {
        let meets = counting.condition.as_ref().is_none_or(|node| node.met(slots) == Some(true));
        let Some(time) = kind.times.get(counting.time).filter(|_| meets) else { return true };
        let cut = || (time.bin(event.at), time.parts(event.at), time.first(now));
        let (bin, parts, first) = match known.get_mut(counting.time) {
            Some(known) => *known.get_or_insert_with(cut),
            None => cut(),
        };
        // What is too old will never be read.
        bin < first || of(counting.rule, first, bin, parts)
    })
}
