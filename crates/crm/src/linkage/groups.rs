//! From pairs to persons.

use std::collections::BTreeSet;

use super::Pair;

/// Rows that pairs join, directly or by way of others: each group rising, in the order of their first rows. Rows that nothing joins are left out.
///
/// ```
/// use fondaco_crm::linkage::groups;
///
/// assert_eq!(groups(6, &[(0, 3), (3, 5), (1, 2)]), [vec![0, 3, 5], vec![1, 2]]);
/// ```
#[must_use]
pub fn groups(rows: usize, pairs: &[Pair]) -> Vec<Vec<usize>> {
    let mut head: Vec<usize> = (0..rows).collect();
    for (one, other) in pairs {
        let (one, other) = (find(&mut head, *one), find(&mut head, *other));
        // The first row of a group is its head.
        if let Some(slot) = head.get_mut(one.max(other)) {
            *slot = one.min(other);
        }
    }
    let mut all: Vec<Vec<usize>> = vec![Vec::new(); rows];
    for row in 0..rows {
        let of = find(&mut head, row);
        if let Some(group) = all.get_mut(of) {
            group.push(row);
        }
    }
    all.into_iter().filter(|group| group.len() > 1).collect()
}

/// The head of a row's group; all on the way are put right under it.
fn find(head: &mut [usize], row: usize) -> usize {
    let mut at = row;
    while let Some(next) = head.get(at).copied().filter(|next| *next != at) {
        let further = head.get(next).copied().unwrap_or(next);
        if let Some(slot) = head.get_mut(at) {
            *slot = further;
        }
        at = further;
    }
    at
}

/// Of pairs with their probabilities those from this one on, the likeliest first, each row in one pair at most: where no list has anybody twice.
///
/// ```
/// use fondaco_crm::linkage::best_matches;
///
/// assert_eq!(best_matches(&[(0, 5), (1, 5), (1, 6)], &[0.9, 0.99, 0.8], 0.5), [(1, 5)]);
/// ```
#[must_use]
pub fn best_matches(pairs: &[Pair], probabilities: &[f64], least: f64) -> Vec<Pair> {
    let both = pairs.iter().zip(probabilities);
    let mut likely: Vec<(&Pair, &f64)> = both.filter(|(_, p)| **p >= least).collect();
    likely.sort_by(|a, b| b.1.total_cmp(a.1).then(a.0.cmp(b.0)));
    let mut taken = BTreeSet::new();
    let mut best = Vec::new();
    for ((one, other), _) in likely {
        if !taken.contains(one) && !taken.contains(other) {
            taken.extend([*one, *other]);
            best.push((*one, *other));
        }
    }
    best
}
