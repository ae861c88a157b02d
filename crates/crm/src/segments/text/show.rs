//! A predicate as text, which reads back to the same predicate.

use std::fmt;

use super::lexer::word_length;
use super::words::{OF_EVENTS, OF_FIELDS, WORDS};
use crate::segments::predicate::{
    AttributeTest, Behaviour, Filter, Formula, Interest, Leaf, Literal, Measure, Node, Predicate,
    Quantifier, Sequence, Test, Window,
};

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&joined(self, |leaf| leaf.to_string()))
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&joined(self, |test| test.to_string()))
    }
}

/// How loosely a text is bound: joins within a tighter one stand in parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Bound {
    Or,
    And,
    Not,
}

fn joined<L>(formula: &Formula<L>, leaf: impl Fn(&L) -> String) -> String {
    let within = |(text, bound): (String, Bound), least: Bound| match bound < least {
        true => format!("({text})"),
        false => text,
    };
    let many = |parts: Vec<(String, Bound)>, word: &str, none: &str, bound: Bound| {
        let least = if bound == Bound::Or { Bound::And } else { Bound::Not };
        let parts: Vec<String> = parts.into_iter().map(|part| within(part, least)).collect();
        match parts.as_slice() {
            [] => (none.to_owned(), Bound::Not),
            [one] => (one.clone(), Bound::Not),
            _ => (parts.join(word), bound),
        }
    };
    let shown = formula.fold(|_, node, mut parts| match node {
        Node::Leaf(one) => (leaf(one), Bound::Not),
        Node::All(_) => many(parts, " and ", "everybody", Bound::And),
        Node::Any(_) => many(parts, " or ", "nobody", Bound::Or),
        Node::Not => {
            let part = parts.pop().map(|part| within(part, Bound::Not)).unwrap_or_default();
            (format!("not {part}"), Bound::Not)
        }
        Node::People(quantifier) => {
            let part = parts.pop().map(|(text, _)| text).unwrap_or_default();
            let how_many = match quantifier {
                Quantifier::All => "all".to_owned(),
                Quantifier::AtLeast(1) => "any".to_owned(),
                Quantifier::AtLeast(count) => count.to_string(),
            };
            (format!("people {how_many} ({part})"), Bound::Not)
        }
    });
    shown.map(|(text, _)| text).unwrap_or_default()
}

/// A name, in backticks where it would be read as something else.
pub(super) fn name(name: &str) -> String {
    match word_length(name) == name.len() && !name.is_empty() && !WORDS.contains(&name) {
        true => name.to_owned(),
        false => format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`")),
    }
}

pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

impl fmt::Display for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Leaf::Attribute(test) => write!(f, "{test}"),
            Leaf::Behaviour(behaviour) => write!(f, "{behaviour}"),
            Leaf::Sequence(sequence) => write!(f, "{sequence}"),
            Leaf::Interest(interest) => write!(f, "{interest}"),
            Leaf::Segment(segment) => write!(f, "in segment {}", quoted(segment)),
            Leaf::Score(score) => write!(f, "score({}){}", name(&score.name), score.test),
            Leaf::Stage { stage, held: None } => write!(f, "in stage {}", quoted(stage)),
            Leaf::Stage { stage, held: Some(held) } => {
                write!(f, "in stage {} for {held}", quoted(stage))
            }
        }
    }
}

impl fmt::Display for AttributeTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", name(&self.name), self.test)
    }
}

/// With a space before it, as it stands behind a name.
impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts =
            |texts: &[String]| texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ");
        match self {
            Test::Compare(compare, value) => write!(f, " {} {value}", compare.sign()),
            Test::In(values) => {
                let values: Vec<String> = values.iter().map(Literal::to_string).collect();
                write!(f, " in ({})", values.join(", "))
            }
            Test::IsNull => f.write_str(" is null"),
            Test::HasAny(values) => match values.as_slice() {
                [one] => write!(f, " has {}", quoted(one)),
                _ => write!(f, " has any ({})", texts(values)),
            },
            Test::HasAll(values) => write!(f, " has all ({})", texts(values)),
            Test::Contains(text) => write!(f, " contains {}", quoted(text)),
            Test::StartsWith(text) => write!(f, " starts with {}", quoted(text)),
            Test::EndsWith(text) => write!(f, " ends with {}", quoted(text)),
            Test::Ago(compare, span) => write!(f, " ago {} {span}", compare.sign()),
            Test::DaysAhead(compare, days) => write!(f, " days ahead {} {days}", compare.sign()),
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Number(number) => write!(f, "{number}"),
            Literal::Text(text) => f.write_str(&quoted(text)),
            Literal::Flag(flag) => write!(f, "{flag}"),
            Literal::Day(day) => write!(f, "{day}"),
            Literal::Instant(at) => write!(f, "{at}"),
            Literal::Local(at, zone) => write!(f, "{}[{zone}]", at.format("%Y-%m-%dT%H:%M:%S%.f")),
            Literal::Span(span) => write!(f, "{span}"),
        }
    }
}

fn where_of(filter: &Filter) -> String {
    if filter.is_everybody() { String::new() } else { format!(" where {filter}") }
}

/// An event and its attribute, with a dot between.
fn field(event: &str, attribute: &str) -> String {
    let joined = format!("{event}.{attribute}");
    let plain = !attribute.contains('.') && name(&joined) == joined;
    if plain { joined } else { format!("`{}`.{}", event.replace('`', "\\`"), name(attribute)) }
}

impl fmt::Display for Behaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let event = name(&self.event);
        let word = match &self.measure {
            Measure::Sum(of)
            | Measure::Distinct(of)
            | Measure::Average(of)
            | Measure::Least(of)
            | Measure::Greatest(of)
            | Measure::First(of)
            | Measure::Last(of) => {
                let found = OF_FIELDS.iter().find(|(_, make)| make(of.clone()) == self.measure);
                let word = found.map_or("", |(word, _)| word);
                write!(f, "{word}({}{})", field(&self.event, of), where_of(&self.filter))?;
                return write!(f, "{} {} {}", self.window, self.compare.sign(), self.value);
            }
            other => OF_EVENTS.iter().find(|(_, made)| made == other).map_or("", |(word, _)| word),
        };
        write!(f, "{word}({event}{}){}", where_of(&self.filter), self.window)?;
        write!(f, " {} {}", self.compare.sign(), self.value)
    }
}

/// With a space before it, or nothing for ever.
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Window::Ever => Ok(()),
            Window::Last(span) => write!(f, " in {span}"),
            Window::Between { from, to } => write!(f, " between {from} and {to} ago"),
            Window::Day { ago: 0 } => f.write_str(" today"),
            Window::Day { ago: 1 } => f.write_str(" yesterday"),
            Window::Day { ago } => write!(f, " on day {ago} ago"),
            Window::LocalDays(days) => write!(f, " in {days} local days"),
            Window::BusinessDays(days) => write!(f, " in {days} business days"),
            Window::SinceDay(day) => write!(f, " since {day}"),
            Window::Since(at) => write!(f, " since {at}"),
            Window::Days { from, to } => write!(f, " from {from} to {to}"),
        }
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let within = |span: Option<crate::segments::Span>| {
            span.map(|span| format!(" within {span}")).unwrap_or_default()
        };
        let step = |step: &crate::segments::Step| {
            format!("{}{}{}", name(&step.event), where_of(&step.filter), within(step.within))
        };
        let steps: Vec<String> = self.steps.iter().map(step).collect();
        write!(f, "sequence({}){}{}", steps.join(", "), within(self.within), self.window)
    }
}

impl fmt::Display for Interest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weights = self
            .weights
            .iter()
            .map(|of| format!("{} * {}{}", name(&of.event), of.weight, where_of(&of.filter)));
        let weights: Vec<String> = weights.collect();
        write!(f, "interest({}; half-life {})", weights.join(", "), self.half_life)?;
        write!(f, " {} {}", self.compare.sign(), self.value)
    }
}
