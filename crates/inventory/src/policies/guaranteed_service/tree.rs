//! The network as a tree: who hangs on whom, and what is wanted of each.

use super::Network;
use crate::KernelError;
use crate::policies::costs::computed;

/// A neighbour of a stage.
#[derive(Clone, Copy, Debug)]
pub(super) struct Neighbour {
    pub(super) stage: usize,
    /// Whether it supplies the stage, else it is supplied by it.
    pub(super) supplies: bool,
}

/// A network that has been checked.
#[derive(Debug)]
pub(super) struct Tree {
    neighbours: Vec<Vec<Neighbour>>,
    /// Each stage with the neighbour by which it hangs; those further from the root come first.
    pub(super) order: Vec<(usize, Option<Neighbour>)>,
    /// All stages, suppliers before those they supply.
    pub(super) by_supply: Vec<usize>,
    demands: Vec<(f64, f64)>,
    /// The longest time from outside the network through each stage.
    pub(super) longest: Vec<u64>,
}

impl Tree {
    pub(super) fn new(network: &Network) -> Result<Self, KernelError> {
        network.check()?;
        let count = network.stages.len();
        let neighbours = neighbours(network)?;
        let order = ordered(&neighbours);
        let (by_supply, demands, longest) = (Vec::new(), Vec::new(), Vec::new());
        let mut tree = Self { order, neighbours, by_supply, demands, longest };
        for (index, stage) in network.stages.iter().enumerate() {
            let is_wanted = stage.promised_time.is_some() || tree.customers(index).next().is_some();
            if !is_wanted {
                let (other, way_out) = (
                    "it sells nothing and supplies nobody",
                    "give it customers (`selling`) or a link",
                );
                let (field, value) = ("stage", index as f64);
                return Err(KernelError::Contradiction { field, value, other, way_out });
            }
        }
        let downwards = tree.by_supply(count);
        tree.longest = vec![0; count];
        for index in &downwards {
            let stage = network.stages.get(*index);
            let (inbound, own) =
                stage.map_or((0, 0), |stage| (stage.inbound_time, stage.processing_time));
            let supplies =
                tree.suppliers(*index).filter_map(|place| tree.longest.get(place)).copied();
            let all = supplies.fold(u64::from(inbound), u64::max) + u64::from(own);
            if let Some(longest) = tree.longest.get_mut(*index) {
                *longest = all;
            }
        }
        let mut sums = vec![(0.0, 0.0); count];
        for index in downwards.iter().rev() {
            let own = network
                .stages
                .get(*index)
                .map_or((0.0, 0.0), |stage| (stage.demand_mean, stage.demand_sd * stage.demand_sd));
            let below = tree.customers(*index).filter_map(|place| sums.get(place)).copied();
            let all = below.fold(own, |sum: (f64, f64), below| (sum.0 + below.0, sum.1 + below.1));
            if let Some(sum) = sums.get_mut(*index) {
                *sum = all;
            }
        }
        tree.by_supply = downwards;
        for (mean, variance) in sums {
            tree.demands
                .push((computed(super::WHAT, mean)?, computed(super::WHAT, variance)?.sqrt()));
        }
        Ok(tree)
    }

    pub(super) fn neighbours(&self, stage: usize) -> &[Neighbour] {
        self.neighbours.get(stage).map_or(&[], Vec::as_slice)
    }

    pub(super) fn suppliers(&self, stage: usize) -> impl Iterator<Item = usize> + '_ {
        self.neighbours(stage).iter().filter(|other| other.supplies).map(|other| other.stage)
    }

    fn customers(&self, stage: usize) -> impl Iterator<Item = usize> + '_ {
        self.neighbours(stage).iter().filter(|other| !other.supplies).map(|other| other.stage)
    }

    /// Mean and standard deviation of what is wanted of a stage per period.
    pub(super) fn demand(&self, stage: usize) -> (f64, f64) {
        self.demands.get(stage).copied().unwrap_or((0.0, 0.0))
    }

    fn by_supply(&self, count: usize) -> Vec<usize> {
        let mut waiting: Vec<usize> =
            (0..count).map(|stage| self.suppliers(stage).count()).collect();
        let mut ready: Vec<usize> =
            (0..count).filter(|stage| waiting.get(*stage) == Some(&0)).collect();
        let mut at = 0;
        while let Some(stage) = ready.get(at).copied() {
            at += 1;
            for customer in self.customers(stage) {
                if let Some(left) = waiting.get_mut(customer) {
                    *left -= 1;
                    if *left == 0 {
                        ready.push(customer);
                    }
                }
            }
        }
        ready
    }
}

/// The neighbours of each stage, once it is sure that no link closes a circle.
fn neighbours(network: &Network) -> Result<Vec<Vec<Neighbour>>, KernelError> {
    let count = network.stages.len();
    let mut neighbours = vec![Vec::new(); count];
    let mut groups: Vec<usize> = (0..count).collect();
    for (index, (from, to)) in network.links.iter().enumerate() {
        for (field, end) in [("link from stage", *from), ("link to stage", *to)] {
            if end >= count {
                let (other, way_out) = ("there is no such stage", "stages are counted from 0");
                let value = end as f64;
                return Err(KernelError::Contradiction { field, value, other, way_out }.at(index));
            }
        }
        let (one, other) = (group(&mut groups, *from), group(&mut groups, *to));
        if one == other {
            let (other, way_out) = (
                "the link closes a circle",
                "only trees are solved exactly: leave a link out, or join stages into one",
            );
            let (field, value) = ("link to stage", *to as f64);
            return Err(KernelError::Contradiction { field, value, other, way_out }.at(index));
        }
        if let Some(joined) = groups.get_mut(one) {
            *joined = other;
        }
        let ends = [
            (*from, Neighbour { stage: *to, supplies: false }),
            (*to, Neighbour { stage: *from, supplies: true }),
        ];
        for (stage, neighbour) in ends {
            if let Some(own) = neighbours.get_mut(stage) {
                own.push(neighbour);
            }
        }
    }
    Ok(neighbours)
}

/// The group that a stage belongs to; ways to it are halved on the way.
fn group(groups: &mut [usize], mut stage: usize) -> usize {
    loop {
        let next = groups.get(stage).copied().unwrap_or(stage);
        if next == stage {
            return stage;
        }
        let after = groups.get(next).copied().unwrap_or(next);
        if let Some(own) = groups.get_mut(stage) {
            *own = after;
        }
        stage = after;
    }
}

/// All stages from the leaves to the roots, each with the neighbour by which it hangs.
fn ordered(neighbours: &[Vec<Neighbour>]) -> Vec<(usize, Option<Neighbour>)> {
    let mut seen = vec![false; neighbours.len()];
    let mut order: Vec<(usize, Option<Neighbour>)> = Vec::with_capacity(neighbours.len());
    for root in 0..neighbours.len() {
        if seen.get(root) == Some(&true) {
            continue;
        }
        let mut at = order.len();
        order.push((root, None));
        while let Some((stage, _)) = order.get(at).copied() {
            at += 1;
            if let Some(mark) = seen.get_mut(stage) {
                *mark = true;
            }
            for other in neighbours.get(stage).map_or(&[][..], Vec::as_slice) {
                if seen.get(other.stage) == Some(&false) {
                    order.push((other.stage, Some(Neighbour { stage, supplies: !other.supplies })));
                }
            }
        }
    }
    order.reverse();
    order
}
