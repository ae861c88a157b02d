//! Index entries: where a row lies in an index, and what is kept there.

use fondaco_core::store::{KeyWriter, Stored, Table};

use super::form::Writer;
use super::place::{self, Part};
use super::{Put, catalog::Form};

/// One index of one company.
pub(super) struct Entries {
    /// The index, by its position in its table.
    pub(super) at: usize,
    /// What the keys of its entries begin with.
    pub(super) prefix: Vec<u8>,
    pub(super) unique: bool,
    /// Whether its columns are all in the primary key, so that a row never moves in it.
    pub(super) fixed: bool,
}

/// An entry of a row.
pub(super) struct Entry {
    pub(super) key: Vec<u8>,
    /// Where the index columns begin and end in the key.
    columns: (usize, usize),
}

impl Entry {
    /// The index columns.
    pub(super) fn part(&self) -> &[u8] {
        self.key.get(self.columns.0..self.columns.1).unwrap_or_default()
    }

    pub(super) fn put(self) -> Put {
        let mut value = Writer::new();
        value.varint((self.columns.1 - self.columns.0) as u64);
        Put::new(self.key, value.finish())
    }
}

impl Entries {
    pub(super) fn new(table: &Table, at: usize, company: i64, number: i64) -> Entries {
        let index = table.indexes.get(at);
        let in_key = |columns: &[usize]| columns.iter().all(|&column| column < table.key);
        Entries {
            at,
            prefix: place::numbered(company, Part::Index, number),
            unique: index.is_some_and(|index| index.unique),
            fixed: index.is_some_and(|index| in_key(index.columns)),
        }
    }

    /// All indexes of a table.
    pub(super) fn of(form: &Form, company: i64) -> Vec<Entries> {
        let numbers = form.indexes.iter().enumerate();
        numbers.map(|(at, &number)| Entries::new(form.table, at, company, number)).collect()
    }

    /// The entry of a row; `None` when it is not in this index.
    pub(super) fn entry(&self, row: &dyn Stored) -> Option<Entry> {
        let mut out = KeyWriter::new();
        out.raw(&self.prefix);
        if !row.write_index(self.at, &mut out) {
            return None;
        }
        let columns = (self.prefix.len(), out.position());
        row.write_key(&mut out);
        Some(Entry { key: out.as_slice().to_vec(), columns })
    }
}
