//! Which items may belong together: a pure function over what is open.

use std::collections::BTreeMap;

use fondaco_core::{Currency, Money, PartyId};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{Clear, ClearLine, OpenItemRow};

/// By what items are taken to belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Matching {
    /// They come from the same document: the oldest first, as far as it goes.
    Source,
    /// A debit and a credit of the same amount: the oldest first.
    Amount,
    /// What falls due first is paid first, as far as it goes.
    OldestFirst,
}

/// Items that may clear one another.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// By what they belong together.
    pub by: Matching,
    /// The parts: within a currency they sum to zero.
    pub lines: Vec<ClearLine>,
}

impl Proposal {
    /// The command that carries it out on the account of the items.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("by items", &ChangeAccount::open_items("1200", true))?;
    /// let paid = NewEntry::new("GEN", day("2026-02-10")).debit("1000", eur("119")).credit("1200", eur("119"));
    /// books.post("paid", paid)?;
    /// let open = books.open_items(&OpenItemQuery::account("1200"))?;
    /// let proposals = propose(&open.items, &[Matching::Source, Matching::Amount]);
    /// assert_eq!((proposals.len(), proposals[0].by), (1, Matching::Amount));
    /// books.send("as proposed", &proposals[0].clear("1200"))?;
    /// assert!(books.open_items(&OpenItemQuery::account("1200"))?.items.is_empty());
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn clear(&self, account: impl Into<SmolStr>) -> Clear {
        Clear { lines: self.lines.clone(), ..Clear::new(account) }
    }
}

/// Proposes clearings of open items, by each of these rules in their order: what one rule has taken is not there for the
/// next. Only items of one party and one currency are put together; items of no party among themselves.
///
/// ```
/// use fondaco_accounting::ledger::{Matching, propose};
/// assert_eq!(propose(&[], &[Matching::OldestFirst]), []);
/// ```
pub fn propose(items: &[OpenItemRow], rules: &[Matching]) -> Vec<Proposal> {
    let mut groups: BTreeMap<(Option<PartyId>, Currency), Vec<Left<'_>>> = BTreeMap::new();
    for item in items.iter().filter(|item| !item.open.is_zero()) {
        let group = groups.entry((item.party, item.open.currency())).or_default();
        group.push(Left { item, open: item.open.amount() });
    }
    let mut proposals = Vec::new();
    for group in groups.values_mut() {
        group.sort_by_key(|left| (left.item.due_date, left.item.date, left.item.key));
        for rule in rules {
            match rule {
                Matching::Source => by_source(group, &mut proposals),
                Matching::Amount => by_amount(group, &mut proposals),
                Matching::OldestFirst => {
                    let all: Vec<usize> = (0..group.len()).collect();
                    proposals.extend(oldest_first(group, &all, Matching::OldestFirst));
                }
            }
        }
    }
    proposals
}

/// An item with what no proposal has taken.
struct Left<'i> {
    item: &'i OpenItemRow,
    open: Decimal,
}

impl Left<'_> {
    /// Takes so much, with the item's sign.
    fn take(&mut self, part: Decimal) -> ClearLine {
        self.open = self.open.saturating_sub(part);
        ClearLine::part(self.item.key, Money::new(part, self.item.open.currency()))
    }
}

fn by_source(group: &mut [Left<'_>], proposals: &mut Vec<Proposal>) {
    let mut sources: BTreeMap<&SmolStr, Vec<usize>> = BTreeMap::new();
    for (at, left) in group.iter().enumerate() {
        if let Some(source) = left.item.source.as_ref() {
            sources.entry(source).or_default().push(at);
        }
    }
    for places in sources.into_values() {
        proposals.extend(oldest_first(group, &places, Matching::Source));
    }
}

fn by_amount(group: &mut [Left<'_>], proposals: &mut Vec<Proposal>) {
    let mut credits: BTreeMap<Decimal, std::collections::VecDeque<usize>> = BTreeMap::new();
    for (at, left) in group.iter().enumerate().filter(|(_, left)| left.open < Decimal::ZERO) {
        credits.entry(left.open.abs()).or_default().push_back(at);
    }
    for at in 0..group.len() {
        let Some(open) = group.get(at).map(|left| left.open) else { continue };
        if open <= Decimal::ZERO {
            continue;
        }
        let Some(credit) = credits.get_mut(&open).and_then(|places| places.pop_front()) else {
            continue;
        };
        let debit = group.get_mut(at).map(|left| left.take(open));
        let credit =
            group.get_mut(credit).map(|left| left.take(Decimal::ZERO.saturating_sub(open)));
        let lines = debit.into_iter().chain(credit).collect();
        proposals.push(Proposal { by: Matching::Amount, lines });
    }
}

/// One proposal in which the side that is smaller clears the oldest of the other, as far as it goes; none where there is one
/// side only.
fn oldest_first(group: &mut [Left<'_>], places: &[usize], by: Matching) -> Option<Proposal> {
    let side = |group: &[Left<'_>], debit: bool| -> Decimal {
        let of_side = places.iter().filter_map(|&at| group.get(at)).map(|left| left.open);
        let of_side = of_side.filter(|open| (*open > Decimal::ZERO) == debit);
        of_side.fold(Decimal::ZERO, Decimal::saturating_add).abs()
    };
    let both = side(group, true).min(side(group, false));
    if both.is_zero() {
        return None;
    }
    let (mut debits, mut credits, mut lines) = (both, both, Vec::new());
    for &at in places {
        let Some(left) = group.get_mut(at) else { continue };
        let rest = if left.open > Decimal::ZERO { &mut debits } else { &mut credits };
        let part = left.open.abs().min(*rest);
        if part.is_zero() {
            continue;
        }
        *rest = rest.saturating_sub(part);
        let signed =
            if left.open > Decimal::ZERO { part } else { Decimal::ZERO.saturating_sub(part) };
        lines.push(left.take(signed));
    }
    Some(Proposal { by, lines })
}
