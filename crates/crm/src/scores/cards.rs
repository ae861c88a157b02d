//! Putting scorecards, and putting them to use.

use std::sync::Arc;

use fondaco_core::digest::{DigestError, Digester};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Hash, Json, Value};
use fondaco_core::{Act, Halt, Range, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::values::type_of;
use super::{CardInUse, CardVersion, ContactScore, ScoreError};
use crate::attributes::{Attribute, AttributeError};
use crate::contacts::rights::SET_UP;
use crate::scoring::rules::{Scorecard, Scorer};
use crate::{CrmError, KernelError};

/// Keeps a version of a scorecard, to be tried and put to use. One that is there, with the same rules, is left alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PutScorecard {
    /// The scorecard.
    pub card: Scorecard,
}

impl PutScorecard {
    /// Keeps this one.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_crm::scores::{PutScorecard, UseScorecard, contact_score};
    /// let card = serde_json::from_str(r#"{"name": "leads", "version": 1, "attributes": {"employees": "number"},
    ///     "fit": {"rules": [{"code": "large", "points": "20", "of": {"person": {"employees": {"at_least": 100}}}}]},
    ///     "stages": [{"stage": "mql", "enter": {"fit": "15"}}]}"#)?;
    /// crm.send("card", &PutScorecard::new(card))?;
    /// crm.send("use", &UseScorecard::new("leads", Some(1)))?;
    /// use fondaco_crm::attributes::{SetValues, Value};
    /// crm.send("grows", &SetValues::one(firm(), "employees", Value::from(120)))?;
    /// let now = "2026-06-01T08:00:00Z".parse()?;
    /// let score = crm.view(|view| contact_score(view, firm(), "leads", now))?.ok_or("no score")?;
    /// assert_eq!((score.total, score.stage.as_deref()), (20.into(), Some("mql")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(card: Scorecard) -> PutScorecard {
        PutScorecard { card }
    }
}

impl Act for PutScorecard {
    type Answer = ();
    type Error = CrmError;

    /// Of the JSON: numbers in it are floats.
    fn digest(&self) -> Result<Hash, DigestError> {
        let card = Json::of(&self.card).unwrap_or_default();
        let mut digester = Digester::new("crm.put_scorecard");
        digester.text(&card.0);
        Ok(digester.finish())
    }

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        tx.authorize(&Request::new(&SET_UP))?;
        fondaco_core::input::check_code("scorecard", &self.card.name)?;
        Scorer::new(self.card.clone())?;
        let (name, version) = (SmolStr::from(&self.card.name), self.card.version);
        let card = Json::of(&self.card).ok_or(KernelError::NoAnswer {
            what: "the scorecard",
            why: "it can't be written as JSON: give it finite numbers",
        })?;
        if let Some(there) = tx.get::<CardVersion>(&(name.clone(), version))? {
            return match there.card.to::<Scorecard>().map_err(Halt::from)? == self.card {
                true => Ok(()),
                false => Err(ScoreError::CardDiffers { name, version }.into()),
            };
        }
        let recorded_at = tx.now();
        tx.emit(told("crm.scorecard_put", &name, version));
        Ok(tx.insert(CardVersion { name, version, card, recorded_at })?)
    }
}

/// Says which version of a scorecard counts from now on. The attributes that it looks at are defined, with the types that it declares.
/// One that counts already is left alone.
///
/// A contact is counted anew by it, from all that is recorded, with the next thing that it does or when it is [looked at](super::RefreshScores).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UseScorecard {
    /// What it is called.
    pub name: SmolStr,
    /// Which version; nothing for none.
    pub version: Option<u32>,
}

impl UseScorecard {
    /// This version.
    pub fn new(name: impl Into<SmolStr>, version: Option<u32>) -> UseScorecard {
        UseScorecard { name: name.into(), version }
    }
}

impl Act for UseScorecard {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        tx.authorize(&Request::new(&SET_UP))?;
        let before = tx.get::<CardInUse>(&self.name)?;
        if before.as_ref().is_some_and(|before| before.version == self.version) {
            return Ok(());
        }
        let card = match self.version {
            None => None,
            Some(version) => {
                let key = (self.name.clone(), version);
                let unknown = || ScoreError::UnknownCard { name: self.name.clone(), version };
                let there = tx.require::<CardVersion, CrmError>(&key, || unknown().into())?;
                check_attributes(tx, &there.card.to::<Scorecard>().map_err(Halt::from)?)?;
                Some(there.card.clone())
            }
        };
        let (name, version, since) = (self.name.clone(), self.version, tx.now());
        // What happened while another counted, or none, is in no row that this one counted before.
        let uses = before.map_or(0, |before| before.uses.unwrap_or(0).saturating_add(1));
        tx.emit(told("crm.scorecard_used", &name, version.unwrap_or(0)));
        tx.upsert(CardInUse { name, version, card, since, uses: Some(uses) })?;
        Ok(())
    }
}

/// Whether what a scorecard looks at is defined, and of the types that it declares: else it would be known of nobody.
fn check_attributes(tx: &mut Tx<'_>, card: &Scorecard) -> Result<(), CrmError> {
    let names: Vec<SmolStr> = card.attributes.keys().map(SmolStr::from).collect();
    let defined = tx.get_many::<Attribute>(&names)?;
    for ((attribute, wanted), defined) in
        names.into_iter().zip(card.attributes.values()).zip(defined)
    {
        match defined {
            None => return Err(AttributeError::UnknownAttribute { attribute }.into()),
            Some(defined) if type_of(defined.kind) != *wanted => {
                let why = "the scorecard declares it with another type than it is defined with: correct it in another version";
                return Err(AttributeError::BadValue { attribute, why }.into());
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn told(what: &'static str, name: &SmolStr, version: u32) -> Event {
    Event::new(what)
        .with("name", Value::text(name.clone()))
        .with("version", Value::I64(version.into()))
}

/// A scorecard that counts, ready.
pub(super) struct Card {
    pub(super) name: SmolStr,
    pub(super) scorer: Scorer,
    /// See [`CardInUse::uses`].
    pub(super) uses: u32,
}

impl Card {
    /// Whether a row was counted by this version since it is in use.
    pub(super) fn made(&self, row: &ContactScore) -> bool {
        row.version == self.scorer.card().version && row.used == Some(self.uses)
    }
}

/// All scorecards that count, ready.
#[derive(Default)]
pub(super) struct Cards(pub(super) Vec<Card>);

impl Cards {
    pub(super) fn of(rows: &[Arc<CardInUse>]) -> Result<Cards, CrmError> {
        let mut cards = Vec::new();
        for row in rows {
            if let Some(card) = row.scorecard()? {
                let (name, scorer) = (row.name.clone(), Scorer::new(card)?);
                cards.push(Card { name, scorer, uses: row.uses.unwrap_or(0) });
            }
        }
        Ok(Cards(cards))
    }

    pub(super) fn get(&self, name: &str) -> Option<&Card> {
        self.0.iter().find(|card| card.name == name)
    }
}

/// All scorecards that count; the decision rests on them.
pub(super) fn in_use(tx: &mut Tx<'_>) -> Result<Arc<Cards>, CrmError> {
    type Kept = Result<Arc<Cards>, CrmError>;
    let build = |rows: &[Arc<CardInUse>]| -> Kept { Cards::of(rows).map(Arc::new) };
    match tx.compiled::<CardInUse, Kept>(|_| true, build)? {
        Some(kept) => kept.as_ref().clone(),
        None => Cards::of(&tx.scan(&Range::<CardInUse>::all())?).map(Arc::new),
    }
}
