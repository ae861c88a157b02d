//! Serial supply chains: each stage is supplied by the one above it, customers by the lowest, and all of them hold stock.
//!
//! A. J. Clark and H. Scarf, *Optimal Policies for a Multi-Echelon Inventory Problem*, Management Science 6 (1960), showed that
//! each stage is best kept at a base stock of its **echelon**: all that is at it and below, in transit too, less what customers are owed. The levels
//! come from one function after the other, stage by stage upwards; a stage that is short charges its cost to the one that caused it. K. H. Shang
//! and J.-S. Song, *Newsvendor Bounds and Heuristic for Optimal Policies in Serial Supply Chains*, Management Science 49 (2003), bound the levels
//! by two newsvendors each, whose mean is rarely off by a percent.
//!
//! Source of the form used here: L. V. Snyder, Z.-J. M. Shen, *Fundamentals of Supply Chain Theory* (2nd edition 2019), 6.2.

use fondaco_core::report::{Explain, Parameter, Phrase, word};
use serde::{Deserialize, Serialize};

use super::costs::computed;
use super::{CostCurve, Costs};
use crate::KernelError;
use crate::error::{finite, not_negative, positive};
use crate::figure::{because, figure, percent};
use crate::probability::{Demand, Distribution};

mod recursion;

#[cfg(test)]
mod tests;

const WHAT: &str = "the serial supply chain";

/// A stage of a serial supply chain.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct SerialStage {
    /// What a unit costs more, per unit of time, at this stage than at the one above it: its echelon holding cost.
    pub echelon_holding_cost: f64,
    /// How much time units take to this stage from the one above it.
    pub lead_time: f64,
}

impl SerialStage {
    /// A stage with this echelon holding cost and lead time.
    #[must_use]
    pub fn new(echelon_holding_cost: f64, lead_time: f64) -> Self {
        Self { echelon_holding_cost, lead_time }
    }
}

/// A serial supply chain under continuous review, all that is missing delivered later.
///
/// Assumes that orders cost nothing but their units, that the highest stage is supplied without limit, and that demands of different times are
/// independent.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Serial {
    /// The stages, from the one that serves customers upwards.
    pub stages: Vec<SerialStage>,
    /// What a unit costs that a customer is owed for one unit of time.
    pub stockout_cost: f64,
    /// The customers' demand of one unit of time, which adds up over lead times.
    pub demand: Distribution,
}

/// The base stocks of a serial supply chain, with what they cost and how they serve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SerialPlan {
    /// The echelon base stock of each stage, from the one that serves customers upwards.
    pub echelon_levels: Vec<f64>,
    /// The local base stock of each stage: what it fills up to by itself, counting what it has, what is on its way to it, and what it owes the stage below.
    pub local_levels: Vec<f64>,
    /// What it costs per unit of time. What is in transit counts as held.
    pub costs: Costs,
    /// How many units customers are owed, on average.
    pub expected_backorders: f64,
    /// The share of time in which something is on hand for customers. Of single units, the share that is served at once.
    pub ready_rate: f64,
}

impl Serial {
    /// A chain of these stages, from the one that serves customers upwards.
    ///
    /// ```
    /// use fondaco_inventory::policies::serial::{Serial, SerialStage};
    /// use fondaco_inventory::probability::Normal;
    ///
    /// let stages = [(3.0, 1.0), (2.0, 1.0), (2.0, 2.0)].map(|(cost, time)| SerialStage::new(cost, time));
    /// let plan = Serial::new(stages, 37.12, Normal::new(5.0, 1.0)?).solve()?;
    /// // The book has 6.49, 12.02 and 22.71 at 47.65.
    /// assert!((plan.costs.total() - 47.65).abs() < 0.05);
    /// assert!((plan.echelon_levels[1] - 12.02).abs() < 0.05);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn new(
        stages: impl Into<Vec<SerialStage>>,
        stockout_cost: f64,
        demand: impl Into<Distribution>,
    ) -> Self {
        Self { stages: stages.into(), stockout_cost, demand: demand.into() }
    }

    /// The base stocks that cost least, by the recursion of Clark and Scarf.
    ///
    /// The lowest stage is exact; the others are reckoned at even distances of a hundredth of the standard deviation of the demand of all lead times, of
    /// counts unit by unit (at 8,192 places at most), which leaves an error far below a thousandth.
    ///
    /// # Errors
    /// When there is no stage, an echelon holding cost or the stockout cost is not above zero, a lead time is below zero, or the demand can't be summed
    /// over a lead time or has so long a tail that even places can't hold it.
    pub fn solve(&self) -> Result<SerialPlan, KernelError> {
        self.check()?;
        let levels = recursion::Recursion::new(self, &[])?.levels()?;
        self.plan(levels)
    }

    /// What these echelon base stocks cost, whether they are the best or not.
    ///
    /// # Errors
    /// As [`solve`](Self::solve), and when a level is not a number or lies hundreds of standard deviations above all demand, or there is not one for each
    /// stage.
    ///
    /// ```
    /// use fondaco_inventory::policies::serial::{Serial, SerialStage};
    /// use fondaco_inventory::probability::Normal;
    ///
    /// let stages = [(3.0, 1.0), (2.0, 1.0), (2.0, 2.0)].map(|(cost, time)| SerialStage::new(cost, time));
    /// let model = Serial::new(stages, 37.12, Normal::new(5.0, 1.0)?);
    /// let (best, more) = (model.solve()?, model.plan_at(&[8.0, 14.0, 24.0])?);
    /// assert!(more.costs.total() > best.costs.total() && more.ready_rate > best.ready_rate);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn plan_at(&self, echelon_levels: &[f64]) -> Result<SerialPlan, KernelError> {
        self.check()?;
        if echelon_levels.len() != self.stages.len() {
            let (field, count, least) = ("echelon_levels", echelon_levels.len(), self.stages.len());
            return Err(KernelError::TooFew { field, count, least });
        }
        for (index, level) in echelon_levels.iter().enumerate() {
            finite("echelon_level", *level).map_err(|error| error.at(index))?;
        }
        self.plan(echelon_levels.to_vec())
    }

    /// The levels of Shang and Song: of each stage the mean of the two newsvendors that bound it. No recursion; thousands of chains in a blink.
    ///
    /// They are not rounded: of counts, levels may lie between two whole numbers.
    ///
    /// # Errors
    /// As [`solve`](Self::solve).
    ///
    /// ```
    /// use fondaco_inventory::policies::serial::{Serial, SerialStage};
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// let stages = [0.25, 2.5, 2.5, 0.25].map(|cost| SerialStage::new(cost, 0.25));
    /// let model = Serial::new(stages, 99.0, Poisson::new(16.0)?);
    /// assert_eq!(model.newsvendor_levels()?, [11.0, 14.0, 18.5, 25.5]);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn newsvendor_levels(&self) -> Result<Vec<f64>, KernelError> {
        Ok(self.bounds()?.into_iter().map(|(low, high)| 0.5 * (low + high)).collect())
    }

    /// The bounds of Shang and Song on the best echelon base stock of each stage.
    ///
    /// # Errors
    /// As [`solve`](Self::solve).
    ///
    /// ```
    /// use fondaco_inventory::policies::serial::{Serial, SerialStage};
    /// use fondaco_inventory::probability::Normal;
    ///
    /// let stages = [(3.0, 1.0), (2.0, 1.0), (2.0, 2.0)].map(|(cost, time)| SerialStage::new(cost, time));
    /// let model = Serial::new(stages, 37.12, Normal::new(5.0, 1.0)?);
    /// for ((low, high), level) in model.bounds()?.into_iter().zip(model.solve()?.echelon_levels) {
    ///     assert!(low - 0.02 <= level && level <= high + 0.02);
    /// }
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn bounds(&self) -> Result<Vec<(f64, f64)>, KernelError> {
        self.check()?;
        let all: f64 = self.stages.iter().map(|stage| stage.echelon_holding_cost).sum();
        let (mut time, mut below) = (0.0, 0.0);
        let mut bounds = Vec::with_capacity(self.stages.len());
        for stage in &self.stages {
            time += stage.lead_time;
            // What the stages from here on cost: all less those below.
            let from_here = all - below;
            below += stage.echelon_holding_cost;
            let (low, high) = (
                computed(WHAT, below / (self.stockout_cost + all))?,
                computed(WHAT, stage.echelon_holding_cost / (self.stockout_cost + from_here))?,
            );
            bounds.push(if time > 0.0 {
                let demand = self.demand.over(time)?;
                (demand.upper_quantile(low)?, demand.upper_quantile(high)?)
            } else {
                (0.0, 0.0)
            });
        }
        Ok(bounds)
    }

    /// The costs of other echelon base stocks of one stage than that of a plan, all others as they are, for a chart.
    ///
    /// # Errors
    /// When there is no such stage.
    ///
    /// ```
    /// use fondaco_inventory::policies::CostCurve;
    /// use fondaco_inventory::policies::serial::{Serial, SerialStage};
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// let model = Serial::new([SerialStage::new(1.0, 2.0), SerialStage::new(1.0, 3.0)], 20.0, Poisson::new(2.0)?);
    /// let plan = model.solve()?;
    /// let curve = model.levels_of(&plan, 1)?.curve(8.0, 24.0, 17)?;
    /// assert!(curve.iter().all(|point| point.cost > plan.costs.total() - 1e-9));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn levels_of(
        &self,
        plan: &SerialPlan,
        stage: usize,
    ) -> Result<impl CostCurve, KernelError> {
        let levels = plan.echelon_levels.clone();
        match levels.get(stage) {
            Some(level) if levels.len() == self.stages.len() => {
                Ok(Levels { model: self, chosen: *level, levels, stage })
            }
            _ => {
                Err(KernelError::TooFew { field: "stages", count: levels.len(), least: stage + 1 })
            }
        }
    }

    /// Why a plan of this chain is what it is.
    ///
    /// ```
    /// use fondaco_inventory::policies::serial::{Serial, SerialStage};
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// let model = Serial::new([SerialStage::new(1.0, 2.0), SerialStage::new(1.0, 3.0)], 20.0, Poisson::new(2.0)?);
    /// let why = model.explain(&model.plan_at(&[8.0, 15.0])?).to_string();
    /// assert!(why.contains("Echelon base stock of stage 2: 15"), "{why}");
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn explain(&self, plan: &SerialPlan) -> Explain {
        let why = plan
            .costs
            .explain("Cost per unit of time")
            .rule(word("each stage fills its echelon up to its base stock"));
        let why = why
            .parameter(Parameter::new(word("stockout cost"), figure(self.stockout_cost)))
            .parameter(Parameter::new(
                word("mean demand per unit of time"),
                figure(self.demand.mean()),
            ));
        let stages = self.stages.iter().zip(&plan.echelon_levels).zip(&plan.local_levels);
        let stages = stages.enumerate().map(|(index, ((stage, echelon), local))| {
            let name = Phrase::from(word("Echelon base stock of stage")).and(index + 1);
            Explain::new(name, figure(*echelon))
                .parameter(Parameter::new(
                    word("echelon holding cost"),
                    figure(stage.echelon_holding_cost),
                ))
                .parameter(Parameter::new(word("lead time"), figure(stage.lead_time)))
                .input(because("Local base stock", *local))
        });
        why.inputs(stages).input(Explain::new(word("Ready rate"), percent(plan.ready_rate)))
    }

    fn check(&self) -> Result<(), KernelError> {
        if self.stages.is_empty() {
            return Err(KernelError::TooFew { field: "stages", count: 0, least: 1 });
        }
        for (index, stage) in self.stages.iter().enumerate() {
            positive("echelon_holding_cost", stage.echelon_holding_cost)
                .map_err(|error| error.at(index))?;
            not_negative("lead_time", stage.lead_time).map_err(|error| error.at(index))?;
        }
        positive("stockout_cost", self.stockout_cost)?;
        Ok(())
    }

    fn plan(&self, echelon_levels: Vec<f64>) -> Result<SerialPlan, KernelError> {
        let recursion = recursion::Recursion::new(self, &echelon_levels)?;
        let total = recursion.cost(&echelon_levels)?;
        let owed = recursion.backorders(&echelon_levels)?.max(0.0);
        let ready_rate = (1.0 - recursion.stockouts(&echelon_levels)?).clamp(0.0, 1.0);
        let shortage = self.stockout_cost * owed;
        let costs = Costs { shortage, holding: (total - shortage).max(0.0), ..Costs::default() };
        let local_levels = local(&echelon_levels);
        Ok(SerialPlan {
            echelon_levels,
            local_levels,
            costs: costs.checked(WHAT)?,
            expected_backorders: owed,
            ready_rate,
        })
    }
}

/// What each stage keeps by itself: a level above that of a stage further up is never reached.
fn local(echelon: &[f64]) -> Vec<f64> {
    let mut reached = echelon.to_vec();
    let mut least = f64::INFINITY;
    for level in reached.iter_mut().rev() {
        least = least.min(*level);
        *level = least;
    }
    let below = std::iter::once(0.0).chain(reached.iter().copied());
    reached.iter().zip(below).map(|(own, below)| own - below).collect()
}

struct Levels<'a> {
    model: &'a Serial,
    levels: Vec<f64>,
    stage: usize,
    chosen: f64,
}

impl CostCurve for Levels<'_> {
    fn chosen(&self) -> f64 {
        self.chosen
    }

    fn costs_at(&self, at: f64) -> Result<Costs, KernelError> {
        let mut levels = self.levels.clone();
        if let Some(level) = levels.get_mut(self.stage) {
            *level = at;
        }
        Ok(self.model.plan_at(&levels)?.costs)
    }
}
