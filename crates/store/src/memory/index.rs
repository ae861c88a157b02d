//! An index of facts: places in buckets, filled when somebody looks or when enough has come to fill many at once.
//!
//! A bucket holds the facts that share the index's first column (all its columns, where it is unique): an account's
//! postings. A commit leaves its rows waiting; they are spread over the buckets, bucket by bucket, when 65,536 of them
//! wait or a scan needs them. So a bucket is fetched from memory once for many rows, and a row costs a few dozen nanoseconds.
//! What comes out of order waits at the end of its bucket until the bucket is read. Whoever puts in order holds the company
//! alone ([`tidy`](FactIndex::tidy)).

use fondaco_core::store::{KeyBytes, KeyTable, KeyWriter, Table, Tag, Type, order_of};

use super::order::{Range, parts_len};
use super::runs::{Place, Runs};
use super::sums::AT_ONCE;

/// So many rows wait at most.
const WAITING: usize = 1 << 16;

pub(super) struct FactIndex {
    index: usize,
    /// Whether an erasure can take a row out of the index.
    pub(super) personal: bool,
    unique: bool,
    lead: Vec<Type>,
    by_lead: KeyTable,
    leads: Vec<KeyBytes>,
    buckets: Vec<Bucket>,
    /// Buckets by their lead, but for those that came since the last scan over several.
    names: Vec<u32>,
    /// Buckets that are not in order, and some that are again.
    untidy: Vec<u32>,
    /// Rows that are in no bucket yet, as the first place and how many follow.
    waiting: Vec<(Place, usize)>,
    waiting_rows: usize,
    /// Whether some of them have keys before rows that came earlier.
    late: bool,
}

struct Bucket {
    items: Vec<Item>,
    /// Whether the heads of all of them tell their order.
    headed: bool,
    /// How many places from the first are in order.
    sorted: usize,
    /// The first bytes of the index columns after the lead, of the last place that is sorted.
    last: Rest,
    /// Whether the bucket is among the untidy.
    listed: bool,
}

/// A place in a bucket, and beside it the first eight bytes of its index columns after the lead: an account's postings within
/// some dates are found without a look at one of them.
#[derive(Clone, Copy)]
struct Item {
    place: Place,
    head: u64,
}

/// So many bytes are a head.
const HEAD: usize = size_of::<u64>();

/// The first sixteen bytes of the index columns after the lead, as numbers that order as they do.
#[derive(Clone, Copy, Default, PartialEq, PartialOrd)]
struct Rest(u64, u64);

impl Rest {
    fn of(rest: &[u8]) -> Rest {
        let mut bytes = [0; 16];
        let len = rest.len().min(bytes.len());
        if let (Some(room), Some(first)) = (bytes.get_mut(..len), rest.get(..len)) {
            room.copy_from_slice(first);
        }
        let number = u128::from_be_bytes(bytes);
        Rest((number >> 64) as u64, number as u64)
    }
}

/// A row on its way into a bucket.
struct Entry {
    bucket: u32,
    place: Place,
    rest: Rest,
    /// Whether the columns after the lead are as long as a head.
    headed: bool,
    /// Whether the row's key is after all rows before, and `rest` is all that comes before the key.
    in_order: bool,
}

/// Leads of some entries, in one buffer.
#[derive(Default)]
struct Leads {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Leads {
    fn push(&mut self, lead: &[u8]) {
        self.bytes.extend_from_slice(lead);
        self.ends.push(self.bytes.len());
    }

    fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> + Clone {
        let start = |at: usize| at.checked_sub(1).and_then(|at| self.ends.get(at)).copied();
        let lead = move |(at, &end)| self.bytes.get(start(at).unwrap_or(0)..end);
        self.ends.iter().enumerate().map(move |end| lead(end).unwrap_or_default())
    }
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
            unique: declared.is_some_and(|index| index.unique),
            lead: types.map(|column| column.ty).collect(),
            by_lead: KeyTable::default(),
            leads: Vec::new(),
            buckets: Vec::new(),
            names: Vec::new(),
            untidy: Vec::new(),
            waiting: Vec::new(),
            waiting_rows: 0,
            late: false,
        }
    }

    /// Takes in `count` rows from `first` on. `after`: their keys are after those of all rows before.
    pub(super) fn add(&mut self, first: Place, count: usize, after: bool, runs: &Runs) {
        match self.waiting.last_mut() {
            Some((start, waiting)) if after && start.plus(*waiting) == first => *waiting += count,
            _ => self.waiting.push((first, count)),
        }
        self.waiting_rows += count;
        self.late |= !after;
        if self.unique || self.waiting_rows >= WAITING {
            self.spread(runs);
        }
    }

    /// Spreads the waiting rows over their buckets.
    fn spread(&mut self, runs: &Runs) {
        let (late, types) = (std::mem::take(&mut self.late), self.lead.clone());
        let mut entries = Vec::with_capacity(std::mem::take(&mut self.waiting_rows));
        let mut leads = Leads::default();
        for waiting in std::mem::take(&mut self.waiting) {
            runs.each_part(waiting, self.index, &mut |place, columns| {
                let (lead, rest) = columns.split_at(parts_len(columns, &types).unwrap_or(0));
                let in_order = !late && rest.len() <= size_of::<Rest>();
                let (headed, rest) = (rest.len() >= HEAD, Rest::of(rest));
                entries.push(Entry { bucket: 0, place, rest, headed, in_order });
                leads.push(lead);
                if leads.ends.len() == AT_ONCE {
                    self.place(&mut leads, &mut entries);
                }
            });
        }
        self.place(&mut leads, &mut entries);
        let order = by_bucket(&entries, self.buckets.len());
        let bucket_of = |at: &u32| entries.get(*at as usize).map_or(0, |entry| entry.bucket);
        for same in order.chunk_by(|a, b| bucket_of(a) == bucket_of(b)) {
            let number = same.first().map_or(0, bucket_of);
            let Some(bucket) = self.buckets.get_mut(number as usize) else { continue };
            bucket.items.reserve(same.len());
            for entry in same.iter().filter_map(|&at| entries.get(at as usize)) {
                bucket.push(entry);
            }
            if !bucket.is_tidy() && !std::mem::replace(&mut bucket.listed, true) {
                self.untidy.push(number);
            }
        }
    }

    /// Tells the last entries their buckets, by their leads, which it takes.
    fn place(&mut self, leads: &mut Leads, entries: &mut [Entry]) {
        let last = entries.len() - leads.ends.len();
        let found =
            self.by_lead.find_all(leads.iter(), |bucket, lead| self.lead_of(bucket) == lead);
        let entries = entries.get_mut(last..).into_iter().flatten();
        for ((entry, lead), found) in entries.zip(leads.iter()).zip(found) {
            entry.bucket = found.unwrap_or_else(|| self.bucket(lead));
        }
        leads.bytes.clear();
        leads.ends.clear();
    }

    /// The bucket of a lead, made if there is none.
    fn bucket(&mut self, lead: &[u8]) -> u32 {
        let tag = self.by_lead.tag(lead);
        if let Some(bucket) = self.find(tag, lead) {
            return bucket;
        }
        let bucket = self.buckets.len() as u32;
        self.by_lead.insert(tag, bucket);
        self.leads.push(KeyBytes::new(lead));
        self.buckets.push(Bucket::new());
        bucket
    }

    fn find(&self, tag: Tag, lead: &[u8]) -> Option<u32> {
        self.by_lead.find(tag, |bucket| self.lead_of(bucket) == lead)
    }

    fn bucket_of(&self, lead: &[u8]) -> Option<u32> {
        self.find(self.by_lead.tag(lead), lead)
    }

    fn lead_of(&self, bucket: u32) -> &[u8] {
        self.leads.get(bucket as usize).map_or(&[], KeyBytes::as_slice)
    }

    /// Takes out the row at `place`, as it stands.
    pub(super) fn remove(&mut self, place: Place, runs: &Runs) {
        self.spread(runs);
        let order = order(place, self.index, runs);
        let lead =
            parts_len(order.as_slice(), &self.lead).and_then(|len| order.as_slice().get(..len));
        let bucket = lead.and_then(|lead| self.bucket_of(lead));
        if let Some(bucket) = bucket.and_then(|bucket| self.buckets.get_mut(bucket as usize)) {
            bucket.remove(place);
        }
    }

    /// Who holds the columns `part` of this unique index.
    pub(super) fn holder(&self, part: &KeyBytes) -> Option<Place> {
        let bucket = self.buckets.get(self.bucket_of(part.as_slice())? as usize)?;
        bucket.items.first().map(|item| item.place)
    }

    /// Whether all that a scan of `range` needs is in order.
    pub(super) fn is_tidy(&self, range: Range<'_>) -> bool {
        let is_tidy = |bucket: u32| self.buckets.get(bucket as usize).is_none_or(Bucket::is_tidy);
        self.waiting.is_empty()
            && match self.look(range) {
                Look::One(bucket) => bucket.is_none_or(is_tidy),
                Look::Named(_) => self.names.len() == self.buckets.len() && self.untidy.is_empty(),
            }
    }

    /// Puts in order what a scan of `range` needs: a bucket, or all.
    pub(super) fn tidy(&mut self, range: Range<'_>, runs: &Runs) {
        self.spread(runs);
        match self.look(range) {
            Look::One(bucket) => bucket.into_iter().for_each(|bucket| self.settle(bucket, runs)),
            Look::Named(_) => {
                for bucket in std::mem::take(&mut self.untidy) {
                    self.settle(bucket, runs);
                    if let Some(bucket) = self.buckets.get_mut(bucket as usize) {
                        bucket.listed = false;
                    }
                }
                let mut names = std::mem::take(&mut self.names);
                let known = names.len();
                names.extend(known as u32..self.buckets.len() as u32);
                settle(&mut names, known, |bucket| self.lead_of(bucket));
                self.names = names;
            }
        }
    }

    /// Puts a bucket in order.
    fn settle(&mut self, bucket: u32, runs: &Runs) {
        let (index, lead) = (self.index, self.lead_of(bucket).len());
        let bucket = self.buckets.get_mut(bucket as usize).filter(|bucket| !bucket.is_tidy());
        let Some(bucket) = bucket else { return };
        settle(&mut bucket.items, bucket.sorted, |item| order(item.place, index, runs));
        bucket.sorted = bucket.items.len();
        let mut writer = KeyWriter::new();
        if let Some(last) = bucket.items.last().and_then(|item| runs.row(item.place)) {
            last.write_index(index, &mut writer);
        }
        bucket.last = Rest::of(writer.as_slice().get(lead..).unwrap_or_default());
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
        let buckets = one.into_iter().chain(self.named(named));
        buckets.flat_map(move |bucket| {
            let lead = self.lead_of(bucket);
            let bucket = self.buckets.get(bucket as usize);
            let items = bucket.map(|bucket| bucket.within(range, lead, self.index, runs));
            items.unwrap_or_default().iter().map(|item| item.place)
        })
    }

    fn named(&self, names: std::ops::Range<usize>) -> impl DoubleEndedIterator<Item = u32> {
        self.names.get(names).unwrap_or_default().iter().copied()
    }

    /// Which buckets can hold places of a range.
    fn look(&self, range: Range<'_>) -> Look {
        let lead = parts_len(range.from, &self.lead).and_then(|len| range.from.get(..len));
        let end = lead.map(|lead| KeyBytes::new(lead).after_prefix());
        if let (Some(lead), Some(end)) = (lead, &end)
            && let within = end.as_ref().is_none_or(|end| !range.ends_after(end.as_slice()))
            && within
        {
            return Look::One(self.bucket_of(lead));
        }
        let from = lead.unwrap_or(range.from);
        let first = self.names.partition_point(|&bucket| self.lead_of(bucket) < from);
        let after = self.names.partition_point(|&bucket| range.ends_after(self.lead_of(bucket)));
        Look::Named(first..after.max(first))
    }
}

impl Bucket {
    fn new() -> Bucket {
        let (items, last) = (Vec::new(), Rest::default());
        Bucket { items, headed: true, sorted: 0, last, listed: false }
    }

    fn is_tidy(&self) -> bool {
        self.sorted == self.items.len()
    }

    fn push(&mut self, entry: &Entry) {
        let follows = self.items.is_empty() || (entry.in_order && self.last <= entry.rest);
        if self.is_tidy() && follows {
            self.sorted += 1;
            self.last = entry.rest;
        }
        self.headed &= entry.headed;
        self.items.push(Item { place: entry.place, head: entry.rest.0 });
    }

    fn remove(&mut self, place: Place) {
        if let Some(at) = self.items.iter().position(|other| other.place == place) {
            self.items.remove(at);
            // `last` may now be too large, which only makes the next place wait to be sorted.
            self.sorted -= usize::from(at < self.sorted);
        }
    }

    /// The places of a range.
    fn within(&self, range: Range<'_>, lead: &[u8], index: usize, runs: &Runs) -> &[Item] {
        let start = match range.from <= lead {
            true => 0,
            false => self.before((0, range.from), lead, index, runs),
        };
        let end = match range.to {
            Some(to) if to.starts_with(lead) || to < lead => {
                self.before((start, to), lead, index, runs)
            }
            _ => self.items.len(),
        };
        self.items.get(start..end).unwrap_or_default()
    }

    /// How many come before `bytes`, which the first `known` do: by their heads, and by their rows only where these are alike.
    fn before(
        &self,
        (known, bytes): (usize, &[u8]),
        lead: &[u8],
        index: usize,
        runs: &Runs,
    ) -> usize {
        let items = self.items.get(known..).unwrap_or_default();
        known + self.before_among(items, bytes, lead, (index, runs))
    }

    fn before_among(
        &self,
        items: &[Item],
        bytes: &[u8],
        lead: &[u8],
        (index, runs): (usize, &Runs),
    ) -> usize {
        let Some(rest) = bytes.strip_prefix(lead).filter(|_| self.headed) else {
            return before(items, bytes, index, runs);
        };
        let (first, alike) = by_heads(items, rest);
        first + before(alike, bytes, index, runs)
    }
}

/// The entries in order of their buckets of so many, those of one bucket as they came: counted into place, unless most
/// buckets would stay empty.
fn by_bucket(entries: &[Entry], buckets: usize) -> Vec<u32> {
    let bucket = |entry: &Entry| entry.bucket as usize;
    if buckets > 2 * entries.len() {
        let mut order: Vec<u32> = (0..entries.len() as u32).collect();
        order.sort_by_key(|&at| entries.get(at as usize).map(bucket));
        return order;
    }
    let mut starts = vec![0u32; buckets + 1];
    for entry in entries {
        if let Some(start) = starts.get_mut(bucket(entry) + 1) {
            *start += 1;
        }
    }
    let mut before = 0;
    for start in &mut starts {
        before += *start;
        *start = before;
    }
    let mut order = vec![0; entries.len()];
    for (at, entry) in (0..).zip(entries) {
        let Some(next) = starts.get_mut(bucket(entry)) else { continue };
        if let Some(place) = order.get_mut(*next as usize) {
            *place = at;
        }
        *next += 1;
    }
    order
}

fn order(place: Place, index: usize, runs: &Runs) -> KeyBytes {
    let mut writer = KeyWriter::new();
    if let Some(row) = runs.row(place) {
        order_of(row, Some(index), &mut writer);
    }
    writer.to_key()
}

/// Sorts `list`, whose first `sorted` are in order, and moves no more of these than it must.
fn settle<T: Copy, K: Ord>(list: &mut Vec<T>, sorted: usize, key: impl Fn(T) -> K) {
    let mut late = list.split_off(sorted);
    late.sort_by_cached_key(|&item| key(item));
    let Some(first) = late.first().map(|&item| key(item)) else { return };
    let larger = list.split_off(list.partition_point(|&item| key(item) < first));
    let mut rest = larger.as_slice();
    for item in late {
        let place = key(item);
        let (before, after) = rest.split_at(rest.partition_point(|&item| key(item) < place));
        list.extend_from_slice(before);
        list.push(item);
        rest = after;
    }
    list.extend_from_slice(rest);
}

/// How many of the sorted items come before `rest` by their heads, and those after them whose heads do not tell.
fn by_heads<'i>(items: &'i [Item], rest: &[u8]) -> (usize, &'i [Item]) {
    let Rest(head, _) = Rest::of(rest);
    let first = before_head(items, head);
    let from = items.get(first..).unwrap_or_default();
    // What begins with all of `rest` does not come before it.
    let alike = if rest.len() <= HEAD { 0 } else { from.partition_point(|it| it.head == head) };
    (first, from.get(..alike).unwrap_or_default())
}

/// How many of the sorted items have a head below `head`. Heads are mostly spread evenly, as time is: looked for near where it
/// would then be, and from there further and further away, it is found in few lines of memory.
fn before_head(items: &[Item], head: u64) -> usize {
    let below = |at: usize| items.get(at).is_some_and(|item| item.head < head);
    let (mut low, mut high) = (0, items.len());
    let mut at = guess(items, head);
    let mut step = 1;
    // What is before `low` is below, what is from `high` on is not.
    if below(at) {
        while at < high && below(at) {
            low = at + 1;
            (at, step) = (at + step, step * 2);
        }
        high = high.min(at);
    } else {
        high = high.min(at);
        while high > low {
            let before = high.saturating_sub(step);
            if below(before) {
                low = before + 1;
                break;
            }
            (high, step) = (before, step * 2);
        }
    }
    let between = items.get(low..high).unwrap_or_default();
    low + between.partition_point(|item| item.head < head)
}

/// Where among sorted items a head would be if all were equally far apart.
fn guess(items: &[Item], head: u64) -> usize {
    let (Some(first), Some(last)) = (items.first(), items.last()) else { return 0 };
    let (over, span) = (head.saturating_sub(first.head), last.head.saturating_sub(first.head));
    let apart = span / items.len() as u64 + 1;
    items.len().min((over / apart) as usize)
}

/// How many of the sorted places come before `bytes`.
fn before(items: &[Item], bytes: &[u8], index: usize, runs: &Runs) -> usize {
    let mut writer = KeyWriter::new();
    items.partition_point(|item| {
        writer.clear();
        if let Some(row) = runs.row(item.place) {
            order_of(row, Some(index), &mut writer);
        }
        writer.as_slice() < bytes
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn settling_is_sorting(mut list: Vec<u8>, sorted: prop::sample::Index) {
            let sorted = sorted.index(list.len() + 1);
            list[..sorted].sort_unstable();
            let mut expected = list.clone();
            expected.sort_unstable();
            settle(&mut list, sorted, |item| item);
            prop_assert_eq!(list, expected);
        }

        #[test]
        fn entries_are_counted_into_the_order_of_their_buckets(buckets in prop::collection::vec(0u32..20, 0..60), more in 0usize..200) {
            let place = Place::default();
            let (rest, headed, in_order) = (Rest::default(), false, true);
            let entry = |&bucket: &u32| Entry { bucket, place, rest, headed, in_order };
            let entries: Vec<Entry> = buckets.iter().map(entry).collect();
            let mut expected: Vec<u32> = (0..buckets.len() as u32).collect();
            expected.sort_by_key(|&at| buckets[at as usize]);
            prop_assert_eq!(by_bucket(&entries, 20 + more), expected);
        }

        #[test]
        fn heads_tell_what_comes_before(
            mut rows in prop::collection::vec(prop::collection::vec(0u8..3, 8..12), 0..40),
            rest in prop::collection::vec(0u8..3, 0..12),
        ) {
            rows.sort_unstable();
            let item = |row: &Vec<u8>| Item { place: Place::default(), head: Rest::of(row).0 };
            let items: Vec<Item> = rows.iter().map(item).collect();
            let (first, alike) = by_heads(&items, &rest);
            let after = first + alike.len();
            prop_assert!(rows[..first].iter().all(|row| *row < rest));
            prop_assert!(rows[after..].iter().all(|row| *row >= rest));
            prop_assert!(rest.len() > HEAD || alike.is_empty());
        }

        #[test]
        fn heads_are_found_wherever_they_lie(
            mut heads in prop::collection::vec(prop_oneof![0u64..30, 1_000u64..1_030, any::<u64>()], 0..60),
            head in prop_oneof![0u64..31, 999u64..1_031, any::<u64>()],
        ) {
            heads.sort_unstable();
            let items: Vec<Item> = heads.iter().map(|&head| Item { place: Place::default(), head }).collect();
            prop_assert_eq!(before_head(&items, head), heads.partition_point(|&known| known < head));
        }

        #[test]
        fn rests_order_as_their_first_bytes(a: Vec<u8>, b: Vec<u8>) {
            let padded = |bytes: &[u8]| -> Vec<u8> {
                bytes.iter().copied().chain([0; 16]).take(16).collect()
            };
            let order = padded(&a).partial_cmp(&padded(&b));
            prop_assert_eq!(Rest::of(&a).partial_cmp(&Rest::of(&b)), order);
        }
    }
}
