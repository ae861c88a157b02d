//! What nearly every program names, for `use fondaco::prelude::*;`.
//!
//! A name is here when it is hard to use an engine without it and hard to mistake for something
//! else. Everything remains reachable under its module too.

pub use chrono::{NaiveDate, Weekday};
pub use fondaco_core::calendar::{BusinessDays, Calendar, DefineCalendar, Roll, SetZone, Zone};
pub use fondaco_core::fiscal::{WeekPattern, YearEnd, YearEndRule, YearNamedBy};
pub use fondaco_core::report::{Locale, Report};
pub use fondaco_core::{
    ActError, ActorId, CommandId, CompanyId, Currency, DateRange, DocumentId, Done, Driver,
    ErrorKind, FiscalCalendar, ItemId, Money, PartyId, Quantity, Range, Rate, Reading, Recurrence,
    Rounding, SiteId, Timestamp, Unit,
};
pub use fondaco_store::Memory;
#[cfg(feature = "sqlite")]
pub use fondaco_store::Sqlite;
pub use rust_decimal::Decimal;

#[cfg(feature = "accounting")]
pub use fondaco_accounting::{
    Books,
    currency::{NewRate, OpenRateSource, RateQuery, RecordRates},
    ledger::{
        AccountClass, ApproveDraft, BalanceQuery, ChangeAccount, CloseAccount, LedgerError,
        LockPeriod, NewAccount, NewEntry, NewPosting, OpenAccounts, OpenFiscalYear, OpenJournal,
        Post, PostEach, PostMany, PostReversing, Posted, PrepareDraft, RecurringTerms, Reverse,
        SetUp, Side, SoftLockPeriod, StartRecurring, SubmitDraft, UnlockPeriod,
    },
    reports::StatementQuery,
};
#[cfg(feature = "inventory")]
pub use fondaco_inventory::{
    SetUpStock, Stock, StockError,
    items::{AddCategories, AddItems, AddLots, Category, Item, NewLot, Tracking},
    moves::NewMove,
    places::{Location, LocationKind, OpenLocations, OpenSites, Site},
    posting::MoveStock,
};
