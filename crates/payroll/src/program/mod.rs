//! Programs: rules compiled for a day, run for one employee or for a million.

mod bands;
mod batch;
mod case;
mod claims;
mod exact;
mod interval;
mod lanes;
mod only;
mod op;
mod run;
mod runner;
mod slice;
mod slip;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use fondaco_core::{Currency, DateRange};
use smol_str::SmolStr;

use crate::compile::{Node, Symbol};
use crate::function::Bound;
use crate::rules::{Accumulator, Figure, Kind};
use crate::units::Type;

pub(crate) use bands::Band;
pub use batch::{Batch, BatchResult};
pub use case::{Case, Value};
pub(crate) use interval::{Bounds, checked, run_bounds};
pub(crate) use op::{CalendarPart, Days, Op, Reg};
pub(crate) use runner::decimal_of;
pub use runner::{Input, Output, Runner};
pub(crate) use slice::{Slice, Slices};
pub use slip::{Line, Slip};
pub(crate) use table::{Brackets, Rows, Scaling};

/// Rules compiled for a day: a list of steps over whole numbers. It is never changed, and can be used from many threads.
pub struct Program {
    pub(crate) name: SmolStr,
    pub(crate) title: String,
    pub(crate) currency: Currency,
    pub(crate) on: NaiveDate,
    pub(crate) ops: Vec<Op>,
    pub(crate) template: Vec<i128>,
    pub(crate) cells: Vec<i128>,
    pub(crate) tables: Vec<Brackets>,
    pub(crate) functions: Vec<Bound>,
    pub(crate) checks: Vec<CheckSlot>,
    pub(crate) claims: Vec<ClaimsSlot>,
    pub(crate) inputs: Vec<InputSlot>,
    pub(crate) outputs: Vec<OutputSlot>,
    pub(crate) lines: Vec<Lines>,
    pub(crate) spans: Vec<(usize, SmolStr)>,
    /// Of a parameter and its cell: the figure, its law, its days, and which cell it is.
    pub(crate) figures: BTreeMap<(usize, usize), (Figure, String, DateRange, SmolStr)>,
    pub(crate) table_texts: BTreeMap<(usize, usize), (Vec<String>, String, DateRange)>,
    pub(crate) names: BTreeMap<Symbol, SmolStr>,
    pub(crate) accumulators: Vec<Accumulator>,
    /// The formulas that are called: their text and their law.
    pub(crate) callables: Vec<(String, String)>,
    /// Their names, and those of their arguments and steps.
    pub(crate) inner_names: BTreeSet<SmolStr>,
    pub(crate) slices: Slices,
    /// Whether there are lists, whose rows may be there or not.
    pub(crate) has_rows: bool,
}

/// Where an input stands, and what it may be.
#[derive(Clone, Debug)]
pub(crate) struct InputSlot {
    pub(crate) name: SmolStr,
    pub(crate) of: Type,
    pub(crate) digits: u8,
    pub(crate) values: Vec<SmolStr>,
    pub(crate) least: Option<i128>,
    pub(crate) most: Option<i128>,
    pub(crate) default: Option<i128>,
    pub(crate) reg: Reg,
    /// Which accumulator it is, as it was before the period.
    pub(crate) carries: Option<usize>,
    /// Of a row of a list: where it stands how many rows there are, and which row it is, counted from 1.
    pub(crate) row: Option<(Reg, u8)>,
}

/// What several want of one amount.
#[derive(Clone, Debug)]
pub(crate) struct ClaimsSlot {
    pub(crate) there: Reg,
    pub(crate) keep: Option<Reg>,
    pub(crate) each: Vec<ClaimSlot>,
}

/// What one of them wants, and gets.
#[derive(Clone, Debug)]
pub(crate) struct ClaimSlot {
    pub(crate) name: SmolStr,
    pub(crate) wanted: Reg,
    pub(crate) rank: Reg,
    pub(crate) limit: Option<Reg>,
    pub(crate) taken: Reg,
    pub(crate) short: Reg,
}

/// What is told where a check does not hold.
#[derive(Clone, Debug)]
pub(crate) struct CheckSlot {
    pub(crate) name: SmolStr,
    pub(crate) message: String,
    pub(crate) way_out: String,
    /// What it names, by the places of the inputs.
    pub(crate) inputs: Vec<usize>,
}

/// Where a result stands.
#[derive(Clone, Debug)]
pub(crate) struct OutputSlot {
    pub(crate) name: SmolStr,
    pub(crate) about: String,
    pub(crate) kind: Option<Kind>,
    pub(crate) of: Type,
    pub(crate) digits: u8,
    pub(crate) reg: Reg,
    pub(crate) values: Vec<SmolStr>,
}

/// What explains a result.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    pub(crate) name: SmolStr,
    pub(crate) about: String,
    pub(crate) formula: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) node: Option<Node>,
}

impl Lines {
    pub(crate) fn of(name: &SmolStr, about: &str) -> Lines {
        Lines {
            name: name.clone(),
            about: about.to_owned(),
            formula: None,
            source: None,
            node: None,
        }
    }
}

impl Program {
    /// What the rules are called.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let program = estonia()?.on("2026-06-30".parse()?)?;
    /// assert_eq!((program.name(), program.currency().code()), ("estonia", "EUR"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What they are called in people's words.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What money is counted in.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The day whose rules these are.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let program = estonia()?.on("2026-06-30".parse()?)?;
    /// assert_eq!(program.day(), "2026-06-30".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn day(&self) -> NaiveDate {
        self.on
    }

    /// The names of all inputs, in the file's order; accumulators come last.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let program = estonia()?.on("2026-06-30".parse()?)?;
    /// assert!(program.inputs().any(|name| name == "pension_rate"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn inputs(&self) -> impl Iterator<Item = &str> {
        self.inputs.iter().map(|input| input.name.as_str())
    }

    /// The sums over periods that these rules begin with and end with: what the host keeps, over which year, and by what apart.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::united_states;
    /// let program = united_states()?.on("2026-06-30".parse()?)?;
    /// let base = program.accumulators().iter().find(|sum| sum.name == "social_security_wages_to_date");
    /// assert_eq!(base.unwrap().over, "calendar_year");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn accumulators(&self) -> &[Accumulator] {
        &self.accumulators
    }

    /// The names of all results: inputs that are pay, rules, bases, totals, and accumulators as they are after the period.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let program = estonia()?.on("2026-06-30".parse()?)?;
    /// let names: Vec<&str> = program.outputs().collect();
    /// assert!(["salary", "income_tax", "net"].iter().all(|name| names.contains(name)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn outputs(&self) -> impl Iterator<Item = &str> {
        self.outputs.iter().map(|output| output.name.as_str())
    }

    /// The rule that a step belongs to.
    pub(crate) fn rule_at(&self, step: usize) -> &str {
        let at = self.spans.partition_point(|(end, _)| *end <= step);
        self.spans.get(at).map_or("", |(_, name)| name.as_str())
    }
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Program({} on {}, {} steps)", self.name, self.on, self.ops.len())
    }
}
