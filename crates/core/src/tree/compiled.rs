//! A whole tree at once.

use crate::map::HashMap;
use smol_str::SmolStr;

use super::Branch;

/// All branches of a tree, each with what stands under it behind it, in order of codes: what is under a branch is one run of
/// them, so that "stands under" is two comparisons and nothing is walked.
///
/// ```
/// # use fondaco_core::store::Record;
/// # use fondaco_core::tree::{Branch, Tree};
/// # use fondaco_core::IndexOf;
/// # use smol_str::SmolStr;
/// # #[derive(Record, Debug, Clone)]
/// # #[record(table = "zone", kind = state, key(code), index(by_parent(parent)), guard(by_parent(parent)))]
/// # struct Zone { code: SmolStr, parent: Option<SmolStr> }
/// # impl Branch for Zone {
/// #     const WHAT: &'static str = "zone";
/// #     const UNDER: IndexOf<Zone> = Zone::BY_PARENT;
/// #     fn code(&self) -> &SmolStr { &self.code }
/// #     fn parent(&self) -> Option<&SmolStr> { self.parent.as_ref() }
/// # }
/// let zone = |code: &str, parent: Option<&str>| Zone { code: code.into(), parent: parent.map(Into::into) };
/// let tree = Tree::of(&[zone("A/1", Some("A")), zone("B", None), zone("A", None), zone("A/1/x", Some("A/1"))]);
/// assert_eq!(tree.codes(), ["A", "A/1", "A/1/x", "B"]);
/// assert_eq!(tree.within("A/1"), ["A/1", "A/1/x"]);
/// assert!(tree.is_within("A/1/x", "A") && !tree.is_within("B", "A"));
/// assert_eq!(tree.above("A/1/x").collect::<Vec<_>>(), ["A/1", "A"]);
/// assert_eq!(tree.level("A/1/x"), Some(3));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    /// In order: each parent directly before what stands under it.
    codes: Vec<SmolStr>,
    parents: Vec<Option<usize>>,
    /// Where what stands under each ends.
    ends: Vec<usize>,
    places: HashMap<SmolStr, usize>,
}

impl Tree {
    /// The tree of these rows. What stands under nothing that is among them is at the top; what stands in a circle, which acts
    /// never make, is left out: then the tree has fewer codes than there are rows.
    pub fn of<'a, B: Branch>(rows: impl IntoIterator<Item = &'a B>) -> Tree {
        let mut rows: Vec<&B> = rows.into_iter().collect();
        // Backwards, as what is put on the stack last is taken first.
        rows.sort_by(|a, b| b.code().cmp(a.code()));
        rows.dedup_by(|a, b| a.code() == b.code());
        let known: HashMap<&SmolStr, ()> = rows.iter().map(|row| (row.code(), ())).collect();
        let mut under: HashMap<Option<&SmolStr>, Vec<&SmolStr>> = HashMap::default();
        for row in &rows {
            let parent = row.parent().filter(|parent| known.contains_key(parent));
            under.entry(parent).or_default().push(row.code());
        }
        let mut tree = Tree::default();
        let tops = under.remove(&None).unwrap_or_default();
        let mut stack: Vec<Step<'_>> =
            tops.into_iter().map(|code| Step::Enter(code, None)).collect();
        while let Some(step) = stack.pop() {
            match step {
                Step::Leave(place) => tree.close(place),
                Step::Enter(code, parent) => {
                    let place = tree.push(code, parent);
                    stack.push(Step::Leave(place));
                    let below = under.remove(&Some(code)).unwrap_or_default();
                    stack.extend(below.into_iter().map(|code| Step::Enter(code, Some(place))));
                }
            }
        }
        tree
    }

    fn push(&mut self, code: &SmolStr, parent: Option<usize>) -> usize {
        let place = self.codes.len();
        self.codes.push(code.clone());
        self.parents.push(parent);
        self.ends.push(place + 1);
        self.places.insert(code.clone(), place);
        place
    }

    fn close(&mut self, place: usize) {
        let end = self.codes.len();
        if let Some(known) = self.ends.get_mut(place) {
            *known = end;
        }
    }

    /// All codes, each parent directly before what stands under it.
    pub fn codes(&self) -> &[SmolStr] {
        &self.codes
    }

    /// Where a branch stands among all [`codes`](Tree::codes): for sorting rows as the tree goes.
    pub fn place(&self, code: &str) -> Option<usize> {
        self.places.get(code).copied()
    }

    /// A branch and all that stands under it; nothing when there is no such branch.
    pub fn within(&self, code: &str) -> &[SmolStr] {
        let run = self.places.get(code).and_then(|&at| self.codes.get(at..*self.ends.get(at)?));
        run.unwrap_or_default()
    }

    /// Whether a branch is another, or stands under it.
    pub fn is_within(&self, code: &str, above: &str) -> bool {
        let (Some(&at), Some(&from)) = (self.places.get(code), self.places.get(above)) else {
            return false;
        };
        from <= at && self.ends.get(from).is_some_and(|&end| at < end)
    }

    /// What a branch stands under, the nearest first.
    pub fn above(&self, code: &str) -> impl Iterator<Item = &SmolStr> {
        let parent = |at: usize| self.parents.get(at).copied().flatten();
        let first = self.places.get(code).and_then(|&at| parent(at));
        std::iter::successors(first, move |&at| parent(at)).filter_map(|at| self.codes.get(at))
    }

    /// Its level, the topmost 1; `None` when there is no such branch.
    pub fn level(&self, code: &str) -> Option<usize> {
        self.places.get(code).map(|_| self.above(code).count() + 1)
    }
}

/// What comes next of a walk without recursion.
enum Step<'a> {
    Enter(&'a SmolStr, Option<usize>),
    Leave(usize),
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::IndexOf;
    use crate::store::Record;

    #[derive(Record, Debug, Clone)]
    #[record(table = "zone", kind = state, key(code), index(by_parent(parent)))]
    struct Zone {
        code: SmolStr,
        parent: Option<SmolStr>,
    }

    impl Branch for Zone {
        const WHAT: &'static str = "zone";
        const UNDER: IndexOf<Zone> = Zone::BY_PARENT;
        fn code(&self) -> &SmolStr {
            &self.code
        }
        fn parent(&self) -> Option<&SmolStr> {
            self.parent.as_ref()
        }
    }

    fn code(number: usize) -> SmolStr {
        smol_str::format_smolstr!("{number}")
    }

    /// What stands above a zone, found by walking the rows.
    fn walked(zones: &[Zone], of: &Zone) -> Vec<SmolStr> {
        let (mut path, mut next) = (Vec::new(), of.parent.clone());
        while let Some(code) = next {
            let Some(zone) = zones.iter().find(|zone| zone.code == code) else { break };
            next = zone.parent.clone();
            path.push(code);
        }
        path
    }

    proptest! {
        #[test]
        fn a_tree_says_what_walking_says(parents in prop::collection::vec(any::<prop::sample::Index>(), 0..40)) {
            // Each zone stands under one before it, or under none (its own number), so there are no circles.
            let zones: Vec<Zone> = parents.iter().enumerate().map(|(number, parent)| {
                let parent = parent.index(number + 1);
                Zone { code: code(number), parent: (parent < number).then(|| code(parent)) }
            }).collect();
            let tree = Tree::of(zones.iter().rev());
            prop_assert_eq!(tree.codes().len(), zones.len());
            for zone in &zones {
                let above = walked(&zones, zone);
                prop_assert_eq!(tree.above(&zone.code).cloned().collect::<Vec<_>>(), above.clone());
                prop_assert_eq!(tree.level(&zone.code), Some(above.len() + 1));
                for other in &zones {
                    let within = other.code == zone.code || above.contains(&other.code);
                    prop_assert_eq!(tree.is_within(&zone.code, &other.code), within);
                    prop_assert_eq!(tree.within(&other.code).contains(&zone.code), within);
                }
            }
        }
    }

    #[test]
    fn circles_are_left_out_and_orphans_are_at_the_top() {
        let zone = |code: &str, parent: Option<&str>| Zone {
            code: code.into(),
            parent: parent.map(Into::into),
        };
        let tree = Tree::of(&[zone("A", Some("B")), zone("B", Some("A")), zone("C", Some("gone"))]);
        assert_eq!(tree.codes(), ["C"]);
        assert_eq!((tree.level("A"), tree.within("A").len()), (None, 0));
    }

    #[test]
    fn a_tree_may_be_deeper_than_any_stack() {
        let deep: Vec<Zone> = (0..100_000)
            .map(|n| Zone { code: code(n), parent: (n > 0).then(|| code(n - 1)) })
            .collect();
        assert_eq!(Tree::of(&deep).within("0").len(), 100_000);
    }
}
