//! Lending rights for some days: holidays, illness, a substitute.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::keeping::{begin, must_exist, rules};
use super::roles::declared;
use super::rules::{Rules, is_lendable};
use super::{ADMINISTER, ActorKind, DELEGATE, Delegation, PolicyError, Role};
use crate::policy::Request;
use crate::store::{Event, Value};
use crate::{Act, ActorId, DateRange, Id, Tx};

/// What is lent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// All that the delegator holds, but the rights to administer and to delegate.
    Everything,
    /// What he holds by one role.
    Role(SmolStr),
    /// One permission.
    Permission(SmolStr),
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Part::Everything => f.write_str("anything"),
            Part::Role(role) => write!(f, "role {role}"),
            Part::Permission(permission) => f.write_str(permission),
        }
    }
}

/// Lends rights: the delegate may use them on these days, as long as the delegator holds them himself. Who acts lends his
/// own; an administrator may do it for others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delegate {
    /// Whose rights.
    pub delegator: ActorId,
    /// Who may use them.
    pub delegate: ActorId,
    /// Which.
    pub part: Part,
    /// The first day.
    pub start: NaiveDate,
    /// The last day.
    pub end: NaiveDate,
}

impl Delegate {
    /// All rights of `delegator` to `delegate`, for the days from `start` to `end`, both included.
    ///
    /// ```
    /// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
    /// # use desk::*;
    /// let desk = desk(); // it is 1 June
    /// let (carla, anna) = (ActorId::new("carla"), ActorId::new("anna"));
    /// let days = ("2026-06-01".parse()?, "2026-06-14".parse()?);
    /// let lend = Delegate::new(carla.clone(), anna.clone(), days.0, days.1);
    /// desk.carry_out(envelope("carla", "holiday"), &lend)?;
    /// assert!(pay(&desk, "anna", "1", "front", "500 EUR").is_ok()); // by the right of carla
    ///
    /// let back = Delegate::new(anna, carla, days.0, days.1);
    /// let refused = desk.carry_out(envelope("root", "back"), &back).unwrap_err();
    /// assert_eq!(
    ///     refused.to_string(),
    ///     "anna can't delegate to carla: the rights would go in a circle, \
    ///      anna -> carla -> anna",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(
        delegator: ActorId,
        delegate: ActorId,
        start: NaiveDate,
        end: NaiveDate,
    ) -> Delegate {
        Delegate { delegator, delegate, part: Part::Everything, start, end }
    }

    /// Only this part.
    #[must_use]
    pub fn only(mut self, part: Part) -> Delegate {
        self.part = part;
        self
    }

    fn check(&self, tx: &mut Tx<'_>, rules: &Rules) -> Result<(), PolicyError> {
        for actor in [&self.delegator, &self.delegate] {
            must_exist(rules, actor)?;
            if rules.actor(actor).is_some_and(|actor| actor.kind != ActorKind::Person) {
                let why = format!("{actor} is a program: rights are lent between persons");
                return Err(PolicyError::BadInput { what: "delegate", why });
            }
        }
        let today = tx.today()?;
        let bad_days = |why| Err(PolicyError::BadInput { what: "end", why });
        if self.end < self.start {
            let (start, end) = (self.start, self.end);
            return bad_days(format!(
                "{end} is before {start}: the last day is not before the first"
            ));
        }
        if self.end < today {
            return bad_days(format!("{} is over, it is {today}: give a later last day", self.end));
        }
        match &self.part {
            Part::Everything => Ok(()),
            Part::Role(role) if tx.get::<Role>(role)?.is_none() => {
                Err(PolicyError::UnknownRole { role: role.clone() })
            }
            Part::Role(_) => Ok(()),
            Part::Permission(name) if !is_lendable(name) => {
                let why = format!("{name} is never lent: assign a role that has it");
                Err(PolicyError::BadInput { what: "part", why })
            }
            Part::Permission(name) => declared(tx, name).map(|_| ()),
        }
    }

    /// From the delegate, by what he lends on those days of what is lent here, back to the delegator?
    fn check_circle(&self, rules: &Rules) -> Result<(), PolicyError> {
        let days = DateRange::new(self.start, self.end).unwrap_or(DateRange::day(self.start));
        let mut chain = vec![self.delegator.clone(), self.delegate.clone()];
        let back = match self.delegator == self.delegate {
            true => Some(Vec::new()),
            false => {
                leads_back(rules, (&self.delegate, &self.delegator), (days, Lent::of(&self.part)))
            }
        };
        match back {
            Some(back) => {
                chain.extend(back);
                Err(PolicyError::Circle { chain })
            }
            None => Ok(()),
        }
    }

    /// Is all of it lent already, on all of its days?
    fn check_new(&self, rules: &Rules) -> Result<(), PolicyError> {
        let lent = Lent::of(&self.part);
        let covers = |known: &&Delegation| {
            known.delegator == self.delegator
                && known.start <= self.start
                && self.end <= known.end
                && (known.role.is_none() || known.role == lent.role)
                && (known.permission.is_none() || known.permission == lent.permission)
        };
        match rules.delegations_to(&self.delegate).find(covers) {
            None => Ok(()),
            Some(known) => Err(PolicyError::AlreadyDelegated {
                id: known.id,
                delegator: self.delegator.clone(),
                delegate: self.delegate.clone(),
                end: known.end,
            }),
        }
    }

    fn check_held(&self, rules: &Rules, today: NaiveDate) -> Result<(), PolicyError> {
        let day = self.start.max(today);
        let held = match &self.part {
            Part::Permission(name) => !rules.sources(&self.delegator, name, (day, &[])).is_empty(),
            part => {
                let mut held = false;
                rules.each_role(&self.delegator, day, |role| {
                    held |= matches!(part, Part::Everything) || *part == Part::Role(role.clone());
                });
                held
            }
        };
        if held {
            return Ok(());
        }
        let mut chain = vec![self.delegator.clone(), self.delegate.clone()];
        let lenders = rules.delegations_to(&self.delegator);
        chain.extend(
            lenders.filter(|step| step.days().contains(day)).map(|step| step.delegator.clone()),
        );
        Err(PolicyError::NotHeld { part: self.part.to_string(), day, chain })
    }
}

/// After a role was given more, what is lent still goes in no circle, today or on a later day.
pub(super) fn no_circle(rules: &Rules, today: NaiveDate) -> Result<(), PolicyError> {
    for step in rules.delegations().filter(|step| step.end >= today) {
        let lent = Lent { role: step.role.clone(), permission: step.permission.clone() };
        // What is over closes nothing.
        let days = DateRange::new(step.start.max(today), step.end);
        let days = days.unwrap_or(DateRange::day(step.end));
        if let Some(back) = leads_back(rules, (&step.delegate, &step.delegator), (days, lent)) {
            let mut chain = vec![step.delegator.clone(), step.delegate.clone()];
            chain.extend(back);
            return Err(PolicyError::Circle { chain });
        }
    }
    Ok(())
}

/// What goes from hand to hand: what one role has, or one permission, or both, or all.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Lent {
    role: Option<SmolStr>,
    permission: Option<SmolStr>,
}

impl Lent {
    fn of(part: &Part) -> Lent {
        match part.clone() {
            Part::Everything => Lent { role: None, permission: None },
            Part::Role(role) => Lent { role: Some(role), permission: None },
            Part::Permission(permission) => Lent { role: None, permission: Some(permission) },
        }
    }

    /// What is left of it when it is lent on; `None` when nothing is.
    fn through(&self, step: &Delegation, rules: &Rules) -> Option<Lent> {
        let role = met(&self.role, &step.role)?;
        let permission = met(&self.permission, &step.permission)?;
        let is_had = match (&role, &permission) {
            (Some(role), Some(permission)) => rules.grants(role, permission),
            _ => true,
        };
        is_had.then_some(Lent { role, permission })
    }
}

/// What two have in common, of which nothing says all; `None` when they have nothing.
pub(super) fn met(a: &Option<SmolStr>, b: &Option<SmolStr>) -> Option<Option<SmolStr>> {
    match (a, b) {
        (Some(a), Some(b)) if a != b => None,
        (Some(one), _) | (None, Some(one)) => Some(Some(one.clone())),
        (None, None) => Some(None),
    }
}

/// Those through whom some of this goes from the one to the other, on one of these days: who lends of what was lent to him, and so on,
/// to the last; `None` when it does not come there.
///
/// Which delegations hold changes only on their first days, so those days are looked at alone, each person on each of them but once
/// for what comes to him: the work grows with the delegations, not with the ways through them.
fn leads_back(
    rules: &Rules,
    (from, to): (&ActorId, &ActorId),
    (days, lent): (DateRange, Lent),
) -> Option<Vec<ActorId>> {
    let steps = rules.delegations().filter(|step| days.intersect(step.days()).is_some());
    let steps: Vec<&Delegation> = steps.collect();
    let mut by_delegator: BTreeMap<&ActorId, Vec<&Delegation>> = BTreeMap::new();
    for step in &steps {
        by_delegator.entry(&step.delegator).or_default().push(step);
    }
    let first = days.start();
    let starts: BTreeSet<NaiveDate> =
        steps.iter().map(|step| first.map_or(step.start, |first| first.max(step.start))).collect();
    starts.into_iter().find_map(|day| {
        let mut known = BTreeSet::from([(from.clone(), lent.clone())]);
        let mut reached = vec![(from.clone(), lent.clone(), None)];
        let mut at = 0;
        while let Some((holder, lent, _)) = reached.get(at).cloned() {
            let steps = by_delegator.get(&holder).into_iter().flatten();
            for step in steps.filter(|step| step.days().contains(day)) {
                let Some(lent) = lent.through(step, rules) else { continue };
                if step.delegate == *to {
                    return Some(way(&reached, at).into_iter().chain([to.clone()]).collect());
                }
                if known.insert((step.delegate.clone(), lent.clone())) {
                    reached.push((step.delegate.clone(), lent, Some(at)));
                }
            }
            at += 1;
        }
        None
    })
}

/// Those who were gone through to a place, without the first.
fn way(reached: &[(ActorId, Lent, Option<usize>)], at: usize) -> Vec<ActorId> {
    let mut way = Vec::new();
    let mut next = reached.get(at);
    while let Some((actor, _, Some(from))) = next {
        way.push(actor.clone());
        next = reached.get(*from);
    }
    way.reverse();
    way
}

impl Act for Delegate {
    type Answer = Id<Delegation>;
    type Error = PolicyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Id<Delegation>, PolicyError> {
        let own = *tx.actor() == self.delegator;
        tx.authorize(&Request::new(if own { &DELEGATE } else { &ADMINISTER }))?;
        let rules = begin(tx)?;
        self.check(tx, &rules)?;
        self.check_circle(&rules)?;
        self.check_new(&rules)?;
        self.check_held(&rules, tx.today()?)?;
        let Delegate { delegator, delegate, part, start, end } = self.clone();
        let (role, permission) = match part {
            Part::Everything => (None, None),
            Part::Role(role) => (Some(role), None),
            Part::Permission(permission) => (None, Some(permission)),
        };
        let id = tx.id()?;
        let event = Event::new("policy.delegated")
            .with("delegation", Value::Id(id.to_u128()))
            .with("delegator", Value::text(delegator.as_str()))
            .with("delegate", Value::text(delegate.as_str()));
        tx.emit(event);
        tx.insert(Delegation { id, delegator, delegate, role, permission, start, end })?;
        Ok(id)
    }
}

/// Ends a delegation at once: by whose rights they are, whoever lent them, by who was lent them, or by an administrator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndDelegation {
    /// Which.
    pub delegation: Id<Delegation>,
}

impl EndDelegation {
    /// Ends `delegation`.
    ///
    /// ```
    /// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
    /// # use desk::*;
    /// let desk = desk();
    /// let (carla, anna) = (ActorId::new("carla"), ActorId::new("anna"));
    /// let day = "2026-06-01".parse()?;
    /// let lend = Delegate::new(carla, anna, day, day).only(Part::Permission("desk.pay".into()));
    /// let lent = desk.carry_out(envelope("carla", "today"), &lend)?.answer;
    /// desk.carry_out(envelope("carla", "no longer"), &EndDelegation::new(lent))?;
    /// assert!(pay(&desk, "anna", "1", "front", "500 EUR").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(delegation: Id<Delegation>) -> EndDelegation {
        EndDelegation { delegation }
    }
}

impl Act for EndDelegation {
    type Answer = ();
    type Error = PolicyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PolicyError> {
        let delegation = tx.get::<Delegation>(&self.delegation)?;
        let actor = tx.actor().clone();
        // Who was lent it gives it back, and of one that is over there is nothing to be allowed.
        let own = delegation
            .as_ref()
            .is_none_or(|known| known.delegator == actor || known.delegate == actor);
        match own && rules(tx)?.actor(&actor).is_some_and(|actor| !actor.blocked) {
            // Who takes back what is his needs no right to lend.
            true => tx.need_no_right(&DELEGATE),
            false => drop(tx.authorize(&Request::new(&ADMINISTER))?),
        }
        let Some(delegation) = delegation else {
            return Err(PolicyError::UnknownDelegation { id: self.delegation });
        };
        begin(tx)?;
        let id = Value::Id(delegation.id.to_u128());
        tx.emit(Event::new("policy.delegation_ended").with("delegation", id));
        tx.delete::<Delegation>(&delegation.id)?;
        Ok(())
    }
}
