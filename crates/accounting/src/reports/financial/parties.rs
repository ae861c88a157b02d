//! Collective accounts by party: who has paid too much is owed something, whatever all the others owe.
//!
//! Neither § 246 Abs. 2 HGB nor IAS 1.32 lets one set off what is claimed of one against what is owed to another. So where a layout takes an account by
//! its side, one that is kept by open items is judged party by party: customers in credit stand with the debts.
//! What revaluations post is no claim on anybody, but what claims and debts are worth: it stands where the account as a whole does.

use fondaco_core::map::HashMap;
use fondaco_core::{PartyId, Reading};

use super::cells::{Cells, Moment};
use super::columns::Plan;
use super::fill::is_of;
use super::taken;
use crate::ledger::open_items::{Aliases, PartyWorth, open_by_party};
use crate::ledger::{Amount, ItemKeeping, ItemKey, LedgerError, OpenItem, Posting, Side};
use crate::reports::{Layout, Measure};

/// How many postings are read in one trip.
const MANY: usize = 4096;

/// What each party has of an account at a moment.
#[derive(Default)]
pub(super) struct Parties {
    /// By the places of the account and of the moment.
    of: HashMap<(usize, usize), Vec<OfParty>>,
    aliases: Aliases,
}

/// With whom something of an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum With {
    Party(PartyId),
    /// What names no party is one for itself.
    Nobody,
    /// No claim and no debt by itself: what revaluations posted, and what was cleared. It stands where the account as a whole does.
    All,
}

impl With {
    fn of(party: Option<PartyId>, worth_only: bool) -> With {
        match party {
            Some(party) => With::Party(party),
            None if worth_only => With::All,
            None => With::Nobody,
        }
    }
}

/// What one of them has: debits less credits, in units.
pub(super) struct OfParty {
    pub(super) with: With,
    /// By combinations of dimensions.
    parts: Vec<(usize, i128)>,
}

impl OfParty {
    /// What of it has some dimensions.
    pub(super) fn sum(&self, has: impl Fn(usize) -> bool) -> i128 {
        self.parts.iter().filter(|(at, _)| has(*at)).map(|(_, units)| units).sum()
    }
}

impl Parties {
    /// Of the accounts that rows take by their side, at the end of each column.
    pub(super) fn read(
        read: &mut impl Reading,
        layout: &Layout,
        plan: &Plan,
        cells: &mut Cells,
    ) -> Result<Parties, LedgerError> {
        let accounts = judged(layout, cells);
        let mut parties = Parties::default();
        if accounts.is_empty() {
            return Ok(parties);
        }
        parties.aliases = Aliases::read(read)?;
        for (place, moment) in plan.closing_moments() {
            // What lies in adjustment periods is items as well: without it the account is judged as one.
            for account in accounts.iter().filter(|_| moment.known.unadjusted.is_none()) {
                let of = parties.at(read, cells, (*account, place), moment)?;
                parties.of.insert((*account, place), of);
            }
        }
        Ok(parties)
    }

    pub(super) fn of(&self, account: usize, place: usize) -> Option<&[OfParty]> {
        self.of.get(&(account, place)).map(Vec::as_slice)
    }

    /// What of an account is on a side, of these combinations of dimensions together; the second side is that of nought.
    pub(super) fn on_side(
        parties: &[OfParty],
        (side, nought): (Side, Side),
        whole: impl Fn(usize) -> bool,
    ) -> Vec<&OfParty> {
        let sum = |party: &OfParty| party.sum(&whole);
        let account = parties.iter().map(sum).sum();
        let judged = |party: &&OfParty| match party.with {
            With::All => is_of(side, account, nought),
            With::Party(_) | With::Nobody => is_of(side, sum(party), nought),
        };
        parties.iter().filter(judged).collect()
    }

    /// By the id that stays.
    pub(super) fn kept(&self, with: With) -> With {
        match with {
            With::Party(party) => With::Party(self.aliases.kept(party)),
            With::Nobody | With::All => with,
        }
    }

    fn at(
        &self,
        read: &mut impl Reading,
        cells: &mut Cells,
        (account, place): (usize, usize),
        Moment { known, date }: Moment,
    ) -> Result<Vec<OfParty>, LedgerError> {
        let code = cells.accounts.get(account).map(|account| account.code.clone());
        let worths = open_by_party(read, &code.unwrap_or_default(), (date, known.at))?;
        let dimensions = dimensions(read, cells, &worths)?;
        let mut sums: HashMap<(With, usize), i128> = HashMap::default();
        for (worth, at) in worths.iter().zip(dimensions) {
            let with = self.kept(With::of(worth.party, worth.worth_only));
            *sums.entry((with, at)).or_default() += worth.units;
        }
        // Whatever the items don't say was cleared, with other dimensions than what cleared it.
        let whole: Vec<(usize, i128)> =
            cells.of(account).map(|cell| (cell.dimensions, cell.sum(&[(place, 1)]))).collect();
        let mut rest: HashMap<usize, i128> = HashMap::default();
        whole.into_iter().for_each(|(at, units)| *rest.entry(at).or_default() += units);
        sums.iter().for_each(|((_, at), units)| *rest.entry(*at).or_default() -= units);
        rest.into_iter().for_each(|(at, units)| *sums.entry((With::All, at)).or_default() += units);
        let mut sums: Vec<_> = sums.into_iter().filter(|(_, units)| *units != 0).collect();
        sums.sort_unstable();
        let parts = sums.chunk_by(|((a, _), _), ((b, _), _)| a == b);
        let of_party = |parts: &[((With, usize), i128)]| {
            let ((with, _), _) = parts.first()?;
            let parts = parts.iter().map(|((_, at), units)| (*at, *units)).collect();
            Some(OfParty { with: *with, parts })
        };
        Ok(parts.filter_map(of_party).collect())
    }
}

/// The accounts that are kept by open items and that a row takes by their side.
fn judged(layout: &Layout, cells: &Cells) -> Vec<usize> {
    let takes = layout.rows.iter().flat_map(|row| &row.takes);
    let closing = |measure: Option<Measure>| measure.unwrap_or(layout.measure) == Measure::Closing;
    let takes = takes.filter(|take| take.side.is_some() && closing(take.measure));
    let mut found: Vec<usize> =
        takes.flat_map(|take| taken::accounts(layout, cells, take)).collect();
    found.sort_unstable();
    found.dedup();
    found.retain(|at| {
        let account = cells.accounts.get(*at);
        account.is_some_and(|account| account.open_items == Some(ItemKeeping::Kept))
    });
    found
}

/// The combination of dimensions of each: that of its posting, where they are told apart.
fn dimensions(
    read: &mut impl Reading,
    cells: &mut Cells,
    worths: &[PartyWorth],
) -> Result<Vec<usize>, LedgerError> {
    if !cells.tells_apart() {
        return Ok(vec![0; worths.len()]);
    }
    let mut found = Vec::with_capacity(worths.len());
    for some in worths.chunks(MANY) {
        let keys: Vec<_> = some.iter().filter_map(|worth| Some(worth.item?.stored())).collect();
        let mut postings = read.peek_many::<Posting>(&keys)?.into_iter();
        for worth in some {
            let posting = worth.item.and_then(|_| postings.next()).flatten();
            found.push(posting.map_or(0, |posting| cells.combination(&posting.dimensions)));
        }
    }
    Ok(found)
}

/// With whom each of some postings of such an account is; what is no item is nobody's.
pub(super) fn parties_of(
    read: &mut impl Reading,
    postings: &[ItemKey],
) -> Result<Vec<With>, LedgerError> {
    let mut found = Vec::with_capacity(postings.len());
    for some in postings.chunks(MANY) {
        let keys: Vec<_> = some.iter().map(|key| key.stored()).collect();
        let with = |item: &OpenItem| With::of(item.party, item.amount == Amount::ZERO);
        let items = read.peek_many::<OpenItem>(&keys)?;
        found.extend(items.iter().map(|item| item.as_deref().map_or(With::Nobody, with)));
    }
    Ok(found)
}
