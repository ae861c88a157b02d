//! An index of facts: places in buckets, appended as they come and sorted when somebody looks.
//!
//! A bucket holds the facts that share the index's first column (all its columns, where it is unique): an account's
//! postings. Facts come mostly in order of the rest, and then an entry is one hash and eight bytes. What comes out of
//! order waits at the end of its bucket until the bucket is read; the caller then holds the company alone
//! ([`tidy`](FactIndex::tidy)). So do the names of new buckets, which only a scan over several buckets needs.

use fondaco_core::store::{KeyBytes, KeyWriter, Stored, Table, Type, order_of};

use super::KeyMap;
use super::order::{Range, parts_len};
use super::runs::{Place, Runs};

pub(super) struct FactIndex {
    index: usize,
    /// Whether an erasure can take a row out of the index.
    pub(super) personal: bool,
    lead: Vec<Type>,
    by_lead: KeyMap<KeyBytes, u32>,
    buckets: Vec<Bucket>,
    /// Buckets by their lead, as far as they are sorted.
    names: Vec<u32>,
}

struct Bucket {
    lead: KeyBytes,
    places: Vec<Place>,
    /// How many places from the first are in order.
    sorted: usize,
    /// The place in order, after the lead, of the last that is sorted.
    last: KeyBytes,
}

/// Buckets that a scan looks into: one, or some in order of their names.
enum Look {
    One(Option<u32>),
    Named(std::ops::Range<usize>),
}

impl FactIndex {
    pub(super) fn new(table: &'static Table, index: usize) -> FactIndex {
        let declared = table.indexes.get(index);
        let columns = declared.map_or(&[][..], |index| index.columns);
        let many = if declared.is_some_and(|index| index.unique) { columns.len() } else { 1 };
        let of_index = |&column: &usize| table.columns.get(column);
        let types = columns.iter().take(many).filter_map(of_index);
        FactIndex {
            index,
            personal: columns.iter().filter_map(of_index).any(|column| column.personal),
            lead: types.map(|column| column.ty).collect(),
            by_lead: KeyMap::default(),
            buckets: Vec::new(),
            names: Vec::new(),
        }
    }

    /// Adds the row at `place`, if it has a place in this index.
    pub(super) fn add(&mut self, row: &dyn Stored, place: Place, writer: &mut KeyWriter) {
        writer.clear();
        if !order_of(row, Some(self.index), writer) {
            return;
        }
        let order = writer.as_slice();
        let (lead, rest) = order.split_at(parts_len(order, &self.lead).unwrap_or(0));
        let lead = KeyBytes::new(lead);
        let bucket = match self.by_lead.get(&lead) {
            Some(&bucket) => bucket,
            None => self.new_bucket(lead),
        };
        if let Some(bucket) = self.buckets.get_mut(bucket as usize) {
            bucket.push(place, rest);
        }
    }

    fn new_bucket(&mut self, lead: KeyBytes) -> u32 {
        let bucket = self.buckets.len() as u32;
        self.by_lead.insert(lead.clone(), bucket);
        let (places, last) = (Vec::new(), KeyBytes::new(&[]));
        self.buckets.push(Bucket { lead, places, sorted: 0, last });
        bucket
    }

    /// Takes out the row at `place`, as it stands.
    pub(super) fn remove(&mut self, place: Place, runs: &Runs) {
        let order = order(place, self.index, runs);
        let lead =
            parts_len(order.as_slice(), &self.lead).and_then(|len| order.as_slice().get(..len));
        let bucket = lead.and_then(|lead| self.by_lead.get(&KeyBytes::new(lead)));
        if let Some(bucket) = bucket.and_then(|&bucket| self.buckets.get_mut(bucket as usize)) {
            bucket.remove(place);
        }
    }

    /// Who holds the columns `part` of this unique index.
    pub(super) fn holder(&self, part: &KeyBytes) -> Option<Place> {
        let bucket = self.buckets.get(*self.by_lead.get(part)? as usize)?;
        bucket.places.first().copied()
    }

    /// Whether all that a scan of `range` needs is in order.
    pub(super) fn is_tidy(&self, range: Range<'_>) -> bool {
        match self.look(range) {
            Look::One(bucket) => bucket
                .and_then(|bucket| self.buckets.get(bucket as usize))
                .is_none_or(Bucket::is_tidy),
            Look::Named(_) if self.names.len() < self.buckets.len() => false,
            Look::Named(names) => self.named(names).all(Bucket::is_tidy),
        }
    }

    /// Puts in order what a scan of `range` needs.
    pub(super) fn tidy(&mut self, range: Range<'_>, runs: &Runs) {
        if !matches!(self.look(range), Look::One(_)) {
            self.tidy_names();
        }
        let buckets: Vec<u32> = match self.look(range) {
            Look::One(bucket) => bucket.into_iter().collect(),
            Look::Named(names) => self.names.get(names).unwrap_or_default().to_vec(),
        };
        for bucket in buckets {
            if let Some(bucket) = self.buckets.get_mut(bucket as usize) {
                bucket.tidy(self.index, runs);
            }
        }
    }

    fn tidy_names(&mut self) {
        let known = self.names.len() as u32;
        if (known as usize) < self.buckets.len() {
            self.names.extend(known..self.buckets.len() as u32);
            // The names known before are in order already, which this sort makes use of.
            self.names.sort_by(|&a, &b| {
                let lead = |at: u32| self.buckets.get(at as usize).map(|bucket| &bucket.lead);
                lead(a).cmp(&lead(b))
            });
        }
    }

    /// The places in a range, in order.
    pub(super) fn scan<'a>(
        &'a self,
        range: Range<'a>,
        runs: &'a Runs,
    ) -> impl DoubleEndedIterator<Item = Place> + 'a {
        let (one, named) = match self.look(range) {
            Look::One(bucket) => (bucket, 0..0),
            Look::Named(names) => (None, names),
        };
        let one = one.and_then(|bucket| self.buckets.get(bucket as usize));
        one.into_iter()
            .chain(self.named(named))
            .flat_map(move |bucket| bucket.within(range, self.index, runs).iter().copied())
    }

    fn named(&self, names: std::ops::Range<usize>) -> impl DoubleEndedIterator<Item = &Bucket> {
        let names = self.names.get(names).unwrap_or_default();
        names.iter().filter_map(|&bucket| self.buckets.get(bucket as usize))
    }

    /// Which buckets can hold places of a range.
    fn look(&self, range: Range<'_>) -> Look {
        let lead = parts_len(range.from, &self.lead).and_then(|len| range.from.get(..len));
        let end = lead.map(|lead| KeyBytes::new(lead).after_prefix());
        if let (Some(lead), Some(end)) = (lead, &end)
            && let within = end.as_ref().is_none_or(|end| !range.ends_after(end.as_slice()))
            && within
        {
            return Look::One(self.by_lead.get(&KeyBytes::new(lead)).copied());
        }
        let lead_of =
            |at: &u32| self.buckets.get(*at as usize).map_or(&[][..], |b| b.lead.as_slice());
        let from = lead.unwrap_or(range.from);
        let first = self.names.partition_point(|at| lead_of(at) < from);
        let after = self.names.partition_point(|at| range.ends_after(lead_of(at)));
        Look::Named(first..after.max(first))
    }
}

impl Bucket {
    fn is_tidy(&self) -> bool {
        self.sorted == self.places.len()
    }

    fn push(&mut self, place: Place, rest: &[u8]) {
        if self.is_tidy() && (self.places.is_empty() || self.last.as_slice() < rest) {
            self.sorted += 1;
            self.last = KeyBytes::new(rest);
        }
        self.places.push(place);
    }

    fn remove(&mut self, place: Place) {
        if let Some(at) = self.places.iter().position(|&other| other == place) {
            self.places.remove(at);
            // `last` may now be too large, which only makes the next place wait to be sorted.
            self.sorted -= usize::from(at < self.sorted);
        }
    }

    /// Sorts what came out of order into the rest, looking only at as many of the rest as it must.
    fn tidy(&mut self, index: usize, runs: &Runs) {
        let mut late = self.places.split_off(self.sorted);
        late.sort_by_cached_key(|&place| order(place, index, runs));
        let mut merged = Vec::with_capacity(self.places.len() + late.len());
        let mut rest = self.places.as_slice();
        for place in late {
            let (before, after) =
                rest.split_at(before(rest, order(place, index, runs).as_slice(), index, runs));
            merged.extend_from_slice(before);
            merged.push(place);
            rest = after;
        }
        merged.extend_from_slice(rest);
        self.places = merged;
        self.sorted = self.places.len();
        let last = self.places.last().map(|&place| order(place, index, runs));
        let last = last.as_ref().and_then(|last| last.as_slice().get(self.lead.as_slice().len()..));
        self.last = KeyBytes::new(last.unwrap_or_default());
    }

    /// The places of a range.
    fn within(&self, range: Range<'_>, index: usize, runs: &Runs) -> &[Place] {
        let lead = self.lead.as_slice();
        let places = self.places.as_slice();
        let end = match range.to {
            Some(to) if to.starts_with(lead) || to < lead => before(places, to, index, runs),
            _ => places.len(),
        };
        let start = if range.from <= lead { 0 } else { before(places, range.from, index, runs) };
        places.get(start..end).unwrap_or_default()
    }
}

fn order(place: Place, index: usize, runs: &Runs) -> KeyBytes {
    let mut writer = KeyWriter::new();
    if let Some(row) = runs.row(place) {
        order_of(row, Some(index), &mut writer);
    }
    writer.to_key()
}

/// How many of the sorted places come before `bytes`.
fn before(places: &[Place], bytes: &[u8], index: usize, runs: &Runs) -> usize {
    let mut writer = KeyWriter::new();
    places.partition_point(|&place| {
        writer.clear();
        if let Some(row) = runs.row(place) {
            order_of(row, Some(index), &mut writer);
        }
        writer.as_slice() < bytes
    })
}
