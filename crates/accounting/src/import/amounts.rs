//! Amounts as lines tell them, and what they are worth.

use fondaco_core::import::{Cells, FileError, Finder, Slot, same_word};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::refusal::Fault;
use crate::ledger::Side;

/// An amount as a line tells it.
pub(crate) struct Amount {
    pub(crate) side: Side,
    /// Without its sign.
    pub(crate) value: Decimal,
    /// Whether it stands there with a minus.
    pub(crate) negative: bool,
}

/// A number above zero, if there is one.
pub(crate) fn rate(cells: &mut Cells<'_>, slot: &Option<Slot>) -> Option<Decimal> {
    let slot = slot.as_ref()?;
    let rate = cells.number(slot, Fault::BadRate)??;
    if rate > Decimal::ZERO {
        return Some(rate);
    }
    cells.fault(Fault::BadRate, slot, &rate.to_string());
    None
}

/// What an amount is worth, positive, if that is told: a sign of its own would leave open which of both is right. Where the
/// amount is nothing, as a revaluation posts it, the worth says the side.
pub(crate) fn worth(
    cells: &mut Cells<'_>,
    slot: &Option<Slot>,
    amount: &mut Option<Amount>,
) -> Option<Decimal> {
    let worth = cells.some_number(slot)?;
    if worth < Decimal::ZERO {
        match amount {
            Some(amount) if amount.value.is_zero() => amount.side = amount.side.opposite(),
            Some(amount) if !amount.negative => {
                cells.fault(Fault::OtherSign, slot.as_ref()?, &worth.to_string());
            }
            // Without an amount there is no sign to differ from.
            _ => {}
        }
    }
    Some(worth.abs())
}

/// The amount that a line tells.
pub(crate) fn amount(cells: &mut Cells<'_>, amounts: &AmountSlots) -> Option<Amount> {
    let (side, amount) = match amounts {
        AmountSlots::Signed { amount, positive } => (*positive, cells.needed_number(amount)?),
        AmountSlots::Sided { amount, side: slot, debit, credit } => {
            let amount = cells.needed_number(amount);
            let word = cells.needed(slot)?;
            (side(cells, slot, &word, (debit, credit))?, amount?)
        }
        AmountSlots::Columns { debit, credit } => either(cells, debit, credit)?,
    };
    let negative = amount.is_sign_negative() && !amount.is_zero();
    let side = if negative { side.opposite() } else { side };
    Some(Amount { side, value: amount.abs(), negative })
}

fn either(cells: &mut Cells<'_>, debit: &Slot, credit: &Slot) -> Option<(Side, Decimal)> {
    let left = cells.number(debit, fondaco_core::import::Fault::bad_amount());
    let right = cells.number(credit, fondaco_core::import::Fault::bad_amount());
    match (left?, right?) {
        (None, None) => {
            cells.fault(Fault::NoAmount, debit, "");
            None
        }
        (Some(left), Some(right)) if !left.is_zero() && !right.is_zero() => {
            cells.fault(Fault::TwoAmounts, credit, &right.to_string());
            None
        }
        (Some(left), None) => Some((Side::Debit, left)),
        (Some(left), Some(_)) if !left.is_zero() => Some((Side::Debit, left)),
        (_, Some(right)) => Some((Side::Credit, right)),
    }
}

fn side(
    cells: &mut Cells<'_>,
    slot: &Slot,
    word: &str,
    (debit, credit): (&[SmolStr], &[SmolStr]),
) -> Option<Side> {
    let is = |words: &[SmolStr]| words.iter().any(|known| same_word(known, word));
    match (is(debit), is(credit)) {
        (true, false) => Some(Side::Debit),
        (false, true) => Some(Side::Credit),
        _ => {
            cells.fault(Fault::BadSide, slot, word);
            None
        }
    }
}

/// [`AmountColumns`](super::AmountColumns), found in the header.
pub(crate) enum AmountSlots {
    Signed { amount: Slot, positive: Side },
    Columns { debit: Slot, credit: Slot },
    Sided { amount: Slot, side: Slot, debit: Vec<SmolStr>, credit: Vec<SmolStr> },
}

const DEBIT: [&str; 6] = ["D", "DR", "DEBIT", "S", "SOLL", "+"];
const CREDIT: [&str; 6] = ["C", "CR", "CREDIT", "H", "HABEN", "-"];

impl AmountSlots {
    pub(crate) fn find(
        finder: &Finder<'_>,
        amounts: &super::AmountColumns,
    ) -> Result<AmountSlots, FileError> {
        use super::AmountColumns;
        Ok(match amounts {
            AmountColumns::Signed { amount, positive } => {
                AmountSlots::Signed { amount: finder.find("amount", amount)?, positive: *positive }
            }
            AmountColumns::Columns { debit, credit } => AmountSlots::Columns {
                debit: finder.find("debit", debit)?,
                credit: finder.find("credit", credit)?,
            },
            AmountColumns::Sided { amount, side, debit_words, credit_words } => {
                AmountSlots::Sided {
                    amount: finder.find("amount", amount)?,
                    side: finder.find("side", side)?,
                    debit: words(debit_words, &DEBIT),
                    credit: words(credit_words, &CREDIT),
                }
            }
        })
    }
}

fn words(own: &[SmolStr], usual: &[&'static str]) -> Vec<SmolStr> {
    if own.is_empty() {
        return usual.iter().map(|word| SmolStr::new_static(word)).collect();
    }
    own.to_vec()
}
