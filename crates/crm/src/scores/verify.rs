//! Whether what is kept is what a recount gives, to the last bit.

use fondaco_core::engine::Discrepancies;
use fondaco_core::party::resolve;
use fondaco_core::{Halt, Range, Reading, View};

use super::cards::Cards;
use super::rows::{each_of, kept_values};
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
        let is_alias = resolve(view, kept.party)? != kept.party;
        if is_alias
            && kept.stage.is_some()
            && cards.get(&kept.card).is_some_and(|one| one.made(&kept))
        {
            found.say(format_args!(
                "contact {}: it is an alias and stands in a stage of scorecard {}: run RefreshScores",
                kept.party, kept.card
            ));
        }
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
    let card = cards.get(&kept.card).filter(|card| card.made(kept));
    let (Some(card), false) = (card, kept.is_erased()) else { return Ok(true) };
    let scorer = &card.scorer;
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
