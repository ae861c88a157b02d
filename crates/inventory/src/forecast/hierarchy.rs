//! Forecasts that add up: of items and their groups, of sites and regions.

use crate::KernelError;
use crate::error::{finite, positive};

/// Nodes and what each stands under: items under groups, groups under the whole.
///
/// Forecasts are given and come back node by node, each with one value for each period.
///
/// ```
/// use fondaco_inventory::forecast::{Hierarchy, Weights};
///
/// // 0 is all, under which stand 1 and 2.
/// let hierarchy = Hierarchy::new(&[None, Some(0), Some(0)])?;
/// let alone = [vec![100.0], vec![30.0], vec![60.0]];
/// assert_eq!(hierarchy.bottom_up(&alone)?, [[90.0], [30.0], [60.0]]);
/// assert_eq!(hierarchy.top_down(&alone, &[0.0, 1.0, 3.0])?, [[100.0], [25.0], [75.0]]);
/// let together = hierarchy.reconcile(&alone, Weights::Leaves)?;
/// assert_eq!(together, [[95.0], [32.5], [62.5]]);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Hierarchy {
    parents: Vec<Option<usize>>,
    /// Nodes, each behind the one that it stands under.
    downwards: Vec<usize>,
    leaf: Vec<bool>,
}

/// How far each node's own forecast is trusted when all are brought together: its variance, up to a factor.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Weights<'a> {
    /// All alike: ordinary least squares (R. J. Hyndman et al., *Computational Statistics & Data Analysis* 55, 2011).
    Alike,
    /// By the number of leaves below it, each with an error of its own (G. Athanasopoulos et al., *European Journal of Operational
    /// Research* 262, 2017: structural scaling).
    Leaves,
    /// By the variances of its one-step errors (R. J. Hyndman, A. J. Lee and E. Wang, *Computational Statistics & Data Analysis* 97, 2016).
    Variances(&'a [f64]),
}

impl Hierarchy {
    /// A hierarchy, by the node that each stands under; none for those at the top.
    ///
    /// # Errors
    /// When there are no nodes, a node stands under one that isn't there, or nodes stand under one another in a circle.
    pub fn new(parents: &[Option<usize>]) -> Result<Hierarchy, KernelError> {
        let count = parents.len();
        if count == 0 {
            return Err(KernelError::TooFew { field: "parents", count, least: 1 });
        }
        let mut children = vec![Vec::new(); count];
        for (node, parent) in parents.iter().enumerate() {
            let Some(parent) = *parent else { continue };
            let under = children.get_mut(parent).ok_or_else(|| {
                KernelError::Contradiction {
                    field: "parents",
                    value: parent as f64,
                    other: "there are not so many nodes",
                    way_out: "count nodes from 0",
                }
                .at(node)
            })?;
            under.push(node);
        }
        let mut downwards: Vec<usize> = Vec::with_capacity(count);
        downwards.extend((0..count).filter(|node| parents[*node].is_none()));
        let mut next = 0;
        while let Some(node) = downwards.get(next).copied() {
            downwards.extend(&children[node]);
            next += 1;
        }
        if downwards.len() < count {
            let mut reached = vec![false; count];
            downwards.iter().for_each(|node| reached[*node] = true);
            let node = reached.iter().position(|reached| !reached).unwrap_or(0);
            let (what, why) = ("the hierarchy", "this node stands under itself, in a circle");
            return Err(KernelError::NoAnswer { what, why }.at(node));
        }
        let leaf = children.iter().map(Vec::is_empty).collect();
        Ok(Hierarchy { parents: parents.to_vec(), downwards, leaf })
    }

    /// The leaves' forecasts, added up.
    ///
    /// # Errors
    /// When there is not one forecast for each node, they are of different lengths, or one has no finite number.
    pub fn bottom_up(&self, forecasts: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, KernelError> {
        self.by_period(forecasts, |alone, all| {
            for (node, all) in all.iter_mut().enumerate() {
                *all = if self.leaf[node] { alone[node] } else { 0.0 };
            }
            for node in self.downwards.iter().rev() {
                if let Some(parent) = self.parents[*node] {
                    all[parent] += all[*node];
                }
            }
        })
    }

    /// The forecasts of those at the top, shared out by the parts that leaves had of them, such as their means.
    ///
    /// # Errors
    /// As [`bottom_up`](Hierarchy::bottom_up); and when there is not one part for each node, or one is below zero.
    pub fn top_down(
        &self,
        forecasts: &[Vec<f64>],
        parts: &[f64],
    ) -> Result<Vec<Vec<f64>>, KernelError> {
        let parts = self.one_each("parts", parts, crate::error::not_negative)?;
        let (mut sums, mut below) = (vec![0.0; parts.len()], vec![0.0f64; parts.len()]);
        for node in self.downwards.iter().rev() {
            if self.leaf[*node] {
                sums[*node] = parts[*node];
                below[*node] = 1.0;
            }
            if let Some(parent) = self.parents[*node] {
                sums[parent] += sums[*node];
                below[parent] += below[*node];
            }
        }
        self.by_period(forecasts, |alone, all| {
            for node in &self.downwards {
                all[*node] = match self.parents[*node] {
                    None => alone[*node],
                    // Where nobody had a part all leaves have the same.
                    Some(parent) if sums[parent] > 0.0 => all[parent] * sums[*node] / sums[parent],
                    Some(parent) => all[parent] * below[*node] / below[parent],
                };
            }
        })
    }

    /// All forecasts brought together: those that add up and are the nearest to what was forecast, by weighted least squares.
    ///
    /// The tree is gone up and down once: what its children say of a node is set against its own forecast, and what is decided above is
    /// shared out below by how unsure each is.
    ///
    /// # Errors
    /// As [`bottom_up`](Hierarchy::bottom_up); and when there is not one variance above zero for each node.
    pub fn reconcile(
        &self,
        forecasts: &[Vec<f64>],
        weights: Weights<'_>,
    ) -> Result<Vec<Vec<f64>>, KernelError> {
        let own = match weights {
            Weights::Alike => vec![1.0; self.parents.len()],
            Weights::Leaves => self.leaves_below(),
            Weights::Variances(variances) => {
                self.one_each("variances", variances, positive)?.to_vec()
            }
        };
        // How unsure a node is by its own forecast and all below it, and by those below it alone.
        let mut below = vec![0.0; own.len()];
        let mut both = own.clone();
        for node in self.downwards.iter().rev() {
            if !self.leaf[*node] {
                both[*node] = own[*node] * below[*node] / (own[*node] + below[*node]);
            }
            if let Some(parent) = self.parents[*node] {
                below[parent] += both[*node];
            }
        }
        let mut sums = vec![0.0; own.len()];
        self.by_period(forecasts, |alone, all| {
            sums.fill(0.0);
            for node in self.downwards.iter().rev() {
                all[*node] = if self.leaf[*node] {
                    alone[*node]
                } else {
                    let trust = both[*node] / own[*node];
                    trust * alone[*node] + (1.0 - trust) * sums[*node]
                };
                if let Some(parent) = self.parents[*node] {
                    sums[parent] += all[*node];
                }
            }
            for node in &self.downwards {
                if let Some(parent) = self.parents[*node] {
                    // `all[parent]` is decided; `sums` still holds what its children said.
                    all[*node] += (all[parent] - sums[parent]) * both[*node] / below[parent];
                }
            }
        })
    }

    fn leaves_below(&self) -> Vec<f64> {
        let mut leaves: Vec<f64> =
            self.leaf.iter().map(|leaf| if *leaf { 1.0 } else { 0.0 }).collect();
        for node in self.downwards.iter().rev() {
            if let Some(parent) = self.parents[*node] {
                leaves[parent] += leaves[*node];
            }
        }
        leaves
    }

    /// One number for each node.
    fn one_each<'n>(
        &self,
        field: &'static str,
        numbers: &'n [f64],
        check: impl Fn(&'static str, f64) -> Result<f64, KernelError>,
    ) -> Result<&'n [f64], KernelError> {
        self.as_many(field, numbers.len())?;
        for (node, number) in numbers.iter().enumerate() {
            check(field, *number).map_err(|error| error.at(node))?;
        }
        Ok(numbers)
    }

    fn as_many(&self, field: &'static str, count: usize) -> Result<(), KernelError> {
        if count == self.parents.len() {
            return Ok(());
        }
        let (other, way_out) = ("there is another number of nodes", "give one for each node");
        Err(KernelError::Contradiction { field, value: count as f64, other, way_out })
    }

    /// Does the same for each period: from what each node says alone to what all say.
    fn by_period(
        &self,
        forecasts: &[Vec<f64>],
        mut period: impl FnMut(&[f64], &mut [f64]),
    ) -> Result<Vec<Vec<f64>>, KernelError> {
        self.as_many("forecasts", forecasts.len())?;
        let periods = forecasts.first().map_or(0, Vec::len);
        for (node, forecast) in forecasts.iter().enumerate() {
            if forecast.len() != periods {
                let (other, way_out) = ("another node has more or less", "give as many periods");
                let (field, value) = ("forecasts", forecast.len() as f64);
                let error = KernelError::Contradiction { field, value, other, way_out };
                return Err(error.at(node));
            }
            for value in forecast {
                finite("forecasts", *value).map_err(|error| error.at(node))?;
            }
        }
        let mut together = vec![vec![0.0; periods]; forecasts.len()];
        let (mut alone, mut all) = (vec![0.0; forecasts.len()], vec![0.0; forecasts.len()]);
        for at in 0..periods {
            for (alone, forecast) in alone.iter_mut().zip(forecasts) {
                *alone = forecast[at];
            }
            period(&alone, &mut all);
            if let Some(node) = all.iter().position(|all| !all.is_finite()) {
                let why = "figures are beyond the reach of floats: give them in a larger unit";
                return Err(KernelError::NoAnswer { what: "the hierarchy", why }.at(node));
            }
            for (all, forecast) in all.iter().zip(&mut together) {
                forecast[at] = *all;
            }
        }
        Ok(together)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The least squares in full: normal equations over the leaves, solved by elimination.
    fn in_full(parents: &[Option<usize>], own: &[f64], alone: &[f64]) -> Vec<f64> {
        let leaves: Vec<usize> =
            (0..parents.len()).filter(|node| !parents.contains(&Some(*node))).collect();
        let is_above = |above: usize, leaf: usize| {
            std::iter::successors(Some(leaf), |node| parents[*node]).any(|node| node == above)
        };
        let count = leaves.len();
        let mut rows = vec![vec![0.0; count + 1]; count];
        for node in 0..parents.len() {
            for (row, leaf) in leaves.iter().enumerate() {
                if !is_above(node, *leaf) {
                    continue;
                }
                for (column, other) in leaves.iter().enumerate() {
                    rows[row][column] += if is_above(node, *other) { 1.0 / own[node] } else { 0.0 };
                }
                rows[row][count] += alone[node] / own[node];
            }
        }
        for pivot in 0..count {
            let by = rows[pivot].clone();
            for (row, cells) in rows.iter_mut().enumerate() {
                if row != pivot {
                    let times = cells[pivot] / by[pivot];
                    cells.iter_mut().zip(&by).for_each(|(cell, by)| *cell -= times * by);
                }
            }
        }
        let solved = |row: usize| rows[row][count] / rows[row][row];
        let sum = |node| {
            let below = (0..count).filter(|row| is_above(node, leaves[*row]));
            below.map(solved).sum()
        };
        (0..parents.len()).map(sum).collect()
    }

    proptest! {
        #[test]
        fn up_and_down_is_the_least_squares_in_full(
            given in prop::collection::vec((any::<prop::sample::Index>(), 0.1..9.0f64, -50.0..50.0f64), 1..14),
        ) {
            let parents: Vec<Option<usize>> = given.iter().enumerate()
                .map(|(node, (parent, ..))| (node > 0).then(|| parent.index(node))).collect();
            let own: Vec<f64> = given.iter().map(|(_, own, _)| *own).collect();
            let alone: Vec<f64> = given.iter().map(|(.., alone)| *alone).collect();
            let hierarchy = Hierarchy::new(&parents).unwrap();
            let forecasts: Vec<Vec<f64>> = alone.iter().map(|alone| vec![*alone]).collect();
            let together = hierarchy.reconcile(&forecasts, Weights::Variances(&own)).unwrap();
            let full = in_full(&parents, &own, &alone);
            for (node, (together, full)) in together.iter().zip(&full).enumerate() {
                prop_assert!((together[0] - full).abs() < 1e-8, "{node}: {together:?} {full}");
            }
        }

        #[test]
        fn whatever_way_they_add_up(
            given in prop::collection::vec((any::<prop::sample::Index>(), 0.0..9.0f64, -50.0..50.0f64), 1..40),
        ) {
            let parents: Vec<Option<usize>> = given.iter().enumerate()
                .map(|(node, (parent, ..))| (node > 2).then(|| parent.index(node))).collect();
            let parts: Vec<f64> = given.iter().map(|(_, part, _)| *part).collect();
            let forecasts: Vec<Vec<f64>> = given.iter().map(|(.., value)| vec![*value, value * 2.0]).collect();
            let hierarchy = Hierarchy::new(&parents).unwrap();
            for together in [
                hierarchy.bottom_up(&forecasts),
                hierarchy.top_down(&forecasts, &parts),
                hierarchy.reconcile(&forecasts, Weights::Alike),
                hierarchy.reconcile(&forecasts, Weights::Leaves),
            ] {
                let together = together.unwrap();
                for node in 0..parents.len() {
                    let below: Vec<usize> =
                        (0..parents.len()).filter(|child| parents[*child] == Some(node)).collect();
                    let sum: f64 = below.iter().map(|child| together[*child][1]).sum();
                    prop_assert!(below.is_empty() || (sum - together[node][1]).abs() < 1e-8);
                }
            }
        }
    }

    #[test]
    fn a_hundred_thousand_levels_are_no_matter() {
        let parents: Vec<Option<usize>> =
            (0..100_000usize).map(|node| node.checked_sub(1)).collect();
        let hierarchy = Hierarchy::new(&parents).unwrap();
        let forecasts = vec![vec![3.0]; parents.len()];
        assert_eq!(hierarchy.bottom_up(&forecasts).unwrap()[0], [3.0]);
    }

    #[test]
    fn what_is_no_hierarchy_is_refused() {
        let refused = |parents: &[Option<usize>]| Hierarchy::new(parents).unwrap_err().to_string();
        assert!(refused(&[]).contains("parents has 0 values"));
        assert!(
            refused(&[None, Some(2), Some(1)])
                .starts_with("row 1 (counted from 0): the hierarchy has no answer")
        );
        assert!(
            refused(&[None, Some(7)]).contains("parents is 7, but there are not so many nodes")
        );
        let two = Hierarchy::new(&[None, Some(0)]).unwrap();
        assert!(two.bottom_up(&[vec![1.0]]).is_err());
        assert!(two.bottom_up(&[vec![1.0], vec![]]).is_err());
        assert!(two.bottom_up(&[vec![1.0], vec![f64::NAN]]).is_err());
        assert!(two.reconcile(&[vec![1.0], vec![1.0]], Weights::Variances(&[1.0, 0.0])).is_err());
        assert!(two.top_down(&[vec![1.0], vec![1.0]], &[1.0, -1.0]).is_err());
        let huge = Weights::Variances(&[1e308, 1e308]);
        assert!(
            Hierarchy::new(&[None, Some(0), Some(0)])
                .unwrap()
                .bottom_up(&[vec![0.0], vec![1e308], vec![1e308]])
                .is_err()
        );
        assert!(two.reconcile(&[vec![1.0], vec![1.0]], huge).is_err());
    }
}
