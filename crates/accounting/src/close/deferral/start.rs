//! Starting a deferral.

use chrono::NaiveDate;
use fondaco_core::store::{Event, Tags};
use fondaco_core::{Act, Currency, Money, PartyId, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::SpreadPlan;
use super::recognise::settle;
use super::records::{Deferral, DeferralPart, DeferralStatus};
use crate::close::CloseError;
use crate::ledger::rights::{self, Asking};
use crate::ledger::{
    Account, Amount, Journal, LedgerError, Settings, Side, check_code, check_dimensions,
    check_entry, check_text, is_closed, post_now,
};

/// Spreads an amount over periods.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartDeferral {
    /// What names it for ever, among deferrals.
    pub code: SmolStr,
    /// The journal of its entries.
    pub journal: SmolStr,
    /// The account of the balance sheet on which the amount stands.
    pub deferred_on: SmolStr,
    /// The account of income or expense that takes the parts.
    pub recognised_on: SmolStr,
    /// On which side that takes them.
    pub side: Side,
    /// All of it.
    pub amount: Money,
    /// What a foreign amount is worth in the ledger's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worth: Option<Money>,
    /// How it is spread.
    pub plan: SpreadPlan,
    /// The day on which the amount is moved from `recognised_on` to `deferred_on`; `None` where it stands there already, or,
    /// of an accrual, will be settled there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<NaiveDate>,
    /// The document it comes from; `None` for `deferral/` and the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SmolStr>,
    /// What people read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<SmolStr>,
    /// With whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyId>,
    /// The dimensions of its postings.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub dimensions: Tags,
}

impl StartDeferral {
    /// An expense: paid before it is spent, or, where `deferred_on` is a liability, spent before it is billed.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::{RecogniseDeferrals, SpreadPlan, StartDeferral};
    /// let prepaid = NewAccount::new("1900", "Prepaid", AccountClass::Asset);
    /// books.send("prepaid", &OpenAccounts::new(vec![prepaid]))?;
    /// let plan = SpreadPlan::periods(day("2026-02-01"), 3);
    /// let rent = StartDeferral::expense("rent", "GEN", ("1900", "5100"), eur("40"), plan);
    /// books.send("three months' rent", &rent.moved_on(day("2026-02-01")))?;
    /// books.send("February and March", &RecogniseDeferrals::through(day("2026-03-31")))?;
    /// let deferred = books.deferred("1900", day("2026-03-31"))?;
    /// assert_eq!(deferred.total, eur("13.33").amount());
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn expense(
        code: impl Into<SmolStr>,
        journal: impl Into<SmolStr>,
        accounts: (impl Into<SmolStr>, impl Into<SmolStr>),
        amount: Money,
        plan: SpreadPlan,
    ) -> StartDeferral {
        StartDeferral {
            code: code.into(),
            journal: journal.into(),
            deferred_on: accounts.0.into(),
            recognised_on: accounts.1.into(),
            side: Side::Debit,
            amount,
            worth: None,
            plan,
            moved: None,
            source: None,
            text: None,
            party: None,
            dimensions: Tags::default(),
        }
    }

    /// An income: billed before it is earned, or, where `deferred_on` is an asset, earned before it is billed.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::{RecogniseDeferrals, SpreadPlan, StartDeferral};
    /// let days = SpreadPlan::days("2026-01-05/2026-03-05".parse()?);
    /// let licence = StartDeferral::income("licence", "GEN", ("2200", "4000"), eur("100"), days)
    ///     .moved_on(day("2026-01-05")) // the invoice is income, until this
    ///     .source("invoice/1");
    /// books.send("licence", &licence)?;
    /// books.send("January", &RecogniseDeferrals::through(day("2026-01-31")))?;
    /// let january = books.income_statement(day("2026-01-01"), day("2026-01-31"))?;
    /// assert_eq!(january.result, eur("45").amount()); // 27 of 60 days
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn income(
        code: impl Into<SmolStr>,
        journal: impl Into<SmolStr>,
        accounts: (impl Into<SmolStr>, impl Into<SmolStr>),
        amount: Money,
        plan: SpreadPlan,
    ) -> StartDeferral {
        let side = Side::Credit;
        StartDeferral { side, ..StartDeferral::expense(code, journal, accounts, amount, plan) }
    }

    /// What a foreign amount is worth in the ledger's currency.
    #[must_use]
    pub fn worth(mut self, worth: Money) -> StartDeferral {
        self.worth = Some(worth);
        self
    }

    /// Moves the amount to the balance sheet on this day.
    #[must_use]
    pub fn moved_on(mut self, date: NaiveDate) -> StartDeferral {
        self.moved = Some(date);
        self
    }

    /// The document it comes from.
    #[must_use]
    pub fn source(mut self, source: impl Into<SmolStr>) -> StartDeferral {
        self.source = Some(source.into());
        self
    }

    /// What people read.
    #[must_use]
    pub fn text(mut self, text: impl Into<SmolStr>) -> StartDeferral {
        self.text = Some(text.into());
        self
    }

    /// With whom.
    #[must_use]
    pub fn party(mut self, party: PartyId) -> StartDeferral {
        self.party = Some(party);
        self
    }

    /// A dimension of its postings.
    #[must_use]
    pub fn dimension(
        mut self,
        name: impl Into<SmolStr>,
        value: impl Into<SmolStr>,
    ) -> StartDeferral {
        self.dimensions.set(name, value);
        self
    }

    fn check(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        check_code("deferral", &self.code)?;
        check_text("source", &self.source)?;
        check_text("text", &self.text)?;
        check_dimensions(self.dimensions.iter().map(|(name, _)| name))?;
        check_text("dimensions", &self.dimensions)?;
        if self.deferred_on == self.recognised_on {
            let why = format!("from {0} to {0}: name two accounts", self.deferred_on);
            return Err(CloseError::BadSpread { why }.into());
        }
        for code in [&self.deferred_on, &self.recognised_on] {
            let unknown = || LedgerError::UnknownAccount { code: code.clone() };
            let account = tx.get::<Account>(code)?.ok_or_else(unknown)?;
            if account.heading {
                return Err(LedgerError::Heading { code: code.clone() });
            }
            let found = self.amount.currency();
            if let Some(expected) = account.currency.filter(|currency| *currency != found) {
                return Err(LedgerError::WrongCurrency { code: code.clone(), expected, found });
            }
        }
        let unknown = || LedgerError::UnknownJournal { code: self.journal.clone() };
        tx.get::<Journal>(&self.journal)?.ok_or_else(unknown)?;
        if !self.amount.is_positive() {
            let (code, amount) = (self.deferred_on.clone(), self.amount);
            return Err(LedgerError::Negative { code, amount });
        }
        Ok(())
    }

    /// What the amount is worth.
    fn in_ledger(&self, ledger: Currency) -> Result<Money, LedgerError> {
        let worth = match self.amount.currency() == ledger {
            true => Some(self.amount),
            false => self.worth.filter(|worth| worth.currency() == ledger),
        };
        worth.filter(|worth| !worth.is_negative()).ok_or_else(|| LedgerError::BadInput {
            what: "worth",
            why: format!(
                "{} is worth something in {ledger} where it was posted: give that",
                self.amount
            ),
        })
    }
}

impl Act for StartDeferral {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let mut asking = Asking::new(tx, &rights::PLAN)?;
        let ledger = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?.currency;
        self.check(tx)?;
        if tx.get::<Deferral>(&self.code)?.is_some() {
            return Err(LedgerError::Exists { what: "deferral", code: self.code.clone() });
        }
        let worth = self.in_ledger(ledger)?;
        let mut deferral = Deferral {
            code: self.code.clone(),
            status: DeferralStatus::Active,
            journal: self.journal.clone(),
            deferred_on: self.deferred_on.clone(),
            recognised_on: self.recognised_on.clone(),
            side: self.side,
            currency: self.amount.currency(),
            amount: exact(&self.deferred_on, self.amount)?,
            ledger_amount: exact(&self.deferred_on, worth)?,
            source: self.source.clone().unwrap_or_else(|| format!("deferral/{}", self.code).into()),
            text: self.text.clone(),
            party: self.party,
            dimensions: self.dimensions.clone(),
            parts: 0,
            moved_by: None,
        };
        let first = self.moved.map_or_else(|| tx.today(), Ok)?;
        asking.allow_plan(tx, &deferral.moving(ledger, first))?;
        let parts = plan(&mut deferral, &self.plan, (self.amount, worth))?;
        try_out(tx, &deferral, ledger, &parts)?;
        if let Some(date) = self.moved {
            deferral.moved_by = Some(post_now(tx, &deferral.moving(ledger, date))?.id);
        }
        tx.emit(Event::new("ledger.deferral_started").with("code", self.code.clone()));
        settle(tx, &deferral, parts.iter().map(|part| part.date).min(), None)?;
        tx.insert_all(parts)?;
        Ok(tx.insert(deferral)?)
    }
}

/// Whether the first and the last part could be recognised, but for days that are closed, or in no period yet: else each
/// would be refused when it falls due, by a clock that nobody watches.
fn try_out(
    tx: &mut Tx<'_>,
    deferral: &Deferral,
    ledger: Currency,
    parts: &[DeferralPart],
) -> Result<(), LedgerError> {
    let ends = [parts.first(), parts.last().filter(|_| parts.len() > 1)];
    for part in ends.into_iter().flatten() {
        let worth = (part.amount, part.ledger_amount);
        match check_entry(tx, &deferral.recognition(ledger, part.date, worth)) {
            Err(refusal) if !is_closed(&refusal) => return Err(refusal),
            _ => {}
        }
    }
    Ok(())
}

/// The parts of an amount, numbered on from those that the deferral had.
pub(super) fn plan(
    deferral: &mut Deferral,
    plan: &SpreadPlan,
    (amount, worth): (Money, Money),
) -> Result<Vec<DeferralPart>, LedgerError> {
    let mut parts = Vec::new();
    for (date, amount, worth) in plan.split(amount, worth)? {
        deferral.parts += 1;
        parts.push(DeferralPart {
            code: deferral.code.clone(),
            number: deferral.parts,
            date,
            due: Some(date),
            amount: exact(&deferral.deferred_on, amount)?,
            ledger_amount: exact(&deferral.deferred_on, worth)?,
            entry: None,
        });
    }
    Ok(parts)
}

/// An amount as it is stored.
pub(super) fn exact(account: &SmolStr, money: Money) -> Result<Amount, LedgerError> {
    let code = || account.clone();
    if !money.is_rounded() {
        let digits = money.currency().minor_units().unwrap_or(0);
        return Err(LedgerError::TooManyDigits { code: code(), amount: money, digits });
    }
    let too_large = || LedgerError::TooLarge { code: code(), amount: money.amount() };
    Amount::from_decimal(money.amount()).ok_or_else(too_large)
}
