//! Components of pay, and pay scales.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::input::{check_code, check_line, check_tags};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Record, Tags};
use fondaco_core::timeline::{Recorded, Recording, Saying, Span, Timeline, TimelineRules};
use fondaco_core::{Act, ActorId, Range, Timestamp, Tx, decimal};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{PayPer, StaffError, check_count, rights};
use crate::PayrollError;
use crate::defined::{Moment, Version, again};
use crate::runs::{Parts, Whole};

/// What a component's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
#[non_exhaustive]
pub enum Basis {
    /// Money, or whatever else the input takes, as it is.
    #[default]
    Amount,
    /// Hours, each at a multiple of the job's rate.
    Hours {
        /// Which multiple: 1.5, or 0.25 for what is paid on top.
        #[serde(with = "decimal::as_text")]
        factor: Decimal,
    },
    /// Per cent of what jobs pay: of a value that recurs, on the days of the period on which it holds, overtime with the last day of its week; of
    /// a one-off item, in the whole period.
    PercentOfPay,
}

/// A component of pay: what a line of a slip is called, and which input of the rules it feeds.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "payroll_component", kind = state, key(code), guard(all()), layout = 2)]
pub struct Component {
    /// Its code: `SALARY`, `NIGHT`.
    pub code: SmolStr,
    /// What it is called, by language: `en`, `de`.
    pub labels: Tags,
    /// The input of the rules that it feeds.
    pub input: SmolStr,
    /// What its value is.
    pub basis: Whole<Basis>,
    /// Whether those who are there for a part of a period get a part of it.
    pub prorated: bool,
    /// The cost centre that bears it whosever it is; `None` for those of the job or the contract.
    pub cost_centre: Option<SmolStr>,
    /// What was said of it so far, the first first; nothing where it was said once.
    #[record(since = 2)]
    pub history: Parts<Version<NewComponent>>,
}

impl Component {
    /// The component as it holds for a period.
    pub(crate) fn at(self: Arc<Component>, moment: &Moment) -> Arc<Component> {
        match moment.holding(&self.history) {
            Some(said) => Arc::new(Component { history: self.history.clone(), ..said.component() }),
            None => self,
        }
    }

    /// What was said of it last.
    fn said(&self) -> NewComponent {
        NewComponent {
            code: self.code.clone(),
            labels: self.labels.clone(),
            input: self.input.clone(),
            basis: *self.basis,
            prorated: self.prorated,
            cost_centre: self.cost_centre.clone(),
            from: None,
        }
    }
}

/// A component as it is defined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewComponent {
    /// See [`Component::code`].
    pub code: SmolStr,
    /// See [`Component::labels`].
    #[serde(default)]
    pub labels: Tags,
    /// See [`Component::input`].
    pub input: SmolStr,
    /// See [`Component::basis`].
    #[serde(default)]
    pub basis: Basis,
    /// See [`Component::prorated`].
    #[serde(default)]
    pub prorated: bool,
    /// See [`Component::cost_centre`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_centre: Option<SmolStr>,
    /// Of a component that is said anew, from which day on: it holds for periods that end then or later. Where it is left out, for those whose
    /// regular run is not approved yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
}

impl NewComponent {
    /// An amount for an input, which is paid whole to whoever has it.
    pub fn new(code: impl Into<SmolStr>, input: impl Into<SmolStr>) -> NewComponent {
        NewComponent {
            code: code.into(),
            labels: Tags::default(),
            input: input.into(),
            basis: Basis::Amount,
            prorated: false,
            cost_centre: None,
            from: None,
        }
    }

    fn component(&self) -> Component {
        Component {
            code: self.code.clone(),
            labels: self.labels.clone(),
            input: self.input.clone(),
            basis: Whole::new(self.basis),
            prorated: self.prorated,
            cost_centre: self.cost_centre.clone(),
            history: Parts::default(),
        }
    }

    /// From a day on, where it is said anew.
    #[must_use]
    pub fn since(mut self, day: NaiveDate) -> NewComponent {
        self.from = Some(day);
        self
    }

    /// Which is prorated.
    #[must_use]
    pub fn prorated(mut self) -> NewComponent {
        self.prorated = true;
        self
    }

    /// Which is hours at a multiple of the job's rate.
    ///
    /// ```
    /// use fondaco_payroll::staff::{Basis, NewComponent};
    /// let night = NewComponent::new("NIGHT", "wages").hours("0.25".parse()?);
    /// assert_eq!(night.basis, Basis::Hours { factor: "0.25".parse()? });
    /// # Ok::<(), rust_decimal::Error>(())
    /// ```
    #[must_use]
    pub fn hours(mut self, factor: Decimal) -> NewComponent {
        self.basis = Basis::Hours { factor };
        self
    }

    /// Called so in a language.
    ///
    /// ```
    /// use fondaco_payroll::staff::NewComponent;
    /// let car = NewComponent::new("CAR", "fringe_benefits").prorated().called("de", "Dienstwagen");
    /// assert_eq!(car.labels.get("de"), Some("Dienstwagen"));
    /// ```
    #[must_use]
    pub fn called(
        mut self,
        language: impl Into<SmolStr>,
        label: impl Into<SmolStr>,
    ) -> NewComponent {
        self.labels.set(language, label);
        self
    }
}

/// Defines components, or defines them anew: all or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefineComponents {
    /// The components.
    pub components: Vec<NewComponent>,
}

impl DefineComponents {
    /// These components.
    ///
    /// ```
    /// use fondaco_core::CompanyId;
    /// use fondaco_payroll::Payroll;
    /// use fondaco_payroll::staff::{DefineComponents, NewComponent};
    /// # use fondaco_store::Memory;
    /// let payroll = Payroll::open(Memory::new(), CompanyId::named("acme"))?;
    /// let salary = NewComponent::new("SALARY", "salary").called("en", "Salary").called("de", "Gehalt");
    /// let night = NewComponent::new("NIGHT", "salary").hours("0.25".parse()?);
    /// payroll.send("components", &DefineComponents::new(vec![salary, night]))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(components: Vec<NewComponent>) -> DefineComponents {
        DefineComponents { components }
    }
}

impl Act for DefineComponents {
    type Answer = ();
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        tx.authorize(&Request::new(&rights::SET_UP))?;
        check_count(self.components.len())?;
        let codes: Vec<SmolStr> = self.components.iter().map(|new| new.code.clone()).collect();
        tx.need::<Component>(&codes)?;
        for (index, new) in self.components.iter().enumerate() {
            check_component(new).map_err(|error| error.at(index))?;
            if codes.iter().take(index).any(|code| *code == new.code) {
                let (code, value) = (new.code.clone(), "given twice".into());
                let way_out = "leave one out";
                let twice = StaffError::BadPayTerm {
                    what: "component",
                    code,
                    field: "code",
                    value,
                    way_out,
                };
                return Err(PayrollError::from(twice).at(index));
            }
            let mut component = new.component();
            if let Some(before) = tx.get::<Component>(&new.code)? {
                let (said, now) = (component.said(), (new.from, tx.now()));
                component.history = again(&before.history, before.said(), now, said);
            }
            tx.upsert(component)?;
        }
        tx.emit(
            Event::new("payroll.components_defined")
                .with("components", self.components.len() as i64),
        );
        Ok(())
    }
}

fn check_component(new: &NewComponent) -> Result<(), PayrollError> {
    check_code("component", &new.code)?;
    check_code("input", &new.input)?;
    check_tags("labels", &new.labels)?;
    for (_, label) in new.labels.iter() {
        check_line("label", label)?;
    }
    if let Some(centre) = &new.cost_centre {
        check_code("cost centre", centre)?;
    }
    if new.prorated && matches!(new.basis, Basis::PercentOfPay) {
        return Err(StaffError::BadPayTerm {
            what: "component",
            code: new.code.clone(),
            field: "prorated",
            value: "true".into(),
            way_out: "a per cent of pay is of the pay of its days, and prorated with that: leave it out",
        }
        .into());
    }
    match new.basis {
        Basis::Hours { factor } if factor < Decimal::ZERO || factor > Decimal::from(10) => {
            Err(StaffError::BadPayTerm {
                what: "component",
                code: new.code.clone(),
                field: "factor",
                value: factor.to_string(),
                way_out: "give 0 to 10",
            }
            .into())
        }
        _ => Ok(()),
    }
}

/// What a grade pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScalePay {
    /// How much.
    #[serde(with = "decimal::as_text")]
    pub amount: Decimal,
    /// For what.
    pub per: PayPer,
    /// After how many months in the step the next one is reached; `None` for never.
    #[serde(default)]
    pub months_to_next: Option<u32>,
}

/// One recording of what a pay scale pays.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "payroll_scale", kind = fact, key(scale, grade, step, number), guard(all()), guard(by_scale(scale)),
    layout = 2,
)]
pub struct ScaleFact {
    /// The pay scale.
    pub scale: SmolStr,
    /// The grade.
    pub grade: SmolStr,
    /// The step, from 1.
    pub step: u32,
    /// Its number among the recordings of that, from 0.
    pub number: u32,
    /// The first day it is about.
    pub start: NaiveDate,
    /// The last day; `None` for up to the next change.
    pub end: Option<NaiveDate>,
    /// What it says.
    pub says: Saying,
    /// What is paid, where something is.
    pub pay: Option<Whole<ScalePay>>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it, and behind that who handed the right to do so on. Nothing in rows of before it was kept.
    #[record(since = 2)]
    pub recorded_by: Parts<ActorId>,
}

impl Recorded for ScaleFact {
    type Value = Whole<ScalePay>;

    fn recording(&self) -> Option<Recording<Whole<ScalePay>>> {
        let span = Span { start: self.start, end: self.end };
        Some(Recording {
            span,
            says: self.says.of(self.pay.clone())?,
            recorded_at: self.recorded_at,
        })
    }
}

/// What a step of a grade pays from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewScalePay {
    /// The grade.
    pub grade: SmolStr,
    /// The step, from 1.
    pub step: u32,
    /// What it pays.
    pub pay: ScalePay,
    /// From when on, or when.
    pub span: Span,
}

/// Records what a pay scale pays: all or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordScale {
    /// The pay scale's code.
    pub scale: SmolStr,
    /// What its grades and steps pay.
    pub pay: Vec<NewScalePay>,
}

impl RecordScale {
    /// What `scale` pays.
    ///
    /// ```
    /// use fondaco_core::timeline::Span;
    /// use fondaco_payroll::staff::{NewScalePay, PayPer, RecordScale, ScalePay};
    /// let pay = ScalePay { amount: "4139.00".parse()?, per: PayPer::Month, months_to_next: Some(24) };
    /// let from = Span::from("2026-01-01".parse()?);
    /// let scale = RecordScale::new("TVOED", vec![NewScalePay { grade: "9b".into(), step: 2, pay, span: from }]);
    /// assert_eq!(scale.pay.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(scale: impl Into<SmolStr>, pay: Vec<NewScalePay>) -> RecordScale {
        RecordScale { scale: scale.into(), pay }
    }
}

impl Act for RecordScale {
    type Answer = ();
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        let by = tx.authorize(&Request::new(&rights::SET_UP))?;
        let by = Parts::from(by.hands(tx.actor()));
        check_code("pay scale", &self.scale)?;
        check_count(self.pay.len())?;
        let mut rows = tx.scan(&Range::<ScaleFact>::by_key(&self.scale))?;
        for (index, new) in self.pay.iter().enumerate() {
            let row = scale_fact(tx, (&self.scale, &by), &rows, new);
            let row = row.map_err(|error| error.at(index))?;
            tx.insert(row.clone())?;
            rows.push(Arc::new(row));
        }
        tx.emit(Event::new("payroll.scale_recorded").with("scale", self.scale.as_str()));
        Ok(())
    }
}

fn scale_fact(
    tx: &Tx<'_>,
    (scale, by): (&SmolStr, &Parts<ActorId>),
    rows: &[Arc<ScaleFact>],
    new: &NewScalePay,
) -> Result<ScaleFact, PayrollError> {
    check_code("grade", &new.grade)?;
    let bad = |field, value: String, way_out| {
        let code = scale.clone();
        StaffError::BadPayTerm { what: "pay scale", code, field, value, way_out }
    };
    if new.pay.amount < Decimal::ZERO {
        return Err(bad("amount", new.pay.amount.to_string(), "give zero or more").into());
    }
    if new.step == 0 || new.pay.months_to_next == Some(0) {
        return Err(bad(
            "step",
            new.step.to_string(),
            "steps are counted from 1, and last a month at least",
        )
        .into());
    }
    let of = |row: &&Arc<ScaleFact>| row.grade == new.grade && row.step == new.step;
    let known: Vec<_> = rows.iter().filter(of).cloned().collect();
    let mut timeline = Timeline::of_rows(TimelineRules::default(), &known)?;
    let recorded_at = timeline.time_after(tx.now());
    let pay = Whole::new(new.pay);
    timeline.set(new.span, pay.clone(), recorded_at).map_err(|error| StaffError::ScaleSaid {
        scale: scale.clone(),
        grade: new.grade.clone(),
        step: new.step,
        error,
    })?;
    Ok(ScaleFact {
        scale: scale.clone(),
        grade: new.grade.clone(),
        step: new.step,
        number: u32::try_from(known.len()).unwrap_or(u32::MAX),
        start: new.span.start,
        end: new.span.end,
        says: Saying::Set,
        pay: Some(pay),
        recorded_at,
        recorded_by: by.clone(),
    })
}
