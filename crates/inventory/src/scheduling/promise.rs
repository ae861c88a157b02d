//! Capable to promise: when an order could be ready, by stock, materials and machines.

use fondaco_core::Timestamp;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::place::{Entry, Scheduled};
use super::{Order, Plan, SchedulingError};
use crate::exact::sub;

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// What it is called when it is reserved, and by which it is made and when it is wanted.
    pub order: Order,
    /// The material that is the product itself, if there is stock of it, or some on its way: that is promised first.
    pub product: Option<SmolStr>,
}

impl Request {
    /// So much, by a routing, wanted at an instant.
    pub fn new(
        code: impl Into<SmolStr>,
        routing: impl Into<SmolStr>,
        quantity: Decimal,
        wanted: Timestamp,
    ) -> Request {
        Request { order: Order::new(code, routing, quantity, wanted), product: None }
    }

    /// The same, from stock of the product first.
    #[must_use]
    pub fn from_stock_of(mut self, product: impl Into<SmolStr>) -> Request {
        self.product = Some(product.into());
        self
    }
}

/// When what was asked for can be ready.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Promise {
    /// When it was wanted.
    pub wanted: Timestamp,
    /// When all of it is ready.
    pub ready: Timestamp,
    /// How much of it is taken from stock, or from what is on its way.
    pub from_stock: Decimal,
    /// How the rest is made.
    pub made: Option<Scheduled>,
}

impl Promise {
    /// Whether it is ready when it is wanted.
    #[must_use]
    pub fn is_in_time(&self) -> bool {
        self.ready <= self.wanted
    }
}

impl Plan {
    /// When a request could be ready: from stock, as far as no other promise counts on it, and the rest made, as late as is in time, or as
    /// early as machines and materials allow. Where all of it can be taken from what is on its way sooner than it can be made, it is. The
    /// plan is as it was; it is only written into while the answer is found.
    ///
    /// # Errors
    /// As [`Plan::schedule`].
    pub fn promise(&mut self, request: &Request) -> Result<Promise, SchedulingError> {
        let (promise, _, entry) = self.find(request)?;
        self.take_back(&entry)?;
        Ok(promise)
    }

    /// The same, and its machines, materials and stock are taken, under the code of the order; [`Plan::release`] gives them back.
    ///
    /// # Errors
    /// As [`Plan::promise`].
    pub fn reserve(&mut self, request: &Request) -> Result<Promise, SchedulingError> {
        let (promise, number, entry) = self.find(request)?;
        self.keep(number, entry);
        Ok(promise)
    }

    fn find(&mut self, request: &Request) -> Result<(Promise, u32, Entry), SchedulingError> {
        let order = &request.order;
        self.is_new(&order.code)?;
        self.plant.accepts(order)?;
        let number = self.next_number();
        let (wanted, quantity) = (order.due, order.quantity);
        let supply = request.product.as_ref().and_then(|product| self.supplies.get(product));
        let at_once =
            supply.map_or(Decimal::ZERO, |supply| supply.promisable(wanted).min(quantity));
        let later = supply.and_then(|supply| supply.first(quantity));
        let later = later.filter(|later| *later <= self.plant.to).map(|later| later.max(wanted));
        if let (true, Some(product)) = (at_once == quantity, &request.product) {
            let (promise, entry) = self.all_from_stock(order, product, wanted)?;
            return Ok((promise, number, entry));
        }
        let figure = |error| SchedulingError::Figure { of: order.code.clone(), error };
        let rest = sub("quantity", quantity, at_once).map_err(figure)?;
        let made = self.make(&Order { quantity: rest, ..order.clone() }, number);
        match (made, later, &request.product) {
            // What comes anyway is there as soon as it could be made, or it can't be made at all.
            (Ok(entry), Some(later), Some(product)) if later <= entry.scheduled.ends => {
                self.take_back(&entry)?;
                let (promise, entry) = self.all_from_stock(order, product, later)?;
                Ok((promise, number, entry))
            }
            (Err(_), Some(later), Some(product)) => {
                let (promise, entry) = self.all_from_stock(order, product, later)?;
                Ok((promise, number, entry))
            }
            (Err(error), ..) => Err(error),
            (Ok(mut entry), _, product) => {
                if let Some(product) = product {
                    self.take(&mut entry, product, wanted.micros(), at_once)?;
                }
                let made = entry.scheduled.clone();
                // What is in stock is there when it is wanted, not before.
                let ready = if at_once.is_zero() { made.ends } else { made.ends.max(wanted) };
                let promise = Promise { wanted, ready, from_stock: at_once, made: Some(made) };
                Ok((promise, number, entry))
            }
        }
    }

    fn make(&mut self, order: &Order, number: u32) -> Result<Entry, SchedulingError> {
        match self.place_backward(order, number)? {
            Some(entry) => Ok(entry),
            None => self.place_forward(order, number),
        }
    }

    /// All of an order from stock at an instant.
    fn all_from_stock(
        &mut self,
        order: &Order,
        product: &SmolStr,
        at: Timestamp,
    ) -> Result<(Promise, Entry), SchedulingError> {
        let mut entry = Entry::at(order, at);
        self.take(&mut entry, product, at.micros(), order.quantity)?;
        let (wanted, from_stock) = (order.due, order.quantity);
        Ok((Promise { wanted, ready: at, from_stock, made: None }, entry))
    }
}
