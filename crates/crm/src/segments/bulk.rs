//! A set of segments over columns: each condition becomes a row of bits, and joins are joins of bits.

use fondaco_core::Timestamp;

use super::columns::{Bits, Columns, Kept, Table, Truths};
use super::compile::{
    Acts, Check, Condition, Decayed, FieldCheck, Goal, Op, Path, Program, SegmentSet,
};
use super::evaluate::{Asked, Place, Range, Slice, Track, acts_hold, condition, latest, worth};
use super::predicate::Quantifier;
use super::{SegmentError, Truth};

impl Columns {
    /// The members of a segment at a moment: for whom it surely holds.
    ///
    /// # Errors
    /// [`SegmentError::UnknownName`] for a segment that is not of the set.
    pub fn members(
        &self,
        set: &SegmentSet,
        segment: &str,
        now: Timestamp,
    ) -> Result<Bits, SegmentError> {
        let place = set.need(segment)?;
        let mut run = Run::new(self, set, now);
        Ok(run.segment(place).yes)
    }

    /// The members of all segments at a moment, in the order of [`SegmentSet::names`]. What several of them ask is asked once.
    #[must_use]
    pub fn all_members(&self, set: &SegmentSet, now: Timestamp) -> Vec<Bits> {
        let mut run = Run::new(self, set, now);
        let named = set.segments.iter().enumerate().filter(|(_, ready)| ready.name.is_some());
        named.map(|(place, _)| run.segment(place).yes).collect()
    }

    /// Whether a condition holds for one contact; what rests on other people, found among all.
    pub(super) fn condition_truth(
        &self,
        set: &SegmentSet,
        place: usize,
        contact: u32,
        now: Timestamp,
    ) -> Truth {
        let asked = Asked { records: self, contact, now: now.micros() };
        match set.conditions.get(place) {
            Some(Condition::Segment(other)) => {
                self.truth_among_all(set, *other, contact, now).is_yes().into()
            }
            Some(Condition::People(other, _)) => {
                let mut run = Run::new(self, set, now);
                run.segment(*other);
                let found = run.condition(place);
                match found.unknown.is_some_and(|unknown| unknown.has(contact as usize)) {
                    true => Truth::Unknown,
                    false => found.yes.has(contact as usize).into(),
                }
            }
            Some(one) => condition(&asked, one),
            None => Truth::Unknown,
        }
    }

    /// One contact, found among all.
    pub(super) fn truth_among_all(
        &self,
        set: &SegmentSet,
        place: usize,
        contact: u32,
        now: Timestamp,
    ) -> Truth {
        let found = Run::new(self, set, now).segment(place);
        match found.unknown.is_some_and(|unknown| unknown.has(contact as usize)) {
            true => Truth::Unknown,
            false => found.yes.has(contact as usize).into(),
        }
    }
}

/// One evaluation: what was found stays until its end.
struct Run<'c> {
    columns: &'c Columns,
    set: &'c SegmentSet,
    now: i64,
    conditions: Vec<Option<Truths>>,
    segments: Vec<Option<Truths>>,
}

impl<'c> Run<'c> {
    fn new(columns: &'c Columns, set: &'c SegmentSet, now: Timestamp) -> Self {
        Self {
            columns,
            set,
            now: now.micros(),
            conditions: vec![None; set.conditions.len()],
            segments: vec![None; set.segments.len()],
        }
    }

    fn rows(&self) -> usize {
        self.columns.contacts()
    }

    /// Segments rest on earlier ones alone: those are found first, in order, so that this never goes deep.
    fn segment(&mut self, place: usize) -> Truths {
        for needed in needed(self.set, place) {
            if self.segments.get(needed).is_some_and(Option::is_none) {
                let truths = self.program(needed);
                if let Some(kept) = self.segments.get_mut(needed) {
                    *kept = Some(truths);
                }
            }
        }
        let found = self.segments.get(place).cloned().flatten();
        found.unwrap_or_else(|| Truths::known(Bits::all(self.rows(), false)))
    }

    fn program(&mut self, place: usize) -> Truths {
        let set = self.set;
        let none = Truths::known(Bits::all(self.rows(), false));
        let Some(ready) = set.segments.get(place) else { return none };
        joined(&ready.program, self.rows(), |condition| self.condition(*condition))
    }

    fn condition(&mut self, place: usize) -> Truths {
        if let Some(Some(known)) = self.conditions.get(place) {
            return known.clone();
        }
        let set = self.set;
        let Some(condition) = set.conditions.get(place) else {
            return Truths::known(Bits::all(self.rows(), false));
        };
        let found = match condition {
            Condition::Attribute(check) => self.attribute(check),
            Condition::Behaviour(acts) => self.behaviour(acts),
            Condition::Sequence(path) => Truths::known(self.sequence(path)),
            Condition::Interest(decayed) => Truths::known(self.interest(decayed)),
            Condition::Segment(other) => Truths::known(self.members_of(*other)),
            Condition::People(other, how_many) => self.people(*other, *how_many),
        };
        if let Some(kept) = self.conditions.get_mut(place) {
            *kept = Some(found.clone());
        }
        found
    }

    fn members_of(&self, place: usize) -> Bits {
        let found = self.segments.get(place).and_then(Option::as_ref);
        found.map_or_else(|| Bits::all(self.rows(), false), |truths| truths.yes.clone())
    }

    fn attribute(&self, check: &FieldCheck) -> Truths {
        let people = &self.columns.people;
        let Some(column) = people.table.column(check.field) else {
            return Truths::known(Bits::all(self.rows(), false));
        };
        let today = |zone: u16| Place::new(&self.columns.schema, zone).day(self.now);
        if !matches!(check.check, Check::Ahead(..)) {
            return column.truths(&check.check, self.now, today(0));
        }
        // Once for each zone, of which there are few, and each contact takes that of its own.
        let mut found = column.truths(&check.check, self.now, today(0));
        for zone in 1..self.columns.schema.zone_count() {
            let zone = u16::try_from(zone).unwrap_or(u16::MAX);
            let there = column.truths(&check.check, self.now, today(zone));
            let lives = people.zones.one_of(&[i64::from(zone)]);
            found.yes.join(&lives, |yes, lives| yes & !lives);
            let mut yes = there.yes;
            yes.join(&lives, |yes, lives| yes & lives);
            found.yes.join(&yes, |one, two| one | two);
        }
        found
    }

    fn ranges(&self, window: super::Window) -> Vec<Range> {
        let zones = if window.is_everywhere() { 1 } else { self.columns.schema.zone_count() };
        let zone = |zone: usize| {
            let zone = u16::try_from(zone).unwrap_or(u16::MAX);
            window.at(self.now, Place::new(&self.columns.schema, zone))
        };
        (0..zones).map(zone).collect()
    }

    fn zone_of(&self, contact: u32) -> u16 {
        self.columns.people.zone(contact)
    }

    fn behaviour(&self, acts: &Acts) -> Truths {
        let mut yes = Bits::all(self.rows(), false);
        let Some(kept) = self.columns.kinds.get(acts.kind) else { return Truths::known(yes) };
        let ranges = self.ranges(acts.window);
        let nobody = Slice { times: &[], first: 0 };
        let place = Place::new(&self.columns.schema, 0);
        let none = acts_hold(acts, &kept.table, &nobody, ranges[0], self.now, place, |_| false);
        if none == Truth::Yes {
            yes.flip();
        }
        if let ([range], Goal::Count(bounds), true) =
            (ranges.as_slice(), &acts.goal, acts.filter.is_always())
        {
            count(kept, *range, bounds, none.is_yes(), &mut yes);
            return Truths::known(yes);
        }
        let mut unknown = (none == Truth::Unknown).then(|| Bits::all(self.rows(), true));
        let mask = mask(&acts.filter, &kept.table);
        let zoned = !matches!(ranges.as_slice(), [_]) || matches!(acts.goal, Goal::Frequency(_));
        for (group, contact) in kept.who.iter().enumerate() {
            let zone = if zoned { self.zone_of(*contact) } else { 0 };
            let range = ranges.get(usize::from(zone)).or(ranges.first()).copied();
            let place = Place::new(&self.columns.schema, zone);
            let Some(range) = range else { continue };
            let truth =
                acts_hold(acts, &kept.table, &kept.group(group), range, self.now, place, |row| {
                    mask.as_ref().is_none_or(|mask| mask.has(row))
                });
            put(&mut yes, &mut unknown, *contact, truth);
        }
        Truths { yes, unknown }
    }

    fn sequence(&self, path: &Path) -> Bits {
        let mut yes = Bits::all(self.rows(), false);
        let kinds: Vec<&Kept> =
            path.steps.iter().filter_map(|step| self.columns.kinds.get(step.kind)).collect();
        let masks: Vec<Option<Bits>> = path
            .steps
            .iter()
            .zip(&kinds)
            .map(|(step, kept)| mask(&step.filter, &kept.table))
            .collect();
        let Some(rarest) = kinds.iter().min_by_key(|kept| kept.who.len()) else { return yes };
        let ranges = self.ranges(path.window);
        let mut places = vec![0_usize; kinds.len()];
        let mut tracks = Vec::with_capacity(kinds.len());
        'contacts: for contact in &rarest.who {
            tracks.clear();
            for (kept, place) in kinds.iter().zip(&mut places) {
                *place = gallop(&kept.who, *place, *contact);
                if kept.who.get(*place) != Some(contact) {
                    continue 'contacts;
                }
                tracks.push(kept.group(*place));
            }
            let zone = if ranges.len() > 1 { self.zone_of(*contact) } else { 0 };
            let Some(range) = ranges.get(usize::from(zone)) else { continue };
            let counts = |step: usize, row: usize| {
                masks.get(step).and_then(Option::as_ref).is_none_or(|mask| mask.has(row))
            };
            if latest(path, &tracks, *range, counts).is_some() {
                yes.set(*contact as usize);
            }
        }
        yes
    }

    fn interest(&self, decayed: &Decayed) -> Bits {
        let mut sums = vec![0.0_f64; self.rows()];
        for of in &decayed.weights {
            let Some(kept) = self.columns.kinds.get(of.kind) else { continue };
            let mask = mask(&of.filter, &kept.table);
            for (group, contact) in kept.who.iter().enumerate() {
                let track = kept.group(group);
                let places = 0..track.first_at(self.now);
                let counted = places
                    .filter(|place| mask.as_ref().is_none_or(|mask| mask.has(track.row(*place))));
                let times = counted.map(|place| track.at(place));
                if let Some(sum) = sums.get_mut(*contact as usize) {
                    *sum += worth(decayed.half_life_micros, of.weight, times, self.now);
                }
            }
        }
        Bits::of(&sums, |sum| decayed.holds(sum))
    }

    fn people(&self, place: usize, how_many: Quantifier) -> Truths {
        let members = self.members_of(place);
        let people = &self.columns.people;
        let organisations: Vec<Option<u32>> =
            (0_u32..).take(self.rows()).map(|contact| people.organisation(contact)).collect();
        let count = organisations.iter().flatten().max().map_or(0, |most| *most as usize + 1);
        let mut sums = vec![(0_u32, 0_u32); count];
        for (contact, organisation) in organisations.iter().enumerate() {
            if let Some((yes, all)) = organisation.and_then(|number| sums.get_mut(number as usize))
            {
                *yes += u32::from(members.has(contact));
                *all += 1;
            }
        }
        let holds = |number: u32| {
            sums.get(number as usize).is_some_and(|(yes, all)| how_many.holds(*yes, *all))
        };
        let yes = Bits::of(&organisations, |organisation| organisation.is_some_and(holds));
        Truths {
            yes,
            unknown: Some(Bits::of(&organisations, |organisation| organisation.is_none())),
        }
    }
}

impl Quantifier {
    /// Whether so many of all are enough.
    pub(super) fn holds(self, yes: u32, all: u32) -> bool {
        match self {
            Quantifier::All => yes == all,
            Quantifier::AtLeast(least) => yes >= least,
        }
    }
}

/// The segments that one rests on, in order, and itself.
pub(super) fn needed(set: &SegmentSet, place: usize) -> Vec<usize> {
    let mut is_needed = vec![false; place + 1];
    is_needed[place] = true;
    for at in (0..=place).rev().filter(|at| *at < set.segments.len()) {
        if !is_needed[at] {
            continue;
        }
        for condition in set.conditions_of(at) {
            let other = match set.conditions.get(condition) {
                Some(Condition::Segment(other) | Condition::People(other, _)) => *other,
                _ => continue,
            };
            if let Some(needed) = is_needed.get_mut(other) {
                *needed = true;
            }
        }
    }
    (0..=place).filter(|at| is_needed[*at]).collect()
}

/// Runs a program over rows of bits.
fn joined<T>(program: &Program<T>, rows: usize, mut leaf: impl FnMut(&T) -> Truths) -> Truths {
    let mut stack: Vec<Truths> = Vec::new();
    for op in &program.ops {
        let done = match op {
            Op::Leaf(one) => Some(leaf(one)),
            Op::Yes => Some(Truths::known(Bits::all(rows, true))),
            Op::No => Some(Truths::known(Bits::all(rows, false))),
            Op::Not => stack.pop().map(Truths::not),
            Op::And | Op::Or => {
                let right = stack.pop();
                let left = stack.pop();
                left.zip(right).map(|(left, right)| match op {
                    Op::And => left.and(&right),
                    _ => left.or(&right),
                })
            }
        };
        stack.extend(done);
    }
    stack.pop().unwrap_or_else(|| Truths::known(Bits::all(rows, false)))
}

/// Which events of a kind pass a filter; `None` where all do.
fn mask(filter: &Program<FieldCheck>, table: &Table) -> Option<Bits> {
    if filter.is_always() {
        return None;
    }
    let passed = joined(filter, table.rows, |check| match table.column(check.field) {
        Some(column) => column.truths(&check.check, 0, chrono::NaiveDate::default()),
        None => Truths::known(Bits::all(table.rows, false)),
    });
    Some(passed.yes)
}

/// How often, in a window that is the same for all: no more than times are read.
fn count(kept: &Kept, range: Range, bounds: &super::compile::Bounds, none: bool, yes: &mut Bits) {
    let (low, high) = bounds.narrow();
    for (contact, ends) in kept.who.iter().zip(kept.starts.windows(2)) {
        let &[start, end] = ends else { continue };
        let times = kept.times.get(start as usize..end as usize).unwrap_or_default();
        let within = |at: &&i64| (range.from <= **at) & (**at < range.until);
        let count = times.iter().filter(within).count() as i64;
        let holds = ((low <= count) & (count <= high)) != bounds.negated;
        if holds != none {
            if holds { yes.set(*contact as usize) } else { yes.clear(*contact as usize) }
        }
    }
}

fn put(yes: &mut Bits, unknown: &mut Option<Bits>, contact: u32, truth: Truth) {
    let row = contact as usize;
    if truth == Truth::Yes {
        yes.set(row)
    } else {
        yes.clear(row)
    }
    if let Some(unknown) = unknown {
        if truth == Truth::Unknown { unknown.set(row) } else { unknown.clear(row) }
    } else if truth == Truth::Unknown {
        let mut fresh = Bits::all(yes.rows(), false);
        fresh.set(row);
        *unknown = Some(fresh);
    }
}

/// The first place from another on whose contact is not before this.
fn gallop(who: &[u32], mut from: usize, contact: u32) -> usize {
    let mut step = 1;
    while who.get(from + step).is_some_and(|one| *one < contact) {
        from += step;
        step *= 2;
    }
    let end = (from + step + 1).min(who.len());
    let rest = who.get(from..end).unwrap_or_default();
    from + rest.partition_point(|one| *one < contact)
}
