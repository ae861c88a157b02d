//! What cash was paid for, and what it became worth more or less without moving.
//!
//! An entry balances in the ledger's currency, so what its postings on cash come to is what all its others come to, with the other
//! sign. Shown by the accounts of those others, that is the direct cash flow; transfers between cash accounts show nothing.
//!
//! Not all of an entry's other postings are what cash was paid for. Wages of 100 of which 80 are paid and 20 withheld as tax are 80 for
//! wages: what cash took in stands against credits, what it gave out against debits, each by its share. And nothing is paid by
//! a posting without an amount that only says what a balance in another currency is worth: on cash it is an exchange difference, of
//! which IAS 7.28 and DRS 21 want a row of its own; so is what a conversion from cash to cash gains or loses.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::store::Tags;
use fondaco_core::{Currency, Id, Range, Reading};
use smol_str::SmolStr;

use super::brought::Brought;
use super::cells::{Cells, Known};
use super::columns::{Plan, Span};
use super::followed::Followed;
use super::shares::Splitter;
use crate::currency::ExchangeAccounts;
use crate::ledger::{Amounts, Entry, LedgerError, Period, Posting, is_closing};

/// A part of a posting that cash was paid for, or an exchange difference where it is on cash.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    pub(super) posting: Arc<Posting>,
    /// When cash moved: an invoice is older than what pays it.
    pub(super) date: NaiveDate,
    /// Debits less credits.
    pub(super) units: i128,
}

/// What says how the entries of a company move cash.
pub(super) struct Payments<'c> {
    pub(super) periods: &'c [Arc<Period>],
    /// The accounts that are cash.
    pub(super) cash: &'c [usize],
    /// The accounts that are shown in an invoice's stead.
    pub(super) follows: &'c [usize],
    /// Entries that brought balances over or correct them: nothing was paid by them, whenever they came.
    pub(super) brought: &'c Brought,
    pub(super) currency: Currency,
}

/// So many entries are looked at together.
const MANY: usize = 1024;

impl Payments<'_> {
    /// Puts what was paid on the plan's days into its places.
    pub(super) fn fill(
        &self,
        read: &mut impl Reading,
        plan: &Plan,
        cells: &mut Cells,
    ) -> Result<(), LedgerError> {
        let mut times: Vec<Known> = plan.paid.iter().map(|span| span.known).collect();
        times.sort_unstable();
        times.dedup();
        for known in times {
            let spans: Vec<Span> =
                plan.paid.iter().filter(|span| span.known == known).copied().collect();
            let Some(days) = Span::around(&spans) else { continue };
            let mut sums: BTreeMap<(SmolStr, Tags, usize), i128> = BTreeMap::new();
            self.each(read, cells, known, days, |flow| {
                let on_days = plan.paid.iter().enumerate();
                let on_days =
                    on_days.filter(|(_, span)| span.known == known && span.has(flow.date));
                for (at, _) in on_days {
                    let (account, dimensions) = (&flow.posting.account, &flow.posting.dimensions);
                    let cell = (account.clone(), dimensions.clone(), plan.paid_place(at));
                    *sums.entry(cell).or_default() += flow.units;
                }
            })?;
            for ((account, dimensions, place), units) in sums {
                cells.add_of(&account, &dimensions, units, place);
            }
        }
        Ok(())
    }

    /// All flows of one span, in order of their dates.
    pub(super) fn of(
        &self,
        read: &mut impl Reading,
        cells: &Cells,
        span: Span,
    ) -> Result<Vec<Flow>, LedgerError> {
        let mut flows = Vec::new();
        let days = (span.from, span.through);
        self.each(read, cells, span.known, days, |flow| flows.push(flow))?;
        flows.sort_by_key(|flow| flow.date);
        Ok(flows)
    }

    fn each(
        &self,
        read: &mut impl Reading,
        cells: &Cells,
        known: Known,
        days: (NaiveDate, NaiveDate),
        mut take: impl FnMut(Flow),
    ) -> Result<(), LedgerError> {
        let entries: Vec<_> = self.moving_cash(read, cells, known, days)?.into_iter().collect();
        let exchange = exchange_accounts(read)?;
        for some in entries.chunks(MANY) {
            let ranges: Vec<_> = some.iter().map(Range::<Posting>::by_key).collect();
            let mut flows = Vec::new();
            for postings in read.peek_scans(&ranges)? {
                flows.extend(self.of_entry(cells, &exchange, &postings));
            }
            let followed = Followed { payments: self, known };
            for flow in followed.instead_of_items(read, cells, flows)? {
                take(flow);
            }
        }
        Ok(())
    }

    /// The entries with a posting on cash on some days.
    fn moving_cash(
        &self,
        read: &mut impl Reading,
        cells: &Cells,
        known: Known,
        (first, last): (NaiveDate, NaiveDate),
    ) -> Result<BTreeSet<Id<Entry>>, LedgerError> {
        let met = self.periods.iter().filter(|period| period.start <= last && first <= period.end);
        let codes = self.cash.iter().filter_map(|account| cells.accounts.get(*account));
        let codes: Vec<_> = codes.map(|account| account.code.clone()).collect();
        let ranges: Vec<_> = met
            .flat_map(|period| codes.iter().map(|code| (code.clone(), period.period)))
            .map(|place| Range::by(Posting::BY_ACCOUNT, &place).from(&first).through(&last))
            .collect();
        let mut entries = BTreeSet::new();
        read.peek_each_of(&ranges, |posting: &Posting| {
            let counts = cells.counts(posting, known) && !is_closing(posting.period);
            if counts && !self.brought.has(posting.entry) {
                entries.insert(posting.entry);
            }
            Ok::<(), LedgerError>(())
        })?;
        Ok(entries)
    }

    fn of_entry(
        &self,
        cells: &Cells,
        exchange: &BTreeSet<SmolStr>,
        postings: &[Arc<Posting>],
    ) -> Vec<Flow> {
        let foreign = postings.iter().any(|posting| posting.currency != self.currency);
        let (mut flows, mut parts) = (Vec::new(), Parts::default());
        for posting in postings {
            let units = Amounts::of_posting(posting).net().1;
            let worth_alone = posting.amount.units() == 0;
            let is_cash = cells.account(&posting.account).is_some_and(|at| self.cash.contains(&at));
            match is_cash {
                true if worth_alone => flows.push(flow(posting, units)),
                true if units > 0 => parts.taken_in.push((posting, units)),
                true => parts.given_out.push((posting, -units)),
                // What was gained or lost by rates was paid for with the rest.
                false if worth_alone || (foreign && exchange.contains(&posting.account)) => {}
                false if units > 0 => parts.debits.push((posting, units)),
                false => parts.credits.push((posting, -units)),
            }
        }
        parts.flows(Splitter::of(self.currency), &mut flows);
        flows.retain(|flow| flow.units != 0);
        flows
    }
}

fn flow(posting: &Arc<Posting>, units: i128) -> Flow {
    Flow { posting: posting.clone(), date: posting.date, units }
}

/// Postings with their sizes.
type Sized<'p> = Vec<(&'p Arc<Posting>, i128)>;

/// The postings of an entry that moves cash: those on cash, and the others.
#[derive(Default)]
struct Parts<'p> {
    taken_in: Sized<'p>,
    given_out: Sized<'p>,
    debits: Sized<'p>,
    credits: Sized<'p>,
}

impl Parts<'_> {
    /// What cash took in stands against credits and what it gave out against debits, as far as it was not given by cash to cash. What
    /// finds nothing to stand against is a difference between cash and cash.
    fn flows(&self, splitter: Splitter, flows: &mut Vec<Flow>) {
        let sum = |parts: &Sized<'_>| parts.iter().map(|(_, size)| size).sum::<i128>();
        let (taken_in, given_out) = (sum(&self.taken_in), sum(&self.given_out));
        let beyond = (taken_in - sum(&self.credits)).max(given_out - sum(&self.debits));
        let transferred = beyond.clamp(0, taken_in.min(given_out));
        let sides = [
            (taken_in - transferred, &self.credits, &self.taken_in, -1),
            (given_out - transferred, &self.debits, &self.given_out, 1),
        ];
        for (total, others, own, sign) in sides {
            let (parts, sign) = if others.is_empty() { (own, -sign) } else { (others, sign) };
            let sizes: Vec<i128> = parts.iter().map(|(_, size)| *size).collect();
            let shares = splitter.split(total, &sizes);
            flows.extend(
                parts.iter().zip(shares).map(|((posting, _), share)| flow(posting, sign * share)),
            );
        }
    }
}

/// The accounts that are named for exchange differences.
fn exchange_accounts(read: &mut impl Reading) -> Result<BTreeSet<SmolStr>, LedgerError> {
    let named = read.peek_scan(&Range::<ExchangeAccounts>::all())?;
    let of = |accounts: &Arc<ExchangeAccounts>| {
        let unrealised = [accounts.unrealised_gain.clone(), accounts.unrealised_loss.clone()];
        [accounts.gain.clone(), accounts.loss.clone()]
            .into_iter()
            .chain(unrealised.into_iter().flatten())
    };
    Ok(named.iter().flat_map(of).collect())
}
