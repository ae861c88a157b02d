//! A payroll run in the books: all of it that they don't have yet.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_accounting::ledger::{
    Amount, ItemKey, NewEntry, OpenItemQuery, Pays, Side, open_items,
};
use fondaco_core::policy::{Authority, Request};
use fondaco_core::store::Event;
use fondaco_core::{Act, Currency, DocumentId, Id, Money, PartyId, Range, Reading, Rounding, Tx};
use fondaco_payroll::outputs::{AccountRole, Journal, JournalLine, OutputError};
use fondaco_payroll::runs::{
    Deduction, DeductionDeed, DeductionKind, DeductionStep, Run, RunStatus, Slip, SlipPayment,
    SlipStatus,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, ToSmolStr, format_smolstr};

use super::{PayFact, PaySlip};
use crate::company::document::{Desk, stored};
use crate::company::posting::{BusinessEvent, Fact, Facts, Figure, Place, Role};
use crate::company::{CompanyError, rights};

/// Posts what the books don't have yet of a payroll run that was approved: slips that count, those that were voided since, money that left
/// or came back, what employees owe for it.
///
/// ```
/// use fondaco::company::PostPay;
/// use fondaco::core::Id;
/// let march = PostPay::of(Id::from_u128(7));
/// assert!(march.date.is_none()); // the last day of its period
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostPay {
    /// The run.
    pub run: Id<Run>,
    /// The day on which slips count, and what is not money; the last day of its period where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<NaiveDate>,
    /// The first day on which money that left or came back is posted; that of each payment where it is left out, or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money_from: Option<NaiveDate>,
    /// How net pay is paid: what rules of accounts may name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<SmolStr>,
}

impl PostPay {
    /// All of a run.
    pub fn of(run: Id<Run>) -> PostPay {
        PostPay { run, date: None, money_from: None, method: None }
    }

    /// On another day: where its period is locked already.
    #[must_use]
    pub fn on(self, date: NaiveDate) -> PostPay {
        PostPay { date: Some(date), ..self }
    }

    /// With money of days before this one posted on it: where their period is locked already.
    #[must_use]
    pub fn money_from(self, date: NaiveDate) -> PostPay {
        PostPay { money_from: Some(date), ..self }
    }
}

impl Act for PostPay {
    type Answer = ();
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        let authority = tx.authority(&rights::PAY_PEOPLE)?;
        let mut desk = Desk::open(tx)?;
        let document = format_smolstr!("pay/{}", self.run);
        let unknown = || CompanyError::UnknownDocument { document: document.clone() };
        let run = tx.get::<Run>(&self.run)?.ok_or_else(unknown)?;
        if matches!(run.status, RunStatus::Draft | RunStatus::Calculated | RunStatus::Cancelled) {
            let why = "have somebody approve it first (AdvanceRun::approve)";
            return Err(CompanyError::WrongState { document, status: run.status.code(), why });
        }
        let date = self.date.unwrap_or(run.period_end);
        let (money_from, method) = (self.money_from, self.method.clone());
        let mut posting = Posting { date, document, money_from, method, run, posted: 0 };
        posting.all(tx, &mut desk, &authority)?;
        if posting.posted == 0 {
            let document = posting.document;
            return Err(CompanyError::NothingLeft { document, act: "post" });
        }
        tx.emit(Event::new("payroll.posted").with("run", posting.run.id.to_smolstr()));
        desk.finish(tx)
    }
}

/// What is posted of a run.
struct Posting {
    date: NaiveDate,
    document: SmolStr,
    money_from: Option<NaiveDate>,
    method: Option<SmolStr>,
    run: Arc<Run>,
    /// How many entries.
    posted: u32,
}

/// What is taken from the pay of some employees.
struct Taken {
    all: Vec<Arc<Deduction>>,
    kinds: BTreeMap<Id<Deduction>, DeductionKind>,
}

impl Posting {
    fn all(
        &mut self,
        tx: &mut Tx<'_>,
        desk: &mut Desk,
        authority: &Authority,
    ) -> Result<(), CompanyError> {
        // What is paid or voided afterwards is taken next time; what is taken now is rested on.
        let found = tx.peek_scan(&Range::<Slip>::by_key(&self.run.id))?;
        let keys: Vec<_> = found.iter().map(|slip| (slip.run, slip.employee)).collect();
        let slips: Vec<Arc<Slip>> = tx.get_many::<Slip>(&keys)?.into_iter().flatten().collect();
        let net = slips.iter().filter(|slip| slip.status.counts());
        let net =
            net.fold(Decimal::ZERO, |sum, slip| sum.saturating_add(slip.net.to_decimal().abs()));
        let request = Request::new(authority.permission()).about(self.document.clone());
        tx.allow(authority, &request.amount(Money::new(net, desk.currency())))?;
        let taken = taken(tx, &slips)?;
        let run = DocumentId::from_u128(self.run.id.to_u128());
        let keys: Vec<_> = slips.iter().map(|slip| (run, slip.employee)).collect();
        let known: Vec<Option<Arc<PaySlip>>> = tx.get_many::<PaySlip>(&keys)?;
        let mut new: Vec<&Slip> = Vec::new();
        let mut whose: BTreeSet<PartyId> = BTreeSet::new();
        for (slip, known) in slips.iter().zip(&known) {
            let is_voided = slip.status == SlipStatus::Voided;
            // Also of a slip that was voided before it was posted money may have left.
            if is_voided || slip.status.counts() {
                whose.insert(slip.employee);
            }
            match known {
                None if slip.status.counts() => new.push(slip),
                Some(row) if !row.voided && is_voided => {
                    self.void(tx, desk, slip, &taken)?;
                    tx.put(PaySlip { voided: true, ..row.as_ref().clone() })?;
                }
                _ => {}
            }
        }
        self.accrue(tx, desk, &new, &taken)?;
        for slip in new {
            let net = self.amount(slip.net.to_decimal(), desk)?;
            tx.insert(PaySlip { run, employee: slip.employee, net, voided: false })?;
        }
        self.money(tx, desk, &whose)?;
        self.steps(tx, desk, &taken, &whose)
    }

    fn amount(&self, amount: Decimal, desk: &Desk) -> Result<Amount, CompanyError> {
        stored(Money::new(amount, desk.currency()), &self.document, (0, "net pay"))
    }

    fn wrong(&self, error: &OutputError) -> CompanyError {
        CompanyError::Pay { document: self.document.clone(), why: error.to_string() }
    }

    /// The figures of lines for the books, rounded to coins, with what is left of that in one.
    fn facts(&self, journal: &Journal, desk: &Desk) -> Result<Facts, CompanyError> {
        let (given, expected) = (journal.currency, desk.currency());
        if given != expected {
            let document = self.document.clone();
            return Err(CompanyError::OtherCurrency { document, given, expected });
        }
        let wrong = |error| CompanyError::Money { document: self.document.clone(), error };
        let mut facts = Facts::new(BusinessEvent::Payroll, self.date, self.document.clone());
        let mut left = Money::zero(given);
        for line in &journal.lines {
            let exact = Money::new(line.debit - line.credit, given);
            let Some(figure) = figure(line) else {
                left = left.sub(exact.round(Rounding::HalfEven)).map_err(wrong)?;
                continue;
            };
            let rounded = exact.round(Rounding::HalfEven);
            left = left.sub(rounded).map_err(wrong)?;
            let place = Place {
                categories: line.component.iter().cloned().collect(),
                centre: line.centre.clone(),
                ..Place::default()
            };
            facts.facts.push(Fact::new(figure, rounded).at(place));
        }
        Ok(facts.fact(Fact::new(Figure::Rounding, left)))
    }

    fn accrue(
        &mut self,
        tx: &mut Tx<'_>,
        desk: &mut Desk,
        new: &[&Slip],
        taken: &Taken,
    ) -> Result<(), CompanyError> {
        if new.is_empty() {
            return Ok(());
        }
        let journal = Journal::of(new, &taken.kinds).map_err(|error| self.wrong(&error))?;
        let mut facts = self.facts(&journal, desk)?;
        let net = |slip: &&Slip| (slip.employee, Money::new(slip.net.to_decimal(), slip.currency));
        facts.owed_to = new.iter().map(net).collect();
        desk.post_clearing(tx, &facts, (Role::NetPay, |_, _: &NewEntry| None))?;
        self.posted += 1;
        Ok(())
    }

    /// A slip that was voided, the other way round.
    fn void(
        &mut self,
        tx: &mut Tx<'_>,
        desk: &mut Desk,
        slip: &Slip,
        taken: &Taken,
    ) -> Result<(), CompanyError> {
        let journal = Journal::of(&[slip], &taken.kinds).map_err(|error| self.wrong(&error))?;
        let facts = self.facts(&journal.reversed(), desk)?.party(slip.employee);
        self.post(tx, desk, &facts)
    }

    /// Payments of slips, and what came back.
    fn money(
        &mut self,
        tx: &mut Tx<'_>,
        desk: &mut Desk,
        whose: &BTreeSet<PartyId>,
    ) -> Result<(), CompanyError> {
        for payment in tx.peek_scan(&Range::<SlipPayment>::by_key(&self.run.id))? {
            let id = DocumentId::from_u128(payment.id.to_u128());
            if !whose.contains(&payment.employee) || tx.get::<PayFact>(&id)?.is_some() {
                continue;
            }
            let paid = Money::new(payment.amount.to_decimal(), desk.currency());
            self.pay(tx, desk, (payment.employee, payment.day), paid)?;
            let amount = self.amount(-payment.amount.to_decimal(), desk)?;
            tx.insert(PayFact { fact: id, amount })?;
        }
        Ok(())
    }

    fn pay(
        &mut self,
        tx: &mut Tx<'_>,
        desk: &mut Desk,
        (employee, day): (PartyId, NaiveDate),
        paid: Money,
    ) -> Result<(), CompanyError> {
        let place = Place { method: self.method.clone(), ..Place::default() };
        let on = self.money_from.map_or(day, |first| first.max(day));
        let facts = Facts::new(BusinessEvent::PayOut, on, self.document.clone()).party(employee);
        let facts = Facts { document_date: Some(day).filter(|day| *day != on), ..facts };
        self.post(tx, desk, &facts.fact(Fact::new(Figure::Paid, paid).at(place)))
    }

    /// What became of claims besides slips.
    fn steps(
        &mut self,
        tx: &mut Tx<'_>,
        desk: &mut Desk,
        taken: &Taken,
        whose: &BTreeSet<PartyId>,
    ) -> Result<(), CompanyError> {
        for deduction in taken.all.iter().filter(|one| whose.contains(&one.employee)) {
            for step in tx.peek_scan(&Range::<DeductionStep>::by_key(&deduction.id))? {
                let id = DocumentId::from_u128(step.id.to_u128());
                let (facts, amount) = match self.step(desk, &step, deduction)? {
                    Some(found) if tx.get::<PayFact>(&id)?.is_none() => found,
                    _ => continue,
                };
                self.post(tx, desk, &facts)?;
                if step.deed == DeductionDeed::Repaid {
                    let paid = Money::new(step.amount.to_decimal(), desk.currency());
                    self.pay(tx, desk, (step.employee, self.date), paid)?;
                }
                tx.insert(PayFact { fact: id, amount })?;
            }
        }
        Ok(())
    }

    /// What a step tells the books, and by how much more is owed as net pay after it.
    fn step(
        &self,
        desk: &Desk,
        step: &Arc<DeductionStep>,
        deduction: &Arc<Deduction>,
    ) -> Result<Option<(Facts, Amount)>, CompanyError> {
        let owed = match step.deed {
            DeductionDeed::Claimed | DeductionDeed::Returned => step.amount.to_decimal(),
            DeductionDeed::Repaid | DeductionDeed::Ended => Decimal::ZERO,
            _ => return Ok(None),
        };
        let journal = of_step(desk.currency(), step, deduction);
        let journal = journal.map_err(|error| self.wrong(&error))?;
        if journal.lines.is_empty() {
            return Ok(None);
        }
        let facts = self.facts(&journal, desk)?.party(step.employee);
        Ok(Some((facts, self.amount(owed, desk)?)))
    }

    /// Posts what is about one employee, and clears what of his net pay it settles.
    fn post(
        &mut self,
        tx: &mut Tx<'_>,
        desk: &mut Desk,
        facts: &Facts,
    ) -> Result<(), CompanyError> {
        let mut items: BTreeMap<SmolStr, Vec<(ItemKey, Money)>> = BTreeMap::new();
        for account in desk.accounts_of(Role::NetPay)? {
            let query = OpenItemQuery::account(account.clone());
            let query = match facts.party {
                Some(party) => query.party(party),
                None => query,
            };
            let found = open_items(tx, &query)?.items;
            items.insert(account, found.into_iter().map(|item| (item.key, item.open)).collect());
        }
        let pays = |line: u32, entry: &NewEntry| pays(line, entry, &items);
        desk.post_clearing(tx, facts, (Role::NetPay, pays))?;
        self.posted += 1;
        Ok(())
    }
}

/// What a step of what an employee owes tells the books.
pub(super) fn of_step(
    currency: Currency,
    step: &DeductionStep,
    deduction: &Deduction,
) -> Result<Journal, OutputError> {
    Journal::of_steps(currency, &[step], &[deduction])
}

/// The items that a line of an entry settles: those of the other side, the first to fall due first.
fn pays(
    line: u32,
    entry: &NewEntry,
    items: &BTreeMap<SmolStr, Vec<(ItemKey, Money)>>,
) -> Option<Pays> {
    let at = usize::try_from(line.checked_sub(1)?).ok()?;
    let posting = entry.postings.get(at)?;
    let is_debit = posting.side == Side::Debit;
    let (mut left, mut pays) = (posting.amount.amount(), Pays::new(line));
    for (key, open) in items.get(&posting.account)? {
        let part = open.amount().abs().min(left);
        if open.is_negative() != is_debit || part.is_zero() {
            continue;
        }
        left -= part;
        let signed = if is_debit { -part } else { part };
        pays = pays.part(*key, Money::new(signed, open.currency()));
    }
    Some(pays)
}

/// Which figure a line is; `None` of net pay, which all others stand against.
fn figure(line: &JournalLine) -> Option<Figure> {
    Some(match line.role {
        AccountRole::Wages => Figure::Wages,
        AccountRole::EmployerContributions => Figure::Contributions,
        AccountRole::Reimbursements => Figure::Reimbursements,
        AccountRole::Loans => Figure::Loans,
        AccountRole::Claims => Figure::Claims,
        AccountRole::Withheld => Figure::Withheld,
        AccountRole::Orders => Figure::Garnished,
        AccountRole::NetPay => return None,
    })
}

/// All that is taken from the pay of those whom slips are of.
fn taken(tx: &mut Tx<'_>, slips: &[Arc<Slip>]) -> Result<Taken, CompanyError> {
    let mut all = Vec::new();
    for slip in slips {
        all.extend(tx.peek_scan(&Range::by(Deduction::BY_EMPLOYEE, &slip.employee))?);
    }
    let kinds = all.iter().map(|one: &Arc<Deduction>| (one.id, one.kind)).collect();
    Ok(Taken { all, kinds })
}
