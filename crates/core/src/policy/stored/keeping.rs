//! What all changes of the policy share: asking, one after the other, and what must hold afterwards.

use smol_str::SmolStr;

use super::rules::Rules;
use super::{PolicyError, Revision};
use crate::policy::{Inquiry, Permission, Request};
use crate::{ActorId, Tx, is_code};

/// The key of the one policy.
pub(super) fn key() -> SmolStr {
    SmolStr::new_static("main")
}

/// Begins a change by whoever holds `permission`: changes of the policy come one after the other, so that what one of them
/// found still holds when it is done. Gives the policy as it stands.
pub(super) fn change(
    tx: &mut Tx<'_>,
    permission: &'static Permission,
) -> Result<Rules, PolicyError> {
    tx.authorize(&Request::new(permission))?;
    begin(tx)
}

/// As [`change`], for who has asked already.
pub(super) fn begin(tx: &mut Tx<'_>) -> Result<Rules, PolicyError> {
    let revision = tx.get::<Revision>(&key())?.ok_or(PolicyError::NotSetUp)?;
    let rules = rules(tx)?;
    tx.put(Revision { changes: revision.changes + 1, ..revision.as_ref().clone() })?;
    Ok(rules)
}

/// The policy as it stands, with what this act changed.
pub(super) fn rules(tx: &mut Tx<'_>) -> Result<Rules, PolicyError> {
    let (actor, now) = (tx.actor().clone(), tx.now());
    Ok(Rules::read(&mut Inquiry::new(tx, &actor, now))?)
}

/// After the change there must still be somebody who can undo it.
pub(super) fn keep_an_administrator(tx: &mut Tx<'_>) -> Result<(), PolicyError> {
    let day = tx.today()?;
    if rules(tx)?.has_administrator(day) { Ok(()) } else { Err(PolicyError::LastAdministrator) }
}

/// Whether an id or code can name something.
pub(super) fn check_code(what: &'static str, code: &str) -> Result<(), PolicyError> {
    if is_code(code) {
        return Ok(());
    }
    let why = format!(
        "{code:?} is no code: a code has 1 to 64 bytes, no control characters, and no space at either end"
    );
    Err(PolicyError::BadInput { what, why })
}

pub(super) fn must_exist(rules: &Rules, actor: &ActorId) -> Result<(), PolicyError> {
    match rules.actor(actor) {
        Some(_) => Ok(()),
        None => Err(PolicyError::UnknownActor { actor: actor.clone() }),
    }
}
