//! How somebody stands with a permission, and what comes of asking.

use std::fmt;

use smol_str::SmolStr;

use super::{Denial, Permission, Request, Why};
use crate::report::{Explain, Parameter, word};
use crate::{ActorId, Money};

/// Why somebody may.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reason {
    /// The ground: `role cashier`.
    pub ground: SmolStr,
    /// By whose right, where it is delegated: who delegated it, and by whose right he had it, and so on.
    pub right_of: Vec<ActorId>,
    /// Whether who acts is a person, and so a pair of eyes.
    pub person: bool,
}

impl Reason {
    /// A person, on this ground, by a right of his own.
    pub fn new(ground: impl Into<SmolStr>) -> Reason {
        Reason { ground: ground.into(), right_of: Vec::new(), person: true }
    }

    /// A program that is no pair of eyes.
    #[must_use]
    pub fn of_program(mut self) -> Reason {
        self.person = false;
        self
    }

    /// By the right of these.
    #[must_use]
    pub fn by_right_of(mut self, chain: Vec<ActorId>) -> Reason {
        self.right_of = chain;
        self
    }

    pub(crate) fn unrestricted() -> Reason {
        Reason::new(SmolStr::new_static("no policy restricts it"))
    }

    /// All who have a hand in what `actor` does for this reason.
    pub fn hands(&self, actor: &ActorId) -> Vec<ActorId> {
        std::iter::once(actor).chain(&self.right_of).cloned().collect()
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.ground)?;
        self.right_of.iter().try_for_each(|whose| write!(f, ", by the right of {whose}"))
    }
}

/// How somebody stands with a permission: what a [`Policy`](super::Policy) answers.
pub enum Standing {
    /// May, whatever the amount and the place.
    Full(Reason),
    /// That depends on the request.
    Judged(Judge),
    /// May not at all.
    None(Denial),
}

/// Judges requests for one permission by one actor: a pure function.
///
/// ```
/// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
/// # use desk::*;
/// /// Everybody pays, and nobody more than 10.
/// struct SmallCash;
///
/// impl Policy for SmallCash {
///     fn standing(
///         &self,
///         inquiry: &mut Inquiry<'_, '_>,
///         permission: &'static Permission,
///     ) -> Result<Standing, Halt> {
///         let actor = inquiry.actor().clone();
///         let judge = Judge::new(move |request| match request.amount {
///             Some(amount) if amount.amount() > 10.into() => {
///                 let why = Why::Other("no small cash".into());
///                 Err(Box::new(Denial::new(request.permission, actor.clone(), why)))
///             }
///             _ => Ok(Reason::new("small cash")),
///         });
///         Ok(Standing::Judged(judge.regarding([]))) // wherever it is
///     }
/// }
///
/// let driver = Driver::new(fondaco_store::Memory::new(), CompanyId::named("acme"))
///     .with_policy(SmallCash);
/// driver.join(&DESK)?;
/// assert!(pay(&driver, "anna", "1", "front", "10 EUR").is_ok());
/// let refused = pay(&driver, "anna", "2", "front", "11 EUR").unwrap_err();
/// assert_eq!(refused.to_string(), "anna may not desk.pay: no small cash");
/// # Ok::<(), StoreError>(())
/// ```
pub struct Judge {
    judge: Box<Judging>,
    /// `None`: any.
    dimensions: Option<Vec<SmolStr>>,
}

/// Of a request, and of what the act comes to with it, where that is another than the request says.
type Judging = dyn Fn(&Request, Option<Money>) -> Result<Reason, Box<Denial>>;

impl Judge {
    /// Judges by this function of all that a request says.
    pub fn new(judge: impl Fn(&Request) -> Result<Reason, Box<Denial>> + 'static) -> Judge {
        Judge::of_totals(move |request, total| match total {
            Some(total) => judge(&request.clone().total(total)),
            None => judge(request),
        })
    }

    /// Judges by this function of what a request says and of what the act comes to with it, so that no request is copied.
    pub(super) fn of_totals(
        judge: impl Fn(&Request, Option<Money>) -> Result<Reason, Box<Denial>> + 'static,
    ) -> Judge {
        Judge { judge: Box::new(judge), dimensions: None }
    }

    /// Whether a request is allowed, and why, depends on its places in these dimensions and on no others; what a denial
    /// says may depend on all. A batch then asks with those places alone, and for what is denied again with all.
    #[must_use]
    pub fn regarding(mut self, dimensions: impl IntoIterator<Item = SmolStr>) -> Judge {
        self.dimensions = Some(dimensions.into_iter().collect());
        self
    }
}

impl fmt::Debug for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Standing::Full(reason) => f.debug_tuple("Full").field(reason).finish(),
            Standing::Judged(_) => f.write_str("Judged"),
            Standing::None(denial) => f.debug_tuple("None").field(denial).finish(),
        }
    }
}

/// What an actor may do under one permission, known for the rest of the act: so that a batch asks once and each of its
/// items costs next to nothing.
#[derive(Debug)]
pub struct Authority {
    permission: &'static Permission,
    actor: ActorId,
    standing: Standing,
    /// Which of the act's authorities it is.
    number: u32,
}

impl Authority {
    pub(crate) fn new(
        permission: &'static Permission,
        actor: ActorId,
        standing: Standing,
        number: u32,
    ) -> Authority {
        Authority { permission, actor, standing, number }
    }

    pub(super) fn number(&self) -> u32 {
        self.number
    }

    /// The permission.
    pub fn permission(&self) -> &'static Permission {
        self.permission
    }

    /// Whether every request is allowed that needs no second pair of eyes: then none has to be made.
    pub fn is_full(&self) -> bool {
        matches!(self.standing, Standing::Full(_))
    }

    /// Whether anything depends on a request's places in this dimension. Where not, a batch leaves them out, and asks with
    /// all of them only for what is denied, so that the denial says all it can.
    pub fn regards(&self, dimension: &str) -> bool {
        match &self.standing {
            Standing::Judged(Judge { dimensions: Some(regarded), .. }) => {
                regarded.iter().any(|regarded| regarded == dimension)
            }
            Standing::Judged(_) => true,
            Standing::Full(_) | Standing::None(_) => false,
        }
    }

    /// The dimensions that anything depends on, where that is known: none for who may everything. `None` where it may be any.
    pub fn dimensions(&self) -> Option<&[SmolStr]> {
        match &self.standing {
            Standing::Judged(judge) => judge.dimensions.as_deref(),
            Standing::Full(_) | Standing::None(_) => Some(&[]),
        }
    }

    /// Whether the request may be done. Who is asked for here must also ask the unit of work:
    /// [`Tx::allow`](crate::Tx::allow).
    pub(crate) fn judge(
        &self,
        request: &Request,
        total: Option<Money>,
    ) -> Result<Reason, Box<Denial>> {
        let about = |denial: Denial| Box::new(Denial { about: request.about.clone(), ..denial });
        let deny = |why| Err(about(Denial::new(self.permission, self.actor.clone(), why)));
        if request.permission.name != self.permission.name {
            return deny(Why::Other("another permission was asked for".into()));
        }
        let reason = match &self.standing {
            Standing::Full(reason) => reason.clone(),
            Standing::Judged(by) => (by.judge)(request, total).map_err(|denial| about(*denial))?,
            Standing::None(denial) => return Err(about(denial.clone())),
        };
        if request.hands.is_empty() {
            return Ok(reason);
        }
        if !reason.person {
            return deny(Why::NotAPerson);
        }
        let mut hands = reason.hands(&self.actor).into_iter();
        match hands.find(|hand| request.hands.contains(hand)) {
            Some(hand) => deny(Why::FourEyes { hand }),
            None => Ok(reason),
        }
    }
}

/// What came of asking without doing.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// May, and why.
    Allowed(Reason),
    /// May not, and why.
    Denied(Denial),
}

impl Verdict {
    /// Whether it is allowed.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Verdict::Allowed(_))
    }

    /// Why, as the tree that says of figures too why they are what they are: what was asked with its amount and places, the
    /// ground, whose right it is, the limit that it met.
    ///
    /// ```
    /// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
    /// # use desk::*;
    /// let request = Request::new(&PAY).amount(Money::parse("120 EUR")?).at("till", "front");
    /// let verdict = desk().may(&ActorId::new("anna"), now(), &request)?;
    /// assert_eq!(verdict.explain(&request).to_string(), "\
    /// desk.pay: denied
    ///   120.00 EUR is more than the limit of 100.00 EUR
    ///   amount: 120.00 EUR
    ///   till: front
    ///   limit: 100.00 EUR
    ///   roles that may: manager
    /// ");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain(&self, request: &Request) -> Explain {
        let said = if self.is_allowed() { "allowed" } else { "denied" };
        let why = Explain::new(request.permission.name, word(said));
        let asked = [(word("amount"), request.amount), (word("in all"), request.total)];
        let asked = asked.into_iter().filter_map(|(name, amount)| Some((name, amount?)));
        let why =
            asked.fold(why, |why, (name, amount)| why.parameter(Parameter::new(name, amount)));
        let why = request.places.iter().fold(why, |why, place| {
            why.parameter(Parameter::new(place.dimension.clone(), place.place.clone()))
        });
        match self {
            Verdict::Allowed(reason) => {
                let rights = reason.right_of.iter();
                let rights =
                    rights.map(|whose| Explain::new(word("by the right of"), whose.as_str()));
                why.rule(reason.ground.clone()).inputs(rights)
            }
            Verdict::Denied(denial) => denial.explain(why),
        }
    }
}

impl From<Result<Reason, Box<Denial>>> for Verdict {
    fn from(result: Result<Reason, Box<Denial>>) -> Verdict {
        result.map_or_else(|denial| Verdict::Denied(*denial), Verdict::Allowed)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Allowed(reason) => write!(f, "allowed: {reason}"),
            Verdict::Denied(denial) => write!(f, "denied: {denial}"),
        }
    }
}
