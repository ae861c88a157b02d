//! What money comes in and goes out in the next weeks: from open items, orders that are not billed yet, and what is planned.
//!
//! A customer pays an item when it falls due, and as many days later as he did on average ([`PaidDay`]); what is late by his own habit is
//! expected on the first day. Suppliers are paid when their bills fall due, or on the last day of a discount where that is wanted. Orders
//! are billed when they are wanted and paid by their terms, less what was paid ahead for them: as they stand now, whatever day is asked for.
//!
//! Of pay, what stands in the books: net pay that is owed leaves when it falls due, what was withheld on the day of a month on which that is
//! remitted, and with it the tax on what was sold, less that on what was bought. Runs to come are for the caller to plan.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use fondaco_accounting::ledger::{Amount, OpenItemQuery, OpenItemRow, open_items};
use fondaco_core::report::{Explain, Parameter, Phrase, word};
use fondaco_core::store::Within;
use fondaco_core::terms::{DateStep, PaymentTerms};
use fondaco_core::{Currency, DocumentId, Halt, Money, PartyId, Range, Rate, Reading, Rounding};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::standing::{At, Standing};
use super::{PaidDay, last_due};
use crate::company::CompanyError;
use crate::company::document::{Document, DocumentKind, Status, id_of};
use crate::company::posting::Role;

/// What a flow of money is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FlowKind {
    /// An open item of a customer.
    Receivable,
    /// What of a customer's order is not billed yet.
    SalesOrder,
    /// An open item of a supplier.
    Payable,
    /// What of an order to a supplier is not billed yet.
    PurchaseOrder,
    /// Wages, and what was withheld of them.
    Pay,
    /// Tax on what was sold, less that on what was bought.
    Tax,
    /// Whatever else is planned.
    Planned,
}

/// Money that is planned besides: payroll to come, a loan. What stands in the books is in the outlook already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedFlow {
    /// The day.
    pub date: NaiveDate,
    /// How much comes in; below zero for what goes out.
    pub amount: Money,
    /// What it is.
    pub kind: FlowKind,
    /// What people read.
    pub text: SmolStr,
}

/// What might be otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it is called.
    pub name: SmolStr,
    /// By how many more days customers are late.
    #[serde(default)]
    pub later_days: u32,
    /// Which part of what customers owe comes in; all where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collected: Option<Rate>,
    /// Which part of customers' orders that are not billed comes in; all where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordered: Option<Rate>,
}

impl Scenario {
    /// As it is expected.
    ///
    /// ```
    /// use fondaco::company::figures::Scenario;
    /// use fondaco::core::Rate;
    /// let worse = Scenario { later_days: 14, collected: Some(Rate::percent("90")?), ..Scenario::new("worse") };
    /// assert_eq!(worse.later_days, 14);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(name: impl Into<SmolStr>) -> Scenario {
        Scenario { name: name.into(), later_days: 0, collected: None, ordered: None }
    }
}

/// Which weeks, from what.
///
/// ```
/// use fondaco::company::figures::OutlookQuery;
/// assert_eq!(OutlookQuery::on("2026-03-31".parse()?).weeks, 13);
/// # Ok::<(), fondaco::chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutlookQuery {
    /// The day as of whose end it is; the weeks begin on the next.
    pub on: NaiveDate,
    /// How many weeks.
    pub weeks: u32,
    /// From how many days before customers' habits are taken.
    pub habit_days: u32,
    /// On which day of a month taxes, and what was withheld, are remitted; in a shorter month on its last day.
    #[serde(default = "tenth")]
    pub remit_day: u32,
    /// Whether discounts of suppliers are taken.
    #[serde(default)]
    pub takes_discounts: bool,
    /// What is planned besides.
    #[serde(default)]
    pub planned: Vec<PlannedFlow>,
    /// What else might be.
    #[serde(default)]
    pub scenarios: Vec<Scenario>,
}

impl OutlookQuery {
    /// Thirteen weeks, by the habits of a year; taxes are remitted on the tenth.
    pub fn on(on: NaiveDate) -> OutlookQuery {
        let (planned, scenarios) = (Vec::new(), Vec::new());
        let (weeks, habit_days, remit_day) = (13, 365, tenth());
        OutlookQuery {
            on,
            weeks,
            habit_days,
            remit_day,
            takes_discounts: false,
            planned,
            scenarios,
        }
    }

    /// With money that is planned.
    #[must_use]
    pub fn planned(mut self, flow: PlannedFlow) -> OutlookQuery {
        self.planned.push(flow);
        self
    }

    /// With what else might be.
    #[must_use]
    pub fn scenario(mut self, scenario: Scenario) -> OutlookQuery {
        self.scenarios.push(scenario);
        self
    }
}

fn tenth() -> u32 {
    10
}

/// Money that is expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashFlow {
    /// The day.
    pub date: NaiveDate,
    /// How much comes in; below zero for what goes out.
    pub amount: Money,
    /// What it is.
    pub kind: FlowKind,
    /// The document, or what people read.
    pub source: SmolStr,
    /// With whom.
    pub party: Option<PartyId>,
    /// When it falls due.
    pub due: NaiveDate,
}

/// A week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashWeek {
    /// Its first day.
    pub first: NaiveDate,
    /// Its last day.
    pub last: NaiveDate,
    /// What there is before it.
    pub opening: Money,
    /// What comes in.
    pub inflow: Money,
    /// What goes out, above zero.
    pub outflow: Money,
    /// What there is after it.
    pub closing: Money,
}

/// What comes in and goes out in the next weeks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashOutlook {
    /// The day as of whose end it is.
    pub on: NaiveDate,
    /// What amounts are in.
    pub currency: Currency,
    /// What there is.
    pub cash: Money,
    /// The weeks.
    pub weeks: Vec<CashWeek>,
    /// The same for each of the scenarios.
    pub scenarios: Vec<(SmolStr, Vec<CashWeek>)>,
    /// All flows, in order of days; those after the last week too.
    pub flows: Vec<CashFlow>,
}

/// What comes in and goes out, as [`Company::cash_outlook`](crate::company::Company::cash_outlook).
///
/// # Errors
/// [`CompanyError::NotSetUp`]; what the books say.
pub fn cash_outlook(
    read: &mut impl Reading,
    query: &OutlookQuery,
) -> Result<CashOutlook, CompanyError> {
    let standing = Standing::read(read, (query.on, query.on))?;
    let banks = standing.of_roles(&[Role::Bank]);
    let cash = standing.money(standing.sum("", &banks, At::Closing, false).value);
    let habits = Habits::read(read, query)?;
    let mut flows = Vec::new();
    for account in standing.of_roles(&[Role::Receivable]) {
        for item in items(read, &account, query.on)? {
            flows.push(receivable(item, &habits, query.on));
        }
    }
    for account in standing.of_roles(&[Role::Payable]) {
        for item in items(read, &account, query.on)? {
            flows.push(payable(read, item, query)?);
        }
    }
    for account in standing.of_roles(&[Role::NetPay]) {
        for item in items(read, &account, query.on)? {
            let date = item.due_date.max(after(query.on, 1));
            flows.push(flow(item, FlowKind::Pay, date));
        }
    }
    flows.extend(remitted(&standing, query));
    flows.extend(orders(read, DocumentKind::SalesOrder, &habits, query.on)?);
    flows.extend(orders(read, DocumentKind::PurchaseOrder, &habits, query.on)?);
    flows.extend(query.planned.iter().filter(|flow| flow.date > query.on).map(planned));
    flows.sort_by(|one, other| {
        (one.date, one.kind, &one.source).cmp(&(other.date, other.kind, &other.source))
    });
    let currency = standing.currency;
    let expected = Scenario::new("");
    let weeks = weeks(query, cash, &flows, &expected);
    let of =
        |scenario: &Scenario| (scenario.name.clone(), self::weeks(query, cash, &flows, scenario));
    let scenarios = query.scenarios.iter().map(of).collect();
    Ok(CashOutlook { on: query.on, currency, cash, weeks, scenarios, flows })
}

fn after(date: NaiveDate, days: i64) -> NaiveDate {
    let count = Days::new(days.unsigned_abs());
    let moved = match days < 0 {
        true => date.checked_sub_days(count),
        false => date.checked_add_days(count),
    };
    moved.unwrap_or(date)
}

/// How late customers pay, in whole days.
struct Habits {
    by_party: BTreeMap<PartyId, i64>,
    of_all: i64,
}

impl Habits {
    fn read(read: &mut impl Reading, query: &OutlookQuery) -> Result<Habits, CompanyError> {
        let from = after(query.on, -i64::from(query.habit_days));
        let within = Within::new(1, &from, &query.on);
        let (mut by_party, mut all) = (BTreeMap::new(), (0_i64, 0_i64));
        for row in read.peek_sums::<PaidDay>(&[0], Some(within))? {
            row.with(|row: &PaidDay| {
                all = (all.0 + row.paid, all.1 + row.days_late);
                by_party.extend(mean(row.paid, row.days_late).map(|days| (row.party, days)));
            })
            .map_err(Halt::from)?;
        }
        Ok(Habits { by_party, of_all: mean(all.0, all.1).unwrap_or(0) })
    }

    /// Of one who never paid yet the mean of all.
    fn of(&self, party: Option<PartyId>) -> i64 {
        party.and_then(|party| self.by_party.get(&party).copied()).unwrap_or(self.of_all)
    }
}

fn mean(count: i64, days: i64) -> Option<i64> {
    let mean = (count > 0).then(|| Rounding::HalfUp.divide(days.into(), count.into()))??;
    i64::try_from(mean).ok()
}

fn items(
    read: &mut impl Reading,
    account: &SmolStr,
    on: NaiveDate,
) -> Result<Vec<OpenItemRow>, CompanyError> {
    Ok(open_items(read, &OpenItemQuery::account(account.clone()).at(on))?.items)
}

fn flow(item: OpenItemRow, kind: FlowKind, date: NaiveDate) -> CashFlow {
    CashFlow {
        date,
        amount: item.ledger_open,
        kind,
        source: item.source.unwrap_or_default(),
        party: item.party,
        due: item.due_date,
    }
}

fn receivable(item: OpenItemRow, habits: &Habits, on: NaiveDate) -> CashFlow {
    // What stands on his account counts against the next that he pays.
    let late = if item.ledger_open.is_negative() { 0 } else { habits.of(item.party) };
    let date = after(item.due_date, late).max(after(on, 1));
    flow(item, FlowKind::Receivable, date)
}

fn payable(
    read: &mut impl Reading,
    item: OpenItemRow,
    query: &OutlookQuery,
) -> Result<CashFlow, CompanyError> {
    let first = after(query.on, 1);
    let date = item.due_date.max(first);
    let source = item.source.clone().unwrap_or_default();
    let mut due = flow(item, FlowKind::Payable, date);
    if query.takes_discounts
        && let Some(bill) = read.peek::<Document>(&id_of(&source))?
        && bill.settled.units() == 0
        && let Some((until, reduction)) = discount(&bill, first)
        && let Ok(less) = due.amount.add(reduction)
    {
        (due.date, due.amount) = (until, less);
    }
    Ok(due)
}

/// The last discount that may still be had for a bill.
fn discount(bill: &Document, first: NaiveDate) -> Option<(NaiveDate, Money)> {
    let terms = bill.terms.cloned()?.to::<PaymentTerms>().ok()?;
    let gross = bill.money(bill.gross());
    let offers = terms.discounts(gross, bill.date, Rounding::HalfUp).ok()?;
    let offers = offers.into_iter().filter(|offer| offer.until >= first);
    offers.map(|offer| (offer.until, offer.reduction)).max_by_key(|(until, _)| *until)
}

/// What of open orders is not billed yet.
fn orders(
    read: &mut impl Reading,
    kind: DocumentKind,
    habits: &Habits,
    on: NaiveDate,
) -> Result<Vec<CashFlow>, CompanyError> {
    let range = Range::by(Document::BY_KIND, &(kind, Status::Open)).through(&on);
    let sells = kind == DocumentKind::SalesOrder;
    let deposits =
        if sells { DocumentKind::CustomerDeposit } else { DocumentKind::SupplierDeposit };
    let ahead = paid_ahead(read, deposits, on)?;
    let mut flows = Vec::new();
    for order in read.peek_scan(&range)? {
        let paid = ahead.get(&order.id).copied().unwrap_or_default();
        let left = order.open().units().saturating_sub(paid);
        let open = order.money(Amount::from_units(left));
        if open.is_zero() || open.is_negative() {
            continue;
        }
        let given = last_due(&order).signed_duration_since(order.date).num_days();
        let billed = order.due_on().max(after(on, 1));
        let due = after(billed, given);
        let late = if sells { habits.of(Some(order.party)) } else { 0 };
        flows.push(CashFlow {
            date: after(due, late).max(after(on, 1)),
            amount: if sells { open } else { open.neg() },
            kind: if sells { FlowKind::SalesOrder } else { FlowKind::PurchaseOrder },
            source: order.name(),
            party: Some(order.party),
            due,
        });
    }
    Ok(flows)
}

/// What was paid ahead for each order through a day and not taken off by an invoice or bill yet.
fn paid_ahead(
    read: &mut impl Reading,
    kind: DocumentKind,
    on: NaiveDate,
) -> Result<BTreeMap<DocumentId, i64>, CompanyError> {
    let mut sums: BTreeMap<DocumentId, i64> = BTreeMap::new();
    let range = Range::by(Document::BY_KIND, &(kind, Status::Open)).through(&on);
    read.peek_each(&range, |deposit: &Document| {
        if let Some(order) = deposit.of {
            let sum = sums.entry(order).or_default();
            *sum = sum.saturating_add(deposit.open().units());
        }
        Ok::<(), Halt>(())
    })?;
    Ok(sums)
}

/// What stands on accounts of taxes, and of what was withheld, on the next day on which such are remitted.
fn remitted(standing: &Standing, query: &OutlookQuery) -> Vec<CashFlow> {
    let tomorrow = after(query.on, 1);
    let day = DateStep::NextDayOfMonth(query.remit_day.clamp(1, 31));
    let date = day.from(tomorrow).unwrap_or(tomorrow);
    let of = |kind, roles: &[Role]| {
        standing.of_roles(roles).into_iter().map(move |code| (kind, code)).collect::<Vec<_>>()
    };
    let pay = of(FlowKind::Pay, &[Role::Withheld, Role::Garnishments]);
    let tax = of(FlowKind::Tax, &[Role::TaxPayable, Role::TaxRecoverable]);
    let flow = |(kind, account): (FlowKind, SmolStr)| {
        let codes = [account.clone()];
        let amount = standing.money(standing.sum("", &codes, At::Closing, false).value);
        CashFlow { date, amount, kind, source: account, party: None, due: date }
    };
    pay.into_iter().chain(tax).map(flow).filter(|flow| !flow.amount.is_zero()).collect()
}

fn planned(flow: &PlannedFlow) -> CashFlow {
    CashFlow {
        date: flow.date,
        amount: flow.amount,
        kind: flow.kind,
        source: flow.text.clone(),
        party: None,
        due: flow.date,
    }
}

/// How much of a flow comes, and when, by a scenario.
fn by_scenario(flow: &CashFlow, scenario: &Scenario) -> (NaiveDate, Decimal) {
    let part = match flow.kind {
        FlowKind::Receivable => scenario.collected,
        FlowKind::SalesOrder => scenario.ordered,
        _ => return (flow.date, flow.amount.amount()),
    };
    let of = |part: Rate| part.of(flow.amount, Rounding::HalfEven).ok();
    let amount = part.and_then(of).map_or(flow.amount, |part| part.round(Rounding::HalfEven));
    (after(flow.date, i64::from(scenario.later_days)), amount.amount())
}

fn weeks(
    query: &OutlookQuery,
    cash: Money,
    flows: &[CashFlow],
    scenario: &Scenario,
) -> Vec<CashWeek> {
    let currency = cash.currency();
    let mut sums = vec![(Decimal::ZERO, Decimal::ZERO); query.weeks as usize];
    for flow in flows {
        let (date, amount) = by_scenario(flow, scenario);
        let at = (date.signed_duration_since(query.on).num_days() - 1).max(0) / 7;
        let week = usize::try_from(at).ok().and_then(|at| sums.get_mut(at));
        if let Some((inflow, outflow)) = week {
            match amount.is_sign_negative() {
                true => *outflow -= amount,
                false => *inflow += amount,
            }
        }
    }
    let money = |amount: Decimal| Money::new(fondaco_core::decimal::normalize(amount), currency);
    let (mut stands, mut first) = (cash.amount(), after(query.on, 1));
    let mut weeks = Vec::with_capacity(sums.len());
    for (inflow, outflow) in sums {
        let opening = stands;
        stands += inflow - outflow;
        weeks.push(CashWeek {
            first,
            last: after(first, 6),
            opening: money(opening),
            inflow: money(inflow),
            outflow: money(outflow),
            closing: money(stands),
        });
        first = after(first, 7);
    }
    weeks
}

impl CashOutlook {
    /// What there is after the last week, and why: what there is now, and each flow until then with its document.
    pub fn explain(&self) -> Explain {
        let last = self.weeks.last();
        let closing = last.map_or(self.cash, |week| week.closing);
        let end = last.map_or(self.on, |week| week.last);
        let mut why = Explain::new(Phrase::from(word("Cash on")).and(end), closing)
            .rule(word("cash and all flows until then"))
            .input(Explain::new(Phrase::from(word("Cash on")).and(self.on), self.cash));
        for flow in self.flows.iter().filter(|flow| flow.date <= end) {
            let due = Parameter::new(word("due"), flow.due);
            let leaf =
                Explain::new(Phrase::from(flow.date), flow.amount).source(flow.source.clone());
            why = why.input(leaf.parameter(due));
        }
        why
    }
}
