//! Opening, changing and ending opportunities: each step is kept.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::decimal::as_text;
use fondaco_core::input::{check_code, check_line};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Value};
use fondaco_core::{Act, Money, PartyId, Timestamp, Tx};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::rights::SELL;
use super::set_up::{PipelineStage, is_probability};
use super::{
    ForecastCategory, Opportunity, OpportunityError, OpportunityId, OpportunityOutcome, Pipeline,
};
use crate::contacts::living;
use crate::{CrmError, is_ahead};

/// Opens an opportunity. One that is there, opened just so and unchanged since, is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenOpportunity {
    /// Its id.
    pub opportunity: OpportunityId,
    /// To whom.
    pub party: PartyId,
    /// Which pipeline it goes through, from its first stage.
    pub pipeline: SmolStr,
    /// What it is called, such as a product.
    pub name: SmolStr,
    /// What it would bring.
    pub amount: Money,
    /// When it is expected to end.
    pub close_on: NaiveDate,
    /// Who looks after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<SmolStr>,
    /// Since when it is worked on; now where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// Changes an open opportunity: what is not said stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeOpportunity {
    /// Which.
    pub opportunity: OpportunityId,
    /// Another stage, with the probability and the forecast that it has, where these are not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<SmolStr>,
    /// What it would bring, in the same currency.
    #[serde(default, with = "as_text::option", skip_serializing_if = "Option::is_none")]
    pub amount: Option<Decimal>,
    /// When it is expected to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_on: Option<NaiveDate>,
    /// How likely it is won, from 0 to 1.
    #[serde(default, with = "as_text::option", skip_serializing_if = "Option::is_none")]
    pub probability: Option<Decimal>,
    /// How sure somebody is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forecast: Option<ForecastCategory>,
    /// Who looks after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<SmolStr>,
    /// Since when; now where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// Ends an opportunity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndOpportunity {
    /// Which.
    pub opportunity: OpportunityId,
    /// Whether it was won.
    pub won: bool,
    /// On which day, in the company's zone.
    pub on: NaiveDate,
    /// What it brought, in the same currency; what it would have brought where nothing is said.
    #[serde(default, with = "as_text::option", skip_serializing_if = "Option::is_none")]
    pub amount: Option<Decimal>,
    /// Why it was lost, by a code of the host's: needed then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<SmolStr>,
}

impl OpenOpportunity {
    /// An opportunity in the first stage of a pipeline.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_core::Money;
    /// use fondaco_crm::opportunities::*;
    /// let stages = [("talk", 10, ForecastCategory::Pipeline), ("offer", 50, ForecastCategory::BestCase)];
    /// crm.send("pipeline", &SetPipeline::new("sales", stages))?;
    /// let id = OpportunityId::named("offer/7");
    /// let open = OpenOpportunity::new(id, firm(), ("sales", "Engine No. 2"), Money::parse("9000 EUR")?, "2026-09-30".parse()?);
    /// crm.send("open", &open)?;
    /// crm.send("offer", &ChangeOpportunity::to(id, "offer"))?;
    /// let weighted = crm.view(|view| forecast(view, "sales"))?;
    /// assert_eq!(weighted[0].weighted.to_string(), "4500.00 EUR");
    /// crm.send("lost", &EndOpportunity::lost(id, "2026-06-01".parse()?, "price"))?;
    /// assert_eq!(crm.view(|view| opportunity_steps(view, id))?.len(), 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(
        opportunity: OpportunityId,
        party: PartyId,
        (pipeline, name): (impl Into<SmolStr>, impl Into<SmolStr>),
        amount: Money,
        close_on: NaiveDate,
    ) -> OpenOpportunity {
        let (pipeline, name) = (pipeline.into(), name.into());
        OpenOpportunity {
            opportunity,
            party,
            pipeline,
            name,
            amount,
            close_on,
            owner: None,
            at: None,
        }
    }
}

impl ChangeOpportunity {
    /// Nothing yet.
    #[must_use]
    pub fn new(opportunity: OpportunityId) -> ChangeOpportunity {
        ChangeOpportunity {
            opportunity,
            stage: None,
            amount: None,
            close_on: None,
            probability: None,
            forecast: None,
            owner: None,
            at: None,
        }
    }

    /// To another stage.
    pub fn to(opportunity: OpportunityId, stage: impl Into<SmolStr>) -> ChangeOpportunity {
        ChangeOpportunity { stage: Some(stage.into()), ..ChangeOpportunity::new(opportunity) }
    }
}

impl EndOpportunity {
    /// It was won.
    #[must_use]
    pub fn won(opportunity: OpportunityId, on: NaiveDate) -> EndOpportunity {
        EndOpportunity { opportunity, won: true, on, amount: None, reason: None }
    }

    /// It was lost, for a reason.
    pub fn lost(
        opportunity: OpportunityId,
        on: NaiveDate,
        reason: impl Into<SmolStr>,
    ) -> EndOpportunity {
        EndOpportunity { opportunity, won: false, on, amount: None, reason: Some(reason.into()) }
    }
}

impl Act for OpenOpportunity {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        tx.authorize(&Request::new(&SELL))?;
        let opportunity = self.opportunity;
        check_line("name", &self.name)?;
        if let Some(owner) = &self.owner {
            check_code("owner", owner)?;
        }
        living(tx, self.party)?;
        let stages = stages(tx, &self.pipeline)?;
        let first = stages.first().ok_or_else(|| unknown_stage(&self.pipeline, "", &stages))?;
        let at = time(tx, opportunity, self.at, None)?;
        not_negative(opportunity, self.amount.amount())?;
        let row = Opportunity {
            opportunity,
            party: self.party,
            pipeline: self.pipeline.clone(),
            name: self.name.clone(),
            stage: first.stage.clone(),
            stage_since: at,
            outcome: OpportunityOutcome::Open,
            amount: self.amount.amount(),
            currency: self.amount.currency(),
            opened_on: tx.zone()?.date_of(at),
            close_on: self.close_on,
            probability: first.probability,
            forecast: first.forecast,
            owner: self.owner.clone(),
            loss_reason: None,
            steps: 0,
        };
        if let Some(there) = tx.get::<Opportunity>(&opportunity)? {
            // Where no time is said, any is meant.
            let (stage_since, opened_on) = match self.at {
                Some(_) => (row.stage_since, row.opened_on),
                None => (there.stage_since, there.opened_on),
            };
            if *there == (Opportunity { stage_since, opened_on, steps: 1, ..row }) {
                return Ok(());
            }
            return Err(OpportunityError::OpportunityExists { opportunity }.into());
        }
        step(tx, row, at, true)
    }
}

impl Act for ChangeOpportunity {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        tx.authorize(&Request::new(&SELL))?;
        let there = open(tx, self.opportunity)?;
        let at = time(tx, self.opportunity, self.at, Some(&there))?;
        let mut row = there.as_ref().clone();
        if let Some(stage) = self.stage.as_ref().filter(|stage| **stage != row.stage) {
            let stages = stages(tx, &row.pipeline)?;
            let found = stages.iter().find(|known| known.stage == *stage);
            let found = found.ok_or_else(|| unknown_stage(&row.pipeline, stage, &stages))?;
            (row.stage, row.stage_since) = (stage.clone(), at);
            (row.probability, row.forecast) = (found.probability, found.forecast);
        }
        if let Some(probability) = self.probability {
            if !is_probability(probability) {
                return Err(bad(
                    self.opportunity,
                    "probability",
                    "is not from 0 to 1: write 0.25 for 25 %",
                ));
            }
            row.probability = probability;
        }
        if let Some(owner) = &self.owner {
            check_code("owner", owner)?;
        }
        row.amount = self.amount.unwrap_or(row.amount);
        not_negative(self.opportunity, row.amount)?;
        row.close_on = self.close_on.unwrap_or(row.close_on);
        row.forecast = self.forecast.unwrap_or(row.forecast);
        row.owner = self.owner.clone().or(row.owner);
        if row == *there {
            return Ok(());
        }
        step(tx, row, at, false)
    }
}

impl Act for EndOpportunity {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        tx.authorize(&Request::new(&SELL))?;
        let there = open(tx, self.opportunity)?;
        let (now, today) = (tx.now(), tx.today()?);
        if self.on < there.opened_on || self.on > today {
            return Err(bad(
                self.opportunity,
                "on",
                "is before it was opened or in the future: give the day it ended, in the company's zone",
            ));
        }
        match (&self.reason, self.won) {
            (None, false) => {
                return Err(bad(
                    self.opportunity,
                    "reason",
                    "is missing: say by a code why it was lost",
                ));
            }
            (Some(reason), _) => check_code("reason", reason)?,
            (None, true) => {}
        }
        let amount = self.amount.unwrap_or(there.amount);
        not_negative(self.opportunity, amount)?;
        let (outcome, forecast, probability) = match self.won {
            true => (OpportunityOutcome::Won, ForecastCategory::Closed, Decimal::ONE),
            false => (OpportunityOutcome::Lost, ForecastCategory::Omitted, Decimal::ZERO),
        };
        let row = Opportunity {
            outcome,
            forecast,
            probability,
            amount,
            close_on: self.on,
            loss_reason: self.reason.clone().filter(|_| !self.won),
            ..there.as_ref().clone()
        };
        step(tx, row, now, false)
    }
}

fn stages(tx: &mut Tx<'_>, name: &SmolStr) -> Result<Vec<PipelineStage>, CrmError> {
    let unknown = || CrmError::from(OpportunityError::UnknownPipeline { name: name.clone() });
    tx.require::<Pipeline, CrmError>(name, unknown)?.stages()
}

fn open(tx: &mut Tx<'_>, opportunity: OpportunityId) -> Result<Arc<Opportunity>, CrmError> {
    let unknown = || CrmError::from(OpportunityError::UnknownOpportunity { opportunity });
    let there = tx.require::<Opportunity, CrmError>(&opportunity, unknown)?;
    match there.outcome {
        OpportunityOutcome::Open => Ok(there),
        _ => Err(OpportunityError::OpportunityEnded { opportunity }.into()),
    }
}

/// When a step is: not in the future, nor before the stage was entered.
fn time(
    tx: &Tx<'_>,
    opportunity: OpportunityId,
    at: Option<Timestamp>,
    there: Option<&Opportunity>,
) -> Result<Timestamp, CrmError> {
    let now = tx.now();
    let at = at.unwrap_or(now);
    let since = there.map_or(Timestamp::MIN, |there| there.stage_since);
    match at < since || is_ahead(at, now) {
        true => Err(OpportunityError::OpportunityTime { opportunity, at, since, now }.into()),
        false => Ok(at),
    }
}

fn not_negative(opportunity: OpportunityId, amount: Decimal) -> Result<(), CrmError> {
    match amount >= Decimal::ZERO {
        true => Ok(()),
        false => Err(bad(opportunity, "amount", "is below zero: give what it would bring")),
    }
}

fn bad(opportunity: OpportunityId, field: &'static str, why: &'static str) -> CrmError {
    OpportunityError::BadOpportunity { opportunity, field, why }.into()
}

fn unknown_stage(pipeline: &SmolStr, stage: &str, stages: &[PipelineStage]) -> CrmError {
    let names: Vec<&str> = stages.iter().map(|one| one.stage.as_str()).collect();
    let (pipeline, stages) = (pipeline.clone(), names.join(", ").into());
    OpportunityError::UnknownStage { pipeline, stage: stage.into(), stages }.into()
}

/// Stages an opportunity after another step, with that step.
fn step(tx: &mut Tx<'_>, row: Opportunity, at: Timestamp, is_new: bool) -> Result<(), CrmError> {
    let row = Opportunity { steps: row.steps.saturating_add(1), ..row };
    let actor = tx.actor().clone();
    tx.insert(row.last_step(at, tx.now(), actor.as_str()))?;
    tx.emit(
        Event::new("crm.opportunity_moved")
            .with("opportunity", Value::Id(row.opportunity.to_u128()))
            .with("stage", Value::text(row.stage.clone()))
            .with("outcome", row.outcome.code()),
    );
    match is_new {
        true => tx.insert(row)?,
        false => tx.put(row)?,
    }
    Ok(())
}
