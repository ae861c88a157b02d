//! An organisation's points out of its people's.

use std::collections::BTreeMap;

use fondaco_core::decimal::{DecimalError, add, as_text, mul_round, sub};
use fondaco_core::{Rounding, report::Explain, report::word};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::KernelError;

/// How people's points become their organisation's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Together {
    /// Those of the one who has most.
    Most,
    /// All of them.
    Sum,
    /// All of them, each times the weight of their role, such as 1.5 of a decision maker; of roles that are not named, times 1.
    Weighted(BTreeMap<String, Weight>),
}

/// What somebody's points are multiplied by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Weight(#[serde(with = "as_text")] pub Decimal);

/// One of an organisation's people.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Member<'m> {
    /// Who.
    pub name: &'m str,
    /// Their part in buying.
    pub role: Option<&'m str>,
    /// Their points.
    pub points: Decimal,
}

/// An organisation's points: all parts add up to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joint<'m> {
    /// All parts, and the cap.
    pub points: Decimal,
    /// What each person gives, in their order; those who give nothing are left out.
    pub parts: Vec<(&'m str, Decimal)>,
    /// What the cap took, as points below zero.
    pub cap: Decimal,
}

/// An organisation's points, at most so many if a cap is given. Weighted points are rounded half up to so many digits, person by person.
///
/// # Errors
/// When a sum has no room in 28 digits.
///
/// ```
/// use fondaco_crm::scoring::rules::{Member, Together, Weight, organisation};
///
/// let ann = Member { name: "Ann", role: Some("decides"), points: 30.into() };
/// let bob = Member { name: "Bob", role: None, points: 25.into() };
/// assert_eq!(organisation(&[ann, bob], &Together::Most, None, 0)?.points, 30.into());
/// let roles = Together::Weighted([("decides".to_owned(), Weight("1.5".parse()?))].into());
/// let joint = organisation(&[ann, bob], &roles, Some(60.into()), 0)?;
/// assert_eq!(joint.parts, [("Ann", 45.into()), ("Bob", 25.into())]);
/// assert_eq!((joint.points, joint.cap), (60.into(), (-10).into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn organisation<'m>(
    people: &[Member<'m>],
    together: &Together,
    most: Option<Decimal>,
    digits: u32,
) -> Result<Joint<'m>, KernelError> {
    let gives = |member: &Member<'m>| match together {
        Together::Weighted(weights) => {
            let weight = member.role.and_then(|role| weights.get(role));
            let weight = weight.map_or(Decimal::ONE, |weight| weight.0);
            mul_round(member.points, weight, digits, Rounding::HalfUp).map_err(exact)
        }
        Together::Most | Together::Sum => Ok(member.points),
    };
    let mut parts = Vec::with_capacity(people.len());
    for member in people {
        parts.push((member.name, gives(member)?));
    }
    if matches!(together, Together::Most) {
        // Of equals the first.
        let first =
            parts.iter().copied().reduce(|best, next| if next.1 > best.1 { next } else { best });
        parts = first.into_iter().collect();
    }
    parts.retain(|(_, points)| !points.is_zero());
    let mut points = Decimal::ZERO;
    for (_, part) in &parts {
        points = add(points, *part).map_err(exact)?;
    }
    let capped = most.map_or(points, |most| points.min(most));
    Ok(Joint { points: capped, parts, cap: sub(capped, points).map_err(exact)? })
}

impl Joint<'_> {
    /// Why it is so, as a tree.
    #[must_use]
    pub fn explain(&self) -> Explain {
        let people = self.parts.iter().map(|(name, points)| Explain::new(*name, *points));
        let cap = (!self.cap.is_zero()).then(|| Explain::new(word("Cap"), self.cap));
        Explain::new(word("Score of the organisation"), self.points).inputs(people.chain(cap))
    }
}

fn exact(error: DecimalError) -> KernelError {
    KernelError::Exact { what: "points of the organisation", error }
}
