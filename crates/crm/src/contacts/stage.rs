//! How far contacts are on the way to being customers, and how long they were at each stage.
//!
//! Stages only go up; back goes who is recycled, with a reason. Each step is a fact, so the times at each stage follow from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::enter::{Entered, Taking, take};
use fondaco_core::party::PartyAlias;
use fondaco_core::policy::Request;
use fondaco_core::store::{Field, Record};
use fondaco_core::tx::Needs;
use fondaco_core::{Act, ActorId, Halt, PartyId, Range, Reading, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::rights::KEEP_CONTACTS;
use super::{ContactError, Profile, all_living, group, joint, told_of};
use crate::along::{self, Change};
use crate::{CrmError, check_code, check_count, is_ahead, next_number};

/// How far a contact is on the way to being a customer. Stages only go up, but by recycling, with a reason.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum LifecycleStage {
    /// Is known, and reads what is sent.
    Subscriber,
    /// Has shown interest.
    Lead,
    /// Is worth a salesperson's time, in marketing's eyes: a marketing qualified lead.
    Mql,
    /// And in sales' eyes: a sales qualified lead.
    Sql,
    /// Something is on offer.
    Opportunity,
    /// Has bought.
    Customer,
}

/// A step from stage to stage.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_stage_step", kind = fact, key(party, number))]
pub struct StageStep {
    /// Whose.
    pub party: PartyId,
    /// Counts the steps, from 1: how the contact began.
    pub number: u32,
    /// The stage before; `None` where it began.
    pub before: Option<LifecycleStage>,
    /// The stage from then on.
    pub stage: LifecycleStage,
    /// Since when.
    pub at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// By whom.
    pub actor: SmolStr,
    /// Why, by a code of the host's; there is always one where it goes back.
    pub reason: Option<SmolStr>,
}

impl StageStep {
    /// How a contact begins.
    pub(super) fn first(profile: &Profile, actor: &ActorId) -> StageStep {
        StageStep {
            party: profile.party,
            number: 1,
            before: None,
            stage: profile.stage,
            at: profile.stage_since,
            recorded_at: profile.added_at,
            actor: actor.as_str().into(),
            reason: None,
        }
    }
}

/// That a contact is at another stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageMove {
    /// Whose.
    pub party: PartyId,
    /// Where it is from now on.
    pub to: LifecycleStage,
    /// Since when; now where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Why, by a code of the host's; needed where it goes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<SmolStr>,
}

/// Moves contacts from stage to stage. Who is there already is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveStages {
    /// Who goes where, at most 100,000.
    pub moves: Vec<StageMove>,
    /// What is done where some are refused.
    #[serde(default)]
    pub taking: Taking,
}

impl MoveStages {
    /// Moves one contact up.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_crm::contacts::{LifecycleStage, MoveStages, stage_times};
    /// crm.send("mql", &MoveStages::up(ada(), LifecycleStage::Mql))?;
    /// let down = crm.send("down", &MoveStages::up(ada(), LifecycleStage::Lead))?.answer;
    /// assert_eq!(down.refused[0].code, "crm.stage_back");
    /// crm.send("recycle", &MoveStages::recycle(ada(), LifecycleStage::Lead, "no_budget"))?;
    /// let times = crm.view(|view| stage_times(view, ada(), view_time()))?;
    /// assert_eq!(times.iter().map(|time| time.stage).collect::<Vec<_>>(), [
    ///     LifecycleStage::Subscriber, LifecycleStage::Mql, LifecycleStage::Lead,
    /// ]);
    /// # fn view_time() -> Timestamp { "2026-06-02T08:00:00Z".parse().unwrap() }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn up(party: PartyId, to: LifecycleStage) -> MoveStages {
        MoveStages::all(vec![StageMove { party, to, at: None, reason: None }])
    }

    /// Moves one contact back, with the reason.
    pub fn recycle(party: PartyId, to: LifecycleStage, reason: impl Into<SmolStr>) -> MoveStages {
        MoveStages::all(vec![StageMove { party, to, at: None, reason: Some(reason.into()) }])
    }

    /// Moves all of these, or none.
    pub fn all(moves: Vec<StageMove>) -> MoveStages {
        MoveStages { moves, taking: Taking::AllOrNothing }
    }
}

impl Act for MoveStages {
    type Answer = Entered;
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Entered, CrmError> {
        tx.authorize(&Request::new(&KEEP_CONTACTS))?;
        check_count(self.moves.len())?;
        let ids: Vec<PartyId> = self.moves.iter().map(|one| one.party).collect();
        tx.need_all(Needs::new().rows::<Profile>(&ids).rows::<PartyAlias>(&ids))?;
        take(tx, self.taking, |tx| {
            let mut entered = Entered::default();
            let mut moved: Vec<Moved> = Vec::new();
            for (at, one) in self.moves.iter().enumerate() {
                let done = tx.attempt(|tx| move_one(tx, one))?;
                entered.note(
                    at,
                    done.map(|mut done| {
                        let has_moved = !done.is_empty();
                        moved.append(&mut done);
                        has_moved
                    }),
                );
            }
            let changes: Vec<Change<'_>> =
                moved.iter().map(|(before, after)| Change::Profile { before, after }).collect();
            along::note(tx, &changes)?;
            Ok(entered)
        })
    }
}

/// A contact that moves: as it was, and as it is.
type Moved = (Arc<Profile>, Profile);

/// Moves one; none, where it is there already. Up goes the id that it stands for; back goes each that is further, so that the contact is where that says.
fn move_one(tx: &mut Tx<'_>, one: &StageMove) -> Result<Vec<Moved>, CrmError> {
    let all = all_living(tx, one.party)?;
    let Some(there) = joint(all.iter().map(AsRef::as_ref)) else { return Ok(Vec::new()) };
    if there.stage == one.to {
        return Ok(Vec::new());
    }
    let goes_up = one.to > there.stage;
    let moves = |(nth, profile): &(usize, Arc<Profile>)| match goes_up {
        true => *nth == 0,
        false => profile.stage > one.to,
    };
    let movers: Vec<_> = all.into_iter().enumerate().filter(moves).map(|(_, one)| one).collect();
    let since = movers.iter().map(|one| one.stage_since).fold(there.stage_since, Timestamp::max);
    // The step before may be of a clock that is a little ahead.
    let at = one.at.unwrap_or(tx.now().max(since));
    one.check((there.stage, since), at, tx.now())?;
    movers.into_iter().map(|before| Ok((before.clone(), step(tx, one, &before, at)?))).collect()
}

/// Stages a profile after a step, with that step.
fn step(
    tx: &mut Tx<'_>,
    one: &StageMove,
    before: &Profile,
    at: Timestamp,
) -> Result<Profile, CrmError> {
    let party = before.party;
    let after = Profile { stage: one.to, stage_since: at, ..before.clone() };
    let number = next_number::<StageStep>(tx, party)?;
    tx.insert(StageStep {
        party,
        number,
        before: Some(before.stage),
        stage: one.to,
        at,
        recorded_at: tx.now(),
        actor: tx.actor().as_str().into(),
        reason: one.reason.clone(),
    })?;
    tx.put(after.clone())?;
    tx.emit(told_of("crm.stage_moved", party, one.party).with("stage", one.to.code()));
    Ok(after)
}

impl LifecycleStage {
    /// All stages, from the first on.
    pub(crate) const ALL: [LifecycleStage; 6] = [
        LifecycleStage::Subscriber,
        LifecycleStage::Lead,
        LifecycleStage::Mql,
        LifecycleStage::Sql,
        LifecycleStage::Opportunity,
        LifecycleStage::Customer,
    ];
}

impl StageMove {
    fn check(
        &self,
        (stage, since): (LifecycleStage, Timestamp),
        at: Timestamp,
        now: Timestamp,
    ) -> Result<(), CrmError> {
        let (party, from, to) = (self.party, stage.code(), self.to.code());
        self.reason.as_ref().map_or(Ok(()), |reason| check_code("reason", reason))?;
        if self.to < stage && self.reason.is_none() {
            return Err(ContactError::StageBack { party, from, to }.into());
        }
        if at < since || is_ahead(at, now) {
            return Err(ContactError::StageTime { party, at, since, now }.into());
        }
        Ok(())
    }
}

/// A time that a contact was at a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageTime {
    /// The stage.
    pub stage: LifecycleStage,
    /// Since when.
    pub from: Timestamp,
    /// Until when; `None` where it is still there.
    pub to: Option<Timestamp>,
    /// How long, in seconds; up to the instant that was asked for where it is still there.
    pub seconds: i64,
}

/// At which stages a contact was and is, under all its ids together: at each moment as far as any of them was. Each with how long, up to an instant; one that was recycled
/// comes to a stage more than once.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn stage_times(
    read: &mut impl Reading,
    party: PartyId,
    until: Timestamp,
) -> Result<Vec<StageTime>, Halt> {
    let ids = group(read, party)?;
    let steps = read.peek_scans(&ids.iter().map(Range::<StageStep>::by_key).collect::<Vec<_>>())?;
    let mut steps: Vec<Arc<StageStep>> = steps.into_iter().flatten().collect();
    steps.sort_by_key(|step| step.at);
    let mut at: BTreeMap<PartyId, LifecycleStage> = BTreeMap::new();
    let mut times: Vec<StageTime> = Vec::new();
    for step in &steps {
        at.insert(step.party, step.stage);
        let stage = at.values().copied().max().unwrap_or(step.stage);
        match times.last_mut() {
            Some(last) if last.stage == stage => continue,
            Some(last) => *last = last.until(step.at),
            None => {}
        }
        times.push(StageTime { stage, from: step.at, to: None, seconds: 0 });
    }
    if let Some(last) = times.last_mut() {
        last.seconds = last.until(until).seconds;
    }
    Ok(times)
}

impl StageTime {
    /// The same up to an instant.
    fn until(self, to: Timestamp) -> StageTime {
        let seconds = to.since(self.from).num_seconds().max(0);
        StageTime { to: Some(to), seconds, ..self }
    }
}
