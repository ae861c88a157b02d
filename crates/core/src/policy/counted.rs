//! How much an act was allowed so far, by each permission and currency: what limits per act are compared with.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Authority, Request};
use crate::{Currency, Money};

/// What an act was allowed so far by permissions that are limited.
#[derive(Default, Clone)]
pub(crate) struct Allowed {
    sums: BTreeMap<(&'static str, Currency), Decimal>,
    /// What each authority added up for itself, which is within the sums.
    own: BTreeMap<(u32, Currency), Decimal>,
    authorities: u32,
}

/// What an act comes to with a request.
#[derive(Clone, Copy)]
pub(crate) struct Counted {
    currency: Currency,
    sum: Decimal,
    /// What the authority adds up for itself.
    own: Option<Decimal>,
}

impl Counted {
    /// All that the act comes to.
    pub(crate) fn total(self) -> Money {
        Money::new(self.sum, self.currency)
    }
}

impl Allowed {
    /// Goes back to what it was; numbers are given once all the same.
    pub(crate) fn back_to(&mut self, before: Allowed) {
        *self = Allowed { authorities: self.authorities, ..before };
    }

    /// The number of another authority of the act.
    pub(crate) fn next(&mut self) -> u32 {
        self.authorities = self.authorities.saturating_add(1);
        self.authorities
    }

    /// What the act comes to with a request: of what the authority adds up for itself the difference to what it was before, else the amount
    /// more. `None` where nobody may be limited, or nothing is said.
    pub(crate) fn with(&self, authority: &Authority, request: &Request) -> Option<Counted> {
        if authority.is_full() {
            return None;
        }
        let amount = request.adds.or(request.amount).or(request.total)?;
        let currency = amount.currency();
        let least = amount.amount().abs();
        // A total that the amount does not fit into is none.
        let total = request.total.filter(|total| total.currency() == currency);
        let own = total.map(|total| total.amount().abs()).filter(|total| *total >= least);
        let of = (authority.permission().name, currency);
        let so_far = self.sums.get(&of).copied().unwrap_or_default();
        let before = own.and_then(|_| self.own.get(&(authority.number(), currency)));
        let so_far = so_far.saturating_sub(before.copied().unwrap_or_default());
        Some(Counted { currency, sum: so_far.saturating_add(own.unwrap_or(least)), own })
    }

    /// Counts what was allowed.
    pub(crate) fn count(&mut self, authority: &Authority, counted: Counted) {
        let Counted { currency, sum, own } = counted;
        self.sums.insert((authority.permission().name, currency), sum);
        if let Some(own) = own {
            self.own.insert((authority.number(), currency), own);
        }
    }
}
