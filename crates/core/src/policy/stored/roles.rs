//! Roles: permissions that belong together, with their limits and scopes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::delegation::no_circle;
use super::keeping::{change, check_code, keep_an_administrator, rules};
use super::{ADMINISTER, Grant, Limit, Member, PolicyError, Role, Scope};
use crate::policy::Permission;
use crate::store::{Event, Value};
use crate::{Act, Currency, Money, Range, Reading, Tx};

/// A permission to be given to a role.
///
/// ```
/// use fondaco_core::Money;
/// use fondaco_core::policy::stored::NewGrant;
/// // May approve up to 5,000 EUR each and 20,000 EUR at once, in two journals, for one cost centre.
/// let grant = NewGrant::new("ledger.approve")
///     .up_to(Money::parse("5000 EUR")?)
///     .up_to_in_all(Money::parse("20000 EUR")?)
///     .within("journal", ["GEN", "BANK"])
///     .within("cost_centre", ["10"]);
/// assert_eq!(grant.scope.len(), 3);
/// # Ok::<(), fondaco_core::MoneyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewGrant {
    /// The permission's name.
    pub permission: SmolStr,
    /// How much one document may be: one amount per currency. None at all for any amount.
    pub documents: Vec<Money>,
    /// How much all documents of one act may be together.
    pub acts: Vec<Money>,
    /// Dimension and place: see [`Scope`]. An empty place is refused.
    pub scope: Vec<(SmolStr, SmolStr)>,
}

impl NewGrant {
    /// The permission of this name, for any amount and everywhere.
    pub fn new(permission: impl Into<SmolStr>) -> NewGrant {
        let (documents, acts, scope) = (Vec::new(), Vec::new(), Vec::new());
        NewGrant { permission: permission.into(), documents, acts, scope }
    }

    /// Up to this amount per document, itself included.
    #[must_use]
    pub fn up_to(mut self, limit: Money) -> NewGrant {
        self.documents.push(limit);
        self
    }

    /// Up to this amount in all documents of one act. Each chunk of a [job](crate::job) is one: who is limited in all runs no jobs.
    #[must_use]
    pub fn up_to_in_all(mut self, limit: Money) -> NewGrant {
        self.acts.push(limit);
        self
    }

    /// Only at these places of a dimension, and what stands under them. None at all is refused by [`DefineRole`]: who leaves the scope
    /// out gives the right everywhere.
    #[must_use]
    pub fn within<P: Into<SmolStr>>(
        mut self,
        dimension: impl Into<SmolStr>,
        places: impl IntoIterator<Item = P>,
    ) -> NewGrant {
        let dimension = dimension.into();
        let before = self.scope.len();
        let places = places.into_iter().map(|place| (dimension.clone(), place.into()));
        self.scope.extend(places);
        if self.scope.len() == before {
            self.scope.push((dimension, SmolStr::default()));
        }
        self
    }
}

/// Defines a role, or defines it anew: what it allowed before is replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefineRole {
    /// Its code.
    pub role: SmolStr,
    /// What people read.
    pub title: SmolStr,
    /// What it allows.
    pub grants: Vec<NewGrant>,
}

impl DefineRole {
    /// A role that allows nothing yet.
    ///
    /// ```
    /// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
    /// # use desk::*;
    /// let desk = desk();
    /// let auditor = DefineRole::new("auditor", "Auditor").may(NewGrant::new("desk.count"));
    /// desk.carry_out(envelope("root", "auditor"), &auditor)?;
    /// let wrong = DefineRole::new("auditor", "Auditor").may(NewGrant::new("desk.cont"));
    /// let refused = desk.carry_out(envelope("root", "wrong"), &wrong).unwrap_err();
    /// assert_eq!(
    ///     refused.to_string(),
    ///     "no engine declares a permission desk.cont: desk has desk.pay, desk.count",
    /// );
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub fn new(role: impl Into<SmolStr>, title: impl Into<SmolStr>) -> DefineRole {
        DefineRole { role: role.into(), title: title.into(), grants: Vec::new() }
    }

    /// That allows this.
    #[must_use]
    pub fn may(mut self, grant: NewGrant) -> DefineRole {
        self.grants.push(grant);
        self
    }
}

impl Act for DefineRole {
    type Answer = ();
    type Error = PolicyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PolicyError> {
        let before = change(tx, &ADMINISTER)?;
        check_code("role", &self.role)?;
        let title_is_bad = self.title.chars().any(char::is_control);
        if title_is_bad {
            let why = format!("{:?} holds a control character: leave it out", self.title);
            return Err(PolicyError::BadInput { what: "title", why });
        }
        let mut known = BTreeSet::new();
        for grant in &self.grants {
            check(tx, grant)?;
            if !known.insert(&grant.permission) {
                let why = format!("{} is given twice: give it once", grant.permission);
                return Err(PolicyError::BadInput { what: "grants", why });
            }
        }
        let (role, title) = (self.role.clone(), self.title.clone());
        tx.emit(Event::new("policy.role_defined").with("role", Value::Text(role.clone())));
        let defined = Role { role, title };
        if tx.get::<Role>(&self.role)?.is_some() {
            tx.put(defined)?
        } else {
            tx.insert(defined)?
        }
        clear(tx, &self.role)?;
        self.grants.iter().try_for_each(|grant| give(tx, &self.role, grant))?;
        keep_an_administrator(tx)?;
        let today = tx.today()?;
        no_circle(&before, today).map_or(Ok(()), |()| no_circle(&rules(tx)?, today))
    }
}

/// A permission is declared by an engine, and asked with what it is limited by.
fn check(tx: &Tx<'_>, grant: &NewGrant) -> Result<(), PolicyError> {
    if let Some(negative) =
        grant.documents.iter().chain(&grant.acts).find(|limit| limit.is_negative())
    {
        let why = format!("{}: {negative} is below zero", grant.permission);
        return Err(PolicyError::BadInput { what: "limit", why });
    }
    for limits in [&grant.documents, &grant.acts] {
        let currencies: BTreeSet<Currency> = limits.iter().map(|limit| limit.currency()).collect();
        if currencies.len() < limits.len() {
            let why = format!("{}: give one limit per currency", grant.permission);
            return Err(PolicyError::BadInput { what: "limit", why });
        }
    }
    let unlike_any = |place: &SmolStr| place.trim() != place;
    if let Some((dimension, place)) = grant.scope.iter().find(|(_, place)| unlike_any(place)) {
        let why = format!(
            "{dimension} {place:?} has a blank at an end, and is no place: write it without"
        );
        return Err(PolicyError::BadInput { what: "scope", why });
    }
    if let Some((dimension, _)) = grant.scope.iter().find(|(_, place)| place.is_empty()) {
        let why = format!(
            "{} is to be within {dimension}, and no place is named: name one, or leave {dimension} out to give the right everywhere",
            grant.permission
        );
        return Err(PolicyError::BadInput { what: "scope", why });
    }
    let Some(permission) = declared(tx, &grant.permission)? else { return Ok(()) };
    let has_limits = !grant.documents.is_empty() || !grant.acts.is_empty();
    if has_limits && !permission.limited {
        let why = format!("{} is asked without an amount: leave its limit out", permission.name);
        return Err(PolicyError::BadInput { what: "limit", why });
    }
    match grant.scope.iter().find(|(dimension, _)| !permission.is_within(dimension)) {
        None => Ok(()),
        Some((dimension, _)) => {
            let known = match permission.dimensions {
                [] => "without any dimension".into(),
                dimensions => format!("by {}", dimensions.join(", ")),
            };
            let why = format!("{} is not asked by {dimension}, but {known}", permission.name);
            Err(PolicyError::BadInput { what: "scope", why })
        }
    }
}

/// The permission of this name; `None` where no engine was registered with the driver, so that nothing can be said.
pub(super) fn declared(
    tx: &Tx<'_>,
    name: &SmolStr,
) -> Result<Option<&'static Permission>, PolicyError> {
    let engines = tx.engines();
    let found = engines.iter().find_map(|engine| engine.permission(name));
    if found.is_some() || engines.is_empty() {
        return Ok(found);
    }
    let of = name.split_once('.').map_or(name.as_str(), |(engine, _)| engine);
    let known = match engines.iter().find(|engine| engine.name == of) {
        Some(engine) => {
            let names: Vec<_> = engine.permissions().map(|known| known.name).collect();
            format!("{} has {}", engine.name, names.join(", "))
        }
        None => {
            let names: Vec<_> = engines.iter().map(|engine| engine.name).collect();
            format!("the driver knows the engines {}", names.join(", "))
        }
    };
    Err(PolicyError::UnknownPermission { permission: name.clone(), known })
}

/// Takes all that a role allows.
fn clear(tx: &mut Tx<'_>, role: &SmolStr) -> Result<(), PolicyError> {
    // Changes of the policy come one after the other, so none of these moves meanwhile.
    for scope in tx.peek_scan(&Range::<Scope>::by_key(role))? {
        tx.delete::<Scope>(&scope.key_parts())?;
    }
    for limit in tx.peek_scan(&Range::<Limit>::by_key(role))? {
        tx.delete::<Limit>(&(role.clone(), limit.permission.clone(), limit.currency))?;
    }
    for grant in tx.peek_scan(&Range::<Grant>::by_key(role))? {
        tx.delete::<Grant>(&(role.clone(), grant.permission.clone()))?;
    }
    Ok(())
}

impl Scope {
    fn key_parts(&self) -> (SmolStr, SmolStr, SmolStr, SmolStr) {
        let Scope { role, permission, dimension, place } = self.clone();
        (role, permission, dimension, place)
    }
}

fn give(tx: &mut Tx<'_>, role: &SmolStr, grant: &NewGrant) -> Result<(), PolicyError> {
    let permission = &grant.permission;
    tx.get::<Grant>(&(role.clone(), permission.clone()))?;
    tx.insert(Grant { role: role.clone(), permission: permission.clone() })?;
    let of = |limits: &[Money], currency| {
        let limit = limits.iter().find(|limit| limit.currency() == currency);
        limit.map(|limit| limit.amount())
    };
    let limits = grant.documents.iter().chain(&grant.acts);
    let currencies: BTreeSet<Currency> = limits.map(|limit| limit.currency()).collect();
    for currency in currencies {
        let (document, act) = (of(&grant.documents, currency), of(&grant.acts, currency));
        let (role, permission) = (role.clone(), permission.clone());
        tx.get::<Limit>(&(role.clone(), permission.clone(), currency))?;
        tx.insert(Limit { role, permission, currency, document, act })?;
    }
    let places: BTreeSet<&(SmolStr, SmolStr)> = grant.scope.iter().collect();
    for (dimension, place) in places.into_iter().cloned() {
        let (role, permission) = (role.clone(), permission.clone());
        let scope = Scope { role, permission, dimension, place };
        tx.get::<Scope>(&scope.key_parts())?;
        tx.insert(scope)?;
    }
    Ok(())
}

/// Removes a role that nobody has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveRole {
    /// Its code.
    pub role: SmolStr,
}

impl RemoveRole {
    /// Removes `role`.
    ///
    /// ```
    /// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
    /// # use desk::*;
    /// let refused = desk()
    ///     .carry_out(envelope("root", "remove"), &RemoveRole::new("manager"))
    ///     .unwrap_err();
    /// assert_eq!(
    ///     refused.to_string(),
    ///     "role manager can't be removed: carla has it; withdraw it first",
    /// );
    /// ```
    pub fn new(role: impl Into<SmolStr>) -> RemoveRole {
        RemoveRole { role: role.into() }
    }
}

impl Act for RemoveRole {
    type Answer = ();
    type Error = PolicyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PolicyError> {
        change(tx, &ADMINISTER)?;
        let role = &self.role;
        if tx.get::<Role>(role)?.is_none() {
            return Err(PolicyError::UnknownRole { role: role.clone() });
        }
        let members = tx.scan(&Range::<Member>::all())?;
        if let Some(member) = members.iter().find(|member| member.role == *role) {
            let actor = member.actor.clone();
            return Err(PolicyError::RoleInUse { role: role.clone(), actor });
        }
        clear(tx, role)?;
        tx.emit(Event::new("policy.role_removed").with("role", Value::Text(role.clone())));
        tx.delete::<Role>(role)?;
        Ok(())
    }
}
