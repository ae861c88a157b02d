//! What the accounts stand at before some days, and what moved on them: what most figures are made of.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_accounting::ledger::{Account, AccountClass, BalanceQuery, Entry, balances, postings};
use fondaco_core::report::{Explain, Phrase};
use fondaco_core::{Currency, DateRange, Money, Range, Reading};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::company::CompanyError;
use crate::company::posting::{Accounts, Role};
use crate::company::setup::{Profiles, Settings, seen_accounts};

/// When an account is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum At {
    /// Before the days.
    Opening,
    /// On the last of them.
    Closing,
    /// In between.
    Moved,
}

/// A figure that is made of accounts.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) value: Decimal,
    pub(super) explain: Explain,
}

/// The accounts over some days.
pub(super) struct Standing {
    pub(super) currency: Currency,
    pub(super) from: NaiveDate,
    pub(super) on: NaiveDate,
    rules: Accounts,
    profile: SmolStr,
    accounts: BTreeMap<SmolStr, Arc<Account>>,
    opening: BTreeMap<SmolStr, Decimal>,
    moved: BTreeMap<SmolStr, Decimal>,
    /// What each account is made of; empty unless somebody asks.
    documents: BTreeMap<(SmolStr, At), Vec<(Decimal, Explain)>>,
}

impl Standing {
    pub(super) fn read(
        read: &mut impl Reading,
        (from, on): (NaiveDate, NaiveDate),
    ) -> Result<Standing, CompanyError> {
        let settings = read.peek::<Settings>(&Settings::key())?.ok_or(CompanyError::NotSetUp)?;
        let (profiles, rules) = (Profiles::seen(read)?, seen_accounts(read)?);
        let before = from.pred_opt().unwrap_or(from);
        let opening = sums(read, &BalanceQuery::all().until(before).before_closing())?;
        let moved = sums(read, &BalanceQuery::all().from(from).until(on).without_closings())?;
        let rows = read.peek_scan(&Range::<Account>::all())?;
        Ok(Standing {
            currency: settings.currency,
            from,
            on,
            rules,
            profile: profiles.leading()?.code.clone(),
            accounts: rows.into_iter().map(|row| (row.code.clone(), row)).collect(),
            opening,
            moved,
            documents: BTreeMap::new(),
        })
    }

    /// Reads what each account that is named in a tree is made of, document by document.
    pub(super) fn read_documents(&mut self, read: &mut impl Reading) -> Result<(), CompanyError> {
        let posted: Vec<SmolStr> =
            self.accounts.values().filter(|row| !row.heading).map(|row| row.code.clone()).collect();
        for code in posted {
            for at in [At::Opening, At::Moved] {
                let known = if at == At::Opening { &self.opening } else { &self.moved };
                if known.contains_key(&code) {
                    let parts = self.parts(read, &code, at)?;
                    self.documents.insert((code.clone(), at), parts);
                }
            }
        }
        Ok(())
    }

    fn parts(
        &self,
        read: &mut impl Reading,
        code: &str,
        at: At,
    ) -> Result<Vec<(Decimal, Explain)>, CompanyError> {
        let days = match at {
            At::Opening => DateRange::until(self.from.pred_opt().unwrap_or(self.from)),
            _ => DateRange::new(self.from, self.on).unwrap_or(DateRange::day(self.on)),
        };
        let found = postings(read, code, days)?;
        let ids: Vec<_> = found.iter().map(|posting| posting.entry).collect();
        let entries = read.peek_many::<Entry>(&ids)?;
        let mut by_source: BTreeMap<(NaiveDate, SmolStr), Decimal> = BTreeMap::new();
        for (posting, entry) in found.iter().zip(entries) {
            let Some(entry) = entry.filter(|entry| at == At::Opening || !entry.is_closing()) else {
                continue;
            };
            let number = || {
                let number = entry.number.number().unwrap_or_default();
                smol_str::format_smolstr!("{} {number}", entry.journal)
            };
            let source = entry.source.clone().unwrap_or_else(number);
            *by_source.entry((posting.date, source)).or_default() +=
                posting.ledger_amount.to_decimal();
        }
        let part = |((date, source), sum): ((NaiveDate, SmolStr), Decimal)| {
            (sum, Explain::new(Phrase::from(date), Money::new(sum, self.currency)).source(source))
        };
        Ok(by_source.into_iter().map(part).collect())
    }

    /// The accounts that play one of some roles.
    pub(super) fn of_roles(&self, roles: &[Role]) -> Vec<SmolStr> {
        let mut codes: Vec<SmolStr> =
            roles.iter().flat_map(|role| self.rules.of(*role, &self.profile)).collect();
        codes.sort();
        codes.dedup();
        codes
    }

    /// Whether there is an account to post to, of a class.
    pub(super) fn has(&self, code: &str, class: AccountClass) -> bool {
        self.accounts.get(code).is_some_and(|row| row.class == class && !row.heading)
    }

    /// The accounts of a class, but some.
    pub(super) fn of_class(&self, class: AccountClass, but: &[SmolStr]) -> Vec<SmolStr> {
        let fits =
            |row: &&Arc<Account>| row.class == class && !row.heading && !but.contains(&row.code);
        self.accounts.values().filter(fits).map(|row| row.code.clone()).collect()
    }

    fn value(&self, code: &SmolStr, at: At) -> Decimal {
        let of = |sums: &BTreeMap<SmolStr, Decimal>| sums.get(code).copied().unwrap_or_default();
        match at {
            At::Opening => of(&self.opening),
            At::Moved => of(&self.moved),
            At::Closing => of(&self.opening) + of(&self.moved),
        }
    }

    /// What some accounts come to, debits above zero, or credits where `credits` says so.
    pub(super) fn sum(
        &self,
        name: impl Into<Phrase>,
        codes: &[SmolStr],
        at: At,
        credits: bool,
    ) -> Node {
        let sign = if credits { -Decimal::ONE } else { Decimal::ONE };
        let (mut value, mut inputs) = (Decimal::ZERO, Vec::new());
        for code in codes {
            let of_account = sign * self.value(code, at);
            value += of_account;
            if !of_account.is_zero() {
                inputs.push(self.account(code, at, sign, of_account));
            }
        }
        let explain = Explain::new(name, self.money(value)).rule(self.when(at)).inputs(inputs);
        Node { value, explain }
    }

    fn account(&self, code: &SmolStr, at: At, sign: Decimal, value: Decimal) -> Explain {
        let name = self.accounts.get(code).map(|row| row.name.clone()).unwrap_or_default();
        let explain = Explain::new(Phrase::from(code.clone()).and(name), self.money(value));
        let parts: &[At] = match at {
            At::Closing => &[At::Opening, At::Moved],
            At::Opening => &[At::Opening],
            At::Moved => &[At::Moved],
        };
        let found =
            parts.iter().filter_map(|at| self.documents.get(&(code.clone(), *at))).flatten();
        explain.inputs(found.map(|(sum, part)| {
            let mut part = part.clone();
            part.value = self.money(sign * *sum).into();
            part
        }))
    }

    pub(super) fn money(&self, amount: Decimal) -> Money {
        Money::new(fondaco_core::decimal::normalize(amount), self.currency)
    }

    pub(super) fn when(&self, at: At) -> Phrase {
        use fondaco_core::report::word;
        match at {
            At::Opening => Phrase::from(word("balance before")).and(self.from),
            At::Closing => Phrase::from(word("balance on")).and(self.on),
            At::Moved => {
                Phrase::from(word("from")).and(self.from).and(word("through")).and(self.on)
            }
        }
    }

    /// How many days there are.
    pub(super) fn days(&self) -> i64 {
        self.on.signed_duration_since(self.from).num_days() + 1
    }
}

/// Balances in the currency of the books, by account.
fn sums(
    read: &mut impl Reading,
    query: &BalanceQuery,
) -> Result<BTreeMap<SmolStr, Decimal>, CompanyError> {
    let mut sums: BTreeMap<SmolStr, Decimal> = BTreeMap::new();
    for row in balances(read, query)? {
        *sums.entry(row.account).or_default() += row.amounts.ledger_balance();
    }
    sums.retain(|_, sum| !sum.is_zero());
    Ok(sums)
}
