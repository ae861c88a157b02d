//! Wagner and Whitin's lots: the least cost over all periods.
//!
//! What is left at a period's end costs its holding, so a unit that comes in period `t` and is wanted in `u` costs
//! `unit(t) + H(u) - H(t)`, with `H` the holding costs summed up. `H(u)` is there whatever is done; so a lot that comes in `t` and
//! reaches through `u` costs `setup(t) + slope(t) × (D(u) - D(t - 1))` with `slope(t) = unit(t) - H(t)` and `D` the demand summed up: a
//! straight line over `D`. The least cost through `u` is that of the lowest line at `D(u)`, each of which begins where the best plan of
//! the periods before it ends (A. Wagelmans, S. van Hoesel, A. Kolen, Operations Research 40 (1992); A. Federgruen, M. Tzur, Management
//! Science 37 (1991)). The lines are kept in a tree over the periods (Li Chao's), in which each is placed and each lowest one found in
//! `log n` steps by evaluating lines alone: no division, so that whole numbers stay exact, and slopes may come in any order, so that
//! setup, unit and holding costs may vary as they like.

use super::PlannedLot;
use super::units::WholeCosts;

const NONE: u32 = u32::MAX;

/// The ways there are to have covered the needs up to a period, and the best of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Courses {
    /// Demand before each period, and at the end all of it.
    wanted: Vec<i64>,
    /// The line of the lot that comes in each period: what it begins with and what each unit adds.
    lines: Vec<(i128, i64)>,
    /// The line that was lowest in the middle of each node's periods.
    tree: Vec<u32>,
    /// The period of the lot that covers each period's need in the best course through it.
    lot_of: Vec<u32>,
}

/// The lots of least cost. No sum overflows: the costs were checked.
pub(super) fn lots(
    costs: &WholeCosts,
    needs: &[i64],
    courses: &mut Courses,
    lots: &mut Vec<PlannedLot<i64>>,
) {
    courses.begin(needs);
    let (mut kept, mut least) = (0_i64, 0_i128);
    for (period, need) in needs.iter().enumerate() {
        courses.lines.push((least + costs.setup.at(period), costs.unit.at(period) - kept));
        kept += costs.holding.at(period);
        courses.place(period);
        if *need == 0 {
            courses.lot_of.push(NONE);
        } else {
            let lot = courses.lowest(period);
            courses.lot_of.push(lot);
            least = courses.at(lot, period);
        }
    }
    courses.trace(needs, lots);
}

impl Courses {
    fn begin(&mut self, needs: &[i64]) {
        let Courses { wanted, lines, tree, lot_of } = self;
        wanted.clear();
        wanted.push(0);
        wanted.extend(needs.iter().scan(0, |sum, need| {
            *sum += need;
            Some(*sum)
        }));
        lines.clear();
        lot_of.clear();
        tree.clear();
        tree.resize(2 * needs.len().next_power_of_two(), NONE);
    }

    /// What it costs to have covered all through a period when its need comes with the lot of period `lot`.
    #[inline]
    fn at(&self, lot: u32, period: usize) -> i128 {
        let (base, slope) = self.lines[lot as usize];
        let quantity = self.wanted[period + 1] - self.wanted[lot as usize];
        base + i128::from(slope) * i128::from(quantity)
    }

    /// Whether one lot is the better for a period: it costs less, or the same and comes later. Of two lines one is so up to some period
    /// and the other from there on, which is all that the tree needs.
    #[inline]
    fn is_better(&self, lot: u32, other: u32, period: usize) -> bool {
        let (ours, theirs) = (self.at(lot, period), self.at(other, period));
        ours < theirs || (ours == theirs && lot > other)
    }

    /// Puts the line of a period into the tree; what lies before the period is not asked again.
    fn place(&mut self, period: usize) {
        let periods = self.wanted.len() - 1;
        let mut lot = period as u32;
        let (mut node, mut first, mut end) = (1, 0, self.tree.len() / 2);
        loop {
            let here = self.tree[node];
            if here == NONE {
                self.tree[node] = lot;
                return;
            }
            let middle = (first + end) / 2;
            // Beyond the last period nobody asks: the tree is as wide as the next power of two.
            let [at_first, at_middle, at_last] =
                [first, middle, end - 1].map(|period| period.min(periods - 1));
            if self.is_better(lot, here, at_middle) {
                self.tree[node] = lot;
                lot = here;
            }
            if end - first == 1 {
                return;
            }
            let here = self.tree[node];
            if middle > period && self.is_better(lot, here, at_first) {
                (node, end) = (2 * node, middle);
            } else if self.is_better(lot, here, at_last) {
                (node, first) = (2 * node + 1, middle);
            } else {
                return;
            }
        }
    }

    /// The best lot for a period.
    fn lowest(&self, period: usize) -> u32 {
        let mut node = period + self.tree.len() / 2;
        let mut best = NONE;
        while node > 0 {
            let lot = self.tree[node];
            if lot != NONE && (best == NONE || self.is_better(lot, best, period)) {
                best = lot;
            }
            node /= 2;
        }
        best
    }

    /// The lots of the best course, from the last to the first.
    fn trace(&self, needs: &[i64], lots: &mut Vec<PlannedLot<i64>>) {
        let mut end = needs.len();
        while let Some(last) = needs[..end].iter().rposition(|need| *need > 0) {
            let period = self.lot_of[last] as usize;
            let quantity = self.wanted[last + 1] - self.wanted[period];
            lots.push(PlannedLot { period, last, quantity });
            end = period;
        }
        lots.reverse();
    }
}
