//! What holds for the whole ledger.

use chrono::NaiveDate;
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Record, Value};
use fondaco_core::{Act, Currency, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{LedgerError, ReversalStyle, rights};
use crate::dimensions::DimensionUse;

/// The settings of a ledger: one row.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_settings", kind = state, key(ledger), layout = 5)]
pub struct Settings {
    /// Which ledger: `main`.
    pub ledger: SmolStr,
    /// The currency in which every entry balances.
    pub currency: Currency,
    /// Whether a spending limit was ever set: else no posting asks for one.
    #[record(since = 2)]
    pub spending_limits: Option<bool>,
    /// The last day that only who may `ledger.post_soft_locked` still posts to, whatever the journal.
    #[record(since = 3)]
    pub soft_locked_through: Option<NaiveDate>,
    /// The last day that takes no entry until it is unlocked.
    #[record(since = 3)]
    pub locked_through: Option<NaiveDate>,
    /// The last day that takes no entry any more.
    #[record(since = 3)]
    pub final_through: Option<NaiveDate>,
    /// How entries are reversed, unless their journal says otherwise; `None` for on the other side.
    #[record(since = 3)]
    pub reversals: Option<ReversalStyle>,
    /// Where the result of a year goes when it is closed.
    #[record(since = 3)]
    pub retained_earnings: Option<SmolStr>,
    /// The journal of closing entries.
    #[record(since = 3)]
    pub closing_journal: Option<SmolStr>,
    /// Whether a balance was ever asserted: else no posting asks for one.
    #[record(since = 3)]
    pub assertions: Option<bool>,
    /// Which dimensions postings may carry; `None` while none is defined: then no posting is asked for any.
    #[record(since = 4)]
    pub dimensions: Option<DimensionUse>,
    /// Whether a [parallel ledger](crate::parallel) was ever defined: else nobody asks to which one anything belongs.
    #[record(since = 5)]
    pub parallel_ledgers: Option<bool>,
}

impl Settings {
    /// Whether a spending limit was ever set.
    pub(crate) fn has_spending_limits(&self) -> bool {
        self.spending_limits.unwrap_or(false)
    }

    /// The key of the one ledger.
    pub(crate) fn key() -> SmolStr {
        SmolStr::new_static("main")
    }
}

/// Sets the ledger up: once, before anything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    /// The currency in which every entry balances.
    pub currency: Currency,
}

impl SetUp {
    /// A ledger in `currency`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// let books = Books::open(Memory::new(), CompanyId::named("acme"))?;
    /// books.send("set up", &SetUp::new(Currency::EUR))?;
    /// let twice = books.send("set up again", &SetUp::new(Currency::USD));
    /// assert_eq!(twice.unwrap_err().code(), "accounting.already_set_up");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(currency: Currency) -> SetUp {
        SetUp { currency }
    }
}

impl Act for SetUp {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&Request::new(&rights::SET_UP))?;
        if let Some(settings) = tx.get::<Settings>(&Settings::key())? {
            return Err(LedgerError::AlreadySetUp { currency: settings.currency });
        }
        if self.currency.minor_units().is_none() {
            let why =
                format!("{} has no minor unit: a ledger is kept in money", self.currency.code());
            return Err(LedgerError::BadInput { what: "currency", why });
        }
        let currency = Value::text(self.currency.code());
        tx.emit(Event::new("ledger.set_up").with("currency", currency));
        let (ledger, currency) = (Settings::key(), self.currency);
        tx.insert(Settings {
            ledger,
            currency,
            spending_limits: None,
            soft_locked_through: None,
            locked_through: None,
            final_through: None,
            reversals: None,
            retained_earnings: None,
            closing_journal: None,
            assertions: None,
            dimensions: None,
            parallel_ledgers: None,
        })?;
        Ok(())
    }
}
