//! Why somebody may not.

use std::fmt;

use smol_str::SmolStr;

use super::Permission;
use crate::report::{Cell, Explain, Locale, Parameter, Phrase, word};
use crate::{ActorId, ErrorCode, Money};

/// A right that is lacking: ids and codes only, nothing personal.
///
/// ```
/// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
/// # use desk::*;
/// let denied = pay(&desk(), "anna", "1", "front", "100.01 EUR").unwrap_err();
/// assert_eq!((denied.code(), denied.kind()), ("policy.over_limit", ErrorKind::Refused));
/// assert_eq!(
///     denied.to_string(),
///     "anna may not desk.pay: 100.01 EUR is more than the limit of 100.00 EUR; \
///      who has the role manager may",
/// );
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Denial {
    /// What was asked for.
    pub permission: &'static str,
    /// Who asked.
    pub actor: ActorId,
    /// What it was to be done to.
    pub about: Option<SmolStr>,
    /// Why not.
    pub why: Why,
    /// The roles that could do it, as far as the policy knows roles.
    pub roles: Vec<SmolStr>,
}

/// Why not.
#[derive(Debug, Clone, PartialEq, ErrorCode)]
#[error_code(engine = "policy")]
#[non_exhaustive]
pub enum Why {
    /// Nobody was given any right yet.
    #[kind(Refused)]
    NotSetUp,
    /// The policy does not know who acts.
    #[kind(Refused)]
    UnknownActor,
    /// Who acts was blocked.
    #[kind(Refused)]
    Blocked,
    /// Who acts has no right to it, or not on this day.
    #[kind(Refused)]
    NotHeld,
    /// It is more than a document may be.
    #[kind(Refused)]
    OverLimit {
        /// The amount.
        amount: Money,
        /// The limit, which itself would be allowed.
        limit: Money,
    },
    /// It is more in all than one act may be.
    #[kind(Refused)]
    OverTotal {
        /// The amount in all.
        total: Money,
        /// The limit, which itself would be allowed.
        limit: Money,
    },
    /// There are limits, and none in this currency.
    #[kind(Refused)]
    NoLimit {
        /// The amount.
        amount: Money,
    },
    /// There are limits, and what was asked for says no amount.
    #[kind(Refused)]
    NoAmount,
    /// The right is for other places.
    #[kind(Refused)]
    OutOfScope {
        /// The dimension.
        dimension: SmolStr,
        /// The place; `None` when the document, or a part of it that could, names none in this dimension.
        place: Option<SmolStr>,
    },
    /// Somebody else has to do it.
    #[kind(Refused)]
    FourEyes {
        /// Who had a hand in it already: who acts, or somebody by whose right he acts.
        hand: ActorId,
    },
    /// A person has to do it, and who acts is a program.
    #[kind(Refused)]
    NotAPerson,
    /// A reason of a host's own policy.
    #[kind(Refused)]
    #[code("denied")]
    Other(SmolStr),
}

impl Denial {
    /// `actor` may not do `permission`.
    pub fn new(permission: &Permission, actor: ActorId, why: Why) -> Denial {
        Denial { permission: permission.name, actor, about: None, why, roles: Vec::new() }
    }

    /// With the roles that could.
    #[must_use]
    pub fn roles(mut self, roles: Vec<SmolStr>) -> Denial {
        self.roles = roles;
        self
    }

    /// Why not, added to what was asked.
    pub(super) fn explain(&self, why: Explain) -> Explain {
        let why = why.rule(self.why.said());
        let why = match self.why {
            Why::OverLimit { limit, .. } | Why::OverTotal { limit, .. } => {
                why.parameter(Parameter::new(word("limit"), limit))
            }
            _ => why,
        };
        match self.roles.as_slice() {
            [] => why,
            roles => why.parameter(Parameter::new(word("roles that may"), roles.join(", "))),
        }
    }

    /// The stable code of why not.
    pub fn code(&self) -> &'static str {
        self.why.code()
    }
}

impl std::error::Error for Denial {}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} may not {}", self.actor, self.permission)?;
        if let Some(about) = &self.about {
            write!(f, " ({about})")?;
        }
        write!(f, ": {}", self.why)?;
        match self.roles.as_slice() {
            [] => Ok(()),
            [role] => write!(f, "; who has the role {role} may"),
            roles => write!(f, "; who has one of the roles {} may", roles.join(", ")),
        }
    }
}

impl Why {
    /// In words, amounts and names, as a locale says them.
    fn said(&self) -> Phrase {
        match self {
            Why::NotSetUp => {
                word("nobody has any right yet; appoint the first administrator (AppointFirst)")
                    .into()
            }
            Why::UnknownActor => {
                word("the policy does not know this actor; an administrator has to register it")
                    .into()
            }
            Why::Blocked => word("this actor is blocked; an administrator may unblock it").into(),
            Why::NotHeld => word("no role that this actor has today allows it").into(),
            Why::OverLimit { amount, limit } => {
                Phrase::from(*amount).and(word("is more than the limit of")).and(*limit)
            }
            Why::OverTotal { total, limit } => {
                Phrase::from(*total).and(word("in one act is more than the limit of")).and(*limit)
            }
            Why::NoLimit { amount } => Phrase::from(word("limits are set, and none in"))
                .and(amount.currency().code())
                .and(word("for"))
                .and(*amount),
            Why::NoAmount => {
                word("limits are set, and what is asked for says no amount to compare with them")
                    .into()
            }
            Why::OutOfScope { dimension, place: Some(place) } => {
                Phrase::from(dimension).and(place).and(word("is not within the right"))
            }
            Why::OutOfScope { dimension, place: None } => {
                Phrase::from(word("the right is for certain places in"))
                    .and(format!("{dimension},"))
                    .and(word("and not all of it names one"))
            }
            Why::FourEyes { hand } => Phrase::from(word("another pair of eyes is needed, and"))
                .and(hand.as_str())
                .and(word("had a hand in it already")),
            Why::NotAPerson => word("a person has to do it, and this actor is a program").into(),
            Why::Other(why) => why.into(),
        }
    }
}

/// In English, amounts as [`Money`] is written.
impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.said().parts().iter().enumerate() {
            f.write_str(if at == 0 { "" } else { " " })?;
            match part {
                Cell::Word(text) | Cell::Text(text) => f.write_str(text)?,
                Cell::Money(money) => money.fmt(f)?,
                other => f.write_str(&Locale::plain().value(other))?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn german_says_why_not_too() {
        let (amount, limit) =
            (Money::parse("1200 EUR").unwrap(), Money::parse("1000 EUR").unwrap());
        let scope = |place: Option<SmolStr>| Why::OutOfScope { dimension: "till".into(), place };
        let german = Locale::de();
        for why in [
            Why::NotSetUp,
            Why::UnknownActor,
            Why::Blocked,
            Why::NotHeld,
            Why::OverLimit { amount, limit },
            Why::OverTotal { total: amount, limit },
            Why::NoLimit { amount },
            Why::NoAmount,
            scope(Some("front".into())),
            scope(None),
            Why::FourEyes { hand: ActorId::new("anna") },
            Why::NotAPerson,
        ] {
            let lacks = |part: &Cell| matches!(part, Cell::Word(english) if !german.words.contains_key(english));
            assert!(!why.said().parts().iter().any(lacks), "{why}");
        }
        let over = Why::OverLimit { amount, limit };
        assert_eq!(over.to_string(), "1200.00 EUR is more than the limit of 1000.00 EUR");
        let told = "1.200,00\u{202f}€ ist mehr als die Grenze von 1.000,00\u{202f}€";
        assert_eq!(over.said().show(&german), told);
    }
}
