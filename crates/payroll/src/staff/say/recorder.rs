//! What is on record of the employees of a command, with what it adds: one after the other, each seen by those behind it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::store::Personal;
use fondaco_core::timeline::{Says, Span, Timeline, TimelineRules};
use fondaco_core::{ActorId, PartyId, Range, Tx};
use smol_str::SmolStr;

use super::super::rules::rule_set;
use super::super::term::{PrivateFact, PrivateTerm, Term, TermFact};
use super::super::{Employee, StaffError, Topic};
use super::check::{check, check_card};
use super::{NewTerm, Said};
use crate::runs::{Parts, Whole};
use crate::{PayrollError, Program};

type Series = (PartyId, Topic, SmolStr);

/// What is on record of the employees that are named, with what this command adds.
#[derive(Default)]
pub(super) struct Recorder {
    terms: BTreeMap<Series, Timeline<Whole<Term>>>,
    private: BTreeMap<Series, Timeline<Personal<Whole<PrivateTerm>>>>,
    /// The rules of the cards that were met, each compiled once.
    programs: BTreeMap<(SmolStr, NaiveDate), Arc<Program>>,
    /// Who records.
    by: Parts<ActorId>,
}

impl Recorder {
    pub(super) fn read(
        tx: &mut Tx<'_>,
        employees: &BTreeMap<SmolStr, Arc<Employee>>,
        by: Parts<ActorId>,
    ) -> Result<Recorder, PayrollError> {
        let ids: BTreeSet<PartyId> = employees.values().map(|employee| employee.party).collect();
        let terms: Vec<_> = ids.iter().map(Range::<TermFact>::by_key).collect();
        let private: Vec<_> = ids.iter().map(Range::<PrivateFact>::by_key).collect();
        let terms = tx.scan_each(&terms)?;
        let private = tx.scan_each(&private)?;
        let mut recorder = Recorder { by, ..Recorder::default() };
        let same =
            |a: &Arc<TermFact>, b: &Arc<TermFact>| (a.topic, &a.series) == (b.topic, &b.series);
        for rows in terms.iter().flat_map(|rows| rows.chunk_by(same)) {
            let Some(first) = rows.first() else { continue };
            let key = (first.employee, first.topic, first.series.clone());
            recorder.terms.insert(key, Timeline::of_rows(TimelineRules::default(), rows)?);
        }
        let same = |a: &Arc<PrivateFact>, b: &Arc<PrivateFact>| {
            (a.topic, &a.series) == (b.topic, &b.series)
        };
        for rows in private.iter().flat_map(|rows| rows.chunk_by(same)) {
            let Some(first) = rows.first() else { continue };
            let key = (first.employee, first.topic, first.series.clone());
            recorder.private.insert(key, Timeline::of_rows(TimelineRules::default(), rows)?);
        }
        Ok(recorder)
    }

    /// Records a term with all that is said besides, or none of it.
    pub(super) fn record(
        &mut self,
        tx: &mut Tx<'_>,
        employee: &Employee,
        new: &NewTerm,
    ) -> Result<(), PayrollError> {
        if new.also.is_empty() {
            return self.record_one(tx, employee, new);
        }
        let parts = std::iter::once((new.span, &new.said));
        let parts = parts.chain(new.also.iter().map(|said| (Span::from(new.span.start), said)));
        let (mut terms, mut private) = (Vec::new(), Vec::new());
        for (span, said) in parts {
            let (topic, series) = said.about();
            let key = (employee.party, topic, SmolStr::new(series));
            terms.push((key.clone(), self.terms.get(&key).cloned()));
            private.push((key.clone(), self.private.get(&key).cloned()));
            let one = NewTerm { span, said: said.clone(), also: Vec::new(), ..new.clone() };
            if let Err(error) = self.record_one(tx, employee, &one) {
                // What was recorded of it is as it was before.
                terms
                    .into_iter()
                    .rev()
                    .for_each(|(key, before)| put_back(&mut self.terms, key, before));
                private
                    .into_iter()
                    .rev()
                    .for_each(|(key, before)| put_back(&mut self.private, key, before));
                return Err(error);
            }
        }
        Ok(())
    }

    fn record_one(
        &mut self,
        tx: &mut Tx<'_>,
        employee: &Employee,
        new: &NewTerm,
    ) -> Result<(), PayrollError> {
        check(tx, employee, new)?;
        if let Said::Card(rules, values) = &new.said {
            let program = self.program(tx, &employee.number, (rules, new.span.start))?;
            check_card(&employee.number, &program, &values.0)?;
        }
        let (topic, series) = new.said.about();
        let key = (employee.party, topic, SmolStr::new(series));
        if topic.is_private() {
            self.record_private(tx, employee, key, new)
        } else {
            self.record_open(tx, employee, key, new)
        }
    }

    fn program(
        &mut self,
        tx: &mut Tx<'_>,
        number: &SmolStr,
        (rules, from): (&SmolStr, NaiveDate),
    ) -> Result<Arc<Program>, PayrollError> {
        let key = (rules.clone(), from);
        if let Some(program) = self.programs.get(&key) {
            return Ok(program.clone());
        }
        let program = Arc::new(rule_set(tx, number, rules)?.on(from)?);
        self.programs.insert(key, program.clone());
        Ok(program)
    }

    fn record_open(
        &mut self,
        tx: &mut Tx<'_>,
        employee: &Employee,
        key: Series,
        new: &NewTerm,
    ) -> Result<(), PayrollError> {
        let term = match &new.said {
            Said::Contract(contract) => Some(Term::Contract(contract.clone())),
            Said::Job(_, job) => Some(Term::Job(job.clone())),
            Said::Recurring(_, recurring) => Some(Term::Recurring(recurring.clone())),
            Said::Leave(_, leave) => Some(Term::Leave(leave.clone())),
            _ => None,
        };
        let group = if let Some(Term::Contract(contract)) = &term {
            Some(contract.group.clone())
        } else {
            None
        };
        let says = says(new, term.map(Whole::new));
        let timeline = self.terms.entry(key.clone()).or_default();
        let (number, recorded_at) = recorded(tx, timeline, employee, new, says.clone())?;
        let (party, topic, series) = key;
        let (saying, term) = (says.saying(), value(says));
        Ok(tx.insert(TermFact {
            employee: party,
            topic,
            series,
            number,
            start: new.span.start,
            end: new.span.end,
            says: saying,
            pay_group: group,
            term,
            recorded_at,
            recorded_by: self.by.clone(),
        })?)
    }

    fn record_private(
        &mut self,
        tx: &mut Tx<'_>,
        employee: &Employee,
        key: Series,
        new: &NewTerm,
    ) -> Result<(), PayrollError> {
        let term = match &new.said {
            Said::Card(_, values) => Some(PrivateTerm::Card(values.clone())),
            Said::Accounts(accounts) => Some(PrivateTerm::Accounts(accounts.clone())),
            _ => None,
        };
        let says = says(new, term.map(|term| tx.personal(Whole::new(term))));
        let timeline = self.private.entry(key.clone()).or_default();
        let (number, recorded_at) = recorded(tx, timeline, employee, new, says.clone())?;
        let (party, topic, series) = key;
        let (saying, term) = (says.saying(), value(says));
        Ok(tx.insert(PrivateFact {
            employee: party,
            topic,
            series,
            number,
            start: new.span.start,
            end: new.span.end,
            says: saying,
            term,
            recorded_at,
            recorded_by: self.by.clone(),
        })?)
    }
}

fn put_back<T>(all: &mut BTreeMap<Series, T>, key: Series, before: Option<T>) {
    match before {
        Some(before) => drop(all.insert(key, before)),
        None => drop(all.remove(&key)),
    }
}

fn says<T>(new: &NewTerm, term: Option<T>) -> Says<T> {
    match (&new.said, term) {
        (Said::Ended(..), _) => Says::Ended,
        (Said::Nothing(..), term) => Says::Corrected(term),
        (_, Some(term)) if !new.correct => Says::Set(term),
        (_, term) => Says::Corrected(term),
    }
}

fn value<T>(says: Says<T>) -> Option<T> {
    match says {
        Says::Set(value) => Some(value),
        Says::Corrected(value) => value,
        Says::Ended => None,
    }
}

/// Takes a recording in; its number and time.
fn recorded<T: Clone>(
    tx: &Tx<'_>,
    timeline: &mut Timeline<T>,
    employee: &Employee,
    new: &NewTerm,
    says: Says<T>,
) -> Result<(u32, fondaco_core::Timestamp), PayrollError> {
    let number = u32::try_from(timeline.recordings().len()).unwrap_or(u32::MAX);
    let recorded_at = timeline.time_after(tx.now());
    let recording = fondaco_core::timeline::Recording { span: new.span, says, recorded_at };
    timeline.record(recording).map_err(|error| {
        let (topic, series) = new.said.about();
        let what = format!("{} {series}", topic.word());
        StaffError::Said { employee: employee.number.clone(), what: what.trim_end().into(), error }
    })?;
    Ok((number, recorded_at))
}
