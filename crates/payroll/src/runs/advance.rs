//! Approving, posting, paying and closing a whole run: jobs that take its slips forward, and then the run.
//!
//! Approval is where slips begin to count. Each is compared with what it rests on: if another slip of the employee began to count since it
//! was computed, its sums or loans stand elsewhere, and it is refused until it is computed again. So no order of runs counts anything
//! twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::digest::{self, DigestError};
use fondaco_core::job::{Job, JobId, Step};
use fondaco_core::policy::{Reason, Request};
use fondaco_core::store::Hash;
use fondaco_core::{ActorId, Id, PartyId, Progressed, Range, Reading, Tx, input};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::calculate::{CHUNK, RunReport, after, report};
use super::compute::{Claimed, claim_id};
use super::deductions::{Owed, asks, earlier_in, is_extra, near, owed_by};
use super::moves::{authors, illegal, must_be, paid_status, put_status, run_of, step, totals};
use super::pay::{due, moved};
use super::segregation::recorders;
use super::sums::stored;
use super::twice::must_pay_once;
use super::{
    Deduction, DeductionBalance, DeductionKind, OrderLimit, Run, RunDeed, RunError, RunStatus,
    RunTotal, Slip, SlipPayment, SlipStatus, SlipTaking, Whole, YearSum, rights,
};
use crate::{Amt, PayrollError};

/// Which way a run goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RunMove {
    /// It is approved, by somebody else than who computed it or changed a slip of it, and than who recorded what its pay group
    /// [keeps apart](crate::calendars::DefinePayGroup::segregated). Of a run of several chunks each is asked for: another may go on with those
    /// that somebody may not approve.
    Approve {
        /// Whether it goes on though some employees could not be computed.
        without_refused: bool,
    },
    /// The books have taken it.
    Post,
    /// All that is still to be paid has left.
    Pay {
        /// On which day.
        day: NaiveDate,
        /// The reference of the payment file.
        reference: SmolStr,
    },
    /// Nothing of it changes any more.
    Close,
}

/// Takes a run forward, as a job: run it by [`run_job`](fondaco_core::Office::run_job), and again where it was stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdvanceRun {
    /// Which.
    pub run: Id<Run>,
    /// Where to.
    pub to: RunMove,
    /// Why.
    pub reason: SmolStr,
}

impl AdvanceRun {
    /// Approves a run, if all of its employees could be computed.
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let (payroll, run) = computed();
    /// let boss = payroll.acting_as("boss");
    /// // One could not be computed, and is left out only if that is said.
    /// assert!(boss.run_job("yes", &mut AdvanceRun::approve(run, "looked at"), &mut ()).is_err());
    /// let without_refused = RunMove::Approve { without_refused: true };
    /// let mut approve = AdvanceRun { to: without_refused, ..AdvanceRun::approve(run, "looked at") };
    /// assert_eq!(boss.run_job("without", &mut approve, &mut ()).unwrap().report.slips, 2);
    /// ```
    pub fn approve(run: Id<Run>, reason: impl Into<SmolStr>) -> AdvanceRun {
        AdvanceRun { run, to: RunMove::Approve { without_refused: false }, reason: reason.into() }
    }

    /// Says that the books have taken a run.
    pub fn post(run: Id<Run>, reason: impl Into<SmolStr>) -> AdvanceRun {
        AdvanceRun { run, to: RunMove::Post, reason: reason.into() }
    }

    /// Says that all that was still to be paid left on a day.
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let (payroll, run) = january();
    /// payroll.run_job("paid", &mut AdvanceRun::pay(run, day("2026-01-31"), "file 1"), &mut ()).unwrap();
    /// payroll.run_job("closed", &mut AdvanceRun::close(run, "done"), &mut ()).unwrap();
    /// assert_eq!(payroll.view(|view| fondaco_payroll::runs::run(view, run))?.status, RunStatus::Closed);
    /// # Ok::<(), PayrollError>(())
    /// ```
    pub fn pay(run: Id<Run>, day: NaiveDate, reference: impl Into<SmolStr>) -> AdvanceRun {
        let reference = reference.into();
        AdvanceRun { run, reason: reference.clone(), to: RunMove::Pay { day, reference } }
    }

    /// Closes a run.
    pub fn close(run: Id<Run>, reason: impl Into<SmolStr>) -> AdvanceRun {
        AdvanceRun { run, to: RunMove::Close, reason: reason.into() }
    }

    fn must_be_legal(&self, run: &Run) -> Result<(), PayrollError> {
        match self.to {
            RunMove::Approve { .. } => must_be(
                run,
                &[RunStatus::Calculated],
                "approved",
                "compute it first; what is approved stays so",
            ),
            RunMove::Post => must_be(
                run,
                &[RunStatus::Approved],
                "posted",
                "have it approved first; it is posted once",
            ),
            RunMove::Pay { .. } => must_be(
                run,
                &[RunStatus::Posted, RunStatus::PartPaid],
                "paid",
                "post it first; what is paid is not paid again",
            ),
            RunMove::Close => must_be(
                run,
                &[RunStatus::Paid],
                "closed",
                "pay all of it first, or void what is not paid",
            ),
        }
    }

    /// Asks for the move, which others than `recorders` have to make.
    fn ask(
        &self,
        tx: &mut Tx<'_>,
        run: &Run,
        recorders: &[ActorId],
    ) -> Result<Reason, PayrollError> {
        let (permission, hands): (_, Vec<ActorId>) = match self.to {
            RunMove::Approve { .. } => (&rights::APPROVE, authors(tx, run.id)?),
            RunMove::Post | RunMove::Close => (&rights::POST, Vec::new()),
            RunMove::Pay { .. } => (&rights::PAY, Vec::new()),
        };
        let mut request = Request::new(permission).about(run.calendar.clone());
        request = request.at("calendar", run.calendar.clone()).after(&hands).after(recorders);
        if let (RunMove::Approve { .. }, Some(currency)) = (&self.to, run.currency) {
            request = request.amount(totals(tx, run)?.net.money(currency));
        }
        Ok(tx.authorize(&request)?)
    }

    fn deed(&self) -> RunDeed {
        match self.to {
            RunMove::Approve { .. } => RunDeed::Approved,
            RunMove::Post => RunDeed::Posted,
            RunMove::Pay { .. } => RunDeed::Paid,
            RunMove::Close => RunDeed::Closed,
        }
    }
}

/// How far it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdvanceCursor {
    /// The first employee of the next chunk.
    pub next: Option<PartyId>,
    /// How many slips were looked at.
    pub slips: i64,
}

impl Job for AdvanceRun {
    type Cursor = AdvanceCursor;
    type Report = RunReport;
    type Error = PayrollError;

    fn kind(&self) -> &'static str {
        "payroll.advance"
    }

    fn input(&self) -> Result<Hash, DigestError> {
        digest::of(self)
    }

    fn progress(&self, cursor: &AdvanceCursor) -> Progressed {
        Progressed::new(self.deed().code(), cursor.slips)
    }

    fn chunk(
        &self,
        tx: &mut Tx<'_>,
        _: JobId,
        cursor: &AdvanceCursor,
    ) -> Result<Step<AdvanceCursor>, PayrollError> {
        input::check_line("reason", &self.reason)?;
        if let RunMove::Pay { reference, .. } = &self.to {
            input::check_line("reference", reference)?;
        }
        let run = run_of(tx, self.run)?;
        self.ask(tx, &run, &[])?;
        self.must_be_legal(&run)?;
        if cursor.next.is_none() {
            self.must_be_whole(tx, &run)?;
        }
        let from = cursor.next.unwrap_or(PartyId::from_u128(0));
        let slips = tx.get_range(&Range::<Slip>::by_key(&run.id).from(&from).limit(CHUNK))?;
        match &self.to {
            RunMove::Approve { .. } => {
                let recorders = recorders(tx, &run, &slips)?;
                if !recorders.is_empty() {
                    self.ask(tx, &run, &recorders)?;
                }
                approve(tx, &run, &slips)?;
            }
            RunMove::Pay { day, reference } => pay(tx, &run, &slips, (*day, reference))?,
            RunMove::Post => post(tx, &slips)?,
            RunMove::Close => close(tx, &slips)?,
        }
        let seen = i64::try_from(slips.len()).unwrap_or(i64::MAX);
        let next =
            slips.last().filter(|_| slips.len() == CHUNK).and_then(|slip| after(slip.employee));
        let next = AdvanceCursor { next, slips: cursor.slips + seen };
        Ok(if next.next.is_some() { Step::More(next) } else { Step::Last(next) })
    }

    fn finish(
        &self,
        tx: &mut Tx<'_>,
        _: JobId,
        _: &AdvanceCursor,
    ) -> Result<RunReport, PayrollError> {
        let run = run_of(tx, self.run)?;
        let by = self.ask(tx, &run, &[])?;
        self.must_be_legal(&run)?;
        let status = match self.to {
            RunMove::Approve { .. } => RunStatus::Approved,
            RunMove::Post => RunStatus::Posted,
            RunMove::Pay { .. } => paid_status(&totals(tx, &run)?, Amt::ZERO),
            RunMove::Close => RunStatus::Closed,
        };
        put_status(tx, &run, status)?;
        step(tx, run.id, self.deed(), (&self.reason, None), &by)?;
        report(tx, &run)
    }
}

impl AdvanceRun {
    /// A run that is approved pays somebody, and leaves nobody out unless that is said.
    fn must_be_whole(&self, tx: &mut Tx<'_>, run: &Run) -> Result<(), PayrollError> {
        let RunMove::Approve { without_refused } = self.to else { return Ok(()) };
        let totals = totals(tx, run)?;
        if totals.slips == 0 {
            return Err(RunError::NoSlips { run: run.id }.into());
        }
        if totals.refused > 0 && !without_refused {
            return Err(RunError::RefusedLeft { run: run.id, refused: totals.refused }.into());
        }
        Ok(())
    }
}

/// What a slip is said to be that is not where it should be.
pub(super) fn slip_illegal(
    slip: &Slip,
    wanted: &'static str,
    way_out: &'static str,
) -> PayrollError {
    let (run, number, status) = (slip.run, slip.number.clone(), slip.status.code());
    RunError::IllegalSlipMove { run, number, status, wanted, way_out }.into()
}

/// Makes slips count, each after comparing it with what it rests on.
pub(super) fn approve(tx: &mut Tx<'_>, run: &Run, slips: &[Arc<Slip>]) -> Result<(), PayrollError> {
    let open = || slips.iter().filter(|slip| slip.status == SlipStatus::Calculated);
    let mut keys = Vec::new();
    let mut balances = BTreeSet::new();
    for slip in open() {
        keys.extend(slip.sums.iter().map(|sum| (slip.employee, sum.sum.clone(), sum.year)));
        balances.extend(slip.takings.iter().map(|taking| taking.deduction));
    }
    let balances: Vec<Id<Deduction>> = balances.into_iter().collect();
    let sums = tx.get_many::<YearSum>(&keys)?;
    tx.need::<DeductionBalance>(&balances)?;
    tx.need::<Deduction>(&balances)?;
    let since = set_since(tx, slips)?;
    must_pay_once(tx, run, &open().collect::<Vec<_>>())?;
    must_see_the_same(tx, run, &open().collect::<Vec<_>>())?;
    let mut sums = sums.into_iter();
    let mut adds = Vec::with_capacity(keys.len());
    let mut totals = RunTotal::none(run);
    for slip in open() {
        if slip.calculation != run.calculation {
            return Err(slip_illegal(
                slip,
                "approved",
                "it is of an earlier calculation: compute the run again",
            ));
        }
        for sum in &slip.sums {
            let now = sums.next().flatten().map_or(Decimal::ZERO, |row| row.amount.to_decimal());
            same(slip, &sum.sum, sum.before, now)?;
            let amount = stored(&slip.number, &sum.sum, sum.after - sum.before)?;
            if amount != Amt::ZERO {
                let (sum, year) = (sum.sum.clone(), sum.year);
                adds.push(YearSum { employee: slip.employee, sum, year, amount });
            }
        }
        if let Some(owed) =
            since.get(&slip.employee).and_then(|all| all.iter().find(|owed| is_missed(slip, owed)))
        {
            let wanted = owed.wanted(is_extra(slip.kind));
            same(slip, &owed.deduction.component, Decimal::ZERO, wanted)?;
        }
        rests(tx, slip)?;
        take(tx, slip)?;
        totals.approved += 1;
        tx.put(Slip { status: SlipStatus::Approved, ..slip.as_ref().clone() })?;
    }
    tx.add_all(adds)?;
    if !totals.is_nothing() {
        tx.add_all(vec![totals])?;
    }
    Ok(())
}

/// What is taken from some employees and was set since the first of their slips was computed.
fn set_since(
    tx: &mut Tx<'_>,
    slips: &[Arc<Slip>],
) -> Result<BTreeMap<PartyId, Vec<Owed>>, PayrollError> {
    let (Some(first), Some(last)) = (slips.first(), slips.last()) else {
        return Ok(BTreeMap::new());
    };
    owed_by(tx, (first.employee, last.employee))
}

/// Whether a slip would take something for what was set after it was computed.
pub(super) fn is_missed(slip: &Slip, owed: &Owed) -> bool {
    owed.deduction.changed_at.unwrap_or(owed.deduction.recorded_at) > slip.known_at
        && owed.holds(slip.pay_date)
        && owed.wanted(is_extra(slip.kind)) > Decimal::ZERO
}

fn same(slip: &Slip, what: &SmolStr, was: Decimal, now: Decimal) -> Result<(), PayrollError> {
    match was == now {
        true => Ok(()),
        false => {
            let (number, what) = (slip.number.clone(), what.clone());
            Err(RunError::StaleSlip { number, what, was, now }.into())
        }
    }
}

/// What a floor under net pay and limits of orders left room for rests on what other slips of the days had.
fn must_see_the_same(tx: &mut Tx<'_>, run: &Run, slips: &[&Arc<Slip>]) -> Result<(), PayrollError> {
    let now = earlier_in(tx, run.id, slips)?;
    for slip in slips {
        let (Some(was), Some(now)) = (&slip.earlier, now.get(&slip.employee)) else { continue };
        if let Some((what, was, now)) = was.changed(now) {
            same(slip, &SmolStr::new_static(what), was, now)?;
        }
    }
    Ok(())
}

/// Retro pay rests on all slips of the employee.
fn rests(tx: &mut Tx<'_>, slip: &Slip) -> Result<(), PayrollError> {
    let Some(was) = slip.rests_on else { return Ok(()) };
    let all = tx.get_range(&Range::by(Slip::BY_EMPLOYEE, &slip.employee))?;
    same(slip, &SmolStr::new_static("slips that count"), was.into(), changes_of(&all).into())
}

/// How often slips of an employee began or ceased to count.
pub(super) fn changes_of(slips: &[Arc<Slip>]) -> i64 {
    let each = slips.iter().map(|slip| match slip.status {
        SlipStatus::Calculated => 0,
        SlipStatus::Voided => 2,
        _ => 1,
    });
    each.sum()
}

/// Moves the balances of what a slip takes, each compared with what the slip saw.
fn take(tx: &mut Tx<'_>, slip: &Slip) -> Result<(), PayrollError> {
    for taking in &slip.takings {
        let id = taking.deduction;
        let known = tx.get::<Deduction>(&id)?;
        let now = tx.get::<DeductionBalance>(&id)?;
        let now = now.map_or(Decimal::ZERO, |row| row.owed.to_decimal());
        let what = known
            .as_ref()
            .map_or(SmolStr::new_static("what is owed"), |known| known.component.clone());
        same(slip, &what, taking.before, now)?;
        match known {
            // What a corrected slip had taken for is taken again, though it was ended since.
            Some(known) if !known.is_open && slip.replaces.is_none() => {
                let way_out = "what it takes for was ended: compute it again";
                return Err(slip_illegal(slip, "approved", way_out));
            }
            Some(known) => asked_once(tx, slip, taking, &known)?,
            None => claim(tx, slip, id)?,
        }
        let owed = stored(&slip.number, &what, taking.due - taking.taken)?;
        tx.add_all(vec![DeductionBalance { deduction: id, owed }])?;
    }
    Ok(())
}

/// An instalment is due once for each period, whichever of its slips was approved first.
fn asked_once(
    tx: &mut Tx<'_>,
    slip: &Slip,
    taking: &SlipTaking,
    deduction: &Deduction,
) -> Result<(), PayrollError> {
    if taking.due.is_zero() {
        return Ok(());
    }
    let days = (slip.period_start, slip.period_end);
    let others = tx.peek_scan(&near(slip.employee, slip.period_start))?;
    match others.iter().any(|other| asks(other, slip.run, days, deduction)) {
        true => same(slip, &deduction.component, taking.due, Decimal::ZERO),
        false => Ok(()),
    }
}

/// Opens what an employee owes because of a slip.
pub(super) fn claim(tx: &mut Tx<'_>, slip: &Slip, id: Id<Deduction>) -> Result<(), PayrollError> {
    let is_short = id == claim_id(slip.run, slip.employee, Claimed::Short);
    let component = if is_short { "carried_forward" } else { "overpaid" };
    tx.insert(Deduction {
        id,
        employee: slip.employee,
        is_open: true,
        kind: DeductionKind::Claim,
        component: SmolStr::new_static(component),
        instalment: None,
        rank: CLAIM_RANK,
        limit: Whole::new(OrderLimit::All),
        starts: NaiveDate::MIN,
        until: None,
        origin: Some(slip.run),
        recorded_at: tx.now(),
        changed_at: None,
    })?;
    Ok(())
}

/// What the employer is owed comes after orders and before loans.
const CLAIM_RANK: u32 = 900;

/// Says that all that is still to be paid of slips has left.
fn pay(
    tx: &mut Tx<'_>,
    run: &Run,
    slips: &[Arc<Slip>],
    (day, reference): (NaiveDate, &SmolStr),
) -> Result<(), PayrollError> {
    let mut payments: Vec<SlipPayment> = Vec::new();
    let mut total = RunTotal::none(run);
    // What was closed before some of it came back is paid.
    let done = |status| matches!(status, SlipStatus::Paid | SlipStatus::Closed);
    for slip in slips.iter().filter(|slip| slip.status.counts() && !done(slip.status)) {
        if slip.status < SlipStatus::Posted {
            return Err(slip_illegal(slip, "paid", "post the run first"));
        }
        let amount = slip.net.checked_sub(slip.paid).unwrap_or(Amt::ZERO);
        let (facts, after) = moved(tx, slip, &due(slip), (day, reference))?;
        payments.extend(facts);
        total.paid = total.paid.checked_add(amount).unwrap_or(total.paid);
        tx.put(Slip { status: SlipStatus::Paid, ..after })?;
    }
    tx.insert_all(payments)?;
    if !total.is_nothing() {
        tx.add_all(vec![total])?;
    }
    Ok(())
}

/// Says that the books have taken slips. One that pays nothing is paid with that: no money will leave for it.
fn post(tx: &mut Tx<'_>, slips: &[Arc<Slip>]) -> Result<(), PayrollError> {
    for slip in slips.iter().filter(|slip| slip.status == SlipStatus::Approved) {
        let status = if slip.net == Amt::ZERO { SlipStatus::Paid } else { SlipStatus::Posted };
        tx.put(Slip { status, ..slip.as_ref().clone() })?;
    }
    Ok(())
}

fn close(tx: &mut Tx<'_>, slips: &[Arc<Slip>]) -> Result<(), PayrollError> {
    for slip in
        slips.iter().filter(|slip| slip.status.counts() && slip.status != SlipStatus::Closed)
    {
        if slip.paid != slip.net || slip.status < SlipStatus::Posted {
            return Err(slip_illegal(slip, "closed", "pay it, or void it, first"));
        }
        tx.put(Slip { status: SlipStatus::Closed, ..slip.as_ref().clone() })?;
    }
    Ok(())
}

/// The slips of a run that is not closed can be voided.
pub(super) fn must_not_be_closed(run: &Run, wanted: &'static str) -> Result<(), PayrollError> {
    match run.status {
        RunStatus::Approved | RunStatus::Posted | RunStatus::PartPaid | RunStatus::Paid => Ok(()),
        RunStatus::Closed => Err(illegal(
            run,
            wanted,
            "it is closed: pay or take back the difference by a retro run",
        )),
        RunStatus::Calculated => {
            // An approval that was stopped half way.
            Ok(())
        }
        _ => Err(illegal(run, wanted, "nothing of it counts yet: compute it again")),
    }
}
