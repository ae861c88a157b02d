//! The ledger as an engine: the list of its parts, which their features declare.

use fondaco_core::engine::Engine;

use crate::{allocation, close, currency, dimensions, import, ledger, parallel};

/// The ledger, for a driver to [join](fondaco_core::Driver::join): its tables, its permissions, what it holds on parties, what it does by
/// the clock, and how it is verified.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// use fondaco_core::policy::Stored;
/// let driver = Driver::new(Memory::new(), CompanyId::named("acme"));
/// let books = Books::over(driver.with_policy(Stored))?; // the ledger joins
/// let refused = books.send("set up", &SetUp::new(Currency::EUR)).unwrap_err();
/// assert_eq!(refused.code(), "policy.not_set_up"); // nobody may anything yet
/// # Ok::<(), fondaco_core::store::StoreError>(())
/// ```
pub static ENGINE: Engine = Engine {
    name: "ledger",
    parts: &[
        &ledger::PART,
        &ledger::approval::PART,
        &ledger::open_items::PART,
        &ledger::pending::PART,
        &ledger::recurring::PART,
        &ledger::spending::PART,
        &close::PART,
        &currency::PART,
        &dimensions::PART,
        &allocation::PART,
        &parallel::PART,
        &import::PART,
    ],
};
