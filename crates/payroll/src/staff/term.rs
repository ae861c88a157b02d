//! What holds for an employee for a time: contracts, jobs, what is paid again and again, leave, cards, accounts.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::party::Private;
use fondaco_core::store::{Field, Personal, Record};
use fondaco_core::timeline::{Recorded, Recording, Saying, Span};
use fondaco_core::{ActorId, PartyId, Timestamp, decimal};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::PayAccount;
use crate::runs::{CostShare, Parts, Whole};

/// What sort of thing holds.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// A contract: one at a time.
    Contract,
    /// A job, by its code: several at a time.
    Job,
    /// What is paid or withheld each period, by its component.
    Recurring,
    /// Leave, by its policy.
    Leave,
    /// A tax card, by the rules that it is for.
    Card,
    /// The accounts that are paid to.
    Accounts,
}

/// What is agreed: with whom one is paid, and how long one works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// The pay group.
    pub group: SmolStr,
    /// Hours a week.
    #[serde(with = "decimal::as_text")]
    pub weekly_hours: Decimal,
    /// Days a week.
    #[serde(with = "decimal::as_text")]
    pub weekly_days: Decimal,
    /// Which cost centres bear the pay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cost_centres: Vec<CostShare>,
    /// What is paid out in any case, before loans and the like take anything.
    #[serde(default, skip_serializing_if = "Decimal::is_zero", with = "decimal::as_text")]
    pub net_floor: Decimal,
}

impl Contract {
    /// Five days a week in a pay group.
    pub fn new(group: impl Into<SmolStr>, weekly_hours: Decimal) -> Contract {
        Contract {
            group: group.into(),
            weekly_hours,
            weekly_days: Decimal::from(5),
            cost_centres: Vec::new(),
            net_floor: Decimal::ZERO,
        }
    }

    /// At a cost centre.
    #[must_use]
    pub fn at(mut self, centre: impl Into<SmolStr>) -> Contract {
        self.cost_centres.push(CostShare { centre: centre.into(), share: Decimal::ONE });
        self
    }
}

/// For what an amount is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayPer {
    /// An hour that was worked, as sheets say.
    Hour,
    /// An hour of the contract, whether or not anybody noted it.
    ContractHour,
    /// A working day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
    /// A pay period, however long.
    Period,
    /// A year.
    Year,
}

/// What a job pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum JobPay {
    /// An amount.
    Rate {
        /// How much.
        #[serde(with = "decimal::as_text")]
        amount: Decimal,
        /// For what.
        per: PayPer,
    },
    /// What a pay scale says of a grade and step.
    Grade {
        /// The pay scale.
        scale: SmolStr,
        /// The grade.
        grade: SmolStr,
        /// The step, from 1.
        step: u32,
        /// Since when it is that step: the next one is reached as the scale says. `None` where it stays.
        #[serde(default)]
        since: Option<NaiveDate>,
    },
}

/// What hours of sheets pay besides a salary that goes by the period, where the pay group reckons overtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SalaryHours {
    /// Nothing: one is exempt (29 USC 213(a)(1)).
    Exempt,
    /// The salary is for the hours of the contract: more hours are paid at its rate, and overtime above (29 CFR 778.113).
    OfContract,
    /// The salary is for all hours that a week has, however many: overtime adds its half (29 CFR 778.114).
    All,
}

/// A job: what one does, and what it pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// What it is called.
    pub title: SmolStr,
    /// The component that pays it.
    pub component: SmolStr,
    /// What it pays.
    pub pay: JobPay,
    /// How much of it one does: 0.5 for half. Of pay by the hour and the day, all.
    #[serde(with = "decimal::as_text")]
    pub share: Decimal,
    /// Which cost centres bear it, where they are not those of the contract.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cost_centres: Vec<CostShare>,
    /// Of pay by the period, what hours pay besides. Where it is not said they pay nothing, and a slip warns of weeks with overtime.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<SalaryHours>,
}

impl Job {
    /// A whole job that pays an amount.
    pub fn new(
        title: impl Into<SmolStr>,
        component: impl Into<SmolStr>,
        amount: Decimal,
        per: PayPer,
    ) -> Job {
        Job {
            title: title.into(),
            component: component.into(),
            pay: JobPay::Rate { amount, per },
            share: Decimal::ONE,
            cost_centres: Vec::new(),
            hours: None,
        }
    }

    /// At a cost centre.
    #[must_use]
    pub fn at(mut self, centre: impl Into<SmolStr>) -> Job {
        self.cost_centres.push(CostShare { centre: centre.into(), share: Decimal::ONE });
        self
    }

    /// A salary with what hours pay besides.
    ///
    /// ```
    /// use fondaco_payroll::staff::{Job, PayPer, SalaryHours};
    /// let job = Job::new("Clerk", "SALARY", 3000.into(), PayPer::Month).at("OFFICE").with_hours(SalaryHours::OfContract);
    /// assert_eq!(job.cost_centres[0].centre, "OFFICE");
    /// ```
    #[must_use]
    pub fn with_hours(mut self, hours: SalaryHours) -> Job {
        self.hours = Some(hours);
        self
    }
}

/// What is paid or withheld each period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recurring {
    /// How much: of what, its component says.
    #[serde(with = "decimal::as_text")]
    pub value: Decimal,
    /// At the rate of which job, where it is hours; the first one where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<SmolStr>,
    /// Which cost centres bear it, where they are not those of the contract.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cost_centres: Vec<CostShare>,
}

impl Recurring {
    /// So much.
    pub fn new(value: Decimal) -> Recurring {
        Recurring { value, job: None, cost_centres: Vec::new() }
    }
}

/// Leave that somebody has.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaveRight {
    /// How much a year, where it is not what the policy says.
    #[serde(default, with = "decimal::as_text::option")]
    pub yearly: Option<Decimal>,
}

/// What is said of an employee and is nobody else's business; no log shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrivateTerm {
    /// The values of a tax card, by the input of the rules.
    Card(Private<BTreeMap<SmolStr, SmolStr>>),
    /// The accounts that are paid to, in the order in which they are served; the last one takes what is left.
    Accounts(Vec<PayAccount>),
}

/// What is said of an employee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// A contract.
    Contract(Contract),
    /// A job.
    Job(Job),
    /// What is paid each period.
    Recurring(Recurring),
    /// Leave.
    Leave(LeaveRight),
}

/// One recording of what holds for an employee.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "payroll_term", kind = fact, key(employee, topic, series, number), guard(by_employee(employee)), layout = 2,
    index(by_group(pay_group)),
)]
pub struct TermFact {
    /// Whose.
    pub employee: PartyId,
    /// What sort of thing it is.
    pub topic: Topic,
    /// Which one: a job's code, a component, a policy; empty of contracts.
    pub series: SmolStr,
    /// Its number among the recordings of that, from 0.
    pub number: u32,
    /// The first day it is about.
    pub start: NaiveDate,
    /// The last day; `None` for up to the next change.
    pub end: Option<NaiveDate>,
    /// What it says.
    pub says: Saying,
    /// The pay group of a contract.
    pub pay_group: Option<SmolStr>,
    /// What holds, where something does.
    pub term: Option<Whole<Term>>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it, and behind that who handed the right to do so on. Nothing in rows of before it was kept.
    #[record(since = 2)]
    pub recorded_by: Parts<ActorId>,
}

impl Recorded for TermFact {
    type Value = Whole<Term>;

    fn recording(&self) -> Option<Recording<Whole<Term>>> {
        let span = Span { start: self.start, end: self.end };
        Some(Recording {
            span,
            says: self.says.of(self.term.clone())?,
            recorded_at: self.recorded_at,
        })
    }
}

/// One recording of a card or of accounts: personal, and erased with the person.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "payroll_private_term", kind = fact, key(employee, topic, series, number), guard(by_employee(employee)),
    layout = 2,
)]
pub struct PrivateFact {
    /// Whose.
    pub employee: PartyId,
    /// What sort of thing it is.
    pub topic: Topic,
    /// Which one: the rules of a card; empty of accounts.
    pub series: SmolStr,
    /// Its number among the recordings of that, from 0.
    pub number: u32,
    /// The first day it is about.
    pub start: NaiveDate,
    /// The last day; `None` for up to the next change.
    pub end: Option<NaiveDate>,
    /// What it says.
    pub says: Saying,
    /// What holds, where something does.
    pub term: Option<Personal<Whole<PrivateTerm>>>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it, and behind that who handed the right to do so on. Nothing in rows of before it was kept.
    #[record(since = 2)]
    pub recorded_by: Parts<ActorId>,
}

impl Recorded for PrivateFact {
    type Value = Personal<Whole<PrivateTerm>>;

    fn recording(&self) -> Option<Recording<Personal<Whole<PrivateTerm>>>> {
        let span = Span { start: self.start, end: self.end };
        Some(Recording {
            span,
            says: self.says.of(self.term.clone())?,
            recorded_at: self.recorded_at,
        })
    }
}
