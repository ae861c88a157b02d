//! A case and what came of it.

use std::error::Error;
use std::fmt::Display;
use std::path::Path;

use serde_json::Value;

use crate::known::Known;

/// What an adapter is: it reads one file and gives our answer to each of its cases.
///
/// An error means that the file itself could not be read as the adapter expects; it counts as one
/// failed case, never as nothing.
pub(crate) type Adapter = fn(&Path) -> Result<Vec<Case>, Box<dyn Error>>;

/// One case of a file, asked and answered.
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) expected: String,
    answer: Answer,
}

enum Answer {
    /// Our answer as text, and whether it is the expected one.
    Given { actual: String, right: bool },
    /// What the case asks for and we don't do yet.
    Unsupported(String),
}

fn is_near(expected: &Value, actual: &Value, share: f64) -> bool {
    match (expected, actual) {
        (Value::Number(expected), Value::Number(actual)) => {
            let (Some(expected), Some(actual)) = (expected.as_f64(), actual.as_f64()) else {
                return false;
            };
            (expected - actual).abs() <= share * expected.abs().max(1e-9)
        }
        (Value::Array(expected), Value::Array(actual)) => {
            let mut both = expected.iter().zip(actual);
            expected.len() == actual.len() && both.all(|(one, other)| is_near(one, other, share))
        }
        (Value::Object(expected), Value::Object(actual)) => expected
            .iter()
            .all(|(name, one)| actual.get(name).is_some_and(|other| is_near(one, other, share))),
        _ => expected == actual,
    }
}

pub(crate) enum Verdict {
    Passed,
    Failed { actual: String },
    Unsupported { reason: String },
}

/// The cases of one part of a file. A part that can't be read or answered is a failed case, and takes no other with it.
pub(crate) fn part<E: Display>(id: &str, answered: Result<Vec<Case>, E>) -> Vec<Case> {
    answered.unwrap_or_else(|error| {
        vec![Case::exact(id.to_owned(), "an answer".to_owned(), error.to_string())]
    })
}

/// The parts of a list, each [by itself](part).
pub(crate) fn parts<'v, E: Display>(
    list: &'v [Value],
    answer: impl Fn(&'v Value) -> Result<Vec<Case>, E>,
) -> Vec<Case> {
    let named = |case: &Value| {
        let named = ["id", "name"].iter().find_map(|field| case.get(field)?.as_str());
        named.map(str::to_owned)
    };
    let one = |(number, case): (usize, &'v Value)| {
        part(&named(case).unwrap_or_else(|| number.to_string()), answer(case))
    };
    list.iter().enumerate().flat_map(one).collect()
}

/// A list of cases, each [by itself](part).
pub(crate) fn each<'v, E: Display>(
    list: &'v [Value],
    answer: impl Fn(&'v Value) -> Result<Case, E>,
) -> Vec<Case> {
    parts(list, |case| answer(case).map(|case| vec![case]))
}

impl Case {
    /// Compares as text: for everything exact.
    pub(crate) fn exact(id: String, expected: String, actual: String) -> Self {
        let right = expected == actual;
        Self { id, expected, answer: Answer::Given { actual, right } }
    }

    /// Compares floats: right when ours is within this part of the expected one, or of 1 where that is smaller than 1.
    pub(crate) fn near<E: std::fmt::Display>(
        id: String,
        expected: f64,
        within: f64,
        actual: Result<f64, E>,
    ) -> Self {
        let right = actual
            .as_ref()
            .is_ok_and(|actual| (actual - expected).abs() <= within * expected.abs().max(1.0));
        let actual = actual.map_or_else(|error| error.to_string(), |actual| actual.to_string());
        Self { id, expected: expected.to_string(), answer: Answer::Given { actual, right } }
    }

    /// Compares what is expected, field by field, with our fields of the same names: numbers within this share of what is expected
    /// (and of 1e-9, where that is less), all else as it is. Fields of ours that nobody expects don't count.
    pub(crate) fn fields_near<E: ToString>(
        id: String,
        expected: &Value,
        actual: Result<Value, E>,
        share: f64,
    ) -> Self {
        let right = actual.as_ref().is_ok_and(|actual| is_near(expected, actual, share));
        let actual = actual.map_or_else(|error| error.to_string(), |actual| actual.to_string());
        Self { id, expected: expected.to_string(), answer: Answer::Given { actual, right } }
    }

    pub(crate) fn unsupported(id: String, reason: &str) -> Self {
        Self { id, expected: String::new(), answer: Answer::Unsupported(reason.to_owned()) }
    }

    /// A case that is known to differ counts as unsupported while our answer is the one written
    /// down, and as failed when it has become another, be it the expected one: then KNOWN.md is
    /// out of date.
    pub(crate) fn verdict(&self, known: Option<&Known>) -> Verdict {
        match (&self.answer, known) {
            (Answer::Given { actual, .. }, Some(known)) if *actual == known.ours => {
                Verdict::Unsupported { reason: format!("KNOWN.md: {}", known.why) }
            }
            (Answer::Given { actual, .. }, Some(known)) => {
                Verdict::Failed { actual: format!("{actual} (KNOWN.md says {})", known.ours) }
            }
            (Answer::Unsupported(reason), Some(_)) => {
                Verdict::Failed { actual: format!("none ({reason}), though KNOWN.md has one") }
            }
            (Answer::Given { right: true, .. }, None) => Verdict::Passed,
            (Answer::Given { actual, .. }, None) => Verdict::Failed { actual: actual.clone() },
            (Answer::Unsupported(reason), None) => Verdict::Unsupported { reason: reason.clone() },
        }
    }
}
