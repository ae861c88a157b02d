//! Points out of what was counted: each rule is rounded and capped, then its group, then the axis.

use fondaco_core::Timestamp;
use fondaco_core::decimal::{DecimalError, from_fixed};
use rust_decimal::Decimal;

use super::card::Axis;
use super::score::{Origin, Part, Person, Reading, Score};
use super::scorer::{DAY, Gives, Ready, Scorer, Time};
use super::tally::{Bin, Tally};
use super::value::Slot;
use crate::KernelError;
use crate::decay::HalfLife;

/// What all rules of both axes are read with.
struct Facts<'f> {
    slots: Vec<Slot<'f>>,
    /// Of the rules that come next.
    bins: &'f [Bin],
    since: Option<Timestamp>,
    at: Timestamp,
    /// Of each half-life, the bin of now and what one has grown to in it.
    grown: Vec<(HalfLife, i64, f64)>,
}

impl Scorer {
    /// Somebody's points at a time, with their reasons.
    ///
    /// # Errors
    /// When an attribute is not declared or has another type, a number is not finite, something was recorded after that time, the tally is
    /// another scorecard's, or a sum has no room.
    ///
    /// ```
    /// use fondaco_crm::scoring::rules::{Event, Person, Scorecard, Scorer, Value};
    ///
    /// let card: Scorecard = serde_json::from_str(r#"{
    ///     "name": "leads", "version": 1, "digits": 1,
    ///     "attributes": {"employees": "number"}, "events": {"visit": {"path": "text"}},
    ///     "fit": {"rules": [{"code": "large", "points": "20", "of": {"person": {"employees": {"at_least": 200}}}}]},
    ///     "engagement": {"rules": [{"code": "prices", "points": "10", "cap": {"most": "12"},
    ///         "of": {"each": {"kind": "visit", "when": {"path": {"starts_with": "/prices"}}, "half_life_days": 7}}}]}
    /// }"#)?;
    /// let scorer = Scorer::new(card)?;
    /// let mut tally = scorer.tally();
    /// let prices = [("path", Value::Text("/prices/eu"))];
    /// scorer.record(&mut tally, &Event::new("visit", "2026-03-02T10:00:00Z".parse()?).with(&prices), "2026-03-02T10:00:01Z".parse()?)?;
    ///
    /// let lead = Person { attributes: &[("employees", Value::Number(250.0))], since: None };
    /// let score = scorer.score(&tally, &lead, "2026-03-09T10:00:00Z".parse()?)?;
    /// assert_eq!(score.explain().to_string(), "\
    /// Score: 25
    /// │ fit + engagement
    /// ├─ Fit: 20
    /// │  └─ large: 20
    /// └─ Engagement: 5
    ///    └─ prices: 5
    /// ");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn score(
        &self,
        tally: &Tally,
        person: &Person<'_>,
        at: Timestamp,
    ) -> Result<Score<'_>, KernelError> {
        self.same(tally)?;
        if tally.until.is_some_and(|until| until > at) {
            return Err(KernelError::Contradiction {
                field: "at".into(),
                found: at.to_string(),
                other: "something was recorded after that",
                way_out: "ask for a later time, or count the events until then anew",
            });
        }
        let slots = self.person.slots("attribute", person.attributes)?;
        let mut facts = Facts {
            slots,
            bins: &tally.bins,
            since: person.since,
            at,
            grown: Vec::with_capacity(4),
        };
        let ([of_fit, of_engagement], card) = (self.caps.axes, &self.card);
        let fit = self.axis(0, &card.fit, of_fit, &mut facts)?;
        let begin = card.fit.rules.len();
        let engagement = self.axis(begin, &card.engagement, of_engagement, &mut facts)?;
        let total = self.points(fit.0 + engagement.0)?;
        Ok(Score { at, fit: fit.1, engagement: engagement.1, total, automated: tally.automated })
    }

    /// The points of the rules of an axis, which begin at a place in the list of all.
    fn axis<'s>(
        &'s self,
        begin: usize,
        axis: &'s Axis,
        cap: (i64, i64),
        facts: &mut Facts<'_>,
    ) -> Result<(i128, Reading<'s>), KernelError> {
        let (mut sum, mut parts) = (0_i128, Vec::with_capacity(8));
        let mut groups: Vec<Option<i128>> = vec![None; self.caps.groups.len()];
        for (place, written) in (begin..).zip(&axis.rules) {
            let Some(rule) = self.rules.get(place) else { break };
            let Some((units, from)) = rule.gives(place, facts, self.card.digits) else { continue };
            let points = self.points(units)?;
            parts.push(Part { code: &written.code, says: &written.says, points, from });
            sum += units;
            if let Some(of_group) = rule.group.and_then(|group| groups.get_mut(group)) {
                *of_group = Some(of_group.unwrap_or(0) + units);
            }
        }
        let capped = groups.iter().zip(&self.caps.groups).zip(self.card.groups.keys());
        for ((of_group, cap), name) in capped {
            let Some(of_group) = of_group else { continue };
            let more = clamp(*of_group, *cap) - of_group;
            if more != 0 {
                let points = self.points(more)?;
                parts.push(Part { code: name, says: "", points, from: Origin::GroupCap });
                sum += more;
            }
        }
        let more = clamp(sum, cap) - sum;
        if more != 0 {
            let points = self.points(more)?;
            parts.push(Part { code: "", says: "", points, from: Origin::AxisCap });
            sum += more;
        }
        let points = self.points(sum)?;
        let grade = axis.grades.iter().find(|grade| points >= grade.from);
        Ok((sum, Reading { points, grade: grade.map(|grade| grade.grade.as_str()), parts }))
    }

    fn points(&self, units: i128) -> Result<Decimal, KernelError> {
        let units = i64::try_from(units)
            .map_err(|_| KernelError::Exact { what: "points", error: DecimalError::Overflow })?;
        Ok(from_fixed(units, self.card.digits))
    }
}

impl Ready {
    /// What it gives in units, with where that comes from; nothing where it gives none.
    fn gives(&self, place: usize, facts: &mut Facts<'_>, digits: u32) -> Option<(i128, Origin)> {
        let counted = facts.bins_of(place);
        let holds = || (self.points.into(), Origin::Holds);
        let (units, from) = match &self.gives {
            Gives::Person(node) => (node.met(&facts.slots) == Some(true)).then(holds)?,
            Gives::Recent { days, at_least, at_most } => {
                let count = in_days(counted, *days, facts.at);
                let known = || facts.known_for(*days);
                let most = at_most.is_none_or(|most| count <= most.into() && known());
                (count >= (*at_least).into() && most).then(holds)?
            }
            Gives::Each(time) => {
                // What is too old for this time may be there or not: that depends on when events were recorded.
                let first = time.first(facts.at);
                let counted = counted.get(counted.partition_point(|bin| bin.at < first)..)?;
                if counted.is_empty() {
                    return None;
                }
                self.of_events(*time, counted, facts, digits)
            }
        };
        let capped = clamp(units, self.cap);
        (capped != 0).then_some((capped, from))
    }

    fn of_events(
        &self,
        time: Time,
        bins: &[Bin],
        facts: &mut Facts<'_>,
        digits: u32,
    ) -> (i128, Origin) {
        let (units, worth) = match time {
            Time::Half(half_life) => {
                let (now, grown) = facts.grown(half_life);
                let bins = bins.iter().map(|bin| (bin.at, bin.sum));
                let worth = half_life.worth_where(bins, now, grown);
                // Half up, away from zero; a float has room for all whole units that are of any use.
                ((self.points as f64 * worth).round() as i128, worth)
            }
            Time::Whole | Time::Days(_) => {
                let count: u128 = bins.iter().map(|bin| bin.sum).sum();
                let whole = i128::try_from(count).unwrap_or(i128::MAX);
                (whole.saturating_mul(self.points.into()), count as f64)
            }
        };
        let most = if units < 0 { Decimal::MIN } else { Decimal::MAX };
        let uncapped = Decimal::try_from_i128_with_scale(units, digits);
        let uncapped = uncapped.map_or(most, |uncapped| uncapped.normalize());
        (units, Origin::Events { worth, uncapped })
    }
}

impl<'f> Facts<'f> {
    /// What a rule has counted; rules have to be asked for in their order.
    fn bins_of(&mut self, rule: usize) -> &'f [Bin] {
        let own = self.bins.iter().take_while(|bin| bin.rule as usize == rule).count();
        let (own, rest) = self.bins.split_at(own);
        self.bins = rest;
        own
    }

    /// The bin of now, and what one has grown to in it.
    fn grown(&mut self, half_life: HalfLife) -> (i64, f64) {
        if let Some((_, now, grown)) = self.grown.iter().find(|(known, ..)| *known == half_life) {
            return (*now, *grown);
        }
        let (now, grown) = (half_life.bin(self.at), half_life.grown(self.at));
        self.grown.push((half_life, now, grown));
        (now, grown)
    }

    /// Whether somebody is known for so many days, today included.
    fn known_for(&self, days: i64) -> bool {
        let day = |at: Timestamp| at.micros().div_euclid(DAY);
        self.since.is_none_or(|since| day(since) <= day(self.at) - (days - 1))
    }
}

/// How many events there were on the last days.
fn in_days(bins: &[Bin], days: i64, at: Timestamp) -> u128 {
    let first = Time::Days(days).first(at);
    bins.iter().filter(|bin| bin.at >= first).map(|bin| bin.sum).sum()
}

fn clamp(units: i128, (least, most): (i64, i64)) -> i128 {
    units.clamp(least.into(), most.into())
}
