//! What is stored of a company as a whole: its settings, its profiles and its rules of accounts.

use fondaco_core::store::{Field, Record};
use fondaco_core::{Currency, Halt, Rate, Reading, SiteId, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::company::CompanyError;
use crate::company::posting::{AccountRule, Accounts, Journals, PostingTable, Role};

/// What becomes of the difference between a bill and its receipt.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Differences {
    /// Stock takes it, as far as the goods are there; the rest goes where they went.
    #[default]
    Revalue,
    /// It is an expense of its own, and stock stays at what it was received at.
    Expense,
}

/// The settings of a company: one row.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "company_settings", kind = state, key(company))]
pub struct Settings {
    /// Which company: `main`.
    pub company: SmolStr,
    /// The currency of its books.
    pub currency: Currency,
    /// What becomes of differences in price.
    pub differences: Differences,
    /// By how much a bill may exceed the order's price before it is blocked for payment.
    pub price_tolerance: Rate,
    /// By how much it may exceed what was received.
    pub quantity_tolerance: Rate,
    /// By how much what is received may exceed what was ordered.
    pub receipt_tolerance: Rate,
    /// By how much in all, in the currency of the books; `None` for any.
    pub amount_tolerance: Option<fondaco_accounting::ledger::Amount>,
    /// The price list of who has none.
    pub price_list: Option<SmolStr>,
    /// The journal of what is sold.
    pub sales: SmolStr,
    /// The journal of what is bought.
    pub purchases: SmolStr,
    /// The journal of money.
    pub bank: SmolStr,
    /// The journal of goods.
    pub stock: SmolStr,
    /// The journal of what is accrued.
    pub closing: SmolStr,
}

impl Settings {
    pub(crate) fn key() -> SmolStr {
        SmolStr::new_static("main")
    }

    /// The settings; the decision rests on them.
    pub(crate) fn of(tx: &mut Tx<'_>) -> Result<std::sync::Arc<Settings>, CompanyError> {
        tx.require::<Settings, CompanyError>(&Settings::key(), || CompanyError::NotSetUp)
    }

    /// Its journals.
    pub fn journals(&self) -> Journals {
        let Settings { sales, purchases, bank, stock, closing, .. } = self.clone();
        Journals { sales, purchases, bank, stock, closing }
    }
}

/// A table of postings that a company goes by: that of its books, or of a ledger beside them.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "company_profile", kind = state, key(profile), guard(all()))]
pub struct ProfileRow {
    /// Its code, which rules of accounts may name.
    pub profile: SmolStr,
    /// The ledger that it posts to; `None` for the leading one.
    pub ledger: Option<SmolStr>,
    /// The journal of that ledger.
    pub journal: Option<SmolStr>,
    /// The table as text.
    pub postings: SmolStr,
}

/// A rule of accounts, as it is stored: what it doesn't name is empty.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "company_account", kind = state,
    key(role, names), guard(all())
)]
pub struct AccountRow {
    /// The role.
    pub role: Role,
    /// What the rule names, as one text: no two rules of a role name the same.
    pub names: SmolStr,
    /// The category of items.
    pub category: SmolStr,
    /// The group of parties.
    pub party_group: SmolStr,
    /// The site; all zeros for any.
    pub site: SiteId,
    /// The tax code.
    pub tax_code: SmolStr,
    /// The method of payment.
    pub method: SmolStr,
    /// The profile.
    pub profile: SmolStr,
    /// The account's code.
    pub account: SmolStr,
}

const ANY_SITE: SiteId = SiteId::from_u128(0);

impl AccountRow {
    pub(crate) fn of(rule: &AccountRule) -> AccountRow {
        let text = |text: &Option<SmolStr>| text.clone().unwrap_or_default();
        let site = rule.site.map(|site| smol_str::ToSmolStr::to_smolstr(&site));
        let named = [&rule.category, &rule.party_group, &site, &rule.tax_code, &rule.method];
        let mut names: Vec<SmolStr> = named.into_iter().map(text).collect();
        names.push(text(&rule.profile));
        AccountRow {
            role: rule.role,
            names: names.join("|").into(),
            category: text(&rule.category),
            party_group: text(&rule.party_group),
            site: rule.site.unwrap_or(ANY_SITE),
            tax_code: text(&rule.tax_code),
            method: text(&rule.method),
            profile: text(&rule.profile),
            account: rule.account.clone(),
        }
    }

    /// The rule as it was given.
    pub fn rule(&self) -> AccountRule {
        let text = |text: &SmolStr| Some(text.clone()).filter(|text| !text.is_empty());
        AccountRule {
            role: self.role,
            account: self.account.clone(),
            category: text(&self.category),
            party_group: text(&self.party_group),
            site: Some(self.site).filter(|site| *site != ANY_SITE),
            tax_code: text(&self.tax_code),
            method: text(&self.method),
            profile: text(&self.profile),
        }
    }
}

/// A profile, ready to post by.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    pub(crate) code: SmolStr,
    pub(crate) ledger: Option<SmolStr>,
    pub(crate) table: PostingTable,
    /// The journal, of a parallel ledger.
    pub(crate) journals: Option<Journals>,
}

/// All profiles, the leading one first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Profiles(pub(crate) Vec<Profile>);

impl Profiles {
    fn build(rows: &[std::sync::Arc<ProfileRow>]) -> Profiles {
        let mut all: Vec<Profile> = rows.iter().filter_map(|row| profile(row)).collect();
        all.sort_by_key(|profile| profile.ledger.is_some());
        Profiles(all)
    }

    /// Of an act; it rests on them.
    pub(crate) fn of(tx: &mut Tx<'_>) -> Result<std::sync::Arc<Profiles>, Halt> {
        if let Some(kept) = tx.compiled::<ProfileRow, Profiles>(|_| true, Profiles::build)? {
            return Ok(kept);
        }
        let rows = tx.scan(&fondaco_core::Range::<ProfileRow>::all())?;
        Ok(std::sync::Arc::new(Profiles::build(&rows)))
    }

    /// Of a report.
    pub(crate) fn seen(read: &mut impl Reading) -> Result<Profiles, Halt> {
        let rows = read.peek_scan(&fondaco_core::Range::<ProfileRow>::all())?;
        Ok(Profiles::build(&rows))
    }

    pub(crate) fn leading(&self) -> Result<&Profile, CompanyError> {
        self.0.first().ok_or(CompanyError::NotSetUp)
    }
}

/// What was stored was read when it was set.
fn profile(row: &ProfileRow) -> Option<Profile> {
    Some(Profile {
        code: row.profile.clone(),
        ledger: row.ledger.clone(),
        table: row.postings.parse().ok()?,
        journals: row.journal.clone().map(Journals::one),
    })
}

/// All rules of accounts; the act rests on them.
pub(crate) fn accounts(tx: &mut Tx<'_>) -> Result<std::sync::Arc<Accounts>, Halt> {
    let build =
        |rows: &[std::sync::Arc<AccountRow>]| Accounts::new(rows.iter().map(|row| row.rule()));
    if let Some(kept) = tx.compiled::<AccountRow, Accounts>(|_| true, build)? {
        return Ok(kept);
    }
    let rows = tx.scan(&fondaco_core::Range::<AccountRow>::all())?;
    Ok(std::sync::Arc::new(build(&rows)))
}

/// The same, for reports.
pub(crate) fn seen_accounts(read: &mut impl Reading) -> Result<Accounts, Halt> {
    let rows = read.peek_scan(&fondaco_core::Range::<AccountRow>::all())?;
    Ok(Accounts::new(rows.iter().map(|row| row.rule())))
}
