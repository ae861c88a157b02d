//! What every account adds up to at several moments, by dimensions, read in one pass over the kept sums.
//!
//! A whole period comes from the ledger's sums, a period that a moment cuts in two from its postings, and what was known at an
//! earlier time from all postings. Each figure of a statement is then a sum over a few places of a row.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::map::HashMap;
use fondaco_core::store::Tags;
use fondaco_core::{Range, Reading, Timestamp};
use smol_str::SmolStr;

use super::columns::ClosingSums;
use crate::ledger::{
    Account, Amounts, Balance, LedgerError, Period, PeriodKey, PeriodKind, Posting, tags, was_known,
};

/// Which postings count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Known {
    /// Those that were known at this time; `None` for all.
    pub(super) at: Option<Timestamp>,
    /// Not those in adjustment periods of this fiscal year.
    pub(super) unadjusted: Option<i32>,
}

impl Known {
    /// Whether what was recorded then was known.
    pub(super) fn has(self, recorded_at: Option<Timestamp>) -> bool {
        self.at.is_none_or(|time| was_known(recorded_at, time))
    }
}

/// The end of a day, with what counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) known: Known,
    pub(super) date: NaiveDate,
}

/// Rows of figures in units of the ledger's amounts: one for each account and combination of dimensions.
pub(super) struct Cells {
    /// All accounts, by code.
    pub(super) accounts: Vec<Arc<Account>>,
    /// The combinations of dimensions; the first has none.
    pub(super) dimensions: Vec<Tags>,
    /// The periods for adjustments.
    adjustments: BTreeSet<PeriodKey>,
    rows: Vec<Cell>,
    /// The rows of each account.
    of_account: Vec<Vec<usize>>,
    by_key: HashMap<(usize, usize), usize>,
    combinations: HashMap<Tags, usize>,
    /// How many figures a row has.
    places: usize,
    /// Whether dimensions are told apart.
    apart: bool,
}

/// The figures of one account with one combination of dimensions: debits less credits.
pub(super) struct Cell {
    pub(super) dimensions: usize,
    nets: Vec<i128>,
}

impl Cell {
    /// The figure at some places together, each added or taken off.
    pub(super) fn sum(&self, terms: &[(usize, i128)]) -> i128 {
        terms.iter().map(|(place, sign)| sign * self.nets.get(*place).copied().unwrap_or(0)).sum()
    }
}

impl Cells {
    /// Rows with so many figures; `apart` tells dimensions apart.
    pub(super) fn new(
        accounts: Vec<Arc<Account>>,
        periods: &[Arc<Period>],
        places: usize,
        apart: bool,
    ) -> Cells {
        let adjusting = periods.iter().filter(|period| period.kind == Some(PeriodKind::Adjustment));
        let of_account = vec![Vec::new(); accounts.len()];
        let mut combinations: HashMap<_, _> = HashMap::default();
        combinations.insert(Tags::default(), 0);
        Cells {
            accounts,
            dimensions: vec![Tags::default()],
            adjustments: adjusting.map(|period| period.period).collect(),
            rows: Vec::new(),
            of_account,
            by_key: HashMap::default(),
            combinations,
            places,
            apart,
        }
    }

    /// The rows of an account.
    pub(super) fn of(&self, account: usize) -> impl Iterator<Item = &Cell> {
        let places = self.of_account.get(account).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|place| self.rows.get(*place))
    }

    /// Whether dimensions are told apart.
    pub(super) fn tells_apart(&self) -> bool {
        self.apart
    }

    /// The place of an account.
    pub(super) fn account(&self, code: &str) -> Option<usize> {
        self.accounts.binary_search_by(|account| account.code.as_str().cmp(code)).ok()
    }

    /// Whether a posting counts.
    pub(super) fn counts(&self, posting: &Posting, known: Known) -> bool {
        known.has(posting.recorded_at()) && !self.is_left_out(posting.period, known)
    }

    fn is_left_out(&self, period: PeriodKey, known: Known) -> bool {
        known.unadjusted.is_some_and(|year| period.div_euclid(100) == year)
            && self.adjustments.contains(&period)
    }

    /// Adds to a figure of an account.
    pub(super) fn add(&mut self, account: usize, dimensions: usize, place: usize, net: i128) {
        let at = *self.by_key.entry((account, dimensions)).or_insert_with(|| {
            self.rows.push(Cell { dimensions, nets: vec![0; self.places] });
            if let Some(rows) = self.of_account.get_mut(account) {
                rows.push(self.rows.len() - 1);
            }
            self.rows.len() - 1
        });
        if let Some(figure) = self.rows.get_mut(at).and_then(|cell| cell.nets.get_mut(place)) {
            *figure += net;
        }
    }

    /// Adds a posting to a figure of its account.
    pub(super) fn add_posting(&mut self, posting: &Posting, place: usize) {
        let units = Amounts::of_posting(posting).net().1;
        self.add_of(&posting.account, &posting.dimensions, units, place);
    }

    /// Adds debits less credits to a figure of an account.
    pub(super) fn add_of(&mut self, account: &str, dimensions: &Tags, units: i128, place: usize) {
        if let Some(account) = self.account(account) {
            let dimensions = self.combination(dimensions);
            self.add(account, dimensions, place, units);
        }
    }

    pub(super) fn combination(&mut self, of: &Tags) -> usize {
        if !self.apart || of.is_empty() {
            return 0;
        }
        if let Some(known) = self.combinations.get(of) {
            return *known;
        }
        self.dimensions.push(of.clone());
        self.combinations.insert(of.clone(), self.dimensions.len() - 1);
        self.dimensions.len() - 1
    }

    /// Fills the figures of the moments, the first places of each row in their order, with all that was posted up to each; and the
    /// sums of closing entries, in the places that they name.
    pub(super) fn read_moments(
        &mut self,
        read: &mut impl Reading,
        periods: &[Arc<Period>],
        moments: &[Moment],
        closings: &[(ClosingSums, usize)],
    ) -> Result<(), LedgerError> {
        let mut known: Vec<_> = moments.iter().map(|moment| moment.known).collect();
        known.sort_unstable();
        known.dedup();
        for known in known {
            let mut days: Vec<Day> = (moments.iter().enumerate())
                .filter(|(_, moment)| moment.known == known)
                .map(|(place, moment)| Day { date: moment.date, place })
                .collect();
            days.sort_unstable_by_key(|day| day.date);
            let of_closings = closings.iter().filter(|((of, _), _)| *of == known);
            let closings = of_closings.map(|((_, period), place)| (*period, *place)).collect();
            match known.at {
                None => {
                    let counted = |period: &&Arc<Period>| !self.is_left_out(period.period, known);
                    let periods: Vec<_> = periods.iter().filter(counted).cloned().collect();
                    self.read_kept(read, &periods, &days, &closings)?;
                }
                Some(_) => self.read_known(read, known, &days, &closings)?,
            }
            self.pile_up(&days);
        }
        Ok(())
    }

    fn read_kept(
        &mut self,
        read: &mut impl Reading,
        periods: &[Arc<Period>],
        days: &[Day],
        closings: &Places,
    ) -> Result<(), LedgerError> {
        let (mut whole, mut cut) = (Places::default(), Vec::new());
        for period in periods {
            let cuts =
                days.iter().rev().find(|day| period.start <= day.date && day.date < period.end);
            let end = after(days, period.end);
            match cuts {
                // No sum is kept of a part: all of it up to its end, or up to the last of the days, is read.
                Some(last) => cut.push((period.period, end.map_or(last.date, |_| period.end))),
                None => whole.extend(end.map(|place| (period.period, place))),
            }
        }
        self.read_balances(read, &whole, closings)?;
        let (mut ranges, accounts) = (Vec::new(), self.accounts.clone());
        for (period, last) in cut {
            let leaves = accounts.iter().filter(|account| !account.heading);
            ranges.extend(leaves.map(|account| {
                Range::by(Posting::BY_ACCOUNT, &(account.code.clone(), period)).through(&last)
            }));
        }
        read.peek_each_of(&ranges, |posting: &Posting| {
            if let Some(place) = after(days, posting.date) {
                self.add_posting(posting, place);
            }
            Ok::<(), LedgerError>(())
        })
    }

    /// The kept sums of whole periods.
    fn read_balances(
        &mut self,
        read: &mut impl Reading,
        whole: &Places,
        closings: &Places,
    ) -> Result<(), LedgerError> {
        if whole.is_empty() && closings.is_empty() {
            return Ok(());
        }
        let (mut last, mut last_code) = (None, SmolStr::default());
        read.peek_each(&Range::<Balance>::all(), |balance: &Balance| {
            let (place, closing) = (whole.get(&balance.period), closings.get(&balance.period));
            if place.is_none() && closing.is_none() {
                return Ok(());
            }
            if last.is_none() || last_code != balance.account {
                last = self.account(&balance.account);
                last_code = balance.account.clone();
            }
            let Some(account) = last else { return Ok(()) };
            let dimensions = match self.apart && !balance.dimensions.is_empty() {
                true => self.combination(&tags(&balance.dimensions)?),
                false => 0,
            };
            let net = Amounts::of_balance(balance).net().1;
            place
                .into_iter()
                .chain(closing)
                .for_each(|place| self.add(account, dimensions, *place, net));
            Ok::<(), LedgerError>(())
        })
    }

    fn read_known(
        &mut self,
        read: &mut impl Reading,
        known: Known,
        days: &[Day],
        closings: &Places,
    ) -> Result<(), LedgerError> {
        read.peek_each(&Range::<Posting>::all(), |posting: &Posting| {
            if self.counts(posting, known) {
                let closing = closings.get(&posting.period).copied();
                let places = after(days, posting.date).into_iter().chain(closing);
                places.for_each(|place| self.add_posting(posting, place));
            }
            Ok::<(), LedgerError>(())
        })
    }

    /// What came between the days becomes what there was at the end of each.
    fn pile_up(&mut self, days: &[Day]) {
        for cell in &mut self.rows {
            let mut sum = 0;
            for day in days {
                if let Some(net) = cell.nets.get_mut(day.place) {
                    sum += *net;
                    *net = sum;
                }
            }
        }
    }
}

/// The place of each period's sums.
type Places = HashMap<PeriodKey, usize>;

/// A day at whose end figures are wanted, and their place in a row.
struct Day {
    date: NaiveDate,
    place: usize,
}

/// The place of the first day that has what happened on a date.
fn after(days: &[Day], date: NaiveDate) -> Option<usize> {
    days.get(days.partition_point(|day| day.date < date)).map(|day| day.place)
}
