//! What an act asks: whether this may be done here, for so much, after those.

use std::sync::Arc;

use smol_str::SmolStr;

use super::Permission;
use crate::{ActorId, Money};

/// A question to the policy.
///
/// ```
/// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
/// # use desk::*;
/// let request = Request::new(&PAY)
///     .about("invoice 17")
///     .amount(Money::parse("80 EUR")?)
///     .at("till", "front");
/// let verdict = desk().may(&ActorId::new("anna"), now(), &request)?;
/// assert!(verdict.is_allowed());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Request {
    /// What shall be done.
    pub permission: &'static Permission,
    /// What it is done to, for the text of a denial: a code, number or date, never a name.
    pub about: Option<SmolStr>,
    /// For how much: what limits per document are compared with, whatever its sign. Who has limits and says no amount is
    /// denied, unless it is [about none](Request::without_amount).
    pub amount: Option<Money>,
    /// For how much in all under this [`Authority`](super::Authority) so far, this included; what the act was allowed by the permission before it is
    /// added, and limits per act are compared with that. One that is less than the amount, or in another currency, is none. Left out, it is the amount and all that the act was allowed by this
    /// permission in this currency; so a batch need not add up.
    pub total: Option<Money>,
    /// How much of the amount this act adds, where the rest of it was there before: what counts towards limits per act then.
    pub adds: Option<Money>,
    /// Whether it is about no amount, so that limits have nothing to say.
    pub without_amount: bool,
    /// Where: each of these must be within the right.
    pub places: Vec<Place>,
    /// Who had a hand in the document so far, and must be somebody else than who acts now.
    pub hands: Vec<ActorId>,
}

/// A place in a dimension, with all that it stands under: an account with its headings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The dimension: `account`.
    pub dimension: SmolStr,
    /// The place itself.
    pub place: SmolStr,
    /// What it stands under, what that stands under, and so on: many places share it.
    pub above: Arc<[SmolStr]>,
}

impl Place {
    /// Whether it is one of `places`, or stands under one. [Nowhere](Request::nowhere) is within none.
    ///
    /// ```
    /// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
    /// # use desk::*;
    /// let request = Request::new(&PAY).under("till", "drawer", ["front".into()]);
    /// assert!(request.places[0].is_within(&["vault".into(), "front".into()]));
    /// assert!(!request.places[0].is_within(&["vault".into()]));
    /// ```
    pub fn is_within(&self, places: &[SmolStr]) -> bool {
        let named = !self.place.is_empty() && places.contains(&self.place);
        named || self.above.iter().any(|above| places.contains(above))
    }
}

impl Request {
    /// Asks for `permission`.
    pub fn new(permission: &'static Permission) -> Request {
        let (about, amount, total) = (None, None, None);
        let (places, hands) = (Vec::new(), Vec::new());
        let (adds, without_amount) = (None, false);
        Request { permission, about, amount, total, adds, without_amount, places, hands }
    }

    /// Asks for `permission` about the one thing that is also the place: an account, an item, a site.
    ///
    /// ```
    /// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
    /// # use desk::*;
    /// let request = Request::of(&COUNT, "till", "front");
    /// assert_eq!(request, Request::new(&COUNT).about("front").at("till", "front"));
    /// assert!(desk().may(&ActorId::new("anna"), now(), &request)?.is_allowed());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(
        permission: &'static Permission,
        dimension: impl Into<SmolStr>,
        code: impl Into<SmolStr>,
    ) -> Request {
        let code = code.into();
        Request::new(permission).about(code.clone()).at(dimension, code)
    }

    /// What it is done to.
    #[must_use]
    pub fn about(mut self, what: impl Into<SmolStr>) -> Request {
        self.about = Some(what.into());
        self
    }

    /// For so much.
    #[must_use]
    pub fn amount(mut self, amount: Money) -> Request {
        self.amount = Some(amount);
        self
    }

    /// For so much in all under this authority, by a batch that adds up what it takes.
    #[must_use]
    pub fn total(mut self, total: Money) -> Request {
        self.total = Some(total);
        self
    }

    /// Of which this act adds so much: a document may be about more, as what stands above a limit with it is.
    ///
    /// ```
    /// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
    /// # use desk::*;
    /// let above = Request::new(&PAY).amount(Money::parse("80 EUR")?).adding(Money::parse("20 EUR")?);
    /// assert!(desk().may(&ActorId::new("anna"), now(), &above.at("till", "front"))?.is_allowed());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn adding(mut self, amount: Money) -> Request {
        self.adds = Some(amount);
        self
    }

    /// About no amount: who rejects what others want to spend spends nothing, and may do so whatever his limits.
    ///
    /// ```
    /// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
    /// # use desk::*;
    /// let reject = Request::new(&PAY).at("till", "front");
    /// let may = |request: &Request| desk().may(&ActorId::new("anna"), now(), request);
    /// assert!(!may(&reject)?.is_allowed()); // she has a limit, and no amount is said
    /// assert!(may(&reject.without_amount())?.is_allowed());
    /// # Ok::<(), Halt>(())
    /// ```
    #[must_use]
    pub fn without_amount(mut self) -> Request {
        self.without_amount = true;
        self
    }

    /// At this place.
    #[must_use]
    pub fn at(self, dimension: impl Into<SmolStr>, place: impl Into<SmolStr>) -> Request {
        self.under(dimension, place, Arc::default())
    }

    /// At a place that stands under the first of `above`, and that under the next.
    #[must_use]
    pub fn under(
        mut self,
        dimension: impl Into<SmolStr>,
        place: impl Into<SmolStr>,
        above: impl Into<Arc<[SmolStr]>>,
    ) -> Request {
        let (dimension, place, above) = (dimension.into(), place.into(), above.into());
        let place = Place { dimension, place, above };
        if !self.places.contains(&place) {
            self.places.push(place);
        }
        self
    }

    /// Some of it is at no place of this dimension, though it could be: who is limited to places of it may not do that.
    ///
    /// ```
    /// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
    /// # use desk::*;
    /// let front = Request::new(&PAY).amount(Money::parse("80 EUR")?).at("till", "front");
    /// assert!(desk().may(&ActorId::new("anna"), now(), &front)?.is_allowed());
    /// let half = front.nowhere("till");
    /// assert_eq!(
    ///     desk().may(&ActorId::new("anna"), now(), &half)?.to_string(),
    ///     "denied: anna may not desk.pay: the right is for certain places in till, and not all of it names one; who has the role manager may",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn nowhere(self, dimension: impl Into<SmolStr>) -> Request {
        self.at(dimension, "")
    }

    /// By somebody else than these.
    #[must_use]
    pub fn after(mut self, hands: &[ActorId]) -> Request {
        self.hands.extend_from_slice(hands);
        self
    }
}
