//! Draws the steps of a history: most of them possible, some of them refused, all from a small world where keys meet.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use fondaco_core::store::{
    Ask, Drawn, Floor, Key, KeyBytes, KeyWriter, Personal, Read, Record, Reply, Row, Scan, Store,
    Table, Value,
};
use fondaco_core::{CommandId, CompanyId};
use smol_str::SmolStr;

use super::step::{Op, SLOTS, Sight, Spec, Step, When, companies};
use crate::Model;
use crate::probe::{key, whole};
use crate::random::Random;
use crate::records::{Item, Sample, Stock, Visitor};
use crate::samples;

/// Remembers what was sent, to send some of it again.
#[derive(Default)]
pub(super) struct Generator {
    sent: Vec<Spec>,
}

/// What one batch has so far.
struct Draft<'a> {
    random: &'a mut Random,
    model: &'a Model,
    company: CompanyId,
    spec: Spec,
    used: BTreeSet<Key>,
    drawn: u32,
}

impl Generator {
    pub(super) fn step(&mut self, random: &mut Random, model: &Model) -> Step {
        let [home, away] = companies();
        let company = if random.once_in(6) { away } else { home };
        match random.below(10) {
            0..7 => Step::Commit(Box::new(self.commit(random, model, company))),
            7 => Step::Read(company, When::Now, asks(random, &self.sent)),
            _ => {
                // A hold belongs to the company it was taken for.
                let slot = random.below(SLOTS);
                let when = match random.below(4) {
                    0 => When::Hold(slot),
                    1 => When::Last(slot),
                    _ => When::Held(slot),
                };
                Step::Read(home, when, asks(random, &self.sent))
            }
        }
    }

    /// The next step that commits.
    pub(super) fn next_commit(&mut self, random: &mut Random, model: &Model) -> Spec {
        let [home, away] = companies();
        let company = if random.once_in(6) { away } else { home };
        self.commit(random, model, company)
    }

    fn commit(&mut self, random: &mut Random, model: &Model, company: CompanyId) -> Spec {
        if random.once_in(12)
            && let Some(mut again) = self.sent.get(random.below(self.sent.len())).cloned()
        {
            if random.once_in(3) {
                again.digest = [0xEE; 32];
            }
            return again;
        }
        let id = self.sent.len() as u64 + 1;
        let digest = [random.next() as u8; 32];
        let salt = [random.next() as u8; 16];
        let (seen, changes, answer) = (Vec::new(), Vec::new(), Vec::new());
        let spec = Spec { company, id, digest, salt, check: false, seen, changes, answer };
        let used = BTreeSet::new();
        let mut draft = Draft { random, model, company, spec, used, drawn: 0 };
        draft.fill();
        self.sent.push(draft.spec.clone());
        draft.spec
    }
}

const CODES: &[&str] = &["a", "b", "c", "d", "e"];
const NAMES: &[&str] = &["x", "y", "z", ""];

impl Draft<'_> {
    fn fill(&mut self) {
        if self.random.once_in(3) {
            self.draws();
        }
        for _ in 0..=self.random.below(3) {
            match self.random.below(9) {
                0 | 1 => self.new_items(),
                2 => self.new_samples(),
                3 => self.new_visitor(),
                4 | 5 => self.put(),
                6 => self.delete(),
                7 => self.erase(),
                _ => self.add(),
            }
        }
        self.rest_on();
        if self.random.once_in(12) {
            self.spec.check = true;
            self.spec.changes.clear();
            self.spec.answer.clear();
        }
    }

    fn draws(&mut self) {
        let dates = self.random.once_in(2).then(|| {
            let first = NaiveDate::default() + Days::new(self.random.below(8) as u64);
            (first, first + Days::new(self.random.below(3) as u64))
        });
        let series = if dates.is_some() { "t" } else { "s" };
        self.drawn = 1 + self.random.below(3) as u32;
        self.spec.changes.push(Op::Draw(series, self.drawn, dates));
        self.spec.answer.push(Value::Drawn { draw: 0, offset: self.drawn - 1 });
    }

    fn place(&mut self) -> Option<Drawn> {
        let offset = self.drawn.checked_sub(1)?;
        Some(Drawn::Place { draw: 0, offset: self.random.below(offset as usize + 1) as u32 })
    }

    fn mail(&mut self) -> Option<Personal<SmolStr>> {
        let salt = [self.random.next() as u8; 16];
        let mail = self.random.pick(NAMES).into();
        self.random.once_in(3).then_some(Personal::Kept(mail, salt))
    }

    fn item(&mut self) -> Item {
        let site = self.random.between(1, 2);
        let code = self.random.pick(CODES);
        let barcode = self.random.once_in(3).then(|| self.random.pick(NAMES).into());
        let shelf = self.random.once_in(4).then(|| self.random.between(-1, 2));
        let level = self.random.pick(samples::INTEGERS);
        let (mail, drawn) = (self.mail(), self.place());
        Item { level, barcode, mail, shelf, drawn, ..Item::new(site, code) }
    }

    fn is_there(&self, key: &Key) -> bool {
        self.model.version(self.company, key) != 0
    }

    /// The keys that are there, of one table.
    fn keys(&self, table: &'static Table) -> Vec<Key> {
        let ask = Ask::Scan(whole(table, None));
        let answer = self.model.read(&Read::now(self.company, vec![ask])).ok();
        match answer.and_then(|answer| answer.replies.into_iter().next()) {
            Some(Reply::Rows(rows)) => rows.iter().map(Row::key).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether the batch may change this key: not twice.
    fn take(&mut self, key: Key) -> bool {
        self.used.insert(key)
    }

    /// A row that is there, or rarely one that is not; its version right, or rarely not.
    fn target(&mut self, table: &'static Table) -> Option<(Key, Sight)> {
        let keys = self.keys(table);
        let key = keys.get(self.random.below(keys.len())).cloned()?;
        let sight = self.sight(10);
        self.take(key.clone()).then_some((key, sight))
    }

    /// Stale once in `times`.
    fn sight(&mut self, times: usize) -> Sight {
        if self.random.once_in(times) { Sight::Stale } else { Sight::Now }
    }

    fn new_items(&mut self) {
        let mut rows = Vec::new();
        for _ in 0..=self.random.below(3) {
            let item = self.item();
            let key = key::<Item>(item.key());
            let there = self.is_there(&key);
            if (!there || self.random.once_in(8)) && self.take(key.clone()) {
                if self.random.once_in(2) {
                    self.spec.seen.push((key, Sight::Exactly(0)));
                }
                rows.push(item);
            }
        }
        rows.sort_by(|a: &Item, b| (a.site, &a.code).cmp(&(b.site, &b.code)));
        if !rows.is_empty() {
            self.spec.changes.push(Op::Items(rows));
        }
    }

    fn new_samples(&mut self) {
        let mut rows: Vec<Sample> = Vec::new();
        for _ in 0..=self.random.below(4) {
            let (bucket, number) = (self.random.between(-1, 1), self.random.between(0, 20));
            let key = key::<Sample>((bucket, number));
            if !self.is_there(&key) && self.take(key) {
                let serial = self.random.once_in(5).then(|| self.random.pick(CODES).into());
                let sample = samples::sample(self.random, bucket, number);
                let drawn = self.place();
                rows.push(Sample { serial, drawn, ..sample });
            }
        }
        rows.sort_by_key(Sample::key);
        if !rows.is_empty() {
            self.spec.changes.push(Op::Samples(rows));
        }
    }

    fn new_visitor(&mut self) {
        let number = self.random.between(1, 6);
        let mail = self.mail();
        let key = key::<Visitor>(number);
        if (!self.is_there(&key) || self.random.once_in(6)) && self.take(key) {
            self.spec.changes.push(Op::Visitors(vec![Visitor { number, mail }]));
        }
    }

    fn put(&mut self) {
        let Some((key, seen)) = self.target(Item::TABLE) else { return };
        let Ok([Value::I64(site), Value::Text(code)]) =
            <[Value; 2]>::try_from(key.values().unwrap_or_default())
        else {
            return;
        };
        let item = Item { site, code, ..self.item() };
        self.spec.changes.push(Op::Put(item, seen));
    }

    fn delete(&mut self) {
        if let Some((key, seen)) = self.target(Item::TABLE) {
            self.spec.changes.push(Op::Delete(key, seen));
        }
    }

    fn erase(&mut self) {
        let table = [Item::TABLE, Visitor::TABLE, Sample::TABLE].get(self.random.below(3)).copied();
        if let Some((key, _)) = table.and_then(|table| self.target(table)) {
            self.spec.changes.push(Op::Erase(key));
        }
    }

    fn add(&mut self) {
        let mut rows: Vec<Stock> = Vec::new();
        for code in CODES {
            let stock = Stock::of(code, self.random.between(-3, 4), self.random.between(-1, 1));
            if self.random.once_in(3) && self.take(key::<Stock>((1, stock.item.clone()))) {
                let huge = if self.random.once_in(20) { i64::MAX } else { stock.reserved };
                rows.push(Stock { reserved: huge, ..stock });
            }
        }
        let floor = Floor::new(&[(2, 1), (3, -1)], self.random.between(-2, 0));
        let floors = if self.random.once_in(2) { vec![floor] } else { Vec::new() };
        if !rows.is_empty() {
            self.spec.changes.push(Op::Add(rows, floors));
        }
    }

    /// Adds rows that the decision rests on, mostly as they are.
    fn rest_on(&mut self) {
        for table in [Item::TABLE, Stock::TABLE, Sample::TABLE] {
            let keys = self.keys(table);
            if !self.random.once_in(3) {
                continue;
            }
            if let Some(key) = keys.get(self.random.below(keys.len())).cloned() {
                let sight = self.sight(8);
                self.spec.seen.push((key, sight));
            }
        }
        if self.random.once_in(5) {
            let absent = key::<Item>((9, "none".into()));
            let version = u64::from(self.random.once_in(6));
            self.spec.seen.push((absent, Sight::Exactly(version)));
        }
    }
}

fn asks(random: &mut Random, sent: &[Spec]) -> Vec<Ask> {
    (0..=random.below(3)).map(|_| ask(random, sent)).collect()
}

fn ask(random: &mut Random, sent: &[Spec]) -> Ask {
    match random.below(6) {
        0 => Ask::Command(CommandId::from_u128(random.below(sent.len() + 2) as u128)),
        1 => Ask::Series(random.pick(&["s", "t", "never"]).into()),
        2 => {
            let keys = (0..4).map(|_| (random.between(1, 2), random.pick(CODES).into()));
            Ask::Get(Item::TABLE, keys.map(|at| key::<Item>(at).bytes).collect())
        }
        _ => Ask::Scan(scan(random)),
    }
}

/// A scan whose bounds are made of the bytes of some row's place, cut anywhere.
fn scan(random: &mut Random) -> Scan {
    let tables = [Item::TABLE, Sample::TABLE, Stock::TABLE, Visitor::TABLE];
    let table = tables.get(random.below(4)).copied().unwrap_or(Item::TABLE);
    let index = random.below(table.indexes.len() + 1).checked_sub(1);
    let from = if random.once_in(2) { bound(random, table, index) } else { KeyBytes::new(&[]) };
    let to = random.once_in(2).then(|| bound(random, table, index));
    let limit = if random.once_in(2) { usize::MAX } else { random.below(6) };
    Scan { table, index, from, to, backwards: random.once_in(2), limit }
}

fn bound(random: &mut Random, table: &'static Table, index: Option<usize>) -> KeyBytes {
    let row = samples::sample(random, 0, 3);
    let name = SmolStr::from(random.pick(CODES));
    let number = random.between(-2, 3);
    let mut out = KeyWriter::new();
    for ty in table.order_types(index).into_iter().take(1 + random.below(3)) {
        let values = [
            Value::I64(number),
            Value::Text(name.clone()),
            Value::Bool(random.once_in(2)),
            row.day.map_or(Value::Null, Value::Date),
            row.moment.map_or(Value::Null, Value::Instant),
            row.link.map_or(Value::Null, Value::Id),
            row.amount.map_or(Value::Null, |amount| Value::Decimal(amount.to_decimal())),
            row.raw.clone().map_or(Value::Null, |raw| Value::Bytes(raw.0)),
        ];
        if !values.iter().any(|value| out.value(value, ty)) {
            break;
        }
    }
    out.to_key()
}
