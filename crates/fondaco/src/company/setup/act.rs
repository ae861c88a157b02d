//! The commands that set a company up and change how it posts.

use fondaco_accounting::ledger::{Journal, OpenAccounts, OpenFiscalYear, OpenJournal, SetUp};
use fondaco_accounting::parallel::ParallelLedger;
use fondaco_core::policy::Request;
use fondaco_core::store::Event;
use fondaco_core::{Act, Currency, Money, Range, Rate, Tx};
use fondaco_inventory::SetUpStock;
use fondaco_inventory::places::{OpenSites, Site};
use fondaco_inventory::valuation::Method;
use fondaco_inventory::value::{LateMoves, SetCosting, SetUpCosting};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::records::{AccountRow, Differences, ProfileRow, Settings, accounts};
use super::template::Chart;
use crate::company::document::{At, stored};
use crate::company::posting::{AccountRule, Journals, PostingTable, Profile, Role, Roles};
use crate::company::{CompanyError, rights};

/// Sets a company up: its books with a chart of accounts, journals and a fiscal year, its stock with a site and a method of costing, and
/// the profile by which documents are posted. One commit; later changes go by the commands of each.
///
/// ```
/// use fondaco::company::SetUpCompany;
/// use fondaco::core::Currency;
/// let acme = SetUpCompany::new(Currency::EUR, 2026);
/// assert_eq!(acme.site, "MAIN");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetUpCompany {
    /// The currency of its books and its stock.
    pub currency: Currency,
    /// The fiscal year that is opened: a calendar year.
    pub year: i32,
    /// How the books follow the goods.
    #[serde(default = "SetUpCompany::profile")]
    pub profile: Profile,
    /// The chart of accounts.
    #[serde(default = "Chart::plain")]
    pub chart: Chart,
    /// The journals.
    #[serde(default)]
    pub journals: Journals,
    /// The code of its first site.
    #[serde(default = "SetUpCompany::main")]
    pub site: SmolStr,
    /// How goods are costed.
    #[serde(default = "SetUpCompany::average")]
    pub costing: Method,
    /// What moves do that are dated before others.
    #[serde(default)]
    pub late: LateMoves,
    /// What becomes of differences between bills and receipts.
    #[serde(default)]
    pub differences: Differences,
    /// By how much a bill may exceed the order's price before it is blocked for payment.
    #[serde(default = "SetUpCompany::none")]
    pub price_tolerance: Rate,
    /// By how much it may exceed what was received.
    #[serde(default = "SetUpCompany::none")]
    pub quantity_tolerance: Rate,
}

impl SetUpCompany {
    fn profile() -> Profile {
        Profile::PerpetualAngloSaxon
    }

    fn main() -> SmolStr {
        SmolStr::new_static("MAIN")
    }

    fn average() -> Method {
        Method::Average
    }

    fn none() -> Rate {
        Rate::ZERO
    }

    /// A company with the plain chart of accounts, perpetual and anglo-saxon, whose goods are costed by average.
    pub fn new(currency: Currency, year: i32) -> SetUpCompany {
        SetUpCompany {
            currency,
            year,
            profile: SetUpCompany::profile(),
            chart: Chart::plain(),
            journals: Journals::default(),
            site: SetUpCompany::main(),
            costing: SetUpCompany::average(),
            late: LateMoves::default(),
            differences: Differences::default(),
            price_tolerance: Rate::ZERO,
            quantity_tolerance: Rate::ZERO,
        }
    }

    /// By another profile.
    #[must_use]
    pub fn profiled(self, profile: Profile) -> SetUpCompany {
        SetUpCompany { profile, ..self }
    }

    /// With goods costed otherwise.
    #[must_use]
    pub fn costed(self, costing: Method) -> SetUpCompany {
        SetUpCompany { costing, ..self }
    }

    fn settings(&self) -> Settings {
        let Journals { sales, purchases, bank, stock, closing } = self.journals.clone();
        Settings {
            company: Settings::key(),
            currency: self.currency,
            differences: self.differences,
            price_tolerance: self.price_tolerance,
            quantity_tolerance: self.quantity_tolerance,
            receipt_tolerance: Rate::ZERO,
            amount_tolerance: None,
            price_list: None,
            sales,
            purchases,
            bank,
            stock,
            closing,
        }
    }

    fn open_books(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        SetUp::new(self.currency).act(tx)?;
        OpenAccounts::new(self.chart.accounts.clone()).act(tx)?;
        let Journals { sales, purchases, bank, stock, closing } = &self.journals;
        let journals = [
            (sales, "Sales"),
            (purchases, "Purchases"),
            (bank, "Bank"),
            (stock, "Stock"),
            (closing, "Closing"),
        ];
        let mut opened: Vec<&SmolStr> = Vec::new();
        for (code, name) in journals {
            if !opened.contains(&code) {
                OpenJournal::new(code.clone(), name).act(tx)?;
                opened.push(code);
            }
        }
        OpenFiscalYear::calendar_year(self.year).act(tx)?;
        Ok(())
    }

    fn open_stock(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        SetUpStock::new(self.currency).act(tx)?;
        OpenSites::new(vec![Site::new(self.site.clone(), self.site.clone())]).act(tx)?;
        SetUpCosting::default().late(self.late).act(tx)?;
        SetCosting::company(self.costing).act(tx)?;
        Ok(())
    }
}

impl Act for SetUpCompany {
    type Answer = ();
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        tx.authorize(&Request::new(&rights::SET_UP))?;
        if let Some(settings) = tx.get::<Settings>(&Settings::key())? {
            return Err(CompanyError::AlreadySetUp { currency: settings.currency });
        }
        self.open_books(tx)?;
        self.open_stock(tx)?;
        tx.emit(Event::new("company.set_up").with("currency", self.currency));
        tx.insert(self.settings())?;
        let (profile, postings) = (self.profile.code().into(), self.profile.text().into());
        tx.insert(ProfileRow { profile, ledger: None, journal: None, postings })?;
        Ok(tx.insert_all(self.chart.rules.iter().map(AccountRow::of).collect())?)
    }
}

/// Says which accounts play which roles. A rule that names the same as one that is there takes its place.
///
/// ```
/// use fondaco::company::SetAccounts;
/// use fondaco::company::posting::{AccountRule, Role};
/// let set = SetAccounts::new(vec![AccountRule::new(Role::Sales, "4010").tax_code("ZERO")]);
/// assert_eq!(set.rules.len(), 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetAccounts {
    /// The rules.
    pub rules: Vec<AccountRule>,
}

impl SetAccounts {
    /// These rules.
    pub fn new(rules: Vec<AccountRule>) -> SetAccounts {
        SetAccounts { rules }
    }
}

impl Act for SetAccounts {
    type Answer = ();
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        tx.authorize(&Request::new(&rights::SET_UP))?;
        Settings::of(tx)?;
        for rule in &self.rules {
            tx.upsert(AccountRow::of(rule))?;
        }
        tx.emit(Event::new("company.accounts_set").with("rules", self.rules.len() as i64));
        Ok(())
    }
}

/// Has documents posted by a table of its own, into a [parallel ledger](fondaco_accounting::parallel) that the books have: what is posted
/// there is the difference to the leading one. What was posted before stays as it is.
///
/// ```
/// use fondaco::company::SetProfile;
/// use fondaco::company::posting::Profile;
/// let tax = SetProfile::beside("tax", Profile::BillContinental.table()?, "tax", "TAX");
/// assert_eq!(tax.ledger.as_deref(), Some("tax"));
/// # Ok::<(), fondaco::company::posting::PostingError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetProfile {
    /// Its code.
    pub profile: SmolStr,
    /// What is posted for which event.
    pub postings: PostingTable,
    /// The ledger; `None` for the leading one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<SmolStr>,
    /// The journal of that ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<SmolStr>,
}

impl SetProfile {
    /// A table by which a ledger beside the leading one is kept, in a journal of it.
    pub fn beside(
        profile: impl Into<SmolStr>,
        postings: PostingTable,
        ledger: impl Into<SmolStr>,
        journal: impl Into<SmolStr>,
    ) -> SetProfile {
        let (ledger, journal) = (Some(ledger.into()), Some(journal.into()));
        SetProfile { profile: profile.into(), postings, ledger, journal }
    }
}

impl Act for SetProfile {
    type Answer = ();
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        tx.authorize(&Request::new(&rights::SET_UP))?;
        Settings::of(tx)?;
        self.check(tx)?;
        let SetProfile { profile, postings, ledger, journal } = self.clone();
        tx.emit(Event::new("company.profile_set").with("profile", profile.clone()));
        let postings = postings.to_string().into();
        tx.upsert(ProfileRow { profile, ledger, journal, postings })?;
        Ok(())
    }
}

impl SetProfile {
    /// One table for each ledger: what had that before goes. The ledger, its journal and accounts for all roles are there.
    fn check(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        let unknown = |what, code: &SmolStr| CompanyError::Unknown { what, code: code.clone() };
        if let Some(ledger) = &self.ledger {
            tx.require::<ParallelLedger, CompanyError>(ledger, || unknown("ledger", ledger))?;
        }
        let journal = self.journal.clone().unwrap_or_default();
        if self.ledger.is_some() || self.journal.is_some() {
            let found = tx.get::<Journal>(&journal)?;
            if found.is_none_or(|found| found.ledger != self.ledger) {
                return Err(unknown("journal of the ledger", &journal));
            }
        }
        let accounts = accounts(tx)?;
        for (_, _, Roles { debit, credit }) in self.postings.all() {
            let of = |role: &Role| accounts.of(*role, &self.profile).is_empty();
            if let Some(role) = [debit, credit].iter().find(|role| of(role)) {
                return Err(unknown("account of the role", &SmolStr::new_static(role.code())));
            }
        }
        for row in tx.scan(&Range::<ProfileRow>::all())? {
            let same = (row.profile == self.profile, row.ledger == self.ledger);
            match same {
                (true, false) => {
                    let code = self.profile.clone();
                    return Err(CompanyError::Exists { what: "profile of another ledger", code });
                }
                (false, true) => tx.delete::<ProfileRow>(&row.profile)?,
                _ => {}
            }
        }
        Ok(())
    }
}

/// Sets how far a bill may be from its order and its receipts before it is blocked for payment, and how much more than ordered is taken in.
///
/// ```
/// use fondaco::company::SetTolerances;
/// use fondaco::core::{Money, Rate};
/// let set = SetTolerances { amount: Some(Money::parse("5 EUR")?), ..SetTolerances::new(Rate::percent("2")?, Rate::ZERO) };
/// assert!(set.amount.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetTolerances {
    /// By how much a bill may exceed the order's price.
    pub price: Rate,
    /// By how much it may exceed what was received.
    pub quantity: Rate,
    /// By how much what is received may exceed what was ordered.
    #[serde(default = "SetUpCompany::none")]
    pub receipt: Rate,
    /// By how much a line may exceed the order in money, and what may be billed that no order has; `None` for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

impl SetTolerances {
    /// Of price and quantity.
    pub fn new(price: Rate, quantity: Rate) -> SetTolerances {
        SetTolerances { price, quantity, receipt: Rate::ZERO, amount: None }
    }
}

impl Act for SetTolerances {
    type Answer = ();
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        tx.authorize(&Request::new(&rights::SET_UP))?;
        let settings = Settings::of(tx)?.as_ref().clone();
        let document = SmolStr::new_static("tolerances");
        let at: At = (0, "amount tolerance");
        let amount_tolerance = match self.amount {
            Some(amount) if amount.currency() != settings.currency => {
                let (given, expected) = (amount.currency(), settings.currency);
                return Err(CompanyError::OtherCurrency { document, given, expected });
            }
            Some(amount) => Some(stored(amount, &document, at)?),
            None => None,
        };
        tx.emit(Event::new("company.tolerances_set"));
        let (price_tolerance, quantity_tolerance) = (self.price, self.quantity);
        let receipt_tolerance = self.receipt;
        tx.put(Settings {
            price_tolerance,
            quantity_tolerance,
            receipt_tolerance,
            amount_tolerance,
            ..settings
        })?;
        Ok(())
    }
}
