//! The terms of a deduction, and their change: each is a fact, so that what held at a time is still known.

use chrono::NaiveDate;
use fondaco_core::policy::Request;
use fondaco_core::store::Event;
use fondaco_core::{Act, Id, Range, Reading, Timestamp, Tx, input};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::super::sums::stored;
use super::super::{RunError, Whole, rights};
use super::set::open;
use super::{Deduction, DeductionDeed, DeductionStep, Done, OrderLimit, steps};
use crate::{Amt, PayrollError};

/// How much is taken, by which rank, within which limit, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeductionTerms {
    /// How much for each period; `None` for all that is owed.
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

impl DeductionTerms {
    pub(super) fn of(deduction: &Deduction) -> DeductionTerms {
        DeductionTerms {
            instalment: deduction.instalment.map(Amt::to_decimal),
            rank: deduction.rank,
            limit: OrderLimit::clone(&deduction.limit),
            from: deduction.starts,
            to: deduction.until,
        }
    }

    /// Whether they can be; the instalment as it is stored.
    pub(super) fn check(&self) -> Result<Option<Amt>, PayrollError> {
        let bad =
            |field, value: String, way_out| Err(RunError::BadRun { field, value, way_out }.into());
        if let Some(each) =
            self.instalment.filter(|each| each.is_sign_negative() && !each.is_zero())
        {
            return bad("instalment", each.to_string(), "give zero or more");
        }
        if let Some(to) = self.to.filter(|to| *to < self.from) {
            return bad("to", to.to_string(), "give a day that is not before the first");
        }
        self.limit.limit().most(Decimal::ONE)?;
        let number = SmolStr::default();
        Ok(self.instalment.map(|each| stored(&number, "instalment", each)).transpose()?)
    }
}

/// Changes the terms of a deduction from now on: another instalment by a new order of the court, a rest until a month. What slips took stays, and
/// slips that are not approved yet have to be [renewed](crate::runs::RenewRun).
///
/// ```
/// use fondaco_core::{CompanyId, PartyId};
/// use fondaco_payroll::Payroll;
/// use fondaco_payroll::runs::{ChangeDeduction, SetDeduction, deduction_terms, deductions_of};
/// use fondaco_store::Memory;
///
/// let payroll = Payroll::open(Memory::new(), CompanyId::named("acme"))?;
/// let ada = PartyId::named("ada");
/// let loan = SetDeduction::loan(ada, "CAR_LOAN", "1200".parse()?, "100".parse()?, "2026-01-01".parse()?);
/// let loan = payroll.send("loan", &loan)?.answer;
/// let mut terms = payroll.view(|view| deduction_terms(view, loan, None))?.ok_or("there is none")?;
/// terms.instalment = Some("50".parse()?);
/// payroll.send("less", &ChangeDeduction { deduction: loan, terms, reason: "as agreed".into() })?;
/// let now = payroll.view(|view| deductions_of(view, ada))?;
/// assert_eq!(now[0].0.instalment.map(|each| each.to_decimal()), Some("50".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeDeduction {
    /// Which.
    pub deduction: Id<Deduction>,
    /// What holds from now on.
    pub terms: DeductionTerms,
    /// Why.
    pub reason: SmolStr,
}

impl Act for ChangeDeduction {
    type Answer = ();
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        let by = tx.authorize(&Request::new(&rights::DEDUCT))?;
        input::check_line("reason", &self.reason)?;
        let instalment = self.terms.check()?;
        let (deduction, _) = open(tx, self.deduction)?;
        let changed = Deduction {
            instalment,
            rank: self.terms.rank,
            limit: Whole::new(self.terms.limit.clone()),
            starts: self.terms.from,
            until: self.terms.to,
            changed_at: Some(tx.now()),
            ..deduction.as_ref().clone()
        };
        let done = Done { deed: DeductionDeed::Changed, by: &by, reason: &self.reason };
        steps::note(tx, &changed, done)?;
        tx.put(changed)?;
        tx.emit(Event::new("payroll.deduction_changed").with("deduction", self.deduction));
        Ok(())
    }
}

/// The terms of a deduction: as they are, or as they were known at a time; none of one that was not set by then.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn deduction_terms(
    read: &mut impl Reading,
    deduction: Id<Deduction>,
    known: Option<Timestamp>,
) -> Result<Option<DeductionTerms>, PayrollError> {
    let steps = read.peek_scan(&Range::<DeductionStep>::by_key(&deduction))?;
    let known =
        |step: &&std::sync::Arc<DeductionStep>| known.is_none_or(|known| step.recorded_at <= known);
    let terms = steps.iter().rev().filter(known).find_map(|step| step.terms.clone());
    Ok(terms.map(|terms| DeductionTerms::clone(&terms)))
}
