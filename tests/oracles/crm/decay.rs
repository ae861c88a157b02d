//! `decay/decay.json`: sums with half-lives, as 50 digits give them.

use std::error::Error;
use std::path::Path;

use fondaco::core::Timestamp;
use fondaco_crm::KernelError;
use fondaco_crm::decay::{DecayingSum, HalfLife};
use serde_json::Value;

use crate::case::{Case, parts};
use crate::json;

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = json::read(path)?;
    let events = file.get("events").ok_or("no events")?;
    let both = |case| Ok::<_, Box<dyn Error>>(vec![one(case, events)?, in_bins(case, events)?]);
    Ok(parts(json::list(&file, "cases")?, both))
}

/// The same by bins of half-lives, in which scorecards count; they forget what is worth less than 2^-63.
fn in_bins(case: &Value, events: &Value) -> Result<Case, Box<dyn Error>> {
    let name = json::text(case, "events")?;
    let [half_life, at] = [json::number(case, "half_life_s")?, json::number(case, "at_s")?];
    let expected: f64 = json::text(case, "value")?.parse()?;
    let half = HalfLife::from_seconds(half_life)?;
    let time = |seconds: f64| Timestamp::from_micros((seconds * 1e6) as i64).ok_or("a time");
    let (mut actual, mut forgotten) = (0.0, 0.0);
    for event in json::list(events, name)? {
        let number = |n: usize| event.get(n).and_then(Value::as_f64).ok_or("two numbers");
        let (second, weight) = (number(0)?, number(1)?);
        if second <= at {
            let bins = [(half.bin(time(second)?), u128::from(half.parts(time(second)?)))];
            actual += weight * half.worth(bins, time(at)?);
            forgotten += weight.abs() * 0.5_f64.powi(63);
        }
    }
    let id = format!("{name}, half-life {half_life} s, at {at} s, in bins");
    Ok(Case::near(id, expected, 1e-12 * expected.abs() + forgotten, Ok::<_, KernelError>(actual)))
}

fn one(case: &Value, events: &Value) -> Result<Case, Box<dyn Error>> {
    let name = json::text(case, "events")?;
    let [half_life, at] = [json::number(case, "half_life_s")?, json::number(case, "at_s")?];
    let expected: f64 = json::text(case, "value")?.parse()?;
    // Only what had happened by then.
    let mut known = Vec::new();
    for event in json::list(events, name)? {
        let number = |n: usize| event.get(n).and_then(Value::as_f64).ok_or("two numbers");
        known.push((number(0)?, number(1)?));
    }
    let id = format!("{name}, half-life {half_life} s, at {at} s");
    let actual = sum(&known, half_life, at)?;
    // Relative, however small: what is expected is never nothing but where nothing is left.
    let share = actual.as_ref().map_or(f64::NAN, |actual| actual / expected);
    match expected.abs() < 1e-300 {
        true => Ok(Case::near(id, expected, 1e-12, actual)),
        false => Ok(Case::near(id, 1.0, 1e-12, Ok::<_, KernelError>(share))),
    }
}

fn sum(
    events: &[(f64, f64)],
    half_life: f64,
    at: f64,
) -> Result<Result<f64, KernelError>, Box<dyn Error>> {
    let time = |seconds: f64| Timestamp::from_micros((seconds * 1e6) as i64).ok_or("a time");
    let half_life = HalfLife::from_seconds(half_life)?;
    let mut sum = DecayingSum::new();
    for (second, weight) in events.iter().filter(|(second, _)| *second <= at) {
        sum.add(*weight, time(*second)?, half_life)?;
    }
    Ok(sum.at(time(at)?, half_life))
}
