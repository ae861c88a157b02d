//! What is taken from pay after the rules: loans and advances, orders of courts and authorities, what an employee owes the company.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Field, Record};
use fondaco_core::{Act, ActorId, Id, PartyId, Range, Reading, Timestamp, Tx, input};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::sums::stored;
use super::{PayInput, Run, RunError, RunKind, Slip, SlipTaking, Whole, rights};
use crate::garnishment::{self, Limit, Order};
use crate::staff::must_be_employee;
use crate::{Amt, PayrollError};

/// What sort of thing is taken.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeductionKind {
    /// Lent to the employee, and paid back from pay by instalments.
    Loan,
    /// Pay that was paid before its day: all of it comes back as soon as it can.
    Advance,
    /// An order of a court or an authority, with a limit of its own: a garnishment.
    Order,
    /// Anything else that is withheld period by period: dues, a saving plan.
    Other,
    /// What the employee owes because of a slip that was voided after its money had left, or of pay below zero.
    Claim,
}

/// How much of disposable earnings an order may take: [`Limit`](crate::garnishment::Limit), as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum OrderLimit {
    /// A part of them: 0.5 for half.
    Part(#[serde(with = "fondaco_core::decimal::as_text")] Decimal),
    /// Nothing up to a protected amount, what is above it up to a second one, a part of all from there on.
    Protected {
        /// Up to this nothing may be taken.
        #[serde(with = "fondaco_core::decimal::as_text")]
        free: Decimal,
        /// From this on a part of all may be.
        #[serde(with = "fondaco_core::decimal::as_text")]
        full_from: Decimal,
        /// Which part.
        #[serde(with = "fondaco_core::decimal::as_text")]
        part: Decimal,
    },
    /// All of them.
    All,
}

/// Something that is taken from an employee's pay until it is done.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "payroll_deduction", kind = state, key(id), guard(by_employee(employee)), index(by_employee(employee, is_open)),
)]
pub struct Deduction {
    /// Its id.
    pub id: Id<Deduction>,
    /// Whose pay.
    pub employee: PartyId,
    /// Whether something is still taken, or given back.
    pub is_open: bool,
    /// What sort of thing it is.
    pub kind: DeductionKind,
    /// The component that its lines are called.
    pub component: SmolStr,
    /// How much is wanted for each period, by the first slip of it that is no bonus and no retro pay; of orders and others, what is not got
    /// is owed from then on. `None` for all that is owed.
    pub instalment: Option<Amt>,
    /// What it is served by: the least first; those of one rank share.
    pub rank: u32,
    /// How much of disposable earnings it may take, with all that were served before it.
    pub limit: Whole<OrderLimit>,
    /// The first day of payment that it is taken from.
    pub starts: NaiveDate,
    /// The last.
    pub until: Option<NaiveDate>,
    /// The run of the slip that it comes from: of a claim.
    pub origin: Option<Id<Run>>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// How much is owed for a deduction: what a loan has left, what an order has not got yet. Below zero it is given back.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "payroll_deduction_balance", kind = counter, key(deduction))]
pub struct DeductionBalance {
    /// For what.
    pub deduction: Id<Deduction>,
    /// How much.
    pub owed: Amt,
}

/// A deduction with what is owed for it.
#[derive(Debug, Clone)]
pub(crate) struct Owed {
    pub(crate) deduction: Arc<Deduction>,
    pub(crate) owed: Decimal,
    /// Whether another slip of the same days asked for its instalment already.
    pub(crate) is_asked: bool,
    /// Whether it is what was paid on the slip that this one stands in place of.
    pub(crate) is_paid_before: bool,
    /// Whether the slip that this one stands in place of took for it: so does this one, though its time has passed or it was ended since.
    pub(crate) is_kept: bool,
}

/// What the rules leave of pay.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Left {
    /// What is earned, less what the law withholds: what limits of orders are of.
    pub(crate) disposable: Decimal,
    /// What would be paid.
    pub(crate) net: Decimal,
    /// What is paid in any case.
    pub(crate) floor: Decimal,
    /// How many digits the smallest coin has behind the point.
    pub(crate) digits: u32,
    /// Whether the slip is paid besides that of the period: nothing falls due by it.
    pub(crate) is_extra: bool,
}

impl OrderLimit {
    fn limit(&self) -> Limit {
        match *self {
            OrderLimit::Part(part) => Limit::Part(part),
            OrderLimit::Protected { free, full_from, part } => {
                Limit::Protected { free, full_from, part }
            }
            OrderLimit::All => Limit::All,
        }
    }
}

impl From<Limit> for OrderLimit {
    fn from(limit: Limit) -> OrderLimit {
        match limit {
            Limit::Part(part) => OrderLimit::Part(part),
            Limit::Protected { free, full_from, part } => {
                OrderLimit::Protected { free, full_from, part }
            }
            Limit::All => OrderLimit::All,
        }
    }
}

impl Owed {
    /// What is due from this slip on, besides what is owed already: the instalment of an order, once for each period.
    fn due(&self, is_extra: bool) -> Decimal {
        match self.deduction.kind {
            DeductionKind::Order | DeductionKind::Other => self.instalment(is_extra),
            DeductionKind::Loan | DeductionKind::Advance | DeductionKind::Claim => Decimal::ZERO,
        }
    }

    /// Whether it is taken on a day of payment.
    pub(crate) fn holds(&self, pay_date: NaiveDate) -> bool {
        let deduction = &self.deduction;
        let in_time =
            deduction.starts <= pay_date && deduction.until.is_none_or(|until| pay_date <= until);
        self.is_kept || in_time
    }

    /// How much is wanted of this slip.
    pub(crate) fn wanted(&self, is_extra: bool) -> Decimal {
        match (self.deduction.kind, self.deduction.instalment) {
            (DeductionKind::Order | DeductionKind::Other, _) | (_, None) => {
                self.owed + self.due(is_extra)
            }
            (_, Some(_)) => self.owed.min(self.instalment(is_extra)),
        }
    }

    fn instalment(&self, is_extra: bool) -> Decimal {
        match is_extra || self.is_asked {
            true => Decimal::ZERO,
            false => self.deduction.instalment.map_or(Decimal::ZERO, Amt::to_decimal),
        }
    }
}

/// What deductions get of what is left. What is owed to the employee is given back first. What was paid on the slip that this one stands in
/// place of is no deduction but pay that has left: it counts towards the floor, and no limit holds for it. Then orders are served as
/// [`serve`](crate::garnishment::serve) does, of what may be taken without going below the floor.
pub(crate) fn take(
    left: Left,
    owed: &[Owed],
    pay_date: NaiveDate,
) -> Result<Vec<SlipTaking>, PayrollError> {
    let mut takings = Vec::new();
    let (mut net, mut floor) = (left.net, left.floor);
    let mut orders = Vec::new();
    // First what gives, then what takes from all of it.
    let mut owed: Vec<&Owed> = owed.iter().filter(|owed| owed.holds(pay_date)).collect();
    owed.sort_by_key(|owed| owed.is_paid_before);
    for owed in owed {
        let (mut wanted, due) = (owed.wanted(left.is_extra), owed.due(left.is_extra));
        let gives_back = wanted.is_sign_negative() && !wanted.is_zero();
        let mut taken = if gives_back { wanted } else { Decimal::ZERO };
        if owed.is_paid_before && !gives_back {
            taken = wanted.min(net.max(Decimal::ZERO));
            floor = (floor - taken).max(Decimal::ZERO);
            wanted = Decimal::ZERO;
        }
        net -= taken;
        takings.push(SlipTaking { deduction: owed.deduction.id, before: owed.owed, due, taken });
        orders.push(Order {
            id: SmolStr::default(),
            wanted: wanted.max(Decimal::ZERO),
            rank: owed.deduction.rank,
            limit: owed.deduction.limit.limit(),
        });
    }
    let disposable = left.disposable.max(Decimal::ZERO);
    let available = (net - floor).max(Decimal::ZERO);
    let keep = (disposable - available).max(Decimal::ZERO);
    let served = garnishment::serve_in(disposable, &orders, keep, left.digits)?;
    for (taking, served) in takings.iter_mut().zip(served) {
        taking.taken += served.amount;
    }
    takings.retain(|taking| !(taking.taken.is_zero() && taking.due.is_zero()));
    Ok(takings)
}

/// What is open of employees from one to another, without resting on it.
pub(crate) fn owed_by(
    read: &mut impl Reading,
    employees: (PartyId, PartyId),
) -> Result<BTreeMap<PartyId, Vec<Owed>>, PayrollError> {
    let range = Range::by(Deduction::BY_EMPLOYEE, &()).from(&employees.0).through(&employees.1);
    let open = read.peek_scan(&range)?;
    let open: Vec<Arc<Deduction>> = open.into_iter().filter(|one| one.is_open).collect();
    let keys: Vec<Id<Deduction>> = open.iter().map(|one| one.id).collect();
    let balances = read.peek_many::<DeductionBalance>(&keys)?;
    let mut all: BTreeMap<PartyId, Vec<Owed>> = BTreeMap::new();
    for (deduction, balance) in open.into_iter().zip(balances) {
        let owed = balance.map_or(Decimal::ZERO, |balance| balance.owed.to_decimal());
        all.entry(deduction.employee).or_default().push(Owed {
            deduction,
            owed,
            is_asked: false,
            is_paid_before: false,
            is_kept: false,
        });
    }
    Ok(all)
}

/// Slips of the same days are paid at most so many days before them.
const PAID_BEFORE: u64 = 62;

/// Marks the deductions whose instalment another slip that counts has asked for in the days of a case.
pub(crate) fn mark_asked(
    read: &mut impl Reading,
    owed: &mut BTreeMap<PartyId, Vec<Owed>>,
    run: Id<Run>,
    cases: &[Arc<PayInput>],
) -> Result<(), PayrollError> {
    let by_instalment = |case: &&Arc<PayInput>| {
        let all = owed.get(&case.employee);
        all.is_some_and(|all| all.iter().any(|owed| owed.deduction.instalment.is_some()))
    };
    let cases: Vec<&Arc<PayInput>> = cases.iter().filter(by_instalment).collect();
    let ranges = cases.iter().map(|case| near(case.employee, case.from));
    let slips = read.peek_scans(&ranges.collect::<Vec<_>>())?;
    for (case, slips) in cases.into_iter().zip(slips) {
        let days = (case.from, case.to);
        for owed in owed.entry(case.employee).or_default() {
            owed.is_asked = slips.iter().any(|slip| asks(slip, run, days, owed.deduction.id));
        }
    }
    Ok(())
}

/// The slips of an employee that may be of days from one on.
pub(crate) fn near(employee: PartyId, from: NaiveDate) -> Range<Slip> {
    let first = from.checked_sub_days(Days::new(PAID_BEFORE)).unwrap_or(NaiveDate::MIN);
    Range::by(Slip::BY_EMPLOYEE, &employee).from(&first)
}

/// Whether a slip that counts, of another run and of some of these days, asked for a deduction's instalment.
pub(crate) fn asks(
    slip: &Slip,
    run: Id<Run>,
    (from, to): (NaiveDate, NaiveDate),
    deduction: Id<Deduction>,
) -> bool {
    slip.run != run
        && slip.status.counts()
        && (slip.period_start <= to && from <= slip.period_end)
        && slip.takings.iter().any(|taking| taking.deduction == deduction)
        && !is_extra(slip.kind)
}

/// Whether slips of this kind are paid besides that of the period, and so no instalment falls due by them.
pub(crate) fn is_extra(kind: RunKind) -> bool {
    matches!(kind, RunKind::Bonus | RunKind::Retro)
}

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
        let least = [Some(self.owed), self.instalment].into_iter().flatten().min();
        if let Some(least) = least.filter(|least| least.is_sign_negative() && !least.is_zero()) {
            return bad("owed or instalment", least.to_string(), "give zero or more");
        }
        if let Some(to) = self.to.filter(|to| *to < self.from) {
            return bad("to", to.to_string(), "give a day that is not before the first");
        }
        self.limit.limit().most(Decimal::ONE)?;
        let number = SmolStr::default();
        let instalment =
            self.instalment.map(|each| stored(&number, "instalment", each)).transpose()?;
        Ok((stored(&number, "owed", self.owed)?, instalment))
    }
}

impl Act for SetDeduction {
    type Answer = Id<Deduction>;
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Id<Deduction>, PayrollError> {
        tx.authorize(&Request::new(&rights::DEDUCT).about(self.component.clone()))?;
        let (owed, instalment) = self.check()?;
        must_be_employee(tx, self.employee)?;
        let id = tx.id()?;
        tx.insert(Deduction {
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
        })?;
        move_balance(tx, (self.employee, id), owed, DeductionDeed::Set, SmolStr::default())?;
        tx.emit(Event::new("payroll.deduction_set").with("deduction", id));
        Ok(id)
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
        tx.authorize(&Request::new(&rights::DEDUCT))?;
        input::check_line("reason", &self.reason)?;
        let (deduction, owed) = open(tx, self.deduction)?;
        let key = (deduction.employee, deduction.id);
        let back = owed.checked_neg().unwrap_or(Amt::ZERO);
        move_balance(tx, key, back, DeductionDeed::Ended, self.reason.clone())?;
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
        tx.authorize(&Request::new(&rights::DEDUCT))?;
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
        move_balance(tx, key, back, DeductionDeed::Repaid, self.reason.clone())?;
        tx.emit(Event::new("payroll.deduction_repaid").with("deduction", self.deduction));
        Ok(())
    }
}

/// An open deduction, and what is owed for it; the decision rests on both.
fn open(tx: &mut Tx<'_>, id: Id<Deduction>) -> Result<(Arc<Deduction>, Amt), PayrollError> {
    let deduction = tx.get::<Deduction>(&id)?.filter(|deduction| deduction.is_open);
    let deduction = deduction.ok_or(RunError::UnknownDeduction { deduction: id })?;
    let owed = tx.get::<DeductionBalance>(&id)?.map_or(Amt::ZERO, |balance| balance.owed);
    Ok((deduction, owed))
}

/// What moved a balance besides slips.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeductionDeed {
    /// It was owed to begin with.
    Set,
    /// The employee paid it back.
    Repaid,
    /// It was let go.
    Ended,
    /// Money of a slip that was voided had left.
    Claimed,
    /// Money of a voided slip came back from the bank.
    Returned,
}

/// A move of a balance that no slip made.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "payroll_deduction_step", kind = fact, key(deduction, id))]
pub struct DeductionStep {
    /// Of what.
    pub deduction: Id<Deduction>,
    /// Its id.
    pub id: Id<DeductionStep>,
    /// Whose.
    pub employee: PartyId,
    /// What moved it.
    pub deed: DeductionDeed,
    /// How much more is owed.
    pub amount: Amt,
    /// Who did it.
    pub actor: ActorId,
    /// Why.
    pub reason: SmolStr,
    /// When.
    pub recorded_at: Timestamp,
}

/// Moves a balance, with a fact of why.
pub(crate) fn move_balance(
    tx: &mut Tx<'_>,
    (employee, deduction): (PartyId, Id<Deduction>),
    amount: Amt,
    deed: DeductionDeed,
    reason: SmolStr,
) -> Result<(), PayrollError> {
    let (id, actor, recorded_at) = (tx.id()?, tx.actor().clone(), tx.now());
    tx.insert(DeductionStep { deduction, id, employee, deed, amount, actor, reason, recorded_at })?;
    Ok(tx.add_all(vec![DeductionBalance { deduction, owed: amount }])?)
}

/// What moved the balance of a deduction besides slips, in order.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn deduction_steps(
    read: &mut impl Reading,
    deduction: Id<Deduction>,
) -> Result<Vec<Arc<DeductionStep>>, PayrollError> {
    Ok(read.peek_scan(&Range::<DeductionStep>::by_key(&deduction))?)
}

/// All that is or was taken from an employee's pay, with what is owed for it.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn deductions_of(
    read: &mut impl Reading,
    employee: PartyId,
) -> Result<Vec<(Arc<Deduction>, Decimal)>, PayrollError> {
    let all = read.peek_scan(&Range::by(Deduction::BY_EMPLOYEE, &employee))?;
    let keys: Vec<Id<Deduction>> = all.iter().map(|one| one.id).collect();
    let balances = read.peek_many::<DeductionBalance>(&keys)?;
    let owed =
        |row: Option<Arc<DeductionBalance>>| row.map_or(Decimal::ZERO, |row| row.owed.to_decimal());
    Ok(all.into_iter().zip(balances.into_iter().map(owed)).collect())
}
