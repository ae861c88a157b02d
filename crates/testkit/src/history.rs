//! Random histories against the [`Model`]: every answer, refusal, state, feed and link must be the same.
//!
//! After QuickCheck's model-based testing (Claessen and Hughes 2000; Hughes 2007). A history is a list of steps drawn from
//! a seed. When store and model differ, steps are left out for as long as they still differ, and what is left is the
//! history that the report shows.

use fondaco_core::CompanyId;
use fondaco_core::store::{Ask, At, Read, Snapshot, Store, StoreError};

use crate::Model;
use crate::probe::{Difference, Flaw, Probe, Verdict};
use crate::random::Random;
use crate::records;

pub(crate) mod compare;
mod generate;
pub(crate) mod life;
mod step;

use generate::Generator;
use step::{Step, When};

/// How often a history may be replayed while it is shortened.
const REPLAYS: usize = 120;

/// Runs the history of `seed`, of `steps` steps; a difference comes with the shortest history found.
pub(crate) fn run(probe: &Probe<'_>, seed: u64, steps: usize) -> Verdict {
    let mut random = Random::new(seed);
    let mut history = Vec::new();
    let quiet = probe.quiet();
    quiet.prepare(records::TABLES)?;
    let mut pair = Pair::new(&quiet)?;
    let mut generator = Generator::default();
    for _ in 0..steps {
        let step = generator.step(&mut random, &pair.model);
        history.push(step.clone());
        if let Err(flaw) = pair.take(&step) {
            return Err(shortest(probe, seed, history, flaw));
        }
    }
    pair.end().map_err(|flaw| shortest(probe, seed, history, flaw))
}

/// The flaw that the shortest history shows, with its calls in the probe's notes.
fn shortest(probe: &Probe<'_>, seed: u64, mut history: Vec<Step>, mut flaw: Flaw) -> Flaw {
    let (mut size, mut replays) = (history.len().div_ceil(2), 0);
    while size > 0 && replays < REPLAYS {
        let mut from = 0;
        while from < history.len() && replays < REPLAYS {
            let kept = |at: &usize| !(from..from + size).contains(at);
            let shorter: Vec<Step> =
                (0..history.len()).filter(kept).filter_map(|at| history.get(at).cloned()).collect();
            replays += 1;
            match replay(&probe.quiet(), &shorter) {
                Err(Flaw::Broken(why)) => {
                    (history, flaw) = (shorter, Flaw::Broken(why));
                }
                _ => from += size,
            }
        }
        size /= 2;
    }
    let last = probe.quiet();
    if let Err(Flaw::Broken(why)) = replay(&last, &history) {
        flaw = Flaw::Broken(why);
    }
    probe.forget();
    last.history().into_iter().for_each(|line| probe.note(line));
    match flaw {
        Flaw::Broken(it) => {
            let what = format!("seed {seed}, {} steps: {}", history.len(), it.what);
            Flaw::Broken(Difference { what, ..it })
        }
        other => other,
    }
}

fn replay(probe: &Probe<'_>, history: &[Step]) -> Verdict {
    probe.prepare(records::TABLES)?;
    let mut pair = Pair::new(probe)?;
    history.iter().try_for_each(|step| pair.take(step))?;
    pair.end()
}

/// The store under test and the model, which take the same steps.
struct Pair<'p, 'a> {
    probe: &'p Probe<'a>,
    model: Model,
    /// Snapshots that both hold, by slot.
    holds: Vec<Option<(Snapshot, Snapshot)>>,
}

impl<'p, 'a> Pair<'p, 'a> {
    fn new(probe: &'p Probe<'a>) -> Verdict<Pair<'p, 'a>> {
        let model = Model::new();
        model.prepare(records::TABLES)?;
        Ok(Pair { probe, model, holds: vec![None; step::SLOTS] })
    }

    fn take(&mut self, step: &Step) -> Verdict {
        match step {
            Step::Commit(spec) => {
                let (theirs, ours) = (spec.batch(&self.model), spec.batch(&self.model));
                compare::commits(self.probe.commit(theirs), self.model.attempt(ours), spec.check)
            }
            Step::Read(company, when, asks) => {
                let Some((ours, theirs)) = self.when(*when) else { return Ok(()) };
                let found = match self.probe.read(&Read::at(*company, theirs, asks.clone())) {
                    // A store may do without holds.
                    Err(StoreError::SnapshotGone) if theirs == At::Hold => return Ok(()),
                    Err(StoreError::SnapshotGone) if self.probe.brief_holds => {
                        self.forget_hold(*when);
                        return Ok(());
                    }
                    other => other?,
                };
                let wanted = self.model.read(&Read::at(*company, ours, asks.clone()))?;
                self.note_hold(*when, wanted.at, found.at);
                compare::answers(&found, &wanted, !matches!(when, When::Now | When::Hold(_)))
            }
        }
    }

    /// The snapshot to ask of the model and of the store; `None` when a slot is not held.
    fn when(&self, when: When) -> Option<(At, At)> {
        let held = |slot: usize| self.holds.get(slot).copied().flatten();
        Some(match when {
            When::Now => (At::Now, At::Now),
            When::Hold(slot) => {
                if held(slot).is_some() {
                    return None;
                }
                (At::Hold, At::Hold)
            }
            When::Held(slot) => held(slot).map(|(a, b)| (At::Held(a), At::Held(b)))?,
            When::Last(slot) => held(slot).map(|(a, b)| (At::Last(a), At::Last(b)))?,
        })
    }

    fn forget_hold(&mut self, when: When) {
        if let When::Held(slot) | When::Last(slot) = when
            && let Some(room) = self.holds.get_mut(slot)
        {
            *room = None;
        }
    }

    fn note_hold(&mut self, when: When, ours: Snapshot, theirs: Snapshot) {
        match when {
            When::Hold(slot) => {
                if let Some(room) = self.holds.get_mut(slot) {
                    *room = Some((ours, theirs));
                }
            }
            When::Last(slot) => {
                if let Some(room) = self.holds.get_mut(slot) {
                    *room = None;
                }
            }
            _ => {}
        }
    }

    /// Compares one answer; the read is noted if it differs.
    fn look(&self, company: CompanyId, when: When, ask: Ask) -> Verdict {
        let Some((ours, theirs)) = self.when(when) else { return Ok(()) };
        let wanted = self.model.read(&Read::at(company, ours, vec![ask.clone()]))?;
        let read = Read::at(company, theirs, vec![ask]);
        let found = match self.probe.store.read(&read) {
            Err(StoreError::SnapshotGone) if self.probe.brief_holds => return Ok(()),
            other => other?,
        };
        let verdict = compare::answers(&found, &wanted, theirs != At::Now);
        if verdict.is_err() {
            self.probe.read(&read)?;
        }
        verdict
    }

    /// Compares everything that is left, and verifies the chain.
    fn end(&mut self) -> Verdict {
        for company in step::companies() {
            for (when, ask) in step::everything(company) {
                self.look(company, when, ask)?;
            }
            compare::feeds(self.probe.feed(company, 0)?, &self.model, company)?;
            compare::chain(self.probe.store.as_ref(), company)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// How often each thing happens in the histories of some seeds.
    fn happenings() -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for seed in 0..20 {
            let (mut random, mut generator) = (Random::new(seed), Generator::default());
            let model = Model::new();
            model.prepare(records::TABLES).unwrap();
            for _ in 0..100 {
                let Step::Commit(spec) = generator.step(&mut random, &model) else { continue };
                let names: Vec<String> = match model.attempt(spec.batch(&model)) {
                    Ok(commit) if commit.replayed => vec!["replayed".into()],
                    Ok(_) if spec.check => vec!["checked".into()],
                    Ok(_) => vec!["stored".into()],
                    Err(faults) => faults.iter().flat_map(names).collect(),
                };
                names.into_iter().for_each(|name| *counts.entry(name).or_default() += 1);
            }
        }
        counts
    }

    fn names(fault: &StoreError) -> Vec<String> {
        let StoreError::Refused(refusal) = fault else { return vec![fault.code().into()] };
        let kinds = [
            (refusal.moved.len(), "moved"),
            (refusal.clashes.len(), "clash"),
            (refusal.short.len(), "short"),
            (refusal.late.len(), "late"),
        ];
        kinds.iter().filter(|(count, _)| *count > 0).map(|(_, name)| (*name).into()).collect()
    }

    #[test]
    fn histories_meet_every_answer_often_and_no_misuse() {
        let counts = happenings();
        println!("{counts:?}");
        for name in [
            "stored",
            "replayed",
            "checked",
            "moved",
            "clash",
            "short",
            "late",
            "store.exists",
            "store.command_reused",
            "store.overflow",
        ] {
            assert!(counts.get(name).is_some_and(|count| *count >= 5), "{name} in {counts:?}");
        }
        assert!(!counts.contains_key("store.misused"), "{counts:?}");
        assert!(counts["stored"] > 500, "{counts:?}");
    }
}
