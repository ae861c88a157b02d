//! Setting rules.

use std::collections::BTreeMap;

use fondaco_core::policy::Request;
use fondaco_core::store::Event;
use fondaco_core::{Act, Range, Tx, decimal};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{AllocationRule, AllocationShare, BasisKind, CostAllocationError};
use crate::dimensions::check_heading;
use crate::ledger::account::{check_code, check_name, existing};
use crate::ledger::{Journal, LedgerError, check_dimensions, rights};
use crate::parallel::check_all_ledgers;

/// Sets how something is shared out; set again, the new rule counts for runs from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetAllocation {
    /// See [`AllocationRule::code`].
    pub code: SmolStr,
    /// See [`AllocationRule::name`].
    pub name: SmolStr,
    /// See [`AllocationRule::journal`].
    pub journal: SmolStr,
    /// See [`AllocationRule::pool`].
    pub pool: SmolStr,
    /// See [`AllocationRule::dimension`].
    pub dimension: SmolStr,
    /// See [`AllocationRule::pool_value`].
    pub pool_value: SmolStr,
    /// See [`AllocationRule::to_account`].
    #[serde(default)]
    pub to_account: Option<SmolStr>,
    /// By what it is shared.
    #[serde(default = "shares")]
    pub basis: BasisKind,
    /// The statistic or the account of the basis.
    #[serde(default)]
    pub basis_of: Option<SmolStr>,
    /// The receivers' shares, where it goes by such: any weights above zero.
    #[serde(default)]
    pub shares: Vec<AllocationWeight>,
    /// See [`AllocationRule::receivers`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receivers: Option<SmolStr>,
}

fn shares() -> BasisKind {
    BasisKind::Shares
}

/// A receiver and its weight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllocationWeight {
    /// The receiver.
    pub value: SmolStr,
    /// Its weight.
    #[serde(with = "decimal::as_text")]
    pub weight: Decimal,
}

impl SetAllocation {
    /// Shares what `pool`, an account or heading, bears with the value `pool_value` of `dimension`; by nothing yet.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::allocation::SetAllocation;
    /// let rent = SetAllocation::new("rent", "Rent", "GEN", "5100", "cost_centre", "900");
    /// let error = books.send("without shares", &rent.clone()).unwrap_err();
    /// assert_eq!(error.to_string(), "allocation rent: nobody has a share; give at least one, or a statistic or an account");
    /// books.send("rent", &rent.share("10", 3.into()).share("20", 1.into()))?;
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(
        code: impl Into<SmolStr>,
        name: impl Into<SmolStr>,
        journal: impl Into<SmolStr>,
        pool: impl Into<SmolStr>,
        dimension: impl Into<SmolStr>,
        pool_value: impl Into<SmolStr>,
    ) -> SetAllocation {
        SetAllocation {
            code: code.into(),
            name: name.into(),
            journal: journal.into(),
            pool: pool.into(),
            dimension: dimension.into(),
            pool_value: pool_value.into(),
            to_account: None,
            basis: BasisKind::Shares,
            basis_of: None,
            shares: Vec::new(),
            receivers: None,
        }
    }

    /// Receivers are debited on this account instead of the pool's.
    #[must_use]
    pub fn to_account(mut self, code: impl Into<SmolStr>) -> SetAllocation {
        self.to_account = Some(code.into());
        self
    }

    /// This receiver has this share.
    #[must_use]
    pub fn share(mut self, value: impl Into<SmolStr>, weight: Decimal) -> SetAllocation {
        self.shares.push(AllocationWeight { value: value.into(), weight });
        self
    }

    /// Only values under this heading of the dimension's tree receive, as it stands on the last day of the period.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_centres(); // SALES over EAST and WEST, EAST over 10 and 11, WEST over 20
    /// use fondaco_accounting::allocation::{RecordStatistics, SetAllocation};
    /// let rent = NewEntry::new("GEN", day("2026-03-01"))
    ///     .posting(NewPosting::debit("5100", eur("9")).dimension("cost_centre", "20"))
    ///     .credit("1000", eur("9"));
    /// books.post("rent", rent)?;
    /// let heads = RecordStatistics::new("heads", 202_603);
    /// books.send("heads", &heads.value("10", 1.into()).value("11", 2.into()).value("20", 7.into()))?;
    /// let rule = SetAllocation::new("rent", "Rent", "GEN", "5100", "cost_centre", "20");
    /// books.send("rule", &rule.by_statistic("heads").among("EAST"))?;
    /// let shared = books.allocation("rent", 202_603)?;
    /// let parts: Vec<_> = shared.lines.iter().map(|line| (line.value.as_str(), line.amount)).collect();
    /// assert_eq!(parts, [("10", eur("3")), ("11", eur("6"))]);
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn among(mut self, heading: impl Into<SmolStr>) -> SetAllocation {
        self.receivers = Some(heading.into());
        self
    }

    /// By a statistical figure: what was recorded for the period, or what was recorded before and holds [until the next one](super::RecordStatistics::until_next).
    #[must_use]
    pub fn by_statistic(mut self, name: impl Into<SmolStr>) -> SetAllocation {
        (self.basis, self.basis_of) = (BasisKind::Statistic, Some(name.into()));
        self
    }

    /// By this account, or all under this heading: what each receiver has on it at the end of the period where it is of the balance
    /// sheet, such as machines; what it moved in the period where it is of income or expenses, such as sales.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::allocation::SetAllocation;
    /// books.send("machines", &OpenAccounts::new(vec![NewAccount::new("1500", "Machines", AccountClass::Asset)]))?;
    /// let spent = |date, account, centre, amount| {
    ///     let to = NewPosting::debit(account, eur(amount)).dimension("cost_centre", centre);
    ///     NewEntry::new("GEN", day(date)).posting(to).credit("1000", eur(amount))
    /// };
    /// books.post("of 10", spent("2026-01-10", "1500", "10", "300"))?;
    /// books.post("of 20", spent("2026-02-10", "1500", "20", "100"))?;
    /// books.post("power", spent("2026-03-10", "5100", "900", "40"))?;
    /// let rule = SetAllocation::new("power", "Power", "GEN", "5100", "cost_centre", "900");
    /// books.send("rule", &rule.by_account("1500"))?;
    /// let parts: Vec<_> = books.allocation("power", 202_603)?.lines.iter().map(|line| line.amount).collect();
    /// assert_eq!(parts, [eur("30"), eur("10")]);
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn by_account(mut self, code: impl Into<SmolStr>) -> SetAllocation {
        (self.basis, self.basis_of) = (BasisKind::Account, Some(code.into()));
        self
    }

    fn check(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        check_code("allocation", &self.code)?;
        check_name("allocation name", &self.name)?;
        check_dimensions([self.dimension.as_str()].into_iter())?;
        let unknown = || LedgerError::UnknownJournal { code: self.journal.clone() };
        let journal = tx.get::<Journal>(&self.journal)?.ok_or_else(unknown)?;
        check_all_ledgers(&journal, "allocations")?;
        existing(tx, &self.pool)?;
        if let Some(heading) = &self.receivers {
            check_heading(tx, &self.dimension, heading)?;
        }
        let bad =
            |why: String| Err(CostAllocationError::BadRule { code: self.code.clone(), why }.into());
        if let Some(code) = &self.to_account
            && existing(tx, code)?.heading
        {
            return bad(format!("account {code} is a heading; debit an account under it"));
        }
        match (self.basis, &self.basis_of) {
            (BasisKind::Account, Some(code)) => {
                existing(tx, code)?;
            }
            (BasisKind::Statistic, Some(name)) => check_code("statistic", name)?,
            (BasisKind::Shares, None) => return self.check_shares(),
            (BasisKind::Shares, Some(_)) => {
                return bad("it goes by its own shares; name no other basis".into());
            }
            (_, None) => return bad("it goes by something that is not named; name it".into()),
        }
        match self.shares.is_empty() {
            true => Ok(()),
            false => bad("it goes by something else; leave its shares out".into()),
        }
    }

    fn check_shares(&self) -> Result<(), LedgerError> {
        let bad =
            |why: String| Err(CostAllocationError::BadRule { code: self.code.clone(), why }.into());
        let mut known = BTreeMap::new();
        for AllocationWeight { value, weight } in &self.shares {
            if *weight <= Decimal::ZERO {
                return bad(format!("{value} has a share of {weight}; shares are above zero"));
            }
            if *value == self.pool_value {
                return bad(format!("{value} is the pool's own; leave it out"));
            }
            if known.insert(value, weight).is_some() {
                return bad(format!("{value} has two shares; give it one"));
            }
        }
        match known.is_empty() {
            true => {
                bad("nobody has a share; give at least one, or a statistic or an account".into())
            }
            false => Ok(()),
        }
    }
}

impl Act for SetAllocation {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&Request::new(&rights::SET_ALLOCATION).about(self.code.clone()))?;
        self.check(tx)?;
        drop_shares(tx, &self.code)?;
        for AllocationWeight { value, weight } in &self.shares {
            let (rule, value, share) = (self.code.clone(), value.clone(), *weight);
            let share = AllocationShare { rule, value, share: decimal::normalize(share) };
            tx.upsert(share)?;
        }
        let given = self.clone();
        let rule = AllocationRule {
            code: given.code,
            name: given.name,
            journal: given.journal,
            pool: given.pool,
            dimension: given.dimension,
            pool_value: given.pool_value,
            to_account: given.to_account,
            basis: given.basis,
            basis_of: given.basis_of,
            receivers: given.receivers,
        };
        tx.emit(event("allocation.set", &self.code));
        tx.upsert(rule)?;
        Ok(())
    }
}

fn event(name: &'static str, code: &SmolStr) -> Event {
    Event::new(name).with("allocation", code.clone())
}

fn drop_shares(tx: &mut Tx<'_>, code: &SmolStr) -> Result<(), LedgerError> {
    for share in tx.scan(&Range::<AllocationShare>::by_key(code))? {
        tx.delete::<AllocationShare>(&(share.rule.clone(), share.value.clone()))?;
    }
    Ok(())
}

/// Takes a rule away; what it shared out stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveAllocation {
    /// The rule.
    pub code: SmolStr,
}

impl RemoveAllocation {
    /// Takes `code` away.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::allocation::RemoveAllocation;
    /// let unknown = books.send("remove", &RemoveAllocation::new("rent")).unwrap_err();
    /// assert_eq!(unknown.code(), "accounting.unknown_allocation");
    /// ```
    pub fn new(code: impl Into<SmolStr>) -> RemoveAllocation {
        RemoveAllocation { code: code.into() }
    }
}

impl Act for RemoveAllocation {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&Request::new(&rights::SET_ALLOCATION).about(self.code.clone()))?;
        if tx.get::<AllocationRule>(&self.code)?.is_none() {
            return Err(CostAllocationError::UnknownRule { code: self.code.clone() }.into());
        }
        drop_shares(tx, &self.code)?;
        tx.emit(event("allocation.removed", &self.code));
        Ok(tx.delete::<AllocationRule>(&self.code)?)
    }
}
