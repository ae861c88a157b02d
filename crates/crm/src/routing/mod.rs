//! Who gets a lead: the same for the same figures, and with its reasons.
//!
//! A [`RoutingPlan`] is data; [`Router::new`] checks it. [`Router::assign`] gives a lead to a seller, takes note of it in [`Loads`], and says which ways were tried
//! before. Teams are dealt to by smooth weighted round robin (as nginx deals to servers): of weights 2 and 1 it is A, B, A and not A, A, B, and who is away or full is
//! passed over without being owed anything. [`Router::escalation`] says where a lead goes that nobody touched within so much working time.

mod plan;
mod router;

pub use plan::{Level, Loads, RoutingPlan, RoutingRule, Seller, Target};
pub use router::{Assignment, Escalation, NotPossible, RoutedLead, Router, Step, Way};

#[cfg(test)]
mod tests;
