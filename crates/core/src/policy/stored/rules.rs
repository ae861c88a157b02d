//! All of the stored policy in memory, and how it decides. Read once and kept by the driver until the policy changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::map::{HashMap, HashSet};
use chrono::NaiveDate;
use smol_str::{SmolStr, format_smolstr};

use super::delegation::met;
use super::{
    ADMINISTER, Actor, ActorKind, Delegation, Grant, Limit, Member, Revision, SET_UP, Scope,
};
use crate::policy::{Denial, Inquiry, Judge, Permission, Reason, Request, Standing, Why};
use crate::store::Record;
use crate::{ActorId, Currency, Halt, Money, Range};

type Map<K, V> = HashMap<K, V>;

/// The policy of a company.
#[derive(Default)]
pub(super) struct Rules {
    set_up: bool,
    actors: Map<ActorId, Arc<Actor>>,
    members: Map<ActorId, Vec<Arc<Member>>>,
    /// By role and permission.
    grants: BTreeMap<SmolStr, BTreeMap<SmolStr, Arc<GrantRule>>>,
    /// By delegate.
    delegations: BTreeMap<ActorId, Vec<Arc<Delegation>>>,
}

/// A role's permission with its limits and scope.
#[derive(Default)]
pub(super) struct GrantRule {
    /// By currency: per document and per act.
    limits: BTreeMap<Currency, [Option<Money>; 2]>,
    scope: BTreeMap<SmolStr, Vec<SmolStr>>,
}

/// Who was come to from who acts, with the one role of which he lends, in order of the steps it takes.
#[derive(Default)]
struct Reached {
    places: Vec<(ActorId, Option<SmolStr>, Option<usize>)>,
    known: HashSet<(ActorId, Option<SmolStr>)>,
}

impl Reached {
    /// Comes to somebody from a place, unless he was come to before.
    fn come_to(&mut self, actor: &ActorId, only: Option<SmolStr>, from: Option<usize>) {
        // Who lends all that he holds lends each of his roles.
        let all = self.known.contains(&(actor.clone(), None));
        if !all && self.known.insert((actor.clone(), only.clone())) {
            self.places.push((actor.clone(), only, from));
        }
    }

    fn at(&self, at: usize) -> Option<(ActorId, Option<SmolStr>)> {
        self.places.get(at).map(|(actor, only, _)| (actor.clone(), only.clone()))
    }

    /// Who stands at a place, by whose right he does, and so on, without who acts.
    fn chain(&self, at: usize) -> Vec<ActorId> {
        let mut chain = Vec::new();
        let mut next = self.places.get(at);
        while let Some((actor, _, Some(from))) = next {
            chain.push(actor.clone());
            next = self.places.get(*from);
        }
        chain.reverse();
        chain
    }
}

/// A way in which somebody has a right.
pub(super) struct Source {
    pub(super) role: SmolStr,
    grant: Arc<GrantRule>,
    /// Who delegated it, and by whose right he had it.
    pub(super) chain: Vec<ActorId>,
}

impl Rules {
    /// Reads all of it; the decision rests on all of it.
    pub(super) fn read(inquiry: &mut Inquiry<'_, '_>) -> Result<Rules, Halt> {
        fn all<R: Record>(inquiry: &mut Inquiry<'_, '_>) -> Result<Vec<Arc<R>>, Halt> {
            inquiry.scan(&Range::<R>::all())
        }
        let mut rules = Rules { set_up: !all::<Revision>(inquiry)?.is_empty(), ..Rules::default() };
        for actor in all::<Actor>(inquiry)? {
            rules.actors.insert(actor.actor.clone(), actor);
        }
        for member in all::<Member>(inquiry)? {
            rules.members.entry(member.actor.clone()).or_default().push(member);
        }
        for delegation in all::<Delegation>(inquiry)? {
            rules.delegations.entry(delegation.delegate.clone()).or_default().push(delegation);
        }
        let mut grants: BTreeMap<(SmolStr, SmolStr), GrantRule> = BTreeMap::new();
        for grant in all::<Grant>(inquiry)? {
            grants.entry((grant.role.clone(), grant.permission.clone())).or_default();
        }
        for limit in all::<Limit>(inquiry)? {
            let money = |amount| Money::new(amount, limit.currency);
            let amounts = [limit.document.map(money), limit.act.map(money)];
            let grant = grants.entry((limit.role.clone(), limit.permission.clone())).or_default();
            grant.limits.insert(limit.currency, amounts);
        }
        for scope in all::<Scope>(inquiry)? {
            let grant = grants.entry((scope.role.clone(), scope.permission.clone())).or_default();
            grant.scope.entry(scope.dimension.clone()).or_default().push(scope.place.clone());
        }
        for ((role, permission), grant) in grants {
            rules.grants.entry(role).or_default().insert(permission, Arc::new(grant));
        }
        Ok(rules)
    }

    /// Who acts, unless unknown or blocked.
    fn active(&self, actor: &ActorId) -> Result<&Actor, Why> {
        match self.actors.get(actor) {
            None => Err(Why::UnknownActor),
            Some(actor) if actor.blocked => Err(Why::Blocked),
            Some(actor) => Ok(actor),
        }
    }

    /// The ways in which `actor` has a permission on a day, his own roles first: each role of each person who lends it once, by the
    /// shortest chain in which none of `without` is.
    pub(super) fn sources(
        &self,
        actor: &ActorId,
        permission: &str,
        (day, without): (NaiveDate, &[ActorId]),
    ) -> Vec<Source> {
        let mut sources = Vec::new();
        let lends =
            |step: &Delegation| step.permission.as_ref().is_none_or(|only| only == permission);
        self.each_lender(actor, (day, without), lends, |member, chain| {
            let grant = self.grants.get(&member.role).and_then(|grants| grants.get(permission));
            if let Some(grant) = grant.filter(|_| chain.is_empty() || is_lendable(permission)) {
                let (role, grant) = (member.role.clone(), grant.clone());
                sources.push(Source { role, grant, chain });
            }
        });
        sources
    }

    /// Every role that `actor` has on a day, by whomever it is lent.
    pub(super) fn each_role(
        &self,
        actor: &ActorId,
        day: NaiveDate,
        mut each: impl FnMut(&SmolStr),
    ) {
        self.each_lender(actor, (day, &[]), |_| true, |member, _| each(&member.role));
    }

    /// Goes from who acts to those who lend to him, to those who lend to them, and so on: to each but once for all that he lends,
    /// and once for each role of which he lends no more. So the work grows with the delegations, not with the ways through them.
    fn each_lender(
        &self,
        actor: &ActorId,
        (day, without): (NaiveDate, &[ActorId]),
        lends: impl Fn(&Delegation) -> bool,
        mut each: impl FnMut(&Member, Vec<ActorId>),
    ) {
        let mut reached = Reached::default();
        let stands = |actor: &ActorId| self.active(actor).is_ok() && !without.contains(actor);
        if stands(actor) {
            reached.come_to(actor, None, None);
        }
        let mut at = 0;
        while let Some((holder, only)) = reached.at(at) {
            let held = self.members.get(&holder).into_iter().flatten();
            let held = held.filter(|member| member.days().contains(day));
            for member in
                held.filter(|member| only.as_ref().is_none_or(|only| *only == member.role))
            {
                each(member, reached.chain(at));
            }
            for step in self.delegations_to(&holder) {
                if step.days().contains(day)
                    && lends(step)
                    && stands(&step.delegator)
                    && let Some(only) = met(&only, &step.role)
                {
                    reached.come_to(&step.delegator, only, Some(at));
                }
            }
            at += 1;
        }
    }

    /// Whether some person may administer without an end.
    pub(super) fn has_administrator(&self, day: NaiveDate) -> bool {
        let person = |actor: &Actor| actor.kind == ActorKind::Person && !actor.blocked;
        let lasting = |member: &Arc<Member>| {
            let grant =
                self.grants.get(&member.role).and_then(|grants| grants.get(ADMINISTER.name));
            member.end.is_none()
                && member.start.is_none_or(|start| start <= day)
                && grant.is_some_and(|grant| grant.scope.is_empty())
        };
        self.actors
            .values()
            .filter(|actor| person(actor))
            .any(|actor| self.members.get(&actor.actor).into_iter().flatten().any(lasting))
    }

    pub(super) fn actor(&self, actor: &ActorId) -> Option<&Actor> {
        self.actors.get(actor).map(Arc::as_ref)
    }

    pub(super) fn delegations(&self) -> impl Iterator<Item = &Delegation> {
        self.delegations.values().flatten().map(Arc::as_ref)
    }

    /// Whether a role has a permission.
    pub(super) fn grants(&self, role: &str, permission: &str) -> bool {
        self.grants.get(role).is_some_and(|grants| grants.contains_key(permission))
    }

    /// The delegations to `actor`.
    pub(super) fn delegations_to(&self, actor: &ActorId) -> impl Iterator<Item = &Delegation> {
        self.delegations.get(actor).into_iter().flatten().map(Arc::as_ref)
    }

    /// The roles that have a permission, however far.
    fn roles_with(&self, permission: &str) -> Vec<SmolStr> {
        let with = self.grants.iter().filter(|(_, grants)| grants.contains_key(permission));
        with.map(|(role, _)| role.clone()).collect()
    }

    /// The roles whose permission would allow the request.
    fn roles_that_could(&self, request: &Request, total: Option<Money>) -> Vec<SmolStr> {
        let name = request.permission.name;
        let could = |grants: &BTreeMap<SmolStr, Arc<GrantRule>>| {
            grants.get(name).is_some_and(|grant| grant.judge(request, total).is_ok())
        };
        let roles = self.grants.iter().filter(|(_, grants)| could(grants));
        roles.map(|(role, _)| role.clone()).collect()
    }
}

/// The rights to change rights are never lent.
pub(super) fn is_lendable(permission: &str) -> bool {
    super::ENGINE.permission(permission).is_none()
}

/// How `actor` stands with a permission on a day.
pub(super) fn standing(
    rules: Arc<Rules>,
    actor: &ActorId,
    permission: &'static Permission,
    day: NaiveDate,
) -> Standing {
    let none =
        |why, roles| Standing::None(Denial::new(permission, actor.clone(), why).roles(roles));
    if !rules.set_up {
        return match permission.name == SET_UP.name {
            true => Standing::Full(Reason::new("nobody has any right yet")),
            false => none(Why::NotSetUp, Vec::new()),
        };
    }
    let person = match rules.active(actor) {
        Ok(actor) => actor.kind == ActorKind::Person,
        Err(why) => return none(why, Vec::new()),
    };
    let sources = rules.sources(actor, permission.name, (day, &[]));
    if sources.is_empty() {
        return none(Why::NotHeld, rules.roles_with(permission.name));
    }
    let full = |source: &&Source| source.grant.is_unbounded() && source.chain.is_empty();
    if let Some(source) = sources.iter().find(full) {
        return Standing::Full(source.reason(person));
    }
    let actor = actor.clone();
    let scopes = sources.iter().flat_map(|source| source.grant.scope.keys().cloned());
    let dimensions: BTreeSet<SmolStr> = scopes.collect();
    let reasons = sources.iter().map(|source| source.reason(person)).collect::<Vec<_>>();
    let ways: Vec<_> = sources.into_iter().zip(reasons).collect();
    let judge = Judge::of_totals(move |request, total| {
        judge(&actor, &ways, (request, total))
            .or_else(|why| match why {
                // By another chain, in which nobody had a hand in it, he may all the same.
                Why::FourEyes { .. } => {
                    let others = rules.sources(&actor, permission.name, (day, &request.hands));
                    let others = others.into_iter().map(|source| (source.reason(person), source));
                    let others: Vec<_> = others.map(|(reason, source)| (source, reason)).collect();
                    judge(&actor, &others, (request, total)).map_err(|_| why)
                }
                why => Err(why),
            })
            .map_err(|why| {
                let denial = Denial::new(request.permission, actor.clone(), why);
                Box::new(denial.roles(rules.roles_that_could(request, total)))
            })
    });
    Standing::Judged(judge.regarding(dimensions))
}

/// Allowed by the first source that allows it; else what the nearest one says.
fn judge(
    actor: &ActorId,
    ways: &[(Source, Reason)],
    asked: (&Request, Option<Money>),
) -> Result<Reason, Why> {
    let mut nearest: Option<Why> = None;
    for (source, reason) in ways {
        match source.judge(actor, asked) {
            Ok(()) => return Ok(reason.clone()),
            Err(why) if nearest.as_ref().is_none_or(|known| nearness(&why) > nearness(known)) => {
                nearest = Some(why);
            }
            Err(_) => {}
        }
    }
    Err(nearest.unwrap_or(Why::NotHeld))
}

/// Which of several denials says most about what is lacking: the one that comes last when a right is checked, and of
/// limits the greatest.
fn nearness(why: &Why) -> (u8, Option<rust_decimal::Decimal>) {
    match why {
        Why::FourEyes { .. } => (4, None),
        Why::OverTotal { limit, .. } => (3, Some(limit.amount())),
        Why::OverLimit { limit, .. } => (2, Some(limit.amount())),
        Why::NoLimit { .. } | Why::NoAmount => (1, None),
        _ => (0, None),
    }
}

impl Source {
    fn reason(&self, person: bool) -> Reason {
        let reason = Reason::new(format_smolstr!("role {}", self.role));
        let reason = if person { reason } else { reason.of_program() };
        reason.by_right_of(self.chain.clone())
    }

    fn judge(
        &self,
        actor: &ActorId,
        (request, total): (&Request, Option<Money>),
    ) -> Result<(), Why> {
        self.grant.judge(request, total)?;
        let mut hands = std::iter::once(actor).chain(&self.chain);
        match hands.find(|hand| request.hands.contains(hand)) {
            Some(hand) => Err(Why::FourEyes { hand: hand.clone() }),
            None => Ok(()),
        }
    }
}

impl GrantRule {
    fn is_unbounded(&self) -> bool {
        self.limits.is_empty() && self.scope.is_empty()
    }

    /// Whether the request is within scope and limits.
    fn judge(&self, request: &Request, total: Option<Money>) -> Result<(), Why> {
        self.scope.iter().try_for_each(|(dimension, places)| within(dimension, places, request))?;
        if self.limits.is_empty() || request.without_amount {
            return Ok(());
        }
        // What is not said is no small amount, and money that goes the other way is no less of it.
        let amount = request.amount.or(request.total).ok_or(Why::NoAmount)?;
        let total = total.or(request.total).unwrap_or(amount);
        let of = |amount: Money| self.limits.get(&amount.currency()).ok_or(Why::NoLimit { amount });
        let over = |amount: Money, limit: &Money| amount.amount().abs() > limit.amount();
        let ([document, _], [_, act]) = (of(amount)?, of(total)?);
        if let Some(limit) = document.filter(|limit| over(amount, limit)) {
            return Err(Why::OverLimit { amount, limit });
        }
        match act.filter(|limit| over(total, limit)) {
            Some(limit) => Err(Why::OverTotal { total, limit }),
            None => Ok(()),
        }
    }
}

/// Each place of the request in this dimension is one of `places` or stands under one, and there is at least one.
fn within(dimension: &SmolStr, places: &[SmolStr], request: &Request) -> Result<(), Why> {
    let outside = |place| Why::OutOfScope { dimension: dimension.clone(), place };
    let mut asked = request.places.iter().filter(|place| place.dimension == *dimension).peekable();
    if asked.peek().is_none() {
        return Err(outside(None));
    }
    match asked.find(|place| !place.is_within(places)) {
        Some(place) => Err(outside(Some(place.place.clone()).filter(|place| !place.is_empty()))),
        None => Ok(()),
    }
}
