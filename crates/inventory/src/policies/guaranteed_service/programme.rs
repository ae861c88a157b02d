//! Graves and Willems' dynamic programme.
//!
//! Seen from the leaves, each stage tells the one it hangs on what its part of the tree costs at least: one that supplies, by its own service time; one
//! that is supplied, by how long it waits. A stage may wait longer than its suppliers make it (which is never better), so that these are running minima.

use super::tree::{Neighbour, Tree};
use super::{Network, WHAT};
use crate::KernelError;

/// The most pairs of times that are tried at all stages together.
const MOST_PAIRS: u64 = 4_000_000_000;

/// What the part of the tree that hangs on a neighbour costs, by the time between the two.
struct Branch {
    /// The least cost at each time of the neighbour's.
    costs: Vec<f64>,
    /// The stage's own time on that side at which that is so: its service time if it supplies the neighbour, else how long it waits.
    own: Vec<u32>,
    /// For each own time on that side, the best on the other.
    other: Vec<u32>,
}

/// One stage and what hangs on it.
struct Choice<'a> {
    /// The cost of its stock by net lead time.
    stock: Vec<f64>,
    inbound: (usize, usize),
    service: (usize, usize),
    processing: usize,
    suppliers: Vec<&'a Branch>,
    customers: Vec<&'a Branch>,
}

impl Choice<'_> {
    /// What branches cost together at a time; beyond their last, what they cost there.
    fn sum(branches: &[&Branch], time: usize) -> f64 {
        let at = |branch: &&Branch| branch.costs.get(time).or(branch.costs.last()).copied();
        branches.iter().map(|branch| at(branch).unwrap_or(f64::INFINITY)).sum()
    }

    /// The least cost for each service time, and the inbound time at which it is so; or the other way round.
    fn best(&self, by_service: bool) -> Branch {
        let waits: Vec<f64> =
            (0..=self.inbound.1).map(|time| Self::sum(&self.suppliers, time)).collect();
        let promises: Vec<f64> =
            (0..=self.service.1).map(|time| Self::sum(&self.customers, time)).collect();
        let (outer, inner) =
            if by_service { (self.service, self.inbound) } else { (self.inbound, self.service) };
        let count = outer.1 + 1;
        let own = (0..).take(count).collect();
        let mut branch = Branch { costs: vec![f64::INFINITY; count], own, other: vec![0; count] };
        let cells = branch.costs.iter_mut().zip(&mut branch.other).enumerate().skip(outer.0);
        for (own, (cost, at)) in cells {
            for other in inner.0..=inner.1 {
                let (service, inbound) = if by_service { (own, other) } else { (other, own) };
                let Some(net) = (inbound + self.processing).checked_sub(service) else { continue };
                let [wait, promise, stock] =
                    [(&waits, inbound), (&promises, service), (&self.stock, net)]
                        .map(|(row, at)| row.get(at).copied().unwrap_or(f64::INFINITY));
                let found = stock + wait + promise;
                if found < *cost {
                    (*cost, *at) = (found, other as u32);
                }
            }
        }
        branch
    }
}

/// The service times that cost least, and what they cost; that of one stage may be fixed.
pub(super) fn optimum(
    network: &Network,
    tree: &Tree,
    fixed: Option<(usize, u32)>,
) -> Result<(Vec<u32>, f64), KernelError> {
    let pairs =
        tree.longest.iter().fold(0_u64, |sum, time| sum.saturating_add(time.saturating_mul(*time)));
    if pairs > MOST_PAIRS {
        let why = "it would take thousands of millions of steps; count time in longer periods";
        return Err(KernelError::NoAnswer { what: WHAT, why });
    }
    let mut branches: Vec<Option<Branch>> = (0..network.stages.len()).map(|_| None).collect();
    let mut total = 0.0;
    for (stage, hangs) in &tree.order {
        let choice = choice(network, tree, &branches, *stage, *hangs, fixed);
        let branch = spread(&choice, *hangs);
        let least = branch.costs.iter().copied().fold(f64::INFINITY, f64::min);
        if !least.is_finite() {
            let why = "no service times keep what is promised; give another service_time";
            return Err(KernelError::NoAnswer { what: WHAT, why });
        }
        if hangs.is_none() {
            total += least;
        }
        if let Some(own) = branches.get_mut(*stage) {
            *own = Some(branch);
        }
    }
    Ok((settled(network, tree, walked_back(tree, &branches)), total))
}

/// The service times, from the roots back to the leaves: each stage knows the time between it and the one it hangs on.
fn walked_back(tree: &Tree, branches: &[Option<Branch>]) -> Vec<u32> {
    let mut services = vec![0; branches.len()];
    let mut inbounds = vec![0; branches.len()];
    // Beyond the last time of a row, all is as it is there.
    let of = |row: &[u32], at: u32| row.get(at as usize).or(row.last()).copied().unwrap_or(0);
    for (stage, hangs) in tree.order.iter().rev() {
        let Some(Some(branch)) = branches.get(*stage) else { continue };
        let time = |row: &[u32], stage: usize| row.get(stage).copied().unwrap_or(0);
        let (service, inbound) = match hangs {
            // It waits for the stage that it hangs on.
            Some(above) if above.supplies => {
                let inbound = of(&branch.own, time(&services, above.stage));
                (of(&branch.other, inbound), inbound)
            }
            Some(above) => {
                let service = of(&branch.own, time(&inbounds, above.stage));
                (service, of(&branch.other, service))
            }
            None => {
                let service = of(&branch.own, u32::MAX);
                (service, of(&branch.other, service))
            }
        };
        for (row, time) in [(&mut services, service), (&mut inbounds, inbound)] {
            if let Some(own) = row.get_mut(*stage) {
                *own = time;
            }
        }
    }
    services
}

/// What a stage tells the neighbour on which it hangs, by the neighbour's time, as a running minimum. Of equal costs, the shorter time.
fn spread(choice: &Choice<'_>, hangs: Option<Neighbour>) -> Branch {
    let waits = hangs.is_some_and(|neighbour| neighbour.supplies);
    let mut branch = choice.best(!waits);
    let cells = branch.costs.iter_mut().zip(&mut branch.own);
    let mut best = (f64::INFINITY, 0);
    if waits {
        // It waits at least as long as the neighbour promises.
        for (cost, own) in cells.rev() {
            best = if *cost <= best.0 { (*cost, *own) } else { best };
            (*cost, *own) = best;
        }
    } else {
        for (cost, own) in cells {
            best = if *cost < best.0 { (*cost, *own) } else { best };
            (*cost, *own) = best;
        }
    }
    branch
}

fn choice<'a>(
    network: &Network,
    tree: &Tree,
    branches: &'a [Option<Branch>],
    index: usize,
    hangs: Option<Neighbour>,
    fixed: Option<(usize, u32)>,
) -> Choice<'a> {
    let longest = tree.longest.get(index).copied().unwrap_or(0) as usize;
    let Some(stage) = network.stages.get(index) else {
        let (inbound, service, processing) = ((0, 0), (0, 0), 0);
        return Choice {
            stock: vec![0.0],
            inbound,
            service,
            processing,
            suppliers: Vec::new(),
            customers: Vec::new(),
        };
    };
    let processing = stage.processing_time as usize;
    let most = stage.promised_time.map_or(longest, |time| longest.min(time as usize));
    let service = match fixed {
        Some((at, time)) if at == index => (time as usize, most.min(time as usize)),
        _ => (0, most),
    };
    let per_root = stage.holding_cost * stage.safety_factor * tree.demand(index).1;
    let below = |supplies: bool| {
        let others = tree.neighbours(index).iter().filter(move |other| {
            other.supplies == supplies && hangs.is_none_or(|above| above.stage != other.stage)
        });
        others.filter_map(|other| branches.get(other.stage)?.as_ref()).collect::<Vec<_>>()
    };
    Choice {
        stock: (0..=longest).map(|net| per_root * (net as f64).sqrt()).collect(),
        inbound: (stage.inbound_time as usize, longest - processing),
        service,
        processing,
        suppliers: below(true),
        customers: below(false),
    }
}

/// The same times, none longer than units take to be here without any stock: where stock costs nothing, any time would do.
fn settled(network: &Network, tree: &Tree, mut times: Vec<u32>) -> Vec<u32> {
    for index in &tree.by_supply {
        let Some(stage) = network.stages.get(*index) else { continue };
        let supplies = tree.suppliers(*index).filter_map(|place| times.get(place)).copied();
        let inbound = supplies.fold(stage.inbound_time, u32::max);
        if let Some(own) = times.get_mut(*index) {
            *own = (*own).min(inbound.saturating_add(stage.processing_time));
        }
    }
    times
}
