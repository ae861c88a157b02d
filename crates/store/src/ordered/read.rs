//! Answering questions from a snapshot of the map.

use fondaco_core::store::{Ask, KeyBytes, Reply, Row, Scan, StoreError};

use super::catalog::{self, Form, Forms};
use super::form::{Reader, damaged};
use super::load;
use super::log::{self, Head};
use super::place::{self, Part};
use super::{KeyRange, MapSnapshot, row};

/// How many pairs are asked of the map at once.
pub(super) const PAGE: usize = 1024;

/// Calls `visit` with each pair of a range, which is read page by page.
pub(super) fn each(
    map: &dyn MapSnapshot,
    range: KeyRange<'_>,
    page: usize,
    mut visit: impl FnMut(Vec<u8>, Vec<u8>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let (mut from, mut to) = (range.from.to_vec(), range.to.map(<[u8]>::to_vec));
    let mut left = range.limit;
    loop {
        let limit = left.min(page);
        if limit == 0 || to.as_ref().is_some_and(|to| from >= *to) {
            return Ok(());
        }
        let asked = KeyRange { from: &from, to: to.as_deref(), limit, ..range };
        let pairs = map.range(&asked)?;
        let (count, last) = (pairs.len(), pairs.last().map(|(key, _)| key.clone()));
        for (key, value) in pairs {
            visit(key, value)?;
        }
        match last {
            Some(last) if count == limit && range.backwards => to = Some(last),
            Some(last) if count == limit => from = place::next(&last),
            _ => return Ok(()),
        }
        left -= count;
    }
}

/// One company at one moment.
pub(super) struct Reading<'r> {
    pub(super) map: &'r dyn MapSnapshot,
    pub(super) forms: &'r Forms,
    pub(super) head: Head,
}

impl Reading<'_> {
    pub(super) fn reply(&self, ask: &Ask) -> Result<Reply, StoreError> {
        let company = self.head.company;
        Ok(match ask {
            Ask::Command(id) => Reply::Command(log::receipt(self.map, company, *id)?.map(Box::new)),
            Ask::Series(name) => Reply::Series(log::series(self.map, company, name)?),
            Ask::AllSeries => Reply::AllSeries(load::all_series(self.map, company)?),
            Ask::AllTables => Reply::AllTables(catalog::used_tables(self.map, company)?),
            Ask::Get(table, keys) => {
                let form = self.forms.get(table)?;
                let mut place = place::numbered(company, Part::Row, form.number);
                let prefix = place.len();
                let mut get = |key: &KeyBytes| {
                    place.truncate(prefix);
                    place.extend_from_slice(key.as_slice());
                    let found = self.map.get(&place)?;
                    found.map(|bytes| row::answer(form.table, key.as_slice(), &bytes)).transpose()
                };
                Reply::Got(keys.iter().map(&mut get).collect::<Result<_, StoreError>>()?)
            }
            Ask::Scan(scan) => Reply::Rows(self.scan(self.forms.get(scan.table)?, scan)?),
            Ask::Sums(sums) => {
                let mut adder = sums.adder()?;
                for row in self.scan(self.forms.get(sums.table)?, &sums.scan())? {
                    adder.add(row.version, row.stored())?;
                }
                Reply::Rows(adder.into_rows())
            }
            _ => return Err(StoreError::Unsupported { ask: "a question it does not know" }),
        })
    }

    fn scan(&self, form: &Form, scan: &Scan) -> Result<Vec<Row>, StoreError> {
        let prefix = match scan.index {
            None => place::numbered(self.head.company, Part::Row, form.number),
            Some(index) => {
                let number = form.indexes.get(index).ok_or_else(|| {
                    StoreError::Misused(format!("table {} has no such index", form.table.name))
                })?;
                place::numbered(self.head.company, Part::Index, *number)
            }
        };
        let within = |key: &KeyBytes| [&prefix, key.as_slice()].concat();
        let (from, to) = (
            within(&scan.from),
            scan.to.as_ref().map_or_else(|| place::after(&prefix), |to| Some(within(to))),
        );
        let (backwards, limit) = (scan.backwards, scan.limit);
        let range = KeyRange { from: &from, to: to.as_deref(), backwards, limit };
        let mut rows = Vec::new();
        each(self.map, range, PAGE, |key, value| {
            let place = key.get(prefix.len()..).unwrap_or_default();
            rows.push(match scan.index {
                None => row::answer(form.table, place, &value)?,
                Some(index) => self.indexed(form, index, place, &value)?,
            });
            Ok(())
        })?;
        Ok(rows)
    }

    /// The row that an index entry is of.
    fn indexed(
        &self,
        form: &Form,
        index: usize,
        place: &[u8],
        entry: &[u8],
    ) -> Result<Row, StoreError> {
        let key = primary_key(place, entry)?;
        let mut at = place::numbered(self.head.company, Part::Row, form.number);
        at.extend_from_slice(key);
        let bytes = self.map.get(&at)?.ok_or_else(|| {
            let name = form.table.indexes.get(index).map_or("", |index| index.name);
            damaged(format!("index {name} of {} has an entry of no row", form.table.name))
        })?;
        row::answer(form.table, key, &bytes)
    }
}

/// The primary key in the place of an index entry.
pub(super) fn primary_key<'p>(place: &'p [u8], entry: &[u8]) -> Result<&'p [u8], StoreError> {
    let start = Reader::new(entry)?.varint()?;
    let key = usize::try_from(start).ok().and_then(|start| place.get(start..));
    key.ok_or_else(|| damaged("an index entry is cut short"))
}
