//! From net to gross: the smallest gross that gives at least a net, proven to be the smallest.
//!
//! Net pay rises with gross, but it can fall where a threshold is crossed, so that a search by halves may find one solution of several.
//! This one finds a solution, and then shows of everything below it, range by range, that the net stays under what is wanted: over a range
//! of inputs a program gives bounds of its results. The same is done above, to say whether the net falls again.

use std::sync::Arc;

use fondaco_core::{ErrorCode, decimal};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::PayError;
use crate::program::{
    Bounds, Case, Input, Output, Program, Runner, Slice, Slip, checked, run_bounds,
};

/// How many ranges are looked at before a search gives up.
const MOST_RANGES: u32 = 1_000_000;
/// How many times the solution everything above it is searched to.
const SEARCHED_TIMES: i64 = 4;

/// The net of an input that a check of the rules refuses: below any that is wanted.
const NOTHING: i128 = -(1 << 100);

/// What a search from net to gross refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "payroll")]
#[non_exhaustive]
pub enum GrossUpError {
    /// The case itself can't be computed.
    #[error(transparent)]
    #[inner]
    Case(Box<PayError>),
    /// However much is paid, not so much is left: shown of every amount up to the most there is.
    #[error("employee {employee}: no {input} gives a net of {net}: at {most} it is {reached}")]
    #[kind(Refused)]
    NoSuchGross {
        /// Whose.
        employee: SmolStr,
        /// The input that was to be found.
        input: SmolStr,
        /// The net that is wanted.
        net: Decimal,
        /// The most that was tried.
        most: Decimal,
        /// What that leaves.
        reached: Decimal,
    },
    /// The rules jump so often that no range could be left out.
    #[error(
        "employee {employee}: the search for {input} looked at {ranges} ranges without an end: give it a smaller net, or rules with fewer functions in Rust"
    )]
    #[kind(Refused)]
    NoEnd {
        /// Whose.
        employee: SmolStr,
        /// The input that was to be found.
        input: SmolStr,
        /// How many ranges were looked at.
        ranges: u32,
    },
}

impl From<PayError> for GrossUpError {
    fn from(error: PayError) -> GrossUpError {
        GrossUpError::Case(Box::new(error))
    }
}

/// The smallest gross that gives at least a net.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GrossedUp<'p> {
    /// What the input has to be.
    pub gross: Decimal,
    /// What is left of it: the net that was wanted, or the least above it that any gross gives.
    pub net: Decimal,
    /// The next amount from which the net is below what was wanted again: then there are several solutions, of which `gross` is the
    /// smallest. `None` where none lies between `gross` and four times as much.
    pub falls_again_at: Option<Decimal>,
    /// All of the results.
    pub slip: Slip<'p>,
}

impl Program {
    /// The smallest value of an input, such as a salary, for which the net is at least so much.
    ///
    /// ```
    /// use fondaco_payroll::RuleSet;
    /// use rust_decimal::Decimal;
    /// let rules = RuleSet::from_toml(r#"
    /// name = "demo"
    /// currency = "EUR"
    /// [[input]]
    /// name = "bonus"
    /// type = "money"
    /// min = 0
    /// kind = "earning"
    /// [[rule]]
    /// name = "levy"
    /// kind = "tax"
    /// formula = "round(bonus * 20%, 2, half_up) + if(bonus >= money(1000), money(100), 0)"
    /// "#)?;
    /// let program = rules.on("2026-01-01".parse()?)?;
    /// let found = program.gross_up(&program.case("Ada"), "bonus", Decimal::from(750))?;
    /// assert_eq!((found.gross.to_string(), found.net.to_string()), ("937.5".into(), "750".into()));
    /// // From 1,000 on a hundred more is taken, and the net is below 750 until 1,062.50.
    /// assert_eq!(found.falls_again_at, Some(Decimal::from(1000)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`GrossUpError::Case`] when the case can't be computed, [`GrossUpError::NoSuchGross`] when no value of the input gives so much, and
    /// [`GrossUpError::NoEnd`].
    pub fn gross_up<'p>(
        &'p self,
        case: &Case<'p>,
        input: &str,
        net: Decimal,
    ) -> Result<GrossedUp<'p>, GrossUpError> {
        let mut search = Search::new(self, case, input, net)?;
        let some = search.some()?;
        let gross = search.smallest(some)?;
        let falls = search.falls(gross)?;
        let shown = |units: i64| decimal::from_fixed(units, self.input_digits(search.input).into());
        let case = case.clone().with(input, shown(gross));
        let slip = self.run(&case)?;
        Ok(GrossedUp {
            gross: shown(gross),
            net: slip.net()?,
            falls_again_at: falls.map(shown),
            slip,
        })
    }
}

struct Search<'p> {
    program: &'p Program,
    runner: Runner<'p>,
    frame: Vec<Bounds>,
    /// The steps between the input and the net; all, where the first run did not come to its end.
    slice: Option<Arc<Slice>>,
    employee: SmolStr,
    input: Input,
    net: Output,
    /// In the units of the net.
    wanted: i128,
    least: i64,
    most: i64,
    ranges: u32,
    /// Why the input that was tried last can't be, where a check of the rules says so.
    refused: Option<PayError>,
}

/// The next range to look at. Bounds of a net that loses two fifths to taxes tell of ranges up to one and a half times as long as they are far
/// from where the net is met; ranges that grow by nine quarters stay just within that, so that few are looked at in vain.
fn wider(width: i64) -> i64 {
    (width.saturating_mul(9) / 4).max(width.saturating_add(1))
}

/// How the nets of a range stand to what is wanted.
#[derive(Clone, Copy, PartialEq)]
enum Range {
    Below,
    Reached,
    Either,
}

impl<'p> Search<'p> {
    fn new(
        program: &'p Program,
        case: &Case<'p>,
        input: &str,
        wanted: Decimal,
    ) -> Result<Search<'p>, GrossUpError> {
        let employee = SmolStr::new(case.employee());
        let (input, net) = (program.input(input)?, program.output("net")?);
        let slot = &program.inputs[input.0];
        let least = i64::try_from(slot.least.unwrap_or(0)).unwrap_or(0);
        let mut runner = program.runner();
        runner
            .take(&case.clone().with(&slot.name, decimal::from_fixed(least, slot.digits.into())))?;
        let slice = match runner.run() {
            Ok(()) => {
                let net = &program.outputs[net.0];
                Some(program.slice(slot.reg, net.reg))
            }
            // What the rules refuse with the least may be good with more.
            Err(PayError::CheckFailed { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let frame = runner.frame.iter().map(|units| (*units, *units)).collect();
        let digits = program.output_digits(net).into();
        let wanted = fondaco_core::rounding::round(wanted, digits, fondaco_core::Rounding::Ceiling);
        let too_large = || PayError::FigureTooLarge {
            employee: employee.clone(),
            rule: "net".into(),
            given: format!(" (net is {wanted})"),
        };
        let wanted = decimal::to_fixed(wanted, digits).ok_or_else(too_large)?.into();
        let most =
            slot.most.and_then(|most| i64::try_from(most).ok()).unwrap_or(i64::MAX / 1_000_000);
        Ok(Search {
            program,
            runner,
            frame,
            slice,
            employee,
            input,
            net,
            wanted,
            least,
            most,
            ranges: 0,
            refused: None,
        })
    }

    fn net_at(&mut self, units: i64) -> Result<i128, GrossUpError> {
        self.count()?;
        self.refused = None;
        let run = match &self.slice {
            Some(slice) => self.runner.again(slice, self.input, units),
            None => self.runner.set(self.input, units).and_then(|()| self.runner.run()),
        };
        match run {
            Ok(()) => Ok(self.runner.units(self.net)),
            Err(error @ PayError::CheckFailed { .. }) => {
                self.refused = Some(error);
                Ok(NOTHING)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn count(&mut self) -> Result<(), GrossUpError> {
        self.ranges += 1;
        match self.ranges > MOST_RANGES {
            true => Err(GrossUpError::NoEnd {
                employee: self.employee.clone(),
                input: self.program.inputs[self.input.0].name.clone(),
                ranges: MOST_RANGES,
            }),
            false => Ok(()),
        }
    }

    /// All inputs from one to another.
    fn range(&mut self, from: i64, to: i64) -> Result<Range, GrossUpError> {
        if from == to {
            return Ok(if self.net_at(from)? >= self.wanted {
                Range::Reached
            } else {
                Range::Below
            });
        }
        self.count()?;
        let reg = usize::from(self.program.inputs[self.input.0].reg);
        self.frame[reg] = (from.into(), to.into());
        let ops = self.slice.as_ref().map_or(&self.program.ops, |slice| &slice.ops);
        run_bounds(self.program, ops, &mut self.frame);
        let net = self.frame[usize::from(self.program.outputs[self.net.0].reg)];
        Ok(match (checked(ops, &self.frame), net.1 < self.wanted, net.0 >= self.wanted) {
            (Some(false), ..) | (_, true, _) => Range::Below,
            (Some(true), _, true) => Range::Reached,
            _ => Range::Either,
        })
    }

    /// Some input that gives enough, while one less doesn't.
    fn some(&mut self) -> Result<i64, GrossUpError> {
        let (mut low, mut high) = (self.least, self.least);
        let mut under = self.net_at(low)?;
        if under >= self.wanted {
            return Ok(low);
        }
        let mut over = under;
        let guess = i64::try_from(self.wanted.max(1)).unwrap_or(i64::MAX / 4);
        let mut step = guess.saturating_sub(low).max(1);
        while over < self.wanted {
            if high == self.most {
                let refused = self.refused.take();
                return match (self.first()?, refused) {
                    (Some(first), _) => Ok(first),
                    (None, Some(refused)) => Err(refused.into()),
                    (None, None) => Err(self.none(over)),
                };
            }
            (low, under) = (high, over);
            high = high.saturating_add(step).min(self.most);
            step = step.saturating_mul(2);
            over = self.net_at(high)?;
        }
        // Where a line between the two meets what is wanted; by halves where lines get nowhere.
        let mut by_halves = false;
        while high - low > 1 {
            let middle = if by_halves {
                low + (high - low) / 2
            } else {
                self.on_the_line(low, under, high, over)
            };
            let net = self.net_at(middle)?;
            let before = high - low;
            if net >= self.wanted {
                (high, over) = (middle, net);
            } else {
                (low, under) = (middle, net);
            }
            by_halves = !by_halves && high - low > before / 2;
        }
        Ok(high)
    }

    /// The first input of all that gives enough, found range by range: what is left when none of those tried does.
    fn first(&mut self) -> Result<Option<i64>, GrossUpError> {
        let (mut from, mut width) = (self.least, 1);
        while from <= self.most {
            let to = from.saturating_add(width - 1).min(self.most);
            match self.range(from, to)? {
                Range::Reached => return Ok(Some(from)),
                Range::Below => {
                    from = to + 1;
                    width = wider(width);
                }
                Range::Either => width = ((to - from + 1) / 2).max(1),
            }
        }
        Ok(None)
    }

    fn on_the_line(&self, low: i64, under: i128, high: i64, over: i128) -> i64 {
        let (width, rise) = (i128::from(high - low), (over - under).max(1));
        let part = (self.wanted - under).saturating_mul(width) / rise;
        let part = i64::try_from(part).unwrap_or(i64::MAX);
        low.saturating_add(part).clamp(low + 1, high - 1)
    }

    /// The smallest of all that give enough, one of which is known.
    fn smallest(&mut self, known: i64) -> Result<i64, GrossUpError> {
        let (mut smallest, mut end, mut width) = (known, known - 1, 1);
        while end >= self.least {
            let from = end.saturating_sub(width - 1).max(self.least);
            match self.range(from, end)? {
                Range::Either => {
                    width = ((end - from + 1) / 2).max(1);
                    continue;
                }
                Range::Reached => smallest = from,
                Range::Below => {}
            }
            end = from - 1;
            width = wider(width);
        }
        Ok(smallest)
    }

    /// Where the net falls below again, above what was found.
    fn falls(&mut self, found: i64) -> Result<Option<i64>, GrossUpError> {
        let end = found.saturating_mul(SEARCHED_TIMES).min(self.most);
        let (mut from, mut width) = (found + 1, 1);
        while from <= end {
            let to = from.saturating_add(width - 1).min(end);
            match self.range(from, to)? {
                Range::Below => return Ok(Some(from)),
                Range::Reached => {
                    from = to + 1;
                    width = wider(width);
                }
                Range::Either => width = ((to - from + 1) / 2).max(1),
            }
        }
        Ok(None)
    }

    fn none(&self, reached: i128) -> GrossUpError {
        let digits = u32::from(self.program.output_digits(self.net));
        let shown = |units: i128, digits| {
            decimal::from_fixed(i64::try_from(units).unwrap_or(i64::MAX), digits)
        };
        GrossUpError::NoSuchGross {
            employee: self.employee.clone(),
            input: self.program.inputs[self.input.0].name.clone(),
            net: shown(self.wanted, digits),
            most: shown(self.most.into(), self.program.input_digits(self.input).into()),
            reached: shown(reached, digits),
        }
    }
}
