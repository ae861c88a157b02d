//! All of the stored policy in memory, and how it decides. Read once and kept by the driver until the policy changes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;
use foldhash::fast::RandomState;
use smol_str::{SmolStr, format_smolstr};

use super::{
    ADMINISTER, Actor, ActorKind, Delegation, Grant, Limit, Member, Revision, SET_UP, Scope,
};
use crate::policy::{Denial, Inquiry, Judge, Permission, Reason, Request, Standing, Why};
use crate::store::Record;
use crate::{ActorId, Currency, Halt, Money, Range};

type Map<K, V> = HashMap<K, V, RandomState>;

/// The policy of a company.
#[derive(Default)]
pub(super) struct Rules {
    set_up: bool,
    actors: Map<ActorId, Arc<Actor>>,
    members: Map<ActorId, Vec<Arc<Member>>>,
    /// By role and permission.
    grants: BTreeMap<SmolStr, BTreeMap<SmolStr, Arc<GrantRule>>>,
    /// By delegate.
    delegations: Map<ActorId, Vec<Arc<Delegation>>>,
}

/// A role's permission with its limits and scope.
#[derive(Default)]
pub(super) struct GrantRule {
    /// By currency: per document and per act.
    limits: BTreeMap<Currency, [Option<Money>; 2]>,
    scope: BTreeMap<SmolStr, Vec<SmolStr>>,
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

    /// All ways in which `actor` has a permission on a day, his own roles first.
    pub(super) fn sources(&self, actor: &ActorId, permission: &str, day: NaiveDate) -> Vec<Source> {
        let mut sources = Vec::new();
        self.each_role(actor, day, &mut |role, delegations| {
            let grant = self.grants.get(role).and_then(|grants| grants.get(permission));
            let lent = delegations.iter().all(|delegation| delegation.lends(role, permission));
            let own = delegations.is_empty() || is_lendable(permission);
            if let Some(grant) = grant.filter(|_| lent && own) {
                let chain = delegations.iter().map(|delegation| delegation.delegator.clone());
                let (role, grant) = (role.clone(), grant.clone());
                sources.push(Source { role, grant, chain: chain.collect() });
            }
        });
        sources
    }

    /// Every role that `actor` has on a day, with the delegations by which he has it, the last one first.
    pub(super) fn each_role(
        &self,
        actor: &ActorId,
        day: NaiveDate,
        each: &mut impl FnMut(&SmolStr, &[&Delegation]),
    ) {
        self.each_role_through(actor, day, &mut Vec::new(), each);
    }

    fn each_role_through<'r>(
        &'r self,
        actor: &ActorId,
        day: NaiveDate,
        path: &mut Vec<&'r Delegation>,
        each: &mut impl FnMut(&SmolStr, &[&Delegation]),
    ) {
        if self.active(actor).is_err() {
            return;
        }
        let held = self.members.get(actor).into_iter().flatten();
        held.filter(|member| member.days().contains(day))
            .for_each(|member| each(&member.role, path));
        for delegation in self.delegations.get(actor).into_iter().flatten() {
            // Circles are refused when they are made; this keeps a policy that was written around the commands finite.
            let known = path.iter().any(|known| known.delegator == delegation.delegator);
            if delegation.days().contains(day) && !known {
                path.push(delegation);
                self.each_role_through(&delegation.delegator, day, path, each);
                path.pop();
            }
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

    /// The roles whose permission would allow the request.
    fn roles_that_could(&self, request: &Request) -> Vec<SmolStr> {
        let name = request.permission.name;
        let could = |grants: &BTreeMap<SmolStr, Arc<GrantRule>>| {
            grants.get(name).is_some_and(|grant| grant.judge(request).is_ok())
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
    let sources = rules.sources(actor, permission.name, day);
    if sources.is_empty() {
        return none(Why::NotHeld, rules.roles_that_could(&Request::new(permission)));
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
    let judge = Judge::new(move |request| judge(&rules, &actor, &ways, request));
    Standing::Judged(judge.regarding(dimensions))
}

/// Allowed by the first source that allows it; else what the nearest one says.
fn judge(
    rules: &Rules,
    actor: &ActorId,
    ways: &[(Source, Reason)],
    request: &Request,
) -> Result<Reason, Box<Denial>> {
    let mut nearest: Option<Why> = None;
    for (source, reason) in ways {
        match source.judge(actor, request) {
            Ok(()) => return Ok(reason.clone()),
            Err(why) if nearest.as_ref().is_none_or(|known| nearness(&why) > nearness(known)) => {
                nearest = Some(why);
            }
            Err(_) => {}
        }
    }
    let denial = Denial::new(request.permission, actor.clone(), nearest.unwrap_or(Why::NotHeld));
    Err(Box::new(denial.roles(rules.roles_that_could(request))))
}

/// Which of several denials says most about what is lacking: the one that comes last when a right is checked, and of
/// limits the greatest.
fn nearness(why: &Why) -> (u8, Option<rust_decimal::Decimal>) {
    match why {
        Why::FourEyes { .. } => (4, None),
        Why::OverTotal { limit, .. } => (3, Some(limit.amount())),
        Why::OverLimit { limit, .. } => (2, Some(limit.amount())),
        Why::NoLimit { .. } => (1, None),
        _ => (0, None),
    }
}

impl Source {
    fn reason(&self, person: bool) -> Reason {
        let reason = Reason::new(format_smolstr!("role {}", self.role));
        let reason = if person { reason } else { reason.of_program() };
        reason.by_right_of(self.chain.clone())
    }

    fn judge(&self, actor: &ActorId, request: &Request) -> Result<(), Why> {
        self.grant.judge(request)?;
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
    fn judge(&self, request: &Request) -> Result<(), Why> {
        self.scope.iter().try_for_each(|(dimension, places)| within(dimension, places, request))?;
        if self.limits.is_empty() {
            return Ok(());
        }
        let [document, act] = [request.amount, request.total]
            .map(|amount| amount.map(|amount| (amount, self.limits.get(&amount.currency()))));
        if let Some((amount, limits)) = document {
            let [limit, _] = limits.ok_or(Why::NoLimit { amount })?;
            if let Some(limit) = limit.filter(|limit| amount.amount() > limit.amount()) {
                return Err(Why::OverLimit { amount, limit });
            }
        }
        if let Some((total, limits)) = act {
            let [_, limit] = limits.ok_or(Why::NoLimit { amount: total })?;
            if let Some(limit) = limit.filter(|limit| total.amount() > limit.amount()) {
                return Err(Why::OverTotal { total, limit });
            }
        }
        Ok(())
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
