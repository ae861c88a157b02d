//! Opportunities and their steps, as they are stored.

use chrono::NaiveDate;
use fondaco_core::store::{Field, Json, Record};
use fondaco_core::{Currency, PartyId, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::PipelineStage;
use crate::CrmError;

/// The id of an opportunity, which is a document.
pub type OpportunityId = fondaco_core::DocumentId;

/// How sure somebody is that it comes, for forecasts.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ForecastCategory {
    /// It is left out.
    Omitted,
    /// It may come.
    Pipeline,
    /// It will, if all goes well.
    BestCase,
    /// It will.
    Commit,
    /// It has been won.
    Closed,
}

/// How far an opportunity is.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum OpportunityOutcome {
    /// It has not ended.
    Open,
    /// It was won.
    Won,
    /// It was lost.
    Lost,
}

/// The stages that opportunities of a kind go through.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_pipeline", kind = state, key(name))]
pub struct Pipeline {
    /// What it is called.
    pub name: SmolStr,
    /// Its stages in their order, as JSON.
    pub stages: Json,
}

/// Something on offer.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "crm_opportunity", kind = state, key(opportunity),
    index(by_party(party)), index(by_owner(owner)), index(by_stage(pipeline, outcome, stage)),
)]
pub struct Opportunity {
    /// Its id.
    pub opportunity: OpportunityId,
    /// To whom.
    pub party: PartyId,
    /// Which pipeline it goes through.
    pub pipeline: SmolStr,
    /// What it is called, such as a product. No personal data.
    pub name: SmolStr,
    /// Which stage it is in; the last one where it has ended.
    pub stage: SmolStr,
    /// Since when.
    pub stage_since: Timestamp,
    /// How far it is.
    pub outcome: OpportunityOutcome,
    /// What it would bring, or brought.
    pub amount: Decimal,
    /// In which currency.
    pub currency: Currency,
    /// Since which day it is worked on, in the company's zone.
    pub opened_on: NaiveDate,
    /// When it is expected to end, or ended.
    pub close_on: NaiveDate,
    /// How likely it is won, from 0 to 1.
    pub probability: Decimal,
    /// How sure somebody is.
    pub forecast: ForecastCategory,
    /// Who looks after it.
    pub owner: Option<SmolStr>,
    /// Why it was lost.
    pub loss_reason: Option<SmolStr>,
    /// How many steps there were.
    pub steps: u32,
}

/// A step of an opportunity: what it was from then on.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_opportunity_step", kind = fact, key(opportunity, step))]
pub struct OpportunityStep {
    /// Which opportunity.
    pub opportunity: OpportunityId,
    /// Counts its steps, from 1: that it was opened.
    pub step: u32,
    /// Since when.
    pub at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// By whom.
    pub actor: SmolStr,
    /// See [`Opportunity::stage`].
    pub stage: SmolStr,
    /// See [`Opportunity::outcome`].
    pub outcome: OpportunityOutcome,
    /// See [`Opportunity::amount`].
    pub amount: Decimal,
    /// See [`Opportunity::close_on`].
    pub close_on: NaiveDate,
    /// See [`Opportunity::probability`].
    pub probability: Decimal,
    /// See [`Opportunity::forecast`].
    pub forecast: ForecastCategory,
    /// See [`Opportunity::owner`].
    pub owner: Option<SmolStr>,
    /// See [`Opportunity::loss_reason`].
    pub loss_reason: Option<SmolStr>,
}

impl Pipeline {
    /// Its stages in their order.
    ///
    /// # Errors
    /// When they can't be read.
    pub fn stages(&self) -> Result<Vec<PipelineStage>, CrmError> {
        Ok(self.stages.to().map_err(fondaco_core::Halt::from)?)
    }
}

impl Opportunity {
    /// Its last step as a fact.
    pub(super) fn last_step(
        &self,
        at: Timestamp,
        recorded_at: Timestamp,
        actor: &str,
    ) -> OpportunityStep {
        OpportunityStep {
            opportunity: self.opportunity,
            step: self.steps,
            at,
            recorded_at,
            actor: actor.into(),
            stage: self.stage.clone(),
            outcome: self.outcome,
            amount: self.amount,
            close_on: self.close_on,
            probability: self.probability,
            forecast: self.forecast,
            owner: self.owner.clone(),
            loss_reason: self.loss_reason.clone(),
        }
    }

    /// Whether it is as this step says.
    pub(super) fn is_as(&self, step: &OpportunityStep) -> bool {
        *step == self.last_step(step.at, step.recorded_at, &step.actor)
    }
}
