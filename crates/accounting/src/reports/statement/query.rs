//! Which statement is asked for.

use fondaco_core::store::Tags;
use fondaco_core::{Currency, DateRange, PartyId, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::ledger::{BalanceQuery, Entry, Posting};

/// The statement of an account on some days, either end of which may be open.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let february = StatementQuery::new("1000", "2026-02-01/2026-02-28".parse()?);
/// let bank = books.statement(&february)?;
/// assert_eq!((bank.ledger.opening, bank.ledger.closing), (500.into(), 460.into()));
/// let in_may = february.known_at("2026-05-31T00:00:00Z".parse()?); // all was recorded in June
/// assert_eq!(books.statement(&in_may)?.ledger.closing, 0.into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementQuery {
    pub(crate) account: SmolStr,
    pub(crate) days: DateRange,
    pub(crate) known_at: Option<Timestamp>,
    pub(crate) currency: Option<Currency>,
    pub(crate) parties: Vec<PartyId>,
    pub(crate) dimensions: Vec<(SmolStr, SmolStr)>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) on_normal_side: bool,
}

impl StatementQuery {
    /// All of an account on these days.
    pub fn new(account: impl Into<SmolStr>, days: DateRange) -> StatementQuery {
        let (known_at, currency) = (None, None);
        let (parties, dimensions) = (Vec::new(), Vec::new());
        let (account, on_normal_side) = (account.into(), false);
        StatementQuery { account, days, known_at, currency, parties, dimensions, on_normal_side }
    }

    /// Only what was recorded at this time or earlier, to the millisecond: the statement as it was then.
    #[must_use]
    pub fn known_at(mut self, time: Timestamp) -> StatementQuery {
        self.known_at = Some(time);
        self
    }

    /// Only amounts in this currency.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let dollars = StatementQuery::new("1000", DateRange::always()).currency(Currency::USD);
    /// assert_eq!(books.statement(&dollars)?.movements(), 0);
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn currency(mut self, currency: Currency) -> StatementQuery {
        self.currency = Some(currency);
        self
    }

    /// Only postings with this party, which is the entry's where a posting has none of its own. Said more than once, with any
    /// of them: give the [aliases](fondaco_core::party::aliases) of who was merged.
    ///
    /// There is no index by party: the opening is then added up from all postings of the account before.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let ada = PartyId::named("customer/1");
    /// let sale = NewEntry::new("GEN", "2026-03-01".parse()?)
    ///     .debit("1200", Money::parse("40 EUR")?)
    ///     .credit("4000", Money::parse("40 EUR")?)
    ///     .party(ada);
    /// books.post("sale", sale)?;
    /// let all = StatementQuery::new("1200", "2026-03-01/2026-12-31".parse()?);
    /// assert_eq!(books.statement(&all)?.ledger.opening, 119.into()); // of others
    /// assert_eq!(books.statement(&all.party(ada))?.ledger.opening, 0.into());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn party(mut self, party: PartyId) -> StatementQuery {
        self.parties.push(party);
        self
    }

    /// Only postings with this dimension; several must all fit.
    #[must_use]
    pub fn dimension(
        mut self,
        name: impl Into<SmolStr>,
        value: impl Into<SmolStr>,
    ) -> StatementQuery {
        self.dimensions.push((name.into(), value.into()));
        self
    }

    /// Shows balances on the account's normal side, as whom it is sent to reads them: what is owed to a customer is positive. Its figures
    /// stay debits less credits: see [`AccountStatement::shown`](super::AccountStatement::shown).
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let capital = StatementQuery::new("3000", DateRange::always()).on_normal_side();
    /// let capital = books.statement(&capital)?;
    /// assert!(capital.to_string().contains("0.00  500.00   500.00"), "{capital}");
    /// assert_eq!(capital.ledger.closing, (-500).into());
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn on_normal_side(mut self) -> StatementQuery {
        self.on_normal_side = true;
        self
    }

    /// The same as a question for balances, whoever they are with.
    pub(super) fn balances(&self) -> BalanceQuery {
        let mut query = BalanceQuery::account(self.account.clone());
        if let Some(start) = self.days.start() {
            query = query.from(start);
        }
        if let Some(end) = self.days.end() {
            query = query.until(end);
        }
        if let Some(time) = self.known_at {
            query = query.known_at(time);
        }
        if let Some(currency) = self.currency {
            query = query.currency(currency);
        }
        let dimensions = self.dimensions.iter().cloned();
        dimensions.fold(query, |query, (name, value)| query.dimension(name, value))
    }

    /// Whether a posting is asked for, as far as that can be told without its entry.
    pub(crate) fn takes(&self, posting: &Posting) -> bool {
        // An id whose time can't be read was not made by us; it counts as known for ever.
        let recorded = posting.recorded_at().map(|at| at.millis());
        let known = self.known_at.zip(recorded).is_none_or(|(time, at)| at <= time.millis());
        known
            && self.currency.is_none_or(|currency| currency == posting.currency)
            && self.takes_dimensions(&posting.dimensions)
            && self.days.contains(posting.date)
    }

    fn takes_dimensions(&self, dimensions: &Tags) -> bool {
        self.dimensions.iter().all(|(name, value)| dimensions.get(name) == Some(value))
    }

    /// Whether a posting of this entry is with a party that is asked for.
    pub(crate) fn takes_party(&self, posting: &Posting, entry: Option<&Entry>) -> bool {
        let party = posting.party.copied().or_else(|| entry.and_then(|entry| entry.party));
        self.parties.is_empty() || party.is_some_and(|party| self.parties.contains(&party))
    }

    /// The same for all days before.
    pub(crate) fn before(&self) -> Option<StatementQuery> {
        let eve = self.days.start()?.pred_opt()?;
        Some(StatementQuery { days: DateRange::until(eve), ..self.clone() })
    }
}
