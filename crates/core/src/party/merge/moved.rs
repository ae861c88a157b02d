//! What a merge moves: addresses, contacts and numbers, roles and relations.

use super::{MergeParties, again, value};
use crate::party::relation::is_above;
use crate::party::{
    Address, Contact, PartyError, PartyIdentifier, PartyRole, Relation, RelationKind,
};
use crate::store::Record;
use crate::{DateRange, PartyId, Range, Tx};

/// What a party has several of, counted from 1; what is erased stays as a gap.
pub(super) trait Numbered: Record<Key = (PartyId, u32)> {
    fn is_gap(&self) -> bool;
    /// Whether two parties that have each of the two have the same.
    fn is_like(&self, other: &Self) -> bool;
    /// The same for another party, its values under salts of their own.
    fn anew(&self, tx: &mut Tx<'_>, key: (PartyId, u32)) -> Option<Self>;
}

/// Moves all of `gone`'s that `keep` does not have; answers how many.
pub(super) fn numbered<R: Numbered>(
    tx: &mut Tx<'_>,
    merge: &MergeParties,
) -> Result<u32, PartyError> {
    let kept = tx.scan(&Range::<R>::by_key(&merge.keep))?;
    let mut last = kept.last().map_or(0, |row| row.key().1);
    let mut moved = 0;
    for row in tx.scan(&Range::<R>::by_key(&merge.gone))?.iter().filter(|row| !row.is_gap()) {
        let known = kept.iter().any(|kept| !kept.is_gap() && kept.is_like(row));
        let next = last.saturating_add(1);
        let anew = if known { None } else { row.anew(tx, (merge.keep, next)) };
        tx.erase::<R>(&row.key())?;
        if let Some(anew) = anew {
            tx.insert(anew)?;
            (last, moved) = (next, moved + 1);
        }
    }
    Ok(moved)
}

impl Numbered for Address {
    fn is_gap(&self) -> bool {
        self.is_erased()
    }
    fn is_like(&self, other: &Address) -> bool {
        fn what(address: &Address) -> impl PartialEq + '_ {
            let Address { kind, country, street, extra, postcode, city, region, .. } = address;
            let lines = [street, extra, postcode, region].map(|line| value(line.as_ref()));
            (kind, country, value(Some(city)), lines, address.days())
        }
        what(self) == what(other)
    }
    fn anew(&self, tx: &mut Tx<'_>, (party, number): (PartyId, u32)) -> Option<Address> {
        Some(Address {
            party,
            number,
            street: again(tx, &self.street),
            extra: again(tx, &self.extra),
            postcode: again(tx, &self.postcode),
            city: tx.personal(self.city.get()?.clone()),
            region: again(tx, &self.region),
            ..self.clone()
        })
    }
}

impl Numbered for Contact {
    fn is_gap(&self) -> bool {
        self.is_erased()
    }
    fn is_like(&self, other: &Contact) -> bool {
        self.kind == other.kind && self.normal.get() == other.normal.get()
    }
    fn anew(&self, tx: &mut Tx<'_>, (party, number): (PartyId, u32)) -> Option<Contact> {
        let found_by = Some(tx.personal(self.kind.found_by(self.value.get()?)));
        let value = tx.personal(self.value.get()?.clone());
        let normal = tx.personal(self.normal.get()?.clone());
        let label = again(tx, &self.label);
        Some(Contact { party, number, kind: self.kind, value, normal, found_by, label })
    }
}

impl Numbered for PartyIdentifier {
    fn is_gap(&self) -> bool {
        self.is_erased()
    }
    fn is_like(&self, _: &PartyIdentifier) -> bool {
        false // no two parties have the same
    }
    fn anew(&self, tx: &mut Tx<'_>, (party, number): (PartyId, u32)) -> Option<PartyIdentifier> {
        let value = tx.personal(self.value.get()?.clone());
        Some(PartyIdentifier { party, number, kind: self.kind, value })
    }
}

/// Days that are to be kept beside others of the same: one row over all that overlap.
struct Joined {
    days: DateRange,
    /// The row that has them from now on, and whether it is a new one.
    number: u32,
    new: bool,
    /// The rows that have gone into it.
    absorbed: Vec<u32>,
}

impl Joined {
    /// Among rows with these numbers and days, in order, no two of which overlap.
    fn among(there: impl Iterator<Item = (u32, DateRange)>, days: DateRange) -> Joined {
        let (mut last, mut over, mut touched) = (0, days, Vec::new());
        for (number, held) in there {
            last = number;
            if held.overlaps(days) {
                over = over.span(held);
                touched.push(number);
            }
        }
        let new = touched.is_empty();
        let number = if new { last.saturating_add(1) } else { touched.remove(0) };
        Joined { days: over, number, new, absorbed: touched }
    }
}

/// Moves `gone`'s roles; answers how many it had.
pub(super) fn roles(tx: &mut Tx<'_>, merge: &MergeParties) -> Result<u32, PartyError> {
    let mut moved = 0;
    for theirs in tx.scan(&Range::<PartyRole>::by_key(&merge.gone))? {
        let (party, role) = (merge.keep, theirs.role.clone());
        let there = tx.scan(&Range::<PartyRole>::by_key(&(party, role.clone())))?;
        let there = there.iter().map(|held| (held.number, held.days()));
        let Joined { days, number, new, absorbed } = Joined::among(there, theirs.days());
        for number in absorbed {
            tx.delete::<PartyRole>(&(party, role.clone(), number))?;
        }
        let row = PartyRole { party, role, number, start: days.start(), end: days.end() };
        if new {
            tx.insert(row)?
        } else {
            tx.put(row)?
        }
        tx.delete::<PartyRole>(&theirs.key())?;
        moved += 1;
    }
    Ok(moved)
}

/// Moves `gone`'s relations and those of others to it; answers how many.
pub(super) fn relations(tx: &mut Tx<'_>, merge: &MergeParties) -> Result<u32, PartyError> {
    let MergeParties { keep, gone } = *merge;
    let mut theirs = tx.scan(&Range::<Relation>::by_key(&gone))?;
    for kind in RelationKind::ALL {
        theirs.extend(tx.scan(&Range::by(Relation::BY_OTHER, &(gone, kind)))?);
    }
    for relation in &theirs {
        tx.delete::<Relation>(&relation.key())?;
    }
    let now = |party: PartyId| if party == gone { keep } else { party };
    let mut moved = 0;
    for relation in &theirs {
        let (party, other) = (now(relation.party), now(relation.other));
        let Relation { kind, .. } = **relation;
        let circle = kind == RelationKind::ParentOf
            && (party == other || is_above(tx, other, party, relation.days())?);
        if circle {
            return Err(PartyError::Circle { parent: relation.party, child: relation.other });
        }
        if party != other {
            relate(tx, party, kind, other, relation.days())?;
            moved += 1;
        }
    }
    Ok(moved)
}

fn relate(
    tx: &mut Tx<'_>,
    party: PartyId,
    kind: RelationKind,
    other: PartyId,
    days: DateRange,
) -> Result<(), PartyError> {
    let there = tx.scan(&Range::<Relation>::by_key(&(party, kind, other)))?;
    let there = there.iter().map(|held| (held.number, held.days()));
    let Joined { days, number, new, absorbed } = Joined::among(there, days);
    for number in absorbed {
        tx.delete::<Relation>(&(party, kind, other, number))?;
    }
    let (start, end) = (days.start(), days.end());
    let row = Relation { party, kind, other, number, start, end };
    if new {
        tx.insert(row)?
    } else {
        tx.put(row)?
    }
    Ok(())
}
