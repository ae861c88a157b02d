//! SAF-T: the Standard Audit File for Tax of the OECD (2.0), in the form of Norway's tax administration, version 1.30.
//!
//! Header, chart of accounts with opening and closing balances, customers and suppliers with theirs, dimensions, and every entry with
//! its lines, by the schema `Norwegian_SAF-T_Financial_Schema_v_1.30.xsd` that
//! [Skatteetaten publishes](https://github.com/Skatteetaten/saf-t). Other countries' forms differ in their header and in what they add.
//!
//! Customers are whom postings name on accounts of the kind `receivable` (or kept by an engine of that name), suppliers those on
//! accounts of the kind `payable`; where neither is said, accounts that are kept by open items have customers as assets, and suppliers as
//! liabilities. On all others, such as the bank and value-added tax, a party owes and is owed nothing. Who was merged into another is that other.
//!
//! Income and expense open a fiscal year at nothing: what years before it earned that nobody closed is part of retained earnings, as it will be when
//! they are.
//!
//! Amounts are in the ledger's currency, with the other beside it, rounded to the two digits after the point that the form has (dinars have
//! three), and the rate, rounded to eight. Texts that are longer than the form allows are cut; codes are refused, as two could become one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::report::Html;
use fondaco_core::rounding::round;
use fondaco_core::{DateRange, PartyId, Range, Reading, Rounding};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::ExportError;
use super::tables::{Names, WholeEntries, WholeEntry};
use super::trail::AuditTrail;
use crate::ledger::open_items::Aliases;
use crate::ledger::{
    Account, AccountClass, BalanceQuery, Entry, Journal, LedgerError, Period, Posting, Settings,
    Side, balances,
};
use crate::parallel::sight;

/// The company that the file is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaftCompany {
    /// Its number in the register of companies.
    pub registration_number: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// Its address.
    pub address: SaftAddress,
    /// Whom to ask.
    pub contact: SaftContact,
    /// Its number in the register of value-added tax, where it has one.
    pub tax_registration: Option<SmolStr>,
}

/// An address, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SaftAddress {
    /// The street.
    pub street: Option<SmolStr>,
    /// The town.
    pub city: Option<SmolStr>,
    /// The postal code.
    pub postal_code: Option<SmolStr>,
    /// The country, by ISO 3166-1: `NO`.
    pub country: Option<SmolStr>,
}

/// A person to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaftContact {
    /// The first name.
    pub first_name: SmolStr,
    /// The last name.
    pub last_name: SmolStr,
    /// The telephone.
    pub telephone: Option<SmolStr>,
    /// The mail address.
    pub email: Option<SmolStr>,
}

/// An account's place in the authority's chart: category and code.
pub type Grouping = (SmolStr, SmolStr);

/// Says an account's place; `None` where its tags do.
pub type GroupingOf<'q> = &'q dyn Fn(&Account) -> Option<Grouping>;

/// What the file is made of.
#[derive(Clone)]
pub struct SaftQuery<'q> {
    company: SaftCompany,
    start: NaiveDate,
    end: NaiveDate,
    created: NaiveDate,
    names: Option<Names<'q>>,
    grouping: Option<GroupingOf<'q>>,
    user: Option<SmolStr>,
    trail: Option<&'q AuditTrail>,
}

impl<'q> SaftQuery<'q> {
    /// The entries from `start` through `end`, in a file that is made on the day `created`.
    ///
    /// An account's place in the authority's chart is in its tags `saft_category` and `saft_code`, unless the query names it.
    pub fn new(
        company: SaftCompany,
        start: NaiveDate,
        end: NaiveDate,
        created: NaiveDate,
    ) -> SaftQuery<'q> {
        SaftQuery {
            company,
            start,
            end,
            created,
            names: None,
            grouping: None,
            user: None,
            trail: None,
        }
    }

    /// What parties are called; without, by their ids.
    #[must_use]
    pub fn name_parties(mut self, names: Names<'q>) -> SaftQuery<'q> {
        self.names = Some(names);
        self
    }

    /// The place of each account in the authority's chart, instead of its tags.
    #[must_use]
    pub fn grouping(mut self, of: GroupingOf<'q>) -> SaftQuery<'q> {
        self.grouping = Some(of);
        self
    }

    /// Who recorded each entry: the file's `SourceID`.
    #[must_use]
    pub fn trail(mut self, trail: &'q AuditTrail) -> SaftQuery<'q> {
        self.trail = Some(trail);
        self
    }

    /// Who made the file: an id of the host's.
    #[must_use]
    pub fn user(mut self, user: impl Into<SmolStr>) -> SaftQuery<'q> {
        self.user = Some(user.into());
        self
    }
}

impl std::fmt::Debug for SaftQuery<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SaftQuery")
            .field("start", &self.start)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

/// The file, as XML in UTF-8.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::export::{SaftCompany, SaftContact, SaftQuery};
/// let company = SaftCompany {
///     registration_number: "999999999".into(),
///     name: "Example AS".into(),
///     address: Default::default(),
///     contact: SaftContact { first_name: "Ada".into(), last_name: "Lovelace".into(), telephone: None, email: None },
///     tax_registration: None,
/// };
/// let by_code = |account: &Account| Some(("RF-1167".into(), account.code.clone()));
/// let query = SaftQuery::new(company, day("2026-01-01"), day("2026-12-31"), day("2027-01-15")).grouping(&by_code);
/// let xml = books.export_saft(&query)?;
/// assert!(xml.contains("<NumberOfEntries>3</NumberOfEntries><TotalDebit>659.00</TotalDebit>"));
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// [`LedgerError::Export`] for an account without a place in the authority's chart, a code that is too long, or an amount with more than
/// two digits after the point; [`LedgerError::BadInput`] when the days are the wrong way round; [`LedgerError::NotSetUp`], or a
/// [`Halt`](fondaco_core::Halt).
pub fn saft(read: &mut impl Reading, query: &SaftQuery<'_>) -> Result<String, LedgerError> {
    if query.end < query.start {
        let why = format!("{} is before {}: give the earlier day first", query.end, query.start);
        return Err(LedgerError::BadInput { what: "end", why });
    }
    let file = File::read(&mut sight(read)?, query)?;
    let mut xml = Html::new();
    xml.constant("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.element("AuditFile", &[("xmlns", NAMESPACE)], |xml| {
        file.header(xml);
        file.master_files(xml);
        file.entries(xml);
    });
    Ok(xml.into_string())
}

const NAMESPACE: &str = "urn:StandardAuditFile-Taxation-Financial:NO";
/// Lengths of the schema's types.
const COUNTRY: usize = 2;
const CODE: usize = 9;
const SHORT: usize = 18;
const MIDDLE: usize = 35;
const MIDDLE2: usize = 70;
const LONG: usize = 256;

/// All that the file says, checked.
struct File<'q> {
    query: &'q SaftQuery<'q>,
    settings: Arc<Settings>,
    accounts: Vec<AccountLine>,
    customers: Vec<PartyLine>,
    suppliers: Vec<PartyLine>,
    aliases: Aliases,
    /// Dimensions' names with the codes that stand for them.
    analyses: BTreeMap<SmolStr, SmolStr>,
    /// Values with the ids that stand for them.
    values: BTreeMap<(SmolStr, SmolStr), SmolStr>,
    journals: Vec<Arc<Journal>>,
    found: WholeEntries,
    debit: Decimal,
    credit: Decimal,
}

/// An account with its place in the authority's chart and its balances.
struct AccountLine {
    account: Arc<Account>,
    grouping: Grouping,
    opening: Decimal,
    closing: Decimal,
}

impl AccountLine {
    fn move_by(&mut self, worth: Decimal) {
        self.opening = self.opening.saturating_add(worth);
        self.closing = self.closing.saturating_add(worth);
    }
}

/// A party that owes or is owed on an account.
struct PartyLine {
    party: PartyId,
    /// By account: what there was before the days and at their end.
    balances: BTreeMap<SmolStr, (Decimal, Decimal)>,
}

impl<'q> File<'q> {
    fn read(read: &mut impl Reading, query: &'q SaftQuery<'q>) -> Result<File<'q>, LedgerError> {
        let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
        let journals = read.peek_scan(&Range::<Journal>::all())?;
        let periods = read.peek_scan(&Range::<Period>::all())?;
        let days = DateRange::until(query.end);
        let all = WholeEntries::read(read, &journals, &periods, days)?;
        let mut accounts = accounts(read, query)?;
        bring_forward(read, query, &settings, &periods, &mut accounts)?;
        let aliases = Aliases::read(read)?;
        let (customers, suppliers) = parties(&all, &accounts, &aliases, query.start);
        let (before, on_days): (Vec<_>, Vec<_>) =
            all.entries.into_iter().partition(|(entry, _)| entry.date < query.start);
        drop(before);
        let found = WholeEntries { entries: on_days };
        let mut file = File {
            query,
            settings,
            accounts,
            customers,
            suppliers,
            aliases,
            analyses: BTreeMap::new(),
            values: BTreeMap::new(),
            journals,
            found,
            debit: Decimal::ZERO,
            credit: Decimal::ZERO,
        };
        file.check()?;
        file.name_dimensions();
        Ok(file)
    }

    /// Refuses what the form has no room for, and adds up.
    fn check(&mut self) -> Result<(), LedgerError> {
        for journal in &self.journals {
            within("journal", &journal.code, SHORT)?;
        }
        for line in &self.accounts {
            within("grouping code", &line.grouping.1, MIDDLE)?;
        }
        let company = &self.query.company;
        within("registration number", &company.registration_number, MIDDLE)?;
        if let Some(number) = &company.tax_registration {
            within("tax registration", number, MIDDLE)?;
        }
        if let Some(country) = &company.address.country {
            within("country", country, COUNTRY)?;
        }
        let (mut debit, mut credit) = (Decimal::ZERO, Decimal::ZERO);
        for (entry, postings) in &self.found.entries {
            for posting in postings {
                let worth = posting.ledger_amount.to_decimal();
                if worth.normalize().scale() > 2 {
                    let number = entry.number.number().unwrap_or_default();
                    let (entry, amount) =
                        (format!("{} {number}", entry.journal), worth.normalize());
                    return Err(ExportError::TooFine { entry, amount }.into());
                }
                match posting.side {
                    Side::Debit => debit = debit.saturating_add(worth),
                    Side::Credit => credit = credit.saturating_sub(worth),
                }
            }
        }
        (self.debit, self.credit) = (debit, credit);
        Ok(())
    }

    /// Codes for dimensions and their values, as short as the form wants them; a longer one gets a number at its end.
    fn name_dimensions(&mut self) {
        let pairs = self.found.postings().flat_map(|posting| posting.dimensions.iter());
        let pairs: BTreeSet<(SmolStr, SmolStr)> =
            pairs.map(|(name, value)| (SmolStr::new(name), SmolStr::new(value))).collect();
        let mut codes = Shorter::new(CODE);
        let mut ids: BTreeMap<SmolStr, Shorter> = BTreeMap::new();
        for (name, value) in pairs {
            let ids = ids.entry(name.clone()).or_insert_with(|| Shorter::new(MIDDLE));
            let id = ids.of(&value);
            self.analyses.entry(name.clone()).or_insert_with(|| codes.of(&name));
            self.values.insert((name, value), id);
        }
    }

    fn name(&self, party: PartyId) -> SmolStr {
        let named = self.query.names.and_then(|names| names(party));
        cut(&named.unwrap_or_else(|| party_id(party)), LONG)
    }

    fn header(&self, xml: &mut Html) {
        let query = self.query;
        xml.element("Header", &[], |xml| {
            text(xml, "AuditFileVersion", "1.30");
            text(xml, "AuditFileCountry", "NO");
            text(xml, "AuditFileDateCreated", &query.created.to_string());
            text(xml, "SoftwareCompanyName", "Fondaco");
            text(xml, "SoftwareID", "Fondaco");
            text(xml, "SoftwareVersion", &cut(env!("CARGO_PKG_VERSION"), SHORT));
            xml.element("Company", &[], |xml| company(xml, &query.company));
            text(xml, "DefaultCurrencyCode", self.settings.currency.code());
            xml.element("SelectionCriteria", &[], |xml| {
                text(xml, "SelectionStartDate", &query.start.to_string());
                text(xml, "SelectionEndDate", &query.end.to_string());
            });
            text(xml, "TaxAccountingBasis", "A");
            some(xml, "UserID", query.user.as_deref().map(|user| cut(user, LONG)));
        });
    }

    fn master_files(&self, xml: &mut Html) {
        xml.element("MasterFiles", &[], |xml| {
            if !self.accounts.is_empty() {
                xml.element("GeneralLedgerAccounts", &[], |xml| {
                    self.accounts.iter().for_each(|line| line.write(xml));
                });
            }
            let parts = [
                ("Customers", "Customer", "CustomerID", &self.customers),
                ("Suppliers", "Supplier", "SupplierID", &self.suppliers),
            ];
            for (group, element, id, parties) in parts {
                if parties.is_empty() {
                    continue;
                }
                xml.element(group, &[], |xml| {
                    for line in parties {
                        xml.element(element, &[], |xml| {
                            line.write(xml, &self.name(line.party), id)
                        });
                    }
                });
            }
            if !self.values.is_empty() {
                xml.element("AnalysisTypeTable", &[], |xml| self.analysis_types(xml));
            }
        });
    }

    fn analysis_types(&self, xml: &mut Html) {
        for ((name, value), id) in &self.values {
            xml.element("AnalysisTypeTableEntry", &[], |xml| {
                text(xml, "AnalysisType", self.analyses.get(name).map_or("", SmolStr::as_str));
                text(xml, "AnalysisTypeDescription", &cut(name, LONG));
                text(xml, "AnalysisID", id);
                text(xml, "AnalysisIDDescription", &cut(value, LONG));
            });
        }
    }

    fn entries(&self, xml: &mut Html) {
        xml.element("GeneralLedgerEntries", &[], |xml| {
            text(xml, "NumberOfEntries", &self.found.entries.len().to_string());
            amount(xml, "TotalDebit", self.debit);
            amount(xml, "TotalCredit", self.credit);
            for journal in &self.journals {
                let of_journal =
                    self.found.entries.iter().filter(|(entry, _)| entry.journal == journal.code);
                let of_journal: Vec<_> = of_journal.collect();
                if of_journal.is_empty() {
                    continue;
                }
                xml.element("Journal", &[], |xml| {
                    text(xml, "JournalID", &journal.code);
                    text(xml, "Description", &cut(&journal.name, LONG));
                    text(xml, "Type", "GL");
                    of_journal.into_iter().for_each(|entry| self.transaction(xml, entry));
                });
            }
        });
    }

    fn transaction(&self, xml: &mut Html, (entry, postings): &WholeEntry) {
        let recorded = entry.recorded_at.to_string();
        let recorded = recorded.get(..10).unwrap_or_default();
        xml.element("Transaction", &[], |xml| {
            text(xml, "TransactionID", &entry.id.to_string());
            text(xml, "Period", &(entry.period % 100).to_string());
            text(xml, "PeriodYear", &entry.fiscal_year.to_string());
            text(xml, "TransactionDate", &entry.document_date.unwrap_or(entry.date).to_string());
            let by = self.query.trail.and_then(|trail| trail.of(entry.id));
            some(xml, "SourceID", by.map(|by| cut(by.actor.as_str(), MIDDLE)));
            let number =
                entry.number.number().map(|number| format_smolstr!("{} {number}", entry.journal));
            some(xml, "VoucherDescription", number.map(|number| cut(&number, MIDDLE2)));
            let about = entry.text.as_ref().or(entry.source.as_ref());
            text(xml, "Description", &about.map(|about| cut(about, LONG)).unwrap_or_default());
            text(xml, "SystemEntryDate", recorded);
            text(xml, "GLPostingDate", &entry.date.to_string());
            postings.iter().for_each(|posting| {
                xml.element("Line", &[], |xml| self.line(xml, entry, posting));
            });
        });
    }

    fn line(&self, xml: &mut Html, entry: &Entry, posting: &Posting) {
        text(xml, "RecordID", &posting.line.to_string());
        text(xml, "AccountID", &posting.account);
        for (name, value) in posting.dimensions.iter() {
            let key = (SmolStr::new(name), SmolStr::new(value));
            xml.element("Analysis", &[], |xml| {
                text(xml, "AnalysisType", self.analyses.get(&key.0).map_or("", SmolStr::as_str));
                text(xml, "AnalysisID", self.values.get(&key).map_or("", SmolStr::as_str));
            });
        }
        some(xml, "SourceDocumentID", entry.source.as_ref().map(|source| cut(source, MIDDLE)));
        if let Some(party) = party_of(&self.aliases, entry, posting) {
            let among = |parties: &[PartyLine]| {
                let at = parties.binary_search_by_key(&party, |line| line.party).ok();
                at.and_then(|at| parties.get(at))
                    .is_some_and(|line| line.balances.contains_key(&posting.account))
            };
            match (among(&self.customers), among(&self.suppliers)) {
                (true, _) => text(xml, "CustomerID", &party_id(party)),
                (false, true) => text(xml, "SupplierID", &party_id(party)),
                (false, false) => {}
            }
        }
        let about = posting.text.get().or(entry.text.as_ref()).or(entry.source.as_ref());
        text(xml, "Description", &about.map(|about| cut(about, LONG)).unwrap_or_default());
        self.amount_of(xml, posting);
        let due = posting.due_date.or(entry.due_date);
        some(xml, "DueDate", due.map(|due| format_smolstr!("{due}")));
    }

    fn amount_of(&self, xml: &mut Html, posting: &Posting) {
        let (element, sign) = match posting.side {
            Side::Debit => ("DebitAmount", Decimal::ONE),
            Side::Credit => ("CreditAmount", Decimal::NEGATIVE_ONE),
        };
        // 64-bit amounts: their sign turns within a decimal.
        let signed = |value: Decimal| value.checked_mul(sign).unwrap_or_default();
        xml.element(element, &[], |xml| {
            amount(xml, "Amount", signed(posting.ledger_amount.to_decimal()));
            if posting.currency != self.settings.currency {
                text(xml, "CurrencyCode", posting.currency.code());
                // The form has two digits: an amount of three, as dinars have, is rounded, with the rate beside it.
                let foreign = signed(posting.amount.to_decimal());
                amount(xml, "CurrencyAmount", round(foreign, 2, Rounding::HalfUp));
                let rate = posting.rate.copied().map(|rate| round(rate, 8, Rounding::HalfUp));
                some(xml, "ExchangeRate", rate.map(|rate| format_smolstr!("{}", rate.normalize())));
            }
        });
    }
}

impl AccountLine {
    fn write(&self, xml: &mut Html) {
        xml.element("Account", &[], |xml| {
            text(xml, "AccountID", &self.account.code);
            text(xml, "AccountDescription", &cut(&self.account.name, LONG));
            text(xml, "GroupingCategory", &cut(&self.grouping.0, LONG));
            text(xml, "GroupingCode", &cut(&self.grouping.1, MIDDLE));
            text(xml, "AccountType", "GL");
            balance(xml, ["OpeningDebitBalance", "OpeningCreditBalance"], self.opening);
            balance(xml, ["ClosingDebitBalance", "ClosingCreditBalance"], self.closing);
        });
    }
}

impl PartyLine {
    fn write(&self, xml: &mut Html, name: &str, id: &'static str) {
        text(xml, "Name", name);
        text(xml, id, &party_id(self.party));
        for (account, (opening, closing)) in &self.balances {
            xml.element("BalanceAccount", &[], |xml| {
                text(xml, "AccountID", account);
                balance(xml, ["OpeningDebitBalance", "OpeningCreditBalance"], *opening);
                balance(xml, ["ClosingDebitBalance", "ClosingCreditBalance"], *closing);
            });
        }
    }
}

fn company(xml: &mut Html, company: &SaftCompany) {
    text(xml, "RegistrationNumber", &cut(&company.registration_number, MIDDLE));
    text(xml, "Name", &cut(&company.name, LONG));
    let address = &company.address;
    if *address != SaftAddress::default() {
        xml.element("Address", &[], |xml| {
            some(xml, "StreetName", address.street.as_deref().map(|street| cut(street, LONG)));
            some(xml, "City", address.city.as_deref().map(|city| cut(city, LONG)));
            some(xml, "PostalCode", address.postal_code.as_deref().map(|code| cut(code, MIDDLE2)));
            some(xml, "Country", address.country.as_deref().map(|country| cut(country, 2)));
        });
    }
    let contact = &company.contact;
    xml.element("Contact", &[], |xml| {
        xml.element("ContactPerson", &[], |xml| {
            text(xml, "FirstName", &cut(&contact.first_name, MIDDLE));
            text(xml, "LastName", &cut(&contact.last_name, MIDDLE2));
        });
        some(xml, "Telephone", contact.telephone.as_deref().map(|number| cut(number, SHORT)));
        some(xml, "Email", contact.email.as_deref().map(|email| cut(email, MIDDLE2)));
    });
    if let Some(number) = &company.tax_registration {
        xml.element("TaxRegistration", &[], |xml| {
            text(xml, "TaxRegistrationNumber", &cut(number, MIDDLE));
            text(xml, "TaxAuthority", "Skatteetaten");
        });
    }
}

/// The accounts that can have postings, with their balances before the days and at their end.
fn accounts(
    read: &mut impl Reading,
    query: &SaftQuery<'_>,
) -> Result<Vec<AccountLine>, LedgerError> {
    let eve = query.start.pred_opt().unwrap_or(query.start);
    let (openings, closings) = (worths(read, eve)?, worths(read, query.end)?);
    let accounts = read.peek_scan(&Range::<Account>::all())?;
    let mut lines = Vec::new();
    for account in accounts.into_iter().filter(|account| !account.heading) {
        let by_tags = |account: &Account| {
            let tag = |name| account.tags.get(name).map(SmolStr::new);
            tag("saft_category").zip(tag("saft_code"))
        };
        let grouping = match query.grouping {
            Some(of) => of(&account).or_else(|| by_tags(&account)),
            None => by_tags(&account),
        };
        let missing = || ExportError::NoGrouping { account: account.code.clone() };
        let grouping = grouping.ok_or_else(missing)?;
        let [opening, closing] =
            [&openings, &closings].map(|at| at.get(&account.code).copied().unwrap_or_default());
        lines.push(AccountLine { account, grouping, opening, closing });
    }
    Ok(lines)
}

/// What accounts are worth at the end of a day, in the ledger's currency.
fn worths(
    read: &mut impl Reading,
    date: NaiveDate,
) -> Result<BTreeMap<SmolStr, Decimal>, LedgerError> {
    let mut worths: BTreeMap<SmolStr, Decimal> = BTreeMap::new();
    for row in balances(read, &BalanceQuery::all().until(date))? {
        let sum = worths.entry(row.account).or_default();
        *sum = sum.saturating_add(row.amounts.ledger_balance());
    }
    Ok(worths)
}

/// Takes what income and expense came to in fiscal years before the one of the first day to retained earnings: a year that is closed left nothing.
fn bring_forward(
    read: &mut impl Reading,
    query: &SaftQuery<'_>,
    settings: &Settings,
    periods: &[Arc<Period>],
    lines: &mut [AccountLine],
) -> Result<(), LedgerError> {
    let holds = |period: &&Arc<Period>| (period.start..=period.end).contains(&query.start);
    let Some(year) = periods.iter().find(holds).map(|period| period.fiscal_year) else {
        return Ok(());
    };
    let of_year = periods.iter().filter(|period| period.fiscal_year == year);
    let start = of_year.map(|period| period.start).min().unwrap_or(query.start);
    let Some(eve) = start.pred_opt() else { return Ok(()) };
    // A file of a whole year opens with what was earned by then.
    let earned = if start == query.start { None } else { Some(worths(read, eve)?) };
    let mut brought = Decimal::ZERO;
    for line in lines.iter_mut().filter(|line| line.account.class.is_result()) {
        let worth = match &earned {
            Some(earned) => earned.get(&line.account.code).copied().unwrap_or_default(),
            None => line.opening,
        };
        line.move_by(-worth);
        brought = brought.saturating_add(worth);
    }
    if brought.is_zero() {
        return Ok(());
    }
    let retained = settings.retained_earnings.as_ref().ok_or(ExportError::NoRetained { year })?;
    if let Some(line) = lines.iter_mut().find(|line| line.account.code == *retained) {
        line.move_by(brought);
    }
    Ok(())
}

fn party_of(aliases: &Aliases, entry: &Entry, posting: &Posting) -> Option<PartyId> {
    posting.party.copied().or(entry.party).map(|party| aliases.kept(party))
}

/// Whose account one is.
#[derive(Clone, Copy)]
enum Whose {
    Customers,
    Suppliers,
}

/// Whose account it is, where it is one of parties: by its kind or the engine that keeps it; where neither is said, by what its open
/// items are. Those of a tax or of money in transit are nobody's debts.
fn whose(account: &Account) -> Option<Whose> {
    let is = |name: &str| {
        [&account.kind, &account.control].into_iter().any(|of| of.as_deref() == Some(name))
    };
    let by_items =
        account.open_items.is_some() && account.kind.is_none() && account.control.is_none();
    match account.class {
        _ if is("receivable") => Some(Whose::Customers),
        _ if is("payable") => Some(Whose::Suppliers),
        AccountClass::Asset if by_items => Some(Whose::Customers),
        AccountClass::Liability if by_items => Some(Whose::Suppliers),
        _ => None,
    }
}

/// Who owes, and who is owed: those whom postings name on the accounts of parties.
fn parties(
    all: &WholeEntries,
    accounts: &[AccountLine],
    aliases: &Aliases,
    start: NaiveDate,
) -> (Vec<PartyLine>, Vec<PartyLine>) {
    let whose = |code: &SmolStr| {
        let line = accounts.binary_search_by(|line| line.account.code.cmp(code)).ok();
        line.and_then(|at| accounts.get(at)).and_then(|line| whose(&line.account))
    };
    let mut found: [BTreeMap<PartyId, PartyLine>; 2] = [BTreeMap::new(), BTreeMap::new()];
    let [customers, suppliers] = &mut found;
    for (entry, postings) in &all.entries {
        for posting in postings {
            let Some(party) = party_of(aliases, entry, posting) else { continue };
            let parties = match whose(&posting.account) {
                Some(Whose::Customers) => &mut *customers,
                Some(Whose::Suppliers) => &mut *suppliers,
                None => continue,
            };
            let line = parties
                .entry(party)
                .or_insert_with(|| PartyLine { party, balances: BTreeMap::new() });
            let sums = line.balances.entry(posting.account.clone()).or_default();
            let worth = posting.ledger_amount.to_decimal();
            if entry.date < start {
                sums.0 = sums.0.saturating_add(worth);
            }
            sums.1 = sums.1.saturating_add(worth);
        }
    }
    let [customers, suppliers] = found;
    (customers.into_values().collect(), suppliers.into_values().collect())
}

/// Codes of at most so many characters, each once.
struct Shorter {
    most: usize,
    taken: BTreeSet<SmolStr>,
}

impl Shorter {
    fn new(most: usize) -> Shorter {
        Shorter { most, taken: BTreeSet::new() }
    }

    fn of(&mut self, whole: &str) -> SmolStr {
        let mut code = cut(whole, self.most);
        let mut n = 2;
        while !self.taken.insert(code.clone()) {
            let suffix = n.to_string();
            let begun = cut(whole, self.most.saturating_sub(suffix.len()));
            code = format_smolstr!("{begun}{suffix}");
            n += 1;
        }
        code
    }
}

/// The first characters of a text, so many at most.
fn cut(text: &str, most: usize) -> SmolStr {
    match text.char_indices().nth(most) {
        Some((end, _)) => text.get(..end).unwrap_or_default().into(),
        None => text.into(),
    }
}

fn within(what: &'static str, value: &SmolStr, most: usize) -> Result<(), ExportError> {
    match value.chars().count() <= most {
        true => Ok(()),
        false => Err(ExportError::TooLong { what, value: value.clone(), most }),
    }
}

/// An id without its hyphens: the form has room for 35 characters.
fn party_id(party: PartyId) -> SmolStr {
    format_smolstr!("{:032x}", party.to_u128())
}

fn text(xml: &mut Html, name: &'static str, value: &str) {
    xml.with_text(name, &[], value);
}

fn some(xml: &mut Html, name: &'static str, value: Option<SmolStr>) {
    if let Some(value) = value {
        text(xml, name, &value);
    }
}

fn amount(xml: &mut Html, name: &'static str, value: Decimal) {
    text(xml, name, &format!("{value:.2}"));
}

/// A balance on the side on which it stands.
fn balance(xml: &mut Html, [debit, credit]: [&'static str; 2], value: Decimal) {
    if value.is_sign_negative() && !value.is_zero() {
        amount(xml, credit, value.abs())
    } else {
        amount(xml, debit, value)
    }
}
