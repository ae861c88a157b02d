//! Slips beside what was paid before: much more or less, to another account, or the same again.

use std::collections::BTreeSet;
use std::sync::Arc;

use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::super::twice::{days_again, item_again};
use super::super::{RunKind, Slip};
use super::{RunWarning, said};

/// So far back the last slip is looked for.
pub(super) const LOOKS_BACK_DAYS: u64 = 400;

/// What differs from the slips of before, which stand in the order of payment.
pub(super) fn compare(
    slip: &Slip,
    before: &[Arc<Slip>],
    percent: Decimal,
    found: &mut Vec<RunWarning>,
) {
    let others = || before.iter().filter(|other| other.run != slip.run && other.status.counts());
    if let Some(again) = again(slip, others().map(Arc::as_ref)) {
        found.push(said(slip, "paid_twice", again));
    }
    let earlier = |other: &&Arc<Slip>| {
        other.kind == RunKind::Regular && other.period_start < slip.period_start
    };
    // Months are of like length, a week and a fortnight are not.
    let length = |slip: &Slip| (slip.period_end - slip.period_start).num_days();
    let like = |other: &&Arc<Slip>| (length(other) - length(slip)).abs() <= 3;
    let mut regular: Vec<&Arc<Slip>> = others().filter(earlier).collect();
    regular.sort_by_key(|other| (other.period_start, other.pay_date));
    if let Some(last) = regular.last() {
        accounts(slip, last, found);
    }
    let Some(last) = regular.iter().rev().copied().find(like) else { return };
    if slip.kind == RunKind::Regular {
        for (what, was, is) in [("net", last.net, slip.net), ("gross", last.gross, slip.gross)] {
            let (was, is) = (was.to_decimal(), is.to_decimal());
            if (is - was).abs() * Decimal::ONE_HUNDRED > was.abs() * percent {
                let about = format!("{what} pay is {is}, and was {was} on {}", last.pay_date);
                found.push(said(slip, "pay_changed", about));
                return;
            }
        }
    }
}

/// What of a slip was paid for the same days already: by any slip one-off items and the days as a whole, by those that meet it the same
/// components.
fn again<'s>(slip: &Slip, others: impl Iterator<Item = &'s Slip> + Clone) -> Option<String> {
    let others = others.filter(|other| slip.replaces != Some(other.run));
    if let Some((item, run)) = item_again(slip, others.clone()) {
        return Some(format!("{item} is paid by payroll run {run} already"));
    }
    if days_again(slip, others.clone()).is_some() {
        return Some("has a slip of this period, or retro pay for it, already".into());
    }
    if slip.rests_on.is_some() {
        return None;
    }
    let paid = |slip: &Slip| -> BTreeSet<SmolStr> {
        let regular = slip.input.components.iter().filter(|line| line.is_regular());
        regular.map(|line| line.code.clone()).collect()
    };
    let own = paid(slip);
    let mut beside = others.filter(|other| other.rests_on.is_none() && other.meets(slip.days()));
    let code = beside.find_map(|other| own.intersection(&paid(other)).next().cloned())?;
    Some(format!("{code} is paid for these days already"))
}

/// Pay that goes to an account to which none went before: who changes it may not be who is paid.
fn accounts(slip: &Slip, last: &Slip, found: &mut Vec<RunWarning>) {
    let known: BTreeSet<&SmolStr> = last.bank().iter().map(|share| &share.account).collect();
    if !known.is_empty() && slip.bank().iter().any(|share| !known.contains(&share.account)) {
        let about = format!("is paid to an account that is another one than on {}", last.pay_date);
        found.push(said(slip, "account_changed", about));
    }
}
