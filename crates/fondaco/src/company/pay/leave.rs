//! Leave that is owed to employees: brought to where it is, by cost centre.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_accounting::ledger::{Amount, BalanceQuery};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Record};
use fondaco_core::{Act, Money, Range, Tx};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::remit::stands;
use crate::company::document::{Desk, plus, stored};
use crate::company::posting::{BusinessEvent, Fact, Facts, Figure, Place, Role};
use crate::company::{CompanyError, rights};

/// How much leave is owed to the people of a cost centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaveOwed {
    /// The cost centre.
    pub centre: SmolStr,
    /// What the leave that they have not taken is worth: `payroll::leave::liability_by_centre` says it.
    pub amount: Money,
}

/// What leave was said to be owed on a day.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "company_leave", kind = state, key(centre, date), guard(all()))]
pub struct LeaveDay {
    /// The cost centre.
    pub centre: SmolStr,
    /// The day.
    pub date: NaiveDate,
    /// How much.
    pub owed: Amount,
}

/// Brings what is owed as leave on a day to what is said: what is more was earned, what is less was taken. Sent again it changes nothing, and
/// a day that is said later than another leaves that where it was: what changes is taken off there.
///
/// ```
/// use fondaco::company::{AccrueLeave, LeaveOwed};
/// use fondaco::core::Money;
/// let plant = LeaveOwed { centre: "PLANT".into(), amount: Money::parse("5200 EUR")? };
/// assert_eq!(AccrueLeave::on("2026-03-31".parse()?, vec![plant]).owed.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccrueLeave {
    /// The day.
    pub date: NaiveDate,
    /// How much is owed, by cost centre, amounts of one centre together; those left out stay as they are.
    pub owed: Vec<LeaveOwed>,
}

impl AccrueLeave {
    /// On a day.
    pub fn on(date: NaiveDate, owed: Vec<LeaveOwed>) -> AccrueLeave {
        AccrueLeave { date, owed }
    }
}

impl Act for AccrueLeave {
    type Answer = ();
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        let authority = tx.authority(&rights::PAY_PEOPLE)?;
        let mut desk = Desk::open(tx)?;
        let document = SmolStr::new_static("leave");
        let mut facts: BTreeMap<NaiveDate, Vec<Fact>> = BTreeMap::new();
        let mut by_centre: BTreeMap<&SmolStr, Amount> = BTreeMap::new();
        for (owed, line) in self.owed.iter().zip(1..) {
            if owed.amount.currency() != desk.currency() {
                let (given, expected) = (owed.amount.currency(), desk.currency());
                return Err(CompanyError::OtherCurrency { document, given, expected });
            }
            if owed.amount.is_negative() || !owed.amount.is_rounded() {
                let (field, value) = ("amount", owed.amount.to_string());
                return Err(CompanyError::NotPositive { document, line, field, value });
            }
            let at = (line, "amount");
            let sum = by_centre.entry(&owed.centre).or_default();
            *sum = plus(*sum, stored(owed.amount, &document, at)?, at)?;
        }
        let (said, mut changed) = (tx.scan(&Range::<LeaveDay>::all())?, Decimal::ZERO);
        for (centre, owed) in by_centre {
            let mut before = Decimal::ZERO;
            for account in desk.accounts_of(Role::LeaveLiability)? {
                let query = BalanceQuery::account(account).until(self.date);
                let query = query.dimension("cost_centre", centre.clone());
                before -= stands(tx, query)?;
            }
            let more = Money::new(owed.to_decimal() - before, desk.currency());
            changed = changed.saturating_add(more.amount().abs());
            let place = Place { centre: Some(centre.clone()), ..Place::default() };
            let later = said.iter().filter(|day| day.centre == *centre && day.date > self.date);
            let later = later.map(|day| (day.date, more.neg())).min_by_key(|(date, _)| *date);
            for (date, more) in [(self.date, more)].into_iter().chain(later) {
                let fact = Fact::new(Figure::Cost, more).at(place.clone());
                facts.entry(date).or_default().extend(Some(fact).filter(|_| !more.is_zero()));
            }
            tx.upsert(LeaveDay { centre: centre.clone(), date: self.date, owed })?;
        }
        // What is posted counts, whichever way, and not what stands there afterwards.
        let request = Request::new(authority.permission()).about(document.clone());
        tx.allow(&authority, &request.amount(Money::new(changed, desk.currency())))?;
        for (date, facts) in facts.into_iter().filter(|(_, facts)| !facts.is_empty()) {
            let told = Facts::new(BusinessEvent::LeaveAccrual, date, document.clone());
            desk.tell(Facts { facts, ..told }, None);
        }
        tx.emit(Event::new("leave.accrued").with("date", self.date));
        desk.finish(tx)
    }
}
