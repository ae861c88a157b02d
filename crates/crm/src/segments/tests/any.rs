//! Any contacts, events and predicates, over few values and hours, so that boundaries are met and instants are shared.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use fondaco_core::Timestamp;
use fondaco_core::calendar::Zone;
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::segments::naive::{Contact, Event, Row};
use crate::segments::{
    AttributeTest, Behaviour, Compare, Filter, Formula, Interest, Kind, Leaf, Literal, Measure,
    Predicate, Quantifier, Schema, Sequence, Span, Step, Test, Value, Weight, Window,
};

pub(crate) fn start() -> Timestamp {
    "2026-03-20T00:00:00Z".parse().unwrap()
}

/// So many half hours after the start, clocks being changed within the first days.
pub(crate) fn half_hours(n: i64) -> Timestamp {
    start().checked_add(TimeDelta::minutes(30 * n)).unwrap()
}

pub(crate) const MOST_HALF_HOURS: i64 = 48 * 40;

pub(crate) fn schema() -> Schema {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let berlin = Zone::minutes_east(60).unwrap().changing(at("2026-03-29T01:00:00Z"), 120).unwrap();
    Schema::new()
        .attribute("country", Kind::Text)
        .attribute("size", Kind::Number { decimals: 1 })
        .attribute("consent", Kind::Flag)
        .attribute("renewal", Kind::Day)
        .attribute("created", Kind::Instant)
        .attribute("tags", Kind::Texts)
        .score("fit")
        .lifecycle()
        .event("open", [("device", Kind::Text)])
        .event("click", [])
        .event("buy", [("amount", Kind::Number { decimals: 2 }), ("due", Kind::Day)])
        .zone("Berlin", berlin)
        .zone("Kathmandu", Zone::minutes_east(345).unwrap())
}

fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "ab", "c"]).prop_map(str::to_owned)
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(text(), 1..3)
}

fn number() -> impl Strategy<Value = Decimal> {
    (-20_i64..120).prop_map(|n| Decimal::new(n, 1))
}

fn day() -> impl Strategy<Value = chrono::NaiveDate> {
    (0_u64..45).prop_map(|n| start().date_utc() + chrono::Days::new(n))
}

fn instant() -> impl Strategy<Value = Timestamp> {
    (0_i64..MOST_HALF_HOURS).prop_map(half_hours)
}

fn span() -> impl Strategy<Value = Span> {
    prop_oneof![(1_u32..20).prop_map(Span::days), (1_u32..72).prop_map(Span::hours)]
}

fn compare() -> impl Strategy<Value = Compare> {
    prop::sample::select(vec![
        Compare::Equal,
        Compare::NotEqual,
        Compare::Less,
        Compare::AtMost,
        Compare::More,
        Compare::AtLeast,
    ])
}

fn value_of(kind: Kind) -> BoxedStrategy<Value> {
    let there = match kind {
        Kind::Number { .. } => number().prop_map(Value::Number).boxed(),
        Kind::Text => text().prop_map(Value::Text).boxed(),
        Kind::Flag => any::<bool>().prop_map(Value::Flag).boxed(),
        Kind::Day => day().prop_map(Value::Day).boxed(),
        Kind::Instant => instant().prop_map(Value::Instant).boxed(),
        Kind::Texts => prop::collection::vec(text(), 0..3).prop_map(Value::Texts).boxed(),
    };
    prop_oneof![1 => Just(Value::Null), 4 => there].boxed()
}

fn row_of(fields: &[(String, Kind)]) -> BoxedStrategy<Row> {
    let one = |(name, kind): &(String, Kind)| (Just(name.clone()), value_of(*kind));
    let all: Vec<_> = fields.iter().map(one).collect();
    all.prop_map(|values| values.into_iter().collect()).boxed()
}

fn fields(list: &[crate::segments::Field]) -> Vec<(String, Kind)> {
    list.iter().map(|field| (field.name.clone(), field.kind)).collect()
}

pub(crate) fn contact() -> impl Strategy<Value = Contact> {
    let zone = prop::sample::select(vec![None, Some("Berlin"), Some("Kathmandu")]);
    let organisation = prop::option::of(0_u32..2);
    let values = row_of(&fields(schema().attributes().list()));
    (zone, organisation, values).prop_map(|(zone, organisation, values)| Contact {
        zone: zone.map(str::to_owned),
        organisation,
        values,
    })
}

pub(crate) fn event(contacts: usize) -> impl Strategy<Value = Event> {
    let kinds: Vec<_> = schema()
        .events()
        .iter()
        .map(|kind| (Just(kind.name.clone()), row_of(&fields(kind.fields.list()))).boxed())
        .collect();
    let kind = prop::strategy::Union::new(kinds);
    (0..contacts, kind, instant(), -1_i64..2).prop_map(|(contact, (kind, values), at, micros)| {
        let at = at.checked_add(TimeDelta::microseconds(micros)).unwrap();
        Event { contact, kind, at, values }
    })
}

/// A value beside which an attribute of this type can stand, and how it is compared.
fn literal(kind: Kind) -> BoxedStrategy<Literal> {
    match kind {
        Kind::Number { .. } => {
            prop_oneof![number(), (-5_i64..900).prop_map(|n| Decimal::new(n, 2))]
                .prop_map(|number| Literal::Number(number.normalize()))
                .boxed()
        }
        Kind::Text | Kind::Texts => text().prop_map(Literal::Text).boxed(),
        Kind::Flag => any::<bool>().prop_map(Literal::Flag).boxed(),
        Kind::Day => day().prop_map(Literal::Day).boxed(),
        Kind::Instant => instant().prop_map(Literal::Instant).boxed(),
    }
}

fn test(kind: Kind, clock: bool) -> BoxedStrategy<Test> {
    let null = Just(Test::IsNull).boxed();
    let equality = prop::sample::select(vec![Compare::Equal, Compare::NotEqual]);
    let compares = if kind == Kind::Flag { equality.boxed() } else { compare().boxed() };
    let stands = (compares, literal(kind)).prop_map(|(c, v)| Test::Compare(c, v)).boxed();
    let is_one = prop::collection::vec(literal(kind), 1..3).prop_map(Test::In).boxed();
    let mut all = match kind {
        Kind::Texts => {
            vec![texts().prop_map(Test::HasAny).boxed(), texts().prop_map(Test::HasAll).boxed()]
        }
        _ => vec![stands, is_one],
    };
    match kind {
        Kind::Text => all.extend([
            text().prop_map(Test::Contains).boxed(),
            text().prop_map(Test::StartsWith).boxed(),
            text().prop_map(Test::EndsWith).boxed(),
        ]),
        Kind::Instant if clock => {
            all.push((compare(), span()).prop_map(|(c, s)| Test::Ago(c, s)).boxed());
        }
        Kind::Day if clock => {
            all.push((compare(), -9_i32..20).prop_map(|(c, n)| Test::DaysAhead(c, n)).boxed());
        }
        _ => {}
    }
    all.push(null);
    prop::strategy::Union::new(all).boxed()
}

fn attribute_test(fields: Vec<(String, Kind)>, clock: bool) -> BoxedStrategy<AttributeTest> {
    let one = |(name, kind): (String, Kind)| {
        test(kind, clock).prop_map(move |test| AttributeTest { name: name.clone(), test }).boxed()
    };
    prop::strategy::Union::new(fields.into_iter().map(one)).boxed()
}

/// Formulas over leaves. None joins one part alone, which has no text of its own.
fn formula<L: Clone + std::fmt::Debug + 'static>(
    leaf: BoxedStrategy<L>,
) -> BoxedStrategy<Formula<L>> {
    let single = leaf.prop_map(Formula::leaf).boxed();
    single
        .prop_recursive(3, 8, 3, |part| {
            let parts = prop::collection::vec(part.clone(), 2..4).boxed();
            prop_oneof![
                parts.clone().prop_map(Formula::all),
                parts.prop_map(Formula::any),
                part.prop_map(|part| !part),
            ]
        })
        .boxed()
}

fn filter(event: &str) -> BoxedStrategy<Filter> {
    let schema = schema();
    let kind = schema.kind_of(event).and_then(|at| schema.events().get(at)).unwrap();
    let fields = fields(kind.fields.list());
    if fields.is_empty() {
        return Just(Formula::everybody()).boxed();
    }
    let some = formula(attribute_test(fields, false));
    prop_oneof![2 => Just(Formula::everybody()), 1 => some].boxed()
}

fn event_and_filter() -> BoxedStrategy<(String, Filter)> {
    let one = |event: &'static str| (Just(event.to_owned()), filter(event));
    prop_oneof![one("open"), one("click"), one("buy")].boxed()
}

fn window() -> impl Strategy<Value = Window> {
    prop_oneof![
        Just(Window::Ever),
        span().prop_map(Window::Last),
        (span(), span()).prop_filter_map("the longer first", |(from, to)| {
            (from > to).then_some(Window::Between { from, to })
        }),
        (0_u32..4).prop_map(|ago| Window::Day { ago }),
        (1_u32..6).prop_map(Window::LocalDays),
        (1_u32..6).prop_map(Window::BusinessDays),
        day().prop_map(Window::SinceDay),
        instant().prop_map(Window::Since),
        (day(), 0_u64..9)
            .prop_map(|(from, more)| Window::Days { from, to: from + chrono::Days::new(more) }),
    ]
}

fn count() -> impl Strategy<Value = Literal> {
    (0_i64..4).prop_map(Literal::from)
}

/// A kind of event, a measure over it, and what that can be compared with.
fn measure() -> BoxedStrategy<(String, Measure, Literal)> {
    let any_event = prop::sample::select(vec!["open", "click", "buy"]).prop_map(str::to_owned);
    let number = || literal(Kind::Number { decimals: 2 });
    let amount = |measure: fn(String) -> Measure| measure("amount".into());
    prop_oneof![
        (any_event.clone(), count()).prop_map(|(e, v)| (e, Measure::Count, v)),
        (any_event.clone(), count()).prop_map(|(e, v)| (e, Measure::Frequency, v)),
        (any_event.clone(), span()).prop_map(|(e, v)| (e, Measure::Recency, v.into())),
        (any_event, span()).prop_map(|(e, v)| (e, Measure::SinceFirst, v.into())),
        number().prop_map(move |v| ("buy".into(), amount(Measure::Sum), v)),
        number().prop_map(move |v| ("buy".into(), amount(Measure::Average), v)),
        number().prop_map(move |v| ("buy".into(), amount(Measure::Least), v)),
        number().prop_map(move |v| ("buy".into(), amount(Measure::Greatest), v)),
        number().prop_map(move |v| ("buy".into(), amount(Measure::Last), v)),
        count().prop_map(move |v| ("buy".into(), amount(Measure::Distinct), v)),
        literal(Kind::Day).prop_map(|v| ("buy".into(), Measure::Least("due".into()), v)),
        text().prop_map(|v| ("open".into(), Measure::First("device".into()), Literal::Text(v))),
        count().prop_map(|v| ("open".into(), Measure::Distinct("device".into()), v)),
    ]
    .boxed()
}

fn behaviour() -> impl Strategy<Value = Leaf> {
    measure().prop_flat_map(|(event, measure, value)| {
        let filter = filter(&event);
        (filter, window(), compare()).prop_filter_map(
            "possible",
            move |(filter, window, compare)| {
                // A recency that its window can't hold is refused when it is compiled.
                let window = match (window, &value) {
                    (Window::Last(span), Literal::Span(value)) if *value >= span => Window::Ever,
                    (window, _) => window,
                };
                let (event, measure, value) = (event.clone(), measure.clone(), value.clone());
                Some(Leaf::Behaviour(Behaviour { event, filter, window, measure, compare, value }))
            },
        )
    })
}

fn sequence() -> impl Strategy<Value = Leaf> {
    let step = (event_and_filter(), prop::option::of(span()));
    (prop::collection::vec(step, 1..4), prop::option::of(span()), window()).prop_map(
        |(steps, within, window)| {
            let step = |(number, ((event, filter), within))| {
                let within = if number == 0 { None } else { within };
                Step { event, filter, within }
            };
            let steps = steps.into_iter().enumerate().map(step).collect();
            Leaf::Sequence(Sequence { steps, within, window })
        },
    )
}

fn interest() -> impl Strategy<Value = Leaf> {
    let weight = (event_and_filter(), (-9_i64..30).prop_map(|n| Decimal::new(n, 1).normalize()));
    let compare = prop::sample::select(vec![Compare::More, Compare::AtMost]);
    // Values that no sum of these weights meets exactly.
    let value = (1_i64..40).prop_map(|n| Decimal::new(n * 10_000 + 137, 5));
    (prop::collection::vec(weight, 1..3), span(), compare, value).prop_map(
        |(weights, half_life, compare, value)| {
            let weight = |((event, filter), weight)| Weight { event, filter, weight };
            let weights = weights.into_iter().map(weight).collect();
            Leaf::Interest(Interest { weights, half_life, compare, value })
        },
    )
}

fn leaf(segments: Vec<String>) -> BoxedStrategy<Leaf> {
    let attributes = fields(schema().attributes().list());
    let score = test(Kind::Number { decimals: 4 }, true)
        .prop_map(|test| Leaf::Score(AttributeTest { name: "fit".into(), test }));
    let stage =
        (text(), prop::option::of(span())).prop_map(|(stage, held)| Leaf::Stage { stage, held });
    let mut all = vec![
        (4, attribute_test(attributes, true).prop_map(Leaf::Attribute).boxed()),
        (6, behaviour().boxed()),
        (2, sequence().boxed()),
        (2, interest().boxed()),
        (1, score.boxed()),
        (1, stage.boxed()),
    ];
    if !segments.is_empty() {
        all.push((2, prop::sample::select(segments).prop_map(Leaf::Segment).boxed()));
    }
    prop::strategy::Union::new_weighted(all).boxed()
}

/// What the store can keep: no lists, no scores, no people.
fn kept_leaf(segments: Vec<String>) -> BoxedStrategy<Leaf> {
    let mut attributes = fields(schema().attributes().list());
    // A stage is one of those that there are.
    let is_kept = |name: &str| name != "stage" && !name.starts_with("score.");
    attributes.retain(|(name, kind)| *kind != Kind::Texts && is_kept(name));
    attributes.push(("owner".into(), Kind::Text));
    let stage = prop::sample::select(vec!["subscriber", "lead", "mql"]);
    let stage = (stage, prop::option::of(span()))
        .prop_map(|(stage, held)| Leaf::Stage { stage: stage.into(), held });
    let mut all = vec![
        (4, attribute_test(attributes, true).prop_map(Leaf::Attribute).boxed()),
        (6, behaviour().boxed()),
        (2, sequence().boxed()),
        (2, interest().boxed()),
        (1, stage.boxed()),
    ];
    if !segments.is_empty() {
        all.push((2, prop::sample::select(segments).prop_map(Leaf::Segment).boxed()));
    }
    prop::strategy::Union::new_weighted(all).boxed()
}

/// Three segments that the store can keep, of which later ones may rest on earlier ones.
pub(crate) fn kept_segments() -> BoxedStrategy<BTreeMap<String, Predicate>> {
    let named = |n: usize| (0..n).map(|n| format!("s{n}")).collect::<Vec<_>>();
    let one = move |n: usize| formula(kept_leaf(named(n)));
    (one(0), one(1), one(2))
        .prop_map(move |(a, b, c)| named(3).into_iter().zip([a, b, c]).collect())
        .boxed()
}

pub(crate) fn predicate(segments: Vec<String>) -> BoxedStrategy<Predicate> {
    let alone = formula(leaf(segments.clone()));
    let quantifier = prop_oneof![Just(Quantifier::All), (1_u32..3).prop_map(Quantifier::AtLeast)];
    let people = (formula(leaf(segments)), quantifier).prop_map(|(part, q)| part.of_people(q));
    prop_oneof![
        5 => alone.clone(),
        1 => people.clone(),
        1 => (alone, people).prop_map(|(one, other)| one.and(!other)),
    ]
    .boxed()
}

/// Three segments, of which later ones may rest on earlier ones.
pub(crate) fn segments() -> BoxedStrategy<BTreeMap<String, Predicate>> {
    let named = |n: usize| (0..n).map(|n| format!("s{n}")).collect::<Vec<_>>();
    (predicate(named(0)), predicate(named(1)), predicate(named(2)))
        .prop_map(move |(a, b, c)| named(3).into_iter().zip([a, b, c]).collect())
        .boxed()
}
