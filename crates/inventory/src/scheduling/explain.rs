//! Why an order is ready when it is.

use fondaco_core::Timestamp;
use fondaco_core::report::{Cell, Explain, Parameter, Phrase, word};

use super::{Placed, Promise, Scheduled, Waited};

fn instant(at: Timestamp) -> Cell {
    Cell::text(at.to_string())
}

impl Scheduled {
    /// When it is ready, how late that is, and for each operation what it needed last and who had its machine. Operations are counted from
    /// 1 in words.
    #[must_use]
    pub fn explain(&self) -> Explain {
        let what = Phrase::from(word("Order")).and(Cell::text(self.order.clone()));
        let why = Explain::new(what, instant(self.ends));
        let why = why.rule(word(match self.backward {
            true => "as late as is in time",
            false => "as early as can be",
        }));
        let due = Parameter::new(word("due"), instant(self.due));
        let operations = self.operations.iter().enumerate();
        let why = why.parameter(due);
        why.inputs(operations.map(|(at, placed)| placed.explain(at, self.backward)))
    }
}

impl Placed {
    fn explain(&self, at: usize, backward: bool) -> Explain {
        let what = Phrase::from(word("Operation")).and(at as i64 + 1);
        let what = what.and(word("at work centre")).and(Cell::text(self.centre.clone()));
        let why = Explain::new(what, instant(self.ends));
        let why = why.parameter(Parameter::new(word("begins"), instant(self.begins)));
        if backward {
            return why;
        }
        let waited = match &self.waited_for {
            Waited::Release => Phrase::from(word("was ready from its release on")),
            Waited::Operation(before) => {
                Phrase::from(word("waited for operation")).and(*before as i64 + 1)
            }
            Waited::Material(material) => {
                Phrase::from(word("waited for material")).and(Cell::text(material.clone()))
            }
        };
        let until = waited.and(word("until")).and(instant(self.ready));
        let why = why.rule(until);
        match &self.held_up_by {
            Some((order, operation)) => {
                let by = Phrase::from(word("Order")).and(Cell::text(order.clone()));
                let by = by.and(word("Operation")).and(*operation as i64 + 1);
                why.parameter(Parameter::new(word("machine held by"), by.into_cell()))
            }
            None => why,
        }
    }
}

impl Promise {
    /// Why it can be promised for then: what stock has, and how the rest is made.
    #[must_use]
    pub fn explain(&self) -> Explain {
        let why = Explain::new(word("Promise"), instant(self.ready));
        let why = why.parameter(Parameter::new(word("wanted"), instant(self.wanted)));
        let why = match self.from_stock.is_zero() {
            true => why,
            false => why.input(Explain::new(word("From stock"), self.from_stock)),
        };
        why.inputs(self.made.iter().map(Scheduled::explain))
    }
}
