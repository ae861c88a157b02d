//! Setting what is taken from pay, ending it, and what employees pay back themselves.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::policy::{Reason, Request};
use fondaco_core::store::Event;
use fondaco_core::{Act, Id, PartyId, Tx, input};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::super::sums::stored;
use super::super::{RunError, Whole, rights};
use super::steps;
use super::{
    Deduction, DeductionBalance, DeductionDeed, DeductionKind, DeductionTerms, Done, OrderLimit,
    move_balance,
};
use crate::garnishment::Limit;
use crate::staff::must_be_employee;
use crate::{Amt, PayrollError};

/// Something that is to be taken from an employee's pay from now on. Gives its id.
///
/// ```
/// use fondaco_core::{CompanyId, PartyId};
/// use fondaco_payroll::Payroll;
/// use fondaco_payroll::runs::{SetDeduction, deductions_of};
/// use fondaco_store::Memory;
///
/// let payroll = Payroll::open(Memory::new(), CompanyId::named("acme"))?;
/// let ada = PartyId::named("ada");
/// // 1,200 are lent, and 100 of each pay come back.
/// let loan = SetDeduction::loan(ada, "CAR_LOAN", "1200".parse()?, "100".parse()?, "2026-01-01".parse()?);
/// payroll.send("loan", &loan)?;
/// let owed = payroll.view(|view| deductions_of(view, ada))?;
/// assert_eq!(owed[0].1.to_string(), "1200");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetDeduction {
    /// Whose pay.
    pub employee: PartyId,
    /// What sort of thing it is; claims come of slips alone.
    pub kind: DeductionKind,
    /// The component that its lines are called.
    pub component: SmolStr,
    /// How much is owed to begin with: a loan's rest, an order's arrears, a debt that an order is for.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub owed: Decimal,
    /// How much of each slip; `None` for all that is owed.
    #[serde(default, with = "fondaco_core::decimal::as_text::option")]
    pub instalment: Option<Decimal>,
    /// What it is served by: the least first.
    pub rank: u32,
    /// How much of disposable earnings it may take.
    pub limit: OrderLimit,
    /// The first day of payment that it is taken from.
    pub from: NaiveDate,
    /// The last.
    #[serde(default)]
    pub to: Option<NaiveDate>,
}

/// Loans and claims come after orders of courts.
const RANK_OF_LOANS: u32 = 1_000;

impl SetDeduction {
    /// So much is lent and comes back by instalments.
    ///
    /// ```
    /// use fondaco_core::PartyId;
    /// use fondaco_payroll::runs::SetDeduction;
    /// let ada = PartyId::named("1001");
    /// let car = SetDeduction::loan(ada, "CAR_LOAN", 800.into(), 100.into(), "2026-01-01".parse()?);
    /// assert_eq!((car.owed, car.instalment), (800.into(), Some(100.into())));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn loan(
        employee: PartyId,
        component: impl Into<SmolStr>,
        lent: Decimal,
        instalment: Decimal,
        from: NaiveDate,
    ) -> SetDeduction {
        SetDeduction {
            employee,
            kind: DeductionKind::Loan,
            component: component.into(),
            owed: lent,
            instalment: Some(instalment),
            rank: RANK_OF_LOANS,
            limit: OrderLimit::All,
            from,
            to: None,
        }
    }

    /// So much was paid before its day, and comes back as soon as it can.
    #[must_use]
    pub fn advance(
        employee: PartyId,
        component: impl Into<SmolStr>,
        paid: Decimal,
        from: NaiveDate,
    ) -> SetDeduction {
        let loan = SetDeduction::loan(employee, component, paid, Decimal::ZERO, from);
        SetDeduction { kind: DeductionKind::Advance, instalment: None, ..loan }
    }

    /// An order for so much of each slip, whose arrears are carried on.
    #[must_use]
    pub fn order(
        employee: PartyId,
        component: impl Into<SmolStr>,
        each: Decimal,
        (rank, limit): (u32, Limit),
        from: NaiveDate,
    ) -> SetDeduction {
        let loan = SetDeduction::loan(employee, component, Decimal::ZERO, each, from);
        SetDeduction { kind: DeductionKind::Order, rank, limit: limit.into(), ..loan }
    }

    /// An order for a debt of so much, as far as its limit lets it.
    ///
    /// ```
    /// use fondaco_core::PartyId;
    /// use fondaco_payroll::garnishment::{Limit, PayPeriod};
    /// use fondaco_payroll::runs::SetDeduction;
    /// // A writ over 9,000, of which pay by the month bears what the CCPA says.
    /// let limit = Limit::ordinary("7.25".parse()?, PayPeriod::Months(1))?;
    /// let writ = SetDeduction::debt(PartyId::named("1001"), "WRIT", 9000.into(), (1, limit), "2026-01-01".parse()?);
    /// assert_eq!((writ.owed, writ.instalment), (9000.into(), None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn debt(
        employee: PartyId,
        component: impl Into<SmolStr>,
        owed: Decimal,
        (rank, limit): (u32, Limit),
        from: NaiveDate,
    ) -> SetDeduction {
        let order = SetDeduction::order(employee, component, Decimal::ZERO, (rank, limit), from);
        SetDeduction { owed, instalment: None, ..order }
    }

    fn check(&self) -> Result<(Amt, Option<Amt>), PayrollError> {
        input::check_code("component", &self.component)?;
        let bad =
            |field, value: String, way_out| Err(RunError::BadRun { field, value, way_out }.into());
        if self.kind == DeductionKind::Claim {
            return bad("kind", "claim".into(), "claims come of slips; enter a loan or an advance");
        }
        if self.owed.is_sign_negative() && !self.owed.is_zero() {
            return bad("owed", self.owed.to_string(), "give zero or more");
        }
        let terms = DeductionTerms {
            instalment: self.instalment,
            rank: self.rank,
            limit: self.limit.clone(),
            from: self.from,
            to: self.to,
        };
        let instalment = terms.check()?;
        let number = SmolStr::default();
        Ok((stored(&number, "owed", self.owed)?, instalment))
    }

    /// Sets it, whoever asked.
    pub(crate) fn set(&self, tx: &mut Tx<'_>, by: &Reason) -> Result<Id<Deduction>, PayrollError> {
        let (owed, instalment) = self.check()?;
        must_be_employee(tx, self.employee)?;
        let id = tx.id()?;
        let deduction = Deduction {
            id,
            employee: self.employee,
            is_open: true,
            kind: self.kind,
            component: self.component.clone(),
            instalment,
            rank: self.rank,
            limit: Whole::new(self.limit.clone()),
            starts: self.from,
            until: self.to,
            origin: None,
            recorded_at: tx.now(),
            changed_at: None,
        };
        let done = Done { deed: DeductionDeed::Set, by, reason: &SmolStr::default() };
        steps::note(tx, &deduction, done)?;
        tx.insert(deduction)?;
        move_balance(tx, (self.employee, id), owed, done)?;
        tx.emit(Event::new("payroll.deduction_set").with("deduction", id));
        Ok(id)
    }
}

impl Act for SetDeduction {
    type Answer = Id<Deduction>;
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Id<Deduction>, PayrollError> {
        let by = tx.authorize(&Request::new(&rights::DEDUCT).about(self.component.clone()))?;
        self.set(tx, &by)
    }
}

/// Ends a deduction: nothing is taken for it any more, and what is owed is let go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndDeduction {
    /// Which.
    pub deduction: Id<Deduction>,
    /// Why.
    pub reason: SmolStr,
}

impl Act for EndDeduction {
    type Answer = ();
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        let by = tx.authorize(&Request::new(&rights::DEDUCT))?;
        input::check_line("reason", &self.reason)?;
        let (deduction, owed) = open(tx, self.deduction)?;
        let key = (deduction.employee, deduction.id);
        let back = owed.checked_neg().unwrap_or(Amt::ZERO);
        let done = Done { deed: DeductionDeed::Ended, by: &by, reason: &self.reason };
        move_balance(tx, key, back, done)?;
        tx.put(Deduction { is_open: false, ..deduction.as_ref().clone() })?;
        tx.emit(Event::new("payroll.deduction_ended").with("deduction", self.deduction));
        Ok(())
    }
}

/// Records that an employee paid something back himself, not out of pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepayDeduction {
    /// Of what.
    pub deduction: Id<Deduction>,
    /// How much.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub amount: Decimal,
    /// The reference of the payment.
    pub reason: SmolStr,
}

impl Act for RepayDeduction {
    type Answer = ();
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        let by = tx.authorize(&Request::new(&rights::DEDUCT))?;
        input::check_line("reason", &self.reason)?;
        let (deduction, owed) = open(tx, self.deduction)?;
        let amount = stored(&SmolStr::default(), "amount", self.amount)?;
        if amount <= Amt::ZERO || amount > owed {
            let (amount, most) = (self.amount, owed.to_decimal());
            let (number, way_out) =
                (deduction.component.clone(), "give what was paid, at most what is owed");
            return Err(RunError::TooMuch { number, amount, most, way_out }.into());
        }
        let back = amount.checked_neg().unwrap_or(Amt::ZERO);
        let key = (deduction.employee, deduction.id);
        let done = Done { deed: DeductionDeed::Repaid, by: &by, reason: &self.reason };
        move_balance(tx, key, back, done)?;
        tx.emit(Event::new("payroll.deduction_repaid").with("deduction", self.deduction));
        Ok(())
    }
}

/// An open deduction, and what is owed for it; the decision rests on both.
pub(super) fn open(
    tx: &mut Tx<'_>,
    id: Id<Deduction>,
) -> Result<(Arc<Deduction>, Amt), PayrollError> {
    let deduction = tx.get::<Deduction>(&id)?.filter(|deduction| deduction.is_open);
    let deduction = deduction.ok_or(RunError::UnknownDeduction { deduction: id })?;
    let owed = tx.get::<DeductionBalance>(&id)?.map_or(Amt::ZERO, |balance| balance.owed);
    Ok((deduction, owed))
}
