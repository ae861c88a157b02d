//! Saying what holds for employees: each recording is a fact, each contract, job, card a series of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::enter::{Entered, Taking, take};
use fondaco_core::input::{check_code, check_line};
use fondaco_core::party::Private;
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Personal, Value};
use fondaco_core::timeline::{Says, Span, Timeline, TimelineRules};
use fondaco_core::{Act, PartyId, Range, Tx};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::bank::check_split;
use super::term::{PrivateFact, PrivateTerm, Term, TermFact};
use super::{
    Component, Contract, Employee, Job, JobPay, LeaveRight, PayAccount, Recurring, StaffError,
    Topic, check_count, known, numbered, rights,
};
use crate::calendars::pay_group;
use crate::leave::leave_policy;
use crate::program::Value as RuleValue;
use crate::runs::{CostShare, Whole};
use crate::{PayrollError, Program};

/// What is said of an employee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Said {
    /// A contract.
    Contract(Contract),
    /// The job of a code.
    Job(SmolStr, Job),
    /// What a component pays each period.
    Recurring(SmolStr, Recurring),
    /// Leave by a policy.
    Leave(SmolStr, LeaveRight),
    /// The card of some rules: values of their inputs.
    Card(SmolStr, Private<BTreeMap<SmolStr, SmolStr>>),
    /// The accounts that are paid to.
    Accounts(Vec<PayAccount>),
    /// From the first day on nothing of that holds any more.
    Ended(Topic, SmolStr),
    /// On those days nothing of that held: what was recorded of them was wrong.
    Nothing(Topic, SmolStr),
}

/// What is said of an employee, and for which days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewTerm {
    /// The employee's number.
    pub employee: SmolStr,
    /// For which days, or from which day on.
    pub span: Span,
    /// What.
    pub said: Said,
    /// What is said besides, from the first day on: a job, a card. All of it is recorded, or none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Said>,
    /// Whether it is said in place of what was recorded for just these days.
    #[serde(default)]
    pub correct: bool,
}

impl NewTerm {
    /// From a day on.
    ///
    /// ```
    /// use fondaco_payroll::staff::{Contract, NewTerm, Said};
    /// let contract = Contract::new("monthly", 40.into()).at("SALES");
    /// let term = NewTerm::from("1001", "2026-01-01".parse()?, Said::Contract(contract));
    /// assert_eq!(term.until("2026-12-31".parse()?)?.span.to_string(), "2026-01-01/2026-12-31");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from(employee: impl Into<SmolStr>, day: NaiveDate, said: Said) -> NewTerm {
        NewTerm {
            employee: employee.into(),
            span: Span::from(day),
            said,
            also: Vec::new(),
            correct: false,
        }
    }

    /// Until a day.
    ///
    /// # Errors
    /// When that lies before the first.
    pub fn until(mut self, last: NaiveDate) -> Result<NewTerm, fondaco_core::DateRangeError> {
        self.span = Span::during(self.span.start, last)?;
        Ok(self)
    }

    /// In place of what was recorded for the same days.
    #[must_use]
    pub fn corrected(mut self) -> NewTerm {
        self.correct = true;
        self
    }
}

impl Said {
    /// A card with these values.
    pub fn card<K: Into<SmolStr>, V: Into<SmolStr>>(
        rules: impl Into<SmolStr>,
        values: impl IntoIterator<Item = (K, V)>,
    ) -> Said {
        let values = values.into_iter().map(|(input, value)| (input.into(), value.into()));
        Said::Card(rules.into(), Private(values.collect()))
    }

    /// What it is about.
    fn about(&self) -> (Topic, &str) {
        match self {
            Said::Contract(_) => (Topic::Contract, ""),
            Said::Job(code, _) => (Topic::Job, code),
            Said::Recurring(component, _) => (Topic::Recurring, component),
            Said::Leave(policy, _) => (Topic::Leave, policy),
            Said::Card(rules, _) => (Topic::Card, rules),
            Said::Accounts(_) => (Topic::Accounts, ""),
            Said::Ended(topic, series) | Said::Nothing(topic, series) => (*topic, series),
        }
    }
}

impl Topic {
    fn word(self) -> &'static str {
        match self {
            Topic::Contract => "contract",
            Topic::Job => "job",
            Topic::Recurring => "component",
            Topic::Leave => "leave",
            Topic::Card => "card",
            Topic::Accounts => "accounts",
        }
    }

    fn is_private(self) -> bool {
        matches!(self, Topic::Card | Topic::Accounts)
    }
}

/// Records what holds for employees, and says of each that is refused why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordTerms {
    /// What is said, at most 100,000 things.
    pub terms: Vec<NewTerm>,
    /// What is done where some are refused.
    #[serde(default)]
    pub taking: Taking,
}

impl RecordTerms {
    /// Records all of these, or none.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let payroll = payroll();
    /// let contract = |span: &str| NewTerm { span: span.parse().unwrap(), ..NewTerm::from("1001", day("2026-01-01"), Said::Contract(Contract::new("monthly", 40.into()))) };
    /// let twice = vec![contract("2027-01-01/2027-12-31"), contract("2027-06-01/2027-06-30")];
    /// let entered = payroll.send("contracts", &RecordTerms { taking: Taking::GoodOnes, ..RecordTerms::new(twice) })?.answer;
    /// assert_eq!(entered.entered, 1);
    /// assert!(entered.refused[0].message.starts_with("employee 1001: contract: 2027-06-01/2027-06-30 meets 2027-01-01/2027-12-31"));
    /// # Ok::<(), PayrollError>(())
    /// ```
    pub fn new(terms: Vec<NewTerm>) -> RecordTerms {
        RecordTerms { terms, taking: Taking::AllOrNothing }
    }
}

impl Act for RecordTerms {
    type Answer = Entered;
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Entered, PayrollError> {
        tx.authorize(&Request::new(&rights::KEEP_STAFF))?;
        check_count(self.terms.len())?;
        let employees = numbered(tx, self.terms.iter().map(|new| &new.employee))?;
        let mut recorder = Recorder::read(tx, &employees)?;
        take(tx, self.taking, |tx| {
            let mut entered = Entered::default();
            for (at, new) in self.terms.iter().enumerate() {
                let done = tx.attempt(|tx| {
                    let employee = known(&employees, &new.employee)?;
                    recorder.record(tx, employee, new)
                })?;
                entered.note(at, done.map(|()| true));
            }
            tx.emit(
                Event::new("payroll.terms_recorded")
                    .with("terms", Value::I64(entered.entered.into())),
            );
            Ok(entered)
        })
    }
}

type Series = (PartyId, Topic, SmolStr);

/// What is on record of the employees that are named, with what this command adds.
#[derive(Default)]
struct Recorder {
    terms: BTreeMap<Series, Timeline<Whole<Term>>>,
    private: BTreeMap<Series, Timeline<Personal<Whole<PrivateTerm>>>>,
    /// The rules of the cards that were met, each compiled once.
    programs: BTreeMap<(SmolStr, NaiveDate), Arc<Program>>,
}

impl Recorder {
    fn read(
        tx: &mut Tx<'_>,
        employees: &BTreeMap<SmolStr, Arc<Employee>>,
    ) -> Result<Recorder, PayrollError> {
        let ids: BTreeSet<PartyId> = employees.values().map(|employee| employee.party).collect();
        let terms: Vec<_> = ids.iter().map(Range::<TermFact>::by_key).collect();
        let private: Vec<_> = ids.iter().map(Range::<PrivateFact>::by_key).collect();
        let terms = tx.scan_each(&terms)?;
        let private = tx.scan_each(&private)?;
        let mut recorder = Recorder::default();
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
    fn record(
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
        let program = Arc::new(super::rules::rule_set(tx, number, rules)?.on(from)?);
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

/// Whether something can be said of anybody.
fn check(tx: &mut Tx<'_>, employee: &Employee, new: &NewTerm) -> Result<(), PayrollError> {
    let number = &employee.number;
    let (_, series) = new.said.about();
    if !series.is_empty() {
        check_code("code", series)?;
    }
    match &new.said {
        Said::Contract(contract) => check_contract(tx, number, contract),
        Said::Job(_, job) => {
            check_line("title", &job.title)?;
            component(tx, &job.component)?;
            check_shares(number, &job.cost_centres)?;
            between(number, "share", job.share, 10)?;
            match &job.pay {
                JobPay::Rate { amount, .. } => between(number, "pay", *amount, 1_000_000_000),
                JobPay::Grade { scale, grade, step, .. } => {
                    check_code("pay scale", scale)?;
                    check_code("grade", grade)?;
                    between(number, "step", (*step).into(), 1_000)
                }
            }
        }
        Said::Recurring(code, recurring) => {
            component(tx, code)?;
            check_shares(number, &recurring.cost_centres)
        }
        Said::Leave(policy, right) => {
            leave_policy(tx, policy)?;
            between(number, "leave", right.yearly.unwrap_or_default(), 1_000)
        }
        Said::Accounts(accounts) => Ok(check_split(number, accounts)?),
        Said::Card(..) | Said::Ended(..) | Said::Nothing(..) => Ok(()),
    }
}

fn check_contract(
    tx: &mut Tx<'_>,
    number: &SmolStr,
    contract: &Contract,
) -> Result<(), PayrollError> {
    pay_group(tx, &contract.group)?;
    between(number, "weekly hours", contract.weekly_hours, 168)?;
    between(number, "weekly days", contract.weekly_days, 7)?;
    between(number, "net floor", contract.net_floor, 1_000_000_000)?;
    check_shares(number, &contract.cost_centres)
}

pub(super) fn component(tx: &mut Tx<'_>, code: &SmolStr) -> Result<Arc<Component>, PayrollError> {
    let unknown = || StaffError::UnknownComponent { component: code.clone() }.into();
    tx.require::<Component, PayrollError>(code, unknown)
}

pub(super) fn check_shares(number: &SmolStr, shares: &[CostShare]) -> Result<(), PayrollError> {
    for share in shares {
        check_code("cost centre", &share.centre)?;
        if share.share <= Decimal::ZERO {
            let field = format!("share of cost centre {}", share.centre);
            return Err(StaffError::bad(number, field, share.share, "give more than zero").into());
        }
    }
    Ok(())
}

fn between(
    number: &SmolStr,
    field: &'static str,
    value: Decimal,
    most: i64,
) -> Result<(), PayrollError> {
    if value < Decimal::ZERO || value > Decimal::from(most) {
        return Err(StaffError::bad(number, field, value, format!("give 0 to {most}")).into());
    }
    Ok(())
}

/// Each value of a card is one that an input of the rules may have.
fn check_card(
    number: &SmolStr,
    program: &Program,
    values: &BTreeMap<SmolStr, SmolStr>,
) -> Result<(), PayrollError> {
    for (input, value) in values {
        let at = program.slot(number, input)?;
        if let Some(slot) = program.inputs.get(at) {
            slot.take(number, &RuleValue::Text(value.clone()), program)?;
        }
    }
    Ok(())
}
