//! What is stored of runs: the run, what was done with it, its slips, and who could not be computed.

use chrono::NaiveDate;
use fondaco_core::store::{Field, Personal, Record};
use fondaco_core::{ActorId, Currency, Id, PartyId, Timestamp, Tx};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::told::why;
use super::{CostShare, Deduction, Earlier, Parts, PayInput, Refused, Told, Whole};
use crate::Amt;
use crate::rules::Kind;

/// What a run is for.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// The pay of a period: one for each period of a calendar.
    Regular,
    /// Between two of these.
    OffCycle,
    /// A bonus or another one-off payment.
    Bonus,
    /// The last pay of people who leave.
    Final,
    /// Slips in place of some that were voided.
    Correction,
    /// What earlier periods should have been, less what they were.
    Retro,
}

/// How far a run is. Forward one by one; a calculated run may be a draft again, and money that left may come back.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Its slips are computed, or not yet.
    Draft,
    /// All of its slips are computed.
    Calculated,
    /// Somebody else said yes: its slips count.
    Approved,
    /// The books have taken it.
    Posted,
    /// Some of the money has left, or came back.
    PartPaid,
    /// All of the money has left.
    Paid,
    /// Nothing of it changes any more; unless the bank returns money, which is then paid again.
    Closed,
    /// It never was.
    Cancelled,
}

/// A payroll run.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "payroll_run", kind = state, key(id), guard(by_calendar(calendar)),
    index(by_period(calendar, period_start)), index(by_status(status)),
)]
pub struct Run {
    /// Its id.
    pub id: Id<Run>,
    /// The pay calendar that its period is of: one regular run for each period.
    pub calendar: SmolStr,
    /// The first day of its period.
    pub period_start: NaiveDate,
    /// The last.
    pub period_end: NaiveDate,
    /// The day of payment.
    pub pay_date: NaiveDate,
    /// What it is for.
    pub kind: RunKind,
    /// How far it is.
    pub status: RunStatus,
    /// Which calculation of it counts: slips of an earlier one are not of the run.
    pub calculation: u32,
    /// What its slips are paid in; `None` before the first.
    pub currency: Option<Currency>,
    /// When it was created.
    pub created_at: Timestamp,
}

/// What was done with a run, or with one slip of it.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunDeed {
    /// It was created.
    Created,
    /// Its slips were computed.
    Calculated,
    /// One slip was computed again.
    SlipChanged,
    /// One slip was taken out.
    SlipDropped,
    /// It was made a draft again.
    Reopened,
    /// It was approved.
    Approved,
    /// The books have taken it.
    Posted,
    /// Money left.
    Paid,
    /// Money came back.
    Returned,
    /// A slip was voided.
    Voided,
    /// It was closed.
    Closed,
    /// It was cancelled.
    Cancelled,
}

/// A step in the history of a run. Kept for ever.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "payroll_run_step", kind = fact, key(run, id), guard(by_run(run)), layout = 2)]
pub struct RunStep {
    /// The run.
    pub run: Id<Run>,
    /// The step; ids order by time.
    pub id: Id<RunStep>,
    /// What was done.
    pub deed: RunDeed,
    /// Who did it.
    pub actor: ActorId,
    /// By whose right, joined by commas, in rows of before these were [a list](RunStep::rights_of).
    pub right_of: Option<SmolStr>,
    /// To whose slip, if to one.
    pub employee: Option<PartyId>,
    /// Why, in rows of before it was [personal](RunStep::said); see [`why`](RunStep::why).
    pub reason: SmolStr,
    /// When.
    pub recorded_at: Timestamp,
    /// By whose right, where that was delegated: who handed it on.
    #[record(since = 2)]
    pub rights_of: Parts<ActorId>,
    /// Why.
    #[record(since = 2)]
    pub said: Option<Personal<SmolStr>>,
}

impl RunStep {
    /// Why it was done; nothing, once the person whose slip it was done to was erased. What was recorded before it was personal is a fact that
    /// stays.
    #[must_use]
    pub fn why(&self) -> &str {
        why(self.said.as_ref(), &self.reason)
    }

    /// Who has a hand in it: who did it, and by whose right.
    pub(super) fn hands(&self) -> impl Iterator<Item = ActorId> {
        let before = self.right_of.as_deref().unwrap_or_default().split(',');
        let before = before.filter(|other| !other.is_empty()).map(ActorId::new);
        let rights = self.rights_of.iter().cloned();
        std::iter::once(self.actor.clone()).chain(rights).chain(before)
    }
}

/// How far a slip is.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum SlipStatus {
    /// It is computed, and counts for nothing yet.
    Calculated,
    /// It counts: sums and loans have moved.
    Approved,
    /// The books have taken it.
    Posted,
    /// Some of its money has left.
    PartPaid,
    /// All of its money has left.
    Paid,
    /// Its money came back, all of it.
    Returned,
    /// Nothing of it changes any more.
    Closed,
    /// It was taken back: what it moved was moved back.
    Voided,
}

impl SlipStatus {
    /// Whether what it says counts.
    ///
    /// ```
    /// use fondaco_payroll::runs::SlipStatus;
    /// assert!(SlipStatus::Paid.counts() && !SlipStatus::Voided.counts() && !SlipStatus::Calculated.counts());
    /// ```
    #[must_use]
    pub fn counts(self) -> bool {
        !matches!(self, SlipStatus::Calculated | SlipStatus::Voided)
    }
}

/// A line of a slip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlipLine {
    /// The component: the code of what was paid or withheld, or the name of the rule that computed it.
    pub component: SmolStr,
    /// The input or rule that it comes from, where that has another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<SmolStr>,
    /// What it does to pay.
    pub kind: Kind,
    /// How much, as the rules give it: a tax that is withheld is above zero.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub amount: Decimal,
    /// Of how much of something.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "fondaco_core::decimal::as_text::option"
    )]
    pub quantity: Option<Decimal>,
    /// In which unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<SmolStr>,
    /// At which rate.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "fondaco_core::decimal::as_text::option"
    )]
    pub rate: Option<Decimal>,
    /// The first day of the period that it belongs to, where that is not the slip's: retro pay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<NaiveDate>,
    /// The loan, order or claim that it serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deduction: Option<Id<Deduction>>,
    /// Which cost centres bear it, where they are not those of the slip.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<CostShare>,
}

impl SlipLine {
    /// A line of so much.
    pub fn new(component: impl Into<SmolStr>, kind: Kind, amount: Decimal) -> SlipLine {
        SlipLine {
            component: component.into(),
            rule: None,
            kind,
            amount,
            quantity: None,
            unit: None,
            rate: None,
            original: None,
            deduction: None,
            shares: Vec::new(),
        }
    }

    /// The input or rule that it comes from.
    ///
    /// ```
    /// use fondaco_payroll::rules::Kind;
    /// use fondaco_payroll::runs::SlipLine;
    /// let tax = SlipLine::new("income_tax", Kind::Tax, 276.into());
    /// assert_eq!(tax.rule(), "income_tax");
    /// let line = SlipLine { rule: Some("salary".into()), ..SlipLine::new("BASIC_PAY", Kind::Earning, 2000.into()) };
    /// assert_eq!(line.rule(), "salary");
    /// ```
    #[must_use]
    pub fn rule(&self) -> &str {
        self.rule.as_deref().unwrap_or(&self.component)
    }
}

/// How a year-to-date sum stands before and after a slip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlipSum {
    /// The accumulator's name.
    pub sum: SmolStr,
    /// The year that it counts to.
    pub year: i32,
    /// What it was before.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub before: Decimal,
    /// What it is after.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub after: Decimal,
}

/// What a slip takes for a loan, order or claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlipTaking {
    /// For what.
    pub deduction: Id<Deduction>,
    /// What was owed before: a loan's rest, an order's arrears.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub before: Decimal,
    /// What it wanted from this slip besides, which it is owed from now on: an order's amount for the period.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub due: Decimal,
    /// What it gets; below zero it is given back.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub taken: Decimal,
}

/// How much has left to an account, and not come back. One that all of it came back from stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaidTo {
    /// Its place among the slip's accounts, counted from 1.
    pub place: u32,
    /// How much.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub amount: Decimal,
    /// How often money left to it: a payment that is made again has another reference.
    #[serde(default)]
    pub times: u32,
}

/// One employee's pay of one run. What it says never changes once it counts; only how far it is does.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "payroll_slip", kind = state, key(run, employee), layout = 2, index(by_employee(employee, pay_date)),
)]
pub struct Slip {
    /// The run.
    pub run: Id<Run>,
    /// Who is paid.
    pub employee: PartyId,
    /// The company's own number for them.
    pub number: SmolStr,
    /// What sort of pay it is: that of its run, or of the slip that it stands in place of.
    pub kind: RunKind,
    /// How far it is.
    pub status: SlipStatus,
    /// The calculation of the run that it is of.
    pub calculation: u32,
    /// How often it was computed.
    pub edition: u32,
    /// The first day of its period.
    pub period_start: NaiveDate,
    /// The last.
    pub period_end: NaiveDate,
    /// The day of payment.
    pub pay_date: NaiveDate,
    /// The rules that computed it.
    pub rules: SmolStr,
    /// Which version of a stored rule book; 0 of shipped rules.
    pub rules_version: u32,
    /// The day whose rules they were.
    pub rules_on: NaiveDate,
    /// When it was computed: what was known then is what it rests on.
    pub known_at: Timestamp,
    /// What it is paid in.
    pub currency: Currency,
    /// What is earned.
    pub gross: Amt,
    /// What is paid out, after loans, orders and claims.
    pub net: Amt,
    /// What it costs the employer.
    pub employer_cost: Amt,
    /// How much of that has left and not come back.
    pub paid: Amt,
    /// To which accounts.
    pub paid_to: Parts<PaidTo>,
    /// What it was computed from: also where its costs go, and what should be looked at before it is approved.
    pub input: Whole<PayInput>,
    /// The part of that which is personal; before it is stored that stands in [`input`](Slip::input).
    pub told: Option<Personal<Whole<Told>>>,
    /// Its lines.
    pub lines: Parts<SlipLine>,
    /// The year-to-date sums.
    pub sums: Parts<SlipSum>,
    /// Loans, orders, claims.
    pub takings: Parts<SlipTaking>,
    /// The run of the slip that it stands in place of.
    pub replaces: Option<Id<Run>>,
    /// Of retro pay: how often slips of the employee had begun or ceased to count when it was computed.
    pub rests_on: Option<i64>,
    /// Where it has a floor or an order with a limit: what other slips of its days had when it was computed.
    #[record(since = 2)]
    pub earlier: Option<Whole<Earlier>>,
}

impl Slip {
    /// The first and the last day of its period.
    pub(crate) fn days(&self) -> (NaiveDate, NaiveDate) {
        (self.period_start, self.period_end)
    }

    /// Whether it shares some of these days, the first and the last one.
    pub(crate) fn meets(&self, (first, last): (NaiveDate, NaiveDate)) -> bool {
        self.period_start <= last && first <= self.period_end
    }
}

/// Why an employee's slip could not be computed in a run. The others' are.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "payroll_run_refusal", kind = state, key(run, employee), layout = 2)]
pub struct RunRefusal {
    /// The run.
    pub run: Id<Run>,
    /// Who.
    pub employee: PartyId,
    /// The company's own number for them.
    pub number: SmolStr,
    /// The calculation of the run.
    pub calculation: u32,
    /// The code of the error.
    pub code: SmolStr,
    /// What is wrong, in rows of before it was [personal](RunRefusal::said); see [`why`](RunRefusal::why).
    pub why: String,
    /// What is wrong, with the field, the value and the way out; without a name. The value may be of a card or of pay.
    #[record(since = 2)]
    pub said: Option<Personal<SmolStr>>,
}

impl RunRefusal {
    pub(super) fn of(tx: &mut Tx<'_>, run: &Run, refused: Refused) -> RunRefusal {
        let Refused { employee, number, code, why } = refused;
        let (why, said) = (String::new(), Some(tx.personal(why.into())));
        RunRefusal { run: run.id, employee, number, calculation: run.calculation, code, why, said }
    }

    /// What is wrong, with the field, the value and the way out; nothing, once the person was erased.
    #[must_use]
    pub fn why(&self) -> &str {
        self.said.as_ref().and_then(Personal::get).map_or(self.why.as_str(), SmolStr::as_str)
    }
}

/// What the slips of a run come to, those of its calculation that counts.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "payroll_run_total", kind = counter, key(run, calculation))]
pub struct RunTotal {
    /// The run.
    pub run: Id<Run>,
    /// The calculation.
    pub calculation: u32,
    /// How many slips, voided ones too.
    pub slips: i64,
    /// How many employees could not be computed.
    pub refused: i64,
    /// How many slips count.
    pub approved: i64,
    /// How many slips were voided.
    pub voided: i64,
    /// What is earned, without voided slips.
    pub gross: Amt,
    /// What is paid out, without voided slips.
    pub net: Amt,
    /// What it costs the employer, without voided slips.
    pub employer_cost: Amt,
    /// How much of net has left and not come back, without voided slips.
    pub paid: Amt,
}
