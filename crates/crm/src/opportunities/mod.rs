//! Opportunities: what is on offer, in which stage, for how much, until when, and how sure that is; each step of theirs is kept.
//!
//! A [`Pipeline`] has stages with a probability each. An [`Opportunity`] goes through them; what it was after each step is a fact ([`OpportunityStep`]), so that what was forecast at a time can be
//! asked. Figures of many ([win rate, cycle, velocity](crate::pipeline::Summary), [chances by age](crate::pipeline::chance_by_age), [funnel](crate::pipeline::funnel))
//! are those of [`pipeline`](crate::pipeline), which [`deals`] and [`visits`] read from the store.

mod error;
mod query;
mod record;
pub mod rights;
mod set_up;
mod step;

pub use error::OpportunityError;
pub use query::{
    Forecast, deals, forecast, opportunities_of, opportunity, opportunity_steps, visits,
};
pub use record::{
    ForecastCategory, Opportunity, OpportunityId, OpportunityOutcome, OpportunityStep, Pipeline,
};
pub use set_up::{PipelineStage, SetPipeline};
pub use step::{ChangeOpportunity, EndOpportunity, OpenOpportunity};

use fondaco_core::engine::Part;
use fondaco_core::party::{HeldOnParty, Holding};
use fondaco_core::store::Record;
use fondaco_core::{Halt, PartyId, Reading};
use std::sync::Arc;

/// What the engine has of opportunities.
pub(crate) static PART: Part =
    Part::new(&[Pipeline::TABLE, Opportunity::TABLE, OpportunityStep::TABLE])
        .permissions(&[&rights::SELL])
        .holdings(&[Holding::of::<Opportunity>()])
        .verified_by(query::verify);

impl HeldOnParty for Opportunity {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Opportunity>>, Halt> {
        opportunities_of(read, party)
    }
}
