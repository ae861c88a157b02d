//! What the legs of a move weigh, of goods that are counted in one unit and weighed in another.
//!
//! Weight is kept by place and lot, beside the pieces: pieces have a weight, and no pieces have none. What is weighed counts as it was
//! weighed; what is not goes by the move that it is of, each its share, so that all of them together weigh what that weighed; else by the
//! item's nominal weight, or by its share of what lies there. Whoever takes the last pieces takes the weight that is left.
//!
//! What a leg takes depends on what lies there, so the act rests on both: of goods that are weighed, moves out of one place wait for one
//! another.

use fondaco_core::{Halt, Id, ItemId, Range, Reading, Tx};
use smol_str::SmolStr;

use super::book::Book;
use super::days::{Days, place_of};
use super::judge::{Judged, Leg, Weighing};
use super::{Move, MoveError, MoveKind};
use crate::StockError;
use crate::levels::{Bin, Levels, LotBin, MoveUse, Weight};

/// What lies in a place: so many pieces, which weigh so much.
struct There {
    pieces: i128,
    weight: i128,
}

/// What each leg weighs, with the sign of what it does to its place. Of a count, `counted` is the difference in pieces.
///
/// # Errors
/// [`MoveError::WeightRequired`], [`MoveError::WeighsMore`], [`MoveError::TooMuch`], or a [`Halt`].
pub(crate) fn weigh(
    tx: &mut Tx<'_>,
    book: &Book,
    (levels, days): (&mut Levels, &Days),
    judged: &Judged<'_>,
    counted: Option<i64>,
) -> Result<[i64; 2], StockError> {
    let mut weights = [0; 2];
    let Some(weighing) = judged.weighing else { return Ok(weights) };
    let share = share_of_origin(tx, levels, judged)?;
    let mut left = None;
    for (leg, weight) in judged.legs().zip(&mut weights) {
        let units = counted.unwrap_or(leg.units);
        let weighed = match (judged.kind, leg.shelf) {
            (MoveKind::Count, _) => count(tx, (levels, days), judged, (leg, units), weighing)?,
            (MoveKind::Reversal, None) => leg.weight.into(),
            (_, None) if units < 0 => -share.unwrap_or(0),
            (_, None) => weighing.given.map(i128::from).or(left).unwrap_or(0),
            (_, Some(_)) => {
                let likely = likely(judged, leg, weighing, left.or(share));
                let may_be = book.may_be_below_zero(&judged.kept.item, &leg.site);
                match units < 0 {
                    true => -take(tx, levels, judged, leg, (weighing, likely, may_be))?,
                    false => put(tx, levels, judged, leg, (likely, may_be))?,
                }
            }
        };
        left.get_or_insert(weighed.abs());
        *weight = narrow(judged, weighed)?;
    }
    Ok(weights)
}

/// What a leg weighs if nothing speaks against it: as it was weighed, as what it takes back, as what left or what it is of, nominally.
fn likely(
    judged: &Judged<'_>,
    leg: &Leg<'_>,
    weighing: Weighing,
    origin: Option<i128>,
) -> Option<i128> {
    let back = (judged.kind == MoveKind::Reversal).then_some(i128::from(leg.weight).abs());
    let given = back.or(weighing.given.map(i128::from));
    let nominal = weighing.nominal.map(i128::from);
    [given, origin, nominal].into_iter().flatten().find(|weight| *weight > 0)
}

/// What pieces take with them that leave a place.
fn take(
    tx: &mut Tx<'_>,
    levels: &mut Levels,
    judged: &Judged<'_>,
    leg: &Leg<'_>,
    (weighing, likely, may_be): (Weighing, Option<i128>, bool),
) -> Result<i128, StockError> {
    let units = -i128::from(leg.units);
    let There { pieces, weight } = there(tx, levels, judged, leg)?;
    if pieces == units {
        return Ok(weight); // the last take what is left
    }
    if pieces < units || weight <= 0 {
        // Less than none will be there. Where that may not be, it is refused for that.
        return likely.or((!may_be).then_some(0)).ok_or_else(|| required(judged));
    }
    match likely {
        Some(likely) if likely < weight => Ok(likely),
        Some(likely) if weighing.given.is_some() => {
            let (item, location) = (judged.kept.item.code.clone(), leg.code());
            let (weight, there) = (judged.weight(likely), judged.weight(weight));
            Err(MoveError::WeighsMore { item, location, weight, there }.into())
        }
        _ => Ok(part(weight, units, pieces)),
    }
}

/// What pieces bring with them that come to a place.
fn put(
    tx: &mut Tx<'_>,
    levels: &mut Levels,
    judged: &Judged<'_>,
    leg: &Leg<'_>,
    (likely, may_be): (Option<i128>, bool),
) -> Result<i128, StockError> {
    if may_be {
        let There { pieces, weight } = there(tx, levels, judged, leg)?;
        if pieces == -i128::from(leg.units) {
            return Ok(-weight); // they went out before they came
        }
    }
    likely.ok_or_else(|| required(judged))
}

/// How much more is there than the books say: as it was weighed, else as much for each piece as they say.
fn count(
    tx: &mut Tx<'_>,
    (levels, days): (&mut Levels, &Days),
    judged: &Judged<'_>,
    (leg, difference): (&Leg<'_>, i64),
    weighing: Weighing,
) -> Result<i128, StockError> {
    let now = there(tx, levels, judged, leg)?;
    let (counted, difference) = (i128::from(judged.units), i128::from(difference));
    if now.pieces + difference == 0 {
        return Ok(-now.weight);
    }
    let then = There {
        pieces: counted - difference,
        weight: now.weight - days.weight_after(tx, leg, judged)?,
    };
    let weighed = match weighing {
        _ if counted == 0 => 0,
        Weighing { given: Some(given), .. } => given.into(),
        _ if difference == 0 => then.weight,
        _ if then.pieces > 0 && then.weight > 0 => part(then.weight, counted, then.pieces),
        Weighing { nominal: Some(nominal), .. } => nominal.into(),
        _ => return Err(required(judged)),
    };
    Ok(weighed - then.weight)
}

/// The share of what the move weighed that this one is of. Each takes the difference between what all up to it and all before it come
/// to, so together they come to all of it.
fn share_of_origin(
    tx: &mut Tx<'_>,
    levels: &mut Levels,
    judged: &Judged<'_>,
) -> Result<Option<i128>, StockError> {
    let origin = judged.origin.filter(|_| judged.kind != MoveKind::Reversal);
    let Some((origin, weight)) = origin.and_then(|of| Some((of, of.weight.get()?.units()))) else {
        return Ok(None);
    };
    let all = i128::from(origin.quantity.units()).abs();
    let cell = levels.uses.cell(origin.id);
    levels.uses.rest_on(tx, cell)?;
    let before = -levels.uses.value(tx, cell, MoveUse::UNUSED)?;
    let up_to = |used: i128| part(i128::from(weight).abs(), used.clamp(0, all), all);
    Ok(Some(up_to(before + i128::from(judged.units)) - up_to(before)))
}

/// What lies where a leg is. From here on the act rests on it.
fn there(
    tx: &mut Tx<'_>,
    levels: &mut Levels,
    judged: &Judged<'_>,
    leg: &Leg<'_>,
) -> Result<There, Halt> {
    let (item, code) = (judged.new.item, leg.code());
    let Levels { bins, lot_bins, weights, .. } = levels;
    let pieces = match leg.lot {
        Some(held) => {
            let cell = lot_bins.cell((held.lot.id, code));
            lot_bins.rest_on(tx, cell)?;
            lot_bins.value(tx, cell, LotBin::ON_HAND)?
        }
        None => {
            let cell = bins.cell((item, code));
            bins.rest_on(tx, cell)?;
            bins.value(tx, cell, Bin::ON_HAND)?
        }
    };
    let cell = weights.cell(key_of(item, leg));
    weights.rest_on(tx, cell)?;
    Ok(There { pieces, weight: weights.value(tx, cell, Weight::ON_HAND)? })
}

/// The key of what lies of an item where a leg is.
pub(crate) fn key_of(
    item: ItemId,
    leg: &Leg<'_>,
) -> (ItemId, fondaco_core::SiteId, SmolStr, Id<crate::items::Lot>) {
    let lot = leg.lot.map_or(Weight::NO_LOT, |held| held.lot.id);
    (item, leg.site, leg.code(), lot)
}

impl Days {
    /// What came to weigh more in the place of a leg on days after that of its move.
    fn weight_after(
        &self,
        tx: &mut Tx<'_>,
        leg: &Leg<'_>,
        judged: &Judged<'_>,
    ) -> Result<i128, Halt> {
        let (item, mut after) = (judged.new.item, 0);
        let place = (item, leg.code(), leg.lot.map(|held| held.lot.id));
        let Some(next) = judged.new.date.succ_opt() else { return Ok(0) };
        let mut add = |row: &Move| {
            if row.date >= next && place_of(row) == place {
                after += row.weight.get().map_or(0, |weight| i128::from(weight.units()));
            }
            Ok::<_, Halt>(())
        };
        tx.peek_each(&Range::by(Move::BY_ITEM, &(item, leg.site)).from(&next), &mut add)?;
        self.as_slice().iter().try_for_each(add)?;
        Ok(after)
    }
}

/// A part of a whole, so much of so many, rounded half up.
fn part(whole: i128, of: i128, many: i128) -> i128 {
    if many <= 0 {
        return 0;
    }
    let product = whole.saturating_mul(of);
    product.div_euclid(many) + i128::from(product.rem_euclid(many) * 2 >= many)
}

fn required(judged: &Judged<'_>) -> StockError {
    let (item, quantity) = (judged.kept.item.code.clone(), judged.new.quantity);
    MoveError::WeightRequired { item, quantity }.into()
}

fn narrow(judged: &Judged<'_>, weight: i128) -> Result<i64, MoveError> {
    i64::try_from(weight).map_err(|_| MoveError::TooMuch { item: judged.kept.item.code.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_to_the_whole() {
        let whole = 20_000_000;
        let up_to = [1, 2, 3].map(|used| part(whole, used, 3));
        assert_eq!(up_to, [6_666_667, 13_333_333, whole]);
        assert_eq!((part(5, 1, 2), part(0, 1, 2), part(7, 1, 0)), (3, 0, 0));
    }
}
