//! Looking at contacts again: points decay while nothing happens.

use fondaco_core::policy::Request;
use fondaco_core::{Act, PartyId, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::cards::in_use;
use super::keep::Told;
use super::rows::Rows;
use super::{ScoreError, rights};
use crate::contacts::groups;
use crate::{CrmError, check_count};

/// Looks at the scores of contacts as of now: who is in another stage moves, and other points become points of the history. Once a day, say, for all contacts, some
/// thousands at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefreshScores {
    /// By which scorecard.
    pub card: SmolStr,
    /// Whose, under any of their ids, at most 100,000.
    pub parties: Vec<PartyId>,
}

impl RefreshScores {
    /// Of these.
    ///
    /// ```
    /// use fondaco_core::PartyId;
    /// use fondaco_crm::scores::RefreshScores;
    /// let nightly = RefreshScores::new("leads", vec![PartyId::named("web/1")]);
    /// assert_eq!(nightly.parties.len(), 1);
    /// ```
    pub fn new(card: impl Into<SmolStr>, parties: Vec<PartyId>) -> RefreshScores {
        RefreshScores { card: card.into(), parties }
    }
}

impl Act for RefreshScores {
    /// How many moved to another stage.
    type Answer = u32;
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<u32, CrmError> {
        tx.authorize(&Request::new(&rights::SCORE))?;
        check_count(self.parties.len())?;
        let cards = in_use(tx)?;
        let unknown = || ScoreError::UnknownCard { name: self.card.clone(), version: 0 };
        let card = cards.get(&self.card).ok_or_else(unknown)?;
        let (groups, told) = (groups(tx, &self.parties)?, Told::default());
        let mut rows = Rows::read(tx, &cards, &groups, &told)?;
        let (mut moved, mut count) = (Vec::new(), 0);
        for ids in &groups {
            if let Some(one) = rows.take(tx, ids, card, &told)? {
                count += u32::from(one.stage(tx, true, &mut moved)?);
            }
        }
        tx.insert_all(moved)?;
        Ok(count)
    }
}
