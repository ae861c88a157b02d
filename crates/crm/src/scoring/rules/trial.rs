//! A scorecard tried on what is past: who would move, and would it have found the buyers?
//!
//! Everybody is scored as of one day by what was known then; who bought within some time after it is what the score is held against. Who had bought before is left
//! out: nobody had to find them.

use chrono::TimeDelta;
use fondaco_core::Timestamp;
use fondaco_core::decimal::as_text;
use rust_decimal::Decimal;
use serde::Serialize;

use super::score::Person;
use super::scorer::{Event, Scorer};
use crate::KernelError;
use crate::scoring::learned::metrics::{Confusion, Gain, auc, gains};

/// What is known of somebody, up to today.
#[derive(Clone, Copy, Debug)]
pub struct Past<'p> {
    /// Who.
    pub id: &'p str,
    /// What was known of them at the time of the trial: of stored contacts what [`value_at`](crate::attributes::value_at) says of that time.
    pub person: Person<'p>,
    /// What they did; what was later than the trial, or [recorded](Event::recorded_at) later, is not looked at.
    pub events: &'p [Event<'p>],
    /// The stage they were in, by a name that both scorecards have; nothing for none.
    pub stage: Option<&'p str>,
    /// When they bought first, if they did.
    pub bought: Option<Timestamp>,
}

/// How a trial went.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trial<'t> {
    /// As of when.
    pub at: Timestamp,
    /// Who had not bought by then, in the order given.
    pub rows: Vec<Row<'t>>,
    /// How many had bought, and were left out.
    pub left_out: usize,
    /// How well the scorecard would have found the buyers.
    pub found: Found<'t>,
    /// How well the present one would have.
    pub found_now: Option<Found<'t>>,
}

/// One person in a trial.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row<'t> {
    /// Who.
    pub id: &'t str,
    /// Points by the scorecard on trial.
    #[serde(with = "as_text")]
    pub points: Decimal,
    /// Points by the present one.
    #[serde(with = "as_text::option")]
    pub points_now: Option<Decimal>,
    /// Where they would be.
    pub stage: Option<&'t str>,
    /// Where the present scorecard leads; without one, where they were.
    pub stage_now: Option<&'t str>,
    /// Whether they bought in time.
    pub bought: bool,
}

/// How well points find buyers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found<'t> {
    /// Of each stage, who is in it or higher.
    pub stages: Vec<InStage<'t>>,
    /// The area under the ROC curve of all points; nothing where all or none bought.
    pub auc: Option<f64>,
    /// What asking those with most points first would find, in tenths; empty where none bought.
    pub gains: Vec<Gain>,
}

/// Who is in a stage or higher, against who bought.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct InStage<'t> {
    /// Which stage.
    pub stage: &'t str,
    /// Who is in it or not, and bought or not.
    pub confusion: Confusion,
    /// How many times as often they bought as all did; nothing where none is in it or none bought.
    pub lift: Option<f64>,
}

impl<'t> Trial<'t> {
    /// Who would be in another stage.
    pub fn moves(&self) -> impl Iterator<Item = &Row<'t>> {
        self.rows.iter().filter(|row| row.stage != row.stage_now)
    }
}

/// Tries a scorecard as of a time, against who bought within some time after it, beside the present one if there is one. `known_until` is up to when it is
/// known who bought.
///
/// # Errors
/// As [`Scorer::record`], [`Scorer::score`] and [`Scorer::stage`], with the place in the list; when the end of the time is beyond the year 9999, or later than
/// `known_until`: who may still buy would count as not buying.
///
/// ```
/// use chrono::TimeDelta;
/// use fondaco_crm::scoring::rules::{Event, Past, Person, Scorecard, Scorer, trial};
///
/// let card: Scorecard = serde_json::from_str(r#"{
///     "name": "leads", "version": 2, "events": {"demo": {}},
///     "engagement": {"rules": [{"code": "demo", "points": "50", "of": {"each": {"kind": "demo"}}}]},
///     "stages": [{"stage": "mql", "enter": {"total": "40"}}]
/// }"#)?;
/// let scorer = Scorer::new(card)?;
/// let demo = [Event::new("demo", "2026-01-20T09:00:00Z".parse()?)];
/// let quiet = Past { id: "Ann", person: Person::default(), events: &[], stage: None, bought: None };
/// let buyer = Past { id: "Bob", events: &demo, bought: Some("2026-02-10T09:00:00Z".parse()?), ..quiet };
/// let (day, today) = ("2026-02-01T00:00:00Z".parse()?, "2026-05-31T00:00:00Z".parse()?);
/// let seen = trial(&scorer, None, &[quiet, buyer], day, TimeDelta::days(90), today)?;
/// assert_eq!(seen.moves().map(|row| (row.id, row.stage)).collect::<Vec<_>>(), [("Bob", Some("mql"))]);
/// assert_eq!((seen.found.stages[0].confusion.recall(), seen.found.stages[0].lift), (Some(1.0), Some(2.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn trial<'t>(
    on_trial: &'t Scorer,
    present: Option<&'t Scorer>,
    people: &[Past<'t>],
    at: Timestamp,
    within: TimeDelta,
    known_until: Timestamp,
) -> Result<Trial<'t>, KernelError> {
    let end = at.checked_add(within).ok_or_else(|| {
        let other = "time ends with the year 9999";
        super::check::contradiction("within", &within.to_string(), other, "give a shorter time")
    })?;
    if end > known_until {
        let other = "that ends after what is known: who may still buy would count as not buying";
        let way_out = "give an earlier day, or a shorter time";
        return Err(super::check::contradiction("within", &within.to_string(), other, way_out));
    }
    let had_bought = |past: &Past<'_>| past.bought.is_some_and(|bought| bought <= at);
    let mut rows = Vec::with_capacity(people.len());
    for (index, past) in people.iter().enumerate().filter(|(_, past)| !had_bought(past)) {
        let row = row(on_trial, present, past, (at, end)).map_err(|error| error.at(index))?;
        rows.push(row);
    }
    let found = found(on_trial, &rows, |row| (Some(row.points), row.stage))?;
    let found_now =
        present.map(|card| self::found(card, &rows, |row| (row.points_now, row.stage_now)));
    let left_out = people.len() - rows.len();
    Ok(Trial { at, rows, left_out, found, found_now: found_now.transpose()? })
}

fn row<'t>(
    on_trial: &'t Scorer,
    present: Option<&'t Scorer>,
    past: &Past<'t>,
    (at, end): (Timestamp, Timestamp),
) -> Result<Row<'t>, KernelError> {
    let score = |card: &'t Scorer| -> Result<(Decimal, Option<&'t str>), KernelError> {
        let mut tally = card.tally();
        for event in past.events.iter().filter(|event| event.known_at() <= at) {
            card.record(&mut tally, event, at)?;
        }
        let score = card.score(&tally, &past.person, at)?;
        let total = score.total;
        Ok((total, card.stage(past.stage, &score)?))
    };
    let (points, stage) = score(on_trial)?;
    let now = present.map(score).transpose()?;
    let bought = past.bought.is_some_and(|bought| bought <= end);
    let stage_now = now.map_or(past.stage, |(_, stage)| stage);
    Ok(Row { id: past.id, points, points_now: now.map(|now| now.0), stage, stage_now, bought })
}

fn found<'t>(
    card: &'t Scorer,
    rows: &[Row<'t>],
    of: impl Fn(&Row<'t>) -> (Option<Decimal>, Option<&'t str>),
) -> Result<Found<'t>, KernelError> {
    let outcomes: Vec<bool> = rows.iter().map(|row| row.bought).collect();
    let bought = outcomes.iter().filter(|bought| **bought).count();
    let stages = &card.card().stages;
    let place =
        |name: Option<&str>| stages.iter().position(|stage| Some(stage.stage.as_str()) == name);
    let places: Vec<Option<usize>> = rows.iter().map(|row| place(of(row).1)).collect();
    let in_stage = |(index, stage): (usize, &'t super::card::Stage)| {
        let taken = places.iter().map(|place| f64::from(u8::from(*place >= Some(index))));
        let confusion = Confusion::count(1.0, taken.zip(outcomes.iter().copied()));
        let all = bought as f64 / rows.len().max(1) as f64;
        let lift = confusion.precision().filter(|_| bought > 0).map(|precision| precision / all);
        InStage { stage: &stage.stage, confusion, lift }
    };
    let stages = stages.iter().enumerate().map(in_stage).collect();
    if bought == 0 || bought == rows.len() {
        return Ok(Found { stages, auc: None, gains: Vec::new() });
    }
    let ranks = ranks(rows.iter().map(|row| of(row).0.unwrap_or_default()).collect());
    Ok(Found { stages, auc: Some(auc(&ranks, &outcomes)?), gains: gains(&ranks, &outcomes, 10)? })
}

/// Points as their places among all different ones, from 0 to 1: floats that are in the same order, and equal where points are.
fn ranks(points: Vec<Decimal>) -> Vec<f64> {
    let mut sorted = points.clone();
    sorted.sort_unstable();
    sorted.dedup();
    let rank = |points: &Decimal| sorted.partition_point(|other| other < points) as f64;
    points.iter().map(|points| rank(points) / sorted.len() as f64).collect()
}
