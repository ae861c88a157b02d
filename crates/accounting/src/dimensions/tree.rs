//! The tree of a dimension: which value stands under which, on any day, as known at any time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::timeline::{Overlaps, Timeline, TimelineRules};
use fondaco_core::{Halt, Range, Reading, Timestamp, Tx};
use smol_str::SmolStr;

use super::{DimensionPlace, DimensionValue};
use crate::ledger::MAX_LEVELS;

/// The first day of all: from it on a value stands where it was opened.
pub(super) const ALWAYS: NaiveDate = match NaiveDate::from_ymd_opt(1, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// A move counts from its day on, until the next day from which another does.
const MOVES: TimelineRules =
    TimelineRules { overlaps: Overlaps::Split, gaps: fondaco_core::timeline::Gaps::Allowed };

/// Where a value stands over time.
type Line = Timeline<Option<SmolStr>>;

/// Where all values of a dimension stand, on any day, as known at any time.
pub(crate) struct Places {
    values: BTreeMap<SmolStr, Arc<DimensionValue>>,
    lines: BTreeMap<SmolStr, Line>,
}

impl Places {
    /// Looks at all values of a dimension.
    pub(crate) fn peek(read: &mut impl Reading, dimension: &SmolStr) -> Result<Places, Halt> {
        let values = read.peek_scan(&Range::<DimensionValue>::by_key(dimension))?;
        let places = read.peek_scan(&Range::<DimensionPlace>::by_key(dimension))?;
        Places::of(values, &places)
    }

    /// Reads all values of a dimension; the decision rests on them, and on where each stands.
    pub(crate) fn read(tx: &mut Tx<'_>, dimension: &SmolStr) -> Result<Places, Halt> {
        let values = tx.scan(&Range::<DimensionValue>::by_key(dimension))?;
        let places = tx.scan(&Range::<DimensionPlace>::by_key(dimension))?;
        Places::of(values, &places)
    }

    fn of(
        values: Vec<Arc<DimensionValue>>,
        places: &[Arc<DimensionPlace>],
    ) -> Result<Places, Halt> {
        let of_one = places.chunk_by(|a, b| a.value == b.value);
        let line = |rows: &[Arc<DimensionPlace>]| {
            let value = rows.first().map(|row| row.value.clone()).unwrap_or_default();
            Ok::<_, Halt>((value, Timeline::of_rows(MOVES, rows)?))
        };
        let lines = of_one.map(line).collect::<Result<_, _>>()?;
        let values = values.into_iter().map(|value| (value.code.clone(), value)).collect();
        Ok(Places { values, lines })
    }

    pub(super) fn value(&self, code: &str) -> Option<&Arc<DimensionValue>> {
        self.values.get(code)
    }

    pub(super) fn insert(&mut self, value: DimensionValue) {
        self.values.insert(value.code.clone(), Arc::new(value));
    }

    /// Has a value stand under another from a day on: the fact of it.
    pub(super) fn put(
        &mut self,
        (dimension, value): (&SmolStr, &SmolStr),
        parent: Option<SmolStr>,
        start: NaiveDate,
        now: Timestamp,
    ) -> Result<DimensionPlace, Halt> {
        let line = self.lines.entry(value.clone()).or_insert_with(|| Timeline::with(MOVES));
        let recorded_at = line.time_after(now);
        let number = line.recordings().len() as i64;
        let span = fondaco_core::timeline::Span::from(start);
        let bug = |error: fondaco_core::timeline::TimelineError| Halt::Bug(error.to_string());
        line.set(span, parent.clone(), recorded_at).map_err(bug)?;
        let (dimension, value) = (dimension.clone(), value.clone());
        Ok(DimensionPlace { dimension, value, number, start, parent, recorded_at })
    }

    /// The last day of what is said of a value on a day; `None` for up to any.
    pub(super) fn until(&self, value: &str, day: NaiveDate) -> Option<NaiveDate> {
        let segments = self.lines.get(value)?.segments();
        segments.iter().find(|segment| segment.days.contains(day))?.days.end()
    }

    /// What a value stands under on a day; the last of all where none is named.
    fn parent(
        &self,
        value: &str,
        day: Option<NaiveDate>,
        known_at: Option<Timestamp>,
    ) -> Option<SmolStr> {
        let line = self.lines.get(value)?;
        let day = day.unwrap_or(NaiveDate::MAX);
        let found = match known_at {
            Some(time) => line.known_at(time).as_of(day),
            None => line.as_of(day),
        };
        found.cloned().flatten()
    }

    /// What a value stands under on a day, from the nearest to the topmost.
    pub(crate) fn above(&self, value: &str, day: NaiveDate) -> Vec<SmolStr> {
        let (mut above, mut next) = (Vec::new(), self.parent(value, Some(day), None));
        while let Some(parent) = next.filter(|parent| !above.contains(parent)) {
            next = self.parent(&parent, Some(day), None);
            above.push(parent);
        }
        above
    }

    /// The tree of a day, as known at a time.
    pub(crate) fn tree(
        &self,
        dimension: &SmolStr,
        day: Option<NaiveDate>,
        known_at: Option<Timestamp>,
    ) -> DimensionTree {
        let node = |value: &Arc<DimensionValue>| {
            let parent = self.parent(&value.code, day, known_at);
            let parent = parent.filter(|parent| self.values.contains_key(parent));
            (value.code.clone(), Node { value: value.clone(), parent })
        };
        DimensionTree::of(dimension.clone(), day, self.values.values().map(node).collect())
    }

    /// Why some values can't stand where they are said to, from a day on: which, and on which day.
    pub(super) fn check(
        &self,
        dimension: &SmolStr,
        changed: &[SmolStr],
        from: NaiveDate,
    ) -> Result<(), (SmolStr, NaiveDate, String)> {
        let segments = self.lines.values().flat_map(Timeline::segments);
        let starts = segments.filter_map(|segment| segment.days.start());
        let mut days: BTreeSet<NaiveDate> = starts.filter(|start| from < *start).collect();
        days.insert(from);
        for day in days {
            let tree = self.tree(dimension, Some(day), None);
            for value in changed {
                tree.check(value).map_err(|why| (value.clone(), day, why))?;
            }
        }
        Ok(())
    }
}

/// What a value stands under on a day, from the nearest to the topmost, by reading no more than its line upwards; the
/// decision rests on that.
pub(crate) fn above(
    tx: &mut Tx<'_>,
    dimension: &str,
    value: &str,
    day: NaiveDate,
) -> Result<Vec<SmolStr>, Halt> {
    let mut above: Vec<SmolStr> = Vec::new();
    let mut next = SmolStr::new(value);
    loop {
        let key = (SmolStr::new(dimension), next);
        let rows = tx.scan(&Range::<DimensionPlace>::by_key(&key))?;
        let parent = match rows.is_empty() {
            true => None,
            false => Timeline::of_rows(MOVES, &rows)?.as_of(day).cloned().flatten(),
        };
        match parent.filter(|parent| !above.contains(parent)) {
            None => return Ok(above),
            Some(parent) => {
                above.push(parent.clone());
                next = parent;
            }
        }
    }
}

/// A value of a tree.
#[derive(Debug, Clone, PartialEq)]
struct Node {
    value: Arc<DimensionValue>,
    parent: Option<SmolStr>,
}

/// The tree of a dimension on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct DimensionTree {
    /// The dimension.
    pub dimension: SmolStr,
    /// The day; `None` for how it stands in the end.
    pub day: Option<NaiveDate>,
    nodes: BTreeMap<SmolStr, Node>,
    /// What stands under each value, by code; under nothing: the empty text.
    below: BTreeMap<SmolStr, Vec<SmolStr>>,
}

impl DimensionTree {
    fn of(
        dimension: SmolStr,
        day: Option<NaiveDate>,
        nodes: BTreeMap<SmolStr, Node>,
    ) -> DimensionTree {
        let mut below: BTreeMap<SmolStr, Vec<SmolStr>> = BTreeMap::new();
        for (code, node) in &nodes {
            below.entry(node.parent.clone().unwrap_or_default()).or_default().push(code.clone());
        }
        DimensionTree { dimension, day, nodes, below }
    }

    /// The value with this code.
    pub fn value(&self, code: &str) -> Option<&DimensionValue> {
        self.nodes.get(code).map(|node| node.value.as_ref())
    }

    /// What a value stands under.
    pub fn parent(&self, code: &str) -> Option<&SmolStr> {
        self.nodes.get(code)?.parent.as_ref()
    }

    /// What stands directly under a value, by code; `None` for what stands under nothing.
    pub fn below(&self, code: Option<&str>) -> &[SmolStr] {
        self.below.get(code.unwrap_or_default()).map(Vec::as_slice).unwrap_or_default()
    }

    /// All that a value stands under, from the nearest to the topmost.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_centres(); // SALES over EAST and WEST, EAST over 10 and 11, WEST over 20
    /// let tree = books.dimension_tree("cost_centre", None)?;
    /// assert_eq!(tree.above("10"), ["EAST", "SALES"]);
    /// assert_eq!(tree.under("EAST").into_iter().collect::<Vec<_>>(), ["10", "11", "EAST"]);
    /// assert_eq!((tree.level("SALES"), tree.level("10"), tree.level("no such")), (1, 3, 1));
    /// assert_eq!(tree.at_level("10", 2), "EAST");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn above(&self, code: &str) -> Vec<SmolStr> {
        let (mut above, mut next) = (Vec::new(), self.parent(code));
        while let Some(parent) = next.filter(|parent| !above.contains(*parent)) {
            above.push(parent.clone());
            next = self.parent(parent);
        }
        above
    }

    /// A value with all that stands under it.
    pub fn under(&self, code: &str) -> BTreeSet<SmolStr> {
        let (mut found, mut next) = (BTreeSet::new(), vec![SmolStr::new(code)]);
        while let Some(code) = next.pop() {
            if found.insert(code.clone()) {
                next.extend(self.below(Some(&code)).iter().cloned());
            }
        }
        found
    }

    /// The level of a value, the topmost 1; of one that is not in the tree too.
    pub fn level(&self, code: &str) -> usize {
        self.above(code).len() + 1
    }

    /// What stands over a value at a level; the value itself where it stands no deeper.
    pub fn at_level(&self, code: &str, level: usize) -> SmolStr {
        let above = self.above(code);
        let steps = (above.len() + 1).saturating_sub(level.max(1));
        match steps.checked_sub(1).and_then(|at| above.get(at)) {
            Some(heading) => heading.clone(),
            None => SmolStr::new(code),
        }
    }

    /// All values, each before what stands under it, with their levels.
    pub fn outline(&self) -> Vec<(&DimensionValue, usize)> {
        let mut found = Vec::with_capacity(self.nodes.len());
        let mut next: Vec<(&SmolStr, usize)> =
            self.below(None).iter().rev().map(|top| (top, 1)).collect();
        while let Some((code, level)) = next.pop() {
            found.extend(self.value(code).map(|value| (value, level)));
            if level < MAX_LEVELS {
                next.extend(self.below(Some(code)).iter().rev().map(|code| (code, level + 1)));
            }
        }
        found
    }

    /// Why a value can't stand where it does.
    fn check(&self, code: &SmolStr) -> Result<(), String> {
        let above = self.above(code);
        if above.contains(code) {
            return Err("it would stand under itself: take another".into());
        }
        if above.len() + self.height(code) > MAX_LEVELS {
            return Err(format!("a tree has at most {MAX_LEVELS} levels: take one further up"));
        }
        Ok(())
    }

    /// How many levels a value has with all under it.
    fn height(&self, code: &SmolStr) -> usize {
        let (mut height, mut level) = (0, vec![code]);
        while !level.is_empty() && height <= MAX_LEVELS {
            height += 1;
            level = level.into_iter().flat_map(|code| self.below(Some(code))).collect();
        }
        height
    }
}
