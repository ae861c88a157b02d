//! Whether what is kept is what a recount gives, to the last bit.

use fondaco_core::engine::Discrepancies;
use fondaco_core::{Halt, Range, Reading, View};

use super::cards::Cards;
use super::keep::{each_of, kept_values};
use super::values::count;
use super::{CardInUse, ContactScore};
use crate::CrmError;

pub(super) fn verify(view: &mut View<'_>, found: &mut Discrepancies) -> Result<(), Halt> {
    let rows = view.peek_scan(&Range::<CardInUse>::all())?;
    let cards = match Cards::of(&rows) {
        Ok(cards) => cards,
        Err(CrmError::Halt(halt)) => return Err(halt),
        Err(error) => {
            found.say(format_args!("a scorecard in use can't be read: {error}"));
            return Ok(());
        }
    };
    for kept in view.peek_scan(&Range::<ContactScore>::all())? {
        match one(view, &cards, &kept) {
            Ok(true) => {}
            Ok(false) => found.say(format_args!(
                "contact {}: scorecard {} has counted otherwise than its events give",
                kept.party, kept.card
            )),
            Err(CrmError::Halt(halt)) => return Err(halt),
            Err(error) => {
                found.say(format_args!("contact {}: scorecard {}: {error}", kept.party, kept.card))
            }
        }
    }
    Ok(())
}

/// Whether a row is as it should be. Of who was erased nothing is left to count by.
fn one(view: &mut View<'_>, cards: &Cards, kept: &ContactScore) -> Result<bool, CrmError> {
    let scorer = cards.get(&kept.card).filter(|scorer| scorer.card().version == kept.version);
    let (Some(scorer), false) = (scorer, kept.is_erased()) else { return Ok(true) };
    let mut stored = kept.tally()?;
    let mut anew = scorer.tally();
    let now = stored.until().unwrap_or(kept.scored_at);
    each_of(view, kept.party, |event| {
        count(scorer, &mut anew, event, now, true)?;
        Ok(())
    })?;
    scorer.settle(&mut stored, now);
    scorer.settle(&mut anew, now);
    Ok(stored == anew && kept.known.get() == Some(&kept_values(view, kept.party, scorer)?))
}
