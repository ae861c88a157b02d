//! Naming the accounts that take exchange differences.

use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Tags};
use fondaco_core::{Act, Currency, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::records::scope;
use super::{ExchangeAccounts, ExchangeError};
use crate::ledger::account::existing;
use crate::ledger::{AccountClass, Journal, LedgerError, Settings, check_dimensions, rights};
use crate::parallel::check_all_ledgers;

/// Names the accounts that take exchange differences: of the whole ledger, unless [`of_account`](SetExchangeAccounts::of_account)
/// or [`of_currency`](SetExchangeAccounts::of_currency) say of what. Named again, the new ones count from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetExchangeAccounts {
    /// The account whose differences are meant, or a heading for all under it; `None` for all.
    #[serde(default)]
    pub of_account: Option<SmolStr>,
    /// The currency that is meant; `None` for all.
    #[serde(default)]
    pub of_currency: Option<Currency>,
    /// See [`ExchangeAccounts::journal`].
    pub journal: SmolStr,
    /// See [`ExchangeAccounts::gain`].
    pub gain: SmolStr,
    /// See [`ExchangeAccounts::loss`].
    pub loss: SmolStr,
    /// See [`ExchangeAccounts::unrealised_gain`].
    #[serde(default)]
    pub unrealised_gain: Option<SmolStr>,
    /// See [`ExchangeAccounts::unrealised_loss`].
    #[serde(default)]
    pub unrealised_loss: Option<SmolStr>,
    /// See [`ExchangeAccounts::adjustment`].
    #[serde(default)]
    pub adjustment: Option<SmolStr>,
    /// See [`ExchangeAccounts::dimensions`].
    #[serde(default)]
    pub dimensions: Tags,
}

impl SetExchangeAccounts {
    /// For the whole ledger: what takes gains, and what takes losses; one account may take both.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::currency::SetExchangeAccounts;
    /// let all = SetExchangeAccounts::new("GEN", "4000", "5100");
    /// books.send("differences", &all.clone())?;
    /// books.send("of dollars", &all.of_currency(Currency::USD).dimension("desk", "dollars"))?;
    /// let heading = books.send("heading", &SetExchangeAccounts::new("GEN", "1", "5100")).unwrap_err();
    /// assert_eq!(
    ///     heading.to_string(),
    ///     "account 1 can't take exchange differences: it is a heading; name an account under it",
    /// );
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(
        journal: impl Into<SmolStr>,
        gain: impl Into<SmolStr>,
        loss: impl Into<SmolStr>,
    ) -> SetExchangeAccounts {
        SetExchangeAccounts {
            of_account: None,
            of_currency: None,
            journal: journal.into(),
            gain: gain.into(),
            loss: loss.into(),
            unrealised_gain: None,
            unrealised_loss: None,
            adjustment: None,
            dimensions: Tags::default(),
        }
    }

    /// Of this account alone, or of all under this heading.
    #[must_use]
    pub fn of_account(mut self, code: impl Into<SmolStr>) -> SetExchangeAccounts {
        self.of_account = Some(code.into());
        self
    }

    /// In this currency alone.
    #[must_use]
    pub fn of_currency(mut self, currency: Currency) -> SetExchangeAccounts {
        self.of_currency = Some(currency);
        self
    }

    /// What is not realised yet goes to accounts of its own.
    #[must_use]
    pub fn unrealised(
        mut self,
        gain: impl Into<SmolStr>,
        loss: impl Into<SmolStr>,
    ) -> SetExchangeAccounts {
        (self.unrealised_gain, self.unrealised_loss) = (Some(gain.into()), Some(loss.into()));
        self
    }

    /// A revaluation leaves the valued account as it is and posts to this one.
    #[must_use]
    pub fn adjustment(mut self, code: impl Into<SmolStr>) -> SetExchangeAccounts {
        self.adjustment = Some(code.into());
        self
    }

    /// Gains and losses have this dimension.
    #[must_use]
    pub fn dimension(
        mut self,
        name: impl Into<SmolStr>,
        value: impl Into<SmolStr>,
    ) -> SetExchangeAccounts {
        self.dimensions.set(name, value);
        self
    }

    fn check(&self, tx: &mut Tx<'_>, ledger: Currency) -> Result<(), LedgerError> {
        if let Some(currency) = self.of_currency.filter(|currency| *currency == ledger) {
            return Err(ExchangeError::OwnCurrency { currency }.into());
        }
        if let Some(code) = &self.of_account {
            existing(tx, code)?;
        }
        let unknown = || LedgerError::UnknownJournal { code: self.journal.clone() };
        let journal = tx.get::<Journal>(&self.journal)?.ok_or_else(unknown)?;
        check_all_ledgers(&journal, "exchange differences")?;
        check_dimensions(self.dimensions.iter().map(|(name, _)| name))?;
        // Gains and losses are results, or equity's: IAS 21 paragraph 32 takes those of a net investment there. What is not
        // realised may stand in the balance sheet instead, as French books have it (PCG: accounts 476 and 477).
        let results = [AccountClass::Income, AccountClass::Expense, AccountClass::Equity];
        for code in [&self.gain, &self.loss] {
            let why = "it is no account of income, expense or equity; name one that is";
            takes(tx, code, ledger, |class| results.contains(&class), why)?;
        }
        for code in self.unrealised_gain.iter().chain(&self.unrealised_loss) {
            takes(tx, code, ledger, |_| true, "")?;
        }
        // What stands for an account must not be valued or cleared itself.
        let Some(code) = &self.adjustment else { return Ok(()) };
        let monetary = [AccountClass::Asset, AccountClass::Liability];
        let why = "it is no asset or liability, as what it would stand for is; name one that is";
        takes(tx, code, ledger, |class| monetary.contains(&class), why)?;
        if self.of_account.as_ref() == Some(code) {
            let why = "it is the account for which it would stand; leave the adjustment out";
            return Err(ExchangeError::BadAccount { code: code.clone(), why }.into());
        }
        Ok(())
    }
}

/// Refuses an account that can't take amounts in the ledger's currency by itself, or is of a class that does not fit.
fn takes(
    tx: &mut Tx<'_>,
    code: &SmolStr,
    ledger: Currency,
    fits: impl Fn(AccountClass) -> bool,
    no_fit: &'static str,
) -> Result<(), LedgerError> {
    let account = existing(tx, code)?;
    let why = match () {
        () if account.heading => "it is a heading; name an account under it",
        () if account.open_items.is_some() => "it is kept by open items; name one that is not",
        () if account.currency.is_some_and(|currency| currency != ledger) => {
            "it holds another currency than the ledger's; name one that holds any"
        }
        () if !fits(account.class) => no_fit,
        () => return Ok(()),
    };
    Err(ExchangeError::BadAccount { code: code.clone(), why }.into())
}

impl Act for SetExchangeAccounts {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&Request::new(&rights::SET_EXCHANGE_ACCOUNTS))?;
        let settings = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
        self.check(tx, settings.currency)?;
        let (of_account, of_currency) =
            ExchangeAccounts::key_of(self.of_account.as_ref(), self.of_currency);
        let named = self.clone();
        let row = ExchangeAccounts {
            of_account: of_account.clone(),
            of_currency: of_currency.clone(),
            journal: named.journal,
            gain: named.gain,
            loss: named.loss,
            unrealised_gain: named.unrealised_gain,
            unrealised_loss: named.unrealised_loss,
            adjustment: named.adjustment,
            dimensions: named.dimensions,
        };
        let event = event("currency.exchange_accounts_set", &of_account, &of_currency);
        tx.emit(event);
        tx.upsert(row)?;
        Ok(())
    }
}

fn event(name: &'static str, account: &SmolStr, currency: &SmolStr) -> Event {
    let event = Event::new(name).with("account", account.clone());
    event.with("currency", currency.clone())
}

/// Takes a naming back: what is less close counts again, or nothing is posted from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveExchangeAccounts {
    /// As it was named.
    #[serde(default)]
    pub of_account: Option<SmolStr>,
    /// As it was named.
    #[serde(default)]
    pub of_currency: Option<Currency>,
}

impl RemoveExchangeAccounts {
    /// That of this account, or of all, in this currency, or in all.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::currency::{RemoveExchangeAccounts, SetExchangeAccounts};
    /// books.send("differences", &SetExchangeAccounts::new("GEN", "4000", "5100"))?;
    /// books.send("no more", &RemoveExchangeAccounts::new(None, None))?;
    /// let again = books.send("again", &RemoveExchangeAccounts::new(None, None)).unwrap_err();
    /// assert_eq!(again.code(), "accounting.exchange_not_named");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(
        of_account: Option<SmolStr>,
        of_currency: Option<Currency>,
    ) -> RemoveExchangeAccounts {
        RemoveExchangeAccounts { of_account, of_currency }
    }
}

impl Act for RemoveExchangeAccounts {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&Request::new(&rights::SET_EXCHANGE_ACCOUNTS))?;
        let key = ExchangeAccounts::key_of(self.of_account.as_ref(), self.of_currency);
        if tx.get::<ExchangeAccounts>(&key)?.is_none() {
            return Err(ExchangeError::NotNamed { scope: scope(&key.0, &key.1) }.into());
        }
        tx.emit(event("currency.exchange_accounts_removed", &key.0, &key.1));
        Ok(tx.delete::<ExchangeAccounts>(&key)?)
    }
}
