//! Whether what comes again under a key is the same: the first field that is not.
//!
//! The order is TigerBeetle's: how it is handled, the pending entry, the timeout, the accounts, the amount, the tags, the
//! currency, the kind; then what TigerBeetle does not have.

use chrono::NaiveDate;
use fondaco_core::Money;
use fondaco_core::store::Tags;
use smol_str::SmolStr;

use super::keys::{EntryKey, KeyOf};
use crate::ledger::pending::{Expiry, Loaded, Part, PostPending, Settled, VoidPending};
use crate::ledger::{
    Amount, Balancing, Closing, Entry, EntryDetail, EntryOptions, NewEntry, NewPending, NewPosting,
    PendingEntry, PendingSettled, Posting, Side,
};

/// What a key stands for differs in how it is handled.
const HANDLING: SmolStr = SmolStr::new_static("handling");

type Differs = Option<SmolStr>;

fn field(name: &'static str) -> Differs {
    Some(SmolStr::new_static(name))
}

/// One of the first, in order, that differs.
fn first(fields: &[(&'static str, bool)]) -> Differs {
    fields.iter().find(|(_, same)| !same).and_then(|(name, _)| field(name))
}

/// A line as it is compared.
struct Line<'a> {
    account: &'a SmolStr,
    side: Side,
    units: Option<i64>,
    currency: fondaco_core::Currency,
    /// In the ledger's currency; `None` where it is left to the rate.
    worth: Option<i64>,
    rate: Option<rust_decimal::Decimal>,
    rest: Rest<'a>,
}

type Rest<'a> = (Option<&'a SmolStr>, Option<fondaco_core::PartyId>, Option<NaiveDate>, &'a Tags);

impl<'a> Line<'a> {
    fn given(posting: &'a NewPosting) -> Line<'a> {
        let units = |money: Money| Amount::from_decimal(money.amount()).map(Amount::units);
        Line {
            account: &posting.account,
            side: posting.side,
            units: units(posting.amount),
            currency: posting.amount.currency(),
            // What no posting can hold is no worth of one that was posted.
            worth: posting.ledger_amount.map(|worth| units(worth).unwrap_or(i64::MAX)),
            rate: posting.rate,
            rest: (posting.text.as_ref(), posting.party, posting.due_date, &posting.dimensions),
        }
    }

    fn posted(posting: &'a Posting) -> Line<'a> {
        Line {
            account: &posting.account,
            side: posting.side,
            units: Some(posting.amount.units().saturating_abs()),
            currency: posting.currency,
            worth: Some(posting.ledger_amount.units().saturating_abs()),
            rate: posting.rate.copied(),
            rest: (
                posting.text.get(),
                posting.party.copied(),
                posting.due_date,
                &posting.dimensions,
            ),
        }
    }

    fn held(posting: &'a crate::ledger::PendingPosting) -> Line<'a> {
        Line {
            account: &posting.account,
            side: posting.side,
            units: Some(posting.amount.units().saturating_abs()),
            currency: posting.currency,
            worth: Some(posting.ledger_amount.units().saturating_abs()),
            rate: posting.rate,
            rest: (posting.text.as_ref(), posting.party, posting.due_date, &posting.dimensions),
        }
    }
}

/// The accounts of one side, in order.
fn accounts<'a>(lines: &'a [Line<'a>], side: Side) -> impl Iterator<Item = &'a SmolStr> {
    lines.iter().filter(move |line| line.side == side).map(|line| line.account)
}

fn accounts_differ(given: &[Line<'_>], known: &[Line<'_>]) -> Differs {
    first(&[
        ("debit_account", accounts(given, Side::Debit).eq(accounts(known, Side::Debit))),
        ("credit_account", accounts(given, Side::Credit).eq(accounts(known, Side::Credit))),
    ])
}

/// What was balancing comes again with the most that may be moved: as much as was moved, or more.
fn amounts_differ(given: &[Line<'_>], known: &[Line<'_>], balancing: bool) -> Differs {
    let same = given.len() == known.len()
        && given.iter().zip(known).all(|(given, known)| match (given.units, known.units) {
            (Some(given), Some(known)) if balancing => given >= known,
            (given, known) => given == known,
        });
    first(&[("amount", same)])
}

fn currencies_differ(given: &[Line<'_>], known: &[Line<'_>]) -> Differs {
    let same = given.iter().zip(known).all(|(given, known)| given.currency == known.currency);
    first(&[("currency", same)])
}

/// A worth or rate that is left out now is what it was; that of an amount that was balanced is no longer told.
/// With rules of dimensions what was given may have been filled in.
fn lines_differ(given: &[Line<'_>], known: &[Line<'_>], fills: bool) -> Differs {
    let same_worth = |given: &Line<'_>, known: &Line<'_>| {
        let rate = given.rate.filter(|_| known.rate.is_some());
        given.units != known.units
            || given.worth.is_none_or(|worth| Some(worth) == known.worth)
                && rate.is_none_or(|rate| Some(rate) == known.rate)
    };
    let both = || given.iter().zip(known);
    first(&[
        ("worth", both().all(|(given, known)| same_worth(given, known))),
        ("postings", both().all(|(given, known)| same_rest(given.rest, known.rest, fills))),
    ])
}

fn same_rest(given: Rest<'_>, known: Rest<'_>, fills: bool) -> bool {
    let (text, party, due_date, dimensions) = given;
    let same = |(name, value): (&str, &str)| known.3.get(name) == Some(value);
    (text, party, due_date) == (known.0, known.1, known.2)
        && (dimensions == known.3 || fills && dimensions.iter().all(same))
}

/// The first tag, by name, that differs.
fn tags_differ(given: &Tags, known: &Tags) -> Differs {
    let mut names: Vec<&str> = given.iter().chain(known.iter()).map(|(name, _)| name).collect();
    names.sort_unstable();
    names.into_iter().find(|name| given.get(name) != known.get(name)).map(SmolStr::new)
}

/// How an entry is to be handled.
#[derive(PartialEq, Eq)]
struct Handling {
    linked: bool,
    balancing: Option<Balancing>,
    closing: Option<Closing>,
    imported: bool,
}

fn handling(options: &EntryOptions, closing: Option<Closing>) -> Handling {
    let (linked, balancing) = (options.linked, options.balancing);
    Handling { linked, balancing, closing, imported: options.imported_at.is_some() }
}

/// An entry that was posted under the key.
pub(crate) fn entry(
    key: &EntryKey,
    given: &NewEntry,
    (entry, postings, detail): (&Entry, &[Posting], &EntryDetail),
    fills: bool,
) -> Differs {
    let options = given.options.as_deref().cloned().unwrap_or_default();
    let (linked, imported) = (key.linked, detail.imported);
    let known = Handling { linked, balancing: detail.balancing, closing: None, imported };
    if key.of != KeyOf::Entry || handling(&options, None) != known {
        return Some(HANDLING);
    }
    let lines: Vec<Line<'_>> = given.postings.iter().map(Line::given).collect();
    let known: Vec<Line<'_>> = postings.iter().map(Line::posted).collect();
    let body = body_differs((&lines, &known), (&options, &detail.tags, &detail.kind));
    let Entry { journal, date, document_date, due_date, text, party, source, .. } = entry;
    let head = || {
        first(&[
            ("journal", given.journal == *journal),
            ("date", given.date == *date),
            ("adjustment", given.adjustment().is_none_or(|number| number == entry.period_number())),
            ("document_date", given.document_date == *document_date),
            ("due_date", given.due_date == *due_date),
            ("text", given.text == *text),
            ("party", given.party == *party),
            ("source", given.source == *source),
            ("conversion", given.conversion == entry.conversion),
            ("note", same_note(given, detail)),
        ])
    };
    body.or_else(head).or_else(|| lines_differ(&lines, &known, fills))
}

/// A note that was erased is compared with nothing: what it said nobody knows any more.
fn same_note(given: &NewEntry, detail: &EntryDetail) -> bool {
    match detail.note.get() {
        None => given.noted().is_none(),
        Some(note) => note.get().is_none_or(|note| given.noted() == Some(note)),
    }
}

fn body_differs(
    (lines, known): (&[Line<'_>], &[Line<'_>]),
    (options, tags, kind): (&EntryOptions, &Tags, &Option<SmolStr>),
) -> Differs {
    accounts_differ(lines, known)
        .or_else(|| amounts_differ(lines, known, options.balancing.is_some()))
        .or_else(|| tags_differ(&options.tags, tags))
        .or_else(|| currencies_differ(lines, known))
        .or_else(|| first(&[("kind", options.kind == *kind)]))
}

/// A pending entry that was recorded under the key.
pub(crate) fn pending(key: &EntryKey, given: &NewPending, known: &Loaded, fills: bool) -> Differs {
    let options = given.entry.options.as_deref().cloned().unwrap_or_default();
    let held: &PendingEntry = &known.pending;
    let (linked, imported) = (key.linked, held.imported);
    let as_was = Handling { linked, balancing: held.balancing, closing: held.closing, imported };
    if key.of != KeyOf::Pending || handling(&options, given.closing) != as_was {
        return Some(HANDLING);
    }
    let same_expiry = match given.expires {
        None => held.expires_at.is_none(),
        Some(Expiry::After(seconds)) => held.timeout_seconds == Some(seconds),
        Some(Expiry::At(at)) => held.timeout_seconds.is_none() && held.expires_at == Some(at),
    };
    if !same_expiry {
        return field("timeout");
    }
    let lines: Vec<Line<'_>> = given.entry.postings.iter().map(Line::given).collect();
    let as_held: Vec<Line<'_>> = known.lines.iter().map(|line| Line::held(line)).collect();
    let body = body_differs((&lines, &as_held), (&options, &held.tags, &held.kind));
    let entry = &given.entry;
    let head = || {
        first(&[
            ("journal", entry.journal == held.journal),
            ("date", entry.date == held.date),
            ("document_date", entry.document_date == held.document_date),
            ("due_date", entry.due_date == held.due_date),
            ("text", entry.text == held.text),
            ("party", entry.party == held.party),
            ("source", entry.source == held.source),
            ("conversion", entry.conversion == held.conversion),
        ])
    };
    body.or_else(head).or_else(|| lines_differ(&lines, &as_held, fills))
}

/// A pending entry that was posted or voided under the key.
pub(crate) struct KnownSettling<'a> {
    pub(crate) key: &'a EntryKey,
    pub(crate) held: &'a Loaded,
    pub(crate) settled: &'a PendingSettled,
    /// What was posted of it.
    pub(crate) posted: &'a [Posting],
    /// The one that is named now.
    pub(crate) named: Option<fondaco_core::Id<PendingEntry>>,
}

impl KnownSettling<'_> {
    /// Against posting it again.
    pub(crate) fn posting(&self, given: &PostPending) -> Differs {
        let options = &given.options;
        self.handled(Settled::Posted, options.linked, options.imported_at.is_some())
            .or_else(|| self.expected(options.expected.as_deref()))
            .or_else(|| first(&[("amount", self.is_part(&given.part))]))
            .or_else(|| self.tags(&options.tags))
            .or_else(|| self.currency_and_kind(options.expected.as_deref()))
            .or_else(|| self.date(given.date))
    }

    /// Against voiding it again.
    pub(crate) fn voiding(&self, given: &VoidPending) -> Differs {
        let options = &given.options;
        self.handled(Settled::Voided, options.linked, options.imported_at.is_some())
            .or_else(|| self.expected(options.expected.as_deref()))
            .or_else(|| self.tags(&options.tags))
            .or_else(|| self.currency_and_kind(options.expected.as_deref()))
    }

    fn handled(&self, as_given: Settled, linked: bool, imported: bool) -> Differs {
        // What was imported has the instant it was given, not that of its commit.
        let of = match as_given {
            Settled::Posted => KeyOf::PostedPending,
            _ => KeyOf::VoidedPending,
        };
        if self.key.of != of || self.key.linked != linked || self.settled.imported != imported {
            return Some(HANDLING);
        }
        first(&[("pending", self.named == Some(self.settled.pending))])
    }

    fn expected(&self, expected: Option<&crate::ledger::Expected>) -> Differs {
        let expected = expected?;
        let has = |side, account: &Option<SmolStr>| {
            account.as_ref().is_none_or(|account| self.held.has(side, account))
        };
        first(&[
            ("debit_account", has(Side::Debit, &expected.debit)),
            ("credit_account", has(Side::Credit, &expected.credit)),
            ("amount", expected.amount.is_none_or(|amount| amount == self.held.amount())),
        ])
    }

    fn currency_and_kind(&self, expected: Option<&crate::ledger::Expected>) -> Differs {
        let expected = expected?;
        let currency = self.held.amount().currency();
        let kind = expected.kind.is_none() || expected.kind == self.held.pending.kind;
        first(&[
            ("currency", expected.currency.is_none_or(|expected| expected == currency)),
            ("kind", kind),
        ])
    }

    fn is_part(&self, part: &Part) -> bool {
        let posted = || self.posted.iter().map(|posting| posting.money().abs());
        match part {
            Part::All => posted().eq(self.held.lines.iter().map(|line| line.money().abs())),
            Part::Lines(lines) => lines.iter().copied().eq(posted()),
            Part::Amount(whole) => {
                let debits = self.posted.iter().filter(|posting| posting.side == Side::Debit);
                let sum: i128 = debits.map(|posting| i128::from(posting.amount.units())).sum();
                let units = Amount::from_decimal(whole.amount()).map(|sum| i128::from(sum.units()));
                units == Some(sum) && posted().all(|amount| amount.currency() == whole.currency())
            }
        }
    }

    fn date(&self, given: Option<NaiveDate>) -> Differs {
        let date = given.unwrap_or(self.held.pending.date);
        first(&[("date", self.posted.iter().all(|posting| posting.date == date))])
    }

    fn tags(&self, given: &Tags) -> Differs {
        tags_differ(&self.held.pending.tags_with(given), &self.settled.tags)
    }
}
