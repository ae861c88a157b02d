//! The contracts and jobs of some employees, as they are known now.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use fondaco_core::timeline::{Timeline, TimelineRules};
use fondaco_core::{Halt, PartyId, Range, Tx};
use smol_str::SmolStr;

use super::term::{Term, TermFact};
use super::{Contract, Topic};
use crate::runs::Whole;

/// What a decision about days of employees rests on.
pub(crate) struct Contracts(BTreeMap<(PartyId, Topic, SmolStr), Timeline<Whole<Term>>>);

impl Contracts {
    /// Reads those of some employees, for a decision that rests on them.
    pub(crate) fn read(
        tx: &mut Tx<'_>,
        employees: impl Iterator<Item = PartyId>,
    ) -> Result<Contracts, Halt> {
        let ids: BTreeSet<PartyId> = employees.collect();
        let ranges: Vec<_> = ids.iter().map(Range::<TermFact>::by_key).collect();
        let mut all = BTreeMap::new();
        for rows in tx.scan_each(&ranges)? {
            for rows in rows.chunk_by(|a, b| (a.topic, &a.series) == (b.topic, &b.series)) {
                let Some(first) = rows.first() else { continue };
                let key = (first.employee, first.topic, first.series.clone());
                all.insert(key, Timeline::of_rows(TimelineRules::default(), rows)?);
            }
        }
        Ok(Contracts(all))
    }

    /// What is said of a series on a day.
    pub(crate) fn term(
        &self,
        employee: PartyId,
        (topic, series): (Topic, &SmolStr),
        day: NaiveDate,
    ) -> Option<&Term> {
        let timeline = self.0.get(&(employee, topic, series.clone()))?;
        timeline.as_of(day).map(|term| &**term)
    }

    /// The contract on a day.
    pub(crate) fn on(&self, employee: PartyId, day: NaiveDate) -> Option<&Contract> {
        match self.term(employee, (Topic::Contract, &SmolStr::default()), day)? {
            Term::Contract(contract) => Some(contract),
            _ => None,
        }
    }

    /// Whether an employee has a job on a day.
    pub(crate) fn has_job(&self, employee: PartyId, job: &SmolStr, day: NaiveDate) -> bool {
        self.term(employee, (Topic::Job, job), day).is_some()
    }
}
