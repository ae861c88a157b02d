//! Guaranteed service: how much safety stock to keep where in a network of stages.
//!
//! Each stage promises those it supplies a **service time** in which every order is met, and keeps the safety stock that the promise needs: for a demand
//! that is bounded by z standard deviations over the **net lead time**, which is the time it waits for its own supplies, and its processing time, less its
//! promise. A long promise moves stock downstream, a short one keeps it here; somewhere between lies the best placement, which is rarely "a bit everywhere".
//!
//! On a tree it is found exactly by dynamic programming: S. C. Graves, S. P. Willems, *Optimizing Strategic Safety Stock Placement in Supply Chains*,
//! Manufacturing & Service Operations Management 2 (2000); L. V. Snyder, Z.-J. M. Shen, *Fundamentals of Supply Chain Theory* (2nd edition
//! 2019), 6.3, whose `stockpyl` ours is compared with. The model is that of K. F. Simpson (1958).

use fondaco_core::report::{Explain, Parameter, Phrase, word};
use serde::{Deserialize, Serialize};

use super::costs::computed;
use super::{CostCurve, Costs};
use crate::KernelError;
use crate::error::{finite, not_negative};
use crate::figure::{because, figure};

mod programme;
mod tree;

#[cfg(test)]
mod tests;

const WHAT: &str = "the guaranteed-service network";

/// A stage of a network: an item at a place, a step of production, a part that is bought.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// What a unit of safety stock costs here per unit of time.
    pub holding_cost: f64,
    /// How many periods a unit takes here once all that it is made of has come.
    pub processing_time: u32,
    /// z: by how many standard deviations demand is bounded. What comes beyond is met by other means, overtime for one.
    pub safety_factor: f64,
    /// The mean of what customers want here per period. Zero where none do.
    pub demand_mean: f64,
    /// The standard deviation of what customers want here per period.
    pub demand_sd: f64,
    /// In how many periods those outside the network supply this stage.
    pub inbound_time: u32,
    /// In how many periods at most customers are to be served here, if any are.
    pub promised_time: Option<u32>,
}

impl Stage {
    /// A stage within the network, supplied at once by whoever is outside it.
    #[must_use]
    pub fn new(holding_cost: f64, processing_time: u32, safety_factor: f64) -> Self {
        let (demand_mean, demand_sd, inbound_time, promised_time) = (0.0, 0.0, 0, None);
        Self {
            holding_cost,
            processing_time,
            safety_factor,
            demand_mean,
            demand_sd,
            inbound_time,
            promised_time,
        }
    }

    /// The same with suppliers outside the network who take this many periods.
    #[must_use]
    pub fn supplied_in(mut self, periods: u32) -> Self {
        self.inbound_time = periods;
        self
    }

    /// The same with customers: their demand per period, and in how many periods at most they are served.
    #[must_use]
    pub fn selling(mut self, demand_mean: f64, demand_sd: f64, promised_time: u32) -> Self {
        (self.demand_mean, self.demand_sd) = (demand_mean, demand_sd);
        self.promised_time = Some(promised_time);
        self
    }
}

/// Stages, and which supplies which: a tree (or several), one unit of a stage for each unit of those it supplies.
///
/// Assumes that orders are passed on at once to all who supply, that stages order each period, and that demands of different stages and periods are
/// independent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Network {
    /// The stages.
    pub stages: Vec<Stage>,
    /// Who supplies whom: pairs of places in the stages, counted from 0.
    pub links: Vec<(usize, usize)>,
}

/// What a stage promises, waits for and keeps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StagePlan {
    /// In how many periods it serves those it supplies.
    pub service_time: u32,
    /// How many periods it waits for all of its supplies.
    pub inbound_time: u32,
    /// How many periods its safety stock has to last: inbound and processing time, less its own promise.
    pub net_lead_time: u32,
    /// The mean of what is wanted of it per period, by all below.
    pub demand_mean: f64,
    /// The standard deviation of what is wanted of it per period.
    pub demand_sd: f64,
    /// How many units it keeps for chance.
    pub safety_stock: f64,
    /// The mean demand of the net lead time and the safety stock: what it fills up to.
    pub base_stock: f64,
    /// What its safety stock costs per unit of time.
    pub cost: f64,
}

/// Where safety stock is kept, with what it costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NetworkPlan {
    /// What each stage promises and keeps, in the order of the network.
    pub stages: Vec<StagePlan>,
    /// What the safety stocks cost per unit of time.
    pub costs: Costs,
}

impl Network {
    /// These stages, and who supplies whom, by their places.
    ///
    /// ```
    /// use fondaco_inventory::policies::guaranteed_service::{Network, Stage};
    ///
    /// // A part, an assembly of it, and two shops: one serves at once, one within a day.
    /// let stages = [
    ///     Stage::new(1.0, 2, 1.0).supplied_in(1),
    ///     Stage::new(2.0, 1, 1.0),
    ///     Stage::new(3.0, 1, 1.0).selling(0.0, 1.0, 0),
    ///     Stage::new(3.0, 1, 1.0).selling(0.0, 1.0, 1),
    /// ];
    /// let plan = Network::new(stages, [(0, 1), (1, 2), (1, 3)]).solve()?;
    /// assert!((plan.costs.total() - 8.277_916_867_529_369).abs() < 1e-12);
    /// let promises: Vec<_> = plan.stages.iter().map(|stage| stage.service_time).collect();
    /// assert_eq!(promises, [0, 0, 0, 1]);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn new(stages: impl Into<Vec<Stage>>, links: impl Into<Vec<(usize, usize)>>) -> Self {
        Self { stages: stages.into(), links: links.into() }
    }

    /// The service times that cost least.
    ///
    /// Of several that cost the same, those that are found first. The work grows with the square of the longest time through the network.
    ///
    /// # Errors
    /// When there is no stage, a number of one is below zero, a stage neither sells nor supplies, a link has an end that is no stage or closes a circle, and
    /// when the network is so long that it would take thousands of millions of steps: then count time in longer periods.
    pub fn solve(&self) -> Result<NetworkPlan, KernelError> {
        let tree = tree::Tree::new(self)?;
        let (times, _) = programme::optimum(self, &tree, None)?;
        self.plan(&tree, &times)
    }

    /// What these service times cost, one for each stage, whether they are the best or not.
    ///
    /// # Errors
    /// As [`solve`](Self::solve), when there is not one for each stage, and when a stage promises customers more than it may, or takes longer than it
    /// would without any stock.
    ///
    /// ```
    /// use fondaco_inventory::policies::guaranteed_service::{Network, Stage};
    ///
    /// let stages = [Stage::new(1.0, 4, 2.0), Stage::new(3.0, 5, 2.0).selling(10.0, 3.0, 0)];
    /// let network = Network::new(stages, [(0, 1)]);
    /// // All stock at the end, or decoupled in between:
    /// assert!((network.plan_at(&[4, 0])?.costs.total() - 54.0).abs() < 1e-9);
    /// assert!((network.plan_at(&[0, 0])?.costs.total() - (12.0 + 18.0 * 5.0_f64.sqrt())).abs() < 1e-9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn plan_at(&self, service_times: &[u32]) -> Result<NetworkPlan, KernelError> {
        let tree = tree::Tree::new(self)?;
        if service_times.len() != self.stages.len() {
            let (field, count, least) = ("service_times", service_times.len(), self.stages.len());
            return Err(KernelError::TooFew { field, count, least });
        }
        self.plan(&tree, service_times)
    }

    /// The cost of other promises of one stage, all others being the best for it, for a chart. Promises are whole periods.
    ///
    /// ```
    /// use fondaco_inventory::policies::CostCurve;
    /// use fondaco_inventory::policies::guaranteed_service::{Network, Stage};
    ///
    /// let stages = [Stage::new(1.0, 4, 2.0), Stage::new(3.0, 5, 2.0).selling(10.0, 3.0, 0)];
    /// let network = Network::new(stages, [(0, 1)]);
    /// let plan = network.solve()?;
    /// let curve = network.promises_of(&plan, 0)?.curve(0.0, 4.0, 5)?;
    /// assert!(curve.iter().all(|point| point.cost >= plan.costs.total()));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    ///
    /// # Errors
    /// When there is no such stage.
    pub fn promises_of(
        &self,
        plan: &NetworkPlan,
        stage: usize,
    ) -> Result<impl CostCurve, KernelError> {
        let found = plan.stages.get(stage).filter(|_| stage < self.stages.len());
        let chosen = found.map(|own| f64::from(own.service_time));
        let chosen = chosen.ok_or(KernelError::TooFew {
            field: "stages",
            count: self.stages.len(),
            least: stage + 1,
        })?;
        Ok(Promises { network: self, stage, chosen })
    }

    /// Why a plan of this network is what it is.
    ///
    /// ```
    /// use fondaco_inventory::policies::guaranteed_service::{Network, Stage};
    ///
    /// let stages = [Stage::new(1.0, 4, 2.0), Stage::new(3.0, 5, 2.0).selling(10.0, 3.0, 0)];
    /// let network = Network::new(stages, [(0, 1)]);
    /// let why = network.explain(&network.solve()?).to_string();
    /// assert!(why.contains("Safety stock of stage 2: 13.4164"), "{why}");
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn explain(&self, plan: &NetworkPlan) -> Explain {
        let rule = word("safety stock = safety factor × standard deviation × √(net lead time)");
        let why = plan.costs.explain("Cost per unit of time").rule(rule);
        let stages =
            self.stages.iter().zip(&plan.stages).enumerate().map(|(index, (stage, own))| {
                let name = Phrase::from(word("Safety stock of stage")).and(index + 1);
                Explain::new(name, figure(own.safety_stock))
                    .parameter(Parameter::new(word("holding cost"), figure(stage.holding_cost)))
                    .parameter(Parameter::new(word("safety factor"), figure(stage.safety_factor)))
                    .parameter(Parameter::new(
                        word("processing time"),
                        i64::from(stage.processing_time),
                    ))
                    .parameter(Parameter::new(word("inbound time"), i64::from(own.inbound_time)))
                    .parameter(Parameter::new(word("service time"), i64::from(own.service_time)))
                    .input(because("Net lead time", f64::from(own.net_lead_time)))
                    .input(because("Standard deviation", own.demand_sd))
            });
        why.inputs(stages)
    }

    fn check(&self) -> Result<(), KernelError> {
        if self.stages.is_empty() {
            return Err(KernelError::TooFew { field: "stages", count: 0, least: 1 });
        }
        for (index, stage) in self.stages.iter().enumerate() {
            let numbers = [
                ("holding_cost", stage.holding_cost),
                ("safety_factor", stage.safety_factor),
                ("demand_mean", stage.demand_mean),
                ("demand_sd", stage.demand_sd),
            ];
            for (field, value) in numbers {
                not_negative(field, value).map_err(|error| error.at(index))?;
            }
        }
        Ok(())
    }

    fn plan(&self, tree: &tree::Tree, service_times: &[u32]) -> Result<NetworkPlan, KernelError> {
        let mut stages = Vec::with_capacity(self.stages.len());
        let mut holding = 0.0;
        for (index, stage) in self.stages.iter().enumerate() {
            let own = self
                .stage_plan(tree, service_times, index, stage)
                .map_err(|error| error.at(index))?;
            holding += own.cost;
            stages.push(own);
        }
        let costs = Costs { holding, ..Costs::default() }.checked(WHAT)?;
        Ok(NetworkPlan { stages, costs })
    }

    fn stage_plan(
        &self,
        tree: &tree::Tree,
        service_times: &[u32],
        index: usize,
        stage: &Stage,
    ) -> Result<StagePlan, KernelError> {
        let time = |place: usize| service_times.get(place).copied().unwrap_or(0);
        let (service_time, field) = (time(index), "service_time");
        let supplies = tree.suppliers(index).map(time);
        let inbound_time = supplies.fold(stage.inbound_time, u32::max);
        let value = f64::from(service_time);
        if stage.promised_time.is_some_and(|most| service_time > most) {
            let (other, way_out) = ("customers were promised less", "give at most promised_time");
            return Err(KernelError::Contradiction { field, value, other, way_out });
        }
        let all = inbound_time.saturating_add(stage.processing_time);
        let net_lead_time = all.checked_sub(service_time).ok_or(KernelError::Contradiction {
            field,
            value,
            other: "units are here before that without any stock",
            way_out: "give at most inbound and processing time",
        })?;
        let (demand_mean, demand_sd) = tree.demand(index);
        let net = f64::from(net_lead_time);
        let safety_stock = stage.safety_factor * demand_sd * net.sqrt();
        Ok(StagePlan {
            service_time,
            inbound_time,
            net_lead_time,
            demand_mean,
            demand_sd,
            safety_stock: computed(WHAT, safety_stock)?,
            base_stock: computed(WHAT, demand_mean * net + safety_stock)?,
            cost: computed(WHAT, stage.holding_cost * safety_stock)?,
        })
    }
}

struct Promises<'a> {
    network: &'a Network,
    stage: usize,
    chosen: f64,
}

impl CostCurve for Promises<'_> {
    fn chosen(&self) -> f64 {
        self.chosen
    }

    fn costs_at(&self, at: f64) -> Result<Costs, KernelError> {
        let value = not_negative("service_time", finite("service_time", at)?)?;
        if value.fract() > 0.0 || value > f64::from(u32::MAX) {
            let (other, way_out) = ("promises are whole periods", "give a whole number");
            let field = "service_time";
            return Err(KernelError::Contradiction { field, value, other, way_out });
        }
        let tree = tree::Tree::new(self.network)?;
        let (_, holding) =
            programme::optimum(self.network, &tree, Some((self.stage, value as u32)))?;
        Costs { holding, ..Costs::default() }.checked(WHAT)
    }
}
