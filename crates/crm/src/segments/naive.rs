//! The same, said as plainly as possible: for tests. It reads predicates as they are written, and knows nothing of schemas' places, columns, codes,
//! programs or moments of change.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate, TimeDelta};
use fondaco_core::Timestamp;
use fondaco_core::calendar::Zone;
use rust_decimal::Decimal;

use super::{
    AttributeTest, Behaviour, Compare, Filter, Interest, Leaf, Literal, Measure, Node, Predicate,
    Quantifier, Schema, Sequence, Span, Test, Truth, Value, Window,
};

pub(crate) type Row = BTreeMap<String, Value>;

#[derive(Clone, Debug)]
pub(crate) struct Contact {
    pub(crate) zone: Option<String>,
    pub(crate) organisation: Option<u32>,
    pub(crate) values: Row,
}

#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) contact: usize,
    pub(crate) kind: String,
    pub(crate) at: Timestamp,
    pub(crate) values: Row,
}

pub(crate) struct World<'w> {
    pub(crate) schema: &'w Schema,
    pub(crate) contacts: &'w [Contact],
    pub(crate) events: &'w [Event],
    pub(crate) segments: &'w BTreeMap<String, Predicate>,
    pub(crate) now: Timestamp,
}

fn back(at: Timestamp, span: Span) -> Timestamp {
    at.checked_add(-TimeDelta::microseconds(span.micros())).unwrap()
}

impl World<'_> {
    pub(crate) fn truth(&self, predicate: &Predicate, contact: usize) -> Truth {
        predicate
            .fold(|at, node, parts: Vec<Truth>| match node {
                Node::Leaf(leaf) => self.leaf(leaf, contact),
                Node::All(_) => parts.into_iter().fold(Truth::Yes, Truth::and),
                Node::Any(_) => parts.into_iter().fold(Truth::No, Truth::or),
                Node::Not => !parts[0],
                Node::People(quantifier) => self.people(predicate, at, *quantifier, contact),
            })
            .unwrap()
    }

    fn people(&self, whole: &Predicate, at: usize, how_many: Quantifier, contact: usize) -> Truth {
        let Some(organisation) = self.contacts[contact].organisation else {
            return Truth::Unknown;
        };
        // The part before the quantifier, by itself.
        let parents = whole.parents();
        let inside = |mut node: usize| loop {
            match parents[node] {
                Some((parent, _)) if parent == at => return true,
                Some((parent, _)) => node = parent,
                None => return false,
            }
        };
        let nodes: Vec<_> =
            (0..at).filter(|node| inside(*node)).map(|node| whole.nodes()[node].clone()).collect();
        let part = Predicate::of_nodes(nodes);
        let colleagues: Vec<usize> = (0..self.contacts.len())
            .filter(|other| self.contacts[*other].organisation == Some(organisation))
            .collect();
        let yes = colleagues.iter().filter(|one| self.truth(&part, **one).is_yes()).count();
        match how_many {
            Quantifier::All => (yes == colleagues.len()).into(),
            Quantifier::AtLeast(least) => (yes >= least as usize).into(),
        }
    }

    fn zone(&self, contact: usize) -> Zone {
        let name = self.contacts[contact].zone.as_ref();
        let found = self.schema.zones.iter().find(|(known, _)| Some(known) == name);
        found.map_or(Zone::UTC, |(_, zone)| zone.clone())
    }

    fn today(&self, contact: usize) -> NaiveDate {
        self.zone(contact).date_of(self.now)
    }

    fn leaf(&self, leaf: &Leaf, contact: usize) -> Truth {
        let values = &self.contacts[contact].values;
        let attribute = |test: &AttributeTest| self.test(test, values, contact);
        match leaf {
            Leaf::Attribute(test) => attribute(test),
            Leaf::Score(test) => attribute(&AttributeTest {
                name: format!("score.{}", test.name),
                test: test.test.clone(),
            }),
            Leaf::Segment(name) => self.truth(&self.segments[name], contact).is_yes().into(),
            Leaf::Stage { stage, held } => {
                let is = Test::Compare(Compare::Equal, Literal::Text(stage.clone()));
                let stands = attribute(&AttributeTest { name: "stage".into(), test: is });
                held.map_or(stands, |held| {
                    let test = Test::Ago(Compare::AtLeast, held);
                    stands.and(attribute(&AttributeTest { name: "stage.since".into(), test }))
                })
            }
            Leaf::Behaviour(behaviour) => self.behaviour(behaviour, contact),
            Leaf::Sequence(sequence) => self.sequence(sequence, contact).into(),
            Leaf::Interest(interest) => self.interest(interest, contact).into(),
        }
    }

    fn test(&self, test: &AttributeTest, values: &Row, contact: usize) -> Truth {
        let value = values.get(&test.name).unwrap_or(&Value::Null);
        if test.test == Test::IsNull {
            return (*value == Value::Null).into();
        }
        if *value == Value::Null {
            return Truth::Unknown;
        }
        let holds = match (&test.test, value) {
            (Test::Compare(compare, literal), value) => compared(value, *compare, literal),
            (Test::In(literals), value) => {
                literals.iter().any(|literal| compared(value, Compare::Equal, literal))
            }
            (Test::HasAny(wanted), Value::Texts(list)) => {
                wanted.iter().any(|one| list.contains(one))
            }
            (Test::HasAll(wanted), Value::Texts(list)) => {
                wanted.iter().all(|one| list.contains(one))
            }
            (Test::Contains(part), Value::Text(text)) => text.contains(part),
            (Test::StartsWith(part), Value::Text(text)) => text.starts_with(part),
            (Test::EndsWith(part), Value::Text(text)) => text.ends_with(part),
            (Test::Ago(compare, span), Value::Instant(at)) => {
                compare.holds(self.now.since(*at).cmp(&TimeDelta::microseconds(span.micros())))
            }
            (Test::DaysAhead(compare, days), Value::Day(day)) => {
                compare.holds((*day - self.today(contact)).num_days().cmp(&i64::from(*days)))
            }
            other => panic!("{other:?}"),
        };
        holds.into()
    }

    fn passes(&self, filter: &Filter, event: &Event) -> bool {
        filter.truth(|test| self.test(test, &event.values, event.contact)).is_yes()
    }

    fn is_in(&self, window: Window, at: Timestamp, contact: usize) -> bool {
        let zone = self.zone(contact);
        let day = zone.date_of(at);
        let today = self.today(contact);
        let ago = (today - day).num_days();
        at < self.now
            && match window {
                Window::Ever => true,
                Window::Last(span) => at >= back(self.now, span),
                Window::Between { from, to } => {
                    at >= back(self.now, from) && at < back(self.now, to)
                }
                Window::Day { ago: wanted } => ago == i64::from(wanted),
                Window::LocalDays(days) => ago < i64::from(days),
                Window::BusinessDays(days) => {
                    let after = |n: &u64| self.schema.is_worked(day + Days::new(*n));
                    let worked = (1..=ago.unsigned_abs()).filter(after).count();
                    worked < days as usize
                }
                Window::SinceDay(since) => day >= since,
                Window::Since(since) => at >= since,
                Window::Days { from, to } => day >= from && day <= to,
            }
    }

    /// In the order of time, and within an instant of their coming.
    fn events(&self, kind: &str, filter: &Filter, window: Window, contact: usize) -> Vec<&Event> {
        let mut found: Vec<&Event> = self
            .events
            .iter()
            .filter(|event| event.contact == contact && event.kind == kind)
            .filter(|event| self.is_in(window, event.at, contact) && self.passes(filter, event))
            .collect();
        found.sort_by_key(|event| event.at);
        found
    }

    fn behaviour(&self, asked: &Behaviour, contact: usize) -> Truth {
        let events = self.events(&asked.event, &asked.filter, asked.window, contact);
        let values = |name: &String| {
            let value = |event: &&Event| event.values.get(name).cloned().unwrap_or(Value::Null);
            events.iter().map(value).collect::<Vec<_>>()
        };
        let number =
            |number: Decimal| compared(&Value::Number(number), asked.compare, &asked.value);
        let whole = |count: usize| Truth::from(number(Decimal::from(count)));
        let one = |value: Option<Value>| match value {
            None | Some(Value::Null) => Truth::Unknown,
            Some(value) => compared(&value, asked.compare, &asked.value).into(),
        };
        let there = |name: &String| {
            let mut values = values(name);
            values.retain(|value| *value != Value::Null);
            values
        };
        let sum = |name: &String| {
            let number = |value: &Value| if let Value::Number(n) = value { *n } else { panic!() };
            there(name).iter().map(number).sum::<Decimal>()
        };
        let since = |event: Option<&&Event>| {
            let Literal::Span(span) = asked.value else { panic!() };
            let span = TimeDelta::microseconds(span.micros());
            event
                .is_some_and(|event| asked.compare.holds(self.now.since(event.at).cmp(&span)))
                .into()
        };
        match &asked.measure {
            Measure::Count => whole(events.len()),
            Measure::Frequency => {
                let zone = self.zone(contact);
                whole(
                    events
                        .iter()
                        .map(|event| zone.date_of(event.at))
                        .collect::<BTreeSet<_>>()
                        .len(),
                )
            }
            Measure::Sum(name) => number(sum(name)).into(),
            Measure::Distinct(name) => {
                let mut found: Vec<Value> = Vec::new();
                for value in there(name) {
                    if !found.contains(&value) {
                        found.push(value);
                    }
                }
                whole(found.len())
            }
            Measure::Average(name) => match there(name).len() {
                0 => Truth::Unknown,
                count => number(sum(name) / Decimal::from(count)).into(),
            },
            Measure::Least(name) => one(there(name).into_iter().min_by_key(sort_key)),
            Measure::Greatest(name) => one(there(name).into_iter().max_by_key(sort_key)),
            Measure::First(name) => one(values(name).first().cloned()),
            Measure::Last(name) => one(values(name).last().cloned()),
            Measure::Recency => since(events.last()),
            Measure::SinceFirst => since(events.first()),
        }
    }

    fn sequence(&self, sequence: &Sequence, contact: usize) -> bool {
        let steps: Vec<Vec<Timestamp>> = sequence
            .steps
            .iter()
            .map(|step| {
                let events = self.events(&step.event, &step.filter, sequence.window, contact);
                events.iter().map(|event| event.at).collect()
            })
            .collect();
        steps[0].iter().any(|start| self.goes_on(sequence, &steps, 1, *start, *start))
    }

    fn goes_on(
        &self,
        sequence: &Sequence,
        steps: &[Vec<Timestamp>],
        number: usize,
        start: Timestamp,
        last: Timestamp,
    ) -> bool {
        let near = |span: Option<Span>, from: Timestamp, to: Timestamp| {
            span.is_none_or(|span| to.since(from) <= TimeDelta::microseconds(span.micros()))
        };
        let Some(step) = steps.get(number) else { return near(sequence.within, start, last) };
        step.iter().any(|at| {
            *at > last
                && near(sequence.steps[number].within, last, *at)
                && self.goes_on(sequence, steps, number + 1, start, *at)
        })
    }

    fn interest(&self, interest: &Interest, contact: usize) -> bool {
        let mut sum = 0.0;
        for of in &interest.weights {
            let weight = f64::try_from(of.weight).unwrap();
            for event in self.events(&of.event, &of.filter, Window::Ever, contact) {
                let lives = self.now.since(event.at).num_microseconds().unwrap() as f64
                    / interest.half_life.micros() as f64;
                sum += weight * 0.5_f64.powf(lives);
            }
        }
        let value = f64::try_from(interest.value).unwrap();
        interest.compare.holds(sum.partial_cmp(&value).unwrap())
    }
}

fn sort_key(value: &Value) -> (Decimal, NaiveDate, Timestamp) {
    match value {
        Value::Number(number) => (*number, NaiveDate::MIN, Timestamp::MIN),
        Value::Day(day) => (Decimal::ZERO, *day, Timestamp::MIN),
        Value::Instant(at) => (Decimal::ZERO, NaiveDate::MIN, *at),
        other => panic!("{other:?}"),
    }
}

fn compared(value: &Value, compare: Compare, literal: &Literal) -> bool {
    compare.holds(match (value, literal) {
        (Value::Number(one), Literal::Number(other)) => one.cmp(other),
        (Value::Text(one), Literal::Text(other)) => one.cmp(other),
        (Value::Flag(one), Literal::Flag(other)) => one.cmp(other),
        (Value::Day(one), Literal::Day(other)) => one.cmp(other),
        (Value::Instant(one), Literal::Instant(other)) => one.cmp(other),
        other => panic!("{other:?}"),
    })
}
