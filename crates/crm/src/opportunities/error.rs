//! Why something about an opportunity is refused.

use fondaco_core::{ErrorCode, Timestamp};
use smol_str::SmolStr;

use super::OpportunityId;

/// An opportunity that can't be opened or changed: nothing was stored.
#[derive(Clone, Debug, thiserror::Error, ErrorCode)]
#[error_code(engine = "crm")]
#[non_exhaustive]
pub enum OpportunityError {
    /// There is no such pipeline.
    #[error("there is no pipeline {name}: set it up first")]
    #[kind(NotFound)]
    UnknownPipeline {
        /// Which.
        name: SmolStr,
    },
    /// The pipeline has no such stage.
    #[error("pipeline {pipeline} has no stage {stage}: it has {stages}")]
    #[kind(NotFound)]
    UnknownStage {
        /// Which pipeline.
        pipeline: SmolStr,
        /// Which stage.
        stage: SmolStr,
        /// Those that it has.
        stages: SmolStr,
    },
    /// A pipeline that can't be so.
    #[error("pipeline {name}: {why}")]
    #[kind(Invalid)]
    BadPipeline {
        /// Which.
        name: SmolStr,
        /// What is wrong, and the way out.
        why: &'static str,
    },
    /// There is no such opportunity.
    #[error("there is no opportunity {opportunity}: open it first")]
    #[kind(NotFound)]
    UnknownOpportunity {
        /// Which.
        opportunity: OpportunityId,
    },
    /// It is there with other content.
    #[error(
        "opportunity {opportunity} is there: change that, or open another under an id of its own"
    )]
    #[kind(Conflict)]
    OpportunityExists {
        /// Which.
        opportunity: OpportunityId,
    },
    /// It has ended.
    #[error("opportunity {opportunity} has ended: open another for what comes after")]
    #[kind(Refused)]
    OpportunityEnded {
        /// Which.
        opportunity: OpportunityId,
    },
    /// A field that can't be so.
    #[error("opportunity {opportunity}: {field} {why}")]
    #[kind(Invalid)]
    BadOpportunity {
        /// Which.
        opportunity: OpportunityId,
        /// Which field.
        field: &'static str,
        /// What is wrong, and the way out.
        why: &'static str,
    },
    /// A step before the one before, or in the future.
    #[error(
        "opportunity {opportunity}: a step at {at} is before the last one or in the future: give a time from {since} to {now}"
    )]
    #[kind(Invalid)]
    OpportunityTime {
        /// Which.
        opportunity: OpportunityId,
        /// The time as given.
        at: Timestamp,
        /// The last step.
        since: Timestamp,
        /// Now.
        now: Timestamp,
    },
}
