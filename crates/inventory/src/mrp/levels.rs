//! Low-level codes, and the way round where there is none: without recursion, so that a bill of 100,000 levels is one more number.

use std::collections::VecDeque;

use super::network::lines_of;
use super::{MrpError, Network};

/// Who stands below whom: from each item to what its orders need or bring.
pub(crate) struct Below {
    offsets: Vec<u32>,
    items: Vec<u32>,
}

impl Below {
    pub(crate) fn of(network: &Network) -> Below {
        let mut offsets = Vec::with_capacity(network.len() + 1);
        let mut items = Vec::new();
        offsets.push(0);
        for node in network.nodes() {
            items.extend(node.sources.iter().flat_map(lines_of).map(|item| item.0));
            offsets.push(super::check::number(items.len()));
        }
        Below { offsets, items }
    }

    pub(crate) fn of_item(&self, item: u32) -> &[u32] {
        let at = item as usize;
        &self.items[self.offsets[at] as usize..self.offsets[at + 1] as usize]
    }

    fn len(&self) -> usize {
        self.offsets.len() - 1
    }
}

/// The low-level code of each item.
pub(crate) fn of(network: &Network) -> Result<Vec<u32>, MrpError> {
    let below = Below::of(network);
    levels(&below).map_err(|left| {
        let path = way_round(&below, &left);
        MrpError::BomCycle { path: path.into_iter().map(|item| network.name(item)).collect() }
    })
}

/// Items are done once all that stand above them are (A. B. Kahn, 1962); the deepest of those says how deep.
///
/// # Errors
/// How many of those above each item were not done: above zero for all in a cycle, and for what stands below one.
fn levels(below: &Below) -> Result<Vec<u32>, Vec<u32>> {
    let mut above = vec![0_u32; below.len()];
    for item in &below.items {
        above[*item as usize] += 1;
    }
    let mut levels = vec![0_u32; below.len()];
    let all = 0..super::check::number(below.len());
    let mut done: Vec<u32> = all.filter(|item| above[*item as usize] == 0).collect();
    let mut next = 0;
    while let Some(item) = done.get(next).copied() {
        next += 1;
        let level = levels[item as usize] + 1;
        for &part in below.of_item(item) {
            let part_at = part as usize;
            levels[part_at] = levels[part_at].max(level);
            above[part_at] -= 1;
            if above[part_at] == 0 {
                done.push(part);
            }
        }
    }
    if done.len() == below.len() { Ok(levels) } else { Err(above) }
}

/// The shortest cycle through one of the items of a cycle.
fn way_round(below: &Below, left: &[u32]) -> Vec<u32> {
    let is_left = |item: u32| left[item as usize] > 0;
    let all = 0..super::check::number(left.len());
    // Each that is left stands below one that is left: going up often enough ends in a cycle.
    let mut up = vec![u32::MAX; left.len()];
    for item in all.clone().filter(|item| is_left(*item)) {
        for &part in below.of_item(item) {
            up[part as usize] = item;
        }
    }
    let Some(mut start) = all.clone().find(|item| is_left(*item)) else { return Vec::new() };
    for _ in all {
        start = up[start as usize];
    }
    // From there, breadth first, back to it.
    let mut from = vec![u32::MAX; left.len()];
    let mut queue = VecDeque::from([start]);
    while let Some(item) = queue.pop_front() {
        for &part in below.of_item(item) {
            if part == start {
                return back(&from, start, item);
            }
            if from[part as usize] == u32::MAX {
                from[part as usize] = item;
                queue.push_back(part);
            }
        }
    }
    vec![start]
}

fn back(from: &[u32], start: u32, last: u32) -> Vec<u32> {
    let mut path = vec![last];
    let mut item = last;
    while item != start {
        item = from[item as usize];
        path.push(item);
    }
    path.reverse();
    path
}
