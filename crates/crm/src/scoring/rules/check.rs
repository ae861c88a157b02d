//! Whether a scorecard can be so, with the place of what can't.

use std::collections::BTreeSet;

use fondaco_core::decimal::to_fixed;
use rust_decimal::Decimal;

use super::card::{Axis, Basis, Cap, Rule, Scorecard, Threshold};
use super::condition::{Condition, Node};
use super::scorer::{Caps, Counting, Fields, Gives, Kind, Ready, Scorer, Time, unknown};
use super::value::Type;
use crate::KernelError;
use crate::decay::HalfLife;
use crate::error::within;

/// Points may have so many digits after the point.
const MOST_DIGITS: u32 = 4;
/// No points are beyond this: sums of many rules have room then.
const MOST_POINTS: i64 = 1_000_000_000;
const MOST_RULES: usize = 100_000;
const MOST_DAYS: u32 = 3_660;

pub(super) fn ready(card: Scorecard) -> Result<Scorer, KernelError> {
    within("digits", f64::from(card.digits), |digits| digits <= f64::from(MOST_DIGITS), "0 to 4")?;
    let all = card.fit.rules.len() + card.engagement.rules.len();
    within("number of rules", all as f64, |_| all <= MOST_RULES, "at most 100,000 rules")?;
    let names = card.attributes.keys().chain(card.events.values().flat_map(|kind| kind.keys()));
    if let Some(name) =
        names.into_iter().find(|name| ["all", "any", "not"].contains(&name.as_str()))
    {
        return Err(contradiction(
            "name of a field",
            name,
            "that joins tests",
            "call it otherwise",
        ));
    }
    let mut building = Building {
        kinds: card.events.iter().map(|(name, fields)| kind(name, fields)).collect(),
        person: Fields::declared(&card.attributes),
        rules: Vec::with_capacity(all),
        codes: BTreeSet::new(),
        sides: vec![None; card.groups.len()],
        card: &card,
    };
    for (side, axis) in [("fit", &card.fit), ("engagement", &card.engagement)] {
        for (index, rule) in axis.rules.iter().enumerate() {
            let place = || format!("{side}.rules[{index}] ({})", rule.code);
            building.rule(side, rule).map_err(|error| error.of_part(place()))?;
        }
    }
    let Building { kinds, person, rules, .. } = building;
    let caps = caps(&card)?;
    stages(&card)?;
    Ok(Scorer { kinds, person, rules, caps, card })
}

struct Building<'b> {
    card: &'b Scorecard,
    person: Fields,
    kinds: Vec<Kind>,
    rules: Vec<Ready>,
    codes: BTreeSet<&'b str>,
    /// Which axis each group belongs to, once a rule has said so.
    sides: Vec<Option<&'static str>>,
}

fn kind(name: &str, fields: &std::collections::BTreeMap<String, Type>) -> Kind {
    let fields = Fields::declared(fields);
    Kind { name: name.to_owned(), fields, rules: Vec::new(), times: Vec::new() }
}

impl<'b> Building<'b> {
    fn rule(&mut self, side: &'static str, rule: &'b Rule) -> Result<(), KernelError> {
        if rule.code.is_empty() || !self.codes.insert(&rule.code) {
            let other = "each rule has a code of its own";
            return Err(contradiction("code", &format!("{:?}", rule.code), other, "change it"));
        }
        let group = rule.group.as_ref().map(|name| self.group(side, name)).transpose()?;
        let gives = match &rule.of {
            Basis::Person(condition) => Gives::Person(self.person.node(condition, "attribute")?),
            Basis::Each(each) => {
                let time = each.half_life_days.map(HalfLife::from_days).transpose()?;
                let time = time.map_or(Time::Whole, Time::Half);
                self.counts(&each.kind, each.condition.as_ref(), time)?;
                Gives::Each(time)
            }
            Basis::Recent(recent) => {
                let inside = |days| (1.0..=f64::from(MOST_DAYS)).contains(&days);
                within("days", recent.days.into(), inside, "1 to 3,660 days")?;
                let days = recent.days.into();
                let at_least = recent.at_least.unwrap_or(u64::from(recent.at_most.is_none()));
                if let Some(most) = recent.at_most.filter(|most| *most < at_least) {
                    let other = "at_least is above that";
                    let way_out = "set at_least to at most at_most";
                    return Err(contradiction("at_most", &most.to_string(), other, way_out));
                }
                self.counts(&recent.kind, recent.condition.as_ref(), Time::Days(days))?;
                Gives::Recent { days, at_least, at_most: recent.at_most }
            }
        };
        let points = self.card.units("points", rule.points)?;
        let cap = self.card.limits(&rule.cap)?;
        self.rules.push(Ready { points, gives, cap, group });
        Ok(())
    }

    /// The place of a group, all of whose rules are on one axis: its cap is a part of that.
    fn group(&mut self, side: &'static str, name: &str) -> Result<usize, KernelError> {
        let found = self.card.groups.keys().position(|known| known == name);
        let place = found.ok_or_else(|| unknown("group", name))?;
        match *self.sides[place].get_or_insert(side) == side {
            true => Ok(place),
            false => {
                let other = "it has rules on the other axis, and a cap is of one";
                Err(contradiction("group", name, other, "make two groups of it"))
            }
        }
    }

    /// That events of a kind are counted by the rule that comes next.
    fn counts(
        &mut self,
        name: &str,
        condition: Option<&Condition>,
        time: Time,
    ) -> Result<(), KernelError> {
        let kind = self.kinds.iter_mut().find(|kind| kind.name == name);
        let kind = kind.ok_or_else(|| unknown("kind of event", name))?;
        let condition = condition.map(|condition| kind.fields.node(condition, "property"));
        let condition = condition.transpose()?;
        let known = kind.times.iter().position(|known| *known == time);
        let place = known.unwrap_or(kind.times.len());
        if known.is_none() {
            kind.times.push(time);
        }
        let rule = self.rules.len() as u32;
        kind.rules.push(Counting { rule, condition, time: place });
        Ok(())
    }
}

impl Fields {
    /// A condition over these fields, whose places are given as they are used.
    pub(crate) fn node(
        &mut self,
        condition: &Condition,
        what: &'static str,
    ) -> Result<Node, KernelError> {
        let mut field = |name: &str| {
            if let Some(place) = self.used.iter().position(|(known, _)| known == name) {
                return Ok((place, self.used[place].1));
            }
            let other = self.others.iter().position(|(known, _)| known == name);
            let field = self.others.remove(other.ok_or_else(|| unknown(what, name))?);
            self.used.push(field);
            Ok((self.used.len() - 1, self.used[self.used.len() - 1].1))
        };
        Node::of(condition, &mut field, 0)
    }
}

impl Scorecard {
    /// Points in units of the last digit.
    pub(super) fn units(&self, field: &str, points: Decimal) -> Result<i64, KernelError> {
        let most = MOST_POINTS * 10_i64.pow(self.digits.min(MOST_DIGITS));
        let units = to_fixed(points, self.digits).filter(|units| units.abs() <= most);
        units.ok_or_else(|| {
            let other = "points are at most 1,000,000,000 and have at most the card's digits";
            contradiction(
                field,
                &points.to_string(),
                other,
                "round them, or give the card more digits",
            )
        })
    }

    fn limits(&self, cap: &Cap) -> Result<(i64, i64), KernelError> {
        let least = cap.least.map(|least| self.units("cap.least", least)).transpose()?;
        let most = cap.most.map(|most| self.units("cap.most", most)).transpose()?;
        let limits = (least.unwrap_or(i64::MIN), most.unwrap_or(i64::MAX));
        match limits.0 <= limits.1 {
            true => Ok(limits),
            false => Err(contradiction(
                "cap.least",
                &cap.least.unwrap_or_default().to_string(),
                "cap.most is below that",
                "exchange them, or leave one out",
            )),
        }
    }
}

fn caps(card: &Scorecard) -> Result<Caps, KernelError> {
    let group = |(name, cap): (&String, &Cap)| {
        card.limits(cap).map_err(|error| error.of_part(format!("groups.{name}")))
    };
    let groups = card.groups.iter().map(group).collect::<Result<_, _>>()?;
    let axis = |name: &str, axis: &Axis| -> Result<_, KernelError> {
        let mut last = None;
        for (index, grade) in axis.grades.iter().enumerate() {
            let place = || format!("{name}.grades[{index}] ({})", grade.grade);
            let from = card.units("from", grade.from).map_err(|error| error.of_part(place()))?;
            if last.is_some_and(|last| last <= from) {
                let way_out = "write grades from the highest to the lowest";
                let other = "the grade before it begins no higher";
                let from = grade.from.to_string();
                return Err(contradiction("from", &from, other, way_out).of_part(place()));
            }
            last = Some(from);
        }
        card.limits(&axis.cap).map_err(|error| error.of_part(name))
    };
    Ok(Caps { groups, axes: [axis("fit", &card.fit)?, axis("engagement", &card.engagement)?] })
}

/// That names are there once, and that nobody who enters would not stay.
fn stages(card: &Scorecard) -> Result<(), KernelError> {
    let mut names = BTreeSet::new();
    for (index, stage) in card.stages.iter().enumerate() {
        let refused =
            |error: KernelError| error.of_part(format!("stages[{index}] ({})", stage.stage));
        if !names.insert(&stage.stage) {
            let other = "there is a stage of that name";
            return Err(refused(contradiction("stage", &stage.stage, other, "call it otherwise")));
        }
        if stage.enter == Threshold::default() {
            let (other, way_out) = ("everybody would be in it", "give fit, engagement or total");
            return Err(refused(contradiction("enter", "empty", other, way_out)));
        }
        for (field, enter, keep) in stage.enter.pairs(&stage.keep) {
            for points in [enter, keep].into_iter().flatten() {
                card.units(field, points).map_err(refused)?;
            }
            if keep.is_some_and(|keep| enter.is_none_or(|enter| keep > enter)) {
                let other = "who enters has to stay: keep needs an enter that is no lower";
                let keep = keep.unwrap_or_default().to_string();
                return Err(refused(contradiction(field, &keep, other, "lower keep")));
            }
        }
    }
    Ok(())
}

pub(super) fn contradiction(
    field: &str,
    found: &str,
    other: &'static str,
    way_out: &'static str,
) -> KernelError {
    KernelError::Contradiction { field: field.to_owned(), found: found.to_owned(), other, way_out }
}
