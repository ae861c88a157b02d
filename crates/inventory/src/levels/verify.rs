//! Whether the levels are what the facts say: every counter is added up again from the moves, the promises and the orders.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use fondaco_core::engine::Discrepancies;
use fondaco_core::store::Record;
use fondaco_core::{Halt, Id, ItemId, Range, Reading, SiteId, View};
use rust_decimal::Decimal;
use smol_str::{SmolStr, ToSmolStr, format_smolstr};

use super::read::decimal;
use super::standing::columns;
use super::{
    Bin, Commitment, Expected, Flow, LocationUse, LotBin, LotLapse, LotStanding, LotTotal, MoveUse,
    Reservation, Serial, Standing, Stock, Weight, month_of, number_of,
};
use crate::items::{Item, Lot, Tracking};
use crate::moves::{Move, MoveKind, Stage};
use crate::places::{Location, LocationKind, Site};

/// A figure that is not what the facts behind it come to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Discrepancy {
    /// The table.
    pub table: &'static str,
    /// Which row of it.
    pub key: SmolStr,
    /// Which figure.
    pub what: &'static str,
    /// What is stored.
    pub stored: Decimal,
    /// What the facts come to.
    pub counted: Decimal,
}

impl fmt::Display for Discrepancy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Discrepancy { table, key, what, stored, counted } = self;
        write!(f, "{table} {key}: {what} is {stored}, and the facts come to {counted}")
    }
}

/// As [`verify`], among what other engines verify.
pub(crate) fn of_part(view: &mut View<'_>, found: &mut Discrepancies) -> Result<(), Halt> {
    verify(view)?.into_iter().for_each(|discrepancy| found.say(discrepancy));
    Ok(())
}

/// Compares every counter of the stock with what the facts come to. What is found is a damaged store or a mistake in the program.
///
/// # Errors
/// A [`Halt`].
pub fn verify(read: &mut impl Reading) -> Result<Vec<Discrepancy>, Halt> {
    let mut facts = Facts::default();
    facts.read_lots(read)?;
    facts.read_moves(read)?;
    facts.read_promises(read)?;
    facts.read_standings(read)?;
    facts.compare_commitments();
    facts.classify();
    let mut found = std::mem::take(&mut facts.found);
    compare::<Stock>(read, &facts.stocks, |row| (row.item, row.site), &mut found)?;
    compare::<Bin>(read, &facts.bins, |row| (row.item, row.location.clone()), &mut found)?;
    compare::<LotBin>(read, &facts.lot_bins, |row| (row.lot, row.location.clone()), &mut found)?;
    compare::<LotTotal>(read, &facts.lot_totals, |row| row.lot, &mut found)?;
    compare::<Serial>(read, &facts.serials, |row| (row.item, row.code.clone()), &mut found)?;
    compare::<Weight>(read, &facts.weights, Record::key, &mut found)?;
    compare::<Flow>(read, &facts.flows, |row| (row.item, row.site, row.month), &mut found)?;
    compare::<LocationUse>(read, &facts.location_uses, |row| row.location.clone(), &mut found)?;
    compare::<MoveUse>(read, &facts.uses, |row| row.of, &mut found)?;
    Ok(found)
}

/// The sums of a counter's columns, in their order.
type Sums = [i128; 9];

/// An item at a site, in a location, of a lot.
type Place = (ItemId, SiteId, SmolStr, Option<Id<Lot>>);

#[derive(Default)]
struct Facts {
    kinds: BTreeMap<SmolStr, LocationKind>,
    standings: BTreeMap<Id<Lot>, Standing>,
    /// What lies where of what counts to a site's stock.
    lies: BTreeMap<Place, i128>,
    stocks: BTreeMap<(ItemId, SiteId), Sums>,
    bins: BTreeMap<(ItemId, SmolStr), Sums>,
    lot_bins: BTreeMap<(Id<Lot>, SmolStr), Sums>,
    lot_totals: BTreeMap<Id<Lot>, Sums>,
    /// The serial numbers of lots that are one piece.
    pieces: BTreeMap<Id<Lot>, SmolStr>,
    serials: BTreeMap<(ItemId, SmolStr), Sums>,
    weights: BTreeMap<<Weight as Record>::Key, Sums>,
    flows: BTreeMap<(ItemId, SiteId, i32), Sums>,
    uses: BTreeMap<Id<Move>, Sums>,
    location_uses: BTreeMap<SmolStr, Sums>,
    /// The root locations of the sites.
    roots: BTreeMap<SiteId, SmolStr>,
    /// Of moves that are of another: that.
    origins: BTreeMap<Id<Move>, Id<Move>>,
    /// What is promised, waits and is on order by the facts of it.
    commitments: BTreeMap<(ItemId, SiteId), [i128; 3]>,
    /// What was taken back, and how much.
    reversals: Vec<(Id<Move>, i128)>,
    /// How much a move was about.
    moved: BTreeMap<Id<Move>, i128>,
    found: Vec<Discrepancy>,
}

/// Adds to one of the columns.
fn add<K: Ord>(sums: &mut BTreeMap<K, Sums>, key: K, column: usize, units: i128) {
    if let Some(sum) = sums.entry(key).or_default().get_mut(column) {
        *sum += units;
    }
}

impl Facts {
    fn read_lots(&mut self, read: &mut impl Reading) -> Result<(), Halt> {
        read.peek_each(&Range::<Location>::all(), |location: &Location| {
            self.kinds.insert(location.code.clone(), location.kind);
            Ok::<_, Halt>(())
        })?;
        read.peek_each(&Range::<Site>::all(), |site: &Site| {
            self.roots.insert(site.id, site.root().clone());
            Ok::<_, Halt>(())
        })?;
        let mut serial = BTreeSet::new();
        read.peek_each(&Range::<Item>::all(), |item: &Item| {
            serial.extend(Some(item.id).filter(|_| item.tracking == Tracking::Serial));
            Ok::<_, Halt>(())
        })?;
        read.peek_each(&Range::<Lot>::all(), |lot: &Lot| {
            if serial.contains(&lot.item) {
                self.pieces.insert(lot.id, lot.code.clone());
            }
            self.standings.insert(lot.id, Standing { status: lot.status, lapsed: false });
            Ok::<_, Halt>(())
        })?;
        read.peek_each(&Range::<LotLapse>::all(), |lapse: &LotLapse| {
            if let Some(standing) = self.standings.get_mut(&lapse.lot) {
                standing.lapsed = true;
            }
            Ok::<_, Halt>(())
        })?;
        Ok(())
    }

    fn read_moves(&mut self, read: &mut impl Reading) -> Result<(), Halt> {
        read.peek_each(&Range::<Move>::all(), |leg: &Move| {
            self.count(leg);
            Ok::<_, Halt>(())
        })?;
        for (of, units) in std::mem::take(&mut self.reversals) {
            if let Some(origin) = self.origins.get(&of) {
                add(&mut self.uses, *origin, 0, -units);
            }
        }
        Ok(())
    }

    fn count(&mut self, leg: &Move) {
        let units = i128::from(leg.quantity.units());
        let (item, site) = (leg.item, leg.site);
        add(&mut self.stocks, (item, site), 7, 1);
        if let Some([.., last_day]) = self.stocks.get_mut(&(item, site)) {
            *last_day = (*last_day).max(number_of(leg.date).into());
        }
        match leg.stage {
            Stage::Stock => {
                add(&mut self.stocks, (item, site), 0, units);
                let month = (item, site, month_of(leg.date));
                add(&mut self.flows, month, usize::from(units < 0), units.abs());
                add(&mut self.flows, month, 2, 1);
                let place = (item, site, leg.location.clone(), leg.lot.copied());
                *self.lies.entry(place).or_default() += units;
            }
            Stage::Transit => add(&mut self.stocks, (item, site), 4, units),
            Stage::Custody | Stage::Outside => {}
        }
        if let Some(lot) = leg.lot.copied() {
            let there = if leg.stage == Stage::Outside { 0 } else { units };
            add(&mut self.lot_totals, lot, 0, there);
            add(&mut self.lot_totals, lot, 1, 1);
            if let Some(code) = self.pieces.get(&lot) {
                add(&mut self.serials, (item, code.clone()), 0, there);
                add(&mut self.serials, (item, code.clone()), 1, 1);
            }
            if !leg.location.is_empty() {
                add(&mut self.lot_bins, (lot, leg.location.clone()), 0, units);
            }
        }
        if !leg.location.is_empty() {
            if let Some(weight) = leg.weight.get() {
                let lot = leg.lot.copied().unwrap_or(Weight::NO_LOT);
                let key = (item, site, leg.location.clone(), lot);
                add(&mut self.weights, key, 0, i128::from(weight.units()));
            }
            add(&mut self.bins, (item, leg.location.clone()), 0, units);
            add(&mut self.location_uses, leg.location.clone(), 0, 1);
        } else if let Some(root) = self.roots.get(&site) {
            add(&mut self.location_uses, root.clone(), 0, 1);
        }
        if leg.leg == 0 {
            self.count_use(leg, units.abs());
        }
    }

    /// What a move takes of the one that it is of; what is taken back gives it back.
    fn count_use(&mut self, leg: &Move, units: i128) {
        self.moved.insert(leg.id, units);
        let Some(of) = leg.of.copied() else { return };
        self.origins.insert(leg.id, of);
        add(&mut self.uses, of, 0, units);
        if leg.kind == MoveKind::Reversal {
            self.reversals.push((of, units)); // moves of one moment come in any order
        }
    }

    fn read_promises(&mut self, read: &mut impl Reading) -> Result<(), Halt> {
        read.peek_each(&Range::<Reservation>::all(), |row: &Reservation| {
            let held = i128::from(row.held.units());
            add(&mut self.stocks, (row.item, row.site), 1, held);
            add(&mut self.stocks, (row.item, row.site), 6, i128::from(row.backordered.units()));
            if let Some(location) = &row.location {
                add(&mut self.bins, (row.item, location.clone()), 1, held);
                if let Some(lot) = row.lot {
                    add(&mut self.lot_bins, (lot, location.clone()), 1, held);
                }
            }
            let mut settled = row.clone();
            settled.settle();
            if settled != *row {
                self.wrong(Reservation::TABLE.name, row.id.to_smolstr(), "open", (1, 0));
            }
            Ok::<_, Halt>(())
        })?;
        read.peek_each(&Range::<Expected>::all(), |row: &Expected| {
            add(&mut self.stocks, (row.item, row.site), 5, i128::from(row.to_come().units()));
            Ok::<_, Halt>(())
        })?;
        read.peek_each(&Range::<Commitment>::all(), |row: &Commitment| {
            let sums = self.commitments.entry((row.item, row.site)).or_default();
            let more = [row.reserved, row.backordered, row.on_order];
            sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += i128::from(more.units()));
            Ok::<_, Halt>(())
        })
    }

    /// What promises and orders come to is what their facts do, so that it can be asked as of any day.
    fn compare_commitments(&mut self) {
        let mut told = std::mem::take(&mut self.commitments);
        for key in self.stocks.keys() {
            told.entry(*key).or_default();
        }
        for (key, told) in told {
            let sums = self.stocks.get(&key).copied().unwrap_or_default();
            let columns = [(1, "reserved"), (6, "backordered"), (5, "on_order")];
            for ((column, what), told) in columns.into_iter().zip(told) {
                let counted = sums.get(column).copied().unwrap_or(0);
                if told != counted {
                    let key = format_smolstr!("{key:?}");
                    self.wrong(Commitment::TABLE.name, key, what, (told, counted));
                }
            }
        }
    }

    /// What a lot became is what it was before the next change of it, and is now.
    fn read_standings(&mut self, read: &mut impl Reading) -> Result<(), Halt> {
        let mut last: BTreeMap<Id<Lot>, Standing> = BTreeMap::new();
        let mut wrong = Vec::new();
        read.peek_each(&Range::<LotStanding>::all(), |row: &LotStanding| {
            let before = Standing { status: row.was, lapsed: row.had_lapsed };
            let after = Standing { status: row.status, lapsed: row.has_lapsed };
            let known = last.insert(row.lot, after);
            wrong.extend(known.filter(|known| *known != before).map(|_| row.lot));
            Ok::<_, Halt>(())
        })?;
        let now = last.iter().filter(|(lot, last)| self.standings.get(lot) != Some(last));
        wrong.extend(now.map(|(lot, _)| *lot));
        for lot in wrong {
            self.wrong(LotStanding::TABLE.name, lot.to_smolstr(), "what it became", (1, 0));
        }
        Ok(())
    }

    /// What is set aside and what is expired of what lies there, and whether more was used of a move than there was.
    fn classify(&mut self) {
        for ((item, site, location, lot), units) in &self.lies {
            let kind = self.kinds.get(location).copied().unwrap_or_default();
            let standing = lot.and_then(|lot| self.standings.get(&lot).copied());
            let (quarantined, expired) = columns(standing, kind);
            if quarantined {
                add(&mut self.stocks, (*item, *site), 2, *units);
            } else if expired {
                add(&mut self.stocks, (*item, *site), 3, *units);
            }
        }
        self.weigh();
        let over = self.uses.iter().filter_map(|(of, [used, ..])| {
            let moved = self.moved.get(of).copied().unwrap_or(0);
            (*used > moved || *used < 0).then_some((*of, *used, moved))
        });
        for (of, used, moved) in over.collect::<Vec<_>>() {
            self.wrong(Move::TABLE.name, of.to_smolstr(), "what was used of it", (used, moved));
        }
    }

    /// No pieces weigh nothing.
    fn weigh(&mut self) {
        let loose = self.weights.iter().filter(|((item, _, location, lot), _)| {
            let pieces = match *lot == Weight::NO_LOT {
                true => self.bins.get(&(*item, location.clone())),
                false => self.lot_bins.get(&(*lot, location.clone())),
            };
            pieces.is_none_or(|[pieces, ..]| *pieces == 0)
        });
        let loose = loose.filter(|(_, [weight, ..])| *weight != 0);
        let loose: Vec<_> =
            loose.map(|(key, [weight, ..])| (format_smolstr!("{key:?}"), *weight)).collect();
        for (key, weight) in loose {
            self.wrong(Weight::TABLE.name, key, "the weight of no pieces", (weight, 0));
        }
    }

    fn wrong(
        &mut self,
        table: &'static str,
        key: SmolStr,
        what: &'static str,
        (stored, counted): (i128, i128),
    ) {
        let (stored, counted) = (decimal(stored), decimal(counted));
        self.found.push(Discrepancy { table, key, what, stored, counted });
    }
}

/// Compares all rows of a counter with what was added up: column by column, in both directions.
fn compare<R: Record>(
    read: &mut impl Reading,
    counted: &BTreeMap<R::Key, Sums>,
    key: impl Fn(&R) -> R::Key,
    found: &mut Vec<Discrepancy>,
) -> Result<(), Halt>
where
    R::Key: Ord + fmt::Debug + Clone,
{
    let (table, first) = (R::TABLE, R::TABLE.key);
    let mut left: BTreeMap<R::Key, Sums> = counted.clone();
    let mut differ = |key: &R::Key, stored: Sums, sums: Sums| {
        let columns = table.columns.iter().skip(first);
        for ((column, stored), counted) in columns.zip(stored).zip(sums) {
            if stored != counted {
                let (key, what) = (format_smolstr!("{key:?}"), column.name);
                let (stored, counted) = (decimal(stored), decimal(counted));
                found.push(Discrepancy { table: table.name, key, what, stored, counted });
            }
        }
    };
    read.peek_each(&Range::<R>::all(), |row: &R| {
        let units = |at: usize| row.units(first + at).map_or(0, i128::from);
        let stored = std::array::from_fn(units);
        let key = key(row);
        let sums = left.remove(&key).unwrap_or_default();
        differ(&key, stored, sums);
        Ok::<_, Halt>(())
    })?;
    for (key, sums) in left {
        differ(&key, Sums::default(), sums);
    }
    Ok(())
}
