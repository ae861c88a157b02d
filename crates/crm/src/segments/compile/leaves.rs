//! Conditions made ready: names found, types held against each other.

use rust_decimal::Decimal;

use super::values::{self, Field};
use super::{
    Acts, Bounds, Condition, Decayed, DecayedWeight, FieldCheck, Goal, Mean, Op, Origin, Path,
    PathStep, Program, Which, scaled,
};
use crate::segments::predicate::{
    AttributeTest, Behaviour, Compare, Filter, Interest, Leaf, Literal, Measure, Node, Sequence,
    Test, Window,
};
use crate::segments::schema::{Fields, Kind, STAGE, STAGE_SINCE, listed, score_name};
use crate::segments::text::Part;
use crate::segments::{Schema, SegmentError};

pub(super) fn condition(
    schema: &Schema,
    leaf: &Leaf,
    origin: Origin<'_>,
) -> Result<Program<Condition>, SegmentError> {
    let one = match leaf {
        Leaf::Attribute(test) => attribute(schema, test, "attribute", origin)?,
        Leaf::Score(test) => {
            let named = AttributeTest { name: score_name(&test.name), test: test.test.clone() };
            attribute(schema, &named, "score", origin)?
        }
        Leaf::Behaviour(behaviour) => Condition::Behaviour(acts(schema, behaviour, origin)?),
        Leaf::Sequence(sequence) => Condition::Sequence(path(schema, sequence, origin)?),
        Leaf::Interest(interest) => Condition::Interest(decayed(schema, interest, origin)?),
        Leaf::Segment(_) => return Ok(Program { ops: vec![Op::No] }),
        Leaf::Stage { stage, held } => {
            let is = Test::Compare(Compare::Equal, Literal::Text(stage.clone()));
            let is = AttributeTest { name: STAGE.into(), test: is };
            let stands = attribute(schema, &is, "lifecycle", origin)?;
            let Some(held) = held else { return Ok(Program::leaf(stands)) };
            let test = Test::Ago(Compare::AtLeast, *held);
            let since = AttributeTest { name: STAGE_SINCE.into(), test };
            let since = attribute(schema, &since, "lifecycle", origin)?;
            return Ok(Program { ops: vec![Op::Leaf(stands), Op::Leaf(since), Op::And] });
        }
    };
    Ok(Program::leaf(one))
}

fn attribute(
    schema: &Schema,
    test: &AttributeTest,
    what: &'static str,
    origin: Origin<'_>,
) -> Result<Condition, SegmentError> {
    let Some(field) = schema.attributes.place(&test.name) else {
        let names = schema.attributes.list().iter().map(|field| field.name.as_str());
        return Err(match what {
            "score" => {
                let names = names.filter_map(|name| name.strip_prefix("score."));
                let name = test.name.strip_prefix("score.").unwrap_or(&test.name);
                origin.unknown(Part::Name, what, name, names)
            }
            _ => origin.unknown(Part::Name, what, &test.name, names),
        });
    };
    let at = Field { fields: &schema.attributes, place: field, origin, step: 0, inner: None };
    Ok(Condition::Attribute(FieldCheck { field, check: values::check(schema, &test.test, at)? }))
}

fn kind_of<'s>(
    schema: &'s Schema,
    event: &str,
    step: usize,
    origin: Origin<'_>,
) -> Result<(usize, &'s Fields), SegmentError> {
    let found = schema.kind_of(event).and_then(|place| Some((place, schema.events.get(place)?)));
    match found {
        Some((place, kind)) => Ok((place, &kind.fields)),
        None => Err(SegmentError::UnknownName {
            place: origin.place_in(step, None, Part::Event),
            what: "event",
            name: event.to_owned(),
            known: listed(schema.events.iter().map(|kind| kind.name.as_str())),
        }),
    }
}

fn filter(
    schema: &Schema,
    fields: &Fields,
    filter: &Filter,
    step: usize,
    origin: Origin<'_>,
) -> Result<Program<FieldCheck>, SegmentError> {
    let mut checks = Vec::new();
    for (inner, node) in filter.nodes().iter().enumerate() {
        let test = match node {
            Node::Leaf(test) => test,
            Node::People(_) => {
                return Err(SegmentError::Mismatch {
                    place: origin.place_in(step, Some(inner), Part::Whole),
                    what: filter.to_string(),
                    why: "an event has no organisation: ask people outside of the filter".into(),
                });
            }
            _ => continue,
        };
        let Some(field) = fields.place(&test.name) else {
            return Err(SegmentError::UnknownName {
                place: origin.place_in(step, Some(inner), Part::Name),
                what: "attribute of the event",
                name: test.name.clone(),
                known: listed(fields.list().iter().map(|field| field.name.as_str())),
            });
        };
        let at = Field { fields, place: field, origin, step, inner: Some(inner) };
        let check = values::check(schema, &test.test, at)?;
        if check.is_on_clock() {
            return Err(SegmentError::Mismatch {
                place: origin.place_in(step, Some(inner), Part::Name),
                what: test.to_string(),
                why: "what an event says does not change with the clock: compare it with a day or an instant".into(),
            });
        }
        checks.push(FieldCheck { field, check });
    }
    let mut checks = checks.into_iter();
    let none = || FieldCheck { field: 0, check: super::Check::Null };
    Ok(Program::of(filter, |_| checks.next().unwrap_or_else(none)))
}

fn acts(schema: &Schema, behaviour: &Behaviour, origin: Origin<'_>) -> Result<Acts, SegmentError> {
    let (kind, fields) = kind_of(schema, &behaviour.event, 0, origin)?;
    let window = origin.window(behaviour.window)?;
    let filter = filter(schema, fields, &behaviour.filter, 0, origin)?;
    Ok(Acts { kind, filter, window, goal: goal(schema, fields, behaviour, origin)? })
}

fn goal(
    schema: &Schema,
    fields: &Fields,
    behaviour: &Behaviour,
    origin: Origin<'_>,
) -> Result<Goal, SegmentError> {
    let asks = Asks { schema, fields, behaviour, origin };
    let compare = behaviour.compare;
    let whole = || Ok::<_, SegmentError>(Bounds::scaled(compare, asks.number()?, 0));
    Ok(match &behaviour.measure {
        Measure::Count => Goal::Count(whole()?),
        Measure::Frequency => Goal::Frequency(whole()?),
        Measure::Sum(name) => {
            let (place, decimals) = asks.number_field(name)?;
            Goal::Sum(place, Bounds::scaled(compare, asks.number()?, decimals))
        }
        Measure::Distinct(name) => Goal::Distinct(asks.field(name)?, whole()?),
        Measure::Average(name) => {
            let (place, decimals) = asks.number_field(name)?;
            Goal::Average(place, mean(compare, asks.number()?, decimals))
        }
        Measure::Least(name) => asks.one(Which::Least, name)?,
        Measure::Greatest(name) => asks.one(Which::Greatest, name)?,
        Measure::First(name) => asks.one(Which::First, name)?,
        Measure::Last(name) => asks.one(Which::Last, name)?,
        Measure::Recency => since(Which::Last, behaviour, origin)?,
        Measure::SinceFirst => since(Which::First, behaviour, origin)?,
    })
}

/// A measure over events with the attributes of their kind.
struct Asks<'a> {
    schema: &'a Schema,
    fields: &'a Fields,
    behaviour: &'a Behaviour,
    origin: Origin<'a>,
}

impl Asks<'_> {
    fn mismatch(&self, part: Part, why: String) -> SegmentError {
        let what = self.behaviour.to_string();
        SegmentError::Mismatch { place: self.origin.place(part), what, why }
    }

    fn number(&self) -> Result<Decimal, SegmentError> {
        match &self.behaviour.value {
            Literal::Number(number) => Ok(*number),
            other => {
                let why = format!("it gives a number, and {other} is none");
                Err(self.mismatch(Part::Value(0), why))
            }
        }
    }

    fn field(&self, name: &str) -> Result<usize, SegmentError> {
        self.fields.place(name).ok_or_else(|| {
            let names = self.fields.list().iter().map(|field| field.name.as_str());
            self.origin.unknown(Part::Field, "attribute of the event", name, names)
        })
    }

    fn kind(&self, place: usize) -> Kind {
        self.fields.list().get(place).map_or(Kind::Text, |field| field.kind)
    }

    fn number_field(&self, name: &str) -> Result<(usize, u8), SegmentError> {
        let place = self.field(name)?;
        match self.kind(place) {
            Kind::Number { decimals } => Ok((place, decimals)),
            other => {
                let why = format!("{name} is {}: name a number", other.name());
                Err(self.mismatch(Part::Field, why))
            }
        }
    }

    fn one(&self, which: Which, name: &str) -> Result<Goal, SegmentError> {
        let place = self.field(name)?;
        let kind = self.kind(place);
        let is_ordered = matches!(kind, Kind::Number { .. } | Kind::Day | Kind::Instant);
        if matches!(which, Which::Least | Which::Greatest) && !is_ordered {
            let why = format!("{name} is {}: name a number, a day or an instant", kind.name());
            return Err(self.mismatch(Part::Field, why));
        }
        let test = Test::Compare(self.behaviour.compare, self.behaviour.value.clone());
        let (fields, origin) = (self.fields, self.origin);
        let at = Field { fields, place, origin, step: 0, inner: None };
        let check = values::check(self.schema, &test, at)?;
        Ok(Goal::One(which, FieldCheck { field: place, check }))
    }
}

fn mean(compare: Compare, value: Decimal, decimals: u8) -> Mean {
    let value = value.normalize();
    let more = value.scale().saturating_sub(decimals.into());
    let (value, _) = scaled(value, decimals.max(u8::try_from(value.scale()).unwrap_or(28)));
    Mean { compare, lift: 10_i128.pow(more), value }
}

fn since(which: Which, behaviour: &Behaviour, origin: Origin<'_>) -> Result<Goal, SegmentError> {
    let compare = behaviour.compare;
    let Literal::Span(span) = behaviour.value else {
        return Err(SegmentError::Mismatch {
            place: origin.place(Part::Value(0)),
            what: behaviour.to_string(),
            why: "it gives a length of time: compare it with one, such as 14 days".into(),
        });
    };
    if let Window::Last(window) = behaviour.window {
        let longer = match compare {
            Compare::More => span >= window,
            Compare::AtLeast | Compare::Equal => span > window,
            _ => false,
        };
        if longer {
            return Err(SegmentError::ImpossibleWindow {
                place: origin.place(Part::Value(0)),
                window: behaviour.window.to_string().trim().to_owned(),
                why: "what lies in it is never that long ago: ask for a shorter time, or ever",
            });
        }
    }
    Ok(Goal::Since(which, Bounds::of(compare, span.micros().into())))
}

fn path(schema: &Schema, sequence: &Sequence, origin: Origin<'_>) -> Result<Path, SegmentError> {
    const MOST_STEPS: usize = 32;
    let count = sequence.steps.len();
    if count == 0 || count > MOST_STEPS {
        return Err(SegmentError::Mismatch {
            place: origin.place(Part::Whole),
            what: sequence.to_string(),
            why: format!("it has {count} steps: give 1 to {MOST_STEPS}"),
        });
    }
    let mut steps = Vec::new();
    for (number, step) in sequence.steps.iter().enumerate() {
        let (kind, fields) = kind_of(schema, &step.event, number, origin)?;
        if number == 0 && step.within.is_some() {
            return Err(SegmentError::Mismatch {
                place: origin.place_in(0, None, Part::Within),
                what: sequence.to_string(),
                why: "the first step has none before it: leave its time limit out".into(),
            });
        }
        let filter = filter(schema, fields, &step.filter, number, origin)?;
        steps.push(PathStep { kind, filter, within: step.within.map(|span| span.micros()) });
    }
    let window = origin.window(sequence.window)?;
    Ok(Path { steps, within: sequence.within.map(|span| span.micros()), window })
}

fn decayed(
    schema: &Schema,
    interest: &Interest,
    origin: Origin<'_>,
) -> Result<Decayed, SegmentError> {
    let mismatch = |part: Part, why: &str| SegmentError::Mismatch {
        place: origin.place(part),
        what: interest.to_string(),
        why: why.into(),
    };
    if interest.weights.is_empty() {
        return Err(mismatch(Part::Whole, "nothing counts: give at least one event"));
    }
    if matches!(interest.compare, Compare::Equal | Compare::NotEqual) {
        let why = "a sum that fades away is never exactly something: ask for more or less";
        return Err(mismatch(Part::Value(0), why));
    }
    let float = |number: Decimal| f64::try_from(number).unwrap_or(0.0);
    let mut weights = Vec::new();
    for (number, of) in interest.weights.iter().enumerate() {
        let (kind, fields) = kind_of(schema, &of.event, number, origin)?;
        let filter = filter(schema, fields, &of.filter, number, origin)?;
        weights.push(DecayedWeight { kind, filter, weight: float(of.weight) });
    }
    Ok(Decayed {
        weights,
        half_life_micros: interest.half_life.micros() as f64,
        compare: interest.compare,
        value: float(interest.value),
    })
}
