//! What of payroll the books have: slips, and what happened to their money besides. Each once.

use std::sync::Arc;

use fondaco_accounting::ledger::{Amount, Posting};
use fondaco_core::engine::Discrepancies;
use fondaco_core::party::HeldOnParty;
use fondaco_core::store::Record;
use fondaco_core::{DocumentId, Halt, PartyId, Range, Reading, View};

use crate::company::posting::Role;
use crate::company::setup::{Profiles, Settings, seen_accounts};

/// A slip that the books have.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "company_pay_slip", kind = state, key(run, employee), index(by_employee(employee)))]
pub struct PaySlip {
    /// Its run, by its bits.
    pub run: DocumentId,
    /// Whose.
    pub employee: PartyId,
    /// The net pay that was posted.
    pub net: Amount,
    /// Whether it was voided, and posted the other way round.
    pub voided: bool,
}

impl HeldOnParty for PaySlip {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<PaySlip>>, Halt> {
        read.peek_scan(&Range::by(PaySlip::BY_EMPLOYEE, &party))
    }
}

/// A payment of a slip, or a step of what an employee owes, that the books have.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "company_pay_fact", kind = fact, key(fact))]
pub struct PayFact {
    /// The payment or step, by its bits.
    pub fact: DocumentId,
    /// By how much more is owed as net pay; below zero of what was paid.
    pub amount: Amount,
}

/// What stands on the accounts of net pay is what slips and what happened to their money leave there.
pub(super) fn verify(view: &mut View<'_>, found: &mut Discrepancies) -> Result<(), Halt> {
    if view.peek::<Settings>(&Settings::key())?.is_none() {
        return Ok(());
    }
    let mut owed = 0_i128;
    view.peek_each(&Range::<PaySlip>::all(), |slip: &PaySlip| {
        owed += if slip.voided { 0 } else { i128::from(slip.net.units()) };
        Ok::<(), Halt>(())
    })?;
    view.peek_each(&Range::<PayFact>::all(), |fact: &PayFact| {
        owed += i128::from(fact.amount.units());
        Ok::<(), Halt>(())
    })?;
    let (profiles, accounts) = (Profiles::seen(view)?, seen_accounts(view)?);
    let Ok(leading) = profiles.leading() else { return Ok(()) };
    let mut books = 0_i128;
    for code in accounts.of(Role::NetPay, &leading.code) {
        view.peek_each(&Range::<Posting>::by(Posting::BY_ACCOUNT, &code), |posting: &Posting| {
            books -= i128::from(posting.ledger_amount.units());
            Ok::<(), Halt>(())
        })?;
    }
    if books != owed {
        found.say(format_args!(
            "net pay stands at {books} units in the books, and slips leave {owed} unpaid"
        ));
    }
    Ok(())
}
