//! What rests on an organisation's people: how many of them are members.

use super::Live;
use crate::segments::compile::Condition;

impl Live {
    /// A contact came into a segment or left it, on which segments of its colleagues may rest.
    pub(super) fn tell_people(&mut self, segment: usize, contact: u32, is: bool) {
        let organisation = self.logs.people.organisation(contact);
        if let (Some(organisation), true) = (organisation, self.asks_people(segment)) {
            self.count(segment, organisation, is);
            self.people_of(segment, organisation);
        }
    }

    pub(super) fn asks_people(&self, segment: usize) -> bool {
        self.plan.on_people.get(segment).is_some_and(|list| !list.is_empty())
    }

    pub(super) fn count(&mut self, segment: usize, organisation: u32, more: bool) {
        if let Some(counts) = self.counts.get_mut(segment) {
            let count = counts.entry(organisation).or_default();
            *count = if more { count.saturating_add(1) } else { count.saturating_sub(1) };
        }
    }

    /// What is asked of an organisation's people, found for each of them.
    pub(super) fn people_of(&mut self, segment: usize, organisation: u32) {
        let colleagues = self.organisations.get(&organisation).cloned().unwrap_or_default();
        let counts = self.counts.get(segment).and_then(|counts| counts.get(&organisation));
        let yes = counts.copied().unwrap_or(0);
        let all = u32::try_from(colleagues.len()).unwrap_or(u32::MAX);
        for condition in self.plan.on_people.get(segment).cloned().unwrap_or_default() {
            let Some(Condition::People(_, how_many)) = self.set.conditions.get(condition as usize)
            else {
                continue;
            };
            let truth = how_many.holds(yes, all).into();
            for colleague in &colleagues {
                self.found(*colleague, condition, truth);
            }
        }
    }
}
