//! What TigerBeetle checks and our types make impossible to say, in its order.

use std::error::Error;

use serde_json::Value;

use super::world::{has_flag, number};

/// Whether an id, a flag or a field is wrong in a way that comes before anything is looked up.
fn before_lookup(step: &Value, is_account: bool) -> Result<Option<&'static str>, Box<dyn Error>> {
    let of = |name| number(step, name);
    if has_flag(step, "imported") {
        if of("timestamp")? > i64::MAX as u128 {
            return Ok(Some("imported_event_timestamp_out_of_range"));
        }
    } else if of("timestamp")? != 0 {
        return Ok(Some("timestamp_must_be_zero"));
    }
    if is_account && of("reserved")? != 0 {
        return Ok(Some("reserved_field"));
    }
    if of("padding")? != 0 {
        return Ok(Some("reserved_flag"));
    }
    Ok(match of("id")? {
        0 => Some("id_must_not_be_zero"),
        u128::MAX => Some("id_must_not_be_int_max"),
        _ => None,
    })
}

/// Why TigerBeetle refuses an item for what it says, and whether that comes before its id is looked up.
pub(super) type Wrong = Option<(&'static str, bool)>;

pub(super) fn account(step: &Value) -> Result<Wrong, Box<dyn Error>> {
    if let Some(status) = before_lookup(step, true)? {
        return Ok(Some((status, true)));
    }
    let both = has_flag(step, "debits_must_not_exceed_credits")
        && has_flag(step, "credits_must_not_exceed_debits");
    if both {
        return Ok(Some(("flags_are_mutually_exclusive", false)));
    }
    let sums = [
        ("debits_pending", "debits_pending_must_be_zero"),
        ("debits_posted", "debits_posted_must_be_zero"),
        ("credits_pending", "credits_pending_must_be_zero"),
        ("credits_posted", "credits_posted_must_be_zero"),
    ];
    for (field, status) in sums {
        if number(step, field)? != 0 {
            return Ok(Some((status, false)));
        }
    }
    for (field, status) in
        [("ledger", "ledger_must_not_be_zero"), ("code", "code_must_not_be_zero")]
    {
        if number(step, field)? == 0 {
            return Ok(Some((status, false)));
        }
    }
    Ok(None)
}

pub(super) fn transfer(step: &Value) -> Result<Wrong, Box<dyn Error>> {
    if let Some(status) = before_lookup(step, false)? {
        return Ok(Some((status, true)));
    }
    let settles =
        has_flag(step, "post_pending_transfer") || has_flag(step, "void_pending_transfer");
    let status = if settles { settling(step)? } else { moving(step)? };
    Ok(status.map(|status| (status, false)))
}

fn settling(step: &Value) -> Result<Option<&'static str>, Box<dyn Error>> {
    let both = has_flag(step, "post_pending_transfer") && has_flag(step, "void_pending_transfer");
    let others =
        ["pending", "balancing_debit", "balancing_credit", "closing_debit", "closing_credit"];
    if both || others.iter().any(|flag| has_flag(step, flag)) {
        return Ok(Some("flags_are_mutually_exclusive"));
    }
    let pending = number(step, "pending_id")?;
    Ok(match pending {
        0 => Some("pending_id_must_not_be_zero"),
        u128::MAX => Some("pending_id_must_not_be_int_max"),
        _ if pending == number(step, "id")? => Some("pending_id_must_be_different"),
        _ if number(step, "timeout")? != 0 => Some("timeout_reserved_for_pending_transfer"),
        _ => None,
    })
}

fn moving(step: &Value) -> Result<Option<&'static str>, Box<dyn Error>> {
    let (debit, credit) = (number(step, "debit_account_id")?, number(step, "credit_account_id")?);
    let closes = has_flag(step, "closing_debit") || has_flag(step, "closing_credit");
    let pending = has_flag(step, "pending");
    let checks = [
        (debit == 0, "debit_account_id_must_not_be_zero"),
        (debit == u128::MAX, "debit_account_id_must_not_be_int_max"),
        (credit == 0, "credit_account_id_must_not_be_zero"),
        (credit == u128::MAX, "credit_account_id_must_not_be_int_max"),
        (debit == credit, "accounts_must_be_different"),
        (number(step, "pending_id")? != 0, "pending_id_must_be_zero"),
        (!pending && number(step, "timeout")? != 0, "timeout_reserved_for_pending_transfer"),
        (!pending && closes, "closing_transfer_must_be_pending"),
        (number(step, "ledger")? == 0, "ledger_must_not_be_zero"),
        (number(step, "code")? == 0, "code_must_not_be_zero"),
    ];
    Ok(checks.into_iter().find(|(wrong, _)| *wrong).map(|(_, status)| status))
}
