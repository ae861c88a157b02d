//! Saying what holds for employees: each recording is a fact, each contract, job, card a series of them.
//!
//! [`recorder`] keeps the timelines of a command and adds to them, [`check`] judges what is said.

mod check;
mod recorder;

pub(super) use check::{check_shares, component};

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::enter::{Entered, Taking, take};
use fondaco_core::party::Private;
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Value};
use fondaco_core::timeline::Span;
use fondaco_core::{Act, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{
    Contract, Job, LeaveRight, PayAccount, Recurring, Topic, check_count, known, numbered, rights,
};
use crate::PayrollError;
use crate::runs::Parts;
use recorder::Recorder;

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
    /// ```
    /// use fondaco_payroll::staff::{LeaveRight, NewTerm, Said};
    /// let right = Said::Leave("STUDY".into(), LeaveRight::default());
    /// let term = NewTerm::from("1001", "2026-03-01".parse()?, right).until("2026-08-31".parse()?)?;
    /// assert_eq!(term.span.to_string(), "2026-03-01/2026-08-31");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When that lies before the first.
    pub fn until(mut self, last: NaiveDate) -> Result<NewTerm, fondaco_core::DateRangeError> {
        self.span = Span::during(self.span.start, last)?;
        Ok(self)
    }

    /// In place of what was recorded for the same days.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// let payroll = payroll();
    /// let job = Said::Job("main".into(), Job::new("Worker", "SALARY", 66_000.into(), PayPer::Year));
    /// // A second word for the same days is refused, unless it is said to be a correction.
    /// let term = NewTerm::from("1001", day("2026-01-01"), job);
    /// let refused = payroll.send("again", &RecordTerms { taking: Taking::GoodOnes, ..RecordTerms::new(vec![term.clone()]) })?.answer;
    /// assert_eq!(refused.refused.len(), 1);
    /// assert_eq!(payroll.send("put right", &RecordTerms::new(vec![term.corrected()]))?.answer.entered, 1);
    /// # Ok::<(), PayrollError>(())
    /// ```
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
        let by = tx.authorize(&Request::new(&rights::KEEP_STAFF))?;
        let by = Parts::from(by.hands(tx.actor()));
        check_count(self.terms.len())?;
        let employees = numbered(tx, self.terms.iter().map(|new| &new.employee))?;
        let mut recorder = Recorder::read(tx, &employees, by)?;
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
