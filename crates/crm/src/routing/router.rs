//! A plan that was checked and gives leads out.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use fondaco_core::Timestamp;
use fondaco_core::calendar::{AtClosing, WorkingHours, Zone};
use fondaco_core::report::{Cell, Explain, Phrase, word};

use super::plan::{Level, Loads, RoutingPlan, Target};
use crate::KernelError;
use crate::scoring::rules::{Fields, Node, Value};

/// A plan that was checked and gives leads out.
#[derive(Clone, Debug)]
pub struct Router {
    plan: RoutingPlan,
    fields: Fields,
    rules: Vec<Node>,
}

/// What is known of a lead that is to be given out.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RoutedLead<'l> {
    /// Attributes that are known; what is missing is left out.
    pub attributes: &'l [(&'l str, Value<'l>)],
    /// Who had it last, and until when.
    pub last_owner: Option<(&'l str, Timestamp)>,
    /// Who looks after its organisation.
    pub organisation_owner: Option<&'l str>,
    /// In which territory it is.
    pub territory: Option<&'l str>,
}

/// To whom a lead goes, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment<'r> {
    /// Who; nothing where no way was possible.
    pub seller: Option<&'r str>,
    /// The ways that were tried, in their order: the last one led to the seller.
    pub steps: Vec<Step<'r>>,
}

/// A way that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<'r> {
    /// Which.
    pub way: Way<'r>,
    /// Who was asked in vain, and why.
    pub passed: Vec<(&'r str, NotPossible)>,
    /// Who gets it.
    pub seller: Option<&'r str>,
}

/// Why a lead goes somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way<'r> {
    /// To who had it lately.
    LastOwner,
    /// To who looks after its organisation.
    OrganisationOwner,
    /// By a rule, with its code.
    Rule(&'r str),
    /// By its territory.
    Territory(&'r str),
    /// Where all others go.
    Otherwise,
    /// Nobody touched it for so many minutes of working time.
    Untouched(u32),
}

/// Why somebody can't take a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPossible {
    /// They don't sell by this plan.
    Unknown,
    /// They are out of office, until then.
    Away(Timestamp),
    /// They have as many open leads as they take.
    Full,
    /// They were given as many today as they take in a day.
    DayFull,
    /// They have it already.
    HasIt,
}

/// A lead that nobody touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Escalation<'r> {
    /// How many levels were reached.
    pub level: usize,
    /// Where it goes.
    pub to: &'r Target,
    /// Since when it should.
    pub since: Timestamp,
    /// After how many minutes of working time that is.
    pub after_minutes: u32,
}

impl Router {
    /// Checks a plan and makes it ready.
    ///
    /// # Errors
    /// When a rule looks at what is not declared or compares it with another type, a seller or team is named that is not there, a team is empty or has a
    /// weight of 0, somebody is their own deputy, an absence ends before it begins, or levels don't rise: the place in the plan is named.
    ///
    /// ```
    /// use fondaco_crm::routing::{Loads, RoutedLead, Router, RoutingPlan};
    /// use fondaco_crm::scoring::rules::Value;
    ///
    /// let plan: RoutingPlan = serde_json::from_str(r#"{
    ///     "attributes": {"country": "text"}, "sellers": {"ada": {}, "bo": {"most_open": 1}, "cy": {}},
    ///     "teams": {"west": {"bo": 2, "cy": 1}},
    ///     "rules": [{"code": "germany", "when": {"country": {"is": "DE"}}, "to": {"seller": "ada"}}],
    ///     "otherwise": {"team": "west"}
    /// }"#)?;
    /// let router = Router::new(plan)?;
    /// let (mut loads, now) = (Loads::default(), "2026-03-02T12:00:00Z".parse()?);
    /// let german = [("country", Value::Text("de"))];
    /// assert_eq!(router.assign(&mut loads, &RoutedLead { attributes: &german, ..RoutedLead::default() }, now)?.seller, Some("ada"));
    /// assert_eq!(router.assign(&mut loads, &RoutedLead::default(), now)?.seller, Some("bo"));
    /// let third = router.assign(&mut loads, &RoutedLead::default(), now)?;
    /// assert_eq!(third.explain().to_string(), "\
    /// Assigned to: cy
    /// └─ where all others go: cy
    ///    └─ bo: has as many open leads as they take
    /// ");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(plan: RoutingPlan) -> Result<Self, KernelError> {
        let mut fields = Fields::declared(&plan.attributes);
        let mut rules = Vec::with_capacity(plan.rules.len());
        let mut codes = BTreeSet::new();
        for (index, rule) in plan.rules.iter().enumerate() {
            let place =
                |error: KernelError| error.of_part(format!("rules[{index}] ({})", rule.code));
            if !codes.insert(&rule.code) {
                let other = "each rule has a code of its own";
                return Err(place(contradiction("code", &rule.code, other, "change it")));
            }
            rules.push(fields.node(&rule.when, "attribute").map_err(place)?);
            plan.check_target(&rule.to).map_err(place)?;
        }
        plan.check()?;
        Ok(Self { plan, fields, rules })
    }

    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &RoutingPlan {
        &self.plan
    }

    /// Gives a lead to a seller, and takes note of it. Who gets it is nothing where no way is possible: nothing is noted then.
    ///
    /// # Errors
    /// When an attribute is not declared, has another type, or is not finite.
    pub fn assign<'r>(
        &'r self,
        loads: &mut Loads,
        lead: &RoutedLead<'r>,
        now: Timestamp,
    ) -> Result<Assignment<'r>, KernelError> {
        let slots = self.fields.slots("attribute", lead.attributes)?;
        let sticky = self.plan.sticky_days.map(|days| TimeDelta::days(days.into()));
        let last = lead.last_owner.zip(sticky);
        let last = last.filter(|((_, until), sticky)| now.since(*until) <= *sticky);
        let rule = self.plan.rules.iter().zip(&self.rules);
        let mut rule = rule.filter(|(_, node)| node.met(&slots) == Some(true));
        let territory = lead.territory.and_then(|name| self.plan.territories.get_key_value(name));
        let ways = [
            last.map(|((seller, _), _)| (Way::LastOwner, To::Seller(seller))),
            lead.organisation_owner.map(|seller| (Way::OrganisationOwner, To::Seller(seller))),
            rule.next().map(|(rule, _)| (Way::Rule(&rule.code), To::of(&rule.to))),
            territory.map(|(name, to)| (Way::Territory(name), To::of(to))),
            self.plan.otherwise.as_ref().map(|to| (Way::Otherwise, To::of(to))),
        ];
        Ok(self.first(loads, ways.into_iter().flatten(), None, now))
    }

    /// Gives a lead on that nobody touched, to another than who has it.
    ///
    /// ```
    /// use chrono::Weekday::Mon;
    /// use fondaco_core::calendar::{WorkingHours, Zone};
    /// use fondaco_crm::routing::{Loads, Router, RoutingPlan};
    ///
    /// let plan: RoutingPlan = serde_json::from_str(r#"{
    ///     "sellers": {"ada": {}, "head": {}}, "escalation": [{"after_minutes": 30, "to": {"seller": "head"}}]}"#)?;
    /// let (router, mut loads) = (Router::new(plan)?, Loads::default());
    /// let hours = WorkingHours::new().on([Mon], "09:00-17:00".parse()?);
    /// let (given, now) = ("2026-03-02T08:00:00Z".parse()?, "2026-03-02T09:30:00Z".parse()?);
    /// let untouched = router.escalation(given, (&hours, &Zone::UTC), now)?.ok_or("too early")?;
    /// assert_eq!(router.hand_on(&mut loads, "ada", &untouched, now).seller, Some("head"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn hand_on<'r>(
        &'r self,
        loads: &mut Loads,
        from: &str,
        untouched: &Escalation<'r>,
        now: Timestamp,
    ) -> Assignment<'r> {
        let way = (Way::Untouched(untouched.after_minutes), To::of(untouched.to));
        let found = self.first(loads, std::iter::once(way), Some(from), now);
        if found.seller.is_some()
            && let Some(open) = loads.open.get_mut(from)
        {
            *open = open.saturating_sub(1);
        }
        found
    }

    /// How far a lead is that was given to somebody then and not touched since; nothing before the first level.
    ///
    /// # Errors
    /// When the hours never suffice.
    pub fn escalation(
        &self,
        given: Timestamp,
        (hours, zone): (&WorkingHours, &Zone),
        now: Timestamp,
    ) -> Result<Option<Escalation<'_>>, KernelError> {
        let mut reached = None;
        for (index, level) in self.plan.escalation.iter().enumerate() {
            let Level { after_minutes, to } = level;
            let minutes = TimeDelta::minutes((*after_minutes).into());
            let since = hours.add(given, minutes, AtClosing::Closing, zone)?;
            if since > now {
                break;
            }
            let after_minutes = *after_minutes;
            reached = Some(Escalation { level: index + 1, to, since, after_minutes });
        }
        Ok(reached)
    }

    /// The first way that is possible.
    fn first<'r>(
        &'r self,
        loads: &mut Loads,
        ways: impl Iterator<Item = (Way<'r>, To<'r>)>,
        not: Option<&str>,
        now: Timestamp,
    ) -> Assignment<'r> {
        let mut steps = Vec::new();
        for (way, to) in ways {
            let step = match to {
                To::Seller(seller) => self.one(loads, way, seller, not, now),
                To::Team(team) => self.deal(loads, way, team, not, now),
            };
            let found = step.seller;
            steps.push(step);
            if let Some(seller) = found {
                for count in [&mut loads.open, &mut loads.today] {
                    *count.entry(seller.to_owned()).or_default() += 1;
                }
                return Assignment { seller: found, steps };
            }
        }
        Assignment { seller: None, steps }
    }

    /// To one seller, or who stands in for them.
    fn one<'r>(
        &'r self,
        loads: &Loads,
        way: Way<'r>,
        seller: &'r str,
        not: Option<&str>,
        now: Timestamp,
    ) -> Step<'r> {
        let mut step = Step { way, passed: Vec::new(), seller: None };
        let mut next = Some(seller);
        // Deputies may stand in for one another in a circle: each is asked once.
        while let Some(seller) =
            next.filter(|next| step.passed.iter().all(|(asked, _)| asked != next))
        {
            match self.not_possible(loads, seller, not, now) {
                None => {
                    step.seller = Some(seller);
                    return step;
                }
                Some(why) => step.passed.push((seller, why)),
            }
            let away = matches!(step.passed.last(), Some((_, NotPossible::Away(_))));
            let deputy = self.plan.sellers.get(seller).and_then(|seller| seller.deputy.as_deref());
            next = deputy.filter(|_| away);
        }
        step
    }

    /// To whose turn it is: everybody who can take it gains by their weight, who has gained most takes it and gives back what all have gained.
    fn deal<'r>(
        &'r self,
        loads: &mut Loads,
        way: Way<'r>,
        team: &'r str,
        not: Option<&str>,
        now: Timestamp,
    ) -> Step<'r> {
        let mut step = Step { way, passed: Vec::new(), seller: None };
        let Some(members) = self.plan.teams.get(team) else { return step };
        let mut can = Vec::with_capacity(members.len());
        for (seller, weight) in members {
            match self.not_possible(loads, seller, not, now) {
                None => can.push((seller.as_str(), i64::from(*weight))),
                Some(why) => step.passed.push((seller, why)),
            }
        }
        let all: i64 = can.iter().map(|(_, weight)| weight).sum();
        let turns = loads.turns.entry(team.to_owned()).or_default();
        let mut best: Option<(i64, &'r str)> = None;
        for (seller, weight) in can {
            let turn = turns.entry(seller.to_owned()).or_default();
            *turn = turn.saturating_add(weight);
            if best.is_none_or(|(most, _)| *turn > most) {
                best = Some((*turn, seller));
            }
        }
        if let Some((_, seller)) = best
            && let Some(turn) = turns.get_mut(seller)
        {
            *turn = turn.saturating_sub(all);
            step.seller = Some(seller);
        }
        step
    }

    fn not_possible(
        &self,
        loads: &Loads,
        name: &str,
        not: Option<&str>,
        now: Timestamp,
    ) -> Option<NotPossible> {
        if not == Some(name) {
            return Some(NotPossible::HasIt);
        }
        let Some(seller) = self.plan.sellers.get(name) else { return Some(NotPossible::Unknown) };
        let mut away = seller.away.iter().filter(|(from, until)| *from <= now && now < *until);
        if let Some((_, until)) = away.next() {
            return Some(NotPossible::Away(*until));
        }
        let full = |most: Option<u32>, has: &std::collections::BTreeMap<String, u32>| {
            most.is_some_and(|most| has.get(name).copied().unwrap_or(0) >= most)
        };
        let is_full = full(seller.most_open, &loads.open).then_some(NotPossible::Full);
        is_full.or(full(seller.most_a_day, &loads.today).then_some(NotPossible::DayFull))
    }
}

/// A target, by names that need not be the plan's.
enum To<'r> {
    Seller(&'r str),
    Team(&'r str),
}

impl<'r> To<'r> {
    fn of(target: &'r Target) -> Self {
        match target {
            Target::Seller(seller) => Self::Seller(seller),
            Target::Team(team) => Self::Team(team),
        }
    }
}

impl Assignment<'_> {
    /// Why it goes there, as a tree.
    #[must_use]
    pub fn explain(&self) -> Explain {
        let seller = |seller: Option<&str>| seller.map_or(word("nobody"), Cell::text);
        let steps = self.steps.iter().map(|step| {
            let passed =
                step.passed.iter().map(|(name, why)| Explain::new(*name, Cell::Phrase(why.says())));
            Explain::new(step.way.says(), seller(step.seller)).inputs(passed)
        });
        Explain::new(word("Assigned to"), seller(self.seller)).inputs(steps)
    }
}

impl Way<'_> {
    fn says(self) -> Phrase {
        match self {
            Self::LastOwner => word("who had it lately").into(),
            Self::OrganisationOwner => word("who looks after its organisation").into(),
            Self::Rule(code) => Phrase::from(word("rule")).and(code),
            Self::Territory(name) => Phrase::from(word("territory")).and(name),
            Self::Otherwise => word("where all others go").into(),
            Self::Untouched(minutes) => {
                Phrase::from(word("untouched for working minutes")).and(minutes)
            }
        }
    }
}

impl NotPossible {
    fn says(self) -> Phrase {
        match self {
            Self::Unknown => word("does not sell by this plan").into(),
            Self::Away(until) => {
                Phrase::from(word("is out of office until")).and(Cell::text(until.to_string()))
            }
            Self::Full => word("has as many open leads as they take").into(),
            Self::DayFull => word("was given as many today as they take in a day").into(),
            Self::HasIt => word("has it already").into(),
        }
    }
}

impl RoutingPlan {
    fn check(&self) -> Result<(), KernelError> {
        for (name, seller) in &self.sellers {
            let place = |error: KernelError| error.of_part(format!("sellers.{name}"));
            if let Some(deputy) = &seller.deputy {
                let known = self.sellers.contains_key(deputy) && deputy != name;
                known.then_some(()).ok_or_else(|| place(missing("deputy", deputy)))?;
            }
            if let Some((from, until)) = seller.away.iter().find(|(from, until)| until <= from) {
                let found = format!("{from} to {until}");
                let other = "it ends before it begins";
                return Err(place(contradiction("away", &found, other, "exchange the two")));
            }
        }
        for (name, members) in &self.teams {
            let place = |error: KernelError| error.of_part(format!("teams.{name}"));
            if let Some(seller) = members.keys().find(|seller| !self.sellers.contains_key(*seller))
            {
                return Err(place(missing("seller", seller)));
            }
            if members.is_empty() || members.values().any(|weight| *weight == 0) {
                let other = "a team has members, each with a weight of 1 or more";
                return Err(place(contradiction("members", "0", other, "name who sells in it")));
            }
        }
        for (name, target) in &self.territories {
            let place = |error: KernelError| error.of_part(format!("territories.{name}"));
            self.check_target(target).map_err(place)?;
        }
        self.otherwise.iter().try_for_each(|target| self.check_target(target))?;
        let mut last = 0;
        for (index, level) in self.escalation.iter().enumerate() {
            let place = |error: KernelError| error.of_part(format!("escalation[{index}]"));
            self.check_target(&level.to).map_err(place)?;
            if level.after_minutes <= last {
                let found = level.after_minutes.to_string();
                let other = "levels come later and later, the first after a minute or more";
                return Err(place(contradiction(
                    "after_minutes",
                    &found,
                    other,
                    "put them in order",
                )));
            }
            last = level.after_minutes;
        }
        Ok(())
    }

    fn check_target(&self, target: &Target) -> Result<(), KernelError> {
        let (what, name, known) = match target {
            Target::Seller(name) => ("seller", name, self.sellers.contains_key(name)),
            Target::Team(name) => ("team", name, self.teams.contains_key(name)),
        };
        known.then_some(()).ok_or_else(|| missing(what, name))
    }
}

fn missing(what: &'static str, name: &str) -> KernelError {
    let way_out = "add it to the plan, or correct its name";
    KernelError::Unknown { what, name: name.to_owned(), way_out }
}

fn contradiction(
    field: &str,
    found: &str,
    other: &'static str,
    way_out: &'static str,
) -> KernelError {
    KernelError::Contradiction { field: field.into(), found: found.into(), other, way_out }
}
