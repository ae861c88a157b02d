//! What points lead to, with hysteresis: it takes more to enter a stage than to stay in it.

use rust_decimal::Decimal;

use super::card::Threshold;
use super::score::Score;
use super::scorer::Scorer;
use crate::KernelError;

impl Threshold {
    /// Each limit, with the same of another.
    pub(super) fn pairs(
        &self,
        other: &Self,
    ) -> [(&'static str, Option<Decimal>, Option<Decimal>); 3] {
        [
            ("fit", self.fit, other.fit),
            ("engagement", self.engagement, other.engagement),
            ("total", self.total, other.total),
        ]
    }

    fn reached(&self, score: &Score<'_>) -> bool {
        let reached = |limit: Option<Decimal>, points| limit.is_none_or(|limit| points >= limit);
        reached(self.fit, score.fit.points)
            && reached(self.engagement, score.engagement.points)
            && reached(self.total, score.total)
    }

    /// These limits, and those of another where these say nothing.
    fn or(&self, other: &Self) -> Self {
        Self {
            fit: self.fit.or(other.fit),
            engagement: self.engagement.or(other.engagement),
            total: self.total.or(other.total),
        }
    }
}

impl Scorer {
    /// The stage that somebody's points lead to who is in a stage (or in none): the highest that is entered, or, up to the one they are in, that is kept.
    ///
    /// # Errors
    /// When the scorecard has no such stage.
    ///
    /// ```
    /// use fondaco_crm::scoring::rules::{Person, Scorecard, Scorer, Value};
    ///
    /// let card: Scorecard = serde_json::from_str(r#"{
    ///     "name": "leads", "version": 1, "attributes": {"employees": "number"},
    ///     "fit": {"rules": [
    ///         {"code": "some", "points": "8", "of": {"person": {"employees": {"at_least": 10}}}},
    ///         {"code": "many", "points": "8", "of": {"person": {"employees": {"at_least": 100}}}}]},
    ///     "stages": [{"stage": "mql", "enter": {"total": "10"}, "keep": {"total": "5"}}]
    /// }"#)?;
    /// let scorer = Scorer::new(card)?;
    /// let of = |employees| -> Result<_, Box<dyn std::error::Error>> {
    ///     let lead = Person { attributes: &[("employees", Value::Number(employees))], since: None };
    ///     Ok(scorer.score(&scorer.tally(), &lead, "2026-03-09T10:00:00Z".parse()?)?)
    /// };
    /// assert_eq!(scorer.stage(None, &of(10.0)?)?, None);
    /// assert_eq!(scorer.stage(None, &of(100.0)?)?, Some("mql"));
    /// assert_eq!(scorer.stage(Some("mql"), &of(10.0)?)?, Some("mql"));
    /// assert_eq!(scorer.stage(Some("mql"), &of(9.0)?)?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn stage(
        &self,
        current: Option<&str>,
        score: &Score<'_>,
    ) -> Result<Option<&str>, KernelError> {
        let place = |name: &str| {
            let found = self.card.stages.iter().position(|stage| stage.stage == name);
            found.ok_or_else(|| KernelError::Unknown {
                what: "stage",
                name: name.to_owned(),
                way_out: "give a stage of the scorecard, or none",
            })
        };
        let current = current.map(place).transpose()?;
        let stages = self.card.stages.iter().enumerate().rev();
        let mut reached = stages.filter(|(place, stage)| {
            let kept = current.is_some_and(|current| *place <= current);
            let keeps = kept && stage.keep.or(&stage.enter).reached(score);
            keeps || stage.enter.reached(score)
        });
        Ok(reached.next().map(|(_, stage)| stage.stage.as_str()))
    }
}
