//! Entering what lies where.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::policy::Authority;
use fondaco_core::{Act, DocumentId, Id, ItemId, Quantity, Range, Reading, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::items::by_code;
use super::{EnterError, Entered, Taking, check_count, take};
use crate::items::{Item, Lot, NewLot, add_lot};
use crate::levels::{Bin, LotBin};
use crate::moves::{Map, MoveCost, Movement, NewMove, rights as moving};
use crate::posting::move_stock;
use crate::{StockError, rights};

/// So much of an item that lies in a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpeningLine {
    /// The item's code.
    pub item: SmolStr,
    /// How much, in any unit that converts into the item's stock unit.
    pub quantity: Quantity,
    /// Where, by the location's code.
    pub location: SmolStr,
    /// The lot's or the serial number, of an item that is tracked so. One that is not registered is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<SmolStr>,
    /// The last day on which a lot is good that is registered by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<NaiveDate>,
    /// What it weighs, of goods that are counted and weighed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<Quantity>,
    /// What it cost, of an item that is valued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<MoveCost>,
}

impl OpeningLine {
    /// So much of an item lies there.
    ///
    /// ```
    /// use fondaco_inventory::enter::OpeningLine;
    /// let line = OpeningLine::new("M8x40", "500 pcs".parse()?, "MAIN/A/01");
    /// assert!(line.lot.is_none() && line.cost.is_none());
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    pub fn new(
        item: impl Into<SmolStr>,
        quantity: Quantity,
        location: impl Into<SmolStr>,
    ) -> OpeningLine {
        OpeningLine {
            item: item.into(),
            quantity,
            location: location.into(),
            lot: None,
            expires: None,
            weight: None,
            cost: None,
        }
    }

    /// That cost so much: in all ([`Money`](fondaco_core::Money)), or each ([`UnitPrice`](fondaco_core::UnitPrice)).
    #[must_use]
    pub fn cost(mut self, cost: impl Into<MoveCost>) -> OpeningLine {
        self.cost = Some(cost.into());
        self
    }

    /// Of the lot, or the piece, of this number.
    #[must_use]
    pub fn lot(mut self, number: impl Into<SmolStr>) -> OpeningLine {
        self.lot = Some(number.into());
        self
    }
}

/// Records what lies where when the stock begins to be kept, and what it cost: as gains of stock, each in a place in which nothing of the
/// item, or of the lot, was moved before, so that nothing is entered twice. Lots that are not there are registered, also those of lines that
/// are refused for something else where [`Taking::GoodOnes`] are taken.
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// use fondaco_inventory::enter::{EnterStock, OpeningLine};
///
/// # let stock = stock();
/// let lines = vec![
///     OpeningLine::new("M8x40", "500 pcs".parse()?, "MAIN/A/01"),
///     OpeningLine::new("FLOUR-550", "75 kg".parse()?, "MAIN/A").lot("2026-017"),
/// ];
/// let opening = EnterStock::new(day("2026-05-31"), lines);
/// assert_eq!(stock.send("opening", &opening)?.answer.entered, 2);
/// assert_eq!(stock.on_hand(ItemId::named("FLOUR-550"), SiteId::named("MAIN"))?.to_string(), "75 kg");
/// let twice = stock.send("again", &opening)?.answer;
/// assert_eq!(twice.refused[0].code, "inventory.already_moved");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnterStock {
    /// The day at whose end it lies there.
    pub date: NaiveDate,
    /// What lies where, at most 100,000 lines.
    pub lines: Vec<OpeningLine>,
    /// What is done where some are refused.
    #[serde(default)]
    pub taking: Taking,
    /// The document that its moves belong to: a stocktaking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentId>,
    /// Why, by a code of the host's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<SmolStr>,
}

impl EnterStock {
    /// Records all of it, or nothing.
    pub fn new(date: NaiveDate, lines: Vec<OpeningLine>) -> EnterStock {
        EnterStock { date, lines, taking: Taking::AllOrNothing, document: None, reason: None }
    }
}

impl Act for EnterStock {
    type Answer = Entered;
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Entered, StockError> {
        tx.authority(&moving::ADJUST)?; // even of an empty list, who may not record stock learns nothing
        check_count(self.lines.len())?;
        let items = by_code(tx, self.lines.iter().map(|line| &line.item))?;
        let mut lots = Lots::read(tx, &self.lines, &items)?;
        take(tx, self.taking, |tx| {
            let (mut entered, mut moves, mut of) = (Entered::default(), Vec::new(), Vec::new());
            let met = self.met(tx, &items, &lots)?;
            for (at, (line, met)) in self.lines.iter().zip(met).enumerate() {
                let new = tx.attempt(|tx| self.to_move(tx, (&items, &mut lots), line, met))?;
                match new {
                    Ok(new) => {
                        moves.push(new);
                        of.push(at);
                    }
                    Err(error) => entered.refuse(at, &error),
                }
            }
            let moved = move_stock(tx, &moves, true)?;
            for (at, moved) in of.into_iter().zip(moved.moves) {
                match moved {
                    Ok(_) => entered.entered += 1,
                    Err(refused) => entered.refused.push(super::RefusedLine {
                        at: u32::try_from(at).unwrap_or(u32::MAX),
                        code: refused.code,
                        message: refused.message,
                    }),
                }
            }
            entered.refused.sort_by_key(|refused| refused.at);
            Ok(entered)
        })
    }
}

impl EnterStock {
    /// For each line, whether anything of its item, or its lot, was ever moved in its place.
    fn met(
        &self,
        tx: &mut Tx<'_>,
        items: &Map<SmolStr, Arc<Item>>,
        lots: &Lots,
    ) -> Result<Vec<bool>, StockError> {
        let nothing = ItemId::from_u128(0); // no item, so never moved
        let of = |line: &OpeningLine| items.get(&line.item).map_or(nothing, |item| item.id);
        let bins: Vec<_> =
            self.lines.iter().map(|line| (of(line), line.location.clone())).collect();
        let no_lot = Id::from_u128(0);
        let lot = |line: &OpeningLine| line.lot.as_ref().map(|code| lots.known(of(line), code));
        let lot_bins: Vec<_> = self
            .lines
            .iter()
            .map(|line| (lot(line).flatten().unwrap_or(no_lot), line.location.clone()))
            .collect();
        let of_items = tx.get_many::<Bin>(&bins)?;
        let of_lots = tx.get_many::<LotBin>(&lot_bins)?;
        let each = self.lines.iter().zip(of_items).zip(of_lots);
        Ok(each
            .map(|((line, item), lot)| match line.lot {
                None => item.is_some(),
                Some(_) => lot.is_some(),
            })
            .collect())
    }

    fn to_move(
        &self,
        tx: &mut Tx<'_>,
        (items, lots): (&Map<SmolStr, Arc<Item>>, &mut Lots),
        line: &OpeningLine,
        met: bool,
    ) -> Result<NewMove, StockError> {
        let unknown = || EnterError::UnknownItemCode { code: line.item.clone() };
        let item = items.get(&line.item).ok_or_else(unknown)?;
        if met {
            let (item, location) = (item.code.clone(), line.location.clone());
            return Err(EnterError::AlreadyMoved { item, location }.into());
        }
        let lot = match &line.lot {
            Some(number) => Some(lots.of(tx, item, (number, line.expires))?),
            None => None,
        };
        let at = Movement::Gain { at: line.location.clone() };
        Ok(NewMove {
            lot,
            weight: line.weight,
            cost: line.cost,
            document: self.document,
            reason: self.reason.clone(),
            ..NewMove::new(item.id, line.quantity, at, self.date)
        })
    }
}

/// The lots that are named: those that there are, and those that are registered meanwhile.
struct Lots {
    known: Map<(ItemId, SmolStr), Id<Lot>>,
    authority: Option<Authority>,
}

impl Lots {
    /// Those that are there, each of whose its item is.
    fn read(
        tx: &mut Tx<'_>,
        lines: &[OpeningLine],
        items: &Map<SmolStr, Arc<Item>>,
    ) -> Result<Lots, StockError> {
        let named = lines.iter().filter_map(|line| {
            let item = items.get(&line.item)?;
            Some((item.id, line.lot.clone()?, item.ownership))
        });
        let mut named: Vec<_> = named.collect();
        named.sort();
        named.dedup();
        let ranges: Vec<_> = named.iter().map(|key| Range::by(Lot::BY_CODE, key)).collect();
        let found = tx.peek_scans(&ranges)?;
        let known = found.iter().flatten().map(|lot| ((lot.item, lot.code.clone()), lot.id));
        Ok(Lots { known: known.collect(), authority: None })
    }

    fn known(&self, item: ItemId, number: &SmolStr) -> Option<Id<Lot>> {
        self.known.get(&(item, number.clone())).copied()
    }

    /// The lot of this number, registered where it is not there.
    fn of(
        &mut self,
        tx: &mut Tx<'_>,
        item: &Item,
        (number, expires): (&SmolStr, Option<NaiveDate>),
    ) -> Result<Id<Lot>, StockError> {
        if let Some(known) = self.known(item.id, number) {
            return Ok(known);
        }
        let authority = match self.authority.take() {
            Some(authority) => authority,
            None => tx.authority(&rights::ADD_LOT)?,
        };
        let new = NewLot { expires, ..NewLot::new(item.id, number.clone()) };
        let added = add_lot(tx, &authority, &new);
        self.authority = Some(authority);
        let lot = added?.id;
        self.known.insert((item.id, number.clone()), lot);
        Ok(lot)
    }
}
