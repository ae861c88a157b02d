//! The catalog: which tables the map has, as they were declared, and under which numbers they and their indexes lie.

use std::collections::{BTreeMap, HashMap, HashSet};

use fondaco_core::store::{Index, Kind, Prepared, StoreError, Table, Type};
use smol_str::SmolStr;

use super::form::{Reader, Writer, damaged};
use super::index::Entries;
use super::log::Head;
use super::place::{self, Part};
use super::read::{PAGE, each};
use super::{KeyRange, MapSnapshot, Put, row};

const MAGIC: &[u8] = b"fondaco";

/// What is true of the whole map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    /// Raised whenever a stored table or its indexes change: what is known of them is then read anew.
    pub(super) version: u64,
    tables: i64,
    indexes: i64,
    companies: i64,
}

impl Header {
    /// Of a map in which nothing is yet.
    const NEW: Header = Header { version: 1, tables: 0, indexes: 0, companies: 0 };

    /// The header; `None` for a map in which nothing is yet.
    ///
    /// # Errors
    /// When the map is damaged, or holds something else, or a newer version wrote it.
    pub(super) fn find(map: &dyn MapSnapshot) -> Result<Option<Header>, StoreError> {
        let Some(bytes) = map.get(place::HEADER)? else { return Ok(None) };
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(foreign)?;
        if let Some(&found) = rest.first().filter(|found| **found > super::form::VERSION) {
            let (found, known) = (found.into(), super::form::VERSION.into());
            return Err(StoreError::NewerLayout { table: "fondaco".into(), found, known });
        }
        let mut from = Reader::new(rest)?;
        let (version, tables) = (from.varint()?, from.signed()?);
        let (indexes, companies) = (from.signed()?, from.signed()?);
        from.finish()?;
        Ok(Some(Header { version, tables, indexes, companies }))
    }

    pub(super) fn of(map: &dyn MapSnapshot) -> Result<Header, StoreError> {
        Ok(Header::find(map)?.unwrap_or(Header::NEW))
    }

    /// That the map is empty or ours.
    pub(super) fn check(map: &dyn MapSnapshot) -> Result<(), StoreError> {
        if Header::find(map)?.is_some() {
            return Ok(());
        }
        let any = map.range(&KeyRange { from: &[], to: None, backwards: false, limit: 1 })?;
        if any.is_empty() { Ok(()) } else { Err(foreign()) }
    }

    /// The number of a new company.
    pub(super) fn new_company(&mut self) -> i64 {
        self.companies += 1;
        self.companies
    }

    pub(super) fn put(&self) -> Put {
        let mut out = Writer::new();
        out.varint(self.version);
        [self.tables, self.indexes, self.companies].iter().for_each(|&n| out.signed(n));
        Put::new(place::HEADER, [MAGIC, &out.finish()].concat())
    }
}

fn foreign() -> StoreError {
    damaged("the map holds something that is not ours: give the books a map of their own")
}

/// A table as the map has it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Declared {
    number: i64,
    layout: u32,
    /// Kind, key and columns, encoded.
    shape: Vec<u8>,
    indexes: Vec<Kept>,
}

/// An index as the map has it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kept {
    number: i64,
    name: String,
    unique: bool,
    columns: Vec<usize>,
}

impl Kept {
    fn is(&self, index: &Index) -> bool {
        self.name == index.name && self.unique == index.unique && self.columns == index.columns
    }
}

fn type_code(ty: Type) -> [u8; 2] {
    match ty {
        Type::Bool => [1, 0],
        Type::I64 => [2, 0],
        Type::Decimal { digits } => [3, digits],
        Type::Number => [4, 0],
        Type::Text => [5, 0],
        Type::Bytes => [6, 0],
        Type::Date => [7, 0],
        Type::Instant => [8, 0],
        Type::Id => [9, 0],
        Type::Json => [10, 0],
        _ => [0, 0],
    }
}

/// Kind and key, then the columns, as bytes: a later layout begins with all of an earlier one.
fn shape(table: &Table) -> Vec<u8> {
    let mut out = Writer::new();
    out.byte(match table.kind {
        Kind::Fact => 1,
        Kind::State => 2,
        Kind::Counter => 3,
        _ => 0,
    });
    out.varint(table.key as u64);
    for column in table.columns {
        out.long(column.name.as_bytes());
        out.raw(&type_code(column.ty));
        out.byte(u8::from(column.nullable) | u8::from(column.personal) << 1);
        out.varint(column.since.into());
    }
    out.finish()
}

impl Declared {
    fn find(map: &dyn MapSnapshot, name: &str) -> Result<Option<Declared>, StoreError> {
        let found = map.get(&place::table(name))?;
        let named = |_| damaged(format!("the declaration of table {name}"));
        found.map(|bytes| Declared::decode(&bytes).map_err(named)).transpose()
    }

    fn decode(bytes: &[u8]) -> Result<Declared, StoreError> {
        let mut from = Reader::new(bytes)?;
        let number = from.signed()?;
        let layout = u32::try_from(from.varint()?).map_err(|_| damaged("a layout"))?;
        let shape = from.long()?.to_vec();
        let index = |from: &mut Reader<'_>| -> Result<Kept, StoreError> {
            let (number, name) = (from.signed()?, from.text()?.to_owned());
            let unique = from.byte()? != 0;
            let column = |from: &mut Reader<'_>| {
                usize::try_from(from.varint()?).map_err(|_| damaged("a column"))
            };
            let columns = (0..from.count()?).map(|_| column(from)).collect::<Result<_, _>>()?;
            Ok(Kept { number, name, unique, columns })
        };
        let indexes = (0..from.count()?).map(|_| index(&mut from)).collect::<Result<_, _>>()?;
        from.finish()?;
        Ok(Declared { number, layout, shape, indexes })
    }

    fn put(&self, name: &str) -> Put {
        let mut out = Writer::new();
        out.signed(self.number);
        out.varint(self.layout.into());
        out.long(&self.shape);
        out.varint(self.indexes.len() as u64);
        for index in &self.indexes {
            out.signed(index.number);
            out.long(index.name.as_bytes());
            out.byte(u8::from(index.unique));
            out.varint(index.columns.len() as u64);
            index.columns.iter().for_each(|&column| out.varint(column as u64));
        }
        Put::new(place::table(name), out.finish())
    }

    /// That `table` can take the place of this declaration, as itself or as a newer layout.
    fn check(&self, table: &Table) -> Result<(), StoreError> {
        if self.layout > table.layout {
            let (found, known) = (self.layout, table.layout);
            return Err(StoreError::NewerLayout { table: table.name.into(), found, known });
        }
        let shape = shape(table);
        let follows = match self.layout == table.layout {
            true => shape == self.shape,
            false => shape.starts_with(&self.shape),
        };
        if follows {
            return Ok(());
        }
        let why = "is declared in two ways: under a newer layout columns are only added";
        Err(StoreError::Misused(format!("table {} {why}", table.name)))
    }
}

/// The tables in which a company has rows, in order of name, prepared or not.
pub(super) fn used_tables(map: &dyn MapSnapshot, company: i64) -> Result<Vec<SmolStr>, StoreError> {
    let end = place::after(place::TABLES);
    let all =
        KeyRange { from: place::TABLES, to: end.as_deref(), backwards: false, limit: usize::MAX };
    let mut used = Vec::new();
    each(map, all, PAGE, |key, bytes| {
        let name = key.get(place::TABLES.len()..).and_then(|name| std::str::from_utf8(name).ok());
        let name = name.ok_or_else(|| damaged("a table's name"))?;
        let named = |_| damaged(format!("the declaration of table {name}"));
        let number = Declared::decode(&bytes).map_err(named)?.number;
        let rows = place::numbered(company, Part::Row, number);
        let end = place::after(&rows);
        let first = KeyRange { from: &rows, to: end.as_deref(), backwards: false, limit: 1 };
        if !map.range(&first)?.is_empty() {
            used.push(name.into());
        }
        Ok(())
    })?;
    Ok(used)
}

/// A prepared table, with what it is called in the map.
#[derive(Debug, Clone)]
pub(super) struct Form {
    pub(super) table: &'static Table,
    pub(super) number: i64,
    /// The number of each index, in the table's order.
    pub(super) indexes: Vec<i64>,
    /// The layout that the map has, which another program may have raised.
    stored: u32,
}

impl Form {
    /// `None` when the map does not have exactly the table's indexes: such a table has to be prepared anew.
    fn new(table: &'static Table, declared: &Declared) -> Option<Form> {
        let (number, stored) = (declared.number, declared.layout);
        let find = |index: &Index| declared.indexes.iter().find(|kept| kept.is(index));
        let indexes: Vec<i64> =
            table.indexes.iter().filter_map(find).map(|kept| kept.number).collect();
        let all = (indexes.len(), indexes.len()) == (table.indexes.len(), declared.indexes.len());
        (all || stored > table.layout).then_some(Form { table, number, indexes, stored })
    }

    fn newer(&self, known: u32, found: u32) -> StoreError {
        StoreError::NewerLayout { table: self.table.name.into(), found, known }
    }
}

/// The prepared tables, as the map has them at one version of the catalog.
#[derive(Debug, Default, Clone)]
pub(super) struct Forms {
    version: u64,
    by_name: HashMap<&'static str, Form>,
}

impl Forms {
    /// The table as it was prepared.
    pub(super) fn get(&self, table: &'static Table) -> Result<&Form, StoreError> {
        let form = self.by_name.get(table.name).filter(|form| form.table.layout >= table.layout);
        let form = form.ok_or_else(|| StoreError::Unprepared { table: table.name.into() })?;
        let newest = form.table.layout.max(form.stored);
        if newest > table.layout { Err(form.newer(table.layout, newest)) } else { Ok(form) }
    }

    /// The table of a name.
    pub(super) fn named(&self, name: &str) -> Option<&Form> {
        self.by_name.get(name)
    }

    /// Whether these are right for a map with that header.
    pub(super) fn fit(&self, header: &Header) -> bool {
        self.version == header.version
    }

    /// Whether these are of a time before a map got that header.
    pub(super) fn is_older(&self, header: &Header) -> bool {
        self.version < header.version
    }

    fn insert(&mut self, table: &'static Table, declared: &Declared) {
        if let Some(form) = Form::new(table, declared) {
            self.by_name.insert(table.name, form);
        }
    }

    /// The same tables, as a map has them that somebody else has changed.
    pub(super) fn anew(&self, map: &dyn MapSnapshot) -> Result<Forms, StoreError> {
        let mut forms = Forms { version: Header::of(map)?.version, by_name: HashMap::new() };
        for (name, form) in &self.by_name {
            if let Some(declared) = Declared::find(map, name)? {
                forms.insert(form.table, &declared);
            }
        }
        Ok(forms)
    }
}

/// Makes tables ready: what the map has to be told, what was done, and the tables as they are then.
pub(super) struct Preparing<'m> {
    map: &'m dyn MapSnapshot,
    header: Header,
    pending: BTreeMap<&'static str, (&'static Table, Declared)>,
    puts: Vec<Put>,
    done: Prepared,
    changed: bool,
}

impl<'m> Preparing<'m> {
    pub(super) fn new(map: &'m dyn MapSnapshot) -> Result<Preparing<'m>, StoreError> {
        let (pending, puts) = (BTreeMap::new(), Vec::new());
        let (header, done) = (Header::of(map)?, Prepared::default());
        Ok(Preparing { map, header, pending, puts, done, changed: false })
    }

    /// All tables, or none.
    pub(super) fn tables(
        mut self,
        tables: &[&'static Table],
        known: &Forms,
    ) -> Result<(Vec<Put>, Prepared, Forms), StoreError> {
        let mut forms = match known.fit(&self.header) {
            true => known.clone(),
            false => known.anew(self.map)?,
        };
        tables.iter().try_for_each(|table| self.table(table))?;
        if self.changed {
            self.header.version += 1;
        }
        if !self.puts.is_empty() {
            self.puts.push(self.header.put());
            self.puts.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        }
        forms.version = self.header.version;
        self.pending.values().for_each(|(table, declared)| forms.insert(table, declared));
        Ok((self.puts, self.done, forms))
    }

    fn table(&mut self, table: &'static Table) -> Result<(), StoreError> {
        table.check().map_err(StoreError::Misused)?;
        if let Some((_, pending)) = self.pending.get(table.name) {
            return match pending.layout == table.layout {
                true => pending.check(table),
                false => Err(StoreError::Misused(format!(
                    "table {} is prepared under two layouts at once",
                    table.name
                ))),
            };
        }
        let found = Declared::find(self.map, table.name)?;
        let declared = match found {
            None => self.create(table),
            Some(old) => {
                old.check(table)?;
                self.upgrade(table, &old)?
            }
        };
        self.pending.insert(table.name, (table, declared));
        Ok(())
    }

    fn create(&mut self, table: &'static Table) -> Declared {
        self.header.tables += 1;
        let (number, layout, shape) = (self.header.tables, table.layout, shape(table));
        let indexes = table.indexes.iter().map(|index| self.number(index)).collect();
        let declared = Declared { number, layout, shape, indexes };
        self.puts.push(declared.put(table.name));
        self.done.created(table);
        declared
    }

    fn number(&mut self, index: &Index) -> Kept {
        self.header.indexes += 1;
        let (name, columns) = (index.name.to_owned(), index.columns.to_vec());
        Kept { number: self.header.indexes, name, unique: index.unique, columns }
    }

    /// Brings a stored table to its declaration: its rows stay as they are, its new indexes are filled, those that are no
    /// longer declared go.
    fn upgrade(&mut self, table: &'static Table, old: &Declared) -> Result<Declared, StoreError> {
        let (mut indexes, mut fresh) = (Vec::new(), Vec::new());
        for (at, index) in table.indexes.iter().enumerate() {
            let kept = old.indexes.iter().find(|kept| kept.is(index)).cloned();
            if kept.is_none() {
                fresh.push((at, self.header.indexes + 1));
            }
            indexes.push(kept.unwrap_or_else(|| self.number(index)));
        }
        let (number, layout, shape) = (old.number, table.layout, shape(table));
        let declared = Declared { number, layout, shape, indexes };
        if declared == *old {
            return Ok(declared);
        }
        let is_kept = |kept: &&Kept| declared.indexes.iter().any(|of| of.number == kept.number);
        let gone: Vec<i64> =
            old.indexes.iter().filter(|kept| !is_kept(kept)).map(|kept| kept.number).collect();
        for company in companies(self.map)? {
            gone.iter().try_for_each(|&index| self.drop_index(company, index))?;
            self.fill(company, table, old.number, &fresh)?;
        }
        self.changed = true;
        self.puts.push(declared.put(table.name));
        if old.layout < table.layout {
            self.done.upgraded(table, old.layout);
        }
        Ok(declared)
    }

    fn drop_index(&mut self, company: i64, index: i64) -> Result<(), StoreError> {
        let prefix = place::numbered(company, Part::Index, index);
        each(self.map, all(&prefix, place::after(&prefix).as_deref()), PAGE, |key, _| {
            self.puts.push(Put::delete(key));
            Ok(())
        })
    }

    /// Fills new indexes, given by their place in the table and their number.
    fn fill(
        &mut self,
        company: i64,
        table: &'static Table,
        number: i64,
        indexes: &[(usize, i64)],
    ) -> Result<(), StoreError> {
        if indexes.is_empty() {
            return Ok(());
        }
        let entries = |&(at, number): &(usize, i64)| Entries::new(table, at, company, number);
        let indexes: Vec<Entries> = indexes.iter().map(entries).collect();
        let prefix = place::numbered(company, Part::Row, number);
        let (mut taken, puts) = (HashSet::new(), &mut self.puts);
        each(self.map, all(&prefix, place::after(&prefix).as_deref()), PAGE, |key, bytes| {
            let key = key.get(prefix.len()..).unwrap_or_default();
            let (_, row) = row::decode(table, key, &bytes)?;
            for index in &indexes {
                let Some(entry) = index.entry(&row) else { continue };
                if index.unique && !taken.insert((index.at, entry.part().to_vec())) {
                    let index = table.indexes.get(index.at);
                    let unfit = || damaged("an index that the table does not have");
                    return Err(crate::rules::not_unique(table, index.ok_or_else(unfit)?));
                }
                puts.push(entry.put());
            }
            Ok(())
        })
    }
}

fn all<'k>(from: &'k [u8], to: Option<&'k [u8]>) -> KeyRange<'k> {
    KeyRange { from, to, backwards: false, limit: usize::MAX }
}

/// The numbers of all companies.
fn companies(map: &dyn MapSnapshot) -> Result<Vec<i64>, StoreError> {
    let mut numbers = Vec::new();
    each(map, all(place::HEADS, place::after(place::HEADS).as_deref()), PAGE, |_, bytes| {
        numbers.push(Head::decode(&bytes)?.company);
        Ok(())
    })?;
    Ok(numbers)
}
