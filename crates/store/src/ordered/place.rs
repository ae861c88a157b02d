//! Where things lie in the map: every key is built here.
//!
//! Keys are of five sorts, told apart by their first byte; the parts after it are those of [`fondaco_core::store::key`],
//! each ending by itself, so that what belongs together lies together and in order.
//!
//! | key | value |
//! |---|---|
//! | `0x00` | the header: `fondaco`, the version of these forms, the catalog's version, the last numbers given to tables, indexes and companies |
//! | `0x01`, table name | the table's declaration, its number, and the numbers of its indexes |
//! | `0x02`, company (16 bytes) | the company's head: its number, the position and link of its newest commit |
//! | `0x03`, company number, `0x01`, table number, primary key | a row |
//! | `0x03`, company number, `0x02`, index number, place | an index entry: how long the index columns in the place are |
//! | `0x03`, company number, `0x03`, position | a commit |
//! | `0x03`, company number, `0x04`, command id | the position of its commit |
//! | `0x03`, company number, `0x05`, series name | a series: its last number and date |
//! | `0x03`, company number, `0x06`, table number, primary key, position | the position: that commit wrote this `State` row |
//! | `0x04`, company (16 bytes), number (8 bytes) | nothing: the company is being loaded under that number, or whoever did it was killed |
//!
//! Numbers of companies, tables and indexes are small, given in order from 1, and never given twice.

use fondaco_core::store::KeyWriter;
use fondaco_core::{CommandId, CompanyId};

/// The key of the header.
pub(super) const HEADER: &[u8] = &[0];
/// What all keys of companies' heads begin with.
pub(super) const HEADS: &[u8] = &[2];

/// What all keys of tables' declarations begin with.
pub(super) const TABLES: &[u8] = &[TABLE];

const TABLE: u8 = 1;
const HEAD: u8 = 2;
const DATA: u8 = 3;
const LOADING: u8 = 4;

/// What a key of a company's data is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Row = 1,
    Index = 2,
    Commit = 3,
    Command = 4,
    Series = 5,
    Writer = 6,
}

/// The key of a table's declaration.
pub(super) fn table(name: &str) -> Vec<u8> {
    [&[TABLE], name.as_bytes()].concat()
}

/// The key of a company's head.
pub(super) fn head(company: CompanyId) -> Vec<u8> {
    [&[HEAD][..], &company.to_u128().to_be_bytes()].concat()
}

/// What all keys begin with that say under which numbers a company is being loaded.
pub(super) fn loadings(company: CompanyId) -> Vec<u8> {
    [&[LOADING][..], &company.to_u128().to_be_bytes()].concat()
}

/// The key that says that a company is being loaded under a number.
pub(super) fn loading(company: CompanyId, number: i64) -> Vec<u8> {
    [loadings(company), number.to_be_bytes().to_vec()].concat()
}

/// What all keys of a company's data begin with.
pub(super) fn company(company: i64) -> Vec<u8> {
    let mut out = KeyWriter::new();
    out.raw(&[DATA]);
    out.i64(company);
    out.as_slice().to_vec()
}

/// What all keys of one part of a company begin with.
pub(super) fn part(company: i64, part: Part) -> Vec<u8> {
    start(company, part).as_slice().to_vec()
}

/// What the keys of one table's rows begin with, or of one index, or of the writers of one table's rows.
pub(super) fn numbered(company: i64, part: Part, number: i64) -> Vec<u8> {
    let mut out = start(company, part);
    out.i64(number);
    out.as_slice().to_vec()
}

/// The key of a commit.
pub(super) fn commit(company: i64, position: u64) -> Vec<u8> {
    // A position beyond 63 bits is after all that there will ever be.
    numbered(company, Part::Commit, i64::try_from(position).unwrap_or(i64::MAX))
}

/// The key of a command's position.
pub(super) fn command(company: i64, id: CommandId) -> Vec<u8> {
    let mut out = start(company, Part::Command);
    out.id(id.to_u128());
    out.as_slice().to_vec()
}

/// The key of a series.
pub(super) fn series(company: i64, name: &str) -> Vec<u8> {
    let mut out = start(company, Part::Series);
    out.raw(name.as_bytes());
    out.as_slice().to_vec()
}

/// The key that says that a commit wrote a `State` row.
pub(super) fn writer(company: i64, table: i64, key: &[u8], position: u64) -> Vec<u8> {
    let mut out = start(company, Part::Writer);
    out.i64(table);
    out.raw(key);
    out.i64(i64::try_from(position).unwrap_or(i64::MAX));
    out.as_slice().to_vec()
}

/// The first key after all that begin with `prefix`; `None` when it may be followed by nothing else.
pub(super) fn after(prefix: &[u8]) -> Option<Vec<u8>> {
    let kept = prefix.iter().rposition(|&byte| byte < u8::MAX)?;
    let mut after = prefix.get(..=kept)?.to_vec();
    if let Some(last) = after.last_mut() {
        *last += 1;
    }
    Some(after)
}

/// The first key after `key` itself.
pub(super) fn next(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

fn start(company: i64, part: Part) -> KeyWriter {
    let mut out = KeyWriter::new();
    out.raw(&[DATA]);
    out.i64(company);
    out.raw(&[part as u8]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_a_prefix_follows_all_that_begin_with_it() {
        assert_eq!(after(&[3, 7]), Some(vec![3, 8]));
        assert_eq!(after(&[3, 255, 255]), Some(vec![4]));
        assert_eq!(after(&[255]), None);
        assert_eq!(after(&[]), None);
    }

    #[test]
    fn the_sorts_lie_in_order_and_apart() {
        let company = CompanyId::from_u128(u128::MAX);
        let keys = [
            HEADER.to_vec(),
            table("a"),
            table("b"),
            head(company),
            numbered(1, Part::Row, 300),
            numbered(1, Part::Index, 1),
            commit(1, 1),
            commit(1, 300),
            command(1, CommandId::from_u128(0)),
            series(1, ""),
            writer(1, 1, b"k", 1),
            part(2, Part::Row),
            loading(company, 3),
        ];
        assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
    }
}
