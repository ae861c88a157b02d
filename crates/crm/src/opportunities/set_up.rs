//! Which stages opportunities go through.

use fondaco_core::decimal::as_text;
use fondaco_core::input::check_code;
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Json, Value};
use fondaco_core::{Act, Tx};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{ForecastCategory, OpportunityError, Pipeline};
use crate::CrmError;
use crate::contacts::rights::SET_UP;

/// A stage of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipelineStage {
    /// What it is called.
    pub stage: SmolStr,
    /// How likely what is in it is won, from 0 to 1, where nobody says otherwise.
    #[serde(with = "as_text")]
    pub probability: Decimal,
    /// How sure one is of what is in it, where nobody says otherwise.
    pub forecast: ForecastCategory,
}

/// Says which stages a pipeline has, in their order. Opportunities in a stage that is gone stay there until they are moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetPipeline {
    /// What it is called.
    pub name: SmolStr,
    /// Its stages, from the first.
    pub stages: Vec<PipelineStage>,
}

impl SetPipeline {
    /// A pipeline with these stages: their names, how likely what is in them is won in percent, how sure one is.
    ///
    /// ```
    /// use fondaco_crm::opportunities::{ForecastCategory, SetPipeline};
    /// let sales = SetPipeline::new("sales", [("talk", 10, ForecastCategory::Pipeline), ("offer", 50, ForecastCategory::BestCase)]);
    /// assert_eq!(sales.stages[1].probability.to_string(), "0.50");
    /// ```
    pub fn new<S: Into<SmolStr>>(
        name: impl Into<SmolStr>,
        stages: impl IntoIterator<Item = (S, u8, ForecastCategory)>,
    ) -> SetPipeline {
        let stage = |(stage, percent, forecast): (S, u8, ForecastCategory)| PipelineStage {
            stage: stage.into(),
            probability: Decimal::new(percent.into(), 2),
            forecast,
        };
        SetPipeline { name: name.into(), stages: stages.into_iter().map(stage).collect() }
    }

    fn check(&self) -> Result<(), CrmError> {
        check_code("pipeline", &self.name)?;
        let bad = |why| Err(OpportunityError::BadPipeline { name: self.name.clone(), why }.into());
        for (at, one) in self.stages.iter().enumerate() {
            check_code("stage", &one.stage)?;
            if self.stages.iter().take(at).any(|before| before.stage == one.stage) {
                return bad("a stage is there twice: give each a name of its own");
            }
            if !is_probability(one.probability) {
                return bad("the probability of a stage is not from 0 to 1: write 0.25 for 25 %");
            }
        }
        if self.stages.is_empty() { bad("it has no stages: give at least one") } else { Ok(()) }
    }
}

pub(super) fn is_probability(value: Decimal) -> bool {
    value >= Decimal::ZERO && value <= Decimal::ONE
}

impl Act for SetPipeline {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        tx.authorize(&Request::new(&SET_UP))?;
        self.check()?;
        let stages = Json::of(&self.stages).unwrap_or_default();
        tx.get::<Pipeline>(&self.name)?;
        tx.emit(Event::new("crm.pipeline_set").with("name", Value::text(self.name.clone())));
        tx.upsert(Pipeline { name: self.name.clone(), stages })?;
        Ok(())
    }
}
