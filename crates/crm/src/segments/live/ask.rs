//! Asking again what an event, or the clock, may have changed of one contact.
//!
//! A condition lies on the queue for a moment no later than the next at which it may change. So what an event brings is put there only where it
//! changes something **earlier** than it would have changed without: what was next before is asked first, the event is taken in or away, and
//! all is asked again. An entry whose moment changes nothing any more asks, and goes on to the next.

use super::logs::{Log, Without, bit_of};
use super::plain::NEVER;
use super::{Entry, Live, What, turned};
use crate::segments::compile::{Condition, Path, PathStep};
use crate::segments::evaluate::{Asked, Records, Track, answer, condition, next};
use crate::segments::{Truth, Window};

/// So many microseconds apart, the moments at which what fades crosses a value are not told apart: floats say them.
const NOISE: i64 = 1_000;

/// What was next of a contact's conditions on a kind before something changed.
#[derive(Clone, Debug, Default)]
pub(super) struct Before {
    /// Of the counts and sums.
    plain: i64,
    /// Of each other condition, in the plan's order; nothing for one that can't change.
    others: Vec<Option<i64>>,
    /// Room for sums.
    scratch: Vec<(i64, i128)>,
}

/// The next moment at which a condition may change, as far as that is surely on the queue.
fn next_if_queued<R: Records>(asked: &Asked<'_, R>, one: &Condition, holds: bool) -> i64 {
    match one {
        // Events that are part of no chain yet have put nothing there.
        Condition::Sequence(path) if !(is_plain(path) && holds) => NEVER,
        one => next(asked, one).unwrap_or(NEVER),
    }
}

fn is_plain(path: &Path) -> bool {
    matches!(path.window, Window::Ever | Window::Last(_))
}

impl Live {
    /// What is next of a contact's conditions on a kind, before an event of a time comes, or anything goes. Of several such, the last is to be
    /// [asked again](Self::ask_kind) first.
    pub(super) fn before(&mut self, contact: u32, kind: usize, at: Option<i64>) -> Before {
        let mut before = self.spare.pop().unwrap_or_default();
        let past = Log(self.logs.log(contact, kind)).first_at(self.now);
        let asked = Asked { records: &self.logs, contact, now: self.now };
        self.fill(&mut before, &asked, (kind, past), at);
        before
    }

    /// The same without the newest events of a kind, which count from now on.
    fn before_newest(&mut self, contact: u32, kind: usize, past: usize, at: i64) -> Before {
        let mut before = self.spare.pop().unwrap_or_default();
        let records = Without { logs: &self.logs, kind, len: past };
        let asked = Asked { records: &records, contact, now: self.now };
        self.fill(&mut before, &asked, (kind, past), Some(at));
        before
    }

    fn fill<R: Records>(
        &self,
        before: &mut Before,
        asked: &Asked<'_, R>,
        (kind, past): (usize, usize),
        at: Option<i64>,
    ) {
        before.others.clear();
        let Some(of) = self.plan.on_kind.get(kind) else { return };
        let acts = self.logs.log(asked.contact, kind).get(..past).unwrap_or_default();
        let table = self.logs.tables.get(kind);
        before.plain = of.answer(acts, table, self.now, &mut before.scratch, |_, _| {});
        let kinds = if of.others.is_empty() { 0 } else { self.logs.kinds(asked.contact) };
        for condition in &of.others {
            let Some(one) = self.set.conditions.get(*condition as usize) else { continue };
            let holds = self.state.truth(asked.contact, *condition as usize).is_yes();
            before.others.push(match at {
                Some(at) => self.next_before(asked, (kind, kinds, at), (one, holds)),
                None => Some(next_if_queued(asked, one, holds)),
            });
        }
    }

    /// What is next of a condition before an event of a time comes; nothing where that changes nothing.
    fn next_before<R: Records>(
        &self,
        asked: &Asked<'_, R>,
        (kind, kinds, at): (usize, u64, i64),
        (one, holds): (&Condition, bool),
    ) -> Option<i64> {
        match one {
            // One event more breaks no chain, and lets no interest sink: it stays true at least as long.
            Condition::Sequence(path) if is_plain(path) && holds => None,
            Condition::Sequence(path) if self.is_no_end(asked.contact, path, (kind, kinds), at) => {
                None
            }
            Condition::Sequence(path) if is_plain(path) => Some(NEVER),
            Condition::Interest(decayed) if decayed.only_rises() => (!holds).then_some(NEVER),
            one => Some(next_if_queued(asked, one, holds)),
        }
    }

    /// Whether an event at a time can be part of no chain of a sequence yet: there is none at all of another step, or none of the last came
    /// after it.
    fn is_no_end(&self, contact: u32, path: &Path, (kind, kinds): (usize, u64), at: i64) -> bool {
        let lacks = |step: &PathStep| step.kind != kind && kinds & bit_of(step.kind) == 0;
        if path.steps.iter().any(lacks) {
            return true;
        }
        let ends = path.steps.last().is_some_and(|last| {
            let log = self.logs.log(contact, last.kind).last();
            last.kind == kind || log.is_some_and(|end| end.at > at)
        });
        !ends
    }

    /// Asks again what rests on a contact's events of a kind, and queues what may change earlier than it would have.
    pub(super) fn ask_kind(&mut self, contact: u32, kind: usize, before: Before) {
        let due = self.ask_plain(contact, kind);
        if due < before.plain {
            self.queue.push(Entry { at: due, contact, what: What::Plain(kind).code() });
        }
        let others = self.plan.on_kind.get_mut(kind).map(|of| std::mem::take(&mut of.others));
        let others = others.unwrap_or_default();
        for (at, before) in others.iter().zip(&before.others) {
            let (Some(one), Some(before)) = (self.set.conditions.get(*at as usize), before) else {
                continue;
            };
            let (truth, due) = answer(&self.asked(contact), one);
            let noise = if matches!(one, Condition::Interest(_)) { NOISE } else { 0 };
            let is_earlier = |due: &i64| due != before && *due < before.saturating_add(noise);
            if let Some(due) = due.filter(is_earlier) {
                self.queue.push(Entry { at: due, contact, what: What::Condition(*at).code() });
            }
            self.found(contact, *at, truth);
        }
        if let Some(of) = self.plan.on_kind.get_mut(kind) {
            of.others = others;
        }
        self.spare.push(before);
    }

    /// Asks the counts and sums of a kind again; when one may change next.
    fn ask_plain(&mut self, contact: u32, kind: usize) -> i64 {
        let Live { plan, logs, state, marks, dirty, scratch, now, .. } = self;
        let Some(of) = plan.on_kind.get(kind) else { return NEVER };
        let log = logs.log(contact, kind);
        let acts = log.get(..Log(log).first_at(*now)).unwrap_or(log);
        of.answer(acts, logs.tables.get(kind), *now, scratch, |condition, truth| {
            if state.set_truth(contact, condition as usize, truth) {
                turned(plan, marks, dirty, (contact, condition));
            }
        })
    }

    /// What has come due of a contact.
    pub(super) fn came(&mut self, contact: u32, what: What) {
        match what {
            What::Condition(at) => self.ask(contact, at, true),
            What::Plain(kind) => self.ask_plain_on(contact, kind),
            What::Counts(kind) => self.happened(contact, kind),
        }
    }

    /// Asks the counts and sums of a kind, and queues when one may change next.
    pub(super) fn ask_plain_on(&mut self, contact: u32, kind: usize) {
        let at = self.ask_plain(contact, kind);
        if at != NEVER {
            self.queue.push(Entry { at, contact, what: What::Plain(kind).code() });
        }
    }

    /// Events of a kind count from now on: the last before now, and those of the same time.
    fn happened(&mut self, contact: u32, kind: usize) {
        let log = Log(self.logs.log(contact, kind));
        let Some(last) = log.first_at(self.now).checked_sub(1) else { return };
        let at = log.at(last);
        let past = log.first_at(at);
        let before = self.before_newest(contact, kind, past, at);
        self.ask_kind(contact, kind, before);
    }

    /// Asks a condition of a contact again.
    pub(super) fn ask(&mut self, contact: u32, at: u32, queues: bool) {
        let Some(one) = self.set.conditions.get(at as usize) else { return };
        let asked = self.asked(contact);
        let (truth, due) = match queues {
            true => answer(&asked, one),
            false => (condition(&asked, one), None),
        };
        if let Some(due) = due {
            self.queue.push(Entry { at: due, contact, what: What::Condition(at).code() });
        }
        self.found(contact, at, truth);
    }

    pub(in crate::segments) fn asked(&self, contact: u32) -> Asked<'_, super::Logs> {
        Asked { records: &self.logs, contact, now: self.now }
    }

    pub(in crate::segments) fn condition_truth(&self, contact: u32, condition: usize) -> Truth {
        self.state.truth(contact, condition)
    }
}
