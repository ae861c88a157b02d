//! What the books take of a run: lines by role and cost centre, that balance whatever the slips say.
//!
//! Every line of a slip becomes two postings that are each other's opposite, between *net pay* and what the line is: an expense for what is
//! earned, a debt for what is withheld. So the whole balances by construction, and what stands on net pay at the end is what is paid out.
//! What cost centres bear is split by largest remainder, to the cent.
//!
//! Which account of the books a role is, its ledger says: nothing here names one.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use fondaco_core::allocation::{Residual, allocate_to};
use fondaco_core::report::{Column, Report, Row, word};
use fondaco_core::{Currency, Id, Money, decimal};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{OutputError, add, on_net};
use crate::rules::Kind;
use crate::runs::{
    CostShare, Deduction, DeductionDeed, DeductionKind, DeductionStep, Slip, SlipLine,
};

/// What an account is to payroll.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum AccountRole {
    /// Expense: what is earned.
    Wages,
    /// Expense: what the employer pays on top.
    EmployerContributions,
    /// Expense: what employees spent and get back.
    Reimbursements,
    /// Asset: loans and advances that are paid back.
    Loans,
    /// Asset: what employees owe the company.
    Claims,
    /// Debt: what was withheld, and what the employer adds, for authorities, insurers and plans.
    Withheld,
    /// Debt: what was withheld by orders of courts, for creditors.
    Orders,
    /// Debt: what employees get.
    NetPay,
}

impl AccountRole {
    fn word(self) -> &'static str {
        match self {
            AccountRole::Wages => "Wages",
            AccountRole::EmployerContributions => "Employer's contributions",
            AccountRole::Reimbursements => "Reimbursements",
            AccountRole::Loans => "Loans to employees",
            AccountRole::Claims => "Claims on employees",
            AccountRole::Withheld => "Taxes and contributions payable",
            AccountRole::Orders => "Garnishments payable",
            AccountRole::NetPay => "Net pay payable",
        }
    }

    /// Whether cost centres bear it.
    fn is_cost(self) -> bool {
        matches!(
            self,
            AccountRole::Wages | AccountRole::EmployerContributions | AccountRole::Reimbursements
        )
    }
}

/// One line for the books: either a debit or a credit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct JournalLine {
    /// What the account is.
    pub role: AccountRole,
    /// The component, by which the books may tell accounts of one role apart; none of net pay.
    pub component: Option<SmolStr>,
    /// The cost centre that bears it, where it is a cost and one is said.
    pub centre: Option<SmolStr>,
    /// How much, on the left.
    #[serde(with = "decimal::as_text")]
    pub debit: Decimal,
    /// How much, on the right.
    #[serde(with = "decimal::as_text")]
    pub credit: Decimal,
}

/// The lines of some slips, added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    /// What they are in.
    pub currency: Currency,
    /// By role, component and centre; none of zero.
    pub lines: Vec<JournalLine>,
}

type Key = (AccountRole, Option<SmolStr>, Option<SmolStr>);

/// Signed sums: debits above zero.
#[derive(Default)]
struct Sums(BTreeMap<Key, Decimal>);

impl Journal {
    /// The lines of slips. Which sort of thing a deduction is, tells loans, orders and claims apart from what is withheld otherwise.
    ///
    /// Among slips of which some count, those that count for nothing are left out: not approved yet, or voided. Of slips of which none
    /// counts the journal is what was posted of them, to be [`reversed`](Journal::reversed).
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let journal = Journal::of(&slips_of_january(), &BTreeMap::new())?;
    /// assert_eq!(journal.total()?.amount(), journal.lines.iter().map(|line| line.credit).sum());
    /// assert_eq!(journal.balance(AccountRole::NetPay)?.to_string(), "-2563.76");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`OutputError::NoSlip`], [`OutputError::Currency`], [`OutputError::Unbalanced`] where a slip contradicts itself,
    /// [`OutputError::Shares`] for cost centres without any share, [`OutputError::Exact`].
    pub fn of(
        slips: &[impl Borrow<Slip>],
        deductions: &BTreeMap<Id<Deduction>, DeductionKind>,
    ) -> Result<Journal, OutputError> {
        let currency = currency_of(slips)?;
        let mut sums = Sums::default();
        let any = slips.iter().any(|slip| slip.borrow().status.counts());
        let slips = slips.iter().map(Borrow::borrow);
        for slip in slips.filter(|slip| slip.status.counts() || !any) {
            let mut net = Decimal::ZERO;
            for line in slip.lines.iter() {
                add("net pay", &mut net, on_net(line))?;
                sums.take(slip, line, deductions)?;
            }
            let said = slip.net.to_decimal();
            if net != said {
                let (number, lines) = (slip.number.clone(), net);
                return Err(OutputError::Unbalanced { number, lines, net: said });
            }
        }
        Ok(Journal { currency, lines: sums.lines() })
    }

    /// The lines of what moved claims and loans besides slips: money of a voided slip that had left becomes a claim, and the claim ends as
    /// it comes back from the bank, is paid back or is let go. The money itself is the books' own entry against net pay; what is let go is
    /// borne as wages. What was owed to begin with is in the books already, and orders are no claims of the company.
    ///
    /// # Errors
    /// [`OutputError::Exact`].
    pub fn of_steps(
        currency: Currency,
        steps: &[impl Borrow<DeductionStep>],
        deductions: &[impl Borrow<Deduction>],
    ) -> Result<Journal, OutputError> {
        let mut sums = Sums::default();
        for step in steps.iter().map(Borrow::borrow) {
            let mut all = deductions.iter().map(Borrow::borrow);
            let known: Option<&Deduction> = all.find(|known| known.id == step.deduction);
            let component = known.map(|known| known.component.clone());
            let role = match known.map(|known| known.kind) {
                Some(DeductionKind::Loan | DeductionKind::Advance) => AccountRole::Loans,
                Some(DeductionKind::Order | DeductionKind::Other) => continue,
                Some(DeductionKind::Claim) | None => AccountRole::Claims,
            };
            let other = match step.deed {
                DeductionDeed::Set | DeductionDeed::Changed => continue,
                DeductionDeed::Ended => (AccountRole::Wages, component.clone(), None),
                DeductionDeed::Claimed | DeductionDeed::Returned | DeductionDeed::Repaid => {
                    (AccountRole::NetPay, None, None)
                }
            };
            sums.pair((role, component, None), other, step.amount.to_decimal())?;
        }
        Ok(Journal { currency, lines: sums.lines() })
    }

    /// The same with sides changed: what takes back slips that were voided after they were posted.
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let journal = Journal::of(&slips_of_january(), &BTreeMap::new())?;
    /// let back = journal.reversed();
    /// assert_eq!(back.balance(AccountRole::NetPay)?, -journal.balance(AccountRole::NetPay)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn reversed(&self) -> Journal {
        let turned = |line: &JournalLine| JournalLine {
            debit: line.credit,
            credit: line.debit,
            ..line.clone()
        };
        Journal { currency: self.currency, lines: self.lines.iter().map(turned).collect() }
    }

    /// What the debits come to, and so the credits.
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let journal = Journal::of(&slips_of_january(), &BTreeMap::new())?;
    /// assert_eq!(journal.total()?.to_string(), "4014.00 EUR");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`OutputError::Exact`].
    pub fn total(&self) -> Result<Money, OutputError> {
        let mut total = Decimal::ZERO;
        for line in &self.lines {
            add("the journal's total", &mut total, line.debit)?;
        }
        Ok(Money::new(total, self.currency))
    }

    /// What stands under a role, debits less credits.
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let journal = Journal::of(&slips_of_january(), &BTreeMap::new())?;
    /// assert_eq!(journal.balance(AccountRole::Wages)?, 3000.into());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`OutputError::Exact`].
    pub fn balance(&self, role: AccountRole) -> Result<Decimal, OutputError> {
        let mut sum = Decimal::ZERO;
        for line in self.lines.iter().filter(|line| line.role == role) {
            add("a balance", &mut sum, line.debit)?;
            add("a balance", &mut sum, -line.credit)?;
        }
        Ok(sum)
    }

    /// The lines as a table, with both totals.
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let text = Journal::of(&slips_of_january(), &BTreeMap::new())?.to_report()?.to_string();
    /// assert!(text.contains("SALES") && text.contains("2,563.76"), "{text}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`OutputError::Exact`].
    pub fn to_report(&self) -> Result<Report, OutputError> {
        let mut report = Report::new(word("Journal lines"))
            .column(Column::text(word("Account")).naming_rows())
            .column(Column::text(word("Component")))
            .column(Column::text(word("Cost centre")))
            .column(Column::amount(word("Debit"), self.currency))
            .column(Column::amount(word("Credit"), self.currency));
        let shown = |side: Decimal| (!side.is_zero()).then_some(side).into();
        for line in &self.lines {
            report.push(Row::new([
                word(line.role.word()),
                line.component.clone().into(),
                line.centre.clone().into(),
                shown(line.debit),
                shown(line.credit),
            ]));
        }
        let total = self.total()?.amount();
        report.push(Row::total([
            word("Total"),
            None::<SmolStr>.into(),
            None::<SmolStr>.into(),
            total.into(),
            total.into(),
        ]));
        Ok(report)
    }
}

/// The one currency of slips.
pub(super) fn currency_of(slips: &[impl Borrow<Slip>]) -> Result<Currency, OutputError> {
    let mut slips = slips.iter().map(Borrow::borrow);
    let wanted = slips.next().ok_or(OutputError::NoSlip)?.currency;
    match slips.find(|slip| slip.currency != wanted) {
        Some(slip) => {
            Err(OutputError::Currency { number: slip.number.clone(), found: slip.currency, wanted })
        }
        None => Ok(wanted),
    }
}

impl Sums {
    /// A line of a slip: what it is on one side, its opposite on the other.
    fn take(
        &mut self,
        slip: &Slip,
        line: &SlipLine,
        deductions: &BTreeMap<Id<Deduction>, DeductionKind>,
    ) -> Result<(), OutputError> {
        let component = Some(line.component.clone());
        let net = (AccountRole::NetPay, None, None);
        let owed = |role| (role, component.clone(), None);
        let minus = decimal::normalize(-line.amount);
        match line.kind {
            Kind::Earning => self.cost(AccountRole::Wages, net, slip, line),
            Kind::Reimbursement => self.cost(AccountRole::Reimbursements, net, slip, line),
            Kind::Employer => {
                let other = owed(AccountRole::Withheld);
                self.cost(AccountRole::EmployerContributions, other, slip, line)
            }
            Kind::PreTax | Kind::Tax => self.pair(owed(AccountRole::Withheld), net, minus),
            Kind::PostTax => {
                let role = taken_for(line, deductions);
                self.pair(owed(role), net, minus)
            }
            Kind::Benefit | Kind::Information | Kind::Value => Ok(()),
        }
    }

    /// A cost by those who bear it, and its opposite as a whole.
    fn cost(
        &mut self,
        role: AccountRole,
        other: Key,
        slip: &Slip,
        line: &SlipLine,
    ) -> Result<(), OutputError> {
        debug_assert!(role.is_cost(), "nobody bears what is no cost");
        for (centre, part) in borne(slip, line)? {
            self.pair((role, Some(line.component.clone()), centre), other.clone(), part)?;
        }
        Ok(())
    }

    fn pair(&mut self, of: Key, other: Key, amount: Decimal) -> Result<(), OutputError> {
        add("a sum of the journal", self.0.entry(of).or_default(), amount)?;
        add("a sum of the journal", self.0.entry(other).or_default(), -amount)
    }

    fn lines(self) -> Vec<JournalLine> {
        let some = self.0.into_iter().filter(|(_, sum)| !sum.is_zero());
        let line = |((role, component, centre), sum): (Key, Decimal)| {
            let (debit, credit) = match sum.is_sign_negative() {
                true => (Decimal::ZERO, decimal::normalize(-sum)),
                false => (decimal::normalize(sum), Decimal::ZERO),
            };
            JournalLine { role, component, centre, debit, credit }
        };
        some.map(line).collect()
    }
}

/// Whose it is what is taken after taxes.
fn taken_for(line: &SlipLine, deductions: &BTreeMap<Id<Deduction>, DeductionKind>) -> AccountRole {
    let kind = line.deduction.map(|id| deductions.get(&id));
    match kind {
        Some(Some(DeductionKind::Loan | DeductionKind::Advance)) => AccountRole::Loans,
        Some(Some(DeductionKind::Order)) => AccountRole::Orders,
        // A claim that the slip itself makes is not known yet to whoever asks.
        Some(Some(DeductionKind::Claim) | None) => AccountRole::Claims,
        Some(Some(DeductionKind::Other)) | None => AccountRole::Withheld,
    }
}

/// Who bears how much of a line: its own cost centres, else those of its slip, else nobody in particular. The parts come to the whole.
pub(super) fn borne(
    slip: &Slip,
    line: &SlipLine,
) -> Result<Vec<(Option<SmolStr>, Decimal)>, OutputError> {
    let shares: &[CostShare] = match line.shares.is_empty() {
        true => &slip.input.shares,
        false => &line.shares,
    };
    let [first, others @ ..] = shares else { return Ok(vec![(None, line.amount)]) };
    if others.is_empty() {
        return Ok(vec![(Some(first.centre.clone()), line.amount)]);
    }
    let weights: Vec<Decimal> = shares.iter().map(|share| share.share).collect();
    let digits = slip.currency.minor_units().unwrap_or(2).max(line.amount.normalize().scale());
    let whole = Money::new(line.amount, slip.currency);
    let parts =
        allocate_to(digits, whole, &weights, Residual::LargestRemainder).map_err(|error| {
            let (number, component) = (slip.number.clone(), line.component.clone());
            OutputError::Shares { number, component, error }
        })?;
    let named = shares.iter().map(|share| Some(share.centre.clone()));
    Ok(named.zip(parts.into_iter().map(Money::amount)).collect())
}
