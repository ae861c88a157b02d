//! A scorecard that people could have written, held against what was learned.

use std::error::Error;

use chrono::TimeDelta;
use fondaco::core::Timestamp;
use fondaco::core::report::{Cell, Column, Explain, Report, Row};
use fondaco::crm::scoring::learned::metrics::{Gain, compare_aucs, lift};
use fondaco::crm::scoring::rules::{Past, Person, Scorer, Value, trial};

use super::data::{Lead, Leads, NUMBERS, TEXTS};
use super::learning::Learned;

const CARD: &str = r#"{
    "name": "school", "version": 1,
    "attributes": {"visits": "number", "minutes": "number", "pages_per_visit": "number",
        "origin": "text", "source": "text", "subject": "text", "occupation": "text"},
    "groups": {"time": {"most": "40"}},
    "fit": {"rules": [
        {"code": "works", "says": "has a job", "points": "25", "of": {"person": {"occupation": {"is": "Working Professional"}}}},
        {"code": "student", "says": "is a student", "points": "-5", "of": {"person": {"occupation": {"is": "Student"}}}},
        {"code": "silent", "says": "tells no occupation", "points": "-10", "of": {"person": {"occupation": {"known": false}}}},
        {"code": "form", "says": "was entered by hand", "points": "30", "of": {"person": {"origin": {"is": "Lead Add Form"}}}},
        {"code": "reference", "says": "was recommended", "points": "15", "of": {"person": {"source": {"is": "Reference"}}}},
        {"code": "subject", "says": "chose a subject", "points": "5", "of": {"person": {"subject": {"known": true}}}}]},
    "engagement": {"rules": [
        {"code": "visit", "says": "came to the site", "points": "5", "of": {"person": {"visits": {"above": 0}}}},
        {"code": "some", "says": "stayed five minutes", "points": "15", "group": "time", "of": {"person": {"minutes": {"at_least": 300}}}},
        {"code": "long", "says": "stayed a quarter of an hour", "points": "30", "group": "time", "of": {"person": {"minutes": {"at_least": 900}}}}]},
    "stages": [
        {"stage": "mql", "enter": {"total": "30"}, "keep": {"total": "20"}},
        {"stage": "sql", "enter": {"total": "50"}, "keep": {"total": "40"}}]
}"#;

/// What the rules say of the leads by which both are judged.
pub struct ByRules {
    scorer: Scorer,
    ranks: Vec<f64>,
    /// What is found by asking those with most points first.
    pub gains: Vec<Gain>,
    stages: Vec<InStage>,
}

/// Who comes to a stage: how many, what part of them bought, what part of the buyers that is, how many times as often as all.
struct InStage {
    stage: String,
    count: u64,
    shares: [Option<f64>; 2],
    lift: Option<f64>,
}

impl ByRules {
    pub fn of(leads: &Leads, judged: &[usize]) -> Result<Self, Box<dyn Error>> {
        let scorer = Scorer::new(serde_json::from_str(CARD)?)?;
        // Nobody knows when these leads came and bought: one day stands for before, and one for after.
        let day: Timestamp = "2026-03-01T00:00:00Z".parse()?;
        let later = day.checked_add(TimeDelta::days(30)).ok_or("time ends")?;
        let known: Vec<(&Lead, Vec<(&str, Value<'_>)>)> =
            judged.iter().map(|row| (&leads.leads[*row], attributes(&leads.leads[*row]))).collect();
        let people: Vec<Past<'_>> = known
            .iter()
            .map(|(lead, attributes)| Past {
                id: &lead.id,
                person: Person { attributes, since: None },
                events: &[],
                stage: None,
                bought: lead.bought.then_some(later),
            })
            .collect();
        let tried = trial(&scorer, None, &people, day, TimeDelta::days(30), later)?;
        let most = tried.rows.iter().map(|row| row.points).max().unwrap_or_default();
        let least = tried.rows.iter().map(|row| row.points).min().unwrap_or_default();
        let rank = |points: rust_decimal::Decimal| {
            let float =
                |value: rust_decimal::Decimal| value.to_string().parse::<f64>().unwrap_or(0.0);
            let span = float(most) - float(least);
            if span > 0.0 { (float(points) - float(least)) / span } else { 0.0 }
        };
        let ranks = tried.rows.iter().map(|row| rank(row.points)).collect();
        let stages = tried.found.stages.iter().map(|stage| {
            let seen = &stage.confusion;
            let count = seen.true_positives + seen.false_positives;
            InStage {
                stage: stage.stage.to_owned(),
                count,
                shares: [seen.precision(), seen.recall()],
                lift: stage.lift,
            }
        });
        let (stages, gains) = (stages.collect(), tried.found.gains.clone());
        drop(tried);
        Ok(Self { ranks, gains, stages, scorer })
    }

    /// Rules against learning.
    pub fn report(&self, learned: &Learned) -> Result<Report, Box<dyn Error>> {
        let mut report = Report::new("Would the rules have found the buyers?")
            .column(Column::text("Stage"))
            .column(Column::count("Leads"))
            .column(Column::percent("Of them bought"))
            .column(Column::percent("Of all buyers"))
            .column(Column::text("Lift"));
        let percent = |share: Option<f64>| share.map_or(Cell::Empty, super::learning::percent);
        for InStage { stage, count, shares: [precision, recall], lift } in &self.stages {
            let lift = lift.map_or(Cell::Empty, |lift| Cell::text(format!("{lift:.2}")));
            let count = Cell::Count(i64::try_from(*count)?);
            report.push(Row::new([
                Cell::text(stage.as_str()),
                count,
                percent(*precision),
                percent(*recall),
                lift,
            ]));
        }
        let (gained, _, chance) = compare_aucs(&self.ranks, &learned.likely, &learned.outcomes)?;
        let (how, gained) = (if gained < 0.0 { "worse" } else { "better" }, gained.abs());
        let first = |likely: &[f64]| lift(likely, &learned.outcomes, 0.1);
        let (rules, model) = (first(&self.ranks)?, first(&learned.likely)?);
        Ok(report
            .note(format!("Learning ranks {how} than the rules by {gained:.3} of the area under the ROC curve; chance makes so much in {:.2} % of cases.", 100.0 * chance))
            .note(format!("Of the first tenth the lift is {rules:.2} by rules, {model:.2} by learning.")))
    }

    /// Why a lead has its points.
    pub fn why(&self, lead: &Lead) -> Result<Explain, Box<dyn Error>> {
        let attributes = attributes(lead);
        let person = Person { attributes: &attributes, since: None };
        let now = "2026-03-01T00:00:00Z".parse()?;
        Ok(self.scorer.score(&self.scorer.tally(), &person, now)?.explain())
    }
}

/// What is known of a lead, as rules read it.
pub fn attributes(lead: &Lead) -> Vec<(&str, Value<'_>)> {
    let numbers = NUMBERS.iter().zip(&lead.numbers);
    let numbers = numbers.filter_map(|(name, number)| Some((*name, Value::Number((*number)?))));
    let texts = TEXTS.iter().zip(&lead.texts);
    let texts = texts.filter_map(|(name, text)| Some((*name, Value::Text(text.as_deref()?))));
    numbers.chain(texts).collect()
}
