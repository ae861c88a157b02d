//! What values are: numbers with their units, conditions, days, choices.
//!
//! Hours times money per hour are money, and money and hours can't be added: a formula that says so is wrong, and is found when its
//! rules are loaded. Money is a unit like hours.

use std::fmt;

use smol_str::SmolStr;

use crate::RuleError;
use crate::rules::names_like;

/// The units that every set of rules knows besides those it names itself.
pub const UNITS: &[&str] =
    &["money", "hour", "day", "week", "month", "year", "period", "piece", "kilometre", "mile"];

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// A number of some unit: `money`, `hour`, `money/hour`; of none: `number`, or `rate` for a share.
    Number(Units),
    /// `bool`: yes or no.
    Bool,
    /// `date`: a day.
    Date,
    /// One of a choice, by the choice's name.
    Choice(SmolStr),
}

/// A product of units with their powers, in the order of their names: money per hour is `hour^-1 money^1`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Units(Vec<(SmolStr, i8)>);

impl Units {
    /// Of no unit.
    #[must_use]
    pub fn none() -> Units {
        Units::default()
    }

    /// One unit.
    #[must_use]
    pub fn one(name: &str) -> Units {
        Units(vec![(name.into(), 1)])
    }

    /// Whether it is of no unit.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is one unit alone, which a formula writes like a function.
    #[must_use]
    pub fn is_one(&self) -> bool {
        matches!(self.0.as_slice(), [(_, 1)])
    }

    /// The units of a product.
    #[must_use]
    pub fn times(&self, other: &Units) -> Units {
        self.joined(other, 1)
    }

    /// The units of a quotient.
    #[must_use]
    pub fn over(&self, other: &Units) -> Units {
        self.joined(other, -1)
    }

    fn joined(&self, other: &Units, sign: i8) -> Units {
        let mut all = self.0.clone();
        for (name, power) in &other.0 {
            match all.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => *known += power * sign,
                None => all.push((name.clone(), power * sign)),
            }
        }
        all.retain(|(_, power)| *power != 0);
        all.sort();
        Units(all)
    }
}

impl Type {
    /// Money.
    #[must_use]
    pub fn money() -> Type {
        Type::Number(Units::one("money"))
    }

    /// A number without a unit.
    #[must_use]
    pub fn number() -> Type {
        Type::Number(Units::none())
    }

    /// Whether it is money.
    #[must_use]
    pub fn is_money(&self) -> bool {
        *self == Type::money()
    }

    /// The type that a text names: `bool`, `date`, `number`, `rate`, a choice, or units with `*` and `/`, left to right.
    pub(crate) fn parse(
        text: &str,
        choices: &[SmolStr],
        units: &[SmolStr],
    ) -> Result<Type, RuleError> {
        match text {
            "bool" => return Ok(Type::Bool),
            "date" => return Ok(Type::Date),
            "number" | "rate" => return Ok(Type::number()),
            _ => {}
        }
        if let Some(choice) = choices.iter().find(|choice| *choice == text) {
            return Ok(Type::Choice(choice.clone()));
        }
        let mut all = Units::none();
        let mut rest = text;
        let mut over = false;
        loop {
            let end = rest.find(['*', '/']).unwrap_or(rest.len());
            let name = rest[..end].trim();
            let known = UNITS.contains(&name) || units.iter().any(|unit| unit == name);
            if !known {
                let others = UNITS.iter().copied().chain(["bool", "date", "number", "rate"]);
                let others = others.chain(choices.iter().chain(units).map(SmolStr::as_str));
                return Err(RuleError::UnknownType {
                    name: text.into(),
                    like: names_like(name, others),
                });
            }
            let unit = Units::one(name);
            all = if over { all.over(&unit) } else { all.times(&unit) };
            let Some(sign) = rest[end..].chars().next() else { return Ok(Type::Number(all)) };
            over = sign == '/';
            rest = &rest[end + 1..];
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Number(units) => units.fmt(f),
            Type::Bool => f.write_str("bool"),
            Type::Date => f.write_str("date"),
            Type::Choice(name) => f.write_str(name),
        }
    }
}

/// `money/hour`: units above the line, then those below it.
impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() {
            return f.write_str("number");
        }
        let above = self.0.iter().filter(|(_, power)| *power > 0);
        let below = self.0.iter().filter(|(_, power)| *power < 0);
        let mut text = String::new();
        for (name, power) in above {
            for _ in 0..*power {
                text.push_str(if text.is_empty() { "" } else { "*" });
                text.push_str(name);
            }
        }
        text.push_str(if text.is_empty() { "number" } else { "" });
        for (name, power) in below {
            for _ in 0..power.unsigned_abs() {
                text.push('/');
                text.push_str(name);
            }
        }
        f.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Type {
        Type::parse(text, &["status".into()], &["egg".into()]).unwrap()
    }

    #[test]
    fn hours_times_money_per_hour_are_money() {
        let (Type::Number(wage), Type::Number(hours)) = (read("money/hour"), read("hour")) else {
            panic!("these are numbers");
        };
        assert_eq!(Type::Number(wage.times(&hours)), Type::money());
        assert_eq!(wage.to_string(), "money/hour");
        assert_eq!(Units::one("money").over(&Units::one("money")), Units::none());
        assert_eq!((read("rate"), read("status")), (Type::number(), Type::Choice("status".into())));
        assert_eq!(read("money/egg").to_string(), "money/egg");
    }

    #[test]
    fn a_unit_that_nobody_knows_is_refused_with_what_it_may_have_been() {
        let error = Type::parse("mony/hour", &[], &[]).unwrap_err();
        assert_eq!(error.to_string(), "no type is called mony/hour: did you mean money?");
    }
}
