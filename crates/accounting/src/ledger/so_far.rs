//! What a long list of entries that is checked in parts carries from one part to the next: nothing of it is posted meanwhile, so
//! the books don't say it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::{Currency, Id};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::close::Assertion;

/// So many sums of each kind are carried at most: more would make what is kept of it larger than what it is kept of.
const MOST: usize = 10_000;

/// What [`check_each`](super::check_each) found in the parts before: pass it on from part to part, beginning with an empty one. Its
/// form as data is for whoever stops between two parts.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let ten = Money::parse("10 EUR")?;
/// let sale = |on: &str| Ok::<_, chrono::ParseError>(
///     NewEntry::new("INV", on.parse()?).debit("1000", ten).credit("4000", ten)
/// );
/// let (later, earlier) = (vec![sale("2026-03-02")?], vec![sale("2026-03-01")?]);
/// let done = books.driver().run(books.envelope("try"), &(later, earlier), |tx, (first, second)| {
///     let mut so_far = CheckedSoFar::default();
///     ledger::check_each(tx, first, &mut so_far)?;
///     let refused = ledger::check_each(tx, second, &mut so_far)?; // INV is in order of date
///     Ok::<Vec<bool>, LedgerError>(refused.iter().map(Option::is_some).collect())
/// })?;
/// assert_eq!(done.answer, [true]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckedSoFar {
    /// The latest date by number series, of journals whose numbers go by date.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) dates: BTreeMap<SmolStr, NaiveDate>,
    /// What was added to the sums of accounts that keep them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) accounts: Vec<OfAccount>,
    /// What was added to the sums of spending limits that refuse.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) spending: Vec<OfLimit>,
    /// What was added to what is asserted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) assertions: Vec<(Id<Assertion>, i64)>,
}

/// Debits and credits of an account in a currency, in units of [`Amount`](super::Amount).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct OfAccount {
    pub(crate) account: SmolStr,
    pub(crate) currency: Currency,
    pub(crate) debit: i64,
    pub(crate) credit: i64,
}

/// What counts towards a limit, for a value, from a window's first day on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct OfLimit {
    pub(crate) code: SmolStr,
    pub(crate) value: SmolStr,
    pub(crate) window_start: NaiveDate,
    pub(crate) spent: i64,
}

impl CheckedSoFar {
    /// Whether nothing was checked yet that later parts depend on.
    pub fn is_empty(&self) -> bool {
        *self == CheckedSoFar::default()
    }
}

/// What was before with what was touched in its place, as far as there is room.
pub(crate) fn carry<T, K: Ord>(
    before: Vec<T>,
    touched: impl Iterator<Item = T>,
    key: impl Fn(&T) -> K,
) -> Vec<T> {
    let all: BTreeMap<K, T> =
        before.into_iter().chain(touched).map(|one| (key(&one), one)).collect();
    all.into_values().take(MOST).collect()
}
