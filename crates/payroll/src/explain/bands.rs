//! Why a table gives what it gives: its rows, and what each band adds.

use fondaco_core::Money;
use fondaco_core::report::{Cell, Explain, Parameter, Phrase, word};
use rust_decimal::Decimal;

use super::{Said, Teller, sourced};
use crate::compile::{Node, What};
use crate::program::{Band, Brackets, Reg};
use crate::units::Type;

/// What the parts of a table's answer begin with.
pub(crate) const BAND_WORDS: [&str; 3] = ["from", "all of it at", "the row that begins at"];

impl Teller<'_> {
    /// A table in a formula.
    pub(super) fn table(&mut self, node: &Node) -> Explain {
        let What::Table { table, index, value, over, of } = &node.what else {
            return Explain::default();
        };
        let mut inner = Said::default();
        of.iter().for_each(|part| self.part(part, &mut inner));
        let cell = index.map_or(0, |index| usize::try_from(self.units(index)).unwrap_or(0));
        let answer = self.shown(node.reg, node.digits, &node.of, &[]);
        let program = self.slip.program;
        let Some(brackets) = program.tables.get(usize::from(*table)) else {
            return Explain::new("", answer);
        };
        let explain = Explain::new(brackets.name.as_str(), answer);
        let rows = program.table_texts.get(&(brackets.of, cell)).map(|(rows, source, days)| {
            sourced(Parameter::new(word("rows"), rows.join("; ")), source, *days)
        });
        let explain = rows.into_iter().fold(explain, Explain::parameter);
        let explain = inner.parameters.into_iter().fold(explain, Explain::parameter);
        let bands = self.bands(brackets, cell, *value, *over, &node.of);
        explain.inputs(inner.inputs).inputs(bands)
    }

    /// What each band adds; of one whole row there is nothing to add up.
    fn bands(
        &self,
        brackets: &Brackets,
        cell: usize,
        value: Reg,
        over: Option<Reg>,
        of: &Type,
    ) -> Vec<Explain> {
        // The denominator stands beside the numerator.
        let ratio = over.map(|over| (self.units(over), self.units(over + 1)));
        let bands = brackets.bands(cell, self.units(value), ratio).unwrap_or_default();
        let looked_up = |units: i128| self.amount_of(units, brackets.digits, of);
        let rate = |units: i128| {
            let rate = Decimal::try_from_i128_with_scale(units, brackets.rate_digits().into());
            rate.map_or(Cell::Empty, |rate| Cell::Percent(rate.normalize()))
        };
        let said = |band: &Band| {
            let amount = self.amount_of(band.amount(), brackets.gives, of);
            let what = match *band {
                Band::Between { from, to, rate: at, .. } => {
                    let what = Phrase::from(word("from")).and(looked_up(from)).and(word("to"));
                    what.and(looked_up(to)).and(word("at")).and(rate(at))
                }
                Band::All { rate: at, .. } => Phrase::from(word("all of it at")).and(rate(at)),
                Band::Row { from, .. } => {
                    Phrase::from(word("the row that begins at")).and(looked_up(from))
                }
            };
            Explain::new(what, amount)
        };
        bands.iter().map(said).collect()
    }

    /// Units as an amount of the table's type.
    fn amount_of(&self, units: i128, digits: u8, of: &Type) -> Cell {
        match Decimal::try_from_i128_with_scale(units, digits.into()) {
            Ok(value) if of.is_money() => {
                Money::new(value.normalize(), self.slip.program.currency).into()
            }
            Ok(value) => Cell::Number(value.normalize()),
            Err(_) => Cell::Empty,
        }
    }
}
