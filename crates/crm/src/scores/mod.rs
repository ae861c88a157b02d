//! Scores of contacts by [scorecards](crate::scoring::rules), kept up to date with what is recorded.
//!
//! Versions of scorecards are facts ([`PutScorecard`]); one version of each counts ([`UseScorecard`]). What it has counted of a contact is a row ([`ContactScore`]), written in the commit of
//! what the contact does: late, corrected and erased events leave what a recount gives, to the last bit, and `verify` counts again. Who was merged is one: the stage is that of all ids together, and moves in
//! the commit of the merge; who is taken apart again is judged alone, the one that had been merged as if it had stood nowhere. Who comes to another stage has a point in the
//! history ([`ScorePoint`]) and an event `crm.score_moved`; points fade while nothing happens, so contacts are [looked at](RefreshScores) now and then.

mod cards;
mod error;
mod keep;
mod query;
mod record;
mod refresh;
pub mod rights;
mod rows;
mod standing;
mod values;
mod verify;

pub use cards::{PutScorecard, UseScorecard};
pub use error::ScoreError;
pub(crate) use keep::Keeping;
pub use query::{KeptScore, contact_score, score_history, scored_as};
pub use record::{CardInUse, CardVersion, ContactScore, ScorePoint};
pub use refresh::RefreshScores;

use fondaco_core::engine::Part;
use fondaco_core::party::{HeldOnParty, Holding};
use fondaco_core::store::Record;
use fondaco_core::{Halt, PartyId, Range, Reading};
use std::sync::Arc;

/// What the engine has of scores.
pub(crate) static PART: Part = Part::new(&[CardVersion::TABLE, CardInUse::TABLE])
    .otherwise(&[
        (ContactScore::TABLE, "goes along with what is recorded of contacts, and by the right to look at scores again"),
        (ScorePoint::TABLE, "goes along with what is recorded of contacts, and by the right to look at scores again"),
    ])
    .permissions(&[&rights::SCORE])
    .holdings(&[Holding::of::<ContactScore>(), Holding::of::<ScorePoint>()])
    .verified_by(verify::verify);

impl HeldOnParty for ContactScore {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<ContactScore>>, Halt> {
        read.peek_scan(&Range::by_key(&party))
    }
}

impl HeldOnParty for ScorePoint {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<ScorePoint>>, Halt> {
        read.peek_scan(&Range::by_key(&party))
    }
}
